/* SPDX-License-Identifier: MIT */
/*
 * The DXGI formats that textures may have, and what copies need to know of each.
 *
 * Texels come in blocks: one texel for most formats, 4 x 4 for BC, 2 x 1 for the packed 4:2:2
 * ones. Some formats are planar: depth beside stencil, luma beside chroma; each plane has
 * subresources of its own, which are copied as the plane's own format (D3.6).
 */
#ifndef NT_D3D12_FORMAT_H
#define NT_D3D12_FORMAT_H

#include <d3d12.h>
#include <stdbool.h>
#include <stdint.h>
#include <vulkan/vulkan.h>

enum nt_d3d_format_flags {
    NT_D3D_FORMAT_TYPELESS = 1,
    NT_D3D_FORMAT_DEPTH = 2,      /* named as depth: not a render target, not 3D */
    NT_D3D_FORMAT_DEPTH_ABLE = 4, /* may have ALLOW_DEPTH_STENCIL */
    NT_D3D_FORMAT_VIDEO = 8,      /* luma and chroma, even sizes */
};

struct nt_d3d_format {
    DXGI_FORMAT dxgi;
    DXGI_FORMAT family; /* the typeless format of its kind, or itself */
    VkFormat vk;        /* of the driver's images; VK_FORMAT_UNDEFINED: kept as rows */
    uint8_t block_width, block_height; /* texels */
    uint8_t block_bytes;               /* 0 when planar: ask for the plane's format */
    uint8_t flags;                     /* enum nt_d3d_format_flags */
    uint8_t n_planes;
    DXGI_FORMAT planes[2]; /* n_planes == 2: what each is copied as */
};

/** nt_d3d_format_find() - the format by its number; NULL when no texture may have it */
const struct nt_d3d_format *nt_d3d_format_find(DXGI_FORMAT dxgi);

/** nt_d3d_format_plane() - what plane @plane is copied as; the format itself when it has one */
const struct nt_d3d_format *nt_d3d_format_plane(const struct nt_d3d_format *format, uint32_t plane);

/** nt_d3d_format_shift() - by how many bits a plane's width and height are smaller */
uint32_t nt_d3d_format_shift(const struct nt_d3d_format *format, uint32_t plane);

/**
 * nt_d3d_format_copies() - may texels of the one be copied to the other?
 *
 * Within a family; and between BC blocks and integer texels of the same size.
 */
bool nt_d3d_format_copies(const struct nt_d3d_format *a, const struct nt_d3d_format *b);

/**
 * nt_d3d_format_tile() - the texels of a tile of 64 KiB (D3.8)
 *
 * Return: false when the format or dimension has no tiles.
 */
bool nt_d3d_format_tile(const struct nt_d3d_format *format, D3D12_RESOURCE_DIMENSION dimension,
                        D3D12_TILE_SHAPE *ret_shape);

#endif
