// SPDX-License-Identifier: MIT
/*
 * One queue of a black box, drawn: the lists that it was given last, a box each, with the fence
 * value that ends them and a line where the fence was seen; then the lists that are not done.
 */
#include <string.h>

#include "tool/blackbox/blackbox-draw.h"
#include "tool/kit/svg.h"
#include "tool/kit/text.h"

#define MAX_STEPS 24u  /* of one queue */
#define MAX_LISTS 24u  /* that are drawn with their passes */
#define WIDEST    122. /* a step */
#define HEIGHT    22.

/* The last steps of the queue, oldest first. Return: how many. */
static size_t last_steps(const struct nt_blackbox_steps *steps, uint32_t queue,
                         const struct nt_blackbox_step **ret_steps)
{
    size_t n = 0;

    for (size_t i = steps->n_steps; i-- > 0 && n < MAX_STEPS;)
        if (steps->steps[i].queue == queue)
            ret_steps[n++] = &steps->steps[i];
    for (size_t i = 0; i < n / 2; i++) {
        const struct nt_blackbox_step *step = ret_steps[i];

        ret_steps[i] = ret_steps[n - 1 - i];
        ret_steps[n - 1 - i] = step;
    }
    return n;
}

/* Its list, when that was not recorded anew or submitted again since. */
static const struct nt_blackbox_list_report *list_of(const struct nt_blackbox_report *report,
                                                     const struct nt_blackbox_step *step)
{
    const struct nt_blackbox_list_report *list = step->list ? &report->lists[step->list - 1] : NULL;

    return list && list->fence_value == step->fence_value ? list : NULL;
}

static enum nt_blackbox_pass_state state_of(const struct nt_blackbox_report *report,
                                            const struct nt_blackbox_step *step, uint64_t completed)
{
    const struct nt_blackbox_list_report *list = list_of(report, step);

    if (step->fence_value <= completed || (list && list->progress >= NT_BLACKBOX_PROGRESS_ENDED))
        return NT_BLACKBOX_PASS_FINISHED;
    return list && list->progress == NT_BLACKBOX_PROGRESS_RUNNING ? NT_BLACKBOX_PASS_IN_FLIGHT
                                                                  : NT_BLACKBOX_PASS_NOT_BEGUN;
}

static void tell_step(const struct nt_blackbox_drawing *drawing,
                      const struct nt_blackbox_step *step, const char *name,
                      enum nt_blackbox_pass_state state)
{
    static const char *const words[] = {"finished", "in flight", "not begun"};
    int64_t ns = (int64_t)(step->time_ns - drawing->report->header.created_mono_ns);
    FILE *stream = drawing->stream;
    char number[32];

    fputs("<title>", stream);
    nt_svg_escape(stream, step->name ? name : "a list whose record is in use again");
    fprintf(stream, "\n%s\n%u pass%s, fence %s", words[state], step->n_passes,
            step->n_passes == 1 ? "" : "es", nt_text_number(step->fence_value, number));
    if (ns >= 0)
        fprintf(stream, "\nsubmitted %s us after the start",
                nt_text_number((uint64_t)ns / 1000, number));
    fputs("</title>", stream);
}

static void draw_step(const struct nt_blackbox_drawing *drawing,
                      const struct nt_blackbox_step *step, uint64_t completed, double x,
                      double width)
{
    enum nt_blackbox_pass_state state = state_of(drawing->report, step, completed);
    char name[NT_BLACKBOX_TEXT];

    nt_blackbox_name_of(drawing->report, step->name, name);
    fputs("<g class=\"p\">", drawing->stream);
    tell_step(drawing, step, name, state);
    nt_blackbox_box(drawing->stream, state, x, drawing->y, width, HEIGHT);
    fputs("</g>\n", drawing->stream);
    if (step->name)
        nt_blackbox_label(drawing->stream, state, x, drawing->y, width, HEIGHT, name);
}

/* Fence values under the steps: the last one always, before it as many as there is room for. */
static void draw_fences(const struct nt_blackbox_drawing *drawing,
                        const struct nt_blackbox_step **steps, size_t n, double width)
{
    struct nt_svg_place place = {
        .y = drawing->y + HEIGHT + 13, .anchor = NT_SVG_MIDDLE, .style = "dim"};
    double free_to = NT_BOX_WIDTH - 4;
    char number[32];

    for (size_t i = n; i-- > 0;) {
        double room;

        nt_text_number(steps[i]->fence_value, number);
        room = nt_svg_width(number, NT_SVG_SMALL);
        place.x = NT_BOX_LEFT + ((double)i + .5) * width;
        if (i == n - 1 && place.x + room / 2 > free_to)
            place.x = free_to - room / 2;
        if (place.x + room / 2 > free_to || (i < n - 1 && place.x - room / 2 < NT_BOX_LEFT - 8))
            continue;
        nt_svg_text(drawing->stream, &place, number);
        free_to = place.x - room / 2 - 8;
    }
}

/* A line behind the last step whose fence value was seen. */
static void draw_seen(const struct nt_blackbox_drawing *drawing,
                      const struct nt_blackbox_queue_report *queue,
                      const struct nt_blackbox_step **steps, size_t n, double width)
{
    struct nt_svg_place place = {.y = drawing->y - 6};
    char text[64], number[32];
    size_t seen = 0;
    double x;

    while (seen < n && steps[seen]->fence_value <= queue->completed)
        seen++;
    x = NT_BOX_LEFT + (double)seen * width;
    snprintf(text, sizeof(text), "fence seen: %s", nt_text_number(queue->completed, number));
    place.anchor = x > NT_BOX_LEFT + NT_BOX_STRIP / 2 ? NT_SVG_END : NT_SVG_START;
    place.x = place.anchor == NT_SVG_END ? x - 5 : x + 5;
    nt_svg_text(drawing->stream, &place, text);
    nt_svg_line(drawing->stream, "seen", x, drawing->y - 16, x, drawing->y + HEIGHT + 3);
}

static void draw_steps(struct nt_blackbox_drawing *drawing,
                       const struct nt_blackbox_queue_report *queue)
{
    const struct nt_blackbox_step *steps[MAX_STEPS];
    size_t n = last_steps(&drawing->steps, queue->number, steps);
    double width = n ? NT_BOX_STRIP / (double)n : 0;
    struct nt_svg_place place = {
        .x = NT_BOX_MARGIN, .room = NT_BOX_LEFT - NT_BOX_MARGIN - 12, .style = "dim"};
    char text[64];

    if (n == 0)
        return;
    if (width > WIDEST)
        width = WIDEST;
    drawing->y += 18;
    place.y = drawing->y + 14;
    snprintf(text, sizeof(text), n > 1 ? "the last %zu lists" : "the last list", n);
    nt_svg_text(drawing->stream, &place, text);
    place.y = drawing->y + HEIGHT + 13;
    nt_svg_text(drawing->stream, &place, "fence value");
    for (size_t i = 0; i < n; i++)
        draw_step(drawing, steps[i], queue->completed, NT_BOX_LEFT + (double)i * width, width);
    draw_fences(drawing, steps, n, width);
    draw_seen(drawing, queue, steps, n, width);
    drawing->y += HEIGHT + 28;
}

/* --- its lists -------------------------------------------------------------------------------- */

static void draw_note(struct nt_blackbox_drawing *drawing, const char *style, const char *text)
{
    struct nt_svg_place place = {
        .x = NT_BOX_LEFT, .y = drawing->y + 12, .room = NT_BOX_STRIP, .style = style};

    nt_svg_text(drawing->stream, &place, text);
    drawing->y += 20;
}

static void draw_lists(struct nt_blackbox_drawing *drawing,
                       const struct nt_blackbox_queue_report *queue)
{
    const struct nt_blackbox_report *report = drawing->report;
    uint32_t n = 0, n_more = 0;
    char text[64 + NT_BLACKBOX_TEXT], name[NT_BLACKBOX_TEXT];

    for (uint32_t i = 0; i < report->n_lists; i++) {
        const struct nt_blackbox_list_report *list = &report->lists[i];

        if (list->queue != queue->number || list->progress == NT_BLACKBOX_PROGRESS_RECORDED)
            continue;
        if (list->progress == NT_BLACKBOX_PROGRESS_DONE && list->n_unended == 0)
            continue;
        if (n == MAX_LISTS) {
            n_more++;
            continue;
        }
        n++;
        nt_blackbox_draw_list(drawing, i);
        if (list->n_unended == 0)
            continue;
        snprintf(text, sizeof(text),
                 "The fence has passed \"%s\", but %u of its passes never ended.",
                 nt_blackbox_name_of(report, list->name, name), list->n_unended);
        draw_note(drawing, "bad", text);
    }
    if (n_more > 0) {
        snprintf(text, sizeof(text), "and %u more lists that are not done", n_more);
        draw_note(drawing, "dim", text);
    }
}

void nt_blackbox_draw_queue(struct nt_blackbox_drawing *drawing,
                            const struct nt_blackbox_queue_report *queue)
{
    struct nt_svg_place place = {.x = NT_BOX_MARGIN,
                                 .y = drawing->y + 20,
                                 .room = NT_BOX_WIDTH / 2 - NT_BOX_MARGIN,
                                 .font = NT_SVG_BOLD};
    char text[256], name[NT_BLACKBOX_TEXT], number[4][32];

    nt_svg_line(drawing->stream, "hair", NT_BOX_MARGIN, drawing->y, NT_BOX_WIDTH - NT_BOX_MARGIN,
                drawing->y);
    snprintf(text, sizeof(text), "Queue \"%s\"",
             nt_blackbox_name_of(drawing->report, queue->name, name));
    place.x += nt_svg_text(drawing->stream, &place, text) + 12;
    place.font = NT_SVG_SMALL;
    place.room = NT_BOX_WIDTH - NT_BOX_MARGIN - place.x;
    place.style = "dim";
    snprintf(text, sizeof(text), "%s, fence %s of %s, %s of %s passes seen finished",
             nt_blackbox_queue_type_text(queue->type), nt_text_number(queue->completed, number[0]),
             nt_text_number(queue->submitted, number[1]),
             nt_text_number(queue->passes_completed, number[2]),
             nt_text_number(queue->passes_submitted, number[3]));
    nt_svg_text(drawing->stream, &place, text);
    drawing->y += 34;
    draw_steps(drawing, queue);
    draw_lists(drawing, queue);
    drawing->y += 6;
}
