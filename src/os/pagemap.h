/* SPDX-License-Identifier: MIT */
/*
 * What the kernel's page table says about single pages of this process. A part of the seam; see
 * os.h for its rules.
 */
#ifndef NT_OS_PAGEMAP_H
#define NT_OS_PAGEMAP_H

#include <stdbool.h>
#include <stdint.h>

/**
 * nt_os_copied_pages() - which pages of a private file mapping were copied by a write
 * @address:    the first page
 * @n_pages:    how many to look at, not 0
 * @ret_copied: whether the first one is the process's own copy
 * @ret_same:   how many pages from the first on, 1 to @n_pages, are alike in this; before
 *              Linux 6.7 not more than 1 GiB of them are looked at
 *
 * /proc/self/pagemap, opened for each call. Return: 0 or -errno.
 */
int nt_os_copied_pages(uint64_t address, uint64_t n_pages, bool *ret_copied, uint64_t *ret_same);

#endif
