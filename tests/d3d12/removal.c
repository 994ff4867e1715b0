// SPDX-License-Identifier: MIT
/*
 * The end of a device, by every path: what it says, whom it lets go, what it leaves alone.
 */
#include "d3d12/kit.h"

#include <string.h>

#include "d3d12/device/device.h"

static bool is_set(HANDLE event)
{
    return WaitForSingleObject(event, 0) == WAIT_OBJECT_0;
}

/* Asserts that @device is removed for @reason and makes nothing more. */
static void check_removed(ID3D12Device5 *device, HRESULT reason)
{
    const D3D12_COMMAND_QUEUE_DESC queue_desc = {.Type = D3D12_COMMAND_LIST_TYPE_COPY};
    const D3D12_HEAP_DESC heap_desc = kit_heap_desc(64 * KIB, D3D12_HEAP_TYPE_DEFAULT);
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(64 * KIB);
    HANDLE section = kit_section(64 * KIB, NULL);
    void *out;

#define REFUSED(call)                             \
    do {                                          \
        out = (void *)1;                          \
        ok_hr((call), DXGI_ERROR_DEVICE_REMOVED); \
        ok_ptr_eq(out, NULL);                     \
    } while (0)
    ok_hr(ID3D12Device_GetDeviceRemovedReason(device), reason);
    REFUSED(ID3D12Device_CreateCommandQueue(device, &queue_desc, &IID_ID3D12CommandQueue, &out));
    REFUSED(ID3D12Device_CreateCommandAllocator(device, D3D12_COMMAND_LIST_TYPE_COPY,
                                                &IID_ID3D12CommandAllocator, &out));
    REFUSED(ID3D12Device_CreateFence(device, 0, 0, &IID_ID3D12Fence, &out));
    REFUSED(ID3D12Device_CreateHeap(device, &heap_desc, &IID_ID3D12Heap, &out));
    REFUSED(ID3D12Device_CreateCommittedResource(device, &heap_desc.Properties, 0, &desc,
                                                 D3D12_RESOURCE_STATE_COMMON, NULL,
                                                 &IID_ID3D12Resource, &out));
    REFUSED(ID3D12Device_CreatePlacedResource(device, NULL, 0, &desc, D3D12_RESOURCE_STATE_COMMON,
                                              NULL, &IID_ID3D12Resource, &out));
    REFUSED(ID3D12Device3_OpenExistingHeapFromFileMapping(device, section, &IID_ID3D12Heap, &out));
    REFUSED(ID3D12Device3_OpenExistingHeapFromAddress(device, device, &IID_ID3D12Heap, &out));
#undef REFUSED
    CloseHandle(section);
}

TEST(removal_sets_every_fence_and_fires_every_event, "D19.6 D19.7 D4.10")
{
    struct kit kit;
    ID3D12Fence *fences[3];
    const UINT64 values[3] = {50, 60, 70};
    HANDLE events[4];

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    for (int i = 0; i < 3; i++)
        fences[i] = kit_fence(kit.device, (UINT64)i);
    for (int i = 0; i < 4; i++)
        events[i] = CreateEventW(NULL, FALSE, FALSE, NULL);
    ok_hr(ID3D12Fence_SetEventOnCompletion(fences[0], 100, events[0]), S_OK);
    ok_hr(ID3D12Fence_SetEventOnCompletion(fences[1], UINT64_MAX, events[1]), S_OK);
    ok_hr(ID3D12Device1_SetEventOnMultipleFenceCompletion(
              kit.device, fences, values, 3, D3D12_MULTIPLE_FENCE_WAIT_FLAG_ALL, events[2]),
          S_OK);
    ID3D12Device5_RemoveDevice(kit.device);
    for (int i = 0; i < 3; i++) {
        ok_eq(ID3D12Fence_GetCompletedValue(fences[i]), UINT64_MAX);
        ok(is_set(events[i]));
    }
    check_removed(kit.device, DXGI_ERROR_DEVICE_REMOVED);

    /* Later waits are met at once, and the values stay. */
    ok_hr(ID3D12Fence_SetEventOnCompletion(fences[0], 7, events[3]), S_OK);
    ok(is_set(events[3]));
    ok_hr(ID3D12Fence_SetEventOnCompletion(fences[0], UINT64_MAX, NULL), S_OK);
    ok_hr(ID3D12Fence_Signal(fences[0], 3), DXGI_ERROR_DEVICE_REMOVED);
    ok_eq(ID3D12Fence_GetCompletedValue(fences[0]), UINT64_MAX);
    ok_hr(ID3D12CommandQueue_Signal(kit.queue, fences[0], 3), DXGI_ERROR_DEVICE_REMOVED);
    ok_hr(ID3D12CommandQueue_Wait(kit.queue, fences[0], 3), DXGI_ERROR_DEVICE_REMOVED);
    for (int i = 0; i < 4; i++)
        CloseHandle(events[i]);
    for (int i = 0; i < 3; i++)
        kit_release_last(fences[i]);
    kit_close(&kit);
}

static void remove_later(void *argument)
{
    ID3D12Device5 *device = argument;

    test_pause();
    ID3D12Device5_RemoveDevice(device);
}

TEST(removal_wakes_blocked_threads_and_queues, "D19.6")
{
    struct kit kit;
    struct test_thread thread;
    ID3D12Fence *never;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    never = kit_fence(kit.device, 0);
    ok_hr(ID3D12CommandQueue_Wait(kit.queue, never, 1), S_OK);
    kit_submit(&kit);
    test_thread_start(&thread, remove_later, kit.device);
    ok_hr(ID3D12Fence_SetEventOnCompletion(never, 1, NULL), S_OK);
    ok_eq(ID3D12Fence_GetCompletedValue(never), UINT64_MAX);
    test_thread_join(&thread);
    kit_release_last(never);
    kit_close(&kit);
}

TEST(unclosed_list_removes_the_device, "D19.8")
{
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    kit_execute(kit.queue, kit.list);
    check_removed(kit.device, DXGI_ERROR_INVALID_CALL);
    ok_eq(ID3D12Fence_GetCompletedValue(kit.fence), UINT64_MAX);
    /* Only the first reason counts. */
    ID3D12Device5_RemoveDevice(kit.device);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(kit.device), DXGI_ERROR_INVALID_CALL);
    kit_close(&kit);
}

TEST(faulty_list_removes_the_device, "D19.8 D4.5")
{
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    ID3D12GraphicsCommandList_DrawInstanced(kit.list, 3, 1, 0, 0);
    ok_hr(ID3D12GraphicsCommandList_Close(kit.list), E_NOTIMPL);
    kit_execute(kit.queue, kit.list);
    check_removed(kit.device, DXGI_ERROR_INVALID_CALL);
    kit_close(&kit);
}

TEST(list_of_another_type_removes_the_device, "D19.8")
{
    struct kit kit;
    ID3D12CommandQueue *queue;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    queue = kit_queue(kit.device, D3D12_COMMAND_LIST_TYPE_COPY);
    ok_hr(ID3D12GraphicsCommandList_Close(kit.list), S_OK);
    kit_execute(queue, kit.list);
    check_removed(kit.device, DXGI_ERROR_INVALID_CALL);
    kit_release_last(queue);
    kit_close(&kit);
}

TEST(list_of_a_reset_allocator_removes_the_device, "D19.8")
{
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    ok_hr(ID3D12GraphicsCommandList_Close(kit.list), S_OK);
    ok_hr(ID3D12CommandAllocator_Reset(kit.allocator), S_OK);
    kit_execute(kit.queue, kit.list);
    check_removed(kit.device, DXGI_ERROR_INVALID_CALL);
    kit_close(&kit);
}

TEST(list_on_released_memory_removes_the_device, "D17.6")
{
    struct kit kit;
    ID3D12Resource *buffer;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    buffer = kit_buffer(kit.device, D3D12_HEAP_TYPE_DEFAULT, 64 * KIB);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, 0, buffer, 4, 4);
    ok_hr(ID3D12GraphicsCommandList_Close(kit.list), S_OK);
    kit_release_last(buffer);
    kit_execute(kit.queue, kit.list);
    check_removed(kit.device, DXGI_ERROR_DEVICE_HUNG);
    kit_close(&kit);
}

TEST(foreign_list_removes_the_device, "D19.8")
{
    struct kit kit;
    ID3D12CommandList *none = NULL;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    ID3D12CommandQueue_ExecuteCommandLists(kit.queue, 0, NULL);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(kit.device), S_OK);
    ID3D12CommandQueue_ExecuteCommandLists(kit.queue, 1, &none);
    check_removed(kit.device, DXGI_ERROR_INVALID_CALL);
    kit_close(&kit);
}

TEST(removal_leaves_memory_readable, "D19.11 D15.2")
{
    struct kit kit;
    HANDLE section = kit_section(64 * KIB, NULL);
    volatile uint32_t *view = kit_view(section, FILE_MAP_READ);
    ID3D12Resource *buffer, *own;
    ID3D12Heap *heap = NULL;
    uint32_t *words, *more;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    ok_hr(ID3D12Device3_OpenExistingHeapFromFileMapping(kit.device, section, &IID_ID3D12Heap,
                                                        (void **)&heap),
          S_OK);
    buffer = kit_whole_buffer(kit.device, heap);
    own = kit_shared_buffer(kit.device, 64 * KIB);
    words = kit_map(own);
    words[1] = 99;
    kit_marker(kit.list, ID3D12Resource_GetGPUVirtualAddress(buffer), 41,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_IN);
    kit_run(&kit);
    ID3D12Device5_RemoveDevice(kit.device);
    ok_eq(view[0], 41);
    ok_eq(words[1], 99);
    more = kit_map(buffer);
    ok_eq(more[0], 41);
    more[1] = 42;
    ok_eq(view[1], 42);
    ok_eq(ID3D12Heap_GetDesc(heap).SizeInBytes, 64 * KIB);

    kit_release_last(own);
    kit_release_last(buffer);
    kit_release_last(heap);
    kit_close(&kit);
    ok_eq(view[0], 41);
    UnmapViewOfFile((void *)(uintptr_t)view);
    CloseHandle(section);
}

enum { PASSES = 200 };

/* PASSES passes of 16 MiB, each between two markers in the first two words of @box. */
static void record_passes(struct kit *kit, ID3D12Resource *box, ID3D12Resource *work)
{
    UINT64 address = ID3D12Resource_GetGPUVirtualAddress(box);

    for (uint32_t i = 1; i <= PASSES; i++) {
        kit_marker(kit->list, address, i, D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_IN);
        ID3D12GraphicsCommandList_CopyBufferRegion(kit->list, work, 0, work, 16 * MIB, 16 * MIB);
        kit_marker(kit->list, address + 4, i, D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_OUT);
    }
}

TEST(removal_stops_a_list_in_its_middle, "D19.6 D19.11 D2.5")
{
    struct kit kit;
    HANDLE section = kit_section(64 * KIB, NULL);
    volatile uint32_t *view = kit_view(section, FILE_MAP_READ);
    ID3D12Resource *box, *work;
    ID3D12Heap *heap = NULL;
    uint32_t at_removal, last;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    ok_hr(ID3D12Device3_OpenExistingHeapFromFileMapping(kit.device, section, &IID_ID3D12Heap,
                                                        (void **)&heap),
          S_OK);
    box = kit_whole_buffer(kit.device, heap);
    work = kit_buffer(kit.device, D3D12_HEAP_TYPE_DEFAULT, 32 * MIB);
    record_passes(&kit, box, work);
    kit_submit(&kit);
    ok(test_until(view[1] >= 3, KIT_DEADLINE));
    ok_ne(ID3D12Fence_GetCompletedValue(kit.fence), 1);
    ID3D12Device5_RemoveDevice(kit.device);
    at_removal = view[0];
    ok_eq(ID3D12Fence_GetCompletedValue(kit.fence), UINT64_MAX);
    ok(at_removal < PASSES);

    /* Everything is released at once; only what was in flight goes on, and keeps its memory. */
    kit_release_last(work);
    kit_release_last(box);
    kit_release_last(heap);
    kit_close(&kit);
    last = view[0];
    test_note("removed in pass %u, stopped in pass %u of %u", at_removal, last, PASSES);
    ok(last >= at_removal);
    /* What docs/D3D12.md promises is 32 MiB in flight; a pass may be half in it at either end. */
    ok((last - at_removal) * 16 * MIB <= 64 * MIB);
    ok(last < PASSES);
    ok(view[0] == view[1] || view[0] == view[1] + 1);
    ok_succeeds(UnmapViewOfFile((void *)(uintptr_t)view));
    CloseHandle(section);
}

/* A lost VkDevice, truly: lavapipe loses it when a timeline is signalled backwards (D0.3). */
static void lose(struct kit *kit)
{
    struct nt_d3d_device *inside = nt_d3d_device_from(kit->device);
    const VkSemaphoreSignalInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO,
                                        .semaphore = inside->engine.timeline,
                                        .value = 0};

    require(vkSignalSemaphore(inside->vulkan.device, &info) == VK_ERROR_DEVICE_LOST);
    /* The validation layer objects to that call, rightly. */
    nt_d3d_validation_errors = 0;
}

TEST(lost_device_is_noticed_when_asked, "D19.9 D0.3")
{
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    kit_run(&kit);
    lose(&kit);
    check_removed(kit.device, DXGI_ERROR_DEVICE_REMOVED);
    ok_eq(ID3D12Fence_GetCompletedValue(kit.fence), UINT64_MAX);
    kit_close(&kit);
}

TEST(lost_device_is_noticed_at_submission, "D19.9 D19.6 D19.11")
{
    struct kit kit;
    void *memory = VirtualAlloc(NULL, 64 * KIB, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    volatile uint32_t *words = memory;
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    ID3D12Resource *buffer;
    ID3D12Heap *heap = NULL;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    ok_hr(ID3D12Device3_OpenExistingHeapFromAddress(kit.device, memory, &IID_ID3D12Heap,
                                                    (void **)&heap),
          S_OK);
    buffer = kit_whole_buffer(kit.device, heap);
    kit_marker(kit.list, ID3D12Resource_GetGPUVirtualAddress(buffer), 5,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_IN);
    kit_run(&kit);
    ok_hr(ID3D12Fence_SetEventOnCompletion(kit.fence, 1000, event), S_OK);
    lose(&kit);
    kit_marker(kit.list, ID3D12Resource_GetGPUVirtualAddress(buffer), 6,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_IN);
    ok_hr(ID3D12GraphicsCommandList_Close(kit.list), S_OK);
    kit_execute(kit.queue, kit.list);
    ok(is_set(event));
    ok_eq(ID3D12Fence_GetCompletedValue(kit.fence), UINT64_MAX);
    ok_eq(words[0], 5);
    check_removed(kit.device, DXGI_ERROR_DEVICE_REMOVED);
    kit_release_last(buffer);
    kit_release_last(heap);
    ok_eq(words[0], 5);
    kit_close(&kit);
    CloseHandle(event);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

TEST(loss_with_work_in_flight_keeps_its_memory, "D19.9 D5.2")
{
    struct kit kit;
    HANDLE section = kit_section(64 * KIB, NULL);
    volatile uint32_t *view = kit_view(section, FILE_MAP_READ);
    ID3D12Resource *box, *work;
    ID3D12Heap *heap = NULL;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    ok_hr(ID3D12Device3_OpenExistingHeapFromFileMapping(kit.device, section, &IID_ID3D12Heap,
                                                        (void **)&heap),
          S_OK);
    box = kit_whole_buffer(kit.device, heap);
    work = kit_buffer(kit.device, D3D12_HEAP_TYPE_DEFAULT, 32 * MIB);
    record_passes(&kit, box, work);
    kit_submit(&kit);
    ok(test_until(view[1] >= 2, KIT_DEADLINE));
    lose(&kit);
    ok(kit_wait(kit.fence, UINT64_MAX));
    check_removed(kit.device, DXGI_ERROR_DEVICE_REMOVED);
    kit_release_last(work);
    kit_release_last(box);
    kit_release_last(heap);
    kit_close(&kit);
    ok(view[0] < PASSES);
    ok(view[0] >= view[1]);
    UnmapViewOfFile((void *)(uintptr_t)view);
    CloseHandle(section);
}

TEST(removal_is_one_devices_own, "D19.6 D8")
{
    struct kit gone, stays;

    kit_open(&gone, D3D12_COMMAND_LIST_TYPE_COPY);
    kit_open(&stays, D3D12_COMMAND_LIST_TYPE_COPY);
    ID3D12Device5_RemoveDevice(gone.device);
    lose(&gone);
    kit_run(&stays);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(stays.device), S_OK);
    ok_eq(ID3D12Fence_GetCompletedValue(stays.fence), 1);
    kit_close(&gone);
    kit_close(&stays);
}

TEST(removed_device_can_be_replaced, "D19.11 D2.5")
{
    struct kit kit;
    HANDLE section = kit_section(64 * KIB, NULL);
    volatile uint32_t *view = kit_view(section, FILE_MAP_ALL_ACCESS);

    view[0] = 0;
    for (uint32_t round = 1; round <= 3; round++) {
        ID3D12Heap *heap = NULL;
        ID3D12Resource *buffer;

        kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
        ok_hr(ID3D12Device3_OpenExistingHeapFromFileMapping(kit.device, section, &IID_ID3D12Heap,
                                                            (void **)&heap),
              S_OK);
        buffer = kit_whole_buffer(kit.device, heap);
        ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, 4 * round, buffer,
                                                   4 * (round - 1), 4);
        view[round - 1] = round;
        kit_run(&kit);
        ID3D12Device5_RemoveDevice(kit.device);
        ok_eq(view[round], round);
        kit_release_last(buffer);
        kit_release_last(heap);
        kit_close(&kit);
    }
    UnmapViewOfFile((void *)(uintptr_t)view);
    CloseHandle(section);
}
