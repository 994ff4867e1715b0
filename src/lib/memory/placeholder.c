// SPDX-License-Identifier: MIT
/*
 * Placeholders that are replaced, put back and joined; splitting is region-cut.c's. While the
 * kernel is asked, the region in the map is busy and still says what it was; what is to replace
 * it is a draft that nobody else sees.
 */
#include "lib/memory/placeholder.h"

#include <errno.h>
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/fault/fault.h"
#include "lib/memory/write-watch.h"
#include "lib/process/numa.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

#ifndef MAP_FIXED_NOREPLACE
#    define MAP_FIXED_NOREPLACE 0x100000
#endif

int nt_map_nothing(const struct nt_range *range)
{
    void *mapped;

    return nt_os_map((void *)range->start, range->end - range->start, PROT_NONE,
                     NT_RESERVED_FLAGS | MAP_FIXED, -1, 0, &mapped);
}

int nt_region_empty(const struct nt_region *region, const struct nt_range *range)
{
    uint64_t size = range->end - range->start;
    int r = nt_map_nothing(range);

    if (r < 0 || !(region->watched & NT_FAULT_GUARD))
        return r;
    nt_fault_guard_clear(range->start, size / NT_PAGE_SIZE);
    /* What a guard opened between the two is a mapping of its own: closing it needs no other. */
    (void)nt_os_protect((void *)range->start, size, PROT_NONE);
    return 0;
}

/* --- what the fault handler knows --------------------------------------------------- */

/* The kinds that @region is watched as now become @kinds. The same range again: no memory. */
static void watch_instead(struct nt_region *region, unsigned kinds)
{
    if (region->watched == kinds)
        return;
    if (region->watched & NT_FAULT_GUARD)
        nt_fault_guard_clear(region->base, region->size / NT_PAGE_SIZE);
    if (kinds)
        (void)nt_fault_watch(region->base, region->size, kinds);
    else
        nt_region_unwatch(region);
    region->watched = (uint8_t)kinds;
}

/* --- replacing ---------------------------------------------------------------------- */

/*
 * A placeholder that could not be replaced. Kernels before 6.12 may have unmapped it already when
 * they find that they cannot map what was wanted.
 */
static void mend(const struct nt_region *region)
{
    void *mapped;

    (void)nt_os_map((void *)region->base, region->size, PROT_NONE,
                    NT_RESERVED_FLAGS | MAP_FIXED_NOREPLACE, -1, 0, &mapped);
}

/* What was mapped goes again. At the limit of mappings that can fail: then it has no access. */
static void take_back(struct nt_region *draft, unsigned watched)
{
    const struct nt_range all = {draft->base, nt_region_end(draft)};

    watch_instead(draft, watched);
    if (nt_map_nothing(&all) == 0)
        return;
    (void)nt_os_protect((void *)all.start, all.end - all.start, PROT_NONE);
    (void)nt_os_advise((void *)all.start, all.end - all.start, MADV_DONTNEED);
}

/* No lock is held. */
static NTSTATUS map_instead(const struct nt_region_plan *plan, struct nt_region *draft)
{
    unsigned watched = draft->watched;
    NTSTATUS status = STATUS_SUCCESS;
    void *mapped;
    int r;

    r = nt_os_map((void *)draft->base, draft->size, plan->kernel_protect, plan->flags | MAP_FIXED,
                  plan->fd, plan->offset, &mapped);
    if (r < 0) {
        mend(draft);
        return nt_plan_refused(plan, r);
    }
    if (plan->on_node && nt_numa_prefer(mapped, draft->size, plan->node) < 0)
        status = STATUS_NO_MEMORY;
    if (NT_SUCCESS(status) && plan->finish)
        status = plan->finish(draft, plan->context);
    if (!NT_SUCCESS(status)) {
        take_back(draft, watched);
        nt_region_unrecord(draft);
    }
    return status;
}

/* What the draft became is what the region in the map is. The lock is held. */
static void adopt(struct nt_region *region, struct nt_region *draft)
{
    nt_pages_deinit(&region->pages);
    nt_pages_move(&draft->pages, &region->pages);
    region->kind = draft->kind;
    region->copies = draft->copies;
    region->flags = draft->flags;
    region->allocation_protect = draft->allocation_protect;
    region->watched = draft->watched;
    region->section = draft->section;
    region->offset = draft->offset;
    region->apart = draft->apart;
    region->charged = draft->charged;
    region->node = draft->node;
    region->watch = draft->watch;
    region->watch_stale = draft->watch_stale;
    region->window = draft->window;
}

NTSTATUS nt_placeholder_replace(const struct nt_region_plan *plan)
{
    struct nt_region *region = nt_map_idle_at(plan->base);
    struct nt_region draft;
    NTSTATUS status;

    if (!region || region->kind != NT_REGION_PLACEHOLDER || region->base != plan->base ||
        region->size != plan->size)
        return STATUS_CONFLICTING_ADDRESSES;
    nt_plan_fill(&draft, plan);
    draft.base = plan->base;
    draft.size = plan->size;
    draft.kind = (uint8_t)plan->kind;
    draft.busy = NT_REGION_ENTERING;
    draft.flags |= NT_REGION_REPLACED;
    draft.watched = region->watched;
    nt_map_begin(region, NT_REGION_TURNING);
    nt_map_unlock();
    status = map_instead(plan, &draft);
    nt_map_lock();
    if (NT_SUCCESS(status))
        nt_watch_enter(&draft);
    if (NT_SUCCESS(status))
        adopt(region, &draft);
    else
        nt_pages_deinit(&draft.pages);
    nt_map_end(region);
    return status;
}

/* --- putting back ------------------------------------------------------------------- */

void nt_placeholder_become(struct nt_region *region)
{
    nt_pages_deinit(&region->pages);
    nt_pages_init(&region->pages, region->size / NT_PAGE_SIZE, 0);
    region->kind = NT_REGION_PLACEHOLDER;
    region->flags = 0;
    region->copies = false;
    region->allocation_protect = PAGE_NOACCESS;
    region->node = NT_REGION_NO_NODE;
}

NTSTATUS nt_placeholder_restore(struct nt_region *region)
{
    const struct nt_range all = {region->base, nt_region_end(region)};
    unsigned watched = region->watched & NT_FAULT_PLAIN;
    struct nt_region_rest rest;
    int r;

    nt_map_begin(region, NT_REGION_TURNING);
    nt_map_unlock();
    r = nt_region_empty(region, &all);
    nt_map_lock();
    if (r < 0) {
        nt_map_end(region);
        return nt_status_from_errno(r);
    }
    watch_instead(region, watched);
    region->watched = 0; /* so that it is not forgotten */
    nt_region_strip(region, &rest);
    region->watched = (uint8_t)watched;
    nt_placeholder_become(region);
    nt_map_end(region);
    nt_region_rest_drop(&rest);
    return STATUS_SUCCESS;
}

void nt_placeholder_settle(struct nt_region *region)
{
    const struct nt_range all = {region->base, nt_region_end(region)};

    (void)nt_map_nothing(&all);
    /* The parent's other threads may have been anywhere in these: nothing of it is touched. */
    region->section = NULL;
    region->apart = NULL;
    region->watch = NULL;
    region->window = NULL;
    region->charged = 0;
    nt_pages_init(&region->pages, region->size / NT_PAGE_SIZE, 0);
    nt_placeholder_become(region);
}

/* --- joining ------------------------------------------------------------------------ */

struct members {
    struct nt_region *first;
    unsigned count;
    unsigned watched; /* kinds */
    bool busy;        /* some of them */
};

/* Two or more whole placeholders that fill @range; some may still be about to be something else. */
static bool find_members(const struct nt_range *range, struct members *ret_members)
{
    struct nt_region *region = nt_map_below(range->start);
    struct members members = {.first = region};
    uint64_t end = range->start;

    while (region && region->base == end && nt_map_visible(region) && end < range->end) {
        members.busy |= region->busy != NT_REGION_IDLE;
        if (!members.busy && region->kind != NT_REGION_PLACEHOLDER)
            return false;
        members.watched |= region->watched;
        members.count++;
        end = nt_region_end(region);
        region = nt_map_next(region);
    }
    *ret_members = members;
    return end == range->end && members.count > 1;
}

static void join(struct nt_region *first, const struct nt_range *range)
{
    while (nt_region_end(first) < range->end) {
        struct nt_region *next = nt_map_next(first);

        first->size += next->size;
        nt_map_remove(next);
        nt_region_free(next);
    }
    /* The gap behind it is counted anew. */
    nt_map_remove(first);
    nt_map_insert(first);
    nt_placeholder_become(first);
}

NTSTATUS nt_placeholder_coalesce(const struct nt_range *range)
{
    struct members members;
    bool found;

    while ((found = find_members(range, &members)) && members.busy)
        nt_map_wait();
    if (!found)
        return STATUS_CONFLICTING_ADDRESSES;
    /* One range to the fault handler, too; where all were watched that needs no memory. */
    if (members.watched &&
        nt_fault_watch(range->start, range->end - range->start, members.watched) < 0)
        return STATUS_NO_MEMORY;
    join(members.first, range);
    members.first->watched = (uint8_t)members.watched;
    return STATUS_SUCCESS;
}
