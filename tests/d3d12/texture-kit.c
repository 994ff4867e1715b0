// SPDX-License-Identifier: MIT
/*
 * See texture-kit.h.
 */
#include "d3d12/texture-kit.h"

#include <string.h>

D3D12_RESOURCE_DESC kit_texture_desc(D3D12_RESOURCE_DIMENSION dimension, DXGI_FORMAT format,
                                     UINT64 width, UINT height, UINT16 depth_or_slices, UINT16 mips)
{
    return (D3D12_RESOURCE_DESC){.Dimension = dimension,
                                 .Width = width,
                                 .Height = height,
                                 .DepthOrArraySize = depth_or_slices,
                                 .MipLevels = mips,
                                 .Format = format,
                                 .SampleDesc = {1, 0}};
}

D3D12_RESOURCE_DESC kit_texture2d_desc(DXGI_FORMAT format, UINT64 width, UINT height)
{
    return kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE2D, format, width, height, 1, 1);
}

ID3D12Resource *kit_texture(ID3D12Device5 *device, const D3D12_RESOURCE_DESC *desc)
{
    const D3D12_HEAP_DESC heap = kit_heap_desc(1, D3D12_HEAP_TYPE_DEFAULT);
    ID3D12Resource *texture = NULL;

    ok_hr(ID3D12Device_CreateCommittedResource(device, &heap.Properties, D3D12_HEAP_FLAG_NONE, desc,
                                               D3D12_RESOURCE_STATE_COMMON, NULL,
                                               &IID_ID3D12Resource, (void **)&texture),
          S_OK);
    require(texture, "format %d", (int)desc->Format);
    return texture;
}

ID3D12Resource *kit_cpu_texture(ID3D12Device5 *device, const D3D12_RESOURCE_DESC *desc)
{
    const D3D12_HEAP_DESC heap = kit_heap_desc(1, D3D12_HEAP_TYPE_CUSTOM);
    ID3D12Resource *texture = NULL;

    ok_hr(ID3D12Device_CreateCommittedResource(device, &heap.Properties, D3D12_HEAP_FLAG_NONE, desc,
                                               D3D12_RESOURCE_STATE_COMMON, NULL,
                                               &IID_ID3D12Resource, (void **)&texture),
          S_OK);
    require(texture);
    return texture;
}

void kit_layout_of(ID3D12Device5 *device, const D3D12_RESOURCE_DESC *desc, UINT n_planes,
                   struct kit_layout *layout)
{
    bool is_3d = desc->Dimension == D3D12_RESOURCE_DIMENSION_TEXTURE3D;

    layout->n = desc->MipLevels * (is_3d ? 1 : desc->DepthOrArraySize) * n_planes;
    require(layout->n <= KIT_SUBRESOURCES);
    ID3D12Device_GetCopyableFootprints(device, desc, 0, layout->n, 0, layout->places, layout->rows,
                                       layout->row_sizes, &layout->total);
    require(layout->total != UINT64_MAX, "no footprints of format %d", (int)desc->Format);
}

D3D12_TEXTURE_COPY_LOCATION kit_subresource(ID3D12Resource *texture, UINT index)
{
    return (D3D12_TEXTURE_COPY_LOCATION){.pResource = texture,
                                         .Type = D3D12_TEXTURE_COPY_TYPE_SUBRESOURCE_INDEX,
                                         .SubresourceIndex = index};
}

D3D12_TEXTURE_COPY_LOCATION kit_footprint(ID3D12Resource *buffer,
                                          const D3D12_PLACED_SUBRESOURCE_FOOTPRINT *place)
{
    return (D3D12_TEXTURE_COPY_LOCATION){.pResource = buffer,
                                         .Type = D3D12_TEXTURE_COPY_TYPE_PLACED_FOOTPRINT,
                                         .PlacedFootprint = *place};
}

void kit_pattern(void *bytes, size_t size, uint32_t seed)
{
    unsigned char *at = bytes;
    uint32_t state = seed * 2654435761u + 1;

    for (size_t i = 0; i < size; i++) {
        state = state * 1664525u + 1013904223u;
        at[i] = (unsigned char)(state >> 24);
    }
}

size_t kit_rows_that_differ(const struct kit_layout *layout, const void *a, const void *b)
{
    size_t n = 0;

    for (UINT i = 0; i < layout->n; i++) {
        const D3D12_PLACED_SUBRESOURCE_FOOTPRINT *place = &layout->places[i];
        UINT rows = layout->rows[i] * place->Footprint.Depth;

        for (UINT row = 0; row < rows; row++) {
            size_t offset = place->Offset + (size_t)row * place->Footprint.RowPitch;

            n += memcmp((const char *)a + offset, (const char *)b + offset, layout->row_sizes[i]) !=
                 0;
        }
    }
    return n;
}

void kit_upload(struct kit *kit, ID3D12Resource *texture, ID3D12Resource *buffer,
                const struct kit_layout *layout)
{
    for (UINT i = 0; i < layout->n; i++) {
        D3D12_TEXTURE_COPY_LOCATION target = kit_subresource(texture, i);
        D3D12_TEXTURE_COPY_LOCATION source = kit_footprint(buffer, &layout->places[i]);

        ID3D12GraphicsCommandList_CopyTextureRegion(kit->list, &target, 0, 0, 0, &source, NULL);
    }
}

void kit_download(struct kit *kit, ID3D12Resource *buffer, ID3D12Resource *texture,
                  const struct kit_layout *layout)
{
    for (UINT i = 0; i < layout->n; i++) {
        D3D12_TEXTURE_COPY_LOCATION target = kit_footprint(buffer, &layout->places[i]);
        D3D12_TEXTURE_COPY_LOCATION source = kit_subresource(texture, i);

        ID3D12GraphicsCommandList_CopyTextureRegion(kit->list, &target, 0, 0, 0, &source, NULL);
    }
}

HRESULT kit_try_copy(struct kit *kit, const D3D12_TEXTURE_COPY_LOCATION *target, UINT x, UINT y,
                     UINT z, const D3D12_TEXTURE_COPY_LOCATION *source, const D3D12_BOX *box)
{
    HRESULT hr;

    ID3D12GraphicsCommandList_CopyTextureRegion(kit->list, target, x, y, z, source, box);
    hr = ID3D12GraphicsCommandList_Close(kit->list);
    ok_hr(ID3D12CommandAllocator_Reset(kit->allocator), S_OK);
    ok_hr(ID3D12GraphicsCommandList_Reset(kit->list, kit->allocator, NULL), S_OK);
    return hr;
}
