// SPDX-License-Identifier: MIT
/*
 * VirtualQuery. What this library made is told from the map, without a system call, except
 * that only the kernel knows which pages of a copy-on-write view were written (8.10). All other
 * memory is the kernel's to tell (query-foreign.c). It is asked without the lock, and asked again
 * when a region of ours came or went there meanwhile, for then its answer may be about that.
 */

#include <ntstatus.h>

#include "lib/fault/fault.h"
#include "lib/memory/change.h"
#include "lib/memory/protect.h"
#include "lib/memory/query.h"
#include "os/pagemap.h"
#include "util/macro.h"

#define MAX_TRIES 64 /* others may map and unmap without end */

/* --- ours --------------------------------------------------------------------------- */

/* What is looked at without the lock, since it takes a while or a system call. */
struct detail {
    bool copies;                /* it lies in a view that may have copied pages */
    bool guards;                /* there are, or were, guard pages in the region */
    struct nt_section *reserve; /* a reference: commitment is the section's */
    uint64_t offset;            /* of the view in it */
};

static DWORD type_of(const struct nt_region *region)
{
    if (region->kind != NT_REGION_VIEW)
        return MEM_PRIVATE;
    return region->flags & NT_VIEW_IMAGE ? MEM_IMAGE : MEM_MAPPED;
}

static void describe_region(const struct nt_region *region, uint64_t page,
                            MEMORY_BASIC_INFORMATION *info)
{
    uint64_t end;
    ULONG protect = nt_pages_at(&region->pages, (page - region->base) / NT_PAGE_SIZE, &end);

    *info = (MEMORY_BASIC_INFORMATION){
        .BaseAddress = (void *)page,
        .AllocationBase = (void *)region->base,
        .AllocationProtect = region->allocation_protect,
        .RegionSize = region->base + end * NT_PAGE_SIZE - page,
        .State = protect ? MEM_COMMIT : MEM_RESERVE,
        .Protect = protect,
        .Type = type_of(region),
    };
}

static void note_detail(const struct nt_region *region, struct detail *detail)
{
    detail->copies = region->copies;
    detail->guards = region->watched & NT_FAULT_GUARD;
    if (!(region->flags & NT_VIEW_RESERVE))
        return;
    nt_object_ref(&region->section->object);
    detail->reserve = region->section;
    detail->offset = region->offset;
}

/* True for what is the application's, or is about to be. */
static bool is_ours(const struct nt_region *region)
{
    return nt_map_visible(region) || region->busy == NT_REGION_ENTERING;
}

/* The region that holds the page, or NULL: then @place has the bounds of what is not ours. */
static struct nt_region *look_up(struct nt_query_place *place)
{
    struct nt_region *below = nt_map_below(place->page), *above;

    if (NT_LIKELY(below && place->page < nt_region_end(below) && is_ours(below)))
        return below;
    above = nt_map_next(below);
    while (below && !is_ours(below))
        below = nt_map_previous(below);
    if (below && place->page < nt_region_end(below))
        return below;
    while (above && !is_ours(above))
        above = nt_map_next(above);
    place->low = below ? nt_region_end(below) : 0;
    place->high = above ? above->base : NT_KERNEL_END;
    return NULL;
}

/* True when the map answers; else @place holds the bounds between which it knows nothing. */
static bool query_map(struct nt_query_place *place, MEMORY_BASIC_INFORMATION *info,
                      struct detail *detail)
{
    struct nt_region *region;

    nt_map_lock();
    /* What is about to be there is there in a moment, or something else is. */
    while ((region = look_up(place)) != NULL && region->busy == NT_REGION_ENTERING)
        nt_map_wait();
    if (region) {
        describe_region(region, place->page, info);
        note_detail(region, detail);
    }
    place->changes = nt_map_changes();
    place->ends = nt_map_ends();
    nt_map_unlock();
    return region != NULL;
}

/* 6.1, 6.4, 3.39: only what the section has committed is there. */
static void describe_commitment(const struct detail *detail, MEMORY_BASIC_INFORMATION *info)
{
    uint64_t page = ((uint64_t)info->BaseAddress - (uint64_t)info->AllocationBase) / NT_PAGE_SIZE;
    uint64_t end;

    if (!nt_view_committed(detail->reserve, detail->offset, page,
                           page + info->RegionSize / NT_PAGE_SIZE, &end)) {
        info->State = MEM_RESERVE;
        info->Protect = 0;
    }
    info->RegionSize = (end - page) * NT_PAGE_SIZE;
}

/* 8.17: a guard that has fired is gone. */
static void describe_guards(MEMORY_BASIC_INFORMATION *info)
{
    uint64_t first = (uint64_t)info->BaseAddress, size = NT_PAGE_SIZE;
    bool stands;

    if (!(info->Protect & PAGE_GUARD))
        return;
    stands = nt_fault_guard_stands(first);
    while (size < info->RegionSize && nt_fault_guard_stands(first + size) == stands)
        size += NT_PAGE_SIZE;
    info->RegionSize = size;
    if (!stands)
        info->Protect &= ~(DWORD)PAGE_GUARD;
}

/* 8.9, 8.10, 10.3: a page that was written is the view's own, and as the next pages or not. */
static void describe_copies(MEMORY_BASIC_INFORMATION *info)
{
    uint64_t same;
    bool copied;

    if (!nt_protect_is_copy(info->Protect))
        return;
    /* Without the kernel's answer the run is told as it was mapped. */
    if (nt_os_copied_pages((uint64_t)info->BaseAddress, info->RegionSize / NT_PAGE_SIZE, &copied,
                           &same) < 0)
        return;
    info->RegionSize = same * NT_PAGE_SIZE;
    if (copied)
        info->Protect = nt_protect_of_copy(info->Protect);
}

static void describe_detail(const struct detail *detail, MEMORY_BASIC_INFORMATION *info)
{
    if (detail->reserve) {
        describe_commitment(detail, info);
        nt_object_unref(&detail->reserve->object);
    }
    if (detail->guards)
        describe_guards(info);
    if (detail->copies)
        describe_copies(info);
}

/* What is copied or was a guard may look like its neighbours, though the map has it apart. */
static void join_neighbours(const struct detail *detail, MEMORY_BASIC_INFORMATION *info)
{
    while (detail->copies || detail->guards) {
        struct nt_query_place place = {.page = (uint64_t)info->BaseAddress + info->RegionSize};
        MEMORY_BASIC_INFORMATION next;
        struct detail its = {.copies = false};

        if (!query_map(&place, &next, &its))
            return;
        describe_detail(&its, &next);
        if (next.AllocationBase != info->AllocationBase || next.State != info->State ||
            next.Protect != info->Protect)
            return;
        info->RegionSize += next.RegionSize;
    }
}

/*
 * True when the kernel's answer about the place cannot be about a region of ours: none is there
 * now, and none was there for a while since the place was looked up.
 */
static bool is_still_foreign(const struct nt_query_place *place)
{
    struct nt_query_place now = {.page = place->page};
    bool is;

    if (NT_LIKELY(nt_map_changes() == place->changes))
        return true;
    nt_map_lock();
    is = !look_up(&now) && now.low <= place->low && now.high >= place->high &&
         !nt_map_ended_in(place->ends, place->low, place->high);
    nt_map_unlock();
    return is;
}

/* --- the whole ---------------------------------------------------------------------- */

NTSTATUS nt_memory_query(const void *address, MEMORY_BASIC_INFORMATION *ret_information)
{
    struct nt_query_place place = {.page = nt_align_down((uint64_t)address, NT_PAGE_SIZE)};
    struct detail detail = {.copies = false};
    MEMORY_BASIC_INFORMATION info;
    NTSTATUS status = STATUS_SUCCESS;

    if (place.page >= NT_KERNEL_END)
        return STATUS_INVALID_PARAMETER;
    for (unsigned i = 0; i < MAX_TRIES; i++) {
        if (query_map(&place, &info, &detail)) {
            describe_detail(&detail, &info);
            join_neighbours(&detail, &info);
            break;
        }
        status = nt_query_foreign(&place, &info);
        if (is_still_foreign(&place))
            break;
    }
    if (NT_SUCCESS(status))
        *ret_information = info;
    return status;
}
