// SPDX-License-Identifier: MIT
/*
 * Threads in other processes: a parcel holds the process and the number, and how the thread ended
 * if it has. Back in its own process it is the same record again.
 */
#include <stdlib.h>

#include <ntstatus.h>

#include "lib/object/parcel.h"
#include "lib/process/process-object.h"
#include "lib/thread/thread-parts.h"
#include "os/thread.h"
#include "util/macro.h"

static NTSTATUS pack_process(struct nt_thread *thread, ACCESS_MASK access, struct nt_parcel *parcel)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *self = NULL;
    NTSTATUS status;

    if (thread->of)
        return nt_process_type.pack(&thread->of->object, access, parcel);
    status = nt_process_new_self(&self);
    return NT_SUCCESS(status) ? nt_process_type.pack(&self->object, access, parcel) : status;
}

NTSTATUS nt_thread_pack(struct nt_object *object, ACCESS_MASK access, struct nt_parcel *parcel)
{
    struct nt_thread *thread = NT_CONTAINER_OF(object, struct nt_thread, object);
    NTSTATUS status = pack_process(thread, access, parcel);

    if (!NT_SUCCESS(status))
        return status;
    nt_parcel_put_u32(parcel, nt_thread_number(thread));
    nt_parcel_put_u32(parcel, nt_thread_has_ended(thread));
    nt_parcel_put_u32(parcel, atomic_load(&thread->exit_code));
    return parcel->status;
}

/* One open of a thread of @process. */
static struct nt_thread *make(struct nt_process *process, uint32_t tid, bool ended, uint32_t code)
{
    struct nt_thread *thread;

    if (nt_process_is_self(process) && !ended && nt_os_thread_exists(0, tid))
        return nt_thread_record_of(tid);
    thread = nt_thread_new_first(process, tid);
    if (!thread)
        return NULL;
    if (ended || nt_process_is_self(process))
        nt_thread_tell_end(thread, code);
    return thread;
}

NTSTATUS nt_thread_unpack(struct nt_parcel *parcel, ACCESS_MASK access,
                          struct nt_object **ret_object)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    struct nt_process *process;
    struct nt_thread *thread;
    uint32_t tid, ended, code;
    NTSTATUS status = nt_process_type.unpack(parcel, access, &object);

    if (!NT_SUCCESS(status))
        return status;
    process = NT_CONTAINER_OF(object, struct nt_process, object);
    tid = nt_parcel_get_u32(parcel);
    ended = nt_parcel_get_u32(parcel);
    code = nt_parcel_get_u32(parcel);
    if (NT_SUCCESS(parcel->status) && (tid == 0 || tid > INT32_MAX || ended > 1))
        parcel->status = STATUS_DATA_ERROR;
    if (!NT_SUCCESS(parcel->status))
        return parcel->status;
    thread = make(process, tid, ended, code);
    if (!thread)
        return STATUS_NO_MEMORY;
    *ret_object = &thread->object;
    return STATUS_SUCCESS;
}

bool nt_thread_is_same(const struct nt_object *a, const struct nt_object *b)
{
    const struct nt_thread *first = NT_CONTAINER_OF(a, const struct nt_thread, object);
    const struct nt_thread *second = NT_CONTAINER_OF(b, const struct nt_thread, object);

    /* Of this process there is one record for each. */
    return first->of && second->of && first->of->pid == second->of->pid &&
           first->of->started == second->of->started &&
           atomic_load(&first->tid) == atomic_load(&second->tid);
}
