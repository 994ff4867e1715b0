// SPDX-License-Identifier: MIT
/*
 * ID3D12CommandAllocator (see allocator.h).
 */
#include "d3d12/list/allocator.h"

#include <stdlib.h>

#include "d3d12/device/device.h"
#include "util/macro.h"

NT_D3D_CHILD_METHODS(ID3D12CommandAllocator)

static HRESULT STDMETHODCALLTYPE allocator_Reset(ID3D12CommandAllocator *self)
{
    struct nt_d3d_allocator *allocator = (struct nt_d3d_allocator *)self;

    if (atomic_load(&allocator->is_recording) || atomic_load(&allocator->n_running))
        return E_FAIL;
    atomic_fetch_add(&allocator->generation, 1);
    return S_OK;
}

static const ID3D12CommandAllocatorVtbl vtable = {NT_D3D_CHILD_SLOTS, .Reset = allocator_Reset};

static void allocator_free(struct nt_d3d_object *object)
{
    nt_d3d_object_deinit(object);
    free(object);
}

static const IID *const iids[] = {&IID_ID3D12CommandAllocator, &IID_ID3D12Pageable,
                                  &IID_ID3D12DeviceChild};

static const struct nt_d3d_class allocator_class = {
    .name = "command allocator",
    .vtable = &vtable,
    .iids = iids,
    .n_iids = NT_ARRAY_SIZE(iids),
    .free = allocator_free,
};

struct nt_d3d_allocator *nt_d3d_allocator_from(const void *pointer)
{
    return (struct nt_d3d_allocator *)nt_d3d_from(pointer, &allocator_class);
}

HRESULT nt_d3d_allocator_create(struct nt_d3d_device *device, D3D12_COMMAND_LIST_TYPE type,
                                REFIID riid, void **ret)
{
    struct nt_d3d_allocator *allocator;

    switch (type) {
    case D3D12_COMMAND_LIST_TYPE_DIRECT:
    case D3D12_COMMAND_LIST_TYPE_BUNDLE:
    case D3D12_COMMAND_LIST_TYPE_COMPUTE:
    case D3D12_COMMAND_LIST_TYPE_COPY:
        break;
    default:
        return E_INVALIDARG;
    }
    allocator = calloc(1, sizeof(*allocator));
    if (!allocator)
        return E_OUTOFMEMORY;
    nt_d3d_object_init(&allocator->object, &allocator_class, device);
    allocator->type = type;
    return nt_d3d_object_return(&allocator->object, riid, ret);
}
