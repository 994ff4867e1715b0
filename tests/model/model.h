/* SPDX-License-Identifier: MIT */
/*
 * A random walk through the address space, beside a model of it.
 *
 * The model is an array of pages, so simple that it can be read beside the facts: each page is
 * free or belongs to an allocation, is committed or not, has a protection and, of its content, a
 * number that stands at its first and its last bytes. The walk draws operations with all kinds of
 * arguments, good and bad, asks the model what they do, makes the call, and compares what it
 * returned, the error, and what VirtualQuery tells afterwards. All of it is through public
 * headers; the part without placeholders builds with mingw and walks the same way under Wine.
 *
 * A walk is decided by its seed. Each thread has a range of its own, with a reserved slot on
 * either side, so that the walk of one is the same whatever the others do.
 *
 *     model.c         pages, allocations, what a query must say
 *     call-allocate.c VirtualAlloc and its kin
 *     call-free.c     VirtualFree and its kin
 *     call-view.c     views, mapped and unmapped
 *     call-page.c     protection, queries, content
 *     call-else.c     what the system places, and the kernel's own list of mappings
 *     walk.c          draws, threads, and the report when something differs
 */
#ifndef NTSHM_TEST_MODEL_MODEL_H
#define NTSHM_TEST_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <windows.h>

#define MODEL_PAGE       0x1000u
#define MODEL_SLOT       0x10000u
#define MODEL_SLOT_PAGES 16u
#define MODEL_PAGES      256u /* of a range */
#define MODEL_SIZE       (MODEL_PAGES * MODEL_PAGE)
/* A range with a slot on either side. */
#define MODEL_STRIDE     (MODEL_SIZE + 2 * MODEL_SLOT)
#define MODEL_SECTION    80u /* pages of a section */
#define MODEL_RECENT     24u
#define MODEL_TEXT       240u

/* The walk that Wine knows makes the old calls alone. */
#ifdef _WIN32
#    define MODEL_PLACEHOLDERS    0
#    define MODEL_PRINTF(at, arg) __attribute__((format(gnu_printf, at, arg)))
#else
#    define MODEL_PLACEHOLDERS    1
#    define MODEL_PRINTF(at, arg) __attribute__((format(printf, at, arg)))
#endif

/* What a call can end with; see outcomes[] in model.c for status and error. */
enum model_outcome {
    MODEL_DONE,
    MODEL_INVALID,
    MODEL_CONFLICT,
    MODEL_NOT_MAPPED,
    MODEL_TOO_LONG,      /* STATUS_UNABLE_TO_FREE_VM */
    MODEL_IS_SECTION,    /* STATUS_UNABLE_TO_DELETE_SECTION */
    MODEL_NOT_AT_BASE,   /* STATUS_FREE_VM_NOT_AT_BASE */
    MODEL_NOT_ALLOCATED, /* STATUS_MEMORY_NOT_ALLOCATED */
    MODEL_NOT_COMMITTED,
    MODEL_VIEW_SIZE,
    MODEL_ALIGNMENT,
    MODEL_DENIED,
    MODEL_NO_ACCESS, /* a pointer of the caller's */
    MODEL_OUTCOMES,
};

/* What the model expects: one outcome, or either of two where no fact says which comes first. */
struct model_want {
    enum model_outcome outcome, other;
    const char *row;
    const char *wine; /* why Wine 8 fails otherwise, or NULL */
};

enum model_kind { MODEL_FREE, MODEL_PLACEHOLDER, MODEL_PRIVATE, MODEL_VIEW };

struct model_section {
    HANDLE handle;
    bool reserve; /* SEC_RESERVE: pages are committed one by one */
    bool committed[MODEL_SECTION];
    bool vague[MODEL_SECTION]; /* reset: what was there, or zero */
    uint64_t tag[MODEL_SECTION];
};

struct model_allocation {
    enum model_kind kind; /* MODEL_FREE: this entry is unused */
    ULONG protect;        /* as it was made */
    bool replaced;        /* a placeholder was here */
    unsigned first, n;    /* pages */
    unsigned section;     /* of a view: which */
    unsigned offset;      /* of a view: pages */
};

struct model_page {
    uint16_t allocation; /* index; 0: free */
    bool committed;      /* of private memory; of a view ask model_committed() */
    bool copied;         /* of a view: no longer the section's */
    bool vague;          /* of its own content, as in a section */
    ULONG protect;
    uint64_t tag; /* its own content: private memory, and copied pages */
};

/* Wrong rules, which a walk must stumble over. */
enum model_plant {
    MODEL_PLANT_NONE,
    MODEL_PLANT_SPLIT_KEEPS_SIZE,
    MODEL_PLANT_COALESCE_TAKES_ONE,
    MODEL_PLANT_RESERVE_UNROUNDED,
    MODEL_PLANT_DECOMMIT_KEEPS_CONTENT,
    MODEL_PLANT_PRESERVE_PLAIN_VIEW,
    MODEL_PLANT_PROTECT_TELLS_NEW,
    MODEL_PLANT_COPY_REACHES_SECTION,
    MODEL_PLANT_QUERY_FROM_BASE,
    MODEL_PLANTS,
};

enum model_call {
    MODEL_RESERVE,
    MODEL_COMMIT,
    MODEL_RESET,
    MODEL_HOLD, /* a placeholder */
    MODEL_REPLACE,
    MODEL_RELEASE,
    MODEL_DECOMMIT,
    MODEL_SPLIT,
    MODEL_COALESCE,
    MODEL_RELEASE_PART,
    MODEL_MAP,
    MODEL_MAP_OVER,
    MODEL_UNMAP,
    MODEL_PROTECT,
    MODEL_QUERY,
    MODEL_WRITE,
    MODEL_READ,
    MODEL_ANYWHERE,
    MODEL_SWEEP,
    MODEL_KERNEL,
    MODEL_CALLS,
};

struct model_options {
    uint64_t seed;
    unsigned long steps; /* of each thread */
    unsigned n_threads;
    bool old_calls; /* without placeholders, and without what Wine 8 gets wrong with effect */
    bool in_arena;  /* where the library places what has no address of its own */
    enum model_plant plant;
    const char *log; /* a file for the calls, of one thread; or NULL */
};

struct model_walk {
    const struct model_options *options;
    unsigned thread;
    char *base;
    uint64_t random, last_tag;
    unsigned long step;
    struct model_page pages[MODEL_PAGES];
    struct model_allocation allocations[MODEL_PAGES + 1];
    struct model_section sections[2];
    bool failed;
    FILE *log;
    char text[MODEL_TEXT]; /* of this step */
    size_t length;
    char recent[MODEL_RECENT][MODEL_TEXT];
    char report[16384];
    enum model_call call;
    unsigned long counts[MODEL_CALLS][2]; /* done, and refused */
    unsigned long n_excused;
};

/* Bytes of a range, as a call is given them. */
struct model_span {
    size_t at, size;
};

/** model_first(), model_count() - the pages that a span touches */
static inline unsigned model_first(struct model_span span)
{
    return (unsigned)(span.at / MODEL_PAGE);
}

static inline unsigned model_count(struct model_span span)
{
    return (unsigned)((span.at + span.size + MODEL_PAGE - 1) / MODEL_PAGE) - model_first(span);
}

/* --- model.c ------------------------------------------------------------------------ */

/** model_allocation_of() - of a page; NULL when it is free */
struct model_allocation *model_allocation_of(struct model_walk *walk, unsigned page);
/** model_committed() - whether a page is */
bool model_committed(struct model_walk *walk, unsigned page);
/** model_is_free() - whether @n pages from @first on are all free and within the range */
bool model_is_free(const struct model_walk *walk, unsigned first, unsigned n);
/** model_within() - the one allocation that holds @n pages from @first on, or NULL */
struct model_allocation *model_within(struct model_walk *walk, unsigned first, unsigned n);
/** model_make() - a new allocation of free pages */
struct model_allocation *model_make(struct model_walk *walk, enum model_kind kind, unsigned first,
                                    unsigned n, ULONG protect);
/** model_cut() - make @n pages of an allocation one of their own; gives that (7.26, 5.37) */
struct model_allocation *model_cut(struct model_walk *walk, unsigned first, unsigned n);
/** model_drop() - free an allocation */
void model_drop(struct model_walk *walk, struct model_allocation *allocation);
/** model_hold() - make an allocation an empty placeholder */
void model_hold(struct model_walk *walk, struct model_allocation *allocation);
/** model_want_query() - what VirtualQuery must say of a page, addresses included */
void model_want_query(struct model_walk *walk, unsigned page, MEMORY_BASIC_INFORMATION *ret_want);
/** model_view_allows() - rule 9.10 */
bool model_view_allows(ULONG view, ULONG protect);
/** model_protect() - give a committed page a protection (9.19) */
void model_protect(struct model_walk *walk, unsigned page, ULONG protect);
/** model_content() - where a page's number is kept; @ret_vague too */
uint64_t *model_content(struct model_walk *walk, unsigned page, bool **ret_vague);
/** model_matches_error() - whether an outcome is told as that last error */
bool model_matches_error(enum model_outcome outcome, DWORD error);
/** model_matches_status() - the same of a status, all of INVALID_PARAMETER_n alike */
bool model_matches_status(enum model_outcome outcome, uint32_t status);
/** model_outcome_name() - for the report */
const char *model_outcome_name(enum model_outcome outcome);

/* --- walk.c ------------------------------------------------------------------------- */

/** model_random() - 0 to @n - 1 */
unsigned model_random(struct model_walk *walk, unsigned n);
/** model_chance() - true in @percent of a hundred */
bool model_chance(struct model_walk *walk, unsigned percent);
/** model_some_page() - one to work on: often the first or the last of an allocation */
unsigned model_some_page(struct model_walk *walk);
/** model_some_kind() - the first page of an allocation of @kind, or -1 */
int model_some_kind(struct model_walk *walk, enum model_kind kind);
/** model_some_span() - of pages to work on: a part of an allocation, all of it, or across its end
 */
struct model_span model_some_span(struct model_walk *walk, bool aligned);
/** model_some_used_span() - the same, mostly of one view or of one piece of private memory */
struct model_span model_some_used_span(struct model_walk *walk, bool aligned);
/** model_say() - write on the step's line */
MODEL_PRINTF(2, 3) void model_say(struct model_walk *walk, const char *format, ...);
/** model_fail() - something differs: say how, and end the walk */
MODEL_PRINTF(2, 3) void model_fail(struct model_walk *walk, const char *format, ...);
/** model_judge() - compare how a Win32 call ended; @error 0: it succeeded. True: and it should */
bool model_judge(struct model_walk *walk, struct model_want want, DWORD error);
/** model_judge_status() - the same for an Nt call */
bool model_judge_status(struct model_walk *walk, struct model_want want, uint32_t status);
/** model_excuse() - note that this Wine differs, and why; always true */
bool model_excuse(struct model_walk *walk, const char *why);
/** model_check_page() - compare VirtualQuery's word on an address with the model's */
void model_check_page(struct model_walk *walk, unsigned page, unsigned byte);

/** model_check_content() - look at what stands in every page that can be read */
void model_check_content(struct model_walk *walk);

/**
 * model_walk() - walk with all threads, and give everything back
 * @ret_walks: the walks, for counts and reports; @options->n_threads of them, freed by the caller
 *
 * Return: NULL, or the report of the first that failed.
 */
const char *model_walk(const struct model_options *options, struct model_walk **ret_walks);

/** model_plant_named() - of a name; MODEL_PLANTS when there is none */
enum model_plant model_plant_named(const char *name);
/** model_plant_name() - of a wrong rule */
const char *model_plant_name(enum model_plant plant);
/** model_call_name() - of an operation */
const char *model_call_name(enum model_call call);

/* --- the calls: each draws its arguments, asks the model, calls, compares ------------ */

void model_reserve(struct model_walk *walk);
void model_commit(struct model_walk *walk);
void model_reset(struct model_walk *walk);
void model_hold_some(struct model_walk *walk);
void model_replace(struct model_walk *walk);
void model_release(struct model_walk *walk);
void model_decommit(struct model_walk *walk);
void model_split(struct model_walk *walk);
void model_coalesce(struct model_walk *walk);
void model_release_part(struct model_walk *walk);
void model_map(struct model_walk *walk);
void model_map_over(struct model_walk *walk);
void model_unmap(struct model_walk *walk);
void model_protect_some(struct model_walk *walk);
void model_query(struct model_walk *walk);
void model_write(struct model_walk *walk);
void model_read(struct model_walk *walk);
void model_anywhere(struct model_walk *walk);
void model_sweep(struct model_walk *walk);
void model_kernel(struct model_walk *walk);

#endif
