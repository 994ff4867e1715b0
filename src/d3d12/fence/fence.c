// SPDX-License-Identifier: MIT
/*
 * ID3D12Fence and ID3D12Fence1 (see fence.h): making, opening and signalling them.
 */
#include "d3d12/fence/fence.h"

#include <errno.h>
#include <stdlib.h>

#include "d3d12/device/device.h"
#include "d3d12/fence/fence-sleeper.h"
#include "util/macro.h"

uint64_t nt_d3d_fence_value(const struct nt_d3d_fence *fence)
{
    uint64_t value = atomic_load(&fence->value);

    /* A removed device's objects say so; the value that the others see is not touched (D19.10). */
    return fence->map && value != UINT64_MAX ? atomic_load(&fence->map->page->value) : value;
}

void nt_d3d_fence_set(struct nt_d3d_fence *fence, uint64_t value)
{
    if (nt_d3d_device_is_removed(fence->object.device))
        return;
    if (fence->map)
        nt_d3d_fence_map_signal(fence->map, value);
    else
        atomic_store(&fence->value, value);
    nt_d3d_fence_meet(fence, value, UINT64_MAX);
}

NT_D3D_CHILD_METHODS(ID3D12Fence1)

static UINT64 STDMETHODCALLTYPE fence_GetCompletedValue(ID3D12Fence1 *self)
{
    return nt_d3d_fence_value((struct nt_d3d_fence *)self);
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

/*
 * The last public reference is gone: whoever still waits is let go (D17.4). A shared fence's
 * waiters only when that was the last one anywhere, which the sleeper sees.
 */
static void fence_released(struct nt_d3d_object *object)
{
    struct nt_d3d_fence *fence = (struct nt_d3d_fence *)object;
    struct nt_d3d_engine *engine = &object->device->engine;

    pthread_mutex_lock(&engine->lock);
    TAILQ_REMOVE(&engine->fences, fence, link);
    if (fence->map)
        nt_d3d_fence_map_release(fence->map);
    else
        nt_d3d_fence_meet(fence, UINT64_MAX, UINT64_MAX);
    nt_d3d_engine_pump(engine);
    pthread_mutex_unlock(&engine->lock);
}

static void fence_free(struct nt_d3d_object *object)
{
    struct nt_d3d_fence *fence = (struct nt_d3d_fence *)object;

    if (fence->map)
        nt_d3d_sleeper_drop(&object->device->engine, fence->map);
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

/* A fence object; @map, its own from now on, makes it a shared one. */
static HRESULT fence_new(struct nt_d3d_device *device, uint64_t value, D3D12_FENCE_FLAGS flags,
                         struct nt_d3d_fence_map *map, REFIID riid, void **ret)
{
    struct nt_d3d_fence *fence = calloc(1, sizeof(*fence));

    if (!fence) {
        if (map)
            nt_d3d_fence_map_unref(map);
        return E_OUTOFMEMORY;
    }
    nt_d3d_object_init(&fence->object, &fence_class, device);
    fence->flags = flags;
    fence->map = map;
    atomic_init(&fence->value, map ? 0 : value);
    TAILQ_INIT(&fence->waits);
    TAILQ_INIT(&fence->queue_waits);
    TAILQ_INIT(&fence->signals);
    pthread_mutex_lock(&device->engine.lock);
    TAILQ_INSERT_TAIL(&device->engine.fences, fence, link);
    if (nt_d3d_device_is_removed(device))
        atomic_store(&fence->value, UINT64_MAX);
    pthread_mutex_unlock(&device->engine.lock);
    return nt_d3d_object_return(&fence->object, riid, ret);
}

/* A descriptor from outside that is not even open is as bad as a wrong one. */
static HRESULT hresult_of(int r)
{
    return r == -EINVAL || r == -EBADF ? E_INVALIDARG : E_OUTOFMEMORY;
}

HRESULT nt_d3d_fence_create(struct nt_d3d_device *device, uint64_t value, D3D12_FENCE_FLAGS flags,
                            REFIID riid, void **ret)
{
    const unsigned shared = D3D12_FENCE_FLAG_SHARED;
    const unsigned across = D3D12_FENCE_FLAG_SHARED_CROSS_ADAPTER;
    struct nt_d3d_fence_map *map = NULL;
    int r;

    if ((unsigned)flags & ~(shared | across | D3D12_FENCE_FLAG_NON_MONITORED))
        return E_INVALIDARG;
    if (((unsigned)flags & across) && !((unsigned)flags & shared))
        return E_INVALIDARG;
    if (ret && !nt_d3d_class_answers(&fence_class, riid))
        return E_NOINTERFACE;
    if ((unsigned)flags & shared) {
        r = nt_d3d_fence_map_new((uint32_t)flags, value, &map);
        if (r < 0)
            return hresult_of(r);
    }
    return fence_new(device, value, flags, map, riid, ret);
}

HRESULT nt_d3d_fence_export(struct nt_d3d_fence *fence, int ret_fds[3])
{
    int r;

    if (!fence->map)
        return DXGI_ERROR_INVALID_CALL;
    r = nt_d3d_fence_map_export(fence->map, ret_fds);
    return r < 0 ? E_OUTOFMEMORY : S_OK;
}

HRESULT nt_d3d_fence_open(struct nt_d3d_device *device, const int fds[3], REFIID riid, void **ret)
{
    struct nt_d3d_fence_map *map;
    uint32_t flags;
    int r;

    if (ret && !nt_d3d_class_answers(&fence_class, riid))
        return E_NOINTERFACE;
    r = nt_d3d_fence_map_open(fds, &flags, &map);
    if (r < 0)
        return hresult_of(r);
    return fence_new(device, 0, (D3D12_FENCE_FLAGS)flags, map, riid, ret);
}
