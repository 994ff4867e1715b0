// SPDX-License-Identifier: MIT
/*
 * /proc/self/pagemap: 64 bits for each page. A page that a write has copied is present or
 * swapped out, and is no page of a file; one that still shows the file, or was never touched,
 * is not. The numbers of page frames are hidden from ordinary processes, these bits are not.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "os/fault.h"
#include "os/pagemap.h"
#include "util/macro.h"

#define ENTRY_PRESENT (1ull << 63)
#define ENTRY_SWAPPED (1ull << 62)
#define ENTRY_OF_FILE (1ull << 61)

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

static int look_at_pages(uint64_t address, uint64_t n_pages, bool *ret_copied, uint64_t *ret_same)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    uint64_t first = address / NT_PAGE_SIZE;
    uint64_t entries[512];
    uint64_t seen = 0;
    bool copied = false;
    int r;

    r = nt_os_open("/proc/self/pagemap", O_RDONLY, 0, &fd);
    if (r < 0)
        return r;
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

int nt_os_copied_pages(uint64_t address, uint64_t n_pages, bool *ret_copied, uint64_t *ret_same)
{
    int cancel_state, r;

    NT_OS_FAULT(NT_OS_PROCMAP);
    cancel_state = nt_os_hold_cancel();
    r = look_at_pages(address, n_pages, ret_copied, ret_same);
    nt_os_allow_cancel(cancel_state);
    return r;
}
