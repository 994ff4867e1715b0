// SPDX-License-Identifier: MIT
/*
 * CopyTileMappings and CopyTiles (D3.9): mappings from one reserved resource to another, and the
 * bytes of tiles to and from an ordinary buffer.
 */
#include "d3d12/tiles-kit.h"

#define TO_BUFFER D3D12_TILE_COPY_FLAG_SWIZZLED_TILED_RESOURCE_TO_LINEAR_BUFFER
#define TO_TILES  D3D12_TILE_COPY_FLAG_LINEAR_BUFFER_TO_SWIZZLED_TILED_RESOURCE

static void copy_mappings(struct tiles_kit *t, ID3D12Resource *to, UINT to_tile,
                          ID3D12Resource *from, UINT from_tile, UINT n)
{
    const D3D12_TILED_RESOURCE_COORDINATE target = {.X = to_tile}, source = {.X = from_tile};
    const D3D12_TILE_REGION_SIZE size = {.NumTiles = n};

    ID3D12CommandQueue_CopyTileMappings(t->kit.queue, to, &target, from, &source, &size,
                                        D3D12_TILE_MAPPING_FLAG_NONE);
}

TEST(mappings_are_copied_not_contents, "D3.9")
{
    struct tiles_kit t;
    ID3D12Resource *from, *to;
    ID3D12Heap *heap;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    heap = tiles_full_heap(&t, 8, 10);
    from = tiles_buffer(t.kit.device, 6);
    to = tiles_buffer(t.kit.device, 6);
    tiles_map(&t, from, 0, 2, heap, 4);
    tiles_map(&t, from, 3, 2, heap, 0);
    tiles_map(&t, to, 0, 6, heap, 2);
    copy_mappings(&t, to, 1, from, 0, 4);
    TILES_EXPECT(&t, to, 0, 12, 14, 15, 0, 10, 17);
    TILES_EXPECT(&t, from, 0, 14, 15, 0, 10, 11, 0);
    tiles_fill(&t, from, 1, 1, 77);
    TILES_EXPECT(&t, to, 0, 12, 14, 77, 0, 10, 17);
    /* Later changes of the one are none of the other. */
    tiles_map(&t, from, 0, 6, NULL, 0);
    TILES_EXPECT(&t, to, 0, 12, 14, 77, 0, 10, 17);
    /* Within one resource; beyond its end nothing is copied. */
    copy_mappings(&t, to, 3, to, 1, 1);
    copy_mappings(&t, to, 5, to, 0, 4);
    copy_mappings(&t, to, 0, to, 5, 4);
    TILES_EXPECT(&t, to, 0, 12, 14, 77, 14, 10, 12);
    /* Neighbours that are no neighbours in the heap. */
    tiles_map(&t, from, 0, 1, heap, 3);
    tiles_map(&t, from, 1, 2, heap, 1);
    tiles_map(&t, from, 3, 1, heap, 1);
    copy_mappings(&t, to, 0, from, 0, 4);
    TILES_EXPECT(&t, to, 0, 13, 11, 12, 11);
    kit_release_last(from);
    kit_release_last(to);
    kit_release_last(heap);
    tiles_close(&t);
}

TEST(mappings_of_a_released_heap_are_copied, "D3.9 D17.6")
{
    struct tiles_kit t;
    ID3D12Resource *from, *to;
    ID3D12Heap *heap;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    heap = tiles_full_heap(&t, 4, 10);
    from = tiles_buffer(t.kit.device, 5);
    to = tiles_buffer(t.kit.device, 5);
    tiles_map(&t, from, 0, 2, heap, 1);
    tiles_map(&t, from, 2, 1, heap, 0);
    tiles_map(&t, from, 4, 1, heap, 0);
    kit_release_last(heap);
    copy_mappings(&t, to, 0, from, 0, 5);
    kit_release_last(from);
    TILES_EXPECT(&t, to, 0, 11, 12, 10, 0, 10);
    copy_mappings(&t, to, 2, to, 0, 1);
    tiles_fill(&t, to, 2, 1, 66);
    TILES_EXPECT(&t, to, 0, 66, 12, 66, 0, 10);
    kit_release_last(to);
    tiles_close(&t);
}

/* Scrolling: the result is as if all mappings had been taken away first and put back elsewhere. */
static void scroll(struct tiles_kit *t, bool is_released)
{
    ID3D12Resource *buffer = tiles_buffer(t->kit.device, 7);
    ID3D12Heap *heap = tiles_full_heap(t, 8, 10);

    tiles_map(t, buffer, 0, 1, heap, 5);
    tiles_map(t, buffer, 1, 1, heap, 2);
    tiles_map(t, buffer, 2, 3, heap, 4);
    if (is_released)
        kit_release_last(heap);
    copy_mappings(t, buffer, 1, buffer, 0, 6);
    TILES_EXPECT(t, buffer, 0, 15, 15, 12, 14, 15, 16, 0);
    copy_mappings(t, buffer, 0, buffer, 2, 5);
    TILES_EXPECT(t, buffer, 0, 12, 14, 15, 16, 0, 16, 0);
    copy_mappings(t, buffer, 0, buffer, 1, 6);
    TILES_EXPECT(t, buffer, 0, 14, 15, 16, 0, 16, 0, 0);
    /* Where nothing moves nothing is lost. */
    copy_mappings(t, buffer, 0, buffer, 0, 7);
    TILES_EXPECT(t, buffer, 0, 14, 15, 16, 0, 16, 0, 0);
    if (!is_released)
        kit_release_last(heap);
    kit_release_last(buffer);
}

TEST(mappings_are_copied_over_themselves, "D3.9 D17.6")
{
    struct tiles_kit t;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    scroll(&t, false);
    scroll(&t, true);
    tiles_close(&t);
}

TEST(copies_of_mappings_wait_for_their_turn, "D3.9 D5.9")
{
    struct tiles_kit t;
    ID3D12Resource *from, *to;
    ID3D12Fence *gate;
    ID3D12Heap *heap;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    heap = tiles_full_heap(&t, 4, 10);
    from = tiles_buffer(t.kit.device, 1);
    to = tiles_buffer(t.kit.device, 2);
    gate = kit_fence(t.kit.device, 0);
    ok_hr(ID3D12CommandQueue_Wait(t.kit.queue, gate, 1), S_OK);
    tiles_map(&t, from, 0, 1, heap, 2);
    copy_mappings(&t, to, 0, from, 0, 1);
    tiles_map(&t, from, 0, 1, heap, 3);
    copy_mappings(&t, to, 1, from, 0, 1);
    kit_release_last(from);
    ok_hr(ID3D12Fence_Signal(gate, 1), S_OK);
    TILES_EXPECT(&t, to, 0, 12, 13);
    kit_release_last(gate);
    kit_release_last(to);
    kit_release_last(heap);
    tiles_close(&t);
}

TEST(bad_copies_of_mappings_change_nothing, "D3.9")
{
    const D3D12_TILED_RESOURCE_COORDINATE origin = {0};
    const D3D12_TILE_REGION_SIZE size = {.NumTiles = 2};
    const D3D12_TILE_REGION_SIZE bad = {
        .NumTiles = 2, .UseBox = TRUE, .Width = 1, .Height = 1, .Depth = 1};
    struct tiles_kit t;
    ID3D12Resource *from, *to, *plain;
    ID3D12CommandQueue *queue;
    ID3D12Heap *heap;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    queue = t.kit.queue;
    heap = tiles_full_heap(&t, 4, 10);
    from = tiles_buffer(t.kit.device, 2);
    to = tiles_buffer(t.kit.device, 2);
    plain = kit_buffer(t.kit.device, D3D12_HEAP_TYPE_DEFAULT, 2 * TILE);
    tiles_map(&t, to, 0, 2, heap, 0);
    ID3D12CommandQueue_CopyTileMappings(queue, to, &origin, plain, &origin, &size, 0);
    ID3D12CommandQueue_CopyTileMappings(queue, plain, &origin, from, &origin, &size, 0);
    ID3D12CommandQueue_CopyTileMappings(queue, to, NULL, from, &origin, &size, 0);
    ID3D12CommandQueue_CopyTileMappings(queue, to, &origin, from, NULL, &size, 0);
    ID3D12CommandQueue_CopyTileMappings(queue, to, &origin, from, &origin, NULL, 0);
    ID3D12CommandQueue_CopyTileMappings(queue, to, &origin, from, &origin, &bad, 0);
    ID3D12CommandQueue_CopyTileMappings(queue, to, &origin, from, &origin, &size,
                                        (D3D12_TILE_MAPPING_FLAGS)2);
    TILES_EXPECT(&t, to, 0, 10, 11);
    kit_release_last(plain);
    kit_release_last(from);
    kit_release_last(to);
    kit_release_last(heap);
    tiles_close(&t);
}

static void copy_tiles(struct tiles_kit *t, ID3D12Resource *tiled, UINT tile, UINT n,
                       ID3D12Resource *buffer, UINT64 offset, D3D12_TILE_COPY_FLAGS flags)
{
    const D3D12_TILED_RESOURCE_COORDINATE start = {.X = tile};
    const D3D12_TILE_REGION_SIZE size = {.NumTiles = n};

    ID3D12GraphicsCommandList_CopyTiles(t->kit.list, tiled, &start, &size, buffer, offset, flags);
}

TEST(tiles_go_to_buffers_and_back, "D4.5 D3.9")
{
    struct tiles_kit t;
    ID3D12Resource *tiled;
    ID3D12Heap *heap;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    heap = tiles_full_heap(&t, 4, 10);
    tiled = tiles_buffer(t.kit.device, 4);
    tiles_map(&t, tiled, 0, 2, heap, 2);
    tiles_map(&t, tiled, 3, 1, heap, 0);
    copy_tiles(&t, tiled, 1, 3, t.down, 4, TO_BUFFER);
    kit_run(&t.kit);
    ok_eq(t.to[1], 13);
    ok_eq(t.to[TILE / 4], 13);
    ok_eq(t.to[TILE / 4 + 1], 0);
    ok_eq(t.to[2 * TILE / 4 + 1], 10);
    ok_eq(t.to[3 * TILE / 4], 10);
    ok_eq(t.to[3 * TILE / 4 + 1], 0);

    for (size_t i = 0; i < 3 * TILE / 4; i++)
        t.from[i] = 80 + (uint32_t)(i / (TILE / 4));
    copy_tiles(&t, tiled, 1, 3, t.up, 0, TO_TILES | D3D12_TILE_COPY_FLAG_NO_HAZARD);
    kit_run(&t.kit);
    TILES_EXPECT(&t, tiled, 0, 12, 80, 0, 82);
    kit_release_last(tiled);
    kit_release_last(heap);
    tiles_close(&t);
}

static void expect_fault(struct tiles_kit *t)
{
    ok_hr(ID3D12GraphicsCommandList_Close(t->kit.list), E_INVALIDARG);
    ok_hr(ID3D12GraphicsCommandList_Reset(t->kit.list, t->kit.allocator, NULL), S_OK);
}

TEST(bad_copies_of_tiles_spoil_the_list, "D4.5")
{
    const D3D12_TILED_RESOURCE_COORDINATE origin = {0};
    const D3D12_TILE_REGION_SIZE one = {.NumTiles = 1};
    struct tiles_kit t;
    ID3D12Resource *tiled;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    tiled = tiles_buffer(t.kit.device, 4);
    copy_tiles(&t, tiled, 0, 1, t.down, 0, D3D12_TILE_COPY_FLAG_NONE);
    expect_fault(&t);
    copy_tiles(&t, tiled, 0, 1, t.down, 0, TO_BUFFER | TO_TILES);
    expect_fault(&t);
    copy_tiles(&t, tiled, 0, 1, t.down, 0, TO_BUFFER | (D3D12_TILE_COPY_FLAGS)8);
    expect_fault(&t);
    copy_tiles(&t, tiled, 3, 2, t.down, 0, TO_BUFFER);
    expect_fault(&t);
    copy_tiles(&t, tiled, 0, 1, t.down, TILES_AT_ONCE * TILE - TILE + 1, TO_BUFFER);
    expect_fault(&t);
    copy_tiles(&t, tiled, 0, 0xffffffff, t.down, 0, TO_BUFFER);
    expect_fault(&t);
    copy_tiles(&t, t.down, 0, 1, tiled, 0, TO_BUFFER);
    expect_fault(&t);
    copy_tiles(&t, tiled, 0, 1, tiled, 0, TO_BUFFER);
    expect_fault(&t);
    copy_tiles(&t, tiled, 0, 1, NULL, 0, TO_BUFFER);
    expect_fault(&t);
    ID3D12GraphicsCommandList_CopyTiles(t.kit.list, tiled, NULL, &one, t.down, 0, TO_BUFFER);
    expect_fault(&t);
    ID3D12GraphicsCommandList_CopyTiles(t.kit.list, tiled, &origin, NULL, t.down, 0, TO_BUFFER);
    expect_fault(&t);
    kit_release_last(tiled);
    tiles_close(&t);
}
