/* SPDX-License-Identifier: MIT */
/*
 * Copies of texels as Vulkan commands, for encode.c; and what begins an image, for engine.c too.
 */
#ifndef NT_D3D12_ENCODE_TEXELS_H
#define NT_D3D12_ENCODE_TEXELS_H

#include "d3d12/queue/encode.h"

/**
 * nt_d3d_encode_texels() - the next piece of a copy
 * @done:      rows that are copied already, counted through all slices
 * @limit:     bytes that may still go into this chunk, not 0
 * @ret_bytes: what was copied; more than @limit only for a single row
 *
 * Return: rows of this piece, at least one.
 */
uint64_t nt_d3d_encode_texels(struct nt_d3d_encoder *encoder, const struct nt_d3d_texel_copy *copy,
                              uint64_t done, uint64_t limit, uint64_t *ret_bytes);

/** nt_d3d_encode_touch() - before an image's use: the first one takes it into its layout */
void nt_d3d_encode_touch(struct nt_d3d_encoder *encoder, struct nt_d3d_surface *surface);

/** nt_d3d_encode_discard() - the next use of the image begins from nothing */
void nt_d3d_encode_discard(struct nt_d3d_surface *surface);

#endif
