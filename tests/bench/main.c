// SPDX-License-Identifier: MIT
/*
 * The benchmark program: options, and the lines one after the other. A target that is not met is
 * printed and is no failure: times are never asserted. A line that did not do its work is one.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"

struct bench_options bench_options = {.rounds = 25};

static const char usage[] =
    "Usage: ntshm-bench [OPTION]...\n"
    "Measure ntshm beside the bare system calls that do the same.\n"
    "\n"
    "  --broker=PROGRAM      the broker to measure (needed)\n"
    "  --first-ours=PROGRAM, --first-bare=PROGRAM\n"
    "                        what is started to measure a start\n"
    "  --heir-ours=PROGRAM, --heir-bare=PROGRAM\n"
    "                        what is started to inherit something\n"
    "  --tool=PROGRAM        the command line, ntshm\n"
    "  --wine=PROGRAM        the same works as a Windows program, for the Wine column\n"
    "  --wine-prefix=DIR     Wine's own directory, made when it is not there\n"
    "  --rounds=N            samples of each (default 25)\n"
    "  --only=TEXT           lines whose id contains TEXT\n"
    "  --json=FILE           write the results there too\n"
    "  --check-runs          a few operations each: only whether they do their work\n"
    "  --list                print the lines\n"
    "  --help                print this\n";

static const struct bench_line *const groups[] = {
    bench_section_lines, bench_named_lines,       bench_event_lines,       bench_memory_lines,
    bench_large_lines,   bench_change_lines,      bench_start_lines,       bench_ring_lines,
    bench_watch_lines,   bench_space_lines,       bench_security_lines,    bench_sync_lines,
    bench_process_lines, bench_map_lines,
#ifdef BENCH_D3D12
    bench_d3d12_lines,   bench_d3d12_fence_lines, bench_d3d12_share_lines,
#endif
};

static bool is_chosen(const struct bench_line *line)
{
    return !bench_options.only || strstr(line->id, bench_options.only);
}

static void list(void)
{
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        for (const struct bench_line *line = groups[i]; line->id; line++)
            printf("%-20s %s\n", line->id, line->title);
    }
}

/* Returns -1 to go on, else the exit status. */
static int take_option(int option)
{
    struct bench_options *o = &bench_options;

    switch (option) {
    case 'b':
        o->broker = optarg;
        return -1;
    case 'f':
        o->first_ours = optarg;
        return -1;
    case 'F':
        o->first_bare = optarg;
        return -1;
    case 'i':
        o->heir_ours = optarg;
        return -1;
    case 'I':
        o->heir_bare = optarg;
        return -1;
    case 't':
        o->tool = optarg;
        return -1;
    case 'w':
        o->wine_program = optarg;
        return -1;
    case 'p':
        o->wine_prefix = optarg;
        return -1;
    case 'r':
        o->rounds = (unsigned)atoi(optarg);
        if (o->rounds >= 1 && o->rounds <= BENCH_MAX_ROUNDS)
            return -1;
        fprintf(stderr, "ntshm-bench: --rounds takes 1 to %d\n", BENCH_MAX_ROUNDS);
        return 2;
    case 'o':
        o->only = optarg;
        return -1;
    case 'j':
        o->json = optarg;
        return -1;
    case 'c':
        o->check_runs = true;
        o->rounds = 1;
        return -1;
    case 'l':
        list();
        return 0;
    case 'h':
        fputs(usage, stdout);
        return 0;
    default:
        fputs("Try 'ntshm-bench --help'.\n", stderr);
        return 2;
    }
}

static int parse_options(int argc, char **argv)
{
    static const struct option names[] = {
        {"broker", required_argument, NULL, 'b'},
        {"first-ours", required_argument, NULL, 'f'},
        {"first-bare", required_argument, NULL, 'F'},
        {"heir-ours", required_argument, NULL, 'i'},
        {"heir-bare", required_argument, NULL, 'I'},
        {"tool", required_argument, NULL, 't'},
        {"wine", required_argument, NULL, 'w'},
        {"wine-prefix", required_argument, NULL, 'p'},
        {"rounds", required_argument, NULL, 'r'},
        {"only", required_argument, NULL, 'o'},
        {"json", required_argument, NULL, 'j'},
        {"check-runs", no_argument, NULL, 'c'},
        {"list", no_argument, NULL, 'l'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        int status = take_option(option);

        if (status >= 0)
            return status;
    }
    if (optind < argc || !bench_options.broker) {
        fputs("ntshm-bench: takes --broker and no operands\n", stderr);
        return 2;
    }
    return -1;
}

#define MAX_LINES 128

static unsigned measure_all(struct bench_result *results)
{
    unsigned n = 0;

    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        for (const struct bench_line *line = groups[i]; line->id; line++) {
            if (!is_chosen(line) || n == MAX_LINES)
                continue;
            bench_measure(line, &results[n]);
            bench_report_line(&results[n++]);
        }
    }
    return n;
}

int main(int argc, char **argv)
{
    struct bench_result *results;
    unsigned n, n_failed = 0;
    int status = parse_options(argc, argv);

    if (status >= 0)
        return status;
    /* Whatever hangs: the children end with this process. */
    alarm(bench_options.check_runs ? 240 : 840);
    results = calloc(MAX_LINES, sizeof(*results));
    if (!results)
        return 1;
    bench_machine_init();
    bench_wine_init();
    bench_report_head();
    n = measure_all(results);
    bench_machine_deinit();
    for (unsigned i = 0; i < n; i++)
        n_failed += results[i].failed;
    if (!bench_options.check_runs)
        bench_report_end(results, n);
    if (bench_options.json && !bench_write_json(bench_options.json, results, n)) {
        fprintf(stderr, "ntshm-bench: %s: %s\n", bench_options.json, strerror(errno));
        n_failed++;
    }
    if (n_failed)
        fprintf(stderr, "ntshm-bench: %u lines did not do their work\n", n_failed);
    free(results);
    return n_failed || n == 0;
}
