// SPDX-License-Identifier: MIT
/*
 * The A functions take UTF-8: they meet the W functions, and refuse what is malformed. On Windows
 * this holds where UTF-8 is the active code page.
 */
#include "api/api.h"

#include <stdio.h>
#include <string.h>

static void need_utf8(void)
{
#ifdef _WIN32
    if (GetACP() != CP_UTF8)
        skip("the active code page is %u", GetACP());
#endif
}

static const struct {
    const char *narrow;
    const wchar_t *wide;
} texts[] = {
    {"plain", L"plain"},
    {"gr\xc3\xb6\xc3\x9f"
     "e",
     L"gr\x00f6\x00df"
     L"e"},
    {"\xe6\xbc\xa2\xe5\xad\x97", L"\x6f22\x5b57"},
    {"\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf", L"\x007f\x0080\x07ff\x0800\xffff"},
#ifdef _WIN32
    {"\xf0\x9f\x98\x80", L"\xd83d\xde00"},
    {"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", L"\xd800\xdc00\xdbff\xdfff"},
#else
    {"\xf0\x9f\x98\x80", L"\x1f600"},
    {"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", L"\x10000\x10ffff"},
#endif
};

TEST(narrow_and_wide_names_meet, "11.1 11.20")
{
    need_utf8();
    for (unsigned i = 0; i < ARRAYSIZE(texts); i++) {
        char narrow[200];
        wchar_t wide[200];
        HANDLE section, opened;

        snprintf(narrow, sizeof(narrow), "%s%s", A_("text"), texts[i].narrow);
        swprintf(wide, ARRAYSIZE(wide), L"%ls%ls", L_("text"), texts[i].wide);
        section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, PAGE, narrow);
        require(section != NULL, "%u: error %u", i, (unsigned)GetLastError());
        ok_error(ERROR_SUCCESS);
        opened = open_section(wide, FILE_MAP_READ);
        ok_succeeds(CompareObjectHandles(section, opened));
        drop(section, NULL);
        drop(opened, NULL);
    }
}

TEST(wide_and_narrow_names_meet, "11.1 11.20")
{
    need_utf8();
    for (unsigned i = 0; i < ARRAYSIZE(texts); i++) {
        char narrow[200];
        wchar_t wide[200];
        HANDLE event, opened;

        snprintf(narrow, sizeof(narrow), "%s%s", A_("text"), texts[i].narrow);
        swprintf(wide, ARRAYSIZE(wide), L"%ls%ls", L_("text"), texts[i].wide);
        event = CreateEventW(NULL, TRUE, FALSE, wide);
        opened = OpenEventA(SYNCHRONIZE, FALSE, narrow);
        require(event && opened, "%u: error %u", i, (unsigned)GetLastError());
        ok_succeeds(CompareObjectHandles(event, opened));
        drop(event, NULL);
        drop(opened, NULL);
    }
}

TEST(ascii_names_meet_in_any_code_page, "11.3")
{
    HANDLE section =
        CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, PAGE, A_("Local\\both"));
    HANDLE wide = open_section(L_("Local\\both"), FILE_MAP_READ);
    HANDLE narrow = OpenFileMappingA(FILE_MAP_READ, FALSE, A_("Local\\both"));

    require(section && narrow);
    ok_succeeds(CompareObjectHandles(section, wide));
    ok_succeeds(CompareObjectHandles(section, narrow));
    drop(section, NULL);
    drop(wide, NULL);
    drop(narrow, NULL);
}

#ifndef _WIN32
static const char *const malformed[] = {
    "\x80",             /* what can only follow */
    "\xc3",             /* cut */
    "\xc3x",            /* cut by another character */
    "\xe6\xbc",         /* cut */
    "\xf0\x9f\x98",     /* cut */
    "\xc0\xaf",         /* overlong */
    "\xe0\x80\xaf",     /* overlong */
    "\xf0\x80\x80\xaf", /* overlong */
    "\xed\xa0\x80",     /* a surrogate */
    "\xf4\x90\x80\x80", /* above U+10FFFF */
    "\xf8\x88\x80\x80\x80",
    "\xff",
};

TEST(malformed_text_is_no_name, "")
{
    for (unsigned i = 0; i < ARRAYSIZE(malformed); i++) {
        char name[200];

        snprintf(name, sizeof(name), "%s%s", A_("bad"), malformed[i]);
        ok_fails(CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, PAGE, name),
                 ERROR_NO_UNICODE_TRANSLATION);
        ok_fails(OpenFileMappingA(FILE_MAP_READ, FALSE, name), ERROR_NO_UNICODE_TRANSLATION);
        ok_fails(CreateEventA(NULL, TRUE, FALSE, name), ERROR_NO_UNICODE_TRANSLATION);
        ok_fails(CreateEventExA(NULL, name, 0, EVENT_ALL_ACCESS), ERROR_NO_UNICODE_TRANSLATION);
        ok_fails(OpenEventA(SYNCHRONIZE, FALSE, name), ERROR_NO_UNICODE_TRANSLATION);
    }
}

TEST(wide_character_above_unicode_is_an_invalid_name, "")
{
    wchar_t name[200];

    wcscpy(name, L_("beyond"));
    wcscat(name, (const wchar_t[]){0x110000, 0});
    ok_fails(CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, PAGE, name),
             ERROR_INVALID_NAME);
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, name), ERROR_INVALID_NAME);
}

TEST(longest_narrow_name_has_32766_units, "11.16")
{
    static char name[3 * 32768];
    size_t at = strlen(A_("long"));
    HANDLE section, opened;

    strcpy(name, A_("long"));
    for (size_t units = at; units < 32766; units++, at += 3)
        memcpy(name + at, "\xe6\xbc\xa2", 4);
    section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, PAGE, name);
    require(section != NULL, "error %u", (unsigned)GetLastError());
    opened = OpenFileMappingA(FILE_MAP_READ, FALSE, name);
    ok_succeeds(CompareObjectHandles(section, opened));
    drop(section, NULL);
    drop(opened, NULL);
    strcat(name, "x");
    ok_fails(OpenFileMappingA(FILE_MAP_READ, FALSE, name), ERROR_INVALID_NAME);
}
#endif

TEST(halves_of_a_pair_are_units_of_a_name, "11.1")
{
    static const wchar_t high[] = {0xd83d, 0}, low[] = {0xde00, 0}, swapped[] = {0xde00, 0xd83d, 0};
    const wchar_t *const endings[] = {high, low, swapped};
    HANDLE sections[ARRAYSIZE(endings)];

    for (unsigned i = 0; i < ARRAYSIZE(endings); i++) {
        wchar_t name[200];

        wcscpy(name, L_("half"));
        wcscat(name, endings[i]);
        sections[i] = new_section(name, PAGE_READWRITE, PAGE);
        ok_error(ERROR_SUCCESS);
        drop(open_section(name, FILE_MAP_READ), NULL);
    }
    for (unsigned i = 0; i < ARRAYSIZE(endings); i++)
        drop(sections[i], NULL);
}
