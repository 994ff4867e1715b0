/* SPDX-License-Identifier: MIT */
/*
 * What copies of handles are made with; inside lib/object only.
 */
#ifndef NT_LIB_OBJECT_HANDLE_PARTS_H
#define NT_LIB_OBJECT_HANDLE_PARTS_H

#include <stdbool.h>

#include "lib/object/object.h"

/** nt_handle_open_source() - one open of what a real handle stands for, its rights and attributes
 */
NTSTATUS nt_handle_open_source(HANDLE source, struct nt_object **ret_object,
                               ACCESS_MASK *ret_access, ULONG *ret_attributes);
/**
 * nt_handle_get_source() - the same for the pseudo handles of process and thread too, which carry
 * all rights (12.18)
 */
NTSTATUS nt_handle_get_source(HANDLE source, struct nt_object **ret_object, ACCESS_MASK *ret_access,
                              ULONG *ret_attributes);

/**
 * nt_handle_replace() - the copy that takes the source's place (12.19)
 * @handle: a handle of @object, and of @by from now on
 *
 * Return: false when it is one of @object no more.
 */
bool nt_handle_replace(HANDLE handle, struct nt_object *object, struct nt_object *by,
                       ACCESS_MASK access, ULONG attributes);

#endif
