/* SPDX-License-Identifier: MIT */
/*
 * Fences: a value and those who wait for it. Values are the application's own and may fall;
 * no Vulkan object stands behind them. All but the reading of the value is guarded by the
 * engine's lock.
 *
 * The value of a shared fence is in a page that all processes map (fence-page.h). What this
 * device's own signals meet is met at once, as with a local fence; what others do is carried here
 * by the sleeper (fence-sleeper.h).
 */
#ifndef NT_D3D12_FENCE_H
#define NT_D3D12_FENCE_H

#include "d3d12/fence/fence-page.h"
#include "d3d12/queue/queue.h"

struct nt_d3d_wait;

/* One fence of a wait of the CPU's. */
struct nt_d3d_wait_entry {
    TAILQ_ENTRY(nt_d3d_wait_entry) link; /* in the fence, until its value was reached */
    struct nt_d3d_wait *wait;
    struct nt_d3d_fence *fence;
    uint64_t value;
    uint64_t since;  /* shared: the first turn that counts */
    bool is_reached; /* when the wait began */
    bool is_linked;
    bool is_lost; /* nobody was left who was certain to reach it; somebody may all the same */
};

struct nt_d3d_fence {
    struct nt_d3d_object object;
    TAILQ_ENTRY(nt_d3d_fence) link; /* in the engine, while it is public */
    D3D12_FENCE_FLAGS flags;
    _Atomic uint64_t value; /* of a shared one: UINT64_MAX once the device is removed */
    TAILQ_HEAD(, nt_d3d_wait_entry) waits;
    TAILQ_HEAD(, nt_d3d_operation) queue_waits;

    /* Shared: all the sleeper's. */
    struct nt_d3d_fence_map *map; /* reference; NULL: a local fence */
    TAILQ_ENTRY(nt_d3d_fence) watch_link, signal_link, claim_link;
    bool is_watched;  /* something waits, or did a moment ago; an internal reference */
    bool is_claiming; /* somebody waits for a slot */
    bool has_no_slot; /* and none was left */
    int claim_result; /* 0 or -errno */
    TAILQ_HEAD(, nt_d3d_operation) signals; /* of queues, to come */
    uint64_t highest;                       /* of them */
    uint64_t certain;                       /* of those behind no unmet wait for a shared fence */
    uint64_t loss;         /* the highest value that was lost and not acted upon; 0: none */
    uint64_t loss_time_ns; /* when it is acted upon */
};

/** nt_d3d_fence_create() - ID3D12Device::CreateFence */
HRESULT nt_d3d_fence_create(struct nt_d3d_device *device, uint64_t value, D3D12_FENCE_FLAGS flags,
                            REFIID riid, void **ret);

/**
 * nt_d3d_fence_export() - what another process, or device, opens a fence with
 * @ret_fds: descriptors of the caller's own
 *
 * Return: S_OK; DXGI_ERROR_INVALID_CALL for a fence that is not shared; E_OUTOFMEMORY.
 */
HRESULT nt_d3d_fence_export(struct nt_d3d_fence *fence, int ret_fds[3]);

/**
 * nt_d3d_fence_open() - a fence that somebody exported
 * @fds: not trusted; they stay the caller's
 *
 * Return: S_OK; S_FALSE when @ret is NULL; E_INVALIDARG for what is no fence; E_NOINTERFACE;
 * E_OUTOFMEMORY.
 */
HRESULT nt_d3d_fence_open(struct nt_d3d_device *device, const int fds[3], REFIID riid, void **ret);

/** nt_d3d_fence_from() - the fence behind an interface pointer; NULL when foreign */
struct nt_d3d_fence *nt_d3d_fence_from(const void *pointer);

/** nt_d3d_fence_value() - what GetCompletedValue says */
uint64_t nt_d3d_fence_value(const struct nt_d3d_fence *fence);

/** nt_d3d_fence_set() - the value is now @value; meets waits; the lock is held */
void nt_d3d_fence_set(struct nt_d3d_fence *fence, uint64_t value);

/**
 * nt_d3d_fence_meet() - the value was @value in turn @turn; the lock is held
 * @turn: UINT64_MAX: it is so now
 *
 * Meets the waits for values up to @value that began at or before that turn.
 */
void nt_d3d_fence_meet(struct nt_d3d_fence *fence, uint64_t value, uint64_t turn);

/**
 * nt_d3d_fence_let_go() - values up to @value are lost; the lock is held
 *
 * Ends the waits of the CPU for those that nobody is certain to reach.
 * Return: whether a queue waits for one of them.
 */
bool nt_d3d_fence_let_go(struct nt_d3d_fence *fence, uint64_t value);

/** nt_d3d_fence_has_waits() - the lock is held */
bool nt_d3d_fence_has_waits(const struct nt_d3d_fence *fence);

/**
 * nt_d3d_fence_wait() - SetEventOnMultipleFenceCompletion for fences of one device
 * @fences, @values: @n of each, at least one, all of @device
 * @is_any: one is enough
 * @event:  set when it is so (the handle may be closed at once); NULL: blocks until then
 *
 * Return: S_OK; E_INVALIDARG for a bad handle; E_OUTOFMEMORY; DXGI_ERROR_DEVICE_REMOVED when it
 * blocked, and who had announced the value is gone.
 */
HRESULT nt_d3d_fence_wait(struct nt_d3d_device *device, struct nt_d3d_fence *const *fences,
                          const uint64_t *values, size_t n, bool is_any, HANDLE event);

#endif
