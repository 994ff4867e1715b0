// SPDX-License-Identifier: MIT
/*
 * See large_pool_linux.h. A process of its own waits for the end of the case, whatever that is, and
 * puts the sizes of the pool back; until then it holds the lock that keeps other cases away.
 */
#ifndef _WIN32

#    include "api/large_pool_linux.h"

#    include <errno.h>
#    include <fcntl.h>
#    include <signal.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <sys/file.h>
#    include <sys/mman.h>
#    include <sys/wait.h>
#    include <unistd.h>

#    include "harness/test.h"

#    ifndef MFD_HUGETLB
#        define MFD_HUGETLB 0x0004U
#    endif

static int lock_fd = -1, alive_fd = -1;
static pid_t guard;
static long old_pages, old_overcommit, free_at_first;

/* Not asked of the library: the seam's own tests are without its API. */
static unsigned long page_size(void)
{
    static unsigned long size;
    char line[128];
    FILE *file = size ? NULL : fopen("/proc/meminfo", "re");

    while (file && fgets(line, sizeof(line), file))
        sscanf(line, "Hugepagesize: %lu", &size);
    if (file)
        fclose(file);
    return size * 1024;
}

static void path_of(char *path, size_t size, const char *name)
{
    snprintf(path, size, "/sys/kernel/mm/hugepages/hugepages-%lukB/%s", page_size() / 1024, name);
}

static long read_number(const char *name)
{
    char path[128], text[32];
    ssize_t n;
    int fd;

    path_of(path, sizeof(path), name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    do
        n = read(fd, text, sizeof(text) - 1);
    while (n < 0 && errno == EINTR);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    return n > 0 ? strtol(text, NULL, 10) : -1;
}

static bool write_number(const char *name, long number)
{
    char path[128], text[32];
    int length = snprintf(text, sizeof(text), "%ld", number);
    ssize_t n;
    int fd;

    path_of(path, sizeof(path), name);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    do
        n = write(fd, text, (size_t)length);
    while (n < 0 && errno == EINTR);
    close(fd);
    return n == length;
}

long large_pool_free(void)
{
    return read_number("free_hugepages");
}

/* --- the guard ------------------------------------------------------------------------------ */

/* Has the lock through its copy of the descriptor, until the pool is as it was. */
__attribute__((noreturn)) static void stand_guard(int fd)
{
    sigset_t all;
    char byte;
    ssize_t n;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    do
        n = read(fd, &byte, 1);
    while (n > 0 || (n < 0 && errno == EINTR));
    write_number("nr_hugepages", old_pages);
    write_number("nr_overcommit_hugepages", old_overcommit);
    _exit(0);
}

static void start_guard(void)
{
    int ends[2];

    require(pipe2(ends, O_CLOEXEC) == 0);
    guard = fork();
    require(guard >= 0);
    if (guard == 0) {
        close(ends[1]);
        stand_guard(ends[0]);
    }
    close(ends[0]);
    alive_fd = ends[1];
}

static void take_lock(void)
{
    char path[128];

    /* The folder of the pool itself: whoever has the same kernel has the same lock. */
    path_of(path, sizeof(path), "");
    lock_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock_fd < 0)
        skip("there is no pool of large pages");
    while (flock(lock_fd, LOCK_EX) < 0)
        require(errno == EINTR);
}

void large_pool_begin(unsigned pages)
{
    long total;

    if (page_size() == 0)
        skip("the kernel has no large pages");
    if (geteuid() != 0)
        skip("only root can fill the pool");
    take_lock();
    old_pages = read_number("nr_hugepages");
    old_overcommit = read_number("nr_overcommit_hugepages");
    if (old_pages < 0 || old_overcommit < 0 || !write_number("nr_overcommit_hugepages", 0)) {
        close(lock_fd);
        skip("the pool of large pages cannot be changed");
    }
    start_guard();
    total = old_pages + (long)pages;
    if (!write_number("nr_hugepages", total) || large_pool_free() < (long)pages) {
        large_pool_end();
        skip("the machine has no %u large pages", pages);
    }
    free_at_first = large_pool_free();
}

void large_pool_end(void)
{
    int status = 0;

    /* A broker hears of the last handle's end a moment later. */
    ok(test_until(large_pool_free() >= free_at_first, 20000), "%ld pages are left, of %ld",
       large_pool_free(), free_at_first);
    close(alive_fd);
    while (waitpid(guard, &status, 0) < 0)
        require(errno == EINTR);
    ok_eq(status, 0);
    ok_eq(read_number("nr_hugepages"), old_pages);
    close(lock_fd);
}

/* --- what else tests of large pages need ---------------------------------------------------- */

int large_pool_take(unsigned pages)
{
    size_t size = (pages ? pages : (unsigned)large_pool_free()) * page_size();
    int fd = memfd_create("taken", MFD_CLOEXEC | MFD_HUGETLB);
    int r;

    require(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
    do
        r = size ? fallocate(fd, 0, 0, (off_t)size) : 0;
    while (r < 0 && errno == EINTR);
    require(r == 0, "errno %d", errno);
    return fd;
}

#endif
