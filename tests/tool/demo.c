// SPDX-License-Identifier: MIT
/*
 * The main job as a user runs it: `ntshm blackbox demo` proves both rounds, its dumps tell the same
 * story again, and with what the proof stands on left out the demo fails.
 */
#include "harness/test.h"
#include "tool/run.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEMO_DEADLINE 240

/* A dump of the demo, read again, is the round's own story. */
static void ok_same_story(struct json_object *round, const char *state)
{
    struct run run;
    struct json_object *told, *pass;
    struct stat info;

    ok_eq(stat(json_text(round, "dump"), &info), 0);
    ok_eq(info.st_size, json_number(round, "bytes_recovered"));
    run_tool(&run, "blackbox", "read", "--json", json_text(round, "dump"));
    ok_eq(run.code, 0);
    told = run_json(&run);
    pass = json_item(json_at(told, "in_flight"), 0);
    ok_str_eq(json_text(told, "state"), state);
    ok_str_eq(json_text(told, "driver"), json_text(round, "driver"));
    ok_eq(json_number(told, "passes_finished"), json_number(round, "passes_finished"));
    ok_eq(json_length(json_at(told, "in_flight")), 1);
    ok_str_eq(json_text(pass, "name"), json_text(round, "in_flight"));
    ok_str_eq(json_text(pass, "list"), json_text(round, "list"));
    ok_str_eq(json_text(pass, "queue"), json_text(round, "queue"));
    json_object_put(told);
    run_free(&run);
}

static void ok_round(struct json_object *round, const char *name)
{
    ok_str_eq(json_text(round, "round"), name);
    ok_str_eq(json_text(round, "in_flight"), "lighting");
    ok_str_eq(json_text(round, "queue"), "main");
    ok(json_number(round, "passes_finished") > 0);
    ok(json_number(round, "torn_at") > 0);
    ok(json_length(json_at(round, "checks")) >= 13);
    for (size_t i = 0; json_item(json_at(round, "checks"), i); i++) {
        struct json_object *check = json_item(json_at(round, "checks"), i);

        ok(json_object_get_boolean(json_at(check, "held")), "%s: %s", json_text(check, "what"),
           json_text(check, "detail"));
    }
}

TEST_DEADLINE(demo_proves_both_rounds, "D0.1 D2.2 D2.5 D15.2 D15.6 D19.6 D19.11", DEMO_DEADLINE)
{
    struct run run;
    struct json_object *told, *rounds;

    run_tool(&run, "blackbox", "demo", "--json", "-o", test_dir());
    ok_eq(run.code, 0);
    told = run_json(&run);
    rounds = json_at(told, "rounds");
    require(told && rounds && json_length(rounds) == 2);
    ok_round(json_item(rounds, 0), "removed");
    ok_round(json_item(rounds, 1), "killed");
    ok_same_story(json_item(rounds, 0), "device removed");
    ok_same_story(json_item(rounds, 1), "recording");
    json_object_put(told);
    run_free(&run);
}

/* Over files the boxes outlive everybody: they are read by a process that starts when all have
 * gone. */
TEST_DEADLINE(demo_over_files_leaves_them_behind, "D2.5 D15.6 D19.11", DEMO_DEADLINE)
{
    struct run run;
    struct json_object *told, *rounds;

    run_tool(&run, "blackbox", "demo", "--json", "--file", "-o", test_dir());
    ok_eq(run.code, 0);
    told = run_json(&run);
    rounds = json_at(told, "rounds");
    require(told && rounds && json_length(rounds) == 2);
    ok_round(json_item(rounds, 0), "removed");
    ok_round(json_item(rounds, 1), "killed");
    ok(strstr(json_text(json_item(rounds, 1), "dump"), "killed.box") != NULL);
    ok_same_story(json_item(rounds, 0), "device removed");
    ok_same_story(json_item(rounds, 1), "recording");
    json_object_put(told);
    run_free(&run);
}

TEST_DEADLINE(demo_tells_a_person_what_was_in_flight, "D2.5", DEMO_DEADLINE)
{
    struct run run;

    run_tool(&run, "blackbox", "demo", "-o", test_dir());
    ok_run(&run, 0, "pass in flight   \"lighting\" (list \"");
    ok_run(&run, 0, "driver           ");
    ok_run(&run, 0, "passes finished  ");
    ok_run(&run, 0, "bytes recovered  ");
    ok_run(&run, 0, "killed.dump");
    ok(strstr(run.out, "FAIL") == NULL);
    run_free(&run);
}

TEST_DEADLINE(demo_without_marker_out_fails, "D2.1 D2.5", DEMO_DEADLINE)
{
    struct run run;

    run_tool(&run, "blackbox", "demo", "--control=no-marker-out", "-o", test_dir());
    ok_run(&run, 1, "FAIL every pass behind the fence has its MARKER_OUT");
    ok_run(&run, 1, "FAIL one pass is in flight, and it is the one that was cut: depth prepass, ");
    ok_run(&run, 1, "the demo failed");
    run_free(&run);
}

TEST_DEADLINE(demo_over_a_copied_heap_fails, "D15.6", DEMO_DEADLINE)
{
    struct run run;

    run_tool(&run, "blackbox", "demo", "--control=copied-heap", "-o", test_dir());
    ok_run(&run, 1, "FAIL a word that it writes comes back through a GPU copy");
    ok_run(&run, 1, "the heap is a copy of the mapping");
    ok_run(&run, 1, "the demo failed");
    run_free(&run);
}

/* A dump that was cut anywhere is an error that says so. */
TEST_DEADLINE(cut_dump_is_a_clear_error, "D2.5", DEMO_DEADLINE)
{
    static const off_t lengths[] = {70000000, 4000000, 65536, 4096, 4095, 1, 0};
    char path[512];
    struct run run;

    run_tool(&run, "blackbox", "demo", "-o", test_dir());
    ok_eq(run.code, 0);
    run_free(&run);
    snprintf(path, sizeof(path), "%s/ntshm-blackbox-demo-killed.dump", test_dir());
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        ok_eq(truncate(path, lengths[i]), 0);
        run_tool(&run, "blackbox", "read", path);
        ok_run(&run, 1, lengths[i] >= 4096 ? "truncated: " : "not a black box: only ");
        run_free(&run);
    }
}
