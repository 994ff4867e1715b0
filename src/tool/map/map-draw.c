// SPDX-License-Identifier: MIT
/*
 * The picture of a map: title, overview, legend, then the bands from the lowest address to the
 * highest.
 *
 * The overview has four bars of one length: what there is of addresses, committed memory, memory
 * in use and private memory, each divided among the kinds. The legend is a table at the same time:
 * VMMap's, a line a kind. Colours are told apart by people who see red and green alike, and states
 * by patterns: hatched is reserved, crossed a guard.
 */
#include "tool/map/map-draw.h"
#include "tool/kit/svg.h"
#include "tool/kit/text.h"
#include "util/macro.h"

#include <errno.h>
#include <stdlib.h>

#define HEAD_HEIGHT 66.
#define BAR_PITCH   36.
#define BAR_HEIGHT  24.
#define LINE        18. /* of the legend */
#define FOOT        24.

/* --- colours ---------------------------------------------------------------------------------- */

static const char *const colors[NT_MAP_N_KINDS] = {
    [NT_MAP_IMAGE] = "#cc79a7",    [NT_MAP_VIEW] = "#0072b2",   [NT_MAP_FILE] = "#56b4e9",
    [NT_MAP_PRIVATE] = "#f0e442",  [NT_MAP_LARGE] = "#009e73",  [NT_MAP_HEAP] = "#d55e00",
    [NT_MAP_STACK] = "#e69f00",    [NT_MAP_DEVICE] = "#5b3f99", [NT_MAP_PLACEHOLDER] = "#9a6b2f",
    [NT_MAP_RESERVED] = "#8b949e", [NT_MAP_OWN] = "#5f6873",    [NT_MAP_SYSTEM] = "#c3c9cf",
};

static bool is_dark(enum nt_map_kind kind)
{
    return kind == NT_MAP_VIEW || kind == NT_MAP_DEVICE || kind == NT_MAP_OWN ||
           kind == NT_MAP_PLACEHOLDER;
}

/* The classes of kinds: k for memory, r for what is reserved, on for text within. */
static char *make_style(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    if (!stream)
        return NULL;
    for (unsigned kind = 0; kind < NT_MAP_N_KINDS; kind++)
        fprintf(
            stream,
            ".k%u{fill:%s}.r%u{fill:url(#h%u);stroke:%s;stroke-width:.75}.h%u{stroke:%s}"
            ".on%u{fill:%s;paint-order:stroke;stroke:%s;stroke-width:3px;stroke-linejoin:round}\n",
            kind, colors[kind], kind, kind, colors[kind], kind, colors[kind], kind,
            is_dark((enum nt_map_kind)kind) ? "#ffffff" : "#16191d", colors[kind]);
    fprintf(
        stream,
        ".r%u{stroke-dasharray:3 2}\n"
        ".s{stroke:#ffffff;stroke-width:.75}.o%u{fill:url(#stripes)}.o%u{fill:url(#dots)}"
        ".guard{fill:url(#guard)}.gl{stroke:#b00020;stroke-width:1.5}.gr{fill:#b00020}"
        ".over{stroke:#000000;stroke-opacity:.25}.dot{fill:#ffffff;fill-opacity:.4}"
        ".ram{fill:#24292f}.cut{stroke-dasharray:6 4}\n"
        ".halo{paint-order:stroke;stroke:#f3f4f6;stroke-width:4px;stroke-linejoin:round}\n"
        ".p:hover rect{stroke:#000000;stroke-width:2}\n"
        "@media (prefers-color-scheme:dark){.s{stroke:#14171c}.ram{fill:#e6e9ed}"
        ".halo{stroke:#20252c}.gl{stroke:#ff7b8a}.gr{fill:#ff7b8a}.p:hover rect{stroke:#ffffff}}\n",
        (unsigned)NT_MAP_PLACEHOLDER, (unsigned)NT_MAP_LARGE, (unsigned)NT_MAP_DEVICE);
    if (fclose(stream) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

static void draw_patterns(FILE *stream)
{
    static const char head[] = "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(%d)\" "
                               "width=\"6\" height=\"6\"";

    fputs("<defs>\n", stream);
    for (unsigned kind = 0; kind < NT_MAP_N_KINDS; kind++) {
        fprintf(stream, "<pattern id=\"h%u\" ", kind);
        fprintf(stream, head, kind == NT_MAP_PLACEHOLDER ? -45 : 45);
        fprintf(stream, "><path class=\"h%u\" d=\"M1 0V6\" stroke-width=\"%s\"/></pattern>\n", kind,
                kind == NT_MAP_PLACEHOLDER || kind == NT_MAP_RESERVED ? "1.2" : "2.4");
    }
    fputs("<pattern id=\"stripes\" patternUnits=\"userSpaceOnUse\" width=\"8\" height=\"8\">"
          "<path class=\"over\" d=\"M.5 0V8\"/></pattern>\n"
          "<pattern id=\"dots\" patternUnits=\"userSpaceOnUse\" width=\"6\" height=\"6\">"
          "<circle class=\"dot\" cx=\"3\" cy=\"3\" r=\"1\"/></pattern>\n"
          "<pattern id=\"guard\" patternUnits=\"userSpaceOnUse\" width=\"7\" height=\"7\">"
          "<path class=\"gl\" d=\"M0 0L7 7M7 0L0 7\"/></pattern>\n</defs>\n",
          stream);
}

void nt_map_fill(FILE *stream, enum nt_map_kind kind, bool reserved, double x, double y,
                 double width, double height, uint64_t from, uint64_t to)
{
    bool bordered = !reserved && width >= 3 && height >= 10; /* else it would be all border */

    fprintf(stream, "<rect class=\"%s%u%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"",
            reserved ? "r" : "k", (unsigned)kind, bordered ? " s" : "", NT_SVG_N(x), NT_SVG_N(y),
            NT_SVG_N(width), NT_SVG_N(height));
    if (from != to)
        fprintf(stream, " data-from=\"%llx\" data-to=\"%llx\"", (unsigned long long)from,
                (unsigned long long)to);
    fputs("/>", stream);
    if (bordered && (kind == NT_MAP_LARGE || kind == NT_MAP_DEVICE))
        fprintf(stream, "<rect class=\"o%u\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"/>",
                (unsigned)kind, NT_SVG_N(x), NT_SVG_N(y), NT_SVG_N(width), NT_SVG_N(height));
}

/* --- the overview ----------------------------------------------------------------------------- */

struct bar {
    const char *title;
    uint64_t (*part)(const struct nt_map_total *total);
    bool divided; /* the reserved part of each kind is shown as such */
};

static uint64_t size_of(const struct nt_map_total *total)
{
    return total->size;
}

static uint64_t committed_of(const struct nt_map_total *total)
{
    return total->committed;
}

static uint64_t resident_of(const struct nt_map_total *total)
{
    return total->resident;
}

static uint64_t private_of(const struct nt_map_total *total)
{
    return total->private_bytes;
}

static const struct bar bars[] = {
    {"Address space", size_of, true},
    {"Committed", committed_of, false},
    {"In memory", resident_of, false},
    {"Private", private_of, false},
};

/* The sum of the kinds, so that a bar is full whatever the total says. */
static uint64_t sum_of(const struct nt_map *map, const struct bar *bar)
{
    uint64_t sum = 0;

    for (unsigned kind = 0; kind < NT_MAP_N_KINDS; kind++)
        sum += bar->part(&map->totals[kind]);
    return sum;
}

static void draw_share(FILE *stream, enum nt_map_kind kind, uint64_t bytes, double x, double y,
                       double width, uint64_t reserved)
{
    struct nt_svg_place place = {.x = x + width / 2,
                                 .y = y + BAR_HEIGHT / 2 + 4,
                                 .room = width - 8,
                                 .anchor = NT_SVG_MIDDLE};
    double solid = width * (1 - (double)reserved / (double)bytes);
    char text[128], size[2][32], style[16];
    bool hatched = reserved > bytes / 2;

    nt_text_size(bytes, size[0]);
    fprintf(stream, "<g class=\"p\"><title>%s: %s", nt_map_kind_title(kind), size[0]);
    if (reserved > 0 && reserved < bytes)
        fprintf(stream, ", of it %s reserved", nt_text_size(reserved, size[1]));
    fputs("</title>", stream);
    if (reserved < bytes)
        nt_map_fill(stream, kind, false, x, y, solid, BAR_HEIGHT, 0, 0);
    if (reserved > 0)
        nt_map_fill(stream, kind, true, x + solid, y, width - solid, BAR_HEIGHT, 0, 0);
    fputs("</g>\n", stream);
    if (width < 20)
        return;
    /* Text keeps off the border between the two parts. */
    place.x = hatched ? x + (solid + width) / 2 : x + solid / 2;
    place.room = (hatched ? width - solid : solid) - 8;
    snprintf(style, sizeof(style), hatched ? "halo" : "on%u", (unsigned)kind);
    place.style = style;
    snprintf(text, sizeof(text), "%s  %s", nt_map_kind_title(kind), size[0]);
    if (nt_svg_whole_text(stream, &place, text) == 0)
        nt_svg_whole_text(stream, &place, nt_map_kind_title(kind));
}

static void draw_bar(FILE *stream, const struct nt_map *map, const struct bar *bar, double y)
{
    struct nt_svg_place place = {.x = NT_MAP_MARGIN, .y = y + 10, .font = NT_SVG_BOLD};
    uint64_t sum = sum_of(map, bar);
    double x = NT_MAP_LEFT;
    char size[32];

    nt_svg_text(stream, &place, bar->title);
    place.y = y + 24;
    place.font = NT_SVG_TEXT;
    nt_svg_text(stream, &place, nt_text_size(sum, size));
    nt_svg_rect(stream, "field", NT_MAP_LEFT, y, NT_MAP_ROW, BAR_HEIGHT);
    for (unsigned kind = 0; kind < NT_MAP_N_KINDS; kind++) {
        const struct nt_map_total *total = &map->totals[kind];
        uint64_t bytes = bar->part(total), reserved = bar->divided ? total->reserved : 0;
        double width = sum ? NT_MAP_ROW * (double)bytes / (double)sum : 0;

        if (bytes > 0)
            draw_share(stream, (enum nt_map_kind)kind, bytes, x, y, width,
                       reserved < bytes ? reserved : bytes);
        x += width;
    }
}

/* --- the legend ------------------------------------------------------------------------------- */

/* Numbers of a line of the legend; each column ends at its x. */
static void draw_numbers(FILE *stream, const struct nt_map_total *total, enum nt_svg_font font,
                         double y)
{
    const uint64_t numbers[] = {total->size,         total->committed, total->reserved,
                                total->resident,     total->dirty,     total->private_bytes,
                                total->proportional, total->swapped,   total->largest};
    struct nt_svg_place place = {.y = y, .anchor = NT_SVG_END, .font = font};
    char text[32];

    place.x = 256;
    nt_svg_text(stream, &place, nt_text_number(total->pieces, text));
    for (size_t i = 0; i < NT_ARRAY_SIZE(numbers); i++) {
        place.x = 356 + 100 * (double)i;
        place.style = numbers[i] ? "" : "dim";
        nt_svg_text(stream, &place, numbers[i] ? nt_text_size(numbers[i], text) : "0");
    }
}

static size_t n_kinds(const struct nt_map *map)
{
    size_t n = 0;

    for (unsigned kind = 0; kind < NT_MAP_N_KINDS; kind++)
        n += map->totals[kind].pieces > 0;
    return n;
}

static void draw_legend(FILE *stream, const struct nt_map *map, double y)
{
    static const char *const heads[] = {"Pieces",  "Size",    "Committed", "Reserved", "In memory",
                                        "Changed", "Private", "Share",     "Swapped",  "Largest"};
    struct nt_svg_place place = {.y = y + 12, .anchor = NT_SVG_END, .style = "dim"};

    for (size_t i = 0; i < NT_ARRAY_SIZE(heads); i++) {
        place.x = 256 + 100 * (double)i;
        nt_svg_text(stream, &place, heads[i]);
    }
    nt_svg_line(stream, "hair", NT_MAP_MARGIN, y + 17, NT_MAP_WIDTH - NT_MAP_MARGIN, y + 17);
    y += LINE + 2;
    place = (struct nt_svg_place){.x = NT_MAP_MARGIN + 30, .font = NT_SVG_TEXT};
    for (unsigned kind = 0; kind < NT_MAP_N_KINDS; kind++) {
        if (map->totals[kind].pieces == 0)
            continue;
        nt_map_fill(stream, (enum nt_map_kind)kind,
                    kind == NT_MAP_RESERVED || kind == NT_MAP_PLACEHOLDER, NT_MAP_MARGIN, y + 2, 22,
                    13, 0, 0);
        place.y = y + 13;
        nt_svg_text(stream, &place, nt_map_kind_title((enum nt_map_kind)kind));
        draw_numbers(stream, &map->totals[kind], NT_SVG_TEXT, y + 13);
        y += LINE;
    }
    nt_svg_line(stream, "hair", NT_MAP_MARGIN, y + 1, NT_MAP_WIDTH - NT_MAP_MARGIN, y + 1);
    place = (struct nt_svg_place){.x = NT_MAP_MARGIN + 30, .y = y + 15, .font = NT_SVG_BOLD};
    nt_svg_text(stream, &place, "Total");
    draw_numbers(stream, &map->total, NT_SVG_BOLD, y + 15);
}

/* What the patterns mean, in one line. */
static void draw_marks(FILE *stream, double y)
{
    struct nt_svg_place place = {.x = NT_MAP_MARGIN + 30, .y = y + 11, .style = "dim"};

    nt_map_fill(stream, NT_MAP_VIEW, true, NT_MAP_MARGIN, y, 22, 13, 0, 0);
    place.x += nt_svg_text(stream, &place, "hatched: reserved, without memory") + 24;
    nt_map_fill(stream, NT_MAP_STACK, false, place.x, y, 22, 13, 0, 0);
    nt_svg_rect(stream, "guard", place.x, y, 22, 13);
    place.x += 30;
    place.x += nt_svg_text(stream, &place, "guard page") + 24;
    nt_map_fill(stream, NT_MAP_FILE, false, place.x, y - 2, 22, 11, 0, 0);
    nt_svg_rect(stream, "ram", place.x, y + 10, 14, 3);
    place.x += 30;
    place.x += nt_svg_text(stream, &place, "line below: the share that is in memory") + 24;
    nt_map_fill(stream, NT_MAP_IMAGE, false, place.x, y, 4, 8, 0, 0);
    nt_map_fill(stream, NT_MAP_PRIVATE, false, place.x, y + 8, 4, 5, 0, 0);
    place.x += 12;
    nt_svg_text(
        stream, &place,
        "several small pieces, each kind as high as its share; each band has its own scale");
}

/* --- the whole -------------------------------------------------------------------------------- */

static double overview_height(const struct nt_map *map)
{
    size_t n_bars = NT_ARRAY_SIZE(bars);

    return HEAD_HEIGHT + BAR_PITCH * (double)n_bars + 8 + LINE * ((double)n_kinds(map) + 2) + 36;
}

static void draw_overview(FILE *stream, const struct nt_map *map, const char *title)
{
    struct nt_svg_place place = {
        .x = NT_MAP_MARGIN, .y = 34, .room = NT_MAP_WIDTH - 2 * NT_MAP_MARGIN, .font = NT_SVG_HEAD};
    char text[320], source[192], time[40];
    double y = HEAD_HEIGHT;

    nt_svg_text(stream, &place, title);
    place.y = 52;
    place.font = NT_SVG_TEXT;
    place.style = "dim";
    snprintf(text, sizeof(text), "%s, %s", nt_text_time(map->taken_ns, time),
             nt_map_source_text(map, source));
    nt_svg_text(stream, &place, text);
    for (size_t i = 0; i < NT_ARRAY_SIZE(bars); i++, y += BAR_PITCH)
        draw_bar(stream, map, &bars[i], y);
    y += 8;
    draw_legend(stream, map, y);
    draw_marks(stream, y + LINE * ((double)n_kinds(map) + 2) + 10);
}

int nt_map_draw_page(const struct nt_map *map, FILE *stream, bool embedded)
{
    struct nt_map_picture picture = {.stream = stream, .map = map, .linked = embedded};
    char title[128], about[128], number[32];
    struct nt_map_bands bands;
    double y = overview_height(map), height;
    char *style = make_style();

    if (!style)
        return -ENOMEM;
    nt_map_find_bands(map, &bands);
    height = y + FOOT;
    for (size_t i = 0; i < bands.n_bands; i++)
        height += nt_map_band_height(map, &bands.bands[i]);
    snprintf(title, sizeof(title), "%s, process %lld: address space", map->command,
             (long long)map->pid);
    snprintf(about, sizeof(about), "%s pieces of memory, drawn to scale by address",
             nt_text_number(map->n_pieces, number));
    nt_svg_begin(stream, NT_MAP_WIDTH, height, title, about, style, embedded);
    free(style);
    draw_patterns(stream);
    draw_overview(stream, map, title);
    for (size_t i = 0; i < bands.n_bands; i++) {
        nt_map_draw_band(&picture, &bands.bands[i], y);
        y += nt_map_band_height(map, &bands.bands[i]);
    }
    return nt_svg_end(stream);
}

int nt_map_draw_svg(const struct nt_map *map, FILE *stream)
{
    return nt_map_draw_page(map, stream, false);
}
