/* SPDX-License-Identifier: MIT */
/*
 * A set of pages of a large range: one bit for each, in pieces that exist only where a page was
 * ever put in, so that an empty set of a reservation of terabytes costs next to nothing. Any thread
 * may change it at any time; no lock is needed.
 */
#ifndef NT_LIB_MEMORY_PAGE_SET_H
#define NT_LIB_MEMORY_PAGE_SET_H

#include <stdbool.h>
#include <stdint.h>

struct nt_page_set;

/** nt_page_set_new() - for pages from 0 to @n_pages; NULL: no memory */
struct nt_page_set *nt_page_set_new(uint64_t n_pages);
/** nt_page_set_free() - NULL is allowed; returns NULL */
struct nt_page_set *nt_page_set_free(struct nt_page_set *set);

/** nt_page_set_add() - pages from @first on. -ENOMEM, and the set is as it was. */
int nt_page_set_add(struct nt_page_set *set, uint64_t first, uint64_t count);
/** nt_page_set_remove() - the pages [@first, @first + @count) are in it no more */
void nt_page_set_remove(struct nt_page_set *set, uint64_t first, uint64_t count);

/**
 * nt_page_set_next() - the first run of pages in the set at or behind @first
 * @limit:     pages from here on do not matter
 * @ret_first: the run, up to @ret_end
 *
 * Return: false when there is none; one load when nothing was ever put in.
 */
bool nt_page_set_next(const struct nt_page_set *set, uint64_t first, uint64_t limit,
                      uint64_t *ret_first, uint64_t *ret_end);

#endif
