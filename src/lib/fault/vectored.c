// SPDX-License-Identifier: MIT
/*
 * Vectored handlers and the unhandled-exception filter.
 *
 * A handler that is registered has a slot with an order, a number that is never used twice: each
 * new first one is below all others, each new last one above. The signal handler calls the one
 * with the lowest order, then looks for the next higher one, and so on; it needs no lock, does
 * not mind what is added and removed meanwhile, and leaves nothing behind when a handler jumps
 * out of it. Slots are used again but never freed.
 */
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/fault/exception.h"
#include "lib/process/lock.h"
#include "util/macro.h"

#define CHUNK_SLOTS 16u

struct slot {
    _Atomic int64_t order; /* 0: unused */
    _Atomic(PVECTORED_EXCEPTION_HANDLER) handler;
};

struct chunk {
    struct slot slots[CHUNK_SLOTS];
    _Atomic(struct chunk *) next;
};

/* NT_LOCK_FAULTS for changes. */
static struct list {
    struct chunk chunk;
    int64_t lowest, highest; /* orders given */
} lists[NT_VECTORED_LISTS];

static _Atomic(LPTOP_LEVEL_EXCEPTION_FILTER) filter;

/* The slot with the lowest order above *@order, which it becomes; NULL when there is none. */
static struct slot *next_slot(enum nt_vectored_list list, int64_t *order)
{
    struct slot *found = NULL;
    int64_t lowest = INT64_MAX;

    for (struct chunk *chunk = &lists[list].chunk; chunk; chunk = atomic_load(&chunk->next)) {
        for (unsigned i = 0; i < CHUNK_SLOTS; i++) {
            int64_t there = atomic_load(&chunk->slots[i].order);

            if (there != 0 && there > *order && there < lowest) {
                found = &chunk->slots[i];
                lowest = there;
            }
        }
    }
    *order = lowest;
    return found;
}

bool nt_vectored_any(enum nt_vectored_list list)
{
    int64_t order = INT64_MIN;

    return next_slot(list, &order) != NULL;
}

bool nt_vectored_call(enum nt_vectored_list list, EXCEPTION_POINTERS *pointers)
{
    int64_t order = INT64_MIN;
    struct slot *slot;

    while ((slot = next_slot(list, &order)) != NULL) {
        PVECTORED_EXCEPTION_HANDLER handler = atomic_load(&slot->handler);

        /* Removed meanwhile, and perhaps given to another: not this one then. */
        if (atomic_load(&slot->order) != order)
            continue;
        if (handler(pointers) == EXCEPTION_CONTINUE_EXECUTION)
            return true;
    }
    return false;
}

/* --- changes --------------------------------------------------------------------------------- */

static struct slot *free_slot(struct list *list)
{
    struct chunk *chunk = &list->chunk;

    for (;;) {
        struct chunk *next;

        for (unsigned i = 0; i < CHUNK_SLOTS; i++) {
            if (atomic_load(&chunk->slots[i].order) == 0)
                return &chunk->slots[i];
        }
        next = atomic_load(&chunk->next);
        if (!next) {
            next = calloc(1, sizeof(*next));
            if (!next)
                return NULL;
            atomic_store(&chunk->next, next);
        }
        chunk = next;
    }
}

void *nt_vectored_add(enum nt_vectored_list list, bool first, PVECTORED_EXCEPTION_HANDLER handler)
{
    struct slot *slot;

    nt_lock_take(NT_LOCK_FAULTS);
    slot = free_slot(&lists[list]);
    if (slot) {
        atomic_store(&slot->handler, handler);
        atomic_store(&slot->order, first ? --lists[list].lowest : ++lists[list].highest);
    }
    nt_lock_drop(NT_LOCK_FAULTS);
    return slot;
}

bool nt_vectored_remove(enum nt_vectored_list list, const void *entry)
{
    bool found = false;

    nt_lock_take(NT_LOCK_FAULTS);
    for (struct chunk *chunk = &lists[list].chunk; chunk; chunk = atomic_load(&chunk->next)) {
        for (unsigned i = 0; i < CHUNK_SLOTS; i++) {
            struct slot *slot = &chunk->slots[i];

            if (slot == entry && atomic_load(&slot->order) != 0) {
                atomic_store(&slot->order, 0);
                found = true;
            }
        }
    }
    nt_lock_drop(NT_LOCK_FAULTS);
    return found;
}

LPTOP_LEVEL_EXCEPTION_FILTER nt_exception_set_filter(LPTOP_LEVEL_EXCEPTION_FILTER new_filter)
{
    return atomic_exchange(&filter, new_filter);
}

LPTOP_LEVEL_EXCEPTION_FILTER nt_exception_filter(void)
{
    return atomic_load(&filter);
}
