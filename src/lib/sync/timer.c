// SPDX-License-Identifier: MIT
/*
 * Timer objects: where their words are, and who may do what with them.
 */
#include "lib/sync/timer.h"

#include <ntstatus.h>

#include "lib/sync/timer-routine.h"
#include "lib/sync/timer-word.h"
#include "lib/sync/waitable.h"
#include "lib/sync/words.h"
#include "util/macro.h"

#define NEEDS_WORDS (SYNCHRONIZE | TIMER_MODIFY_STATE)

/* --- as something to wait for ----------------------------------------------------------------- */

static NTSTATUS take(struct nt_object *object)
{
    return nt_timer_take(NT_WAITABLE(object)->words, NT_WAITABLE(object)->manual_reset);
}

static NTSTATUS enlist(struct nt_object *object, bool many, struct nt_sleep *sleep)
{
    (void)many;
    return nt_timer_enlist(NT_WAITABLE(object)->words, NT_WAITABLE(object)->manual_reset, sleep);
}

static NTSTATUS look(struct nt_object *object, struct nt_sleep *sleep)
{
    return nt_timer_look(NT_WAITABLE(object)->words, NT_WAITABLE(object)->manual_reset, sleep);
}

static void leave(struct nt_object *object, struct nt_sleep *sleep)
{
    (void)sleep;
    nt_timer_leave(NT_WAITABLE(object)->words);
}

static NTSTATUS guard(struct nt_object *object)
{
    return nt_timer_guard(NT_WAITABLE(object)->words);
}

static NTSTATUS commit(struct nt_object *object)
{
    return nt_timer_commit(NT_WAITABLE(object)->words, NT_WAITABLE(object)->manual_reset);
}

static void unguard(struct nt_object *object)
{
    nt_words_unguard(NT_WAITABLE(object)->words);
}

static void undo(struct nt_object *object)
{
    nt_timer_undo(NT_WAITABLE(object)->words, NT_WAITABLE(object)->manual_reset);
}

static bool observe(struct nt_object *object, struct nt_sleep *sleep)
{
    return nt_timer_observe(NT_WAITABLE(object)->words, sleep);
}

static void unobserve(struct nt_object *object)
{
    nt_timer_leave(NT_WAITABLE(object)->words);
}

static const struct nt_wait_type timer_wait = {
    .take = take,
    .enlist = enlist,
    .look = look,
    .leave = leave,
    .guard = guard,
    .commit = commit,
    .unguard = unguard,
    .undo = undo,
    .observe = observe,
    .unobserve = unobserve,
    .key = nt_waitable_key,
};

/* --- as an object ----------------------------------------------------------------------------- */

static NTSTATUS adopt(struct nt_client_reply *reply, struct nt_object **ret_object)
{
    return nt_waitable_adopt(&nt_timer_type, sizeof(struct nt_waitable), NEEDS_WORDS, reply,
                             ret_object);
}

static NTSTATUS unpack(struct nt_parcel *parcel, ACCESS_MASK access, struct nt_object **ret_object)
{
    return nt_waitable_unpack(&nt_timer_type, sizeof(struct nt_waitable), NEEDS_WORDS, access,
                              parcel, ret_object);
}

const struct nt_object_type nt_timer_type = {
    .name = "Timer",
    .kind = NT_KIND_TIMER,
    .adopt = adopt,
    .wait = &timer_wait,
    .pack = nt_waitable_pack,
    .unpack = unpack,
    .is_same = nt_waitable_is_same,
    .last_close = nt_waitable_last_close,
    .free = nt_waitable_free,
};

NTSTATUS nt_timer_create(const struct nt_object_name *name, bool manual_reset, ACCESS_MASK access,
                         HANDLE *ret_handle)
{
    const struct nt_create_request request = {
        .kind = NT_KIND_TIMER,
        .access = access,
        .manual_reset = manual_reset,
    };

    return nt_waitable_create(&nt_timer_type, sizeof(struct nt_waitable), name, &request, NULL,
                              ret_handle);
}

NTSTATUS nt_timer_open(const struct nt_object_name *name, ACCESS_MASK access, HANDLE *ret_handle)
{
    return nt_waitable_open(&nt_timer_type, name, access, ret_handle);
}

static NTSTATUS set(struct nt_waitable *timer, const struct nt_timer_setting *setting,
                    bool *ret_previous)
{
    uint64_t moment = nt_timer_moment(setting->due);
    struct nt_timer_routine *routine = NULL;
    uint32_t number;

    if (setting->routine) {
        routine = nt_timer_routine_new(setting->routine, setting->argument);
        if (!routine)
            return STATUS_NO_MEMORY;
    }
    *ret_previous = nt_timer_set(timer->words, moment, setting->period, &number);
    nt_timer_routine_replace(timer, routine, moment, setting->period, number);
    return STATUS_SUCCESS;
}

NTSTATUS nt_timer_change(HANDLE handle, const struct nt_timer_setting *setting, bool *ret_previous)
{
    struct nt_waitable *timer;
    NTSTATUS status = nt_waitable_get(handle, &nt_timer_type, TIMER_MODIFY_STATE, &timer);
    bool previous = false;

    if (!NT_SUCCESS(status))
        return status;
    if (setting) {
        status = set(timer, setting, &previous);
    } else {
        previous = nt_timer_cancel(timer->words);
        nt_timer_routine_replace(timer, NULL, 0, 0, 0);
    }
    if (ret_previous)
        *ret_previous = previous;
    nt_object_close(&timer->object);
    return status;
}

NTSTATUS nt_timer_query(HANDLE handle, int64_t *ret_remaining, bool *ret_signalled)
{
    struct nt_waitable *timer;
    NTSTATUS status = nt_waitable_get(handle, &nt_timer_type, TIMER_QUERY_STATE, &timer);
    uint64_t state;

    if (!NT_SUCCESS(status))
        return status;
    state = nt_words_settle(timer->words);
    *ret_signalled = nt_timer_is_due(state);
    *ret_remaining = nt_timer_remaining(state);
    nt_object_close(&timer->object);
    return STATUS_SUCCESS;
}
