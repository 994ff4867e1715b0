// SPDX-License-Identifier: MIT
/*
 * os/large-pages: what the kernel says of large pages, and memory that is made of them. And
 * os/credentials, which says who may have it.
 */
#include "os/large-pages.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "api/large_pool_linux.h"
#include "harness/test.h"
#include "os/credentials.h"
#include "os/os.h"

TEST(the_size_of_large_pages_is_the_kernels, "7.56")
{
    uint64_t size = nt_os_large_page_size();

    ok_eq(size & (size - 1), 0);
    ok(size == 0 || size > NT_PAGE_SIZE);
    if (size)
        ok(nt_os_has_page_size(size));
    ok(!nt_os_has_page_size(NT_PAGE_SIZE));
    ok(!nt_os_has_page_size(3u << 20));
}

static long before;
static uint64_t page;

static void begin(unsigned pages)
{
    large_pool_begin(pages);
    before = large_pool_free();
    page = nt_os_large_page_size();
}

TEST(memory_of_large_pages_is_whole_sealed_and_private, "7.55")
{
    const int want = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    struct stat status;
    uint64_t size = 0;
    int fd = -1;

    begin(2);
    ok_eq(nt_os_large_memfd_new("test", 2 * page, page, NT_OS_ANY_NODE, &fd), 0);
    ok_eq(large_pool_free(), before - 2);
    ok_eq(fcntl(fd, F_GET_SEALS) & want, want);
    ok_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
    ok(ftruncate(fd, 0) < 0 && errno == EPERM);
    ok(ftruncate(fd, (off_t)(3 * page)) < 0 && errno == EPERM);
    ok(fstat(fd, &status) == 0);
    ok_eq(status.st_mode & 07777, 0600);
    ok(nt_os_large_memfd_is(fd, page, &size));
    ok_eq(size, 2 * page);
    ok(!nt_os_large_memfd_is(fd, 2 * page, &size));
    nt_os_close(fd);
    ok_eq(large_pool_free(), before);
    /* On a node, where there are any. */
    ok_eq(nt_os_large_memfd_new("test", page, page, 0, &fd), 0);
    ok_eq(large_pool_free(), before - 1);
    nt_os_close(fd);
    large_pool_end();
}

TEST(too_few_large_pages_are_given_back_at_once, "7.59")
{
    int fd = -1;

    begin(2);
    ok_eq(nt_os_large_memfd_new("test", (uint64_t)(before + 1) * page, page, NT_OS_ANY_NODE, &fd),
          -ENOSPC);
    ok_eq(fd, -1);
    ok_eq(large_pool_free(), before);
    large_pool_end();
}

TEST(other_memory_is_not_of_large_pages, "")
{
    uint64_t size = 5;
    int fd = -1;

    ok_eq(nt_os_memfd_new("test", 2u << 20, 0, &fd), 0);
    ok(!nt_os_large_memfd_is(fd, 2u << 20, &size));
    ok(!nt_os_large_memfd_is(fd, NT_PAGE_SIZE, &size));
    ok(!nt_os_large_memfd_is(-1, 2u << 20, &size));
    ok_eq(size, 5);
    nt_os_close(fd);
}

TEST(the_kernel_says_who_we_are, "")
{
    gid_t group = 12345;

    ok(!nt_os_has_capability(63));
    ok(!nt_os_has_capability(4000));
    if (geteuid() != 0)
        ok(!nt_os_has_capability(CAP_SYS_ADMIN));
    ok_eq(nt_os_large_page_group(&group), 0);
    ok_ne(group, 12345);
}

/* What a process may have, and has put aside, it does not have. */
TEST(a_capability_counts_while_it_is_effective, "7.48")
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    const unsigned bit = 1u << CAP_IPC_LOCK;

    require(syscall(SYS_capget, &header, data) == 0);
    if (!(data[0].permitted & bit))
        skip("no CAP_IPC_LOCK");
    data[0].effective |= bit;
    ok_eq(syscall(SYS_capset, &header, data), 0);
    ok(nt_os_has_capability(CAP_IPC_LOCK));
    data[0].effective &= ~bit;
    ok_eq(syscall(SYS_capset, &header, data), 0);
    ok(!nt_os_has_capability(CAP_IPC_LOCK));
}
