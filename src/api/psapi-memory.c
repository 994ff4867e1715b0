// SPDX-License-Identifier: MIT
/*
 * psapi.h and memoryapi.h: which file is mapped, which pages are resident, what an allocation is;
 * with the 16-bit twins. All of it is NtQueryVirtualMemory under other names.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>
#include <windows.h>
#include <psapi.h>
#include <winternl.h>

#include "api/error.h"
#include "api/query-api.h"
#include "api/section-api.h"
#include "api/wide16.h"
#include "util/macro.h"

/* --- the working set ---------------------------------------------------------------- */

/* One and the same layout under two names. */
_Static_assert(sizeof(PSAPI_WORKING_SET_EX_INFORMATION) ==
                   sizeof(MEMORY_WORKING_SET_EX_INFORMATION),
               "");
_Static_assert(sizeof(PSAPI_WORKING_SET_INFORMATION) == sizeof(MEMORY_WORKING_SET_INFORMATION), "");

static BOOL query(HANDLE process, const void *address, MEMORY_INFORMATION_CLASS what, void *buffer,
                  DWORD length)
{
    struct nt_memory_answer answer = {
        .address = address, .buffer = buffer, .length = length, .wide_size = sizeof(wchar_t)};

    return nt_api_result(nt_api_query_memory(process, what, &answer));
}

NT_EXPORT BOOL WINAPI K32QueryWorkingSet(HANDLE hProcess, PVOID pv, DWORD cb)
{
    return query(hProcess, NULL, MemoryWorkingSetInformation, pv, cb);
}

NT_EXPORT BOOL WINAPI QueryWorkingSet(HANDLE hProcess, PVOID pv, DWORD cb)
{
    return K32QueryWorkingSet(hProcess, pv, cb);
}

NT_EXPORT BOOL WINAPI K32QueryWorkingSetEx(HANDLE hProcess, PVOID pv, DWORD cb)
{
    return query(hProcess, NULL, MemoryWorkingSetExInformation, pv, cb);
}

NT_EXPORT BOOL WINAPI QueryWorkingSetEx(HANDLE hProcess, PVOID pv, DWORD cb)
{
    return K32QueryWorkingSetEx(hProcess, pv, cb);
}

/* --- allocations -------------------------------------------------------------------- */

NT_EXPORT BOOL WINAPI QueryVirtualMemoryInformation(
    HANDLE Process, const VOID *VirtualAddress,
    WIN32_MEMORY_INFORMATION_CLASS MemoryInformationClass, PVOID MemoryInformation,
    SIZE_T MemoryInformationSize, PSIZE_T ReturnSize)
{
    WIN32_MEMORY_REGION_INFORMATION answer;
    MEMORY_REGION_INFORMATION region;
    struct nt_memory_answer question = {
        .address = VirtualAddress, .buffer = &region, .length = sizeof(region)};
    NTSTATUS status;

    if (MemoryInformationClass != MemoryRegionInfo)
        return nt_api_result(STATUS_INVALID_PARAMETER);
    if (MemoryInformationSize < sizeof(answer))
        return nt_api_result(STATUS_INFO_LENGTH_MISMATCH);
    if (!MemoryInformation)
        return nt_api_result(STATUS_ACCESS_VIOLATION);
    status = nt_api_query_memory(Process, MemoryRegionInformationEx, &question);
    if (!nt_api_result(status))
        return FALSE;
    answer = (WIN32_MEMORY_REGION_INFORMATION){
        .AllocationBase = region.AllocationBase,
        .AllocationProtect = region.AllocationProtect,
        .RegionSize = region.RegionSize,
        .CommitSize = region.CommitSize,
    };
    answer.Private = region.Private;
    answer.MappedDataFile = region.MappedDataFile;
    answer.MappedImage = region.MappedImage;
    answer.MappedPageFile = region.MappedPageFile;
    answer.MappedPhysical = region.MappedPhysical;
    memcpy(MemoryInformation, &answer, sizeof(answer));
    if (ReturnSize)
        *ReturnSize = sizeof(answer);
    return TRUE;
}

/* --- names -------------------------------------------------------------------------- */

/* What all of them look at before the name. */
static bool is_asked_well(HANDLE handle, const void *name, DWORD size,
                          struct nt_process **ret_process)
{
    NTSTATUS status = nt_process_find(handle, PROCESS_QUERY_INFORMATION, ret_process);

    if (NT_SUCCESS(status) && size == 0) {
        SetLastError(ERROR_INSUFFICIENT_BUFFER);
        return false;
    }
    if (NT_SUCCESS(status) && !name)
        status = STATUS_ACCESS_VIOLATION;
    return nt_api_result(status);
}

/* A name that does not fit is cut, and what was written counts with its NUL. */
static DWORD result(size_t length, DWORD size)
{
    if (length < size)
        return (DWORD)length;
    SetLastError(ERROR_INSUFFICIENT_BUFFER);
    return size;
}

NT_EXPORT DWORD WINAPI K32GetMappedFileNameW(HANDLE hProcess, LPVOID lpv, LPWSTR lpFilename,
                                             DWORD nSize)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NT_CLEANUP(nt_freep) wchar_t *name = NULL;
    size_t count, fits;

    if (!is_asked_well(hProcess, lpFilename, nSize, &process) ||
        !nt_api_result(nt_api_mapped_name(process, lpv, &name, &count)))
        return 0;
    fits = count < nSize ? count : nSize - 1;
    memcpy(lpFilename, name, fits * sizeof(*name));
    lpFilename[fits] = L'\0';
    return result(count, nSize);
}

NT_EXPORT DWORD WINAPI GetMappedFileNameW(HANDLE hProcess, LPVOID lpv, LPWSTR lpFilename,
                                          DWORD nSize)
{
    return K32GetMappedFileNameW(hProcess, lpv, lpFilename, nSize);
}

NT_EXPORT DWORD WINAPI K32GetMappedFileNameA(HANDLE hProcess, LPVOID lpv, LPSTR lpFilename,
                                             DWORD nSize)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NT_CLEANUP(nt_freep) char *name = NULL;
    size_t count, fits;

    if (!is_asked_well(hProcess, lpFilename, nSize, &process) ||
        !nt_api_result(nt_remote_query_file(process, lpv, &name)))
        return 0;
    count = strlen(name);
    fits = count < nSize ? count : nSize - 1;
    memcpy(lpFilename, name, fits);
    lpFilename[fits] = '\0';
    return result(count, nSize);
}

NT_EXPORT DWORD WINAPI GetMappedFileNameA(HANDLE hProcess, LPVOID lpv, LPSTR lpFilename,
                                          DWORD nSize)
{
    return K32GetMappedFileNameA(hProcess, lpv, lpFilename, nSize);
}

static DWORD mapped_name16(HANDLE handle, const void *address, uint16_t *units, DWORD size)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NT_CLEANUP(nt_freep) wchar_t *name = NULL;
    size_t count, length;

    if (!is_asked_well(handle, units, size, &process) ||
        !nt_api_result(nt_api_mapped_name(process, address, &name, &count)))
        return 0;
    memset(units, 0, size * sizeof(*units));
    length = nt_wide16_put(name, count, units, size - 1);
    return result(length, size);
}

NT_TWIN(DWORD, K32GetMappedFileNameW, HANDLE process, LPVOID address, uint16_t *name, DWORD size)
{
    return mapped_name16(process, address, name, size);
}

NT_TWIN(DWORD, GetMappedFileNameW, HANDLE process, LPVOID address, uint16_t *name, DWORD size)
{
    return mapped_name16(process, address, name, size);
}
