// SPDX-License-Identifier: MIT
/*
 * Buffers: descriptions, places on heaps, first states, mapping.
 */
#include "d3d12/kit.h"

#include <string.h>

static HRESULT try_committed(ID3D12Device5 *device, D3D12_HEAP_TYPE type,
                             const D3D12_RESOURCE_DESC *desc, D3D12_RESOURCE_STATES state)
{
    const D3D12_HEAP_DESC heap = kit_heap_desc(1, type);
    ID3D12Resource *buffer = (void *)1;
    HRESULT hr =
        ID3D12Device_CreateCommittedResource(device, &heap.Properties, D3D12_HEAP_FLAG_NONE, desc,
                                             state, NULL, &IID_ID3D12Resource, (void **)&buffer);

    if (SUCCEEDED(hr))
        kit_release_last(buffer);
    else
        ok_ptr_eq(buffer, NULL);
    return hr;
}

static HRESULT try_desc(ID3D12Device5 *device, const D3D12_RESOURCE_DESC *desc)
{
    return try_committed(device, D3D12_HEAP_TYPE_DEFAULT, desc, D3D12_RESOURCE_STATE_COMMON);
}

TEST(buffer_descriptions_have_one_shape, "D3.3")
{
    const D3D12_RESOURCE_DESC good = kit_buffer_desc(64 * KIB);
    ID3D12Device5 *device = kit_device();
    D3D12_RESOURCE_DESC bad;

    ok_hr(try_desc(device, &good), S_OK);
#define BAD(change)                                  \
    do {                                             \
        bad = good;                                  \
        bad.change;                                  \
        ok_hr(try_desc(device, &bad), E_INVALIDARG); \
    } while (0)
    BAD(Width = 0);
    BAD(Height = 2);
    BAD(DepthOrArraySize = 2);
    BAD(MipLevels = 0);
    BAD(Format = DXGI_FORMAT_R32_UINT);
    BAD(SampleDesc.Count = 2);
    BAD(SampleDesc.Quality = 1);
    BAD(Layout = D3D12_TEXTURE_LAYOUT_UNKNOWN);
    BAD(Layout = D3D12_TEXTURE_LAYOUT_64KB_UNDEFINED_SWIZZLE);
    BAD(Alignment = 4096);
    BAD(Flags = D3D12_RESOURCE_FLAG_ALLOW_DEPTH_STENCIL);
    BAD(Flags = D3D12_RESOURCE_FLAG_ALLOW_SIMULTANEOUS_ACCESS);
    BAD(Dimension = D3D12_RESOURCE_DIMENSION_UNKNOWN);
    BAD(Width = UINT64_MAX);
#undef BAD
    bad = good;
    bad.Alignment = 64 * KIB;
    bad.Flags = D3D12_RESOURCE_FLAG_ALLOW_UNORDERED_ACCESS;
    ok_hr(try_desc(device, &bad), S_OK);
    bad = good;
    bad.Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE2D;
    ok_hr(try_desc(device, &bad), E_INVALIDARG);
    ok_hr(try_desc(device, NULL), E_INVALIDARG);
    kit_release_last(device);
}

TEST(first_states_follow_the_heap_type, "D3.2")
{
    D3D12_RESOURCE_DESC desc = kit_buffer_desc(64 * KIB);
    const D3D12_CLEAR_VALUE clear = {.Format = DXGI_FORMAT_R32_UINT};
    const D3D12_HEAP_DESC heap = kit_heap_desc(1, D3D12_HEAP_TYPE_DEFAULT);
    ID3D12Device5 *device = kit_device();

    ok_hr(try_committed(device, D3D12_HEAP_TYPE_UPLOAD, &desc, D3D12_RESOURCE_STATE_GENERIC_READ),
          S_OK);
    ok_hr(try_committed(device, D3D12_HEAP_TYPE_UPLOAD, &desc, D3D12_RESOURCE_STATE_COMMON), S_OK);
    ok_hr(try_committed(device, D3D12_HEAP_TYPE_UPLOAD, &desc, D3D12_RESOURCE_STATE_COPY_DEST),
          E_INVALIDARG);
    ok_hr(try_committed(device, D3D12_HEAP_TYPE_READBACK, &desc, D3D12_RESOURCE_STATE_COPY_DEST),
          S_OK);
    ok_hr(try_committed(device, D3D12_HEAP_TYPE_READBACK, &desc, D3D12_RESOURCE_STATE_GENERIC_READ),
          E_INVALIDARG);
    desc.Flags = D3D12_RESOURCE_FLAG_ALLOW_UNORDERED_ACCESS;
    ok_hr(try_committed(device, D3D12_HEAP_TYPE_UPLOAD, &desc, D3D12_RESOURCE_STATE_GENERIC_READ),
          E_INVALIDARG);
    ok_hr(ID3D12Device_CreateCommittedResource(device, &heap.Properties, D3D12_HEAP_FLAG_NONE,
                                               &desc, D3D12_RESOURCE_STATE_COMMON, &clear,
                                               &IID_ID3D12Resource, NULL),
          E_INVALIDARG);
    kit_release_last(device);
}

static HRESULT try_placed(ID3D12Device5 *device, ID3D12Heap *heap, UINT64 offset, UINT64 size,
                          D3D12_RESOURCE_FLAGS flags)
{
    D3D12_RESOURCE_DESC desc = kit_buffer_desc(size);
    ID3D12Resource *buffer = (void *)1;
    HRESULT hr;

    desc.Flags = flags;
    hr = ID3D12Device_CreatePlacedResource(device, heap, offset, &desc, D3D12_RESOURCE_STATE_COMMON,
                                           NULL, &IID_ID3D12Resource, (void **)&buffer);
    if (SUCCEEDED(hr))
        kit_release_last(buffer);
    else
        ok_ptr_eq(buffer, NULL);
    return hr;
}

TEST(placed_buffers_must_fit, "D3.4 D18.3")
{
    D3D12_HEAP_DESC desc = kit_heap_desc(192 * KIB + 1024, D3D12_HEAP_TYPE_DEFAULT);
    ID3D12Device5 *device = kit_device();
    ID3D12Device5 *other = kit_device();
    ID3D12Heap *heap = NULL;

    ok_hr(ID3D12Device_CreateHeap(device, &desc, &IID_ID3D12Heap, (void **)&heap), S_OK);
    ok_hr(try_placed(device, heap, 0, 192 * KIB + 1024, 0), S_OK);
    ok_hr(try_placed(device, heap, 192 * KIB, 1024, 0), S_OK);
    ok_hr(try_placed(device, heap, 192 * KIB, 1025, 0), E_INVALIDARG);
    ok_hr(try_placed(device, heap, 256 * KIB, 1, 0), E_INVALIDARG);
    ok_hr(try_placed(device, heap, 4096, 1024, 0), E_INVALIDARG);
    ok_hr(try_placed(device, heap, UINT64_MAX - 65535, 65536, 0), E_INVALIDARG);
    ok_hr(try_placed(device, heap, 0, 1024, D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER), E_INVALIDARG);
    ok_hr(try_placed(device, NULL, 0, 1024, 0), E_INVALIDARG);
    ok_hr(try_placed(other, heap, 0, 1024, 0), E_INVALIDARG);
    kit_release_last(heap);

    desc.Flags = D3D12_HEAP_FLAG_DENY_BUFFERS;
    ok_hr(ID3D12Device_CreateHeap(device, &desc, &IID_ID3D12Heap, (void **)&heap), S_OK);
    ok_hr(try_placed(device, heap, 0, 1024, 0), E_INVALIDARG);
    kit_release_last(heap);
    kit_release_last(other);
    kit_release_last(device);
}

TEST(addresses_are_aligned_and_follow_the_place, "D3.4 D5.4")
{
    const D3D12_HEAP_DESC desc = kit_heap_desc(MIB, D3D12_HEAP_TYPE_CUSTOM);
    const D3D12_RESOURCE_DESC buffer_desc = kit_buffer_desc(1000);
    ID3D12Device5 *device = kit_device();
    ID3D12Resource *buffers[2] = {NULL, NULL};
    ID3D12Heap *heap = NULL;
    D3D12_RESOURCE_DESC got;

    ok_hr(ID3D12Device_CreateHeap(device, &desc, &IID_ID3D12Heap, (void **)&heap), S_OK);
    for (int i = 0; i < 2; i++)
        ok_hr(ID3D12Device_CreatePlacedResource(device, heap, (UINT64)i * 128 * KIB, &buffer_desc,
                                                D3D12_RESOURCE_STATE_COMMON, NULL,
                                                &IID_ID3D12Resource, (void **)&buffers[i]),
              S_OK);
    ok_eq(ID3D12Resource_GetGPUVirtualAddress(buffers[0]) % (64 * KIB), 0);
    ok_eq(ID3D12Resource_GetGPUVirtualAddress(buffers[1]) -
              ID3D12Resource_GetGPUVirtualAddress(buffers[0]),
          128 * KIB);
    ok_eq((char *)kit_map(buffers[1]) - (char *)kit_map(buffers[0]), 128 * KIB);
    got = ID3D12Resource_GetDesc(buffers[1]);
    ok_eq(got.Width, 1000);
    ok_eq(got.Alignment, 64 * KIB);
    kit_release_last(heap);
    kit_release_last(buffers[0]);
    kit_release_last(buffers[1]);
    kit_release_last(device);
}

TEST(only_cpu_memory_maps, "D3.7")
{
    ID3D12Device5 *device = kit_device();
    ID3D12Resource *hidden = kit_buffer(device, D3D12_HEAP_TYPE_DEFAULT, 64 * KIB);
    ID3D12Resource *upload = kit_buffer(device, D3D12_HEAP_TYPE_UPLOAD, 64 * KIB);
    const D3D12_RANGE range = {4096, 8192};
    void *first = NULL, *second = NULL, *untouched = (void *)1;

    ok_hr(ID3D12Resource_Map(hidden, 0, NULL, &untouched), E_INVALIDARG);
    ok_ptr_eq(untouched, (void *)1);
    ok_hr(ID3D12Resource_Map(upload, 1, NULL, &untouched), E_INVALIDARG);
    ok_ptr_eq(untouched, (void *)1);
    ok_hr(ID3D12Resource_Map(upload, 0, &range, &first), S_OK);
    ok_hr(ID3D12Resource_Map(upload, 0, NULL, &second), S_OK);
    ok_ptr_eq(first, second);
    ok_hr(ID3D12Resource_Map(upload, 0, NULL, NULL), S_OK);
    ID3D12Resource_Unmap(upload, 7, NULL);
    ID3D12Resource_Unmap(upload, 0, &range);
    memset(first, 1, 64 * KIB);
    kit_release_last(upload);
    kit_release_last(hidden);
    kit_release_last(device);
}

TEST(resource_knows_its_heap, "D3.7")
{
    ID3D12Device5 *device = kit_device();
    ID3D12Resource *buffer = kit_buffer(device, D3D12_HEAP_TYPE_READBACK, 64 * KIB);
    D3D12_HEAP_PROPERTIES properties;
    D3D12_HEAP_FLAGS flags = (D3D12_HEAP_FLAGS)77;

    ok_hr(ID3D12Resource_GetHeapProperties(buffer, &properties, &flags), S_OK);
    ok_eq(properties.Type, D3D12_HEAP_TYPE_READBACK);
    ok_eq(properties.VisibleNodeMask, 1);
    ok_eq(flags, D3D12_HEAP_FLAG_NONE);
    ok_hr(ID3D12Resource_GetHeapProperties(buffer, NULL, NULL), S_OK);
    kit_release_last(buffer);
    kit_release_last(device);
}

TEST(subresource_copies_by_the_cpu, "D3.7")
{
    ID3D12Device5 *device = kit_device();
    ID3D12Resource *buffer = kit_shared_buffer(device, 64 * KIB);
    const D3D12_BOX box = {8, 0, 0, 16, 1, 1}, outside = {0, 0, 0, 64 * 1024 + 1, 1, 1};
    char text[16] = {0};

    ok_hr(ID3D12Resource_WriteToSubresource(buffer, 0, &box, "8 bytes.", 0, 0), S_OK);
    ok_hr(ID3D12Resource_ReadFromSubresource(buffer, text, 0, 0, 0, &box), S_OK);
    ok_str_eq(text, "8 bytes.");
    ok_eq(memcmp((char *)kit_map(buffer) + 8, "8 bytes.", 8), 0);
    ok_hr(ID3D12Resource_ReadFromSubresource(buffer, text, 0, 0, 0, &outside), E_INVALIDARG);
    ok_hr(ID3D12Resource_ReadFromSubresource(buffer, text, 0, 0, 1, &box), E_INVALIDARG);
    kit_release_last(buffer);
    kit_release_last(device);
}

/* Memory of an earlier buffer never shines through, whoever clears it: CPU or device. */
static void check_zeroed(D3D12_HEAP_TYPE type)
{
    /* Small enough for the driver to give out the same memory again, dirty as it is. */
    const UINT64 size = 64 * KIB;
    struct kit kit;
    ID3D12Resource *buffer, *readback;
    uint32_t *words;
    size_t dirty = 0;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    readback = kit_buffer(kit.device, D3D12_HEAP_TYPE_READBACK, size);
    words = kit_map(readback);
    for (int round = 0; round < 16; round++) {
        buffer = kit_buffer(kit.device, type, size);
        ID3D12GraphicsCommandList_CopyResource(kit.list, readback, buffer);
        kit_run(&kit);
        for (size_t i = 0; i < size / 4; i++)
            dirty += words[i] != 0;
        memset(words, 0x5a, size);
        if (type == D3D12_HEAP_TYPE_DEFAULT)
            ID3D12GraphicsCommandList_CopyResource(kit.list, buffer, readback);
        else
            memset(kit_map(buffer), 0xa5, size);
        kit_run(&kit);
        kit_release_last(buffer);
    }
    ok_eq(dirty, 0);
    kit_release_last(readback);
    kit_close(&kit);
}

TEST(new_memory_is_zero_cpu, "D3.1")
{
    check_zeroed(D3D12_HEAP_TYPE_CUSTOM);
}

TEST(new_memory_is_zero_device, "D3.1")
{
    check_zeroed(D3D12_HEAP_TYPE_DEFAULT);
}
