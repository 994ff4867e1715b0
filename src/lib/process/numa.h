/* SPDX-License-Identifier: MIT */
/*
 * NUMA nodes as Windows numbers them, which here are the kernel's. A node is a preference and
 * never a promise (7.43). Processors are in groups of 64, by their number.
 */
#ifndef NT_LIB_PROCESS_NUMA_H
#define NT_LIB_PROCESS_NUMA_H

#include <stdbool.h>
#include <stdint.h>

#include <windows.h>
#include <winternl.h>

/** nt_numa_check() - STATUS_INVALID_PARAMETER when the machine has no node @node (7.44) */
NTSTATUS nt_numa_check(ULONG node);
/** nt_numa_highest() - the highest node number; 0 without NUMA */
ULONG nt_numa_highest(void);

/**
 * nt_numa_prefer() - pages of a mapping, not touched yet, come from @node where they can
 *
 * A mapping of a memfd, shared or private, tells the memfd: the preference is then that of every
 * view of these pages. What the kernel has no policy for (the pages of files) is left as it is.
 * Failing is not an error, except for want of memory. Return: 0 or -ENOMEM.
 */
int nt_numa_prefer(void *address, size_t size, ULONG node);

/**
 * nt_numa_prefer_memory() - the same for the memory behind a memfd of ordinary pages
 * @fd:   may be read-only
 * @size: bytes from the start, also beyond what the memfd has now
 *
 * The kernel keeps it with the memory: it holds for every process, mapped or not. Of memory beyond
 * 64 TiB nothing is said. Return: 0 or -ENOMEM.
 */
int nt_numa_prefer_memory(int fd, uint64_t size, ULONG node);

/**
 * nt_numa_masks() - the processors of a node
 * @ret_masks: one for each group that has some of them, in order of the groups; may be NULL
 * @room:      how many there is room for
 * @ret_count: how many there are
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER: no such node; STATUS_BUFFER_TOO_SMALL, and
 * as many as there is room for.
 */
NTSTATUS nt_numa_masks(ULONG node, GROUP_AFFINITY *ret_masks, uint16_t room, uint16_t *ret_count);

/** nt_numa_of_processor() - the node of processor @number of a group; STATUS_INVALID_PARAMETER */
NTSTATUS nt_numa_of_processor(uint16_t group, uint8_t number, ULONG *ret_node);

/**
 * nt_numa_available() - bytes of a node's memory that can be had without swapping
 *
 * Free memory and the pages of files. Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER.
 */
NTSTATUS nt_numa_available(ULONG node, uint64_t *ret_bytes);

/** nt_numa_current_processor() - where the calling thread is */
PROCESSOR_NUMBER nt_numa_current_processor(void);

#endif
