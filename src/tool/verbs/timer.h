/* SPDX-License-Identifier: MIT */
/*
 * Starting a timer in milliseconds, as `ntshm create` and `ntshm signal` are told.
 */
#ifndef NT_TOOL_TIMER_H
#define NT_TOOL_TIMER_H

#include <stdint.h>
#include <windows.h>

#define NT_TIMER_MOST_MS (INT64_MAX / 20000) /* what --due takes; half of what a timer can */

/** nt_timer_start() - signaled @due_ms from now, then each @period_ms (0: once). FALSE: last error
 */
static inline BOOL nt_timer_start(HANDLE timer, uint64_t due_ms, uint64_t period_ms)
{
    LARGE_INTEGER due = {.QuadPart = -(LONGLONG)due_ms * 10000}; /* 100 ns each */

    return SetWaitableTimer(timer, &due, (LONG)period_ms, NULL, NULL, FALSE);
}

#endif
