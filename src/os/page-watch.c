// SPDX-License-Identifier: MIT
/*
 * userfaultfd, PAGEMAP_SCAN and /proc/self/clear_refs. See page-watch.h. Older headers have none of
 * what Linux 6.7 added, so its numbers are written down here.
 */
#include "os/page-watch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/fault.h"
#include "os/os.h"
#include "util/macro.h"

/* No fault of the kernel's own is handed to this process: so it needs no privilege. */
#ifndef UFFD_USER_MODE_ONLY
#    define UFFD_USER_MODE_ONLY 1
#endif
#define FEATURE_WP_UNPOPULATED (1u << 13) /* pages that were never touched are protected too */
#define FEATURE_WP_ASYNC       (1u << 15) /* a write takes the protection off by itself */

/* struct pm_scan_arg of linux/fs.h. */
struct scan {
    uint64_t size, flags;
    uint64_t start, end, walk_end;
    uint64_t runs, n_runs, max_pages;
    uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};

#define SCAN             _IOWR('f', 16, struct scan)
#define SCAN_WP_MATCHING (1u << 0)
#define SCAN_WP_NEEDED   (1u << 1) /* memory that is not registered is -EPERM, not skipped */
#define SCAN_WRITTEN     (1u << 1)
#define SCAN_PRESENT     (1u << 3)
#define SCAN_SWAPPED     (1u << 4)

#define ENTRY_PRESENT    (1ull << 63)
#define ENTRY_SWAPPED    (1ull << 62)
#define ENTRY_SOFT_DIRTY (1ull << 55)
#define MAX_ENTRIES      512u

static _Atomic int fault_fd = -1, pagemap_fd = -1;

/* --- descriptors -------------------------------------------------------------------- */

/* The kernel does not know it, or somebody does not want this process to have it. */
static int missing(int r)
{
    return r == -EINVAL || r == -EPERM || r == -EACCES || r == -ENOTTY || r == -EOPNOTSUPP ||
                   r == -ENOENT
               ? -ENOSYS
               : r;
}

/* Puts a new descriptor where it is kept; should another thread have been first, its stays. */
static void keep(_Atomic int *kept, int fd)
{
    int none = -1;

    if (!atomic_compare_exchange_strong(kept, &none, fd))
        nt_os_close(fd);
}

static int open_pagemap(void)
{
    int fd, r;

    if (NT_LIKELY(atomic_load(&pagemap_fd) >= 0))
        return 0;
    NT_OS_FAULT(NT_OS_OPEN);
    r = nt_os_open("/proc/self/pagemap", O_RDONLY, 0, &fd);
    if (r == 0)
        keep(&pagemap_fd, fd);
    return r;
}

static int open_fault(void)
{
    struct uffdio_api api = {.api = UFFD_API,
                             .features = FEATURE_WP_ASYNC | FEATURE_WP_UNPOPULATED};
    int fd, r;

    if (atomic_load(&fault_fd) >= 0)
        return 0;
    NT_OS_FAULT(NT_OS_USERFAULT);
    r = nt_os_adopt_fd((int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY),
                       &fd);
    if (r == -EMFILE && nt_os_more_fds())
        r = nt_os_adopt_fd(
            (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY), &fd);
    if (r < 0)
        return r;
    if (ioctl(fd, UFFDIO_API, &api) < 0) {
        r = -errno;
        nt_os_close(fd);
        return r;
    }
    keep(&fault_fd, fd);
    return 0;
}

int nt_os_watch_open(void)
{
    struct nt_os_watch_scan nothing = {.max_pages = 1};
    int cancel_state, r;

    if (atomic_load(&fault_fd) >= 0 && atomic_load(&pagemap_fd) >= 0)
        return 0;
    cancel_state = nt_os_hold_cancel();
    r = open_fault();
    if (r == 0)
        r = open_pagemap();
    if (r == 0)
        r = nt_os_watch_scan(&nothing);
    nt_os_allow_cancel(cancel_state);
    return missing(r);
}

void nt_os_watch_detach(int ret_fds[2])
{
    ret_fds[0] = atomic_exchange(&fault_fd, -1);
    ret_fds[1] = atomic_exchange(&pagemap_fd, -1);
}

void nt_os_forget_watch(void)
{
    int fds[2];

    nt_os_watch_detach(fds);
    nt_os_close(fds[0]);
    nt_os_close(fds[1]);
}

/* --- userfaultfd -------------------------------------------------------------------- */

int nt_os_watch_register(uint64_t start, uint64_t end)
{
    struct uffdio_register range = {.range = {.start = start, .len = end - start},
                                    .mode = UFFDIO_REGISTER_MODE_WP};

    NT_OS_FAULT(NT_OS_USERFAULT);
    return ioctl(atomic_load(&fault_fd), UFFDIO_REGISTER, &range) < 0 ? -errno : 0;
}

int nt_os_watch_disarm(uint64_t start, uint64_t end)
{
    struct uffdio_writeprotect range = {.range = {.start = start, .len = end - start}};
    int r;

    NT_OS_FAULT(NT_OS_USERFAULT);
    do {
        r = ioctl(atomic_load(&fault_fd), UFFDIO_WRITEPROTECT, &range) < 0 ? -errno : 0;
    } while (r == -EAGAIN || r == -EINTR); /* another thread changes the address space */
    return r;
}

static int run_scan(struct scan *scan)
{
    int n;

    NT_OS_FAULT(NT_OS_PAGESCAN);
    do {
        n = ioctl(atomic_load(&pagemap_fd), SCAN, scan);
    } while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

/*
 * Where to look next. The kernel's own word, walk_end, is where its buffer of 512 runs was full the
 * last time, though it went on from there: it is true only of a look that ended early.
 */
static uint64_t next_start(const struct scan *scan, const struct nt_os_page_run *runs,
                           size_t n_runs, bool is_full)
{
    if (n_runs < scan->n_runs && !is_full)
        return scan->end;
    return n_runs && runs[n_runs - 1].end > scan->walk_end ? runs[n_runs - 1].end : scan->walk_end;
}

/* Without a place for runs the kernel protects whatever is not yet. */
int nt_os_watch_arm(uint64_t start, uint64_t end)
{
    struct scan scan = {
        .size = sizeof(scan),
        .flags = SCAN_WP_MATCHING | SCAN_WP_NEEDED,
        .start = start,
        .end = end,
        .category_mask = SCAN_WRITTEN,
        .return_mask = SCAN_WRITTEN,
    };
    int r = run_scan(&scan);

    return r < 0 ? r : 0;
}

int nt_os_watch_arm_absent(uint64_t start, uint64_t end)
{
    struct nt_os_page_run runs[64];

    while (start < end) {
        struct scan scan = {
            .size = sizeof(scan),
            .flags = SCAN_WP_MATCHING | SCAN_WP_NEEDED,
            .start = start,
            .end = end,
            .runs = (uint64_t)runs,
            .n_runs = NT_ARRAY_SIZE(runs),
            .category_inverted = SCAN_PRESENT | SCAN_SWAPPED,
            .category_mask = SCAN_PRESENT | SCAN_SWAPPED,
            .return_mask = SCAN_PRESENT,
        };
        int r = run_scan(&scan);

        if (r < 0)
            return r;
        start = next_start(&scan, runs, (size_t)r, false);
    }
    return 0;
}

int nt_os_watch_scan(struct nt_os_watch_scan *scan)
{
    /* With these masks and no others the kernel takes its quickest way. */
    struct scan call = {
        .size = sizeof(call),
        .flags = SCAN_WP_NEEDED | (scan->reset ? SCAN_WP_MATCHING : 0),
        .start = scan->start,
        .end = scan->end,
        .runs = (uint64_t)scan->runs,
        .n_runs = scan->room,
        .max_pages = scan->max_pages,
        .category_mask = SCAN_WRITTEN,
        .return_mask = SCAN_WRITTEN,
    };
    uint64_t n_pages = 0;
    int n = run_scan(&call);

    if (n < 0)
        return n;
    for (int i = 0; i < n; i++)
        n_pages += (scan->runs[i].end - scan->runs[i].start) / NT_PAGE_SIZE;
    scan->n_runs = (size_t)n;
    scan->start = next_start(&call, scan->runs, scan->n_runs, n_pages == scan->max_pages);
    return 0;
}

/* --- soft-dirty bits ----------------------------------------------------------------- */

static int read_entries(uint64_t start, size_t n_pages, uint64_t *entries)
{
    size_t size = n_pages * sizeof(*entries);
    ssize_t n;

    NT_OS_FAULT(NT_OS_PAGESCAN);
    do {
        n = pread(atomic_load(&pagemap_fd), entries, size,
                  (off_t)(start / NT_PAGE_SIZE * sizeof(*entries)));
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    return (size_t)n == size ? 0 : -ENODATA;
}

int nt_os_page_states(uint64_t start, size_t n_pages, uint8_t *ret_states)
{
    uint64_t entries[MAX_ENTRIES];
    int cancel_state, r;

    if (n_pages > MAX_ENTRIES)
        return -EINVAL;
    cancel_state = nt_os_hold_cancel();
    r = open_pagemap();
    if (r == 0)
        r = read_entries(start, n_pages, entries);
    nt_os_allow_cancel(cancel_state);
    for (size_t i = 0; r == 0 && i < n_pages; i++)
        ret_states[i] =
            (uint8_t)((entries[i] & (ENTRY_PRESENT | ENTRY_SWAPPED) ? NT_OS_PAGE_PRESENT : 0) |
                      (entries[i] & ENTRY_SOFT_DIRTY ? NT_OS_PAGE_DIRTY : 0));
    return r;
}

/* A page that was just written is dirty, where there are such bits; and they can be cleared. */
int nt_os_soft_dirty_probe(void)
{
    volatile char *page;
    uint8_t state = 0;
    void *mapped;
    int r, fd;

    r = nt_os_map(NULL, NT_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0,
                  &mapped);
    if (r < 0)
        return r;
    page = mapped;
    *page = 1;
    r = nt_os_page_states((uint64_t)mapped, 1, &state);
    nt_os_unmap(mapped, NT_PAGE_SIZE);
    if (r == 0 && !(state & NT_OS_PAGE_DIRTY))
        r = -ENOSYS;
    if (r == 0)
        r = nt_os_open("/proc/self/clear_refs", O_WRONLY, 0, &fd);
    if (r == 0)
        nt_os_close(fd);
    return missing(r);
}

int nt_os_soft_dirty_clear(void)
{
    int cancel_state, fd, r;
    ssize_t n;

    NT_OS_FAULT(NT_OS_PAGESCAN);
    cancel_state = nt_os_hold_cancel();
    r = nt_os_open("/proc/self/clear_refs", O_WRONLY, 0, &fd);
    if (r == 0) {
        do {
            n = write(fd, "4", 1);
        } while (n < 0 && errno == EINTR);
        r = n < 0 ? -errno : 0;
        nt_os_close(fd);
    }
    nt_os_allow_cancel(cancel_state);
    return r;
}

static uint64_t faults_of(int who)
{
    struct rusage usage = {.ru_minflt = 0};

    getrusage(who, &usage);
    return (uint64_t)usage.ru_minflt + (uint64_t)usage.ru_majflt;
}

uint64_t nt_os_fault_count(void)
{
    uint64_t own, all, own_after;

    /* Until this thread has none in the middle. */
    do {
        own = faults_of(RUSAGE_THREAD);
        all = faults_of(RUSAGE_SELF);
        own_after = faults_of(RUSAGE_THREAD);
    } while (own != own_after);
    return all - own;
}
