// SPDX-License-Identifier: MIT
/*
 * Whether the header of a black box can be believed: every table within the box, every count
 * within the layout's limits. All that reads a box begins here.
 */
#include "tool/blackbox/blackbox-parse.h"

#include <stdio.h>
#include <string.h>

static bool check_table(const struct ntshm_blackbox_header *header, const char *name,
                        const struct ntshm_blackbox_table *table, uint32_t max_count,
                        size_t known_size, char *why)
{
    const char *what = NULL;

    if (table->entry_size < known_size || table->entry_size > NTSHM_BLACKBOX_MAX_ENTRY ||
        table->entry_size % 8 != 0)
        what = "has entries of an impossible size";
    else if (table->count == 0 || table->count > max_count)
        what = "has an impossible number of entries";
    else if (table->offset < header->header_size || table->offset % 64 != 0 ||
             table->offset > header->meta_size ||
             (uint64_t)table->count * table->entry_size > header->meta_size - table->offset)
        what = "lies outside of the box";
    if (what)
        snprintf(why, NT_BLACKBOX_WHY, "damaged: the table of %s %s", name, what);
    return !what;
}

static bool check_sizes(const struct ntshm_blackbox_header *header, uint64_t source_size, char *why)
{
    if (header->header_size != NTSHM_BLACKBOX_HEADER_SIZE ||
        header->meta_size < header->header_size || header->meta_size > NTSHM_BLACKBOX_MAX_META ||
        header->total_size < header->meta_size ||
        header->payload_size != header->total_size - header->meta_size) {
        snprintf(why, NT_BLACKBOX_WHY, "damaged: the sizes in the header do not fit together");
        return false;
    }
    if (header->total_size > source_size) {
        snprintf(why, NT_BLACKBOX_WHY, "truncated: %llu of %llu bytes are there",
                 (unsigned long long)source_size, (unsigned long long)header->total_size);
        return false;
    }
    return true;
}

bool nt_blackbox_check_header(const struct ntshm_blackbox_header *header, uint64_t source_size,
                              char *why)
{
    if (memcmp(header->magic, NTSHM_BLACKBOX_MAGIC, sizeof(header->magic)) != 0) {
        snprintf(why, NT_BLACKBOX_WHY, "not a black box (or one that is only being made)");
        return false;
    }
    if (header->version != NTSHM_BLACKBOX_VERSION) {
        snprintf(why, NT_BLACKBOX_WHY, "a black box of version %u; this tool reads version %u",
                 header->version, NTSHM_BLACKBOX_VERSION);
        return false;
    }
    if (!check_sizes(header, source_size, why) ||
        !check_table(header, "names", &header->names, NTSHM_BLACKBOX_MAX_NAMES,
                     sizeof(struct ntshm_blackbox_name), why) ||
        !check_table(header, "queues", &header->queues, NTSHM_BLACKBOX_MAX_QUEUES,
                     sizeof(struct ntshm_blackbox_queue_record), why) ||
        !check_table(header, "lists", &header->lists, NTSHM_BLACKBOX_MAX_LISTS,
                     sizeof(struct ntshm_blackbox_list_record), why) ||
        !check_table(header, "submissions", &header->submissions, NTSHM_BLACKBOX_MAX_SUBMISSIONS,
                     sizeof(struct ntshm_blackbox_submission), why) ||
        !check_table(header, "markers", &header->markers, NTSHM_BLACKBOX_MAX_MARKERS,
                     sizeof(struct ntshm_blackbox_marker), why))
        return false;
    if ((header->markers.count & (header->markers.count - 1)) != 0 ||
        header->state < NTSHM_BLACKBOX_RECORDING || header->state > NTSHM_BLACKBOX_CLOSED) {
        snprintf(why, NT_BLACKBOX_WHY, "damaged: the header holds impossible values");
        return false;
    }
    return true;
}
