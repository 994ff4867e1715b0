// SPDX-License-Identifier: MIT
/*
 * The model: pages and allocations, what changes them, and what a query must say of them.
 */
#include <string.h>

#include "model/model.h"

static const struct {
    const char *name;
    uint32_t status;
    DWORD error;
} outcomes[MODEL_OUTCOMES] = {
    [MODEL_DONE] = {"success", 0, ERROR_SUCCESS},
    [MODEL_INVALID] = {"invalid parameter", 0xC000000D, ERROR_INVALID_PARAMETER},
    [MODEL_CONFLICT] = {"conflicting addresses", 0xC0000018, ERROR_INVALID_ADDRESS},
    [MODEL_NOT_MAPPED] = {"not a mapped view", 0xC0000019, ERROR_INVALID_ADDRESS},
    [MODEL_TOO_LONG] = {"unable to free", 0xC000001A, ERROR_INVALID_PARAMETER},
    [MODEL_IS_SECTION] = {"unable to delete a section", 0xC000001B, ERROR_INVALID_PARAMETER},
    [MODEL_NOT_AT_BASE] = {"not at the base", 0xC000009F, ERROR_INVALID_ADDRESS},
    [MODEL_NOT_ALLOCATED] = {"not allocated", 0xC00000A0, ERROR_INVALID_ADDRESS},
    [MODEL_NOT_COMMITTED] = {"not committed", 0xC000002D, ERROR_INVALID_ADDRESS},
    [MODEL_VIEW_SIZE] = {"invalid view size", 0xC000001F, ERROR_ACCESS_DENIED},
    [MODEL_ALIGNMENT] = {"mapped alignment", 0xC0000220, ERROR_MAPPED_ALIGNMENT},
    [MODEL_DENIED] = {"access denied", 0xC0000022, ERROR_ACCESS_DENIED},
    [MODEL_NO_ACCESS] = {"no access", 0xC0000005, ERROR_NOACCESS},
};

bool model_matches_error(enum model_outcome outcome, DWORD error)
{
    return outcomes[outcome].error == error;
}

bool model_matches_status(enum model_outcome outcome, uint32_t status)
{
    if (outcome == MODEL_INVALID && ((status >= 0xC00000EF && status <= 0xC00000FA) ||
                                     status == 0xC0000045 /* INVALID_PAGE_PROTECTION */))
        return true;
    return outcomes[outcome].status == status;
}

const char *model_outcome_name(enum model_outcome outcome)
{
    return outcomes[outcome].name;
}

/* --- allocations -------------------------------------------------------------------- */

struct model_allocation *model_allocation_of(struct model_walk *walk, unsigned page)
{
    unsigned index = page < MODEL_PAGES ? walk->pages[page].allocation : 0;

    return index ? &walk->allocations[index] : NULL;
}

static struct model_section *section_of(struct model_walk *walk,
                                        const struct model_allocation *allocation)
{
    return &walk->sections[allocation->section];
}

bool model_committed(struct model_walk *walk, unsigned page)
{
    const struct model_allocation *allocation = model_allocation_of(walk, page);

    if (allocation && allocation->kind == MODEL_VIEW)
        return section_of(walk, allocation)
            ->committed[allocation->offset + page - allocation->first];
    return allocation && walk->pages[page].committed;
}

bool model_is_free(const struct model_walk *walk, unsigned first, unsigned n)
{
    for (unsigned i = first; i < first + n; i++) {
        if (i >= MODEL_PAGES || walk->pages[i].allocation)
            return false;
    }
    return true;
}

struct model_allocation *model_within(struct model_walk *walk, unsigned first, unsigned n)
{
    struct model_allocation *allocation = model_allocation_of(walk, first);

    if (!allocation || first + n > allocation->first + allocation->n)
        return NULL;
    return allocation;
}

static struct model_allocation *unused(struct model_walk *walk)
{
    for (unsigned i = 1; i <= MODEL_PAGES; i++) {
        if (walk->allocations[i].kind == MODEL_FREE)
            return &walk->allocations[i];
    }
    return NULL; /* not reached: there are as many as pages */
}

/* Says that the pages of an allocation are its own. */
static void claim(struct model_walk *walk, const struct model_allocation *allocation)
{
    for (unsigned i = 0; i < allocation->n; i++)
        walk->pages[allocation->first + i].allocation = (uint16_t)(allocation - walk->allocations);
}

struct model_allocation *model_make(struct model_walk *walk, enum model_kind kind, unsigned first,
                                    unsigned n, ULONG protect)
{
    struct model_allocation *allocation = unused(walk);

    *allocation =
        (struct model_allocation){.kind = kind, .protect = protect, .first = first, .n = n};
    for (unsigned i = first; i < first + n; i++)
        walk->pages[i] = (struct model_page){.protect = protect};
    claim(walk, allocation);
    return allocation;
}

struct model_allocation *model_cut(struct model_walk *walk, unsigned first, unsigned n)
{
    struct model_allocation *whole = model_allocation_of(walk, first);
    unsigned end = whole->first + whole->n;
    struct model_allocation *piece = whole, *rest;

    if (first > whole->first) {
        piece = unused(walk);
        *piece = *whole;
        piece->first = first;
        piece->n = end - first;
        whole->n = first - whole->first;
        claim(walk, piece);
    }
    if (first + n < end) {
        rest = unused(walk);
        *rest = *piece;
        rest->first = first + n;
        rest->n = end - rest->first;
        piece->n = n;
        claim(walk, rest);
    }
    return piece;
}

void model_drop(struct model_walk *walk, struct model_allocation *allocation)
{
    for (unsigned i = 0; i < allocation->n; i++)
        walk->pages[allocation->first + i] = (struct model_page){.allocation = 0};
    allocation->kind = MODEL_FREE;
}

void model_hold(struct model_walk *walk, struct model_allocation *allocation)
{
    for (unsigned i = 0; i < allocation->n; i++)
        walk->pages[allocation->first + i] = (struct model_page){.protect = PAGE_NOACCESS};
    allocation->kind = MODEL_PLACEHOLDER;
    allocation->protect = PAGE_NOACCESS;
    allocation->replaced = false;
    claim(walk, allocation);
}

/* --- pages -------------------------------------------------------------------------- */

uint64_t *model_content(struct model_walk *walk, unsigned page, bool **ret_vague)
{
    const struct model_allocation *allocation = model_allocation_of(walk, page);
    struct model_page *own = &walk->pages[page];
    struct model_section *section;
    unsigned offset;

    if (allocation->kind != MODEL_VIEW || own->copied) {
        *ret_vague = &own->vague;
        return &own->tag;
    }
    section = section_of(walk, allocation);
    offset = allocation->offset + page - allocation->first;
    *ret_vague = &section->vague[offset];
    return &section->tag[offset];
}

/* What a view of that protection can do: reads 1, writes 2, executes 4. */
static unsigned capability(ULONG protect)
{
    switch (protect) {
    case PAGE_READONLY:
    case PAGE_WRITECOPY:
        return 1;
    case PAGE_READWRITE:
        return 3;
    case PAGE_EXECUTE:
    case PAGE_EXECUTE_READ:
    case PAGE_EXECUTE_WRITECOPY:
        return 5;
    case PAGE_EXECUTE_READWRITE:
        return 7;
    default:
        return 0;
    }
}

bool model_view_allows(ULONG view, ULONG protect)
{
    return !(capability(protect) & ~capability(view));
}

void model_protect(struct model_walk *walk, unsigned page, ULONG protect)
{
    struct model_page *own = &walk->pages[page];

    own->protect = protect;
    if (own->copied && protect == PAGE_WRITECOPY)
        own->protect = PAGE_READWRITE;
    if (own->copied && protect == PAGE_EXECUTE_WRITECOPY)
        own->protect = PAGE_EXECUTE_READWRITE;
}

/* --- what a query says -------------------------------------------------------------- */

static bool same_run(struct model_walk *walk, unsigned a, unsigned b)
{
    if (walk->pages[a].allocation != walk->pages[b].allocation)
        return false;
    if (!walk->pages[a].allocation)
        return true;
    if (model_committed(walk, a) != model_committed(walk, b))
        return false;
    return !model_committed(walk, a) || walk->pages[a].protect == walk->pages[b].protect;
}

void model_want_query(struct model_walk *walk, unsigned page, MEMORY_BASIC_INFORMATION *ret_want)
{
    const struct model_allocation *allocation = model_allocation_of(walk, page);
    unsigned end = page + 1;

    memset(ret_want, 0, sizeof(*ret_want));
    while (end < MODEL_PAGES && same_run(walk, page, end))
        end++;
    if (walk->options->plant == MODEL_PLANT_QUERY_FROM_BASE && allocation)
        page = allocation->first;
    ret_want->BaseAddress = walk->base + (size_t)page * MODEL_PAGE;
    ret_want->RegionSize = (size_t)(end - page) * MODEL_PAGE;
    ret_want->State = MEM_FREE;
    ret_want->Protect = PAGE_NOACCESS;
    if (!allocation)
        return;
    ret_want->AllocationBase = walk->base + (size_t)allocation->first * MODEL_PAGE;
    ret_want->AllocationProtect = allocation->protect;
    ret_want->State = model_committed(walk, page) ? MEM_COMMIT : MEM_RESERVE;
    ret_want->Protect = ret_want->State == MEM_COMMIT ? walk->pages[page].protect : 0;
    ret_want->Type = allocation->kind == MODEL_VIEW ? MEM_MAPPED : MEM_PRIVATE;
}
