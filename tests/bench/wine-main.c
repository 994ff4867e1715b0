// SPDX-License-Identifier: MIT
/*
 * The works as a Windows program, for the Wine column. Prints a line for each:
 *
 *     id parameter median least greatest       (nanoseconds an operation)
 *
 * or "# id: why not".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/work.h"

#define ROUNDS    11
#define REPEATS   5
#define BATCH_NS  1000000.0
#define MAX_BATCH (1u << 20)

static double now_ns(void)
{
    LARGE_INTEGER count, frequency;

    QueryPerformanceCounter(&count);
    QueryPerformanceFrequency(&frequency);
    return (double)count.QuadPart * 1e9 / (double)frequency.QuadPart;
}

static int compare(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;

    return (first > second) - (first < second);
}

static const char *run_batch(const struct bench_work *work, struct bench_work_state *state,
                             unsigned n, double *ret_ns)
{
    double began = now_ns();
    const char *failed = work->run(state, n);

    *ret_ns = (now_ns() - began) / n;
    return failed;
}

static const char *choose_batch(const struct bench_work *work, struct bench_work_state *state,
                                unsigned *ret_n)
{
    const char *failed = NULL;
    double ns = 0;

    for (*ret_n = 1; *ret_n < MAX_BATCH; *ret_n *= 2) {
        failed = run_batch(work, state, *ret_n, &ns);
        if (failed || ns * *ret_n > BATCH_NS / 2)
            break;
    }
    return failed;
}

static const char *measure(const struct bench_work *work, struct bench_work_state *state)
{
    double rounds[ROUNDS], batches[REPEATS];
    const char *failed;
    unsigned n;

    failed = choose_batch(work, state, &n);
    for (int i = 0; i < ROUNDS && !failed; i++) {
        for (int j = 0; j < REPEATS && !failed; j++)
            failed = run_batch(work, state, n, &batches[j]);
        qsort(batches, REPEATS, sizeof(double), compare);
        rounds[i] = batches[REPEATS / 2];
    }
    if (!failed)
        failed = work->check(state);
    if (failed)
        return failed;
    qsort(rounds, ROUNDS, sizeof(double), compare);
    printf("%s %u %.1f %.1f %.1f\n", work->id, state->parameter, rounds[ROUNDS / 2], rounds[0],
           rounds[ROUNDS - 1]);
    fflush(stdout);
    return NULL;
}

static const char *run_alone(const char *id, unsigned parameter)
{
    struct bench_work_state state = {.parameter = parameter};
    const struct bench_work *work = bench_work_find(id);
    const char *failed = work->begin(&state);

    return failed ? failed : measure(work, &state);
}

/* The same program once more, as the partner. */
static const char *run_ping(const char *program)
{
    struct bench_work_state state = {.parameter = 0};
    const struct bench_work *work = bench_work_find("event_ping_pong");
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION process;
    const char *failed = work->begin(&state);
    char command[300];

    if (failed)
        return failed;
    snprintf(command, sizeof(command), "\"%s\" pong", program);
    if (!CreateProcessA(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process))
        return bench_work_failed("CreateProcess");
    failed = measure(work, &state);
    bench_pong_stop(&state);
    WaitForSingleObject(process.hProcess, 5000);
    return failed;
}

static const struct {
    const char *id;
    unsigned parameter;
} runs[] = {
    {"unnamed_cycle", 0},
    {"views", 0},
    {"views", 10},
    {"views", 1000},
    {"named_create", 0},
    {"named_open", 0},
    {"named_open_read", 0},
    {"named_missing", 0},
    {"event_set", 0},
    {"event_take", 0},
    {"event_look", 0},
    {"event_wait", 0},
    {"mutex_cycle", 0},
    {"mutex_named_cycle", 0},
    {"semaphore_cycle", 0},
    {"query_own", 10},
    {"query_own", 1000},
    {"allocate", 0},
    {"allocate", 1000},
    {"protect", 10},
    {"protect", 1000},
    {"commit", 10},
    {"commit", 1000},
    {"secure_create", 0},
    {"secure_open", 0},
    {"space_open", 0},
    {"event_create_open", 0},
    {"get_security", 0},
    {"widen_named", 0},
    {"widen_unnamed", 0},
    {"access_check", 0},
    {"sddl_parse", 0},
};

int main(int argc, char **argv)
{
    const char *failed;

    if (argc > 1 && strcmp(argv[1], "pong") == 0) {
        failed = bench_pong();
        return failed != NULL;
    }
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
        failed = run_alone(runs[i].id, runs[i].parameter);
        if (failed)
            printf("# %s %u: %s\n", runs[i].id, runs[i].parameter, failed);
    }
    failed = run_ping(argv[0]);
    if (failed)
        printf("# event_ping_pong 0: %s\n", failed);
    return 0;
}
