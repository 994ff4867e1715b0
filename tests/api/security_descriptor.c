// SPDX-License-Identifier: MIT
/*
 * Security descriptors part by part: initialised, set, told, of both forms.
 */
#include <string.h>

#include "api/security_kit.h"

/* Bytes in use of the lists of a full_descriptor: the header, and one entry. */
#define USED 28

/* The parts of a descriptor that has them all. */
static void check_parts(PSECURITY_DESCRIPTOR sd, const struct full_descriptor *full)
{
    PSID sid = NULL;
    PACL acl = NULL;
    BOOL present = 7, defaulted = 7;

    ok_succeeds(GetSecurityDescriptorOwner(sd, &sid, &defaulted));
    ok(EqualSid(sid, (PSID)&full->owner));
    ok_eq(defaulted, FALSE);
    ok_succeeds(GetSecurityDescriptorGroup(sd, &sid, &defaulted));
    ok(EqualSid(sid, (PSID)&full->group));
    ok_eq(defaulted, TRUE);
    ok_succeeds(GetSecurityDescriptorDacl(sd, &present, &acl, &defaulted));
    ok_eq(present, TRUE);
    ok_eq(defaulted, FALSE);
    ok_mem_eq(acl, &full->dacl, USED);
    ok_succeeds(GetSecurityDescriptorSacl(sd, &present, &acl, &defaulted));
    ok_eq(present, TRUE);
    ok_mem_eq(acl, &full->sacl, USED);
}

TEST(descriptor_initialized_with_nothing_in_it, "13.9")
{
    SECURITY_DESCRIPTOR sd;
    SECURITY_DESCRIPTOR_CONTROL control = 7;
    DWORD revision = 7;
    PSID sid = &sd;
    PACL acl = (PACL)&sd;
    BOOL present = 7, defaulted = 7;

    memset(&sd, 0xCC, sizeof(sd));
    ok_succeeds(InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION));
    ok_succeeds(GetSecurityDescriptorControl(&sd, &control, &revision));
    ok_eq(control, 0);
    ok_eq(revision, SECURITY_DESCRIPTOR_REVISION);
    ok_succeeds(GetSecurityDescriptorOwner(&sd, &sid, &defaulted));
    ok_ptr_eq(sid, NULL);
    ok_eq(defaulted, FALSE);
    sid = &sd;
    ok_succeeds(GetSecurityDescriptorGroup(&sd, &sid, &defaulted));
    ok_ptr_eq(sid, NULL);
    defaulted = 7;
    ok_succeeds(GetSecurityDescriptorDacl(&sd, &present, &acl, &defaulted));
    ok_eq(present, FALSE);
    ok_ptr_eq(acl, NULL);
    ok_eq(defaulted, FALSE);
    present = 7;
    ok_succeeds(GetSecurityDescriptorSacl(&sd, &present, &acl, &defaulted));
    ok_eq(present, FALSE);
    ok(IsValidSecurityDescriptor(&sd));
}

TEST(descriptor_revision_must_be_1, "13.33")
{
    SECURITY_DESCRIPTOR sd;
    SECURITY_DESCRIPTOR_CONTROL control = 7;
    DWORD revision = 7;
    PSID sid = NULL;
    PACL acl = NULL;
    BOOL flag, defaulted;

    ok_fails(InitializeSecurityDescriptor(&sd, 0), ERROR_UNKNOWN_REVISION);
    ok_fails(InitializeSecurityDescriptor(&sd, 2), ERROR_UNKNOWN_REVISION);
    ok_succeeds(InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION));
    sd.Revision = 5;
    ok_fails(GetSecurityDescriptorControl(&sd, &control, &revision), ERROR_UNKNOWN_REVISION);
    ok_eq(revision, 5);
    ok_eq(control, 7);
    ok_fails(SetSecurityDescriptorOwner(&sd, NULL, FALSE), ERROR_UNKNOWN_REVISION);
    ok_fails(SetSecurityDescriptorGroup(&sd, NULL, FALSE), ERROR_UNKNOWN_REVISION);
    ok_fails(SetSecurityDescriptorDacl(&sd, TRUE, NULL, FALSE), ERROR_UNKNOWN_REVISION);
    ok_fails(SetSecurityDescriptorSacl(&sd, TRUE, NULL, FALSE), ERROR_UNKNOWN_REVISION);
    todo_wine ok_fails(GetSecurityDescriptorOwner(&sd, &sid, &defaulted), ERROR_UNKNOWN_REVISION);
    todo_wine ok_fails(GetSecurityDescriptorGroup(&sd, &sid, &defaulted), ERROR_UNKNOWN_REVISION);
    ok_fails(GetSecurityDescriptorDacl(&sd, &flag, &acl, &defaulted), ERROR_UNKNOWN_REVISION);
    ok_fails(GetSecurityDescriptorSacl(&sd, &flag, &acl, &defaulted), ERROR_UNKNOWN_REVISION);
    ok(!IsValidSecurityDescriptor(&sd));
}

TEST(descriptor_parts_of_both_forms, "")
{
    struct full_descriptor full;
    union a_block block;
    DWORD size = sizeof(block);

    full_descriptor_init(&full);
    check_parts(&full.absolute, &full);
    ok_eq(full.absolute.Control, SE_DACL_PRESENT | SE_SACL_PRESENT | SE_GROUP_DEFAULTED);
    ok_succeeds(MakeSelfRelativeSD(&full.absolute, &block, &size));
    check_parts(&block, &full);
    ok_eq(block.head.Control,
          SE_DACL_PRESENT | SE_SACL_PRESENT | SE_GROUP_DEFAULTED | SE_SELF_RELATIVE);
}

TEST(descriptor_parts_taken_back, "13.9 13.10")
{
    struct full_descriptor full;
    BOOL present = 7, defaulted = 7;
    PACL acl = NULL;
    PSID sid = NULL;

    full_descriptor_init(&full);
    ok_succeeds(SetSecurityDescriptorDacl(&full.absolute, FALSE, NULL, FALSE));
    ok_succeeds(GetSecurityDescriptorDacl(&full.absolute, &present, &acl, &defaulted));
    ok_eq(present, FALSE);
    ok_succeeds(SetSecurityDescriptorDacl(&full.absolute, TRUE, NULL, TRUE));
    acl = (PACL)&full;
    ok_succeeds(GetSecurityDescriptorDacl(&full.absolute, &present, &acl, &defaulted));
    ok_eq(present, TRUE);
    ok_ptr_eq(acl, NULL);
    ok_eq(defaulted, TRUE);
    ok_succeeds(SetSecurityDescriptorSacl(&full.absolute, FALSE, NULL, FALSE));
    ok_succeeds(GetSecurityDescriptorSacl(&full.absolute, &present, &acl, &defaulted));
    ok_eq(present, FALSE);
    ok_succeeds(SetSecurityDescriptorOwner(&full.absolute, NULL, TRUE));
    sid = &full;
    ok_succeeds(GetSecurityDescriptorOwner(&full.absolute, &sid, &defaulted));
    ok_ptr_eq(sid, NULL);
    ok_eq(defaulted, TRUE);
    ok_succeeds(SetSecurityDescriptorGroup(&full.absolute, &full.owner, FALSE));
    ok_succeeds(GetSecurityDescriptorGroup(&full.absolute, &sid, &defaulted));
    ok_ptr_eq(sid, &full.owner);
    ok_eq(defaulted, FALSE);
}

TEST(descriptor_in_one_block_is_not_set, "")
{
    struct full_descriptor full;
    union a_block block, before;
    DWORD size = sizeof(block);

    full_descriptor_init(&full);
    ok_succeeds(MakeSelfRelativeSD(&full.absolute, &block, &size));
    before = block;
    ok_fails(SetSecurityDescriptorOwner(&block, &full.owner, FALSE), ERROR_INVALID_SECURITY_DESCR);
    ok_fails(SetSecurityDescriptorGroup(&block, &full.owner, FALSE), ERROR_INVALID_SECURITY_DESCR);
    ok_fails(SetSecurityDescriptorDacl(&block, TRUE, NULL, FALSE), ERROR_INVALID_SECURITY_DESCR);
    ok_fails(SetSecurityDescriptorSacl(&block, TRUE, NULL, FALSE), ERROR_INVALID_SECURITY_DESCR);
    ok_mem_eq(&block, &before, size);
}

#define FREE_BITS                                                                   \
    (SE_DACL_AUTO_INHERIT_REQ | SE_SACL_AUTO_INHERIT_REQ | SE_DACL_AUTO_INHERITED | \
     SE_SACL_AUTO_INHERITED | SE_DACL_PROTECTED | SE_SACL_PROTECTED | 0x00C0)

TEST(descriptor_control_bits, "")
{
    SECURITY_DESCRIPTOR sd;
    SECURITY_DESCRIPTOR_CONTROL control = 7;
    DWORD revision;

    ok_succeeds(InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION));
    for (unsigned i = 0; i < 16; i++) {
        SECURITY_DESCRIPTOR_CONTROL bit = (SECURITY_DESCRIPTOR_CONTROL)(1u << i);

        test_note("bit %u", i);
        if (!(FREE_BITS & bit)) {
            ok_fails(SetSecurityDescriptorControl(&sd, bit, bit), ERROR_INVALID_PARAMETER);
            ok_fails(SetSecurityDescriptorControl(&sd, bit, 0), ERROR_INVALID_PARAMETER);
            continue;
        }
        ok_succeeds(SetSecurityDescriptorControl(&sd, bit, bit));
        ok_succeeds(GetSecurityDescriptorControl(&sd, &control, &revision));
        ok_eq(control, bit);
        ok_succeeds(SetSecurityDescriptorControl(&sd, bit, 0));
        ok_succeeds(GetSecurityDescriptorControl(&sd, &control, &revision));
        ok_eq(control, 0);
    }
}

/* This Wine leaves such bits out. */
TEST(descriptor_control_bits_not_of_interest, "")
{
    SECURITY_DESCRIPTOR sd;

    ok_succeeds(InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION));
    todo_wine ok_fails(
        SetSecurityDescriptorControl(&sd, SE_DACL_PROTECTED, SE_DACL_PROTECTED | SE_SACL_PROTECTED),
        ERROR_INVALID_PARAMETER);
    todo_wine ok_eq(sd.Control, 0);
}

/* This Wine looks at the revision only. */
TEST(descriptor_validity_is_that_of_its_parts, "")
{
    struct full_descriptor full;

    full_descriptor_init(&full);
    ok(IsValidSecurityDescriptor(&full.absolute));
    full.owner.sid.Revision = 2;
    todo_wine ok(!IsValidSecurityDescriptor(&full.absolute));
    full.owner.sid.Revision = SID_REVISION;
    full.group.sid.SubAuthorityCount = 16;
    todo_wine ok(!IsValidSecurityDescriptor(&full.absolute));
    full.group.sid.SubAuthorityCount = 2;
    full.dacl.acl.AclRevision = 1;
    todo_wine ok(!IsValidSecurityDescriptor(&full.absolute));
    full.dacl.acl.AclRevision = ACL_REVISION;
    full.sacl.acl.AclSize = 4;
    todo_wine ok(!IsValidSecurityDescriptor(&full.absolute));
}

TEST(descriptor_that_is_not_valid_tells_why, "")
{
    struct full_descriptor full;

    full_descriptor_init(&full);
    full.dacl.acl.AclRevision = 1;
    todo_wine ok_fails(IsValidSecurityDescriptor(&full.absolute), ERROR_INVALID_SECURITY_DESCR);
}
