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
#include "lib/process/remote.h"
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

NT_EXPORT BOOL WINAPI FlushInstructionCache(HANDLE process, LPCVOID base, SIZE_T size)
{
    return nt_api_result(NtFlushInstructionCache(process, (PVOID)base, size));
}

NT_EXPORT NTSTATUS NTAPI NtFlushInstructionCache(HANDLE process, PVOID base, SIZE_T size)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *found = NULL;
    NTSTATUS status = nt_process_find(process, PROCESS_VM_WRITE, &found);

    return NT_SUCCESS(status) ? nt_remote_flush_code(found, base, size) : status;
}
