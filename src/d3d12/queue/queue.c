// SPDX-License-Identifier: MIT
/*
 * ID3D12CommandQueue: its methods only put operations at the end; the engine moves them.
 */
#include "d3d12/queue/queue.h"

#include <stdlib.h>

#include "d3d12/list/allocator.h"
#include "d3d12/device/device.h"
#include "d3d12/device/dred.h"
#include "d3d12/fence/fence-sleeper.h"
#include "d3d12/fence/fence.h"
#include "d3d12/list/list.h"
#include "d3d12/queue/query.h"
#include "d3d12/tiles/reserved.h"
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
    nt_d3d_dred_end(operation->crumbs);
    if (operation->stream) {
        nt_d3d_stream_unhold(operation->stream);
        if (operation->stream->allocator)
            atomic_fetch_sub(&operation->stream->allocator->n_running, 1);
        nt_d3d_stream_unref(operation->stream);
    }
    if (operation->fence) {
        if (operation->kind == NT_D3D_WAIT && !operation->is_met)
            TAILQ_REMOVE(&operation->fence->queue_waits, operation, wait_link);
        if (operation->is_announced)
            nt_d3d_sleeper_end_signal(operation);
        nt_d3d_object_unref(&operation->fence->object);
    }
    if (operation->drop)
        operation->drop(operation->argument);
    nt_d3d_object_unref(&operation->queue->object);
    free(operation);
}

HRESULT nt_d3d_queue_step(struct nt_d3d_queue *queue, void (*step)(void *argument),
                          void (*drop)(void *argument), void *argument)
{
    struct nt_d3d_device *device = queue->object.device;
    struct nt_d3d_operation *operation = operation_new(queue, NT_D3D_STEP);
    HRESULT hr = S_OK;

    if (!operation) {
        drop(argument);
        return E_OUTOFMEMORY;
    }
    operation->step = step;
    operation->drop = drop;
    operation->argument = argument;
    pthread_mutex_lock(&device->engine.lock);
    if (nt_d3d_device_is_removed(device)) {
        nt_d3d_operation_free(operation);
        hr = DXGI_ERROR_DEVICE_REMOVED;
    } else {
        TAILQ_INSERT_TAIL(&queue->waiting, operation, link);
        nt_d3d_engine_pump(&device->engine);
    }
    pthread_mutex_unlock(&device->engine.lock);
    return hr;
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

static bool is_gone(const struct nt_d3d_memory *memory)
{
    return memory && !atomic_load(&memory->holds);
}

/* Where the stream first reaches into memory that is gone; 0 when it all is there. */
static uint64_t find_gone(const struct nt_d3d_stream *stream)
{
    for (size_t i = 0; i < stream->n_commands; i++) {
        const struct nt_d3d_command *command = &stream->commands[i];

        if (is_gone(command->target))
            return command->target->address + command->target_offset;
        if (is_gone(command->source))
            return command->source->address + command->source_offset;
    }
    return 0;
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
        nt_d3d_dred_fault(queue->object.device, find_gone(stream));
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
    operation->crumbs = nt_d3d_dred_begin(queue, list, stream);
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
    const struct nt_d3d_mapping_call call = {.n_regions = n_regions,
                                             .starts = coordinates,
                                             .sizes = sizes,
                                             .n_ranges = n_ranges,
                                             .range_flags = range_flags,
                                             .heap_starts = heap_offsets,
                                             .counts = counts};

    nt_d3d_queue_update_tiles((struct nt_d3d_queue *)self, resource, heap, &call, flags);
}

static void STDMETHODCALLTYPE
queue_CopyTileMappings(ID3D12CommandQueue *self, ID3D12Resource *target,
                       const D3D12_TILED_RESOURCE_COORDINATE *target_start, ID3D12Resource *source,
                       const D3D12_TILED_RESOURCE_COORDINATE *source_start,
                       const D3D12_TILE_REGION_SIZE *size, D3D12_TILE_MAPPING_FLAGS flags)
{
    nt_d3d_queue_copy_tiles((struct nt_d3d_queue *)self, target, target_start, source, source_start,
                            size, flags);
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

/* A wait that is not met on the spot; the lock is held. */
static void begin_wait(struct nt_d3d_fence *fence, struct nt_d3d_operation *operation)
{
    operation->since = nt_d3d_sleeper_watch(fence);
    if (nt_d3d_fence_value(fence) >= operation->value)
        return;
    operation->is_met = false;
    TAILQ_INSERT_TAIL(&fence->queue_waits, operation, wait_link);
}

/* The lock is held, but not all the time. */
static HRESULT prepare(struct nt_d3d_device *device, struct nt_d3d_fence *fence, bool is_signal)
{
    HRESULT hr = S_OK;

    if (!nt_d3d_device_is_removed(device))
        hr = nt_d3d_sleeper_prepare(fence, is_signal);
    return nt_d3d_device_is_removed(device) ? DXGI_ERROR_DEVICE_REMOVED : hr;
}

/* Puts a signal or a wait for @pointer at the end of the queue. */
static HRESULT add_fence_operation(struct nt_d3d_queue *queue, enum nt_d3d_operation_kind kind,
                                   ID3D12Fence *pointer, uint64_t value)
{
    struct nt_d3d_device *device = queue->object.device;
    struct nt_d3d_fence *fence = nt_d3d_fence_from(pointer);
    struct nt_d3d_operation *operation;
    HRESULT hr;

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
    hr = prepare(device, fence, kind == NT_D3D_SIGNAL);
    if (FAILED(hr)) {
        nt_d3d_operation_free(operation);
        pthread_mutex_unlock(&device->engine.lock);
        return hr;
    }
    if (kind == NT_D3D_WAIT && nt_d3d_fence_value(fence) < value)
        begin_wait(fence, operation);
    if (kind == NT_D3D_SIGNAL && fence->map)
        nt_d3d_sleeper_add_signal(operation);
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
    return nt_d3d_query_calibrate(((struct nt_d3d_queue *)self)->object.device, gpu, cpu);
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

struct nt_d3d_queue *nt_d3d_queue_from(const void *pointer)
{
    return (struct nt_d3d_queue *)nt_d3d_from(pointer, &queue_class);
}

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
