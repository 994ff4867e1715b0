// SPDX-License-Identifier: MIT
/*
 * Surfaces: which order a texture's texels have, and their life (see surface.h).
 */
#include "d3d12/resource/surface.h"

#include <stdlib.h>

#include "d3d12/device/device.h"
#include "d3d12/resource/surface-image.h"

/* The layouts of all subresources in rows; E_INVALIDARG when the memory is too small. */
static HRESULT lay_rows(struct nt_d3d_surface *surface)
{
    surface->order = NT_D3D_ROWS;
    surface->size = nt_d3d_layout_rows(&surface->desc, surface->layouts);
    return surface->size <= surface->memory->size - surface->offset ? S_OK : E_INVALIDARG;
}

static HRESULT lay_tiles(struct nt_d3d_surface *surface)
{
    struct nt_d3d_tiling tiling;

    surface->order = NT_D3D_TILES;
    if (!nt_d3d_layout_tiles(&surface->desc, surface->layouts, &tiling))
        return E_INVALIDARG;
    surface->tile = tiling.shape;
    surface->size = tiling.n_tiles * NT_D3D_TILE_BYTES;
    return surface->size <= surface->memory->size - surface->offset ? S_OK : E_INVALIDARG;
}

/* An image if it can be, else rows. */
static HRESULT lay_image(struct nt_d3d_surface *surface)
{
    HRESULT hr = nt_d3d_image_make(surface);

    if (hr == S_FALSE)
        return lay_rows(surface);
    surface->order = NT_D3D_IMAGE;
    for (uint32_t i = 0; i < surface->n_subresources; i++)
        nt_d3d_subresource_describe(&surface->desc, i, &surface->layouts[i]);
    return hr;
}

static HRESULT lay(struct nt_d3d_surface *surface, bool cpu_visible)
{
    if (surface->desc.Layout == D3D12_TEXTURE_LAYOUT_64KB_UNDEFINED_SWIZZLE)
        return lay_tiles(surface);
    if (cpu_visible || surface->desc.Layout == D3D12_TEXTURE_LAYOUT_ROW_MAJOR)
        return lay_rows(surface);
    return lay_image(surface);
}

HRESULT nt_d3d_surface_new(struct nt_d3d_memory *memory, uint64_t offset,
                           const D3D12_RESOURCE_DESC *desc, bool cpu_visible,
                           struct nt_d3d_surface **ret_surface)
{
    struct nt_d3d_surface *surface;
    HRESULT hr;

    if (offset > memory->size)
        return E_INVALIDARG;
    surface = calloc(1, sizeof(*surface));
    if (!surface)
        return E_OUTOFMEMORY;
    atomic_init(&surface->refs, 1);
    nt_d3d_memory_ref(memory);
    surface->memory = memory;
    surface->offset = offset;
    surface->desc = *desc;
    surface->format = nt_d3d_format_find(desc->Format);
    surface->is_foreign = memory->is_opened;
    surface->n_subresources = nt_d3d_desc_subresources(desc);
    surface->layouts = calloc(surface->n_subresources, sizeof(*surface->layouts));
    hr = surface->layouts ? lay(surface, cpu_visible) : E_OUTOFMEMORY;
    if (FAILED(hr)) {
        nt_d3d_surface_unref(surface);
        return hr;
    }
    *ret_surface = surface;
    return S_OK;
}

void nt_d3d_surface_ref(struct nt_d3d_surface *surface)
{
    atomic_fetch_add_explicit(&surface->refs, 1, memory_order_relaxed);
}

void nt_d3d_surface_unref(struct nt_d3d_surface *surface)
{
    if (!surface || atomic_fetch_sub(&surface->refs, 1) != 1)
        return;
    if (surface->image)
        vkDestroyImage(surface->memory->device->vulkan.device, surface->image, NULL);
    nt_d3d_memory_unref(surface->memory);
    free(surface->layouts);
    free(surface);
}
