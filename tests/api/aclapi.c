// SPDX-License-Identifier: MIT
/*
 * Lists changed by what they are to say: SetEntriesInAcl, its reverse, and what builds their
 * arguments. Lists are written and compared as text.
 */
#include <string.h>

#include "api/api.h"

#include <aclapi.h>
#include <sddl.h>

#include "harness/test.h"

/* Two SIDs that entries are about: BUILTIN\Users and Everyone. */
static PSID users, everyone;

static void make_sids(void)
{
    require(ConvertStringSidToSidA("S-1-5-32-545", &users));
    require(ConvertStringSidToSidA("S-1-1-0", &everyone));
}

static void free_sids(void)
{
    LocalFree(users);
    LocalFree(everyone);
}

static EXPLICIT_ACCESS_A about(PSID sid, ACCESS_MODE mode, DWORD mask, DWORD inheritance)
{
    EXPLICIT_ACCESS_A change;

    memset(&change, 0, sizeof(change));
    change.grfAccessPermissions = mask;
    change.grfAccessMode = mode;
    change.grfInheritance = inheritance;
    BuildTrusteeWithSidA(&change.Trustee, sid);
    return change;
}

static void ok_list(PACL acl, const char *want)
{
    SECURITY_DESCRIPTOR descriptor;
    char *text = NULL;

    memset(&descriptor, 0, sizeof(descriptor));
    descriptor.Revision = SECURITY_DESCRIPTOR_REVISION;
    descriptor.Control = SE_DACL_PRESENT;
    descriptor.Dacl = acl;
    if (ok_succeeds(ConvertSecurityDescriptorToStringSecurityDescriptorA(
            &descriptor, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text, NULL)))
        ok_str_eq(text, want);
    LocalFree(text);
}

/* One change to the list that @old says makes the one that @want says. */
static void ok_changes(const char *old, EXPLICIT_ACCESS_A change, const char *want)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    PACL list, changed = NULL;

    require(ConvertStringSecurityDescriptorToSecurityDescriptorA(old, SDDL_REVISION_1, &descriptor,
                                                                 NULL));
    list = (PACL)((char *)descriptor + ((SECURITY_DESCRIPTOR_RELATIVE *)descriptor)->Dacl);
    if (ok_eq(SetEntriesInAclA(1, &change, list, &changed), ERROR_SUCCESS)) {
        ok_list(changed, want);
        ok_list(list, old);
    }
    LocalFree(changed);
    LocalFree(descriptor);
}

TEST(no_list_and_no_change_make_no_list, "13.10")
{
    PACL acl = (PACL)(ULONG_PTR)0xdeadbeef;

    ok_eq(SetEntriesInAclA(0, NULL, NULL, &acl), ERROR_SUCCESS);
    ok_ptr_eq(acl, NULL);
}

TEST(no_change_makes_a_copy, "13.36")
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    PACL list, copy = NULL;

    require(ConvertStringSecurityDescriptorToSecurityDescriptorA(
        "D:(D;;GR;;;BU)(A;OI;GA;;;WD)", SDDL_REVISION_1, &descriptor, NULL));
    list = (PACL)((char *)descriptor + ((SECURITY_DESCRIPTOR_RELATIVE *)descriptor)->Dacl);
    ok_eq(SetEntriesInAclA(0, NULL, list, &copy), ERROR_SUCCESS);
    if (ok(copy != NULL))
        ok_list(copy, "D:(D;;GR;;;BU)(A;OI;GA;;;WD)");
    LocalFree(copy);
    LocalFree(descriptor);
}

TEST(a_grant_makes_an_allowing_entry, "13.14")
{
    make_sids();
    ok_changes("D:", about(everyone, GRANT_ACCESS, GENERIC_READ, NO_INHERITANCE), "D:(A;;GR;;;WD)");
    ok_changes(
        "D:", about(everyone, GRANT_ACCESS, GENERIC_READ, SUB_CONTAINERS_AND_OBJECTS_INHERIT),
        "D:(A;OICI;GR;;;WD)");
    ok_changes("D:(A;;GA;;;BU)", about(everyone, GRANT_ACCESS, GENERIC_READ, NO_INHERITANCE),
               "D:(A;;GR;;;WD)(A;;GA;;;BU)");
    free_sids();
}

TEST(a_grant_adds_to_what_there_is, "13.14")
{
    make_sids();
    todo_wine
    {
        ok_changes("D:(A;;GR;;;WD)", about(everyone, GRANT_ACCESS, GENERIC_WRITE, NO_INHERITANCE),
                   "D:(A;;GWGR;;;WD)");
        ok_changes("D:(D;;GWGR;;;WD)(A;;GX;;;WD)",
                   about(everyone, GRANT_ACCESS, GENERIC_WRITE, NO_INHERITANCE),
                   "D:(D;;GR;;;WD)(A;;GXGW;;;WD)");
    }
    free_sids();
}

TEST(a_set_leaves_nothing_else_of_the_trustee, "13.14")
{
    make_sids();
    todo_wine
    {
        ok_changes("D:(D;;GW;;;WD)(A;;GX;;;BU)(A;;GR;;;WD)(A;OI;GR;;;WD)",
                   about(everyone, SET_ACCESS, GENERIC_ALL, NO_INHERITANCE),
                   "D:(A;;GA;;;WD)(A;;GX;;;BU)");
    }
    free_sids();
}

TEST(a_denial_stands_first, "13.14")
{
    make_sids();
    ok_changes("D:(A;;GA;;;BU)", about(everyone, DENY_ACCESS, GENERIC_WRITE, NO_INHERITANCE),
               "D:(D;;GW;;;WD)(A;;GA;;;BU)");
    todo_wine
    {
        ok_changes("D:(D;;GR;;;BU)(D;;GX;;;WD)(A;;GWGR;;;WD)",
                   about(everyone, DENY_ACCESS, GENERIC_WRITE, NO_INHERITANCE),
                   "D:(D;;GR;;;BU)(D;;GXGW;;;WD)(A;;GR;;;WD)");
    }
    free_sids();
}

TEST(a_revocation_takes_all_entries_of_the_trustee, "13.14")
{
    make_sids();
    ok_changes("D:(A;;GX;;;BU)(A;;GR;;;WD)",
               about(everyone, REVOKE_ACCESS, GENERIC_ALL, NO_INHERITANCE), "D:(A;;GX;;;BU)");
    todo_wine
    {
        ok_changes("D:(D;;GR;;;WD)(A;;GX;;;BU)(A;OI;GR;;;WD)",
                   about(everyone, REVOKE_ACCESS, 0, NO_INHERITANCE), "D:(A;;GX;;;BU)");
    }
    free_sids();
}

TEST(what_was_inherited_stays_and_stands_last, "13.14")
{
    make_sids();
    todo_wine
    {
        ok_changes("D:(A;ID;GR;;;WD)", about(everyone, SET_ACCESS, GENERIC_ALL, NO_INHERITANCE),
                   "D:(A;;GA;;;WD)(A;ID;GR;;;WD)");
        ok_changes("D:(A;ID;GR;;;WD)", about(everyone, REVOKE_ACCESS, 0, NO_INHERITANCE),
                   "D:(A;ID;GR;;;WD)");
    }
    free_sids();
}

TEST(an_audit_makes_an_entry_of_its_kind, "13.32")
{
    make_sids();
    todo_wine
    {
        ok_changes("D:(A;;GA;;;BU)",
                   about(everyone, SET_AUDIT_SUCCESS, GENERIC_READ, NO_INHERITANCE),
                   "D:(A;;GA;;;BU)(AU;SA;GR;;;WD)");
        ok_changes("D:(AU;FA;GR;;;WD)",
                   about(everyone, SET_AUDIT_FAILURE, GENERIC_WRITE, NO_INHERITANCE),
                   "D:(AU;FA;GWGR;;;WD)");
    }
    free_sids();
}

/* Each change meets what the one before it has left. */
TEST(changes_are_made_in_their_order, "13.14")
{
    EXPLICIT_ACCESS_A changes[2];
    PACL acl = NULL;

    make_sids();
    changes[0] = about(everyone, GRANT_ACCESS, GENERIC_READ, NO_INHERITANCE);
    changes[1] = about(users, GRANT_ACCESS, GENERIC_ALL, NO_INHERITANCE);
    ok_eq(SetEntriesInAclA(2, changes, NULL, &acl), ERROR_SUCCESS);
    if (ok(acl != NULL))
        ok_eq(acl->AceCount, 2);
    LocalFree(acl);
    free_sids();
}

TEST(a_trustee_may_be_a_name, "13.12")
{
    char name[] = "Everyone", unknown[] = "nobody of this name 123";
    EXPLICIT_ACCESS_A change;
    PACL acl = NULL;

    BuildExplicitAccessWithNameA(&change, name, GENERIC_READ, GRANT_ACCESS, NO_INHERITANCE);
    if (ok_eq(SetEntriesInAclA(1, &change, NULL, &acl), ERROR_SUCCESS))
        ok_list(acl, "D:(A;;GR;;;WD)");
    LocalFree(acl);
    BuildExplicitAccessWithNameA(&change, unknown, GENERIC_READ, GRANT_ACCESS, NO_INHERITANCE);
    acl = NULL;
    todo_wine
    {
        ok_eq(SetEntriesInAclA(1, &change, NULL, &acl), ERROR_NONE_MAPPED);
    }
    ok_ptr_eq(acl, NULL);
}

TEST(a_trustee_may_be_the_caller, "13.12")
{
    WCHAR name[] = L"CURRENT_USER";
    EXPLICIT_ACCESS_W change;
    PACL acl = NULL;

    BuildExplicitAccessWithNameW(&change, name, GENERIC_READ, GRANT_ACCESS, NO_INHERITANCE);
    if (ok_eq(SetEntriesInAclW(1, &change, NULL, &acl), ERROR_SUCCESS))
        ok_eq(acl->AceCount, 1);
    LocalFree(acl);
}

TEST(changes_that_say_nothing_are_refused, "13.14")
{
    EXPLICIT_ACCESS_A change;
    PACL acl = NULL;

    make_sids();
    change = about(everyone, NOT_USED_ACCESS, GENERIC_READ, NO_INHERITANCE);
    ok_eq(SetEntriesInAclA(1, &change, NULL, &acl), ERROR_INVALID_PARAMETER);
    LocalFree(acl);
    acl = NULL;
    change = about(everyone, GRANT_ACCESS, GENERIC_READ, NO_INHERITANCE);
    change.Trustee.TrusteeForm = TRUSTEE_BAD_FORM;
    ok_eq(SetEntriesInAclA(1, &change, NULL, &acl), ERROR_INVALID_PARAMETER);
    change = about(everyone, GRANT_ACCESS, GENERIC_READ, NO_INHERITANCE);
    change.Trustee.MultipleTrusteeOperation = TRUSTEE_IS_IMPERSONATE;
    ok_eq(SetEntriesInAclA(1, &change, NULL, &acl), ERROR_INVALID_PARAMETER);
    LocalFree(acl);
    free_sids();
}

/* --- the reverse ---------------------------------------------------------------------------- */

TEST(the_entries_of_a_list_are_told, "13.14")
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    EXPLICIT_ACCESS_W *told = NULL;
    ULONG n = 77;
    PACL list;

    make_sids();
    require(ConvertStringSecurityDescriptorToSecurityDescriptorA(
        "D:(D;;GR;;;WD)(A;OICI;GA;;;BU)(A;ID;GX;;;WD)", SDDL_REVISION_1, &descriptor, NULL));
    list = (PACL)((char *)descriptor + ((SECURITY_DESCRIPTOR_RELATIVE *)descriptor)->Dacl);
    require(GetExplicitEntriesFromAclW(list, &n, &told) == ERROR_SUCCESS);
    require(n == 3, "%lu entries", (unsigned long)n);
    ok_eq(told[0].grfAccessMode, DENY_ACCESS);
    ok_eq(told[0].grfAccessPermissions, GENERIC_READ);
    ok_eq(told[0].Trustee.TrusteeForm, TRUSTEE_IS_SID);
    ok_mem_eq(told[0].Trustee.ptstrName, everyone, 12);
    ok_eq(told[1].grfAccessMode, GRANT_ACCESS);
    ok_eq(told[1].grfAccessPermissions, GENERIC_ALL);
    ok_eq(told[1].grfInheritance, SUB_CONTAINERS_AND_OBJECTS_INHERIT);
    ok_mem_eq(told[1].Trustee.ptstrName, users, 16);
    ok_eq(told[2].grfInheritance, INHERITED_ACCESS_ENTRY);
    LocalFree(told);
    LocalFree(descriptor);
    free_sids();
}

TEST(an_empty_list_tells_nothing, "13.11")
{
    EXPLICIT_ACCESS_W *told = (EXPLICIT_ACCESS_W *)(ULONG_PTR)0xdeadbeef;
    ACL empty = {ACL_REVISION, 0, sizeof(ACL), 0, 0};
    ULONG n = 77;

    ok_eq(GetExplicitEntriesFromAclW(&empty, &n, &told), ERROR_SUCCESS);
    ok_eq(n, 0);
    ok_ptr_eq(told, NULL);
    if (test_on_wine())
        return;
    n = 77;
    ok_eq(GetExplicitEntriesFromAclW(NULL, &n, &told), ERROR_SUCCESS);
    ok_eq(n, 0);
}

/* --- building ------------------------------------------------------------------------------- */

TEST(trustees_are_filled_in, "13.12")
{
    char name[] = "somebody";
    EXPLICIT_ACCESS_A change;
    TRUSTEE_A trustee;

    make_sids();
    memset(&trustee, 0x55, sizeof(trustee));
    BuildTrusteeWithSidA(&trustee, users);
    ok_ptr_eq(trustee.pMultipleTrustee, NULL);
    ok_eq(trustee.MultipleTrusteeOperation, NO_MULTIPLE_TRUSTEE);
    ok_eq(trustee.TrusteeForm, TRUSTEE_IS_SID);
    ok_eq(trustee.TrusteeType, TRUSTEE_IS_UNKNOWN);
    ok_ptr_eq(trustee.ptstrName, users);
    todo_wine
    {
        ok_ptr_eq(GetTrusteeNameA(&trustee), NULL);
    }
    BuildTrusteeWithNameA(&trustee, name);
    ok_eq(GetTrusteeFormA(&trustee), TRUSTEE_IS_NAME);
    ok_eq(GetTrusteeTypeA(&trustee), TRUSTEE_IS_UNKNOWN);
    ok_ptr_eq(GetTrusteeNameA(&trustee), name);
    BuildExplicitAccessWithNameA(&change, name, 5, SET_ACCESS, INHERIT_ONLY);
    ok_eq(change.grfAccessPermissions, 5);
    ok_eq(change.grfAccessMode, SET_ACCESS);
    ok_eq(change.grfInheritance, INHERIT_ONLY);
    ok_ptr_eq(change.Trustee.ptstrName, name);
    free_sids();
}

TEST(wide_trustees_are_filled_in, "13.12")
{
    WCHAR name[] = L"somebody";
    TRUSTEE_W trustee;

    make_sids();
    memset(&trustee, 0x55, sizeof(trustee));
    BuildTrusteeWithSidW(&trustee, users);
    ok_eq(GetTrusteeFormW(&trustee), TRUSTEE_IS_SID);
    ok_eq(GetTrusteeTypeW(&trustee), TRUSTEE_IS_UNKNOWN);
    todo_wine
    {
        ok_ptr_eq(GetTrusteeNameW(&trustee), NULL);
    }
    BuildTrusteeWithNameW(&trustee, name);
    ok_ptr_eq(GetTrusteeNameW(&trustee), name);
    free_sids();
}
