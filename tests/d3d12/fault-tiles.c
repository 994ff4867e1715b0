// SPDX-License-Identifier: MIT
/*
 * The n-th call that fails, for reserved resources and query heaps. A mapping that cannot even be
 * written down is dropped as a whole; one that the system cuts off in its middle removes the
 * device.
 */
#include "d3d12/fault-kit.h"
#include "d3d12/kit.h"
#include "fault/fault.h"

#include <errno.h>
#include <string.h>

#include "d3d12/resource/resource.h"
#include "d3d12/tiles/tiles.h"

#define TILE (64 * KIB)

static struct {
    struct kit kit;
    ID3D12Resource *buffer, *other; /* reserved */
    ID3D12Heap *heap;
    void *made;
} world;

static D3D12_RESOURCE_DESC texture_desc(void)
{
    D3D12_RESOURCE_DESC desc = kit_buffer_desc(512);

    desc.Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE2D;
    desc.Height = 512;
    desc.MipLevels = 10;
    desc.Format = DXGI_FORMAT_R8G8B8A8_UNORM;
    desc.Layout = D3D12_TEXTURE_LAYOUT_64KB_UNDEFINED_SWIZZLE;
    return desc;
}

static HRESULT reserve(const D3D12_RESOURCE_DESC *desc, void **ret)
{
    *ret = (void *)1;
    return ID3D12Device_CreateReservedResource(world.kit.device, desc, D3D12_RESOURCE_STATE_COMMON,
                                               NULL, &IID_ID3D12Resource, ret);
}

static void begin(void)
{
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(64 * TILE);
    const D3D12_HEAP_DESC heap = kit_heap_desc(64 * TILE, D3D12_HEAP_TYPE_DEFAULT);

    kit_open(&world.kit, D3D12_COMMAND_LIST_TYPE_COPY);
    require(reserve(&desc, (void **)&world.buffer) == S_OK);
    require(reserve(&desc, (void **)&world.other) == S_OK);
    require(ID3D12Device_CreateHeap(world.kit.device, &heap, &IID_ID3D12Heap,
                                    (void **)&world.heap) == S_OK);
}

static void end(void)
{
    kit_release_last(world.heap);
    kit_release_last(world.other);
    kit_release_last(world.buffer);
    kit_close(&world.kit);
}

static uint32_t result(HRESULT hr)
{
    if (FAILED(hr))
        ok_ptr_eq(world.made, NULL);
    return (uint32_t)hr;
}

static uint32_t run_buffer(void *context)
{
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(3 * TILE);

    (void)context;
    return result(reserve(&desc, &world.made));
}

static uint32_t run_texture(void *context)
{
    const D3D12_RESOURCE_DESC desc = texture_desc();

    (void)context;
    return result(reserve(&desc, &world.made));
}

static uint32_t run_queries(void *context)
{
    const D3D12_QUERY_HEAP_DESC desc = {.Type = D3D12_QUERY_HEAP_TYPE_COPY_QUEUE_TIMESTAMP,
                                        .Count = 8};

    (void)context;
    world.made = (void *)1;
    return result(
        ID3D12Device_CreateQueryHeap(world.kit.device, &desc, &IID_ID3D12QueryHeap, &world.made));
}

static void release(void *context)
{
    (void)context;
    kit_release_last(world.made);
    world.made = NULL;
}

/* Tiles of @resource that are mapped, out of 64. */
static unsigned n_mapped(ID3D12Resource *resource)
{
    const struct nt_d3d_tiles *tiles = nt_d3d_resource_from(resource)->memory->tiles;
    unsigned n = 0;

    for (unsigned i = 0; i < 64; i++)
        n += tiles->tiles[i].memory != NULL;
    return n;
}

/* Every other tile is mapped, so that the list of changes has to grow. */
static void update(ID3D12Resource *resource, D3D12_TILE_RANGE_FLAGS sort)
{
    D3D12_TILE_RANGE_FLAGS flags[64];
    UINT starts[64];

    for (unsigned i = 0; i < 64; i++) {
        flags[i] = i % 2 ? D3D12_TILE_RANGE_FLAG_SKIP : sort;
        starts[i] = i;
    }
    ID3D12CommandQueue_UpdateTileMappings(world.kit.queue, resource, 1, NULL, NULL, world.heap, 64,
                                          flags, starts, NULL, D3D12_TILE_MAPPING_FLAG_NONE);
}

/* All or nothing: 0, or that there was no memory. */
static uint32_t outcome(ID3D12Resource *resource)
{
    unsigned n = n_mapped(resource);

    if (n == 32)
        return 0;
    ok_eq(n, 0);
    return (uint32_t)E_OUTOFMEMORY;
}

static uint32_t run_update(void *context)
{
    (void)context;
    update(world.buffer, D3D12_TILE_RANGE_FLAG_NONE);
    return outcome(world.buffer);
}

static void undo_update(void *context)
{
    (void)context;
    update(world.buffer, D3D12_TILE_RANGE_FLAG_NULL);
    ok_eq(n_mapped(world.buffer), 0);
}

static uint32_t run_copy(void *context)
{
    const D3D12_TILED_RESOURCE_COORDINATE start = {0};
    const D3D12_TILE_REGION_SIZE size = {.NumTiles = 64};

    (void)context;
    ID3D12CommandQueue_CopyTileMappings(world.kit.queue, world.other, &start, world.buffer, &start,
                                        &size, D3D12_TILE_MAPPING_FLAG_NONE);
    return outcome(world.other);
}

static void undo_copy(void *context)
{
    (void)context;
    update(world.other, D3D12_TILE_RANGE_FLAG_NULL);
    ok_eq(n_mapped(world.other), 0);
}

static const uint32_t *errors(unsigned kind, int error)
{
    static const uint32_t list[] = {(uint32_t)E_OUTOFMEMORY, 0};

    (void)kind;
    (void)error;
    return list;
}

static void walk(const char *name, uint32_t (*run)(void *context), void (*undo)(void *context),
                 uint64_t ignored)
{
    static const int no_memory[] = {ENOMEM, 0};
    const struct fault_operation operation = {.name = name,
                                              .run = run,
                                              .undo = undo,
                                              .errors = errors,
                                              .must_meet = FAULT_MEMORY,
                                              .ignored = ignored};

    if (ok_eq(run(NULL), S_OK))
        undo(NULL);
    fault_walk(&operation, no_memory);
}

TEST_DEADLINE(nth_failure_of_reserved_resources, "D3.8 D3.9", 300)
{
    begin();
    walk("d3d12 reserve buffer", run_buffer, release, FAULT_BIT(MUNMAP));
    walk("d3d12 reserve texture", run_texture, release, FAULT_BIT(MUNMAP));
    walk("d3d12 create query heap", run_queries, release, FAULT_BIT(MUNMAP));
    walk("d3d12 update tiles", run_update, undo_update, FAULT_BIT(MMAP));
    run_update(NULL);
    walk("d3d12 copy tiles", run_copy, undo_copy, FAULT_BIT(MMAP));
    ok_hr(ID3D12Device_GetDeviceRemovedReason(world.kit.device), S_OK);
    end();
}

/* Mapping number @nth of a call is refused by the system. */
static void cut_off(unsigned nth)
{
    static const D3D12_TILED_RESOURCE_COORDINATE start = {0};
    static const D3D12_TILE_REGION_SIZE size = {.NumTiles = 64};
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(TILE);

    begin();
    fault_rules(FAULT_MEMORY, false);
    fault_arm(nth, ENOMEM);
    update(world.buffer, D3D12_TILE_RANGE_FLAG_NONE);
    ok_eq(fault_disarm(), NT_OS_MMAP);
    fault_rules(0, false);
    ok_eq(n_mapped(world.buffer), nth);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(world.kit.device), E_OUTOFMEMORY);
    ok_eq(ID3D12Fence_GetCompletedValue(world.kit.fence), UINT64_MAX);
    ID3D12CommandQueue_CopyTileMappings(world.kit.queue, world.other, &start, world.buffer, &start,
                                        &size, D3D12_TILE_MAPPING_FLAG_NONE);
    ok_eq(n_mapped(world.other), 0);
    ok_hr(reserve(&desc, &world.made), DXGI_ERROR_DEVICE_REMOVED);
    ok_ptr_eq(world.made, NULL);
    end();
}

TEST(mapping_that_the_system_cuts_off_removes_the_device, "D3.9 D19.6")
{
    cut_off(0);
    cut_off(1);
    cut_off(31);
}
