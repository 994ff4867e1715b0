// SPDX-License-Identifier: MIT
/*
 * Timestamps: query heaps, EndQuery, ResolveQueryData, and what the clocks have to do with each
 * other.
 */
#include "d3d12/device/device.h"
#include "d3d12/kit.h"

static ID3D12QueryHeap *query_heap(ID3D12Device5 *device, D3D12_QUERY_HEAP_TYPE type, UINT n)
{
    const D3D12_QUERY_HEAP_DESC desc = {.Type = type, .Count = n};
    ID3D12QueryHeap *heap = NULL;

    ok_hr(ID3D12Device_CreateQueryHeap(device, &desc, &IID_ID3D12QueryHeap, (void **)&heap), S_OK);
    require(heap);
    return heap;
}

static void timestamps_rise(D3D12_COMMAND_LIST_TYPE list, D3D12_QUERY_HEAP_TYPE type)
{
    struct kit kit;
    ID3D12QueryHeap *heap;
    ID3D12Resource *down, *large;
    uint64_t *to;

    kit_open(&kit, list);
    heap = query_heap(kit.device, type, 4);
    down = kit_buffer(kit.device, D3D12_HEAP_TYPE_READBACK, 64 * KIB);
    large = kit_buffer(kit.device, D3D12_HEAP_TYPE_DEFAULT, 32 * MIB);
    to = kit_map(down);
    to[0] = to[5] = 77;
    ID3D12GraphicsCommandList_EndQuery(kit.list, heap, D3D12_QUERY_TYPE_TIMESTAMP, 3);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, large, 0, large, 16 * MIB, 16 * MIB);
    ID3D12GraphicsCommandList_EndQuery(kit.list, heap, D3D12_QUERY_TYPE_TIMESTAMP, 0);
    ID3D12GraphicsCommandList_EndQuery(kit.list, heap, D3D12_QUERY_TYPE_TIMESTAMP, 1);
    ID3D12GraphicsCommandList_ResolveQueryData(kit.list, heap, D3D12_QUERY_TYPE_TIMESTAMP, 0, 4,
                                               down, 8);
    kit_run(&kit);
    ok_eq(to[0], 77);
    ok(to[4] && to[4] < to[1], "%llu before, %llu after a copy", (unsigned long long)to[4],
       (unsigned long long)to[1]);
    ok(to[1] <= to[2]);
    ok_eq(to[3], 0);
    ok_eq(to[5], 77);

    /* In a later list they are still there, and can be ended again. */
    to[4] = 0;
    ID3D12GraphicsCommandList_EndQuery(kit.list, heap, D3D12_QUERY_TYPE_TIMESTAMP, 3);
    ID3D12GraphicsCommandList_ResolveQueryData(kit.list, heap, D3D12_QUERY_TYPE_TIMESTAMP, 3, 1,
                                               down, 32);
    ID3D12GraphicsCommandList_ResolveQueryData(kit.list, heap, D3D12_QUERY_TYPE_TIMESTAMP, 0, 0,
                                               down, 0);
    kit_run(&kit);
    ok(to[4] > to[2]);
    kit_release_last(large);
    kit_release_last(down);
    kit_release_last(heap);
    kit_close(&kit);
}

TEST(timestamps_rise_and_resolve, "D4.4")
{
    timestamps_rise(D3D12_COMMAND_LIST_TYPE_DIRECT, D3D12_QUERY_HEAP_TYPE_TIMESTAMP);
    timestamps_rise(D3D12_COMMAND_LIST_TYPE_COPY, D3D12_QUERY_HEAP_TYPE_COPY_QUEUE_TIMESTAMP);
}

TEST(query_heaps_are_checked, "D4.3")
{
    D3D12_QUERY_HEAP_DESC desc = {.Type = D3D12_QUERY_HEAP_TYPE_TIMESTAMP, .Count = 1};
    ID3D12Device5 *device = kit_device();
    ID3D12Pageable *objects[1];
    ID3D12QueryHeap *heap = (void *)1;

    ok_hr(ID3D12Device_CreateQueryHeap(device, &desc, &IID_ID3D12QueryHeap, NULL), S_FALSE);
    ok_hr(ID3D12Device_CreateQueryHeap(device, &desc, &IID_ID3D12Heap, (void **)&heap),
          E_NOINTERFACE);
    ok_ptr_eq(heap, NULL);
    ok_hr(ID3D12Device_CreateQueryHeap(device, &desc, &IID_ID3D12Pageable, (void **)&heap), S_OK);
    require(heap);
    objects[0] = (ID3D12Pageable *)heap;
    ok_hr(ID3D12Device_MakeResident(device, 1, objects), S_OK);
    kit_release_last(heap);
    desc.Count = 0;
    ok_hr(ID3D12Device_CreateQueryHeap(device, &desc, &IID_ID3D12QueryHeap, NULL), E_INVALIDARG);
    desc.Count = 1;
    desc.NodeMask = 2;
    ok_hr(ID3D12Device_CreateQueryHeap(device, &desc, &IID_ID3D12QueryHeap, NULL), E_INVALIDARG);
    desc.NodeMask = 0;
    desc.Type = (D3D12_QUERY_HEAP_TYPE)99;
    ok_hr(ID3D12Device_CreateQueryHeap(device, &desc, &IID_ID3D12QueryHeap, NULL), E_INVALIDARG);
    ok_hr(ID3D12Device_CreateQueryHeap(device, NULL, &IID_ID3D12QueryHeap, NULL), E_INVALIDARG);
    heap = (void *)1;
    desc.Type = D3D12_QUERY_HEAP_TYPE_OCCLUSION;
    ok_hr(ID3D12Device_CreateQueryHeap(device, &desc, &IID_ID3D12QueryHeap, (void **)&heap),
          E_NOTIMPL);
    ok_ptr_eq(heap, NULL);
    kit_release_last(device);
}

static void expect_fault(struct kit *kit)
{
    ok_hr(ID3D12GraphicsCommandList_Close(kit->list), E_INVALIDARG);
    ok_hr(ID3D12GraphicsCommandList_Reset(kit->list, kit->allocator, NULL), S_OK);
}

TEST(bad_queries_spoil_the_list, "D4.5")
{
    const D3D12_QUERY_TYPE type = D3D12_QUERY_TYPE_TIMESTAMP;
    struct kit kit;
    ID3D12QueryHeap *heap, *for_copies;
    ID3D12Resource *down;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    heap = query_heap(kit.device, D3D12_QUERY_HEAP_TYPE_TIMESTAMP, 4);
    for_copies = query_heap(kit.device, D3D12_QUERY_HEAP_TYPE_COPY_QUEUE_TIMESTAMP, 4);
    down = kit_buffer(kit.device, D3D12_HEAP_TYPE_READBACK, 64 * KIB);
    ID3D12GraphicsCommandList_EndQuery(kit.list, heap, type, 4);
    expect_fault(&kit);
    ID3D12GraphicsCommandList_EndQuery(kit.list, NULL, type, 0);
    expect_fault(&kit);
    ID3D12GraphicsCommandList_EndQuery(kit.list, heap, D3D12_QUERY_TYPE_OCCLUSION, 0);
    expect_fault(&kit);
    ID3D12GraphicsCommandList_EndQuery(kit.list, for_copies, type, 0);
    expect_fault(&kit);
    ID3D12GraphicsCommandList_BeginQuery(kit.list, heap, type, 0);
    expect_fault(&kit);
    ID3D12GraphicsCommandList_ResolveQueryData(kit.list, heap, type, 3, 2, down, 0);
    expect_fault(&kit);
    ID3D12GraphicsCommandList_ResolveQueryData(kit.list, heap, type, 0, 1, down, 4);
    expect_fault(&kit);
    ID3D12GraphicsCommandList_ResolveQueryData(kit.list, heap, type, 0, 2, down, 64 * KIB - 8);
    expect_fault(&kit);
    ID3D12GraphicsCommandList_ResolveQueryData(kit.list, heap, type, 0, 1, NULL, 0);
    expect_fault(&kit);
    kit_release_last(down);
    kit_release_last(for_copies);
    kit_release_last(heap);
    kit_close(&kit);
}

static double now(void)
{
    LARGE_INTEGER ticks, frequency;

    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&ticks);
    return (double)ticks.QuadPart / (double)frequency.QuadPart;
}

/* Asks twice; the device's clock must have run as long as the CPU's did meanwhile. */
static void calibrate(struct kit *kit)
{
    UINT64 frequency = 0, gpu[2] = {0}, cpu[2] = {0};
    double outside, inside, device;
    LARGE_INTEGER before, after;

    ok_hr(ID3D12CommandQueue_GetTimestampFrequency(kit->queue, &frequency), S_OK);
    require(frequency != 0);
    outside = now();
    QueryPerformanceCounter(&before);
    ok_hr(ID3D12CommandQueue_GetClockCalibration(kit->queue, &gpu[0], &cpu[0]), S_OK);
    inside = now();
    ok(kit_stays_below(kit->fence, 1));
    inside = now() - inside;
    ok_hr(ID3D12CommandQueue_GetClockCalibration(kit->queue, &gpu[1], &cpu[1]), S_OK);
    QueryPerformanceCounter(&after);
    outside = now() - outside;
    ok(cpu[0] >= (UINT64)before.QuadPart && cpu[0] < cpu[1]);
    ok(cpu[1] <= (UINT64)after.QuadPart);
    /* Between the calls, and with them. */
    device = (double)(gpu[1] - gpu[0]) / (double)frequency;
    ok(device > inside * 0.99 && device < outside * 1.01, "%f is not between %f and %f", device,
       inside, outside);
}

TEST(clocks_are_calibrated, "D4.4")
{
    struct kit kit;
    UINT64 ticks = 1;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    calibrate(&kit);
    /* As on a driver that cannot be asked for its time: the device writes it. */
    ((struct nt_d3d_device *)kit.device)->vulkan.n_extensions = 0;
    calibrate(&kit);
    ok_hr(ID3D12CommandQueue_GetClockCalibration(kit.queue, NULL, &ticks), E_INVALIDARG);
    ok_hr(ID3D12CommandQueue_GetClockCalibration(kit.queue, &ticks, NULL), E_INVALIDARG);
    ID3D12Device5_RemoveDevice(kit.device);
    ok_hr(ID3D12CommandQueue_GetClockCalibration(kit.queue, &ticks, &ticks),
          DXGI_ERROR_DEVICE_REMOVED);
    kit_close(&kit);
}
