// SPDX-License-Identifier: MIT
/*
 * Works of waiting that nobody disturbs: a wait that is satisfied at once, a mutex and a semaphore
 * that are taken and given back.
 */
#include <string.h>

#include "bench/work.h"

static const char *set_begin(struct bench_work_state *state)
{
    state->event = CreateEventW(NULL, TRUE, TRUE, NULL);
    return state->event ? NULL : bench_work_failed("CreateEvent");
}

static const char *wait_run(struct bench_work_state *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (WaitForSingleObject(state->event, INFINITE) != WAIT_OBJECT_0)
            return bench_work_failed("WaitForSingleObject");
    }
    return NULL;
}

static const char *wait_check(struct bench_work_state *state)
{
    if (!ResetEvent(state->event) || WaitForSingleObject(state->event, 0) != WAIT_TIMEOUT)
        return "an event that was reset is set";
    return SetEvent(state->event) ? NULL : bench_work_failed("SetEvent");
}

static const char *mutex_begin(struct bench_work_state *state)
{
    state->other = CreateMutexW(NULL, FALSE, NULL);
    return state->other ? NULL : bench_work_failed("CreateMutex");
}

/* The same by a name, which another process could have. */
static const char *named_mutex_begin(struct bench_work_state *state)
{
    bench_work_name(state, "Local\\", "mutex");
    state->other = CreateMutexW(NULL, FALSE, state->name);
    return state->other ? NULL : bench_work_failed("CreateMutex");
}

static const char *mutex_run(struct bench_work_state *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (WaitForSingleObject(state->other, INFINITE) != WAIT_OBJECT_0)
            return bench_work_failed("WaitForSingleObject");
        if (!ReleaseMutex(state->other))
            return bench_work_failed("ReleaseMutex");
    }
    return NULL;
}

static const char *mutex_check(struct bench_work_state *state)
{
    return ReleaseMutex(state->other) ? "a mutex was not given back" : NULL;
}

static const char *semaphore_begin(struct bench_work_state *state)
{
    state->other = CreateSemaphoreW(NULL, 1, 1, NULL);
    return state->other ? NULL : bench_work_failed("CreateSemaphore");
}

static const char *semaphore_run(struct bench_work_state *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (WaitForSingleObject(state->other, INFINITE) != WAIT_OBJECT_0)
            return bench_work_failed("WaitForSingleObject");
        if (!ReleaseSemaphore(state->other, 1, NULL))
            return bench_work_failed("ReleaseSemaphore");
    }
    return NULL;
}

static const char *semaphore_check(struct bench_work_state *state)
{
    return WaitForSingleObject(state->other, 0) == WAIT_OBJECT_0 &&
                   WaitForSingleObject(state->other, 0) == WAIT_TIMEOUT &&
                   ReleaseSemaphore(state->other, 1, NULL)
               ? NULL
               : "the count of a semaphore is wrong";
}

static const struct bench_work works[] = {
    {"event_wait", set_begin, wait_run, wait_check},
    {"mutex_cycle", mutex_begin, mutex_run, mutex_check},
    {"mutex_named_cycle", named_mutex_begin, mutex_run, mutex_check},
    {"semaphore_cycle", semaphore_begin, semaphore_run, semaphore_check},
};

const struct bench_work *bench_sync_work_find(const char *id)
{
    for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
        if (strcmp(works[i].id, id) == 0)
            return &works[i];
    }
    return NULL;
}
