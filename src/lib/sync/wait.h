/* SPDX-License-Identifier: MIT */
/*
 * Waiting: for one object, for any of several, for all of them at once, on any mix of kinds.
 *
 * Each kind that can be waited for says how (struct nt_wait_type). A waiter looks first; what lets
 * it go at once costs no system call. Else it becomes a sleeper of each object and sleeps on all
 * their words (futex_waitv, or where the kernel has none, in short looks around).
 *
 * All at once: nothing is taken until every object would let the waiter go at one moment. So it
 * guards them one after the other in the order of their keys - what is guarded does not change,
 * and who meets a guard waits the moment that it lasts -, and then takes all or gives all back. A
 * guard whose thread died, or stands still, is broken.
 */
#ifndef NT_LIB_SYNC_WAIT_H
#define NT_LIB_SYNC_WAIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <windows.h>
#include <winternl.h>

#include "lib/object/object.h"

/* What a sleeper sleeps on. */
struct nt_sleep {
    _Atomic uint32_t *word;
    uint32_t value;    /* it sleeps as long as the word is this */
    uint64_t until_ns; /* and no longer (CLOCK_MONOTONIC): a timer is due; UINT64_MAX */
    uint64_t kept;     /* the kind's own, between its calls */
};

/*
 * What a kind does for a waiter. Answers: STATUS_WAIT_0 and STATUS_ABANDONED_WAIT_0 let it go, and
 * the object is taken (of what is taken); STATUS_PENDING: not now; anything else ends the wait.
 * The caller holds a reference to the object, and no lock.
 */
struct nt_wait_type {
    /* Take it for the calling thread, if it lets it go now. */
    NTSTATUS (*take)(struct nt_object *object);
    /* The same, and on STATUS_PENDING the thread is one of its sleepers; @many: not only its. */
    NTSTATUS (*enlist)(struct nt_object *object, bool many, struct nt_sleep *sleep);
    /* Of a sleeper, awake: on STATUS_PENDING it still is one, with @sleep renewed; else no more. */
    NTSTATUS (*look)(struct nt_object *object, struct nt_sleep *sleep);
    /* Not a sleeper any more; what was meant for it alone goes to another. */
    void (*leave)(struct nt_object *object, struct nt_sleep *sleep);

    /* For all at once. Guarded (an answer that lets go) it stays as it is until one of the next
     * two; STATUS_PENDING: it is not guarded. */
    NTSTATUS (*guard)(struct nt_object *object);
    /* Take what is guarded, and end the guard. STATUS_PENDING: the guard was broken meanwhile. */
    NTSTATUS (*commit)(struct nt_object *object);
    void (*unguard)(struct nt_object *object);
    /* Undo a commit() of this thread: another one's guard was broken. */
    void (*undo)(struct nt_object *object);
    /* What changes when guard() may answer otherwise; false: look again at once. Nothing is kept
     * for an observer but a count: unobserve() ends it. */
    bool (*observe)(struct nt_object *object, struct nt_sleep *sleep);
    void (*unobserve)(struct nt_object *object);
    /* Orders guards, the same in every process; NULL: guard() changes nothing, no order needed. */
    uint64_t (*key)(const struct nt_object *object);

    /* A shorter way where a thread waits for this object alone and cannot be alerted: until the
     * deadline, STATUS_TIMEOUT then. NULL: there is none. */
    NTSTATUS (*alone)(struct nt_object *object, uint64_t deadline_ns);
    /* Whether a take() that was refused may well succeed in a moment: looking again pays. */
    bool spins;

    /* SignalObjectAndWait's first half, and the rights that it needs; NULL: cannot be signalled. */
    NTSTATUS (*signal)(struct nt_object *object);
    ACCESS_MASK signal_access;
};

/*
 * Of what once signalled stays so, and is not taken: processes, threads, files. Builds on one word
 * that becomes other than 0, and wakes who sleeps on it then (nt_os_futex_wake(), all of them): the
 * type's flag() gives it (object.h); without flag() it always is so. A kind that adds something
 * makes a table of its own of these.
 */
extern const struct nt_wait_type nt_wait_on_flag;
NTSTATUS nt_flag_take(struct nt_object *object);
NTSTATUS nt_flag_enlist(struct nt_object *object, bool many, struct nt_sleep *sleep);
NTSTATUS nt_flag_look(struct nt_object *object, struct nt_sleep *sleep);
void nt_flag_leave(struct nt_object *object, struct nt_sleep *sleep);
bool nt_flag_observe(struct nt_object *object, struct nt_sleep *sleep);
void nt_flag_nothing(struct nt_object *object);

/**
 * nt_wait() - WaitForMultipleObjectsEx and all the others
 * @handles:     @count of them, 1 to MAXIMUM_WAIT_OBJECTS; each needs SYNCHRONIZE
 * @all:         all at once; then none may stand there twice (STATUS_INVALID_PARAMETER_MIX)
 * @alertable:   ends with STATUS_USER_APC after the thread's procedure calls have run
 * @deadline_ns: CLOCK_MONOTONIC; 0 only looks, UINT64_MAX waits for ever
 *
 * Return: STATUS_WAIT_0 + index; STATUS_ABANDONED_WAIT_0 + index; STATUS_TIMEOUT; STATUS_USER_APC;
 * STATUS_INVALID_HANDLE; STATUS_ACCESS_DENIED; STATUS_OBJECT_TYPE_MISMATCH for what cannot be
 * waited for (12.32); STATUS_MUTANT_LIMIT_EXCEEDED; STATUS_NO_MEMORY.
 */
NTSTATUS nt_wait(const HANDLE *handles, unsigned count, bool all, bool alertable,
                 uint64_t deadline_ns);
/** nt_object_wait() - nt_wait() for one handle */
NTSTATUS nt_object_wait(HANDLE handle, uint64_t deadline_ns);
/** nt_wait_object() - for one object that the caller holds a reference to */
NTSTATUS nt_wait_object(struct nt_object *object, bool alertable, uint64_t deadline_ns);
/** nt_wait_alert() - SleepEx: until the time, or until a procedure call has run */
NTSTATUS nt_wait_alert(bool alertable, uint64_t deadline_ns);

/**
 * nt_signal_and_wait() - SignalObjectAndWait: set an event, release a semaphore or a mutex, wait
 */
NTSTATUS nt_signal_and_wait(HANDLE signal, HANDLE wait, bool alertable, uint64_t deadline_ns);

/** nt_deadline_after_ms() - 0 stays 0, INFINITE is UINT64_MAX */
uint64_t nt_deadline_after_ms(DWORD milliseconds);
/**
 * nt_deadline_of() - the same for a timeout of the Nt layer, in units of 100 ns
 * @timeout: below 0: so long from now; else a moment, UTC since 1601; NULL: for ever
 */
uint64_t nt_deadline_of(const LARGE_INTEGER *timeout);

/* A place of the wait paths where a test build can hold a thread up, or kill it (tests/unit). */
#ifdef NT_SYNC_STEPS
extern void (*nt_sync_step)(const char *place);
#    define NT_SYNC_STEP(name)      \
        do {                        \
            if (nt_sync_step)       \
                nt_sync_step(name); \
        } while (0)
#else
#    define NT_SYNC_STEP(name) \
        do {                   \
        } while (0)
#endif

#endif
