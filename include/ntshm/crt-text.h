/* SPDX-License-Identifier: MIT */
/*
 * ntshm/crt-text.h - the text functions of Microsoft's C library, for one kind of character.
 * <ntshm/crt.h> includes it twice, with NTSHM_CHAR as char and as wchar_t, and
 * NTSHM_NAME(narrow, wide) choosing between the two names. It has no guard for that reason.
 *
 * The secure functions (_s) return 0 or an error number: EINVAL for NULL and for no room at all,
 * ERANGE when the text does not fit, and then leave an empty string; they never end the program.
 */

/* Characters before the NUL, at most @most; 0 for NULL. */
NTSHM_INLINE size_t NTSHM_NAME(strnlen_s, wcsnlen_s)(const NTSHM_CHAR *text, size_t most)
{
    size_t length = 0;

    while (text && length < most && text[length])
        length++;
    return length;
}

/* ---- copying ---- */

/* @source, at most @count characters of it, to @at in @target. */
NTSHM_INLINE errno_t NTSHM_NAME(ntshm_put_s, ntshm_wput_s)(NTSHM_CHAR *target, size_t size,
                                                           size_t at, const NTSHM_CHAR *source,
                                                           size_t count)
{
    size_t length, i;

    if (!target || !size)
        return EINVAL;
    if (!source && count) {
        target[0] = 0;
        return EINVAL;
    }
    length = NTSHM_NAME(strnlen_s, wcsnlen_s)(source, count == _TRUNCATE ? size - at : count);
    if (at >= size || (length >= size - at && count != _TRUNCATE)) {
        target[0] = 0;
        return at >= size ? EINVAL : ERANGE;
    }
    for (i = 0; i < length && at + i < size - 1; i++)
        target[at + i] = source[i];
    target[at + i] = 0;
    return i < length ? STRUNCATE : 0;
}

/* strcpy_s, strcat_s: @size is the room in @target, in characters. */
NTSHM_INLINE errno_t NTSHM_NAME(strcpy_s, wcscpy_s)(NTSHM_CHAR *target, size_t size,
                                                    const NTSHM_CHAR *source)
{
    return NTSHM_NAME(ntshm_put_s, ntshm_wput_s)(target, size, 0, source, (size_t)-2);
}

NTSHM_INLINE errno_t NTSHM_NAME(strcat_s, wcscat_s)(NTSHM_CHAR *target, size_t size,
                                                    const NTSHM_CHAR *source)
{
    return NTSHM_NAME(ntshm_put_s, ntshm_wput_s)(
        target, size, NTSHM_NAME(strnlen_s, wcsnlen_s)(target, size), source, (size_t)-2);
}

/* strncpy_s, strncat_s: at most @count characters; _TRUNCATE: as many as fit, then STRUNCATE. */
NTSHM_INLINE errno_t NTSHM_NAME(strncpy_s, wcsncpy_s)(NTSHM_CHAR *target, size_t size,
                                                      const NTSHM_CHAR *source, size_t count)
{
    return NTSHM_NAME(ntshm_put_s, ntshm_wput_s)(target, size, 0, source, count);
}

NTSHM_INLINE errno_t NTSHM_NAME(strncat_s, wcsncat_s)(NTSHM_CHAR *target, size_t size,
                                                      const NTSHM_CHAR *source, size_t count)
{
    return NTSHM_NAME(ntshm_put_s, ntshm_wput_s)(
        target, size, NTSHM_NAME(strnlen_s, wcsnlen_s)(target, size), source, count);
}

/* A copy that free() takes, or NULL. */
NTSHM_INLINE NTSHM_CHAR *NTSHM_NAME(_strdup, _wcsdup)(const NTSHM_CHAR *text)
{
    size_t bytes = (NTSHM_NAME(strnlen_s, wcsnlen_s)(text, (size_t)-1) + 1) * sizeof(*text);
    NTSHM_CHAR *copy = text ? (NTSHM_CHAR *)malloc(bytes) : NULL;

    if (copy)
        memcpy(copy, text, bytes);
    return copy;
}

/* ---- comparing and changing case ---- */

NTSHM_INLINE int NTSHM_NAME(_strnicmp, _wcsnicmp)(const NTSHM_CHAR *a, const NTSHM_CHAR *b,
                                                  size_t count)
{
    for (; count; count--, a++, b++) {
        int left = NTSHM_LOWER(*a), right = NTSHM_LOWER(*b);

        if (left != right || !left)
            return left - right;
    }
    return 0;
}

NTSHM_INLINE int NTSHM_NAME(_stricmp, _wcsicmp)(const NTSHM_CHAR *a, const NTSHM_CHAR *b)
{
    return NTSHM_NAME(_strnicmp, _wcsnicmp)(a, b, (size_t)-1);
}

NTSHM_INLINE NTSHM_CHAR *NTSHM_NAME(_strlwr, _wcslwr)(NTSHM_CHAR *text)
{
    size_t i;

    for (i = 0; text[i]; i++)
        text[i] = (NTSHM_CHAR)NTSHM_LOWER(text[i]);
    return text;
}

NTSHM_INLINE NTSHM_CHAR *NTSHM_NAME(_strupr, _wcsupr)(NTSHM_CHAR *text)
{
    size_t i;

    for (i = 0; text[i]; i++)
        text[i] = (NTSHM_CHAR)NTSHM_UPPER(text[i]);
    return text;
}

NTSHM_INLINE NTSHM_CHAR *NTSHM_NAME(_strrev, _wcsrev)(NTSHM_CHAR *text)
{
    size_t i, length = NTSHM_NAME(strnlen_s, wcsnlen_s)(text, (size_t)-1);

    for (i = 0; i < length / 2; i++) {
        NTSHM_CHAR first = text[i];

        text[i] = text[length - 1 - i];
        text[length - 1 - i] = first;
    }
    return text;
}

/* The next word of *@context (of @text in the first call), or NULL; it is cut out of the text. */
NTSHM_INLINE NTSHM_CHAR *NTSHM_NAME(strtok_s, wcstok_s)(NTSHM_CHAR *text,
                                                        const NTSHM_CHAR *separators,
                                                        NTSHM_CHAR **context)
{
    NTSHM_CHAR *word = text ? text : *context;
    const NTSHM_CHAR *separator;
    NTSHM_CHAR *end;
    int in_word = 0;

    if (!word)
        return NULL;
    for (end = word; *end; end++) {
        for (separator = separators; *separator && *separator != *end; separator++)
            ;
        if (*separator && in_word)
            break;
        if (*separator)
            word = end + 1;
        else
            in_word = 1;
    }
    *context = *end ? end + 1 : end;
    if (!in_word)
        return NULL;
    *end = 0;
    return word;
}

/* ---- numbers ---- */

/* @value in base @radix (2 to 36). ERANGE when @size does not do, EINVAL for another radix. */
NTSHM_INLINE errno_t NTSHM_NAME(_ui64toa_s, _ui64tow_s)(uint64_t value, NTSHM_CHAR *buffer,
                                                        size_t size, int radix)
{
    char digits[64];
    size_t n = 0, i;

    if (!buffer || !size)
        return EINVAL;
    buffer[0] = 0;
    if (radix < 2 || radix > 36)
        return EINVAL;
    do
        digits[n++] = "0123456789abcdefghijklmnopqrstuvwxyz"[value % (unsigned)radix];
    while ((value /= (unsigned)radix) != 0);
    if (n >= size)
        return ERANGE;
    for (i = 0; i < n; i++)
        buffer[i] = (NTSHM_CHAR)digits[n - 1 - i];
    buffer[n] = 0;
    return 0;
}

/* Base 10 has a sign; other bases show the bits. */
NTSHM_INLINE errno_t NTSHM_NAME(_i64toa_s, _i64tow_s)(int64_t value, NTSHM_CHAR *buffer,
                                                      size_t size, int radix)
{
    errno_t error;

    if (value >= 0 || radix != 10)
        return NTSHM_NAME(_ui64toa_s, _ui64tow_s)((uint64_t)value, buffer, size, radix);
    if (!buffer || !size)
        return EINVAL;
    error = NTSHM_NAME(_ui64toa_s, _ui64tow_s)(0 - (uint64_t)value, buffer + 1, size - 1, radix);
    buffer[0] = (NTSHM_CHAR)(error ? 0 : '-');
    return error == EINVAL ? ERANGE : error;
}

NTSHM_INLINE errno_t NTSHM_NAME(_ultoa_s, _ultow_s)(ULONG value, NTSHM_CHAR *buffer, size_t size,
                                                    int radix)
{
    return NTSHM_NAME(_ui64toa_s, _ui64tow_s)(value, buffer, size, radix);
}

NTSHM_INLINE errno_t NTSHM_NAME(_ltoa_s, _ltow_s)(LONG value, NTSHM_CHAR *buffer, size_t size,
                                                  int radix)
{
    if (radix != 10)
        return NTSHM_NAME(_ultoa_s, _ultow_s)((ULONG)value, buffer, size, radix);
    return NTSHM_NAME(_i64toa_s, _i64tow_s)(value, buffer, size, radix);
}

NTSHM_INLINE errno_t NTSHM_NAME(_itoa_s, _itow_s)(int value, NTSHM_CHAR *buffer, size_t size,
                                                  int radix)
{
    return NTSHM_NAME(_ltoa_s, _ltow_s)(value, buffer, size, radix);
}

/* Without _s the buffer is large enough: 66 characters always are. */
NTSHM_INLINE NTSHM_CHAR *NTSHM_NAME(_ui64toa, _ui64tow)(uint64_t value, NTSHM_CHAR *buffer,
                                                        int radix)
{
    NTSHM_NAME(_ui64toa_s, _ui64tow_s)(value, buffer, 66, radix);
    return buffer;
}

NTSHM_INLINE NTSHM_CHAR *NTSHM_NAME(_i64toa, _i64tow)(int64_t value, NTSHM_CHAR *buffer, int radix)
{
    NTSHM_NAME(_i64toa_s, _i64tow_s)(value, buffer, 66, radix);
    return buffer;
}

NTSHM_INLINE NTSHM_CHAR *NTSHM_NAME(_ultoa, _ultow)(ULONG value, NTSHM_CHAR *buffer, int radix)
{
    NTSHM_NAME(_ultoa_s, _ultow_s)(value, buffer, 66, radix);
    return buffer;
}

NTSHM_INLINE NTSHM_CHAR *NTSHM_NAME(_ltoa, _ltow)(LONG value, NTSHM_CHAR *buffer, int radix)
{
    NTSHM_NAME(_ltoa_s, _ltow_s)(value, buffer, 66, radix);
    return buffer;
}

NTSHM_INLINE NTSHM_CHAR *NTSHM_NAME(_itoa, _itow)(int value, NTSHM_CHAR *buffer, int radix)
{
    NTSHM_NAME(_itoa_s, _itow_s)(value, buffer, 66, radix);
    return buffer;
}

/* A decimal number at the start of @text; too large ones give the nearest, as strtoll does. */
NTSHM_INLINE int64_t NTSHM_NAME(_atoi64, _wtoi64)(const NTSHM_CHAR *text)
{
    char digits[64];
    size_t n = 0;

    while (*text == ' ' || (*text >= '\t' && *text <= '\r'))
        text++;
    if (*text == '-' || *text == '+')
        digits[n++] = (char)*text++;
    for (; *text == '0'; text++)
        ;
    for (; *text >= '0' && *text <= '9' && n < sizeof(digits) - 1; text++)
        digits[n++] = (char)*text;
    digits[n] = 0;
    return strtoll(digits, NULL, 10);
}

/* ---- printing; formats are those of <ntshm/print.h> ---- */

#define NTSHM_VPRINT NTSHM_NAME(ntshm_vsnprintf, ntshm_vsnwprintf)

/* The length of the text, without printing it. */
NTSHM_INLINE int NTSHM_NAME(_vscprintf, _vscwprintf)(const NTSHM_CHAR *format, va_list arguments)
{
    return NTSHM_VPRINT(NULL, 0, format, arguments);
}

/*
 * As Microsoft's oldest form: a text that fills the buffer has no NUL, one that is longer is cut
 * and gives -1.
 */
NTSHM_INLINE int NTSHM_NAME(_vsnprintf, _vsnwprintf)(NTSHM_CHAR *buffer, size_t size,
                                                     const NTSHM_CHAR *format, va_list arguments)
{
    int length = NTSHM_NAME(_vscprintf, _vscwprintf)(format, arguments);
    NTSHM_CHAR *whole;

    if (length < 0 || !size)
        return length > 0 && buffer ? -1 : length;
    if ((size_t)length < size)
        return NTSHM_VPRINT(buffer, size, format, arguments);
    whole = (NTSHM_CHAR *)malloc(((size_t)length + 1) * sizeof(*whole));
    if (!whole)
        return -1;
    NTSHM_VPRINT(whole, (size_t)length + 1, format, arguments);
    memcpy(buffer, whole, size * sizeof(*whole));
    free(whole);
    return (size_t)length == size ? length : -1;
}

/* A text that does not fit leaves an empty string and gives -1 with errno ERANGE. */
NTSHM_INLINE int NTSHM_NAME(vsprintf_s, vswprintf_s)(NTSHM_CHAR *buffer, size_t size,
                                                     const NTSHM_CHAR *format, va_list arguments)
{
    int length;

    if (!buffer || !size) {
        errno = EINVAL;
        return -1;
    }
    length = NTSHM_VPRINT(buffer, size, format, arguments);
    if (length >= 0 && (size_t)length < size)
        return length;
    buffer[0] = 0;
    if (length >= 0)
        errno = ERANGE;
    return -1;
}

/* At most @count characters, or with _TRUNCATE as many as fit: then the text is cut, and -1. */
NTSHM_INLINE int NTSHM_NAME(_vsnprintf_s, _vsnwprintf_s)(NTSHM_CHAR *buffer, size_t size,
                                                         size_t count, const NTSHM_CHAR *format,
                                                         va_list arguments)
{
    int length;

    if (count != _TRUNCATE && count >= size)
        return NTSHM_NAME(vsprintf_s, vswprintf_s)(buffer, size, format, arguments);
    if (!buffer || !size) {
        errno = EINVAL;
        return -1;
    }
    if (count != _TRUNCATE)
        size = count + 1;
    length = NTSHM_VPRINT(buffer, size, format, arguments);
    if (length < 0)
        buffer[0] = 0;
    return length >= 0 && (size_t)length < size ? length : -1;
}

NTSHM_PRINTS_TO(NTSHM_NAME(_scprintf, _scwprintf)(const NTSHM_CHAR *format, ...),
                NTSHM_NAME(_vscprintf, _vscwprintf)(format, arguments))
NTSHM_PRINTS_TO(NTSHM_NAME(_snprintf, _snwprintf)(NTSHM_CHAR *buffer, size_t size,
                                                  const NTSHM_CHAR *format, ...),
                NTSHM_NAME(_vsnprintf, _vsnwprintf)(buffer, size, format, arguments))
NTSHM_PRINTS_TO(NTSHM_NAME(sprintf_s, swprintf_s)(NTSHM_CHAR *buffer, size_t size,
                                                  const NTSHM_CHAR *format, ...),
                NTSHM_NAME(vsprintf_s, vswprintf_s)(buffer, size, format, arguments))
NTSHM_PRINTS_TO(NTSHM_NAME(_snprintf_s, _snwprintf_s)(NTSHM_CHAR *buffer, size_t size, size_t count,
                                                      const NTSHM_CHAR *format, ...),
                NTSHM_NAME(_vsnprintf_s, _vsnwprintf_s)(buffer, size, count, format, arguments))
NTSHM_PRINTS_TO(NTSHM_NAME(printf_s, wprintf_s)(const NTSHM_CHAR *format, ...),
                NTSHM_NAME(ntshm_vfprintf, ntshm_vfwprintf)(stdout, format, arguments))
NTSHM_PRINTS_TO(NTSHM_NAME(fprintf_s, fwprintf_s)(FILE *stream, const NTSHM_CHAR *format, ...),
                NTSHM_NAME(ntshm_vfprintf, ntshm_vfwprintf)(stream, format, arguments))

#undef NTSHM_VPRINT
