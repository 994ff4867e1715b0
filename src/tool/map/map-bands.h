/* SPDX-License-Identifier: MIT */
/*
 * How an address space is cut so that it can be drawn to scale and still be read.
 *
 * Of 2^47 bytes a program uses a few islands, and next to four kilobytes there may lie a terabyte.
 * So the pieces are gathered in bands: a wide gap begins a new one, and so does a piece that would
 * leave no room for the others beside it. Each band has a scale of its own, which the picture
 * tells, and one row or several of equal length, like lines of a text; within a band everything
 * is to scale.
 */
#ifndef NT_TOOL_MAP_BANDS_H
#define NT_TOOL_MAP_BANDS_H

#include "tool/map/map.h"

#define NT_MAP_MAX_BANDS 40 /* in one picture */
#define NT_MAP_MAX_ROWS  96 /* of all bands together */

struct nt_map_band {
    uint64_t base, size;
    uint64_t gap;           /* free bytes before it; 0 for the first, and where nothing is free */
    size_t first, n_pieces; /* of the map */
    uint64_t row_size;      /* bytes that a full row stands for */
    unsigned n_rows;
};

struct nt_map_bands {
    struct nt_map_band bands[NT_MAP_MAX_BANDS];
    size_t n_bands;
};

/** nt_map_find_bands() - the bands of a map, in address order; none when it has no pieces */
void nt_map_find_bands(const struct nt_map *map, struct nt_map_bands *ret_bands);

#endif
