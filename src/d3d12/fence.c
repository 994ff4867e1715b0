// SPDX-License-Identifier: MIT
/*
 * ID3D12Fence and ID3D12Fence1 (see fence.h), and the waits of the CPU: one structure serves
 * SetEventOnCompletion and SetEventOnMultipleFenceCompletion, with an event or blocking.
 */
#include "d3d12/fence.h"

#include <stdlib.h>

#include "d3d12/device.h"
#include "util/log.h"
#include "util/macro.h"

struct nt_d3d_wait {
    HANDLE event; /* our own duplicate; NULL: somebody blocks until @is_over */
    bool is_any;
    bool is_over;
    size_t n_left; /* fences that have not reached their value */
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
    if (!SetEvent(wait->event))
        nt_log(NT_LOG_WARNING, "d3d12: an event of a fence cannot be set: error %u",
               (unsigned)GetLastError());
    CloseHandle(wait->event);
    free(wait);
}

/* Meets all waits for values up to @value. */
static void meet(struct nt_d3d_fence *fence, uint64_t value)
{
    struct nt_d3d_engine *engine = &fence->object.device->engine;
    struct nt_d3d_operation *operation, *next;
    struct nt_d3d_wait_entry *entry = TAILQ_FIRST(&fence->waits);

    while (entry) {
        struct nt_d3d_wait *wait = entry->wait;

        if (entry->value > value) {
            entry = TAILQ_NEXT(entry, link);
            continue;
        }
        entry_unlink(entry);
        if (--wait->n_left == 0 || wait->is_any)
            wait_end(engine, wait);
        /* The end of a wait may have taken other entries out: start again. */
        entry = TAILQ_FIRST(&fence->waits);
    }
    for (operation = TAILQ_FIRST(&fence->queue_waits); operation; operation = next) {
        next = TAILQ_NEXT(operation, wait_link);
        if (operation->value > value)
            continue;
        TAILQ_REMOVE(&fence->queue_waits, operation, wait_link);
        operation->is_met = true;
    }
}

void nt_d3d_fence_set(struct nt_d3d_fence *fence, uint64_t value)
{
    if (nt_d3d_device_is_removed(fence->object.device))
        return;
    atomic_store(&fence->value, value);
    meet(fence, value);
}

/* Our own handle for the application's event, so that it may close its own at once. */
static HRESULT duplicate_event(HANDLE event, HANDLE *ret_event)
{
    if (DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), ret_event, 0, FALSE,
                        DUPLICATE_SAME_ACCESS))
        return S_OK;
    return GetLastError() == ERROR_NOT_ENOUGH_MEMORY ? E_OUTOFMEMORY : E_INVALIDARG;
}

HRESULT nt_d3d_fence_wait(struct nt_d3d_device *device, struct nt_d3d_fence *const *fences,
                          const uint64_t *values, size_t n, bool is_any, HANDLE event)
{
    struct nt_d3d_engine *engine = &device->engine;
    struct nt_d3d_wait *wait = calloc(1, sizeof(*wait) + n * sizeof(wait->entries[0]));
    HRESULT hr;

    if (!wait)
        return E_OUTOFMEMORY;
    hr = event ? duplicate_event(event, &wait->event) : S_OK;
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
    for (size_t i = 0; i < n; i++) {
        struct nt_d3d_wait_entry *entry = &wait->entries[i];

        *entry = (struct nt_d3d_wait_entry){.wait = wait, .fence = fences[i], .value = values[i]};
        if (atomic_load(&fences[i]->value) >= values[i])
            continue;
        TAILQ_INSERT_TAIL(&fences[i]->waits, entry, link);
        entry->is_linked = true;
        wait->n_left++;
    }
    if (wait->n_left == 0 || (is_any && wait->n_left < n))
        wait_end(engine, wait);
    if (!event) {
        while (!wait->is_over)
            pthread_cond_wait(&engine->changed_cond, &engine->lock);
        free(wait);
    }
    pthread_mutex_unlock(&engine->lock);
    if (!event)
        nt_d3d_object_release(&device->object);
    return S_OK;
}

NT_D3D_CHILD_METHODS(ID3D12Fence1)

static UINT64 STDMETHODCALLTYPE fence_GetCompletedValue(ID3D12Fence1 *self)
{
    return atomic_load(&((struct nt_d3d_fence *)self)->value);
}

static HRESULT STDMETHODCALLTYPE fence_SetEventOnCompletion(ID3D12Fence1 *self, UINT64 value,
                                                            HANDLE event)
{
    struct nt_d3d_fence *fence = (struct nt_d3d_fence *)self;

    return nt_d3d_fence_wait(fence->object.device, &fence, &value, 1, false, event);
}

static HRESULT STDMETHODCALLTYPE fence_Signal(ID3D12Fence1 *self, UINT64 value)
{
    struct nt_d3d_fence *fence = (struct nt_d3d_fence *)self;
    struct nt_d3d_engine *engine = &fence->object.device->engine;

    pthread_mutex_lock(&engine->lock);
    nt_d3d_fence_set(fence, value);
    nt_d3d_engine_pump(engine);
    pthread_mutex_unlock(&engine->lock);
    return nt_d3d_device_is_removed(fence->object.device) ? DXGI_ERROR_DEVICE_REMOVED : S_OK;
}

static D3D12_FENCE_FLAGS STDMETHODCALLTYPE fence_GetCreationFlags(ID3D12Fence1 *self)
{
    return ((struct nt_d3d_fence *)self)->flags;
}

static const ID3D12Fence1Vtbl vtable = {
    NT_D3D_CHILD_SLOTS,
    .GetCompletedValue = fence_GetCompletedValue,
    .SetEventOnCompletion = fence_SetEventOnCompletion,
    .Signal = fence_Signal,
    .GetCreationFlags = fence_GetCreationFlags,
};

/* The last public reference is gone: whoever still waits is let go (D17.4). */
static void fence_released(struct nt_d3d_object *object)
{
    struct nt_d3d_fence *fence = (struct nt_d3d_fence *)object;
    struct nt_d3d_engine *engine = &object->device->engine;

    pthread_mutex_lock(&engine->lock);
    TAILQ_REMOVE(&engine->fences, fence, link);
    meet(fence, UINT64_MAX);
    nt_d3d_engine_pump(engine);
    pthread_mutex_unlock(&engine->lock);
}

static void fence_free(struct nt_d3d_object *object)
{
    nt_d3d_object_deinit(object);
    free(object);
}

static const IID *const iids[] = {&IID_ID3D12Fence1, &IID_ID3D12Fence, &IID_ID3D12Pageable,
                                  &IID_ID3D12DeviceChild};

static const struct nt_d3d_class fence_class = {
    .name = "fence",
    .vtable = &vtable,
    .iids = iids,
    .n_iids = NT_ARRAY_SIZE(iids),
    .released = fence_released,
    .free = fence_free,
};

struct nt_d3d_fence *nt_d3d_fence_from(const void *pointer)
{
    return (struct nt_d3d_fence *)nt_d3d_from(pointer, &fence_class);
}

HRESULT nt_d3d_fence_create(struct nt_d3d_device *device, uint64_t value, D3D12_FENCE_FLAGS flags,
                            REFIID riid, void **ret)
{
    const unsigned shared = D3D12_FENCE_FLAG_SHARED | D3D12_FENCE_FLAG_SHARED_CROSS_ADAPTER;
    struct nt_d3d_fence *fence;

    if ((unsigned)flags & ~(shared | D3D12_FENCE_FLAG_NON_MONITORED))
        return E_INVALIDARG;
    if ((unsigned)flags & shared) {
        nt_log(NT_LOG_WARNING, "d3d12: shared fences are not built yet");
        return E_NOTIMPL;
    }
    fence = calloc(1, sizeof(*fence));
    if (!fence)
        return E_OUTOFMEMORY;
    nt_d3d_object_init(&fence->object, &fence_class, device);
    fence->flags = flags;
    atomic_init(&fence->value, value);
    TAILQ_INIT(&fence->waits);
    TAILQ_INIT(&fence->queue_waits);
    pthread_mutex_lock(&device->engine.lock);
    TAILQ_INSERT_TAIL(&device->engine.fences, fence, link);
    if (nt_d3d_device_is_removed(device))
        atomic_store(&fence->value, UINT64_MAX);
    pthread_mutex_unlock(&device->engine.lock);
    return nt_d3d_object_return(&fence->object, riid, ret);
}
