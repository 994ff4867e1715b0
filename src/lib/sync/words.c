// SPDX-License-Identifier: MIT
/*
 * Guards and observers: what all kinds with a state have in common. How the halves are used is in
 * words.h.
 */
#include "lib/sync/words.h"

#include <limits.h>

#include "os/os.h"
#include "util/macro.h"

#define GUARD_SPINS   200
#define GUARD_LOOK_NS 2000000u    /* how long is slept between two looks */
#define GUARD_DEAD_NS 20000000u   /* after this the guard's thread must be there */
#define GUARD_LONG_NS 1000000000u /* and after this it is too late */

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#    define LOW 0
#else
#    define LOW 1
#endif

_Atomic uint32_t *nt_words_queue(struct nt_sync_words *words)
{
    return (_Atomic uint32_t *)&words->state + LOW;
}

_Atomic uint32_t *nt_words_signal(struct nt_sync_words *words)
{
    return (_Atomic uint32_t *)&words->state + (1 - LOW);
}

void nt_words_tell(struct nt_sync_words *words)
{
    NT_SYNC_STEP("tell");
    if (atomic_load(&words->observers) > 0)
        nt_os_futex_wake(nt_words_signal(words), INT_MAX);
}

static void break_guard(struct nt_sync_words *words, uint64_t state)
{
    if (atomic_compare_exchange_strong(&words->state, &state, state & ~NT_STATE_GUARD))
        nt_words_tell(words);
}

/* Sleeps a little while the state is guarded. */
static void doze(struct nt_sync_words *words, uint64_t state, uint64_t now)
{
    atomic_fetch_add(&words->observers, 1);
    NT_SYNC_STEP("doze");
    nt_os_futex_wait(nt_words_signal(words), (uint32_t)(state >> 32), now + GUARD_LOOK_NS);
    atomic_fetch_sub(&words->observers, 1);
}

static uint64_t outwait_guard(struct nt_sync_words *words)
{
    uint64_t began = nt_os_now_ns(), now = began;
    uint32_t whose = atomic_load(&words->guard);
    uint64_t state;

    for (;;) {
        state = atomic_load(&words->state);
        if (!(state & NT_STATE_GUARD))
            return state;
        if (atomic_load(&words->guard) != whose) {
            whose = atomic_load(&words->guard);
            began = now;
        }
        if (now - began >= GUARD_LONG_NS ||
            (now - began >= GUARD_DEAD_NS && nt_os_thread_is_gone(whose))) {
            break_guard(words, state);
            began = now;
            continue;
        }
        doze(words, state, now);
        now = nt_os_now_ns();
    }
}

uint64_t nt_words_settle(struct nt_sync_words *words)
{
    uint64_t state = atomic_load(&words->state);

    for (unsigned i = 0; NT_UNLIKELY(state & NT_STATE_GUARD) && i < GUARD_SPINS; i++) {
        nt_os_pause();
        state = atomic_load(&words->state);
    }
    return NT_LIKELY(!(state & NT_STATE_GUARD)) ? state : outwait_guard(words);
}

bool nt_words_guard(struct nt_sync_words *words, uint64_t state)
{
    if (!atomic_compare_exchange_strong(&words->state, &state, state | NT_STATE_GUARD))
        return false;
    NT_SYNC_STEP("guarded");
    atomic_store(&words->guard, nt_os_tid());
    return true;
}

bool nt_words_guard_signal(struct nt_sync_words *words)
{
    uint64_t state;

    do {
        state = nt_words_settle(words);
        if (!nt_state_signal(state))
            return false;
    } while (!nt_words_guard(words, state));
    return true;
}

bool nt_words_is_guarded(struct nt_sync_words *words, uint64_t state)
{
    return (state & NT_STATE_GUARD) && atomic_load(&words->guard) == nt_os_tid();
}

bool nt_words_unguard(struct nt_sync_words *words)
{
    uint64_t state = atomic_load(&words->state);

    do {
        if (!nt_words_is_guarded(words, state))
            return false;
        NT_SYNC_STEP("unguard");
    } while (!atomic_compare_exchange_weak(&words->state, &state, state & ~NT_STATE_GUARD));
    nt_words_tell(words);
    return true;
}

bool nt_words_observe(struct nt_sync_words *words, struct nt_sleep *sleep)
{
    uint64_t state;

    atomic_fetch_add(&words->observers, 1);
    NT_SYNC_STEP("observe");
    state = atomic_load(&words->state);
    if (nt_state_signal(state) && !(state & NT_STATE_GUARD)) {
        nt_words_unobserve(words);
        return false;
    }
    *sleep = (struct nt_sleep){
        .word = nt_words_signal(words),
        .value = (uint32_t)(state >> 32),
        .until_ns = state & NT_STATE_GUARD ? nt_os_now_ns() + GUARD_LOOK_NS : UINT64_MAX,
    };
    return true;
}

void nt_words_unobserve(struct nt_sync_words *words)
{
    atomic_fetch_sub(&words->observers, 1);
}

/* --- of what stays signalled ---------------------------------------------------------------- */

bool nt_manual_release(struct nt_sync_words *words, bool set)
{
    uint64_t before, after;

    do {
        before = nt_words_settle(words);
        after = (uint32_t)(nt_state_queue(before) + 1) | (set ? NT_STATE_SIGNAL : 0);
        if (set && nt_state_signal(before))
            after = before;
    } while (after != before && !atomic_compare_exchange_weak(&words->state, &before, after));
    NT_SYNC_STEP("manual released");
    /* Set already: who set it may have been killed before it woke anybody. */
    if (atomic_load(&words->sleepers) > 0)
        nt_os_futex_wake(nt_words_queue(words), INT_MAX);
    if (set)
        nt_words_tell(words);
    return nt_state_signal(before);
}

bool nt_manual_reset(struct nt_sync_words *words)
{
    uint64_t state;

    do {
        state = nt_words_settle(words);
        if (!nt_state_signal(state))
            return false;
    } while (!atomic_compare_exchange_weak(&words->state, &state, nt_state_queue(state)));
    return true;
}

NTSTATUS nt_manual_take(struct nt_sync_words *words)
{
    return nt_state_signal(atomic_load(&words->state)) ? STATUS_WAIT_0 : STATUS_PENDING;
}

NTSTATUS nt_manual_enlist(struct nt_sync_words *words, struct nt_sleep *sleep)
{
    uint64_t state = atomic_load(&words->state);

    if (nt_state_signal(state))
        return STATUS_WAIT_0;
    NT_SYNC_STEP("manual enlist");
    atomic_fetch_add(&words->sleepers, 1);
    *sleep = (struct nt_sleep){
        .word = nt_words_queue(words),
        .value = nt_state_queue(state),
        .kept = nt_state_queue(state),
        .until_ns = UINT64_MAX,
    };
    return STATUS_PENDING;
}

NTSTATUS nt_manual_look(struct nt_sync_words *words, struct nt_sleep *sleep)
{
    uint64_t state = atomic_load(&words->state);

    if (!nt_state_signal(state) && nt_state_queue(state) == sleep->kept)
        return STATUS_PENDING;
    nt_manual_leave(words);
    return STATUS_WAIT_0;
}

void nt_manual_leave(struct nt_sync_words *words)
{
    atomic_fetch_sub(&words->sleepers, 1);
}
