// SPDX-License-Identifier: MIT
/*
 * Reserved buffers: what they are, how they are cut into tiles, NULL tiles, and when their
 * mappings change (D3.8, D3.9). Textures are in reserved-texture.c, the forms of UpdateTileMappings
 * in tiles-map.c, CopyTileMappings and CopyTiles in tiles-copy.c.
 */
#include <string.h>

#include "d3d12/tiles-kit.h"

static HRESULT reserve(ID3D12Device5 *device, const D3D12_RESOURCE_DESC *desc, ID3D12Resource **ret)
{
    *ret = (void *)1;
    return ID3D12Device_CreateReservedResource(device, desc, D3D12_RESOURCE_STATE_COMMON, NULL,
                                               &IID_ID3D12Resource, (void **)ret);
}

static void refused(ID3D12Device5 *device, const D3D12_RESOURCE_DESC *desc)
{
    ID3D12Resource *resource;

    ok_hr(reserve(device, desc, &resource), E_INVALIDARG);
    ok_ptr_eq(resource, NULL);
}

TEST(reserved_buffer_has_an_address_and_no_memory, "D3.8 D3.7 D17.7")
{
    ID3D12Device5 *device = kit_device();
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(3 * TILE + 5);
    D3D12_HEAP_PROPERTIES properties = {.Type = (D3D12_HEAP_TYPE)77};
    D3D12_HEAP_FLAGS flags = (D3D12_HEAP_FLAGS)0x55;
    ID3D12Resource *buffer, *other;
    ULONG refs = kit_refs(device);
    void *data = (void *)1;
    HANDLE handle = (HANDLE)1;
    UINT kind = 0;

    ok_hr(reserve(device, &desc, &buffer), S_OK);
    require(buffer);
    ok_eq(kit_refs(device), refs + 1);
    ok_eq(ID3D12Resource_GetDesc(buffer).Width, 3 * TILE + 5);
    ok_eq(ID3D12Resource_GetDesc(buffer).Alignment, TILE);
    ok_ne(ID3D12Resource_GetGPUVirtualAddress(buffer), 0);
    ok_eq(ID3D12Resource_GetGPUVirtualAddress(buffer) % TILE, 0);
    ok_hr(ID3D12Resource_GetHeapProperties(buffer, &properties, &flags), E_INVALIDARG);
    ok_eq(properties.Type, 77);
    ok_eq(flags, 0x55);
    ok_hr(ID3D12Resource_Map(buffer, 0, NULL, &data), E_INVALIDARG);
    ok_ptr_eq(data, (void *)1);

    /* It is nothing that could be shared. */
    ok_hr(ntshm_d3d12_get_memory_kind((ID3D12DeviceChild *)buffer, &kind), S_OK);
    ok_eq(kind, NTSHM_D3D12_MEMORY_PAGES);
    ok_hr(ID3D12Device_CreateSharedHandle(device, (ID3D12DeviceChild *)buffer, NULL, GENERIC_ALL,
                                          NULL, &handle),
          DXGI_ERROR_INVALID_CALL);
    ok_ptr_eq(handle, NULL);

    ok_hr(reserve(device, &desc, &other), S_OK);
    require(other);
    ok_ne(ID3D12Resource_GetGPUVirtualAddress(buffer), ID3D12Resource_GetGPUVirtualAddress(other));
    kit_release_last(other);
    kit_release_last(buffer);
    ok_hr(ID3D12Device_CreateReservedResource(device, &desc, D3D12_RESOURCE_STATE_COMMON, NULL,
                                              &IID_ID3D12Resource, NULL),
          S_FALSE);
    ok_hr(ID3D12Device4_CreateReservedResource1(device, &desc, D3D12_RESOURCE_STATE_COMMON, NULL,
                                                NULL, &IID_ID3D12Resource2, (void **)&buffer),
          S_OK);
    kit_release_last(buffer);
    ok_eq(kit_refs(device), refs);
    kit_release_last(device);
}

TEST(what_cannot_be_reserved_is_refused, "D3.8 D18.3")
{
    ID3D12Device5 *device = kit_device();
    D3D12_RESOURCE_DESC desc = kit_buffer_desc(TILE);
    const D3D12_CLEAR_VALUE clear = {.Format = DXGI_FORMAT_R8G8B8A8_UNORM};
    ID3D12Resource *out = (void *)1;

    ok_hr(ID3D12Device_CreateReservedResource(device, &desc, D3D12_RESOURCE_STATE_COMMON, &clear,
                                              &IID_ID3D12Resource, (void **)&out),
          E_INVALIDARG);
    ok_ptr_eq(out, NULL);
    out = (void *)1;
    ok_hr(ID3D12Device_CreateReservedResource(device, &desc, D3D12_RESOURCE_STATE_COMMON, NULL,
                                              &IID_ID3D12Heap, (void **)&out),
          E_NOINTERFACE);
    ok_ptr_eq(out, NULL);
    refused(device, NULL);
    desc.Flags = D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER;
    refused(device, &desc);
    desc = kit_buffer_desc(0);
    refused(device, &desc);
    desc = kit_buffer_desc(TILE);
    desc.Layout = D3D12_TEXTURE_LAYOUT_64KB_UNDEFINED_SWIZZLE;
    refused(device, &desc);

    desc = tiles_flat(DXGI_FORMAT_R8G8B8A8_UNORM, 256, 256, 1, 1);
    desc.Layout = D3D12_TEXTURE_LAYOUT_UNKNOWN;
    refused(device, &desc);
    desc.Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR;
    refused(device, &desc);
    desc.Layout = D3D12_TEXTURE_LAYOUT_64KB_STANDARD_SWIZZLE;
    refused(device, &desc);
    desc = tiles_flat(DXGI_FORMAT_R8G8B8A8_UNORM, 256, 1, 1, 1);
    desc.Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE1D;
    refused(device, &desc);
    desc = tiles_flat(DXGI_FORMAT_D24_UNORM_S8_UINT, 256, 256, 1, 1);
    desc.Flags = D3D12_RESOURCE_FLAG_ALLOW_DEPTH_STENCIL;
    refused(device, &desc);
    /* Packed mips of several slices: a tier that is not reported. */
    desc = tiles_flat(DXGI_FORMAT_R8G8B8A8_UNORM, 512, 512, 2, 10);
    refused(device, &desc);
    kit_release_last(device);
}

TEST(tiling_of_a_buffer, "D3.8")
{
    ID3D12Device5 *device = kit_device();
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(5 * TILE - 3);
    D3D12_SUBRESOURCE_TILING tilings[2];
    D3D12_PACKED_MIP_INFO packed;
    D3D12_TILE_SHAPE shape;
    ID3D12Resource *buffer;
    UINT n_tiles = 0, n = 2;

    ok_hr(reserve(device, &desc, &buffer), S_OK);
    require(buffer);
    memset(tilings, 0xff, sizeof(tilings));
    memset(&packed, 0xff, sizeof(packed));
    ID3D12Device_GetResourceTiling(device, buffer, &n_tiles, &packed, &shape, &n, 0, tilings);
    ok_eq(n_tiles, 5);
    ok_eq(packed.NumStandardMips, 1);
    ok_eq(packed.NumPackedMips, 0);
    ok_eq(packed.NumTilesForPackedMips, 0);
    ok_eq(packed.StartTileIndexInOverallResource, 0);
    ok_eq(shape.WidthInTexels, 65536);
    ok_eq(shape.HeightInTexels, 1);
    ok_eq(shape.DepthInTexels, 1);
    ok_eq(n, 1);
    ok_eq(tilings[0].WidthInTiles, 5);
    ok_eq(tilings[0].HeightInTiles, 1);
    ok_eq(tilings[0].DepthInTiles, 1);
    ok_eq(tilings[0].StartTileIndexInOverallResource, 0);
    ok_eq(tilings[1].WidthInTiles, UINT32_MAX);
    n = 1;
    ID3D12Device_GetResourceTiling(device, buffer, NULL, NULL, NULL, &n, 1, tilings);
    ok_eq(n, 0);
    ID3D12Device_GetResourceTiling(device, buffer, &n_tiles, NULL, NULL, NULL, 0, NULL);
    ok_eq(n_tiles, 5);
    kit_release_last(buffer);

    /* What is not reserved has no tiles. */
    buffer = kit_buffer(device, D3D12_HEAP_TYPE_DEFAULT, TILE);
    n = 1;
    ID3D12Device_GetResourceTiling(device, buffer, &n_tiles, &packed, &shape, &n, 0, tilings);
    ok_eq(n_tiles, 0);
    ok_eq(shape.WidthInTexels, 0);
    kit_release_last(buffer);
    kit_release_last(device);
}

TEST(null_tiles_read_zero_and_swallow_writes, "D3.9 D0.5")
{
    struct tiles_kit t;
    ID3D12Resource *buffer;
    ID3D12Heap *heap;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_DIRECT);
    buffer = tiles_buffer(t.kit.device, 4);
    heap = tiles_heap(t.kit.device, 2);
    TILES_EXPECT(&t, buffer, 0, 0, 0, 0, 0);
    tiles_fill(&t, buffer, 0, 4, 100);
    TILES_EXPECT(&t, buffer, 0, 0, 0, 0, 0);

    /* Between mapped ones, and by a copy that goes across. */
    tiles_map(&t, buffer, 0, 1, heap, 0);
    tiles_map(&t, buffer, 2, 1, heap, 1);
    tiles_fill(&t, buffer, 0, 4, 200);
    TILES_EXPECT(&t, buffer, 0, 200, 0, 202, 0);

    /* Written and read in one list. */
    for (size_t i = 0; i < TILE / 4; i++)
        t.from[i] = 7;
    ID3D12GraphicsCommandList_CopyBufferRegion(t.kit.list, buffer, TILE, t.up, 0, TILE);
    kit_marker(t.kit.list, ID3D12Resource_GetGPUVirtualAddress(buffer) + TILE + 8, 9,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
    kit_marker(t.kit.list, ID3D12Resource_GetGPUVirtualAddress(buffer) + 3 * TILE, 9,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_OUT);
    kit_marker(t.kit.list, ID3D12Resource_GetGPUVirtualAddress(buffer) + 2 * TILE, 9,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_IN);
    ID3D12GraphicsCommandList_CopyBufferRegion(t.kit.list, t.down, 0, buffer, 0, 4 * TILE);
    kit_run(&t.kit);
    ok_eq(t.to[0], 200);
    ok_eq(t.to[TILE / 4], 0);
    ok_eq(t.to[TILE / 4 + 2], 0);
    ok_eq(t.to[2 * TILE / 4], 9);
    ok_eq(t.to[2 * TILE / 4 + 1], 202);
    ok_eq(t.to[3 * TILE / 4], 0);

    /* Mapped again, it has what the heap has; unmapped again, zero. */
    tiles_map(&t, buffer, 1, 1, heap, 0);
    TILES_EXPECT(&t, buffer, 0, 200, 200);
    tiles_map(&t, buffer, 0, 2, NULL, 0);
    TILES_EXPECT(&t, buffer, 0, 0, 0);
    kit_release_last(buffer);
    kit_release_last(heap);
    tiles_close(&t);
}

TEST(mappings_change_in_the_order_of_the_queue, "D3.9 D5.9")
{
    struct tiles_kit t;
    ID3D12GraphicsCommandList2 *second;
    ID3D12CommandAllocator *allocator;
    ID3D12Resource *buffer;
    ID3D12Heap *heap;
    ID3D12Fence *gate;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    buffer = tiles_buffer(t.kit.device, 2);
    heap = tiles_full_heap(&t, 8, 10);
    gate = kit_fence(t.kit.device, 0);
    allocator = kit_allocator(t.kit.device, D3D12_COMMAND_LIST_TYPE_COPY);
    second = kit_list(t.kit.device, D3D12_COMMAND_LIST_TYPE_COPY, allocator);

    /* All of it is put in before any of it runs. */
    ok_hr(ID3D12CommandQueue_Wait(t.kit.queue, gate, 1), S_OK);
    tiles_map(&t, buffer, 0, 2, heap, 0);
    ID3D12GraphicsCommandList_CopyBufferRegion(t.kit.list, t.down, 0, buffer, 0, 2 * TILE);
    ok_hr(ID3D12GraphicsCommandList_Close(t.kit.list), S_OK);
    kit_execute(t.kit.queue, t.kit.list);
    tiles_map(&t, buffer, 1, 1, heap, 5);
    tiles_map(&t, buffer, 0, 1, NULL, 0);
    ID3D12GraphicsCommandList_CopyBufferRegion(second, t.down, 2 * TILE, buffer, 0, 2 * TILE);
    ok_hr(ID3D12GraphicsCommandList_Close(second), S_OK);
    kit_execute(t.kit.queue, second);
    ok_hr(ID3D12CommandQueue_Signal(t.kit.queue, t.kit.fence, ++t.kit.value), S_OK);
    ok(kit_stays_below(t.kit.fence, t.kit.value));
    ok_hr(ID3D12Fence_Signal(gate, 1), S_OK);
    kit_finish(&t.kit);
    ok_eq(t.to[0], 10);
    ok_eq(t.to[TILE / 4], 11);
    ok_eq(t.to[2 * TILE / 4], 0);
    ok_eq(t.to[3 * TILE / 4], 15);
    kit_release_last(second);
    kit_release_last(allocator);
    kit_release_last(gate);
    kit_release_last(buffer);
    kit_release_last(heap);
    tiles_close(&t);
}

TEST(heap_may_be_released_while_it_is_mapped, "D3.9 D17.6")
{
    struct tiles_kit t;
    ID3D12Resource *buffer, *waiting;
    ID3D12Heap *heap, *late;
    ID3D12Fence *gate;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    buffer = tiles_buffer(t.kit.device, 3);
    waiting = tiles_buffer(t.kit.device, 1);
    heap = tiles_full_heap(&t, 2, 10);
    late = tiles_full_heap(&t, 2, 20);
    gate = kit_fence(t.kit.device, 0);
    tiles_map(&t, buffer, 0, 2, heap, 0);
    kit_release_last(heap);
    TILES_EXPECT(&t, buffer, 0, 10, 11, 0);
    tiles_fill(&t, buffer, 0, 3, 50);
    TILES_EXPECT(&t, buffer, 0, 50, 51, 0);

    /* Heap and resource are released before the mapping has happened. */
    ok_hr(ID3D12CommandQueue_Wait(t.kit.queue, gate, 1), S_OK);
    tiles_map(&t, buffer, 2, 1, late, 1);
    tiles_map(&t, waiting, 0, 1, late, 1);
    kit_release_last(late);
    kit_release_last(waiting);
    ok_hr(ID3D12Fence_Signal(gate, 1), S_OK);
    TILES_EXPECT(&t, buffer, 0, 50, 51, 21);
    kit_release_last(gate);
    kit_release_last(buffer);
    tiles_close(&t);
}

TEST(tiles_of_several_heaps_and_one_tile_twice, "D3.9 D0.4")
{
    struct tiles_kit t;
    ID3D12Resource *buffer, *other;
    ID3D12Heap *heaps[2];

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    buffer = tiles_buffer(t.kit.device, 4);
    other = tiles_buffer(t.kit.device, 1);
    heaps[0] = tiles_full_heap(&t, 2, 10);
    heaps[1] = tiles_full_heap(&t, 2, 20);
    tiles_map(&t, buffer, 0, 1, heaps[0], 1);
    tiles_map(&t, buffer, 1, 2, heaps[1], 0);
    tiles_map(&t, buffer, 3, 1, heaps[0], 1);
    tiles_map(&t, other, 0, 1, heaps[0], 1);
    TILES_EXPECT(&t, buffer, 0, 11, 20, 21, 11);
    /* Written through one, seen through all. */
    tiles_fill(&t, other, 0, 1, 99);
    TILES_EXPECT(&t, buffer, 0, 99, 20, 21, 99);
    kit_release_last(other);
    kit_release_last(buffer);
    kit_release_last(heaps[0]);
    kit_release_last(heaps[1]);
    tiles_close(&t);
}

TEST(reserved_buffer_on_an_existing_heap, "D18.3 D15.2 D15.6")
{
    struct tiles_kit t;
    HANDLE section = kit_section(4 * TILE, NULL);
    volatile uint32_t *view = kit_view(section, FILE_MAP_READ | FILE_MAP_WRITE);
    ID3D12Resource *buffer;
    ID3D12Heap *heap = NULL;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    ok_hr(ID3D12Device3_OpenExistingHeapFromFileMapping(t.kit.device, section, &IID_ID3D12Heap,
                                                        (void **)&heap),
          S_OK);
    require(heap);
    buffer = tiles_buffer(t.kit.device, 4);
    view[2 * TILE / 4 + 1] = 123;
    tiles_map(&t, buffer, 0, 1, heap, 2);
    tiles_map(&t, buffer, 3, 1, heap, 0);
    ID3D12GraphicsCommandList_CopyBufferRegion(t.kit.list, t.down, 0, buffer, 0, TILE);
    kit_run(&t.kit);
    ok_eq(t.to[1], 123);
    tiles_fill(&t, buffer, 0, 4, 60);
    ok_eq(view[2 * TILE / 4], 60);
    ok_eq(view[0], 63);
    ok_eq(view[TILE / 4], 0);
    ok_eq(view[3 * TILE / 4], 0);
    kit_release_last(buffer);
    kit_release_last(heap);
    UnmapViewOfFile((const void *)view);
    CloseHandle(section);
    tiles_close(&t);
}

TEST(reserved_buffer_may_be_larger_than_memory, "D3.9 D5.1")
{
    const UINT64 n = 64 * GIB / TILE, edge = GIB / TILE;
    struct tiles_kit t;
    ID3D12Resource *buffer;
    ID3D12Heap *heap;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    buffer = tiles_buffer(t.kit.device, n);
    heap = tiles_full_heap(&t, 8, 10);
    tiles_map(&t, buffer, (UINT)n - 1, 1, heap, 7);
    tiles_map(&t, buffer, (UINT)edge - 1, 2, heap, 2);
    tiles_map(&t, buffer, (UINT)(5 * edge), 1, heap, 0);
    TILES_EXPECT(&t, buffer, n - 2, 0, 17);
    TILES_EXPECT(&t, buffer, edge - 2, 0, 12, 13, 0);
    tiles_fill(&t, buffer, edge - 2, 4, 70);
    TILES_EXPECT(&t, buffer, edge - 2, 0, 71, 72, 0);
    kit_marker(t.kit.list, ID3D12Resource_GetGPUVirtualAddress(buffer) + n * TILE - 4, 5,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
    kit_marker(t.kit.list, ID3D12Resource_GetGPUVirtualAddress(buffer) + 3 * edge * TILE, 5,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
    ID3D12GraphicsCommandList_CopyBufferRegion(t.kit.list, t.down, 0, buffer, n * TILE - 8, 8);
    kit_run(&t.kit);
    ok_eq(t.to[0], 17);
    ok_eq(t.to[1], 5);
    TILES_EXPECT(&t, buffer, 3 * edge, 0);
    kit_release_last(buffer);
    kit_release_last(heap);
    tiles_close(&t);
}

/* What the second queue of the next case does, in a thread of its own. */
struct neighbour {
    ID3D12Device5 *device;
    ID3D12Resource *buffer;
    ID3D12Heap *heap;
    ID3D12CommandQueue *queue;
    int rounds;
};

static void map_again_and_again(void *argument)
{
    struct neighbour *n = argument;

    for (int i = 0; i < n->rounds; i++) {
        const D3D12_TILED_RESOURCE_COORDINATE start = {.X = 8 + (UINT)i % 8};
        const UINT tile = (UINT)i % 8;
        const D3D12_TILE_RANGE_FLAGS flags =
            i % 3 ? D3D12_TILE_RANGE_FLAG_NONE : D3D12_TILE_RANGE_FLAG_NULL;

        ID3D12CommandQueue_UpdateTileMappings(n->queue, n->buffer, 1, &start, NULL, n->heap, 1,
                                              &flags, &tile, NULL, D3D12_TILE_MAPPING_FLAG_NONE);
    }
}

TEST(tiles_of_one_resource_change_beside_each_other, "D3.9 D0.4")
{
    struct tiles_kit t;
    struct neighbour neighbour = {.rounds = 2000};
    struct test_thread thread;
    ID3D12Heap *heap;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    neighbour.device = t.kit.device;
    neighbour.buffer = tiles_buffer(t.kit.device, 16);
    neighbour.heap = tiles_full_heap(&t, 8, 30);
    neighbour.queue = kit_queue(t.kit.device, D3D12_COMMAND_LIST_TYPE_COPY);
    heap = tiles_full_heap(&t, 8, 10);
    test_thread_start(&thread, map_again_and_again, &neighbour);
    for (uint32_t i = 0; i < 20; i++) {
        tiles_map(&t, neighbour.buffer, 0, 8, NULL, 0);
        tiles_map(&t, neighbour.buffer, i % 7, 2, heap, i % 7);
        tiles_fill(&t, neighbour.buffer, i % 7, 2, 1000 + 2 * i);
        TILES_EXPECT(&t, neighbour.buffer, i % 7, 1000 + 2 * i, 1001 + 2 * i);
    }
    test_thread_join(&thread);
    kit_release_last(heap);
    kit_release_last(neighbour.queue);
    kit_release_last(neighbour.heap);
    kit_release_last(neighbour.buffer);
    tiles_close(&t);
}
