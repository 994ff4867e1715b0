// SPDX-License-Identifier: MIT
/*
 * A C++ program's view of Direct3D 11, through the shared library alone, with both headers in one
 * unit and ComPtr-like use of IID_PPV_ARGS.
 */
#include <windows.h>

#include <d3d11_4.h>
#include <d3d12.h>

#include <cstdlib>
#include <cstring>

#include "harness/test.h"

static void make(ID3D11Device5 **device, ID3D11DeviceContext4 **context)
{
    const D3D_FEATURE_LEVEL levels[] = {D3D_FEATURE_LEVEL_11_1, D3D_FEATURE_LEVEL_11_0};
    D3D_FEATURE_LEVEL level = {};
    ID3D11Device *first = nullptr;
    ID3D11DeviceContext *immediate = nullptr;

    setenv("NTSHM_D3D12_ADAPTER", "llvmpipe", 0);
    setenv("NTSHM_D3D12_VALIDATION", "1", 1);
    ok_hr(D3D11CreateDevice(nullptr, D3D_DRIVER_TYPE_HARDWARE, nullptr, 0, levels, 2,
                            D3D11_SDK_VERSION, &first, &level, &immediate),
          S_OK);
    require(first && immediate);
    ok_eq(level, D3D_FEATURE_LEVEL_11_0);
    ok_hr(first->QueryInterface(device), S_OK);
    ok_hr(immediate->QueryInterface(IID_PPV_ARGS(context)), S_OK);
    first->Release();
    immediate->Release();
}

static ID3D11Texture2D *make_texture(ID3D11Device5 *device, D3D11_USAGE usage, UINT access,
                                     UINT misc, const D3D11_SUBRESOURCE_DATA *data)
{
    D3D11_TEXTURE2D_DESC desc = {};
    ID3D11Texture2D *texture = nullptr;

    desc.Width = 16;
    desc.Height = 4;
    desc.MipLevels = desc.ArraySize = desc.SampleDesc.Count = 1;
    desc.Format = DXGI_FORMAT_B8G8R8A8_UNORM;
    desc.Usage = usage;
    desc.BindFlags = usage == D3D11_USAGE_STAGING ? 0 : D3D11_BIND_SHADER_RESOURCE;
    desc.CPUAccessFlags = access;
    desc.MiscFlags = misc;
    ok_hr(device->CreateTexture2D(&desc, data, &texture), S_OK);
    require(texture != nullptr);
    return texture;
}

TEST(cpp_shares_a_texture_between_eleven_and_twelve, "D18.5 D7.1 D13.2")
{
    UINT texels[4][16];
    const D3D11_SUBRESOURCE_DATA data = {texels, sizeof(texels[0]), 0};
    D3D11_MAPPED_SUBRESOURCE map = {};
    ID3D11DeviceContext4 *context = nullptr;
    ID3D11Device5 *device = nullptr;
    ID3D11Texture2D *texture, *opened = nullptr, *staging;
    ID3D12Device *twelve = nullptr;
    ID3D12Resource *resource = nullptr;
    IDXGIResource1 *dxgi = nullptr;
    ID3D11Fence *fence = nullptr;
    HANDLE handle = nullptr;

    make(&device, &context);
    for (UINT i = 0; i < 64; i++)
        texels[i / 16][i % 16] = 0x01010101u * i;
    texture = make_texture(device, D3D11_USAGE_DEFAULT, 0,
                           D3D11_RESOURCE_MISC_SHARED | D3D11_RESOURCE_MISC_SHARED_NTHANDLE, &data);
    ok_hr(texture->QueryInterface(IID_PPV_ARGS(&dxgi)), S_OK);
    ok_hr(dxgi->CreateSharedHandle(nullptr, DXGI_SHARED_RESOURCE_READ | DXGI_SHARED_RESOURCE_WRITE,
                                   nullptr, &handle),
          S_OK);
    dxgi->Release();
    ok_hr(D3D12CreateDevice(nullptr, D3D_FEATURE_LEVEL_11_0, IID_PPV_ARGS(&twelve)), S_OK);
    ok_hr(twelve->OpenSharedHandle(handle, IID_PPV_ARGS(&resource)), S_OK);
    require(resource != nullptr);
    ok_eq(resource->GetDesc().Width, 16);
    ok_eq(resource->GetDesc().Format, DXGI_FORMAT_B8G8R8A8_UNORM);
    ok_hr(device->OpenSharedResource1(handle, IID_PPV_ARGS(&opened)), S_OK);
    CloseHandle(handle);
    staging = make_texture(device, D3D11_USAGE_STAGING, D3D11_CPU_ACCESS_READ, 0, nullptr);
    context->CopyResource(staging, opened);
    ok_hr(device->CreateFence(0, D3D11_FENCE_FLAG_NONE, IID_PPV_ARGS(&fence)), S_OK);
    ok_hr(context->Signal(fence, 1), S_OK);
    ok_hr(fence->SetEventOnCompletion(1, nullptr), S_OK);
    ok_eq(fence->GetCompletedValue(), 1);
    ok_hr(context->Map(staging, 0, D3D11_MAP_READ, 0, &map), S_OK);
    require(map.pData != nullptr);
    for (UINT y = 0; y < 4; y++)
        ok_mem_eq(static_cast<char *>(map.pData) + y * map.RowPitch, texels[y], sizeof(texels[y]));
    context->Unmap(staging, 0);
    IUnknown *const objects[] = {fence, staging, opened, texture, resource, twelve};
    for (IUnknown *object : objects)
        ok_eq(object->Release(), 0);
    context->Release();
    ok_eq(device->Release(), 0);
}
