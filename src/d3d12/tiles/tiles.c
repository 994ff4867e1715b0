// SPDX-License-Identifier: MIT
/*
 * Tile mappings on CPU drivers, and the table of them (see tiles.h). The driver has imported the
 * range once; what pages are behind an address is between this file and the system (D0.4).
 */
#include "d3d12/tiles/tiles.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "d3d12/device/device.h"
#include "os/memory-more.h"
#include "os/os.h"
#include "util/log.h"
#include "util/macro.h"

#define NULL_PAGES (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)

bool nt_d3d_tiles_are_possible(const struct nt_d3d_device *device)
{
    const struct nt_d3d_vulkan *vulkan = &device->vulkan;

    return vulkan->sparse ||
           (nt_d3d_vulkan_is_on_cpu(vulkan) && vulkan->imports_private && vulkan->imports_shared);
}

/* --- the range --------------------------------------------------------------------------- */

void nt_d3d_tiles_free(struct nt_d3d_tiles *tiles)
{
    if (!tiles)
        return;
    for (uint64_t i = 0; tiles->n_mapped; i++) {
        tiles->n_mapped -= tiles->tiles[i].memory != NULL;
        nt_d3d_memory_unref(tiles->tiles[i].memory);
    }
    if (tiles->mapping && nt_os_unmap(tiles->mapping, tiles->mapping_size) < 0)
        nt_log(NT_LOG_ERROR, "d3d12: the tiles at %p do not unmap", tiles->mapping);
    free(tiles->tiles);
    free(tiles);
}

static void give_back(struct nt_d3d_memory *memory)
{
    nt_d3d_tiles_free(memory->tiles);
    memory->tiles = NULL;
}

static struct nt_d3d_tiles *tiles_alloc(const struct nt_d3d_grid *grid)
{
    struct nt_d3d_tiles *tiles = calloc(1, sizeof(*tiles));

    if (!tiles)
        return NULL;
    tiles->grid = *grid;
    tiles->tiles = calloc(grid->n_tiles, sizeof(*tiles->tiles));
    if (!tiles->tiles) {
        free(tiles);
        return NULL;
    }
    return tiles;
}

/* Address space for all tiles, aligned as device addresses are; all of it reads zero. */
static HRESULT map_range(struct nt_d3d_tiles *tiles)
{
    uint64_t size = tiles->grid.n_tiles * NT_D3D_TILE_BYTES + NT_D3D_TILE_BYTES;
    void *mapping = NULL;

    if (nt_os_map(NULL, size, PROT_READ | PROT_WRITE, NULL_PAGES, -1, 0, &mapping) < 0)
        return E_OUTOFMEMORY;
    tiles->mapping = mapping;
    tiles->mapping_size = size;
    tiles->range = (unsigned char *)nt_align_up((uintptr_t)mapping, NT_D3D_TILE_BYTES);
    return S_OK;
}

/* The driver must find the pages where the CPU does, whatever is mapped there later. */
static HRESULT import_range(struct nt_d3d_device *device, struct nt_d3d_tiles *tiles,
                            struct nt_d3d_memory **ret_memory)
{
    struct nt_d3d_memory *memory = NULL;
    HRESULT hr = nt_d3d_memory_import(device, tiles->range, tiles->grid.n_tiles * NT_D3D_TILE_BYTES,
                                      NULL, &memory);

    if (FAILED(hr))
        return hr;
    memory->cpu = NULL;
    memory->kind = NT_D3D_MEMORY_PAGES;
    if (memory->address != (uintptr_t)tiles->range) {
        nt_log(NT_LOG_ERROR, "d3d12: this driver has addresses of its own for memory of the CPU");
        nt_d3d_memory_drop(memory);
        return DXGI_ERROR_UNSUPPORTED;
    }
    *ret_memory = memory;
    return S_OK;
}

HRESULT nt_d3d_tiles_new(struct nt_d3d_device *device, const struct nt_d3d_grid *grid,
                         struct nt_d3d_memory **ret_memory)
{
    struct nt_d3d_tiles *tiles;
    HRESULT hr = S_OK;

    if (!nt_d3d_tiles_are_possible(device))
        return DXGI_ERROR_UNSUPPORTED;
    tiles = tiles_alloc(grid);
    if (!tiles)
        return E_OUTOFMEMORY;
    if (device->vulkan.sparse) {
        hr = nt_d3d_tiles_new_sparse(device, tiles, ret_memory);
    } else {
        hr = map_range(tiles);
        if (SUCCEEDED(hr))
            hr = import_range(device, tiles, ret_memory);
    }
    if (FAILED(hr)) {
        nt_d3d_tiles_free(tiles);
        return hr;
    }
    (*ret_memory)->tiles = tiles;
    (*ret_memory)->give_back = give_back;
    return S_OK;
}

uint64_t nt_d3d_tiles_run(const struct nt_d3d_memory *memory, uint64_t offset, uint64_t size,
                          bool *ret_is_mapped)
{
    const struct nt_d3d_tiles *tiles = memory->tiles;
    uint64_t tile = offset / NT_D3D_TILE_BYTES, end;

    *ret_is_mapped = true;
    if (!tiles)
        return size;
    *ret_is_mapped = tiles->tiles[tile].memory != NULL;
    for (end = tile + 1; end * NT_D3D_TILE_BYTES < offset + size; end++) {
        if ((tiles->tiles[end].memory != NULL) != *ret_is_mapped)
            return end * NT_D3D_TILE_BYTES - offset;
    }
    return size;
}

/* --- changes ----------------------------------------------------------------------------- */

struct nt_d3d_tile_changes *nt_d3d_tiles_changes_new(struct nt_d3d_memory *range,
                                                     struct nt_d3d_memory *from)
{
    struct nt_d3d_tile_changes *changes = calloc(1, sizeof(*changes));

    if (!changes)
        return NULL;
    if (!nt_d3d_memory_hold(range)) {
        free(changes);
        return NULL;
    }
    if (from && !nt_d3d_memory_hold(from)) {
        nt_d3d_memory_unhold(range);
        free(changes);
        return NULL;
    }
    nt_d3d_memory_ref(range);
    changes->range = range;
    if (from)
        nt_d3d_memory_ref(from);
    changes->from = from;
    return changes;
}

void nt_d3d_tiles_changes_free(void *argument)
{
    struct nt_d3d_tile_changes *changes = argument;

    nt_d3d_memory_drop(changes->range);
    nt_d3d_memory_drop(changes->from);
    free(changes->changes);
    free(changes);
}

/* Whether @next only makes @last longer. */
static bool goes_on(const struct nt_d3d_tile_change *last, const struct nt_d3d_tile_change *next)
{
    if (last->kind != next->kind || last->tile + last->n != next->tile)
        return false;
    switch (last->kind) {
    case NT_D3D_TILES_NULL:
        return true;
    case NT_D3D_TILES_REUSE:
        return last->from == next->from;
    default:
        return last->from + last->n == next->from;
    }
}

bool nt_d3d_tiles_changes_add(struct nt_d3d_tile_changes *changes,
                              const struct nt_d3d_tile_change *change)
{
    if (changes->n && goes_on(&changes->changes[changes->n - 1], change)) {
        changes->changes[changes->n - 1].n += change->n;
        return true;
    }
    if (!NT_ARRAY_GROW(changes->changes, changes->n, changes->room))
        return false;
    changes->changes[changes->n++] = *change;
    return true;
}

/* --- making them ------------------------------------------------------------------------- */

static int map_null(struct nt_d3d_memory *range, uint64_t tile, uint64_t n)
{
    struct nt_d3d_tiles *tiles = range->tiles;
    void *mapped;

    if (!tiles->range)
        return nt_d3d_tiles_bind(range, tile, n, NULL, 0);
    return nt_os_map(tiles->range + tile * NT_D3D_TILE_BYTES, n * NT_D3D_TILE_BYTES,
                     PROT_READ | PROT_WRITE, NULL_PAGES | MAP_FIXED, -1, 0, &mapped);
}

static int map_heap(struct nt_d3d_memory *range, uint64_t tile, uint64_t n,
                    struct nt_d3d_memory *heap, uint64_t heap_tile)
{
    struct nt_d3d_tiles *tiles = range->tiles;

    if (!tiles->range)
        return nt_d3d_tiles_bind(range, tile, n, heap, heap_tile);
    return nt_d3d_memory_place(heap, heap_tile * NT_D3D_TILE_BYTES, n * NT_D3D_TILE_BYTES,
                               tiles->range + tile * NT_D3D_TILE_BYTES);
}

/* The table's entries: @heap is NULL, or each tile is the one after the one before. */
static void note(struct nt_d3d_memory *range, uint64_t tile, uint64_t n, struct nt_d3d_memory *heap,
                 uint64_t heap_tile)
{
    struct nt_d3d_tile *tiles = range->tiles->tiles;

    for (uint64_t i = 0; i < n; i++) {
        struct nt_d3d_memory *old = tiles[tile + i].memory;

        if (heap)
            nt_d3d_memory_ref(heap);
        range->tiles->n_mapped += (heap != NULL) - (old != NULL);
        tiles[tile + i] = (struct nt_d3d_tile){heap, heap ? heap_tile + i : 0};
        nt_d3d_memory_unref(old);
    }
}

static int set_null(struct nt_d3d_memory *range, uint64_t tile, uint64_t n)
{
    int r = map_null(range, tile, n);

    if (r == 0)
        note(range, tile, n, NULL, 0);
    return r;
}

static int set_heap(struct nt_d3d_memory *range, uint64_t tile, uint64_t n,
                    struct nt_d3d_memory *heap, uint64_t heap_tile)
{
    int r = map_heap(range, tile, n, heap, heap_tile);

    if (r == 0)
        note(range, tile, n, heap, heap_tile);
    return r;
}

/*
 * The pages of other tiles once more. While the heap lives they come from there; pages whose heap
 * is gone are still where they are mapped.
 */
static int set_copy(struct nt_d3d_memory *range, uint64_t tile, uint64_t n,
                    struct nt_d3d_memory *other, uint64_t from)
{
    const struct nt_d3d_tile entry = other->tiles->tiles[from];
    unsigned char *target = range->tiles->range;
    void *mapped;
    int r;

    if (!entry.memory)
        return set_null(range, tile, n);
    if (nt_d3d_memory_hold(entry.memory)) {
        r = set_heap(range, tile, n, entry.memory, entry.tile);
        nt_d3d_memory_unhold(entry.memory);
        return r;
    }
    if (!target)
        return set_null(range, tile, n);
    r = nt_os_remap(other->tiles->range + from * NT_D3D_TILE_BYTES, 0, n * NT_D3D_TILE_BYTES,
                    target + tile * NT_D3D_TILE_BYTES, &mapped);
    if (r == 0)
        note(range, tile, n, entry.memory, entry.tile);
    return r;
}

/* How many of @n tiles from @from on are mapped in a row, or all to nothing. */
static uint64_t copy_run(const struct nt_d3d_tiles *tiles, uint64_t from, uint64_t n)
{
    const struct nt_d3d_tile *first = &tiles->tiles[from];

    for (uint64_t i = 1; i < n; i++) {
        if (first[i].memory != first->memory || (first->memory && first[i].tile != first->tile + i))
            return i;
    }
    return n;
}

static int copy_runs(const struct nt_d3d_tile_changes *changes, uint64_t tile, uint64_t from,
                     uint64_t n)
{
    uint64_t done = 0;
    int r = 0;

    while (r == 0 && done < n) {
        uint64_t run = copy_run(changes->from->tiles, from + done, n - done);

        r = set_copy(changes->range, tile + done, run, changes->from, from + done);
        done += run;
    }
    return r;
}

/* Tiles of one range go up. */
static bool is_upwards(const struct nt_d3d_tile_changes *changes,
                       const struct nt_d3d_tile_change *change)
{
    return changes->range == changes->from && change->kind == NT_D3D_TILES_COPY &&
           change->tile > change->from;
}

/*
 * Within one range in pieces as long as the way that they go, from the end that it leads to: the
 * result is as if all mappings had been taken away first.
 */
static int copy_mappings(const struct nt_d3d_tile_changes *changes,
                         const struct nt_d3d_tile_change *change)
{
    bool is_up = is_upwards(changes, change);
    uint64_t way = is_up ? change->tile - change->from : change->from - change->tile;
    uint64_t done = 0, n;
    int r = 0;

    if (changes->range != changes->from)
        return copy_runs(changes, change->tile, change->from, change->n);
    for (; r == 0 && way && done < change->n; done += n) {
        uint64_t at = done;

        n = change->n - done < way ? change->n - done : way;
        if (is_up)
            at = change->n - done - n;
        r = copy_runs(changes, change->tile + at, change->from + at, n);
    }
    return r;
}

static int apply_one(const struct nt_d3d_tile_changes *changes,
                     const struct nt_d3d_tile_change *change)
{
    uint64_t done = 0;
    int r = 0;

    switch (change->kind) {
    case NT_D3D_TILES_NULL:
        return set_null(changes->range, change->tile, change->n);
    case NT_D3D_TILES_HEAP:
        return set_heap(changes->range, change->tile, change->n, changes->from, change->from);
    case NT_D3D_TILES_REUSE:
        for (; r == 0 && done < change->n; done++)
            r = set_heap(changes->range, change->tile + done, 1, changes->from, change->from);
        return r;
    case NT_D3D_TILES_COPY:
        return copy_mappings(changes, change);
    }
    return -EINVAL;
}

void nt_d3d_tiles_apply(void *argument)
{
    const struct nt_d3d_tile_changes *changes = argument;
    struct nt_d3d_device *device = changes->range->device;
    const struct nt_d3d_tile_change *change = NULL;
    bool is_backwards = changes->n && is_upwards(changes, &changes->changes[0]);
    int r = 0;

    for (size_t i = 0; r == 0 && i < changes->n; i++) {
        change = &changes->changes[is_backwards ? changes->n - 1 - i : i];
        r = apply_one(changes, change);
    }
    if (r == 0)
        return;
    if (r == -EINVAL || r == -ENOTSUP) {
        nt_log(NT_LOG_ERROR, "d3d12: tiles of 64 KiB cannot be cut from this heap: not mapped");
        return;
    }
    /* What the system took away on its way must not stay a hole; and nothing more may run. */
    map_null(changes->range, change->tile, change->n);
    nt_log(NT_LOG_ERROR, "d3d12: mapping tiles: %s", strerror(-r));
    nt_d3d_engine_remove(&device->engine, E_OUTOFMEMORY);
}
