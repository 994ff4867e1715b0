/* SPDX-License-Identifier: MIT */
/*
 * The words of what one waits on, in memory that every process with a handle shares: 64 bytes. A
 * named object has a page of its own, made by the broker, and its words are the last ones there
 * (NT_SYNC_PLACE); an unnamed one has a slot of a slab (lib/sync/slab.h). How each kind uses them
 * is in lib/sync; the broker only makes the first state of a new object.
 *
 * Nobody owns them: each change is one compare-and-swap, so that a process killed anywhere leaves
 * them sound, and nothing that stands in them is believed further than for this one object.
 */
#ifndef NT_IPC_SYNC_WORDS_H
#define NT_IPC_SYNC_WORDS_H

#include <assert.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "rtl/access.h"

struct nt_sync_words {
    /*
     * Event, semaphore. Both halves are futexes of their own. The low one (queue) is what
     * takers sleep on: who sleeps, and who of them has been let go; of a manual-reset one a count
     * of releases. The high one (signal): set or the count, and on top the guard bit. Timer: when
     * it is due (lib/sync/timer-word.h), and the guard bit.
     */
    _Atomic uint64_t state;
    _Atomic uint32_t guard; /* the thread that set the guard bit: only to find out that it died */
    _Atomic uint32_t observers; /* who sleeps on the signal: to know whom nobody has to wake */
    _Atomic uint32_t
        sleepers;          /* the same for the queue of a manual-reset one, and a mutex's owner */
    _Atomic uint32_t many; /* of a mutex's sleepers: those that wait for other things too */
    _Atomic uint32_t changes;  /* timer: counts what changes its due time; its sleepers' futex */
    _Atomic uint32_t settings; /* timer: how often it was set or cancelled */
    _Atomic uint32_t period;   /* timer: milliseconds, or 0 */
    _Atomic uint32_t adopted;  /* mutex that begins owned: its creator has it on its list */
    uint64_t reserved;
    /*
     * Mutex: a robust futex, as the kernel knows them (os/robust.h): the owner's thread id, and the
     * bits that say that somebody sleeps and that an owner has died. NT_ROBUST_LINKS bytes behind
     * it are the links of the list that the kernel walks when a thread dies: private memory.
     */
    _Atomic uint32_t owner;
    _Atomic uint32_t count; /* mutex: how often its owner has it, for who asks */
    uint64_t reserved2;
};

static_assert(sizeof(struct nt_sync_words) == 64, "the words of an object");
static_assert(offsetof(struct nt_sync_words, owner) == 48, "16 bytes before the links");

/* Where they are in the page of a named object. */
#define NT_SYNC_PLACE (4096u - 64u)

/**
 * nt_sync_words_init() - the first state of a new object
 * @words:   zeroed
 * @kind:    NT_KIND_EVENT, _SEMAPHORE, _MUTANT, _TIMER
 * @initial: event: set; semaphore: the count; mutex: the thread id of its first owner, or 0
 */
void nt_sync_words_init(struct nt_sync_words *words, enum nt_kind kind, uint32_t initial);

#endif
