// SPDX-License-Identifier: MIT
/*
 * What the fault handler knows of the address space: which ranges are views of files, which are
 * SEC_RESERVE views, which have guard pages. watch-tree.h says how they are found.
 *
 * A range's structure is used again after it was forgotten, but never freed. A handler that still
 * looks at it, because a thread touches a view that another unmaps, or one beside it, finds that
 * its address is not inside, or that the structure is another's by now (@sequence), and looks
 * again. So each answer was true at one moment of the call, and what nobody changes is found.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/fault/guard-page.h"
#include "lib/fault/radix.h"
#include "lib/fault/watch-tree.h"
#include "lib/memory/region.h"
#include "lib/process/lock.h"
#include "os/os.h"
#include "util/macro.h"

#define CHUNK 64u

/* NT_LOCK_FAULTS for changes. */
static struct nt_watch_range *free_ranges;
static _Atomic uint64_t arena_low, arena_high;

unsigned nt_fault_kinds(uint64_t address)
{
    struct nt_watch_range *range;

    while ((range = nt_watch_find(address)) != NULL) {
        unsigned sequence = atomic_load(&range->sequence);
        bool inside = address >= atomic_load(&range->base) && address < atomic_load(&range->end);
        unsigned kinds = atomic_load(&range->kinds);

        if (sequence & 1 || (!inside && nt_watch_find(address) != range) ||
            atomic_load(&range->sequence) != sequence)
            continue; /* changed meanwhile */
        return inside ? kinds : 0;
    }
    return 0;
}

void nt_fault_set_arena(uint64_t low, uint64_t high)
{
    atomic_store(&arena_low, low);
    atomic_store(&arena_high, high);
}

bool nt_fault_is_ours(uint64_t address)
{
    if (address >= atomic_load(&arena_low) && address < atomic_load(&arena_high))
        return true;
    return nt_fault_kinds(address) != 0;
}

/* --- ranges; NT_LOCK_FAULTS is held -------------------------------------------------------------
 */

static struct nt_watch_range *new_range(void)
{
    struct nt_watch_range *range = free_ranges;

    if (!range) {
        range = calloc(CHUNK, sizeof(*range));
        if (!range)
            return NULL;
        for (unsigned i = 0; i < CHUNK; i++) {
            atomic_init(&range[i].sequence, 1);
            range[i].next = i + 1 < CHUNK ? &range[i + 1] : NULL;
        }
    }
    free_ranges = range->next;
    range->replaced = false;
    return range;
}

static void free_range(struct nt_watch_range *range)
{
    range->next = free_ranges;
    free_ranges = range;
}

/* No slot leads to it any more. */
static void end_range(struct nt_watch_range *range)
{
    atomic_fetch_add(&range->sequence, 1);
    atomic_store(&range->end, 0);
    free_range(range);
}

/* For all of @range, which will be [@base, @end). */
static struct nt_watch_job job_of(struct nt_watch_range *range, uint64_t base, uint64_t end)
{
    return (struct nt_watch_job){
        .low = base, .high = end, .value = (uintptr_t)range | 1, .from = base, .to = end};
}

static void forget_guards(const struct nt_watch_range *range, uint64_t low, uint64_t high)
{
    if (atomic_load(&range->kinds) & NT_FAULT_GUARD)
        nt_guard_pages_forget(low, high);
}

static void forget(struct nt_watch_range *range)
{
    uint64_t base = atomic_load(&range->base), end = atomic_load(&range->end);
    struct nt_watch_job job = job_of(range, base, end);

    nt_watch_take(&job);
    forget_guards(range, base, end);
    end_range(range);
}

static struct nt_watch_range *watched_at(uint64_t base)
{
    struct nt_watch_range *range = nt_watch_find(base);

    return range && atomic_load(&range->base) == base ? range : NULL;
}

/* The slots of the job are the range's, and ranges that lay there are no more. */
static void enter(struct nt_watch_job *job)
{
    const struct nt_watch_range *range = (const struct nt_watch_range *)(job->value - 1);
    struct nt_watch_range *next;

    nt_watch_give(job);
    for (struct nt_watch_range *old = job->replaced; old; old = next) {
        next = old->next;
        if (!(atomic_load(&range->kinds) & NT_FAULT_GUARD))
            forget_guards(old, atomic_load(&old->base), atomic_load(&old->end));
        end_range(old);
    }
}

static int watch_new(uint64_t base, uint64_t end, unsigned kinds)
{
    struct nt_watch_range *range = new_range();
    struct nt_watch_job job = job_of(range, base, end);

    if (!range)
        return -ENOMEM;
    if (nt_watch_prepare(&job) < 0) {
        free_range(range);
        return -ENOMEM;
    }
    atomic_store(&range->base, base);
    atomic_store(&range->kinds, kinds);
    atomic_store(&range->end, end);
    atomic_fetch_add(&range->sequence, 1);
    enter(&job);
    return 0;
}

/* It ends further on, behind what lay there. */
static int grow(struct nt_watch_range *range, uint64_t end, unsigned kinds)
{
    struct nt_watch_job job = job_of(range, atomic_load(&range->base), end);

    job.low = atomic_load(&range->end);
    if (nt_watch_prepare(&job) < 0)
        return -ENOMEM;
    atomic_store(&range->end, end);
    atomic_fetch_add(&range->sequence, 2);
    atomic_store(&range->kinds, kinds);
    enter(&job);
    return 0;
}

static int shrink(struct nt_watch_range *range, uint64_t end, unsigned kinds)
{
    uint64_t before = atomic_load(&range->end);
    struct nt_watch_job job = job_of(range, atomic_load(&range->base), before);

    job.low = end;
    if (nt_watch_prepare(&job) < 0)
        return -ENOMEM;
    atomic_store(&range->end, end);
    nt_watch_take(&job);
    forget_guards(range, end, before);
    atomic_store(&range->kinds, kinds);
    return 0;
}

static int watch(uint64_t base, uint64_t end, unsigned kinds)
{
    struct nt_watch_range *range = watched_at(base);

    if (!range)
        return watch_new(base, end, kinds);
    if (end < atomic_load(&range->end))
        return shrink(range, end, kinds);
    return grow(range, end, kinds);
}

/* The new range is entered behind the old one, which ends before it only then. */
static int split(struct nt_watch_range *range, uint64_t at)
{
    uint64_t end = atomic_load(&range->end);
    int r = watch_new(at, end, atomic_load(&range->kinds));

    if (r == 0)
        atomic_store(&range->end, at);
    return r;
}

int nt_fault_watch(uint64_t base, uint64_t size, unsigned kinds)
{
    int r;

    if (base >= NT_RADIX_END || size > NT_RADIX_END - base || size == 0 ||
        !nt_is_aligned(base | size, NT_PAGE_SIZE))
        return -EINVAL;
    nt_lock_take(NT_LOCK_FAULTS);
    r = watch(base, base + size, kinds);
    nt_lock_drop(NT_LOCK_FAULTS);
    return r;
}

int nt_fault_split(uint64_t base, uint64_t at)
{
    struct nt_watch_range *range;
    int r = 0;

    nt_lock_take(NT_LOCK_FAULTS);
    range = watched_at(base);
    if (range && at > base && at < atomic_load(&range->end))
        r = nt_is_aligned(at, NT_PAGE_SIZE) ? split(range, at) : -EINVAL;
    nt_lock_drop(NT_LOCK_FAULTS);
    return r;
}

void nt_fault_forget(uint64_t base)
{
    struct nt_watch_range *range;

    nt_lock_take(NT_LOCK_FAULTS);
    range = watched_at(base);
    if (range)
        forget(range);
    nt_lock_drop(NT_LOCK_FAULTS);
}
