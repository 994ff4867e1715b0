// SPDX-License-Identifier: MIT
/*
 * Changing pages of a region: protection and commitment. See change.h; guard pages are
 * change-guard.c's, decommitting is decommit.c's. A change of pages that are mapped as they are to
 * be is one mprotect; what has to be mapped anew is apart.c's.
 */
#include "lib/memory/change.h"

#include <errno.h>
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/fault/fault.h"
#include "lib/memory/apart.h"
#include "lib/memory/change-parts.h"
#include "lib/memory/commit.h"
#include "lib/memory/offer.h"
#include "lib/memory/protect.h"
#include "lib/memory/reserve.h"
#include "lib/memory/section-attributes.h"
#include "lib/memory/write-watch.h"
#include "os/os.h"
#include "os/pagemap.h"
#include "os/residency.h"
#include "rtl/status.h"
#include "util/macro.h"

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
    if ((region->flags & (NT_VIEW_NO_CHANGE | NT_REGION_LARGE)) && /* 9.28, 9.29 */
        base != region->allocation_protect)
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
        uint64_t limit = nt_change_page(region, range->end);

        return nt_view_committed(region->section, region->offset,
                                 nt_change_page(region, range->start), limit, &end) &&
               end == limit;
    }
    for (uint64_t at = range->start; at < range->end; at = end) {
        if (!nt_change_run(region, at, range->end, &end))
            return false;
    }
    return true;
}

/* --- the kernel --------------------------------------------------------------------- */

/* A view that commits what it can use already asks the kernel for nothing (6.7). */
static bool is_as_wanted(const struct nt_change *change)
{
    uint64_t end;

    return (change->options & NT_CHANGE_COMMIT) && change->region->kind == NT_REGION_VIEW &&
           !(change->protect & PAGE_GUARD) &&
           nt_change_run(change->region, change->range.start, change->range.end, &end) ==
               change->protect &&
           end == change->range.end;
}

static NTSTATUS commit_in_section(const struct nt_change *change)
{
    const struct nt_region *region = change->region;
    uint64_t first = region->offset / NT_PAGE_SIZE + nt_change_page(region, change->range.start);

    if (!(change->options & NT_CHANGE_COMMIT) || !region->section || !region->section->reserve)
        return STATUS_SUCCESS;
    return nt_reserve_commit(region->section->reserve, first,
                             (change->range.end - change->range.start) / NT_PAGE_SIZE);
}

/* 10.16: the copies go, and the pages show the section again. */
static NTSTATUS revert(const struct nt_change *change)
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
            r = nt_os_drop_pages((void *)at, end - at);
    }
    return nt_status_from_errno(r);
}

/* What follows when the pages are mapped and protected as wanted; when it fails that is undone. */
static NTSTATUS follow_up(const void *context)
{
    const struct nt_change *change = context;
    NTSTATUS status = commit_in_section(change);

    return NT_SUCCESS(status) ? revert(change) : status;
}

static NTSTATUS tell_kernel(const struct nt_change *change)
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

static NTSTATUS make_change(const struct nt_change *change)
{
    NT_CLEANUP(nt_guards_deinit) struct nt_guards guards = {.pages = NULL};
    NTSTATUS status;

    if (is_as_wanted(change))
        return commit_in_section(change);
    /* Nothing brings back what was copied without a descriptor. */
    if ((change->options & NT_CHANGE_REVERT) &&
        nt_apart_has(change->region, &change->range, NT_APART_COPIED))
        return STATUS_NOT_SUPPORTED;
    status = nt_guards_remember(change, &guards);
    if (NT_SUCCESS(status) && (change->options & NT_CHANGE_COMMIT))
        status = nt_watch_commit(change->region, &change->range);
    if (!NT_SUCCESS(status))
        return status;
    status = nt_guards_prepare(change);
    if (NT_SUCCESS(status))
        status = tell_kernel(change);
    if (!NT_SUCCESS(status))
        nt_guards_put_back(change, &guards);
    return status;
}

/* Private pages are charged when they are committed. */
static NTSTATUS charge_private(struct nt_change *change)
{
    NTSTATUS status;

    change->charge = change->range.end - change->range.start - nt_change_committed_bytes(change);
    status = nt_commit_check_private(change->charge);
    if (!NT_SUCCESS(status))
        change->charge = 0;
    return status;
}

static void release_charge(const struct nt_change *change)
{
    if (change->region->kind == NT_REGION_PRIVATE)
        nt_commit_release_private(change->charge);
    else
        nt_commit_release(change->charge);
}

/* Pages that will be the process's own when they are written are charged at once (3.47). */
static NTSTATUS charge(struct nt_change *change)
{
    const struct nt_region *region = change->region;
    NTSTATUS status;

    if (region->kind == NT_REGION_PRIVATE)
        return charge_private(change);
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
    ULONG protect = nt_change_run(region, address, address + NT_PAGE_SIZE, &end);
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
    struct nt_change change = {
        .region = region, .range = *range, .protect = protect, .options = options};
    ULONG old;
    NTSTATUS status;

    if (region->flags & NT_REGION_LARGE) { /* 9.29: they are as wanted; a part cannot be told */
        if (ret_old)
            *ret_old = region->allocation_protect;
        return STATUS_SUCCESS;
    }
    if (nt_offers_in(range))
        return STATUS_INVALID_PAGE_PROTECTION;
    if (nt_pages_reserve(&region->pages) < 0)
        return STATUS_NO_MEMORY;
    nt_map_begin(region, NT_REGION_CHANGING);
    nt_map_unlock();
    old = old_protection(region, range->start);
    status = charge(&change);
    if (NT_SUCCESS(status))
        status = make_change(&change);
    if (!NT_SUCCESS(status))
        release_charge(&change);
    nt_map_lock();
    if (NT_SUCCESS(status)) {
        nt_pages_set(&region->pages, nt_change_page(region, range->start),
                     (range->end - range->start) / NT_PAGE_SIZE, protect);
        region->copies |= nt_protect_is_copy(protect);
        region->charged += change.charge;
        if (ret_old)
            *ret_old = old;
    }
    nt_map_end(region);
    return status;
}
