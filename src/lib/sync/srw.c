// SPDX-License-Identifier: MIT
/*
 * Slim reader/writer locks. Of the pointer-sized structure the lower half says who has the lock -
 * how many readers, or one writer - and whether readers or writers sleep; readers sleep on it.
 * Writers sleep on the upper half, which counts how often one of them was woken. Who waits to write
 * keeps new readers out; when the last one leaves, a writer is woken before the readers. Nobody is
 * handed the lock: who wakes takes it if it can.
 */
#include <limits.h>
#include <stdatomic.h>

#include "lib/process/lock.h"
#include "lib/sync/in-process.h"
#include "os/os.h"
#include "util/macro.h"

#define HOLDERS         0x3FFFFFFFu /* readers; all bits: a writer */
#define WRITER          HOLDERS
#define MOST_READERS    (HOLDERS - 1)
#define READERS_WAITING 0x40000000u
#define WRITERS_WAITING 0x80000000u
#define SPINS           100u

static _Atomic uint32_t *state_of(SRWLOCK *lock)
{
    return (_Atomic uint32_t *)(void *)&lock->Ptr;
}

static _Atomic uint32_t *calls_of(SRWLOCK *lock)
{
    return state_of(lock) + 1;
}

static bool is_free(uint32_t state)
{
    return (state & HOLDERS) == 0;
}

static bool lets_readers_in(uint32_t state)
{
    return (state & HOLDERS) < MOST_READERS && !(state & (READERS_WAITING | WRITERS_WAITING));
}

static bool change(_Atomic uint32_t *state, uint32_t *is, uint32_t to)
{
    return atomic_compare_exchange_strong_explicit(state, is, to, memory_order_acq_rel,
                                                   memory_order_relaxed);
}

/* What the state is once it is not held by a lone writer any more, or after a while. */
static uint32_t spin(_Atomic uint32_t *state, bool exclusive)
{
    uint32_t is = atomic_load_explicit(state, memory_order_relaxed);

    for (unsigned turn = 0;; turn++) {
        if (exclusive ? is_free(is) || (is & WRITERS_WAITING) : is != WRITER)
            return is;
        if (!nt_spin(turn, SPINS))
            return is;
        is = atomic_load_explicit(state, memory_order_relaxed);
    }
}

static void wait_to_read(SRWLOCK *lock)
{
    _Atomic uint32_t *state = state_of(lock);
    uint32_t is = spin(state, false);

    for (;;) {
        if (lets_readers_in(is)) {
            if (change(state, &is, is + 1))
                return;
            continue;
        }
        if (!(is & READERS_WAITING) && !change(state, &is, is | READERS_WAITING))
            continue;
        nt_os_futex_wait(state, is | READERS_WAITING, UINT64_MAX);
        is = spin(state, false);
    }
}

static void wait_to_write(SRWLOCK *lock)
{
    _Atomic uint32_t *state = state_of(lock);
    uint32_t is = spin(state, true), others = 0, calls;

    for (;;) {
        if (is_free(is)) {
            if (change(state, &is, is | WRITER | others))
                return;
            continue;
        }
        if (!(is & WRITERS_WAITING) && !change(state, &is, is | WRITERS_WAITING))
            continue;
        /* Others may sleep too: who has slept once leaves the bit to whoever is last. */
        others = WRITERS_WAITING;
        calls = atomic_load_explicit(calls_of(lock), memory_order_acquire);
        is = atomic_load_explicit(state, memory_order_relaxed);
        if (is_free(is) || !(is & WRITERS_WAITING))
            continue;
        nt_os_futex_wait(calls_of(lock), calls, UINT64_MAX);
        is = spin(state, true);
    }
}

static bool wake_writer(SRWLOCK *lock)
{
    atomic_fetch_add_explicit(calls_of(lock), 1, memory_order_release);
    return nt_os_futex_wake(calls_of(lock), 1) > 0;
}

/* Nobody has the lock, and somebody sleeps. */
static void wake(SRWLOCK *lock, uint32_t is)
{
    _Atomic uint32_t *state = state_of(lock);

    if (is == WRITERS_WAITING && change(state, &is, 0)) {
        wake_writer(lock);
        return;
    }
    if (is == (READERS_WAITING | WRITERS_WAITING)) {
        if (!change(state, &is, READERS_WAITING))
            return; /* it has been taken again: that one will wake them */
        if (wake_writer(lock))
            return;
        is = READERS_WAITING; /* no writer slept any more */
    }
    if (is == READERS_WAITING && change(state, &is, 0))
        nt_os_futex_wake(state, INT_MAX);
}

bool nt_srw_try_acquire(SRWLOCK *lock, bool exclusive)
{
    _Atomic uint32_t *state = state_of(lock);
    uint32_t is = atomic_load_explicit(state, memory_order_relaxed);

    while (exclusive ? is_free(is) : lets_readers_in(is)) {
        if (change(state, &is, exclusive ? is | WRITER : is + 1))
            return true;
    }
    return false;
}

void nt_srw_acquire(SRWLOCK *lock, bool exclusive)
{
    if (NT_LIKELY(nt_srw_try_acquire(lock, exclusive)))
        return;
    nt_process_check();
    if (exclusive)
        wait_to_write(lock);
    else
        wait_to_read(lock);
}

void nt_srw_release(SRWLOCK *lock, bool exclusive)
{
    _Atomic uint32_t *state = state_of(lock);
    uint32_t is = atomic_load_explicit(state, memory_order_relaxed), after;

    do {
        if (is_free(is) || ((is & HOLDERS) == WRITER) != exclusive)
            return;
        after = exclusive ? is & ~HOLDERS : is - 1;
    } while (!atomic_compare_exchange_weak_explicit(state, &is, after, memory_order_acq_rel,
                                                    memory_order_relaxed));
    if (NT_UNLIKELY(is_free(after) && after))
        wake(lock, after);
}
