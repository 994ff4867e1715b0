/* SPDX-License-Identifier: MIT */
/*
 * Resources: a range of device memory with a description. A committed resource has memory of its
 * own, a placed one holds that of its heap (D17.6), also after the heap object is released, a
 * reserved one has tiles (tiles.h). A buffer is the bytes themselves, a texture's texels are
 * behind its surface (surface.h).
 */
#ifndef NT_D3D12_RESOURCE_H
#define NT_D3D12_RESOURCE_H

#include "d3d12/device/object.h"
#include "d3d12/resource/surface.h"

struct nt_d3d_heap;

enum nt_d3d_placement { NT_D3D_COMMITTED, NT_D3D_PLACED, NT_D3D_RESERVED };

struct nt_d3d_resource {
    struct nt_d3d_object object;
    D3D12_RESOURCE_DESC desc;
    D3D12_HEAP_PROPERTIES properties; /* of the heap it is on */
    D3D12_HEAP_FLAGS heap_flags;
    enum nt_d3d_placement placement;
    struct nt_d3d_memory *memory;   /* reference and hold */
    uint64_t offset;                /* in @memory */
    struct nt_d3d_surface *surface; /* NULL for buffers */
};

/* What a new resource is, besides its place. */
struct nt_d3d_resource_info {
    const D3D12_RESOURCE_DESC *desc; /* as nt_d3d_desc_check() gives it */
    D3D12_HEAP_PROPERTIES properties;
    D3D12_HEAP_FLAGS flags;
    enum nt_d3d_placement placement;
};

/**
 * nt_d3d_resource_new() - the buffer or texture at @offset of @memory
 * @memory: its reference and hold are consumed, also when this fails; large enough
 *
 * Return: S_OK; S_FALSE when @ret is NULL; E_NOINTERFACE; E_OUTOFMEMORY; E_INVALIDARG when
 * the memory is too small for the texels of a texture; DXGI_ERROR_DEVICE_REMOVED.
 */
HRESULT nt_d3d_resource_new(struct nt_d3d_device *device, const struct nt_d3d_resource_info *info,
                            struct nt_d3d_memory *memory, uint64_t offset, REFIID riid, void **ret);

/** nt_d3d_resource_answers() - true when a resource has the interface @riid */
bool nt_d3d_resource_answers(REFIID riid);

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

/** nt_d3d_resource_may_be_on() - whether a heap of such flags may hold a checked @desc */
bool nt_d3d_resource_may_be_on(D3D12_HEAP_FLAGS flags, const D3D12_RESOURCE_DESC *desc);

/**
 * nt_d3d_resource_is_good_start() - may a resource begin in @state and with @clear (D3.2)?
 * @desc: checked
 */
bool nt_d3d_resource_is_good_start(const D3D12_RESOURCE_DESC *desc, D3D12_RESOURCE_STATES state,
                                   const D3D12_CLEAR_VALUE *clear);

/** nt_d3d_resource_size() - bytes of its memory that are its own, from its offset on */
uint64_t nt_d3d_resource_size(const struct nt_d3d_resource *resource);

/** nt_d3d_resource_from() - the resource behind an interface pointer; NULL when foreign */
struct nt_d3d_resource *nt_d3d_resource_from(const void *pointer);

/**
 * nt_d3d_resource_write() - WriteToSubresource
 * nt_d3d_resource_read() - ReadFromSubresource
 * @box: NULL: the whole subresource
 *
 * Return: S_OK; E_INVALIDARG when the CPU cannot reach it or the box is not inside.
 */
HRESULT nt_d3d_resource_write(const struct nt_d3d_resource *resource, UINT subresource,
                              const D3D12_BOX *box, const void *data, UINT row_pitch,
                              UINT depth_pitch);
HRESULT nt_d3d_resource_read(const struct nt_d3d_resource *resource, void *data, UINT row_pitch,
                             UINT depth_pitch, UINT subresource, const D3D12_BOX *box);

#endif
