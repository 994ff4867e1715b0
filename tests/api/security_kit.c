// SPDX-License-Identifier: MIT
/*
 * security_kit.h.
 */
#include <stdarg.h>
#include <string.h>

#include "api/security_kit.h"

PSID sid_in(union a_sid *sid, BYTE authority, unsigned n, ...)
{
    SID_IDENTIFIER_AUTHORITY identifier = {{0, 0, 0, 0, 0, authority}};
    va_list numbers;

    require(InitializeSid(sid, &identifier, (BYTE)n), "%u numbers", n);
    va_start(numbers, n);
    for (unsigned i = 0; i < n; i++)
        *GetSidSubAuthority(sid, i) = va_arg(numbers, unsigned);
    va_end(numbers);
    return sid;
}

PSID everyone_in(union a_sid *sid)
{
    return sid_in(sid, 1, 1, 0u);
}

PSID user_in(union a_sid *sid)
{
    return sid_in(sid, 22, 2, 1u, 4711u);
}

PSID group_sid_in(union a_sid *sid)
{
    return sid_in(sid, 22, 2, 2u, 4712u);
}

PSID label_in(union a_sid *sid, DWORD level)
{
    return sid_in(sid, 16, 1, (unsigned)level);
}

PACL list_in(union a_list *list, DWORD size)
{
    memset(list, 0xCC, sizeof(*list));
    require(InitializeAcl(&list->acl, size, ACL_REVISION), "error %lu",
            (unsigned long)GetLastError());
    return &list->acl;
}

void check_ace(const char *file, int line, PACL acl, DWORD index, BYTE type, BYTE flags, DWORD mask,
               PSID sid)
{
    ACCESS_ALLOWED_ACE *ace = NULL;

    test_note("%s:%d: entry %lu", file, line, (unsigned long)index);
    if (!ok_succeeds(GetAce(acl, index, (LPVOID *)&ace)))
        return;
    ok_eq(ace->Header.AceType, type);
    ok_eq(ace->Header.AceFlags, flags);
    ok_eq(ace->Mask, mask);
    ok(EqualSid(&ace->SidStart, sid));
    ok_eq(ace->Header.AceSize, 8 + GetLengthSid(sid));
}

DWORD count_of(PACL acl)
{
    ACL_SIZE_INFORMATION size = {0};

    ok_succeeds(GetAclInformation(acl, &size, sizeof(size), AclSizeInformation));
    return size.AceCount;
}

void full_descriptor_init(struct full_descriptor *full)
{
    union a_sid everyone;
    PACL dacl = list_in(&full->dacl, 64), sacl = list_in(&full->sacl, 128);

    everyone_in(&everyone);
    require(AddAccessAllowedAce(dacl, ACL_REVISION, GENERIC_READ, &everyone) &&
                AddAuditAccessAce(sacl, ACL_REVISION, GENERIC_ALL, &everyone, TRUE, FALSE),
            "error %lu", (unsigned long)GetLastError());
    require(InitializeSecurityDescriptor(&full->absolute, SECURITY_DESCRIPTOR_REVISION) &&
                SetSecurityDescriptorOwner(&full->absolute, user_in(&full->owner), FALSE) &&
                SetSecurityDescriptorGroup(&full->absolute, group_sid_in(&full->group), TRUE) &&
                SetSecurityDescriptorDacl(&full->absolute, TRUE, dacl, FALSE) &&
                SetSecurityDescriptorSacl(&full->absolute, TRUE, sacl, FALSE),
            "error %lu", (unsigned long)GetLastError());
}
