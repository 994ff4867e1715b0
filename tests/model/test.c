// SPDX-License-Identifier: MIT
/*
 * Walks that must agree with the model, in one thread and in several, and walks that must not:
 * with a wrong rule planted in the model, and with a wrong library. A walk that fails says its
 * seed; NTSHM_MODEL_SEED=N walks from that one. In the long form each run draws a seed of its own
 * beside the fixed ones.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "harness/core.h"
#include "model/model.h"
#include "model/shared.h"
#include "model/wrong.h"

#ifdef NT_TEST_FULL
#    define STEPS(brief, full) (full)
#else
#    define STEPS(brief, full) (TEST_SANITIZED ? (brief) / 4 : (brief))
#endif

static uint64_t chosen_seed(uint64_t fixed)
{
    const char *text = getenv("NTSHM_MODEL_SEED");

    return text ? strtoull(text, NULL, 0) : fixed;
}

static void walk(const struct model_options *options)
{
    struct model_walk *walks;
    const char *report = model_walk(options, &walks);

    ok(report == NULL, "seed %llu", (unsigned long long)options->seed);
    if (report)
        fprintf(stderr, "%s", report);
    free(walks);
}

TEST_DEADLINE(walk_agrees_with_the_model,
              "5.1 5.6 5.7 5.8 5.19 5.30 5.34 5.37 5.38 5.39 5.47 7.4 "
              "7.7 7.10 7.24 7.26 7.29 7.32 8.2 8.3 8.22 8.23 9.1",
              300)
{
    struct model_options options = {.n_threads = 1};
    static const uint64_t seeds[] = {1, 2, 3};

    for (unsigned i = 0; i < 3; i++) {
        options.seed = chosen_seed(seeds[i]);
        options.steps = STEPS(20000, 200000);
        walk(&options);
    }
#ifdef NT_TEST_FULL
    options.seed = chosen_seed((uint64_t)time(NULL));
    fprintf(stderr, "a million steps from seed %llu\n", (unsigned long long)options.seed);
    options.steps = 1000000;
    walk(&options);
#endif
}

TEST_DEADLINE(walks_of_threads_agree_with_the_model, "5.60 8.22", 300)
{
    struct model_options options = {.n_threads = 4};

    options.seed = chosen_seed(4);
    options.steps = STEPS(10000, 250000);
    walk(&options);
}

TEST_DEADLINE(walks_among_the_librarys_own_places_agree, "5.60 8.1", 300)
{
    struct model_options options = {.n_threads = 2, .in_arena = true};

    options.seed = chosen_seed(5);
    options.steps = STEPS(10000, 250000);
    walk(&options);
}

TEST_DEADLINE(walk_of_old_calls_agrees, "7.4 7.7 9.1", 300)
{
    struct model_options options = {.n_threads = 1, .old_calls = true};

    options.seed = chosen_seed(6);
    options.steps = STEPS(20000, 200000);
    walk(&options);
}

/* A walk that never gets anywhere would agree with everything. */
TEST_DEADLINE(walk_meets_every_call_both_ways, "", 120)
{
    struct model_options options = {.n_threads = 1, .seed = 7, .steps = 20000};
    struct model_walk *walks;

    ok(model_walk(&options, &walks) == NULL);
    for (unsigned i = 0; i < MODEL_CALLS; i++) {
        if (i != MODEL_QUERY)
            ok(walks->counts[i][0] > 0, "no %s was done", model_call_name((enum model_call)i));
        if (i < MODEL_QUERY)
            ok(walks->counts[i][1] > 0, "no %s was refused", model_call_name((enum model_call)i));
    }
    free(walks);
}

/* --- walks that must stumble -------------------------------------------------------- */

TEST_DEADLINE(walk_stumbles_over_each_wrong_rule, "", 120)
{
    for (unsigned plant = 1; plant < MODEL_PLANTS; plant++) {
        struct model_options options = {
            .n_threads = 1, .seed = 8, .steps = 60000, .plant = (enum model_plant)plant};
        struct model_walk *walks;

        ok(model_walk(&options, &walks) != NULL, "%s was not noticed",
           model_plant_name((enum model_plant)plant));
        free(walks);
    }
}

TEST_DEADLINE(walk_stumbles_over_each_wrong_library, "", 120)
{
    for (unsigned wrong = 1; wrong < MODEL_WRONGS; wrong++) {
        struct model_options options = {.n_threads = 1, .seed = 9, .steps = 60000};
        struct model_walk *walks;

        if (wrong == MODEL_WRONG_RESTORE)
            continue; /* only others can see it: below */
        model_wrong = (enum model_wrong)wrong;
        ok(model_walk(&options, &walks) != NULL, "wrong library %u was not noticed", wrong);
        free(walks);
    }
    model_wrong = MODEL_RIGHT;
}

/* --- threads in one placeholder ----------------------------------------------------- */

TEST_DEADLINE(pieces_of_a_placeholder_change_beside_each_other, "5.28 5.60", 300)
{
    struct model_shared_options options = {.seed = chosen_seed(10), .n_threads = 3};
    const char *report;

    options.steps = STEPS(4000, 200000);
    report = model_shared(&options);
    ok(report == NULL, "%s", report);
}

TEST_DEADLINE(nobody_gets_an_address_inside_a_placeholder, "5.60", 300)
{
    struct model_shared_options options = {
        .seed = chosen_seed(11), .n_threads = 2, .n_intruders = 2};
    const char *report;

    options.steps = STEPS(8000, 300000);
    report = model_shared(&options);
    ok(report == NULL, "%s", report);
}

/* The control: a library that unmaps first is caught. */
TEST_DEADLINE(intruder_gets_in_where_a_view_is_unmapped_first, "5.60", 120)
{
    struct model_shared_options options = {
        .seed = chosen_seed(12), .n_threads = 2, .n_intruders = 2, .steps = 100000000};
    const char *report;

    options.deadline_ms = 90000 * (unsigned)test_slowness();
    model_wrong = MODEL_WRONG_RESTORE;
    report = model_shared(&options);
    model_wrong = MODEL_RIGHT;
    ok(report != NULL, "nobody got in");
}
