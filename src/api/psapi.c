// SPDX-License-Identifier: MIT
/*
 * psapi.h: what a process takes of the machine's memory.
 */
#include <stdatomic.h>
#include <string.h>

#include <windows.h>
#include <psapi.h>

#include "api/error.h"
#include "api/section-api.h"
#include "lib/process/machine.h"
#include "lib/process/process.h"
#include "lib/process/remote.h"
#include "util/macro.h"

/* The largest private memory that was seen. */
static uint64_t peak_of(uint64_t now)
{
    static _Atomic uint64_t peak;
    uint64_t before = atomic_load(&peak);

    while (before < now && !atomic_compare_exchange_weak(&peak, &before, now))
        ;
    return before < now ? now : before;
}

static BOOL failed(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

NT_EXPORT BOOL WINAPI K32GetProcessMemoryInfo(HANDLE process, PPROCESS_MEMORY_COUNTERS counters,
                                              DWORD size)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *found = NULL;
    NTSTATUS status = nt_process_find(process, PROCESS_QUERY_LIMITED_INFORMATION, &found);
    PROCESS_MEMORY_COUNTERS_EX all = {0};
    struct nt_process_memory memory;

    if (!NT_SUCCESS(status))
        return nt_api_result(status);
    if (size < sizeof(*counters))
        return failed(ERROR_INSUFFICIENT_BUFFER);
    status = nt_remote_memory(found, &memory);
    if (!NT_SUCCESS(status))
        return nt_api_result(status);
    all.cb = size < sizeof(all) ? sizeof(*counters) : sizeof(all);
    all.PageFaultCount = (DWORD)memory.faults;
    all.PeakWorkingSetSize = memory.peak_resident;
    all.WorkingSetSize = memory.resident;
    all.QuotaNonPagedPoolUsage = all.QuotaPeakNonPagedPoolUsage = memory.page_tables;
    all.PagefileUsage = all.PrivateUsage = memory.private_writable;
    /* Of another process no more than now is seen. */
    all.PeakPagefileUsage = found ? memory.private_writable : peak_of(memory.private_writable);
    memcpy(counters, &all, all.cb);
    return TRUE;
}

NT_EXPORT BOOL WINAPI GetProcessMemoryInfo(HANDLE process, PPROCESS_MEMORY_COUNTERS counters,
                                           DWORD size)
{
    return K32GetProcessMemoryInfo(process, counters, size);
}

NT_EXPORT BOOL WINAPI K32EmptyWorkingSet(HANDLE process)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *found = NULL;
    NTSTATUS status = nt_process_find(process, PROCESS_SET_QUOTA, &found);

    return nt_api_result(NT_SUCCESS(status) ? nt_remote_empty(found) : status);
}

NT_EXPORT BOOL WINAPI EmptyWorkingSet(HANDLE process)
{
    return K32EmptyWorkingSet(process);
}

NT_EXPORT BOOL WINAPI K32GetPerformanceInfo(PPERFORMANCE_INFORMATION information, DWORD size)
{
    struct nt_machine_memory memory;
    struct nt_machine_counts counts;
    SYSTEM_INFO system;
    SIZE_T page;

    if (!information || size < sizeof(*information))
        return failed(ERROR_BAD_LENGTH);
    if (!nt_machine_memory(&memory))
        return failed(ERROR_NOT_SUPPORTED);
    nt_machine_counts(&counts);
    nt_system_information(&system);
    page = system.dwPageSize;
    *information = (PERFORMANCE_INFORMATION){
        .cb = sizeof(*information),
        .CommitTotal = memory.committed / page,
        .CommitLimit = memory.commit_limit / page,
        .CommitPeak = memory.committed / page,
        .PhysicalTotal = memory.total / page,
        .PhysicalAvailable = memory.available / page,
        .SystemCache = memory.cached / page,
        .KernelTotal = (memory.kernel_paged + memory.kernel_nonpaged) / page,
        .KernelPaged = memory.kernel_paged / page,
        .KernelNonpaged = memory.kernel_nonpaged / page,
        .PageSize = page,
        .HandleCount = counts.files,
        .ProcessCount = counts.processes,
        .ThreadCount = counts.threads,
    };
    return TRUE;
}

NT_EXPORT BOOL WINAPI GetPerformanceInfo(PPERFORMANCE_INFORMATION information, DWORD size)
{
    return K32GetPerformanceInfo(information, size);
}
