// SPDX-License-Identifier: MIT
/*
 * Completion routines of timers: they run in alertable waits of the thread that set the timer, and
 * in no others.
 */
#include "api/api.h"

#define MS 10000ll /* in units of 100 ns */

static struct {
    unsigned n;
    void *argument;
    ULONGLONG when;
    HANDLE timer; /* to be cancelled after so many */
    unsigned most;
} seen;

static VOID CALLBACK note(LPVOID argument, DWORD low, DWORD high)
{
    seen.n++;
    seen.argument = argument;
    seen.when = (ULONGLONG)high << 32 | low;
    if (seen.n == seen.most)
        ok_succeeds(CancelWaitableTimer(seen.timer));
}

static ULONGLONG wall_now(void)
{
    FILETIME now;

    GetSystemTimeAsFileTime(&now);
    return (ULONGLONG)now.dwHighDateTime << 32 | now.dwLowDateTime;
}

static HANDLE new_timer(BOOL manual)
{
    HANDLE timer = CreateWaitableTimerW(NULL, manual, NULL);

    require(timer != NULL, "error %u", (unsigned)GetLastError());
    return timer;
}

static BOOL set(HANDLE timer, long long due, LONG period, void *argument)
{
    LARGE_INTEGER time = {.QuadPart = due};

    return SetWaitableTimer(timer, &time, period, note, argument, FALSE);
}

TEST(a_routine_runs_in_an_alertable_wait, "")
{
    HANDLE timer = new_timer(FALSE);
    ULONGLONG before = wall_now();
    int here;

    ok_succeeds(set(timer, -20 * MS, 0, &here));
    /* Not in a wait that cannot be alerted. */
    ok_eq(WaitForSingleObject(timer, 60000), WAIT_OBJECT_0);
    ok_eq(seen.n, 0);
    ok_eq(SleepEx(60000, TRUE), WAIT_IO_COMPLETION);
    ok_eq(seen.n, 1);
    ok_ptr_eq(seen.argument, &here);
    /* Wine counts from now there. */
    todo_wine
    {
        ok(seen.when >= before && seen.when <= wall_now(), "%llu", (unsigned long long)seen.when);
    }
    /* Once. */
    ok_eq(SleepEx(20, TRUE), 0);
    ok_eq(seen.n, 1);
    drop(timer, NULL);
}

TEST(a_routine_runs_in_every_kind_of_alertable_wait, "")
{
    HANDLE timer = new_timer(TRUE);
    HANDLE events[2] = {CreateEventW(NULL, TRUE, FALSE, NULL),
                        CreateEventW(NULL, TRUE, FALSE, NULL)};

    ok_succeeds(set(timer, -10 * MS, 0, NULL));
    ok_eq(WaitForSingleObjectEx(events[0], 60000, TRUE), WAIT_IO_COMPLETION);
    ok_succeeds(set(timer, -10 * MS, 0, NULL));
    ok_eq(WaitForMultipleObjectsEx(2, events, FALSE, 60000, TRUE), WAIT_IO_COMPLETION);
    ok_succeeds(set(timer, -10 * MS, 0, NULL));
    ok_eq(WaitForMultipleObjectsEx(2, events, TRUE, 60000, TRUE), WAIT_IO_COMPLETION);
    ok_eq(seen.n, 3);
    drop(timer, NULL);
    drop(events[0], NULL);
    drop(events[1], NULL);
}

TEST(a_periodic_routine_runs_until_it_is_cancelled, "")
{
    HANDLE timer = new_timer(FALSE);

    seen.timer = timer;
    seen.most = 3;
    ok_succeeds(set(timer, -5 * MS, 5, NULL));
    while (seen.n < 3)
        ok_eq(SleepEx(60000, TRUE), WAIT_IO_COMPLETION);
    ok_eq(SleepEx(50, TRUE), 0);
    ok_eq(seen.n, 3);
    drop(timer, NULL);
}

TEST(a_routine_that_is_due_goes_with_its_setting, "")
{
    HANDLE timer = new_timer(FALSE);
    LARGE_INTEGER due = {.QuadPart = -1};

    ok_succeeds(set(timer, -1, 0, NULL));
    ok_eq(WaitForSingleObject(timer, 60000), WAIT_OBJECT_0);
    ok_succeeds(CancelWaitableTimer(timer));
    ok_eq(SleepEx(20, TRUE), 0);
    ok_succeeds(set(timer, -1, 0, NULL));
    ok_eq(WaitForSingleObject(timer, 60000), WAIT_OBJECT_0);
    ok_succeeds(SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE));
    ok_eq(SleepEx(20, TRUE), 0);
    ok_eq(seen.n, 0);
    drop(timer, NULL);
}

static void cancel(void *arg)
{
    ok_succeeds(CancelWaitableTimer(arg));
    /* It is another thread's. */
    ok_eq(SleepEx(30, TRUE), 0);
}

TEST(another_thread_may_cancel_a_routine, "")
{
    HANDLE timer = new_timer(FALSE);
    struct test_thread thread;

    ok_succeeds(set(timer, -3600ll * 1000 * MS, 0, NULL));
    test_thread_start(&thread, cancel, timer);
    test_thread_join(&thread);
    ok_eq(SleepEx(20, TRUE), 0);
    ok_eq(seen.n, 0);
    drop(timer, NULL);
}
