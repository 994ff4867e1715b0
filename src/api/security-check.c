// SPDX-License-Identifier: MIT
/*
 * Rights: generic ones mapped, granted ones compared, and AccessCheck, the answer of the access
 * check (rtl/access-check.h) for a token that the caller holds. A check asks for no privilege
 * itself, and is about nothing but the descriptor: whoever keeps objects of its own behind
 * descriptors decides with it.
 */
#include <ntstatus.h>
#include <string.h>

#include "api/security-data.h"
#include "lib/security/token.h"
#include "rtl/access-check.h"
#include "util/macro.h"

#define GENERIC_BITS (GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL)

/* --- masks ---------------------------------------------------------------------------------- */

NT_EXPORT VOID NTAPI RtlMapGenericMask(PACCESS_MASK mask, PGENERIC_MAPPING mapping)
{
    ACCESS_MASK mapped = *mask & ~GENERIC_BITS;

    if (*mask & GENERIC_READ)
        mapped |= mapping->GenericRead;
    if (*mask & GENERIC_WRITE)
        mapped |= mapping->GenericWrite;
    if (*mask & GENERIC_EXECUTE)
        mapped |= mapping->GenericExecute;
    if (*mask & GENERIC_ALL)
        mapped |= mapping->GenericAll;
    *mask = mapped & ~GENERIC_BITS;
}

NT_EXPORT VOID WINAPI MapGenericMask(PDWORD mask, PGENERIC_MAPPING mapping)
{
    RtlMapGenericMask(mask, mapping);
}

NT_EXPORT BOOLEAN NTAPI RtlAreAllAccessesGranted(ACCESS_MASK granted, ACCESS_MASK desired)
{
    return (desired & ~granted) == 0;
}

NT_EXPORT BOOLEAN NTAPI RtlAreAnyAccessesGranted(ACCESS_MASK granted, ACCESS_MASK desired)
{
    return (desired & granted) != 0;
}

NT_EXPORT BOOL WINAPI AreAllAccessesGranted(DWORD granted, DWORD desired)
{
    return RtlAreAllAccessesGranted(granted, desired);
}

NT_EXPORT BOOL WINAPI AreAnyAccessesGranted(DWORD granted, DWORD desired)
{
    return RtlAreAnyAccessesGranted(granted, desired);
}

NT_EXPORT VOID WINAPI QuerySecurityAccessMask(SECURITY_INFORMATION information, LPDWORD mask)
{
    *mask = nt_descriptor_access_for_get(information);
}

NT_EXPORT VOID WINAPI SetSecurityAccessMask(SECURITY_INFORMATION information, LPDWORD mask)
{
    *mask = nt_descriptor_access_for_set(information);
}

/* --- who asks ------------------------------------------------------------------------------- */

/* Only a token that stands for a client tells what the client may do. */
static NTSTATUS check_token(HANDLE token)
{
    SECURITY_IMPERSONATION_LEVEL level;
    TOKEN_TYPE type;
    ULONG size;
    NTSTATUS status = NtQueryInformationToken(token, TokenType, &type, sizeof(type), &size);

    if (!NT_SUCCESS(status))
        return status;
    if (type != TokenImpersonation)
        return STATUS_NO_IMPERSONATION_TOKEN;
    status = NtQueryInformationToken(token, TokenImpersonationLevel, &level, sizeof(level), &size);
    if (!NT_SUCCESS(status))
        return status;
    return level >= SecurityIdentification ? STATUS_SUCCESS : STATUS_BAD_IMPERSONATION_LEVEL;
}

static NTSTATUS identify(HANDLE handle, struct nt_identity *ret_identity)
{
    struct nt_token *token;
    NTSTATUS status = check_token(handle);

    if (NT_SUCCESS(status))
        status = nt_token_from_handle(handle, TOKEN_QUERY, &token);
    if (!NT_SUCCESS(status))
        return status;
    status = nt_token_identity(token, ret_identity);
    nt_object_close(nt_token_object(token));
    return status;
}

/* --- the check ------------------------------------------------------------------------------ */

/* The privileges that a grant has needed. */
struct used {
    DWORD number[2];
    DWORD count;
};

#define SE_SECURITY       8
#define SE_TAKE_OWNERSHIP 9

static ULONG used_size(DWORD count)
{
    ULONG size = (ULONG)(offsetof(PRIVILEGE_SET, Privilege) + count * sizeof(LUID_AND_ATTRIBUTES));

    return size < sizeof(PRIVILEGE_SET) ? (ULONG)sizeof(PRIVILEGE_SET) : size;
}

static void put_used(const struct used *used, PRIVILEGE_SET *set)
{
    LUID_AND_ATTRIBUTES *entry = set->Privilege;

    memset(set, 0, used_size(used->count));
    set->PrivilegeCount = used->count;
    for (DWORD i = 0; i < used->count; i++) {
        entry[i].Luid.LowPart = used->number[i];
        entry[i].Attributes = SE_PRIVILEGE_USED_FOR_ACCESS;
    }
}

/* One check, as it was asked for and as it has gone. */
struct check {
    struct nt_descriptor view;
    struct nt_identity identity;
    struct nt_access_mapping mapping;
    ACCESS_MASK desired, granted;
    NTSTATUS status;
    struct used used;
};

/* Was WRITE_OWNER granted only because SeTakeOwnershipPrivilege is in force? */
static bool took_ownership(struct check *check)
{
    uint32_t in_force = check->identity.in_force;
    ACCESS_MASK granted;
    NTSTATUS status;

    if (!(check->granted & WRITE_OWNER) || !(in_force & NT_IN_FORCE_TAKE_OWNERSHIP))
        return false;
    check->identity.in_force = in_force & ~(uint32_t)NT_IN_FORCE_TAKE_OWNERSHIP;
    status =
        nt_access_check(&check->view, &check->identity, WRITE_OWNER, &check->mapping, &granted);
    check->identity.in_force = in_force;
    return !NT_SUCCESS(status);
}

static void decide(struct check *check)
{
    check->status = nt_access_check(&check->view, &check->identity, check->desired, &check->mapping,
                                    &check->granted);
    if (!NT_SUCCESS(check->status))
        check->granted = 0;
    if (check->granted & ACCESS_SYSTEM_SECURITY)
        check->used.number[check->used.count++] = SE_SECURITY;
    if (took_ownership(check))
        check->used.number[check->used.count++] = SE_TAKE_OWNERSHIP;
}

/* The descriptor: good, complete, and of entries that are understood. */
static NTSTATUS look(const void *descriptor, struct nt_descriptor *ret_view)
{
    NTSTATUS status = STATUS_INVALID_SECURITY_DESCR;

    if (descriptor)
        status = nt_descriptor_from_application(descriptor, ret_view);
    if (!NT_SUCCESS(status))
        return status;
    if (!ret_view->owner || !ret_view->group)
        return STATUS_INVALID_SECURITY_DESCR;
    if ((ret_view->dacl && !nt_acl_is_supported(ret_view->dacl)) ||
        (ret_view->sacl && !nt_acl_is_supported(ret_view->sacl)))
        return STATUS_INVALID_ACL;
    return STATUS_SUCCESS;
}

/* Everything but what the privileges take is known before the check. */
static NTSTATUS run(struct check *check, const void *descriptor, HANDLE token, ULONG *size)
{
    NTSTATUS status;

    if (check->desired & GENERIC_BITS)
        return STATUS_GENERIC_NOT_MAPPED;
    status = identify(token, &check->identity);
    if (!NT_SUCCESS(status))
        return status;
    status = look(descriptor, &check->view);
    if (NT_SUCCESS(status))
        decide(check);
    nt_identity_deinit(&check->identity);
    if (NT_SUCCESS(status) && *size < used_size(check->used.count)) {
        *size = used_size(check->used.count);
        status = STATUS_BUFFER_TOO_SMALL;
    }
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtAccessCheck(PSECURITY_DESCRIPTOR descriptor, HANDLE token,
                                       ACCESS_MASK desired, PGENERIC_MAPPING mapping,
                                       PPRIVILEGE_SET privileges, PULONG size,
                                       PACCESS_MASK ret_granted, PNTSTATUS ret_status)
{
    struct check check = {.desired = desired};
    NTSTATUS status;

    if (!mapping || !privileges || !size || !ret_granted || !ret_status)
        return STATUS_ACCESS_VIOLATION;
    check.mapping = (struct nt_access_mapping){
        .read = mapping->GenericRead,
        .write = mapping->GenericWrite,
        .execute = mapping->GenericExecute,
        .all = mapping->GenericAll,
    };
    status = run(&check, descriptor, token, size);
    if (!NT_SUCCESS(status))
        return status;
    put_used(&check.used, privileges);
    *ret_granted = check.granted;
    *ret_status = check.status;
    return STATUS_SUCCESS;
}

NT_EXPORT BOOL WINAPI AccessCheck(PSECURITY_DESCRIPTOR descriptor, HANDLE token, DWORD desired,
                                  PGENERIC_MAPPING mapping, PPRIVILEGE_SET privileges, LPDWORD size,
                                  LPDWORD granted, LPBOOL access_status)
{
    NTSTATUS decision = STATUS_SUCCESS;
    NTSTATUS status = NtAccessCheck(descriptor, token, desired, mapping, privileges, size, granted,
                                    access_status ? &decision : NULL);

    if (!NT_SUCCESS(status))
        return nt_api_result(status);
    *access_status = nt_api_result(decision);
    return TRUE;
}
