/* SPDX-License-Identifier: MIT */
/*
 * Memory of large pages, from the pools that the administrator has filled (hugetlb). A part of the
 * seam; see os.h for its rules.
 */
#ifndef NT_OS_LARGE_PAGES_H
#define NT_OS_LARGE_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NT_OS_HUGE_PAGE 0x40000000u /* 1 GiB, where the processor has them */
#define NT_OS_ANY_NODE  UINT32_MAX

/** nt_os_large_page_size() - the kernel's usual large page in bytes; 0 when it has none */
uint64_t nt_os_large_page_size(void);
/** nt_os_has_page_size() - whether there is a pool for pages of @size bytes, filled or not */
bool nt_os_has_page_size(uint64_t size);

/**
 * nt_os_large_memfd_new() - sealed memory of large pages, all of them taken from the pool now
 * @size:      bytes, a multiple of @page_size
 * @page_size: a power of two for which there is a pool
 * @node:      the NUMA node whose pages are preferred, or NT_OS_ANY_NODE
 *
 * Taken at once, so that no touch fails later; a failure gives back what it took. Sealed as
 * nt_os_memfd_new()'s; who may write it can still punch holes in it. Mode 0600.
 * Return: -ENOSPC, -ENOMEM when the pool has too few; -EFBIG as nt_os_memfd_new().
 */
int nt_os_large_memfd_new(const char *name, uint64_t size, uint64_t page_size, uint32_t node,
                          int *ret_fd);

/**
 * nt_os_large_memfd_is() - whether @fd is memory of pages of @page_size bytes of a fixed size
 * @ret_size: bytes; written only when it is
 *
 * For what a stranger sent: what is not sealed against shrinking and growing is not such memory.
 */
bool nt_os_large_memfd_is(int fd, uint64_t page_size, uint64_t *ret_size);

#endif
