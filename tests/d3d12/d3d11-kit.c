// SPDX-License-Identifier: MIT
/* See d3d11-kit.h. */
#include "d3d12/d3d11-kit.h"

#include <string.h>

#include "d3d11/device.h"

void kit11_open(struct kit11 *kit)
{
    ID3D11DeviceContext *context = NULL;
    ID3D11Device *device = NULL;

    kit_environment();
    *kit = (struct kit11){0};
    ok_hr(D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_HARDWARE, NULL, 0, NULL, 0, D3D11_SDK_VERSION,
                            &device, NULL, &context),
          S_OK);
    require(device && context, "no device");
    ok_hr(QUERY(device, IID_ID3D11Device5, &kit->device), S_OK);
    ok_hr(QUERY(context, IID_ID3D11DeviceContext4, &kit->context), S_OK);
    ID3D11Device_Release(device);
    ID3D11DeviceContext_Release(context);
}

void kit11_close(struct kit11 *kit)
{
    ID3D11DeviceContext4_Release(kit->context);
    kit_release_last(kit->device);
    kit_check_validation();
}

void kit11_remove(struct kit11 *kit)
{
    ID3D12Device5_RemoveDevice(((struct nt_d3d11_device *)kit->device)->device);
}

/* The flags that go with a usage. */
static void access_of(D3D11_USAGE usage, UINT *ret_bind, UINT *ret_access)
{
    *ret_bind = usage == D3D11_USAGE_STAGING ? 0 : D3D11_BIND_SHADER_RESOURCE;
    *ret_access = 0;
    if (usage == D3D11_USAGE_DYNAMIC)
        *ret_access = D3D11_CPU_ACCESS_WRITE;
    if (usage == D3D11_USAGE_STAGING)
        *ret_access = D3D11_CPU_ACCESS_READ | D3D11_CPU_ACCESS_WRITE;
}

D3D11_BUFFER_DESC kit11_buffer_desc(UINT size, D3D11_USAGE usage)
{
    D3D11_BUFFER_DESC desc = {.ByteWidth = size, .Usage = usage};

    access_of(usage, &desc.BindFlags, &desc.CPUAccessFlags);
    return desc;
}

D3D11_TEXTURE2D_DESC kit11_texture_desc(UINT width, UINT height, DXGI_FORMAT format,
                                        D3D11_USAGE usage)
{
    D3D11_TEXTURE2D_DESC desc = {.Width = width,
                                 .Height = height,
                                 .MipLevels = 1,
                                 .ArraySize = 1,
                                 .Format = format,
                                 .SampleDesc.Count = 1,
                                 .Usage = usage};

    access_of(usage, &desc.BindFlags, &desc.CPUAccessFlags);
    return desc;
}

ID3D11Resource *kit11_buffer(struct kit11 *kit, UINT size, D3D11_USAGE usage, const void *data)
{
    const D3D11_BUFFER_DESC desc = kit11_buffer_desc(size, usage);
    const D3D11_SUBRESOURCE_DATA initial = {.pSysMem = data};
    ID3D11Buffer *buffer = NULL;

    ok_hr(ID3D11Device5_CreateBuffer(kit->device, &desc, data ? &initial : NULL, &buffer), S_OK);
    require(buffer);
    return (ID3D11Resource *)buffer;
}

ID3D11Resource *kit11_texture(struct kit11 *kit, const D3D11_TEXTURE2D_DESC *desc,
                              const D3D11_SUBRESOURCE_DATA *data)
{
    ID3D11Texture2D *texture = NULL;

    ok_hr(ID3D11Device5_CreateTexture2D(kit->device, desc, data, &texture), S_OK);
    require(texture);
    return (ID3D11Resource *)texture;
}

void kit11_expect_buffer(struct kit11 *kit, ID3D11Resource *buffer, const void *expected, UINT size)
{
    const D3D11_BOX box = {.right = size, .bottom = 1, .back = 1};
    ID3D11Resource *staging = kit11_buffer(kit, size, D3D11_USAGE_STAGING, NULL);
    D3D11_MAPPED_SUBRESOURCE map = {0};

    ID3D11DeviceContext4_CopySubresourceRegion(kit->context, staging, 0, 0, 0, 0, buffer, 0, &box);
    ok_hr(ID3D11DeviceContext4_Map(kit->context, staging, 0, D3D11_MAP_READ, 0, &map), S_OK);
    require(map.pData);
    ok_mem_eq(map.pData, expected, size);
    ID3D11DeviceContext4_Unmap(kit->context, staging, 0);
    kit_release_last(staging);
}

void kit11_expect_texture(struct kit11 *kit, ID3D11Resource *texture, UINT subresource,
                          const unsigned char *expected, UINT row_bytes, UINT n_rows)
{
    D3D11_MAPPED_SUBRESOURCE map = {0};
    D3D11_TEXTURE2D_DESC desc;
    ID3D11Resource *staging;

    ID3D11Texture2D_GetDesc((ID3D11Texture2D *)texture, &desc);
    desc.Usage = D3D11_USAGE_STAGING;
    desc.BindFlags = 0;
    desc.CPUAccessFlags = D3D11_CPU_ACCESS_READ;
    desc.MiscFlags = 0;
    staging = kit11_texture(kit, &desc, NULL);
    ID3D11DeviceContext4_CopyResource(kit->context, staging, texture);
    ok_hr(ID3D11DeviceContext4_Map(kit->context, staging, subresource, D3D11_MAP_READ, 0, &map),
          S_OK);
    require(map.pData && map.RowPitch >= row_bytes);
    for (UINT i = 0; i < n_rows; i++) {
        if (!ok_mem_eq((unsigned char *)map.pData + (size_t)i * map.RowPitch,
                       expected + (size_t)i * row_bytes, row_bytes))
            break;
    }
    ID3D11DeviceContext4_Unmap(kit->context, staging, subresource);
    kit_release_last(staging);
}

void kit11_pattern(void *bytes, size_t size, unsigned seed)
{
    unsigned char *at = bytes;

    for (size_t i = 0; i < size; i++)
        at[i] = (unsigned char)((i * 2654435761u + seed * 40503u) >> 11);
}
