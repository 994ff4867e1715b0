// SPDX-License-Identifier: MIT
/*
 * memoryapi.h: address windowing. The numbers of pages are the caller's to keep and to give back;
 * every one is looked at again before anything is done.
 */
#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "api/error.h"
#include "api/extended-parameters.h"
#include "api/section-api.h"
#include "lib/memory/physical.h"
#include "lib/process/process-object.h"
#include "util/macro.h"

/* Pages are of the process that has them, and no other can give it some. */
static NTSTATUS check_arguments(HANDLE handle, const void *count, const void *pages)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status = nt_process_find(handle, PROCESS_VM_OPERATION, &process);

    if (NT_SUCCESS(status) && process)
        status = STATUS_NOT_SUPPORTED;
    if (NT_SUCCESS(status) && (!count || !pages))
        status = STATUS_ACCESS_VIOLATION;
    return status;
}

NT_EXPORT BOOL WINAPI AllocateUserPhysicalPagesNuma(HANDLE hProcess, PULONG_PTR NumberOfPages,
                                                    PULONG_PTR PageArray, DWORD nndPreferred)
{
    NTSTATUS status = check_arguments(hProcess, NumberOfPages, PageArray);
    ULONG_PTR count;

    if (!nt_api_result(status))
        return FALSE;
    count = *NumberOfPages;
    status = nt_physical_allocate(&count, PageArray, nndPreferred != NUMA_NO_PREFERRED_NODE,
                                  nndPreferred);
    if (NT_SUCCESS(status))
        *NumberOfPages = count;
    return nt_api_result(status);
}

NT_EXPORT BOOL WINAPI AllocateUserPhysicalPages(HANDLE hProcess, PULONG_PTR NumberOfPages,
                                                PULONG_PTR PageArray)
{
    return AllocateUserPhysicalPagesNuma(hProcess, NumberOfPages, PageArray,
                                         NUMA_NO_PREFERRED_NODE);
}

NT_EXPORT BOOL WINAPI AllocateUserPhysicalPages2(HANDLE ObjectHandle, PULONG_PTR NumberOfPages,
                                                 PULONG_PTR PageArray,
                                                 PMEM_EXTENDED_PARAMETER ExtendedParameters,
                                                 ULONG ExtendedParameterCount)
{
    ULONG node;

    /* As sections do, pages take a NUMA node and nothing else. */
    if (!nt_api_result(
            nt_api_read_section_parameters(ExtendedParameters, ExtendedParameterCount, &node)))
        return FALSE;
    return AllocateUserPhysicalPagesNuma(ObjectHandle, NumberOfPages, PageArray, node);
}

NT_EXPORT BOOL WINAPI FreeUserPhysicalPages(HANDLE hProcess, PULONG_PTR NumberOfPages,
                                            PULONG_PTR PageArray)
{
    NTSTATUS status = check_arguments(hProcess, NumberOfPages, PageArray);
    ULONG_PTR count;

    if (!nt_api_result(status))
        return FALSE;
    count = *NumberOfPages;
    status = nt_physical_free(&count, PageArray);
    *NumberOfPages = count;
    return nt_api_result(status);
}

NT_EXPORT BOOL WINAPI MapUserPhysicalPages(PVOID VirtualAddress, ULONG_PTR NumberOfPages,
                                           PULONG_PTR PageArray)
{
    return nt_api_result(nt_physical_map(VirtualAddress, NumberOfPages, PageArray));
}

NT_EXPORT BOOL WINAPI MapUserPhysicalPagesScatter(PVOID *VirtualAddresses, ULONG_PTR NumberOfPages,
                                                  PULONG_PTR PageArray)
{
    if (!VirtualAddresses)
        return nt_api_result(STATUS_ACCESS_VIOLATION);
    return nt_api_result(nt_physical_scatter(VirtualAddresses, NumberOfPages, PageArray));
}
