// SPDX-License-Identifier: MIT
/*
 * The system's users and groups as accounts: S-1-22-1-UID in the domain "Unix User", S-1-22-2-GID
 * in "Unix Group".
 */
#ifndef _WIN32
#    include <grp.h>
#    include <pwd.h>
#    include <stdio.h>
#    include <string.h>
#    include <unistd.h>

#    include <windows.h>
#    include <aclapi.h>
#    include <sddl.h>

#    include "harness/test.h"

#    define NOBODY_HAS 4000000001u

struct account {
    char name[300], domain[300], sid[64];
    SID_NAME_USE use;
};

static BOOL by_sid(const char *text, struct account *account)
{
    DWORD name_size = sizeof(account->name), domain_size = sizeof(account->domain);
    PSID sid = NULL;
    DWORD error;
    BOOL done;

    require(ConvertStringSidToSidA(text, &sid));
    SetLastError(0);
    done = LookupAccountSidA("", sid, account->name, &name_size, account->domain, &domain_size,
                             &account->use);
    error = GetLastError();
    LocalFree(sid);
    SetLastError(error);
    return done;
}

static BOOL by_name(const char *name, struct account *account)
{
    DWORD sid_size = SECURITY_MAX_SID_SIZE, domain_size = sizeof(account->domain);
    char sid[SECURITY_MAX_SID_SIZE], *text = NULL;

    if (!LookupAccountNameA(NULL, name, sid, &sid_size, account->domain, &domain_size,
                            &account->use))
        return FALSE;
    require(ConvertSidToStringSidA(sid, &text));
    snprintf(account->sid, sizeof(account->sid), "%s", text);
    LocalFree(text);
    return TRUE;
}

TEST(a_user_is_found_by_sid_and_by_name, "13.8 13.12")
{
    const struct passwd *user = getpwuid(geteuid());
    char sid[40], name[300];
    struct account account;

    if (!user)
        skip("this user has no name");
    snprintf(sid, sizeof(sid), "S-1-22-1-%u", (unsigned)user->pw_uid);
    if (ok_succeeds(by_sid(sid, &account))) {
        ok_str_eq(account.name, user->pw_name);
        ok_str_eq(account.domain, "Unix User");
        ok_eq(account.use, SidTypeUser);
    }
    snprintf(name, sizeof(name), "Unix User\\%s", user->pw_name);
    if (ok_succeeds(by_name(name, &account)))
        ok_str_eq(account.sid, sid);
    if (ok_succeeds(by_name(user->pw_name, &account))) {
        ok_str_eq(account.sid, sid);
        ok_str_eq(account.domain, "Unix User");
    }
}

TEST(a_group_is_found_by_sid_and_by_name, "13.8")
{
    const struct group *group = getgrgid(0);
    char name[300];
    struct account account;

    if (!group)
        skip("group 0 has no name");
    if (ok_succeeds(by_sid("S-1-22-2-0", &account))) {
        ok_str_eq(account.name, group->gr_name);
        ok_str_eq(account.domain, "Unix Group");
        ok_eq(account.use, SidTypeGroup);
    }
    snprintf(name, sizeof(name), "unix group\\%s", group->gr_name);
    if (ok_succeeds(by_name(name, &account)))
        ok_str_eq(account.sid, "S-1-22-2-0");
}

/* A domain that is a computer's name holds both; a user comes before a group of the same name. */
TEST(this_computer_is_a_domain_of_users_and_groups, "13.8")
{
    char computer[256], name[600];
    DWORD size = sizeof(computer);
    struct account account;

    if (!getpwnam("root") || !getgrnam("root"))
        skip("there is no root");
    require(GetComputerNameA(computer, &size));
    snprintf(name, sizeof(name), "%s\\root", computer);
    if (ok_succeeds(by_name(name, &account)))
        ok_str_eq(account.sid, "S-1-22-1-0");
    if (ok_succeeds(by_name("Unix Group\\root", &account)))
        ok_str_eq(account.sid, "S-1-22-2-0");
}

TEST(numbers_without_a_name_are_not_mapped, "13.8")
{
    struct account account;
    char sid[40];

    for (unsigned kind = 1; kind <= 2; kind++) {
        snprintf(sid, sizeof(sid), "S-1-22-%u-%u", kind, NOBODY_HAS);
        ok_fails(by_sid(sid, &account), ERROR_NONE_MAPPED);
    }
    ok_fails(by_sid("S-1-22-1-0-0", &account), ERROR_NONE_MAPPED);
    ok_fails(by_name("Unix User\\no such user", &account), ERROR_NONE_MAPPED);
    ok_fails(by_name("no such domain\\root", &account), ERROR_NONE_MAPPED);
}

/* Nobody is an account of a domain here. */
TEST(accounts_of_a_domain_have_no_name, "13.12")
{
    struct account account;

    ok_fails(by_sid("S-1-5-21-0-0-0-500", &account), ERROR_NONE_MAPPED);
    ok_fails(by_name("Domain Admins", &account), ERROR_NONE_MAPPED);
}

/* --- who gets what -------------------------------------------------------------------------- */

static ACL *dacl_of(const char *text, PSECURITY_DESCRIPTOR *ret_descriptor)
{
    require(ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1,
                                                                 ret_descriptor, NULL),
            "%s", text);
    return (ACL *)((char *)*ret_descriptor +
                   ((SECURITY_DESCRIPTOR_RELATIVE *)*ret_descriptor)->Dacl);
}

static ACCESS_MASK rights_of(const char *text, char *name)
{
    ACCESS_MASK mask = 0xdead;
    PSECURITY_DESCRIPTOR descriptor;
    ACL *dacl = dacl_of(text, &descriptor);
    TRUSTEE_A trustee;

    BuildTrusteeWithNameA(&trustee, name);
    ok_eq(GetEffectiveRightsFromAclA(dacl, &trustee, &mask), ERROR_SUCCESS);
    LocalFree(descriptor);
    return mask;
}

TEST(a_user_has_the_rights_of_its_groups, "13.14")
{
    const struct passwd *user = getpwuid(geteuid());
    char current[] = "CURRENT_USER", text[128];

    if (!user)
        skip("this user has no name");
    snprintf(text, sizeof(text),
             "D:(A;;0x1;;;S-1-22-1-%u)(A;;0x2;;;S-1-22-2-%u)(A;;0x4;;;AU)"
             "(A;;0x8;;;S-1-22-1-%u)(A;IO;0x10;;;WD)",
             (unsigned)user->pw_uid, (unsigned)user->pw_gid, NOBODY_HAS);
    ok_eq(rights_of(text, current), 0x7);
    ok_eq(rights_of(text, user->pw_name), 0x7);
}

TEST(what_comes_first_counts, "13.14")
{
    char current[] = "CURRENT_USER";

    ok_eq(rights_of("D:(A;;0x3;;;WD)(D;;0x5;;;WD)(A;;0xF;;;WD)", current), 0xB);
    ok_eq(rights_of("D:(D;;0x1;;;WD)(A;;0x3;;;WD)", current), 0x2);
    ok_eq(rights_of("D:", current), 0);
}

TEST(a_sid_that_is_no_user_counts_with_everyone, "13.14")
{
    PSECURITY_DESCRIPTOR descriptor;
    ACL *dacl = dacl_of("D:(A;;0x1;;;WD)(A;;0x2;;;BU)(A;;0x4;;;AU)", &descriptor);
    ACCESS_MASK mask = 0xdead;
    TRUSTEE_A trustee;
    PSID users = NULL;

    require(ConvertStringSidToSidA("BU", &users));
    BuildTrusteeWithSidA(&trustee, users);
    ok_eq(GetEffectiveRightsFromAclA(dacl, &trustee, &mask), ERROR_SUCCESS);
    ok_eq(mask, 0x3);
    ok_eq(GetEffectiveRightsFromAclA(NULL, &trustee, &mask), ERROR_SUCCESS);
    ok_eq(mask, GENERIC_ALL | STANDARD_RIGHTS_ALL | SPECIFIC_RIGHTS_ALL);
    ok_eq(GetEffectiveRightsFromAclA(dacl, &trustee, NULL), ERROR_INVALID_PARAMETER);
    dacl->AclRevision = 77;
    ok_eq(GetEffectiveRightsFromAclA(dacl, &trustee, &mask), ERROR_INVALID_ACL);
    LocalFree(users);
    LocalFree(descriptor);
}

TEST(audited_rights_are_of_success_and_failure, "13.32")
{
    PSECURITY_DESCRIPTOR descriptor;
    ACL *list = dacl_of("D:(AU;SA;0x1;;;WD)(AU;FA;0x2;;;WD)(AU;SAFA;0x4;;;WD)(AU;SA;0x8;;;BU)",
                        &descriptor);
    ACCESS_MASK success = 0, failure = 0;
    char everyone[] = "Everyone";
    TRUSTEE_A trustee;

    BuildTrusteeWithNameA(&trustee, everyone);
    ok_eq(GetAuditedPermissionsFromAclA(list, &trustee, &success, &failure), ERROR_SUCCESS);
    ok_eq(success, 0x5);
    ok_eq(failure, 0x6);
    ok_eq(GetAuditedPermissionsFromAclA(list, &trustee, NULL, &failure), ERROR_INVALID_PARAMETER);
    LocalFree(descriptor);
}

/* --- room ----------------------------------------------------------------------------------- */

TEST(a_name_needs_room_for_its_end, "13.12 13.27")
{
    DWORD name_size = 6, domain_size = 64, sid_size = 11;
    char name[64], domain[64];
    PSID system = NULL;
    SID_NAME_USE use;

    require(ConvertStringSidToSidA("SY", &system));
    ok_fails(LookupAccountSidA(NULL, system, name, &name_size, domain, &domain_size, &use),
             ERROR_INSUFFICIENT_BUFFER);
    ok_eq(name_size, sizeof("SYSTEM"));
    ok_eq(domain_size, sizeof("NT AUTHORITY"));
    ok_succeeds(LookupAccountSidA(NULL, system, name, &name_size, domain, &domain_size, &use));
    ok_str_eq(name, "SYSTEM");
    domain_size = 64;
    memset(name, 0x5A, sizeof(name));
    ok_fails(LookupAccountNameA(NULL, "SYSTEM", name, &sid_size, domain, &domain_size, &use),
             ERROR_INSUFFICIENT_BUFFER);
    ok_eq(sid_size, 12);
    ok_eq(name[0], 0x5A);
    LocalFree(system);
}

/* --- lists under change --------------------------------------------------------------------- */

/* One change for Everyone to the list that @old says makes the one that @want says. */
static void ok_changes(const char *old, ACCESS_MODE mode, DWORD mask, DWORD inheritance,
                       const char *want)
{
    SECURITY_DESCRIPTOR changed = {.Revision = SECURITY_DESCRIPTOR_REVISION,
                                   .Control = SE_DACL_PRESENT};
    PSECURITY_DESCRIPTOR descriptor;
    char everyone[] = "Everyone", *text = NULL;
    EXPLICIT_ACCESS_A change;

    BuildExplicitAccessWithNameA(&change, everyone, mask, mode, inheritance);
    ok_eq(SetEntriesInAclA(1, &change, dacl_of(old, &descriptor), &changed.Dacl), ERROR_SUCCESS);
    if (ok_succeeds(ConvertSecurityDescriptorToStringSecurityDescriptorA(
            &changed, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text, NULL)))
        ok_str_eq(text, want);
    LocalFree(text);
    LocalFree(changed.Dacl);
    LocalFree(descriptor);
}

TEST(an_entry_that_says_nothing_any_more_goes, "13.14")
{
    ok_changes("D:(D;;CC;;;WD)", GRANT_ACCESS, 1, NO_INHERITANCE, "D:(A;;CC;;;WD)");
    ok_changes("D:(A;;CC;;;WD)", DENY_ACCESS, 1, NO_INHERITANCE, "D:(D;;CC;;;WD)");
    ok_changes("D:(A;;CCDC;;;WD)", DENY_ACCESS, 1, NO_INHERITANCE, "D:(D;;CC;;;WD)(A;;DC;;;WD)");
}

TEST(what_is_inherited_in_another_way_stays, "13.14")
{
    ok_changes("D:(D;OI;CC;;;WD)", GRANT_ACCESS, 1, NO_INHERITANCE, "D:(D;OI;CC;;;WD)(A;;CC;;;WD)");
    ok_changes("D:(D;OI;CC;;;WD)", GRANT_ACCESS, 1, OBJECT_INHERIT_ACE, "D:(A;OI;CC;;;WD)");
}

/* That it came from a parent is nothing that a program can say of its own entry. */
TEST(a_change_is_never_inherited, "13.14")
{
    ok_changes("D:(A;;CC;;;BU)", GRANT_ACCESS, 2, INHERITED_ACE | CONTAINER_INHERIT_ACE,
               "D:(A;CI;DC;;;WD)(A;;CC;;;BU)");
}

/* More than 65,535 bytes are no list; nothing is given. */
TEST(a_list_that_grows_too_long_is_not_made, "13.14")
{
    enum { N = 2740 }; /* of 24 bytes */
    static struct {
        DWORD head[2], sub[2];
    } sids[N];
    static EXPLICIT_ACCESS_A changes[N];
    ACL *made = NULL;

    for (DWORD i = 0; i < N; i++) {
        SID_IDENTIFIER_AUTHORITY unix_authority = {{0, 0, 0, 0, 0, 22}};

        require(InitializeSid(&sids[i], &unix_authority, 2));
        *GetSidSubAuthority(&sids[i], 0) = 1;
        *GetSidSubAuthority(&sids[i], 1) = i;
        changes[i] = (EXPLICIT_ACCESS_A){.grfAccessPermissions = 1, .grfAccessMode = GRANT_ACCESS};
        BuildTrusteeWithSidA(&changes[i].Trustee, &sids[i]);
    }
    ok_eq(SetEntriesInAclA(N, changes, NULL, &made), ERROR_INVALID_ACL);
    ok_ptr_eq(made, NULL);
    if (ok_eq(SetEntriesInAclA(2730, changes, NULL, &made), ERROR_SUCCESS))
        ok_eq(made->AclSize, 8 + 2730 * 24);
    LocalFree(made);
}
#endif
