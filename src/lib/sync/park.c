// SPDX-License-Identifier: MIT
/*
 * The queues of park.h. A sleeper counts itself in its queue before it looks at its condition, and
 * who wakes has changed the condition before it looks at the count: one of the two sees the other.
 * A queue's lock is held for a few instructions and never while anything sleeps or the program's
 * memory is read.
 */
#include "lib/sync/park.h"

#include <limits.h>

#include "lib/process/lock.h"
#include "os/os.h"
#include "util/macro.h"

#define QUEUE_BITS 8
#define N_QUEUES   (1u << QUEUE_BITS)

static struct queue {
    _Alignas(64) _Atomic uint32_t lock; /* 0 free, 1 taken, 2 taken and somebody waits */
    _Atomic uint32_t n_parked;
    TAILQ_HEAD(, nt_parked) parked; /* lock */
    bool begun;                     /* lock: the list is initialised */
} queues[N_QUEUES];

static struct queue *queue_of(const volatile void *address)
{
    return &queues[((uint64_t)(uintptr_t)address * 0x9E3779B97F4A7C15u) >> (64 - QUEUE_BITS)];
}

static void lock_queue(struct queue *queue)
{
    uint32_t is = 0;

    if (!atomic_compare_exchange_strong_explicit(&queue->lock, &is, 1, memory_order_acquire,
                                                 memory_order_relaxed)) {
        while (atomic_exchange_explicit(&queue->lock, 2, memory_order_acquire) != 0)
            nt_os_futex_wait(&queue->lock, 2, UINT64_MAX);
    }
    if (!queue->begun) {
        TAILQ_INIT(&queue->parked);
        queue->begun = true;
    }
}

static void unlock_queue(struct queue *queue)
{
    if (atomic_exchange_explicit(&queue->lock, 0, memory_order_release) == 2)
        nt_os_futex_wake(&queue->lock, 1);
}

/* The lock held. */
static void take_out(struct queue *queue, struct nt_parked *parked)
{
    TAILQ_REMOVE(&queue->parked, parked, link);
    atomic_fetch_sub(&queue->n_parked, 1);
}

void nt_park_begin(struct nt_parked *parked, const volatile void *address)
{
    struct queue *queue = queue_of(address);

    nt_process_check();
    parked->address = address;
    atomic_init(&parked->woken, 0);
    lock_queue(queue);
    atomic_fetch_add(&queue->n_parked, 1);
    TAILQ_INSERT_TAIL(&queue->parked, parked, link);
    unlock_queue(queue);
    atomic_thread_fence(memory_order_seq_cst);
}

/* Whether it had been woken already; it is in no queue afterwards. */
static bool leave(struct nt_parked *parked)
{
    struct queue *queue = queue_of(parked->address);
    bool woken;

    lock_queue(queue);
    woken = atomic_load(&parked->woken);
    if (!woken)
        take_out(queue, parked);
    unlock_queue(queue);
    return woken;
}

bool nt_park_sleep(struct nt_parked *parked, uint64_t deadline_ns)
{
    while (!atomic_load_explicit(&parked->woken, memory_order_acquire)) {
        if (nt_os_futex_wait(&parked->woken, 0, deadline_ns) < 0)
            return leave(parked);
    }
    return true;
}

void nt_park_cancel(struct nt_parked *parked)
{
    if (leave(parked))
        nt_unpark(parked->address, false);
}

void nt_unpark(const volatile void *address, bool all)
{
    struct queue *queue = queue_of(address);
    struct nt_parked *parked, *next;
    _Atomic uint32_t *word;

    nt_process_check();
    atomic_thread_fence(memory_order_seq_cst);
    if (NT_LIKELY(atomic_load_explicit(&queue->n_parked, memory_order_relaxed) == 0))
        return;
    lock_queue(queue);
    for (parked = TAILQ_FIRST(&queue->parked); parked; parked = next) {
        next = TAILQ_NEXT(parked, link);
        if (parked->address != address)
            continue;
        take_out(queue, parked);
        /* From the store on it may be gone: only the address of its word is used. */
        word = &parked->woken;
        atomic_store_explicit(word, 1, memory_order_release);
        nt_os_futex_wake(word, 1);
        if (!all)
            break;
    }
    unlock_queue(queue);
}

void nt_parks_renew(void)
{
    for (unsigned i = 0; i < N_QUEUES; i++) {
        atomic_store(&queues[i].lock, 0);
        atomic_store(&queues[i].n_parked, 0);
        TAILQ_INIT(&queues[i].parked);
        queues[i].begun = true;
    }
}
