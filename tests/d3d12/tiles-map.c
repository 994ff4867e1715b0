// SPDX-License-Identifier: MIT
/*
 * UpdateTileMappings on buffers, in all its forms, and what it makes of calls that are wrong
 * (D3.9).
 */
#include "d3d12/tiles-kit.h"

/* UpdateTileMappings with everything that it takes. */
static void update(struct tiles_kit *t, ID3D12Resource *resource, UINT n_regions,
                   const D3D12_TILED_RESOURCE_COORDINATE *starts,
                   const D3D12_TILE_REGION_SIZE *sizes, ID3D12Heap *heap, UINT n_ranges,
                   const D3D12_TILE_RANGE_FLAGS *flags, const UINT *heap_starts, const UINT *counts)
{
    ID3D12CommandQueue_UpdateTileMappings(t->kit.queue, resource, n_regions, starts, sizes, heap,
                                          n_ranges, flags, heap_starts, counts,
                                          D3D12_TILE_MAPPING_FLAG_NONE);
}

TEST(mappings_of_every_form, "D3.9")
{
    const D3D12_TILED_RESOURCE_COORDINATE two[] = {{.X = 6}, {.X = 1}};
    const D3D12_TILE_REGION_SIZE sizes[] = {{.NumTiles = 2}, {.NumTiles = 3}};
    const D3D12_TILE_REGION_SIZE box = {
        .NumTiles = 3, .UseBox = TRUE, .Width = 3, .Height = 1, .Depth = 1};
    const D3D12_TILE_RANGE_FLAGS mixed[] = {D3D12_TILE_RANGE_FLAG_NONE, D3D12_TILE_RANGE_FLAG_SKIP,
                                            D3D12_TILE_RANGE_FLAG_REUSE_SINGLE_TILE,
                                            D3D12_TILE_RANGE_FLAG_NULL};
    const D3D12_TILE_RANGE_FLAGS reuse = D3D12_TILE_RANGE_FLAG_REUSE_SINGLE_TILE;
    const D3D12_TILE_RANGE_FLAGS null = D3D12_TILE_RANGE_FLAG_NULL;
    const UINT starts[] = {5, 0, 2, 0}, counts[] = {2, 1, 3, 2}, ones[] = {7, 6, 5, 4, 3};
    const UINT zero = 0, three = 3;
    struct tiles_kit t;
    ID3D12Resource *buffer;
    ID3D12Heap *heap;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    buffer = tiles_buffer(t.kit.device, 8);
    heap = tiles_full_heap(&t, 8, 10);

    /* Nothing said: all of the resource, one range. */
    update(&t, buffer, 1, NULL, NULL, heap, 1, NULL, &zero, NULL);
    TILES_EXPECT(&t, buffer, 0, 10, 11, 12, 13, 14, 15, 16, 17);
    /* All to one tile; then all to nothing, without a heap. */
    update(&t, buffer, 1, NULL, NULL, heap, 1, &reuse, &three, NULL);
    TILES_EXPECT(&t, buffer, 0, 13, 13, 13, 13, 13, 13, 13, 13);
    update(&t, buffer, 1, NULL, NULL, NULL, 1, &null, NULL, NULL);
    TILES_EXPECT(&t, buffer, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    /* Coordinates without sizes: one tile each; counts not said: one each. */
    update(&t, buffer, 2, two, NULL, heap, 2, NULL, ones, NULL);
    TILES_EXPECT(&t, buffer, 0, 0, 16, 0, 0, 0, 0, 17, 0);
    /* Ranges go on from region to region. */
    update(&t, buffer, 2, two, sizes, heap, 5, NULL, ones, NULL);
    TILES_EXPECT(&t, buffer, 0, 0, 15, 14, 13, 0, 0, 17, 16);
    /* All four sorts of range in one call, over the whole. */
    update(&t, buffer, 1, NULL, NULL, heap, 4, mixed, starts, counts);
    TILES_EXPECT(&t, buffer, 0, 15, 16, 14, 12, 12, 12, 0, 0);
    /* A box in a buffer is a run; a size without a coordinate starts at the origin. */
    update(&t, buffer, 1, &two[1], &box, heap, 1, NULL, &zero, NULL);
    TILES_EXPECT(&t, buffer, 0, 15, 10, 11, 12, 12, 12, 0, 0);
    update(&t, buffer, 1, NULL, &sizes[0], heap, 1, &reuse, &three, NULL);
    TILES_EXPECT(&t, buffer, 0, 13, 13, 11, 12, 12, 12, 0, 0);
    kit_release_last(buffer);
    kit_release_last(heap);
    tiles_close(&t);
}

TEST(later_regions_win_where_they_overlap, "D3.9")
{
    const D3D12_TILED_RESOURCE_COORDINATE starts[] = {{.X = 0}, {.X = 2}, {.X = 1}};
    const D3D12_TILE_REGION_SIZE sizes[] = {{.NumTiles = 4}, {.NumTiles = 2}, {.NumTiles = 2}};
    const D3D12_TILE_RANGE_FLAGS flags[] = {D3D12_TILE_RANGE_FLAG_NONE, D3D12_TILE_RANGE_FLAG_NULL,
                                            D3D12_TILE_RANGE_FLAG_NONE};
    const UINT heap_starts[] = {0, 0, 5}, counts[] = {4, 2, 2};
    struct tiles_kit t;
    ID3D12Resource *buffer;
    ID3D12Heap *heap;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    buffer = tiles_buffer(t.kit.device, 4);
    heap = tiles_full_heap(&t, 8, 10);
    update(&t, buffer, 3, starts, sizes, heap, 3, flags, heap_starts, counts);
    TILES_EXPECT(&t, buffer, 0, 10, 15, 16, 0);
    kit_release_last(buffer);
    kit_release_last(heap);
    tiles_close(&t);
}

TEST(calls_that_make_no_sense_map_nothing, "D3.9")
{
    const D3D12_TILED_RESOURCE_COORDINATE starts[] = {{.X = 0}, {.X = 2}};
    const D3D12_TILE_REGION_SIZE two = {.NumTiles = 2};
    const D3D12_TILE_REGION_SIZE no_box = {
        .NumTiles = 2, .UseBox = TRUE, .Width = 3, .Height = 1, .Depth = 1};
    const D3D12_TILE_RANGE_FLAGS none = D3D12_TILE_RANGE_FLAG_NONE;
    const D3D12_TILE_RANGE_FLAGS strange = (D3D12_TILE_RANGE_FLAGS)8;
    const UINT zero = 0, one = 1, n2 = 2, seven = 7, far = 0xfffffff0;
    struct tiles_kit t;
    ID3D12Resource *buffer, *plain;
    ID3D12Device5 *other_device;
    ID3D12Heap *heap, *foreign;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    buffer = tiles_buffer(t.kit.device, 4);
    plain = kit_buffer(t.kit.device, D3D12_HEAP_TYPE_DEFAULT, 4 * TILE);
    heap = tiles_full_heap(&t, 8, 10);
    other_device = kit_device();
    foreign = tiles_heap(other_device, 8);
    tiles_map(&t, buffer, 0, 4, heap, 0);

    /* Beyond the heap, by one or by far. */
    update(&t, buffer, 1, starts, &two, heap, 1, &none, &seven, &n2);
    update(&t, buffer, 1, starts, &two, heap, 1, &none, &far, &n2);
    /* Regions and ranges have not as many tiles. */
    update(&t, buffer, 1, starts, &two, heap, 1, &none, &seven, &one);
    update(&t, buffer, 2, starts, NULL, heap, 1, &none, &zero, &one);
    update(&t, buffer, 1, starts, NULL, heap, 1, &none, &n2, &n2);
    /* No heap, a foreign one, none said where; flags; regions; boxes; resources. */
    update(&t, buffer, 1, starts, &two, NULL, 1, &none, &seven, &n2);
    update(&t, buffer, 1, starts, &two, foreign, 1, &none, &zero, &n2);
    update(&t, buffer, 1, starts, &two, (ID3D12Heap *)plain, 1, &none, &zero, &n2);
    update(&t, buffer, 1, starts, &two, heap, 1, &none, NULL, &n2);
    update(&t, buffer, 1, starts, &two, heap, 1, &strange, &seven, &n2);
    update(&t, buffer, 2, NULL, &two, heap, 1, &none, &zero, &n2);
    update(&t, buffer, 0, NULL, NULL, heap, 1, &none, &seven, &n2);
    update(&t, buffer, 1, starts, &two, heap, 0, NULL, NULL, NULL);
    update(&t, buffer, 1, starts, &no_box, heap, 1, &none, &seven, &n2);
    update(&t, plain, 1, starts, &two, heap, 1, &none, &zero, &n2);
    update(&t, NULL, 1, starts, &two, heap, 1, &none, &zero, &n2);
    ID3D12CommandQueue_UpdateTileMappings(t.kit.queue, buffer, 1, starts, &two, heap, 1, &none, &n2,
                                          &n2, (D3D12_TILE_MAPPING_FLAGS)6);
    TILES_EXPECT(&t, buffer, 0, 10, 11, 12, 13);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(t.kit.device), S_OK);
    kit_release_last(foreign);
    kit_release_last(other_device);
    kit_release_last(plain);
    kit_release_last(buffer);
    kit_release_last(heap);
    tiles_close(&t);
}

TEST(tiles_that_do_not_exist_are_left_out, "D3.9")
{
    const D3D12_TILED_RESOURCE_COORDINATE starts[] = {
        {.X = 3}, {.X = 9}, {.Y = 1}, {.Subresource = 1}};
    const D3D12_TILE_REGION_SIZE size = {.NumTiles = 3};
    const D3D12_TILE_REGION_SIZE box = {
        .NumTiles = 8, .UseBox = TRUE, .Width = 2, .Height = 2, .Depth = 2};
    const UINT zero = 0, four = 4;
    struct tiles_kit t;
    ID3D12Resource *buffer;
    ID3D12Heap *heap;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    buffer = tiles_buffer(t.kit.device, 4);
    heap = tiles_full_heap(&t, 8, 10);
    /* Only the first of three tiles is there. */
    update(&t, buffer, 1, starts, &size, heap, 1, NULL, &four, NULL);
    TILES_EXPECT(&t, buffer, 0, 0, 0, 0, 14);
    for (unsigned i = 1; i < 4; i++)
        update(&t, buffer, 1, &starts[i], &size, heap, 1, NULL, &zero, NULL);
    TILES_EXPECT(&t, buffer, 0, 0, 0, 0, 14);
    /* Of a box, one row of one layer: two tiles of eight, or one. */
    update(&t, buffer, 1, NULL, &box, heap, 1, NULL, &zero, NULL);
    TILES_EXPECT(&t, buffer, 0, 10, 11, 0, 14);
    update(&t, buffer, 1, &starts[0], &box, heap, 1, NULL, &zero, NULL);
    TILES_EXPECT(&t, buffer, 0, 10, 11, 0, 10);
    kit_release_last(buffer);
    kit_release_last(heap);
    tiles_close(&t);
}

TEST_DEADLINE(random_mappings_are_what_a_model_says, "D3.9 D0.4", 120)
{
    enum { TILES = 32, HEAP_TILES = 16, ROUNDS = 150 };
    struct tiles_kit t;
    ID3D12Resource *buffer;
    ID3D12Heap *heaps[2];
    uint32_t want[TILES] = {0}, seed = 12345;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    buffer = tiles_buffer(t.kit.device, TILES);
    heaps[0] = tiles_full_heap(&t, HEAP_TILES, 100);
    heaps[1] = tiles_full_heap(&t, HEAP_TILES, 200);
    for (int round = 0; round < ROUNDS; round++) {
        UINT tile, n, heap_tile;
        unsigned sort;

        seed = seed * 1664525u + 1013904223u;
        tile = (seed >> 8) % TILES;
        n = 1 + (seed >> 16) % 8;
        if (n > TILES - tile)
            n = TILES - tile;
        heap_tile = (seed >> 20) % (HEAP_TILES - 8);
        sort = (seed >> 28) % 4;
        if (sort < 2)
            tiles_map(&t, buffer, tile, n, heaps[sort], heap_tile);
        else
            tiles_map(&t, buffer, tile, n, NULL, 0);
        for (UINT i = 0; i < n; i++)
            want[tile + i] = sort < 2 ? (sort ? 200 : 100) + heap_tile + i : 0;
        if (round % 10 == 9)
            tiles_expect(&t, buffer, 0, TILES, want);
    }
    kit_release_last(buffer);
    kit_release_last(heaps[0]);
    kit_release_last(heaps[1]);
    tiles_close(&t);
}

/* What waited is dropped with the heaps that it kept; later calls find a removed device. */
TEST(removed_devices_map_nothing_more, "D3.9 D17.6 D19.6")
{
    const D3D12_RESOURCE_DESC desc = tiles_flat(DXGI_FORMAT_R32_UINT, 256, 128, 1, 1);
    const D3D12_QUERY_HEAP_DESC query = {.Type = D3D12_QUERY_HEAP_TYPE_COPY_QUEUE_TIMESTAMP,
                                         .Count = 1};
    const D3D12_TILED_RESOURCE_COORDINATE origin = {0}, next = {.X = 1};
    const D3D12_TILE_REGION_SIZE two = {.NumTiles = 2};
    struct tiles_kit t;
    ID3D12Resource *buffer, *texture;
    ID3D12Fence *gate;
    ID3D12Heap *heap;
    UINT64 gpu, cpu;
    void *out = NULL;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    heap = tiles_full_heap(&t, 4, 10);
    buffer = tiles_buffer(t.kit.device, 4);
    texture = tiles_reserve(t.kit.device, &desc);
    gate = kit_fence(t.kit.device, 0);
    tiles_map(&t, buffer, 0, 2, heap, 0);
    ok_hr(ID3D12CommandQueue_Wait(t.kit.queue, gate, 1), S_OK);
    tiles_map(&t, buffer, 2, 2, heap, 2);
    tiles_map(&t, texture, 0, 2, heap, 1);
    ID3D12CommandQueue_CopyTileMappings(t.kit.queue, buffer, &next, buffer, &origin, &two,
                                        D3D12_TILE_MAPPING_FLAG_NONE);
    ID3D12GraphicsCommandList_CopyBufferRegion(t.kit.list, buffer, 2 * TILE, t.up, 0, TILE);
    kit_submit(&t.kit);
    kit_release_last(heap);
    ID3D12Device5_RemoveDevice(t.kit.device);
    ok(kit_wait(t.kit.fence, t.kit.value), "the list is still waited for");
    ok_hr(ID3D12Fence_Signal(gate, 1), DXGI_ERROR_DEVICE_REMOVED);
    tiles_map(&t, buffer, 0, 4, NULL, 0);
    ID3D12CommandQueue_CopyTileMappings(t.kit.queue, texture, &origin, buffer, &origin, &two,
                                        D3D12_TILE_MAPPING_FLAG_NONE);
    ok_hr(ID3D12Device_CreateReservedResource(t.kit.device, &desc, D3D12_RESOURCE_STATE_COMMON,
                                              NULL, &IID_ID3D12Resource, &out),
          DXGI_ERROR_DEVICE_REMOVED);
    ok_hr(ID3D12Device_CreateQueryHeap(t.kit.device, &query, &IID_ID3D12QueryHeap, &out),
          DXGI_ERROR_DEVICE_REMOVED);
    ok(!out, "something of a removed device");
    ok_hr(ID3D12CommandQueue_GetClockCalibration(t.kit.queue, &gpu, &cpu),
          DXGI_ERROR_DEVICE_REMOVED);
    kit_release_last(gate);
    kit_release_last(texture);
    kit_release_last(buffer);
    tiles_close(&t);
}
