/* SPDX-License-Identifier: MIT */
/*
 * Events: one 32-bit word in shared memory and a futex. An unnamed event lives in a slot of a
 * slab that a forked child shares; a named one on a page of its own, made by the broker.
 * Setting an event that nobody waits for, and a wait that is satisfied at once, make no
 * system call.
 */
#ifndef NT_LIB_SYNC_EVENT_H
#define NT_LIB_SYNC_EVENT_H

#include "lib/object/name.h"
#include "lib/object/object.h"

extern const struct nt_object_type nt_event_type;

/**
 * nt_event_create() - create an event, or open the one of that name
 * @manual_reset: stays set until it is reset; else one waiter takes it
 * @initial:      begins set
 *
 * Return: as nt_section_create(), STATUS_OBJECT_NAME_EXISTS included.
 */
NTSTATUS nt_event_create(const struct nt_object_name *name, bool manual_reset, bool initial,
                         ACCESS_MASK access, HANDLE *ret_handle);
NTSTATUS nt_event_open(const struct nt_object_name *name, ACCESS_MASK access, HANDLE *ret_handle);

enum nt_event_operation { NT_EVENT_SET, NT_EVENT_RESET, NT_EVENT_PULSE };

/**
 * nt_event_change() - set, reset or pulse; needs EVENT_MODIFY_STATE
 * @ret_previous: 1 when it was set before; may be NULL
 */
NTSTATUS nt_event_change(HANDLE handle, enum nt_event_operation operation, LONG *ret_previous);

/** nt_deadline_after_ms() - for nt_object_wait(): 0 stays 0, INFINITE is UINT64_MAX */
uint64_t nt_deadline_after_ms(DWORD milliseconds);
/**
 * nt_deadline_of() - the same for a timeout of the Nt layer, in units of 100 ns
 * @timeout: below 0: so long from now; else a moment, UTC since 1601; NULL: for ever
 */
uint64_t nt_deadline_of(const LARGE_INTEGER *timeout);

/**
 * nt_object_wait() - wait for one object; needs SYNCHRONIZE
 * @deadline_ns: CLOCK_MONOTONIC; 0 only looks, UINT64_MAX waits for ever
 *
 * Return: STATUS_WAIT_0, STATUS_TIMEOUT; STATUS_INVALID_HANDLE; STATUS_ACCESS_DENIED;
 * STATUS_OBJECT_TYPE_MISMATCH for objects that cannot be waited for (12.32).
 */
NTSTATUS nt_object_wait(HANDLE handle, uint64_t deadline_ns);

#endif
