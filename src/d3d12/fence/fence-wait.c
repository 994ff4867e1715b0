// SPDX-License-Identifier: MIT
/*
 * Who waits for fences (see fence.h). One structure serves SetEventOnCompletion and
 * SetEventOnMultipleFenceCompletion, with an event or blocking; a queue's wait is an operation of
 * the queue that a fence marks as met.
 */
#include <stdlib.h>

#include "d3d12/device/device.h"
#include "d3d12/device/event.h"
#include "d3d12/fence/fence-sleeper.h"
#include "d3d12/fence/fence.h"

struct nt_d3d_wait {
    HANDLE event; /* our own duplicate; NULL: somebody blocks until @is_over */
    bool is_any;
    bool is_over;
    HRESULT result;
    size_t n_left; /* fences that have not reached their value */
    size_t n_lost; /* of them, those that nobody is certain to reach */
    size_t n;
    struct nt_d3d_wait_entry entries[];
};

static void entry_unlink(struct nt_d3d_wait_entry *entry)
{
    if (entry->is_linked)
        TAILQ_REMOVE(&entry->fence->waits, entry, link);
    entry->is_linked = false;
}

/* The wait is over: its other fences forget it, and whoever waits hears of it. */
static void wait_end(struct nt_d3d_engine *engine, struct nt_d3d_wait *wait)
{
    for (size_t i = 0; i < wait->n; i++)
        entry_unlink(&wait->entries[i]);
    wait->is_over = true;
    if (!wait->event) {
        pthread_cond_broadcast(&engine->changed_cond);
        return;
    }
    nt_d3d_event_set(wait->event, "fence");
    CloseHandle(wait->event);
    free(wait);
}

static void entry_meet(struct nt_d3d_engine *engine, struct nt_d3d_wait_entry *entry)
{
    struct nt_d3d_wait *wait = entry->wait;

    entry_unlink(entry);
    if (--wait->n_left == 0 || wait->is_any)
        wait_end(engine, wait);
}

/* Its value may never come: for one of any that is the end when it was the last one. */
static void entry_lose(struct nt_d3d_engine *engine, struct nt_d3d_wait_entry *entry)
{
    struct nt_d3d_wait *wait = entry->wait;

    entry->is_lost = true;
    if (++wait->n_lost < wait->n_left && wait->is_any)
        return;
    wait->result = DXGI_ERROR_DEVICE_REMOVED;
    wait_end(engine, wait);
}

void nt_d3d_fence_meet(struct nt_d3d_fence *fence, uint64_t value, uint64_t turn)
{
    struct nt_d3d_engine *engine = &fence->object.device->engine;
    struct nt_d3d_operation *operation, *next;
    struct nt_d3d_wait_entry *entry = TAILQ_FIRST(&fence->waits);

    while (entry) {
        if (entry->value > value || entry->since > turn) {
            entry = TAILQ_NEXT(entry, link);
            continue;
        }
        entry_meet(engine, entry);
        /* The end of a wait may have taken other entries out: start again. */
        entry = TAILQ_FIRST(&fence->waits);
    }
    for (operation = TAILQ_FIRST(&fence->queue_waits); operation; operation = next) {
        next = TAILQ_NEXT(operation, wait_link);
        if (operation->value > value || operation->since > turn)
            continue;
        TAILQ_REMOVE(&fence->queue_waits, operation, wait_link);
        operation->is_met = true;
    }
}

static bool is_lost(const struct nt_d3d_fence *fence, uint64_t target, uint64_t value)
{
    return target <= value && !nt_d3d_fence_map_is_certain(fence->map, target);
}

bool nt_d3d_fence_let_go(struct nt_d3d_fence *fence, uint64_t value)
{
    struct nt_d3d_wait_entry *entry = TAILQ_FIRST(&fence->waits);
    const struct nt_d3d_operation *operation;

    while (entry) {
        if (entry->is_lost || !is_lost(fence, entry->value, value)) {
            entry = TAILQ_NEXT(entry, link);
            continue;
        }
        entry_lose(&fence->object.device->engine, entry);
        entry = TAILQ_FIRST(&fence->waits);
    }
    TAILQ_FOREACH (operation, &fence->queue_waits, wait_link) {
        if (is_lost(fence, operation->value, value))
            return true;
    }
    return false;
}

bool nt_d3d_fence_has_waits(const struct nt_d3d_fence *fence)
{
    return !TAILQ_EMPTY(&fence->waits) || !TAILQ_EMPTY(&fence->queue_waits);
}

/* --- SetEventOn... ------------------------------------------------------------------- */

/* Looks which values are reached already, and makes ready for the others; the lock is held. */
static HRESULT prepare_all(struct nt_d3d_wait *wait, struct nt_d3d_fence *const *fences,
                           const uint64_t *values)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; i < wait->n && SUCCEEDED(hr); i++) {
        struct nt_d3d_wait_entry *entry = &wait->entries[i];

        *entry = (struct nt_d3d_wait_entry){.wait = wait, .fence = fences[i], .value = values[i]};
        entry->is_reached = nt_d3d_fence_value(fences[i]) >= values[i];
        if (!entry->is_reached)
            hr = nt_d3d_sleeper_prepare(fences[i], false);
    }
    return hr;
}

/* Begins the wait; the lock is held. A wait with an event is not ours any more then. */
static void wait_begin(struct nt_d3d_engine *engine, struct nt_d3d_wait *wait)
{
    for (size_t i = 0; i < wait->n; i++) {
        struct nt_d3d_wait_entry *entry = &wait->entries[i];

        if (entry->is_reached)
            continue;
        /* The turn first: a signal that comes now is in the value, or has a later turn. */
        entry->since = nt_d3d_sleeper_watch(entry->fence);
        if (nt_d3d_fence_value(entry->fence) >= entry->value)
            continue;
        TAILQ_INSERT_TAIL(&entry->fence->waits, entry, link);
        entry->is_linked = true;
        wait->n_left++;
    }
    if (wait->n_left == 0 || (wait->is_any && wait->n_left < wait->n))
        wait_end(engine, wait);
}

/* The lock is held. */
static HRESULT block(struct nt_d3d_engine *engine, struct nt_d3d_wait *wait)
{
    HRESULT hr;

    while (!wait->is_over)
        pthread_cond_wait(&engine->changed_cond, &engine->lock);
    hr = wait->result;
    free(wait);
    return hr;
}

HRESULT nt_d3d_fence_wait(struct nt_d3d_device *device, struct nt_d3d_fence *const *fences,
                          const uint64_t *values, size_t n, bool is_any, HANDLE event)
{
    struct nt_d3d_engine *engine = &device->engine;
    struct nt_d3d_wait *wait = calloc(1, sizeof(*wait) + n * sizeof(wait->entries[0]));
    HRESULT hr;

    if (!wait)
        return E_OUTOFMEMORY;
    hr = event ? nt_d3d_event_keep(event, &wait->event) : S_OK;
    if (FAILED(hr)) {
        free(wait);
        return hr;
    }
    wait->is_any = is_any;
    wait->n = n;
    /* While somebody blocks, the fences may be released and the device with them. */
    if (!event)
        nt_d3d_object_add_ref(&device->object);
    pthread_mutex_lock(&engine->lock);
    hr = prepare_all(wait, fences, values);
    if (SUCCEEDED(hr)) {
        wait_begin(engine, wait);
        if (!event)
            hr = block(engine, wait);
    } else {
        if (event)
            CloseHandle(wait->event);
        free(wait);
    }
    pthread_mutex_unlock(&engine->lock);
    if (!event)
        nt_d3d_object_release(&device->object);
    return hr;
}
