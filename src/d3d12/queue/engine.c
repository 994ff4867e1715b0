// SPDX-License-Identifier: MIT
/*
 * The engine (see engine.h): chunks to the VkQueue, completions back, and removal.
 */
#include "d3d12/queue/engine.h"

#include <stdlib.h>

#include "d3d12/device/device.h"
#include "d3d12/queue/encode-texels.h"
#include "d3d12/device/dred.h"
#include "d3d12/fence/fence-sleeper.h"
#include "d3d12/fence/fence.h"
#include "d3d12/queue/queue.h"
#include "d3d12/device/removal-events.h"
#include "util/log.h"

static struct nt_d3d_vulkan *vulkan_of(const struct nt_d3d_engine *engine)
{
    return &engine->device->vulkan;
}

/* --- chunks --------------------------------------------------------------------------------- */

static struct nt_d3d_chunk *chunk_new(struct nt_d3d_engine *engine)
{
    struct nt_d3d_chunk *chunk = TAILQ_FIRST(&engine->free);
    VkCommandBufferAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                        .commandPool = engine->pool,
                                        .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                        .commandBufferCount = 1};

    if (chunk) {
        TAILQ_REMOVE(&engine->free, chunk, link);
        return chunk;
    }
    chunk = calloc(1, sizeof(*chunk));
    if (chunk &&
        vkAllocateCommandBuffers(vulkan_of(engine)->device, &info, &chunk->buffer) != VK_SUCCESS) {
        free(chunk);
        chunk = NULL;
    }
    return chunk;
}

/* Gives the chunk's command buffer to the next one that needs one. */
static void chunk_recycle(struct nt_d3d_engine *engine, struct nt_d3d_chunk *chunk)
{
    chunk->queue = NULL;
    chunk->bytes = 0;
    TAILQ_INSERT_HEAD(&engine->free, chunk, link);
}

static void lose_device(struct nt_d3d_engine *engine)
{
    if (!atomic_exchange(&vulkan_of(engine)->is_lost, true))
        nt_log(NT_LOG_ERROR, "d3d12: %s lost its device", vulkan_of(engine)->properties.deviceName);
    nt_d3d_engine_remove(engine, DXGI_ERROR_DEVICE_REMOVED);
}

/* A Vulkan call of the engine's failed: there is no one to tell but everyone. */
static void fail(struct nt_d3d_engine *engine, const char *what, VkResult result)
{
    nt_log(NT_LOG_ERROR, "d3d12: %s: %d", what, (int)result);
    if (result == VK_ERROR_DEVICE_LOST)
        lose_device(engine);
    else
        nt_d3d_engine_remove(engine, nt_d3d_hresult(result) == E_OUTOFMEMORY
                                         ? E_OUTOFMEMORY
                                         : DXGI_ERROR_DRIVER_INTERNAL_ERROR);
}

/* Hands an encoded chunk to the driver; it is in flight when this succeeds. */
static VkResult chunk_submit(struct nt_d3d_engine *engine, struct nt_d3d_chunk *chunk)
{
    uint64_t number = engine->submitted + 1;
    const VkTimelineSemaphoreSubmitInfo values = {
        .sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO,
        .signalSemaphoreValueCount = 1,
        .pSignalSemaphoreValues = &number};
    const VkSubmitInfo info = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                               .pNext = &values,
                               .commandBufferCount = 1,
                               .pCommandBuffers = &chunk->buffer,
                               .signalSemaphoreCount = 1,
                               .pSignalSemaphores = &engine->timeline};
    VkResult result = nt_d3d_vulkan_submit(vulkan_of(engine), &info);

    if (result != VK_SUCCESS)
        return result;
    engine->submitted = number;
    chunk->number = number;
    TAILQ_INSERT_TAIL(&engine->in_flight, chunk, link);
    pthread_cond_signal(&engine->submitted_cond);
    return VK_SUCCESS;
}

/* --- queues ---------------------------------------------------------------------------------- */

static void make_pending(struct nt_d3d_queue *queue, struct nt_d3d_operation *operation,
                         uint64_t number)
{
    TAILQ_REMOVE(&queue->waiting, operation, link);
    operation->number = number;
    TAILQ_INSERT_TAIL(&queue->pending, operation, link);
}

/* Fills @encoder from the front of the queue; what is wholly in becomes pending. */
static void encode_front(struct nt_d3d_engine *engine, struct nt_d3d_queue *queue,
                         struct nt_d3d_encoder *encoder)
{
    struct nt_d3d_operation *operation;

    while ((operation = TAILQ_FIRST(&queue->waiting)) && operation->kind == NT_D3D_RUN &&
           !nt_d3d_encode_is_full(encoder)) {
        encoder->crumbs = NULL;
        if (operation->crumbs)
            encoder->crumbs = nt_d3d_dred_word(operation->crumbs, &encoder->crumb_offset);
        if (nt_d3d_encode(encoder, operation->stream, &operation->cursor))
            make_pending(queue, operation, engine->submitted + 1);
    }
}

/* What became pending on a chunk that was never submitted is over with the chunk before. */
static void take_back(struct nt_d3d_queue *queue, uint64_t number)
{
    struct nt_d3d_operation *operation;

    TAILQ_FOREACH (operation, &queue->pending, link) {
        if (operation->number == number)
            operation->number = queue->last_number;
    }
}

/* One chunk of the queue's front to the driver; false when that must wait. */
static bool submit_front(struct nt_d3d_engine *engine, struct nt_d3d_queue *queue)
{
    struct nt_d3d_encoder encoder;
    struct nt_d3d_chunk *chunk;
    VkResult result;

    if (queue->bytes_in_flight >= NT_D3D_QUEUE_BYTES ||
        queue->chunks_in_flight >= NT_D3D_QUEUE_CHUNKS)
        return false;
    chunk = chunk_new(engine);
    if (!chunk) {
        fail(engine, "a command buffer", VK_ERROR_OUT_OF_HOST_MEMORY);
        return true;
    }
    result = nt_d3d_encode_begin(&encoder, vulkan_of(engine), chunk->buffer);
    if (result == VK_SUCCESS) {
        encode_front(engine, queue, &encoder);
        result = nt_d3d_encode_end(&encoder, engine->progress, (uint32_t)engine->submitted + 1);
    }
    if (result == VK_SUCCESS)
        result = chunk_submit(engine, chunk);
    if (result != VK_SUCCESS) {
        chunk_recycle(engine, chunk);
        take_back(queue, engine->submitted + 1);
        fail(engine, "submitting a chunk", result);
        return true;
    }
    chunk->queue = queue;
    chunk->bytes = encoder.bytes;
    queue->last_number = chunk->number;
    queue->bytes_in_flight += chunk->bytes;
    queue->chunks_in_flight++;
    return true;
}

/* Takes what is complete off the pending list; signals happen here. */
static bool finish_pending(struct nt_d3d_engine *engine, struct nt_d3d_queue *queue)
{
    struct nt_d3d_operation *operation;
    bool moved = false;

    while ((operation = TAILQ_FIRST(&queue->pending)) && operation->number <= engine->completed) {
        TAILQ_REMOVE(&queue->pending, operation, link);
        if (operation->kind == NT_D3D_SIGNAL)
            nt_d3d_fence_set(operation->fence, operation->value);
        if (operation->kind == NT_D3D_STEP) {
            if (!nt_d3d_device_is_removed(engine->device))
                operation->step(operation->argument);
            queue->is_stepping = false;
        }
        nt_d3d_operation_free(operation);
        moved = true;
    }
    return moved;
}

/* The front operation, if it can go on now. */
static bool start_front(struct nt_d3d_engine *engine, struct nt_d3d_queue *queue)
{
    struct nt_d3d_operation *operation = TAILQ_FIRST(&queue->waiting);

    if (!operation || queue->is_stepping)
        return false;
    switch (operation->kind) {
    case NT_D3D_WAIT:
        if (!operation->is_met)
            return false;
        TAILQ_REMOVE(&queue->waiting, operation, link);
        nt_d3d_operation_free(operation);
        return true;
    case NT_D3D_SIGNAL:
        make_pending(queue, operation, queue->last_number);
        return true;
    case NT_D3D_STEP:
        make_pending(queue, operation, queue->last_number);
        queue->is_stepping = true;
        return true;
    case NT_D3D_RUN:
        if (operation->stream->n_commands)
            return submit_front(engine, queue);
        make_pending(queue, operation, queue->last_number);
        return true;
    }
    return false;
}

void nt_d3d_engine_pump(struct nt_d3d_engine *engine)
{
    struct nt_d3d_queue *queue, *next;
    bool moved;

    do {
        moved = false;
        for (queue = TAILQ_FIRST(&engine->queues); queue; queue = next) {
            moved |= finish_pending(engine, queue);
            moved |= start_front(engine, queue);
            next = TAILQ_NEXT(queue, link);
            nt_d3d_queue_settle(queue);
        }
    } while (moved);
    nt_d3d_sleeper_announce(engine);
    pthread_cond_broadcast(&engine->changed_cond);
}

/* --- removal ------------------------------------------------------------------------ */

/* What has not started never will; what has started keeps its memory until it is over. */
static void drop_waiting(struct nt_d3d_queue *queue)
{
    struct nt_d3d_operation *operation;

    while ((operation = TAILQ_FIRST(&queue->waiting))) {
        if (operation->kind == NT_D3D_RUN) {
            make_pending(queue, operation, queue->last_number);
        } else {
            TAILQ_REMOVE(&queue->waiting, operation, link);
            nt_d3d_operation_free(operation);
        }
    }
}

void nt_d3d_engine_remove(struct nt_d3d_engine *engine, HRESULT reason)
{
    struct nt_d3d_device *device = engine->device;
    struct nt_d3d_fence *fence;
    struct nt_d3d_queue *queue;

    if (nt_d3d_device_is_removed(device))
        return;
    /* All of them say so before the first event fires. */
    TAILQ_FOREACH (fence, &engine->fences, link)
        atomic_store(&fence->value, UINT64_MAX);
    atomic_store(&device->removed_reason, reason);
    nt_d3d_dred_removed(device);
    TAILQ_FOREACH (fence, &engine->fences, link)
        nt_d3d_fence_meet(fence, UINT64_MAX, UINT64_MAX);
    nt_d3d_removal_fire(device);
    nt_d3d_sleeper_remove(engine);
    TAILQ_FOREACH (queue, &engine->queues, link)
        drop_waiting(queue);
    pthread_cond_broadcast(&engine->changed_cond);
    nt_log(NT_LOG_WARNING, "d3d12: the device is removed: 0x%08x", (unsigned)reason);
}

/* --- completion --------------------------------------------------------------------- */

void nt_d3d_engine_retire(struct nt_d3d_engine *engine)
{
    struct nt_d3d_chunk *chunk;

    while ((chunk = TAILQ_FIRST(&engine->in_flight)) && chunk->number <= engine->completed) {
        TAILQ_REMOVE(&engine->in_flight, chunk, link);
        if (chunk->queue) {
            chunk->queue->bytes_in_flight -= chunk->bytes;
            chunk->queue->chunks_in_flight--;
        }
        chunk_recycle(engine, chunk);
    }
}

void nt_d3d_engine_look(struct nt_d3d_engine *engine)
{
    uint64_t value = 0;
    VkResult result;

    result = vkGetSemaphoreCounterValue(vulkan_of(engine)->device, engine->timeline, &value);
    if (result != VK_SUCCESS) {
        /* Whatever the reason: nobody can know any more when its work ends. */
        nt_log(NT_LOG_ERROR, "d3d12: reading the timeline: %d", (int)result);
        lose_device(engine);
    } else if (value > engine->completed) {
        engine->completed = value;
        nt_d3d_engine_retire(engine);
    }
    nt_d3d_engine_pump(engine);
}

void nt_d3d_engine_check(struct nt_d3d_engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    if (!nt_d3d_device_is_removed(engine->device))
        nt_d3d_engine_look(engine);
    pthread_mutex_unlock(&engine->lock);
}

/*
 * Work of the engine's own: the beginning of @image, words of @value all over @memory, or without
 * either a timestamp.
 */
static HRESULT do_own(struct nt_d3d_engine *engine, const struct nt_d3d_memory *memory,
                      const uint32_t *value, struct nt_d3d_surface *image)
{
    struct nt_d3d_encoder encoder;
    struct nt_d3d_chunk *chunk;
    VkResult result;

    pthread_mutex_lock(&engine->lock);
    if (nt_d3d_device_is_removed(engine->device)) {
        pthread_mutex_unlock(&engine->lock);
        return DXGI_ERROR_DEVICE_REMOVED;
    }
    chunk = chunk_new(engine);
    result = chunk ? nt_d3d_encode_begin(&encoder, vulkan_of(engine), chunk->buffer)
                   : VK_ERROR_OUT_OF_HOST_MEMORY;
    if (result == VK_SUCCESS) {
        if (image)
            nt_d3d_encode_touch(&encoder, image);
        else if (value)
            nt_d3d_encode_fill(&encoder, memory, *value);
        else
            nt_d3d_encode_stamp(&encoder, memory, 0);
        result = nt_d3d_encode_end(&encoder, engine->progress, (uint32_t)engine->submitted + 1);
    }
    if (result == VK_SUCCESS)
        result = chunk_submit(engine, chunk);
    if (result == VK_SUCCESS) {
        uint64_t number = engine->submitted;

        while (engine->completed < number && !atomic_load(&vulkan_of(engine)->is_lost))
            pthread_cond_wait(&engine->changed_cond, &engine->lock);
        if (engine->completed < number)
            result = VK_ERROR_DEVICE_LOST;
    } else {
        if (chunk)
            chunk_recycle(engine, chunk);
        if (result == VK_ERROR_DEVICE_LOST) {
            fail(engine, "submitting work of its own", result);
            nt_d3d_engine_pump(engine);
        }
    }
    pthread_mutex_unlock(&engine->lock);
    return nt_d3d_hresult(result);
}

HRESULT nt_d3d_engine_fill(struct nt_d3d_engine *engine, const struct nt_d3d_memory *memory,
                           uint32_t value)
{
    return do_own(engine, memory, &value, NULL);
}

HRESULT nt_d3d_engine_begin_image(struct nt_d3d_engine *engine, struct nt_d3d_surface *surface)
{
    return do_own(engine, surface->memory, NULL, surface);
}

HRESULT nt_d3d_engine_stamp(struct nt_d3d_engine *engine, const struct nt_d3d_memory *memory)
{
    return do_own(engine, memory, NULL, NULL);
}
