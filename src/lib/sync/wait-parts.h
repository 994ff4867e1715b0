/* SPDX-License-Identifier: MIT */
/*
 * Inside the wait engine: a waiter, and what waiting for any and for all share.
 */
#ifndef NT_LIB_SYNC_WAIT_PARTS_H
#define NT_LIB_SYNC_WAIT_PARTS_H

#include "lib/sync/wait.h"

struct nt_thread;

struct nt_waiter {
    struct nt_object *objects[MAXIMUM_WAIT_OBJECTS]; /* opens or references of the caller's */
    struct nt_sleep sleeps[MAXIMUM_WAIT_OBJECTS];
    uint8_t order[MAXIMUM_WAIT_OBJECTS]; /* of all at once: by their keys */
    unsigned count;
    uint64_t deadline_ns;
    struct nt_thread *self; /* an alertable wait's; else NULL */
    uint32_t alert;         /* and its word as it was before the last look */
    uint64_t routine_ns;    /* when a routine of its timers is due */
};

/** nt_wait_prepare() - all but the objects. Return: STATUS_NO_MEMORY for an alertable one */
NTSTATUS nt_wait_prepare(struct nt_waiter *waiter, bool alertable, uint64_t deadline_ns);
/** nt_wait_alerted() - whether procedure calls wait for the thread; else it can sleep */
bool nt_wait_alerted(struct nt_waiter *waiter);
/**
 * nt_wait_doze() - sleep until one of the words changes, spuriously too
 *
 * Return: false: the waiter's time is over.
 */
bool nt_wait_doze(const struct nt_waiter *waiter, const struct nt_sleep *sleeps, unsigned count);
/** nt_wait_answer() - @status of the object of that index, as the wait returns it */
NTSTATUS nt_wait_answer(NTSTATUS status, unsigned index);
/** nt_wait_sleep_any(), nt_wait_sleep_all() - until one, or all of them let the caller go */
NTSTATUS nt_wait_sleep_any(struct nt_waiter *waiter);
NTSTATUS nt_wait_sleep_all(struct nt_waiter *waiter);

/** nt_wait_order() - of all. Return: STATUS_INVALID_PARAMETER_MIX when one stands there twice */
NTSTATUS nt_wait_order(struct nt_waiter *waiter);
/** nt_wait_take_all() - STATUS_PENDING when they do not all let the caller go at this moment */
NTSTATUS nt_wait_take_all(struct nt_waiter *waiter);

#endif
