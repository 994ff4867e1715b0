/* SPDX-License-Identifier: MIT */
/*
 * Slots for unnamed waitable objects, in memory that a forked child shares and that a handle can
 * carry to another process. A slab is one sealed memfd of 64 KiB, mapped shared; it is kept open so
 * that it can be packed (one descriptor for all its objects).
 *
 * Slots are counted by each process alone, so a slot that two processes may know is never handed
 * out again by one of them: a fork retires every slab, and a slot that was packed for another
 * process, or came from one, stays taken for good. The last slot in use takes its slab along.
 *
 * A slab of another process is mapped once, whatever number of its slots are used here. Who has a
 * slab can write all its slots: that is why it goes to processes of the same user only.
 */
#ifndef NT_LIB_SYNC_SLAB_H
#define NT_LIB_SYNC_SLAB_H

#include <stdint.h>

#include <winternl.h>

struct nt_slab;

/* Of a slot: 64 bytes of words, and as many for the links of a mutex. */
#define NT_SLAB_SLOT_SIZE 128u

/**
 * nt_slab_take() - a zeroed slot, on cache lines of its own
 * @ret_slab: the slab to give it back to
 *
 * Return: STATUS_SUCCESS; STATUS_NO_MEMORY, STATUS_TOO_MANY_OPENED_FILES.
 */
NTSTATUS nt_slab_take(struct nt_slab **ret_slab, void **ret_slot);

/** nt_slab_give() - a slot back */
void nt_slab_give(struct nt_slab *slab, void *slot);

/**
 * nt_slab_export() - another process will know this slot: it is never handed out again
 * @ret_fd:     the slab's, borrowed
 * @ret_offset: of the slot in it
 */
void nt_slab_export(struct nt_slab *slab, void *slot, int *ret_fd, uint32_t *ret_offset);
/**
 * nt_slab_import() - a slot of a slab that came from another process (or from this one)
 * @fd: taken, also on failure
 *
 * Return: STATUS_SUCCESS; STATUS_DATA_ERROR for what is no slab and no slot; STATUS_NO_MEMORY.
 * Give it back with nt_slab_give().
 */
NTSTATUS nt_slab_import(int fd, uint32_t offset, struct nt_slab **ret_slab, void **ret_slot);
/** nt_slab_key() - a number for a slot, the same in every process that knows it */
uint64_t nt_slab_key(const struct nt_slab *slab, const void *slot);

/** nt_slabs_quiesce() - give back the empty slab that is kept for speed */
void nt_slabs_quiesce(void);
/** nt_slabs_forking() - before a fork (NT_LOCK_SLABS held), or in a child that just began */
void nt_slabs_forking(void);

#endif
