/* SPDX-License-Identifier: MIT */
/*
 * The descriptor of an object. A named object's is the broker's; an unnamed one's is kept here, and
 * only when it differs from what its creator's identity says (most objects keep none, but who made
 * them). Asking and changing go by the rights that the handle carries; opening and widening by the
 * access check.
 *
 * Between threads of one process none of this is a boundary: what they share is an address space.
 * It is one where the kernel stands behind it: what the broker never handed out, no copy of a
 * handle has.
 */
#ifndef NT_LIB_SECURITY_OBJECT_SECURITY_H
#define NT_LIB_SECURITY_OBJECT_SECURITY_H

#include "lib/object/object.h"
#include "rtl/descriptor.h"

/**
 * nt_security_for_new() - the descriptor of a new object of the calling thread
 * @given:     what the application points at; NULL is none
 * @ret_block: its bytes are NULL when all of it is the default one of who asks
 *
 * Return: as nt_descriptor_capture() and nt_descriptor_for_new().
 */
NTSTATUS nt_security_for_new(enum nt_kind kind, const void *given,
                             struct nt_descriptor_block *ret_block);
/**
 * nt_security_creator_access() - the rights of the first handle of a new unnamed object
 *
 * Return: as nt_access_create(), asked for the calling thread.
 */
NTSTATUS nt_security_creator_access(enum nt_kind kind, ACCESS_MASK desired,
                                    ACCESS_MASK *ret_granted);

/**
 * nt_security_attach() - give an unnamed object its descriptor, before its first handle
 * @block: its bytes are taken, also after a failure; none: the default one of the calling thread,
 *         as it is now
 *
 * Return: STATUS_SUCCESS; STATUS_NO_MEMORY. An object that was never attached has the default one
 * of its process.
 */
NTSTATUS nt_security_attach(struct nt_object *object, struct nt_descriptor_block *block);
/**
 * nt_security_attach_to_memory() - the same for an object whose type has memory(), which the
 * calling thread is about to make
 *
 * The kernel gives that memory its maker's numbers (those for files: setfsuid(2) tells them apart),
 * so no system call asks for them now.
 */
NTSTATUS nt_security_attach_to_memory(struct nt_object *object, struct nt_descriptor_block *block);
/** nt_security_maker() - who made an unnamed object. Return: STATUS_SUCCESS; that of fstat(2) */
NTSTATUS nt_security_maker(const struct nt_object *object, struct nt_maker *ret_maker);
/** nt_security_free() - with the object */
void nt_security_free(struct nt_object *object);

/**
 * nt_security_check() - does the object's descriptor grant @desired? (12.10 to 12.12)
 * @desired:     generic bits mapped already; MAXIMUM_ALLOWED may be among them
 * @ret_granted: all of @desired, or with MAXIMUM_ALLOWED what there is
 * @ret_object:  what the handle with these rights is of: one open. Of an unnamed object itself; of
 *               a named one another object of this process, with what the broker handed out
 *
 * For an unnamed object the effective token is asked, and the process's own. For a named one the
 * broker is. In a move (process/lock.h).
 *
 * Return: as nt_access_open(); for a named object, as nt_client_reopen() and its adopt().
 */
NTSTATUS nt_security_check(struct nt_object *object, ACCESS_MASK desired, ACCESS_MASK *ret_granted,
                           struct nt_object **ret_object);

/**
 * nt_security_get() - GetKernelObjectSecurity on any handle that has a descriptor, the pseudo
 * handles of process, thread and tokens included (13.22 to 13.30)
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_HANDLE; STATUS_ACCESS_DENIED; STATUS_NOT_SUPPORTED for
 * files, whose owners and modes are the file system's; STATUS_NO_MEMORY; of a named object what the
 * broker says.
 */
NTSTATUS nt_security_get(HANDLE handle, SECURITY_INFORMATION information,
                         struct nt_descriptor_block *ret_block);
/**
 * nt_security_set() - SetKernelObjectSecurity (13.21, 13.31 to 13.37)
 * @change: what the application points at
 *
 * Return: as nt_security_get(), nt_descriptor_capture() and nt_descriptor_change();
 * STATUS_ACCESS_VIOLATION without @change.
 */
NTSTATUS nt_security_set(HANDLE handle, SECURITY_INFORMATION information, const void *change);

#endif
