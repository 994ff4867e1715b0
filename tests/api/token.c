// SPDX-License-Identifier: MIT
/*
 * The token of the process: opening it, what it says, and privileges - names, numbers, enabling,
 * disabling, removing. SeChangeNotifyPrivilege and SeCreateGlobalPrivilege are what every process
 * holds here and as an ordinary Windows program, both enabled; nobody holds SeCreateTokenPrivilege.
 */
#include <stddef.h>
#include <string.h>

#include "api/api.h"
#include "harness/test.h"

#define CREATE_TOKEN  2
#define LOCK_MEMORY   4
#define CHANGE_NOTIFY 23
#define CREATE_GLOBAL 30
#define MOST          64
#define BYTES_OF(n)   (offsetof(TOKEN_PRIVILEGES, Privileges) + (n) * sizeof(LUID_AND_ATTRIBUTES))

typedef union {
    TOKEN_PRIVILEGES list;
    char bytes[BYTES_OF(MOST)];
} privileges;

static HANDLE open_token(DWORD access)
{
    HANDLE token = NULL;

    require(OpenProcessToken(GetCurrentProcess(), access, &token), "error %lu",
            (unsigned long)GetLastError());
    return token;
}

static TOKEN_PRIVILEGES one(DWORD number, DWORD attributes)
{
    TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1};

    wanted.Privileges[0].Luid.LowPart = number;
    wanted.Privileges[0].Attributes = attributes;
    return wanted;
}

/* More than the one that the structure names. */
static LUID_AND_ATTRIBUTES *all_of(TOKEN_PRIVILEGES *list)
{
    return list->Privileges;
}

/* What the token says of a privilege; 0xdeadbeef when it does not hold it. */
static DWORD attributes_of(HANDLE token, DWORD number)
{
    privileges held;
    DWORD size;

    if (!ok_succeeds(GetTokenInformation(token, TokenPrivileges, &held, sizeof(held), &size)))
        return 0;
    ok_eq(size, BYTES_OF(held.list.PrivilegeCount));
    for (DWORD i = 0; i < held.list.PrivilegeCount; i++) {
        if (all_of(&held.list)[i].Luid.LowPart == number)
            return all_of(&held.list)[i].Attributes;
    }
    return 0xdeadbeef;
}

/* Changes one privilege, and asserts the last error of a success. */
static void change_one(HANDLE token, DWORD number, DWORD attributes, DWORD error)
{
    TOKEN_PRIVILEGES wanted = one(number, attributes);

    SetLastError(0xdeadbeef);
    ok(AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL));
    ok_error(error);
}

/* --- names ---------------------------------------------------------------------------------- */

static const struct {
    DWORD number;
    const char *name;
} names[] = {
    {2, "SeCreateTokenPrivilege"},
    {3, "SeAssignPrimaryTokenPrivilege"},
    {4, "SeLockMemoryPrivilege"},
    {5, "SeIncreaseQuotaPrivilege"},
    {6, "SeMachineAccountPrivilege"},
    {7, "SeTcbPrivilege"},
    {8, "SeSecurityPrivilege"},
    {9, "SeTakeOwnershipPrivilege"},
    {10, "SeLoadDriverPrivilege"},
    {11, "SeSystemProfilePrivilege"},
    {12, "SeSystemtimePrivilege"},
    {13, "SeProfileSingleProcessPrivilege"},
    {14, "SeIncreaseBasePriorityPrivilege"},
    {15, "SeCreatePagefilePrivilege"},
    {16, "SeCreatePermanentPrivilege"},
    {17, "SeBackupPrivilege"},
    {18, "SeRestorePrivilege"},
    {19, "SeShutdownPrivilege"},
    {20, "SeDebugPrivilege"},
    {21, "SeAuditPrivilege"},
    {22, "SeSystemEnvironmentPrivilege"},
    {23, "SeChangeNotifyPrivilege"},
    {24, "SeRemoteShutdownPrivilege"},
    {25, "SeUndockPrivilege"},
    {26, "SeSyncAgentPrivilege"},
    {27, "SeEnableDelegationPrivilege"},
    {28, "SeManageVolumePrivilege"},
    {29, "SeImpersonatePrivilege"},
    {30, "SeCreateGlobalPrivilege"},
    {31, "SeTrustedCredManAccessPrivilege"},
    {32, "SeRelabelPrivilege"},
    {33, "SeIncreaseWorkingSetPrivilege"},
    {34, "SeTimeZonePrivilege"},
    {35, "SeCreateSymbolicLinkPrivilege"},
    {36, "SeDelegateSessionUserImpersonatePrivilege"},
};

/* Wine 8 ends with SeCreateGlobalPrivilege. */
#define N_OLD_NAMES 29

TEST(every_privilege_has_a_name_and_a_number, "")
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        todo_if(test_on_wine() && i >= N_OLD_NAMES)
        {
            LUID luid = {.LowPart = 0xdead, .HighPart = 0xdead};
            char text[64] = "";
            DWORD size = sizeof(text);

            ok(LookupPrivilegeValueA(NULL, names[i].name, &luid), "%s", names[i].name);
            ok_eq(luid.LowPart, names[i].number);
            ok_eq(luid.HighPart, 0);
            luid = (LUID){.LowPart = names[i].number};
            ok(LookupPrivilegeNameA(NULL, &luid, text, &size), "%s", names[i].name);
            ok_str_eq(text, names[i].name);
            ok_eq(size, strlen(names[i].name));
        }
    }
}

TEST(names_of_privileges_are_wide_too, "")
{
    LUID luid = {.LowPart = 0};
    WCHAR text[64] = L"";
    DWORD size = 64;

    ok_succeeds(LookupPrivilegeValueW(NULL, L"SeLockMemoryPrivilege", &luid));
    ok_eq(luid.LowPart, LOCK_MEMORY);
    ok_succeeds(LookupPrivilegeValue(NULL, SE_CREATE_GLOBAL_NAME, &luid));
    ok_eq(luid.LowPart, CREATE_GLOBAL);
    ok_succeeds(LookupPrivilegeNameW(L"", &luid, text, &size));
    ok_wstr_eq(text, L"SeCreateGlobalPrivilege");
    ok_eq(size, wcslen(text));
}

TEST(a_name_of_a_privilege_is_looked_up_without_case, "")
{
    LUID luid = {.LowPart = 0};

    ok_succeeds(LookupPrivilegeValueA("", "sElOCKmEMORYpRIVILEGE", &luid));
    ok_eq(luid.LowPart, LOCK_MEMORY);
    ok_fails(LookupPrivilegeValueA(NULL, "SeLockMemory", &luid), ERROR_NO_SUCH_PRIVILEGE);
    ok_fails(LookupPrivilegeValueA(NULL, "SeLockMemoryPrivileges", &luid), ERROR_NO_SUCH_PRIVILEGE);
    ok_fails(LookupPrivilegeValueA(NULL, "", &luid), ERROR_NO_SUCH_PRIVILEGE);
    ok_fails(LookupPrivilegeValueW(NULL, L"", &luid), ERROR_NO_SUCH_PRIVILEGE);
    ok_fails(LookupPrivilegeValueA(NULL, NULL, &luid), ERROR_NO_SUCH_PRIVILEGE);
}

TEST(another_computers_privileges_are_not_known, "")
{
    LUID luid = {.LowPart = LOCK_MEMORY};
    char text[64];
    DWORD size = sizeof(text);

    ok_fails(LookupPrivilegeValueA("b0gu5.Nam3", "SeLockMemoryPrivilege", &luid),
             RPC_S_SERVER_UNAVAILABLE);
    ok_fails(LookupPrivilegeNameA("b0gu5.Nam3", &luid, text, &size), RPC_S_SERVER_UNAVAILABLE);
}

TEST(a_privileges_name_that_does_not_fit_tells_its_length, "")
{
    LUID luid = {.LowPart = LOCK_MEMORY}, none = {.LowPart = 0xdeadbeef}, high = {LOCK_MEMORY, 1};
    DWORD needed = sizeof("SeLockMemoryPrivilege");
    char text[64] = "untouched";
    DWORD size = 0;

    ok_fails(LookupPrivilegeNameA(NULL, &luid, text, &size), ERROR_INSUFFICIENT_BUFFER);
    ok_eq(size, needed);
    size = needed - 1;
    ok_fails(LookupPrivilegeNameA(NULL, &luid, text, &size), ERROR_INSUFFICIENT_BUFFER);
    todo_wine /* it writes all the same, and does not count the NUL */
    {
        ok_eq(size, needed);
        ok_str_eq(text, "untouched");
    }
    size = needed;
    ok_succeeds(LookupPrivilegeNameA(NULL, &luid, text, &size));
    ok_eq(size, needed - 1);
    size = sizeof(text);
    ok_fails(LookupPrivilegeNameA(NULL, &none, text, &size), ERROR_NO_SUCH_PRIVILEGE);
    ok_fails(LookupPrivilegeNameA(NULL, &high, text, &size), ERROR_NO_SUCH_PRIVILEGE);
}

TEST(a_privilege_says_what_it_allows, "")
{
    DWORD size = 0, language = 0;
    char text[128] = "";
    WCHAR wide[128] = L"";

    todo_wine /* it is not implemented there */
    {
        ok_fails(LookupPrivilegeDisplayNameA(NULL, "SeLockMemoryPrivilege", text, &size, &language),
                 ERROR_INSUFFICIENT_BUFFER);
        ok_eq(size, sizeof("Lock pages in memory"));
        ok_succeeds(
            LookupPrivilegeDisplayNameA(NULL, "SeLockMemoryPrivilege", text, &size, &language));
        ok_str_eq(text, "Lock pages in memory");
        ok_eq(size, strlen(text));
        size = 128;
        ok_succeeds(
            LookupPrivilegeDisplayNameW(NULL, L"SeLockMemoryPrivilege", wide, &size, &language));
        ok_wstr_eq(wide, L"Lock pages in memory");
        ok_ne(language, 0);
        ok_fails(LookupPrivilegeDisplayNameA(NULL, "SeNoPrivilege", text, &size, &language),
                 ERROR_NO_SUCH_PRIVILEGE);
    }
}

/* --- opening -------------------------------------------------------------------------------- */

TEST(the_process_has_a_token, "12.5")
{
    HANDLE token = open_token(TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES);
    OBJECT_BASIC_INFORMATION basic;
    HANDLE other = open_token(TOKEN_QUERY), copy = NULL;
    ULONG length;
    DWORD flags;

    ok_ptr_ne(token, other);
    ok_succeeds(GetHandleInformation(token, &flags));
    ok_eq(flags, 0);
    ok_status(NtQueryObject(token, ObjectBasicInformation, &basic, sizeof(basic), &length), 0);
    ok_eq(basic.GrantedAccess, TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES);
    ok_succeeds(DuplicateHandle(GetCurrentProcess(), token, GetCurrentProcess(), &copy, TOKEN_QUERY,
                                TRUE, 0));
    ok_succeeds(GetHandleInformation(copy, &flags));
    ok_eq(flags, HANDLE_FLAG_INHERIT);
    ok_status(NtQueryObject(copy, ObjectBasicInformation, &basic, sizeof(basic), &length), 0);
    ok_eq(basic.GrantedAccess, TOKEN_QUERY);
    ok_succeeds(CloseHandle(copy));
    ok_succeeds(CloseHandle(other));
    ok_succeeds(CloseHandle(token));
    ok_fails(CloseHandle(token), ERROR_INVALID_HANDLE);
}

TEST(all_handles_of_the_token_are_of_one_object, "12.27")
{
    HANDLE token = open_token(TOKEN_QUERY), other = open_token(TOKEN_ADJUST_PRIVILEGES);
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);

    ok_succeeds(CompareObjectHandles(token, other));
    ok_fails(CompareObjectHandles(token, event), ERROR_NOT_SAME_OBJECT);
    ok_succeeds(CloseHandle(event));
    ok_succeeds(CloseHandle(other));
    ok_succeeds(CloseHandle(token));
}

TEST(a_token_is_opened_with_the_rights_that_are_asked, "2.14 13.3")
{
    OBJECT_BASIC_INFORMATION basic;
    HANDLE token;
    ULONG length;

    token = open_token(MAXIMUM_ALLOWED);
    ok_status(NtQueryObject(token, ObjectBasicInformation, &basic, sizeof(basic), &length), 0);
    ok_eq(basic.GrantedAccess & TOKEN_ALL_ACCESS, TOKEN_ALL_ACCESS);
    ok_succeeds(CloseHandle(token));
    token = open_token(GENERIC_READ);
    ok_status(NtQueryObject(token, ObjectBasicInformation, &basic, sizeof(basic), &length), 0);
    ok_eq(basic.GrantedAccess & TOKEN_READ, TOKEN_READ);
    ok_eq(basic.GrantedAccess & TOKEN_ADJUST_PRIVILEGES, 0);
    ok_succeeds(CloseHandle(token));
    token = (HANDLE)(ULONG_PTR)0xdeadbeef;
    ok_fails(OpenProcessToken((HANDLE)(ULONG_PTR)0xdead0, TOKEN_QUERY, &token),
             ERROR_INVALID_HANDLE);
    ok_fails(OpenProcessToken(NULL, TOKEN_QUERY, &token), ERROR_INVALID_HANDLE);
    todo_wine ok_fails(OpenProcessToken(GetCurrentProcess(), 0, &token), ERROR_ACCESS_DENIED);
}

TEST(no_thread_has_a_token, "")
{
    HANDLE token = (HANDLE)(ULONG_PTR)0xdeadbeef;

    ok_fails(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token), ERROR_NO_TOKEN);
    ok_fails(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, FALSE, &token), ERROR_NO_TOKEN);
    ok_fails(OpenThreadToken((HANDLE)(ULONG_PTR)0xdead0, TOKEN_QUERY, TRUE, &token),
             ERROR_INVALID_HANDLE);
}

/* GetCurrentProcessToken() and its kin, which mingw's headers lack. */
#define PROCESS_TOKEN   ((HANDLE)(LONG_PTR)-4)
#define THREAD_TOKEN    ((HANDLE)(LONG_PTR)-5)
#define EFFECTIVE_TOKEN ((HANDLE)(LONG_PTR)-6)

TEST(pseudo_handles_may_ask_the_token, "")
{
    TOKEN_PRIVILEGES wanted = one(CHANGE_NOTIFY, SE_PRIVILEGE_ENABLED);
    TOKEN_TYPE type = 0;
    DWORD size;

#ifndef _WIN32
    ok_ptr_eq(GetCurrentProcessToken(), PROCESS_TOKEN);
    ok_ptr_eq(GetCurrentThreadToken(), THREAD_TOKEN);
    ok_ptr_eq(GetCurrentThreadEffectiveToken(), EFFECTIVE_TOKEN);
#endif
    ok_succeeds(GetTokenInformation(PROCESS_TOKEN, TokenType, &type, sizeof(type), &size));
    ok_eq(type, TokenPrimary);
    type = 0;
    ok_succeeds(GetTokenInformation(EFFECTIVE_TOKEN, TokenType, &type, sizeof(type), &size));
    ok_eq(type, TokenPrimary);
    todo_wine /* its pseudo handles may do everything */
    {
        ok_fails(GetTokenInformation(THREAD_TOKEN, TokenType, &type, sizeof(type), &size),
                 ERROR_NO_TOKEN);
        ok_fails(AdjustTokenPrivileges(PROCESS_TOKEN, FALSE, &wanted, 0, NULL, NULL),
                 ERROR_ACCESS_DENIED);
    }
    ok_succeeds(CloseHandle(PROCESS_TOKEN));
    ok_succeeds(CloseHandle(EFFECTIVE_TOKEN));
}

TEST(a_token_is_looked_at_with_the_right_to_query, "")
{
    HANDLE token = open_token(TOKEN_ADJUST_PRIVILEGES);
    TOKEN_PRIVILEGES wanted = one(CHANGE_NOTIFY, SE_PRIVILEGE_ENABLED), previous;
    PRIVILEGE_SET set = {.PrivilegeCount = 0};
    TOKEN_TYPE type;
    DWORD size;
    BOOL has;

    ok_fails(GetTokenInformation(token, TokenType, &type, sizeof(type), &size),
             ERROR_ACCESS_DENIED);
    ok_fails(PrivilegeCheck(token, &set, &has), ERROR_ACCESS_DENIED);
    ok_succeeds(AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL));
    ok_fails(AdjustTokenPrivileges(token, FALSE, &wanted, sizeof(previous), &previous, &size),
             ERROR_ACCESS_DENIED);
    ok_succeeds(CloseHandle(token));
    token = open_token(TOKEN_QUERY);
    ok_fails(AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL), ERROR_ACCESS_DENIED);
    ok_succeeds(CloseHandle(token));
}

TEST(what_is_no_token_is_refused, "")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE token = open_token(TOKEN_QUERY);
    TOKEN_PRIVILEGES wanted = one(CHANGE_NOTIFY, 0);
    TOKEN_TYPE type;
    DWORD size;

    ok_fails(GetTokenInformation(event, TokenType, &type, sizeof(type), &size),
             ERROR_INVALID_HANDLE);
    ok_fails(GetTokenInformation(NULL, TokenType, &type, sizeof(type), &size),
             ERROR_INVALID_HANDLE);
    ok_fails(AdjustTokenPrivileges(event, FALSE, &wanted, 0, NULL, NULL), ERROR_INVALID_HANDLE);
    ok_fails(SetEvent(token), ERROR_INVALID_HANDLE);
    ok_succeeds(CloseHandle(token));
    ok_succeeds(CloseHandle(event));
}

/* --- what it says --------------------------------------------------------------------------- */

TEST(the_token_says_what_it_is, "")
{
    HANDLE token = open_token(TOKEN_QUERY);
    TOKEN_ELEVATION_TYPE elevation_type = 0;
    TOKEN_STATISTICS statistics;
    TOKEN_ELEVATION elevation;
    TOKEN_TYPE type = 0;
    privileges held;
    DWORD size = 0;

    ok_succeeds(GetTokenInformation(token, TokenType, &type, sizeof(type), &size));
    ok_eq(type, TokenPrimary);
    ok_eq(size, sizeof(type));
    ok_succeeds(GetTokenInformation(token, TokenElevation, &elevation, sizeof(elevation), &size));
    ok(elevation.TokenIsElevated <= 1);
    ok_eq(size, sizeof(elevation));
    ok_succeeds(GetTokenInformation(token, TokenElevationType, &elevation_type,
                                    sizeof(elevation_type), &size));
    ok(elevation_type >= TokenElevationTypeDefault && elevation_type <= TokenElevationTypeLimited);
    ok_succeeds(GetTokenInformation(token, TokenPrivileges, &held, sizeof(held), &size));
    memset(&statistics, 0xEE, sizeof(statistics));
    ok_succeeds(
        GetTokenInformation(token, TokenStatistics, &statistics, sizeof(statistics), &size));
    ok_eq(size, sizeof(statistics));
    ok_eq(statistics.TokenType, TokenPrimary);
    ok_eq(statistics.PrivilegeCount, held.list.PrivilegeCount);
    ok(statistics.TokenId.LowPart || statistics.TokenId.HighPart);
    ok_succeeds(CloseHandle(token));
}

TEST(an_answer_that_does_not_fit_tells_its_size, "")
{
    HANDLE token = open_token(TOKEN_QUERY);
    privileges held;
    DWORD size = 0, needed;

    ok_fails(GetTokenInformation(token, TokenPrivileges, NULL, 0, &needed),
             ERROR_INSUFFICIENT_BUFFER);
    ok(needed >= BYTES_OF(2));
    memset(&held, 0xEE, sizeof(held));
    ok_fails(GetTokenInformation(token, TokenPrivileges, &held, needed - 1, &size),
             ERROR_INSUFFICIENT_BUFFER);
    ok_eq(size, needed);
    todo_wine ok_eq(held.list.PrivilegeCount, 0xEEEEEEEE); /* it writes the count first */
    ok_succeeds(GetTokenInformation(token, TokenPrivileges, &held, needed, &size));
    ok_eq(size, needed);
    ok_fails(GetTokenInformation(token, TokenStatistics, &held, 1, &size),
             ERROR_INSUFFICIENT_BUFFER);
    ok_eq(size, sizeof(TOKEN_STATISTICS));
    ok_succeeds(CloseHandle(token));
}

TEST(what_a_token_cannot_be_asked, "")
{
    HANDLE token = open_token(TOKEN_QUERY);
    char buffer[256];
    DWORD size;

    todo_wine /* it says that it is not implemented */
    {
        ok_fails(
            GetTokenInformation(token, (TOKEN_INFORMATION_CLASS)0, buffer, sizeof(buffer), &size),
            ERROR_INVALID_PARAMETER);
        ok_fails(GetTokenInformation(token, (TOKEN_INFORMATION_CLASS)0xdead, buffer, sizeof(buffer),
                                     &size),
                 ERROR_INVALID_PARAMETER);
    }
    ok_fails(GetTokenInformation(token, TokenImpersonationLevel, buffer, sizeof(buffer), &size),
             ERROR_INVALID_PARAMETER);
    ok_succeeds(CloseHandle(token));
}

/* --- privileges ----------------------------------------------------------------------------- */

TEST(some_privileges_are_enabled_from_the_start, "")
{
    HANDLE token = open_token(TOKEN_QUERY);
    const DWORD both = SE_PRIVILEGE_ENABLED | SE_PRIVILEGE_ENABLED_BY_DEFAULT;

    ok_eq(attributes_of(token, CHANGE_NOTIFY), both);
    ok_eq(attributes_of(token, CREATE_GLOBAL), both);
    ok_eq(attributes_of(token, CREATE_TOKEN), 0xdeadbeef);
    ok_succeeds(CloseHandle(token));
}

TEST(a_privilege_is_disabled_and_enabled, "")
{
    HANDLE token = open_token(TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES);
    HANDLE other = open_token(TOKEN_QUERY);

    change_one(token, CHANGE_NOTIFY, 0, ERROR_SUCCESS);
    ok_eq(attributes_of(token, CHANGE_NOTIFY), SE_PRIVILEGE_ENABLED_BY_DEFAULT);
    ok_eq(attributes_of(other, CHANGE_NOTIFY), SE_PRIVILEGE_ENABLED_BY_DEFAULT);
    change_one(token, CHANGE_NOTIFY, SE_PRIVILEGE_ENABLED, ERROR_SUCCESS);
    ok_eq(attributes_of(token, CHANGE_NOTIFY),
          SE_PRIVILEGE_ENABLED | SE_PRIVILEGE_ENABLED_BY_DEFAULT);
    ok_succeeds(CloseHandle(other));
    ok_succeeds(CloseHandle(token));
}

TEST(a_privilege_that_is_not_held_is_told, "")
{
    HANDLE token = open_token(TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES);
    privileges wanted;

    change_one(token, CREATE_TOKEN, SE_PRIVILEGE_ENABLED, ERROR_NOT_ALL_ASSIGNED);
    change_one(token, 0xdeadbeef, SE_PRIVILEGE_ENABLED, ERROR_NOT_ALL_ASSIGNED);
    ok_eq(attributes_of(token, CREATE_TOKEN), 0xdeadbeef);
    /* The others of the call are as wanted. */
    wanted.list = one(CREATE_TOKEN, SE_PRIVILEGE_ENABLED);
    wanted.list.PrivilegeCount = 2;
    all_of(&wanted.list)[1] = (LUID_AND_ATTRIBUTES){.Luid.LowPart = CHANGE_NOTIFY};
    SetLastError(0xdeadbeef);
    ok(AdjustTokenPrivileges(token, FALSE, &wanted.list, 0, NULL, NULL));
    ok_error(ERROR_NOT_ALL_ASSIGNED);
    ok_eq(attributes_of(token, CHANGE_NOTIFY), SE_PRIVILEGE_ENABLED_BY_DEFAULT);
    ok_succeeds(CloseHandle(token));
}

TEST(what_was_before_can_be_put_back, "")
{
    HANDLE token = open_token(TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES);
    TOKEN_PRIVILEGES wanted = one(CHANGE_NOTIFY, 0);
    privileges previous;
    DWORD size = 0;

    memset(&previous, 0xEE, sizeof(previous));
    ok_succeeds(
        AdjustTokenPrivileges(token, FALSE, &wanted, sizeof(previous), &previous.list, &size));
    ok_error(ERROR_SUCCESS);
    ok_eq(size, BYTES_OF(1));
    ok_eq(previous.list.PrivilegeCount, 1);
    ok_eq(previous.list.Privileges[0].Luid.LowPart, CHANGE_NOTIFY);
    ok_eq(previous.list.Privileges[0].Attributes & SE_PRIVILEGE_ENABLED, SE_PRIVILEGE_ENABLED);
    ok_succeeds(AdjustTokenPrivileges(token, FALSE, &previous.list, 0, NULL, NULL));
    ok_eq(attributes_of(token, CHANGE_NOTIFY) & SE_PRIVILEGE_ENABLED, SE_PRIVILEGE_ENABLED);
    /* What the call does not change is not told. */
    wanted = one(CHANGE_NOTIFY, SE_PRIVILEGE_ENABLED);
    ok_succeeds(
        AdjustTokenPrivileges(token, FALSE, &wanted, sizeof(previous), &previous.list, &size));
    todo_wine ok_eq(previous.list.PrivilegeCount, 0);
    ok_succeeds(CloseHandle(token));
}

TEST(without_room_for_what_was_before_nothing_is_changed, "")
{
    HANDLE token = open_token(TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES);
    TOKEN_PRIVILEGES wanted = one(CHANGE_NOTIFY, 0), previous;
    DWORD size = 0;

    todo_wine /* it changes it, and tells what fits */
    {
        ok_fails(
            AdjustTokenPrivileges(token, FALSE, &wanted, (DWORD)BYTES_OF(1) - 1, &previous, &size),
            ERROR_INSUFFICIENT_BUFFER);
        ok_eq(size, BYTES_OF(1));
        ok_eq(attributes_of(token, CHANGE_NOTIFY) & SE_PRIVILEGE_ENABLED, SE_PRIVILEGE_ENABLED);
    }
    ok_succeeds(CloseHandle(token));
}

/* Windows checks these pointers by touching them, where a test cannot look. */
TEST(what_is_to_be_changed_must_be_said, "")
{
    HANDLE token = open_token(TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES);
    TOKEN_PRIVILEGES wanted = one(CHANGE_NOTIFY, 0), previous;

    todo_wine
    {
        ok_fails(AdjustTokenPrivileges(token, FALSE, NULL, 0, NULL, NULL), ERROR_INVALID_PARAMETER);
        ok_fails(AdjustTokenPrivileges(token, FALSE, &wanted, sizeof(previous), &previous, NULL),
                 ERROR_NOACCESS);
        ok_eq(attributes_of(token, CHANGE_NOTIFY) & SE_PRIVILEGE_ENABLED, SE_PRIVILEGE_ENABLED);
    }
    ok_succeeds(CloseHandle(token));
}

TEST(a_length_without_a_buffer_is_left_alone, "")
{
    HANDLE token = open_token(TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES);
    TOKEN_PRIVILEGES wanted = one(CHANGE_NOTIFY, SE_PRIVILEGE_ENABLED);
    DWORD size = 0xdeadbeef;

    ok_succeeds(AdjustTokenPrivileges(token, FALSE, &wanted, sizeof(wanted), NULL, &size));
    ok_eq(size, 0xdeadbeef);
    ok_succeeds(CloseHandle(token));
}

TEST(new_and_previous_state_may_be_one_buffer, "")
{
    HANDLE token = open_token(TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES);
    TOKEN_PRIVILEGES both = one(CREATE_GLOBAL, 0);
    DWORD size;

    ok_succeeds(AdjustTokenPrivileges(token, FALSE, &both, sizeof(both), &both, &size));
    ok_eq(attributes_of(token, CREATE_GLOBAL) & SE_PRIVILEGE_ENABLED, 0);
    ok_eq(both.PrivilegeCount, 1);
    ok_eq(both.Privileges[0].Attributes & SE_PRIVILEGE_ENABLED, SE_PRIVILEGE_ENABLED);
    ok_succeeds(CloseHandle(token));
}

TEST(all_privileges_are_disabled_at_once, "")
{
    HANDLE token = open_token(TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES);
    privileges previous, held;
    DWORD size;

    ok_succeeds(AdjustTokenPrivileges(token, TRUE, NULL, sizeof(previous), &previous.list, &size));
    todo_wine ok(previous.list.PrivilegeCount >= 2); /* it tells of none */
    ok_succeeds(GetTokenInformation(token, TokenPrivileges, &held, sizeof(held), &size));
    ok(held.list.PrivilegeCount >= 2);
    for (DWORD i = 0; i < held.list.PrivilegeCount; i++)
        ok_eq(all_of(&held.list)[i].Attributes & SE_PRIVILEGE_ENABLED, 0);
    ok_succeeds(AdjustTokenPrivileges(token, FALSE, &previous.list, 0, NULL, NULL));
    todo_wine
    {
        ok_eq(attributes_of(token, CHANGE_NOTIFY) & SE_PRIVILEGE_ENABLED, SE_PRIVILEGE_ENABLED);
        ok_eq(attributes_of(token, CREATE_GLOBAL) & SE_PRIVILEGE_ENABLED, SE_PRIVILEGE_ENABLED);
    }
    ok_succeeds(CloseHandle(token));
}

TEST(a_removed_privilege_is_gone_for_good, "")
{
    HANDLE token = open_token(TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES);
    TOKEN_PRIVILEGES wanted = one(CREATE_GLOBAL, SE_PRIVILEGE_REMOVED);
    TOKEN_STATISTICS statistics;
    privileges previous;
    DWORD size, count;

    ok_succeeds(
        GetTokenInformation(token, TokenStatistics, &statistics, sizeof(statistics), &size));
    count = statistics.PrivilegeCount;
    SetLastError(0xdeadbeef);
    ok(AdjustTokenPrivileges(token, FALSE, &wanted, sizeof(previous), &previous.list, &size));
    ok_error(ERROR_SUCCESS);
    todo_wine /* it knows nothing of removing, and enables or disables */
    {
        ok_eq(previous.list.PrivilegeCount, 0);
        ok_eq(attributes_of(token, CREATE_GLOBAL), 0xdeadbeef);
        change_one(token, CREATE_GLOBAL, SE_PRIVILEGE_ENABLED, ERROR_NOT_ALL_ASSIGNED);
        change_one(token, CREATE_GLOBAL, SE_PRIVILEGE_REMOVED, ERROR_NOT_ALL_ASSIGNED);
        ok_eq(attributes_of(token, CREATE_GLOBAL), 0xdeadbeef);
        ok_succeeds(
            GetTokenInformation(token, TokenStatistics, &statistics, sizeof(statistics), &size));
        ok_eq(statistics.PrivilegeCount, count - 1);
    }
    ok_succeeds(CloseHandle(token));
}

TEST(a_change_is_seen_in_the_statistics, "")
{
    HANDLE token = open_token(TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES);
    TOKEN_STATISTICS before, after;
    DWORD size;

    ok_succeeds(GetTokenInformation(token, TokenStatistics, &before, sizeof(before), &size));
    ok_succeeds(GetTokenInformation(token, TokenStatistics, &after, sizeof(after), &size));
    ok_mem_eq(&before, &after, sizeof(before));
    change_one(token, CHANGE_NOTIFY, 0, ERROR_SUCCESS);
    ok_succeeds(GetTokenInformation(token, TokenStatistics, &after, sizeof(after), &size));
    ok(memcmp(&before.ModifiedId, &after.ModifiedId, sizeof(after.ModifiedId)) != 0);
    ok_mem_eq(&before.TokenId, &after.TokenId, sizeof(after.TokenId));
    ok_succeeds(CloseHandle(token));
}

typedef union {
    PRIVILEGE_SET set;
    char bytes[sizeof(PRIVILEGE_SET) + sizeof(LUID_AND_ATTRIBUTES)];
} two;

static BOOL has(HANDLE token, DWORD first, DWORD second, DWORD control, two *set)
{
    BOOL result = 2;

    memset(set, 0, sizeof(*set));
    set->set.PrivilegeCount = 2;
    set->set.Control = control;
    set->set.Privilege[0].Luid.LowPart = first;
    (&set->set.Privilege[0])[1].Luid.LowPart = second;
    ok_succeeds(PrivilegeCheck(token, &set->set, &result));
    return result;
}

TEST(privileges_are_checked_all_or_any, "")
{
    HANDLE token = open_token(TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES);
    const DWORD all = PRIVILEGE_SET_ALL_NECESSARY;
    two set;

    ok_eq(has(token, CHANGE_NOTIFY, CREATE_GLOBAL, all, &set), TRUE);
    ok_eq(has(token, CHANGE_NOTIFY, CREATE_TOKEN, all, &set), FALSE);
    ok_eq(has(token, CREATE_TOKEN, CHANGE_NOTIFY, 0, &set), TRUE);
    ok_eq(set.set.Privilege[0].Attributes, 0);
    ok_eq((&set.set.Privilege[0])[1].Attributes, SE_PRIVILEGE_USED_FOR_ACCESS);
    /* Held is not enough. */
    change_one(token, CHANGE_NOTIFY, 0, ERROR_SUCCESS);
    ok_eq(has(token, CREATE_TOKEN, CHANGE_NOTIFY, 0, &set), FALSE);
    ok_succeeds(CloseHandle(token));
}

/* --- the Nt layer --------------------------------------------------------------------------- */

NTSTATUS NTAPI NtOpenProcessToken(HANDLE process, ACCESS_MASK access, PHANDLE token);
NTSTATUS NTAPI NtOpenProcessTokenEx(HANDLE process, ACCESS_MASK access, ULONG attributes,
                                    PHANDLE token);
NTSTATUS NTAPI NtOpenThreadToken(HANDLE thread, ACCESS_MASK access, BOOLEAN as_self, PHANDLE token);
NTSTATUS NTAPI NtAdjustPrivilegesToken(HANDLE token, BOOLEAN disable_all, PTOKEN_PRIVILEGES wanted,
                                       ULONG size, PTOKEN_PRIVILEGES previous, PULONG needed);
NTSTATUS NTAPI NtQueryInformationToken(HANDLE token, TOKEN_INFORMATION_CLASS what, PVOID buffer,
                                       ULONG size, PULONG length);
NTSTATUS NTAPI NtPrivilegeCheck(HANDLE token, PPRIVILEGE_SET required, PBOOLEAN result);
NTSTATUS NTAPI RtlAdjustPrivilege(ULONG privilege, BOOLEAN enable, BOOLEAN of_thread,
                                  PBOOLEAN enabled);

#ifndef STATUS_NOT_ALL_ASSIGNED
#    define STATUS_NOT_ALL_ASSIGNED ((NTSTATUS)0x00000106)
#endif

TEST(tokens_at_the_nt_layer, "")
{
    TOKEN_PRIVILEGES wanted = one(CREATE_TOKEN, SE_PRIVILEGE_ENABLED);
    TOKEN_TYPE type = 0;
    BOOLEAN result = FALSE;
    HANDLE token = NULL, none;
    ULONG length;
    DWORD flags;
    two set;

    ok_status(NtOpenProcessTokenEx(NtCurrentProcess(), TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES,
                                   OBJ_INHERIT, &token),
              STATUS_SUCCESS);
    ok_succeeds(GetHandleInformation(token, &flags));
    ok_eq(flags, HANDLE_FLAG_INHERIT);
    ok_status(NtOpenProcessToken((HANDLE)(ULONG_PTR)0xdead0, TOKEN_QUERY, &none),
              STATUS_INVALID_HANDLE);
    ok_status(NtOpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &none), STATUS_NO_TOKEN);
    ok_status(NtQueryInformationToken(token, TokenType, &type, sizeof(type), &length),
              STATUS_SUCCESS);
    ok_eq(type, TokenPrimary);
    ok_status(NtQueryInformationToken(token, TokenType, &type, 0, &length),
              STATUS_BUFFER_TOO_SMALL);
    ok_status(NtAdjustPrivilegesToken(token, FALSE, &wanted, 0, NULL, NULL),
              STATUS_NOT_ALL_ASSIGNED);
    memset(&set, 0, sizeof(set));
    set.set.PrivilegeCount = 1;
    set.set.Privilege[0].Luid.LowPart = CHANGE_NOTIFY;
    ok_status(NtPrivilegeCheck(token, &set.set, &result), STATUS_SUCCESS);
    ok_eq(result, TRUE);
    ok_succeeds(CloseHandle(token));
}

TEST(one_privilege_is_changed_by_its_number, "")
{
    BOOLEAN enabled = 2;

    todo_wine /* TRUE is 2 there */
    {
        ok_status(RtlAdjustPrivilege(CHANGE_NOTIFY, FALSE, FALSE, &enabled), STATUS_SUCCESS);
        ok_eq(enabled, TRUE);
        ok_status(RtlAdjustPrivilege(CHANGE_NOTIFY, FALSE, FALSE, &enabled), STATUS_SUCCESS);
        ok_eq(enabled, FALSE);
        ok_status(RtlAdjustPrivilege(CHANGE_NOTIFY, TRUE, FALSE, &enabled), STATUS_SUCCESS);
        ok_eq(enabled, FALSE);
        ok_status(RtlAdjustPrivilege(CHANGE_NOTIFY, TRUE, FALSE, &enabled), STATUS_SUCCESS);
        ok_eq(enabled, TRUE);
    }
    ok_status(RtlAdjustPrivilege(CREATE_TOKEN, TRUE, FALSE, &enabled), STATUS_PRIVILEGE_NOT_HELD);
    ok_status(RtlAdjustPrivilege(CHANGE_NOTIFY, TRUE, TRUE, &enabled), STATUS_NO_TOKEN);
}
