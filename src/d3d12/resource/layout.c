// SPDX-License-Identifier: MIT
/*
 * Where the subresources of a texture are (see surface.h): in rows as GetCopyableFootprints
 * tells (D3.6), or in tiles (D3.8). Nothing here touches a device.
 */
#include "d3d12/resource/surface.h"
#include "util/macro.h"

static uint32_t slices_of(const D3D12_RESOURCE_DESC *desc)
{
    return desc->Dimension == D3D12_RESOURCE_DIMENSION_TEXTURE3D ? 1 : desc->DepthOrArraySize;
}

static uint32_t at_mip(uint64_t size, uint32_t mip)
{
    return size >> mip ? (uint32_t)(size >> mip) : 1;
}

uint32_t nt_d3d_desc_subresources(const D3D12_RESOURCE_DESC *desc)
{
    if (desc->Dimension == D3D12_RESOURCE_DIMENSION_BUFFER)
        return 1;
    return desc->MipLevels * slices_of(desc) * nt_d3d_format_find(desc->Format)->n_planes;
}

void nt_d3d_subresource_describe(const D3D12_RESOURCE_DESC *desc, uint32_t index,
                                 struct nt_d3d_subresource *layout)
{
    const struct nt_d3d_format *format = nt_d3d_format_find(desc->Format);
    uint32_t mip = index % desc->MipLevels;
    uint32_t plane = index / desc->MipLevels / slices_of(desc);
    uint32_t shift = nt_d3d_format_shift(format, plane);

    *layout = (struct nt_d3d_subresource){.format = nt_d3d_format_plane(format, plane),
                                          .width = at_mip(at_mip(desc->Width, mip), shift),
                                          .height = at_mip(at_mip(desc->Height, mip), shift),
                                          .depth = 1};
    if (desc->Dimension == D3D12_RESOURCE_DIMENSION_TEXTURE3D)
        layout->depth = at_mip(desc->DepthOrArraySize, mip);
    format = layout->format;
    layout->n_rows = (layout->height + format->block_height - 1) / format->block_height;
    layout->row_bytes = (uint64_t)format->block_bytes *
                        ((layout->width + format->block_width - 1) / format->block_width);
}

/* The planes of a format are padded alike, as if they were side by side (D3.6). */
uint64_t nt_d3d_subresource_lay(const D3D12_RESOURCE_DESC *desc, struct nt_d3d_subresource *layout,
                                uint64_t offset)
{
    uint32_t planes = nt_d3d_format_find(desc->Format)->n_planes;

    layout->offset = offset;
    layout->row_pitch = nt_align_up(layout->row_bytes, NT_D3D_ROW_ALIGNMENT * planes);
    layout->slice_pitch = layout->row_pitch * layout->n_rows;
    return offset + layout->slice_pitch * (layout->depth - 1) +
           layout->row_pitch * (layout->n_rows - 1) + layout->row_bytes;
}

uint64_t nt_d3d_layout_rows(const D3D12_RESOURCE_DESC *desc, struct nt_d3d_subresource *layouts)
{
    uint32_t n = nt_d3d_desc_subresources(desc);
    struct nt_d3d_subresource layout;
    uint64_t offset = 0, end = 0;

    for (uint32_t i = 0; i < n; i++) {
        nt_d3d_subresource_describe(desc, i, &layout);
        end = nt_d3d_subresource_lay(desc, &layout, offset);
        offset = nt_align_up(end, NT_D3D_SUBRESOURCE_ALIGNMENT);
        if (layouts)
            layouts[i] = layout;
    }
    return end;
}

/* Mips smaller than a tile in any direction are packed together. */
static bool is_standard(const struct nt_d3d_subresource *layout, const D3D12_TILE_SHAPE *shape)
{
    return layout->width >= shape->WidthInTexels && layout->height >= shape->HeightInTexels &&
           layout->depth >= shape->DepthInTexels;
}

static uint32_t tiles_in(uint32_t size, uint32_t tile)
{
    return (size + tile - 1) / tile;
}

static void lay_tiles(struct nt_d3d_subresource *layout, const D3D12_TILE_SHAPE *shape)
{
    layout->is_tiled = true;
    layout->tiles_x = tiles_in(layout->width, shape->WidthInTexels);
    layout->tiles_y = tiles_in(layout->height, shape->HeightInTexels);
    layout->tiles_z = tiles_in(layout->depth, shape->DepthInTexels);
}

bool nt_d3d_layout_tiles(const D3D12_RESOURCE_DESC *desc, struct nt_d3d_subresource *layouts,
                         struct nt_d3d_tiling *ret_tiling)
{
    uint32_t n = nt_d3d_desc_subresources(desc);
    struct nt_d3d_tiling tiling = {.n_tiles = 0};
    struct nt_d3d_subresource layout;
    uint64_t packed = 0; /* bytes */

    if (!nt_d3d_format_tile(nt_d3d_format_find(desc->Format), desc->Dimension, &tiling.shape))
        return false;
    for (uint32_t i = 0; i < n; i++) {
        nt_d3d_subresource_describe(desc, i, &layout);
        if (is_standard(&layout, &tiling.shape)) {
            lay_tiles(&layout, &tiling.shape);
            layout.offset = tiling.n_tiles * NT_D3D_TILE_BYTES;
            tiling.n_tiles += (uint64_t)layout.tiles_x * layout.tiles_y * layout.tiles_z;
            tiling.n_standard += i < desc->MipLevels;
        } else {
            packed = nt_d3d_subresource_lay(desc, &layout, packed);
            packed = nt_align_up(packed, NT_D3D_SUBRESOURCE_ALIGNMENT);
            layout.offset += tiling.n_tiles * NT_D3D_TILE_BYTES;
            tiling.n_packed += i < desc->MipLevels;
        }
        if (layouts)
            layouts[i] = layout;
    }
    if (tiling.n_packed && slices_of(desc) > 1)
        return false;
    tiling.n_packed_tiles = (uint32_t)((packed + NT_D3D_TILE_BYTES - 1) / NT_D3D_TILE_BYTES);
    tiling.first_packed_tile = tiling.n_packed ? tiling.n_tiles : 0;
    tiling.n_tiles += tiling.n_packed_tiles;
    *ret_tiling = tiling;
    return true;
}

/* In a tile: rows of the tile's width behind each other, then slices. */
static void place_in_tiles(const struct nt_d3d_surface *surface,
                           const struct nt_d3d_subresource *layout, const struct nt_d3d_texels *at,
                           uint64_t *ret_offset, uint64_t *ret_pitch, uint32_t *ret_blocks,
                           uint32_t *ret_rows)
{
    const struct nt_d3d_format *format = layout->format;
    uint32_t width = surface->tile.WidthInTexels / format->block_width;
    uint32_t height = surface->tile.HeightInTexels / format->block_height;
    uint32_t depth = surface->tile.DepthInTexels;
    uint32_t x = at->x / format->block_width, y = at->y / format->block_height;
    uint64_t tile =
        ((uint64_t)(at->z / depth) * layout->tiles_y + y / height) * layout->tiles_x + x / width;

    *ret_pitch = (uint64_t)width * format->block_bytes;
    *ret_offset = layout->offset + tile * NT_D3D_TILE_BYTES +
                  (uint64_t)(at->z % depth) * height * *ret_pitch + y % height * *ret_pitch +
                  (uint64_t)(x % width) * format->block_bytes;
    *ret_blocks = width - x % width;
    *ret_rows = height - y % height;
}

void nt_d3d_surface_place(const struct nt_d3d_surface *surface, const struct nt_d3d_texels *at,
                          uint64_t *ret_offset, uint64_t *ret_pitch, uint32_t *ret_blocks,
                          uint32_t *ret_rows)
{
    const struct nt_d3d_subresource *layout = &surface->layouts[at->subresource];
    const struct nt_d3d_format *format = layout->format;
    uint32_t x = at->x / format->block_width, y = at->y / format->block_height;

    if (layout->is_tiled) {
        place_in_tiles(surface, layout, at, ret_offset, ret_pitch, ret_blocks, ret_rows);
    } else {
        *ret_pitch = layout->row_pitch;
        *ret_offset = layout->offset + at->z * layout->slice_pitch + y * layout->row_pitch +
                      (uint64_t)x * format->block_bytes;
        *ret_blocks = (uint32_t)(layout->row_bytes / format->block_bytes) - x;
        *ret_rows = layout->n_rows - y;
    }
    *ret_offset += surface->offset;
}
