// SPDX-License-Identifier: MIT
/*
 * FormatMessage: errors, inserts, escapes, lines, buffers.
 */
#include "api/api.h"

#include <stdarg.h>
#include <string.h>

#ifndef ERROR_NO_WORK_DONE /* mingw has not got it */
#    define ERROR_NO_WORK_DONE 235
#endif
#define FROM_STRING FORMAT_MESSAGE_FROM_STRING
#define FROM_SYSTEM FORMAT_MESSAGE_FROM_SYSTEM
#define ARRAY       FORMAT_MESSAGE_ARGUMENT_ARRAY
#define IGNORE      FORMAT_MESSAGE_IGNORE_INSERTS

static DWORD narrow_list(DWORD flags, const char *source, char *text, DWORD size, ...)
{
    va_list arguments;
    DWORD length;

    va_start(arguments, size);
    length = FormatMessageA(FROM_STRING | flags, source, 0, 0, text, size, &arguments);
    va_end(arguments);
    return length;
}

static DWORD wide_list(DWORD flags, const wchar_t *source, wchar_t *text, DWORD size, ...)
{
    va_list arguments;
    DWORD length;

    va_start(arguments, size);
    length = FormatMessageW(FROM_STRING | flags, source, 0, 0, text, size, &arguments);
    va_end(arguments);
    return length;
}

#define check(want, flags, source, ...)                                                      \
    do {                                                                                     \
        char narrow_[200] = "?";                                                             \
        wchar_t wide_[200] = L"?";                                                           \
        DWORD length_ = narrow_list((flags), source, narrow_, sizeof(narrow_), __VA_ARGS__); \
        ok_eq(length_, strlen(want));                                                        \
        ok_str_eq(narrow_, want);                                                            \
        length_ = wide_list((flags), L##source, wide_, ARRAYSIZE(wide_), __VA_ARGS__);       \
        ok_eq(length_, wcslen(L##want));                                                     \
        ok_wstr_eq(wide_, L##want);                                                          \
    } while (0)

TEST(text_without_inserts_stays, "")
{
    check("plain text", 0, "plain text", 0);
    check("100% sure.!", 0, "100%% sure%.%!", 0);
    check("a b", 0, "a% b", 0);
}

TEST(inserts_are_values_in_any_order, "")
{
    check("2 1 2", 0, "%2!d! %1!d! %2!u!", 1, 2);
    check("[   7][7   ][0007][ff]", 0, "[%1!4d!][%1!-4d!][%1!04u!][%2!x!]", 7, 255);
    check("narrow wide", 0, "%1!hs! %2!ws!", "narrow", L"wide");
    check("10", 0, "%10!d!", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    check("10", 0, "%1!d!0", 1);
    check("4294967295 -1", 0, "%1!lu! %2!ld!", 0xffffffffu, -1);
}

TEST(inserts_without_a_format_are_strings, "")
{
    char text[100];
    wchar_t wide[100];

    ok_eq(narrow_list(0, "%1 and %2", text, sizeof(text), "this", "that"), 13);
    ok_str_eq(text, "this and that");
    ok_eq(wide_list(0, L"%1 and %2", wide, ARRAYSIZE(wide), L"this", L"that"), 13);
    ok_wstr_eq(wide, L"this and that");
    ok_eq(narrow_list(0, "[%1!6s!][%1!-6.2s!]", text, sizeof(text), "this"), 16);
    ok_str_eq(text, "[  this][th    ]");
}

TEST(stars_take_values_of_their_own, "")
{
    char text[100];
    DWORD_PTR values[] = {4, 2, (DWORD_PTR) "Bill", (DWORD_PTR) "Bob", 6, (DWORD_PTR) "Bill"};

    ok_eq(FormatMessageA(FROM_STRING | ARRAY, "%1!*.*s! %4 %5!*s!", 0, 0, text, sizeof(text),
                         (va_list *)values),
          15);
    ok_str_eq(text, "  Bi Bob   Bill");
}

TEST(arrays_hold_the_values, "")
{
    wchar_t text[100];
    DWORD_PTR values[] = {(DWORD_PTR)L"first", 42, (DWORD_PTR)0x123456789ab};

    ok_eq(FormatMessageW(FROM_STRING | ARRAY, L"%1 %2!d! %3!I64x!", 0, 0, text, ARRAYSIZE(text),
                         (va_list *)values),
          20);
    ok_wstr_eq(text, L"first 42 123456789ab");
}

TEST(percent_n_and_newlines_are_line_ends, "")
{
    check("a\r\nb", 0, "a%nb", 0);
    check("a\r\nb\r\nc\r\nd", 0, "a\nb\r\nc\rd", 0);
    check("a\r\n\r\nb", 0, "a\n\nb", 0);
    check("a\rb", 0, "a%rb", 0);
    check("one", 0, "one%0two", 0);
}

TEST(one_line_keeps_only_hard_breaks, "")
{
    check("a b c\r\nd", FORMAT_MESSAGE_MAX_WIDTH_MASK, "a\nb\r\nc%nd", 0);
    check("end ", FORMAT_MESSAGE_MAX_WIDTH_MASK, "end\r\n", 0);
}

TEST(lines_are_broken_at_spaces, "")
{
    check("this is\r\na long\r\nline", 8, "this is a long line", 0);
    check("x1 x2\r\nx3", 6, "x%1!d! x%2!d! x%3!d!", 1, 2, 3);
}

TEST(ignored_inserts_stay, "")
{
    check("%1 and %2!d!", IGNORE, "%1 and %2!d!", 0);
    check("a\r\nb", IGNORE, "a%nb", 0);
    check("one", IGNORE, "one%0two", 0);
}

/* The arguments of ignored inserts are not looked at: LMDB for one passes no address at all. */
TEST(arguments_of_ignored_inserts_may_be_anything, "")
{
    static const DWORD sources[] = {FORMAT_MESSAGE_FROM_SYSTEM,
                                    FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_ARGUMENT_ARRAY};
    va_list *nowhere = (va_list *)(ULONG_PTR)16;
    char text[200];

    for (unsigned i = 0; i < 2; i++) {
        ok(FormatMessageA(sources[i] | IGNORE, NULL, ERROR_ACCESS_DENIED, 0, text, sizeof(text),
                          nowhere) > 0);
        ok_eq(FormatMessageA(FORMAT_MESSAGE_FROM_STRING | IGNORE, "%1", 0, 0, text, sizeof(text),
                             nowhere),
              2);
        ok_str_eq(text, "%1");
    }
}

TEST(small_buffers_are_refused, "")
{
    char text[4] = "xyz";
    wchar_t wide[4];

    ok_eq(narrow_list(0, "abc", text, 4), 3);
    ok_str_eq(text, "abc");
    ok_fails(narrow_list(0, "abcd", text, 4), ERROR_INSUFFICIENT_BUFFER);
    ok_fails(wide_list(0, L"abcd", wide, 4), ERROR_INSUFFICIENT_BUFFER);
}

TEST(buffers_are_allocated, "")
{
    char *text = NULL;
    wchar_t *wide = NULL;
    DWORD length;

    ok_eq(FormatMessageA(FROM_STRING | FORMAT_MESSAGE_ALLOCATE_BUFFER, "made", 0, 0, (char *)&text,
                         0, NULL),
          4);
    ok_str_eq(text, "made");
    ok(LocalSize(text) >= 5);
    ok_ptr_eq(LocalFree(text), NULL);
    length = FormatMessageW(FROM_SYSTEM | FORMAT_MESSAGE_ALLOCATE_BUFFER | IGNORE, NULL,
                            ERROR_FILE_NOT_FOUND, 0, (wchar_t *)&wide, 500, NULL);
    require(wide != NULL);
    ok_eq(length, wcslen(wide));
    ok(LocalSize(wide) >= 500 * sizeof(WCHAR));
    ok_ptr_eq(LocalFree(wide), NULL);
}

TEST(errors_have_texts, "")
{
    static const DWORD codes[] = {
        ERROR_SUCCESS,        ERROR_FILE_NOT_FOUND,   ERROR_ACCESS_DENIED,   ERROR_INVALID_HANDLE,
        ERROR_ALREADY_EXISTS, ERROR_COMMITMENT_LIMIT, ERROR_USER_MAPPED_FILE};
    char text[300];
    wchar_t wide[300];

    for (unsigned i = 0; i < ARRAYSIZE(codes); i++) {
        DWORD length =
            FormatMessageA(FROM_SYSTEM | IGNORE, NULL, codes[i],
                           MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT), text, sizeof(text), NULL);

        ok(length > 5 && length == strlen(text), "%u", (unsigned)codes[i]);
        ok_str_eq(text + length - 2, "\r\n");
        ok_eq(FormatMessageW(FROM_SYSTEM | IGNORE, NULL, codes[i], 0, wide, ARRAYSIZE(wide), NULL),
              length);
    }
}

TEST(hresults_of_errors_have_the_errors_texts, "")
{
    char text[300], other[300];

    ok(FormatMessageA(FROM_SYSTEM | IGNORE, NULL, ERROR_ACCESS_DENIED, 0, text, 300, NULL) > 0);
    ok(FormatMessageA(FROM_SYSTEM | IGNORE, NULL, (DWORD)E_ACCESSDENIED, 0, other, 300, NULL) > 0);
    ok_str_eq(text, other);
}

TEST(unknown_codes_have_none, "")
{
    char text[300] = "x";

    ok_fails(FormatMessageA(FROM_SYSTEM, NULL, 0x23456789, 0, text, 300, NULL),
             ERROR_MR_MID_NOT_FOUND);
    ok_fails(FormatMessageW(FROM_SYSTEM, NULL, 0x23456789, 0, (wchar_t *)text, 70, NULL),
             ERROR_MR_MID_NOT_FOUND);
}

TEST(wrong_calls_are_refused, "")
{
    char text[100], *allocated = (char *)1;

    ok_fails(FormatMessageA(0, "x", 0, 0, text, sizeof(text), NULL), ERROR_INVALID_PARAMETER);
    ok_fails(FormatMessageA(FORMAT_MESSAGE_ALLOCATE_BUFFER | FROM_STRING, "x", 0, 0, NULL, 0, NULL),
             ERROR_NOT_ENOUGH_MEMORY);
    ok_fails(narrow_list(0, "%1!d", text, sizeof(text), 1), ERROR_INVALID_PARAMETER);
    ok_fails(FormatMessageA(FROM_STRING, "%1", 0, 0, text, sizeof(text), NULL),
             ERROR_INVALID_PARAMETER);
    ok_fails(FormatMessageA(FORMAT_MESSAGE_ALLOCATE_BUFFER | FROM_SYSTEM, NULL, 0x23456789, 0,
                            (char *)&allocated, 0, NULL),
             ERROR_MR_MID_NOT_FOUND);
    ok_ptr_eq(allocated, NULL);
}

TEST(empty_text_is_no_work, "")
{
    char text[10] = "x";

    SetLastError(0xdeadbeef);
    ok_eq(FormatMessageA(FROM_STRING, "", 0, 0, text, sizeof(text), NULL), 0);
    ok_error(ERROR_NO_WORK_DONE);
}

#ifndef _WIN32
TEST(timeouts_and_graphics_have_texts_too, "")
{
    static const DWORD codes[] = {WAIT_TIMEOUT, (DWORD)E_FAIL, (DWORD)DXGI_ERROR_DEVICE_REMOVED,
                                  ERROR_NO_WORK_DONE};
    char text[300];

    for (unsigned i = 0; i < ARRAYSIZE(codes); i++)
        ok(FormatMessageA(FROM_SYSTEM, NULL, codes[i], 0, text, sizeof(text), NULL) > 5);
}

TEST(modules_and_foreign_languages_have_no_texts, "")
{
    char text[300];

    ok_fails(FormatMessageA(FORMAT_MESSAGE_FROM_HMODULE, NULL, 5, 0, text, 300, NULL),
             ERROR_RESOURCE_TYPE_NOT_FOUND);
    ok(FormatMessageA(FORMAT_MESSAGE_FROM_HMODULE | FROM_SYSTEM, NULL, 5, 0, text, 300, NULL) > 0);
    ok_fails(FormatMessageA(FROM_SYSTEM, NULL, 5, 0x0407, text, 300, NULL),
             ERROR_RESOURCE_LANG_NOT_FOUND);
    ok(FormatMessageA(FROM_SYSTEM, NULL, 5, 0x0809, text, 300, NULL) > 0);
}

TEST(malformed_inserts_are_refused, "")
{
    static const char *const bad[] = {"%1!f!",           "%1!n!", "%1!%d!",          "%1!!",
                                      "%1!***d!",        "%",     "%1!2147483647d!", "%1!y!",
                                      "%1!99999999999d!"};
    char text[100];

    for (unsigned i = 0; i < ARRAYSIZE(bad); i++)
        ok_fails(narrow_list(0, bad[i], text, sizeof(text), 1, 2, 3, 4), ERROR_INVALID_PARAMETER);
}
#endif
