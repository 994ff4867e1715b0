/* SPDX-License-Identifier: MIT */
/*
 * The state of an allocation's pages as runs: where each run ends and the PAGE_ value of its
 * pages, 0 for pages that are only reserved. Neighbouring runs always differ, so that a run is
 * what VirtualQuery reports. An allocation of one or two runs, the usual case, needs no memory
 * beyond the structure.
 */
#ifndef NT_LIB_MEMORY_PAGES_H
#define NT_LIB_MEMORY_PAGES_H

#include <stdint.h>

#include <windows.h>

struct nt_page_run {
    uint64_t end; /* the first page behind the run, counted from the allocation's first */
    ULONG protect;
};

struct nt_pages {
    struct nt_page_run *runs; /* @few, or malloc'd */
    uint32_t n_runs, room;
    struct nt_page_run few[2];
};

/** nt_pages_init() - @n_pages pages, all of them @protect; the structure must not move */
void nt_pages_init(struct nt_pages *pages, uint64_t n_pages, ULONG protect);
/** nt_pages_deinit() - give the runs back */
void nt_pages_deinit(struct nt_pages *pages);

/**
 * nt_pages_part() - the states of @count pages from @first on, as an allocation of their own
 * @ret_part: made as nt_pages_init() would
 *
 * Return: 0; -ENOMEM, and nothing was made.
 */
int nt_pages_part(const struct nt_pages *pages, uint64_t first, uint64_t count,
                  struct nt_pages *ret_part);
/** nt_pages_move() - @ret_to, of which nothing is kept, gets the runs; @from is then as deinited */
void nt_pages_move(struct nt_pages *from, struct nt_pages *ret_to);
/** nt_pages_count() - how many of @count pages from @first on are not only reserved */
uint64_t nt_pages_count(const struct nt_pages *pages, uint64_t first, uint64_t count);

/**
 * nt_pages_reserve() - make room, so that the next nt_pages_set() cannot fail
 *
 * Return: 0; -ENOMEM, and nothing changed.
 */
int nt_pages_reserve(struct nt_pages *pages);
/** nt_pages_reserve_many() - the same for the next @n_changes calls of nt_pages_set() */
int nt_pages_reserve_many(struct nt_pages *pages, uint32_t n_changes);

/**
 * nt_pages_set() - give @count pages from @first on the state @protect
 *
 * nt_pages_reserve() was called since the last one. The range lies within the allocation.
 */
void nt_pages_set(struct nt_pages *pages, uint64_t first, uint64_t count, ULONG protect);

/**
 * nt_pages_at() - the state of a page
 * @ret_end: the first page behind its run; may be NULL
 *
 * Return: the PAGE_ value, or 0 when the page is only reserved.
 */
ULONG nt_pages_at(const struct nt_pages *pages, uint64_t page, uint64_t *ret_end);

#endif
