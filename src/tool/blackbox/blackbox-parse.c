// SPDX-License-Identifier: MIT
/*
 * Reading a black box; see blackbox-parse.h.
 *
 * What the GPU says is two words for each list: the ordinal of the newest begin it has reached
 * and that of the newest end. What they mean is in the ring: the list's markers in order, paired
 * into passes. A pass is in flight when its begin is reached and its end is not; on hardware that
 * overlaps its work there may be several, and nested passes are in flight together. Where the
 * ring has gone round since, the words still carry the name of the pass.
 */
#include "tool/blackbox/blackbox-parse.h"
#include "tool/kit/text.h"
#include "util/macro.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 64u /* deeper than any recorder nests */

/* --- tables --------------------------------------------------------------------------------- */

/* Copies entry @i; the header was checked, so that it lies inside the copy. */
static void get_entry(const struct nt_blackbox_report *report,
                      const struct ntshm_blackbox_table *table, uint32_t i, void *entry,
                      size_t size)
{
    memcpy(entry, report->meta + table->offset + (size_t)i * table->entry_size, size);
}

const char *nt_blackbox_name_of(const struct nt_blackbox_report *report, uint32_t number,
                                char *text)
{
    struct ntshm_blackbox_name name;

    if (number == 0 || number >= report->header.names.count)
        return strcpy(text, "?");
    get_entry(report, &report->header.names, number, &name, sizeof(name));
    if (name.length == 0 || name.length > sizeof(name.text))
        return strcpy(text, "?");
    return nt_text_clean(name.text, name.length, text, NT_BLACKBOX_TEXT);
}

/* Entry @i of the ring, if it is whole and in its place. */
static bool get_marker(const struct nt_blackbox_report *report, uint32_t i,
                       struct ntshm_blackbox_marker *marker)
{
    get_entry(report, &report->header.markers, i, marker, sizeof(*marker));
    return marker->sequence != 0 && marker->sequence % report->header.markers.count == i &&
           marker->check == ntshm_blackbox_check(marker) &&
           (marker->kind == NTSHM_BLACKBOX_BEGIN || marker->kind == NTSHM_BLACKBOX_END) &&
           marker->list < report->header.lists.count;
}

bool nt_blackbox_marker_of(const struct nt_blackbox_report *report, uint64_t sequence,
                           struct ntshm_blackbox_marker *ret_marker)
{
    return get_marker(report, (uint32_t)(sequence % report->header.markers.count), ret_marker) &&
           ret_marker->sequence == sequence;
}

const struct nt_blackbox_queue_report *nt_blackbox_queue_of(const struct nt_blackbox_report *report,
                                                            uint32_t number)
{
    for (uint32_t i = 0; i < report->n_queues; i++)
        if (report->queues[i].number == number)
            return &report->queues[i];
    return NULL;
}

static void read_queues(struct nt_blackbox_report *report)
{
    for (uint32_t i = 0; i < report->header.queues.count; i++) {
        struct ntshm_blackbox_queue_record record;

        get_entry(report, &report->header.queues, i, &record, sizeof(record));
        if (record.name == 0)
            continue;
        report->queues[report->n_queues++] =
            (struct nt_blackbox_queue_report){.number = i,
                                              .name = record.name,
                                              .type = record.type,
                                              .submitted = record.submitted,
                                              .completed = record.completed,
                                              .passes_submitted = record.passes_submitted,
                                              .passes_completed = record.passes_completed};
        report->passes_finished += record.passes_completed;
    }
}

/* Recordings that are alive; @by_record: index into report->lists for each record, + 1. */
static void read_lists(struct nt_blackbox_report *report, uint32_t *by_record)
{
    for (uint32_t i = 0; i < report->header.lists.count; i++) {
        struct ntshm_blackbox_list_record record;

        get_entry(report, &report->header.lists, i, &record, sizeof(record));
        if (record.generation == 0 || record.generation % 2 != 0 ||
            (record.state != NTSHM_BLACKBOX_LIST_OPEN &&
             record.state != NTSHM_BLACKBOX_LIST_SUBMITTED))
            continue;
        report->lists[report->n_lists] = (struct nt_blackbox_list_report){
            .index = i,
            .generation = record.generation,
            .name = record.name,
            .queue = record.queue,
            .n_executions = record.n_executions,
            .fence_value = record.fence_value,
            .marker_in = record.marker_in,
            .marker_out = record.marker_out,
            .n_ordinals = record.n_ordinals,
            .progress = record.state == NTSHM_BLACKBOX_LIST_OPEN ? NT_BLACKBOX_PROGRESS_RECORDED
                                                                 : NT_BLACKBOX_PROGRESS_WAITING};
        by_record[i] = ++report->n_lists;
    }
}

/* --- markers of lists ------------------------------------------------------------------------ */

/* A marker of a living list, where sorting puts it. */
struct place {
    uint32_t list; /* index into report->lists */
    uint32_t ordinal;
    uint32_t entry; /* of the ring */
};

static int compare_places(const void *a, const void *b)
{
    const struct place *left = a, *right = b;

    if (left->list != right->list)
        return left->list < right->list ? -1 : 1;
    if (left->ordinal != right->ordinal)
        return left->ordinal < right->ordinal ? -1 : 1;
    return left->entry < right->entry ? -1 : left->entry > right->entry;
}

/* Finds the markers that belong to living lists, sorted by list and ordinal. */
static uint32_t find_places(struct nt_blackbox_report *report, const uint32_t *by_record,
                            struct place *places)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < report->header.markers.count; i++) {
        struct ntshm_blackbox_marker marker;
        uint32_t list;

        if (!get_marker(report, i, &marker)) {
            report->n_torn += marker.sequence != 0;
            continue;
        }
        if (marker.sequence > report->newest)
            report->newest = marker.sequence;
        list = by_record[marker.list];
        if (list == 0 || report->lists[list - 1].generation != marker.generation)
            continue;
        places[n++] = (struct place){
            .list = list - 1, .ordinal = NTSHM_BLACKBOX_VALUE_ORDINAL(marker.value), .entry = i};
    }
    qsort(places, n, sizeof(*places), compare_places);
    return n;
}

/* --- passes --------------------------------------------------------------------------------- */

struct open_pass {
    uint32_t ordinal;
    uint32_t name;
    uint64_t sequence;
};

struct reader {
    struct nt_blackbox_report *report;
    struct nt_blackbox_list_report *list;
    uint32_t in, out; /* ordinals that the GPU has reached */
    bool in_known;    /* the ring has the begin that the in word tells of */
    struct open_pass stack[MAX_DEPTH];
    uint32_t depth;
    uint32_t max_passes; /* room in report->passes */
    uint32_t max_all;    /* room in report->all */
    bool no_memory;
};

/* Room for one more entry behind @n in an array; false when there is no memory. */
static bool make_room(struct reader *reader, void **array, uint32_t n, uint32_t *max, size_t size)
{
    uint32_t more = *max ? 2 * *max : 16;
    void *grown;

    if (n < *max)
        return true;
    grown = realloc(*array, more * size);
    if (!grown) {
        reader->no_memory = true;
        return false;
    }
    *array = grown;
    *max = more;
    return true;
}

static void add_in_flight(struct reader *reader, const struct open_pass *pass, uint32_t depth)
{
    struct nt_blackbox_report *report = reader->report;
    void *passes = report->passes;

    reader->list->n_in_flight++;
    if (!make_room(reader, &passes, report->n_passes, &reader->max_passes, sizeof(*report->passes)))
        return;
    report->passes = passes;
    report->passes[report->n_passes++] =
        (struct nt_blackbox_pass_report){.list = (uint32_t)(reader->list - report->lists),
                                         .name = pass->name,
                                         .ordinal = pass->ordinal,
                                         .depth = depth,
                                         .sequence = pass->sequence};
}

/* Any pass; @begin or @end is 0 where it is not known. */
static void add_pass(struct reader *reader, uint32_t name, uint32_t begin, uint32_t end,
                     uint32_t depth, enum nt_blackbox_pass_state state)
{
    struct nt_blackbox_report *report = reader->report;
    void *all = report->all;

    if (!make_room(reader, &all, report->n_all, &reader->max_all, sizeof(*report->all)))
        return;
    report->all = all;
    report->all[report->n_all++] =
        (struct nt_blackbox_any_pass){.list = (uint32_t)(reader->list - report->lists),
                                      .name = name,
                                      .begin = begin,
                                      .end = end,
                                      .depth = depth,
                                      .state = state};
}

/* One pass of the list: @begin is NULL or @end is 0 where the ring or the recorder has none. */
static void judge_pass(struct reader *reader, const struct open_pass *begin, uint32_t end,
                       uint32_t name, uint32_t depth)
{
    bool done = reader->list->progress == NT_BLACKBOX_PROGRESS_DONE;
    bool started, finished;

    started =
        reader->list->marker_in != 0 && (begin ? reader->in >= begin->ordinal : reader->out >= end);
    finished = started && end != 0 && reader->out >= end;
    reader->list->n_passes++;
    if (finished || done)
        reader->list->n_finished++;
    if (done && !finished)
        reader->list->n_unended++;
    if (started && !finished && !done && begin)
        add_in_flight(reader, begin, depth);
    add_pass(reader, name, begin ? begin->ordinal : 0, end, depth,
             finished || done ? NT_BLACKBOX_PASS_FINISHED
             : started        ? NT_BLACKBOX_PASS_IN_FLIGHT
                              : NT_BLACKBOX_PASS_NOT_BEGUN);
}

static void read_marker(struct reader *reader, const struct ntshm_blackbox_marker *marker)
{
    uint32_t ordinal = NTSHM_BLACKBOX_VALUE_ORDINAL(marker->value);
    uint32_t name = NTSHM_BLACKBOX_VALUE_NAME(marker->value);
    uint32_t word =
        marker->kind == NTSHM_BLACKBOX_BEGIN ? reader->list->marker_in : reader->list->marker_out;

    /* The GPU's word for this very marker must be the one that was recorded. */
    if (ordinal == NTSHM_BLACKBOX_VALUE_ORDINAL(word) && word != marker->value)
        reader->report->n_odd++;
    if (marker->kind == NTSHM_BLACKBOX_BEGIN) {
        if (ordinal == reader->in)
            reader->in_known = true;
        if (reader->depth == MAX_DEPTH) {
            reader->report->n_odd++;
            return;
        }
        reader->stack[reader->depth++] =
            (struct open_pass){.ordinal = ordinal, .name = name, .sequence = marker->sequence};
    } else if (reader->depth == 0) {
        judge_pass(reader, NULL, ordinal, name, 0);
    } else {
        reader->depth--;
        judge_pass(reader, &reader->stack[reader->depth], ordinal,
                   reader->stack[reader->depth].name, reader->depth);
    }
}

static bool is_done(const struct nt_blackbox_report *report,
                    const struct nt_blackbox_list_report *list)
{
    const struct nt_blackbox_queue_report *queue = nt_blackbox_queue_of(report, list->queue);

    return queue && queue->completed >= list->fence_value;
}

/* What the two words and the fence say, before the passes are looked at. */
static void judge_list(struct reader *reader, uint32_t last_ordinal)
{
    struct nt_blackbox_list_report *list = reader->list;

    if (last_ordinal > list->n_ordinals)
        list->n_ordinals = last_ordinal;
    if (reader->in > list->n_ordinals || reader->out > list->n_ordinals)
        reader->report->n_odd++;
    if (list->progress == NT_BLACKBOX_PROGRESS_RECORDED) {
        reader->report->n_odd += list->marker_in != 0;
        return;
    }
    if (is_done(reader->report, list))
        list->progress = NT_BLACKBOX_PROGRESS_DONE;
    else if (list->marker_in != 0)
        list->progress = reader->out >= list->n_ordinals ? NT_BLACKBOX_PROGRESS_ENDED
                                                         : NT_BLACKBOX_PROGRESS_RUNNING;
}

static int compare_passes(const void *a, const void *b)
{
    const struct nt_blackbox_pass_report *left = a, *right = b;

    if (left->list != right->list)
        return left->list < right->list ? -1 : 1;
    return left->ordinal < right->ordinal ? -1 : left->ordinal > right->ordinal;
}

static uint32_t first_ordinal(const struct nt_blackbox_any_pass *pass)
{
    return pass->begin ? pass->begin : pass->end;
}

static int compare_all(const void *a, const void *b)
{
    const struct nt_blackbox_any_pass *left = a, *right = b;

    if (left->list != right->list)
        return left->list < right->list ? -1 : 1;
    return first_ordinal(left) < first_ordinal(right) ? -1
                                                      : first_ordinal(left) > first_ordinal(right);
}

/* Reads one list; @places are its markers in order. */
static void read_list(struct reader *reader, const struct place *places, uint32_t n)
{
    struct nt_blackbox_list_report *list = reader->list;
    struct ntshm_blackbox_marker marker;

    reader->in = NTSHM_BLACKBOX_VALUE_ORDINAL(list->marker_in);
    reader->out = NTSHM_BLACKBOX_VALUE_ORDINAL(list->marker_out);
    reader->in_known = false;
    reader->depth = 0;
    judge_list(reader, n ? places[n - 1].ordinal : 0);
    if (list->progress == NT_BLACKBOX_PROGRESS_RECORDED)
        return;
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0 && places[i].ordinal == places[i - 1].ordinal) {
            reader->report->n_odd++;
            continue;
        }
        get_entry(reader->report, &reader->report->header.markers, places[i].entry, &marker,
                  sizeof(marker));
        read_marker(reader, &marker);
    }
    while (reader->depth > 0) {
        reader->depth--;
        judge_pass(reader, &reader->stack[reader->depth], 0, reader->stack[reader->depth].name,
                   reader->depth);
    }
    /* The ring has gone round: the word alone tells what is in flight. */
    if (!reader->in_known && list->progress == NT_BLACKBOX_PROGRESS_RUNNING &&
        reader->in > reader->out) {
        struct open_pass pass = {.ordinal = reader->in,
                                 .name = NTSHM_BLACKBOX_VALUE_NAME(list->marker_in)};

        list->n_passes++;
        add_in_flight(reader, &pass, 0);
        add_pass(reader, pass.name, pass.ordinal, 0, 0, NT_BLACKBOX_PASS_IN_FLIGHT);
    }
    if (list->progress != NT_BLACKBOX_PROGRESS_DONE)
        reader->report->passes_finished += list->n_finished;
}

static int read_all_lists(struct nt_blackbox_report *report, uint32_t *by_record,
                          struct place *places)
{
    struct reader reader = {.report = report};
    uint32_t n_places, at = 0;

    read_lists(report, by_record);
    n_places = find_places(report, by_record, places);
    for (uint32_t i = 0; i < report->n_lists; i++) {
        uint32_t first = at;

        while (at < n_places && places[at].list == i)
            at++;
        reader.list = &report->lists[i];
        read_list(&reader, places + first, at - first);
    }
    if (report->n_passes > 0)
        qsort(report->passes, report->n_passes, sizeof(*report->passes), compare_passes);
    if (report->n_all > 0)
        qsort(report->all, report->n_all, sizeof(*report->all), compare_all);
    return reader.no_memory ? -ENOMEM : 0;
}

/* --- the whole ------------------------------------------------------------------------------- */

void nt_blackbox_report_deinit(struct nt_blackbox_report *report)
{
    free(report->queues);
    free(report->lists);
    free(report->passes);
    free(report->all);
    *report = (struct nt_blackbox_report){0};
}

int nt_blackbox_parse(const void *meta, uint64_t meta_size, uint64_t source_size,
                      struct nt_blackbox_report *ret_report, char *why)
{
    struct nt_blackbox_report report = {.meta = meta};
    NT_CLEANUP(nt_freep) uint32_t *by_record = NULL;
    NT_CLEANUP(nt_freep) struct place *places = NULL;
    int error = -ENOMEM;

    if (meta_size < sizeof(report.header)) {
        snprintf(why, NT_BLACKBOX_WHY, "not a black box: only %llu bytes",
                 (unsigned long long)meta_size);
        return -EINVAL;
    }
    memcpy(&report.header, meta, sizeof(report.header));
    if (!nt_blackbox_check_header(&report.header, source_size, why))
        return -EINVAL;
    if (report.header.meta_size > meta_size) {
        snprintf(why, NT_BLACKBOX_WHY, "truncated: %llu bytes of tables are there, not %llu",
                 (unsigned long long)meta_size, (unsigned long long)report.header.meta_size);
        return -EINVAL;
    }
    report.queues = calloc(report.header.queues.count, sizeof(*report.queues));
    report.lists = calloc(report.header.lists.count, sizeof(*report.lists));
    by_record = calloc(report.header.lists.count, sizeof(*by_record));
    places = calloc(report.header.markers.count, sizeof(*places));
    if (report.queues && report.lists && by_record && places) {
        read_queues(&report);
        error = read_all_lists(&report, by_record, places);
    }
    if (error) {
        snprintf(why, NT_BLACKBOX_WHY, "out of memory");
        nt_blackbox_report_deinit(&report);
        return error;
    }
    *ret_report = report;
    return 0;
}
