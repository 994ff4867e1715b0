/* SPDX-License-Identifier: MIT */
/*
 * The inside of the region map, for the files of this folder.
 *
 * Regions are ordered by address in one tree. Inside the *arena*, the part of the address
 * space where the library places what has no address of its own, each region also knows the
 * free gap behind it, and a second tree orders the gaps by size: the smallest that fits is
 * found in O(log n). What was freed a moment ago stays in the map as a vacant place, so that
 * the next region of its size takes it over as it is, without a change of the trees. So three
 * kinds of regions are not the application's: vacant ones; anchors; and foreign ones, which
 * remember where the kernel said that somebody else has mapped something.
 *
 * NT_LOCK_REGIONS guards all of it. Who is about to ask the kernel about a region makes it busy
 * first (nt_map_begin) and ends that when the kernel has answered (nt_map_end); the lock is
 * free in between and only the one who made the region busy may change it.
 */
#ifndef NT_LIB_MEMORY_REGION_MAP_H
#define NT_LIB_MEMORY_REGION_MAP_H

#include "lib/memory/pages.h"
#include "lib/memory/region.h"
#include "lib/process/lock.h"
#include "util/macro.h"
#include "util/tree.h"

enum nt_region_kind {
    NT_REGION_UNUSED, /* in the slab */
    NT_REGION_PRIVATE,
    NT_REGION_VIEW,
    NT_REGION_PLACEHOLDER, /* owned and empty: no access, whole pages at any page (5.1, 5.37) */
    NT_REGION_ANCHOR,
    NT_REGION_FOREIGN,
    NT_REGION_VACANT, /* free, and kept for the next region of this size */
};

enum nt_region_busy {
    NT_REGION_IDLE,
    NT_REGION_ENTERING, /* not there yet: queries do not see it */
    NT_REGION_CHANGING,
    NT_REGION_TURNING, /* into a placeholder, or from one into something else */
    NT_REGION_LEAVING,
};

/* What is special about a region; a fault handler may read these without a lock. */
enum nt_view_flags {
    NT_VIEW_FILE = 1,         /* of a data file: FlushViewOfFile writes, and pages can be lost */
    NT_VIEW_IMAGE = 2,        /* of an image: MEM_IMAGE */
    NT_VIEW_RESERVE = 4,      /* its pages are committed by section offset (memory/reserve.h), or it
                                 was mapped with MEM_RESERVE and is larger than its file */
    NT_VIEW_NO_CHANGE = 8,    /* SEC_NO_CHANGE: neither unmapped nor re-protected */
    NT_REGION_LARGE = 16,     /* of large pages: whole, resident, never decommitted (7.55) */
    NT_REGION_TRACKED = 32,   /* MEM_WRITE_WATCH: write-watch.h knows which pages were written */
    NT_REGION_PHYSICAL = 64,  /* MEM_PHYSICAL: a window for pages of physical.h */
    NT_REGION_REPLACED = 128, /* replaced a placeholder, and can become one again (5.30, 5.34) */
};

#define NT_REGION_NO_NODE 0xFFFF

/* What a descent of the tree reads lies in one cache line. */
struct nt_region {
    RB_ENTRY(nt_region) map_node;
    uint64_t base; /* a multiple of the page size; of NT_GRANULARITY unless it was split off */
    uint64_t size; /* bytes, a multiple of the page size */
    uint64_t gap;  /* bytes of free slots behind it, inside the arena */
    uint8_t kind;  /* enum nt_region_kind */
    uint8_t busy;  /* enum nt_region_busy */
    bool copies;   /* some pages of the view may be mapped copy-on-write */
    uint8_t flags; /* enum nt_view_flags */
    uint32_t pins;
    union {
        RB_ENTRY(nt_region) gap_node;
        struct nt_region *next_free; /* in the slab */
    };
    struct nt_pages pages;
    ULONG allocation_protect;
    uint8_t watched;              /* enum nt_fault_kind: what the fault handler was told of it */
    bool watch_stale;             /* @watch is of a forked process: see nt_watch_forked() */
    uint16_t node;                /* the NUMA node that its pages are wanted on */
    struct nt_section *section;   /* what a view shows (a reference); NULL for private memory */
    uint64_t offset;              /* of the view's first byte in the section */
    struct nt_apart *apart;       /* pages of a shared view that are mapped privately (apart.h) */
    uint64_t charged;             /* bytes charged: committed private ones, or what copies itself */
    struct nt_write_watch *watch; /* of NT_REGION_TRACKED (write-watch.h) */
    struct nt_window *window;     /* of NT_REGION_PHYSICAL (physical.h) */
} __attribute__((aligned(64)));

/* --- the lock ------------------------------------------------------------------------------ */

static inline void nt_map_lock(void)
{
    nt_lock_take(NT_LOCK_REGIONS);
}

static inline void nt_map_unlock(void)
{
    nt_lock_drop(NT_LOCK_REGIONS);
}

/** nt_map_lock_to_change() - take the lock; wait while somebody is about to fork */
void nt_map_lock_to_change(void);

/* --- structures (region-slab.c); all with the lock held -------------------------------------- */

/** nt_region_new() - an unused structure; may give the lock up meanwhile. NULL: no memory. */
struct nt_region *nt_region_new(void);
/** nt_region_free() - give one back that is in no tree, and its page runs */
void nt_region_free(struct nt_region *region);
/** nt_region_each() - call @visit for every structure, used or not */
void nt_region_each(void (*visit)(struct nt_region *region));
/** nt_region_slab_renew() - after nt_region_each() said which are unused: put those in order */
void nt_region_slab_renew(void);

/* --- the map; all with the lock held ---------------------------------------------------------- */

/** nt_region_end() - the first byte behind the pages of a region */
static inline uint64_t nt_region_end(const struct nt_region *region)
{
    return region->base + region->size;
}

/** nt_region_slots_end() - where the next region can begin whose place is chosen here */
static inline uint64_t nt_region_slots_end(const struct nt_region *region)
{
    return nt_align_up(nt_region_end(region), NT_GRANULARITY);
}

/** nt_region_extent() - the bytes of the slots that a region lies in, alone or with others */
static inline uint64_t nt_region_extent(const struct nt_region *region)
{
    return nt_region_slots_end(region) - nt_align_down(region->base, NT_GRANULARITY);
}

/** nt_map_insert() - @region has kind, base and size, and overlaps nothing in the map */
void nt_map_insert(struct nt_region *region);
/** nt_map_remove() - take a region out of the map; the structure stays */
void nt_map_remove(struct nt_region *region);

/** nt_map_below() - the region with the highest base that is not above @address, or NULL */
struct nt_region *nt_map_below(uint64_t address);
/** nt_map_next() - the next region above, or NULL; NULL gives the lowest */
struct nt_region *nt_map_next(struct nt_region *region);
/** nt_map_previous() - the next region below, or NULL */
struct nt_region *nt_map_previous(struct nt_region *region);
/** nt_map_first_in() - the lowest region with pages in [@start, @end), or NULL */
struct nt_region *nt_map_first_in(uint64_t start, uint64_t end);
/** nt_map_visible() - true for what the application made and can see */
static inline bool nt_map_visible(const struct nt_region *region)
{
    return (region->kind == NT_REGION_PRIVATE || region->kind == NT_REGION_VIEW ||
            region->kind == NT_REGION_PLACEHOLDER) &&
           region->busy != NT_REGION_ENTERING;
}

/**
 * nt_map_changes() - a number that is another one when a region was begun or ended since
 *
 * Needs no lock. What the kernel said between two calls with the same answer is about the map as
 * it was at the first.
 */
uint64_t nt_map_changes(void);
/** nt_map_ends() - how many regions became idle or left the map so far; the lock is held */
uint64_t nt_map_ends(void);
/**
 * nt_map_ended_in() - whether one of those after @since began in [@low, @high); the lock is held
 *
 * True also when too many have ended since to know.
 */
bool nt_map_ended_in(uint64_t since, uint64_t low, uint64_t high);

/**
 * nt_map_idle_at() - the application's region that holds @address, when it is not busy
 *
 * Waits while it is; gives the lock up meanwhile. NULL when there is none.
 */
struct nt_region *nt_map_idle_at(uint64_t address);

/** nt_map_begin() - make an idle region, or a new one just inserted, busy */
void nt_map_begin(struct nt_region *region, enum nt_region_busy busy);
/** nt_map_end() - the region is idle again, and who waits for it goes on */
void nt_map_end(struct nt_region *region);
/** nt_map_end_and_free() - the region leaves the map, and who waits for it goes on */
void nt_map_end_and_free(struct nt_region *region);
/**
 * nt_map_end_and_vacate() - the same, but its place is kept for the next region of its size
 *
 * Kept where nobody else lies in its slots, so that what takes it over may fill them.
 */
void nt_map_end_and_vacate(struct nt_region *region);
/** nt_map_take_vacant() - a vacant place of @extent bytes, still in the map, or NULL */
struct nt_region *nt_map_take_vacant(uint64_t extent);
/** nt_map_wait() - until something changed for those who wait; gives the lock up meanwhile */
void nt_map_wait(void);
/** nt_map_wake() - let those in nt_map_wait() look again */
void nt_map_wake(void);

/* --- the arena; all with the lock held ---------------------------------------------- */

/** nt_map_set_arena() - where gaps are counted: [@low, @high); @first lies at @low */
void nt_map_set_arena(uint64_t low, uint64_t high);
/** nt_map_get_arena() - the bounds that nt_map_set_arena() was told */
void nt_map_get_arena(uint64_t *ret_low, uint64_t *ret_high);
/** nt_map_in_arena() - true when the region begins in the arena */
bool nt_map_in_arena(const struct nt_region *region);
/** nt_map_best_gap() - the region before the smallest gap of at least @size bytes, or NULL */
struct nt_region *nt_map_best_gap(uint64_t size);
/** nt_map_drop_notes() - drop the vacant and the foreign regions that overlap [@start, @end) */
void nt_map_drop_notes(uint64_t start, uint64_t end);

/* --- placing (place.c) -------------------------------------------------------------- */

/* A region to make, and the one mapping that makes it. */
struct nt_region_plan {
    uint64_t base;            /* a multiple of NT_GRANULARITY, or 0: chosen here */
    uint64_t size;            /* a multiple of the page size, not 0 */
    uint64_t lowest, highest; /* bounds for a chosen address (last byte); 0 for none */
    uint64_t alignment;       /* of a chosen address, a power of two; 0 for NT_GRANULARITY */
    bool top_down;            /* MEM_TOP_DOWN: the highest address that will do */
    /*
     * @base and @size are those of an empty placeholder, exactly, or it is
     * STATUS_CONFLICTING_ADDRESSES: one mapping over it, so that the range is never free. A
     * failure leaves the placeholder.
     */
    bool replaces;
    bool on_node; /* @node is preferred, told to the kernel before a page is touched */
    ULONG node;
    enum nt_region_kind kind;
    bool copies;
    uint64_t charged;   /* bytes that nt_commit_check() allowed; the region gives them back */
    uint8_t view_flags; /* enum nt_view_flags */
    struct nt_section *section; /* of a view; on success the region takes over a reference */
    ULONG allocation_protect;
    ULONG protect;      /* of all pages; 0 for reserved ones */
    int kernel_protect; /* for mmap, as the next three */
    int flags;
    int fd;
    uint64_t offset;
    /*
     * What else makes the region (protections of parts, relocations), or NULL. The region is
     * mapped, busy and not yet visible, no lock is held. A failure unmaps it again.
     */
    NTSTATUS (*finish)(struct nt_region *region, void *context);
    void *context;
};

/**
 * nt_region_make() - find a place, map, and enter the region in the map; takes the lock itself
 *
 * One mmap when the place is free, as it nearly always is.
 *
 * Return: STATUS_SUCCESS; STATUS_CONFLICTING_ADDRESSES when @base was given and is not free;
 * STATUS_NO_MEMORY; else what the kernel said.
 */
NTSTATUS nt_region_make(const struct nt_region_plan *plan, uint64_t *ret_base);

/**
 * nt_region_unmake() - unmap a region and take it out of the map
 *
 * It is idle. The lock is held, and given up meanwhile. Return: STATUS_SUCCESS, or what the
 * kernel said, and the region is as it was.
 */
NTSTATUS nt_region_unmake(struct nt_region *region);

/* What a region held that is gone or has become another. */
struct nt_region_rest {
    struct nt_section *section;
    struct nt_apart *apart;
    struct nt_write_watch *watch;
    uint64_t charged;
    bool is_private; /* it was private memory */
    bool is_plain;   /* giving it back asks the kernel for nothing */
};

/** nt_region_strip() - take what a busy region holds, and let the fault handler forget it */
void nt_region_strip(struct nt_region *region, struct nt_region_rest *ret_rest);
/** nt_region_rest_drop() - give that back. The lock is held, and may be given up meanwhile. */
void nt_region_rest_drop(const struct nt_region_rest *rest);

/**
 * nt_region_unwatch() - the fault handler forgets a busy region, and the guard pages in it
 */
void nt_region_unwatch(struct nt_region *region);
/** nt_region_unrecord() - a busy region's record of written pages goes; takes the lock itself */
void nt_region_unrecord(struct nt_region *region);

/** nt_plan_fill() - what a plan says of a region, but for its place, kind and state */
void nt_plan_fill(struct nt_region *region, const struct nt_region_plan *plan);
/** nt_plan_refused() - what the kernel's -errno for the mapping means (7.59) */
NTSTATUS nt_plan_refused(const struct nt_region_plan *plan, int error);

/** nt_place_quiesce() - give back anchors that anchor nothing; takes the lock itself */
void nt_place_quiesce(void);
/** nt_place_renew() - in a forked child, lock held: who was looking for an arena is not here */
void nt_place_renew(void);

#endif
