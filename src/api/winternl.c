// SPDX-License-Identifier: MIT
/*
 * winternl.h: handles, and the small Rtl functions. A handle that could not be made is NULL
 * (11.32).
 */
#include <wchar.h>

#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "api/section-api.h"
#include "lib/object/duplicate.h"
#include "lib/sync/event.h"
#include "rtl/status.h"
#include "util/macro.h"

/* --- handles ------------------------------------------------------------------------ */

NT_EXPORT NTSTATUS NTAPI NtClose(HANDLE Handle)
{
    return nt_handle_close(Handle);
}

NT_EXPORT NTSTATUS NTAPI NtDuplicateObject(HANDLE SourceProcessHandle, HANDLE SourceHandle,
                                           HANDLE TargetProcessHandle, PHANDLE TargetHandle,
                                           ACCESS_MASK DesiredAccess, ULONG HandleAttributes,
                                           ULONG Options)
{
    HANDLE handle = NULL;
    NTSTATUS status =
        nt_duplicate(SourceProcessHandle, SourceHandle, TargetProcessHandle, DesiredAccess,
                     HandleAttributes, Options, TargetHandle ? &handle : NULL);

    if (TargetHandle)
        *TargetHandle = NT_SUCCESS(status) ? handle : NULL; /* 12.14, 12.15 */
    return status;
}

/* --- Rtl ---------------------------------------------------------------------------- */

NT_EXPORT ULONG NTAPI RtlNtStatusToDosError(NTSTATUS Status)
{
    return nt_status_to_win32(Status);
}

NT_EXPORT VOID NTAPI RtlInitUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString)
{
    size_t most = UINT16_MAX / sizeof(WCHAR) - 1; /* a NUL more must fit too */
    size_t length = SourceString ? wcslen(SourceString) : 0;

    if (length > most)
        length = most;
    *DestinationString = (UNICODE_STRING){
        .Length = (USHORT)(length * sizeof(WCHAR)),
        .MaximumLength = (USHORT)(SourceString ? (length + 1) * sizeof(WCHAR) : 0),
        .Buffer = (PWSTR)SourceString,
    };
}
