/* SPDX-License-Identifier: MIT */
/*
 * Which memory is near which processor, and telling the kernel where pages are wanted. A part of
 * the seam; see os.h for its rules. There is no library in between: three system calls, and what
 * /sys says. A kernel without NUMA has node 0 and nothing else.
 */
#ifndef NT_OS_NUMA_H
#define NT_OS_NUMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NT_OS_MAX_NODES 1024u /* no Linux is built for more */
#define NT_OS_MAX_CPUS  8192u

/* Processors by number. */
struct nt_os_cpus {
    uint64_t words[NT_OS_MAX_CPUS / 64];
};

/** nt_os_has_node() - the machine has a NUMA node of that number; every machine has 0 */
bool nt_os_has_node(unsigned node);

/** nt_os_highest_node() - the highest number that a node has; 0 without NUMA */
unsigned nt_os_highest_node(void);

/**
 * nt_os_node_cpus() - the processors of a node that are at work
 *
 * Without NUMA all of the machine's are node 0's. Return: 0; -ENOENT: no such node.
 */
int nt_os_node_cpus(unsigned node, struct nt_os_cpus *ret_cpus);

/**
 * nt_os_node_memory() - what the kernel says of a node's memory, as /proc/meminfo has it
 * @text: at least one byte; always ends with 0
 *
 * Each line begins with "Node N ". -ENOENT where nothing is said.
 */
int nt_os_node_memory(unsigned node, char *text, size_t size);

/**
 * nt_os_prefer_node() - new pages of a mapping come from @node where they can
 * @address, @size: whole pages, mapped
 *
 * Pages that are there stay where they are. A mapping of shared memory tells the memory, not only
 * the mapping: it holds for everybody who maps it, and after this mapping has gone.
 * Return: 0; -EINVAL: no such node, or none that this process may use; -ENOSYS; -ENOMEM.
 */
int nt_os_prefer_node(void *address, size_t size, unsigned node);

/**
 * nt_os_page_nodes() - the nodes that hold pages of this process
 * @pages:     @count addresses
 * @ret_nodes: for each a node, or -ENOENT: it has no memory yet; -EFAULT: nothing is mapped there
 *
 * One system call. -ENOSYS without NUMA.
 */
int nt_os_page_nodes(const void *const *pages, size_t count, int *ret_nodes);

#endif
