// SPDX-License-Identifier: MIT
/*
 * Tokens, when something fails inside: no token is half made, a thread has the one that it had, and
 * what is created by default is what it was.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <windows.h>

#include "fault/kit.h"
#include "harness/test.h"

static HANDLE process, copy;
static union {
    TOKEN_GROUPS groups;
    TOKEN_OWNER owner;
    TOKEN_DEFAULT_DACL dacl;
    char bytes[4096];
} user, answer;

static void open_process(void)
{
    DWORD size;

    if (process)
        return;
    require(OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &process));
    require(GetTokenInformation(process, TokenUser, &user, sizeof(user), &size));
}

static void close_copy(void)
{
    ok_succeeds(CloseHandle(copy));
    copy = NULL;
}

static bool has_token(void)
{
    HANDLE token;
    bool has = OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token);

    if (has)
        ok_succeeds(CloseHandle(token));
    return has;
}

static void revert(void)
{
    ok(has_token());
    ok_succeeds(RevertToSelf());
}

static uint32_t run_duplicate(void)
{
    return fault_result(
        DuplicateTokenEx(process, 0, NULL, SecurityImpersonation, TokenImpersonation, &copy));
}

/* One more thing that a copy must have. */
static uint32_t run_duplicate_with_descriptor(void)
{
    SECURITY_ATTRIBUTES attributes = {.nLength = sizeof(attributes)};
    SECURITY_DESCRIPTOR descriptor;

    InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION);
    SetSecurityDescriptorDacl(&descriptor, TRUE, NULL, FALSE);
    attributes.lpSecurityDescriptor = &descriptor;
    return fault_result(DuplicateTokenEx(process, 0, &attributes, SecurityImpersonation,
                                         TokenImpersonation, &copy));
}

static uint32_t run_impersonate(void)
{
    return fault_result(ImpersonateSelf(SecurityImpersonation));
}

static void need_copy(void)
{
    open_process();
    if (!copy)
        ok_eq(run_duplicate(), 0);
}

static uint32_t run_set(void)
{
    return fault_result(SetThreadToken(NULL, copy));
}

static uint32_t run_groups(void)
{
    DWORD size;

    return fault_result(GetTokenInformation(process, TokenGroups, &answer, sizeof(answer), &size));
}

static uint32_t run_dacl(void)
{
    DWORD size;

    return fault_result(
        GetTokenInformation(process, TokenDefaultDacl, &answer, sizeof(answer), &size));
}

static uint32_t run_set_owner(void)
{
    return fault_result(SetTokenInformation(copy, TokenOwner, &user.owner, sizeof(user.owner)));
}

static uint32_t run_set_dacl(void)
{
    ACL acl;
    TOKEN_DEFAULT_DACL given = {&acl};

    InitializeAcl(&acl, sizeof(acl), ACL_REVISION);
    return fault_result(SetTokenInformation(copy, TokenDefaultDacl, &given, sizeof(given)));
}

static uint32_t run_member(void)
{
    BOOL member;

    return fault_result(CheckTokenMembership(NULL, user.owner.Owner, &member));
}

TEST(a_token_is_made_whole_or_not_at_all, "13.20")
{
    const uint64_t who = FAULT_BIT(CREDENTIALS);
    const struct fault_call calls[] = {
        {"DuplicateTokenEx", open_process, run_duplicate, close_copy, who | FAULT_MEMORY, 0, 0},
        {"DuplicateTokenEx, with a descriptor", open_process, run_duplicate_with_descriptor,
         close_copy, who | FAULT_MEMORY, 0, 0},
        {"GetTokenInformation, groups", open_process, run_groups, NULL, who, 0, 0},
        {"GetTokenInformation, DACL", open_process, run_dacl, NULL, who | FAULT_MEMORY, 0, 0},
        {"CheckTokenMembership", open_process, run_member, NULL, who, 0, 0},
        {"ImpersonateSelf", open_process, run_impersonate, revert, who | FAULT_MEMORY, 0, 0},
        {"SetThreadToken", need_copy, run_set, revert, who, 0, 0},
        {"SetTokenInformation, owner", need_copy, run_set_owner, NULL, FAULT_MEMORY, 0, 0},
        {"SetTokenInformation, DACL", need_copy, run_set_dacl, NULL, FAULT_MEMORY, 0, 0},
    };

    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    ok(!has_token());
    close_copy();
    ok_succeeds(CloseHandle(process));
}

/* A thread's first token takes a record too. */
static void first_token(void *context)
{
    const struct fault_call call = {"ImpersonateSelf, the first",
                                    NULL,
                                    run_impersonate,
                                    NULL,
                                    FAULT_BIT(CREDENTIALS) | FAULT_MEMORY,
                                    0,
                                    0};

    (void)context;
    fault_walk_call(&call);
}

static uint32_t run_open_changed(void)
{
    return fault_result(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &copy));
}

static void somebody_else(void *context)
{
    const struct fault_call call = {"OpenThreadToken of a thread that is somebody else",
                                    NULL,
                                    run_open_changed,
                                    close_copy,
                                    FAULT_BIT(CREDENTIALS) | FAULT_BIT(OPEN) | FAULT_BIT(READ) |
                                        FAULT_MEMORY,
                                    0,
                                    0};

    (void)context;
    require(syscall(SYS_setresuid, -1, 65533, -1) == 0);
    fault_walk_call(&call);
}

TEST(a_threads_own_token_is_made_whole_or_not_at_all, "13.20")
{
    struct test_thread thread;

    test_thread_start(&thread, first_token, NULL);
    test_thread_join(&thread);
    if (geteuid() != 0)
        skip("root only");
    test_thread_start(&thread, somebody_else, NULL);
    test_thread_join(&thread);
}
