// SPDX-License-Identifier: MIT
/*
 * Query heaps and timestamps (see query.h).
 */
#include "d3d12/queue/query.h"

#include <stdlib.h>
#include <string.h>

#include "d3d12/device/device.h"
#include "d3d12/resource/resource.h"
#include "util/log.h"
#include "util/macro.h"

#define RESULT_SIZE sizeof(uint64_t)

struct query_heap {
    struct nt_d3d_object object;
    D3D12_QUERY_HEAP_DESC desc;
    struct nt_d3d_memory *memory; /* reference and hold */
};

NT_D3D_CHILD_METHODS(ID3D12QueryHeap)

static const ID3D12QueryHeapVtbl vtable = {NT_D3D_CHILD_SLOTS};

static void heap_free(struct nt_d3d_object *object)
{
    struct query_heap *heap = (struct query_heap *)object;

    nt_d3d_memory_drop(heap->memory);
    nt_d3d_object_deinit(object);
    free(heap);
}

static const IID *const iids[] = {&IID_ID3D12QueryHeap, &IID_ID3D12Pageable,
                                  &IID_ID3D12DeviceChild};

static const struct nt_d3d_class query_heap_class = {
    .name = "query heap",
    .vtable = &vtable,
    .iids = iids,
    .n_iids = NT_ARRAY_SIZE(iids),
    .free = heap_free,
};

bool nt_d3d_query_is_pageable(const struct nt_d3d_device *device, const void *pointer)
{
    const struct nt_d3d_object *object = nt_d3d_from(pointer, &query_heap_class);

    return object && object->device == device;
}

HRESULT nt_d3d_query_memory(struct nt_d3d_device *device, uint32_t n,
                            struct nt_d3d_memory **ret_memory)
{
    const VkQueryPoolCreateInfo info = {.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
                                        .queryType = VK_QUERY_TYPE_TIMESTAMP,
                                        .queryCount = n};
    struct nt_d3d_memory *memory = NULL;
    VkResult result;
    HRESULT hr;

    hr = nt_d3d_memory_new(device, n * RESULT_SIZE, RESULT_SIZE, true,
                           VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
                               VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
                           VK_MEMORY_PROPERTY_HOST_CACHED_BIT, &memory);
    if (FAILED(hr))
        return hr;
    result = vkCreateQueryPool(device->vulkan.device, &info, NULL, &memory->queries);
    if (result != VK_SUCCESS) {
        memory->queries = VK_NULL_HANDLE;
        nt_d3d_memory_drop(memory);
        return nt_d3d_hresult(result);
    }
    *ret_memory = memory;
    return S_OK;
}

static HRESULT check(const struct nt_d3d_device *device, const D3D12_QUERY_HEAP_DESC *desc)
{
    if (!desc || !desc->Count || desc->NodeMask > 1)
        return E_INVALIDARG;
    switch (desc->Type) {
    case D3D12_QUERY_HEAP_TYPE_TIMESTAMP:
    case D3D12_QUERY_HEAP_TYPE_COPY_QUEUE_TIMESTAMP:
        return device->vulkan.timestamp_bits ? S_OK : DXGI_ERROR_UNSUPPORTED;
    case D3D12_QUERY_HEAP_TYPE_OCCLUSION:
    case D3D12_QUERY_HEAP_TYPE_PIPELINE_STATISTICS:
    case D3D12_QUERY_HEAP_TYPE_SO_STATISTICS:
    case D3D12_QUERY_HEAP_TYPE_VIDEO_DECODE_STATISTICS:
    case D3D12_QUERY_HEAP_TYPE_PIPELINE_STATISTICS1:
        nt_log(NT_LOG_WARNING, "d3d12: a memory device has no queries but timestamps");
        return E_NOTIMPL;
    default:
        return E_INVALIDARG;
    }
}

HRESULT nt_d3d_query_heap_create(struct nt_d3d_device *device, const D3D12_QUERY_HEAP_DESC *desc,
                                 REFIID riid, void **ret)
{
    struct query_heap *heap;
    HRESULT hr = check(device, desc);

    if (FAILED(hr))
        return hr;
    if (!nt_d3d_class_answers(&query_heap_class, riid))
        return E_NOINTERFACE;
    heap = calloc(1, sizeof(*heap));
    if (!heap)
        return E_OUTOFMEMORY;
    hr = nt_d3d_query_memory(device, desc->Count, &heap->memory);
    if (FAILED(hr)) {
        free(heap);
        return hr;
    }
    nt_d3d_object_init(&heap->object, &query_heap_class, device);
    heap->desc = *desc;
    return nt_d3d_object_return(&heap->object, riid, ret);
}

/* --- recording --------------------------------------------------------------------------- */

/* The heap, when the list may use it for timestamps: copy lists have a type of their own. */
static const struct query_heap *heap_of(const struct nt_d3d_list *list, ID3D12QueryHeap *pointer,
                                        D3D12_QUERY_TYPE type)
{
    const struct query_heap *heap =
        (const struct query_heap *)nt_d3d_from(pointer, &query_heap_class);
    bool is_copy = list->type == D3D12_COMMAND_LIST_TYPE_COPY;

    if (!heap || heap->object.device != list->object.device || !list->is_recording ||
        list->type == D3D12_COMMAND_LIST_TYPE_BUNDLE || type != D3D12_QUERY_TYPE_TIMESTAMP)
        return NULL;
    return (heap->desc.Type == D3D12_QUERY_HEAP_TYPE_COPY_QUEUE_TIMESTAMP) == is_copy ? heap : NULL;
}

void nt_d3d_record_end_query(struct nt_d3d_list *list, ID3D12QueryHeap *pointer,
                             D3D12_QUERY_TYPE type, UINT index)
{
    const struct query_heap *heap = heap_of(list, pointer, type);
    struct nt_d3d_command command = {.op = NT_D3D_STAMP};

    if (!heap || index >= heap->desc.Count) {
        nt_d3d_list_fail(list, E_INVALIDARG, "EndQuery");
        return;
    }
    command.target = heap->memory;
    command.target_offset = index * RESULT_SIZE;
    if (!nt_d3d_stream_add(list->stream, &command))
        nt_d3d_list_fail(list, E_OUTOFMEMORY, "EndQuery");
}

void nt_d3d_record_resolve(struct nt_d3d_list *list, ID3D12QueryHeap *pointer,
                           D3D12_QUERY_TYPE type, UINT first, UINT n, ID3D12Resource *buffer,
                           uint64_t offset)
{
    const struct query_heap *heap = heap_of(list, pointer, type);
    const struct nt_d3d_resource *to = nt_d3d_resource_from(buffer);
    struct nt_d3d_command command = {.op = NT_D3D_COPY, .size = n * RESULT_SIZE};

    if (!heap || first > heap->desc.Count || n > heap->desc.Count - first || !to ||
        to->object.device != list->object.device ||
        to->desc.Dimension != D3D12_RESOURCE_DIMENSION_BUFFER ||
        !nt_is_aligned(offset, RESULT_SIZE) || offset > to->desc.Width ||
        command.size > to->desc.Width - offset) {
        nt_d3d_list_fail(list, E_INVALIDARG, "ResolveQueryData");
        return;
    }
    command.source = heap->memory;
    command.source_offset = first * RESULT_SIZE;
    command.target = to->memory;
    command.target_offset = to->offset + offset;
    if (n && !nt_d3d_stream_add(list->stream, &command))
        nt_d3d_list_fail(list, E_OUTOFMEMORY, "ResolveQueryData");
}

/* --- calibration ------------------------------------------------------------------------- */

/* The ticks of QueryPerformanceCounter. */
static uint64_t cpu_ticks(void)
{
    LARGE_INTEGER ticks = {0};

    QueryPerformanceCounter(&ticks);
    return (uint64_t)ticks.QuadPart;
}

/* The device's time, asked of the driver, or written by the device where that cannot be asked. */
static HRESULT device_ticks(struct nt_d3d_device *device, struct nt_d3d_memory *memory,
                            uint64_t *ret_ticks)
{
    const VkCalibratedTimestampInfoEXT info = {.sType =
                                                   VK_STRUCTURE_TYPE_CALIBRATED_TIMESTAMP_INFO_EXT,
                                               .timeDomain = VK_TIME_DOMAIN_DEVICE_EXT};
    PFN_vkGetCalibratedTimestampsEXT get = NULL;
    uint64_t deviation;
    HRESULT hr;

    if (nt_d3d_vulkan_has(&device->vulkan, VK_EXT_CALIBRATED_TIMESTAMPS_EXTENSION_NAME))
        get = (PFN_vkGetCalibratedTimestampsEXT)vkGetDeviceProcAddr(device->vulkan.device,
                                                                    "vkGetCalibratedTimestampsEXT");
    if (get)
        return nt_d3d_hresult(get(device->vulkan.device, 1, &info, ret_ticks, &deviation));
    hr = nt_d3d_engine_stamp(&device->engine, memory);
    if (SUCCEEDED(hr))
        memcpy(ret_ticks, memory->cpu, sizeof(*ret_ticks));
    return hr;
}

/*
 * The device's time between two looks at the CPU's clock: they are the same moment to within the
 * time that takes. The closest of a few tries is taken.
 */
HRESULT nt_d3d_query_calibrate(struct nt_d3d_device *device, UINT64 *ret_gpu, UINT64 *ret_cpu)
{
    uint64_t best = UINT64_MAX;
    struct nt_d3d_memory *memory = NULL;
    HRESULT hr;

    if (!ret_gpu || !ret_cpu)
        return E_INVALIDARG;
    *ret_gpu = *ret_cpu = 0;
    if (nt_d3d_device_is_removed(device))
        return DXGI_ERROR_DEVICE_REMOVED;
    if (!device->vulkan.timestamp_bits)
        return DXGI_ERROR_UNSUPPORTED;
    hr = nt_d3d_query_memory(device, 1, &memory);
    for (int i = 0; SUCCEEDED(hr) && i < 3; i++) {
        uint64_t before = cpu_ticks(), gpu = 0, took;

        hr = device_ticks(device, memory, &gpu);
        took = cpu_ticks() - before;
        if (SUCCEEDED(hr) && took < best) {
            best = took;
            *ret_gpu = gpu;
            *ret_cpu = before + took / 2;
        }
    }
    nt_d3d_memory_drop(memory);
    return hr;
}
