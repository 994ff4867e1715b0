// SPDX-License-Identifier: MIT
/*
 * errhandlingapi.h: the last error, one for each thread.
 */
#include <windows.h>

#include "util/macro.h"

static _Thread_local DWORD last_error;

NT_EXPORT DWORD WINAPI GetLastError(void)
{
    return last_error;
}

NT_EXPORT void WINAPI SetLastError(DWORD error)
{
    last_error = error;
}
