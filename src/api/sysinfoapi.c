// SPDX-License-Identifier: MIT
/*
 * sysinfoapi.h: the machine and its memory.
 */
#include <string.h>

#include <windows.h>

#include "lib/process/machine.h"
#include "lib/process/process.h"
#include "util/macro.h"

NT_EXPORT void WINAPI GetSystemInfo(LPSYSTEM_INFO information)
{
    nt_system_information(information);
}

NT_EXPORT void WINAPI GetNativeSystemInfo(LPSYSTEM_INFO information)
{
    nt_system_information(information);
}

/* --- memory ------------------------------------------------------------------------- */

static void fill_memory(MEMORYSTATUSEX *status, const struct nt_machine_memory *memory)
{
    struct nt_process_memory process;
    SYSTEM_INFO information;

    nt_system_information(&information);
    nt_process_memory(&process);
    status->ullTotalPhys = memory->total;
    status->ullAvailPhys = memory->available;
    status->ullTotalPageFile = memory->commit_limit;
    status->ullAvailPageFile = memory->commit_available;
    status->ullTotalVirtual = (DWORDLONG)((char *)information.lpMaximumApplicationAddress + 1 -
                                          (char *)information.lpMinimumApplicationAddress);
    status->ullAvailVirtual = status->ullTotalVirtual > process.address_space
                                  ? status->ullTotalVirtual - process.address_space
                                  : 0;
    status->ullAvailExtendedVirtual = 0;
    if (memory->total)
        status->dwMemoryLoad = (DWORD)((memory->total - memory->available) * 100 / memory->total);
}

NT_EXPORT BOOL WINAPI GlobalMemoryStatusEx(LPMEMORYSTATUSEX status)
{
    struct nt_machine_memory memory;

    if (!status || status->dwLength != sizeof(*status)) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    if (!nt_machine_memory(&memory)) {
        SetLastError(ERROR_NOT_SUPPORTED);
        return FALSE;
    }
    fill_memory(status, &memory);
    return TRUE;
}

NT_EXPORT void WINAPI GlobalMemoryStatus(LPMEMORYSTATUS status)
{
    MEMORYSTATUSEX wide = {.dwLength = sizeof(wide)};
    struct nt_machine_memory memory;

    nt_machine_memory(&memory);
    fill_memory(&wide, &memory);
    *status = (MEMORYSTATUS){
        .dwLength = sizeof(*status),
        .dwMemoryLoad = wide.dwMemoryLoad,
        .dwTotalPhys = wide.ullTotalPhys,
        .dwAvailPhys = wide.ullAvailPhys,
        .dwTotalPageFile = wide.ullTotalPageFile,
        .dwAvailPageFile = wide.ullAvailPageFile,
        .dwTotalVirtual = wide.ullTotalVirtual,
        .dwAvailVirtual = wide.ullAvailVirtual,
    };
}

NT_EXPORT BOOL WINAPI GetPhysicallyInstalledSystemMemory(PULONGLONG kilobytes)
{
    if (!kilobytes) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    *kilobytes = nt_machine_installed() / 1024;
    return TRUE;
}
