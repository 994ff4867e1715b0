/* SPDX-License-Identifier: MIT */
/*
 * Textures for tests: descriptions, uploads of a pattern through their footprints, and the same
 * way back.
 */
#ifndef NT_TESTS_D3D12_TEXTURE_KIT_H
#define NT_TESTS_D3D12_TEXTURE_KIT_H

#include "d3d12/kit.h"

#define KIT_SUBRESOURCES 64

/* The footprints of all subresources of a description. */
struct kit_layout {
    UINT n;
    D3D12_PLACED_SUBRESOURCE_FOOTPRINT places[KIT_SUBRESOURCES];
    UINT rows[KIT_SUBRESOURCES];
    UINT64 row_sizes[KIT_SUBRESOURCES];
    UINT64 total;
};

D3D12_RESOURCE_DESC kit_texture_desc(D3D12_RESOURCE_DIMENSION dimension, DXGI_FORMAT format,
                                     UINT64 width, UINT height, UINT16 depth_or_slices,
                                     UINT16 mips);
D3D12_RESOURCE_DESC kit_texture2d_desc(DXGI_FORMAT format, UINT64 width, UINT height);

/* A committed texture in DEFAULT memory. */
ID3D12Resource *kit_texture(ID3D12Device5 *device, const D3D12_RESOURCE_DESC *desc);

/* A committed texture that the CPU may read and write, without a pointer. */
ID3D12Resource *kit_cpu_texture(ID3D12Device5 *device, const D3D12_RESOURCE_DESC *desc);

/* Subresources: mips x slices x planes. */
void kit_layout_of(ID3D12Device5 *device, const D3D12_RESOURCE_DESC *desc, UINT n_planes,
                   struct kit_layout *layout);

D3D12_TEXTURE_COPY_LOCATION kit_subresource(ID3D12Resource *texture, UINT index);
D3D12_TEXTURE_COPY_LOCATION kit_footprint(ID3D12Resource *buffer,
                                          const D3D12_PLACED_SUBRESOURCE_FOOTPRINT *place);

/* Fills @bytes with a pattern that differs by @seed. */
void kit_pattern(void *bytes, size_t size, uint32_t seed);

/* The rows of all subresources in @a and @b, laid out alike, that differ. */
size_t kit_rows_that_differ(const struct kit_layout *layout, const void *a, const void *b);

/* Records copies of all subresources: from a buffer, to a buffer. */
void kit_upload(struct kit *kit, ID3D12Resource *texture, ID3D12Resource *buffer,
                const struct kit_layout *layout);
void kit_download(struct kit *kit, ID3D12Resource *buffer, ID3D12Resource *texture,
                  const struct kit_layout *layout);

/* Records one copy in the empty list, closes it for the result, and lets it record anew. */
HRESULT kit_try_copy(struct kit *kit, const D3D12_TEXTURE_COPY_LOCATION *target, UINT x, UINT y,
                     UINT z, const D3D12_TEXTURE_COPY_LOCATION *source, const D3D12_BOX *box);

#endif
