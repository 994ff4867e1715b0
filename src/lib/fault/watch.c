// SPDX-License-Identifier: MIT
/*
 * What the fault handler knows of the address space: which ranges are views of files, which are
 * SEC_RESERVE views, which have guard pages. Ranges are values of a radix tree (radix.h) whose
 * lowest level is 32 slots of 64 KiB; a range that fills a slot of a higher level is one value
 * there, so that a view of 16 TiB is 32 stores.
 *
 * A range's structure is used again after it was forgotten, but never freed: a handler that still
 * looks at it, because a thread touches a view that another unmaps, reads an old answer or a
 * new one and never something else.
 */
#include <errno.h>

#include "lib/fault/guard-page.h"
#include "lib/fault/radix.h"
#include "lib/memory/region.h"
#include "lib/process/lock.h"
#include "util/macro.h"

#define LEAF_SLOTS 32u
#define LEAF_SHIFT 16u
#define CHUNK      64u

struct range {
    _Atomic uint64_t base, end;
    _Atomic unsigned kinds;
    struct range *next_free;
};

struct leaf {
    _Atomic uintptr_t slots[LEAF_SLOTS];
};

/* NT_LOCK_FAULTS for changes. */
static struct nt_radix root;
static struct range *free_ranges;
static _Atomic uint64_t arena_low, arena_high;

static const struct range *range_of(uintptr_t slot)
{
    return (const struct range *)(slot & ~(uintptr_t)1);
}

/* The range at @address, or one that just was there, or NULL. */
static const struct range *find(uint64_t address)
{
    struct nt_radix *node = &root;
    uintptr_t slot = 0;

    if (address >= NT_RADIX_END)
        return NULL;
    for (unsigned shift = NT_RADIX_TOP; shift >= NT_RADIX_LAST; shift -= NT_RADIX_STEP) {
        slot = atomic_load_explicit(nt_radix_slot(node, shift, address), memory_order_acquire);
        if (slot == 0)
            return NULL;
        if (slot & 1)
            return range_of(slot);
        node = (struct nt_radix *)slot;
    }
    slot = atomic_load_explicit(
        &((struct leaf *)slot)->slots[address >> LEAF_SHIFT & (LEAF_SLOTS - 1)],
        memory_order_acquire);
    return slot ? range_of(slot) : NULL;
}

unsigned nt_fault_kinds(uint64_t address)
{
    const struct range *range = find(address);

    if (!range || address < atomic_load(&range->base) || address >= atomic_load(&range->end))
        return 0;
    return atomic_load(&range->kinds);
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

/* --- changes; NT_LOCK_FAULTS is held -----------------------------------------------------------
 */

static struct range *new_range(void)
{
    struct range *range = free_ranges;

    if (!range) {
        struct range *chunk = calloc(CHUNK, sizeof(*chunk));

        if (!chunk)
            return NULL;
        for (unsigned i = 0; i < CHUNK - 1; i++)
            chunk[i].next_free = &chunk[i + 1];
        range = chunk;
    }
    free_ranges = range->next_free;
    return range;
}

static void free_range(struct range *range)
{
    atomic_store(&range->end, 0); /* nothing is inside */
    atomic_store(&range->kinds, 0);
    range->next_free = free_ranges;
    free_ranges = range;
}

/* What lies below @slot, made when it is not there. A value there is handed down. */
static void *below(_Atomic uintptr_t *slot, unsigned shift)
{
    uintptr_t value = atomic_load(slot);
    unsigned n_slots = shift == NT_RADIX_LAST ? LEAF_SLOTS : NT_RADIX_SLOTS;
    _Atomic uintptr_t *slots;

    if (value && !(value & 1))
        return (void *)value;
    slots = calloc(n_slots, sizeof(*slots));
    if (!slots)
        return NULL;
    for (unsigned i = 0; value && i < n_slots; i++)
        atomic_init(&slots[i], value);
    atomic_store_explicit(slot, (uintptr_t)slots, memory_order_release);
    return slots;
}

/* Give all slots of @node in [@low, @high) to @value. -ENOMEM when some were not reached. */
static int give(_Atomic uintptr_t *slots, unsigned shift, uint64_t low, uint64_t high,
                uintptr_t value)
{
    uint64_t span = 1ull << shift;
    unsigned mask = (shift == LEAF_SHIFT ? LEAF_SLOTS : NT_RADIX_SLOTS) - 1;
    uint64_t next;

    for (; low < high; low = next) {
        _Atomic uintptr_t *slot = &slots[low >> shift & mask];
        uintptr_t there = atomic_load(slot);
        bool is_whole = nt_is_aligned(low, span) && high - low >= span;
        void *lower;
        int r;

        next = nt_align_down(low, span) + span;
        if (shift == LEAF_SHIFT || (is_whole && (there == 0 || there & 1))) {
            atomic_store_explicit(slot, value, memory_order_release);
            continue;
        }
        lower = below(slot, shift);
        if (!lower)
            return -ENOMEM;
        r = give(lower, shift == NT_RADIX_LAST ? LEAF_SHIFT : shift - NT_RADIX_STEP, low,
                 next < high ? next : high, value);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Empty the slots of [@low, @high) that have @value. */
static void take(_Atomic uintptr_t *slots, unsigned shift, uint64_t low, uint64_t high,
                 uintptr_t value)
{
    uint64_t span = 1ull << shift;
    unsigned mask = (shift == LEAF_SHIFT ? LEAF_SLOTS : NT_RADIX_SLOTS) - 1;
    uint64_t next;

    for (; low < high; low = next) {
        _Atomic uintptr_t *slot = &slots[low >> shift & mask];
        uintptr_t there = atomic_load(slot);

        next = nt_align_down(low, span) + span;
        if (there == value)
            atomic_store_explicit(slot, 0, memory_order_release);
        else if (there && !(there & 1))
            take((_Atomic uintptr_t *)there,
                 shift == NT_RADIX_LAST ? LEAF_SHIFT : shift - NT_RADIX_STEP, low,
                 next < high ? next : high, value);
    }
}

static void forget(struct range *range)
{
    uint64_t base = atomic_load(&range->base), end = atomic_load(&range->end);

    take(root.slots, NT_RADIX_TOP, base, nt_align_up(end, NT_GRANULARITY), (uintptr_t)range | 1);
    if (atomic_load(&range->kinds) & NT_FAULT_GUARD)
        nt_guard_pages_forget(base, end);
    free_range(range);
}

static struct range *watched_at(uint64_t base)
{
    struct range *range = (struct range *)find(base);

    return range && atomic_load(&range->base) == base && atomic_load(&range->end) > base ? range
                                                                                         : NULL;
}

static int watch(uint64_t base, uint64_t size, unsigned kinds)
{
    struct range *range = watched_at(base);
    int r;

    if (range && atomic_load(&range->end) == base + size) {
        atomic_store(&range->kinds, kinds);
        return 0;
    }
    if (range)
        forget(range);
    range = new_range();
    if (!range)
        return -ENOMEM;
    atomic_store(&range->base, base);
    atomic_store(&range->kinds, kinds);
    atomic_store(&range->end, base + size);
    r = give(root.slots, NT_RADIX_TOP, base, nt_align_up(base + size, NT_GRANULARITY),
             (uintptr_t)range | 1);
    if (r < 0)
        forget(range);
    return r;
}

int nt_fault_watch(uint64_t base, uint64_t size, unsigned kinds)
{
    int r;

    if (base >= NT_RADIX_END || size > NT_RADIX_END - base)
        return -EINVAL;
    nt_lock_take(NT_LOCK_FAULTS);
    r = watch(base, size, kinds);
    nt_lock_drop(NT_LOCK_FAULTS);
    return r;
}

void nt_fault_forget(uint64_t base)
{
    struct range *range;

    nt_lock_take(NT_LOCK_FAULTS);
    range = watched_at(base);
    if (range)
        forget(range);
    nt_lock_drop(NT_LOCK_FAULTS);
}
