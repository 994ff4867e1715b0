/* SPDX-License-Identifier: MIT */
/*
 * Reserved resources: buffers and textures that are made without memory, and whose tiles a queue
 * maps to heaps later (D3.8, D3.9). What is mapped where is in tiles.h; a method's regions of tiles
 * are in grid.h.
 */
#ifndef NT_D3D12_RESERVED_H
#define NT_D3D12_RESERVED_H

#include "d3d12/list/list.h"
#include "d3d12/queue/queue.h"
#include "d3d12/resource/resource.h"

/** nt_d3d_reserved_create() - ID3D12Device::CreateReservedResource */
HRESULT nt_d3d_reserved_create(struct nt_d3d_device *device, const D3D12_RESOURCE_DESC *desc,
                               D3D12_RESOURCE_STATES state, const D3D12_CLEAR_VALUE *clear,
                               REFIID riid, void **ret);

/** nt_d3d_reserved_from() - a reserved resource of @device; NULL for all else */
struct nt_d3d_resource *nt_d3d_reserved_from(const struct nt_d3d_device *device,
                                             const void *pointer);

/** nt_d3d_reserved_tiling() - ID3D12Device::GetResourceTiling; pointers may be NULL */
void nt_d3d_reserved_tiling(const struct nt_d3d_device *device, ID3D12Resource *pointer,
                            UINT *ret_n_tiles, D3D12_PACKED_MIP_INFO *ret_packed,
                            D3D12_TILE_SHAPE *ret_shape, UINT *n_subresources, UINT first,
                            D3D12_SUBRESOURCE_TILING *ret_subresources);

/** nt_d3d_record_copy_tiles() - ID3D12GraphicsCommandList::CopyTiles */
void nt_d3d_record_copy_tiles(struct nt_d3d_list *list, ID3D12Resource *tiled,
                              const D3D12_TILED_RESOURCE_COORDINATE *start,
                              const D3D12_TILE_REGION_SIZE *size, ID3D12Resource *buffer,
                              uint64_t offset, D3D12_TILE_COPY_FLAGS flags);

/* The arguments of UpdateTileMappings, by the names that they have there. */
struct nt_d3d_mapping_call {
    UINT n_regions;
    const D3D12_TILED_RESOURCE_COORDINATE *starts; /* may be NULL */
    const D3D12_TILE_REGION_SIZE *sizes;           /* may be NULL */
    UINT n_ranges;
    const D3D12_TILE_RANGE_FLAGS *range_flags; /* may be NULL */
    const UINT *heap_starts;                   /* may be NULL */
    const UINT *counts;                        /* may be NULL */
};

/**
 * nt_d3d_queue_update_tiles() - ID3D12CommandQueue::UpdateTileMappings
 *
 * A call that makes no sense, or names tiles that the heap does not have, is dropped as a whole
 * and logged; tiles that the resource does not have are left out.
 */
void nt_d3d_queue_update_tiles(struct nt_d3d_queue *queue, ID3D12Resource *resource,
                               ID3D12Heap *heap, const struct nt_d3d_mapping_call *call,
                               D3D12_TILE_MAPPING_FLAGS flags);

/** nt_d3d_queue_copy_tiles() - ID3D12CommandQueue::CopyTileMappings */
void nt_d3d_queue_copy_tiles(struct nt_d3d_queue *queue, ID3D12Resource *target,
                             const D3D12_TILED_RESOURCE_COORDINATE *target_start,
                             ID3D12Resource *source,
                             const D3D12_TILED_RESOURCE_COORDINATE *source_start,
                             const D3D12_TILE_REGION_SIZE *size, D3D12_TILE_MAPPING_FLAGS flags);

#endif
