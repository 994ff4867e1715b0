/* SPDX-License-Identifier: MIT */
/*
 * The inside of a change of pages, for change.c, change-guard.c and decommit.c: what is to be
 * changed, and what is remembered of guard pages, so that a change that fails leaves them as they
 * were. The region is busy.
 */
#ifndef NT_LIB_MEMORY_CHANGE_PARTS_H
#define NT_LIB_MEMORY_CHANGE_PARTS_H

#include "lib/memory/change.h"
#include "os/os.h"

struct nt_change {
    struct nt_region *region;
    struct nt_range range;
    ULONG protect;
    unsigned options; /* enum nt_change_options */
    uint64_t charge;  /* bytes that were charged for it */
};

/* Which guards of a range stand, to set them again; NULL with 0 pages when there are none. */
struct nt_guards {
    bool *pages;
    uint64_t count;
};

/** nt_change_page() - the page of @region that @address lies in, counted from its first */
static inline uint64_t nt_change_page(const struct nt_region *region, uint64_t address)
{
    return (address - region->base) / NT_PAGE_SIZE;
}

/** nt_change_run() - the state of a page, and up to where (at most @limit) others are alike */
static inline ULONG nt_change_run(const struct nt_region *region, uint64_t address, uint64_t limit,
                                  uint64_t *ret_end)
{
    uint64_t end;
    ULONG protect = nt_pages_at(&region->pages, nt_change_page(region, address), &end);

    end = region->base + end * NT_PAGE_SIZE;
    *ret_end = end < limit ? end : limit;
    return protect;
}

/** nt_change_committed_bytes() - how much of the range is committed; for private memory */
uint64_t nt_change_committed_bytes(const struct nt_change *change);

/** nt_guards_remember() - which guards of the range stand. STATUS_NO_MEMORY. */
NTSTATUS nt_guards_remember(const struct nt_change *change, struct nt_guards *guards);
/** nt_guards_prepare() - set or clear guards, before the kernel is told (fault.h says why) */
NTSTATUS nt_guards_prepare(const struct nt_change *change);
/** nt_guards_put_back() - after a failure: the guards stand that stood, and no others */
void nt_guards_put_back(const struct nt_change *change, const struct nt_guards *guards);
/** nt_guards_deinit() - for NT_CLEANUP */
void nt_guards_deinit(struct nt_guards *guards);

#endif
