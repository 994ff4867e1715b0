// SPDX-License-Identifier: MIT
/*
 * An upgrade: the running broker executes the program that stands at its path by then, and keeps
 * every name. The program is asked to by itself: `ntshmd --reexec`.
 */
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

#define SIZE    65536
#define N_NAMES 50
#define PATIENT 20000

static struct ntshm_broker_statistics ask(void)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};

    ok_succeeds(ntshm_broker_statistics(&statistics));
    return statistics;
}

static void copy_program(const char *from, const char *to)
{
    int source = open(from, O_RDONLY | O_CLOEXEC);
    int target = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
    char buffer[65536];
    ssize_t n = -1;

    require(source >= 0 && target >= 0);
    while ((n = read(source, buffer, sizeof(buffer))) > 0)
        require(write(target, buffer, (size_t)n) == n);
    require(n == 0);
    close(source);
    close(target);
}

/* Its exit status. */
static int run_reexec(const char *program, const char *directory)
{
    int status = -1;
    pid_t pid;

    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        execl(program, program, "--directory", directory, "--reexec", (char *)NULL);
        _exit(127);
    }
    if (!test_until(waitpid(pid, &status, WNOHANG) == pid, PATIENT))
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void make_names(HANDLE *sections)
{
    for (uint32_t i = 0; i < N_NAMES; i++) {
        char name[64];
        uint32_t *view;

        snprintf(name, sizeof(name), "%s-%u", A_("kept"), i);
        sections[i] = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, name);
        view = MapViewOfFile(sections[i], FILE_MAP_WRITE, 0, 0, 0);
        require(view != NULL);
        *view = i + 1;
        UnmapViewOfFile(view);
    }
}

static void expect_names(void)
{
    for (uint32_t i = 0; i < N_NAMES; i++) {
        char name[64];
        HANDLE section;
        uint32_t *view;

        snprintf(name, sizeof(name), "%s-%u", A_("kept"), i);
        section = OpenFileMappingA(FILE_MAP_READ, FALSE, name);
        ok_succeeds(section);
        view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
        ok(view && *view == i + 1, "%u", i);
        UnmapViewOfFile(view);
        CloseHandle(section);
    }
}

/* Whether a process runs the program that stands at @path now. */
static bool runs(pid_t pid, const char *path)
{
    struct stat its, wanted;
    char link[64];

    snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
    return stat(link, &its) == 0 && stat(path, &wanted) == 0 && its.st_ino == wanted.st_ino &&
           its.st_dev == wanted.st_dev;
}

TEST(an_upgrade_keeps_every_name, "")
{
    char path[128], next[128];
    const char *original = getenv("NTSHM_BROKER_PATH");
    struct ntshm_broker_statistics before, after;
    HANDLE sections[N_NAMES];
    struct kit_broker broker;
    int n_fds;

    snprintf(path, sizeof(path), "%s/ntshmd", test_dir());
    snprintf(next, sizeof(next), "%s/ntshmd.new", test_dir());
    copy_program(original, path);
    setenv("NTSHM_BROKER_PATH", path, 1);
    kit_broker_start(&broker, "upgrade", 60000);
    make_names(sections);
    expect_names(); /* from now on there are read-only descriptions too */
    before = ask();
    n_fds = kit_count_fds(broker.pid);
    for (int i = 0; i < 3; i++) {
        copy_program(original, next);
        require(rename(next, path) == 0);
        ok(!runs(broker.pid, path));
        ok_eq(run_reexec(path, broker.directory), 0);
        ok(runs(broker.pid, path));
        ok(runs(kit_worker_of(broker.pid), path));
        expect_names();
        after = ask();
        ok_eq(after.pid, broker.pid);
        ok_eq(after.instance, before.instance);
        ok_eq(after.names, N_NAMES);
        ok_eq(after.restarts, 0);
        ok(test_until(kit_count_fds(broker.pid) == n_fds, PATIENT), "%d were %d",
           kit_count_fds(broker.pid), n_fds);
        ok_eq(kit_count_brokers(broker.directory), 1);
    }
    /* It is as good as before: a worker may die, names die with their handles. */
    kill(kit_worker_of(broker.pid), SIGKILL);
    expect_names();
    for (int i = 0; i < N_NAMES; i++)
        CloseHandle(sections[i]);
    ok_eq(ask().names, 0);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* A program that knows another layout of the arena says so, and the broker stays what it is. */
TEST(a_program_of_another_layout_changes_nothing, "")
{
    const union sigval wrong = {.sival_int = (int)NT_ARENA_VERSION + 1};
    struct ntshm_broker_statistics before, after;
    HANDLE sections[N_NAMES];
    struct kit_broker broker;

    kit_broker_start(&broker, "layout", 60000);
    make_names(sections);
    before = ask();
    require(sigqueue(broker.pid, SIGUSR1, wrong) == 0);
    expect_names();
    after = ask();
    ok_eq(after.worker, before.worker);
    ok_eq(after.restarts, 0);
    for (int i = 0; i < N_NAMES; i++)
        CloseHandle(sections[i]);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* The program is gone: the old one goes on. */
TEST(an_upgrade_that_cannot_be_executed_changes_nothing, "")
{
    const char *original = getenv("NTSHM_BROKER_PATH");
    HANDLE sections[N_NAMES];
    struct kit_broker broker;
    char path[128];

    snprintf(path, sizeof(path), "%s/ntshmd", test_dir());
    copy_program(original, path);
    setenv("NTSHM_BROKER_PATH", path, 1);
    kit_broker_start(&broker, "nothing", 60000);
    make_names(sections);
    require(unlink(path) == 0);
    /* A worker that let go is replaced all the same. */
    ok_eq(run_reexec(original, broker.directory), 0);
    expect_names();
    ok_eq(ask().pid, broker.pid);
    for (int i = 0; i < N_NAMES; i++)
        CloseHandle(sections[i]);
    ok_eq(ask().names, 0);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

TEST(without_a_broker_there_is_nothing_to_upgrade, "")
{
    ok_eq(run_reexec(getenv("NTSHM_BROKER_PATH"), getenv("NTSHM_BROKER")), 1);
}
