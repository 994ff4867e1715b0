// SPDX-License-Identifier: MIT
/*
 * Pins, and the end of a region. What somebody outside the map relies on (a heap of the GPU that
 * wraps the memory) is neither unmapped nor freed nor re-protected until the last pin is gone.
 */
#include <ntstatus.h>

#include <ntshm/ntshm.h>

#include "lib/memory/apart.h"
#include "lib/memory/commit.h"
#include "os/os.h"
#include "rtl/status.h"

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

NTSTATUS nt_region_unmake(struct nt_region *region)
{
    struct nt_section *section;
    struct nt_apart *apart;
    uint64_t base = region->base, charged;
    size_t size = region->size;
    uint8_t flags;
    int r;

    nt_map_begin(region, NT_REGION_LEAVING);
    nt_map_unlock();
    r = nt_os_unmap((void *)base, size);
    nt_map_lock();
    if (r < 0) {
        nt_map_end(region);
        return nt_status_from_errno(r);
    }
    nt_region_unwatch(region);
    section = region->section;
    apart = region->apart;
    charged = region->charged;
    flags = region->flags;
    region->section = NULL;
    region->apart = NULL;
    nt_map_end_and_vacate(region);
    if (NT_LIKELY(section && !flags && !apart && !charged)) {
        /* The last reference of an ordinary section is a free(); others may ask the kernel. */
        nt_object_unref(&section->object);
        return STATUS_SUCCESS;
    }
    nt_map_unlock();
    nt_apart_free(apart);
    if (charged)
        nt_commit_release(charged);
    if (section)
        nt_object_unref(&section->object);
    nt_map_lock();
    return STATUS_SUCCESS;
}

void nt_regions_quiesce(void)
{
    nt_place_quiesce();
}
