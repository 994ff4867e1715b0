/* SPDX-License-Identifier: MIT */
/*
 * A black box's report for people and for programs.
 */
#ifndef NT_TOOL_BLACKBOX_PRINT_H
#define NT_TOOL_BLACKBOX_PRINT_H

#include <json-c/json.h>
#include <stdio.h>
#include "tool/blackbox/blackbox-parse.h"

/* Where the box was read, and what is known beside its own words. */
struct nt_blackbox_origin {
    const char *title;   /* name or path */
    bool live;           /* a section, not a dump */
    bool recorder_alive; /* live: the recorder's process is there */
    bool styled;         /* in colour, for a terminal */
    uint32_t n_history;  /* print so many of the newest markers */
};

/** nt_blackbox_print() - the report as text */
void nt_blackbox_print(FILE *out, const struct nt_blackbox_report *report,
                       const struct nt_blackbox_origin *origin);

/** nt_blackbox_to_json() - the same as an object, owned by the caller; NULL: out of memory */
struct json_object *nt_blackbox_to_json(const struct nt_blackbox_report *report,
                                        const struct nt_blackbox_origin *origin);

/** nt_blackbox_state_text() - "recording", "device removed" or "closed" */
const char *nt_blackbox_state_text(const struct nt_blackbox_report *report);

/** nt_blackbox_queue_type_text() - "direct", "compute", "copy" ... */
const char *nt_blackbox_queue_type_text(uint32_t type);

#endif
