/* SPDX-License-Identifier: MIT */
/*
 * handleapi.h - handles: close, duplicate, compare, and their two flags.
 *
 * A HANDLE is an index into this process's table, never a file descriptor; its two low bits
 * are ignored. Pages: "Handle and Object Functions"; facts 12.1 to 12.34.
 */
#ifndef NTSHM_HANDLEAPI_H
#define NTSHM_HANDLEAPI_H

#include "minwindef.h"
#include "winnt.h"

#define INVALID_HANDLE_VALUE ((HANDLE)(LONG_PTR)-1)

#ifdef __cplusplus
extern "C" {
#endif

#define HANDLE_FLAG_INHERIT            0x00000001
#define HANDLE_FLAG_PROTECT_FROM_CLOSE 0x00000002

/*
 * CloseHandle - close one handle. The object's name goes with its last handle, its memory
 * with the last handle or view. Return: TRUE; FALSE with ERROR_INVALID_HANDLE for a value
 * that is not open, NULL, or protected from close. The pseudo handle of the process may be
 * closed any number of times.
 */
BOOL WINAPI CloseHandle(HANDLE hObject);

/*
 * DuplicateHandle - make another handle to the object of @hSourceHandle.
 * @hSourceProcessHandle, @hTargetProcessHandle: GetCurrentProcess(), or handles of other
 *   processes with PROCESS_DUP_HANDLE (12.25). *Into* another process it takes nothing of that
 *   process, which may be busy, stopped or not begun yet; the value is its handle at once. *Out
 *   of* one (@hSourceProcessHandle) a thread there has to work: CreateProcess starts programs
 *   with one, others have it that set NTSHM_SERVICE_THREAD=1 or called ntshm_service_start().
 * @hSourceHandle: a pseudo handle becomes a real one (12.18)
 * @lpTargetHandle: receives the handle; NULL is allowed, the handle is then lost (12.16)
 * @dwDesiredAccess: the new handle's rights, unless DUPLICATE_SAME_ACCESS; more than the source
 *   has is granted when the object's descriptor grants all of it to the calling thread and to the
 *   process (12.10 to 12.13); MAXIMUM_ALLOWED gives what it grants
 * @dwOptions: DUPLICATE_CLOSE_SOURCE closes the source, also when the call fails
 * Return: TRUE; FALSE with ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED, ERROR_NOT_ENOUGH_MEMORY;
 * ERROR_PRIVILEGE_NOT_HELD for ACCESS_SYSTEM_SECURITY; for more rights to a named object what
 * opening it would say, ERROR_NO_SYSTEM_RESOURCES and the connection's errors included. With
 * other processes also ERROR_NOT_SUPPORTED (no such thread; an unnamed object that one waits on,
 * for another user's process), ERROR_SEM_TIMEOUT (it does not answer: stopped),
 * ERROR_ACCESS_DENIED (another user's), ERROR_NOT_ENOUGH_QUOTA.
 */
BOOL WINAPI DuplicateHandle(HANDLE hSourceProcessHandle, HANDLE hSourceHandle,
                            HANDLE hTargetProcessHandle, LPHANDLE lpTargetHandle,
                            DWORD dwDesiredAccess, BOOL bInheritHandle, DWORD dwOptions);

/*
 * CompareObjectHandles - TRUE when both handles name one object. FALSE with
 * ERROR_NOT_SAME_OBJECT when they do not, ERROR_INVALID_HANDLE when one is not open.
 */
BOOL WINAPI CompareObjectHandles(HANDLE hFirstObjectHandle, HANDLE hSecondObjectHandle);

/*
 * GetHandleInformation, SetHandleInformation - read the HANDLE_FLAG_ bits of a handle, or set
 * those in @dwMask to @dwFlags. FALSE with ERROR_INVALID_HANDLE; ERROR_INVALID_PARAMETER for
 * other bits in @dwMask; ERROR_NOACCESS when @lpdwFlags is NULL.
 */
BOOL WINAPI GetHandleInformation(HANDLE hObject, LPDWORD lpdwFlags);
BOOL WINAPI SetHandleInformation(HANDLE hObject, DWORD dwMask, DWORD dwFlags);

#ifdef __cplusplus
}
#endif
#endif
