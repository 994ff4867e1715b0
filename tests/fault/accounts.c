// SPDX-License-Identifier: MIT
/*
 * Descriptors as text, lists under change, and accounts, when something fails inside: the error
 * is told and nothing is given out.
 */
#include <windows.h>
#include <aclapi.h>
#include <sddl.h>

#include "fault/kit.h"
#include "harness/test.h"

#define TEXT_OF_ALL "O:BAG:SYD:PAI(A;;GA;;;WD)(D;OI;FR;;;S-1-5-21-1-2-3-4)S:(ML;;NW;;;LW)"

static PSECURITY_DESCRIPTOR descriptor;
static EXPLICIT_ACCESS_A *told;
static char *text;
static PACL changed;
static PSID sid;

static void make_descriptor(void)
{
    if (!descriptor)
        require(ConvertStringSecurityDescriptorToSecurityDescriptorA(TEXT_OF_ALL, SDDL_REVISION_1,
                                                                     &descriptor, NULL));
}

static PACL dacl(void)
{
    return (PACL)((char *)descriptor + ((SECURITY_DESCRIPTOR_RELATIVE *)descriptor)->Dacl);
}

static void free_descriptor(void)
{
    LocalFree(descriptor);
    descriptor = NULL;
}

static void free_text(void)
{
    LocalFree(text);
    text = NULL;
}

static void free_sid(void)
{
    LocalFree(sid);
    sid = NULL;
}

static void free_changed(void)
{
    LocalFree(changed);
    changed = NULL;
}

static void free_told(void)
{
    LocalFree(told);
    told = NULL;
}

static void make_sid(void)
{
    if (!sid)
        require(ConvertStringSidToSidA("S-1-5-18", &sid));
}

static uint32_t run_parse(void)
{
    return fault_result(ConvertStringSecurityDescriptorToSecurityDescriptorA(
        TEXT_OF_ALL, SDDL_REVISION_1, &descriptor, NULL));
}

static uint32_t run_print(void)
{
    return fault_result(ConvertSecurityDescriptorToStringSecurityDescriptorA(
        descriptor, SDDL_REVISION_1,
        OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | SACL_SECURITY_INFORMATION, &text,
        NULL));
}

static uint32_t run_sid(void)
{
    return fault_result(ConvertStringSidToSidA("BA", &sid));
}

static uint32_t run_sid_text(void)
{
    return fault_result(ConvertSidToStringSidA(sid, &text));
}

static uint32_t run_set_entries(void)
{
    char name[] = "Administrators";
    EXPLICIT_ACCESS_A change;

    BuildExplicitAccessWithNameA(&change, name, GENERIC_READ, GRANT_ACCESS, NO_INHERITANCE);
    return SetEntriesInAclA(1, &change, dacl(), &changed);
}

static uint32_t run_tell_entries(void)
{
    ULONG n;

    return GetExplicitEntriesFromAclA(dacl(), &n, &told);
}

static uint32_t run_effective(void)
{
    char name[] = "CURRENT_USER";
    ACCESS_MASK mask;
    TRUSTEE_A trustee;

    BuildTrusteeWithNameA(&trustee, name);
    return GetEffectiveRightsFromAclA(dacl(), &trustee, &mask);
}

static uint32_t run_name_of_user(void)
{
    static SID root = {SID_REVISION, 1, {{0, 0, 0, 0, 0, 22}}, {0}};
    DWORD name_size = 64, domain_size = 64;
    char name[64], domain[64];
    SID_NAME_USE use;

    /* Two numbers, 1 and 0: more than the structure names. */
    struct {
        SID sid;
        DWORD uid;
    } user = {root, 0};

    user.sid.SubAuthorityCount = 2;
    user.sid.SubAuthority[0] = 1;
    return fault_result(
        LookupAccountSidA(NULL, &user, name, &name_size, domain, &domain_size, &use));
}

static uint32_t run_user_of_name(void)
{
    DWORD sid_size = SECURITY_MAX_SID_SIZE, domain_size = 64;
    char bytes[SECURITY_MAX_SID_SIZE], domain[64];
    SID_NAME_USE use;

    return fault_result(
        LookupAccountNameA(NULL, "Unix User\\root", bytes, &sid_size, domain, &domain_size, &use));
}

TEST(descriptors_as_text_give_nothing_when_they_fail, "13.8")
{
    const struct fault_call calls[] = {
        {"ConvertStringSecurityDescriptorToSecurityDescriptor", NULL, run_parse, free_descriptor,
         FAULT_MEMORY, 0, 0},
        {"ConvertStringSidToSid", NULL, run_sid, free_sid, FAULT_MEMORY, 0, 0},
        {"ConvertSidToStringSid", make_sid, run_sid_text, free_text, FAULT_MEMORY, 0, 0},
        {"ConvertSecurityDescriptorToStringSecurityDescriptor", make_descriptor, run_print,
         free_text, FAULT_MEMORY, 0, 0},
    };

    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    free_descriptor();
    free_sid();
}

TEST(lists_under_change_give_nothing_when_they_fail, "13.14")
{
    const struct fault_call calls[] = {
        {"SetEntriesInAcl", make_descriptor, run_set_entries, free_changed, FAULT_MEMORY, 0, 0},
        {"GetExplicitEntriesFromAcl", make_descriptor, run_tell_entries, free_told, FAULT_MEMORY, 0,
         0},
    };

    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    free_descriptor();
}

TEST(accounts_that_cannot_be_asked_for_are_an_error, "13.12")
{
    const struct fault_call calls[] = {
        {"LookupAccountSid", NULL, run_name_of_user, NULL, FAULT_BIT(ACCOUNT), 0, 0},
        {"LookupAccountName", NULL, run_user_of_name, NULL, FAULT_BIT(ACCOUNT), 0, 0},
        {"GetEffectiveRightsFromAcl", make_descriptor, run_effective, NULL,
         FAULT_BIT(ACCOUNT) | FAULT_MEMORY, 0, 0},
    };

    /* The C library makes ready what it keeps. */
    ok_eq(run_name_of_user(), 0);
    ok_eq(run_user_of_name(), 0);
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    free_descriptor();
}
