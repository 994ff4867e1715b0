/* SPDX-License-Identifier: MIT */
/*
 * Which mutexes a thread owns, and how often. Only this says so: what stands in shared memory is
 * anybody's to write, and a thread id in it may be that of another one in another pid namespace.
 */
#ifndef NT_LIB_SYNC_MUTEX_OWNER_H
#define NT_LIB_SYNC_MUTEX_OWNER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "lib/sync/waitable.h"
#include "os/robust.h"

struct nt_mutex {
    struct nt_waitable waitable;
    /* Low half: the thread of this process that has it through this struct, or 0. High half: how
     * often that was so, so that who looks twice does not take two holds for one. */
    _Atomic uint64_t linked;
    _Atomic uint32_t woke_nobody; /* releases in a row that woke no sleeper */
    _Atomic uint32_t given_up;    /* an owner without confirmation that was waited for in vain */
};

/* A mutex that a thread has. */
struct nt_mutex_hold {
    struct nt_robust robust;
    TAILQ_ENTRY(nt_mutex_hold) entry;
    struct nt_mutex *mutex; /* a reference */
    uint32_t times;         /* how often; 0: only tried, for a wait for all at once */
    bool abandoned;         /* its owner had died; so it is left again if it is not taken */
};

/**
 * nt_mutex_hold_find() - the calling thread's hold of a mutex, through whichever struct; or NULL
 */
struct nt_mutex_hold *nt_mutex_hold_find(const struct nt_mutex *mutex);
/** nt_mutex_hold_new() - one that nothing stands in yet; NULL without memory */
struct nt_mutex_hold *nt_mutex_hold_new(void);
/** nt_mutex_hold_keep() - of the calling thread from now on: @mutex is, taken */
void nt_mutex_hold_keep(struct nt_mutex_hold *hold, struct nt_mutex *mutex);
/** nt_mutex_hold_drop() - not any more; gives the reference back */
void nt_mutex_hold_drop(struct nt_mutex_hold *hold);
/** nt_mutex_hold_free() - one of nt_mutex_hold_new() that was not kept */
void nt_mutex_hold_free(struct nt_mutex_hold *hold);

/** nt_mutex_thread() - the calling thread's id, as its holds know it; after nt_mutex_hold_new() */
uint32_t nt_mutex_thread(void);

/** nt_mutex_link() - who has it through this struct: @thread, just taken; 0: not any more */
void nt_mutex_link(struct nt_mutex *mutex, uint32_t thread);

/**
 * nt_mutexes_thread_ends() - what the calling thread has is abandoned
 *
 * A thread that ends otherwise (a kill) is the kernel's to notice. May be called again.
 */
void nt_mutexes_thread_ends(void);

/** nt_mutexes_forked() - in a forked child, no lock held: nobody owns anything */
void nt_mutexes_forked(void);

#endif
