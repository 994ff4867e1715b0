// SPDX-License-Identifier: MIT
/*
 * NUMA nodes; see numa.h. What a node is told to hold is told to the kernel as MPOL_PREFERRED:
 * where the node has nothing left, pages come from elsewhere, as on Windows. For private memory
 * the kernel keeps that with the mapping. For shared memory it keeps it with the memory itself,
 * by offset: so a section needs to be told once, through a mapping that goes away at once.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/memory/commit-texts.h"
#include "lib/process/machine.h"
#include "lib/process/numa.h"
#include "os/numa.h"
#include "os/os.h"
#include "util/macro.h"

#define GROUP_SIZE 64
#define LARGEST    ((uint64_t)1 << 46) /* what one mapping may take of the address space */

NTSTATUS nt_numa_check(ULONG node)
{
    return nt_os_has_node(node) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

ULONG nt_numa_highest(void)
{
    return nt_os_highest_node();
}

/* --- where memory is wanted --------------------------------------------------------- */

int nt_numa_prefer(void *address, size_t size, ULONG node)
{
    return nt_os_prefer_node(address, size, node) == -ENOMEM ? -ENOMEM : 0;
}

int nt_numa_prefer_memory(int fd, uint64_t size, ULONG node)
{
    void *mapped;
    int r;

    if (size > LARGEST)
        size = LARGEST;
    r = nt_os_map(NULL, size, PROT_NONE, MAP_SHARED | MAP_NORESERVE, fd, 0, &mapped);
    if (r == 0) {
        r = nt_os_prefer_node(mapped, size, node);
        (void)nt_os_unmap(mapped, size);
    }
    return r == -ENOMEM ? r : 0;
}

/* --- processors --------------------------------------------------------------------- */

NTSTATUS nt_numa_masks(ULONG node, GROUP_AFFINITY *ret_masks, uint16_t room, uint16_t *ret_count)
{
    struct nt_os_cpus cpus;
    uint16_t count = 0;

    if (nt_os_node_cpus(node, &cpus) < 0)
        return STATUS_INVALID_PARAMETER;
    for (uint16_t i = 0; i < NT_ARRAY_SIZE(cpus.words); i++) {
        if (!cpus.words[i])
            continue;
        if (count < room)
            ret_masks[count] = (GROUP_AFFINITY){.Mask = cpus.words[i], .Group = i};
        count++;
    }
    *ret_count = count;
    return count > room ? STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS;
}

static bool has_processor(ULONG node, uint16_t group, uint8_t number)
{
    struct nt_os_cpus cpus;

    return nt_os_node_cpus(node, &cpus) == 0 && cpus.words[group] >> number & 1;
}

NTSTATUS nt_numa_of_processor(uint16_t group, uint8_t number, ULONG *ret_node)
{
    ULONG highest = nt_numa_highest();

    if (number >= GROUP_SIZE || group >= NT_OS_MAX_CPUS / GROUP_SIZE)
        return STATUS_INVALID_PARAMETER;
    for (ULONG node = 0; node <= highest; node++) {
        if (has_processor(node, group, number)) {
            *ret_node = node;
            return STATUS_SUCCESS;
        }
    }
    return STATUS_INVALID_PARAMETER;
}

PROCESSOR_NUMBER nt_numa_current_processor(void)
{
    int number = sched_getcpu();

    if (number < 0)
        number = 0;
    return (PROCESSOR_NUMBER){.Group = (WORD)(number / GROUP_SIZE),
                              .Number = (BYTE)(number % GROUP_SIZE)};
}

/* --- memory ------------------------------------------------------------------------- */

/* A line of a node's text, which begins with "Node N "; in bytes. */
static uint64_t field(const char *text, const char *name)
{
    const char *at = strstr(text, name);

    return at ? nt_commit_field(at + 1, name + 1, 0) : 0;
}

NTSTATUS nt_numa_available(ULONG node, uint64_t *ret_bytes)
{
    struct nt_machine_memory memory;
    char text[4096];

    if (!nt_os_has_node(node))
        return STATUS_INVALID_PARAMETER;
    if (nt_os_node_memory(node, text, sizeof(text)) == 0) {
        *ret_bytes = field(text, " MemFree:") + field(text, " Active(file):") +
                     field(text, " Inactive(file):");
        return STATUS_SUCCESS;
    }
    /* A kernel without NUMA has one node, with all there is. */
    if (node != 0 || !nt_machine_memory(&memory))
        return STATUS_INVALID_PARAMETER;
    *ret_bytes = memory.available;
    return STATUS_SUCCESS;
}
