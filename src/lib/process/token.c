// SPDX-License-Identifier: MIT
/*
 * The token of this process; see token.h.
 */
#include "lib/process/token.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <ntstatus.h>

#include "lib/process/privilege.h"
#include "util/macro.h"

/* --- the object ----------------------------------------------------------------------------- */

static void ignore(struct nt_object *object)
{
    (void)object;
}

const struct nt_object_type nt_token_type = {
    .name = "Token",
    .kind = NT_KIND_TOKEN,
    .last_close = ignore,
    .free = ignore,
};

/* The process has it open for as long as it lives. */
static struct nt_object process_token = {.type = &nt_token_type, .opens = 1, .refs = 1};

NTSTATUS nt_token_open(ACCESS_MASK access, ULONG attributes, HANDLE *ret_handle)
{
    ACCESS_MASK granted;
    NTSTATUS status = nt_access_grant_owner(NT_KIND_TOKEN, access, &granted);

    return NT_SUCCESS(status) ? nt_handle_new(&process_token, granted, attributes, ret_handle)
                              : status;
}

NTSTATUS nt_token_check(HANDLE handle, ACCESS_MASK access)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    LONG_PTR value = (LONG_PTR)handle;

    if (value == -5)
        return STATUS_NO_TOKEN;
    if (value == -4 || value == -6)
        return access & ~(ACCESS_MASK)(TOKEN_QUERY | TOKEN_QUERY_SOURCE) ? STATUS_ACCESS_DENIED
                                                                         : STATUS_SUCCESS;
    return nt_handle_get(handle, &nt_token_type, access, &object, NULL);
}

/* --- what it says --------------------------------------------------------------------------- */

/* Local numbers: a logon is a user, and root's is the one that Windows gives the system. */
static LUID logon_of_user(void)
{
    uid_t uid = geteuid();

    return uid == 0 ? (LUID){.LowPart = 0x3E7} : (LUID){.LowPart = uid, .HighPart = 1};
}

static LUID luid_of(uint64_t value)
{
    return (LUID){.LowPart = (DWORD)value, .HighPart = (LONG)(value >> 32)};
}

static void fill_statistics(TOKEN_STATISTICS *statistics)
{
    LUID_AND_ATTRIBUTES list[NT_PRIVILEGES_MOST];
    uint64_t pid = (uint64_t)getpid();

    *statistics = (TOKEN_STATISTICS){
        .TokenId = luid_of(pid),
        .AuthenticationId = logon_of_user(),
        .ExpirationTime.QuadPart = INT64_MAX,
        .TokenType = TokenPrimary,
        .PrivilegeCount = nt_privileges_list(list),
        /* Another number for each change; none of them is another token's. */
        .ModifiedId = luid_of(nt_privileges_changes() << 32 | pid),
    };
}

static ULONG fill_privileges(void *answer)
{
    TOKEN_PRIVILEGES *privileges = answer;

    privileges->PrivilegeCount = nt_privileges_list(privileges->Privileges);
    return (ULONG)(offsetof(TOKEN_PRIVILEGES, Privileges) +
                   privileges->PrivilegeCount * sizeof(*privileges->Privileges));
}

union answer {
    DWORD number;
    TOKEN_TYPE type;
    TOKEN_ELEVATION elevation;
    TOKEN_ELEVATION_TYPE elevation_type;
    TOKEN_STATISTICS statistics;
    TOKEN_PRIVILEGES privileges;
    unsigned char room[offsetof(TOKEN_PRIVILEGES, Privileges) +
                       NT_PRIVILEGES_MOST * sizeof(LUID_AND_ATTRIBUTES)];
};

/* The bytes of the answer; 0 for a question that has none. */
static ULONG make_answer(TOKEN_INFORMATION_CLASS what, union answer *answer)
{
    switch ((unsigned)what) {
    case TokenPrivileges:
        return fill_privileges(answer);
    case TokenType:
        answer->type = TokenPrimary;
        return sizeof(answer->type);
    case TokenStatistics:
        fill_statistics(&answer->statistics);
        return sizeof(answer->statistics);
    case TokenElevation:
        answer->elevation.TokenIsElevated = geteuid() == 0;
        return sizeof(answer->elevation);
    case TokenElevationType:
        answer->elevation_type = TokenElevationTypeDefault;
        return sizeof(answer->elevation_type);
    case TokenHasRestrictions:
    case TokenIsAppContainer:
        answer->number = 0;
        return sizeof(answer->number);
    default:
        return 0;
    }
}

NTSTATUS nt_token_query(TOKEN_INFORMATION_CLASS what, void *buffer, ULONG size, ULONG *ret_length)
{
    union answer answer;
    ULONG length = make_answer(what, &answer);

    *ret_length = length;
    if (length == 0) {
        /* Whoever is not impersonating has no level of it. */
        bool known =
            what >= TokenUser && what < MaxTokenInfoClass && what != TokenImpersonationLevel;

        return known ? STATUS_NOT_SUPPORTED : STATUS_INVALID_INFO_CLASS;
    }
    if (size < length)
        return STATUS_BUFFER_TOO_SMALL;
    if (!buffer)
        return STATUS_ACCESS_VIOLATION;
    memcpy(buffer, &answer, length);
    return STATUS_SUCCESS;
}

bool nt_token_has(PRIVILEGE_SET *set)
{
    DWORD found = 0;

    for (DWORD i = 0; i < set->PrivilegeCount; i++) {
        LUID_AND_ATTRIBUTES *one = &set->Privilege[i];

        if (one->Luid.HighPart == 0 &&
            nt_privilege_in_force((enum nt_privilege)one->Luid.LowPart)) {
            one->Attributes |= SE_PRIVILEGE_USED_FOR_ACCESS;
            found++;
        }
    }
    return set->Control & PRIVILEGE_SET_ALL_NECESSARY ? found == set->PrivilegeCount : found > 0;
}
