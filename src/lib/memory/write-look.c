// SPDX-License-Identifier: MIT
/*
 * Which pages were written: GetWriteWatch and ResetWriteWatch. See write-watch.h.
 *
 * With userfaultfd a look is one system call, in which the kernel finds the written pages and
 * protects them again one by one, so that no write is lost between the two. Where the record has
 * pages of its own (write-watch-record.h) it takes turns with the page tables. A look that fails
 * half-way puts back what it had reset.
 */
#include <stdlib.h>

#include <ntstatus.h>

#include "lib/memory/write-watch-record.h"
#include "os/os.h"
#include "os/page-watch.h"
#include "rtl/status.h"
#include "util/macro.h"

#define FEW_RUNS  128u  /* on the stack */
#define MANY_RUNS 1024u /* so many isolated pages are told by one call */

struct look {
    struct nt_region *region; /* busy */
    struct nt_range range;
    bool reset;
    void **addresses;
    ULONG_PTR room, n;
    struct nt_os_page_run *runs; /* to look at the page tables with */
    size_t n_runs;
};

static void tell(struct look *look, uint64_t start, uint64_t end)
{
    for (; start < end; start += NT_PAGE_SIZE)
        look->addresses[look->n++] = (void *)start;
}

/* Pages of which the record itself knows nothing: what the page tables say, while there is room. */
static NTSTATUS tell_from_tables(struct look *look, uint64_t start, uint64_t end)
{
    struct nt_range run;

    for (uint64_t at = start; nt_watch_run(look->region, true, at, end, &run); at = run.end) {
        struct nt_os_watch_scan scan = {.start = run.start,
                                        .end = run.end,
                                        .reset = look->reset,
                                        .runs = look->runs,
                                        .room = look->n_runs};

        while (scan.start < scan.end && look->n < look->room) {
            int r;

            scan.max_pages = look->room - look->n;
            r = nt_os_watch_scan(&scan);
            if (r < 0)
                return nt_status_from_errno(r);
            for (size_t i = 0; i < scan.n_runs; i++)
                tell(look, look->runs[i].start, look->runs[i].end);
        }
    }
    return STATUS_SUCCESS;
}

/* Pages that the record says were written, while there is room. */
static NTSTATUS tell_from_record(struct look *look, const struct nt_range *recorded)
{
    struct nt_range told = *recorded;

    if ((told.end - told.start) / NT_PAGE_SIZE > look->room - look->n)
        told.end = told.start + (look->room - look->n) * NT_PAGE_SIZE;
    tell(look, told.start, told.end);
    if (!look->reset)
        return STATUS_SUCCESS;
    nt_watch_forget(look->region->watch, told.start, told.end);
    if (nt_watch_way() != NT_WATCH_KERNEL)
        return STATUS_SUCCESS;
    return nt_watch_for_runs(look->region, true, &told, nt_os_watch_arm);
}

/* Nothing was told after all: pages that were reset count as written again. */
static void take_back(const struct look *look)
{
    for (ULONG_PTR i = 0; look->reset && i < look->n; i++) {
        uint64_t page = (uint64_t)look->addresses[i];

        if (!NT_SUCCESS(nt_watch_add(look->region->watch, page, page + NT_PAGE_SIZE)))
            (void)nt_os_watch_disarm(page, page + NT_PAGE_SIZE);
    }
}

static NTSTATUS collect(struct look *look)
{
    bool in_tables = nt_watch_way() == NT_WATCH_KERNEL;
    NTSTATUS status = STATUS_SUCCESS;
    uint64_t end = look->range.end;

    for (uint64_t at = look->range.start; NT_SUCCESS(status) && at < end && look->n < look->room;) {
        struct nt_range recorded = {end, end};

        nt_watch_next(look->region->watch, at, end, &recorded);
        if (in_tables)
            status = tell_from_tables(look, at, recorded.start);
        if (NT_SUCCESS(status) && recorded.start < recorded.end && look->n < look->room)
            status = tell_from_record(look, &recorded);
        at = recorded.end;
    }
    if (!NT_SUCCESS(status))
        take_back(look);
    return status;
}

/* Brings into the record, or makes ready in the page tables, what is to be told. */
static NTSTATUS gather(struct nt_region *region, const struct nt_range *range, bool reset)
{
    switch (nt_watch_way()) {
    case NT_WATCH_SOFT_DIRTY:
        return nt_soft_look(region, reset ? NT_SOFT_CLEAR : NT_SOFT_KEEP);
    case NT_WATCH_PRESENT:
        return nt_watch_add_states(region, range, NT_OS_PAGE_PRESENT);
    default:
        return nt_watch_refresh(region);
    }
}

static NTSTATUS look_at(struct look *look)
{
    struct nt_os_page_run few[FEW_RUNS];
    NT_CLEANUP(nt_freep) struct nt_os_page_run *many = NULL;
    NTSTATUS status = gather(look->region, &look->range, look->reset);

    if (!NT_SUCCESS(status))
        return status;
    look->runs = few;
    look->n_runs = FEW_RUNS;
    if (look->room > FEW_RUNS && look->range.end - look->range.start > FEW_RUNS * NT_PAGE_SIZE)
        many = malloc(MANY_RUNS * sizeof(*many));
    if (many) { /* without it takes more calls */
        look->runs = many;
        look->n_runs = MANY_RUNS;
    }
    return collect(look);
}

/* The watched region that holds all of the range, busy; the lock is held. NULL: there is none. */
static struct nt_region *begin(const void *base, size_t size, struct nt_range *ret_range)
{
    uint64_t start = (uint64_t)base;
    struct nt_region *region;

    if (size == 0 || start >= NT_USER_END || size > NT_USER_END - start)
        return NULL;
    ret_range->start = nt_align_down(start, NT_PAGE_SIZE);
    ret_range->end = nt_align_up(start + size, NT_PAGE_SIZE);
    region = nt_map_idle_at(start);
    if (!region || !region->watch || ret_range->end > nt_region_end(region))
        return NULL;
    nt_map_begin(region, NT_REGION_CHANGING);
    return region;
}

NTSTATUS nt_watch_get(const void *base, size_t size, bool reset, void **addresses, ULONG_PTR *count)
{
    struct look look = {.reset = reset, .addresses = addresses, .room = *count};
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    if (!*count || !size) /* 17.8 */
        return STATUS_INVALID_PARAMETER;
    if (!addresses)
        return STATUS_ACCESS_VIOLATION;
    nt_map_lock_to_change();
    look.region = begin(base, size, &look.range);
    if (look.region) {
        nt_map_unlock();
        status = look_at(&look);
        nt_map_lock();
        nt_map_end(look.region);
    }
    nt_map_unlock();
    if (NT_SUCCESS(status))
        *count = look.n;
    return status;
}

static NTSTATUS reset_range(struct nt_region *region, const struct nt_range *range)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (nt_watch_way() != NT_WATCH_PRESENT)
        status = gather(region, range, true);
    if (NT_SUCCESS(status) && nt_watch_way() == NT_WATCH_KERNEL)
        status = nt_watch_for_runs(region, true, range, nt_os_watch_arm);
    if (NT_SUCCESS(status))
        nt_watch_forget(region->watch, range->start, range->end);
    return status;
}

NTSTATUS nt_watch_reset(const void *base, size_t size)
{
    NTSTATUS status = STATUS_INVALID_PARAMETER;
    struct nt_region *region;
    struct nt_range range;

    nt_map_lock_to_change();
    region = begin(base, size, &range);
    if (region) {
        nt_map_unlock();
        status = reset_range(region, &range);
        nt_map_lock();
        nt_map_end(region);
    }
    nt_map_unlock();
    return status;
}
