// SPDX-License-Identifier: MIT
/*
 * memoryapi.h and winternl.h: which pages stay in memory, which come in ahead of time, and which
 * may go. Three of these functions return the error itself and leave the last error alone.
 */
#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "api/error.h"
#include "api/section-api.h"
#include "lib/memory/offer.h"
#include "lib/memory/residency.h"
#include "lib/process/remote.h"
#include "lib/security/privilege.h"
#include "util/macro.h"

/* --- locking ------------------------------------------------------------------------ */

NT_EXPORT BOOL WINAPI VirtualLock(LPVOID lpAddress, SIZE_T dwSize)
{
    void *base = lpAddress;
    size_t size = dwSize;

    return nt_api_result(nt_memory_lock(&base, &size));
}

NT_EXPORT BOOL WINAPI VirtualUnlock(LPVOID lpAddress, SIZE_T dwSize)
{
    void *base = lpAddress;
    size_t size = dwSize;

    return nt_api_result(nt_memory_unlock(&base, &size));
}

static NTSTATUS check_map_type(HANDLE handle, const void *base, const void *size, ULONG type,
                               struct nt_process **ret_process)
{
    if (type == 0 || (type & ~(ULONG)(MAP_PROCESS | MAP_SYSTEM)))
        return STATUS_INVALID_PARAMETER;
    if (!base || !size)
        return STATUS_ACCESS_VIOLATION;
    if ((type & MAP_SYSTEM) && !nt_privilege_in_force(NT_PRIVILEGE_LOCK_MEMORY))
        return STATUS_PRIVILEGE_NOT_HELD;
    return nt_process_find(handle, PROCESS_VM_OPERATION, ret_process);
}

static NTSTATUS change_lock(NTSTATUS (*change)(struct nt_process *process, void **base,
                                               size_t *size),
                            struct nt_process *process, PVOID *base, PSIZE_T size)
{
    void *start = *base;
    size_t bytes = *size;
    NTSTATUS status = change(process, &start, &bytes);

    if (NT_SUCCESS(status)) {
        *base = start;
        *size = bytes;
    }
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtLockVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress,
                                             PSIZE_T RegionSize, ULONG MapType)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status = check_map_type(ProcessHandle, BaseAddress, RegionSize, MapType, &process);

    return NT_SUCCESS(status) ? change_lock(nt_remote_lock, process, BaseAddress, RegionSize)
                              : status;
}

NT_EXPORT NTSTATUS NTAPI NtUnlockVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress,
                                               PSIZE_T RegionSize, ULONG MapType)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status = check_map_type(ProcessHandle, BaseAddress, RegionSize, MapType, &process);

    return NT_SUCCESS(status) ? change_lock(nt_remote_unlock, process, BaseAddress, RegionSize)
                              : status;
}

/* --- the working set ---------------------------------------------------------------- */

NT_EXPORT BOOL WINAPI GetProcessWorkingSetSizeEx(HANDLE hProcess, PSIZE_T lpMinimumWorkingSetSize,
                                                 PSIZE_T lpMaximumWorkingSetSize, PDWORD Flags)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status = nt_process_find(hProcess, PROCESS_QUERY_LIMITED_INFORMATION, &process);
    struct nt_working_set set;

    if (NT_SUCCESS(status) && (!lpMinimumWorkingSetSize || !lpMaximumWorkingSetSize || !Flags))
        status = STATUS_ACCESS_VIOLATION;
    if (NT_SUCCESS(status))
        status = nt_remote_get_working_set(process, &set);
    if (!nt_api_result(status))
        return FALSE;
    *lpMinimumWorkingSetSize = set.minimum;
    *lpMaximumWorkingSetSize = set.maximum;
    *Flags = set.flags;
    return TRUE;
}

NT_EXPORT BOOL WINAPI GetProcessWorkingSetSize(HANDLE hProcess, PSIZE_T lpMinimumWorkingSetSize,
                                               PSIZE_T lpMaximumWorkingSetSize)
{
    DWORD flags;

    return GetProcessWorkingSetSizeEx(hProcess, lpMinimumWorkingSetSize, lpMaximumWorkingSetSize,
                                      &flags);
}

NT_EXPORT BOOL WINAPI SetProcessWorkingSetSizeEx(HANDLE hProcess, SIZE_T dwMinimumWorkingSetSize,
                                                 SIZE_T dwMaximumWorkingSetSize, DWORD Flags)
{
    const struct nt_working_set set = {
        .minimum = dwMinimumWorkingSetSize, .maximum = dwMaximumWorkingSetSize, .flags = Flags};
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status = nt_process_find(hProcess, PROCESS_SET_QUOTA, &process);

    return nt_api_result(NT_SUCCESS(status) ? nt_remote_set_working_set(process, &set) : status);
}

NT_EXPORT BOOL WINAPI SetProcessWorkingSetSize(HANDLE hProcess, SIZE_T dwMinimumWorkingSetSize,
                                               SIZE_T dwMaximumWorkingSetSize)
{
    return SetProcessWorkingSetSizeEx(hProcess, dwMinimumWorkingSetSize, dwMaximumWorkingSetSize,
                                      0);
}

/* --- coming and going --------------------------------------------------------------- */

NT_EXPORT BOOL WINAPI PrefetchVirtualMemory(HANDLE hProcess, ULONG_PTR NumberOfEntries,
                                            PWIN32_MEMORY_RANGE_ENTRY VirtualAddresses, ULONG Flags)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status = nt_process_find(hProcess, PROCESS_VM_OPERATION, &process);

    if (NT_SUCCESS(status) && Flags)
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = nt_remote_prefetch(process, VirtualAddresses, NumberOfEntries);
    return nt_api_result(status);
}

NT_EXPORT DWORD WINAPI DiscardVirtualMemory(PVOID VirtualAddress, SIZE_T Size)
{
    return nt_status_to_win32(nt_memory_discard(VirtualAddress, Size));
}

NT_EXPORT DWORD WINAPI OfferVirtualMemory(PVOID VirtualAddress, SIZE_T Size,
                                          OFFER_PRIORITY Priority)
{
    return nt_status_to_win32(nt_memory_offer(VirtualAddress, Size, (ULONG)Priority));
}

NT_EXPORT DWORD WINAPI ReclaimVirtualMemory(void const *VirtualAddress, SIZE_T Size)
{
    bool lost = false;
    NTSTATUS status = nt_memory_reclaim((void *)VirtualAddress, Size, &lost);

    return lost ? ERROR_BUSY : nt_status_to_win32(status);
}
