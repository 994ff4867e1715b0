// SPDX-License-Identifier: MIT
/*
 * See descriptor_kit.h.
 */
#include "api/descriptor_kit.h"

/* --- made ----------------------------------------------------------------------------------- */

void descriptor_init(struct descriptor *descriptor)
{
    require(InitializeSecurityDescriptor(&descriptor->absolute, SECURITY_DESCRIPTOR_REVISION));
    descriptor->attributes = (SECURITY_ATTRIBUTES){
        .nLength = sizeof(descriptor->attributes),
        .lpSecurityDescriptor = &descriptor->absolute,
    };
}

void descriptor_init_empty(struct descriptor *descriptor)
{
    descriptor_init(descriptor);
    require(InitializeAcl(&descriptor->dacl.acl, sizeof(descriptor->dacl), ACL_REVISION));
    require(SetSecurityDescriptorDacl(&descriptor->absolute, TRUE, &descriptor->dacl.acl, FALSE));
}

void descriptor_init_null(struct descriptor *descriptor)
{
    descriptor_init(descriptor);
    require(SetSecurityDescriptorDacl(&descriptor->absolute, TRUE, NULL, FALSE));
}

void descriptor_allow(struct descriptor *descriptor, PSID sid, DWORD mask)
{
    require(AddAccessAllowedAce(&descriptor->dacl.acl, ACL_REVISION, mask, sid));
}

void descriptor_deny(struct descriptor *descriptor, PSID sid, DWORD mask)
{
    require(AddAccessDeniedAce(&descriptor->dacl.acl, ACL_REVISION, mask, sid));
}

/* --- who ------------------------------------------------------------------------------------ */

static PSID sid_of(BYTE authority, BYTE count, DWORD first, DWORD second)
{
    SID_IDENTIFIER_AUTHORITY identifier = {{0, 0, 0, 0, 0, authority}};
    PSID sid = NULL;

    require(AllocateAndInitializeSid(&identifier, count, first, second, 0, 0, 0, 0, 0, 0, &sid));
    return sid;
}

PSID sid_everyone(void)
{
    static PSID sid;

    return sid ? sid : (sid = sid_of(1, 1, 0, 0));
}

PSID sid_owner_rights(void)
{
    static PSID sid;

    return sid ? sid : (sid = sid_of(3, 1, 4, 0));
}

PSID sid_nobody(void)
{
    static PSID sid;

    return sid ? sid : (sid = sid_of(22, 2, 1, 4000000));
}

static void ask_token(TOKEN_INFORMATION_CLASS what, void *buffer, DWORD size)
{
    HANDLE token = NULL;
    DWORD length;

    require(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token));
    require(GetTokenInformation(token, what, buffer, size, &length), "error %u",
            (unsigned)GetLastError());
    CloseHandle(token);
}

PSID sid_user(void)
{
    static union {
        TOKEN_USER user;
        char room[256];
    } answer;

    ask_token(TokenUser, &answer, sizeof(answer));
    return answer.user.User.Sid;
}

PSID sid_owner(void)
{
    static union {
        TOKEN_OWNER owner;
        char room[256];
    } answer;

    ask_token(TokenOwner, &answer, sizeof(answer));
    return answer.owner.Owner;
}

PSID sid_group(void)
{
    static union {
        TOKEN_PRIMARY_GROUP group;
        char room[256];
    } answer;

    ask_token(TokenPrimaryGroup, &answer, sizeof(answer));
    return answer.group.PrimaryGroup;
}

/* --- read ----------------------------------------------------------------------------------- */

DWORD granted_of(HANDLE handle)
{
    OBJECT_BASIC_INFORMATION basic;
    ULONG length;

    require(NtQueryObject(handle, ObjectBasicInformation, &basic, sizeof(basic), &length) ==
            STATUS_SUCCESS);
    return basic.GrantedAccess;
}

DWORD read_security(HANDLE handle, SECURITY_INFORMATION parts, union relative *ret_descriptor)
{
    DWORD needed = 0xdeadbeef;

    require(
        GetKernelObjectSecurity(handle, parts, ret_descriptor, sizeof(*ret_descriptor), &needed),
        "error %u", (unsigned)GetLastError());
    return needed;
}

PSID owner_in(union relative *descriptor)
{
    BOOL defaulted = 0xdead;
    PSID sid = NULL;

    ok_succeeds(GetSecurityDescriptorOwner(descriptor, &sid, &defaulted));
    ok_eq(defaulted, FALSE);
    return sid;
}

PSID group_in(union relative *descriptor)
{
    BOOL defaulted = 0xdead;
    PSID sid = NULL;

    ok_succeeds(GetSecurityDescriptorGroup(descriptor, &sid, &defaulted));
    ok_eq(defaulted, FALSE);
    return sid;
}

SECURITY_DESCRIPTOR_CONTROL control_in(union relative *descriptor)
{
    SECURITY_DESCRIPTOR_CONTROL control = 0;
    DWORD revision;

    ok_succeeds(GetSecurityDescriptorControl(descriptor, &control, &revision));
    return control;
}

PACL dacl_in(union relative *descriptor)
{
    BOOL present = FALSE, defaulted = 0xdead;
    PACL dacl = NULL;

    ok_succeeds(GetSecurityDescriptorDacl(descriptor, &present, &dacl, &defaulted));
    ok(present);
    ok_eq(defaulted, FALSE);
    return dacl;
}

void check_allows(PACL dacl, DWORD index, PSID sid, DWORD mask)
{
    ACCESS_ALLOWED_ACE *ace = NULL;

    if (!ok(dacl != NULL) || !ok_succeeds(GetAce(dacl, index, (LPVOID *)&ace)))
        return;
    ok_eq(ace->Header.AceType, ACCESS_ALLOWED_ACE_TYPE);
    ok_eq(ace->Header.AceFlags, 0);
    ok_eq(ace->Mask, mask);
    ok(EqualSid(&ace->SidStart, sid));
}

/* --- duplicated ----------------------------------------------------------------------------- */

void check_widens(HANDLE handle, DWORD access, DWORD granted)
{
    HANDLE self = GetCurrentProcess(), copy = NULL;

    if (!ok_succeeds(DuplicateHandle(self, handle, self, &copy, access, FALSE, 0)))
        return;
    ok_eq(granted_of(copy), granted);
    drop(copy, NULL);
}

void check_not_widened(HANDLE handle, DWORD access, DWORD error)
{
    HANDLE self = GetCurrentProcess(), copy = (HANDLE)(ULONG_PTR)0xdeadbeef;

    ok_fails(DuplicateHandle(self, handle, self, &copy, access, FALSE, 0), error);
    if (!ok_ptr_eq(copy, NULL) && copy != (HANDLE)(ULONG_PTR)0xdeadbeef)
        CloseHandle(copy);
}
