// SPDX-License-Identifier: MIT
/*
 * From a reply to a handle.
 */
#include "lib/object/named.h"

#include <stdlib.h>

#include <ntstatus.h>

#include "lib/process/lock.h"
#include "rtl/name.h"

/* NT_LOCK_NAMED; changed within a move only, so that none is half-way in when a fork comes. */
static LIST_HEAD(, nt_object) named_objects = LIST_HEAD_INITIALIZER(named_objects);

/* --- who is named ------------------------------------------------------------------- */

static void enlist(struct nt_object *object)
{
    nt_lock_take(NT_LOCK_NAMED);
    LIST_INSERT_HEAD(&named_objects, object, named);
    nt_lock_drop(NT_LOCK_NAMED);
}

void nt_named_last_close(struct nt_object *object)
{
    nt_move_begin();
    object->type->last_close(object);
    nt_lock_take(NT_LOCK_NAMED);
    if (object->named.le_prev) /* not of a child made behind pthread_atfork */
        LIST_REMOVE(object, named);
    nt_lock_drop(NT_LOCK_NAMED);
    nt_move_end();
}

static void count_handle(struct nt_object *object)
{
    if (object->id)
        atomic_fetch_add_explicit(&object->opens, 1, memory_order_relaxed);
}

void nt_named_forked(void)
{
    struct nt_object *object, *next;

    LIST_FOREACH (object, &named_objects, named)
        atomic_store_explicit(&object->opens, 0, memory_order_relaxed);
    nt_handle_each(count_handle);
    for (object = LIST_FIRST(&named_objects); object; object = next) {
        next = LIST_NEXT(object, named);
        if (atomic_load_explicit(&object->opens, memory_order_relaxed) == 0) {
            nt_named_last_close(object);
            nt_object_unref(object);
        }
    }
}

static void unlist(struct nt_object *object)
{
    object->named.le_prev = NULL;
}

static void enlist_once(struct nt_object *object)
{
    if (object->id && !object->named.le_prev)
        LIST_INSERT_HEAD(&named_objects, object, named);
}

void nt_named_renew(void)
{
    LIST_INIT(&named_objects);
    nt_handle_each(unlist);
    nt_handle_each(enlist_once);
}

/* --- from a reply to a handle ------------------------------------------------------- */

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
    enlist(object);
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
