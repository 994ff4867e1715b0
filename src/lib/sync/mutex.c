// SPDX-License-Identifier: MIT
/*
 * Mutex objects: where their words are, and who may do what with them.
 */
#include "lib/sync/mutex.h"

#include <linux/futex.h>

#include <ntstatus.h>

#include "lib/sync/mutex-owner.h"
#include "lib/sync/mutex-word.h"
#include "lib/sync/wait.h"
#include "os/os.h"
#include "util/macro.h"

/* What needs the words: releasing needs no right, and who may only ask does not get them. */
#define NEEDS_WORDS SYNCHRONIZE

static struct nt_mutex *mutex_of(struct nt_object *object)
{
    return NT_CONTAINER_OF(object, struct nt_mutex, waitable.object);
}

/* --- as something to wait for ----------------------------------------------------------------- */

static NTSTATUS take(struct nt_object *object)
{
    return nt_mutex_word_take(mutex_of(object));
}

static NTSTATUS enlist(struct nt_object *object, bool many, struct nt_sleep *sleep)
{
    return nt_mutex_word_enlist(mutex_of(object), many, sleep);
}

static NTSTATUS look(struct nt_object *object, struct nt_sleep *sleep)
{
    return nt_mutex_word_look(mutex_of(object), sleep);
}

static void leave(struct nt_object *object, struct nt_sleep *sleep)
{
    nt_mutex_word_leave(mutex_of(object), sleep);
}

static NTSTATUS guard(struct nt_object *object)
{
    return nt_mutex_word_guard(mutex_of(object));
}

static NTSTATUS commit(struct nt_object *object)
{
    return nt_mutex_word_commit(mutex_of(object));
}

static void unguard(struct nt_object *object)
{
    nt_mutex_word_unguard(mutex_of(object));
}

static void undo(struct nt_object *object)
{
    nt_mutex_word_undo(mutex_of(object));
}

static bool observe(struct nt_object *object, struct nt_sleep *sleep)
{
    return nt_mutex_word_observe(mutex_of(object), sleep);
}

static void unobserve(struct nt_object *object)
{
    nt_mutex_word_unobserve(mutex_of(object));
}

/* SignalObjectAndWait: any handle does. */
static NTSTATUS signal_mutex(struct nt_object *object)
{
    return nt_mutex_word_release(mutex_of(object), NULL) ? STATUS_SUCCESS : STATUS_MUTANT_NOT_OWNED;
}

static const struct nt_wait_type mutex_wait = {
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
    .signal = signal_mutex,
};

/* --- as an object ----------------------------------------------------------------------------- */

static NTSTATUS adopt(struct nt_client_reply *reply, struct nt_object **ret_object)
{
    return nt_waitable_adopt(&nt_mutex_type, sizeof(struct nt_mutex), NEEDS_WORDS, reply,
                             ret_object);
}

static NTSTATUS unpack(struct nt_parcel *parcel, ACCESS_MASK access, struct nt_object **ret_object)
{
    return nt_waitable_unpack(&nt_mutex_type, sizeof(struct nt_mutex), NEEDS_WORDS, access, parcel,
                              ret_object);
}

const struct nt_object_type nt_mutex_type = {
    .name = "Mutant",
    .kind = NT_KIND_MUTANT,
    .adopt = adopt,
    .wait = &mutex_wait,
    .pack = nt_waitable_pack,
    .unpack = unpack,
    .is_same = nt_waitable_is_same,
    .last_close = nt_waitable_last_close,
    .free = nt_waitable_free,
};

/*
 * A new one becomes the calling thread's. Nobody else can have an unnamed one; of a named one the
 * broker has written so already, so that whoever opened it meanwhile waits.
 */
static NTSTATUS begin_owned(struct nt_mutex *mutex)
{
    NTSTATUS status;

    if (!mutex->waitable.words)
        return STATUS_ACCESS_DENIED;
    if (mutex->waitable.object.id != 0)
        return nt_mutex_word_adopt(mutex);
    status = nt_mutex_word_take(mutex);
    return status == STATUS_PENDING ? STATUS_DATA_ERROR : status;
}

NTSTATUS nt_mutex_create(const struct nt_object_name *name, bool owned, ACCESS_MASK access,
                         HANDLE *ret_handle)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    bool named = name && name->count > 0;
    const struct nt_create_request request = {
        .kind = NT_KIND_MUTANT,
        .access = access,
        .initial_state = named && owned ? nt_os_tid() : 0,
    };
    HANDLE handle;
    NTSTATUS status, owning;

    status =
        nt_waitable_create(&nt_mutex_type, sizeof(struct nt_mutex), name, &request, NULL, &handle);
    if (NT_SUCCESS(status) && status != STATUS_OBJECT_NAME_EXISTS && owned) {
        owning = nt_handle_get(handle, &nt_mutex_type, 0, &object, NULL);
        if (NT_SUCCESS(owning))
            owning = begin_owned(mutex_of(object));
        if (!NT_SUCCESS(owning)) {
            object = object ? nt_object_close(object) : NULL;
            nt_handle_set_flags(handle, OBJ_PROTECT_CLOSE, 0);
            nt_handle_close(handle);
            return owning;
        }
    }
    if (NT_SUCCESS(status))
        *ret_handle = handle;
    return status;
}

NTSTATUS nt_mutex_open(const struct nt_object_name *name, ACCESS_MASK access, HANDLE *ret_handle)
{
    return nt_waitable_open(&nt_mutex_type, name, access, ret_handle);
}

NTSTATUS nt_mutex_release(HANDLE handle, LONG *ret_previous)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    NTSTATUS status = nt_handle_get(handle, &nt_mutex_type, 0, &object, NULL);

    if (!NT_SUCCESS(status))
        return status;
    return nt_mutex_word_release(mutex_of(object), ret_previous) ? STATUS_SUCCESS
                                                                 : STATUS_MUTANT_NOT_OWNED;
}

NTSTATUS nt_mutex_query(HANDLE handle, struct nt_mutex_state *ret_state)
{
    struct nt_waitable *waitable;
    struct nt_mutex_hold *hold;
    NTSTATUS status = nt_waitable_get(handle, &nt_mutex_type, MUTANT_QUERY_STATE, &waitable);
    uint32_t owner, count;

    if (!NT_SUCCESS(status))
        return status;
    hold = nt_mutex_hold_find(mutex_of(&waitable->object));
    owner = atomic_load(&waitable->words->owner);
    count = atomic_load(&waitable->words->count);
    *ret_state = (struct nt_mutex_state){.count = 1, .is_mine = hold != NULL};
    if (hold)
        ret_state->count = (LONG)(1 - (int64_t)hold->times);
    else if ((owner & FUTEX_TID_MASK) && count != NT_MUTEX_ABANDONED)
        ret_state->count = (LONG)(1 - (int64_t)count);
    else
        ret_state->abandoned = count != 0 && (owner & (FUTEX_OWNER_DIED | FUTEX_TID_MASK));
    nt_object_close(&waitable->object);
    return STATUS_SUCCESS;
}
