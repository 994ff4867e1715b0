// SPDX-License-Identifier: MIT
/*
 * The picture of a black box: what it says in one line, what the colours mean, then queue by queue,
 * and at the end the lists that no queue was given yet. See blackbox-draw.h.
 */
#include "tool/blackbox/blackbox-draw.h"
#include "tool/kit/svg.h"
#include "tool/kit/text.h"
#include "util/macro.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TOLD 6u /* passes in flight that the headline names */
#define CHIP     18.

static const char style[] =
    ".w0{fill:#00835f}.w1{fill:#f08a3c}.w2{fill:#f3f4f6;stroke:#8b949e;stroke-dasharray:3 2}\n"
    ".w0,.w1{stroke:#ffffff;stroke-width:.75}.w1o{fill:url(#busy)}.bar{stroke:#16191d;"
    "stroke-opacity:.16;stroke-width:3}\n"
    ".n0{fill:#ffffff}.n1{fill:#16191d}.n2{fill:#59636e}\n"
    ".lens{fill:#59636e;fill-opacity:.14}.seen{stroke:#1b1f24;stroke-width:2}"
    ".bad{fill:#b00020}.told{fill:#fff1e6;stroke:#d55e00}.calm{fill:#e8f5f0;stroke:#00835f}\n"
    ".p:hover rect{stroke:#000000;stroke-width:2}\n"
    "@media (prefers-color-scheme:dark){.w2{fill:#20252c}.w0,.w1{stroke:#14171c}.n2{fill:#c3c9cf}"
    ".seen{stroke:#e6e9ed}.bad{fill:#ff7b8a}.told{fill:#3a2412}.calm{fill:#10302a}"
    ".p:hover rect{stroke:#ffffff}}\n";

static const char patterns[] =
    "<defs><pattern id=\"busy\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\" "
    "width=\"9\" height=\"9\"><path class=\"bar\" d=\"M2 0V9\"/></pattern></defs>\n";

void nt_blackbox_box(FILE *stream, enum nt_blackbox_pass_state state, double x, double y,
                     double width, double height)
{
    static const char *const classes[] = {"w0", "w1", "w2"};

    nt_svg_rect(stream, classes[state], x, y, width, height);
    if (state == NT_BLACKBOX_PASS_IN_FLIGHT)
        nt_svg_rect(stream, "w1o", x, y, width, height);
}

void nt_blackbox_label(FILE *stream, enum nt_blackbox_pass_state state, double x, double y,
                       double width, double height, const char *text)
{
    static const char *const classes[] = {"n0", "n1", "n2"};
    struct nt_svg_place place = {.x = x + width / 2,
                                 .y = y + height / 2 + 4,
                                 .room = width - 6,
                                 .font = state == NT_BLACKBOX_PASS_IN_FLIGHT ? NT_SVG_STRONG
                                                                             : NT_SVG_SMALL,
                                 .anchor = NT_SVG_MIDDLE,
                                 .style = classes[state],
                                 .keep_end = true};

    if (width >= 16)
        nt_svg_text(stream, &place, text);
}

/* --- the headline ----------------------------------------------------------------------------- */

static void draw_told(struct nt_blackbox_drawing *drawing, const char *box, uint32_t n_lines)
{
    nt_svg_rect(drawing->stream, box, NT_BOX_MARGIN, drawing->y, NT_BOX_WIDTH - 2 * NT_BOX_MARGIN,
                14 + 18. * n_lines);
}

static void tell_line(struct nt_blackbox_drawing *drawing, enum nt_svg_font font, const char *text,
                      uint32_t line)
{
    struct nt_svg_place place = {.x = NT_BOX_MARGIN + 12,
                                 .y = drawing->y + 21 + 18. * line,
                                 .room = NT_BOX_WIDTH - 2 * NT_BOX_MARGIN - 24,
                                 .font = font};

    nt_svg_text(drawing->stream, &place, text);
}

/* The answer: what was in flight. */
static void draw_headline(struct nt_blackbox_drawing *drawing)
{
    const struct nt_blackbox_report *report = drawing->report;
    uint32_t n = report->n_passes < MAX_TOLD ? report->n_passes : MAX_TOLD;
    uint32_t n_lines = n + (report->n_passes > n) + (n == 0);
    char text[3 * NT_BLACKBOX_TEXT + 64], name[3][NT_BLACKBOX_TEXT];

    draw_told(drawing, n ? "told" : "calm", n_lines);
    if (n == 0)
        tell_line(drawing, NT_SVG_BOLD, "Nothing was in flight.", 0);
    for (uint32_t i = 0; i < n; i++) {
        const struct nt_blackbox_pass_report *pass = &report->passes[i];
        const struct nt_blackbox_list_report *list = &report->lists[pass->list];
        const struct nt_blackbox_queue_report *queue = nt_blackbox_queue_of(report, list->queue);

        snprintf(text, sizeof(text), "In flight: \"%s\" in list \"%s\" on queue \"%s\"",
                 nt_blackbox_name_of(report, pass->name, name[0]),
                 nt_blackbox_name_of(report, list->name, name[1]),
                 nt_blackbox_name_of(report, queue ? queue->name : 0, name[2]));
        tell_line(drawing, NT_SVG_BOLD, text, i);
    }
    if (report->n_passes > n) {
        snprintf(text, sizeof(text), "and %u more passes", report->n_passes - n);
        tell_line(drawing, NT_SVG_TEXT, text, n);
    }
    drawing->y += 14 + 18. * n_lines + 14;
}

/* A header field, cleaned. */
#define CLEAN(field, text) nt_text_clean((field), sizeof(field), (text), sizeof(text))

/* Whether it is seen as it runs, or as it was when somebody saved it. */
static const char *origin_text(const struct nt_blackbox_report *report,
                               const struct nt_blackbox_origin *origin, char *text, size_t size)
{
    char time[40];

    if (origin->live)
        snprintf(text, size, ", live, its recorder %s",
                 origin->recorder_alive ? "runs" : "is gone");
    else if (report->header.saved_unix_ns)
        snprintf(text, size, ", saved %s", nt_text_time(report->header.saved_unix_ns, time));
    else
        snprintf(text, size, ", a raw copy");
    return text;
}

static void draw_title(struct nt_blackbox_drawing *drawing, const struct nt_blackbox_origin *origin,
                       const char *title)
{
    const struct ntshm_blackbox_header *header = &drawing->report->header;
    struct nt_svg_place place = {
        .x = NT_BOX_MARGIN, .y = 34, .room = NT_BOX_WIDTH - 2 * NT_BOX_MARGIN, .font = NT_SVG_HEAD};
    char driver[3 * sizeof(header->driver) + 1], text[1024], time[40], number[32], from[80];
    int n;

    nt_svg_text(drawing->stream, &place, title);
    place.font = NT_SVG_TEXT;
    place.style = "dim";
    place.y = 52;
    n = snprintf(text, sizeof(text), "%s", nt_blackbox_state_text(drawing->report));
    if (header->state == NTSHM_BLACKBOX_REMOVED)
        n += snprintf(text + n, sizeof(text) - (size_t)n, ": %s (0x%08x)",
                      nt_text_removed_reason(header->removed_reason), header->removed_reason);
    snprintf(text + n, sizeof(text) - (size_t)n, "%s, %s passes finished, since %s, %s",
             origin_text(drawing->report, origin, from, sizeof(from)),
             nt_text_number(drawing->report->passes_finished, number),
             nt_text_time(header->created_unix_ns, time), CLEAN(header->driver, driver));
    nt_svg_text(drawing->stream, &place, text);
    drawing->y = 66;
}

static void draw_legend(struct nt_blackbox_drawing *drawing)
{
    static const char *const words[] = {"finished", "in flight: begun and not ended", "not begun"};
    struct nt_svg_place place = {.x = NT_BOX_MARGIN, .y = drawing->y + 11, .style = "dim"};

    for (unsigned state = 0; state < NT_ARRAY_SIZE(words); state++) {
        nt_blackbox_box(drawing->stream, (enum nt_blackbox_pass_state)state, place.x, drawing->y,
                        22, 13);
        place.x += 30;
        place.x += nt_svg_text(drawing->stream, &place, words[state]) + 26;
    }
    nt_svg_line(drawing->stream, "seen", place.x + 4, drawing->y - 2, place.x + 4, drawing->y + 15);
    place.x += 14;
    place.x += nt_svg_text(drawing->stream, &place, "the fence was seen up to here") + 26;
    nt_svg_text(drawing->stream, &place,
                "left to right is order, not time; a pass is as long as "
                "it has markers in it");
    drawing->y += 28;
}

/* --- what was not submitted, and what does not fit -------------------------------------------- */

/* The names of lists as chips, in as many rows as they take, three at most. */
static void draw_recorded(struct nt_blackbox_drawing *drawing)
{
    const struct nt_blackbox_report *report = drawing->report;
    struct nt_svg_place place = {.x = NT_BOX_MARGIN, .y = drawing->y + 20, .font = NT_SVG_BOLD};
    double x = NT_BOX_LEFT, end = NT_BOX_LEFT + NT_BOX_STRIP, width;
    char text[NT_BLACKBOX_TEXT];
    uint32_t n = 0, rows = 1;

    for (uint32_t i = 0; i < report->n_lists; i++)
        n += report->lists[i].progress == NT_BLACKBOX_PROGRESS_RECORDED;
    if (n == 0)
        return;
    nt_svg_line(drawing->stream, "hair", NT_BOX_MARGIN, drawing->y, NT_BOX_WIDTH - NT_BOX_MARGIN,
                drawing->y);
    nt_svg_text(drawing->stream, &place, "Not submitted yet");
    drawing->y += 8;
    for (uint32_t i = 0; i < report->n_lists && n > 0; i++) {
        if (report->lists[i].progress != NT_BLACKBOX_PROGRESS_RECORDED)
            continue;
        nt_blackbox_name_of(report, report->lists[i].name, text);
        width = nt_svg_width(text, NT_SVG_SMALL) + 16;
        if (width > 200)
            width = 200;
        if (x + width > end - (rows == 3 ? 120 : 0)) {
            if (rows == 3)
                break;
            rows++;
            x = NT_BOX_LEFT;
            drawing->y += CHIP + 4;
        }
        nt_blackbox_box(drawing->stream, NT_BLACKBOX_PASS_NOT_BEGUN, x, drawing->y, width, CHIP);
        nt_blackbox_label(drawing->stream, NT_BLACKBOX_PASS_NOT_BEGUN, x, drawing->y, width, CHIP,
                          text);
        x += width + 6;
        n--;
    }
    if (n > 0) {
        place = (struct nt_svg_place){.x = x + 4, .y = drawing->y + 13, .style = "dim"};
        snprintf(text, sizeof(text), "and %u more", n);
        nt_svg_text(drawing->stream, &place, text);
    }
    drawing->y += CHIP + 14;
}

static void draw_notes(struct nt_blackbox_drawing *drawing)
{
    const struct nt_blackbox_report *report = drawing->report;
    const struct ntshm_blackbox_header *header = &report->header;
    struct nt_svg_place place = {.x = NT_BOX_MARGIN,
                                 .y = drawing->y + 14,
                                 .room = NT_BOX_WIDTH - 2 * NT_BOX_MARGIN,
                                 .style = "dim"};
    char text[256], number[4][32];

    if (!header->passes_dropped && !header->names_dropped && !report->n_torn && !report->n_odd)
        return;
    snprintf(text, sizeof(text),
             "%s passes and %s names had no room, %s entries half written, %s contradictions",
             nt_text_number(header->passes_dropped, number[0]),
             nt_text_number(header->names_dropped, number[1]),
             nt_text_number(report->n_torn, number[2]), nt_text_number(report->n_odd, number[3]));
    nt_svg_text(drawing->stream, &place, text);
    drawing->y += 22;
}

/* --- the whole -------------------------------------------------------------------------------- */

static void draw_body(struct nt_blackbox_drawing *drawing, const struct nt_blackbox_origin *origin,
                      const char *title)
{
    draw_title(drawing, origin, title);
    draw_headline(drawing);
    draw_legend(drawing);
    for (uint32_t i = 0; i < drawing->report->n_queues; i++)
        nt_blackbox_draw_queue(drawing, &drawing->report->queues[i]);
    draw_recorded(drawing);
    draw_notes(drawing);
    drawing->y += 14;
}

int nt_blackbox_draw(FILE *stream, const struct nt_blackbox_report *report,
                     const struct nt_blackbox_origin *origin)
{
    char program[3 * sizeof(report->header.program) + 1], title[512], source[1024];
    struct nt_blackbox_drawing drawing = {.report = report};
    NT_CLEANUP(nt_freep) char *body = NULL;
    size_t size = 0;

    if (nt_blackbox_find_steps(report, &drawing.steps))
        return -ENOMEM;
    snprintf(title, sizeof(title), "%s, process %u: black box of the GPU's work",
             CLEAN(report->header.program, program), report->header.pid);
    nt_text_clean(origin->title, strlen(origin->title), source, sizeof(source));
    drawing.stream = open_memstream(&body, &size);
    if (drawing.stream)
        draw_body(&drawing, origin, title);
    free(drawing.steps.steps);
    if (!drawing.stream || ferror(drawing.stream) | (fclose(drawing.stream) != 0))
        return -ENOMEM;
    nt_svg_begin(stream, NT_BOX_WIDTH, drawing.y, title, source, style, false);
    fputs(patterns, stream);
    fwrite(body, 1, size, stream);
    return nt_svg_end(stream);
}
