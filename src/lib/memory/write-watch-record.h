/* SPDX-License-Identifier: MIT */
/*
 * The inside of write watch: the record that both ways of watching keep (write-watch.c and
 * soft-dirty.c).
 *
 * With userfaultfd the kernel's page tables are the record, and the set holds only what they cannot
 * say: pages that were written and have lost their memory since, and pages that a read was to
 * fill. Without it the set holds everything that a look has found.
 */
#ifndef NT_LIB_MEMORY_WRITE_WATCH_RECORD_H
#define NT_LIB_MEMORY_WRITE_WATCH_RECORD_H

#include <stdatomic.h>

#include "lib/memory/page-set.h"
#include "lib/memory/write-watch.h"

/* Of one allocation, also when it is split into several regions. */
struct nt_write_watch {
    _Atomic uint32_t references;
    uint64_t base; /* the address of page 0 of the set */
    struct nt_page_set *written;
};

/* How writes are found out. */
enum nt_watch_way {
    NT_WATCH_UNKNOWN,    /* nothing was watched yet */
    NT_WATCH_KERNEL,     /* userfaultfd and PAGEMAP_SCAN */
    NT_WATCH_SOFT_DIRTY, /* soft-dirty.c */
    NT_WATCH_PRESENT,    /* every page with memory counts as written */
};

/** nt_watch_way() - the one that was chosen, for the rest of the process's life */
enum nt_watch_way nt_watch_way(void);

/** nt_watch_add() - the pages of [@start, @end) were written. STATUS_NO_MEMORY: none was added. */
NTSTATUS nt_watch_add(const struct nt_write_watch *watch, uint64_t start, uint64_t end);

/**
 * nt_watch_run() - the next pages of a region that are all committed, or all not
 * @at:      where to look, up to @limit
 * @ret_run: as long as it can be
 *
 * The region is the caller's own busy one, or the lock is held. Return: false when there is none.
 */
bool nt_watch_run(const struct nt_region *region, bool committed, uint64_t at, uint64_t limit,
                  struct nt_range *ret_run);

/** nt_watch_forget() - the record has nothing of [@start, @end) any more */
void nt_watch_forget(const struct nt_write_watch *watch, uint64_t start, uint64_t end);
/** nt_watch_next() - the record's next run of pages at or behind @at, below @limit */
bool nt_watch_next(const struct nt_write_watch *watch, uint64_t at, uint64_t limit,
                   struct nt_range *ret_run);
/** nt_watch_add_states() - add what the page tables say of a busy region's committed pages */
NTSTATUS nt_watch_add_states(const struct nt_region *region, const struct nt_range *range,
                             uint8_t states);

/** nt_watch_for_runs() - @work for each run of committed (or other) pages, until one fails */
NTSTATUS nt_watch_for_runs(const struct nt_region *region, bool committed,
                           const struct nt_range *range, int (*work)(uint64_t start, uint64_t end));
/** nt_watch_refresh() - of a busy region: in a forked child, let the kernel begin a new record */
NTSTATUS nt_watch_refresh(struct nt_region *region);

/* --- soft-dirty.c ------------------------------------------------------------------------ */

/**
 * nt_soft_wait() - until nobody clears the bits; the lock is held, and given up meanwhile
 *
 * Memory that becomes writable after this, in a region that is busy or has its record, is part of
 * the next look; and the bits of memory whose access was taken away before are true, unless it
 * returns true: then what has memory may have been written.
 */
bool nt_soft_wait(void);
enum nt_soft_clear {
    NT_SOFT_KEEP,         /* the bits stay */
    NT_SOFT_CLEAR,        /* afterwards nothing in the page tables counts as written */
    NT_SOFT_CLEAR_ALWAYS, /* nor what a new mapping has, whose pages are born dirty */
};

/**
 * nt_soft_look() - what was written is in the records, of every watched region
 * @own: a region that the caller has made busy
 *
 * No lock is held. On failure nothing that was written is forgotten.
 */
NTSTATUS nt_soft_look(const struct nt_region *own, enum nt_soft_clear clear);
/**
 * nt_soft_add() - what the page tables say of [@start, @end) goes into the record
 * @states: what a page must have, of enum nt_os_page_state
 */
NTSTATUS nt_soft_add(const struct nt_write_watch *watch, uint64_t start, uint64_t end,
                     uint8_t states, bool *ret_found);
/** nt_soft_forked() - in a forked child: nobody else is at work */
void nt_soft_forked(void);

#endif
