/* SPDX-License-Identifier: MIT */
/*
 * ioapiset.h - control codes, and the results of overlapped calls.
 *
 * Calls on files are over when they return, FILE_FLAG_OVERLAPPED or not: an OVERLAPPED then holds
 * the result, and there is never anything left to wait for or to cancel.
 */
#ifndef NTSHM_IOAPISET_H
#define NTSHM_IOAPISET_H

#include "minwindef.h"
#include "minwinbase.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * DeviceIoControl - a control code (winioctl.h) for a file.
 * @lpInBuffer, @nInBufferSize: what the code takes, in bytes
 * @lpOutBuffer, @nOutBufferSize: room for what it gives, in bytes
 * @lpBytesReturned: receives the bytes given; may be NULL only with @lpOverlapped
 * Return: TRUE; FALSE with ERROR_INVALID_FUNCTION (another code, or no file),
 * ERROR_INVALID_PARAMETER, ERROR_INSUFFICIENT_BUFFER (no room for anything), ERROR_MORE_DATA (room
 * for a part, which is given), ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED, ERROR_LOCK_VIOLATION,
 * ERROR_DISK_FULL, ERROR_NOACCESS.
 */
BOOL WINAPI DeviceIoControl(HANDLE hDevice, DWORD dwIoControlCode, LPVOID lpInBuffer,
                            DWORD nInBufferSize, LPVOID lpOutBuffer, DWORD nOutBufferSize,
                            LPDWORD lpBytesReturned, LPOVERLAPPED lpOverlapped);

/*
 * GetOverlappedResult, GetOverlappedResultEx - how a call with an OVERLAPPED ended.
 * @lpNumberOfBytesTransferred: receives the bytes
 * @bWait, @dwMilliseconds: whether to wait, and for how long, while it says STATUS_PENDING
 * @bAlertable: not looked at
 * Return: TRUE; FALSE with the call's error, ERROR_IO_INCOMPLETE (not over, not waited),
 * WAIT_TIMEOUT.
 */
BOOL WINAPI GetOverlappedResult(HANDLE hFile, LPOVERLAPPED lpOverlapped,
                                LPDWORD lpNumberOfBytesTransferred, BOOL bWait);
BOOL WINAPI GetOverlappedResultEx(HANDLE hFile, LPOVERLAPPED lpOverlapped,
                                  LPDWORD lpNumberOfBytesTransferred, DWORD dwMilliseconds,
                                  BOOL bAlertable);

/*
 * CancelIo, CancelIoEx - cancel what is under way on a file: nothing is. CancelIo is TRUE,
 * CancelIoEx is FALSE with ERROR_NOT_FOUND, as on Windows when everything is over; or
 * ERROR_INVALID_HANDLE.
 */
BOOL WINAPI CancelIo(HANDLE hFile);
BOOL WINAPI CancelIoEx(HANDLE hFile, LPOVERLAPPED lpOverlapped);

#ifdef __cplusplus
}
#endif
#endif
