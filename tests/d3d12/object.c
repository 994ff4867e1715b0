// SPDX-License-Identifier: MIT
/*
 * IUnknown, ID3D12Object and ID3D12DeviceChild: the same rules for every kind of object.
 */
#include "d3d12/kit.h"

#include <string.h>

static const GUID some_guid = {0x7a3b1c5d, 0x1234, 0x4321, {1, 2, 3, 4, 5, 6, 7, 8}};
static const GUID other_guid = {0x7a3b1c5e, 0x1234, 0x4321, {1, 2, 3, 4, 5, 6, 7, 8}};

TEST(private_data_is_kept_and_removed, "D4.6")
{
    ID3D12Device5 *device = kit_device();
    ID3D12Object *object = (ID3D12Object *)device;
    uint32_t value = 0;
    UINT size;

    ok_hr(ID3D12Object_SetPrivateData(object, &some_guid, 0, NULL), S_FALSE);
    ok_hr(ID3D12Object_SetPrivateData(object, &some_guid, sizeof(uint32_t), &(uint32_t){42}), S_OK);
    size = sizeof(value);
    ok_hr(ID3D12Object_GetPrivateData(object, &some_guid, &size, &value), S_OK);
    ok_eq(value, 42);
    size = 3;
    ok_hr(ID3D12Object_GetPrivateData(object, &some_guid, &size, &value), DXGI_ERROR_MORE_DATA);
    ok_eq(size, 4);
    size = 0;
    ok_hr(ID3D12Object_GetPrivateData(object, &some_guid, &size, NULL), S_OK);
    ok_eq(size, 4);
    size = 77;
    ok_hr(ID3D12Object_GetPrivateData(object, &other_guid, &size, &value), DXGI_ERROR_NOT_FOUND);
    ok_eq(size, 0);
    ok_hr(ID3D12Object_GetPrivateData(object, &some_guid, NULL, &value), E_INVALIDARG);
    ok_hr(ID3D12Object_SetPrivateData(object, &some_guid, 0, NULL), S_OK);
    ok_hr(ID3D12Object_GetPrivateData(object, &some_guid, &size, NULL), DXGI_ERROR_NOT_FOUND);
    kit_release_last(device);
}

TEST(private_interface_is_referenced, "D4.6")
{
    ID3D12Device5 *device = kit_device();
    ID3D12Fence *kept = kit_fence(device, 0);
    ID3D12Fence *holder = kit_fence(device, 0);
    IUnknown *back = NULL;
    UINT size = sizeof(back);

    ok_hr(ID3D12Fence_SetPrivateDataInterface(holder, &some_guid, (IUnknown *)kept), S_OK);
    ok_eq(kit_refs(kept), 2);
    ok_hr(ID3D12Fence_GetPrivateData(holder, &some_guid, &size, &back), S_OK);
    ok_ptr_eq(back, kept);
    ok_eq(size, sizeof(back));
    ok_eq(IUnknown_Release(back), 2);
    ok_hr(ID3D12Fence_SetPrivateDataInterface(holder, &some_guid, NULL), S_OK);
    ok_eq(kit_refs(kept), 1);
    ok_hr(ID3D12Fence_SetPrivateDataInterface(holder, &some_guid, (IUnknown *)kept), S_OK);
    kit_release_last(holder);
    ok_eq(kit_refs(kept), 1);
    kit_release_last(kept);
    kit_release_last(device);
}

TEST(name_is_private_data_with_its_terminator, "D4.6")
{
    ID3D12Device5 *device = kit_device();
    wchar_t name[32];
    UINT size = sizeof(name);

    ok_hr(ID3D12Object_SetName((ID3D12Object *)device, L"deviceee"), S_OK);
    ok_hr(ID3D12Object_GetPrivateData((ID3D12Object *)device, &WKPDID_D3DDebugObjectNameW, &size,
                                      name),
          S_OK);
    ok_eq(size, 9 * sizeof(wchar_t));
    ok_wstr_eq(name, L"deviceee");
    kit_release_last(device);
}

TEST(children_hold_their_device, "D17.7")
{
    ID3D12Device5 *device = kit_device();
    ULONG before = kit_refs(device);
    ID3D12Fence *fence = kit_fence(device, 0);
    ID3D12Device *back = NULL;

    ok_eq(kit_refs(device), before + 1);
    ok_hr(ID3D12Fence_GetDevice(fence, &IID_ID3D12Device, (void **)&back), S_OK);
    ok_ptr_eq(back, device);
    ok_eq(ID3D12Device_Release(back), before + 1);
    ok_hr(ID3D12Fence_GetDevice(fence, &IID_ID3D12Fence, (void **)&back), E_NOINTERFACE);
    ok_ptr_eq(back, NULL);
    ok_eq(ID3D12Device_Release((ID3D12Device *)device), before);
    kit_release_last(fence);
}

TEST(placed_resource_and_list_do_not_count_on_their_makers, "D17.7 D17.6")
{
    D3D12_HEAP_DESC heap_desc = kit_heap_desc(MIB, D3D12_HEAP_TYPE_CUSTOM);
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(64 * KIB);
    struct kit kit;
    ID3D12Resource *buffer = NULL;
    ID3D12Heap *heap = NULL;
    uint32_t *words;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    ok_eq(kit_refs(kit.allocator), 1);
    ok_hr(ID3D12Device_CreateHeap(kit.device, &heap_desc, &IID_ID3D12Heap, (void **)&heap), S_OK);
    ok_hr(ID3D12Device_CreatePlacedResource(kit.device, heap, 64 * KIB, &desc,
                                            D3D12_RESOURCE_STATE_COMMON, NULL, &IID_ID3D12Resource,
                                            (void **)&buffer),
          S_OK);
    ok_eq(kit_refs(heap), 1);
    kit_release_last(heap);

    /* The memory is still there: the resource holds it. */
    words = kit_map(buffer);
    words[5] = 55;
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, 4096, buffer, 20, 4);
    kit_run(&kit);
    ok_eq(words[1024], 55);
    kit_release_last(buffer);
    kit_close(&kit);
}

static bool answers(void *object, const IID *iid)
{
    void *other = NULL;
    HRESULT hr = IUnknown_QueryInterface((IUnknown *)object, iid, &other);

    if (SUCCEEDED(hr))
        IUnknown_Release((IUnknown *)other);
    return SUCCEEDED(hr);
}

TEST(all_but_lists_are_pageable, "D4.7")
{
    struct kit kit;
    ID3D12Resource *buffer;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    buffer = kit_buffer(kit.device, D3D12_HEAP_TYPE_DEFAULT, 64 * KIB);
    ok(answers(kit.allocator, &IID_ID3D12Pageable));
    ok(answers(kit.queue, &IID_ID3D12Pageable));
    ok(answers(kit.fence, &IID_ID3D12Pageable));
    ok(answers(buffer, &IID_ID3D12Pageable));
    ok(!answers(kit.list, &IID_ID3D12Pageable));
    ok(answers(kit.list, &IID_ID3D12DeviceChild));
    ok(answers(kit.list, &IID_ID3D12CommandList));
    ok(answers(kit.list, &IID_ID3D12GraphicsCommandList1));
    ok(!answers(kit.list, &IID_ID3D12GraphicsCommandList3));
    ok(answers(kit.fence, &IID_ID3D12Fence1));
    ok(!answers(kit.fence, &IID_ID3D12Resource));
    kit_release_last(buffer);
    kit_close(&kit);
}

TEST(vtables_have_the_documented_slots, "D7.3")
{
    ok_eq(sizeof(ID3D12DeviceVtbl) / sizeof(void *), 44);
    ok_eq(sizeof(ID3D12Device3Vtbl) / sizeof(void *), 51);
    ok_eq(sizeof(ID3D12Device5Vtbl) / sizeof(void *), 65);
    ok_eq(sizeof(ID3D12HeapVtbl) / sizeof(void *), 9);
    ok_eq(sizeof(ID3D12ResourceVtbl) / sizeof(void *), 15);
    ok_eq(sizeof(ID3D12FenceVtbl) / sizeof(void *), 11);
    ok_eq(sizeof(ID3D12CommandQueueVtbl) / sizeof(void *), 19);
    ok_eq(sizeof(ID3D12GraphicsCommandList2Vtbl) / sizeof(void *), 67);
    ok_eq(sizeof(D3D12_HEAP_DESC), 48);
    ok_eq(sizeof(D3D12_RESOURCE_DESC), 56);
    ok_eq(sizeof(D3D12_HEAP_PROPERTIES), 20);
    ok_eq(sizeof(D3D12_RESOURCE_ALLOCATION_INFO), 16);
}
