// SPDX-License-Identifier: MIT
/*
 * Jobs: named as other objects are, with members that are counted, listed, limited and ended.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"

#define MS 60000

/* Until it is ended by a job. */
CHILD(job_member)
{
    (void)argc;
    (void)argv;
    for (unsigned i = 0; i < 600; i++)
        Sleep(1000);
    return 1;
}

static HANDLE start(const char *child, DWORD flags, HANDLE inherited)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION info = {.hProcess = NULL};
    char line[1024], program[MAX_PATH];

    require(GetModuleFileNameA(NULL, program, sizeof(program)) > 0);
    snprintf(line, sizeof(line), "\"%s\" --child %s %llu", program, child,
             (unsigned long long)(uintptr_t)inherited);
    require(CreateProcessA(NULL, line, NULL, NULL, inherited != NULL, flags, NULL, NULL, &startup,
                           &info),
            "error %u", (unsigned)GetLastError());
    ok_succeeds(CloseHandle(info.hThread));
    return info.hProcess;
}

static void expect_end(HANDLE process, DWORD expected)
{
    DWORD code = 0;

    ok_eq(WaitForSingleObject(process, MS), WAIT_OBJECT_0);
    ok_succeeds(GetExitCodeProcess(process, &code));
    ok_eq(code, expected);
    ok_succeeds(CloseHandle(process));
}

static JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting_of(HANDLE job)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting;
    DWORD size = 0;

    memset(&accounting, 0x55, sizeof(accounting));
    ok_succeeds(QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &accounting,
                                          sizeof(accounting), &size));
    ok_eq(size, sizeof(accounting));
    return accounting;
}

static BOOL is_in(HANDLE process, HANDLE job)
{
    BOOL is_member = 42;

    ok_succeeds(IsProcessInJob(process, job, &is_member));
    return is_member;
}

static BOOL limit(HANDLE job, DWORD flags, DWORD most)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;

    memset(&limits, 0, sizeof(limits));
    limits.BasicLimitInformation.LimitFlags = flags;
    limits.BasicLimitInformation.ActiveProcessLimit = most;
    return SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits));
}

/* --- names ---------------------------------------------------------------------------------- */

TEST(a_job_is_created_and_opened_by_name, "11.21 11.22 11.30")
{
    HANDLE job, again, opened;

    SetLastError(77);
    job = CreateJobObjectW(NULL, L_("job"));
    ok_succeeds(job);
    ok_error(ERROR_SUCCESS);
    again = CreateJobObjectA(NULL, A_("job"));
    ok_succeeds(again);
    ok_error(ERROR_ALREADY_EXISTS);
    opened = OpenJobObjectW(JOB_OBJECT_QUERY, FALSE, L_("job"));
    ok_succeeds(opened);
    ok_eq(accounting_of(opened).TotalProcesses, 0);
    ok_fails(TerminateJobObject(opened, 1), ERROR_ACCESS_DENIED);
    ok_fails(AssignProcessToJobObject(opened, GetCurrentProcess()), ERROR_ACCESS_DENIED);
    ok_fails(limit(opened, 0, 0), ERROR_ACCESS_DENIED);
    ok_fails(CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, L_("job")),
             ERROR_INVALID_HANDLE);
    ok_fails(CreateEventW(NULL, TRUE, FALSE, L_("job")), ERROR_INVALID_HANDLE);
    ok_succeeds(CloseHandle(opened));
    ok_succeeds(CloseHandle(again));
    ok_succeeds(CloseHandle(job));
    ok_fails(OpenJobObjectA(JOB_OBJECT_QUERY, FALSE, A_("job")), ERROR_FILE_NOT_FOUND);
    ok_fails(OpenJobObjectW(JOB_OBJECT_QUERY, FALSE, NULL), ERROR_INVALID_PARAMETER);
}

TEST(an_event_is_no_job, "12.33")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, L_("event"));
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting;
    BOOL is_member;

    ok_succeeds(event);
    ok_fails(CreateJobObjectW(NULL, L_("event")), ERROR_INVALID_HANDLE);
    ok_fails(AssignProcessToJobObject(event, GetCurrentProcess()), ERROR_INVALID_HANDLE);
    ok_fails(TerminateJobObject(event, 0), ERROR_INVALID_HANDLE);
    ok_fails(TerminateJobObject(NULL, 0), ERROR_INVALID_HANDLE);
    ok_fails(IsProcessInJob(GetCurrentProcess(), event, &is_member), ERROR_INVALID_HANDLE);
    ok_fails(QueryInformationJobObject(event, JobObjectBasicAccountingInformation, &accounting,
                                       sizeof(accounting), NULL),
             ERROR_INVALID_HANDLE);
    ok_succeeds(CloseHandle(event));
}

/* --- members -------------------------------------------------------------------------------- */

TEST_DEADLINE(members_are_counted_and_ended_together, "", 120)
{
    HANDLE job = CreateJobObjectW(NULL, NULL), processes[2];

    ok_succeeds(job);
    for (int i = 0; i < 2; i++) {
        processes[i] = start("job_member", 0, NULL);
        ok(!is_in(processes[i], job));
        ok_succeeds(AssignProcessToJobObject(job, processes[i]));
        ok_succeeds(AssignProcessToJobObject(job, processes[i])); /* it is in it already */
        ok(is_in(processes[i], job));
        ok(is_in(processes[i], NULL));
    }
    ok_eq(accounting_of(job).TotalProcesses, 2);
    ok_eq(accounting_of(job).ActiveProcesses, 2);
    ok(!is_in(GetCurrentProcess(), job));
    ok_eq(WaitForSingleObject(processes[0], 0), WAIT_TIMEOUT);
    ok_succeeds(TerminateJobObject(job, 0x12345678));
    for (int i = 0; i < 2; i++)
        expect_end(processes[i], 0x12345678);
    ok(test_until(accounting_of(job).ActiveProcesses == 0, MS));
    ok_eq(accounting_of(job).TotalProcesses, 2);
    ok_succeeds(CloseHandle(job));
}

TEST_DEADLINE(a_list_of_members_takes_what_room_there_is, "", 120)
{
    union {
        JOBOBJECT_BASIC_PROCESS_ID_LIST list;
        unsigned char bytes[128];
    } buffer;
    const DWORD header = FIELD_OFFSET(JOBOBJECT_BASIC_PROCESS_ID_LIST, ProcessIdList);
    HANDLE job = CreateJobObjectW(NULL, NULL), processes[2];
    DWORD ids[2], size = 77;

    ok_succeeds(job);
    for (int i = 0; i < 2; i++) {
        processes[i] = start("job_member", 0, NULL);
        ids[i] = GetProcessId(processes[i]);
        ok_succeeds(AssignProcessToJobObject(job, processes[i]));
    }
    ok_fails(QueryInformationJobObject(job, JobObjectBasicProcessIdList, &buffer, header, &size),
             ERROR_BAD_LENGTH);
    ok_fails(
        QueryInformationJobObject(job, JobObjectBasicProcessIdList, &buffer, header + 8, &size),
        ERROR_MORE_DATA);
    ok_eq(buffer.list.NumberOfProcessIdsInList, 1);
    ok_succeeds(QueryInformationJobObject(job, JobObjectBasicProcessIdList, &buffer, sizeof(buffer),
                                          &size));
    ok_eq(size, header + 2 * sizeof(ULONG_PTR));
    ok_eq(buffer.list.NumberOfAssignedProcesses, 2);
    if (ok_eq(buffer.list.NumberOfProcessIdsInList, 2)) {
        const ULONG_PTR *got = buffer.list.ProcessIdList;

        ok((got[0] == ids[0] && got[1] == ids[1]) || (got[0] == ids[1] && got[1] == ids[0]));
    }
    ok_succeeds(TerminateJobObject(job, 3));
    for (int i = 0; i < 2; i++)
        expect_end(processes[i], 3);
    ok_succeeds(CloseHandle(job));
}

TEST_DEADLINE(the_last_handle_ends_the_members, "", 120)
{
    HANDLE job = CreateJobObjectW(NULL, L_("killer")), again;
    HANDLE process = start("job_member", 0, NULL), other = start("job_member", 0, NULL);

    ok_succeeds(job);
    ok_succeeds(limit(job, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, 0));
    ok_succeeds(AssignProcessToJobObject(job, process));
    again = OpenJobObjectW(JOB_OBJECT_QUERY, FALSE, L_("killer"));
    ok_succeeds(again);
    ok_succeeds(CloseHandle(job));
    ok_eq(WaitForSingleObject(process, 100), WAIT_TIMEOUT);
    ok_succeeds(CloseHandle(again));
    expect_end(process, 0);
    ok_eq(WaitForSingleObject(other, 0), WAIT_TIMEOUT); /* it was no member */
    ok_succeeds(TerminateProcess(other, 5));
    expect_end(other, 5);
}

TEST_DEADLINE(who_has_ended_cannot_come_in, "", 120)
{
    HANDLE job = CreateJobObjectW(NULL, NULL), process = start("job_member", 0, NULL);

    ok_succeeds(TerminateProcess(process, 5));
    ok_eq(WaitForSingleObject(process, MS), WAIT_OBJECT_0);
    ok_fails(AssignProcessToJobObject(job, process), ERROR_ACCESS_DENIED);
    ok_eq(accounting_of(job).TotalProcesses, 0);
    expect_end(process, 5);
    ok_succeeds(CloseHandle(job));
}

/* The parent of another member. */
CHILD(job_parent)
{
    HANDLE report = (HANDLE)(uintptr_t)strtoull(argv[1], NULL, 10);

    require(argc == 2);
    ok_eq(WaitForSingleObject(report, MS), WAIT_OBJECT_0); /* it is a member by now */
    ok(is_in(GetCurrentProcess(), NULL));
    start("job_member", 0, NULL);
    for (unsigned i = 0; i < 600; i++)
        Sleep(1000);
    return 1;
}

TEST_DEADLINE(children_are_members_too, "", 120)
{
    SECURITY_ATTRIBUTES heritable = {.nLength = sizeof(heritable), .bInheritHandle = TRUE};
    HANDLE go = CreateEventW(&heritable, TRUE, FALSE, NULL);
    HANDLE job = CreateJobObjectW(NULL, NULL), process = start("job_parent", 0, go);

    ok_succeeds(job);
    ok_succeeds(AssignProcessToJobObject(job, process));
    ok_succeeds(SetEvent(go));
    ok(test_until(accounting_of(job).ActiveProcesses == 2, MS));
    ok_eq(accounting_of(job).TotalProcesses, 2);
    ok_succeeds(TerminateJobObject(job, 9));
    expect_end(process, 9);
    ok(test_until(accounting_of(job).ActiveProcesses == 0, MS));
    ok_succeeds(CloseHandle(job));
    ok_succeeds(CloseHandle(go));
}

/* --- limits --------------------------------------------------------------------------------- */

TEST_DEADLINE(limits_are_set_and_told, "", 120)
{
    HANDLE job = CreateJobObjectW(NULL, NULL);
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION extended;
    JOBOBJECT_BASIC_LIMIT_INFORMATION basic;
    DWORD size = 0;

    ok_succeeds(job);
    ok_succeeds(limit(job, JOB_OBJECT_LIMIT_ACTIVE_PROCESS | JOB_OBJECT_LIMIT_BREAKAWAY_OK, 7));
    ok_succeeds(QueryInformationJobObject(job, JobObjectExtendedLimitInformation, &extended,
                                          sizeof(extended), &size));
    ok_eq(size, sizeof(extended));
    todo_wine
    {
        ok_eq(extended.BasicLimitInformation.LimitFlags,
              JOB_OBJECT_LIMIT_ACTIVE_PROCESS | JOB_OBJECT_LIMIT_BREAKAWAY_OK);
        ok_eq(extended.BasicLimitInformation.ActiveProcessLimit, 7);
    }
    ok_fails(limit(job, 0x80000, 0), ERROR_INVALID_PARAMETER);
    memset(&basic, 0, sizeof(basic));
    basic.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE; /* an extended one */
    ok_fails(SetInformationJobObject(job, JobObjectBasicLimitInformation, &basic, sizeof(basic)),
             ERROR_INVALID_PARAMETER);
    todo_wine
    {
        ok_fails(
            SetInformationJobObject(job, JobObjectBasicLimitInformation, &basic, sizeof(basic) - 1),
            ERROR_BAD_LENGTH);
    }
    ok_fails(QueryInformationJobObject(job, JobObjectBasicLimitInformation, &basic,
                                       sizeof(basic) - 1, &size),
             ERROR_BAD_LENGTH);
    ok_fails(QueryInformationJobObject(job, (JOBOBJECTINFOCLASS)1000, &basic, sizeof(basic), &size),
             ERROR_INVALID_PARAMETER);
    ok_succeeds(CloseHandle(job));
}
