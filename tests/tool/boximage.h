/* SPDX-License-Identifier: MIT */
/*
 * Small black boxes made by hand, for tests of the reader: every word of them can be chosen, also
 * those that no recorder would write.
 */
#ifndef NTSHM_TEST_BOXIMAGE_H
#define NTSHM_TEST_BOXIMAGE_H

#include <windows.h>
#include <string.h>
#include "ntshm/blackbox.h"

#define BOX_NAMES       16u
#define BOX_QUEUES      2u
#define BOX_LISTS       4u
#define BOX_SUBMISSIONS 4u
#define BOX_MARKERS     64u
#define BOX_PAYLOAD     1024u

struct boximage {
    union {
        struct ntshm_blackbox_header header;
        unsigned char page[NTSHM_BLACKBOX_HEADER_SIZE];
    };
    struct ntshm_blackbox_queue_record queues[BOX_QUEUES];
    struct ntshm_blackbox_list_record lists[BOX_LISTS];
    struct ntshm_blackbox_submission submissions[BOX_SUBMISSIONS];
    struct ntshm_blackbox_marker markers[BOX_MARKERS];
    struct ntshm_blackbox_name names[BOX_NAMES];
    unsigned char payload[BOX_PAYLOAD];
};

#define BOX_META offsetof(struct boximage, payload)

#define BOX_TABLE(member)                                                                       \
    {                                                                                           \
        offsetof(struct boximage, member),                                                      \
            sizeof(((struct boximage *)0)->member) / sizeof(((struct boximage *)0)->member[0]), \
            sizeof(((struct boximage *)0)->member[0])                                           \
    }

static inline uint32_t box_name(struct boximage *box, const char *text)
{
    for (uint32_t i = 1; i < BOX_NAMES; i++) {
        if (box->names[i].length == strlen(text) &&
            memcmp(box->names[i].text, text, strlen(text)) == 0)
            return i;
        if (box->names[i].length == 0) {
            box->names[i].length = (uint32_t)strlen(text);
            memcpy(box->names[i].text, text, strlen(text));
            return i;
        }
    }
    return 0;
}

/* An empty box with one queue, "main", that has completed 4 of 5. */
static inline void box_init(struct boximage *box)
{
    memset(box, 0, sizeof(*box));
    box->header = (struct ntshm_blackbox_header){.magic = NTSHM_BLACKBOX_MAGIC,
                                                 .version = NTSHM_BLACKBOX_VERSION,
                                                 .header_size = NTSHM_BLACKBOX_HEADER_SIZE,
                                                 .total_size = sizeof(*box),
                                                 .meta_size = BOX_META,
                                                 .payload_size = BOX_PAYLOAD,
                                                 .pid = 4711,
                                                 .state = NTSHM_BLACKBOX_RECORDING,
                                                 .driver = "a driver",
                                                 .program = "a program",
                                                 .names = BOX_TABLE(names),
                                                 .queues = BOX_TABLE(queues),
                                                 .lists = BOX_TABLE(lists),
                                                 .submissions = BOX_TABLE(submissions),
                                                 .markers = BOX_TABLE(markers)};
    box->queues[0] = (struct ntshm_blackbox_queue_record){
        .name = box_name(box, "main"), .submitted = 5, .completed = 4, .passes_completed = 40};
}

/* A list that was submitted with fence value 5. */
static inline void box_list(struct boximage *box, uint32_t index, const char *name)
{
    box->lists[index] = (struct ntshm_blackbox_list_record){.generation = 2,
                                                            .name = box_name(box, name),
                                                            .state = NTSHM_BLACKBOX_LIST_SUBMITTED,
                                                            .n_executions = 1,
                                                            .fence_value = 5};
}

/* One more marker of the list, at the next place of the ring. */
static inline void box_mark(struct boximage *box, uint32_t list, uint16_t kind, const char *name)
{
    uint64_t sequence = ++box->header.n_markers;
    struct ntshm_blackbox_marker *marker = &box->markers[sequence % BOX_MARKERS];

    *marker = (struct ntshm_blackbox_marker){
        .sequence = sequence,
        .list = list,
        .generation = box->lists[list].generation,
        .value = NTSHM_BLACKBOX_VALUE(++box->lists[list].n_ordinals, box_name(box, name)),
        .kind = kind};
    marker->check = ntshm_blackbox_check(marker);
}

static inline void box_begin(struct boximage *box, uint32_t list, const char *name)
{
    box_mark(box, list, NTSHM_BLACKBOX_BEGIN, name);
}

static inline void box_end(struct boximage *box, uint32_t list, const char *name)
{
    box_mark(box, list, NTSHM_BLACKBOX_END, name);
}

/* What the GPU has written for the list. */
static inline void box_reached(struct boximage *box, uint32_t list, uint32_t in,
                               const char *in_name, uint32_t out, const char *out_name)
{
    box->lists[list].marker_in = NTSHM_BLACKBOX_VALUE(in, box_name(box, in_name));
    box->lists[list].marker_out = NTSHM_BLACKBOX_VALUE(out, box_name(box, out_name));
}

#endif
