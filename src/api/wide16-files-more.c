// SPDX-License-Identifier: MIT
/*
 * The 16-bit twins of what moves, copies and describes files. Structures that hold a name are
 * given the width of its characters.
 */
#include "api/wide16.h"

#include <stdlib.h>

#include <ntstatus.h>
#include <winternl.h>

#include "api/error.h"
#include "api/file-more.h"
#include "lib/file/info.h"
#include "lib/text/utf8.h"
#include "util/macro.h"

/* --- copying and moving ------------------------------------------------------------------- */

NT_TWIN(BOOL, CopyFileW, const uint16_t *from, const uint16_t *to, BOOL fail_if_exists)
{
    NT_WIDE16(wide_from, from, FALSE);
    NT_WIDE16(wide_to, to, FALSE);

    return CopyFileW(wide_from.text, wide_to.text, fail_if_exists);
}

NT_TWIN(BOOL, CopyFileExW, const uint16_t *from, const uint16_t *to, LPPROGRESS_ROUTINE progress,
        LPVOID data, LPBOOL cancel, DWORD flags)
{
    NT_WIDE16(wide_from, from, FALSE);
    NT_WIDE16(wide_to, to, FALSE);

    return CopyFileExW(wide_from.text, wide_to.text, progress, data, cancel, flags);
}

NT_TWIN(BOOL, MoveFileW, const uint16_t *from, const uint16_t *to)
{
    NT_WIDE16(wide_from, from, FALSE);
    NT_WIDE16(wide_to, to, FALSE);

    return MoveFileW(wide_from.text, wide_to.text);
}

NT_TWIN(BOOL, MoveFileExW, const uint16_t *from, const uint16_t *to, DWORD flags)
{
    NT_WIDE16(wide_from, from, FALSE);
    NT_WIDE16(wide_to, to, FALSE);

    return MoveFileExW(wide_from.text, wide_to.text, flags);
}

NT_TWIN(BOOL, ReplaceFileW, const uint16_t *replaced, const uint16_t *replacement,
        const uint16_t *backup, DWORD flags, LPVOID exclude, LPVOID reserved)
{
    NT_WIDE16(wide_replaced, replaced, FALSE);
    NT_WIDE16(wide_replacement, replacement, FALSE);
    NT_WIDE16(wide_backup, backup, FALSE);

    return ReplaceFileW(wide_replaced.text, wide_replacement.text, wide_backup.text, flags, exclude,
                        reserved);
}

NT_TWIN(BOOL, CreateHardLinkW, const uint16_t *name, const uint16_t *existing,
        LPSECURITY_ATTRIBUTES security)
{
    NT_WIDE16(wide_name, name, FALSE);
    NT_WIDE16(wide_existing, existing, FALSE);

    return CreateHardLinkW(wide_name.text, wide_existing.text, security);
}

/* --- structures --------------------------------------------------------------------------- */

NT_TWIN(BOOL, GetFileInformationByHandleEx, HANDLE file, FILE_INFO_BY_HANDLE_CLASS which,
        LPVOID buffer, DWORD size)
{
    return nt_api_file_query(file, which, buffer, size, sizeof(uint16_t));
}

NT_TWIN(BOOL, SetFileInformationByHandle, HANDLE file, FILE_INFO_BY_HANDLE_CLASS which,
        LPVOID buffer, DWORD size)
{
    return nt_api_file_set(file, which, buffer, size, sizeof(uint16_t));
}

NT_TWIN(NTSTATUS, NtQueryInformationFile, HANDLE file, PIO_STATUS_BLOCK io, PVOID buffer,
        ULONG size, FILE_INFORMATION_CLASS which)
{
    ULONG done = 0;
    NTSTATUS status;

    if (!io)
        return STATUS_ACCESS_VIOLATION;
    status = nt_file_query(file, which, buffer, size, sizeof(uint16_t), &done);
    io->Status = status;
    io->Information = done;
    return status;
}

NT_TWIN(NTSTATUS, NtSetInformationFile, HANDLE file, PIO_STATUS_BLOCK io, PVOID buffer, ULONG size,
        FILE_INFORMATION_CLASS which)
{
    NTSTATUS status;

    if (!io)
        return STATUS_ACCESS_VIOLATION;
    status = nt_file_set(file, which, buffer, size, sizeof(uint16_t));
    io->Status = status;
    io->Information = 0;
    return status;
}

/* --- names -------------------------------------------------------------------------------- */

NT_TWIN(DWORD, GetFinalPathNameByHandleW, HANDLE file, uint16_t *buffer, DWORD room, DWORD flags)
{
    NT_CLEANUP(nt_freep) wchar_t *wide = NULL;
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status = nt_api_final_path(file, flags, &path);
    size_t length;

    if (NT_SUCCESS(status))
        status = nt_text_from_utf8(path, &wide, &length);
    return nt_api_result(status) ? nt_wide16_put_path(wide, length, buffer, room) : 0;
}

/* --- space -------------------------------------------------------------------------------- */

NT_TWIN(BOOL, GetDiskFreeSpaceW, const uint16_t *root, LPDWORD sectors, LPDWORD bytes, LPDWORD free,
        LPDWORD total)
{
    NT_WIDE16(wide, root, FALSE);

    return GetDiskFreeSpaceW(wide.text, sectors, bytes, free, total);
}

NT_TWIN(BOOL, GetDiskFreeSpaceExW, const uint16_t *directory, PULARGE_INTEGER available,
        PULARGE_INTEGER total, PULARGE_INTEGER free)
{
    NT_WIDE16(wide, directory, FALSE);

    return GetDiskFreeSpaceExW(wide.text, available, total, free);
}
