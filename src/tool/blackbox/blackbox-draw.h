/* SPDX-License-Identifier: MIT */
/*
 * A black box's report as a picture: what was in flight, and for each queue what it was given,
 * how far its fence was seen, and the passes of every list that is not done.
 *
 * The box holds no times of the GPU, only order; so the picture has order from left to right. A
 * list of many passes is drawn twice, whole and, under it, enlarged where the GPU stopped.
 */
#ifndef NT_TOOL_BLACKBOX_DRAW_H
#define NT_TOOL_BLACKBOX_DRAW_H

#include <stdio.h>

#include "tool/blackbox/blackbox-print.h"
#include "tool/blackbox/blackbox-steps.h"

/**
 * nt_blackbox_draw() - write an SVG document that stands alone
 *
 * Return: 0; -ENOMEM; -errno of the stream.
 */
int nt_blackbox_draw(FILE *stream, const struct nt_blackbox_report *report,
                     const struct nt_blackbox_origin *origin);

/* --- between its files ------------------------------------------------------------------------ */

#define NT_BOX_MARGIN 20.
#define NT_BOX_LEFT   176. /* where strips begin */
#define NT_BOX_STRIP  980. /* their length */
#define NT_BOX_WIDTH  (NT_BOX_LEFT + NT_BOX_STRIP + NT_BOX_MARGIN)

struct nt_blackbox_drawing {
    FILE *stream;
    const struct nt_blackbox_report *report;
    struct nt_blackbox_steps steps;
    double y; /* where the next thing goes */
};

/** nt_blackbox_box() - a rectangle of a state's colour, without hover text */
void nt_blackbox_box(FILE *stream, enum nt_blackbox_pass_state state, double x, double y,
                     double width, double height);
/** nt_blackbox_label() - a name centred in such a rectangle, cut as need be */
void nt_blackbox_label(FILE *stream, enum nt_blackbox_pass_state state, double x, double y,
                       double width, double height, const char *text);

/** nt_blackbox_draw_list() - a list that was submitted, with its passes (blackbox-draw-list.c) */
void nt_blackbox_draw_list(struct nt_blackbox_drawing *drawing, uint32_t list);
/** nt_blackbox_draw_queue() - a queue: what it was given last, and its lists
 * (blackbox-draw-queue.c) */
void nt_blackbox_draw_queue(struct nt_blackbox_drawing *drawing,
                            const struct nt_blackbox_queue_report *queue);

#endif
