/* SPDX-License-Identifier: MIT */
/*
 * The clocks, in units of 100 ns as Windows counts, and sleeping.
 */
#ifndef NT_LIB_PROCESS_CLOCK_H
#define NT_LIB_PROCESS_CLOCK_H

#include <stdint.h>

/** nt_clock_wall() - UTC, since 1601-01-01 */
uint64_t nt_clock_wall(void);
/** nt_clock_since_start() - since the machine started, sleep included */
uint64_t nt_clock_since_start(void);
/** nt_clock_awake() - since the machine started, sleep left out; CLOCK_MONOTONIC */
uint64_t nt_clock_awake(void);

/** nt_clock_sleep() - sleep @milliseconds, whatever signals arrive; UINT32_MAX: for ever */
void nt_clock_sleep(uint32_t milliseconds);

#endif
