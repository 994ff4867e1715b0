// SPDX-License-Identifier: MIT
/*
 * `ntshm create`, `open`, `signal`, `reset` and `wait`: objects for shell scripts, made and used by
 * the real tool and by the library against each other.
 */
#include <windows.h>
#include <ntshm/ntshm.h>

#include "harness/test.h"
#include "tool/run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ok_tool(code, text, ...)      \
    do {                              \
        struct run run_;              \
        run_tool(&run_, __VA_ARGS__); \
        ok_run(&run_, code, text);    \
        run_free(&run_);              \
    } while (0)

/* `ntshm create ... --detach`: the pid that it printed. */
#define detach(...) detach_((const char *const[]){"ntshm", "create", "--detach", __VA_ARGS__, NULL})
static pid_t detach_(const char *const *arguments)
{
    struct run run;
    pid_t pid;

    run_tool_(&run, arguments);
    ok_eq(run.code, 0);
    pid = (pid_t)atoi(run.out);
    require(pid > 1, "%s", run.out);
    run_free(&run);
    return pid;
}

/* Until it has printed something, which is lost. */
static void wait_for_output(const struct run *run)
{
    char byte;
    ssize_t n;

    while ((n = read(run->out_fd, &byte, 1)) < 0 && errno == EINTR)
        ;
    require(n == 1);
}

static bool is_there(const char *name)
{
    struct run run;
    bool there;

    run_tool(&run, "open", name);
    there = run.code == 0;
    run_free(&run);
    return there;
}

/* It is nobody's child that we could wait for. */
static void let_go(pid_t pid, const char *name)
{
    ok_eq(kill(pid, SIGTERM), 0);
    ok(test_until(!is_there(name), 20000));
    ok(test_until(kill(pid, 0) < 0, 20000));
}

TEST(every_kind_is_created_and_kept_in_the_background, "1.1 11.27")
{
    static const char *const kinds[] = {"section", "event", "mutex", "semaphore", "timer", "job"};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        pid_t pid = i == 0 ? detach(kinds[i], A_("Local\\kept"), "--size", "64K")
                           : detach(kinds[i], A_("Local\\kept"));
        char line[64];

        snprintf(line, sizeof(line), "%s\n", kinds[i]);
        ok_tool(0, line, "open", A_("Local\\kept"));
        let_go(pid, A_("Local\\kept"));
    }
}

TEST(create_has_the_exit_code_of_its_command, "")
{
    ok_tool(7, "", "create", "event", A_("Local\\e"), "--", "sh", "-c", "exit 7");
    ok_tool(128 + SIGKILL, "", "create", "event", A_("Local\\e"), "--", "sh", "-c", "kill -9 $$");
    ok_tool(127, "cannot be run: No such file", "create", "event", A_("Local\\e"), "--",
            "ntshm-no-such-command");
    ok_tool(126, "cannot be run: Permission denied", "create", "event", A_("Local\\e"), "--", "/");
    ok(!is_there(A_("Local\\e")));
    ok_tool(0, "\"created\":true", "create", "event", A_("Local\\e"), "--json", "--", "true");
}

TEST(create_says_what_is_wrong, "")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, L_("Local\\event"));

    ok_tool(2, "--hold, --detach or -- COMMAND", "create", "event", A_("Local\\x"));
    ok_tool(2, "which command?", "create", "event", A_("Local\\x"), "--");
    ok_tool(2, "one of --hold", "create", "event", A_("Local\\x"), "--hold", "--detach");
    ok_tool(2, "TYPE is section, event", "create", "pipe", A_("Local\\x"), "--hold");
    ok_tool(2, "--size or --file", "create", "section", A_("Local\\x"), "--hold");
    ok_tool(2, "--size is nothing for an event", "create", "event", A_("Local\\x"), "--size=1");
    ok_tool(2, "is no size", "create", "section", A_("Local\\x"), "--size=1Q", "--hold");
    ok_tool(2, "--period goes with --due", "create", "timer", A_("Local\\x"), "--period=1", "-H");
    ok_tool(1, "(error 183)", "create", "event", A_("Local\\event"), "-x", "--", "true");
    ok_tool(0, "\"created\":false", "create", "event", A_("Local\\event"), "-j", "--", "true");
    ok_tool(1, "another kind of object's", "create", "mutex", A_("Local\\event"), "--", "true");
    ok_tool(1, "cannot be read as SDDL", "create", "event", A_("Local\\y"), "--sd", "D:(nonsense",
            "--", "true");
    ok_tool(1, "no-such-file", "create", "section", A_("Local\\y"), "--file", "/no-such-file", "--",
            "true");
    ok_tool(1, "this is no UTF-8", "create", "event", "Local\\\xff", "--", "true");
    ok_tool(1, "(error", "create", "section", A_("Local\\y"), "--detach", "--file",
            "/no-such-file");
    CloseHandle(event);
}

TEST(created_objects_are_as_they_were_told, "1.19 16.1")
{
    pid_t pids[4] = {
        detach("section", A_("Local\\s"), "--size", "1M", "--protect", "readonly"),
        detach("event", A_("Local\\e"), "--manual", "--set"),
        detach("semaphore", A_("Local\\n"), "--count", "2", "--maximum", "3"),
        detach("timer", A_("Local\\t"), "--manual", "--due", "1"),
    };
    HANDLE section = OpenFileMappingW(FILE_MAP_READ, FALSE, L_("Local\\s"));
    HANDLE event = OpenEventW(SYNCHRONIZE, FALSE, L_("Local\\e"));
    HANDLE semaphore = OpenSemaphoreW(SEMAPHORE_ALL_ACCESS, FALSE, L_("Local\\n"));
    HANDLE timer = OpenWaitableTimerW(SYNCHRONIZE, FALSE, L_("Local\\t"));
    void *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 1 << 20);

    ok(view != NULL);
    ok_ptr_eq(MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0), NULL);
    ok_succeeds(UnmapViewOfFile(view));
    ok_eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    ok_eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0); /* it is manual */
    ok_fails(ReleaseSemaphore(semaphore, 2, NULL), ERROR_TOO_MANY_POSTS);
    ok_eq(WaitForSingleObject(timer, 20000), WAIT_OBJECT_0);
    CloseHandle(section);
    CloseHandle(event);
    CloseHandle(semaphore);
    CloseHandle(timer);
    let_go(pids[0], A_("Local\\s"));
    let_go(pids[1], A_("Local\\e"));
    let_go(pids[2], A_("Local\\n"));
    let_go(pids[3], A_("Local\\t"));
}

/* Ends the processes that are in a job now; false when it is not there any more. */
static bool ends_job(const char *name)
{
    struct run run;
    bool there;

    run_tool(&run, "signal", "--terminate=3", name);
    there = run.code == 0;
    run_free(&run);
    return there;
}

TEST(command_of_a_new_job_is_in_it_and_ends_with_it, "")
{
    struct run run;

    run_start(&run, "create", "job", A_("Local\\job"), "--", "sleep", "600");
    ok_tool(0, "job", "open", A_("Local\\job"), "--timeout=20000");
    ok_tool(1, "--terminate", "signal", A_("Local\\job"));
    /* The command comes into the job a moment after the name: it is ended until it has ended. */
    ok(test_until(!ends_job(A_("Local\\job")), 20000));
    run_wait(&run);
    ok(run.code == 128 + SIGKILL || run.code == 3, "%d", run.code);
    run_free(&run);
}

TEST(open_waits_for_a_name, "")
{
    struct run run;
    HANDLE event;

    ok_tool(1, "nobody has a handle", "open", A_("Local\\late"));
    ok_tool(3, "nobody has a handle", "open", A_("Local\\late"), "--timeout", "30");
    run_start(&run, "open", A_("Local\\late"), "--timeout", "30000", "--json");
    event = CreateEventW(NULL, TRUE, FALSE, L_("Local\\late"));
    run_wait(&run);
    ok_run(&run, 0, "\"type\":\"event\"");
    run_free(&run);
    CloseHandle(event);
    ok_tool(2, "which name?", "open");
    ok_tool(2, "--fd is for the COMMAND", "open", A_("Local\\late"), "--fd", "3");
}

/* A path may lead to a directory, which is nothing to wait for; other names are told apart. */
TEST(paths_and_what_is_no_name_are_said, "")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, L_("Global\\e"));
    char path[200];

    snprintf(path, sizeof(path), "\\BaseNamedObjects%s", A_("Global\\e") + strlen("Global"));
    ok_tool(0, "directory\n", "open", "\\BaseNamedObjects");
    ok_tool(0, "\"type\":\"directory\"", "open", "--read-only", "--json", "\\Sessions");
    ok_tool(0, "event\n", "open", path);
    ok_tool(1, "nothing to signal", "signal", "\\BaseNamedObjects");
    ok_tool(1, "another kind of object's", "wait", "\\BaseNamedObjects");
    ok_tool(1, "is no section but: directory", "dump", "\\BaseNamedObjects");
    ok_tool(1, "there is no such directory", "open", "\\nowhere\\e");
    ok_tool(1, "this is not a name", "open", "Local\\");
    ok_tool(1, "this is not a name", "show", "Local\\");
    ok_tool(1, "this is no UTF-8", "open", "Local\\\xff");
    ok_tool(1, "this is no UTF-8", "show", "Local\\\xff");
    CloseHandle(event);
}

TEST(memory_goes_to_a_command_that_knows_no_names, "")
{
    HANDLE section =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 65536, L_("Local\\fd"));
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, L_("Local\\none"));
    char *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);

    require(view != NULL);
    strcpy(view, "from the view");
    ok_tool(0, "from the view", "open", A_("Local\\fd"), "--fd", "5", "--", "sh", "-c",
            "head -c 13 /proc/self/fd/5; printf answer >&5");
    ok_mem_eq(view, "answerhe view", 13);
    ok_tool(0, "refused", "open", A_("Local\\fd"), "--fd", "5", "--read-only", "--", "sh", "-c",
            "printf again 2>/dev/null >&5 || echo refused");
    ok_mem_eq(view, "answerhe view", 13);
    ok_tool(1, "another kind of object's", "open", A_("Local\\none"), "--fd", "5", "--", "true");
    CloseHandle(event);
    ok_succeeds(UnmapViewOfFile(view));
    CloseHandle(section);
}

TEST(signal_and_reset_do_what_the_kind_allows, "16.1 16.20")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, L_("Local\\e"));
    HANDLE semaphore = CreateSemaphoreW(NULL, 0, 5, L_("Local\\n"));
    HANDLE mutex = CreateMutexW(NULL, FALSE, L_("Local\\m"));
    HANDLE timer = CreateWaitableTimerW(NULL, TRUE, L_("Local\\t"));
    HANDLE section =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 65536, L_("Local\\s"));
    LONG previous = -1;

    ok_tool(0, "", "signal", A_("Local\\e"));
    ok_eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    ok_tool(0, "", "reset", A_("Local\\e"));
    ok_eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    ok_tool(0, "", "signal", "--pulse", A_("Local\\e"));
    ok_eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    ok_tool(0, "\"previous_count\":0", "signal", "-n", "3", "--json", A_("Local\\n"));
    ok_tool(1, "(error 298)", "signal", "-n", "3", A_("Local\\n"));
    ok_succeeds(ReleaseSemaphore(semaphore, 1, &previous));
    ok_eq(previous, 3);
    ok_tool(0, "", "signal", A_("Local\\t"));
    ok_eq(WaitForSingleObject(timer, 20000), WAIT_OBJECT_0);
    ok_tool(0, "", "signal", "--due=600000", A_("Local\\t"));
    ok_eq(WaitForSingleObject(timer, 0), WAIT_TIMEOUT);
    ok_tool(0, "", "reset", A_("Local\\t"));
    ok_tool(1, "by the thread that owns it", "signal", A_("Local\\m"));
    ok_tool(1, "nothing to signal", "signal", A_("Local\\s"));
    ok_tool(1, "counted down by who waits", "reset", A_("Local\\n"));
    ok_tool(1, "--count is for semaphores", "signal", "-n", "1", A_("Local\\e"));
    ok_tool(1, "nobody has a handle", "signal", A_("Local\\nothing"));
    ok_tool(2, "which name?", "signal");
    CloseHandle(event);
    CloseHandle(semaphore);
    CloseHandle(mutex);
    CloseHandle(timer);
    CloseHandle(section);
}

TEST(wait_tells_by_its_exit_code, "16.1 16.5")
{
    HANDLE first = CreateEventW(NULL, FALSE, FALSE, L_("Local\\1"));
    HANDLE second = CreateEventW(NULL, FALSE, TRUE, L_("Local\\2"));
    HANDLE section =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 65536, L_("Local\\s"));
    struct run run;

    ok_tool(3, "", "wait", A_("Local\\1"), "--timeout", "0");
    ok_tool(9, "", "wait", A_("Local\\1"), "--timeout", "0", "--timeout-code=9");
    ok_tool(3, "\"result\":\"timeout\"", "wait", "-j", "-t", "0", "--all", A_("Local\\1"),
            A_("Local\\2"));
    ok_tool(0, A_("Local\\2"), "wait", A_("Local\\1"), A_("Local\\2"));
    ok_eq(WaitForSingleObject(second, 0), WAIT_TIMEOUT); /* the wait took it */
    run_start(&run, "wait", "--json", "--all", A_("Local\\1"), A_("Local\\2"));
    SetEvent(first);
    SetEvent(second);
    run_wait(&run);
    ok_run(&run, 0, "\"result\":\"signaled\"");
    run_free(&run);
    ok_tool(1, "another kind of object's", "wait", A_("Local\\s"));
    ok_tool(1, "nobody has a handle", "wait", A_("Local\\1"), A_("Local\\3"));
    ok_tool(2, "which name?", "wait");
    ok_tool(1, "not done after 1 seconds", "wait", "--deadline=1", A_("Local\\1"));
    CloseHandle(first);
    CloseHandle(second);
    CloseHandle(section);
}

TEST(command_runs_while_the_mutex_is_owned, "16.7")
{
    HANDLE mutex = CreateMutexW(NULL, FALSE, L_("Local\\m"));
    HANDLE semaphore = CreateSemaphoreW(NULL, 1, 1, L_("Local\\n"));
    char inner[600];

    snprintf(inner, sizeof(inner), "%s wait -t 0 '%s'; echo inner $?; exit 5", NT_TEST_TOOL_PATH,
             A_("Local\\m"));
    ok_tool(5, "inner 3", "wait", A_("Local\\m"), "--", "sh", "-c", inner);
    ok_eq(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0); /* it was let go, not abandoned */
    ok_tool(3, "", "wait", "-t", "0", A_("Local\\m"), "--", "echo", "never");
    ok_succeeds(ReleaseMutex(mutex));
    snprintf(inner, sizeof(inner), "%s wait -t 0 '%s'; echo inner $?", NT_TEST_TOOL_PATH,
             A_("Local\\n"));
    ok_tool(0, "inner 3", "wait", A_("Local\\n"), "--", "sh", "-c", inner);
    ok_eq(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0); /* its place was given back */
    CloseHandle(mutex);
    CloseHandle(semaphore);
}

TEST(wait_tells_of_an_abandoned_mutex, "16.9")
{
    HANDLE mutex = CreateMutexW(NULL, FALSE, L_("Local\\m"));

    for (unsigned i = 0; i < 2; i++) {
        struct run owner;
        run_start(&owner, "wait", A_("Local\\m"), "--", "sh", "-c",
                  "echo owned; while [ -e /proc/$PPID/fd/1 ]; do sleep 0.02; done");
        wait_for_output(&owner);
        ok_tool(3, "", "wait", "-t", "0", A_("Local\\m"));
        ok_eq(kill(owner.pid, SIGKILL), 0);
        run_wait(&owner);
        run_free(&owner);
        if (i == 0)
            ok_tool(4, "was abandoned", "wait", A_("Local\\m"));
        else
            ok_tool(0, "told 1", "wait", A_("Local\\m"), "--", "sh", "-c",
                    "echo told $NTSHM_ABANDONED");
        ok_tool(0, "", "wait", A_("Local\\m"));
    }
    CloseHandle(mutex);
}

TEST(signals_go_on_to_the_command, "")
{
    struct run run;

    run_start(&run, "create", "event", A_("Local\\e"), "--", "sh", "-c",
              "trap 'exit 33' TERM; echo ready; while :; do sleep 0.02; done");
    wait_for_output(&run);
    ok_eq(kill(run.pid, SIGTERM), 0);
    run_wait(&run);
    ok_eq(run.code, 33);
    run_free(&run);
}
