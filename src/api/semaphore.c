// SPDX-License-Identifier: MIT
/*
 * synchapi.h: semaphores.
 */
#include <windows.h>
#include <ntstatus.h>

#include "api/error.h"
#include "api/section-api.h"
#include "lib/sync/semaphore.h"
#include "util/macro.h"

struct wanted {
    const SECURITY_ATTRIBUTES *security;
    LONG initial, maximum;
    DWORD flags, access;
};

/* As CreateEvent: the last error is set on success too, to 0 or to "already exists". */
static HANDLE create_semaphore(NTSTATUS status, struct nt_object_name *name,
                               const struct wanted *wanted)
{
    HANDLE handle = NULL;

    if (NT_SUCCESS(status) && wanted->flags)
        status = STATUS_INVALID_PARAMETER;
    name->security = nt_api_descriptor(wanted->security);
    if (NT_SUCCESS(status))
        status =
            nt_semaphore_create(name, wanted->initial, wanted->maximum, wanted->access, &handle);
    SetLastError(status == STATUS_OBJECT_NAME_EXISTS ? ERROR_ALREADY_EXISTS
                                                     : nt_status_to_win32(status));
    return handle;
}

NT_EXPORT HANDLE WINAPI CreateSemaphoreExW(LPSECURITY_ATTRIBUTES security, LONG initial,
                                           LONG maximum, LPCWSTR text, DWORD flags, DWORD access)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_wide(&name, text, nt_api_create_attributes(security));

    return create_semaphore(status, &name,
                            &(struct wanted){security, initial, maximum, flags, access});
}

NT_EXPORT HANDLE WINAPI CreateSemaphoreExA(LPSECURITY_ATTRIBUTES security, LONG initial,
                                           LONG maximum, LPCSTR text, DWORD flags, DWORD access)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_utf8(&name, text, nt_api_create_attributes(security));

    return create_semaphore(status, &name,
                            &(struct wanted){security, initial, maximum, flags, access});
}

NT_EXPORT HANDLE WINAPI CreateSemaphoreW(LPSECURITY_ATTRIBUTES security, LONG initial, LONG maximum,
                                         LPCWSTR name)
{
    return CreateSemaphoreExW(security, initial, maximum, name, 0, SEMAPHORE_ALL_ACCESS);
}

NT_EXPORT HANDLE WINAPI CreateSemaphoreA(LPSECURITY_ATTRIBUTES security, LONG initial, LONG maximum,
                                         LPCSTR name)
{
    return CreateSemaphoreExA(security, initial, maximum, name, 0, SEMAPHORE_ALL_ACCESS);
}

static HANDLE open_semaphore(NTSTATUS named, const struct nt_object_name *name, DWORD access)
{
    HANDLE handle = NULL;

    if (NT_SUCCESS(named))
        named = nt_semaphore_open(name, access, &handle);
    nt_api_result(named);
    return handle;
}

NT_EXPORT HANDLE WINAPI OpenSemaphoreW(DWORD access, BOOL inherit, LPCWSTR text)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name = {.heap = NULL};
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    if (text)
        status = nt_object_name_from_wide(&name, text, inherit ? OBJ_INHERIT : 0);
    return open_semaphore(status, &name, access);
}

NT_EXPORT HANDLE WINAPI OpenSemaphoreA(DWORD access, BOOL inherit, LPCSTR text)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name = {.heap = NULL};
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    if (text)
        status = nt_object_name_from_utf8(&name, text, inherit ? OBJ_INHERIT : 0);
    return open_semaphore(status, &name, access);
}

NT_EXPORT BOOL WINAPI ReleaseSemaphore(HANDLE semaphore, LONG count, LPLONG previous)
{
    return nt_api_result(nt_semaphore_release(semaphore, count, previous));
}
