/* SPDX-License-Identifier: MIT */
/*
 * Directory objects: a handle to one is where relative names of the Nt layer can begin, and what
 * can be listed. Those that are always there (\BaseNamedObjects, ...), those that somebody made,
 * and private namespaces (namespace.h) are one type here.
 */
#ifndef NT_LIB_OBJECT_DIRECTORY_H
#define NT_LIB_OBJECT_DIRECTORY_H

#include "ipc/protocol.h"
#include "lib/object/name.h"
#include "lib/object/object.h"

struct nt_directory_object {
    struct nt_object object;
    struct nt_name_root root;
    int lease_fd;
    int second_lease_fd; /* of a namespace's creator; else -1 */
    bool is_namespace;
};

extern const struct nt_object_type nt_directory_type;

/** nt_directory_new() - without leases; NULL without memory */
struct nt_directory_object *nt_directory_new(void);

/**
 * nt_directory_object_create(), nt_directory_object_open() - a directory by name, and a handle to
 * it
 * @name: for a create, no units make one without a name
 *
 * Return: as nt_named_create() and nt_named_open().
 */
NTSTATUS nt_directory_object_create(const struct nt_object_name *name, ACCESS_MASK access,
                                    HANDLE *ret_handle);
NTSTATUS nt_directory_object_open(const struct nt_object_name *name, ACCESS_MASK access,
                                  HANDLE *ret_handle);

/**
 * nt_directory_root() - what names begin with that are relative to @handle
 * @ret_base: the directory's path, malloc'ed; that of one without a name is \...
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_HANDLE; STATUS_OBJECT_TYPE_MISMATCH; STATUS_NO_MEMORY.
 */
NTSTATUS nt_directory_root(HANDLE handle, struct nt_name_root *ret_root,
                           struct nt_object_path **ret_base);
/** nt_directory_nameless_path() - \..., malloc'ed; NULL without memory */
struct nt_object_path *nt_directory_nameless_path(void);

/**
 * nt_directory_list() - what the directory holds, from @index on
 *
 * Return: as nt_client_list(); STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH,
 * STATUS_ACCESS_DENIED for a handle without DIRECTORY_QUERY.
 */
NTSTATUS nt_directory_list(HANDLE handle, uint64_t index, struct nt_list_reply *ret_list,
                           void **ret_bytes, size_t *ret_size);

#endif
