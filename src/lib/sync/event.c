// SPDX-License-Identifier: MIT
/*
 * Event objects. How their words work is in words.h: a manual-reset one lets everybody go, an
 * auto-reset one is taken.
 */
#include "lib/sync/event.h"

#include <ntstatus.h>

#include "lib/sync/waitable.h"
#include "lib/sync/words.h"

/* Not in the SDK's headers. */
#define EVENT_QUERY_STATE 0x0001

/* Rights that need the words. */
#define CHANGES           (SYNCHRONIZE | EVENT_MODIFY_STATE)

/* --- waiting -------------------------------------------------------------------------------- */

static NTSTATUS take(struct nt_object *object)
{
    struct nt_waitable *event = NT_WAITABLE(object);

    return event->manual_reset ? nt_manual_take(event->words) : nt_tokens_take(event->words);
}

static NTSTATUS enlist(struct nt_object *object, bool many, struct nt_sleep *sleep)
{
    struct nt_waitable *event = NT_WAITABLE(object);

    (void)many;
    return event->manual_reset ? nt_manual_enlist(event->words, sleep)
                               : nt_tokens_enlist(event->words, sleep);
}

static NTSTATUS look(struct nt_object *object, struct nt_sleep *sleep)
{
    struct nt_waitable *event = NT_WAITABLE(object);

    return event->manual_reset ? nt_manual_look(event->words, sleep)
                               : nt_tokens_look(event->words, sleep);
}

static void leave(struct nt_object *object, struct nt_sleep *sleep)
{
    struct nt_waitable *event = NT_WAITABLE(object);

    if (event->manual_reset)
        nt_manual_leave(event->words);
    else
        nt_tokens_leave(event->words, sleep, NT_REST_SET);
}

static NTSTATUS guard(struct nt_object *object)
{
    return nt_words_guard_signal(NT_WAITABLE(object)->words) ? STATUS_WAIT_0 : STATUS_PENDING;
}

static NTSTATUS commit(struct nt_object *object)
{
    struct nt_waitable *event = NT_WAITABLE(object);
    bool held =
        event->manual_reset ? nt_words_unguard(event->words) : nt_tokens_commit(event->words);

    return held ? STATUS_WAIT_0 : STATUS_PENDING;
}

static void unguard(struct nt_object *object)
{
    nt_words_unguard(NT_WAITABLE(object)->words);
}

static void undo(struct nt_object *object)
{
    struct nt_waitable *event = NT_WAITABLE(object);
    uint32_t before;

    if (!event->manual_reset)
        nt_tokens_release(event->words, 1, 1, NT_REST_SET, &before);
}

static bool observe(struct nt_object *object, struct nt_sleep *sleep)
{
    return nt_words_observe(NT_WAITABLE(object)->words, sleep);
}

static void unobserve(struct nt_object *object)
{
    nt_words_unobserve(NT_WAITABLE(object)->words);
}

static NTSTATUS signal(struct nt_object *object)
{
    nt_event_set(object);
    return STATUS_SUCCESS;
}

static const struct nt_wait_type event_wait = {
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
    .spins = true,
    .signal = signal,
    .signal_access = EVENT_MODIFY_STATE,
};

/* --- the type ------------------------------------------------------------------------------- */

static NTSTATUS adopt(struct nt_client_reply *reply, struct nt_object **ret_object)
{
    return nt_waitable_adopt(&nt_event_type, sizeof(struct nt_waitable), CHANGES, reply,
                             ret_object);
}

static NTSTATUS unpack(struct nt_parcel *parcel, ACCESS_MASK access, struct nt_object **ret_object)
{
    return nt_waitable_unpack(&nt_event_type, sizeof(struct nt_waitable), CHANGES, access, parcel,
                              ret_object);
}

const struct nt_object_type nt_event_type = {
    .name = "Event",
    .kind = NT_KIND_EVENT,
    .adopt = adopt,
    .wait = &event_wait,
    .pack = nt_waitable_pack,
    .unpack = unpack,
    .is_same = nt_waitable_is_same,
    .last_close = nt_waitable_last_close,
    .free = nt_waitable_free,
};

NTSTATUS nt_event_create(const struct nt_object_name *name, bool manual_reset, bool initial,
                         ACCESS_MASK access, HANDLE *ret_handle)
{
    const struct nt_create_request request = {
        .kind = NT_KIND_EVENT,
        .access = access,
        .manual_reset = manual_reset,
        .initial_state = initial,
    };

    return nt_waitable_create(&nt_event_type, sizeof(struct nt_waitable), name, &request, NULL,
                              ret_handle);
}

NTSTATUS nt_event_open(const struct nt_object_name *name, ACCESS_MASK access, HANDLE *ret_handle)
{
    return nt_waitable_open(&nt_event_type, name, access, ret_handle);
}

/* --- changing it ---------------------------------------------------------------------------- */

static bool change(struct nt_waitable *event, enum nt_event_operation operation)
{
    enum nt_rest rest = operation == NT_EVENT_SET ? NT_REST_SET : NT_REST_NONE;
    uint32_t before;

    if (operation == NT_EVENT_RESET) /* of either kind: no signal, and no sleeper is let go */
        return event->manual_reset ? nt_manual_reset(event->words)
                                   : nt_tokens_reset(event->words) > 0;
    if (event->manual_reset)
        return nt_manual_release(event->words, operation == NT_EVENT_SET);
    nt_tokens_release(event->words, 1, 1, rest, &before);
    return before;
}

void nt_event_set(struct nt_object *object)
{
    change(NT_WAITABLE(object), NT_EVENT_SET);
}

NTSTATUS nt_event_change(HANDLE handle, enum nt_event_operation operation, LONG *ret_previous)
{
    struct nt_waitable *event;
    NTSTATUS status = nt_waitable_get(handle, &nt_event_type, EVENT_MODIFY_STATE, &event);
    bool before;

    if (!NT_SUCCESS(status))
        return status;
    before = change(event, operation);
    if (ret_previous)
        *ret_previous = before;
    nt_object_close(&event->object);
    return STATUS_SUCCESS;
}

NTSTATUS nt_event_query(HANDLE handle, bool *ret_manual_reset, bool *ret_set)
{
    struct nt_waitable *event;
    NTSTATUS status = nt_waitable_get(handle, &nt_event_type, EVENT_QUERY_STATE, &event);

    if (!NT_SUCCESS(status))
        return status;
    *ret_manual_reset = event->manual_reset;
    *ret_set = nt_state_signal(atomic_load(&event->words->state));
    nt_object_close(&event->object);
    return STATUS_SUCCESS;
}
