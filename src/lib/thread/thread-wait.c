// SPDX-License-Identifier: MIT
/*
 * Waiting for the end of a thread. One of this process that has its record tells of it. The first
 * one of another process ends with the process. Whoever waits for any other looks from time to time
 * whether the kernel has it still.
 */
#include <limits.h>

#include <ntstatus.h>

#include "lib/process/process-object.h"
#include "lib/sync/wait.h"
#include "lib/thread/thread-parts.h"
#include "os/os.h"
#include "os/thread.h"
#include "util/macro.h"

/* Looked at again so often, when the thread does not tell. */
#define LOOK_NS 20000000u

static struct nt_thread *thread_of(struct nt_object *object)
{
    return NT_CONTAINER_OF(object, struct nt_thread, object);
}

void nt_thread_tell_end(struct nt_thread *thread, uint32_t code)
{
    atomic_store(&thread->exit_code, code);
    atomic_store(&thread->ended, 1);
    nt_os_futex_wake(&thread->ended, INT_MAX);
}

/* The process that is waited for instead; NULL. */
static struct nt_object *stands_for(struct nt_thread *thread)
{
    if (!thread->of || atomic_load(&thread->tid) != (uint32_t)thread->of->pid)
        return NULL;
    return &thread->of->object;
}

static bool is_there(struct nt_thread *thread)
{
    uint32_t tid = atomic_load(&thread->tid);

    if (thread->of)
        return nt_os_thread_exists((uint32_t)thread->of->pid, tid) &&
               !nt_process_has_ended(thread->of);
    return atomic_load(&thread->knows) || tid == 0 || nt_os_thread_exists(0, tid);
}

bool nt_thread_has_ended(struct nt_thread *thread)
{
    struct nt_object *process = stands_for(thread);

    if (atomic_load(&thread->ended))
        return true;
    if (process)
        return nt_process_has_ended(thread->of);
    if (is_there(thread))
        return false;
    /* It may have come to have its record meanwhile, and is about to say it itself. */
    if (!atomic_load(&thread->knows))
        nt_thread_tell_end(thread, thread->of ? STILL_ACTIVE : 0);
    return atomic_load(&thread->ended);
}

NTSTATUS nt_thread_exit_code(struct nt_thread *thread, uint32_t *ret_code)
{
    bool has_ended = nt_thread_has_ended(thread);
    uint32_t code = atomic_load(&thread->exit_code);

    /* Of another process's nobody tells but the process, when it ends. */
    if (has_ended && thread->of && code == STILL_ACTIVE)
        return nt_process_has_ended(thread->of) ? nt_process_exit_code(thread->of, ret_code)
                                                : STATUS_NOT_SUPPORTED;
    *ret_code = code;
    return STATUS_SUCCESS;
}

static NTSTATUS thread_take(struct nt_object *object)
{
    return nt_thread_has_ended(thread_of(object)) ? STATUS_WAIT_0 : STATUS_PENDING;
}

static NTSTATUS thread_look(struct nt_object *object, struct nt_sleep *sleep)
{
    struct nt_thread *thread = thread_of(object);
    struct nt_object *process = stands_for(thread);

    if (process)
        return process->type->wait->look(process, sleep);
    if (nt_thread_has_ended(thread))
        return STATUS_WAIT_0;
    *sleep = (struct nt_sleep){.word = &thread->ended, .until_ns = UINT64_MAX};
    if (!atomic_load(&thread->knows))
        sleep->until_ns = nt_os_now_ns() + LOOK_NS;
    return STATUS_PENDING;
}

static NTSTATUS thread_enlist(struct nt_object *object, bool many, struct nt_sleep *sleep)
{
    struct nt_object *process = stands_for(thread_of(object));

    if (nt_thread_has_ended(thread_of(object)))
        return STATUS_WAIT_0;
    if (process)
        return process->type->wait->enlist(process, many, sleep);
    return thread_look(object, sleep);
}

static void thread_leave(struct nt_object *object, struct nt_sleep *sleep)
{
    struct nt_object *process = stands_for(thread_of(object));

    if (process)
        process->type->wait->leave(process, sleep);
}

/* What has ended does not begin again: guarding it is looking at it. */
static void thread_unguard(struct nt_object *object)
{
    (void)object;
}

static bool thread_observe(struct nt_object *object, struct nt_sleep *sleep)
{
    struct nt_object *process = stands_for(thread_of(object));

    if (process)
        return process->type->wait->observe(process, sleep);
    return thread_look(object, sleep) == STATUS_PENDING;
}

static void thread_unobserve(struct nt_object *object)
{
    struct nt_object *process = stands_for(thread_of(object));

    if (process)
        process->type->wait->unobserve(process);
}

const struct nt_wait_type nt_thread_wait = {
    .take = thread_take,
    .enlist = thread_enlist,
    .look = thread_look,
    .leave = thread_leave,
    .guard = thread_take,
    .commit = thread_take,
    .unguard = thread_unguard,
    .undo = thread_unguard,
    .observe = thread_observe,
    .unobserve = thread_unobserve,
};
