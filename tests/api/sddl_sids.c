// SPDX-License-Identifier: MIT
/*
 * SIDs as text: in full, and as the two letters that SDDL has for the well-known ones.
 */
#include <stdio.h>
#include <string.h>

#include "api/api.h"

#include <sddl.h>

#include "harness/test.h"

/* A descriptor of nothing but an owner is written as it is read. */
static void ok_written(const char *owner)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    char *text = NULL;

    if (!ok_succeeds(ConvertStringSecurityDescriptorToSecurityDescriptorA(owner, SDDL_REVISION_1,
                                                                          &descriptor, NULL)))
        return;
    if (ok_succeeds(ConvertSecurityDescriptorToStringSecurityDescriptorA(
            descriptor, SDDL_REVISION_1, OWNER_SECURITY_INFORMATION, &text, NULL)))
        ok_str_eq(text, owner);
    LocalFree(text);
    LocalFree(descriptor);
}

struct letters {
    const char *letters, *sid;
};

static const struct letters plain[] = {
    {"WD", "S-1-1-0"},      {"CO", "S-1-3-0"},      {"CG", "S-1-3-1"},      {"OW", "S-1-3-4"},
    {"NU", "S-1-5-2"},      {"IU", "S-1-5-4"},      {"SU", "S-1-5-6"},      {"AN", "S-1-5-7"},
    {"ED", "S-1-5-9"},      {"PS", "S-1-5-10"},     {"AU", "S-1-5-11"},     {"RC", "S-1-5-12"},
    {"SY", "S-1-5-18"},     {"LS", "S-1-5-19"},     {"NS", "S-1-5-20"},     {"BA", "S-1-5-32-544"},
    {"BU", "S-1-5-32-545"}, {"BG", "S-1-5-32-546"}, {"PU", "S-1-5-32-547"}, {"AO", "S-1-5-32-548"},
    {"SO", "S-1-5-32-549"}, {"PO", "S-1-5-32-550"}, {"BO", "S-1-5-32-551"}, {"RE", "S-1-5-32-552"},
    {"RU", "S-1-5-32-554"}, {"RD", "S-1-5-32-555"}, {"NO", "S-1-5-32-556"}, {"LW", "S-1-16-4096"},
    {"ME", "S-1-16-8192"},  {"HI", "S-1-16-12288"}, {"SI", "S-1-16-16384"}, {"AC", "S-1-15-2-1"},
};

/* Those that Wine 8 does not know. */
static const struct letters newer[] = {
    {"WR", "S-1-5-33"},           {"IS", "S-1-5-32-568"}, {"CY", "S-1-5-32-569"},
    {"ER", "S-1-5-32-573"},       {"CD", "S-1-5-32-574"}, {"RA", "S-1-5-32-575"},
    {"ES", "S-1-5-32-576"},       {"MS", "S-1-5-32-577"}, {"HA", "S-1-5-32-578"},
    {"AA", "S-1-5-32-579"},       {"RM", "S-1-5-32-580"}, {"HO", "S-1-5-32-584"},
    {"MP", "S-1-16-8448"},        {"AS", "S-1-18-1"},     {"SS", "S-1-18-2"},
    {"UD", "S-1-5-84-0-0-0-0-0"}, {"MU", "S-1-5-32-558"}, {"LU", "S-1-5-32-559"},
};

static void ok_letters(const struct letters *letters)
{
    char *text = NULL, owner[8];
    PSID sid = NULL;

    if (!ok(ConvertStringSidToSidA(letters->letters, &sid), "%s is no SID", letters->letters))
        return;
    if (ok_succeeds(ConvertSidToStringSidA(sid, &text)))
        ok(strcmp(text, letters->sid) == 0, "%s is %s", letters->letters, text);
    LocalFree(text);
    LocalFree(sid);
    sprintf(owner, "O:%s", letters->letters);
    ok_written(owner);
}

TEST(two_letters_name_a_sid_and_are_what_is_written, "13.8")
{
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        ok_letters(&plain[i]);
    for (size_t i = 0; i < sizeof(newer) / sizeof(newer[0]); i++) {
        todo_wine
        {
            ok_letters(&newer[i]);
        }
    }
}

/* Whose domain it is, is the system's to say; the account is not. */
TEST(letters_of_a_domain_name_its_accounts, "13.8")
{
    static const struct letters domain[] = {
        {"LA", "-500"}, {"LG", "-501"}, {"DA", "-512"}, {"DU", "-513"},
        {"DG", "-514"}, {"DC", "-515"}, {"DD", "-516"}, {"CA", "-517"},
        {"SA", "-518"}, {"EA", "-519"}, {"PA", "-520"}, {"RS", "-553"},
    };

    for (size_t i = 0; i < sizeof(domain) / sizeof(domain[0]); i++) {
        char *text = NULL;
        PSID sid = NULL;

        if (!ok_succeeds(ConvertStringSidToSidA(domain[i].letters, &sid)))
            continue;
        if (ok_succeeds(ConvertSidToStringSidA(sid, &text))) {
            ok(strncmp(text, "S-1-5-21-", 9) == 0, "%s is %s", domain[i].letters, text);
            ok_str_eq(strrchr(text, '-'), domain[i].sid);
        }
        LocalFree(text);
        LocalFree(sid);
    }
}

TEST(sid_text_is_s_revision_authority_and_numbers, "13.8")
{
    static const char *const same[] = {
        "S-1-5-18",
        "S-1-0-0",
        "S-1-5-21-4294967295-0-1-500",
        "S-1-4294967295-1",
        "S-1-1-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15",
    };

    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        char *text = NULL;
        PSID sid = NULL;

        todo_if(i == 3 && test_on_wine())
        {
            if (ok_succeeds(ConvertStringSidToSidA(same[i], &sid)) &&
                ok_succeeds(ConvertSidToStringSidA(sid, &text)))
                ok_str_eq(text, same[i]);
        }
        LocalFree(text);
        LocalFree(sid);
    }
}

TEST(what_is_no_sid_is_invalid_sid, "13.8")
{
    static const char *const wrong[] = {"S-1-", "S-2-5-18", "BAX", "XX", "S-1-5-18 "};
    PSID sid = NULL;
    char *text;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        SetLastError(0xdeadbeef);
        ok(!ConvertStringSidToSidA(wrong[i], &sid), "'%s' is a SID", wrong[i]);
        ok_error(ERROR_INVALID_SID);
    }
    ok_fails(ConvertStringSidToSidA(NULL, &sid), ERROR_INVALID_PARAMETER);
    ok_fails(ConvertStringSidToSidA("BA", NULL), ERROR_INVALID_PARAMETER);
    todo_wine
    {
        ok_fails(ConvertStringSidToSidA("S-1-5-18-", &sid), ERROR_INVALID_SID);
        ok_fails(ConvertSidToStringSidA(NULL, &text), ERROR_INVALID_PARAMETER);
    }
    if (ok_succeeds(ConvertStringSidToSidA("s-1-5-32-544", &sid))) {
        if (!test_on_wine())
            ok_fails(ConvertSidToStringSidA(sid, NULL), ERROR_INVALID_PARAMETER);
        ((SID *)sid)->Revision = 2;
        ok_fails(ConvertSidToStringSidA(sid, &text), ERROR_INVALID_SID);
        LocalFree(sid);
    }
}

TEST(wide_sids_are_the_same, "13.8")
{
    WCHAR *text = NULL;
    PSID sid = NULL;

    require(ConvertStringSidToSidW(L"ba", &sid));
    if (ok_succeeds(ConvertSidToStringSidW(sid, &text)))
        ok_wstr_eq(text, L"S-1-5-32-544");
    LocalFree(text);
    LocalFree(sid);
    ok_fails(ConvertStringSidToSidW(L"b\x4e00", &sid), ERROR_INVALID_SID);
}
