// SPDX-License-Identifier: MIT
/*
 * Where other implementations outside Windows stop: what they answer E_NOTIMPL to is here, and what
 * they quietly do without sharing is shared.
 */
#include <string.h>

#include "d3d12/kit.h"

/* A heap that may be shared, and a buffer over all of it. */
static ID3D12Heap *shared_heap(ID3D12Device5 *device)
{
    D3D12_HEAP_DESC desc = kit_heap_desc(64 * KIB, D3D12_HEAP_TYPE_DEFAULT);
    ID3D12Heap *heap = NULL;

    desc.Flags = D3D12_HEAP_FLAG_SHARED;
    ok_hr(ID3D12Device_CreateHeap(device, &desc, &IID_ID3D12Heap, (void **)&heap), S_OK);
    require(heap != NULL);
    return heap;
}

static ID3D12Resource *place(ID3D12Device5 *device, ID3D12Heap *heap)
{
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(64 * KIB);
    ID3D12Resource *buffer = NULL;

    ok_hr(ID3D12Device_CreatePlacedResource(device, heap, 0, &desc, D3D12_RESOURCE_STATE_COMMON,
                                            NULL, &IID_ID3D12Resource, (void **)&buffer),
          S_OK);
    require(buffer != NULL);
    return buffer;
}

/* One word of @from to the first of @to, by the device. */
static void copy_word(struct kit *kit, ID3D12Resource *to, ID3D12Resource *from)
{
    ID3D12GraphicsCommandList_CopyBufferRegion(kit->list, to, 0, from, 0, 4);
    kit_run(kit);
}

TEST(sharing_is_not_left_out, "D0.7 D0.8 D6.1 D6.2")
{
    struct kit one, two;
    ID3D12Heap *heap, *opened = NULL;
    ID3D12Resource *first, *second, *words_one, *words_two;
    HANDLE handle = NULL, named = NULL;
    UINT kind = 0;
    uint32_t *in, *out;

    kit_open(&one, D3D12_COMMAND_LIST_TYPE_COPY);
    kit_open(&two, D3D12_COMMAND_LIST_TYPE_COPY);
    heap = shared_heap(one.device);
    ok_hr(ntshm_d3d12_get_memory_kind((ID3D12DeviceChild *)heap, &kind), S_OK);
    ok_ne(kind, NTSHM_D3D12_MEMORY_DRIVER);
    ok_hr(ID3D12Device_CreateSharedHandle(one.device, (ID3D12DeviceChild *)heap, NULL, GENERIC_ALL,
                                          L_("others"), &handle),
          S_OK);
    /* A handle is a number of its own, a multiple of four as every handle; no descriptor. */
    ok_ne(handle, NULL);
    ok_eq((uintptr_t)handle % 4, 0);
    ok_hr(ID3D12Device_OpenSharedHandleByName(two.device, L_("others"), GENERIC_ALL, &named), S_OK);
    ok(CompareObjectHandles(handle, named));
    ok_hr(ID3D12Device_OpenSharedHandle(two.device, named, &IID_ID3D12Heap, (void **)&opened),
          S_OK);
    require(opened != NULL);
    first = place(one.device, heap);
    second = place(two.device, opened);
    words_one = kit_shared_buffer(one.device, 64 * KIB);
    words_two = kit_shared_buffer(two.device, 64 * KIB);
    in = kit_map(words_one);
    out = kit_map(words_two);
    for (uint32_t round = 1; round <= 3; round++) {
        in[0] = 0xc0ffee00 + round;
        copy_word(&one, first, words_one);
        copy_word(&two, words_two, second);
        ok_eq(out[0], 0xc0ffee00 + round);
    }
    CloseHandle(named);
    CloseHandle(handle);
    kit_release_last(words_two);
    kit_release_last(words_one);
    kit_release_last(second);
    kit_release_last(first);
    kit_release_last(opened);
    kit_release_last(heap);
    kit_close(&two);
    kit_close(&one);
}

/* The program's own views come and go; the heap has the section itself, and no copy of it. */
TEST(existing_heap_needs_no_view_of_the_programs, "D6.3 D15.6")
{
    HANDLE section = kit_section(64 * KIB, NULL);
    volatile uint32_t *view = kit_view(section, FILE_MAP_ALL_ACCESS);
    D3D12_FEATURE_DATA_EXISTING_HEAPS heaps = {FALSE};
    struct kit kit;
    ID3D12Heap *heap = NULL;
    ID3D12Resource *buffer;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    ok_hr(ID3D12Device_CheckFeatureSupport(kit.device, D3D12_FEATURE_EXISTING_HEAPS, &heaps,
                                           sizeof(heaps)),
          S_OK);
    ok_eq(heaps.Supported, TRUE);
    ok_hr(ID3D12Device3_OpenExistingHeapFromFileMapping(kit.device, section, &IID_ID3D12Heap,
                                                        (void **)&heap),
          S_OK);
    buffer = kit_whole_buffer(kit.device, heap);
    view[0] = 123;
    UnmapViewOfFile((void *)(uintptr_t)view);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, 4, buffer, 0, 4);
    kit_run(&kit);
    view = kit_view(section, FILE_MAP_READ);
    ok_eq(view[1], 123);
    UnmapViewOfFile((void *)(uintptr_t)view);
    kit_release_last(buffer);
    kit_release_last(heap);
    kit_close(&kit);
    CloseHandle(section);
}

/* A CPU signal that goes down is a value like any other, also of a shared fence; nothing polls. */
TEST(shared_fence_falls_and_wakes, "D6.6 D19.1 D0.3")
{
    ID3D12Device5 *one = kit_device(), *two = kit_device();
    HANDLE handle = NULL, event = CreateEventW(NULL, FALSE, FALSE, NULL);
    ID3D12Fence *fence = NULL, *opened = NULL;

    ok_hr(ID3D12Device_CreateFence(one, 100, D3D12_FENCE_FLAG_SHARED, &IID_ID3D12Fence,
                                   (void **)&fence),
          S_OK);
    ok_hr(ID3D12Device_CreateSharedHandle(one, (ID3D12DeviceChild *)fence, NULL, GENERIC_ALL, NULL,
                                          &handle),
          S_OK);
    ok_hr(ID3D12Device_OpenSharedHandle(two, handle, &IID_ID3D12Fence, (void **)&opened), S_OK);
    require(opened != NULL);
    ok_eq(ID3D12Fence_GetCompletedValue(opened), 100);
    ok_hr(ID3D12Fence_Signal(fence, 5), S_OK);
    ok_eq(ID3D12Fence_GetCompletedValue(opened), 5);
    ok_hr(ID3D12Fence_SetEventOnCompletion(opened, 50, event), S_OK);
    ok_eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    ok_hr(ID3D12Fence_Signal(fence, 51), S_OK);
    ok_eq(WaitForSingleObject(event, (DWORD)(KIT_DEADLINE * test_slowness())), WAIT_OBJECT_0);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(one), S_OK);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(two), S_OK);
    CloseHandle(handle);
    CloseHandle(event);
    kit_release_last(opened);
    kit_release_last(fence);
    kit_release_last(two);
    kit_release_last(one);
}
