// SPDX-License-Identifier: MIT
/*
 * The demo's proof; see blackbox-verify.h. Nothing is claimed that was not read from the section
 * after the device or the recorder was gone.
 */
#include "tool/blackbox/blackbox-verify.h"
#include "tool/blackbox/blackbox-demo.h"
#include "tool/kit/text.h"
#include "util/macro.h"

#include <stdarg.h>
#include <string.h>

void nt_verify_init(struct nt_verify *verify, bool removed, FILE *out)
{
    *verify = (struct nt_verify){.out = out, .removed = removed};
}

bool nt_verify_check(struct nt_verify *verify, bool held, const char *what, const char *format, ...)
{
    struct nt_verify_check_result *check = &verify->checks[verify->n_checks];
    va_list arguments;

    verify->n_failed += !held;
    if (verify->n_checks == NT_VERIFY_MAX_CHECKS)
        return held;
    verify->n_checks++;
    check->held = held;
    snprintf(check->what, sizeof(check->what), "%s", what);
    va_start(arguments, format);
    vsnprintf(check->detail, sizeof(check->detail), format, arguments);
    va_end(arguments);
    if (verify->out) {
        fprintf(verify->out, "  %-4s %s: %s\n", held ? "ok" : "FAIL", check->what, check->detail);
        fflush(verify->out);
    }
    return held;
}

/* --- the moment --------------------------------------------------------------------- */

/* The list that was submitted last to the main queue, or NULL. */
static const struct nt_blackbox_list_report *last_list(const struct nt_blackbox_report *report)
{
    const struct nt_blackbox_list_report *last = NULL;

    for (uint32_t i = 0; i < report->n_lists; i++) {
        const struct nt_blackbox_list_report *list = &report->lists[i];

        if (list->progress != NT_BLACKBOX_PROGRESS_RECORDED && list->queue == 0 &&
            (!last || list->fence_value > last->fence_value))
            last = list;
    }
    return last;
}

static uint32_t count_unended(const struct nt_blackbox_report *report)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < report->n_lists; i++)
        n += report->lists[i].n_unended;
    return n;
}

/* The names of all passes in flight, in one line. */
static const char *list_in_flight(const struct nt_blackbox_report *report, char *text, size_t size)
{
    size_t used = 0;

    snprintf(text, size, "none");
    for (uint32_t i = 0; i < report->n_passes && used < size; i++) {
        char name[NT_BLACKBOX_TEXT];

        used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "",
                                 nt_blackbox_name_of(report, report->passes[i].name, name));
    }
    return text;
}

static void check_end(struct nt_verify *verify, const struct nt_blackbox_report *report,
                      bool removed)
{
    const struct ntshm_blackbox_header *header = &report->header;

    if (removed)
        nt_verify_check(
            verify, header->state == NTSHM_BLACKBOX_REMOVED && (int32_t)header->removed_reason < 0,
            "the device is removed, and its memory is still there", "0x%08x %s",
            header->removed_reason, nt_text_removed_reason(header->removed_reason));
    else
        nt_verify_check(verify, header->state == NTSHM_BLACKBOX_RECORDING,
                        "the recorder is gone, and its memory is still there", "pid %u",
                        header->pid);
}

void nt_verify_moment(struct nt_verify *verify, const struct nt_blackbox_report *report,
                      const struct nt_verify_tear *tear, bool removed)
{
    static const char *const passes[NT_DEMO_N_PASSES] = {NT_DEMO_PASSES};
    const struct nt_blackbox_queue_report *queue = nt_blackbox_queue_of(report, 0);
    const struct nt_blackbox_list_report *last = last_list(report);
    uint32_t n_unended = count_unended(report);
    const uint32_t torn_end = NTSHM_BLACKBOX_VALUE(2 * NT_DEMO_TORN_PASS + 2, 0);
    char text[NT_BLACKBOX_TEXT];
    bool alone;

    nt_text_clean(report->header.driver, sizeof(report->header.driver), verify->driver,
                  sizeof(verify->driver));
    verify->passes_finished = report->passes_finished;
    if (!nt_verify_check(verify, queue && last, "the black box knows the last list", "%u lists",
                         report->n_lists))
        return;
    /* Complete by the GPU's own words: too late. Where no end is marked that cannot be told. */
    if (n_unended == 0 && (tear->n_new == tear->n_words || last->marker_out >= torn_end)) {
        verify->missed = true;
        return;
    }
    check_end(verify, report, removed);
    nt_verify_check(verify, n_unended == 0, "every pass behind the fence has its MARKER_OUT",
                    "%u have none", n_unended);
    nt_verify_check(verify, queue->completed < queue->submitted,
                    "completed fence < submitted fence", "%llu < %llu",
                    (unsigned long long)queue->completed, (unsigned long long)queue->submitted);
    nt_verify_check(verify,
                    NTSHM_BLACKBOX_VALUE_ORDINAL(last->marker_in) >
                        NTSHM_BLACKBOX_VALUE_ORDINAL(last->marker_out),
                    "marker in != marker out", "%u != %u",
                    NTSHM_BLACKBOX_VALUE_ORDINAL(last->marker_in),
                    NTSHM_BLACKBOX_VALUE_ORDINAL(last->marker_out));
    alone = report->n_passes == 1 && report->passes[0].list == (uint32_t)(last - report->lists);
    if (alone) {
        nt_blackbox_name_of(report, report->passes[0].name, verify->in_flight);
        nt_blackbox_name_of(report, last->name, verify->list);
        nt_blackbox_name_of(report, queue->name, verify->queue);
    }
    nt_verify_check(verify, alone && strcmp(verify->in_flight, passes[NT_DEMO_TORN_PASS]) == 0,
                    "one pass is in flight, and it is the one that was cut", "%s",
                    list_in_flight(report, text, sizeof(text)));
    nt_verify_check(verify, last->n_finished == NT_DEMO_TORN_PASS,
                    "the passes before it are finished, those after it are not", "%u of %u",
                    last->n_finished, last->n_passes);
    nt_verify_check(verify, report->n_odd == 0, "nothing in the box contradicts itself",
                    "%u contradictions", report->n_odd);
}

/* --- the torn copy ------------------------------------------------------------------ */

void nt_verify_read_tear(const volatile uint32_t *target, uint64_t n_words,
                         struct nt_verify_tear *ret_tear)
{
    struct nt_verify_tear tear = {.n_words = n_words, .first_old = n_words};

    for (uint64_t i = 0; i < n_words; i++) {
        uint32_t word = target[i];

        if (word == nt_demo_new_word(i)) {
            tear.n_new++;
            tear.end_of_new = i + 1;
        } else if (word == nt_demo_old_word(i)) {
            if (tear.first_old == n_words)
                tear.first_old = i;
        } else {
            tear.n_foreign++;
        }
    }
    *ret_tear = tear;
}

void nt_verify_torn(struct nt_verify *verify, const struct nt_verify_tear *tear)
{
    char number[3][32];
    uint64_t ragged =
        tear->end_of_new > tear->first_old ? 4 * (tear->end_of_new - tear->first_old) : 0;

    if (verify->missed)
        return;
    verify->torn_at = 4 * tear->first_old;
    verify->target_size = 4 * tear->n_words;
    nt_verify_check(verify,
                    tear->n_foreign == 0 && tear->first_old > 0 && tear->n_new > 0 &&
                        tear->end_of_new < tear->n_words,
                    "the copy is torn in the middle", "new up to byte %s of %s, ragged over %s",
                    nt_text_number(verify->torn_at, number[0]),
                    nt_text_number(verify->target_size, number[1]),
                    nt_text_number(ragged, number[2]));
}

/* --- the dump ----------------------------------------------------------------------- */

/* Whether a file tells what the live section told; a dump was saved by somebody. */
static bool same_story(const struct nt_blackbox_report *live, const char *path, bool saved,
                       char *why)
{
    struct nt_blackbox_source file;
    struct nt_blackbox_report report;
    char a[NT_BLACKBOX_TEXT], b[NT_BLACKBOX_TEXT];
    bool same;

    if (!nt_blackbox_source_open_file(path, &file, why))
        return false;
    if (nt_blackbox_parse(file.meta, file.meta_size, file.size, &report, why)) {
        nt_blackbox_source_close(&file);
        return false;
    }
    same = report.passes_finished == live->passes_finished && report.n_passes == live->n_passes &&
           report.n_lists == live->n_lists && (report.header.saved_unix_ns != 0) == saved;
    for (uint32_t i = 0; same && i < report.n_passes; i++)
        same = strcmp(nt_blackbox_name_of(&report, report.passes[i].name, a),
                      nt_blackbox_name_of(live, live->passes[i].name, b)) == 0;
    if (!same)
        snprintf(why, NT_BLACKBOX_WHY, "the file tells another story");
    nt_blackbox_report_deinit(&report);
    nt_blackbox_source_close(&file);
    return same;
}

void nt_verify_dump(struct nt_verify *verify, struct nt_blackbox_source *source,
                    const struct nt_blackbox_report *report, const char *path, uint32_t reason)
{
    char why[NT_BLACKBOX_WHY] = "";
    bool saved;

    if (verify->missed)
        return;
    saved = nt_blackbox_source_save(source, path, reason, &verify->bytes, why) &&
            same_story(report, path, true, why);
    if (nt_verify_check(verify, saved, "the dump file, read again, tells the same", "%s",
                        saved ? path : why))
        snprintf(verify->dump, sizeof(verify->dump), "%s", path);
}

void nt_verify_file(struct nt_verify *verify, const struct nt_blackbox_report *report,
                    const char *path)
{
    char why[NT_BLACKBOX_WHY] = "";

    if (verify->missed)
        return;
    verify->bytes = report->header.total_size;
    if (nt_verify_check(verify, same_story(report, path, false, why),
                        "the box's own file, read when everyone is gone, tells the same", "%s",
                        why[0] ? why : path))
        snprintf(verify->dump, sizeof(verify->dump), "%s", path);
}

/* --- results ------------------------------------------------------------------------ */

void nt_verify_print(const struct nt_verify *verify, FILE *out)
{
    char number[32];

    if (verify->n_failed > 0)
        return;
    fprintf(out, "  driver           %s\n", verify->driver);
    fprintf(out, "  passes finished  %s\n", nt_text_number(verify->passes_finished, number));
    fprintf(out, "  pass in flight   \"%s\" (list \"%s\", queue \"%s\")\n", verify->in_flight,
            verify->list, verify->queue);
    fprintf(out, "  bytes recovered  %s\n", nt_text_number(verify->bytes, number));
    fprintf(out, "  dump file        %s\n", verify->dump);
}

struct json_object *nt_verify_to_json(const struct nt_verify *verify)
{
    struct json_object *object = json_object_new_object();
    struct json_object *checks = json_object_new_array();

    for (unsigned i = 0; i < verify->n_checks; i++) {
        struct json_object *check = json_object_new_object();

        json_object_object_add(check, "held", json_object_new_boolean(verify->checks[i].held));
        json_object_object_add(check, "what", json_object_new_string(verify->checks[i].what));
        json_object_object_add(check, "detail", json_object_new_string(verify->checks[i].detail));
        json_object_array_add(checks, check);
    }
    json_object_object_add(object, "round",
                           json_object_new_string(verify->removed ? "removed" : "killed"));
    json_object_object_add(object, "tries", json_object_new_uint64(verify->n_tries));
    json_object_object_add(object, "checks", checks);
    json_object_object_add(object, "driver", json_object_new_string(verify->driver));
    json_object_object_add(object, "passes_finished",
                           json_object_new_uint64(verify->passes_finished));
    json_object_object_add(object, "in_flight", json_object_new_string(verify->in_flight));
    json_object_object_add(object, "list", json_object_new_string(verify->list));
    json_object_object_add(object, "queue", json_object_new_string(verify->queue));
    json_object_object_add(object, "bytes_recovered", json_object_new_uint64(verify->bytes));
    json_object_object_add(object, "torn_at", json_object_new_uint64(verify->torn_at));
    json_object_object_add(object, "dump", json_object_new_string(verify->dump));
    return object;
}
