/* SPDX-License-Identifier: MIT */
/*
 * What a black box still knows of the past: its ring of submissions, as steps of each queue.
 */
#ifndef NT_TOOL_BLACKBOX_STEPS_H
#define NT_TOOL_BLACKBOX_STEPS_H

#include "tool/blackbox/blackbox-parse.h"

/* One list given to a queue. */
struct nt_blackbox_step {
    uint64_t sequence; /* of all submissions */
    uint32_t queue;    /* its number */
    uint32_t list;     /* index into the report's lists + 1; 0: its record is used by another now */
    uint32_t name;     /* the list's; 0 when it is not known any more */
    uint32_t n_passes;
    uint64_t fence_value;
    uint64_t time_ns; /* CLOCK_MONOTONIC */
};

struct nt_blackbox_steps {
    struct nt_blackbox_step *steps; /* in order of sequence */
    size_t n_steps;
};

/** nt_blackbox_find_steps() - all that the ring holds whole. Return: 0; -ENOMEM. */
int nt_blackbox_find_steps(const struct nt_blackbox_report *report,
                           struct nt_blackbox_steps *ret_steps);

#endif
