// SPDX-License-Identifier: MIT
/*
 * Access control lists: made, told, and changed by whole entries. Entries made of their parts are
 * in security_ace.c.
 */
#include <string.h>

#include "api/security_kit.h"

TEST(acl_initialized_empty, "")
{
    union a_list list;

    memset(&list, 0xCC, sizeof(list));
    ok_succeeds(InitializeAcl(&list.acl, 64, ACL_REVISION));
    ok_eq(list.acl.AclRevision, ACL_REVISION);
    ok_eq(list.acl.AclSize, 64);
    ok_eq(list.acl.AceCount, 0);
    ok_eq(list.acl.Sbz1 | list.acl.Sbz2, 0);
    ok_eq(list.room[2], 0xCCCCCCCC);
    ok(IsValidAcl(&list.acl));
}

TEST(acl_bounds_of_size_and_revision, "")
{
    union a_list list;

    ok_fails(InitializeAcl(&list.acl, sizeof(ACL) - 1, ACL_REVISION), ERROR_INSUFFICIENT_BUFFER);
    ok_fails(InitializeAcl(&list.acl, 0, ACL_REVISION), ERROR_INSUFFICIENT_BUFFER);
    ok_fails(InitializeAcl(&list.acl, 0xFFFFFFFF, ACL_REVISION), ERROR_INVALID_PARAMETER);
    ok_fails(InitializeAcl(&list.acl, 0x10000, ACL_REVISION), ERROR_INVALID_PARAMETER);
    ok_fails(InitializeAcl(&list.acl, 64, ACL_REVISION1), ERROR_INVALID_PARAMETER);
    ok_fails(InitializeAcl(&list.acl, 64, MAX_ACL_REVISION + 1), ERROR_INVALID_PARAMETER);
    ok_fails(InitializeAcl(&list.acl, 64, (DWORD)-1), ERROR_INVALID_PARAMETER);
    for (DWORD revision = ACL_REVISION2; revision <= ACL_REVISION4; revision++) {
        ok_succeeds(InitializeAcl(&list.acl, 64, revision));
        ok_eq(list.acl.AclRevision, revision);
        ok(IsValidAcl(&list.acl));
    }
    ok_succeeds(InitializeAcl(&list.acl, sizeof(ACL), ACL_REVISION));
}

/* Entries are multiples of 4 long. */
TEST(acl_size_is_rounded_down, "")
{
    union a_list list;

    ok_succeeds(InitializeAcl(&list.acl, 67, ACL_REVISION));
    todo_wine ok_eq(list.acl.AclSize, 64);
}

TEST(acl_damaged_is_not_valid, "")
{
    union a_sid everyone;
    union a_list list;
    ACCESS_ALLOWED_ACE *ace;
    PACL acl = list_in(&list, 64);

    ok_succeeds(AddAccessAllowedAce(acl, ACL_REVISION, 1, everyone_in(&everyone)));
    ok_succeeds(GetAce(acl, 0, (LPVOID *)&ace));
    ok(IsValidAcl(acl));
    acl->AceCount = 2; /* the rest is no entry */
    memset((BYTE *)ace + ace->Header.AceSize, 0, 16);
    todo_wine ok(!IsValidAcl(acl));
    acl->AceCount = 1;
    ace->Header.AceSize = 64; /* behind the end */
    ok(!IsValidAcl(acl));
    ace->Header.AceSize = 20;
    ok(IsValidAcl(acl));
    acl->AclRevision = 1;
    ok(!IsValidAcl(acl));
    acl->AclRevision = ACL_REVISION;
    acl->AclSize = 4;
    ok(!IsValidAcl(acl));
}

TEST(acl_tells_revision_and_size, "")
{
    union a_sid everyone;
    union a_list list;
    PACL acl = list_in(&list, 64);
    ACL_REVISION_INFORMATION revision = {0};
    ACL_SIZE_INFORMATION size = {0};

    ok_succeeds(AddAccessAllowedAce(acl, ACL_REVISION, 1, everyone_in(&everyone)));
    ok_succeeds(GetAclInformation(acl, &revision, sizeof(revision), AclRevisionInformation));
    ok_eq(revision.AclRevision, ACL_REVISION);
    ok_succeeds(GetAclInformation(acl, &size, sizeof(size), AclSizeInformation));
    ok_eq(size.AceCount, 1);
    ok_eq(size.AclBytesInUse, 28);
    ok_eq(size.AclBytesFree, 36);
    todo_wine ok_fails(GetAclInformation(acl, &size, sizeof(size) - 1, AclSizeInformation),
                       ERROR_INSUFFICIENT_BUFFER);
    todo_wine ok_fails(
        GetAclInformation(acl, &revision, sizeof(revision) - 1, AclRevisionInformation),
        ERROR_INSUFFICIENT_BUFFER);
    ok_fails(GetAclInformation(acl, &size, sizeof(size), (ACL_INFORMATION_CLASS)7),
             ERROR_INVALID_PARAMETER);
    acl->AclRevision = 1;
    todo_wine ok_fails(GetAclInformation(acl, &size, sizeof(size), AclSizeInformation),
                       ERROR_INVALID_PARAMETER);
}

/* This Wine's SetAclInformation does nothing. */
TEST(acl_revision_is_only_raised, "")
{
    union a_list list;
    PACL acl = list_in(&list, 64);
    ACL_REVISION_INFORMATION revision = {ACL_REVISION_DS};

    todo_wine
    {
        ok_succeeds(SetAclInformation(acl, &revision, sizeof(revision), AclRevisionInformation));
        ok_eq(acl->AclRevision, ACL_REVISION_DS);
        revision.AclRevision = ACL_REVISION;
        ok_fails(SetAclInformation(acl, &revision, sizeof(revision), AclRevisionInformation),
                 ERROR_INVALID_PARAMETER);
        revision.AclRevision = MAX_ACL_REVISION + 1;
        ok_fails(SetAclInformation(acl, &revision, sizeof(revision), AclRevisionInformation),
                 ERROR_INVALID_PARAMETER);
        ok_fails(SetAclInformation(acl, &revision, sizeof(revision) - 1, AclRevisionInformation),
                 ERROR_INSUFFICIENT_BUFFER);
        ok_fails(SetAclInformation(acl, &revision, sizeof(revision), AclSizeInformation),
                 ERROR_INVALID_PARAMETER);
    }
}

/* Three entries, told apart by their masks. */
static PACL three_in(union a_list *list)
{
    union a_sid everyone;
    PACL acl = list_in(list, 256);

    everyone_in(&everyone);
    for (DWORD mask = 1; mask <= 3; mask++)
        ok_succeeds(AddAccessAllowedAce(acl, ACL_REVISION, mask, &everyone));
    return acl;
}

static void check_masks(PACL acl, const char *digits)
{
    ACCESS_ALLOWED_ACE *ace;

    ok_eq(count_of(acl), strlen(digits));
    for (DWORD i = 0; digits[i]; i++) {
        if (ok_succeeds(GetAce(acl, i, (LPVOID *)&ace)))
            ok_eq(ace->Mask, (DWORD)(digits[i] - '0'));
    }
}

TEST(acl_entries_got_by_index, "13.14")
{
    union a_list list;
    PACL acl = three_in(&list);
    LPVOID ace = NULL;

    check_masks(acl, "123");
    ok_succeeds(GetAce(acl, 0, &ace));
    ok_ptr_eq(ace, acl + 1); /* in the list itself */
    ok_fails(GetAce(acl, 3, &ace), ERROR_INVALID_PARAMETER);
    ok_fails(GetAce(acl, MAXDWORD, &ace), ERROR_INVALID_PARAMETER);
}

TEST(acl_entries_deleted, "13.14")
{
    union a_list list;
    PACL acl = three_in(&list);
    ACL_SIZE_INFORMATION size = {0};

    ok_succeeds(DeleteAce(acl, 1));
    check_masks(acl, "13");
    ok_succeeds(GetAclInformation(acl, &size, sizeof(size), AclSizeInformation));
    ok_eq(size.AclBytesInUse, 8 + 2 * 20);
    ok_fails(DeleteAce(acl, 2), ERROR_INVALID_PARAMETER);
    ok_succeeds(DeleteAce(acl, 1));
    ok_succeeds(DeleteAce(acl, 0));
    check_masks(acl, "");
    ok_fails(DeleteAce(acl, 0), ERROR_INVALID_PARAMETER);
}

/* This Wine's AddAce knows no place but the end. */
TEST(acl_entries_inserted, "13.14")
{
    union a_list from, list, other;
    PACL source = three_in(&from), acl = list_in(&list, 256);
    LPVOID aces;

    ok_succeeds(GetAce(source, 1, &aces));
    ok_succeeds(AddAce(acl, ACL_REVISION, MAXDWORD, aces, 40));
    check_masks(acl, "23");
    ok_succeeds(GetAce(source, 0, &aces));
    ok_succeeds(AddAce(acl, ACL_REVISION, 0, aces, 20));
    todo_wine check_masks(acl, "123");
    ok_succeeds(AddAce(acl, ACL_REVISION, 1, aces, 20));
    todo_wine check_masks(acl, "1123");
    ok_succeeds(AddAce(acl, ACL_REVISION, 99, aces, 20));
    todo_wine check_masks(acl, "11231");

    acl = list_in(&other, 8 + 20 + 16);
    ok_succeeds(AddAce(acl, ACL_REVISION, 0, aces, 20));
    todo_wine ok_fails(AddAce(acl, ACL_REVISION, 0, aces, 20), ERROR_INSUFFICIENT_BUFFER);
    check_masks(acl, "1");
}

TEST(acl_entries_that_are_none_are_not_inserted, "")
{
    union a_list from, list;
    PACL source = three_in(&from), acl = list_in(&list, 256);
    LPVOID aces;

    ok_succeeds(GetAce(source, 0, &aces));
    todo_wine ok_fails(AddAce(acl, ACL_REVISION, 0, aces, 30), ERROR_INVALID_PARAMETER);
    acl = list_in(&list, 256);
    ((ACE_HEADER *)aces)->AceSize = 24;
    todo_wine ok_fails(AddAce(acl, ACL_REVISION, 0, aces, 20), ERROR_INVALID_PARAMETER);
    todo_wine check_masks(acl, "");
#ifndef _WIN32 /* This Wine would walk it for ever. */
    ((ACE_HEADER *)aces)->AceSize = 0;
    ok_fails(AddAce(acl, ACL_REVISION, 0, aces, 20), ERROR_INVALID_PARAMETER);
    check_masks(acl, "");
#endif
}

TEST(acl_first_free_place, "")
{
    union a_sid everyone;
    union a_list list;
    PACL acl = list_in(&list, 8 + 20);
    LPVOID place = NULL;

    ok_succeeds(FindFirstFreeAce(acl, &place));
    ok_ptr_eq(place, acl + 1);
    ok_succeeds(AddAccessAllowedAce(acl, ACL_REVISION, 1, everyone_in(&everyone)));
    place = acl;
    ok(FindFirstFreeAce(acl, &place)); /* full to the byte */
    todo_wine ok_ptr_eq(place, NULL);
    acl->AceCount = 5;
    place = acl;
    ok(!FindFirstFreeAce(acl, &place));
    ok_ptr_eq(place, NULL);
}
