// SPDX-License-Identifier: MIT
/*
 * Formats mean what they mean on Windows, in narrow and in wide functions. On Windows these are
 * the functions of its C library.
 */
#include "api/api.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <tchar.h>

static void check_narrow(int line, const char *want, const char *format, ...)
{
    char text[400];
    va_list arguments;
    int length;

    memset(text, '#', sizeof(text));
    va_start(arguments, format);
    length = _vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    ok(length == (int)strlen(want), "line %d: %d, not %d", line, length, (int)strlen(want));
    if (length >= 0 && length < (int)sizeof(text))
        ok_str_eq(text, want);
}

static void check_wide(int line, const wchar_t *want, const wchar_t *format, ...)
{
    wchar_t text[400];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = _vsnwprintf(text, ARRAYSIZE(text), format, arguments);
    va_end(arguments);
    ok(length == (int)wcslen(want), "line %d: %d, not %d", line, length, (int)wcslen(want));
    if (length >= 0 && length < (int)ARRAYSIZE(text))
        ok_wstr_eq(text, want);
}

#define narrow(want, ...) check_narrow(__LINE__, want, __VA_ARGS__)
#define wide(want, ...)   check_wide(__LINE__, want, __VA_ARGS__)
#define both(want, format, ...)                                \
    do {                                                       \
        check_narrow(__LINE__, want, format, __VA_ARGS__);     \
        check_wide(__LINE__, L##want, L##format, __VA_ARGS__); \
    } while (0)

TEST(long_is_32_bits_in_a_format, "")
{
    DWORD big = 4000000000u;
    LONG small = -5;

    both("-5 4000000000 ee6b2800 EE6B2800", "%ld %lu %lx %lX", small, big, big, big);
    both("-5 next", "%ld %hs", small, "next");
    both("-294967296", "%li", (LONG)big);
    both("   -5|-5   |-0005|+0005", "%5ld|%-5ld|%05ld|%+05ld", small, small, small, (LONG)5);
}

TEST(i64_and_i32_are_lengths, "")
{
    both("-9000000000 18446744073709551615 ffffffffffffffff", "%I64d %I64u %I64x", -9000000000LL,
         ~0ULL, ~0ULL);
    both("-1 4294967295", "%I32d %I32u", -1, ~0u);
    both("-9000000000 9000000000", "%lld %llu", -9000000000LL, 9000000000ULL);
    both("7fffffffffffffff", "%Ix", (size_t)0x7fffffffffffffff);
    both("123", "%Iu", (size_t)123);
}

TEST(pointers_are_sixteen_capital_digits, "")
{
    both("0000000000000000", "%p", NULL);
    both("00007FFE1234ABCD", "%p", (void *)0x7ffe1234abcd);
    both("  00007FFE1234ABCD|", "%18p|", (void *)0x7ffe1234abcd);
    both("00007FFE1234ABCD  |", "%-18p|", (void *)0x7ffe1234abcd);
}

TEST(percent_s_is_of_the_functions_own_width, "")
{
    narrow("one two", "%s %S", "one", L"two");
    wide(L"one two", L"%s %S", L"one", "two");
    both("one two three", "%hs %ls %ws", "one", L"two", L"three");
    wide(L"a b", L"%c %C", L'a', 'b');
    wide(L"a b", L"%hc %lc", 'a', L'b');
    todo_wine /* its ntdll has no code page for one character */
    {
        narrow("a b", "%c %C", 'a', L'b');
        narrow("a b", "%hc %lc", 'a', L'b');
    }
}

TEST(strings_are_cut_and_padded, "")
{
    both("[  abc][abc  ][ab]", "[%5hs][%-5hs][%.2hs]", "abc", "abc", "abc");
    both("[   ab][ab   ][]", "[%*.*ls][%-*.*ls][%.0ls]", 5, 2, L"abc", 5, 2, L"abc", L"abc");
    both("[ab   ]", "[%*hs]", -5, "ab");
    both("[abc]", "[%.*hs]", -1, "abc");
    both("(null)|  (nul", "%hs|%6.4hs", (char *)NULL, (char *)NULL);
}

TEST(integers_of_every_kind, "")
{
    both("0 1 -1 2147483647 -2147483648", "%d %i %d %d %d", 0, 1, -1, 2147483647, -2147483647 - 1);
    both("0x1f 0X1F 017 0 0", "%#x %#X %#o %#x %#o", 31, 31, 15, 0, 0);
    both("-1 65535", "%hd %hu", 0x1ffff, 0x1ffff);
    both("+3| 3|003|3  |  3", "%+d|% d|%03d|%-3d|%3d", 3, 3, 3, 3, 3);
    both("00042|   00042|00042   |", "%.5d|%8.5d|%-8.5d|", 42, 42, 42);
    both("||0", "%.0d|%.0x|%d", 0, 0, 0);
    both("%|%5|100%", "%%|%%5|%d%%", 100);
}

TEST(short_buffers_are_cut_as_windows_cuts_them, "")
{
    char text[6];

    memset(text, '#', sizeof(text));
    ok_eq(_snprintf(text, 5, "%s", "abc"), 3);
    ok_mem_eq(text, "abc\0##", 6);
    memset(text, '#', sizeof(text));
    ok_eq(_snprintf(text, 5, "%s", "abcde"), 5); /* no NUL */
    ok_mem_eq(text, "abcde#", 6);
    memset(text, '#', sizeof(text));
    ok_eq(_snprintf(text, 5, "%s", "abcdefg"), -1);
    ok_mem_eq(text, "abcde#", 6);
    ok_eq(_scprintf("%s", "abcdefg"), 7);
    ok_eq(_scwprintf(L"%d", 1234), 4);
}

TEST(wsprintf_knows_the_common_conversions, "")
{
    char text[64];
    wchar_t wide_text[64];

    ok_eq(wsprintfA(text, "%d %u %x %X %s %S %c %ld", -1, 2u, 255, 255, "a", L"b", 'c', -5L), 19);
    ok_str_eq(text, "-1 2 ff FF a b c -5");
    ok_eq(wsprintfW(wide_text, L"%s %S %I64d %5d|%-5d|%05d", L"a", "b", -7LL, 1, 2, 3), 24);
    ok_wstr_eq(wide_text, L"a b -7     1|2    |00003");
}

#ifndef _WIN32
/* What this library adds or does more strictly, or what Windows' older C library has not. */

TEST(reals_are_those_of_the_c_library, "")
{
    both("3.140000 3.1 3 3.", "%f %.1f %.0f %#.0f", 3.14, 3.14, 3.14, 3.14);
    both("1e+10|0.0001|100000|1e+06", "%g|%g|%g|%g", 1e10, 1e-4, 1e5, 1e6);
    both("[   -1.50][-1.50   ][-0001.50][+1.50]", "[%8.2f][%-8.2f][%08.2f][%+.2f]", -1.5, -1.5,
         -1.5, 1.5);
    both("0.000000 -0.000000", "%f %f", 0.0, -0.0);
}

TEST(c99_lengths_and_conversions_work_too, "")
{
    both("-1 255", "%hhd %hhu", 0xff, 0x1ff);
    both("5 6 7", "%zu %jd %td", (size_t)5, (int64_t)6, (ptrdiff_t)7);
    both("0x1.8p+0|0X1.8P+0|-0x1p-1", "%a|%A|%a", 1.5, 1.5, -0.5);
    both("[0x00001p+0][    0x1p+0]", "[%010a][%10a]", 1.0, 1.0);
    both("inf INF nan -inf|   inf|inf   ", "%f %F %f %e|%06f|%-6f", __builtin_inf(),
         __builtin_inf(), __builtin_nan(""), -__builtin_inf(), __builtin_inf(), __builtin_inf());
    both("1.5 2.50", "%Lg %.2Lf", 1.5L, 2.5L);
}

TEST(long_precision_is_exact_and_bounded, "")
{
    static char text[20000];

    ok_eq(ntshm_snprintf(text, sizeof(text), "%.17000f", 0.5), 17002);
    ok_str_eq(text + 17001, "0");
    text[4] = '\0';
    ok_str_eq(text, "0.50");
    ok_eq(ntshm_snprintf(text, sizeof(text), "%.17000e", 0.5), 17006);
    ok_str_eq(text + 17001, "0e-01");
    ok_eq(ntshm_snprintf(text, sizeof(text), "%.17000g", 0.5), 3);
    ok_str_eq(text, "0.5");
    ok_eq(ntshm_snprintf(text, sizeof(text), "%f", 1e308), 316);
    ok_eq(ntshm_snprintf(NULL, 0, "%2147483647d", 1), 2147483647);
    ok_eq(ntshm_snprintf(text, 4, "%2147483646d", 1), 2147483646);
    ok_str_eq(text, "   ");
}

TEST(bad_formats_are_refused, "")
{
    static const char *const bad[] = {"%n",
                                      "a%n",
                                      "%y",
                                      "%",
                                      "%5",
                                      "%.",
                                      "%ll",
                                      "%1$d",
                                      "%I64",
                                      "%I65",
                                      "%99999999999d",
                                      "%.99999999999d"};
    char text[16];
    int written = 77;

    for (unsigned i = 0; i < ARRAYSIZE(bad); i++) {
        errno = 0;
        ok_eq(ntshm_snprintf(text, sizeof(text), bad[i], &written, &written), -1);
        ok(errno == EINVAL || errno == EOVERFLOW, "%s: errno %d", bad[i], errno);
        ok_eq(written, 77);
    }
    errno = 0;
    ok_eq(ntshm_snprintf(NULL, 0, "%2147483647d%d", 1, 1), -1);
    ok_eq(errno, EOVERFLOW);
    errno = 0;
    ok_eq(ntshm_snprintf(text, sizeof(text), NULL), -1);
    ok_eq(errno, EINVAL);
    /* What came before stays. */
    ok_eq(ntshm_snprintf(text, sizeof(text), "kept %q"), -1);
    ok_str_eq(text, "kept ");
}

TEST(text_is_converted_whole_characters_at_a_time, "")
{
    narrow("\xc3\xa4\xe6\xbc\xa2\xf0\x9f\x98\x80", "%ls", L"\x00e4\x6f22\x1f600");
    wide(L"\x00e4\x6f22\x1f600", L"%hs", "\xc3\xa4\xe6\xbc\xa2\xf0\x9f\x98\x80");
    narrow("\xc3\xa4|\xc3\xa4|", "%.2ls|%.4ls|", L"\x00e4\x6f22", L"\x00e4\x6f22");
    wide(L"\xfffdx\xfffd", L"%hs", "\xc3x\xff");
    narrow("\xef\xbf\xbd", "%lc", 0xd800);
    narrow("[  \xe2\x82\xac]", "[%5lc]", L'\x20ac');
}

TEST(precision_bounds_what_is_read, "")
{
    static const char four[] = {'a', 'b', 'c', 'd'};
    static const wchar_t two[] = {L'x', L'y'};

    both("abcd", "%.4hs", four);
    both("xy", "%.2ls", two);
}

TEST(counted_strings_print, "")
{
    struct {
        USHORT length, most;
        const char *text;
    } narrow_string = {3, 3, "abcdef"};
    UNICODE_STRING string = {3 * sizeof(WCHAR), 3 * sizeof(WCHAR), (PWSTR)L"uvwxyz"};

    both("abc uvw (null)", "%Z %wZ %Z", &narrow_string, &string, NULL);
}

TEST(secure_functions_empty_what_does_not_fit, "")
{
    char text[4];
    wchar_t wide_text[4];

    errno = 0;
    ok_eq(sprintf_s(text, sizeof(text), "%s", "abcd"), -1);
    ok_eq(errno, ERANGE);
    ok_str_eq(text, "");
    ok_eq(sprintf_s(text, sizeof(text), "%s", "abc"), 3);
    ok_eq(swprintf_s(wide_text, 4, L"%s", L"abcd"), -1);
    ok_wstr_eq(wide_text, L"");
    ok_eq(_snprintf_s(text, sizeof(text), _TRUNCATE, "%s", "abcdef"), -1);
    ok_str_eq(text, "abc");
    ok_eq(_snprintf_s(text, sizeof(text), 2, "%s", "abcdef"), -1);
    ok_str_eq(text, "ab");
    ok_eq(_snwprintf_s(wide_text, 4, 3, L"%d", 123), 3);
    ok_wstr_eq(wide_text, L"123");
    errno = 0;
    ok_eq(sprintf_s(NULL, 4, "x"), -1);
    ok_eq(errno, EINVAL);
}
#endif
