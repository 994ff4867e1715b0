// SPDX-License-Identifier: MIT
/*
 * aclapi.h: lists and what their entries say. The structures of the A and the W functions differ
 * only in what a name points at, so that one function serves all three widths of text.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <windows.h>
#include <ntstatus.h>
#include <aclapi.h>

#include "api/acl-entries.h"
#include "api/error.h"
#include "api/wide16.h"
#include "lib/security/accounts.h"
#include "rtl/text.h"

#define NATIVE     sizeof(wchar_t)
#define MOST_BYTES 65532u
#define ALL_RIGHTS (GENERIC_ALL | STANDARD_RIGHTS_ALL | SPECIFIC_RIGHTS_ALL)

_Static_assert(sizeof(EXPLICIT_ACCESS_A) == sizeof(EXPLICIT_ACCESS_W), "one layout");
_Static_assert(sizeof(OBJECTS_AND_NAME_A) == sizeof(OBJECTS_AND_NAME_W), "one layout");

static DWORD error_of(NTSTATUS status)
{
    return NT_SUCCESS(status) ? ERROR_SUCCESS : nt_status_to_win32(status);
}

/* A list of the application's, or none. */
static bool is_good(const ACL *acl)
{
    return !acl || nt_acl_check(acl, acl->AclSize);
}

/* --- trustees ------------------------------------------------------------------------------- */

static NTSTATUS sid_of_name(const void *name, unsigned width, struct nt_sid *ret_sid)
{
    NT_CLEANUP(nt_freep) char *text = NULL;
    struct nt_account account;

    if (!name)
        return STATUS_INVALID_PARAMETER;
    text = nt_text_new(name, width, SIZE_MAX, 1, NULL);
    if (!text)
        return STATUS_NO_MEMORY;
    if (strcasecmp(text, "CURRENT_USER") == 0) {
        nt_account_own(ret_sid);
        return STATUS_SUCCESS;
    }
    return nt_account_by_name(text, ret_sid, &account);
}

static NTSTATUS copy_sid(const SID *sid, struct nt_sid *ret_sid)
{
    if (!sid)
        return STATUS_INVALID_PARAMETER;
    if (!nt_sid_check(sid, SECURITY_MAX_SID_SIZE))
        return STATUS_INVALID_SID;
    nt_sid_copy(ret_sid, sid);
    return STATUS_SUCCESS;
}

static NTSTATUS sid_of_trustee(const TRUSTEE_W *trustee, unsigned width, struct nt_sid *ret_sid)
{
    const void *what;

    if (!trustee || trustee->MultipleTrusteeOperation != NO_MULTIPLE_TRUSTEE)
        return STATUS_INVALID_PARAMETER;
    what = trustee->ptstrName;
    switch (trustee->TrusteeForm) {
    case TRUSTEE_IS_SID:
        return copy_sid(what, ret_sid);
    case TRUSTEE_IS_NAME:
        return sid_of_name(what, width, ret_sid);
    case TRUSTEE_IS_OBJECTS_AND_SID:
        if (!what)
            return STATUS_INVALID_PARAMETER;
        if (((const OBJECTS_AND_SID *)what)->ObjectsPresent)
            return STATUS_NOT_SUPPORTED;
        return copy_sid(((const OBJECTS_AND_SID *)what)->pSid, ret_sid);
    case TRUSTEE_IS_OBJECTS_AND_NAME:
        if (!what)
            return STATUS_INVALID_PARAMETER;
        if (((const OBJECTS_AND_NAME_W *)what)->ObjectsPresent)
            return STATUS_NOT_SUPPORTED;
        return sid_of_name(((const OBJECTS_AND_NAME_W *)what)->ptstrName, width, ret_sid);
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

/* --- changing a list ------------------------------------------------------------------------ */

static NTSTATUS read_changes(const EXPLICIT_ACCESS_W *wanted, ULONG n, unsigned width,
                             struct nt_acl_change *changes)
{
    for (ULONG i = 0; i < n; i++) {
        NTSTATUS status = sid_of_trustee(&wanted[i].Trustee, width, &changes[i].sid);

        if (!NT_SUCCESS(status))
            return status;
        changes[i].mode = wanted[i].grfAccessMode;
        changes[i].mask = wanted[i].grfAccessPermissions;
        /* That it is inherited is nothing that a change can say. */
        changes[i].inheritance = wanted[i].grfInheritance & VALID_INHERIT_FLAGS & ~INHERITED_ACE;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS write_list(const struct nt_acl_entries *entries, ACL **ret_acl)
{
    size_t size = nt_acl_entries_size(entries);
    ACL *acl;

    if (size > MOST_BYTES || entries->n > UINT16_MAX)
        return STATUS_INVALID_ACL;
    acl = LocalAlloc(LMEM_FIXED, size);
    if (!acl)
        return STATUS_NO_MEMORY;
    nt_acl_entries_write(entries, acl);
    *ret_acl = acl;
    return STATUS_SUCCESS;
}

static NTSTATUS set_entries(const EXPLICIT_ACCESS_W *wanted, ULONG n, unsigned width,
                            const ACL *old, ACL **ret_acl)
{
    NT_CLEANUP(nt_acl_entries_deinit) struct nt_acl_entries entries = {0};
    NT_CLEANUP(nt_freep) struct nt_acl_change *changes = NULL;
    NTSTATUS status;

    changes = calloc(n ? n : 1, sizeof(*changes));
    if (!changes || !nt_acl_entries_init(&entries, old, n))
        return STATUS_NO_MEMORY;
    status = read_changes(wanted, n, width, changes);
    if (!NT_SUCCESS(status))
        return status;
    for (ULONG i = 0; i < n; i++) {
        if (!nt_acl_entries_change(&entries, &changes[i]))
            return STATUS_INVALID_PARAMETER;
    }
    return write_list(&entries, ret_acl);
}

static DWORD change_list(const EXPLICIT_ACCESS_W *wanted, ULONG n, unsigned width, const ACL *old,
                         ACL **new)
{
    if (!new || (n && !wanted))
        return ERROR_INVALID_PARAMETER;
    if (!is_good(old))
        return ERROR_INVALID_ACL;
    if (!n && !old) {
        *new = NULL;
        return ERROR_SUCCESS;
    }
    return error_of(set_entries(wanted, n, width, old, new));
}

NT_EXPORT DWORD WINAPI SetEntriesInAclA(ULONG n, PEXPLICIT_ACCESS_A wanted, PACL old, PACL *new)
{
    return change_list((const EXPLICIT_ACCESS_W *)wanted, n, 1, old, new);
}

NT_EXPORT DWORD WINAPI SetEntriesInAclW(ULONG n, PEXPLICIT_ACCESS_W wanted, PACL old, PACL *new)
{
    return change_list(wanted, n, NATIVE, old, new);
}

NT_TWIN(DWORD, SetEntriesInAclW, ULONG n, PEXPLICIT_ACCESS_W wanted, PACL old, PACL *new)
{
    return change_list(wanted, n, 2, old, new);
}

/* --- telling a list ------------------------------------------------------------------------- */

/* Ways to say an entry: its modes, and how many. */
static unsigned modes_of(const struct nt_ace *ace, ACCESS_MODE modes[static 2])
{
    unsigned n = 0;

    if (ace->type == ACCESS_ALLOWED_ACE_TYPE)
        modes[n++] = GRANT_ACCESS;
    else if (ace->type == ACCESS_DENIED_ACE_TYPE)
        modes[n++] = DENY_ACCESS;
    if (ace->type == SYSTEM_AUDIT_ACE_TYPE && (ace->flags & SUCCESSFUL_ACCESS_ACE_FLAG))
        modes[n++] = SET_AUDIT_SUCCESS;
    if (ace->type == SYSTEM_AUDIT_ACE_TYPE && (ace->flags & FAILED_ACCESS_ACE_FLAG))
        modes[n++] = SET_AUDIT_FAILURE;
    return n;
}

static EXPLICIT_ACCESS_W explicit_of(const struct nt_ace *ace, ACCESS_MODE mode, SID *sid)
{
    return (EXPLICIT_ACCESS_W){
        .grfAccessPermissions = ace->mask,
        .grfAccessMode = mode,
        .grfInheritance = ace->flags & VALID_INHERIT_FLAGS,
        .Trustee = {.TrusteeForm = TRUSTEE_IS_SID, .ptstrName = (LPWSTR)sid},
    };
}

/* The SIDs lie behind the array, in room that the list's own size bounds. */
static void tell(const ACL *acl, EXPLICIT_ACCESS_W *explicits, ULONG n)
{
    char *sids = (char *)(explicits + n);
    ACCESS_MODE modes[2];
    struct nt_ace ace;
    size_t at = 0;

    while (nt_acl_next(acl, &at, &ace)) {
        unsigned n_modes = modes_of(&ace, modes);

        if (!n_modes)
            continue;
        memcpy(sids, ace.sid, nt_sid_size(ace.sid));
        for (unsigned i = 0; i < n_modes; i++)
            *explicits++ = explicit_of(&ace, modes[i], (SID *)sids);
        sids += nt_sid_size(ace.sid);
    }
}

static DWORD tell_list(const ACL *acl, ULONG *ret_n, EXPLICIT_ACCESS_W **ret_explicits)
{
    EXPLICIT_ACCESS_W *explicits = NULL;
    ACCESS_MODE modes[2];
    struct nt_ace ace;
    size_t at = 0;
    ULONG n = 0;

    if (!ret_n || !ret_explicits)
        return ERROR_INVALID_PARAMETER;
    if (!is_good(acl))
        return ERROR_INVALID_ACL;
    while (acl && nt_acl_next(acl, &at, &ace))
        n += modes_of(&ace, modes);
    if (n) {
        explicits = LocalAlloc(LMEM_FIXED, n * sizeof(*explicits) + acl->AclSize);
        if (!explicits)
            return ERROR_NOT_ENOUGH_MEMORY;
        tell(acl, explicits, n);
    }
    *ret_n = n;
    *ret_explicits = explicits;
    return ERROR_SUCCESS;
}

NT_EXPORT DWORD WINAPI GetExplicitEntriesFromAclA(PACL acl, PULONG n, PEXPLICIT_ACCESS_A *explicits)
{
    return tell_list(acl, n, (EXPLICIT_ACCESS_W **)explicits);
}

NT_EXPORT DWORD WINAPI GetExplicitEntriesFromAclW(PACL acl, PULONG n, PEXPLICIT_ACCESS_W *explicits)
{
    return tell_list(acl, n, explicits);
}

NT_TWIN(DWORD, GetExplicitEntriesFromAclW, PACL acl, PULONG n, PEXPLICIT_ACCESS_W *explicits)
{
    return tell_list(acl, n, explicits);
}

/* --- what a list means for somebody --------------------------------------------------------- */

/* Whom entries are about: a user with its groups, or one SID and Everyone. */
struct who {
    struct nt_sid sid;
    struct nt_identity identity;
    bool is_user;
};

static void who_deinit(struct who *who)
{
    if (who->is_user)
        nt_identity_deinit(&who->identity);
}

static NTSTATUS who_init(struct who *who, const TRUSTEE_W *trustee, unsigned width)
{
    NTSTATUS status = sid_of_trustee(trustee, width, &who->sid);

    if (!NT_SUCCESS(status))
        return status;
    status = nt_account_identity(&who->sid.sid, &who->identity);
    who->is_user = NT_SUCCESS(status);
    return status == STATUS_NONE_MAPPED ? STATUS_SUCCESS : status;
}

static bool is_meant(const struct who *who, const SID *sid)
{
    return nt_sid_equal(&who->sid.sid, sid) || nt_sid_equal(nt_sid_known(NT_SID_EVERYONE), sid) ||
           (who->is_user && nt_identity_has(&who->identity, sid));
}

/* What comes first counts: a bit that is denied is not allowed any more, and the reverse. */
static ACCESS_MASK rights_of(const ACL *acl, const struct who *who)
{
    ACCESS_MASK allowed = 0, denied = 0;
    struct nt_ace ace;
    size_t at = 0;

    if (!acl)
        return ALL_RIGHTS;
    while (nt_acl_next(acl, &at, &ace)) {
        if ((ace.flags & INHERIT_ONLY_ACE) || !ace.sid || !is_meant(who, ace.sid))
            continue;
        if (ace.type == ACCESS_ALLOWED_ACE_TYPE)
            allowed |= ace.mask & ~denied;
        else if (ace.type == ACCESS_DENIED_ACE_TYPE)
            denied |= ace.mask & ~allowed;
    }
    return allowed;
}

static DWORD effective(const ACL *acl, const TRUSTEE_W *trustee, unsigned width,
                       ACCESS_MASK *ret_mask)
{
    NT_CLEANUP(who_deinit) struct who who = {0};
    NTSTATUS status;

    if (!ret_mask)
        return ERROR_INVALID_PARAMETER;
    if (!is_good(acl))
        return ERROR_INVALID_ACL;
    status = who_init(&who, trustee, width);
    if (NT_SUCCESS(status))
        *ret_mask = rights_of(acl, &who);
    return error_of(status);
}

NT_EXPORT DWORD WINAPI GetEffectiveRightsFromAclA(PACL acl, PTRUSTEE_A trustee, PACCESS_MASK mask)
{
    return effective(acl, (const TRUSTEE_W *)trustee, 1, mask);
}

NT_EXPORT DWORD WINAPI GetEffectiveRightsFromAclW(PACL acl, PTRUSTEE_W trustee, PACCESS_MASK mask)
{
    return effective(acl, trustee, NATIVE, mask);
}

NT_TWIN(DWORD, GetEffectiveRightsFromAclW, PACL acl, PTRUSTEE_W trustee, PACCESS_MASK mask)
{
    return effective(acl, trustee, 2, mask);
}

static ACCESS_MASK audited_of(const ACL *acl, const struct who *who, uint8_t flag)
{
    ACCESS_MASK mask = 0;
    struct nt_ace ace;
    size_t at = 0;

    while (acl && nt_acl_next(acl, &at, &ace)) {
        if (ace.type == SYSTEM_AUDIT_ACE_TYPE && (ace.flags & flag) &&
            !(ace.flags & INHERIT_ONLY_ACE) && is_meant(who, ace.sid))
            mask |= ace.mask;
    }
    return mask;
}

static DWORD audited(const ACL *acl, const TRUSTEE_W *trustee, unsigned width,
                     ACCESS_MASK *ret_masks[static 2])
{
    NT_CLEANUP(who_deinit) struct who who = {0};
    NTSTATUS status;

    if (!ret_masks[0] || !ret_masks[1])
        return ERROR_INVALID_PARAMETER;
    if (!is_good(acl))
        return ERROR_INVALID_ACL;
    status = who_init(&who, trustee, width);
    if (NT_SUCCESS(status)) {
        *ret_masks[0] = audited_of(acl, &who, SUCCESSFUL_ACCESS_ACE_FLAG);
        *ret_masks[1] = audited_of(acl, &who, FAILED_ACCESS_ACE_FLAG);
    }
    return error_of(status);
}

NT_EXPORT DWORD WINAPI GetAuditedPermissionsFromAclA(PACL acl, PTRUSTEE_A trustee,
                                                     PACCESS_MASK success, PACCESS_MASK failure)
{
    return audited(acl, (const TRUSTEE_W *)trustee, 1, (ACCESS_MASK *[]){success, failure});
}

NT_EXPORT DWORD WINAPI GetAuditedPermissionsFromAclW(PACL acl, PTRUSTEE_W trustee,
                                                     PACCESS_MASK success, PACCESS_MASK failure)
{
    return audited(acl, trustee, NATIVE, (ACCESS_MASK *[]){success, failure});
}

NT_TWIN(DWORD, GetAuditedPermissionsFromAclW, PACL acl, PTRUSTEE_W trustee, PACCESS_MASK success,
        PACCESS_MASK failure)
{
    return audited(acl, trustee, 2, (ACCESS_MASK *[]){success, failure});
}
