/* SPDX-License-Identifier: MIT */
/*
 * Buffers: a range of device memory with a description. A committed buffer has memory of its
 * own, a placed one holds that of its heap (D17.6), also after the heap object is released.
 */
#ifndef NT_D3D12_RESOURCE_H
#define NT_D3D12_RESOURCE_H

#include "d3d12/memory.h"
#include "d3d12/object.h"

struct nt_d3d_heap;

struct nt_d3d_resource {
    struct nt_d3d_object object;
    D3D12_RESOURCE_DESC desc;
    D3D12_HEAP_PROPERTIES properties; /* of the heap it is on */
    D3D12_HEAP_FLAGS heap_flags;
    struct nt_d3d_memory *memory; /* reference and hold */
    uint64_t offset;              /* in @memory */
};

/**
 * nt_d3d_buffer_check() - is @desc a buffer that may exist (D3.3)?
 * @ret_size: the memory it needs: its width, rounded up to 64 KiB
 *
 * Return: S_OK; E_INVALIDARG; E_NOTIMPL for a texture.
 */
HRESULT nt_d3d_buffer_check(const D3D12_RESOURCE_DESC *desc, uint64_t *ret_size);

/** nt_d3d_resource_create_committed() - ID3D12Device::CreateCommittedResource */
HRESULT nt_d3d_resource_create_committed(struct nt_d3d_device *device,
                                         const D3D12_HEAP_PROPERTIES *properties,
                                         D3D12_HEAP_FLAGS flags, const D3D12_RESOURCE_DESC *desc,
                                         D3D12_RESOURCE_STATES state,
                                         const D3D12_CLEAR_VALUE *clear, REFIID riid, void **ret);

/** nt_d3d_resource_create_placed() - ID3D12Device::CreatePlacedResource */
HRESULT nt_d3d_resource_create_placed(struct nt_d3d_device *device, ID3D12Heap *heap,
                                      uint64_t offset, const D3D12_RESOURCE_DESC *desc,
                                      D3D12_RESOURCE_STATES state, const D3D12_CLEAR_VALUE *clear,
                                      REFIID riid, void **ret);

/** nt_d3d_resource_from() - the resource behind an interface pointer; NULL when foreign */
struct nt_d3d_resource *nt_d3d_resource_from(const void *pointer);

#endif
