// SPDX-License-Identifier: MIT
/*
 * Pins, and the end of a region. What somebody outside the map relies on (a heap of the GPU that
 * wraps the memory) is neither unmapped nor freed nor re-protected until the last pin is gone.
 */
#include <ntstatus.h>

#include <ntshm/ntshm.h>

#include "lib/memory/apart.h"
#include "lib/memory/commit.h"
#include "lib/memory/offer.h"
#include "lib/memory/physical.h"
#include "lib/memory/write-watch.h"
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
    if (!region || region->kind == NT_REGION_PLACEHOLDER) {
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

/* --- the end ---------------------------------------------------------------------------------- */

void nt_region_strip(struct nt_region *region, struct nt_region_rest *ret_rest)
{
    *ret_rest = (struct nt_region_rest){
        .section = region->section,
        .apart = region->apart,
        .charged = region->charged,
        .watch = region->watch,
        .is_private = region->kind == NT_REGION_PRIVATE,
        .is_plain = !region->apart && !(region->flags & ~(unsigned)NT_REGION_REPLACED),
    };
    nt_region_unwatch(region);
    nt_offers_forget(&(struct nt_range){region->base, nt_region_end(region)});
    region->window = nt_window_free(region->window);
    region->section = NULL;
    region->apart = NULL;
    region->charged = 0;
    region->watch = NULL;
    region->watch_stale = false;
}

void nt_region_unrecord(struct nt_region *region)
{
    struct nt_write_watch *watch;

    nt_map_lock();
    watch = region->watch;
    region->watch = NULL;
    nt_map_unlock();
    nt_watch_free(watch);
}

static void give_back(const struct nt_region_rest *rest)
{
    nt_apart_free(rest->apart);
    nt_watch_free(rest->watch);
    if (rest->is_private)
        nt_commit_release_private(rest->charged);
    else
        nt_commit_release(rest->charged);
    if (rest->section)
        nt_object_unref(&rest->section->object);
}

void nt_region_rest_drop(const struct nt_region_rest *rest)
{
    /* The last reference of an ordinary section is a free(); others may ask the kernel. */
    if (NT_LIKELY(rest->is_plain)) {
        give_back(rest);
        return;
    }
    nt_map_unlock();
    give_back(rest);
    nt_map_lock();
}

NTSTATUS nt_region_unmake(struct nt_region *region)
{
    struct nt_region_rest rest;
    uint64_t base = region->base;
    size_t size = region->size;
    int r;

    nt_map_begin(region, NT_REGION_LEAVING);
    nt_map_unlock();
    r = nt_os_unmap((void *)base, size);
    nt_map_lock();
    if (r < 0) {
        nt_map_end(region);
        return nt_status_from_errno(r);
    }
    nt_region_strip(region, &rest);
    nt_map_end_and_vacate(region);
    nt_region_rest_drop(&rest);
    return STATUS_SUCCESS;
}

void nt_regions_quiesce(void)
{
    nt_watch_quiesce();
    nt_place_quiesce();
}
