// SPDX-License-Identifier: MIT
/*
 * The calls of vtable.h from C: each structure that comes back by value is looked at, and
 * the sizes on which all of it stands (D7.1 to D7.3).
 */
#define COBJMACROS
#include "vtable.h"

#include <stdio.h>

static void check(const char *what, int good, int *ret_passed, int *ret_failed)
{
    if (good) {
        ++*ret_passed;
        return;
    }
    ++*ret_failed;
    printf("FAILED from C: %s\n", what);
}

#define CHECK(expr) check(#expr, (expr) ? 1 : 0, ret_passed, ret_failed)

void vtable_check_from_c(int *ret_passed, int *ret_failed)
{
    D3D12_RESOURCE_DESC two[2] = {{.Width = 1}, {.Width = RESOURCE_WIDTH}};
    D3D12_HEAP_DESC heap = ID3D12Heap_GetDesc(vtable_heap());
    D3D12_RESOURCE_DESC resource = ID3D12Resource_GetDesc(vtable_resource());
    D3D12_COMMAND_QUEUE_DESC queue = ID3D12CommandQueue_GetDesc(vtable_queue());
    D3D12_HEAP_PROPERTIES properties =
        ID3D12Device_GetCustomHeapProperties(vtable_device(), 6, D3D12_HEAP_TYPE_READBACK);
    D3D12_RESOURCE_ALLOCATION_INFO info =
        ID3D12Device_GetResourceAllocationInfo(vtable_device(), 4, 2, two);
    LUID luid = ID3D12Device_GetAdapterLuid(vtable_device());
    void *same = NULL;

    CHECK(sizeof(heap) == 48 && heap.SizeInBytes == HEAP_SIZE && heap.Alignment == 65536);
    CHECK(heap.Flags == 0x20 && heap.Properties.VisibleNodeMask == 1);
    CHECK(sizeof(resource) == 56 && resource.Width == RESOURCE_WIDTH && resource.Height == 1);
    CHECK(resource.MipLevels == 9 && resource.DepthOrArraySize == 7);
    CHECK(sizeof(queue) == 16 && queue.Priority == 100 && queue.NodeMask == 3);
    CHECK(sizeof(properties) == 20 && properties.Type == D3D12_HEAP_TYPE_READBACK);
    CHECK(properties.CreationNodeMask == 6 && properties.VisibleNodeMask == 5);
    CHECK(sizeof(info) == 16 && info.SizeInBytes == RESOURCE_WIDTH && info.Alignment == 4);
    CHECK(luid.LowPart == (DWORD)DEVICE_LUID && luid.HighPart == (LONG)(DEVICE_LUID >> 32));
    CHECK(ID3D12DescriptorHeap_GetCPUDescriptorHandleForHeapStart(vtable_descriptors()).ptr ==
          CPU_HANDLE);
    CHECK(ID3D12DescriptorHeap_GetGPUDescriptorHandleForHeapStart(vtable_descriptors()).ptr ==
          GPU_HANDLE);
    CHECK(ID3D12Heap_QueryInterface(vtable_heap(), &IID_ID3D12Heap, &same) == S_OK);
    CHECK(same == vtable_heap());
}
