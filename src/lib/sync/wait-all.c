// SPDX-License-Identifier: MIT
/*
 * Waiting for all at once: guard them in order, and take all or none.
 *
 * Who must sleep does so on the first object that is not ready: as long as that one is not, nothing
 * is to be done.
 */
#include <ntstatus.h>

#include "lib/sync/timer-routine.h"
#include "lib/sync/wait-parts.h"
#include "lib/thread/thread.h"
#include "os/os.h"

static bool is_same(const struct nt_object *a, const struct nt_object *b)
{
    if (a == b)
        return true;
    if (a->type != b->type)
        return false;
    if (a->id || b->id)
        return a->id == b->id && a->broker == b->broker;
    return a->type->is_same && a->type->is_same(a, b);
}

static uint64_t key_of(const struct nt_object *object)
{
    return object->type->wait->key ? object->type->wait->key(object) : 0;
}

NTSTATUS nt_wait_order(struct nt_waiter *waiter)
{
    for (unsigned i = 0; i < waiter->count; i++) {
        uint64_t key = key_of(waiter->objects[i]);
        unsigned at = i;

        for (unsigned j = 0; j < i; j++) {
            if (is_same(waiter->objects[i], waiter->objects[j]))
                return STATUS_INVALID_PARAMETER_MIX;
        }
        for (; at > 0 && key_of(waiter->objects[waiter->order[at - 1]]) > key; at--)
            waiter->order[at] = waiter->order[at - 1];
        waiter->order[at] = (uint8_t)i;
    }
    return STATUS_SUCCESS;
}

static struct nt_object *in_order(const struct nt_waiter *waiter, unsigned at)
{
    return waiter->objects[waiter->order[at]];
}

static void unguard(const struct nt_waiter *waiter, unsigned from, unsigned to)
{
    while (to > from) {
        struct nt_object *object = in_order(waiter, --to);

        object->type->wait->unguard(object);
    }
}

/* Guards all; else none, and *@ret_stopped is the first that is not ready. */
static NTSTATUS guard_all(const struct nt_waiter *waiter, struct nt_object **ret_stopped)
{
    for (unsigned at = 0; at < waiter->count; at++) {
        struct nt_object *object = in_order(waiter, at);
        NTSTATUS status = object->type->wait->guard(object);

        NT_SYNC_STEP("guarded one");
        if (status != STATUS_WAIT_0 && status != STATUS_ABANDONED_WAIT_0) {
            unguard(waiter, 0, at);
            *ret_stopped = object;
            return status;
        }
    }
    return STATUS_WAIT_0;
}

/* Takes all that is guarded. STATUS_RETRY: a guard was broken, and nothing is taken. */
static NTSTATUS commit_all(const struct nt_waiter *waiter)
{
    NTSTATUS answer = STATUS_WAIT_0;

    for (unsigned at = 0; at < waiter->count; at++) {
        struct nt_object *object = in_order(waiter, at);
        NTSTATUS status = object->type->wait->commit(object);

        NT_SYNC_STEP("committed one");
        if (status == STATUS_ABANDONED_WAIT_0)
            answer = status;
        if (status != STATUS_PENDING)
            continue;
        unguard(waiter, at + 1, waiter->count);
        while (at > 0) {
            object = in_order(waiter, --at);
            object->type->wait->undo(object);
        }
        return STATUS_RETRY;
    }
    return answer;
}

static NTSTATUS take_all(const struct nt_waiter *waiter, struct nt_object **ret_stopped)
{
    NTSTATUS status;

    do {
        status = guard_all(waiter, ret_stopped);
        if (status == STATUS_WAIT_0)
            status = commit_all(waiter);
    } while (status == STATUS_RETRY);
    return status;
}

NTSTATUS nt_wait_take_all(struct nt_waiter *waiter)
{
    struct nt_object *stopped;

    return take_all(waiter, &stopped);
}

NTSTATUS nt_wait_sleep_all(struct nt_waiter *waiter)
{
    bool in_time = true;

    for (;;) {
        struct nt_object *stopped;
        struct nt_sleep sleep;
        NTSTATUS status = take_all(waiter, &stopped);

        if (status != STATUS_PENDING)
            return status;
        if (nt_wait_alerted(waiter)) {
            nt_apc_run();
            nt_timer_routines_run();
            return STATUS_USER_APC;
        }
        if (!in_time)
            return STATUS_TIMEOUT;
        if (stopped->type->wait->observe(stopped, &sleep)) {
            in_time = nt_wait_doze(waiter, &sleep, 1);
            stopped->type->wait->unobserve(stopped);
        } else {
            in_time = nt_os_now_ns() < waiter->deadline_ns;
        }
    }
}
