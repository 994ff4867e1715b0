// SPDX-License-Identifier: MIT
/*
 * Changing pages of a region: protection, guards, and commitment. See change.h. A change of pages
 * that are mapped as they are to be is one mprotect; what has to be mapped anew is apart.c's.
 */
#include "lib/memory/change.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/fault/fault.h"
#include "lib/memory/apart.h"
#include "lib/memory/commit.h"
#include "lib/memory/protect.h"
#include "lib/memory/reserve.h"
#include "lib/memory/section-attributes.h"
#include "os/os.h"
#include "os/pagemap.h"
#include "rtl/status.h"
#include "util/macro.h"

struct change {
    struct nt_region *region;
    struct nt_range range;
    ULONG protect;
    unsigned options; /* enum nt_change_options */
    uint64_t charge;  /* bytes that were charged for it */
};

static uint64_t page_of(const struct nt_region *region, uint64_t address)
{
    return (address - region->base) / NT_PAGE_SIZE;
}

static ULONG run_at(const struct nt_region *region, uint64_t address, uint64_t limit,
                    uint64_t *ret_end)
{
    uint64_t end;
    ULONG protect = nt_pages_at(&region->pages, page_of(region, address), &end);

    end = region->base + end * NT_PAGE_SIZE;
    *ret_end = end < limit ? end : limit;
    return protect;
}

/* --- what is allowed ---------------------------------------------------------------- */

/* Writes to the view reach its section: it was mapped MAP_SHARED. */
static bool is_shared_view(const struct nt_region *region)
{
    return region->kind == NT_REGION_VIEW && !(region->flags & NT_VIEW_IMAGE) &&
           (nt_protect_capabilities(region->allocation_protect) & NT_PROTECT_WRITE);
}

/* 9.17, 14.18: an image's pages are copied when they are written, and may never run code. */
static ULONG image_protection(const struct nt_region *region, ULONG base)
{
    if (base == PAGE_READWRITE)
        base = PAGE_WRITECOPY;
    if (base == PAGE_EXECUTE_READWRITE)
        base = PAGE_EXECUTE_WRITECOPY;
    if (region->section && nt_attributes_are_no_execute(region->section->attributes))
        base = nt_protect_without_execute(base);
    return base;
}

NTSTATUS nt_change_choose(const struct nt_region *region, ULONG wanted, ULONG *ret_protect)
{
    ULONG base = wanted & NT_PROTECT_BASE;

    if (region->kind != NT_REGION_VIEW) {
        if (nt_protect_is_copy(base)) /* 9.6 */
            return STATUS_INVALID_PAGE_PROTECTION;
    } else {
        if (region->flags & NT_VIEW_IMAGE)
            base = image_protection(region, base);
        if (!nt_protect_is_within(base, region->allocation_protect))
            return STATUS_INVALID_PAGE_PROTECTION;
    }
    base |= wanted & PAGE_GUARD;
    if ((base & NT_PROTECT_BASE) != PAGE_NOACCESS)
        base |= region->allocation_protect & NT_PROTECT_CACHE;
    if ((region->flags & NT_VIEW_NO_CHANGE) && base != region->allocation_protect) /* 9.28 */
        return STATUS_INVALID_PAGE_PROTECTION;
    *ret_protect = base;
    return STATUS_SUCCESS;
}

bool nt_view_committed(const struct nt_section *section, uint64_t offset, uint64_t page,
                       uint64_t limit, uint64_t *ret_end)
{
    uint64_t first = offset / NT_PAGE_SIZE, boundary;
    bool state;

    if (section->reserve) {
        state = nt_reserve_at(section->reserve, first + page, first + limit, ret_end);
        *ret_end -= first;
        return state;
    }
    /* 3.39: what the file has not reached yet is reserved. */
    boundary = nt_align_up(atomic_load(&section->size), NT_PAGE_SIZE) / NT_PAGE_SIZE;
    boundary = boundary > first ? boundary - first : 0;
    *ret_end = page < boundary && boundary < limit ? boundary : limit;
    return page < boundary;
}

bool nt_change_committed(const struct nt_region *region, const struct nt_range *range)
{
    uint64_t end;

    if (region->flags & NT_VIEW_RESERVE) {
        uint64_t limit = page_of(region, range->end);

        return nt_view_committed(region->section, region->offset, page_of(region, range->start),
                                 limit, &end) &&
               end == limit;
    }
    for (uint64_t at = range->start; at < range->end; at = end) {
        if (!run_at(region, at, range->end, &end))
            return false;
    }
    return true;
}

/* --- guards ------------------------------------------------------------------------- */

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

/* Which guards of a range stand, to set them again; NULL with 0 pages when there are none. */
struct stood {
    bool *pages;
    uint64_t count;
};

static void stood_deinit(struct stood *stood)
{
    free(stood->pages);
}

static NTSTATUS remember_guards(const struct change *change, struct stood *stood)
{
    uint64_t count = (change->range.end - change->range.start) / NT_PAGE_SIZE;

    if (!(change->region->watched & NT_FAULT_GUARD))
        return STATUS_SUCCESS;
    stood->pages = calloc(count, sizeof(*stood->pages));
    if (!stood->pages)
        return STATUS_NO_MEMORY;
    stood->count = count;
    for (uint64_t i = 0; i < count; i++)
        stood->pages[i] = nt_fault_guard_stands(change->range.start + i * NT_PAGE_SIZE);
    return STATUS_SUCCESS;
}

/* After a failure: the guards stand that stood, and no others. */
static void put_guards_back(const struct change *change, const struct stood *stood)
{
    const struct nt_region *region = change->region;
    uint64_t start = change->range.start, end;

    if (!(region->watched & NT_FAULT_GUARD))
        return;
    nt_fault_guard_clear(start, (change->range.end - start) / NT_PAGE_SIZE);
    for (uint64_t i = 0; i < stood->count; i++) {
        uint64_t page = start + i * NT_PAGE_SIZE;

        if (stood->pages[i])
            (void)nt_fault_guard_set(
                page, 1, run_at(region, page, change->range.end, &end) & ~(ULONG)PAGE_GUARD);
    }
    nt_change_restore(region, &change->range);
}

/* Sets or clears the guards of the range, before the kernel is told (fault.h says why). */
static NTSTATUS prepare_guards(const struct change *change)
{
    uint64_t count = (change->range.end - change->range.start) / NT_PAGE_SIZE;

    if (change->protect & PAGE_GUARD)
        return nt_change_guard(change->region, &change->range, change->protect);
    if (change->region->watched & NT_FAULT_GUARD)
        nt_fault_guard_clear(change->range.start, count);
    return STATUS_SUCCESS;
}

/* --- the kernel --------------------------------------------------------------------- */

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
        ULONG protect = run_at(region, at, range->end, &end);

        restore_run(at, end, protect);
    }
}

/* A view that commits what it can use already asks the kernel for nothing (6.7). */
static bool is_as_wanted(const struct change *change)
{
    uint64_t end;

    return (change->options & NT_CHANGE_COMMIT) && change->region->kind == NT_REGION_VIEW &&
           !(change->protect & PAGE_GUARD) &&
           run_at(change->region, change->range.start, change->range.end, &end) ==
               change->protect &&
           end == change->range.end;
}

static NTSTATUS commit_in_section(const struct change *change)
{
    const struct nt_region *region = change->region;
    uint64_t first = region->offset / NT_PAGE_SIZE + page_of(region, change->range.start);

    if (!(change->options & NT_CHANGE_COMMIT) || !region->section || !region->section->reserve)
        return STATUS_SUCCESS;
    return nt_reserve_commit(region->section->reserve, first,
                             (change->range.end - change->range.start) / NT_PAGE_SIZE);
}

/* 10.16: the copies go, and the pages show the section again. */
static NTSTATUS revert(const struct change *change)
{
    const struct nt_region *region = change->region;
    uint64_t end;
    int r = 0;

    if (!(change->options & NT_CHANGE_REVERT))
        return STATUS_SUCCESS;
    for (uint64_t at = change->range.start; r == 0 && at < change->range.end; at = end) {
        bool is_private = !is_shared_view(region);

        end = change->range.end;
        if (!is_private)
            is_private = nt_apart_at(region, at, end, &end) == NT_APART_PRIVATE;
        if (is_private)
            r = nt_os_advise((void *)at, end - at, MADV_DONTNEED);
    }
    return nt_status_from_errno(r);
}

/* What follows when the pages are mapped and protected as wanted; when it fails that is undone. */
static NTSTATUS follow_up(const void *context)
{
    const struct change *change = context;
    NTSTATUS status = commit_in_section(change);

    return NT_SUCCESS(status) ? revert(change) : status;
}

static NTSTATUS tell_kernel(const struct change *change)
{
    struct nt_region *region = change->region;
    NTSTATUS status;
    int r;

    if (is_shared_view(region) && (region->apart || nt_protect_is_copy(change->protect))) {
        const struct nt_apart_wish wish = {
            .range = change->range,
            .protect = change->protect,
            .drop = change->options & NT_CHANGE_REVERT,
            .follow_up = follow_up,
            .context = change,
        };

        return nt_apart_change(region, &wish);
    }
    r = nt_os_protect((void *)change->range.start, change->range.end - change->range.start,
                      nt_protect_to_kernel(change->protect));
    status = r < 0 ? nt_status_from_errno(r) : follow_up(change);
    if (!NT_SUCCESS(status))
        nt_change_restore(region, &change->range);
    return status;
}

static NTSTATUS make_change(const struct change *change)
{
    NT_CLEANUP(stood_deinit) struct stood stood = {.pages = NULL};
    NTSTATUS status;

    if (is_as_wanted(change))
        return commit_in_section(change);
    /* Nothing brings back what was copied without a descriptor. */
    if ((change->options & NT_CHANGE_REVERT) &&
        nt_apart_has(change->region, &change->range, NT_APART_COPIED))
        return STATUS_NOT_SUPPORTED;
    status = remember_guards(change, &stood);
    if (!NT_SUCCESS(status))
        return status;
    status = prepare_guards(change);
    if (NT_SUCCESS(status))
        status = tell_kernel(change);
    if (!NT_SUCCESS(status))
        put_guards_back(change, &stood);
    return status;
}

/* Pages that will be the process's own when they are written are charged at once (3.47). */
static NTSTATUS charge(struct change *change)
{
    const struct nt_region *region = change->region;
    NTSTATUS status;

    if (!nt_protect_is_copy(change->protect) || region->charged >= region->size)
        return STATUS_SUCCESS;
    change->charge = change->range.end - change->range.start;
    if (change->charge > region->size - region->charged)
        change->charge = region->size - region->charged;
    status = nt_commit_check(change->charge);
    if (!NT_SUCCESS(status))
        change->charge = 0;
    return status;
}

/* --- the whole ---------------------------------------------------------------------- */

/* 10.3, 8.17: what the first page really is. */
static ULONG old_protection(const struct nt_region *region, uint64_t address)
{
    uint64_t end, same;
    ULONG protect = run_at(region, address, address + NT_PAGE_SIZE, &end);
    bool copied;

    if ((protect & PAGE_GUARD) && !nt_fault_guard_stands(address))
        protect &= ~(ULONG)PAGE_GUARD;
    if (nt_protect_is_copy(protect) && nt_os_copied_pages(address, 1, &copied, &same) == 0 &&
        copied)
        protect = nt_protect_of_copy(protect);
    return protect;
}

NTSTATUS nt_change_protect(struct nt_region *region, const struct nt_range *range, ULONG protect,
                           unsigned options, ULONG *ret_old)
{
    struct change change = {
        .region = region, .range = *range, .protect = protect, .options = options};
    ULONG old;
    NTSTATUS status;

    if (nt_pages_reserve(&region->pages) < 0)
        return STATUS_NO_MEMORY;
    nt_map_begin(region, NT_REGION_CHANGING);
    nt_map_unlock();
    old = old_protection(region, range->start);
    status = charge(&change);
    if (NT_SUCCESS(status))
        status = make_change(&change);
    if (!NT_SUCCESS(status) && change.charge)
        nt_commit_release(change.charge);
    nt_map_lock();
    if (NT_SUCCESS(status)) {
        nt_pages_set(&region->pages, page_of(region, range->start),
                     (range->end - range->start) / NT_PAGE_SIZE, protect);
        region->copies |= nt_protect_is_copy(protect);
        region->charged += change.charge;
        if (ret_old)
            *ret_old = old;
    }
    nt_map_end(region);
    return status;
}

static NTSTATUS take_memory(const struct change *change)
{
    NT_CLEANUP(stood_deinit) struct stood stood = {.pages = NULL};
    NTSTATUS status = remember_guards(change, &stood);
    void *mapped;
    int r;

    if (!NT_SUCCESS(status))
        return status;
    status = prepare_guards(change);
    if (!NT_SUCCESS(status))
        return status;
    r = nt_os_map((void *)change->range.start, change->range.end - change->range.start, PROT_NONE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0, &mapped);
    if (r < 0)
        put_guards_back(change, &stood);
    return nt_status_from_errno(r);
}

NTSTATUS nt_change_decommit(struct nt_region *region, const struct nt_range *range)
{
    const struct change change = {.region = region, .range = *range};
    NTSTATUS status;

    if (nt_pages_reserve(&region->pages) < 0)
        return STATUS_NO_MEMORY;
    nt_map_begin(region, NT_REGION_CHANGING);
    nt_map_unlock();
    status = take_memory(&change);
    nt_map_lock();
    if (NT_SUCCESS(status))
        nt_pages_set(&region->pages, page_of(region, range->start),
                     (range->end - range->start) / NT_PAGE_SIZE, 0);
    nt_map_end(region);
    return status;
}
