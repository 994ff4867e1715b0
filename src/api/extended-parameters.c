// SPDX-License-Identifier: MIT
/*
 * See extended-parameters.h.
 */
#include "api/extended-parameters.h"

#include <stdatomic.h>

#include <ntstatus.h>

#include "lib/memory/section.h"
#include "lib/object/object.h"
#include "lib/process/numa.h"
#include "util/macro.h"

#define PAGE 0x1000u

/* What only tells how memory will be used: nothing is done better for knowing it. */
#define HINTS                                                                       \
    (MEM_EXTENDED_PARAMETER_GRAPHICS | MEM_EXTENDED_PARAMETER_ZERO_PAGES_OPTIONAL | \
     MEM_EXTENDED_PARAMETER_SOFT_FAULT_PAGES)
#define PAGE_SIZES (MEM_EXTENDED_PARAMETER_NONPAGED_LARGE | MEM_EXTENDED_PARAMETER_NONPAGED_HUGE)
#define ATTRIBUTES                                          \
    (HINTS | PAGE_SIZES | MEM_EXTENDED_PARAMETER_NONPAGED | \
     MEM_EXTENDED_PARAMETER_NUMA_NODE_MANDATORY)

/* The caller's array, copied: each type stands there at most once. */
struct parameters {
    MEM_EXTENDED_PARAMETER array[MemExtendedParameterMax];
    ULONG count;
};

/* 3.41: unknown types and types that stand there twice are refused whatever they say. */
static NTSTATUS copy_parameters(const MEM_EXTENDED_PARAMETER *parameters, ULONG count,
                                struct parameters *ret_copy)
{
    unsigned seen = 1u << MemExtendedParameterInvalidType;

    if (count >= MemExtendedParameterMax || (count && !parameters))
        return STATUS_INVALID_PARAMETER;
    for (ULONG i = 0; i < count; i++)
        ret_copy->array[i] = parameters[i];
    /* From here on the compiler may not look at the caller's memory again. */
    atomic_signal_fence(memory_order_seq_cst);
    for (ULONG i = 0; i < count; i++) {
        unsigned type = (unsigned)ret_copy->array[i].Type;

        if (type >= MemExtendedParameterMax || (seen & 1u << type))
            return STATUS_INVALID_PARAMETER;
        seen |= 1u << type;
    }
    ret_copy->count = count;
    return STATUS_SUCCESS;
}

/* --- what several kinds of calls take ------------------------------------------------------- */

/* 7.34, 7.35, 7.42: a page's last byte within the address space, and a granule's first. */
static bool are_good_bounds(uint64_t lowest, uint64_t highest)
{
    if (highest && (!nt_is_aligned(highest + 1, PAGE) || highest >= NT_USER_END))
        return false;
    return nt_is_aligned(lowest, NT_GRANULARITY) && lowest < (highest ? highest : NT_USER_END);
}

/* 7.37, 7.38: a power of two that is no smaller than the granularity. */
static bool is_good_alignment(uint64_t alignment)
{
    return alignment >= NT_GRANULARITY && (alignment & (alignment - 1)) == 0;
}

/*
 * 3.42, 3.44, 7.40, 7.41: requirements that require something exclude a chosen address.
 * @ret_given: all zero when nothing is required
 */
static NTSTATUS read_requirements(const MEM_ADDRESS_REQUIREMENTS *requirements, const void *base,
                                  MEM_ADDRESS_REQUIREMENTS *ret_given)
{
    MEM_ADDRESS_REQUIREMENTS given;

    if (!requirements)
        return STATUS_INVALID_PARAMETER;
    given = *requirements;
    atomic_signal_fence(memory_order_seq_cst);
    *ret_given = given;
    if (!given.LowestStartingAddress && !given.HighestEndingAddress && !given.Alignment)
        return STATUS_SUCCESS;
    if (base || (given.Alignment && !is_good_alignment(given.Alignment)) ||
        !are_good_bounds((uint64_t)given.LowestStartingAddress,
                         (uint64_t)given.HighestEndingAddress))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

static void read_node(const MEM_EXTENDED_PARAMETER *parameter, bool *ret_on_node, ULONG *ret_node)
{
    *ret_on_node = parameter->ULong != NUMA_NO_PREFERRED_NODE;
    *ret_node = parameter->ULong;
}

/* --- sections -------------------------------------------------------------------------------- */

NTSTATUS nt_api_read_section_parameters(const MEM_EXTENDED_PARAMETER *parameters, ULONG count,
                                        ULONG *ret_node)
{
    ULONG node = NUMA_NO_PREFERRED_NODE;
    struct parameters given;
    NTSTATUS status = copy_parameters(parameters, count, &given);

    if (!NT_SUCCESS(status))
        return status;
    for (ULONG i = 0; i < given.count; i++) {
        if ((unsigned)given.array[i].Type != MemExtendedParameterNumaNode)
            return STATUS_INVALID_PARAMETER;
        node = given.array[i].ULong;
    }
    if (node != NUMA_NO_PREFERRED_NODE && !NT_SUCCESS(nt_numa_check(node)))
        return STATUS_INVALID_PARAMETER;
    *ret_node = node;
    return STATUS_SUCCESS;
}

/* --- views ----------------------------------------------------------------------------------- */

static NTSTATUS read_view_requirements(const MEM_EXTENDED_PARAMETER *parameter,
                                       struct nt_view_request *request)
{
    MEM_ADDRESS_REQUIREMENTS given;
    NTSTATUS status = read_requirements(parameter->Pointer, request->base, &given);

    if (!NT_SUCCESS(status))
        return status;
    if (given.Alignment) /* 3.43 */
        return STATUS_INVALID_PARAMETER;
    request->lowest = (uint64_t)given.LowestStartingAddress;
    request->highest = (uint64_t)given.HighestEndingAddress;
    return STATUS_SUCCESS;
}

/* 14.25: whose code a view of an image is for. An image is mapped as it is, for this machine only.
 */
static NTSTATUS read_machine(ULONG machine)
{
#if defined(__aarch64__)
    const ULONG native = IMAGE_FILE_MACHINE_ARM64;
#else
    const ULONG native = IMAGE_FILE_MACHINE_AMD64;
#endif

    return machine == IMAGE_FILE_MACHINE_UNKNOWN || machine == native ? STATUS_SUCCESS
                                                                      : STATUS_NOT_SUPPORTED;
}

static NTSTATUS read_view_parameter(const MEM_EXTENDED_PARAMETER *parameter,
                                    struct nt_view_request *request)
{
    switch ((unsigned)parameter->Type) {
    case MemExtendedParameterAddressRequirements:
        return read_view_requirements(parameter, request);
    case MemExtendedParameterNumaNode:
        read_node(parameter, &request->on_node, &request->node);
        return STATUS_SUCCESS;
    case MemExtendedParameterImageMachine:
        return read_machine(parameter->ULong);
    default: /* 3.51 */
        return STATUS_INVALID_PARAMETER;
    }
}

NTSTATUS nt_api_read_map_parameters(const MEM_EXTENDED_PARAMETER *parameters, ULONG count,
                                    struct nt_view_request *request)
{
    struct parameters given;
    NTSTATUS status = copy_parameters(parameters, count, &given);

    for (ULONG i = 0; NT_SUCCESS(status) && i < given.count; i++)
        status = read_view_parameter(&given.array[i], request);
    return status;
}

/* --- allocations ----------------------------------------------------------------------------- */

static NTSTATUS read_allocation_requirements(const MEM_EXTENDED_PARAMETER *parameter,
                                             struct nt_allocation *allocation)
{
    MEM_ADDRESS_REQUIREMENTS given;
    NTSTATUS status = read_requirements(parameter->Pointer, allocation->base, &given);

    if (!NT_SUCCESS(status))
        return status;
    allocation->lowest = (uint64_t)given.LowestStartingAddress;
    allocation->highest = (uint64_t)given.HighestEndingAddress;
    allocation->alignment = given.Alignment;
    allocation->constrained = allocation->lowest || allocation->highest || allocation->alignment;
    return STATUS_SUCCESS;
}

/* The current and the system's partition are one; no call makes others. */
static NTSTATUS read_partition(HANDLE partition)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    NTSTATUS status;

    if (partition == MEMORY_CURRENT_PARTITION_HANDLE || partition == MEMORY_SYSTEM_PARTITION_HANDLE)
        return STATUS_SUCCESS;
    status = nt_handle_get(partition, NULL, 0, &object, NULL);
    return NT_SUCCESS(status) ? STATUS_OBJECT_TYPE_MISMATCH : status;
}

/* Pages of a section of physical pages: a window's only, and there are no such sections. */
static NTSTATUS check_user_physical(const struct nt_allocation *allocation)
{
    return allocation->type & MEM_PHYSICAL ? STATUS_NOT_SUPPORTED : STATUS_INVALID_PARAMETER;
}

static NTSTATUS read_allocation_parameter(const MEM_EXTENDED_PARAMETER *parameter,
                                          struct nt_allocation *allocation)
{
    switch ((unsigned)parameter->Type) {
    case MemExtendedParameterAddressRequirements:
        return read_allocation_requirements(parameter, allocation);
    case MemExtendedParameterNumaNode:
        read_node(parameter, &allocation->on_node, &allocation->node);
        return STATUS_SUCCESS;
    case MemExtendedParameterPartitionHandle:
        return read_partition(parameter->Handle);
    case MemExtendedParameterUserPhysicalHandle:
        return check_user_physical(allocation);
    case MemExtendedParameterAttributeFlags:
        allocation->attributes = parameter->ULong64;
        return STATUS_SUCCESS;
    default: /* 3.51 */
        return STATUS_INVALID_PARAMETER;
    }
}

/* After all parameters were read: some flags are about the node or the kind of pages. */
static NTSTATUS check_attributes(struct nt_allocation *allocation)
{
    uint64_t flags = allocation->attributes;

    if (flags & ~(uint64_t)ATTRIBUTES)
        return STATUS_INVALID_PARAMETER;
    if ((flags & PAGE_SIZES) == PAGE_SIZES)
        return STATUS_INVALID_PARAMETER;
    if (flags & MEM_EXTENDED_PARAMETER_NUMA_NODE_MANDATORY) {
        if (!allocation->on_node)
            return STATUS_INVALID_PARAMETER;
        /* The kernel is only told what is preferred: enough where there is one node. */
        if (nt_numa_highest() != 0)
            return STATUS_NOT_SUPPORTED;
    }
    /* Large pages are never paged out. */
    if ((flags & MEM_EXTENDED_PARAMETER_NONPAGED) && !(flags & PAGE_SIZES) &&
        !(allocation->type & MEM_LARGE_PAGES))
        return STATUS_NOT_SUPPORTED;
    allocation->attributes = flags & PAGE_SIZES;
    return STATUS_SUCCESS;
}

NTSTATUS nt_api_read_allocation_parameters(const MEM_EXTENDED_PARAMETER *parameters, ULONG count,
                                           struct nt_allocation *allocation)
{
    struct parameters given;
    NTSTATUS status = copy_parameters(parameters, count, &given);

    for (ULONG i = 0; NT_SUCCESS(status) && i < given.count; i++)
        status = read_allocation_parameter(&given.array[i], allocation);
    return NT_SUCCESS(status) ? check_attributes(allocation) : status;
}
