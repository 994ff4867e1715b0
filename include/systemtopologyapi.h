/* SPDX-License-Identifier: MIT */
/*
 * systemtopologyapi.h - which processors are near which memory. Nodes have the numbers that the
 * kernel gives them; processors are in groups of 64, by their number. winbase.h has the rest.
 */
#ifndef NTSHM_SYSTEMTOPOLOGYAPI_H
#define NTSHM_SYSTEMTOPOLOGYAPI_H

#include "minwinbase.h"
#include "minwindef.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * GetNumaHighestNodeNumber - the highest number that a node has; numbers below it may be missing.
 * 0 without NUMA. FALSE with ERROR_INVALID_PARAMETER for NULL.
 */
BOOL WINAPI GetNumaHighestNodeNumber(PULONG HighestNodeNumber);

/*
 * GetNumaNodeProcessorMaskEx - the processors of a node that are at work
 * @ProcessorMask: of the lowest group that has some of them; Mask is 0 for a node without any
 * Return: TRUE; FALSE with ERROR_INVALID_PARAMETER: there is no such node.
 */
BOOL WINAPI GetNumaNodeProcessorMaskEx(USHORT Node, PGROUP_AFFINITY ProcessorMask);

/*
 * GetNumaNodeProcessorMask2 - the processors of a node, of every group that has some of them
 * @ProcessorMasks, @ProcessorMaskCount: an array; NULL and 0 to learn how many
 * @RequiredMaskCount: receives how many there are
 * Return: TRUE; FALSE with ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER.
 */
BOOL WINAPI GetNumaNodeProcessorMask2(USHORT NodeNumber, PGROUP_AFFINITY ProcessorMasks,
                                      USHORT ProcessorMaskCount, PUSHORT RequiredMaskCount);

#ifdef __cplusplus
}
#endif
#endif
