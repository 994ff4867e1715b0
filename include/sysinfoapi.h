/* SPDX-License-Identifier: MIT */
/*
 * sysinfoapi.h - the machine: page size, allocation granularity, address range, memory, version,
 * and what time it is.
 */
#ifndef NTSHM_SYSINFOAPI_H
#define NTSHM_SYSINFOAPI_H

#include "minwindef.h"
#include "minwinbase.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct _SYSTEM_INFO {
    __extension__ union {
        DWORD dwOemId;
        __extension__ struct {
            WORD wProcessorArchitecture;
            WORD wReserved;
        } DUMMYSTRUCTNAME;
    } DUMMYUNIONNAME;
    DWORD dwPageSize;
    LPVOID lpMinimumApplicationAddress;
    LPVOID lpMaximumApplicationAddress;
    DWORD_PTR dwActiveProcessorMask;
    DWORD dwNumberOfProcessors;
    DWORD dwProcessorType;
    DWORD dwAllocationGranularity;
    WORD wProcessorLevel;
    WORD wProcessorRevision;
} SYSTEM_INFO, *LPSYSTEM_INFO;

/*
 * GetSystemInfo, GetNativeSystemInfo - fill @lpSystemInfo; both are the same here. Page size
 * is the kernel's in bytes, dwAllocationGranularity 65536; the addresses are the lowest and
 * highest that user mode can use. They cannot fail.
 */
VOID WINAPI GetSystemInfo(LPSYSTEM_INFO lpSystemInfo);
VOID WINAPI GetNativeSystemInfo(LPSYSTEM_INFO lpSystemInfo);

typedef struct _MEMORYSTATUSEX {
    DWORD dwLength;
    DWORD dwMemoryLoad;
    DWORDLONG ullTotalPhys;
    DWORDLONG ullAvailPhys;
    DWORDLONG ullTotalPageFile;
    DWORDLONG ullAvailPageFile;
    DWORDLONG ullTotalVirtual;
    DWORDLONG ullAvailVirtual;
    DWORDLONG ullAvailExtendedVirtual;
} MEMORYSTATUSEX, *LPMEMORYSTATUSEX;

/*
 * GlobalMemoryStatusEx - the machine's memory in bytes: MemTotal and MemAvailable; both with swap
 * (or the limit of vm.overcommit_memory=2); the address space of the process. dwMemoryLoad is the
 * part of memory that is in use, in percent.
 * Return: TRUE; FALSE with ERROR_INVALID_PARAMETER (dwLength is wrong), ERROR_NOT_SUPPORTED (no
 * /proc).
 */
BOOL WINAPI GlobalMemoryStatusEx(LPMEMORYSTATUSEX lpBuffer);

/* GetPhysicallyInstalledSystemMemory - the machine's memory in KiB, with what the kernel keeps for
 * itself. FALSE with ERROR_INVALID_PARAMETER for NULL. */
BOOL WINAPI GetPhysicallyInstalledSystemMemory(PULONGLONG TotalMemoryInKilobytes);

/* GetVersion - 10.0.20348 in one number: build, minor and major version. It cannot fail. */
DWORD WINAPI GetVersion(VOID);

/*
 * GetVersionEx - 10.0.20348, a server without service packs.
 * @lpVersionInformation: an OSVERSIONINFO or OSVERSIONINFOEX, as its dwOSVersionInfoSize says
 * Return: TRUE; FALSE with ERROR_INSUFFICIENT_BUFFER for another size.
 */
BOOL WINAPI GetVersionExA(LPOSVERSIONINFOA lpVersionInformation);
BOOL WINAPI GetVersionExW(LPOSVERSIONINFOW lpVersionInformation) NTSHM_WIDE(GetVersionExW);

/* GetSystemTime, GetLocalTime - now, in UTC and in local time. GetSystemTimeAsFileTime and
 * ...PreciseAsFileTime - now, in units of 100 ns since 1601-01-01 UTC. They cannot fail. */
VOID WINAPI GetSystemTime(LPSYSTEMTIME lpSystemTime);
VOID WINAPI GetLocalTime(LPSYSTEMTIME lpSystemTime);
VOID WINAPI GetSystemTimeAsFileTime(LPFILETIME lpSystemTimeAsFileTime);
VOID WINAPI GetSystemTimePreciseAsFileTime(LPFILETIME lpSystemTimeAsFileTime);

/* GetTickCount, GetTickCount64 - milliseconds since the machine started, the time it slept
 * included; the first wraps after 49.7 days. They cannot fail. */
DWORD WINAPI GetTickCount(VOID);
ULONGLONG WINAPI GetTickCount64(VOID);

#ifdef UNICODE
#    define GetVersionEx GetVersionExW
#else
#    define GetVersionEx GetVersionExA
#endif

#ifdef __cplusplus
}
#endif
#endif
