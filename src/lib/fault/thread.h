/* SPDX-License-Identifier: MIT */
/*
 * What the fault handler keeps for each thread. It lies in the static part of the thread's
 * storage: the first use in a signal handler then needs no memory.
 */
#ifndef NT_LIB_FAULT_THREAD_H
#define NT_LIB_FAULT_THREAD_H

#include <stdint.h>

struct ntshm_guard;

struct nt_fault_thread {
    struct ntshm_guard *innermost; /* the guard whose body the thread is in; NULL for none */
    uint64_t again_page;           /* guard-page.c: the last access that was tried again */
    unsigned n_again;
    unsigned passing_level; /* handler.c: of the program's handler that is being called */
};

/** nt_fault_thread() - the calling thread's; never NULL, safe in a signal handler */
struct nt_fault_thread *nt_fault_thread(void);

#endif
