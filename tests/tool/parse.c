// SPDX-License-Identifier: MIT
/*
 * The reader of black boxes, over boxes made by hand: what it makes of the two words and the ring,
 * and that no bytes whatever make it do more than complain.
 */
#include "harness/test.h"
#include "tool/boximage.h"
#include "tool/blackbox/blackbox-parse.h"
#include "tool/blackbox/blackbox-print.h"
#include "tool/kit/text.h"

#include <stdio.h>
#include <stdlib.h>

/* Parses an exact copy on the heap, so that a sanitizer sees the first byte too many. */
static int parse_bytes(const void *bytes, size_t size, uint64_t source_size,
                       struct nt_blackbox_report *report, void **ret_copy, char *why)
{
    void *copy = malloc(size ? size : 1);
    int error;

    require(copy != NULL);
    memcpy(copy, bytes, size);
    error = nt_blackbox_parse(copy, size, source_size, report, why);
    *ret_copy = copy;
    return error;
}

static struct nt_blackbox_report parse_box(const struct boximage *box, void **ret_copy)
{
    struct nt_blackbox_report report = {0};
    char why[NT_BLACKBOX_WHY] = "";

    require(parse_bytes(box, BOX_META, sizeof(*box), &report, ret_copy, why) == 0, "%s", why);
    return report;
}

static void drop(struct nt_blackbox_report *report, void *copy)
{
    nt_blackbox_report_deinit(report);
    free(copy);
}

static void ok_in_flight(const struct nt_blackbox_report *report, uint32_t i, const char *name)
{
    char text[NT_BLACKBOX_TEXT];

    if (ok(i < report->n_passes))
        ok_str_eq(nt_blackbox_name_of(report, report->passes[i].name, text), name);
}

/* Three passes in list 0. */
static void three_passes(struct boximage *box)
{
    box_list(box, 0, "frame");
    for (unsigned i = 0; i < 3; i++) {
        static const char *const names[] = {"shadows", "lighting", "present"};

        box_begin(box, 0, names[i]);
        box_end(box, 0, names[i]);
    }
}

TEST(pass_between_its_markers_is_in_flight, "D2.1 D2.5")
{
    struct nt_blackbox_report report;
    struct boximage box;
    void *copy;

    box_init(&box);
    three_passes(&box);
    box_reached(&box, 0, 3, "lighting", 2, "shadows");
    report = parse_box(&box, &copy);
    ok_eq(report.n_passes, 1);
    ok_in_flight(&report, 0, "lighting");
    ok_eq(report.lists[0].progress, NT_BLACKBOX_PROGRESS_RUNNING);
    ok_eq(report.lists[0].n_finished, 1);
    ok_eq(report.passes_finished, 40 + 1);
    ok_eq(report.n_odd, 0);
    drop(&report, copy);
}

TEST(list_that_has_not_begun_has_nothing_in_flight, "D2.1")
{
    struct nt_blackbox_report report;
    struct boximage box;
    void *copy;

    box_init(&box);
    three_passes(&box);
    report = parse_box(&box, &copy);
    ok_eq(report.n_passes, 0);
    ok_eq(report.lists[0].progress, NT_BLACKBOX_PROGRESS_WAITING);
    drop(&report, copy);

    box_reached(&box, 0, 0, "frame", 0, "frame"); /* begun, no pass yet */
    report = parse_box(&box, &copy);
    ok_eq(report.n_passes, 0);
    ok_eq(report.lists[0].progress, NT_BLACKBOX_PROGRESS_RUNNING);
    drop(&report, copy);
}

TEST(all_passes_ended_before_the_fence_is_seen, "D2.1")
{
    struct nt_blackbox_report report;
    struct boximage box;
    void *copy;

    box_init(&box);
    three_passes(&box);
    box_reached(&box, 0, 5, "present", 6, "present");
    report = parse_box(&box, &copy);
    ok_eq(report.n_passes, 0);
    ok_eq(report.lists[0].progress, NT_BLACKBOX_PROGRESS_ENDED);
    ok_eq(report.passes_finished, 40 + 3);
    drop(&report, copy);
}

TEST(work_that_overlaps_is_in_flight_together, "D2.1 D2.2")
{
    struct nt_blackbox_report report;
    struct boximage box;
    void *copy;

    box_init(&box);
    three_passes(&box);
    box_reached(&box, 0, 5, "present", 2, "shadows"); /* started is not finished */
    report = parse_box(&box, &copy);
    ok_eq(report.n_passes, 2);
    ok_in_flight(&report, 0, "lighting");
    ok_in_flight(&report, 1, "present");
    drop(&report, copy);
}

TEST(nested_passes_are_in_flight_together, "D2.1")
{
    struct nt_blackbox_report report;
    struct boximage box;
    void *copy;

    box_init(&box);
    box_list(&box, 0, "frame");
    box_begin(&box, 0, "lighting");
    box_begin(&box, 0, "sun");
    box_end(&box, 0, "sun");
    box_begin(&box, 0, "lamps");
    box_end(&box, 0, "lamps");
    box_end(&box, 0, "lighting");
    box_reached(&box, 0, 4, "lamps", 3, "sun");
    report = parse_box(&box, &copy);
    ok_eq(report.n_passes, 2);
    ok_in_flight(&report, 0, "lighting");
    ok_in_flight(&report, 1, "lamps");
    ok_eq(report.passes[1].depth, 1);
    ok_eq(report.lists[0].n_finished, 1);
    drop(&report, copy);
}

TEST(lists_of_several_queues_are_told_apart, "D2.5")
{
    struct nt_blackbox_report report;
    struct boximage box;
    void *copy;

    box_init(&box);
    box.queues[1] = (struct ntshm_blackbox_queue_record){
        .name = box_name(&box, "copies"), .submitted = 9, .completed = 5};
    three_passes(&box);
    box_list(&box, 1, "upload");
    box.lists[1].queue = 1;
    box.lists[1].fence_value = 9;
    box_begin(&box, 1, "textures");
    box_end(&box, 1, "textures");
    box_reached(&box, 0, 1, "shadows", 0, "frame");
    box_reached(&box, 1, 1, "textures", 0, "upload");
    report = parse_box(&box, &copy);
    ok_eq(report.n_queues, 2);
    ok_eq(report.n_passes, 2);
    ok_in_flight(&report, 0, "shadows");
    ok_in_flight(&report, 1, "textures");
    ok_eq(report.lists[report.passes[1].list].queue, 1);
    drop(&report, copy);
}

TEST(fence_without_end_markers_is_told, "D2.1")
{
    struct nt_blackbox_report report;
    struct boximage box;
    void *copy;

    box_init(&box);
    three_passes(&box);
    box.queues[0].completed = 5;
    box_reached(&box, 0, 5, "present", 2, "shadows");
    report = parse_box(&box, &copy);
    ok_eq(report.lists[0].progress, NT_BLACKBOX_PROGRESS_DONE);
    ok_eq(report.lists[0].n_unended, 2);
    ok_eq(report.n_passes, 0);
    drop(&report, copy);
}

TEST(name_survives_the_ring_going_round, "D2.2")
{
    struct nt_blackbox_report report;
    struct boximage box;
    void *copy;

    box_init(&box);
    three_passes(&box);
    box_reached(&box, 0, 3, "lighting", 2, "shadows");
    box_list(&box, 1, "other");
    box.lists[1].state = NTSHM_BLACKBOX_LIST_OPEN;
    for (unsigned i = 0; i < BOX_MARKERS; i++)
        box_mark(&box, 1, i % 2 ? NTSHM_BLACKBOX_END : NTSHM_BLACKBOX_BEGIN, "again");
    report = parse_box(&box, &copy);
    ok_eq(report.n_passes, 1);
    ok_in_flight(&report, 0, "lighting");
    ok_eq(report.passes[0].sequence, 0);
    ok_eq(report.newest, 6 + BOX_MARKERS);
    drop(&report, copy);
}

TEST(half_written_entries_are_left_out, "D2.5")
{
    struct nt_blackbox_report report;
    struct boximage box;
    void *copy;

    box_init(&box);
    three_passes(&box);
    box_reached(&box, 0, 3, "lighting", 2, "shadows");
    box.markers[3].time_ns++;    /* two laps in one entry */
    box.markers[4].sequence = 0; /* being written */
    box.lists[2].generation = 7; /* being used again */
    box.lists[2].state = NTSHM_BLACKBOX_LIST_SUBMITTED;
    report = parse_box(&box, &copy);
    ok_eq(report.n_torn, 1);
    ok_eq(report.n_lists, 1);
    ok_eq(report.n_passes, 1); /* the word alone still tells */
    ok_in_flight(&report, 0, "lighting");
    drop(&report, copy);
}

TEST(words_that_contradict_the_ring_are_told, "D2.5")
{
    struct nt_blackbox_report report;
    struct boximage box;
    void *copy;

    box_init(&box);
    three_passes(&box);
    box_reached(&box, 0, 3, "present", 2, "shadows"); /* ordinal 3 is lighting */
    report = parse_box(&box, &copy);
    ok_eq(report.n_odd, 1);
    drop(&report, copy);
    box_reached(&box, 0, 300, "present", 200, "shadows");
    report = parse_box(&box, &copy);
    ok(report.n_odd > 0);
    drop(&report, copy);
}

/* --- what is no black box -------------------------------------------------------------------- */

static void ok_refused(const struct boximage *box, const char *word)
{
    struct nt_blackbox_report report;
    char why[NT_BLACKBOX_WHY] = "";
    void *copy;

    ok(parse_bytes(box, BOX_META, sizeof(*box), &report, &copy, why) != 0);
    ok(strstr(why, word) != NULL, "\"%s\" is not about \"%s\"", why, word);
    free(copy);
}

TEST(foreign_and_damaged_headers_are_refused, "D2.5")
{
    struct boximage good, box;

    box_init(&good);
#define REFUSED(statement, word) \
    do {                         \
        box = good;              \
        statement;               \
        ok_refused(&box, word);  \
    } while (0)
    REFUSED(box.header.magic[3] ^= 1, "not a black box");
    REFUSED(box.header.version = 2, "version 2");
    REFUSED(box.header.header_size = 64, "sizes");
    REFUSED(box.header.meta_size = UINT64_MAX, "sizes");
    REFUSED(box.header.meta_size = (128u << 20) + 64, "sizes");
    REFUSED(box.header.payload_size++, "sizes");
    REFUSED((box.header.total_size += 64, box.header.payload_size += 64), "truncated");
    REFUSED(box.header.state = 0, "impossible");
    REFUSED(box.header.state = 4, "impossible");
    REFUSED(box.header.markers.count = 63, "impossible");
    REFUSED(box.header.markers.count = 0, "markers");
    REFUSED(box.header.markers.count = 1u << 21, "markers");
    REFUSED(box.header.lists.offset = UINT64_MAX - 63, "lists");
    REFUSED(box.header.lists.offset += 8, "lists");
    REFUSED(box.header.lists.offset = 0, "lists");
    REFUSED(box.header.queues.count = 65, "queues");
    REFUSED(box.header.names.entry_size = 8, "names");
    REFUSED(box.header.names.entry_size = 1u << 20, "names");
    REFUSED(box.header.names.entry_size = 68, "names");
    REFUSED(box.header.submissions.count = UINT32_MAX, "submissions");
#undef REFUSED
}

/* Parses and prints; what matters is that it comes back. */
static bool survives(const void *bytes, size_t size, uint64_t source_size, FILE *sink)
{
    struct nt_blackbox_origin origin = {.title = "hostile", .n_history = 1000};
    struct nt_blackbox_report report;
    char why[NT_BLACKBOX_WHY] = "";
    struct json_object *json;
    bool survived = true;
    void *copy;

    if (parse_bytes(bytes, size, source_size, &report, &copy, why) == 0) {
        nt_blackbox_print(sink, &report, &origin);
        json = nt_blackbox_to_json(&report, &origin);
        survived = json != NULL;
        json_object_put(json);
        nt_blackbox_report_deinit(&report);
    } else {
        survived = why[0] != 0;
    }
    free(copy);
    return survived;
}

TEST(every_truncation_is_an_error_with_a_reason, "D2.5")
{
    FILE *sink = fopen("/dev/null", "w");
    struct boximage box;

    require(sink != NULL);
    box_init(&box);
    three_passes(&box);
    for (size_t size = 0; size < BOX_META; size += size < 1024 ? 1 : 61) {
        struct nt_blackbox_report report;
        char why[NT_BLACKBOX_WHY] = "";
        void *copy;

        ok(parse_bytes(&box, size, size, &report, &copy, why) != 0);
        ok(why[0] != 0);
        free(copy);
    }
    ok(survives(&box, BOX_META, sizeof(box), sink));
    fclose(sink);
}

TEST_DEADLINE(no_byte_makes_the_reader_crash, "D2.5", 120)
{
    static const unsigned char values[] = {0, 1, 0x7f, 0x80, 0xff};
    FILE *sink = fopen("/dev/null", "w");
    struct boximage good, box;
    bool survived = true;

    require(sink != NULL);
    box_init(&good);
    three_passes(&good);
    box_reached(&good, 0, 3, "lighting", 2, "shadows");
    for (size_t at = 0; at < BOX_META; at++) {
        if (at > sizeof(good.header) && at < sizeof(good.page))
            continue; /* nobody looks there */
        for (size_t v = 0; v < sizeof(values); v++) {
            box = good;
            ((unsigned char *)&box)[at] = values[v];
            survived = survived && survives(&box, BOX_META, sizeof(box), sink);
        }
    }
    ok(survived);
    fclose(sink);
}

/* --- text ------------------------------------------------------------------------------------- */

TEST(foreign_text_is_harmless_when_printed, "D2.5")
{
    char text[64], small[8];

    ok_str_eq(nt_text_clean("plain \xc3\xa9", 8, text, sizeof(text)), "plain \xc3\xa9");
    ok_str_eq(nt_text_clean("a\x1b[2Jb", 6, text, sizeof(text)), "a\xef\xbf\xbd[2Jb");
    ok_str_eq(nt_text_clean("\xc0\xaf", 2, text, sizeof(text)),
              "\xef\xbf\xbd\xef\xbf\xbd"); /* overlong */
    ok_str_eq(nt_text_clean("\xed\xa0\x80", 3, text, sizeof(text)),
              "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); /* a surrogate */
    ok_str_eq(nt_text_clean("\xe2\x80\xae", 3, text, sizeof(text)), "\xef\xbf\xbd");
    ok_str_eq(nt_text_clean("\xe2\x80\x8f", 3, text, sizeof(text)), "\xef\xbf\xbd");
    ok_str_eq(nt_text_clean("\xd8\x9c", 2, text, sizeof(text)), "\xef\xbf\xbd");
    ok_str_eq(nt_text_clean("\xe2\x80", 2, text, sizeof(text)), "\xef\xbf\xbd\xef\xbf\xbd");
    ok_str_eq(nt_text_clean("abcdefghij", 10, small, sizeof(small)), "abcdefg");
    ok_str_eq(nt_text_number(71303168, text), "71,303,168");
    ok_str_eq(nt_text_number(0, text), "0");
    ok_str_eq(nt_text_number(999, text), "999");
}
