// SPDX-License-Identifier: MIT
/*
 * Heap descriptions: what may be made, and what a heap says of itself.
 */
#include "d3d12/kit.h"

static HRESULT try_heap(ID3D12Device5 *device, const D3D12_HEAP_DESC *desc)
{
    ID3D12Heap *heap = (void *)1;
    HRESULT hr = ID3D12Device_CreateHeap(device, desc, &IID_ID3D12Heap, (void **)&heap);

    if (SUCCEEDED(hr))
        kit_release_last(heap);
    else
        ok_ptr_eq(heap, NULL);
    return hr;
}

TEST(heap_alignment_is_64k_or_4m, "D3.1")
{
    ID3D12Device5 *device = kit_device();
    D3D12_HEAP_DESC desc = kit_heap_desc(MIB, D3D12_HEAP_TYPE_DEFAULT);

    ok_hr(try_heap(device, &desc), S_OK);
    desc.Alignment = 64 * KIB;
    ok_hr(try_heap(device, &desc), S_OK);
    desc.Alignment = 4 * MIB;
    ok_hr(try_heap(device, &desc), S_OK);
    desc.Alignment = 4 * KIB;
    ok_hr(try_heap(device, &desc), E_INVALIDARG);
    desc.Alignment = 128 * KIB;
    ok_hr(try_heap(device, &desc), E_INVALIDARG);
    desc.Alignment = 8 * MIB;
    ok_hr(try_heap(device, &desc), E_INVALIDARG);
    kit_release_last(device);
}

TEST(heap_size_is_any_but_zero, "D3.1")
{
    ID3D12Device5 *device = kit_device();
    D3D12_HEAP_DESC desc = kit_heap_desc(0, D3D12_HEAP_TYPE_READBACK);

    ok_hr(try_heap(device, &desc), E_INVALIDARG);
    desc.SizeInBytes = 1024;
    ok_hr(try_heap(device, &desc), S_OK);
    desc.SizeInBytes = 1;
    ok_hr(try_heap(device, &desc), S_OK);
    desc.SizeInBytes = UINT64_MAX;
    ok_hr(try_heap(device, &desc), E_OUTOFMEMORY);
    ok_hr(try_heap(device, NULL), E_INVALIDARG);
    kit_release_last(device);
}

TEST(heap_reports_normalised_description, "D3.1")
{
    ID3D12Device5 *device = kit_device();
    D3D12_HEAP_DESC desc = kit_heap_desc(100000, D3D12_HEAP_TYPE_UPLOAD);
    ID3D12Heap *heap = NULL;

    ok_hr(ID3D12Device_CreateHeap(device, &desc, &IID_ID3D12Heap, (void **)&heap), S_OK);
    desc = ID3D12Heap_GetDesc(heap);
    ok_eq(desc.SizeInBytes, 100000);
    ok_eq(desc.Alignment, 64 * KIB);
    ok_eq(desc.Properties.Type, D3D12_HEAP_TYPE_UPLOAD);
    ok_eq(desc.Properties.CreationNodeMask, 1);
    ok_eq(desc.Properties.VisibleNodeMask, 1);
    ok_eq(desc.Flags, D3D12_HEAP_FLAG_NONE);
    kit_release_last(heap);
    ok_hr(ID3D12Device_CreateHeap(device, &desc, &IID_ID3D12Heap, NULL), S_FALSE);
    heap = (void *)1;
    ok_hr(ID3D12Device_CreateHeap(device, &desc, &IID_ID3D12Fence, (void **)&heap), E_NOINTERFACE);
    ok_ptr_eq(heap, NULL);
    kit_release_last(device);
}

struct custom {
    D3D12_CPU_PAGE_PROPERTY page;
    D3D12_MEMORY_POOL pool;
    HRESULT hr;
};

TEST(custom_heap_combinations, "D3.1")
{
    static const struct custom table[] = {
        {D3D12_CPU_PAGE_PROPERTY_UNKNOWN, D3D12_MEMORY_POOL_L0, E_INVALIDARG},
        {D3D12_CPU_PAGE_PROPERTY_WRITE_BACK, D3D12_MEMORY_POOL_UNKNOWN, E_INVALIDARG},
        {D3D12_CPU_PAGE_PROPERTY_NOT_AVAILABLE, D3D12_MEMORY_POOL_L0, S_OK},
        {D3D12_CPU_PAGE_PROPERTY_WRITE_COMBINE, D3D12_MEMORY_POOL_L0, S_OK},
        {D3D12_CPU_PAGE_PROPERTY_WRITE_BACK, D3D12_MEMORY_POOL_L0, S_OK},
        {D3D12_CPU_PAGE_PROPERTY_WRITE_BACK, D3D12_MEMORY_POOL_L1, E_INVALIDARG},
        {D3D12_CPU_PAGE_PROPERTY_NOT_AVAILABLE, D3D12_MEMORY_POOL_L1, E_INVALIDARG},
        {(D3D12_CPU_PAGE_PROPERTY)9, D3D12_MEMORY_POOL_L0, E_INVALIDARG},
    };
    D3D12_FEATURE_DATA_ARCHITECTURE architecture = {0};
    D3D12_HEAP_DESC desc = kit_heap_desc(64 * KIB, D3D12_HEAP_TYPE_CUSTOM);
    ID3D12Device5 *device = kit_device();

    ok_hr(ID3D12Device_CheckFeatureSupport(device, D3D12_FEATURE_ARCHITECTURE, &architecture,
                                           sizeof(architecture)),
          S_OK);
    ok_eq(architecture.UMA, TRUE);
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        desc.Properties.CPUPageProperty = table[i].page;
        desc.Properties.MemoryPoolPreference = table[i].pool;
        if (!ok_hr(try_heap(device, &desc), table[i].hr))
            test_note("row %zu", i);
    }
    desc = kit_heap_desc(64 * KIB, D3D12_HEAP_TYPE_UPLOAD);
    desc.Properties.CPUPageProperty = D3D12_CPU_PAGE_PROPERTY_WRITE_BACK;
    ok_hr(try_heap(device, &desc), E_INVALIDARG);
    desc = kit_heap_desc(64 * KIB, (D3D12_HEAP_TYPE)0);
    ok_hr(try_heap(device, &desc), E_INVALIDARG);
    kit_release_last(device);
}

TEST(heap_flags_are_checked, "D3.1 D12.4 D18.2")
{
    D3D12_HEAP_DESC desc = kit_heap_desc(64 * KIB, D3D12_HEAP_TYPE_DEFAULT);
    ID3D12Device5 *device = kit_device();

    desc.Flags = D3D12_HEAP_FLAG_ALLOW_ONLY_BUFFERS;
    ok_hr(try_heap(device, &desc), S_OK);
    desc.Flags = D3D12_HEAP_FLAG_ALLOW_DISPLAY;
    ok_hr(try_heap(device, &desc), E_INVALIDARG);
    desc.Flags = D3D12_HEAP_FLAG_DENY_BUFFERS | D3D12_HEAP_FLAG_DENY_RT_DS_TEXTURES |
                 D3D12_HEAP_FLAG_DENY_NON_RT_DS_TEXTURES;
    ok_hr(try_heap(device, &desc), E_INVALIDARG);
    desc.Flags = D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER;
    ok_hr(try_heap(device, &desc), E_INVALIDARG);

    /* What is shared has no CPU access; more in share.c. */
    desc.Flags = D3D12_HEAP_FLAG_SHARED;
    ok_hr(try_heap(device, &desc), S_OK);
    desc.Properties.Type = D3D12_HEAP_TYPE_UPLOAD;
    ok_hr(try_heap(device, &desc), E_INVALIDARG);
    desc.Properties.Type = D3D12_HEAP_TYPE_READBACK;
    ok_hr(try_heap(device, &desc), E_INVALIDARG);
    kit_release_last(device);
}

TEST(node_masks_name_one_node, "D3.1")
{
    D3D12_HEAP_DESC desc = kit_heap_desc(64 * KIB, D3D12_HEAP_TYPE_DEFAULT);
    ID3D12Device5 *device = kit_device();

    desc.Properties.CreationNodeMask = 1;
    desc.Properties.VisibleNodeMask = 1;
    ok_hr(try_heap(device, &desc), S_OK);
    desc.Properties.VisibleNodeMask = 2;
    ok_hr(try_heap(device, &desc), E_INVALIDARG);
    kit_release_last(device);
}

TEST(custom_properties_of_each_type, "D3.1")
{
    ID3D12Device5 *device = kit_device();
    D3D12_HEAP_PROPERTIES p;

    p = ID3D12Device_GetCustomHeapProperties(device, 0, D3D12_HEAP_TYPE_DEFAULT);
    ok_eq(p.Type, D3D12_HEAP_TYPE_CUSTOM);
    ok_eq(p.CPUPageProperty, D3D12_CPU_PAGE_PROPERTY_NOT_AVAILABLE);
    ok_eq(p.MemoryPoolPreference, D3D12_MEMORY_POOL_L0);
    p = ID3D12Device_GetCustomHeapProperties(device, 0, D3D12_HEAP_TYPE_UPLOAD);
    ok_eq(p.CPUPageProperty, D3D12_CPU_PAGE_PROPERTY_WRITE_BACK);
    ok_eq(p.MemoryPoolPreference, D3D12_MEMORY_POOL_L0);
    p = ID3D12Device_GetCustomHeapProperties(device, 0, D3D12_HEAP_TYPE_READBACK);
    ok_eq(p.CPUPageProperty, D3D12_CPU_PAGE_PROPERTY_WRITE_BACK);
    ok_eq(p.MemoryPoolPreference, D3D12_MEMORY_POOL_L0);
    ok_eq(p.CreationNodeMask, 1);
    kit_release_last(device);
}

TEST(allocation_info_of_buffers, "D3.5")
{
    D3D12_RESOURCE_DESC descs[3] = {kit_buffer_desc(1), kit_buffer_desc(64 * KIB),
                                    kit_buffer_desc(64 * KIB + 1)};
    D3D12_RESOURCE_ALLOCATION_INFO1 infos[3];
    D3D12_RESOURCE_ALLOCATION_INFO info;
    ID3D12Device5 *device = kit_device();

    info = ID3D12Device_GetResourceAllocationInfo(device, 0, 0, NULL);
    ok_eq(info.SizeInBytes, 0);
    ok_eq(info.Alignment, 1);
    info = ID3D12Device4_GetResourceAllocationInfo1(device, 0, 3, descs, infos);
    ok_eq(info.SizeInBytes, 256 * KIB);
    ok_eq(info.Alignment, 64 * KIB);
    ok_eq(infos[2].Offset, 128 * KIB);
    ok_eq(infos[2].SizeInBytes, 128 * KIB);
    descs[1].Height = 2;
    info = ID3D12Device_GetResourceAllocationInfo(device, 0, 3, descs);
    ok_eq(info.SizeInBytes, UINT64_MAX);
    ok_eq(info.Alignment, 64 * KIB);
    kit_release_last(device);
}

TEST(footprint_of_a_buffer, "D3.6")
{
    D3D12_RESOURCE_DESC desc = kit_buffer_desc(1000);
    D3D12_PLACED_SUBRESOURCE_FOOTPRINT layout;
    ID3D12Device5 *device = kit_device();
    UINT64 row_size, total;
    UINT n_rows;

    ID3D12Device_GetCopyableFootprints(device, &desc, 0, 1, 7, &layout, &n_rows, &row_size, &total);
    ok_eq(layout.Offset, 7);
    ok_eq(layout.Footprint.Width, 1000);
    ok_eq(layout.Footprint.Height, 1);
    ok_eq(layout.Footprint.RowPitch, 1024);
    ok_eq(n_rows, 1);
    ok_eq(row_size, 1000);
    ok_eq(total, 1000);
    ID3D12Device_GetCopyableFootprints(device, &desc, 0, 1, 0, NULL, NULL, NULL, NULL);
    desc.Format = DXGI_FORMAT_R8_UNORM;
    ID3D12Device_GetCopyableFootprints(device, &desc, 0, 1, 7, &layout, &n_rows, &row_size, &total);
    ok_eq(layout.Offset, UINT64_MAX);
    ok_eq(n_rows, UINT32_MAX);
    ok_eq(row_size, UINT64_MAX);
    ok_eq(total, UINT64_MAX);
    kit_release_last(device);
}

TEST(residency_calls_check_their_objects, "D4.1 D4.2")
{
    struct kit kit;
    ID3D12Resource *buffer;
    ID3D12Pageable *objects[1];
    const D3D12_RESIDENCY_PRIORITY priority = D3D12_RESIDENCY_PRIORITY_HIGH;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    buffer = kit_buffer(kit.device, D3D12_HEAP_TYPE_DEFAULT, 64 * KIB);
    objects[0] = (ID3D12Pageable *)buffer;
    ok_hr(ID3D12Device_MakeResident(kit.device, 1, objects), S_OK);
    ok_hr(ID3D12Device_Evict(kit.device, 1, objects), S_OK);
    ok_hr(ID3D12Device1_SetResidencyPriority(kit.device, 1, objects, &priority), S_OK);
    ok_hr(ID3D12Device3_EnqueueMakeResident(kit.device, D3D12_RESIDENCY_FLAG_NONE, 1, objects,
                                            kit.fence, 5),
          S_OK);
    ok(kit_wait(kit.fence, 5));
    ok_hr(ID3D12Device3_EnqueueMakeResident(kit.device, D3D12_RESIDENCY_FLAG_NONE, 1, objects, NULL,
                                            5),
          E_INVALIDARG);
    ok_hr(ID3D12Device_MakeResident(kit.device, 0, objects), E_INVALIDARG);
    objects[0] = (ID3D12Pageable *)kit.list;
    ok_hr(ID3D12Device_MakeResident(kit.device, 1, objects), E_INVALIDARG);
    kit_release_last(buffer);
    kit_close(&kit);
}
