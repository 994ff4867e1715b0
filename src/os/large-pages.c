// SPDX-License-Identifier: MIT
/*
 * Memory of large pages. A memfd of hugetlb pages is given its size and then, by fallocate(), every
 * page of it, before anybody maps it: a pool that is too small is found here and not at a touch,
 * where the kernel could only send SIGBUS. Its pages belong to the file, so closing the last
 * descriptor of one that is not mapped gives them back at once.
 *
 * Mappings of it should be MAP_SHARED | MAP_NORESERVE: the pages are there, so nothing is to be
 * reserved; and an mmap(MAP_FIXED) that could not reserve would leave a hole where it was to be.
 */
#include "os/large-pages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "os/fault.h"
#include "os/numa.h"
#include "os/system.h"
#include "util/macro.h"

#ifndef MFD_HUGETLB
#    define MFD_HUGETLB 0x0004U
#endif
#ifndef MADV_POPULATE_WRITE
#    define MADV_POPULATE_WRITE 23
#endif
#define MFD_HUGE_SHIFT 26
#define HUGETLBFS_TYPE 0x958458F6
#define SEALS          (F_SEAL_SHRINK | F_SEAL_GROW)

/* --- pools ---------------------------------------------------------------------------------- */

static uint64_t read_page_size(void)
{
    char text[8192];
    const char *line;

    if (nt_os_read_text("/proc/meminfo", text, sizeof(text)) < 0)
        return 0;
    line = strstr(text, "Hugepagesize:");
    return line ? strtoull(line + strlen("Hugepagesize:"), NULL, 10) << 10 : 0;
}

uint64_t nt_os_large_page_size(void)
{
    static _Atomic uint64_t known;
    uint64_t size = atomic_load_explicit(&known, memory_order_relaxed);

    if (NT_UNLIKELY(size == 0)) {
        size = read_page_size();
        atomic_store_explicit(&known, size, memory_order_relaxed);
    }
    return size;
}

bool nt_os_has_page_size(uint64_t size)
{
    char path[80];

    snprintf(path, sizeof(path), "/sys/kernel/mm/hugepages/hugepages-%llukB",
             (unsigned long long)size >> 10);
    return access(path, F_OK) == 0;
}

/* --- memory --------------------------------------------------------------------------------- */

/*
 * Takes pages from a node as far as it has some. The kernel keeps no wish for a node with large
 * pages, as it does with ordinary ones: they come from the node that the mapping wants which
 * touches them first. Before Linux 5.14 (MADV_POPULATE_WRITE) they come from anywhere.
 */
static void take_from_node(int fd, uint64_t size, uint32_t node)
{
    int cancel_state, r;
    void *mapped;

    if (nt_os_map(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0, &mapped) <
        0)
        return;
    if (nt_os_prefer_node(mapped, size, node) == 0) {
        cancel_state = nt_os_hold_cancel();
        do
            r = nt_os_advise(mapped, size, MADV_POPULATE_WRITE);
        while (r == -EINTR);
        nt_os_allow_cancel(cancel_state);
    }
    munmap(mapped, size);
}

/* A signal ends fallocate() between two pages; what it has taken is there the next time. */
static int take_pages(int fd, uint64_t size)
{
    int cancel_state, r;

    NT_OS_FAULT(NT_OS_ALLOCATE);
    cancel_state = nt_os_hold_cancel();
    do
        r = fallocate(fd, 0, 0, (off_t)size) < 0 ? -errno : 0;
    while (r == -EINTR);
    nt_os_allow_cancel(cancel_state);
    return r;
}

/* ftruncate() and fallocate() above RLIMIT_FSIZE would raise SIGXFSZ, which kills. */
static bool is_above_limit(uint64_t size)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
           size > limit.rlim_cur;
}

static int set_size(int fd, uint64_t size)
{
    NT_OS_FAULT(NT_OS_FTRUNCATE);
    if (size > INT64_MAX || is_above_limit(size))
        return -EFBIG;
    while (ftruncate(fd, (off_t)size) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    return fchmod(fd, 0600) < 0 ? -errno : 0;
}

static int seal(int fd)
{
    NT_OS_FAULT(NT_OS_SEAL);
    return fcntl(fd, F_ADD_SEALS, SEALS | F_SEAL_SEAL) < 0 ? -errno : 0;
}

int nt_os_large_memfd_new(const char *name, uint64_t size, uint64_t page_size, uint32_t node,
                          int *ret_fd)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    unsigned kind = MFD_HUGETLB | (unsigned)__builtin_ctzll(page_size) << MFD_HUGE_SHIFT;
    int r;

    NT_OS_FAULT(NT_OS_MEMFD);
    r = nt_os_adopt_fd(nt_os_create_memfd(name, 0, kind), &fd);
    if (r == 0)
        r = set_size(fd, size);
    if (r == 0 && node != NT_OS_ANY_NODE)
        take_from_node(fd, size, node);
    if (r == 0)
        r = take_pages(fd, size);
    if (r == 0)
        r = seal(fd);
    if (r == 0)
        *ret_fd = nt_steal_fd(&fd);
    return r;
}

bool nt_os_large_memfd_is(int fd, uint64_t page_size, uint64_t *ret_size)
{
    int seals = fcntl(fd, F_GET_SEALS);
    struct statfs system;
    struct stat file;

    if (seals < 0 || (seals & SEALS) != SEALS || fstatfs(fd, &system) < 0 || fstat(fd, &file) < 0)
        return false;
    if ((unsigned long)system.f_type != HUGETLBFS_TYPE || (uint64_t)system.f_bsize != page_size ||
        file.st_size < 0)
        return false;
    *ret_size = (uint64_t)file.st_size;
    return true;
}
