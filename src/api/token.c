// SPDX-License-Identifier: MIT
/*
 * Tokens and privileges at the Nt layer (winternl.h) and, on top of it, at the Win32 one
 * (processthreadsapi.h, securitybaseapi.h).
 */
#include <windows.h>
#include <ntstatus.h>
#include <winternl.h>

#include "api/error.h"
#include "api/section-api.h"
#include "lib/process/privilege.h"
#include "lib/process/token.h"
#include "util/macro.h"

/* --- opening -------------------------------------------------------------------------------- */

NT_EXPORT NTSTATUS NTAPI NtOpenProcessTokenEx(HANDLE process, ACCESS_MASK access, ULONG attributes,
                                              PHANDLE token)
{
    HANDLE handle;
    NTSTATUS status;

    if (!token)
        return STATUS_ACCESS_VIOLATION;
    *token = NULL;
    status = nt_api_check_process(process);
    if (status == STATUS_OBJECT_TYPE_MISMATCH)
        status = STATUS_INVALID_HANDLE;
    if (NT_SUCCESS(status))
        status = nt_token_open(access, attributes, &handle);
    if (NT_SUCCESS(status))
        *token = handle;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtOpenProcessToken(HANDLE process, ACCESS_MASK access, PHANDLE token)
{
    return NtOpenProcessTokenEx(process, access, 0, token);
}

NT_EXPORT NTSTATUS NTAPI NtOpenThreadTokenEx(HANDLE thread, ACCESS_MASK access, BOOLEAN as_self,
                                             ULONG attributes, PHANDLE token)
{
    (void)access;
    (void)as_self;
    (void)attributes;
    if (!token)
        return STATUS_ACCESS_VIOLATION;
    *token = NULL;
    return thread == GetCurrentThread() ? STATUS_NO_TOKEN : STATUS_INVALID_HANDLE;
}

NT_EXPORT NTSTATUS NTAPI NtOpenThreadToken(HANDLE thread, ACCESS_MASK access, BOOLEAN as_self,
                                           PHANDLE token)
{
    return NtOpenThreadTokenEx(thread, access, as_self, 0, token);
}

NT_EXPORT BOOL WINAPI OpenProcessToken(HANDLE process, DWORD access, PHANDLE token)
{
    return nt_api_result(NtOpenProcessToken(process, access, token));
}

NT_EXPORT BOOL WINAPI OpenThreadToken(HANDLE thread, DWORD access, BOOL as_self, PHANDLE token)
{
    return nt_api_result(NtOpenThreadToken(thread, access, as_self != FALSE, token));
}

/* A list that says it is longer is taken for a number that is none. */
#define PRIVILEGES_MOST 1024u

/* --- privileges ----------------------------------------------------------------------------- */

NT_EXPORT NTSTATUS NTAPI NtAdjustPrivilegesToken(HANDLE token, BOOLEAN disable_all,
                                                 PTOKEN_PRIVILEGES wanted, ULONG size,
                                                 PTOKEN_PRIVILEGES previous, PULONG needed)
{
    ACCESS_MASK access = TOKEN_ADJUST_PRIVILEGES | (previous ? TOKEN_QUERY : 0u);
    NTSTATUS status;

    if (!disable_all && !wanted)
        return STATUS_INVALID_PARAMETER;
    if (previous && !needed)
        return STATUS_ACCESS_VIOLATION;
    if (!disable_all && wanted->PrivilegeCount > PRIVILEGES_MOST)
        return STATUS_INVALID_PARAMETER;
    status = nt_token_check(token, access);
    if (!NT_SUCCESS(status))
        return status;
    return nt_privileges_adjust(&(struct nt_privileges_change){
        .disable_all = disable_all,
        .wanted = disable_all ? NULL : wanted->Privileges,
        .count = disable_all ? 0 : wanted->PrivilegeCount,
        .previous = previous,
        .previous_size = size,
        .ret_needed = needed,
    });
}

/* The last error tells also how a success has gone. */
NT_EXPORT BOOL WINAPI AdjustTokenPrivileges(HANDLE token, BOOL disable_all,
                                            PTOKEN_PRIVILEGES wanted, DWORD size,
                                            PTOKEN_PRIVILEGES previous, PDWORD needed)
{
    NTSTATUS status =
        NtAdjustPrivilegesToken(token, disable_all != FALSE, wanted, size, previous, needed);

    SetLastError(nt_status_to_win32(status));
    return NT_SUCCESS(status);
}

NT_EXPORT NTSTATUS NTAPI RtlAdjustPrivilege(ULONG privilege, BOOLEAN enable, BOOLEAN of_thread,
                                            PBOOLEAN enabled)
{
    const LUID_AND_ATTRIBUTES wanted = {
        .Luid.LowPart = privilege,
        .Attributes = enable ? SE_PRIVILEGE_ENABLED : 0,
    };
    TOKEN_PRIVILEGES previous;
    NTSTATUS status;
    ULONG needed;

    if (!enabled)
        return STATUS_ACCESS_VIOLATION;
    if (of_thread)
        return STATUS_NO_TOKEN;
    status = nt_privileges_adjust(&(struct nt_privileges_change){
        .wanted = &wanted,
        .count = 1,
        .previous = &previous,
        .previous_size = sizeof(previous),
        .ret_needed = &needed,
    });
    if (status == STATUS_NOT_ALL_ASSIGNED)
        return STATUS_PRIVILEGE_NOT_HELD;
    /* What is not among the changed ones was as it is to be. */
    *enabled = previous.PrivilegeCount == 0
                   ? enable != FALSE
                   : (previous.Privileges[0].Attributes & SE_PRIVILEGE_ENABLED) != 0;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtPrivilegeCheck(HANDLE token, PPRIVILEGE_SET required, PBOOLEAN result)
{
    NTSTATUS status;

    if (!required || !result)
        return STATUS_ACCESS_VIOLATION;
    if (required->PrivilegeCount > PRIVILEGES_MOST)
        return STATUS_INVALID_PARAMETER;
    status = nt_token_check(token, TOKEN_QUERY);
    if (NT_SUCCESS(status))
        *result = nt_token_has(required);
    return status;
}

NT_EXPORT BOOL WINAPI PrivilegeCheck(HANDLE token, PPRIVILEGE_SET required, LPBOOL result)
{
    BOOLEAN has = FALSE;
    NTSTATUS status = NtPrivilegeCheck(token, required, result ? &has : NULL);

    if (NT_SUCCESS(status))
        *result = has;
    return nt_api_result(status);
}

/* --- what it says --------------------------------------------------------------------------- */

NT_EXPORT NTSTATUS NTAPI NtQueryInformationToken(HANDLE token, TOKEN_INFORMATION_CLASS what,
                                                 PVOID buffer, ULONG size, PULONG length)
{
    NTSTATUS status;

    if (!length)
        return STATUS_ACCESS_VIOLATION;
    status = nt_token_check(token, TOKEN_QUERY);
    return NT_SUCCESS(status) ? nt_token_query(what, buffer, size, length) : status;
}

NT_EXPORT BOOL WINAPI GetTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS what, LPVOID buffer,
                                          DWORD size, PDWORD length)
{
    return nt_api_result(NtQueryInformationToken(token, what, buffer, size, length));
}
