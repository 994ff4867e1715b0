// SPDX-License-Identifier: MIT
/*
 * Choosing addresses. What has no address of its own goes into the arena, a part of the address
 * space far from where the kernel puts things, at a place that differs in every process. There
 * the map's own gaps say what is free, so that a map is one mmap at a fixed place and nothing
 * has to be cut to the 64 KiB that Windows promises. Should somebody else have mapped something
 * there (the kernel then refuses, it never replaces), the map remembers it and takes the next
 * gap.
 *
 * Each 512 GiB of the arena that is used gets one anchor, a page without access that stays:
 * without a neighbour under the same top-level table, every unmap would free page tables and
 * interrupt all other processors. The anchor lies just before the first region there, so that
 * the lower tables are kept as well while few regions are in use.
 */
#include <errno.h>
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/fault/fault.h"
#include "lib/memory/change.h"
#include "lib/memory/place-search.h"
#include "lib/memory/placeholder.h"
#include "lib/process/numa.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

#ifndef MAP_FIXED_NOREPLACE
#    define MAP_FIXED_NOREPLACE 0x100000
#endif

#define BLOCK_SHIFT 39 /* 512 GiB: what one entry of the top-level page table covers */
#define MAX_TRIES   256

/*
 * Where an arena can be. The first lies between where 32-bit habits end and where programs and
 * their heaps begin; the second is for ThreadSanitizer, which keeps the first to itself.
 */
static const struct {
    uint64_t low, high, random_mask;
} candidates[] = {
    {0x100000000000, 0x540000000000, 0x1FBFFFFF0000},
    {0x7E8000000000, 0x7F0000000000, 0x003FFFFF0000},
};

/* There when the program was built with ThreadSanitizer. */
extern void __tsan_init(void) __attribute__((weak));

/* NT_LOCK_REGIONS guards both. */
static enum { ARENA_UNTRIED, ARENA_TRYING, ARENA_READY, ARENA_NONE } arena_state;
static uint64_t anchored[(1ull << (47 - BLOCK_SHIFT)) / 64];

/* --- anchors and the arena ---------------------------------------------------------- */

static bool is_anchored(uint64_t address)
{
    uint64_t block = address >> BLOCK_SHIFT;

    return anchored[block / 64] >> block % 64 & 1;
}

static void set_anchored(uint64_t address, bool value)
{
    uint64_t block = address >> BLOCK_SHIFT;
    uint64_t bit = 1ull << block % 64;

    anchored[block / 64] = value ? anchored[block / 64] | bit : anchored[block / 64] & ~bit;
}

/* Puts a new region into the map, busy entering. The lock is held. */
static void enter(struct nt_region *region, enum nt_region_kind kind, uint64_t base, uint64_t size)
{
    nt_map_begin(region, NT_REGION_ENTERING);
    region->base = base;
    region->size = size;
    region->kind = kind;
    nt_map_insert(region);
}

/*
 * The kernel says that something lies where @region was to be: the region becomes a note of
 * what it is, so that the gap is not tried again. The lock is held, and given up meanwhile.
 */
static void note_foreign(struct nt_region *region)
{
    uint64_t start = region->base, end = start + nt_region_extent(region);
    struct nt_os_vma vma;
    int r;

    nt_map_unlock();
    r = nt_os_vma_query(start, &vma);
    nt_map_lock();
    if (r == 0 && vma.start < end) {
        uint64_t limit = end + region->gap;

        if (nt_align_down(vma.start, NT_GRANULARITY) > start)
            start = nt_align_down(vma.start, NT_GRANULARITY);
        end = nt_align_up(vma.end, NT_GRANULARITY);
        if (end > limit)
            end = limit;
    }
    nt_map_remove(region);
    region->kind = NT_REGION_FOREIGN;
    region->base = start;
    region->size = end - start;
    nt_map_insert(region);
    nt_map_end(region);
}

/* One page without access at @base, which is free in the map. The lock is held. */
static int make_anchor(uint64_t base)
{
    struct nt_region *region = nt_region_new();
    void *mapped;
    int r;

    if (!region)
        return -ENOMEM;
    if (nt_map_first_in(base, base + NT_GRANULARITY)) {
        nt_region_free(region);
        return -EEXIST;
    }
    enter(region, NT_REGION_ANCHOR, base, NT_PAGE_SIZE);
    nt_map_unlock();
    r = nt_os_map((void *)base, NT_PAGE_SIZE, PROT_NONE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0,
                  &mapped);
    nt_map_lock();
    if (r == -EEXIST && arena_state == ARENA_READY)
        note_foreign(region);
    else if (r < 0)
        nt_map_end_and_free(region);
    else
        nt_map_end(region);
    return r;
}

static bool try_arena(uint64_t low, uint64_t high)
{
    if (make_anchor(low) < 0)
        return false;
    nt_map_set_arena(low, high);
    nt_fault_set_arena(low, high);
    set_anchored(low, true);
    arena_state = ARENA_READY;
    return true;
}

/* Finds an arena on first need. The lock is held, and given up meanwhile. */
static void prepare_arena(void)
{
    uint64_t random = 0;

    while (arena_state == ARENA_TRYING)
        nt_map_wait();
    if (NT_LIKELY(arena_state != ARENA_UNTRIED))
        return;
    arena_state = ARENA_TRYING;
    (void)nt_os_random(&random, sizeof(random)); /* without: the same place each time */
    for (unsigned i = __tsan_init ? 2 : 0; i < 2 * NT_ARRAY_SIZE(candidates); i++) {
        uint64_t low = candidates[i / 2].low + (random & candidates[i / 2].random_mask);

        if (try_arena(low, candidates[i / 2].high))
            return;
        random = random >> 20 | random << 44;
    }
    arena_state = ARENA_NONE;
    nt_map_wake();
}

static bool arena_is_used(struct nt_region *region)
{
    for (; region && nt_map_in_arena(region); region = nt_map_next(region)) {
        if (region->busy != NT_REGION_IDLE || nt_map_visible(region))
            return true;
    }
    return false;
}

static void drop_anchor(struct nt_region *region)
{
    uint64_t base = region->base;

    set_anchored(base, false);
    nt_map_begin(region, NT_REGION_LEAVING);
    nt_map_unlock();
    (void)nt_os_unmap((void *)base, NT_PAGE_SIZE);
    nt_map_lock();
    nt_map_end_and_free(region);
}

/* Others may map at addresses of their own meanwhile. The lock is held, and given up meanwhile. */
static void drop_anchors(uint64_t low, uint64_t high)
{
    struct nt_region *region = nt_map_first_in(low, high);

    while (region && region->base < high) {
        if (region->kind == NT_REGION_ANCHOR) {
            drop_anchor(region);
            region = nt_map_first_in(low, high);
        } else {
            region = nt_map_next(region);
        }
    }
}

void nt_place_quiesce(void)
{
    uint64_t low, high;

    nt_map_lock_to_change();
    nt_map_get_arena(&low, &high);
    if (arena_state == ARENA_READY && !arena_is_used(nt_map_first_in(low, high))) {
        arena_state = ARENA_TRYING;
        nt_map_drop_notes(low, high);
        /* The next arena is another: what is mapped here from now on lies outside. */
        nt_map_set_arena(0, 0);
        nt_fault_set_arena(0, 0);
        drop_anchors(low, high);
        arena_state = ARENA_UNTRIED;
        nt_map_wake();
    }
    nt_map_unlock();
}

void nt_place_renew(void)
{
    if (arena_state == ARENA_TRYING)
        arena_state = ARENA_UNTRIED;
}

/* --- making regions ----------------------------------------------------------------- */

void nt_plan_fill(struct nt_region *region, const struct nt_region_plan *plan)
{
    nt_pages_init(&region->pages, plan->size / NT_PAGE_SIZE, plan->protect);
    region->allocation_protect = plan->allocation_protect;
    region->copies = plan->copies;
    region->flags = plan->view_flags;
    region->section = plan->section;
    region->offset = plan->offset;
    region->charged = plan->charged;
    region->node = plan->on_node ? (uint16_t)plan->node : NT_REGION_NO_NODE;
    region->watched = 0;
    region->apart = NULL;
    region->watch = NULL;
    region->watch_stale = false;
    region->window = NULL;
    region->pins = 0;
}

NTSTATUS nt_plan_refused(const struct nt_region_plan *plan, int error)
{
    bool commits = plan->kind == NT_REGION_PRIVATE && plan->protect;

    return error == -ENOMEM && commits ? STATUS_COMMITMENT_LIMIT : nt_status_from_errno(error);
}

static struct nt_region *enter_plan(struct nt_region *region, const struct nt_region_plan *plan,
                                    uint64_t base)
{
    nt_plan_fill(region, plan);
    enter(region, plan->kind, base, plan->size);
    return region;
}

/* The same for a place that is in the map already. */
static struct nt_region *enter_vacant(struct nt_region *region, const struct nt_region_plan *plan)
{
    nt_plan_fill(region, plan);
    nt_map_begin(region, NT_REGION_ENTERING);
    region->size = plan->size;
    region->kind = plan->kind;
    return region;
}

/* The region is mapped, and nobody but the caller knows of it. No lock is held. */
static NTSTATUS finish(const struct nt_region_plan *plan, struct nt_region *region, bool outside)
{
    NTSTATUS status = STATUS_SUCCESS;

    /* Outside of the arena nothing else tells the fault handler that this is ours. */
    if (outside)
        status = nt_change_watch(region, NT_FAULT_PLAIN);
    /* First of all: a page that is there already stays where it is. */
    if (NT_SUCCESS(status) && plan->on_node &&
        nt_numa_prefer((void *)region->base, region->size, plan->node) < 0)
        status = STATUS_NO_MEMORY;
    if (NT_SUCCESS(status) && plan->finish)
        status = plan->finish(region, plan->context);
    if (!NT_SUCCESS(status)) {
        nt_region_unrecord(region);
        nt_region_unwatch(region);
        (void)nt_os_unmap((void *)region->base, region->size);
        /* Not a place that is taken: there is no other to be tried. */
        if (status == STATUS_CONFLICTING_ADDRESSES)
            status = STATUS_UNSUCCESSFUL;
    }
    return status;
}

/*
 * Asks the kernel, without the lock. The region is idle afterwards, or still busy on failure:
 * STATUS_CONFLICTING_ADDRESSES says that the place is taken.
 */
static NTSTATUS map_entered(const struct nt_region_plan *plan, struct nt_region *region)
{
    bool outside = !nt_map_in_arena(region);
    uint64_t base = region->base;
    NTSTATUS status;
    void *mapped;
    int r;

    nt_map_unlock();
    r = nt_os_map((void *)base, plan->size, plan->kernel_protect, plan->flags | MAP_FIXED_NOREPLACE,
                  plan->fd, plan->offset, &mapped);
    if (NT_LIKELY(r == 0))
        status = finish(plan, region, outside);
    else
        status = r == -EEXIST ? STATUS_CONFLICTING_ADDRESSES : nt_plan_refused(plan, r);
    nt_map_lock();
    if (NT_LIKELY(NT_SUCCESS(status)))
        nt_map_end(region);
    return status;
}

/* The best place in the arena, with its 512 GiB anchored; 0 when there is none. */
static uint64_t choose_place(uint64_t extent, uint64_t alignment)
{
    uint64_t needed = extent + alignment - NT_GRANULARITY;
    bool forgot = false;

    for (unsigned i = 0; i < MAX_TRIES; i++) {
        struct nt_region *before = nt_map_best_gap(needed);
        uint64_t low, high, base;

        if (!before) {
            if (forgot)
                return 0;
            nt_map_get_arena(&low, &high);
            nt_map_drop_notes(low, high);
            forgot = true;
            continue;
        }
        low = nt_region_slots_end(before);
        base = nt_align_up(low, alignment);
        if (NT_LIKELY(is_anchored(base)) || low >> BLOCK_SHIFT != base >> BLOCK_SHIFT)
            return base;
        set_anchored(low, true);
        (void)make_anchor(low);
    }
    return 0;
}

/* Where the arena has no room, or there is none: where the kernel would put something larger. */
static uint64_t choose_by_kernel(uint64_t extent, uint64_t alignment)
{
    uint64_t room = extent + alignment;
    void *mapped;
    int r;

    nt_map_unlock();
    r = nt_os_map(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0,
                  &mapped);
    if (r == 0)
        (void)nt_os_unmap(mapped, room);
    nt_map_lock();
    return r == 0 ? nt_align_up((uint64_t)mapped, alignment) : 0;
}

static struct nt_region *take_vacant(uint64_t extent, uint64_t alignment)
{
    return alignment == NT_GRANULARITY ? nt_map_take_vacant(extent) : NULL;
}

/* A region in the map, busy entering, at a place that should be free; NULL: no memory. */
static struct nt_region *enter_somewhere(const struct nt_region_plan *plan)
{
    uint64_t alignment = plan->alignment ? plan->alignment : NT_GRANULARITY;
    uint64_t extent = nt_align_up(plan->size, NT_GRANULARITY);

    for (unsigned i = 0; i < MAX_TRIES; i++) {
        struct nt_region *region = take_vacant(extent, alignment);
        uint64_t base;

        if (NT_LIKELY(region != NULL))
            return enter_vacant(region, plan);
        base = arena_state == ARENA_READY ? choose_place(extent, alignment) : 0;
        if (!base)
            base = choose_by_kernel(extent, alignment);
        region = base ? nt_region_new() : NULL;
        if (!region)
            return NULL;
        /* The lock may have been free for a moment since the place was chosen. */
        if (!nt_map_first_in(base, base + extent))
            return enter_plan(region, plan, base);
        nt_region_free(region);
    }
    return NULL;
}

static NTSTATUS make_anywhere(const struct nt_region_plan *plan, uint64_t *ret_base)
{
    prepare_arena();
    for (unsigned i = 0; i < MAX_TRIES; i++) {
        struct nt_region *region = enter_somewhere(plan);
        NTSTATUS status;

        if (!region)
            return STATUS_NO_MEMORY;
        *ret_base = region->base;
        status = map_entered(plan, region);
        if (NT_LIKELY(NT_SUCCESS(status)))
            return status;
        if (status != STATUS_CONFLICTING_ADDRESSES) {
            nt_map_end_and_free(region);
            return status;
        }
        if (nt_map_in_arena(region))
            note_foreign(region);
        else
            nt_map_end_and_free(region);
    }
    return STATUS_NO_MEMORY;
}

static NTSTATUS make_at(const struct nt_region_plan *plan, uint64_t base)
{
    struct nt_region *region = nt_region_new();
    struct nt_region *there;
    NTSTATUS status;

    if (!region)
        return STATUS_NO_MEMORY;
    for (;;) {
        nt_map_drop_notes(base, base + plan->size);
        there = nt_map_first_in(base, base + plan->size);
        if (!there)
            break;
        if (there->busy == NT_REGION_IDLE) {
            nt_region_free(region);
            return STATUS_CONFLICTING_ADDRESSES;
        }
        nt_map_wait();
    }
    status = map_entered(plan, enter_plan(region, plan, base));
    if (!NT_SUCCESS(status))
        nt_map_end_and_free(region);
    return status;
}

/* Within bounds, from the top, or where the arena has no room for such an alignment. */
static NTSTATUS make_between(const struct nt_region_plan *plan, uint64_t *ret_base)
{
    struct nt_place_search search;

    nt_place_search_begin(&search, plan);
    for (unsigned i = 0; i < MAX_TRIES && nt_place_search_next(&search, ret_base); i++) {
        NTSTATUS status = make_at(plan, *ret_base);

        if (status != STATUS_CONFLICTING_ADDRESSES)
            return status;
    }
    return STATUS_NO_MEMORY;
}

NTSTATUS nt_region_make(const struct nt_region_plan *plan, uint64_t *ret_base)
{
    uint64_t base = plan->base;
    NTSTATUS status;

    nt_map_lock_to_change();
    if (plan->replaces)
        status = nt_placeholder_replace(plan);
    else if (plan->base)
        status = make_at(plan, base);
    else if (plan->lowest || plan->highest || plan->top_down)
        status = make_between(plan, &base);
    else
        status = make_anywhere(plan, &base);
    if (status == STATUS_NO_MEMORY && plan->alignment > NT_GRANULARITY && !plan->base)
        status = make_between(plan, &base);
    nt_map_unlock();
    if (NT_SUCCESS(status))
        *ret_base = base;
    return status;
}
