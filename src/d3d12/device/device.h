/* SPDX-License-Identifier: MIT */
/*
 * The device: the Vulkan device, the engine, and the map from device addresses to buffers.
 */
#ifndef NT_D3D12_DEVICE_H
#define NT_D3D12_DEVICE_H

#include "d3d12/device/addresses.h"
#include "d3d12/queue/engine.h"

struct nt_d3d_device {
    struct nt_d3d_object object;
    struct nt_d3d_vulkan vulkan;
    struct nt_d3d_engine engine;
    struct nt_d3d_addresses addresses;
    _Atomic HRESULT removed_reason;     /* S_OK until then; written under the engine's lock */
    unsigned wide_size;                 /* bytes of the wchar_t of who made it: 4, or 2 for a unit
                                           compiled with -fshort-wchar; its children's names too */
    enum nt_d3d_memory_kind share_kind; /* the only one that shared memory may be; 0: any */
    _Atomic bool pads_memory;           /* the driver's own allocations are not aligned enough */
    struct nt_d3d_dred *dred;           /* dred.h; NULL: it was not switched on */
    struct nt_d3d_facet dred_facet, interop_facet;
    LIST_HEAD(, nt_d3d_removal_event) removal_events; /* removal-events.h; the engine's lock */
    uint32_t removal_cookie;
    pthread_mutex_t graveyard_lock; /* guards @graveyard */
    struct nt_d3d_graveyard graveyard;
};

/**
 * nt_d3d_device_create_on() - a device on what @source names
 * @wide_size:  bytes of the caller's wchar_t, 4 or 2
 * @ret_device: one public reference
 *
 * Return: S_OK; what nt_d3d_vulkan_init() and nt_d3d_engine_init() say.
 */
HRESULT nt_d3d_device_create_on(const struct nt_d3d_source *source, unsigned wide_size,
                                struct nt_d3d_device **ret_device);

/** nt_d3d_device_from() - the device behind an interface pointer; NULL when foreign */
struct nt_d3d_device *nt_d3d_device_from(const void *pointer);

/** nt_d3d_device_answers() - true when a device has the interface @riid */
bool nt_d3d_device_answers(REFIID riid);

/** nt_d3d_device_bury() - keep @memory's region until the lost VkDevice is destroyed */
void nt_d3d_device_bury(struct nt_d3d_device *device, struct nt_d3d_memory *memory);

/** nt_d3d_device_is_removed() - true once the device is removed */
static inline bool nt_d3d_device_is_removed(struct nt_d3d_device *device)
{
    return atomic_load(&device->removed_reason) != S_OK;
}

#endif
