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
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
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

static int create_memfd(const char *name, enum nt_os_memfd_flags flags)
{
    unsigned exec = flags & NT_OS_MEMFD_EXEC ? MFD_EXEC : MFD_NOEXEC_SEAL;
    int fd;

    for (;;) {
        unsigned extra = atomic_load_explicit(&no_exec_flags, memory_order_relaxed) ? 0 : exec;

        fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | extra);
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
    r = nt_os_adopt_fd(create_memfd(name, flags), &fd);
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

/* -errno of a call that failed about a mapping. */
static int map_error(void)
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
        return map_error();
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
    return munmap(address, size) < 0 ? map_error() : 0;
}

int nt_os_protect(void *address, size_t size, int protection)
{
    NT_OS_FAULT(NT_OS_MPROTECT);
    return mprotect(address, size, protection) < 0 ? map_error() : 0;
}

int nt_os_advise(void *address, size_t size, int advice)
{
    NT_OS_FAULT(NT_OS_MADVISE);
    return madvise(address, size, advice) < 0 ? -errno : 0;
}

/* --- /proc/self/maps ------------------------------------------------------------------------ */

/* struct procmap_query of linux/fs.h (Linux 6.11); Debian 12's headers do not have it yet. */
struct map_query {
    uint64_t size;
    uint64_t query_flags;
    uint64_t query_addr;
    uint64_t vma_start;
    uint64_t vma_end;
    uint64_t vma_flags;
    uint64_t vma_page_size;
    uint64_t vma_offset;
    uint64_t inode;
    uint32_t dev_major;
    uint32_t dev_minor;
    uint32_t vma_name_size;
    uint32_t build_id_size;
    uint64_t vma_name_addr;
    uint64_t build_id_addr;
};

#define MAP_QUERY            _IOWR('f', 17, struct map_query)
#define MAP_QUERY_READABLE   0x01u
#define MAP_QUERY_WRITABLE   0x02u
#define MAP_QUERY_EXECUTABLE 0x04u
#define MAP_QUERY_SHARED     0x08u
#define MAP_QUERY_NEXT       0x10u

static _Atomic int maps_fd = -1;
static _Atomic bool no_map_query; /* the kernel is older than 6.11 */

void nt_os_forget_maps(void)
{
    nt_os_close(atomic_exchange(&maps_fd, -1));
}

static int open_maps(void)
{
    int fd;
    int r = nt_os_open("/proc/self/maps", O_RDONLY, 0, &fd);

    return r < 0 ? r : fd;
}

static int kept_maps(void)
{
    int fd = atomic_load(&maps_fd);
    int expected = -1;

    if (fd >= 0)
        return fd;
    fd = open_maps();
    if (fd >= 0 && !atomic_compare_exchange_strong(&maps_fd, &expected, fd)) {
        close(fd);
        return expected;
    }
    return fd;
}

static int query_by_ioctl(uint64_t address, struct nt_os_vma *ret_vma)
{
    struct map_query query = {
        .size = sizeof(query), .query_addr = address, .query_flags = MAP_QUERY_NEXT};
    int fd = kept_maps();

    if (fd < 0)
        return fd;
    while (ioctl(fd, MAP_QUERY, &query) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    *ret_vma = (struct nt_os_vma){
        .start = query.vma_start,
        .end = query.vma_end,
        .readable = query.vma_flags & MAP_QUERY_READABLE,
        .writable = query.vma_flags & MAP_QUERY_WRITABLE,
        .executable = query.vma_flags & MAP_QUERY_EXECUTABLE,
        .shared = query.vma_flags & MAP_QUERY_SHARED,
        .inode = query.inode,
        .device_major = query.dev_major,
        .device_minor = query.dev_minor,
        .offset = query.vma_offset,
    };
    return 0;
}

static int query_by_text(uint64_t address, struct nt_os_vma *ret_vma)
{
    NT_CLEANUP(nt_freep) char *line = NULL;
    size_t room = 0;
    int fd = open_maps();
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    int r = -ENOENT;

    if (!file) {
        nt_os_close(fd);
        return fd < 0 ? fd : -ENOMEM;
    }
    while (getline(&line, &room, file) > 0) {
        unsigned long long start, end, offset, inode;
        unsigned major, minor;
        char mode[5];

        if (sscanf(line, "%llx-%llx %4s %llx %x:%x %llu", &start, &end, mode, &offset, &major,
                   &minor, &inode) != 7 ||
            end <= address)
            continue;
        *ret_vma = (struct nt_os_vma){
            .start = start,
            .end = end,
            .readable = mode[0] == 'r',
            .writable = mode[1] == 'w',
            .executable = mode[2] == 'x',
            .shared = mode[3] == 's',
            .inode = inode,
            .device_major = major,
            .device_minor = minor,
            .offset = offset,
        };
        r = 0;
        break;
    }
    fclose(file);
    return r;
}

static int query_vma(uint64_t address, struct nt_os_vma *ret_vma)
{
    int r;

    if (!atomic_load_explicit(&no_map_query, memory_order_relaxed)) {
        r = query_by_ioctl(address, ret_vma);
        if (r != -ENOTTY && r != -EINVAL)
            return r;
        atomic_store(&no_map_query, true);
    }
    return query_by_text(address, ret_vma);
}

int nt_os_vma_query(uint64_t address, struct nt_os_vma *ret_vma)
{
    int cancel_state, r;

    NT_OS_FAULT(NT_OS_PROCMAP);
    cancel_state = nt_os_hold_cancel();
    r = query_vma(address, ret_vma);
    nt_os_allow_cancel(cancel_state);
    return r;
}
