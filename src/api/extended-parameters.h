/* SPDX-License-Identifier: MIT */
/*
 * MEM_EXTENDED_PARAMETER: the array with which newer functions are told more. The rules are
 * those of 3.41: no unknown type, none twice. Which types there may be is each kind of call's
 * (3.51), and what is wrong in the array is said before anything else is looked at (17.4).
 *
 * The array and what it points at may be changed by another thread at any time: they are copied
 * once, and the copies are looked at.
 */
#ifndef NT_API_EXTENDED_PARAMETERS_H
#define NT_API_EXTENDED_PARAMETERS_H

#include <windows.h>
#include <winternl.h>

#include "lib/memory/region.h"

/**
 * nt_api_read_section_parameters() - the extended parameters of a create (1.49, 3.41, 3.51)
 * @ret_node: NUMA_NO_PREFERRED_NODE when none is asked for
 *
 * A section takes a NUMA node and nothing else. Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER.
 */
NTSTATUS nt_api_read_section_parameters(const MEM_EXTENDED_PARAMETER *parameters, ULONG count,
                                        ULONG *ret_node);

/**
 * nt_api_read_map_parameters() - the extended parameters of a map (3.41 to 3.45, 3.51)
 * @request: base is set; lowest, highest, on_node and node are filled in
 *
 * A view takes address requirements without an alignment, a NUMA node and, of an image, a
 * machine. Whether the node exists is nt_view_map()'s to say. Return: STATUS_SUCCESS;
 * STATUS_INVALID_PARAMETER; STATUS_NOT_SUPPORTED (another machine).
 */
NTSTATUS nt_api_read_map_parameters(const MEM_EXTENDED_PARAMETER *parameters, ULONG count,
                                    struct nt_view_request *request);

/**
 * nt_api_read_allocation_parameters() - those of an allocation (3.41, 3.42, 7.34 to 7.44)
 * @allocation: base and type are set; constrained, lowest, highest, alignment, attributes,
 *   on_node and node are filled in
 *
 * Of the attribute flags, hints are dropped here and @allocation gets those that name a size of
 * pages. There is one memory partition, the system's. Return: STATUS_SUCCESS;
 * STATUS_INVALID_PARAMETER; STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH (a partition's
 * handle); STATUS_NOT_SUPPORTED.
 */
NTSTATUS nt_api_read_allocation_parameters(const MEM_EXTENDED_PARAMETER *parameters, ULONG count,
                                           struct nt_allocation *allocation);

#endif
