/* SPDX-License-Identifier: MIT */
/*
 * Private namespaces as a process sees them: a prefix of its own choice (the alias) in front of a
 * name means a namespace that it created or opened by its boundary (11.33 to 11.51). The alias is
 * this process's and a forked child's; the namespace is everybody's who knows its boundary and is
 * let in.
 */
#ifndef NT_LIB_OBJECT_NAMESPACE_H
#define NT_LIB_OBJECT_NAMESPACE_H

#include "lib/object/name.h"
#include "lib/object/object.h"
#include "rtl/boundary.h"

/**
 * nt_namespace_create(), nt_namespace_open() - a namespace by its boundary, and a handle to it
 * @alias:      its units; its security and attributes are the namespace's and the handle's
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for an alias that is empty, holds a backslash or
 * is Global, Local or Session, and for a boundary without a SID (11.35); STATUS_DUPLICATE_NAME for
 * an alias that this process has (11.41); create: STATUS_OBJECT_NAME_COLLISION (11.39),
 * STATUS_ACCESS_DENIED (11.38); open: STATUS_OBJECT_PATH_NOT_FOUND (11.43), STATUS_ACCESS_DENIED
 * (11.51); what a round trip and a new handle can fail with.
 */
NTSTATUS nt_namespace_create(const struct nt_object_name *alias, const struct nt_boundary *boundary,
                             HANDLE *ret_handle);
NTSTATUS nt_namespace_open(const struct nt_object_name *alias, const struct nt_boundary *boundary,
                           HANDLE *ret_handle);

/**
 * nt_namespace_close() - the handle and its alias go
 * @destroy: and the boundary finds it no more (11.48)
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_HANDLE; STATUS_HANDLE_NOT_CLOSABLE;
 * STATUS_ACCESS_DENIED for who may not destroy it: then nothing happened.
 */
NTSTATUS nt_namespace_close(HANDLE handle, bool destroy);

/**
 * nt_namespace_resolve() - a name that begins with an alias begins in the namespace
 * @name: relative, without a root
 *
 * Return: STATUS_SUCCESS, also when it begins with none; STATUS_OBJECT_NAME_INVALID for an alias
 * with nothing behind it; STATUS_NO_MEMORY.
 */
NTSTATUS nt_namespace_resolve(struct nt_object_name *name);

#endif
