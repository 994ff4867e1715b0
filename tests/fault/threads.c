// SPDX-License-Identifier: MIT
/*
 * Threads and what hangs on them, when something fails inside.
 */
#include <errno.h>
#include <ntshm/ntshm.h>
#include <windows.h>

#include "fault/kit.h"
#include "harness/test.h"

#define LONG_TIME 30000

static HANDLE thread, self, copy;
static DWORD slot;

static DWORD WINAPI end_at_once(void *parameter)
{
    return (DWORD)(ULONG_PTR)parameter;
}

static uint32_t run_create(void)
{
    thread = CreateThread(NULL, 65536, end_at_once, &thread, 0, NULL);
    return fault_result(thread != NULL);
}

static void end_thread(void)
{
    ok_eq(WaitForSingleObject(thread, LONG_TIME), WAIT_OBJECT_0);
    ok_succeeds(CloseHandle(thread));
    ntshm_quiesce(); /* its stack too is given back now */
}

static void NTAPI procedure(ULONG_PTR parameter)
{
    (void)parameter;
}

static uint32_t run_queue(void)
{
    return fault_result(QueueUserAPC(procedure, self, 1) != 0);
}

static void run_procedure(void)
{
    ok_eq(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
}

static uint32_t run_open(void)
{
    copy = OpenThread(SYNCHRONIZE, FALSE, GetCurrentThreadId());
    return fault_result(copy != NULL);
}

static void close_copy(void)
{
    ok_succeeds(CloseHandle(copy));
}

TEST(thread_is_made_whole_or_not_at_all, "")
{
    const struct fault_call calls[] = {
        {"CreateThread", NULL, run_create, end_thread, FAULT_BIT(THREAD) | FAULT_MEMORY, 0, 0},
        {"QueueUserAPC", NULL, run_queue, run_procedure, FAULT_MEMORY, 0, 0},
        {"OpenThread", NULL, run_open, close_copy, 0, 0, 0},
    };

    self = OpenThread(THREAD_ALL_ACCESS, FALSE, GetCurrentThreadId());
    require(self != NULL);
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    ok_eq(SleepEx(0, TRUE), 0);
    ok_succeeds(CloseHandle(self));
}

/* --- what a thread needs for the first time --------------------------------------------------- */

/* What is made once is met by the first of the walks only. */
static uint32_t run_set_value(void)
{
    return fault_result(TlsSetValue(slot, &slot));
}

static void first_value(void *context)
{
    const struct fault_call call = {"TlsSetValue, the first", NULL, run_set_value, NULL, 0, 0, 0};

    (void)context;
    fault_walk_call(&call);
    ok_ptr_eq(TlsGetValue(slot), &slot);
}

static uint32_t run_first_query(void)
{
    return fault_result(GetThreadId(GetCurrentThread()) != 0);
}

static void first_record(void *context)
{
    const struct fault_call call = {
        "GetThreadId, the first",          NULL, run_first_query, NULL, 0,
        FAULT_BIT(OPEN) | FAULT_BIT(READ), 0};

    (void)context;
    fault_walk_call(&call);
}

TEST(first_needs_of_a_thread_fail_cleanly, "")
{
    struct test_thread t;

    slot = TlsAlloc();
    test_thread_start(&t, first_value, NULL);
    test_thread_join(&t);
    test_thread_start(&t, first_record, NULL);
    test_thread_join(&t);
    ok_succeeds(TlsFree(slot));
}
