// SPDX-License-Identifier: MIT
/*
 * ID3D12CommandQueue: its methods only put operations at the end; the engine moves them.
 */
#include "d3d12/queue.h"

#include <stdlib.h>

#include "d3d12/allocator.h"
#include "d3d12/device.h"
#include "d3d12/fence.h"
#include "d3d12/list.h"
#include "util/log.h"
#include "util/macro.h"

static struct nt_d3d_operation *operation_new(struct nt_d3d_queue *queue,
                                              enum nt_d3d_operation_kind kind)
{
    struct nt_d3d_operation *operation = calloc(1, sizeof(*operation));

    if (!operation)
        return NULL;
    operation->kind = kind;
    operation->queue = queue;
    nt_d3d_object_ref(&queue->object);
    return operation;
}

void nt_d3d_operation_free(struct nt_d3d_operation *operation)
{
    if (operation->stream) {
        nt_d3d_stream_unhold(operation->stream);
        if (operation->stream->allocator)
            atomic_fetch_sub(&operation->stream->allocator->n_running, 1);
        nt_d3d_stream_unref(operation->stream);
    }
    if (operation->fence) {
        if (operation->kind == NT_D3D_WAIT && !operation->is_met)
            TAILQ_REMOVE(&operation->fence->queue_waits, operation, wait_link);
        nt_d3d_object_unref(&operation->fence->object);
    }
    nt_d3d_object_unref(&operation->queue->object);
    free(operation);
}

void nt_d3d_queue_settle(struct nt_d3d_queue *queue)
{
    struct nt_d3d_engine *engine = &queue->object.device->engine;

    if (!queue->is_linked || queue->is_public || !TAILQ_EMPTY(&queue->waiting) ||
        !TAILQ_EMPTY(&queue->pending))
        return;
    TAILQ_REMOVE(&engine->queues, queue, link);
    queue->is_linked = false;
    nt_d3d_object_unref(&queue->object);
}

/* Removes the device for what the application did wrong with this queue. */
static void remove_device(struct nt_d3d_queue *queue, HRESULT reason, const char *why)
{
    struct nt_d3d_engine *engine = &queue->object.device->engine;

    nt_log(NT_LOG_ERROR, "d3d12: ExecuteCommandLists: %s", why);
    pthread_mutex_lock(&engine->lock);
    nt_d3d_engine_remove(engine, reason);
    nt_d3d_engine_pump(engine);
    pthread_mutex_unlock(&engine->lock);
}

/* An operation that runs what @list recorded; NULL when the device had to be removed. */
static struct nt_d3d_operation *run_new(struct nt_d3d_queue *queue, ID3D12CommandList *pointer)
{
    struct nt_d3d_list *list = nt_d3d_list_from(pointer);
    struct nt_d3d_operation *operation;
    struct nt_d3d_stream *stream;

    if (!list || list->object.device != queue->object.device) {
        remove_device(queue, DXGI_ERROR_INVALID_CALL, "a list that is not of this device");
        return NULL;
    }
    if (list->type != queue->desc.Type) {
        remove_device(queue, DXGI_ERROR_INVALID_CALL, "a list of another type than the queue");
        return NULL;
    }
    stream = nt_d3d_list_closed_stream(list);
    if (!stream) {
        remove_device(queue, DXGI_ERROR_INVALID_CALL, "a list that is not closed");
        return NULL;
    }
    if (stream->allocator && atomic_load(&stream->allocator->generation) != stream->generation) {
        remove_device(queue, DXGI_ERROR_INVALID_CALL, "a list whose allocator was reset");
        return NULL;
    }
    if (!nt_d3d_stream_hold(stream)) {
        remove_device(queue, DXGI_ERROR_DEVICE_HUNG, "a list that uses released memory");
        return NULL;
    }
    operation = operation_new(queue, NT_D3D_RUN);
    if (!operation) {
        nt_d3d_stream_unhold(stream);
        remove_device(queue, E_OUTOFMEMORY, "no memory");
        return NULL;
    }
    nt_d3d_stream_ref(stream);
    operation->stream = stream;
    if (stream->allocator)
        atomic_fetch_add(&stream->allocator->n_running, 1);
    return operation;
}

NT_D3D_CHILD_METHODS(ID3D12CommandQueue)

static void STDMETHODCALLTYPE queue_UpdateTileMappings(
    ID3D12CommandQueue *self, ID3D12Resource *resource, UINT n_regions,
    const D3D12_TILED_RESOURCE_COORDINATE *coordinates, const D3D12_TILE_REGION_SIZE *sizes,
    ID3D12Heap *heap, UINT n_ranges, const D3D12_TILE_RANGE_FLAGS *range_flags,
    const UINT *heap_offsets, const UINT *counts, D3D12_TILE_MAPPING_FLAGS flags)
{
    (void)self, (void)resource, (void)n_regions, (void)coordinates, (void)sizes, (void)heap;
    (void)n_ranges, (void)range_flags, (void)heap_offsets, (void)counts, (void)flags;
    nt_log(NT_LOG_WARNING, "d3d12: UpdateTileMappings is not built yet");
}

static void STDMETHODCALLTYPE
queue_CopyTileMappings(ID3D12CommandQueue *self, ID3D12Resource *target,
                       const D3D12_TILED_RESOURCE_COORDINATE *target_start, ID3D12Resource *source,
                       const D3D12_TILED_RESOURCE_COORDINATE *source_start,
                       const D3D12_TILE_REGION_SIZE *size, D3D12_TILE_MAPPING_FLAGS flags)
{
    (void)self, (void)target, (void)target_start, (void)source, (void)source_start, (void)size;
    (void)flags;
    nt_log(NT_LOG_WARNING, "d3d12: CopyTileMappings is not built yet");
}

/* All lists are looked at before the first one runs. */
static void STDMETHODCALLTYPE queue_ExecuteCommandLists(ID3D12CommandQueue *self, UINT n,
                                                        ID3D12CommandList *const *lists)
{
    struct nt_d3d_queue *queue = (struct nt_d3d_queue *)self;
    struct nt_d3d_engine *engine = &queue->object.device->engine;
    TAILQ_HEAD(, nt_d3d_operation) operations = TAILQ_HEAD_INITIALIZER(operations);
    struct nt_d3d_operation *operation;
    bool is_good = lists || !n;

    if (nt_d3d_device_is_removed(queue->object.device))
        return;
    for (UINT i = 0; is_good && i < n; i++) {
        operation = run_new(queue, lists[i]);
        is_good = operation != NULL;
        if (operation)
            TAILQ_INSERT_TAIL(&operations, operation, link);
    }
    pthread_mutex_lock(&engine->lock);
    while ((operation = TAILQ_FIRST(&operations))) {
        TAILQ_REMOVE(&operations, operation, link);
        if (is_good && !nt_d3d_device_is_removed(queue->object.device))
            TAILQ_INSERT_TAIL(&queue->waiting, operation, link);
        else
            nt_d3d_operation_free(operation);
    }
    nt_d3d_engine_pump(engine);
    pthread_mutex_unlock(&engine->lock);
}

static void STDMETHODCALLTYPE queue_SetMarker(ID3D12CommandQueue *self, UINT metadata,
                                              const void *data, UINT size)
{
    (void)self, (void)metadata, (void)data, (void)size;
}

static void STDMETHODCALLTYPE queue_BeginEvent(ID3D12CommandQueue *self, UINT metadata,
                                               const void *data, UINT size)
{
    (void)self, (void)metadata, (void)data, (void)size;
}

static void STDMETHODCALLTYPE queue_EndEvent(ID3D12CommandQueue *self)
{
    (void)self;
}

/* Puts a signal or a wait for @pointer at the end of the queue. */
static HRESULT add_fence_operation(struct nt_d3d_queue *queue, enum nt_d3d_operation_kind kind,
                                   ID3D12Fence *pointer, uint64_t value)
{
    struct nt_d3d_device *device = queue->object.device;
    struct nt_d3d_fence *fence = nt_d3d_fence_from(pointer);
    struct nt_d3d_operation *operation;

    if (!fence || fence->object.device != device)
        return E_INVALIDARG;
    operation = operation_new(queue, kind);
    if (!operation)
        return E_OUTOFMEMORY;
    operation->fence = fence;
    operation->value = value;
    operation->is_met = true;
    nt_d3d_object_ref(&fence->object);

    pthread_mutex_lock(&device->engine.lock);
    if (nt_d3d_device_is_removed(device)) {
        nt_d3d_operation_free(operation);
        pthread_mutex_unlock(&device->engine.lock);
        return DXGI_ERROR_DEVICE_REMOVED;
    }
    if (kind == NT_D3D_WAIT && atomic_load(&fence->value) < value) {
        operation->is_met = false;
        TAILQ_INSERT_TAIL(&fence->queue_waits, operation, wait_link);
    }
    TAILQ_INSERT_TAIL(&queue->waiting, operation, link);
    nt_d3d_engine_pump(&device->engine);
    pthread_mutex_unlock(&device->engine.lock);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE queue_Signal(ID3D12CommandQueue *self, ID3D12Fence *fence,
                                              UINT64 value)
{
    return add_fence_operation((struct nt_d3d_queue *)self, NT_D3D_SIGNAL, fence, value);
}

static HRESULT STDMETHODCALLTYPE queue_Wait(ID3D12CommandQueue *self, ID3D12Fence *fence,
                                            UINT64 value)
{
    return add_fence_operation((struct nt_d3d_queue *)self, NT_D3D_WAIT, fence, value);
}

static HRESULT STDMETHODCALLTYPE queue_GetTimestampFrequency(ID3D12CommandQueue *self,
                                                             UINT64 *frequency)
{
    const struct nt_d3d_queue *queue = (const struct nt_d3d_queue *)self;
    float period = queue->object.device->vulkan.properties.limits.timestampPeriod;

    if (!frequency)
        return E_INVALIDARG;
    *frequency = period > 0 ? (UINT64)(1e9 / (double)period) : 0;
    return *frequency ? S_OK : E_FAIL;
}

static HRESULT STDMETHODCALLTYPE queue_GetClockCalibration(ID3D12CommandQueue *self, UINT64 *gpu,
                                                           UINT64 *cpu)
{
    (void)self;
    if (gpu)
        *gpu = 0;
    if (cpu)
        *cpu = 0;
    return E_NOTIMPL;
}

static D3D12_COMMAND_QUEUE_DESC STDMETHODCALLTYPE queue_GetDesc(ID3D12CommandQueue *self)
{
    return ((struct nt_d3d_queue *)self)->desc;
}

static const ID3D12CommandQueueVtbl vtable = {
    NT_D3D_CHILD_SLOTS,
    .UpdateTileMappings = queue_UpdateTileMappings,
    .CopyTileMappings = queue_CopyTileMappings,
    .ExecuteCommandLists = queue_ExecuteCommandLists,
    .SetMarker = queue_SetMarker,
    .BeginEvent = queue_BeginEvent,
    .EndEvent = queue_EndEvent,
    .Signal = queue_Signal,
    .Wait = queue_Wait,
    .GetTimestampFrequency = queue_GetTimestampFrequency,
    .GetClockCalibration = queue_GetClockCalibration,
    .GetDesc = queue_GetDesc,
};

/* What was put in still runs; the queue leaves the engine with its last operation. */
static void queue_released(struct nt_d3d_object *object)
{
    struct nt_d3d_queue *queue = (struct nt_d3d_queue *)object;
    struct nt_d3d_engine *engine = &object->device->engine;

    pthread_mutex_lock(&engine->lock);
    queue->is_public = false;
    nt_d3d_queue_settle(queue);
    pthread_mutex_unlock(&engine->lock);
}

static void queue_free(struct nt_d3d_object *object)
{
    nt_d3d_object_deinit(object);
    free(object);
}

static const IID *const iids[] = {&IID_ID3D12CommandQueue, &IID_ID3D12Pageable,
                                  &IID_ID3D12DeviceChild};

static const struct nt_d3d_class queue_class = {
    .name = "command queue",
    .vtable = &vtable,
    .iids = iids,
    .n_iids = NT_ARRAY_SIZE(iids),
    .released = queue_released,
    .free = queue_free,
};

static bool is_valid(const D3D12_COMMAND_QUEUE_DESC *desc)
{
    const unsigned known = D3D12_COMMAND_QUEUE_FLAG_DISABLE_GPU_TIMEOUT;

    if (!desc || desc->NodeMask > 1 || ((unsigned)desc->Flags & ~known))
        return false;
    switch (desc->Type) {
    case D3D12_COMMAND_LIST_TYPE_DIRECT:
    case D3D12_COMMAND_LIST_TYPE_COMPUTE:
    case D3D12_COMMAND_LIST_TYPE_COPY:
        return true;
    default:
        return false;
    }
}

HRESULT nt_d3d_queue_create(struct nt_d3d_device *device, const D3D12_COMMAND_QUEUE_DESC *desc,
                            REFIID riid, void **ret)
{
    struct nt_d3d_queue *queue;

    if (!is_valid(desc))
        return E_INVALIDARG;
    queue = calloc(1, sizeof(*queue));
    if (!queue)
        return E_OUTOFMEMORY;
    nt_d3d_object_init(&queue->object, &queue_class, device);
    queue->desc = *desc;
    queue->desc.NodeMask = 1;
    TAILQ_INIT(&queue->waiting);
    TAILQ_INIT(&queue->pending);
    queue->is_linked = true;
    queue->is_public = true;
    nt_d3d_object_ref(&queue->object);
    pthread_mutex_lock(&device->engine.lock);
    TAILQ_INSERT_TAIL(&device->engine.queues, queue, link);
    pthread_mutex_unlock(&device->engine.lock);
    return nt_d3d_object_return(&queue->object, riid, ret);
}
