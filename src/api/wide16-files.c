// SPDX-License-Identifier: MIT
/*
 * The 16-bit twins of fileapi.h and of the current directory. Paths on their way in become native
 * text; on their way out they are asked for natively, in full, and then written in as many units as
 * fit.
 */
#include "api/wide16.h"

#include <stdlib.h>
#include <wchar.h>

#include "util/macro.h"

/* --- paths on their way out --------------------------------------------------------------- */

/* What a function of (size, buffer) gives: a native path of any length; NULL and the last error. */
static wchar_t *whole_path(DWORD (*get)(const wchar_t *name, DWORD size, wchar_t *buffer),
                           const wchar_t *name, size_t *ret_length)
{
    DWORD room = 260, length;

    for (;;) {
        wchar_t *path = malloc(room * sizeof(*path));

        if (!path) {
            SetLastError(ERROR_NOT_ENOUGH_MEMORY);
            return NULL;
        }
        length = get(name, room, path);
        if (length != 0 && length < room) {
            *ret_length = length;
            return path;
        }
        free(path);
        if (length == 0)
            return NULL;
        room = length + 1;
    }
}

/* --- files -------------------------------------------------------------------------------- */

NT_TWIN(HANDLE, CreateFileW, const uint16_t *name, DWORD access, DWORD share,
        LPSECURITY_ATTRIBUTES security, DWORD disposition, DWORD flags, HANDLE template)
{
    NT_WIDE16(wide, name, INVALID_HANDLE_VALUE);

    return CreateFileW(wide.text, access, share, security, disposition, flags, template);
}

NT_TWIN(HANDLE, CreateFile2, const uint16_t *name, DWORD access, DWORD share, DWORD disposition,
        LPCREATEFILE2_EXTENDED_PARAMETERS parameters)
{
    NT_WIDE16(wide, name, INVALID_HANDLE_VALUE);

    return CreateFile2(wide.text, access, share, disposition, parameters);
}

NT_TWIN(BOOL, DeleteFileW, const uint16_t *name)
{
    NT_WIDE16(wide, name, FALSE);

    return DeleteFileW(wide.text);
}

NT_TWIN(DWORD, GetFileAttributesW, const uint16_t *name)
{
    NT_WIDE16(wide, name, INVALID_FILE_ATTRIBUTES);

    return GetFileAttributesW(wide.text);
}

NT_TWIN(BOOL, GetFileAttributesExW, const uint16_t *name, GET_FILEEX_INFO_LEVELS level, LPVOID data)
{
    NT_WIDE16(wide, name, FALSE);

    return GetFileAttributesExW(wide.text, level, data);
}

NT_TWIN(BOOL, SetFileAttributesW, const uint16_t *name, DWORD attributes)
{
    NT_WIDE16(wide, name, FALSE);

    return SetFileAttributesW(wide.text, attributes);
}

/* --- directories and paths ---------------------------------------------------------------- */

NT_TWIN(BOOL, CreateDirectoryW, const uint16_t *name, LPSECURITY_ATTRIBUTES security)
{
    NT_WIDE16(wide, name, FALSE);

    return CreateDirectoryW(wide.text, security);
}

NT_TWIN(BOOL, RemoveDirectoryW, const uint16_t *name)
{
    NT_WIDE16(wide, name, FALSE);

    return RemoveDirectoryW(wide.text);
}

static DWORD get_temp_path(const wchar_t *name, DWORD size, wchar_t *buffer)
{
    (void)name;
    return GetTempPathW(size, buffer);
}

NT_TWIN(DWORD, GetTempPathW, DWORD room, uint16_t *buffer)
{
    size_t length;
    NT_CLEANUP(nt_freep) wchar_t *path = whole_path(get_temp_path, NULL, &length);

    return path ? nt_wide16_put_path(path, length, buffer, room) : 0;
}

static DWORD get_current_directory(const wchar_t *name, DWORD size, wchar_t *buffer)
{
    (void)name;
    return GetCurrentDirectoryW(size, buffer);
}

NT_TWIN(DWORD, GetCurrentDirectoryW, DWORD room, uint16_t *buffer)
{
    size_t length;
    NT_CLEANUP(nt_freep) wchar_t *path = whole_path(get_current_directory, NULL, &length);

    return path ? nt_wide16_put_path(path, length, buffer, room) : 0;
}

NT_TWIN(BOOL, SetCurrentDirectoryW, const uint16_t *name)
{
    NT_WIDE16(wide, name, FALSE);

    return SetCurrentDirectoryW(wide.text);
}

NT_TWIN(UINT, GetTempFileNameW, const uint16_t *folder, const uint16_t *prefix, UINT unique,
        uint16_t *buffer)
{
    NT_WIDE16(wide, folder, 0);
    NT_WIDE16(wide_prefix, prefix, 0);
    wchar_t path[MAX_PATH];
    UINT number;

    /* A file that is made must fit the caller's MAX_PATH units too: 14 for what is added. */
    if (wide.text && nt_wide16_put(wide.text, wide.count, NULL, 0) > MAX_PATH - 14) {
        SetLastError(ERROR_BUFFER_OVERFLOW);
        return 0;
    }
    number = GetTempFileNameW(wide.text, wide_prefix.text, unique, path);
    if (number)
        nt_wide16_put_path(path, wcslen(path), buffer, MAX_PATH);
    return number;
}

static DWORD get_full_path(const wchar_t *name, DWORD size, wchar_t *buffer)
{
    return GetFullPathNameW(name, size, buffer, NULL);
}

/* Where the last name begins in a path that is @units long; NULL when it ends in a separator. */
static uint16_t *last_name(uint16_t *path, DWORD units)
{
    while (units > 0 && path[units - 1] != '/' && path[units - 1] != '\\')
        units--;
    return path[units] ? path + units : NULL;
}

NT_TWIN(DWORD, GetFullPathNameW, const uint16_t *name, DWORD room, uint16_t *buffer,
        uint16_t **ret_part)
{
    NT_WIDE16(wide, name, 0);
    size_t length;
    NT_CLEANUP(nt_freep) wchar_t *path = whole_path(get_full_path, wide.text, &length);
    DWORD units;

    if (!path)
        return 0;
    units = nt_wide16_put_path(path, length, buffer, room);
    if (ret_part && buffer && units < room)
        *ret_part = last_name(buffer, units);
    return units;
}
