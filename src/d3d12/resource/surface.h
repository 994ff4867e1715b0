/* SPDX-License-Identifier: MIT */
/*
 * What the texels of a texture lie on, and how copies find them.
 *
 *   image   a VkImage bound to heap memory: the driver's own order of texels
 *   rows    rows of NT_D3D_ROW_ALIGNMENT bytes in a plain buffer: ROW_MAJOR (cross-adapter)
 *           textures; textures that the CPU may read and write; depth, stencil and video planes,
 *           and whatever else the driver has no image for
 *   tiles   64KB_UNDEFINED_SWIZZLE: tiles of 64 KiB, each a small row-major block (D3.8), in a
 *           range of tile mappings (tiles.h); packed mips lie in rows behind each other in their
 *           own tiles
 *
 * Which of the first two it is follows from the description, the kind of memory and the driver
 * alone, so that two processes that share a texture agree. A buffer has no surface. A surface is
 * shared by its resource and by the streams that mention it; like memory (memory.h) it has
 * references, and the holds on its memory say whether it may be touched. Its VkImage ends with
 * the last reference.
 */
#ifndef NT_D3D12_SURFACE_H
#define NT_D3D12_SURFACE_H

#include "d3d12/resource/format.h"
#include "d3d12/memory/memory.h"

#define NT_D3D_ROW_ALIGNMENT         256u
#define NT_D3D_SUBRESOURCE_ALIGNMENT 512u

enum nt_d3d_order { NT_D3D_IMAGE, NT_D3D_ROWS, NT_D3D_TILES };

/* A subresource in rows or tiles. Sizes in texels are not rounded to blocks. */
struct nt_d3d_subresource {
    const struct nt_d3d_format *format; /* of its plane */
    uint32_t width, height, depth;      /* texels */
    uint32_t n_rows;                    /* of blocks, in each slice */
    uint64_t row_bytes;                 /* of blocks, without padding */
    uint64_t offset;                 /* from the surface's first byte; tiles: of its first tile */
    uint64_t row_pitch, slice_pitch; /* rows, and tiles' packed mips */
    bool is_tiled;                   /* whole tiles: x, then y, then z */
    uint32_t tiles_x, tiles_y, tiles_z; /* is_tiled */
};

struct nt_d3d_surface {
    _Atomic uint32_t refs;
    struct nt_d3d_memory *memory; /* reference; holds are the resource's and the runs' */
    uint64_t offset;              /* in @memory */
    uint64_t size;                /* bytes of @memory that may be touched */
    D3D12_RESOURCE_DESC desc;     /* MipLevels and Alignment not 0 */
    const struct nt_d3d_format *format;
    enum nt_d3d_order order;
    D3D12_TILE_SHAPE tile;       /* NT_D3D_TILES: texels of a tile */
    VkImage image;               /* NT_D3D_IMAGE */
    _Atomic bool is_initialised; /* NT_D3D_IMAGE: has left VK_IMAGE_LAYOUT_UNDEFINED */
    bool is_foreign;             /* NT_D3D_IMAGE: its texels come from another process or device */
    uint32_t n_subresources;
    struct nt_d3d_subresource *layouts; /* one for each subresource, of every order */
};

/* Where in one subresource, in texels. */
struct nt_d3d_texels {
    uint32_t subresource;
    uint32_t x, y, z;
};

/* What a description needs of memory. */
struct nt_d3d_need {
    uint64_t size, alignment;
};

/**
 * nt_d3d_desc_check() - is @desc a resource that may exist, and what does it need?
 * @desc:     from outside, may be NULL; a buffer, or a texture of any layout
 * @ret_desc: MipLevels of 0 become the whole chain, Alignment of 0 what it is
 * @ret_need: a reserved texture's: all its tiles
 *
 * An Alignment of 4 KiB that the texture is too large for becomes 64 KiB in @ret_desc.
 * Return: S_OK; E_INVALIDARG; E_OUTOFMEMORY.
 */
HRESULT nt_d3d_desc_check(struct nt_d3d_device *device, const D3D12_RESOURCE_DESC *desc,
                          D3D12_RESOURCE_DESC *ret_desc, struct nt_d3d_need *ret_need);

/**
 * nt_d3d_desc_has_footprints() - is @desc good enough for GetCopyableFootprints (D3.6)?
 * @ret_desc: MipLevels of 0 become the whole chain
 *
 * Samples, alignment, layout and parts of blocks do not matter to it.
 */
bool nt_d3d_desc_has_footprints(const D3D12_RESOURCE_DESC *desc, D3D12_RESOURCE_DESC *ret_desc);

/** nt_d3d_desc_subresources() - mips x slices x planes of a checked texture; 1 for a buffer */
uint32_t nt_d3d_desc_subresources(const D3D12_RESOURCE_DESC *desc);

/**
 * nt_d3d_subresource_describe() - the size and rows of a subresource of a checked texture
 * @index:  below nt_d3d_desc_subresources()
 * @layout: offset, pitches and tiles are 0
 */
void nt_d3d_subresource_describe(const D3D12_RESOURCE_DESC *desc, uint32_t index,
                                 struct nt_d3d_subresource *layout);

/**
 * nt_d3d_subresource_lay() - put a described subresource of @desc into rows at @offset
 * Return: the end of its last row
 */
uint64_t nt_d3d_subresource_lay(const D3D12_RESOURCE_DESC *desc, struct nt_d3d_subresource *layout,
                                uint64_t offset);

/**
 * nt_d3d_layout_rows() - every subresource behind the one before, as GetCopyableFootprints does
 * @layouts: nt_d3d_desc_subresources() of them, or NULL
 * Return: bytes from the first to behind the last
 */
uint64_t nt_d3d_layout_rows(const D3D12_RESOURCE_DESC *desc, struct nt_d3d_subresource *layouts);

/* The tiles of a reserved texture (D3.8). */
struct nt_d3d_tiling {
    D3D12_TILE_SHAPE shape;
    uint64_t n_tiles;              /* all */
    uint32_t n_standard, n_packed; /* mips of each slice */
    uint32_t n_packed_tiles;       /* of each slice */
    uint64_t first_packed_tile;    /* in the whole resource; 0 without packed mips */
};

/**
 * nt_d3d_layout_tiles() - where the tiles of a 64KB_UNDEFINED_SWIZZLE texture are
 * @layouts: nt_d3d_desc_subresources() of them, or NULL; packed mips are in rows
 * Return: false when such a texture cannot be reserved
 */
bool nt_d3d_layout_tiles(const D3D12_RESOURCE_DESC *desc, struct nt_d3d_subresource *layouts,
                         struct nt_d3d_tiling *ret_tiling);

/**
 * nt_d3d_surface_new() - the texels of a texture at @offset of @memory
 * @desc:        checked by nt_d3d_desc_check(), and its need fits into @memory at @offset
 * @cpu_visible: the heap's properties let the CPU at it
 * @ret_surface: one reference; it has a reference on @memory, and no hold
 *
 * Return: S_OK; E_INVALIDARG when the texels do not fit after all; E_OUTOFMEMORY;
 * DXGI_ERROR_DEVICE_REMOVED.
 */
HRESULT nt_d3d_surface_new(struct nt_d3d_memory *memory, uint64_t offset,
                           const D3D12_RESOURCE_DESC *desc, bool cpu_visible,
                           struct nt_d3d_surface **ret_surface);

void nt_d3d_surface_ref(struct nt_d3d_surface *surface);
void nt_d3d_surface_unref(struct nt_d3d_surface *surface); /* NULL is allowed */

/**
 * nt_d3d_surface_place() - where the block at a point is, in rows or tiles
 * @at:         a point within the subresource
 * @ret_offset: in the surface's memory
 * @ret_pitch:  bytes to the block below it (within its tile)
 * @ret_blocks: blocks from there on to the right without a gap
 * @ret_rows:   rows from there on down at that pitch
 */
void nt_d3d_surface_place(const struct nt_d3d_surface *surface, const struct nt_d3d_texels *at,
                          uint64_t *ret_offset, uint64_t *ret_pitch, uint32_t *ret_blocks,
                          uint32_t *ret_rows);

#endif
