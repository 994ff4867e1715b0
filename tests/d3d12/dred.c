// SPDX-License-Identifier: MIT
/*
 * DRED: what the device was doing when it was removed, as breadcrumbs of its lists, and where it
 * went wrong, as a page fault.
 */
#include <string.h>

#include "d3d12/kit.h"
#include "d3d12/list/list.h"

/* Settings are the process's: each case is a process of its own. */
static void set_dred(D3D12_DRED_ENABLEMENT crumbs, D3D12_DRED_ENABLEMENT faults)
{
    ID3D12DeviceRemovedExtendedDataSettings *settings = NULL;

    ok_hr(D3D12GetDebugInterface(&IID_ID3D12DeviceRemovedExtendedDataSettings, (void **)&settings),
          S_OK);
    require(settings != NULL);
    ID3D12DeviceRemovedExtendedDataSettings_SetAutoBreadcrumbsEnablement(settings, crumbs);
    ID3D12DeviceRemovedExtendedDataSettings_SetPageFaultEnablement(settings, faults);
    ID3D12DeviceRemovedExtendedDataSettings_SetWatsonDumpEnablement(
        settings, D3D12_DRED_ENABLEMENT_FORCED_ON);
    ID3D12DeviceRemovedExtendedDataSettings_Release(settings);
}

static ID3D12DeviceRemovedExtendedData1 *data_of(ID3D12Device5 *device)
{
    ID3D12DeviceRemovedExtendedData1 *data = NULL;

    ok_hr(QUERY(device, IID_ID3D12DeviceRemovedExtendedData1, &data), S_OK);
    require(data != NULL);
    return data;
}

static const D3D12_AUTO_BREADCRUMB_NODE *first_node(ID3D12Device5 *device)
{
    D3D12_DRED_AUTO_BREADCRUMBS_OUTPUT output = {(void *)1};
    D3D12_DRED_AUTO_BREADCRUMBS_OUTPUT1 output1 = {(void *)1};
    ID3D12DeviceRemovedExtendedData1 *data = data_of(device);

    ok_hr(ID3D12DeviceRemovedExtendedData1_GetAutoBreadcrumbsOutput(data, &output), S_OK);
    ok_hr(ID3D12DeviceRemovedExtendedData1_GetAutoBreadcrumbsOutput1(data, &output1), S_OK);
    ok_eq(!output.pHeadAutoBreadcrumbNode, !output1.pHeadAutoBreadcrumbNode);
    if (output.pHeadAutoBreadcrumbNode) {
        ok_eq(output1.pHeadAutoBreadcrumbNode->BreadcrumbCount,
              output.pHeadAutoBreadcrumbNode->BreadcrumbCount);
        ok_ptr_eq(output1.pHeadAutoBreadcrumbNode->pCommandHistory,
                  output.pHeadAutoBreadcrumbNode->pCommandHistory);
        ok_eq(output1.pHeadAutoBreadcrumbNode->BreadcrumbContextsCount, 0);
    }
    ID3D12DeviceRemovedExtendedData1_Release(data);
    return output.pHeadAutoBreadcrumbNode;
}

TEST(dred_settings_are_one_object, "D2.2")
{
    ID3D12DeviceRemovedExtendedDataSettings1 *settings = NULL, *again = NULL;
    void *out = &settings;

    ok_hr(D3D12GetDebugInterface(&IID_ID3D12DeviceRemovedExtendedDataSettings1, (void **)&settings),
          S_OK);
    ok_hr(D3D12GetDebugInterface(&IID_ID3D12DeviceRemovedExtendedDataSettings, (void **)&again),
          S_OK);
    ok_ptr_eq(settings, again);
    ok_hr(QUERY(settings, IID_IUnknown, &again), S_OK);
    ok_ptr_eq(settings, again);
    ok_hr(D3D12GetDebugInterface(&IID_ID3D12DeviceRemovedExtendedDataSettings, NULL), S_FALSE);
    ok_hr(QUERY(settings, IID_ID3D12Device, &out), E_NOINTERFACE);
    ok_ptr_eq(out, NULL);
    out = &settings;
    ok_hr(D3D12GetDebugInterface(&IID_ID3D12DeviceRemovedExtendedDataSettings2, &out),
          DXGI_ERROR_SDK_COMPONENT_MISSING);
    ok_ptr_eq(out, NULL);
    ID3D12DeviceRemovedExtendedDataSettings1_SetBreadcrumbContextEnablement(
        settings, D3D12_DRED_ENABLEMENT_FORCED_ON);
    for (int i = 0; i < 3; i++)
        ID3D12DeviceRemovedExtendedDataSettings1_Release(settings);
}

TEST(dred_says_when_there_is_nothing, "D2.2")
{
    D3D12_DRED_AUTO_BREADCRUMBS_OUTPUT crumbs;
    D3D12_DRED_AUTO_BREADCRUMBS_OUTPUT1 crumbs1;
    D3D12_DRED_PAGE_FAULT_OUTPUT fault;
    D3D12_DRED_PAGE_FAULT_OUTPUT1 fault1;
    ID3D12DeviceRemovedExtendedData1 *data;
    ID3D12Device5 *device = kit_device();

    /* Off unless it was switched on before the device was made. */
    data = data_of(device);
    set_dred(D3D12_DRED_ENABLEMENT_FORCED_ON, D3D12_DRED_ENABLEMENT_FORCED_ON);
    ID3D12Device5_RemoveDevice(device);
    ok_hr(ID3D12DeviceRemovedExtendedData1_GetAutoBreadcrumbsOutput(data, &crumbs),
          DXGI_ERROR_UNSUPPORTED);
    ok_hr(ID3D12DeviceRemovedExtendedData1_GetAutoBreadcrumbsOutput1(data, &crumbs1),
          DXGI_ERROR_UNSUPPORTED);
    ok_hr(ID3D12DeviceRemovedExtendedData1_GetPageFaultAllocationOutput(data, &fault),
          DXGI_ERROR_UNSUPPORTED);
    ok_hr(ID3D12DeviceRemovedExtendedData1_GetPageFaultAllocationOutput1(data, &fault1),
          DXGI_ERROR_UNSUPPORTED);
    ok_eq(ID3D12DeviceRemovedExtendedData1_Release(data), 1);
    kit_release_last(device);

    device = kit_device();
    data = data_of(device);
    ok_hr(ID3D12DeviceRemovedExtendedData1_GetAutoBreadcrumbsOutput(data, &crumbs),
          DXGI_ERROR_NOT_CURRENTLY_AVAILABLE);
    ok_hr(ID3D12DeviceRemovedExtendedData1_GetPageFaultAllocationOutput(data, &fault),
          DXGI_ERROR_NOT_CURRENTLY_AVAILABLE);
    ok_hr(ID3D12DeviceRemovedExtendedData1_GetAutoBreadcrumbsOutput(data, NULL), E_INVALIDARG);
    ok_hr(ID3D12DeviceRemovedExtendedData1_GetPageFaultAllocationOutput1(data, NULL), E_INVALIDARG);
    ID3D12Device5_RemoveDevice(device);
    ok_hr(ID3D12DeviceRemovedExtendedData1_GetAutoBreadcrumbsOutput(data, &crumbs), S_OK);
    ok_ptr_eq(crumbs.pHeadAutoBreadcrumbNode, NULL);
    ok_hr(ID3D12DeviceRemovedExtendedData1_GetPageFaultAllocationOutput1(data, &fault1), S_OK);
    ok_eq(fault1.PageFaultVA, 0);
    ok_ptr_eq(fault1.pHeadRecentFreedAllocationNode, NULL);
    ID3D12DeviceRemovedExtendedData1_Release(data);
    kit_release_last(device);
}

/* A list that waits and never starts: all of it is told, none of it is done. */
TEST(dred_tells_of_lists_that_never_ran, "D2.2 D19.6")
{
    static const D3D12_AUTO_BREADCRUMB_OP expected[] = {
        D3D12_AUTO_BREADCRUMB_OP_SETMARKER,       D3D12_AUTO_BREADCRUMB_OP_COPYBUFFERREGION,
        D3D12_AUTO_BREADCRUMB_OP_RESOURCEBARRIER, D3D12_AUTO_BREADCRUMB_OP_WRITEBUFFERIMMEDIATE,
        D3D12_AUTO_BREADCRUMB_OP_COPYRESOURCE,    D3D12_AUTO_BREADCRUMB_OP_ATOMICCOPYBUFFERUINT};
    const D3D12_RESOURCE_BARRIER barrier = {.Type = D3D12_RESOURCE_BARRIER_TYPE_UAV};
    const D3D12_AUTO_BREADCRUMB_NODE *node;
    struct kit kit;
    ID3D12Fence *never;
    ID3D12Resource *a, *b;

    set_dred(D3D12_DRED_ENABLEMENT_FORCED_ON, D3D12_DRED_ENABLEMENT_SYSTEM_CONTROLLED);
    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    never = kit_fence(kit.device, 0);
    a = kit_buffer(kit.device, D3D12_HEAP_TYPE_DEFAULT, 64 * KIB);
    b = kit_buffer(kit.device, D3D12_HEAP_TYPE_DEFAULT, 64 * KIB);
    ID3D12Object_SetName(kit.list, L"a list");
    ID3D12Object_SetPrivateData(kit.queue, &WKPDID_D3DDebugObjectName, 7, "a queue");
    ID3D12GraphicsCommandList_SetMarker(kit.list, 0, NULL, 0);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, a, 0, b, 0, 4);
    ID3D12GraphicsCommandList_ResourceBarrier(kit.list, 1, &barrier);
    kit_marker(kit.list, ID3D12Resource_GetGPUVirtualAddress(a), 1,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_IN);
    ID3D12GraphicsCommandList_CopyResource(kit.list, a, b);
    ID3D12GraphicsCommandList2_AtomicCopyBufferUINT(kit.list, a, 0, b, 0, 0, NULL, NULL);
    ok_hr(ID3D12CommandQueue_Wait(kit.queue, never, 1), S_OK);
    kit_submit(&kit);
    ID3D12Device5_RemoveDevice(kit.device);

    node = first_node(kit.device);
    require(node != NULL);
    ok_eq(node->BreadcrumbCount, 6);
    ok_mem_eq(node->pCommandHistory, expected, sizeof(expected));
    ok_eq(*node->pLastBreadcrumbValue, 0);
    ok_wstr_eq(node->pCommandListDebugNameW, L"a list");
    ok_ptr_eq(node->pCommandListDebugNameA, NULL);
    ok_str_eq(node->pCommandQueueDebugNameA, "a queue");
    ok_ptr_eq(node->pCommandList, kit.list);
    ok_ptr_eq(node->pCommandQueue, kit.queue);
    ok_ptr_eq(node->pNext, NULL);
    kit_release_last(b);
    kit_release_last(a);
    kit_release_last(never);
    kit_close(&kit);
}

enum { PASSES = 200 }; /* as long as nobody who looks on is kept waiting */

/* Removed in the middle: the word says where, and what was over before is not told. */
TEST(dred_tells_where_a_list_was, "D2.2 D2.5 D19.6")
{
    const D3D12_AUTO_BREADCRUMB_NODE *node;
    struct kit kit;
    ID3D12Resource *box, *work;
    volatile uint32_t *words;
    uint32_t last;

    set_dred(D3D12_DRED_ENABLEMENT_FORCED_ON, D3D12_DRED_ENABLEMENT_FORCED_OFF);
    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    box = kit_shared_buffer(kit.device, 64 * KIB);
    work = kit_buffer(kit.device, D3D12_HEAP_TYPE_DEFAULT, 32 * MIB);
    words = kit_map(box);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, box, 4, box, 0, 4);
    kit_run(&kit); /* over: not a node */
    for (uint32_t i = 1; i <= PASSES; i++) {
        ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, work, 0, work, 16 * MIB, 16 * MIB);
        kit_marker(kit.list, ID3D12Resource_GetGPUVirtualAddress(box), i,
                   D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_OUT);
    }
    kit_submit(&kit);
    ok(test_until(words[0] >= 3, KIT_DEADLINE));
    ID3D12Device5_RemoveDevice(kit.device);
    node = first_node(kit.device);
    require(node != NULL);
    ok_eq(node->BreadcrumbCount, 2 * PASSES);
    ok_ptr_eq(node->pNext, NULL);
    ok_eq(node->pCommandHistory[0], D3D12_AUTO_BREADCRUMB_OP_COPYBUFFERREGION);
    ok_eq(node->pCommandHistory[1], D3D12_AUTO_BREADCRUMB_OP_WRITEBUFFERIMMEDIATE);
    /* Three passes were seen: five methods and more are done, and not all. */
    last = *node->pLastBreadcrumbValue;
    ok(last >= 5 && last < 2 * PASSES, "at %u of %u", last, 2 * PASSES);
    kit_release_last(work);
    kit_release_last(box);
    kit_close(&kit);
}

/* How many words the list's execution writes. */
static unsigned count_crumbs(ID3D12GraphicsCommandList2 *list)
{
    const struct nt_d3d_stream *stream = nt_d3d_list_from(list)->stream;
    unsigned n_crumbs = 0;

    for (size_t i = 0; i < stream->n_commands; i++)
        n_crumbs += stream->commands[i].op == NT_D3D_CRUMB;
    return n_crumbs;
}

TEST(dred_does_not_mix_bundles_and_runs, "D2.2")
{
    const D3D12_AUTO_BREADCRUMB_NODE *node;
    ID3D12CommandAllocator *allocator;
    ID3D12GraphicsCommandList2 *bundle;
    struct kit kit;
    ID3D12Resource *box;
    ID3D12Fence *never;
    uint32_t *words;

    set_dred(D3D12_DRED_ENABLEMENT_FORCED_ON, D3D12_DRED_ENABLEMENT_FORCED_ON);
    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    allocator = kit_allocator(kit.device, D3D12_COMMAND_LIST_TYPE_BUNDLE);
    bundle = kit_list(kit.device, D3D12_COMMAND_LIST_TYPE_BUNDLE, allocator);
    box = kit_shared_buffer(kit.device, 64 * KIB);
    words = kit_map(box);
    never = kit_fence(kit.device, 0);
    for (uint32_t i = 0; i < 4; i++)
        kit_marker(bundle, ID3D12Resource_GetGPUVirtualAddress(box) + 4 * i, i + 1,
                   D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
    ok_hr(ID3D12GraphicsCommandList_Close(bundle), S_OK);
    ID3D12GraphicsCommandList_ExecuteBundle(kit.list, (ID3D12GraphicsCommandList *)bundle);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, box, 64, box, 12, 4);
    ok_hr(ID3D12GraphicsCommandList_Close(kit.list), S_OK);
    ok_eq(count_crumbs(bundle), 4);
    ok_eq(count_crumbs(kit.list), 2);
    /* Twice, the second time held back: two runs of one list, one of them over. */
    kit_execute(kit.queue, kit.list);
    ok_hr(ID3D12CommandQueue_Signal(kit.queue, kit.fence, 1), S_OK);
    ok(kit_wait(kit.fence, 1));
    ok_eq(words[16], 4);
    ok_hr(ID3D12CommandQueue_Wait(kit.queue, never, 1), S_OK);
    kit_execute(kit.queue, kit.list);
    kit_execute(kit.queue, kit.list);
    ID3D12Device5_RemoveDevice(kit.device);
    node = first_node(kit.device);
    require(node != NULL);
    ok_eq(node->BreadcrumbCount, 2);
    ok_eq(node->pCommandHistory[0], D3D12_AUTO_BREADCRUMB_OP_EXECUTEBUNDLE);
    ok_eq(*node->pLastBreadcrumbValue, 0);
    require(node->pNext != NULL);
    ok_ptr_ne(node->pNext->pLastBreadcrumbValue, node->pLastBreadcrumbValue);
    ok_ptr_eq(node->pNext->pNext, NULL);
    kit_release_last(never);
    kit_release_last(box);
    kit_release_last(bundle);
    kit_release_last(allocator);
    kit_close(&kit);
}

TEST(dred_tells_of_released_memory, "D2.2 D17.6")
{
    D3D12_DRED_PAGE_FAULT_OUTPUT fault;
    D3D12_DRED_PAGE_FAULT_OUTPUT1 fault1;
    ID3D12DeviceRemovedExtendedData1 *data;
    ID3D12Resource *buffer, *other;
    struct kit kit;
    UINT64 address;

    set_dred(D3D12_DRED_ENABLEMENT_FORCED_OFF, D3D12_DRED_ENABLEMENT_FORCED_ON);
    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    data = data_of(kit.device);
    other = kit_buffer(kit.device, D3D12_HEAP_TYPE_DEFAULT, 64 * KIB);
    buffer = kit_buffer(kit.device, D3D12_HEAP_TYPE_DEFAULT, 64 * KIB);
    ID3D12Object_SetName(buffer, L"gone too early");
    address = ID3D12Resource_GetGPUVirtualAddress(buffer);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, 0, buffer, 4, 4);
    ok_hr(ID3D12GraphicsCommandList_Close(kit.list), S_OK);
    kit_release_last(buffer);
    kit_execute(kit.queue, kit.list);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(kit.device), DXGI_ERROR_DEVICE_HUNG);
    ok_hr(ID3D12DeviceRemovedExtendedData1_GetPageFaultAllocationOutput(data, &fault), S_OK);
    ok_eq(fault.PageFaultVA, address);
    ok_ptr_eq(fault.pHeadExistingAllocationNode, NULL);
    require(fault.pHeadRecentFreedAllocationNode != NULL);
    ok_wstr_eq(fault.pHeadRecentFreedAllocationNode->ObjectNameW, L"gone too early");
    ok_eq(fault.pHeadRecentFreedAllocationNode->AllocationType,
          D3D12_DRED_ALLOCATION_TYPE_RESOURCE);
    ok_ptr_eq(fault.pHeadRecentFreedAllocationNode->pNext, NULL);
    ok_hr(ID3D12DeviceRemovedExtendedData1_GetPageFaultAllocationOutput1(data, &fault1), S_OK);
    ok_eq(fault1.PageFaultVA, address);
    require(fault1.pHeadRecentFreedAllocationNode != NULL);
    ok_wstr_eq(fault1.pHeadRecentFreedAllocationNode->ObjectNameW, L"gone too early");
    /* What is released later changes nothing of it. */
    kit_release_last(other);
    ok_wstr_eq(fault.pHeadRecentFreedAllocationNode->ObjectNameW, L"gone too early");
    ID3D12DeviceRemovedExtendedData1_Release(data);
    kit_close(&kit);
}

static ID3D12Resource *place_buffer(struct kit *kit, ID3D12Heap *heap, UINT64 offset,
                                    const wchar_t *name)
{
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(4 * KIB);
    ID3D12Resource *buffer = NULL;

    ok_hr(ID3D12Device_CreatePlacedResource(kit->device, heap, offset, &desc,
                                            D3D12_RESOURCE_STATE_COMMON, NULL, &IID_ID3D12Resource,
                                            (void **)&buffer),
          S_OK);
    require(buffer != NULL);
    ID3D12Object_SetName(buffer, name);
    return buffer;
}

/* Of several on one heap the one whose address it was is told of, and the heap. */
TEST(dred_tells_which_placed_buffer_it_was, "D2.2 D17.6")
{
    static const wchar_t *const names[] = {L"before", L"hit", L"behind"};
    const D3D12_HEAP_DESC desc = kit_heap_desc(256 * KIB, D3D12_HEAP_TYPE_DEFAULT);
    const D3D12_DRED_ALLOCATION_NODE *node;
    ID3D12DeviceRemovedExtendedData1 *data;
    D3D12_DRED_PAGE_FAULT_OUTPUT fault;
    ID3D12Resource *buffers[3];
    ID3D12Heap *heap = NULL;
    struct kit kit;
    UINT64 address;

    set_dred(D3D12_DRED_ENABLEMENT_FORCED_OFF, D3D12_DRED_ENABLEMENT_FORCED_ON);
    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    data = data_of(kit.device);
    ok_hr(ID3D12Device_CreateHeap(kit.device, &desc, &IID_ID3D12Heap, (void **)&heap), S_OK);
    require(heap != NULL);
    ID3D12Object_SetName(heap, L"heap");
    for (unsigned i = 0; i < 3; i++)
        buffers[i] = place_buffer(&kit, heap, i * 64 * KIB, names[i]);
    address = ID3D12Resource_GetGPUVirtualAddress(buffers[1]);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffers[1], 16, buffers[2], 0, 4);
    ok_hr(ID3D12GraphicsCommandList_Close(kit.list), S_OK);
    for (unsigned i = 0; i < 3; i++)
        ID3D12Resource_Release(buffers[i]);
    kit_release_last(heap);
    kit_execute(kit.queue, kit.list);
    ok_hr(ID3D12DeviceRemovedExtendedData1_GetPageFaultAllocationOutput(data, &fault), S_OK);
    ok_eq(fault.PageFaultVA, address + 16);
    node = fault.pHeadRecentFreedAllocationNode; /* the newest comes first */
    require(node != NULL);
    ok_wstr_eq(node->ObjectNameW, L"heap");
    ok_eq(node->AllocationType, D3D12_DRED_ALLOCATION_TYPE_HEAP);
    require(node->pNext != NULL);
    ok_wstr_eq(node->pNext->ObjectNameW, L"hit");
    ok_eq(node->pNext->AllocationType, D3D12_DRED_ALLOCATION_TYPE_RESOURCE);
    ok_ptr_eq(node->pNext->pNext, NULL);
    ID3D12DeviceRemovedExtendedData1_Release(data);
    kit_close(&kit);
}

/* More executions than there are words: the rest run unseen. */
TEST(dred_follows_what_it_can, "D2.2")
{
    struct kit kit;
    ID3D12Resource *box;
    ID3D12Fence *gate;
    uint32_t *words, n = 0;

    set_dred(D3D12_DRED_ENABLEMENT_FORCED_ON, D3D12_DRED_ENABLEMENT_FORCED_ON);
    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    box = kit_shared_buffer(kit.device, 64 * KIB);
    words = kit_map(box);
    words[0] = 9;
    gate = kit_fence(kit.device, 0);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, box, 4, box, 0, 4);
    ok_hr(ID3D12GraphicsCommandList_Close(kit.list), S_OK);
    ok_hr(ID3D12CommandQueue_Wait(kit.queue, gate, 1), S_OK);
    for (int i = 0; i < 4200; i++)
        kit_execute(kit.queue, kit.list);
    ok_hr(ID3D12CommandQueue_Signal(kit.queue, kit.fence, 1), S_OK);
    ok_hr(ID3D12Fence_Signal(gate, 1), S_OK);
    ok(kit_wait(kit.fence, 1));
    ok_eq(words[1], 9);
    /* All words are free again. */
    ok_hr(ID3D12CommandQueue_Wait(kit.queue, gate, 2), S_OK);
    kit_execute(kit.queue, kit.list);
    ID3D12Device5_RemoveDevice(kit.device);
    for (const D3D12_AUTO_BREADCRUMB_NODE *node = first_node(kit.device); node; node = node->pNext)
        n++;
    ok_eq(n, 1);
    kit_release_last(gate);
    kit_release_last(box);
    kit_close(&kit);
}
