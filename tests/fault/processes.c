// SPDX-License-Identifier: MIT
/*
 * CreateProcess and OpenProcess when something fails inside: a process is made with all that it
 * inherits, or there is none, and nothing is left of it.
 */
#include <errno.h>
#include <stdio.h>
#include <windows.h>

#include "fault/kit.h"
#include "harness/test.h"

#define LONG_TIME 60000

static HANDLE section, opened;
static PROCESS_INFORMATION info;
static STARTUPINFOA startup = {.cb = sizeof(startup)};

static uint32_t create(DWORD flags)
{
    char line[] = "/bin/true";

    return fault_result(
        CreateProcessA(NULL, line, NULL, NULL, TRUE, flags, NULL, "/", &startup, &info));
}

static uint32_t run_create(void)
{
    return create(0);
}

static uint32_t run_create_suspended(void)
{
    return create(CREATE_SUSPENDED);
}

static void end_child(void)
{
    DWORD code = 1;

    ResumeThread(info.hThread);
    ok_eq(WaitForSingleObject(info.hProcess, LONG_TIME), WAIT_OBJECT_0);
    ok_succeeds(GetExitCodeProcess(info.hProcess, &code));
    ok_eq(code, 0);
    ok_succeeds(CloseHandle(info.hThread));
    ok_succeeds(CloseHandle(info.hProcess));
}

static uint32_t run_open(void)
{
    opened = OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, GetCurrentProcessId());
    return fault_result(opened != NULL);
}

static void close_opened(void)
{
    ok_succeeds(CloseHandle(opened));
}

TEST_DEADLINE(process_is_made_whole_or_not_at_all, "12.26", 120)
{
    /* Who the child is of is only told; and the descriptor's owner is the process's then. */
    const uint64_t told = FAULT_BIT(CREDENTIALS) | FAULT_BIT(STAT) | FAULT_BIT(READ) |
                          FAULT_BIT(OPEN) | FAULT_BIT(POLL) | FAULT_BIT(KILL);
    const uint64_t needed = FAULT_BIT(SPAWN) | FAULT_BIT(MEMFD) | FAULT_BIT(DUP) | FAULT_MEMORY;
    const struct fault_call calls[] = {
        {"CreateProcess", NULL, run_create, end_child, needed, told, 0},
        {"CreateProcess, suspended", NULL, run_create_suspended, end_child,
         needed | FAULT_BIT(PIPE), told, 0},
        {"OpenProcess", NULL, run_open, close_opened, FAULT_BIT(PIDFD) | FAULT_MEMORY, told, 0},
    };

    section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, NULL);
    require(section != NULL);
    ok_succeeds(SetHandleInformation(section, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    ok_succeeds(CloseHandle(section));
}
