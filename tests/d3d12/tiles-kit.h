/* SPDX-License-Identifier: MIT */
/*
 * For tests of tiles: a kit with an upload and a readback buffer, tiles that are full of one word,
 * and the calls that most cases make.
 */
#ifndef NT_TESTS_D3D12_TILES_KIT_H
#define NT_TESTS_D3D12_TILES_KIT_H

#include "d3d12/kit.h"

#define TILE          (64 * KIB)
#define TILES_AT_ONCE 64u

struct tiles_kit {
    struct kit kit;
    ID3D12Resource *up, *down; /* of TILES_AT_ONCE tiles */
    uint32_t *from, *to;       /* where they are mapped */
};

void tiles_open(struct tiles_kit *t, D3D12_COMMAND_LIST_TYPE type);
void tiles_close(struct tiles_kit *t);

/* A reserved buffer of @n tiles. */
ID3D12Resource *tiles_buffer(ID3D12Device5 *device, UINT64 n);
/* Descriptions of textures in tiles, and the reserved resource of one. */
D3D12_RESOURCE_DESC tiles_flat(DXGI_FORMAT format, UINT width, UINT height, UINT16 slices,
                               UINT16 mips);
D3D12_RESOURCE_DESC tiles_solid(DXGI_FORMAT format, UINT width, UINT height, UINT16 depth,
                                UINT16 mips);
ID3D12Resource *tiles_reserve(ID3D12Device5 *device, const D3D12_RESOURCE_DESC *desc);
/* A heap of @n tiles, and a buffer over all of it. */
ID3D12Heap *tiles_heap(ID3D12Device5 *device, UINT64 n);
ID3D12Resource *tiles_on_heap(ID3D12Device5 *device, ID3D12Heap *heap);

/* Fills @n tiles of a buffer: tile i with words of @value + i. */
void tiles_fill(struct tiles_kit *t, ID3D12Resource *buffer, UINT64 tile, UINT n, uint32_t value);
/* A heap of @n tiles whose tile i is full of @value + i. */
ID3D12Heap *tiles_full_heap(struct tiles_kit *t, UINT n, uint32_t value);
/* Asserts that every word of tile i is @want[i]. */
void tiles_expect(struct tiles_kit *t, ID3D12Resource *buffer, UINT64 tile, UINT n,
                  const uint32_t *want);
#define TILES_EXPECT(t, buffer, tile, ...)                                              \
    tiles_expect(t, buffer, tile, sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t), \
                 (uint32_t[]){__VA_ARGS__})

/* Maps @n tiles from @tile on to the heap's from @heap_tile on; without a heap to nothing. */
void tiles_map(struct tiles_kit *t, ID3D12Resource *resource, UINT tile, UINT n, ID3D12Heap *heap,
               UINT heap_tile);

#endif
