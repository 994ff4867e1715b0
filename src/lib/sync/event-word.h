/* SPDX-License-Identifier: MIT */
/*
 * The words of an event, in memory that every process with a handle shares. There is no owner
 * and no lock: each change is one compare-and-swap, so that a process killed anywhere leaves
 * them sound.
 *
 * Manual reset. The state holds "set" and a count of releases: each SetEvent or PulseEvent adds
 * one, so that a sleeper who sees another count than the one it began with has been released,
 * whatever was reset since. A second word counts sleepers, only to know whom nobody has to wake.
 *
 * Auto reset. The state holds "set", how many sleep, and how many of them have been released
 * and have not woken yet (tokens). SetEvent gives a token to a sleeper that has none, else sets
 * the event: so two SetEvents in a row release two sleepers, and a SetEvent and ResetEvent one.
 * Who begins to wait takes "set" but leaves tokens to those that slept before. A sleeper that
 * was killed stays counted; a token that finds nobody asleep becomes "set" instead.
 */
#ifndef NT_LIB_SYNC_EVENT_WORD_H
#define NT_LIB_SYNC_EVENT_WORD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "ipc/protocol.h"

#define NT_EVENT_WORD_SET NT_EVENT_PAGE_SET /* an event that begins set has this state */

struct nt_event_words {
    _Atomic uint32_t state;
    _Atomic uint32_t sleepers; /* of a manual-reset event */
};

/* Each returns whether the event was set before. */
bool nt_event_word_set(struct nt_event_words *words, bool manual_reset);
bool nt_event_word_reset(struct nt_event_words *words);
bool nt_event_word_pulse(struct nt_event_words *words, bool manual_reset);

/**
 * nt_event_word_wait() - until the event lets this waiter go
 * @deadline_ns: CLOCK_MONOTONIC; 0 only looks, UINT64_MAX waits for ever
 *
 * Return: 0; -ETIMEDOUT.
 */
int nt_event_word_wait(struct nt_event_words *words, bool manual_reset, uint64_t deadline_ns);

#endif
