// SPDX-License-Identifier: MIT
/*
 * Shared fences between devices of one process: what is so for a local fence is so for one that
 * another device signals.
 */
#include "d3d12/fence_kit.h"
#include "os/os.h"

TEST(shared_fence_has_one_value, "D13.4 D13.5 D19.1 D0.3")
{
    static const UINT64 values[] = {5, 0, UINT64_C(1) << 60, 0, UINT64_MAX - 1, 3, UINT64_MAX, 1};
    struct kit_two two;
    ID3D12Fence1 *fence = NULL;

    kit_two_open(&two, 77);
    ok_eq(ID3D12Fence_GetCompletedValue(two.of_a), 77);
    ok_eq(ID3D12Fence_GetCompletedValue(two.of_b), 77);
    ok_ptr_ne(two.of_a, two.of_b);
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        ok_hr(ID3D12Fence_Signal(i % 2 ? two.of_a : two.of_b, values[i]), S_OK);
        ok_eq(ID3D12Fence_GetCompletedValue(two.of_a), values[i]);
        ok_eq(ID3D12Fence_GetCompletedValue(two.of_b), values[i]);
    }
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        ok_hr(ID3D12CommandQueue_Signal(two.b.queue, two.of_b, values[i]), S_OK);
        ok_hr(ID3D12CommandQueue_Signal(two.b.queue, two.b.fence, ++two.b.value), S_OK);
        require(kit_wait(two.b.fence, two.b.value));
        ok_eq(ID3D12Fence_GetCompletedValue(two.of_a), values[i]);
    }
    ok_hr(QUERY(two.of_b, IID_ID3D12Fence1, &fence), S_OK);
    ok_eq(ID3D12Fence1_GetCreationFlags(fence), D3D12_FENCE_FLAG_SHARED);
    ID3D12Fence1_Release(fence);
    kit_two_close(&two);
}

TEST(event_fires_for_what_another_device_signals, "D19.2")
{
    struct kit_two two;
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);

    kit_two_open(&two, 10);
    ok_hr(ID3D12Fence_SetEventOnCompletion(two.of_b, 10, event), S_OK);
    ok(kit_is_set(event));
    ok_hr(ID3D12Fence_SetEventOnCompletion(two.of_b, 12, event), S_OK);
    ok_hr(ID3D12Fence_Signal(two.of_a, 11), S_OK);
    ok(kit_stays_below(two.of_b, 12));
    ok(!kit_is_set(event));
    ok_hr(ID3D12Fence_Signal(two.of_a, 20), S_OK);
    ok(kit_gets_set(event));
    ok_hr(ID3D12Fence_SetEventOnCompletion(two.of_b, UINT64_MAX, event), S_OK);
    ok_hr(ID3D12Fence_Signal(two.of_a, UINT64_MAX - 1), S_OK);
    ok(kit_stays_below(two.of_b, UINT64_MAX));
    ok(!kit_is_set(event));
    ok_hr(ID3D12CommandQueue_Signal(two.a.queue, two.of_a, UINT64_MAX), S_OK);
    ok(kit_gets_set(event));
    CloseHandle(event);
    kit_two_close(&two);
}

TEST(every_wait_on_one_event_fires_for_a_shared_fence, "D19.2")
{
    struct kit_two two;
    HANDLE events[16];

    kit_two_open(&two, 0);
    for (UINT64 i = 0; i < 16; i++) {
        events[i] = CreateEventW(NULL, FALSE, FALSE, NULL);
        ok_hr(ID3D12Fence_SetEventOnCompletion(two.of_b, 16 - i, events[i]), S_OK);
    }
    for (UINT64 value = 1; value <= 16; value++) {
        ok_hr(ID3D12Fence_Signal(two.of_a, value), S_OK);
        ok(kit_gets_set(events[16 - value]));
        for (UINT64 i = 0; i < 16 - value; i++)
            ok(!kit_is_set(events[i]));
    }
    for (UINT64 i = 0; i < 16; i++)
        CloseHandle(events[i]);
    kit_two_close(&two);
}

/* The other device is never between the two signals on time. */
TEST(shared_value_that_was_only_touched_counts, "D19.2 D19.4")
{
    struct kit_two two;
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    HANDLE high = CreateEventW(NULL, FALSE, FALSE, NULL);

    kit_two_open(&two, 0);
    ok_hr(ID3D12Fence_SetEventOnCompletion(two.of_b, 7, high), S_OK);
    for (int i = 0; i < 50; i++) {
        ok_hr(ID3D12Fence_SetEventOnCompletion(two.of_b, 5, event), S_OK);
        ok_hr(ID3D12CommandQueue_Wait(two.b.queue, two.of_b, 6), S_OK);
        ok_hr(ID3D12CommandQueue_Signal(two.b.queue, two.b.fence, ++two.b.value), S_OK);
        ok(!kit_is_set(event));
        ok_hr(ID3D12Fence_Signal(two.of_a, 6), S_OK);
        ok_hr(ID3D12Fence_Signal(two.of_a, 0), S_OK);
        ok(kit_gets_set(event));
        ok(kit_wait(two.b.fence, two.b.value));
    }
    /* What was touched before a wait began is nothing to it. */
    ok(kit_stays_below(two.of_b, 5));
    ok(!kit_is_set(high));
    CloseHandle(high);
    CloseHandle(event);
    kit_two_close(&two);
}

TEST(many_signals_between_two_looks, "D19.4")
{
    struct kit_two two;
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);

    kit_two_open(&two, 0);
    for (int i = 0; i < 20; i++) {
        ok_hr(ID3D12Fence_SetEventOnCompletion(two.of_b, 1000, event), S_OK);
        for (UINT64 value = 0; value < 1000; value++)
            ID3D12Fence_Signal(two.of_a, value % 100);
        ok(!kit_is_set(event));
        ID3D12Fence_Signal(two.of_a, 1000);
        for (UINT64 value = 0; value < 100; value++)
            ID3D12Fence_Signal(two.of_a, value % 10);
        ok(kit_gets_set(event));
    }
    CloseHandle(event);
    kit_two_close(&two);
}

TEST(queue_waits_for_another_device, "D0.2 D5.9 D19.4")
{
    struct kit_two two;
    ID3D12CommandQueue *free_queue;
    ID3D12Fence *other;

    kit_two_open(&two, 0);
    free_queue = kit_queue(two.b.device, D3D12_COMMAND_LIST_TYPE_DIRECT);
    other = kit_fence(two.b.device, 0);
    ok_hr(ID3D12CommandQueue_Wait(two.b.queue, two.of_b, 1), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(two.b.queue, two.b.fence, 1), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(free_queue, other, 1), S_OK);
    ok(kit_wait(other, 1));
    ok(kit_stays_below(two.b.fence, 1));
    ok_hr(ID3D12CommandQueue_Signal(two.a.queue, two.of_a, 1), S_OK);
    ok(kit_wait(two.b.fence, 1));

    /* The same device may be the one that signals, later. */
    ok_hr(ID3D12CommandQueue_Wait(two.b.queue, two.of_b, 2), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(two.b.queue, two.b.fence, 2), S_OK);
    ok(kit_stays_below(two.b.fence, 2));
    ok_hr(ID3D12CommandQueue_Signal(free_queue, two.of_b, 2), S_OK);
    ok(kit_wait(two.b.fence, 2));

    /* After a fall below a signal to come, a wait waits for the new one. */
    ok_hr(ID3D12Fence_Signal(two.of_a, 0), S_OK);
    ok_hr(ID3D12CommandQueue_Wait(two.b.queue, two.of_b, 2), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(two.b.queue, two.b.fence, 3), S_OK);
    ok(kit_stays_below(two.b.fence, 3));
    ok_hr(ID3D12Fence_Signal(two.of_a, 2), S_OK);
    ok(kit_wait(two.b.fence, 3));
    kit_release_last(other);
    kit_release_last(free_queue);
    kit_two_close(&two);
}

/* All of it is in the queues before the first signal. */
TEST(devices_take_turns_by_a_shared_fence, "D19.4 D5.9")
{
    enum { ROUNDS = 100 };
    struct kit_two two;

    kit_two_open(&two, 0);
    for (UINT64 i = 1; i <= ROUNDS; i++) {
        ok_hr(ID3D12CommandQueue_Wait(two.a.queue, two.of_a, 2 * i - 1), S_OK);
        ok_hr(ID3D12CommandQueue_Signal(two.a.queue, two.of_a, 2 * i), S_OK);
        ok_hr(ID3D12CommandQueue_Wait(two.b.queue, two.of_b, 2 * i), S_OK);
        ok_hr(ID3D12CommandQueue_Signal(two.b.queue, two.of_b, 2 * i + 1), S_OK);
    }
    ok(kit_stays_below(two.of_a, 1));
    ok_hr(ID3D12Fence_Signal(two.of_a, 1), S_OK);
    ok(kit_wait(two.of_a, 2 * ROUNDS + 1));
    ok_eq(ID3D12Fence_GetCompletedValue(two.of_b), 2 * ROUNDS + 1);
    kit_two_close(&two);
}

TEST(one_wait_for_local_and_shared_fences, "D19.3")
{
    struct kit_two two;
    ID3D12Fence *fences[2];
    const UINT64 values[2] = {1, 2};
    HANDLE any = CreateEventW(NULL, FALSE, FALSE, NULL);
    HANDLE all = CreateEventW(NULL, FALSE, FALSE, NULL);

    kit_two_open(&two, 0);
    fences[0] = two.b.fence;
    fences[1] = two.of_b;
    ok_hr(ID3D12Device1_SetEventOnMultipleFenceCompletion(two.b.device, fences, values, 2,
                                                          D3D12_MULTIPLE_FENCE_WAIT_FLAG_ANY, any),
          S_OK);
    ok_hr(ID3D12Device1_SetEventOnMultipleFenceCompletion(two.b.device, fences, values, 2,
                                                          D3D12_MULTIPLE_FENCE_WAIT_FLAG_ALL, all),
          S_OK);
    ok_hr(ID3D12Fence_Signal(two.of_a, 1), S_OK);
    ok(kit_stays_below(two.of_b, 2));
    ok(!kit_is_set(any));
    ok_hr(ID3D12Fence_Signal(two.of_a, 2), S_OK);
    ok(kit_gets_set(any));
    ok(!kit_is_set(all));
    ok_hr(ID3D12Fence_Signal(two.of_a, 0), S_OK);
    ok_hr(ID3D12Fence_Signal(two.b.fence, 1), S_OK);
    ok(kit_gets_set(all));
    ok(!kit_is_set(any));
    CloseHandle(any);
    CloseHandle(all);
    kit_two_close(&two);
}

TEST(null_event_blocks_for_a_shared_fence, "D19.2 D19.3")
{
    struct kit_two two;
    struct kit_signaller signaller;
    struct test_thread thread;
    ID3D12Fence *fences[2];
    const UINT64 values[2] = {9, 4};

    kit_two_open(&two, 0);
    signaller = (struct kit_signaller){two.of_a, 3};
    ok_hr(ID3D12Fence_SetEventOnCompletion(two.of_b, 0, NULL), S_OK);
    test_thread_start(&thread, kit_signal_later, &signaller);
    ok_hr(ID3D12Fence_SetEventOnCompletion(two.of_b, 3, NULL), S_OK);
    ok_eq(ID3D12Fence_GetCompletedValue(two.of_b), 3);
    test_thread_join(&thread);
    fences[0] = two.b.fence;
    fences[1] = two.of_b;
    signaller.value = 4;
    test_thread_start(&thread, kit_signal_later, &signaller);
    ok_hr(ID3D12Device1_SetEventOnMultipleFenceCompletion(two.b.device, fences, values, 2,
                                                          D3D12_MULTIPLE_FENCE_WAIT_FLAG_ANY, NULL),
          S_OK);
    ok_eq(ID3D12Fence_GetCompletedValue(two.of_b), 4);
    test_thread_join(&thread);
    kit_two_close(&two);
}

TEST(last_release_anywhere_lets_all_waiters_go, "D17.4 D17.1")
{
    struct kit_two two;
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);

    kit_two_open(&two, 0);
    ok_hr(ID3D12CommandQueue_Wait(two.b.queue, two.of_b, UINT64_MAX), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(two.b.queue, two.b.fence, 1), S_OK);
    ok_hr(ID3D12Fence_SetEventOnCompletion(two.of_b, UINT64_MAX, event), S_OK);
    ok_eq(kit_refs(two.of_b), 1);
    kit_release_last(two.of_b);
    two.of_b = NULL;
    /* The other device still has it. */
    ok(kit_stays_below(two.b.fence, 1));
    ok(!kit_is_set(event));
    kit_release_last(two.of_a);
    two.of_a = NULL;
    ok(kit_gets_set(event));
    ok(kit_wait(two.b.fence, 1));
    ok_hr(ID3D12Device_GetDeviceRemovedReason(two.b.device), S_OK);
    CloseHandle(event);
    kit_two_close(&two);
}

TEST(released_fence_is_still_signalled_for_who_waits, "D17.4 D17.7")
{
    struct kit_two two;
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);

    kit_two_open(&two, 0);
    ok_hr(ID3D12CommandQueue_Wait(two.b.queue, two.of_b, 3), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(two.b.queue, two.of_b, 4), S_OK);
    ok_hr(ID3D12Fence_SetEventOnCompletion(two.of_a, 4, event), S_OK);
    kit_release_last(two.of_b);
    two.of_b = NULL;
    ok(!kit_is_set(event));
    ok_hr(ID3D12Fence_Signal(two.of_a, 3), S_OK);
    ok(kit_gets_set(event));
    ok_eq(ID3D12Fence_GetCompletedValue(two.of_a), 4);
    CloseHandle(event);
    kit_two_close(&two);
}

/* More objects than there are slots to announce in: all of them signal. */
TEST(more_signallers_than_slots, "D19.1")
{
    enum { N = NT_D3D_FENCE_SLOTS + 4 };
    struct kit_two two;
    ID3D12Fence *fences[N];

    kit_two_open(&two, 0);
    for (int i = 0; i < N; i++) {
        fences[i] = kit_second_fence(two.of_a, two.b.device);
        ok_hr(ID3D12CommandQueue_Wait(two.b.queue, two.of_b, 2 * (UINT64)i + 1), S_OK);
        ok_hr(ID3D12CommandQueue_Signal(two.b.queue, fences[i], 2 * (UINT64)i + 2), S_OK);
    }
    for (UINT64 i = 0; i < N; i++) {
        ok_hr(ID3D12Fence_Signal(two.of_a, 2 * i + 1), S_OK);
        ok(kit_wait(two.of_a, 2 * i + 2));
    }
    for (int i = 0; i < N; i++)
        kit_release_last(fences[i]);
    kit_two_close(&two);
}

/* More pages than the kernel sleeps on at once; each has a slot's owner as well. */
TEST_DEADLINE(more_shared_fences_than_one_sleep_takes, "D19.2 D5.7", 120)
{
    enum { N = NT_OS_MAX_WAIT + 6 };
    struct kit_two two;
    ID3D12Fence *of_a[N], *of_b[N];
    HANDLE events[N];

    kit_two_open(&two, 0);
    for (int i = 0; i < N; i++) {
        of_a[i] = kit_shared_fence(two.a.device, 0);
        of_b[i] = kit_second_fence(of_a[i], two.b.device);
        events[i] = CreateEventW(NULL, FALSE, FALSE, NULL);
        ok_hr(ID3D12Fence_SetEventOnCompletion(of_b[i], 2, events[i]), S_OK);
        ok_hr(ID3D12CommandQueue_Signal(two.a.queue, of_a[i], 1), S_OK);
    }
    for (int i = N - 1; i >= 0; i--) {
        ok(!kit_is_set(events[i]));
        ok_hr(ID3D12CommandQueue_Signal(two.a.queue, of_a[i], 2), S_OK);
        if (i % 8 == 0)
            ok(kit_gets_set(events[i]));
    }
    for (int i = 0; i < N; i++) {
        ok(i % 8 == 0 || kit_gets_set(events[i]));
        kit_release_last(of_a[i]);
        kit_release_last(of_b[i]);
        CloseHandle(events[i]);
    }
    kit_two_close(&two);
}

TEST(shared_fence_flags_are_checked, "D12.3 D13.3")
{
    ID3D12Device5 *device = kit_device();
    ID3D12Fence1 *fence = NULL;
    int fds[3];

    ok_hr(ID3D12Device_CreateFence(device, 0, D3D12_FENCE_FLAG_SHARED_CROSS_ADAPTER,
                                   &IID_ID3D12Fence1, (void **)&fence),
          E_INVALIDARG);
    ok_ptr_eq(fence, NULL);
    ok_hr(ID3D12Device_CreateFence(device, 0,
                                   D3D12_FENCE_FLAG_SHARED | D3D12_FENCE_FLAG_SHARED_CROSS_ADAPTER,
                                   &IID_ID3D12Fence1, (void **)&fence),
          S_OK);
    ok_eq(ID3D12Fence1_GetCreationFlags(fence),
          D3D12_FENCE_FLAG_SHARED | D3D12_FENCE_FLAG_SHARED_CROSS_ADAPTER);
    kit_release_last(fence);
    ok_hr(ID3D12Device_CreateFence(device, 0, D3D12_FENCE_FLAG_SHARED, &IID_ID3D12Heap,
                                   (void **)&fence),
          E_NOINTERFACE);
    ok_ptr_eq(fence, NULL);
    ok_hr(ID3D12Device_CreateFence(device, 0, D3D12_FENCE_FLAG_SHARED, &IID_ID3D12Fence, NULL),
          S_FALSE);
    fence = (ID3D12Fence1 *)kit_fence(device, 0);
    ok_hr(nt_d3d_fence_export(nt_d3d_fence_from(fence), fds), DXGI_ERROR_INVALID_CALL);
    kit_release_last(fence);
    kit_release_last(device);
}
