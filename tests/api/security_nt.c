// SPDX-License-Identifier: MIT
/*
 * The Nt layer of security data: the same functions with a status for the last error, and those
 * that Win32 does not have.
 */
#include <string.h>

#include "api/security_kit.h"

static SID_IDENTIFIER_AUTHORITY nt_authority = {SECURITY_NT_AUTHORITY};

/* RtlCopySid and RtlInitializeSid of this Wine return a BOOLEAN. */
TEST(rtl_sids, "")
{
    union a_sid a, b;
    PSID sid = NULL;

    memset(&b, 0, sizeof(b));
    ok_status(RtlAllocateAndInitializeSid(&nt_authority, 2, 32, 544, 0, 0, 0, 0, 0, 0, &sid),
              STATUS_SUCCESS);
    ok(RtlValidSid(sid));
    ok_eq(RtlLengthSid(sid), 16);
    ok_eq(RtlLengthRequiredSid(2), 16);
    ok(RtlEqualSid(sid, sid_in(&a, 5, 2, 32u, 544u)));
    ok(RtlEqualPrefixSid(sid, sid_in(&a, 5, 2, 32u, 545u)));
    ok(!RtlEqualSid(sid, &a));
    ok_eq(*RtlSubAuthorityCountSid(sid), 2);
    ok_eq(*RtlSubAuthoritySid(sid, 1), 544);
    ok_mem_eq(RtlIdentifierAuthoritySid(sid), &nt_authority, sizeof(nt_authority));
    todo_wine ok_status(RtlCopySid(16, &b, sid), STATUS_SUCCESS);
    ok(RtlEqualSid(sid, &b));
    todo_wine ok_status(RtlCopySid(15, &b, sid), STATUS_BUFFER_TOO_SMALL);
    RtlFreeSid(sid);
    ok_status(RtlAllocateAndInitializeSid(&nt_authority, 9, 1, 2, 3, 4, 5, 6, 7, 8, &sid),
              STATUS_INVALID_SID);
    todo_wine ok_status(RtlInitializeSid(&a, &nt_authority, 1), STATUS_SUCCESS);
    ok(!RtlValidSid(NULL));
}

TEST(rtl_sid_as_text, "")
{
    static const WCHAR want[] = L"S-1-5-32-544";
    WCHAR buffer[64];
    UNICODE_STRING string = {.MaximumLength = sizeof(buffer), .Buffer = buffer};
    union a_sid sid;

    sid_in(&sid, 5, 2, 32u, 544u);
    memset(buffer, 0xCC, sizeof(buffer));
    ok_status(RtlConvertSidToUnicodeString(&string, &sid, FALSE), STATUS_SUCCESS);
    ok_eq(string.Length, sizeof(want) - sizeof(WCHAR));
    ok_mem_eq(buffer, want, sizeof(want));
    string.MaximumLength = sizeof(want) - sizeof(WCHAR) - 2;
    ok_status(RtlConvertSidToUnicodeString(&string, &sid, FALSE), STATUS_BUFFER_OVERFLOW);
    ok_status(RtlConvertSidToUnicodeString(&string, &sid, TRUE), STATUS_SUCCESS);
    ok_ptr_ne(string.Buffer, buffer);
    ok_eq(string.Length, sizeof(want) - sizeof(WCHAR));
    ok_mem_eq(string.Buffer, want, sizeof(want));
    RtlFreeUnicodeString(&string);
    ok_ptr_eq(string.Buffer, NULL);
    sid.sid.Revision = 2;
    todo_wine ok_status(RtlConvertSidToUnicodeString(&string, &sid, TRUE), STATUS_INVALID_SID);
}

TEST(rtl_lists, "13.14")
{
    ACL_SIZE_INFORMATION size = {0};
    union a_sid everyone;
    union a_list list;
    PVOID ace = NULL;

    everyone_in(&everyone);
    ok_status(RtlCreateAcl(&list.acl, 4, ACL_REVISION), STATUS_BUFFER_TOO_SMALL);
    ok_status(RtlCreateAcl(&list.acl, 128, 7), STATUS_INVALID_PARAMETER);
    ok_status(RtlCreateAcl(&list.acl, 128, ACL_REVISION), STATUS_SUCCESS);
    ok(RtlValidAcl(&list.acl));
    ok_status(RtlAddAccessAllowedAce(&list.acl, ACL_REVISION, 1, &everyone), STATUS_SUCCESS);
    ok_status(RtlAddAccessDeniedAceEx(&list.acl, ACL_REVISION, INHERIT_ONLY_ACE, 2, &everyone),
              STATUS_SUCCESS);
    ok_ace(&list.acl, 0, ACCESS_ALLOWED_ACE_TYPE, 0, 1, &everyone);
    ok_ace(&list.acl, 1, ACCESS_DENIED_ACE_TYPE, INHERIT_ONLY_ACE, 2, &everyone);
    ok_status(RtlGetAce(&list.acl, 0, &ace), STATUS_SUCCESS);
    ok_ptr_eq(ace, &list.acl + 1);
    ok_status(RtlGetAce(&list.acl, 2, &ace), STATUS_INVALID_PARAMETER);
    ok(RtlFirstFreeAce(&list.acl, (PVOID)&ace));
    ok_ptr_eq(ace, list.room + 2 + 10);
    ok_status(RtlQueryInformationAcl(&list.acl, &size, sizeof(size), AclSizeInformation),
              STATUS_SUCCESS);
    ok_eq(size.AceCount, 2);
    ok_eq(size.AclBytesInUse, 48);
    ok_status(RtlDeleteAce(&list.acl, 0), STATUS_SUCCESS);
    ok_status(RtlDeleteAce(&list.acl, 1), STATUS_INVALID_PARAMETER);
    ok_ace(&list.acl, 0, ACCESS_DENIED_ACE_TYPE, INHERIT_ONLY_ACE, 2, &everyone);
}

TEST(rtl_descriptors, "13.9 13.33")
{
    struct full_descriptor full;
    union a_block block;
    SECURITY_DESCRIPTOR sd;
    BOOLEAN present = 7, defaulted = 7;
    ULONG size = 0;
    PACL acl = NULL;
    PSID sid = NULL;

    full_descriptor_init(&full);
    ok_status(RtlCreateSecurityDescriptor(&sd, 2), STATUS_UNKNOWN_REVISION);
    ok_status(RtlCreateSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION), STATUS_SUCCESS);
    todo_wine ok(RtlValidSecurityDescriptor(&sd)); /* 0, a success there */
    ok_status(RtlSetOwnerSecurityDescriptor(&sd, &full.owner, FALSE), STATUS_SUCCESS);
    ok_status(RtlSetGroupSecurityDescriptor(&sd, &full.group, TRUE), STATUS_SUCCESS);
    ok_status(RtlSetDaclSecurityDescriptor(&sd, TRUE, &full.dacl.acl, FALSE), STATUS_SUCCESS);
    ok_status(RtlGetOwnerSecurityDescriptor(&sd, &sid, &defaulted), STATUS_SUCCESS);
    ok_ptr_eq(sid, &full.owner);
    ok_eq(defaulted, FALSE);
    ok_status(RtlGetGroupSecurityDescriptor(&sd, &sid, &defaulted), STATUS_SUCCESS);
    ok_ptr_eq(sid, &full.group);
    ok_eq(defaulted, TRUE);
    ok_status(RtlGetDaclSecurityDescriptor(&sd, &present, &acl, &defaulted), STATUS_SUCCESS);
    ok_ptr_eq(acl, &full.dacl);
    ok_status(RtlGetSaclSecurityDescriptor(&sd, &present, &acl, &defaulted), STATUS_SUCCESS);
    ok_eq(present, FALSE);
    ok_status(RtlAbsoluteToSelfRelativeSD(&sd, NULL, &size), STATUS_BUFFER_TOO_SMALL);
    ok_eq(size, 20 + 16 + 16 + 64);
    ok_status(RtlAbsoluteToSelfRelativeSD(&sd, &block, &size), STATUS_SUCCESS);
    ok_status(RtlAbsoluteToSelfRelativeSD(&block, &block, &size), STATUS_BAD_DESCRIPTOR_FORMAT);
    ok_eq(RtlLengthSecurityDescriptor(&block), size);
    ok(RtlValidRelativeSecurityDescriptor(&block, size, OWNER_SECURITY_INFORMATION));
    sd.Revision = 9;
    ok_status(RtlGetDaclSecurityDescriptor(&sd, &present, &acl, &defaulted),
              STATUS_UNKNOWN_REVISION);
}

/* This Wine does not look into a block. */
TEST(rtl_block_from_anywhere, "")
{
    struct full_descriptor full;
    union a_block block;
    ULONG size = sizeof(block);

    full_descriptor_init(&full);
    ok_status(RtlAbsoluteToSelfRelativeSD(&full.absolute, &block, &size), STATUS_SUCCESS);
    size = RtlLengthSecurityDescriptor(&block);
    ok(RtlValidRelativeSecurityDescriptor(&block, size, 0));
    todo_wine ok(!RtlValidRelativeSecurityDescriptor(&block, 19, 0));
    todo_wine
    {
        for (ULONG less = 20; less < size; less += 4)
            ok(!RtlValidRelativeSecurityDescriptor(&block, less, 0), "%lu bytes",
               (unsigned long)less);
        block.head.Owner = size - 4;
        ok(!RtlValidRelativeSecurityDescriptor(&block, size, 0));
        block.head.Owner = 0xFFFFFFF0;
        ok(!RtlValidRelativeSecurityDescriptor(&block, size, 0));
    }
    block.head.Owner = 0;
    ok(RtlValidRelativeSecurityDescriptor(&block, size, DACL_SECURITY_INFORMATION));
    todo_wine ok(!RtlValidRelativeSecurityDescriptor(&block, size, OWNER_SECURITY_INFORMATION));
}

TEST(rtl_masks, "13.3")
{
    GENERIC_MAPPING mapping = {1, 2, 4, 7};
    ACCESS_MASK mask = GENERIC_READ | GENERIC_WRITE | 0x10;

    RtlMapGenericMask(&mask, &mapping);
    ok_eq(mask, 0x13);
    ok(RtlAreAllAccessesGranted(3, 1));
    ok(!RtlAreAllAccessesGranted(1, 3));
    ok(RtlAreAnyAccessesGranted(1, 3));
    ok(!RtlAreAnyAccessesGranted(1, 2));
}

TEST(nt_access_check_tells_two_statuses, "13.14")
{
    GENERIC_MAPPING mapping = {1, 2, 4, 7};
    struct full_descriptor full;
    HANDLE primary = NULL, token = NULL;
    PRIVILEGE_SET set;
    ULONG size = sizeof(set);
    ACCESS_MASK granted = 7;
    NTSTATUS status = 7;
    union a_sid everyone;

    full_descriptor_init(&full);
    ok_status(RtlCreateAcl(&full.dacl.acl, 64, ACL_REVISION), STATUS_SUCCESS);
    ok_status(RtlAddAccessAllowedAce(&full.dacl.acl, ACL_REVISION, 1, everyone_in(&everyone)),
              STATUS_SUCCESS);
    ok_succeeds(OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE, &primary));
    ok_succeeds(DuplicateToken(primary, SecurityIdentification, &token));
    ok_status(NtAccessCheck(&full.absolute, token, 1, &mapping, &set, &size, &granted, &status),
              STATUS_SUCCESS);
    ok_status(status, STATUS_SUCCESS);
    ok_eq(granted, 1);
    ok_status(NtAccessCheck(&full.absolute, token, 3, &mapping, &set, &size, &granted, &status),
              STATUS_SUCCESS);
    ok_status(status, STATUS_ACCESS_DENIED);
    ok_eq(granted, 0);
    granted = 7;
    ok_status(
        NtAccessCheck(&full.absolute, token, GENERIC_ALL, &mapping, &set, &size, &granted, &status),
        STATUS_GENERIC_NOT_MAPPED);
    ok_eq(granted, 7);
    ok(CloseHandle(token));
    ok(CloseHandle(primary));
}
