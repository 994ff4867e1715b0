// SPDX-License-Identifier: MIT
/*
 * A black box's report, as text and as JSON: the same facts in the same order.
 */
#include "tool/blackbox/blackbox-print.h"
#include "tool/kit/text.h"
#include "util/macro.h"

#include <string.h>

static const char *const progress_text[] = {
    [NT_BLACKBOX_PROGRESS_RECORDED] = "recorded, not submitted",
    [NT_BLACKBOX_PROGRESS_WAITING] = "submitted, not begun",
    [NT_BLACKBOX_PROGRESS_RUNNING] = "running",
    [NT_BLACKBOX_PROGRESS_ENDED] = "all passes ended",
    [NT_BLACKBOX_PROGRESS_DONE] = "done",
};

const char *nt_blackbox_state_text(const struct nt_blackbox_report *report)
{
    switch (report->header.state) {
    case NTSHM_BLACKBOX_REMOVED:
        return "device removed";
    case NTSHM_BLACKBOX_CLOSED:
        return "closed";
    default:
        return "recording";
    }
}

static const char *saved_text(uint32_t reason)
{
    switch (reason) {
    case NTSHM_BLACKBOX_SAVED_DEATH:
        return "recorder died";
    case NTSHM_BLACKBOX_SAVED_REMOVED:
        return "device removed";
    default:
        return "asked for";
    }
}

const char *nt_blackbox_queue_type_text(uint32_t type)
{
    static const char *const types[] = {"direct", "bundle", "compute", "copy"};

    return type < NT_ARRAY_SIZE(types) ? types[type] : "other";
}

static const char *queue_name(const struct nt_blackbox_report *report, uint32_t number, char *text)
{
    const struct nt_blackbox_queue_report *queue = nt_blackbox_queue_of(report, number);

    return nt_blackbox_name_of(report, queue ? queue->name : 0, text);
}

/* A header field, cleaned. */
#define CLEAN(field, text) nt_text_clean((field), sizeof(field), (text), sizeof(text))

/* How many of the newest @n markers there can be. */
static uint32_t history_length(const struct nt_blackbox_report *report, uint32_t n)
{
    if (n > report->header.markers.count)
        n = report->header.markers.count;
    return n > report->newest ? (uint32_t)report->newest : n;
}

/* --- text ------------------------------------------------------------------------------------ */

static void print_header(FILE *out, const struct nt_blackbox_report *report,
                         const struct nt_blackbox_origin *origin)
{
    const struct ntshm_blackbox_header *header = &report->header;
    char text[3 * sizeof(header->driver) + 1], title[1024], number[3][32], time[40];

    nt_text_clean(origin->title, strlen(origin->title), title, sizeof(title));
    if (origin->live)
        fprintf(out, "black box   %s, live\n", title);
    else if (header->saved_unix_ns == 0)
        fprintf(out, "black box   %s, a raw copy\n", title);
    else
        fprintf(out, "black box   %s, saved %s: %s\n", title,
                nt_text_time(header->saved_unix_ns, time), saved_text(header->saved_reason));
    fprintf(out, "recorder    %s, pid %u%s, since %s\n", CLEAN(header->program, text), header->pid,
            !origin->live            ? ""
            : origin->recorder_alive ? " (alive)"
                                     : " (gone)",
            nt_text_time(header->created_unix_ns, time));
    fprintf(out, "driver      %s\n", CLEAN(header->driver, text));
    fprintf(out, "state       %s", nt_blackbox_state_text(report));
    if (header->state == NTSHM_BLACKBOX_REMOVED)
        fprintf(out, ": %s (0x%08x)", nt_text_removed_reason(header->removed_reason),
                header->removed_reason);
    fprintf(out, "\nsize        %s bytes: %s of records, %s of payload\n",
            nt_text_number(header->total_size, number[0]),
            nt_text_number(header->meta_size, number[1]),
            nt_text_number(header->payload_size, number[2]));
}

static void print_queues(FILE *out, const struct nt_blackbox_report *report)
{
    char name[NT_BLACKBOX_TEXT];

    for (uint32_t i = 0; i < report->n_queues; i++) {
        const struct nt_blackbox_queue_report *queue = &report->queues[i];

        fprintf(out, "queue       \"%s\" (%s): fence completed %llu, submitted %llu\n",
                nt_blackbox_name_of(report, queue->name, name),
                nt_blackbox_queue_type_text(queue->type), (unsigned long long)queue->completed,
                (unsigned long long)queue->submitted);
    }
}

static void print_marker_word(FILE *out, const struct nt_blackbox_report *report, const char *what,
                              uint32_t word)
{
    char name[NT_BLACKBOX_TEXT];

    if (word == 0)
        fprintf(out, ", marker %s none", what);
    else if (NTSHM_BLACKBOX_VALUE_ORDINAL(word) == 0)
        fprintf(out, ", marker %s 0 (list begun)", what);
    else
        fprintf(out, ", marker %s %u (%s)", what, NTSHM_BLACKBOX_VALUE_ORDINAL(word),
                nt_blackbox_name_of(report, NTSHM_BLACKBOX_VALUE_NAME(word), name));
}

static void print_lists(FILE *out, const struct nt_blackbox_report *report)
{
    char name[NT_BLACKBOX_TEXT], queue[NT_BLACKBOX_TEXT];

    for (uint32_t i = 0; i < report->n_lists; i++) {
        const struct nt_blackbox_list_report *list = &report->lists[i];

        fprintf(out, "list        \"%s\": %s", nt_blackbox_name_of(report, list->name, name),
                progress_text[list->progress]);
        if (list->progress != NT_BLACKBOX_PROGRESS_RECORDED) {
            fprintf(out, "; queue \"%s\", fence %llu, %u of %u passes finished",
                    queue_name(report, list->queue, queue), (unsigned long long)list->fence_value,
                    list->n_finished, list->n_passes);
            print_marker_word(out, report, "in", list->marker_in);
            print_marker_word(out, report, "out", list->marker_out);
            if (list->n_executions > 1)
                fprintf(out, ", submitted %u times", list->n_executions);
        }
        fprintf(out, "\n");
        if (list->n_unended > 0)
            fprintf(out, "            the fence has passed it, but %u of its passes never ended\n",
                    list->n_unended);
    }
}

static void print_history(FILE *out, const struct nt_blackbox_report *report, uint32_t n)
{
    char name[NT_BLACKBOX_TEXT];

    for (uint32_t left = history_length(report, n); left > 0; left--) {
        uint64_t sequence = report->newest - left + 1;
        struct ntshm_blackbox_marker marker;

        if (!nt_blackbox_marker_of(report, sequence, &marker))
            continue;
        fprintf(out, "marker      %llu: %s %s (record %u, ordinal %u, %+lld us)\n",
                (unsigned long long)sequence,
                marker.kind == NTSHM_BLACKBOX_BEGIN ? "begin" : "end  ",
                nt_blackbox_name_of(report, NTSHM_BLACKBOX_VALUE_NAME(marker.value), name),
                marker.list, NTSHM_BLACKBOX_VALUE_ORDINAL(marker.value),
                (long long)(int64_t)(marker.time_ns - report->header.created_mono_ns) / 1000);
    }
}

void nt_blackbox_print(FILE *out, const struct nt_blackbox_report *report,
                       const struct nt_blackbox_origin *origin)
{
    const struct ntshm_blackbox_header *header = &report->header;
    char name[NT_BLACKBOX_TEXT], list[NT_BLACKBOX_TEXT], queue[NT_BLACKBOX_TEXT], number[32];

    print_header(out, report, origin);
    print_queues(out, report);
    print_lists(out, report);
    print_history(out, report, origin->n_history);
    if (header->passes_dropped || header->names_dropped || report->n_torn || report->n_odd)
        fprintf(out,
                "notes       %llu passes and %llu names had no room, %u entries half written, "
                "%u contradictions\n",
                (unsigned long long)header->passes_dropped,
                (unsigned long long)header->names_dropped, report->n_torn, report->n_odd);
    fprintf(out, "finished    %s passes\n", nt_text_number(report->passes_finished, number));
    for (uint32_t i = 0; i < report->n_passes; i++) {
        const struct nt_blackbox_pass_report *pass = &report->passes[i];
        const struct nt_blackbox_list_report *in = &report->lists[pass->list];

        fprintf(out, "%sin flight   \"%s\" in list \"%s\" on queue \"%s\"%s\n",
                origin->styled ? "\033[31m" : "", nt_blackbox_name_of(report, pass->name, name),
                nt_blackbox_name_of(report, in->name, list), queue_name(report, in->queue, queue),
                origin->styled ? "\033[0m" : "");
    }
    if (report->n_passes == 0)
        fprintf(out, "in flight   nothing\n");
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void put_text(struct json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, json_object_new_string(text));
}

static void put_number(struct json_object *object, const char *key, uint64_t number)
{
    json_object_object_add(object, key, json_object_new_uint64(number));
}

static void put_bool(struct json_object *object, const char *key, bool value)
{
    json_object_object_add(object, key, json_object_new_boolean(value));
}

static struct json_object *queues_to_json(const struct nt_blackbox_report *report)
{
    struct json_object *array = json_object_new_array();
    char name[NT_BLACKBOX_TEXT];

    for (uint32_t i = 0; i < report->n_queues; i++) {
        const struct nt_blackbox_queue_report *queue = &report->queues[i];
        struct json_object *object = json_object_new_object();

        put_text(object, "name", nt_blackbox_name_of(report, queue->name, name));
        put_text(object, "type", nt_blackbox_queue_type_text(queue->type));
        put_number(object, "fence_submitted", queue->submitted);
        put_number(object, "fence_completed", queue->completed);
        put_number(object, "passes_submitted", queue->passes_submitted);
        put_number(object, "passes_completed", queue->passes_completed);
        json_object_array_add(array, object);
    }
    return array;
}

static struct json_object *lists_to_json(const struct nt_blackbox_report *report)
{
    struct json_object *array = json_object_new_array();
    char name[NT_BLACKBOX_TEXT];

    for (uint32_t i = 0; i < report->n_lists; i++) {
        const struct nt_blackbox_list_report *list = &report->lists[i];
        struct json_object *object = json_object_new_object();

        put_text(object, "name", nt_blackbox_name_of(report, list->name, name));
        put_text(object, "progress", progress_text[list->progress]);
        if (list->progress != NT_BLACKBOX_PROGRESS_RECORDED) {
            put_text(object, "queue", queue_name(report, list->queue, name));
            put_number(object, "fence_value", list->fence_value);
            put_number(object, "executions", list->n_executions);
        }
        put_number(object, "marker_in", NTSHM_BLACKBOX_VALUE_ORDINAL(list->marker_in));
        put_number(object, "marker_out", NTSHM_BLACKBOX_VALUE_ORDINAL(list->marker_out));
        put_number(object, "markers", list->n_ordinals);
        put_number(object, "passes", list->n_passes);
        put_number(object, "passes_finished", list->n_finished);
        put_number(object, "passes_in_flight", list->n_in_flight);
        put_number(object, "passes_never_ended", list->n_unended);
        json_object_array_add(array, object);
    }
    return array;
}

static struct json_object *passes_to_json(const struct nt_blackbox_report *report)
{
    struct json_object *array = json_object_new_array();
    char name[NT_BLACKBOX_TEXT];

    for (uint32_t i = 0; i < report->n_passes; i++) {
        const struct nt_blackbox_pass_report *pass = &report->passes[i];
        const struct nt_blackbox_list_report *list = &report->lists[pass->list];
        struct json_object *object = json_object_new_object();

        put_text(object, "name", nt_blackbox_name_of(report, pass->name, name));
        put_text(object, "list", nt_blackbox_name_of(report, list->name, name));
        put_text(object, "queue", queue_name(report, list->queue, name));
        put_number(object, "ordinal", pass->ordinal);
        put_number(object, "depth", pass->depth);
        json_object_array_add(array, object);
    }
    return array;
}

static struct json_object *history_to_json(const struct nt_blackbox_report *report, uint32_t n)
{
    struct json_object *array = json_object_new_array();
    char name[NT_BLACKBOX_TEXT];

    for (uint32_t left = history_length(report, n); left > 0; left--) {
        uint64_t sequence = report->newest - left + 1;
        struct ntshm_blackbox_marker marker;
        struct json_object *object;

        if (!nt_blackbox_marker_of(report, sequence, &marker))
            continue;
        object = json_object_new_object();
        put_number(object, "sequence", sequence);
        put_text(object, "kind", marker.kind == NTSHM_BLACKBOX_BEGIN ? "begin" : "end");
        put_text(object, "name",
                 nt_blackbox_name_of(report, NTSHM_BLACKBOX_VALUE_NAME(marker.value), name));
        put_number(object, "record", marker.list);
        put_number(object, "ordinal", NTSHM_BLACKBOX_VALUE_ORDINAL(marker.value));
        put_number(object, "time_ns", marker.time_ns);
        json_object_array_add(array, object);
    }
    return array;
}

static void put_origin(struct json_object *object, const struct nt_blackbox_report *report,
                       const struct nt_blackbox_origin *origin)
{
    const struct ntshm_blackbox_header *header = &report->header;
    char text[3 * sizeof(header->driver) + 1], title[1024];

    put_text(object, "source",
             nt_text_clean(origin->title, strlen(origin->title), title, sizeof(title)));
    put_bool(object, "live", origin->live);
    if (origin->live) {
        put_bool(object, "recorder_alive", origin->recorder_alive);
    } else {
        put_number(object, "saved_unix_ns", header->saved_unix_ns);
        put_text(object, "saved_because", saved_text(header->saved_reason));
    }
    put_text(object, "program", CLEAN(header->program, text));
    put_number(object, "pid", header->pid);
    put_number(object, "created_unix_ns", header->created_unix_ns);
    put_text(object, "driver", CLEAN(header->driver, text));
    put_text(object, "state", nt_blackbox_state_text(report));
    put_number(object, "removed_reason", header->removed_reason);
}

struct json_object *nt_blackbox_to_json(const struct nt_blackbox_report *report,
                                        const struct nt_blackbox_origin *origin)
{
    const struct ntshm_blackbox_header *header = &report->header;
    struct json_object *object = json_object_new_object();

    if (!object)
        return NULL;
    put_origin(object, report, origin);
    put_number(object, "bytes", header->total_size);
    put_number(object, "bytes_of_records", header->meta_size);
    put_number(object, "bytes_of_payload", header->payload_size);
    put_number(object, "passes_finished", report->passes_finished);
    put_number(object, "passes_dropped", header->passes_dropped);
    put_number(object, "names_dropped", header->names_dropped);
    put_number(object, "entries_half_written", report->n_torn);
    put_number(object, "contradictions", report->n_odd);
    json_object_object_add(object, "queues", queues_to_json(report));
    json_object_object_add(object, "lists", lists_to_json(report));
    json_object_object_add(object, "in_flight", passes_to_json(report));
    if (origin->n_history > 0)
        json_object_object_add(object, "history", history_to_json(report, origin->n_history));
    return object;
}
