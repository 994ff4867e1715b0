// SPDX-License-Identifier: MIT
/*
 * /proc/self/pagemap. A page that a write has copied is present or swapped out, and is no page of
 * a file; one that still shows the file, or was never touched, is not. Since Linux 6.7 one call
 * (PAGEMAP_SCAN) finds the next such page and skips what has no page tables; before, 64 bits are
 * read for each page. The numbers of page frames are hidden from ordinary processes, these bits
 * are not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "os/fault.h"
#include "os/pagemap.h"
#include "util/macro.h"

#define ENTRY_PRESENT NT_OS_PAGE_PRESENT
#define ENTRY_SWAPPED NT_OS_PAGE_SWAPPED
#define ENTRY_OF_FILE NT_OS_PAGE_OF_FILE

static bool is_copied(uint64_t entry)
{
    return (entry & (ENTRY_PRESENT | ENTRY_SWAPPED)) && !(entry & ENTRY_OF_FILE);
}

/* Reads up to @n_entries; the number read, or -errno. */
static ssize_t read_entries(int fd, uint64_t *entries, uint64_t n_entries, uint64_t page)
{
    ssize_t n;

    do {
        n = pread(fd, entries, n_entries * sizeof(*entries), (off_t)(page * sizeof(*entries)));
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    return n / (ssize_t)sizeof(*entries);
}

/* The slow way: not more than this many pages for one answer. */
#define MAX_READ_PAGES (1u << 18)

static int read_pages(int fd, uint64_t first, uint64_t n_pages, bool *ret_copied,
                      uint64_t *ret_same)
{
    uint64_t entries[512];
    uint64_t seen = 0;
    bool copied = false;

    if (n_pages > MAX_READ_PAGES)
        n_pages = MAX_READ_PAGES;
    while (seen < n_pages) {
        uint64_t want =
            n_pages - seen < NT_ARRAY_SIZE(entries) ? n_pages - seen : NT_ARRAY_SIZE(entries);
        ssize_t n = read_entries(fd, entries, want, first + seen);

        if (n <= 0)
            return n < 0 ? (int)n : -ENODATA;
        if (seen == 0)
            copied = is_copied(entries[0]);
        for (ssize_t i = 0; i < n; i++) {
            if (is_copied(entries[i]) != copied) {
                n_pages = seen + (uint64_t)i;
                break;
            }
        }
        seen += (uint64_t)n;
    }
    *ret_copied = copied;
    *ret_same = n_pages;
    return 0;
}

/* struct pm_scan_arg and struct page_region of linux/fs.h (6.7), which older headers lack. */
struct scan {
    uint64_t size, flags;
    uint64_t start, end, walk_end;
    uint64_t regions, n_regions, max_pages;
    uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};

struct scan_region {
    uint64_t start, end, categories;
};

#define SCAN         _IOWR('f', 16, struct scan)
#define SCAN_FILE    (1u << 2)
#define SCAN_PRESENT (1u << 3)
#define SCAN_SWAPPED (1u << 4)

static _Atomic bool no_scan; /* the kernel is older than 6.7 */

static int scan_pages(int fd, uint64_t address, uint64_t n_pages, bool *ret_copied,
                      uint64_t *ret_same)
{
    struct scan_region region = {.start = 0};
    struct scan scan = {
        .size = sizeof(scan),
        .start = address,
        .end = address + n_pages * NT_PAGE_SIZE,
        .regions = (uint64_t)&region,
        .n_regions = 1,
        .category_inverted = SCAN_FILE,
        .category_mask = SCAN_FILE,
        .category_anyof_mask = SCAN_PRESENT | SCAN_SWAPPED,
        .return_mask = SCAN_FILE,
    };
    int n;

    do {
        n = ioctl(fd, SCAN, &scan);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    if (n == 0) {
        *ret_copied = false;
        *ret_same = n_pages;
        return 0;
    }
    *ret_copied = region.start == address;
    *ret_same = ((*ret_copied ? region.end : region.start) - address) / NT_PAGE_SIZE;
    return 0;
}

static int look_at_pages(uint64_t address, uint64_t n_pages, bool *ret_copied, uint64_t *ret_same)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    int r;

    r = nt_os_open("/proc/self/pagemap", O_RDONLY, 0, &fd);
    if (r < 0)
        return r;
    if (!atomic_load_explicit(&no_scan, memory_order_relaxed)) {
        r = scan_pages(fd, address, n_pages, ret_copied, ret_same);
        if (r != -ENOTTY && r != -EINVAL)
            return r;
        atomic_store(&no_scan, true);
    }
    return read_pages(fd, address / NT_PAGE_SIZE, n_pages, ret_copied, ret_same);
}

int nt_os_copied_pages(uint64_t address, uint64_t n_pages, bool *ret_copied, uint64_t *ret_same)
{
    int cancel_state, r;

    NT_OS_FAULT(NT_OS_PROCMAP);
    cancel_state = nt_os_hold_cancel();
    r = look_at_pages(address, n_pages, ret_copied, ret_same);
    nt_os_allow_cancel(cancel_state);
    return r;
}

/* --- which pages are resident ------------------------------------------------------------- */

int nt_os_pages_open(int *ret_fd)
{
    int cancel_state, r;

    NT_OS_FAULT(NT_OS_PAGESCAN);
    cancel_state = nt_os_hold_cancel();
    r = nt_os_open("/proc/self/pagemap", O_RDONLY, 0, ret_fd);
    nt_os_allow_cancel(cancel_state);
    return r;
}

int nt_os_pages_read(int fd, uint64_t address, uint64_t n_pages, uint64_t *ret_entries)
{
    int cancel_state = nt_os_hold_cancel();
    uint64_t seen = 0;
    ssize_t n = 1;

    while (seen < n_pages && n > 0) {
        n = read_entries(fd, &ret_entries[seen], n_pages - seen, address / NT_PAGE_SIZE + seen);
        if (n > 0)
            seen += (uint64_t)n;
    }
    nt_os_allow_cancel(cancel_state);
    for (; n == 0 && seen < n_pages; seen++)
        ret_entries[seen] = 0; /* beyond the address space */
    return n < 0 ? (int)n : 0;
}

static int scan_present(int fd, uint64_t address, uint64_t end, struct scan_region *ret_region)
{
    struct scan scan = {
        .size = sizeof(scan),
        .start = address,
        .end = end,
        .regions = (uint64_t)ret_region,
        .n_regions = 1,
        .category_mask = SCAN_PRESENT,
        .return_mask = SCAN_PRESENT,
    };
    int n;

    do {
        n = ioctl(fd, SCAN, &scan);
    } while (n < 0 && errno == EINTR);
    if (n == 0)
        *ret_region = (struct scan_region){.start = end, .end = end};
    return n < 0 ? -errno : 0;
}

static int read_present(int fd, uint64_t address, uint64_t end, struct scan_region *ret_region)
{
    uint64_t entries[512];

    *ret_region = (struct scan_region){.start = end, .end = end};
    for (uint64_t at = address; at < end; at += sizeof(entries) / sizeof(*entries) * NT_PAGE_SIZE) {
        uint64_t n_pages = (end - at) / NT_PAGE_SIZE;
        int r;

        if (n_pages > NT_ARRAY_SIZE(entries))
            n_pages = NT_ARRAY_SIZE(entries);
        r = nt_os_pages_read(fd, at, n_pages, entries);
        if (r < 0)
            return r;
        for (uint64_t i = 0; i < n_pages; i++) {
            bool present = entries[i] & ENTRY_PRESENT;

            if (present && ret_region->start == end)
                ret_region->start = at + i * NT_PAGE_SIZE;
            if (!present && ret_region->start < end) {
                ret_region->end = at + i * NT_PAGE_SIZE;
                return 0;
            }
        }
    }
    return 0;
}

int nt_os_pages_next(int fd, uint64_t address, uint64_t end, uint64_t *ret_first,
                     uint64_t *ret_last)
{
    struct scan_region region;
    int r = -ENOTTY;

    if (!atomic_load_explicit(&no_scan, memory_order_relaxed)) {
        r = scan_present(fd, address, end, &region);
        if (r == -ENOTTY || r == -EINVAL)
            atomic_store(&no_scan, true);
    }
    if (r == -ENOTTY || r == -EINVAL)
        r = read_present(fd, address, end, &region);
    if (r < 0)
        return r;
    *ret_first = region.start;
    *ret_last = region.end;
    return 0;
}
