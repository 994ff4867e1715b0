// SPDX-License-Identifier: MIT
/*
 * NUMA; see numa.h. The kernel's numbers of nodes are used as they are: they may have gaps.
 */
#include <errno.h>
#include <linux/mempolicy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/fault.h"
#include "os/numa.h"
#include "os/system.h"

#define NODES     "/sys/devices/system/node/"

/* What the kernel takes for the length of a set is one more than its bits. */
#define MASK_BITS (NT_OS_MAX_NODES + 1)

struct node_mask {
    unsigned long words[NT_OS_MAX_NODES / (8 * sizeof(unsigned long))];
};

bool nt_os_has_node(unsigned node)
{
    char path[64];

    if (node == 0)
        return true;
    if (node >= NT_OS_MAX_NODES)
        return false;
    snprintf(path, sizeof(path), NODES "node%u", node);
    return access(path, F_OK) == 0;
}

/* --- lists: "0-3,8,10-11" ----------------------------------------------------------- */

/* The next range of a list, and the text behind it; NULL when there is none. */
static const char *next_range(const char *text, unsigned *ret_first, unsigned *ret_last)
{
    unsigned long first, last;
    char *end;

    first = last = strtoul(text, &end, 10);
    if (end == text)
        return NULL;
    if (*end == '-') {
        text = end + 1;
        last = strtoul(text, &end, 10);
        if (end == text || last < first)
            return NULL;
    }
    if (last > UINT16_MAX)
        return NULL;
    *ret_first = (unsigned)first;
    *ret_last = (unsigned)last;
    return *end == ',' ? end + 1 : end;
}

unsigned nt_os_highest_node(void)
{
    unsigned first, last, highest = 0;
    char text[1024];
    const char *rest = text;

    if (nt_os_read_text(NODES "online", text, sizeof(text)) < 0)
        return 0;
    while ((rest = next_range(rest, &first, &last)) != NULL)
        highest = last;
    return highest < NT_OS_MAX_NODES ? highest : 0;
}

static void add_cpus(const char *text, struct nt_os_cpus *cpus)
{
    unsigned first, last;

    while ((text = next_range(text, &first, &last)) != NULL) {
        for (unsigned i = first; i <= last && i < NT_OS_MAX_CPUS; i++)
            cpus->words[i / 64] |= 1ull << i % 64;
    }
}

int nt_os_node_cpus(unsigned node, struct nt_os_cpus *ret_cpus)
{
    char path[64], text[4096];
    long count;

    memset(ret_cpus, 0, sizeof(*ret_cpus));
    if (!nt_os_has_node(node))
        return -ENOENT;
    snprintf(path, sizeof(path), NODES "node%u/cpulist", node);
    if (nt_os_read_text(path, text, sizeof(text)) == 0 ||
        (node == 0 && nt_os_read_text("/sys/devices/system/cpu/online", text, sizeof(text)) == 0)) {
        add_cpus(text, ret_cpus);
        return 0;
    }
    count = node == 0 ? sysconf(_SC_NPROCESSORS_ONLN) : 0;
    for (long i = 0; i < count && i < (long)NT_OS_MAX_CPUS; i++)
        ret_cpus->words[i / 64] |= 1ull << i % 64;
    return 0;
}

int nt_os_node_memory(unsigned node, char *text, size_t size)
{
    char path[64];

    *text = '\0';
    if (node >= NT_OS_MAX_NODES)
        return -ENOENT;
    snprintf(path, sizeof(path), NODES "node%u/meminfo", node);
    return nt_os_read_text(path, text, size);
}

/* --- placing ------------------------------------------------------------------------ */

int nt_os_prefer_node(void *address, size_t size, unsigned node)
{
    struct node_mask mask = {{0}};
    const unsigned bits = 8 * sizeof(mask.words[0]);

    if (node >= NT_OS_MAX_NODES)
        return -EINVAL;
    NT_OS_FAULT(NT_OS_MBIND);
    mask.words[node / bits] = 1ul << node % bits;
    if (syscall(SYS_mbind, address, size, MPOL_PREFERRED, &mask, MASK_BITS, 0) < 0)
        return -errno;
    return 0;
}

int nt_os_page_nodes(const void *const *pages, size_t count, int *ret_nodes)
{
    NT_OS_FAULT(NT_OS_MBIND);
    return syscall(SYS_move_pages, 0, count, pages, NULL, ret_nodes, 0) < 0 ? -errno : 0;
}
