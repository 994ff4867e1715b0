/* SPDX-License-Identifier: MIT */
/*
 * Maps by allocation: what VirtualAlloc, MapViewOfFile, the loader or mmap made at a time, and what
 * has become of those between two maps.
 */
#ifndef NT_TOOL_MAP_DIFF_H
#define NT_TOOL_MAP_DIFF_H

#include "tool/map/map.h"

struct nt_map_allocation {
    uint64_t base; /* of its first piece */
    enum nt_map_kind kind;
    struct nt_map_total total;
    const struct nt_map_piece *first; /* total.pieces of them */
};

/**
 * nt_map_allocations() - the allocations of a map, in address order
 * @apart:    each piece by itself instead
 * @ret_list: for the caller to free; points into the map
 *
 * Return: 0 or -ENOMEM.
 */
int nt_map_allocations(const struct nt_map *map, bool apart, struct nt_map_allocation **ret_list,
                       size_t *ret_count);
/**
 * nt_map_keep() - leave nothing in a map but some kinds, and add it up anew
 * @kinds: bits (1 << kind); what is of another kind in an allocation of such a kind stays too
 *
 * Return: 0 or -ENOMEM, and nothing changed.
 */
int nt_map_keep(struct nt_map *map, unsigned kinds);

enum nt_map_change_kind {
    NT_MAP_NEW,
    NT_MAP_GONE,
    NT_MAP_GROWN,  /* larger, or more of it committed */
    NT_MAP_SHRUNK, /* smaller, or less of it committed */
    NT_MAP_MOVED,  /* as it was, but at another address */
    NT_MAP_CHANGED /* as large as it was: what is in memory or private has changed, or how it may be
                      used */
};

struct nt_map_change {
    enum nt_map_change_kind how;
    const struct nt_map_allocation *before, *after; /* NULL: was not there; is not there */
};

struct nt_map_diff {
    struct nt_map_allocation *before, *after;
    size_t n_before, n_after;
    struct nt_map_change *changes; /* by address, of what is there now before what was */
    size_t n_changes;
};

/**
 * nt_map_compare() - what has changed from one map to another; both must outlive the answer
 *
 * An allocation is the same one when it has kind and name, and lies where it did, or overlaps that;
 * failing that (another process of the same program) when it is the next of that kind and name.
 * Return: 0 or -ENOMEM.
 */
int nt_map_compare(const struct nt_map *before, const struct nt_map *after,
                   struct nt_map_diff *ret_diff);
void nt_map_diff_deinit(struct nt_map_diff *diff);

/** nt_map_change_name() - "new", "gone", "grown", "shrunk", "moved", "changed" */
const char *nt_map_change_name(enum nt_map_change_kind how);
/** nt_map_diff_to_json() - all of it; NULL: no memory */
struct json_object *nt_map_diff_to_json(const struct nt_map *before, const struct nt_map *after,
                                        const struct nt_map_diff *diff);

#endif
