// SPDX-License-Identifier: MIT
/*
 * Text: conversions between narrow and wide, lstrlen and its kin.
 */
#include "api/api.h"

#include <string.h>

/* The same text in both encodings. */
static const char narrow_text[] = "a\xc3\xa4\xe6\xbc\xa2\xf0\x9f\x98\x80z";
#ifdef _WIN32
static const wchar_t wide_text[] = L"a\x00e4\x6f22\xd83d\xde00z";
#else
static const wchar_t wide_text[] = L"a\x00e4\x6f22\x1f600z";
#endif
#define NARROW_LENGTH 11
#define WIDE_LENGTH   ((int)ARRAYSIZE(wide_text) - 1)

TEST(utf8_becomes_wide_and_utf8_again, "")
{
    wchar_t wide[20];
    char narrow[20];

    ok_eq(MultiByteToWideChar(CP_UTF8, 0, narrow_text, -1, NULL, 0), WIDE_LENGTH + 1);
    ok_eq(MultiByteToWideChar(CP_UTF8, 0, narrow_text, -1, wide, 20), WIDE_LENGTH + 1);
    ok_wstr_eq(wide, wide_text);
    ok_eq(WideCharToMultiByte(CP_UTF8, 0, wide_text, -1, NULL, 0, NULL, NULL), NARROW_LENGTH + 1);
    ok_eq(WideCharToMultiByte(CP_UTF8, 0, wide_text, -1, narrow, 20, NULL, NULL),
          NARROW_LENGTH + 1);
    ok_str_eq(narrow, narrow_text);
}

TEST(counted_text_gets_no_nul, "")
{
    wchar_t wide[20];
    char narrow[20];

    wmemset(wide, L'#', 20);
    ok_eq(MultiByteToWideChar(CP_UTF8, 0, narrow_text, 3, wide, 20), 2);
    ok_eq(wide[2], L'#');
    memset(narrow, '#', 20);
    ok_eq(WideCharToMultiByte(CP_UTF8, 0, wide_text, 2, narrow, 20, NULL, NULL), 3);
    ok_mem_eq(narrow, "a\xc3\xa4#", 4);
    ok_eq(MultiByteToWideChar(CP_UTF8, 0, "a\0b", 3, wide, 20), 3);
    ok_eq(wide[1], 0);
}

TEST(small_buffers_are_errors, "")
{
    wchar_t wide[20];
    char narrow[20];

    ok_fails(MultiByteToWideChar(CP_UTF8, 0, narrow_text, -1, wide, WIDE_LENGTH),
             ERROR_INSUFFICIENT_BUFFER);
    ok_fails(WideCharToMultiByte(CP_UTF8, 0, wide_text, -1, narrow, NARROW_LENGTH, NULL, NULL),
             ERROR_INSUFFICIENT_BUFFER);
    ok_eq(MultiByteToWideChar(CP_UTF8, 0, narrow_text, -1, wide, WIDE_LENGTH + 1), WIDE_LENGTH + 1);
}

TEST(malformed_text_is_replaced_or_refused, "")
{
    static const char *const bad[] = {"x\x80y",       "x\xc3y",           "x\xe6\xbc", "\xc0\xaf",
                                      "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"};
    static const wchar_t lone[] = {L'x', 0xd800, L'y', 0};
    wchar_t wide[20];
    char narrow[20];

    for (unsigned i = 0; i < ARRAYSIZE(bad); i++) {
        ok_fails(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, bad[i], -1, wide, 20),
                 ERROR_NO_UNICODE_TRANSLATION);
        ok(MultiByteToWideChar(CP_UTF8, 0, bad[i], -1, wide, 20) > 1);
        ok(wcschr(wide, 0xfffd) != NULL, "%u", i);
    }
    ok_fails(WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, lone, -1, narrow, 20, NULL, NULL),
             ERROR_NO_UNICODE_TRANSLATION);
    ok_eq(WideCharToMultiByte(CP_UTF8, 0, lone, -1, narrow, 20, NULL, NULL), 6);
    ok_str_eq(narrow, "x\xef\xbf\xbdy");
    /* U+FFFD itself is not malformed. */
    ok_eq(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, "\xef\xbf\xbd", 3, wide, 20), 1);
    ok_eq(wide[0], 0xfffd);
}

TEST(wrong_conversions_are_refused, "")
{
    wchar_t wide[20];
    char narrow[20];
    BOOL used;

    ok_fails(MultiByteToWideChar(CP_UTF8, 0, NULL, -1, wide, 20), ERROR_INVALID_PARAMETER);
    ok_fails(MultiByteToWideChar(CP_UTF8, 0, "x", 0, wide, 20), ERROR_INVALID_PARAMETER);
    ok_fails(MultiByteToWideChar(CP_UTF8, 0, "x", 1, NULL, 20), ERROR_INVALID_PARAMETER);
    ok_fails(MultiByteToWideChar(CP_UTF8, 0, "x", 1, wide, -1), ERROR_INVALID_PARAMETER);
    ok_fails(MultiByteToWideChar(12345, 0, "x", 1, wide, 20), ERROR_INVALID_PARAMETER);
    ok_fails(MultiByteToWideChar(CP_UTF8, 0x8000, "x", 1, wide, 20), ERROR_INVALID_FLAGS);
    ok_fails(WideCharToMultiByte(CP_UTF8, 0, NULL, -1, narrow, 20, NULL, NULL),
             ERROR_INVALID_PARAMETER);
    todo_wine /* Microsoft's page: "For the CP_UTF8 settings ... this parameter must be NULL" */
    {
        ok_fails(WideCharToMultiByte(CP_UTF8, 0, L"x", 1, narrow, 20, "?", NULL),
                 ERROR_INVALID_PARAMETER);
        ok_fails(WideCharToMultiByte(CP_UTF8, 0, L"x", 1, narrow, 20, NULL, &used),
                 ERROR_INVALID_PARAMETER);
    }
    ok_fails(WideCharToMultiByte(12345, 0, L"x", 1, narrow, 20, NULL, NULL),
             ERROR_INVALID_PARAMETER);
}

TEST(active_code_page_takes_ascii, "")
{
    wchar_t wide[20];
    char narrow[20];

    ok_eq(MultiByteToWideChar(CP_ACP, 0, "plain", -1, wide, 20), 6);
    ok_wstr_eq(wide, L"plain");
    ok_eq(WideCharToMultiByte(CP_ACP, 0, L"plain", -1, narrow, 20, NULL, NULL), 6);
    ok_str_eq(narrow, "plain");
    ok_succeeds(IsValidCodePage(GetACP()));
    ok(!IsValidCodePage(12345));
#ifndef _WIN32
    ok_eq(GetACP(), CP_UTF8);
    ok_eq(GetOEMCP(), CP_UTF8);
#endif
}

/* --- lstrlen and its kin -------------------------------------------------------------------- */

TEST(lengths_and_copies, "")
{
    char narrow[20];
    wchar_t wide[20];

    ok_eq(lstrlenA("four"), 4);
    ok_eq(lstrlenW(L"four"), 4);
    ok_ptr_eq(lstrcpyA(narrow, "one"), narrow);
    ok_ptr_eq(lstrcatA(narrow, " two"), narrow);
    ok_str_eq(narrow, "one two");
    ok_ptr_eq(lstrcpyW(wide, L"one"), wide);
    ok_ptr_eq(lstrcatW(wide, L" two"), wide);
    ok_wstr_eq(wide, L"one two");
    ok_ptr_eq(lstrcpynA(narrow, "abcdef", 4), narrow);
    ok_str_eq(narrow, "abc");
    ok_ptr_eq(lstrcpynW(wide, L"abcdef", 4), wide);
    ok_wstr_eq(wide, L"abc");
    ok_ptr_eq(lstrcpynA(narrow, "ab", 4), narrow);
    ok_str_eq(narrow, "ab");
}

TEST(null_is_no_text, "")
{
    char narrow[20] = "x";
    wchar_t wide[20] = L"x";

    ok_eq(lstrlenA(NULL), 0);
    ok_eq(lstrlenW(NULL), 0);
    ok_ptr_eq(lstrcpyA(narrow, NULL), NULL);
    ok_ptr_eq(lstrcpyA(NULL, narrow), NULL);
    ok_ptr_eq(lstrcpyW(wide, NULL), NULL);
    ok_ptr_eq(lstrcatA(NULL, narrow), NULL);
    ok_eq(lstrcmpA(NULL, NULL), 0);
    ok_eq(lstrcmpA(NULL, "a"), -1);
    ok_eq(lstrcmpW(L"a", NULL), 1);
}

TEST(texts_are_compared_as_people_sort, "")
{
    ok_eq(lstrcmpA("abc", "abc"), 0);
    ok_eq(lstrcmpA("abc", "abd"), -1);
    ok_eq(lstrcmpA("b", "aaaa"), 1);
    ok_eq(lstrcmpA("ab", "abc"), -1);
    ok_eq(lstrcmpA("a", "B"), -1);
    ok_eq(lstrcmpA("B", "a"), 1);
    ok_eq(lstrcmpA("a", "A"), -1);
    ok_eq(lstrcmpW(L"Name", L"name"), 1);
    ok_eq(lstrcmpiA("NAME", "name"), 0);
    ok_eq(lstrcmpiW(L"NAME", L"name"), 0);
    ok_eq(lstrcmpiW(L"NAMES", L"name"), 1);
    ok_eq(lstrcmpiA("x", "Y"), -1);
}
