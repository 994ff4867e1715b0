// SPDX-License-Identifier: MIT
/*
 * AccessCheck where this Wine says something else or nothing: mandatory labels, entries of a SACL,
 * and ownership taken by privilege. Descriptors are written as text.
 */
#ifndef _WIN32
#    include "api/api.h"

#    include <sddl.h>

#    define A                 0x0001u
#    define B                 0x0002u
#    define C                 0x0004u

#    define SE_TAKE_OWNERSHIP 9
#    define OTHERS            "O:S-1-22-1-4711G:S-1-22-2-4712"

static GENERIC_MAPPING mapping = {
    .GenericRead = READ_CONTROL | A,
    .GenericWrite = READ_CONTROL | B,
    .GenericExecute = READ_CONTROL | C,
    .GenericAll = STANDARD_RIGHTS_REQUIRED | A | B | C,
};

/* What came of a check, with the privileges that it took. */
struct answer {
    union {
        PRIVILEGE_SET set;
        DWORD room[16];
    } used;
    DWORD granted;
    BOOL status;
};

static HANDLE impersonation_token(void)
{
    HANDLE primary, token;

    require(OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE, &primary) &&
                DuplicateTokenEx(primary, TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES, NULL,
                                 SecurityImpersonation, TokenImpersonation, &token),
            "error %lu", (unsigned long)GetLastError());
    CloseHandle(primary);
    return token;
}

static BOOL ask(HANDLE token, PSECURITY_DESCRIPTOR descriptor, DWORD desired, struct answer *answer)
{
    DWORD size = sizeof(answer->used);

    *answer = (struct answer){.granted = 0x1abe11ed, .status = 0x1abe11ed};
    return AccessCheck(descriptor, token, desired, &mapping, &answer->used.set, &size,
                       &answer->granted, &answer->status);
}

static PSECURITY_DESCRIPTOR descriptor_of(const char *text)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;

    require(ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1, &descriptor,
                                                                 NULL),
            "error %lu", (unsigned long)GetLastError());
    return descriptor;
}

/* What the caller gets at most is @want; nothing is 0. */
static void ok_most(const char *text, DWORD want)
{
    PSECURITY_DESCRIPTOR descriptor = descriptor_of(text);
    HANDLE token = impersonation_token();
    struct answer answer;

    test_note("%s", text);
    if (ok_succeeds(ask(token, descriptor, MAXIMUM_ALLOWED, &answer))) {
        ok_eq(answer.granted, want);
        ok_eq(answer.status, want != 0);
    }
    LocalFree(descriptor);
    CloseHandle(token);
}

/* The process is at High at most: System is above it. */
TEST(check_keeps_from_what_is_labelled_above, "13.40")
{
    ok_most(OTHERS "D:(A;;0x7;;;WD)S:(ML;;NW;;;SI)", A | C);
    ok_most(OTHERS "D:(A;;0x7;;;WD)S:(ML;;NR;;;SI)", B | C);
    ok_most(OTHERS "D:(A;;0x7;;;WD)S:(ML;;NX;;;SI)", A | B);
    ok_most(OTHERS "D:(A;;0x7;;;WD)S:(ML;;NWNRNX;;;SI)", 0);
    ok_most(OTHERS "D:(A;;0x20007;;;WD)S:(ML;;NRNX;;;SI)", READ_CONTROL | B);
    ok_most(OTHERS "D:(A;;0x7;;;WD)S:(ML;;NWNRNX;;;LW)", A | B | C);
    ok_most(OTHERS "D:(A;;0x7;;;WD)S:(ML;IOOI;NWNRNX;;;SI)", A | B | C);
    ok_most(OTHERS "D:NO_ACCESS_CONTROLS:(ML;;NW;;;SI)", READ_CONTROL | A | C);
}

static void enable(HANDLE token, DWORD number, bool on)
{
    TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1};

    wanted.Privileges[0].Luid.LowPart = number;
    wanted.Privileges[0].Attributes = on ? SE_PRIVILEGE_ENABLED : 0;
    ok_succeeds(AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL));
}

TEST(check_tells_that_ownership_was_taken_by_privilege, "13.19 13.31")
{
    PSECURITY_DESCRIPTOR refusing = descriptor_of(OTHERS "D:(A;;0x1;;;WD)"),
                         letting = descriptor_of(OTHERS "D:(A;;0x80001;;;WD)");
    HANDLE token = impersonation_token();
    struct answer answer;
    bool has;

    enable(token, SE_TAKE_OWNERSHIP, true);
    has = GetLastError() == ERROR_SUCCESS;
    ok_succeeds(ask(token, refusing, WRITE_OWNER | A, &answer));
    ok_eq(answer.status, has);
    ok_eq(answer.used.set.PrivilegeCount, has);
    if (has) {
        ok_eq(answer.granted, WRITE_OWNER | A);
        ok_eq(answer.used.set.Privilege[0].Luid.LowPart, SE_TAKE_OWNERSHIP);
        ok_eq(answer.used.set.Privilege[0].Attributes, SE_PRIVILEGE_USED_FOR_ACCESS);
    }
    /* Where the DACL allows it, none was needed; where it is not asked for, none is used. */
    ok_succeeds(ask(token, letting, WRITE_OWNER, &answer));
    ok_eq(answer.granted, WRITE_OWNER);
    ok_eq(answer.used.set.PrivilegeCount, 0);
    ok_succeeds(ask(token, refusing, MAXIMUM_ALLOWED, &answer));
    ok_eq(answer.granted, A);
    ok_eq(answer.used.set.PrivilegeCount, 0);
    enable(token, SE_TAKE_OWNERSHIP, false);
    ok_succeeds(ask(token, refusing, WRITE_OWNER, &answer));
    ok_eq(answer.status, FALSE);
    ok_eq(answer.granted, 0);
    CloseHandle(token);
    LocalFree(refusing);
    LocalFree(letting);
}

/* An entry that is not understood is refused in a SACL too. */
TEST(check_of_a_sacl_that_is_not_understood_is_refused, "13.14")
{
    PSECURITY_DESCRIPTOR descriptor = descriptor_of(OTHERS "D:(A;;0x1;;;WD)S:(AU;SA;0x1;;;WD)");
    SECURITY_DESCRIPTOR_RELATIVE *head = descriptor;
    ACE_HEADER *audit = (ACE_HEADER *)((BYTE *)descriptor + head->Sacl + sizeof(ACL));
    HANDLE token = impersonation_token();
    struct answer answer;

    ok_succeeds(ask(token, descriptor, A, &answer));
    ok_eq(answer.granted, A);
    audit->AceType = SYSTEM_AUDIT_CALLBACK_ACE_TYPE;
    ok_fails(ask(token, descriptor, A, &answer), ERROR_INVALID_ACL);
    ok_eq(answer.granted, 0x1abe11ed);
    CloseHandle(token);
    LocalFree(descriptor);
}

#endif
