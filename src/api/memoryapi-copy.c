// SPDX-License-Identifier: MIT
/*
 * memoryapi.h and winternl.h: bytes of a process's memory, read and written from outside. How many
 * were copied is told on failure too: a range is copied up to the first page that cannot be
 * reached.
 */
#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "api/error.h"
#include "lib/process/remote.h"
#include "util/macro.h"

static NTSTATUS copy(HANDLE handle, ACCESS_MASK access, const void *there, void *here, SIZE_T size,
                     enum nt_copy how, SIZE_T *ret_done)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status = STATUS_SUCCESS;
    size_t done = 0;

    if ((uint64_t)there + size < (uint64_t)there || (uint64_t)here + size < (uint64_t)here)
        status = STATUS_ACCESS_VIOLATION;
    if (NT_SUCCESS(status))
        status = nt_process_find(handle, access, &process);
    if (NT_SUCCESS(status))
        status = nt_remote_copy(process, (uint64_t)there, here, size, how, &done);
    if (ret_done)
        *ret_done = done;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtReadVirtualMemory(HANDLE ProcessHandle, PVOID BaseAddress, PVOID Buffer,
                                             SIZE_T NumberOfBytesToRead, PSIZE_T NumberOfBytesRead)
{
    return copy(ProcessHandle, PROCESS_VM_READ, BaseAddress, Buffer, NumberOfBytesToRead,
                NT_COPY_READ, NumberOfBytesRead);
}

NT_EXPORT NTSTATUS NTAPI NtWriteVirtualMemory(HANDLE ProcessHandle, PVOID BaseAddress, PVOID Buffer,
                                              SIZE_T NumberOfBytesToWrite,
                                              PSIZE_T NumberOfBytesWritten)
{
    return copy(ProcessHandle, PROCESS_VM_WRITE, BaseAddress, Buffer, NumberOfBytesToWrite,
                NT_COPY_WRITE, NumberOfBytesWritten);
}

NT_EXPORT BOOL WINAPI ReadProcessMemory(HANDLE hProcess, LPCVOID lpBaseAddress, LPVOID lpBuffer,
                                        SIZE_T nSize, SIZE_T *lpNumberOfBytesRead)
{
    return nt_api_result(copy(hProcess, PROCESS_VM_READ, lpBaseAddress, lpBuffer, nSize,
                              NT_COPY_READ, lpNumberOfBytesRead));
}

NT_EXPORT BOOL WINAPI WriteProcessMemory(HANDLE hProcess, LPVOID lpBaseAddress, LPCVOID lpBuffer,
                                         SIZE_T nSize, SIZE_T *lpNumberOfBytesWritten)
{
    return nt_api_result(copy(hProcess, PROCESS_VM_WRITE | PROCESS_VM_OPERATION, lpBaseAddress,
                              (void *)lpBuffer, nSize, NT_COPY_PATCH, lpNumberOfBytesWritten));
}
