// SPDX-License-Identifier: MIT
/*
 * The aliases of this process, and the calls that make them.
 */
#include "lib/object/namespace.h"

#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "lib/client/client.h"
#include "lib/object/directory.h"
#include "lib/object/named.h"
#include "lib/process/lock.h"
#include "lib/security/object-security.h"
#include "rtl/name.h"
#include "util/macro.h"

struct alias {
    LIST_ENTRY(alias) entry;
    const struct nt_object *object; /* to tell it apart only; NULL: on its way */
    struct nt_name_root root;
    size_t count;
    uint16_t units[];
};

/* NT_LOCK_NAMESPACES guards the list. */
static LIST_HEAD(, alias) aliases = LIST_HEAD_INITIALIZER(aliases);

static struct alias *find_alias(const uint16_t *units, size_t count)
{
    struct alias *alias;

    LIST_FOREACH (alias, &aliases, entry) {
        if (nt_name_compare(alias->units, alias->count, units, count) == 0)
            return alias;
    }
    return NULL;
}

/* A prefix: not empty, without a backslash, and none that has a meaning already. */
static bool is_good_alias(const uint16_t *units, size_t count)
{
    struct nt_name name;

    for (size_t i = 0; i < count; i++) {
        if (units[i] == '\\')
            return false;
    }
    return count > 0 && NT_SUCCESS(nt_name_parse(units, count, false, &name)) &&
           name.rest_count == count;
}

/* Taken before the broker is asked, so that of two threads one gets it. */
static NTSTATUS take_alias(const uint16_t *units, size_t count, struct alias **ret_alias)
{
    struct alias *alias;
    bool taken;

    if (!is_good_alias(units, count))
        return STATUS_INVALID_PARAMETER;
    alias = calloc(1, sizeof(*alias) + count * sizeof(*units));
    if (!alias)
        return STATUS_NO_MEMORY;
    alias->count = count;
    memcpy(alias->units, units, count * sizeof(*units));

    nt_lock_take(NT_LOCK_NAMESPACES);
    taken = find_alias(units, count) != NULL;
    if (!taken)
        LIST_INSERT_HEAD(&aliases, alias, entry);
    nt_lock_drop(NT_LOCK_NAMESPACES);
    if (taken) {
        free(alias);
        return STATUS_DUPLICATE_NAME;
    }
    *ret_alias = alias;
    return STATUS_SUCCESS;
}

static void give_alias(struct alias *alias)
{
    nt_lock_take(NT_LOCK_NAMESPACES);
    LIST_REMOVE(alias, entry);
    nt_lock_drop(NT_LOCK_NAMESPACES);
    free(alias);
}

static void set_alias(struct alias *alias, const struct nt_object *object,
                      const struct nt_name_root *root)
{
    nt_lock_take(NT_LOCK_NAMESPACES);
    alias->root = *root;
    alias->object = object;
    nt_lock_drop(NT_LOCK_NAMESPACES);
}

static void forget_object(const struct nt_object *object)
{
    struct alias *alias;

    nt_lock_take(NT_LOCK_NAMESPACES);
    LIST_FOREACH (alias, &aliases, entry) {
        if (alias->object == object) {
            LIST_REMOVE(alias, entry);
            break;
        }
    }
    nt_lock_drop(NT_LOCK_NAMESPACES);
    free(alias);
}

NTSTATUS nt_namespace_resolve(struct nt_object_name *name)
{
    const struct alias *alias;
    size_t count = 0;

    while (count < name->count && name->units[count] != '\\')
        count++;
    if (count == name->count || LIST_EMPTY(&aliases))
        return STATUS_SUCCESS;
    nt_lock_take(NT_LOCK_NAMESPACES);
    alias = find_alias(name->units, count);
    if (alias && alias->object)
        name->root = alias->root;
    nt_lock_drop(NT_LOCK_NAMESPACES);
    if (name->root.id == 0)
        return STATUS_SUCCESS;
    name->units += count + 1;
    name->count -= count + 1;
    if (name->count == 0)
        return STATUS_OBJECT_NAME_INVALID;
    name->base = nt_directory_nameless_path();
    return name->base ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

/* --- created, opened, closed ---------------------------------------------------------------- */

/* What the broker answered becomes an object with a handle, and @alias its name. */
static NTSTATUS adopt(struct nt_client_reply *reply, struct alias *alias, ULONG attributes,
                      HANDLE *ret_handle)
{
    struct nt_directory_object *directory = nt_directory_new();

    if (!directory)
        return STATUS_NO_MEMORY;
    directory->is_namespace = true;
    directory->root = reply->name_space.root;
    directory->lease_fd = nt_client_take_fd(reply, NT_PAYLOAD_LEASE);
    directory->second_lease_fd = nt_client_take_fd(reply, NT_PAYLOAD_EXTRA);
    set_alias(alias, &directory->object, &directory->root);
    return nt_named_hand_out(&directory->object, reply->name_space.id, reply->instance, NULL,
                             reply->name_space.access, attributes, ret_handle);
}

static NTSTATUS ask(const struct nt_object_name *name, const struct nt_boundary *boundary,
                    bool create, struct nt_client_reply *ret_reply)
{
    NT_CLEANUP(nt_descriptor_block_deinit) struct nt_descriptor_block security = {.bytes = NULL};
    size_t size;
    const void *bytes = nt_boundary_bytes(boundary, &size);
    NTSTATUS status;

    memset(ret_reply, 0, sizeof(*ret_reply));
    if (!bytes)
        return STATUS_INVALID_PARAMETER;
    if (!create)
        return nt_client_open_namespace(bytes, size, ret_reply);
    status = nt_security_for_new(NT_KIND_NAMESPACE, name->security, &security);
    if (!NT_SUCCESS(status))
        return status;
    return nt_client_create_namespace(bytes, size, security.bytes, security.size, ret_reply);
}

static NTSTATUS make(const struct nt_object_name *name, const struct nt_boundary *boundary,
                     bool create, HANDLE *ret_handle)
{
    struct nt_client_reply reply;
    struct alias *alias;
    NTSTATUS status = take_alias(name->units, name->count, &alias);

    if (!NT_SUCCESS(status))
        return status;
    nt_move_begin();
    status = ask(name, boundary, create, &reply);
    if (NT_SUCCESS(status)) {
        status = adopt(&reply, alias, name->attributes, ret_handle);
        nt_client_reply_deinit(&reply);
    }
    if (!NT_SUCCESS(status))
        give_alias(alias);
    nt_move_end();
    return status;
}

NTSTATUS nt_namespace_create(const struct nt_object_name *alias, const struct nt_boundary *boundary,
                             HANDLE *ret_handle)
{
    return make(alias, boundary, true, ret_handle);
}

NTSTATUS nt_namespace_open(const struct nt_object_name *alias, const struct nt_boundary *boundary,
                           HANDLE *ret_handle)
{
    return make(alias, boundary, false, ret_handle);
}

/* One that is gone with its broker is destroyed too. */
static NTSTATUS destroy_namespace(const struct nt_directory_object *directory)
{
    NTSTATUS status = nt_client_destroy_namespace(&directory->root, directory->object.broker);

    return status == STATUS_ACCESS_DENIED || status == STATUS_NO_MEMORY ? status : STATUS_SUCCESS;
}

static NTSTATUS close_namespace(HANDLE handle, struct nt_object *object, bool destroy)
{
    const struct nt_directory_object *directory =
        NT_CONTAINER_OF(object, struct nt_directory_object, object);
    ULONG attributes;
    NTSTATUS status = nt_handle_get_flags(handle, &attributes);

    if (!NT_SUCCESS(status))
        return status;
    if (!directory->is_namespace)
        return STATUS_OBJECT_TYPE_MISMATCH;
    if (attributes & OBJ_PROTECT_CLOSE)
        return STATUS_HANDLE_NOT_CLOSABLE;
    if (destroy)
        status = destroy_namespace(directory);
    if (NT_SUCCESS(status))
        status = nt_handle_close(handle);
    if (NT_SUCCESS(status))
        forget_object(object);
    return status;
}

NTSTATUS nt_namespace_close(HANDLE handle, bool destroy)
{
    struct nt_object *object;
    NTSTATUS status;

    nt_move_begin();
    status = nt_handle_get(handle, &nt_directory_type, 0, &object, NULL);
    if (NT_SUCCESS(status)) {
        status = close_namespace(handle, object, destroy);
        nt_object_close(object);
    }
    nt_move_end();
    return status;
}
