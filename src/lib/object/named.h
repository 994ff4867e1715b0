/* SPDX-License-Identifier: MIT */
/*
 * Named objects of any kind: one round trip, and what the broker answered becomes an object of
 * this process with a handle. A fork waits until that is done, and a child counts anew who holds
 * what, so that it never holds a lease without a handle.
 */
#ifndef NT_LIB_OBJECT_NAMED_H
#define NT_LIB_OBJECT_NAMED_H

#include "lib/client/client.h"
#include "lib/object/name.h"
#include "lib/object/object.h"

/*
 * An nt_adopt_function (object.h) makes an object from a reply:
 * @reply:      the lease and the payload are taken from it
 * @ret_object: one open, which the caller gives back; its id is filled in by the caller
 */

/**
 * nt_named_create(), nt_named_open() - an object by name, and a handle to it
 * @name: its attributes are the handle's too
 * @fds:  that go along with a create (ipc/protocol.h), borrowed; @n_fds of them
 *
 * Return: what nt_client_create() and nt_client_open() return (STATUS_OBJECT_NAME_EXISTS
 * included), @adopt's and the handle table's errors.
 */
NTSTATUS nt_named_create(const struct nt_object_name *name, const struct nt_create_request *request,
                         const int *fds, size_t n_fds, nt_adopt_function adopt, HANDLE *ret_handle);
NTSTATUS nt_named_open(const struct nt_object_name *name, const struct nt_open_request *request,
                       nt_adopt_function adopt, HANDLE *ret_handle);

/**
 * nt_named_reopen() - what more rights to a named object bring (12.10): an object of its own, as if
 * it had been opened by its name
 * @ret_object: one open
 *
 * In a move (process/lock.h), which lasts until a handle has it. Return: as nt_client_reopen(),
 * and adopt()'s errors.
 */
NTSTATUS nt_named_reopen(const struct nt_object *object, ACCESS_MASK access,
                         ACCESS_MASK *ret_granted, struct nt_object **ret_object);

/**
 * nt_named_hand_out() - the first handle of an object that the broker knows
 * @object: one open, which is given back
 * @id, @broker: its number, and the broker that gave it
 * @path: taken; NULL for an object without a name
 *
 * In a move (process/lock.h). Return: as nt_handle_hand_out().
 */
NTSTATUS nt_named_hand_out(struct nt_object *object, uint64_t id, uint64_t broker,
                           struct nt_object_path *path, ACCESS_MASK access, ULONG attributes,
                           HANDLE *ret_handle);

/**
 * nt_named_settle() - an object that the broker knows, before its first handle
 * @path: taken; NULL for an object without a name
 *
 * In a move, which lasts until a handle has it.
 */
void nt_named_settle(struct nt_object *object, uint64_t id, uint64_t broker,
                     struct nt_object_path *path);

/** nt_named_last_close() - last_close() of a named object; no lock is held */
void nt_named_last_close(struct nt_object *object);
/**
 * nt_named_forked() - in a forked child, locks free: only handles hold named objects open
 *
 * What a call of another thread of the parent held is given back, and with it the name.
 */
void nt_named_forked(void);
/** nt_named_renew() - in a child made behind pthread_atfork: list the objects that have handles */
void nt_named_renew(void);

#endif
