// SPDX-License-Identifier: MIT
/*
 * processthreadsapi.h: who we are, and how we end.
 */
#include <stdlib.h>
#include <unistd.h>

#include <windows.h>
#include <winternl.h>

#include "api/error.h"
#include "api/section-api.h"
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

NT_EXPORT HANDLE WINAPI GetCurrentThread(void)
{
    return (HANDLE)(LONG_PTR)-2;
}

/* Linux keeps 8 bits of an exit code; a failure must not look like a success for that. */
static int exit_code(UINT code)
{
    return code && !(code & 0xFF) ? 0xFF : (int)(code & 0xFF);
}

NT_EXPORT void WINAPI ExitProcess(UINT code)
{
    exit(exit_code(code));
}

NT_EXPORT BOOL WINAPI FlushInstructionCache(HANDLE process, LPCVOID base, SIZE_T size)
{
    return nt_api_result(NtFlushInstructionCache(process, (PVOID)base, size));
}

NT_EXPORT NTSTATUS NTAPI NtFlushInstructionCache(HANDLE process, PVOID base, SIZE_T size)
{
    NTSTATUS status = nt_api_check_process(process);

    if (NT_SUCCESS(status))
        nt_process_flush_code(base, size);
    return status;
}

NT_EXPORT BOOL WINAPI TerminateProcess(HANDLE process, UINT code)
{
    NTSTATUS status = nt_api_check_process(process);

    if (NT_SUCCESS(status))
        _exit(exit_code(code));
    return nt_api_result(status);
}
