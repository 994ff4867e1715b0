/* SPDX-License-Identifier: MIT */
/*
 * What every Direct3D 11 test needs: a device with its context, buffers, textures, and their bytes
 * by way of a staging copy.
 */
#ifndef NT_TESTS_D3D12_D3D11_KIT_H
#define NT_TESTS_D3D12_D3D11_KIT_H

#include <d3d11_4.h>

#include "d3d12/kit.h"

struct kit11 {
    ID3D11Device5 *device;
    ID3D11DeviceContext4 *context;
};

void kit11_open(struct kit11 *kit);
/* Releases both; nothing may be left of the device. */
void kit11_close(struct kit11 *kit);
/* Removes the device, which nothing in Direct3D 11 can ask for. */
void kit11_remove(struct kit11 *kit);

D3D11_BUFFER_DESC kit11_buffer_desc(UINT size, D3D11_USAGE usage);
D3D11_TEXTURE2D_DESC kit11_texture_desc(UINT width, UINT height, DXGI_FORMAT format,
                                        D3D11_USAGE usage);
/* A buffer that begins with @data, or NULL. */
ID3D11Resource *kit11_buffer(struct kit11 *kit, UINT size, D3D11_USAGE usage, const void *data);
ID3D11Resource *kit11_texture(struct kit11 *kit, const D3D11_TEXTURE2D_DESC *desc,
                              const D3D11_SUBRESOURCE_DATA *data);

/* Asserts that the resource's bytes are @size ones at @expected, by a staging copy. */
void kit11_expect_buffer(struct kit11 *kit, ID3D11Resource *buffer, const void *expected,
                         UINT size);
/* The same for the @n_rows rows, of @row_bytes each, of a texture's subresource. */
void kit11_expect_texture(struct kit11 *kit, ID3D11Resource *texture, UINT subresource,
                          const unsigned char *expected, UINT row_bytes, UINT n_rows);

/* @size bytes that differ from place to place and with @seed. */
void kit11_pattern(void *bytes, size_t size, unsigned seed);

#endif
