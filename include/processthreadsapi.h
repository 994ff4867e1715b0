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

/* GetCurrentProcessorNumber, GetCurrentProcessorNumberEx - where the calling thread is at this
 * moment; the first gives the number within its group. They cannot fail. */
DWORD WINAPI GetCurrentProcessorNumber(VOID);
VOID WINAPI GetCurrentProcessorNumberEx(PPROCESSOR_NUMBER ProcNumber);

/*
 * ExitProcess - end the process as exit() does: functions of atexit() run, streams are flushed.
 * @uExitCode: Linux keeps the low 8 bits; where those are 0 and others are not, it is 255
 */
VOID WINAPI ExitProcess(UINT uExitCode) DECLSPEC_NORETURN;

/*
 * FlushInstructionCache - after a program has written code: every thread executes what is there.
 * @hProcess: GetCurrentProcess(); @lpBaseAddress, @dwSize: the range in bytes, or NULL for all
 * Return: TRUE; FALSE with ERROR_INVALID_HANDLE.
 */
BOOL WINAPI FlushInstructionCache(HANDLE hProcess, LPCVOID lpBaseAddress, SIZE_T dwSize);

/* TerminateProcess - end the process at once. @hProcess: GetCurrentProcess(). FALSE with
 * ERROR_INVALID_HANDLE; there are no handles of other processes. */
BOOL WINAPI TerminateProcess(HANDLE hProcess, UINT uExitCode);

/*
 * OpenProcessToken - a handle to the token of this process (securitybaseapi.h).
 * @ProcessHandle: GetCurrentProcess()
 * @DesiredAccess: TOKEN_QUERY, TOKEN_ADJUST_PRIVILEGES, ... or MAXIMUM_ALLOWED
 * Return: TRUE; FALSE with ERROR_INVALID_HANDLE (there are no handles of other processes),
 * ERROR_ACCESS_DENIED (no right at all, or one that tokens do not have), ERROR_NOACCESS.
 */
BOOL WINAPI OpenProcessToken(HANDLE ProcessHandle, DWORD DesiredAccess, PHANDLE TokenHandle);

/*
 * OpenThreadToken - a handle to the calling thread's own token: the one that it impersonates with,
 * or, when the kernel takes the thread for somebody else than the process (a bare setresuid()), a
 * new one that says for whom.
 * @ThreadHandle: GetCurrentThread(); another one is ERROR_INVALID_HANDLE
 * @OpenAsSelf:   of no meaning: a thread may open its own token whoever it is
 *
 * Return: TRUE; FALSE with ERROR_NO_TOKEN (the thread is whom the process is),
 * ERROR_CANT_OPEN_ANONYMOUS, ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED, ERROR_NOACCESS.
 */
BOOL WINAPI OpenThreadToken(HANDLE ThreadHandle, DWORD DesiredAccess, BOOL OpenAsSelf,
                            PHANDLE TokenHandle);

/*
 * SetThreadToken - the calling thread impersonates with a token, until RevertToSelf or its end.
 * @Thread: NULL, or points at GetCurrentThread(); another one is ERROR_INVALID_HANDLE
 * @Token:  an impersonation token with TOKEN_IMPERSONATE, or NULL: none any more
 *
 * Return: TRUE; FALSE with ERROR_BAD_TOKEN_TYPE (a primary token), ERROR_CANNOT_IMPERSONATE (the
 * kernel takes the thread for another user or group than the token's: it would stay with that),
 * ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED, ERROR_NOT_ENOUGH_MEMORY.
 */
BOOL WINAPI SetThreadToken(PHANDLE Thread, HANDLE Token);

/*
 * GetCurrentProcessToken, GetCurrentThreadToken, GetCurrentThreadEffectiveToken - pseudo handles,
 * with TOKEN_QUERY and TOKEN_QUERY_SOURCE. A call with the thread's is ERROR_NO_TOKEN when it has
 * none; the effective token is then the process's. They need no closing.
 */
static __inline__ HANDLE GetCurrentProcessToken(VOID)
{
    return (HANDLE)(LONG_PTR)-4;
}

static __inline__ HANDLE GetCurrentThreadToken(VOID)
{
    return (HANDLE)(LONG_PTR)-5;
}

static __inline__ HANDLE GetCurrentThreadEffectiveToken(VOID)
{
    return (HANDLE)(LONG_PTR)-6;
}

#ifdef __cplusplus
}
#endif
#endif
