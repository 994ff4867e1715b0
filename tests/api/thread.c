// SPDX-License-Identifier: MIT
/*
 * Threads: making them, their ends, numbers and codes, suspended beginnings, procedure calls.
 */
#include "api/api.h"

#include <errno.h>
#include <process.h>

#define LONG_TIME 30000

static DWORD WINAPI give_back(void *parameter)
{
    return (DWORD)(ULONG_PTR)parameter;
}

static HANDLE start(LPTHREAD_START_ROUTINE function, void *parameter, DWORD flags)
{
    HANDLE thread = CreateThread(NULL, 0, function, parameter, flags, NULL);

    require(thread != NULL, "error %u", (unsigned)GetLastError());
    return thread;
}

static DWORD end_of(HANDLE thread)
{
    DWORD code = 0xdead;

    ok_eq(WaitForSingleObject(thread, LONG_TIME), WAIT_OBJECT_0);
    ok_succeeds(GetExitCodeThread(thread, &code));
    return code;
}

/* Runs @function in a new thread and closes it; its exit code. */
static DWORD run(LPTHREAD_START_ROUTINE function, void *parameter)
{
    HANDLE thread = start(function, parameter, 0);
    DWORD code = end_of(thread);

    ok_succeeds(CloseHandle(thread));
    return code;
}

TEST(thread_gives_its_result_as_exit_code, "")
{
    ok_eq(run(give_back, (void *)7), 7);
    ok_eq(run(give_back, (void *)(ULONG_PTR)0xC0000005), 0xC0000005);
}

struct meeting {
    HANDLE go;
    HANDLE here;
    DWORD id;
};

static DWORD WINAPI wait_for_go(void *parameter)
{
    struct meeting *meeting = parameter;

    meeting->id = GetCurrentThreadId();
    SetEvent(meeting->here);
    return WaitForSingleObject(meeting->go, LONG_TIME);
}

static void meet(struct meeting *meeting)
{
    meeting->go = CreateEventW(NULL, TRUE, FALSE, NULL);
    meeting->here = CreateEventW(NULL, FALSE, FALSE, NULL);
    require(meeting->go && meeting->here, "error %u", (unsigned)GetLastError());
}

static void part(struct meeting *meeting)
{
    CloseHandle(meeting->go);
    CloseHandle(meeting->here);
}

TEST(thread_is_signalled_when_it_has_ended, "")
{
    struct meeting meeting;
    HANDLE thread;
    DWORD code = 0;

    meet(&meeting);
    thread = start(wait_for_go, &meeting, 0);
    ok_eq(WaitForSingleObject(meeting.here, LONG_TIME), WAIT_OBJECT_0);
    ok_eq(WaitForSingleObject(thread, 0), WAIT_TIMEOUT);
    ok_succeeds(GetExitCodeThread(thread, &code));
    ok_eq(code, STILL_ACTIVE);
    SetEvent(meeting.go);
    ok_eq(end_of(thread), WAIT_OBJECT_0);
    ok_eq(WaitForSingleObject(thread, 0), WAIT_OBJECT_0);
    ok_succeeds(CloseHandle(thread));
    part(&meeting);
}

TEST(closing_its_handle_does_not_end_a_thread, "")
{
    struct meeting meeting;
    HANDLE thread;

    meet(&meeting);
    thread = start(wait_for_go, &meeting, 0);
    ok_eq(WaitForSingleObject(meeting.here, LONG_TIME), WAIT_OBJECT_0);
    ok_succeeds(CloseHandle(thread));
    thread = OpenThread(SYNCHRONIZE | THREAD_QUERY_INFORMATION, FALSE, meeting.id);
    ok(thread != NULL, "error %u", (unsigned)GetLastError());
    ok_eq(WaitForSingleObject(thread, 0), WAIT_TIMEOUT);
    SetEvent(meeting.go);
    ok_eq(end_of(thread), WAIT_OBJECT_0);
    ok_succeeds(CloseHandle(thread));
    part(&meeting);
}

TEST(thread_has_a_number, "")
{
    struct meeting meeting;
    HANDLE thread, other;
    DWORD id = 0;

    meet(&meeting);
    thread = CreateThread(NULL, 0, wait_for_go, &meeting, 0, &id);
    require(thread != NULL, "error %u", (unsigned)GetLastError());
    ok_eq(WaitForSingleObject(meeting.here, LONG_TIME), WAIT_OBJECT_0);
    ok_eq(id, meeting.id);
    ok_eq(GetThreadId(thread), id);
    ok_eq(GetProcessIdOfThread(thread), GetCurrentProcessId());
    other = OpenThread(THREAD_QUERY_LIMITED_INFORMATION, FALSE, id);
    ok(other != NULL, "error %u", (unsigned)GetLastError());
    ok_eq(GetThreadId(other), id);
    ok_eq(WaitForSingleObject(other, 0), WAIT_FAILED);
    ok_error(ERROR_ACCESS_DENIED);
    ok_succeeds(CloseHandle(other));
    SetEvent(meeting.go);
    end_of(thread);
    ok_eq(GetThreadId(thread), id);
    ok_succeeds(CloseHandle(thread));
    ok_fails(OpenThread(SYNCHRONIZE, FALSE, 0), ERROR_INVALID_PARAMETER);
    ok_fails(OpenThread(SYNCHRONIZE, FALSE, 0x7ffffff0), ERROR_INVALID_PARAMETER);
    part(&meeting);
}

TEST(calling_thread_by_pseudo_handle, "13.30")
{
    HANDLE self = OpenThread(THREAD_ALL_ACCESS, FALSE, GetCurrentThreadId());
    DWORD code = 0;

    ok(self != NULL, "error %u", (unsigned)GetLastError());
    ok_eq(GetThreadId(GetCurrentThread()), GetCurrentThreadId());
    ok_eq(GetThreadId(self), GetCurrentThreadId());
    ok_succeeds(GetExitCodeThread(GetCurrentThread(), &code));
    ok_eq(code, STILL_ACTIVE);
    ok_eq(WaitForSingleObject(self, 0), WAIT_TIMEOUT);
    ok_eq(WaitForSingleObject(GetCurrentThread(), 0), WAIT_TIMEOUT);
    ok_succeeds(CloseHandle(self));
}

TEST(thread_of_another_maker_is_opened_by_its_number, "")
{
    struct meeting meeting;
    struct test_thread made;
    HANDLE thread;

    meet(&meeting);
    test_thread_start(&made, (void (*)(void *))(void (*)(void))wait_for_go, &meeting);
    ok_eq(WaitForSingleObject(meeting.here, LONG_TIME), WAIT_OBJECT_0);
    thread = OpenThread(THREAD_ALL_ACCESS, FALSE, meeting.id);
    ok(thread != NULL, "error %u", (unsigned)GetLastError());
    ok_eq(WaitForSingleObject(thread, 0), WAIT_TIMEOUT);
    SetEvent(meeting.go);
    ok_eq(WaitForSingleObject(thread, LONG_TIME), WAIT_OBJECT_0);
    test_thread_join(&made);
    ok_succeeds(CloseHandle(thread));
    part(&meeting);
}

/* --- ends ------------------------------------------------------------------------------------- */

static DWORD WINAPI exit_with(void *parameter)
{
    ExitThread((DWORD)(ULONG_PTR)parameter);
    return 1;
}

TEST(exit_thread_sets_the_code, "")
{
    ok_eq(run(exit_with, (void *)42), 42);
    ok_eq(run(exit_with, (void *)(ULONG_PTR)0xFFFFFFFF), 0xFFFFFFFF);
}

static unsigned __stdcall begin_ex(void *parameter)
{
    if (parameter)
        _endthreadex(9);
    return 8;
}

TEST(beginthreadex_is_create_thread, "")
{
    unsigned id = 0;
    HANDLE thread = (HANDLE)_beginthreadex(NULL, 0, begin_ex, NULL, 0, &id);

    require(thread != NULL, "errno %d", errno);
    ok_eq(GetThreadId(thread), id);
    ok_eq(end_of(thread), 8);
    ok_succeeds(CloseHandle(thread));
    thread = (HANDLE)_beginthreadex(NULL, 65536, begin_ex, &id, CREATE_SUSPENDED, &id);
    require(thread != NULL, "errno %d", errno);
    ok_eq(WaitForSingleObject(thread, 0), WAIT_TIMEOUT);
    ok_eq(ResumeThread(thread), 1);
    ok_eq(end_of(thread), 9);
    ok_succeeds(CloseHandle(thread));
}

static void __cdecl begin(void *parameter)
{
    struct meeting *meeting = parameter;

    meeting->id = GetCurrentThreadId();
    SetEvent(meeting->here);
    WaitForSingleObject(meeting->go, LONG_TIME);
    _endthread();
}

TEST(beginthread_closes_its_handle_itself, "")
{
    struct meeting meeting;
    HANDLE other;
    uintptr_t handle;

    meet(&meeting);
    handle = _beginthread(begin, 0, &meeting);
    require(handle != (uintptr_t)-1, "errno %d", errno);
    ok_eq(WaitForSingleObject(meeting.here, LONG_TIME), WAIT_OBJECT_0);
    ok_eq(GetThreadId((HANDLE)handle), meeting.id);
    other = OpenThread(SYNCHRONIZE, FALSE, meeting.id);
    ok(other != NULL, "error %u", (unsigned)GetLastError());
    SetEvent(meeting.go);
    ok_eq(WaitForSingleObject(other, LONG_TIME), WAIT_OBJECT_0);
    ok_fails(CloseHandle((HANDLE)handle), ERROR_INVALID_HANDLE);
    ok_succeeds(CloseHandle(other));
    part(&meeting);
}

#define N_THREADS 24

TEST(many_threads_come_and_go, "")
{
    HANDLE threads[N_THREADS];

    for (int round = 0; round < 10; round++) {
        for (ULONG_PTR i = 0; i < N_THREADS; i++)
            threads[i] = start(i % 2 ? exit_with : give_back, (void *)i, 0);
        ok_eq(WaitForMultipleObjects(N_THREADS, threads, TRUE, LONG_TIME), WAIT_OBJECT_0);
        for (ULONG_PTR i = 0; i < N_THREADS; i++) {
            ok_eq(end_of(threads[i]), i);
            ok_succeeds(CloseHandle(threads[i]));
        }
    }
}

/* --- suspended -------------------------------------------------------------------------------- */

TEST(suspended_thread_begins_when_it_is_resumed, "")
{
    struct meeting meeting;
    HANDLE thread;

    meet(&meeting);
    thread = start(wait_for_go, &meeting, CREATE_SUSPENDED);
    ok_ne(GetThreadId(thread), 0);
    ok_eq(SuspendThread(thread), 1);
    ok_eq(ResumeThread(thread), 2);
    ok_eq(WaitForSingleObject(meeting.here, 30), WAIT_TIMEOUT);
    ok_eq(ResumeThread(thread), 1);
    ok_eq(WaitForSingleObject(meeting.here, LONG_TIME), WAIT_OBJECT_0);
    ok_eq(ResumeThread(thread), 0);
    SetEvent(meeting.go);
    end_of(thread);
    ok_succeeds(CloseHandle(thread));
    part(&meeting);
}

TEST(suspend_counts_to_127, "")
{
    HANDLE thread = start(give_back, NULL, CREATE_SUSPENDED);

    for (DWORD i = 1; i < MAXIMUM_SUSPEND_COUNT; i++)
        ok_eq(SuspendThread(thread), i);
    ok_eq(SuspendThread(thread), (DWORD)-1);
    ok_error(ERROR_SIGNAL_REFUSED);
    for (DWORD i = MAXIMUM_SUSPEND_COUNT; i > 0; i--)
        ok_eq(ResumeThread(thread), i);
    end_of(thread);
    ok_succeeds(CloseHandle(thread));
}

/* --- procedure calls -------------------------------------------------------------------------- */

static char order[16];
static DWORD caller;

static void NTAPI note(ULONG_PTR what)
{
    size_t length = strlen(order);

    caller = GetCurrentThreadId();
    if (length + 1 < sizeof(order))
        order[length] = (char)what;
}

TEST(procedure_calls_run_in_an_alertable_wait, "")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);

    ok_ne(QueueUserAPC(note, GetCurrentThread(), 'a'), 0);
    ok_ne(QueueUserAPC(note, GetCurrentThread(), 'b'), 0);
    ok_eq(SleepEx(0, FALSE), 0);
    ok_eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    ok_str_eq(order, "");
    ok_eq(SleepEx(INFINITE, TRUE), WAIT_IO_COMPLETION);
    ok_str_eq(order, "ab");
    ok_eq(caller, GetCurrentThreadId());
    ok_eq(SleepEx(0, TRUE), 0);
    ok_ne(QueueUserAPC(note, GetCurrentThread(), 'c'), 0);
    ok_eq(WaitForSingleObjectEx(event, INFINITE, TRUE), WAIT_IO_COMPLETION);
    ok_str_eq(order, "abc");
    ok_eq(WaitForSingleObjectEx(event, 0, TRUE), WAIT_TIMEOUT);
    CloseHandle(event);
}

static DWORD WINAPI note_and_end(void *parameter)
{
    note((ULONG_PTR)parameter);
    return 0;
}

TEST(procedure_calls_of_a_suspended_thread_run_first, "")
{
    HANDLE thread = start(note_and_end, (void *)'z', CREATE_SUSPENDED);

    ok_ne(QueueUserAPC(note, thread, 'a'), 0);
    ok_ne(QueueUserAPC(note, thread, 'b'), 0);
    ok_eq(ResumeThread(thread), 1);
    end_of(thread);
    ok_str_eq(order, "abz");
    ok_ne(caller, GetCurrentThreadId());
    ok_eq(QueueUserAPC(note, thread, 'c'), 0);
    ok_error(ERROR_GEN_FAILURE);
    ok_succeeds(CloseHandle(thread));
}

static DWORD WINAPI sleep_alertable(void *parameter)
{
    SetEvent(parameter);
    return SleepEx(LONG_TIME, TRUE);
}

TEST(procedure_call_wakes_a_sleeper, "")
{
    HANDLE here = CreateEventW(NULL, FALSE, FALSE, NULL);
    HANDLE thread = start(sleep_alertable, here, 0), weak = with_rights(thread, SYNCHRONIZE);

    ok_eq(WaitForSingleObject(here, LONG_TIME), WAIT_OBJECT_0);
    ok_eq(QueueUserAPC(note, weak, 'x'), 0);
    ok_error(ERROR_ACCESS_DENIED);
    ok_ne(QueueUserAPC(note, thread, 'x'), 0);
    ok_eq(end_of(thread), WAIT_IO_COMPLETION);
    ok_str_eq(order, "x");
    ok_succeeds(CloseHandle(weak));
    ok_succeeds(CloseHandle(thread));
    CloseHandle(here);
}

static void NTAPI queue_another(ULONG_PTR left)
{
    note('0' + left);
    if (left)
        QueueUserAPC(queue_another, GetCurrentThread(), left - 1);
}

TEST(procedure_calls_queued_by_one_run_too, "")
{
    ok_ne(QueueUserAPC(queue_another, GetCurrentThread(), 3), 0);
    ok_eq(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
    ok_str_eq(order, "3210");
}

/* --- facts ------------------------------------------------------------------------------------ */

TEST(thread_has_a_priority, "")
{
    HANDLE thread = start(give_back, NULL, CREATE_SUSPENDED), weak;

    ok_eq(GetThreadPriority(thread), THREAD_PRIORITY_NORMAL);
    ok_succeeds(SetThreadPriority(thread, THREAD_PRIORITY_BELOW_NORMAL));
    ok_eq(GetThreadPriority(thread), THREAD_PRIORITY_BELOW_NORMAL);
    ok_succeeds(SetThreadPriority(thread, THREAD_PRIORITY_IDLE));
    ok_eq(GetThreadPriority(thread), THREAD_PRIORITY_IDLE);
    ok_fails(SetThreadPriority(thread, 7), ERROR_INVALID_PARAMETER);
    ok_eq(GetThreadPriority(thread), THREAD_PRIORITY_IDLE);
    weak = with_rights(thread, SYNCHRONIZE);
    ok_fails(SetThreadPriority(weak, 0), ERROR_ACCESS_DENIED);
    ok_eq(GetThreadPriority(weak), THREAD_PRIORITY_ERROR_RETURN);
    ok_error(ERROR_ACCESS_DENIED);
    ok_eq(GetThreadPriority(NULL), THREAD_PRIORITY_ERROR_RETURN);
    ok_error(ERROR_INVALID_HANDLE);
    ResumeThread(thread);
    end_of(thread);
    CloseHandle(weak);
    CloseHandle(thread);
}

static uint64_t value_of(FILETIME time)
{
    return (uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime;
}

static DWORD WINAPI work(void *parameter)
{
    volatile unsigned n = 0;

    while (n < 10000000)
        n++;
    return (DWORD)(ULONG_PTR)parameter;
}

TEST(thread_has_times, "")
{
    FILETIME before, after, created, exited, kernel, user;
    HANDLE thread;

    GetSystemTimeAsFileTime(&before);
    thread = start(work, NULL, CREATE_SUSPENDED);
    ok_succeeds(GetThreadTimes(thread, &created, &exited, &kernel, &user));
    ok(value_of(created) + 200000 >= value_of(before));
    ResumeThread(thread);
    end_of(thread);
    ok_succeeds(GetThreadTimes(thread, &created, &exited, &kernel, &user));
    GetSystemTimeAsFileTime(&after);
    ok(value_of(exited) >= value_of(created));
    ok(value_of(exited) <= value_of(after) + 200000);
    ok(value_of(kernel) + value_of(user) > 0);
    ok(value_of(kernel) + value_of(user) <= value_of(after) - value_of(before) + 1000000);
    CloseHandle(thread);
    ok_succeeds(GetThreadTimes(GetCurrentThread(), &created, &exited, &kernel, &user));
    ok(value_of(created) <= value_of(before) + 200000);
    ok_fails(GetThreadTimes(NULL, &created, &exited, &kernel, &user), ERROR_INVALID_HANDLE);
}

TEST(thread_handle_is_of_its_type, "12.32")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE thread = start(give_back, NULL, 0);
    DWORD code;

    ok_fails(GetExitCodeThread(event, &code), ERROR_INVALID_HANDLE);
    ok_eq(GetThreadId(event), 0);
    ok_error(ERROR_INVALID_HANDLE);
    ok_fails(SetEvent(thread), ERROR_INVALID_HANDLE);
    ok_eq(ResumeThread(event), (DWORD)-1);
    ok_error(ERROR_INVALID_HANDLE);
    end_of(thread);
    CloseHandle(thread);
    CloseHandle(event);
}
