// SPDX-License-Identifier: MIT
/*
 * AccessCheck and the masks: what a descriptor lets the process's own user do. The descriptors
 * here are owned by somebody else, unless a case is about owners.
 */
#include <string.h>

#include "api/security_kit.h"

#define A 0x0001u
#define B 0x0002u
#define C 0x0004u

static GENERIC_MAPPING mapping = {
    .GenericRead = READ_CONTROL | A,
    .GenericWrite = READ_CONTROL | B,
    .GenericExecute = READ_CONTROL | C,
    .GenericAll = STANDARD_RIGHTS_REQUIRED | A | B | C,
};

/* Who asks, about what, and what came of it. */
struct question {
    HANDLE token;
    union {
        TOKEN_USER user;
        DWORD room[32];
    } user;
    union a_sid owner, group, everyone;
    union a_list dacl;
    SECURITY_DESCRIPTOR sd;
    DWORD granted;
    BOOL status;
    union {
        PRIVILEGE_SET set;
        DWORD room[16];
    } privileges;
    DWORD size;
};

static void open_token(struct question *q)
{
    HANDLE primary;
    DWORD size;

    require(OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE | TOKEN_QUERY, &primary) &&
                DuplicateTokenEx(primary, TOKEN_QUERY | TOKEN_IMPERSONATE | TOKEN_ADJUST_PRIVILEGES,
                                 NULL, SecurityImpersonation, TokenImpersonation, &q->token) &&
                GetTokenInformation(q->token, TokenUser, &q->user, sizeof(q->user), &size),
            "error %lu", (unsigned long)GetLastError());
    CloseHandle(primary);
}

/* A descriptor of somebody else's with an empty DACL. */
static void begin(struct question *q)
{
    memset(q, 0, sizeof(*q));
    open_token(q);
    require(InitializeSecurityDescriptor(&q->sd, SECURITY_DESCRIPTOR_REVISION) &&
                SetSecurityDescriptorOwner(&q->sd, user_in(&q->owner), FALSE) &&
                SetSecurityDescriptorGroup(&q->sd, group_sid_in(&q->group), FALSE) &&
                SetSecurityDescriptorDacl(&q->sd, TRUE, list_in(&q->dacl, 512), FALSE),
            "error %lu", (unsigned long)GetLastError());
    everyone_in(&q->everyone);
}

static BOOL ask(struct question *q, DWORD desired)
{
    q->granted = 0x1abe11ed;
    q->status = 0x1abe11ed;
    q->size = sizeof(q->privileges);
    return AccessCheck(&q->sd, q->token, desired, &mapping, &q->privileges.set, &q->size,
                       &q->granted, &q->status);
}

static void check_granted(struct question *q, DWORD desired, DWORD granted)
{
    test_note("desired %#lx", (unsigned long)desired);
    if (!ok_succeeds(ask(q, desired)))
        return;
    ok_eq(q->status, TRUE);
    ok_eq(q->granted, granted);
}

static void check_refused(struct question *q, DWORD desired, DWORD error)
{
    test_note("desired %#lx", (unsigned long)desired);
    SetLastError(0xdeadbeef);
    if (!ok(ask(q, desired)))
        return;
    ok_error(error);
    ok_eq(q->status, FALSE);
    ok_eq(q->granted, 0);
}

static void check_fails(struct question *q, DWORD desired, DWORD error)
{
    ok_fails(ask(q, desired), error);
    ok_eq(q->status, 0x1abe11ed);
    ok_eq(q->granted, 0x1abe11ed);
}

static void end(struct question *q)
{
    ok(CloseHandle(q->token));
}

static void allow(struct question *q, DWORD mask, PSID sid)
{
    ok_succeeds(AddAccessAllowedAce(&q->dacl.acl, ACL_REVISION, mask, sid));
}

static void deny(struct question *q, DWORD mask, PSID sid)
{
    ok_succeeds(AddAccessDeniedAce(&q->dacl.acl, ACL_REVISION, mask, sid));
}

/* --- the DACL ------------------------------------------------------------------------------- */

TEST(check_needs_owner_and_group, "13.15")
{
    struct question q;

    begin(&q);
    allow(&q, A, &q.everyone);
    ok_succeeds(SetSecurityDescriptorOwner(&q.sd, NULL, FALSE));
    check_fails(&q, A, ERROR_INVALID_SECURITY_DESCR);
    ok_succeeds(SetSecurityDescriptorOwner(&q.sd, &q.owner, FALSE));
    ok_succeeds(SetSecurityDescriptorGroup(&q.sd, NULL, FALSE));
    check_fails(&q, A, ERROR_INVALID_SECURITY_DESCR);
    ok_succeeds(SetSecurityDescriptorGroup(&q.sd, &q.group, FALSE));
    check_granted(&q, A, A);
    end(&q);
}

TEST(check_wants_generic_rights_mapped, "13.16")
{
    struct question q;

    begin(&q);
    allow(&q, A, &q.everyone);
    check_fails(&q, GENERIC_READ, ERROR_GENERIC_NOT_MAPPED);
    check_fails(&q, A | GENERIC_ALL, ERROR_GENERIC_NOT_MAPPED);
    end(&q);
}

TEST(check_of_no_right_at_all_grants_nothing, "13.17")
{
    struct question q;

    begin(&q);
    allow(&q, A, &q.everyone);
    ok(ask(&q, 0));
    ok_eq(q.status, FALSE);
    ok_eq(q.granted, 0);
    end(&q);
}

TEST(check_without_dacl_grants_everything, "13.10 13.18")
{
    struct question q;

    begin(&q);
    ok_succeeds(SetSecurityDescriptorDacl(&q.sd, TRUE, NULL, FALSE));
    check_granted(&q, A | B, A | B);
    check_granted(&q, MAXIMUM_ALLOWED, mapping.GenericAll);
    ok_succeeds(SetSecurityDescriptorDacl(&q.sd, FALSE, NULL, FALSE));
    check_granted(&q, A | B, A | B);
    check_granted(&q, MAXIMUM_ALLOWED, mapping.GenericAll);
    end(&q);
}

TEST(check_of_an_empty_dacl_refuses, "13.11")
{
    struct question q;

    begin(&q);
    check_refused(&q, A, ERROR_ACCESS_DENIED);
    check_refused(&q, READ_CONTROL, ERROR_ACCESS_DENIED);
    check_refused(&q, MAXIMUM_ALLOWED, ERROR_ACCESS_DENIED);
    end(&q);
}

/* This Wine lets a deny take back what came before, unless that was all. */
TEST(check_goes_by_the_order_of_entries, "13.14")
{
    struct question q;

    begin(&q);
    allow(&q, A, &q.everyone);
    deny(&q, A | B, &q.everyone);
    allow(&q, B | C, &q.everyone);
    check_granted(&q, A, A);
    check_refused(&q, B, ERROR_ACCESS_DENIED);
    check_granted(&q, C, C);
    todo_wine check_granted(&q, A | C, A | C);
    check_refused(&q, A | B, ERROR_ACCESS_DENIED);
    todo_wine check_granted(&q, MAXIMUM_ALLOWED, A | C);
    todo_wine check_granted(&q, MAXIMUM_ALLOWED | A, A | C);
    todo_wine check_refused(&q, MAXIMUM_ALLOWED | B, ERROR_ACCESS_DENIED);
    end(&q);
}

TEST(check_adds_up_entries, "13.14")
{
    struct question q;

    begin(&q);
    allow(&q, A, &q.everyone);
    allow(&q, B, q.user.user.User.Sid);
    allow(&q, C, &q.owner); /* somebody else's */
    check_granted(&q, A | B, A | B);
    check_refused(&q, C, ERROR_ACCESS_DENIED);
    check_granted(&q, MAXIMUM_ALLOWED, A | B);
    end(&q);
}

TEST(check_passes_over_entries_of_others, "13.14")
{
    struct question q;

    begin(&q);
    deny(&q, A | B | C, &q.owner);
    allow(&q, A, &q.everyone);
    check_granted(&q, A, A);
    end(&q);
}

TEST(check_passes_over_entries_for_children_only, "13.14")
{
    struct question q;

    begin(&q);
    ok_succeeds(AddAccessDeniedAceEx(&q.dacl.acl, ACL_REVISION, INHERIT_ONLY_ACE, A, &q.everyone));
    allow(&q, A, &q.everyone);
    ok_succeeds(AddAccessAllowedAceEx(&q.dacl.acl, ACL_REVISION, INHERIT_ONLY_ACE, B, &q.everyone));
    check_granted(&q, A, A);
    check_refused(&q, B, ERROR_ACCESS_DENIED);
    end(&q);
}

TEST(check_of_one_block, "13.14")
{
    struct question q;
    union a_block block;
    DWORD size = sizeof(block);

    begin(&q);
    allow(&q, A, &q.everyone);
    ok_succeeds(MakeSelfRelativeSD(&q.sd, &block, &size));
    q.size = sizeof(q.privileges);
    ok_succeeds(AccessCheck(&block, q.token, A, &mapping, &q.privileges.set, &q.size, &q.granted,
                            &q.status));
    ok_eq(q.status, TRUE);
    ok_eq(q.granted, A);
    end(&q);
}

/* --- the owner ------------------------------------------------------------------------------ */

/* This Wine does not count them to the maximum. */
TEST(check_gives_the_owner_its_rights, "13.11 13.13")
{
    struct question q;

    begin(&q);
    ok_succeeds(SetSecurityDescriptorOwner(&q.sd, q.user.user.User.Sid, FALSE));
    check_granted(&q, READ_CONTROL | WRITE_DAC, READ_CONTROL | WRITE_DAC);
    check_refused(&q, A, ERROR_ACCESS_DENIED);
    todo_wine check_granted(&q, MAXIMUM_ALLOWED, READ_CONTROL | WRITE_DAC);
    deny(&q, READ_CONTROL | WRITE_DAC, &q.everyone);
    check_granted(&q, READ_CONTROL | WRITE_DAC, READ_CONTROL | WRITE_DAC);
    end(&q);
}

/* This Wine does not know OWNER RIGHTS. */
TEST(check_owner_rights_take_the_place_of_them, "13.13")
{
    struct question q;
    union a_sid owner_rights;

    begin(&q);
    ok_succeeds(SetSecurityDescriptorOwner(&q.sd, q.user.user.User.Sid, FALSE));
    allow(&q, A, sid_in(&owner_rights, 3, 1, 4u));
    todo_wine check_refused(&q, WRITE_DAC, ERROR_ACCESS_DENIED);
    todo_wine check_granted(&q, A, A);
    ok_succeeds(SetSecurityDescriptorOwner(&q.sd, &q.owner, FALSE));
    check_refused(&q, A, ERROR_ACCESS_DENIED);
    end(&q);
}

/* --- privileges ----------------------------------------------------------------------------- */

static void enable(HANDLE token, DWORD number, bool on)
{
    TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1};

    wanted.Privileges[0].Luid.LowPart = number;
    wanted.Privileges[0].Attributes = on ? SE_PRIVILEGE_ENABLED : 0;
    ok_succeeds(AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL));
}

TEST(check_never_takes_system_security_from_the_dacl, "13.19")
{
    struct question q;

    begin(&q);
    enable(q.token, 8, false); /* SeSecurityPrivilege */
    allow(&q, ACCESS_SYSTEM_SECURITY | A, &q.everyone);
    check_refused(&q, ACCESS_SYSTEM_SECURITY, ERROR_PRIVILEGE_NOT_HELD);
    check_refused(&q, ACCESS_SYSTEM_SECURITY | A, ERROR_PRIVILEGE_NOT_HELD);
    check_granted(&q, A, A);
    end(&q);
}

TEST(check_tells_the_privilege_that_was_used, "13.19")
{
    struct question q;

    begin(&q);
    enable(q.token, 8, true);
    if (GetLastError() != ERROR_SUCCESS) {
        end(&q);
        skip("the token has no SeSecurityPrivilege");
    }
    check_granted(&q, ACCESS_SYSTEM_SECURITY, ACCESS_SYSTEM_SECURITY);
    ok_eq(q.privileges.set.PrivilegeCount, 1);
    ok_eq(q.privileges.set.Privilege[0].Luid.LowPart, 8);
    ok_eq(q.privileges.set.Privilege[0].Attributes, SE_PRIVILEGE_USED_FOR_ACCESS);
    end(&q);
}

/* --- the call itself ------------------------------------------------------------------------ */

TEST(check_needs_an_impersonation_token, "13.14")
{
    struct question q;
    HANDLE impersonation;

    begin(&q);
    allow(&q, A, &q.everyone);
    impersonation = q.token;
    ok_succeeds(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY | TOKEN_DUPLICATE, &q.token));
    check_fails(&q, A, ERROR_NO_IMPERSONATION_TOKEN);
    ok(CloseHandle(q.token));
    q.token = NULL;
    check_fails(&q, A, ERROR_INVALID_HANDLE);
    q.token = impersonation;
    end(&q);
}

TEST(check_needs_a_level_and_the_right_to_query, "13.14")
{
    struct question q;
    HANDLE full, anonymous = NULL, other = NULL;

    begin(&q);
    allow(&q, A, &q.everyone);
    full = q.token;
    ok_succeeds(OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE, &other));
    ok_succeeds(DuplicateToken(other, SecurityAnonymous, &anonymous));
    ok(CloseHandle(other));
    q.token = anonymous;
    check_fails(&q, A, ERROR_BAD_IMPERSONATION_LEVEL);
    ok(CloseHandle(anonymous));
    ok_succeeds(DuplicateHandle(GetCurrentProcess(), full, GetCurrentProcess(), &q.token,
                                TOKEN_IMPERSONATE, FALSE, 0));
    check_fails(&q, A, ERROR_ACCESS_DENIED);
    ok(CloseHandle(q.token));
    q.token = full;
    end(&q);
}

/* One call with other buffers than ask() has. */
static BOOL ask_into(struct question *q, PRIVILEGE_SET *set, DWORD *size)
{
    q->granted = 0x1abe11ed;
    q->status = 0x1abe11ed;
    return AccessCheck(&q->sd, q->token, A, &mapping, set, size, &q->granted, &q->status);
}

TEST(check_needs_room_for_privileges, "13.14")
{
    struct question q;
    DWORD size;

    begin(&q);
    allow(&q, A, &q.everyone);
    ok_fails(ask_into(&q, NULL, &size), ERROR_NOACCESS);
    ok_fails(ask_into(&q, &q.privileges.set, NULL), ERROR_NOACCESS);
    for (DWORD room = 0; room < sizeof(PRIVILEGE_SET); room++) {
        size = room;
        ok_fails(ask_into(&q, &q.privileges.set, &size), ERROR_INSUFFICIENT_BUFFER);
        ok_eq(size, sizeof(PRIVILEGE_SET));
        ok_eq(q.granted, 0x1abe11ed);
    }
    memset(&q.privileges, 0xCC, sizeof(q.privileges));
    size = sizeof(PRIVILEGE_SET);
    ok_succeeds(ask_into(&q, &q.privileges.set, &size));
    ok_eq(q.status, TRUE);
    ok_eq(size, sizeof(PRIVILEGE_SET));
    ok_eq(q.privileges.set.PrivilegeCount, 0);
    end(&q);
}

/* --- masks ---------------------------------------------------------------------------------- */

TEST(generic_rights_are_mapped, "13.3")
{
    DWORD mask = GENERIC_READ | 0x100;

    MapGenericMask(&mask, &mapping);
    ok_eq(mask, READ_CONTROL | A | 0x100);
    mask = GENERIC_WRITE | GENERIC_EXECUTE;
    MapGenericMask(&mask, &mapping);
    ok_eq(mask, READ_CONTROL | B | C);
    mask = GENERIC_ALL;
    MapGenericMask(&mask, &mapping);
    ok_eq(mask, mapping.GenericAll);
    mask = MAXIMUM_ALLOWED | ACCESS_SYSTEM_SECURITY;
    MapGenericMask(&mask, &mapping);
    ok_eq(mask, MAXIMUM_ALLOWED | ACCESS_SYSTEM_SECURITY);
}

TEST(granted_rights_are_compared, "")
{
    ok(AreAllAccessesGranted(A | B, A));
    ok(AreAllAccessesGranted(A | B, A | B));
    ok(AreAllAccessesGranted(A, 0));
    ok(!AreAllAccessesGranted(A, A | B));
    ok(AreAnyAccessesGranted(A, A | B));
    ok(!AreAnyAccessesGranted(A, B | C));
    ok(!AreAnyAccessesGranted(A, 0));
}
