// SPDX-License-Identifier: MIT
/*
 * One line: its subjects are started, asked how large a batch must be, counted, checked, and then
 * sampled in turn, another one first in each round.
 */
#include "bench/bench.h"

#include <stdlib.h>
#include <string.h>

#define BATCH_NS  500000.0
#define MAX_BATCH (1u << 20)
#define REPEATS   5 /* batches to a sample; their median counts */
#define COUNTED   16u

static int compare(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;

    return (first > second) - (first < second);
}

struct bench_sample bench_sample_of(double *values, unsigned n)
{
    struct bench_sample sample = {0, 0, 0};

    if (n == 0)
        return sample;
    qsort(values, n, sizeof(*values), compare);
    sample.median = n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
    sample.min = values[0];
    sample.max = values[n - 1];
    return sample;
}

double bench_unit_of(enum bench_unit unit, const char **ret_name)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {[BENCH_US] = {"us", 1e3}, [BENCH_NS] = {"ns", 1}, [BENCH_MS] = {"ms", 1e6}};

    if (ret_name)
        *ret_name = units[unit].name;
    return units[unit].ns;
}

double bench_calls_of(const struct bench_result *result, unsigned subject, unsigned who)
{
    const struct bench_subject_result *sub = &result->subjects[subject];
    unsigned n_threads = result->line->n_threads ? result->line->n_threads : 1;

    return sub->n_counted ? (double)sub->calls[who].total / sub->n_counted / n_threads : 0;
}

int bench_meets(const struct bench_result *result)
{
    const struct bench_line *line = result->line;

    if (line->ratio_target > 0 && result->has_ratio[1])
        return result->ratio[1].median <= line->ratio_target;
    if (line->time_target > 0 && result->subjects[0].ran)
        return result->subjects[0].ns.median / bench_unit_of(line->unit, NULL) <= line->time_target;
    return -1;
}

struct race {
    struct bench_result *result;
    struct bench_process processes[BENCH_MAX_SUBJECTS];
    unsigned batch[BENCH_MAX_SUBJECTS];
    unsigned n;
};

/* The subject's process is gone; what else stands is measured without it. */
static void lose(struct race *race, unsigned i)
{
    struct bench_subject_result *sub = &race->result->subjects[i];

    sub->ran = false;
    snprintf(sub->why_not, sizeof(sub->why_not), "%s", race->processes[i].failed);
    if (!race->processes[i].skipped)
        race->result->failed = true;
    bench_process_end(&race->processes[i]);
}

static void start_all(struct race *race)
{
    const struct bench_line *line = race->result->line;

    while (race->n < BENCH_MAX_SUBJECTS && line->subjects[race->n].name) {
        unsigned i = race->n++;

        race->result->subjects[i].ran =
            bench_process_start(&race->processes[i], line, &line->subjects[i]);
        if (!race->result->subjects[i].ran)
            lose(race, i);
    }
}

/* How many operations half a millisecond takes; this also warms the subject up. */
static bool calibrate(struct race *race, unsigned i)
{
    unsigned n = race->result->line->batch;
    double ns;

    if (n == 0 && bench_options.check_runs)
        n = 2;
    race->batch[i] = n ? n : 1;
    for (;;) {
        if (!bench_process_run(&race->processes[i], race->batch[i], 1, &ns))
            return false;
        if (n || ns * race->batch[i] >= BATCH_NS / 2 || race->batch[i] >= MAX_BATCH)
            break;
        race->batch[i] *= 2;
    }
    if (!n && ns > 0) {
        double fits = BATCH_NS / ns;

        race->batch[i] = fits < 1 ? 1 : fits > MAX_BATCH ? MAX_BATCH : (unsigned)fits;
    }
    return true;
}

static bool count(struct race *race, unsigned i)
{
    struct bench_subject_result *sub = &race->result->subjects[i];

    if (race->result->line->not_counted)
        return true;
    sub->counted = bench_process_count(&race->processes[i], COUNTED, sub->calls);
    if (sub->counted) {
        sub->n_counted = COUNTED;
        return true;
    }
    /* Not permitted is no failure of the subject; anything else is. */
    if (strncmp(race->processes[i].failed, "ptrace", 6) != 0)
        return false;
    snprintf(sub->why_not, sizeof(sub->why_not), "%s", race->processes[i].failed);
    race->processes[i].failed[0] = 0;
    return true;
}

static void prepare_all(struct race *race)
{
    for (unsigned i = 0; i < race->n; i++) {
        if (race->result->subjects[i].ran &&
            !(calibrate(race, i) && count(race, i) && bench_process_check(&race->processes[i])))
            lose(race, i);
    }
}

static void run_round(struct race *race, unsigned round)
{
    unsigned repeats = bench_options.check_runs ? 1 : REPEATS;

    if (race->result->line->batch == 1)
        repeats = 1;
    for (unsigned k = 0; k < race->n; k++) {
        unsigned i = (k + round) % race->n;
        struct bench_subject_result *sub = &race->result->subjects[i];

        if (sub->ran &&
            !bench_process_run(&race->processes[i], race->batch[i], repeats, &sub->samples[round]))
            lose(race, i);
    }
}

/* Inside each round, so that what else the machine did falls on both. */
static void take_ratio(struct bench_result *result, unsigned i)
{
    double ratios[BENCH_MAX_ROUNDS];

    result->has_ratio[i] = result->subjects[0].ran && result->subjects[i].ran;
    if (!result->has_ratio[i])
        return;
    for (unsigned round = 0; round < result->n_rounds; round++)
        ratios[round] = result->subjects[0].samples[round] / result->subjects[i].samples[round];
    result->ratio[i] = bench_sample_of(ratios, result->n_rounds);
}

static void finish(struct race *race)
{
    struct bench_result *result = race->result;
    double sorted[BENCH_MAX_ROUNDS];

    for (unsigned i = 0; i < race->n; i++) {
        if (result->subjects[i].ran && !bench_process_check(&race->processes[i]))
            lose(race, i);
    }
    for (unsigned i = 0; i < race->n; i++) {
        memcpy(sorted, result->subjects[i].samples, sizeof(sorted));
        if (result->subjects[i].ran)
            result->subjects[i].ns = bench_sample_of(sorted, result->n_rounds);
        if (i > 0)
            take_ratio(result, i);
        bench_process_end(&race->processes[i]);
    }
}

/* Why this machine cannot run the line, or NULL. */
static const char *not_here(const struct bench_line *line)
{
    static char text[120];
    unsigned long limit = bench_read_number("/proc/sys/vm/max_map_count");

    if ((line->place == BENCH_TWO_CPUS || line->n_threads > 1) && bench_n_cpus() < 2)
        return "it takes two processors";
    if (!bench_options.check_runs && line->parameter > 1000 && limit < line->parameter + 1000) {
        snprintf(text, sizeof(text), "vm.max_map_count is %lu", limit);
        return text;
    }
    return NULL;
}

void bench_measure(const struct bench_line *line, struct bench_result *ret_result)
{
    struct race race = {.result = ret_result};
    unsigned divisor = line->divisor ? line->divisor : 1;
    const char *why_not = not_here(line);

    memset(ret_result, 0, sizeof(*ret_result));
    ret_result->line = line;
    ret_result->n_rounds = (bench_options.rounds + divisor - 1) / divisor;
    if (why_not) {
        snprintf(ret_result->why_not, sizeof(ret_result->why_not), "%s", why_not);
        return;
    }
    bench_pin(bench_broker(), line->place, true);
    start_all(&race);
    prepare_all(&race);
    for (unsigned round = 0; round < ret_result->n_rounds; round++)
        run_round(&race, round);
    finish(&race);
    if (line->wine)
        ret_result->has_wine = bench_wine_find(line->wine, line->parameter, &ret_result->wine);
}
