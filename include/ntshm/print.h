/* SPDX-License-Identifier: MIT */
/*
 * ntshm/print.h - printing with formats as Windows reads them.
 *
 * <tchar.h> gives these the names that Windows programs use (_tprintf, wprintf, _stprintf_s ...);
 * printf() itself stays the C library's. What is different in a format: l is 32 bits (%ld prints
 * a LONG, %lu a DWORD), I64 and ll are 64, I32 is 32, I, z, t and j are as wide as a pointer; %p
 * is upper-case digits; %s and %c are of the function's own width, %S and %C of the other one,
 * %hs and %hc are narrow, %ls, %ws, %lc and %wc are wide; %Z is a counted string (ANSI_STRING,
 * with w or l UNICODE_STRING). Narrow text is UTF-8. %n is refused.
 *
 * All return how many characters (char or wchar_t) the text has, or -1 with errno EINVAL for a
 * format that makes no sense, EOVERFLOW, ENOMEM, or the stream's error.
 */
#ifndef NTSHM_PRINT_H
#define NTSHM_PRINT_H

/* C++ takes the names away that <tchar.h> gives, so its headers come first. */
#ifdef __cplusplus
#    include <cstdio>
#    include <cwchar>
#endif
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <wchar.h>

#include "../winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Inline functions of these headers: a unit that does not use one has no copy of it. */
#ifndef NTSHM_INLINE
#    define NTSHM_INLINE static __inline__ __attribute__((__unused__))
#endif

/*
 * ntshm_vsnprintf, ntshm_vsnwprintf - print into a buffer.
 * @buffer: receives the text and a NUL; what does not fit is left out
 * @size: characters in @buffer, the NUL included; 0: nothing is written
 * Return: how many characters all of the text has, as C99's vsnprintf tells it.
 */
int ntshm_vsnprintf(char *buffer, size_t size, const char *format, va_list arguments)
    NTSHM_WIDE(ntshm_vsnprintf);
int ntshm_vsnwprintf(wchar_t *buffer, size_t size, const wchar_t *format, va_list arguments)
    NTSHM_WIDE(ntshm_vsnwprintf);

/*
 * ntshm_vfprintf, ntshm_vfwprintf - print to a stream, in UTF-8. Wide and narrow printing can be
 * mixed on one stream; a stream that fwide() or the C library's wprintf() made wide is met, too.
 */
int ntshm_vfprintf(FILE *stream, const char *format, va_list arguments) NTSHM_WIDE(ntshm_vfprintf);
int ntshm_vfwprintf(FILE *stream, const wchar_t *format, va_list arguments)
    NTSHM_WIDE(ntshm_vfwprintf);

/*
 * ntshm_fputws, ntshm_fputwc - write wide text to a stream, in UTF-8.
 * Return: 0 and the character; WEOF when the stream fails.
 */
int ntshm_fputws(const wchar_t *text, FILE *stream) NTSHM_WIDE(ntshm_fputws);
wint_t ntshm_fputwc(wchar_t character, FILE *stream) NTSHM_WIDE(ntshm_fputwc);

/*
 * ntshm_fgetws, ntshm_fgetwc - read UTF-8 from a stream; what is malformed reads as U+FFFD.
 * @buffer, @size: receives a line with its newline and a NUL, at most @size characters in all
 * Return: @buffer, or NULL at the end of the file; the character, or WEOF. Where wchar_t has two
 * bytes, ntshm_fgetwc gives U+FFFD for a character above U+FFFF.
 */
wchar_t *ntshm_fgetws(wchar_t *buffer, int size, FILE *stream) NTSHM_WIDE(ntshm_fgetws);
wint_t ntshm_fgetwc(FILE *stream) NTSHM_WIDE(ntshm_fgetwc);

/* ---- the same with arguments ---- */

/* Defines a variadic function over the one that takes a va_list. */
#define NTSHM_PRINTS_TO(name, call)  \
    NTSHM_INLINE int name            \
    {                                \
        va_list arguments;           \
        int result;                  \
                                     \
        va_start(arguments, format); \
        result = call;               \
        va_end(arguments);           \
        return result;               \
    }

NTSHM_PRINTS_TO(ntshm_printf(const char *format, ...), ntshm_vfprintf(stdout, format, arguments))
NTSHM_PRINTS_TO(ntshm_fprintf(FILE *stream, const char *format, ...),
                ntshm_vfprintf(stream, format, arguments))
NTSHM_PRINTS_TO(ntshm_snprintf(char *buffer, size_t size, const char *format, ...),
                ntshm_vsnprintf(buffer, size, format, arguments))
NTSHM_PRINTS_TO(ntshm_wprintf(const wchar_t *format, ...),
                ntshm_vfwprintf(stdout, format, arguments))
NTSHM_PRINTS_TO(ntshm_fwprintf(FILE *stream, const wchar_t *format, ...),
                ntshm_vfwprintf(stream, format, arguments))
NTSHM_PRINTS_TO(ntshm_snwprintf(wchar_t *buffer, size_t size, const wchar_t *format, ...),
                ntshm_vsnwprintf(buffer, size, format, arguments))

NTSHM_INLINE int ntshm_vprintf(const char *format, va_list arguments)
{
    return ntshm_vfprintf(stdout, format, arguments);
}

NTSHM_INLINE int ntshm_vwprintf(const wchar_t *format, va_list arguments)
{
    return ntshm_vfwprintf(stdout, format, arguments);
}

/* A line, with its newline, to standard output; 0 or -1. */
NTSHM_INLINE int ntshm_putws(const wchar_t *text)
{
    return ntshm_wprintf(L"%ls\n", text) < 0 ? -1 : 0;
}

/* As C99's swprintf: -1 when the text and its NUL do not fit. */
NTSHM_INLINE int ntshm_vswprintf(wchar_t *buffer, size_t size, const wchar_t *format,
                                 va_list arguments)
{
    int length = ntshm_vsnwprintf(buffer, size, format, arguments);

    return length >= 0 && (size_t)length < size ? length : -1;
}

NTSHM_PRINTS_TO(ntshm_swprintf(wchar_t *buffer, size_t size, const wchar_t *format, ...),
                ntshm_vswprintf(buffer, size, format, arguments))

/* As Windows' oldest: the caller knows that the buffer is large enough. */
NTSHM_PRINTS_TO(ntshm_sprintf(char *buffer, const char *format, ...),
                ntshm_vsnprintf(buffer, 0x7FFFFFFF, format, arguments))
NTSHM_PRINTS_TO(_swprintf(wchar_t *buffer, const wchar_t *format, ...),
                ntshm_vsnwprintf(buffer, 0x1FFFFFFF, format, arguments))

NTSHM_INLINE int ntshm_vsprintf(char *buffer, const char *format, va_list arguments)
{
    return ntshm_vsnprintf(buffer, 0x7FFFFFFF, format, arguments);
}

NTSHM_INLINE int _vswprintf(wchar_t *buffer, const wchar_t *format, va_list arguments)
{
    return ntshm_vsnwprintf(buffer, 0x1FFFFFFF, format, arguments);
}

#ifdef __cplusplus
}
#endif
#endif
