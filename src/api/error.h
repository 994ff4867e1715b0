/* SPDX-License-Identifier: MIT */
/*
 * How the exported functions tell their result: an NTSTATUS becomes a BOOL and, when it is a
 * failure, the last error. What a function reports otherwise is written in that function.
 */
#ifndef NT_API_ERROR_H
#define NT_API_ERROR_H

#include <windows.h>
#include <winternl.h>

#include "rtl/status.h"

static inline BOOL nt_api_result(NTSTATUS status)
{
    if (NT_SUCCESS(status))
        return TRUE;
    SetLastError(nt_status_to_win32(status));
    return FALSE;
}

#endif
