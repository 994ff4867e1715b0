// SPDX-License-Identifier: MIT
/*
 * Taking a part out of a region: what is left in front of it and behind it are regions of their
 * own from then on (5.37 to 5.39, 7.26). The structures and page runs of the pieces are made
 * first, then the kernel is asked, and what follows cannot fail.
 */
#include <errno.h>

#include <ntstatus.h>

#include "lib/fault/fault.h"
#include "lib/memory/commit.h"
#include "lib/memory/offer.h"
#include "lib/memory/placeholder.h"
#include "lib/memory/write-watch.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

/* What there is in front of the part, what it becomes itself, and what there is behind it. */
enum { LOWER, MIDDLE, UPPER, N_PIECES };

struct cut {
    struct nt_region *region;
    struct nt_range range; /* the part */
    bool preserve;
    /* The region's own structure is that of the lowest piece; NULL where there is no piece. */
    struct nt_region *pieces[N_PIECES];
    struct nt_range ranges[N_PIECES];
    struct nt_pages pages[N_PIECES]; /* page runs of what stays private memory */
    uint64_t charges[N_PIECES];      /* bytes */
    struct nt_write_watch *watch;    /* nobody's any more */
};

static bool is_placeholder(const struct cut *cut)
{
    return cut->region->kind == NT_REGION_PLACEHOLDER;
}

/* --- what can fail ------------------------------------------------------------------ */

static void choose_ranges(struct cut *cut)
{
    const struct nt_range *part = &cut->range;

    cut->ranges[LOWER] = (struct nt_range){cut->region->base, part->start};
    cut->ranges[MIDDLE] = (struct nt_range){part->start, cut->preserve ? part->end : part->start};
    cut->ranges[UPPER] = (struct nt_range){part->end, nt_region_end(cut->region)};
}

/* The lock is held. */
static int make_structures(struct cut *cut)
{
    struct nt_region *own = cut->region;

    for (unsigned i = 0; i < N_PIECES; i++) {
        if (cut->ranges[i].start == cut->ranges[i].end)
            continue;
        cut->pieces[i] = own ? own : nt_region_new();
        own = NULL;
        if (!cut->pieces[i])
            return -ENOMEM;
    }
    return 0;
}

static int make_pages(struct cut *cut, unsigned i)
{
    const struct nt_range *range = &cut->ranges[i];
    uint64_t first = (range->start - cut->region->base) / NT_PAGE_SIZE;
    uint64_t count = (range->end - range->start) / NT_PAGE_SIZE;
    const struct nt_pages *pages = &cut->region->pages;

    if (is_placeholder(cut) || count == 0)
        return 0;
    cut->charges[i] = nt_pages_count(pages, first, count) * NT_PAGE_SIZE;
    return nt_pages_part(pages, first, count, &cut->pages[i]);
}

/* The part is to be forgotten on its own, and so is each piece one day. */
static int split_watch(const struct cut *cut)
{
    int r;

    if (!cut->region->watched)
        return 0;
    r = nt_fault_split(cut->region->base, cut->range.start);
    return r < 0 ? r : nt_fault_split(cut->range.start, cut->range.end);
}

static int prepare(struct cut *cut)
{
    int r;

    choose_ranges(cut);
    r = make_structures(cut);
    if (r == 0)
        r = make_pages(cut, LOWER);
    if (r == 0)
        r = make_pages(cut, UPPER);
    return r < 0 ? r : split_watch(cut);
}

static void drop_prepared(struct cut *cut)
{
    const struct nt_region *region = cut->region;

    if (region->watched)
        (void)nt_fault_watch(region->base, region->size, region->watched);
    for (unsigned i = 0; i < N_PIECES; i++) {
        nt_pages_deinit(&cut->pages[i]);
        if (cut->pieces[i] && cut->pieces[i] != region)
            nt_region_free(cut->pieces[i]);
    }
}

/* The lock is held, and given up meanwhile; a placeholder is split without the kernel. */
static int tell_kernel(const struct cut *cut)
{
    int r;

    if (cut->preserve && is_placeholder(cut))
        return 0;
    nt_map_unlock();
    if (cut->preserve)
        r = nt_region_empty(cut->region, &cut->range);
    else
        r = nt_os_unmap((void *)cut->range.start, cut->range.end - cut->range.start);
    nt_map_lock();
    return r;
}

/* --- what cannot -------------------------------------------------------------------- */

/* The pieces that are new get what the region is; they have no kind until they are complete. */
static void copy_nature(struct cut *cut)
{
    const struct nt_region *region = cut->region;

    for (unsigned i = 0; i < N_PIECES; i++) {
        struct nt_region *piece = cut->pieces[i];

        if (!piece || piece == region)
            continue;
        piece->flags = region->flags;
        piece->allocation_protect = region->allocation_protect;
        piece->watched = region->watched;
        piece->node = region->node;
        if (i != MIDDLE) {
            piece->watch = nt_watch_share(region->watch);
            piece->watch_stale = region->watch_stale;
        }
    }
}

/* All that was committed was charged, unless nothing was. Return: what is charged no more. */
static uint64_t divide_charge(struct cut *cut)
{
    uint64_t charged = cut->region->charged, kept = cut->charges[LOWER] + cut->charges[UPPER];

    for (unsigned i = 0; i < N_PIECES; i++) {
        if (cut->pieces[i])
            cut->pieces[i]->charged = charged ? cut->charges[i] : 0;
    }
    return charged > kept ? charged - kept : 0;
}

/* @piece is in no tree. */
static void fill_pages(struct nt_region *piece, struct nt_pages *pages)
{
    nt_pages_deinit(&piece->pages);
    nt_pages_move(pages, &piece->pages);
}

static void place_pieces(struct cut *cut)
{
    uint8_t kind = cut->region->kind;

    nt_map_remove(cut->region);
    for (unsigned i = 0; i < N_PIECES; i++) {
        struct nt_region *piece = cut->pieces[i];

        if (!piece)
            continue;
        piece->base = cut->ranges[i].start;
        piece->size = cut->ranges[i].end - cut->ranges[i].start;
        if (i == MIDDLE || kind == NT_REGION_PLACEHOLDER)
            nt_placeholder_become(piece);
        else
            fill_pages(piece, &cut->pages[i]);
        nt_map_insert(piece);
        if (i != MIDDLE)
            piece->kind = kind;
    }
}

/* The fault handler forgets the part, but for what every placeholder outside of the arena is. */
static void forget_part(const struct cut *cut, unsigned watched)
{
    uint64_t start = cut->range.start, size = cut->range.end - start;
    struct nt_region *middle = cut->pieces[MIDDLE];

    if (middle && (watched & NT_FAULT_PLAIN))
        (void)nt_fault_watch(start, size, NT_FAULT_PLAIN);
    else if (watched)
        nt_fault_forget(start);
    if (middle)
        middle->watched = watched & NT_FAULT_PLAIN;
}

/* Return: bytes that are charged no more. */
static uint64_t carry_out(struct cut *cut)
{
    struct nt_region *region = cut->region;
    unsigned watched = region->watched;
    uint64_t freed;

    nt_offers_forget(&cut->range);
    copy_nature(cut);
    if (cut->pieces[MIDDLE] == region) {
        cut->watch = region->watch;
        region->watch = NULL;
        region->watch_stale = false;
    }
    freed = divide_charge(cut);
    place_pieces(cut);
    forget_part(cut, watched);
    return freed;
}

NTSTATUS nt_region_cut(struct nt_region *region, const struct nt_range *range, bool preserve)
{
    struct cut cut = {.region = region, .range = *range, .preserve = preserve};
    uint64_t freed = 0;
    int r;

    nt_map_begin(region, NT_REGION_CHANGING);
    r = prepare(&cut);
    if (r == 0)
        r = tell_kernel(&cut);
    if (r < 0)
        drop_prepared(&cut);
    else
        freed = carry_out(&cut);
    nt_map_end(region);
    nt_commit_release_private(freed);
    if (cut.watch) {
        nt_map_unlock();
        nt_watch_free(cut.watch);
        nt_map_lock();
    }
    return nt_status_from_errno(r);
}
