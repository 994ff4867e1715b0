// SPDX-License-Identifier: MIT
/*
 * A directory object here is two numbers that the broker gave, and the lease that keeps the
 * directory alive.
 */
#include "lib/object/directory.h"

#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "lib/client/client.h"
#include "lib/object/named.h"
#include "lib/object/parcel.h"
#include "util/macro.h"

static void directory_last_close(struct nt_object *object)
{
    struct nt_directory_object *directory =
        NT_CONTAINER_OF(object, struct nt_directory_object, object);

    directory->second_lease_fd = nt_os_close(directory->second_lease_fd);
    directory->lease_fd = nt_os_close(directory->lease_fd);
}

static void directory_free(struct nt_object *object)
{
    free(NT_CONTAINER_OF(object, struct nt_directory_object, object));
}

static NTSTATUS directory_adopt(struct nt_client_reply *reply, struct nt_object **ret_object)
{
    struct nt_directory_object *directory = nt_directory_new();

    if (!directory)
        return STATUS_NO_MEMORY;
    directory->root = reply->object.root;
    directory->lease_fd = nt_client_take_fd(reply, NT_PAYLOAD_LEASE);
    *ret_object = &directory->object;
    return STATUS_SUCCESS;
}

/* --- in parcels ------------------------------------------------------------------------------ */

struct part {
    uint64_t id, secret;
    uint64_t is_namespace;
};

static NTSTATUS directory_pack(struct nt_object *object, ACCESS_MASK access,
                               struct nt_parcel *parcel)
{
    const struct nt_directory_object *directory =
        NT_CONTAINER_OF(object, const struct nt_directory_object, object);
    const struct part part = {directory->root.id, directory->root.secret, directory->is_namespace};

    (void)access;
    nt_parcel_put(parcel, &part, sizeof(part));
    nt_parcel_put_fd(parcel, directory->lease_fd);
    nt_parcel_put_fd(parcel, directory->second_lease_fd);
    return STATUS_SUCCESS;
}

static NTSTATUS directory_unpack(struct nt_parcel *parcel, ACCESS_MASK access,
                                 struct nt_object **ret_object)
{
    const struct part *part = nt_parcel_get(parcel, sizeof(*part));
    struct nt_directory_object *directory;

    (void)access;
    if (!part || part->is_namespace > 1)
        return STATUS_DATA_ERROR;
    directory = nt_directory_new();
    if (!directory)
        return STATUS_NO_MEMORY;
    directory->root = (struct nt_name_root){part->id, part->secret};
    directory->is_namespace = part->is_namespace;
    directory->lease_fd = nt_parcel_get_fd(parcel);
    directory->second_lease_fd = nt_parcel_get_fd(parcel);
    *ret_object = &directory->object;
    return STATUS_SUCCESS;
}

const struct nt_object_type nt_directory_type = {
    .name = "Directory",
    .kind = NT_KIND_DIRECTORY,
    .adopt = directory_adopt,
    .pack = directory_pack,
    .unpack = directory_unpack,
    .last_close = directory_last_close,
    .free = directory_free,
};

struct nt_directory_object *nt_directory_new(void)
{
    struct nt_directory_object *directory = calloc(1, sizeof(*directory));

    if (directory) {
        nt_object_init(&directory->object, &nt_directory_type);
        directory->lease_fd = directory->second_lease_fd = -1;
    }
    return directory;
}

NTSTATUS nt_directory_object_create(const struct nt_object_name *name, ACCESS_MASK access,
                                    HANDLE *ret_handle)
{
    const struct nt_create_request request = {.kind = NT_KIND_DIRECTORY, .access = access};
    struct nt_object_name nameless = {
        .units = nameless.storage,
        .attributes = name->attributes,
        .security = name->security,
    };

    return nt_named_create(name->count ? name : &nameless, &request, NULL, 0, directory_adopt,
                           ret_handle);
}

NTSTATUS nt_directory_object_open(const struct nt_object_name *name, ACCESS_MASK access,
                                  HANDLE *ret_handle)
{
    const struct nt_open_request request = {.kind = NT_KIND_DIRECTORY, .access = access};

    /* Without units it is the directory that the name begins in, and there must be one. */
    if (name->count == 0 && name->root.id == 0)
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    return nt_named_open(name, &request, directory_adopt, ret_handle);
}

static struct nt_object_path *copy_path(const uint16_t *units, size_t count)
{
    struct nt_object_path *path = malloc(sizeof(*path) + count * sizeof(*units));

    if (path) {
        path->count = count;
        memcpy(path->units, units, count * sizeof(*units));
    }
    return path;
}

struct nt_object_path *nt_directory_nameless_path(void)
{
    static const uint16_t text[] = {'\\', '.', '.', '.'};

    return copy_path(text, NT_ARRAY_SIZE(text));
}

NTSTATUS nt_directory_root(HANDLE handle, struct nt_name_root *ret_root,
                           struct nt_object_path **ret_base)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    NTSTATUS status = nt_handle_get(handle, &nt_directory_type, 0, &object, NULL);

    if (!NT_SUCCESS(status))
        return status;
    *ret_base = object->path ? copy_path(object->path->units, object->path->count)
                             : nt_directory_nameless_path();
    *ret_root = NT_CONTAINER_OF(object, struct nt_directory_object, object)->root;
    return *ret_base ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

NTSTATUS nt_directory_list(HANDLE handle, uint64_t index, struct nt_list_reply *ret_list,
                           void **ret_bytes, size_t *ret_size)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    struct nt_object_name name = {.units = name.storage};
    NTSTATUS status = nt_handle_get(handle, &nt_directory_type, DIRECTORY_QUERY, &object, NULL);

    if (!NT_SUCCESS(status))
        return status;
    name.root = NT_CONTAINER_OF(object, struct nt_directory_object, object)->root;
    return nt_client_list(&name, index, ret_list, ret_bytes, ret_size);
}
