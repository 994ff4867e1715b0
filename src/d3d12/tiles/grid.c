// SPDX-License-Identifier: MIT
/*
 * The tiles of a reserved resource and regions of them (see grid.h).
 */
#include "d3d12/tiles/grid.h"

#include "d3d12/resource/surface.h"
#include "util/macro.h"

static bool init_buffer(struct nt_d3d_grid *grid, uint64_t size)
{
    uint64_t n = size / NT_D3D_TILE_BYTES + (size % NT_D3D_TILE_BYTES != 0);

    if (!n || n > UINT32_MAX)
        return false;
    grid->shape = (D3D12_TILE_SHAPE){NT_D3D_TILE_BYTES, 1, 1};
    grid->n_mips = grid->n_slices = grid->n_standard = 1;
    grid->mips[0] = (struct nt_d3d_grid_mip){.width = (uint32_t)n, .height = 1, .depth = 1};
    grid->packed_start = grid->n_slice_tiles = grid->n_tiles = n;
    return true;
}

bool nt_d3d_grid_init(struct nt_d3d_grid *grid, const D3D12_RESOURCE_DESC *desc)
{
    struct nt_d3d_subresource layouts[NT_D3D_GRID_MAX_MIPS];
    D3D12_RESOURCE_DESC slice = *desc;
    struct nt_d3d_tiling tiling;

    *grid = (struct nt_d3d_grid){.n_mips = desc->MipLevels, .n_slices = 1};
    if (desc->Dimension == D3D12_RESOURCE_DIMENSION_BUFFER)
        return init_buffer(grid, desc->Width);
    if (!desc->MipLevels || desc->MipLevels > NT_D3D_GRID_MAX_MIPS ||
        !nt_d3d_layout_tiles(desc, NULL, &tiling) || tiling.n_tiles > UINT32_MAX)
        return false;
    grid->n_tiles = tiling.n_tiles;
    if (desc->Dimension == D3D12_RESOURCE_DIMENSION_TEXTURE2D) {
        grid->n_slices = desc->DepthOrArraySize;
        slice.DepthOrArraySize = 1;
    }
    /* All slices are alike: one is enough. */
    if (!nt_d3d_layout_tiles(&slice, layouts, &tiling))
        return false;
    grid->shape = tiling.shape;
    grid->n_standard = tiling.n_standard;
    grid->n_packed_tiles = tiling.n_packed_tiles;
    grid->n_slice_tiles = tiling.n_tiles;
    grid->packed_start = tiling.n_tiles - tiling.n_packed_tiles;
    for (uint32_t mip = 0; mip < grid->n_standard; mip++)
        grid->mips[mip] =
            (struct nt_d3d_grid_mip){.width = layouts[mip].tiles_x,
                                     .height = layouts[mip].tiles_y,
                                     .depth = layouts[mip].tiles_z,
                                     .start = layouts[mip].offset / NT_D3D_TILE_BYTES};
    return grid->n_slice_tiles && grid->n_tiles == grid->n_slice_tiles * grid->n_slices;
}

bool nt_d3d_grid_at(const struct nt_d3d_grid *grid,
                    const D3D12_TILED_RESOURCE_COORDINATE *coordinate, uint32_t x, uint32_t y,
                    uint32_t z, uint64_t *ret_tile)
{
    uint32_t mip = coordinate->Subresource % grid->n_mips;
    uint32_t slice = coordinate->Subresource / grid->n_mips;
    uint64_t at_x = (uint64_t)coordinate->X + x, at_y = (uint64_t)coordinate->Y + y;
    uint64_t at_z = (uint64_t)coordinate->Z + z;
    const struct nt_d3d_grid_mip *in = &grid->mips[mip];
    uint64_t start = slice * grid->n_slice_tiles;

    if (slice >= grid->n_slices)
        return false;
    if (mip >= grid->n_standard) {
        *ret_tile = start + grid->packed_start + at_x;
        return at_x < grid->n_packed_tiles && !at_y && !at_z;
    }
    *ret_tile = start + in->start + (at_z * in->height + at_y) * in->width + at_x;
    return at_x < in->width && at_y < in->height && at_z < in->depth;
}

bool nt_d3d_grid_is_packed(const struct nt_d3d_grid *grid, uint64_t tile)
{
    return tile % grid->n_slice_tiles >= grid->packed_start;
}

D3D12_SUBRESOURCE_TILING nt_d3d_grid_describe(const struct nt_d3d_grid *grid, uint32_t subresource)
{
    uint32_t mip = subresource % grid->n_mips, slice = subresource / grid->n_mips;
    const struct nt_d3d_grid_mip *in = &grid->mips[mip];

    if (mip >= grid->n_standard)
        return (D3D12_SUBRESOURCE_TILING){.StartTileIndexInOverallResource = D3D12_PACKED_TILE};
    return (D3D12_SUBRESOURCE_TILING){.WidthInTiles = in->width,
                                      .HeightInTiles = (UINT16)in->height,
                                      .DepthInTiles = (UINT16)in->depth,
                                      .StartTileIndexInOverallResource =
                                          (UINT)(slice * grid->n_slice_tiles + in->start)};
}

bool nt_d3d_region_init(struct nt_d3d_region *region, const struct nt_d3d_grid *grid,
                        const D3D12_TILED_RESOURCE_COORDINATE *coordinate,
                        const D3D12_TILE_REGION_SIZE *size)
{
    *region = (struct nt_d3d_region){.grid = grid, .n = 1};
    if (coordinate)
        region->start = *coordinate;
    if (!size) {
        if (!coordinate)
            region->n = grid->n_tiles;
        return true;
    }
    region->n = size->NumTiles;
    if (!size->UseBox)
        return true;
    region->is_box = true;
    region->width = size->Width;
    region->height = size->Height;
    region->depth = size->Depth;
    return (uint64_t)region->height * region->depth * region->width == region->n;
}

/* Tiles of a row of the subresource. */
static uint64_t row_width(const struct nt_d3d_grid *grid, uint32_t subresource)
{
    uint32_t mip = subresource % grid->n_mips;

    return mip < grid->n_standard ? grid->mips[mip].width : grid->n_packed_tiles;
}

/* Row by row; what is outside is taken in one piece as far as it goes. */
static bool look_in_box(const struct nt_d3d_region *region, uint64_t *ret_tile, uint64_t *ret_n)
{
    uint64_t layer = (uint64_t)region->width * region->height;
    uint32_t z = (uint32_t)(region->done / layer);
    uint32_t y = (uint32_t)(region->done % layer / region->width);
    uint32_t x = (uint32_t)(region->done % region->width);
    D3D12_TILED_RESOURCE_COORDINATE first_row = region->start, row = region->start;
    uint64_t tile, left;

    first_row.X = first_row.Y = row.X = 0;
    if (!nt_d3d_grid_at(region->grid, &first_row, 0, 0, z, &tile)) {
        *ret_n = region->n - region->done;
        return false;
    }
    if (!nt_d3d_grid_at(region->grid, &row, 0, y, z, &tile)) {
        *ret_n = layer - region->done % layer;
        return false;
    }
    *ret_n = region->width - x;
    if (!nt_d3d_grid_at(region->grid, &region->start, x, y, z, ret_tile))
        return false;
    left = row_width(region->grid, region->start.Subresource) - region->start.X - x;
    if (*ret_n > left)
        *ret_n = left;
    return true;
}

bool nt_d3d_region_look(const struct nt_d3d_region *region, uint64_t *ret_tile, uint64_t *ret_n)
{
    uint64_t first;

    *ret_n = region->n - region->done;
    if (!*ret_n)
        return false;
    if (region->is_box)
        return look_in_box(region, ret_tile, ret_n);
    /* A run of numbers from the first on, across rows, mips and slices. */
    if (!nt_d3d_grid_at(region->grid, &region->start, 0, 0, 0, &first) ||
        first + region->done >= region->grid->n_tiles)
        return false;
    *ret_tile = first + region->done;
    if (*ret_n > region->grid->n_tiles - *ret_tile)
        *ret_n = region->grid->n_tiles - *ret_tile;
    return true;
}
