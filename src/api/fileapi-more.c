// SPDX-License-Identifier: MIT
/*
 * fileapi.h and winbase.h: locks, times and facts of open files.
 */
#include <string.h>

#include <ntstatus.h>
#include <windows.h>

#include "api/error.h"
#include "api/file-more.h"
#include "api/file-path.h"
#include "api/overlapped.h"
#include "lib/file/info.h"
#include "lib/file/lock.h"
#include "lib/file/time.h"
#include "util/macro.h"

/* --- locks --------------------------------------------------------------------------------- */

NT_EXPORT BOOL WINAPI LockFile(HANDLE file, DWORD offset, DWORD offset_high, DWORD size,
                               DWORD size_high)
{
    return nt_api_result(
        nt_file_lock(file, nt_u64(offset_high, offset), nt_u64(size_high, size), true, false));
}

NT_EXPORT BOOL WINAPI UnlockFile(HANDLE file, DWORD offset, DWORD offset_high, DWORD size,
                                 DWORD size_high)
{
    return nt_api_result(
        nt_file_unlock(file, nt_u64(offset_high, offset), nt_u64(size_high, size)));
}

NT_EXPORT BOOL WINAPI LockFileEx(HANDLE file, DWORD flags, DWORD reserved, DWORD size,
                                 DWORD size_high, LPOVERLAPPED overlapped)
{
    NTSTATUS status;

    if (reserved || !overlapped)
        return nt_api_result(STATUS_INVALID_PARAMETER);
    status = nt_api_begin_overlapped(overlapped);
    if (!NT_SUCCESS(status))
        return nt_api_result(status);
    status = nt_file_lock(file, nt_u64(overlapped->OffsetHigh, overlapped->Offset),
                          nt_u64(size_high, size), flags & LOCKFILE_EXCLUSIVE_LOCK,
                          !(flags & LOCKFILE_FAIL_IMMEDIATELY));
    nt_api_end_overlapped(overlapped, status, 0);
    return nt_api_result(status);
}

NT_EXPORT BOOL WINAPI UnlockFileEx(HANDLE file, DWORD reserved, DWORD size, DWORD size_high,
                                   LPOVERLAPPED overlapped)
{
    if (reserved || !overlapped)
        return nt_api_result(STATUS_INVALID_PARAMETER);
    return UnlockFile(file, overlapped->Offset, overlapped->OffsetHigh, size, size_high);
}

/* --- times --------------------------------------------------------------------------------- */

static FILETIME filetime_of(int64_t units)
{
    return (FILETIME){.dwLowDateTime = (DWORD)units, .dwHighDateTime = (DWORD)(units >> 32)};
}

static int64_t units_of(const FILETIME *time)
{
    return time ? (int64_t)nt_u64(time->dwHighDateTime, time->dwLowDateTime) : NT_TIME_KEEP;
}

NT_EXPORT BOOL WINAPI GetFileTime(HANDLE handle, LPFILETIME created, LPFILETIME read,
                                  LPFILETIME written)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    struct nt_file_times times;
    NTSTATUS status = nt_file_get(handle, FILE_READ_ATTRIBUTES, &file);

    if (NT_SUCCESS(status))
        status = nt_file_get_times(file, &times);
    if (!NT_SUCCESS(status))
        return nt_api_result(status);
    if (created)
        *created = filetime_of(times.created);
    if (read)
        *read = filetime_of(times.read);
    if (written)
        *written = filetime_of(times.written);
    return TRUE;
}

NT_EXPORT BOOL WINAPI SetFileTime(HANDLE handle, const FILETIME *created, const FILETIME *read,
                                  const FILETIME *written)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    NTSTATUS status = nt_file_get(handle, FILE_WRITE_ATTRIBUTES, &file);

    if (NT_SUCCESS(status))
        status = nt_file_set_times(file, units_of(created), units_of(read), units_of(written));
    return nt_api_result(status);
}

/* --- facts --------------------------------------------------------------------------------- */

NT_EXPORT BOOL WINAPI GetFileInformationByHandle(HANDLE handle,
                                                 LPBY_HANDLE_FILE_INFORMATION information)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    struct nt_file_times times;
    struct nt_file_stat stat;
    NTSTATUS status = nt_file_get(handle, 0, &file);

    if (NT_SUCCESS(status))
        status = nt_file_get_times(file, &times);
    if (NT_SUCCESS(status))
        status = nt_file_get_stat(file, &stat);
    if (!NT_SUCCESS(status))
        return nt_api_result(status);
    *information = (BY_HANDLE_FILE_INFORMATION){
        .dwFileAttributes = stat.attributes,
        .ftCreationTime = filetime_of(times.created),
        .ftLastAccessTime = filetime_of(times.read),
        .ftLastWriteTime = filetime_of(times.written),
        .dwVolumeSerialNumber = (DWORD)stat.volume,
        .nFileSizeHigh = (DWORD)(stat.size >> 32),
        .nFileSizeLow = (DWORD)stat.size,
        .nNumberOfLinks = stat.links,
        .nFileIndexHigh = (DWORD)(stat.id >> 32),
        .nFileIndexLow = (DWORD)stat.id,
    };
    return TRUE;
}

/* Win32's numbers for what the Nt layer knows. */
static const struct {
    FILE_INFO_BY_HANDLE_CLASS win32;
    FILE_INFORMATION_CLASS nt;
} queries[] =
    {
        {FileBasicInfo, FileBasicInformation}, {FileStandardInfo, FileStandardInformation},
        {FileNameInfo, FileNameInformation},   {FileAttributeTagInfo, FileAttributeTagInformation},
        {FileIdInfo, FileIdInformation},
},
  changes[] = {
      {FileBasicInfo, FileBasicInformation},
      {FileRenameInfo, FileRenameInformation},
      {FileRenameInfoEx, FileRenameInformationEx},
      {FileDispositionInfo, FileDispositionInformation},
      {FileDispositionInfoEx, FileDispositionInformationEx},
      {FileAllocationInfo, FileAllocationInformation},
      {FileEndOfFileInfo, FileEndOfFileInformation},
};

BOOL nt_api_file_query(HANDLE file, FILE_INFO_BY_HANDLE_CLASS which, void *buffer, DWORD size,
                       unsigned width)
{
    ULONG done;

    for (size_t i = 0; i < NT_ARRAY_SIZE(queries); i++) {
        if (queries[i].win32 == which) {
            NTSTATUS status = nt_file_query(file, queries[i].nt, buffer, size, width, &done);

            /* A name that was cut is a failure here. */
            SetLastError(nt_status_to_win32(status));
            return status == STATUS_SUCCESS;
        }
    }
    return nt_api_result(STATUS_INVALID_PARAMETER);
}

BOOL nt_api_file_set(HANDLE file, FILE_INFO_BY_HANDLE_CLASS which, const void *buffer, DWORD size,
                     unsigned width)
{
    for (size_t i = 0; i < NT_ARRAY_SIZE(changes); i++) {
        if (changes[i].win32 == which)
            return nt_api_result(nt_file_set_win32(file, changes[i].nt, buffer, size, width));
    }
    return nt_api_result(STATUS_INVALID_PARAMETER);
}

NT_EXPORT BOOL WINAPI GetFileInformationByHandleEx(HANDLE file, FILE_INFO_BY_HANDLE_CLASS which,
                                                   LPVOID buffer, DWORD size)
{
    return nt_api_file_query(file, which, buffer, size, sizeof(WCHAR));
}

NT_EXPORT BOOL WINAPI SetFileInformationByHandle(HANDLE file, FILE_INFO_BY_HANDLE_CLASS which,
                                                 LPVOID buffer, DWORD size)
{
    return nt_api_file_set(file, which, buffer, size, sizeof(WCHAR));
}

/* --- names --------------------------------------------------------------------------------- */

NTSTATUS nt_api_final_path(HANDLE handle, DWORD flags, char **ret_path)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    NTSTATUS status;

    if (flags & ~(DWORD)(FILE_NAME_OPENED | VOLUME_NAME_GUID | VOLUME_NAME_NT | VOLUME_NAME_NONE))
        return STATUS_INVALID_PARAMETER;
    if (flags & (VOLUME_NAME_GUID | VOLUME_NAME_NT)) /* volumes have no such names */
        return STATUS_OBJECT_PATH_NOT_FOUND;
    status = nt_file_get(handle, 0, &file);
    return NT_SUCCESS(status) ? nt_file_name(file, ret_path) : status;
}

NT_EXPORT DWORD WINAPI GetFinalPathNameByHandleA(HANDLE file, LPSTR text, DWORD room, DWORD flags)
{
    NT_CLEANUP(nt_freep) char *path = NULL;

    return nt_api_result(nt_api_final_path(file, flags, &path)) ? nt_api_tell_path(path, text, room)
                                                                : 0;
}

NT_EXPORT DWORD WINAPI GetFinalPathNameByHandleW(HANDLE file, LPWSTR text, DWORD room, DWORD flags)
{
    NT_CLEANUP(nt_freep) char *path = NULL;

    return nt_api_result(nt_api_final_path(file, flags, &path))
               ? nt_api_tell_path_wide(path, text, room)
               : 0;
}
