/* SPDX-License-Identifier: MIT */
/*
 * Maps of processes that are not there: made of texts as the kernel writes them and of regions as
 * the library tells them.
 */
#ifndef NTSHM_TEST_TOOL_MAP_LOOK_H
#define NTSHM_TEST_TOOL_MAP_LOOK_H

#include "harness/test.h"
#include "tool/map/map-parts.h"

struct look {
    const char *smaps, *nodes;
    const struct nt_map_run *runs;
    size_t n_runs;
    uint64_t stack;
    size_t n_hidden;
    int memory;  /* 0: none */
    int pagemap; /* 0: none */
};

/** look_try() - 0 or -errno; deinit the map in every case */
int look_try(const struct look *look, struct nt_map *map);
/** look_at() - the same, asserted to work */
struct nt_map look_at(const struct look *look);
/** look_piece_at() - the piece that begins there; an assertion fails when there is none */
const struct nt_map_piece *look_piece_at(const struct nt_map *map, uint64_t base);

/* A program with everything, as the kernel tells it. */
extern const char look_program[];

#define ok_kind(map, base, kind_) ok_str_eq(nt_map_kind_name(look_piece_at(map, base)->kind), kind_)

#endif
