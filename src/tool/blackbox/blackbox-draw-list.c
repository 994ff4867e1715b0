// SPDX-License-Identifier: MIT
/*
 * One list of a black box, drawn: its passes in order, those within others under them. A place on
 * the strip is an ordinal, so that a pass is as long as it has markers in it. More than a few
 * passes are drawn whole in a thin strip first, and under it those around the place where the GPU
 * stopped.
 */
#include <string.h>

#include "tool/blackbox/blackbox-draw.h"
#include "tool/kit/svg.h"
#include "tool/kit/text.h"

#define WHOLE    14u /* passes that are shown without enlarging a part */
#define WINDOW   24u /* ordinals in the enlarged part */
#define LAYER    24. /* height of a pass */
#define OVERVIEW 16.
#define LENS     14. /* between the two strips */
#define LAYERS   6u  /* passes within passes that are drawn */

struct span {
    const struct nt_blackbox_any_pass *passes;
    uint32_t n;
    uint32_t first, end;       /* ordinals of all of them, end behind the last */
    uint32_t from, to;         /* ordinals of the enlarged part */
    uint32_t working, waiting; /* where what is not finished begins, and what has not begun */
    uint32_t n_layers;
};

static uint32_t begin_of(const struct nt_blackbox_any_pass *pass)
{
    return pass->begin ? pass->begin : pass->end;
}

/* The ordinal behind a pass; one that never ends lasts to the end of the list. */
static uint32_t end_of(const struct span *span, const struct nt_blackbox_any_pass *pass)
{
    return pass->end ? pass->end + 1 : span->end;
}

/* The passes of a list: all are in order of lists. */
static void find_passes(const struct nt_blackbox_report *report, uint32_t list, struct span *span)
{
    uint32_t low = 0, high = report->n_all;

    if (report->n_all == 0)
        return;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (report->all[middle].list < list)
            low = middle + 1;
        else
            high = middle;
    }
    span->passes = report->all + low;
    while (low + span->n < report->n_all && report->all[low + span->n].list == list)
        span->n++;
}

static void measure(struct span *span)
{
    span->first = begin_of(&span->passes[0]);
    for (uint32_t i = 0; i < span->n; i++) {
        const struct nt_blackbox_any_pass *pass = &span->passes[i];
        uint32_t end = (pass->end ? pass->end : pass->begin) + 1;

        if (end > span->end)
            span->end = end;
    }
    span->working = span->waiting = span->end;
    for (uint32_t i = span->n; i-- > 0;) {
        const struct nt_blackbox_any_pass *pass = &span->passes[i];

        if (pass->state == NT_BLACKBOX_PASS_NOT_BEGUN)
            span->waiting = begin_of(pass);
    }
    /* The innermost of the passes in flight tells best where the GPU is. */
    span->working = span->waiting;
    for (uint32_t i = 0; i < span->n; i++)
        if (span->passes[i].state == NT_BLACKBOX_PASS_IN_FLIGHT &&
            (span->working == span->waiting || span->passes[i].depth > 0))
            span->working = begin_of(&span->passes[i]);
}

static void choose_part(struct span *span)
{
    span->from = span->first;
    span->to = span->end;
    if (span->n <= WHOLE || span->end - span->first <= WINDOW)
        return;
    if (span->working > span->first + WINDOW / 2)
        span->from = span->working - WINDOW / 2;
    if (span->end - span->from < WINDOW)
        span->from = span->end - WINDOW;
    span->to = span->from + WINDOW;
}

/* The layers of the passes that are in the enlarged part. */
static void count_layers(struct span *span)
{
    for (uint32_t i = 0; i < span->n; i++) {
        const struct nt_blackbox_any_pass *pass = &span->passes[i];

        if (pass->depth >= span->n_layers && begin_of(pass) < span->to &&
            end_of(span, pass) > span->from)
            span->n_layers = pass->depth + 1;
    }
    if (span->n_layers > LAYERS)
        span->n_layers = LAYERS;
}

/* Where an ordinal is on a strip of [from, to). */
static double place_of(uint32_t ordinal, uint32_t from, uint32_t to)
{
    if (ordinal <= from)
        return NT_BOX_LEFT;
    if (ordinal >= to)
        return NT_BOX_LEFT + NT_BOX_STRIP;
    return NT_BOX_LEFT + NT_BOX_STRIP * (double)(ordinal - from) / (double)(to - from);
}

/* --- the whole list, small -------------------------------------------------------------------- */

static void draw_share(FILE *stream, enum nt_blackbox_pass_state state, double x, double end,
                       double y, uint32_t n)
{
    static const char *const words[] = {"finished", "in flight", "not begun"};
    char text[64], number[32];

    if (end - x < .01)
        return;
    snprintf(text, sizeof(text), "%s %s", nt_text_number(n, number), words[state]);
    fprintf(stream, "<g class=\"p\"><title>%s</title>", text);
    nt_blackbox_box(stream, state, x, y, end - x, OVERVIEW);
    fputs("</g>\n", stream);
    if (nt_svg_width(text, NT_SVG_STRONG) + 8 <= end - x)
        nt_blackbox_label(stream, state, x, y, end - x, OVERVIEW, text);
}

static void draw_overview(struct nt_blackbox_drawing *drawing, const struct span *span)
{
    double working = place_of(span->working, span->first, span->end);
    double waiting = place_of(span->waiting, span->first, span->end);
    double from = place_of(span->from, span->first, span->end);
    double to = place_of(span->to, span->first, span->end), y = drawing->y;
    uint32_t counts[3] = {0};

    for (uint32_t i = 0; i < span->n; i++)
        counts[span->passes[i].state]++;
    if (waiting - working < 3 && counts[NT_BLACKBOX_PASS_IN_FLIGHT] > 0)
        waiting = working + 3;
    draw_share(drawing->stream, NT_BLACKBOX_PASS_FINISHED, NT_BOX_LEFT, working, y,
               counts[NT_BLACKBOX_PASS_FINISHED]);
    draw_share(drawing->stream, NT_BLACKBOX_PASS_NOT_BEGUN, waiting, NT_BOX_LEFT + NT_BOX_STRIP, y,
               counts[NT_BLACKBOX_PASS_NOT_BEGUN]);
    draw_share(drawing->stream, NT_BLACKBOX_PASS_IN_FLIGHT, working, waiting, y,
               counts[NT_BLACKBOX_PASS_IN_FLIGHT]);
    y += OVERVIEW;
    fprintf(drawing->stream, "<path class=\"lens\" d=\"M%s %sL%s %sL%s %sL%s %sZ\"/>\n",
            NT_SVG_N(from), NT_SVG_N(y + 1), NT_SVG_N(to), NT_SVG_N(y + 1),
            NT_SVG_N(NT_BOX_LEFT + NT_BOX_STRIP), NT_SVG_N(y + LENS - 1), NT_SVG_N(NT_BOX_LEFT),
            NT_SVG_N(y + LENS - 1));
    drawing->y = y + LENS;
}

/* --- passes, large ---------------------------------------------------------------------------- */

static void tell_pass(const struct nt_blackbox_drawing *drawing, const char *name,
                      const struct nt_blackbox_any_pass *pass)
{
    static const char *const words[] = {"finished", "in flight: begun and not ended", "not begun"};
    FILE *stream = drawing->stream;

    fputs("<title>", stream);
    nt_svg_escape(stream, name);
    fprintf(stream, "\n%s\n", words[pass->state]);
    if (pass->begin && pass->end)
        fprintf(stream, "markers %u to %u", pass->begin, pass->end);
    else if (pass->begin)
        fprintf(stream, "marker %u, without an end", pass->begin);
    else
        fprintf(stream, "ends with marker %u", pass->end);
    if (pass->depth > 0)
        fprintf(stream, ", %u pass%s around it", pass->depth, pass->depth == 1 ? "" : "es");
    fputs("</title>", stream);
}

static void draw_passes(struct nt_blackbox_drawing *drawing, const struct span *span)
{
    char name[NT_BLACKBOX_TEXT];

    for (uint32_t i = 0; i < span->n; i++) {
        const struct nt_blackbox_any_pass *pass = &span->passes[i];
        double x = place_of(begin_of(pass), span->from, span->to);
        double width = place_of(end_of(span, pass), span->from, span->to) - x;
        double y = drawing->y + pass->depth * LAYER;

        if (width < .01 || pass->depth >= LAYERS)
            continue;
        nt_blackbox_name_of(drawing->report, pass->name, name);
        fputs("<g class=\"p\">", drawing->stream);
        tell_pass(drawing, name, pass);
        nt_blackbox_box(drawing->stream, pass->state, x, y, width, LAYER - 2);
        fputs("</g>\n", drawing->stream);
        nt_blackbox_label(drawing->stream, pass->state, x, y, width, LAYER - 2, name);
    }
    drawing->y += span->n_layers * LAYER;
}

/* What the GPU itself wrote, and of which passes the strip is. */
static void draw_words(struct nt_blackbox_drawing *drawing,
                       const struct nt_blackbox_list_report *list, const struct span *span)
{
    uint32_t in = NTSHM_BLACKBOX_VALUE_ORDINAL(list->marker_in);
    uint32_t out = NTSHM_BLACKBOX_VALUE_ORDINAL(list->marker_out);
    struct nt_svg_place place = {
        .x = NT_BOX_LEFT, .y = drawing->y + 11, .room = NT_BOX_STRIP, .style = "dim"};
    char text[3 * NT_BLACKBOX_TEXT], name[2][NT_BLACKBOX_TEXT];
    int n;

    if (list->marker_in == 0)
        n = snprintf(text, sizeof(text), "The GPU has not begun the list.");
    else if (in == 0)
        n = snprintf(text, sizeof(text), "The GPU has begun the list and no pass of it.");
    else
        n = snprintf(text, sizeof(text), "The GPU wrote: began %u \"%s\"", in,
                     nt_blackbox_name_of(drawing->report,
                                         NTSHM_BLACKBOX_VALUE_NAME(list->marker_in), name[0]));
    if (in > 0 && out > 0)
        n += snprintf(text + n, sizeof(text) - (size_t)n, ", ended %u \"%s\".", out,
                      nt_blackbox_name_of(drawing->report,
                                          NTSHM_BLACKBOX_VALUE_NAME(list->marker_out), name[1]));
    else if (in > 0)
        n += snprintf(text + n, sizeof(text) - (size_t)n, ", ended none.");
    if (span->to - span->from < span->end - span->first)
        snprintf(text + n, sizeof(text) - (size_t)n, "  Shown: markers %u to %u of %u.", span->from,
                 span->to - 1, span->end - 1);
    nt_svg_text(drawing->stream, &place, text);
    drawing->y += 18;
}

static void draw_side(struct nt_blackbox_drawing *drawing,
                      const struct nt_blackbox_list_report *list)
{
    struct nt_svg_place place = {.x = NT_BOX_MARGIN,
                                 .y = drawing->y + 12,
                                 .room = NT_BOX_LEFT - NT_BOX_MARGIN - 12,
                                 .font = NT_SVG_BOLD,
                                 .keep_end = true};
    char text[96], name[NT_BLACKBOX_TEXT], number[2][32];

    nt_svg_text(drawing->stream, &place, nt_blackbox_name_of(drawing->report, list->name, name));
    place.font = NT_SVG_SMALL;
    place.style = "dim";
    place.y += 14;
    snprintf(text, sizeof(text), "fence %s", nt_text_number(list->fence_value, number[0]));
    nt_svg_text(drawing->stream, &place, text);
    place.y += 13;
    snprintf(text, sizeof(text), "%s of %s finished", nt_text_number(list->n_finished, number[0]),
             nt_text_number(list->n_passes, number[1]));
    nt_svg_text(drawing->stream, &place, text);
}

void nt_blackbox_draw_list(struct nt_blackbox_drawing *drawing, uint32_t index)
{
    const struct nt_blackbox_list_report *list = &drawing->report->lists[index];
    struct span span = {0};
    double top = drawing->y;

    draw_side(drawing, list);
    find_passes(drawing->report, index, &span);
    if (span.n > 0) {
        measure(&span);
        choose_part(&span);
        count_layers(&span);
        if (span.to - span.from < span.end - span.first)
            draw_overview(drawing, &span);
        draw_passes(drawing, &span);
    }
    draw_words(drawing, list, &span);
    if (drawing->y < top + 46)
        drawing->y = top + 46;
    drawing->y += 10;
}
