// SPDX-License-Identifier: MIT
/*
 * Waiting for one object, or for any of several; for all at once: wait-all.c.
 *
 * What lets the caller go at once is looked at first, with an open of each object; who has to sleep
 * keeps references only: the name ends with the last handle although somebody waits, and a child
 * forked meanwhile does not hold it for a call that is not its own.
 */
#include "lib/sync/wait.h"

#include <errno.h>

#include <ntstatus.h>

#include "lib/process/clock.h"
#include "lib/sync/timer-routine.h"
#include "lib/sync/wait-parts.h"
#include "lib/thread/thread.h"
#include "os/os.h"
#include "util/macro.h"

#ifdef NT_SYNC_STEPS
void (*nt_sync_step)(const char *place);
#endif

/* --- time ----------------------------------------------------------------------------------- */

uint64_t nt_deadline_after_ms(DWORD milliseconds)
{
    if (milliseconds == 0)
        return 0;
    return milliseconds == INFINITE ? UINT64_MAX
                                    : nt_os_now_ns() + (uint64_t)milliseconds * 1000000u;
}

uint64_t nt_deadline_of(const LARGE_INTEGER *timeout)
{
    uint64_t units, now;

    if (!timeout)
        return UINT64_MAX;
    if (timeout->QuadPart < 0) {
        units = (uint64_t) - (timeout->QuadPart + 1) + 1;
    } else {
        now = nt_clock_wall();
        units = (uint64_t)timeout->QuadPart > now ? (uint64_t)timeout->QuadPart - now : 0;
    }
    if (units == 0)
        return 0;
    now = nt_os_now_ns();
    return units < (UINT64_MAX - now) / 100 ? now + units * 100 : UINT64_MAX;
}

/* --- procedure calls ------------------------------------------------------------------------ */

NTSTATUS nt_wait_prepare(struct nt_waiter *waiter, bool alertable, uint64_t deadline_ns)
{
    waiter->deadline_ns = deadline_ns;
    waiter->self = NULL;
    if (!alertable)
        return STATUS_SUCCESS;
    waiter->self = nt_thread_self();
    return waiter->self ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

bool nt_wait_alerted(struct nt_waiter *waiter)
{
    if (!waiter->self)
        return false;
    /* Before the look: a call queued after it changes the word. */
    waiter->alert = atomic_load(&waiter->self->alert);
    return nt_timer_routines_due(&waiter->routine_ns) || nt_apc_pending();
}

/* --- sleeping ------------------------------------------------------------------------------- */

/* Never changed: who has nothing to wait for sleeps here until its time is over. */
static _Atomic uint32_t nothing;

bool nt_wait_doze(const struct nt_waiter *waiter, const struct nt_sleep *sleeps, unsigned count)
{
    struct nt_os_wait waits[NT_OS_MAX_WAIT];
    uint64_t until = waiter->deadline_ns;
    unsigned n = 0;
    int r;

    for (unsigned i = 0; i < count; i++) {
        if (sleeps[i].until_ns < until)
            until = sleeps[i].until_ns;
        if (sleeps[i].word)
            waits[n++] = (struct nt_os_wait){sleeps[i].word, sleeps[i].value};
    }
    if (waiter->self && waiter->routine_ns < until)
        until = waiter->routine_ns;
    if (waiter->self)
        waits[n++] = (struct nt_os_wait){&waiter->self->alert, waiter->alert};
    if (n == 0)
        waits[n++] = (struct nt_os_wait){&nothing, 0};
    NT_SYNC_STEP("doze");
    if (n == 1)
        r = nt_os_futex_wait(waits[0].word, waits[0].value, until);
    else
        r = nt_os_futex_wait_any(waits, n, until);
    NT_SYNC_STEP("awake");
    return r != -ETIMEDOUT || nt_os_now_ns() < waiter->deadline_ns;
}

/* --- looking before sleeping ---------------------------------------------------------------- */

/*
 * Waking a thread that sleeps on another processor takes far longer than most waits between two
 * threads that both run: so a waiter looks a while first. How long goes by what it was good for in
 * this thread; where the thread may run on one processor only, nobody can let it go meanwhile.
 */
#define SPIN_MOST  600u /* some 20 us */
#define SPIN_LEAST 8u
#define SPIN_ASK   64u /* waits between two questions about processors */

static __thread struct {
    uint32_t budget;
    uint32_t n_waits;
    bool alone;
} spin = {.budget = SPIN_MOST};

static NTSTATUS spin_for(struct nt_object *object)
{
    NTSTATUS status = STATUS_PENDING;

    if (spin.n_waits++ % SPIN_ASK == 0) {
        spin.alone = nt_os_runs_alone();
        if (!spin.alone && spin.budget < SPIN_MOST)
            spin.budget = SPIN_MOST;
    }
    if (spin.alone)
        return status;
    for (uint32_t i = 0; i < spin.budget && status == STATUS_PENDING; i++) {
        nt_os_pause();
        status = object->type->wait->take(object);
    }
    if (status != STATUS_PENDING)
        spin.budget = spin.budget < SPIN_MOST / 2 ? spin.budget * 2 : SPIN_MOST;
    else if (spin.budget > SPIN_LEAST)
        spin.budget /= 2;
    return status;
}

/* --- any ------------------------------------------------------------------------------------ */

NTSTATUS nt_wait_answer(NTSTATUS status, unsigned index)
{
    return status == STATUS_WAIT_0 || status == STATUS_ABANDONED_WAIT_0 ? status + (NTSTATUS)index
                                                                        : status;
}

static void leave_all_but(struct nt_waiter *waiter, unsigned count, unsigned but)
{
    for (unsigned i = 0; i < count; i++) {
        if (i != but)
            waiter->objects[i]->type->wait->leave(waiter->objects[i], &waiter->sleeps[i]);
    }
}

/* A sleeper of all of them, awake. STATUS_PENDING: still one. */
static NTSTATUS look_at_all(struct nt_waiter *waiter)
{
    for (unsigned i = 0; i < waiter->count; i++) {
        struct nt_object *object = waiter->objects[i];
        NTSTATUS status = object->type->wait->look(object, &waiter->sleeps[i]);

        if (status != STATUS_PENDING) {
            leave_all_but(waiter, waiter->count, i);
            return nt_wait_answer(status, i);
        }
    }
    return STATUS_PENDING;
}

static NTSTATUS enlist_with_all(struct nt_waiter *waiter)
{
    bool many = waiter->count > 1 || waiter->self;

    for (unsigned i = 0; i < waiter->count; i++) {
        struct nt_object *object = waiter->objects[i];
        NTSTATUS status = object->type->wait->enlist(object, many, &waiter->sleeps[i]);

        if (status != STATUS_PENDING) {
            leave_all_but(waiter, i, i);
            return nt_wait_answer(status, i);
        }
    }
    return STATUS_PENDING;
}

static NTSTATUS run_calls(void)
{
    nt_apc_run();
    nt_timer_routines_run();
    return STATUS_USER_APC;
}

NTSTATUS nt_wait_sleep_any(struct nt_waiter *waiter)
{
    const struct nt_wait_type *first = waiter->objects[0]->type->wait;
    bool in_time = true;
    NTSTATUS status;

    if (waiter->count == 1 && first->alone && !waiter->self)
        return first->alone(waiter->objects[0], waiter->deadline_ns);
    if (waiter->count == 1 && first->spins) {
        status = spin_for(waiter->objects[0]);
        if (status != STATUS_PENDING)
            return status;
    }
    status = enlist_with_all(waiter);
    while (status == STATUS_PENDING) {
        bool alerted = nt_wait_alerted(waiter);

        if (alerted || !in_time) {
            leave_all_but(waiter, waiter->count, waiter->count);
            return alerted ? run_calls() : STATUS_TIMEOUT;
        }
        in_time = nt_wait_doze(waiter, waiter->sleeps, waiter->count);
        status = look_at_all(waiter);
    }
    return status;
}

/* The first that lets the caller go now. */
static NTSTATUS take_any(const struct nt_waiter *waiter)
{
    for (unsigned i = 0; i < waiter->count; i++) {
        NTSTATUS status = waiter->objects[i]->type->wait->take(waiter->objects[i]);

        if (status != STATUS_PENDING)
            return nt_wait_answer(status, i);
    }
    return STATUS_PENDING;
}

/* --- handles -------------------------------------------------------------------------------- */

/* This process, whose end nobody in it will see. */
static const struct nt_object_type self_type;
static struct nt_object self_object = {.type = &self_type, .opens = 1, .refs = 2};

static _Atomic uint32_t *never(struct nt_object *object)
{
    (void)object;
    return &nothing;
}

static const struct nt_object_type self_type = {
    .name = "Process",
    .kind = NT_KIND_PROCESS,
    .wait = &nt_wait_on_flag,
    .flag = never,
};

/* One open. */
static NTSTATUS find_pseudo(HANDLE handle, struct nt_object **ret_object)
{
    struct nt_thread *thread;
    NTSTATUS status;

    if (handle == NT_PSEUDO_PROCESS) {
        atomic_fetch_add(&self_object.opens, 1);
        *ret_object = &self_object;
        return STATUS_SUCCESS;
    }
    status = nt_thread_find(handle, SYNCHRONIZE, &thread);
    if (NT_SUCCESS(status))
        *ret_object = &thread->object;
    return status;
}

/* One open of what can be waited for. */
static NTSTATUS find(HANDLE handle, struct nt_object **ret_object)
{
    struct nt_object *object;
    ACCESS_MASK access;
    NTSTATUS status;

    if (NT_UNLIKELY(handle == NT_PSEUDO_PROCESS || handle == NT_PSEUDO_THREAD))
        return find_pseudo(handle, ret_object);
    status = nt_handle_get(handle, NULL, 0, &object, &access);
    if (!NT_SUCCESS(status))
        return status;
    if (!object->type->wait)
        status = STATUS_OBJECT_TYPE_MISMATCH;
    else if (!(access & SYNCHRONIZE))
        status = STATUS_ACCESS_DENIED;
    if (NT_SUCCESS(status))
        *ret_object = object;
    else
        nt_object_close(object);
    return status;
}

/* --- the calls ------------------------------------------------------------------------------ */

/* Whether the wait ends before it begins: procedure calls, or no time. */
static NTSTATUS before_sleep(struct nt_waiter *waiter)
{
    if (nt_wait_alerted(waiter))
        return run_calls();
    return waiter->deadline_ns == 0 ? STATUS_TIMEOUT : STATUS_PENDING;
}

/* Sleeps with references in the place of the opens, which are given back. */
static NTSTATUS look_and_sleep(struct nt_waiter *waiter, bool all)
{
    NTSTATUS status = all ? nt_wait_take_all(waiter) : take_any(waiter);
    bool sleeps = status == STATUS_PENDING;

    for (unsigned i = 0; i < waiter->count; i++) {
        if (sleeps)
            nt_object_ref(waiter->objects[i]);
        nt_object_close(waiter->objects[i]);
    }
    if (!sleeps)
        return status;
    status = before_sleep(waiter);
    if (status == STATUS_PENDING)
        status = all ? nt_wait_sleep_all(waiter) : nt_wait_sleep_any(waiter);
    for (unsigned i = 0; i < waiter->count; i++)
        nt_object_unref(waiter->objects[i]);
    return status;
}

static NTSTATUS wait_for_several(const HANDLE *handles, unsigned count, bool all, bool alertable,
                                 uint64_t deadline_ns)
{
    struct nt_waiter waiter;
    NTSTATUS status = nt_wait_prepare(&waiter, alertable, deadline_ns);

    for (waiter.count = 0; NT_SUCCESS(status) && waiter.count < count;) {
        status = find(handles[waiter.count], &waiter.objects[waiter.count]);
        if (NT_SUCCESS(status))
            waiter.count++;
    }
    if (NT_SUCCESS(status) && all)
        status = nt_wait_order(&waiter);
    if (NT_SUCCESS(status))
        return look_and_sleep(&waiter, all);
    while (waiter.count > 0)
        nt_object_close(waiter.objects[--waiter.count]);
    return status;
}

/* @object: referenced by the caller; it let nobody go a moment ago. */
static NTSTATUS sleep_for_one(struct nt_object *object, bool alertable, uint64_t deadline_ns)
{
    struct nt_waiter waiter;
    NTSTATUS status = nt_wait_prepare(&waiter, alertable, deadline_ns);

    if (!NT_SUCCESS(status))
        return status;
    waiter.count = 1;
    waiter.objects[0] = object;
    status = before_sleep(&waiter);
    return status == STATUS_PENDING ? nt_wait_sleep_any(&waiter) : status;
}

static NTSTATUS wait_for_one(HANDLE handle, bool alertable, uint64_t deadline_ns)
{
    struct nt_object *object;
    NTSTATUS status = find(handle, &object);

    if (!NT_SUCCESS(status))
        return status;
    status = object->type->wait->take(object);
    if (status != STATUS_PENDING || (deadline_ns == 0 && !alertable)) {
        nt_object_close(object);
        return status == STATUS_PENDING ? STATUS_TIMEOUT : status;
    }
    nt_object_ref(object);
    nt_object_close(object);
    status = sleep_for_one(object, alertable, deadline_ns);
    nt_object_unref(object);
    return status;
}

NTSTATUS nt_wait(const HANDLE *handles, unsigned count, bool all, bool alertable,
                 uint64_t deadline_ns)
{
    if (count == 0 || count > MAXIMUM_WAIT_OBJECTS)
        return STATUS_INVALID_PARAMETER_1;
    if (count == 1)
        return wait_for_one(handles[0], alertable, deadline_ns);
    return wait_for_several(handles, count, all, alertable, deadline_ns);
}

NTSTATUS nt_object_wait(HANDLE handle, uint64_t deadline_ns)
{
    return wait_for_one(handle, false, deadline_ns);
}

NTSTATUS nt_wait_object(struct nt_object *object, bool alertable, uint64_t deadline_ns)
{
    NTSTATUS status = object->type->wait->take(object);

    return status == STATUS_PENDING ? sleep_for_one(object, alertable, deadline_ns) : status;
}

NTSTATUS nt_wait_alert(bool alertable, uint64_t deadline_ns)
{
    struct nt_waiter waiter;
    NTSTATUS status = nt_wait_prepare(&waiter, alertable, deadline_ns);

    if (!NT_SUCCESS(status))
        return status;
    do {
        status = before_sleep(&waiter);
    } while (status == STATUS_PENDING &&
             (nt_wait_doze(&waiter, NULL, 0) || nt_wait_alerted(&waiter)));
    return status == STATUS_PENDING ? STATUS_TIMEOUT : status;
}

/* The first half, and what is waited for then: one reference. */
static NTSTATUS signal_and_find(HANDLE signal, HANDLE wait, struct nt_object **ret_waited)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *signalled = NULL;
    NT_CLEANUP(nt_object_closep) struct nt_object *waited = NULL;
    const struct nt_wait_type *type;
    ACCESS_MASK access;
    NTSTATUS status = nt_handle_get(signal, NULL, 0, &signalled, &access);

    if (!NT_SUCCESS(status))
        return status;
    type = signalled->type->wait;
    if (!type || !type->signal)
        return STATUS_OBJECT_TYPE_MISMATCH;
    if (type->signal_access & ~access)
        return STATUS_ACCESS_DENIED;
    status = find(wait, &waited);
    if (NT_SUCCESS(status))
        status = type->signal(signalled);
    if (NT_SUCCESS(status))
        *ret_waited = nt_object_ref(waited);
    return status;
}

NTSTATUS nt_signal_and_wait(HANDLE signal, HANDLE wait, bool alertable, uint64_t deadline_ns)
{
    struct nt_object *waited;
    NTSTATUS status = signal_and_find(signal, wait, &waited);

    if (!NT_SUCCESS(status))
        return status;
    status = nt_wait_object(waited, alertable, deadline_ns);
    nt_object_unref(waited);
    return status;
}
