/* SPDX-License-Identifier: MIT */
/*
 * Fences: a value and those who wait for it. Values are the application's own and may fall;
 * no Vulkan object stands behind them. All but the reading of the value is guarded by the
 * engine's lock.
 */
#ifndef NT_D3D12_FENCE_H
#define NT_D3D12_FENCE_H

#include "d3d12/queue.h"

struct nt_d3d_wait;

/* One fence of a wait of the CPU's. */
struct nt_d3d_wait_entry {
    TAILQ_ENTRY(nt_d3d_wait_entry) link; /* in the fence, until its value was reached */
    struct nt_d3d_wait *wait;
    struct nt_d3d_fence *fence;
    uint64_t value;
    bool is_linked;
};

struct nt_d3d_fence {
    struct nt_d3d_object object;
    TAILQ_ENTRY(nt_d3d_fence) link; /* in the engine, while it is public */
    D3D12_FENCE_FLAGS flags;
    _Atomic uint64_t value;
    TAILQ_HEAD(, nt_d3d_wait_entry) waits;
    TAILQ_HEAD(, nt_d3d_operation) queue_waits;
};

/** nt_d3d_fence_create() - ID3D12Device::CreateFence */
HRESULT nt_d3d_fence_create(struct nt_d3d_device *device, uint64_t value, D3D12_FENCE_FLAGS flags,
                            REFIID riid, void **ret);

/** nt_d3d_fence_from() - the fence behind an interface pointer; NULL when foreign */
struct nt_d3d_fence *nt_d3d_fence_from(const void *pointer);

/** nt_d3d_fence_set() - the value is now @value; meets waits; the lock is held */
void nt_d3d_fence_set(struct nt_d3d_fence *fence, uint64_t value);

/**
 * nt_d3d_fence_wait() - SetEventOnMultipleFenceCompletion for fences of one device
 * @fences, @values: @n of each, at least one, all of @device
 * @is_any: one is enough
 * @event:  set when it is so (the handle may be closed at once); NULL: blocks until then
 *
 * Return: S_OK; E_INVALIDARG for a bad handle; E_OUTOFMEMORY.
 */
HRESULT nt_d3d_fence_wait(struct nt_d3d_device *device, struct nt_d3d_fence *const *fences,
                          const uint64_t *values, size_t n, bool is_any, HANDLE event);

#endif
