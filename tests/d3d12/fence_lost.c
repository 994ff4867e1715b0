// SPDX-License-Identifier: MIT
/*
 * Shared fences of devices that are removed or end: what was announced and will never come.
 */
#include "d3d12/fence_kit.h"

TEST(removal_leaves_the_shared_value_alone, "D19.6 D19.10")
{
    struct kit_two two;
    HANDLE of_a = CreateEventW(NULL, FALSE, FALSE, NULL);
    HANDLE of_b = CreateEventW(NULL, FALSE, FALSE, NULL);

    kit_two_open(&two, 5);
    ok_hr(ID3D12Fence_SetEventOnCompletion(two.of_a, UINT64_MAX, of_a), S_OK);
    ok_hr(ID3D12Fence_SetEventOnCompletion(two.of_b, 6, of_b), S_OK);
    ID3D12Device5_RemoveDevice(two.a.device);
    ok(kit_is_set(of_a));
    ok_eq(ID3D12Fence_GetCompletedValue(two.of_a), UINT64_MAX);
    ok_hr(ID3D12Fence_Signal(two.of_a, 9), DXGI_ERROR_DEVICE_REMOVED);
    ok_hr(ID3D12CommandQueue_Signal(two.a.queue, two.of_a, 9), DXGI_ERROR_DEVICE_REMOVED);
    ok_hr(ID3D12CommandQueue_Wait(two.a.queue, two.of_a, 9), DXGI_ERROR_DEVICE_REMOVED);
    ok_hr(ID3D12Fence_SetEventOnCompletion(two.of_a, 1000, of_a), S_OK);
    ok(kit_is_set(of_a));
    ok_eq(ID3D12Fence_GetCompletedValue(two.of_b), 5);
    ok(kit_stays_below(two.of_b, 6));
    ok(!kit_is_set(of_b));
    ok_hr(ID3D12Device_GetDeviceRemovedReason(two.b.device), S_OK);
    ok_hr(ID3D12Fence_Signal(two.of_b, 6), S_OK);
    ok(kit_gets_set(of_b));
    CloseHandle(of_a);
    CloseHandle(of_b);
    kit_two_close(&two);
}

/* What the removed device's queues would have signalled never comes. */
TEST(removal_takes_back_what_was_announced, "D19.6 D19.10")
{
    struct kit_two two;
    ID3D12Fence *gate;
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    HANDLE beyond = CreateEventW(NULL, FALSE, FALSE, NULL);

    kit_two_open(&two, 0);
    gate = kit_fence(two.a.device, 0);
    ok_hr(ID3D12CommandQueue_Wait(two.a.queue, gate, 1), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(two.a.queue, two.of_a, 7), S_OK);
    ok_hr(ID3D12Fence_SetEventOnCompletion(two.of_b, 7, event), S_OK);
    ok_hr(ID3D12Fence_SetEventOnCompletion(two.of_b, 8, beyond), S_OK);
    ok(kit_stays_below(two.of_b, 7));
    ID3D12Device5_RemoveDevice(two.a.device);
    ok(kit_gets_set(event));
    ok_eq(ID3D12Fence_GetCompletedValue(two.of_b), 0);
    ok(!kit_is_set(beyond));
    ok_hr(ID3D12Device_GetDeviceRemovedReason(two.b.device), S_OK);
    kit_release_last(gate);
    CloseHandle(event);
    CloseHandle(beyond);
    kit_two_close(&two);
}

/* Another one that is certain to signal takes the place of one that is gone. */
TEST(lost_value_that_somebody_else_reaches_is_waited_for, "D19.10")
{
    struct kit_two two;
    struct kit c;
    ID3D12Fence *gate_a, *gate_c, *of_c;
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);

    kit_two_open(&two, 0);
    kit_open(&c, D3D12_COMMAND_LIST_TYPE_COPY);
    of_c = kit_second_fence(two.of_a, c.device);
    gate_a = kit_fence(two.a.device, 0);
    gate_c = kit_fence(c.device, 0);
    ok_hr(ID3D12CommandQueue_Wait(two.a.queue, gate_a, 1), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(two.a.queue, two.of_a, 7), S_OK);
    ok_hr(ID3D12CommandQueue_Wait(c.queue, gate_c, 1), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(c.queue, of_c, 9), S_OK);
    ok_hr(ID3D12CommandQueue_Wait(two.b.queue, two.of_b, 7), S_OK);
    ok_hr(ID3D12Fence_SetEventOnCompletion(two.of_b, 7, event), S_OK);
    ID3D12Device5_RemoveDevice(two.a.device);
    for (int i = 0; i < 10; i++)
        ok(kit_stays_below(two.of_b, 7));
    ok(!kit_is_set(event));
    ok_hr(ID3D12Fence_Signal(gate_c, 1), S_OK);
    ok(kit_gets_set(event));
    ok_eq(ID3D12Fence_GetCompletedValue(two.of_b), 9);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(two.b.device), S_OK);
    kit_release_last(gate_a);
    kit_release_last(gate_c);
    kit_release_last(of_c);
    kit_close(&c);
    CloseHandle(event);
    kit_two_close(&two);
}

/* Others have a moment to say that they reach the value; a slow machine may take too long. */
TEST(loss_waits_a_moment_for_who_takes_over, "D19.10")
{
    const uint64_t grace = 300;
    struct kit_two two;
    struct kit c;
    ID3D12Fence *gate_a, *gate_c, *of_c;
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    uint64_t begin;

    kit_two_open(&two, 0);
    kit_open(&c, D3D12_COMMAND_LIST_TYPE_COPY);
    of_c = kit_second_fence(two.of_a, c.device);
    gate_a = kit_fence(two.a.device, 0);
    gate_c = kit_fence(c.device, 0);
    ok_hr(ID3D12CommandQueue_Wait(two.a.queue, gate_a, 1), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(two.a.queue, two.of_a, 7), S_OK);
    ok_hr(ID3D12Fence_SetEventOnCompletion(two.of_b, 7, event), S_OK);
    begin = test_now_ms();
    ID3D12Device5_RemoveDevice(two.a.device);
    while (test_now_ms() < begin + grace / 3)
        test_pause();
    ok_hr(ID3D12CommandQueue_Wait(c.queue, gate_c, 1), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(c.queue, of_c, 7), S_OK);
    if (test_now_ms() < begin + grace) {
        while (test_now_ms() < begin + 2 * grace)
            test_pause();
        ok(!kit_is_set(event));
        ok_hr(ID3D12Fence_Signal(gate_c, 1), S_OK);
        ok(kit_gets_set(event));
        ok_eq(ID3D12Fence_GetCompletedValue(two.of_b), 7);
    }
    kit_release_last(gate_a);
    kit_release_last(gate_c);
    kit_release_last(of_c);
    kit_close(&c);
    CloseHandle(event);
    kit_two_close(&two);
}

/* Of one wait for any of two, one value is lost: it counts all the same when it comes. */
TEST(lost_one_of_any_may_still_come, "D19.3 D19.10")
{
    struct kit_two two;
    ID3D12Fence *gate, *fences[2];
    const UINT64 values[2] = {7, 1};
    HANDLE any = CreateEventW(NULL, FALSE, FALSE, NULL);
    HANDLE lost = CreateEventW(NULL, FALSE, FALSE, NULL);

    kit_two_open(&two, 0);
    gate = kit_fence(two.a.device, 0);
    fences[0] = two.of_b;
    fences[1] = two.b.fence;
    ok_hr(ID3D12CommandQueue_Wait(two.a.queue, gate, 1), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(two.a.queue, two.of_a, 7), S_OK);
    ok_hr(ID3D12Device1_SetEventOnMultipleFenceCompletion(two.b.device, fences, values, 2,
                                                          D3D12_MULTIPLE_FENCE_WAIT_FLAG_ANY, any),
          S_OK);
    ok_hr(ID3D12Fence_SetEventOnCompletion(two.of_b, 7, lost), S_OK);
    ID3D12Device5_RemoveDevice(two.a.device);
    ok(kit_gets_set(lost));
    ok(!kit_is_set(any));
    ok_hr(ID3D12Fence_Signal(two.of_b, 7), S_OK);
    ok(kit_gets_set(any));
    kit_release_last(gate);
    CloseHandle(any);
    CloseHandle(lost);
    kit_two_close(&two);
}

/* Its own signal behind the wait is no reason to go on waiting. */
TEST(queue_that_waits_for_a_lost_value_loses_its_device, "D19.10")
{
    struct kit_two two;
    ID3D12Fence *gate;
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);

    kit_two_open(&two, 0);
    gate = kit_fence(two.a.device, 0);
    ok_hr(ID3D12CommandQueue_Wait(two.a.queue, gate, 1), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(two.a.queue, two.of_a, 7), S_OK);
    ok_hr(ID3D12CommandQueue_Wait(two.b.queue, two.of_b, 7), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(two.b.queue, two.of_b, 8), S_OK);
    ok_hr(ID3D12Fence_SetEventOnCompletion(two.b.fence, UINT64_MAX, event), S_OK);
    ID3D12Device5_RemoveDevice(two.a.device);
    ok(kit_gets_set(event));
    ok_hr(ID3D12Device_GetDeviceRemovedReason(two.b.device), DXGI_ERROR_DEVICE_REMOVED);
    ok_eq(ID3D12Fence_GetCompletedValue(two.of_b), UINT64_MAX);
    kit_release_last(gate);
    CloseHandle(event);
    kit_two_close(&two);
}

TEST(device_that_ends_waits_only_for_what_is_certain, "D19.10 D17.4")
{
    struct kit_two two;
    struct kit_signaller signaller;
    struct test_thread thread;
    ID3D12Fence *gate;

    kit_two_open(&two, 0);
    /* Certain: it is waited for. */
    gate = kit_fence(two.a.device, 0);
    signaller = (struct kit_signaller){gate, 1};
    ok_hr(ID3D12CommandQueue_Wait(two.a.queue, gate, 1), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(two.a.queue, two.of_a, 1), S_OK);
    ok_hr(ID3D12CommandQueue_Wait(two.b.queue, two.of_b, 1), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(two.b.queue, two.of_b, 2), S_OK);
    kit_release_last(two.of_b);
    test_thread_start(&thread, kit_signal_later, &signaller);
    kit_close(&two.b);
    ok_eq(ID3D12Fence_GetCompletedValue(two.of_a), 2);
    test_thread_join(&thread);
    kit_release_last(gate);

    /* Nobody has announced it: the device's end does not hang. */
    kit_open(&two.b, D3D12_COMMAND_LIST_TYPE_COPY);
    two.of_b = kit_second_fence(two.of_a, two.b.device);
    ok_hr(ID3D12CommandQueue_Wait(two.b.queue, two.of_b, 3), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(two.b.queue, two.of_b, 4), S_OK);
    kit_release_last(two.of_b);
    two.of_b = NULL;
    kit_close(&two.b);
    ok_eq(ID3D12Fence_GetCompletedValue(two.of_a), 2);
    kit_open(&two.b, D3D12_COMMAND_LIST_TYPE_COPY);
    kit_two_close(&two);
}
