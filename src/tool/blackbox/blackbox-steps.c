// SPDX-License-Identifier: MIT
/*
 * The ring of submissions; see blackbox-steps.h. As everywhere in a box, an entry counts only when
 * it is in its place and names things that exist.
 */
#include "tool/blackbox/blackbox-steps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const void *entry_of(const struct nt_blackbox_report *report,
                            const struct ntshm_blackbox_table *table, uint32_t i)
{
    return report->meta + table->offset + (size_t)i * table->entry_size;
}

static int compare_steps(const void *a, const void *b)
{
    const struct nt_blackbox_step *left = a, *right = b;

    return left->sequence < right->sequence ? -1 : left->sequence > right->sequence;
}

/* The recording that a submission was of: in the report, or at least by name. */
static void find_list(const struct nt_blackbox_report *report,
                      const struct ntshm_blackbox_submission *submission,
                      struct nt_blackbox_step *step)
{
    struct ntshm_blackbox_list_record record;

    memcpy(&record, entry_of(report, &report->header.lists, submission->list), sizeof(record));
    if (record.generation != submission->generation)
        return;
    step->name = record.name;
    for (uint32_t low = 0, high = report->n_lists; low < high;) {
        uint32_t middle = low + (high - low) / 2;

        if (report->lists[middle].index == submission->list) {
            step->list = middle + 1;
            return;
        }
        if (report->lists[middle].index < submission->list)
            low = middle + 1;
        else
            high = middle;
    }
}

int nt_blackbox_find_steps(const struct nt_blackbox_report *report,
                           struct nt_blackbox_steps *ret_steps)
{
    const struct ntshm_blackbox_header *header = &report->header;
    struct nt_blackbox_steps found = {0};

    found.steps = calloc(header->submissions.count, sizeof(*found.steps));
    if (!found.steps)
        return -ENOMEM;
    for (uint32_t i = 0; i < header->submissions.count; i++) {
        struct nt_blackbox_step *step = &found.steps[found.n_steps];
        struct ntshm_blackbox_submission submission;

        memcpy(&submission, entry_of(report, &header->submissions, i), sizeof(submission));
        if (submission.sequence == 0 || submission.sequence % header->submissions.count != i ||
            submission.list >= header->lists.count ||
            !nt_blackbox_queue_of(report, submission.queue))
            continue;
        *step = (struct nt_blackbox_step){.sequence = submission.sequence,
                                          .queue = submission.queue,
                                          .n_passes = submission.n_passes,
                                          .fence_value = submission.fence_value,
                                          .time_ns = submission.time_ns};
        find_list(report, &submission, step);
        found.n_steps++;
    }
    qsort(found.steps, found.n_steps, sizeof(*found.steps), compare_steps);
    *ret_steps = found;
    return 0;
}
