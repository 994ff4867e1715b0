/* SPDX-License-Identifier: MIT */
/*
 * Semaphores: a count in shared memory that each wait takes one of. Releasing one that nobody waits
 * for, and a wait that is satisfied at once, make no system call.
 */
#ifndef NT_LIB_SYNC_SEMAPHORE_H
#define NT_LIB_SYNC_SEMAPHORE_H

#include "lib/object/name.h"
#include "lib/object/object.h"
#include "lib/sync/wait.h"

extern const struct nt_object_type nt_semaphore_type;

/**
 * nt_semaphore_create() - create a semaphore, or open the one of that name
 * @initial, @maximum: the count at first, and at most
 *
 * Return: as nt_event_create(); STATUS_INVALID_PARAMETER for a maximum below 1 or a count that is
 * not between 0 and it.
 */
NTSTATUS nt_semaphore_create(const struct nt_object_name *name, LONG initial, LONG maximum,
                             ACCESS_MASK access, HANDLE *ret_handle);
NTSTATUS nt_semaphore_open(const struct nt_object_name *name, ACCESS_MASK access,
                           HANDLE *ret_handle);

/**
 * nt_semaphore_release() - add @n to the count; needs SEMAPHORE_MODIFY_STATE
 * @ret_previous: the count before; may be NULL
 *
 * Return: STATUS_INVALID_PARAMETER for @n below 1; STATUS_SEMAPHORE_LIMIT_EXCEEDED, nothing added.
 */
NTSTATUS nt_semaphore_release(HANDLE handle, LONG n, LONG *ret_previous);

/** nt_semaphore_query() - needs SEMAPHORE_QUERY_STATE */
NTSTATUS nt_semaphore_query(HANDLE handle, LONG *ret_count, LONG *ret_maximum);

#endif
