/* SPDX-License-Identifier: MIT */
/*
 * What the tortures of mutexes, semaphores, events and of waits for all share: a board, which is a
 * named section that every process of a torture maps; victims, which are processes of threads that
 * work until the board says that it is enough; and an executioner, who kills some of them and puts
 * others in their place. Only the Windows interface and the harness are used, so that the same
 * sources run on Windows and Wine.
 *
 * Every torture has controls: runs in which the victims do what a broken library would do (no lock
 * is taken, a token is dropped). A control whose fault is not seen fails the test.
 */
#ifndef NTSHM_TEST_STRESS_TORTURE_H
#define NTSHM_TEST_STRESS_TORTURE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <windows.h>

#include "harness/test.h"

#define TORTURE_MAX_VICTIMS 16
#define TORTURE_MAX_THREADS 4
/* How long nothing at all may happen before somebody is taken to be lost. */
#define TORTURE_STANDSTILL  30000

/* The head of every board. */
struct torture_head {
    _Atomic uint64_t done;                          /* operations, by all together */
    uint64_t goal;                                  /* as many are enough */
    _Atomic uint32_t stop;                          /* enough, or something went wrong */
    _Atomic uint32_t next_id;                       /* each thread's life has a number, from 1 */
    _Atomic uint32_t errors;                        /* calls that failed */
    _Atomic uint32_t error;                         /* the last error of one of them */
    _Atomic uint32_t is_dying[TORTURE_MAX_VICTIMS]; /* who kills himself just now */
};

struct torture {
    struct torture_head *head;
    HANDLE section;
    HANDLE begun, enough; /* manual-reset events: set when all victims run, and when it is enough */
    const char *victim;   /* the CHILD() */
    const char *mode;     /* its second argument; the first is its place */
    unsigned n_victims;
    unsigned n_kills;       /* how many the executioner is to kill, spread over the work */
    unsigned kills, deaths; /* how many he killed, and how many killed themselves */
    unsigned standstill;    /* in milliseconds; 0: TORTURE_STANDSTILL */
    bool is_lost;           /* nothing happened any more */
    bool is_there[TORTURE_MAX_VICTIMS];
    struct test_child victims[TORTURE_MAX_VICTIMS];
};

/** torture_begin() - make the board, @size bytes of zeros behind a head with @goal */
void torture_begin(struct torture *t, size_t size, uint64_t goal);

/** torture_run() - start the victims, kill as many as was said, until the goal is reached */
void torture_run(struct torture *t);

/** torture_end() - unmap and close the board; asserts that no call failed and nobody was lost */
void torture_end(struct torture *t);

/* --- in a victim -------------------------------------------------------------------- */

/** torture_board() - the board of the torture that started this process; drop it at the end */
void *torture_board(HANDLE *ret_section);
void torture_board_drop(void *board, HANDLE section);

/** torture_enough() - the event that is set when it is enough; to be closed */
HANDLE torture_enough(void);

/** torture_open() - what must be there: gives @object, and ends the process when it is NULL */
HANDLE torture_open(HANDLE object);

/** torture_name() - the name of the @i-th object of that text */
const char *torture_name(const char *text, unsigned i);

/** torture_threads() - when all victims are there, run @body(@arg, its number) in @n threads; who
 * ends is replaced until stop
 */
void torture_threads(struct torture_head *head, unsigned n, void (*body)(void *arg, unsigned i),
                     void *arg);

/** torture_done() - one operation more; false when it is enough */
bool torture_done(struct torture_head *head);

/** torture_failed() - a call failed, with the last error: everybody stops */
void torture_failed(struct torture_head *head, const char *what);

/** torture_die() - this process ends at once, without a word to anybody */
__attribute__((noreturn)) void torture_die(struct torture_head *head, unsigned place);

/** torture_random() - the next of a row of numbers */
uint32_t torture_random(uint32_t *state);

/** torture_dawdle() - now and then: let others run while something is held */
void torture_dawdle(uint32_t random);

#endif
