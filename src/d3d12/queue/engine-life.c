// SPDX-License-Identifier: MIT
/*
 * The life of an engine (see engine.h): its completion thread, its beginning, and its end, which
 * waits for all work, as far as a driver still says what it does.
 */
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "d3d12/device/device.h"
#include "d3d12/queue/engine.h"
#include "d3d12/fence/fence-sleeper.h"
#include "os/os.h"
#include "util/log.h"

/* The completion thread looks this often whether the device was lost meanwhile. */
#define LOOK_AGAIN_NS  UINT64_C(1000000000)

/* How long a lost device may take to finish what it was doing, and to leave a chunk. */
#define LOST_WAIT_NS   UINT64_C(5000000000)
#define LOST_MOMENT_NS 20000000

static struct nt_d3d_vulkan *vulkan_of(const struct nt_d3d_engine *engine)
{
    return &engine->device->vulkan;
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
        nt_d3d_engine_look(engine);
    }
    pthread_mutex_unlock(&engine->lock);
    return NULL;
}

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
    hr = nt_d3d_memory_new(
        device, NT_D3D_BOUNCE_OFFSET + NT_D3D_BOUNCE_BYTES, NT_D3D_BOUNCE_OFFSET, true,
        VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT, 0,
        &engine->progress);
    if (FAILED(hr))
        return hr;
    return start_thread(engine) ? S_OK : E_OUTOFMEMORY;
}

/* Waits for the end of all work; on a lost device, for the completion thread only. */
static void stop_thread(struct nt_d3d_engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    nt_d3d_engine_pump(engine);
    nt_d3d_sleeper_hurry(engine);
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
    nt_d3d_sleeper_end(engine);
    nt_d3d_vulkan_wait_idle(vulkan_of(engine));
    if (atomic_load(&vulkan_of(engine)->is_lost) && !TAILQ_EMPTY(&engine->in_flight))
        await_lost(engine);
    /* After a loss: nobody waits any more for what was in flight. */
    engine->completed = UINT64_MAX;
    nt_d3d_engine_retire(engine);
    nt_d3d_engine_pump(engine);
    while ((chunk = TAILQ_FIRST(&engine->free))) {
        TAILQ_REMOVE(&engine->free, chunk, link);
        vkFreeCommandBuffers(vk, engine->pool, 1, &chunk->buffer);
        free(chunk);
    }
    nt_d3d_memory_drop(engine->progress);
    vkDestroyCommandPool(vk, engine->pool, NULL);
    vkDestroySemaphore(vk, engine->timeline, NULL);
    pthread_cond_destroy(&engine->changed_cond);
    pthread_cond_destroy(&engine->submitted_cond);
    pthread_mutex_destroy(&engine->lock);
    engine->device = NULL;
}
