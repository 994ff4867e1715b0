/* SPDX-License-Identifier: MIT */
/*
 * ntshm/wcs16.h - wcslen and its kin for units compiled with -fshort-wchar.
 *
 * The C library's own take a wchar_t of four bytes whatever the compiler thinks. <tchar.h>
 * includes this file where wchar_t has two, and then these names mean the functions below. What is
 * not here (wide scanf, wcsftime, multibyte conversion, wide std::string) must not be used there.
 */
#ifndef NTSHM_WCS16_H
#define NTSHM_WCS16_H

#include "crt.h"

#if __SIZEOF_WCHAR_T__ == 2

#    ifdef __cplusplus
extern "C" {
#    endif

NTSHM_INLINE wchar_t *ntshm_wmemset(wchar_t *target, wchar_t value, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        target[i] = value;
    return target;
}

NTSHM_INLINE wchar_t *ntshm_wmemcpy(wchar_t *target, const wchar_t *source, size_t count)
{
    return (wchar_t *)memcpy(target, source, count * sizeof(*target));
}

NTSHM_INLINE wchar_t *ntshm_wmemmove(wchar_t *target, const wchar_t *source, size_t count)
{
    return (wchar_t *)memmove(target, source, count * sizeof(*target));
}

NTSHM_INLINE int ntshm_wmemcmp(const wchar_t *a, const wchar_t *b, size_t count)
{
    for (; count; count--, a++, b++) {
        if (*a != *b)
            return *a < *b ? -1 : 1;
    }
    return 0;
}

NTSHM_INLINE wchar_t *ntshm_wmemchr(const wchar_t *text, wchar_t value, size_t count)
{
    for (; count; count--, text++) {
        if (*text == value)
            return (wchar_t *)text;
    }
    return NULL;
}

NTSHM_INLINE size_t ntshm_wcsnlen(const wchar_t *text, size_t most)
{
    size_t length = 0;

    while (length < most && text[length])
        length++;
    return length;
}

NTSHM_INLINE size_t ntshm_wcslen(const wchar_t *text)
{
    return ntshm_wcsnlen(text, (size_t)-1);
}

NTSHM_INLINE wchar_t *ntshm_wcscpy(wchar_t *target, const wchar_t *source)
{
    return ntshm_wmemcpy(target, source, ntshm_wcslen(source) + 1);
}

NTSHM_INLINE wchar_t *ntshm_wcsncpy(wchar_t *target, const wchar_t *source, size_t count)
{
    size_t length = ntshm_wcsnlen(source, count);

    ntshm_wmemcpy(target, source, length);
    ntshm_wmemset(target + length, 0, count - length);
    return target;
}

NTSHM_INLINE wchar_t *ntshm_wcscat(wchar_t *target, const wchar_t *source)
{
    ntshm_wcscpy(target + ntshm_wcslen(target), source);
    return target;
}

NTSHM_INLINE wchar_t *ntshm_wcsncat(wchar_t *target, const wchar_t *source, size_t count)
{
    wchar_t *end = target + ntshm_wcslen(target);
    size_t length = ntshm_wcsnlen(source, count);

    ntshm_wmemcpy(end, source, length);
    end[length] = 0;
    return target;
}

NTSHM_INLINE int ntshm_wcsncmp(const wchar_t *a, const wchar_t *b, size_t count)
{
    for (; count; count--, a++, b++) {
        if (*a != *b)
            return *a < *b ? -1 : 1;
        if (!*a)
            break;
    }
    return 0;
}

NTSHM_INLINE int ntshm_wcscmp(const wchar_t *a, const wchar_t *b)
{
    return ntshm_wcsncmp(a, b, (size_t)-1);
}

NTSHM_INLINE wchar_t *ntshm_wcschr(const wchar_t *text, wchar_t value)
{
    return ntshm_wmemchr(text, value, ntshm_wcslen(text) + 1);
}

NTSHM_INLINE wchar_t *ntshm_wcsrchr(const wchar_t *text, wchar_t value)
{
    size_t i = ntshm_wcslen(text) + 1;

    while (i--) {
        if (text[i] == value)
            return (wchar_t *)(text + i);
    }
    return NULL;
}

NTSHM_INLINE wchar_t *ntshm_wcsstr(const wchar_t *text, const wchar_t *part)
{
    size_t length = ntshm_wcslen(part);

    for (;; text++) {
        if (ntshm_wcsncmp(text, part, length) == 0)
            return (wchar_t *)text;
        if (!*text)
            return NULL;
    }
}

NTSHM_INLINE size_t ntshm_wcscspn(const wchar_t *text, const wchar_t *set)
{
    size_t i;

    for (i = 0; text[i] && !ntshm_wmemchr(set, text[i], ntshm_wcslen(set)); i++)
        ;
    return i;
}

NTSHM_INLINE size_t ntshm_wcsspn(const wchar_t *text, const wchar_t *set)
{
    size_t i;

    for (i = 0; text[i] && ntshm_wmemchr(set, text[i], ntshm_wcslen(set)); i++)
        ;
    return i;
}

NTSHM_INLINE wchar_t *ntshm_wcspbrk(const wchar_t *text, const wchar_t *set)
{
    text += ntshm_wcscspn(text, set);
    return *text ? (wchar_t *)text : NULL;
}

/* Numbers: the C library reads the narrow text, as far as it is ASCII. */
NTSHM_INLINE size_t ntshm_wcs_narrow(const wchar_t *text, char *narrow, size_t size)
{
    size_t i;

    for (i = 0; i < size - 1 && text[i] && text[i] < 0x80; i++)
        narrow[i] = (char)text[i];
    narrow[i] = 0;
    return i;
}

#    define NTSHM_WCS_NUMBER(type, name, read, ...)               \
        NTSHM_INLINE type name                                    \
        {                                                         \
            char narrow[512], *narrow_end;                        \
            type value;                                           \
                                                                  \
            ntshm_wcs_narrow(text, narrow, sizeof(narrow));       \
            value = read(narrow, &narrow_end __VA_ARGS__);        \
            if (end)                                              \
                *end = (wchar_t *)(text + (narrow_end - narrow)); \
            return value;                                         \
        }

NTSHM_WCS_NUMBER(double, ntshm_wcstod(const wchar_t *text, wchar_t **end), strtod, )
NTSHM_WCS_NUMBER(float, ntshm_wcstof(const wchar_t *text, wchar_t **end), strtof, )
NTSHM_WCS_NUMBER(long, ntshm_wcstol(const wchar_t *text, wchar_t **end, int base), strtol, , base)
NTSHM_WCS_NUMBER(unsigned long, ntshm_wcstoul(const wchar_t *text, wchar_t **end, int base),
                 strtoul, , base)
NTSHM_WCS_NUMBER(long long, ntshm_wcstoll(const wchar_t *text, wchar_t **end, int base), strtoll, ,
                 base)
NTSHM_WCS_NUMBER(unsigned long long, ntshm_wcstoull(const wchar_t *text, wchar_t **end, int base),
                 strtoull, , base)

#    ifdef __cplusplus
}
#    endif

#    define wmemset     ntshm_wmemset
#    define wmemcpy     ntshm_wmemcpy
#    define wmemmove    ntshm_wmemmove
#    define wmemcmp     ntshm_wmemcmp
#    define wmemchr     ntshm_wmemchr
#    define wcslen      ntshm_wcslen
#    define wcsnlen     ntshm_wcsnlen
#    define wcscpy      ntshm_wcscpy
#    define wcsncpy     ntshm_wcsncpy
#    define wcscat      ntshm_wcscat
#    define wcsncat     ntshm_wcsncat
#    define wcscmp      ntshm_wcscmp
#    define wcsncmp     ntshm_wcsncmp
#    define wcscoll     ntshm_wcscmp
#    define wcscasecmp  _wcsicmp
#    define wcsncasecmp _wcsnicmp
#    define wcschr      ntshm_wcschr
#    define wcsrchr     ntshm_wcsrchr
#    define wcsstr      ntshm_wcsstr
#    define wcsspn      ntshm_wcsspn
#    define wcscspn     ntshm_wcscspn
#    define wcspbrk     ntshm_wcspbrk
#    define wcstok      wcstok_s
#    define wcsdup      _wcsdup
#    define wcstod      ntshm_wcstod
#    define wcstof      ntshm_wcstof
#    define wcstol      ntshm_wcstol
#    define wcstoul     ntshm_wcstoul
#    define wcstoll     ntshm_wcstoll
#    define wcstoull    ntshm_wcstoull

#endif
#endif
