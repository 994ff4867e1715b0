// SPDX-License-Identifier: MIT
/*
 * Write watch. See write-watch.h, and write-watch-record.h for what is recorded where.
 *
 * With userfaultfd every committed page of a watched region is write-protected in the page tables
 * from the moment before it can be touched until it is written, and again from the moment in
 * which it is told and reset. Reserved pages cost nothing: they are protected when they are
 * committed. write-look.c tells what was written.
 *
 * NTSHM_WRITE_WATCH chooses another way: "soft-dirty" that of soft-dirty.c; "present" needs nothing
 * of the kernel and tells every page that has memory.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/memory/write-watch-record.h"
#include "os/os.h"
#include "os/page-watch.h"
#include "rtl/status.h"
#include "util/macro.h"

#define FEW_RUNS 128u

static _Atomic int chosen_way;     /* for the rest of the process's life */
static _Atomic uint32_t n_records; /* NT_LOCK_REGIONS guards its rise from 0 */

/* --- the way ------------------------------------------------------------------------ */

static enum nt_watch_way wished_way(void)
{
    const char *wish = secure_getenv("NTSHM_WRITE_WATCH");

    if (wish && strcmp(wish, "soft-dirty") == 0)
        return NT_WATCH_SOFT_DIRTY;
    if (wish && strcmp(wish, "present") == 0)
        return NT_WATCH_PRESENT;
    return NT_WATCH_KERNEL;
}

/* Chooses on first need; makes ready what the chosen way needs. */
static NTSTATUS prepare_way(void)
{
    enum nt_watch_way settled = (enum nt_watch_way)atomic_load(&chosen_way);
    enum nt_watch_way way = settled ? settled : wished_way();
    int r = 0;

    if (way == NT_WATCH_KERNEL)
        r = nt_os_watch_open();
    if (!settled && r == -ENOSYS)
        way = NT_WATCH_SOFT_DIRTY;
    if (!settled && way == NT_WATCH_SOFT_DIRTY)
        r = nt_os_soft_dirty_probe();
    if (r == 0)
        atomic_store(&chosen_way, way);
    return r == -ENOSYS ? STATUS_NOT_SUPPORTED : nt_status_from_errno(r);
}

enum nt_watch_way nt_watch_way(void)
{
    return (enum nt_watch_way)atomic_load_explicit(&chosen_way, memory_order_relaxed);
}

/* --- records ------------------------------------------------------------------------ */

static struct nt_write_watch *new_record(const struct nt_region *region)
{
    struct nt_write_watch *watch = calloc(1, sizeof(*watch));

    if (!watch)
        return NULL;
    atomic_init(&watch->references, 1);
    watch->base = region->base;
    watch->written = nt_page_set_new(region->size / NT_PAGE_SIZE);
    if (!watch->written) {
        free(watch);
        return NULL;
    }
    return watch;
}

struct nt_write_watch *nt_watch_share(struct nt_write_watch *watch)
{
    if (watch)
        atomic_fetch_add(&watch->references, 1);
    return watch;
}

struct nt_write_watch *nt_watch_free(struct nt_write_watch *watch)
{
    if (watch && atomic_fetch_sub(&watch->references, 1) == 1) {
        nt_page_set_free(watch->written);
        free(watch);
        atomic_fetch_sub(&n_records, 1);
    }
    return NULL;
}

static uint64_t page_of(const struct nt_write_watch *watch, uint64_t address)
{
    return (address - watch->base) / NT_PAGE_SIZE;
}

NTSTATUS nt_watch_add(const struct nt_write_watch *watch, uint64_t start, uint64_t end)
{
    return nt_status_from_errno(
        nt_page_set_add(watch->written, page_of(watch, start), (end - start) / NT_PAGE_SIZE));
}

void nt_watch_forget(const struct nt_write_watch *watch, uint64_t start, uint64_t end)
{
    nt_page_set_remove(watch->written, page_of(watch, start), (end - start) / NT_PAGE_SIZE);
}

bool nt_watch_next(const struct nt_write_watch *watch, uint64_t at, uint64_t limit,
                   struct nt_range *ret_run)
{
    uint64_t first, end;

    if (!nt_page_set_next(watch->written, page_of(watch, at), page_of(watch, limit), &first, &end))
        return false;
    *ret_run =
        (struct nt_range){watch->base + first * NT_PAGE_SIZE, watch->base + end * NT_PAGE_SIZE};
    return true;
}

/* --- committed pages ---------------------------------------------------------------- */

static bool is_committed(const struct nt_region *region, uint64_t at, uint64_t limit,
                         uint64_t *ret_end)
{
    uint64_t end;
    ULONG protect = nt_pages_at(&region->pages, (at - region->base) / NT_PAGE_SIZE, &end);

    end = region->base + end * NT_PAGE_SIZE;
    *ret_end = end < limit ? end : limit;
    return protect != 0;
}

bool nt_watch_run(const struct nt_region *region, bool committed, uint64_t at, uint64_t limit,
                  struct nt_range *ret_run)
{
    uint64_t end;

    while (at < limit && is_committed(region, at, limit, &end) != committed)
        at = end;
    if (at >= limit)
        return false;
    ret_run->start = at;
    do
        at = end;
    while (at < limit && is_committed(region, at, limit, &end) == committed);
    ret_run->end = at;
    return true;
}

/* Does @work for every run of committed (or uncommitted) pages, until one fails. */
NTSTATUS nt_watch_for_runs(const struct nt_region *region, bool committed,
                           const struct nt_range *range, int (*work)(uint64_t start, uint64_t end))
{
    struct nt_range run;
    int r = 0;

    for (uint64_t at = range->start;
         r == 0 && nt_watch_run(region, committed, at, range->end, &run); at = run.end)
        r = work(run.start, run.end);
    return nt_status_from_errno(r);
}

static int register_and_arm(uint64_t start, uint64_t end)
{
    int r = nt_os_watch_register(start, end);

    return r < 0 ? r : nt_os_watch_arm(start, end);
}

static int register_and_arm_absent(uint64_t start, uint64_t end)
{
    int r = nt_os_watch_register(start, end);

    return r < 0 ? r : nt_os_watch_arm_absent(start, end);
}

/* The tables tell of a huge page only as a whole (15.11). Kernels without them refuse: no harm. */
static int keep_pages_small(uint64_t start, uint64_t end)
{
    int r = nt_os_advise((void *)start, end - start, MADV_NOHUGEPAGE);

    return r == -EINVAL ? 0 : r;
}

/* In a forked child the kernel knows nothing yet; see nt_watch_forked(). The region is busy. */
NTSTATUS nt_watch_refresh(struct nt_region *region)
{
    const struct nt_range all = {region->base, nt_region_end(region)};
    NTSTATUS status;

    if (!region->watch_stale || nt_watch_way() != NT_WATCH_KERNEL)
        return STATUS_SUCCESS;
    status = nt_status_from_errno(nt_os_watch_open());
    if (NT_SUCCESS(status))
        status = nt_watch_for_runs(region, true, &all, register_and_arm_absent);
    if (NT_SUCCESS(status))
        region->watch_stale = false;
    return status;
}

/* --- what happens to the memory -------------------------------------------------------- */

NTSTATUS nt_watch_begin(struct nt_region *region)
{
    const struct nt_range all = {region->base, nt_region_end(region)};
    struct nt_write_watch *watch = new_record(region);
    NTSTATUS status;

    if (!watch)
        return STATUS_NO_MEMORY;
    nt_map_lock();
    nt_soft_wait();
    atomic_fetch_add(&n_records, 1);
    region->watch = watch;
    nt_map_unlock();

    status = prepare_way();
    if (!NT_SUCCESS(status))
        return status;
    if (nt_watch_way() == NT_WATCH_KERNEL)
        return nt_watch_for_runs(region, true, &all, register_and_arm);
    status = nt_watch_for_runs(region, true, &all, keep_pages_small);
    if (NT_SUCCESS(status) && nt_watch_way() == NT_WATCH_SOFT_DIRTY)
        status = nt_soft_look(region, NT_SOFT_CLEAR_ALWAYS);
    return status;
}

void nt_watch_enter(const struct nt_region *region)
{
    if (region->watch)
        nt_soft_wait();
}

NTSTATUS nt_watch_commit(struct nt_region *region, const struct nt_range *range)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (!(region->flags & NT_REGION_TRACKED))
        return STATUS_SUCCESS;
    if (nt_watch_way() == NT_WATCH_KERNEL) {
        status = nt_watch_refresh(region);
        if (NT_SUCCESS(status))
            status = nt_watch_for_runs(region, false, range, register_and_arm);
    } else {
        status = nt_watch_for_runs(region, false, range, keep_pages_small);
        nt_map_lock();
        nt_soft_wait();
        nt_map_unlock();
    }
    return status;
}

/* Adds what the page tables say of the committed pages of a range to the record. */
NTSTATUS nt_watch_add_states(const struct nt_region *region, const struct nt_range *range,
                             uint8_t states)
{
    NTSTATUS status = STATUS_SUCCESS;
    struct nt_range run;
    bool found;

    for (uint64_t at = range->start;
         NT_SUCCESS(status) && nt_watch_run(region, true, at, range->end, &run); at = run.end)
        status = nt_soft_add(region->watch, run.start, run.end, states, &found);
    return status;
}

static NTSTATUS record_run(const struct nt_region *region, const struct nt_range *run)
{
    struct nt_os_page_run runs[FEW_RUNS];
    struct nt_os_watch_scan scan = {.start = run->start,
                                    .end = run->end,
                                    .max_pages = UINT64_MAX / NT_PAGE_SIZE,
                                    .runs = runs,
                                    .room = FEW_RUNS};
    NTSTATUS status = STATUS_SUCCESS;

    while (NT_SUCCESS(status) && scan.start < scan.end) {
        status = nt_status_from_errno(nt_os_watch_scan(&scan));
        for (size_t i = 0; NT_SUCCESS(status) && i < scan.n_runs; i++)
            status = nt_watch_add(region->watch, runs[i].start, runs[i].end);
    }
    return status;
}

/*
 * A look that is at work may have cleared the bits of a page that it did not see written, and be
 * about to count what is present: the memory must not go before that.
 */
static NTSTATUS keep_states(const struct nt_region *region, const struct nt_range *range)
{
    uint8_t states = NT_OS_PAGE_PRESENT;
    bool unsure;

    nt_map_lock();
    unsure = nt_soft_wait();
    nt_map_unlock();
    if (nt_watch_way() == NT_WATCH_SOFT_DIRTY && !unsure)
        states |= NT_OS_PAGE_DIRTY;
    return nt_watch_add_states(region, range, states);
}

NTSTATUS nt_watch_keep(struct nt_region *region, const struct nt_range *range)
{
    struct nt_range run;
    NTSTATUS status;

    if (!(region->flags & NT_REGION_TRACKED))
        return STATUS_SUCCESS;
    if (nt_watch_way() != NT_WATCH_KERNEL)
        return keep_states(region, range);
    status = nt_watch_refresh(region);
    for (uint64_t at = range->start;
         NT_SUCCESS(status) && nt_watch_run(region, true, at, range->end, &run); at = run.end)
        status = record_run(region, &run);
    return status;
}

NTSTATUS nt_watch_resume(struct nt_region *region, const struct nt_range *range)
{
    if (!(region->flags & NT_REGION_TRACKED) || nt_watch_way() != NT_WATCH_KERNEL)
        return STATUS_SUCCESS;
    return nt_watch_for_runs(region, true, range, register_and_arm);
}

/* --- reads ---------------------------------------------------------------------------- */

NTSTATUS nt_watch_touch(const void *buffer, size_t size)
{
    uint64_t start = (uint64_t)buffer, end;
    NTSTATUS status = STATUS_SUCCESS;
    struct nt_region *region;

    if (NT_LIKELY(atomic_load_explicit(&n_records, memory_order_relaxed) == 0) || size == 0 ||
        start >= NT_USER_END)
        return STATUS_SUCCESS;
    end = size < NT_USER_END - start ? nt_align_up(start + size, NT_PAGE_SIZE) : NT_USER_END;
    start = nt_align_down(start, NT_PAGE_SIZE);
    nt_map_lock();
    for (region = nt_map_first_in(start, end); NT_SUCCESS(status) && region && region->base < end;
         region = nt_map_next(region)) {
        uint64_t first = region->base > start ? region->base : start;
        uint64_t last = nt_region_end(region) < end ? nt_region_end(region) : end;

        if (region->watch && first < last)
            status = nt_watch_add(region->watch, first, last);
    }
    nt_map_unlock();
    return status;
}

/* --- the process ---------------------------------------------------------------------- */

/*
 * Which pages the parent had written it knows itself; the child's page tables do not say it any
 * more. Nothing is done for a child that never asks: it may be about to become another program.
 */
void nt_watch_forked(void)
{
    struct nt_region *region;

    nt_soft_forked();
    for (region = nt_map_next(NULL); region; region = nt_map_next(region))
        region->watch_stale = region->watch != NULL;
}

void nt_watch_quiesce(void)
{
    int fds[2] = {-1, -1};

    nt_map_lock();
    if (atomic_load(&n_records) == 0)
        nt_os_watch_detach(fds);
    nt_map_unlock();
    nt_os_close(fds[0]);
    nt_os_close(fds[1]);
}
