/* SPDX-License-Identifier: MIT */
/*
 * Completion routines of timers. Each runs in alertable waits of the thread that set its timer, and
 * nowhere else: so the thread itself looks which of them are due, and nobody has to be told.
 * Whether somebody else has set or cancelled the timer meanwhile, the number of the setting in its
 * words says; then the routine is gone.
 */
#ifndef NT_LIB_SYNC_TIMER_ROUTINE_H
#define NT_LIB_SYNC_TIMER_ROUTINE_H

#include <stdbool.h>
#include <stdint.h>

#include <windows.h>

#include "lib/sync/waitable.h"

struct nt_timer_routine;

/** nt_timer_routine_new() - to be kept; NULL without memory */
struct nt_timer_routine *nt_timer_routine_new(PTIMERAPCROUTINE function, void *argument);
/**
 * nt_timer_routine_replace() - the calling thread's routine of a timer
 * @routine: of nt_timer_routine_new(), taken; NULL for none any more
 * @moment, @period: as the timer was set
 */
void nt_timer_routine_replace(struct nt_waitable *timer, struct nt_timer_routine *routine,
                              uint64_t moment, uint32_t period, uint32_t setting);
/** nt_timer_routine_free() - one that was not kept; NULL is allowed */
void nt_timer_routine_free(struct nt_timer_routine *routine);

/**
 * nt_timer_routines_due() - whether the calling thread has any that is due
 * @ret_until_ns: if not, when to ask again (CLOCK_MONOTONIC); UINT64_MAX: it has none
 */
bool nt_timer_routines_due(uint64_t *ret_until_ns);
/** nt_timer_routines_run() - those that are due, in the order in which they became so */
void nt_timer_routines_run(void);

/** nt_timer_routines_forked() - in a forked child: they were the parent's */
void nt_timer_routines_forked(void);

#endif
