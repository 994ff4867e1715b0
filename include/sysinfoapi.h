/* SPDX-License-Identifier: MIT */
/*
 * sysinfoapi.h - the machine's page size, allocation granularity and address range.
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

#ifdef __cplusplus
}
#endif
#endif
