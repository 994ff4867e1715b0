// SPDX-License-Identifier: MIT
/*
 * Children made with CreateProcess; see process_kit.h.
 */
#include "api/process_kit.h"

#include <stdio.h>
#include <stdlib.h>

const char *own_program(void)
{
    static char program[MAX_PATH];

    if (!program[0])
        require(GetModuleFileNameA(NULL, program, sizeof(program)) > 0);
    return program;
}

const char *child_line(const char *name, const char *arguments)
{
    static char line[8192];

    require((size_t)snprintf(line, sizeof(line), "\"%s\" --child %s %s", own_program(), name,
                             arguments) < sizeof(line));
    return line;
}

const char *handle_text(HANDLE handle)
{
    static char text[24];

    snprintf(text, sizeof(text), "%llu", (unsigned long long)(uintptr_t)handle);
    return text;
}

HANDLE handle_from_text(const char *text)
{
    return (HANDLE)(uintptr_t)strtoull(text, NULL, 10);
}

void create_child(PROCESS_INFORMATION *info, const char *name, const char *arguments, BOOL inherit,
                  DWORD flags)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};

    require(CreateProcessA(NULL, (char *)(uintptr_t)child_line(name, arguments), NULL, NULL,
                           inherit, flags, NULL, NULL, &startup, info),
            "error %u", (unsigned)GetLastError());
}

DWORD end_child(PROCESS_INFORMATION *info)
{
    DWORD code = 0xdeadbeef;

    if (!ok_eq(WaitForSingleObject(info->hProcess, LONG_WAIT), WAIT_OBJECT_0))
        TerminateProcess(info->hProcess, 1);
    ok_succeeds(GetExitCodeProcess(info->hProcess, &code));
    ok_succeeds(CloseHandle(info->hThread));
    ok_succeeds(CloseHandle(info->hProcess));
    return code;
}

DWORD run_child(const char *name, const char *arguments, BOOL inherit)
{
    PROCESS_INFORMATION info;

    create_child(&info, name, arguments, inherit, 0);
    return end_child(&info);
}
