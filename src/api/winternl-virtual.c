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
#include "util/macro.h"

/* The process and the places for results, which every call looks at first. */
static NTSTATUS check_arguments(HANDLE process, const void *base, const void *size)
{
    if (!base || !size)
        return STATUS_ACCESS_VIOLATION;
    return nt_api_check_process(process);
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
    NTSTATUS status = check_arguments(ProcessHandle, BaseAddress, RegionSize);
    struct nt_allocation allocation = {.type = AllocationType, .protect = Protect};

    if (!NT_SUCCESS(status))
        return status;
    allocation.base = *BaseAddress;
    allocation.size = *RegionSize;
    status = nt_api_read_zero_bits(ZeroBits, allocation.base, STATUS_INVALID_PARAMETER_3,
                                   &allocation.highest);
    if (NT_SUCCESS(status))
        status = nt_memory_allocate(&allocation);
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
        .process_status = nt_api_check_process(ProcessHandle),
    };
    NTSTATUS status;

    if (!BaseAddress || !RegionSize)
        return STATUS_ACCESS_VIOLATION;
    allocation.base = *BaseAddress;
    allocation.size = *RegionSize;
    /* 17.4 */
    status =
        nt_api_read_allocation_parameters(ExtendedParameters, ExtendedParameterCount, &allocation);
    if (NT_SUCCESS(status))
        status = nt_memory_allocate(&allocation);
    if (NT_SUCCESS(status))
        write_back(BaseAddress, RegionSize, allocation.base, allocation.size);
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtFreeVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress,
                                             PSIZE_T RegionSize, ULONG FreeType)
{
    NTSTATUS status = check_arguments(ProcessHandle, BaseAddress, RegionSize);
    void *base;
    size_t size;

    if (!NT_SUCCESS(status))
        return status;
    base = *BaseAddress;
    size = *RegionSize;
    status = nt_memory_free(&base, &size, FreeType);
    if (NT_SUCCESS(status))
        write_back(BaseAddress, RegionSize, base, size);
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtProtectVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress,
                                                PSIZE_T RegionSize, ULONG NewProtect,
                                                PULONG OldProtect)
{
    NTSTATUS status;
    void *base;
    size_t size;
    ULONG old;

    if (!OldProtect) /* 9.27, 17.6 */
        return STATUS_ACCESS_VIOLATION;
    status = check_arguments(ProcessHandle, BaseAddress, RegionSize);
    if (!NT_SUCCESS(status))
        return status;
    base = *BaseAddress;
    size = *RegionSize;
    status = nt_memory_protect(&base, &size, NewProtect, &old);
    if (NT_SUCCESS(status)) {
        write_back(BaseAddress, RegionSize, base, size);
        *OldProtect = old;
    }
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtFlushVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress,
                                              PSIZE_T RegionSize, PIO_STATUS_BLOCK IoStatus)
{
    NTSTATUS status = check_arguments(ProcessHandle, BaseAddress, RegionSize);
    void *base;
    size_t size;

    if (!NT_SUCCESS(status))
        return status;
    if (!IoStatus)
        return STATUS_ACCESS_VIOLATION;
    base = *BaseAddress;
    size = *RegionSize;
    status = nt_view_flush(&base, &size);
    if (NT_SUCCESS(status)) {
        write_back(BaseAddress, RegionSize, base, size);
        IoStatus->Information = size;
    }
    IoStatus->Status = status;
    return status;
}
