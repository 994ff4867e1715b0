/* SPDX-License-Identifier: MIT */
/*
 * ntshm/crt.h - what Microsoft's C library has and this system's has not: _stricmp, strcpy_s,
 * _itoa, sprintf_s and their kin, for char and wchar_t. <windows.h> and <tchar.h> include it.
 *
 * All are inline, so nothing of it is in the library. A program that brings such functions itself
 * defines NTSHM_NO_CRT before it includes anything of ntshm.
 */
#ifndef NTSHM_CRT_H
#define NTSHM_CRT_H

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "print.h"

#ifndef NTSHM_NO_CRT

#    ifdef __cplusplus
extern "C" {
#    endif

typedef int errno_t;
typedef size_t rsize_t;

#    ifndef _TRUNCATE
#        define _TRUNCATE ((size_t)-1)
#    endif
#    ifndef STRUNCATE
#        define STRUNCATE 80
#    endif
#    ifndef _MAX_PATH
#        define _MAX_PATH 260
#    endif
#    ifndef __max
#        define __max(a, b) (((a) > (b)) ? (a) : (b))
#        define __min(a, b) (((a) < (b)) ? (a) : (b))
#    endif

/* Case: ASCII in narrow text, the locale's in wide text, as in the C locale of Windows. */
#    define NTSHM_CHAR               char
#    define NTSHM_NAME(narrow, wide) narrow
#    define NTSHM_LOWER(c)           ((c) >= 'A' && (c) <= 'Z' ? (c) + 32 : (unsigned char)(c))
#    define NTSHM_UPPER(c)           ((c) >= 'a' && (c) <= 'z' ? (c)-32 : (unsigned char)(c))
#    include "crt-text.h"
#    undef NTSHM_CHAR
#    undef NTSHM_NAME
#    undef NTSHM_LOWER
#    undef NTSHM_UPPER

#    define NTSHM_CHAR               wchar_t
#    define NTSHM_NAME(narrow, wide) wide
#    define NTSHM_LOWER(c)           ((int)towlower((wint_t)(c)))
#    define NTSHM_UPPER(c)           ((int)towupper((wint_t)(c)))
#    include "crt-text.h"
#    undef NTSHM_CHAR
#    undef NTSHM_NAME
#    undef NTSHM_LOWER
#    undef NTSHM_UPPER

NTSHM_INLINE int _wtoi(const wchar_t *text)
{
    return (int)_wtoi64(text);
}

NTSHM_INLINE LONG _wtol(const wchar_t *text)
{
    return (LONG)_wtoi64(text);
}

/* ERANGE when @size bytes do not hold @count, and then @size zeros; EINVAL for NULL. */
NTSHM_INLINE errno_t memcpy_s(void *target, size_t size, const void *source, size_t count)
{
    if (!count)
        return 0;
    if (!target)
        return EINVAL;
    if (!source || size < count) {
        memset(target, 0, size);
        return source ? ERANGE : EINVAL;
    }
    memcpy(target, source, count);
    return 0;
}

NTSHM_INLINE errno_t memmove_s(void *target, size_t size, const void *source, size_t count)
{
    if (!count)
        return 0;
    if (!target || !source)
        return EINVAL;
    if (size < count)
        return ERANGE;
    memmove(target, source, count);
    return 0;
}

/* fopen with the path and the mode in wide text. */
NTSHM_INLINE FILE *_wfopen(const wchar_t *path, const wchar_t *mode)
{
    char narrow_path[4096], narrow_mode[64];

    if (!path || !mode) {
        errno = EINVAL;
        return NULL;
    }
    if (ntshm_snprintf(narrow_path, sizeof(narrow_path), "%ls", path) >= (int)sizeof(narrow_path) ||
        ntshm_snprintf(narrow_mode, sizeof(narrow_mode), "%ls", mode) >= (int)sizeof(narrow_mode)) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    return fopen(narrow_path, narrow_mode);
}

/* fopen that returns the error number and gives the stream, or NULL, in *@stream. */
NTSHM_INLINE errno_t fopen_s(FILE **stream, const char *path, const char *mode)
{
    if (!stream || !path || !mode)
        return EINVAL;
    *stream = fopen(path, mode);
    return *stream ? 0 : errno;
}

NTSHM_INLINE errno_t _wfopen_s(FILE **stream, const wchar_t *path, const wchar_t *mode)
{
    if (!stream)
        return EINVAL;
    *stream = _wfopen(path, mode);
    return *stream ? 0 : errno;
}

/* Memory at an address that divides by @alignment, a power of 2 (EINVAL otherwise). */
NTSHM_INLINE void *_aligned_malloc(size_t size, size_t alignment)
{
    if (!alignment || (alignment & (alignment - 1)) != 0) {
        errno = EINVAL;
        return NULL;
    }
    /* posix_memalign() and aligned_alloc() are not declared in every strict -std=. */
    return memalign(alignment, size ? size : 1);
}

NTSHM_INLINE void _aligned_free(void *memory)
{
    free(memory);
}

/* As realloc(); a failure leaves @memory as it was. */
NTSHM_INLINE void *_aligned_realloc(void *memory, size_t size, size_t alignment)
{
    size_t was = memory ? malloc_usable_size(memory) : 0;
    void *moved;

    if (memory && !size) {
        free(memory);
        return NULL;
    }
    moved = _aligned_malloc(size, alignment);
    if (moved && memory) {
        memcpy(moved, memory, was < size ? was : size);
        free(memory);
    }
    return moved;
}

#    ifdef __cplusplus
}

/* Without a size: that of the array. */
template <size_t size> inline errno_t strcpy_s(char (&target)[size], const char *source)
{
    return strcpy_s(target, size, source);
}
template <size_t size> inline errno_t strcat_s(char (&target)[size], const char *source)
{
    return strcat_s(target, size, source);
}
template <size_t size> inline errno_t wcscpy_s(wchar_t (&target)[size], const wchar_t *source)
{
    return wcscpy_s(target, size, source);
}
template <size_t size> inline errno_t wcscat_s(wchar_t (&target)[size], const wchar_t *source)
{
    return wcscat_s(target, size, source);
}
template <size_t size>
inline errno_t strncpy_s(char (&target)[size], const char *source, size_t count)
{
    return strncpy_s(target, size, source, count);
}
template <size_t size>
inline errno_t wcsncpy_s(wchar_t (&target)[size], const wchar_t *source, size_t count)
{
    return wcsncpy_s(target, size, source, count);
}
template <size_t size, class... Arguments>
inline int sprintf_s(char (&target)[size], const char *format, Arguments... arguments)
{
    return sprintf_s(target, size, format, arguments...);
}
template <size_t size, class... Arguments>
inline int swprintf_s(wchar_t (&target)[size], const wchar_t *format, Arguments... arguments)
{
    return swprintf_s(target, size, format, arguments...);
}
#    endif

#endif
#endif
