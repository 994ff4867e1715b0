// SPDX-License-Identifier: MIT
/*
 * Shared fences between processes: order, and what those hear who wait for one that is killed.
 */
#include "d3d12/fence_kit.h"

#include <stdlib.h>

#define PATIENCE (6 * KIT_DEADLINE)

/* A device and a fence that has a name, until the handle is closed. */
struct side {
    struct kit kit;
    ID3D12Fence *fence;
    HANDLE handle;
};

static void side_open(struct side *side, const wchar_t *name)
{
    kit_open(&side->kit, D3D12_COMMAND_LIST_TYPE_COPY);
    side->fence = kit_shared_fence(side->kit.device, 0);
    side->handle = kit_share_fence(side->fence, name);
}

static void side_join(struct side *side, const wchar_t *name)
{
    kit_open(&side->kit, D3D12_COMMAND_LIST_TYPE_COPY);
    side->fence = kit_open_fence_by_name(side->kit.device, name);
    side->handle = NULL;
}

static void side_close(struct side *side)
{
    if (side->handle)
        CloseHandle(side->handle);
    if (side->fence)
        kit_release_last(side->fence);
    kit_close(&side->kit);
}

/* --- order ----------------------------------------------------------------------------- */

/* Side 0 makes odd values even, side 1 even ones odd, from round to round; all of it at once. */
static void put_turns(const struct side *side, UINT64 which, UINT64 from, UINT64 to)
{
    for (UINT64 i = from; i < to; i++) {
        ok_hr(ID3D12CommandQueue_Wait(side->kit.queue, side->fence, 2 * i + 1 + which), S_OK);
        ok_hr(ID3D12CommandQueue_Signal(side->kit.queue, side->fence, 2 * i + 2 + which), S_OK);
    }
}

/* argv[1]: rounds. */
CHILD(turns)
{
    UINT64 rounds = strtoull(argv[1], NULL, 10);
    struct side side;
    char line[16];

    side_join(&side, L_("turns"));
    put_turns(&side, 1, 0, rounds);
    test_say("ready");
    test_hear(line, sizeof(line), PATIENCE);
    ok(kit_wait(side.fence, 2 * rounds + 1));
    side_close(&side);
    return 0;
}

TEST_DEADLINE(processes_take_turns_by_a_shared_fence, "D5.9 D19.4 D17.1 D0.2", 120)
{
    enum { ROUNDS = 200 };
    struct side side;
    struct test_child child;

    side_open(&side, L_("turns"));
    require(test_child_start(&child, "turns", "200"));
    put_turns(&side, 0, 0, ROUNDS);
    require(test_child_expect(&child, "ready", PATIENCE));
    ok_eq(ID3D12Fence_GetCompletedValue(side.fence), 0);
    ok_hr(ID3D12Fence_Signal(side.fence, 1), S_OK);
    ok(kit_wait(side.fence, 2 * ROUNDS + 1));
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, PATIENCE), 0);
    ok_eq(ID3D12Fence_GetCompletedValue(side.fence), 2 * ROUNDS + 1);
    side_close(&side);
}

/* Answers each odd value with the next even one, by the CPU; every third time it falls between. */
CHILD(answerer)
{
    UINT64 rounds = strtoull(argv[1], NULL, 10);
    struct side side;

    side_join(&side, L_("cpu"));
    for (UINT64 i = 0; i < rounds; i++) {
        ok(kit_wait(side.fence, 2 * i + 1));
        if (i % 3 == 0)
            ok_hr(ID3D12Fence_Signal(side.fence, 0), S_OK);
        ok_hr(ID3D12Fence_Signal(side.fence, 2 * i + 2), S_OK);
    }
    side_close(&side);
    return 0;
}

TEST_DEADLINE(processes_signal_each_other_by_the_cpu, "D19.1 D19.2 D5.7", 120)
{
    enum { ROUNDS = 200 };
    struct side side;
    struct test_child child;

    side_open(&side, L_("cpu"));
    require(test_child_start(&child, "answerer", "200"));
    for (UINT64 i = 0; i < ROUNDS; i++) {
        ok_hr(ID3D12Fence_Signal(side.fence, 2 * i + 1), S_OK);
        if (i % 2)
            ok(kit_wait(side.fence, 2 * i + 2));
        else
            ok_hr(ID3D12Fence_SetEventOnCompletion(side.fence, 2 * i + 2, NULL), S_OK);
    }
    ok_eq(test_child_wait(&child, PATIENCE), 0);
    side_close(&side);
}

/* --- death ------------------------------------------------------------------------------- */

/* Announces 7, which stands behind a gate of its own; signals 3 by the CPU. */
CHILD(announcer)
{
    struct side side;
    ID3D12Fence *gate;
    char line[16];

    (void)argv;
    side_join(&side, L_("death"));
    gate = kit_fence(side.kit.device, 0);
    ok_hr(ID3D12CommandQueue_Wait(side.kit.queue, gate, 1), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(side.kit.queue, side.fence, 7), S_OK);
    ok_hr(ID3D12Fence_Signal(side.fence, 3), S_OK);
    test_say("ready");
    test_hear(line, sizeof(line), PATIENCE);
    ok_hr(ID3D12Fence_Signal(gate, 1), S_OK);
    kit_release_last(gate);
    side_close(&side);
    return 0;
}

struct blocked {
    ID3D12Fence *fence;
    HRESULT hr;
};

static void block_for_7(void *argument)
{
    struct blocked *blocked = argument;

    blocked->hr = ID3D12Fence_SetEventOnCompletion(blocked->fence, 7, NULL);
}

TEST_DEADLINE(killed_signaller_lets_its_waiters_go, "D5.8 D17.4 D19.10", 120)
{
    struct side side, other;
    struct test_child child;
    struct test_thread thread;
    struct blocked blocked;
    HANDLE seven = CreateEventW(NULL, FALSE, FALSE, NULL);
    HANDLE eight = CreateEventW(NULL, FALSE, FALSE, NULL);
    HANDLE removed = CreateEventW(NULL, FALSE, FALSE, NULL);

    side_open(&side, L_("death"));
    side_join(&other, L_("death"));
    require(test_child_start(&child, "announcer"));
    require(test_child_expect(&child, "ready", PATIENCE));
    ok(kit_wait(side.fence, 3));
    blocked.fence = side.fence;
    ok_hr(ID3D12Fence_SetEventOnCompletion(side.fence, 7, seven), S_OK);
    ok_hr(ID3D12Fence_SetEventOnCompletion(side.fence, 8, eight), S_OK);
    ok_hr(ID3D12CommandQueue_Wait(other.kit.queue, other.fence, 7), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(other.kit.queue, other.kit.fence, 1), S_OK);
    ok_hr(ID3D12Fence_SetEventOnCompletion(other.kit.fence, UINT64_MAX, removed), S_OK);
    test_thread_start(&thread, block_for_7, &blocked);
    ok(kit_stays_below(side.fence, 7));
    ok(!kit_is_set(seven));
    ok(!kit_is_set(removed));
    test_child_kill(&child);
    ok(kit_gets_set(seven));
    ok(kit_gets_set(removed));
    test_thread_join(&thread);
    ok_hr(blocked.hr, DXGI_ERROR_DEVICE_REMOVED);
    /* The value never was there, and nobody says that it was. */
    ok_eq(ID3D12Fence_GetCompletedValue(side.fence), 3);
    ok_eq(ID3D12Fence_GetCompletedValue(other.fence), UINT64_MAX);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(side.kit.device), S_OK);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(other.kit.device), DXGI_ERROR_DEVICE_REMOVED);
    ok(!kit_is_set(eight));
    /* And the fence goes on without it. */
    ok_hr(ID3D12CommandQueue_Signal(side.kit.queue, side.fence, 8), S_OK);
    ok(kit_gets_set(eight));
    CloseHandle(seven);
    CloseHandle(eight);
    CloseHandle(removed);
    side_close(&other);
    side_close(&side);
}

TEST_DEADLINE(signaller_that_ends_in_order_is_no_loss, "D5.8 D17.1", 120)
{
    struct side side;
    struct test_child child;

    side_open(&side, L_("death"));
    require(test_child_start(&child, "announcer"));
    require(test_child_expect(&child, "ready", PATIENCE));
    ok_hr(ID3D12CommandQueue_Wait(side.kit.queue, side.fence, 7), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(side.kit.queue, side.fence, 9), S_OK);
    test_child_write_line(&child, "go");
    ok(kit_wait(side.fence, 9));
    ok_eq(test_child_wait(&child, PATIENCE), 0);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(side.kit.device), S_OK);
    side_close(&side);
}

/* Has signalled 7 of the one, and announces 5 of the other. */
CHILD(half_done)
{
    struct side side;
    ID3D12Fence *other, *gate;
    char line[16];

    (void)argv;
    side_join(&side, L_("came"));
    other = kit_open_fence_by_name(side.kit.device, L_("lost"));
    gate = kit_fence(side.kit.device, 0);
    /* Both are announced, since they cannot be done at once. */
    ok_hr(ID3D12CommandQueue_Wait(side.kit.queue, gate, 1), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(side.kit.queue, side.fence, 7), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(side.kit.queue, side.kit.fence, 1), S_OK);
    ok_hr(ID3D12CommandQueue_Wait(side.kit.queue, gate, 2), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(side.kit.queue, other, 5), S_OK);
    ok_hr(ID3D12Fence_Signal(gate, 1), S_OK);
    ok(kit_wait(side.kit.fence, 1));
    test_say("ready");
    test_hear(line, sizeof(line), PATIENCE);
    return 0;
}

TEST_DEADLINE(what_came_before_the_kill_is_no_loss, "D5.8 D19.1", 120)
{
    struct side side;
    struct test_child child;
    ID3D12Fence *other;
    HANDLE handle;
    HANDLE seven = CreateEventW(NULL, FALSE, FALSE, NULL);
    HANDLE five = CreateEventW(NULL, FALSE, FALSE, NULL);

    side_open(&side, L_("came"));
    other = kit_shared_fence(side.kit.device, 0);
    handle = kit_share_fence(other, L_("lost"));
    require(test_child_start(&child, "half_done"));
    require(test_child_expect(&child, "ready", PATIENCE));
    ok_eq(ID3D12Fence_GetCompletedValue(side.fence), 7);
    ok_hr(ID3D12Fence_Signal(side.fence, 0), S_OK);
    ok_hr(ID3D12Fence_SetEventOnCompletion(side.fence, 7, seven), S_OK);
    ok_hr(ID3D12Fence_SetEventOnCompletion(other, 5, five), S_OK);
    test_child_kill(&child);
    ok(kit_gets_set(five));
    ok(kit_stays_below(side.fence, 7));
    ok(!kit_is_set(seven));
    ok_hr(ID3D12Fence_Signal(side.fence, 7), S_OK);
    ok(kit_gets_set(seven));
    CloseHandle(handle);
    kit_release_last(other);
    CloseHandle(seven);
    CloseHandle(five);
    side_close(&side);
}

/* Has the fence, or ("handle") only a handle to it. */
CHILD(holder)
{
    struct side side;
    HANDLE handle = NULL;
    char line[16];

    side_join(&side, L_("held"));
    if (strcmp(argv[1], "object")) {
        handle = kit_share_fence(side.fence, NULL);
        kit_release_last(side.fence);
        side.fence = NULL;
    }
    test_say("ready");
    test_hear(line, sizeof(line), PATIENCE);
    if (handle)
        CloseHandle(handle);
    side_close(&side);
    return 0;
}

static void held_by_another_process(const char *how, bool killed)
{
    struct side side;
    struct test_child child;
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);

    side_open(&side, L_("held"));
    require(test_child_start(&child, "holder", how));
    require(test_child_expect(&child, "ready", PATIENCE));
    ok_hr(ID3D12CommandQueue_Wait(side.kit.queue, side.fence, 5), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(side.kit.queue, side.kit.fence, 1), S_OK);
    ok_hr(ID3D12Fence_SetEventOnCompletion(side.fence, 5, event), S_OK);
    CloseHandle(side.handle);
    side.handle = NULL;
    kit_release_last(side.fence);
    side.fence = NULL;
    ok(kit_stays_below(side.kit.fence, 1));
    ok(!kit_is_set(event));
    if (killed) {
        test_child_kill(&child);
    } else {
        test_child_write_line(&child, "end");
        ok_eq(test_child_wait(&child, PATIENCE), 0);
    }
    ok(kit_gets_set(event));
    ok(kit_wait(side.kit.fence, 1));
    ok_hr(ID3D12Device_GetDeviceRemovedReason(side.kit.device), S_OK);
    CloseHandle(event);
    side_close(&side);
}

TEST_DEADLINE(last_reference_may_be_another_process_s, "D17.4 D17.1", 120)
{
    held_by_another_process("object", false);
}

TEST_DEADLINE(last_handle_may_be_another_process_s, "D17.4 D17.1", 120)
{
    held_by_another_process("handle", false);
}

TEST_DEADLINE(last_reference_ends_with_a_killed_process, "D17.4 D5.8", 120)
{
    held_by_another_process("object", true);
}

/* Killed at any moment of a long exchange: it is over for the other one too, and soon. */
TEST_DEADLINE(killed_in_the_middle_of_turns, "D5.8 D19.10", 240)
{
    enum { KILLS = 8, ROUNDS = 2000 };
    struct side side;
    struct test_child child;
    ID3D12Fence *gate;
    HANDLE event;

    for (unsigned i = 0; i < KILLS; i++) {
        side_open(&side, L_("turns"));
        event = CreateEventW(NULL, FALSE, FALSE, NULL);
        gate = kit_fence(side.kit.device, 0);
        require(test_child_start(&child, "turns", "2000"));
        put_turns(&side, 0, 0, ROUNDS / 2);
        /* However fast they are, they do not come to the end. */
        ok_hr(ID3D12CommandQueue_Wait(side.kit.queue, gate, 1), S_OK);
        put_turns(&side, 0, ROUNDS / 2, ROUNDS);
        require(test_child_expect(&child, "ready", PATIENCE));
        ok_hr(ID3D12Fence_SetEventOnCompletion(side.kit.fence, UINT64_MAX, event), S_OK);
        ok_hr(ID3D12Fence_Signal(side.fence, 1), S_OK);
        ok(test_until(ID3D12Fence_GetCompletedValue(side.fence) > 40 * i, PATIENCE));
        test_child_kill(&child);
        ok(kit_gets_set(event));
        ok_hr(ID3D12Device_GetDeviceRemovedReason(side.kit.device), DXGI_ERROR_DEVICE_REMOVED);
        ok_eq(ID3D12Fence_GetCompletedValue(side.fence), UINT64_MAX);
        CloseHandle(event);
        kit_release_last(gate);
        side_close(&side);
    }
}
