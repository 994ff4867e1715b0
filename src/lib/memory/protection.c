// SPDX-License-Identifier: MIT
/*
 * VirtualProtect. Its checks in the order of 17.6: the value, then whether all of the range is
 * committed memory of one allocation, then what the view admits. The work is change.c's.
 */
#include <ntstatus.h>

#include "lib/memory/change.h"
#include "lib/memory/protect.h"
#include "os/os.h"
#include "util/macro.h"

static NTSTATUS check_range(uint64_t base, size_t size)
{
    if (base >= NT_USER_END)
        return STATUS_INVALID_PARAMETER_2;
    if (size == 0 || size > NT_USER_END - base)
        return STATUS_INVALID_PARAMETER_3;
    return STATUS_SUCCESS;
}

/* The lock is held. */
static NTSTATUS check_region(const struct nt_region *region, const struct nt_range *range,
                             ULONG wanted, unsigned options, ULONG *ret_protect)
{
    if (!region || range->end > nt_region_end(region) || (region->flags & NT_REGION_PHYSICAL))
        return STATUS_CONFLICTING_ADDRESSES; /* 9.3, 9.4; windows are always read and written */
    if (!nt_change_committed(region, range))
        return STATUS_NOT_COMMITTED;
    if ((options & NT_CHANGE_REVERT) && region->kind != NT_REGION_VIEW)
        return STATUS_INVALID_PAGE_PROTECTION;
    if (region->pins)
        return STATUS_INVALID_PAGE_PROTECTION;
    return nt_change_choose(region, wanted, ret_protect);
}

NTSTATUS nt_memory_protect(void **base, size_t *size, ULONG protect, ULONG *ret_old)
{
    unsigned options = protect & PAGE_REVERT_TO_FILE_MAP ? NT_CHANGE_REVERT : 0;
    uint64_t start = (uint64_t)*base;
    struct nt_region *region;
    struct nt_range range;
    NTSTATUS status;

    protect &= ~(ULONG)PAGE_REVERT_TO_FILE_MAP;
    if (!nt_protect_is_valid(protect))
        return STATUS_INVALID_PAGE_PROTECTION;
    status = check_range(start, *size);
    if (!NT_SUCCESS(status))
        return status;
    range.start = nt_align_down(start, NT_PAGE_SIZE);
    range.end = nt_align_up(start + *size, NT_PAGE_SIZE);
    nt_map_lock_to_change();
    region = nt_map_idle_at(range.start);
    status = check_region(region, &range, protect, options, &protect);
    if (NT_SUCCESS(status))
        status = nt_change_protect(region, &range, protect, options, ret_old);
    nt_map_unlock();
    if (NT_SUCCESS(status)) {
        *base = (void *)range.start;
        *size = range.end - range.start;
    }
    return status;
}
