// SPDX-License-Identifier: MIT
/*
 * Semaphore objects: what is taken, with a count that may be above one (words.h).
 *
 * The maximum holds for what nobody has taken. A release that was meant for a sleeper comes back to
 * the count when that one was killed, whatever was released since: so after such a death the count
 * may be above the maximum for a while. Nothing that was released is lost.
 */
#include "lib/sync/semaphore.h"

#include <ntstatus.h>

#include "lib/sync/waitable.h"
#include "lib/sync/words.h"

/* Not in the SDK's headers. */
#define SEMAPHORE_QUERY_STATE 0x0001

/* Rights that need the words. */
#define CHANGES               (SYNCHRONIZE | SEMAPHORE_MODIFY_STATE)

/* --- waiting -------------------------------------------------------------------------------- */

static NTSTATUS take(struct nt_object *object)
{
    return nt_tokens_take(NT_WAITABLE(object)->words);
}

static NTSTATUS enlist(struct nt_object *object, bool many, struct nt_sleep *sleep)
{
    (void)many;
    return nt_tokens_enlist(NT_WAITABLE(object)->words, sleep);
}

static NTSTATUS look(struct nt_object *object, struct nt_sleep *sleep)
{
    return nt_tokens_look(NT_WAITABLE(object)->words, sleep);
}

static void leave(struct nt_object *object, struct nt_sleep *sleep)
{
    nt_tokens_leave(NT_WAITABLE(object)->words, sleep, NT_REST_COUNT);
}

static NTSTATUS guard(struct nt_object *object)
{
    return nt_words_guard_signal(NT_WAITABLE(object)->words) ? STATUS_WAIT_0 : STATUS_PENDING;
}

static NTSTATUS commit(struct nt_object *object)
{
    return nt_tokens_commit(NT_WAITABLE(object)->words) ? STATUS_WAIT_0 : STATUS_PENDING;
}

static void unguard(struct nt_object *object)
{
    nt_words_unguard(NT_WAITABLE(object)->words);
}

static void undo(struct nt_object *object)
{
    uint32_t before;

    nt_tokens_release(NT_WAITABLE(object)->words, 1, INT32_MAX, NT_REST_COUNT, &before);
}

static bool observe(struct nt_object *object, struct nt_sleep *sleep)
{
    return nt_words_observe(NT_WAITABLE(object)->words, sleep);
}

static void unobserve(struct nt_object *object)
{
    nt_words_unobserve(NT_WAITABLE(object)->words);
}

static NTSTATUS release(struct nt_waitable *semaphore, uint32_t n, uint32_t *ret_before)
{
    return nt_tokens_release(semaphore->words, n, semaphore->maximum, NT_REST_COUNT, ret_before)
               ? STATUS_SUCCESS
               : STATUS_SEMAPHORE_LIMIT_EXCEEDED;
}

static NTSTATUS signal(struct nt_object *object)
{
    uint32_t before;

    return release(NT_WAITABLE(object), 1, &before);
}

static const struct nt_wait_type semaphore_wait = {
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
    .signal_access = SEMAPHORE_MODIFY_STATE,
};

/* --- the type ------------------------------------------------------------------------------- */

static NTSTATUS adopt(struct nt_client_reply *reply, struct nt_object **ret_object)
{
    return nt_waitable_adopt(&nt_semaphore_type, sizeof(struct nt_waitable), CHANGES, reply,
                             ret_object);
}

static NTSTATUS unpack(struct nt_parcel *parcel, ACCESS_MASK access, struct nt_object **ret_object)
{
    return nt_waitable_unpack(&nt_semaphore_type, sizeof(struct nt_waitable), CHANGES, access,
                              parcel, ret_object);
}

const struct nt_object_type nt_semaphore_type = {
    .name = "Semaphore",
    .kind = NT_KIND_SEMAPHORE,
    .adopt = adopt,
    .wait = &semaphore_wait,
    .pack = nt_waitable_pack,
    .unpack = unpack,
    .is_same = nt_waitable_is_same,
    .last_close = nt_waitable_last_close,
    .free = nt_waitable_free,
};

NTSTATUS nt_semaphore_create(const struct nt_object_name *name, LONG initial, LONG maximum,
                             ACCESS_MASK access, HANDLE *ret_handle)
{
    const struct nt_create_request request = {
        .kind = NT_KIND_SEMAPHORE,
        .access = access,
        .size = (uint32_t)maximum,
        .initial_state = (uint32_t)initial,
    };

    if (maximum < 1 || initial < 0 || initial > maximum)
        return STATUS_INVALID_PARAMETER;
    return nt_waitable_create(&nt_semaphore_type, sizeof(struct nt_waitable), name, &request, NULL,
                              ret_handle);
}

NTSTATUS nt_semaphore_open(const struct nt_object_name *name, ACCESS_MASK access,
                           HANDLE *ret_handle)
{
    return nt_waitable_open(&nt_semaphore_type, name, access, ret_handle);
}

/* --- the count ------------------------------------------------------------------------------ */

NTSTATUS nt_semaphore_release(HANDLE handle, LONG n, LONG *ret_previous)
{
    struct nt_waitable *semaphore;
    uint32_t before;
    NTSTATUS status;

    if (n < 1)
        return STATUS_INVALID_PARAMETER;
    status = nt_waitable_get(handle, &nt_semaphore_type, SEMAPHORE_MODIFY_STATE, &semaphore);
    if (!NT_SUCCESS(status))
        return status;
    status = release(semaphore, (uint32_t)n, &before);
    if (NT_SUCCESS(status) && ret_previous)
        *ret_previous = (LONG)before;
    nt_object_close(&semaphore->object);
    return status;
}

NTSTATUS nt_semaphore_query(HANDLE handle, LONG *ret_count, LONG *ret_maximum)
{
    struct nt_waitable *semaphore;
    NTSTATUS status =
        nt_waitable_get(handle, &nt_semaphore_type, SEMAPHORE_QUERY_STATE, &semaphore);

    if (!NT_SUCCESS(status))
        return status;
    *ret_count = (LONG)nt_state_signal(atomic_load(&semaphore->words->state));
    *ret_maximum = (LONG)semaphore->maximum;
    nt_object_close(&semaphore->object);
    return STATUS_SUCCESS;
}
