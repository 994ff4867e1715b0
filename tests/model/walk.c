// SPDX-License-Identifier: MIT
/*
 * The walk: draws, steps, threads, and the report when something differs from the model.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#ifndef _WIN32
#    include <pthread.h>
#endif

#include "model/model.h"

#define MAX_THREADS 16u
#define STRETCH     2048u /* steps */

static const struct {
    const char *name;
    void (*run)(struct model_walk *walk);
    unsigned weight;
    bool old; /* known to Wine 8 */
} calls[MODEL_CALLS] = {
    [MODEL_RESERVE] = {"reserve", model_reserve, 35, true},
    [MODEL_COMMIT] = {"commit", model_commit, 70, true},
    [MODEL_RESET] = {"reset", model_reset, 15, true},
    [MODEL_HOLD] = {"hold", model_hold_some, 60, false},
    [MODEL_REPLACE] = {"replace", model_replace, 70, false},
    [MODEL_RELEASE] = {"release", model_release, 40, true},
    [MODEL_DECOMMIT] = {"decommit", model_decommit, 40, true},
    [MODEL_SPLIT] = {"split", model_split, 90, false},
    [MODEL_COALESCE] = {"coalesce", model_coalesce, 70, false},
    [MODEL_RELEASE_PART] = {"release_part", model_release_part, 20, false},
    [MODEL_MAP] = {"map", model_map, 40, true},
    [MODEL_MAP_OVER] = {"map_over", model_map_over, 90, false},
    [MODEL_UNMAP] = {"unmap", model_unmap, 70, true},
    [MODEL_PROTECT] = {"protect", model_protect_some, 80, true},
    [MODEL_QUERY] = {"query", model_query, 80, true},
    [MODEL_WRITE] = {"write", model_write, 80, true},
    [MODEL_READ] = {"read", model_read, 80, true},
    [MODEL_ANYWHERE] = {"anywhere", model_anywhere, 10, true},
    [MODEL_SWEEP] = {"sweep", model_sweep, 30, true},
    [MODEL_KERNEL] = {"kernel", model_kernel, 3, true},
};

static const char *const plants[MODEL_PLANTS] = {
    [MODEL_PLANT_NONE] = "none",
    [MODEL_PLANT_SPLIT_KEEPS_SIZE] = "split-keeps-size",
    [MODEL_PLANT_COALESCE_TAKES_ONE] = "coalesce-takes-one",
    [MODEL_PLANT_RESERVE_UNROUNDED] = "reserve-unrounded",
    [MODEL_PLANT_DECOMMIT_KEEPS_CONTENT] = "decommit-keeps-content",
    [MODEL_PLANT_PRESERVE_PLAIN_VIEW] = "preserve-plain-view",
    [MODEL_PLANT_PROTECT_TELLS_NEW] = "protect-tells-new",
    [MODEL_PLANT_COPY_REACHES_SECTION] = "copy-reaches-section",
    [MODEL_PLANT_QUERY_FROM_BASE] = "query-from-base",
};

enum model_plant model_plant_named(const char *name)
{
    unsigned i = 0;

    while (i < MODEL_PLANTS && strcmp(plants[i], name) != 0)
        i++;
    return (enum model_plant)i;
}

const char *model_plant_name(enum model_plant plant)
{
    return plants[plant];
}

const char *model_call_name(enum model_call call)
{
    return calls[call].name;
}

/* --- draws -------------------------------------------------------------------------- */

/* splitmix64: every seed is a good one. */
static uint64_t draw(uint64_t *state)
{
    uint64_t x = (*state += 0x9E3779B97F4A7C15u);

    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

unsigned model_random(struct model_walk *walk, unsigned n)
{
    return (unsigned)((draw(&walk->random) >> 32) * n >> 32);
}

bool model_chance(struct model_walk *walk, unsigned percent)
{
    return model_random(walk, 100) < percent;
}

unsigned model_some_page(struct model_walk *walk)
{
    unsigned page = model_random(walk, MODEL_PAGES);
    const struct model_allocation *allocation = model_allocation_of(walk, page);

    if (!allocation || model_chance(walk, 30))
        return page;
    if (model_chance(walk, 60))
        return allocation->first;
    return allocation->first + allocation->n - 1;
}

int model_some_kind(struct model_walk *walk, enum model_kind kind)
{
    unsigned start = model_random(walk, MODEL_PAGES);

    for (unsigned i = 0; i < MODEL_PAGES; i++) {
        const struct model_allocation *allocation =
            model_allocation_of(walk, (start + i) % MODEL_PAGES);

        if (allocation && allocation->kind == kind)
            return (int)allocation->first;
    }
    return -1;
}

struct model_span model_some_used_span(struct model_walk *walk, bool aligned)
{
    struct model_span span = model_some_span(walk, aligned);
    const struct model_allocation *allocation;

    for (unsigned i = 0; i < 6 && model_chance(walk, 85); i++) {
        allocation = model_within(walk, model_first(span), model_count(span));
        if (allocation && allocation->kind != MODEL_PLACEHOLDER)
            break;
        span = model_some_span(walk, aligned);
    }
    return span;
}

struct model_span model_some_span(struct model_walk *walk, bool aligned)
{
    unsigned page = model_some_page(walk), n = 1 + model_random(walk, 12);
    const struct model_allocation *allocation = model_allocation_of(walk, page);
    struct model_span span;

    if (allocation && model_chance(walk, 60)) {
        n = allocation->first + allocation->n - page;
        if (model_chance(walk, 60))
            n = 1 + model_random(walk, n);
    }
    span.at = (size_t)page * MODEL_PAGE;
    span.size = (size_t)n * MODEL_PAGE;
    if (!aligned && model_chance(walk, 25)) {
        span.at += model_random(walk, MODEL_PAGE);
        span.size = 1 + model_random(walk, 4 * MODEL_PAGE);
    }
    return span;
}

/* --- what is said ------------------------------------------------------------------- */

void model_say(struct model_walk *walk, const char *format, ...)
{
    size_t room = sizeof(walk->text) - walk->length;
    va_list arguments;
    int n;

    va_start(arguments, format);
    n = vsnprintf(walk->text + walk->length, room, format, arguments);
    va_end(arguments);
    walk->length += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

MODEL_PRINTF(3, 4)
static void append(struct model_walk *walk, size_t *at, const char *format, ...)
{
    size_t room = sizeof(walk->report) - *at;
    va_list arguments;
    int n;

    va_start(arguments, format);
    n = vsnprintf(walk->report + *at, room, format, arguments);
    va_end(arguments);
    *at += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

static void report_state(struct model_walk *walk, size_t *at)
{
    static const char *const kinds[] = {"free", "placeholder", "private", "view"};
    const struct model_allocation *allocation;

    append(walk, at, "the model (pages):\n");
    for (unsigned page = 0; page < MODEL_PAGES; page += allocation ? allocation->n : 1) {
        allocation = model_allocation_of(walk, page);
        if (!allocation)
            continue;
        append(walk, at, "    %#4x to %#4x %s%s, %#x", page, page + allocation->n - 1,
               kinds[allocation->kind], allocation->replaced ? " (replaced)" : "",
               (unsigned)allocation->protect);
        if (allocation->kind == MODEL_VIEW)
            append(walk, at, " of section %u from page %u on", allocation->section,
                   allocation->offset);
        append(walk, at, "\n");
    }
}

void model_fail(struct model_walk *walk, const char *format, ...)
{
    char what[600];
    va_list arguments;
    size_t at = 0;

    if (walk->failed)
        return;
    walk->failed = true;
    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    append(walk, &at, "seed %llu, thread %u, step %lu: %s\n    %s\n",
           (unsigned long long)walk->options->seed, walk->thread, walk->step, walk->text, what);
    append(walk, &at, "the last calls:\n");
    for (unsigned i = 0; i < MODEL_RECENT; i++) {
        const char *line = walk->recent[(walk->step + i) % MODEL_RECENT];

        if (line[0])
            append(walk, &at, "    %s\n", line);
    }
    report_state(walk, &at);
}

/* --- comparing ---------------------------------------------------------------------- */

static void count(struct model_walk *walk, bool done)
{
    walk->counts[walk->call][done ? 0 : 1]++;
}

bool model_excuse(struct model_walk *walk, const char *why)
{
    model_say(walk, " [excused: %s]", why);
    walk->n_excused++;
    return true;
}

static bool judge(struct model_walk *walk, struct model_want want, bool matches, bool done,
                  unsigned code)
{
    model_say(walk, done ? " done" : " refused %#x", code);
    if (matches) {
        count(walk, done);
        return done;
    }
#ifdef _WIN32
    if (want.wine && !done) {
        model_excuse(walk, want.wine);
        return false;
    }
#endif
    model_fail(walk, "that should be %s%s%s (%s)", model_outcome_name(want.outcome),
               want.other != want.outcome ? " or " : "",
               want.other != want.outcome ? model_outcome_name(want.other) : "", want.row);
    return false;
}

bool model_judge(struct model_walk *walk, struct model_want want, DWORD error)
{
    bool matches =
        model_matches_error(want.outcome, error) || model_matches_error(want.other, error);

    return judge(walk, want, matches, error == ERROR_SUCCESS, (unsigned)error);
}

bool model_judge_status(struct model_walk *walk, struct model_want want, uint32_t status)
{
    bool matches =
        model_matches_status(want.outcome, status) || model_matches_status(want.other, status);

    return judge(walk, want, matches, status == 0, status);
}

/* --- the walk ----------------------------------------------------------------------- */

/* A walk has stretches of old calls, of placeholders, and of both. */
static unsigned weight_of(const struct model_walk *walk, unsigned call)
{
    unsigned stretch = (unsigned)(walk->step / STRETCH % 3);
    bool makes_old = call == MODEL_RESERVE || call == MODEL_MAP;

    if (walk->options->old_calls)
        return calls[call].old ? calls[call].weight : 0;
    if (stretch == 1 && !calls[call].old)
        return calls[call].weight / 4;
    if (stretch == 2 && (makes_old || call == MODEL_RELEASE))
        return calls[call].weight / 8;
    return calls[call].weight;
}

static enum model_call draw_call(struct model_walk *walk)
{
    unsigned total = 0, at;

    for (unsigned i = 0; i < MODEL_CALLS; i++)
        total += weight_of(walk, i);
    at = model_random(walk, total);
    for (unsigned i = 0;; i++) {
        if (at < weight_of(walk, i))
            return (enum model_call)i;
        at -= weight_of(walk, i);
    }
}

static void step(struct model_walk *walk)
{
    walk->length = 0;
    walk->text[0] = '\0';
    walk->call = draw_call(walk);
    calls[walk->call].run(walk);
    memcpy(walk->recent[walk->step % MODEL_RECENT], walk->text, sizeof(walk->text));
    if (walk->log)
        fprintf(walk->log, "%lu %s\n", walk->step, walk->text);
}

static bool begin(struct model_walk *walk)
{
    char *low = walk->base - MODEL_SLOT, *high = walk->base + MODEL_SIZE;

    for (unsigned i = 0; i < 2; i++) {
        DWORD flags = PAGE_READWRITE | (i ? SEC_RESERVE : SEC_COMMIT);

        walk->sections[i].reserve = i;
        memset(walk->sections[i].committed, !i, sizeof(walk->sections[i].committed));
        walk->sections[i].handle = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, flags, 0,
                                                      MODEL_SECTION * MODEL_PAGE, NULL);
        if (!walk->sections[i].handle) {
            model_fail(walk, "CreateFileMapping: error %u", (unsigned)GetLastError());
            return false;
        }
    }
    if (VirtualAlloc(low, MODEL_SLOT, MEM_RESERVE, PAGE_NOACCESS) != low ||
        VirtualAlloc(high, MODEL_SLOT, MEM_RESERVE, PAGE_NOACCESS) != high)
        model_fail(walk, "no room for a range at %p: error %u", (void *)walk->base,
                   (unsigned)GetLastError());
    return !walk->failed;
}

/* What is really there, after a walk that failed. */
static void sweep_away(struct model_walk *walk)
{
    MEMORY_BASIC_INFORMATION info;
    char *at = walk->base;

    while (at < walk->base + MODEL_SIZE && VirtualQuery(at, &info, sizeof(info))) {
        if (info.State == MEM_FREE)
            at = (char *)info.BaseAddress + info.RegionSize;
        else if (info.Type == MEM_MAPPED ? !UnmapViewOfFile(at)
                                         : !VirtualFree(info.AllocationBase, 0, MEM_RELEASE))
            break;
    }
}

/* Gives back all that the model says is there; then nothing must be. */
static void give_back(struct model_walk *walk)
{
    for (unsigned page = 0; page < MODEL_PAGES; page++) {
        struct model_allocation *allocation = model_allocation_of(walk, page);
        char *address = walk->base + (size_t)page * MODEL_PAGE;

        if (!allocation)
            continue;
        if (allocation->kind == MODEL_VIEW ? !UnmapViewOfFile(address)
                                           : !VirtualFree(address, 0, MEM_RELEASE))
            model_fail(walk, "page %#x cannot be given back: error %u", page * MODEL_PAGE,
                       (unsigned)GetLastError());
        model_drop(walk, allocation);
    }
    if (!walk->failed)
        model_sweep(walk);
}

static void end(struct model_walk *walk)
{
    if (!walk->failed)
        give_back(walk);
    if (walk->failed)
        sweep_away(walk);
    VirtualFree(walk->base - MODEL_SLOT, 0, MEM_RELEASE);
    VirtualFree(walk->base + MODEL_SIZE, 0, MEM_RELEASE);
    for (unsigned i = 0; i < 2; i++)
        CloseHandle(walk->sections[i].handle);
}

static void walk_all(struct model_walk *walk)
{
    if (begin(walk)) {
        for (; walk->step < walk->options->steps && !walk->failed; walk->step++)
            step(walk);
    }
    end(walk);
}

#ifndef _WIN32
static void *walk_thread(void *context)
{
    walk_all(context);
    return NULL;
}

static void walk_together(struct model_walk *walks, unsigned n)
{
    pthread_t threads[MAX_THREADS];
    unsigned n_started = 0;

    while (n_started < n &&
           pthread_create(&threads[n_started], NULL, walk_thread, &walks[n_started]) == 0)
        n_started++;
    for (unsigned i = n_started; i < n; i++)
        model_fail(&walks[i], "no thread");
    for (unsigned i = 0; i < n_started; i++)
        pthread_join(threads[i], NULL);
}
#else
static void walk_together(struct model_walk *walks, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        walk_all(&walks[i]);
}
#endif

/*
 * A part of the address space where nothing else comes, a sanitizer's shadow included; or one where
 * the library itself places what it is given no address for.
 */
static char *choose_base(const struct model_options *options)
{
#if defined(__SANITIZE_THREAD__)
    uintptr_t base = 0x4000000000;
#elif defined(_WIN32)
    uintptr_t base = 0x0C0000000000;
#else
    uintptr_t base = 0x548000000000;
#endif

    if (options->in_arena) {
        void *place = VirtualAlloc(NULL, (SIZE_T)options->n_threads * MODEL_STRIDE, MEM_RESERVE,
                                   PAGE_NOACCESS);

        base = (uintptr_t)place;
        if (place)
            VirtualFree(place, 0, MEM_RELEASE);
    }
    return (char *)base;
}

const char *model_walk(const struct model_options *options, struct model_walk **ret_walks)
{
    unsigned n = options->n_threads ? options->n_threads : 1;
    struct model_walk *walks = calloc(n, sizeof(*walks));
    char *base = choose_base(options);
    uint64_t seed = options->seed;

    *ret_walks = walks;
    if (!walks || !base || n > MAX_THREADS)
        return "no memory for the walk";
    for (unsigned i = 0; i < n; i++) {
        walks[i].options = options;
        walks[i].thread = i;
        walks[i].base = base + MODEL_SLOT + (size_t)i * MODEL_STRIDE;
        walks[i].random = draw(&seed);
        walks[i].last_tag = (uint64_t)(i + 1) << 48;
        if (options->log && i == 0)
            walks[i].log = fopen(options->log, "w");
    }
    if (n == 1)
        walk_all(&walks[0]);
    else
        walk_together(walks, n);
    if (walks[0].log && fclose(walks[0].log) != 0)
        model_fail(&walks[0], "the log cannot be written");
    for (unsigned i = 0; i < n; i++) {
        if (walks[i].failed)
            return walks[i].report;
    }
    return NULL;
}
