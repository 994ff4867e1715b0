/* SPDX-License-Identifier: MIT */
/*
 * errhandlingapi.h - the last error of the calling thread.
 *
 * A failing call sets it; a successful one leaves it alone unless its own page says otherwise
 * (CreateFileMapping and CreateEvent set it to 0 or ERROR_ALREADY_EXISTS: facts 1.18, 1.19).
 */
#ifndef NTSHM_ERRHANDLINGAPI_H
#define NTSHM_ERRHANDLINGAPI_H

#include "minwindef.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* GetLastError, SetLastError - the calling thread's last error, 0 in a new thread. They do not
 * fail and are safe in a signal handler of the thread once the thread has called either. */
DWORD WINAPI GetLastError(VOID);
VOID WINAPI SetLastError(DWORD dwErrCode);

#ifdef __cplusplus
}
#endif
#endif
