// SPDX-License-Identifier: MIT
/*
 * Both protocols. A change that nobody sleeps for makes no system call.
 */
#include <errno.h>
#include <limits.h>

#include "lib/sync/event-word.h"
#include "os/os.h"

#define SET          NT_EVENT_WORD_SET

/* Manual reset: the rest of the word counts releases. */
#define RELEASE      2u

/* Auto reset: 15 bits of tokens, 16 bits of sleepers. */
#define TOKEN        2u
#define TOKENS       0xFFFEu
#define SLEEPER      0x10000u
#define ALL_SLEEPERS 0xFFFFu

/* How often is looked instead of slept when the count of sleepers is full. */
#define LOOK_NS      1000000u

static uint32_t tokens(uint32_t state)
{
    return (state & TOKENS) / TOKEN;
}

static uint32_t sleepers(uint32_t state)
{
    return state / SLEEPER;
}

/* --- manual reset --------------------------------------------------------------------------- */

/* Everybody who waits now is released; the event stays set when @and_set. */
static bool release_all(struct nt_event_words *words, uint32_t and_set)
{
    uint32_t before = atomic_load(&words->state);

    do {
        if ((before & SET) && and_set)
            return true;
    } while (!atomic_compare_exchange_weak(&words->state, &before,
                                           ((before & ~SET) + RELEASE) | and_set));
    if (atomic_load(&words->sleepers) > 0)
        nt_os_futex_wake(&words->state, INT_MAX);
    return before & SET;
}

static int wait_manual(struct nt_event_words *words, uint64_t deadline_ns)
{
    uint32_t began = atomic_load(&words->state);
    uint32_t state = began;
    int r = 0;

    while (!(state & SET) && (state & ~SET) == (began & ~SET)) {
        if (r < 0 || deadline_ns == 0)
            return -ETIMEDOUT;
        atomic_fetch_add(&words->sleepers, 1);
        r = nt_os_futex_wait(&words->state, state, deadline_ns);
        atomic_fetch_sub(&words->sleepers, 1);
        state = atomic_load(&words->state);
    }
    return 0;
}

/* --- auto reset ----------------------------------------------------------------------------- */

/*
 * A token was given and nobody slept: either its sleeper was killed, or it is just about to
 * sleep and will look at the word once more. Both are served by the event being set. But who came
 * after the token was given, and so left it to the one that was killed, may sleep by now on the
 * word as it was: that one has to be told.
 */
static void take_back(struct nt_event_words *words, bool or_set)
{
    uint32_t state = atomic_load(&words->state);

    while (state & TOKENS) {
        if (atomic_compare_exchange_weak(&words->state, &state,
                                         (state - TOKEN) | (or_set ? SET : 0))) {
            if (or_set && sleepers(state) > 0)
                nt_os_futex_wake(&words->state, 1);
            return;
        }
    }
}

static bool release_one(struct nt_event_words *words, bool or_set)
{
    uint32_t before = atomic_load(&words->state);
    bool to_sleeper;
    uint32_t after;

    do {
        to_sleeper = sleepers(before) > tokens(before) && (before & TOKENS) != TOKENS;
        if (to_sleeper)
            after = before + TOKEN;
        else
            after = or_set ? before | SET : before & ~SET;
        if (after == before)
            return before & SET;
    } while (!atomic_compare_exchange_weak(&words->state, &before, after));
    if (to_sleeper && nt_os_futex_wake(&words->state, 1) <= 0)
        take_back(words, or_set);
    return before & SET;
}

/* Takes "set" when it is there; else *@ret_state is the state that showed nothing. */
static bool take_set(struct nt_event_words *words, uint32_t *ret_state)
{
    uint32_t state = atomic_load(&words->state);

    while (state & SET) {
        if (atomic_compare_exchange_weak(&words->state, &state, state & ~SET))
            return true;
    }
    *ret_state = state;
    return false;
}

/* Becomes a sleeper, unless the event was set meanwhile. */
static bool enlist(struct nt_event_words *words, uint32_t *state)
{
    return atomic_compare_exchange_strong(&words->state, state, *state + SLEEPER);
}

/* A sleeper that has a reason to leave: a token, "set", or (@give_up) the end of its time. */
static bool leave(struct nt_event_words *words, bool give_up, uint32_t *ret_state,
                  bool *ret_released)
{
    uint32_t state = atomic_load(&words->state);
    uint32_t after;

    do {
        *ret_released = true;
        if (state & TOKENS) {
            after = state - TOKEN - SLEEPER;
        } else if (state & SET) {
            after = (state & ~SET) - SLEEPER;
        } else if (give_up) {
            *ret_released = false;
            after = state - SLEEPER;
        } else {
            *ret_state = state;
            return false;
        }
    } while (!atomic_compare_exchange_weak(&words->state, &state, after));
    return true;
}

/* @state is the word as it was when this sleeper enlisted. */
static int sleep_auto(struct nt_event_words *words, uint32_t state, uint64_t deadline_ns)
{
    for (;;) {
        int r = nt_os_futex_wait(&words->state, state, deadline_ns);
        bool released;

        if (leave(words, r < 0, &state, &released))
            return released ? 0 : -ETIMEDOUT;
    }
}

static int wait_auto(struct nt_event_words *words, uint64_t deadline_ns)
{
    for (;;) {
        uint64_t look = 0;
        uint32_t state;

        if (take_set(words, &state))
            return 0;
        if (deadline_ns == 0)
            return -ETIMEDOUT;
        if (sleepers(state) < ALL_SLEEPERS) {
            uint32_t seen = state;

            if (enlist(words, &seen))
                return sleep_auto(words, state + SLEEPER, deadline_ns);
            continue;
        }
        look = nt_os_now_ns();
        if (look >= deadline_ns)
            return -ETIMEDOUT;
        /* On the other word, which nobody wakes: a wake is for those who are counted. */
        nt_os_futex_wait(&words->sleepers, atomic_load(&words->sleepers), look + LOOK_NS);
    }
}

/* --- both ----------------------------------------------------------------------------------- */

bool nt_event_word_set(struct nt_event_words *words, bool manual_reset)
{
    return manual_reset ? release_all(words, SET) : release_one(words, true);
}

bool nt_event_word_reset(struct nt_event_words *words)
{
    return atomic_fetch_and(&words->state, ~SET) & SET;
}

bool nt_event_word_pulse(struct nt_event_words *words, bool manual_reset)
{
    return manual_reset ? release_all(words, 0) : release_one(words, false);
}

int nt_event_word_wait(struct nt_event_words *words, bool manual_reset, uint64_t deadline_ns)
{
    return manual_reset ? wait_manual(words, deadline_ns) : wait_auto(words, deadline_ns);
}
