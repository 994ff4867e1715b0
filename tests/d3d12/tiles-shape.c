// SPDX-License-Identifier: MIT
/*
 * What GetResourceTiling says of textures: the shapes of tiles, and packed mips (D3.8).
 */
#include "d3d12/tiles-kit.h"

static const struct {
    DXGI_FORMAT format;
    UINT width, height; /* of a tile of a 2D texture */
    UINT x, y, z;       /* of a tile of a 3D texture; 0: there is none */
} shapes[] = {
    {DXGI_FORMAT_R8_UNORM, 256, 256, 64, 32, 32},
    {DXGI_FORMAT_R16_FLOAT, 256, 128, 32, 32, 32},
    {DXGI_FORMAT_R8G8B8A8_UNORM, 128, 128, 32, 32, 16},
    {DXGI_FORMAT_R16G16B16A16_FLOAT, 128, 64, 32, 16, 16},
    {DXGI_FORMAT_R32G32B32A32_UINT, 64, 64, 16, 16, 16},
    {DXGI_FORMAT_BC1_UNORM, 512, 256, 128, 64, 16},
    {DXGI_FORMAT_BC7_UNORM, 256, 256, 64, 64, 16},
};

TEST(tiles_have_the_standard_shapes, "D3.8")
{
    ID3D12Device5 *device = kit_device();

    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        D3D12_RESOURCE_DESC desc = tiles_flat(shapes[i].format, 1024, 1024, 1, 1);
        ID3D12Resource *texture = tiles_reserve(device, &desc);
        D3D12_TILE_SHAPE shape = {0};
        UINT n_tiles = 0;

        ID3D12Device_GetResourceTiling(device, texture, &n_tiles, NULL, &shape, NULL, 0, NULL);
        ok_eq(shape.WidthInTexels, shapes[i].width);
        ok_eq(shape.HeightInTexels, shapes[i].height);
        ok_eq(shape.DepthInTexels, 1);
        ok_eq(n_tiles, 1024 / shapes[i].width * (1024 / shapes[i].height));
        ok_eq(ID3D12Resource_GetDesc(texture).Layout, D3D12_TEXTURE_LAYOUT_64KB_UNDEFINED_SWIZZLE);
        kit_release_last(texture);

        desc = tiles_solid(shapes[i].format, 128, 128, 64, 1);
        texture = tiles_reserve(device, &desc);
        ID3D12Device_GetResourceTiling(device, texture, NULL, NULL, &shape, NULL, 0, NULL);
        ok_eq(shape.WidthInTexels, shapes[i].x);
        ok_eq(shape.HeightInTexels, shapes[i].y);
        ok_eq(shape.DepthInTexels, shapes[i].z);
        kit_release_last(texture);
    }
    kit_release_last(device);
}

TEST(small_mips_are_packed, "D3.8")
{
    ID3D12Device5 *device = kit_device();
    /* 512, 256, 128 are standard: 16, 4, 1 tiles; 64 and smaller are packed. */
    const D3D12_RESOURCE_DESC desc = tiles_flat(DXGI_FORMAT_R8G8B8A8_UNORM, 512, 512, 1, 0);
    const D3D12_RESOURCE_DESC odd = tiles_flat(DXGI_FORMAT_R8G8B8A8_UNORM, 300, 129, 1, 1);
    const D3D12_RESOURCE_DESC tiny = tiles_flat(DXGI_FORMAT_R8G8B8A8_UNORM, 16, 16, 1, 1);
    const D3D12_RESOURCE_DESC array = tiles_flat(DXGI_FORMAT_R8G8B8A8_UNORM, 256, 128, 3, 1);
    D3D12_SUBRESOURCE_TILING tilings[12];
    D3D12_PACKED_MIP_INFO packed = {0};
    D3D12_TILE_SHAPE shape;
    ID3D12Resource *texture;
    UINT n_tiles = 0, n = 12;

    texture = tiles_reserve(device, &desc);
    ID3D12Device_GetResourceTiling(device, texture, &n_tiles, &packed, &shape, &n, 0, tilings);
    ok_eq(n, 10);
    ok_eq(packed.NumStandardMips, 3);
    ok_eq(packed.NumPackedMips, 7);
    ok_ne(packed.NumTilesForPackedMips, 0);
    ok_eq(packed.StartTileIndexInOverallResource, 21);
    ok_eq(n_tiles, 21 + packed.NumTilesForPackedMips);
    ok_eq(tilings[1].WidthInTiles, 2);
    ok_eq(tilings[1].HeightInTiles, 2);
    ok_eq(tilings[1].DepthInTiles, 1);
    ok_eq(tilings[1].StartTileIndexInOverallResource, 16);
    ok_eq(tilings[2].StartTileIndexInOverallResource, 20);
    ok_eq(tilings[3].WidthInTiles, 0);
    ok_eq(tilings[3].StartTileIndexInOverallResource, D3D12_PACKED_TILE);
    n = 4;
    ID3D12Device_GetResourceTiling(device, texture, NULL, NULL, NULL, &n, 8, tilings);
    ok_eq(n, 2);
    kit_release_last(texture);

    texture = tiles_reserve(device, &odd);
    n = 1;
    ID3D12Device_GetResourceTiling(device, texture, &n_tiles, NULL, NULL, &n, 0, tilings);
    ok_eq(n_tiles, 6);
    ok_eq(tilings[0].WidthInTiles, 3);
    ok_eq(tilings[0].HeightInTiles, 2);
    kit_release_last(texture);

    texture = tiles_reserve(device, &tiny);
    ID3D12Device_GetResourceTiling(device, texture, &n_tiles, &packed, &shape, NULL, 0, NULL);
    ok_eq(n_tiles, 1);
    ok_eq(packed.NumStandardMips, 0);
    ok_eq(packed.NumPackedMips, 1);
    ok_eq(shape.WidthInTexels, 0);
    kit_release_last(texture);

    texture = tiles_reserve(device, &array);
    n = 3;
    ID3D12Device_GetResourceTiling(device, texture, &n_tiles, NULL, NULL, &n, 0, tilings);
    ok_eq(n_tiles, 6);
    ok_eq(tilings[2].StartTileIndexInOverallResource, 4);
    kit_release_last(texture);
    kit_release_last(device);
}
