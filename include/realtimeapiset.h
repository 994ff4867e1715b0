/* SPDX-License-Identifier: MIT */
/*
 * realtimeapiset.h - the time since the machine started, in units of 100 ns.
 */
#ifndef NTSHM_REALTIMEAPISET_H
#define NTSHM_REALTIMEAPISET_H

#include "minwindef.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * QueryInterruptTime, QueryUnbiasedInterruptTime - with and without the time that the machine
 * slept; the Precise ones are the same here. FALSE with ERROR_INVALID_PARAMETER for NULL.
 */
VOID WINAPI QueryInterruptTime(PULONGLONG lpInterruptTime);
VOID WINAPI QueryInterruptTimePrecise(PULONGLONG lpInterruptTimePrecise);
BOOL WINAPI QueryUnbiasedInterruptTime(PULONGLONG UnbiasedTime);
VOID WINAPI QueryUnbiasedInterruptTimePrecise(PULONGLONG lpUnbiasedInterruptTimePrecise);

#ifdef __cplusplus
}
#endif
#endif
