/* SPDX-License-Identifier: MIT */
/*
 * The tiles of a reserved resource as a program counts them: coordinates, and one number for each.
 *
 * A buffer is a row of tiles. Of a texture, every mip that is at least one tile large in each
 * dimension is *standard*: a grid of tiles. All smaller mips of a slice are *packed* together into
 * tiles of their own. The numbers go slice by slice, in a slice mip by mip, in a mip along x, then
 * y, then z; the packed tiles are the last of their slice. Tile number n is at n * 64 KiB of the
 * resource's memory. What is where within a tile is the surface's business (surface.h).
 */
#ifndef NT_D3D12_GRID_H
#define NT_D3D12_GRID_H

#include <d3d12.h>
#include <stdbool.h>
#include <stdint.h>

#define NT_D3D_GRID_MAX_MIPS 16

struct nt_d3d_grid {
    D3D12_TILE_SHAPE shape; /* of standard tiles, in texels; of a buffer, in bytes */
    uint32_t n_mips, n_slices;
    uint32_t n_standard;                   /* mips; the others are packed */
    uint64_t packed_start, n_packed_tiles; /* in a slice */
    uint64_t n_slice_tiles, n_tiles;
    struct nt_d3d_grid_mip {
        uint32_t width, height, depth; /* in tiles */
        uint64_t start;                /* its first tile, in the slice */
    } mips[NT_D3D_GRID_MAX_MIPS];      /* @n_standard of them */
};

/**
 * nt_d3d_grid_init() - the tiles of a resource
 * @desc: checked by nt_d3d_desc_check()
 *
 * Return: false when there are no such tiles (1D, planes, array slices with packed mips, ...).
 */
bool nt_d3d_grid_init(struct nt_d3d_grid *grid, const D3D12_RESOURCE_DESC *desc);

/**
 * nt_d3d_grid_at() - the number of the tile at @coordinate plus @x, @y, @z
 *
 * Return: false when there is no such tile. In a packed mip x counts the packed tiles.
 */
bool nt_d3d_grid_at(const struct nt_d3d_grid *grid,
                    const D3D12_TILED_RESOURCE_COORDINATE *coordinate, uint32_t x, uint32_t y,
                    uint32_t z, uint64_t *ret_tile);

/** nt_d3d_grid_is_packed() - whether tile number @tile holds packed mips */
bool nt_d3d_grid_is_packed(const struct nt_d3d_grid *grid, uint64_t tile);

/** nt_d3d_grid_describe() - what GetResourceTiling says of a subresource */
D3D12_SUBRESOURCE_TILING nt_d3d_grid_describe(const struct nt_d3d_grid *grid, uint32_t subresource);

/* A region of tiles, as the arguments of a method name it, and how far it has been walked. */
struct nt_d3d_region {
    const struct nt_d3d_grid *grid;
    D3D12_TILED_RESOURCE_COORDINATE start;
    bool is_box;
    uint32_t width, height, depth; /* of a box */
    uint64_t n;                    /* tiles, also those that the resource does not have */
    uint64_t done;
};

/**
 * nt_d3d_region_init() - the tiles that @coordinate and @size name (D3.9)
 * @coordinate: NULL: the origin
 * @size:       NULL: one tile, or with @coordinate NULL all of the resource
 *
 * Return: false when @size contradicts itself.
 */
bool nt_d3d_region_init(struct nt_d3d_region *region, const struct nt_d3d_grid *grid,
                        const D3D12_TILED_RESOURCE_COORDINATE *coordinate,
                        const D3D12_TILE_REGION_SIZE *size);

/**
 * nt_d3d_region_look() - the next tiles that have numbers in a row
 * @ret_tile: the first one's
 * @ret_n:    how many; 0 when the region is walked
 *
 * Return: false when these tiles do not exist. Nothing moves: add to @done what was taken.
 */
bool nt_d3d_region_look(const struct nt_d3d_region *region, uint64_t *ret_tile, uint64_t *ret_n);

#endif
