// SPDX-License-Identifier: MIT
/*
 * GetCopyableFootprints of textures (D3.6).
 */
#include "d3d12/texture-kit.h"

#include <string.h>

static void check_footprint(const struct kit_layout *layout, UINT i, UINT64 offset,
                            DXGI_FORMAT format, UINT width, UINT height, UINT pitch)
{
    const D3D12_PLACED_SUBRESOURCE_FOOTPRINT *place = &layout->places[i];

    ok_eq(place->Offset, offset);
    ok_eq(place->Footprint.Format, format);
    ok_eq(place->Footprint.Width, width);
    ok_eq(place->Footprint.Height, height);
    ok_eq(place->Footprint.RowPitch, pitch);
}

TEST(footprints_of_mips_and_slices, "D3.6")
{
    const D3D12_RESOURCE_DESC desc = kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE2D,
                                                      DXGI_FORMAT_R8G8B8A8_UNORM, 100, 6, 2, 3);
    ID3D12Device5 *device = kit_device();
    struct kit_layout layout;

    kit_layout_of(device, &desc, 1, &layout);
    check_footprint(&layout, 0, 0, DXGI_FORMAT_R8G8B8A8_UNORM, 100, 6, 512);
    ok_eq(layout.rows[0], 6);
    ok_eq(layout.row_sizes[0], 400);
    /* 5 rows of 512 and one of 400 bytes; the next begins at 512 bytes. */
    check_footprint(&layout, 1, 3072, DXGI_FORMAT_R8G8B8A8_UNORM, 50, 3, 256);
    check_footprint(&layout, 2, 4096, DXGI_FORMAT_R8G8B8A8_UNORM, 25, 1, 256);
    check_footprint(&layout, 3, 4608, DXGI_FORMAT_R8G8B8A8_UNORM, 100, 6, 512);
    ok_eq(layout.total, 4608 + 4096 + 100);
    kit_release_last(device);
}

TEST(footprints_of_blocks_planes_and_volumes, "D3.6")
{
    ID3D12Device5 *device = kit_device();
    D3D12_RESOURCE_DESC desc;
    struct kit_layout layout;

    desc = kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE2D, DXGI_FORMAT_BC1_UNORM, 18, 9, 1, 5);
    kit_layout_of(device, &desc, 1, &layout);
    check_footprint(&layout, 0, 0, DXGI_FORMAT_BC1_UNORM, 20, 12, 256);
    ok_eq(layout.rows[0], 3);
    ok_eq(layout.row_sizes[0], 40);
    check_footprint(&layout, 4, 1024 + 512 + 512 + 512, DXGI_FORMAT_BC1_UNORM, 4, 4, 256);

    desc = kit_texture2d_desc(DXGI_FORMAT_D24_UNORM_S8_UINT, 65, 3);
    kit_layout_of(device, &desc, 2, &layout);
    check_footprint(&layout, 0, 0, DXGI_FORMAT_R32_TYPELESS, 65, 3, 512);
    check_footprint(&layout, 1, 1536, DXGI_FORMAT_R8_TYPELESS, 65, 3, 512);
    ok_eq(layout.total, 1536 + 2 * 512 + 65);

    desc = kit_texture2d_desc(DXGI_FORMAT_D32_FLOAT, 65, 3);
    kit_layout_of(device, &desc, 1, &layout);
    check_footprint(&layout, 0, 0, DXGI_FORMAT_D32_FLOAT, 65, 3, 512);
    desc.Width = 64;
    kit_layout_of(device, &desc, 1, &layout);
    check_footprint(&layout, 0, 0, DXGI_FORMAT_D32_FLOAT, 64, 3, 256);

    desc = kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE3D, DXGI_FORMAT_R8_UNORM, 5, 3, 4, 2);
    kit_layout_of(device, &desc, 1, &layout);
    ok_eq(layout.places[0].Footprint.Depth, 4);
    ok_eq(layout.places[1].Footprint.Depth, 2);
    ok_eq(layout.places[1].Offset, 3072);
    ok_eq(layout.total, 3072 + 256 + 2);

    desc = kit_texture2d_desc(DXGI_FORMAT_NV12, 34, 4);
    kit_layout_of(device, &desc, 2, &layout);
    check_footprint(&layout, 0, 0, DXGI_FORMAT_R8_TYPELESS, 34, 4, 512);
    check_footprint(&layout, 1, 2048, DXGI_FORMAT_R8G8_TYPELESS, 17, 2, 512);
    kit_release_last(device);
}

TEST(footprints_begin_anywhere, "D3.6")
{
    D3D12_RESOURCE_DESC desc =
        kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE2D, DXGI_FORMAT_R8_UNORM, 300, 2, 3, 2);
    D3D12_PLACED_SUBRESOURCE_FOOTPRINT places[2];
    ID3D12Device5 *device = kit_device();
    UINT64 total = 0;

    ID3D12Device_GetCopyableFootprints(device, &desc, 3, 2, 1, places, NULL, NULL, &total);
    ok_eq(places[0].Offset, 1);
    ok_eq(places[0].Footprint.Width, 150);
    ok_eq(places[1].Offset, 513);
    ok_eq(places[1].Footprint.Width, 300);
    ok_eq(total, 512 + 512 + 300);
    ID3D12Device_GetCopyableFootprints(device, &desc, 0, 1, UINT64_MAX, places, NULL, NULL, NULL);
    ok_eq(places[0].Offset, UINT64_MAX);
    desc.SampleDesc.Count = 4;
    ID3D12Device_GetCopyableFootprints(device, &desc, 0, 1, 0, NULL, NULL, NULL, &total);
    ok_eq(total, 512 + 300);
    kit_release_last(device);
}

TEST(footprints_of_bad_descriptions_are_all_ones, "D3.6")
{
    const D3D12_RESOURCE_DESC good = kit_texture2d_desc(DXGI_FORMAT_R8_UNORM, 300, 2);
    D3D12_PLACED_SUBRESOURCE_FOOTPRINT place, ones;
    ID3D12Device5 *device = kit_device();
    UINT64 row_size = 0, total = 0;
    D3D12_RESOURCE_DESC bad;
    UINT rows = 0;

    memset(&ones, 0xff, sizeof(ones));
#define BAD(change, first)                                                                      \
    do {                                                                                        \
        bad = good;                                                                             \
        bad.change;                                                                             \
        ID3D12Device_GetCopyableFootprints(device, &bad, first, 1, 0, &place, &rows, &row_size, \
                                           &total);                                             \
        ok_mem_eq(&place, &ones, sizeof(ones));                                                 \
        ok_eq(rows, UINT32_MAX);                                                                \
        ok_eq(row_size, UINT64_MAX);                                                            \
        ok_eq(total, UINT64_MAX);                                                               \
        total = row_size = rows = 0;                                                            \
    } while (0)
    BAD(Width = 300, 1);
    BAD(Width = 300, UINT32_MAX);
    BAD(Width = 0, 0);
    BAD(Width = 16385, 0);
    BAD(Height = 0, 0);
    BAD(DepthOrArraySize = 0, 0);
    BAD(MipLevels = 10, 0);
    BAD(Format = DXGI_FORMAT_UNKNOWN, 0);
    BAD(SampleDesc.Count = 0, 0);
    BAD(Dimension = D3D12_RESOURCE_DIMENSION_UNKNOWN, 0);
#undef BAD
    kit_release_last(device);
}
