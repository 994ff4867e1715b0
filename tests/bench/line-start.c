// SPDX-License-Identifier: MIT
/*
 * Lines of whole processes: from the moment a program is started to the moment it has touched its
 * first named mapping, with a broker that runs and with one that has to be started first.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bench.h"

extern char **environ;

struct first {
    const char *program;
    bool fresh; /* a directory without a broker for each start */
    unsigned counter;
};

static void *first_begin(const char *program, bool fresh)
{
    struct first *first = calloc(1, sizeof(*first));

    if (!first)
        bench_fail("no memory");
    if (!program)
        bench_skip("the program for it was not given");
    first->program = program;
    first->fresh = fresh;
    return first;
}

static void *begin_running(unsigned parameter)
{
    (void)parameter;
    return first_begin(bench_options.first_ours, false);
}

static void *begin_fresh(unsigned parameter)
{
    (void)parameter;
    return first_begin(bench_options.first_ours, true);
}

static void *begin_bare(unsigned parameter)
{
    (void)parameter;
    return first_begin(bench_options.first_bare, false);
}

static void read_all(int fd, void *buffer, size_t size)
{
    ssize_t n;

    do
        n = read(fd, buffer, size);
    while (n < 0 && errno == EINTR);
    if (n != (ssize_t)size)
        bench_fail("the program did not map its section");
}

static pid_t start(const struct first *first, int write_fd)
{
    char *argv[] = {(char *)first->program, NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, write_fd, 1);
    errno = posix_spawn(&pid, first->program, &actions, NULL, argv, environ);
    if (errno)
        bench_fail("%s: %s", first->program, strerror(errno));
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

/* Our own broker directory for the next start; the broker in it is ended afterwards. */
static void choose_directory(struct first *first)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/first-%d-%u", bench_directory(), (int)getpid(),
             first->counter++);
    bench_must(mkdir(path, 0700), "mkdir");
    setenv("NTSHM_BROKER", path, 1);
}

static uint64_t run_once(struct first *first)
{
    uint64_t began, took;
    uint32_t broker;
    int ends[2];
    char byte;
    pid_t pid;

    if (first->fresh)
        choose_directory(first);
    bench_must(pipe(ends), "pipe");
    began = bench_now_ns();
    pid = start(first, ends[1]);
    close(ends[1]);
    read_all(ends[0], &byte, 1);
    took = bench_now_ns() - began;
    read_all(ends[0], &broker, sizeof(broker));
    close(ends[0]);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    if (first->fresh && (!broker || broker == (uint32_t)bench_broker()))
        bench_fail("no broker was started");
    if (first->fresh)
        kill((pid_t)broker, SIGTERM);
    return took;
}

static uint64_t first_run(void *state, unsigned n)
{
    uint64_t took = 0;

    for (unsigned i = 0; i < n; i++)
        took += run_once(state);
    return took;
}

/* clang-format off */
const struct bench_line bench_start_lines[] = {
    {
        .id = "start_running", .title = "process start to first named mapping, a broker runs",
        .place = BENCH_TWO_CPUS, .unit = BENCH_MS, .batch = 1, .time_target = 1.1,
        .not_counted = true,
        .subjects = {
            {.name = "ours", .begin = begin_running, .run = first_run},
            {.name = "shm_open", .begin = begin_bare, .run = first_run},
        },
    },
    {
        .id = "start_fresh", .title = "process start to first named mapping, no broker runs",
        .unit = BENCH_MS, .batch = 1, .time_target = 5, .not_counted = true,
        .subjects = {
            {.name = "ours", .begin = begin_fresh, .run = first_run},
            {.name = "shm_open", .begin = begin_bare, .run = first_run},
        },
    },
    {.id = NULL},
};
/* clang-format on */
