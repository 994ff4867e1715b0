// SPDX-License-Identifier: MIT
/*
 * Copies of tokens, threads that use them, and who is in one (securitybaseapi.h,
 * processthreadsapi.h, winternl.h).
 */
#include <windows.h>
#include <ntstatus.h>
#include <winternl.h>

#include "api/error.h"
#include "api/thread-api.h"
#include "lib/security/object-security.h"
#include "lib/security/privilege.h"
#include "lib/security/thread-token.h"
#include "lib/security/token-query.h"
#include "util/macro.h"

/* --- copies --------------------------------------------------------------------------------- */

/* What DuplicateTokenEx is asked for. */
struct copy {
    ACCESS_MASK access;
    ULONG attributes; /* OBJ_ bits */
    const void *security;
    TOKEN_TYPE type;
    SECURITY_IMPERSONATION_LEVEL level;
    bool effective_only;
};

/* Whatever is not enabled is gone from the copy. */
static NTSTATUS drop_disabled(struct nt_token *token)
{
    TOKEN_PRIVILEGES *held;
    union {
        TOKEN_PRIVILEGES list;
        char bytes[1024];
    } room;
    ULONG length;
    NTSTATUS status = nt_token_query(token, TokenPrivileges, &room, sizeof(room), &length);

    if (!NT_SUCCESS(status))
        return status;
    held = &room.list;
    for (DWORD i = 0; i < held->PrivilegeCount; i++) {
        LUID_AND_ATTRIBUTES *one = &held->Privileges[i];

        one->Attributes =
            one->Attributes & SE_PRIVILEGE_ENABLED ? SE_PRIVILEGE_ENABLED : SE_PRIVILEGE_REMOVED;
    }
    return nt_token_adjust(token, &(struct nt_privileges_change){.wanted = held->Privileges,
                                                                 .count = held->PrivilegeCount});
}

static NTSTATUS hand_out(struct nt_token *token, const struct copy *copy, HANDLE *ret_handle)
{
    NT_CLEANUP(nt_descriptor_block_deinit) struct nt_descriptor_block security = {.bytes = NULL};
    ACCESS_MASK granted;
    NTSTATUS status = STATUS_SUCCESS;

    if (copy->effective_only)
        status = drop_disabled(token);
    if (NT_SUCCESS(status))
        status = nt_security_for_new(NT_KIND_TOKEN, copy->security, &security);
    if (NT_SUCCESS(status))
        status = nt_security_creator_access(NT_KIND_TOKEN, copy->access, &granted);
    if (NT_SUCCESS(status))
        status = nt_security_attach(nt_token_object(token), &security);
    if (!NT_SUCCESS(status)) {
        nt_token_closep(&token);
        return status;
    }
    return nt_handle_hand_out(nt_token_object(token), granted, copy->attributes, ret_handle);
}

static NTSTATUS duplicate(HANDLE existing, struct copy *copy, HANDLE *ret_handle)
{
    NT_CLEANUP(nt_token_closep) struct nt_token *token = NULL;
    struct nt_handle_description description;
    struct nt_object *object;
    struct nt_token *made;
    NTSTATUS status = nt_token_from_handle(existing, TOKEN_DUPLICATE, &token);

    if (NT_SUCCESS(status) && copy->access == 0) {
        status = nt_handle_describe(existing, &description, &object);
        if (NT_SUCCESS(status)) {
            copy->access = description.access;
            nt_object_close(object);
        }
    }
    if (NT_SUCCESS(status) && (int)copy->level < 0)
        copy->level = nt_token_level_of(token);
    if (NT_SUCCESS(status))
        status = nt_token_duplicate(token, copy->type, copy->level, &made);
    return NT_SUCCESS(status) ? hand_out(made, copy, ret_handle) : status;
}

NT_EXPORT NTSTATUS NTAPI NtDuplicateToken(HANDLE existing, ACCESS_MASK access,
                                          POBJECT_ATTRIBUTES attributes, BOOLEAN effective_only,
                                          TOKEN_TYPE type, PHANDLE ret_token)
{
    const SECURITY_QUALITY_OF_SERVICE *quality =
        attributes ? attributes->SecurityQualityOfService : NULL;
    struct copy copy = {
        .access = access,
        .attributes = attributes ? attributes->Attributes : 0,
        .security = attributes ? attributes->SecurityDescriptor : NULL,
        .type = type,
        .level = quality ? quality->ImpersonationLevel : (SECURITY_IMPERSONATION_LEVEL)-1,
        .effective_only = effective_only,
    };

    if (!ret_token)
        return STATUS_ACCESS_VIOLATION;
    if (attributes && attributes->Length != sizeof(*attributes))
        return STATUS_INVALID_PARAMETER;
    if (quality && quality->Length != sizeof(*quality))
        return STATUS_INVALID_PARAMETER;
    return duplicate(existing, &copy, ret_token);
}

NT_EXPORT BOOL WINAPI DuplicateTokenEx(HANDLE existing, DWORD access,
                                       LPSECURITY_ATTRIBUTES attributes,
                                       SECURITY_IMPERSONATION_LEVEL level, TOKEN_TYPE type,
                                       PHANDLE ret_token)
{
    SECURITY_QUALITY_OF_SERVICE quality = {.Length = sizeof(quality), .ImpersonationLevel = level};
    OBJECT_ATTRIBUTES object;

    InitializeObjectAttributes(&object, NULL,
                               attributes && attributes->bInheritHandle ? OBJ_INHERIT : 0, NULL,
                               attributes ? attributes->lpSecurityDescriptor : NULL);
    object.SecurityQualityOfService = &quality;
    if (type == TokenImpersonation && !VALID_IMPERSONATION_LEVEL((int)level))
        return nt_api_result(STATUS_INVALID_PARAMETER);
    return nt_api_result(NtDuplicateToken(existing, access, &object, FALSE, type, ret_token));
}

NT_EXPORT BOOL WINAPI DuplicateToken(HANDLE existing, SECURITY_IMPERSONATION_LEVEL level,
                                     PHANDLE ret_token)
{
    return DuplicateTokenEx(existing, TOKEN_IMPERSONATE | TOKEN_QUERY, NULL, level,
                            TokenImpersonation, ret_token);
}

/* --- threads -------------------------------------------------------------------------------- */

NT_EXPORT BOOL WINAPI SetThreadToken(PHANDLE thread, HANDLE handle)
{
    NT_CLEANUP(nt_token_closep) struct nt_token *token = NULL;
    NTSTATUS status = STATUS_SUCCESS;

    if (thread)
        status = nt_api_thread_is_self(*thread, THREAD_SET_THREAD_TOKEN);
    if (NT_SUCCESS(status) && handle)
        status = nt_token_from_handle(handle, TOKEN_IMPERSONATE, &token);
    if (NT_SUCCESS(status))
        status = nt_thread_token_set(token);
    return nt_api_result(status);
}

NT_EXPORT BOOL WINAPI RevertToSelf(VOID)
{
    return nt_api_result(nt_thread_token_set(NULL));
}

/* The calling thread uses a copy of @token. */
static NTSTATUS impersonate_copy(struct nt_token *token, SECURITY_IMPERSONATION_LEVEL level)
{
    NT_CLEANUP(nt_token_closep) struct nt_token *copy = NULL;
    NTSTATUS status = nt_token_duplicate(token, TokenImpersonation, level, &copy);

    return NT_SUCCESS(status) ? nt_thread_token_set(copy) : status;
}

NT_EXPORT BOOL WINAPI ImpersonateSelf(SECURITY_IMPERSONATION_LEVEL level)
{
    NT_CLEANUP(nt_token_closep) struct nt_token *token = nt_token_effective();

    return nt_api_result(impersonate_copy(token, level));
}

NT_EXPORT BOOL WINAPI ImpersonateLoggedOnUser(HANDLE handle)
{
    NT_CLEANUP(nt_token_closep) struct nt_token *token = NULL;
    NTSTATUS status = nt_token_from_handle(handle, TOKEN_QUERY, &token);
    ACCESS_MASK needed;
    bool primary;

    if (!NT_SUCCESS(status))
        return nt_api_result(status);
    primary = nt_token_type_of(token) == TokenPrimary;
    needed = primary ? TOKEN_DUPLICATE : TOKEN_IMPERSONATE;
    nt_token_closep(&token);
    status = nt_token_from_handle(handle, TOKEN_QUERY | needed, &token);
    if (NT_SUCCESS(status))
        status =
            primary ? impersonate_copy(token, SecurityImpersonation) : nt_thread_token_set(token);
    return nt_api_result(status);
}

/* --- who is in it --------------------------------------------------------------------------- */

static NTSTATUS check_membership(HANDLE handle, const SID *sid, BOOL *is_member)
{
    NT_CLEANUP(nt_token_closep) struct nt_token *token = NULL;
    struct nt_identity identity;
    NTSTATUS status = STATUS_SUCCESS;

    if (handle)
        status = nt_token_from_handle(handle, TOKEN_QUERY, &token);
    else
        token = nt_token_effective();
    if (!NT_SUCCESS(status))
        return status;
    if (handle && nt_token_type_of(token) == TokenPrimary)
        return STATUS_NO_IMPERSONATION_TOKEN;
    if (!sid || nt_sid_check(sid, SECURITY_MAX_SID_SIZE) == 0)
        return STATUS_INVALID_SID;
    status = nt_token_identity(token, &identity);
    if (!NT_SUCCESS(status))
        return status;
    *is_member = nt_identity_has(&identity, sid);
    nt_identity_deinit(&identity);
    return STATUS_SUCCESS;
}

NT_EXPORT BOOL WINAPI CheckTokenMembership(HANDLE token, PSID sid, PBOOL is_member)
{
    if (!is_member)
        return nt_api_result(STATUS_ACCESS_VIOLATION);
    *is_member = FALSE;
    return nt_api_result(check_membership(token, sid, is_member));
}

NT_EXPORT BOOL WINAPI IsTokenRestricted(HANDLE handle)
{
    NT_CLEANUP(nt_token_closep) struct nt_token *token = NULL;
    NTSTATUS status = nt_token_from_handle(handle, TOKEN_QUERY, &token);

    SetLastError(nt_status_to_win32(status));
    return FALSE;
}
