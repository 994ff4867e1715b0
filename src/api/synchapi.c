// SPDX-License-Identifier: MIT
/*
 * synchapi.h: events.
 */
#include <windows.h>
#include <ntstatus.h>

#include "api/error.h"
#include "api/section-api.h"
#include "lib/sync/event.h"
#include "util/macro.h"

/* As CreateFileMapping: the last error is set on success too, to 0 or to "already exists". */
static HANDLE create_event(NTSTATUS status, struct nt_object_name *name,
                           const SECURITY_ATTRIBUTES *security, DWORD flags, DWORD access)
{
    HANDLE handle = NULL;

    if (NT_SUCCESS(status) && (flags & ~(CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET)))
        status = STATUS_INVALID_PARAMETER;
    name->security = nt_api_descriptor(security);
    if (NT_SUCCESS(status))
        status = nt_event_create(name, flags & CREATE_EVENT_MANUAL_RESET,
                                 flags & CREATE_EVENT_INITIAL_SET, access, &handle);
    SetLastError(status == STATUS_OBJECT_NAME_EXISTS ? ERROR_ALREADY_EXISTS
                                                     : nt_status_to_win32(status));
    return handle;
}

NT_EXPORT HANDLE WINAPI CreateEventExW(LPSECURITY_ATTRIBUTES security, LPCWSTR text, DWORD flags,
                                       DWORD access)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_wide(&name, text, nt_api_create_attributes(security));

    return create_event(status, &name, security, flags, access);
}

NT_EXPORT HANDLE WINAPI CreateEventExA(LPSECURITY_ATTRIBUTES security, LPCSTR text, DWORD flags,
                                       DWORD access)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_utf8(&name, text, nt_api_create_attributes(security));

    return create_event(status, &name, security, flags, access);
}

static DWORD event_flags(BOOL manual_reset, BOOL initial_state)
{
    return (manual_reset ? CREATE_EVENT_MANUAL_RESET : 0) |
           (initial_state ? CREATE_EVENT_INITIAL_SET : 0);
}

NT_EXPORT HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES security, BOOL manual_reset,
                                     BOOL initial_state, LPCWSTR name)
{
    return CreateEventExW(security, name, event_flags(manual_reset, initial_state),
                          EVENT_ALL_ACCESS);
}

NT_EXPORT HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES security, BOOL manual_reset,
                                     BOOL initial_state, LPCSTR name)
{
    return CreateEventExA(security, name, event_flags(manual_reset, initial_state),
                          EVENT_ALL_ACCESS);
}

static HANDLE open_event(NTSTATUS named, const struct nt_object_name *name, DWORD access)
{
    HANDLE handle = NULL;

    if (NT_SUCCESS(named))
        named = nt_event_open(name, access, &handle);
    nt_api_result(named);
    return handle;
}

NT_EXPORT HANDLE WINAPI OpenEventW(DWORD access, BOOL inherit, LPCWSTR text)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name = {.heap = NULL};
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    if (text)
        status = nt_object_name_from_wide(&name, text, inherit ? OBJ_INHERIT : 0);
    return open_event(status, &name, access);
}

NT_EXPORT HANDLE WINAPI OpenEventA(DWORD access, BOOL inherit, LPCSTR text)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name = {.heap = NULL};
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    if (text)
        status = nt_object_name_from_utf8(&name, text, inherit ? OBJ_INHERIT : 0);
    return open_event(status, &name, access);
}

NT_EXPORT BOOL WINAPI SetEvent(HANDLE event)
{
    return nt_api_result(nt_event_change(event, NT_EVENT_SET, NULL));
}

NT_EXPORT BOOL WINAPI ResetEvent(HANDLE event)
{
    return nt_api_result(nt_event_change(event, NT_EVENT_RESET, NULL));
}
