// SPDX-License-Identifier: MIT
/*
 * winbase.h: the names of the computer and of the user; and RtlCompareMemory of winnt.h.
 */
#include <string.h>

#include <windows.h>

#include "api/wide16.h"
#include "lib/process/environment.h"
#include "rtl/text.h"

#define NATIVE sizeof(wchar_t)

/* What the two functions do differently. */
struct asked {
    int (*get)(char *name, size_t size);
    DWORD too_small;
    bool counts_nul; /* on success too */
};

static const struct asked computer = {nt_computer_name, ERROR_BUFFER_OVERFLOW, false};
static const struct asked user = {nt_user_name, ERROR_INSUFFICIENT_BUFFER, true};

static BOOL get_name(const struct asked *asked, void *buffer, unsigned width, DWORD *size)
{
    char name[512];
    size_t length;

    if (!size || asked->get(name, sizeof(name)) < 0) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    length = nt_text_convert(name, 1, SIZE_MAX, NULL, width, 0);
    if (!buffer || length >= *size) {
        *size = (DWORD)length + 1;
        SetLastError(asked->too_small);
        return FALSE;
    }
    nt_text_convert(name, 1, SIZE_MAX, buffer, width, length);
    nt_text_set(buffer, width, length, 0);
    *size = (DWORD)length + asked->counts_nul;
    return TRUE;
}

NT_EXPORT BOOL WINAPI GetComputerNameA(LPSTR buffer, LPDWORD size)
{
    return get_name(&computer, buffer, 1, size);
}

NT_EXPORT BOOL WINAPI GetComputerNameW(LPWSTR buffer, LPDWORD size)
{
    return get_name(&computer, buffer, NATIVE, size);
}

NT_TWIN(BOOL, GetComputerNameW, uint16_t *buffer, LPDWORD size)
{
    return get_name(&computer, buffer, 2, size);
}

NT_EXPORT BOOL WINAPI GetUserNameA(LPSTR buffer, LPDWORD size)
{
    return get_name(&user, buffer, 1, size);
}

NT_EXPORT BOOL WINAPI GetUserNameW(LPWSTR buffer, LPDWORD size)
{
    return get_name(&user, buffer, NATIVE, size);
}

NT_TWIN(BOOL, GetUserNameW, uint16_t *buffer, LPDWORD size)
{
    return get_name(&user, buffer, 2, size);
}

NT_EXPORT SIZE_T NTAPI RtlCompareMemory(const VOID *a, const VOID *b, SIZE_T size)
{
    const unsigned char *left = a, *right = b;
    size_t same = 0;

    while (same < size && left[same] == right[same])
        same++;
    return same;
}
