/* SPDX-License-Identifier: MIT */
/*
 * Looking for a free place within bounds, or at a certain end of the address space: what the gaps
 * of the arena cannot answer (place.c). The map tells what is this library's, the kernel the rest.
 */
#ifndef NT_LIB_MEMORY_PLACE_SEARCH_H
#define NT_LIB_MEMORY_PLACE_SEARCH_H

#include "lib/memory/region-map.h"

struct nt_place_search {
    uint64_t low, end; /* where a region may lie */
    uint64_t size, alignment;
    uint64_t base;                  /* what is looked at next */
    uint64_t stack_low, stack_high; /* kept free: the main thread's stack grows there */
    bool down;                      /* from the top */
    bool over;
};

/** nt_place_search_begin() - within the bounds of @plan, or the whole address space */
void nt_place_search_begin(struct nt_place_search *search, const struct nt_region_plan *plan);
/**
 * nt_place_search_next() - the next place where nothing lies at this moment
 *
 * The lock is held, and given up meanwhile. False: there is none any more.
 */
bool nt_place_search_next(struct nt_place_search *search, uint64_t *ret_base);

#endif
