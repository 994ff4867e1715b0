// SPDX-License-Identifier: MIT
/*
 * A band of a map, drawn: its scale, its rows, and in each row the pieces.
 *
 * A row has three layers: names over runs of pieces that belong together, the strip itself, and
 * under it a dark line as long as the share that is in memory. Pieces too thin to be seen alone
 * are drawn together with their neighbours, a few units wide, each kind as high as its share.
 */
#include <windows.h>

#include "tool/map/map-draw.h"
#include "tool/kit/svg.h"
#include "tool/kit/text.h"

#include <string.h>

#define SEAM       30. /* above a band, for the gap before it */
#define HEAD       20. /* its size and scale */
#define NAMES      15. /* above a strip that has names */
#define STRIP      22.
#define RESIDENT   4.
#define SPACE      9.
#define THIN       1.5 /* a piece narrower is drawn with its neighbours */
#define RUN        4.  /* so wide does such a run get */
#define LOWEST     .4  /* of a strip: a run is not drawn lower */
#define LABEL_ROOM 26. /* a name is not tried in less */

struct row {
    uint64_t base, size; /* of this row, at most row_size */
    size_t first, n;     /* pieces in it */
    double scale;        /* units for a byte */
    double y;            /* top of the strip */
    bool names;
};

/* The part of a piece that is in a row. */
struct part {
    double x, width;
    uint64_t from, to;
};

static struct part part_of(const struct row *row, const struct nt_map_piece *piece)
{
    uint64_t end = row->base + (row->size - 1), last = piece->base + (piece->size - 1);
    struct part part = {.from = piece->base > row->base ? piece->base : row->base};

    if (last < end)
        end = last;
    part.to = end + 1;
    part.x = NT_MAP_LEFT + (double)(part.from - row->base) * row->scale;
    part.width = (double)(end - part.from + 1) * row->scale;
    return part;
}

static bool belong_together(const struct nt_map_piece *left, const struct nt_map_piece *right)
{
    if (left->base + left->size != right->base)
        return false;
    if (left->name[0] || right->name[0])
        return strcmp(left->name, right->name) == 0;
    return left->kind == right->kind && left->allocation == right->allocation;
}

/* Pieces from @i on in the row that get one name; @ret_room is how wide they are. */
static size_t group_at(const struct nt_map *map, const struct row *row, size_t i, double *ret_x,
                       double *ret_room)
{
    size_t end = row->first + row->n, n = 1;
    struct part part = part_of(row, &map->pieces[i]);

    *ret_x = part.x;
    while (i + n < end && belong_together(&map->pieces[i + n - 1], &map->pieces[i + n]))
        n++;
    part = part_of(row, &map->pieces[i + n - 1]);
    *ret_room = part.x + part.width - *ret_x;
    return n;
}

static bool has_names(const struct nt_map *map, const struct row *row)
{
    double x, room;

    for (size_t i = row->first; i < row->first + row->n;) {
        i += group_at(map, row, i, &x, &room);
        if (room >= LABEL_ROOM)
            return true;
    }
    return false;
}

/* Row @n of a band, the next after @previous (NULL for the first). */
static struct row make_row(const struct nt_map *map, const struct nt_map_band *band, unsigned n,
                           const struct row *previous)
{
    size_t i = previous ? previous->first : band->first, end = band->first + band->n_pieces;
    struct row row = {.base = band->base + n * band->row_size,
                      .size = band->size - n * band->row_size,
                      .scale = NT_MAP_ROW / (double)band->row_size};

    if (row.size > band->row_size)
        row.size = band->row_size;
    while (i < end && map->pieces[i].base + (map->pieces[i].size - 1) < row.base)
        i++;
    row.first = i;
    while (i < end && map->pieces[i].base <= row.base + (row.size - 1))
        i++;
    row.n = i - row.first;
    row.names = has_names(map, &row);
    return row;
}

static double row_height(const struct row *row)
{
    return (row->names ? NAMES : 0) + STRIP + RESIDENT + SPACE;
}

double nt_map_band_height(const struct nt_map *map, const struct nt_map_band *band)
{
    double height = (band->first > 0 ? SEAM : 0) + HEAD;
    struct row row;

    for (unsigned i = 0; i < band->n_rows; i++) {
        row = make_row(map, band, i, i ? &row : NULL);
        height += row_height(&row);
    }
    return height;
}

/* --- pieces ----------------------------------------------------------------------------------- */

static void open_piece(const struct nt_map_picture *picture, const struct nt_map_piece *pieces,
                       size_t n)
{
    FILE *stream = picture->stream;

    if (picture->linked)
        fprintf(stream, "<a href=\"#p%zu\">", (size_t)(pieces - picture->map->pieces));
    fputs("<g class=\"p\"><title>", stream);
    nt_map_tell_run(stream, pieces, n);
    fputs("</title>", stream);
}

static void close_piece(const struct nt_map_picture *picture)
{
    fputs(picture->linked ? "</g></a>\n" : "</g>\n", picture->stream);
}

/* What stands in a piece: size and protection, or the size alone, when there is room. */
static void draw_inside(FILE *stream, const struct nt_map_piece *piece, const struct part *part,
                        double y)
{
    bool reserved = piece->state == MEM_RESERVE;
    struct nt_svg_place place = {.x = part->x + part->width / 2,
                                 .y = y + STRIP / 2 + 4,
                                 .room = part->width - 6,
                                 .anchor = NT_SVG_MIDDLE};
    char text[128], size[32], letters[32], style[16];

    if (part->width < 20)
        return;
    snprintf(style, sizeof(style), reserved || piece->guard ? "halo" : "on%u",
             (unsigned)piece->kind);
    place.style = style;
    nt_text_size(piece->size, size);
    snprintf(text, sizeof(text), "%s  %s", size,
             reserved ? "reserved" : nt_map_piece_protection(piece, letters));
    if (nt_svg_whole_text(stream, &place, text) == 0)
        nt_svg_whole_text(stream, &place, size);
}

/* The share of a piece that is in memory. */
static void draw_resident(FILE *stream, const struct nt_map_piece *piece, const struct part *part,
                          double y)
{
    double share = (double)piece->resident / (double)piece->size;

    if (piece->resident == 0)
        return;
    nt_svg_rect(stream, "ram", part->x, y + STRIP + 1, part->width * (share < 1 ? share : 1),
                RESIDENT - 1);
}

static void draw_piece(const struct nt_map_picture *picture, const struct row *row,
                       const struct nt_map_piece *piece, const struct part *part)
{
    FILE *stream = picture->stream;

    open_piece(picture, piece, 1);
    nt_map_fill(stream, piece->kind, piece->state == MEM_RESERVE, part->x, row->y, part->width,
                STRIP, part->from, part->to);
    if (piece->guard)
        nt_svg_rect(stream, "guard", part->x, row->y, part->width, STRIP);
    close_piece(picture);
    draw_resident(stream, piece, part, row->y);
    draw_inside(stream, piece, part, row->y);
}

/* Several thin pieces as one small picture: each kind as high as its share of the addresses; where
 * almost all of these are free, higher, so that the pieces are seen at all. */
static void draw_run(const struct nt_map_picture *picture, const struct row *row, size_t first,
                     size_t n)
{
    const struct nt_map_piece *pieces = &picture->map->pieces[first];
    struct part begin = part_of(row, &pieces[0]), end = part_of(row, &pieces[n - 1]);
    uint64_t bytes[NT_MAP_N_KINDS] = {0}, resident = 0, mapped = 0;
    double width = end.x + end.width - begin.x, y = row->y, high;

    if (width < 1)
        width = 1;
    for (size_t i = 0; i < n; i++) {
        struct part part = part_of(row, &pieces[i]);

        bytes[pieces[i].kind] += part.to - part.from;
        mapped += part.to - part.from;
        resident += pieces[i].resident;
    }
    high = (double)mapped / (double)(end.to - begin.from);
    high = STRIP * (high < LOWEST ? LOWEST : high);
    open_piece(picture, pieces, n);
    for (unsigned kind = 0; kind < NT_MAP_N_KINDS; kind++) {
        double height = high * (double)bytes[kind] / (double)mapped;

        if (bytes[kind] == 0)
            continue;
        nt_map_fill(picture->stream, (enum nt_map_kind)kind, n == 1 && pieces->state == MEM_RESERVE,
                    begin.x, y, width, height, 0, 0);
        y += height;
    }
    if (n == 1 && pieces->guard)
        nt_svg_rect(picture->stream, "gr", begin.x, row->y, width < 2 ? 2 : width, STRIP);
    close_piece(picture);
    if (resident > 0)
        nt_svg_rect(picture->stream, "ram", begin.x, row->y + STRIP + 1,
                    resident < mapped ? width * (double)resident / (double)mapped : width,
                    RESIDENT - 1);
}

/* The thin pieces of a row, gathered into runs; after the others, so that they are on top. */
static void draw_thin(const struct nt_map_picture *picture, const struct row *row)
{
    const struct nt_map_piece *pieces = picture->map->pieces;
    size_t end = row->first + row->n;

    for (size_t i = row->first; i < end;) {
        struct part begin = part_of(row, &pieces[i]), part;
        size_t n = 1;

        if (begin.width >= THIN) {
            i++;
            continue;
        }
        while (i + n < end) {
            part = part_of(row, &pieces[i + n]);
            if (part.width >= THIN || part.x + part.width - begin.x > RUN)
                break;
            n++;
        }
        draw_run(picture, row, i, n);
        i += n;
    }
}

static void draw_names(const struct nt_map_picture *picture, const struct row *row)
{
    double x, room;

    for (size_t i = row->first; i < row->first + row->n;) {
        const struct nt_map_piece *piece = &picture->map->pieces[i];
        size_t n = group_at(picture->map, row, i, &x, &room);
        struct nt_svg_place place = {.x = x, .y = row->y - 4, .room = room - 4, .keep_end = true};

        i += n;
        if (room < LABEL_ROOM || nt_svg_text(picture->stream, &place, nt_map_label(piece)) == 0)
            continue;
        nt_svg_line(picture->stream, "rule", x + .5, row->y - 1.5, x + room - 1, row->y - 1.5);
    }
}

static void draw_row(const struct nt_map_picture *picture, const struct row *row)
{
    struct nt_svg_place place = {.x = NT_MAP_LEFT - 8,
                                 .y = row->y + STRIP / 2 + 4,
                                 .font = NT_SVG_MONO,
                                 .anchor = NT_SVG_END,
                                 .style = "dim"};
    char address[32];

    nt_svg_rect(picture->stream, "field", NT_MAP_LEFT, row->y, (double)row->size * row->scale,
                STRIP);
    snprintf(address, sizeof(address), "%llx", (unsigned long long)row->base);
    nt_svg_text(picture->stream, &place, address);
    for (size_t i = row->first; i < row->first + row->n; i++) {
        struct part part = part_of(row, &picture->map->pieces[i]);

        if (part.width >= THIN)
            draw_piece(picture, row, &picture->map->pieces[i], &part);
    }
    draw_thin(picture, row);
    if (row->names)
        draw_names(picture, row);
}

/* --- the band --------------------------------------------------------------------------------- */

static void draw_seam(FILE *stream, const struct nt_map_band *band, double y)
{
    double middle = NT_MAP_LEFT + NT_MAP_ROW / 2, half;
    struct nt_svg_place place = {.x = middle, .y = y + 14, .anchor = NT_SVG_MIDDLE, .style = "dim"};
    char text[64], size[32];

    if (band->gap)
        snprintf(text, sizeof(text), "%s free", nt_text_size(band->gap, size));
    else
        snprintf(text, sizeof(text), "next to it, at another scale");
    half = nt_svg_text(stream, &place, text) / 2 + 10;
    nt_svg_line(stream, "hair cut", NT_MAP_LEFT, y + 10, middle - half, y + 10);
    nt_svg_line(stream, "hair cut", middle + half, y + 10, NT_MAP_LEFT + NT_MAP_ROW, y + 10);
}

static void draw_scale(FILE *stream, const struct nt_map_band *band, double y)
{
    double right = NT_MAP_LEFT + NT_MAP_ROW, length;
    uint64_t bytes = 1;
    struct nt_svg_place place = {.y = y + 12, .anchor = NT_SVG_END, .style = "dim"};
    char size[32];

    while (bytes * 16 <= band->row_size)
        bytes *= 2;
    length = NT_MAP_ROW * (double)bytes / (double)band->row_size;
    place.x = right - length - 8;
    nt_svg_text(stream, &place, nt_text_size(bytes, size));
    nt_svg_line(stream, "rule", right - length, y + 8, right, y + 8);
    nt_svg_line(stream, "rule", right - length, y + 4, right - length, y + 12);
    nt_svg_line(stream, "rule", right, y + 4, right, y + 12);
}

static void draw_head(FILE *stream, const struct nt_map_band *band, double y)
{
    struct nt_svg_place place = {.x = NT_MAP_LEFT, .y = y + 12, .font = NT_SVG_BOLD};
    unsigned long long end = band->base + band->size;
    char text[128], size[32], number[32];

    place.x += nt_svg_text(stream, &place, nt_text_size(band->size, size)) + 10;
    place.font = NT_SVG_SMALL;
    place.style = "dim";
    snprintf(text, sizeof(text), "%s piece%s, 0x%llx to 0x%llx",
             nt_text_number(band->n_pieces, number), band->n_pieces == 1 ? "" : "s",
             (unsigned long long)band->base, end);
    nt_svg_text(stream, &place, text);
    draw_scale(stream, band, y);
}

void nt_map_draw_band(const struct nt_map_picture *picture, const struct nt_map_band *band,
                      double y)
{
    struct row row;

    if (band->first > 0) {
        draw_seam(picture->stream, band, y);
        y += SEAM;
    }
    draw_head(picture->stream, band, y);
    y += HEAD;
    for (unsigned i = 0; i < band->n_rows; i++) {
        row = make_row(picture->map, band, i, i ? &row : NULL);
        row.y = y + (row.names ? NAMES : 0);
        draw_row(picture, &row);
        y += row_height(&row);
    }
}
