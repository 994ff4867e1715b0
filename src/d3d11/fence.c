// SPDX-License-Identifier: MIT
/*
 * ID3D11Fence (see fence.h). Values, waits and sharing are the other fence's own.
 */
#include "d3d11/fence.h"

#include <stdlib.h>

#include "d3d11/device.h"
#include "util/macro.h"

struct nt_d3d11_fence {
    struct nt_d3d11_object object;
    ID3D12Fence *fence;
};

NT_D3D11_CHILD_METHODS(ID3D11Fence)

static HRESULT STDMETHODCALLTYPE fence_CreateSharedHandle(ID3D11Fence *self,
                                                          const SECURITY_ATTRIBUTES *attributes,
                                                          DWORD access, LPCWSTR name, HANDLE *ret)
{
    struct nt_d3d11_fence *fence = (struct nt_d3d11_fence *)self;

    return ID3D12Device5_CreateSharedHandle(fence->object.device->device,
                                            (ID3D12DeviceChild *)fence->fence, attributes, access,
                                            name, ret);
}

static UINT64 STDMETHODCALLTYPE fence_GetCompletedValue(ID3D11Fence *self)
{
    return ID3D12Fence_GetCompletedValue(((struct nt_d3d11_fence *)self)->fence);
}

static HRESULT STDMETHODCALLTYPE fence_SetEventOnCompletion(ID3D11Fence *self, UINT64 value,
                                                            HANDLE event)
{
    return ID3D12Fence_SetEventOnCompletion(((struct nt_d3d11_fence *)self)->fence, value, event);
}

static const ID3D11FenceVtbl vtable = {
    NT_D3D11_CHILD_SLOTS,
    .CreateSharedHandle = fence_CreateSharedHandle,
    .GetCompletedValue = fence_GetCompletedValue,
    .SetEventOnCompletion = fence_SetEventOnCompletion,
};

static void released(struct nt_d3d11_object *object)
{
    ID3D12Fence_Release(((struct nt_d3d11_fence *)object)->fence);
    free(object);
}

static const struct nt_d3d11_interface interfaces[] = {
    {&IID_ID3D11Fence, 0},
    {&IID_ID3D11DeviceChild, 0},
};

static const struct nt_d3d11_class fence_class = {
    .interfaces = interfaces,
    .n_interfaces = NT_ARRAY_SIZE(interfaces),
    .released = released,
};

ID3D12Fence *nt_d3d11_fence_from(const struct nt_d3d11_device *device, const void *pointer)
{
    const struct nt_d3d11_fence *fence = pointer;

    if (!fence || fence->object.table != &vtable || fence->object.device != device)
        return NULL;
    return fence->fence;
}

/* Consumes @fence. */
static HRESULT wrap(struct nt_d3d11_device *device, ID3D12Fence *real, REFIID riid, void **ret)
{
    struct nt_d3d11_fence *fence = calloc(1, sizeof(*fence));

    if (!fence) {
        ID3D12Fence_Release(real);
        return E_OUTOFMEMORY;
    }
    fence->fence = real;
    nt_d3d11_object_init(&fence->object, &vtable, &fence_class, device, (ID3D12Object *)real);
    return nt_d3d11_object_return(&fence->object, riid, ret);
}

/* D3D11_FENCE_FLAG_NONE is 1, and 0 in newer headers; the others are those of Direct3D 12 twice. */
HRESULT nt_d3d11_fence_create(struct nt_d3d11_device *device, UINT64 value, D3D11_FENCE_FLAG flags,
                              REFIID riid, void **ret)
{
    const unsigned known = D3D11_FENCE_FLAG_NONE | D3D11_FENCE_FLAG_SHARED |
                           D3D11_FENCE_FLAG_SHARED_CROSS_ADAPTER | D3D11_FENCE_FLAG_NON_MONITORED;
    ID3D12Fence *fence = NULL;
    HRESULT hr;

    if ((unsigned)flags & ~known)
        return E_INVALIDARG;
    hr = ID3D12Device5_CreateFence(device->device, value, (D3D12_FENCE_FLAGS)((unsigned)flags >> 1),
                                   &IID_ID3D12Fence, (void **)&fence);
    return FAILED(hr) ? hr : wrap(device, fence, riid, ret);
}

HRESULT nt_d3d11_fence_open(struct nt_d3d11_device *device, HANDLE handle, REFIID riid, void **ret)
{
    ID3D12Fence *fence = NULL;
    HRESULT hr =
        ID3D12Device5_OpenSharedHandle(device->device, handle, &IID_ID3D12Fence, (void **)&fence);

    if (FAILED(hr))
        return hr == E_NOINTERFACE ? E_INVALIDARG : hr;
    return wrap(device, fence, riid, ret);
}
