// SPDX-License-Identifier: MIT
/*
 * Mutexes: synchapi.h and winternl.h.
 */
#include <windows.h>
#include <winternl.h>
#include <ntstatus.h>

#include "api/error.h"
#include "api/section-api.h"
#include "lib/sync/mutex.h"
#include "util/macro.h"

/* As CreateFileMapping: the last error is set on success too, to 0 or to "already exists". */
static HANDLE create(NTSTATUS status, struct nt_object_name *name,
                     const SECURITY_ATTRIBUTES *security, DWORD flags, DWORD access)
{
    HANDLE handle = NULL;

    if (NT_SUCCESS(status) && (flags & ~CREATE_MUTEX_INITIAL_OWNER))
        status = STATUS_INVALID_PARAMETER;
    name->security = nt_api_descriptor(security);
    if (NT_SUCCESS(status))
        status = nt_mutex_create(name, flags & CREATE_MUTEX_INITIAL_OWNER, access, &handle);
    SetLastError(status == STATUS_OBJECT_NAME_EXISTS ? ERROR_ALREADY_EXISTS
                                                     : nt_status_to_win32(status));
    return handle;
}

NT_EXPORT HANDLE WINAPI CreateMutexExW(LPSECURITY_ATTRIBUTES security, LPCWSTR text, DWORD flags,
                                       DWORD access)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_wide(&name, text, nt_api_create_attributes(security));

    return create(status, &name, security, flags, access);
}

NT_EXPORT HANDLE WINAPI CreateMutexExA(LPSECURITY_ATTRIBUTES security, LPCSTR text, DWORD flags,
                                       DWORD access)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_utf8(&name, text, nt_api_create_attributes(security));

    return create(status, &name, security, flags, access);
}

NT_EXPORT HANDLE WINAPI CreateMutexW(LPSECURITY_ATTRIBUTES security, BOOL owned, LPCWSTR name)
{
    return CreateMutexExW(security, name, owned ? CREATE_MUTEX_INITIAL_OWNER : 0, MUTEX_ALL_ACCESS);
}

NT_EXPORT HANDLE WINAPI CreateMutexA(LPSECURITY_ATTRIBUTES security, BOOL owned, LPCSTR name)
{
    return CreateMutexExA(security, name, owned ? CREATE_MUTEX_INITIAL_OWNER : 0, MUTEX_ALL_ACCESS);
}

static HANDLE open_mutex(NTSTATUS named, const struct nt_object_name *name, DWORD access)
{
    HANDLE handle = NULL;

    if (NT_SUCCESS(named))
        named = nt_mutex_open(name, access, &handle);
    nt_api_result(named);
    return handle;
}

NT_EXPORT HANDLE WINAPI OpenMutexW(DWORD access, BOOL inherit, LPCWSTR text)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name = {.heap = NULL};
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    if (text)
        status = nt_object_name_from_wide(&name, text, inherit ? OBJ_INHERIT : 0);
    return open_mutex(status, &name, access);
}

NT_EXPORT HANDLE WINAPI OpenMutexA(DWORD access, BOOL inherit, LPCSTR text)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name = {.heap = NULL};
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    if (text)
        status = nt_object_name_from_utf8(&name, text, inherit ? OBJ_INHERIT : 0);
    return open_mutex(status, &name, access);
}

NT_EXPORT BOOL WINAPI ReleaseMutex(HANDLE mutex)
{
    return nt_api_result(nt_mutex_release(mutex, NULL));
}

/* --- the Nt layer ------------------------------------------------------------------------- */

NT_EXPORT NTSTATUS NTAPI NtCreateMutant(PHANDLE MutantHandle, ACCESS_MASK DesiredAccess,
                                        POBJECT_ATTRIBUTES ObjectAttributes, BOOLEAN InitialOwner)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_attributes(&name, ObjectAttributes);
    HANDLE handle = NULL;

    if (!MutantHandle)
        return STATUS_ACCESS_VIOLATION;
    if (NT_SUCCESS(status))
        status = nt_mutex_create(&name, InitialOwner != FALSE, DesiredAccess, &handle);
    *MutantHandle = NT_SUCCESS(status) ? handle : NULL;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtOpenMutant(PHANDLE MutantHandle, ACCESS_MASK DesiredAccess,
                                      POBJECT_ATTRIBUTES ObjectAttributes)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_attributes(&name, ObjectAttributes);
    HANDLE handle = NULL;

    if (!MutantHandle)
        return STATUS_ACCESS_VIOLATION;
    if (!ObjectAttributes) /* 11.31 */
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = nt_mutex_open(&name, DesiredAccess, &handle);
    *MutantHandle = NT_SUCCESS(status) ? handle : NULL;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtReleaseMutant(HANDLE MutantHandle, PLONG PreviousCount)
{
    return nt_mutex_release(MutantHandle, PreviousCount);
}

NT_EXPORT NTSTATUS NTAPI NtQueryMutant(HANDLE MutantHandle,
                                       MUTANT_INFORMATION_CLASS MutantInformationClass,
                                       PVOID MutantInformation, ULONG MutantInformationLength,
                                       PULONG ReturnLength)
{
    MUTANT_BASIC_INFORMATION *information = MutantInformation;
    struct nt_mutex_state state;
    NTSTATUS status;

    if (MutantInformationClass != MutantBasicInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (MutantInformationLength != sizeof(*information))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!information)
        return STATUS_ACCESS_VIOLATION;
    status = nt_mutex_query(MutantHandle, &state);
    if (!NT_SUCCESS(status))
        return status;
    *information = (MUTANT_BASIC_INFORMATION){
        .CurrentCount = state.count,
        .OwnedByCaller = state.is_mine,
        .AbandonedState = state.abandoned,
    };
    if (ReturnLength)
        *ReturnLength = sizeof(*information);
    return STATUS_SUCCESS;
}
