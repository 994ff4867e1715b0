/* SPDX-License-Identifier: MIT */
/*
 * apiquery2.h - which API sets there are.
 */
#ifndef NTSHM_APIQUERY2_H
#define NTSHM_APIQUERY2_H

#include "minwindef.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * IsApiSetImplemented - whether functions of an API set are there.
 * @Contract: its name without ".dll": "api-ms-win-core-memory-l1-1-6"
 * Return: TRUE or FALSE. That a set is there does not say that each of its functions is: ask
 * GetProcAddress.
 */
BOOL WINAPI IsApiSetImplemented(PCSTR Contract);

#ifdef __cplusplus
}
#endif
#endif
