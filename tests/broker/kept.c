// SPDX-License-Identifier: MIT
/*
 * What the broker keeps about processes, over the deaths of its worker and over an upgrade: a
 * handle that was sent is still there for who it was sent to, its values go on where they were, and
 * a job still knows its members, and ends them.
 */
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>

#include "broker/kit.h"
#include "harness/test.h"

#define MS 30000

extern char **environ;

static struct ntshm_broker_statistics ask(void)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};

    ok_succeeds(ntshm_broker_statistics(&statistics));
    return statistics;
}

static HANDLE open_process(long pid)
{
    HANDLE process = OpenProcess(PROCESS_ALL_ACCESS, FALSE, (DWORD)pid);

    require(process != NULL, "error %u", (unsigned)GetLastError());
    return process;
}

/* Sets the events whose handles it is told, and says so. */
CHILD(receiver)
{
    char line[64];

    (void)argc;
    (void)argv;
    while (test_hear(line, sizeof(line), MS) && strcmp(line, "end") != 0) {
        HANDLE event = (HANDLE)(uintptr_t)strtoull(line, NULL, 10);

        ok_succeeds(SetEvent(event));
        ok_succeeds(CloseHandle(event));
        test_say("set");
    }
    return 0;
}

static unsigned long long push(HANDLE event, HANDLE process)
{
    HANDLE remote = NULL;

    ok_succeeds(DuplicateHandle(GetCurrentProcess(), event, process, &remote, EVENT_MODIFY_STATE,
                                FALSE, 0));
    return (unsigned long long)(uintptr_t)remote;
}

static void expect_set(struct test_child *child, HANDLE event, unsigned long long value)
{
    ok_eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    test_child_write_line(child, "%llu", value);
    test_child_expect(child, "set", MS);
    ok_eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
}

/* Another process that sleeps, and holds nothing of ours. */
static pid_t start_sleeper(void)
{
    const char *arguments[] = {"sleep", "600", NULL};
    pid_t pid = -1;

    require(posix_spawnp(&pid, "sleep", NULL, NULL, (char **)arguments, environ) == 0);
    return pid;
}

static void expect_killed(pid_t pid)
{
    int status = kit_reap(pid);

    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "status %#x", status);
}

static HANDLE make_killer(pid_t member)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {.BasicLimitInformation.LimitFlags =
                                                       JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE};
    HANDLE job = CreateJobObjectA(NULL, A_("killer")), process = open_process(member);

    ok_succeeds(job);
    ok_succeeds(
        SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits)));
    ok_succeeds(AssignProcessToJobObject(job, process));
    ok_succeeds(CloseHandle(process));
    return job;
}

static DWORD count_members(HANDLE job)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting = {.ActiveProcesses = 77};

    ok_succeeds(QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &accounting,
                                          sizeof(accounting), NULL));
    ok_eq(accounting.TotalProcesses, accounting.ActiveProcesses);
    return accounting.ActiveProcesses;
}

static void kill_worker(const struct kit_broker *broker)
{
    pid_t worker = kit_worker_of(broker->pid);

    require(worker > 0);
    kill(worker, SIGKILL);
    ok(test_until(kit_worker_of(broker->pid) > 0 && kit_worker_of(broker->pid) != worker, MS));
}

TEST_DEADLINE(parcels_and_members_survive_the_worker, "12.7", 120)
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL), named, process, job;
    unsigned long long first, second;
    struct kit_broker broker;
    struct test_child child;
    pid_t sleeper;

    kit_broker_start(&broker, "kept", 60000);
    sleeper = start_sleeper();
    require(test_child_start(&child, "receiver"));
    process = open_process(child.pid);
    named = CreateEventA(NULL, FALSE, FALSE, A_("named"));
    ok_succeeds(named);
    first = push(event, process);
    second = push(named, process);
    ok_eq(second, first + 4);
    job = make_killer(sleeper);
    kill_worker(&broker);
    expect_set(&child, named, second);
    kill_worker(&broker);
    expect_set(&child, event, first);
    ok_eq(push(event, process), first + 8);
    ok_eq(count_members(job), 1);
    kill_worker(&broker);
    ok_eq(count_members(job), 1);
    ok_succeeds(CloseHandle(job));
    expect_killed(sleeper);
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, MS), 0);
    ok_succeeds(CloseHandle(named));
    ok_succeeds(CloseHandle(event));
    ok_succeeds(CloseHandle(process));
    ok(test_until(ask().objects == 0 && ask().fds == 0, MS));
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

TEST_DEADLINE(a_job_without_a_handle_ends_its_members_though_the_worker_died, "", 120)
{
    struct kit_broker broker;
    pid_t worker, sleeper;
    HANDLE job;

    kit_broker_start(&broker, "orphans", 60000);
    sleeper = start_sleeper();
    job = make_killer(sleeper);
    worker = kit_worker_of(broker.pid);
    kill(worker, SIGSTOP);
    ok_succeeds(CloseHandle(job)); /* nobody sees it */
    kill(worker, SIGKILL);
    expect_killed(sleeper);
    ok(test_until(ask().objects == 0, MS));
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

TEST_DEADLINE(a_broker_that_is_told_to_end_ends_nobody, "", 120)
{
    struct kit_broker broker;
    pid_t sleeper;
    HANDLE job;

    kit_broker_start(&broker, "ending", 60000);
    sleeper = start_sleeper();
    job = make_killer(sleeper);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
    ok_eq(kill(sleeper, 0), 0);
    ok(!kit_is_gone(sleeper));
    ok_succeeds(CloseHandle(job));
    kill(sleeper, SIGKILL);
    kit_reap(sleeper);
}

TEST_DEADLINE(an_empty_mailbox_keeps_its_values_as_long_as_its_process_lives, "", 120)
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL), process;
    unsigned long long first;
    struct kit_broker broker;
    struct test_child child;

    kit_broker_start(&broker, "values", KIT_LINGER_MS);
    require(test_child_start(&child, "receiver"));
    process = open_process(child.pid);
    first = push(event, process);
    expect_set(&child, event, first);
    ok_eq(ask().objects, 0);
    ntshm_quiesce();
    ok_eq(kit_broker_await(&broker, KIT_BEYOND_MS), -1); /* it stays */
    ok_eq(push(event, process), first + 4);
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, MS), 0);
    ok_succeeds(CloseHandle(process));
    ok_succeeds(CloseHandle(event));
    ntshm_quiesce();
    ok_eq(kit_broker_await(&broker, MS), 0);
}

TEST_DEADLINE(parcels_and_members_survive_an_upgrade, "", 120)
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL), process, job;
    const char *program = getenv("NTSHM_BROKER_PATH");
    unsigned long long value;
    struct kit_broker broker;
    struct test_child child;
    const char *arguments[] = {"ntshmd", "--directory", NULL, "--reexec", NULL};
    pid_t sleeper, asker;

    kit_broker_start(&broker, "upgrade", 60000);
    sleeper = start_sleeper();
    require(test_child_start(&child, "receiver"));
    process = open_process(child.pid);
    value = push(event, process);
    job = make_killer(sleeper);
    arguments[2] = broker.directory;
    require(posix_spawn(&asker, program, NULL, NULL, (char **)arguments, environ) == 0);
    ok_eq(kit_reap(asker), 0);
    expect_set(&child, event, value);
    ok_eq(push(event, process), value + 4);
    ok_eq(count_members(job), 1);
    ok_succeeds(CloseHandle(job));
    expect_killed(sleeper);
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, MS), 0);
    ok_succeeds(CloseHandle(event));
    ok_succeeds(CloseHandle(process));
    ok(test_until(ask().objects == 0 && ask().fds == 0, MS));
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}
