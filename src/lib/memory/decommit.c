// SPDX-License-Identifier: MIT
/*
 * Decommitting: nothing is mapped over the pages, which gives their memory back. See change.h.
 */
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/memory/change-parts.h"
#include "lib/memory/commit.h"
#include "lib/memory/offer.h"
#include "lib/memory/placeholder.h"
#include "lib/memory/write-watch.h"
#include "lib/process/numa.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

uint64_t nt_change_committed_bytes(const struct nt_change *change)
{
    const struct nt_region *region = change->region;

    return NT_PAGE_SIZE * nt_pages_count(&region->pages,
                                         nt_change_page(region, change->range.start),
                                         (change->range.end - change->range.start) / NT_PAGE_SIZE);
}

/* After a failure: guards and protection are as they were. */
static void undo_taking(const struct nt_change *change, const struct nt_guards *guards)
{
    nt_guards_put_back(change, guards);
    if (change->region->flags & NT_REGION_TRACKED)
        nt_change_restore(change->region, &change->range);
}

/* Nobody can write any more; what was written stays on record (15.14). */
static NTSTATUS keep_record(const struct nt_change *change)
{
    const struct nt_range *range = &change->range;
    int r;

    if (!(change->region->flags & NT_REGION_TRACKED))
        return STATUS_SUCCESS;
    r = nt_os_protect((void *)range->start, range->end - range->start, PROT_NONE);
    return r < 0 ? nt_status_from_errno(r) : nt_watch_keep(change->region, range);
}

static NTSTATUS take_memory(const struct nt_change *change)
{
    NT_CLEANUP(nt_guards_deinit) struct nt_guards guards = {.pages = NULL};
    NTSTATUS status = nt_guards_remember(change, &guards);
    int r;

    if (!NT_SUCCESS(status))
        return status;
    status = nt_guards_prepare(change);
    if (NT_SUCCESS(status))
        status = keep_record(change);
    if (!NT_SUCCESS(status)) {
        undo_taking(change, &guards);
        return status;
    }
    r = nt_map_nothing(&change->range);
    if (r < 0)
        undo_taking(change, &guards);
    /* The new mapping knows nothing of it. Want of memory has no say any more: it is a wish. */
    else if (change->region->node != NT_REGION_NO_NODE)
        (void)nt_numa_prefer((void *)change->range.start, change->range.end - change->range.start,
                             change->region->node);
    return nt_status_from_errno(r);
}

NTSTATUS nt_change_decommit(struct nt_region *region, const struct nt_range *range)
{
    const struct nt_change change = {.region = region, .range = *range};
    uint64_t committed = nt_change_committed_bytes(&change);
    NTSTATUS status;

    if (nt_pages_reserve(&region->pages) < 0)
        return STATUS_NO_MEMORY;
    nt_map_begin(region, NT_REGION_CHANGING);
    nt_map_unlock();
    status = take_memory(&change);
    nt_map_lock();
    if (NT_SUCCESS(status)) {
        nt_offers_forget(range);
        nt_pages_set(&region->pages, nt_change_page(region, range->start),
                     (range->end - range->start) / NT_PAGE_SIZE, 0);
        if (committed > region->charged)
            committed = region->charged;
        region->charged -= committed;
        nt_commit_release_private(committed);
    }
    nt_map_end(region);
    return status;
}
