// SPDX-License-Identifier: MIT
/*
 * Tokens and privileges at the Nt layer (winternl.h) and, on top of it, at the Win32 one
 * (processthreadsapi.h, securitybaseapi.h).
 */
#include <windows.h>
#include <ntstatus.h>
#include <winternl.h>

#include "api/error.h"
#include "api/thread-api.h"
#include "api/section-api.h"
#include "lib/process/process-object.h"
#include "lib/security/object-security.h"
#include "lib/security/privilege.h"
#include "lib/security/thread-token.h"
#include "lib/security/token-query.h"
#include "rtl/access-check.h"
#include "util/macro.h"

/*
 * A handle for @token, whose open the caller gives up. Whoever is here may do everything with a
 * token of his own process; ACCESS_SYSTEM_SECURITY takes its privilege.
 */
static NTSTATUS hand_out(struct nt_token *token, ACCESS_MASK access, ULONG attributes,
                         HANDLE *ret_handle)
{
    ACCESS_MASK granted;
    HANDLE handle;
    NTSTATUS status = nt_security_creator_access(NT_KIND_TOKEN, access, &granted);

    if (NT_SUCCESS(status) && granted == 0)
        status = STATUS_ACCESS_DENIED;
    if (NT_SUCCESS(status))
        status = nt_handle_new(nt_token_object(token), granted, attributes, &handle);
    nt_token_closep(&token);
    if (NT_SUCCESS(status))
        *ret_handle = handle;
    return status;
}

/* What may be done with the token of another process: nothing that is its own to change. */
#define RIGHTS_OF_FOREIGN ((ACCESS_MASK)(STANDARD_RIGHTS_READ | TOKEN_QUERY | TOKEN_QUERY_SOURCE))

static NTSTATUS open_foreign(struct nt_process *process, ACCESS_MASK access, ULONG attributes,
                             HANDLE *ret_handle)
{
    struct nt_token *token;
    NTSTATUS status;

    access = nt_object_map_access(&nt_token_type, access);
    if (access & MAXIMUM_ALLOWED)
        access = (access & ~(ACCESS_MASK)MAXIMUM_ALLOWED) | RIGHTS_OF_FOREIGN;
    if (access & ~RIGHTS_OF_FOREIGN)
        return STATUS_ACCESS_DENIED;
    status = nt_token_of_process(process, &token);
    return NT_SUCCESS(status) ? hand_out(token, access, attributes, ret_handle) : status;
}

/* --- opening -------------------------------------------------------------------------------- */

NT_EXPORT NTSTATUS NTAPI NtOpenProcessTokenEx(HANDLE process, ACCESS_MASK access, ULONG attributes,
                                              PHANDLE token)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *found = NULL;
    NTSTATUS status;

    if (!token)
        return STATUS_ACCESS_VIOLATION;
    *token = NULL;
    status = nt_process_find(process, PROCESS_QUERY_LIMITED_INFORMATION, &found);
    if (status == STATUS_OBJECT_TYPE_MISMATCH)
        status = STATUS_INVALID_HANDLE;
    if (NT_SUCCESS(status) && found)
        return open_foreign(found, access, attributes, token);
    return NT_SUCCESS(status) ? hand_out(nt_token_process(), access, attributes, token) : status;
}

NT_EXPORT NTSTATUS NTAPI NtOpenProcessToken(HANDLE process, ACCESS_MASK access, PHANDLE token)
{
    return NtOpenProcessTokenEx(process, access, 0, token);
}

NT_EXPORT NTSTATUS NTAPI NtOpenThreadTokenEx(HANDLE thread, ACCESS_MASK access, BOOLEAN as_self,
                                             ULONG attributes, PHANDLE token)
{
    struct nt_token *found;
    NTSTATUS status;

    (void)as_self; /* a thread may open its own token, whoever it is */
    if (!token)
        return STATUS_ACCESS_VIOLATION;
    *token = NULL;
    status = nt_api_thread_is_self(thread, THREAD_QUERY_INFORMATION);
    if (NT_SUCCESS(status))
        status = nt_thread_token_open(&found);
    return NT_SUCCESS(status) ? hand_out(found, access, attributes, token) : status;
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
    NT_CLEANUP(nt_token_closep) struct nt_token *object = NULL;
    ACCESS_MASK access = TOKEN_ADJUST_PRIVILEGES | (previous ? TOKEN_QUERY : 0u);
    NTSTATUS status;

    if (!disable_all && !wanted)
        return STATUS_INVALID_PARAMETER;
    if (previous && !needed)
        return STATUS_ACCESS_VIOLATION;
    if (!disable_all && wanted->PrivilegeCount > PRIVILEGES_MOST)
        return STATUS_INVALID_PARAMETER;
    status = nt_token_from_handle(token, access, &object);
    if (!NT_SUCCESS(status))
        return status;
    return nt_token_adjust(object, &(struct nt_privileges_change){
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
    NT_CLEANUP(nt_token_closep) struct nt_token *token = NULL;
    TOKEN_PRIVILEGES previous;
    NTSTATUS status;
    ULONG needed;

    if (!enabled)
        return STATUS_ACCESS_VIOLATION;
    if (of_thread && !nt_thread_token())
        return STATUS_NO_TOKEN;
    token = of_thread ? nt_token_effective() : nt_token_process();
    status = nt_token_adjust(token, &(struct nt_privileges_change){
                                        .wanted = &wanted,
                                        .count = 1,
                                        .previous = &previous,
                                        .previous_size = sizeof(previous),
                                        .ret_needed = &needed,
                                    });
    if (status == STATUS_NOT_ALL_ASSIGNED)
        return STATUS_PRIVILEGE_NOT_HELD;
    if (!NT_SUCCESS(status))
        return status;
    /* What is not among the changed ones was as it is to be. */
    *enabled = previous.PrivilegeCount == 0
                   ? enable != FALSE
                   : (previous.Privileges[0].Attributes & SE_PRIVILEGE_ENABLED) != 0;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtPrivilegeCheck(HANDLE token, PPRIVILEGE_SET required, PBOOLEAN result)
{
    NT_CLEANUP(nt_token_closep) struct nt_token *object = NULL;
    NTSTATUS status;
    bool has;

    if (!required || !result)
        return STATUS_ACCESS_VIOLATION;
    if (required->PrivilegeCount > PRIVILEGES_MOST)
        return STATUS_INVALID_PARAMETER;
    status = nt_token_from_handle(token, TOKEN_QUERY, &object);
    if (NT_SUCCESS(status))
        status = nt_token_has_privileges(object, required, &has);
    if (NT_SUCCESS(status))
        *result = has;
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
    NT_CLEANUP(nt_token_closep) struct nt_token *object = NULL;
    NTSTATUS status;

    if (!length)
        return STATUS_ACCESS_VIOLATION;
    /* Where it comes from is a right of its own. */
    status = nt_token_from_handle(token, what == TokenSource ? TOKEN_QUERY_SOURCE : TOKEN_QUERY,
                                  &object);
    return NT_SUCCESS(status) ? nt_token_query(object, what, buffer, size, length) : status;
}

NT_EXPORT BOOL WINAPI GetTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS what, LPVOID buffer,
                                          DWORD size, PDWORD length)
{
    return nt_api_result(NtQueryInformationToken(token, what, buffer, size, length));
}

NT_EXPORT NTSTATUS NTAPI NtSetInformationToken(HANDLE token, TOKEN_INFORMATION_CLASS what,
                                               PVOID buffer, ULONG size)
{
    NT_CLEANUP(nt_token_closep) struct nt_token *object = NULL;
    NTSTATUS status = nt_token_from_handle(token, nt_token_access_for_set(what), &object);

    return NT_SUCCESS(status) ? nt_token_set(object, what, buffer, size) : status;
}

NT_EXPORT BOOL WINAPI SetTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS what, LPVOID buffer,
                                          DWORD size)
{
    return nt_api_result(NtSetInformationToken(token, what, buffer, size));
}
