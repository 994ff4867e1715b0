// SPDX-License-Identifier: MIT
/*
 * Waitable timers: synchapi.h and winternl.h.
 */
#include <windows.h>
#include <winternl.h>
#include <ntstatus.h>

#include "api/error.h"
#include "api/section-api.h"
#include "lib/sync/timer.h"
#include "util/macro.h"

/* Every timer here is as exact as the machine can. */
#define KNOWN_FLAGS (CREATE_WAITABLE_TIMER_MANUAL_RESET | CREATE_WAITABLE_TIMER_HIGH_RESOLUTION)

/* As CreateFileMapping: the last error is set on success too, to 0 or to "already exists". */
static HANDLE create(NTSTATUS status, struct nt_object_name *name,
                     const SECURITY_ATTRIBUTES *security, DWORD flags, DWORD access)
{
    HANDLE handle = NULL;

    if (NT_SUCCESS(status) && (flags & ~KNOWN_FLAGS))
        status = STATUS_INVALID_PARAMETER;
    name->security = nt_api_descriptor(security);
    if (NT_SUCCESS(status))
        status = nt_timer_create(name, flags & CREATE_WAITABLE_TIMER_MANUAL_RESET, access, &handle);
    SetLastError(status == STATUS_OBJECT_NAME_EXISTS ? ERROR_ALREADY_EXISTS
                                                     : nt_status_to_win32(status));
    return handle;
}

NT_EXPORT HANDLE WINAPI CreateWaitableTimerExW(LPSECURITY_ATTRIBUTES security, LPCWSTR text,
                                               DWORD flags, DWORD access)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_wide(&name, text, nt_api_create_attributes(security));

    return create(status, &name, security, flags, access);
}

NT_EXPORT HANDLE WINAPI CreateWaitableTimerExA(LPSECURITY_ATTRIBUTES security, LPCSTR text,
                                               DWORD flags, DWORD access)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_utf8(&name, text, nt_api_create_attributes(security));

    return create(status, &name, security, flags, access);
}

NT_EXPORT HANDLE WINAPI CreateWaitableTimerW(LPSECURITY_ATTRIBUTES security, BOOL manual_reset,
                                             LPCWSTR name)
{
    return CreateWaitableTimerExW(
        security, name, manual_reset ? CREATE_WAITABLE_TIMER_MANUAL_RESET : 0, TIMER_ALL_ACCESS);
}

NT_EXPORT HANDLE WINAPI CreateWaitableTimerA(LPSECURITY_ATTRIBUTES security, BOOL manual_reset,
                                             LPCSTR name)
{
    return CreateWaitableTimerExA(
        security, name, manual_reset ? CREATE_WAITABLE_TIMER_MANUAL_RESET : 0, TIMER_ALL_ACCESS);
}

static HANDLE open_timer(NTSTATUS named, const struct nt_object_name *name, DWORD access)
{
    HANDLE handle = NULL;

    if (NT_SUCCESS(named))
        named = nt_timer_open(name, access, &handle);
    nt_api_result(named);
    return handle;
}

NT_EXPORT HANDLE WINAPI OpenWaitableTimerW(DWORD access, BOOL inherit, LPCWSTR text)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name = {.heap = NULL};
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    if (text)
        status = nt_object_name_from_wide(&name, text, inherit ? OBJ_INHERIT : 0);
    return open_timer(status, &name, access);
}

NT_EXPORT HANDLE WINAPI OpenWaitableTimerA(DWORD access, BOOL inherit, LPCSTR text)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name = {.heap = NULL};
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    if (text)
        status = nt_object_name_from_utf8(&name, text, inherit ? OBJ_INHERIT : 0);
    return open_timer(status, &name, access);
}

/* --- setting -------------------------------------------------------------------------------- */

static NTSTATUS set(HANDLE timer, const LARGE_INTEGER *due, LONG period, PTIMERAPCROUTINE routine,
                    PVOID argument, bool *ret_previous)
{
    struct nt_timer_setting setting = {.routine = routine, .argument = argument};

    if (!due)
        return STATUS_ACCESS_VIOLATION;
    if (period < 0)
        return STATUS_INVALID_PARAMETER;
    setting.due = due->QuadPart;
    setting.period = (uint32_t)period;
    return nt_timer_change(timer, &setting, ret_previous);
}

NT_EXPORT BOOL WINAPI SetWaitableTimer(HANDLE timer, const LARGE_INTEGER *due, LONG period,
                                       PTIMERAPCROUTINE routine, LPVOID argument, BOOL resume)
{
    if (!nt_api_result(set(timer, due, period, routine, argument, NULL)))
        return FALSE;
    if (resume)
        SetLastError(ERROR_NOT_SUPPORTED);
    return TRUE;
}

NT_EXPORT BOOL WINAPI SetWaitableTimerEx(HANDLE timer, const LARGE_INTEGER *due, LONG period,
                                         PTIMERAPCROUTINE routine, LPVOID argument,
                                         PREASON_CONTEXT context, ULONG tolerable_delay)
{
    (void)context;
    (void)tolerable_delay;
    return nt_api_result(set(timer, due, period, routine, argument, NULL));
}

NT_EXPORT BOOL WINAPI CancelWaitableTimer(HANDLE timer)
{
    return nt_api_result(nt_timer_change(timer, NULL, NULL));
}

/* --- the Nt layer --------------------------------------------------------------------------- */

NT_EXPORT NTSTATUS NTAPI NtCreateTimer(PHANDLE TimerHandle, ACCESS_MASK DesiredAccess,
                                       POBJECT_ATTRIBUTES ObjectAttributes, TIMER_TYPE TimerType)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_attributes(&name, ObjectAttributes);
    HANDLE handle = NULL;

    if (!TimerHandle)
        return STATUS_ACCESS_VIOLATION;
    if (TimerType != NotificationTimer && TimerType != SynchronizationTimer)
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = nt_timer_create(&name, TimerType == NotificationTimer, DesiredAccess, &handle);
    *TimerHandle = NT_SUCCESS(status) ? handle : NULL;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtOpenTimer(PHANDLE TimerHandle, ACCESS_MASK DesiredAccess,
                                     POBJECT_ATTRIBUTES ObjectAttributes)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_attributes(&name, ObjectAttributes);
    HANDLE handle = NULL;

    if (!TimerHandle)
        return STATUS_ACCESS_VIOLATION;
    if (!ObjectAttributes) /* 11.31 */
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = nt_timer_open(&name, DesiredAccess, &handle);
    *TimerHandle = NT_SUCCESS(status) ? handle : NULL;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtSetTimer(HANDLE TimerHandle, PLARGE_INTEGER DueTime,
                                    PTIMER_APC_ROUTINE TimerApcRoutine, PVOID TimerContext,
                                    BOOLEAN ResumeTimer, LONG Period, PBOOLEAN PreviousState)
{
    bool previous = false;
    NTSTATUS status = set(TimerHandle, DueTime, Period, (PTIMERAPCROUTINE)(void *)TimerApcRoutine,
                          TimerContext, &previous);

    if (!NT_SUCCESS(status))
        return status;
    if (PreviousState)
        *PreviousState = previous;
    return ResumeTimer ? STATUS_TIMER_RESUME_IGNORED : STATUS_SUCCESS;
}

NT_EXPORT NTSTATUS NTAPI NtCancelTimer(HANDLE TimerHandle, PBOOLEAN CurrentState)
{
    bool is = false;
    NTSTATUS status = nt_timer_change(TimerHandle, NULL, &is);

    if (NT_SUCCESS(status) && CurrentState)
        *CurrentState = is;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtQueryTimer(HANDLE TimerHandle,
                                      TIMER_INFORMATION_CLASS TimerInformationClass,
                                      PVOID TimerInformation, ULONG TimerInformationLength,
                                      PULONG ReturnLength)
{
    TIMER_BASIC_INFORMATION *information = TimerInformation;
    int64_t remaining;
    bool is;
    NTSTATUS status;

    if (TimerInformationClass != TimerBasicInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (TimerInformationLength != sizeof(*information))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!information)
        return STATUS_ACCESS_VIOLATION;
    status = nt_timer_query(TimerHandle, &remaining, &is);
    if (!NT_SUCCESS(status))
        return status;
    *information = (TIMER_BASIC_INFORMATION){.TimerState = is};
    information->RemainingTime.QuadPart = remaining;
    if (ReturnLength)
        *ReturnLength = sizeof(*information);
    return STATUS_SUCCESS;
}
