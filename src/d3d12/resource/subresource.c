// SPDX-License-Identifier: MIT
/*
 * What the CPU does with the inside of a resource: ReadFromSubresource and WriteToSubresource
 * (D3.7). Textures that the CPU can reach are in rows (surface.h), so these are copies of rows.
 */
#include <string.h>

#include "d3d12/memory/heap.h"
#include "d3d12/resource/resource.h"

/* Rows of bytes in memory, and how many. */
struct piece {
    unsigned char *bytes;
    uint64_t row_pitch, slice_pitch, row;
    uint32_t rows, slices;
};

/* The CPU's pointer to the resource; NULL where it must not have one. */
static unsigned char *base_of(const struct nt_d3d_resource *resource)
{
    if (!resource->memory->cpu || resource->placement == NT_D3D_RESERVED ||
        !nt_d3d_heap_is_cpu_visible(&resource->properties))
        return NULL;
    return resource->memory->cpu + resource->offset;
}

static bool find_bytes(const struct nt_d3d_resource *buffer, const D3D12_BOX *box,
                       struct piece *piece)
{
    uint64_t left = box ? box->left : 0;
    uint64_t right = box ? box->right : buffer->desc.Width;

    if (left > right || right > buffer->desc.Width ||
        (box && (box->top || box->front || box->bottom != 1 || box->back != 1)))
        return false;
    *piece = (struct piece){
        .bytes = base_of(buffer) + left, .row = right - left, .rows = 1, .slices = 1};
    return true;
}

static bool is_border(uint32_t at, uint32_t size, uint32_t block)
{
    return at % block == 0 || at == size;
}

static bool find_texels(const struct nt_d3d_resource *texture, UINT subresource,
                        const D3D12_BOX *given, struct piece *piece)
{
    const struct nt_d3d_subresource *layout = &texture->surface->layouts[subresource];
    const struct nt_d3d_format *format = layout->format;
    uint32_t width = format->block_width, height = format->block_height;
    const D3D12_BOX whole = {0, 0, 0, layout->width, layout->height, layout->depth};
    const D3D12_BOX box = given ? *given : whole;

    if (texture->surface->order != NT_D3D_ROWS || box.left > box.right || box.top > box.bottom ||
        box.front > box.back || box.right > whole.right || box.bottom > whole.bottom ||
        box.back > whole.back || box.left % width || box.top % height ||
        !is_border(box.right, whole.right, width) || !is_border(box.bottom, whole.bottom, height))
        return false;
    *piece = (struct piece){
        .bytes = base_of(texture) + layout->offset + box.front * layout->slice_pitch +
                 box.top / height * layout->row_pitch +
                 (uint64_t)(box.left / width) * format->block_bytes,
        .row_pitch = layout->row_pitch,
        .slice_pitch = layout->slice_pitch,
        .row = (uint64_t)((box.right - box.left + width - 1) / width) * format->block_bytes,
        .rows = (box.bottom - box.top + height - 1) / height,
        .slices = box.back - box.front};
    return true;
}

static bool find(const struct nt_d3d_resource *resource, UINT subresource, const D3D12_BOX *box,
                 const void *data, struct piece *piece)
{
    if (!data || !base_of(resource))
        return false;
    if (!resource->surface)
        return !subresource && find_bytes(resource, box, piece);
    return subresource < resource->surface->n_subresources &&
           find_texels(resource, subresource, box, piece);
}

HRESULT nt_d3d_resource_write(const struct nt_d3d_resource *resource, UINT subresource,
                              const D3D12_BOX *box, const void *data, UINT row_pitch,
                              UINT depth_pitch)
{
    const unsigned char *from = data;
    struct piece piece;

    if (!find(resource, subresource, box, data, &piece))
        return E_INVALIDARG;
    for (uint32_t z = 0; z < piece.slices; z++) {
        for (uint32_t y = 0; y < piece.rows; y++)
            memcpy(piece.bytes + z * piece.slice_pitch + y * piece.row_pitch,
                   from + (uint64_t)z * depth_pitch + (uint64_t)y * row_pitch, piece.row);
    }
    return S_OK;
}

HRESULT nt_d3d_resource_read(const struct nt_d3d_resource *resource, void *data, UINT row_pitch,
                             UINT depth_pitch, UINT subresource, const D3D12_BOX *box)
{
    unsigned char *to = data;
    struct piece piece;

    if (!find(resource, subresource, box, data, &piece))
        return E_INVALIDARG;
    for (uint32_t z = 0; z < piece.slices; z++) {
        for (uint32_t y = 0; y < piece.rows; y++)
            memcpy(to + (uint64_t)z * depth_pitch + (uint64_t)y * row_pitch,
                   piece.bytes + z * piece.slice_pitch + y * piece.row_pitch, piece.row);
    }
    return S_OK;
}
