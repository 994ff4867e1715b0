/* SPDX-License-Identifier: MIT */
/*
 * synchapi.h - events and waiting.
 *
 * An event is manual-reset (stays signalled until ResetEvent) or auto-reset (one wait takes
 * the signal). Named events share the name space of sections and all other objects.
 */
#ifndef NTSHM_SYNCHAPI_H
#define NTSHM_SYNCHAPI_H

#include "minwindef.h"
#include "minwinbase.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

#define INFINITE                  0xFFFFFFFF
#define WAIT_FAILED               ((DWORD)0xFFFFFFFF)
#define WAIT_OBJECT_0             ((DWORD)0x00000000)
#define WAIT_ABANDONED            ((DWORD)0x00000080)
#define WAIT_ABANDONED_0          ((DWORD)0x00000080)
#define WAIT_IO_COMPLETION        ((DWORD)0x000000C0)

#define CREATE_EVENT_MANUAL_RESET 0x00000001
#define CREATE_EVENT_INITIAL_SET  0x00000002

/*
 * CreateEvent, CreateEventEx - create an event, or open the one that has the name.
 * @lpEventAttributes: inheritance and security, or NULL
 * @bManualReset, @bInitialState, @dwFlags (CREATE_EVENT_): its kind and first state; an
 *   existing event keeps its own
 * @lpName: the name, or NULL or "" for none
 * @dwDesiredAccess: EVENT_, standard and generic rights (EVENT_ALL_ACCESS for CreateEvent)
 * Return: a handle, with the last error 0 or ERROR_ALREADY_EXISTS; NULL with
 * ERROR_INVALID_HANDLE (the name is another kind of object's), ERROR_INVALID_PARAMETER,
 * ERROR_ACCESS_DENIED, ERROR_PATH_NOT_FOUND, ERROR_INVALID_NAME, ERROR_BAD_PATHNAME,
 * ERROR_NOT_ENOUGH_MEMORY, ERROR_NO_UNICODE_TRANSLATION (A functions: not UTF-8).
 */
HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset,
                           BOOL bInitialState, LPCSTR lpName);
HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset,
                           BOOL bInitialState, LPCWSTR lpName) NTSHM_WIDE(CreateEventW);
HANDLE WINAPI CreateEventExA(LPSECURITY_ATTRIBUTES lpEventAttributes, LPCSTR lpName, DWORD dwFlags,
                             DWORD dwDesiredAccess);
HANDLE WINAPI CreateEventExW(LPSECURITY_ATTRIBUTES lpEventAttributes, LPCWSTR lpName, DWORD dwFlags,
                             DWORD dwDesiredAccess) NTSHM_WIDE(CreateEventExW);

/*
 * OpenEvent - open the event that has a name. NULL with ERROR_FILE_NOT_FOUND,
 * ERROR_INVALID_PARAMETER (NULL name), ERROR_INVALID_HANDLE ("" or another kind of object),
 * and the errors of CreateEvent.
 */
HANDLE WINAPI OpenEventA(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName);
HANDLE WINAPI OpenEventW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName)
    NTSHM_WIDE(OpenEventW);

/*
 * SetEvent, ResetEvent - set the state; the handle needs EVENT_MODIFY_STATE. FALSE with
 * ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED.
 */
BOOL WINAPI SetEvent(HANDLE hEvent);
BOOL WINAPI ResetEvent(HANDLE hEvent);

/*
 * WaitForSingleObject, WaitForSingleObjectEx - wait until an event is signalled; the handle
 * needs SYNCHRONIZE.
 * @dwMilliseconds: how long; 0 looks without waiting, INFINITE waits for ever
 * @bAlertable: there are no user APCs in this version, so it changes nothing
 * Return: WAIT_OBJECT_0, WAIT_TIMEOUT; WAIT_FAILED with ERROR_INVALID_HANDLE,
 * ERROR_ACCESS_DENIED. A signal handler that runs meanwhile does not end the wait.
 */
DWORD WINAPI WaitForSingleObject(HANDLE hHandle, DWORD dwMilliseconds);
DWORD WINAPI WaitForSingleObjectEx(HANDLE hHandle, DWORD dwMilliseconds, BOOL bAlertable);

/*
 * Sleep, SleepEx - let the thread sleep, whatever signals arrive.
 * @dwMilliseconds: how long; 0 lets other threads run; INFINITE: for ever
 * @bAlertable: there are no user APCs in this version, so it changes nothing
 * Return: SleepEx 0.
 */
VOID WINAPI Sleep(DWORD dwMilliseconds);
DWORD WINAPI SleepEx(DWORD dwMilliseconds, BOOL bAlertable);

#ifdef UNICODE
#    define CreateEvent   CreateEventW
#    define CreateEventEx CreateEventExW
#    define OpenEvent     OpenEventW
#else
#    define CreateEvent   CreateEventA
#    define CreateEventEx CreateEventExA
#    define OpenEvent     OpenEventA
#endif

#ifdef __cplusplus
}
#endif
#endif
