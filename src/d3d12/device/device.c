// SPDX-License-Identifier: MIT
/*
 * ID3D12Device to ID3D12Device5: the device's own life, and its vtable. The work is done
 * beside it, in the files that are named after what they make. A removed device makes nothing
 * more: every Create and Open returns DXGI_ERROR_DEVICE_REMOVED (D19.8).
 */
#include "d3d12/device/device.h"

#include <stdlib.h>

#include "d3d12/list/allocator.h"
#include "d3d12/device/device-arrays.h"
#include "d3d12/device/device-unsupported.h"
#include "d3d12/device/dred.h"
#include "d3d12/memory/existing.h"
#include "d3d12/device/features.h"
#include "d3d12/fence/fence.h"
#include "d3d12/memory/heap.h"
#include "d3d12/interop/interop.h"
#include "d3d12/list/list.h"
#include "d3d12/queue/query.h"
#include "d3d12/queue/queue.h"
#include "d3d12/tiles/reserved.h"
#include "d3d12/device/removal-events.h"
#include "d3d12/resource/resource.h"
#include "d3d12/share/share.h"
#include "util/macro.h"

/* Residency: what the flags of EnqueueMakeResident may be. */
#define RESIDENCY_FLAGS D3D12_RESIDENCY_FLAG_DENY_OVERBUDGET

NT_D3D_OBJECT_METHODS(ID3D12Device5)

static struct nt_d3d_device *device_of(ID3D12Device5 *self)
{
    return (struct nt_d3d_device *)self;
}

/* Every creating method begins here: nothing is returned yet, and a removed device refuses. */
static HRESULT begin(ID3D12Device5 *self, void **ret)
{
    if (ret)
        *ret = NULL;
    return nt_d3d_device_is_removed(device_of(self)) ? DXGI_ERROR_DEVICE_REMOVED : S_OK;
}

static UINT STDMETHODCALLTYPE device_GetNodeCount(ID3D12Device5 *self)
{
    (void)self;
    return 1;
}

static HRESULT STDMETHODCALLTYPE device_CreateCommandQueue(ID3D12Device5 *self,
                                                           const D3D12_COMMAND_QUEUE_DESC *desc,
                                                           REFIID riid, void **ret)
{
    HRESULT hr = begin(self, ret);

    return FAILED(hr) ? hr : nt_d3d_queue_create(device_of(self), desc, riid, ret);
}

static HRESULT STDMETHODCALLTYPE device_CreateCommandAllocator(ID3D12Device5 *self,
                                                               D3D12_COMMAND_LIST_TYPE type,
                                                               REFIID riid, void **ret)
{
    HRESULT hr = begin(self, ret);

    return FAILED(hr) ? hr : nt_d3d_allocator_create(device_of(self), type, riid, ret);
}

static HRESULT STDMETHODCALLTYPE device_CreateCommandList(ID3D12Device5 *self, UINT node_mask,
                                                          D3D12_COMMAND_LIST_TYPE type,
                                                          ID3D12CommandAllocator *allocator,
                                                          ID3D12PipelineState *state, REFIID riid,
                                                          void **ret)
{
    struct nt_d3d_allocator *from = nt_d3d_allocator_from(allocator);
    HRESULT hr = begin(self, ret);

    (void)state;
    if (FAILED(hr))
        return hr;
    if (!from || node_mask > 1)
        return E_INVALIDARG;
    return nt_d3d_list_create(device_of(self), type, from, riid, ret);
}

static HRESULT STDMETHODCALLTYPE device_CreateCommandList1(ID3D12Device5 *self, UINT node_mask,
                                                           D3D12_COMMAND_LIST_TYPE type,
                                                           D3D12_COMMAND_LIST_FLAGS flags,
                                                           REFIID riid, void **ret)
{
    HRESULT hr = begin(self, ret);

    if (FAILED(hr))
        return hr;
    if (node_mask > 1 || flags != D3D12_COMMAND_LIST_FLAG_NONE ||
        (type != D3D12_COMMAND_LIST_TYPE_DIRECT && type != D3D12_COMMAND_LIST_TYPE_BUNDLE &&
         type != D3D12_COMMAND_LIST_TYPE_COMPUTE && type != D3D12_COMMAND_LIST_TYPE_COPY))
        return E_INVALIDARG;
    return nt_d3d_list_create(device_of(self), type, NULL, riid, ret);
}

static HRESULT STDMETHODCALLTYPE device_CheckFeatureSupport(ID3D12Device5 *self,
                                                            D3D12_FEATURE feature, void *data,
                                                            UINT size)
{
    return nt_d3d_features_check(device_of(self), feature, data, size);
}

static D3D12_RESOURCE_ALLOCATION_INFO STDMETHODCALLTYPE device_GetResourceAllocationInfo(
    ID3D12Device5 *self, UINT visible_mask, UINT n, const D3D12_RESOURCE_DESC *descs)
{
    return nt_d3d_allocation_info(device_of(self), visible_mask, n, descs, NULL);
}

static D3D12_RESOURCE_ALLOCATION_INFO STDMETHODCALLTYPE device_GetResourceAllocationInfo1(
    ID3D12Device5 *self, UINT visible_mask, UINT n, const D3D12_RESOURCE_DESC *descs,
    D3D12_RESOURCE_ALLOCATION_INFO1 *infos)
{
    return nt_d3d_allocation_info(device_of(self), visible_mask, n, descs, infos);
}

static D3D12_HEAP_PROPERTIES STDMETHODCALLTYPE device_GetCustomHeapProperties(ID3D12Device5 *self,
                                                                              UINT node_mask,
                                                                              D3D12_HEAP_TYPE type)
{
    (void)node_mask;
    return nt_d3d_heap_custom_properties(device_of(self), type);
}

static HRESULT STDMETHODCALLTYPE device_CreateCommittedResource(
    ID3D12Device5 *self, const D3D12_HEAP_PROPERTIES *properties, D3D12_HEAP_FLAGS flags,
    const D3D12_RESOURCE_DESC *desc, D3D12_RESOURCE_STATES state, const D3D12_CLEAR_VALUE *clear,
    REFIID riid, void **ret)
{
    HRESULT hr = begin(self, ret);

    return FAILED(hr) ? hr
                      : nt_d3d_resource_create_committed(device_of(self), properties, flags, desc,
                                                         state, clear, riid, ret);
}

static HRESULT STDMETHODCALLTYPE device_CreateCommittedResource1(
    ID3D12Device5 *self, const D3D12_HEAP_PROPERTIES *properties, D3D12_HEAP_FLAGS flags,
    const D3D12_RESOURCE_DESC *desc, D3D12_RESOURCE_STATES state, const D3D12_CLEAR_VALUE *clear,
    ID3D12ProtectedResourceSession *session, REFIID riid, void **ret)
{
    HRESULT hr = begin(self, ret);

    if (FAILED(hr))
        return hr;
    return session ? E_INVALIDARG
                   : nt_d3d_resource_create_committed(device_of(self), properties, flags, desc,
                                                      state, clear, riid, ret);
}

static HRESULT STDMETHODCALLTYPE device_CreateHeap(ID3D12Device5 *self, const D3D12_HEAP_DESC *desc,
                                                   REFIID riid, void **ret)
{
    HRESULT hr = begin(self, ret);

    return FAILED(hr) ? hr : nt_d3d_heap_create(device_of(self), desc, riid, ret);
}

static HRESULT STDMETHODCALLTYPE device_CreateHeap1(ID3D12Device5 *self,
                                                    const D3D12_HEAP_DESC *desc,
                                                    ID3D12ProtectedResourceSession *session,
                                                    REFIID riid, void **ret)
{
    HRESULT hr = begin(self, ret);

    if (FAILED(hr))
        return hr;
    return session ? E_INVALIDARG : nt_d3d_heap_create(device_of(self), desc, riid, ret);
}

static HRESULT STDMETHODCALLTYPE device_CreatePlacedResource(
    ID3D12Device5 *self, ID3D12Heap *heap, UINT64 offset, const D3D12_RESOURCE_DESC *desc,
    D3D12_RESOURCE_STATES state, const D3D12_CLEAR_VALUE *clear, REFIID riid, void **ret)
{
    HRESULT hr = begin(self, ret);

    return FAILED(hr) ? hr
                      : nt_d3d_resource_create_placed(device_of(self), heap, offset, desc, state,
                                                      clear, riid, ret);
}

/* The driver keeps its own memory resident, the system that of imported regions. */
static HRESULT STDMETHODCALLTYPE device_MakeResident(ID3D12Device5 *self, UINT n,
                                                     ID3D12Pageable *const *objects)
{
    if (!nt_d3d_are_pageable(device_of(self), n, objects))
        return E_INVALIDARG;
    return begin(self, NULL);
}

static HRESULT STDMETHODCALLTYPE device_Evict(ID3D12Device5 *self, UINT n,
                                              ID3D12Pageable *const *objects)
{
    return nt_d3d_are_pageable(device_of(self), n, objects) ? S_OK : E_INVALIDARG;
}

static HRESULT STDMETHODCALLTYPE
device_SetResidencyPriority(ID3D12Device5 *self, UINT n, ID3D12Pageable *const *objects,
                            const D3D12_RESIDENCY_PRIORITY *priorities)
{
    return nt_d3d_are_pageable(device_of(self), n, objects) && priorities ? S_OK : E_INVALIDARG;
}

static HRESULT STDMETHODCALLTYPE device_EnqueueMakeResident(ID3D12Device5 *self,
                                                            D3D12_RESIDENCY_FLAGS flags, UINT n,
                                                            ID3D12Pageable *const *objects,
                                                            ID3D12Fence *fence, UINT64 value)
{
    const struct nt_d3d_fence *own = nt_d3d_fence_from(fence);
    HRESULT hr = device_MakeResident(self, n, objects);

    if (FAILED(hr))
        return hr;
    if (((unsigned)flags & ~(unsigned)RESIDENCY_FLAGS) || !own ||
        own->object.device != device_of(self))
        return E_INVALIDARG;
    return ID3D12Fence_Signal(fence, value);
}

static HRESULT STDMETHODCALLTYPE device_CreateFence(ID3D12Device5 *self, UINT64 value,
                                                    D3D12_FENCE_FLAGS flags, REFIID riid,
                                                    void **ret)
{
    HRESULT hr = begin(self, ret);

    return FAILED(hr) ? hr : nt_d3d_fence_create(device_of(self), value, flags, riid, ret);
}

static HRESULT STDMETHODCALLTYPE device_GetDeviceRemovedReason(ID3D12Device5 *self)
{
    struct nt_d3d_device *device = device_of(self);

    nt_d3d_engine_check(&device->engine);
    return atomic_load(&device->removed_reason);
}

static void STDMETHODCALLTYPE device_RemoveDevice(ID3D12Device5 *self)
{
    struct nt_d3d_engine *engine = &device_of(self)->engine;

    pthread_mutex_lock(&engine->lock);
    nt_d3d_engine_remove(engine, DXGI_ERROR_DEVICE_REMOVED);
    nt_d3d_engine_pump(engine);
    pthread_mutex_unlock(&engine->lock);
}

static void STDMETHODCALLTYPE device_GetCopyableFootprints(
    ID3D12Device5 *self, const D3D12_RESOURCE_DESC *desc, UINT first, UINT n, UINT64 base,
    D3D12_PLACED_SUBRESOURCE_FOOTPRINT *layouts, UINT *n_rows, UINT64 *row_sizes, UINT64 *total)
{
    (void)self;
    nt_d3d_footprints(desc, first, n, base, layouts, n_rows, row_sizes, total);
}

static LUID STDMETHODCALLTYPE device_GetAdapterLuid(ID3D12Device5 *self)
{
    return nt_d3d_luid(device_of(self));
}

static HRESULT STDMETHODCALLTYPE device_SetEventOnMultipleFenceCompletion(
    ID3D12Device5 *self, ID3D12Fence *const *fences, const UINT64 *values, UINT n,
    D3D12_MULTIPLE_FENCE_WAIT_FLAGS flags, HANDLE event)
{
    NT_CLEANUP(nt_freep) struct nt_d3d_fence **found = NULL;
    HRESULT hr;

    if (!n || !fences || !values ||
        ((unsigned)flags & ~(unsigned)D3D12_MULTIPLE_FENCE_WAIT_FLAG_ANY))
        return E_INVALIDARG;
    found = calloc(n, sizeof(struct nt_d3d_fence *));
    if (!found)
        return E_OUTOFMEMORY;
    hr = nt_d3d_find_fences(device_of(self), fences, n, found);
    if (FAILED(hr))
        return hr;
    return nt_d3d_fence_wait(device_of(self), found, values, n,
                             flags == D3D12_MULTIPLE_FENCE_WAIT_FLAG_ANY, event);
}

static HRESULT STDMETHODCALLTYPE device_OpenExistingHeapFromAddress(ID3D12Device5 *self,
                                                                    const void *address,
                                                                    REFIID riid, void **ret)
{
    HRESULT hr = begin(self, ret);

    return FAILED(hr) ? hr : nt_d3d_existing_from_address(device_of(self), address, riid, ret);
}

static HRESULT STDMETHODCALLTYPE device_OpenExistingHeapFromFileMapping(ID3D12Device5 *self,
                                                                        HANDLE mapping, REFIID riid,
                                                                        void **ret)
{
    HRESULT hr = begin(self, ret);

    return FAILED(hr) ? hr : nt_d3d_existing_from_mapping(device_of(self), mapping, riid, ret);
}

static HRESULT STDMETHODCALLTYPE device_CreateSharedHandle(ID3D12Device5 *self,
                                                           ID3D12DeviceChild *child,
                                                           const SECURITY_ATTRIBUTES *attributes,
                                                           DWORD access, LPCWSTR name, HANDLE *ret)
{
    HRESULT hr = begin(self, ret);

    return FAILED(hr) ? hr
                      : nt_d3d_share_create(device_of(self), child, attributes, access, name, ret);
}

static HRESULT STDMETHODCALLTYPE device_OpenSharedHandle(ID3D12Device5 *self, HANDLE handle,
                                                         REFIID riid, void **ret)
{
    HRESULT hr = begin(self, ret);

    return FAILED(hr) ? hr : nt_d3d_share_open(device_of(self), handle, riid, ret);
}

static HRESULT STDMETHODCALLTYPE device_OpenSharedHandleByName(ID3D12Device5 *self, LPCWSTR name,
                                                               DWORD access, HANDLE *ret)
{
    HRESULT hr = begin(self, ret);

    return FAILED(hr) ? hr : nt_d3d_share_open_name(device_of(self), name, access, ret);
}

static HRESULT STDMETHODCALLTYPE device_CreateReservedResource(ID3D12Device5 *self,
                                                               const D3D12_RESOURCE_DESC *desc,
                                                               D3D12_RESOURCE_STATES state,
                                                               const D3D12_CLEAR_VALUE *clear,
                                                               REFIID riid, void **ret)
{
    HRESULT hr = begin(self, ret);

    return FAILED(hr) ? hr : nt_d3d_reserved_create(device_of(self), desc, state, clear, riid, ret);
}

static HRESULT STDMETHODCALLTYPE
device_CreateReservedResource1(ID3D12Device5 *self, const D3D12_RESOURCE_DESC *desc,
                               D3D12_RESOURCE_STATES state, const D3D12_CLEAR_VALUE *clear,
                               ID3D12ProtectedResourceSession *session, REFIID riid, void **ret)
{
    HRESULT hr = begin(self, ret);

    if (FAILED(hr))
        return hr;
    return session ? E_INVALIDARG
                   : nt_d3d_reserved_create(device_of(self), desc, state, clear, riid, ret);
}

static void STDMETHODCALLTYPE device_GetResourceTiling(
    ID3D12Device5 *self, ID3D12Resource *resource, UINT *n_tiles, D3D12_PACKED_MIP_INFO *packed,
    D3D12_TILE_SHAPE *shape, UINT *n_tilings, UINT first, D3D12_SUBRESOURCE_TILING *tilings)
{
    nt_d3d_reserved_tiling(device_of(self), resource, n_tiles, packed, shape, n_tilings, first,
                           tilings);
}

static HRESULT STDMETHODCALLTYPE device_CreateQueryHeap(ID3D12Device5 *self,
                                                        const D3D12_QUERY_HEAP_DESC *desc,
                                                        REFIID riid, void **ret)
{
    HRESULT hr = begin(self, ret);

    return FAILED(hr) ? hr : nt_d3d_query_heap_create(device_of(self), desc, riid, ret);
}

static const ID3D12Device5Vtbl vtable = {
    NT_D3D_OBJECT_SLOTS,
    NT_D3D_DEVICE_UNSUPPORTED_SLOTS,
    .GetNodeCount = device_GetNodeCount,
    .CreateCommandQueue = device_CreateCommandQueue,
    .CreateCommandAllocator = device_CreateCommandAllocator,
    .CreateCommandList = device_CreateCommandList,
    .CreateCommandList1 = device_CreateCommandList1,
    .CheckFeatureSupport = device_CheckFeatureSupport,
    .GetResourceAllocationInfo = device_GetResourceAllocationInfo,
    .GetResourceAllocationInfo1 = device_GetResourceAllocationInfo1,
    .GetCustomHeapProperties = device_GetCustomHeapProperties,
    .CreateCommittedResource = device_CreateCommittedResource,
    .CreateCommittedResource1 = device_CreateCommittedResource1,
    .CreateHeap = device_CreateHeap,
    .CreateHeap1 = device_CreateHeap1,
    .CreatePlacedResource = device_CreatePlacedResource,
    .CreateReservedResource = device_CreateReservedResource,
    .CreateReservedResource1 = device_CreateReservedResource1,
    .GetResourceTiling = device_GetResourceTiling,
    .CreateQueryHeap = device_CreateQueryHeap,
    .MakeResident = device_MakeResident,
    .Evict = device_Evict,
    .SetResidencyPriority = device_SetResidencyPriority,
    .EnqueueMakeResident = device_EnqueueMakeResident,
    .CreateFence = device_CreateFence,
    .GetDeviceRemovedReason = device_GetDeviceRemovedReason,
    .RemoveDevice = device_RemoveDevice,
    .GetCopyableFootprints = device_GetCopyableFootprints,
    .GetAdapterLuid = device_GetAdapterLuid,
    .SetEventOnMultipleFenceCompletion = device_SetEventOnMultipleFenceCompletion,
    .OpenExistingHeapFromAddress = device_OpenExistingHeapFromAddress,
    .OpenExistingHeapFromFileMapping = device_OpenExistingHeapFromFileMapping,
    .CreateSharedHandle = device_CreateSharedHandle,
    .OpenSharedHandle = device_OpenSharedHandle,
    .OpenSharedHandleByName = device_OpenSharedHandleByName,
};

/* No child has a public reference: every fence is released, so all waits are met. */
static void device_free(struct nt_d3d_object *object)
{
    struct nt_d3d_device *device = (struct nt_d3d_device *)object;

    nt_d3d_engine_deinit(&device->engine);
    nt_d3d_dred_deinit(device);
    nt_d3d_removal_deinit(device);
    nt_d3d_vulkan_deinit(&device->vulkan);
    nt_d3d_memory_bury(&device->graveyard);
    nt_d3d_addresses_deinit(&device->addresses);
    pthread_mutex_destroy(&device->graveyard_lock);
    nt_d3d_object_deinit(object);
    free(device);
}

static const IID *const iids[] = {&IID_ID3D12Device5, &IID_ID3D12Device4, &IID_ID3D12Device3,
                                  &IID_ID3D12Device2, &IID_ID3D12Device1, &IID_ID3D12Device};

/* The interfaces of a device that have tables of their own. */
static void *device_facet(struct nt_d3d_object *object, REFIID riid)
{
    struct nt_d3d_device *device = (struct nt_d3d_device *)object;

    if (nt_d3d_interop_answers(riid))
        return &device->interop_facet;
    return nt_d3d_dred_facet(device, riid);
}

static const struct nt_d3d_class device_class = {
    .facet = device_facet,
    .name = "device",
    .vtable = &vtable,
    .iids = iids,
    .n_iids = NT_ARRAY_SIZE(iids),
    .free = device_free,
};

bool nt_d3d_device_answers(REFIID riid)
{
    return nt_d3d_class_answers(&device_class, riid);
}

struct nt_d3d_device *nt_d3d_device_from(const void *pointer)
{
    return (struct nt_d3d_device *)nt_d3d_from(pointer, &device_class);
}

void nt_d3d_device_bury(struct nt_d3d_device *device, struct nt_d3d_memory *memory)
{
    pthread_mutex_lock(&device->graveyard_lock);
    TAILQ_INSERT_TAIL(&device->graveyard, memory, graveyard_link);
    pthread_mutex_unlock(&device->graveyard_lock);
}

HRESULT nt_d3d_device_create_on(const struct nt_d3d_source *source, unsigned wide_size,
                                struct nt_d3d_device **ret_device)
{
    struct nt_d3d_device *device = calloc(1, sizeof(*device));
    HRESULT hr;

    if (!device)
        return E_OUTOFMEMORY;
    nt_d3d_object_init(&device->object, &device_class, NULL);
    device->wide_size = wide_size;
    pthread_mutex_init(&device->graveyard_lock, NULL);
    TAILQ_INIT(&device->graveyard);
    nt_d3d_addresses_init(&device->addresses);
    nt_d3d_interop_init(device);
    hr = nt_d3d_memory_init_sharing(device);
    if (SUCCEEDED(hr))
        hr = nt_d3d_vulkan_init(&device->vulkan, source);
    if (SUCCEEDED(hr))
        nt_d3d_vulkan_find_family(&device->vulkan);
    if (SUCCEEDED(hr))
        hr = nt_d3d_engine_init(&device->engine, device);
    if (SUCCEEDED(hr))
        hr = nt_d3d_dred_init(device);
    if (FAILED(hr)) {
        nt_d3d_object_release(&device->object);
        return hr;
    }
    nt_d3d_existing_probe(device);
    *ret_device = device;
    return S_OK;
}
