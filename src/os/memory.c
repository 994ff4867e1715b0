// SPDX-License-Identifier: MIT
/*
 * Memory: sealed memfds, mappings, and what the kernel says about the address space.
 *
 * A memfd is sealed against shrinking, growing and further seals before anybody else sees it; one
 * that is to grow while its pages are committed, against all but growing.
 * MFD_NOEXEC_SEAL (Linux 6.3) stops execve of it unless an executable protection was asked;
 * kernels without the flag answer EINVAL once and are remembered.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "os/fault.h"
#include "util/log.h"
#include "util/macro.h"

#ifndef MFD_NOEXEC_SEAL
#    define MFD_NOEXEC_SEAL 0x0008U
#endif
#ifndef MFD_EXEC
#    define MFD_EXEC 0x0010U
#endif
#ifndef MAP_FIXED_NOREPLACE
#    define MAP_FIXED_NOREPLACE 0x100000
#endif

static _Atomic bool no_exec_flags; /* the kernel is older than 6.3 */

int nt_os_create_memfd(const char *name, enum nt_os_memfd_flags flags, unsigned kind)
{
    unsigned exec = flags & NT_OS_MEMFD_EXEC ? MFD_EXEC : MFD_NOEXEC_SEAL;
    int fd;

    for (;;) {
        unsigned extra = atomic_load_explicit(&no_exec_flags, memory_order_relaxed) ? 0 : exec;

        fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | kind | extra);
        if (fd < 0 && errno == EINVAL && extra) {
            atomic_store(&no_exec_flags, true);
            continue;
        }
        if (fd < 0 && errno == EMFILE && nt_os_more_fds())
            continue;
        return fd;
    }
}

/*
 * ftruncate() above RLIMIT_FSIZE raises SIGXFSZ, which kills. The limit is looked at again for
 * each large size, and for every size once it was seen to be finite.
 */
static bool above_file_limit(uint64_t size)
{
    static _Atomic int limited = -1;
    struct rlimit limit;

    if (size < (16u << 20) && atomic_load_explicit(&limited, memory_order_relaxed) == 0)
        return false;
    if (getrlimit(RLIMIT_FSIZE, &limit) < 0)
        return false;
    atomic_store(&limited, limit.rlim_cur != RLIM_INFINITY);
    return limit.rlim_cur != RLIM_INFINITY && size > limit.rlim_cur;
}

static int size_memfd(int fd, uint64_t size, enum nt_os_memfd_flags flags)
{
    int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    int r = nt_os_faulted(NT_OS_FTRUNCATE);

    if (r)
        return -r;
    if (size > INT64_MAX || above_file_limit(size))
        return -EFBIG;
    while (ftruncate(fd, (off_t)size) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    if ((flags & NT_OS_MEMFD_PRIVATE) && fchmod(fd, 0600) < 0)
        return -errno;
    if (flags & NT_OS_MEMFD_FILL)
        return 0;
    r = nt_os_faulted(NT_OS_SEAL);
    if (r)
        return -r;
    if (flags & NT_OS_MEMFD_GROWABLE)
        seals &= ~F_SEAL_GROW;
    return fcntl(fd, F_ADD_SEALS, seals) < 0 ? -errno : 0;
}

int nt_os_memfd_new(const char *name, uint64_t size, enum nt_os_memfd_flags flags, int *ret_fd)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    int r;

    NT_OS_FAULT(NT_OS_MEMFD);
    r = nt_os_adopt_fd(nt_os_create_memfd(name, flags, 0), &fd);
    if (r < 0)
        return r;
    r = size_memfd(fd, size, flags);
    if (r < 0)
        return r;
    *ret_fd = nt_steal_fd(&fd);
    return 0;
}

#define SEALS_OF_FROZEN (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

int nt_os_memfd_freeze(int fd)
{
    NT_OS_FAULT(NT_OS_SEAL);
    return fcntl(fd, F_ADD_SEALS, SEALS_OF_FROZEN | F_SEAL_SEAL) < 0 ? -errno : 0;
}

bool nt_os_memfd_is_frozen(int fd)
{
    int seals = fcntl(fd, F_GET_SEALS);

    return seals >= 0 && (seals & SEALS_OF_FROZEN) == SEALS_OF_FROZEN;
}

/*
 * ENOMEM of a mapping call means one of two things, and only one of them is memory: says so when
 * this process has as many mappings as the system allows. At most once a second, since counting
 * takes a while.
 */
static void explain_no_memory(void)
{
    static _Atomic time_t last;
    struct timespec now;
    char line[512];
    unsigned long limit = 0, n = 0;
    time_t before = atomic_load(&last);
    FILE *file;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    if (now.tv_sec == before || !atomic_compare_exchange_strong(&last, &before, now.tv_sec))
        return;
    file = fopen("/proc/sys/vm/max_map_count", "re");
    if (file) {
        limit = fgets(line, sizeof(line), file) ? strtoul(line, NULL, 10) : 0;
        fclose(file);
    }
    file = fopen("/proc/self/maps", "re");
    if (!file)
        return;
    while (fgets(line, sizeof(line), file))
        n += strchr(line, '\n') != NULL;
    fclose(file);
    if (limit && n + 8 >= limit)
        nt_log(NT_LOG_ERROR, "out of mappings: vm.max_map_count is %lu, and all are in use", limit);
}

int nt_os_map_error(void)
{
    int error = errno;

    if (error == ENOMEM) {
        int cancel = nt_os_hold_cancel();

        explain_no_memory();
        nt_os_allow_cancel(cancel);
    }
    return -error;
}

int nt_os_map(void *address, size_t size, int protection, int flags, int fd, uint64_t offset,
              void **ret_address)
{
    void *mapped;

    NT_OS_FAULT(NT_OS_MMAP);
    mapped = mmap(address, size, protection, flags, fd, (off_t)offset);
    if (mapped == MAP_FAILED)
        return nt_os_map_error();
    if ((flags & MAP_FIXED_NOREPLACE) && mapped != address) {
        /* Linux before 4.17 took the address for a hint. */
        munmap(mapped, size);
        return -EEXIST;
    }
    *ret_address = mapped;
    return 0;
}

int nt_os_unmap(void *address, size_t size)
{
    NT_OS_FAULT(NT_OS_MUNMAP);
    return munmap(address, size) < 0 ? nt_os_map_error() : 0;
}

int nt_os_protect(void *address, size_t size, int protection)
{
    NT_OS_FAULT(NT_OS_MPROTECT);
    return mprotect(address, size, protection) < 0 ? nt_os_map_error() : 0;
}

int nt_os_advise(void *address, size_t size, int advice)
{
    NT_OS_FAULT(NT_OS_MADVISE);
    return madvise(address, size, advice) < 0 ? -errno : 0;
}
