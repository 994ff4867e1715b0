// SPDX-License-Identifier: MIT
/*
 * CreateProcess: what is run, with which arguments, where, and with which environment; what fails;
 * and a child that is suspended.
 */
#include "api/process_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- arguments -----------------------------------------------------------------------------------
 */

static const char *const hard_arguments[] = {
    "plain",        "two words", "",          "quote\"inside",
    "ends with \\", "a\\\\b",    "tab\there", "\\\"both\\\"",
};

#define N_HARD (sizeof(hard_arguments) / sizeof(hard_arguments[0]))

CHILD(takes_arguments)
{
    require(argc == 1 + (int)N_HARD, "%d arguments", argc);
    for (unsigned i = 0; i < N_HARD; i++)
        ok_str_eq(argv[1 + i], hard_arguments[i]);
    ok(strstr(GetCommandLineA(), "--child takes_arguments plain   \"two words\""),
       "the line as it was given: %s", GetCommandLineA());
    return 0;
}

TEST(line_is_taken_apart_as_windows_does, "")
{
    ok_eq(run_child("takes_arguments",
                    "plain   \"two words\" \"\" quote\\\"inside \"ends with \\\\\" a\\\\b "
                    "\"tab\there\" \\\\\\\"both\\\\\\\"",
                    FALSE),
          0);
}

CHILD(alone)
{
    ok_eq(argc, 1);
    return 17;
}

TEST(application_is_run_whatever_the_line_begins_with, "")
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    char line[] = "\"not the program\" --child alone";
    PROCESS_INFORMATION info;

    require(CreateProcessA(own_program(), line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info));
    ok_eq(end_child(&info), 17);
}

TEST(wide_line_works, "")
{
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    wchar_t line[1024];
    const char *narrow = child_line("alone", "");
    PROCESS_INFORMATION info;

    for (size_t i = 0; i <= strlen(narrow); i++)
        line[i] = (unsigned char)narrow[i];
    require(CreateProcessW(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info));
    ok(info.dwProcessId != 0);
    ok(info.dwThreadId != 0);
    ok_eq(end_child(&info), 17);
}

/* --- environment and directory
 * --------------------------------------------------------------------- */

CHILD(looks_around)
{
    char text[MAX_PATH];

    ok_eq(GetEnvironmentVariableA("NTSHM_TEST_WORD", text, sizeof(text)), strlen(argv[1]));
    ok_str_eq(text, argv[1]);
    ok_eq(GetEnvironmentVariableA("NTSHM_INHERIT", text, sizeof(text)), 0);
    if (argc > 2) {
        ok(GetCurrentDirectoryA(sizeof(text), text) > 0);
        ok_str_eq(text, argv[2]);
    }
    return 0;
}

TEST(environment_is_the_parents, "")
{
    ok_succeeds(SetEnvironmentVariableA("NTSHM_TEST_WORD", "inherited"));
    ok_eq(run_child("looks_around", "inherited", FALSE), 0);
    ok_succeeds(SetEnvironmentVariableA("NTSHM_TEST_WORD", NULL));
}

/* This process's environment and one variable more, as a block. */
static size_t make_block(wchar_t *block, size_t room)
{
    const wchar_t word[] = L"NTSHM_TEST_WORD=from the block";
    const size_t length = sizeof(word) / sizeof(word[0]);
    wchar_t *own = GetEnvironmentStringsW();
    size_t size = 0;

    while (own[size])
        size += wcslen(own + size) + 1;
    require(size + length + 1 < room);
    memcpy(block, own, size * sizeof(*block));
    FreeEnvironmentStringsW(own);
    memcpy(block + size, word, sizeof(word));
    block[size + length] = L'\0';
    return size + length + 1;
}

TEST(environment_can_be_given, "")
{
    static char block[65536];
    static wchar_t wide[65536];
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    size_t size = make_block(wide, sizeof(wide) / sizeof(wide[0]));
    PROCESS_INFORMATION info;
    char line[1024];

    for (size_t i = 0; i < size; i++) /* what is not ASCII there is nobody's here */
        block[i] = wide[i] < 0x80 ? (char)wide[i] : '?';
    snprintf(line, sizeof(line), "%s", child_line("looks_around", "\"from the block\""));
    require(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, block, NULL, &startup, &info));
    ok_eq(end_child(&info), 0);

    require(CreateProcessA(NULL, line, NULL, NULL, FALSE, CREATE_UNICODE_ENVIRONMENT, wide, NULL,
                           &startup, &info));
    ok_eq(end_child(&info), 0);
}

TEST(directory_can_be_given, "")
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION info;
    char line[2048], arguments[1024], directory[MAX_PATH];

    ok_succeeds(SetEnvironmentVariableA("NTSHM_TEST_WORD", "x"));
    require(GetTempPathA(sizeof(directory), directory) > 1);
    if (directory[strlen(directory) - 1] == '\\' || directory[strlen(directory) - 1] == '/')
        directory[strlen(directory) - 1] = '\0';
    snprintf(arguments, sizeof(arguments), "x \"%s\"", directory);
    snprintf(line, sizeof(line), "%s", child_line("looks_around", arguments));
    require(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, directory, &startup, &info),
            "error %u", (unsigned)GetLastError());
    ok_eq(end_child(&info), 0);

    strcat(directory, "/no such directory");
    ok_fails(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, directory, &startup, &info),
             ERROR_DIRECTORY);
    ok_succeeds(SetEnvironmentVariableA("NTSHM_TEST_WORD", NULL));
}

/* --- standard handles ----------------------------------------------------------------------------
 */

CHILD(copies_its_input)
{
    HANDLE in = GetStdHandle(STD_INPUT_HANDLE), out = GetStdHandle(STD_OUTPUT_HANDLE);
    STARTUPINFOA startup;
    char text[64];
    DWORD n, done;

    GetStartupInfoA(&startup);
    ok(startup.dwFlags & STARTF_USESTDHANDLES);
    ok_str_eq(startup.lpTitle, "a title");
    ok_eq(startup.cb, sizeof(startup));
    ok_succeeds(ReadFile(in, text, sizeof(text), &n, NULL));
    ok_succeeds(WriteFile(out, text, n, &done, NULL));
    ok_eq(n, done);
    return 0;
}

TEST(standard_handles_are_redirected, "")
{
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};
    STARTUPINFOA startup = {.cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES};
    HANDLE in_read, in_write, out_read, out_write;
    PROCESS_INFORMATION info;
    char line[1024], text[64] = "";
    DWORD n;

    require(CreatePipe(&in_read, &in_write, &inherit, 0));
    require(CreatePipe(&out_read, &out_write, &inherit, 0));
    startup.hStdInput = in_read;
    startup.hStdOutput = out_write;
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    startup.lpTitle = (char *)(uintptr_t) "a title";
    snprintf(line, sizeof(line), "%s", child_line("copies_its_input", ""));
    require(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info));
    ok_succeeds(WriteFile(in_write, "through", 7, &n, NULL));
    ok_succeeds(ReadFile(out_read, text, sizeof(text) - 1, &n, NULL));
    ok_eq(n, 7);
    ok_str_eq(text, "through");
    ok_eq(end_child(&info), 0);
    ok_succeeds(CloseHandle(in_read));
    ok_succeeds(CloseHandle(in_write));
    ok_succeeds(CloseHandle(out_read));
    ok_succeeds(CloseHandle(out_write));
}

/* --- failures ------------------------------------------------------------------------------------
 */

static void check_fails(const char *application, const char *line, DWORD flags, DWORD error)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION info = {0};
    char copy[1024];

    if (line)
        snprintf(copy, sizeof(copy), "%s", line);
    ok_fails(CreateProcessA(application, line ? copy : NULL, NULL, NULL, FALSE, flags, NULL, NULL,
                            &startup, &info),
             error);
    ok_ptr_eq(info.hProcess, NULL);
}

TEST(what_cannot_be_run_fails, "")
{
    char name[MAX_PATH + 16];
    HANDLE file;
    DWORD n;

    check_fails("no such program", NULL, 0, ERROR_FILE_NOT_FOUND);
    check_fails(NULL, "no_such_program and arguments", 0, ERROR_FILE_NOT_FOUND);
    check_fails("no such directory/program", NULL, 0, ERROR_PATH_NOT_FOUND);
    todo_wine
    { /* it starts the program */
        check_fails(NULL, child_line("alone", ""), DETACHED_PROCESS | CREATE_NEW_CONSOLE,
                    ERROR_INVALID_PARAMETER);
    }

    snprintf(name, sizeof(name), "%s/text.exe", test_dir());
    file = CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    require(file != INVALID_HANDLE_VALUE);
    ok_succeeds(WriteFile(file, "only text, no program at all, and long enough to be looked at", 61,
                          &n, NULL));
    ok_succeeds(CloseHandle(file));
    if (test_on_windows()) {
        check_fails(name, NULL, 0, ERROR_BAD_EXE_FORMAT);
    } else {
        check_fails(name, NULL, 0, ERROR_ACCESS_DENIED);
    }
}

/* --- suspended
 * ------------------------------------------------------------------------------------ */

CHILD(sets_event)
{
    HANDLE event = OpenEventW(EVENT_MODIFY_STATE, FALSE, L_("it runs"));

    ok_succeeds(SetEvent(event));
    ok_succeeds(CloseHandle(event));
    return 5;
}

TEST(suspended_child_begins_when_it_is_resumed, "")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, L_("it runs"));
    PROCESS_INFORMATION info;
    DWORD code;

    create_child(&info, "sets_event", "", FALSE, CREATE_SUSPENDED);
    ok_eq(WaitForSingleObject(info.hProcess, 50), WAIT_TIMEOUT);
    ok_eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    ok_succeeds(GetExitCodeProcess(info.hProcess, &code));
    ok_eq(code, STILL_ACTIVE);
    ok_eq(ResumeThread(info.hThread), 1);
    ok_eq(WaitForSingleObject(event, LONG_WAIT), WAIT_OBJECT_0);
    ok_eq(end_child(&info), 5);
    ok_succeeds(CloseHandle(event));
}

TEST(suspended_child_can_be_ended, "")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, L_("it runs"));
    PROCESS_INFORMATION info;

    create_child(&info, "sets_event", "", FALSE, CREATE_SUSPENDED);
    ok_succeeds(TerminateProcess(info.hProcess, 0xABCDEF01));
    ok_eq(end_child(&info), 0xABCDEF01);
    ok_eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    ok_succeeds(CloseHandle(event));
}

/* A suspended child holds what it is to inherit, and nothing else: the name ends here. */
TEST(suspended_child_keeps_no_name, "")
{
    HANDLE section = new_section(L_("the parent's"), PAGE_READWRITE, PAGE);
    PROCESS_INFORMATION info;

    create_child(&info, "alone", "", FALSE, CREATE_SUSPENDED);
    ok_succeeds(CloseHandle(section));
    check_open_fails(L_("the parent's"), FILE_MAP_READ, ERROR_FILE_NOT_FOUND);
    ok_eq(ResumeThread(info.hThread), 1);
    ok_eq(end_child(&info), 17);
}
