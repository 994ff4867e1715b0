// SPDX-License-Identifier: MIT
/*
 * Slots of thread-local and fiber-local storage (local.h). A slot that is being freed is in no use
 * any more, but nobody gets it before the callbacks of all its values have run. Each value is
 * taken out of its place once (an exchange), by the thread that ends or by who frees the slot, and
 * so has its callback called once.
 */
#include "lib/thread/local.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/queue.h>

#include <ntstatus.h>

#include "lib/process/lock.h"
#include "lib/thread/here.h"
#include "util/macro.h"

#define BLOCK_SLOTS   64u
#define THREAD_BLOCKS (TLS_MINIMUM_AVAILABLE / BLOCK_SLOTS + 1024u / BLOCK_SLOTS)
#define FIBER_BLOCKS  (4096u / BLOCK_SLOTS)
#define N_BLOCKS      (THREAD_BLOCKS + FIBER_BLOCKS)
#define THREAD_SLOTS  (THREAD_BLOCKS * BLOCK_SLOTS)
#define FIBER_SLOTS   (FLS_MAXIMUM_AVAILABLE)

struct block {
    _Atomic(void *) values[BLOCK_SLOTS];
};

struct nt_local {
    LIST_ENTRY(nt_local) link; /* NT_LOCK_LOCAL */
    _Atomic(struct block *) blocks[N_BLOCKS];
};

enum { FREE, IN_USE, GOING };

static LIST_HEAD(, nt_local) locals = LIST_HEAD_INITIALIZER(locals); /* NT_LOCK_LOCAL */
/* NT_LOCK_LOCAL to change them. */
static _Atomic unsigned char states[N_BLOCKS * BLOCK_SLOTS];
static _Atomic(nt_local_callback) callbacks[FIBER_BLOCKS * BLOCK_SLOTS];

/* Where a kind's slots begin in the one number space, and how many there are. */
static uint32_t base_of(enum nt_local_kind kind)
{
    return kind == NT_LOCAL_THREAD ? 0 : THREAD_SLOTS;
}

static uint32_t count_of(enum nt_local_kind kind)
{
    return kind == NT_LOCAL_THREAD ? THREAD_SLOTS : FIBER_SLOTS;
}

static _Atomic(void *) *place(struct nt_local *local, uint32_t slot)
{
    struct block *block =
        atomic_load_explicit(&local->blocks[slot / BLOCK_SLOTS], memory_order_acquire);

    return block ? &block->values[slot % BLOCK_SLOTS] : NULL;
}

/* NT_LOCK_LOCAL held. */
static void clear_everywhere(uint32_t slot)
{
    struct nt_local *local;

    LIST_FOREACH (local, &locals, link) {
        _Atomic(void *) *value = place(local, slot);

        if (value)
            atomic_store_explicit(value, NULL, memory_order_relaxed);
    }
}

NTSTATUS nt_local_alloc(enum nt_local_kind kind, nt_local_callback callback, uint32_t *ret_index)
{
    uint32_t base = base_of(kind), index = 1;
    NTSTATUS status = STATUS_NO_MEMORY;

    nt_lock_take(NT_LOCK_LOCAL);
    while (index < count_of(kind) && atomic_load(&states[base + index]) != FREE)
        index++;
    if (index < count_of(kind)) {
        /* Nobody forbids a thread to set a slot that is not in use. */
        clear_everywhere(base + index);
        if (kind == NT_LOCAL_FIBER)
            atomic_store(&callbacks[index], callback);
        atomic_store(&states[base + index], IN_USE);
        *ret_index = index;
        status = STATUS_SUCCESS;
    }
    nt_lock_drop(NT_LOCK_LOCAL);
    return status;
}

/* Takes one value of @slot out of its place; NULL when there is none any more. */
static void *take_one(uint32_t slot)
{
    struct nt_local *local;
    void *value = NULL;

    nt_lock_take(NT_LOCK_LOCAL);
    LIST_FOREACH (local, &locals, link) {
        _Atomic(void *) *at = place(local, slot);

        value = at ? atomic_exchange(at, NULL) : NULL;
        if (value)
            break;
    }
    nt_lock_drop(NT_LOCK_LOCAL);
    return value;
}

static void set_state(uint32_t slot, unsigned char state)
{
    nt_lock_take(NT_LOCK_LOCAL);
    atomic_store(&states[slot], state);
    nt_lock_drop(NT_LOCK_LOCAL);
}

NTSTATUS nt_local_free(enum nt_local_kind kind, uint32_t index)
{
    uint32_t slot = base_of(kind) + index;
    nt_local_callback callback = NULL;
    unsigned char expected = IN_USE;
    void *value;

    if (index >= count_of(kind) || !atomic_compare_exchange_strong(&states[slot], &expected, GOING))
        return STATUS_INVALID_PARAMETER;
    if (kind == NT_LOCAL_FIBER)
        callback = atomic_load(&callbacks[index]);
    while ((value = take_one(slot)) != NULL) {
        if (callback)
            callback(value);
    }
    set_state(slot, FREE);
    return STATUS_SUCCESS;
}

/* Whether the kind has such a slot for a thread's value. */
static bool is_slot(enum nt_local_kind kind, uint32_t index)
{
    if (index >= count_of(kind))
        return false;
    return kind == NT_LOCAL_THREAD ||
           atomic_load_explicit(&states[THREAD_SLOTS + index], memory_order_relaxed) == IN_USE;
}

NTSTATUS nt_local_get(enum nt_local_kind kind, uint32_t index, void **ret_value)
{
    struct nt_local *local = nt_thread_here()->local;
    _Atomic(void *) *at;

    if (!is_slot(kind, index))
        return STATUS_INVALID_PARAMETER;
    at = local ? place(local, base_of(kind) + index) : NULL;
    *ret_value = at ? atomic_load_explicit(at, memory_order_relaxed) : NULL;
    return STATUS_SUCCESS;
}

static struct nt_local *make_local(struct nt_thread_here *here)
{
    struct nt_local *local = here->over ? NULL : calloc(1, sizeof(*local));

    if (!local || !nt_thread_arm(here)) {
        free(local);
        return NULL;
    }
    nt_lock_take(NT_LOCK_LOCAL);
    LIST_INSERT_HEAD(&locals, local, link);
    nt_lock_drop(NT_LOCK_LOCAL);
    here->local = local;
    return local;
}

NTSTATUS nt_local_set(enum nt_local_kind kind, uint32_t index, void *value)
{
    struct nt_thread_here *here = nt_thread_here();
    uint32_t slot = base_of(kind) + index;
    _Atomic(void *) *at;
    struct block *block;

    if (!is_slot(kind, index))
        return STATUS_INVALID_PARAMETER;
    if (!here->local && !make_local(here))
        return STATUS_NO_MEMORY;
    at = place(here->local, slot);
    if (!at) {
        block = calloc(1, sizeof(*block));
        if (!block)
            return STATUS_NO_MEMORY;
        atomic_store_explicit(&here->local->blocks[slot / BLOCK_SLOTS], block,
                              memory_order_release);
        at = &block->values[slot % BLOCK_SLOTS];
    }
    atomic_store_explicit(at, value, memory_order_relaxed);
    return STATUS_SUCCESS;
}

/* --- the end of a thread ---------------------------------------------------------------------- */

void nt_local_run_callbacks(struct nt_thread_here *here)
{
    if (!here->local)
        return;
    for (uint32_t index = 1; index < FIBER_SLOTS; index++) {
        _Atomic(void *) *at = place(here->local, THREAD_SLOTS + index);
        nt_local_callback callback;
        void *value;

        if (!at) {
            index |= BLOCK_SLOTS - 1; /* nothing in this block */
            continue;
        }
        callback = atomic_load(&callbacks[index]);
        if (!callback || atomic_load(&states[THREAD_SLOTS + index]) == FREE)
            continue;
        value = atomic_exchange(at, NULL);
        if (value)
            callback(value);
    }
}

static void free_local(struct nt_local *local)
{
    for (unsigned i = 0; i < N_BLOCKS; i++)
        free(atomic_load(&local->blocks[i]));
    free(local);
}

void nt_local_end(struct nt_thread_here *here)
{
    struct nt_local *local = here->local;

    if (!local)
        return;
    here->local = NULL;
    nt_lock_take(NT_LOCK_LOCAL);
    LIST_REMOVE(local, link);
    nt_lock_drop(NT_LOCK_LOCAL);
    free_local(local);
}

/* --- fork ------------------------------------------------------------------------------------- */

void nt_local_forked(void)
{
    struct nt_local *mine = nt_thread_here()->local, *local, *next;

    for (local = LIST_FIRST(&locals); local; local = next) {
        next = LIST_NEXT(local, link);
        if (local == mine)
            continue;
        LIST_REMOVE(local, link);
        free_local(local);
    }
}

void nt_local_renew(void)
{
    struct nt_local *mine = nt_thread_here()->local;

    /* What another thread was at is not known: its blocks stay where they are. */
    LIST_INIT(&locals);
    if (mine)
        LIST_INSERT_HEAD(&locals, mine, link);
}
