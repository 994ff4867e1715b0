// SPDX-License-Identifier: MIT
/*
 * The two ranges of the handle table; see handle-table.h. Which slots are free is kept in two
 * levels of bitmaps under NT_LOCK_HANDLES, so that the lowest free one is found in constant time.
 *
 * The mailbox's range is sparse: a tree of three levels over 2^30 values. A lookup reads it without
 * a lock, so chunks are never freed, only used again for another part of the range; who locked a
 * slot looks whether the chunk is still in its place.
 */
#include "lib/object/handle-table.h"

#include <sched.h>
#include <stdlib.h>

#include <ntstatus.h>

#include "ipc/protocol.h"
#include "lib/process/lock.h"
#include "util/macro.h"

#define CHUNK_SLOTS 256u
#define MAX_CHUNKS  (NT_MAILBOX_FIRST / CHUNK_SLOTS - 1) /* value / 4 begins at 1 */
#define MID_CHUNKS  2048u
#define TOP_MIDS    ((NT_MAILBOX_LAST - NT_MAILBOX_FIRST) / CHUNK_SLOTS / MID_CHUNKS + 1)
#define LOCKED      ((uintptr_t)1)

struct chunk {
    struct nt_slot slots[CHUNK_SLOTS];
    /* NT_LOCK_HANDLES; a set bit is a free slot, in the mailbox's range one that never held any. */
    uint64_t free[CHUNK_SLOTS / 64];
    unsigned n_given;   /* of the mailbox's range: slots that will never hold anything again */
    struct chunk *next; /* of those that wait for another use */
};

typedef _Atomic(struct chunk *) place;

struct mid {
    place chunks[MID_CHUNKS];
};

static place chunks[MAX_CHUNKS];
static uint64_t open_chunks[(MAX_CHUNKS + 63) / 64]; /* NT_LOCK_HANDLES; one with a free slot */
static unsigned n_chunks;                            /* NT_LOCK_HANDLES */

static _Atomic(struct mid *) mids[TOP_MIDS];
static struct chunk used_up;   /* in the place of a chunk with nothing left to come */
static struct chunk *spare;    /* NT_LOCK_HANDLES */
static _Atomic uint32_t n_top; /* value / 4 above all that the mailbox's range has held */

/* --- slots ---------------------------------------------------------------------------------- */

struct nt_object *nt_slot_lock(struct nt_slot *slot)
{
    uintptr_t value = atomic_load_explicit(&slot->object, memory_order_relaxed);

    for (unsigned turns = 0;; turns++) {
        if (value == 0)
            return NULL;
        if (value & LOCKED) {
            if (turns > 64)
                sched_yield();
            value = atomic_load_explicit(&slot->object, memory_order_relaxed);
        } else if (atomic_compare_exchange_weak_explicit(&slot->object, &value, value | LOCKED,
                                                         memory_order_acquire,
                                                         memory_order_relaxed)) {
            return (struct nt_object *)value;
        }
    }
}

/* --- where they are ------------------------------------------------------------------------- */

/* value / 4: from 1 on, for NULL is no handle. */
static uintptr_t number_of(HANDLE handle)
{
    return (uintptr_t)handle / 4;
}

static HANDLE handle_of(uint32_t number)
{
    return (HANDLE)((uintptr_t)number * 4);
}

static bool is_mailbox(uintptr_t number)
{
    return number >= NT_MAILBOX_FIRST && number <= NT_MAILBOX_LAST;
}

/* Where the chunk of @number is or would be; NULL when there is not even that. */
static place *place_of(uintptr_t number)
{
    uint32_t at;
    struct mid *mid;

    if (is_mailbox(number)) {
        at = (uint32_t)(number - NT_MAILBOX_FIRST) / CHUNK_SLOTS;
        mid = atomic_load_explicit(&mids[at / MID_CHUNKS], memory_order_acquire);
        return mid ? &mid->chunks[at % MID_CHUNKS] : NULL;
    }
    if (number == 0 || number > (uintptr_t)MAX_CHUNKS * CHUNK_SLOTS)
        return NULL;
    return &chunks[(number - 1) / CHUNK_SLOTS];
}

static unsigned index_in_chunk(uintptr_t number)
{
    return (unsigned)(is_mailbox(number) ? number - NT_MAILBOX_FIRST : number - 1) % CHUNK_SLOTS;
}

static struct chunk *chunk_at(place *at)
{
    return at ? atomic_load_explicit(at, memory_order_acquire) : NULL;
}

struct nt_object *nt_table_lock(HANDLE handle, struct nt_slot **ret_slot)
{
    uintptr_t number = number_of(handle);
    place *at = place_of(number);
    struct chunk *chunk = chunk_at(at);
    struct nt_object *object;

    if (!chunk)
        return NULL;
    *ret_slot = &chunk->slots[index_in_chunk(number)];
    object = nt_slot_lock(*ret_slot);
    if (object && NT_UNLIKELY(chunk_at(at) != chunk)) {
        nt_slot_unlock(*ret_slot, object);
        return NULL;
    }
    return object;
}

/* --- the mailbox's range -------------------------------------------------------------------- */

static bool is_free(const struct chunk *chunk, unsigned index)
{
    return chunk->free[index / 64] >> index % 64 & 1;
}

bool nt_table_is_unknown(HANDLE handle)
{
    uintptr_t number = number_of(handle);
    struct chunk *chunk;
    bool unknown;

    if (!is_mailbox(number))
        return false;
    nt_lock_take(NT_LOCK_HANDLES);
    chunk = chunk_at(place_of(number));
    unknown = !chunk || is_free(chunk, index_in_chunk(number));
    nt_lock_drop(NT_LOCK_HANDLES);
    return unknown;
}

static struct chunk *new_chunk(void)
{
    struct chunk *chunk = spare;

    if (chunk)
        spare = chunk->next;
    else
        chunk = calloc(1, sizeof(*chunk));
    if (!chunk)
        return NULL;
    chunk->n_given = 0;
    for (unsigned i = 0; i < NT_ARRAY_SIZE(chunk->free); i++)
        chunk->free[i] = UINT64_MAX;
    return chunk;
}

/* The place of a chunk of the mailbox's range, with a chunk in it; NT_LOCK_HANDLES held. */
static struct chunk *mailbox_chunk(uintptr_t number)
{
    unsigned top = (unsigned)(number - NT_MAILBOX_FIRST) / CHUNK_SLOTS / MID_CHUNKS;
    struct chunk *chunk;
    struct mid *mid;
    place *at;

    if (!atomic_load_explicit(&mids[top], memory_order_relaxed)) {
        mid = calloc(1, sizeof(*mid));
        if (!mid)
            return NULL;
        atomic_store_explicit(&mids[top], mid, memory_order_release);
    }
    at = place_of(number);
    chunk = chunk_at(at);
    if (chunk)
        return chunk;
    chunk = new_chunk();
    if (chunk)
        atomic_store_explicit(at, chunk, memory_order_release);
    return chunk;
}

/* --- taking and giving; NT_LOCK_HANDLES held in the static ones ----------------------------- */

static int first_bit(const uint64_t *words, unsigned n_words)
{
    for (unsigned i = 0; i < n_words; i++) {
        if (words[i])
            return (int)(i * 64 + (unsigned)__builtin_ctzll(words[i]));
    }
    return -1;
}

static NTSTATUS add_chunk(void)
{
    struct chunk *chunk;

    if (n_chunks == MAX_CHUNKS)
        return STATUS_INSUFFICIENT_RESOURCES;
    chunk = new_chunk();
    if (!chunk)
        return STATUS_NO_MEMORY;
    atomic_store_explicit(&chunks[n_chunks], chunk, memory_order_release);
    open_chunks[n_chunks / 64] |= 1ull << n_chunks % 64;
    n_chunks++;
    return STATUS_SUCCESS;
}

static void mark_taken(struct chunk *chunk, uintptr_t number)
{
    unsigned index = index_in_chunk(number), at = (unsigned)(number - 1) / CHUNK_SLOTS;

    chunk->free[index / 64] &= ~(1ull << index % 64);
    if (!is_mailbox(number) && first_bit(chunk->free, NT_ARRAY_SIZE(chunk->free)) < 0)
        open_chunks[at / 64] &= ~(1ull << at % 64);
}

static NTSTATUS take(HANDLE *ret_handle, struct nt_slot **ret_slot)
{
    int at = first_bit(open_chunks, (n_chunks + 63) / 64);
    struct chunk *chunk;
    uint32_t number;
    int bit;

    if (at < 0) {
        NTSTATUS status = add_chunk();

        if (!NT_SUCCESS(status))
            return status;
        at = (int)n_chunks - 1;
    }
    chunk = atomic_load_explicit(&chunks[at], memory_order_relaxed);
    bit = first_bit(chunk->free, NT_ARRAY_SIZE(chunk->free));
    number = (uint32_t)at * CHUNK_SLOTS + (uint32_t)bit + 1;
    mark_taken(chunk, number);
    *ret_handle = handle_of(number);
    *ret_slot = &chunk->slots[bit];
    return STATUS_SUCCESS;
}

static NTSTATUS take_at(uintptr_t number, struct nt_slot **ret_slot)
{
    NTSTATUS status = STATUS_SUCCESS;
    struct chunk *chunk;

    if (number == 0 || !(is_mailbox(number) || place_of(number)))
        return STATUS_INVALID_HANDLE;
    while (!is_mailbox(number) && n_chunks <= (number - 1) / CHUNK_SLOTS && NT_SUCCESS(status))
        status = add_chunk();
    if (!NT_SUCCESS(status))
        return status;
    chunk = is_mailbox(number) ? mailbox_chunk(number) : chunk_at(place_of(number));
    if (!chunk)
        return STATUS_NO_MEMORY;
    if (!is_free(chunk, index_in_chunk(number)))
        return STATUS_INVALID_HANDLE;
    mark_taken(chunk, number);
    if (is_mailbox(number) && number >= atomic_load_explicit(&n_top, memory_order_relaxed))
        atomic_store_explicit(&n_top, (uint32_t)number + 1, memory_order_relaxed);
    *ret_slot = &chunk->slots[index_in_chunk(number)];
    return STATUS_SUCCESS;
}

static void give(uintptr_t number)
{
    place *at = place_of(number);
    struct chunk *chunk = chunk_at(at);
    unsigned index = index_in_chunk(number), outer = (unsigned)(number - 1) / CHUNK_SLOTS;

    if (!is_mailbox(number)) {
        chunk->free[index / 64] |= 1ull << index % 64;
        open_chunks[outer / 64] |= 1ull << outer % 64;
    } else if (++chunk->n_given == CHUNK_SLOTS) {
        atomic_store_explicit(at, &used_up, memory_order_release);
        chunk->next = spare;
        spare = chunk;
    }
}

NTSTATUS nt_table_take(HANDLE *ret_handle, struct nt_slot **ret_slot)
{
    NTSTATUS status;

    nt_lock_take(NT_LOCK_HANDLES);
    status = take(ret_handle, ret_slot);
    nt_lock_drop(NT_LOCK_HANDLES);
    return status;
}

NTSTATUS nt_table_take_at(HANDLE handle, struct nt_slot **ret_slot)
{
    NTSTATUS status;

    nt_lock_take(NT_LOCK_HANDLES);
    status = (uintptr_t)handle % 4 ? STATUS_INVALID_HANDLE : take_at(number_of(handle), ret_slot);
    /* Locked until it is filled: another thread that looks it up meanwhile waits for that. */
    if (NT_SUCCESS(status))
        atomic_store_explicit(&(*ret_slot)->object, LOCKED, memory_order_relaxed);
    nt_lock_drop(NT_LOCK_HANDLES);
    return status;
}

void nt_table_give(HANDLE handle)
{
    nt_lock_take(NT_LOCK_HANDLES);
    give(number_of(handle));
    nt_lock_drop(NT_LOCK_HANDLES);
}

/* --- all of them ---------------------------------------------------------------------------- */

/* From @number on, the first that a chunk may hold; 0 at the end. */
static uint32_t skip_holes(uint32_t number)
{
    uint32_t top = atomic_load_explicit(&n_top, memory_order_relaxed);

    if (number == 0)
        number = 1;
    if (number < NT_MAILBOX_FIRST && !chunk_at(place_of(number)))
        number = NT_MAILBOX_FIRST;
    while (number >= NT_MAILBOX_FIRST && number < top) {
        uint32_t at = number - NT_MAILBOX_FIRST;
        place *place = place_of(number);

        if (!place) /* to the first of the next mid */
            number = NT_MAILBOX_FIRST +
                     (at / (CHUNK_SLOTS * MID_CHUNKS) + 1) * (CHUNK_SLOTS * MID_CHUNKS);
        else if (!chunk_at(place) || chunk_at(place) == &used_up)
            number = NT_MAILBOX_FIRST + (at / CHUNK_SLOTS + 1) * CHUNK_SLOTS;
        else
            return number;
    }
    return number < NT_MAILBOX_FIRST ? number : 0;
}

struct nt_slot *nt_table_next(struct nt_table_walk *walk, HANDLE *ret_handle)
{
    for (;;) {
        uint32_t number = skip_holes(walk->at);
        struct chunk *chunk = number ? chunk_at(place_of(number)) : NULL;

        if (number == 0)
            return NULL;
        walk->at = number + 1;
        if (!chunk || chunk == &used_up)
            continue; /* used up just now */
        *ret_handle = handle_of(number);
        return &chunk->slots[index_in_chunk(number)];
    }
}

void nt_table_renew(void)
{
    struct nt_table_walk walk = {0};
    struct nt_slot *slot;
    HANDLE handle;

    while ((slot = nt_table_next(&walk, &handle)))
        atomic_fetch_and_explicit(&slot->object, ~LOCKED, memory_order_relaxed);
}
