// SPDX-License-Identifier: MIT
/*
 * Handles to processes: what they tell, how one waits for them, and how processes are ended; and
 * which handles a child gets.
 */
#include "api/process_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- inheritance
 * ----------------------------------------------------------------------------------- */

/* Arguments: a handle, the rights that it has here or 0: it is no handle here. */
CHILD(heir)
{
    HANDLE handle = handle_from_text(argv[1]);
    DWORD access = (DWORD)strtoul(argv[2], NULL, 10), flags = 0;

    if (!access) {
        ok_fails(GetHandleInformation(handle, &flags), ERROR_INVALID_HANDLE);
        return 0;
    }
    ok_succeeds(GetHandleInformation(handle, &flags));
    ok_eq(flags, HANDLE_FLAG_INHERIT);
    ok_rights(handle, access);
    return 0;
}

static DWORD run_heir(HANDLE handle, DWORD access, BOOL inherit)
{
    char arguments[64];

    snprintf(arguments, sizeof(arguments), "%s %lu", handle_text(handle), (unsigned long)access);
    return run_child("heir", arguments, inherit);
}

TEST(child_gets_inheritable_handles_under_their_values, "12.26")
{
    const DWORD rights = SECTION_QUERY | SECTION_MAP_READ;
    HANDLE all = new_section(NULL, PAGE_EXECUTE_READWRITE, PAGE);
    HANDLE section = with_rights(all, rights);

    ok_eq(run_heir(section, 0, TRUE), 0);
    ok_succeeds(SetHandleInformation(section, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    ok_eq(run_heir(section, rights, TRUE), 0);
    ok_eq(run_heir(section, 0, FALSE), 0);
    ok_succeeds(CloseHandle(section));
    ok_succeeds(CloseHandle(all));
}

CHILD(no_view)
{
    MEMORY_BASIC_INFORMATION information;
    HANDLE section = handle_from_text(argv[1]);
    void *address = handle_from_text(argv[2]);
    volatile uint32_t *view = map_words(section);

    ok_eq(*view, 0x600DF00D);
    ok_succeeds(UnmapViewOfFile((const void *)view));
    ok_eq(VirtualQuery(address, &information, sizeof(information)), sizeof(information));
    /* Something of this process's own may lie there by chance, but does not begin there. */
    ok(information.State == MEM_FREE || information.AllocationBase != address,
       "state 0x%x, type 0x%x", (unsigned)information.State, (unsigned)information.Type);
    return 0;
}

TEST(child_gets_no_views, "12.28")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    volatile uint32_t *view = map_words(section);
    char arguments[64];
    size_t at;

    *view = 0x600DF00D;
    ok_succeeds(SetHandleInformation(section, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    at = (size_t)snprintf(arguments, sizeof(arguments), "%s ", handle_text(section));
    snprintf(arguments + at, sizeof(arguments) - at, "%s", handle_text((HANDLE)(uintptr_t)view));
    ok_eq(run_child("no_view", arguments, TRUE), 0);
    drop(section, view);
}

/* With a list of @count handles; the error, or 0 and the child. */
static DWORD create_with_list(HANDLE *list, DWORD count, BOOL inherit, char *line,
                              PROCESS_INFORMATION *info)
{
    STARTUPINFOEXA startup = {.StartupInfo.cb = sizeof(startup)};
    SIZE_T size = 0;
    BOOL done;
    DWORD error;

    ok_fails(InitializeProcThreadAttributeList(NULL, 1, 0, &size), ERROR_INSUFFICIENT_BUFFER);
    startup.lpAttributeList = malloc(size);
    require(startup.lpAttributeList != NULL);
    ok_succeeds(InitializeProcThreadAttributeList(startup.lpAttributeList, 1, 0, &size));
    ok_succeeds(UpdateProcThreadAttribute(startup.lpAttributeList, 0,
                                          PROC_THREAD_ATTRIBUTE_HANDLE_LIST, list,
                                          count * sizeof(*list), NULL, NULL));
    done = CreateProcessA(NULL, line, NULL, NULL, inherit, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL,
                          &startup.StartupInfo, info);
    error = done ? 0 : GetLastError();
    DeleteProcThreadAttributeList(startup.lpAttributeList);
    free(startup.lpAttributeList);
    return error;
}

TEST(list_says_which_handles_are_inherited, "12.27")
{
    const DWORD rights = SECTION_QUERY | SECTION_MAP_READ;
    HANDLE all = new_section(NULL, PAGE_EXECUTE_READWRITE, PAGE);
    HANDLE listed = with_rights(all, rights), other = with_rights(all, rights);
    char line[1024], arguments[64];
    PROCESS_INFORMATION info;

    ok_succeeds(SetHandleInformation(listed, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    ok_succeeds(SetHandleInformation(other, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));

    snprintf(arguments, sizeof(arguments), "%s %lu", handle_text(listed), (unsigned long)rights);
    snprintf(line, sizeof(line), "%s", child_line("heir", arguments));
    if (ok_eq(create_with_list(&listed, 1, TRUE, line, &info), 0))
        ok_eq(end_child(&info), 0);

    snprintf(arguments, sizeof(arguments), "%s 0", handle_text(other));
    snprintf(line, sizeof(line), "%s", child_line("heir", arguments));
    if (ok_eq(create_with_list(&listed, 1, TRUE, line, &info), 0))
        ok_eq(end_child(&info), 0);

    ok_succeeds(CloseHandle(listed));
    ok_succeeds(CloseHandle(other));
    ok_succeeds(CloseHandle(all));
}

CHILD(not_meant_to_run)
{
    return 0;
}

TEST(list_must_be_of_inheritable_handles, "12.27")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    PROCESS_INFORMATION info;
    char line[1024];

    snprintf(line, sizeof(line), "%s", child_line("not_meant_to_run", ""));
    todo_wine
    { /* it looks at nothing of this */
        ok_eq(create_with_list(&section, 1, TRUE, line, &info), ERROR_INVALID_PARAMETER);
        ok_succeeds(SetHandleInformation(section, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
        ok_eq(create_with_list(&section, 1, FALSE, line, &info), ERROR_INVALID_PARAMETER);
    }
    ok_succeeds(CloseHandle(section));
}

TEST(attributes_are_checked, "12.27")
{
    HANDLE handles[2] = {NULL, NULL};
    LPPROC_THREAD_ATTRIBUTE_LIST list;
    SIZE_T size = 0;

    InitializeProcThreadAttributeList(NULL, 2, 0, &size);
    list = malloc(size);
    require(list != NULL);
    ok_succeeds(InitializeProcThreadAttributeList(list, 2, 0, &size));
    ok_fails(UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles, 3, NULL,
                                       NULL),
             ERROR_BAD_LENGTH);
    ok_fails(UpdateProcThreadAttribute(list, 0, 0xFFF0, handles, sizeof(handles), NULL, NULL),
             ERROR_NOT_SUPPORTED);
    ok_succeeds(UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles,
                                          sizeof(handles), NULL, NULL));
    ok_fails(UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles,
                                       sizeof(handles), NULL, NULL),
             698 /* ERROR_OBJECT_NAME_EXISTS */);
    DeleteProcThreadAttributeList(list);
    free(list);
}

/* --- ends
 * ------------------------------------------------------------------------------------------ */

CHILD(ends_with)
{
    DWORD code = (DWORD)strtoul(argv[2], NULL, 0);

    if (strcmp(argv[1], "return") == 0)
        return (int)code;
    if (strcmp(argv[1], "exit") == 0)
        ExitProcess(code);
    TerminateProcess(GetCurrentProcess(), code);
    return 0;
}

TEST(exit_codes_have_32_bits, "")
{
    ok_eq(run_child("ends_with", "return 0", FALSE), 0);
    ok_eq(run_child("ends_with", "return 0x1234567", FALSE), 0x1234567);
    ok_eq(run_child("ends_with", "exit 0x80000300", FALSE), 0x80000300);
    ok_eq(run_child("ends_with", "terminate 0x300", FALSE), 0x300);
}

CHILD(waits_for_ever)
{
    HANDLE ready = OpenEventW(EVENT_MODIFY_STATE, FALSE, L_("ready"));

    ok_succeeds(SetEvent(ready));
    Sleep(INFINITE);
    return 0;
}

static void create_waiting(PROCESS_INFORMATION *info)
{
    HANDLE ready = CreateEventW(NULL, FALSE, FALSE, L_("ready"));

    create_child(info, "waits_for_ever", "", FALSE, 0);
    ok_eq(WaitForSingleObject(ready, LONG_WAIT), WAIT_OBJECT_0);
    ok_succeeds(CloseHandle(ready));
}

TEST(another_process_can_be_ended, "")
{
    PROCESS_INFORMATION info;
    HANDLE other;
    DWORD code = 0;

    create_waiting(&info);
    ok_eq(WaitForSingleObject(info.hProcess, 0), WAIT_TIMEOUT);
    ok_succeeds(GetExitCodeProcess(info.hProcess, &code));
    ok_eq(code, STILL_ACTIVE);

    other = OpenProcess(PROCESS_TERMINATE, FALSE, info.dwProcessId);
    ok(other != NULL);
    ok_fails(GetExitCodeProcess(other, &code), ERROR_ACCESS_DENIED);
    ok_eq(WaitForSingleObject(other, 0), WAIT_FAILED);
    ok_error(ERROR_ACCESS_DENIED);
    ok_succeeds(TerminateProcess(other, 0x87654321));
    ok_eq(WaitForSingleObject(info.hThread, LONG_WAIT), WAIT_OBJECT_0);
    ok_eq(WaitForSingleObject(info.hProcess, LONG_WAIT), WAIT_OBJECT_0);
    todo_wine
    {
        ok_fails(TerminateProcess(other, 1), ERROR_ACCESS_DENIED);
    }
    ok_succeeds(CloseHandle(other));
    ok_eq(end_child(&info), 0x87654321);
}

TEST(process_is_waited_for_among_others, "")
{
    HANDLE handles[3];
    PROCESS_INFORMATION info;

    create_waiting(&info);
    handles[0] = CreateEventW(NULL, TRUE, FALSE, NULL);
    handles[1] = info.hProcess;
    handles[2] = CreateEventW(NULL, TRUE, FALSE, NULL);
    ok_eq(WaitForMultipleObjects(3, handles, FALSE, 0), WAIT_TIMEOUT);
    ok_eq(WaitForMultipleObjects(3, handles, FALSE, 20), WAIT_TIMEOUT);
    ok_succeeds(TerminateProcess(info.hProcess, 9));
    ok_eq(WaitForMultipleObjects(3, handles, FALSE, LONG_WAIT), WAIT_OBJECT_0 + 1);
    ok_eq(WaitForMultipleObjects(3, handles, TRUE, 20), WAIT_TIMEOUT);
    ok_succeeds(SetEvent(handles[0]));
    ok_succeeds(SetEvent(handles[2]));
    ok_eq(WaitForMultipleObjects(3, handles, TRUE, LONG_WAIT), WAIT_OBJECT_0);
    ok_succeeds(CloseHandle(handles[0]));
    ok_succeeds(CloseHandle(handles[2]));
    ok_eq(end_child(&info), 9);
}

static void end_later(void *process)
{
    ok_succeeds(TerminateProcess(process, 3));
}

TEST(end_wakes_who_waits_for_several, "")
{
    HANDLE handles[2];
    struct test_thread thread;
    PROCESS_INFORMATION info;

    create_waiting(&info);
    handles[0] = CreateEventW(NULL, TRUE, TRUE, NULL);
    handles[1] = info.hProcess;
    test_thread_start(&thread, end_later, info.hProcess);
    ok_eq(WaitForMultipleObjects(2, handles, TRUE, LONG_WAIT), WAIT_OBJECT_0);
    test_thread_join(&thread);
    ok_succeeds(CloseHandle(handles[0]));
    ok_eq(end_child(&info), 3);
}

/* --- facts
 * ------------------------------------------------------------------------------------------ */

TEST(handles_tell_of_their_process, "")
{
    FILETIME created, ended, kernel, user;
    PROCESS_INFORMATION info;
    char path[MAX_PATH];
    DWORD size = sizeof(path);
    HANDLE other;

    create_waiting(&info);
    ok_eq(GetProcessId(info.hProcess), info.dwProcessId);
    ok_succeeds(GetProcessTimes(info.hProcess, &created, &ended, &kernel, &user));
    ok(created.dwHighDateTime != 0);
    ok_succeeds(QueryFullProcessImageNameA(info.hProcess, 0, path, &size));
    ok_eq(size, strlen(path));
    ok_str_eq(path, own_program());
    size = 3;
    ok_fails(QueryFullProcessImageNameA(info.hProcess, 0, path, &size), ERROR_INSUFFICIENT_BUFFER);
    ok_eq(GetPriorityClass(info.hProcess), GetPriorityClass(GetCurrentProcess()));
    ok_succeeds(SetPriorityClass(info.hProcess, IDLE_PRIORITY_CLASS));
    ok_eq(GetPriorityClass(info.hProcess), IDLE_PRIORITY_CLASS);

    other = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, info.dwProcessId);
    ok_eq(GetProcessId(other), info.dwProcessId);
    ok_fails(TerminateProcess(other, 1), ERROR_ACCESS_DENIED);
    ok_succeeds(CloseHandle(other));
    ok_succeeds(TerminateProcess(info.hProcess, 0));
    ok_eq(end_child(&info), 0);
}

TEST(own_process_can_be_opened, "12.18 12.30")
{
    HANDLE self = OpenProcess(PROCESS_ALL_ACCESS, FALSE, GetCurrentProcessId());
    HANDLE copy = NULL;
    DWORD code = 0, count = 0;

    ok_eq(GetProcessId(self), GetCurrentProcessId());
    ok_succeeds(GetExitCodeProcess(self, &code));
    ok_eq(code, STILL_ACTIVE);
    ok_eq(WaitForSingleObject(self, 0), WAIT_TIMEOUT);
    ok_succeeds(GetProcessHandleCount(self, &count));
    todo_wine
    { /* it always says 0 */
        ok(count >= 1);
    }
    ok_succeeds(DuplicateHandle(self, GetCurrentProcess(), GetCurrentProcess(), &copy, 0, FALSE,
                                DUPLICATE_SAME_ACCESS));
    ok(copy != GetCurrentProcess());
    ok_eq(GetProcessId(copy), GetCurrentProcessId());
    ok_succeeds(CloseHandle(copy));
    ok_succeeds(CloseHandle(self));
}

TEST(what_is_no_process_is_refused, "12.33")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    DWORD code;

    ok_fails(OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, 0x7FFFFFF0), ERROR_INVALID_PARAMETER);
    ok_fails(OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, 0), ERROR_INVALID_PARAMETER);
    ok_fails(GetProcessId(event), ERROR_INVALID_HANDLE);
    ok_fails(GetExitCodeProcess(NULL, &code), ERROR_INVALID_HANDLE);
    ok_fails(TerminateProcess(NULL, 1), ERROR_INVALID_HANDLE);
    ok_fails(TerminateProcess(event, 1), ERROR_INVALID_HANDLE);
    ok_succeeds(CloseHandle(event));
}

TEST(process_tells_nt_callers, "")
{
    PROCESS_BASIC_INFORMATION basic;
    ULONG length = 0;

    ok_status(NtQueryInformationProcess(GetCurrentProcess(), ProcessBasicInformation, &basic,
                                        sizeof(basic), &length),
              STATUS_SUCCESS);
    ok_eq(length, sizeof(basic));
    ok_eq(basic.UniqueProcessId, GetCurrentProcessId());
    ok_status(NtQueryInformationProcess(GetCurrentProcess(), ProcessBasicInformation, &basic,
                                        sizeof(basic) - 1, &length),
              STATUS_INFO_LENGTH_MISMATCH);
}
