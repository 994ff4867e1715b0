/* SPDX-License-Identifier: MIT */
/*
 * Memory of large pages: who may have it, what sizes and places it has, and what VirtualAlloc
 * makes of it. All its pages exist before anybody can touch it (7.55).
 */
#ifndef NT_LIB_MEMORY_LARGE_H
#define NT_LIB_MEMORY_LARGE_H

#include <stdint.h>

#include "lib/memory/change.h"

struct nt_section_backing;
struct nt_section_parameters;

/** nt_large_page_minimum() - 7.56: bytes of a large page, a power of two; 0: there are none */
uint64_t nt_large_page_minimum(void);

/**
 * nt_large_allow() - 7.48: may this process make @size bytes of pages of @page_size?
 *
 * Return: STATUS_SUCCESS; STATUS_PRIVILEGE_NOT_HELD; STATUS_NOT_SUPPORTED: no such pages;
 * STATUS_INVALID_PARAMETER for a @size that is not a multiple (7.49, 7.51).
 */
NTSTATUS nt_large_allow(uint64_t size, uint64_t page_size);

/**
 * nt_large_memory() - sealed memory of large pages, all of it there
 * @node: preferred, or NUMA_NO_PREFERRED_NODE
 *
 * Return: STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES: the pool has too few; what the kernel
 * said.
 */
NTSTATUS nt_large_memory(uint64_t size, uint64_t page_size, ULONG node, int *ret_fd);

/**
 * nt_large_back() - what a SEC_LARGE_PAGES section is made of (section-file.h)
 * @parameters: size, protection and node count; checked by nt_section_check_attributes()
 * @is_shared:  the broker gets it: with a read-only description, and without the other one where
 *              the protection forbids writing
 *
 * The pages are charged to this process, whoever keeps the section alive afterwards.
 * Return: STATUS_SUCCESS; the errors of nt_large_allow() and nt_large_memory().
 */
NTSTATUS nt_large_back(const struct nt_section_parameters *parameters, bool is_shared,
                       struct nt_section_backing *ret_backing);

/**
 * nt_large_check_view() - 7.52, 7.54, 5.62: place, size and protection of a view of large pages
 * @size: as compared with the section; rounded up to large pages
 *
 * Return: STATUS_SUCCESS; STATUS_MAPPED_ALIGNMENT, STATUS_INVALID_PARAMETER,
 * STATUS_INVALID_PAGE_PROTECTION (guard pages, and copies of what is written).
 */
NTSTATUS nt_large_check_view(const struct nt_view_request *request, size_t *size);

/** nt_large_is_wanted() - an allocation asks for large or huge pages */
static inline bool nt_large_is_wanted(const struct nt_allocation *allocation)
{
    return (allocation->type & MEM_LARGE_PAGES) ||
           (allocation->attributes &
            (MEM_EXTENDED_PARAMETER_NONPAGED_LARGE | MEM_EXTENDED_PARAMETER_NONPAGED_HUGE));
}

/**
 * nt_large_allocate() - VirtualAlloc of large pages (7.47 to 7.49, 5.62)
 * @allocation: its type, protection, base and size are good ones for ordinary pages
 * @ret_range:  written on success
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER_5: not reserved and committed at once, or with
 * what large pages cannot do; STATUS_INVALID_PAGE_PROTECTION: they are always read and written;
 * the errors of nt_large_allow(), nt_large_memory() and nt_region_make();
 * STATUS_INVALID_PARAMETER_2 (base); STATUS_MAPPED_ALIGNMENT for a placeholder that large pages do
 * not fit.
 */
NTSTATUS nt_large_allocate(const struct nt_allocation *allocation, struct nt_range *ret_range);

/**
 * nt_large_check_free() - 7.55: an allocation of large pages is released as a whole
 *
 * Return: STATUS_SUCCESS; STATUS_UNABLE_TO_FREE_VM for a part, and for decommitting.
 */
NTSTATUS nt_large_check_free(const struct nt_region *region, const struct nt_range *range,
                             ULONG type);

#endif
