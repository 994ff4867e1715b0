// SPDX-License-Identifier: MIT
/*
 * Copies of handles: within this process, into another one, out of one, and between two others. The
 * rights are settled where the source is; what the target gets can do no more, whoever the target
 * is (parcel.h).
 */
#include "lib/object/duplicate.h"

#include <errno.h>
#include <unistd.h>

#include <ntstatus.h>

#include "lib/client/client.h"
#include "lib/object/handle-parts.h"
#include "lib/object/parcel.h"
#include "lib/process/lock.h"
#include "lib/process/process-object.h"
#include "lib/process/service.h"
#include "lib/security/object-security.h"
#include "lib/thread/thread.h"
#include "os/peer.h"
#include "rtl/status.h"
#include "util/macro.h"

/* --- the source, and what the copy may carry ------------------------------------------------ */

NTSTATUS nt_handle_get_source(HANDLE source, struct nt_object **ret_object, ACCESS_MASK *ret_access,
                              ULONG *ret_attributes)
{
    struct nt_process *process;
    struct nt_thread *thread;
    NTSTATUS status;

    nt_process_check();
    if (source == NT_PSEUDO_PROCESS) {
        status = nt_process_new_self(&process);
        if (NT_SUCCESS(status))
            *ret_object = &process->object;
    } else if (source == NT_PSEUDO_THREAD) {
        status = nt_thread_find(source, 0, &thread);
        if (NT_SUCCESS(status))
            *ret_object = &thread->object;
    } else {
        return nt_handle_open_source(source, ret_object, ret_access, ret_attributes);
    }
    if (!NT_SUCCESS(status))
        return status;
    *ret_access = nt_kind_rights((*ret_object)->type->kind)->all;
    *ret_attributes = 0;
    return STATUS_SUCCESS;
}

/*
 * 12.7 to 12.14: what the copy may carry. A part of what the source has needs no asking; beyond
 * it the object's descriptor says, of all that is wanted.
 * @ret_object: one open of what the copy is of: the same object, or another one of this process
 */
static NTSTATUS choose_access(struct nt_object *object, ACCESS_MASK held, ACCESS_MASK desired,
                              ULONG options, ACCESS_MASK *ret_access, struct nt_object **ret_object)
{
    ACCESS_MASK access =
        options & DUPLICATE_SAME_ACCESS ? held : nt_access_map(object->type->kind, desired);

    if (access & ~held)
        return nt_security_check(object, access, ret_access, ret_object);
    atomic_fetch_add_explicit(&object->opens, 1, memory_order_relaxed); /* the caller has one */
    *ret_access = access;
    *ret_object = object;
    return STATUS_SUCCESS;
}

/* --- within this process -------------------------------------------------------------------- */

static NTSTATUS duplicate(HANDLE source, ACCESS_MASK access, ULONG attributes, ULONG options,
                          HANDLE *ret_handle)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    NT_CLEANUP(nt_object_closep) struct nt_object *made = NULL;
    ACCESS_MASK held, granted;
    ULONG held_attributes;
    NTSTATUS status;
    HANDLE copy;

    status = nt_handle_get_source(source, &object, &held, &held_attributes);
    if (!NT_SUCCESS(status))
        return status;
    if (options & DUPLICATE_SAME_ATTRIBUTES)
        attributes = held_attributes;

    status = choose_access(object, held, access, options, &granted, &made);
    if ((options & DUPLICATE_CLOSE_SOURCE) && !(held_attributes & OBJ_PROTECT_CLOSE)) {
        if (!NT_SUCCESS(status) || !ret_handle) {
            /* 12.21: closed also when nothing comes of it; 12.16: or when nobody wants it. */
            nt_handle_close(source);
            return status;
        }
        if (nt_handle_replace(source, object, made, granted, attributes)) {
            *ret_handle = source;
            return STATUS_SUCCESS;
        }
    }
    if (NT_SUCCESS(status))
        status = nt_handle_new(made, granted, attributes, &copy);
    if (NT_SUCCESS(status) && ret_handle)
        *ret_handle = copy;
    return status;
}

/* A copy of a named object's handle may be of another object, which a fork must not find half. */
NTSTATUS nt_handle_duplicate(HANDLE source, ACCESS_MASK access, ULONG attributes, ULONG options,
                             HANDLE *ret_handle)
{
    NTSTATUS status;

    nt_move_begin();
    status = duplicate(source, access, attributes, options, ret_handle);
    nt_move_end();
    return status;
}

/* --- between processes ---------------------------------------------------------------------- */

static NTSTATUS find_owner(const struct nt_process *process, uid_t *ret_owner)
{
    struct nt_os_owner owner;
    int r = nt_os_pidfd_owner(process->pidfd, &owner);

    if (r < 0)
        return r == -ESRCH ? STATUS_PROCESS_IS_TERMINATING : nt_status_from_errno(r);
    *ret_owner = owner.effective;
    return STATUS_SUCCESS;
}

/* The broker decides whom one may give handles to; to another user not everything goes. */
static NTSTATUS check_user(const struct nt_parcel *parcel, uid_t owner,
                           const struct nt_process *target)
{
    uid_t of_target = 0;
    NTSTATUS status;

    if (nt_parcel_suits_others(parcel))
        return STATUS_SUCCESS;
    status = find_owner(target, &of_target);
    return NT_SUCCESS(status) && of_target != owner ? STATUS_NOT_SUPPORTED : status;
}

/* @owner: whose it was */
static NTSTATUS send_parcel(const struct nt_process *target, const struct nt_parcel *parcel,
                            uid_t owner, HANDLE *ret_handle)
{
    NTSTATUS status = check_user(parcel, owner, target);

    return NT_SUCCESS(status) ? nt_client_push(target->pidfd, parcel->bytes, parcel->size,
                                               parcel->fds, parcel->n_fds, ret_handle)
                              : status;
}

static NTSTATUS push_object(const struct nt_process *target, struct nt_object *object,
                            ACCESS_MASK access, ULONG attributes, HANDLE *ret_handle)
{
    NT_CLEANUP(nt_parcel_deinit) struct nt_parcel parcel = {.bytes = NULL};
    NTSTATUS status = nt_parcel_pack(object, access, attributes, &parcel);

    return NT_SUCCESS(status) ? send_parcel(target, &parcel, geteuid(), ret_handle) : status;
}

/* From here into another process. */
static NTSTATUS push(HANDLE source, const struct nt_process *target, ACCESS_MASK access,
                     ULONG attributes, ULONG options, HANDLE *ret_handle)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    NT_CLEANUP(nt_object_closep) struct nt_object *made = NULL;
    ACCESS_MASK held, granted;
    ULONG held_attributes;
    NTSTATUS status = nt_handle_get_source(source, &object, &held, &held_attributes);

    if (!NT_SUCCESS(status))
        return status;
    if (options & DUPLICATE_SAME_ATTRIBUTES)
        attributes = held_attributes;
    status = choose_access(object, held, access, options, &granted, &made);
    if (NT_SUCCESS(status))
        status = push_object(target, made, granted, attributes, ret_handle);
    if (options & DUPLICATE_CLOSE_SOURCE)
        nt_handle_close(source); /* 12.20, 12.21: unless it is protected */
    return status;
}

static NTSTATUS place_here(struct nt_parcel *parcel, HANDLE *ret_handle)
{
    struct nt_object *object;
    ACCESS_MASK access;
    ULONG attributes;
    NTSTATUS status = nt_parcel_unpack(parcel->bytes, parcel->size, parcel->fds, parcel->n_fds,
                                       &object, &access, &attributes);

    parcel->n_fds = 0; /* taken */
    return NT_SUCCESS(status) ? nt_handle_hand_out(object, access, attributes, ret_handle) : status;
}

/* Out of another process: to here, or, with @target, into that one. */
static NTSTATUS take(struct nt_process *from, HANDLE source, const struct nt_process *target,
                     ACCESS_MASK access, ULONG attributes, ULONG options, HANDLE *ret_handle)
{
    NT_CLEANUP(nt_parcel_deinit) struct nt_parcel parcel = {.bytes = NULL};
    NTSTATUS status = nt_service_take(from, source, access, attributes, options, &parcel);
    uid_t owner = 0;

    if (!NT_SUCCESS(status))
        return status;
    if (!target)
        return place_here(&parcel, ret_handle);
    status = find_owner(from, &owner);
    return NT_SUCCESS(status) ? send_parcel(target, &parcel, owner, ret_handle) : status;
}

/* Neither a NULL target nor GetCurrentProcess() is another process. */
static NTSTATUS find_both(HANDLE source_process, HANDLE target_process,
                          struct nt_process **ret_from, struct nt_process **ret_target)
{
    NTSTATUS status = nt_process_find(source_process, PROCESS_DUP_HANDLE, ret_from);

    if (NT_SUCCESS(status) && target_process)
        status = nt_process_find(target_process, PROCESS_DUP_HANDLE, ret_target);
    return status;
}

NTSTATUS nt_duplicate(HANDLE source_process, HANDLE source, HANDLE target_process,
                      ACCESS_MASK access, ULONG attributes, ULONG options, HANDLE *ret_handle)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *from = NULL;
    NT_CLEANUP(nt_process_closep) struct nt_process *target = NULL;
    HANDLE handle = NULL;
    NTSTATUS status;

    if (!target_process && ret_handle)
        return STATUS_INVALID_HANDLE;
    status = find_both(source_process, target_process, &from, &target);
    if (!NT_SUCCESS(status))
        return status;
    if (!from && !target)
        return nt_handle_duplicate(source, access, attributes, options, ret_handle);
    /* 12.16: to nowhere, it is only closed. */
    if (from && !ret_handle && (options & DUPLICATE_CLOSE_SOURCE))
        return nt_service_close(from, source);
    nt_move_begin();
    status = from ? take(from, source, target, access, attributes, options, &handle)
                  : push(source, target, access, attributes, options, &handle);
    nt_move_end();
    if (NT_SUCCESS(status) && ret_handle)
        *ret_handle = handle;
    return status;
}
