// SPDX-License-Identifier: MIT
/*
 * winternl.h, memory: VirtualAlloc and its kin with statuses, and with ranges that are written
 * back in whole pages. A failing call leaves the range as it was passed (7.33).
 */
#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "api/extended-parameters.h"
#include "api/section-api.h"
#include "api/zero-bits.h"
#include "lib/process/remote.h"
#include "util/macro.h"

/* The process and the places for results, which every call looks at first. */
static NTSTATUS check_arguments(HANDLE handle, const void *base, const void *size,
                                struct nt_process **ret_process)
{
    if (!base || !size)
        return STATUS_ACCESS_VIOLATION;
    return nt_process_find(handle, PROCESS_VM_OPERATION, ret_process);
}

static void write_back(PVOID *base, PSIZE_T size, void *new_base, size_t new_size)
{
    *base = new_base;
    *size = new_size;
}

NT_EXPORT NTSTATUS NTAPI NtAllocateVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress,
                                                 ULONG_PTR ZeroBits, PSIZE_T RegionSize,
                                                 ULONG AllocationType, ULONG Protect)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status = check_arguments(ProcessHandle, BaseAddress, RegionSize, &process);
    struct nt_allocation allocation = {.type = AllocationType, .protect = Protect};

    if (!NT_SUCCESS(status))
        return status;
    allocation.base = *BaseAddress;
    allocation.size = *RegionSize;
    status = nt_api_read_zero_bits(ZeroBits, allocation.base, STATUS_INVALID_PARAMETER_3,
                                   &allocation.highest);
    if (NT_SUCCESS(status))
        status = nt_remote_allocate(process, &allocation);
    if (NT_SUCCESS(status))
        write_back(BaseAddress, RegionSize, allocation.base, allocation.size);
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtAllocateVirtualMemoryEx(HANDLE ProcessHandle, PVOID *BaseAddress,
                                                   PSIZE_T RegionSize, ULONG AllocationType,
                                                   ULONG PageProtection,
                                                   PMEM_EXTENDED_PARAMETER ExtendedParameters,
                                                   ULONG ExtendedParameterCount)
{
    struct nt_allocation allocation = {
        .type = AllocationType,
        .protect = PageProtection,
        .extended = true,
    };
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status;

    if (!BaseAddress || !RegionSize)
        return STATUS_ACCESS_VIOLATION;
    allocation.process_status = nt_process_find(ProcessHandle, PROCESS_VM_OPERATION, &process);
    allocation.base = *BaseAddress;
    allocation.size = *RegionSize;
    /* 17.4 */
    status =
        nt_api_read_allocation_parameters(ExtendedParameters, ExtendedParameterCount, &allocation);
    if (NT_SUCCESS(status))
        status = nt_remote_allocate(process, &allocation);
    if (NT_SUCCESS(status))
        write_back(BaseAddress, RegionSize, allocation.base, allocation.size);
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtFreeVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress,
                                             PSIZE_T RegionSize, ULONG FreeType)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status = check_arguments(ProcessHandle, BaseAddress, RegionSize, &process);
    void *base;
    size_t size;

    if (!NT_SUCCESS(status))
        return status;
    base = *BaseAddress;
    size = *RegionSize;
    status = nt_remote_free(process, &base, &size, FreeType);
    if (NT_SUCCESS(status))
        write_back(BaseAddress, RegionSize, base, size);
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtProtectVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress,
                                                PSIZE_T RegionSize, ULONG NewProtect,
                                                PULONG OldProtect)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status;
    void *base;
    size_t size;
    ULONG old;

    if (!OldProtect) /* 9.27, 17.6 */
        return STATUS_ACCESS_VIOLATION;
    status = check_arguments(ProcessHandle, BaseAddress, RegionSize, &process);
    if (!NT_SUCCESS(status))
        return status;
    base = *BaseAddress;
    size = *RegionSize;
    status = nt_remote_protect(process, &base, &size, NewProtect, &old);
    if (NT_SUCCESS(status)) {
        write_back(BaseAddress, RegionSize, base, size);
        *OldProtect = old;
    }
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtFlushVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress,
                                              PSIZE_T RegionSize, PIO_STATUS_BLOCK IoStatus)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status = check_arguments(ProcessHandle, BaseAddress, RegionSize, &process);
    void *base;
    size_t size;

    if (!NT_SUCCESS(status))
        return status;
    if (!IoStatus)
        return STATUS_ACCESS_VIOLATION;
    base = *BaseAddress;
    size = *RegionSize;
    status = nt_remote_flush(process, &base, &size);
    if (NT_SUCCESS(status)) {
        write_back(BaseAddress, RegionSize, base, size);
        IoStatus->Information = size;
    }
    IoStatus->Status = status;
    return status;
}
