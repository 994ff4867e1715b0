// SPDX-License-Identifier: MIT
/*
 * memoryapi.h: which pages of memory made with MEM_WRITE_WATCH were written. Unlike most of Win32
 * these two answer 0 for success.
 */
#include <ntstatus.h>
#include <windows.h>

#include "api/error.h"
#include "lib/memory/write-watch.h"
#include "util/macro.h"

static UINT result(NTSTATUS status)
{
    return nt_api_result(status) ? 0 : ~0u; /* 15.3 */
}

NT_EXPORT UINT WINAPI GetWriteWatch(DWORD dwFlags, PVOID lpBaseAddress, SIZE_T dwRegionSize,
                                    PVOID *lpAddresses, ULONG_PTR *lpdwCount,
                                    LPDWORD lpdwGranularity)
{
    NTSTATUS status;

    if (!lpdwCount || !lpdwGranularity) /* 15.19 */
        return result(STATUS_ACCESS_VIOLATION);
    if (dwFlags & ~(DWORD)WRITE_WATCH_FLAG_RESET)
        return result(STATUS_INVALID_PARAMETER);
    status = nt_watch_get(lpBaseAddress, dwRegionSize, dwFlags & WRITE_WATCH_FLAG_RESET,
                          lpAddresses, lpdwCount);
    if (NT_SUCCESS(status))
        *lpdwGranularity = NT_WATCH_GRANULARITY;
    return result(status);
}

NT_EXPORT UINT WINAPI ResetWriteWatch(LPVOID lpBaseAddress, SIZE_T dwRegionSize)
{
    return result(nt_watch_reset(lpBaseAddress, dwRegionSize));
}
