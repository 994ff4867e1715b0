// SPDX-License-Identifier: MIT
/*
 * What buffers and textures have in common (see resource.h): their life, the rules of usage,
 * CPU access and sharing, and the heap that follows from them.
 */
#include "d3d11/resource.h"

#include <stdlib.h>

#include "d3d11/device.h"
#include "util/macro.h"

static void resource_free(struct nt_d3d11_resource *resource)
{
    if (resource->usage == D3D11_USAGE_DYNAMIC)
        free(resource->bytes);
    if (resource->resource)
        ID3D12Resource_Release(resource->resource);
    free(resource->layouts);
    free(resource->mapped);
    free(resource);
}

static void released(struct nt_d3d11_object *object)
{
    resource_free((struct nt_d3d11_resource *)object);
}

#define DXGI_OFFSET offsetof(struct nt_d3d11_resource, dxgi)

static const struct nt_d3d11_interface buffer_interfaces[] = {
    {&IID_ID3D11Buffer, 0},
    {&IID_ID3D11Resource, 0},
    {&IID_ID3D11DeviceChild, 0},
    {&IID_IDXGIResource1, DXGI_OFFSET},
    {&IID_IDXGIResource, DXGI_OFFSET},
    {&IID_IDXGIDeviceSubObject, DXGI_OFFSET},
    {&IID_IDXGIObject, DXGI_OFFSET},
};

static const struct nt_d3d11_interface texture_interfaces[] = {
    {&IID_ID3D11Texture2D1, 0},
    {&IID_ID3D11Texture2D, 0},
    {&IID_ID3D11Resource, 0},
    {&IID_ID3D11DeviceChild, 0},
    {&IID_IDXGIResource1, DXGI_OFFSET},
    {&IID_IDXGIResource, DXGI_OFFSET},
    {&IID_IDXGIDeviceSubObject, DXGI_OFFSET},
    {&IID_IDXGIObject, DXGI_OFFSET},
};

static const struct nt_d3d11_class buffer_class = {
    .interfaces = buffer_interfaces,
    .n_interfaces = NT_ARRAY_SIZE(buffer_interfaces),
    .released = released,
};

static const struct nt_d3d11_class texture_class = {
    .interfaces = texture_interfaces,
    .n_interfaces = NT_ARRAY_SIZE(texture_interfaces),
    .released = released,
};

struct nt_d3d11_resource *nt_d3d11_resource_from(const struct nt_d3d11_device *device,
                                                 const void *pointer)
{
    const struct nt_d3d11_object *object = pointer;

    if (!object ||
        (object->table != &nt_d3d11_buffer_vtable && object->table != &nt_d3d11_texture_vtable) ||
        object->device != device)
        return NULL;
    return (struct nt_d3d11_resource *)(uintptr_t)object;
}

struct nt_d3d11_resource *nt_d3d11_resource_alloc(struct nt_d3d11_device *device, bool is_texture,
                                                  UINT n_subresources)
{
    struct nt_d3d11_resource *resource = calloc(1, sizeof(*resource));

    if (!resource)
        return NULL;
    resource->mapped = calloc(n_subresources, 1);
    if (is_texture)
        resource->layouts = calloc(n_subresources, sizeof(*resource->layouts));
    if (!resource->mapped || (is_texture && !resource->layouts)) {
        resource_free(resource);
        return NULL;
    }
    resource->is_texture = is_texture;
    resource->n_subresources = n_subresources;
    resource->dxgi = &nt_d3d11_dxgi_vtable;
    atomic_init(&resource->priority, DXGI_RESOURCE_PRIORITY_NORMAL);
    nt_d3d11_object_init(
        &resource->object,
        is_texture ? (const void *)&nt_d3d11_texture_vtable : (const void *)&nt_d3d11_buffer_vtable,
        is_texture ? &texture_class : &buffer_class, device, device->object.keeper);
    return resource;
}

/* This is its memory; consumes @memory. */
static void adopt(struct nt_d3d11_resource *resource, ID3D12Resource *memory)
{
    resource->resource = memory;
    resource->object.keeper = (ID3D12Object *)memory;
}

void nt_d3d11_resource_size(const struct nt_d3d11_resource *resource, UINT subresource,
                            UINT *ret_width, UINT *ret_height)
{
    UINT mip;

    if (!resource->is_texture) {
        *ret_width = resource->buffer.ByteWidth;
        *ret_height = 1;
        return;
    }
    mip = subresource % resource->texture.MipLevels;
    *ret_width = resource->texture.Width >> mip ? resource->texture.Width >> mip : 1;
    *ret_height = resource->texture.Height >> mip ? resource->texture.Height >> mip : 1;
}

HRESULT nt_d3d11_sharing_check(UINT misc, D3D11_USAGE usage)
{
    if (misc & D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX) {
        nt_d3d11_refuse("D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX");
        return E_NOTIMPL;
    }
    if (!(misc & (D3D11_RESOURCE_MISC_SHARED | D3D11_RESOURCE_MISC_SHARED_NTHANDLE)))
        return S_OK;
    if (usage != D3D11_USAGE_DEFAULT || !(misc & D3D11_RESOURCE_MISC_SHARED))
        return E_INVALIDARG;
    if (!(misc & D3D11_RESOURCE_MISC_SHARED_NTHANDLE)) {
        nt_d3d11_refuse("D3D11_RESOURCE_MISC_SHARED without SHARED_NTHANDLE: a global handle");
        return E_NOTIMPL;
    }
    return S_OK;
}

bool nt_d3d11_access_check(D3D11_USAGE usage, UINT bind, UINT access, bool has_data)
{
    const UINT outputs = D3D11_BIND_RENDER_TARGET | D3D11_BIND_DEPTH_STENCIL |
                         D3D11_BIND_UNORDERED_ACCESS | D3D11_BIND_STREAM_OUTPUT;

    if (access & ~(UINT)(D3D11_CPU_ACCESS_READ | D3D11_CPU_ACCESS_WRITE))
        return false;
    switch ((unsigned)usage) {
    case D3D11_USAGE_DEFAULT:
        return access == 0;
    case D3D11_USAGE_IMMUTABLE:
        return access == 0 && has_data && bind && !(bind & outputs);
    case D3D11_USAGE_DYNAMIC:
        return access == D3D11_CPU_ACCESS_WRITE && bind && !(bind & outputs);
    case D3D11_USAGE_STAGING:
        return access && !bind;
    default:
        return false;
    }
}

/* The heap and flags in which such memory lives. */
static void heap_of(const struct nt_d3d11_resource *resource, D3D12_HEAP_PROPERTIES *properties,
                    D3D12_HEAP_FLAGS *ret_flags)
{
    *properties = (D3D12_HEAP_PROPERTIES){.Type = D3D12_HEAP_TYPE_DEFAULT};
    if (resource->usage == D3D11_USAGE_STAGING)
        *properties = (D3D12_HEAP_PROPERTIES){.Type = D3D12_HEAP_TYPE_CUSTOM,
                                              .CPUPageProperty = D3D12_CPU_PAGE_PROPERTY_WRITE_BACK,
                                              .MemoryPoolPreference = D3D12_MEMORY_POOL_L0};
    *ret_flags = resource->misc & D3D11_RESOURCE_MISC_SHARED_NTHANDLE ? D3D12_HEAP_FLAG_SHARED
                                                                      : D3D12_HEAP_FLAG_NONE;
}

HRESULT nt_d3d11_resource_allocate(struct nt_d3d11_resource *resource,
                                   const D3D12_RESOURCE_DESC *desc, uint64_t size)
{
    ID3D12Device5 *device = resource->object.device->device;
    D3D12_HEAP_PROPERTIES properties;
    ID3D12Resource *memory = NULL;
    D3D12_HEAP_FLAGS flags;
    HRESULT hr;

    heap_of(resource, &properties, &flags);
    hr = ID3D12Device5_CreateCommittedResource(device, &properties, flags, desc,
                                               D3D12_RESOURCE_STATE_COMMON, NULL,
                                               &IID_ID3D12Resource, (void **)&memory);
    if (FAILED(hr))
        return hr;
    adopt(resource, memory);
    if (resource->usage == D3D11_USAGE_STAGING)
        return ID3D12Resource_Map(memory, 0, NULL, (void **)&resource->bytes);
    if (resource->usage == D3D11_USAGE_DYNAMIC) {
        resource->bytes = calloc(1, size);
        return resource->bytes ? S_OK : E_OUTOFMEMORY;
    }
    return S_OK;
}

D3D12_RESOURCE_FLAGS nt_d3d11_flags_of(UINT bind)
{
    unsigned flags = 0;

    if (bind & D3D11_BIND_RENDER_TARGET)
        flags |= D3D12_RESOURCE_FLAG_ALLOW_RENDER_TARGET;
    if (bind & D3D11_BIND_UNORDERED_ACCESS)
        flags |= D3D12_RESOURCE_FLAG_ALLOW_UNORDERED_ACCESS;
    if (bind & D3D11_BIND_DEPTH_STENCIL)
        flags |= D3D12_RESOURCE_FLAG_ALLOW_DEPTH_STENCIL;
    return (D3D12_RESOURCE_FLAGS)flags;
}

/* The bind flags that say the same as flags of Direct3D 12. */
static UINT bind_of(const D3D12_RESOURCE_DESC *desc)
{
    unsigned flags = (unsigned)desc->Flags;
    UINT bind = 0;

    if (flags & D3D12_RESOURCE_FLAG_ALLOW_RENDER_TARGET)
        bind |= D3D11_BIND_RENDER_TARGET;
    if (flags & D3D12_RESOURCE_FLAG_ALLOW_UNORDERED_ACCESS)
        bind |= D3D11_BIND_UNORDERED_ACCESS;
    if (flags & D3D12_RESOURCE_FLAG_ALLOW_DEPTH_STENCIL)
        bind |= D3D11_BIND_DEPTH_STENCIL;
    if (!(flags & D3D12_RESOURCE_FLAG_DENY_SHADER_RESOURCE))
        bind |= D3D11_BIND_SHADER_RESOURCE;
    return bind;
}

/* Describes @resource, whose memory is of Direct3D 12, in the words of Direct3D 11. */
static void describe(struct nt_d3d11_resource *resource, const D3D12_RESOURCE_DESC *desc)
{
    resource->usage = D3D11_USAGE_DEFAULT;
    resource->misc = D3D11_RESOURCE_MISC_SHARED | D3D11_RESOURCE_MISC_SHARED_NTHANDLE;
    resource->bind = bind_of(desc);
    if (!resource->is_texture) {
        resource->buffer = (D3D11_BUFFER_DESC){.ByteWidth = (UINT)desc->Width,
                                               .BindFlags = resource->bind,
                                               .MiscFlags = resource->misc};
        return;
    }
    resource->format = nt_d3d_format_find(desc->Format);
    resource->texture = (D3D11_TEXTURE2D_DESC1){.Width = (UINT)desc->Width,
                                                .Height = desc->Height,
                                                .MipLevels = desc->MipLevels,
                                                .ArraySize = desc->DepthOrArraySize,
                                                .Format = desc->Format,
                                                .SampleDesc = desc->SampleDesc,
                                                .BindFlags = resource->bind,
                                                .MiscFlags = resource->misc};
    if (desc->Layout == D3D12_TEXTURE_LAYOUT_ROW_MAJOR)
        resource->texture.TextureLayout = D3D11_TEXTURE_LAYOUT_ROW_MAJOR;
}

/* Can Direct3D 11 here say what this is? */
static bool is_known(const D3D12_RESOURCE_DESC *desc)
{
    const struct nt_d3d_format *format = nt_d3d_format_find(desc->Format);

    if (desc->Dimension == D3D12_RESOURCE_DIMENSION_BUFFER)
        return desc->Width <= UINT32_MAX;
    return desc->Dimension == D3D12_RESOURCE_DIMENSION_TEXTURE2D && format &&
           format->n_planes == 1 && desc->SampleDesc.Count == 1;
}

HRESULT nt_d3d11_resource_wrap(struct nt_d3d11_device *device, ID3D12Resource *memory, REFIID riid,
                               void **ret)
{
    D3D12_RESOURCE_DESC desc = ID3D12Resource_GetDesc(memory);
    bool is_texture = desc.Dimension == D3D12_RESOURCE_DIMENSION_TEXTURE2D;
    struct nt_d3d11_resource *resource;

    if (!is_known(&desc)) {
        nt_log(NT_LOG_WARNING, "d3d11: what the handle is of has no place in Direct3D 11");
        ID3D12Resource_Release(memory);
        return E_INVALIDARG;
    }
    resource = nt_d3d11_resource_alloc(
        device, is_texture, is_texture ? (UINT)desc.MipLevels * desc.DepthOrArraySize : 1);
    if (!resource) {
        ID3D12Resource_Release(memory);
        return E_OUTOFMEMORY;
    }
    adopt(resource, memory);
    describe(resource, &desc);
    return nt_d3d11_object_return(&resource->object, riid, ret);
}
