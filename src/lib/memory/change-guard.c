// SPDX-License-Identifier: MIT
/*
 * Guard pages of regions that change, what the fault handler is told of a region, and putting
 * protections back as the page runs say. See change.h and change-parts.h.
 */
#include <stdlib.h>

#include <ntstatus.h>

#include "lib/fault/fault.h"
#include "lib/memory/change-parts.h"
#include "lib/memory/protect.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

NTSTATUS nt_change_watch(struct nt_region *region, unsigned kinds)
{
    int r;

    kinds |= region->watched;
    if (kinds == region->watched)
        return STATUS_SUCCESS;
    r = nt_fault_watch(region->base, region->size, kinds);
    if (r == 0)
        region->watched = (uint8_t)kinds;
    return nt_status_from_errno(r);
}

void nt_region_unwatch(struct nt_region *region)
{
    if (!region->watched)
        return;
    nt_fault_forget(region->base);
    region->watched = 0;
}

NTSTATUS nt_change_guard(struct nt_region *region, const struct nt_range *range, ULONG protect)
{
    NTSTATUS status = nt_fault_install();

    if (NT_SUCCESS(status))
        status = nt_change_watch(region, NT_FAULT_GUARD);
    if (!NT_SUCCESS(status))
        return status;
    return nt_status_from_errno(nt_fault_guard_set(
        range->start, (range->end - range->start) / NT_PAGE_SIZE, protect & ~(ULONG)PAGE_GUARD));
}

void nt_guards_deinit(struct nt_guards *guards)
{
    free(guards->pages);
}

NTSTATUS nt_guards_remember(const struct nt_change *change, struct nt_guards *guards)
{
    uint64_t count = (change->range.end - change->range.start) / NT_PAGE_SIZE;

    if (!(change->region->watched & NT_FAULT_GUARD))
        return STATUS_SUCCESS;
    guards->pages = calloc(count, sizeof(*guards->pages));
    if (!guards->pages)
        return STATUS_NO_MEMORY;
    guards->count = count;
    for (uint64_t i = 0; i < count; i++)
        guards->pages[i] = nt_fault_guard_stands(change->range.start + i * NT_PAGE_SIZE);
    return STATUS_SUCCESS;
}

void nt_guards_put_back(const struct nt_change *change, const struct nt_guards *guards)
{
    const struct nt_region *region = change->region;
    uint64_t start = change->range.start, end;

    if (!(region->watched & NT_FAULT_GUARD))
        return;
    nt_fault_guard_clear(start, (change->range.end - start) / NT_PAGE_SIZE);
    for (uint64_t i = 0; i < guards->count; i++) {
        uint64_t page = start + i * NT_PAGE_SIZE;

        if (guards->pages[i])
            (void)nt_fault_guard_set(
                page, 1, nt_change_run(region, page, change->range.end, &end) & ~(ULONG)PAGE_GUARD);
    }
    nt_change_restore(region, &change->range);
}

NTSTATUS nt_guards_prepare(const struct nt_change *change)
{
    uint64_t count = (change->range.end - change->range.start) / NT_PAGE_SIZE;

    if (change->protect & PAGE_GUARD)
        return nt_change_guard(change->region, &change->range, change->protect);
    if (change->region->watched & NT_FAULT_GUARD)
        nt_fault_guard_clear(change->range.start, count);
    return STATUS_SUCCESS;
}

/* One page run; where guards stand, or not any more, page by page. */
static void restore_run(uint64_t start, uint64_t end, ULONG protect)
{
    while (start < end) {
        uint64_t next = protect & PAGE_GUARD ? start + NT_PAGE_SIZE : end;
        ULONG now = protect & PAGE_GUARD && !nt_fault_guard_stands(start)
                        ? protect & ~(ULONG)PAGE_GUARD
                        : protect;

        (void)nt_os_protect((void *)start, next - start, nt_protect_to_kernel(now));
        start = next;
    }
}

void nt_change_restore(const struct nt_region *region, const struct nt_range *range)
{
    for (uint64_t at = range->start, end; at < range->end; at = end) {
        ULONG protect = nt_change_run(region, at, range->end, &end);

        restore_run(at, end, protect);
    }
}
