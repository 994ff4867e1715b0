// SPDX-License-Identifier: MIT
/*
 * Arguments that no program means: sizes, boxes, pitches, coordinates and counts from the edges of
 * their types, mixed at random with good ones. Each call either says no or does what it says; the
 * validation layer and the CPU driver tell when something wrong got through (D0.5).
 */
#include "d3d12/texture-kit.h"
#include "d3d12/tiles-kit.h"

#include <string.h>

#define N_DESCRIPTIONS 1500
#define N_COPIES       1200
#define N_THINGS       8
#define LARGEST        (256 * KIB)

static uint32_t state = 1;

static uint32_t below(uint32_t n)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % n;
}

/* Mostly below @n, else from the edges. */
static uint32_t odd_number(uint32_t n)
{
    static const uint32_t edges[] = {0,          1,          3,          4,          255,
                                     256,        0xffff,     0x10000,    0x7fffffff, 0x80000000,
                                     0xfffffffc, 0xfffffffd, 0xfffffffe, 0xffffffff};

    return below(8) ? below(n) : edges[below(sizeof(edges) / sizeof(*edges))];
}

/* --- descriptions ---------------------------------------------------------------------------- */

static D3D12_RESOURCE_DESC odd_desc(void)
{
    static const UINT64 widths[] = {0, 1, 16385, UINT32_MAX, 1ull << 32, 1ull << 63, UINT64_MAX};
    static const UINT64 alignments[] = {1, 4 * KIB, 64 * KIB, 4 * MIB, UINT64_MAX};
    D3D12_RESOURCE_DESC desc = {.Dimension = (D3D12_RESOURCE_DIMENSION)(1 + below(4)),
                                .Width = 4 * (1 + below(40)),
                                .Height = 4 * (1 + below(20)),
                                .DepthOrArraySize = (UINT16)(1 + below(5)),
                                .MipLevels = (UINT16)below(9),
                                .Format = (DXGI_FORMAT)below(116),
                                .SampleDesc = {1, 0},
                                .Flags = (D3D12_RESOURCE_FLAGS)(below(2) ? 0 : below(64))};

    if (desc.Dimension <= D3D12_RESOURCE_DIMENSION_TEXTURE1D)
        desc.Height = 1;
    switch (below(24)) {
    case 0:
        desc.Width = widths[below(7)];
        break;
    case 1:
        desc.Height = odd_number(9);
        break;
    case 2:
        desc.DepthOrArraySize = (UINT16)odd_number(2050);
        break;
    case 3:
        desc.MipLevels = (UINT16)odd_number(17);
        break;
    case 4:
        desc.SampleDesc.Count = odd_number(5);
        break;
    case 5:
        desc.Layout = (D3D12_TEXTURE_LAYOUT)odd_number(5);
        break;
    case 6:
        desc.Flags = (D3D12_RESOURCE_FLAGS)odd_number(256);
        break;
    case 7:
        desc.Dimension = (D3D12_RESOURCE_DIMENSION)odd_number(6);
        break;
    case 8:
        desc.Format = (DXGI_FORMAT)odd_number(200);
        break;
    default:
        break;
    }
    if (!below(8))
        desc.Alignment = alignments[below(5)];
    return desc;
}

/* A texture of that description, if there is one, goes there and back by the footprints it has. */
static void try_desc(struct kit *kit, const D3D12_RESOURCE_DESC *desc, UINT64 size)
{
    const D3D12_HEAP_PROPERTIES heap = {.Type = D3D12_HEAP_TYPE_DEFAULT};
    D3D12_PLACED_SUBRESOURCE_FOOTPRINT place;
    ID3D12Resource *texture = NULL, *buffer;
    UINT64 total = 0;
    HRESULT hr;

    hr = ID3D12Device_CreateCommittedResource(kit->device, &heap, D3D12_HEAP_FLAG_NONE, desc,
                                              D3D12_RESOURCE_STATE_COMMON, NULL,
                                              &IID_ID3D12Resource, (void **)&texture);
    if (desc->Layout != D3D12_TEXTURE_LAYOUT_UNKNOWN) {
        ok(hr == S_OK || hr == E_INVALIDARG, "0x%08x", (unsigned)hr);
    } else {
        ok_hr(hr, S_OK);
    }
    if (FAILED(hr))
        return;
    ID3D12Device_GetCopyableFootprints(kit->device, desc, 0, 1, 0, &place, NULL, NULL, &total);
    ok(total && total <= size, "%llu bytes in %llu", (unsigned long long)total,
       (unsigned long long)size);
    buffer = kit_buffer(kit->device, D3D12_HEAP_TYPE_DEFAULT, total);
    if (desc->Dimension != D3D12_RESOURCE_DIMENSION_BUFFER) {
        const D3D12_TEXTURE_COPY_LOCATION there = kit_subresource(texture, 0);
        const D3D12_TEXTURE_COPY_LOCATION here = kit_footprint(buffer, &place);

        ID3D12GraphicsCommandList_CopyTextureRegion(kit->list, &there, 0, 0, 0, &here, NULL);
        ID3D12GraphicsCommandList_CopyTextureRegion(kit->list, &here, 0, 0, 0, &there, NULL);
        kit_run(kit);
    }
    kit_release_last(buffer);
    kit_release_last(texture);
}

TEST(silly_descriptions_break_nothing, "D3.5 D3.6 D3.3")
{
    D3D12_PLACED_SUBRESOURCE_FOOTPRINT places[4];
    UINT rows[4], made = 0;
    UINT64 sizes[4], total;
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    for (int i = 0; i < N_DESCRIPTIONS; i++) {
        const D3D12_RESOURCE_DESC desc = odd_desc();
        D3D12_RESOURCE_ALLOCATION_INFO info;

        ID3D12Device_GetCopyableFootprints(kit.device, &desc, odd_number(4), below(5),
                                           below(2) ? 0 : UINT64_MAX, places, rows, sizes, &total);
        info = ID3D12Device_GetResourceAllocationInfo(kit.device, 0, 1, &desc);
        if (info.SizeInBytes == UINT64_MAX)
            continue;
        ok_eq(info.SizeInBytes % info.Alignment, 0);
        ok(info.SizeInBytes != 0, "nothing");
        if (info.SizeInBytes > LARGEST || desc.Flags & D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER)
            continue;
        try_desc(&kit, &desc, info.SizeInBytes);
        made++;
    }
    ok(made > 100, "%u", made);
    kit_close(&kit);
}

/* Sizes that no machine has: nothing wraps on the way to saying so. */
TEST(silly_sizes_are_out_of_memory, "D3.1 D3.3 D3.5 D3.8")
{
    static const UINT64 sizes[] = {1ull << 52, 1ull << 62, 1ull << 63, UINT64_MAX - 0x1ffff,
                                   UINT64_MAX - 0x10000};
    static const D3D12_HEAP_FLAGS flags[] = {D3D12_HEAP_FLAG_NONE, D3D12_HEAP_FLAG_SHARED,
                                             D3D12_HEAP_FLAG_SHARED |
                                                 D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER};
    ID3D12Device5 *device = kit_device();
    const char *kind = getenv("NTSHM_D3D12_SHARE");
    /* What is exported is never for several adapters. */
    size_t n = kind && strcmp(kind, "export") == 0 ? 10 : 15;
    void *out = NULL;

    for (size_t i = 0; i < n; i++) {
        const D3D12_HEAP_PROPERTIES heap = {.Type = D3D12_HEAP_TYPE_DEFAULT};
        D3D12_RESOURCE_DESC desc = kit_buffer_desc(sizes[i % 5]);
        D3D12_HEAP_DESC whole = kit_heap_desc(sizes[i % 5], D3D12_HEAP_TYPE_DEFAULT);

        if (flags[i / 5] & D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER)
            desc.Flags |= D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER;
        ok_hr(ID3D12Device_CreateCommittedResource(device, &heap, flags[i / 5], &desc,
                                                   D3D12_RESOURCE_STATE_COMMON, NULL,
                                                   &IID_ID3D12Resource, &out),
              E_OUTOFMEMORY);
        ok(!out, "a buffer of %llu bytes", (unsigned long long)desc.Width);
        whole.Flags = flags[i / 5];
        ok_hr(ID3D12Device_CreateHeap(device, &whole, &IID_ID3D12Heap, &out), E_OUTOFMEMORY);
        ok(!out, "a heap of %llu bytes", (unsigned long long)desc.Width);
        desc.Flags = D3D12_RESOURCE_FLAG_NONE;
        ok(FAILED(ID3D12Device_CreateReservedResource(device, &desc, D3D12_RESOURCE_STATE_COMMON,
                                                      NULL, &IID_ID3D12Resource, &out)),
           "%llu bytes of tiles", (unsigned long long)desc.Width);
        ok(!out, "a range of %llu bytes", (unsigned long long)desc.Width);
    }
    ok_hr(ID3D12Device_GetDeviceRemovedReason(device), S_OK);
    kit_release_last(device);
}

/* --- copies ---------------------------------------------------------------------------------- */

struct things {
    struct tiles_kit t;
    ID3D12Resource *all[N_THINGS];
    ID3D12Heap *heap;
};

static void things_open(struct things *things)
{
    const D3D12_RESOURCE_DESC descs[] = {
        kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE2D, DXGI_FORMAT_R32G32_UINT, 41, 23, 3, 3),
        kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE2D, DXGI_FORMAT_BC1_UNORM, 44, 28, 2, 5),
        kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE3D, DXGI_FORMAT_R32G32_UINT, 17, 9, 5, 2),
        kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE2D, DXGI_FORMAT_R32G32_UINT, 33, 17, 1, 2),
        tiles_flat(DXGI_FORMAT_R32G32_UINT, 200, 130, 1, 8),
        tiles_solid(DXGI_FORMAT_R32G32_UINT, 40, 33, 17, 1),
    };
    ID3D12Device5 *device;

    tiles_open(&things->t, D3D12_COMMAND_LIST_TYPE_DIRECT);
    device = things->t.kit.device;
    things->heap = tiles_heap(device, 16);
    for (int i = 0; i < 3; i++)
        things->all[i] = kit_texture(device, &descs[i]);
    things->all[3] = kit_cpu_texture(device, &descs[3]);
    things->all[4] = tiles_reserve(device, &descs[4]);
    things->all[5] = tiles_reserve(device, &descs[5]);
    things->all[6] = tiles_buffer(device, 9);
    things->all[7] = kit_buffer(device, D3D12_HEAP_TYPE_DEFAULT, 300000);
}

static void things_close(struct things *things)
{
    for (int i = 0; i < N_THINGS; i++)
        kit_release_last(things->all[i]);
    kit_release_last(things->heap);
    tiles_close(&things->t);
}

static D3D12_TEXTURE_COPY_LOCATION odd_location(const struct things *things)
{
    D3D12_TEXTURE_COPY_LOCATION location = {.pResource = things->all[below(N_THINGS)]};
    UINT n = below(6);

    if (ID3D12Resource_GetDesc(location.pResource).Dimension != D3D12_RESOURCE_DIMENSION_BUFFER) {
        location.Type = (D3D12_TEXTURE_COPY_TYPE)odd_number(1);
        location.SubresourceIndex = odd_number(6);
        return location;
    }
    location.Type = D3D12_TEXTURE_COPY_TYPE_PLACED_FOOTPRINT;
    location.PlacedFootprint.Offset = 512 * (UINT64)odd_number(500);
    location.PlacedFootprint.Footprint = (D3D12_SUBRESOURCE_FOOTPRINT){
        .Format = n < 4 ? DXGI_FORMAT_R32G32_UINT : DXGI_FORMAT_BC1_UNORM,
        .Width = 4 * (1 + odd_number(12)),
        .Height = 4 * (1 + odd_number(6)),
        .Depth = 1 + odd_number(3),
        .RowPitch = 256 * odd_number(9)};
    if (n == 5)
        location.PlacedFootprint.Footprint.Format = (DXGI_FORMAT)odd_number(130);
    return location;
}

static D3D12_BOX odd_box(void)
{
    D3D12_BOX box = {.left = 4 * odd_number(4), .top = 4 * odd_number(3), .front = odd_number(2)};

    box.right = box.left + (below(2) ? 4 : 1) * odd_number(9);
    box.bottom = box.top + (below(2) ? 4 : 1) * odd_number(5);
    box.back = box.front + odd_number(4);
    return box;
}

static D3D12_TILED_RESOURCE_COORDINATE odd_coordinate(void)
{
    return (D3D12_TILED_RESOURCE_COORDINATE){odd_number(3), below(2) ? 0 : odd_number(3),
                                             below(2) ? 0 : odd_number(2),
                                             below(2) ? 0 : odd_number(9)};
}

static D3D12_TILE_REGION_SIZE odd_size(void)
{
    D3D12_TILE_REGION_SIZE size = {.NumTiles = odd_number(6)};

    if (below(2))
        return size;
    size.UseBox = TRUE;
    size.Width = odd_number(4);
    size.Height = (UINT16)odd_number(3);
    size.Depth = (UINT16)(1 + odd_number(2));
    if (below(8))
        size.NumTiles = size.Width * size.Height * size.Depth;
    return size;
}

/* Mappings of two regions, with ranges that mostly add up. */
static void odd_mappings(struct things *things)
{
    const D3D12_TILED_RESOURCE_COORDINATE starts[2] = {odd_coordinate(), odd_coordinate()};
    const D3D12_TILE_REGION_SIZE sizes[2] = {odd_size(), odd_size()};
    const D3D12_TILE_RANGE_FLAGS flags[2] = {(D3D12_TILE_RANGE_FLAGS)(1u << below(4) & ~8u),
                                             (D3D12_TILE_RANGE_FLAGS)(odd_number(5))};
    const UINT offsets[2] = {odd_number(12), odd_number(12)};
    const UINT counts[2] = {sizes[0].NumTiles, sizes[1].NumTiles};
    ID3D12CommandQueue *queue = things->t.kit.queue;
    UINT n = below(6) ? 2 : 1;

    ID3D12CommandQueue_UpdateTileMappings(
        queue, things->all[4 + below(4)], n, below(8) ? starts : NULL, below(8) ? sizes : NULL,
        below(8) ? things->heap : NULL, n, below(8) ? flags : NULL, below(8) ? offsets : NULL,
        below(8) ? counts : NULL, (D3D12_TILE_MAPPING_FLAGS)(below(9) ? 0 : odd_number(3)));
    ID3D12CommandQueue_CopyTileMappings(queue, things->all[4 + below(4)], &starts[1],
                                        things->all[4 + below(4)], &starts[0], &sizes[below(2)],
                                        D3D12_TILE_MAPPING_FLAG_NONE);
}

/* What the CPU may read and write; @bytes are more than any of it. */
static void odd_access(struct things *things, unsigned char *bytes)
{
    ID3D12Resource *resource = things->all[below(N_THINGS)];
    const D3D12_BOX box = odd_box();
    UINT subresource = odd_number(3), pitch = 8 * (33 + below(9)), slice = pitch * below(18);
    HRESULT hr;

    hr = ID3D12Resource_WriteToSubresource(resource, subresource, below(4) ? &box : NULL, bytes,
                                           pitch, slice);
    ok(hr == S_OK || hr == E_INVALIDARG, "0x%08x", (unsigned)hr);
    hr = ID3D12Resource_ReadFromSubresource(resource, bytes, pitch, slice, subresource,
                                            below(4) ? &box : NULL);
    ok(hr == S_OK || hr == E_INVALIDARG, "0x%08x", (unsigned)hr);
    ok(resource == things->all[3] || hr == E_INVALIDARG, "not for the CPU");
}

/* One recorded command; true when it spoiled the list. */
static bool odd_command(struct things *things)
{
    struct kit *kit = &things->t.kit;
    const D3D12_TEXTURE_COPY_LOCATION to = odd_location(things), from = odd_location(things);
    const D3D12_TILED_RESOURCE_COORDINATE start = odd_coordinate();
    const D3D12_TILE_REGION_SIZE size = odd_size();
    const D3D12_BOX box = odd_box();
    HRESULT hr;

    if (below(4))
        ID3D12GraphicsCommandList_CopyTextureRegion(
            kit->list, &to, below(2) ? 0 : odd_number(20), below(2) ? 0 : odd_number(9),
            below(2) ? 0 : odd_number(3), &from, below(4) ? &box : NULL);
    else
        ID3D12GraphicsCommandList_CopyTiles(kit->list, to.pResource, &start, &size, from.pResource,
                                            odd_number(65536),
                                            (D3D12_TILE_COPY_FLAGS)(2u << below(2)));
    hr = ID3D12GraphicsCommandList_Close(kit->list);
    ok(hr == S_OK || hr == E_INVALIDARG, "0x%08x", (unsigned)hr);
    if (SUCCEEDED(hr)) {
        ID3D12CommandList *const list = (ID3D12CommandList *)kit->list;

        ID3D12CommandQueue_ExecuteCommandLists(kit->queue, 1, &list);
        ok_hr(ID3D12CommandQueue_Signal(kit->queue, kit->fence, ++kit->value), S_OK);
        ok(kit_wait(kit->fence, kit->value), "no end");
    }
    ok_hr(ID3D12CommandAllocator_Reset(kit->allocator), S_OK);
    ok_hr(ID3D12GraphicsCommandList_Reset(kit->list, kit->allocator, NULL), S_OK);
    return FAILED(hr);
}

TEST(silly_copies_break_nothing, "D0.5 D3.7 D3.9 D4.5")
{
    static unsigned char bytes[65536];
    struct things things;
    unsigned done = 0;

    things_open(&things);
    for (int i = 0; i < N_COPIES; i++) {
        done += !odd_command(&things);
        odd_mappings(&things);
        odd_access(&things, bytes);
    }
    ok(done > 50, "%u", done);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(things.t.kit.device), S_OK);
    things_close(&things);
}
