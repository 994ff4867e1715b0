// SPDX-License-Identifier: MIT
/*
 * The tree of watch-tree.h. Its nodes are never freed. The slots of a shared piece are used again,
 * once no page of it is watched, for another piece; so a reader that is late finds a range in which
 * its address is not.
 */
#include "lib/fault/watch-tree.h"

#include <errno.h>

#include "lib/fault/radix.h"
#include "lib/memory/region.h"
#include "os/os.h"
#include "util/macro.h"

#define PIECE_SLOTS 32u /* in a leaf: 2 MiB */
#define PIECE_SHIFT 16u
#define PAGE_SLOTS  16u /* in a piece: 64 KiB */
#define CHUNK       64u

struct leaf {
    _Atomic uintptr_t slots[PIECE_SLOTS];
};

/* Of a shared piece. */
struct piece {
    _Atomic uintptr_t slots[PAGE_SLOTS];
    struct piece *next_free;
};

/* NT_LOCK_FAULTS for changes. */
static struct nt_radix root;
static struct piece *free_pieces;

static struct nt_watch_range *range_of(uintptr_t slot)
{
    return (struct nt_watch_range *)(slot & ~(uintptr_t)1);
}

static unsigned page_in_piece(uint64_t address)
{
    return address / NT_PAGE_SIZE % PAGE_SLOTS;
}

struct nt_watch_range *nt_watch_find(uint64_t address)
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
        &((struct leaf *)slot)->slots[address >> PIECE_SHIFT & (PIECE_SLOTS - 1)],
        memory_order_acquire);
    if (slot && !(slot & 1))
        slot = atomic_load_explicit(&((struct piece *)slot)->slots[page_in_piece(address)],
                                    memory_order_acquire);
    return slot ? range_of(slot) : NULL;
}

/* --- pieces ---------------------------------------------------------------------------------- */

static struct piece *new_piece(void)
{
    struct piece *piece = free_pieces;

    if (!piece) {
        piece = calloc(CHUNK, sizeof(*piece));
        if (!piece)
            return NULL;
        for (unsigned i = 0; i < CHUNK - 1; i++)
            piece[i].next_free = &piece[i + 1];
    }
    free_pieces = piece->next_free;
    return piece;
}

static bool piece_is_empty(const struct piece *piece)
{
    for (unsigned i = 0; i < PAGE_SLOTS; i++) {
        if (atomic_load(&piece->slots[i]))
            return false;
    }
    return true;
}

/* What lies below @slot, made when it is not there. A value there is handed down. */
static void *below(_Atomic uintptr_t *slot, unsigned shift)
{
    uintptr_t value = atomic_load(slot);
    unsigned n_slots = shift == NT_RADIX_LAST ? PIECE_SLOTS : NT_RADIX_SLOTS;
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

/* The piece whose slot has a value gets slots for its pages. */
static int share(_Atomic uintptr_t *slot, uint64_t address)
{
    uintptr_t value = atomic_load(slot);
    struct nt_watch_range *range = range_of(value);
    struct piece *piece = new_piece();
    uint64_t page = nt_align_down(address, NT_GRANULARITY);

    if (!piece)
        return -ENOMEM;
    for (unsigned i = 0; i < PAGE_SLOTS; i++, page += NT_PAGE_SIZE) {
        bool inside = page >= atomic_load(&range->base) && page < atomic_load(&range->end);

        atomic_store(&piece->slots[i], inside ? value : 0);
    }
    atomic_store_explicit(slot, (uintptr_t)piece, memory_order_release);
    return 0;
}

/* --- jobs ------------------------------------------------------------------------------------ */

static unsigned lower_shift(unsigned shift)
{
    return shift == NT_RADIX_LAST ? PIECE_SHIFT : shift - NT_RADIX_STEP;
}

static _Atomic uintptr_t *slot_at(_Atomic uintptr_t *slots, unsigned shift, uint64_t address)
{
    unsigned n_slots = shift == PIECE_SHIFT ? PIECE_SLOTS : NT_RADIX_SLOTS;

    return &slots[address >> shift & (n_slots - 1)];
}

/* Goes to the next slot: the part of the job that lies in the slot of @low. */
static bool next_part(struct nt_watch_job *rest, unsigned shift, struct nt_watch_job *ret_part)
{
    *ret_part = *rest;
    if (rest->low >= rest->high)
        return false;
    rest->low = nt_align_down(rest->low, 1ull << shift) + (1ull << shift);
    if (rest->low < rest->high)
        ret_part->high = rest->low;
    return true;
}

static bool is_whole(const struct nt_watch_job *part, unsigned shift)
{
    return part->high - part->low == 1ull << shift;
}

/* True when the range of a piece's value has pages in the piece beside the job. */
static bool goes_on_beside(const struct nt_watch_range *old, const struct nt_watch_job *part)
{
    uint64_t piece = nt_align_down(part->low, NT_GRANULARITY);
    uint64_t base = atomic_load(&old->base), end = atomic_load(&old->end);

    return (base > piece ? base : piece) < part->low ||
           (end < piece + NT_GRANULARITY ? end : piece + NT_GRANULARITY) > part->high;
}

static int prepare(_Atomic uintptr_t *slots, unsigned shift, struct nt_watch_job job);

static int prepare_slot(_Atomic uintptr_t *slots, unsigned shift, const struct nt_watch_job *part)
{
    _Atomic uintptr_t *slot = slot_at(slots, shift, part->low);
    uintptr_t there = atomic_load(slot);
    void *lower;

    if (is_whole(part, shift))
        return 0;
    if (shift == PIECE_SHIFT)
        return there & 1 && there != part->value && goes_on_beside(range_of(there), part)
                   ? share(slot, part->low)
                   : 0;
    lower = below(slot, shift);
    return lower ? prepare(lower, lower_shift(shift), *part) : -ENOMEM;
}

/*
 * Makes what give() needs for the job, and changes no answer. -ENOMEM when there is no memory. Only
 * the first slot and the last can be in part the job's. A piece becomes a shared one when another
 * range lies in it beside the job.
 */
static int prepare(_Atomic uintptr_t *slots, unsigned shift, struct nt_watch_job job)
{
    struct nt_watch_job first;
    int r;

    if (!next_part(&job, shift, &first))
        return 0;
    r = prepare_slot(slots, shift, &first);
    if (r < 0 || job.low >= job.high)
        return r;
    job.low = nt_align_down(job.high - 1, 1ull << shift);
    return prepare_slot(slots, shift, &job);
}

static bool is_replaced(const struct nt_watch_range *old, const struct nt_watch_job *job)
{
    return atomic_load(&old->base) >= job->from && atomic_load(&old->end) <= job->to;
}

/* One slot for a job's value. */
static void put(_Atomic uintptr_t *slot, struct nt_watch_job *job)
{
    uintptr_t there = atomic_load(slot);
    struct nt_watch_range *old = range_of(there);

    atomic_store_explicit(slot, job->value, memory_order_release);
    if (there == 0 || there == job->value || old->replaced || !is_replaced(old, job))
        return;
    old->replaced = true;
    old->next = job->replaced;
    job->replaced = old;
}

static void put_pages(struct piece *piece, struct nt_watch_job *part)
{
    for (uint64_t page = part->low; page < part->high; page += NT_PAGE_SIZE)
        put(&piece->slots[page_in_piece(page)], part);
}

/* Gives all slots of the job its value. prepare() was there before. */
static void give(_Atomic uintptr_t *slots, unsigned shift, struct nt_watch_job *job)
{
    struct nt_watch_job rest = *job, part;

    while (next_part(&rest, shift, &part)) {
        _Atomic uintptr_t *slot = slot_at(slots, shift, part.low);
        uintptr_t there = atomic_load(slot);

        part.replaced = job->replaced;
        if (there == 0 || there & 1)
            put(slot, &part);
        else if (shift == PIECE_SHIFT)
            put_pages((struct piece *)there, &part);
        else
            give((_Atomic uintptr_t *)there, lower_shift(shift), &part);
        job->replaced = part.replaced;
    }
}

static void take_pages(_Atomic uintptr_t *slot, const struct nt_watch_job *part)
{
    struct piece *piece = (struct piece *)atomic_load(slot);

    for (uint64_t page = part->low; page < part->high; page += NT_PAGE_SIZE) {
        if (atomic_load(&piece->slots[page_in_piece(page)]) == part->value)
            atomic_store(&piece->slots[page_in_piece(page)], 0);
    }
    if (piece_is_empty(piece)) {
        atomic_store_explicit(slot, 0, memory_order_release);
        piece->next_free = free_pieces;
        free_pieces = piece;
    }
}

/* True when the piece's slot is still its range's, which ends before the job. */
static bool ends_here(const struct nt_watch_job *part)
{
    return !nt_is_aligned(part->low, NT_GRANULARITY) && part->from < part->low;
}

/* Empties the slots of the job that have its value. */
static void take(_Atomic uintptr_t *slots, unsigned shift, struct nt_watch_job job)
{
    struct nt_watch_job part;

    while (next_part(&job, shift, &part)) {
        _Atomic uintptr_t *slot = slot_at(slots, shift, part.low);
        uintptr_t there = atomic_load(slot);

        if (there == job.value && !(shift == PIECE_SHIFT && ends_here(&part)))
            atomic_store_explicit(slot, 0, memory_order_release);
        else if (there == 0 || there & 1)
            continue;
        else if (shift == PIECE_SHIFT)
            take_pages(slot, &part);
        else
            take((_Atomic uintptr_t *)there, lower_shift(shift), part);
    }
}

int nt_watch_prepare(const struct nt_watch_job *job)
{
    return prepare(root.slots, NT_RADIX_TOP, *job);
}

void nt_watch_give(struct nt_watch_job *job)
{
    give(root.slots, NT_RADIX_TOP, job);
}

void nt_watch_take(const struct nt_watch_job *job)
{
    take(root.slots, NT_RADIX_TOP, *job);
}
