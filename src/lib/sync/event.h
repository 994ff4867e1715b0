/* SPDX-License-Identifier: MIT */
/*
 * Events: words in shared memory and a futex. An unnamed event lives in a slot of a slab that a
 * forked child shares; a named one on a page of its own, made by the broker. Setting an event that
 * nobody waits for, and a wait that is satisfied at once, make no system call.
 */
#ifndef NT_LIB_SYNC_EVENT_H
#define NT_LIB_SYNC_EVENT_H

#include "lib/object/name.h"
#include "lib/object/object.h"
#include "lib/sync/wait.h"

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

/** nt_event_set() - of an object that the caller holds */
void nt_event_set(struct nt_object *object);
/** nt_event_query() - needs EVENT_QUERY_STATE */
NTSTATUS nt_event_query(HANDLE handle, bool *ret_manual_reset, bool *ret_set);

#endif
