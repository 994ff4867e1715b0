// SPDX-License-Identifier: MIT
/*
 * From a reply to a handle.
 */
#include "lib/object/named.h"

#include <stdlib.h>

#include <ntstatus.h>

#include "lib/process/lock.h"
#include "rtl/name.h"

/* The path that NtQueryObject will tell. The broker took the name, so it is a good one. */
static NTSTATUS make_path(const struct nt_object_name *name, uint32_t session,
                          struct nt_object_path **ret_path)
{
    struct nt_object_path *path;
    struct nt_name parsed;
    size_t count;
    NTSTATUS status = nt_name_parse(name->units, name->count, name->absolute, &parsed);

    if (!NT_SUCCESS(status))
        return status;
    count = nt_name_path(&parsed, session, NULL, 0);
    path = malloc(sizeof(*path) + count * sizeof(*path->units));
    if (!path)
        return STATUS_NO_MEMORY;
    path->count = nt_name_path(&parsed, session, path->units, count);
    *ret_path = path;
    return STATUS_SUCCESS;
}

static NTSTATUS adopt_reply(struct nt_client_reply *reply, const struct nt_object_name *name,
                            nt_adopt_function adopt, HANDLE *ret_handle)
{
    struct nt_object_path *path;
    struct nt_object *object;
    NTSTATUS status = make_path(name, reply->session, &path);

    if (NT_SUCCESS(status)) {
        status = adopt(reply, &object);
        if (!NT_SUCCESS(status))
            free(path);
    }
    if (!NT_SUCCESS(status))
        return status;
    object->path = path;
    object->id = reply->object.id;
    object->broker = reply->instance;
    return nt_handle_hand_out(object, reply->object.access, name->attributes, ret_handle);
}

NTSTATUS nt_named_create(const struct nt_object_name *name, const struct nt_create_request *request,
                         const int *fds, size_t n_fds, nt_adopt_function adopt, HANDLE *ret_handle)
{
    struct nt_client_reply reply;
    NTSTATUS status, adopted;

    nt_move_begin();
    status = adopted = nt_client_create(name, request, fds, n_fds, &reply);
    if (NT_SUCCESS(status)) {
        adopted = adopt_reply(&reply, name, adopt, ret_handle);
        nt_client_reply_deinit(&reply);
    }
    nt_move_end();
    return NT_SUCCESS(adopted) ? status : adopted;
}

NTSTATUS nt_named_open(const struct nt_object_name *name, const struct nt_open_request *request,
                       nt_adopt_function adopt, HANDLE *ret_handle)
{
    struct nt_client_reply reply;
    NTSTATUS status;

    nt_move_begin();
    status = nt_client_open(name, request, &reply);
    if (NT_SUCCESS(status)) {
        status = adopt_reply(&reply, name, adopt, ret_handle);
        nt_client_reply_deinit(&reply);
    }
    nt_move_end();
    return status;
}
