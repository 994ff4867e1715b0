// SPDX-License-Identifier: MIT
/*
 * Moments, and what is done with them. Setting a timer guards it first, since its period is a word
 * of its own; a thread that dies between leaves it cleared.
 */
#include "lib/sync/timer-word.h"

#include <limits.h>

#include <ntstatus.h>

#include "lib/process/clock.h"
#include "lib/sync/words.h"
#include "os/os.h"

#define WALL            ((uint64_t)1 << 62)
#define UNITS           (WALL - 1)
#define UNITS_OF_MS     10000u
#define NS_OF_UNIT      100u

/* Wall clocks are set: who sleeps until a moment of it looks again so often. */
#define WALL_LOOK_NS    1000000000u
/* While somebody else guards it. */
#define GUARDED_LOOK_NS 2000000u

/* --- moments -------------------------------------------------------------------------------- */

static uint64_t bounded(uint64_t units)
{
    return units < 1 ? 1 : units < UNITS ? units : UNITS;
}

uint64_t nt_timer_moment(int64_t due)
{
    uint64_t units;

    if (due >= 0)
        return bounded((uint64_t)due) | WALL;
    units = (uint64_t) - (due + 1) + 1;
    /* Neither is above 2^63. */
    return bounded(nt_clock_awake() + units);
}

int64_t nt_timer_remaining(uint64_t state)
{
    uint64_t now = state & WALL ? nt_clock_wall() : nt_clock_awake();

    return (int64_t)(state & UNITS) - (int64_t)now;
}

bool nt_timer_is_due(uint64_t state)
{
    return (state & UNITS) != 0 && nt_timer_remaining(state) <= 0;
}

uint64_t nt_timer_until(uint64_t state)
{
    int64_t units = nt_timer_remaining(state);
    uint64_t now = nt_os_now_ns(), ns;

    if ((state & UNITS) == 0)
        return UINT64_MAX;
    if (units <= 0)
        return now;
    ns = (uint64_t)units < (UINT64_MAX - now) / NS_OF_UNIT ? (uint64_t)units * NS_OF_UNIT
                                                           : UINT64_MAX - now;
    if ((state & WALL) && ns > WALL_LOOK_NS)
        ns = WALL_LOOK_NS;
    return now + ns;
}

uint64_t nt_timer_next(uint64_t state, uint32_t period)
{
    uint64_t step = (uint64_t)period * UNITS_OF_MS;
    int64_t late = -nt_timer_remaining(state);
    uint64_t passed = late > 0 ? (uint64_t)late : 0;

    if (step == 0)
        return 0;
    /* From the first one on periods go by the clock that nobody sets. */
    return bounded(nt_clock_awake() + (step - passed % step));
}

/* --- changes -------------------------------------------------------------------------------- */

/* Sleepers look again. */
static void wake_sleepers(struct nt_sync_words *words)
{
    atomic_fetch_add(&words->changes, 1);
    NT_SYNC_STEP("timer changed");
    if (atomic_load(&words->sleepers) > 0)
        nt_os_futex_wake(&words->changes, INT_MAX);
}

static void tell(struct nt_sync_words *words)
{
    wake_sleepers(words);
    nt_words_tell(words);
}

/* Guards the timer and replaces its moment. Return: the state before, unguarded */
static uint64_t guard_with(struct nt_sync_words *words, uint64_t (*replace)(uint64_t state))
{
    for (;;) {
        uint64_t state = nt_words_settle(words), guarded;

        if (!nt_words_guard(words, state))
            continue;
        guarded = state | NT_STATE_GUARD;
        if (atomic_compare_exchange_strong(&words->state, &guarded,
                                           replace(state) | NT_STATE_GUARD))
            return state;
    }
}

/* Ends the guard of this thread: @state. Return: false: it was broken */
static bool end_guard(struct nt_sync_words *words, uint64_t guarded, uint64_t state)
{
    guarded |= NT_STATE_GUARD;
    return nt_words_is_guarded(words, guarded) &&
           atomic_compare_exchange_strong(&words->state, &guarded, state);
}

static uint64_t nothing(uint64_t state)
{
    (void)state;
    return 0;
}

bool nt_timer_set(struct nt_sync_words *words, uint64_t state, uint32_t period,
                  uint32_t *ret_setting)
{
    uint64_t before;

    do {
        before = guard_with(words, nothing);
        NT_SYNC_STEP("timer cleared");
        atomic_store(&words->period, period);
        *ret_setting = atomic_fetch_add(&words->settings, 1) + 1;
        /*
         * Before it is set: they look once the guard has ended. A thread that is killed after that
         * has set a timer of which every sleeper knows.
         */
        wake_sleepers(words);
    } while (!end_guard(words, 0, state));
    NT_SYNC_STEP("timer set");
    nt_words_tell(words);
    return nt_timer_is_due(before);
}

/* What has passed stays so. */
static uint64_t if_due(uint64_t state)
{
    return nt_timer_is_due(state) ? state : 0;
}

bool nt_timer_cancel(struct nt_sync_words *words)
{
    uint64_t before, after;

    do {
        before = guard_with(words, if_due);
        after = atomic_load(&words->state) & ~NT_STATE_GUARD;
        atomic_store(&words->period, 0);
        atomic_fetch_add(&words->settings, 1);
    } while (!end_guard(words, after, after));
    tell(words);
    return after != 0 && before == after;
}

/* --- waiting -------------------------------------------------------------------------------- */

NTSTATUS nt_timer_take(struct nt_sync_words *words, bool manual_reset)
{
    uint64_t state;

    do {
        state = nt_words_settle(words);
        if (!nt_timer_is_due(state))
            return STATUS_PENDING;
        if (manual_reset)
            return STATUS_WAIT_0;
    } while (!atomic_compare_exchange_weak(&words->state, &state,
                                           nt_timer_next(state, atomic_load(&words->period))));
    return STATUS_WAIT_0;
}

NTSTATUS nt_timer_look(struct nt_sync_words *words, bool manual_reset, struct nt_sleep *sleep)
{
    NTSTATUS status;

    sleep->word = &words->changes;
    sleep->value = atomic_load(&words->changes);
    status = nt_timer_take(words, manual_reset);
    if (status == STATUS_PENDING)
        sleep->until_ns = nt_timer_until(atomic_load(&words->state) & ~NT_STATE_GUARD);
    else
        nt_timer_leave(words);
    return status;
}

NTSTATUS nt_timer_enlist(struct nt_sync_words *words, bool manual_reset, struct nt_sleep *sleep)
{
    atomic_fetch_add(&words->sleepers, 1);
    NT_SYNC_STEP("timer sleeper");
    return nt_timer_look(words, manual_reset, sleep);
}

void nt_timer_leave(struct nt_sync_words *words)
{
    atomic_fetch_sub(&words->sleepers, 1);
}

NTSTATUS nt_timer_guard(struct nt_sync_words *words)
{
    uint64_t state;

    do {
        state = nt_words_settle(words);
        if (!nt_timer_is_due(state))
            return STATUS_PENDING;
    } while (!nt_words_guard(words, state));
    return STATUS_WAIT_0;
}

NTSTATUS nt_timer_commit(struct nt_sync_words *words, bool manual_reset)
{
    uint64_t state = atomic_load(&words->state) & ~NT_STATE_GUARD;
    uint64_t after = manual_reset ? state : nt_timer_next(state, atomic_load(&words->period));

    if (!end_guard(words, state, after))
        return STATUS_PENDING;
    nt_words_tell(words);
    return STATUS_WAIT_0;
}

void nt_timer_undo(struct nt_sync_words *words, bool manual_reset)
{
    uint64_t state, before;

    if (manual_reset)
        return;
    do {
        uint64_t step = (uint64_t)atomic_load(&words->period) * UNITS_OF_MS;

        state = nt_words_settle(words);
        before = (state & UNITS) > step ? state - step : bounded(nt_clock_awake());
        /* Set anew meanwhile: there is nothing to give back. */
        if ((state != 0 && step == 0) || !nt_timer_is_due(before))
            return;
    } while (!atomic_compare_exchange_weak(&words->state, &state, before));
    tell(words);
}

bool nt_timer_observe(struct nt_sync_words *words, struct nt_sleep *sleep)
{
    uint64_t state;

    atomic_fetch_add(&words->sleepers, 1);
    sleep->word = &words->changes;
    sleep->value = atomic_load(&words->changes);
    NT_SYNC_STEP("timer observer");
    state = atomic_load(&words->state);
    if (state & NT_STATE_GUARD) {
        sleep->until_ns = nt_os_now_ns() + GUARDED_LOOK_NS;
        return true;
    }
    if (nt_timer_is_due(state)) {
        nt_timer_leave(words);
        return false;
    }
    sleep->until_ns = nt_timer_until(state);
    return true;
}
