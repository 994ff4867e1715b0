// SPDX-License-Identifier: MIT
/*
 * Lists of privileges that are longer than any could be: a count that lies is an error, and nobody
 * walks off the end of the list. Nor is a number of 64 bits taken for its lower half.
 */
#include "api/api.h"
#include "harness/test.h"

static HANDLE open_token(DWORD access)
{
    HANDLE token = NULL;

    if (test_on_wine())
        win_skip("its server takes any number");
    require(OpenProcessToken(GetCurrentProcess(), access, &token), "error %lu",
            (unsigned long)GetLastError());
    return token;
}

TEST(no_token_has_as_many_privileges, "")
{
    HANDLE token = open_token(TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY);
    TOKEN_PRIVILEGES wanted = {.PrivilegeCount = MAXDWORD}, held[8];
    PRIVILEGE_SET set = {.PrivilegeCount = MAXDWORD};
    DWORD size;
    BOOL has = 5;

    wanted.Privileges[0].Luid.LowPart = 23; /* SeChangeNotifyPrivilege */
    ok_fails(AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL), ERROR_INVALID_PARAMETER);
    wanted.PrivilegeCount = 0x10000000; /* of 12 bytes: more than 32 bits can tell */
    ok_fails(AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL), ERROR_INVALID_PARAMETER);
    ok_succeeds(GetTokenInformation(token, TokenPrivileges, held, sizeof(held), &size));
    for (DWORD i = 0; i < held->PrivilegeCount; i++) {
        if (held->Privileges[i].Luid.LowPart == 23)
            ok(held->Privileges[i].Attributes & SE_PRIVILEGE_ENABLED);
    }
    set.Privilege[0].Luid.LowPart = 23;
    ok_fails(PrivilegeCheck(token, &set, &has), ERROR_INVALID_PARAMETER);
    ok_eq(has, 5);
    ok_succeeds(CloseHandle(token));
}

TEST(a_privilege_has_a_number_of_64_bits, "")
{
    HANDLE token = open_token(TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY);
    TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1};
    PRIVILEGE_SET set = {.PrivilegeCount = 1, .Control = PRIVILEGE_SET_ALL_NECESSARY};
    BOOL has = FALSE;

    set.Privilege[0].Luid.LowPart = 23;
    ok_succeeds(PrivilegeCheck(token, &set, &has));
    ok_eq(has, TRUE);
    set.Privilege[0].Luid.HighPart = 1;
    ok_succeeds(PrivilegeCheck(token, &set, &has));
    ok_eq(has, FALSE);
    wanted.Privileges[0].Luid = set.Privilege[0].Luid;
    ok(AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL));
    ok_error(ERROR_NOT_ALL_ASSIGNED);
    ok_succeeds(CloseHandle(token));
}
