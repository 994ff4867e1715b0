/* SPDX-License-Identifier: MIT */
/*
 * The slots behind handles: chunks of 256, so that a lookup takes no lock of the table. Each slot's
 * object pointer carries a lock bit in its lowest bit; it is held for a few instructions only.
 *
 * Handles that this process makes itself are the slots from the first one on, the lowest free one
 * first (12.22). Those that a mailbox chose (DuplicateHandle into this process) have values above:
 * each is there once and never again, so a chunk whose 256 slots have all been given back makes
 * room for another one. Inside lib/object only.
 */
#ifndef NT_LIB_OBJECT_HANDLE_TABLE_H
#define NT_LIB_OBJECT_HANDLE_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/object/object.h"

struct nt_slot {
    _Atomic uintptr_t object; /* struct nt_object *, and the lock bit */
    ACCESS_MASK access;       /* these two are read and written with the slot locked */
    ULONG attributes;
};

/** nt_slot_lock() - the slot's object; NULL, unlocked, when it holds none */
struct nt_object *nt_slot_lock(struct nt_slot *slot);
/** nt_slot_unlock() - @object is what the slot holds from now on */
static inline void nt_slot_unlock(struct nt_slot *slot, struct nt_object *object)
{
    atomic_store_explicit(&slot->object, (uintptr_t)object, memory_order_release);
}

/** nt_table_lock() - lock the slot of @handle: its object; NULL, and nothing is locked */
struct nt_object *nt_table_lock(HANDLE handle, struct nt_slot **ret_slot);
/** nt_table_is_unknown() - a value that a mailbox may have given, and that was never here */
bool nt_table_is_unknown(HANDLE handle);

/**
 * nt_table_take() - the lowest free slot, empty until it is unlocked with an object
 *
 * Return: STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES: the table is full; STATUS_NO_MEMORY.
 */
NTSTATUS nt_table_take(HANDLE *ret_handle, struct nt_slot **ret_slot);
/** nt_table_take_at() - the slot of a value. Return: also STATUS_INVALID_HANDLE, as
 * nt_handle_place() */
NTSTATUS nt_table_take_at(HANDLE handle, struct nt_slot **ret_slot);
/** nt_table_give() - a slot that holds nothing any more */
void nt_table_give(HANDLE handle);

/* A walk over all slots that there are; begins zeroed. */
struct nt_table_walk {
    uint32_t at; /* value / 4 of the next one */
};

/** nt_table_next() - the next slot and its handle; NULL at the end. Slots hold objects or none. */
struct nt_slot *nt_table_next(struct nt_table_walk *walk, HANDLE *ret_handle);

/** nt_table_renew() - in a forked child: free the lock bits */
void nt_table_renew(void);

#endif
