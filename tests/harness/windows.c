// SPDX-License-Identifier: MIT
/*
 * The runner on Windows and Wine: the same cases, a process each, with a deadline.
 *
 * A case is this executable with --no-fork NAME; its exit code is its verdict, its output goes
 * where ours goes.  There are no leak checks here: what is checked is that the expected values are
 * those of a Windows, not that the Windows is clean.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include "harness/core.h"

#include <fcntl.h>
#include <io.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- small things the portable half needs ---------------------------------------------------- */

bool test_on_wine(void)
{
    return GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version") != NULL;
}

bool test_on_windows(void)
{
    return true;
}

uint64_t test_now_ms(void)
{
    return GetTickCount64();
}

void test_pause(void)
{
    Sleep(1);
}

int test_slowness(void)
{
    return 2;
}

const char *test_dir(void)
{
    static char dir[MAX_PATH];

    if (!dir[0] && !GetTempPathA(sizeof(dir), dir))
        strcpy(dir, ".");
    return dir;
}

void test_backend_setenv(const char *name, const char *value)
{
    SetEnvironmentVariableA(name, value);
    _putenv_s(name, value);
}

void test_backend_print(const char *text)
{
    fflush(stdout);
    fputs(text, stderr);
    fflush(stderr);
}

/* A crash is an exit code, at once: no debugger, no dialog. */
static LONG WINAPI on_crash(EXCEPTION_POINTERS *what)
{
    test_note("exception 0x%08lx at %p", what->ExceptionRecord->ExceptionCode,
              what->ExceptionRecord->ExceptionAddress);
    TerminateProcess(GetCurrentProcess(), what->ExceptionRecord->ExceptionCode);
    return EXCEPTION_EXECUTE_HANDLER;
}

static void set_crash_handler(void)
{
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    SetUnhandledExceptionFilter(on_crash);
}

void test_backend_init(char **argv, const struct test_options *o)
{
    (void)argv;
    (void)o;
    set_crash_handler();
}

void test_backend_child_init(void)
{
    set_crash_handler();
    _setmode(0, _O_BINARY);
    _setmode(1, _O_BINARY);
}

/* --- processes ---------------------------------------------------------------------- */

/*
 * Appends @arg to the command line in quotes.  A quote in it, or a backslash at its end, would need
 * the quoting rules of the C runtime; no test passes such an argument, and none may.
 */
static bool add_argument(char *line, size_t size, const char *arg)
{
    size_t at = strlen(line), length = strlen(arg);

    if (at + length + 4 > size || strchr(arg, '"') || (length > 0 && arg[length - 1] == '\\'))
        return false;
    snprintf(line + at, size - at, "%s\"%s\"", at > 0 ? " " : "", arg);
    return true;
}

/* Starts this executable; @in and @out may be NULL for ours. */
static HANDLE start(char *line, HANDLE in, HANDLE out, long *ret_pid)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION info;
    char program[MAX_PATH];

    if (!GetModuleFileNameA(NULL, program, sizeof(program)))
        return NULL;
    startup.dwFlags = STARTF_USESTDHANDLES;
    startup.hStdInput = in ? in : GetStdHandle(STD_INPUT_HANDLE);
    startup.hStdOutput = out ? out : GetStdHandle(STD_OUTPUT_HANDLE);
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    if (!CreateProcessA(program, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info))
        return NULL;
    CloseHandle(info.hThread);
    if (ret_pid)
        *ret_pid = (long)info.dwProcessId;
    return info.hProcess;
}

/* --- the runner --------------------------------------------------------------------- */

int test_backend_run_here(const struct test_options *o, const struct test_case *c)
{
    uint64_t since = test_now_ms();
    int verdict;

    (void)o;
    test_set_tag(0);
    test_current = c;
    c->body();
    test_state->end = TEST_END_DONE;
    verdict = test_verdict(c, test_state);
    test_print_verdict(c, verdict, test_state->reason, test_now_ms() - since);
    return verdict;
}

static int run_case(const struct test_case *c)
{
    char line[1024] = "", reason[64] = "";
    DWORD code = TEST_EXIT_FAIL;
    HANDLE process = NULL;

    fflush(NULL);
    if (add_argument(line, sizeof(line), "test") && add_argument(line, sizeof(line), "--no-fork") &&
        add_argument(line, sizeof(line), c->name))
        process = start(line, NULL, NULL, NULL);
    if (!process) {
        snprintf(reason, sizeof(reason), "could not be started (%lu)", GetLastError());
    } else if (WaitForSingleObject(process, (DWORD)(c->deadline_s * test_slowness()) * 1000) !=
               WAIT_OBJECT_0) {
        TerminateProcess(process, TEST_EXIT_FAIL);
        snprintf(reason, sizeof(reason), "deadline of %d s passed",
                 c->deadline_s * test_slowness());
    } else if (!GetExitCodeProcess(process, &code) ||
               (code != TEST_EXIT_PASS && code != TEST_EXIT_FAIL && code != TEST_EXIT_SKIP)) {
        snprintf(reason, sizeof(reason), "died with code 0x%lx", code);
        code = TEST_EXIT_FAIL;
    }
    if (process)
        CloseHandle(process);
    if (reason[0])
        test_print_verdict(c, TEST_EXIT_FAIL, reason, 0);
    return reason[0] ? TEST_EXIT_FAIL : (int)code;
}

int test_backend_run(const struct test_options *o)
{
    unsigned counts[3] = {0, 0, 0};

    for (struct test_case *c = test_cases(); c; c = c->next)
        if (test_selected(o, c)) {
            int verdict = run_case(c);

            counts[verdict == TEST_EXIT_PASS ? 0 : verdict == TEST_EXIT_FAIL ? 1 : 2]++;
        }
    if (counts[0] + counts[1] + counts[2] == 0)
        printf("no case matched\n");
    printf("%u passed, %u failed, %u skipped\n", counts[0], counts[1], counts[2]);
    return counts[1] > 0 || counts[0] + counts[2] == 0 ? TEST_EXIT_FAIL : TEST_EXIT_PASS;
}

/* --- children ----------------------------------------------------------------------- */

/* A pipe whose one end a child inherits. */
static bool make_pipe(HANDLE *ret_ours, HANDLE *ret_childs, bool child_reads)
{
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};
    HANDLE from, to;

    if (!CreatePipe(&from, &to, &inherit, 0))
        return false;
    *ret_ours = child_reads ? to : from;
    *ret_childs = child_reads ? from : to;
    return SetHandleInformation(*ret_ours, HANDLE_FLAG_INHERIT, 0);
}

bool test_child_start_(const char *file, int line, struct test_child *c, const char *name, ...)
{
    HANDLE child_in = NULL, child_out = NULL, to = NULL, from = NULL, process = NULL;
    char command[4096] = "";
    bool good = add_argument(command, sizeof(command), "test") &&
                add_argument(command, sizeof(command), "--child");
    va_list args;

    memset(c, 0, sizeof(*c));
    va_start(args, name);
    for (const char *arg = name; arg && good; arg = va_arg(args, const char *))
        good = add_argument(command, sizeof(command), arg);
    va_end(args);
    if (good && make_pipe(&to, &child_in, true) && make_pipe(&from, &child_out, false))
        process = start(command, child_in, child_out, &c->pid);
    if (child_in)
        CloseHandle(child_in);
    if (child_out)
        CloseHandle(child_out);
    c->process = (intptr_t)process;
    c->to = (intptr_t)to;
    c->from = (intptr_t)from;
    return test_helper(file, line, process != NULL, "no child: error %lu", GetLastError());
}

static void close_handle(intptr_t *h)
{
    if (*h)
        CloseHandle((HANDLE)*h);
    *h = 0;
}

static int end_child(struct test_child *c)
{
    DWORD code = (DWORD)TEST_CHILD_NO_CODE;

    GetExitCodeProcess((HANDLE)c->process, &code);
    close_handle(&c->process);
    close_handle(&c->to);
    close_handle(&c->from);
    return (int)code;
}

int test_child_wait_(const char *file, int line, struct test_child *c, int ms)
{
    int code;

    if (!c->process)
        return TEST_CHILD_NO_CODE;
    close_handle(&c->to);
    if (WaitForSingleObject((HANDLE)c->process, (DWORD)(ms * test_slowness())) != WAIT_OBJECT_0) {
        test_assertion(file, line, false, "child %ld did not end within %d ms", c->pid, ms);
        TerminateProcess((HANDLE)c->process, TEST_CHILD_KILLED);
        WaitForSingleObject((HANDLE)c->process, INFINITE);
        end_child(c);
        return TEST_CHILD_NO_CODE;
    }
    code = end_child(c);
    if (code == TEST_CHILD_FAILED)
        test_assertion(file, line, false, "assertions failed in child %ld", c->pid);
    return code;
}

int test_child_kill_(const char *file, int line, struct test_child *c)
{
    if (!c->process)
        return TEST_CHILD_NO_CODE;
    if (!TerminateProcess((HANDLE)c->process, TEST_CHILD_KILLED))
        test_assertion(file, line, false, "TerminateProcess: error %lu", GetLastError());
    WaitForSingleObject((HANDLE)c->process, INFINITE);
    return end_child(c);
}

/* --- lines -------------------------------------------------------------------------- */

static bool take_line(char *kept, size_t *n_kept, char *buf, size_t size)
{
    char *end = (char *)memchr(kept, '\n', *n_kept);
    size_t length;

    if (!end)
        return false;
    length = (size_t)(end - kept);
    *n_kept -= length + 1;
    snprintf(buf, size, "%.*s", (int)length, kept);
    buf[strcspn(buf, "\r")] = '\0';
    memmove(kept, end + 1, *n_kept);
    return true;
}

/* Anonymous pipes cannot be waited for, so this looks every millisecond. */
static bool read_line(HANDLE pipe, char *kept, size_t *n_kept, size_t room, char *buf, size_t size,
                      int ms)
{
    uint64_t end = test_now_ms() + (uint64_t)ms * (uint64_t)test_slowness();

    while (!take_line(kept, n_kept, buf, size)) {
        DWORD there = 0, n = 0;

        if (*n_kept == room || !PeekNamedPipe(pipe, NULL, 0, NULL, &there, NULL))
            return false;
        if (there == 0) {
            if (test_now_ms() >= end)
                return false;
            test_pause();
            continue;
        }
        if (!ReadFile(pipe, kept + *n_kept, (DWORD)(room - *n_kept), &n, NULL))
            return false;
        *n_kept += n;
    }
    return true;
}

static bool write_line(HANDLE pipe, const char *fmt, va_list args)
{
    char text[1024];
    int n = vsnprintf(text, sizeof(text) - 1, fmt, args);
    size_t length = n < 0 ? 0 : (size_t)n < sizeof(text) - 2 ? (size_t)n : sizeof(text) - 2;
    DWORD written;

    text[length] = '\n';
    return WriteFile(pipe, text, (DWORD)length + 1, &written, NULL) && written == length + 1;
}

bool test_child_read_line_(const char *file, int line, struct test_child *c, char *buf, size_t size,
                           int ms)
{
    bool good = read_line((HANDLE)c->from, c->kept, &c->n_kept, sizeof(c->kept), buf, size, ms);

    if (!good)
        buf[0] = '\0';
    return test_helper(file, line, good, "no line from child %ld", c->pid);
}

bool test_child_expect_(const char *file, int line, struct test_child *c, const char *want, int ms)
{
    char got[sizeof(c->kept)];

    if (!test_child_read_line_(file, line, c, got, sizeof(got), ms))
        return false;
    return test_ok_str(file, line, "line from the child", got, want);
}

bool test_child_write_line_(const char *file, int line, struct test_child *c, const char *fmt, ...)
{
    va_list args;
    bool good;

    va_start(args, fmt);
    good = write_line((HANDLE)c->to, fmt, args);
    va_end(args);
    return test_helper(file, line, good, "no line to child %ld", c->pid);
}

void test_say(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    write_line(GetStdHandle(STD_OUTPUT_HANDLE), fmt, args);
    va_end(args);
}

bool test_hear(char *buf, size_t size, int ms)
{
    static char kept[1024];
    static size_t n_kept;

    return read_line(GetStdHandle(STD_INPUT_HANDLE), kept, &n_kept, sizeof(kept), buf, size, ms);
}

/* --- threads ------------------------------------------------------------------------ */

static DWORD WINAPI run_thread(void *arg)
{
    struct test_thread *t = (struct test_thread *)arg;

    t->body(t->arg);
    return 0;
}

void test_thread_start(struct test_thread *t, void (*body)(void *), void *arg)
{
    t->body = body;
    t->arg = arg;
    t->thread = (intptr_t)CreateThread(NULL, 0, run_thread, t, 0, NULL);
    if (!t->thread) {
        test_assertion(__FILE__, __LINE__, false, "CreateThread: error %lu", GetLastError());
        test_stop();
    }
}

void test_thread_join(struct test_thread *t)
{
    WaitForSingleObject((HANDLE)t->thread, INFINITE);
    CloseHandle((HANDLE)t->thread);
}
