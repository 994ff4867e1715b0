// SPDX-License-Identifier: MIT
/*
 * ID3D11Buffer.
 */
#include "d3d11/copy.h"
#include "d3d11/device.h"
#include "d3d11/resource.h"

#define MAX_STRIDE 2048u

NT_D3D11_CHILD_METHODS(ID3D11Buffer)

static void STDMETHODCALLTYPE buffer_GetType(ID3D11Buffer *self, D3D11_RESOURCE_DIMENSION *ret)
{
    (void)self;
    if (ret)
        *ret = D3D11_RESOURCE_DIMENSION_BUFFER;
}

static void STDMETHODCALLTYPE buffer_SetEvictionPriority(ID3D11Buffer *self, UINT priority)
{
    atomic_store(&((struct nt_d3d11_resource *)self)->priority, priority);
}

static UINT STDMETHODCALLTYPE buffer_GetEvictionPriority(ID3D11Buffer *self)
{
    return atomic_load(&((struct nt_d3d11_resource *)self)->priority);
}

static void STDMETHODCALLTYPE buffer_GetDesc(ID3D11Buffer *self, D3D11_BUFFER_DESC *ret)
{
    if (ret)
        *ret = ((struct nt_d3d11_resource *)self)->buffer;
}

const ID3D11BufferVtbl nt_d3d11_buffer_vtable = {
    NT_D3D11_CHILD_SLOTS,
    .GetType = buffer_GetType,
    .SetEvictionPriority = buffer_SetEvictionPriority,
    .GetEvictionPriority = buffer_GetEvictionPriority,
    .GetDesc = buffer_GetDesc,
};

static bool is_stride_good(const D3D11_BUFFER_DESC *desc)
{
    UINT stride = desc->StructureByteStride;

    if (!(desc->MiscFlags & D3D11_RESOURCE_MISC_BUFFER_STRUCTURED))
        return true;
    return stride && stride % 4 == 0 && stride <= MAX_STRIDE && desc->ByteWidth % stride == 0 &&
           !(desc->MiscFlags & D3D11_RESOURCE_MISC_BUFFER_ALLOW_RAW_VIEWS);
}

static HRESULT check(const D3D11_BUFFER_DESC *desc, const D3D11_SUBRESOURCE_DATA *data)
{
    const UINT binds = D3D11_BIND_VERTEX_BUFFER | D3D11_BIND_INDEX_BUFFER |
                       D3D11_BIND_CONSTANT_BUFFER | D3D11_BIND_SHADER_RESOURCE |
                       D3D11_BIND_STREAM_OUTPUT | D3D11_BIND_RENDER_TARGET |
                       D3D11_BIND_UNORDERED_ACCESS;
    const UINT tiled = D3D11_RESOURCE_MISC_TILED | D3D11_RESOURCE_MISC_TILE_POOL;
    const UINT misc =
        D3D11_RESOURCE_MISC_SHARED | D3D11_RESOURCE_MISC_SHARED_NTHANDLE |
        D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX | D3D11_RESOURCE_MISC_DRAWINDIRECT_ARGS |
        D3D11_RESOURCE_MISC_BUFFER_ALLOW_RAW_VIEWS | D3D11_RESOURCE_MISC_BUFFER_STRUCTURED | tiled;

    if (!desc || !desc->ByteWidth || (desc->BindFlags & ~binds) || (desc->MiscFlags & ~misc) ||
        (data && !data->pSysMem) || !is_stride_good(desc) ||
        !nt_d3d11_access_check(desc->Usage, desc->BindFlags, desc->CPUAccessFlags, data != NULL))
        return E_INVALIDARG;
    if ((desc->BindFlags & D3D11_BIND_CONSTANT_BUFFER) &&
        (desc->BindFlags != D3D11_BIND_CONSTANT_BUFFER || desc->ByteWidth % 16))
        return E_INVALIDARG;
    if (desc->MiscFlags & tiled) {
        nt_d3d11_refuse("a tiled resource");
        return E_NOTIMPL;
    }
    return nt_d3d11_sharing_check(desc->MiscFlags, desc->Usage);
}

/* The memory that the description asks for. */
static HRESULT allocate(struct nt_d3d11_resource *resource)
{
    const D3D11_BUFFER_DESC *desc = &resource->buffer;
    const D3D12_RESOURCE_DESC real = {
        .Dimension = D3D12_RESOURCE_DIMENSION_BUFFER,
        .Width = desc->ByteWidth,
        .Height = 1,
        .DepthOrArraySize = 1,
        .MipLevels = 1,
        .SampleDesc.Count = 1,
        .Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR,
        .Flags = nt_d3d11_flags_of(desc->BindFlags & D3D11_BIND_UNORDERED_ACCESS)};

    return nt_d3d11_resource_allocate(resource, &real, desc->ByteWidth);
}

HRESULT nt_d3d11_buffer_create(struct nt_d3d11_device *device, const D3D11_BUFFER_DESC *desc,
                               const D3D11_SUBRESOURCE_DATA *data, ID3D11Buffer **ret)
{
    struct nt_d3d11_resource *resource;
    HRESULT hr = check(desc, data);

    if (FAILED(hr))
        return hr;
    if (!ret)
        return S_FALSE;
    resource = nt_d3d11_resource_alloc(device, false, 1);
    if (!resource)
        return E_OUTOFMEMORY;
    resource->buffer = *desc;
    resource->usage = desc->Usage;
    resource->cpu_access = desc->CPUAccessFlags;
    resource->misc = desc->MiscFlags;
    resource->bind = desc->BindFlags;
    hr = allocate(resource);
    if (SUCCEEDED(hr) && data)
        hr = nt_d3d11_fill(resource, data);
    if (FAILED(hr)) {
        nt_d3d11_object_release(&resource->object);
        return hr;
    }
    *ret = (ID3D11Buffer *)&resource->object;
    return S_OK;
}
