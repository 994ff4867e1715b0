// SPDX-License-Identifier: MIT
/*
 * Lines of processes: creating one beside posix_spawn, one that inherits a section and touches it,
 * and giving it a handle while it runs, beside an ideal broker's round trip.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/ideal.h"
#include "bench/work.h"

extern char **environ;

/* --- a process that ends at once ---------------------------------------------------- */

#define NOTHING "/bin/true"

static void *nothing_begin(unsigned parameter)
{
    (void)parameter;
    if (access(NOTHING, X_OK) < 0)
        bench_skip("there is no " NOTHING);
    return NULL;
}

static void create(char *line, BOOL is_inheriting, PROCESS_INFORMATION *info)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};

    if (!CreateProcessA(NULL, line, NULL, NULL, is_inheriting, 0, NULL, NULL, &startup, info))
        bench_fail("CreateProcess: error %u", (unsigned)GetLastError());
    CloseHandle(info->hThread);
}

static void await_end(const PROCESS_INFORMATION *info)
{
    DWORD code = 1;

    if (WaitForSingleObject(info->hProcess, 60000) != WAIT_OBJECT_0 ||
        !GetExitCodeProcess(info->hProcess, &code) || code)
        bench_fail("the process failed: code %u", (unsigned)code);
    CloseHandle(info->hProcess);
}

static uint64_t ours_nothing(void *state, unsigned n)
{
    (void)state;
    for (unsigned i = 0; i < n; i++) {
        char line[] = NOTHING;
        PROCESS_INFORMATION info;

        create(line, FALSE, &info);
        await_end(&info);
    }
    return 0;
}

static void bare_wait(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (status)
        bench_fail("the process failed: status 0x%x", (unsigned)status);
}

static uint64_t bare_nothing(void *state, unsigned n)
{
    char *argv[] = {(char *)NOTHING, NULL};

    (void)state;
    for (unsigned i = 0; i < n; i++) {
        pid_t pid;

        errno = posix_spawn(&pid, NOTHING, NULL, NULL, argv, environ);
        if (errno)
            bench_fail("posix_spawn: %s", strerror(errno));
        bare_wait(pid);
    }
    return 0;
}

/* --- a process that inherits a section ---------------------------------------------- */

struct heirloom {
    HANDLE section, event;
    volatile unsigned char *view;
    int fd;
};

static struct heirloom *heirloom_new(const char *program)
{
    struct heirloom *heirloom = calloc(1, sizeof(*heirloom));

    if (!heirloom)
        bench_fail("no memory");
    if (!program)
        bench_skip("the program for it was not given");
    return heirloom;
}

static void *ours_heir_begin(unsigned parameter)
{
    SECURITY_ATTRIBUTES security = {.nLength = sizeof(security), .bInheritHandle = TRUE};
    struct heirloom *heirloom = heirloom_new(bench_options.heir_ours);

    (void)parameter;
    heirloom->section = CreateFileMappingW(INVALID_HANDLE_VALUE, &security, PAGE_READWRITE, 0,
                                           BENCH_SECTION_SIZE, NULL);
    heirloom->event = CreateEventW(&security, FALSE, FALSE, NULL);
    heirloom->view = MapViewOfFile(heirloom->section, FILE_MAP_WRITE, 0, 0, 0);
    if (!heirloom->view || !heirloom->event)
        bench_fail("error %u", (unsigned)GetLastError());
    return heirloom;
}

/* The clock stops when the heir has touched its view; its end is not measured. */
static uint64_t ours_heir(void *state, unsigned n)
{
    struct heirloom *heirloom = state;
    uint64_t took = 0;

    for (unsigned i = 0; i < n; i++) {
        uint64_t began = bench_now_ns();
        PROCESS_INFORMATION info;
        char line[512];

        *heirloom->view = 0;
        snprintf(line, sizeof(line), "\"%s\" %llu %llu", bench_options.heir_ours,
                 (unsigned long long)(uintptr_t)heirloom->section,
                 (unsigned long long)(uintptr_t)heirloom->event);
        create(line, TRUE, &info);
        if (WaitForSingleObject(heirloom->event, 60000) != WAIT_OBJECT_0 || *heirloom->view != 1)
            bench_fail("the heir did not touch its section");
        took += bench_now_ns() - began;
        await_end(&info);
    }
    return took;
}

static void *bare_heir_begin(unsigned parameter)
{
    struct heirloom *heirloom = heirloom_new(bench_options.heir_bare);

    (void)parameter;
    heirloom->fd = (int)bench_must(memfd_create("bench", 0), "memfd_create");
    bench_must(ftruncate(heirloom->fd, BENCH_SECTION_SIZE), "ftruncate");
    heirloom->view =
        mmap(NULL, BENCH_SECTION_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, heirloom->fd, 0);
    if (heirloom->view == MAP_FAILED)
        bench_fail("mmap: errno %d", errno);
    return heirloom;
}

static pid_t bare_heir_start(const struct heirloom *heirloom, int write_fd)
{
    char number[16], *argv[] = {(char *)bench_options.heir_bare, number, NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid;

    snprintf(number, sizeof(number), "%d", heirloom->fd);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, write_fd, 1);
    errno = posix_spawn(&pid, argv[0], &actions, NULL, argv, environ);
    if (errno)
        bench_fail("%s: %s", argv[0], strerror(errno));
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static uint64_t bare_heir(void *state, unsigned n)
{
    struct heirloom *heirloom = state;
    uint64_t took = 0;

    for (unsigned i = 0; i < n; i++) {
        uint64_t began = bench_now_ns();
        int ends[2];
        ssize_t got;
        char byte;
        pid_t pid;

        *heirloom->view = 0;
        bench_must(pipe2(ends, O_CLOEXEC), "pipe2");
        pid = bare_heir_start(heirloom, ends[1]);
        close(ends[1]);
        do
            got = read(ends[0], &byte, 1);
        while (got < 0 && errno == EINTR);
        if (got != 1 || *heirloom->view != 1)
            bench_fail("the heir did not touch its memory");
        took += bench_now_ns() - began;
        close(ends[0]);
        bare_wait(pid);
    }
    return took;
}

/* --- a handle for a process that runs ----------------------------------------------- */

static void *push_begin(unsigned parameter)
{
    HANDLE section =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, BENCH_SECTION_SIZE, NULL);

    (void)parameter;
    if (!section)
        bench_fail("CreateFileMapping: error %u", (unsigned)GetLastError());
    return section;
}

/* What the target was given goes with it, outside the clock. */
static uint64_t push_run(void *state, unsigned n)
{
    pid_t pid = bench_fork();
    uint64_t began, took;
    HANDLE process;

    if (pid == 0) {
        for (;;)
            pause();
    }
    process = OpenProcess(PROCESS_DUP_HANDLE, FALSE, (DWORD)pid);
    if (!process)
        bench_fail("OpenProcess: error %u", (unsigned)GetLastError());
    began = bench_now_ns();
    for (unsigned i = 0; i < n; i++) {
        HANDLE there = NULL;

        if (!DuplicateHandle(GetCurrentProcess(), state, process, &there, 0, FALSE,
                             DUPLICATE_SAME_ACCESS) ||
            !there)
            bench_fail("DuplicateHandle: error %u", (unsigned)GetLastError());
    }
    took = bench_now_ns() - began;
    kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    CloseHandle(process);
    return took;
}

/* clang-format off */
const struct bench_line bench_process_lines[] = {
    {
        .id = "process_create", .title = "CreateProcess of a program that ends at once, its end",
        .place = BENCH_TWO_CPUS, .batch = 4, .not_counted = true,
        .subjects = {
            {.name = "ours", .begin = nothing_begin, .run = ours_nothing},
            {.name = "posix_spawn", .begin = nothing_begin, .run = bare_nothing},
        },
    },
    {
        .id = "start_inherited", .title = "CreateProcess to the first touch of an inherited section",
        .place = BENCH_TWO_CPUS, .unit = BENCH_MS, .batch = 1, .time_target = 1.1,
        .not_counted = true,
        .subjects = {
            {.name = "ours", .begin = ours_heir_begin, .run = ours_heir},
            {.name = "posix_spawn", .begin = bare_heir_begin, .run = bare_heir},
        },
    },
    {
        .id = "duplicate_push_same", .title = "DuplicateHandle of a section into another process",
        .place = BENCH_SAME_CPU, .batch = 64,
        .subjects = {
            {.name = "ours", .partner = BENCH_BROKER, .begin = push_begin, .run = push_run},
            {.name = "ideal broker", .partner = BENCH_OWN_PARTNER, .begin = bench_dutiful_begin,
             .run = bench_ideal_missing_run},
        },
    },
    {
        .id = "duplicate_push_cross", .title = "DuplicateHandle of a section into another process",
        .place = BENCH_TWO_CPUS, .batch = 64,
        .subjects = {
            {.name = "ours", .partner = BENCH_BROKER, .begin = push_begin, .run = push_run},
            {.name = "ideal broker", .partner = BENCH_OWN_PARTNER, .begin = bench_dutiful_begin,
             .run = bench_ideal_missing_run},
        },
    },
    {.id = NULL},
};
/* clang-format on */
