// SPDX-License-Identifier: MIT
/*
 * Waiting for what once signalled stays so, and is not taken: a word that becomes other than 0, of
 * a thread or a process; a file, which always is signalled.
 */
#include <ntstatus.h>

#include "lib/sync/wait.h"

static _Atomic uint32_t *flag_of(struct nt_object *object)
{
    return object->type->flag ? object->type->flag(object) : NULL;
}

NTSTATUS nt_flag_take(struct nt_object *object)
{
    _Atomic uint32_t *flag = flag_of(object);

    return !flag || atomic_load(flag) ? STATUS_WAIT_0 : STATUS_PENDING;
}

bool nt_flag_observe(struct nt_object *object, struct nt_sleep *sleep)
{
    *sleep = (struct nt_sleep){.word = flag_of(object), .value = 0, .until_ns = UINT64_MAX};
    return nt_flag_take(object) == STATUS_PENDING;
}

NTSTATUS nt_flag_enlist(struct nt_object *object, bool many, struct nt_sleep *sleep)
{
    (void)many;
    return nt_flag_observe(object, sleep) ? STATUS_PENDING : STATUS_WAIT_0;
}

NTSTATUS nt_flag_look(struct nt_object *object, struct nt_sleep *sleep)
{
    (void)sleep;
    return nt_flag_take(object);
}

void nt_flag_leave(struct nt_object *object, struct nt_sleep *sleep)
{
    (void)object;
    (void)sleep;
}

void nt_flag_nothing(struct nt_object *object)
{
    (void)object;
}

const struct nt_wait_type nt_wait_on_flag = {
    .take = nt_flag_take,
    .enlist = nt_flag_enlist,
    .look = nt_flag_look,
    .leave = nt_flag_leave,
    .guard = nt_flag_take,
    .commit = nt_flag_take,
    .unguard = nt_flag_nothing,
    .undo = nt_flag_nothing,
    .observe = nt_flag_observe,
    .unobserve = nt_flag_nothing,
};
