// SPDX-License-Identifier: MIT
/*
 * Arrays of objects that a device is given: is each one its own, and of the right kind?
 */
#include "d3d12/device/device-arrays.h"

#include "d3d12/fence/fence.h"
#include "d3d12/memory/heap.h"
#include "d3d12/queue/query.h"
#include "d3d12/resource/resource.h"

bool nt_d3d_are_pageable(const struct nt_d3d_device *device, UINT n, ID3D12Pageable *const *objects)
{
    if (!n || !objects)
        return false;
    for (UINT i = 0; i < n; i++) {
        const struct nt_d3d_heap *heap = nt_d3d_heap_from(objects[i]);
        const struct nt_d3d_resource *resource = nt_d3d_resource_from(objects[i]);
        const struct nt_d3d_object *object = heap       ? &heap->object
                                             : resource ? &resource->object
                                                        : NULL;

        if (nt_d3d_query_is_pageable(device, objects[i]))
            continue;
        if (!object || object->device != device)
            return false;
    }
    return true;
}

HRESULT nt_d3d_find_fences(const struct nt_d3d_device *device, ID3D12Fence *const *fences, UINT n,
                           struct nt_d3d_fence **ret_fences)
{
    for (UINT i = 0; i < n; i++) {
        ret_fences[i] = nt_d3d_fence_from(fences[i]);
        if (!ret_fences[i] || ret_fences[i]->object.device != device)
            return E_INVALIDARG;
    }
    return S_OK;
}
