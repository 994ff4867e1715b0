// SPDX-License-Identifier: MIT
/*
 * namedpipeapi.h: anonymous pipes.
 */
#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "api/error.h"
#include "api/section-api.h"
#include "lib/file/pipe.h"
#include "util/macro.h"

NT_EXPORT BOOL WINAPI CreatePipe(PHANDLE ret_read, PHANDLE ret_write,
                                 LPSECURITY_ATTRIBUTES security, DWORD size)
{
    ULONG attributes = security && security->bInheritHandle ? OBJ_INHERIT : 0;
    HANDLE read, write;
    NTSTATUS status;

    if (!ret_read || !ret_write)
        return nt_api_result(STATUS_ACCESS_VIOLATION);
    if (nt_api_descriptor(security))
        return nt_api_result(STATUS_NOT_SUPPORTED);
    status = nt_pipe_create(size, attributes, &read, &write);
    if (NT_SUCCESS(status)) {
        *ret_read = read;
        *ret_write = write;
    }
    return nt_api_result(status);
}

NT_EXPORT BOOL WINAPI PeekNamedPipe(HANDLE pipe, LPVOID buffer, DWORD size, LPDWORD ret_read,
                                    LPDWORD ret_waiting, LPDWORD ret_left)
{
    size_t done = 0, waiting = 0;
    NTSTATUS status = nt_pipe_peek(pipe, buffer, buffer ? size : 0, &done, &waiting);

    if (!NT_SUCCESS(status))
        return nt_api_result(status);
    if (ret_read)
        *ret_read = (DWORD)done;
    if (ret_waiting)
        *ret_waiting = (DWORD)waiting;
    if (ret_left)
        *ret_left = 0;
    return TRUE;
}
