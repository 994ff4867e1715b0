// SPDX-License-Identifier: MIT
/*
 * Names of SIDs, SIDs of names, and the SIDs that everybody knows.
 */
#include <string.h>

#include "api/api.h"

#include <sddl.h>

#include "harness/test.h"

typedef union {
    SID sid;
    char bytes[SECURITY_MAX_SID_SIZE];
} any_sid;

static void ok_sid(PSID sid, const char *want)
{
    char *text = NULL;

    if (ok_succeeds(ConvertSidToStringSidA(sid, &text)))
        ok_str_eq(text, want);
    LocalFree(text);
}

static any_sid sid_from(const char *text)
{
    any_sid copy = {.bytes = {0}};
    PSID sid = NULL;

    require(ConvertStringSidToSidA(text, &sid), "%s", text);
    memcpy(&copy, sid, 8 + 4u * ((SID *)sid)->SubAuthorityCount);
    LocalFree(sid);
    return copy;
}

/* --- well-known SIDs ------------------------------------------------------------------------ */

struct known {
    WELL_KNOWN_SID_TYPE type;
    const char *sid; /* of a domain: what follows its SID */
};

static const struct known plain[] = {
    {WinNullSid, "S-1-0-0"},
    {WinWorldSid, "S-1-1-0"},
    {WinLocalSid, "S-1-2-0"},
    {WinCreatorOwnerSid, "S-1-3-0"},
    {WinCreatorGroupSid, "S-1-3-1"},
    {WinCreatorOwnerRightsSid, "S-1-3-4"},
    {WinNtAuthoritySid, "S-1-5"},
    {WinNetworkSid, "S-1-5-2"},
    {WinInteractiveSid, "S-1-5-4"},
    {WinAnonymousSid, "S-1-5-7"},
    {WinAuthenticatedUserSid, "S-1-5-11"},
    {WinRestrictedCodeSid, "S-1-5-12"},
    {WinLogonIdsSid, "S-1-5-5-0-0"},
    {WinLocalSystemSid, "S-1-5-18"},
    {WinLocalServiceSid, "S-1-5-19"},
    {WinNetworkServiceSid, "S-1-5-20"},
    {WinBuiltinDomainSid, "S-1-5-32"},
    {WinBuiltinAdministratorsSid, "S-1-5-32-544"},
    {WinBuiltinUsersSid, "S-1-5-32-545"},
    {WinBuiltinGuestsSid, "S-1-5-32-546"},
    {WinBuiltinDCOMUsersSid, "S-1-5-32-562"},
    {WinNTLMAuthenticationSid, "S-1-5-64-10"},
    {WinOtherOrganizationSid, "S-1-5-1000"},
    {WinLowLabelSid, "S-1-16-4096"},
    {WinMediumLabelSid, "S-1-16-8192"},
    {WinHighLabelSid, "S-1-16-12288"},
    {WinSystemLabelSid, "S-1-16-16384"},
    {WinBuiltinAnyPackageSid, "S-1-15-2-1"},
};

/* Those that Wine 8 does not know. */
static const struct known newer[] = {
    {WinUntrustedLabelSid, "S-1-16-0"},
    {WinMediumPlusLabelSid, "S-1-16-8448"},
    {WinWriteRestrictedCodeSid, "S-1-5-33"},
    {WinIUserSid, "S-1-5-17"},
    {WinBuiltinEventLogReadersGroup, "S-1-5-32-573"},
    {WinConsoleLogonSid, "S-1-2-1"},
    {WinBuiltinHyperVAdminsSid, "S-1-5-32-578"},
    {WinLocalAccountSid, "S-1-5-113"},
};

static void ok_known(const struct known *known)
{
    DWORD size = 0, needed;
    any_sid sid, other = sid_from("S-1-5-80-1");

    ok_fails(CreateWellKnownSid(known->type, NULL, NULL, &size), ERROR_INSUFFICIENT_BUFFER);
    needed = size;
    if (!ok_succeeds(CreateWellKnownSid(known->type, NULL, &sid, &size)))
        return;
    ok_eq(size, needed);
    ok_eq(size, 8 + 4u * sid.sid.SubAuthorityCount);
    ok_sid(&sid, known->sid);
    ok(IsWellKnownSid(&sid, known->type));
    ok(!IsWellKnownSid(&other, known->type));
}

TEST(a_well_known_sid_has_a_number, "13.12")
{
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        ok_known(&plain[i]);
    for (size_t i = 0; i < sizeof(newer) / sizeof(newer[0]); i++) {
        todo_wine
        {
            ok_known(&newer[i]);
        }
    }
}

TEST(a_well_known_account_stands_below_a_domain, "13.12")
{
    static const struct known accounts[] = {
        {WinAccountAdministratorSid, "S-1-5-21-7-8-9-500"},
        {WinAccountGuestSid, "S-1-5-21-7-8-9-501"},
        {WinAccountDomainAdminsSid, "S-1-5-21-7-8-9-512"},
        {WinAccountDomainUsersSid, "S-1-5-21-7-8-9-513"},
        {WinAccountRasAndIasServersSid, "S-1-5-21-7-8-9-553"},
    };
    any_sid domain = sid_from("S-1-5-21-7-8-9"), sid;

    for (size_t i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++) {
        DWORD size = sizeof(sid);

        ok_fails(CreateWellKnownSid(accounts[i].type, NULL, &sid, &size), ERROR_INVALID_PARAMETER);
        size = sizeof(sid);
        if (!ok_succeeds(CreateWellKnownSid(accounts[i].type, &domain, &sid, &size)))
            continue;
        ok_sid(&sid, accounts[i].sid);
        ok(!IsWellKnownSid(&sid, WinAccountKrbtgtSid));
        todo_wine
        {
            ok(IsWellKnownSid(&sid, accounts[i].type));
        }
    }
}

TEST(what_is_not_well_known_is_refused, "13.12")
{
    DWORD size = sizeof(any_sid);
    any_sid sid;

    memset(&sid, 0x55, sizeof(sid));
    ok_fails(CreateWellKnownSid((WELL_KNOWN_SID_TYPE)9999, NULL, &sid, &size),
             ERROR_INVALID_PARAMETER);
    ok_fails(CreateWellKnownSid(WinWorldSid, NULL, NULL, &size), ERROR_INVALID_PARAMETER);
    size = 11;
    ok_fails(CreateWellKnownSid(WinWorldSid, NULL, &sid, &size), ERROR_INSUFFICIENT_BUFFER);
    ok_eq(size, 12);
    ok_eq(sid.bytes[0], 0x55);
    sid = sid_from("S-1-1-0");
    ok(!IsWellKnownSid(&sid, (WELL_KNOWN_SID_TYPE)9999));
}

/* --- names ---------------------------------------------------------------------------------- */

struct found {
    any_sid sid;
    DWORD sid_size, domain_size;
    char domain[64];
    SID_NAME_USE use;
};

static BOOL look_up(const char *name, struct found *found)
{
    memset(found, 0, sizeof(*found));
    found->sid_size = sizeof(found->sid);
    found->domain_size = sizeof(found->domain);
    return LookupAccountNameA(NULL, name, &found->sid, &found->sid_size, found->domain,
                              &found->domain_size, &found->use);
}

TEST(well_known_names_give_their_sids, "13.12")
{
    static const struct {
        const char *name, *sid, *domain;
        SID_NAME_USE use;
    } names[] = {
        {"Everyone", "S-1-1-0", "", SidTypeWellKnownGroup},
        {"everyone", "S-1-1-0", "", SidTypeWellKnownGroup},
        {"CREATOR OWNER", "S-1-3-0", "", SidTypeWellKnownGroup},
        {"SYSTEM", "S-1-5-18", "NT AUTHORITY", SidTypeWellKnownGroup},
        {"NT AUTHORITY\\SYSTEM", "S-1-5-18", "NT AUTHORITY", SidTypeWellKnownGroup},
        {"BUILTIN\\Administrators", "S-1-5-32-544", "BUILTIN", SidTypeAlias},
        {"Administrators", "S-1-5-32-544", "BUILTIN", SidTypeAlias},
        {"BUILTIN", "S-1-5-32", "BUILTIN", SidTypeDomain},
    };
    struct found found;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!ok(look_up(names[i].name, &found), "'%s': error %lu", names[i].name,
                (unsigned long)GetLastError()))
            continue;
        ok_sid(&found.sid, names[i].sid);
        ok_str_eq(found.domain, names[i].domain);
        ok_eq(found.domain_size, strlen(names[i].domain));
        ok_eq(found.sid_size, 8 + 4u * found.sid.sid.SubAuthorityCount);
        ok_eq(found.use, names[i].use);
    }
}

TEST(a_name_that_nobody_has_is_not_mapped, "13.12")
{
    struct found found;

    ok_fails(look_up("nobody of this name 123", &found), ERROR_NONE_MAPPED);
    ok_fails(look_up("BUILTIN\\nobody of this name", &found), ERROR_NONE_MAPPED);
    ok_eq(found.sid_size, sizeof(found.sid));
}

TEST(room_for_a_sid_and_a_domain_is_told, "13.27")
{
    DWORD sid_size = 0, domain_size = 0;
    SID_NAME_USE use = (SID_NAME_USE)77;
    char domain[64];
    any_sid sid;

    ok_fails(LookupAccountNameA(NULL, "SYSTEM", NULL, &sid_size, NULL, &domain_size, &use),
             ERROR_INSUFFICIENT_BUFFER);
    ok_eq(sid_size, 12);
    ok_eq(domain_size, sizeof("NT AUTHORITY"));
    ok_eq(use, 77);
    ok_succeeds(LookupAccountNameA(NULL, "SYSTEM", &sid, &sid_size, domain, &domain_size, &use));
    ok_eq(domain_size, sizeof("NT AUTHORITY") - 1);
    sid_size = 12;
    domain_size = 3;
    ok_fails(LookupAccountNameA(NULL, "SYSTEM", &sid, &sid_size, domain, &domain_size, &use),
             ERROR_INSUFFICIENT_BUFFER);
    ok_eq(domain_size, sizeof("NT AUTHORITY"));
}

TEST(a_sid_gives_its_name_and_domain, "13.12")
{
    DWORD name_size = 0, domain_size = 0;
    any_sid sid = sid_from("S-1-5-18");
    SID_NAME_USE use = (SID_NAME_USE)77;
    char name[64], domain[64];

    ok_fails(LookupAccountSidA(NULL, &sid, NULL, &name_size, NULL, &domain_size, &use),
             ERROR_INSUFFICIENT_BUFFER);
    todo_wine
    {
        ok_eq(name_size, sizeof("SYSTEM"));
        ok_eq(domain_size, sizeof("NT AUTHORITY"));
    }
    name_size = sizeof("SYSTEM");
    domain_size = sizeof("NT AUTHORITY");
    ok_succeeds(LookupAccountSidA(NULL, &sid, name, &name_size, domain, &domain_size, &use));
    ok_str_eq(name, "SYSTEM");
    ok_str_eq(domain, "NT AUTHORITY");
    todo_wine
    {
        ok_eq(name_size, sizeof("SYSTEM") - 1);
        ok_eq(domain_size, sizeof("NT AUTHORITY") - 1);
    }
    ok_eq(use, SidTypeWellKnownGroup);
}

TEST(a_sid_that_nobody_has_is_not_mapped, "13.12")
{
    DWORD name_size = 64, domain_size = 64;
    any_sid sid = sid_from("S-1-9-9-9");
    char name[64], domain[64];
    SID_NAME_USE use;

    ok_fails(LookupAccountSidA(NULL, &sid, name, &name_size, domain, &domain_size, &use),
             ERROR_NONE_MAPPED);
    ok_fails(LookupAccountSidA(NULL, NULL, name, &name_size, domain, &domain_size, &use),
             ERROR_NONE_MAPPED);
}

TEST(another_computer_cannot_be_asked, "13.12")
{
    DWORD name_size = 64, domain_size = 64;
    any_sid sid = sid_from("S-1-5-18");
    char name[64], domain[64];
    SID_NAME_USE use;

    ok_fails(LookupAccountSidA("nosuchmachine", &sid, name, &name_size, domain, &domain_size, &use),
             RPC_S_SERVER_UNAVAILABLE);
    ok_fails(
        LookupAccountNameA("nosuchmachine", "SYSTEM", &sid, &name_size, domain, &domain_size, &use),
        RPC_S_SERVER_UNAVAILABLE);
}

TEST(wide_names_are_the_same, "13.12")
{
    DWORD name_size = 64, domain_size = 64, sid_size = sizeof(any_sid);
    WCHAR name[64], domain[64];
    SID_NAME_USE use;
    any_sid sid;

    if (ok_succeeds(LookupAccountNameW(NULL, L"BUILTIN\\Users", &sid, &sid_size, domain,
                                       &domain_size, &use))) {
        ok_sid(&sid, "S-1-5-32-545");
        ok_wstr_eq(domain, L"BUILTIN");
        ok_eq(domain_size, 7);
    }
    domain_size = 64;
    if (ok_succeeds(LookupAccountSidW(NULL, &sid, name, &name_size, domain, &domain_size, &use))) {
        ok_wstr_eq(name, L"Users");
        ok_eq(name_size, 5);
        ok_wstr_eq(domain, L"BUILTIN");
    }
}
