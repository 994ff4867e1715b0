// SPDX-License-Identifier: MIT
/*
 * What a child of CreateProcess believes of NTSHM_INHERIT when a shell between it and its parent
 * has changed one thing; whose exit code is told; and children in a pid name space of their own.
 */
#ifndef _WIN32
#    include "api/process_kit.h"

#    include <dirent.h>
#    include <errno.h>
#    include <sched.h>
#    include <signal.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <string.h>
#    include <sys/resource.h>
#    include <sys/syscall.h>
#    include <sys/wait.h>
#    include <unistd.h>

#    include <ntstatus.h>
#    include <winternl.h>

/* --- the variable ------------------------------------------------------------------------------
 */

CHILD(has_the_handle)
{
    DWORD flags;

    return GetHandleInformation(handle_from_text(argv[1]), &flags) ? 31 : 32;
}

/* The child's answer after a shell has run @change; $1 to $4 are the variable's parts there. */
static DWORD ask_after(const char *change)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    PROCESS_INFORMATION info;
    char line[4096];
    DWORD code;

    ok_succeeds(SetHandleInformation(section, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    require((size_t)snprintf(line, sizeof(line),
                             "/bin/sh -c \"IFS=:; set -- $NTSHM_INHERIT; unset IFS; %s; "
                             "exec '%s' --child has_the_handle %s\"",
                             change, own_program(), handle_text(section)) < sizeof(line));
    require(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info));
    code = end_child(&info);
    ok_succeeds(CloseHandle(section));
    return code;
}

TEST(variable_is_believed_as_it_was_made, "12.26")
{
    ok_eq(ask_after("export NTSHM_INHERIT=$1:$2:$3:$4"), 31);
}

TEST(variable_with_one_thing_changed_is_not_believed, "12.26")
{
    ok_eq(ask_after("export NTSHM_INHERIT=$1:$(printf %x $((0x$2 ^ 1))):$3:$4"), 32);
    ok_eq(ask_after("export NTSHM_INHERIT=$1:$2:$(printf %x $((0x$3 ^ 1))):$4"), 32);
    ok_eq(ask_after("case $4 in *0) n=1;; *) n=0;; esac; "
                    "export NTSHM_INHERIT=$1:$2:$3:${4%?}$n"),
          32);
    ok_eq(ask_after("export NTSHM_INHERIT=0$1:$2:$3:$4"), 32);
}

/* The same bytes, told of rightly, but in a file, which anybody may change meanwhile. */
TEST(what_is_inherited_must_be_sealed, "12.26")
{
    char change[1024];

    snprintf(change, sizeof(change),
             "f='%s/copy'; cat /proc/self/fd/$1 >$f; "
             "for n in 9 8 7 6 5 4 3; do [ -e /proc/$$/fd/$n ] || break; done; "
             "eval exec $n'<$f'; "
             "export NTSHM_INHERIT=$n:$(stat -c %%D $f):$(printf %%x $(stat -c %%i $f)):$4",
             test_dir());
    ok_eq(ask_after(change), 32);
}

TEST(what_is_inherited_must_be_of_the_same_user, "12.26")
{
    if (geteuid() != 0)
        skip("needs root, to give it to somebody else");
    ok_eq(ask_after("chown 65534 /proc/self/fd/$1"), 32);
}

/* --- whose exit code -----------------------------------------------------------------------------
 */

static pid_t reap(pid_t pid, int *ret_status)
{
    pid_t found;

    do
        found = waitpid(pid, ret_status, 0);
    while (found < 0 && errno == EINTR);
    return found;
}

CHILD(has_a_fork_that_ends)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0)
        exit(7);
    ok_eq(reap(pid, &status), pid);
    ok_eq(WEXITSTATUS(status), 7);
    return 9;
}

TEST(fork_does_not_tell_what_its_parent_ends_with, "")
{
#    ifdef __SANITIZE_ADDRESS__
    skip("the sanitizer looks for the parent's threads in a forked child");
#    endif
    ok_eq(run_child("has_a_fork_that_ends", "", FALSE), 9);
}

static DWORD WINAPI end_last(void *first)
{
    WaitForSingleObject(first, LONG_WAIT);
    return 0x02030405;
}

CHILD(ends_with_a_thread)
{
    HANDLE self = OpenThread(SYNCHRONIZE, FALSE, GetCurrentThreadId());

    if (argv[1][0] == '2')
        CloseHandle(CreateThread(NULL, 0, end_last, self, 0, NULL));
    ExitThread(0x01020304);
}

/* Though the service thread, which every child has, is there still. */
TEST(last_thread_ends_a_child_with_its_code, "")
{
#    ifdef __SANITIZE_THREAD__
    skip("the sanitizer has a thread of its own");
#    endif
    ok_eq(run_child("ends_with_a_thread", "1", FALSE), 0x01020304);
    ok_eq(run_child("ends_with_a_thread", "2", FALSE), 0x02030405);
}

static void make_and_end(void *info)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    char line[] = "/bin/sleep 1000";

    require(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, info));
}

TEST(child_outlives_the_thread_that_made_it, "")
{
    PROCESS_INFORMATION info;
    struct test_thread thread;

    test_thread_start(&thread, make_and_end, &info);
    test_thread_join(&thread);
    ok_eq(WaitForSingleObject(info.hProcess, 100), WAIT_TIMEOUT);
    ok_succeeds(TerminateProcess(info.hProcess, 9));
    ok_eq(end_child(&info), 9);
}

/* --- another pid name space --------------------------------------------------------------------
 */

/* The first process there, whose parent has no number in it. The name makes a broker be asked about
 * the child, which waits meanwhile. */
static int make_first_of_space(void *argument)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    HANDLE named = CreateEventW(NULL, TRUE, FALSE, L_("a broker is there"));
    PROCESS_INFORMATION info;
    char line[] = "/bin/sh -c \"exit 5\"";

    (void)argument;
    if (unshare(CLONE_NEWPID) < 0)
        return 77;
    if (!ok(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info)))
        return 1;
    ok_eq(end_child(&info), 5);
    ok_succeeds(CloseHandle(named));
    return 0;
}

TEST(first_process_of_a_pid_name_space_is_made, "")
{
    struct test_child child;
    int code;

    require(test_child_fork(&child, make_first_of_space, NULL));
    code = test_child_wait(&child, LONG_WAIT);
    if (code == 77)
        skip("no pid name space can be made here");
    ok_eq(code, 0);
}

/* --- forks that nobody is told of ---------------------------------------------------------------
 */

static HANDLE sleepers_handles[2];

static void sleep_for_both(void *argument)
{
    (void)argument;
    ok_eq(WaitForMultipleObjects(2, sleepers_handles, FALSE, LONG_WAIT), WAIT_OBJECT_0 + 1);
}

static bool watcher_is_there(void)
{
    DIR *threads = opendir("/proc/self/task");
    const struct dirent *entry;
    bool found = false;

    require(threads != NULL);
    while ((entry = readdir(threads)) != NULL) {
        char path[300], name[32] = "";
        FILE *file;

        snprintf(path, sizeof(path), "/proc/self/task/%s/comm", entry->d_name);
        file = fopen(path, "re"); /* "." and ".." have none, nor has who has ended meanwhile */
        if (!file)
            continue;
        found |= fgets(name, sizeof(name), file) && strcmp(name, "ntshm-watcher\n") == 0;
        fclose(file);
    }
    closedir(threads);
    return found;
}

/* The thread that watches for the parent's sleepers is not here, nor are they. */
static int wait_without_the_parents_watcher(HANDLE process)
{
    if (WaitForMultipleObjects(2, sleepers_handles, FALSE, 0) != WAIT_TIMEOUT)
        return 1;
    if (!TerminateProcess(process, 3))
        return 2;
    return WaitForMultipleObjects(2, sleepers_handles, FALSE, LONG_WAIT) == WAIT_OBJECT_0 + 1 ? 0
                                                                                              : 3;
}

TEST(bare_clone_waits_with_a_watcher_of_its_own, "")
{
    struct test_thread sleeper;
    PROCESS_INFORMATION info;
    int status = 0;
    long pid;

#    ifdef __SANITIZE_THREAD__
    skip("ThreadSanitizer does not follow a raw clone");
#    endif
    create_child(&info, "has_the_handle", "0", FALSE, CREATE_SUSPENDED);
    sleepers_handles[0] = CreateEventW(NULL, TRUE, FALSE, NULL);
    sleepers_handles[1] = info.hProcess;
    test_thread_start(&sleeper, sleep_for_both, NULL);
    ok(test_until(watcher_is_there(), 30000));
    pid = syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L);
    require(pid >= 0);
    if (pid == 0)
        _exit(wait_without_the_parents_watcher(info.hProcess));
    ok_eq(reap((pid_t)pid, &status), pid);
    ok_eq(status, 0);
    test_thread_join(&sleeper);
    ok_eq(end_child(&info), 3);
    ok_succeeds(CloseHandle(sleepers_handles[0]));
}

/* --- NtTerminateProcess ------------------------------------------------------------------------
 */

TEST(other_threads_alone_cannot_be_ended, "")
{
    PROCESS_INFORMATION info;

    ok_status(NtTerminateProcess(NULL, 1), STATUS_NOT_SUPPORTED);
    create_child(&info, "has_the_handle", "0", FALSE, CREATE_SUSPENDED);
    ok_status(NtTerminateProcess(info.hProcess, STATUS_DATA_ERROR), STATUS_SUCCESS);
    ok_eq(WaitForSingleObject(info.hProcess, LONG_WAIT), WAIT_OBJECT_0);
    ok_status(NtTerminateProcess(info.hProcess, 1), STATUS_PROCESS_IS_TERMINATING);
    ok_eq(end_child(&info), (DWORD)STATUS_DATA_ERROR);
}

/* --- what else a child begins and ends with ------------------------------------------------------
 */

/* More descriptors than its limit lets it have: the limit that it began with is the child's. */
static int needs_many_descriptors(void *argument)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    char line[] = "/bin/sh -c \"exit $(ulimit -n)\"";
    struct rlimit limit;
    HANDLE sections[120];
    PROCESS_INFORMATION info;

    (void)argument;
    require(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = 100;
    require(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    for (unsigned i = 0; i < 120; i++) {
        sections[i] = new_section(NULL, PAGE_READWRITE, PAGE);
        require(sections[i] != NULL);
    }
    ok(getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > 100);
    require(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info));
    ok_eq(end_child(&info), 100);
    for (unsigned i = 0; i < 120; i++)
        ok_succeeds(CloseHandle(sections[i]));
    return 0;
}

TEST(child_has_the_limit_that_its_parent_began_with, "")
{
    struct test_child child;

    require(test_child_fork(&child, needs_many_descriptors, NULL));
    ok_eq(test_child_wait(&child, LONG_WAIT), 0);
}

TEST(child_whose_end_was_noticed_is_no_zombie, "")
{
    PROCESS_INFORMATION info;

    create_child(&info, "has_the_handle", "0", FALSE, 0);
    ok_eq(WaitForSingleObject(info.hProcess, LONG_WAIT), WAIT_OBJECT_0);
    ok_eq(kill((pid_t)info.dwProcessId, 0), -1);
    ok_eq(errno, ESRCH);
    ok_eq(end_child(&info), 32);
}

static unsigned count_fds_of(DWORD pid)
{
    unsigned count = 0;
    char path[64];
    DIR *list;

    snprintf(path, sizeof(path), "/proc/%u/fd", (unsigned)pid);
    list = opendir(path);
    require(list != NULL);
    while (readdir(list))
        count++;
    closedir(list);
    return count;
}

/* What a child has to give up takes it a while: it is waited for. No broker is asked meanwhile. */
TEST(suspended_child_holds_nothing_from_the_beginning, "12.26")
{
    static HANDLE kept[3000];
    struct rlimit limit;
    unsigned count;

    require(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    count = limit.rlim_max / 2 < 3000 ? (unsigned)limit.rlim_max / 2 : 3000;
    for (unsigned i = 0; i < count; i++)
        kept[i] = new_section(NULL, PAGE_READWRITE, PAGE);
    for (unsigned i = 0; i < 20; i++) {
        PROCESS_INFORMATION info;

        create_child(&info, "has_the_handle", "0", FALSE, CREATE_SUSPENDED);
        ok(count_fds_of(info.dwProcessId) < 50);
        ok_succeeds(TerminateProcess(info.hProcess, i));
        ok_eq(end_child(&info), i);
    }
    for (unsigned i = 0; i < count; i++)
        ok_succeeds(CloseHandle(kept[i]));
}

/* The exit code of a shell's @script, with 0 to 255. */
static DWORD run_shell(const char *script, DWORD flags)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION info;
    char line[512];

    snprintf(line, sizeof(line), "/bin/sh -c \"set -- $(cat /proc/$$/stat); %s\"", script);
    require(CreateProcessA(NULL, line, NULL, NULL, FALSE, flags, NULL, NULL, &startup, &info));
    return end_child(&info);
}

TEST(flags_say_how_a_child_begins, "")
{
    const char *leads = "exit $(($([ $5 = $$ ] && echo 1 || echo 0) + "
                        "$([ $6 = $$ ] && echo 2 || echo 0)))";
    const char *nice = "exit ${19}";

    ok_eq(run_shell(leads, 0), 0);
    ok_eq(run_shell(leads, CREATE_NEW_PROCESS_GROUP), 1);
    ok_eq(run_shell(leads, DETACHED_PROCESS), 3);
    ok_eq(run_shell(leads, CREATE_NEW_CONSOLE), 3);
    ok_eq(run_shell(nice, IDLE_PRIORITY_CLASS), 19);
    if (getpriority(PRIO_PROCESS, 0) <= 10)
        ok_eq(run_shell(nice, BELOW_NORMAL_PRIORITY_CLASS), 10);
}

TEST(standard_handles_of_none_are_the_null_device, "")
{
    STARTUPINFOA startup = {.cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION info;
    char line[] = "/bin/sh -c \"[ /proc/$$/fd/0 -ef /dev/null ] && [ /proc/$$/fd/2 -ef /dev/null ] "
                  "&& ! [ /proc/$$/fd/1 -ef /dev/null ]; exit $?\"";

    startup.hStdOutput = CreateFileA("/dev/zero", GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    startup.hStdError = INVALID_HANDLE_VALUE;
    require(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info));
    ok_eq(end_child(&info), 0);
    ok_succeeds(CloseHandle(startup.hStdOutput));
}

TEST(both_handles_have_flags_of_their_own, "12.26")
{
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    char line[] = "/bin/true";

    for (unsigned i = 0; i < 4; i++) {
        PROCESS_INFORMATION info;
        DWORD flags = 9;

        require(CreateProcessA(NULL, line, i & 1 ? &inherited : NULL, i & 2 ? &inherited : NULL,
                               FALSE, 0, NULL, NULL, &startup, &info));
        ok_succeeds(GetHandleInformation(info.hProcess, &flags));
        ok_eq(flags, i & 1 ? HANDLE_FLAG_INHERIT : 0);
        ok_succeeds(GetHandleInformation(info.hThread, &flags));
        ok_eq(flags, i & 2 ? HANDLE_FLAG_INHERIT : 0);
        ok_eq(end_child(&info), 0);
    }
}

TEST(extended_startup_must_be_as_large_as_it_says, "12.27")
{
    STARTUPINFOEXA startup = {.StartupInfo = {.cb = sizeof(startup.StartupInfo)}};
    PROCESS_INFORMATION info;
    char line[] = "/bin/true";

    ok_fails(CreateProcessA(NULL, line, NULL, NULL, FALSE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL,
                            &startup.StartupInfo, &info),
             ERROR_INVALID_PARAMETER);
}

/* While it is asleep for one process, the watcher hears that there is another one. */
TEST(watcher_hears_of_more_to_watch, "")
{
    PROCESS_INFORMATION first, second;
    struct test_thread sleeper;
    HANDLE handles[2];

    create_child(&first, "has_the_handle", "0", FALSE, CREATE_SUSPENDED);
    create_child(&second, "has_the_handle", "0", FALSE, CREATE_SUSPENDED);
    sleepers_handles[0] = handles[0] = CreateEventW(NULL, TRUE, FALSE, NULL);
    sleepers_handles[1] = first.hProcess;
    handles[1] = second.hProcess;
    test_thread_start(&sleeper, sleep_for_both, NULL);
    ok(test_until(watcher_is_there(), 30000));
    ok_eq(WaitForMultipleObjects(2, handles, FALSE, 50), WAIT_TIMEOUT);
    ok_eq(ResumeThread(second.hThread), 1);
    ok_eq(WaitForMultipleObjects(2, handles, FALSE, LONG_WAIT), WAIT_OBJECT_0 + 1);
    ok_succeeds(TerminateProcess(first.hProcess, 2));
    test_thread_join(&sleeper);
    ok_eq(end_child(&second), 32);
    ok_eq(end_child(&first), 2);
    ok_succeeds(CloseHandle(handles[0]));
}

/* --- rights --------------------------------------------------------------------------------------
 */

TEST(who_may_ask_all_may_ask_a_little, "")
{
    HANDLE self = OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, GetCurrentProcessId());
    DWORD count = 0;

    ok_succeeds(GetProcessHandleCount(self, &count));
    ok(count > 0);
    ok_succeeds(CloseHandle(self));
}

static int keeps_root_for_later(void *argument)
{
    const uid_t *uids = argument;
    char line[16];

    require(setresuid(uids[0], uids[1], uids[2]) == 0);
    test_say("ready");
    require(test_hear(line, sizeof(line), LONG_WAIT));
    return 0;
}

/* One that is root in any of three places is not the user's. */
TEST(process_is_opened_by_its_user_in_all_three_places, "")
{
    uid_t uids[][3] = {
        {65534, 65534, 0}, {65534, 0, 65534}, {0, 65534, 65534}, {65534, 65534, 65534}};

    if (geteuid() != 0)
        skip("needs root, to become somebody else");
    for (unsigned i = 0; i < sizeof(uids) / sizeof(uids[0]); i++) {
        struct test_child child;
        HANDLE process;

        require(test_child_fork(&child, keeps_root_for_later, uids[i]));
        require(test_child_expect(&child, "ready", LONG_WAIT));
        require(seteuid(65534) == 0);
        process = OpenProcess(PROCESS_TERMINATE, FALSE, (DWORD)child.pid);
        require(seteuid(0) == 0);
        ok_eq(process != NULL, i == 3);
        if (process)
            ok_succeeds(CloseHandle(process));
        test_child_write_line(&child, "end");
        ok_eq(test_child_wait(&child, LONG_WAIT), 0);
    }
}
#endif
