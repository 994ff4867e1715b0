/* SPDX-License-Identifier: MIT */
/*
 * Counting system calls by ptrace, from the mark that a process sets to its second mark. Other
 * processes can be counted for the same time. The tracer is the caller's thread; the traced
 * processes are let go afterwards and run on.
 */
#ifndef NTSHM_BENCH_CALLS_H
#define NTSHM_BENCH_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define BENCH_CALL_KINDS 24
#define BENCH_CALL_LOG   64

struct bench_calls {
    unsigned total;
    unsigned n_kinds;
    struct {
        long number;
        unsigned count;
    } kinds[BENCH_CALL_KINDS]; /* in the order in which they first came */
    long log[BENCH_CALL_LOG];  /* the first calls, in order */
};

/** bench_mark() - in the counted process: count from here, or to here */
void bench_mark(bool begin);

struct bench_counter {
    struct {
        pid_t tid;
        unsigned who; /* 0: the process with the marks; 1: its partner */
        bool alive;
    } tracees[64];
    unsigned n_tracees;
    bool counting, done;
    struct bench_calls calls[2];
};

/**
 * bench_counter_attach() - begin to trace all threads of @pid
 * @who: 0 for the process that sets the marks, 1 for another
 *
 * Return: 0; -EPERM where ptrace is not permitted, or another -errno.
 */
int bench_counter_attach(struct bench_counter *counter, pid_t pid, unsigned who);
/** bench_counter_run() - until the second mark, or until the marking process ended */
int bench_counter_run(struct bench_counter *counter);
/** bench_counter_detach() - let all of them go on */
void bench_counter_detach(struct bench_counter *counter);

/** bench_call_name() - of a system call; in memory that stays until the next but three call */
const char *bench_call_name(long number);
/** bench_calls_count() - how often @number was called */
unsigned bench_calls_count(const struct bench_calls *calls, long number);

#endif
