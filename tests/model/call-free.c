// SPDX-License-Identifier: MIT
/*
 * VirtualFree and its kin: releasing, wholly or in part, decommitting, and placeholders split,
 * coalesced and restored.
 */
#include "model/model.h"

#ifndef _WIN32
#    include <winternl.h>
#else
#    include "api/windows_shim.h"
#endif

enum variant { FREE, FREE_EX, FREE_NT };

struct request {
    enum variant variant;
    struct model_span span;
    ULONG type;
};

static const char *const variant_names[] = {"VirtualFree", "VirtualFreeEx", "NtFreeVirtualMemory"};

/* --- what they do ------------------------------------------------------------------- */

static struct model_want only(enum model_outcome outcome, const char *row)
{
    return (struct model_want){outcome, outcome, row, NULL};
}

static bool good_type(const struct request *request)
{
    ULONG flags = request->type & (MEM_COALESCE_PLACEHOLDERS | MEM_PRESERVE_PLACEHOLDER);
    ULONG what = request->type & ~flags;

    if (what != MEM_RELEASE && what != MEM_DECOMMIT)
        return false;
    if (!flags)
        return what == MEM_DECOMMIT || request->variant == FREE_NT || !request->span.size;
    if (flags == (MEM_COALESCE_PLACEHOLDERS | MEM_PRESERVE_PLACEHOLDER) || what != MEM_RELEASE)
        return false;
    return request->span.size != 0;
}

static struct model_want want_coalesce(struct model_walk *walk, const struct request *request)
{
    unsigned first = model_first(request->span), end = first + model_count(request->span), n = 0;
    enum model_outcome other = MODEL_CONFLICT;
    bool whole = true;

    for (unsigned at = first; at < end && whole; n++) {
        const struct model_allocation *allocation = model_allocation_of(walk, at);

        whole = allocation && allocation->kind == MODEL_PLACEHOLDER && allocation->first == at &&
                at + allocation->n <= end;
        if (whole)
            at += allocation->n;
    }
    if (whole && (n > 1 || walk->options->plant == MODEL_PLANT_COALESCE_TAKES_ONE))
        return only(MODEL_DONE, "5.47");
    if (!model_allocation_of(walk, first))
        other = MODEL_NOT_ALLOCATED;
    return (struct model_want){MODEL_CONFLICT, other, "5.48 5.49 5.52 5.53", NULL};
}

static struct model_want want_preserve(struct model_walk *walk, const struct request *request)
{
    unsigned first = model_first(request->span), n = model_count(request->span);
    const struct model_allocation *allocation = model_allocation_of(walk, first);

    if (first + n > allocation->first + allocation->n)
        return (struct model_want){MODEL_TOO_LONG, MODEL_CONFLICT, "7.27", NULL};
    if (allocation->kind == MODEL_PLACEHOLDER)
        return n < allocation->n ? only(MODEL_DONE, "5.37 5.38 5.39")
                                 : only(MODEL_CONFLICT, "5.40");
    return allocation->replaced ? only(MODEL_DONE, "5.34 5.35") : only(MODEL_CONFLICT, "5.36");
}

static struct model_want want_of(struct model_walk *walk, const struct request *request)
{
    unsigned first = model_first(request->span), n = model_count(request->span);
    const struct model_allocation *allocation = model_allocation_of(walk, first);

    if (!good_type(request))
        return only(MODEL_INVALID, "7.20 7.21 7.22 5.41 5.50 5.51 5.55");
    if (request->type & MEM_COALESCE_PLACEHOLDERS)
        return want_coalesce(walk, request);
    if (!allocation)
        return (struct model_want){MODEL_NOT_ALLOCATED, MODEL_NOT_ALLOCATED, "7.25 7.28",
                                   "Wine 8 says ERROR_INVALID_PARAMETER of free memory"};
    if (allocation->kind == MODEL_VIEW)
        return only(MODEL_IS_SECTION, "4.7 4.8 5.31 6.6");
    if (request->type & MEM_PRESERVE_PLACEHOLDER)
        return want_preserve(walk, request);
    if (!request->span.size)
        return allocation->first == first ? only(MODEL_DONE, "5.43 7.23 7.30")
                                          : only(MODEL_NOT_AT_BASE, "7.24 7.30");
    if (first + n > allocation->first + allocation->n)
        return only(MODEL_TOO_LONG, "5.45 7.27");
    return only(MODEL_DONE, "5.44 7.26 7.29 7.31");
}

/* --- what becomes of the model ------------------------------------------------------ */

static void apply_coalesce(struct model_walk *walk, unsigned first, unsigned n)
{
    for (unsigned i = first; i < first + n; i++) {
        if (model_allocation_of(walk, i))
            model_drop(walk, model_allocation_of(walk, i));
    }
    model_make(walk, MODEL_PLACEHOLDER, first, n, PAGE_NOACCESS);
}

static void apply(struct model_walk *walk, const struct request *request, unsigned first,
                  unsigned n)
{
    bool keeps = walk->options->plant == MODEL_PLANT_DECOMMIT_KEEPS_CONTENT;

    if (request->type & MEM_COALESCE_PLACEHOLDERS) {
        apply_coalesce(walk, first, n);
    } else if (request->type & MEM_PRESERVE_PLACEHOLDER) {
        if (walk->options->plant != MODEL_PLANT_SPLIT_KEEPS_SIZE ||
            model_allocation_of(walk, first)->kind != MODEL_PLACEHOLDER)
            model_hold(walk, model_cut(walk, first, n));
    } else if (request->type & MEM_RELEASE) {
        model_drop(walk, model_cut(walk, first, n));
    } else {
        for (unsigned i = first; i < first + n; i++) {
            walk->pages[i].committed = false;
            walk->pages[i].vague = walk->pages[i].vague && keeps;
            walk->pages[i].tag = keeps ? walk->pages[i].tag : 0;
        }
    }
}

/* --- one call, compared ------------------------------------------------------------- */

/* An address that is passed in and out, and what came out of it. */
static void check_nt_range(struct model_walk *walk, const struct request *request, bool good,
                           const void *base, SIZE_T size, struct model_span done)
{
    struct model_span want = good ? done : request->span;

    if (base != walk->base + want.at || size != want.size)
        model_fail(walk, "base and size became %#zx and %#zx, not %#zx and %#zx",
                   (size_t)((const char *)base - walk->base), (size_t)size, want.at, want.size);
}

static bool call(struct model_walk *walk, const struct request *request, struct model_want want,
                 struct model_span done)
{
    void *base = walk->base + request->span.at;
    SIZE_T size = request->span.size;
    BOOL freed;
    bool good;

#if MODEL_PLACEHOLDERS
    if (request->variant == FREE_NT) {
        good = model_judge_status(
            walk, want,
            (uint32_t)NtFreeVirtualMemory(GetCurrentProcess(), &base, &size, request->type));
        check_nt_range(walk, request, good, base, size, done);
        return good && !walk->failed;
    }
#endif
    if (request->variant == FREE_EX)
        freed = VirtualFreeEx(GetCurrentProcess(), base, size, request->type);
    else
        freed = VirtualFree(base, size, request->type);
    good = model_judge(walk, want, freed ? ERROR_SUCCESS : GetLastError());
    check_nt_range(walk, request, false, base, size, done);
    return good && !walk->failed;
}

static void run(struct model_walk *walk, const struct request *request)
{
    struct model_want want = want_of(walk, request);
    unsigned first = model_first(request->span), n = model_count(request->span);
    const struct model_allocation *allocation = model_allocation_of(walk, first);
    struct model_span done;

    model_say(walk, "%s(%#zx, %#zx, %#x)", variant_names[request->variant], request->span.at,
              request->span.size, (unsigned)request->type);
    if (!request->span.size && want.outcome == MODEL_DONE) {
        first = allocation->first;
        n = allocation->n;
    }
    done = (struct model_span){(size_t)first * MODEL_PAGE, (size_t)n * MODEL_PAGE};
    if (!call(walk, request, want, done))
        return;
    apply(walk, request, first, n);
    model_check_page(walk, first, 0);
}

/* --- draws -------------------------------------------------------------------------- */

static enum variant draw_variant(struct model_walk *walk)
{
    return (enum variant)model_random(walk, walk->options->old_calls ? 2 : 3);
}

static void spoil(struct model_walk *walk, struct request *request)
{
    static const ULONG bad[] = {0,
                                MEM_FREE,
                                MEM_RELEASE | MEM_DECOMMIT,
                                MEM_COMMIT,
                                MEM_COALESCE_PLACEHOLDERS,
                                MEM_PRESERVE_PLACEHOLDER,
                                MEM_DECOMMIT | MEM_PRESERVE_PLACEHOLDER,
                                MEM_DECOMMIT | MEM_COALESCE_PLACEHOLDERS,
                                MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS | MEM_PRESERVE_PLACEHOLDER};

    if (!model_chance(walk, 6))
        return;
    if (model_chance(walk, 50) && (request->type & 3))
        request->span.size = 0;
    else
        request->type = bad[model_random(walk, walk->options->old_calls ? 4 : 9)];
}

void model_release(struct model_walk *walk)
{
    struct request request = {.variant = draw_variant(walk), .type = MEM_RELEASE};

    request.span = model_some_used_span(walk, false);
    if (request.variant != FREE_NT || model_chance(walk, 80))
        request.span.size = model_chance(walk, 90) ? 0 : request.span.size;
    spoil(walk, &request);
    run(walk, &request);
}

void model_decommit(struct model_walk *walk)
{
    struct request request = {.variant = draw_variant(walk), .type = MEM_DECOMMIT};
    const struct model_allocation *allocation;

    request.span = model_some_used_span(walk, false);
    if (model_chance(walk, 15))
        request.span.size = 0;
    spoil(walk, &request);
    /* No fact says what decommitting a placeholder is. */
    allocation = model_allocation_of(walk, model_first(request.span));
    if (allocation && allocation->kind == MODEL_PLACEHOLDER)
        model_query(walk);
    else
        run(walk, &request);
}

void model_split(struct model_walk *walk)
{
    struct request request = {.variant = draw_variant(walk),
                              .type = MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER};
    int page = model_some_kind(walk, model_chance(walk, 60) ? MODEL_PLACEHOLDER : MODEL_PRIVATE);

    request.span = model_some_span(walk, false);
    if (page >= 0 && model_chance(walk, 70)) {
        const struct model_allocation *allocation = model_allocation_of(walk, (unsigned)page);
        unsigned skip = model_chance(walk, 50) ? 0 : model_random(walk, allocation->n);
        unsigned n = allocation->n - skip;

        if (model_chance(walk, 60))
            n = 1 + model_random(walk, n);
        request.span.at = (size_t)(allocation->first + skip) * MODEL_PAGE;
        request.span.size = (size_t)n * MODEL_PAGE;
    }
    spoil(walk, &request);
    run(walk, &request);
}

/* A placeholder, mostly one with another behind it; -1 when there is none. */
static int some_neighbours(struct model_walk *walk)
{
    int page = model_some_kind(walk, MODEL_PLACEHOLDER);

    for (unsigned i = 0; i < 8 && page >= 0; i++) {
        const struct model_allocation *allocation = model_allocation_of(walk, (unsigned)page);

        allocation = model_allocation_of(walk, allocation->first + allocation->n);
        if (allocation && allocation->kind == MODEL_PLACEHOLDER)
            break;
        page = model_some_kind(walk, MODEL_PLACEHOLDER);
    }
    return page;
}

/* Some placeholders side by side; a page more or less now and then. */
void model_coalesce(struct model_walk *walk)
{
    struct request request = {.variant = draw_variant(walk),
                              .type = MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS};
    int page = some_neighbours(walk);
    unsigned first = page < 0 ? model_some_page(walk) : (unsigned)page, end = first;
    unsigned most = 1 + model_random(walk, 4);

    for (unsigned i = 0; i < most + 1 && end < MODEL_PAGES; i++) {
        const struct model_allocation *allocation = model_allocation_of(walk, end);

        if (!allocation || allocation->kind != MODEL_PLACEHOLDER)
            break;
        end = allocation->first + allocation->n;
    }
    if (end == first || model_chance(walk, 8))
        end++;
    if (end - first > 1 && model_chance(walk, 6))
        end--;
    if (end - first > 1 && model_chance(walk, 6))
        first++;
    request.span.at = (size_t)first * MODEL_PAGE;
    request.span.size = (size_t)(end - first) * MODEL_PAGE;
    spoil(walk, &request);
    run(walk, &request);
}

void model_release_part(struct model_walk *walk)
{
    struct request request = {.variant = FREE_NT, .type = MEM_RELEASE};

    request.span = model_some_used_span(walk, false);
    spoil(walk, &request);
    run(walk, &request);
}
