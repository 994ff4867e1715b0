/* SPDX-License-Identifier: MIT */
/*
 * Maps as tables for people.
 */
#ifndef NT_TOOL_MAP_PRINT_H
#define NT_TOOL_MAP_PRINT_H

#include "tool/map/map-diff.h"
#include "tool/kit/output.h"

enum nt_map_depth {
    NT_MAP_SUMMARY,     /* the totals of each kind */
    NT_MAP_ALLOCATIONS, /* and a row for each allocation */
    NT_MAP_PIECES,      /* and a row for each run of pages */
};

/* What rows are in the order of; all but addresses have the most first. */
enum nt_map_order {
    NT_MAP_BY_ADDRESS,
    NT_MAP_BY_SIZE,
    NT_MAP_BY_COMMITTED,
    NT_MAP_BY_RESIDENT,
    NT_MAP_BY_PRIVATE,
    NT_MAP_N_ORDERS
};

/** nt_map_order_name() - "address", "size", ... */
const char *nt_map_order_name(enum nt_map_order order);

/** nt_map_print() - a map. Return: an exit code. */
int nt_map_print(const struct nt_map *map, enum nt_map_depth depth, enum nt_map_order order,
                 const struct nt_output *output, FILE *stream);
/** nt_map_print_diff() - what has changed: the totals, unless @depth is more the allocations */
int nt_map_print_diff(const struct nt_map *before, const struct nt_map *after,
                      const struct nt_map_diff *diff, enum nt_map_depth depth,
                      const struct nt_output *output, FILE *stream);

#endif
