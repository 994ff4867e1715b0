// SPDX-License-Identifier: MIT
/*
 * Command lists and allocators: life, recording, copies, immediate writes.
 */
#include "d3d12/kit.h"

#include <string.h>

TEST(lists_close_once_and_reset_when_closed, "D4.5")
{
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    ok_eq(ID3D12GraphicsCommandList_GetType(kit.list), D3D12_COMMAND_LIST_TYPE_COPY);
    ok_hr(ID3D12GraphicsCommandList_Reset(kit.list, kit.allocator, NULL), E_FAIL);
    ok_hr(ID3D12GraphicsCommandList_Close(kit.list), S_OK);
    ok_hr(ID3D12GraphicsCommandList_Close(kit.list), E_FAIL);
    ok_hr(ID3D12GraphicsCommandList_Reset(kit.list, NULL, NULL), E_INVALIDARG);
    ok_hr(ID3D12GraphicsCommandList_Reset(kit.list, kit.allocator, NULL), S_OK);
    kit_close(&kit);
}

TEST(allocator_serves_one_recording_list, "D4.1")
{
    struct kit kit;
    ID3D12GraphicsCommandList2 *second = (void *)1;
    ID3D12CommandAllocator *other = (void *)1;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    ok_hr(ID3D12Device_CreateCommandList(kit.device, 0, D3D12_COMMAND_LIST_TYPE_COPY, kit.allocator,
                                         NULL, &IID_ID3D12GraphicsCommandList, (void **)&second),
          E_INVALIDARG);
    ok_ptr_eq(second, NULL);
    ok_hr(ID3D12CommandAllocator_Reset(kit.allocator), E_FAIL);
    ok_hr(ID3D12GraphicsCommandList_Close(kit.list), S_OK);
    ok_hr(ID3D12CommandAllocator_Reset(kit.allocator), S_OK);
    second = kit_list(kit.device, D3D12_COMMAND_LIST_TYPE_COPY, kit.allocator);
    ok_hr(ID3D12GraphicsCommandList_Reset(kit.list, kit.allocator, NULL), E_INVALIDARG);
    kit_release_last(second);
    ok_hr(ID3D12CommandAllocator_Reset(kit.allocator), S_OK);

    ok_hr(ID3D12Device_CreateCommandList(kit.device, 0, D3D12_COMMAND_LIST_TYPE_DIRECT,
                                         kit.allocator, NULL, &IID_ID3D12GraphicsCommandList, NULL),
          E_INVALIDARG);
    ok_hr(ID3D12Device_CreateCommandList(kit.device, 0, D3D12_COMMAND_LIST_TYPE_COPY, NULL, NULL,
                                         &IID_ID3D12GraphicsCommandList, NULL),
          E_INVALIDARG);
    ok_hr(ID3D12Device_CreateCommandAllocator(kit.device, (D3D12_COMMAND_LIST_TYPE)77,
                                              &IID_ID3D12CommandAllocator, (void **)&other),
          E_INVALIDARG);
    ok_ptr_eq(other, NULL);
    kit_close(&kit);
}

TEST(allocator_of_running_list_cannot_be_reset, "D4.1 D4.5")
{
    struct kit kit;
    ID3D12Fence *gate;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    gate = kit_fence(kit.device, 0);
    ok_hr(ID3D12CommandQueue_Wait(kit.queue, gate, 1), S_OK);
    kit_submit(&kit);
    ok_hr(ID3D12CommandAllocator_Reset(kit.allocator), E_FAIL);
    ok_hr(ID3D12Fence_Signal(gate, 1), S_OK);
    kit_finish(&kit);
    kit_release_last(gate);
    kit_close(&kit);
}

TEST(list_made_closed_records_after_reset, "D4.5")
{
    struct kit kit;
    ID3D12GraphicsCommandList *list = NULL;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    ok_hr(ID3D12GraphicsCommandList_Close(kit.list), S_OK);
    ok_hr(ID3D12Device4_CreateCommandList1(kit.device, 0, D3D12_COMMAND_LIST_TYPE_DIRECT,
                                           D3D12_COMMAND_LIST_FLAG_NONE,
                                           &IID_ID3D12GraphicsCommandList, (void **)&list),
          S_OK);
    ok_hr(ID3D12GraphicsCommandList_Close(list), E_FAIL);
    ok_hr(ID3D12GraphicsCommandList_Reset(list, kit.allocator, NULL), S_OK);
    ok_hr(ID3D12GraphicsCommandList_Close(list), S_OK);
    kit_release_last(list);
    kit_close(&kit);
}

/* Closes a list with @expect, and lets it record anew. */
static void expect_close(struct kit *kit, HRESULT expect)
{
    ok_hr(ID3D12GraphicsCommandList_Close(kit->list), expect);
    ok_hr(ID3D12GraphicsCommandList_Reset(kit->list, kit->allocator, NULL), S_OK);
}

TEST(what_cannot_be_recorded_is_told_at_close, "D4.5")
{
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    ID3D12GraphicsCommandList_DrawInstanced(kit.list, 3, 1, 0, 0);
    expect_close(&kit, E_NOTIMPL);
    ID3D12GraphicsCommandList_Dispatch(kit.list, 1, 1, 1);
    expect_close(&kit, E_NOTIMPL);
    ID3D12GraphicsCommandList_ResolveSubresource(kit.list, NULL, 0, NULL, 0, DXGI_FORMAT_UNKNOWN);
    expect_close(&kit, E_NOTIMPL);
    ID3D12GraphicsCommandList_SetMarker(kit.list, 0, NULL, 0);
    ID3D12GraphicsCommandList_BeginEvent(kit.list, 0, NULL, 0);
    ID3D12GraphicsCommandList_EndEvent(kit.list);
    ID3D12GraphicsCommandList_ClearState(kit.list, NULL);
    expect_close(&kit, S_OK);
    kit_close(&kit);
}

TEST(copies_move_bytes_at_any_offset, "D4.5")
{
    struct kit kit;
    ID3D12Resource *from, *hidden, *to;
    unsigned char *source, *target;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    from = kit_buffer(kit.device, D3D12_HEAP_TYPE_UPLOAD, 64 * KIB);
    hidden = kit_buffer(kit.device, D3D12_HEAP_TYPE_DEFAULT, 64 * KIB);
    to = kit_buffer(kit.device, D3D12_HEAP_TYPE_READBACK, 64 * KIB);
    source = kit_map(from);
    target = kit_map(to);
    for (size_t i = 0; i < 64 * KIB; i++)
        source[i] = (unsigned char)(i * 7 + i / 256);
    ID3D12GraphicsCommandList_CopyResource(kit.list, hidden, from);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, to, 3, hidden, 101, 5003);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, to, 0, hidden, 0, 0);
    kit_run(&kit);
    ok_mem_eq(target + 3, source + 101, 5003);
    ok_eq(target[2], 0);
    ok_eq(target[3 + 5003], 0);
    kit_release_last(to);
    kit_release_last(hidden);
    kit_release_last(from);
    kit_close(&kit);
}

/* Each copy reads what the one before wrote; no barrier is recorded. */
TEST(dependent_copies_happen_in_order, "D19.5 D2.1")
{
    struct kit kit;
    ID3D12Resource *buffer;
    uint32_t *words;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    buffer = kit_shared_buffer(kit.device, 64 * KIB);
    words = kit_map(buffer);
    words[0] = 0xfeed;
    for (uint32_t i = 1; i < 4000; i++)
        ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, i * 4, buffer, (i - 1) * 4, 4);
    kit_run(&kit);
    ok_eq(words[3999], 0xfeed);
    ok_eq(words[2000], 0xfeed);
    kit_release_last(buffer);
    kit_close(&kit);
}

TEST(copies_out_of_bounds_spoil_the_list, "D5.2 D0.5")
{
    struct kit kit;
    ID3D12Resource *a, *b, *big, *foreign;
    ID3D12Device5 *other;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    other = kit_device();
    a = kit_buffer(kit.device, D3D12_HEAP_TYPE_DEFAULT, 64 * KIB);
    b = kit_buffer(kit.device, D3D12_HEAP_TYPE_DEFAULT, 64 * KIB);
    big = kit_buffer(kit.device, D3D12_HEAP_TYPE_DEFAULT, 128 * KIB);
    foreign = kit_buffer(other, D3D12_HEAP_TYPE_DEFAULT, 64 * KIB);
#define SPOILS(call)                      \
    do {                                  \
        ID3D12GraphicsCommandList_##call; \
        expect_close(&kit, E_INVALIDARG); \
    } while (0)
    SPOILS(CopyBufferRegion(kit.list, a, 0, b, 1, 64 * KIB));
    SPOILS(CopyBufferRegion(kit.list, a, 64 * KIB, b, 0, 1));
    SPOILS(CopyBufferRegion(kit.list, a, UINT64_MAX, b, 0, 2));
    SPOILS(CopyBufferRegion(kit.list, a, 0, b, 0, UINT64_MAX));
    SPOILS(CopyBufferRegion(kit.list, a, 0, a, 2, 4));
    SPOILS(CopyBufferRegion(kit.list, NULL, 0, b, 0, 4));
    SPOILS(CopyBufferRegion(kit.list, a, 0, foreign, 0, 4));
    SPOILS(CopyResource(kit.list, a, big));
    SPOILS(CopyResource(kit.list, a, a));
    SPOILS(CopyResource(kit.list, a, NULL));
    SPOILS(DiscardResource(kit.list, foreign, NULL));
    SPOILS(ResourceBarrier(kit.list, 1, NULL));
#undef SPOILS
    ID3D12GraphicsCommandList_DiscardResource(kit.list, a, NULL);
    ID3D12GraphicsCommandList_CopyResource(kit.list, a, b);
    expect_close(&kit, S_OK);
    kit_release_last(foreign);
    kit_release_last(other);
    kit_release_last(big);
    kit_release_last(b);
    kit_release_last(a);
    kit_close(&kit);
}

TEST(barriers_are_checked_and_accepted, "D4.5")
{
    struct kit kit;
    ID3D12Resource *a;
    D3D12_RESOURCE_BARRIER barrier = {.Type = D3D12_RESOURCE_BARRIER_TYPE_TRANSITION};

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    a = kit_buffer(kit.device, D3D12_HEAP_TYPE_DEFAULT, 64 * KIB);
    barrier.Transition.pResource = a;
    barrier.Transition.Subresource = D3D12_RESOURCE_BARRIER_ALL_SUBRESOURCES;
    barrier.Transition.StateBefore = D3D12_RESOURCE_STATE_COMMON;
    barrier.Transition.StateAfter = D3D12_RESOURCE_STATE_COPY_DEST;
    ID3D12GraphicsCommandList_ResourceBarrier(kit.list, 1, &barrier);
    kit_run(&kit);
    barrier.Transition.StateAfter = D3D12_RESOURCE_STATE_COMMON;
    ID3D12GraphicsCommandList_ResourceBarrier(kit.list, 1, &barrier);
    expect_close(&kit, E_INVALIDARG);
    barrier = (D3D12_RESOURCE_BARRIER){.Type = D3D12_RESOURCE_BARRIER_TYPE_ALIASING};
    ID3D12GraphicsCommandList_ResourceBarrier(kit.list, 1, &barrier);
    expect_close(&kit, S_OK);
    barrier.Type = D3D12_RESOURCE_BARRIER_TYPE_UAV;
    ID3D12GraphicsCommandList_ResourceBarrier(kit.list, 1, &barrier);
    expect_close(&kit, S_OK);
    kit_release_last(a);
    kit_close(&kit);
}

TEST(list_runs_many_times, "D4.5")
{
    struct kit kit;
    ID3D12Resource *buffer;
    uint32_t *words;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    buffer = kit_shared_buffer(kit.device, 64 * KIB);
    words = kit_map(buffer);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, 4, buffer, 0, 4);
    ok_hr(ID3D12GraphicsCommandList_Close(kit.list), S_OK);
    for (uint32_t i = 1; i <= 50; i++) {
        words[0] = i;
        kit_execute(kit.queue, kit.list);
        ok_hr(ID3D12CommandQueue_Signal(kit.queue, kit.fence, ++kit.value), S_OK);
        require(kit_wait(kit.fence, kit.value));
        ok_eq(words[1], i);
    }
    kit_release_last(buffer);
    kit_close(&kit);
}

static void check_writes(D3D12_COMMAND_LIST_TYPE type)
{
    static const D3D12_WRITEBUFFERIMMEDIATE_MODE modes[] = {
        D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT, D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_IN,
        D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_OUT};
    D3D12_WRITEBUFFERIMMEDIATE_PARAMETER parameters[3];
    struct kit kit;
    ID3D12Resource *buffer;
    uint32_t *words;

    kit_open(&kit, type);
    buffer = kit_shared_buffer(kit.device, 64 * KIB);
    words = kit_map(buffer);
    for (uint32_t i = 0; i < 3; i++)
        parameters[i] = (D3D12_WRITEBUFFERIMMEDIATE_PARAMETER){
            ID3D12Resource_GetGPUVirtualAddress(buffer) + 4 * i, 100 + i};
    ID3D12GraphicsCommandList2_WriteBufferImmediate(kit.list, 3, parameters, modes);
    parameters[0].Dest += 65532;
    ID3D12GraphicsCommandList2_WriteBufferImmediate(kit.list, 1, parameters, NULL);
    ID3D12GraphicsCommandList2_WriteBufferImmediate(kit.list, 0, NULL, NULL);
    kit_run(&kit);
    ok_eq(words[0], 100);
    ok_eq(words[1], 101);
    ok_eq(words[2], 102);
    ok_eq(words[16383], 100);
    kit_release_last(buffer);
    kit_close(&kit);
}

TEST(immediate_writes_of_all_modes_on_all_queues, "D2.1")
{
    check_writes(D3D12_COMMAND_LIST_TYPE_DIRECT);
    check_writes(D3D12_COMMAND_LIST_TYPE_COMPUTE);
    check_writes(D3D12_COMMAND_LIST_TYPE_COPY);
}

TEST(bad_immediate_writes_are_told_at_close, "D2.1")
{
    const D3D12_WRITEBUFFERIMMEDIATE_MODE bad = (D3D12_WRITEBUFFERIMMEDIATE_MODE)0x7fff;
    const D3D12_WRITEBUFFERIMMEDIATE_MODE in = D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_IN;
    struct kit kit;
    ID3D12Resource *buffer;
    UINT64 address;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    buffer = kit_shared_buffer(kit.device, 1000);
    address = ID3D12Resource_GetGPUVirtualAddress(buffer);
    kit_marker(kit.list, address, 1, bad);
    expect_close(&kit, E_INVALIDARG);
    kit_marker(kit.list, address + 2, 1, in);
    expect_close(&kit, E_INVALIDARG);
    kit_marker(kit.list, address + 1000, 1, in);
    expect_close(&kit, E_INVALIDARG);
    kit_marker(kit.list, address - 4, 1, in);
    expect_close(&kit, E_INVALIDARG);
    kit_marker(kit.list, 0, 1, in);
    expect_close(&kit, E_INVALIDARG);
    kit_marker(kit.list, UINT64_MAX - 3, 1, in);
    expect_close(&kit, E_INVALIDARG);
    ID3D12GraphicsCommandList2_WriteBufferImmediate(kit.list, 1, NULL, NULL);
    expect_close(&kit, E_INVALIDARG);
    kit_marker(kit.list, address + 996, 1, in);
    expect_close(&kit, S_OK);
    kit_release_last(buffer);
    /* No buffer is there any more. */
    kit_marker(kit.list, address, 1, in);
    expect_close(&kit, E_INVALIDARG);
    kit_close(&kit);
}

TEST(overlapping_buffers_share_addresses, "D3.4 D2.1")
{
    const D3D12_HEAP_DESC heap_desc = kit_heap_desc(MIB, D3D12_HEAP_TYPE_CUSTOM);
    const D3D12_RESOURCE_DESC large = kit_buffer_desc(MIB), small = kit_buffer_desc(1024);
    ID3D12Resource *outer = NULL, *inner[8];
    struct kit kit;
    ID3D12Heap *heap = NULL;
    uint32_t *words;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    ok_hr(ID3D12Device_CreateHeap(kit.device, &heap_desc, &IID_ID3D12Heap, (void **)&heap), S_OK);
    ok_hr(ID3D12Device_CreatePlacedResource(kit.device, heap, 0, &large,
                                            D3D12_RESOURCE_STATE_COMMON, NULL, &IID_ID3D12Resource,
                                            (void **)&outer),
          S_OK);
    for (UINT64 i = 0; i < 8; i++)
        ok_hr(ID3D12Device_CreatePlacedResource(kit.device, heap, i * 64 * KIB, &small,
                                                D3D12_RESOURCE_STATE_COMMON, NULL,
                                                &IID_ID3D12Resource, (void **)&inner[i]),
              S_OK);
    /* Beyond the small buffers, only the large one is there. */
    kit_marker(kit.list, ID3D12Resource_GetGPUVirtualAddress(inner[5]) + 2048, 9,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
    kit_run(&kit);
    words = kit_map(outer);
    ok_eq(words[(5 * 64 * KIB + 2048) / 4], 9);
    kit_release_last(outer);
    kit_marker(kit.list, ID3D12Resource_GetGPUVirtualAddress(inner[5]) + 2048, 9,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
    expect_close(&kit, E_INVALIDARG);
    for (int i = 0; i < 8; i++)
        kit_release_last(inner[i]);
    kit_release_last(heap);
    kit_close(&kit);
}

TEST(atomic_copies_of_words, "D4.5")
{
    struct kit kit;
    ID3D12Resource *buffer;
    uint32_t *words;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    buffer = kit_shared_buffer(kit.device, 64 * KIB);
    words = kit_map(buffer);
    words[0] = 1;
    words[2] = 3;
    words[3] = 4;
    ID3D12GraphicsCommandList1_AtomicCopyBufferUINT(kit.list, buffer, 100, buffer, 0, 0, NULL,
                                                    NULL);
    ID3D12GraphicsCommandList1_AtomicCopyBufferUINT64(kit.list, buffer, 200, buffer, 8, 0, NULL,
                                                      NULL);
    kit_run(&kit);
    ok_eq(words[25], 1);
    ok_eq(words[50], 3);
    ok_eq(words[51], 4);
    ID3D12GraphicsCommandList1_AtomicCopyBufferUINT64(kit.list, buffer, 204, buffer, 8, 0, NULL,
                                                      NULL);
    expect_close(&kit, E_INVALIDARG);
    ID3D12GraphicsCommandList1_AtomicCopyBufferUINT(kit.list, buffer, 100, buffer, 0, 1, NULL,
                                                    NULL);
    expect_close(&kit, E_INVALIDARG);
    kit_release_last(buffer);
    kit_close(&kit);
}

TEST(bundle_writes_where_it_is_executed, "D2.1 D4.5")
{
    struct kit kit;
    ID3D12CommandAllocator *allocator;
    ID3D12GraphicsCommandList2 *bundle;
    ID3D12Resource *buffer;
    uint32_t *words;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    buffer = kit_shared_buffer(kit.device, 64 * KIB);
    words = kit_map(buffer);
    allocator = kit_allocator(kit.device, D3D12_COMMAND_LIST_TYPE_BUNDLE);
    bundle = kit_list(kit.device, D3D12_COMMAND_LIST_TYPE_BUNDLE, allocator);
    kit_marker(bundle, ID3D12Resource_GetGPUVirtualAddress(buffer), 7,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_OUT);
    ID3D12GraphicsCommandList_ExecuteBundle(kit.list, (ID3D12GraphicsCommandList *)bundle);
    expect_close(&kit, E_INVALIDARG);
    ok_hr(ID3D12GraphicsCommandList_Close(bundle), S_OK);
    ID3D12GraphicsCommandList_ExecuteBundle(kit.list, (ID3D12GraphicsCommandList *)bundle);
    kit_run(&kit);
    ok_eq(words[0], 7);

    /* Copies do not belong into a bundle. */
    ok_hr(ID3D12GraphicsCommandList_Reset(bundle, allocator, NULL), S_OK);
    ID3D12GraphicsCommandList_CopyBufferRegion(bundle, buffer, 4, buffer, 0, 4);
    ok_hr(ID3D12GraphicsCommandList_Close(bundle), E_INVALIDARG);
    kit_release_last(bundle);
    kit_release_last(allocator);
    kit_release_last(buffer);
    kit_close(&kit);
}
