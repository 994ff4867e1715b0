// SPDX-License-Identifier: MIT
/*
 * ID3D11Texture2D and ID3D11Texture2D1.
 */
#include "d3d11/copy.h"
#include "d3d11/device.h"
#include "d3d11/resource.h"

NT_D3D11_CHILD_METHODS(ID3D11Texture2D1)

static void STDMETHODCALLTYPE texture_GetType(ID3D11Texture2D1 *self, D3D11_RESOURCE_DIMENSION *ret)
{
    (void)self;
    if (ret)
        *ret = D3D11_RESOURCE_DIMENSION_TEXTURE2D;
}

static void STDMETHODCALLTYPE texture_SetEvictionPriority(ID3D11Texture2D1 *self, UINT priority)
{
    atomic_store(&((struct nt_d3d11_resource *)self)->priority, priority);
}

static UINT STDMETHODCALLTYPE texture_GetEvictionPriority(ID3D11Texture2D1 *self)
{
    return atomic_load(&((struct nt_d3d11_resource *)self)->priority);
}

static void STDMETHODCALLTYPE texture_GetDesc(ID3D11Texture2D1 *self, D3D11_TEXTURE2D_DESC *ret)
{
    const D3D11_TEXTURE2D_DESC1 *desc = &((struct nt_d3d11_resource *)self)->texture;

    if (ret)
        *ret = (D3D11_TEXTURE2D_DESC){.Width = desc->Width,
                                      .Height = desc->Height,
                                      .MipLevels = desc->MipLevels,
                                      .ArraySize = desc->ArraySize,
                                      .Format = desc->Format,
                                      .SampleDesc = desc->SampleDesc,
                                      .Usage = desc->Usage,
                                      .BindFlags = desc->BindFlags,
                                      .CPUAccessFlags = desc->CPUAccessFlags,
                                      .MiscFlags = desc->MiscFlags};
}

static void STDMETHODCALLTYPE texture_GetDesc1(ID3D11Texture2D1 *self, D3D11_TEXTURE2D_DESC1 *ret)
{
    if (ret)
        *ret = ((struct nt_d3d11_resource *)self)->texture;
}

const ID3D11Texture2D1Vtbl nt_d3d11_texture_vtable = {
    NT_D3D11_CHILD_SLOTS,
    .GetType = texture_GetType,
    .SetEvictionPriority = texture_SetEvictionPriority,
    .GetEvictionPriority = texture_GetEvictionPriority,
    .GetDesc = texture_GetDesc,
    .GetDesc1 = texture_GetDesc1,
};

static bool is_layout_good(const D3D11_TEXTURE2D_DESC1 *desc)
{
    const UINT n = desc->ArraySize;

    if (!desc->Width || desc->Width > D3D11_REQ_TEXTURE2D_U_OR_V_DIMENSION || !desc->Height ||
        desc->Height > D3D11_REQ_TEXTURE2D_U_OR_V_DIMENSION || !n ||
        n > D3D11_REQ_TEXTURE2D_ARRAY_AXIS_DIMENSION || desc->SampleDesc.Count != 1 ||
        desc->SampleDesc.Quality || desc->MipLevels > 15)
        return false;
    if ((desc->MiscFlags & D3D11_RESOURCE_MISC_TEXTURECUBE) &&
        (n % 6 || desc->Width != desc->Height))
        return false;
    /* What is written by Map has one subresource. */
    return desc->Usage != D3D11_USAGE_DYNAMIC || (desc->MipLevels == 1 && n == 1);
}

static HRESULT check(const D3D11_TEXTURE2D_DESC1 *desc, const D3D11_SUBRESOURCE_DATA *data)
{
    const UINT binds = D3D11_BIND_SHADER_RESOURCE | D3D11_BIND_RENDER_TARGET |
                       D3D11_BIND_DEPTH_STENCIL | D3D11_BIND_UNORDERED_ACCESS;
    const UINT tiled = D3D11_RESOURCE_MISC_TILED | D3D11_RESOURCE_MISC_GDI_COMPATIBLE;
    const UINT misc = D3D11_RESOURCE_MISC_SHARED | D3D11_RESOURCE_MISC_SHARED_NTHANDLE |
                      D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX | D3D11_RESOURCE_MISC_TEXTURECUBE |
                      D3D11_RESOURCE_MISC_GENERATE_MIPS | D3D11_RESOURCE_MISC_RESOURCE_CLAMP |
                      tiled;
    const struct nt_d3d_format *format = desc ? nt_d3d_format_find(desc->Format) : NULL;

    if (!format || !is_layout_good(desc) || (desc->BindFlags & ~binds) ||
        (desc->MiscFlags & ~misc) || (unsigned)desc->TextureLayout > 2 ||
        !nt_d3d11_access_check(desc->Usage, desc->BindFlags, desc->CPUAccessFlags, data != NULL))
        return E_INVALIDARG;
    if ((desc->MiscFlags & tiled) || format->n_planes > 1 ||
        desc->TextureLayout != D3D11_TEXTURE_LAYOUT_UNDEFINED) {
        nt_d3d11_refuse("a tiled, planar, row-major or GDI texture");
        return E_NOTIMPL;
    }
    return nt_d3d11_sharing_check(desc->MiscFlags, desc->Usage);
}

/* The whole chain down to one texel. */
static UINT all_mips(const D3D11_TEXTURE2D_DESC1 *desc)
{
    UINT size = desc->Width > desc->Height ? desc->Width : desc->Height, n = 1;

    while (size >>= 1)
        n++;
    return n;
}

static D3D12_RESOURCE_DESC real_desc(const D3D11_TEXTURE2D_DESC1 *desc)
{
    return (D3D12_RESOURCE_DESC){.Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE2D,
                                 .Width = desc->Width,
                                 .Height = desc->Height,
                                 .DepthOrArraySize = (UINT16)desc->ArraySize,
                                 .MipLevels = (UINT16)desc->MipLevels,
                                 .Format = desc->Format,
                                 .SampleDesc.Count = 1,
                                 .Layout = D3D12_TEXTURE_LAYOUT_UNKNOWN,
                                 .Flags = nt_d3d11_flags_of(desc->BindFlags)};
}

/* A staging texture is a buffer with rows for each subresource. */
static HRESULT allocate(struct nt_d3d11_device *device, struct nt_d3d11_resource *resource)
{
    D3D12_RESOURCE_DESC real = real_desc(&resource->texture);
    UINT64 size = 0;

    ID3D12Device5_GetCopyableFootprints(device->device, &real, 0, resource->n_subresources, 0,
                                        resource->layouts, NULL, NULL, &size);
    if (size == UINT64_MAX)
        return E_INVALIDARG;
    if (resource->usage == D3D11_USAGE_STAGING)
        real = (D3D12_RESOURCE_DESC){.Dimension = D3D12_RESOURCE_DIMENSION_BUFFER,
                                     .Width = size,
                                     .Height = 1,
                                     .DepthOrArraySize = 1,
                                     .MipLevels = 1,
                                     .SampleDesc.Count = 1,
                                     .Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR};
    return nt_d3d11_resource_allocate(resource, &real, size);
}

static struct nt_d3d11_resource *alloc_texture(struct nt_d3d11_device *device,
                                               const D3D11_TEXTURE2D_DESC1 *desc)
{
    UINT n_mips = desc->MipLevels ? desc->MipLevels : all_mips(desc);
    struct nt_d3d11_resource *resource =
        nt_d3d11_resource_alloc(device, true, n_mips * desc->ArraySize);

    if (!resource)
        return NULL;
    resource->texture = *desc;
    resource->texture.MipLevels = n_mips;
    resource->format = nt_d3d_format_find(desc->Format);
    resource->usage = desc->Usage;
    resource->cpu_access = desc->CPUAccessFlags;
    resource->misc = desc->MiscFlags;
    resource->bind = desc->BindFlags;
    return resource;
}

HRESULT nt_d3d11_texture_create(struct nt_d3d11_device *device, const D3D11_TEXTURE2D_DESC1 *desc,
                                const D3D11_SUBRESOURCE_DATA *data, REFIID riid, void **ret)
{
    struct nt_d3d11_resource *resource;
    HRESULT hr = check(desc, data);

    if (FAILED(hr))
        return hr;
    if (desc->MipLevels > all_mips(desc))
        return E_INVALIDARG;
    if (!ret)
        return S_FALSE;
    resource = alloc_texture(device, desc);
    if (!resource)
        return E_OUTOFMEMORY;
    for (UINT i = 0; data && i < resource->n_subresources; i++) {
        if (!data[i].pSysMem) {
            nt_d3d11_object_release(&resource->object);
            return E_INVALIDARG;
        }
    }
    hr = allocate(device, resource);
    if (SUCCEEDED(hr) && data)
        hr = nt_d3d11_fill(resource, data);
    if (FAILED(hr)) {
        nt_d3d11_object_release(&resource->object);
        return hr;
    }
    return nt_d3d11_object_return(&resource->object, riid, ret);
}
