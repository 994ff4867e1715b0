// SPDX-License-Identifier: MIT
/*
 * Processes as Linux has them: signals and their codes, descriptors, shells between parent and
 * child, forks, zombies, and what the environment may not make a program believe.
 */
#ifndef _WIN32
#    include "api/process_kit.h"

#    include <errno.h>
#    include <fcntl.h>
#    include <signal.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <string.h>
#    include <sys/mman.h>
#    include <sys/resource.h>
#    include <sys/wait.h>
#    include <unistd.h>

#    include <ntshm/ntshm.h>

/* --- ends
 * ------------------------------------------------------------------------------------------ */

CHILD(dies_by)
{
    struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
    signal(atoi(argv[1]), SIG_DFL);
    raise(atoi(argv[1]));
    return 0;
}

TEST(signals_end_with_the_codes_of_exceptions, "")
{
    const struct {
        const char *signal_number;
        DWORD code;
    } ends[] = {
        {"11", 0xC0000005}, {"7", 0xC0000005}, {"4", 0xC000001D},
        {"8", 0xC0000094},  {"6", 3},          {"15", 128 + 15},
    };

    for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        ok_eq(run_child("dies_by", ends[i].signal_number, FALSE), ends[i].code);
}

CHILD(sleeps)
{
    char text[8];

    (void)test_hear(text, sizeof(text), 120000);
    return 6;
}

/* Of a process that CreateProcess did not make the kernel tells. */
TEST(process_of_another_making_can_be_opened, "")
{
    struct test_child child;
    HANDLE process;
    DWORD code = 0;

    require(test_child_start(&child, "sleeps"));
    process = OpenProcess(PROCESS_ALL_ACCESS, FALSE, (DWORD)child.pid);
    require(process != NULL);
    ok_eq(WaitForSingleObject(process, 0), WAIT_TIMEOUT);
    test_child_write_line(&child, "go");
    ok_eq(WaitForSingleObject(process, LONG_WAIT), WAIT_OBJECT_0);
    ok_succeeds(GetExitCodeProcess(process, &code));
    ok_eq(code, 6);
    ok_eq(test_child_wait(&child, LONG_WAIT), 6);
    ok_succeeds(GetExitCodeProcess(process, &code));
    ok_eq(code, 6);
    ok_succeeds(CloseHandle(process));
}

static bool is_zombie(DWORD pid)
{
    char path[64], text[256] = "";
    const char *end;
    int fd;

    snprintf(path, sizeof(path), "/proc/%u/stat", (unsigned)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    if (read(fd, text, sizeof(text) - 1) < 0)
        text[0] = '\0';
    close(fd);
    end = strrchr(text, ')');
    return end && end[1] == ' ' && end[2] == 'Z';
}

static bool is_there(DWORD pid)
{
    return kill((pid_t)pid, 0) == 0;
}

CHILD(ends_at_once)
{
    return 0;
}

/* Nobody waits for it: it is reaped when the next one is made. */
TEST(child_that_is_left_alone_is_reaped, "")
{
    PROCESS_INFORMATION info;
    DWORD pid;

    create_child(&info, "ends_at_once", "", FALSE, CREATE_SUSPENDED);
    pid = info.dwProcessId;
    ok_eq(ResumeThread(info.hThread), 1);
    ok_succeeds(CloseHandle(info.hThread));
    ok_succeeds(CloseHandle(info.hProcess));
    ok(test_until(!is_there(pid) || is_zombie(pid), 30000));
    /* Its first thread may be a zombie before the last one has ended. */
    ok(test_until(run_child("ends_at_once", "", FALSE) == 0 && !is_there(pid), 30000));
}

/* A program that ignores SIGCHLD has its children reaped by the kernel; the code is in the page. */
TEST(exit_code_outlives_an_ignored_sigchld, "")
{
    PROCESS_INFORMATION info;

    signal(SIGCHLD, SIG_IGN);
    create_child(&info, "sleeps", "", FALSE, CREATE_SUSPENDED);
    ok_succeeds(TerminateProcess(info.hProcess, 77));
    ok_eq(end_child(&info), 77);
    signal(SIGCHLD, SIG_DFL);
}

TEST(suspended_child_ends_with_its_last_handle, "")
{
    PROCESS_INFORMATION info;

    create_child(&info, "ends_at_once", "", FALSE, CREATE_SUSPENDED);
    ok_succeeds(CloseHandle(info.hThread));
    ok_succeeds(CloseHandle(info.hProcess));
    ok(test_until(!is_there(info.dwProcessId) || is_zombie(info.dwProcessId), 30000));
}

/* --- how a child begins
 * ------------------------------------------------------------------------------ */

CHILD(begins_afresh)
{
    sigset_t blocked;
    struct sigaction action;

    ok_eq(sigprocmask(SIG_SETMASK, NULL, &blocked), 0);
    for (int i = 1; i < NSIG; i++) {
        if (i == SIGKILL || i == SIGSTOP || sigaction(i, NULL, &action) < 0)
            continue;
        ok_eq(sigismember(&blocked, i), 0);
        ok(action.sa_handler != SIG_IGN, "signal %d is ignored", i);
    }
    ok_eq(fcntl(atoi(argv[1]), F_GETFD), -1);
    ok_eq(errno, EBADF);
    ok(getenv("NTSHM_INHERIT") == NULL);
    return 0;
}

TEST(child_begins_without_the_parents_signals_and_descriptors, "12.26")
{
    int low = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int fd = fcntl(low, F_DUPFD, 700); /* not close-on-exec, and no number of the child's own */
    sigset_t set, before;
    char text[16];

    snprintf(text, sizeof(text), "%d", fd);
    signal(SIGUSR1, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, &before);
    ok_eq(run_child("begins_afresh", text, TRUE), 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    signal(SIGUSR1, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    close(fd);
    close(low);
}

static unsigned count_fds(void)
{
    unsigned count = 0;

    for (int fd = 3; fd < 4096; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

CHILD(counts_descriptors)
{
    for (int fd = 3; fd < 4096; fd++) {
        int flags = fcntl(fd, F_GETFD);

        ok(flags < 0 || (flags & FD_CLOEXEC), "descriptor %d goes to every child", fd);
    }
    ok((int)count_fds() <= atoi(argv[1]), "%u descriptors", count_fds());
    return 0;
}

/* A hundred sections here are none there; of what is inherited nothing goes further by itself. */
TEST(only_what_is_inherited_is_open_in_the_child, "12.26")
{
    HANDLE sections[100];
    HANDLE one = new_section(NULL, PAGE_READWRITE, PAGE);

    for (unsigned i = 0; i < 100; i++)
        sections[i] = new_section(NULL, PAGE_READWRITE, PAGE);
    ok_succeeds(SetHandleInformation(one, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    ok_eq(run_child("counts_descriptors", "20", TRUE), 0);
    for (unsigned i = 0; i < 100; i++)
        ok_succeeds(CloseHandle(sections[i]));
    ok_succeeds(CloseHandle(one));
}

/* --- with somebody in between
 * -------------------------------------------------------------------------- */

CHILD(reads_section)
{
    volatile uint32_t *view = map_words(handle_from_text(argv[1]));

    ok(!strstr(GetCommandLineA(), "/bin/sh"), "the line is its own: %s", GetCommandLineA());
    ok_eq(*view, 0xFEEDFACE);
    *view = 0x0DDBA11;
    ok_succeeds(UnmapViewOfFile((const void *)view));
    return 12;
}

/* A shell knows nothing of handles and hands all on; the exit code is the shell's own. */
TEST(handles_pass_through_a_shell, "12.26")
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    volatile uint32_t *view = map_words(section);
    PROCESS_INFORMATION info;
    char line[2048];

    *view = 0xFEEDFACE;
    ok_succeeds(SetHandleInformation(section, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    snprintf(line, sizeof(line), "/bin/sh -c \"'%s' --child reads_section %s; exit $(($? + 1))\"",
             own_program(), handle_text(section));
    require(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info));
    ok_eq(end_child(&info), 13);
    ok_eq(*view, 0x0DDBA11);
    drop(section, view);
}

CHILD(has_nothing)
{
    DWORD flags;

    ok_fails(GetHandleInformation(handle_from_text(argv[1]), &flags), ERROR_INVALID_HANDLE);
    return 14;
}

TEST(scrubbed_environment_means_no_handles, "12.26")
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    PROCESS_INFORMATION info;
    char line[2048];

    ok_succeeds(SetHandleInformation(section, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    snprintf(line, sizeof(line), "/usr/bin/env -u NTSHM_INHERIT \"%s\" --child has_nothing %s",
             own_program(), handle_text(section));
    require(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info));
    ok_eq(end_child(&info), 14);
    ok_succeeds(CloseHandle(section));
}

CHILD(keeps_descriptor)
{
    int fd = atoi(argv[1]);

    /* What the variable names is not what it says: the descriptor is left alone. */
    ok(fcntl(fd, F_GETFD) >= 0);
    ok_eq(lseek(fd, 0, SEEK_CUR), 5);
    ok(getenv("NTSHM_INHERIT") == NULL);
    return 15;
}

TEST(variable_is_not_believed, "12.26")
{
    int fd = memfd_create("no inheritance", 0);
    struct test_child child;
    char text[128], number[16];

    ok_eq(write(fd, "words", 5), 5);
    snprintf(number, sizeof(number), "%d", fd);
    snprintf(text, sizeof(text), "%d:1:2:00112233445566778899aabbccddeeff", fd);
    setenv("NTSHM_INHERIT", text, 1);
    if (test_child_start(&child, "keeps_descriptor", number))
        ok_eq(test_child_wait(&child, LONG_WAIT), 15);
    snprintf(text, sizeof(text), "%d:junk", fd);
    setenv("NTSHM_INHERIT", text, 1);
    if (test_child_start(&child, "keeps_descriptor", number))
        ok_eq(test_child_wait(&child, LONG_WAIT), 15);
    unsetenv("NTSHM_INHERIT");
    close(fd);
}

/* --- fork
 * ------------------------------------------------------------------------------------------------
 */

static int look_at_parents_child(void *argument)
{
    PROCESS_INFORMATION *info = argument;
    HANDLE handles[2];
    DWORD code = 0;

    ok_eq(GetProcessId(info->hProcess), info->dwProcessId);
    ok_eq(WaitForSingleObject(info->hProcess, 0), WAIT_TIMEOUT);
    handles[0] = CreateEventW(NULL, TRUE, FALSE, NULL);
    handles[1] = info->hProcess;
    ok_succeeds(TerminateProcess(info->hProcess, 21));
    ok_eq(WaitForMultipleObjects(2, handles, FALSE, LONG_WAIT), WAIT_OBJECT_0 + 1);
    ok_succeeds(GetExitCodeProcess(info->hProcess, &code));
    ok_eq(code, 21);
    ok_succeeds(CloseHandle(handles[0]));
    ok_eq(run_child("ends_at_once", "", FALSE), 0);
    ntshm_quiesce(); /* a forked child ends without what is done at exit */
    return 0;
}

TEST(forked_child_has_the_handles_of_processes, "12.26")
{
    struct test_child child;
    PROCESS_INFORMATION info;

    create_child(&info, "ends_at_once", "", FALSE, CREATE_SUSPENDED);
    if (test_child_fork(&child, look_at_parents_child, &info))
        ok_eq(test_child_wait(&child, LONG_WAIT), 0);
    ok_eq(end_child(&info), 21);
}

static int look_at_parent(void *argument)
{
    HANDLE parent = *(HANDLE *)argument;

    ok_ne(GetProcessId(parent), GetCurrentProcessId());
    ok_eq(GetProcessId(parent), (DWORD)getppid());
    ok_eq(GetProcessId(GetCurrentProcess()), (DWORD)getpid());
    return 0;
}

/* A handle to the process itself is one to its parent after a fork. */
TEST(own_handle_means_the_parent_in_a_forked_child, "12.18")
{
    HANDLE self = OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, GetCurrentProcessId());
    struct test_child child;

    if (test_child_fork(&child, look_at_parent, &self))
        ok_eq(test_child_wait(&child, LONG_WAIT), 0);
    ok_succeeds(CloseHandle(self));
}

/* --- many at once --------------------------------------------------------------------------- */

#    define N_MAKERS 4
#    define ROUNDS   6

/* Two children: one that ends by itself, and one that has to be ended. */
static void make_two(unsigned round, PROCESS_INFORMATION *quick, PROCESS_INFORMATION *slow)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    char ends[] = "/bin/sh -c \"exit 5\"", sleeps[] = "/bin/sleep 1000";

    require(CreateProcessA(NULL, ends, NULL, NULL, TRUE, 0, NULL, NULL, &startup, quick));
    require(CreateProcessA(NULL, sleeps, NULL, NULL, TRUE, round % 2 ? CREATE_SUSPENDED : 0, NULL,
                           NULL, &startup, slow));
}

static void make_children(void *argument)
{
    HANDLE never = CreateEventW(NULL, TRUE, FALSE, NULL);

    (void)argument;
    for (unsigned i = 0; i < ROUNDS; i++) {
        PROCESS_INFORMATION quick, slow;
        HANDLE handles[3] = {never};

        make_two(i, &quick, &slow);
        handles[1] = slow.hProcess;
        handles[2] = quick.hProcess;
        ok_eq(WaitForMultipleObjects(3, handles, FALSE, LONG_WAIT), WAIT_OBJECT_0 + 2);
        ok_succeeds(TerminateProcess(slow.hProcess, i));
        ok_eq(WaitForMultipleObjects(2, handles + 1, TRUE, LONG_WAIT), WAIT_OBJECT_0);
        ok_eq(end_child(&slow), i);
        ok_eq(end_child(&quick), 5);
    }
    ok_succeeds(CloseHandle(never));
}

/* Each thread waits for its own two; the watcher comes and goes under all of them. */
TEST_DEADLINE(many_children_at_once, "12.26", 120)
{
    HANDLE section = new_section(L_("inherited by all"), PAGE_READWRITE, PAGE);
    struct test_thread threads[N_MAKERS];

    ok_succeeds(SetHandleInformation(section, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    for (unsigned i = 0; i < N_MAKERS; i++)
        test_thread_start(&threads[i], make_children, NULL);
    for (unsigned i = 0; i < N_MAKERS; i++)
        test_thread_join(&threads[i]);
    ok_succeeds(CloseHandle(section));
    check_open_fails(L_("inherited by all"), FILE_MAP_READ, ERROR_FILE_NOT_FOUND);
}

/* --- rights
 * ------------------------------------------------------------------------------------------------
 */

TEST(processes_of_others_are_not_opened, "")
{
    if (geteuid() != 0)
        skip("needs root, to become somebody else");
    require(seteuid(65534) == 0);
    ok_fails(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, 1), ERROR_ACCESS_DENIED);
    ok_fails(OpenProcess(PROCESS_TERMINATE, FALSE, (DWORD)getppid()), ERROR_ACCESS_DENIED);
    require(seteuid(0) == 0);
}
#endif
