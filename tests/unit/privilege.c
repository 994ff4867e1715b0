// SPDX-License-Identifier: MIT
/*
 * lib/security/privilege: the privileges of a token, changed by several threads at once.
 */
#include "lib/security/privilege.h"

#include <stdatomic.h>
#include <unistd.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "lib/security/token-object.h"
#include "lib/security/token-query.h"
#include "rtl/identity.h"
#include "rtl/privilege.h"
#include "util/macro.h"

#define N_ROUNDS 20000

static LUID_AND_ATTRIBUTES one(enum nt_privilege privilege, ULONG attributes)
{
    return (LUID_AND_ATTRIBUTES){.Luid.LowPart = (DWORD)privilege, .Attributes = attributes};
}

static NTSTATUS adjust(const struct nt_privileges_change *change)
{
    NT_CLEANUP(nt_token_closep) struct nt_token *token = nt_token_process();

    return nt_token_adjust(token, change);
}

static uint32_t count_changes(void)
{
    NT_CLEANUP(nt_token_closep) struct nt_token *token = nt_token_process();

    return atomic_load(&token->state->modified);
}

static NTSTATUS set(enum nt_privilege privilege, ULONG attributes, TOKEN_PRIVILEGES *previous)
{
    const LUID_AND_ATTRIBUTES wanted = one(privilege, attributes);
    ULONG needed;

    return adjust(&(struct nt_privileges_change){
        .wanted = &wanted,
        .count = 1,
        .previous = previous,
        .previous_size = sizeof(*previous),
        .ret_needed = &needed,
    });
}

TEST(a_privilege_is_in_force_when_it_is_held_and_enabled, "7.48")
{
    ok(nt_privilege_in_force(NT_PRIVILEGE_CHANGE_NOTIFY));
    ok(nt_privilege_in_force(NT_PRIVILEGE_CREATE_GLOBAL));
    ok(!nt_privilege_in_force(NT_PRIVILEGE_LOCK_MEMORY));
    ok(!nt_privilege_in_force(NT_PRIVILEGE_SECURITY));
    ok(!nt_privilege_in_force((enum nt_privilege)0));
    ok(!nt_privilege_in_force((enum nt_privilege)2));
    ok_status(set(NT_PRIVILEGE_CHANGE_NOTIFY, 0, NULL), STATUS_SUCCESS);
    ok(!nt_privilege_in_force(NT_PRIVILEGE_CHANGE_NOTIFY));
}

TEST(a_privilege_that_stands_twice_is_what_it_is_last, "")
{
    const LUID_AND_ATTRIBUTES wanted[] = {
        one(NT_PRIVILEGE_CHANGE_NOTIFY, 0),
        one(NT_PRIVILEGE_CHANGE_NOTIFY, SE_PRIVILEGE_ENABLED),
        one(NT_PRIVILEGE_CREATE_GLOBAL, SE_PRIVILEGE_REMOVED),
        one(NT_PRIVILEGE_CREATE_GLOBAL, SE_PRIVILEGE_ENABLED),
    };
    uint32_t changes = count_changes();

    ok_status(adjust(&(struct nt_privileges_change){.wanted = wanted, .count = ARRAYSIZE(wanted)}),
              STATUS_NOT_ALL_ASSIGNED);
    ok(nt_privilege_in_force(NT_PRIVILEGE_CHANGE_NOTIFY));
    ok(!nt_privilege_in_force(NT_PRIVILEGE_CREATE_GLOBAL));
    ok_eq(count_changes(), changes + 1);
}

/* Rights that come back do not bring back what was disabled meanwhile. */
TEST(all_are_disabled_held_or_not, "")
{
    if (geteuid() != 0)
        skip("root only");
    ok_status(set(NT_PRIVILEGE_SECURITY, SE_PRIVILEGE_ENABLED, NULL), STATUS_SUCCESS);
    ok(nt_privilege_in_force(NT_PRIVILEGE_SECURITY));
    ok_eq(seteuid(65534), 0);
    ok(!nt_privilege_in_force(NT_PRIVILEGE_SECURITY));
    ok_status(adjust(&(struct nt_privileges_change){.disable_all = true}), STATUS_SUCCESS);
    ok_eq(seteuid(0), 0);
    ok(!nt_privilege_in_force(NT_PRIVILEGE_SECURITY));
    ok(!nt_privilege_in_force(NT_PRIVILEGE_CHANGE_NOTIFY));
}

/* What goes to the broker with each request, and what a check here asks for. */
TEST(what_a_check_asks_for_is_in_force_or_disabled, "13.19")
{
    NT_CLEANUP(nt_token_closep) struct nt_token *token = nt_token_process();
    const struct nt_os_credentials root = {.uid = 0}, user = {.uid = 1000, .gid = 1000};
    const nt_privileges_word *word = &token->state->privileges;
    struct nt_token_limits limits;

    ok_status(nt_token_limits(&limits), STATUS_SUCCESS);
    ok_eq(limits.lowered, 0);
    ok_eq(limits.disabled, NT_IN_FORCE_ALL & ~NT_IN_FORCE_CREATE_GLOBAL);
    ok_eq(nt_privileges_in_force(word, &root), NT_IN_FORCE_CREATE_GLOBAL);
    if (geteuid() != 0)
        skip("root only");
    ok_status(set(NT_PRIVILEGE_RESTORE, SE_PRIVILEGE_ENABLED, NULL), STATUS_SUCCESS);
    ok_status(set(NT_PRIVILEGE_TAKE_OWNERSHIP, SE_PRIVILEGE_ENABLED, NULL), STATUS_SUCCESS);
    ok_status(set(NT_PRIVILEGE_CREATE_GLOBAL, SE_PRIVILEGE_REMOVED, NULL), STATUS_SUCCESS);
    nt_token_limits(&limits);
    ok_eq(limits.disabled, NT_IN_FORCE_SECURITY | NT_IN_FORCE_CREATE_GLOBAL | NT_IN_FORCE_RELABEL);
    ok_eq(nt_privileges_in_force(word, &root), NT_IN_FORCE_RESTORE | NT_IN_FORCE_TAKE_OWNERSHIP);
    /* Enabled is not held. */
    ok_eq(nt_privileges_in_force(word, &user), 0);
}

/* Each thread sees what it has changed itself: the one before is told exactly once. */
static _Atomic int balance;

static void toggle(void *context)
{
    TOKEN_PRIVILEGES previous;

    (void)context;
    for (unsigned i = 0; i < N_ROUNDS; i++) {
        if (!NT_SUCCESS(
                set(NT_PRIVILEGE_CHANGE_NOTIFY, i & 1 ? SE_PRIVILEGE_ENABLED : 0, &previous)))
            ok(false, "refused");
        if (previous.PrivilegeCount == 1)
            atomic_fetch_add(&balance,
                             previous.Privileges[0].Attributes & SE_PRIVILEGE_ENABLED ? 1 : -1);
    }
}

TEST(changes_of_several_threads_are_single_steps, "")
{
    struct test_thread threads[3];
    bool enabled;

    for (unsigned i = 0; i < 3; i++)
        test_thread_start(&threads[i], toggle, NULL);
    for (unsigned i = 0; i < 3; i++)
        test_thread_join(&threads[i]);
    enabled = nt_privilege_in_force(NT_PRIVILEGE_CHANGE_NOTIFY);
    ok_eq(atomic_load(&balance), enabled ? 0 : 1);
}

TEST(names_of_privileges_are_of_any_width, "")
{
    static const uint16_t narrow[] = {'s', 'e', 'T', 'C', 'B', 'p', 'r', 'i',
                                      'v', 'i', 'l', 'e', 'g', 'e', 0};
    static const uint16_t other[] = {'s', 'e', 'T', 'C', 'B', 'p',    'r', 'i',
                                     'v', 'i', 'l', 'e', 'g', 0x0435, 0};

    ok_eq(nt_privilege_by_name(narrow, 2)->number, 7);
    ok_eq(nt_privilege_by_name(L"SeTcbPrivilege", sizeof(wchar_t))->number, 7);
    ok_eq(nt_privilege_by_name("SETCBPRIVILEGE", 1)->number, 7);
    ok_ptr_eq(nt_privilege_by_name(other, 2), NULL);
    ok_ptr_eq(nt_privilege_by_number(0), NULL);
    ok_ptr_eq(nt_privilege_by_number(1), NULL);
    ok_ptr_eq(nt_privilege_by_number(37), NULL);
    ok_ptr_eq(nt_privilege_by_number(UINT32_MAX), NULL);
    for (uint32_t i = 2; i <= 36; i++) {
        const struct nt_privilege_name *name = nt_privilege_by_number(i);

        require(name != NULL);
        ok_eq(name->number, i);
        ok_ptr_eq(nt_privilege_by_name(name->name, 1), name);
    }
}
