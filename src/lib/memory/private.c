// SPDX-License-Identifier: MIT
/*
 * Private memory: VirtualAlloc and VirtualFree. A reservation is one anonymous mapping without
 * access; committing opens pages of it, decommitting maps nothing over them again, which gives
 * their memory back and makes them zero for the next commit (7.32). The kernel charges what can
 * be written against its commit limit, when it has one, and never what is only reserved.
 */
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/memory/change.h"
#include "lib/memory/protect.h"
#include "os/os.h"
#include "util/macro.h"

#ifndef MADV_COLD
#    define MADV_COLD 20
#endif

#define RESETS  (MEM_RESET | MEM_RESET_UNDO)
#define SPECIAL (MEM_WRITE_WATCH | MEM_PHYSICAL)
#define ALLOCATION_TYPES \
    (MEM_COMMIT | MEM_RESERVE | RESETS | MEM_TOP_DOWN | MEM_LARGE_PAGES | SPECIAL)
#define PLACEHOLDERS (MEM_COALESCE_PLACEHOLDERS | MEM_PRESERVE_PLACEHOLDER)

/* --- allocating --------------------------------------------------------------------- */

static NTSTATUS check_type(ULONG type, ULONG protect)
{
    ULONG both = MEM_COMMIT | MEM_RESERVE;

    if (type & ~(ULONG)ALLOCATION_TYPES)
        return STATUS_INVALID_PARAMETER_5;
    if (type & RESETS) /* 7.14: alone only */
        return type == MEM_RESET || type == MEM_RESET_UNDO ? STATUS_SUCCESS
                                                           : STATUS_INVALID_PARAMETER_5;
    if (!(type & both))
        return STATUS_INVALID_PARAMETER_5;
    if ((type & MEM_WRITE_WATCH) && !(type & MEM_RESERVE)) /* 7.15 */
        return STATUS_INVALID_PARAMETER_5;
    if ((type & MEM_LARGE_PAGES) && (type & both) != both) /* 7.47 */
        return STATUS_INVALID_PARAMETER_5;
    if ((type & MEM_PHYSICAL) && /* 7.16 */
        ((type & ~(ULONG)MEM_TOP_DOWN) != (MEM_RESERVE | MEM_PHYSICAL) ||
         protect != PAGE_READWRITE))
        return STATUS_INVALID_PARAMETER_5;
    return STATUS_SUCCESS;
}

static NTSTATUS check_allocation(uint64_t base, size_t size, ULONG type, ULONG protect)
{
    NTSTATUS status = check_type(type, protect);

    if (!NT_SUCCESS(status))
        return status;
    if (!nt_protect_is_valid(protect))
        return STATUS_INVALID_PAGE_PROTECTION;
    /* 7.8: only a view has something to copy from. */
    if (nt_protect_is_copy(protect) && (!base || (type & MEM_RESERVE)))
        return STATUS_INVALID_PAGE_PROTECTION;
    if ((base && base < NT_USER_LOWEST) || base >= NT_USER_END)
        return STATUS_INVALID_PARAMETER_2;
    if (size == 0 || size > NT_USER_END - base)
        return STATUS_INVALID_PARAMETER_4;
    /* 7.48: the privilege must be enabled, and nothing enables it. */
    if (type & MEM_LARGE_PAGES)
        return STATUS_PRIVILEGE_NOT_HELD;
    return type & SPECIAL ? STATUS_NOT_SUPPORTED : STATUS_SUCCESS;
}

/* 8.17: pages that are guard pages from the start. */
static NTSTATUS guard_all(struct nt_region *region, void *context)
{
    const struct nt_range all = {region->base, nt_region_end(region)};

    (void)context;
    return nt_change_guard(region, &all, region->allocation_protect);
}

/* 7.2 to 7.5: reserve, and commit too when that was asked. */
static NTSTATUS reserve(struct nt_range *range, ULONG type, ULONG protect, uint64_t highest)
{
    ULONG pages = type & MEM_COMMIT ? protect : 0;
    struct nt_region_plan plan = {
        .base = nt_align_down(range->start, NT_GRANULARITY),
        .highest = highest,
        .kind = NT_REGION_PRIVATE,
        .allocation_protect = protect,
        .protect = pages,
        .kernel_protect = nt_protect_to_kernel(pages),
        .flags = MAP_PRIVATE | MAP_ANONYMOUS,
        .fd = -1,
        .finish = pages & PAGE_GUARD ? guard_all : NULL,
    };
    NTSTATUS status;
    uint64_t base;

    plan.size = range->end - plan.base;
    status = nt_region_make(&plan, &base);
    if (status == STATUS_NO_MEMORY && pages)
        return STATUS_COMMITMENT_LIMIT;
    if (NT_SUCCESS(status))
        *range = (struct nt_range){base, base + plan.size};
    return status;
}

/* 6.10, 6.11: nothing in a view of a file or an image can be committed. */
static NTSTATUS check_commit(const struct nt_region *region, const struct nt_range *range,
                             ULONG wanted, ULONG *ret_protect)
{
    if (!region || range->end > nt_region_end(region))
        return STATUS_CONFLICTING_ADDRESSES;
    if (region->flags & (NT_VIEW_FILE | NT_VIEW_IMAGE))
        return STATUS_ALREADY_COMMITTED;
    return nt_change_choose(region, wanted, ret_protect);
}

/* 7.7, 6.17: the whole range lies in one region, or nothing is committed. */
static NTSTATUS commit(const struct nt_range *range, ULONG protect)
{
    struct nt_region *region;
    NTSTATUS status;

    nt_map_lock_to_change();
    region = nt_map_idle_at(range->start);
    status = check_commit(region, range, protect, &protect);
    if (NT_SUCCESS(status))
        status = nt_change_protect(region, range, protect, NT_CHANGE_COMMIT, NULL);
    nt_map_unlock();
    return status == STATUS_NO_MEMORY ? STATUS_COMMITMENT_LIMIT : status;
}

/*
 * 6.12, 6.13, 7.11 to 7.14: what the pages hold need not be kept. It is kept all the same, only
 * that such pages are the first to be swapped out: so a MEM_RESET_UNDO that succeeds tells the
 * truth, which MADV_FREE could not.
 */
static NTSTATUS reset(const struct nt_range *range)
{
    const struct nt_region *region;
    NTSTATUS status = STATUS_SUCCESS;
    bool is_private = false;

    nt_map_lock();
    region = nt_map_idle_at(range->start);
    if (!region || range->end > nt_region_end(region))
        status = STATUS_CONFLICTING_ADDRESSES;
    else if (region->flags & (NT_VIEW_FILE | NT_VIEW_IMAGE))
        status = STATUS_USER_MAPPED_FILE;
    else
        is_private = region->kind == NT_REGION_PRIVATE;
    nt_map_unlock();
    /* A hint: kernels before 5.4 do not know it. */
    if (is_private)
        (void)nt_os_advise((void *)range->start, range->end - range->start, MADV_COLD);
    return status;
}

NTSTATUS nt_memory_allocate(void **base, size_t *size, ULONG allocation_type, ULONG protect)
{
    return nt_memory_allocate_below(base, size, allocation_type, protect, 0);
}

NTSTATUS nt_memory_allocate_below(void **base, size_t *size, ULONG allocation_type, ULONG protect,
                                  uint64_t highest)
{
    uint64_t start = (uint64_t)*base;
    struct nt_range range;
    NTSTATUS status;

    status = check_allocation(start, *size, allocation_type, protect);
    if (!NT_SUCCESS(status))
        return status;
    range.start = nt_align_down(start, NT_PAGE_SIZE);
    range.end = nt_align_up(start + *size, NT_PAGE_SIZE);
    if (allocation_type & RESETS)
        status = reset(&range);
    else if ((allocation_type & MEM_RESERVE) || !start)
        status = reserve(&range, allocation_type, protect, highest);
    else
        status = commit(&range, protect);
    if (NT_SUCCESS(status)) {
        *base = (void *)range.start;
        *size = range.end - range.start;
    }
    return status;
}

/* --- freeing ------------------------------------------------------------------------ */

/* 17.7: the flags, then what a placeholder's range must be. */
static NTSTATUS check_free(size_t size, ULONG type)
{
    ULONG placeholder = type & PLACEHOLDERS;

    type &= ~(ULONG)PLACEHOLDERS;
    if (type != MEM_DECOMMIT && type != MEM_RELEASE)
        return STATUS_INVALID_PARAMETER_4;
    if (placeholder && (type != MEM_RELEASE || placeholder == PLACEHOLDERS))
        return STATUS_INVALID_PARAMETER_4;
    if (placeholder && size == 0)
        return STATUS_INVALID_PARAMETER_3;
    return STATUS_SUCCESS;
}

/* 7.23 to 7.30: which pages of @region are meant. */
static NTSTATUS choose_range(const struct nt_region *region, uint64_t address, size_t size,
                             struct nt_range *ret_range)
{
    uint64_t start = nt_align_down(address, NT_PAGE_SIZE);
    uint64_t end = nt_region_end(region);

    if (size == 0) {
        if (start != region->base)
            return STATUS_FREE_VM_NOT_AT_BASE;
    } else {
        if (size > end - address)
            return STATUS_UNABLE_TO_FREE_VM;
        end = nt_align_up(address + size, NT_PAGE_SIZE);
    }
    *ret_range = (struct nt_range){start, end};
    return STATUS_SUCCESS;
}

/* The lock is held, and given up meanwhile. */
static NTSTATUS free_range(struct nt_region *region, const struct nt_range *range, ULONG type)
{
    bool whole = range->start == region->base && range->end == nt_region_end(region);

    if (type == MEM_DECOMMIT)
        return nt_change_decommit(region, range);
    return whole ? nt_region_unmake(region) : STATUS_NOT_SUPPORTED;
}

NTSTATUS nt_memory_free(void **base, size_t *size, ULONG free_type)
{
    uint64_t address = (uint64_t)*base;
    struct nt_region *region;
    struct nt_range range;
    NTSTATUS status;

    status = check_free(*size, free_type);
    if (!NT_SUCCESS(status))
        return status;
    nt_map_lock_to_change();
    region = nt_map_idle_at(address);
    if (free_type & MEM_COALESCE_PLACEHOLDERS)
        status = STATUS_CONFLICTING_ADDRESSES; /* 5.48 to 5.53: nothing here is a placeholder */
    else if (!region)
        status = STATUS_MEMORY_NOT_ALLOCATED;
    else if (region->kind == NT_REGION_VIEW)
        status = STATUS_UNABLE_TO_DELETE_SECTION; /* 4.7, 4.8, 5.31 */
    else if (free_type & MEM_PRESERVE_PLACEHOLDER)
        status = STATUS_CONFLICTING_ADDRESSES; /* 5.36 */
    else if (region->pins)
        status = STATUS_INVALID_PAGE_PROTECTION;
    else
        status = choose_range(region, address, *size, &range);
    if (NT_SUCCESS(status))
        status = free_range(region, &range, free_type);
    nt_map_unlock();
    if (NT_SUCCESS(status)) {
        *base = (void *)range.start;
        *size = range.end - range.start;
    }
    return status;
}
