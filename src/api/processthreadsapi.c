// SPDX-License-Identifier: MIT
/*
 * processthreadsapi.h: who we are.
 */
#include <unistd.h>

#include <windows.h>

#include "lib/process/process.h"
#include "util/macro.h"

NT_EXPORT HANDLE WINAPI GetCurrentProcess(void)
{
    return (HANDLE)(LONG_PTR)-1;
}

NT_EXPORT DWORD WINAPI GetCurrentProcessId(void)
{
    return nt_process_id();
}

NT_EXPORT DWORD WINAPI GetCurrentThreadId(void)
{
    return nt_thread_id();
}
