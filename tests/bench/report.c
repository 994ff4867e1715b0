// SPDX-License-Identifier: MIT
/*
 * The table, for people.
 */
#include "bench/bench.h"

#include <stdlib.h>
#include <sys/utsname.h>

void bench_report_head(void)
{
    struct utsname kernel;

    double load = 0;

    uname(&kernel);
    (void)getloadavg(&load, 1);
    printf("ntshm " NT_VERSION " on Linux %s %s, %u of its processors used, vm.max_map_count %lu\n",
           kernel.release, kernel.machine, bench_n_cpus(),
           bench_read_number("/proc/sys/vm/max_map_count"));
    printf(
        "Median of %u rounds (least - greatest).  A ratio is taken inside each round.  Calls are "
        "an\noperation's system calls, counted by ptrace; behind '+', those of the broker or "
        "partner.\n",
        bench_options.rounds);
    if (load > bench_n_cpus())
        printf("The machine has other work (load %.1f): times are too long, ratios are rougher.\n",
               load);
    if (bench_wine_note()[0])
        printf("Wine: %s.\n", bench_wine_note());
}

static void print_time(enum bench_unit unit, const struct bench_sample *ns)
{
    const char *name;
    double one = bench_unit_of(unit, &name);

    printf("%10.*f %s (%.*f - %.*f)", ns->median / one < 100 ? 2 : 1, ns->median / one, name,
           ns->min / one < 100 ? 2 : 1, ns->min / one, ns->max / one < 100 ? 2 : 1, ns->max / one);
}

static void print_number(double number)
{
    if (number > 0 && number < 0.05)
        printf("<0.1");
    else
        printf("%.*f", number == (double)(long)number ? 0 : 1, number);
}

/* "6 calls: memfd_create ftruncate ...", each name with how often when that is not once. */
static void print_kinds(const struct bench_calls *calls, double operations)
{
    for (unsigned i = 0; i < calls->n_kinds; i++) {
        double each = calls->kinds[i].count / operations;

        printf(" %s", bench_call_name(calls->kinds[i].number));
        if (each != 1) {
            printf(" x");
            print_number(each);
        }
    }
}

static void print_calls(const struct bench_result *result, unsigned i)
{
    const struct bench_subject_result *sub = &result->subjects[i];
    unsigned n_threads = result->line->n_threads ? result->line->n_threads : 1;
    double operations = (double)sub->n_counted * n_threads;

    if (!sub->counted)
        return;
    printf("\n%22s ", "calls");
    print_number(bench_calls_of(result, i, 0));
    if (result->line->subjects[i].partner != BENCH_ALONE) {
        printf(" + ");
        print_number(bench_calls_of(result, i, 1));
    }
    if (sub->calls[0].total + sub->calls[1].total)
        printf(":");
    print_kinds(&sub->calls[0], operations);
    if (sub->calls[1].total) {
        printf(" +");
        print_kinds(&sub->calls[1], operations);
    }
}

static void print_subject(const struct bench_result *result, unsigned i)
{
    const struct bench_subject_result *sub = &result->subjects[i];

    printf("  %-17s", result->line->subjects[i].name);
    if (sub->ran) {
        print_time(result->line->unit, &sub->ns);
        print_calls(result, i);
    } else {
        printf("%10s %s", "-", sub->why_not);
    }
    printf("\n");
}

static void print_ratio(const struct bench_result *result, unsigned i)
{
    char text[40];

    if (!result->has_ratio[i])
        return;
    snprintf(text, sizeof(text), "ours / %s", result->line->subjects[i].name);
    printf("  %-24s %6.2f (%.2f - %.2f)", text, result->ratio[i].median, result->ratio[i].min,
           result->ratio[i].max);
}

static void print_verdict(const struct bench_result *result)
{
    const struct bench_line *line = result->line;
    const char *unit;
    int meets = bench_meets(result);

    bench_unit_of(line->unit, &unit);
    print_ratio(result, 1);
    if (meets >= 0 && line->ratio_target > 0)
        printf("   target %.2f: %s", line->ratio_target, meets ? "met" : "NOT MET");
    else if (meets >= 0)
        printf("   target %g %s: %s", line->time_target, unit, meets ? "met" : "NOT MET");
    printf("\n");
    for (unsigned i = 2; i < BENCH_MAX_SUBJECTS && line->subjects[i].name; i++) {
        print_ratio(result, i);
        printf("\n");
    }
    if (result->has_wine && result->subjects[0].ran)
        printf("  %-24s %6.2f\n", "wine / ours",
               result->wine.median / result->subjects[0].ns.median);
}

void bench_report_line(const struct bench_result *result)
{
    const struct bench_line *line = result->line;

    if (bench_options.check_runs) {
        printf("%-20s %s\n", line->id,
               result->why_not[0] ? result->why_not
               : result->failed   ? "FAILED"
                                  : "did its work");
        for (unsigned i = 0; i < BENCH_MAX_SUBJECTS && line->subjects[i].name; i++) {
            if (!result->why_not[0] && !result->subjects[i].ran)
                printf("    %s: %s\n", line->subjects[i].name, result->subjects[i].why_not);
        }
        fflush(stdout);
        return;
    }
    printf("\n%s: %s  [%s]\n", line->id, line->title,
           bench_place_name(line->place, line->n_threads));
    if (result->why_not[0]) {
        printf("  not run: %s\n", result->why_not);
    } else {
        for (unsigned i = 0; i < BENCH_MAX_SUBJECTS && line->subjects[i].name; i++)
            print_subject(result, i);
        if (result->has_wine) {
            printf("  %-17s", "wine");
            print_time(line->unit, &result->wine);
            printf("\n");
        }
        print_verdict(result);
    }
    fflush(stdout);
}

void bench_report_end(const struct bench_result *results, unsigned n)
{
    unsigned n_targets = 0, n_met = 0;

    for (unsigned i = 0; i < n; i++) {
        n_targets += bench_meets(&results[i]) >= 0;
        n_met += bench_meets(&results[i]) == 1;
    }
    printf("\n%u of %u targets met", n_met, n_targets);
    for (unsigned i = 0, printed = 0; i < n; i++) {
        if (bench_meets(&results[i]) == 0)
            printf("%s%s", printed++ ? ", " : "; not met: ", results[i].line->id);
    }
    printf("\n");
}
