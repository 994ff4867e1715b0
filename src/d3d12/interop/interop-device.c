// SPDX-License-Identifier: MIT
/*
 * ID3D12DXVKInteropDevice to ID3D12DXVKInteropDevice3 (D6.9): the questions that programs which
 * know vkd3d-proton ask its devices. A command list here is a stream and no VkCommandBuffer until
 * it runs, so it lends none out; ntshm_d3d12_record_into() is the other way round.
 */
#include <ntshm/d3d12_vulkan.h>

#include "d3d12/list/allocator.h"
#include "d3d12/interop/dxcore.h"
#include "d3d12/memory/heap.h"
#include "d3d12/interop/interop.h"
#include "d3d12/queue/queue.h"
#include "d3d12/resource/resource.h"
#include "util/log.h"

#define INTEROP ID3D12DXVKInteropDevice3

NT_D3D_FACET_METHODS(INTEROP, interop)

static struct nt_d3d_device *device_of(INTEROP *self)
{
    return (struct nt_d3d_device *)((struct nt_d3d_facet *)self)->object;
}

/* There is no DXGI: the adapter is DXCore's. */
static HRESULT STDMETHODCALLTYPE interop_GetDXGIAdapter(INTEROP *self, REFIID riid, void **ret)
{
    struct nt_dxcore_adapter *adapter;
    HRESULT hr;

    if (!ret)
        return E_POINTER;
    *ret = NULL;
    adapter = nt_dxcore_adapter_get(&device_of(self)->vulkan);
    if (!adapter)
        return E_OUTOFMEMORY;
    hr = nt_dxcore_adapter_query(adapter, riid, ret);
    nt_dxcore_adapter_release(adapter);
    return hr;
}

/* How many there are, and as many as fit. */
static HRESULT tell_names(uint32_t n, const char *const *names, UINT *room, const char **ret_names)
{
    UINT fit;

    if (!room)
        return E_INVALIDARG;
    fit = *room < n ? *room : n;
    for (UINT i = 0; ret_names && i < fit; i++)
        ret_names[i] = names[i];
    if (ret_names && *room < n) {
        *room = fit;
        return S_FALSE;
    }
    *room = n;
    return S_OK;
}

/* What this library uses needs none beyond Vulkan 1.2 (the validation layer's are not told). */
static HRESULT STDMETHODCALLTYPE interop_GetInstanceExtensions(INTEROP *self, UINT *n,
                                                               const char **names)
{
    (void)self;
    return tell_names(0, NULL, n, names);
}

static HRESULT STDMETHODCALLTYPE interop_GetDeviceExtensions(INTEROP *self, UINT *n,
                                                             const char **names)
{
    const struct nt_d3d_vulkan *vulkan = &device_of(self)->vulkan;

    return tell_names(vulkan->n_extensions, vulkan->extensions, n, names);
}

static HRESULT STDMETHODCALLTYPE
interop_GetDeviceFeatures(INTEROP *self, const VkPhysicalDeviceFeatures2 **features)
{
    if (!features)
        return E_INVALIDARG;
    *features = &device_of(self)->vulkan.features2;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE interop_GetVulkanHandles(INTEROP *self, VkInstance *instance,
                                                          VkPhysicalDevice *physical,
                                                          VkDevice *device)
{
    const struct nt_d3d_vulkan *vulkan = &device_of(self)->vulkan;

    if (!instance || !physical || !device)
        return E_INVALIDARG;
    *instance = vulkan->instance;
    *physical = vulkan->physical;
    *device = vulkan->device;
    return S_OK;
}

/* The queue, when it is one of this device. */
static struct nt_d3d_queue *own_queue(INTEROP *self, ID3D12CommandQueue *pointer)
{
    struct nt_d3d_queue *queue = nt_d3d_queue_from(pointer);

    return queue && queue->object.device == device_of(self) ? queue : NULL;
}

/* All queues of a device are one VkQueue. */
static HRESULT STDMETHODCALLTYPE interop_GetVulkanQueueInfo(INTEROP *self,
                                                            ID3D12CommandQueue *queue,
                                                            VkQueue *vulkan_queue, UINT32 *family)
{
    const struct nt_d3d_vulkan *vulkan = &device_of(self)->vulkan;

    if (!own_queue(self, queue) || !vulkan_queue || !family)
        return E_INVALIDARG;
    *vulkan_queue = vulkan->queue;
    *family = vulkan->family;
    return S_OK;
}

/* Images are in one layout, whatever their state. */
static void STDMETHODCALLTYPE interop_GetVulkanImageLayout(INTEROP *self, ID3D12Resource *resource,
                                                           D3D12_RESOURCE_STATES state,
                                                           VkImageLayout *layout)
{
    (void)self, (void)resource, (void)state;
    if (layout)
        *layout = VK_IMAGE_LAYOUT_GENERAL;
}

static HRESULT STDMETHODCALLTYPE interop_GetVulkanResourceInfo1(INTEROP *self,
                                                                ID3D12Resource *pointer,
                                                                UINT64 *handle, UINT64 *offset,
                                                                VkFormat *format)
{
    const struct nt_d3d_resource *resource = nt_d3d_resource_from(pointer);
    struct ntshm_d3d12_vulkan_place place;
    VkImage image = VK_NULL_HANDLE;
    VkImageLayout layout;
    VkFormat found = VK_FORMAT_UNDEFINED;
    HRESULT hr;

    if (!resource || resource->object.device != device_of(self) || !handle)
        return E_INVALIDARG;
    hr = ntshm_d3d12_get_vulkan_image(pointer, &image, &found, &layout);
    if (SUCCEEDED(hr)) {
        *handle = (UINT64)(uintptr_t)image;
        if (offset)
            *offset = 0;
    } else {
        hr = ntshm_d3d12_get_vulkan_place((ID3D12DeviceChild *)pointer, 0, &place);
        if (FAILED(hr))
            return hr;
        *handle = (UINT64)(uintptr_t)place.buffer;
        if (offset)
            *offset = place.buffer_offset;
    }
    if (format)
        *format = found;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE interop_GetVulkanResourceInfo(INTEROP *self,
                                                               ID3D12Resource *resource,
                                                               UINT64 *handle, UINT64 *offset)
{
    return interop_GetVulkanResourceInfo1(self, resource, handle, offset, NULL);
}

static HRESULT STDMETHODCALLTYPE interop_LockVulkanQueue(INTEROP *self, ID3D12CommandQueue *queue)
{
    if (!own_queue(self, queue))
        return E_INVALIDARG;
    nt_d3d_vulkan_lock_queue(&device_of(self)->vulkan);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE interop_UnlockVulkanQueue(INTEROP *self, ID3D12CommandQueue *queue)
{
    if (!own_queue(self, queue))
        return E_INVALIDARG;
    nt_d3d_vulkan_unlock_queue(&device_of(self)->vulkan);
    return S_OK;
}

/*
 * The queue is locked with all that it was given handed to the driver. What is held back by an
 * unmet Wait cannot be: then nothing is locked.
 */
static HRESULT STDMETHODCALLTYPE interop_LockCommandQueue(INTEROP *self,
                                                          ID3D12CommandQueue *pointer)
{
    struct nt_d3d_queue *queue = own_queue(self, pointer);
    struct nt_d3d_engine *engine;
    HRESULT hr = S_OK;

    if (!queue)
        return E_INVALIDARG;
    engine = &queue->object.device->engine;
    pthread_mutex_lock(&engine->lock);
    nt_d3d_engine_pump(engine);
    if (nt_d3d_device_is_removed(queue->object.device))
        hr = DXGI_ERROR_DEVICE_REMOVED;
    else if (!TAILQ_EMPTY(&queue->waiting))
        hr = DXGI_ERROR_WAS_STILL_DRAWING;
    pthread_mutex_unlock(&engine->lock);
    return FAILED(hr) ? hr : interop_LockVulkanQueue(self, pointer);
}

static HRESULT STDMETHODCALLTYPE interop_UnlockCommandQueue(INTEROP *self,
                                                            ID3D12CommandQueue *queue)
{
    return interop_UnlockVulkanQueue(self, queue);
}

static HRESULT STDMETHODCALLTYPE interop_CreateInteropCommandQueue(
    INTEROP *self, const D3D12_COMMAND_QUEUE_DESC *desc, UINT32 family, ID3D12CommandQueue **queue)
{
    struct nt_d3d_device *device = device_of(self);

    if (queue)
        *queue = NULL;
    if (nt_d3d_device_is_removed(device))
        return DXGI_ERROR_DEVICE_REMOVED;
    if (!queue || family != device->vulkan.family)
        return E_INVALIDARG;
    return nt_d3d_queue_create(device, desc, &IID_ID3D12CommandQueue, (void **)queue);
}

static HRESULT STDMETHODCALLTYPE interop_CreateInteropCommandAllocator(
    INTEROP *self, D3D12_COMMAND_LIST_TYPE type, UINT32 family, ID3D12CommandAllocator **allocator)
{
    struct nt_d3d_device *device = device_of(self);

    if (allocator)
        *allocator = NULL;
    if (nt_d3d_device_is_removed(device))
        return DXGI_ERROR_DEVICE_REMOVED;
    if (!allocator || family != device->vulkan.family)
        return E_INVALIDARG;
    return nt_d3d_allocator_create(device, type, &IID_ID3D12CommandAllocator, (void **)allocator);
}

static HRESULT STDMETHODCALLTYPE interop_BeginVkCommandBufferInterop(INTEROP *self,
                                                                     ID3D12CommandList *list,
                                                                     VkCommandBuffer *buffer)
{
    (void)self, (void)list;
    if (buffer)
        *buffer = VK_NULL_HANDLE;
    nt_log(NT_LOG_WARNING, "d3d12: a command list has no VkCommandBuffer before it runs");
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE interop_EndVkCommandBufferInterop(INTEROP *self,
                                                                   ID3D12CommandList *list)
{
    (void)self, (void)list;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE interop_GetVulkanHeapInfo(INTEROP *self, ID3D12Heap *pointer,
                                                           UINT64 *memory, UINT64 *offset,
                                                           UINT32 *memory_type)
{
    const struct nt_d3d_heap *heap = nt_d3d_heap_from(pointer);
    struct ntshm_d3d12_vulkan_place place;
    HRESULT hr;

    if (!heap || heap->object.device != device_of(self) || !memory || !offset || !memory_type)
        return E_INVALIDARG;
    hr = ntshm_d3d12_get_vulkan_place((ID3D12DeviceChild *)pointer, 0, &place);
    if (FAILED(hr))
        return hr;
    *memory = (UINT64)(uintptr_t)place.memory;
    *offset = place.memory_offset;
    *memory_type = place.memory_type;
    return S_OK;
}

static const ID3D12DXVKInteropDevice3Vtbl vtable = {
    NT_D3D_FACET_SLOTS(interop),
    .GetDXGIAdapter = interop_GetDXGIAdapter,
    .GetInstanceExtensions = interop_GetInstanceExtensions,
    .GetDeviceExtensions = interop_GetDeviceExtensions,
    .GetDeviceFeatures = interop_GetDeviceFeatures,
    .GetVulkanHandles = interop_GetVulkanHandles,
    .GetVulkanQueueInfo = interop_GetVulkanQueueInfo,
    .GetVulkanImageLayout = interop_GetVulkanImageLayout,
    .GetVulkanResourceInfo = interop_GetVulkanResourceInfo,
    .LockCommandQueue = interop_LockCommandQueue,
    .UnlockCommandQueue = interop_UnlockCommandQueue,
    .GetVulkanResourceInfo1 = interop_GetVulkanResourceInfo1,
    .CreateInteropCommandQueue = interop_CreateInteropCommandQueue,
    .CreateInteropCommandAllocator = interop_CreateInteropCommandAllocator,
    .BeginVkCommandBufferInterop = interop_BeginVkCommandBufferInterop,
    .EndVkCommandBufferInterop = interop_EndVkCommandBufferInterop,
    .LockVulkanQueue = interop_LockVulkanQueue,
    .UnlockVulkanQueue = interop_UnlockVulkanQueue,
    .GetVulkanHeapInfo = interop_GetVulkanHeapInfo,
};

void nt_d3d_interop_init(struct nt_d3d_device *device)
{
    device->interop_facet = (struct nt_d3d_facet){&vtable, &device->object};
}

bool nt_d3d_interop_answers(REFIID riid)
{
    return IsEqualGUID(riid, &IID_ID3D12DXVKInteropDevice) ||
           IsEqualGUID(riid, &IID_ID3D12DXVKInteropDevice1) ||
           IsEqualGUID(riid, &IID_ID3D12DXVKInteropDevice2) ||
           IsEqualGUID(riid, &IID_ID3D12DXVKInteropDevice3);
}
