// SPDX-License-Identifier: MIT
/*
 * Mutexes and timers when something fails inside: nothing is made or taken, no handle, descriptor
 * or name is left, and the same call works afterwards.
 */
#include <errno.h>
#include <pthread.h>

#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "fault/kit.h"
#include "harness/test.h"

/* How messages are lost is library.c's to look at. */
#define TALK (FAULT_BIT(SEND) | FAULT_BIT(RECV) | FAULT_BIT(SOCKET) | FAULT_BIT(CONNECT))

static HANDLE made, mutex, timer;

static void greet_broker(void)
{
    made = CreateEventA(NULL, TRUE, FALSE, A_("greeting"));
    require(made != NULL);
    ok_succeeds(CloseHandle(made));
}

static void close_made(void)
{
    ok_succeeds(CloseHandle(made));
    made = NULL;
}

static void release_and_close(void)
{
    ok_succeeds(ReleaseMutex(made));
    close_made();
}

static uint32_t run_mutex(void)
{
    made = CreateMutexA(NULL, FALSE, NULL);
    return fault_result(made != NULL);
}

static uint32_t run_owned(void)
{
    made = CreateMutexA(NULL, TRUE, NULL);
    return fault_result(made != NULL);
}

static uint32_t run_named(void)
{
    made = CreateMutexA(NULL, TRUE, A_("mutex"));
    return fault_result(made != NULL);
}

static uint32_t run_open(void)
{
    made = OpenMutexA(SYNCHRONIZE, FALSE, A_("there"));
    return fault_result(made != NULL);
}

TEST_DEADLINE(a_mutex_is_made_whole_or_not_at_all, "11.27", 120)
{
    static const struct fault_call calls[] = {
        {"CreateMutex", NULL, run_mutex, close_made, FAULT_MEMORY, 0, 0},
        {"CreateMutex, owned", NULL, run_owned, release_and_close, FAULT_MEMORY, 0, 0},
        {"CreateMutex, named and owned", greet_broker, run_named, release_and_close, FAULT_MEMORY,
         0, TALK},
    };
    static const struct fault_call open = {"OpenMutex",  NULL, run_open, close_made,
                                           FAULT_MEMORY, 0,    TALK};
    HANDLE there;

    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    there = CreateMutexA(NULL, FALSE, A_("there"));
    require(there != NULL);
    fault_walk_call(&open);
    ok_succeeds(CloseHandle(there));
}

/* A thread's first mutex, and its first routine: what it keeps for the next ones is made then. */
static uint32_t wait_error;

static void take_first(void *arg)
{
    (void)arg;
    fault_arm(0, ENOMEM);
    wait_error = fault_result(WaitForSingleObject(mutex, 0) == WAIT_OBJECT_0);
    fault_disarm();
    ok_fails(ReleaseMutex(mutex), ERROR_NOT_OWNER);
    ok_eq(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    ok_succeeds(ReleaseMutex(mutex));
}

TEST(a_mutex_that_cannot_be_kept_is_not_taken, "")
{
    struct test_thread thread;

    mutex = CreateMutexA(NULL, FALSE, NULL);
    require(mutex != NULL);
    test_thread_start(&thread, take_first, NULL);
    test_thread_join(&thread);
    ok_eq(wait_error, ERROR_NOT_ENOUGH_MEMORY);
    ok_eq(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    ok_succeeds(ReleaseMutex(mutex));
    ok_succeeds(CloseHandle(mutex));
}

/* The same with each point of it failing. */
static void *take_in_thread(void *arg)
{
    (void)arg;
    fault_follow();
    wait_error = fault_result(WaitForSingleObject(mutex, 0) == WAIT_OBJECT_0);
    if (wait_error == 0)
        ReleaseMutex(mutex);
    return NULL;
}

static uint32_t run_first(void)
{
    pthread_t thread;

    require(pthread_create(&thread, NULL, take_in_thread, NULL) == 0);
    require(pthread_join(thread, NULL) == 0);
    return wait_error;
}

TEST_DEADLINE(a_threads_first_mutex_is_taken_whole_or_not_at_all, "", 120)
{
    static const struct fault_call call = {
        "a thread's first mutex", NULL, run_first, NULL, FAULT_MEMORY | FAULT_BIT(ROBUST), 0, 0,
    };

    mutex = CreateMutexA(NULL, FALSE, NULL);
    require(mutex != NULL);
    fault_walk_call(&call);
    ok_eq(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    ok_succeeds(ReleaseMutex(mutex));
    ok_succeeds(CloseHandle(mutex));
}

static uint32_t run_timer(void)
{
    made = CreateWaitableTimerA(NULL, FALSE, NULL);
    return fault_result(made != NULL);
}

static uint32_t run_named_timer(void)
{
    made = CreateWaitableTimerA(NULL, FALSE, A_("timer"));
    return fault_result(made != NULL);
}

static VOID CALLBACK routine(LPVOID argument, DWORD low, DWORD high)
{
    (void)argument;
    (void)low;
    (void)high;
}

static uint32_t run_set(void)
{
    LARGE_INTEGER due = {.QuadPart = -36000000000ll};

    return fault_result(SetWaitableTimer(timer, &due, 0, routine, NULL, FALSE));
}

static void cancel(void)
{
    ok_succeeds(CancelWaitableTimer(timer));
}

TEST_DEADLINE(a_timer_is_made_and_set_whole_or_not_at_all, "11.27", 120)
{
    static const struct fault_call calls[] = {
        {"CreateWaitableTimer", NULL, run_timer, close_made, FAULT_MEMORY, 0, 0},
        {"CreateWaitableTimer, named", greet_broker, run_named_timer, close_made, FAULT_MEMORY, 0,
         TALK},
        {"SetWaitableTimer", NULL, run_set, cancel, FAULT_MEMORY, 0, 0},
    };

    timer = CreateWaitableTimerA(NULL, TRUE, NULL);
    require(timer != NULL);
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    ok_eq(WaitForSingleObject(timer, 0), WAIT_TIMEOUT);
    ok_succeeds(CloseHandle(timer));
}
