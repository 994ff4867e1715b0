// SPDX-License-Identifier: MIT
/*
 * stringapiset.h and winnls.h: narrow text is UTF-8, so every conversion is one of Unicode's own
 * forms into another.
 */
#include <limits.h>
#include <string.h>

#include <windows.h>

#include "api/wide16.h"
#include "rtl/text.h"

#define NATIVE sizeof(wchar_t)

/* A text in a caller's memory; @count is negative when a NUL ends it. */
struct given {
    const void *units;
    int count;
    unsigned width;
};

static bool is_known(UINT code_page)
{
    return code_page <= CP_THREAD_ACP || code_page == CP_UTF8;
}

static int failed(DWORD error)
{
    SetLastError(error);
    return 0;
}

/* The conversion of both functions; @strict says that malformed text is an error. */
static int convert(const struct given *from, void *to, unsigned width, int room, bool strict)
{
    size_t end, length;

    if (!from->units || !from->count || room < 0 || (room && (!to || to == from->units)))
        return failed(ERROR_INVALID_PARAMETER);
    end = from->count < 0 ? nt_text_length(from->units, from->width, SIZE_MAX) + 1
                          : (size_t)from->count;
    if (strict && !nt_text_is_valid(from->units, from->width, end))
        return failed(ERROR_NO_UNICODE_TRANSLATION);
    length = nt_text_convert(from->units, from->width, end, to, width, (size_t)room);
    if (length > INT_MAX)
        return failed(ERROR_INVALID_PARAMETER);
    if (room && length > (size_t)room)
        return failed(ERROR_INSUFFICIENT_BUFFER);
    return (int)length;
}

static int to_wide(UINT code_page, DWORD flags, const char *text, int count, void *wide,
                   unsigned width, int room)
{
    const struct given from = {text, count, 1};

    if (!is_known(code_page))
        return failed(ERROR_INVALID_PARAMETER);
    if (flags & ~(DWORD)MB_ERR_INVALID_CHARS)
        return failed(ERROR_INVALID_FLAGS);
    return convert(&from, wide, width, room, flags);
}

NT_EXPORT int WINAPI MultiByteToWideChar(UINT code_page, DWORD flags, LPCSTR text, int count,
                                         LPWSTR wide, int room)
{
    return to_wide(code_page, flags, text, count, wide, NATIVE, room);
}

NT_TWIN(int, MultiByteToWideChar, UINT code_page, DWORD flags, LPCSTR text, int count,
        uint16_t *wide, int room)
{
    return to_wide(code_page, flags, text, count, wide, 2, room);
}

static int to_narrow(UINT code_page, DWORD flags, const struct given *from, char *text, int room,
                     const void *defaults, const void *used)
{
    if (!is_known(code_page) || defaults || used)
        return failed(ERROR_INVALID_PARAMETER);
    if (flags & ~(DWORD)WC_ERR_INVALID_CHARS)
        return failed(ERROR_INVALID_FLAGS);
    return convert(from, text, 1, room, flags);
}

NT_EXPORT int WINAPI WideCharToMultiByte(UINT code_page, DWORD flags, LPCWSTR wide, int count,
                                         LPSTR text, int room, LPCCH defaults, LPBOOL used)
{
    const struct given from = {wide, count, NATIVE};

    return to_narrow(code_page, flags, &from, text, room, defaults, used);
}

NT_TWIN(int, WideCharToMultiByte, UINT code_page, DWORD flags, const uint16_t *wide, int count,
        LPSTR text, int room, LPCCH defaults, LPBOOL used)
{
    const struct given from = {wide, count, 2};

    return to_narrow(code_page, flags, &from, text, room, defaults, used);
}

NT_EXPORT UINT WINAPI GetACP(void)
{
    return CP_UTF8;
}

NT_EXPORT UINT WINAPI GetOEMCP(void)
{
    return CP_UTF8;
}

NT_EXPORT BOOL WINAPI IsValidCodePage(UINT code_page)
{
    return code_page == CP_UTF8;
}
