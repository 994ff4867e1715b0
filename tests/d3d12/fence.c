// SPDX-License-Identifier: MIT
/*
 * Fences: values of the application's own that may fall, events, waits for several.
 */
#include "d3d12/kit.h"

static bool is_set(HANDLE event)
{
    return WaitForSingleObject(event, 0) == WAIT_OBJECT_0;
}

TEST(fence_values_are_arbitrary_and_may_fall, "D19.1 D0.3")
{
    static const UINT64 values[] = {5, 0, UINT64_C(1) << 60, 0, UINT64_MAX - 1, 3, UINT64_MAX, 1};
    struct kit kit;
    ID3D12Fence *fence;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    fence = kit_fence(kit.device, 77);
    ok_eq(ID3D12Fence_GetCompletedValue(fence), 77);
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        ok_hr(ID3D12Fence_Signal(fence, values[i]), S_OK);
        ok_eq(ID3D12Fence_GetCompletedValue(fence), values[i]);
    }
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        ok_hr(ID3D12CommandQueue_Signal(kit.queue, fence, values[i]), S_OK);
        ok_hr(ID3D12CommandQueue_Signal(kit.queue, kit.fence, ++kit.value), S_OK);
        require(kit_wait(kit.fence, kit.value));
        ok_eq(ID3D12Fence_GetCompletedValue(fence), values[i]);
    }
    ok_hr(ID3D12Device_GetDeviceRemovedReason(kit.device), S_OK);
    kit_release_last(fence);
    kit_close(&kit);
}

TEST(event_fires_at_once_or_when_reached, "D19.2")
{
    ID3D12Device5 *device = kit_device();
    ID3D12Fence *fence = kit_fence(device, 10);
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);

    ok_hr(ID3D12Fence_SetEventOnCompletion(fence, 10, event), S_OK);
    ok(is_set(event));
    ok_hr(ID3D12Fence_SetEventOnCompletion(fence, 12, event), S_OK);
    ok(!is_set(event));
    ok_hr(ID3D12Fence_Signal(fence, 11), S_OK);
    ok(!is_set(event));
    ok_hr(ID3D12Fence_Signal(fence, 20), S_OK);
    ok(is_set(event));
    ok_hr(ID3D12Fence_Signal(fence, 21), S_OK);
    ok(!is_set(event));

    /* The last value that counts is UINT64_MAX itself. */
    ok_hr(ID3D12Fence_SetEventOnCompletion(fence, UINT64_MAX, event), S_OK);
    ok_hr(ID3D12Fence_Signal(fence, UINT64_MAX - 1), S_OK);
    ok(!is_set(event));
    ok_hr(ID3D12Fence_Signal(fence, UINT64_MAX), S_OK);
    ok(is_set(event));
    CloseHandle(event);
    kit_release_last(fence);
    kit_release_last(device);
}

TEST(event_fires_for_a_value_that_was_only_touched, "D19.2 D19.1")
{
    ID3D12Device5 *device = kit_device();
    ID3D12Fence *fence = kit_fence(device, 0);
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);

    ok_hr(ID3D12Fence_SetEventOnCompletion(fence, 5, event), S_OK);
    ok_hr(ID3D12Fence_Signal(fence, 6), S_OK);
    ok_hr(ID3D12Fence_Signal(fence, 0), S_OK);
    ok(is_set(event));
    CloseHandle(event);
    kit_release_last(fence);
    kit_release_last(device);
}

TEST(every_wait_on_one_event_fires, "D19.2")
{
    ID3D12Device5 *device = kit_device();
    ID3D12Fence *fence = kit_fence(device, 0);
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);

    for (UINT64 value = 1; value <= 3; value++)
        ok_hr(ID3D12Fence_SetEventOnCompletion(fence, value, event), S_OK);
    for (UINT64 value = 1; value <= 3; value++) {
        ok_hr(ID3D12Fence_Signal(fence, value), S_OK);
        ok(is_set(event));
        ok(!is_set(event));
    }
    CloseHandle(event);
    kit_release_last(fence);
    kit_release_last(device);
}

TEST(event_handle_may_be_closed_at_once, "D19.2")
{
    ID3D12Device5 *device = kit_device();
    ID3D12Fence *fence = kit_fence(device, 0);
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    HANDLE mine = NULL;

    ok_succeeds(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &mine, 0, FALSE,
                                DUPLICATE_SAME_ACCESS));
    ok_hr(ID3D12Fence_SetEventOnCompletion(fence, 1, event), S_OK);
    CloseHandle(event);
    ok_hr(ID3D12Fence_Signal(fence, 1), S_OK);
    ok(is_set(mine));
    ok_hr(ID3D12Fence_SetEventOnCompletion(fence, 0, (HANDLE)(uintptr_t)0x7ffc), E_INVALIDARG);
    CloseHandle(mine);
    kit_release_last(fence);
    kit_release_last(device);
}

struct signaller {
    ID3D12Fence *fence;
    UINT64 value;
};

static void signal_later(void *argument)
{
    struct signaller *signaller = argument;

    test_pause();
    ID3D12Fence_Signal(signaller->fence, signaller->value);
}

TEST(null_event_blocks_until_reached, "D19.2 D19.3")
{
    ID3D12Device5 *device = kit_device();
    ID3D12Fence *fences[2] = {kit_fence(device, 0), kit_fence(device, 0)};
    const UINT64 values[2] = {3, 4};
    struct signaller signaller = {fences[0], 3};
    struct test_thread thread;

    ok_hr(ID3D12Fence_SetEventOnCompletion(fences[0], 0, NULL), S_OK);
    test_thread_start(&thread, signal_later, &signaller);
    ok_hr(ID3D12Fence_SetEventOnCompletion(fences[0], 3, NULL), S_OK);
    ok_eq(ID3D12Fence_GetCompletedValue(fences[0]), 3);
    test_thread_join(&thread);

    ok_hr(ID3D12Device1_SetEventOnMultipleFenceCompletion(device, fences, values, 2,
                                                          D3D12_MULTIPLE_FENCE_WAIT_FLAG_ANY, NULL),
          S_OK);
    signaller = (struct signaller){fences[1], 4};
    test_thread_start(&thread, signal_later, &signaller);
    ok_hr(ID3D12Device1_SetEventOnMultipleFenceCompletion(device, fences, values, 2,
                                                          D3D12_MULTIPLE_FENCE_WAIT_FLAG_ALL, NULL),
          S_OK);
    ok_eq(ID3D12Fence_GetCompletedValue(fences[1]), 4);
    test_thread_join(&thread);
    kit_release_last(fences[0]);
    kit_release_last(fences[1]);
    kit_release_last(device);
}

TEST(waits_for_any_and_all_of_several, "D19.3")
{
    ID3D12Device5 *device = kit_device();
    ID3D12Fence *fences[3] = {kit_fence(device, 0), kit_fence(device, 0), kit_fence(device, 0)};
    const UINT64 values[3] = {1, 2, 3};
    HANDLE any = CreateEventW(NULL, FALSE, FALSE, NULL);
    HANDLE all = CreateEventW(NULL, FALSE, FALSE, NULL);

    ok_hr(ID3D12Device1_SetEventOnMultipleFenceCompletion(device, fences, values, 3,
                                                          D3D12_MULTIPLE_FENCE_WAIT_FLAG_ANY, any),
          S_OK);
    ok_hr(ID3D12Device1_SetEventOnMultipleFenceCompletion(device, fences, values, 3,
                                                          D3D12_MULTIPLE_FENCE_WAIT_FLAG_ALL, all),
          S_OK);
    ok_hr(ID3D12Fence_Signal(fences[1], 1), S_OK);
    ok(!is_set(any));
    ok_hr(ID3D12Fence_Signal(fences[1], 2), S_OK);
    ok(is_set(any));
    ok(!is_set(all));
    ok_hr(ID3D12Fence_Signal(fences[2], 9), S_OK);
    ok_hr(ID3D12Fence_Signal(fences[2], 0), S_OK);
    ok(!is_set(all));
    ok_hr(ID3D12Fence_Signal(fences[0], 1), S_OK);
    ok(is_set(all));
    ok(!is_set(any));
    for (int i = 0; i < 3; i++)
        kit_release_last(fences[i]);
    CloseHandle(any);
    CloseHandle(all);
    kit_release_last(device);
}

TEST(same_fence_twice_in_one_wait, "D19.3")
{
    ID3D12Device5 *device = kit_device();
    ID3D12Fence *fence = kit_fence(device, 0);
    ID3D12Fence *fences[2] = {fence, fence};
    const UINT64 values[2] = {1, 2};
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);

    ok_hr(ID3D12Device1_SetEventOnMultipleFenceCompletion(
              device, fences, values, 2, D3D12_MULTIPLE_FENCE_WAIT_FLAG_ANY, event),
          S_OK);
    ok_hr(ID3D12Fence_Signal(fence, 5), S_OK);
    ok(is_set(event));
    ok_hr(ID3D12Fence_Signal(fence, 0), S_OK);
    ok_hr(ID3D12Device1_SetEventOnMultipleFenceCompletion(
              device, fences, values, 2, D3D12_MULTIPLE_FENCE_WAIT_FLAG_ALL, event),
          S_OK);
    ok_hr(ID3D12Fence_Signal(fence, 1), S_OK);
    ok(!is_set(event));
    ok_hr(ID3D12Fence_Signal(fence, 2), S_OK);
    ok(is_set(event));
    CloseHandle(event);
    kit_release_last(fence);
    kit_release_last(device);
}

TEST(multiple_waits_check_their_arguments, "D19.3")
{
    ID3D12Device5 *device = kit_device();
    ID3D12Fence *fence = kit_fence(device, 0);
    ID3D12Fence *none = NULL;
    const UINT64 value = 0;

    ok_hr(ID3D12Device1_SetEventOnMultipleFenceCompletion(device, &fence, &value, 0, 0, NULL),
          E_INVALIDARG);
    ok_hr(ID3D12Device1_SetEventOnMultipleFenceCompletion(device, NULL, NULL, 0, 0, NULL),
          E_INVALIDARG);
    ok_hr(ID3D12Device1_SetEventOnMultipleFenceCompletion(device, &fence, &value, 1,
                                                          (D3D12_MULTIPLE_FENCE_WAIT_FLAGS)8, NULL),
          E_INVALIDARG);
    ok_hr(ID3D12Device1_SetEventOnMultipleFenceCompletion(device, &none, &value, 1, 0, NULL),
          E_INVALIDARG);
    ok_hr(ID3D12Device1_SetEventOnMultipleFenceCompletion(device, &fence, &value, 1, 0, NULL),
          S_OK);
    kit_release_last(fence);
    kit_release_last(device);
}

TEST(last_release_lets_all_waiters_go, "D17.4")
{
    struct kit kit;
    ID3D12Fence *fence;
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    fence = kit_fence(kit.device, 0);
    ok_hr(ID3D12CommandQueue_Wait(kit.queue, fence, UINT64_MAX), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(kit.queue, kit.fence, 1), S_OK);
    ok_hr(ID3D12Fence_SetEventOnCompletion(fence, UINT64_MAX, event), S_OK);
    ok_eq(kit_refs(fence), 1);
    ok(!is_set(event));
    ok(kit_stays_below(kit.fence, 1));
    kit_release_last(fence);
    ok(is_set(event));
    ok(kit_wait(kit.fence, 1));
    CloseHandle(event);
    kit_close(&kit);
}

TEST(fence_flags_are_checked, "D12.3")
{
    ID3D12Device5 *device = kit_device();
    ID3D12Fence1 *fence = NULL;

    ok_hr(ID3D12Device_CreateFence(device, 0, (D3D12_FENCE_FLAGS)0x80, &IID_ID3D12Fence,
                                   (void **)&fence),
          E_INVALIDARG);
    ok_ptr_eq(fence, NULL);
    ok_hr(ID3D12Device_CreateFence(device, 4, D3D12_FENCE_FLAG_NON_MONITORED, &IID_ID3D12Fence1,
                                   (void **)&fence),
          S_OK);
    ok_eq(ID3D12Fence1_GetCreationFlags(fence), D3D12_FENCE_FLAG_NON_MONITORED);
    kit_release_last(fence);
    ok_hr(ID3D12Device_CreateFence(device, 0, 0, &IID_ID3D12Fence, NULL), S_FALSE);
    kit_release_last(device);
}
