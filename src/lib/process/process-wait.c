// SPDX-License-Identifier: MIT
/*
 * Waiting for processes; see process-wait.h. A process that has ended lets everybody go, and
 * nothing is taken.
 */
#include "lib/process/process-wait.h"

#include <ntstatus.h>

#include "lib/process/process-object.h"
#include "lib/process/watcher.h"
#include "os/os.h"
#include "util/macro.h"

#define LOOK_EVERY_NS 10000000u /* where no watcher can be had */

static struct nt_process *process_of(struct nt_object *object)
{
    return NT_CONTAINER_OF(object, struct nt_process, object);
}

_Atomic uint32_t *nt_process_flag(struct nt_object *object)
{
    return &process_of(object)->has_ended;
}

static NTSTATUS take(struct nt_object *object)
{
    return nt_process_has_ended(process_of(object)) ? STATUS_WAIT_0 : STATUS_PENDING;
}

static void watch(struct nt_object *object, struct nt_sleep *sleep)
{
    struct nt_process *process = process_of(object);
    bool watched = nt_watcher_begin(process);

    *sleep = (struct nt_sleep){
        .word = &process->has_ended,
        .until_ns = watched ? UINT64_MAX : nt_os_now_ns() + LOOK_EVERY_NS,
        .kept = watched,
    };
}

static NTSTATUS enlist(struct nt_object *object, bool many, struct nt_sleep *sleep)
{
    NTSTATUS status = take(object);

    (void)many;
    if (status == STATUS_PENDING)
        watch(object, sleep);
    return status;
}

static void leave(struct nt_object *object, struct nt_sleep *sleep)
{
    (void)sleep;
    nt_watcher_end(process_of(object));
}

static NTSTATUS look(struct nt_object *object, struct nt_sleep *sleep)
{
    NTSTATUS status = take(object);

    if (status != STATUS_PENDING)
        leave(object, sleep);
    else if (!sleep->kept)
        sleep->until_ns = nt_os_now_ns() + LOOK_EVERY_NS;
    return status;
}

static void nothing(struct nt_object *object)
{
    (void)object;
}

/* Watching one that nobody watches costs a thread; who cannot have it looks every moment. */
static bool observe(struct nt_object *object, struct nt_sleep *sleep)
{
    if (take(object) != STATUS_PENDING)
        return false;
    watch(object, sleep);
    return true;
}

static void unobserve(struct nt_object *object)
{
    nt_watcher_end(process_of(object));
}

static NTSTATUS alone(struct nt_object *object, uint64_t deadline_ns)
{
    return nt_process_wait(process_of(object), deadline_ns);
}

const struct nt_wait_type nt_process_wait_type = {
    .take = take,
    .enlist = enlist,
    .look = look,
    .leave = leave,
    .guard = take,
    .commit = take,
    .unguard = nothing,
    .undo = nothing,
    .observe = observe,
    .unobserve = unobserve,
    .alone = alone,
};
