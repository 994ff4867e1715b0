/* SPDX-License-Identifier: MIT */
/*
 * Reading a black box: from the bytes of its header and tables to what happened.
 *
 * The bytes are a private copy and may be anything: a live box caught in the middle of a store, a
 * dump that was cut, a file that somebody made to hurt us. Every number is checked before it is
 * used, nothing outside the copy is touched, and time and memory are bounded by the layout's own
 * limits. Knows nothing of files, sections or Direct3D.
 */
#ifndef NT_TOOL_BLACKBOX_PARSE_H
#define NT_TOOL_BLACKBOX_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include "ntshm/blackbox.h"

#define NT_BLACKBOX_WHY  160 /* room for a reason */
#define NT_BLACKBOX_TEXT 192 /* room for a cleaned name */

/* How far a list has come. */
enum nt_blackbox_progress {
    NT_BLACKBOX_PROGRESS_RECORDED, /* not submitted */
    NT_BLACKBOX_PROGRESS_WAITING,  /* submitted; the GPU has not begun it */
    NT_BLACKBOX_PROGRESS_RUNNING,  /* begun, and some pass of it has not ended */
    NT_BLACKBOX_PROGRESS_ENDED,    /* every pass has ended; the fence is not seen behind it */
    NT_BLACKBOX_PROGRESS_DONE,     /* its fence value was seen */
};

struct nt_blackbox_queue_report {
    uint32_t number;
    uint32_t name;
    uint32_t type;
    uint64_t submitted, completed;
    uint64_t passes_submitted, passes_completed;
};

struct nt_blackbox_list_report {
    uint32_t index; /* of its record */
    uint32_t generation;
    uint32_t name;
    uint32_t queue; /* number of its queue, once submitted */
    uint32_t n_executions;
    uint64_t fence_value;
    uint32_t marker_in, marker_out;
    uint32_t n_ordinals;
    enum nt_blackbox_progress progress;
    uint32_t n_passes;    /* that the ring still knows */
    uint32_t n_finished;  /* of those; all of them when done */
    uint32_t n_in_flight; /* begun and not ended */
    uint32_t n_unended;   /* done by the fence, but the end marker never came */
};

/* A pass in flight. */
struct nt_blackbox_pass_report {
    uint32_t list; /* index into lists */
    uint32_t name;
    uint32_t ordinal;  /* of its begin in the list */
    uint32_t depth;    /* 0 for an outermost pass */
    uint64_t sequence; /* of its begin in the ring; 0 when the ring has gone round since */
};

/* Any pass of a living list that was submitted. */
enum nt_blackbox_pass_state {
    NT_BLACKBOX_PASS_FINISHED,
    NT_BLACKBOX_PASS_IN_FLIGHT,
    NT_BLACKBOX_PASS_NOT_BEGUN,
};

struct nt_blackbox_any_pass {
    uint32_t list; /* index into lists */
    uint32_t name;
    uint32_t begin, end; /* ordinals; 0 when the ring has gone round, or the recorder made none */
    uint32_t depth;
    enum nt_blackbox_pass_state state;
};

struct nt_blackbox_report {
    struct ntshm_blackbox_header header; /* checked */
    const unsigned char *meta;           /* borrowed */
    struct nt_blackbox_queue_report *queues;
    struct nt_blackbox_list_report *lists;
    struct nt_blackbox_pass_report *passes; /* in flight, in order of list and ordinal */
    struct nt_blackbox_any_pass *all;       /* in order of list and ordinal */
    uint32_t n_queues, n_lists, n_passes, n_all;
    uint32_t n_torn;          /* ring entries that were caught half written */
    uint32_t n_odd;           /* things that do not fit together */
    uint64_t newest;          /* highest sequence in the ring */
    uint64_t passes_finished; /* at least; all queues together */
};

/**
 * nt_blackbox_check_header() - whether a header can be believed
 * @header:      a private copy
 * @source_size: bytes in the file or section that it came from
 * @why:         says what is wrong, NT_BLACKBOX_WHY bytes
 *
 * When true, meta_size is at most NTSHM_BLACKBOX_MAX_META and source_size, and every table lies
 * inside it.
 */
bool nt_blackbox_check_header(const struct ntshm_blackbox_header *header, uint64_t source_size,
                              char *why);

/**
 * nt_blackbox_parse() - what happened
 * @meta, @meta_size: header and tables, a private copy that outlives the report
 * @source_size:      as above
 * @ret_report:       to be given to nt_blackbox_report_deinit() after success
 *
 * Return: 0; -EINVAL with the reason in @why; -ENOMEM.
 */
int nt_blackbox_parse(const void *meta, uint64_t meta_size, uint64_t source_size,
                      struct nt_blackbox_report *ret_report, char *why);
void nt_blackbox_report_deinit(struct nt_blackbox_report *report);

/**
 * nt_blackbox_name_of() - a name by its number, cleaned; "?" when there is none
 * @text: NT_BLACKBOX_TEXT bytes. Return: @text.
 */
const char *nt_blackbox_name_of(const struct nt_blackbox_report *report, uint32_t number,
                                char *text);

/**
 * nt_blackbox_marker_of() - the ring's entry for a sequence
 *
 * Return: false when it is not there, was written over, or was caught half written.
 */
bool nt_blackbox_marker_of(const struct nt_blackbox_report *report, uint64_t sequence,
                           struct ntshm_blackbox_marker *ret_marker);

/** nt_blackbox_queue_of() - the queue with that number, or NULL */
const struct nt_blackbox_queue_report *nt_blackbox_queue_of(const struct nt_blackbox_report *report,
                                                            uint32_t number);

#endif
