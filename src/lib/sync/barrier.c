// SPDX-License-Identifier: MIT
/*
 * Barriers. Reserved1 counts who has come, Reserved2 the rounds that are over (who came early
 * sleeps on it), Reserved3[0] holds how many must come, Reserved4 how often to look before
 * sleeping. Reserved5 counts who is inside, and may still touch the memory: its highest bit says
 * that somebody waits for that to end.
 */
#include <limits.h>
#include <stdatomic.h>

#include "lib/process/lock.h"
#include "lib/sync/in-process.h"
#include "os/os.h"
#include "util/macro.h"

#define DELETER    0x80000000u
#define SPINS      200u
#define MOST_SPINS 4000u

static _Atomic uint32_t *word(DWORD *field)
{
    return (_Atomic uint32_t *)(void *)field;
}

void nt_barrier_init(SYNCHRONIZATION_BARRIER *barrier, uint32_t threads, uint32_t spins)
{
    *barrier = (SYNCHRONIZATION_BARRIER){
        .Reserved3 = {threads, 0},
        .Reserved4 = spins > MOST_SPINS ? MOST_SPINS : spins,
    };
}

static void wait_for_round(SYNCHRONIZATION_BARRIER *barrier, uint32_t round, DWORD flags)
{
    unsigned most = barrier->Reserved4 ? barrier->Reserved4 : SPINS;

    if (flags & SYNCHRONIZATION_BARRIER_FLAGS_BLOCK_ONLY)
        most = 0;
    for (unsigned turn = 0; atomic_load(word(&barrier->Reserved2)) == round; turn++) {
        if (!nt_spin(turn, most))
            nt_os_futex_wait(word(&barrier->Reserved2), round, UINT64_MAX);
    }
}

/* The memory may be gone when the last one has left. */
static void leave(SYNCHRONIZATION_BARRIER *barrier)
{
    _Atomic uint32_t *inside = word(&barrier->Reserved5);

    if (atomic_fetch_sub(inside, 1) == (DELETER | 1))
        nt_os_futex_wake(inside, INT_MAX);
}

bool nt_barrier_enter(SYNCHRONIZATION_BARRIER *barrier, DWORD flags)
{
    uint32_t threads = (uint32_t)barrier->Reserved3[0], round;
    bool is_last;

    nt_process_check();
    atomic_fetch_add(word(&barrier->Reserved5), 1);
    round = atomic_load(word(&barrier->Reserved2));
    is_last = atomic_fetch_add(word(&barrier->Reserved1), 1) + 1 == threads;
    if (is_last) {
        atomic_store(word(&barrier->Reserved1), 0);
        atomic_fetch_add(word(&barrier->Reserved2), 1);
        if (threads > 1)
            nt_os_futex_wake(word(&barrier->Reserved2), INT_MAX);
    } else {
        wait_for_round(barrier, round, flags);
    }
    leave(barrier);
    return is_last;
}

void nt_barrier_delete(SYNCHRONIZATION_BARRIER *barrier)
{
    _Atomic uint32_t *inside = word(&barrier->Reserved5);
    uint32_t is = atomic_fetch_or(inside, DELETER) | DELETER;

    while (is != DELETER) {
        nt_os_futex_wait(inside, is, UINT64_MAX);
        is = atomic_load(inside);
    }
}
