// SPDX-License-Identifier: MIT
/*
 * Wide text and streams of the C library, strsafe.h, and the functions of Microsoft's C library
 * that ntshm/crt.h brings: what they do on Linux, in every error.
 */
#ifndef _WIN32
#    include "api/api.h"

#    include <errno.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <string.h>
#    include <strsafe.h>
#    include <tchar.h>
#    include <unistd.h>
#    include <ntshm/ntshm.h>

/* --- streams -------------------------------------------------------------------------------- */

TEST(wide_and_narrow_printing_mix_on_one_stream, "")
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);

    ok_eq(ntshm_fwprintf(file, L"%s|", L"\x00e4\x1f600"), 3);
    fprintf(file, "plain|");
    ok_eq(ntshm_fputws(L"\x6f22|", file), 0);
    ok_eq(ntshm_fputwc(L'\x20ac', file), L'\x20ac');
    ok_eq(ntshm_fprintf(file, "|%S|%ld", L"wide", (LONG)-1), 8);
    fclose(file);
    ok_str_eq(text, "\xc3\xa4\xf0\x9f\x98\x80|plain|\xe6\xbc\xa2|\xe2\x82\xac|wide|-1");
    free(text);
}

TEST(streams_that_are_wide_already_are_met, "")
{
    FILE *file = tmpfile();
    wchar_t line[32];
    char bytes[32] = "";

    ok(fwide(file, 1) > 0);
    ok_eq(ntshm_fwprintf(file, L"%s %d\n", L"own", 5), 6);
    ok_eq(ntshm_fprintf(file, "%s\n", "narrow"), 7);
    rewind(file);
    ok_ptr_eq(ntshm_fgetws(line, 32, file), line);
    ok_wstr_eq(line, L"own 5\n");
    ok_eq(ntshm_fgetwc(file), 'n');
    ok_eq(pread(fileno(file), bytes, 31, 0), 13);
    ok_str_eq(bytes, "own 5\nnarrow\n");
    fclose(file);
}

TEST(long_texts_are_printed_whole, "")
{
    static wchar_t wide[5000];
    FILE *file = tmpfile();

    wmemset(wide, L'\x20ac', 4999);
    ok_eq(ntshm_fwprintf(file, L"%s", wide), 4999);
    ok_eq(ftell(file), 3 * 4999);
    ok_eq(ntshm_fprintf(file, "%5000d", 1), 5000);
    ok_eq(ftell(file), 3 * 4999 + 5000);
    fclose(file);
}

TEST(failing_streams_are_told, "")
{
    FILE *file = fopen("/dev/full", "w");

    setvbuf(file, NULL, _IONBF, 0);
    errno = 0;
    ok_eq(ntshm_fwprintf(file, L"text"), -1);
    ok_eq(errno, ENOSPC);
    ok_eq(ntshm_fputws(L"text", file), -1);
    ok_eq(ntshm_fputwc(L'x', file), WEOF);
    ok_eq(ntshm_fprintf(file, "%y"), -1);
    ok_eq(errno, EINVAL);
    fclose(file);
}

static FILE *file_of(const char *bytes, size_t size)
{
    FILE *file = tmpfile();

    require(file && fwrite(bytes, 1, size, file) == size);
    rewind(file);
    return file;
}

TEST(lines_are_read_in_pieces_that_fit, "")
{
    static const char text[] = "a\xc3\xa4\xf0\x9f\x98\x80z\nlast";
    FILE *file = file_of(text, sizeof(text) - 1);
    wchar_t line[4];

    ok_ptr_eq(ntshm_fgetws(line, 4, file), line);
    ok_wstr_eq(line, L"a\x00e4\x1f600");
    ok_ptr_eq(ntshm_fgetws(line, 4, file), line);
    ok_wstr_eq(line, L"z\n");
    ok_ptr_eq(ntshm_fgetws(line, 4, file), line);
    ok_wstr_eq(line, L"las");
    ok_eq(ntshm_fgetwc(file), 't');
    ok_ptr_eq(ntshm_fgetws(line, 4, file), NULL);
    ok_eq(ntshm_fgetwc(file), WEOF);
    errno = 0;
    ok_ptr_eq(ntshm_fgetws(line, 0, file), NULL);
    ok_eq(errno, EINVAL);
    fclose(file);
}

TEST(malformed_input_reads_as_replacement, "")
{
    static const char text[] = "\xff\xc3x\xe6\xbc";
    FILE *file = file_of(text, sizeof(text) - 1);

    ok_eq(ntshm_fgetwc(file), 0xfffd);
    ok_eq(ntshm_fgetwc(file), 0xfffd);
    ok_eq(ntshm_fgetwc(file), 'x');
    ok_eq(ntshm_fgetwc(file), 0xfffd);
    ok_eq(ntshm_fgetwc(file), WEOF);
    fclose(file);
}

/* --- strsafe.h ------------------------------------------------------------------------------ */

TEST(strsafe_cuts_and_says_so, "")
{
    char text[4];
    wchar_t wide[4];

    ok_hr(StringCchCopyA(text, 4, "abc"), S_OK);
    ok_hr(StringCchCopyA(text, 4, "abcd"), STRSAFE_E_INSUFFICIENT_BUFFER);
    ok_str_eq(text, "abc");
    ok_hr(StringCchCatA(text, 4, "d"), STRSAFE_E_INSUFFICIENT_BUFFER);
    ok_hr(StringCchCopyNW(wide, 4, L"abcdef", 2), S_OK);
    ok_wstr_eq(wide, L"ab");
    ok_hr(StringCchCatNW(wide, 4, L"xyz", 1), S_OK);
    ok_wstr_eq(wide, L"abx");
    ok_hr(StringCbCopyW(wide, sizeof(wide), L"wxyz"), STRSAFE_E_INSUFFICIENT_BUFFER);
    ok_wstr_eq(wide, L"wxy");
    ok_hr(StringCchPrintfW(wide, 4, L"%s", L"abcd"), STRSAFE_E_INSUFFICIENT_BUFFER);
    ok_wstr_eq(wide, L"abc");
    ok_hr(StringCbPrintfA(text, 4, "%d", 123), S_OK);
}

TEST(strsafe_refuses_what_makes_no_sense, "")
{
    char text[4] = "xyz", full[2] = {'a', 'b'};
    size_t length = 77;

    ok_hr(StringCchCopyA(NULL, 4, "abc"), STRSAFE_E_INVALID_PARAMETER);
    ok_hr(StringCchCopyA(text, 0, "abc"), STRSAFE_E_INVALID_PARAMETER);
    ok_hr(StringCchCopyA(text, (size_t)STRSAFE_MAX_CCH + 1, "abc"), STRSAFE_E_INVALID_PARAMETER);
    ok_hr(StringCchCopyA(text, 4, NULL), STRSAFE_E_INVALID_PARAMETER);
    ok_hr(StringCchCatA(full, 2, "c"), STRSAFE_E_INVALID_PARAMETER);
    ok_hr(StringCchLengthA(full, 2, &length), STRSAFE_E_INVALID_PARAMETER);
    ok_eq(length, 0);
    ok_hr(StringCchLengthA(NULL, 2, &length), STRSAFE_E_INVALID_PARAMETER);
    ok_hr(StringCbLengthW(L"abc", 4 * sizeof(wchar_t), &length), S_OK);
    ok_eq(length, 3 * sizeof(wchar_t));
    ok_hr(StringCchPrintfA(text, 4, "%n"), STRSAFE_E_INVALID_PARAMETER);
    ok_str_eq(text, "");
}

/* --- ntshm/crt.h ---------------------------------------------------------------------------- */

TEST(secure_copies_refuse_and_empty, "")
{
    char text[4] = "xyz", memory[4] = "abc";

    ok_eq(strcpy_s(NULL, 4, "a"), EINVAL);
    ok_eq(strcpy_s(text, 0, "a"), EINVAL);
    ok_eq(strcpy_s(text, 4, NULL), EINVAL);
    ok_str_eq(text, "");
    ok_eq(strcpy_s(text, 4, "abcd"), ERANGE);
    ok_str_eq(text, "");
    ok_eq(strncpy_s(text, 4, "abcd", 3), 0);
    ok_str_eq(text, "abc");
    ok_eq(strcat_s(text, 4, "d"), ERANGE);
    ok_str_eq(text, "");
    memset(text, 'x', 4);
    ok_eq(strcat_s(text, 4, "d"), EINVAL);
    ok_eq(strncat_s(text, 4, "abcdef", _TRUNCATE), STRUNCATE);
    ok_str_eq(text, "abc");
    ok_eq(memcpy_s(memory, 4, "1234567", 7), ERANGE);
    ok(all_bytes(memory, 0, 4));
    ok_eq(memcpy_s(memory, 4, NULL, 1), EINVAL);
    ok_eq(memcpy_s(NULL, 4, "1", 1), EINVAL);
    ok_eq(memmove_s(memory, 2, "123", 3), ERANGE);
    ok_eq(memmove_s(memory, 4, "123", 4), 0);
    ok_str_eq(memory, "123");
    ok_eq(strnlen_s(NULL, 5), 0);
}

TEST(files_are_opened_by_wide_names, "")
{
    FILE *file = NULL;
    wchar_t path[300];

    swprintf(path, ARRAYSIZE(path), L"%hs/gr\x00fc\x00df", test_dir());
    ok_eq(_wfopen_s(&file, path, L"w"), 0);
    require(file != NULL);
    fputs("text", file);
    fclose(file);
    file = _wfopen(path, L"r");
    require(file != NULL);
    ok_eq(getc(file), 't');
    fclose(file);
    ok_eq(_wfopen_s(&file, L"/nowhere/at all", L"r"), ENOENT);
    ok_ptr_eq(file, NULL);
    ok_eq(fopen_s(NULL, "x", "r"), EINVAL);
}

/* --- the log hook --------------------------------------------------------------------------- */

static char heard[2000];
static unsigned n_heard;

static void hear(int level, const char *message, void *context)
{
    (void)context;
    if (level != 3)
        return;
    n_heard++;
    strncat(heard, message, sizeof(heard) - strlen(heard) - 1);
}

TEST(debug_output_goes_to_the_log_hook, "")
{
    static char long_text[1200];

    memset(long_text, 'y', sizeof(long_text) - 1);
    ntshm_set_log(hear, NULL);
    OutputDebugStringA("one\n");
    ok_str_eq(heard, "one");
    OutputDebugStringW(L"t\x00e4o");
    ok_str_eq(heard, "onet\xc3\xa4o");
    heard[0] = '\0';
    n_heard = 0;
    OutputDebugStringA(long_text);
    ok_str_eq(heard, long_text);
    ok_eq(n_heard, 3);
    ntshm_set_log(NULL, NULL);
}

TEST(memory_is_aligned_as_it_was_asked_for, "")
{
    unsigned char *memory = _aligned_malloc(100, 4096), *moved;

    require(memory != NULL);
    ok_eq((uintptr_t)memory % 4096, 0);
    memset(memory, 7, 100);
    moved = _aligned_realloc(memory, 10000, 8192);
    require(moved != NULL);
    ok_eq((uintptr_t)moved % 8192, 0);
    for (unsigned i = 0; i < 100; i++)
        require(moved[i] == 7);
    _aligned_free(moved);
    memory = _aligned_malloc(1, 1);
    ok(memory != NULL);
    ok_ptr_eq(_aligned_realloc(memory, 0, 1), NULL);
    errno = 0;
    ok_ptr_eq(_aligned_malloc(16, 24), NULL);
    ok_eq(errno, EINVAL);
    ok_ptr_eq(_aligned_malloc(16, 0), NULL);
    _aligned_free(NULL);
}
#endif
