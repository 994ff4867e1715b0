/* SPDX-License-Identifier: MIT */
/*
 * psapi.h - what a process takes of the machine's memory, and what there is of it.
 */
#ifndef NTSHM_PSAPI_H
#define NTSHM_PSAPI_H

#include "windef.h"
#include "winbase.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct _PROCESS_MEMORY_COUNTERS {
    DWORD cb;
    DWORD PageFaultCount;
    SIZE_T PeakWorkingSetSize;
    SIZE_T WorkingSetSize;
    SIZE_T QuotaPeakPagedPoolUsage;
    SIZE_T QuotaPagedPoolUsage;
    SIZE_T QuotaPeakNonPagedPoolUsage;
    SIZE_T QuotaNonPagedPoolUsage;
    SIZE_T PagefileUsage;
    SIZE_T PeakPagefileUsage;
} PROCESS_MEMORY_COUNTERS, *PPROCESS_MEMORY_COUNTERS;

typedef struct _PROCESS_MEMORY_COUNTERS_EX {
    DWORD cb;
    DWORD PageFaultCount;
    SIZE_T PeakWorkingSetSize;
    SIZE_T WorkingSetSize;
    SIZE_T QuotaPeakPagedPoolUsage;
    SIZE_T QuotaPagedPoolUsage;
    SIZE_T QuotaPeakNonPagedPoolUsage;
    SIZE_T QuotaNonPagedPoolUsage;
    SIZE_T PagefileUsage;
    SIZE_T PeakPagefileUsage;
    SIZE_T PrivateUsage;
} PROCESS_MEMORY_COUNTERS_EX, *PPROCESS_MEMORY_COUNTERS_EX;

typedef struct _PERFORMANCE_INFORMATION {
    DWORD cb;
    SIZE_T CommitTotal;
    SIZE_T CommitLimit;
    SIZE_T CommitPeak;
    SIZE_T PhysicalTotal;
    SIZE_T PhysicalAvailable;
    SIZE_T SystemCache;
    SIZE_T KernelTotal;
    SIZE_T KernelPaged;
    SIZE_T KernelNonpaged;
    SIZE_T PageSize;
    DWORD HandleCount;
    DWORD ProcessCount;
    DWORD ThreadCount;
} PERFORMANCE_INFORMATION, *PPERFORMANCE_INFORMATION;

typedef union _PSAPI_WORKING_SET_BLOCK {
    ULONG_PTR Flags;
    __extension__ struct {
        __extension__ ULONG_PTR Protection : 5;
        __extension__ ULONG_PTR ShareCount : 3;
        __extension__ ULONG_PTR Shared : 1;
        __extension__ ULONG_PTR Reserved : 3;
        __extension__ ULONG_PTR VirtualPage : 52;
    };
} PSAPI_WORKING_SET_BLOCK, *PPSAPI_WORKING_SET_BLOCK;

typedef struct _PSAPI_WORKING_SET_INFORMATION {
    ULONG_PTR NumberOfEntries;
    PSAPI_WORKING_SET_BLOCK WorkingSetInfo[1];
} PSAPI_WORKING_SET_INFORMATION, *PPSAPI_WORKING_SET_INFORMATION;

typedef union _PSAPI_WORKING_SET_EX_BLOCK {
    ULONG_PTR Flags;
    __extension__ union {
        __extension__ struct {
            __extension__ ULONG_PTR Valid : 1;
            __extension__ ULONG_PTR ShareCount : 3;
            __extension__ ULONG_PTR Win32Protection : 11;
            __extension__ ULONG_PTR Shared : 1;
            __extension__ ULONG_PTR Node : 6;
            __extension__ ULONG_PTR Locked : 1;
            __extension__ ULONG_PTR LargePage : 1;
            __extension__ ULONG_PTR Reserved : 7;
            __extension__ ULONG_PTR Bad : 1;
            __extension__ ULONG_PTR ReservedUlong : 32;
        };
        __extension__ struct {
            __extension__ ULONG_PTR Valid : 1;
            __extension__ ULONG_PTR Reserved0 : 14;
            __extension__ ULONG_PTR Shared : 1;
            __extension__ ULONG_PTR Reserved1 : 15;
            __extension__ ULONG_PTR Bad : 1;
            __extension__ ULONG_PTR ReservedUlong : 32;
        } Invalid;
    };
} PSAPI_WORKING_SET_EX_BLOCK, *PPSAPI_WORKING_SET_EX_BLOCK;

typedef struct _PSAPI_WORKING_SET_EX_INFORMATION {
    PVOID VirtualAddress;
    PSAPI_WORKING_SET_EX_BLOCK VirtualAttributes;
} PSAPI_WORKING_SET_EX_INFORMATION, *PPSAPI_WORKING_SET_EX_INFORMATION;

/*
 * GetProcessMemoryInfo, K32GetProcessMemoryInfo - the memory of a process, in bytes.
 * @Process: GetCurrentProcess(), or one with PROCESS_QUERY_LIMITED_INFORMATION, whose peaks are
 *   those of now
 * @ppsmemCounters: a PROCESS_MEMORY_COUNTERS or ...EX, as @cb says. The working set is what is
 *   resident, shared pages included. PagefileUsage and PrivateUsage are the private writable
 *   memory (VmData and VmStk), their peak the largest that was seen by this function; the paged
 *   pool is 0, the other one the page tables.
 * Return: TRUE; FALSE with ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_HANDLE, ERROR_NOT_SUPPORTED
 * (no /proc).
 */
BOOL WINAPI GetProcessMemoryInfo(HANDLE Process, PPROCESS_MEMORY_COUNTERS ppsmemCounters, DWORD cb);
BOOL WINAPI K32GetProcessMemoryInfo(HANDLE Process, PPROCESS_MEMORY_COUNTERS ppsmemCounters,
                                    DWORD cb);

/*
 * EmptyWorkingSet, K32EmptyWorkingSet - have as many pages as possible leave memory; locked ones
 * stay. Where there is no swap these are pages of files.
 * @hProcess: GetCurrentProcess(), or one with PROCESS_SET_QUOTA (VirtualAllocEx says which)
 * Return: TRUE; FALSE with ERROR_INVALID_HANDLE, ERROR_NOT_ENOUGH_MEMORY.
 */
BOOL WINAPI EmptyWorkingSet(HANDLE hProcess);
BOOL WINAPI K32EmptyWorkingSet(HANDLE hProcess);

/*
 * QueryWorkingSet, K32QueryWorkingSet - every resident page of a process.
 * @hProcess: GetCurrentProcess(), or one with PROCESS_QUERY_INFORMATION (VirtualAllocEx says
 *   which)
 * @pv, @cb: a PSAPI_WORKING_SET_INFORMATION with room for its entries, and its size in bytes.
 *   NumberOfEntries is told also when there is no room for so many (ERROR_BAD_LENGTH).
 *
 * QueryWorkingSetEx, K32QueryWorkingSetEx - whether single pages are resident, and how.
 * @pv, @cb: an array of PSAPI_WORKING_SET_EX_INFORMATION with the addresses to look at, and its
 *   size in bytes. A page is Valid when an instruction can reach it without a fault. ShareCount is
 *   1 or 2 for a shared page, where 2 means more than one: the kernel does not tell an ordinary
 *   process how many.
 * Return: TRUE; FALSE with ERROR_INVALID_HANDLE, ERROR_BAD_LENGTH, ERROR_NOACCESS,
 * ERROR_NOT_ENOUGH_MEMORY.
 */
BOOL WINAPI QueryWorkingSet(HANDLE hProcess, PVOID pv, DWORD cb);
BOOL WINAPI K32QueryWorkingSet(HANDLE hProcess, PVOID pv, DWORD cb);
BOOL WINAPI QueryWorkingSetEx(HANDLE hProcess, PVOID pv, DWORD cb);
BOOL WINAPI K32QueryWorkingSetEx(HANDLE hProcess, PVOID pv, DWORD cb);

/*
 * GetMappedFileName, K32GetMappedFileName - the path of the file that is mapped at an address, in
 * this system's own form.
 * @hProcess: GetCurrentProcess(), or one with PROCESS_QUERY_INFORMATION (VirtualQueryEx)
 * @lpv: an address in a view or an image; any, not only of this library
 * @lpFilename, @nSize: where the path goes, and the room there in characters
 * Return: the characters written without the NUL; @nSize when the path was cut, with
 * ERROR_INSUFFICIENT_BUFFER; 0 with ERROR_INVALID_HANDLE, ERROR_INSUFFICIENT_BUFFER (no room at
 * all), ERROR_UNEXP_NET_ERR (free or private memory, 8.30), ERROR_FILE_INVALID (a view without a
 * file), ERROR_NOACCESS, ERROR_NOT_ENOUGH_MEMORY.
 */
DWORD WINAPI GetMappedFileNameA(HANDLE hProcess, LPVOID lpv, LPSTR lpFilename, DWORD nSize);
DWORD WINAPI GetMappedFileNameW(HANDLE hProcess, LPVOID lpv, LPWSTR lpFilename, DWORD nSize)
    NTSHM_WIDE(GetMappedFileNameW);
DWORD WINAPI K32GetMappedFileNameA(HANDLE hProcess, LPVOID lpv, LPSTR lpFilename, DWORD nSize);
DWORD WINAPI K32GetMappedFileNameW(HANDLE hProcess, LPVOID lpv, LPWSTR lpFilename, DWORD nSize)
    NTSHM_WIDE(K32GetMappedFileNameW);

#ifdef UNICODE
#    define GetMappedFileName    GetMappedFileNameW
#    define K32GetMappedFileName K32GetMappedFileNameW
#else
#    define GetMappedFileName    GetMappedFileNameA
#    define K32GetMappedFileName K32GetMappedFileNameA
#endif

/*
 * GetPerformanceInfo, K32GetPerformanceInfo - the machine's memory, in pages of PageSize bytes.
 * CommitPeak is what is committed now, HandleCount counts open files.
 * Return: TRUE; FALSE with ERROR_BAD_LENGTH (@cb is too small), ERROR_NOT_SUPPORTED (no /proc).
 */
BOOL WINAPI GetPerformanceInfo(PPERFORMANCE_INFORMATION pPerformanceInformation, DWORD cb);
BOOL WINAPI K32GetPerformanceInfo(PPERFORMANCE_INFORMATION pPerformanceInformation, DWORD cb);

#ifdef __cplusplus
}
#endif
#endif
