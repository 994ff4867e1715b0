// SPDX-License-Identifier: MIT
/*
 * SIDs, as winternl.h (Rtl...) and securitybaseapi.h have them. They are in the caller's memory
 * and are read as far as they say that they go; a SID is looked at only once it is known to be
 * one. Text forms of the Win32 layer are in sddl.c.
 */
#include <ntstatus.h>
#include <string.h>

#include "api/security-data.h"
#include "util/macro.h"

/* Of a domain, and of its accounts: S-1-5-21-A-B-C. */
#define DOMAIN_PARTS 4

static const SID_IDENTIFIER_AUTHORITY nt_authority = {SECURITY_NT_AUTHORITY};

/* --- what it is ----------------------------------------------------------------------------- */

NT_EXPORT BOOLEAN NTAPI RtlValidSid(PSID sid)
{
    return nt_api_sid(sid);
}

NT_EXPORT BOOL WINAPI IsValidSid(PSID sid)
{
    return nt_api_result(nt_api_sid(sid) ? STATUS_SUCCESS : STATUS_INVALID_SID);
}

NT_EXPORT BOOLEAN NTAPI RtlEqualSid(PSID a, PSID b)
{
    return nt_api_sid(a) && nt_api_sid(b) && nt_sid_equal(a, b);
}

NT_EXPORT BOOLEAN NTAPI RtlEqualPrefixSid(PSID a, PSID b)
{
    const SID *one = a, *other = b;
    size_t size;

    if (!nt_api_sid(a) || !nt_api_sid(b) || one->SubAuthorityCount != other->SubAuthorityCount)
        return FALSE;
    size = nt_sid_length(one->SubAuthorityCount ? one->SubAuthorityCount - 1u : 0u);
    return memcmp(one, other, size) == 0;
}

NT_EXPORT BOOL WINAPI EqualSid(PSID a, PSID b)
{
    BOOL equal = RtlEqualSid(a, b);

    SetLastError(ERROR_SUCCESS);
    return equal;
}

NT_EXPORT BOOL WINAPI EqualPrefixSid(PSID a, PSID b)
{
    return RtlEqualPrefixSid(a, b);
}

/* --- domains -------------------------------------------------------------------------------- */

static bool is_of_nt(const SID *sid, DWORD first)
{
    return memcmp(&sid->IdentifierAuthority, &nt_authority, sizeof(nt_authority)) == 0 &&
           sid->SubAuthorityCount > 0 && sid->SubAuthority[0] == first;
}

static bool has_domain(const SID *sid)
{
    return is_of_nt(sid, SECURITY_NT_NON_UNIQUE) && sid->SubAuthorityCount >= DOMAIN_PARTS;
}

static bool is_builtin(const SID *sid)
{
    return is_of_nt(sid, SECURITY_BUILTIN_DOMAIN_RID);
}

NT_EXPORT BOOL WINAPI EqualDomainSid(PSID a, PSID b, BOOL *equal)
{
    if (!equal)
        return nt_api_result(STATUS_ACCESS_VIOLATION);
    if (!nt_api_sid(a) || !nt_api_sid(b))
        return nt_api_result(STATUS_INVALID_SID);
    if ((!has_domain(a) && !is_builtin(a)) || (!has_domain(b) && !is_builtin(b))) {
        SetLastError(ERROR_NON_DOMAIN_SID);
        return FALSE;
    }
    if (is_builtin(a) || is_builtin(b))
        *equal = is_builtin(a) && is_builtin(b);
    else
        *equal =
            memcmp((const BYTE *)a + 2, (const BYTE *)b + 2, nt_sid_length(DOMAIN_PARTS) - 2) == 0;
    return TRUE;
}

static BOOL put_domain(const SID *sid, PSID domain, DWORD *size)
{
    DWORD needed = (DWORD)nt_sid_length(DOMAIN_PARTS);
    DWORD room = *size;

    *size = needed;
    if (room < needed)
        return nt_api_result(STATUS_BUFFER_TOO_SMALL);
    memmove(domain, sid, needed);
    ((SID *)domain)->SubAuthorityCount = DOMAIN_PARTS;
    return TRUE;
}

NT_EXPORT BOOL WINAPI GetWindowsAccountDomainSid(PSID sid, PSID domain, DWORD *size)
{
    if (!nt_api_sid(sid))
        return nt_api_result(STATUS_INVALID_SID);
    if (!domain || !size)
        return nt_api_result(STATUS_INVALID_PARAMETER);
    if (!has_domain(sid)) {
        SetLastError(ERROR_NON_ACCOUNT_SID);
        return FALSE;
    }
    return put_domain(sid, domain, size);
}

/* --- length and copy ------------------------------------------------------------------------ */

NT_EXPORT ULONG NTAPI RtlLengthRequiredSid(ULONG count)
{
    return (ULONG)nt_sid_length(count);
}

NT_EXPORT DWORD WINAPI GetSidLengthRequired(UCHAR count)
{
    return RtlLengthRequiredSid(count);
}

NT_EXPORT ULONG NTAPI RtlLengthSid(PSID sid)
{
    return nt_api_sid(sid) ? (ULONG)nt_sid_size(sid) : 0;
}

NT_EXPORT DWORD WINAPI GetLengthSid(PSID sid)
{
    DWORD length = RtlLengthSid(sid);

    if (!length)
        nt_api_result(STATUS_INVALID_SID);
    return length;
}

NT_EXPORT NTSTATUS NTAPI RtlCopySid(ULONG size, PSID target, PSID source)
{
    if (!nt_api_sid(source))
        return STATUS_INVALID_SID;
    if (nt_sid_size(source) > size)
        return STATUS_BUFFER_TOO_SMALL;
    if (!target)
        return STATUS_ACCESS_VIOLATION;
    memmove(target, source, nt_sid_size(source));
    return STATUS_SUCCESS;
}

NT_EXPORT BOOL WINAPI CopySid(DWORD size, PSID target, PSID source)
{
    return nt_api_result(RtlCopySid(size, target, source));
}

/* --- parts ---------------------------------------------------------------------------------- */

NT_EXPORT NTSTATUS NTAPI RtlInitializeSid(PSID sid, PSID_IDENTIFIER_AUTHORITY authority,
                                          UCHAR count)
{
    SID *made = sid;

    if (!sid || !authority)
        return STATUS_ACCESS_VIOLATION;
    if (count > SID_MAX_SUB_AUTHORITIES)
        return STATUS_INVALID_PARAMETER;
    made->Revision = SID_REVISION;
    made->SubAuthorityCount = count;
    made->IdentifierAuthority = *authority;
    return STATUS_SUCCESS;
}

NT_EXPORT BOOL WINAPI InitializeSid(PSID sid, PSID_IDENTIFIER_AUTHORITY authority, BYTE count)
{
    return nt_api_result(RtlInitializeSid(sid, authority, count));
}

/* Places: a SID that is being made may be no good one yet. */

NT_EXPORT PSID_IDENTIFIER_AUTHORITY NTAPI RtlIdentifierAuthoritySid(PSID sid)
{
    return sid ? &((SID *)sid)->IdentifierAuthority : NULL;
}

NT_EXPORT PULONG NTAPI RtlSubAuthoritySid(PSID sid, ULONG index)
{
    return sid ? (PULONG)((BYTE *)sid + nt_sid_length(index)) : NULL;
}

NT_EXPORT PUCHAR NTAPI RtlSubAuthorityCountSid(PSID sid)
{
    return sid ? &((SID *)sid)->SubAuthorityCount : NULL;
}

NT_EXPORT PSID_IDENTIFIER_AUTHORITY WINAPI GetSidIdentifierAuthority(PSID sid)
{
    SetLastError(ERROR_SUCCESS);
    return RtlIdentifierAuthoritySid(sid);
}

NT_EXPORT PDWORD WINAPI GetSidSubAuthority(PSID sid, DWORD index)
{
    SetLastError(ERROR_SUCCESS);
    return RtlSubAuthoritySid(sid, index);
}

NT_EXPORT PUCHAR WINAPI GetSidSubAuthorityCount(PSID sid)
{
    SetLastError(ERROR_SUCCESS);
    return RtlSubAuthorityCountSid(sid);
}

/* --- allocated ones ------------------------------------------------------------------------- */

#define EIGHT_MOST 8

static NTSTATUS allocate(PSID_IDENTIFIER_AUTHORITY authority, UCHAR count, const ULONG *sub,
                         PSID *ret_sid)
{
    SID *sid;

    if (count > EIGHT_MOST)
        return STATUS_INVALID_SID;
    if (!authority || !ret_sid)
        return STATUS_ACCESS_VIOLATION;
    sid = malloc(nt_sid_length(count));
    if (!sid)
        return STATUS_NO_MEMORY;
    RtlInitializeSid(sid, authority, count);
    memcpy((BYTE *)sid + nt_sid_length(0), sub, count * sizeof(*sub));
    *ret_sid = sid;
    return STATUS_SUCCESS;
}

NT_EXPORT NTSTATUS NTAPI RtlAllocateAndInitializeSid(PSID_IDENTIFIER_AUTHORITY authority,
                                                     UCHAR count, ULONG s0, ULONG s1, ULONG s2,
                                                     ULONG s3, ULONG s4, ULONG s5, ULONG s6,
                                                     ULONG s7, PSID *sid)
{
    const ULONG sub[EIGHT_MOST] = {s0, s1, s2, s3, s4, s5, s6, s7};

    return allocate(authority, count, sub, sid);
}

NT_EXPORT BOOL WINAPI AllocateAndInitializeSid(PSID_IDENTIFIER_AUTHORITY authority, BYTE count,
                                               DWORD s0, DWORD s1, DWORD s2, DWORD s3, DWORD s4,
                                               DWORD s5, DWORD s6, DWORD s7, PSID *sid)
{
    const ULONG sub[EIGHT_MOST] = {s0, s1, s2, s3, s4, s5, s6, s7};

    return nt_api_result(allocate(authority, count, sub, sid));
}

NT_EXPORT PVOID NTAPI RtlFreeSid(PSID sid)
{
    free(sid);
    return NULL;
}

NT_EXPORT PVOID WINAPI FreeSid(PSID sid)
{
    return RtlFreeSid(sid);
}

/* --- as text of the Nt layer ---------------------------------------------------------------- */

NT_EXPORT NTSTATUS NTAPI RtlConvertSidToUnicodeString(PUNICODE_STRING string, PSID sid,
                                                      BOOLEAN allocate_it)
{
    char text[NT_SID_TEXT_SIZE];
    size_t length, size;

    if (!string)
        return STATUS_ACCESS_VIOLATION;
    if (!nt_api_sid(sid))
        return STATUS_INVALID_SID;
    nt_sid_to_text(sid, text);
    length = strlen(text);
    size = (length + 1) * sizeof(WCHAR);
    if (allocate_it) {
        PWSTR buffer = malloc(size);

        if (!buffer)
            return STATUS_NO_MEMORY;
        *string = (UNICODE_STRING){.MaximumLength = (USHORT)size, .Buffer = buffer};
    } else if (string->MaximumLength < size) {
        return STATUS_BUFFER_OVERFLOW;
    }
    string->Length = (USHORT)(length * sizeof(WCHAR));
    for (size_t i = 0; i <= length; i++)
        string->Buffer[i] = (unsigned char)text[i];
    return STATUS_SUCCESS;
}

NT_EXPORT VOID NTAPI RtlFreeUnicodeString(PUNICODE_STRING string)
{
    if (!string)
        return;
    free(string->Buffer);
    *string = (UNICODE_STRING){0};
}
