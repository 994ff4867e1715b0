// SPDX-License-Identifier: MIT
/*
 * Entries made from their parts and put at the end of a list, as winternl.h (Rtl...) and
 * securitybaseapi.h have them. Most are a mask and a SID. Those about a part of an object have up
 * to two GUIDs between: they are put together here, since nothing below needs to know them.
 */
#include <ntstatus.h>
#include <string.h>

#include "api/security-data.h"
#include "util/macro.h"

static NTSTATUS add(PACL acl, DWORD revision, BYTE type, DWORD flags, DWORD mask, PSID sid)
{
    if (!nt_api_sid(sid))
        return STATUS_INVALID_SID;
    if (!nt_api_acl(acl))
        return STATUS_INVALID_ACL;
    return nt_acl_add(acl, revision, type, flags, mask, sid);
}

static DWORD audit_flags(DWORD flags, BOOL success, BOOL failure)
{
    return flags | (success ? SUCCESSFUL_ACCESS_ACE_FLAG : 0u) |
           (failure ? FAILED_ACCESS_ACE_FLAG : 0u);
}

/* --- a mask and a SID ----------------------------------------------------------------------- */

NT_EXPORT NTSTATUS NTAPI RtlAddAccessAllowedAceEx(PACL acl, ULONG revision, ULONG flags,
                                                  ACCESS_MASK mask, PSID sid)
{
    return add(acl, revision, ACCESS_ALLOWED_ACE_TYPE, flags, mask, sid);
}

NT_EXPORT NTSTATUS NTAPI RtlAddAccessAllowedAce(PACL acl, ULONG revision, ACCESS_MASK mask,
                                                PSID sid)
{
    return RtlAddAccessAllowedAceEx(acl, revision, 0, mask, sid);
}

NT_EXPORT BOOL WINAPI AddAccessAllowedAceEx(PACL acl, DWORD revision, DWORD flags, DWORD mask,
                                            PSID sid)
{
    return nt_api_result(RtlAddAccessAllowedAceEx(acl, revision, flags, mask, sid));
}

NT_EXPORT BOOL WINAPI AddAccessAllowedAce(PACL acl, DWORD revision, DWORD mask, PSID sid)
{
    return nt_api_result(RtlAddAccessAllowedAceEx(acl, revision, 0, mask, sid));
}

NT_EXPORT NTSTATUS NTAPI RtlAddAccessDeniedAceEx(PACL acl, ULONG revision, ULONG flags,
                                                 ACCESS_MASK mask, PSID sid)
{
    return add(acl, revision, ACCESS_DENIED_ACE_TYPE, flags, mask, sid);
}

NT_EXPORT NTSTATUS NTAPI RtlAddAccessDeniedAce(PACL acl, ULONG revision, ACCESS_MASK mask, PSID sid)
{
    return RtlAddAccessDeniedAceEx(acl, revision, 0, mask, sid);
}

NT_EXPORT BOOL WINAPI AddAccessDeniedAceEx(PACL acl, DWORD revision, DWORD flags, DWORD mask,
                                           PSID sid)
{
    return nt_api_result(RtlAddAccessDeniedAceEx(acl, revision, flags, mask, sid));
}

NT_EXPORT BOOL WINAPI AddAccessDeniedAce(PACL acl, DWORD revision, DWORD mask, PSID sid)
{
    return nt_api_result(RtlAddAccessDeniedAceEx(acl, revision, 0, mask, sid));
}

NT_EXPORT NTSTATUS NTAPI RtlAddAuditAccessAceEx(PACL acl, ULONG revision, ULONG flags,
                                                ACCESS_MASK mask, PSID sid, BOOLEAN success,
                                                BOOLEAN failure)
{
    return add(acl, revision, SYSTEM_AUDIT_ACE_TYPE, audit_flags(flags, success, failure), mask,
               sid);
}

NT_EXPORT NTSTATUS NTAPI RtlAddAuditAccessAce(PACL acl, ULONG revision, ACCESS_MASK mask, PSID sid,
                                              BOOLEAN success, BOOLEAN failure)
{
    return RtlAddAuditAccessAceEx(acl, revision, 0, mask, sid, success, failure);
}

NT_EXPORT BOOL WINAPI AddAuditAccessAceEx(PACL acl, DWORD revision, DWORD flags, DWORD mask,
                                          PSID sid, BOOL success, BOOL failure)
{
    return nt_api_result(RtlAddAuditAccessAceEx(acl, revision, flags, mask, sid, success != FALSE,
                                                failure != FALSE));
}

NT_EXPORT BOOL WINAPI AddAuditAccessAce(PACL acl, DWORD revision, DWORD mask, PSID sid,
                                        BOOL success, BOOL failure)
{
    return AddAuditAccessAceEx(acl, revision, 0, mask, sid, success, failure);
}

NT_EXPORT NTSTATUS NTAPI RtlAddMandatoryAce(PACL acl, ULONG revision, ULONG flags, PSID sid,
                                            UCHAR type, ACCESS_MASK policy)
{
    uint32_t level;

    if (!nt_api_sid(sid))
        return STATUS_INVALID_SID;
    if (type != SYSTEM_MANDATORY_LABEL_ACE_TYPE || !nt_sid_is_integrity(sid, &level))
        return STATUS_INVALID_PARAMETER;
    return add(acl, revision, type, flags, policy, sid);
}

NT_EXPORT BOOL WINAPI AddMandatoryAce(PACL acl, DWORD revision, DWORD flags, DWORD policy, PSID sid)
{
    return nt_api_result(
        RtlAddMandatoryAce(acl, revision, flags, sid, SYSTEM_MANDATORY_LABEL_ACE_TYPE, policy));
}

/* --- about a part of an object -------------------------------------------------------------- */

/* One with both GUIDs and the longest SID. */
struct object_ace {
    ACE_HEADER header;
    DWORD mask, flags;
    BYTE rest[2 * sizeof(GUID) + SECURITY_MAX_SID_SIZE];
};

static size_t put(struct object_ace *ace, size_t at, const void *bytes, size_t size)
{
    memcpy(ace->rest + at, bytes, size);
    return at + size;
}

static void build(struct object_ace *ace, const GUID *object, const GUID *inherited, PSID sid)
{
    size_t at = 0;

    if (object) {
        ace->flags |= ACE_OBJECT_TYPE_PRESENT;
        at = put(ace, at, object, sizeof(*object));
    }
    if (inherited) {
        ace->flags |= ACE_INHERITED_OBJECT_TYPE_PRESENT;
        at = put(ace, at, inherited, sizeof(*inherited));
    }
    at = put(ace, at, sid, nt_sid_size(sid));
    ace->header.AceSize = (WORD)(offsetof(struct object_ace, rest) + at);
}

static NTSTATUS add_object(PACL acl, DWORD revision, struct object_ace *ace, const GUID *object,
                           const GUID *inherited, PSID sid)
{
    NTSTATUS status;

    if (!nt_api_sid(sid))
        return STATUS_INVALID_SID;
    if (!nt_api_acl(acl))
        return STATUS_INVALID_ACL;
    if (revision < ACL_REVISION_DS || revision > MAX_ACL_REVISION)
        return STATUS_REVISION_MISMATCH;
    build(ace, object, inherited, sid);
    status = nt_acl_insert(acl, revision, MAXDWORD, ace, ace->header.AceSize);
    return status == STATUS_BUFFER_TOO_SMALL ? STATUS_ALLOTTED_SPACE_EXCEEDED : status;
}

static NTSTATUS add_about_part(PACL acl, DWORD revision, BYTE type, DWORD flags, DWORD mask,
                               const GUID *object, const GUID *inherited, PSID sid)
{
    struct object_ace ace = {.header = {.AceType = type, .AceFlags = (BYTE)flags}, .mask = mask};

    if (flags & ~(DWORD)VALID_INHERIT_FLAGS)
        return STATUS_INVALID_PARAMETER;
    return add_object(acl, revision, &ace, object, inherited, sid);
}

NT_EXPORT NTSTATUS NTAPI RtlAddAccessAllowedObjectAce(PACL acl, ULONG revision, ULONG flags,
                                                      ACCESS_MASK mask, GUID *object,
                                                      GUID *inherited, PSID sid)
{
    if (!object && !inherited)
        return RtlAddAccessAllowedAceEx(acl, revision, flags, mask, sid);
    return add_about_part(acl, revision, ACCESS_ALLOWED_OBJECT_ACE_TYPE, flags, mask, object,
                          inherited, sid);
}

NT_EXPORT BOOL WINAPI AddAccessAllowedObjectAce(PACL acl, DWORD revision, DWORD flags, DWORD mask,
                                                GUID *object, GUID *inherited, PSID sid)
{
    return nt_api_result(
        RtlAddAccessAllowedObjectAce(acl, revision, flags, mask, object, inherited, sid));
}

NT_EXPORT NTSTATUS NTAPI RtlAddAccessDeniedObjectAce(PACL acl, ULONG revision, ULONG flags,
                                                     ACCESS_MASK mask, GUID *object,
                                                     GUID *inherited, PSID sid)
{
    if (!object && !inherited)
        return RtlAddAccessDeniedAceEx(acl, revision, flags, mask, sid);
    return add_about_part(acl, revision, ACCESS_DENIED_OBJECT_ACE_TYPE, flags, mask, object,
                          inherited, sid);
}

NT_EXPORT BOOL WINAPI AddAccessDeniedObjectAce(PACL acl, DWORD revision, DWORD flags, DWORD mask,
                                               GUID *object, GUID *inherited, PSID sid)
{
    return nt_api_result(
        RtlAddAccessDeniedObjectAce(acl, revision, flags, mask, object, inherited, sid));
}

NT_EXPORT NTSTATUS NTAPI RtlAddAuditAccessObjectAce(PACL acl, ULONG revision, ULONG flags,
                                                    ACCESS_MASK mask, GUID *object, GUID *inherited,
                                                    PSID sid, BOOLEAN success, BOOLEAN failure)
{
    struct object_ace ace = {
        .header.AceType = SYSTEM_AUDIT_OBJECT_ACE_TYPE,
        .header.AceFlags = (BYTE)audit_flags(flags, success, failure),
        .mask = mask,
    };
    DWORD known = VALID_INHERIT_FLAGS | SUCCESSFUL_ACCESS_ACE_FLAG | FAILED_ACCESS_ACE_FLAG;

    if (!object && !inherited)
        return RtlAddAuditAccessAceEx(acl, revision, flags, mask, sid, success, failure);
    if (flags & ~known)
        return STATUS_INVALID_PARAMETER;
    return add_object(acl, revision, &ace, object, inherited, sid);
}

NT_EXPORT BOOL WINAPI AddAuditAccessObjectAce(PACL acl, DWORD revision, DWORD flags, DWORD mask,
                                              GUID *object, GUID *inherited, PSID sid, BOOL success,
                                              BOOL failure)
{
    return nt_api_result(RtlAddAuditAccessObjectAce(acl, revision, flags, mask, object, inherited,
                                                    sid, success != FALSE, failure != FALSE));
}
