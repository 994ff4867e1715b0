/* SPDX-License-Identifier: MIT */
/*
 * The words of a timer. Nobody has to be there when it is due: its state is the moment at which it
 * is, and whoever looks compares that with the clock. So signalled means: a moment is set, and it
 * has passed. Who takes an auto-reset one moves the moment on by its period, or clears it, with one
 * compare-and-swap; a manual-reset one stays as it is. Periods that passed meanwhile are one
 * signal, as on Windows.
 *
 *     bit 63     guarded (lib/sync/words.h)
 *     bit 62     the moment is one of the wall clock, else of the clock that stands still in
 * suspend the rest   units of 100 ns; 0: not set
 *
 * Sleepers sleep until then, or until the count of changes is another one.
 */
#ifndef NT_LIB_SYNC_TIMER_WORD_H
#define NT_LIB_SYNC_TIMER_WORD_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/sync-words.h"
#include "lib/sync/wait.h"

/**
 * nt_timer_moment() - what SetWaitableTimer and NtSetTimer take, as a state
 * @due: units of 100 ns; below 0: so long from now; else UTC since 1601
 */
uint64_t nt_timer_moment(int64_t due);
/** nt_timer_is_due() - whether the moment has passed */
bool nt_timer_is_due(uint64_t state);
/** nt_timer_until() - when it will, or when to look again: CLOCK_MONOTONIC; UINT64_MAX for none */
uint64_t nt_timer_until(uint64_t state);
/** nt_timer_next() - of a moment that has passed, with a period (ms): the next one; 0 for none */
uint64_t nt_timer_next(uint64_t state, uint32_t period);
/** nt_timer_remaining() - units of 100 ns until it is due; below 0 when it has been */
int64_t nt_timer_remaining(uint64_t state);

/**
 * nt_timer_set() - a new moment and period (ms)
 * @ret_setting: the number of this setting: as long as words->settings is that, nobody has set it
 *               again or cancelled it
 *
 * Return: whether it was signalled before.
 */
bool nt_timer_set(struct nt_sync_words *words, uint64_t state, uint32_t period,
                  uint32_t *ret_setting);
/** nt_timer_cancel() - it does not become signalled; if it is, it stays. Return: whether it is */
bool nt_timer_cancel(struct nt_sync_words *words);

/* As struct nt_wait_type says. */
NTSTATUS nt_timer_take(struct nt_sync_words *words, bool manual_reset);
NTSTATUS nt_timer_enlist(struct nt_sync_words *words, bool manual_reset, struct nt_sleep *sleep);
NTSTATUS nt_timer_look(struct nt_sync_words *words, bool manual_reset, struct nt_sleep *sleep);
void nt_timer_leave(struct nt_sync_words *words);
NTSTATUS nt_timer_guard(struct nt_sync_words *words);
NTSTATUS nt_timer_commit(struct nt_sync_words *words, bool manual_reset);
void nt_timer_undo(struct nt_sync_words *words, bool manual_reset);
bool nt_timer_observe(struct nt_sync_words *words, struct nt_sleep *sleep);

#endif
