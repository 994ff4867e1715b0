/* SPDX-License-Identifier: MIT */
/*
 * Tile mappings: the memory of a reserved resource is a range of addresses whose 64 KiB tiles are
 * mapped to tiles of heaps, or to nothing (D3.8, D3.9).
 *
 * With sparse binding (the driver has it) the driver maps. On CPU drivers a tile is a page
 * mapping: the range is private pages, imported once as a whole (D0.4); a mapped tile is the
 * heap's own pages at a fixed address.
 *
 * A NULL tile reads zero and swallows what is written. It lies on private pages that nobody ever
 * writes: the encoder, which knows the mappings, leaves out what would be written to it
 * (nt_d3d_tiles_run()). So there is no scratch memory to make zero again.
 *
 * Mappings change in the order of the queue (queue.h, NT_D3D_STEP): after all that was submitted to
 * it before, before all that comes later. The table of them is guarded by the engine's lock. It
 * holds no heap (D17.6): pages that are mapped outlive their heap.
 */
#ifndef NT_D3D12_TILES_H
#define NT_D3D12_TILES_H

#include "d3d12/tiles/grid.h"
#include "d3d12/memory/memory.h"

/* What a tile of a range is mapped to. */
struct nt_d3d_tile {
    struct nt_d3d_memory *memory; /* of a heap, a reference; NULL: nothing */
    uint64_t tile;                /* in @memory */
};

/* Behind nt_d3d_memory.tiles. */
struct nt_d3d_tiles {
    struct nt_d3d_grid grid;
    unsigned char *range; /* CPU drivers: where tile 0 is */
    void *mapping;        /* CPU drivers: all that was mapped for it */
    uint64_t mapping_size;
    struct nt_d3d_tile *tiles;
    uint64_t n_mapped; /* of @tiles */
};

/* One change of @n tiles of a range, from @tile on. */
struct nt_d3d_tile_change {
    enum {
        NT_D3D_TILES_NULL,  /* to nothing */
        NT_D3D_TILES_HEAP,  /* to the heap's tiles from @from on */
        NT_D3D_TILES_REUSE, /* all of them to the heap's one tile @from */
        NT_D3D_TILES_COPY,  /* to what the other range's tiles from @from on are mapped to */
    } kind;
    uint64_t tile, n, from;
};

/* What one call changes, in this order. */
struct nt_d3d_tile_changes {
    struct nt_d3d_memory *range; /* a reference and a hold */
    struct nt_d3d_memory *from;  /* heap or other range, a reference and a hold; may be NULL */
    struct nt_d3d_tile_change *changes;
    size_t n, room;
};

/** nt_d3d_tiles_are_possible() - whether this device has reserved resources */
bool nt_d3d_tiles_are_possible(const struct nt_d3d_device *device);

/**
 * nt_d3d_tiles_new() - the memory of a reserved resource, all of its tiles NULL
 * @ret_memory: its tiles are behind it; one reference and one hold
 *
 * Return: S_OK; E_OUTOFMEMORY; DXGI_ERROR_UNSUPPORTED when they are not possible.
 */
HRESULT nt_d3d_tiles_new(struct nt_d3d_device *device, const struct nt_d3d_grid *grid,
                         struct nt_d3d_memory **ret_memory);

/** nt_d3d_tiles_free() - the table and the range; NULL is allowed */
void nt_d3d_tiles_free(struct nt_d3d_tiles *tiles);

/**
 * nt_d3d_tiles_run() - how far the mappings are of one sort; the engine's lock is held
 * @size:          bytes from @offset on that matter, not 0
 * @ret_is_mapped: whether they may be written: mapped, or memory that has no tiles
 *
 * Return: 1 to @size.
 */
uint64_t nt_d3d_tiles_run(const struct nt_d3d_memory *memory, uint64_t offset, uint64_t size,
                          bool *ret_is_mapped);

/** nt_d3d_tiles_changes_new() - no changes yet; takes references and holds. NULL: no memory */
struct nt_d3d_tile_changes *nt_d3d_tiles_changes_new(struct nt_d3d_memory *range,
                                                     struct nt_d3d_memory *from);
/** nt_d3d_tiles_changes_free() - for nt_d3d_queue_step() */
void nt_d3d_tiles_changes_free(void *changes);
/** nt_d3d_tiles_changes_add() - one more, put together with the last one if it goes on there */
bool nt_d3d_tiles_changes_add(struct nt_d3d_tile_changes *changes,
                              const struct nt_d3d_tile_change *change);

/**
 * nt_d3d_tiles_apply() - make the changes, for nt_d3d_queue_step(); the engine's lock is held
 *
 * What the heap's pages cannot do (they are of 2 MiB, or nobody can map them) is left as it was,
 * and logged. When the system runs out of mappings the device is removed: E_OUTOFMEMORY.
 */
void nt_d3d_tiles_apply(void *changes);

/* --- with sparse binding (tiles-sparse.c) --- */

/** nt_d3d_tiles_new_sparse() - as nt_d3d_tiles_new(); @tiles is the caller's until it succeeds */
HRESULT nt_d3d_tiles_new_sparse(struct nt_d3d_device *device, struct nt_d3d_tiles *tiles,
                                struct nt_d3d_memory **ret_memory);

/**
 * nt_d3d_tiles_bind() - map @n tiles of @range from @tile on
 * @heap: NULL: to nothing
 *
 * The engine's lock is held. Return: 0; -EINVAL when the heap's memory cannot be bound; -ENOMEM.
 */
int nt_d3d_tiles_bind(struct nt_d3d_memory *range, uint64_t tile, uint64_t n,
                      struct nt_d3d_memory *heap, uint64_t heap_tile);

#endif
