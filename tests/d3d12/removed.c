// SPDX-License-Identifier: MIT
/*
 * A removed device, method by method: what makes something refuses, what tells something still
 * tells it, and nothing that is there is lost (D19.11).
 */
#include <string.h>

#include "d3d12/kit.h"

/* All that a device makes, one of each, and then its removal. */
struct leftovers {
    struct kit kit;
    ID3D12Heap *heap;
    ID3D12Resource *buffer, *placed;
    ID3D12CommandAllocator *spare;
    HANDLE event;
};

static void leave(struct leftovers *left)
{
    const D3D12_HEAP_DESC heap = kit_heap_desc(128 * KIB, D3D12_HEAP_TYPE_CUSTOM);
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(64 * KIB);
    ID3D12Device5 *device;

    *left = (struct leftovers){0};
    kit_open(&left->kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    device = left->kit.device;
    ok_hr(ID3D12Device_CreateHeap(device, &heap, &IID_ID3D12Heap, (void **)&left->heap), S_OK);
    ok_hr(ID3D12Device_CreatePlacedResource(device, left->heap, 0, &desc,
                                            D3D12_RESOURCE_STATE_COMMON, NULL, &IID_ID3D12Resource,
                                            (void **)&left->placed),
          S_OK);
    left->buffer = kit_shared_buffer(device, 64 * KIB);
    left->spare = kit_allocator(device, D3D12_COMMAND_LIST_TYPE_DIRECT);
    left->event = CreateEventW(NULL, FALSE, FALSE, NULL);
    ID3D12Device5_RemoveDevice(device);
}

static void clear(struct leftovers *left)
{
    kit_release_last(left->spare);
    kit_release_last(left->buffer);
    kit_release_last(left->placed);
    kit_release_last(left->heap);
    CloseHandle(left->event);
    kit_close(&left->kit);
}

#define REFUSED(call)                             \
    do {                                          \
        out = &left;                              \
        ok_hr((call), DXGI_ERROR_DEVICE_REMOVED); \
        ok_ptr_eq(out, NULL);                     \
    } while (0)

TEST(removed_device_makes_nothing, "D19.8 D19.11 D12.11 D6.7")
{
    const D3D12_HEAP_DESC heap = kit_heap_desc(64 * KIB, D3D12_HEAP_TYPE_DEFAULT);
    const D3D12_COMMAND_QUEUE_DESC queue = {0};
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(64 * KIB);
    const D3D12_QUERY_HEAP_DESC queries = {.Type = D3D12_QUERY_HEAP_TYPE_TIMESTAMP, .Count = 1};
    HANDLE section = kit_section(64 * KIB, NULL);
    struct leftovers left;
    ID3D12Device5 *d;
    void *out;

    leave(&left);
    d = left.kit.device;
    REFUSED(ID3D12Device_CreateCommandQueue(d, &queue, &IID_ID3D12CommandQueue, &out));
    REFUSED(ID3D12Device_CreateCommandAllocator(d, D3D12_COMMAND_LIST_TYPE_DIRECT,
                                                &IID_ID3D12CommandAllocator, &out));
    REFUSED(ID3D12Device_CreateCommandList(d, 0, D3D12_COMMAND_LIST_TYPE_DIRECT, left.spare, NULL,
                                           &IID_ID3D12GraphicsCommandList, &out));
    REFUSED(ID3D12Device4_CreateCommandList1(d, 0, D3D12_COMMAND_LIST_TYPE_DIRECT, 0,
                                             &IID_ID3D12GraphicsCommandList, &out));
    REFUSED(ID3D12Device_CreateCommittedResource(d, &heap.Properties, 0, &desc,
                                                 D3D12_RESOURCE_STATE_COMMON, NULL,
                                                 &IID_ID3D12Resource, &out));
    REFUSED(ID3D12Device4_CreateCommittedResource1(d, &heap.Properties, 0, &desc,
                                                   D3D12_RESOURCE_STATE_COMMON, NULL, NULL,
                                                   &IID_ID3D12Resource, &out));
    REFUSED(ID3D12Device_CreateHeap(d, &heap, &IID_ID3D12Heap, &out));
    REFUSED(ID3D12Device4_CreateHeap1(d, &heap, NULL, &IID_ID3D12Heap, &out));
    REFUSED(ID3D12Device_CreatePlacedResource(d, left.heap, 64 * KIB, &desc,
                                              D3D12_RESOURCE_STATE_COMMON, NULL,
                                              &IID_ID3D12Resource, &out));
    REFUSED(ID3D12Device_CreateReservedResource(d, &desc, D3D12_RESOURCE_STATE_COMMON, NULL,
                                                &IID_ID3D12Resource, &out));
    REFUSED(ID3D12Device4_CreateReservedResource1(d, &desc, D3D12_RESOURCE_STATE_COMMON, NULL, NULL,
                                                  &IID_ID3D12Resource, &out));
    REFUSED(ID3D12Device_CreateFence(d, 0, 0, &IID_ID3D12Fence, &out));
    REFUSED(ID3D12Device_CreateQueryHeap(d, &queries, &IID_ID3D12QueryHeap, &out));
    REFUSED(ID3D12Device_CreateSharedHandle(d, (ID3D12DeviceChild *)left.heap, NULL, GENERIC_ALL,
                                            NULL, &out));
    REFUSED(ID3D12Device_OpenSharedHandle(d, section, &IID_ID3D12Heap, &out));
    REFUSED(ID3D12Device_OpenSharedHandleByName(d, L"x", GENERIC_ALL, &out));
    REFUSED(ID3D12Device3_OpenExistingHeapFromAddress(d, d, &IID_ID3D12Heap, &out));
    REFUSED(ID3D12Device3_OpenExistingHeapFromFileMapping(d, section, &IID_ID3D12Heap, &out));
    clear(&left);
    CloseHandle(section);
}

TEST(removed_device_still_tells, "D19.11 D19.6")
{
    D3D12_FEATURE_DATA_EXISTING_HEAPS heaps = {FALSE};
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(70000);
    const UINT64 value = 5;
    const D3D12_RESIDENCY_PRIORITY priority = D3D12_RESIDENCY_PRIORITY_NORMAL;
    D3D12_PLACED_SUBRESOURCE_FOOTPRINT footprint;
    struct leftovers left;
    ID3D12Pageable *pageable;
    ID3D12Device5 *d;
    char name[32];
    UINT size = sizeof(name);
    UINT64 total = 0;
    LUID luid;

    leave(&left);
    d = left.kit.device;
    pageable = (ID3D12Pageable *)left.heap;
    ok_hr(ID3D12Device_GetDeviceRemovedReason(d), DXGI_ERROR_DEVICE_REMOVED);
    ok_eq(ID3D12Device_GetNodeCount(d), 1);
    luid = ID3D12Device_GetAdapterLuid(d);
    ok(luid.LowPart || luid.HighPart);
    ok_hr(ID3D12Device_CheckFeatureSupport(d, D3D12_FEATURE_EXISTING_HEAPS, &heaps, sizeof(heaps)),
          S_OK);
    ok_eq(heaps.Supported, TRUE);
    ok_eq(ID3D12Device_GetResourceAllocationInfo(d, 0, 1, &desc).SizeInBytes, 128 * KIB);
    ok_eq(ID3D12Device_GetCustomHeapProperties(d, 0, D3D12_HEAP_TYPE_UPLOAD).Type,
          D3D12_HEAP_TYPE_CUSTOM);
    ID3D12Device_GetCopyableFootprints(d, &desc, 0, 1, 0, &footprint, NULL, NULL, &total);
    ok_eq(total, 70000);
    ok_hr(ID3D12Device_MakeResident(d, 1, &pageable), DXGI_ERROR_DEVICE_REMOVED);
    ok_hr(ID3D12Device_Evict(d, 1, &pageable), S_OK);
    ok_hr(ID3D12Device1_SetResidencyPriority(d, 1, &pageable, &priority), S_OK);
    ok_hr(ID3D12Device3_EnqueueMakeResident(d, 0, 1, &pageable, left.kit.fence, 1),
          DXGI_ERROR_DEVICE_REMOVED);
    ok_hr(ID3D12Device1_SetEventOnMultipleFenceCompletion(d, &left.kit.fence, &value, 1, 0,
                                                          left.event),
          S_OK);
    ok_eq(WaitForSingleObject(left.event, KIT_DEADLINE), WAIT_OBJECT_0);
    ok_hr(ID3D12Object_SetPrivateData(d, &IID_ID3D12Heap, 4, "abc"), S_OK);
    ok_hr(ID3D12Object_GetPrivateData(d, &IID_ID3D12Heap, &size, name), S_OK);
    ok_str_eq(name, "abc");
    ok_hr(ID3D12Object_SetName(left.heap, L"still there"), S_OK);
    /* A second removal changes nothing. */
    ID3D12Device5_RemoveDevice(d);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(d), DXGI_ERROR_DEVICE_REMOVED);
    clear(&left);
}

TEST(objects_of_a_removed_device_answer, "D19.11 D19.6")
{
    struct leftovers left;
    struct kit *kit = &left.kit;
    const D3D12_BOX third = {12, 0, 0, 16, 1, 1};
    D3D12_HEAP_PROPERTIES properties;
    ID3D12Device *device = NULL;
    uint32_t *words, word = 0;
    UINT64 frequency = 0;

    leave(&left);
    /* Resources and heaps: everything that only tells, and the memory. */
    ok_eq(ID3D12Heap_GetDesc(left.heap).SizeInBytes, 128 * KIB);
    words = kit_map(left.buffer);
    words[3] = 33;
    ok_hr(ID3D12Resource_ReadFromSubresource(left.buffer, &word, 4, 4, 0, &third), S_OK);
    ok_eq(word, 33);
    ID3D12Resource_Unmap(left.buffer, 0, NULL);
    ok_eq(ID3D12Resource_GetDesc(left.placed).Width, 64 * KIB);
    ok_ne(ID3D12Resource_GetGPUVirtualAddress(left.placed), 0);
    ok_hr(ID3D12Resource_GetHeapProperties(left.placed, &properties, NULL), S_OK);
    ok_hr(ID3D12Heap_GetDevice(left.heap, &IID_ID3D12Device, (void **)&device), S_OK);
    ok_ptr_eq(device, kit->device);
    ID3D12Device_Release(device);

    /* Lists record, close and reset; a queue drops them. */
    ID3D12GraphicsCommandList_CopyBufferRegion(kit->list, left.buffer, 0, left.placed, 0, 4);
    ok_hr(ID3D12GraphicsCommandList_Close(kit->list), S_OK);
    kit_execute(kit->queue, kit->list);
    ok_hr(ID3D12CommandAllocator_Reset(kit->allocator), S_OK);
    ok_hr(ID3D12GraphicsCommandList_Reset(kit->list, left.spare, NULL), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(kit->queue, kit->fence, 1), DXGI_ERROR_DEVICE_REMOVED);
    ok_hr(ID3D12CommandQueue_Wait(kit->queue, kit->fence, 1), DXGI_ERROR_DEVICE_REMOVED);
    ok_hr(ID3D12CommandQueue_GetTimestampFrequency(kit->queue, &frequency), S_OK);
    ok_eq(ID3D12CommandQueue_GetDesc(kit->queue).Type, D3D12_COMMAND_LIST_TYPE_DIRECT);

    ok_eq(ID3D12Fence_GetCompletedValue(kit->fence), UINT64_MAX);
    ok_hr(ID3D12Fence_Signal(kit->fence, 1), DXGI_ERROR_DEVICE_REMOVED);
    ok_hr(ID3D12Fence_SetEventOnCompletion(kit->fence, 7, left.event), S_OK);
    ok_eq(WaitForSingleObject(left.event, KIT_DEADLINE), WAIT_OBJECT_0);
    clear(&left);
}

/* Children keep their device, also when it is removed. */
TEST(removal_ends_with_the_last_object, "D17.7 D19.11")
{
    struct leftovers left;
    ID3D12Device5 *d;

    leave(&left);
    d = left.kit.device;
    ok(ID3D12Device_AddRef(d) > 8);
    ID3D12Device_Release(d);
    clear(&left);
}

/* Twenty devices, each removed, in one process: nothing is left behind. */
TEST(many_devices_are_removed, "D19.6 D8")
{
    for (int i = 0; i < 20; i++) {
        struct leftovers left;

        leave(&left);
        clear(&left);
    }
}
