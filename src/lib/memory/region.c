// SPDX-License-Identifier: MIT
/*
 * Pins: what somebody outside the map relies on (a heap of the GPU that wraps the memory) is
 * neither unmapped nor freed until the last pin is gone.
 */
#include <ntstatus.h>

#include <ntshm/ntshm.h>

#include "lib/memory/region-map.h"
#include "os/os.h"

static void describe(const struct nt_region *region, struct ntshm_region *ret_region)
{
    uint64_t end;
    ULONG protect = nt_pages_at(&region->pages, 0, &end);

    *ret_region = (struct ntshm_region){
        .base = (void *)region->base,
        .size = region->size,
        .allocation_protect = region->allocation_protect,
        .type = region->kind == NT_REGION_VIEW ? MEM_MAPPED : MEM_PRIVATE,
        .protect = end == region->size / NT_PAGE_SIZE ? protect : 0,
        .pins = region->pins,
    };
}

NTSTATUS nt_region_pin(const void *address, struct ntshm_region *ret_region)
{
    struct nt_region *region;
    NTSTATUS status = STATUS_SUCCESS;

    nt_map_lock();
    region = nt_map_idle_at((uint64_t)address);
    if (!region) {
        status = STATUS_CONFLICTING_ADDRESSES;
    } else if (region->pins == UINT32_MAX) {
        status = STATUS_INSUFFICIENT_RESOURCES;
    } else {
        region->pins++;
        if (ret_region)
            describe(region, ret_region);
    }
    nt_map_unlock();
    return status;
}

NTSTATUS nt_region_unpin(const void *address)
{
    struct nt_region *region;
    NTSTATUS status = STATUS_SUCCESS;

    nt_map_lock();
    region = nt_map_idle_at((uint64_t)address);
    if (!region || region->pins == 0)
        status = STATUS_CONFLICTING_ADDRESSES;
    else
        region->pins--;
    nt_map_unlock();
    return status;
}

void nt_regions_quiesce(void)
{
    nt_place_quiesce();
}
