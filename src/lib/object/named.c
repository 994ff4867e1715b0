// SPDX-License-Identifier: MIT
/*
 * From a reply to a handle.
 */
#include "lib/object/named.h"

#include <stdlib.h>
#include <string.h>

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

static struct nt_object_path *new_path(size_t count)
{
    struct nt_object_path *path = malloc(sizeof(*path) + count * sizeof(*path->units));

    if (path)
        path->count = count;
    return path;
}

/* A path from the root has one form; one that begins nowhere (\...) is as it is. */
static NTSTATUS settle_path(struct nt_object_path *given, uint32_t session,
                            struct nt_object_path **ret_path)
{
    struct nt_name parsed;
    struct nt_object_path *path;

    if (!NT_SUCCESS(nt_name_parse(given->units, given->count, true, &parsed)) ||
        (parsed.directory == NT_DIRECTORY_ROOT && parsed.rest_count > 0)) {
        *ret_path = given;
        return STATUS_SUCCESS;
    }
    path = new_path(nt_name_path(&parsed, session, NULL, 0));
    if (path)
        nt_name_path(&parsed, session, path->units, path->count);
    free(given);
    *ret_path = path;
    return path ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

/* The name behind the path of the directory that it begins in. */
static NTSTATUS join_path(const struct nt_object_name *name, uint32_t session,
                          struct nt_object_path **ret_path)
{
    const struct nt_object_path *base = name->base;
    size_t between = name->count > 0 && base->count > 1;
    struct nt_object_path *path = new_path(base->count + between + name->count);

    if (!path)
        return STATUS_NO_MEMORY;
    memcpy(path->units, base->units, base->count * sizeof(*path->units));
    if (between)
        path->units[base->count] = '\\';
    memcpy(path->units + base->count + between, name->units, name->count * sizeof(*path->units));
    return settle_path(path, session, ret_path);
}

/* The path that NtQueryObject will tell; none for a directory without a name. The broker took the
 * name, so it is a good one. */
static NTSTATUS make_path(const struct nt_object_name *name, uint32_t session,
                          struct nt_object_path **ret_path)
{
    struct nt_name parsed;
    NTSTATUS status;

    *ret_path = NULL;
    if (name->base)
        return join_path(name, session, ret_path);
    if (name->count == 0)
        return STATUS_SUCCESS;
    status = nt_name_parse(name->units, name->count, name->absolute, &parsed);
    if (!NT_SUCCESS(status))
        return status;
    *ret_path = new_path(nt_name_path(&parsed, session, NULL, 0));
    if (!*ret_path)
        return STATUS_NO_MEMORY;
    nt_name_path(&parsed, session, (*ret_path)->units, (*ret_path)->count);
    return STATUS_SUCCESS;
}

void nt_named_settle(struct nt_object *object, uint64_t id, uint64_t broker,
                     struct nt_object_path *path)
{
    object->path = path;
    object->id = id;
    object->broker = broker;
    enlist(object);
}

NTSTATUS nt_named_hand_out(struct nt_object *object, uint64_t id, uint64_t broker,
                           struct nt_object_path *path, ACCESS_MASK access, ULONG attributes,
                           HANDLE *ret_handle)
{
    nt_named_settle(object, id, broker, path);
    return nt_handle_hand_out(object, access, attributes, ret_handle);
}

/* What the broker answered becomes an object: one open. @path is taken, also after a failure. */
static NTSTATUS make_object(struct nt_client_reply *reply, nt_adopt_function adopt,
                            struct nt_object_path *path, struct nt_object **ret_object)
{
    NTSTATUS status = adopt(reply, ret_object);

    if (!NT_SUCCESS(status)) {
        free(path);
        return status;
    }
    nt_named_settle(*ret_object, reply->object.id, reply->instance, path);
    return STATUS_SUCCESS;
}

static NTSTATUS adopt_reply(struct nt_client_reply *reply, const struct nt_object_name *name,
                            nt_adopt_function adopt, HANDLE *ret_handle)
{
    struct nt_object_path *path;
    struct nt_object *object;
    NTSTATUS status = make_path(name, reply->session, &path);

    if (NT_SUCCESS(status))
        status = make_object(reply, adopt, path, &object);
    if (!NT_SUCCESS(status))
        return status;
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

NTSTATUS nt_named_reopen(const struct nt_object *object, ACCESS_MASK access,
                         ACCESS_MASK *ret_granted, struct nt_object **ret_object)
{
    size_t size = sizeof(*object->path) + object->path->count * sizeof(*object->path->units);
    struct nt_object_path *path;
    struct nt_client_reply reply;
    NTSTATUS status;

    status = nt_client_reopen(object->id, object->broker, access, &reply);
    if (!NT_SUCCESS(status))
        return status;
    *ret_granted = reply.object.access;
    path = malloc(size);
    if (path) {
        memcpy(path, object->path, size);
        status = make_object(&reply, object->type->adopt, path, ret_object);
    } else {
        status = STATUS_NO_MEMORY;
    }
    nt_client_reply_deinit(&reply);
    return status;
}
