// SPDX-License-Identifier: MIT
/*
 * os/system, and memory that grows: small texts of the kernel, NUMA nodes, and seals.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/test.h"
#include "os/os.h"
#include "os/numa.h"
#include "os/system.h"

TEST(small_texts_are_read_whole_or_cut, "")
{
    char path[256], text[8];
    int fd;

    snprintf(path, sizeof(path), "%s/text", test_dir());
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    require(fd >= 0 && write(fd, "0123456789", 10) == 10);
    close(fd);
    ok_eq(nt_os_read_text(path, text, sizeof(text)), 0);
    ok_str_eq(text, "0123456");
    ok_eq(nt_os_read_text(path, text, 1), 0);
    ok_str_eq(text, "");
    memset(text, 'x', sizeof(text));
    ok_eq((int64_t)nt_os_read_text("/proc/no-such-file", text, sizeof(text)), (int64_t)-ENOENT);
    ok_str_eq(text, "");
    /* A directory opens and cannot be read. */
    ok_eq((int64_t)nt_os_read_text(test_dir(), text, sizeof(text)), (int64_t)-EISDIR);
    ok_str_eq(text, "");
}

TEST(node_0_is_there_and_node_4000_is_not, "")
{
    ok(nt_os_has_node(0));
    ok(!nt_os_has_node(4000));
}

TEST(growing_memory_grows_and_does_nothing_else, "6.4")
{
    struct stat info;
    int fd = -1;

    ok_eq(nt_os_memfd_new("grows", 0, NT_OS_MEMFD_GROWABLE | NT_OS_MEMFD_PRIVATE, &fd), 0);
    ok(fstat(fd, &info) == 0 && info.st_size == 0);
    ok_eq(info.st_mode & 0777, 0600);
    ok(ftruncate(fd, 8192) == 0);
    ok(ftruncate(fd, 4096) < 0 && errno == EPERM);
    /* Nobody takes that away from the others. */
    ok(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW) < 0 && errno == EPERM);
    ok(ftruncate(fd, 65536) == 0);
    nt_os_close(fd);
}
