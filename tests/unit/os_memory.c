// SPDX-License-Identifier: MIT
/*
 * os/memory: sealed memory, mappings, and what the kernel says about them.
 *
 * There are two ways to ask the kernel about a mapping, and the older is only taken where the
 * newer is missing. To look at both on one machine this file holds the source itself: it stands
 * in for the library's copy of the same file, of which the linker then takes nothing.
 */
#include "os/memory.c"

#include <signal.h>

#include "harness/test.h"

TEST(memory_is_sealed_from_the_start, "")
{
    const int want = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    int fd = -1;

    ok_eq(nt_os_memfd_new("test", 8192, NT_OS_MEMFD_PRIVATE, &fd), 0);
    ok_eq(fcntl(fd, F_GET_SEALS) & want, want);
    ok(!(fcntl(fd, F_GET_SEALS) & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)));
    ok(ftruncate(fd, 4096) < 0 && errno == EPERM);
    ok(ftruncate(fd, 16384) < 0 && errno == EPERM);
    ok(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) < 0 && errno == EPERM);
    ok(fallocate(fd, 0, 0, 16384) < 0);
    ok_eq(lseek(fd, 0, SEEK_END), 8192);
    nt_os_close(fd);
}

static mode_t mode_of(enum nt_os_memfd_flags flags)
{
    struct stat status = {.st_mode = 0};
    int fd = -1;

    ok_eq(nt_os_memfd_new("test", 4096, flags, &fd), 0);
    ok(fstat(fd, &status) == 0);
    nt_os_close(fd);
    return status.st_mode & 07777;
}

TEST(private_memory_has_mode_0600, "")
{
    umask(0);
    ok_eq(mode_of(NT_OS_MEMFD_PRIVATE), 0600);
    ok_eq(mode_of(NT_OS_MEMFD_PRIVATE | NT_OS_MEMFD_EXEC), 0600);
}

/* Memory for which no executable protection was asked can never be a program. */
TEST(ordinary_memory_cannot_be_executed, "")
{
    char *const argv[] = {(char *)"x", NULL};
    int fd = -1;

    ok_eq(nt_os_memfd_new("test", 4096, 0, &fd), 0);
    if (atomic_load(&no_exec_flags))
        skip("the kernel does not know MFD_NOEXEC_SEAL");
    ok(fexecve(fd, argv, environ) < 0 && errno == EACCES, "errno %d", errno);
    ok(fchmod(fd, 0700) < 0 && errno == EPERM);
    nt_os_close(fd);
}

TEST(executable_memory_can_be_mapped_to_run, "")
{
    void *address = NULL;
    int fd = -1;

    ok_eq(nt_os_memfd_new("test", 4096, NT_OS_MEMFD_EXEC, &fd), 0);
    ok_eq(nt_os_map(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0, &address), 0);
    nt_os_unmap(address, 4096);
    nt_os_close(fd);
}

TEST(memory_is_reopened_for_reading_only, "2.22")
{
    void *address = NULL;
    int fd = -1, reader = -1;

    ok_eq(nt_os_memfd_new("test", 4096, NT_OS_MEMFD_PRIVATE, &fd), 0);
    ok_eq(nt_os_reopen(fd, O_RDONLY, &reader), 0);
    ok_eq((int64_t)nt_os_map(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, reader, 0, &address),
          (int64_t)-EACCES);
    ok_eq(nt_os_map(NULL, 4096, PROT_READ, MAP_SHARED, reader, 0, &address), 0);
    ok_eq((int64_t)nt_os_protect(address, 4096, PROT_READ | PROT_WRITE), (int64_t)-EACCES);
    nt_os_unmap(address, 4096);
    nt_os_close(reader);
    nt_os_close(fd);
    nt_os_drop_caches();
}

/* --- the file size limit: SIGXFSZ would kill the program ---------------------------------------
 */

static void limit_file_size(rlim_t bytes)
{
    struct rlimit limit = {bytes, RLIM_INFINITY};

    require(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

TEST(a_size_above_the_file_limit_is_an_error, "")
{
    int fd = -1;

    limit_file_size(32 << 20);
    ok_eq((int64_t)nt_os_memfd_new("test", 64 << 20, 0, &fd), (int64_t)-EFBIG);
    ok_eq((int64_t)fd, -1);
    ok_eq(nt_os_memfd_new("test", 32 << 20, 0, &fd), 0);
    nt_os_close(fd);
    /* Once a limit was seen, small sizes are looked at too. */
    limit_file_size(8192);
    ok_eq((int64_t)nt_os_memfd_new("test", 12288, 0, &fd), (int64_t)-EFBIG);
    ok_eq(nt_os_memfd_new("test", 8192, 0, &fd), 0);
    nt_os_close(fd);
}

CHILD(small_file_limit)
{
    int fd = -1;

    ok_eq((int64_t)nt_os_memfd_new("test", 12288, 0, &fd), (int64_t)-EFBIG);
    ok_eq(nt_os_memfd_new("test", 4096, 0, &fd), 0);
    nt_os_close(fd);
    return 0;
}

TEST(a_program_that_starts_with_a_small_file_limit_is_safe, "")
{
    struct test_child child;

    limit_file_size(8192);
    require(test_child_start(&child, "small_file_limit"));
    limit_file_size(RLIM_INFINITY);
    ok_eq(test_child_wait(&child, 10000), 0);
}

TEST(a_size_that_no_file_can_have_is_an_error, "")
{
    int fd = -1;

    ok_eq((int64_t)nt_os_memfd_new("test", UINT64_MAX, 0, &fd), (int64_t)-EFBIG);
    ok_eq((int64_t)nt_os_memfd_new("test", (uint64_t)INT64_MAX + 1, 0, &fd), (int64_t)-EFBIG);
    ok_eq((int64_t)fd, -1);
}

/* --- mappings --------------------------------------------------------------------------------- */

TEST(an_occupied_range_is_not_replaced, "3.18")
{
    void *first = NULL, *second = (void *)0x1234;

    ok_eq(
        nt_os_map(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, &first),
        0);
    *(volatile char *)first = 7;
    for (int page = 0; page < 4; page++) {
        ok_eq((int64_t)nt_os_map((char *)first + page * 4096, 4096, PROT_READ,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0, &second),
              (int64_t)-EEXIST);
    }
    ok_ptr_eq(second, (void *)0x1234);
    ok_eq(*(volatile char *)first, 7);
    nt_os_unmap(first, 16384);
    ok_eq(nt_os_map(first, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
                    0, &second),
          0);
    ok_ptr_eq(second, first);
    nt_os_unmap(second, 4096);
}
