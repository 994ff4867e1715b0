// SPDX-License-Identifier: MIT
/*
 * The walk as a program, to replay one and to walk under Wine:
 *
 *     model-walk [--seed N] [--steps N] [--threads N] [--old-calls] [--in-arena] [--plant RULE]
 *                [--log FILE]
 *
 * Prints the seed, what was done how often, and the report of what differs from the model; the
 * exit code is 1 then.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/model.h"

static int usage(void)
{
    fprintf(stderr, "usage: model-walk [--seed N] [--steps N] [--threads N] [--old-calls] "
                    "[--in-arena] [--plant RULE] [--log FILE]\n");
    return 2;
}

static bool parse_value(struct model_options *options, const char *name, const char *value)
{
    if (strcmp(name, "--seed") == 0)
        options->seed = strtoull(value, NULL, 0);
    else if (strcmp(name, "--steps") == 0)
        options->steps = strtoul(value, NULL, 0);
    else if (strcmp(name, "--threads") == 0)
        options->n_threads = (unsigned)strtoul(value, NULL, 0);
    else if (strcmp(name, "--plant") == 0)
        options->plant = model_plant_named(value);
    else if (strcmp(name, "--log") == 0)
        options->log = value;
    else
        return false;
    return options->plant != MODEL_PLANTS;
}

static bool parse(struct model_options *options, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--old-calls") == 0)
            options->old_calls = true;
        else if (strcmp(argv[i], "--in-arena") == 0)
            options->in_arena = true;
        else if (i + 1 < argc && parse_value(options, argv[i], argv[i + 1]))
            i++;
        else
            return false;
    }
    return true;
}

static void print_counts(const struct model_walk *walks, unsigned n_threads)
{
    unsigned long n_excused = 0;

    printf("%-14s %10s %10s\n", "call", "done", "refused");
    for (unsigned call = 0; call < MODEL_CALLS; call++) {
        unsigned long done = 0, refused = 0;

        for (unsigned i = 0; i < n_threads; i++) {
            done += walks[i].counts[call][0];
            refused += walks[i].counts[call][1];
        }
        printf("%-14s %10lu %10lu\n", model_call_name((enum model_call)call), done, refused);
    }
    for (unsigned i = 0; i < n_threads; i++)
        n_excused += walks[i].n_excused;
    if (n_excused)
        printf("%lu answers of this Wine excused\n", n_excused);
}

int main(int argc, char **argv)
{
    struct model_options options = {
        .seed = (uint64_t)time(NULL),
        .steps = 100000,
        .n_threads = 1,
#ifdef _WIN32
        .old_calls = true,
#endif
    };
    struct model_walk *walks;
    const char *report;

    if (!parse(&options, argc, argv))
        return usage();
    printf("seed %llu, %lu steps, %u threads%s\n", (unsigned long long)options.seed, options.steps,
           options.n_threads, options.old_calls ? ", old calls" : "");
    report = model_walk(&options, &walks);
    if (report)
        printf("%s", report);
    else
        print_counts(walks, options.n_threads);
    free(walks);
    return report != NULL;
}
