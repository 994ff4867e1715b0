// SPDX-License-Identifier: MIT
/*
 * Tokens and the kernel: which SIDs its numbers are, threads whose credentials are others than the
 * process's, integrity that a program gives up, and what a fork's child has of it.
 */
#ifndef _WIN32
#    include <grp.h>
#    include <signal.h>
#    include <stdio.h>
#    include <string.h>
#    include <sys/syscall.h>
#    include <sys/wait.h>
#    include <unistd.h>

#    include "api/api.h"
#    include "harness/test.h"

#    define OTHER_UID 65533u
#    define OTHER_GID 65532u

typedef union {
    TOKEN_USER user;
    TOKEN_GROUPS groups;
    TOKEN_OWNER owner;
    TOKEN_PRIMARY_GROUP group;
    TOKEN_MANDATORY_LABEL label;
    char bytes[8192];
} answer;

static HANDLE open_token(DWORD access)
{
    HANDLE token = NULL;

    require(OpenProcessToken(GetCurrentProcess(), access, &token), "error %lu",
            (unsigned long)GetLastError());
    return token;
}

static void ask(HANDLE token, TOKEN_INFORMATION_CLASS what, answer *is)
{
    DWORD size;

    memset(is, 0, sizeof(*is));
    ok_succeeds(GetTokenInformation(token, what, is, sizeof(*is), &size));
}

/* S-1-22-1-UID, S-1-22-2-GID. */
static BOOL is_unix(PSID sid, DWORD kind, DWORD number)
{
    static const SID_IDENTIFIER_AUTHORITY authority = {{0, 0, 0, 0, 0, 22}};

    return memcmp(GetSidIdentifierAuthority(sid), &authority, sizeof(authority)) == 0 &&
           *GetSidSubAuthorityCount(sid) == 2 && *GetSidSubAuthority(sid, 0) == kind &&
           *GetSidSubAuthority(sid, 1) == number;
}

static BOOL has_group(const answer *is, DWORD gid)
{
    for (DWORD i = 0; i < is->groups.GroupCount; i++) {
        if (is_unix(is->groups.Groups[i].Sid, 2, gid))
            return TRUE;
    }
    return FALSE;
}

static DWORD integrity_of(HANDLE token)
{
    answer is;

    ask(token, TokenIntegrityLevel, &is);
    return *GetSidSubAuthority(is.label.Label.Sid, 0);
}

static BOOL set_integrity(HANDLE token, DWORD level)
{
    SID sid = {.Revision = 1,
               .SubAuthorityCount = 1,
               .IdentifierAuthority = {SECURITY_MANDATORY_LABEL_AUTHORITY},
               .SubAuthority = {level}};
    TOKEN_MANDATORY_LABEL label = {.Label = {.Sid = &sid, .Attributes = SE_GROUP_INTEGRITY}};

    return SetTokenInformation(token, TokenIntegrityLevel, &label, sizeof(label));
}

TEST(a_user_and_its_groups_are_the_kernels, "13.12")
{
    HANDLE token = open_token(TOKEN_QUERY);
    gid_t groups[64];
    int n = getgroups(64, groups);
    answer is;

    ask(token, TokenUser, &is);
    ok(is_unix(is.user.User.Sid, 1, geteuid()));
    ask(token, TokenPrimaryGroup, &is);
    ok(is_unix(is.group.PrimaryGroup, 2, getegid()));
    ask(token, TokenGroups, &is);
    ok(has_group(&is, getegid()));
    for (int i = 0; i < n; i++)
        ok(has_group(&is, groups[i]));
    ok_eq(integrity_of(token),
          geteuid() == 0 ? SECURITY_MANDATORY_HIGH_RID : SECURITY_MANDATORY_MEDIUM_RID);
    ok_succeeds(CloseHandle(token));
}

TEST(more_groups_than_most_have, "13.12")
{
    HANDLE token;
    gid_t groups[300];
    answer is;
    DWORD size, needed;

    if (geteuid() != 0)
        skip("root only");
    for (unsigned i = 0; i < 300; i++)
        groups[i] = 100000 + 3 * i;
    require(setgroups(300, groups) == 0);
    token = open_token(TOKEN_QUERY);
    ok_fails(GetTokenInformation(token, TokenGroups, &is, sizeof(is), &needed),
             ERROR_INSUFFICIENT_BUFFER);
    ok(needed > 300 * sizeof(SID_AND_ATTRIBUTES));
    {
        answer *all = malloc(needed);

        require(all != NULL);
        ok_succeeds(GetTokenInformation(token, TokenGroups, all, needed, &size));
        ok(has_group(all, 100000) && has_group(all, 100000 + 3 * 299));
        ok(!has_group(all, 100001));
        free(all);
    }
    ok_succeeds(CloseHandle(token));
}

TEST(rights_that_are_given_up_are_gone_from_the_token, "13.12")
{
    HANDLE token = open_token(TOKEN_QUERY);
    answer is;

    if (geteuid() != 0)
        skip("root only");
    require(setresuid(-1, OTHER_UID, -1) == 0);
    ask(token, TokenUser, &is);
    ok(is_unix(is.user.User.Sid, 1, OTHER_UID));
    ask(token, TokenOwner, &is);
    ok(is_unix(is.owner.Owner, 1, OTHER_UID));
    ok_eq(integrity_of(token), SECURITY_MANDATORY_MEDIUM_RID);
    require(setresuid(-1, 0, -1) == 0);
    ask(token, TokenUser, &is);
    ok(is_unix(is.user.User.Sid, 1, 0));
    ok_eq(integrity_of(token), SECURITY_MANDATORY_HIGH_RID);
    ok_succeeds(CloseHandle(token));
}

/* --- threads with credentials of their own -------------------------------------------------- */

static void is_somebody_else(void *context)
{
    HANDLE process = context, mine = NULL, copy = NULL;
    answer is;

    /* The bare calls change this thread alone. */
    require(syscall(SYS_setresgid, -1, OTHER_GID, -1) == 0);
    require(syscall(SYS_setresuid, -1, OTHER_UID, -1) == 0);
    ok_succeeds(OpenThreadToken(GetCurrentThread(), TOKEN_ALL_ACCESS, TRUE, &mine));
    ask(mine, TokenUser, &is);
    ok(is_unix(is.user.User.Sid, 1, OTHER_UID));
    ask(mine, TokenPrimaryGroup, &is);
    ok(is_unix(is.group.PrimaryGroup, 2, OTHER_GID));
    ok_eq(integrity_of(mine), SECURITY_MANDATORY_MEDIUM_RID);
    ask(GetCurrentThreadEffectiveToken(), TokenUser, &is);
    ok(is_unix(is.user.User.Sid, 1, OTHER_UID));
    /* The process is who it was, and this thread cannot use its token. */
    ask(process, TokenUser, &is);
    ok(is_unix(is.user.User.Sid, 1, 0));
    ok_succeeds(
        DuplicateTokenEx(process, 0, NULL, SecurityImpersonation, TokenImpersonation, &copy));
    ok_fails(SetThreadToken(NULL, copy), ERROR_CANNOT_IMPERSONATE);
    ok_fails(ImpersonateLoggedOnUser(process), ERROR_CANNOT_IMPERSONATE);
    /* But its own. */
    ok_succeeds(ImpersonateLoggedOnUser(mine));
    ok_succeeds(RevertToSelf());
    ok_succeeds(ImpersonateSelf(SecurityImpersonation));
    ask(GetCurrentThreadToken(), TokenUser, &is);
    ok(is_unix(is.user.User.Sid, 1, OTHER_UID));
    ok_succeeds(CloseHandle(copy));
    ok_succeeds(CloseHandle(mine));
}

TEST(a_thread_whom_the_kernel_takes_for_another, "13.20")
{
    HANDLE process = open_token(TOKEN_ALL_ACCESS), none;
    struct test_thread thread;
    answer is;

    if (geteuid() != 0)
        skip("root only");
    test_thread_start(&thread, is_somebody_else, process);
    test_thread_join(&thread);
    ask(process, TokenUser, &is);
    ok(is_unix(is.user.User.Sid, 1, 0));
    ok_fails(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &none), ERROR_NO_TOKEN);
    ok_succeeds(CloseHandle(process));
}

/* A token that was copied says for whom, whoever asks. */
TEST(a_copy_says_whom_it_was_made_for, "")
{
    HANDLE process = open_token(TOKEN_ALL_ACCESS), copy;
    answer is;

    if (geteuid() != 0)
        skip("root only");
    ok_succeeds(
        DuplicateTokenEx(process, 0, NULL, SecurityImpersonation, TokenImpersonation, &copy));
    require(setresuid(-1, OTHER_UID, -1) == 0);
    ask(copy, TokenUser, &is);
    ok(is_unix(is.user.User.Sid, 1, 0));
    ok_fails(SetThreadToken(NULL, copy), ERROR_CANNOT_IMPERSONATE);
    require(setresuid(-1, 0, -1) == 0);
    ok_succeeds(SetThreadToken(NULL, copy));
    /* It gives nobody more than the kernel does. */
    require(setresuid(-1, OTHER_UID, -1) == 0);
    ask(copy, TokenUser, &is);
    ok(is_unix(is.user.User.Sid, 1, OTHER_UID));
    require(setresuid(-1, 0, -1) == 0);
    ok_succeeds(RevertToSelf());
    ok_succeeds(CloseHandle(copy));
    ok_succeeds(CloseHandle(process));
}

/* --- integrity ------------------------------------------------------------------------------ */

TEST(integrity_only_falls, "13.40")
{
    HANDLE token = open_token(TOKEN_QUERY | TOKEN_ADJUST_DEFAULT);
    SID user = {.Revision = 1, .SubAuthorityCount = 1, .SubAuthority = {0}};
    TOKEN_MANDATORY_LABEL wrong = {.Label = {.Sid = &user}};

    ok_fails(set_integrity(token, SECURITY_MANDATORY_SYSTEM_RID), ERROR_PRIVILEGE_NOT_HELD);
    ok_fails(SetTokenInformation(token, TokenIntegrityLevel, &wrong, sizeof(wrong)),
             ERROR_INVALID_LABEL);
    ok_succeeds(set_integrity(token, SECURITY_MANDATORY_MEDIUM_RID));
    ok_eq(integrity_of(token), SECURITY_MANDATORY_MEDIUM_RID);
    ok_succeeds(set_integrity(token, SECURITY_MANDATORY_LOW_RID));
    ok_eq(integrity_of(token), SECURITY_MANDATORY_LOW_RID);
    ok_fails(set_integrity(token, SECURITY_MANDATORY_MEDIUM_RID), ERROR_PRIVILEGE_NOT_HELD);
    ok_eq(integrity_of(token), SECURITY_MANDATORY_LOW_RID);
    ok_succeeds(CloseHandle(token));
}

TEST(a_thread_lowers_itself_alone, "13.40 13.20")
{
    HANDLE process = open_token(TOKEN_QUERY), mine;
    DWORD before = integrity_of(process);

    ok_succeeds(ImpersonateSelf(SecurityImpersonation));
    ok_succeeds(
        OpenThreadToken(GetCurrentThread(), TOKEN_QUERY | TOKEN_ADJUST_DEFAULT, TRUE, &mine));
    ok_succeeds(set_integrity(mine, SECURITY_MANDATORY_LOW_RID));
    ok_eq(integrity_of(mine), SECURITY_MANDATORY_LOW_RID);
    ok_eq(integrity_of(process), before);
    ok_succeeds(RevertToSelf());
    ok_succeeds(CloseHandle(mine));
    ok_succeeds(CloseHandle(process));
}

static void lower_this_thread(void)
{
    HANDLE mine;

    ok_succeeds(ImpersonateSelf(SecurityImpersonation));
    ok_succeeds(OpenThreadToken(GetCurrentThread(), TOKEN_ADJUST_DEFAULT, TRUE, &mine));
    ok_succeeds(set_integrity(mine, SECURITY_MANDATORY_LOW_RID));
    ok_succeeds(CloseHandle(mine));
}

static HANDLE create(const char *name)
{
    return CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, name);
}

/* The broker hears of it with each request. */
TEST(whoever_is_lower_does_not_write_up, "13.40")
{
    HANDLE high = create(A_("high")), low, handle;

    require(high != NULL);
    lower_this_thread();
    ok_fails(OpenFileMappingA(FILE_MAP_WRITE, FALSE, A_("high")), ERROR_ACCESS_DENIED);
    ok_fails(create(A_("high")), ERROR_ACCESS_DENIED);
    handle = OpenFileMappingA(FILE_MAP_READ, FALSE, A_("high"));
    ok(handle != NULL, "error %u", (unsigned)GetLastError());
    ok_succeeds(CloseHandle(handle));
    /* What it makes itself bears its own label. */
    low = create(A_("low"));
    require(low != NULL, "error %u", (unsigned)GetLastError());
    ok_succeeds(CloseHandle(OpenFileMappingA(FILE_MAP_WRITE, FALSE, A_("low"))));
    ok_succeeds(RevertToSelf());
    ok_succeeds(CloseHandle(OpenFileMappingA(FILE_MAP_WRITE, FALSE, A_("low"))));
    ok_succeeds(CloseHandle(OpenFileMappingA(FILE_MAP_WRITE, FALSE, A_("high"))));
    ok_succeeds(CloseHandle(low));
    ok_succeeds(CloseHandle(high));
}

/* --- what is created ------------------------------------------------------------------------ */

/* The DACL that a token gives to what is created, instead of the one for its user (13.8). */
TEST(what_a_thread_creates_has_its_tokens_default_dacl, "13.8 13.9 13.11")
{
    SECURITY_DESCRIPTOR fresh;
    SECURITY_ATTRIBUTES attributes = {.nLength = sizeof(attributes),
                                      .lpSecurityDescriptor = &fresh};
    TOKEN_DEFAULT_DACL none;
    HANDLE mine, first, second;
    ACL empty;

    ok_succeeds(ImpersonateSelf(SecurityImpersonation));
    ok_succeeds(OpenThreadToken(GetCurrentThread(), TOKEN_ADJUST_DEFAULT, TRUE, &mine));
    ok_succeeds(InitializeAcl(&empty, sizeof(empty), ACL_REVISION));
    none.DefaultDacl = &empty;
    ok_succeeds(SetTokenInformation(mine, TokenDefaultDacl, &none, sizeof(none)));
    first = create(A_("first"));
    require(first != NULL, "error %u", (unsigned)GetLastError());
    ok_succeeds(InitializeSecurityDescriptor(&fresh, SECURITY_DESCRIPTOR_REVISION));
    second = CreateFileMappingA(INVALID_HANDLE_VALUE, &attributes, PAGE_READWRITE, 0, 4096,
                                A_("second"));
    require(second != NULL, "error %u", (unsigned)GetLastError());
    ok_succeeds(RevertToSelf());
    /* Nobody may do anything, but the owner's implicit rights. */
    ok_fails(OpenFileMappingA(FILE_MAP_READ, FALSE, A_("first")), ERROR_ACCESS_DENIED);
    ok_fails(OpenFileMappingA(FILE_MAP_READ, FALSE, A_("second")), ERROR_ACCESS_DENIED);
    ok_succeeds(CloseHandle(OpenFileMappingA(READ_CONTROL, FALSE, A_("first"))));
    ok_succeeds(CloseHandle(second));
    ok_succeeds(CloseHandle(first));
    ok_succeeds(CloseHandle(mine));
}

/* A privilege that is not enabled does not count, here and at the broker. */
TEST(a_right_that_takes_a_privilege_takes_it_enabled, "13.19")
{
    TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1};
    HANDLE section = create(A_("x")), token = open_token(TOKEN_ADJUST_PRIVILEGES), handle;

    if (geteuid() != 0)
        skip("root only");
    require(section != NULL);
    ok_fails(OpenFileMappingA(ACCESS_SYSTEM_SECURITY, FALSE, A_("x")), ERROR_PRIVILEGE_NOT_HELD);
    wanted.Privileges[0].Luid.LowPart = 8; /* SeSecurityPrivilege */
    wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    ok_succeeds(AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL));
    handle = OpenFileMappingA(ACCESS_SYSTEM_SECURITY, FALSE, A_("x"));
    ok(handle != NULL, "error %u", (unsigned)GetLastError());
    ok_succeeds(CloseHandle(handle));
    ok_succeeds(CloseHandle(token));
    ok_succeeds(CloseHandle(section));
}

/* --- fork ----------------------------------------------------------------------------------- */

static int look_as_child(void *argument)
{
    HANDLE mine = NULL;

    (void)argument;
    /* The thread that forked goes on as it was. */
    if (!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &mine))
        return 1;
    if (integrity_of(mine) != SECURITY_MANDATORY_LOW_RID)
        return 2;
    CloseHandle(mine);
    if (!RevertToSelf() || OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &mine))
        return 3;
    return GetLastError() == ERROR_NO_TOKEN ? 0 : 4;
}

static int end_of_bare_child(void)
{
    long pid = syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L);
    int status = -1;

    require(pid >= 0);
    if (pid == 0)
        _exit(look_as_child(NULL));
    while (waitpid((pid_t)pid, &status, 0) < 0)
        continue;
    return status;
}

static _Atomic int stage;

static void holds_a_token(void *context)
{
    (void)context;
    ok_succeeds(ImpersonateSelf(SecurityImpersonation));
    stage = 1;
    (void)test_until(stage == 2, 30000);
}

TEST(a_forked_child_has_its_threads_token_and_no_others, "12.26")
{
    struct test_thread thread;
    struct test_child child;
    HANDLE mine;

    test_thread_start(&thread, holds_a_token, NULL);
    require(test_until(stage == 1, 30000));
    ok_succeeds(ImpersonateSelf(SecurityImpersonation));
    ok_succeeds(
        OpenThreadToken(GetCurrentThread(), TOKEN_ADJUST_DEFAULT | TOKEN_QUERY, TRUE, &mine));
    ok_succeeds(set_integrity(mine, SECURITY_MANDATORY_LOW_RID));
    require(test_child_fork(&child, look_as_child, NULL));
    ok_eq(test_child_wait(&child, 30000), 0);
    /* The same in one that no fork handler sees; a sanitizer does not survive that. */
    if (test_slowness() <= 1)
        ok_eq(end_of_bare_child(), 0);
    stage = 2;
    test_thread_join(&thread);
    ok_succeeds(RevertToSelf());
    ok_succeeds(CloseHandle(mine));
}

/* --- what may be done with a level ---------------------------------------------------------- */

TEST(who_only_identifies_himself_opens_nothing_by_name, "13.20")
{
    HANDLE section, none;

    section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, A_("name"));
    require(section != NULL);
    ok_succeeds(ImpersonateSelf(SecurityIdentification));
    SetLastError(0);
    none = OpenFileMappingA(FILE_MAP_READ, FALSE, A_("name"));
    ok_ptr_eq(none, NULL);
    ok_error(ERROR_BAD_IMPERSONATION_LEVEL);
    ok_fails(CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, A_("other")),
             ERROR_BAD_IMPERSONATION_LEVEL);
    ok_succeeds(RevertToSelf());
    ok_succeeds(ImpersonateSelf(SecurityImpersonation));
    none = OpenFileMappingA(FILE_MAP_READ, FALSE, A_("name"));
    ok_ptr_ne(none, NULL);
    ok_succeeds(CloseHandle(none));
    ok_succeeds(RevertToSelf());
    ok_succeeds(ImpersonateSelf(SecurityAnonymous));
    ok_fails(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &none),
             ERROR_CANT_OPEN_ANONYMOUS);
    ok_succeeds(RevertToSelf());
    ok_succeeds(CloseHandle(section));
}
#endif
