// SPDX-License-Identifier: MIT
/*
 * Waitable timers: setting, waiting, names and rights. Completion routines are in
 * waitable_timer_routine.c.
 */
#include "api/api.h"

#define MS    10000ll /* in units of 100 ns */
#define LATER (-3600ll * 1000 * MS)

static HANDLE new_timer(BOOL manual, const wchar_t *name)
{
    HANDLE timer = CreateWaitableTimerW(NULL, manual, name);

    require(timer != NULL, "error %u", (unsigned)GetLastError());
    return timer;
}

static BOOL set(HANDLE timer, long long due, LONG period)
{
    LARGE_INTEGER time = {.QuadPart = due};

    return SetWaitableTimer(timer, &time, period, NULL, NULL, FALSE);
}

static bool is_set(HANDLE timer)
{
    DWORD result = WaitForSingleObject(timer, 0);

    ok(result == WAIT_OBJECT_0 || result == WAIT_TIMEOUT, "%u", (unsigned)result);
    return result == WAIT_OBJECT_0;
}

static long long wall_now(void)
{
    FILETIME now;

    GetSystemTimeAsFileTime(&now);
    return (long long)((ULONGLONG)now.dwHighDateTime << 32 | now.dwLowDateTime);
}

TEST(a_timer_is_signalled_when_its_time_has_come, "")
{
    HANDLE timer = new_timer(FALSE, NULL);
    uint64_t start = test_now_ms(), took;

    ok(!is_set(timer));
    ok_succeeds(set(timer, -60 * MS, 0));
    ok_eq(WaitForSingleObject(timer, 60000), WAIT_OBJECT_0);
    took = test_now_ms() - start;
    ok(took >= 55, "%u ms", (unsigned)took);
    ok(!is_set(timer));
    drop(timer, NULL);
}

TEST(a_manual_timer_stays_signalled_until_it_is_set, "")
{
    HANDLE timer = new_timer(TRUE, NULL);

    ok_succeeds(set(timer, -1, 0));
    ok_eq(WaitForSingleObject(timer, 60000), WAIT_OBJECT_0);
    ok(is_set(timer));
    ok(is_set(timer));
    ok_succeeds(set(timer, LATER, 0));
    ok(!is_set(timer));
    drop(timer, NULL);
}

TEST(a_timer_may_be_set_for_a_moment_of_the_clock, "")
{
    HANDLE timer = new_timer(FALSE, NULL);
    long long due = wall_now() + 60 * MS;

    ok_succeeds(set(timer, due, 0));
    ok_eq(WaitForSingleObject(timer, 60000), WAIT_OBJECT_0);
    ok(wall_now() >= due - 2 * MS);
    /* Moments that have passed, the beginning of time among them. */
    ok_succeeds(set(timer, due, 0));
    ok(is_set(timer));
    ok_succeeds(set(timer, 0, 0));
    ok(is_set(timer));
    ok_succeeds(set(timer, 1, 0));
    ok(is_set(timer));
    ok(!is_set(timer));
    drop(timer, NULL);
}

TEST(times_far_away_do_not_come, "")
{
    static const long long times[] = {INT64_MAX,
                                      INT64_MIN,
                                      INT64_MIN + 1,
                                      (long long)1 << 62,
                                      -((long long)1 << 62),
                                      0x7fffffff00000000ll,
                                      -0x100000000ll * MS};
    HANDLE timer = new_timer(FALSE, NULL);

    for (size_t i = 0; i < ARRAYSIZE(times); i++) {
        ok_succeeds(set(timer, times[i], 0));
        ok(!is_set(timer), "%lld", times[i]);
        ok_eq(WaitForSingleObject(timer, 5), WAIT_TIMEOUT);
    }
    ok_succeeds(set(timer, -1, INT32_MAX));
    ok_eq(WaitForSingleObject(timer, 60000), WAIT_OBJECT_0);
    ok(!is_set(timer));
    drop(timer, NULL);
}

TEST(a_periodic_timer_comes_again, "")
{
    HANDLE timer = new_timer(FALSE, NULL);
    uint64_t start = test_now_ms(), took;

    ok_succeeds(set(timer, -20 * MS, 20));
    for (int i = 0; i < 4; i++)
        ok_eq(WaitForSingleObject(timer, 60000), WAIT_OBJECT_0);
    took = test_now_ms() - start;
    ok(took >= 75, "%u ms", (unsigned)took);
    ok_succeeds(CancelWaitableTimer(timer));
    /* One that had come may be left, and no more. */
    is_set(timer);
    ok_eq(WaitForSingleObject(timer, 50), WAIT_TIMEOUT);
    drop(timer, NULL);
}

TEST(periods_that_pass_unseen_are_one_signal, "")
{
    HANDLE timer = new_timer(FALSE, NULL);
    HANDLE clock = new_timer(FALSE, NULL);

    ok_succeeds(set(timer, -MS, 3000));
    ok_succeeds(set(clock, -6500 * MS, 0));
    ok_eq(WaitForSingleObject(clock, 60000), WAIT_OBJECT_0);
    ok(is_set(timer));
    /* Three periods have begun by now, the fourth has not: unless this machine stands still. */
    ok_succeeds(set(clock, -1, 0));
    ok(!is_set(timer));
    drop(timer, NULL);
    drop(clock, NULL);
}

TEST(a_cancelled_timer_does_not_come, "")
{
    HANDLE timer = new_timer(FALSE, NULL);
    HANDLE manual = new_timer(TRUE, NULL);

    ok_succeeds(CancelWaitableTimer(timer));
    ok_succeeds(set(timer, -40 * MS, 10));
    ok_succeeds(CancelWaitableTimer(timer));
    ok_eq(WaitForSingleObject(timer, 100), WAIT_TIMEOUT);
    /* What has come stays. */
    ok_succeeds(set(manual, -1, 0));
    ok_eq(WaitForSingleObject(manual, 60000), WAIT_OBJECT_0);
    ok_succeeds(CancelWaitableTimer(manual));
    ok(is_set(manual));
    drop(timer, NULL);
    drop(manual, NULL);
}

struct waiter {
    HANDLE timer, begun;
    DWORD result;
};

static void wait_once(void *arg)
{
    struct waiter *waiter = arg;

    SetEvent(waiter->begun);
    waiter->result = WaitForSingleObject(waiter->timer, 60000);
}

TEST(who_waits_for_a_timer_sees_it_set_anew, "")
{
    HANDLE begun = CreateEventW(NULL, FALSE, FALSE, NULL);
    HANDLE timers[2] = {new_timer(FALSE, NULL), new_timer(TRUE, L_("anew"))};
    struct waiter waiters[2];
    struct test_thread threads[2];

    for (int i = 0; i < 2; i++) {
        ok_succeeds(set(timers[i], LATER, 0));
        waiters[i] = (struct waiter){.timer = timers[i], .begun = begun};
        test_thread_start(&threads[i], wait_once, &waiters[i]);
        ok_eq(WaitForSingleObject(begun, 60000), WAIT_OBJECT_0);
    }
    for (int i = 0; i < 2; i++) {
        ok_succeeds(set(timers[i], -1, 0));
        test_thread_join(&threads[i]);
        ok_eq(waiters[i].result, WAIT_OBJECT_0);
        drop(timers[i], NULL);
    }
    drop(begun, NULL);
}

TEST(an_automatic_timer_lets_one_go, "")
{
    HANDLE begun = CreateEventW(NULL, FALSE, FALSE, NULL);
    HANDLE timer = new_timer(FALSE, NULL);
    struct waiter waiters[3];
    struct test_thread threads[3];

    for (int i = 0; i < 3; i++) {
        waiters[i] = (struct waiter){.timer = timer, .begun = begun};
        test_thread_start(&threads[i], wait_once, &waiters[i]);
        ok_eq(WaitForSingleObject(begun, 60000), WAIT_OBJECT_0);
    }
    /* Each setting lets one of them go; one that nobody sees would let the next one time out. */
    ok_succeeds(set(timer, -MS, 1));
    for (int i = 0; i < 3; i++) {
        test_thread_join(&threads[i]);
        ok_eq(waiters[i].result, WAIT_OBJECT_0);
    }
    drop(timer, NULL);
    drop(begun, NULL);
}

TEST(timers_go_with_others_in_one_wait, "")
{
    HANDLE objects[3] = {CreateEventW(NULL, FALSE, FALSE, NULL), new_timer(FALSE, NULL),
                         CreateMutexW(NULL, FALSE, NULL)};

    ok_succeeds(set(objects[1], -20 * MS, 0));
    ok_eq(WaitForMultipleObjects(2, objects, FALSE, 60000), WAIT_OBJECT_0 + 1);
    ok_eq(WaitForMultipleObjects(3, objects, TRUE, 20), WAIT_TIMEOUT);
    ok_succeeds(set(objects[1], -20 * MS, 0));
    ok_succeeds(SetEvent(objects[0]));
    ok_eq(WaitForMultipleObjects(3, objects, TRUE, 60000), WAIT_OBJECT_0);
    ok(!is_set(objects[0]));
    ok(!is_set(objects[1]));
    ok_succeeds(ReleaseMutex(objects[2]));
    for (int i = 0; i < 3; i++)
        drop(objects[i], NULL);
}

/* --- names and rights ------------------------------------------------------------------------- */

TEST(creating_a_timer_sets_the_last_error, "1.18 1.19 11.27")
{
    HANDLE first, second;

    SetLastError(0xdeadbeef);
    first = new_timer(TRUE, L_("twice"));
    ok_error(ERROR_SUCCESS);
    second = new_timer(FALSE, L_("twice"));
    ok_error(ERROR_ALREADY_EXISTS);
    ok_succeeds(set(second, -1, 0));
    ok_eq(WaitForSingleObject(first, 60000), WAIT_OBJECT_0);
    /* The old one keeps its kind. */
    ok(is_set(second));
    drop(first, NULL);
    drop(second, NULL);
    ok_fails(OpenWaitableTimerW(SYNCHRONIZE, FALSE, L_("twice")), ERROR_FILE_NOT_FOUND);
}

TEST(a_timer_is_opened_by_name, "2.1 2.3")
{
    HANDLE timer = new_timer(FALSE, L_("named"));
    HANDLE opened = OpenWaitableTimerA(TIMER_ALL_ACCESS, FALSE, A_("named"));

    require(opened != NULL);
    ok_succeeds(set(opened, -1, 0));
    ok_eq(WaitForSingleObject(timer, 60000), WAIT_OBJECT_0);
    drop(opened, NULL);
    drop(timer, NULL);
    ok_fails(OpenWaitableTimerW(SYNCHRONIZE, FALSE, L_("named")), ERROR_FILE_NOT_FOUND);
    ok_fails(OpenWaitableTimerW(SYNCHRONIZE, FALSE, NULL), ERROR_INVALID_PARAMETER);
    ok_fails(OpenWaitableTimerA(SYNCHRONIZE, FALSE, NULL), ERROR_INVALID_PARAMETER);
}

TEST(timers_and_others_share_the_names, "11.21 11.22 11.30")
{
    HANDLE timer = new_timer(FALSE, L_("kind"));
    HANDLE section = new_section(L_("other"), PAGE_READWRITE, PAGE);

    ok_fails(CreateMutexW(NULL, FALSE, L_("kind")), ERROR_INVALID_HANDLE);
    ok_fails(CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, L_("kind")),
             ERROR_INVALID_HANDLE);
    ok_fails(CreateWaitableTimerW(NULL, FALSE, L_("other")), ERROR_INVALID_HANDLE);
    ok_fails(OpenWaitableTimerW(SYNCHRONIZE, FALSE, L_("other")), ERROR_INVALID_HANDLE);
    drop(section, NULL);
    drop(timer, NULL);
}

TEST(timers_rights_are_enforced, "2.13 2.14")
{
    HANDLE timer = new_timer(TRUE, L_("rights"));
    HANDLE waiter = OpenWaitableTimerW(SYNCHRONIZE, FALSE, L_("rights"));
    HANDLE setter = OpenWaitableTimerW(TIMER_MODIFY_STATE, FALSE, L_("rights"));

    require(waiter && setter);
    ok_fails(set(waiter, -1, 0), ERROR_ACCESS_DENIED);
    ok_fails(CancelWaitableTimer(waiter), ERROR_ACCESS_DENIED);
    SetLastError(0xdeadbeef);
    ok_eq(WaitForSingleObject(setter, 0), WAIT_FAILED);
    ok_error(ERROR_ACCESS_DENIED);
    ok_succeeds(set(setter, -1, 0));
    ok_eq(WaitForSingleObject(waiter, 60000), WAIT_OBJECT_0);
    ok_succeeds(CancelWaitableTimer(setter));
    todo_wine
    {
        ok_fails(OpenWaitableTimerW(0, FALSE, L_("rights")), ERROR_ACCESS_DENIED);
    }
    drop(waiter, NULL);
    drop(setter, NULL);
    drop(timer, NULL);
}

TEST(a_timer_refuses_what_is_wrong, "")
{
    HANDLE timer = new_timer(FALSE, NULL);
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);

    /* Wine takes it for a period that never comes. */
    todo_wine
    {
        ok_fails(set(timer, LATER, -1), ERROR_INVALID_PARAMETER);
    }
    ok_fails(set(event, -1, 0), ERROR_INVALID_HANDLE);
    ok_fails(CancelWaitableTimer(event), ERROR_INVALID_HANDLE);
    ok_fails(SetEvent(timer), ERROR_INVALID_HANDLE);
    ok(!is_set(timer));
    drop(event, NULL);
    drop(timer, NULL);
}

TEST(timer_ex_takes_flags_and_rights, "")
{
    HANDLE manual =
        CreateWaitableTimerExW(NULL, NULL, CREATE_WAITABLE_TIMER_MANUAL_RESET, TIMER_ALL_ACCESS);
    HANDLE waiter = CreateWaitableTimerExA(NULL, A_("ex"), 0, SYNCHRONIZE | TIMER_MODIFY_STATE);
    LARGE_INTEGER due = {.QuadPart = -1};

    require(manual && waiter);
    ok_succeeds(SetWaitableTimerEx(manual, &due, 0, NULL, NULL, NULL, 50));
    ok_eq(WaitForSingleObject(manual, 60000), WAIT_OBJECT_0);
    ok(is_set(manual));
    ok_succeeds(set(waiter, -1, 0));
    ok_eq(WaitForSingleObject(waiter, 60000), WAIT_OBJECT_0);
    ok(!is_set(waiter));
    drop(manual, NULL);
    drop(waiter, NULL);
}

/* --- other processes ------------------------------------------------------------------------ */

CHILD(timer_waiter)
{
    HANDLE timer = OpenWaitableTimerA(SYNCHRONIZE, FALSE, argv[1]);

    ok_eq(argc, 2);
    require(timer != NULL, "error %u", (unsigned)GetLastError());
    test_say("waiting");
    ok_eq(WaitForSingleObject(timer, 60000), WAIT_OBJECT_0);
    test_say("awake");
    return 0;
}

TEST(a_timer_wakes_another_process, "")
{
    HANDLE timer = new_timer(FALSE, L_("process"));
    struct test_child child;

    ok_succeeds(set(timer, LATER, 0));
    require(test_child_start(&child, "timer_waiter", A_("process")));
    test_child_expect(&child, "waiting", 20000);
    ok_succeeds(set(timer, -10 * MS, 0));
    test_child_expect(&child, "awake", 20000);
    ok_eq(test_child_wait(&child, 20000), 0);
    ok(!is_set(timer));
    drop(timer, NULL);
}

/* Nobody has to be there: who set it is gone. */
CHILD(timer_setter)
{
    HANDLE timer = OpenWaitableTimerA(TIMER_MODIFY_STATE, FALSE, argv[1]);

    ok_eq(argc, 2);
    require(timer != NULL, "error %u", (unsigned)GetLastError());
    ok_succeeds(set(timer, -100 * MS, 0));
    return 0;
}

TEST(a_timer_comes_when_its_setter_is_gone, "")
{
    HANDLE timer = new_timer(FALSE, L_("setter"));
    struct test_child child;

    require(test_child_start(&child, "timer_setter", A_("setter")));
    ok_eq(test_child_wait(&child, 20000), 0);
    ok_eq(WaitForSingleObject(timer, 60000), WAIT_OBJECT_0);
    drop(timer, NULL);
}

/* --- the Nt layer --------------------------------------------------------------------------- */

TEST(nt_timer_tells_its_state, "")
{
    LARGE_INTEGER due = {.QuadPart = LATER};
    TIMER_BASIC_INFORMATION information;
    BOOLEAN state = 77;
    HANDLE timer;
    ULONG size;

    require(NtCreateTimer(&timer, TIMER_ALL_ACCESS, NULL, NotificationTimer) == STATUS_SUCCESS);
    ok_status(NtSetTimer(timer, &due, NULL, NULL, FALSE, 0, &state), STATUS_SUCCESS);
    ok_eq(state, FALSE);
    ok_status(NtQueryTimer(timer, TimerBasicInformation, &information, sizeof(information), &size),
              STATUS_SUCCESS);
    ok_eq(size, sizeof(information));
    ok(!information.TimerState);
    ok(information.RemainingTime.QuadPart > 0 && information.RemainingTime.QuadPart <= -LATER);
    due.QuadPart = -1;
    ok_status(NtSetTimer(timer, &due, NULL, NULL, FALSE, 0, NULL), STATUS_SUCCESS);
    ok_eq(WaitForSingleObject(timer, 60000), WAIT_OBJECT_0);
    ok_status(NtQueryTimer(timer, TimerBasicInformation, &information, sizeof(information), NULL),
              STATUS_SUCCESS);
    ok(information.TimerState);
    ok(information.RemainingTime.QuadPart <= 0);
    state = FALSE;
    ok_status(NtSetTimer(timer, &due, NULL, NULL, FALSE, 0, &state), STATUS_SUCCESS);
    ok_eq(state, TRUE);
    ok_eq(WaitForSingleObject(timer, 60000), WAIT_OBJECT_0);
    state = FALSE;
    ok_status(NtCancelTimer(timer, &state), STATUS_SUCCESS);
    ok_eq(state, TRUE);
    ok_status(NtQueryTimer(timer, TimerBasicInformation, &information, 3, NULL),
              STATUS_INFO_LENGTH_MISMATCH);
    drop(timer, NULL);
}

TEST(nt_timers_have_names, "11.23 11.24 11.31")
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string;
    WCHAR path[128] = L"\\BaseNamedObjects\\";
    HANDLE timer, again = (HANDLE)77;

    wcscat(path, L_("nt"));
    RtlInitUnicodeString(&string, path);
    InitializeObjectAttributes(&attributes, &string, 0, NULL, NULL);
    ok_status(NtCreateTimer(&timer, TIMER_ALL_ACCESS, &attributes, SynchronizationTimer),
              STATUS_SUCCESS);
    ok_status(NtCreateTimer(&again, TIMER_ALL_ACCESS, &attributes, SynchronizationTimer),
              STATUS_OBJECT_NAME_COLLISION);
    attributes.Attributes = OBJ_OPENIF;
    ok_status(NtCreateTimer(&again, TIMER_ALL_ACCESS, &attributes, NotificationTimer),
              STATUS_OBJECT_NAME_EXISTS);
    drop(again, NULL);
    ok_status(NtOpenTimer(&again, SYNCHRONIZE, &attributes), STATUS_SUCCESS);
    drop(again, NULL);
    drop(timer, NULL);
    ok_status(NtOpenTimer(&again, SYNCHRONIZE, &attributes), STATUS_OBJECT_NAME_NOT_FOUND);
}
