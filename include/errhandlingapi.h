/* SPDX-License-Identifier: MIT */
/*
 * errhandlingapi.h - the last error of the calling thread, and exceptions.
 *
 * A failing call sets the last error; a successful one leaves it alone unless its own page says
 * otherwise (CreateFileMapping and CreateEvent set it to 0 or ERROR_ALREADY_EXISTS: facts 1.18,
 * 1.19).
 *
 * An exception is a fault of memory (the signals SIGSEGV and SIGBUS) or RaiseException. It is
 * offered, in this order, to the vectored handlers, to the innermost guard of the thread
 * (NTSHM_TRY of <ntshm/ntshm.h>), to the filter of SetUnhandledExceptionFilter, and, when it is a
 * fault, to the program's own signal handler. Vectored handlers and the filter run as signal
 * handlers do, on the thread's alternate stack when it has one: what they may call is what a
 * signal handler may call.
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

/*
 * AddVectoredExceptionHandler - Handler sees every exception of every thread, before any guard
 *
 * First not 0: before all others; else after them. A handler returns EXCEPTION_CONTINUE_SEARCH,
 * or EXCEPTION_CONTINUE_EXECUTION: the thread goes on with the registers in ContextRecord, which
 * the handler may have changed. Returns what RemoveVectoredExceptionHandler takes, or NULL:
 * ERROR_INVALID_PARAMETER (no Handler), ERROR_NOT_ENOUGH_MEMORY.
 */
PVOID WINAPI AddVectoredExceptionHandler(ULONG First, PVECTORED_EXCEPTION_HANDLER Handler);
/* RemoveVectoredExceptionHandler - not 0 when Handle was one. Does not wait for a handler that
 * runs in another thread. */
ULONG WINAPI RemoveVectoredExceptionHandler(PVOID Handle);

/* AddVectoredContinueHandler, RemoveVectoredContinueHandler - the same for handlers that are
 * called when somebody has answered EXCEPTION_CONTINUE_EXECUTION, until one answers it too. */
PVOID WINAPI AddVectoredContinueHandler(ULONG First, PVECTORED_EXCEPTION_HANDLER Handler);
ULONG WINAPI RemoveVectoredContinueHandler(PVOID Handle);

typedef LONG(WINAPI *PTOP_LEVEL_EXCEPTION_FILTER)(struct _EXCEPTION_POINTERS *ExceptionInfo);
typedef PTOP_LEVEL_EXCEPTION_FILTER LPTOP_LEVEL_EXCEPTION_FILTER;

/*
 * SetUnhandledExceptionFilter - asked when no vectored handler and no guard took an exception
 *
 * It returns EXCEPTION_CONTINUE_EXECUTION, EXCEPTION_CONTINUE_SEARCH (the program's own signal
 * handler is next), or EXCEPTION_EXECUTE_HANDLER: the process ends, by the fault's signal or, for
 * RaiseException, by SIGABRT. NULL takes the filter away. Returns the one before.
 */
LPTOP_LEVEL_EXCEPTION_FILTER WINAPI SetUnhandledExceptionFilter(
    LPTOP_LEVEL_EXCEPTION_FILTER lpTopLevelExceptionFilter);
/* UnhandledExceptionFilter - what that filter answers; EXCEPTION_EXECUTE_HANDLER without one */
LONG WINAPI UnhandledExceptionFilter(struct _EXCEPTION_POINTERS *ExceptionInfo);

/*
 * RaiseException - an exception of the program's own
 *
 * dwExceptionFlags: 0 or EXCEPTION_NONCONTINUABLE. nNumberOfArguments: how many of lpArguments
 * (at most EXCEPTION_MAXIMUM_PARAMETERS) become ExceptionInformation; lpArguments may be NULL.
 * Returns when a handler answers EXCEPTION_CONTINUE_EXECUTION; when nobody takes the exception the
 * process ends by SIGABRT.
 */
VOID WINAPI RaiseException(DWORD dwExceptionCode, DWORD dwExceptionFlags, DWORD nNumberOfArguments,
                           const ULONG_PTR *lpArguments);

/* SetErrorMode, GetErrorMode - the SEM_ flags of the process. They are kept and told; there are
 * no boxes that they could keep away. SetErrorMode returns the ones before. */
UINT WINAPI SetErrorMode(UINT uMode);
UINT WINAPI GetErrorMode(VOID);

#ifdef __cplusplus
}
#endif
#endif
