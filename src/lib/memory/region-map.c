// SPDX-License-Identifier: MIT
/*
 * The region map: two trees, the gaps between regions, and who waits for what. See
 * region-map.h for the rules and place.c for how addresses are chosen.
 */
#include "lib/memory/region-map.h"

#include <stdatomic.h>
#include <string.h>

#include "lib/memory/offer.h"
#include "lib/memory/physical.h"
#include "lib/memory/placeholder.h"
#include "lib/memory/write-watch.h"

#include "os/os.h"
#include "util/macro.h"

RB_HEAD(region_tree, nt_region);
RB_HEAD(gap_tree, nt_region);

/* NT_LOCK_REGIONS guards all of it. */
static struct {
    struct region_tree regions;
    struct gap_tree gaps; /* regions in the arena with a gap behind them */
    uint64_t arena_low, arena_high;
    /*
     * By slot: what was made or found there lately. A program that unmaps what it has just
     * mapped finds it here, and not at the bottom of a tree of thousands.
     */
    struct nt_region *recent[64];
    struct nt_region *vacant[16]; /* the latest is the last */
    unsigned n_vacant;
    unsigned n_busy;
    unsigned n_waiting;
    _Atomic uint64_t changes; /* of @busy of any region */
    uint64_t n_ends;
    uint64_t ends[64]; /* where the last of these regions begin */
    bool forking;      /* somebody waits for all regions to be idle: let none become busy */
} map = {.regions = RB_INITIALIZER(NULL), .gaps = RB_INITIALIZER(NULL)};

static struct nt_region **recent_at(uint64_t address)
{
    return &map.recent[address / NT_GRANULARITY % NT_ARRAY_SIZE(map.recent)];
}

static int compare_bases(const struct nt_region *first, const struct nt_region *second)
{
    return first->base < second->base ? -1 : first->base > second->base;
}

static int compare_gaps(const struct nt_region *first, const struct nt_region *second)
{
    if (first->gap != second->gap)
        return first->gap < second->gap ? -1 : 1;
    return compare_bases(first, second);
}

/* RB_GENERATE_STATIC wants a macro of BSD's <sys/cdefs.h>. */
#define TREE_FUNCTION __attribute__((unused)) static

RB_GENERATE_INTERNAL(region_tree, nt_region, map_node, compare_bases, TREE_FUNCTION)
RB_GENERATE_INTERNAL(gap_tree, nt_region, gap_node, compare_gaps, TREE_FUNCTION)

/* --- regions and gaps --------------------------------------------------------------- */

bool nt_map_in_arena(const struct nt_region *region)
{
    return region->base >= map.arena_low && region->base < map.arena_high;
}

static void set_gap(struct nt_region *region, uint64_t gap)
{
    if (region->gap == gap)
        return;
    if (region->gap)
        RB_REMOVE(gap_tree, &map.gaps, region);
    region->gap = gap;
    if (gap)
        RB_INSERT(gap_tree, &map.gaps, region);
}

/* Counts the gap behind @region anew; its neighbour above has changed. */
static void count_gap(struct nt_region *region, const struct nt_region *next)
{
    uint64_t end = nt_region_slots_end(region);
    uint64_t limit = map.arena_high;

    if (!nt_map_in_arena(region))
        return;
    if (next && next->base < limit)
        limit = nt_align_down(next->base, NT_GRANULARITY);
    set_gap(region, limit > end ? limit - end : 0);
}

void nt_map_insert(struct nt_region *region)
{
    struct nt_region *clash = RB_INSERT(region_tree, &map.regions, region);
    struct nt_region *previous;

    nt_abort_if(clash, "two regions at one address");
    region->gap = 0;
    previous = RB_PREV(region_tree, &map.regions, region);
    if (previous)
        count_gap(previous, region);
    count_gap(region, RB_NEXT(region_tree, &map.regions, region));
}

void nt_map_remove(struct nt_region *region)
{
    struct nt_region *previous = RB_PREV(region_tree, &map.regions, region);
    struct nt_region *next = RB_NEXT(region_tree, &map.regions, region);

    if (*recent_at(region->base) == region)
        *recent_at(region->base) = NULL;
    set_gap(region, 0);
    RB_REMOVE(region_tree, &map.regions, region);
    if (previous)
        count_gap(previous, next);
}

struct nt_region *nt_map_below(uint64_t address)
{
    struct nt_region *at = RB_ROOT(&map.regions);
    struct nt_region *best = *recent_at(address);

    if (best && address - best->base < best->size)
        return best;
    best = NULL;
    while (at) {
        if (address < at->base) {
            at = RB_LEFT(at, map_node);
        } else {
            best = at;
            at = RB_RIGHT(at, map_node);
        }
    }
    return best;
}

struct nt_region *nt_map_next(struct nt_region *region)
{
    return region ? RB_NEXT(region_tree, &map.regions, region) : RB_MIN(region_tree, &map.regions);
}

struct nt_region *nt_map_previous(struct nt_region *region)
{
    return RB_PREV(region_tree, &map.regions, region);
}

struct nt_region *nt_map_first_in(uint64_t start, uint64_t end)
{
    struct nt_region *region = nt_map_below(start);

    if (!region || nt_region_end(region) <= start)
        region = nt_map_next(region);
    return region && region->base < end ? region : NULL;
}

/* --- the arena ---------------------------------------------------------------------- */

void nt_map_get_arena(uint64_t *ret_low, uint64_t *ret_high)
{
    *ret_low = map.arena_low;
    *ret_high = map.arena_high;
}

void nt_map_set_arena(uint64_t low, uint64_t high)
{
    struct nt_region *region;

    while ((region = RB_ROOT(&map.gaps)) != NULL)
        set_gap(region, 0);
    map.arena_low = low;
    map.arena_high = high;
    for (region = nt_map_first_in(low, high); region && region->base < high;
         region = nt_map_next(region))
        count_gap(region, nt_map_next(region));
}

struct nt_region *nt_map_best_gap(uint64_t size)
{
    struct nt_region key = {.gap = size};

    return RB_NFIND(gap_tree, &map.gaps, &key);
}

/* --- vacant places and notes -------------------------------------------------------- */

static void forget_vacant(unsigned index)
{
    map.n_vacant--;
    for (unsigned i = index; i < map.n_vacant; i++)
        map.vacant[i] = map.vacant[i + 1];
}

static void drop(struct nt_region *region)
{
    nt_map_remove(region);
    nt_region_free(region);
}

struct nt_region *nt_map_take_vacant(uint64_t extent)
{
    for (unsigned i = map.n_vacant; i > 0; i--) {
        struct nt_region *region = map.vacant[i - 1];

        if (nt_region_extent(region) == extent) {
            forget_vacant(i - 1);
            return region;
        }
    }
    return NULL;
}

void nt_map_drop_notes(uint64_t start, uint64_t end)
{
    struct nt_region *region = nt_map_first_in(start, end);

    while (region && region->base < end) {
        struct nt_region *next = nt_map_next(region);

        for (unsigned i = map.n_vacant; region->kind == NT_REGION_VACANT && i > 0; i--) {
            if (map.vacant[i - 1] == region)
                forget_vacant(i - 1);
        }
        if (region->kind == NT_REGION_VACANT || region->kind == NT_REGION_FOREIGN)
            drop(region);
        region = next;
    }
}

/* --- being busy --------------------------------------------------------------------- */

void nt_map_wait(void)
{
    map.n_waiting++;
    nt_lock_wait(NT_LOCK_REGIONS);
    map.n_waiting--;
}

void nt_map_wake(void)
{
    if (map.n_waiting)
        nt_lock_wake_all(NT_LOCK_REGIONS);
}

void nt_map_lock_to_change(void)
{
    nt_map_lock();
    while (map.forking)
        nt_map_wait();
}

uint64_t nt_map_changes(void)
{
    return atomic_load(&map.changes);
}

uint64_t nt_map_ends(void)
{
    return map.n_ends;
}

bool nt_map_ended_in(uint64_t since, uint64_t low, uint64_t high)
{
    if (map.n_ends - since > NT_ARRAY_SIZE(map.ends))
        return true;
    for (; since < map.n_ends; since++) {
        uint64_t base = map.ends[since % NT_ARRAY_SIZE(map.ends)];

        if (base >= low && base < high)
            return true;
    }
    return false;
}

/* The lock is held: nobody else writes. */
static void count_change(void)
{
    uint64_t changes = atomic_load_explicit(&map.changes, memory_order_relaxed);

    atomic_store_explicit(&map.changes, changes + 1, memory_order_release);
}

void nt_map_begin(struct nt_region *region, enum nt_region_busy busy)
{
    nt_abort_if(region->busy != NT_REGION_IDLE, "a busy region was made busy");
    region->busy = busy;
    map.n_busy++;
    count_change();
}

void nt_map_end(struct nt_region *region)
{
    region->busy = NT_REGION_IDLE;
    map.n_busy--;
    map.ends[map.n_ends++ % NT_ARRAY_SIZE(map.ends)] = region->base;
    count_change();
    *recent_at(region->base) = region;
    nt_map_wake();
}

void nt_map_end_and_free(struct nt_region *region)
{
    nt_map_end(region);
    drop(region);
}

static bool has_slots_alone(const struct nt_region *region, const struct nt_region *next)
{
    return nt_map_in_arena(region) && nt_is_aligned(region->base, NT_GRANULARITY) &&
           (!next || next->base >= nt_region_slots_end(region));
}

void nt_map_end_and_vacate(struct nt_region *region)
{
    nt_map_end(region);
    if (!has_slots_alone(region, nt_map_next(region))) {
        drop(region);
        return;
    }
    if (map.n_vacant == NT_ARRAY_SIZE(map.vacant)) {
        struct nt_region *oldest = map.vacant[0];

        forget_vacant(0);
        drop(oldest);
    }
    nt_pages_deinit(&region->pages);
    region->kind = NT_REGION_VACANT;
    map.vacant[map.n_vacant++] = region;
}

struct nt_region *nt_map_idle_at(uint64_t address)
{
    for (;;) {
        struct nt_region *region = nt_map_below(address);

        if (!region || address >= nt_region_end(region) || !nt_map_visible(region))
            return NULL;
        if (region->busy == NT_REGION_IDLE)
            return region;
        nt_map_wait();
    }
}

/* --- fork --------------------------------------------------------------------------- */

void nt_regions_wait_idle(void)
{
    map.forking = true;
    while (map.n_busy)
        nt_map_wait();
    map.forking = false;
    nt_map_wake();
}

void nt_regions_forked(void)
{
    map.n_waiting = 0;
    nt_place_renew();
    nt_watch_forked();
    nt_physical_forked();
}

/*
 * What was being mapped or unmapped in the parent is none of the child's regions; notes go. What
 * was a placeholder, or was to be one, is one.
 */
static void keep_or_drop(struct nt_region *region)
{
    if (region->kind == NT_REGION_UNUSED)
        return;
    if (region->busy == NT_REGION_TURNING)
        nt_placeholder_settle(region);
    if (region->busy == NT_REGION_ENTERING || region->busy == NT_REGION_LEAVING ||
        region->kind == NT_REGION_VACANT || region->kind == NT_REGION_FOREIGN) {
        nt_offers_forget(&(struct nt_range){region->base, nt_region_end(region)});
        region->kind = NT_REGION_UNUSED;
        return;
    }
    region->busy = NT_REGION_IDLE;
    region->gap = 0;
    RB_INSERT(region_tree, &map.regions, region);
}

void nt_regions_renew(void)
{
    RB_INIT(&map.regions);
    RB_INIT(&map.gaps);
    memset(map.recent, 0, sizeof(map.recent));
    map.n_vacant = 0;
    map.n_busy = 0;
    map.n_waiting = 0;
    map.forking = false;
    nt_region_each(keep_or_drop);
    nt_region_slab_renew();
    nt_map_set_arena(map.arena_low, map.arena_high);
    nt_place_renew();
    nt_watch_forked();
    nt_physical_forked();
}
