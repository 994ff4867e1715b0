// SPDX-License-Identifier: MIT
/*
 * handleapi.h: handles of every type. Only DuplicateHandle, and the first use of a handle that
 * another process has given, ask the broker.
 */
#include <windows.h>
#include <ntstatus.h>

#include "api/error.h"
#include "lib/object/object.h"
#include "util/macro.h"

#define HANDLE_FLAGS (HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE)

NT_EXPORT BOOL WINAPI CloseHandle(HANDLE object)
{
    return nt_api_result(nt_handle_close(object));
}

NT_EXPORT BOOL WINAPI GetHandleInformation(HANDLE object, LPDWORD flags)
{
    ULONG attributes;
    NTSTATUS status = nt_handle_get_flags(object, &attributes);

    if (NT_SUCCESS(status) && !flags)
        status = STATUS_ACCESS_VIOLATION;
    if (NT_SUCCESS(status))
        *flags = (attributes & OBJ_INHERIT ? HANDLE_FLAG_INHERIT : 0) |
                 (attributes & OBJ_PROTECT_CLOSE ? HANDLE_FLAG_PROTECT_FROM_CLOSE : 0);
    return nt_api_result(status);
}

static ULONG attributes_of(DWORD flags)
{
    return (flags & HANDLE_FLAG_INHERIT ? OBJ_INHERIT : 0) |
           (flags & HANDLE_FLAG_PROTECT_FROM_CLOSE ? OBJ_PROTECT_CLOSE : 0);
}

NT_EXPORT BOOL WINAPI SetHandleInformation(HANDLE object, DWORD mask, DWORD flags)
{
    if (mask & ~HANDLE_FLAGS)
        return nt_api_result(STATUS_INVALID_PARAMETER);
    return nt_api_result(nt_handle_set_flags(object, attributes_of(mask), attributes_of(flags)));
}

NT_EXPORT BOOL WINAPI CompareObjectHandles(HANDLE first, HANDLE second)
{
    return nt_api_result(nt_handle_compare(first, second));
}

NT_EXPORT BOOL WINAPI DuplicateHandle(HANDLE source_process, HANDLE source, HANDLE target_process,
                                      LPHANDLE target, DWORD access, BOOL inherit, DWORD options)
{
    return nt_api_result(NtDuplicateObject(source_process, source, target_process, target, access,
                                           inherit ? OBJ_INHERIT : 0, options));
}
