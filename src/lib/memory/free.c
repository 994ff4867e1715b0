// SPDX-License-Identifier: MIT
/*
 * VirtualFree: decommitting, releasing, and what it does to placeholders. The order of checks is
 * that of 17.7: the flags, the size that placeholders need, what lies at the address, and then
 * the range.
 */
#include <ntstatus.h>

#include "lib/memory/change.h"
#include "lib/memory/large.h"
#include "lib/memory/placeholder.h"
#include "os/os.h"
#include "util/macro.h"

#define PLACEHOLDERS (MEM_COALESCE_PLACEHOLDERS | MEM_PRESERVE_PLACEHOLDER)

static NTSTATUS check_free(size_t size, ULONG type)
{
    ULONG placeholder = type & PLACEHOLDERS;

    type &= ~(ULONG)PLACEHOLDERS;
    if (type != MEM_DECOMMIT && type != MEM_RELEASE)
        return STATUS_INVALID_PARAMETER_4;
    if (placeholder && (type != MEM_RELEASE || placeholder == PLACEHOLDERS))
        return STATUS_INVALID_PARAMETER_4; /* 5.51, 5.55 */
    if (placeholder && size == 0)
        return STATUS_INVALID_PARAMETER_3; /* 5.41, 5.50 */
    return STATUS_SUCCESS;
}

/* What may be done to @region at all. */
static NTSTATUS check_region(const struct nt_region *region, ULONG type)
{
    if (!region)
        return STATUS_MEMORY_NOT_ALLOCATED;
    if (region->kind == NT_REGION_VIEW)
        return STATUS_UNABLE_TO_DELETE_SECTION; /* 4.7, 4.8, 5.31 */
    if ((type & MEM_PRESERVE_PLACEHOLDER) && region->kind != NT_REGION_PLACEHOLDER &&
        !(region->flags & NT_REGION_REPLACED))
        return STATUS_CONFLICTING_ADDRESSES; /* 5.36 */
    return region->pins ? STATUS_INVALID_PAGE_PROTECTION : STATUS_SUCCESS;
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

/* 5.47 to 5.53. The lock is held, and given up meanwhile. */
static NTSTATUS coalesce(uint64_t address, size_t size, struct nt_range *ret_range)
{
    if (address >= NT_USER_END || size > NT_USER_END - address)
        return STATUS_CONFLICTING_ADDRESSES;
    ret_range->start = nt_align_down(address, NT_PAGE_SIZE);
    ret_range->end = nt_align_up(address + size, NT_PAGE_SIZE);
    return nt_placeholder_coalesce(ret_range);
}

/* The lock is held, and given up meanwhile. */
static NTSTATUS release(struct nt_region *region, const struct nt_range *range, bool preserve)
{
    bool whole = range->start == region->base && range->end == nt_region_end(region);

    if (!whole && (region->flags & NT_REGION_PHYSICAL)) /* a window is freed whole */
        return STATUS_UNABLE_TO_FREE_VM;
    if (!whole)
        return nt_region_cut(region, range, preserve);
    if (!preserve)
        return nt_region_unmake(region);
    if (region->kind == NT_REGION_PLACEHOLDER)
        return STATUS_CONFLICTING_ADDRESSES; /* 5.40 */
    return nt_placeholder_restore(region);
}

static NTSTATUS free_at(uint64_t address, size_t size, ULONG type, struct nt_range *ret_range)
{
    struct nt_region *region = nt_map_idle_at(address);
    NTSTATUS status = check_region(region, type);

    if (NT_SUCCESS(status))
        status = choose_range(region, address, size, ret_range);
    if (NT_SUCCESS(status) && (region->flags & NT_REGION_LARGE))
        status = nt_large_check_free(region, ret_range, type);
    if (!NT_SUCCESS(status))
        return status;
    if (!(type & MEM_DECOMMIT))
        return release(region, ret_range, type & MEM_PRESERVE_PLACEHOLDER);
    if (region->flags & NT_REGION_PHYSICAL)
        return STATUS_UNABLE_TO_FREE_VM;
    /* 7.31: there is nothing in a placeholder that could be decommitted. */
    return region->kind == NT_REGION_PLACEHOLDER ? STATUS_SUCCESS
                                                 : nt_change_decommit(region, ret_range);
}

NTSTATUS nt_memory_free(void **base, size_t *size, ULONG free_type)
{
    uint64_t address = (uint64_t)*base;
    struct nt_range range;
    NTSTATUS status;

    status = check_free(*size, free_type);
    if (!NT_SUCCESS(status))
        return status;
    nt_map_lock_to_change();
    if (free_type & MEM_COALESCE_PLACEHOLDERS)
        status = coalesce(address, *size, &range);
    else
        status = free_at(address, *size, free_type, &range);
    nt_map_unlock();
    if (NT_SUCCESS(status)) {
        *base = (void *)range.start;
        *size = range.end - range.start;
    }
    return status;
}
