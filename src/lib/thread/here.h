/* SPDX-License-Identifier: MIT */
/*
 * What the library keeps for each thread. It lies in the static part of the thread's storage, so
 * that looking at it is one load; what needs memory hangs on it.
 */
#ifndef NT_LIB_THREAD_HERE_H
#define NT_LIB_THREAD_HERE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

struct nt_local;
struct nt_thread;

struct nt_thread_here {
    struct nt_thread *record; /* one open; NULL until somebody needs it */
    struct nt_local *local;   /* local.h; NULL until a value is set */
    uint32_t tid;             /* 0: not asked for yet; nt_thread_tid() */
    uint32_t before;          /* in a forked child, the forking thread's in its parent */
    uint32_t exit_code;       /* what it will have ended with */
    unsigned n_ends;          /* how often it was told to end (thread.c) */
    bool over;                /* it has ended: nothing is made for it any more */
    jmp_buf *exit;            /* of a thread made here: where ExitThread() goes on */
};

/** nt_thread_here() - the calling thread's; never NULL */
struct nt_thread_here *nt_thread_here(void);

/** nt_thread_tid() - the calling thread's number; asks the kernel once */
uint32_t nt_thread_tid(void);

/**
 * nt_thread_arm() - the calling thread's end is noticed from now on
 *
 * Return: false without memory.
 */
bool nt_thread_arm(struct nt_thread_here *here);

#endif
