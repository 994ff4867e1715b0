// SPDX-License-Identifier: MIT
/*
 * memoryapi.h: the younger kin of VirtualAlloc, which know placeholders, extended parameters and
 * NUMA nodes. See memoryapi.c for VirtualAlloc itself.
 */
#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "api/error.h"
#include "api/extended-parameters.h"
#include "api/section-api.h"
#include "lib/process/remote.h"
#include "util/macro.h"

#define EXECUTES \
    (PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY)

/* @process: NULL for this one; given back. */
static void *allocate(struct nt_process *process, struct nt_allocation *allocation)
{
    NTSTATUS status = nt_remote_allocate(process, allocation);

    nt_process_closep(&process);
    return nt_api_result(status) ? allocation->base : NULL;
}

/* 7.6: what is reserved anew lies where it was told to; a placeholder's address is its own. */
static bool is_good_base(const void *base, ULONG type)
{
    return nt_is_aligned((uint64_t)base, NT_GRANULARITY) || !(type & MEM_RESERVE) ||
           (type & MEM_REPLACE_PLACEHOLDER);
}

NT_EXPORT PVOID WINAPI VirtualAlloc2(HANDLE Process, PVOID BaseAddress, SIZE_T Size,
                                     ULONG AllocationType, ULONG PageProtection,
                                     MEM_EXTENDED_PARAMETER *ExtendedParameters,
                                     ULONG ParameterCount)
{
    struct nt_allocation allocation = {
        .base = BaseAddress,
        .size = Size,
        .type = AllocationType,
        .protect = PageProtection,
        .extended = true,
    };
    struct nt_process *process = NULL;
    NTSTATUS status =
        nt_api_read_allocation_parameters(ExtendedParameters, ParameterCount, &allocation);

    if (NT_SUCCESS(status) && !is_good_base(BaseAddress, AllocationType))
        status = STATUS_INVALID_PARAMETER;
    if (!nt_api_result(status))
        return NULL;
    if (Process) /* 3.30 */
        allocation.process_status = nt_process_find(Process, PROCESS_VM_OPERATION, &process);
    return allocate(process, &allocation);
}

/* 7.18: code is not made this way. */
static bool refuses_to_execute(ULONG protect)
{
    return !nt_api_result(protect & EXECUTES ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS);
}

NT_EXPORT PVOID WINAPI VirtualAlloc2FromApp(HANDLE Process, PVOID BaseAddress, SIZE_T Size,
                                            ULONG AllocationType, ULONG PageProtection,
                                            MEM_EXTENDED_PARAMETER *ExtendedParameters,
                                            ULONG ParameterCount)
{
    if (refuses_to_execute(PageProtection))
        return NULL;
    return VirtualAlloc2(Process, BaseAddress, Size, AllocationType, PageProtection,
                         ExtendedParameters, ParameterCount);
}

NT_EXPORT PVOID WINAPI VirtualAllocFromApp(PVOID BaseAddress, SIZE_T Size, ULONG AllocationType,
                                           ULONG Protection)
{
    if (refuses_to_execute(Protection))
        return NULL;
    return VirtualAlloc(BaseAddress, Size, AllocationType, Protection);
}

NT_EXPORT LPVOID WINAPI VirtualAllocExNuma(HANDLE hProcess, LPVOID lpAddress, SIZE_T dwSize,
                                           DWORD flAllocationType, DWORD flProtect,
                                           DWORD nndPreferred)
{
    struct nt_allocation allocation = {
        .base = lpAddress,
        .size = dwSize,
        .type = flAllocationType,
        .protect = flProtect,
        .on_node = nndPreferred != NUMA_NO_PREFERRED_NODE, /* 7.45 */
        .node = nndPreferred,
    };
    struct nt_process *process = NULL;

    /* 3.31 */
    allocation.process_status = nt_process_find(hProcess, PROCESS_VM_OPERATION, &process);
    return allocate(process, &allocation);
}
