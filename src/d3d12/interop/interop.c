// SPDX-License-Identifier: MIT
/*
 * What ntshm/d3d12_vulkan.h declares: a device on the application's Vulkan, and the Vulkan objects
 * behind ours. Handles are shown, never given away: they end with the Direct3D object.
 */
#include <ntshm/d3d12_vulkan.h>

#include "d3d12/fence/fence.h"
#include "d3d12/memory/heap.h"
#include "d3d12/interop/interop.h"
#include "d3d12/queue/queue.h"
#include "d3d12/resource/resource.h"
#include "util/macro.h"

static HRESULT create_on(const struct ntshm_d3d12_vulkan *vulkan, D3D_FEATURE_LEVEL level,
                         unsigned wide_size, REFIID riid, void **ret)
{
    const struct nt_d3d_source source = {.vulkan = vulkan};

    if (ret)
        *ret = NULL;
    if (!vulkan || vulkan->size != sizeof(*vulkan) || vulkan->reserved ||
        (vulkan->n_device_extensions && !vulkan->device_extensions))
        return E_INVALIDARG;
    return nt_d3d_entry_create(&source, level, wide_size, riid, ret);
}

NT_EXPORT HRESULT WINAPI ntshm_d3d12_create_on_vulkan(const struct ntshm_d3d12_vulkan *vulkan,
                                                      D3D_FEATURE_LEVEL level, REFIID riid,
                                                      void **ret)
{
    return create_on(vulkan, level, sizeof(wchar_t), riid, ret);
}

/* The same for units compiled with -fshort-wchar. */
HRESULT WINAPI ntshm16_ntshm_d3d12_create_on_vulkan(const struct ntshm_d3d12_vulkan *vulkan,
                                                    D3D_FEATURE_LEVEL level, REFIID riid,
                                                    void **ret);
NT_EXPORT HRESULT WINAPI ntshm16_ntshm_d3d12_create_on_vulkan(
    const struct ntshm_d3d12_vulkan *vulkan, D3D_FEATURE_LEVEL level, REFIID riid, void **ret)
{
    return create_on(vulkan, level, sizeof(uint16_t), riid, ret);
}

NT_EXPORT HRESULT WINAPI ntshm_d3d12_get_vulkan(ID3D12Device *pointer,
                                                struct ntshm_d3d12_vulkan *ret_vulkan)
{
    const struct nt_d3d_device *device = nt_d3d_device_from(pointer);
    const struct nt_d3d_vulkan *vulkan;

    if (!device || !ret_vulkan || ret_vulkan->size != sizeof(*ret_vulkan))
        return E_INVALIDARG;
    vulkan = &device->vulkan;
    *ret_vulkan = (struct ntshm_d3d12_vulkan){.size = sizeof(*ret_vulkan),
                                              .n_device_extensions = vulkan->n_extensions,
                                              .device_extensions = vulkan->extensions,
                                              .instance = vulkan->instance,
                                              .physical_device = vulkan->physical,
                                              .device = vulkan->device,
                                              .queue = vulkan->queue,
                                              .queue_family = vulkan->family,
                                              .lock_queue = vulkan->lock_foreign,
                                              .unlock_queue = vulkan->unlock_foreign,
                                              .lock_context = vulkan->lock_context};
    return S_OK;
}

/* The memory of a heap or resource, and where in it the object lies; NULL for anything else. */
static const struct nt_d3d_memory *memory_of(const void *pointer, uint64_t *ret_start,
                                             uint64_t *ret_size)
{
    const struct nt_d3d_resource *resource = nt_d3d_resource_from(pointer);
    const struct nt_d3d_heap *heap = nt_d3d_heap_from(pointer);

    if (heap) {
        *ret_start = 0;
        *ret_size = heap->desc.SizeInBytes;
        return heap->memory;
    }
    if (!resource)
        return NULL;
    *ret_start = resource->offset;
    *ret_size = nt_d3d_resource_size(resource);
    return resource->memory;
}

NT_EXPORT HRESULT WINAPI ntshm_d3d12_get_vulkan_place(ID3D12DeviceChild *object, UINT64 offset,
                                                      struct ntshm_d3d12_vulkan_place *ret_place)
{
    uint64_t start = 0, size = 0, run = 0, ignored;
    const struct nt_d3d_memory *memory = memory_of(object, &start, &size);

    if (!memory || !ret_place || offset >= size)
        return E_INVALIDARG;
    *ret_place = (struct ntshm_d3d12_vulkan_place){.memory_type = memory->type_index};
    ret_place->buffer =
        nt_d3d_memory_locate(memory, start + offset, &ret_place->buffer_offset, &run);
    ret_place->size = run < size - offset ? run : size - offset;
    ret_place->memory =
        nt_d3d_memory_allocation(memory, start + offset, &ret_place->memory_offset, &ignored);
    return S_OK;
}

NT_EXPORT HRESULT WINAPI ntshm_d3d12_lock_queue(ID3D12Device *pointer)
{
    struct nt_d3d_device *device = nt_d3d_device_from(pointer);

    if (!device)
        return E_INVALIDARG;
    nt_d3d_vulkan_lock_queue(&device->vulkan);
    return S_OK;
}

NT_EXPORT HRESULT WINAPI ntshm_d3d12_unlock_queue(ID3D12Device *pointer)
{
    struct nt_d3d_device *device = nt_d3d_device_from(pointer);

    if (!device)
        return E_INVALIDARG;
    nt_d3d_vulkan_unlock_queue(&device->vulkan);
    return S_OK;
}

NT_EXPORT HRESULT WINAPI ntshm_d3d12_get_vulkan_progress(ID3D12CommandQueue *pointer,
                                                         VkSemaphore *ret_semaphore,
                                                         UINT64 *ret_value)
{
    struct nt_d3d_queue *queue = nt_d3d_queue_from(pointer);
    struct nt_d3d_engine *engine;
    HRESULT hr = S_OK;

    if (!queue || !ret_semaphore || !ret_value)
        return E_INVALIDARG;
    engine = &queue->object.device->engine;
    pthread_mutex_lock(&engine->lock);
    if (nt_d3d_device_is_removed(queue->object.device)) {
        hr = DXGI_ERROR_DEVICE_REMOVED;
    } else if (!TAILQ_EMPTY(&queue->waiting)) {
        hr = DXGI_ERROR_WAS_STILL_DRAWING;
    } else {
        *ret_semaphore = engine->timeline;
        *ret_value = queue->last_number;
    }
    pthread_mutex_unlock(&engine->lock);
    return hr;
}

NT_EXPORT HRESULT WINAPI ntshm_d3d12_get_vulkan_image(ID3D12Resource *pointer, VkImage *ret_image,
                                                      VkFormat *ret_format,
                                                      VkImageLayout *ret_layout)
{
    const struct nt_d3d_resource *resource = nt_d3d_resource_from(pointer);
    HRESULT hr = S_OK;

    if (!resource || !resource->surface || !ret_image || !ret_format || !ret_layout)
        return E_INVALIDARG;
    if (resource->surface->order != NT_D3D_IMAGE)
        return DXGI_ERROR_NOT_FOUND;
    if (!atomic_load(&resource->surface->is_initialised))
        hr = nt_d3d_engine_begin_image(&resource->object.device->engine, resource->surface);
    if (FAILED(hr))
        return hr;
    *ret_image = resource->surface->image;
    *ret_format = resource->surface->format->vk;
    *ret_layout = VK_IMAGE_LAYOUT_GENERAL;
    return S_OK;
}
