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

/* What is known of a page, bits of an entry of /proc/self/pagemap. */
#define NT_OS_PAGE_PRESENT   (1ull << 63)
#define NT_OS_PAGE_SWAPPED   (1ull << 62)
#define NT_OS_PAGE_OF_FILE   (1ull << 61) /* shows a file, or shared memory */
#define NT_OS_PAGE_EXCLUSIVE (1ull << 56) /* is mapped once; 0 also where that is not known */

/** nt_os_pages_open() - a descriptor for nt_os_pages_read() and _next(); 0 or -errno */
int nt_os_pages_open(int *ret_fd);

/**
 * nt_os_pages_read() - the entries of @n_pages pages from @address on
 *
 * Where nothing is mapped they are 0. Return: 0 or -errno.
 */
int nt_os_pages_read(int fd, uint64_t address, uint64_t n_pages, uint64_t *ret_entries);

/**
 * nt_os_pages_next() - the first run of present pages in the pages from @address up to @end
 * @ret_first: its first address, @end when there is none
 * @ret_last:  the first address behind it
 *
 * Return: 0 or -errno.
 */
int nt_os_pages_next(int fd, uint64_t address, uint64_t end, uint64_t *ret_first,
                     uint64_t *ret_last);

#endif
