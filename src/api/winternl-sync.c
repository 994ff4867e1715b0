// SPDX-License-Identifier: MIT
/*
 * winternl.h: events, semaphores and waiting. A handle that could not be made is NULL (11.32).
 */
#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "api/section-api.h"
#include "lib/process/clock.h"
#include "lib/sync/event.h"
#include "lib/sync/semaphore.h"
#include "lib/sync/wait.h"
#include "util/macro.h"

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

NT_EXPORT NTSTATUS NTAPI NtClearEvent(HANDLE EventHandle)
{
    return nt_event_change(EventHandle, NT_EVENT_RESET, NULL);
}

NT_EXPORT NTSTATUS NTAPI NtPulseEvent(HANDLE EventHandle, PLONG PreviousState)
{
    return nt_event_change(EventHandle, NT_EVENT_PULSE, PreviousState);
}

/* Of a query whose one class has a structure of @size bytes. */
static NTSTATUS check_query(ULONG class, const void *information, ULONG length, ULONG size)
{
    if (class != 0)
        return STATUS_INVALID_INFO_CLASS;
    if (length != size)
        return STATUS_INFO_LENGTH_MISMATCH;
    return information ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

NT_EXPORT NTSTATUS NTAPI NtQueryEvent(HANDLE EventHandle, EVENT_INFORMATION_CLASS Class,
                                      PVOID Information, ULONG Length, PULONG ReturnLength)
{
    EVENT_BASIC_INFORMATION *basic = Information;
    NTSTATUS status = check_query(Class, Information, Length, sizeof(*basic));
    bool manual_reset, set;

    if (NT_SUCCESS(status))
        status = nt_event_query(EventHandle, &manual_reset, &set);
    if (!NT_SUCCESS(status))
        return status;
    basic->EventType = manual_reset ? NotificationEvent : SynchronizationEvent;
    basic->EventState = set;
    if (ReturnLength)
        *ReturnLength = sizeof(*basic);
    return STATUS_SUCCESS;
}

/* --- semaphores --------------------------------------------------------------------- */

NT_EXPORT NTSTATUS NTAPI NtCreateSemaphore(PHANDLE SemaphoreHandle, ACCESS_MASK DesiredAccess,
                                           POBJECT_ATTRIBUTES ObjectAttributes, LONG InitialCount,
                                           LONG MaximumCount)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_attributes(&name, ObjectAttributes);
    HANDLE handle = NULL;

    if (!SemaphoreHandle)
        return STATUS_ACCESS_VIOLATION;
    if (NT_SUCCESS(status))
        status = nt_semaphore_create(&name, InitialCount, MaximumCount, DesiredAccess, &handle);
    *SemaphoreHandle = NT_SUCCESS(status) ? handle : NULL;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtOpenSemaphore(PHANDLE SemaphoreHandle, ACCESS_MASK DesiredAccess,
                                         POBJECT_ATTRIBUTES ObjectAttributes)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_attributes(&name, ObjectAttributes);
    HANDLE handle = NULL;

    if (!SemaphoreHandle)
        return STATUS_ACCESS_VIOLATION;
    if (!ObjectAttributes) /* 11.31 */
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = nt_semaphore_open(&name, DesiredAccess, &handle);
    *SemaphoreHandle = NT_SUCCESS(status) ? handle : NULL;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtReleaseSemaphore(HANDLE SemaphoreHandle, ULONG ReleaseCount,
                                            PULONG PreviousCount)
{
    if (ReleaseCount > INT32_MAX)
        return STATUS_INVALID_PARAMETER;
    return nt_semaphore_release(SemaphoreHandle, (LONG)ReleaseCount, (LONG *)PreviousCount);
}

NT_EXPORT NTSTATUS NTAPI NtQuerySemaphore(HANDLE SemaphoreHandle, SEMAPHORE_INFORMATION_CLASS Class,
                                          PVOID Information, ULONG Length, PULONG ReturnLength)
{
    SEMAPHORE_BASIC_INFORMATION *basic = Information;
    NTSTATUS status = check_query(Class, Information, Length, sizeof(*basic));
    LONG count, maximum;

    if (NT_SUCCESS(status))
        status = nt_semaphore_query(SemaphoreHandle, &count, &maximum);
    if (!NT_SUCCESS(status))
        return status;
    basic->CurrentCount = (ULONG)count;
    basic->MaximumCount = (ULONG)maximum;
    if (ReturnLength)
        *ReturnLength = sizeof(*basic);
    return STATUS_SUCCESS;
}

/* --- waiting ------------------------------------------------------------------------ */

NT_EXPORT NTSTATUS NTAPI NtWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable,
                                               PLARGE_INTEGER Timeout)
{
    return nt_wait(&Handle, 1, false, Alertable, nt_deadline_of(Timeout));
}

NT_EXPORT NTSTATUS NTAPI NtWaitForMultipleObjects(ULONG Count, const HANDLE *Handles,
                                                  WAIT_TYPE WaitType, BOOLEAN Alertable,
                                                  PLARGE_INTEGER Timeout)
{
    if (WaitType != WaitAll && WaitType != WaitAny)
        return STATUS_INVALID_PARAMETER_3;
    if (!Handles && Count > 0 && Count <= MAXIMUM_WAIT_OBJECTS)
        return STATUS_ACCESS_VIOLATION;
    return nt_wait(Handles, Count, WaitType == WaitAll, Alertable, nt_deadline_of(Timeout));
}

NT_EXPORT NTSTATUS NTAPI NtSignalAndWaitForSingleObject(HANDLE SignalHandle, HANDLE WaitHandle,
                                                        BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    return nt_signal_and_wait(SignalHandle, WaitHandle, Alertable, nt_deadline_of(Timeout));
}

NT_EXPORT NTSTATUS NTAPI NtDelayExecution(BOOLEAN Alertable, PLARGE_INTEGER DelayInterval)
{
    NTSTATUS status;

    if (!DelayInterval)
        return STATUS_ACCESS_VIOLATION;
    if (!Alertable && DelayInterval->QuadPart == 0) {
        nt_clock_sleep(0);
        return STATUS_SUCCESS;
    }
    status = nt_wait_alert(Alertable, nt_deadline_of(DelayInterval));
    return status == STATUS_TIMEOUT ? STATUS_SUCCESS : status;
}
