// SPDX-License-Identifier: MIT
/*
 * winbase.h: lstrlen and its kin, and winuser.h's wsprintf. NULL is no text, and never a fault.
 */
#include <string.h>

#include <windows.h>

#include "api/print.h"
#include "api/wide16.h"
#include "rtl/text.h"

#define NATIVE          sizeof(wchar_t)
#define WSPRINTF_LENGTH 1025 /* with the NUL: more is never written */

static int length_of(const void *text, unsigned width)
{
    return text ? (int)nt_text_length(text, width, INT32_MAX) : 0;
}

/* At most @room units with the NUL. */
static void *copy(void *target, const void *source, unsigned width, size_t room)
{
    size_t length;

    if (!target || !source || !room)
        return NULL;
    length = nt_text_length(source, width, room - 1);
    memmove(target, source, length * width);
    nt_text_set(target, width, length, 0);
    return target;
}

static void *append(void *target, const void *source, unsigned width)
{
    if (!target || !source)
        return NULL;
    copy((char *)target + (size_t)length_of(target, width) * width, source, width, SIZE_MAX);
    return target;
}

/*
 * As people sort: case decides only between texts that are otherwise equal, and small letters
 * come first then. NULL comes before every text.
 */
static int compare(const void *a, const void *b, unsigned width, bool heed_case)
{
    int by_case = 0;

    if (!a || !b)
        return (a != NULL) - (b != NULL);
    for (size_t at_a = 0, at_b = 0;;) {
        uint32_t left, right, folded_left, folded_right;

        at_a += nt_text_next(a, width, at_a, SIZE_MAX, &left);
        at_b += nt_text_next(b, width, at_b, SIZE_MAX, &right);
        folded_left = nt_text_fold(left);
        folded_right = nt_text_fold(right);
        if (folded_left != folded_right)
            return folded_left < folded_right ? -1 : 1;
        if (by_case == 0 && left != right)
            by_case = left == folded_left ? -1 : 1;
        if (!left)
            return heed_case ? by_case : 0;
    }
}

/* --- narrow ------------------------------------------------------------------------- */

NT_EXPORT int WINAPI lstrlenA(LPCSTR text)
{
    return length_of(text, 1);
}

NT_EXPORT LPSTR WINAPI lstrcpyA(LPSTR target, LPCSTR source)
{
    return copy(target, source, 1, SIZE_MAX);
}

NT_EXPORT LPSTR WINAPI lstrcpynA(LPSTR target, LPCSTR source, int room)
{
    return copy(target, source, 1, room < 0 ? 0 : (size_t)room);
}

NT_EXPORT LPSTR WINAPI lstrcatA(LPSTR target, LPCSTR source)
{
    return append(target, source, 1);
}

NT_EXPORT int WINAPI lstrcmpA(LPCSTR a, LPCSTR b)
{
    return compare(a, b, 1, true);
}

NT_EXPORT int WINAPI lstrcmpiA(LPCSTR a, LPCSTR b)
{
    return compare(a, b, 1, false);
}

/* --- wide --------------------------------------------------------------------------- */

NT_EXPORT int WINAPI lstrlenW(LPCWSTR text)
{
    return length_of(text, NATIVE);
}

NT_EXPORT LPWSTR WINAPI lstrcpyW(LPWSTR target, LPCWSTR source)
{
    return copy(target, source, NATIVE, SIZE_MAX);
}

NT_EXPORT LPWSTR WINAPI lstrcpynW(LPWSTR target, LPCWSTR source, int room)
{
    return copy(target, source, NATIVE, room < 0 ? 0 : (size_t)room);
}

NT_EXPORT LPWSTR WINAPI lstrcatW(LPWSTR target, LPCWSTR source)
{
    return append(target, source, NATIVE);
}

NT_EXPORT int WINAPI lstrcmpW(LPCWSTR a, LPCWSTR b)
{
    return compare(a, b, NATIVE, true);
}

NT_EXPORT int WINAPI lstrcmpiW(LPCWSTR a, LPCWSTR b)
{
    return compare(a, b, NATIVE, false);
}

NT_TWIN(int, lstrlenW, const uint16_t *text)
{
    return length_of(text, 2);
}

NT_TWIN(uint16_t *, lstrcpyW, uint16_t *target, const uint16_t *source)
{
    return copy(target, source, 2, SIZE_MAX);
}

NT_TWIN(uint16_t *, lstrcpynW, uint16_t *target, const uint16_t *source, int room)
{
    return copy(target, source, 2, room < 0 ? 0 : (size_t)room);
}

NT_TWIN(uint16_t *, lstrcatW, uint16_t *target, const uint16_t *source)
{
    return append(target, source, 2);
}

NT_TWIN(int, lstrcmpW, const uint16_t *a, const uint16_t *b)
{
    return compare(a, b, 2, true);
}

NT_TWIN(int, lstrcmpiW, const uint16_t *a, const uint16_t *b)
{
    return compare(a, b, 2, false);
}

/* --- wsprintf ----------------------------------------------------------------------- */

/* What is longer is cut. */
static int print(void *buffer, const void *format, unsigned width, unsigned wide, va_list arguments)
{
    int length = nt_api_print(buffer, WSPRINTF_LENGTH, format, width, wide, arguments);

    if (length < 0)
        length = length_of(buffer, width);
    return length < WSPRINTF_LENGTH ? length : WSPRINTF_LENGTH - 1;
}

NT_EXPORT int WINAPI wvsprintfA(LPSTR buffer, LPCSTR format, va_list arguments)
{
    return print(buffer, format, 1, NATIVE, arguments);
}

NT_TWIN(int, wvsprintfA, LPSTR buffer, LPCSTR format, va_list arguments)
{
    return print(buffer, format, 1, 2, arguments);
}

NT_EXPORT int WINAPI wvsprintfW(LPWSTR buffer, LPCWSTR format, va_list arguments)
{
    return print(buffer, format, NATIVE, NATIVE, arguments);
}

NT_TWIN(int, wvsprintfW, uint16_t *buffer, const uint16_t *format, va_list arguments)
{
    return print(buffer, format, 2, 2, arguments);
}

/* The variadic form of one of these. */
#define PRINT_TO(buffer, format, width, wide)                   \
    va_list arguments;                                          \
    int length;                                                 \
                                                                \
    va_start(arguments, format);                                \
    length = print(buffer, format, (width), (wide), arguments); \
    va_end(arguments);                                          \
    return length

NT_EXPORT int WINAPIV wsprintfA(LPSTR buffer, LPCSTR format, ...)
{
    PRINT_TO(buffer, format, 1, NATIVE);
}

NT_TWIN(int, wsprintfA, LPSTR buffer, LPCSTR format, ...)
{
    PRINT_TO(buffer, format, 1, 2);
}

NT_EXPORT int WINAPIV wsprintfW(LPWSTR buffer, LPCWSTR format, ...)
{
    PRINT_TO(buffer, format, NATIVE, NATIVE);
}

NT_TWIN(int, wsprintfW, uint16_t *buffer, const uint16_t *format, ...)
{
    PRINT_TO(buffer, format, 2, 2);
}
