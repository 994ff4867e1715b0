// SPDX-License-Identifier: MIT
/*
 * VirtualAlloc and its kin: reserving, committing, resetting, placeholders made and replaced.
 */
#include "model/model.h"

#ifndef _WIN32
#    include <winternl.h>
#else
#    include "api/windows_shim.h"
#endif

#define SINGLE_PROTECTIONS 0xFFu

enum variant { ALLOC, ALLOC_EX, ALLOC_NT, ALLOC2, ALLOC2_NT };

struct request {
    enum variant variant;
    struct model_span span;
    ULONG type, protect;
};

struct answer {
    uint32_t code; /* last error, or status */
    size_t at, size;
};

static const char *const variant_names[] = {"VirtualAlloc", "VirtualAllocEx",
                                            "NtAllocateVirtualMemory", "VirtualAlloc2",
                                            "NtAllocateVirtualMemoryEx"};

static bool is_nt(enum variant variant)
{
    return variant == ALLOC_NT || variant == ALLOC2_NT;
}

static bool is_extended(enum variant variant)
{
    return variant == ALLOC2 || variant == ALLOC2_NT;
}

/* --- the calls ---------------------------------------------------------------------- */

#if MODEL_PLACEHOLDERS
static void call_nt(struct model_walk *walk, const struct request *request, struct answer *answer)
{
    void *base = walk->base + request->span.at;
    SIZE_T size = request->span.size;

    answer->code =
        request->variant == ALLOC_NT
            ? (uint32_t)NtAllocateVirtualMemory(GetCurrentProcess(), &base, 0, &size, request->type,
                                                request->protect)
            : (uint32_t)NtAllocateVirtualMemoryEx(GetCurrentProcess(), &base, &size, request->type,
                                                  request->protect, NULL, 0);
    answer->at = (size_t)((char *)base - walk->base);
    answer->size = size;
}

/* Requirements that are all zero are as none (7.41). */
static void *call_alloc2(struct model_walk *walk, const struct request *request)
{
    MEM_ADDRESS_REQUIREMENTS none = {NULL, NULL, 0};
    MEM_EXTENDED_PARAMETER parameter = {
        .Type = MemExtendedParameterAddressRequirements,
        .Pointer = &none,
    };
    bool given = walk->step % 4 == 0;

    return VirtualAlloc2(walk->step % 2 ? NULL : GetCurrentProcess(), walk->base + request->span.at,
                         request->span.size, request->type, request->protect,
                         given ? &parameter : NULL, given ? 1 : 0);
}
#else
static void call_nt(struct model_walk *walk, const struct request *request, struct answer *answer)
{
    model_fail(walk, "this build has no %s", variant_names[request->variant]);
    answer->code = 0;
}

static void *call_alloc2(struct model_walk *walk, const struct request *request)
{
    model_fail(walk, "this build has no %s", variant_names[request->variant]);
    return NULL;
}
#endif

static void call_win32(struct model_walk *walk, const struct request *request,
                       struct answer *answer)
{
    char *place = walk->base + request->span.at, *memory;

    if (request->variant == ALLOC2)
        memory = call_alloc2(walk, request);
    else if (request->variant == ALLOC_EX)
        memory = VirtualAllocEx(GetCurrentProcess(), place, request->span.size, request->type,
                                request->protect);
    else
        memory = VirtualAlloc(place, request->span.size, request->type, request->protect);
    answer->code = memory ? ERROR_SUCCESS : GetLastError();
    answer->at = (size_t)(memory - walk->base);
}

/* --- what they do ------------------------------------------------------------------- */

static bool good_protection(ULONG protect, bool view)
{
    ULONG single = protect & SINGLE_PROTECTIONS;

    if (!single || (single & (single - 1)) || (protect & ~(SINGLE_PROTECTIONS | PAGE_GUARD)))
        return false;
    if ((single & (PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY)) && !view)
        return false;
    return !(protect & PAGE_GUARD) || single != PAGE_NOACCESS;
}

static bool good_type(const struct request *request)
{
    ULONG type = request->type;
    ULONG known = MEM_RESERVE | MEM_COMMIT | MEM_TOP_DOWN | MEM_RESET | MEM_RESET_UNDO;

    if (is_extended(request->variant))
        known |= MEM_RESERVE_PLACEHOLDER | MEM_REPLACE_PLACEHOLDER;
    if (type & ~known)
        return false;
    if (type & (MEM_RESET | MEM_RESET_UNDO))
        return type == MEM_RESET || type == MEM_RESET_UNDO;
    if (!(type & (MEM_RESERVE | MEM_COMMIT)))
        return false;
    if (type & (MEM_RESERVE_PLACEHOLDER | MEM_REPLACE_PLACEHOLDER)) {
        if (!(type & MEM_RESERVE))
            return false;
        if ((type & MEM_RESERVE_PLACEHOLDER) && request->protect != PAGE_NOACCESS)
            return false;
    }
    return true;
}

static struct model_want want_reserve(struct model_walk *walk, const struct request *request)
{
    struct model_span span = request->span;
    size_t rounded = span.at % MODEL_SLOT;

    if (walk->options->plant == MODEL_PLANT_RESERVE_UNROUNDED)
        rounded = span.at % MODEL_PAGE;
    span.at -= rounded;
    span.size += rounded;
    if (model_is_free(walk, model_first(span), model_count(span)))
        return (struct model_want){MODEL_DONE, MODEL_DONE, "7.4", NULL};
    return (struct model_want){MODEL_CONFLICT, MODEL_CONFLICT, "5.13 5.14 7.5", NULL};
}

static struct model_want want_replace(struct model_walk *walk, const struct request *request)
{
    unsigned first = model_first(request->span), n = model_count(request->span);
    const struct model_allocation *allocation = model_allocation_of(walk, first);

    if (allocation && allocation->kind == MODEL_PLACEHOLDER && allocation->first == first &&
        allocation->n == n)
        return (struct model_want){MODEL_DONE, MODEL_DONE, "5.6 5.7", NULL};
    return (struct model_want){MODEL_CONFLICT, MODEL_CONFLICT, "5.8 5.9 5.15", NULL};
}

static struct model_want want_commit(struct model_walk *walk, const struct request *request)
{
    const struct model_allocation *allocation =
        model_within(walk, model_first(request->span), model_count(request->span));
    bool copies = !good_protection(request->protect, false);
    bool inside = allocation && allocation->kind != MODEL_PLACEHOLDER;

    if (!inside)
        return (struct model_want){MODEL_CONFLICT, copies ? MODEL_INVALID : MODEL_CONFLICT,
                                   "5.12 7.7 6.17", NULL};
    if (allocation->kind == MODEL_PRIVATE)
        return copies ? (struct model_want){MODEL_INVALID, MODEL_INVALID, "7.8", NULL}
                      : (struct model_want){MODEL_DONE, MODEL_DONE, "7.7 7.10", NULL};
    if (!model_view_allows(allocation->protect, request->protect))
        return (struct model_want){MODEL_INVALID, MODEL_INVALID, "6.9", NULL};
    return (struct model_want){MODEL_DONE, MODEL_DONE, "6.3 6.8", NULL};
}

static struct model_want want_reset(struct model_walk *walk, const struct request *request)
{
    if (model_within(walk, model_first(request->span), model_count(request->span)))
        return (struct model_want){MODEL_DONE, MODEL_DONE, "7.11 7.13 6.12", NULL};
    return (struct model_want){MODEL_CONFLICT, MODEL_CONFLICT, "7.12", NULL};
}

static struct model_want want_of(struct model_walk *walk, const struct request *request)
{
    bool commits = !(request->type & MEM_RESERVE);

    if (!request->span.size || !good_type(request) || !good_protection(request->protect, commits))
        return (struct model_want){MODEL_INVALID, MODEL_INVALID,
                                   "7.1 7.8 7.14 7.15 7.17 5.2 5.3 5.4 5.10 5.11", NULL};
    if (request->type & (MEM_RESET | MEM_RESET_UNDO))
        return want_reset(walk, request);
    if (request->type & MEM_REPLACE_PLACEHOLDER)
        return want_replace(walk, request);
    if (!commits && request->variant == ALLOC2 && request->span.at % MODEL_SLOT)
        return (struct model_want){MODEL_INVALID, MODEL_INVALID, "7.6", NULL};
    return commits ? want_commit(walk, request) : want_reserve(walk, request);
}

/* --- what becomes of the model ------------------------------------------------------ */

static void commit_page(struct model_walk *walk, unsigned page, ULONG protect)
{
    const struct model_allocation *allocation = model_allocation_of(walk, page);
    struct model_page *own = &walk->pages[page];

    if (allocation->kind == MODEL_VIEW)
        walk->sections[allocation->section]
            .committed[allocation->offset + page - allocation->first] = true;
    own->committed = true;
    model_protect(walk, page, protect);
}

static void apply_reserve(struct model_walk *walk, const struct request *request, unsigned first,
                          unsigned n)
{
    bool holds = request->type & MEM_RESERVE_PLACEHOLDER;
    struct model_allocation *allocation;

    if (request->type & MEM_REPLACE_PLACEHOLDER)
        model_drop(walk, model_allocation_of(walk, first));
    allocation =
        model_make(walk, holds ? MODEL_PLACEHOLDER : MODEL_PRIVATE, first, n, request->protect);
    allocation->replaced = request->type & MEM_REPLACE_PLACEHOLDER;
    for (unsigned i = first; i < first + n && (request->type & MEM_COMMIT); i++)
        walk->pages[i].committed = true;
}

static void apply_reset(struct model_walk *walk, unsigned first, unsigned n)
{
    for (unsigned i = first; i < first + n; i++) {
        bool *vague;

        model_content(walk, i, &vague);
        *vague = *vague || model_committed(walk, i);
    }
}

static void apply(struct model_walk *walk, const struct request *request, struct model_span done)
{
    unsigned first = model_first(done), n = model_count(done);

    if (request->type & MEM_RESET)
        apply_reset(walk, first, n);
    else if (request->type & MEM_RESERVE)
        apply_reserve(walk, request, first, n);
    for (unsigned i = first; i < first + n && request->type == MEM_COMMIT; i++)
        commit_page(walk, i, request->protect);
}

/* --- one call, compared ------------------------------------------------------------- */

static struct model_span rounded(const struct request *request)
{
    ULONG plain = request->type & MEM_RESERVE && !(request->type & MEM_REPLACE_PLACEHOLDER);
    struct model_span span = request->span;

    span.at -= span.at % (plain ? MODEL_SLOT : MODEL_PAGE);
    span.size = request->span.at + request->span.size - span.at;
    span.size = (span.size + MODEL_PAGE - 1) / MODEL_PAGE * MODEL_PAGE;
    return span;
}

static void run(struct model_walk *walk, const struct request *request)
{
    struct model_want want = want_of(walk, request);
    struct model_span done = rounded(request);
    struct answer answer = {.code = 0};
    bool good;

    model_say(walk, "%s(%#zx, %#zx, %#x, %#x)", variant_names[request->variant], request->span.at,
              request->span.size, (unsigned)request->type, (unsigned)request->protect);
    if (is_nt(request->variant))
        call_nt(walk, request, &answer);
    else
        call_win32(walk, request, &answer);
    good = is_nt(request->variant) ? model_judge_status(walk, want, answer.code)
                                   : model_judge(walk, want, answer.code);
    if (is_nt(request->variant) && (answer.at != (good ? done.at : request->span.at) ||
                                    answer.size != (good ? done.size : request->span.size)))
        model_fail(walk, "base and size became %#zx and %#zx", answer.at, answer.size);
    if (!good)
        return;
    if (answer.at != done.at && request->type != MEM_RESET)
        model_fail(walk, "it is at %#zx", answer.at);
    if (walk->failed)
        return;
    apply(walk, request, done);
    model_check_page(walk, model_first(done), 0);
}

/* --- draws -------------------------------------------------------------------------- */

static enum variant draw_variant(struct model_walk *walk, bool extended)
{
    static const enum variant all[] = {ALLOC, ALLOC_EX, ALLOC_NT, ALLOC2, ALLOC2_NT};

    if (walk->options->old_calls)
        return all[model_random(walk, 2)];
    return extended ? all[3 + model_random(walk, 2)] : all[model_random(walk, 5)];
}

static ULONG draw_protection(struct model_walk *walk)
{
    static const ULONG good[] = {PAGE_NOACCESS, PAGE_READONLY, PAGE_EXECUTE_READ,
                                 PAGE_EXECUTE_READWRITE, PAGE_READWRITE | PAGE_GUARD};

    return model_chance(walk, 60) ? PAGE_READWRITE : good[model_random(walk, 5)];
}

static ULONG draw_bad_protection(struct model_walk *walk)
{
    static const ULONG bad[] = {0,
                                PAGE_READONLY | PAGE_READWRITE,
                                PAGE_GUARD,
                                PAGE_EXECUTE_WRITECOPY,
                                PAGE_WRITECOPY,
                                PAGE_NOACCESS | PAGE_GUARD};

    return bad[model_random(walk, walk->options->old_calls ? 3 : 6)];
}

static ULONG draw_bad_type(struct model_walk *walk, bool extended)
{
    static const ULONG bad[] = {0,
                                MEM_RELEASE,
                                MEM_DECOMMIT,
                                MEM_FREE,
                                MEM_RESERVE | 0x40000000,
                                MEM_TOP_DOWN,
                                MEM_RESET | MEM_COMMIT,
                                MEM_WRITE_WATCH | MEM_COMMIT,
                                MEM_RESERVE_PLACEHOLDER,
                                MEM_REPLACE_PLACEHOLDER,
                                MEM_COMMIT | MEM_REPLACE_PLACEHOLDER,
                                MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
                                MEM_RESERVE | MEM_REPLACE_PLACEHOLDER};

    if (walk->options->old_calls)
        return bad[model_random(walk, 5)];
    return bad[model_random(walk, extended ? 11 : 13)];
}

/* One thing of it wrong, in one call of twelve. */
static void spoil(struct model_walk *walk, struct request *request)
{
    if (!model_chance(walk, 8))
        return;
    switch (model_random(walk, 3)) {
    case 0:
        request->span.size = 0;
        break;
    case 1:
        /* Wine 8 looks at the range of a commit first. */
        if ((request->type & MEM_RESERVE) || !walk->options->old_calls)
            request->protect = draw_bad_protection(walk);
        break;
    default:
        request->type = draw_bad_type(walk, is_extended(request->variant));
        break;
    }
}

/* Free pages from @page on. */
static unsigned free_run(const struct model_walk *walk, unsigned page)
{
    unsigned n = 0;

    while (page + n < MODEL_PAGES && !walk->pages[page + n].allocation)
        n++;
    return n;
}

/* Where something new may go: mostly where there is room for it. */
static struct model_span draw_place(struct model_walk *walk)
{
    unsigned page = 0, n = 1 + model_random(walk, 16), room = 0;
    struct model_span span;

    for (unsigned i = 0; i < 12 && !room; i++) {
        page = model_random(walk, MODEL_PAGES) / MODEL_SLOT_PAGES * MODEL_SLOT_PAGES;
        room = free_run(walk, page);
    }
    if (model_chance(walk, 35))
        n += model_random(walk, 48);
    if (n > room && room && model_chance(walk, 75))
        n = room;
    span.at = (size_t)page * MODEL_PAGE;
    span.size = (size_t)n * MODEL_PAGE;
    if (model_chance(walk, 30))
        span.size -= model_random(walk, MODEL_PAGE);
    if (model_chance(walk, 20)) {
        span.at += model_random(walk, MODEL_SLOT);
        span.size = 1 + model_random(walk, (unsigned)span.size);
    }
    if (span.at + span.size > MODEL_SIZE)
        span.size = MODEL_SIZE - span.at;
    return span;
}

void model_reserve(struct model_walk *walk)
{
    static const ULONG types[] = {MEM_RESERVE, MEM_RESERVE | MEM_COMMIT,
                                  MEM_RESERVE | MEM_COMMIT | MEM_TOP_DOWN};
    struct request request = {.variant = draw_variant(walk, false)};

    request.span = draw_place(walk);
    request.type = types[model_random(walk, 3)];
    request.protect = draw_protection(walk);
    spoil(walk, &request);
    run(walk, &request);
}

void model_hold_some(struct model_walk *walk)
{
    struct request request = {.variant = draw_variant(walk, true)};

    request.span = draw_place(walk);
    request.type = MEM_RESERVE | MEM_RESERVE_PLACEHOLDER;
    request.protect = model_chance(walk, 95) ? PAGE_NOACCESS : PAGE_READWRITE;
    spoil(walk, &request);
    run(walk, &request);
}

void model_replace(struct model_walk *walk)
{
    struct request request = {.variant = draw_variant(walk, true)};
    int page = model_some_kind(walk, MODEL_PLACEHOLDER);

    request.span = model_some_span(walk, true);
    if (page >= 0 && model_chance(walk, 70)) {
        request.span.at = (size_t)page * MODEL_PAGE;
        request.span.size = (size_t)model_allocation_of(walk, (unsigned)page)->n * MODEL_PAGE;
    }
    request.type = MEM_RESERVE | MEM_REPLACE_PLACEHOLDER;
    if (model_chance(walk, 60))
        request.type |= MEM_COMMIT;
    request.protect = draw_protection(walk);
    spoil(walk, &request);
    run(walk, &request);
}

void model_commit(struct model_walk *walk)
{
    struct request request = {.variant = draw_variant(walk, false)};

    request.span = model_some_used_span(walk, false);
    request.type = MEM_COMMIT;
    request.protect = draw_protection(walk);
    /* No fact says what a guard on a page of a view is. */
    if ((request.protect & PAGE_GUARD) && model_random(walk, 2))
        request.protect = PAGE_READWRITE;
    for (unsigned i = 0; i < model_count(request.span); i++) {
        const struct model_allocation *allocation =
            model_allocation_of(walk, model_first(request.span) + i);

        if (allocation && allocation->kind == MODEL_VIEW)
            request.protect &= ~(ULONG)PAGE_GUARD;
    }
    if (!walk->options->old_calls && model_chance(walk, 5))
        request.protect = PAGE_WRITECOPY;
    spoil(walk, &request);
    run(walk, &request);
}

/* Whether MEM_RESET of the pages is what facts speak of: no placeholders, nothing copied. */
static bool may_reset(struct model_walk *walk, struct model_span span)
{
    for (unsigned i = 0; i < model_count(span); i++) {
        unsigned page = model_first(span) + i;
        const struct model_allocation *allocation = model_allocation_of(walk, page);

        if (allocation && (allocation->kind == MODEL_PLACEHOLDER || walk->pages[page].copied))
            return false;
    }
    return true;
}

void model_reset(struct model_walk *walk)
{
    struct request request = {.variant = draw_variant(walk, false)};

    request.span = model_some_used_span(walk, true);
    request.type = MEM_RESET;
    request.protect = model_chance(walk, 50) ? PAGE_NOACCESS : PAGE_READWRITE;
    if (!walk->options->old_calls)
        spoil(walk, &request);
    /* A page of a view whose protection copies what is written is as one that was copied. */
    if (may_reset(walk, request.span))
        run(walk, &request);
    else
        model_query(walk);
}
