// SPDX-License-Identifier: MIT
/*
 * Security descriptors as text, both ways: what each word means, what is written back, and what is
 * no descriptor. SIDs as text are in sddl_sids.c.
 */
#include <stdio.h>
#include <string.h>

#include "api/api.h"

#include <sddl.h>

#include "harness/test.h"

#define EVERYTHING                                                                         \
    (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | \
     SACL_SECURITY_INFORMATION)

static PSECURITY_DESCRIPTOR parse(const char *text)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    ULONG size = 0;

    if (!ok(ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1, &descriptor,
                                                                 &size),
            "'%s': error %lu", text, (unsigned long)GetLastError()))
        return NULL;
    ok(size >= 20, "'%s' takes %lu bytes", text, (unsigned long)size);
    return descriptor;
}

static void ok_prints(PSECURITY_DESCRIPTOR descriptor, SECURITY_INFORMATION parts, const char *want)
{
    char *text = NULL;
    ULONG length = 0;

    if (!ok(ConvertSecurityDescriptorToStringSecurityDescriptorA(descriptor, SDDL_REVISION_1, parts,
                                                                 &text, &length),
            "'%s': error %lu", want, (unsigned long)GetLastError()))
        return;
    ok_str_eq(text, want);
    ok(length > strlen(text), "%lu characters, the NUL included", (unsigned long)length);
    LocalFree(text);
}

/* @text says the same as @want, which is how it is written. */
static void ok_means(const char *text, const char *want)
{
    PSECURITY_DESCRIPTOR descriptor = parse(text);

    if (!descriptor)
        return;
    ok_prints(descriptor, EVERYTHING, want);
    LocalFree(descriptor);
}

static void ok_refused(const char *text, DWORD error)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;

    SetLastError(0xdeadbeef);
    if (ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1, &descriptor,
                                                             NULL)) {
        ok(false, "'%s' is accepted", text);
        LocalFree(descriptor);
        return;
    }
    ok(GetLastError() == error, "'%s': error %lu, not %lu", text, (unsigned long)GetLastError(),
       (unsigned long)error);
}

static PACL dacl_of(PSECURITY_DESCRIPTOR descriptor)
{
    const SECURITY_DESCRIPTOR_RELATIVE *relative = descriptor;

    return relative->Dacl ? (PACL)((char *)descriptor + relative->Dacl) : NULL;
}

static WORD control_of(PSECURITY_DESCRIPTOR descriptor)
{
    return ((const SECURITY_DESCRIPTOR_RELATIVE *)descriptor)->Control;
}

/* The entry of a list that has one. */
static const ACCESS_ALLOWED_ACE *only_ace(PACL acl)
{
    ok_eq(acl->AceCount, 1);
    return (const ACCESS_ALLOWED_ACE *)(acl + 1);
}

/* --- parts ---------------------------------------------------------------------------------- */

TEST(parts_stand_in_any_order_and_none_must_be_there, "13.9")
{
    ok_means("", "");
    ok_means("O:BAG:SYD:(A;;GA;;;WD)S:(AU;SA;GA;;;WD)", "O:BAG:SYD:(A;;GA;;;WD)S:(AU;SA;GA;;;WD)");
    ok_means("S:(AU;SA;GA;;;WD)D:(A;;GA;;;WD)G:SYO:BA", "O:BAG:SYD:(A;;GA;;;WD)S:(AU;SA;GA;;;WD)");
    ok_means("O:S-1-5-32-544G:S-1-5-18", "O:BAG:SY");
}

/* Not present, present and NULL, present and empty are three things. */
TEST(absent_null_and_empty_lists_differ, "13.9 13.10 13.11")
{
    PSECURITY_DESCRIPTOR absent = parse("O:BA"), empty = parse("D:"), null;

    require(absent && empty);
    ok_eq(control_of(absent), SE_SELF_RELATIVE);
    ok_ptr_eq(dacl_of(absent), NULL);
    ok_eq(control_of(empty), SE_SELF_RELATIVE | SE_DACL_PRESENT);
    if (ok(dacl_of(empty) != NULL))
        ok_eq(dacl_of(empty)->AceCount, 0);
    ok_means("D:", "D:");
    ok_means("S:", "S:");
    todo_wine
    {
        null = parse("D:NO_ACCESS_CONTROL");
        ok_eq(control_of(null), SE_SELF_RELATIVE | SE_DACL_PRESENT);
        ok_ptr_eq(dacl_of(null), NULL);
        ok_prints(null, EVERYTHING, "D:NO_ACCESS_CONTROL");
        LocalFree(null);
    }
    LocalFree(absent);
    LocalFree(empty);
}

TEST(list_flags_are_bits_of_the_control_word, "13.28")
{
    PSECURITY_DESCRIPTOR descriptor = parse("D:AIARP(A;;GA;;;WD)S:P");

    require(descriptor != NULL);
    todo_wine
    {
        ok_eq(control_of(descriptor), SE_SELF_RELATIVE | SE_DACL_PRESENT | SE_SACL_PRESENT |
                                          SE_DACL_PROTECTED | SE_DACL_AUTO_INHERIT_REQ |
                                          SE_DACL_AUTO_INHERITED | SE_SACL_PROTECTED);
    }
    ok_prints(descriptor, DACL_SECURITY_INFORMATION, "D:PARAI(A;;GA;;;WD)");
    LocalFree(descriptor);
    ok_means("D:P", "D:P");
    ok_means("D:AI", "D:AI");
    ok_means("S:PARAI", "S:PARAI");
    todo_wine
    {
        ok_means("D:PNO_ACCESS_CONTROL", "D:PNO_ACCESS_CONTROL");
    }
}

TEST(only_the_parts_asked_for_are_written, "13.22 13.23")
{
    PSECURITY_DESCRIPTOR descriptor = parse("O:BAG:SYD:(A;;GA;;;WD)S:(ML;;NW;;;LW)(AU;SA;GA;;;BA)");

    require(descriptor != NULL);
    ok_prints(descriptor, OWNER_SECURITY_INFORMATION, "O:BA");
    ok_prints(descriptor, GROUP_SECURITY_INFORMATION, "G:SY");
    ok_prints(descriptor, DACL_SECURITY_INFORMATION, "D:(A;;GA;;;WD)");
    ok_prints(descriptor, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
              "O:BAD:(A;;GA;;;WD)");
    ok_prints(descriptor, 0, "");
    todo_wine
    {
        ok_prints(descriptor, SACL_SECURITY_INFORMATION, "S:(ML;;NW;;;LW)(AU;SA;GA;;;BA)");
        ok_prints(descriptor, LABEL_SECURITY_INFORMATION, "S:(ML;;NW;;;LW)");
    }
    LocalFree(descriptor);
}

/* --- entries -------------------------------------------------------------------------------- */

TEST(every_right_has_its_letters, "13.3 13.16")
{
    static const struct {
        const char *word;
        DWORD mask;
    } rights[] = {
        {"CC", 0x1},           {"DC", 0x2},          {"LC", 0x4},
        {"SW", 0x8},           {"RP", 0x10},         {"WP", 0x20},
        {"DT", 0x40},          {"LO", 0x80},         {"CR", 0x100},
        {"SD", DELETE},        {"RC", READ_CONTROL}, {"WD", WRITE_DAC},
        {"WO", WRITE_OWNER},   {"GA", GENERIC_ALL},  {"GX", GENERIC_EXECUTE},
        {"GW", GENERIC_WRITE}, {"GR", GENERIC_READ}, {"FA", 0x1F01FF},
        {"FR", 0x120089},      {"FW", 0x120116},     {"FX", 0x1200A0},
        {"KA", 0xF003F},       {"KR", 0x20019},      {"KW", 0x20006},
    };

    for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
        PSECURITY_DESCRIPTOR descriptor;
        char text[40];

        sprintf(text, "D:(A;;%s;;;WD)", rights[i].word);
        descriptor = parse(text);
        if (!descriptor)
            continue;
        ok_eq(only_ace(dacl_of(descriptor))->Mask, rights[i].mask);
        ok_prints(descriptor, EVERYTHING, text);
        LocalFree(descriptor);
    }
}

TEST(rights_are_written_by_bits_or_as_a_number, "13.3")
{
    ok_means("D:(A;;KX;;;WD)", "D:(A;;KR;;;WD)");
    ok_means("D:(A;;GAGRGWGXRCSDWDWORPWPCCDCLCSWLODTCR;;;WD)",
             "D:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWOGAGXGWGR;;;WD)");
    ok_means("D:(A;;FRFW;;;WD)", "D:(A;;0x12019f;;;WD)");
    ok_means("D:(A;;0xF0005;;;WD)", "D:(A;;CCLCSDRCWDWO;;;WD)");
    ok_means("D:(A;;19;;;WD)", "D:(A;;CCDCRP;;;WD)");
    ok_means("D:(A;;017;;;WD)", "D:(A;;CCDCLCSW;;;WD)");
    ok_means("D:(A;;0xffffffff;;;WD)", "D:(A;;0xffffffff;;;WD)");
    ok_means("D:(A;;;;;WD)", "D:(A;;;;;WD)");
    ok_means("D:(A;;CCCCCC;;;WD)", "D:(A;;CC;;;WD)");
}

TEST(types_and_flags_of_entries, "13.11 13.14")
{
    ok_means("D:(D;;GA;;;WD)(A;;GA;;;SY)", "D:(D;;GA;;;WD)(A;;GA;;;SY)");
    ok_means("D:(A;OICINPIOID;GA;;;WD)", "D:(A;OICINPIOID;GA;;;WD)");
    ok_means("D:(A;IDIOCI;GA;;;WD)", "D:(A;CIIOID;GA;;;WD)");
    ok_means("S:(AU;SAFA;GA;;;WD)(AL;FA;GR;;;BA)", "S:(AU;SAFA;GA;;;WD)(AL;FA;GR;;;BA)");
}

TEST(a_mandatory_label_is_an_entry_of_its_own, "13.40")
{
    static const struct {
        const char *words;
        DWORD mask;
    } policies[] = {
        {"NW", SYSTEM_MANDATORY_LABEL_NO_WRITE_UP},
        {"NR", SYSTEM_MANDATORY_LABEL_NO_READ_UP},
        {"NX", SYSTEM_MANDATORY_LABEL_NO_EXECUTE_UP},
        {"NWNRNX", SYSTEM_MANDATORY_LABEL_VALID_MASK},
    };

    for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
        const SECURITY_DESCRIPTOR_RELATIVE *relative;
        const ACCESS_ALLOWED_ACE *ace;
        char text[40];

        sprintf(text, "S:(ML;;%s;;;HI)", policies[i].words);
        relative = parse(text);
        if (!relative)
            continue;
        ace = only_ace((PACL)((char *)relative + relative->Sacl));
        ok_eq(ace->Header.AceType, SYSTEM_MANDATORY_LABEL_ACE_TYPE);
        ok_eq(ace->Mask, policies[i].mask);
        todo_wine
        {
            ok_prints((PSECURITY_DESCRIPTOR)relative, EVERYTHING, text);
        }
        LocalFree((HLOCAL)relative);
    }
}

TEST(blanks_may_stand_before_a_field, "13.8")
{
    static const char *const same[] = {
        " D:(D;;GA;;;WD)", "D: (D;;GA;;;WD)", "D:( D;;GA;;;WD)", "D:(D; ;GA;;;WD)",
        "D:(D;; GA;;;WD)", "D:(D;;GA; ;;WD)", "D:(D;;GA;; ;WD)", "D:(D;;GA;;; WD)",
        "D:(D;;GA;;;WD )", "D:(D;;GA;;;WD) ",
    };

    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
        ok_means(same[i], "D:(D;;GA;;;WD)");
}

TEST(case_does_not_count, "13.8")
{
    todo_wine
    {
        ok_means("o:bag:syd:pai(a;oi;ga;;;wd)", "O:BAG:SYD:PAI(A;OI;GA;;;WD)");
    }
}

TEST(what_is_no_entry_is_invalid_acl, "13.8")
{
    static const char *const wrong[] = {
        "D:(D;;GA ;;;WD)",
        "D:(A;;GA;;;XX)",
        "D:(A;;GA;;;S-1-5-)",
        "D:(A;;GA;;WD)",
        "D:(A;;GA;;;WD",
        "D:(A;OICIX;GA;;;WD)",
        "D:(A;;0x1G;;;WD)",
        "D:(A;;-1;;;WD)",
        "D:(A;;SA;;;WD)",
        /* Entries of directory objects are no entries of anything here. */
        "D:(A;;CR;bf967aba-0de6-11d0-a285-00aa003049e2;;WD)",
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        ok_refused(wrong[i], ERROR_INVALID_ACL);
    todo_wine
    {
        ok_refused("D:(D ;;GA;;;WD)", ERROR_INVALID_ACL);
        ok_refused("D:(Z;;GA;;;WD)", ERROR_INVALID_ACL);
        ok_refused("D:(XA;;GA;;;WD)", ERROR_INVALID_ACL);
        ok_refused("D:(OA;;CR;bf967aba-0de6-11d0-a285-00aa003049e2;;WD)", ERROR_INVALID_ACL);
        ok_refused("D:(XA;;GA;;;WD;(@User.a==1))", ERROR_INVALID_ACL);
    }
    todo_wine
    {
        ok_refused("D:(A;;0x100000000;;;WD)", ERROR_INVALID_ACL);
        ok_refused("D:(A;;GA0x1;;;WD)", ERROR_INVALID_ACL);
        ok_refused("D:XX(A;;GA;;;WD)", ERROR_INVALID_ACL);
        ok_refused("D:NO_ACCESS_CONTROL(A;;GA;;;WD)", ERROR_INVALID_ACL);
        ok_refused("D:(A;;GA;;;WD)(", ERROR_INVALID_ACL);
    }
}

TEST(what_is_no_part_is_refused, "13.33")
{
    PSECURITY_DESCRIPTOR descriptor = NULL;

    ok_refused("X:BA", ERROR_INVALID_PARAMETER);
    ok_refused("D", ERROR_INVALID_PARAMETER);
    ok_refused("O:XX", ERROR_INVALID_SID);
    ok_refused("G:S-1-", ERROR_INVALID_SID);
    todo_wine
    {
        ok_refused("O:", ERROR_INVALID_SID);
        ok_refused("O:BAO:SY", ERROR_INVALID_PARAMETER);
        ok_refused("D:D:", ERROR_INVALID_PARAMETER);
    }
    ok_fails(ConvertStringSecurityDescriptorToSecurityDescriptorA("D:", 0, &descriptor, NULL),
             ERROR_UNKNOWN_REVISION);
    ok_fails(ConvertStringSecurityDescriptorToSecurityDescriptorA("D:", 2, &descriptor, NULL),
             ERROR_UNKNOWN_REVISION);
    ok_fails(
        ConvertStringSecurityDescriptorToSecurityDescriptorA("D:", SDDL_REVISION_1, NULL, NULL),
        ERROR_INVALID_PARAMETER);
    todo_wine
    {
        ok_fails(ConvertStringSecurityDescriptorToSecurityDescriptorA(NULL, SDDL_REVISION_1,
                                                                      &descriptor, NULL),
                 ERROR_INVALID_PARAMETER);
    }
    ok_ptr_eq(descriptor, NULL);
}

TEST(what_is_no_descriptor_has_no_text, "13.33")
{
    SECURITY_DESCRIPTOR absolute;
    char *text = NULL;

    memset(&absolute, 0, sizeof(absolute));
    ok_fails(ConvertSecurityDescriptorToStringSecurityDescriptorA(&absolute, SDDL_REVISION_1,
                                                                  EVERYTHING, &text, NULL),
             ERROR_UNKNOWN_REVISION);
    absolute.Revision = SECURITY_DESCRIPTOR_REVISION;
    ok_prints(&absolute, EVERYTHING, "");
    ok_fails(
        ConvertSecurityDescriptorToStringSecurityDescriptorA(&absolute, 2, EVERYTHING, &text, NULL),
        ERROR_UNKNOWN_REVISION);
    ok_ptr_eq(text, NULL);
}

/* Four pointers instead of one block. */
TEST(an_absolute_descriptor_is_written_too, "13.8")
{
    PSECURITY_DESCRIPTOR relative = parse("O:BAG:SYD:P(A;;GA;;;WD)");
    SECURITY_DESCRIPTOR absolute;

    require(relative != NULL);
    memset(&absolute, 0, sizeof(absolute));
    absolute.Revision = SECURITY_DESCRIPTOR_REVISION;
    absolute.Control = SE_DACL_PRESENT | SE_DACL_PROTECTED;
    absolute.Dacl = dacl_of(relative);
    absolute.Owner = (char *)relative + ((SECURITY_DESCRIPTOR_RELATIVE *)relative)->Owner;
    ok_prints(&absolute, EVERYTHING, "O:BAD:P(A;;GA;;;WD)");
    LocalFree(relative);
}

TEST(wide_descriptors_are_the_same, "13.8")
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    WCHAR *text = NULL;
    ULONG length = 0;

    require(ConvertStringSecurityDescriptorToSecurityDescriptorW(
        L"O:BAD:(A;;GA;;;WD)", SDDL_REVISION_1, &descriptor, NULL));
    if (ok_succeeds(ConvertSecurityDescriptorToStringSecurityDescriptorW(
            descriptor, SDDL_REVISION_1, EVERYTHING, &text, &length))) {
        ok_wstr_eq(text, L"O:BAD:(A;;GA;;;WD)");
        ok_eq(length, wcslen(text) + 1);
    }
    LocalFree(text);
    LocalFree(descriptor);
    todo_wine
    {
        ok_fails(ConvertStringSecurityDescriptorToSecurityDescriptorW(
                     L"D:(\x0141;;GA;;;WD)", SDDL_REVISION_1, &descriptor, NULL),
                 ERROR_INVALID_ACL);
    }
}

/* A list has at most 65,535 bytes: 3,276 entries of 20. */
TEST(a_list_that_is_too_long_is_refused, "13.8")
{
    static char text[16 + 16 * 3300];
    size_t at = (size_t)sprintf(text, "D:");
    PSECURITY_DESCRIPTOR descriptor;

    for (unsigned i = 0; i < 3276; i++)
        at += (size_t)sprintf(text + at, "(A;;GA;;;WD)");
    descriptor = parse(text);
    if (descriptor) {
        ok_eq(dacl_of(descriptor)->AceCount, 3276);
        ok_prints(descriptor, EVERYTHING, text);
        LocalFree(descriptor);
    }
    sprintf(text + at, "(A;;GA;;;WD)");
    ok_refused(text, ERROR_INVALID_ACL);
}
