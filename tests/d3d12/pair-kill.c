// SPDX-License-Identifier: MIT
/*
 * One of the two is killed at a random place among the rounds. The other one's queue stands at a
 * wait for a value that only the dead had announced: its device is removed, which releases
 * everybody who waits, or the rounds were complete. What it says is complete is right to the last
 * bit. A second device of the same process, whose queue waits for nothing, stays, and sees the
 * shared value as it was left.
 */
#include "d3d12/pair.h"

#include <stdio.h>

#define ROUNDS 200u
#ifdef NT_TEST_FULL
#    define KILLS 60
#else
#    define KILLS 2
#endif
#define DEADLINE 900

struct onlooker {
    ID3D12Device5 *device;
    ID3D12Fence *fence;
    HANDLE event;
};

/* Another device that has the fence open and waits by event for the end of all rounds. */
static void look_on(struct onlooker *onlooker, struct pair *pair)
{
    HANDLE handle = NULL;

    onlooker->device = kit_device();
    ok_hr(ID3D12Device_CreateSharedHandle(pair->kit.device, (ID3D12DeviceChild *)pair->fence, NULL,
                                          GENERIC_ALL, NULL, &handle),
          S_OK);
    ok_hr(ID3D12Device_OpenSharedHandle(onlooker->device, handle, &IID_ID3D12Fence,
                                        (void **)&onlooker->fence),
          S_OK);
    require(onlooker->fence != NULL);
    ok_succeeds(CloseHandle(handle));
    onlooker->event = CreateEventW(NULL, FALSE, FALSE, NULL);
    ok_hr(ID3D12Fence_SetEventOnCompletion(onlooker->fence, 2 * ROUNDS, onlooker->event), S_OK);
}

static void look_away(struct onlooker *onlooker)
{
    ok_eq(WaitForSingleObject(onlooker->event, (DWORD)(PAIR_WAIT * test_slowness())),
          WAIT_OBJECT_0);
    ok(ID3D12Fence_GetCompletedValue(onlooker->fence) <= 2 * ROUNDS);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(onlooker->device), S_OK);
    CloseHandle(onlooker->event);
    kit_release_last(onlooker->fence);
    kit_release_last(onlooker->device);
}

/* After the death: true when it came before the end of the rounds. */
static bool survive(struct pair *pair)
{
    uint64_t nonce = atomic_load(&pair->board->nonce);
    HRESULT reason;
    uint32_t done;

    require(pair_finish(pair), "the survivor hangs");
    reason = ID3D12Device_GetDeviceRemovedReason(pair->kit.device);
    done = *pair->done;
    if (reason == S_OK)
        ok_eq(done, ROUNDS);
    else
        ok_hr(reason, DXGI_ERROR_DEVICE_REMOVED);
    if (reason != S_OK)
        ok_eq(ID3D12Fence_GetCompletedValue(pair->fence), UINT64_MAX);
    if (!pair_writes(pair))
        ok_eq(pair_count_wrong(pair, nonce, done), 0);
    return reason != S_OK;
}

static bool kill_one(enum pair_object object, bool b_writes)
{
    struct pair pair = {.object = object,
                        .way = PAIR_NAMED,
                        .rounds = ROUNDS,
                        .b_writes = b_writes,
                        .end = PAIR_DIES_LATE};
    uint32_t when = (uint32_t)(pair_random() % (ROUNDS - 50));
    struct onlooker onlooker;
    bool was_cut;

    pair_open_a(&pair);
    look_on(&onlooker, &pair);
    pair_hear(&pair);
    pair_submit(&pair);
    ok(test_until(*pair.done >= when, PAIR_WAIT));
    pair_kill_b(&pair);
    was_cut = survive(&pair);
    test_note("killed after round %u: %u complete", (unsigned)when, (unsigned)*pair.done);
    look_away(&onlooker);
    pair_close(&pair);
    return was_cut;
}

/* Often enough to have seen a real cut. */
static void kill_many(enum pair_object object, bool b_writes)
{
    unsigned cut = 0;

    for (unsigned i = 0; i < KILLS || (cut == 0 && i < KILLS + 60); i++)
        cut += kill_one(object, b_writes);
    test_note("%u were cut", cut);
    ok(cut > 0);
}

TEST_DEADLINE(killed_writer_leaves_no_garbage_and_no_hang, "D5.8 D17.4 D19.6 D19.10", DEADLINE)
{
    kill_many(PAIR_HEAP, true);
}

TEST_DEADLINE(killed_reader_leaves_no_hang, "D5.8 D17.4 D19.6 D19.10", DEADLINE)
{
    kill_many(PAIR_BUFFER, false);
}

TEST_DEADLINE(killed_writer_of_a_texture_leaves_no_garbage, "D5.8 D19.10", DEADLINE)
{
    kill_many(PAIR_TEXTURE, true);
}

/*
 * Killed while it still puts its rounds into its queue: what A waits for then, nobody may ever have
 * announced. A, which knows who its partner was, gives its device up when the partner is dead, and
 * everything ends.
 */
static void kill_anytime(bool b_writes)
{
    struct pair pair = {.object = PAIR_BUFFER,
                        .way = PAIR_NAMED,
                        .rounds = ROUNDS,
                        .b_writes = b_writes,
                        .end = PAIR_DIES_ANYTIME};
    uint32_t done;

    pair_open_a(&pair);
    pair_submit(&pair);
    pair_hear(&pair);
    for (uint64_t moment = pair_random() % 4000000; moment > 0; moment--)
        __asm__ volatile("");
    pair_kill_b(&pair);
    ID3D12Device5_RemoveDevice(pair.kit.device);
    ok(pair_finish(&pair), "a removed device hangs");
    done = *pair.done;
    test_note("%u rounds were complete", (unsigned)done);
    ok(done <= ROUNDS);
    if (b_writes)
        ok_eq(pair_count_wrong(&pair, atomic_load(&pair.board->nonce), done), 0);
    pair_close(&pair);
}

TEST_DEADLINE(killed_at_any_moment_leaves_no_garbage, "D5.8 D17.4 D19.6", DEADLINE)
{
    for (unsigned i = 0; i < KILLS; i++) {
        kill_anytime(true);
        kill_anytime(false);
    }
}

TEST_DEADLINE(killed_writer_of_exported_memory_leaves_no_garbage, "D5.8 D19.10 D5.6", DEADLINE)
{
    pair_choose_kind("export");
    kill_many(PAIR_HEAP, true);
}
