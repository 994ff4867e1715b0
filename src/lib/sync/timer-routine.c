// SPDX-License-Identifier: MIT
/*
 * A thread has a list of its routines, which nobody else touches; its end frees it. A thread that
 * never set a timer with a routine pays one look at a pointer for each alertable wait.
 */
#include "lib/sync/timer-routine.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "lib/process/clock.h"
#include "lib/sync/timer-word.h"
#include "util/macro.h"

struct nt_timer_routine {
    LIST_ENTRY(nt_timer_routine) entry;
    struct nt_waitable *timer; /* a reference; NULL until it is kept */
    PTIMERAPCROUTINE function;
    void *argument;
    uint64_t moment; /* when it is due, as a timer's state */
    uint32_t period;
    uint32_t setting;
    uint32_t round; /* of nt_timer_routines_run(): it ran in that one */
};

struct routines {
    LIST_HEAD(, nt_timer_routine) list;
    uint32_t round;
};

static _Thread_local struct routines *mine __attribute__((tls_model("initial-exec")));

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int key_error;

void nt_timer_routine_free(struct nt_timer_routine *routine)
{
    if (routine && routine->timer)
        nt_object_unref(&routine->timer->object);
    free(routine);
}

static void take_off(struct nt_timer_routine *routine)
{
    LIST_REMOVE(routine, entry);
    nt_timer_routine_free(routine);
}

static void end_of_thread(void *pointer)
{
    struct routines *routines = pointer;
    struct nt_timer_routine *routine;

    mine = NULL;
    while ((routine = LIST_FIRST(&routines->list)))
        take_off(routine);
    free(routines);
}

static void make_key(void)
{
    key_error = pthread_key_create(&key, end_of_thread);
}

static bool make_list(void)
{
    struct routines *routines;

    pthread_once(&once, make_key);
    routines = key_error ? NULL : calloc(1, sizeof(*routines));
    if (!routines || pthread_setspecific(key, routines) != 0) {
        free(routines);
        return false;
    }
    mine = routines;
    return true;
}

struct nt_timer_routine *nt_timer_routine_new(PTIMERAPCROUTINE function, void *argument)
{
    struct nt_timer_routine *routine;

    if (!mine && !make_list())
        return NULL;
    routine = calloc(1, sizeof(*routine));
    if (!routine)
        return NULL;
    routine->function = function;
    routine->argument = argument;
    return routine;
}

void nt_timer_routine_replace(struct nt_waitable *timer, struct nt_timer_routine *routine,
                              uint64_t moment, uint32_t period, uint32_t setting)
{
    struct nt_timer_routine *old, *next;

    for (old = mine ? LIST_FIRST(&mine->list) : NULL; old; old = next) {
        next = LIST_NEXT(old, entry);
        if (old->timer->words == timer->words)
            take_off(old);
    }
    if (!routine)
        return;
    nt_object_ref(&timer->object);
    routine->timer = timer;
    routine->moment = moment;
    routine->period = period;
    routine->setting = setting;
    routine->round = mine->round;
    LIST_INSERT_HEAD(&mine->list, routine, entry);
}

/* Somebody has set or cancelled the timer, or closed the last handle to it. */
static bool is_stale(const struct nt_timer_routine *routine)
{
    return atomic_load(&routine->timer->words->settings) != routine->setting ||
           atomic_load(&routine->timer->object.opens) == 0;
}

/* The one that is due, or will be, first, but those of the round; stale ones are taken off. */
static struct nt_timer_routine *first_routine(bool but_round)
{
    struct nt_timer_routine *first = NULL, *routine, *next;

    for (routine = mine ? LIST_FIRST(&mine->list) : NULL; routine; routine = next) {
        next = LIST_NEXT(routine, entry);
        if (is_stale(routine))
            take_off(routine);
        else if (!(but_round && routine->round == mine->round) &&
                 (!first ||
                  nt_timer_remaining(routine->moment) <= nt_timer_remaining(first->moment)))
            first = routine;
    }
    return first;
}

bool nt_timer_routines_due(uint64_t *ret_until_ns)
{
    const struct nt_timer_routine *first;

    *ret_until_ns = UINT64_MAX;
    if (NT_LIKELY(!mine))
        return false;
    first = first_routine(false);
    if (!first)
        return false;
    if (nt_timer_is_due(first->moment))
        return true;
    *ret_until_ns = nt_timer_until(first->moment);
    return false;
}

/* It may set and cancel timers, and end the thread: the list is as it will be before it is called.
 */
static void run_one(struct nt_timer_routine *routine)
{
    uint64_t when = nt_clock_wall() + (uint64_t)nt_timer_remaining(routine->moment);
    PTIMERAPCROUTINE function = routine->function;
    void *argument = routine->argument;

    routine->round = mine->round;
    routine->moment = nt_timer_next(routine->moment, routine->period);
    if (routine->moment == 0)
        take_off(routine);
    function(argument, (DWORD)when, (DWORD)(when >> 32));
}

void nt_timer_routines_run(void)
{
    struct nt_timer_routine *first;

    if (NT_LIKELY(!mine))
        return;
    mine->round++;
    while ((first = first_routine(true)) && nt_timer_is_due(first->moment))
        run_one(first);
}

void nt_timer_routines_forked(void)
{
    struct nt_timer_routine *routine;

    while (mine && (routine = LIST_FIRST(&mine->list)))
        take_off(routine);
}
