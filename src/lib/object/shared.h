/* SPDX-License-Identifier: MIT */
/*
 * Objects that carry another library's memory (ntshm/shared.h): a type and up to three
 * descriptors, made once. One without a name lives here, as an unnamed section does; one with a
 * name is the broker's, which keeps descriptors of the same descriptions.
 *
 * There is one right to have, all of it: a handle that carries less has no descriptors behind it,
 * and none in the parcel that another process gets.
 */
#ifndef NT_LIB_OBJECT_SHARED_H
#define NT_LIB_OBJECT_SHARED_H

#include <ntshm/shared.h>

#include "lib/object/name.h"
#include "lib/object/object.h"

/* By what they are for; both are NT_KIND_D3D12, and one unpack() makes either. */
extern const struct nt_object_type nt_shared_resource_type;
extern const struct nt_object_type nt_shared_fence_type;

/**
 * nt_shared_create() - a new object; one that has its name already is an error
 * @name:   with its attributes and security; no units: without a name
 * @shared: its descriptors stay the caller's
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for a type that is none, a number of
 * descriptors that cannot be, or one of a kind that is not carried (os/carried.h);
 * STATUS_OBJECT_NAME_COLLISION (the name is such an object's), STATUS_OBJECT_TYPE_MISMATCH
 * (something else's); those of nt_named_create().
 */
NTSTATUS nt_shared_create(const struct nt_object_name *name, const struct ntshm_shared *shared,
                          HANDLE *ret_handle);
/** nt_shared_open() - by name, of either type; as nt_named_open() */
NTSTATUS nt_shared_open(const struct nt_object_name *name, ACCESS_MASK access, HANDLE *ret_handle);
/**
 * nt_shared_take() - type and descriptors, which are the caller's
 * @ret_shared: filled with success only
 *
 * Return: STATUS_INVALID_HANDLE; STATUS_OBJECT_TYPE_MISMATCH; STATUS_ACCESS_DENIED;
 * STATUS_TOO_MANY_OPENED_FILES.
 */
NTSTATUS nt_shared_take(HANDLE handle, struct ntshm_shared *ret_shared);

#endif
