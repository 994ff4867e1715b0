// SPDX-License-Identifier: MIT
/*
 * The calls of vtable.h from C++: each structure that comes back by value is looked at, and
 * the sizes on which all of it stands (D7.1 to D7.3).
 */
#include "vtable.h"

#include <stdio.h>

static void check(const char *what, int good, int *ret_passed, int *ret_failed)
{
    if (good) {
        ++*ret_passed;
        return;
    }
    ++*ret_failed;
    printf("FAILED from C++: %s\n", what);
}

#define CHECK(expr) check(#expr, (expr) ? 1 : 0, ret_passed, ret_failed)

extern "C" void vtable_check_from_cxx(int *ret_passed, int *ret_failed)
{
    D3D12_RESOURCE_DESC two[2] = {};
    D3D12_HEAP_DESC heap = vtable_heap()->GetDesc();
    D3D12_RESOURCE_DESC resource = vtable_resource()->GetDesc();
    D3D12_COMMAND_QUEUE_DESC queue = vtable_queue()->GetDesc();
    D3D12_HEAP_PROPERTIES properties =
        vtable_device()->GetCustomHeapProperties(6, D3D12_HEAP_TYPE_READBACK);
    LUID luid = vtable_device()->GetAdapterLuid();
    ID3D12Heap *same = nullptr;
    ID3D12Device *other = nullptr;

    two[1].Width = RESOURCE_WIDTH;
    D3D12_RESOURCE_ALLOCATION_INFO info = vtable_device()->GetResourceAllocationInfo(4, 2, two);

    CHECK(sizeof(heap) == 48 && heap.SizeInBytes == HEAP_SIZE && heap.Alignment == 65536);
    CHECK(heap.Flags == 0x20 && heap.Properties.VisibleNodeMask == 1);
    CHECK(sizeof(resource) == 56 && resource.Width == RESOURCE_WIDTH && resource.Height == 1);
    CHECK(resource.MipLevels == 9 && resource.DepthOrArraySize == 7);
    CHECK(sizeof(queue) == 16 && queue.Priority == 100 && queue.NodeMask == 3);
    CHECK(sizeof(properties) == 20 && properties.Type == D3D12_HEAP_TYPE_READBACK);
    CHECK(properties.CreationNodeMask == 6 && properties.VisibleNodeMask == 5);
    CHECK(sizeof(info) == 16 && info.SizeInBytes == RESOURCE_WIDTH && info.Alignment == 4);
    CHECK(luid.LowPart == (DWORD)DEVICE_LUID && luid.HighPart == (LONG)(DEVICE_LUID >> 32));
    CHECK(vtable_descriptors()->GetCPUDescriptorHandleForHeapStart().ptr == CPU_HANDLE);
    CHECK(vtable_descriptors()->GetGPUDescriptorHandleForHeapStart().ptr == GPU_HANDLE);
    CHECK(vtable_heap()->QueryInterface(IID_PPV_ARGS(&same)) == S_OK && same == vtable_heap());
    CHECK(vtable_heap()->QueryInterface(IID_PPV_ARGS(&other)) == E_NOINTERFACE);
}
