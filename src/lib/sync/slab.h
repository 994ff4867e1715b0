/* SPDX-License-Identifier: MIT */
/*
 * Slots for unnamed waitable objects, in memory that a forked child shares and that a handle
 * can carry to another process later. A slab is one sealed memfd of 64 KiB, mapped shared.
 *
 * Slots are counted by each process alone, so a fork retires every slab: it gives no new slot,
 * neither here nor in the child, and each side unmaps it when its own last slot is given back.
 * So a slot that two processes use is never handed out again by one of them.
 */
#ifndef NT_LIB_SYNC_SLAB_H
#define NT_LIB_SYNC_SLAB_H

#include <winternl.h>

struct nt_slab;

/**
 * nt_slab_take() - a zeroed slot of 64 bytes, on a cache line of its own
 * @ret_slab: the slab to give it back to
 *
 * Return: STATUS_SUCCESS; STATUS_NO_MEMORY, STATUS_TOO_MANY_OPENED_FILES.
 */
NTSTATUS nt_slab_take(struct nt_slab **ret_slab, void **ret_slot);

/** nt_slab_give() - a slot back */
void nt_slab_give(struct nt_slab *slab, void *slot);

/** nt_slabs_forking() - before a fork (NT_LOCK_SLABS held), or in a child that just began */
void nt_slabs_forking(void);

#endif
