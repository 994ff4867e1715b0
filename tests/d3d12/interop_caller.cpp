// SPDX-License-Identifier: MIT
/*
 * Interop as a C++ program has it, through the shared library: the interface that vkd3d-proton's
 * devices have too, by its IID, and our own functions.
 */
#include <windows.h>

#include <d3d12.h>
#include <ntshm/d3d12_vulkan.h>

#include <cstdlib>
#include <cstring>

#include "harness/test.h"

TEST(interop_from_cxx, "D6.9 D7.1")
{
    ntshm_d3d12_vulkan shown = {};
    ID3D12DXVKInteropDevice *first = nullptr;
    ID3D12DXVKInteropDevice3 *interop = nullptr;
    ID3D12CommandQueue *queue = nullptr;
    ID3D12Device *device = nullptr;
    ID3D12Heap *heap = nullptr;
    D3D12_COMMAND_QUEUE_DESC queue_desc = {};
    D3D12_HEAP_DESC heap_desc = {};
    ntshm_d3d12_vulkan_place place = {};
    VkPhysicalDevice physical;
    VkInstance instance;
    VkDevice vulkan;
    VkQueue vulkan_queue;
    UINT64 memory = 0, offset = 0;
    UINT32 family, type = 99;

    setenv("NTSHM_D3D12_ADAPTER", "llvmpipe", 0);
    require(D3D12CreateDevice(nullptr, D3D_FEATURE_LEVEL_11_0, IID_PPV_ARGS(&device)) == S_OK);
    shown.size = sizeof(shown);
    ok_hr(ntshm_d3d12_get_vulkan(device, &shown), S_OK);
    require(device->QueryInterface(IID_PPV_ARGS(&first)) == S_OK);
    require(first->QueryInterface(IID_PPV_ARGS(&interop)) == S_OK);
    ok_hr(interop->GetVulkanHandles(&instance, &physical, &vulkan), S_OK);
    ok_ptr_eq(vulkan, shown.device);
    ok_hr(device->CreateCommandQueue(&queue_desc, IID_PPV_ARGS(&queue)), S_OK);
    ok_hr(interop->GetVulkanQueueInfo(queue, &vulkan_queue, &family), S_OK);
    ok_ptr_eq(vulkan_queue, shown.queue);
    ok_hr(interop->LockVulkanQueue(queue), S_OK);
    ok_hr(interop->UnlockVulkanQueue(queue), S_OK);
    heap_desc.SizeInBytes = 65536;
    heap_desc.Properties.Type = D3D12_HEAP_TYPE_DEFAULT;
    ok_hr(device->CreateHeap(&heap_desc, IID_PPV_ARGS(&heap)), S_OK);
    ok_hr(interop->GetVulkanHeapInfo(heap, &memory, &offset, &type), S_OK);
    ok_hr(ntshm_d3d12_get_vulkan_place(heap, 0, &place), S_OK);
    ok(memory == reinterpret_cast<UINT64>(place.memory) && offset == place.memory_offset);
    ok_eq(type, place.memory_type);
    ok_eq(heap->Release(), 0);
    ok_eq(queue->Release(), 0);
    interop->Release();
    first->Release();
    ok_eq(device->Release(), 0);
}
