// SPDX-License-Identifier: MIT
/*
 * What a token tells about its bearer, what can be set in it, and copies that threads use for
 * themselves.
 */
#include <stddef.h>
#include <string.h>

#include "api/api.h"
#include "harness/test.h"

#define CHANGE_NOTIFY 23

/* Room for an answer, aligned for what is in it. */
typedef union {
    TOKEN_USER user;
    TOKEN_GROUPS groups;
    TOKEN_OWNER owner;
    TOKEN_PRIMARY_GROUP group;
    TOKEN_DEFAULT_DACL dacl;
    TOKEN_MANDATORY_LABEL label;
    TOKEN_STATISTICS statistics;
    TOKEN_PRIVILEGES privileges;
    TOKEN_SOURCE source;
    DWORD number;
    char bytes[4096];
} answer;

static HANDLE open_token(DWORD access)
{
    HANDLE token = NULL;

    require(OpenProcessToken(GetCurrentProcess(), access, &token), "error %lu",
            (unsigned long)GetLastError());
    return token;
}

/* All of the answer fits; its size is what the call without a buffer said. */
static DWORD ask(HANDLE token, TOKEN_INFORMATION_CLASS what, answer *is)
{
    DWORD size = 0, needed = 0;

    memset(is, 0, sizeof(*is));
    ok_fails(GetTokenInformation(token, what, NULL, 0, &needed), ERROR_INSUFFICIENT_BUFFER);
    ok_fails(GetTokenInformation(token, what, is, needed - 1, &size), ERROR_INSUFFICIENT_BUFFER);
    ok_eq(size, needed);
    ok_succeeds(GetTokenInformation(token, what, is, needed, &size));
    ok_eq(size, needed);
    return size;
}

static BOOL is_inside(const answer *is, DWORD size, const void *pointer)
{
    return (const char *)pointer >= is->bytes && (const char *)pointer < is->bytes + size;
}

static TOKEN_TYPE type_of(HANDLE token)
{
    TOKEN_TYPE type = 0;
    DWORD size;

    ok_succeeds(GetTokenInformation(token, TokenType, &type, sizeof(type), &size));
    return type;
}

static DWORD level_of(HANDLE token)
{
    DWORD level = 77, size;

    ok_succeeds(GetTokenInformation(token, TokenImpersonationLevel, &level, sizeof(level), &size));
    return level;
}

static HANDLE copy_of(HANDLE token, SECURITY_IMPERSONATION_LEVEL level, TOKEN_TYPE type)
{
    HANDLE copy = NULL;

    require(DuplicateTokenEx(token, TOKEN_ALL_ACCESS, NULL, level, type, &copy), "error %lu",
            (unsigned long)GetLastError());
    return copy;
}

static BOOL is_enabled(HANDLE token, DWORD privilege)
{
    answer is;
    DWORD size;

    ok_succeeds(GetTokenInformation(token, TokenPrivileges, &is, sizeof(is), &size));
    for (DWORD i = 0; i < is.privileges.PrivilegeCount; i++) {
        LUID_AND_ATTRIBUTES *one = &is.privileges.Privileges[0] + i;

        if (one->Luid.LowPart == privilege)
            return (one->Attributes & SE_PRIVILEGE_ENABLED) != 0;
    }
    return 2;
}

static void set_enabled(HANDLE token, DWORD privilege, BOOL enabled)
{
    TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1};

    wanted.Privileges[0].Luid.LowPart = privilege;
    wanted.Privileges[0].Attributes = enabled ? SE_PRIVILEGE_ENABLED : 0;
    ok_succeeds(AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL));
}

/* --- who ------------------------------------------------------------------------------------ */

TEST(a_token_tells_its_user, "13.12")
{
    HANDLE token = open_token(TOKEN_QUERY);
    answer is;
    DWORD size = ask(token, TokenUser, &is);

    ok(is_inside(&is, size, is.user.User.Sid));
    ok(IsValidSid(is.user.User.Sid));
    ok_eq(is.user.User.Attributes, 0);
    ok_eq(size, sizeof(TOKEN_USER) + GetLengthSid(is.user.User.Sid));
    ok_succeeds(CloseHandle(token));
}

TEST(a_token_tells_its_groups, "13.12")
{
    SID everyone = {.Revision = 1,
                    .SubAuthorityCount = 1,
                    .IdentifierAuthority = {SECURITY_WORLD_SID_AUTHORITY}};
    HANDLE token = open_token(TOKEN_QUERY);
    TOKEN_STATISTICS statistics;
    answer is;
    DWORD size = ask(token, TokenGroups, &is), bytes;
    BOOL found = FALSE;

    ok(is.groups.GroupCount > 1);
    for (DWORD i = 0; i < is.groups.GroupCount; i++) {
        SID_AND_ATTRIBUTES *one = &is.groups.Groups[0] + i;

        ok(is_inside(&is, size, one->Sid));
        ok(IsValidSid(one->Sid));
        if (EqualSid(one->Sid, &everyone)) {
            found = TRUE;
            ok(one->Attributes & SE_GROUP_ENABLED);
        }
    }
    ok(found);
    ok_succeeds(
        GetTokenInformation(token, TokenStatistics, &statistics, sizeof(statistics), &bytes));
    ok_eq(statistics.GroupCount, is.groups.GroupCount);
    ok_succeeds(CloseHandle(token));
}

/* The user, or a group that may own: whoever creates. */
TEST(a_token_tells_who_owns_what_is_created, "13.8 13.12")
{
    HANDLE token = open_token(TOKEN_QUERY);
    answer owner, group, dacl;
    DWORD size;
    BOOL member = FALSE, found = FALSE;

    size = ask(token, TokenOwner, &owner);
    ok(is_inside(&owner, size, owner.owner.Owner));
    ok_eq(size, sizeof(TOKEN_OWNER) + GetLengthSid(owner.owner.Owner));
    ok_succeeds(CheckTokenMembership(NULL, owner.owner.Owner, &member));
    ok_eq(member, TRUE);
    size = ask(token, TokenPrimaryGroup, &group);
    ok(is_inside(&group, size, group.group.PrimaryGroup));
    ok(IsValidSid(group.group.PrimaryGroup));
    size = ask(token, TokenDefaultDacl, &dacl);
    require(is_inside(&dacl, size, dacl.dacl.DefaultDacl));
    ok(IsValidAcl(dacl.dacl.DefaultDacl));
    for (DWORD i = 0; i < dacl.dacl.DefaultDacl->AceCount; i++) {
        ACCESS_ALLOWED_ACE *ace;

        ok_succeeds(GetAce(dacl.dacl.DefaultDacl, i, (void **)&ace));
        ok_eq(ace->Header.AceType, ACCESS_ALLOWED_ACE_TYPE);
        found = found || EqualSid(&ace->SidStart, owner.owner.Owner);
    }
    ok(found);
    ok_succeeds(CloseHandle(token));
}

TEST(a_token_tells_its_integrity, "13.40")
{
    HANDLE token = open_token(TOKEN_QUERY);
    answer is;
    DWORD size = ask(token, TokenIntegrityLevel, &is), level;

    ok(is_inside(&is, size, is.label.Label.Sid));
    ok_eq(is.label.Label.Attributes, SE_GROUP_INTEGRITY | SE_GROUP_INTEGRITY_ENABLED);
    ok_eq(*GetSidSubAuthorityCount(is.label.Label.Sid), 1);
    level = *GetSidSubAuthority(is.label.Label.Sid, 0);
    ok(level == SECURITY_MANDATORY_MEDIUM_RID || level == SECURITY_MANDATORY_HIGH_RID);
    ok_succeeds(CloseHandle(token));
}

TEST(a_token_tells_more_numbers, "")
{
    HANDLE token = open_token(TOKEN_QUERY | TOKEN_QUERY_SOURCE);
    DWORD number = 77, size;
    answer is;

    ok_succeeds(GetTokenInformation(token, TokenSessionId, &number, sizeof(number), &size));
    ok_eq(size, sizeof(number));
    ok(number <= 1);
    todo_wine /* not implemented there */
    {
        ok_succeeds(GetTokenInformation(token, TokenSource, &is, sizeof(is.source), &size));
        number = 77;
        ok_succeeds(
            GetTokenInformation(token, TokenHasRestrictions, &number, sizeof(number), &size));
        ok_eq(number, 0);
        ok_succeeds(
            GetTokenInformation(token, TokenMandatoryPolicy, &number, sizeof(number), &size));
        ok_succeeds(GetTokenInformation(token, TokenRestrictedSids, &is, sizeof(is), &size));
        ok_eq(is.groups.GroupCount, 0);
    }
    SetLastError(0xdeadbeef);
    ok_eq(IsTokenRestricted(token), FALSE);
    ok_succeeds(CloseHandle(token));
    token = open_token(TOKEN_QUERY);
    todo_wine ok_fails(GetTokenInformation(token, TokenSource, &is, sizeof(is.source), &size),
                       ERROR_ACCESS_DENIED);
    ok_succeeds(CloseHandle(token));
}

TEST(membership_is_asked_of_impersonation_tokens, "")
{
    SID nobody = {.Revision = 1,
                  .SubAuthorityCount = 1,
                  .IdentifierAuthority = {SECURITY_NULL_SID_AUTHORITY}};
    HANDLE token = open_token(TOKEN_QUERY | TOKEN_DUPLICATE);
    HANDLE copy = copy_of(token, SecurityIdentification, TokenImpersonation);
    BOOL member = 77;
    answer is;

    ask(token, TokenUser, &is);
    ok_succeeds(CheckTokenMembership(NULL, is.user.User.Sid, &member));
    todo_wine ok_eq(member, TRUE); /* it looks at the groups only */
    ok_succeeds(CheckTokenMembership(copy, is.user.User.Sid, &member));
    todo_wine ok_eq(member, TRUE);
    ok_succeeds(CheckTokenMembership(copy, &nobody, &member));
    ok_eq(member, FALSE);
    ok_fails(CheckTokenMembership(token, is.user.User.Sid, &member), ERROR_NO_IMPERSONATION_TOKEN);
    ok_succeeds(CloseHandle(copy));
    ok_succeeds(CloseHandle(token));
}

/* --- copies --------------------------------------------------------------------------------- */

TEST(a_copy_of_a_token_is_another_one, "")
{
    HANDLE token = open_token(TOKEN_ALL_ACCESS);
    HANDLE copy = copy_of(token, SecurityImpersonation, TokenImpersonation), same = NULL;
    TOKEN_STATISTICS first, second;
    OBJECT_BASIC_INFORMATION basic;
    answer mine, its;
    DWORD size;

    ok_eq(type_of(copy), TokenImpersonation);
    ok_eq(level_of(copy), SecurityImpersonation);
    ok_succeeds(GetTokenInformation(token, TokenStatistics, &first, sizeof(first), &size));
    ok_succeeds(GetTokenInformation(copy, TokenStatistics, &second, sizeof(second), &size));
    ok(memcmp(&first.TokenId, &second.TokenId, sizeof(LUID)) != 0);
    ok_mem_eq(&first.AuthenticationId, &second.AuthenticationId, sizeof(LUID));
    ok_eq(second.ImpersonationLevel, SecurityImpersonation);
    ask(token, TokenUser, &mine);
    ask(copy, TokenUser, &its);
    ok(EqualSid(mine.user.User.Sid, its.user.User.Sid));
    ok_fails(CompareObjectHandles(token, copy), ERROR_NOT_SAME_OBJECT);
    /* What is enabled in one is not in the other. */
    set_enabled(copy, CHANGE_NOTIFY, FALSE);
    ok_eq(is_enabled(copy, CHANGE_NOTIFY), FALSE);
    ok_eq(is_enabled(token, CHANGE_NOTIFY), TRUE);
    /* 0 means the rights of the handle. */
    ok_succeeds(CloseHandle(token));
    token = open_token(TOKEN_QUERY | TOKEN_DUPLICATE);
    ok_succeeds(DuplicateTokenEx(token, 0, NULL, SecurityImpersonation, TokenPrimary, &same));
    ok_status(NtQueryObject(same, ObjectBasicInformation, &basic, sizeof(basic), &size), 0);
    ok_eq(basic.GrantedAccess, TOKEN_QUERY | TOKEN_DUPLICATE);
    ok_eq(type_of(same), TokenPrimary);
    ok_succeeds(CloseHandle(same));
    ok_succeeds(CloseHandle(copy));
    ok_succeeds(CloseHandle(token));
}

TEST(a_short_copy_may_be_impersonated_with, "")
{
    HANDLE token = open_token(TOKEN_DUPLICATE), copy = NULL;
    OBJECT_BASIC_INFORMATION basic;
    ULONG size;

    ok_succeeds(DuplicateToken(token, SecurityIdentification, &copy));
    ok_status(NtQueryObject(copy, ObjectBasicInformation, &basic, sizeof(basic), &size), 0);
    ok_eq(basic.GrantedAccess, TOKEN_IMPERSONATE | TOKEN_QUERY);
    ok_eq(type_of(copy), TokenImpersonation);
    ok_eq(level_of(copy), SecurityIdentification);
    ok_succeeds(CloseHandle(copy));
    ok_succeeds(CloseHandle(token));
}

TEST(a_copy_does_not_go_above_its_level, "")
{
    HANDLE token = open_token(TOKEN_ALL_ACCESS), none = (HANDLE)(ULONG_PTR)77;
    HANDLE low = copy_of(token, SecurityIdentification, TokenImpersonation);

    ok_fails(DuplicateTokenEx(low, 0, NULL, SecurityImpersonation, TokenImpersonation, &none),
             ERROR_BAD_IMPERSONATION_LEVEL);
    todo_wine ok_fails(DuplicateTokenEx(low, 0, NULL, SecurityIdentification, TokenPrimary, &none),
                       ERROR_BAD_IMPERSONATION_LEVEL);
    ok_succeeds(CloseHandle(low));
    ok_succeeds(CloseHandle(token));
    token = open_token(TOKEN_QUERY);
    ok_fails(DuplicateTokenEx(token, 0, NULL, SecurityIdentification, TokenImpersonation, &none),
             ERROR_ACCESS_DENIED);
    ok_fails(DuplicateToken(NULL, SecurityIdentification, &none), ERROR_INVALID_HANDLE);
    ok_succeeds(CloseHandle(token));
}

TEST(a_copy_may_be_inherited, "12.17")
{
    SECURITY_ATTRIBUTES attributes = {.nLength = sizeof(attributes), .bInheritHandle = TRUE};
    HANDLE token = open_token(TOKEN_DUPLICATE), copy = NULL;
    DWORD flags = 0;

    ok_succeeds(DuplicateTokenEx(token, TOKEN_QUERY, &attributes, SecurityImpersonation,
                                 TokenImpersonation, &copy));
    ok_succeeds(GetHandleInformation(copy, &flags));
    ok_eq(flags, HANDLE_FLAG_INHERIT);
    ok_succeeds(CloseHandle(copy));
    ok_succeeds(CloseHandle(token));
}

NTSTATUS NTAPI NtDuplicateToken(HANDLE existing, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes,
                                BOOLEAN effective_only, TOKEN_TYPE type, PHANDLE token)
#ifdef NTSHM_WIDE
    NTSHM_WIDE(NtDuplicateToken)
#endif
        ;

TEST(a_copy_at_the_nt_layer_has_a_quality, "")
{
    SECURITY_QUALITY_OF_SERVICE quality = {.Length = sizeof(quality),
                                           .ImpersonationLevel = SecurityIdentification};
    HANDLE token = open_token(TOKEN_ALL_ACCESS), copy = NULL;
    OBJECT_ATTRIBUTES attributes;
    DWORD flags;

    InitializeObjectAttributes(&attributes, NULL, OBJ_INHERIT, NULL, NULL);
    attributes.SecurityQualityOfService = &quality;
    ok_status(NtDuplicateToken(token, TOKEN_QUERY, &attributes, FALSE, TokenImpersonation, &copy),
              STATUS_SUCCESS);
    ok_eq(level_of(copy), SecurityIdentification);
    ok_succeeds(GetHandleInformation(copy, &flags));
    ok_eq(flags, HANDLE_FLAG_INHERIT);
    ok_succeeds(CloseHandle(copy));
    /* A primary token has no level to keep. */
    ok_status(NtDuplicateToken(token, TOKEN_QUERY, NULL, FALSE, TokenImpersonation, &copy),
              STATUS_SUCCESS);
    ok_eq(level_of(copy), SecurityAnonymous);
    ok_succeeds(CloseHandle(copy));
    ok_succeeds(CloseHandle(token));
}

TEST(a_copy_of_what_is_in_force_has_nothing_else, "")
{
    HANDLE token = open_token(TOKEN_ALL_ACCESS), copy = NULL;

    set_enabled(token, CHANGE_NOTIFY, FALSE);
    ok_status(NtDuplicateToken(token, TOKEN_QUERY, NULL, TRUE, TokenPrimary, &copy),
              STATUS_SUCCESS);
    todo_wine ok_eq(is_enabled(copy, CHANGE_NOTIFY), 2); /* it copies all */
    ok_eq(is_enabled(token, CHANGE_NOTIFY), FALSE);
    ok_eq(is_enabled(copy, 30), TRUE); /* SeCreateGlobalPrivilege */
    ok_succeeds(CloseHandle(copy));
    ok_succeeds(CloseHandle(token));
}

/* --- threads -------------------------------------------------------------------------------- */

static BOOL has_token(void)
{
    HANDLE token = NULL;

    if (!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token)) {
        ok_error(ERROR_NO_TOKEN);
        return FALSE;
    }
    ok_succeeds(CloseHandle(token));
    return TRUE;
}

static void has_none(void *context)
{
    (void)context;
    ok(!has_token());
}

TEST(a_thread_impersonates_itself, "13.20")
{
    HANDLE process = open_token(TOKEN_QUERY), mine = NULL;
    struct test_thread thread;

    ok(!has_token());
    ok_succeeds(ImpersonateSelf(SecurityImpersonation));
    ok_succeeds(
        OpenThreadToken(GetCurrentThread(), TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES, TRUE, &mine));
    ok_eq(type_of(mine), TokenImpersonation);
    ok_eq(level_of(mine), SecurityImpersonation);
    /* It is this thread's, and so is what it changes. */
    test_thread_start(&thread, has_none, NULL);
    test_thread_join(&thread);
    set_enabled(mine, CHANGE_NOTIFY, FALSE);
    ok_eq(is_enabled(mine, CHANGE_NOTIFY), FALSE);
    ok_eq(is_enabled(process, CHANGE_NOTIFY), TRUE);
    ok_succeeds(RevertToSelf());
    ok(!has_token());
    ok_succeeds(RevertToSelf());
    /* The handle outlives it. */
    ok_eq(is_enabled(mine, CHANGE_NOTIFY), FALSE);
    ok_succeeds(CloseHandle(mine));
    ok_succeeds(CloseHandle(process));
}

TEST(a_thread_is_given_a_token, "13.20")
{
    HANDLE process = open_token(TOKEN_ALL_ACCESS), self = GetCurrentThread(), mine = NULL;
    HANDLE copy = copy_of(process, SecurityImpersonation, TokenImpersonation);

    ok_succeeds(SetThreadToken(NULL, copy));
    ok_succeeds(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &mine));
    ok_succeeds(CompareObjectHandles(mine, copy));
    ok_succeeds(CloseHandle(mine));
    /* It keeps the token, not the handle. */
    ok_succeeds(CloseHandle(copy));
    ok(has_token());
    ok_succeeds(SetThreadToken(&self, NULL));
    ok(!has_token());
    todo_wine /* it takes any */
    {
        ok_fails(SetThreadToken(NULL, process), ERROR_BAD_TOKEN_TYPE);
        ok(!has_token());
    }
    ok_succeeds(CloseHandle(process));
}

TEST(a_thread_impersonates_whoever_is_logged_on, "13.20")
{
    HANDLE process = open_token(TOKEN_QUERY | TOKEN_DUPLICATE), mine = NULL;

    ok_succeeds(ImpersonateLoggedOnUser(process));
    ok_succeeds(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, FALSE, &mine));
    ok_eq(type_of(mine), TokenImpersonation);
    ok_eq(level_of(mine), SecurityImpersonation);
    ok_succeeds(RevertToSelf());
    ok_succeeds(ImpersonateLoggedOnUser(mine) || GetLastError() == ERROR_ACCESS_DENIED);
    ok_succeeds(RevertToSelf());
    ok_succeeds(CloseHandle(mine));
    ok_succeeds(CloseHandle(process));
    ok_fails(ImpersonateLoggedOnUser(NULL), ERROR_INVALID_HANDLE);
}

static void ends_with_a_token(void *context)
{
    (void)context;
    ok_succeeds(ImpersonateSelf(SecurityImpersonation));
    ok(has_token());
}

TEST(a_threads_token_ends_with_it, "")
{
    for (unsigned i = 0; i < 4; i++) {
        struct test_thread thread;

        test_thread_start(&thread, ends_with_a_token, NULL);
        test_thread_join(&thread);
    }
    ok(!has_token());
}

/* --- setting -------------------------------------------------------------------------------- */

TEST(what_is_created_can_be_set, "13.8 13.12")
{
    HANDLE process = open_token(TOKEN_ALL_ACCESS);
    HANDLE copy = copy_of(process, SecurityImpersonation, TokenImpersonation);
    answer user, is;
    TOKEN_DEFAULT_DACL given;
    union {
        ACL acl;
        char bytes[128];
    } dacl;
    TOKEN_OWNER owner;

    ask(copy, TokenUser, &user);
    owner.Owner = user.user.User.Sid;
    todo_wine /* not implemented there */
    {
        ok_succeeds(SetTokenInformation(copy, TokenOwner, &owner, sizeof(owner)));
        ask(copy, TokenOwner, &is);
        ok(EqualSid(is.owner.Owner, user.user.User.Sid));
    }
    ok(InitializeAcl(&dacl.acl, sizeof(dacl), ACL_REVISION));
    ok(AddAccessAllowedAce(&dacl.acl, ACL_REVISION, GENERIC_READ, user.user.User.Sid));
    given.DefaultDacl = &dacl.acl;
    ok_succeeds(SetTokenInformation(copy, TokenDefaultDacl, &given, sizeof(given)));
    ask(copy, TokenDefaultDacl, &is);
    ok_eq(is.dacl.DefaultDacl->AceCount, 1);
    /* The process's is as it was. */
    ask(process, TokenDefaultDacl, &is);
    ok(is.dacl.DefaultDacl->AceCount >= 2);
    ok_succeeds(CloseHandle(copy));
    ok_succeeds(CloseHandle(process));
}

TEST(what_a_token_does_not_let_be_set, "13.37")
{
    SID stranger = {.Revision = 1,
                    .SubAuthorityCount = 1,
                    .IdentifierAuthority = {SECURITY_NULL_SID_AUTHORITY}};
    HANDLE token = open_token(TOKEN_QUERY | TOKEN_ADJUST_DEFAULT | TOKEN_ADJUST_SESSIONID);
    TOKEN_PRIMARY_GROUP group = {&stranger};
    TOKEN_OWNER owner = {&stranger};
    DWORD number = 0;

    todo_wine /* not implemented there */
    {
        ok_fails(SetTokenInformation(token, TokenOwner, &owner, sizeof(owner)),
                 ERROR_INVALID_OWNER);
        ok_fails(SetTokenInformation(token, TokenPrimaryGroup, &group, sizeof(group)),
                 ERROR_INVALID_PRIMARY_GROUP);
        ok_fails(SetTokenInformation(token, TokenOwner, &owner, sizeof(owner) - 1),
                 ERROR_BAD_LENGTH);
        ok_fails(SetTokenInformation(token, TokenUser, &owner, sizeof(owner)),
                 ERROR_INVALID_PARAMETER);
        ok_fails(SetTokenInformation(token, TokenSessionId, &number, sizeof(number)),
                 ERROR_PRIVILEGE_NOT_HELD);
    }
    ok_succeeds(CloseHandle(token));
    token = open_token(TOKEN_QUERY);
    todo_wine ok_fails(SetTokenInformation(token, TokenOwner, &owner, sizeof(owner)),
                       ERROR_ACCESS_DENIED);
    ok_succeeds(CloseHandle(token));
}
