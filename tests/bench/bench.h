/* SPDX-License-Identifier: MIT */
/*
 * The benchmark program. A line compares subjects that do the same: ours first, then the bare
 * system calls (or another floor) that its target speaks of, then others for the reader.
 *
 * Each subject runs in a process of its own, forked from a program that never calls the library,
 * and pinned. The program tells it to run a batch, then tells the next subject: a round is one
 * sample of each, and the ratio is taken inside the round, so that what else the machine does
 * falls on both. What is printed is the median over the rounds, with the least and the greatest.
 *
 * System calls are counted in a run of their own, by ptrace, between two marks that the subject
 * sets: only the operations themselves are counted, in the subject and in its partner (a broker,
 * or the other side of a ping-pong).
 */
#ifndef NTSHM_BENCH_BENCH_H
#define NTSHM_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "bench/calls.h"

#define BENCH_SECTION_SIZE (64u * 1024)
#define BENCH_MAX_SUBJECTS 5
#define BENCH_MAX_ROUNDS   199

enum bench_place {
    BENCH_ONE_CPU,  /* one party, on the first processor */
    BENCH_SAME_CPU, /* two parties, both on the first processor */
    BENCH_TWO_CPUS, /* two parties, on the first and the second processor */
};

enum bench_unit { BENCH_US, BENCH_NS, BENCH_MS };

/* Whom a subject's system calls are counted in, beside itself. */
enum bench_partner {
    BENCH_ALONE,
    BENCH_BROKER,      /* the broker of this run */
    BENCH_OWN_PARTNER, /* the process that begin() told of with bench_set_partner() */
};

/*
 * What is measured. With @work it is that work of work.h, through the Windows API; else the three
 * functions. They run in the subject's process and end it with bench_fail() or bench_skip().
 */
struct bench_subject {
    const char *name;
    const char *work;
    enum bench_partner partner;
    void *(*begin)(unsigned parameter);
    /* Does @n operations; returns the nanoseconds, or 0 for "your own clock is right". */
    uint64_t (*run)(void *state, unsigned n);
    /* Looks whether the operations really do what they say; may be NULL. */
    void (*check)(void *state);
    void (*end)(void *state); /* may be NULL */
};

struct bench_line {
    const char *id;
    const char *title;
    enum bench_place place;
    enum bench_unit unit;
    unsigned parameter;       /* for begin(), and for the work */
    unsigned smoke_parameter; /* instead, in a run that only checks; 0: the same */
    unsigned batch;           /* operations in a batch; 0: as many as half a millisecond takes */
    unsigned divisor;         /* fewer rounds by this factor, for what takes long; 0: 1 */
    unsigned n_threads;       /* that operate at once; 0: 1 */
    bool not_counted;         /* whose system calls are not counted */
    double ratio_target;      /* ours over subjects[1]; 0: none */
    double time_target;       /* ours, in the line's unit; 0: none */
    const char *wine;         /* work to look for in the Wine column, or NULL */
    struct bench_subject subjects[BENCH_MAX_SUBJECTS];
};

/* A group of lines, ended by one without id. */
extern const struct bench_line bench_section_lines[], bench_large_lines[], bench_named_lines[],
    bench_event_lines[], bench_memory_lines[], bench_change_lines[], bench_start_lines[],
    bench_ring_lines[], bench_d3d12_lines[], bench_d3d12_fence_lines[], bench_d3d12_share_lines[],
    bench_watch_lines[], bench_space_lines[], bench_security_lines[], bench_sync_lines[],
    bench_process_lines[], bench_map_lines[];

struct bench_sample {
    double median, min, max;
};

struct bench_subject_result {
    bool ran;
    char why_not[160];
    double samples[BENCH_MAX_ROUNDS]; /* nanoseconds an operation, one a round */
    struct bench_sample ns;
    bool counted;
    unsigned n_counted;          /* operations */
    struct bench_calls calls[2]; /* the subject's, and its partner's */
};

struct bench_result {
    const struct bench_line *line;
    unsigned n_rounds;
    char why_not[160]; /* the line did not run */
    bool failed;
    struct bench_subject_result subjects[BENCH_MAX_SUBJECTS];
    bool has_ratio[BENCH_MAX_SUBJECTS];
    struct bench_sample ratio[BENCH_MAX_SUBJECTS]; /* ours over that subject */
    bool has_wine;
    struct bench_sample wine; /* nanoseconds */
};

struct bench_options {
    bool check_runs; /* few operations; only whether they do their work */
    unsigned rounds;
    const char *only;
    const char *json;
    const char *broker; /* the program */
    const char *first_ours, *first_bare;
    const char *heir_ours, *heir_bare;
    const char *tool;
    const char *wine_program, *wine_prefix;
};

extern struct bench_options bench_options;

/* --- machine.c ---------------------------------------------------------------------- */

/** bench_machine_init() - choose processors, make the directory, start the broker */
void bench_machine_init(void);
/** bench_machine_deinit() - end the broker, remove the directory */
void bench_machine_deinit(void);
/** bench_n_cpus() - processors that this run may use: 1, or 2 when there are more */
unsigned bench_n_cpus(void);
/** bench_pin() - the processor for the first or the second party of a line; @pid 0: this thread */
void bench_pin(pid_t pid, enum bench_place place, bool second);
/** bench_place_name() - where a line runs, for the reader */
const char *bench_place_name(enum bench_place place, unsigned n_threads);
/** bench_broker() - the process of the broker that serves: the worker */
pid_t bench_broker(void);
/** bench_directory() - of this run; removed with all in it */
const char *bench_directory(void);
/** bench_now_ns() - CLOCK_MONOTONIC */
uint64_t bench_now_ns(void);
/** bench_read_number() - from a file of /proc or /sys; 0 when there is none */
unsigned long bench_read_number(const char *path);

/* --- subject.c: the processes ------------------------------------------------------- */

struct bench_process {
    pid_t pid, partner;
    int to_fd, from_fd;
    char failed[160]; /* why it ended */
    bool skipped;     /* it cannot run here; @failed says why */
};

/** bench_process_start() - fork the subject; false with @failed set */
bool bench_process_start(struct bench_process *process, const struct bench_line *line,
                         const struct bench_subject *subject);
/** bench_process_run() - @repeats batches of @n; the median batch in nanoseconds an operation */
bool bench_process_run(struct bench_process *process, unsigned n, unsigned repeats, double *ret_ns);
/** bench_process_count() - @n operations under ptrace */
bool bench_process_count(struct bench_process *process, unsigned n, struct bench_calls *calls);
/** bench_process_check() - the subject's own check */
bool bench_process_check(struct bench_process *process);
/** bench_process_end() - and wait for it */
void bench_process_end(struct bench_process *process);

/* For subjects. */
__attribute__((noreturn, format(printf, 1, 2))) void bench_fail(const char *format, ...);
__attribute__((noreturn, format(printf, 1, 2))) void bench_skip(const char *format, ...);
/** bench_must() - @value, when it is no -1; else fail with errno */
long bench_must(long value, const char *what);
/** bench_set_partner() - in begin(): the process whose system calls count beside ours */
void bench_set_partner(pid_t pid);
/** bench_subject_line() - the line that this subject runs for */
const struct bench_line *bench_subject_line(void);
/** bench_fork() - a partner of the subject: pinned as the line says, ends with the subject */
pid_t bench_fork(void);

/* --- measure.c, report.c, json.c, wine.c -------------------------------------------- */

/** bench_measure() - run one line */
void bench_measure(const struct bench_line *line, struct bench_result *ret_result);
/** bench_sample_of() - median, least and greatest; sorts @values */
struct bench_sample bench_sample_of(double *values, unsigned n);

/** bench_report_head(), bench_report_line(), bench_report_end() - the table */
void bench_report_head(void);
void bench_report_line(const struct bench_result *result);
void bench_report_end(const struct bench_result *results, unsigned n);

/** bench_meets() - 1 when the line meets its target, 0 when not, -1 when it has none */
int bench_meets(const struct bench_result *result);
/** bench_unit_of() - nanoseconds in a unit, and its name */
double bench_unit_of(enum bench_unit unit, const char **ret_name);
/** bench_calls_of() - calls an operation of a subject (0) or its partner (1) */
double bench_calls_of(const struct bench_result *result, unsigned subject, unsigned who);

/** bench_write_json() - everything measured; false with errno */
bool bench_write_json(const char *path, const struct bench_result *results, unsigned n);

/** bench_wine_init() - run all works under Wine once, or note why not */
void bench_wine_init(void);
/** bench_wine_find() - what Wine took for a work with a parameter, in nanoseconds */
bool bench_wine_find(const char *work, unsigned parameter, struct bench_sample *ret_ns);
/** bench_wine_note() - what the reader must know of the Wine column */
const char *bench_wine_note(void);

#endif
