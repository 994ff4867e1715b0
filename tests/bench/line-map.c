// SPDX-License-Identifier: MIT
/*
 * Lines of looking at a process: `ntshm map` of one with 20,000 regions, the whole command from its
 * start to its end, beside what the kernel takes to write /proc/PID/smaps of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>

#include "bench/bench.h"

#define PAGE 4096u

extern char **environ;

/* Half of the regions are reserved, half committed: each allocation has one of both. */
static void *map_begin(unsigned n_regions)
{
    for (unsigned i = 0; i < n_regions / 2; i++) {
        char *memory = VirtualAlloc(NULL, 2 * PAGE, MEM_RESERVE, PAGE_READWRITE);

        if (!memory || !VirtualAlloc(memory, PAGE, MEM_COMMIT, PAGE_READWRITE))
            bench_fail("VirtualAlloc: error %u", (unsigned)GetLastError());
        memory[0] = 1;
    }
    if (!bench_options.tool)
        bench_skip("the program for it was not given");
    if (!ntshm_service_start())
        bench_fail("ntshm_service_start: error %u", (unsigned)GetLastError());
    return (void *)bench_options.tool;
}

static void run_map(const char *tool, const char *how)
{
    posix_spawn_file_actions_t actions;
    char pid_text[16];
    const char *const argv[] = {"ntshm", "map", how, pid_text, NULL};
    int code = 0;
    pid_t pid;

    snprintf(pid_text, sizeof(pid_text), "%d", (int)getpid());
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    errno = posix_spawn(&pid, tool, &actions, NULL, (char *const *)(uintptr_t)argv, environ);
    if (errno)
        bench_fail("%s: %s", tool, strerror(errno));
    posix_spawn_file_actions_destroy(&actions);
    while (waitpid(pid, &code, 0) < 0 && errno == EINTR)
        ;
    if (code != 0)
        bench_fail("ntshm map ended with %d", code);
}

static uint64_t table_run(void *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        run_map(state, "--all");
    return 0;
}

static uint64_t json_run(void *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        run_map(state, "--json");
    return 0;
}

static uint64_t smaps_run(void *state, unsigned n)
{
    static char buffer[256u << 10];

    (void)state;
    for (unsigned i = 0; i < n; i++) {
        int fd = (int)bench_must(open("/proc/self/smaps", O_RDONLY | O_CLOEXEC), "smaps");

        while (bench_must(read(fd, buffer, sizeof(buffer)), "read") > 0)
            ;
        close(fd);
    }
    return 0;
}

/* clang-format off */
const struct bench_line bench_map_lines[] = {
    {
        .id = "map_20000", .title = "ntshm map --all of a process with 20,000 regions",
        .place = BENCH_TWO_CPUS, .unit = BENCH_MS, .parameter = 20000, .smoke_parameter = 200,
        .batch = 1, .divisor = 5, .time_target = 1000, .not_counted = true,
        .subjects = {
            {.name = "ours", .begin = map_begin, .run = table_run},
            {.name = "smaps alone", .begin = map_begin, .run = smaps_run},
        },
    },
    {
        .id = "map_json_20000", .title = "ntshm map --json of a process with 20,000 regions",
        .place = BENCH_TWO_CPUS, .unit = BENCH_MS, .parameter = 20000, .smoke_parameter = 200,
        .batch = 1, .divisor = 5, .time_target = 1000, .not_counted = true,
        .subjects = {
            {.name = "ours", .begin = map_begin, .run = json_run},
            {.name = "smaps alone", .begin = map_begin, .run = smaps_run},
        },
    },
    {.id = NULL},
};
/* clang-format on */
