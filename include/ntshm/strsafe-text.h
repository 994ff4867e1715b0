/* SPDX-License-Identifier: MIT */
/*
 * ntshm/strsafe-text.h - the functions of <strsafe.h> for one kind of character. <strsafe.h>
 * includes it twice, so it has no guard: NTSHM_CHAR is char or wchar_t, NTSHM_STRSAFE(name) the
 * function that counts characters, NTSHM_STRSAFE_CB(name) the one that counts bytes.
 */

/* Length: the characters (bytes) before the NUL; @length may be NULL. */
NTSHM_INLINE HRESULT NTSHM_STRSAFE(Length)(const NTSHM_CHAR *text, size_t most, size_t *length)
{
    size_t count = 0;

    if (length)
        *length = 0;
    if (!text || most > STRSAFE_MAX_CCH)
        return STRSAFE_E_INVALID_PARAMETER;
    while (count < most && text[count])
        count++;
    if (count == most)
        return STRSAFE_E_INVALID_PARAMETER;
    if (length)
        *length = count;
    return S_OK;
}

/* CopyN, Copy: at most @count characters of @source. */
NTSHM_INLINE HRESULT NTSHM_STRSAFE(CopyN)(NTSHM_CHAR *target, size_t size, const NTSHM_CHAR *source,
                                          size_t count)
{
    size_t i;

    if (!target || !size || size > STRSAFE_MAX_CCH)
        return STRSAFE_E_INVALID_PARAMETER;
    if (!source || count > STRSAFE_MAX_LENGTH) {
        target[0] = 0;
        return STRSAFE_E_INVALID_PARAMETER;
    }
    for (i = 0; i < size - 1 && i < count && source[i]; i++)
        target[i] = source[i];
    target[i] = 0;
    return i == count || !source[i] ? S_OK : STRSAFE_E_INSUFFICIENT_BUFFER;
}

NTSHM_INLINE HRESULT NTSHM_STRSAFE(Copy)(NTSHM_CHAR *target, size_t size, const NTSHM_CHAR *source)
{
    return NTSHM_STRSAFE(CopyN)(target, size, source, STRSAFE_MAX_LENGTH);
}

/* CatN, Cat: at most @count characters of @source behind what @target holds. */
NTSHM_INLINE HRESULT NTSHM_STRSAFE(CatN)(NTSHM_CHAR *target, size_t size, const NTSHM_CHAR *source,
                                         size_t count)
{
    size_t length = 0;

    if (count > STRSAFE_MAX_LENGTH || NTSHM_STRSAFE(Length)(target, size, &length) != S_OK)
        return STRSAFE_E_INVALID_PARAMETER;
    return NTSHM_STRSAFE(CopyN)(target + length, size - length, source, count);
}

NTSHM_INLINE HRESULT NTSHM_STRSAFE(Cat)(NTSHM_CHAR *target, size_t size, const NTSHM_CHAR *source)
{
    return NTSHM_STRSAFE(CatN)(target, size, source, STRSAFE_MAX_LENGTH);
}

/* VPrintf, Printf */
NTSHM_INLINE HRESULT NTSHM_STRSAFE(VPrintf)(NTSHM_CHAR *target, size_t size,
                                            const NTSHM_CHAR *format, va_list arguments)
{
    int length;

    if (!target || !size || size > STRSAFE_MAX_CCH)
        return STRSAFE_E_INVALID_PARAMETER;
    length = NTSHM_NAME(ntshm_vsnprintf, ntshm_vsnwprintf)(target, size, format, arguments);
    if (length < 0) {
        target[0] = 0;
        return STRSAFE_E_INVALID_PARAMETER;
    }
    return (size_t)length < size ? S_OK : STRSAFE_E_INSUFFICIENT_BUFFER;
}

NTSHM_INLINE HRESULT NTSHM_STRSAFE(Printf)(NTSHM_CHAR *target, size_t size,
                                           const NTSHM_CHAR *format, ...)
{
    va_list arguments;
    HRESULT result;

    va_start(arguments, format);
    result = NTSHM_STRSAFE(VPrintf)(target, size, format, arguments);
    va_end(arguments);
    return result;
}

/* ---- the same in bytes ---- */

NTSHM_INLINE HRESULT NTSHM_STRSAFE_CB(Length)(const NTSHM_CHAR *text, size_t most, size_t *length)
{
    HRESULT result = NTSHM_STRSAFE(Length)(text, most / sizeof(*text), length);

    if (length)
        *length *= sizeof(*text);
    return result;
}

NTSHM_INLINE HRESULT NTSHM_STRSAFE_CB(CopyN)(NTSHM_CHAR *target, size_t size,
                                             const NTSHM_CHAR *source, size_t count)
{
    return NTSHM_STRSAFE(CopyN)(target, size / sizeof(*target), source, count / sizeof(*target));
}

NTSHM_INLINE HRESULT NTSHM_STRSAFE_CB(Copy)(NTSHM_CHAR *target, size_t size,
                                            const NTSHM_CHAR *source)
{
    return NTSHM_STRSAFE(Copy)(target, size / sizeof(*target), source);
}

NTSHM_INLINE HRESULT NTSHM_STRSAFE_CB(CatN)(NTSHM_CHAR *target, size_t size,
                                            const NTSHM_CHAR *source, size_t count)
{
    return NTSHM_STRSAFE(CatN)(target, size / sizeof(*target), source, count / sizeof(*target));
}

NTSHM_INLINE HRESULT NTSHM_STRSAFE_CB(Cat)(NTSHM_CHAR *target, size_t size,
                                           const NTSHM_CHAR *source)
{
    return NTSHM_STRSAFE(Cat)(target, size / sizeof(*target), source);
}

NTSHM_INLINE HRESULT NTSHM_STRSAFE_CB(VPrintf)(NTSHM_CHAR *target, size_t size,
                                               const NTSHM_CHAR *format, va_list arguments)
{
    return NTSHM_STRSAFE(VPrintf)(target, size / sizeof(*target), format, arguments);
}

NTSHM_INLINE HRESULT NTSHM_STRSAFE_CB(Printf)(NTSHM_CHAR *target, size_t size,
                                              const NTSHM_CHAR *format, ...)
{
    va_list arguments;
    HRESULT result;

    va_start(arguments, format);
    result = NTSHM_STRSAFE(VPrintf)(target, size / sizeof(*target), format, arguments);
    va_end(arguments);
    return result;
}
