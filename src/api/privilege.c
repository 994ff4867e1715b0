// SPDX-License-Identifier: MIT
/*
 * winbase.h: names and numbers of privileges, for text of all three widths.
 */
#include <windows.h>

#include "api/wide16.h"
#include "lib/process/environment.h"
#include "rtl/privilege.h"
#include "rtl/text.h"

#define NATIVE sizeof(wchar_t)

static BOOL fail(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

static bool is_same(const void *units, unsigned width, const char *text)
{
    size_t at = 0;

    for (; text[at]; at++) {
        if (nt_text_fold(nt_text_unit(units, width, at)) != nt_text_fold((unsigned char)text[at]))
            return false;
    }
    return nt_text_unit(units, width, at) == 0;
}

/* NULL, nothing, or our own name: the others' privileges are not known here. */
static bool is_this_computer(const void *system, unsigned width)
{
    char name[512];

    if (!system || nt_text_unit(system, width, 0) == 0)
        return true;
    return nt_computer_name(name, sizeof(name)) >= 0 && is_same(system, width, name);
}

static BOOL look_up_value(const void *system, const void *name, unsigned width, LUID *luid)
{
    const struct nt_privilege_name *found;

    if (!is_this_computer(system, width))
        return fail(RPC_S_SERVER_UNAVAILABLE);
    found = name ? nt_privilege_by_name(name, width) : NULL;
    if (!found)
        return fail(ERROR_NO_SUCH_PRIVILEGE);
    if (!luid)
        return fail(ERROR_NOACCESS);
    *luid = (LUID){.LowPart = found->number};
    return TRUE;
}

static BOOL put(const char *text, void *buffer, unsigned width, DWORD *size)
{
    size_t length = nt_text_convert(text, 1, SIZE_MAX, NULL, width, 0);

    if (!size)
        return fail(ERROR_NOACCESS);
    if (!buffer || length >= *size) {
        *size = (DWORD)length + 1;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    nt_text_convert(text, 1, SIZE_MAX, buffer, width, length);
    nt_text_set(buffer, width, length, 0);
    *size = (DWORD)length;
    return TRUE;
}

static BOOL look_up_name(const void *system, const LUID *luid, void *buffer, unsigned width,
                         DWORD *size)
{
    const struct nt_privilege_name *found;

    if (!is_this_computer(system, width))
        return fail(RPC_S_SERVER_UNAVAILABLE);
    if (!luid)
        return fail(ERROR_NOACCESS);
    found = luid->HighPart ? NULL : nt_privilege_by_number(luid->LowPart);
    return found ? put(found->name, buffer, width, size) : fail(ERROR_NO_SUCH_PRIVILEGE);
}

static BOOL look_up_display_name(const void *system, const void *name, void *buffer, unsigned width,
                                 DWORD *size, DWORD *language)
{
    const struct nt_privilege_name *found;

    if (!is_this_computer(system, width))
        return fail(RPC_S_SERVER_UNAVAILABLE);
    found = name ? nt_privilege_by_name(name, width) : NULL;
    if (!found)
        return fail(ERROR_NO_SUCH_PRIVILEGE);
    if (!put(found->display, buffer, width, size))
        return FALSE;
    if (language)
        *language = MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US);
    return TRUE;
}

/* --- the three widths ----------------------------------------------------------------------- */

NT_EXPORT BOOL WINAPI LookupPrivilegeValueA(LPCSTR system, LPCSTR name, PLUID luid)
{
    return look_up_value(system, name, 1, luid);
}

NT_EXPORT BOOL WINAPI LookupPrivilegeValueW(LPCWSTR system, LPCWSTR name, PLUID luid)
{
    return look_up_value(system, name, NATIVE, luid);
}

NT_TWIN(BOOL, LookupPrivilegeValueW, const uint16_t *system, const uint16_t *name, PLUID luid)
{
    return look_up_value(system, name, 2, luid);
}

NT_EXPORT BOOL WINAPI LookupPrivilegeNameA(LPCSTR system, PLUID luid, LPSTR name, LPDWORD size)
{
    return look_up_name(system, luid, name, 1, size);
}

NT_EXPORT BOOL WINAPI LookupPrivilegeNameW(LPCWSTR system, PLUID luid, LPWSTR name, LPDWORD size)
{
    return look_up_name(system, luid, name, NATIVE, size);
}

NT_TWIN(BOOL, LookupPrivilegeNameW, const uint16_t *system, PLUID luid, uint16_t *name,
        LPDWORD size)
{
    return look_up_name(system, luid, name, 2, size);
}

NT_EXPORT BOOL WINAPI LookupPrivilegeDisplayNameA(LPCSTR system, LPCSTR name, LPSTR display,
                                                  LPDWORD size, LPDWORD language)
{
    return look_up_display_name(system, name, display, 1, size, language);
}

NT_EXPORT BOOL WINAPI LookupPrivilegeDisplayNameW(LPCWSTR system, LPCWSTR name, LPWSTR display,
                                                  LPDWORD size, LPDWORD language)
{
    return look_up_display_name(system, name, display, NATIVE, size, language);
}

NT_TWIN(BOOL, LookupPrivilegeDisplayNameW, const uint16_t *system, const uint16_t *name,
        uint16_t *display, LPDWORD size, LPDWORD language)
{
    return look_up_display_name(system, name, display, 2, size, language);
}
