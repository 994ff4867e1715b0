// SPDX-License-Identifier: MIT
/*
 * Threads where Linux shows through: names, fork, ends that are not the library's, and what it
 * cannot do.
 */
#ifndef _WIN32
#    include "api/api.h"

#    include <process.h>
#    include <pthread.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <sys/syscall.h>
#    include <sys/wait.h>
#    include <unistd.h>

#    define LONG_TIME 30000

struct meeting {
    HANDLE go, here;
    DWORD id;
};

static DWORD WINAPI wait_for_go(void *parameter)
{
    struct meeting *meeting = parameter;

    meeting->id = GetCurrentThreadId();
    SetEvent(meeting->here);
    return WaitForSingleObject(meeting->go, LONG_TIME);
}

static HANDLE meet(struct meeting *meeting)
{
    HANDLE thread;

    meeting->go = CreateEventW(NULL, TRUE, FALSE, NULL);
    meeting->here = CreateEventW(NULL, FALSE, FALSE, NULL);
    thread = CreateThread(NULL, 0, wait_for_go, meeting, 0, NULL);
    require(meeting->go && meeting->here && thread, "error %u", (unsigned)GetLastError());
    ok_eq(WaitForSingleObject(meeting->here, LONG_TIME), WAIT_OBJECT_0);
    return thread;
}

static void part(struct meeting *meeting, HANDLE thread)
{
    SetEvent(meeting->go);
    ok_eq(WaitForSingleObject(thread, LONG_TIME), WAIT_OBJECT_0);
    CloseHandle(thread);
    CloseHandle(meeting->go);
    CloseHandle(meeting->here);
}

TEST(running_thread_is_neither_suspended_nor_terminated, "")
{
    struct meeting meeting;
    HANDLE thread = meet(&meeting);

    ok_eq(SuspendThread(thread), (DWORD)-1);
    ok_error(ERROR_NOT_SUPPORTED);
    ok_fails(TerminateThread(thread, 1), ERROR_NOT_SUPPORTED);
    ok_eq(ResumeThread(thread), 0);
    ok_fails(QueueUserAPC2(NULL, thread, 0, QUEUE_USER_APC_FLAGS_SPECIAL_USER_APC),
             ERROR_NOT_SUPPORTED);
    ok_fails(OpenThread(SYNCHRONIZE, FALSE, 1), ERROR_NOT_SUPPORTED);
    ok_fails(CreateThread(NULL, 0, wait_for_go, &meeting, 0x80000000, NULL),
             ERROR_INVALID_PARAMETER);
    part(&meeting, thread);
}

TEST(description_is_the_kernels_name_too, "")
{
    struct meeting meeting;
    HANDLE thread = meet(&meeting), weak = with_rights(thread, SYNCHRONIZE);
    char path[64], name[32] = "";
    PWSTR text = NULL;
    FILE *file;

    ok_hr(GetThreadDescription(thread, &text), S_OK);
    ok_wstr_eq(text, L"");
    LocalFree(text);
    ok_hr(SetThreadDescription(thread, L"gr\u00fcn and a long name"), S_OK);
    ok_hr(GetThreadDescription(thread, &text), S_OK);
    ok_wstr_eq(text, L"gr\u00fcn and a long name");
    LocalFree(text);
    snprintf(path, sizeof(path), "/proc/self/task/%u/comm", (unsigned)meeting.id);
    file = fopen(path, "r");
    ok(file && fgets(name, sizeof(name), file));
    ok_str_eq(name, "gr\u00fcn and a lon\n");
    if (file)
        fclose(file);
    ok_hr(SetThreadDescription(weak, L"x"), HRESULT_FROM_NT(STATUS_ACCESS_DENIED));
    ok_hr(GetThreadDescription(weak, &text), HRESULT_FROM_NT(STATUS_ACCESS_DENIED));
    ok_hr(GetThreadDescription(thread, NULL), HRESULT_FROM_NT(STATUS_INVALID_PARAMETER));
    CloseHandle(weak);
    part(&meeting, thread);
}

TEST(nt_query_of_threads, "")
{
    struct meeting meeting;
    HANDLE thread = meet(&meeting);
    THREAD_BASIC_INFORMATION basic;
    KERNEL_USER_TIMES times;
    ULONG ended = 7, length = 0;

    ok_status(
        NtQueryInformationThread(thread, ThreadBasicInformation, &basic, sizeof(basic), &length),
        STATUS_SUCCESS);
    ok_eq(length, sizeof(basic));
    ok_eq((DWORD)basic.ExitStatus, STILL_ACTIVE);
    ok_eq((DWORD)(ULONG_PTR)basic.ClientId.UniqueThread, meeting.id);
    ok_eq((DWORD)(ULONG_PTR)basic.ClientId.UniqueProcess, GetCurrentProcessId());
    ok_status(NtQueryInformationThread(thread, ThreadTimes, &times, sizeof(times), NULL),
              STATUS_SUCCESS);
    ok_eq(times.ExitTime.QuadPart, 0);
    ok_status(NtQueryInformationThread(thread, ThreadIsTerminated, &ended, sizeof(ended), NULL),
              STATUS_SUCCESS);
    ok_eq(ended, 0);
    ok_status(NtQueryInformationThread(thread, ThreadTimes, &times, 4, NULL),
              STATUS_INFO_LENGTH_MISMATCH);
    ok_status(NtQueryInformationThread(thread, (THREADINFOCLASS)99, &times, 4, NULL),
              STATUS_INVALID_INFO_CLASS);
    ok_status(NtQueryInformationThread(NULL, ThreadIsTerminated, &ended, sizeof(ended), NULL),
              STATUS_INVALID_HANDLE);
    part(&meeting, thread);
}

/* --- other makers' threads ------------------------------------------------------------------ */

static _Atomic DWORD bare_id;
static _Atomic bool bare_goes;

static void *bare(void *unused)
{
    bare_id = (DWORD)syscall(SYS_gettid);
    while (!bare_goes)
        usleep(1000);
    return unused;
}

TEST(end_of_a_thread_that_never_called_us_is_noticed, "")
{
    pthread_t thread;
    HANDLE handle;
    DWORD code = 0;

    ok_eq(pthread_create(&thread, NULL, bare, NULL), 0);
    ok(test_until(bare_id != 0, LONG_TIME));
    handle = OpenThread(THREAD_ALL_ACCESS, FALSE, bare_id);
    ok(handle != NULL, "error %u", (unsigned)GetLastError());
    ok_eq(WaitForSingleObject(handle, 0), WAIT_TIMEOUT);
    bare_goes = true;
    ok_eq(WaitForSingleObject(handle, LONG_TIME), WAIT_OBJECT_0);
    ok_succeeds(GetExitCodeThread(handle, &code));
    ok_eq(code, 0);
    CloseHandle(handle);
    pthread_join(thread, NULL);
}

static DWORD WINAPI leave_by_pthread_exit(void *unused)
{
    pthread_exit(unused);
    return 1;
}

TEST(pthread_exit_ends_a_thread_too, "")
{
    HANDLE thread = CreateThread(NULL, 0, leave_by_pthread_exit, NULL, 0, NULL);
    DWORD code = 1;

    ok_eq(WaitForSingleObject(thread, LONG_TIME), WAIT_OBJECT_0);
    ok_succeeds(GetExitCodeThread(thread, &code));
    ok_eq(code, 0);
    CloseHandle(thread);
}

/* --- fork ------------------------------------------------------------------------------------ */

struct family {
    HANDLE self, other;
    CRITICAL_SECTION section;
    DWORD slot, id;
};

static int look_in_child(void *parameter)
{
    struct family *family = parameter;
    DWORD code = 0;

    ok_ne(GetCurrentThreadId(), family->id);
    ok_eq(GetCurrentThreadId(), (DWORD)syscall(SYS_gettid));
    ok_eq(GetThreadId(family->self), GetCurrentThreadId());
    ok_eq(GetProcessIdOfThread(family->self), GetCurrentProcessId());
    ok_eq(WaitForSingleObject(family->self, 0), WAIT_TIMEOUT);
    ok_eq(WaitForSingleObject(family->other, 0), WAIT_OBJECT_0);
    ok_succeeds(GetExitCodeThread(family->other, &code));
    ok_ne(code, STILL_ACTIVE);
    ok_ptr_eq(TlsGetValue(family->slot), family);
    ok_succeeds(TryEnterCriticalSection(&family->section));
    LeaveCriticalSection(&family->section);
    LeaveCriticalSection(&family->section);
    ok_eq(family->section.LockCount, -1);
    return 0;
}

TEST(forked_child_has_its_own_thread_only, "")
{
    struct meeting meeting;
    struct family family = {.other = meet(&meeting)};
    struct test_child child;

    family.self = OpenThread(THREAD_ALL_ACCESS, FALSE, GetCurrentThreadId());
    family.id = GetCurrentThreadId();
    family.slot = TlsAlloc();
    TlsSetValue(family.slot, &family);
    InitializeCriticalSection(&family.section);
    EnterCriticalSection(&family.section);
    require(test_child_fork(&child, look_in_child, &family));
    ok_eq(test_child_wait(&child, LONG_TIME), 0);
    LeaveCriticalSection(&family.section);
    TlsFree(family.slot);
    CloseHandle(family.self);
    part(&meeting, family.other);
}

/* --- the last one ----------------------------------------------------------------------------- */

static DWORD WINAPI end_last(void *first)
{
    WaitForSingleObject(first, LONG_TIME);
    return 41;
}

static int first_thread_ends(void *unused)
{
    HANDLE self = OpenThread(SYNCHRONIZE, FALSE, GetCurrentThreadId());

    (void)unused;
    if (!CreateThread(NULL, 0, end_last, self, 0, NULL))
        return 1;
    ExitThread(17);
}

TEST(last_thread_ends_the_process, "")
{
    struct test_child child;

#    ifdef __SANITIZE_THREAD__
    skip("the sanitizer has a thread of its own");
#    endif
#    ifdef __SANITIZE_ADDRESS__
    skip("what the first thread's stack held counts as a leak");
#    endif
    require(test_child_fork(&child, first_thread_ends, NULL));
    ok_eq(test_child_wait(&child, LONG_TIME), 41);
}
#endif
