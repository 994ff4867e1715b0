// SPDX-License-Identifier: MIT
/*
 * UpdateTileMappings and CopyTileMappings: from a call's regions and ranges (D3.9) to a list of
 * changes, which is made when the queue gets there (see tiles.h).
 *
 * Regions say which tiles of the resource, ranges what these are mapped to, and the two are walked
 * side by side. Neither method returns anything, so what is wrong is logged and the whole call
 * dropped, before any of it has happened.
 */
#include "d3d12/device/device.h"
#include "d3d12/memory/heap.h"
#include "d3d12/tiles/reserved.h"
#include "d3d12/tiles/tiles.h"
#include "util/log.h"
#include "util/macro.h"

static void dropped(const char *method, const char *why)
{
    nt_log(NT_LOG_ERROR, "d3d12: %s: %s: nothing is mapped", method, why);
}

static bool are_flags(D3D12_TILE_MAPPING_FLAGS flags)
{
    return !((unsigned)flags & ~(unsigned)D3D12_TILE_MAPPING_FLAG_NO_HAZARD);
}

/* --- ranges ------------------------------------------------------------------------------ */

/* Where in the call's ranges the walk is. */
struct ranges {
    const struct nt_d3d_mapping_call *call;
    uint64_t all; /* tiles, when one range without a count stands for all */
    UINT index;
    uint64_t done; /* of range @index */
};

static uint64_t range_count(const struct ranges *ranges, UINT i)
{
    if (ranges->call->counts)
        return ranges->call->counts[i];
    return ranges->call->n_ranges == 1 ? ranges->all : 1;
}

static D3D12_TILE_RANGE_FLAGS range_flags(const struct nt_d3d_mapping_call *call, UINT i)
{
    return call->range_flags ? call->range_flags[i] : D3D12_TILE_RANGE_FLAG_NONE;
}

/* Whether the range is one that there is, and within the @n_heap tiles of the heap. */
static const char *check_range(const struct ranges *ranges, UINT i, uint64_t n_heap)
{
    const struct nt_d3d_mapping_call *call = ranges->call;
    uint64_t n = range_count(ranges, i);

    switch (range_flags(call, i)) {
    case D3D12_TILE_RANGE_FLAG_NULL:
    case D3D12_TILE_RANGE_FLAG_SKIP:
        return NULL;
    case D3D12_TILE_RANGE_FLAG_REUSE_SINGLE_TILE:
        n = n ? 1 : 0;
        break;
    case D3D12_TILE_RANGE_FLAG_NONE:
        break;
    default:
        return "a range has flags that there are not";
    }
    if (!n)
        return NULL;
    if (!n_heap || !call->heap_starts)
        return "a range needs a heap and where it starts there";
    if (call->heap_starts[i] > n_heap || n > n_heap - call->heap_starts[i])
        return "a range goes beyond the heap";
    return NULL;
}

static const char *check_ranges(const struct ranges *ranges, uint64_t n_heap)
{
    const char *why = NULL;
    uint64_t sum = 0;

    for (UINT i = 0; !why && i < ranges->call->n_ranges; i++) {
        why = check_range(ranges, i, n_heap);
        sum += range_count(ranges, i);
    }
    if (!why && sum != ranges->all)
        why = "regions and ranges do not have as many tiles";
    return why;
}

/* The next tiles' mapping: the change without its place. Returns how many tiles have it. */
static uint64_t range_look(struct ranges *ranges, struct nt_d3d_tile_change *change, bool *ret_skip)
{
    const struct nt_d3d_mapping_call *call = ranges->call;

    while (ranges->done == range_count(ranges, ranges->index)) {
        ranges->index++;
        ranges->done = 0;
    }
    *ret_skip = false;
    switch (range_flags(call, ranges->index)) {
    case D3D12_TILE_RANGE_FLAG_NULL:
        change->kind = NT_D3D_TILES_NULL;
        break;
    case D3D12_TILE_RANGE_FLAG_SKIP:
        *ret_skip = true;
        break;
    case D3D12_TILE_RANGE_FLAG_REUSE_SINGLE_TILE:
        change->kind = NT_D3D_TILES_REUSE;
        change->from = call->heap_starts[ranges->index];
        break;
    default:
        change->kind = NT_D3D_TILES_HEAP;
        change->from = call->heap_starts[ranges->index] + ranges->done;
        break;
    }
    return range_count(ranges, ranges->index) - ranges->done;
}

/* --- regions ----------------------------------------------------------------------------- */

/* Region @i of the call; false when it contradicts itself. */
static bool region_of(const struct nt_d3d_mapping_call *call, const struct nt_d3d_grid *grid,
                      UINT i, struct nt_d3d_region *region)
{
    return nt_d3d_region_init(region, grid, call->starts ? &call->starts[i] : NULL,
                              call->sizes ? &call->sizes[i] : NULL);
}

static const char *count_regions(const struct nt_d3d_mapping_call *call,
                                 const struct nt_d3d_grid *grid, uint64_t *ret_n)
{
    struct nt_d3d_region region;

    if (!call->n_regions || !call->n_ranges || (call->n_regions > 1 && !call->starts))
        return "several regions must say where they start";
    for (UINT i = 0; i < call->n_regions; i++) {
        if (!region_of(call, grid, i, &region))
            return "the size of a box is not its number of tiles";
        *ret_n += region.n;
    }
    return NULL;
}

/* One region, with the ranges going on where the region before left them. */
static bool add_region(struct nt_d3d_tile_changes *changes, struct nt_d3d_region *region,
                       struct ranges *ranges)
{
    while (region->done < region->n) {
        struct nt_d3d_tile_change change = {0};
        bool exists, is_skipped;
        uint64_t n_range;

        exists = nt_d3d_region_look(region, &change.tile, &change.n);
        n_range = range_look(ranges, &change, &is_skipped);
        if (change.n > n_range)
            change.n = n_range;
        if (exists && !is_skipped && !nt_d3d_tiles_changes_add(changes, &change))
            return false;
        region->done += change.n;
        ranges->done += change.n;
    }
    return true;
}

/* --- UpdateTileMappings ------------------------------------------------------------------ */

static const char *check_heap(const struct nt_d3d_device *device, ID3D12Heap *pointer,
                              struct nt_d3d_memory **ret_memory)
{
    struct nt_d3d_heap *heap = nt_d3d_heap_from(pointer);

    *ret_memory = NULL;
    if (!pointer)
        return NULL;
    if (!heap || heap->object.device != device)
        return "the heap is not of this device";
    if (!device->vulkan.sparse && !heap->memory->granularity)
        return "the heap's pages cannot be mapped twice";
    if (!device->vulkan.sparse && heap->memory->granularity > NT_D3D_TILE_BYTES)
        return "tiles of 64 KiB cannot be cut out of large pages";
    *ret_memory = heap->memory;
    return NULL;
}

/* Puts the changes of a checked call into the queue. */
static const char *enqueue(struct nt_d3d_queue *queue, struct nt_d3d_memory *range,
                           struct nt_d3d_memory *heap, struct ranges *ranges)
{
    struct nt_d3d_tile_changes *changes = nt_d3d_tiles_changes_new(range, heap);
    struct nt_d3d_region region;
    bool is_complete = changes != NULL;

    for (UINT i = 0; is_complete && i < ranges->call->n_regions; i++)
        is_complete = region_of(ranges->call, &range->tiles->grid, i, &region) &&
                      add_region(changes, &region, ranges);
    if (!is_complete) {
        if (changes)
            nt_d3d_tiles_changes_free(changes);
        return "no memory";
    }
    if (nt_d3d_queue_step(queue, nt_d3d_tiles_apply, nt_d3d_tiles_changes_free, changes) ==
        E_OUTOFMEMORY)
        return "no memory";
    return NULL;
}

void nt_d3d_queue_update_tiles(struct nt_d3d_queue *queue, ID3D12Resource *resource,
                               ID3D12Heap *heap, const struct nt_d3d_mapping_call *call,
                               D3D12_TILE_MAPPING_FLAGS flags)
{
    const struct nt_d3d_device *device = queue->object.device;
    const struct nt_d3d_resource *to = nt_d3d_reserved_from(device, resource);
    struct nt_d3d_memory *memory = NULL;
    struct ranges ranges = {.call = call};
    const char *why = NULL;

    if (!to || !are_flags(flags))
        why = to ? "flags that there are not" : "the resource is not a reserved one of this device";
    if (!why)
        why = check_heap(device, heap, &memory);
    if (!why)
        why = count_regions(call, &to->memory->tiles->grid, &ranges.all);
    if (!why)
        why = check_ranges(&ranges, memory ? memory->size / NT_D3D_TILE_BYTES : 0);
    if (!why)
        why = enqueue(queue, to->memory, memory, &ranges);
    if (why)
        dropped("UpdateTileMappings", why);
}

/* --- CopyTileMappings -------------------------------------------------------------------- */

/* The tiles that both regions have, side by side. */
static bool add_copies(struct nt_d3d_tile_changes *changes, struct nt_d3d_region *to,
                       struct nt_d3d_region *from)
{
    while (to->done < to->n) {
        struct nt_d3d_tile_change change = {.kind = NT_D3D_TILES_COPY};
        uint64_t n = 0;
        bool exists = nt_d3d_region_look(to, &change.tile, &change.n);

        exists &= nt_d3d_region_look(from, &change.from, &n);
        if (change.n > n)
            change.n = n;
        if (exists && !nt_d3d_tiles_changes_add(changes, &change))
            return false;
        to->done += change.n;
        from->done += change.n;
    }
    return true;
}

void nt_d3d_queue_copy_tiles(struct nt_d3d_queue *queue, ID3D12Resource *target,
                             const D3D12_TILED_RESOURCE_COORDINATE *target_start,
                             ID3D12Resource *source,
                             const D3D12_TILED_RESOURCE_COORDINATE *source_start,
                             const D3D12_TILE_REGION_SIZE *size, D3D12_TILE_MAPPING_FLAGS flags)
{
    const struct nt_d3d_device *device = queue->object.device;
    const struct nt_d3d_resource *to = nt_d3d_reserved_from(device, target);
    const struct nt_d3d_resource *from = nt_d3d_reserved_from(device, source);
    struct nt_d3d_region to_region, from_region;
    struct nt_d3d_tile_changes *changes;

    if (!to || !from || !target_start || !source_start || !size || !are_flags(flags) ||
        !nt_d3d_region_init(&to_region, &to->memory->tiles->grid, target_start, size) ||
        !nt_d3d_region_init(&from_region, &from->memory->tiles->grid, source_start, size)) {
        dropped("CopyTileMappings", "arguments that make no sense");
        return;
    }
    changes = nt_d3d_tiles_changes_new(to->memory, from->memory);
    if (!changes || !add_copies(changes, &to_region, &from_region)) {
        if (changes)
            nt_d3d_tiles_changes_free(changes);
        dropped("CopyTileMappings", "no memory");
        return;
    }
    if (nt_d3d_queue_step(queue, nt_d3d_tiles_apply, nt_d3d_tiles_changes_free, changes) ==
        E_OUTOFMEMORY)
        dropped("CopyTileMappings", "no memory");
}
