// SPDX-License-Identifier: MIT
/*
 * Textures: descriptions, sizes, places on heaps, clear values, mapping.
 */
#include "d3d12/texture-kit.h"

#include <string.h>

#include "d3d12/resource/resource.h"

static HRESULT try_clear(ID3D12Device5 *device, const D3D12_HEAP_DESC *heap,
                         const D3D12_RESOURCE_DESC *desc, D3D12_RESOURCE_STATES state,
                         const D3D12_CLEAR_VALUE *clear)
{
    ID3D12Resource *texture = (void *)1;
    HRESULT hr =
        ID3D12Device_CreateCommittedResource(device, &heap->Properties, heap->Flags, desc, state,
                                             clear, &IID_ID3D12Resource, (void **)&texture);

    if (SUCCEEDED(hr))
        kit_release_last(texture);
    else
        ok_ptr_eq(texture, NULL);
    return hr;
}

static HRESULT try_desc(ID3D12Device5 *device, const D3D12_RESOURCE_DESC *desc)
{
    const D3D12_HEAP_DESC heap = kit_heap_desc(1, D3D12_HEAP_TYPE_DEFAULT);

    return try_clear(device, &heap, desc, D3D12_RESOURCE_STATE_COMMON, NULL);
}

/* @good is accepted, and refused after each change. */
#define BAD(change)                                  \
    do {                                             \
        bad = good;                                  \
        bad.change;                                  \
        ok_hr(try_desc(device, &bad), E_INVALIDARG); \
    } while (0)
#define GOOD(change)                         \
    do {                                     \
        bad = good;                          \
        bad.change;                          \
        ok_hr(try_desc(device, &bad), S_OK); \
    } while (0)

TEST(flat_textures_have_limits, "D3.5 D3.8 D18.3")
{
    const D3D12_RESOURCE_DESC good = kit_texture2d_desc(DXGI_FORMAT_R8G8B8A8_UNORM, 64, 32);
    ID3D12Device5 *device = kit_device();
    D3D12_RESOURCE_DESC bad;

    GOOD(Width = 64);
    GOOD(MipLevels = 0);
    GOOD(MipLevels = 7);
    GOOD(DepthOrArraySize = 6);
    GOOD(Alignment = 64 * KIB);
    GOOD(Flags = D3D12_RESOURCE_FLAG_ALLOW_RENDER_TARGET);
    GOOD(Flags = D3D12_RESOURCE_FLAG_ALLOW_UNORDERED_ACCESS);
    GOOD(Flags = D3D12_RESOURCE_FLAG_ALLOW_SIMULTANEOUS_ACCESS);
    BAD(Width = 0);
    BAD(Width = 16385);
    BAD(Width = UINT64_MAX);
    BAD(Height = 0);
    BAD(Height = 16385);
    BAD(DepthOrArraySize = 0);
    BAD(DepthOrArraySize = 2049);
    BAD(MipLevels = 8);
    BAD(Format = DXGI_FORMAT_UNKNOWN);
    BAD(Format = (DXGI_FORMAT)9999);
    BAD(SampleDesc.Count = 0);
    BAD(SampleDesc.Count = 4);
    BAD(SampleDesc.Quality = 1);
    BAD(Alignment = 1024);
    BAD(Alignment = 4 * MIB);
    BAD(Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR);
    BAD(Layout = D3D12_TEXTURE_LAYOUT_64KB_UNDEFINED_SWIZZLE);
    BAD(Layout = D3D12_TEXTURE_LAYOUT_64KB_STANDARD_SWIZZLE);
    BAD(Flags = D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER);
    BAD(Flags = D3D12_RESOURCE_FLAG_ALLOW_DEPTH_STENCIL);
    BAD(Flags = D3D12_RESOURCE_FLAG_DENY_SHADER_RESOURCE);
    BAD(Flags = D3D12_RESOURCE_FLAG_VIDEO_DECODE_REFERENCE_ONLY);
    BAD(Dimension = D3D12_RESOURCE_DIMENSION_UNKNOWN);
    BAD(Dimension = (D3D12_RESOURCE_DIMENSION)9);
    kit_release_last(device);
}

TEST(other_dimensions_have_limits, "D3.5")
{
    ID3D12Device5 *device = kit_device();
    D3D12_RESOURCE_DESC good, bad;

    good =
        kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE1D, DXGI_FORMAT_R32_FLOAT, 1024, 1, 3, 0);
    GOOD(Width = 16384);
    BAD(Width = 16385);
    BAD(Height = 2);
    BAD(MipLevels = 12);
    BAD(Format = DXGI_FORMAT_BC1_UNORM);
    good =
        kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE3D, DXGI_FORMAT_R32_FLOAT, 16, 8, 32, 0);
    GOOD(MipLevels = 6);
    GOOD(Format = DXGI_FORMAT_BC7_UNORM);
    BAD(MipLevels = 7);
    BAD(Width = 2049);
    BAD(DepthOrArraySize = 2049);
    BAD(Format = DXGI_FORMAT_D32_FLOAT);
    BAD(Format = DXGI_FORMAT_D24_UNORM_S8_UINT);
    kit_release_last(device);
}

TEST(formats_have_flags_of_their_own, "D3.5 D3.6")
{
    ID3D12Device5 *device = kit_device();
    D3D12_RESOURCE_DESC good, bad;

    good = kit_texture2d_desc(DXGI_FORMAT_D32_FLOAT, 64, 32);
    good.Flags = D3D12_RESOURCE_FLAG_ALLOW_DEPTH_STENCIL;
    GOOD(Format = DXGI_FORMAT_R32_TYPELESS);
    GOOD(Format = DXGI_FORMAT_D24_UNORM_S8_UINT);
    GOOD(Flags = D3D12_RESOURCE_FLAG_NONE);
    GOOD(Flags |= D3D12_RESOURCE_FLAG_DENY_SHADER_RESOURCE);
    BAD(Format = DXGI_FORMAT_R32_FLOAT);
    BAD(Flags |= D3D12_RESOURCE_FLAG_ALLOW_RENDER_TARGET);
    BAD(Flags |= D3D12_RESOURCE_FLAG_ALLOW_UNORDERED_ACCESS);
    BAD(Flags |= D3D12_RESOURCE_FLAG_ALLOW_SIMULTANEOUS_ACCESS);
    BAD(Flags = D3D12_RESOURCE_FLAG_ALLOW_RENDER_TARGET);
    good = kit_texture2d_desc(DXGI_FORMAT_BC3_UNORM, 64, 32);
    GOOD(MipLevels = 0);
    BAD(Width = 62);
    BAD(Height = 33);
    BAD(Flags = D3D12_RESOURCE_FLAG_ALLOW_RENDER_TARGET);
    BAD(Flags = D3D12_RESOURCE_FLAG_ALLOW_UNORDERED_ACCESS);
    good = kit_texture2d_desc(DXGI_FORMAT_NV12, 64, 32);
    GOOD(Width = 66);
    BAD(Width = 63);
    BAD(Height = 31);
    kit_release_last(device);
}

/* GetDesc says what 0 has become. */
TEST(descriptions_come_back_filled_in, "D3.1 D3.5")
{
    const D3D12_RESOURCE_DESC desc =
        kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE2D, DXGI_FORMAT_R8_UNORM, 100, 20, 3, 0);
    ID3D12Device5 *device = kit_device();
    ID3D12Resource *texture = kit_texture(device, &desc);
    D3D12_RESOURCE_DESC got = ID3D12Resource_GetDesc(texture);

    ok_eq(got.MipLevels, 7);
    ok_eq(got.Alignment, 64 * KIB);
    ok_eq(got.Width, 100);
    ok_eq(got.DepthOrArraySize, 3);
    ok_eq(got.Format, DXGI_FORMAT_R8_UNORM);
    ok_eq(got.Layout, D3D12_TEXTURE_LAYOUT_UNKNOWN);
    ok_eq(ID3D12Resource_GetGPUVirtualAddress(texture), 0);
    kit_release_last(texture);
    kit_release_last(device);
}

TEST(clear_values_are_for_what_is_drawn, "D3.2")
{
    const D3D12_HEAP_DESC heap = kit_heap_desc(1, D3D12_HEAP_TYPE_DEFAULT);
    D3D12_RESOURCE_DESC desc = kit_texture2d_desc(DXGI_FORMAT_R8G8B8A8_TYPELESS, 64, 32);
    D3D12_CLEAR_VALUE clear = {.Format = DXGI_FORMAT_R8G8B8A8_UNORM};
    ID3D12Device5 *device = kit_device();

    ok_hr(try_clear(device, &heap, &desc, D3D12_RESOURCE_STATE_COMMON, &clear), E_INVALIDARG);
    desc.Flags = D3D12_RESOURCE_FLAG_ALLOW_RENDER_TARGET;
    ok_hr(try_clear(device, &heap, &desc, D3D12_RESOURCE_STATE_COMMON, &clear), S_OK);
    clear.Format = DXGI_FORMAT_R8G8B8A8_TYPELESS;
    ok_hr(try_clear(device, &heap, &desc, D3D12_RESOURCE_STATE_COMMON, &clear), E_INVALIDARG);
    clear.Format = DXGI_FORMAT_R16G16_UNORM;
    ok_hr(try_clear(device, &heap, &desc, D3D12_RESOURCE_STATE_COMMON, &clear), E_INVALIDARG);
    desc = kit_texture2d_desc(DXGI_FORMAT_R32_TYPELESS, 64, 32);
    desc.Flags = D3D12_RESOURCE_FLAG_ALLOW_DEPTH_STENCIL;
    clear.Format = DXGI_FORMAT_D32_FLOAT;
    ok_hr(try_clear(device, &heap, &desc, D3D12_RESOURCE_STATE_DEPTH_WRITE, &clear), S_OK);
    ok_hr(try_clear(device, &heap, &desc, D3D12_RESOURCE_STATE_DEPTH_WRITE, NULL), S_OK);
    ok_hr(try_clear(device, &heap, &desc,
                    D3D12_RESOURCE_STATE_DEPTH_WRITE | D3D12_RESOURCE_STATE_COPY_SOURCE, NULL),
          E_INVALIDARG);
    ok_hr(try_clear(device, &heap, &desc,
                    D3D12_RESOURCE_STATE_DEPTH_WRITE | D3D12_RESOURCE_STATE_COPY_DEST, NULL),
          E_INVALIDARG);
    kit_release_last(device);
}

TEST(upload_and_readback_are_for_buffers, "D3.2")
{
    const D3D12_HEAP_DESC upload = kit_heap_desc(1, D3D12_HEAP_TYPE_UPLOAD);
    const D3D12_HEAP_DESC readback = kit_heap_desc(1, D3D12_HEAP_TYPE_READBACK);
    const D3D12_RESOURCE_DESC desc = kit_texture2d_desc(DXGI_FORMAT_R8_UNORM, 64, 32);
    ID3D12Device5 *device = kit_device();

    ok_hr(try_clear(device, &upload, &desc, D3D12_RESOURCE_STATE_GENERIC_READ, NULL), E_INVALIDARG);
    ok_hr(try_clear(device, &readback, &desc, D3D12_RESOURCE_STATE_COPY_DEST, NULL), E_INVALIDARG);
    kit_release_last(device);
}

/* --- heaps ------------------------------------------------------------------------------ */

static HRESULT try_placed(ID3D12Device5 *device, ID3D12Heap *heap, UINT64 offset,
                          const D3D12_RESOURCE_DESC *desc)
{
    ID3D12Resource *texture = (void *)1;
    HRESULT hr =
        ID3D12Device_CreatePlacedResource(device, heap, offset, desc, D3D12_RESOURCE_STATE_COMMON,
                                          NULL, &IID_ID3D12Resource, (void **)&texture);

    if (SUCCEEDED(hr))
        kit_release_last(texture);
    else
        ok_ptr_eq(texture, NULL);
    return hr;
}

TEST(placed_textures_must_fit, "D3.4 D3.5")
{
    D3D12_RESOURCE_DESC desc = kit_texture2d_desc(DXGI_FORMAT_R8G8B8A8_UNORM, 256, 256);
    D3D12_HEAP_DESC heap_desc = kit_heap_desc(MIB, D3D12_HEAP_TYPE_DEFAULT);
    ID3D12Device5 *device = kit_device();
    D3D12_RESOURCE_ALLOCATION_INFO info;
    ID3D12Heap *heap = NULL;

    info = ID3D12Device_GetResourceAllocationInfo(device, 0, 1, &desc);
    ok(info.SizeInBytes >= 256 * KIB && info.SizeInBytes < MIB);
    ok_eq(info.Alignment, 64 * KIB);
    ok_hr(ID3D12Device_CreateHeap(device, &heap_desc, &IID_ID3D12Heap, (void **)&heap), S_OK);
    ok_hr(try_placed(device, heap, 0, &desc), S_OK);
    ok_hr(try_placed(device, heap, MIB - info.SizeInBytes, &desc), S_OK);
    ok_hr(try_placed(device, heap, MIB - info.SizeInBytes + 64 * KIB, &desc), E_INVALIDARG);
    ok_hr(try_placed(device, heap, 4096, &desc), E_INVALIDARG);
    ok_hr(try_placed(device, heap, MIB, &desc), E_INVALIDARG);
    ok_hr(try_placed(device, heap, UINT64_MAX - 65535, &desc), E_INVALIDARG);
    desc.Width = 4096;
    ok_hr(try_placed(device, heap, 0, &desc), E_INVALIDARG);
    kit_release_last(heap);
    kit_release_last(device);
}

TEST(small_textures_have_small_places, "D3.5")
{
    D3D12_RESOURCE_DESC desc = kit_texture2d_desc(DXGI_FORMAT_R8G8B8A8_UNORM, 16, 16);
    const D3D12_HEAP_DESC heap_desc = kit_heap_desc(128 * KIB, D3D12_HEAP_TYPE_DEFAULT);
    ID3D12Device5 *device = kit_device();
    D3D12_RESOURCE_ALLOCATION_INFO info;
    ID3D12Heap *heap = NULL;

    desc.Alignment = 4096;
    info = ID3D12Device_GetResourceAllocationInfo(device, 0, 1, &desc);
    ok_eq(info.Alignment, 4096);
    ok(info.SizeInBytes >= 4096 && info.SizeInBytes <= 8192);
    ok_hr(ID3D12Device_CreateHeap(device, &heap_desc, &IID_ID3D12Heap, (void **)&heap), S_OK);
    ok_hr(try_placed(device, heap, 12 * KIB, &desc), S_OK);
    ok_hr(try_placed(device, heap, 1024, &desc), E_INVALIDARG);
    desc.Flags = D3D12_RESOURCE_FLAG_ALLOW_RENDER_TARGET; /* drawn into: 64 KiB */
    info = ID3D12Device_GetResourceAllocationInfo(device, 0, 1, &desc);
    ok_eq(info.Alignment, 64 * KIB);
    ok_hr(try_placed(device, heap, 12 * KIB, &desc), E_INVALIDARG);
    desc.Flags = D3D12_RESOURCE_FLAG_NONE;
    desc.Width = 1024; /* too large for it */
    desc.Height = 1024;
    info = ID3D12Device_GetResourceAllocationInfo(device, 0, 1, &desc);
    ok_eq(info.Alignment, 64 * KIB);
    kit_release_last(heap);
    kit_release_last(device);
}

TEST(allocations_follow_each_other, "D3.5")
{
    const D3D12_RESOURCE_DESC descs[] = {kit_texture2d_desc(DXGI_FORMAT_R8_UNORM, 100, 100),
                                         kit_buffer_desc(1),
                                         kit_texture2d_desc(DXGI_FORMAT_R32_FLOAT, 500, 300)};
    D3D12_RESOURCE_ALLOCATION_INFO1 infos[3];
    D3D12_RESOURCE_ALLOCATION_INFO all;
    D3D12_RESOURCE_DESC bad = descs[0];
    ID3D12Device5 *device = kit_device();

    all = ID3D12Device4_GetResourceAllocationInfo1(device, 0, 3, descs, infos);
    ok_eq(infos[0].Offset, 0);
    ok_eq(infos[0].SizeInBytes, 64 * KIB);
    ok_eq(infos[1].Offset, 64 * KIB);
    ok_eq(infos[1].SizeInBytes, 64 * KIB);
    ok_eq(infos[2].Offset, 128 * KIB);
    ok(infos[2].SizeInBytes >= 600000);
    ok_eq(all.SizeInBytes, 128 * KIB + infos[2].SizeInBytes);
    ok_eq(all.Alignment, 64 * KIB);
    bad.SampleDesc.Count = 0;
    all = ID3D12Device_GetResourceAllocationInfo(device, 0, 1, &bad);
    ok_eq(all.SizeInBytes, UINT64_MAX);
    ok_eq(all.Alignment, 64 * KIB);
    bad = descs[0];
    bad.Layout = D3D12_TEXTURE_LAYOUT_64KB_UNDEFINED_SWIZZLE;
    bad.Width = bad.Height = 512;
    ok_eq(ID3D12Device_GetResourceAllocationInfo(device, 0, 1, &bad).SizeInBytes, 256 * KIB);
    kit_release_last(device);
}

/* What no memory is enough for has a size, and is refused for want of memory. */
TEST(largest_textures_have_a_size, "D3.5")
{
    const D3D12_RESOURCE_DESC flat = kit_texture_desc(
        D3D12_RESOURCE_DIMENSION_TEXTURE2D, DXGI_FORMAT_R32G32B32A32_FLOAT, 16384, 16384, 2048, 1);
    const D3D12_RESOURCE_DESC solid = kit_texture_desc(
        D3D12_RESOURCE_DIMENSION_TEXTURE3D, DXGI_FORMAT_R32G32B32_FLOAT, 2048, 2048, 2048, 1);
    const UINT64 tib = 1024 * GIB;
    ID3D12Device5 *device = kit_device();

    ok_eq(ID3D12Device_GetResourceAllocationInfo(device, 0, 1, &flat).SizeInBytes, 8 * tib);
    ok_eq(ID3D12Device_GetResourceAllocationInfo(device, 0, 1, &solid).SizeInBytes, 96 * GIB);
    ok_hr(try_desc(device, &flat), E_OUTOFMEMORY);
    ok_hr(try_desc(device, &solid), E_OUTOFMEMORY);
    kit_release_last(device);
}

TEST(heaps_deny_what_they_were_not_made_for, "D3.1 D3.4")
{
    static const struct {
        D3D12_HEAP_FLAGS flags;
        HRESULT buffer, drawn, plain;
    } cases[] = {
        {D3D12_HEAP_FLAG_NONE, S_OK, S_OK, S_OK},
        {D3D12_HEAP_FLAG_ALLOW_ONLY_BUFFERS, S_OK, E_INVALIDARG, E_INVALIDARG},
        {D3D12_HEAP_FLAG_ALLOW_ONLY_RT_DS_TEXTURES, E_INVALIDARG, S_OK, E_INVALIDARG},
        {D3D12_HEAP_FLAG_ALLOW_ONLY_NON_RT_DS_TEXTURES, E_INVALIDARG, E_INVALIDARG, S_OK},
    };
    const D3D12_RESOURCE_DESC plain = kit_texture2d_desc(DXGI_FORMAT_R8G8B8A8_UNORM, 64, 64);
    const D3D12_RESOURCE_DESC buffer = kit_buffer_desc(4096);
    D3D12_RESOURCE_DESC drawn = plain, deep = kit_texture2d_desc(DXGI_FORMAT_D16_UNORM, 64, 64);
    D3D12_HEAP_DESC desc = kit_heap_desc(64 * KIB, D3D12_HEAP_TYPE_DEFAULT);
    ID3D12Device5 *device = kit_device();
    ID3D12Heap *heap = NULL;

    drawn.Flags = D3D12_RESOURCE_FLAG_ALLOW_RENDER_TARGET;
    deep.Flags = D3D12_RESOURCE_FLAG_ALLOW_DEPTH_STENCIL;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        desc.Flags = cases[i].flags;
        ok_hr(ID3D12Device_CreateHeap(device, &desc, &IID_ID3D12Heap, (void **)&heap), S_OK);
        ok_hr(try_placed(device, heap, 0, &buffer), cases[i].buffer);
        ok_hr(try_placed(device, heap, 0, &drawn), cases[i].drawn);
        ok_hr(try_placed(device, heap, 0, &deep), cases[i].drawn);
        ok_hr(try_placed(device, heap, 0, &plain), cases[i].plain);
        kit_release_last(heap);
    }
    kit_release_last(device);
}

/* Each keeps its texels when the other is written, and the heap when that is released. */
TEST(placed_textures_lie_beside_each_other, "D3.4 D17.6")
{
    const D3D12_RESOURCE_DESC desc = kit_texture2d_desc(DXGI_FORMAT_R8G8B8A8_UNORM, 60, 40);
    const D3D12_HEAP_DESC heap_desc = kit_heap_desc(256 * KIB, D3D12_HEAP_TYPE_DEFAULT);
    ID3D12Resource *textures[2], *upload, *readback;
    struct kit_layout layout;
    ID3D12Heap *heap = NULL;
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    kit_layout_of(kit.device, &desc, 1, &layout);
    upload = kit_buffer(kit.device, D3D12_HEAP_TYPE_UPLOAD, layout.total);
    readback = kit_buffer(kit.device, D3D12_HEAP_TYPE_READBACK, layout.total);
    ok_hr(ID3D12Device_CreateHeap(kit.device, &heap_desc, &IID_ID3D12Heap, (void **)&heap), S_OK);
    for (int i = 0; i < 2; i++)
        ok_hr(ID3D12Device_CreatePlacedResource(kit.device, heap, (UINT64)i * 128 * KIB, &desc,
                                                D3D12_RESOURCE_STATE_COPY_DEST, NULL,
                                                &IID_ID3D12Resource, (void **)&textures[i]),
              S_OK);
    ok_eq(kit_refs(heap), 1);
    kit_release_last(heap);
    ok_eq(nt_d3d_resource_from(textures[1])->surface->order, NT_D3D_IMAGE);
    kit_pattern(kit_map(upload), layout.total, 1);
    kit_upload(&kit, textures[0], upload, &layout);
    kit_run(&kit);
    kit_pattern(kit_map(readback), layout.total, 2);
    kit_upload(&kit, textures[1], readback, &layout);
    kit_download(&kit, readback, textures[0], &layout);
    kit_run(&kit);
    ok_eq(kit_rows_that_differ(&layout, kit_map(upload), kit_map(readback)), 0);
    for (int i = 0; i < 2; i++)
        kit_release_last(textures[i]);
    kit_release_last(upload);
    kit_release_last(readback);
    kit_close(&kit);
}

/* A row-major texture on an existing heap is the mapping's own bytes, 256 to a row. */
TEST(row_major_textures_are_the_bytes, "D2.6 D5.10 D18.2 D18.3 D6.4")
{
    D3D12_RESOURCE_DESC desc = kit_texture2d_desc(DXGI_FORMAT_R32_UINT, 20, 10), bad;
    ID3D12Resource *texture = NULL, *buffer;
    D3D12_TEXTURE_COPY_LOCATION to, from;
    struct kit_layout layout;
    volatile uint32_t *view;
    ID3D12Heap *heap = NULL;
    struct kit kit;
    HANDLE section;
    size_t wrong = 0;
    void *data = &wrong;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    section = kit_section(64 * KIB, NULL);
    view = kit_view(section, FILE_MAP_WRITE);
    ok_hr(ID3D12Device3_OpenExistingHeapFromFileMapping(kit.device, section, &IID_ID3D12Heap,
                                                        (void **)&heap),
          S_OK);
    require(heap);
    kit_layout_of(kit.device, &desc, 1, &layout);
    buffer = kit_buffer(kit.device, D3D12_HEAP_TYPE_UPLOAD, layout.total);
    ok_hr(try_placed(kit.device, heap, 0, &desc), E_INVALIDARG);
    desc.Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR;
    desc.Flags = D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER;
    bad = desc;
    bad.MipLevels = 2;
    ok_hr(try_placed(kit.device, heap, 0, &bad), E_INVALIDARG);
    bad = desc;
    bad.DepthOrArraySize = 2;
    ok_hr(try_placed(kit.device, heap, 0, &bad), E_INVALIDARG);
    bad = desc;
    bad.Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE3D;
    ok_hr(try_placed(kit.device, heap, 0, &bad), E_INVALIDARG);
    bad.Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE1D;
    bad.Height = 1;
    ok_hr(try_placed(kit.device, heap, 0, &bad), E_INVALIDARG);
    ok_hr(ID3D12Device_CreatePlacedResource(kit.device, heap, 0, &desc,
                                            D3D12_RESOURCE_STATE_COPY_DEST, NULL,
                                            &IID_ID3D12Resource, (void **)&texture),
          S_OK);
    require(texture);
    ok_hr(ID3D12Resource_Map(texture, 0, NULL, &data), E_INVALIDARG);
    ok_ptr_eq(data, &wrong);
    for (uint32_t i = 0; i < 10 * 64; i++)
        ((uint32_t *)kit_map(buffer))[i % (layout.total / 4)] = i;
    to = kit_subresource(texture, 0);
    from = kit_footprint(buffer, &layout.places[0]);
    ID3D12GraphicsCommandList_CopyTextureRegion(kit.list, &to, 0, 0, 0, &from, NULL);
    kit_run(&kit);
    for (uint32_t y = 0; y < 10; y++) {
        for (uint32_t x = 0; x < 20; x++)
            wrong += view[y * 64 + x] != ((uint32_t *)kit_map(buffer))[y * 64 + x];
    }
    ok_eq(wrong, 0);
    ok_eq(view[20], 0);
    kit_release_last(texture);
    kit_release_last(heap);
    kit_release_last(buffer);
    kit_close(&kit);
    ok_succeeds(UnmapViewOfFile((void *)(uintptr_t)view));
    ok_succeeds(CloseHandle(section));
}

/* --- mapping ------------------------------------------------------------------------------ */

TEST(textures_map_without_a_pointer, "D3.7")
{
    const D3D12_RESOURCE_DESC flat =
        kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE2D, DXGI_FORMAT_R8_UNORM, 64, 64, 2, 3);
    const D3D12_RESOURCE_DESC solid =
        kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE3D, DXGI_FORMAT_R8_UNORM, 64, 64, 4, 1);
    const D3D12_RESOURCE_DESC mips =
        kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE3D, DXGI_FORMAT_R8_UNORM, 64, 64, 4, 2);
    ID3D12Device5 *device = kit_device();
    ID3D12Resource *texture = kit_cpu_texture(device, &flat);
    void *data = &texture;

    ok_hr(ID3D12Resource_Map(texture, 0, NULL, NULL), S_OK);
    ok_hr(ID3D12Resource_Map(texture, 5, NULL, NULL), S_OK);
    ok_hr(ID3D12Resource_Map(texture, 6, NULL, NULL), E_INVALIDARG);
    ok_hr(ID3D12Resource_Map(texture, 0, NULL, &data), E_INVALIDARG);
    ok_ptr_eq(data, &texture);
    ID3D12Resource_Unmap(texture, 0, NULL);
    kit_release_last(texture);
    texture = kit_cpu_texture(device, &solid);
    ok_hr(ID3D12Resource_Map(texture, 0, NULL, NULL), S_OK);
    kit_release_last(texture);
    texture = kit_cpu_texture(device, &mips);
    ok_hr(ID3D12Resource_Map(texture, 0, NULL, NULL), E_INVALIDARG);
    kit_release_last(texture);
    texture = kit_texture(device, &flat);
    ok_hr(ID3D12Resource_Map(texture, 0, NULL, NULL), E_INVALIDARG);
    kit_release_last(texture);
    kit_release_last(device);
}

/* --- questions ---------------------------------------------------------------------------- */

static UINT planes_of(ID3D12Device5 *device, DXGI_FORMAT format)
{
    D3D12_FEATURE_DATA_FORMAT_INFO info = {.Format = format};

    ok_hr(ID3D12Device_CheckFeatureSupport(device, D3D12_FEATURE_FORMAT_INFO, &info, sizeof(info)),
          S_OK);
    return info.PlaneCount;
}

static UINT support_of(ID3D12Device5 *device, DXGI_FORMAT format)
{
    D3D12_FEATURE_DATA_FORMAT_SUPPORT support = {format, (D3D12_FORMAT_SUPPORT1)~0u,
                                                 (D3D12_FORMAT_SUPPORT2)~0u};

    ok_hr(ID3D12Device_CheckFeatureSupport(device, D3D12_FEATURE_FORMAT_SUPPORT, &support,
                                           sizeof(support)),
          S_OK);
    ok_eq(support.Support2, 0);
    return support.Support1;
}

/* Textures exist and are copied; nothing is sampled, drawn or stored. */
TEST(formats_say_what_they_can, "D4.8")
{
    const UINT flat = D3D12_FORMAT_SUPPORT1_TEXTURE2D | D3D12_FORMAT_SUPPORT1_MIP;
    const UINT line = D3D12_FORMAT_SUPPORT1_TEXTURE1D, solid = D3D12_FORMAT_SUPPORT1_TEXTURE3D;
    D3D12_FEATURE_DATA_FORMAT_INFO unknown = {.Format = (DXGI_FORMAT)9999};
    D3D12_FEATURE_DATA_MULTISAMPLE_QUALITY_LEVELS samples = {.Format = DXGI_FORMAT_R8_UNORM};
    ID3D12Device5 *device = kit_device();

    ok_eq(planes_of(device, DXGI_FORMAT_R8G8B8A8_UNORM), 1);
    ok_eq(planes_of(device, DXGI_FORMAT_D24_UNORM_S8_UINT), 2);
    ok_eq(planes_of(device, DXGI_FORMAT_NV12), 2);
    ok_hr(ID3D12Device_CheckFeatureSupport(device, D3D12_FEATURE_FORMAT_INFO, &unknown,
                                           sizeof(unknown)),
          E_INVALIDARG);
    ok_eq(support_of(device, DXGI_FORMAT_R8G8B8A8_UNORM), flat | line | solid);
    ok_eq(support_of(device, DXGI_FORMAT_BC1_UNORM), flat | solid);
    ok_eq(support_of(device, DXGI_FORMAT_D32_FLOAT), flat | line);
    ok_eq(support_of(device, DXGI_FORMAT_UNKNOWN), 0);
    for (samples.SampleCount = 1; samples.SampleCount <= 8; samples.SampleCount *= 2) {
        ok_hr(ID3D12Device_CheckFeatureSupport(device, D3D12_FEATURE_MULTISAMPLE_QUALITY_LEVELS,
                                               &samples, sizeof(samples)),
              S_OK);
        ok_eq(samples.NumQualityLevels, samples.SampleCount == 1);
    }
    kit_release_last(device);
}
