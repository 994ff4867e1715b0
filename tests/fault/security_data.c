// SPDX-License-Identifier: MIT
/*
 * Security data, when something fails inside: SIDs and their text are made or not, and an access
 * check that could not be made has said nothing.
 */
#include <grp.h>

#include <windows.h>
#include <winternl.h>

#include "fault/kit.h"
#include "harness/test.h"
#include "rtl/identity.h"
#include "rtl/status.h"

static SID_IDENTIFIER_AUTHORITY world = {SECURITY_WORLD_SID_AUTHORITY};
static PSID sid;
static UNICODE_STRING text;
static HANDLE token;

/* More groups than an identity has room for in itself; only root can. */
static bool join_groups(void)
{
    gid_t groups[NT_IDENTITY_INLINE + 1];

    for (size_t i = 0; i < ARRAYSIZE(groups); i++)
        groups[i] = (gid_t)(60000 + i);
    return setgroups(ARRAYSIZE(groups), groups) == 0;
}

static uint32_t run_allocate(void)
{
    return fault_result(AllocateAndInitializeSid(&world, 1, 0, 0, 0, 0, 0, 0, 0, 0, &sid));
}

static void free_sid(void)
{
    sid = FreeSid(sid);
}

static void need_sid(void)
{
    if (!sid)
        ok_eq(run_allocate(), 0);
}

static uint32_t run_text(void)
{
    return nt_status_to_win32(RtlConvertSidToUnicodeString(&text, sid, TRUE));
}

static void free_text(void)
{
    RtlFreeUnicodeString(&text);
}

static void open_token(void)
{
    HANDLE primary;

    need_sid();
    if (token)
        return;
    require(OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE, &primary));
    require(DuplicateToken(primary, SecurityImpersonation, &token));
    ok_succeeds(CloseHandle(primary));
}

/* Owned by everyone: READ_CONTROL is granted. */
static uint32_t run_check(void)
{
    GENERIC_MAPPING mapping = {1, 2, 4, 7};
    SECURITY_DESCRIPTOR descriptor;
    DWORD granted = 0xdead, size = sizeof(PRIVILEGE_SET);
    BOOL status = 0xdead;
    PRIVILEGE_SET set;
    uint32_t error;

    InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION);
    SetSecurityDescriptorOwner(&descriptor, sid, FALSE);
    SetSecurityDescriptorGroup(&descriptor, sid, FALSE);
    error = fault_result(
        AccessCheck(&descriptor, token, READ_CONTROL, &mapping, &set, &size, &granted, &status));
    ok_eq(granted, error ? 0xdead : READ_CONTROL);
    ok_eq(status, error ? 0xdead : TRUE);
    return error;
}

TEST(security_data_is_made_whole_or_not_at_all, "13.14")
{
    const uint64_t groups = join_groups() ? FAULT_MEMORY : 0;
    const struct fault_call calls[] = {
        {"AllocateAndInitializeSid", NULL, run_allocate, free_sid, FAULT_MEMORY, 0, 0},
        {"RtlConvertSidToUnicodeString", need_sid, run_text, free_text, FAULT_MEMORY, 0, 0},
        {"AccessCheck", open_token, run_check, NULL, groups, 0, 0},
    };

    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    free_sid();
    ok_succeeds(CloseHandle(token));
}
