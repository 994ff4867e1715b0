// SPDX-License-Identifier: MIT
/*
 * Entries made of their parts: allow, deny, audit, mandatory label.
 */
#include <string.h>

#include "api/security_kit.h"

TEST(ace_allow_and_deny_in_the_order_of_the_calls, "13.14")
{
    union a_sid everyone, user;
    union a_list list;
    PACL acl = list_in(&list, 256);

    everyone_in(&everyone);
    user_in(&user);
    ok_succeeds(AddAccessAllowedAce(acl, ACL_REVISION, GENERIC_READ, &everyone));
    ok_succeeds(AddAccessDeniedAce(acl, ACL_REVISION, GENERIC_WRITE, &user));
    ok_succeeds(AddAccessAllowedAceEx(acl, ACL_REVISION, VALID_INHERIT_FLAGS, 5, &user));
    ok_succeeds(AddAccessDeniedAceEx(acl, ACL_REVISION, INHERIT_ONLY_ACE, 6, &everyone));
    ok_eq(count_of(acl), 4);
    ok_ace(acl, 0, ACCESS_ALLOWED_ACE_TYPE, 0, GENERIC_READ, &everyone);
    ok_ace(acl, 1, ACCESS_DENIED_ACE_TYPE, 0, GENERIC_WRITE, &user);
    ok_ace(acl, 2, ACCESS_ALLOWED_ACE_TYPE, VALID_INHERIT_FLAGS, 5, &user);
    ok_ace(acl, 3, ACCESS_DENIED_ACE_TYPE, INHERIT_ONLY_ACE, 6, &everyone);
    ok(IsValidAcl(acl));
}

TEST(ace_audit_flags, "")
{
    union a_sid everyone;
    union a_list list;
    PACL acl = list_in(&list, 256);

    everyone_in(&everyone);
    ok_succeeds(AddAuditAccessAce(acl, ACL_REVISION, 1, &everyone, TRUE, FALSE));
    ok_succeeds(AddAuditAccessAce(acl, ACL_REVISION, 2, &everyone, FALSE, TRUE));
    ok_succeeds(
        AddAuditAccessAceEx(acl, ACL_REVISION, CONTAINER_INHERIT_ACE, 3, &everyone, TRUE, TRUE));
    ok_ace(acl, 0, SYSTEM_AUDIT_ACE_TYPE, SUCCESSFUL_ACCESS_ACE_FLAG, 1, &everyone);
    ok_ace(acl, 1, SYSTEM_AUDIT_ACE_TYPE, FAILED_ACCESS_ACE_FLAG, 2, &everyone);
    ok_ace(acl, 2, SYSTEM_AUDIT_ACE_TYPE,
           CONTAINER_INHERIT_ACE | SUCCESSFUL_ACCESS_ACE_FLAG | FAILED_ACCESS_ACE_FLAG, 3,
           &everyone);
}

TEST(ace_mandatory_label, "13.40")
{
    union a_sid low;
    union a_list list;
    PACL acl = list_in(&list, 256);

    label_in(&low, SECURITY_MANDATORY_LOW_RID);
    ok_succeeds(AddMandatoryAce(acl, ACL_REVISION, 0, SYSTEM_MANDATORY_LABEL_NO_WRITE_UP, &low));
    ok_ace(acl, 0, SYSTEM_MANDATORY_LABEL_ACE_TYPE, 0, SYSTEM_MANDATORY_LABEL_NO_WRITE_UP, &low);
}

/* This Wine's AddMandatoryAce looks at neither. */
TEST(ace_mandatory_label_that_is_none, "13.40")
{
    union a_sid low, everyone;
    union a_list list;
    PACL acl = list_in(&list, 256);

    label_in(&low, SECURITY_MANDATORY_LOW_RID);
    todo_wine
    {
        ok_fails(AddMandatoryAce(acl, ACL_REVISION, 0, SYSTEM_MANDATORY_LABEL_VALID_MASK + 1, &low),
                 ERROR_INVALID_PARAMETER);
        ok_fails(AddMandatoryAce(acl, ACL_REVISION, 0, SYSTEM_MANDATORY_LABEL_NO_WRITE_UP,
                                 everyone_in(&everyone)),
                 ERROR_INVALID_PARAMETER);
        ok_eq(count_of(acl), 0);
    }
}

TEST(ace_needs_room, "")
{
    union a_sid everyone;
    union a_list list;
    PACL acl = list_in(&list, 8 + 20 + 16);

    everyone_in(&everyone);
    ok_succeeds(AddAccessAllowedAce(acl, ACL_REVISION, 1, &everyone));
    ok_fails(AddAccessAllowedAce(acl, ACL_REVISION, 2, &everyone), ERROR_ALLOTTED_SPACE_EXCEEDED);
    ok_fails(AddAccessDeniedAce(acl, ACL_REVISION, 2, &everyone), ERROR_ALLOTTED_SPACE_EXCEEDED);
    ok_fails(AddAuditAccessAce(acl, ACL_REVISION, 2, &everyone, TRUE, TRUE),
             ERROR_ALLOTTED_SPACE_EXCEEDED);
    ok_eq(count_of(acl), 1);
    ok_ace(acl, 0, ACCESS_ALLOWED_ACE_TYPE, 0, 1, &everyone);
}

TEST(ace_of_bad_parts_is_refused, "")
{
    union a_sid everyone, bad;
    union a_list list;
    PACL acl = list_in(&list, 128);

    everyone_in(&everyone);
    everyone_in(&bad);
    bad.sid.Revision = 2;
    ok_fails(AddAccessAllowedAce(acl, ACL_REVISION, 1, &bad), ERROR_INVALID_SID);
    ok_fails(AddAccessDeniedAce(acl, ACL_REVISION, 1, &bad), ERROR_INVALID_SID);
    ok_fails(AddAccessAllowedAce(acl, MAX_ACL_REVISION + 1, 1, &everyone), ERROR_REVISION_MISMATCH);
    todo_wine ok_fails(AddAccessAllowedAceEx(acl, ACL_REVISION, 0x20, 1, &everyone),
                       ERROR_INVALID_PARAMETER);
    todo_wine ok_fails(
        AddAccessAllowedAceEx(acl, ACL_REVISION, SUCCESSFUL_ACCESS_ACE_FLAG, 1, &everyone),
        ERROR_INVALID_PARAMETER);
    todo_wine ok_eq(count_of(acl), 0);
    acl->AclRevision = 7;
    todo_wine ok_fails(AddAccessAllowedAce(acl, ACL_REVISION, 1, &everyone), ERROR_INVALID_ACL);
}

TEST(ace_raises_the_revision, "")
{
    union a_sid everyone;
    union a_list list;
    PACL acl = list_in(&list, 128);

    everyone_in(&everyone);
    ok_succeeds(AddAccessAllowedAce(acl, ACL_REVISION_DS, 1, &everyone));
    ok_eq(acl->AclRevision, ACL_REVISION_DS);
    ok_succeeds(AddAccessAllowedAce(acl, ACL_REVISION, 1, &everyone));
    ok_eq(acl->AclRevision, ACL_REVISION_DS);
}
