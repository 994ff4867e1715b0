// SPDX-License-Identifier: MIT
/*
 * Copies of texels: every format there and back, and textures to other textures, between all
 * orders that texels have in memory. Boxes are in texture-box.c.
 */
#include "d3d12/texture-kit.h"

#include <string.h>

#include "d3d12/resource/resource.h"

/* What a texture lies on: the tests want to have seen both. */
static enum nt_d3d_order order_of(ID3D12Resource *texture)
{
    return nt_d3d_resource_from(texture)->surface->order;
}

/* Up, to a second texture of the other order, and down again: bit by bit the same. */
static void there_and_back(struct kit *kit, const D3D12_RESOURCE_DESC *desc, UINT n_planes,
                           enum nt_d3d_order order)
{
    struct kit_layout layout;
    ID3D12Resource *upload, *readback, *texture, *other;
    unsigned char *from, *to;

    kit_layout_of(kit->device, desc, n_planes, &layout);
    upload = kit_buffer(kit->device, D3D12_HEAP_TYPE_UPLOAD, layout.total);
    readback = kit_buffer(kit->device, D3D12_HEAP_TYPE_READBACK, layout.total);
    texture = kit_texture(kit->device, desc);
    other = kit_cpu_texture(kit->device, desc);
    ok_eq(order_of(texture), order);
    ok_eq(order_of(other), NT_D3D_ROWS);
    from = kit_map(upload);
    to = kit_map(readback);
    kit_pattern(from, layout.total, (uint32_t)desc->Format + desc->DepthOrArraySize);
    memset(to, 0, layout.total);
    kit_upload(kit, texture, upload, &layout);
    ID3D12GraphicsCommandList_CopyResource(kit->list, other, texture);
    kit_download(kit, readback, other, &layout);
    kit_run(kit);
    ok(!kit_rows_that_differ(&layout, from, to), "format %d to rows", (int)desc->Format);

    kit_pattern(from, layout.total, (uint32_t)desc->Format + 1000);
    kit_upload(kit, other, upload, &layout);
    ID3D12GraphicsCommandList_CopyResource(kit->list, texture, other);
    kit_download(kit, readback, texture, &layout);
    kit_run(kit);
    ok(!kit_rows_that_differ(&layout, from, to), "format %d from rows", (int)desc->Format);
    kit_release_last(upload);
    kit_release_last(readback);
    kit_release_last(texture);
    kit_release_last(other);
}

struct known {
    DXGI_FORMAT format;
    enum nt_d3d_order order;
    UINT n_planes;
};

static const struct known colours[] = {
    {DXGI_FORMAT_R32G32B32A32_TYPELESS, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_R32G32B32A32_FLOAT, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_R32G32B32A32_SINT, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_R32G32B32_FLOAT, NT_D3D_ROWS, 1},
    {DXGI_FORMAT_R32G32B32_UINT, NT_D3D_ROWS, 1},
    {DXGI_FORMAT_R16G16B16A16_FLOAT, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_R16G16B16A16_UNORM, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_R32G32_UINT, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_R10G10B10A2_UNORM, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_R10G10B10A2_UINT, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_R11G11B10_FLOAT, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_R8G8B8A8_TYPELESS, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_R8G8B8A8_UNORM, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_R8G8B8A8_UNORM_SRGB, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_R8G8B8A8_UINT, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_B8G8R8A8_UNORM, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_B8G8R8X8_UNORM, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_R16G16_SNORM, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_R32_FLOAT, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_R32_UINT, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_R8G8_UNORM, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_R16_FLOAT, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_R8_UNORM, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_R8_SINT, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_A8_UNORM, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_R9G9B9E5_SHAREDEXP, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_B5G6R5_UNORM, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_B5G5R5A1_UNORM, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_B4G4R4A4_UNORM, NT_D3D_ROWS, 1},
    {DXGI_FORMAT_R8G8_B8G8_UNORM, NT_D3D_ROWS, 1},
};

static const struct known blocks[] = {
    {DXGI_FORMAT_BC1_TYPELESS, NT_D3D_IMAGE, 1},   {DXGI_FORMAT_BC1_UNORM, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_BC2_UNORM_SRGB, NT_D3D_IMAGE, 1}, {DXGI_FORMAT_BC3_UNORM, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_BC4_SNORM, NT_D3D_IMAGE, 1},      {DXGI_FORMAT_BC5_UNORM, NT_D3D_IMAGE, 1},
    {DXGI_FORMAT_BC6H_UF16, NT_D3D_IMAGE, 1},      {DXGI_FORMAT_BC7_UNORM_SRGB, NT_D3D_IMAGE, 1},
};

static const struct known planes[] = {
    {DXGI_FORMAT_D32_FLOAT, NT_D3D_ROWS, 1},
    {DXGI_FORMAT_D16_UNORM, NT_D3D_ROWS, 1},
    {DXGI_FORMAT_D24_UNORM_S8_UINT, NT_D3D_ROWS, 2},
    {DXGI_FORMAT_R24G8_TYPELESS, NT_D3D_ROWS, 2},
    {DXGI_FORMAT_D32_FLOAT_S8X24_UINT, NT_D3D_ROWS, 2},
    {DXGI_FORMAT_NV12, NT_D3D_ROWS, 2},
    {DXGI_FORMAT_P010, NT_D3D_ROWS, 2},
};

/* Odd sizes, three mips, two slices. */
TEST(colour_formats_go_there_and_back, "D3.5 D3.6 D4.5 D5.10")
{
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    for (size_t i = 0; i < sizeof(colours) / sizeof(*colours); i++) {
        const D3D12_RESOURCE_DESC desc =
            kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE2D, colours[i].format, 38, 21, 2, 3);

        there_and_back(&kit, &desc, colours[i].n_planes, colours[i].order);
    }
    kit_close(&kit);
}

TEST(block_formats_go_there_and_back, "D3.6 D4.5")
{
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
        const D3D12_RESOURCE_DESC desc =
            kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE2D, blocks[i].format, 36, 20, 2, 0);
        D3D12_RESOURCE_DESC whole = desc;

        whole.MipLevels = 6; /* the last are parts of a block */
        there_and_back(&kit, &whole, blocks[i].n_planes, blocks[i].order);
    }
    kit_close(&kit);
}

TEST(planes_go_there_and_back, "D3.6 D4.5")
{
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    for (size_t i = 0; i < sizeof(planes) / sizeof(*planes); i++) {
        const D3D12_RESOURCE_DESC desc =
            kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE2D, planes[i].format, 66, 34, 2, 3);

        there_and_back(&kit, &desc, planes[i].n_planes, planes[i].order);
    }
    kit_close(&kit);
}

TEST(dimensions_go_there_and_back, "D3.6 D4.5")
{
    const D3D12_RESOURCE_DESC descs[] = {
        kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE1D, DXGI_FORMAT_R8G8B8A8_UNORM, 1000, 1, 1,
                         10),
        kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE1D, DXGI_FORMAT_R16_UINT, 77, 1, 5, 2),
        kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE2D, DXGI_FORMAT_R8_UNORM, 3, 5, 12, 3),
        kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE3D, DXGI_FORMAT_R32_FLOAT, 33, 17, 9, 6),
        kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE3D, DXGI_FORMAT_R8G8B8A8_UINT, 16, 16, 16,
                         1),
        kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE3D, DXGI_FORMAT_BC1_UNORM, 16, 8, 6, 3),
    };
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COMPUTE);
    for (size_t i = 0; i < sizeof(descs) / sizeof(*descs); i++)
        there_and_back(&kit, &descs[i], 1, NT_D3D_IMAGE);
    kit_close(&kit);
}

/* More than several chunks of the engine, and rows that end in the middle of one. */
TEST(large_texture_crosses_chunks, "D4.5")
{
    const D3D12_RESOURCE_DESC desc = kit_texture2d_desc(DXGI_FORMAT_R8G8B8A8_UNORM, 3001, 1500);
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    there_and_back(&kit, &desc, 1, NT_D3D_IMAGE);
    kit_close(&kit);
}

/* --- other pairs of formats and dimensions ------------------------------------------------ */

/* A block of 8 or 16 bytes goes into one integer texel of the size, and back. */
TEST(blocks_go_into_integers, "D4.5")
{
    const D3D12_RESOURCE_DESC bc = kit_texture2d_desc(DXGI_FORMAT_BC1_UNORM, 40, 24);
    const D3D12_RESOURCE_DESC integers = kit_texture2d_desc(DXGI_FORMAT_R32G32_UINT, 10, 6);
    const D3D12_RESOURCE_DESC floats = kit_texture2d_desc(DXGI_FORMAT_R32G32_FLOAT, 10, 6);
    ID3D12Resource *blocks_, *texels, *wrong, *upload, *readback;
    D3D12_TEXTURE_COPY_LOCATION to, from;
    struct kit_layout layout;
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    kit_layout_of(kit.device, &bc, 1, &layout);
    upload = kit_buffer(kit.device, D3D12_HEAP_TYPE_UPLOAD, layout.total);
    readback = kit_buffer(kit.device, D3D12_HEAP_TYPE_READBACK, layout.total);
    blocks_ = kit_texture(kit.device, &bc);
    texels = kit_texture(kit.device, &integers);
    wrong = kit_texture(kit.device, &floats);
    kit_pattern(kit_map(upload), layout.total, 7);
    kit_upload(&kit, blocks_, upload, &layout);
    to = kit_subresource(texels, 0);
    from = kit_subresource(blocks_, 0);
    ID3D12GraphicsCommandList_CopyTextureRegion(kit.list, &to, 0, 0, 0, &from, NULL);
    kit_run(&kit);
    kit_pattern(kit_map(readback), layout.total, 8);
    kit_upload(&kit, blocks_, readback, &layout);
    ID3D12GraphicsCommandList_CopyTextureRegion(kit.list, &from, 0, 0, 0, &to, NULL);
    kit_download(&kit, readback, blocks_, &layout);
    kit_run(&kit);
    ok_eq(kit_rows_that_differ(&layout, kit_map(upload), kit_map(readback)), 0);
    to = kit_subresource(wrong, 0);
    ok_hr(kit_try_copy(&kit, &to, 0, 0, 0, &from, NULL), E_INVALIDARG);
    kit_release_last(blocks_);
    kit_release_last(texels);
    kit_release_last(wrong);
    kit_release_last(upload);
    kit_release_last(readback);
    kit_close(&kit);
}

TEST(boxes_of_blocks_begin_at_blocks, "D4.5")
{
    const D3D12_RESOURCE_DESC bc = kit_texture2d_desc(DXGI_FORMAT_BC3_UNORM, 24, 24);
    static const D3D12_BOX good = {4, 8, 0, 16, 24, 1}, left = {2, 8, 0, 16, 24, 1};
    static const D3D12_BOX right = {4, 8, 0, 15, 24, 1};
    D3D12_TEXTURE_COPY_LOCATION to, from;
    ID3D12Resource *textures[2];
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    textures[0] = kit_texture(kit.device, &bc);
    textures[1] = kit_texture(kit.device, &bc);
    to = kit_subresource(textures[0], 0);
    from = kit_subresource(textures[1], 0);
    ok_hr(kit_try_copy(&kit, &to, 8, 8, 0, &from, &good), S_OK);
    ok_hr(kit_try_copy(&kit, &to, 7, 8, 0, &from, &good), E_INVALIDARG);
    ok_hr(kit_try_copy(&kit, &to, 8, 8, 0, &from, &left), E_INVALIDARG);
    ok_hr(kit_try_copy(&kit, &to, 8, 8, 0, &from, &right), E_INVALIDARG);
    kit_release_last(textures[0]);
    kit_release_last(textures[1]);
    kit_close(&kit);
}

static void copy_mip(struct kit *kit, ID3D12Resource *target, UINT mip, UINT x, UINT y,
                     ID3D12Resource *source, UINT source_mip, const D3D12_BOX *box)
{
    const D3D12_TEXTURE_COPY_LOCATION to = kit_subresource(target, mip);
    const D3D12_TEXTURE_COPY_LOCATION from = kit_subresource(source, source_mip);

    ID3D12GraphicsCommandList_CopyTextureRegion(kit->list, &to, x, y, 0, &from, box);
}

/* The last mips are parts of a block, which is copied whole: to where it is whole, and back. */
TEST(parts_of_blocks_go_where_blocks_are_whole, "D4.5")
{
    const D3D12_RESOURCE_DESC bc =
        kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE2D, DXGI_FORMAT_BC1_UNORM, 40, 24, 1, 4);
    const D3D12_RESOURCE_DESC integers = kit_texture2d_desc(DXGI_FORMAT_R32G32_UINT, 3, 2);
    static const D3D12_BOX blocks_there = {4, 4, 0, 16, 12, 1}, texels_there = {1, 0, 0, 3, 1, 1};
    ID3D12Resource *textures[3], *upload, *readback;
    struct kit_layout layout, flat;
    const uint64_t *from, *to;
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    kit_layout_of(kit.device, &bc, 1, &layout);
    kit_layout_of(kit.device, &integers, 1, &flat);
    upload = kit_buffer(kit.device, D3D12_HEAP_TYPE_UPLOAD, layout.total);
    readback = kit_buffer(kit.device, D3D12_HEAP_TYPE_READBACK, layout.total);
    textures[0] = kit_texture(kit.device, &bc);
    textures[1] = kit_texture(kit.device, &bc);
    textures[2] = kit_texture(kit.device, &integers);
    kit_pattern(kit_map(upload), layout.total, 5);
    kit_upload(&kit, textures[0], upload, &layout);
    kit_upload(&kit, textures[1], upload, &layout);
    /* Mip 2 is 10 x 6 texels, 3 x 2 blocks; mip 3 is 5 x 3, 2 x 1 blocks. */
    copy_mip(&kit, textures[1], 0, 20, 12, textures[0], 2, NULL);
    copy_mip(&kit, textures[1], 2, 0, 0, textures[0], 0, &blocks_there);
    copy_mip(&kit, textures[2], 0, 0, 0, textures[0], 2, NULL);
    copy_mip(&kit, textures[1], 3, 0, 0, textures[2], 0, &texels_there);
    kit_download(&kit, readback, textures[1], &layout);
    kit_run(&kit);
    from = kit_map(upload);
    to = kit_map(readback);
    for (UINT y = 0; y < 2; y++) {
        const uint64_t *row = from + layout.places[2].Offset / 8 + y * 32;

        for (UINT x = 0; x < 3; x++) {
            ok_eq(to[(3 + y) * 32 + 5 + x], row[x]);
            ok_eq(to[layout.places[2].Offset / 8 + y * 32 + x], from[(1 + y) * 32 + 1 + x]);
            if (!y && x)
                ok_eq(to[layout.places[3].Offset / 8 + x - 1], row[x]);
        }
    }
    ok_eq(to[3 * 32 + 8], from[3 * 32 + 8]);
    ok_eq(to[5 * 32 + 5], from[5 * 32 + 5]);
    for (size_t i = 0; i < 3; i++)
        kit_release_last(textures[i]);
    kit_release_last(upload);
    kit_release_last(readback);
    kit_close(&kit);
}

/* A depth plane is copied as what it is called in footprints, also into a colour. */
TEST(depth_goes_into_colour, "D3.6 D4.5")
{
    const D3D12_RESOURCE_DESC deep = kit_texture2d_desc(DXGI_FORMAT_D32_FLOAT_S8X24_UINT, 20, 10);
    const D3D12_RESOURCE_DESC colour = kit_texture2d_desc(DXGI_FORMAT_R32_FLOAT, 20, 10);
    ID3D12Resource *depth, *texture, *upload, *readback;
    D3D12_TEXTURE_COPY_LOCATION to, from;
    struct kit_layout layout, flat;
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    kit_layout_of(kit.device, &deep, 2, &layout);
    kit_layout_of(kit.device, &colour, 1, &flat);
    flat.places[0].Footprint.RowPitch = layout.places[0].Footprint.RowPitch;
    upload = kit_buffer(kit.device, D3D12_HEAP_TYPE_UPLOAD, layout.total);
    readback = kit_buffer(kit.device, D3D12_HEAP_TYPE_READBACK, layout.total);
    depth = kit_texture(kit.device, &deep);
    texture = kit_texture(kit.device, &colour);
    kit_pattern(kit_map(upload), layout.total, 3);
    kit_upload(&kit, depth, upload, &layout);
    to = kit_subresource(texture, 0);
    from = kit_subresource(depth, 0);
    ID3D12GraphicsCommandList_CopyTextureRegion(kit.list, &to, 0, 0, 0, &from, NULL);
    kit_download(&kit, readback, texture, &flat);
    kit_run(&kit);
    ok_eq(kit_rows_that_differ(&flat, kit_map(upload), kit_map(readback)), 0);
    from = kit_subresource(depth, 1);
    ok_hr(kit_try_copy(&kit, &to, 0, 0, 0, &from, NULL), E_INVALIDARG);
    kit_release_last(depth);
    kit_release_last(texture);
    kit_release_last(upload);
    kit_release_last(readback);
    kit_close(&kit);
}

/* Windows wants the whole of a depth or stencil plane; here a box is good too. */
TEST(depth_is_copied_by_boxes_too, "D4.5")
{
    const D3D12_RESOURCE_DESC deep = kit_texture2d_desc(DXGI_FORMAT_D24_UNORM_S8_UINT, 20, 10);
    static const D3D12_BOX box = {4, 3, 0, 9, 8, 1};
    ID3D12Resource *depth, *other, *upload, *readback;
    const unsigned char *up, *down;
    struct kit_layout layout;
    struct kit kit;
    size_t wrong = 0;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    kit_layout_of(kit.device, &deep, 2, &layout);
    upload = kit_buffer(kit.device, D3D12_HEAP_TYPE_UPLOAD, layout.total);
    readback = kit_buffer(kit.device, D3D12_HEAP_TYPE_READBACK, layout.total);
    depth = kit_texture(kit.device, &deep);
    other = kit_texture(kit.device, &deep);
    kit_pattern(kit_map(upload), layout.total, 3);
    kit_upload(&kit, depth, upload, &layout);
    for (UINT plane = 0; plane < 2; plane++) {
        D3D12_TEXTURE_COPY_LOCATION to = kit_subresource(other, plane);
        D3D12_TEXTURE_COPY_LOCATION from = kit_subresource(depth, plane);

        ID3D12GraphicsCommandList_CopyTextureRegion(kit.list, &to, 1, 2, 0, &from, &box);
    }
    kit_download(&kit, readback, other, &layout);
    kit_run(&kit);
    up = kit_map(upload);
    down = kit_map(readback);
    for (UINT plane = 0; plane < 2; plane++) {
        const D3D12_PLACED_SUBRESOURCE_FOOTPRINT *place = &layout.places[plane];
        size_t bytes = plane ? 1 : 4;

        for (size_t y = 0; y < 5; y++)
            wrong += memcmp(down + place->Offset + (y + 2) * place->Footprint.RowPitch + bytes,
                            up + place->Offset + (y + 3) * place->Footprint.RowPitch + 4 * bytes,
                            5 * bytes) != 0;
    }
    ok_eq(wrong, 0);
    kit_release_last(depth);
    kit_release_last(other);
    kit_release_last(upload);
    kit_release_last(readback);
    kit_close(&kit);
}

/* A slice of a 3D texture and a slice of an array. */
TEST(slices_go_between_dimensions, "D4.5")
{
    const D3D12_RESOURCE_DESC solid = kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE3D,
                                                       DXGI_FORMAT_R8G8B8A8_UNORM, 12, 9, 5, 1);
    const D3D12_RESOURCE_DESC array = kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE2D,
                                                       DXGI_FORMAT_R8G8B8A8_UNORM, 12, 9, 3, 1);
    static const D3D12_BOX third = {0, 0, 2, 12, 9, 3};
    ID3D12Resource *volume, *slices, *upload, *readback;
    D3D12_TEXTURE_COPY_LOCATION to, from;
    struct kit_layout layout, one;
    const unsigned char *up, *down;
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    kit_layout_of(kit.device, &solid, 1, &layout);
    upload = kit_buffer(kit.device, D3D12_HEAP_TYPE_UPLOAD, layout.total);
    readback = kit_buffer(kit.device, D3D12_HEAP_TYPE_READBACK, layout.total);
    volume = kit_texture(kit.device, &solid);
    slices = kit_texture(kit.device, &array);
    kit_pattern(kit_map(upload), layout.total, 5);
    kit_upload(&kit, volume, upload, &layout);
    to = kit_subresource(slices, 1);
    from = kit_subresource(volume, 0);
    ID3D12GraphicsCommandList_CopyTextureRegion(kit.list, &to, 0, 0, 0, &from, &third);
    /* ... and into another slice of the volume, which is read back. */
    ID3D12GraphicsCommandList_CopyTextureRegion(kit.list, &from, 0, 0, 4, &to, NULL);
    kit_download(&kit, readback, volume, &layout);
    kit_run(&kit);
    up = kit_map(upload);
    down = kit_map(readback);
    one = layout;
    one.places[0].Footprint.Depth = 4;
    ok_eq(kit_rows_that_differ(&one, up, down), 0);
    one.places[0].Footprint.Depth = 1;
    ok_eq(kit_rows_that_differ(&one, up + (size_t)2 * 9 * 256, down + (size_t)4 * 9 * 256), 0);
    kit_release_last(volume);
    kit_release_last(slices);
    kit_release_last(upload);
    kit_release_last(readback);
    kit_close(&kit);
}

/* --- CopyResource --------------------------------------------------------------------------- */

static HRESULT try_whole(struct kit *kit, ID3D12Resource *target, ID3D12Resource *source)
{
    HRESULT hr;

    ID3D12GraphicsCommandList_CopyResource(kit->list, target, source);
    hr = ID3D12GraphicsCommandList_Close(kit->list);
    ok_hr(ID3D12CommandAllocator_Reset(kit->allocator), S_OK);
    ok_hr(ID3D12GraphicsCommandList_Reset(kit->list, kit->allocator, NULL), S_OK);
    return hr;
}

TEST(whole_copies_need_equal_textures, "D4.5")
{
    const D3D12_RESOURCE_DESC good = kit_texture2d_desc(DXGI_FORMAT_R8G8B8A8_UNORM, 16, 8);
    ID3D12Resource *texture, *other, *buffer;
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    texture = kit_texture(kit.device, &good);
    buffer = kit_buffer(kit.device, D3D12_HEAP_TYPE_DEFAULT, 64 * KIB);
    ok_hr(try_whole(&kit, texture, texture), E_INVALIDARG);
    ok_hr(try_whole(&kit, texture, buffer), E_INVALIDARG);
    ok_hr(try_whole(&kit, buffer, texture), E_INVALIDARG);
#define TRY(change, expected)                             \
    do {                                                  \
        D3D12_RESOURCE_DESC changed = good;               \
        changed.change;                                   \
        other = kit_texture(kit.device, &changed);        \
        ok_hr(try_whole(&kit, texture, other), expected); \
        ok_hr(try_whole(&kit, other, texture), expected); \
        kit_release_last(other);                          \
    } while (0)
    TRY(Format = DXGI_FORMAT_R8G8B8A8_UINT, S_OK);
    TRY(Format = DXGI_FORMAT_R8G8B8A8_TYPELESS, S_OK);
    TRY(Format = DXGI_FORMAT_B8G8R8A8_UNORM, E_INVALIDARG);
    TRY(Format = DXGI_FORMAT_R16G16_UNORM, E_INVALIDARG);
    TRY(Width = 17, E_INVALIDARG);
    TRY(Height = 9, E_INVALIDARG);
    TRY(DepthOrArraySize = 2, E_INVALIDARG);
    TRY(MipLevels = 2, E_INVALIDARG);
    TRY(Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE3D, E_INVALIDARG);
#undef TRY
    kit_release_last(texture);
    kit_release_last(buffer);
    kit_close(&kit);
}

/* Work in flight keeps the texels; a list that runs once more without them ends the device. */
TEST(list_outlives_its_texture, "D17.6 D19.8")
{
    const D3D12_RESOURCE_DESC desc = kit_texture2d_desc(DXGI_FORMAT_R8G8B8A8_UNORM, 16, 16);
    ID3D12Resource *textures[2];
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    textures[0] = kit_texture(kit.device, &desc);
    textures[1] = kit_texture(kit.device, &desc);
    ID3D12GraphicsCommandList_CopyResource(kit.list, textures[0], textures[1]);
    kit_submit(&kit);
    kit_release_last(textures[0]);
    kit_release_last(textures[1]);
    ok(kit_wait(kit.fence, kit.value));
    ok_hr(ID3D12Device_GetDeviceRemovedReason(kit.device), S_OK);
    kit_execute(kit.queue, kit.list);
    ok(FAILED(ID3D12Device_GetDeviceRemovedReason(kit.device)));
    kit_close(&kit);
}
