// SPDX-License-Identifier: MIT
/*
 * Queues: order within one, independence of several, and waits that are not met.
 */
#include "d3d12/kit.h"
#include "d3d12/queue/queue.h"

TEST(unmet_wait_stops_only_its_own_queue, "D0.2 D5.9")
{
    struct kit blocked;
    ID3D12CommandQueue *free_queue;
    ID3D12Fence *gate, *other;

    kit_open(&blocked, D3D12_COMMAND_LIST_TYPE_COPY);
    free_queue = kit_queue(blocked.device, D3D12_COMMAND_LIST_TYPE_DIRECT);
    gate = kit_fence(blocked.device, 0);
    other = kit_fence(blocked.device, 0);
    ok_hr(ID3D12CommandQueue_Wait(blocked.queue, gate, 1), S_OK);
    kit_submit(&blocked);
    ok_hr(ID3D12CommandQueue_Signal(free_queue, other, 1), S_OK);
    ok(kit_wait(other, 1));
    ok(kit_stays_below(blocked.fence, 1));

    /* The other queue meets the wait. */
    ok_hr(ID3D12CommandQueue_Signal(free_queue, gate, 1), S_OK);
    kit_finish(&blocked);
    kit_release_last(other);
    kit_release_last(gate);
    kit_release_last(free_queue);
    kit_close(&blocked);
}

TEST(wait_then_signal_on_one_queue_is_no_deadlock, "D5.9")
{
    struct kit kit;
    ID3D12Fence *gate;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    gate = kit_fence(kit.device, 0);
    ok_hr(ID3D12CommandQueue_Wait(kit.queue, gate, 1), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(kit.queue, kit.fence, 1), S_OK);
    ok(kit_stays_below(kit.fence, 1));
    ok_hr(ID3D12Fence_Signal(gate, 1), S_OK);
    ok(kit_wait(kit.fence, 1));
    kit_release_last(gate);
    kit_close(&kit);
}

TEST(work_behind_a_wait_sees_what_came_before_the_signal, "D19.5")
{
    struct kit producer, consumer;
    ID3D12CommandQueue *queue;
    ID3D12Resource *buffer;
    uint32_t *words;

    kit_open(&producer, D3D12_COMMAND_LIST_TYPE_COPY);
    consumer = producer;
    consumer.value = 0;
    queue = consumer.queue = kit_queue(producer.device, D3D12_COMMAND_LIST_TYPE_COPY);
    consumer.allocator = kit_allocator(producer.device, D3D12_COMMAND_LIST_TYPE_COPY);
    consumer.list = kit_list(producer.device, D3D12_COMMAND_LIST_TYPE_COPY, consumer.allocator);
    consumer.fence = kit_fence(producer.device, 0);
    buffer = kit_shared_buffer(producer.device, 48 * MIB);
    words = kit_map(buffer);
    words[0] = 1234;

    /* The last word of a long copy, read by the other queue. */
    ID3D12GraphicsCommandList_CopyBufferRegion(consumer.list, buffer, 16, buffer, 40 * MIB, 4);
    ok_hr(ID3D12CommandQueue_Wait(consumer.queue, producer.fence, 1), S_OK);
    kit_submit(&consumer);
    ID3D12GraphicsCommandList_CopyBufferRegion(producer.list, buffer, 20 * MIB, buffer, 32,
                                               16 * MIB);
    ID3D12GraphicsCommandList_CopyBufferRegion(producer.list, buffer, 40 * MIB, buffer, 0, 4);
    kit_submit(&producer);
    kit_finish(&consumer);
    ok_eq(words[4], 1234);
    kit_finish(&producer);

    kit_release_last(buffer);
    kit_release_last(consumer.list);
    kit_release_last(consumer.allocator);
    kit_release_last(consumer.fence);
    kit_release_last(queue);
    kit_close(&producer);
}

TEST(sixteen_queues_of_two_types_at_once, "D4.1")
{
    enum { N = 16 };
    struct kit kit;
    ID3D12CommandQueue *queues[N];
    ID3D12Fence *fences[N + 1];

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    for (int i = 0; i <= N; i++)
        fences[i] = kit_fence(kit.device, 0);
    /* Each waits for the next one; the last for the CPU. */
    for (int i = 0; i < N; i++) {
        queues[i] = kit_queue(kit.device, i % 2 ? D3D12_COMMAND_LIST_TYPE_COMPUTE
                                                : D3D12_COMMAND_LIST_TYPE_DIRECT);
        ok_hr(ID3D12CommandQueue_Wait(queues[i], fences[i + 1], 1), S_OK);
        ok_hr(ID3D12CommandQueue_Signal(queues[i], fences[i], 1), S_OK);
    }
    ok(kit_stays_below(fences[0], 1));
    ok_hr(ID3D12Fence_Signal(fences[N], 1), S_OK);
    ok(kit_wait(fences[0], 1));
    for (int i = 0; i < N; i++)
        kit_release_last(queues[i]);
    for (int i = 0; i <= N; i++)
        kit_release_last(fences[i]);
    kit_close(&kit);
}

TEST(signals_come_after_the_work_before_them, "D19.5")
{
    struct kit kit;
    ID3D12Resource *buffer;
    volatile uint32_t *words;
    size_t early = 0;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    buffer = kit_shared_buffer(kit.device, 64 * MIB);
    words = kit_map(buffer);
    for (uint32_t round = 1; round <= 5; round++) {
        words[0] = round;
        ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, 32 * MIB, buffer, 0, 32 * MIB);
        ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, 64 * MIB - 4, buffer, 32 * MIB,
                                                   4);
        kit_submit(&kit);
        require(kit_wait(kit.fence, kit.value));
        early += words[16 * MIB - 1] != round;
        kit_finish(&kit);
    }
    ok_eq(early, 0);
    kit_release_last(buffer);
    kit_close(&kit);
}

/* A wait remembers that it was met, although the queue gets to it only later. */
static void check_ticket(bool signal_by_queue)
{
    struct kit kit;
    ID3D12CommandQueue *second;
    ID3D12Fence *fence, *gate, *progress;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    second = kit_queue(kit.device, D3D12_COMMAND_LIST_TYPE_COMPUTE);
    fence = kit_fence(kit.device, 0);
    gate = kit_fence(kit.device, 0);
    progress = kit_fence(kit.device, 0);
    for (UINT64 value = 1; value <= 4; value++)
        ok_hr(ID3D12CommandQueue_Wait(kit.queue, fence, value), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(kit.queue, progress, 1), S_OK);
    ok_hr(ID3D12CommandQueue_Wait(kit.queue, gate, 1), S_OK);
    for (UINT64 value = 5; value <= 8; value++)
        ok_hr(ID3D12CommandQueue_Wait(kit.queue, fence, value), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(kit.queue, progress, 2), S_OK);

    if (signal_by_queue)
        ok_hr(ID3D12CommandQueue_Signal(second, fence, 8), S_OK);
    else
        ok_hr(ID3D12Fence_Signal(fence, 8), S_OK);
    require(kit_wait(progress, 1));
    ok_hr(ID3D12Fence_Signal(fence, 0), S_OK);
    ok(kit_stays_below(progress, 2));
    ok_hr(ID3D12Fence_Signal(gate, 1), S_OK);
    ok(kit_wait(progress, 2));
    ok_eq(ID3D12Fence_GetCompletedValue(fence), 0);

    kit_release_last(progress);
    kit_release_last(gate);
    kit_release_last(fence);
    kit_release_last(second);
    kit_close(&kit);
}

TEST(met_waits_stay_met_when_the_value_falls_cpu, "D19.4")
{
    check_ticket(false);
}

TEST(met_waits_stay_met_when_the_value_falls_queue, "D19.4")
{
    check_ticket(true);
}

TEST(wait_after_a_rewind_waits_for_the_pending_signal, "D19.4")
{
    struct kit kit;
    ID3D12CommandQueue *second;
    ID3D12Fence *gate, *other;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    second = kit_queue(kit.device, D3D12_COMMAND_LIST_TYPE_COMPUTE);
    gate = kit_fence(kit.device, 0);
    other = kit_fence(kit.device, 0);
    ok_hr(ID3D12Fence_Signal(kit.fence, 9), S_OK);
    ok_hr(ID3D12CommandQueue_Wait(kit.queue, gate, 1), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(kit.queue, kit.fence, 10), S_OK);
    ok_hr(ID3D12Fence_Signal(kit.fence, 0), S_OK);
    ok_hr(ID3D12CommandQueue_Wait(second, kit.fence, 9), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(second, other, 1), S_OK);
    ok(kit_stays_below(other, 1));
    ok_hr(ID3D12Fence_Signal(gate, 1), S_OK);
    ok(kit_wait(other, 1));
    ok_eq(ID3D12Fence_GetCompletedValue(kit.fence), 10);
    kit_release_last(other);
    kit_release_last(gate);
    kit_release_last(second);
    kit_close(&kit);
}

TEST(two_queues_play_ping_pong, "D19.4 D5.9")
{
    enum { ROUNDS = 200 };
    struct kit kit;
    ID3D12CommandQueue *second;
    ID3D12Resource *buffer;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    second = kit_queue(kit.device, D3D12_COMMAND_LIST_TYPE_COPY);
    buffer = kit_buffer(kit.device, D3D12_HEAP_TYPE_DEFAULT, 64 * KIB);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, 0, buffer, 32 * KIB, 16 * KIB);
    ok_hr(ID3D12GraphicsCommandList_Close(kit.list), S_OK);
    for (UINT64 i = 0; i < ROUNDS; i++) {
        kit_execute(kit.queue, kit.list);
        ok_hr(ID3D12CommandQueue_Signal(kit.queue, kit.fence, 2 * i + 1), S_OK);
        ok_hr(ID3D12CommandQueue_Wait(kit.queue, kit.fence, 2 * i + 2), S_OK);
        ok_hr(ID3D12CommandQueue_Wait(second, kit.fence, 2 * i + 1), S_OK);
        kit_execute(second, kit.list);
        ok_hr(ID3D12CommandQueue_Signal(second, kit.fence, 2 * i + 2), S_OK);
    }
    ok(kit_wait(kit.fence, 2 * ROUNDS));
    kit_release_last(buffer);
    kit_release_last(second);
    kit_close(&kit);
}

TEST(queue_released_early_still_finishes, "D17.7")
{
    struct kit kit;
    ID3D12CommandQueue *queue;
    ID3D12Fence *gate;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    queue = kit_queue(kit.device, D3D12_COMMAND_LIST_TYPE_COPY);
    gate = kit_fence(kit.device, 0);
    ok_hr(ID3D12CommandQueue_Wait(queue, gate, 1), S_OK);
    ok_hr(ID3D12CommandQueue_Signal(queue, kit.fence, 1), S_OK);
    ok_eq(kit_refs(kit.fence), 1);
    kit_release_last(queue);
    ok_hr(ID3D12Fence_Signal(gate, 1), S_OK);
    ok(kit_wait(kit.fence, 1));
    kit_release_last(gate);
    kit_close(&kit);
}

TEST(device_released_with_work_in_flight, "D17.6")
{
    struct kit kit;
    ID3D12Resource *buffer;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    buffer = kit_buffer(kit.device, D3D12_HEAP_TYPE_DEFAULT, 256 * MIB);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, 0, buffer, 128 * MIB, 128 * MIB);
    kit_submit(&kit);
    kit_release_last(buffer);
    kit_close(&kit);
}

TEST(foreign_fences_and_null_are_refused, "D4.4")
{
    struct kit kit;
    ID3D12Device5 *other = kit_device();
    ID3D12Fence *foreign = kit_fence(other, 0);

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    ok_hr(ID3D12CommandQueue_Signal(kit.queue, foreign, 1), E_INVALIDARG);
    ok_hr(ID3D12CommandQueue_Wait(kit.queue, foreign, 1), E_INVALIDARG);
    ok_hr(ID3D12CommandQueue_Signal(kit.queue, NULL, 1), E_INVALIDARG);
    ok_hr(ID3D12CommandQueue_Wait(kit.queue, (ID3D12Fence *)kit.list, 1), E_INVALIDARG);
    kit_close(&kit);
    kit_release_last(foreign);
    kit_release_last(other);
}

struct hammer {
    struct kit *kit;
    ID3D12CommandQueue *queue;
    UINT64 value;
};

static void hammer_main(void *argument)
{
    struct hammer *hammer = argument;

    for (int i = 0; i < 200; i++) {
        kit_execute(hammer->queue, hammer->kit->list);
        ID3D12CommandQueue_Signal(hammer->queue, hammer->kit->fence, hammer->value);
        ID3D12CommandQueue_Wait(hammer->queue, hammer->kit->fence, 0);
        ID3D12Fence_Signal(hammer->kit->fence, 0);
    }
}

TEST(threads_share_a_device_and_a_queue, "D4.1")
{
    struct kit kit;
    struct hammer hammers[3];
    struct test_thread threads[3];
    ID3D12Resource *buffer;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    buffer = kit_buffer(kit.device, D3D12_HEAP_TYPE_DEFAULT, 64 * KIB);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, 0, buffer, 32 * KIB, 16 * KIB);
    ok_hr(ID3D12GraphicsCommandList_Close(kit.list), S_OK);
    for (int i = 0; i < 3; i++) {
        hammers[i] = (struct hammer){&kit, kit.queue, (UINT64)i + 1};
        if (i == 2)
            hammers[i].queue = kit_queue(kit.device, D3D12_COMMAND_LIST_TYPE_COPY);
        test_thread_start(&threads[i], hammer_main, &hammers[i]);
    }
    for (int i = 0; i < 3; i++)
        test_thread_join(&threads[i]);
    ok_hr(ID3D12CommandQueue_Signal(kit.queue, kit.fence, 1000), S_OK);
    ok(kit_wait(kit.fence, 1000));
    ok_hr(ID3D12Device_GetDeviceRemovedReason(kit.device), S_OK);
    kit_release_last(hammers[2].queue);
    kit_release_last(buffer);
    kit_close(&kit);
}

/* A queue that is let go together with one that has much to do comes in between. */
TEST(long_list_does_not_keep_others_waiting, "D0.2 D5.9")
{
    enum { PASSES = 60 };
    struct kit busy, quick;
    ID3D12CommandQueue *queue;
    ID3D12Resource *buffer;
    ID3D12Fence *gate;
    uint32_t *words;
    UINT64 address;

    kit_open(&busy, D3D12_COMMAND_LIST_TYPE_COPY);
    quick = busy;
    quick.value = 0;
    queue = quick.queue = kit_queue(busy.device, D3D12_COMMAND_LIST_TYPE_COPY);
    quick.allocator = kit_allocator(busy.device, D3D12_COMMAND_LIST_TYPE_COPY);
    quick.list = kit_list(busy.device, D3D12_COMMAND_LIST_TYPE_COPY, quick.allocator);
    quick.fence = kit_fence(busy.device, 0);
    gate = kit_fence(busy.device, 0);
    buffer = kit_shared_buffer(busy.device, 32 * MIB);
    address = ID3D12Resource_GetGPUVirtualAddress(buffer);
    words = kit_map(buffer);

    for (uint32_t i = 1; i <= PASSES; i++) {
        ID3D12GraphicsCommandList_CopyBufferRegion(busy.list, buffer, 16 * MIB, buffer, 64 * KIB,
                                                   8 * MIB);
        kit_marker(busy.list, address, i, D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
    }
    /* How far the other one is, as the device itself sees it. */
    ID3D12GraphicsCommandList_CopyBufferRegion(quick.list, buffer, 4, buffer, 0, 4);
    ok_hr(ID3D12CommandQueue_Wait(busy.queue, gate, 1), S_OK);
    ok_hr(ID3D12CommandQueue_Wait(quick.queue, gate, 1), S_OK);
    kit_submit(&busy);
    kit_submit(&quick);
    ok_hr(ID3D12Fence_Signal(gate, 1), S_OK);
    kit_finish(&quick);
    kit_finish(&busy);
    ok_eq(words[0], PASSES);
    ok(words[1] <= 6, "%u passes first", (unsigned)words[1]);

    kit_release_last(buffer);
    kit_release_last(gate);
    kit_release_last(quick.list);
    kit_release_last(quick.allocator);
    kit_release_last(quick.fence);
    kit_release_last(queue);
    kit_close(&busy);
}

struct step {
    const volatile uint32_t *word;
    uint32_t seen;
    unsigned n_steps, n_drops;
};

static void take_step(void *argument)
{
    struct step *step = argument;

    step->seen = *step->word;
    step->n_steps++;
}

static void drop_step(void *argument)
{
    ((struct step *)argument)->n_drops++;
}

/* What the mappings of tiles change by: in the queue's order, and never on a removed device. */
TEST(steps_happen_in_the_order_of_their_queue, "D3.9 D19.5")
{
    struct kit kit;
    ID3D12Resource *buffer;
    ID3D12Fence *gate;
    uint32_t *words;
    struct step steps[8], never = {0};

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    gate = kit_fence(kit.device, 0);
    buffer = kit_shared_buffer(kit.device, 32 * MIB);
    words = kit_map(buffer);
    for (uint32_t i = 0; i < 8; i++) {
        steps[i] = (struct step){.word = words};
        kit_marker(kit.list, ID3D12Resource_GetGPUVirtualAddress(buffer), i + 1,
                   D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
        ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, 16 * MIB, buffer, 64 * KIB,
                                                   12 * MIB);
        kit_marker(kit.list, ID3D12Resource_GetGPUVirtualAddress(buffer), 100 + i,
                   D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
        kit_submit(&kit);
        ok_hr(nt_d3d_queue_step((struct nt_d3d_queue *)kit.queue, take_step, drop_step, &steps[i]),
              S_OK);
        ok_hr(ID3D12CommandQueue_Signal(kit.queue, kit.fence, ++kit.value), S_OK);
        kit_finish(&kit);
        ok_eq(steps[i].n_steps, 1);
        ok_eq(steps[i].n_drops, 1);
        ok_eq(steps[i].seen, 100 + i);
    }
    never.word = words;
    ok_hr(ID3D12CommandQueue_Wait(kit.queue, gate, 1), S_OK);
    ok_hr(nt_d3d_queue_step((struct nt_d3d_queue *)kit.queue, take_step, drop_step, &never), S_OK);
    ID3D12Device5_RemoveDevice(kit.device);
    ok_eq(never.n_drops, 1);
    ok_hr(nt_d3d_queue_step((struct nt_d3d_queue *)kit.queue, take_step, drop_step, &never),
          DXGI_ERROR_DEVICE_REMOVED);
    ok_eq(never.n_drops, 2);
    ok_eq(never.n_steps, 0);
    kit_release_last(gate);
    kit_release_last(buffer);
    kit_close(&kit);
}
