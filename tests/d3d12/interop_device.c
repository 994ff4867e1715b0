// SPDX-License-Identifier: MIT
/*
 * ID3D12DXVKInteropDevice to ID3D12DXVKInteropDevice3: what programs that know vkd3d-proton's
 * devices ask ours.
 */
#include <string.h>

#include <ntshm/d3d12_vulkan.h>

#include "d3d12/interop/dxcore.h"
#include "d3d12/kit.h"

static ID3D12DXVKInteropDevice3 *interop_of(ID3D12Device5 *device)
{
    ID3D12DXVKInteropDevice3 *interop = NULL;

    ok_hr(QUERY(device, IID_ID3D12DXVKInteropDevice3, &interop), S_OK);
    require(interop != NULL);
    return interop;
}

TEST(device_answers_the_interop_interfaces, "D6.9")
{
    static const IID *const iids[] = {&IID_ID3D12DXVKInteropDevice, &IID_ID3D12DXVKInteropDevice1,
                                      &IID_ID3D12DXVKInteropDevice2, &IID_ID3D12DXVKInteropDevice3};
    ID3D12Device5 *device = kit_device(), *back = NULL;

    for (size_t i = 0; i < sizeof(iids) / sizeof(iids[0]); i++) {
        IUnknown *interop = NULL;

        ok_hr(QUERY(device, *iids[i], &interop), S_OK);
        ok_eq(kit_refs(device), 2);
        /* It is the device: one identity, one count. */
        ok_hr(QUERY(interop, IID_ID3D12Device5, &back), S_OK);
        ok_ptr_eq(back, device);
        ok_eq(ID3D12Device_Release(back), 2);
        ok_eq(IUnknown_Release(interop), 1);
    }
    ok_eq(IID_ID3D12DXVKInteropDevice.Data1, 0x39da4e09);
    ok_eq(IID_ID3D12DXVKInteropDevice3.Data1, 0x22a70184);
    kit_release_last(device);
}

TEST(interop_tells_of_device_and_queue, "D6.9")
{
    struct ntshm_d3d12_vulkan shown = {.size = sizeof(shown)};
    struct kit kit;
    ID3D12DXVKInteropDevice3 *interop;
    const VkPhysicalDeviceFeatures2 *features = NULL;
    const VkPhysicalDeviceVulkan12Features *features12;
    const char *names[32];
    VkPhysicalDevice physical;
    VkInstance instance;
    VkDevice device;
    VkQueue queue = VK_NULL_HANDLE;
    UINT32 family = 99;
    IUnknown *adapter = NULL;
    UINT n = 0, fewer = 1;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    interop = interop_of(kit.device);
    ok_hr(ntshm_d3d12_get_vulkan((ID3D12Device *)kit.device, &shown), S_OK);
    ok_hr(interop->lpVtbl->GetVulkanHandles(interop, &instance, &physical, &device), S_OK);
    ok_ptr_eq(instance, shown.instance);
    ok_ptr_eq(physical, shown.physical_device);
    ok_ptr_eq(device, shown.device);
    ok_hr(interop->lpVtbl->GetVulkanHandles(interop, NULL, &physical, &device), E_INVALIDARG);
    ok_hr(interop->lpVtbl->GetVulkanQueueInfo(interop, kit.queue, &queue, &family), S_OK);
    ok_ptr_eq(queue, shown.queue);
    ok_eq(family, shown.queue_family);
    ok_hr(interop->lpVtbl->GetVulkanQueueInfo(interop, NULL, &queue, &family), E_INVALIDARG);

    ok_hr(interop->lpVtbl->GetDeviceExtensions(interop, &n, NULL), S_OK);
    ok_eq(n, shown.n_device_extensions);
    require(n > 1 && n <= 32);
    ok_hr(interop->lpVtbl->GetDeviceExtensions(interop, &n, names), S_OK);
    ok_str_eq(names[0], shown.device_extensions[0]);
    ok_hr(interop->lpVtbl->GetDeviceExtensions(interop, &fewer, names), S_FALSE);
    ok_eq(fewer, 1);
    ok_hr(interop->lpVtbl->GetDeviceExtensions(interop, NULL, names), E_INVALIDARG);
    n = 5;
    ok_hr(interop->lpVtbl->GetInstanceExtensions(interop, &n, names), S_OK);
    ok_eq(n, 0);
    ok_hr(interop->lpVtbl->GetDeviceFeatures(interop, &features), S_OK);
    ok_eq(features->sType, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2);
    features12 = features->pNext;
    ok(features12->timelineSemaphore && features12->bufferDeviceAddress);
    ok_hr(interop->lpVtbl->GetDeviceFeatures(interop, NULL), E_INVALIDARG);

    ok_hr(interop->lpVtbl->GetDXGIAdapter(interop, &IID_IDXCoreAdapter, (void **)&adapter), S_OK);
    ok_eq(IUnknown_Release(adapter), 0);
    ok_hr(interop->lpVtbl->GetDXGIAdapter(interop, &IID_ID3D12Heap, (void **)&adapter),
          E_NOINTERFACE);
    ok_ptr_eq(adapter, NULL);
    interop->lpVtbl->Release(interop);
    kit_close(&kit);
}

TEST(interop_tells_of_resources_and_heaps, "D6.9")
{
    const D3D12_HEAP_DESC desc = kit_heap_desc(128 * KIB, D3D12_HEAP_TYPE_DEFAULT);
    struct ntshm_d3d12_vulkan_place place;
    ID3D12Device5 *device = kit_device(), *other = kit_device();
    ID3D12DXVKInteropDevice3 *interop = interop_of(device);
    ID3D12Resource *buffer = kit_buffer(device, D3D12_HEAP_TYPE_DEFAULT, 64 * KIB);
    ID3D12Heap *heap = NULL;
    UINT64 handle = 0, offset = UINT64_MAX;
    VkImageLayout layout = VK_IMAGE_LAYOUT_UNDEFINED;
    VkFormat format = VK_FORMAT_R8_UNORM;
    UINT32 type = 99;

    ok_hr(ID3D12Device_CreateHeap(device, &desc, &IID_ID3D12Heap, (void **)&heap), S_OK);
    ok_hr(ntshm_d3d12_get_vulkan_place((ID3D12DeviceChild *)buffer, 0, &place), S_OK);
    ok_hr(interop->lpVtbl->GetVulkanResourceInfo(interop, buffer, &handle, &offset), S_OK);
    ok_eq(handle, (UINT64)(uintptr_t)place.buffer);
    ok_eq(offset, place.buffer_offset);
    ok_hr(interop->lpVtbl->GetVulkanResourceInfo1(interop, buffer, &handle, &offset, &format),
          S_OK);
    ok_eq(format, VK_FORMAT_UNDEFINED);
    ok_hr(interop->lpVtbl->GetVulkanResourceInfo(interop, NULL, &handle, &offset), E_INVALIDARG);
    interop->lpVtbl->GetVulkanImageLayout(interop, buffer, D3D12_RESOURCE_STATE_COPY_DEST, &layout);
    ok_eq(layout, VK_IMAGE_LAYOUT_GENERAL);
    ok_hr(ntshm_d3d12_get_vulkan_place((ID3D12DeviceChild *)heap, 0, &place), S_OK);
    ok_hr(interop->lpVtbl->GetVulkanHeapInfo(interop, heap, &handle, &offset, &type), S_OK);
    ok_eq(handle, (UINT64)(uintptr_t)place.memory);
    ok_eq(offset, place.memory_offset);
    ok_hr(interop->lpVtbl->GetVulkanHeapInfo(interop, NULL, &handle, &offset, &type), E_INVALIDARG);
    ok_hr(interop->lpVtbl->GetVulkanHeapInfo(interop, heap, &handle, NULL, &type), E_INVALIDARG);
    interop->lpVtbl->Release(interop);
    /* Another device's objects are not told of. */
    interop = interop_of(other);
    ok_hr(interop->lpVtbl->GetVulkanHeapInfo(interop, heap, &handle, &offset, &type), E_INVALIDARG);
    ok_hr(interop->lpVtbl->GetVulkanResourceInfo(interop, buffer, &handle, &offset), E_INVALIDARG);
    interop->lpVtbl->Release(interop);
    kit_release_last(heap);
    kit_release_last(buffer);
    kit_release_last(other);
    kit_release_last(device);
}

TEST(interop_locks_and_makes_queues, "D6.9 D5.9")
{
    const D3D12_COMMAND_QUEUE_DESC desc = {.Type = D3D12_COMMAND_LIST_TYPE_COMPUTE};
    struct ntshm_d3d12_vulkan shown = {.size = sizeof(shown)};
    struct kit kit;
    ID3D12DXVKInteropDevice3 *interop;
    ID3D12CommandAllocator *allocator = NULL;
    ID3D12CommandQueue *queue = NULL;
    VkCommandBuffer buffer = (VkCommandBuffer)1;
    ID3D12Fence *gate;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    interop = interop_of(kit.device);
    gate = kit_fence(kit.device, 0);
    ok_hr(ntshm_d3d12_get_vulkan((ID3D12Device *)kit.device, &shown), S_OK);
    ok_hr(interop->lpVtbl->LockVulkanQueue(interop, kit.queue), S_OK);
    ok_eq(vkQueueSubmit(shown.queue, 0, NULL, VK_NULL_HANDLE), VK_SUCCESS);
    ok_hr(interop->lpVtbl->UnlockVulkanQueue(interop, kit.queue), S_OK);
    ok_hr(interop->lpVtbl->LockCommandQueue(interop, kit.queue), S_OK);
    ok_hr(interop->lpVtbl->UnlockCommandQueue(interop, kit.queue), S_OK);
    ok_hr(interop->lpVtbl->LockVulkanQueue(interop, NULL), E_INVALIDARG);
    ok_hr(interop->lpVtbl->UnlockVulkanQueue(interop, NULL), E_INVALIDARG);
    ok_hr(interop->lpVtbl->LockCommandQueue(interop, NULL), E_INVALIDARG);
    /* A queue that is held back cannot be drained, and is not locked. */
    ok_hr(ID3D12CommandQueue_Wait(kit.queue, gate, 1), S_OK);
    ok_hr(interop->lpVtbl->LockCommandQueue(interop, kit.queue), DXGI_ERROR_WAS_STILL_DRAWING);
    ok_hr(ID3D12Fence_Signal(gate, 1), S_OK);

    ok_hr(interop->lpVtbl->CreateInteropCommandQueue(interop, &desc, shown.queue_family, &queue),
          S_OK);
    kit_release_last(queue);
    ok_hr(interop->lpVtbl->CreateInteropCommandQueue(interop, &desc, 77, &queue), E_INVALIDARG);
    ok_ptr_eq(queue, NULL);
    ok_hr(interop->lpVtbl->CreateInteropCommandAllocator(interop, D3D12_COMMAND_LIST_TYPE_COPY,
                                                         shown.queue_family, &allocator),
          S_OK);
    kit_release_last(allocator);
    ok_hr(interop->lpVtbl->CreateInteropCommandAllocator(interop, D3D12_COMMAND_LIST_TYPE_COPY, 77,
                                                         &allocator),
          E_INVALIDARG);
    ok_hr(interop->lpVtbl->BeginVkCommandBufferInterop(interop, (ID3D12CommandList *)kit.list,
                                                       &buffer),
          E_NOTIMPL);
    ok_ptr_eq(buffer, NULL);
    ok_hr(interop->lpVtbl->EndVkCommandBufferInterop(interop, (ID3D12CommandList *)kit.list),
          E_NOTIMPL);

    ID3D12Device5_RemoveDevice(kit.device);
    ok_hr(interop->lpVtbl->LockCommandQueue(interop, kit.queue), DXGI_ERROR_DEVICE_REMOVED);
    ok_hr(interop->lpVtbl->CreateInteropCommandQueue(interop, &desc, shown.queue_family, &queue),
          DXGI_ERROR_DEVICE_REMOVED);
    ok_hr(interop->lpVtbl->CreateInteropCommandAllocator(interop, D3D12_COMMAND_LIST_TYPE_COPY,
                                                         shown.queue_family, &allocator),
          DXGI_ERROR_DEVICE_REMOVED);
    interop->lpVtbl->Release(interop);
    kit_release_last(gate);
    kit_close(&kit);
}
