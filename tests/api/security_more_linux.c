// SPDX-License-Identifier: MIT
/*
 * Security data of which this Wine has only stubs: entries about a part of an object, and the byte
 * of a resource manager; and what NULL does.
 */
#ifndef _WIN32
#    include <string.h>

#    include <ntshm/ntshm.h>

#    include "api/security_kit.h"

/* --- about a part of an object -------------------------------------------------------------- */

static GUID one_guid = {1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}};
static GUID other_guid = {21, 22, 23, {24, 25, 26, 27, 28, 29, 30, 31}};

TEST(object_ace_with_both_guids, "")
{
    union a_sid everyone;
    union a_list list;
    PACL acl = list_in(&list, 256);
    ACCESS_ALLOWED_OBJECT_ACE *ace;

    everyone_in(&everyone);
    ok_succeeds(AddAccessAllowedObjectAce(acl, ACL_REVISION_DS, CONTAINER_INHERIT_ACE, 7, &one_guid,
                                          &other_guid, &everyone));
    ok_succeeds(GetAce(acl, 0, (LPVOID *)&ace));
    ok_eq(ace->Header.AceType, ACCESS_ALLOWED_OBJECT_ACE_TYPE);
    ok_eq(ace->Header.AceFlags, CONTAINER_INHERIT_ACE);
    ok_eq(ace->Header.AceSize, 12 + 32 + 12);
    ok_eq(ace->Mask, 7);
    ok_eq(ace->Flags, ACE_OBJECT_TYPE_PRESENT | ACE_INHERITED_OBJECT_TYPE_PRESENT);
    ok_mem_eq(&ace->ObjectType, &one_guid, sizeof(one_guid));
    ok_mem_eq(&ace->InheritedObjectType, &other_guid, sizeof(other_guid));
    ok(EqualSid(&ace->SidStart, &everyone));
    ok_eq(acl->AclRevision, ACL_REVISION_DS);
    ok(IsValidAcl(acl));
}

TEST(object_ace_with_one_guid_is_shorter, "")
{
    union a_sid everyone;
    union a_list list;
    PACL acl = list_in(&list, 256);
    ACCESS_DENIED_OBJECT_ACE *ace;

    everyone_in(&everyone);
    ok_succeeds(AddAccessDeniedObjectAce(acl, ACL_REVISION_DS, 0, 7, NULL, &other_guid, &everyone));
    ok_succeeds(GetAce(acl, 0, (LPVOID *)&ace));
    ok_eq(ace->Header.AceType, ACCESS_DENIED_OBJECT_ACE_TYPE);
    ok_eq(ace->Header.AceSize, 12 + 16 + 12);
    ok_eq(ace->Flags, ACE_INHERITED_OBJECT_TYPE_PRESENT);
    ok_mem_eq(&ace->ObjectType, &other_guid, sizeof(other_guid));
    ok(EqualSid(&ace->InheritedObjectType, &everyone));
    ok_succeeds(AddAuditAccessObjectAce(acl, ACL_REVISION_DS, 0, 8, &one_guid, NULL, &everyone,
                                        TRUE, FALSE));
    ok_succeeds(GetAce(acl, 1, (LPVOID *)&ace));
    ok_eq(ace->Header.AceType, SYSTEM_AUDIT_OBJECT_ACE_TYPE);
    ok_eq(ace->Header.AceFlags, SUCCESSFUL_ACCESS_ACE_FLAG);
    ok_eq(ace->Flags, ACE_OBJECT_TYPE_PRESENT);
}

TEST(object_ace_without_guids_is_a_plain_one, "")
{
    union a_sid everyone;
    union a_list list;
    PACL acl = list_in(&list, 256);

    everyone_in(&everyone);
    ok_succeeds(AddAccessAllowedObjectAce(acl, ACL_REVISION_DS, 0, 7, NULL, NULL, &everyone));
    ok_succeeds(AddAccessDeniedObjectAce(acl, ACL_REVISION_DS, 0, 8, NULL, NULL, &everyone));
    ok_succeeds(
        AddAuditAccessObjectAce(acl, ACL_REVISION_DS, 0, 9, NULL, NULL, &everyone, FALSE, TRUE));
    ok_ace(acl, 0, ACCESS_ALLOWED_ACE_TYPE, 0, 7, &everyone);
    ok_ace(acl, 1, ACCESS_DENIED_ACE_TYPE, 0, 8, &everyone);
    ok_ace(acl, 2, SYSTEM_AUDIT_ACE_TYPE, FAILED_ACCESS_ACE_FLAG, 9, &everyone);
}

TEST(object_ace_refusals, "")
{
    union a_sid everyone, bad;
    union a_list list;
    PACL acl = list_in(&list, 8 + 40);

    everyone_in(&everyone);
    everyone_in(&bad);
    bad.sid.SubAuthorityCount = 16;
    ok_fails(AddAccessAllowedObjectAce(acl, ACL_REVISION_DS, 0, 7, &one_guid, NULL, &bad),
             ERROR_INVALID_SID);
    ok_fails(
        AddAccessAllowedObjectAce(acl, ACL_REVISION_DS, 0, 7, &one_guid, &other_guid, &everyone),
        ERROR_ALLOTTED_SPACE_EXCEEDED);
    ok_fails(AddAccessDeniedObjectAce(acl, ACL_REVISION, 0, 7, &one_guid, NULL, &everyone),
             ERROR_REVISION_MISMATCH);
    ok_fails(AddAccessDeniedObjectAce(acl, ACL_REVISION_DS, 0x20, 7, &one_guid, NULL, &everyone),
             ERROR_INVALID_PARAMETER);
    ok_fails(
        AddAuditAccessObjectAce(acl, ACL_REVISION_DS, 0x20, 7, &one_guid, NULL, &everyone, 1, 1),
        ERROR_INVALID_PARAMETER);
    ok_eq(count_of(acl), 0);
}

/* --- descriptors --- */

TEST(descriptor_resource_manager_byte, "")
{
    SECURITY_DESCRIPTOR sd;
    UCHAR byte = 0x5A, got = 7;

    ok_succeeds(InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION));
    ok_eq(GetSecurityDescriptorRMControl(&sd, &got), ERROR_INVALID_DATA);
    ok_eq(got, 0);
    ok_eq(SetSecurityDescriptorRMControl(&sd, &byte), ERROR_SUCCESS);
    ok_eq(GetSecurityDescriptorRMControl(&sd, &got), ERROR_SUCCESS);
    ok_eq(got, 0x5A);
    ok_eq(sd.Control, SE_RM_CONTROL_VALID);
    ok_eq(SetSecurityDescriptorRMControl(&sd, NULL), ERROR_SUCCESS);
    ok_eq(sd.Control, 0);
}

/* The byte goes with the descriptor into one block, and out of it. */
TEST(descriptor_resource_manager_byte_in_another_form, "")
{
    DWORD block_size, sd_size = sizeof(SECURITY_DESCRIPTOR), none[4] = {0};
    SECURITY_DESCRIPTOR sd, again;
    union a_block block;
    UCHAR byte = 0x5A, got = 7;

    ok_succeeds(InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION));
    ok_eq(SetSecurityDescriptorRMControl(&sd, &byte), ERROR_SUCCESS);
    block_size = sizeof(block);
    ok_succeeds(MakeSelfRelativeSD(&sd, &block, &block_size));
    ok_eq(block.head.Control, SE_SELF_RELATIVE | SE_RM_CONTROL_VALID);
    ok_eq(GetSecurityDescriptorRMControl(&block, &got), ERROR_SUCCESS);
    ok_eq(got, 0x5A);
    ok_succeeds(MakeAbsoluteSD(&block, &again, &sd_size, NULL, &none[0], NULL, &none[1], NULL,
                               &none[2], NULL, &none[3]));
    ok_eq(again.Control, SE_RM_CONTROL_VALID);
    ok_eq(again.Sbz1, 0x5A);
}

TEST(descriptor_in_a_block_must_have_what_is_required, "")
{
    SECURITY_DESCRIPTOR sd;
    union a_block block;
    DWORD size = sizeof(block);

    ok_succeeds(InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION));
    ok_succeeds(SetSecurityDescriptorDacl(&sd, TRUE, NULL, FALSE));
    ok_succeeds(MakeSelfRelativeSD(&sd, &block, &size));
    ok(RtlValidRelativeSecurityDescriptor(&block, size, DACL_SECURITY_INFORMATION));
    ok(!RtlValidRelativeSecurityDescriptor(&block, size, SACL_SECURITY_INFORMATION));
    ok(!RtlValidRelativeSecurityDescriptor(&block, size, OWNER_SECURITY_INFORMATION));
    ok(!RtlValidRelativeSecurityDescriptor(&block, size, GROUP_SECURITY_INFORMATION));
    block.head.Control = SE_SELF_RELATIVE;
    ok(!RtlValidRelativeSecurityDescriptor(&block, size, DACL_SECURITY_INFORMATION));
}

/* --- SIDs --- */

TEST(sid_domain_has_three_numbers_of_its_own, "")
{
    union a_sid one, other, domain;
    DWORD size = sizeof(domain);
    BOOL equal = 7;

    ok_fails(GetWindowsAccountDomainSid(sid_in(&one, 5, 3, 21u, 11u, 12u), &domain, &size),
             ERROR_NON_ACCOUNT_SID);
    ok_fails(EqualDomainSid(&one, &one, &equal), ERROR_NON_DOMAIN_SID);
    sid_in(&one, 5, 5, 21u, 11u, 12u, 13u, 500u);
    ok_succeeds(EqualDomainSid(&one, sid_in(&other, 5, 2, 32u, 544u), &equal));
    ok_eq(equal, FALSE);
    ok_succeeds(EqualDomainSid(sid_in(&one, 5, 2, 32u, 545u), &other, &equal));
    ok_eq(equal, TRUE);
}

TEST(sid_text_needs_room_for_its_end, "")
{
    WCHAR room[8] = {0, 0, 0, 0, 0, 0, 0, 0x5A};
    UNICODE_STRING string = {.MaximumLength = 7 * sizeof(WCHAR), .Buffer = room};
    union a_sid everyone; /* S-1-1-0 */

    ok_status(RtlConvertSidToUnicodeString(&string, everyone_in(&everyone), FALSE),
              STATUS_BUFFER_OVERFLOW);
    string.MaximumLength = 8 * sizeof(WCHAR);
    ok_status(RtlConvertSidToUnicodeString(&string, &everyone, FALSE), STATUS_SUCCESS);
    ok_eq(string.Length, 7 * sizeof(WCHAR));
    ok_eq(room[7], 0);
}

TEST(sid_of_a_domain_that_is_full, "13.12")
{
    union a_sid domain, made;
    DWORD size = sizeof(made);

    sid_in(&domain, 5, 4, 21u, 1u, 2u, 3u);
    ok_succeeds(CreateWellKnownSid(WinAccountAdministratorSid, &domain, &made, &size));
    ok(IsWellKnownSid(&made, WinAccountAdministratorSid));
    *GetSidSubAuthority(&made, 0) = 22;
    ok(!IsWellKnownSid(&made, WinAccountAdministratorSid), "it is of no domain");
    domain.sid.SubAuthorityCount = SID_MAX_SUB_AUTHORITIES;
    size = sizeof(made);
    ok_fails(CreateWellKnownSid(WinAccountAdministratorSid, &domain, &made, &size),
             ERROR_INVALID_PARAMETER);
}

/* Rights that a mapping leaves generic are none. */
TEST(generic_rights_of_a_mapping_are_dropped, "13.3")
{
    GENERIC_MAPPING mapping = {1 | GENERIC_WRITE, 2, 4, 7};
    DWORD mask = GENERIC_READ;

    MapGenericMask(&mask, &mapping);
    ok_eq(mask, 1);
}

/* --- NULL where something must be --- */

TEST(security_data_that_is_not_there, "")
{
    struct full_descriptor full;
    SECURITY_DESCRIPTOR_CONTROL control;
    SID_IDENTIFIER_AUTHORITY authority = {SECURITY_NT_AUTHORITY};
    union a_list list;
    LPVOID ace;
    DWORD size = 0;
    BOOL flag;

    full_descriptor_init(&full);
    list_in(&list, 64);
    ok_fails(IsValidAcl(NULL), ERROR_INVALID_ACL);
    ok_fails(IsValidSecurityDescriptor(NULL), ERROR_INVALID_SECURITY_DESCR);
    ok_fails(GetLengthSid(NULL), ERROR_INVALID_SID);
    ok_eq(GetSecurityDescriptorLength(NULL), 0);
    ok_fails(CopySid(64, &full.owner, NULL), ERROR_INVALID_SID);
    ok_fails(CopySid(64, NULL, &full.owner), ERROR_NOACCESS);
    ok_fails(InitializeSid(NULL, &authority, 1), ERROR_NOACCESS);
    ok_fails(AllocateAndInitializeSid(&authority, 1, 0, 0, 0, 0, 0, 0, 0, 0, NULL), ERROR_NOACCESS);
    ok_fails(InitializeAcl(NULL, 64, ACL_REVISION), ERROR_NOACCESS);
    ok_fails(AddAccessAllowedAce(NULL, ACL_REVISION, 1, &full.owner), ERROR_INVALID_ACL);
    ok_fails(AddAccessAllowedAce(&list.acl, ACL_REVISION, 1, NULL), ERROR_INVALID_SID);
    ok_fails(AddAce(&list.acl, ACL_REVISION, 0, NULL, 20), ERROR_NOACCESS);
    ok_fails(GetAce(&list.acl, 0, NULL), ERROR_NOACCESS);
    ok_fails(GetAce(NULL, 0, &ace), ERROR_INVALID_PARAMETER);
    ok_fails(DeleteAce(NULL, 0), ERROR_INVALID_PARAMETER);
    ok_fails(FindFirstFreeAce(&list.acl, NULL), ERROR_NOACCESS);
    ok_fails(GetAclInformation(&list.acl, NULL, 64, AclSizeInformation), ERROR_NOACCESS);
    ok_fails(InitializeSecurityDescriptor(NULL, 1), ERROR_NOACCESS);
    ok_fails(SetSecurityDescriptorDacl(NULL, TRUE, NULL, FALSE), ERROR_NOACCESS);
    ok_fails(GetSecurityDescriptorDacl(&full.absolute, &flag, NULL, &flag), ERROR_NOACCESS);
    ok_fails(GetSecurityDescriptorOwner(&full.absolute, NULL, &flag), ERROR_NOACCESS);
    ok_fails(GetSecurityDescriptorControl(&full.absolute, &control, NULL), ERROR_NOACCESS);
    ok_fails(MakeSelfRelativeSD(NULL, NULL, &size), ERROR_NOACCESS);
    ok_fails(MakeSelfRelativeSD(&full.absolute, NULL, NULL), ERROR_NOACCESS);
    size = 4096;
    ok_fails(MakeSelfRelativeSD(&full.absolute, NULL, &size), ERROR_NOACCESS);
    ok_ptr_eq(FreeSid(NULL), NULL);
}

/* The rights that reading and changing a descriptor take. */
TEST(security_information_takes_rights, "13.22 13.23 13.31")
{
    DWORD mask;

    QuerySecurityAccessMask(OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &mask);
    ok_eq(mask, READ_CONTROL);
    QuerySecurityAccessMask(SACL_SECURITY_INFORMATION, &mask);
    ok_eq(mask, ACCESS_SYSTEM_SECURITY);
    SetSecurityAccessMask(DACL_SECURITY_INFORMATION, &mask);
    ok_eq(mask, WRITE_DAC);
    SetSecurityAccessMask(OWNER_SECURITY_INFORMATION, &mask);
    ok_eq(mask, WRITE_OWNER);
    SetSecurityAccessMask(SACL_SECURITY_INFORMATION, &mask);
    ok_eq(mask, ACCESS_SYSTEM_SECURITY);
}

/* No object here has parts: a check by such a list would be a guess. */
TEST(check_of_entries_about_parts_is_refused, "13.14")
{
    GENERIC_MAPPING mapping = {1, 2, 4, 7};
    struct full_descriptor full;
    union a_sid everyone;
    HANDLE primary = NULL, token = NULL;
    PRIVILEGE_SET set;
    DWORD size = sizeof(set), granted = 7;
    BOOL status = 7;

    full_descriptor_init(&full);
    list_in(&full.dacl, 256);
    ok_succeeds(AddAccessAllowedObjectAce(&full.dacl.acl, ACL_REVISION_DS, 0, 7, &one_guid, NULL,
                                          everyone_in(&everyone)));
    ok_succeeds(OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE, &primary));
    ok_succeeds(DuplicateToken(primary, SecurityImpersonation, &token));
    ok_fails(AccessCheck(&full.absolute, token, 1, &mapping, &set, &size, &granted, &status),
             ERROR_INVALID_ACL);
    ok_eq(granted, 7);
    ok_eq(status, 7);
    ok(CloseHandle(token));
    ok(CloseHandle(primary));
}
#endif
