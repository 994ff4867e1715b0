/* SPDX-License-Identifier: MIT */
/*
 * The sleeper: one thread of a device, made when the first shared fence needs it. It sleeps on the
 * pages (fence-page.h) of all shared fences that something here waits for, and carries what others
 * did there to the waits of the CPU and of the queues, which then go on as with a local fence.
 *
 * It is also the thread that owns the device's slots: it does nothing else, so that it ends with
 * its device or with its process, and the kernel tells the others.
 *
 * A loss (a value that was announced and will never come) is not acted upon at once: others may
 * just be about to signal that value, or a higher one, and are given a moment to say so. Who then
 * still waits for a lost value that nobody is certain to reach is let go: a wait of a queue by the
 * removal of its device, one of the CPU by its event, with the value still below, or, when it
 * blocks, by DXGI_ERROR_DEVICE_REMOVED.
 */
#ifndef NT_D3D12_FENCE_SLEEPER_H
#define NT_D3D12_FENCE_SLEEPER_H

#include "d3d12/fence/fence.h"

/**
 * nt_d3d_sleeper_prepare() - before something waits for a shared fence, or signals it in a queue
 * @claims: have a slot to announce in, if one is left; the lock is released meanwhile
 *
 * The lock is held. Return: S_OK, also for a local fence; E_OUTOFMEMORY.
 */
HRESULT nt_d3d_sleeper_prepare(struct nt_d3d_fence *fence, bool claims);

/**
 * nt_d3d_sleeper_watch() - something is about to wait for a shared fence; the lock is held
 *
 * Return: the turn from which on signals count for it; 0 for a local fence.
 */
uint64_t nt_d3d_sleeper_watch(struct nt_d3d_fence *fence);

/** nt_d3d_sleeper_add_signal() - a queue will signal a shared fence; the lock is held */
void nt_d3d_sleeper_add_signal(struct nt_d3d_operation *operation);
/** nt_d3d_sleeper_end_signal() - it has, or never will; the lock is held */
void nt_d3d_sleeper_end_signal(struct nt_d3d_operation *operation);
/** nt_d3d_sleeper_announce() - tell the others what the queues will signal; the lock is held */
void nt_d3d_sleeper_announce(struct nt_d3d_engine *engine);
/** nt_d3d_sleeper_remove() - the device is removed: none of it will be; the lock is held */
void nt_d3d_sleeper_remove(struct nt_d3d_engine *engine);

/** nt_d3d_sleeper_drop() - a shared fence is gone: gives up its map, now or soon */
void nt_d3d_sleeper_drop(struct nt_d3d_engine *engine, struct nt_d3d_fence_map *map);

/** nt_d3d_sleeper_hurry() - the device ends: a queue waits only for what is certain */
void nt_d3d_sleeper_hurry(struct nt_d3d_engine *engine);
/** nt_d3d_sleeper_end() - ends the thread, and all waits for shared fences */
void nt_d3d_sleeper_end(struct nt_d3d_engine *engine);

#endif
