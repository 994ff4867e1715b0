/* SPDX-License-Identifier: MIT */
/*
 * Drawing a map, between the files that do it: the document with its overview and legend
 * (map-draw.c), the bands (map-draw-band.c), what is told of a piece (map-draw-text.c), and the
 * page around the picture (map-html.c).
 */
#ifndef NT_TOOL_MAP_DRAW_H
#define NT_TOOL_MAP_DRAW_H

#include <stdbool.h>
#include <stdio.h>

#include "tool/map/map-bands.h"
#include "tool/map/map.h"

/* The measures of the picture, in units of about a pixel. */
#define NT_MAP_MARGIN 20.
#define NT_MAP_LEFT   156.  /* where bars and rows begin */
#define NT_MAP_ROW    1000. /* their length */
#define NT_MAP_WIDTH  (NT_MAP_LEFT + NT_MAP_ROW + NT_MAP_MARGIN)

struct nt_map_picture {
    FILE *stream;
    const struct nt_map *map;
    bool linked; /* each piece is a link to the row #p<index> of a table */
};

/** nt_map_band_height() - what nt_map_draw_band() will take, the seam before it included */
double nt_map_band_height(const struct nt_map *map, const struct nt_map_band *band);
/** nt_map_draw_band() - a band with its @y at the top */
void nt_map_draw_band(const struct nt_map_picture *picture, const struct nt_map_band *band,
                      double y);

/** nt_map_fill() - a rectangle of a kind's colour, with the patterns of its state
 * @from, @to: what it stands for, told in its attributes; nothing when equal */
void nt_map_fill(FILE *stream, enum nt_map_kind kind, bool reserved, double x, double y,
                 double width, double height, uint64_t from, uint64_t to);

/* --- what is told ----------------------------------------------------------------------------- */

/** nt_map_label() - what a piece is called in a few words: the last part of its name, or its kind
 */
const char *nt_map_label(const struct nt_map_piece *piece);
/** nt_map_tell_run() - everything known of a piece, or of several small ones together, as lines of
 * escaped text */
void nt_map_tell_run(FILE *stream, const struct nt_map_piece *pieces, size_t n);
/** nt_map_source_text() - who told all this; room for 192 bytes. Return: @text. */
const char *nt_map_source_text(const struct nt_map *map, char *text);

/** nt_map_draw_page() - the picture for standing alone, or within a page (map-html.c) */
int nt_map_draw_page(const struct nt_map *map, FILE *stream, bool embedded);

#endif
