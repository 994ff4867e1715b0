// SPDX-License-Identifier: MIT
/*
 * Pages: their protection, what a query says of them, and what stands in them.
 */
#ifndef _WIN32
#    include <sys/uio.h>
#    include <unistd.h>
#endif

#include "model/model.h"

#ifdef _WIN32
#    include "api/windows_shim.h"
#endif

#define LAST_WORD (MODEL_PAGE / sizeof(uint64_t) - 1)

/* --- protecting --------------------------------------------------------------------- */

static struct model_want want_protect(struct model_walk *walk, struct model_span span,
                                      ULONG protect, bool has_old)
{
    const struct model_allocation *allocation =
        model_within(walk, model_first(span), model_count(span));
    ULONG single = protect & 0xFF;
    enum model_outcome unfit = MODEL_DONE;
    bool there = allocation && allocation->kind != MODEL_PLACEHOLDER;

    if (!has_old)
        return (struct model_want){MODEL_NO_ACCESS, MODEL_NO_ACCESS, "9.2 17.6", NULL};
    if (!single || (single & (single - 1)) || (protect == (PAGE_NOACCESS | PAGE_GUARD)))
        return (struct model_want){MODEL_INVALID, MODEL_INVALID, "9.5 9.8 9.9 17.6",
                                   "Wine 8 looks at the range first"};
    if (!allocation || allocation->kind == MODEL_PRIVATE
            ? (single & (PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY))
            : !model_view_allows(allocation->protect, protect))
        unfit = MODEL_INVALID;
    for (unsigned i = 0; i < model_count(span) && there; i++)
        there = model_committed(walk, model_first(span) + i);
    /* Which of the two is looked at first, no fact says for sure. */
    if (!there)
        return (struct model_want){
            MODEL_NOT_COMMITTED, unfit == MODEL_DONE ? MODEL_NOT_COMMITTED : unfit, "9.3 9.4 5.59",
            "Wine 8 says ERROR_INVALID_PARAMETER of free memory"};
    return (struct model_want){unfit, unfit, "9.6 9.7 9.10", NULL};
}

/* Across allocations nothing is committed to the model; the status of that is told apart. */
static bool any_view(struct model_walk *walk, struct model_span span)
{
    for (unsigned i = 0; i < model_count(span); i++) {
        const struct model_allocation *allocation =
            model_allocation_of(walk, model_first(span) + i);

        if (allocation && allocation->kind == MODEL_VIEW)
            return true;
    }
    return false;
}

static ULONG draw_protection(struct model_walk *walk, struct model_span span)
{
    static const ULONG any[] = {
        PAGE_READWRITE, PAGE_READWRITE,    PAGE_READONLY,  PAGE_READONLY,
        PAGE_NOACCESS,  PAGE_EXECUTE_READ, PAGE_WRITECOPY, PAGE_READWRITE | PAGE_GUARD};
    static const ULONG bad[] = {0, PAGE_READONLY | PAGE_READWRITE, PAGE_GUARD,
                                PAGE_NOACCESS | PAGE_GUARD};
    const struct model_allocation *allocation =
        model_within(walk, model_first(span), model_count(span));
    bool old = walk->options->old_calls;
    ULONG protect = any[model_random(walk, 8)];

    if (model_chance(walk, 4))
        return bad[model_random(walk, old ? 3 : 4)];
    if ((protect & PAGE_GUARD) && any_view(walk, span))
        protect = PAGE_NOACCESS;
    /* Wine 8 copies on write only in views that were mapped to. */
    if (old && protect == PAGE_WRITECOPY &&
        !(allocation && allocation->kind == MODEL_VIEW && allocation->protect == PAGE_WRITECOPY))
        protect = PAGE_READONLY;
    return protect;
}

void model_protect_some(struct model_walk *walk)
{
    struct model_span span = model_some_used_span(walk, false);
    ULONG protect = draw_protection(walk, span), was;
    bool has_old = !model_chance(walk, 2);
    struct model_want want = want_protect(walk, span, protect, has_old);
    DWORD old = 0xabcd;
    BOOL done;

    model_say(walk, "VirtualProtect(%#zx, %#zx, %#x%s)", span.at, span.size, (unsigned)protect,
              has_old ? "" : ", NULL");
    done = VirtualProtect(walk->base + span.at, span.size, protect, has_old ? &old : NULL);
    if (!model_judge(walk, want, done ? ERROR_SUCCESS : GetLastError()) || walk->failed)
        return;
    was = walk->pages[model_first(span)].protect;
    for (unsigned i = 0; i < model_count(span); i++)
        model_protect(walk, model_first(span) + i, protect);
    if (walk->options->plant == MODEL_PLANT_PROTECT_TELLS_NEW)
        was = walk->pages[model_first(span)].protect;
    model_say(walk, " was %#x", (unsigned)old);
    if (old != was)
        model_fail(walk, "the old protection is %#x, not %#x (9.1)", (unsigned)old, (unsigned)was);
    model_check_page(walk, model_first(span), 0);
}

/* --- querying ----------------------------------------------------------------------- */

static bool same(const MEMORY_BASIC_INFORMATION *a, const MEMORY_BASIC_INFORMATION *b)
{
    return a->BaseAddress == b->BaseAddress && a->AllocationBase == b->AllocationBase &&
           a->AllocationProtect == b->AllocationProtect && a->RegionSize == b->RegionSize &&
           a->State == b->State && a->Protect == b->Protect && a->Type == b->Type;
}

static void tell(struct model_walk *walk, char *text, size_t size,
                 const MEMORY_BASIC_INFORMATION *info)
{
    size_t allocation =
        info->AllocationBase ? (size_t)((char *)info->AllocationBase - walk->base) : 0;

    snprintf(text, size, "base %#zx of %#zx (%#x), size %#zx, state %#x, protect %#x, type %#x",
             (size_t)((char *)info->BaseAddress - walk->base), allocation,
             (unsigned)info->AllocationProtect, (size_t)info->RegionSize, (unsigned)info->State,
             (unsigned)info->Protect, (unsigned)info->Type);
}

/* Where Wine 8 says otherwise. */
static bool is_excused(struct model_walk *walk, const MEMORY_BASIC_INFORMATION *want,
                       const MEMORY_BASIC_INFORMATION *got)
{
#ifdef _WIN32
    MEMORY_BASIC_INFORMATION longer = *got;

    longer.RegionSize = want->RegionSize;
    if (want->State == MEM_RESERVE && got->RegionSize < want->RegionSize && same(want, &longer))
        return model_excuse(walk, "Wine 8 ends a reserved run where an old protection ended");
#else
    (void)walk;
    (void)want;
    (void)got;
#endif
    return false;
}

void model_check_page(struct model_walk *walk, unsigned page, unsigned byte)
{
    const char *address = walk->base + (size_t)page * MODEL_PAGE + byte;
    MEMORY_BASIC_INFORMATION want, got = {.State = 0};
    char wanted[160], told[160];

    if (walk->failed)
        return;
    model_want_query(walk, page, &want);
    if (VirtualQuery(address, &got, sizeof(got)) != sizeof(got)) {
        model_fail(walk, "VirtualQuery(%#zx): error %u", (size_t)(address - walk->base),
                   (unsigned)GetLastError());
        return;
    }
    tell(walk, told, sizeof(told), &got);
    model_say(walk, " [%s]", told);
    if (same(&want, &got) || is_excused(walk, &want, &got))
        return;
    tell(walk, wanted, sizeof(wanted), &want);
    model_fail(walk, "VirtualQuery(%#zx) says\n    %s, not\n    %s (8.1 to 8.23)",
               (size_t)(address - walk->base), told, wanted);
}

void model_query(struct model_walk *walk)
{
    unsigned page = model_some_page(walk);

    model_say(walk, "query");
    model_check_page(walk, page, model_chance(walk, 50) ? 0 : model_random(walk, MODEL_PAGE));
}

/* --- content ------------------------------------------------------------------------ */

static bool can_write(struct model_walk *walk, unsigned page)
{
    ULONG protect = walk->pages[page].protect;

    if (!model_committed(walk, page))
        return false;
    /* Wine 8 goes on calling a copied page PAGE_WRITECOPY (8.10). */
    if (protect == PAGE_WRITECOPY)
        return !walk->options->old_calls;
    return protect == PAGE_READWRITE || protect == PAGE_EXECUTE_READWRITE;
}

static bool can_read(struct model_walk *walk, unsigned page)
{
    return model_committed(walk, page) &&
           (can_write(walk, page) || walk->pages[page].protect == PAGE_READONLY ||
            walk->pages[page].protect == PAGE_WRITECOPY ||
            walk->pages[page].protect == PAGE_EXECUTE_READ);
}

/* A page that can be written or read, looked for from a random one on; -1 when there is none. */
static int some_page(struct model_walk *walk, bool (*can)(struct model_walk *, unsigned))
{
    unsigned start = model_some_page(walk);

    for (unsigned i = 0; i < MODEL_PAGES; i++) {
        if (can(walk, (start + i) % MODEL_PAGES))
            return (int)((start + i) % MODEL_PAGES);
    }
    return -1;
}

void model_write(struct model_walk *walk)
{
    int found = some_page(walk, can_write);
    unsigned page = (unsigned)found;
    volatile uint64_t *words;
    uint64_t *content;
    bool *vague;

    if (found < 0) {
        model_query(walk);
        return;
    }
    words = (volatile uint64_t *)(walk->base + (size_t)page * MODEL_PAGE);
    walk->last_tag++;
    model_say(walk, "write(%#zx)", (size_t)page * MODEL_PAGE);
    words[0] = walk->last_tag;
    words[LAST_WORD] = walk->last_tag;
    if (walk->pages[page].protect == PAGE_WRITECOPY) {
        walk->pages[page].copied = true;
        model_protect(walk, page, PAGE_WRITECOPY);
    }
    if (walk->options->plant == MODEL_PLANT_COPY_REACHES_SECTION &&
        model_allocation_of(walk, page)->kind == MODEL_VIEW)
        walk->pages[page].copied = false;
    content = model_content(walk, page, &vague);
    *content = walk->last_tag;
    *vague = false;
    walk->counts[MODEL_WRITE][0]++;
    model_check_page(walk, page, 0);
}

#ifndef _WIN32
/*
 * What the program cannot read, the kernel cannot read for it (5.58). Of views this is asked where
 * all is committed: a page of a SEC_RESERVE section below the last that is committed reads as zero.
 */
static void check_unreadable(struct model_walk *walk, unsigned page)
{
    const struct model_allocation *allocation = model_allocation_of(walk, page);
    uint64_t word;
    struct iovec into = {&word, sizeof(word)};
    struct iovec from = {walk->base + (size_t)page * MODEL_PAGE, sizeof(word)};

    if (allocation && allocation->kind == MODEL_VIEW && !model_committed(walk, page))
        return;
    if (process_vm_readv(getpid(), &into, 1, &from, 1, 0) == (ssize_t)sizeof(word))
        model_fail(walk, "page %#x can be read", page * MODEL_PAGE);
}
#endif

static void check_content(struct model_walk *walk, unsigned page)
{
    const volatile uint64_t *words =
        (const volatile uint64_t *)(walk->base + (size_t)page * MODEL_PAGE);
    uint64_t first = words[0], last = words[LAST_WORD], content;
    bool *vague, fits;

    content = *model_content(walk, page, &vague);
    fits = first == content && last == content;
    if (*vague)
        fits = (first == content || !first) && (last == content || !last);
    if (!fits)
        model_fail(walk, "page %#x holds %llu and %llu, not %llu%s", page * MODEL_PAGE,
                   (unsigned long long)first, (unsigned long long)last, (unsigned long long)content,
                   *vague ? " or 0" : "");
}

void model_check_content(struct model_walk *walk)
{
    for (unsigned page = 0; page < MODEL_PAGES && !walk->failed; page++) {
        if (can_read(walk, page))
            check_content(walk, page);
    }
}

void model_read(struct model_walk *walk)
{
    unsigned any = model_some_page(walk);
    int found = some_page(walk, can_read);

    if (found < 0) {
        model_query(walk);
        return;
    }
    model_say(walk, "read(%#zx)", (size_t)found * MODEL_PAGE);
    check_content(walk, (unsigned)found);
    walk->counts[MODEL_READ][0]++;
#ifndef _WIN32
    if (walk->step % 4 == 0 && !can_read(walk, any))
        check_unreadable(walk, any);
#else
    (void)any;
#endif
}
