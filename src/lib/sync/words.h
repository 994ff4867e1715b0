/* SPDX-License-Identifier: MIT */
/*
 * How the 64-bit state of an event, a semaphore or a timer is changed (ipc/sync-words.h). There is
 * no owner and no lock: each change is one compare-and-swap, so that a process killed anywhere
 * leaves the words sound.
 *
 * The high half: the signal (set, or the count) and on top the guard bit. A thread that waits for
 * several objects at once guards them: what is guarded does not change until it is committed or
 * given back, a moment later; who meets the bit waits for that. A guard whose thread has died is
 * broken after GUARD_DEAD_NS, any after GUARD_LONG_NS, and its commit then fails.
 *
 * The low half, of a manual-reset one: a count of releases. Each SetEvent or PulseEvent adds one,
 * so that a sleeper who sees another count than the one it began with has been released, whatever
 * was reset since. Another word counts sleepers, only to know whom nobody has to wake.
 *
 * The low half, of what is taken (auto-reset events, semaphores): how many sleep, and how many of
 * them have been released and have not woken yet (tokens). A release gives tokens to sleepers that
 * have none, and what is left to the signal: so two SetEvents in a row release two sleepers, and a
 * SetEvent and ResetEvent one. Who begins to wait takes of the signal but leaves tokens to those
 * that slept before. A sleeper that was killed stays counted; a token that finds nobody asleep
 * becomes a signal instead, and so does one that its sleeper, let go by something else, leaves.
 */
#ifndef NT_LIB_SYNC_WORDS_H
#define NT_LIB_SYNC_WORDS_H

#include "ipc/sync-words.h"
#include "lib/sync/wait.h"

#define NT_STATE_SIGNAL ((uint64_t)1 << 32) /* one of the count */
#define NT_STATE_GUARD  ((uint64_t)1 << 63)

/** nt_state_signal() - the count, or whether it is set; nt_state_queue() - the low half */
static inline uint32_t nt_state_signal(uint64_t state)
{
    return (uint32_t)(state >> 32) & 0x7FFFFFFFu;
}

static inline uint32_t nt_state_queue(uint64_t state)
{
    return (uint32_t)state;
}

/** nt_words_queue(), nt_words_signal() - the halves, as futexes */
_Atomic uint32_t *nt_words_queue(struct nt_sync_words *words);
_Atomic uint32_t *nt_words_signal(struct nt_sync_words *words);

/** nt_words_settle() - the state, once nobody guards it (it may be the moment after) */
uint64_t nt_words_settle(struct nt_sync_words *words);
/** nt_words_guard() - guard it as it is. Return: false: it is other than @state by now */
bool nt_words_guard(struct nt_sync_words *words, uint64_t state);
/** nt_words_guard_signal() - guard it with a signal. Return: false: there is none */
bool nt_words_guard_signal(struct nt_sync_words *words);
/** nt_words_is_guarded() - whether @state has the guard of the calling thread */
bool nt_words_is_guarded(struct nt_sync_words *words, uint64_t state);
/**
 * nt_words_unguard() - end a guard of the calling thread, nothing changed
 *
 * That commits what is not taken. Return: false: the guard was broken.
 */
bool nt_words_unguard(struct nt_sync_words *words);
/** nt_words_tell() - wake who waits for a change of the signal, or for the end of a guard */
void nt_words_tell(struct nt_sync_words *words);

/** nt_words_observe(), nt_words_unobserve() - the wait type's: until there is a signal, unguarded
 */
bool nt_words_observe(struct nt_sync_words *words, struct nt_sleep *sleep);
void nt_words_unobserve(struct nt_sync_words *words);

/* --- of what stays signalled: manual-reset events and timers -------------------------------- */

/**
 * nt_manual_release() - let every sleeper go
 * @set: it is signalled afterwards, else not
 *
 * Return: whether it was signalled before.
 */
bool nt_manual_release(struct nt_sync_words *words, bool set);
/** nt_manual_reset() - not signalled from now on; nobody is let go. Return: as above */
bool nt_manual_reset(struct nt_sync_words *words);
NTSTATUS nt_manual_take(struct nt_sync_words *words);
NTSTATUS nt_manual_enlist(struct nt_sync_words *words, struct nt_sleep *sleep);
NTSTATUS nt_manual_look(struct nt_sync_words *words, struct nt_sleep *sleep);
void nt_manual_leave(struct nt_sync_words *words);

/* --- of what is taken ----------------------------------------------------------------------- */

/* What becomes of a signal that no sleeper gets. */
enum nt_rest {
    NT_REST_SET,   /* an event is set, once */
    NT_REST_NONE,  /* a pulse is gone, and the event is reset */
    NT_REST_COUNT, /* a semaphore counts it */
};

/**
 * nt_tokens_release() - let @n go, now or later
 * @most:       that the count may become; else nothing is done
 * @ret_before: the signal before
 *
 * Return: false: the count would become larger.
 */
bool nt_tokens_release(struct nt_sync_words *words, uint32_t n, uint32_t most, enum nt_rest rest,
                       uint32_t *ret_before);
/** nt_tokens_commit() - take one of what the calling thread guards. Return: false: it was broken */
bool nt_tokens_commit(struct nt_sync_words *words);
/** nt_tokens_reset() - no signal; what was given to sleepers is theirs. Return: the one before */
uint32_t nt_tokens_reset(struct nt_sync_words *words);
NTSTATUS nt_tokens_take(struct nt_sync_words *words);
NTSTATUS nt_tokens_enlist(struct nt_sync_words *words, struct nt_sleep *sleep);
NTSTATUS nt_tokens_look(struct nt_sync_words *words, struct nt_sleep *sleep);
/** nt_tokens_leave() - @rest: NT_REST_SET or _COUNT */
void nt_tokens_leave(struct nt_sync_words *words, const struct nt_sleep *sleep, enum nt_rest rest);

#endif
