// SPDX-License-Identifier: MIT
/*
 * systemtopologyapi.h, and what winbase.h and processthreadsapi.h declare of the same: NUMA nodes
 * and processors.
 */
#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "api/error.h"
#include "lib/process/numa.h"
#include "util/macro.h"

/* --- nodes and their processors ----------------------------------------------------- */

NT_EXPORT BOOL WINAPI GetNumaHighestNodeNumber(PULONG HighestNodeNumber)
{
    if (HighestNodeNumber)
        *HighestNodeNumber = nt_numa_highest();
    return nt_api_result(HighestNodeNumber ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER);
}

NT_EXPORT BOOL WINAPI GetNumaNodeProcessorMask2(USHORT NodeNumber, PGROUP_AFFINITY ProcessorMasks,
                                                USHORT ProcessorMaskCount,
                                                PUSHORT RequiredMaskCount)
{
    USHORT room = ProcessorMasks ? ProcessorMaskCount : 0;

    if (!RequiredMaskCount || (!ProcessorMasks && ProcessorMaskCount))
        return nt_api_result(STATUS_INVALID_PARAMETER);
    return nt_api_result(nt_numa_masks(NodeNumber, ProcessorMasks, room, RequiredMaskCount));
}

/* Of several groups the lowest: on Windows no node's processors are in two. */
static NTSTATUS first_mask(ULONG node, GROUP_AFFINITY *ret_mask)
{
    GROUP_AFFINITY mask = {0};
    uint16_t count;
    NTSTATUS status = nt_numa_masks(node, &mask, 1, &count);

    if (status == STATUS_BUFFER_TOO_SMALL)
        status = STATUS_SUCCESS;
    if (NT_SUCCESS(status))
        *ret_mask = mask;
    return status;
}

NT_EXPORT BOOL WINAPI GetNumaNodeProcessorMaskEx(USHORT Node, PGROUP_AFFINITY ProcessorMask)
{
    return nt_api_result(ProcessorMask ? first_mask(Node, ProcessorMask)
                                       : STATUS_INVALID_PARAMETER);
}

/* This one knows group 0 only. */
NT_EXPORT BOOL WINAPI GetNumaNodeProcessorMask(UCHAR Node, PULONGLONG ProcessorMask)
{
    GROUP_AFFINITY mask;
    NTSTATUS status = ProcessorMask ? first_mask(Node, &mask) : STATUS_INVALID_PARAMETER;

    if (NT_SUCCESS(status))
        *ProcessorMask = mask.Group == 0 ? mask.Mask : 0;
    return nt_api_result(status);
}

/* --- which node --------------------------------------------------------------------- */

NT_EXPORT BOOL WINAPI GetNumaProcessorNodeEx(PPROCESSOR_NUMBER Processor, PUSHORT NodeNumber)
{
    NTSTATUS status = STATUS_INVALID_PARAMETER;
    ULONG node = 0;

    if (!Processor || !NodeNumber)
        return nt_api_result(status);
    if (!Processor->Reserved)
        status = nt_numa_of_processor(Processor->Group, Processor->Number, &node);
    *NodeNumber = NT_SUCCESS(status) ? (USHORT)node : MAXUSHORT;
    return nt_api_result(status);
}

NT_EXPORT BOOL WINAPI GetNumaProcessorNode(UCHAR Processor, PUCHAR NodeNumber)
{
    NTSTATUS status;
    ULONG node = 0;

    if (!NodeNumber)
        return nt_api_result(STATUS_INVALID_PARAMETER);
    status = nt_numa_of_processor(0, Processor, &node);
    /* MAXUCHAR says that there is none, so that no node can have that number here. */
    if (NT_SUCCESS(status) && node >= MAXUCHAR)
        status = STATUS_INVALID_PARAMETER;
    *NodeNumber = NT_SUCCESS(status) ? (UCHAR)node : MAXUCHAR;
    return nt_api_result(status);
}

NT_EXPORT void WINAPI GetCurrentProcessorNumberEx(PPROCESSOR_NUMBER ProcNumber)
{
    *ProcNumber = nt_numa_current_processor();
}

NT_EXPORT DWORD WINAPI GetCurrentProcessorNumber(void)
{
    return nt_numa_current_processor().Number;
}

/* --- memory ------------------------------------------------------------------------- */

NT_EXPORT BOOL WINAPI GetNumaAvailableMemoryNodeEx(USHORT Node, PULONGLONG AvailableBytes)
{
    NTSTATUS status = STATUS_INVALID_PARAMETER;
    uint64_t bytes;

    if (AvailableBytes)
        status = nt_numa_available(Node, &bytes);
    if (NT_SUCCESS(status))
        *AvailableBytes = bytes;
    return nt_api_result(status);
}

NT_EXPORT BOOL WINAPI GetNumaAvailableMemoryNode(UCHAR Node, PULONGLONG AvailableBytes)
{
    return GetNumaAvailableMemoryNodeEx(Node, AvailableBytes);
}
