// SPDX-License-Identifier: MIT
/*
 * winternl.h: what there is to know and to change about open files.
 */
#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "lib/file/info.h"
#include "util/macro.h"

NT_EXPORT NTSTATUS NTAPI NtQueryInformationFile(HANDLE file, PIO_STATUS_BLOCK io, PVOID buffer,
                                                ULONG size, FILE_INFORMATION_CLASS which)
{
    ULONG done = 0;
    NTSTATUS status;

    if (!io)
        return STATUS_ACCESS_VIOLATION;
    status = nt_file_query(file, which, buffer, size, sizeof(WCHAR), &done);
    io->Status = status;
    io->Information = done;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtSetInformationFile(HANDLE file, PIO_STATUS_BLOCK io, PVOID buffer,
                                              ULONG size, FILE_INFORMATION_CLASS which)
{
    NTSTATUS status;

    if (!io)
        return STATUS_ACCESS_VIOLATION;
    status = nt_file_set(file, which, buffer, size, sizeof(WCHAR));
    io->Status = status;
    io->Information = 0;
    return status;
}
