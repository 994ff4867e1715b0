/* SPDX-License-Identifier: MIT */
/*
 * profileapi.h - the clock for measuring durations: 10 MHz, CLOCK_MONOTONIC underneath.
 */
#ifndef NTSHM_PROFILEAPI_H
#define NTSHM_PROFILEAPI_H

#include "minwindef.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* QueryPerformanceCounter, QueryPerformanceFrequency - the ticks since the machine started, the
 * time it slept left out, and the ticks in a second. They cannot fail. */
BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER *lpPerformanceCount);
BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER *lpFrequency);

#ifdef __cplusplus
}
#endif
#endif
