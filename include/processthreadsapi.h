/* SPDX-License-Identifier: MIT */
/*
 * processthreadsapi.h - who the caller is.
 */
#ifndef NTSHM_PROCESSTHREADSAPI_H
#define NTSHM_PROCESSTHREADSAPI_H

#include "minwindef.h"
#include "minwinbase.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* GetCurrentProcess - the pseudo handle (HANDLE)-1 of the calling process. It cannot fail. */
HANDLE WINAPI GetCurrentProcess(VOID);

/* GetCurrentProcessId, GetCurrentThreadId - the Linux process id and thread id (getpid,
 * gettid), as 32-bit numbers. They cannot fail. */
DWORD WINAPI GetCurrentProcessId(VOID);
DWORD WINAPI GetCurrentThreadId(VOID);

#ifdef __cplusplus
}
#endif
#endif
