// SPDX-License-Identifier: MIT
/*
 * The engine (see engine.h): chunks to the VkQueue, completions back, and the end of a device.
 */
#include "d3d12/engine.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "d3d12/device.h"
#include "d3d12/fence.h"
#include "d3d12/queue.h"
#include "os/os.h"
#include "util/log.h"
#include "util/macro.h"

/* The completion thread looks this often whether the device was lost meanwhile. */
#define LOOK_AGAIN_NS  UINT64_C(1000000000)

/* How long a lost device may take to finish what it was doing, and to leave a chunk. */
#define LOST_WAIT_NS   UINT64_C(5000000000)
#define LOST_MOMENT_NS 20000000

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
    VkResult result = vkQueueSubmit(vulkan_of(engine)->queue, 1, &info, VK_NULL_HANDLE);

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
        nt_d3d_operation_free(operation);
        moved = true;
    }
    return moved;
}

/* The front operation, if it can go on now. */
static bool start_front(struct nt_d3d_engine *engine, struct nt_d3d_queue *queue)
{
    struct nt_d3d_operation *operation = TAILQ_FIRST(&queue->waiting);

    if (!operation)
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
    TAILQ_FOREACH (fence, &engine->fences, link)
        nt_d3d_fence_set(fence, UINT64_MAX);
    atomic_store(&device->removed_reason, reason);
    TAILQ_FOREACH (queue, &engine->queues, link)
        drop_waiting(queue);
    pthread_cond_broadcast(&engine->changed_cond);
    nt_log(NT_LOG_WARNING, "d3d12: the device is removed: 0x%08x", (unsigned)reason);
}

/* --- completion --------------------------------------------------------------------- */

static void retire_chunks(struct nt_d3d_engine *engine)
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

/* Reads how far the device got, and lets everything go on that waited for it. */
static void look(struct nt_d3d_engine *engine)
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
        retire_chunks(engine);
    }
    nt_d3d_engine_pump(engine);
}

static void *completion_main(void *argument)
{
    struct nt_d3d_engine *engine = argument;

    pthread_mutex_lock(&engine->lock);
    for (;;) {
        const struct nt_d3d_chunk *chunk = TAILQ_FIRST(&engine->in_flight);
        VkSemaphoreWaitInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO,
                                    .semaphoreCount = 1,
                                    .pSemaphores = &engine->timeline};

        if (!chunk || atomic_load(&vulkan_of(engine)->is_lost)) {
            if (engine->is_stopping)
                break;
            pthread_cond_wait(&engine->submitted_cond, &engine->lock);
            continue;
        }
        uint64_t number = chunk->number;
        info.pValues = &number;
        pthread_mutex_unlock(&engine->lock);
        vkWaitSemaphores(vulkan_of(engine)->device, &info, LOOK_AGAIN_NS);
        pthread_mutex_lock(&engine->lock);
        look(engine);
    }
    pthread_mutex_unlock(&engine->lock);
    return NULL;
}

void nt_d3d_engine_check(struct nt_d3d_engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    if (!nt_d3d_device_is_removed(engine->device))
        look(engine);
    pthread_mutex_unlock(&engine->lock);
}

HRESULT nt_d3d_engine_fill(struct nt_d3d_engine *engine, const struct nt_d3d_memory *memory,
                           uint32_t value)
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
        nt_d3d_encode_fill(&encoder, memory, value);
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
            fail(engine, "submitting a fill", result);
            nt_d3d_engine_pump(engine);
        }
    }
    pthread_mutex_unlock(&engine->lock);
    return nt_d3d_hresult(result);
}

/* --- beginning and end -------------------------------------------------------------- */

/* The completion thread takes no signals: they are the application's. */
static bool start_thread(struct nt_d3d_engine *engine)
{
    sigset_t all, old;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    engine->has_thread = !pthread_create(&engine->thread, NULL, completion_main, engine);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (engine->has_thread)
        pthread_setname_np(engine->thread, "ntshm-d3d12");
    return engine->has_thread;
}

HRESULT nt_d3d_engine_init(struct nt_d3d_engine *engine, struct nt_d3d_device *device)
{
    VkDevice vk = device->vulkan.device;
    const VkSemaphoreTypeCreateInfo type = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
                                            .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE};
    const VkSemaphoreCreateInfo semaphore = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO,
                                             .pNext = &type};
    const VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                          .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT |
                                                   VK_COMMAND_POOL_CREATE_TRANSIENT_BIT,
                                          .queueFamilyIndex = device->vulkan.family};
    VkResult result;
    HRESULT hr;

    engine->device = device;
    pthread_mutex_init(&engine->lock, NULL);
    pthread_cond_init(&engine->submitted_cond, NULL);
    pthread_cond_init(&engine->changed_cond, NULL);
    TAILQ_INIT(&engine->in_flight);
    TAILQ_INIT(&engine->free);
    TAILQ_INIT(&engine->queues);
    TAILQ_INIT(&engine->fences);
    result = vkCreateSemaphore(vk, &semaphore, NULL, &engine->timeline);
    if (result == VK_SUCCESS)
        result = vkCreateCommandPool(vk, &pool, NULL, &engine->pool);
    if (result != VK_SUCCESS)
        return nt_d3d_hresult(result);
    hr = nt_d3d_memory_new(device, sizeof(uint32_t), sizeof(uint32_t), true,
                           VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
                               VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
                           0, &engine->progress);
    if (FAILED(hr))
        return hr;
    return start_thread(engine) ? S_OK : E_OUTOFMEMORY;
}

/* Waits for the end of all work; on a lost device, for the completion thread only. */
static void stop_thread(struct nt_d3d_engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    nt_d3d_engine_pump(engine);
    while (!atomic_load(&vulkan_of(engine)->is_lost) &&
           (!TAILQ_EMPTY(&engine->queues) || !TAILQ_EMPTY(&engine->in_flight)))
        pthread_cond_wait(&engine->changed_cond, &engine->lock);
    engine->is_stopping = true;
    pthread_cond_signal(&engine->submitted_cond);
    pthread_mutex_unlock(&engine->lock);
    pthread_join(engine->thread, NULL);
}

/*
 * After a loss every Vulkan call that could wait returns at once, while the driver may still be
 * at the last chunks: lavapipe's thread would then run over buffers that are destroyed. So this
 * waits for the word that a chunk writes last (not for ever: a device that truly died never
 * writes it), and a moment more for the driver to leave the chunk.
 */
static void await_lost(const struct nt_d3d_engine *engine)
{
    const struct timespec moment = {.tv_nsec = LOST_MOMENT_NS};
    const volatile uint32_t *word = (const volatile uint32_t *)engine->progress->cpu;
    uint64_t end = nt_os_now_ns() + LOST_WAIT_NS;

    while (*word != (uint32_t)engine->submitted && nt_os_now_ns() < end)
        clock_nanosleep(CLOCK_MONOTONIC, 0, &moment, NULL);
    if (*word != (uint32_t)engine->submitted)
        nt_log(NT_LOG_ERROR, "d3d12: the lost device did not finish chunk %llu",
               (unsigned long long)engine->submitted);
    clock_nanosleep(CLOCK_MONOTONIC, 0, &moment, NULL);
}

void nt_d3d_engine_deinit(struct nt_d3d_engine *engine)
{
    struct nt_d3d_chunk *chunk;
    VkDevice vk;

    if (!engine->device)
        return;
    vk = vulkan_of(engine)->device;
    if (engine->has_thread)
        stop_thread(engine);
    vkDeviceWaitIdle(vk);
    if (atomic_load(&vulkan_of(engine)->is_lost) && !TAILQ_EMPTY(&engine->in_flight))
        await_lost(engine);
    /* After a loss: nobody waits any more for what was in flight. */
    engine->completed = UINT64_MAX;
    retire_chunks(engine);
    nt_d3d_engine_pump(engine);
    while ((chunk = TAILQ_FIRST(&engine->free))) {
        TAILQ_REMOVE(&engine->free, chunk, link);
        vkFreeCommandBuffers(vk, engine->pool, 1, &chunk->buffer);
        free(chunk);
    }
    if (engine->progress) {
        nt_d3d_memory_unhold(engine->progress);
        nt_d3d_memory_unref(engine->progress);
    }
    vkDestroyCommandPool(vk, engine->pool, NULL);
    vkDestroySemaphore(vk, engine->timeline, NULL);
    pthread_cond_destroy(&engine->changed_cond);
    pthread_cond_destroy(&engine->submitted_cond);
    pthread_mutex_destroy(&engine->lock);
    engine->device = NULL;
}
