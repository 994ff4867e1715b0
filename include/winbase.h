/* SPDX-License-Identifier: MIT */
/*
 * winbase.h - the base API: it gathers the API headers, as in the SDK, and holds the
 * functions that have stayed here. The A functions take UTF-8; malformed text is
 * ERROR_NO_UNICODE_TRANSLATION.
 */
#ifndef NTSHM_WINBASE_H
#define NTSHM_WINBASE_H

#include "windef.h"
#include "minwinbase.h"
#include "handleapi.h"
#include "errhandlingapi.h"
#include "memoryapi.h"
#include "synchapi.h"
#include "processthreadsapi.h"
#include "sysinfoapi.h"
#include "fileapi.h"
#include "securitybaseapi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CreateFileMappingA, OpenFileMappingA - CreateFileMappingW and OpenFileMappingW (memoryapi.h)
 * with the name in UTF-8; also ERROR_NO_UNICODE_TRANSLATION. */
HANDLE WINAPI CreateFileMappingA(HANDLE hFile, LPSECURITY_ATTRIBUTES lpFileMappingAttributes,
                                 DWORD flProtect, DWORD dwMaximumSizeHigh, DWORD dwMaximumSizeLow,
                                 LPCSTR lpName);
HANDLE WINAPI OpenFileMappingA(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName);

/*
 * PulseEvent - release the threads that wait for the event now (all for manual-reset, one for
 * auto-reset), and leave it unsignalled. FALSE with ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED.
 */
BOOL WINAPI PulseEvent(HANDLE hEvent);

#ifdef __cplusplus
}
#endif
#endif
