/* SPDX-License-Identifier: MIT */
/*
 * namedpipeapi.h - anonymous pipes, as one redirects a child's standard handles with.
 */
#ifndef NTSHM_NAMEDPIPEAPI_H
#define NTSHM_NAMEDPIPEAPI_H

#include "minwindef.h"
#include "minwinbase.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * CreatePipe - both ends of a new pipe.
 * @hReadPipe, @hWritePipe: receive the handles; FILE_TYPE_PIPE to GetFileType
 * @lpPipeAttributes: whether both can be inherited; may be NULL. A descriptor is
 *         ERROR_NOT_SUPPORTED, as for files.
 * @nSize: bytes that it should hold before its writer waits; 0 for the kernel's choice (64 KiB).
 *         A larger one is a wish, as on Windows: /proc/sys/fs/pipe-max-size bounds it.
 * ReadFile returns what there is, waits while there is nothing, and fails with ERROR_BROKEN_PIPE
 * when nothing is left and every write handle is closed; WriteFile fails with ERROR_NO_DATA when
 * every read handle is.
 * Return: TRUE; FALSE with ERROR_NOACCESS (no place for a handle), ERROR_NOT_SUPPORTED,
 * ERROR_TOO_MANY_OPEN_FILES, ERROR_NOT_ENOUGH_MEMORY.
 */
BOOL WINAPI CreatePipe(PHANDLE hReadPipe, PHANDLE hWritePipe,
                       LPSECURITY_ATTRIBUTES lpPipeAttributes, DWORD nSize);

/*
 * PeekNamedPipe - the first bytes of a pipe, which stay there. It never waits.
 * @lpBuffer, @nBufferSize: room for them, in bytes; may be NULL
 * @lpBytesRead: receives the bytes copied; may be NULL
 * @lpTotalBytesAvail: receives the bytes that lie in the pipe; may be NULL
 * @lpBytesLeftThisMessage: receives 0: a pipe here is a stream of bytes; may be NULL
 * Return: TRUE; FALSE with ERROR_BROKEN_PIPE (nothing left, and nobody writes any more),
 * ERROR_INVALID_FUNCTION (no pipe), ERROR_ACCESS_DENIED (a write end), ERROR_INVALID_HANDLE.
 */
BOOL WINAPI PeekNamedPipe(HANDLE hNamedPipe, LPVOID lpBuffer, DWORD nBufferSize,
                          LPDWORD lpBytesRead, LPDWORD lpTotalBytesAvail,
                          LPDWORD lpBytesLeftThisMessage);

#ifdef __cplusplus
}
#endif
#endif
