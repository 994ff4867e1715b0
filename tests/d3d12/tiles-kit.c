// SPDX-License-Identifier: MIT
/* See tiles-kit.h. */
#include "d3d12/tiles-kit.h"

void tiles_open(struct tiles_kit *t, D3D12_COMMAND_LIST_TYPE type)
{
    kit_open(&t->kit, type);
    t->up = kit_buffer(t->kit.device, D3D12_HEAP_TYPE_UPLOAD, TILES_AT_ONCE * TILE);
    t->down = kit_buffer(t->kit.device, D3D12_HEAP_TYPE_READBACK, TILES_AT_ONCE * TILE);
    t->from = kit_map(t->up);
    t->to = kit_map(t->down);
}

void tiles_close(struct tiles_kit *t)
{
    kit_release_last(t->up);
    kit_release_last(t->down);
    kit_close(&t->kit);
}

ID3D12Resource *tiles_buffer(ID3D12Device5 *device, UINT64 n)
{
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(n * TILE);
    ID3D12Resource *buffer = NULL;

    ok_hr(ID3D12Device_CreateReservedResource(device, &desc, D3D12_RESOURCE_STATE_COMMON, NULL,
                                              &IID_ID3D12Resource, (void **)&buffer),
          S_OK);
    require(buffer);
    return buffer;
}

ID3D12Heap *tiles_heap(ID3D12Device5 *device, UINT64 n)
{
    const D3D12_HEAP_DESC desc = kit_heap_desc(n * TILE, D3D12_HEAP_TYPE_DEFAULT);
    ID3D12Heap *heap = NULL;

    ok_hr(ID3D12Device_CreateHeap(device, &desc, &IID_ID3D12Heap, (void **)&heap), S_OK);
    require(heap);
    return heap;
}

ID3D12Resource *tiles_on_heap(ID3D12Device5 *device, ID3D12Heap *heap)
{
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(ID3D12Heap_GetDesc(heap).SizeInBytes);
    ID3D12Resource *buffer = NULL;

    ok_hr(ID3D12Device_CreatePlacedResource(device, heap, 0, &desc, D3D12_RESOURCE_STATE_COMMON,
                                            NULL, &IID_ID3D12Resource, (void **)&buffer),
          S_OK);
    require(buffer);
    return buffer;
}

void tiles_fill(struct tiles_kit *t, ID3D12Resource *buffer, UINT64 tile, UINT n, uint32_t value)
{
    require(n <= TILES_AT_ONCE);
    for (size_t i = 0; i < n * TILE / 4; i++)
        t->from[i] = value + (uint32_t)(i / (TILE / 4));
    ID3D12GraphicsCommandList_CopyBufferRegion(t->kit.list, buffer, tile * TILE, t->up, 0,
                                               n * TILE);
    kit_run(&t->kit);
}

ID3D12Heap *tiles_full_heap(struct tiles_kit *t, UINT n, uint32_t value)
{
    ID3D12Heap *heap = tiles_heap(t->kit.device, n);
    ID3D12Resource *all = tiles_on_heap(t->kit.device, heap);

    tiles_fill(t, all, 0, n, value);
    kit_release_last(all);
    return heap;
}

void tiles_expect(struct tiles_kit *t, ID3D12Resource *buffer, UINT64 tile, UINT n,
                  const uint32_t *want)
{
    require(n <= TILES_AT_ONCE);
    for (size_t i = 0; i < n * TILE / 4; i++)
        t->to[i] = 0xdeadbeef;
    ID3D12GraphicsCommandList_CopyBufferRegion(t->kit.list, t->down, 0, buffer, tile * TILE,
                                               n * TILE);
    kit_run(&t->kit);
    for (size_t i = 0; i < n; i++) {
        const uint32_t *words = t->to + i * (TILE / 4);
        size_t word = 0;

        while (word < TILE / 4 && words[word] == want[i])
            word++;
        ok(word == TILE / 4, "tile %zu has 0x%x at word %zu, not 0x%x", (size_t)tile + i,
           word < TILE / 4 ? words[word] : 0, word, want[i]);
    }
}

void tiles_map(struct tiles_kit *t, ID3D12Resource *resource, UINT tile, UINT n, ID3D12Heap *heap,
               UINT heap_tile)
{
    const D3D12_TILED_RESOURCE_COORDINATE start = {.X = tile};
    const D3D12_TILE_REGION_SIZE size = {.NumTiles = n};
    const D3D12_TILE_RANGE_FLAGS flags =
        heap ? D3D12_TILE_RANGE_FLAG_NONE : D3D12_TILE_RANGE_FLAG_NULL;

    ID3D12CommandQueue_UpdateTileMappings(t->kit.queue, resource, 1, &start, &size, heap, 1, &flags,
                                          &heap_tile, &n, D3D12_TILE_MAPPING_FLAG_NONE);
}

D3D12_RESOURCE_DESC tiles_flat(DXGI_FORMAT format, UINT width, UINT height, UINT16 slices,
                               UINT16 mips)
{
    return (D3D12_RESOURCE_DESC){.Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE2D,
                                 .Width = width,
                                 .Height = height,
                                 .DepthOrArraySize = slices,
                                 .MipLevels = mips,
                                 .Format = format,
                                 .SampleDesc = {1, 0},
                                 .Layout = D3D12_TEXTURE_LAYOUT_64KB_UNDEFINED_SWIZZLE};
}

D3D12_RESOURCE_DESC tiles_solid(DXGI_FORMAT format, UINT width, UINT height, UINT16 depth,
                                UINT16 mips)
{
    D3D12_RESOURCE_DESC desc = tiles_flat(format, width, height, depth, mips);

    desc.Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE3D;
    return desc;
}

ID3D12Resource *tiles_reserve(ID3D12Device5 *device, const D3D12_RESOURCE_DESC *desc)
{
    ID3D12Resource *texture = NULL;

    ok_hr(ID3D12Device_CreateReservedResource(device, desc, D3D12_RESOURCE_STATE_COMMON, NULL,
                                              &IID_ID3D12Resource, (void **)&texture),
          S_OK);
    require(texture);
    return texture;
}
