// SPDX-License-Identifier: MIT
/*
 * Map and Unmap: staging memory is waited for, a dynamic resource's shadow never is.
 */
#include "d3d11/copy.h"
#include "d3d11/device.h"

/* May a resource of this usage and CPU access be mapped so? */
static bool is_type_good(const struct nt_d3d11_resource *resource, D3D11_MAP type, UINT flags)
{
    const UINT both = D3D11_CPU_ACCESS_READ | D3D11_CPU_ACCESS_WRITE;

    switch ((unsigned)type) {
    case D3D11_MAP_READ:
        return resource->usage == D3D11_USAGE_STAGING &&
               (resource->cpu_access & D3D11_CPU_ACCESS_READ);
    case D3D11_MAP_WRITE:
        return resource->usage == D3D11_USAGE_STAGING &&
               (resource->cpu_access & D3D11_CPU_ACCESS_WRITE);
    case D3D11_MAP_READ_WRITE:
        return resource->usage == D3D11_USAGE_STAGING && (resource->cpu_access & both) == both;
    case D3D11_MAP_WRITE_DISCARD:
        return resource->usage == D3D11_USAGE_DYNAMIC && !flags;
    case D3D11_MAP_WRITE_NO_OVERWRITE:
        return resource->usage == D3D11_USAGE_DYNAMIC && !flags && !resource->is_texture;
    default:
        return false;
    }
}

static D3D11_MAPPED_SUBRESOURCE mapping_of(const struct nt_d3d11_resource *resource,
                                           UINT subresource)
{
    const D3D12_PLACED_SUBRESOURCE_FOOTPRINT *layout;

    if (!resource->is_texture)
        return (D3D11_MAPPED_SUBRESOURCE){.pData = resource->bytes,
                                          .RowPitch = resource->buffer.ByteWidth,
                                          .DepthPitch = resource->buffer.ByteWidth};
    layout = &resource->layouts[subresource];
    return (D3D11_MAPPED_SUBRESOURCE){
        .pData = resource->bytes + layout->Offset,
        .RowPitch = layout->Footprint.RowPitch,
        .DepthPitch = layout->Footprint.RowPitch *
                      ((layout->Footprint.Height + resource->format->block_height - 1) /
                       resource->format->block_height)};
}

/* Waits for the commands that name the resource. The lock is held, and opened meanwhile. */
static HRESULT wait_for(struct nt_d3d11_work *work, const struct nt_d3d11_resource *resource,
                        UINT flags)
{
    if (!(flags & D3D11_MAP_FLAG_DO_NOT_WAIT))
        return nt_d3d11_work_wait(work, resource->last_use);
    if (resource->last_use > work->number)
        nt_d3d11_work_flush(work);
    return nt_d3d11_work_is_done(work, resource->last_use) ? S_OK : DXGI_ERROR_WAS_STILL_DRAWING;
}

HRESULT nt_d3d11_map(struct nt_d3d11_device *device, struct nt_d3d11_resource *resource,
                     UINT subresource, D3D11_MAP type, UINT flags, D3D11_MAPPED_SUBRESOURCE *ret)
{
    HRESULT hr = S_OK;

    if (!resource || subresource >= resource->n_subresources || !ret ||
        (flags & ~(UINT)D3D11_MAP_FLAG_DO_NOT_WAIT) || !is_type_good(resource, type, flags))
        return E_INVALIDARG;
    if (ID3D12Device5_GetDeviceRemovedReason(device->device) != S_OK)
        return DXGI_ERROR_DEVICE_REMOVED;
    nt_d3d11_work_lock(&device->work);
    if (resource->usage == D3D11_USAGE_STAGING)
        hr = wait_for(&device->work, resource, flags);
    if (SUCCEEDED(hr) && resource->mapped[subresource])
        hr = E_INVALIDARG;
    if (SUCCEEDED(hr)) {
        resource->mapped[subresource] = (unsigned char)type;
        *ret = mapping_of(resource, subresource);
    }
    nt_d3d11_work_unlock(&device->work);
    return hr;
}

void nt_d3d11_unmap(struct nt_d3d11_device *device, struct nt_d3d11_resource *resource,
                    UINT subresource)
{
    D3D11_MAPPED_SUBRESOURCE mapping;

    if (!resource || subresource >= resource->n_subresources)
        return;
    nt_d3d11_work_lock(&device->work);
    if (resource->mapped[subresource]) {
        resource->mapped[subresource] = 0;
        mapping = mapping_of(resource, subresource);
        if (resource->usage == D3D11_USAGE_DYNAMIC)
            nt_d3d11_upload(resource, subresource, mapping.pData, mapping.RowPitch);
    }
    nt_d3d11_work_unlock(&device->work);
}
