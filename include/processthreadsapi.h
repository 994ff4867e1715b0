/* SPDX-License-Identifier: MIT */
/*
 * processthreadsapi.h - who the caller is, and how it ends.
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

/* GetCurrentThread - the pseudo handle (HANDLE)-2 of the calling thread. It cannot fail. */
HANDLE WINAPI GetCurrentThread(VOID);

/*
 * ExitProcess - end the process as exit() does: functions of atexit() run, streams are flushed.
 * @uExitCode: Linux keeps the low 8 bits; where those are 0 and others are not, it is 255
 */
VOID WINAPI ExitProcess(UINT uExitCode) DECLSPEC_NORETURN;

/* TerminateProcess - end the process at once. @hProcess: GetCurrentProcess(). FALSE with
 * ERROR_INVALID_HANDLE; there are no handles of other processes. */
BOOL WINAPI TerminateProcess(HANDLE hProcess, UINT uExitCode);

#ifdef __cplusplus
}
#endif
#endif
