// SPDX-License-Identifier: MIT
/*
 * Every type of object on its way to another process: inherited, given, taken. What arrives is of
 * the same type and object, with the rights and flags that were asked for.
 */
#include "api/kinds_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifndef _WIN32
#    include <ntshm/ntshm.h>
#endif

enum { TYPE_PROCESS = N_KINDS, TYPE_THREAD, TYPE_TOKEN, TYPE_FILE, N_TYPES };

/* Rights that are not all, and make sense for the type. */
static DWORD few_rights(unsigned i)
{
    static const DWORD rights[] = {PROCESS_QUERY_LIMITED_INFORMATION,
                                   THREAD_QUERY_LIMITED_INFORMATION, TOKEN_QUERY,
                                   FILE_READ_DATA | FILE_READ_ATTRIBUTES};

    if (i == KIND_SECTION)
        return READ_CONTROL | SECTION_MAP_READ;
    return READ_CONTROL | SYNCHRONIZE * (i != TYPE_TOKEN) | (i < N_KINDS ? 0 : rights[i - N_KINDS]);
}

static const wchar_t *type_name(unsigned i)
{
    static const wchar_t *const names[] = {L"Process", L"Thread", L"Token", L"File"};

    return i < N_KINDS ? kinds[i].type : names[i - N_KINDS];
}

static HANDLE real_handle(HANDLE pseudo)
{
    HANDLE handle = NULL;

    ok_succeeds(DuplicateHandle(GetCurrentProcess(), pseudo, GetCurrentProcess(), &handle, 0, FALSE,
                                DUPLICATE_SAME_ACCESS));
    return handle;
}

static HANDLE open_file(void)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", test_dir(), A_("types"));
    return CreateFileA(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                       CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
}

/* One of each type. */
static void make_all(HANDLE handles[N_TYPES])
{
    for (unsigned i = 0; i < N_KINDS; i++)
        handles[i] = new_kind(&kinds[i], NULL, NULL);
    handles[TYPE_PROCESS] = real_handle(GetCurrentProcess());
    handles[TYPE_THREAD] = real_handle(GetCurrentThread());
    ok_succeeds(OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &handles[TYPE_TOKEN]));
    handles[TYPE_FILE] = open_file();
    ok(handles[TYPE_FILE] != INVALID_HANDLE_VALUE);
}

static void drop_all(HANDLE handles[N_TYPES])
{
    for (unsigned i = 0; i < N_TYPES; i++)
        ok(CloseHandle(handles[i]), "%ls: error %u", type_name(i), (unsigned)GetLastError());
}

/* @handle came here: its type, rights and flags. */
static void check_arrival(unsigned i, HANDLE handle, DWORD access, DWORD flags)
{
    DWORD got = 0xdeadbeef;

    ok(GetHandleInformation(handle, &got), "%ls: error %u", type_name(i), (unsigned)GetLastError());
    ok_eq(got, flags);
    ok_wstr_eq(type_of(handle), type_name(i));
    ok_eq(granted_of(handle), access);
}

/* --- inherited ---------------------------------------------------------------------- */

CHILD(kinds_heir)
{
    require(argc == 1 + N_TYPES);
    for (unsigned i = 0; i < N_TYPES; i++) {
        HANDLE handle = (HANDLE)(uintptr_t)strtoull(argv[1 + i], NULL, 10);

        check_arrival(i, handle, few_rights(i), HANDLE_FLAG_INHERIT);
        ok_succeeds(CloseHandle(handle));
    }
    return 0;
}

static HANDLE start_heir(char *line, BOOL is_inheriting)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION info;

    require(CreateProcessA(NULL, line, NULL, NULL, is_inheriting, 0, NULL, NULL, &startup, &info),
            "error %u", (unsigned)GetLastError());
    ok_succeeds(CloseHandle(info.hThread));
    return info.hProcess;
}

static DWORD end_of(HANDLE process)
{
    DWORD code = 0;

    ok_eq(WaitForSingleObject(process, 60000), WAIT_OBJECT_0);
    ok_succeeds(GetExitCodeProcess(process, &code));
    ok_succeeds(CloseHandle(process));
    return code;
}

static void child_line(char *line, size_t size, const char *name, const HANDLE *handles)
{
    char program[MAX_PATH];
    size_t at;

    require(GetModuleFileNameA(NULL, program, sizeof(program)) > 0);
    at = (size_t)snprintf(line, size, "\"%s\" --child %s", program, name);
    for (unsigned i = 0; i < N_TYPES; i++)
        at += (size_t)snprintf(line + at, size - at, " %llu",
                               (unsigned long long)(uintptr_t)handles[i]);
}

TEST(every_type_is_inherited, "12.26")
{
    HANDLE handles[N_TYPES], copies[N_TYPES];
    char line[1024];

    make_all(handles);
    for (unsigned i = 0; i < N_TYPES; i++) {
        copies[i] = with_rights(handles[i], few_rights(i));
        ok_succeeds(SetHandleInformation(copies[i], HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    }
    child_line(line, sizeof(line), "kinds_heir", copies);
    ok_eq(end_of(start_heir(line, TRUE)), 0);
    drop_all(copies);
    drop_all(handles);
}

CHILD(kinds_nobody)
{
    for (unsigned i = 0; i < N_KINDS; i++) {
        HANDLE handle = (HANDLE)(uintptr_t)strtoull(argv[1 + i], NULL, 10);
        HANDLE named = kinds[i].open(READ_CONTROL, FALSE, L_("not inherited"));

        /* Something else may have the number here. */
        ok(!named || !CompareObjectHandles(handle, named));
        if (named)
            CloseHandle(named);
    }
    return 0;
}

TEST(what_is_not_inheritable_stays_behind, "12.26 12.24")
{
    HANDLE handles[N_TYPES], named;
    char line[1024];

    make_all(handles);
    named = new_kind(&kinds[KIND_EVENT], NULL, L_("not inherited"));
    drop(handles[KIND_EVENT], NULL);
    handles[KIND_EVENT] = named;
    child_line(line, sizeof(line), "kinds_nobody", handles);
    ok_eq(end_of(start_heir(line, TRUE)), 0);
    ok_succeeds(SetHandleInformation(named, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    ok_eq(end_of(start_heir(line, FALSE)), 0);
    drop_all(handles);
}

/* --- given and taken ---------------------------------------------------------------- */

static void say_handles(const HANDLE *handles)
{
    for (unsigned i = 0; i < N_TYPES; i++)
        test_say("%llu", (unsigned long long)(uintptr_t)handles[i]);
}

CHILD(kinds_receiver)
{
    char line[64];

    for (unsigned i = 0; i < N_TYPES; i++) {
        HANDLE handle;

        require(test_hear(line, sizeof(line), 20000));
        handle = (HANDLE)(uintptr_t)strtoull(line, NULL, 10);
        check_arrival(i, handle, few_rights(i), i % 2 ? HANDLE_FLAG_INHERIT : 0);
        ok_succeeds(CloseHandle(handle));
    }
    return 0;
}

static HANDLE open_child(const struct test_child *child)
{
    HANDLE process = OpenProcess(PROCESS_DUP_HANDLE, FALSE, (DWORD)child->pid);

    require(process != NULL, "error %u", (unsigned)GetLastError());
    return process;
}

TEST(every_type_can_be_given, "12.8 12.13 12.24 12.25")
{
    HANDLE handles[N_TYPES], process;
    struct test_child child;

    make_all(handles);
    require(test_child_start(&child, "kinds_receiver"));
    process = open_child(&child);
    for (unsigned i = 0; i < N_TYPES; i++) {
        HANDLE copy = NULL;

        ok(DuplicateHandle(GetCurrentProcess(), handles[i], process, &copy, few_rights(i), i % 2,
                           0),
           "%ls: error %u", type_name(i), (unsigned)GetLastError());
        test_child_write_line(&child, "%llu", (unsigned long long)(uintptr_t)copy);
    }
    ok_eq(test_child_wait(&child, 30000), 0);
    drop(process, NULL);
    drop_all(handles);
}

CHILD(kinds_owner)
{
    HANDLE handles[N_TYPES];
    char line[16];

#ifndef _WIN32
    require(ntshm_service_start());
#endif
    make_all(handles);
    say_handles(handles);
    require(test_hear(line, sizeof(line), 20000));
    for (unsigned i = 0; i < N_TYPES; i++) {
        DWORD flags;

        ok_fails(GetHandleInformation(handles[i], &flags), ERROR_INVALID_HANDLE);
    }
    return 0;
}

/* With some rights, then all, and then it is closed where it was. */
static void take_from(HANDLE process, HANDLE theirs, unsigned i)
{
    HANDLE few = NULL, all = NULL;

    ok(DuplicateHandle(process, theirs, GetCurrentProcess(), &few, few_rights(i), TRUE, 0),
       "%ls: error %u", type_name(i), (unsigned)GetLastError());
    check_arrival(i, few, few_rights(i), HANDLE_FLAG_INHERIT);
    ok(DuplicateHandle(process, theirs, GetCurrentProcess(), &all, 0, FALSE,
                       DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE),
       "%ls: error %u", type_name(i), (unsigned)GetLastError());
    ok_wstr_eq(type_of(all), type_name(i));
    ok((granted_of(all) & few_rights(i)) == few_rights(i) && granted_of(all) != few_rights(i),
       "%ls: 0x%x", type_name(i), (unsigned)granted_of(all));
    ok(CompareObjectHandles(few, all), "%ls", type_name(i));
    drop(few, NULL);
    drop(all, NULL);
}

TEST(every_type_can_be_taken, "12.7 12.8 12.21 12.24 12.25")
{
    struct test_child child;
    HANDLE process;
    char line[64];

    require(test_child_start(&child, "kinds_owner"));
    process = open_child(&child);
    for (unsigned i = 0; i < N_TYPES; i++) {
        require(test_child_read_line(&child, line, sizeof(line), 20000));
        take_from(process, (HANDLE)(uintptr_t)strtoull(line, NULL, 10), i);
    }
    test_child_write_line(&child, "taken");
    ok_eq(test_child_wait(&child, 30000), 0);
    drop(process, NULL);
}

/* A mutex in hand, an event that is set, a count: a copy elsewhere is the same thing. */
CHILD(kinds_user)
{
    HANDLE mutex = OpenMutexW(SYNCHRONIZE, FALSE, L_("state-mutex"));
    HANDLE event = OpenEventW(SYNCHRONIZE, FALSE, L_("state-event"));
    HANDLE semaphore = OpenSemaphoreW(SYNCHRONIZE, FALSE, L_("state-semaphore"));
    char line[16];

    require(mutex && event && semaphore);
    ok_eq(WaitForSingleObject(mutex, 0), WAIT_TIMEOUT);
    ok_fails(ReleaseMutex(mutex), ERROR_NOT_OWNER);
    ok_eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    ok_eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    ok_eq(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    test_say("used");
    require(test_hear(line, sizeof(line), 20000));
    ok_eq(WaitForSingleObject(mutex, 20000), WAIT_OBJECT_0);
    ok_eq(WaitForSingleObject(event, 20000), WAIT_OBJECT_0);
    ok_succeeds(ReleaseMutex(mutex));
    drop(mutex, NULL);
    drop(event, NULL);
    drop(semaphore, NULL);
    return 0;
}

TEST(a_state_is_one_for_all_processes, "11.30")
{
    HANDLE mutex = CreateMutexW(NULL, TRUE, L_("state-mutex"));
    HANDLE event = CreateEventW(NULL, FALSE, TRUE, L_("state-event"));
    HANDLE semaphore = CreateSemaphoreW(NULL, 2, 2, L_("state-semaphore"));
    struct test_child child;
    LONG previous = -1;

    require(mutex && event && semaphore);
    require(test_child_start(&child, "kinds_user"));
    require(test_child_expect(&child, "used", 20000));
    ok_eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    ok_succeeds(ReleaseSemaphore(semaphore, 1, &previous));
    ok_eq(previous, 1);
    test_child_write_line(&child, "go on");
    ok_succeeds(ReleaseMutex(mutex));
    ok_succeeds(SetEvent(event));
    ok_eq(test_child_wait(&child, 30000), 0);
    drop(mutex, NULL);
    drop(event, NULL);
    drop(semaphore, NULL);
}
