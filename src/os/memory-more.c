// SPDX-License-Identifier: MIT
/*
 * Moving mappings, copying from memory that may be out of reach, and memory that grows while it is
 * mapped. See memory-more.h.
 */
#include "os/memory-more.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "os/fault.h"
#include "os/os.h"
#include "util/macro.h"

#define ALLOCATE_STEP (16u << 20)
#define LIMIT_STEP    (16u << 20)

/* --- mappings ----------------------------------------------------------------------- */

int nt_os_remap(void *from, size_t old_size, size_t size, void *to, void **ret_address)
{
    int flags = MREMAP_MAYMOVE | (to ? MREMAP_FIXED : 0);
    void *moved;

    NT_OS_FAULT(NT_OS_MMAP);
    moved = mremap(from, old_size, size, flags, to);
    if (moved == MAP_FAILED)
        return -errno;
    *ret_address = moved;
    return 0;
}

int nt_os_copy_memory(void *to, const void *from, size_t size)
{
    char *target = to;
    const char *source = from;

    NT_OS_FAULT(NT_OS_READ);
    while (size) {
        struct iovec local = {.iov_base = target, .iov_len = size};
        struct iovec remote = {.iov_base = (void *)source, .iov_len = size};
        ssize_t n = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EFAULT;
        target += n;
        source += n;
        size -= (size_t)n;
    }
    return 0;
}

#define STACK_LEAST (128ull << 20) /* the kernel's own least distance from other mappings */
#define STACK_MOST  (1ull << 30)
#define STACK_GUARD (1ull << 20)

void nt_os_stack_range(uint64_t *ret_low, uint64_t *ret_high)
{
    uint64_t high = getauxval(AT_RANDOM); /* lies at the top of it */
    struct rlimit limit;
    uint64_t room = STACK_MOST;

    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < STACK_MOST)
        room = limit.rlim_cur > STACK_LEAST ? limit.rlim_cur : STACK_LEAST;
    *ret_high = high;
    *ret_low = high > room + STACK_GUARD ? high - room - STACK_GUARD : 0;
}

int nt_os_open_mapping(const void *address, int flags, int *ret_fd)
{
    struct nt_os_vma vma;
    char path[80];
    int r = nt_os_vma_query((uint64_t)address, &vma);

    if (r < 0)
        return r;
    if (vma.start > (uint64_t)address || !vma.inode)
        return -ENOENT;
    snprintf(path, sizeof(path), "/proc/self/map_files/%llx-%llx", (unsigned long long)vma.start,
             (unsigned long long)vma.end);
    NT_OS_FAULT(NT_OS_REOPEN);
    return nt_os_open(path, flags, 0, ret_fd);
}

int nt_os_make_writable(int fd)
{
    NT_CLEANUP(nt_os_closep) int fresh = -1;
    int flags = fcntl(fd, F_GETFL);
    int r;

    if (flags < 0)
        return -errno;
    if ((flags & O_ACCMODE) == O_RDWR)
        return 0;
    r = nt_os_reopen(fd, O_RDWR, &fresh);
    if (r < 0)
        return r == -EPERM ? -EACCES : r;
    NT_OS_FAULT(NT_OS_DUP);
    while (dup3(fresh, fd, O_CLOEXEC) < 0) {
        if (errno != EINTR && errno != EBUSY)
            return -errno;
    }
    return 0;
}

/* --- growing memory ----------------------------------------------------------------- */

int nt_os_memfd_check(int fd, uint64_t *ret_size)
{
    struct stat stat;
    int seals;

    NT_OS_FAULT(NT_OS_STAT);
    seals = fcntl(fd, F_GET_SEALS);
    if (seals < 0 || !(seals & F_SEAL_SHRINK))
        return -EPERM;
    if (fstat(fd, &stat) < 0)
        return -errno;
    *ret_size = (uint64_t)stat.st_size;
    return 0;
}

int nt_os_memfd_seals(int fd, unsigned *ret_seals)
{
    int seals;

    NT_OS_FAULT(NT_OS_STAT);
    seals = fcntl(fd, F_GET_SEALS);
    if (seals < 0)
        return -errno;
    *ret_seals = (unsigned)seals;
    return 0;
}

int nt_os_memfd_close_to_others(int fd)
{
    struct stat stat;

    NT_OS_FAULT(NT_OS_CHMOD);
    if (fstat(fd, &stat) < 0)
        return -errno;
    if ((stat.st_mode & 07777) == 0600)
        return 0;
    return fchmod(fd, 0600) < 0 ? -errno : 0;
}

/*
 * ftruncate() above RLIMIT_FSIZE raises SIGXFSZ, which kills. The limit is looked at for the first
 * growth, for each that enters another LIMIT_STEP, and always once it was seen to be finite.
 */
static bool above_file_limit(uint64_t from, uint64_t size)
{
    static _Atomic int limited = -1;
    struct rlimit limit;

    if (size > INT64_MAX)
        return true;
    if (from / LIMIT_STEP == size / LIMIT_STEP &&
        atomic_load_explicit(&limited, memory_order_relaxed) == 0)
        return false;
    if (getrlimit(RLIMIT_FSIZE, &limit) < 0)
        return false;
    atomic_store(&limited, limit.rlim_cur != RLIM_INFINITY);
    return limit.rlim_cur != RLIM_INFINITY && size > limit.rlim_cur;
}

int nt_os_memfd_grow(int fd, uint64_t from, uint64_t size, uint64_t *ret_size)
{
    struct stat stat;

    NT_OS_FAULT(NT_OS_FTRUNCATE);
    if (above_file_limit(from, size))
        return -EFBIG;
    while (ftruncate(fd, (off_t)size) < 0) {
        int r = -errno;

        if (r == -EINTR)
            continue;
        /* Refused as shrinking: somebody else has grown it further. */
        if (r == -EPERM && fstat(fd, &stat) == 0 && (uint64_t)stat.st_size >= size) {
            *ret_size = (uint64_t)stat.st_size;
            return 0;
        }
        return r;
    }
    *ret_size = size;
    return 0;
}

int nt_os_memfd_allocate(int fd, uint64_t offset, uint64_t size)
{
    int cancel_state, r = 0;

    NT_OS_FAULT(NT_OS_ALLOCATE);
    cancel_state = nt_os_hold_cancel();
    while (size && r == 0) {
        /* A signal undoes what one call has done so far: small steps come to an end. */
        uint64_t step = size < ALLOCATE_STEP ? size : ALLOCATE_STEP;

        if (fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)step) == 0) {
            offset += step;
            size -= step;
        } else if (errno != EINTR) {
            r = -errno;
        }
    }
    nt_os_allow_cancel(cancel_state);
    return r;
}

int nt_os_start_writing(int fd, uint64_t offset, uint64_t size)
{
    int cancel_state, r;

    NT_OS_FAULT(NT_OS_MSYNC);
    cancel_state = nt_os_hold_cancel();
    do {
        r = sync_file_range(fd, (off_t)offset, (off_t)size, SYNC_FILE_RANGE_WRITE) < 0 ? -errno : 0;
    } while (r == -EINTR);
    nt_os_allow_cancel(cancel_state);
    return r;
}
