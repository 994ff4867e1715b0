// SPDX-License-Identifier: MIT
/*
 * Reserved textures: that texels are where the mapped tiles are, and nowhere else (D3.8, D3.9).
 */
#include <stdlib.h>
#include <string.h>

#include "d3d12/tiles-kit.h"

/* --- texels ------------------------------------------------------------------------------ */

/* All of a subresource between the texture and the kit's buffers, 256-byte rows. */
static D3D12_TEXTURE_COPY_LOCATION in_buffer(ID3D12Resource *buffer, DXGI_FORMAT format, UINT width,
                                             UINT height, UINT depth, UINT pitch)
{
    return (D3D12_TEXTURE_COPY_LOCATION){.pResource = buffer,
                                         .Type = D3D12_TEXTURE_COPY_TYPE_PLACED_FOOTPRINT,
                                         .PlacedFootprint = {.Offset = 0,
                                                             .Footprint = {.Format = format,
                                                                           .Width = width,
                                                                           .Height = height,
                                                                           .Depth = depth,
                                                                           .RowPitch = pitch}}};
}

static D3D12_TEXTURE_COPY_LOCATION in_texture(ID3D12Resource *texture, UINT subresource)
{
    return (D3D12_TEXTURE_COPY_LOCATION){.pResource = texture,
                                         .Type = D3D12_TEXTURE_COPY_TYPE_SUBRESOURCE_INDEX,
                                         .SubresourceIndex = subresource};
}

/* Fills the kit's upload buffer with words that tell their own place, and writes them. */
static void write_texels(struct tiles_kit *t, ID3D12Resource *texture, UINT subresource, UINT width,
                         UINT height, UINT depth)
{
    const D3D12_TEXTURE_COPY_LOCATION to = in_texture(texture, subresource);
    const D3D12_TEXTURE_COPY_LOCATION from =
        in_buffer(t->up, DXGI_FORMAT_R32_UINT, width, height, depth, width * 4);

    for (UINT i = 0; i < width * height * depth; i++)
        t->from[i] = (subresource + 1) << 24 | (i + 1);
    ID3D12GraphicsCommandList_CopyTextureRegion(t->kit.list, &to, 0, 0, 0, &from, NULL);
    kit_run(&t->kit);
}

static void read_texels(struct tiles_kit *t, ID3D12Resource *texture, UINT subresource, UINT width,
                        UINT height, UINT depth)
{
    const D3D12_TEXTURE_COPY_LOCATION from = in_texture(texture, subresource);
    const D3D12_TEXTURE_COPY_LOCATION to =
        in_buffer(t->down, DXGI_FORMAT_R32_UINT, width, height, depth, width * 4);

    memset(t->to, 0xee, (size_t)width * height * depth * 4);
    ID3D12GraphicsCommandList_CopyTextureRegion(t->kit.list, &to, 0, 0, 0, &from, NULL);
    kit_run(&t->kit);
}

/* Maps a box of tiles of subresource 0. */
static void map_box(struct tiles_kit *t, ID3D12Resource *texture, UINT x, UINT y, UINT z, UINT w,
                    UINT h, UINT d, ID3D12Heap *heap, UINT heap_tile)
{
    const D3D12_TILED_RESOURCE_COORDINATE start = {x, y, z, 0};
    const D3D12_TILE_REGION_SIZE size = {
        .NumTiles = w * h * d, .UseBox = TRUE, .Width = w, .Height = (UINT16)h, .Depth = (UINT16)d};
    const D3D12_TILE_RANGE_FLAGS flags =
        heap ? D3D12_TILE_RANGE_FLAG_NONE : D3D12_TILE_RANGE_FLAG_NULL;

    ID3D12CommandQueue_UpdateTileMappings(t->kit.queue, texture, 1, &start, &size, heap, 1, &flags,
                                          &heap_tile, NULL, D3D12_TILE_MAPPING_FLAG_NONE);
}

/* Asserts that texels whose tile is in @mapped (bits by number) are as written, others 0. */
static void expect_texels(struct tiles_kit *t, UINT width, UINT height, UINT depth,
                          const D3D12_TILE_SHAPE *shape, uint64_t mapped)
{
    UINT across = width / shape->WidthInTexels, down = height / shape->HeightInTexels;
    UINT wrong = 0;

    for (UINT i = 0; i < width * height * depth; i++) {
        UINT x = i % width / shape->WidthInTexels, y = i / width % height / shape->HeightInTexels;
        UINT z = i / width / height / shape->DepthInTexels;
        UINT tile = (z * down + y) * across + x;
        uint32_t want = mapped >> tile & 1 ? 1u << 24 | (i + 1) : 0;

        if (t->to[i] != want && wrong++ < 3)
            ok(false, "texel %u in tile %u is 0x%x, not 0x%x", i, tile, t->to[i], want);
    }
    ok_eq(wrong, 0);
}

TEST(texels_are_in_the_tiles_that_are_mapped, "D3.8 D3.9")
{
    const D3D12_RESOURCE_DESC desc = tiles_flat(DXGI_FORMAT_R32_UINT, 512, 384, 1, 1);
    const D3D12_TILE_SHAPE shape = {128, 128, 1};
    struct tiles_kit t;
    ID3D12Resource *texture, *all;
    ID3D12Heap *heap;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_DIRECT);
    texture = tiles_reserve(t.kit.device, &desc);
    heap = tiles_heap(t.kit.device, 12);
    all = tiles_on_heap(t.kit.device, heap);
    write_texels(&t, texture, 0, 512, 384, 1);
    read_texels(&t, texture, 0, 512, 384, 1);
    expect_texels(&t, 512, 384, 1, &shape, 0);
    /* Tiles 1, 2, 5, 6: a box of two by two. */
    map_box(&t, texture, 1, 0, 0, 2, 2, 1, heap, 0);
    write_texels(&t, texture, 0, 512, 384, 1);
    read_texels(&t, texture, 0, 512, 384, 1);
    expect_texels(&t, 512, 384, 1, &shape, 0x66);
    /* All; then a column is taken away, and comes back with what it had. */
    map_box(&t, texture, 0, 0, 0, 4, 3, 1, heap, 0);
    write_texels(&t, texture, 0, 512, 384, 1);
    map_box(&t, texture, 3, 0, 0, 1, 3, 1, NULL, 0);
    read_texels(&t, texture, 0, 512, 384, 1);
    expect_texels(&t, 512, 384, 1, &shape, 0x777);
    write_texels(&t, texture, 0, 512, 384, 1);
    map_box(&t, texture, 0, 0, 0, 4, 3, 1, heap, 0);
    read_texels(&t, texture, 0, 512, 384, 1);
    expect_texels(&t, 512, 384, 1, &shape, 0xfff);
    /* Each tile of the heap is a block of the texture, row by row. */
    ID3D12GraphicsCommandList_CopyBufferRegion(t.kit.list, t.down, 0, all, 5 * TILE, TILE);
    kit_run(&t.kit);
    ok_eq(t.to[0], 1u << 24 | (128 * 512 + 128 + 1));
    ok_eq(t.to[127], 1u << 24 | (128 * 512 + 255 + 1));
    ok_eq(t.to[128], 1u << 24 | (129 * 512 + 128 + 1));
    kit_release_last(all);
    kit_release_last(heap);
    kit_release_last(texture);
    tiles_close(&t);
}

TEST(texels_of_volumes, "D3.8 D3.9")
{
    const D3D12_RESOURCE_DESC desc = tiles_solid(DXGI_FORMAT_R32_UINT, 64, 64, 32, 1);
    const D3D12_TILE_SHAPE shape = {32, 32, 16};
    struct tiles_kit t;
    ID3D12Resource *texture;
    ID3D12Heap *heap;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_DIRECT);
    texture = tiles_reserve(t.kit.device, &desc);
    heap = tiles_heap(t.kit.device, 8);
    map_box(&t, texture, 1, 0, 0, 1, 2, 2, heap, 4);
    write_texels(&t, texture, 0, 64, 64, 32);
    read_texels(&t, texture, 0, 64, 64, 32);
    expect_texels(&t, 64, 64, 32, &shape, 0xaa);
    kit_release_last(heap);
    kit_release_last(texture);
    tiles_close(&t);
}

TEST(packed_mips_share_their_tiles, "D3.8 D3.9")
{
    const D3D12_RESOURCE_DESC desc = tiles_flat(DXGI_FORMAT_R32_UINT, 256, 256, 1, 9);
    const D3D12_TILED_RESOURCE_COORDINATE packed = {.Subresource = 5};
    struct tiles_kit t;
    D3D12_PACKED_MIP_INFO info;
    D3D12_TILE_REGION_SIZE size = {0};
    ID3D12Resource *texture;
    ID3D12Heap *heap;
    UINT zero = 0, wrong = 0;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_DIRECT);
    texture = tiles_reserve(t.kit.device, &desc);
    heap = tiles_heap(t.kit.device, 8);
    ID3D12Device_GetResourceTiling(t.kit.device, texture, NULL, &info, NULL, NULL, 0, NULL);
    ok_eq(info.NumStandardMips, 2);
    require(info.NumTilesForPackedMips >= 1 && info.NumTilesForPackedMips <= 8);
    /* Nothing is mapped: nothing stays. */
    write_texels(&t, texture, 2, 64, 64, 1);
    read_texels(&t, texture, 2, 64, 64, 1);
    for (UINT i = 0; i < 64 * 64; i++)
        wrong += t.to[i] != 0;
    ok_eq(wrong, 0);
    size.NumTiles = info.NumTilesForPackedMips;
    ID3D12CommandQueue_UpdateTileMappings(t.kit.queue, texture, 1, &packed, &size, heap, 1, NULL,
                                          &zero, NULL, D3D12_TILE_MAPPING_FLAG_NONE);
    write_texels(&t, texture, 2, 64, 64, 1);
    write_texels(&t, texture, 1, 128, 128, 1);
    read_texels(&t, texture, 2, 64, 64, 1);
    for (UINT i = 0; i < 64 * 64; i++)
        wrong += t.to[i] != (3u << 24 | (i + 1));
    ok_eq(wrong, 0);
    read_texels(&t, texture, 1, 128, 128, 1);
    for (UINT i = 0; i < 128 * 128; i++)
        wrong += t.to[i] != 0;
    ok_eq(wrong, 0);
    kit_release_last(heap);
    kit_release_last(texture);
    tiles_close(&t);
}

TEST(images_are_copied_to_and_from_tiles, "D3.8 D4.5")
{
    D3D12_RESOURCE_DESC desc = tiles_flat(DXGI_FORMAT_R32_UINT, 256, 256, 1, 1);
    const D3D12_TILE_SHAPE shape = {128, 128, 1};
    const D3D12_HEAP_DESC heap_desc = kit_heap_desc(TILE, D3D12_HEAP_TYPE_DEFAULT);
    D3D12_TEXTURE_COPY_LOCATION to, from;
    struct tiles_kit t;
    ID3D12Resource *tiled, *image = NULL;
    ID3D12Heap *heap;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_DIRECT);
    tiled = tiles_reserve(t.kit.device, &desc);
    desc.Layout = D3D12_TEXTURE_LAYOUT_UNKNOWN;
    ok_hr(ID3D12Device_CreateCommittedResource(
              t.kit.device, &heap_desc.Properties, D3D12_HEAP_FLAG_NONE, &desc,
              D3D12_RESOURCE_STATE_COMMON, NULL, &IID_ID3D12Resource, (void **)&image),
          S_OK);
    require(image);
    heap = tiles_heap(t.kit.device, 4);
    map_box(&t, tiled, 0, 0, 0, 2, 1, 1, heap, 0);
    map_box(&t, tiled, 1, 1, 0, 1, 1, 1, heap, 3);
    write_texels(&t, image, 0, 256, 256, 1);
    to = in_texture(tiled, 0);
    from = in_texture(image, 0);
    ID3D12GraphicsCommandList_CopyTextureRegion(t.kit.list, &to, 0, 0, 0, &from, NULL);
    kit_run(&t.kit);
    read_texels(&t, tiled, 0, 256, 256, 1);
    expect_texels(&t, 256, 256, 1, &shape, 0xb);
    /* And back: what was not there is zero. */
    ID3D12GraphicsCommandList_CopyResource(t.kit.list, image, tiled);
    kit_run(&t.kit);
    read_texels(&t, image, 0, 256, 256, 1);
    expect_texels(&t, 256, 256, 1, &shape, 0xb);
    kit_release_last(heap);
    kit_release_last(image);
    kit_release_last(tiled);
    tiles_close(&t);
}

/*
 * An image of @format and 192 x 250 blocks into a footprint of a reserved buffer whose odd tiles
 * are mapped: every block that is wholly in those arrives, and no other.
 */
static void copy_footprint(struct tiles_kit *t, DXGI_FORMAT format, UINT bytes, UINT pitch)
{
    enum { WIDTH = 192, HEIGHT = 250, TILES = 14 };
    D3D12_RESOURCE_DESC desc = tiles_flat(format, WIDTH, HEIGHT, 1, 1);
    const D3D12_HEAP_DESC heap_desc = kit_heap_desc(TILE, D3D12_HEAP_TYPE_DEFAULT);
    const unsigned char *from_bytes = (const unsigned char *)t->from;
    const unsigned char *to_bytes = (const unsigned char *)t->to;
    D3D12_TEXTURE_COPY_LOCATION to, from;
    ID3D12Resource *buffer, *image = NULL;
    ID3D12Heap *heap;
    UINT wrong = 0;

    desc.Layout = D3D12_TEXTURE_LAYOUT_UNKNOWN;
    ok_hr(ID3D12Device_CreateCommittedResource(
              t->kit.device, &heap_desc.Properties, D3D12_HEAP_FLAG_NONE, &desc,
              D3D12_RESOURCE_STATE_COMMON, NULL, &IID_ID3D12Resource, (void **)&image),
          S_OK);
    require(image);
    heap = tiles_heap(t->kit.device, TILES);
    buffer = tiles_buffer(t->kit.device, TILES);
    for (UINT i = 1; i < TILES; i += 2)
        tiles_map(t, buffer, i, 1, heap, i);
    for (UINT i = 0; i < TILES * TILE / 4; i++)
        t->from[i] = i * 2654435761u | 0x01010101;
    from = in_buffer(t->up, format, WIDTH, HEIGHT, 1, pitch);
    to = in_texture(image, 0);
    ID3D12GraphicsCommandList_CopyTextureRegion(t->kit.list, &to, 0, 0, 0, &from, NULL);
    to = in_buffer(buffer, format, WIDTH, HEIGHT, 1, pitch);
    to.PlacedFootprint.Offset = 512;
    from = in_texture(image, 0);
    ID3D12GraphicsCommandList_CopyTextureRegion(t->kit.list, &to, 0, 0, 0, &from, NULL);
    ID3D12GraphicsCommandList_CopyBufferRegion(t->kit.list, t->down, 0, buffer, 0, TILES * TILE);
    kit_run(&t->kit);
    for (UINT i = 0; i < WIDTH * HEIGHT; i++) {
        UINT64 at = (UINT64)(i / WIDTH) * pitch + i % WIDTH * bytes;
        UINT64 first = (at + 512) / TILE, last = (at + 512 + bytes - 1) / TILE;
        static const unsigned char zero[16];
        bool is_there = first % 2 && first == last;

        if (first == last)
            wrong += memcmp(to_bytes + 512 + at, is_there ? from_bytes + at : zero, bytes) != 0;
    }
    ok_eq(wrong, 0);
    kit_release_last(buffer);
    kit_release_last(heap);
    kit_release_last(image);
}

TEST(footprint_in_a_reserved_buffer_leaves_null_tiles_out, "D3.9")
{
    struct tiles_kit t;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_DIRECT);
    copy_footprint(&t, DXGI_FORMAT_R32_UINT, 4, 1024);
    copy_footprint(&t, DXGI_FORMAT_R32_UINT, 4, 768);
    copy_footprint(&t, DXGI_FORMAT_R32G32B32A32_UINT, 16, 3328);
    copy_footprint(&t, DXGI_FORMAT_R32G32B32_FLOAT, 12, 2304);
    tiles_close(&t);
}

TEST(tiles_of_textures_go_to_buffers_in_the_order_of_the_box, "D4.5 D3.8")
{
    const D3D12_RESOURCE_DESC desc = tiles_flat(DXGI_FORMAT_R32_UINT, 512, 384, 1, 10);
    const D3D12_TILED_RESOURCE_COORDINATE start = {1, 1, 0, 0};
    const D3D12_TILED_RESOURCE_COORDINATE packed = {.Subresource = 9}, last = {.Subresource = 1};
    const D3D12_TILE_REGION_SIZE size = {
        .NumTiles = 4, .UseBox = TRUE, .Width = 2, .Height = 2, .Depth = 1};
    const D3D12_TILE_REGION_SIZE one = {.NumTiles = 1}, many = {.NumTiles = 9};
    const D3D12_TILE_COPY_FLAGS way = D3D12_TILE_COPY_FLAG_SWIZZLED_TILED_RESOURCE_TO_LINEAR_BUFFER;
    static const UINT firsts[] = {128 * 512 + 128, 128 * 512 + 256, 256 * 512 + 128,
                                  256 * 512 + 256};
    struct tiles_kit t;
    ID3D12Resource *texture;
    ID3D12Heap *heap;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_DIRECT);
    texture = tiles_reserve(t.kit.device, &desc);
    heap = tiles_heap(t.kit.device, 12);
    map_box(&t, texture, 0, 0, 0, 4, 3, 1, heap, 0);
    write_texels(&t, texture, 0, 512, 384, 1);
    ID3D12GraphicsCommandList_CopyTiles(t.kit.list, texture, &start, &size, t.down, TILE, way);
    kit_run(&t.kit);
    for (UINT i = 0; i < 4; i++) {
        ok_eq(t.to[(i + 1) * TILE / 4], 1u << 24 | (firsts[i] + 1));
        ok_eq(t.to[(i + 1) * TILE / 4 + 128 * 127 + 127],
              1u << 24 | (firsts[i] + 127 * 512 + 127 + 1));
    }
    /* The order of packed mips is not told, so they are not copied; nor a run into them. */
    ID3D12GraphicsCommandList_CopyTiles(t.kit.list, texture, &packed, &one, t.down, 0, way);
    ok_hr(ID3D12GraphicsCommandList_Close(t.kit.list), E_INVALIDARG);
    ok_hr(ID3D12GraphicsCommandList_Reset(t.kit.list, t.kit.allocator, NULL), S_OK);
    ID3D12GraphicsCommandList_CopyTiles(t.kit.list, texture, &last, &many, t.down, 0, way);
    ok_hr(ID3D12GraphicsCommandList_Close(t.kit.list), E_INVALIDARG);
    ok_hr(ID3D12GraphicsCommandList_Reset(t.kit.list, t.kit.allocator, NULL), S_OK);
    kit_release_last(heap);
    kit_release_last(texture);
    tiles_close(&t);
}

/* A run of tiles goes on in the next slice, as their numbers do. */
TEST(runs_of_tiles_cross_slices, "D4.5 D3.8 D3.9")
{
    const D3D12_RESOURCE_DESC desc = tiles_flat(DXGI_FORMAT_R32_UINT, 256, 128, 3, 1);
    const D3D12_TILED_RESOURCE_COORDINATE start = {.X = 1};
    const D3D12_TILE_REGION_SIZE run = {.NumTiles = 4}, too_many = {.NumTiles = 6};
    const D3D12_TILE_COPY_FLAGS way = D3D12_TILE_COPY_FLAG_SWIZZLED_TILED_RESOURCE_TO_LINEAR_BUFFER;
    struct tiles_kit t;
    ID3D12Resource *texture;
    ID3D12Heap *heap;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_DIRECT);
    texture = tiles_reserve(t.kit.device, &desc);
    heap = tiles_full_heap(&t, 6, 20);
    tiles_map(&t, texture, 0, 6, heap, 0);
    ID3D12GraphicsCommandList_CopyTiles(t.kit.list, texture, &start, &run, t.down, 0, way);
    kit_run(&t.kit);
    for (UINT i = 0; i < 4; i++)
        ok_eq(t.to[i * TILE / 4], 21 + i);
    ID3D12GraphicsCommandList_CopyTiles(t.kit.list, texture, &start, &too_many, t.down, 0, way);
    ok_hr(ID3D12GraphicsCommandList_Close(t.kit.list), E_INVALIDARG);
    ok_hr(ID3D12GraphicsCommandList_Reset(t.kit.list, t.kit.allocator, NULL), S_OK);
    kit_release_last(heap);
    kit_release_last(texture);
    tiles_close(&t);
}

/* A box of a 4 x 3 tiles texture goes by one tile, down to the right and back. */
TEST(boxes_of_mappings_are_copied_over_themselves, "D3.9 D3.8")
{
    const D3D12_RESOURCE_DESC desc = tiles_flat(DXGI_FORMAT_R32_UINT, 512, 384, 1, 1);
    const D3D12_TILED_RESOURCE_COORDINATE origin = {0}, beside = {1, 1, 0, 0};
    const D3D12_TILE_REGION_SIZE box = {
        .NumTiles = 6, .UseBox = TRUE, .Width = 3, .Height = 2, .Depth = 1};
    const D3D12_TILE_REGION_SIZE all = {.NumTiles = 12};
    const D3D12_TILE_COPY_FLAGS way = D3D12_TILE_COPY_FLAG_SWIZZLED_TILED_RESOURCE_TO_LINEAR_BUFFER;
    static const uint32_t wanted[2][12] = {{30, 31, 32, 33, 34, 30, 31, 32, 38, 34, 35, 36},
                                           {30, 31, 32, 33, 34, 35, 36, 32, 38, 34, 35, 36}};
    struct tiles_kit t;
    ID3D12Resource *texture;
    ID3D12Heap *heap;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_DIRECT);
    texture = tiles_reserve(t.kit.device, &desc);
    heap = tiles_full_heap(&t, 12, 30);
    tiles_map(&t, texture, 0, 12, heap, 0);
    for (int i = 0; i < 2; i++) {
        ID3D12CommandQueue_CopyTileMappings(t.kit.queue, texture, i ? &origin : &beside, texture,
                                            i ? &beside : &origin, &box,
                                            D3D12_TILE_MAPPING_FLAG_NONE);
        ID3D12GraphicsCommandList_CopyTiles(t.kit.list, texture, &origin, &all, t.down, 0, way);
        kit_run(&t.kit);
        for (UINT j = 0; j < 12; j++)
            ok_eq(t.to[j * TILE / 4], wanted[i][j]);
    }
    kit_release_last(heap);
    kit_release_last(texture);
    tiles_close(&t);
}

TEST(mappings_of_textures_are_copied_by_boxes, "D3.9 D3.8")
{
    const D3D12_RESOURCE_DESC desc = tiles_flat(DXGI_FORMAT_R32_UINT, 512, 384, 1, 1);
    const D3D12_RESOURCE_DESC small = tiles_flat(DXGI_FORMAT_R32_UINT, 256, 256, 1, 1);
    const D3D12_TILE_SHAPE shape = {128, 128, 1};
    const D3D12_TILED_RESOURCE_COORDINATE origin = {0}, start = {2, 1, 0, 0};
    const D3D12_TILE_REGION_SIZE box = {
        .NumTiles = 4, .UseBox = TRUE, .Width = 2, .Height = 2, .Depth = 1};
    struct tiles_kit t;
    ID3D12Resource *texture, *other;
    ID3D12Heap *heap;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_DIRECT);
    texture = tiles_reserve(t.kit.device, &desc);
    other = tiles_reserve(t.kit.device, &small);
    heap = tiles_heap(t.kit.device, 4);
    map_box(&t, other, 0, 0, 0, 2, 1, 1, heap, 0);
    map_box(&t, other, 1, 1, 0, 1, 1, 1, heap, 2);
    ID3D12CommandQueue_CopyTileMappings(t.kit.queue, texture, &start, other, &origin, &box,
                                        D3D12_TILE_MAPPING_FLAG_NO_HAZARD);
    write_texels(&t, texture, 0, 512, 384, 1);
    read_texels(&t, texture, 0, 512, 384, 1);
    /* Tiles 6 and 7, and 11 below the second of them. */
    expect_texels(&t, 512, 384, 1, &shape, 0x8c0);
    read_texels(&t, other, 0, 256, 256, 1);
    ok_eq(t.to[0], 1u << 24 | (128 * 512 + 256 + 1));
    ok_eq(t.to[128 * 256], 0);
    kit_release_last(heap);
    kit_release_last(other);
    kit_release_last(texture);
    tiles_close(&t);
}
