// SPDX-License-Identifier: MIT
/*
 * The broker is two processes, and either may die: names, descriptors, leases and contents are all
 * still there, and programs see no error. Only both at once take the names along.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>

#include "broker/arena.h"
#include "broker/kit.h"
#include "harness/test.h"
#include "util/macro.h"

#define SIZE    65536
#define PATIENT 20000

static HANDLE create(const char *name)
{
    return CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, name);
}

static void poke(HANDLE section, uint32_t value)
{
    uint32_t *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);

    require(view != NULL);
    *view = value;
    UnmapViewOfFile(view);
}

static uint32_t peek(HANDLE section)
{
    const uint32_t *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    uint32_t value = view ? *view : UINT32_MAX;

    ok_succeeds(view);
    UnmapViewOfFile(view);
    return value;
}

/* What a name holds; UINT32_MAX when it is not there. */
static uint32_t peek_name(const char *name)
{
    HANDLE section = OpenFileMappingA(FILE_MAP_READ, FALSE, name);
    uint32_t value = section ? peek(section) : UINT32_MAX;

    CloseHandle(section);
    return value;
}

static struct ntshm_broker_statistics ask(void)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};

    ok_succeeds(ntshm_broker_statistics(&statistics));
    return statistics;
}

static bool is_serving_other(pid_t keeper, pid_t before)
{
    pid_t now = kit_worker_of(keeper);

    return now > 0 && now != before;
}

/* The worker dies, and another one is there. */
static void kill_worker(const struct kit_broker *broker)
{
    pid_t worker = kit_worker_of(broker->pid);

    require(worker > 0);
    kill(worker, SIGKILL);
    ok(test_until(is_serving_other(broker->pid, worker), PATIENT));
}

TEST(a_killed_worker_loses_nothing, "11.27")
{
    struct ntshm_broker_statistics before, after;
    struct kit_broker broker;
    HANDLE section, event, again;
    int n_fds;

    kit_broker_start(&broker, "worker", 60000);
    section = create(A_("kept"));
    event = CreateEventA(NULL, TRUE, TRUE, A_("bell"));
    require(section && event);
    poke(section, 0x5eed);
    /* From now on there is a read-only description too. */
    ok_eq(peek_name(A_("kept")), 0x5eed);
    before = ask();
    n_fds = kit_count_fds(broker.pid);
    ok_eq(before.pid, broker.pid);
    ok_eq(before.restarts, 0);

    for (uint32_t i = 1; i <= 20; i++) {
        kill_worker(&broker);
        /* The first call after it: no error. */
        ok_eq(peek_name(A_("kept")), 0x5eed);
        after = ask();
        ok_eq(after.restarts, i);
        ok_eq(after.names, 2);
        ok_eq(after.bytes, before.bytes);
        ok_eq(after.instance, before.instance);
        ok_eq(after.pid, before.pid);
        ok_ne(after.worker, before.worker);
    }
    ok(after.requests > before.requests);
    ok(test_until(kit_count_fds(broker.pid) == n_fds, PATIENT), "%d were %d",
       kit_count_fds(broker.pid), n_fds);

    /* One name space still: it is there, and of its type. */
    again = create(A_("kept"));
    ok_error(ERROR_ALREADY_EXISTS);
    ok(CompareObjectHandles(section, again));
    CloseHandle(again);
    ok_fails(create(A_("bell")), ERROR_INVALID_HANDLE);
    again = OpenEventA(SYNCHRONIZE, FALSE, A_("bell"));
    ok_eq(WaitForSingleObject(again, 0), WAIT_OBJECT_0);
    CloseHandle(again);
    CloseHandle(event);
    CloseHandle(section);
    ok_eq(peek_name(A_("kept")), UINT32_MAX);
    ok_eq(ask().names, 0);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* While there is no worker a name can die: the next one finds its lease dead. */
TEST(a_name_that_dies_without_a_worker_is_gone, "2.6 11.27")
{
    struct kit_broker broker;
    HANDLE kept, gone;
    pid_t worker;

    kit_broker_start(&broker, "worker", 60000);
    for (int i = 0; i < 10; i++) {
        kept = create(A_("kept"));
        gone = create(A_("gone"));
        require(kept && gone);
        worker = kit_worker_of(broker.pid);
        /* Nobody makes another worker meanwhile. */
        kill(broker.pid, SIGSTOP);
        kill(worker, SIGKILL);
        ok(test_until(kit_is_gone(worker), PATIENT));
        CloseHandle(gone);
        kill(broker.pid, SIGCONT);
        ok_eq(peek_name(A_("gone")), UINT32_MAX);
        ok_eq(peek_name(A_("kept")), 0);
        ok_eq(ask().names, 1);
        CloseHandle(kept);
    }
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* A call that is waiting for the broker's answer waits for the next worker's. */
static void ask_meanwhile(void *argument)
{
    *(uint32_t *)argument = peek_name(A_("kept"));
}

TEST(a_call_waits_for_the_next_worker, "")
{
    struct test_thread thread;
    struct kit_broker broker;
    uint32_t found = 0;
    HANDLE section;
    pid_t worker;

    kit_broker_start(&broker, "worker", 60000);
    section = create(A_("kept"));
    poke(section, 17);
    worker = kit_worker_of(broker.pid);
    kill(broker.pid, SIGSTOP);
    kill(worker, SIGSTOP);
    test_thread_start(&thread, ask_meanwhile, &found);
    test_until(false, 100);
    kill(worker, SIGKILL);
    kill(broker.pid, SIGCONT);
    test_thread_join(&thread);
    ok_eq(found, 17);
    CloseHandle(section);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* What a user has is counted anew from the records: a death gives nobody more. */
TEST(a_quota_outlives_the_worker, "")
{
    static const char *const arguments[] = {"--max-names=3", NULL};
    HANDLE sections[3], more;
    struct kit_broker broker;
    char name[64];

    kit_need_root();
    kit_broker_start_system(&broker, "quota", KIT_STRANGER, arguments);
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof(name), "%s-%d", A_("quota"), i);
        sections[i] = create(name);
        ok_succeeds(sections[i]);
    }
    for (int i = 0; i < 3; i++) {
        ok_fails(create(A_("more")), ERROR_NOT_ENOUGH_QUOTA);
        kill_worker(&broker);
    }
    ok_fails(create(A_("more")), ERROR_NOT_ENOUGH_QUOTA);
    CloseHandle(sections[0]);
    more = create(A_("more"));
    ok_succeeds(more);
    CloseHandle(more);
    CloseHandle(sections[1]);
    CloseHandle(sections[2]);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* --- the keeper ----------------------------------------------------------------------------- */

TEST(a_killed_keeper_is_replaced_by_its_worker, "11.27")
{
    struct ntshm_broker_statistics before, after;
    struct kit_broker broker;
    HANDLE section;
    pid_t heir;

    kit_broker_start(&broker, "keeper", 60000);
    section = create(A_("kept"));
    poke(section, 0x5eed);
    before = ask();
    for (int i = 0; i < 5; i++) {
        pid_t keeper = (pid_t)ask().pid;

        heir = (pid_t)ask().worker;
        kill(keeper, SIGKILL);
        if (keeper == broker.pid)
            ok_eq(kit_broker_await(&broker, PATIENT), 128 + SIGKILL);
        ok(test_until(kit_worker_of(heir) > 0, PATIENT));
        ok_eq(peek_name(A_("kept")), 0x5eed);
        after = ask();
        ok_eq(after.pid, heir);
        ok_eq(after.instance, before.instance);
        ok_eq(after.names, 1);
        ok_eq(kit_count_brokers(broker.directory), 1);
    }
    CloseHandle(section);
    ok_eq(ask().names, 0);
    ntshm_quiesce();
    kill(heir, SIGTERM);
    ok(test_until(kit_is_gone(heir), PATIENT));
    ok_eq(kit_count_brokers(broker.directory), 0);
}

/* Signals that only the two of them have a use for, from anybody of the same user. */
TEST(a_stray_signal_harms_nobody, "")
{
    static const int strays[] = {SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE, SIGCHLD};
    struct kit_broker broker;
    HANDLE section;

    kit_broker_start(&broker, "stray", 60000);
    section = create(A_("kept"));
    poke(section, 5);
    for (size_t i = 0; i < NT_ARRAY_SIZE(strays); i++) {
        kill(broker.pid, strays[i]);
        kill((pid_t)ask().worker, strays[i]);
        ok_eq(peek_name(A_("kept")), 5);
        ok_eq(ask().pid, broker.pid);
        ok_eq(ask().names, 1);
    }
    CloseHandle(section);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* --- leaving -------------------------------------------------------------------------------- */

TEST(a_worker_that_is_told_to_end_ends_the_broker, "")
{
    struct kit_broker broker;
    HANDLE section;

    kit_broker_start(&broker, "told", 60000);
    section = create(A_("kept"));
    kill(kit_worker_of(broker.pid), SIGTERM);
    ok_eq(kit_broker_await(&broker, PATIENT), 0);
    ok_eq(kit_count_brokers(broker.directory), 0);
    CloseHandle(section);
}

TEST(an_idle_broker_leaves_also_after_a_kill, "")
{
    struct kit_broker broker;
    HANDLE section;

    kit_broker_start(&broker, "idle", KIT_LINGER_MS);
    section = create(A_("kept"));
    kill_worker(&broker);
    ok_eq(peek_name(A_("kept")), 0);
    ntshm_quiesce();
    ok_eq(kit_broker_await(&broker, KIT_BEYOND_MS), -1);
    CloseHandle(section);
    ok_eq(kit_broker_await(&broker, PATIENT), 0);
}
