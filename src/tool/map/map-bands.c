// SPDX-License-Identifier: MIT
/*
 * Cutting an address space into bands; see map-bands.h.
 *
 * First at gaps: the narrowest that may stay inside a band grows until there are few enough
 * bands. Then at giants: where pieces take more than an eighth of a band each, and what lies
 * between them is tiny, they become bands of their own.
 */
#include "tool/map/map-bands.h"

#include <string.h>

#define FIRST_BANDS  16u          /* so many may be made by gaps */
#define SMALLEST_GAP (256u << 10) /* that begins a new band */
#define GIANT        (4u << 20)   /* a piece is none below */
#define TOGETHER     3u           /* so many small pieces are a band of their own */
#define PAGE         4096u
#define SMALLEST_ROW 16u /* pages: one page is never drawn as if it were a lot */

static uint64_t end_of(const struct nt_map_piece *piece)
{
    uint64_t end = piece->base + piece->size;

    return end < piece->base ? UINT64_MAX : end;
}

/* Free bytes before piece @i. */
static uint64_t gap_before(const struct nt_map *map, size_t i)
{
    uint64_t end = end_of(&map->pieces[i - 1]);

    return map->pieces[i].base > end ? map->pieces[i].base - end : 0;
}

static size_t count_gaps(const struct nt_map *map, uint64_t wide)
{
    size_t n = 0;

    for (size_t i = 1; i < map->n_pieces; i++)
        n += gap_before(map, i) >= wide;
    return n;
}

static struct nt_map_band *add_band(struct nt_map_bands *bands, const struct nt_map *map,
                                    size_t first, size_t n)
{
    struct nt_map_band *band = &bands->bands[bands->n_bands++];

    *band =
        (struct nt_map_band){.base = map->pieces[first].base,
                             .size = end_of(&map->pieces[first + n - 1]) - map->pieces[first].base,
                             .gap = first > 0 ? gap_before(map, first) : 0,
                             .first = first,
                             .n_pieces = n};
    if (band->size == 0)
        band->size = 1;
    return band;
}

static void cut_at_gaps(const struct nt_map *map, struct nt_map_bands *bands)
{
    uint64_t wide = SMALLEST_GAP;
    size_t first = 0;

    while (count_gaps(map, wide) >= FIRST_BANDS)
        wide *= 2;
    for (size_t i = 1; i <= map->n_pieces; i++)
        if (i == map->n_pieces || gap_before(map, i) >= wide) {
            add_band(bands, map, first, i - first);
            first = i;
        }
}

/* --- giants ----------------------------------------------------------------------------------- */

static bool is_giant(const struct nt_map_band *band, const struct nt_map_piece *piece)
{
    return piece->size >= GIANT && piece->size >= band->size / 8;
}

/* How many of the pieces from @i on are of one part: giants with the few pieces between them, or
 * several others that lie together. */
static size_t part_at(const struct nt_map *map, const struct nt_map_band *band, size_t i,
                      bool *ret_giants)
{
    size_t end = band->first + band->n_pieces, n = 0, n_others = 0;

    *ret_giants = false;
    for (; i + n < end; n++) {
        bool giant = is_giant(band, &map->pieces[i + n]);

        if (giant && !*ret_giants && n_others >= TOGETHER)
            return n;
        if (!giant && *ret_giants && n_others + 1 >= TOGETHER)
            return n - n_others;
        *ret_giants |= giant;
        n_others = giant ? 0 : n_others + 1;
    }
    return n;
}

/* How many bands @band would become when its giants stand alone; 1 when that shows no more. */
static size_t parts_of(const struct nt_map *map, const struct nt_map_band *band)
{
    size_t n_parts = 0, n_others = 0, end = band->first + band->n_pieces, n;
    uint64_t others = 0;
    bool giants;

    for (size_t i = band->first; i < end; i += n) {
        n = part_at(map, band, i, &giants);
        n_parts++;
        n_others += giants ? 0 : n;
        for (size_t k = i; !giants && k < i + n; k++)
            others += map->pieces[k].size;
    }
    /* Worth it when all of the others are hairs beside the giants. */
    if (n_others == 0 || (others > band->size / 10 && others / n_others > band->size / 200))
        return 1;
    return n_parts;
}

/* Puts the parts of @band at the end of @bands. */
static void cut_at_giants(const struct nt_map *map, const struct nt_map_band *band,
                          struct nt_map_bands *bands)
{
    size_t end = band->first + band->n_pieces, n;
    bool giants;

    for (size_t i = band->first; i < end; i += n) {
        n = part_at(map, band, i, &giants);
        add_band(bands, map, i, n);
    }
}

/* One round over all bands. Return: whether one of them was cut. */
static bool cut_giants(const struct nt_map *map, struct nt_map_bands *bands)
{
    struct nt_map_bands cut = {.n_bands = 0};

    for (size_t i = 0; i < bands->n_bands; i++) {
        const struct nt_map_band *band = &bands->bands[i];
        size_t n_parts = parts_of(map, band), rest = bands->n_bands - i - 1;

        if (n_parts > 1 && cut.n_bands + n_parts + rest <= NT_MAP_MAX_BANDS)
            cut_at_giants(map, band, &cut);
        else
            cut.bands[cut.n_bands++] = *band;
    }
    if (cut.n_bands == bands->n_bands)
        return false;
    memcpy(bands, &cut, sizeof(cut));
    return true;
}

/* --- rows ------------------------------------------------------------------------------------- */

/* The smallest 4, 5, 6 or 7 times a power of two of pages. */
static uint64_t round_row(uint64_t size)
{
    for (unsigned shift = 2; shift < 50; shift++)
        for (uint64_t n = SMALLEST_ROW / 4; n < 8; n++)
            if (n * PAGE << shift >= size)
                return n * PAGE << shift;
    return size;
}

static uint64_t power_row(uint64_t size)
{
    uint64_t row = SMALLEST_ROW * PAGE;

    while (row < size && row < UINT64_C(1) << 62)
        row *= 2;
    return row;
}

static void set_rows(struct nt_map_band *band, size_t n_rows)
{
    if (n_rows > band->size / (SMALLEST_ROW * PAGE))
        n_rows = (size_t)(band->size / (SMALLEST_ROW * PAGE));
    band->row_size = n_rows > 1 ? power_row((band->size - 1) / n_rows + 1) : round_row(band->size);
    band->n_rows = (unsigned)((band->size - 1) / band->row_size + 1);
}

/* Rows as a band's pieces need them to be seen, fewer when all together would be too many. */
static void choose_rows(struct nt_map_bands *bands)
{
    static const size_t steps[] = {8, 12, 20, 40, 80, 200, 800, 4000, 20000, SIZE_MAX};
    unsigned n_rows;

    for (size_t step = 0; step < sizeof(steps) / sizeof(steps[0]); step++) {
        n_rows = 0;
        for (size_t i = 0; i < bands->n_bands; i++) {
            struct nt_map_band *band = &bands->bands[i];
            size_t wanted = (band->n_pieces - 1) / steps[step] + 1;

            set_rows(band, wanted < 32 ? wanted : 32);
            n_rows += band->n_rows;
        }
        if (n_rows <= NT_MAP_MAX_ROWS)
            return;
    }
}

void nt_map_find_bands(const struct nt_map *map, struct nt_map_bands *ret_bands)
{
    ret_bands->n_bands = 0;
    if (map->n_pieces == 0)
        return;
    cut_at_gaps(map, ret_bands);
    while (cut_giants(map, ret_bands))
        continue;
    choose_rows(ret_bands);
}
