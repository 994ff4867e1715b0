/* SPDX-License-Identifier: MIT */
/*
 * What NtQueryObject tells beyond the handle itself.
 */
#ifndef NT_LIB_OBJECT_QUERY_H
#define NT_LIB_OBJECT_QUERY_H

#include "lib/object/object.h"

/**
 * nt_object_query_name() - the name of an object, in 16-bit units
 * @object:   held open
 * @ret_path: a path in the name space, or of a file; NULL when it has none; free() it
 *
 * Return: STATUS_SUCCESS; STATUS_NO_MEMORY; STATUS_UNMAPPABLE_CHARACTER for a file whose path is
 * not UTF-8.
 */
NTSTATUS nt_object_query_name(const struct nt_object *object, struct nt_object_path **ret_path);

#endif
