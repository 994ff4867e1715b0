// SPDX-License-Identifier: MIT
/*
 * Handles: what is behind one, its rights and flags. The slots are in handle-table.c.
 *
 * A value that a mailbox has given (DuplicateHandle of another process into this one) is no handle
 * of this table until it is first used: then the broker is asked for it. Two threads that use it at
 * the same moment may both get it; one of them places it.
 */
#include <ntstatus.h>

#include "lib/client/client.h"
#include "lib/object/handle-parts.h"
#include "lib/object/handle-table.h"
#include "lib/object/parcel.h"
#include "lib/process/lock.h"
#include "util/macro.h"

/* --- finding -------------------------------------------------------------------------------- */

static NTSTATUS place_parcel(HANDLE handle, struct nt_client_reply *reply)
{
    struct nt_object *object;
    ACCESS_MASK access;
    ULONG attributes;
    NTSTATUS status = nt_parcel_unpack(reply->bytes, reply->bytes_size, reply->fds, reply->n_fds,
                                       &object, &access, &attributes);

    reply->n_fds = 0; /* taken */
    if (!NT_SUCCESS(status))
        return status;
    status = nt_handle_place(handle, object, access, attributes);
    nt_object_close(object);
    return status;
}

/* In a move from the first copy of a lease to the handle that holds it. */
static NTSTATUS fetch(HANDLE handle)
{
    struct nt_client_reply reply;
    NTSTATUS status;

    nt_move_begin();
    status = nt_client_fetch(handle, &reply);
    if (NT_SUCCESS(status)) {
        status = place_parcel(handle, &reply);
        nt_client_reply_deinit(&reply);
        /* Taken: another thread was faster, and its handle may be closed again by now. */
        if (NT_SUCCESS(status) && !NT_SUCCESS(nt_client_drop(handle)))
            (void)nt_client_drop(handle); /* what it keeps even now goes with this process */
    }
    nt_move_end();
    return status;
}

/* Whatever keeps the broker from answering, the value is no handle; a lack here is told. */
static NTSTATUS fetch_status(NTSTATUS status)
{
    switch (status) {
    case STATUS_NO_MEMORY:
    case STATUS_INSUFFICIENT_RESOURCES:
    case STATUS_TOO_MANY_OPENED_FILES:
        return status;
    default:
        return STATUS_INVALID_HANDLE;
    }
}

/* Locks the slot of @handle. */
static NTSTATUS lock_handle(HANDLE handle, struct nt_slot **ret_slot, struct nt_object **ret_object)
{
    HANDLE whole = (HANDLE)((uintptr_t)handle & ~(uintptr_t)3);
    NTSTATUS status = STATUS_INVALID_HANDLE;

    nt_process_check();
    *ret_object = nt_table_lock(handle, ret_slot);
    if (!*ret_object && NT_UNLIKELY((uintptr_t)whole / 4 >= NT_MAILBOX_FIRST)) {
        /* Another thread may just have fetched it. */
        if (nt_table_is_unknown(whole))
            status = fetch_status(fetch(whole));
        *ret_object = nt_table_lock(handle, ret_slot);
    }
    return *ret_object ? STATUS_SUCCESS : status;
}

/* --- new handles ---------------------------------------------------------------------------- */

static void fill(struct nt_slot *slot, struct nt_object *object, ACCESS_MASK access,
                 ULONG attributes)
{
    atomic_fetch_add_explicit(&object->opens, 1, memory_order_relaxed);
    slot->access = access;
    slot->attributes = attributes & (OBJ_INHERIT | OBJ_PROTECT_CLOSE);
    nt_slot_unlock(slot, object);
}

NTSTATUS nt_handle_new(struct nt_object *object, ACCESS_MASK access, ULONG attributes,
                       HANDLE *ret_handle)
{
    struct nt_slot *slot;
    HANDLE handle;
    NTSTATUS status = nt_table_take(&handle, &slot);

    if (!NT_SUCCESS(status))
        return status;
    fill(slot, object, access, attributes);
    *ret_handle = handle;
    return STATUS_SUCCESS;
}

NTSTATUS nt_handle_place(HANDLE at, struct nt_object *object, ACCESS_MASK access, ULONG attributes)
{
    struct nt_slot *slot;
    NTSTATUS status = nt_table_take_at(at, &slot);

    if (NT_SUCCESS(status))
        fill(slot, object, access, attributes);
    return status;
}

NTSTATUS nt_handle_hand_out(struct nt_object *object, ACCESS_MASK access, ULONG attributes,
                            HANDLE *ret_handle)
{
    NTSTATUS status = nt_handle_new(object, access, attributes, ret_handle);

    nt_object_close(object);
    return status;
}

NTSTATUS nt_handle_get(HANDLE handle, const struct nt_object_type *type, ACCESS_MASK access,
                       struct nt_object **ret_object, ACCESS_MASK *ret_access)
{
    struct nt_slot *slot;
    struct nt_object *object;
    NTSTATUS status = lock_handle(handle, &slot, &object);

    if (!NT_SUCCESS(status))
        return status;
    if (type && object->type != type) {
        status = STATUS_OBJECT_TYPE_MISMATCH;
    } else if (access & ~slot->access) {
        status = STATUS_ACCESS_DENIED;
    } else {
        atomic_fetch_add_explicit(&object->opens, 1, memory_order_relaxed);
        *ret_object = object;
        if (ret_access)
            *ret_access = slot->access;
    }
    nt_slot_unlock(slot, object);
    return status;
}

/* --- closing, flags ------------------------------------------------------------------------- */

/* The process, the thread, and (-4 to -6) their tokens. */
static bool is_pseudo_handle(HANDLE handle)
{
    return (LONG_PTR)handle < 0 && (LONG_PTR)handle >= -6;
}

/* A named object's handle goes in a move (@ret_moves), which must not begin with a slot locked: who
 * is in one already may wait for the slot, and a fork for him. */
static NTSTATUS lock_to_close(HANDLE handle, struct nt_slot **ret_slot,
                              struct nt_object **ret_object, bool *ret_moves)
{
    NTSTATUS status;

    *ret_moves = false;
    for (;;) {
        status = lock_handle(handle, ret_slot, ret_object);
        if (!NT_SUCCESS(status) || *ret_moves || (*ret_object)->id == 0)
            return status;
        nt_slot_unlock(*ret_slot, *ret_object);
        nt_move_begin();
        *ret_moves = true;
    }
}

NTSTATUS nt_handle_close(HANDLE handle)
{
    struct nt_slot *slot;
    struct nt_object *object;
    NTSTATUS status;
    bool moves;

    if (is_pseudo_handle(handle))
        return STATUS_SUCCESS;
    status = lock_to_close(handle, &slot, &object, &moves);
    if (NT_SUCCESS(status) && (slot->attributes & OBJ_PROTECT_CLOSE)) {
        nt_slot_unlock(slot, object);
        status = STATUS_HANDLE_NOT_CLOSABLE;
    }
    if (NT_SUCCESS(status)) {
        nt_slot_unlock(slot, NULL);
        nt_table_give(handle);
        nt_object_close(object);
    }
    if (moves)
        nt_move_end();
    return status;
}

NTSTATUS nt_handle_get_flags(HANDLE handle, ULONG *ret_attributes)
{
    struct nt_slot *slot;
    struct nt_object *object;
    NTSTATUS status = lock_handle(handle, &slot, &object);

    if (!NT_SUCCESS(status))
        return status;
    *ret_attributes = slot->attributes;
    nt_slot_unlock(slot, object);
    return STATUS_SUCCESS;
}

NTSTATUS nt_handle_set_flags(HANDLE handle, ULONG mask, ULONG attributes)
{
    struct nt_slot *slot;
    struct nt_object *object;
    NTSTATUS status = lock_handle(handle, &slot, &object);

    if (!NT_SUCCESS(status))
        return status;
    slot->attributes = (slot->attributes & ~mask) | (attributes & mask);
    nt_slot_unlock(slot, object);
    return STATUS_SUCCESS;
}

/* --- copies (duplicate.c) ------------------------------------------------------------------- */

NTSTATUS nt_handle_open_source(HANDLE source, struct nt_object **ret_object,
                               ACCESS_MASK *ret_access, ULONG *ret_attributes)
{
    struct nt_slot *slot;
    struct nt_object *object;
    NTSTATUS status = lock_handle(source, &slot, &object);

    if (!NT_SUCCESS(status))
        return status;
    atomic_fetch_add_explicit(&object->opens, 1, memory_order_relaxed);
    *ret_access = slot->access;
    *ret_attributes = slot->attributes;
    nt_slot_unlock(slot, object);
    *ret_object = object;
    return STATUS_SUCCESS;
}

bool nt_handle_replace(HANDLE handle, struct nt_object *object, struct nt_object *by,
                       ACCESS_MASK access, ULONG attributes)
{
    struct nt_slot *slot;
    struct nt_object *found = nt_table_lock(handle, &slot);

    if (!found)
        return false;
    if (found != object) {
        nt_slot_unlock(slot, found);
        return false;
    }
    fill(slot, by, access, attributes);
    nt_object_close(object);
    return true;
}

/* --- what they stand for -------------------------------------------------------------------- */

/* Each open of a name makes an object of its own; the broker's number says that they are one. What
 * came from another process bears a number of its own. */
static bool is_known_same(const struct nt_object *a, const struct nt_object *b)
{
    uint64_t identity = atomic_load_explicit(&a->identity, memory_order_relaxed);

    if (a == b || a->type != b->type)
        return a == b;
    if (a->id || b->id)
        return a->id == b->id && a->broker == b->broker;
    return identity && identity == atomic_load_explicit(&b->identity, memory_order_relaxed);
}

/* And what the type itself finds out, perhaps with system calls. */
static bool is_same(const struct nt_object *a, const struct nt_object *b)
{
    return is_known_same(a, b) || (a->type == b->type && a->id == 0 && b->id == 0 &&
                                   a->type->is_same && a->type->is_same(a, b));
}

NTSTATUS nt_handle_compare(HANDLE first, HANDLE second)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *a = NULL;
    NT_CLEANUP(nt_object_closep) struct nt_object *b = NULL;
    ACCESS_MASK access;
    ULONG attributes;
    NTSTATUS status;

    if (is_pseudo_handle(first) && first == second)
        return STATUS_SUCCESS;
    status = nt_handle_get_source(first, &a, &access, &attributes);
    if (NT_SUCCESS(status))
        status = nt_handle_get_source(second, &b, &access, &attributes);
    if (!NT_SUCCESS(status))
        return status;
    return is_same(a, b) ? STATUS_SUCCESS : STATUS_NOT_SAME_OBJECT;
}

/* The handles to @object: every slot is looked at, each locked for a moment. */
static uint32_t count_handles(const struct nt_object *object)
{
    struct nt_table_walk walk = {0};
    struct nt_slot *slot;
    uint32_t count = 0;
    HANDLE handle;

    while ((slot = nt_table_next(&walk, &handle))) {
        struct nt_object *other = nt_slot_lock(slot);

        if (!other)
            continue;
        count += is_known_same(object, other);
        nt_slot_unlock(slot, other);
    }
    return count;
}

NTSTATUS nt_handle_describe(HANDLE handle, struct nt_handle_description *ret_description,
                            struct nt_object **ret_object)
{
    struct nt_object *object;
    NTSTATUS status;

    *ret_description = (struct nt_handle_description){0};
    status = nt_handle_get_source(handle, &object, &ret_description->access,
                                  &ret_description->attributes);
    if (!NT_SUCCESS(status))
        return status;
    ret_description->handles = count_handles(object);
    /* Behind all handles together stands one reference; the others are views and waits. */
    ret_description->pointers =
        ret_description->handles + atomic_load_explicit(&object->refs, memory_order_relaxed) - 1;
    *ret_object = object;
    return STATUS_SUCCESS;
}

/* --- all of them ---------------------------------------------------------------------------- */

uint32_t nt_handle_count(void)
{
    struct nt_table_walk walk = {0};
    struct nt_slot *slot;
    uint32_t count = 0;
    HANDLE handle;

    nt_process_check();
    while ((slot = nt_table_next(&walk, &handle)))
        count += atomic_load_explicit(&slot->object, memory_order_relaxed) != 0;
    return count;
}

NTSTATUS nt_handle_each_inheritable(NTSTATUS (*visit)(HANDLE handle, struct nt_object *object,
                                                      ACCESS_MASK access, ULONG attributes,
                                                      void *context),
                                    void *context)
{
    struct nt_table_walk walk = {0};
    NTSTATUS status = STATUS_SUCCESS;
    HANDLE handle;

    nt_process_check();
    while (NT_SUCCESS(status) && nt_table_next(&walk, &handle)) {
        struct nt_slot *slot;
        struct nt_object *object = nt_table_lock(handle, &slot);
        ACCESS_MASK access;
        ULONG attributes;

        if (!object)
            continue;
        access = slot->access;
        attributes = slot->attributes;
        if (attributes & OBJ_INHERIT)
            atomic_fetch_add_explicit(&object->opens, 1, memory_order_relaxed);
        nt_slot_unlock(slot, object);
        if (!(attributes & OBJ_INHERIT))
            continue;
        status = visit(handle, object, access, attributes, context);
        nt_object_close(object);
    }
    return status;
}

void nt_handle_renew(void)
{
    nt_table_renew();
}

void nt_handle_each(void (*visit)(struct nt_object *object))
{
    struct nt_table_walk walk = {0};
    struct nt_slot *slot;
    HANDLE handle;

    while ((slot = nt_table_next(&walk, &handle))) {
        uintptr_t value = atomic_load_explicit(&slot->object, memory_order_relaxed);

        if (value)
            visit((struct nt_object *)(value & ~(uintptr_t)1));
    }
}
