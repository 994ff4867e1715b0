// SPDX-License-Identifier: MIT
/*
 * winternl.h, all but memory: handles, events, waiting, and the small Rtl functions. A handle
 * that could not be made is NULL (11.32).
 */
#include <wchar.h>

#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "api/section-api.h"
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
    NTSTATUS status = nt_api_check_process(SourceProcessHandle);
    HANDLE handle = NULL;

    /* 12.16: to nowhere, with DUPLICATE_CLOSE_SOURCE, only closes; the target counts for nothing.
     */
    if (NT_SUCCESS(status) && (TargetProcessHandle || TargetHandle))
        status = nt_api_check_process(TargetProcessHandle);
    if (NT_SUCCESS(status))
        status = nt_handle_duplicate(SourceHandle, DesiredAccess, HandleAttributes, Options,
                                     TargetHandle ? &handle : NULL);
    if (TargetHandle)
        *TargetHandle = NT_SUCCESS(status) ? handle : NULL; /* 12.14, 12.15 */
    return status;
}

/* --- events ------------------------------------------------------------------------- */

NT_EXPORT NTSTATUS NTAPI NtCreateEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
                                       POBJECT_ATTRIBUTES ObjectAttributes, EVENT_TYPE EventType,
                                       BOOLEAN InitialState)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_attributes(&name, ObjectAttributes);
    HANDLE handle = NULL;

    if (!EventHandle)
        return STATUS_ACCESS_VIOLATION;
    if (EventType != NotificationEvent && EventType != SynchronizationEvent)
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = nt_event_create(&name, EventType == NotificationEvent, InitialState != FALSE,
                                 DesiredAccess, &handle);
    *EventHandle = NT_SUCCESS(status) ? handle : NULL;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtOpenEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
                                     POBJECT_ATTRIBUTES ObjectAttributes)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_attributes(&name, ObjectAttributes);
    HANDLE handle = NULL;

    if (!EventHandle)
        return STATUS_ACCESS_VIOLATION;
    if (!ObjectAttributes) /* 11.31 */
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = nt_event_open(&name, DesiredAccess, &handle);
    *EventHandle = NT_SUCCESS(status) ? handle : NULL;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtSetEvent(HANDLE EventHandle, PLONG PreviousState)
{
    return nt_event_change(EventHandle, NT_EVENT_SET, PreviousState);
}

NT_EXPORT NTSTATUS NTAPI NtResetEvent(HANDLE EventHandle, PLONG PreviousState)
{
    return nt_event_change(EventHandle, NT_EVENT_RESET, PreviousState);
}

NT_EXPORT NTSTATUS NTAPI NtPulseEvent(HANDLE EventHandle, PLONG PreviousState)
{
    return nt_event_change(EventHandle, NT_EVENT_PULSE, PreviousState);
}

/* --- waiting ------------------------------------------------------------------------ */

NT_EXPORT NTSTATUS NTAPI NtWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable,
                                               PLARGE_INTEGER Timeout)
{
    (void)Alertable; /* nothing queues procedures to a thread */
    return nt_object_wait(Handle, nt_deadline_of(Timeout));
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
