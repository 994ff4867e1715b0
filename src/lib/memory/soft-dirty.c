// SPDX-License-Identifier: MIT
/*
 * Write watch by soft-dirty bits, where the kernel has no better way. They can only be cleared for
 * the whole process at once, and not in the moment in which they are read. So before they are
 * cleared, those of *all* watched regions go into the regions' records. A page that gets dirty
 * between the look and the clearing takes a page fault, and the faults of the other threads are
 * counted: when the count has not stood still, every page with memory counts as written. This
 * thread takes faults of its own meanwhile, and writes to nothing that is watched: its signals
 * wait.
 *
 * That a page's fault is counted only after its bit was set does no harm: the program writes to it
 * after both, so either the count has moved, or the write meets the page protected again.
 */
#include <stdlib.h>

#include <ntstatus.h>

#include "lib/memory/write-watch-record.h"
#include "os/os.h"
#include "os/page-watch.h"
#include "os/signals.h"
#include "rtl/status.h"
#include "util/macro.h"

#define MAX_TRIES   4
#define CHUNK_PAGES 512u

/* NT_LOCK_REGIONS guards both. Who waits goes before the next look, however many there are. */
static bool looking;
static unsigned n_waiting;

/* Who is looking guards this. */
/* The bits were cleared without it being known whether all of them had been seen. */
static bool owed;

/* Memory of a watched region that may have been written. */
struct span {
    struct nt_write_watch *watch; /* a reference */
    struct nt_range range;
};

struct spans {
    struct span *spans;
    size_t n, room;
};

/* --- reading ------------------------------------------------------------------------ */

static NTSTATUS add_chunk(const struct nt_write_watch *watch, uint64_t start, size_t n_pages,
                          uint8_t states, bool *ret_found)
{
    uint8_t found[CHUNK_PAGES];
    NTSTATUS status = nt_status_from_errno(nt_os_page_states(start, n_pages, found));
    size_t first = 0;

    for (size_t i = 0; NT_SUCCESS(status) && i < n_pages; i++) {
        bool is = (found[i] & states) == states;
        bool is_next = i + 1 < n_pages && (found[i + 1] & states) == states;

        if (is && !is_next) {
            *ret_found = true;
            status =
                nt_watch_add(watch, start + first * NT_PAGE_SIZE, start + (i + 1) * NT_PAGE_SIZE);
        }
        if (!is || !is_next)
            first = i + 1;
    }
    return status;
}

NTSTATUS nt_soft_add(const struct nt_write_watch *watch, uint64_t start, uint64_t end,
                     uint8_t states, bool *ret_found)
{
    NTSTATUS status = STATUS_SUCCESS;

    for (uint64_t at = start; NT_SUCCESS(status) && at < end;) {
        uint64_t n_pages = (end - at) / NT_PAGE_SIZE;

        if (n_pages > CHUNK_PAGES)
            n_pages = CHUNK_PAGES;
        status = add_chunk(watch, at, n_pages, states, ret_found);
        at += n_pages * NT_PAGE_SIZE;
    }
    return status;
}

static NTSTATUS add_all(const struct spans *spans, uint8_t states, bool *ret_found)
{
    NTSTATUS status = STATUS_SUCCESS;

    for (size_t i = 0; NT_SUCCESS(status) && i < spans->n; i++) {
        const struct span *span = &spans->spans[i];

        status = nt_soft_add(span->watch, span->range.start, span->range.end, states, ret_found);
    }
    return status;
}

/* --- all watched memory --------------------------------------------------------------- */

/* Counts one more, and notes it where there is room. */
static void note_span(struct spans *spans, const struct nt_region *region,
                      const struct nt_range *range)
{
    if (spans->n < spans->room)
        spans->spans[spans->n] = (struct span){nt_watch_share(region->watch), *range};
    spans->n++;
}

/* Somebody may be about to commit memory of a region that is busy: so all of it is looked at. */
static void note_region(struct spans *spans, const struct nt_region *region, bool is_own)
{
    const struct nt_range all = {region->base, nt_region_end(region)};
    struct nt_range run;

    if (!is_own && region->busy != NT_REGION_IDLE && region->busy != NT_REGION_ENTERING) {
        note_span(spans, region, &all);
        return;
    }
    for (uint64_t at = all.start; nt_watch_run(region, true, at, all.end, &run); at = run.end)
        note_span(spans, region, &run);
}

static void drop_spans(struct spans *spans)
{
    for (size_t i = 0; i < spans->n && i < spans->room; i++)
        nt_watch_free(spans->spans[i].watch);
    spans->n = 0;
}

static void spans_deinit(struct spans *spans)
{
    drop_spans(spans);
    free(spans->spans);
}

static NTSTATUS find_spans(struct spans *spans, const struct nt_region *own)
{
    for (;;) {
        size_t n;

        nt_map_lock();
        for (struct nt_region *at = nt_map_next(NULL); at; at = nt_map_next(at)) {
            if (at->watch)
                note_region(spans, at, at == own);
        }
        nt_map_unlock();
        n = spans->n;
        if (n <= spans->room)
            return STATUS_SUCCESS;
        spans_deinit(spans);
        spans->room = 0;
        spans->spans = calloc(n + 16, sizeof(*spans->spans));
        if (!spans->spans)
            return STATUS_NO_MEMORY;
        spans->room = n + 16;
    }
}

/* --- the whole ---------------------------------------------------------------------- */

/* Looks until no page fault has happened meanwhile, or for some time; and tells the count then. */
static NTSTATUS look_quietly(const struct spans *spans, uint64_t *ret_faults)
{
    NTSTATUS status = STATUS_SUCCESS;
    bool found;

    for (unsigned i = 0; NT_SUCCESS(status) && i < MAX_TRIES; i++) {
        *ret_faults = nt_os_fault_count();
        status = add_all(spans, NT_OS_PAGE_PRESENT | NT_OS_PAGE_DIRTY, &found);
        if (nt_os_fault_count() == *ret_faults)
            break;
    }
    return status;
}

/* Whether a write may have gone unseen is told in @ret_unsure, also on failure. */
static NTSTATUS look_and_clear(const struct spans *spans, bool *ret_unsure)
{
    sigset_t mask;
    uint64_t faults;
    NTSTATUS status;

    nt_os_block_signals(&mask);
    status = look_quietly(spans, &faults);
    *ret_unsure = false;
    if (NT_SUCCESS(status)) {
        status = nt_status_from_errno(nt_os_soft_dirty_clear());
        *ret_unsure = nt_os_fault_count() != faults;
    }
    nt_os_restore_signals(&mask);
    return status;
}

static NTSTATUS clear_all(const struct spans *spans)
{
    NTSTATUS status = look_and_clear(spans, &owed);
    bool found;

    if (!NT_SUCCESS(status) || !owed)
        return status;
    status = add_all(spans, NT_OS_PAGE_PRESENT, &found);
    owed = !NT_SUCCESS(status);
    return status;
}

static NTSTATUS look(const struct nt_region *own, enum nt_soft_clear clear)
{
    NT_CLEANUP(spans_deinit) struct spans spans = {.n = 0};
    NTSTATUS status = find_spans(&spans, own);
    bool found = false;

    if (NT_SUCCESS(status) && owed) {
        status = add_all(&spans, NT_OS_PAGE_PRESENT, &found);
        owed = !NT_SUCCESS(status);
    }
    if (NT_SUCCESS(status))
        status = add_all(&spans, NT_OS_PAGE_PRESENT | NT_OS_PAGE_DIRTY, &found);
    if (NT_SUCCESS(status) && clear != NT_SOFT_KEEP && (found || clear == NT_SOFT_CLEAR_ALWAYS))
        status = clear_all(&spans);
    return status;
}

bool nt_soft_wait(void)
{
    if (looking) {
        n_waiting++;
        while (looking)
            nt_map_wait();
        if (--n_waiting == 0)
            nt_map_wake();
    }
    return owed;
}

NTSTATUS nt_soft_look(const struct nt_region *own, enum nt_soft_clear clear)
{
    NTSTATUS status;

    nt_map_lock();
    while (looking || n_waiting)
        nt_map_wait();
    looking = true;
    nt_map_unlock();
    status = look(own, clear);
    nt_map_lock();
    looking = false;
    nt_map_wake();
    nt_map_unlock();
    return status;
}

void nt_soft_forked(void)
{
    looking = false;
    n_waiting = 0;
}
