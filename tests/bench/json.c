// SPDX-License-Identifier: MIT
/*
 * The same for programs: one object, nanoseconds throughout.
 */
#include "bench/bench.h"

#include <sys/utsname.h>

static void write_text(FILE *file, const char *text)
{
    fputc('"', file);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fprintf(file, "\\%c", *text);
        else if ((unsigned char)*text < 0x20)
            fprintf(file, "\\u%04x", (unsigned char)*text);
        else
            fputc(*text, file);
    }
    fputc('"', file);
}

static void write_sample(FILE *file, const char *name, const struct bench_sample *sample)
{
    fprintf(file, ", \"%s\": {\"median\": %.6g, \"min\": %.6g, \"max\": %.6g}", name,
            sample->median, sample->min, sample->max);
}

static void write_calls(FILE *file, const char *name, const struct bench_calls *calls,
                        double operations)
{
    fprintf(file, ", \"%s\": {", name);
    for (unsigned i = 0; i < calls->n_kinds; i++) {
        fprintf(file, "%s\"%s\": %.6g", i ? ", " : "", bench_call_name(calls->kinds[i].number),
                calls->kinds[i].count / operations);
    }
    fputc('}', file);
}

static void write_subject(FILE *file, const struct bench_result *result, unsigned i)
{
    const struct bench_subject_result *sub = &result->subjects[i];
    double n_threads = result->line->n_threads ? result->line->n_threads : 1;

    fprintf(file, "%s\n      {\"name\": ", i ? "," : "");
    write_text(file, result->line->subjects[i].name);
    if (sub->ran) {
        write_sample(file, "ns", &sub->ns);
    } else {
        fprintf(file, ", \"not_run\": ");
        write_text(file, sub->why_not);
    }
    if (result->has_ratio[i])
        write_sample(file, "ours_over_this", &result->ratio[i]);
    if (sub->counted) {
        write_calls(file, "calls", &sub->calls[0], sub->n_counted * n_threads);
        if (result->line->subjects[i].partner != BENCH_ALONE)
            write_calls(file, "partner_calls", &sub->calls[1], sub->n_counted * n_threads);
    }
    fputc('}', file);
}

static void write_line(FILE *file, const struct bench_result *result)
{
    const struct bench_line *line = result->line;
    int meets = bench_meets(result);

    fprintf(file, "    {\"id\": \"%s\", \"title\": ", line->id);
    write_text(file, line->title);
    fprintf(file, ", \"place\": \"%s\", \"rounds\": %u",
            bench_place_name(line->place, line->n_threads), result->n_rounds);
    if (result->why_not[0]) {
        fprintf(file, ", \"not_run\": ");
        write_text(file, result->why_not);
    }
    fprintf(file, ", \"subjects\": [");
    for (unsigned i = 0; i < BENCH_MAX_SUBJECTS && line->subjects[i].name; i++)
        write_subject(file, result, i);
    fprintf(file, "]");
    if (result->has_wine)
        write_sample(file, "wine_ns", &result->wine);
    if (result->has_ratio[1])
        write_sample(file, "ratio", &result->ratio[1]);
    if (line->ratio_target > 0)
        fprintf(file, ", \"ratio_target\": %g", line->ratio_target);
    if (line->time_target > 0)
        fprintf(file, ", \"target_ns\": %g", line->time_target * bench_unit_of(line->unit, NULL));
    if (meets >= 0)
        fprintf(file, ", \"met\": %s", meets ? "true" : "false");
    fputc('}', file);
}

bool bench_write_json(const char *path, const struct bench_result *results, unsigned n)
{
    struct utsname kernel;
    FILE *file = fopen(path, "we");
    bool good;

    if (!file)
        return false;
    uname(&kernel);
    fprintf(file, "{\n  \"version\": \"" NT_VERSION "\",\n  \"kernel\": ");
    write_text(file, kernel.release);
    fprintf(file, ",\n  \"machine\": ");
    write_text(file, kernel.machine);
    fprintf(file, ",\n  \"max_map_count\": %lu,\n  \"wine\": ",
            bench_read_number("/proc/sys/vm/max_map_count"));
    write_text(file, bench_wine_note());
    fprintf(file, ",\n  \"lines\": [\n");
    for (unsigned i = 0; i < n; i++) {
        write_line(file, &results[i]);
        fprintf(file, "%s\n", i + 1 < n ? "," : "");
    }
    fprintf(file, "  ]\n}\n");
    good = !ferror(file);
    return fclose(file) == 0 && good;
}
