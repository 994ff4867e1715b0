// SPDX-License-Identifier: MIT
/*
 * fileapi.h and processenv.h: files and directories by name, and paths that are told back.
 */
#include <wchar.h>
#include <windows.h>
#include <ntstatus.h>

#include "api/file-path.h"
#include "lib/file/file.h"
#include "lib/file/names.h"
#include "lib/text/utf8.h"

/* --- one path in, a result out ------------------------------------------------------------- */

typedef NTSTATUS path_call(const char *path);

static BOOL call_utf8(path_call *call, LPCSTR name)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status = nt_path_from_utf8(name, &path);

    return nt_api_result(NT_SUCCESS(status) ? call(path) : status);
}

static BOOL call_wide(path_call *call, LPCWSTR name)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status = nt_path_from_wide(name, &path);

    return nt_api_result(NT_SUCCESS(status) ? call(path) : status);
}

NT_EXPORT BOOL WINAPI DeleteFileA(LPCSTR name)
{
    return call_utf8(nt_file_delete, name);
}

NT_EXPORT BOOL WINAPI DeleteFileW(LPCWSTR name)
{
    return call_wide(nt_file_delete, name);
}

NT_EXPORT BOOL WINAPI RemoveDirectoryA(LPCSTR name)
{
    return call_utf8(nt_directory_delete, name);
}

NT_EXPORT BOOL WINAPI RemoveDirectoryW(LPCWSTR name)
{
    return call_wide(nt_directory_delete, name);
}

NT_EXPORT BOOL WINAPI SetCurrentDirectoryA(LPCSTR name)
{
    return call_utf8(nt_directory_set_current, name);
}

NT_EXPORT BOOL WINAPI SetCurrentDirectoryW(LPCWSTR name)
{
    return call_wide(nt_directory_set_current, name);
}

static bool has_descriptor(const SECURITY_ATTRIBUTES *security)
{
    return security && security->lpSecurityDescriptor;
}

NT_EXPORT BOOL WINAPI CreateDirectoryA(LPCSTR name, LPSECURITY_ATTRIBUTES security)
{
    if (has_descriptor(security))
        return nt_api_result(STATUS_NOT_SUPPORTED);
    return call_utf8(nt_directory_create, name);
}

NT_EXPORT BOOL WINAPI CreateDirectoryW(LPCWSTR name, LPSECURITY_ATTRIBUTES security)
{
    if (has_descriptor(security))
        return nt_api_result(STATUS_NOT_SUPPORTED);
    return call_wide(nt_directory_create, name);
}

/* --- attributes ---------------------------------------------------------------------------- */

static BOOL get_attributes(NTSTATUS status, const char *path, GET_FILEEX_INFO_LEVELS level,
                           WIN32_FILE_ATTRIBUTE_DATA *ret_data)
{
    if (level != GetFileExInfoStandard)
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status) && !ret_data)
        status = STATUS_ACCESS_VIOLATION;
    if (NT_SUCCESS(status))
        status = nt_name_get_attributes(path, ret_data);
    return nt_api_result(status);
}

NT_EXPORT BOOL WINAPI GetFileAttributesExA(LPCSTR name, GET_FILEEX_INFO_LEVELS level, LPVOID data)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status = nt_path_from_utf8(name, &path);

    return get_attributes(status, path, level, data);
}

NT_EXPORT BOOL WINAPI GetFileAttributesExW(LPCWSTR name, GET_FILEEX_INFO_LEVELS level, LPVOID data)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status = nt_path_from_wide(name, &path);

    return get_attributes(status, path, level, data);
}

NT_EXPORT DWORD WINAPI GetFileAttributesA(LPCSTR name)
{
    WIN32_FILE_ATTRIBUTE_DATA data;

    return GetFileAttributesExA(name, GetFileExInfoStandard, &data) ? data.dwFileAttributes
                                                                    : INVALID_FILE_ATTRIBUTES;
}

NT_EXPORT DWORD WINAPI GetFileAttributesW(LPCWSTR name)
{
    WIN32_FILE_ATTRIBUTE_DATA data;

    return GetFileAttributesExW(name, GetFileExInfoStandard, &data) ? data.dwFileAttributes
                                                                    : INVALID_FILE_ATTRIBUTES;
}

NT_EXPORT BOOL WINAPI SetFileAttributesA(LPCSTR name, DWORD attributes)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status = nt_path_from_utf8(name, &path);

    return nt_api_result(NT_SUCCESS(status) ? nt_name_set_attributes(path, attributes) : status);
}

NT_EXPORT BOOL WINAPI SetFileAttributesW(LPCWSTR name, DWORD attributes)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status = nt_path_from_wide(name, &path);

    return nt_api_result(NT_SUCCESS(status) ? nt_name_set_attributes(path, attributes) : status);
}

/* --- paths told back ----------------------------------------------------------------------- */

DWORD nt_api_tell_path(const char *path, LPSTR text, DWORD room)
{
    size_t length = strlen(path);

    if (length >= room || !text)
        return (DWORD)length + 1;
    memcpy(text, path, length + 1);
    return (DWORD)length;
}

DWORD nt_api_tell_path_wide(const char *path, LPWSTR text, DWORD room)
{
    size_t length;
    NTSTATUS status = nt_path_to_wide(path, text, text ? room : 0, &length);

    if (status == STATUS_BUFFER_TOO_SMALL)
        return (DWORD)length + 1;
    return nt_api_result(status) ? (DWORD)length : 0;
}

typedef NTSTATUS path_source(char **ret_path);

static DWORD tell_utf8(path_source *source, LPSTR text, DWORD room)
{
    NT_CLEANUP(nt_freep) char *path = NULL;

    return nt_api_result(source(&path)) ? nt_api_tell_path(path, text, room) : 0;
}

static DWORD tell_wide(path_source *source, LPWSTR text, DWORD room)
{
    NT_CLEANUP(nt_freep) char *path = NULL;

    return nt_api_result(source(&path)) ? nt_api_tell_path_wide(path, text, room) : 0;
}

NT_EXPORT DWORD WINAPI GetTempPathA(DWORD room, LPSTR text)
{
    return tell_utf8(nt_temp_path, text, room);
}

NT_EXPORT DWORD WINAPI GetTempPathW(DWORD room, LPWSTR text)
{
    return tell_wide(nt_temp_path, text, room);
}

NT_EXPORT DWORD WINAPI GetCurrentDirectoryA(DWORD room, LPSTR text)
{
    return tell_utf8(nt_directory_get_current, text, room);
}

NT_EXPORT DWORD WINAPI GetCurrentDirectoryW(DWORD room, LPWSTR text)
{
    return tell_wide(nt_directory_get_current, text, room);
}

NT_EXPORT DWORD WINAPI GetFullPathNameA(LPCSTR name, DWORD room, LPSTR text, LPSTR *ret_part)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NT_CLEANUP(nt_freep) char *full = NULL;
    NTSTATUS status = nt_path_from_utf8(name, &path);
    DWORD length;

    if (NT_SUCCESS(status))
        status = nt_path_full(path, &full);
    if (!nt_api_result(status))
        return 0;
    length = nt_api_tell_path(full, text, room);
    if (ret_part && text && length < room) {
        LPSTR last = strrchr(text, '/');

        *ret_part = last[1] ? last + 1 : NULL;
    }
    return length;
}

NT_EXPORT DWORD WINAPI GetFullPathNameW(LPCWSTR name, DWORD room, LPWSTR text, LPWSTR *ret_part)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NT_CLEANUP(nt_freep) char *full = NULL;
    NTSTATUS status = nt_path_from_wide(name, &path);
    DWORD length;

    if (NT_SUCCESS(status))
        status = nt_path_full(path, &full);
    if (!nt_api_result(status))
        return 0;
    length = nt_api_tell_path_wide(full, text, room);
    if (ret_part && text && length && length < room) {
        LPWSTR last = wcsrchr(text, L'/');

        *ret_part = last[1] ? last + 1 : NULL;
    }
    return length;
}

/* --- temporary files ----------------------------------------------------------------------- */

/* Room that a name of such a file takes: three characters, four digits, .tmp, a separator, the 0.
 */
#define TEMP_NAME_ROOM 14u

static UINT temp_name(NTSTATUS status, const char *folder, const char *prefix, UINT number,
                      char **ret_path)
{
    if (NT_SUCCESS(status) && strlen(folder) > MAX_PATH - TEMP_NAME_ROOM) {
        SetLastError(ERROR_BUFFER_OVERFLOW);
        return 0;
    }
    if (NT_SUCCESS(status))
        status = nt_temp_name(folder, prefix ? prefix : "", number, ret_path, &number);
    if (status == STATUS_OBJECT_NAME_COLLISION) {
        SetLastError(ERROR_FILE_EXISTS);
        return 0;
    }
    return nt_api_result(status) ? number : 0;
}

NT_EXPORT UINT WINAPI GetTempFileNameA(LPCSTR folder_name, LPCSTR prefix, UINT number, LPSTR name)
{
    NT_CLEANUP(nt_freep) char *folder = NULL;
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status = nt_path_from_utf8(folder_name, &folder);

    number = temp_name(status, folder, prefix, number, &path);
    if (number)
        nt_api_tell_path(path, name, MAX_PATH);
    return number;
}

NT_EXPORT UINT WINAPI GetTempFileNameW(LPCWSTR folder_name, LPCWSTR prefix, UINT number,
                                       LPWSTR name)
{
    NT_CLEANUP(nt_freep) char *folder = NULL;
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status = nt_path_from_wide(folder_name, &folder);
    WCHAR first[7] = {0}; /* three characters, perhaps each a pair */
    char narrow[32];

    if (prefix)
        wcsncpy(first, prefix, 6);
    if (NT_SUCCESS(status) && *first && !nt_text_to_utf8(first, narrow, sizeof(narrow)))
        status = STATUS_OBJECT_NAME_INVALID;
    if (!*first)
        narrow[0] = '\0';
    number = temp_name(status, folder, narrow, number, &path);
    if (number)
        nt_api_tell_path_wide(path, name, MAX_PATH);
    return number;
}
