// SPDX-License-Identifier: MIT
/*
 * Waiting for several objects, any of them or all at once; signalling one and waiting for another;
 * waits that procedure calls end.
 */
#include "api/api.h"

static HANDLE new_event(BOOL manual, BOOL set)
{
    HANDLE event = CreateEventW(NULL, manual, set, NULL);

    require(event != NULL, "error %u", (unsigned)GetLastError());
    return event;
}

static BOOL is_set(HANDLE event)
{
    EVENT_BASIC_INFORMATION basic = {.EventState = 77};

    ok_status(NtQueryEvent(event, EventBasicInformation, &basic, sizeof(basic), NULL),
              STATUS_SUCCESS);
    return basic.EventState != 0;
}

TEST(any_of_several_is_taken_the_first_one_first, "")
{
    HANDLE handles[3] = {new_event(FALSE, FALSE), new_event(FALSE, TRUE), new_event(TRUE, TRUE)};

    ok_eq(WaitForMultipleObjects(3, handles, FALSE, INFINITE), WAIT_OBJECT_0 + 1);
    ok_eq(WaitForMultipleObjects(3, handles, FALSE, 0), WAIT_OBJECT_0 + 2);
    ok_eq(WaitForMultipleObjects(3, handles, FALSE, 0), WAIT_OBJECT_0 + 2);
    ok_succeeds(ResetEvent(handles[2]));
    ok_eq(WaitForMultipleObjects(3, handles, FALSE, 0), WAIT_TIMEOUT);
    ok_eq(WaitForMultipleObjects(3, handles, FALSE, 20), WAIT_TIMEOUT);
    for (unsigned i = 0; i < 3; i++)
        ok_succeeds(CloseHandle(handles[i]));
}

TEST(all_are_taken_at_once_or_none, "")
{
    HANDLE semaphore = CreateSemaphoreW(NULL, 1, 2, NULL);
    HANDLE handles[3] = {new_event(FALSE, TRUE), semaphore, new_event(TRUE, FALSE)};

    require(semaphore != NULL);
    ok_eq(WaitForMultipleObjects(3, handles, TRUE, 0), WAIT_TIMEOUT);
    ok_eq(WaitForMultipleObjects(3, handles, TRUE, 20), WAIT_TIMEOUT);
    ok(is_set(handles[0]));
    ok_succeeds(SetEvent(handles[2]));
    ok_eq(WaitForMultipleObjects(3, handles, TRUE, 0), WAIT_OBJECT_0);
    ok(!is_set(handles[0]));
    ok(is_set(handles[2]));
    ok_eq(WaitForSingleObject(semaphore, 0), WAIT_TIMEOUT);
    ok_eq(WaitForMultipleObjects(3, handles, TRUE, 20), WAIT_TIMEOUT);
    for (unsigned i = 0; i < 3; i++)
        ok_succeeds(CloseHandle(handles[i]));
}

TEST(how_many_and_which_handles_is_looked_at_first, "12.32")
{
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, NULL);
    HANDLE set = new_event(TRUE, TRUE), handles[MAXIMUM_WAIT_OBJECTS + 1];

    for (unsigned i = 0; i <= MAXIMUM_WAIT_OBJECTS; i++)
        handles[i] = set;
    ok_eq(WaitForMultipleObjects(0, handles, FALSE, 0), WAIT_FAILED);
    ok_error(ERROR_INVALID_PARAMETER);
    ok_eq(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS + 1, handles, FALSE, 0), WAIT_FAILED);
    ok_error(ERROR_INVALID_PARAMETER);
    ok_eq(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, handles, FALSE, 0), WAIT_OBJECT_0);
    handles[1] = NULL;
    ok_eq(WaitForMultipleObjects(2, handles, FALSE, 0), WAIT_FAILED);
    ok_error(ERROR_INVALID_HANDLE);
    handles[1] = section;
    ok_eq(WaitForMultipleObjects(2, handles, TRUE, 0), WAIT_FAILED);
    ok_succeeds(CloseHandle(section));
    ok_succeeds(CloseHandle(set));
}

TEST(none_may_stand_twice_among_all, "")
{
    HANDLE event = new_event(TRUE, TRUE), other = new_event(TRUE, TRUE), copy;
    HANDLE handles[3] = {event, other, event};

    ok_succeeds(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &copy, 0, FALSE,
                                DUPLICATE_SAME_ACCESS));
    todo_wine
    { /* Wine looks at no handle twice */
        ok_eq(WaitForMultipleObjects(3, handles, TRUE, 0), WAIT_FAILED);
        ok_error(ERROR_INVALID_PARAMETER);
        handles[2] = copy;
        ok_eq(WaitForMultipleObjects(3, handles, TRUE, 0), WAIT_FAILED);
    }
    ok_eq(WaitForMultipleObjects(3, handles, FALSE, 0), WAIT_OBJECT_0);
    ok_eq(WaitForMultipleObjects(2, handles, TRUE, 0), WAIT_OBJECT_0);
    ok_succeeds(CloseHandle(copy));
    ok_succeeds(CloseHandle(other));
    ok_succeeds(CloseHandle(event));
}

/* --- threads ---------------------------------------------------------------------------------- */

struct sleeper {
    HANDLE handles[MAXIMUM_WAIT_OBJECTS];
    DWORD count;
    BOOL all;
    DWORD answer;
    struct test_thread thread;
};

static void sleep_on_them(void *arg)
{
    struct sleeper *sleeper = arg;

    sleeper->answer = WaitForMultipleObjects(sleeper->count, sleeper->handles, sleeper->all, 30000);
}

TEST(each_of_64_lets_a_sleeper_go, "")
{
    struct sleeper sleeper = {.count = MAXIMUM_WAIT_OBJECTS};

    for (unsigned i = 0; i < MAXIMUM_WAIT_OBJECTS; i++)
        sleeper.handles[i] = new_event(FALSE, FALSE);
    for (unsigned i = 0; i < MAXIMUM_WAIT_OBJECTS; i += 7) {
        test_thread_start(&sleeper.thread, sleep_on_them, &sleeper);
        ok_succeeds(SetEvent(sleeper.handles[i]));
        test_thread_join(&sleeper.thread);
        ok_eq(sleeper.answer, WAIT_OBJECT_0 + i);
        ok(!is_set(sleeper.handles[i]));
    }
    for (unsigned i = 0; i < MAXIMUM_WAIT_OBJECTS; i++)
        ok_succeeds(CloseHandle(sleeper.handles[i]));
}

TEST(a_sleeper_for_all_takes_nothing_before_all_are_there, "")
{
    struct sleeper sleeper = {.count = 3, .all = TRUE};

    for (unsigned i = 0; i < 3; i++)
        sleeper.handles[i] = new_event(FALSE, FALSE);
    test_thread_start(&sleeper.thread, sleep_on_them, &sleeper);
    ok_succeeds(SetEvent(sleeper.handles[0]));
    ok_succeeds(SetEvent(sleeper.handles[2]));
    for (unsigned i = 0; i < 100; i++) {
        ok(is_set(sleeper.handles[0]));
        ok_eq(WaitForSingleObject(sleeper.handles[2], 0), WAIT_OBJECT_0);
        ok_succeeds(SetEvent(sleeper.handles[2]));
    }
    ok_succeeds(SetEvent(sleeper.handles[1]));
    test_thread_join(&sleeper.thread);
    ok_eq(sleeper.answer, WAIT_OBJECT_0);
    for (unsigned i = 0; i < 3; i++) {
        ok(!is_set(sleeper.handles[i]));
        ok_succeeds(CloseHandle(sleeper.handles[i]));
    }
}

/* --- signalling and waiting ------------------------------------------------------------------- */

TEST(an_object_is_signalled_and_another_waited_for, "")
{
    HANDLE event = new_event(FALSE, FALSE), set = new_event(TRUE, TRUE);
    HANDLE semaphore = CreateSemaphoreW(NULL, 0, 1, NULL);
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, NULL);

    ok_eq(SignalObjectAndWait(event, set, 0, FALSE), WAIT_OBJECT_0);
    ok(is_set(event));
    ok_eq(SignalObjectAndWait(semaphore, event, 0, FALSE), WAIT_OBJECT_0);
    ok_eq(SignalObjectAndWait(set, event, 10, FALSE), WAIT_TIMEOUT);
    ok_eq(SignalObjectAndWait(event, event, 0, FALSE), WAIT_OBJECT_0);
    ok_eq(SignalObjectAndWait(semaphore, set, 0, FALSE), WAIT_FAILED);
    ok_error(ERROR_TOO_MANY_POSTS);
    ok_eq(SignalObjectAndWait(section, set, 0, FALSE), WAIT_FAILED);
    ok_error(ERROR_INVALID_HANDLE);
    ok_eq(SignalObjectAndWait(NULL, set, 0, FALSE), WAIT_FAILED);
    ok_error(ERROR_INVALID_HANDLE);
    /* What cannot be waited for: nothing is signalled either. */
    ok_eq(SignalObjectAndWait(event, NULL, 0, FALSE), WAIT_FAILED);
    ok_error(ERROR_INVALID_HANDLE);
    ok_succeeds(CloseHandle(section));
    ok_succeeds(CloseHandle(semaphore));
    ok_succeeds(CloseHandle(set));
    ok_succeeds(CloseHandle(event));
}

/* --- procedure calls -------------------------------------------------------------------------- */

static unsigned n_calls;

static void WINAPI count_call(ULONG_PTR argument)
{
    n_calls += (unsigned)argument;
}

static void queue_call(void)
{
    ok_succeeds(QueueUserAPC(count_call, GetCurrentThread(), 1));
}

TEST(procedure_calls_end_alertable_waits, "")
{
    HANDLE event = new_event(FALSE, FALSE), other = new_event(FALSE, FALSE);
    HANDLE handles[2] = {event, other};
    LARGE_INTEGER soon = {.QuadPart = -300000000};

    n_calls = 0;
    queue_call();
    ok_eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    ok_eq(WaitForSingleObjectEx(event, 10, FALSE), WAIT_TIMEOUT);
    ok_eq(n_calls, 0);
    ok_eq(WaitForSingleObjectEx(event, INFINITE, TRUE), WAIT_IO_COMPLETION);
    ok_eq(n_calls, 1);
    queue_call();
    queue_call();
    ok_eq(WaitForMultipleObjectsEx(2, handles, FALSE, INFINITE, TRUE), WAIT_IO_COMPLETION);
    ok_eq(n_calls, 3);
    queue_call();
    ok_eq(WaitForMultipleObjectsEx(2, handles, TRUE, INFINITE, TRUE), WAIT_IO_COMPLETION);
    ok_eq(n_calls, 4);
    queue_call();
    ok_eq(SleepEx(INFINITE, TRUE), WAIT_IO_COMPLETION);
    ok_eq(n_calls, 5);
    queue_call();
    ok_eq(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
    ok_eq(SleepEx(0, TRUE), 0);
    queue_call();
    ok_eq(SignalObjectAndWait(event, other, INFINITE, TRUE), WAIT_IO_COMPLETION);
    queue_call();
    ok_status(NtDelayExecution(TRUE, &soon), STATUS_USER_APC);
    ok_eq(n_calls, 8);
    /* What lets it go at once comes first. */
    queue_call();
    ok_eq(WaitForSingleObjectEx(event, INFINITE, TRUE), WAIT_OBJECT_0);
    ok_eq(n_calls, 8);
    ok_eq(SleepEx(1, TRUE), WAIT_IO_COMPLETION);
    ok_succeeds(CloseHandle(other));
    ok_succeeds(CloseHandle(event));
}

static void WINAPI set_event(ULONG_PTR argument)
{
    ok_succeeds(SetEvent((HANDLE)argument));
}

struct alertable {
    HANDLE ready, event;
    struct test_thread thread;
    HANDLE self;
    DWORD answer;
};

static void sleep_alertably(void *arg)
{
    struct alertable *alertable = arg;

    alertable->self = OpenThread(THREAD_ALL_ACCESS, FALSE, GetCurrentThreadId());
    SetEvent(alertable->ready);
    alertable->answer = WaitForSingleObjectEx(alertable->event, 30000, TRUE);
}

TEST(a_call_of_another_thread_wakes_a_sleeper, "")
{
    struct alertable alertable = {.ready = new_event(FALSE, FALSE),
                                  .event = new_event(FALSE, FALSE)};
    HANDLE other = new_event(FALSE, FALSE);

    test_thread_start(&alertable.thread, sleep_alertably, &alertable);
    ok_eq(WaitForSingleObject(alertable.ready, 20000), WAIT_OBJECT_0);
    ok_succeeds(QueueUserAPC(set_event, alertable.self, (ULONG_PTR)other));
    ok_eq(WaitForSingleObject(other, 20000), WAIT_OBJECT_0);
    test_thread_join(&alertable.thread);
    ok_eq(alertable.answer, WAIT_IO_COMPLETION);
    ok_succeeds(CloseHandle(alertable.self));
    ok_succeeds(CloseHandle(other));
    ok_succeeds(CloseHandle(alertable.event));
    ok_succeeds(CloseHandle(alertable.ready));
}
