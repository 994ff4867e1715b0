// SPDX-License-Identifier: MIT
/*
 * What is taken: auto-reset events and semaphores. The protocol is in words.h. A change that nobody
 * sleeps for makes no system call.
 */
#include "lib/sync/words.h"

#include <ntstatus.h>

#include "os/os.h"
#include "util/macro.h"

/*
 * The low half: 15 bits of tokens, 16 bits of sleepers, and whether there is a signal. The latter
 * for who is about to sleep: a signal that came since, be it a token that was taken back, changes
 * the word that the kernel compares.
 */
#define SIGNALLED     1u
#define TOKEN         2u
#define MOST_TOKENS   0x7FFFu
#define SLEEPER       0x10000u
#define MOST_SLEEPERS 0xFFFFu

/* How often is looked instead of slept when the count of sleepers is full. */
#define LOOK_NS       1000000u

static uint32_t tokens(uint64_t state)
{
    return ((uint32_t)state / TOKEN) & MOST_TOKENS;
}

static uint32_t sleepers(uint64_t state)
{
    return (uint32_t)state / SLEEPER;
}

/* Of sleepers that have no token yet, at most @n. */
static uint32_t unserved(uint64_t state, uint32_t n)
{
    uint32_t most = sleepers(state) < MOST_TOKENS ? sleepers(state) : MOST_TOKENS;

    most = most > tokens(state) ? most - tokens(state) : 0;
    return n < most ? n : most;
}

/* Every change goes through here. */
static bool change(struct nt_sync_words *words, uint64_t *state, uint64_t after)
{
    after = nt_state_signal(after) ? after | SIGNALLED : after & ~(uint64_t)SIGNALLED;
    return atomic_compare_exchange_weak(&words->state, state, after);
}

/* The state with @n signals more that nobody gets yet. */
static uint64_t with_rest(uint64_t state, uint32_t n, enum nt_rest rest)
{
    if (rest == NT_REST_COUNT)
        return nt_state_signal(state) > INT32_MAX - n ? state : state + n * NT_STATE_SIGNAL;
    if (rest == NT_REST_NONE)
        return nt_state_queue(state);
    return n > 0 ? nt_state_queue(state) | NT_STATE_SIGNAL : state;
}

/*
 * @n tokens were given and nobody slept: either their sleepers were killed, or they are just about
 * to sleep and will look at the word once more. Both are served by a signal. But who came after the
 * tokens were given, and so left them to those that were killed, may sleep by now on the word as it
 * was: that one has to be told.
 */
static void take_back(struct nt_sync_words *words, uint32_t n, enum nt_rest rest)
{
    uint64_t state, after;

    do {
        NT_SYNC_STEP("take back");
        state = nt_words_settle(words);
        if (n > tokens(state))
            n = tokens(state);
        if (n == 0)
            return;
        after = rest == NT_REST_NONE ? state - n * TOKEN : with_rest(state - n * TOKEN, n, rest);
    } while (!change(words, &state, after));
    NT_SYNC_STEP("taken back");
    if (rest == NT_REST_NONE)
        return;
    if (sleepers(state) > 0)
        nt_os_futex_wake(nt_words_queue(words), (int)n);
    nt_words_tell(words);
}

/*
 * @given of @n went to sleepers. The others are for who comes; but who slept before may have a
 * token without knowing it, when the thread that gave it was killed before it woke anybody.
 */
static void wake(struct nt_sync_words *words, uint32_t given, uint32_t n, enum nt_rest rest)
{
    int woken = 0;

    if (given > 0)
        woken = nt_os_futex_wake(nt_words_queue(words), (int)given);
    if (given < n)
        nt_os_futex_wake(nt_words_queue(words), (int)(n - given));
    if (woken < 0)
        woken = 0;
    if ((uint32_t)woken < given)
        take_back(words, given - (uint32_t)woken, rest);
}

bool nt_tokens_release(struct nt_sync_words *words, uint32_t n, uint32_t most, enum nt_rest rest,
                       uint32_t *ret_before)
{
    uint64_t before, after;
    uint32_t given;

    do {
        before = nt_words_settle(words);
        *ret_before = nt_state_signal(before);
        if (rest == NT_REST_COUNT && (*ret_before > most || n > most - *ret_before))
            return false;
        given = unserved(before, n);
        after = before + given * TOKEN;
        if (given < n || rest == NT_REST_NONE)
            after = with_rest(after, n - given, rest);
    } while (after != before && !change(words, &before, after));
    NT_SYNC_STEP("released");
    if (sleepers(before) > 0)
        wake(words, given, n, rest);
    if (given < n && rest != NT_REST_NONE)
        nt_words_tell(words);
    return true;
}

bool nt_tokens_commit(struct nt_sync_words *words)
{
    uint64_t state = atomic_load(&words->state);

    do {
        if (!nt_words_is_guarded(words, state) || !nt_state_signal(state))
            return false;
        NT_SYNC_STEP("tokens commit");
    } while (!change(words, &state, (state & ~NT_STATE_GUARD) - NT_STATE_SIGNAL));
    nt_words_tell(words);
    return true;
}

uint32_t nt_tokens_reset(struct nt_sync_words *words)
{
    uint64_t state;

    do {
        state = nt_words_settle(words);
        if (!nt_state_signal(state))
            return 0;
    } while (!change(words, &state, (uint64_t)nt_state_queue(state)));
    return nt_state_signal(state);
}

NTSTATUS nt_tokens_take(struct nt_sync_words *words)
{
    uint64_t state;

    do {
        state = nt_words_settle(words);
        if (!nt_state_signal(state))
            return STATUS_PENDING;
    } while (!change(words, &state, state - NT_STATE_SIGNAL));
    return STATUS_WAIT_0;
}

/* Not counted, since the count is full: on a word that nobody wakes, and not for long. */
static void sleep_uncounted(struct nt_sync_words *words, struct nt_sleep *sleep)
{
    *sleep = (struct nt_sleep){
        .word = &words->sleepers,
        .value = atomic_load(&words->sleepers),
        .until_ns = nt_os_now_ns() + LOOK_NS,
        .kept = true,
    };
}

NTSTATUS nt_tokens_enlist(struct nt_sync_words *words, struct nt_sleep *sleep)
{
    uint64_t state, after;

    do {
        state = nt_words_settle(words);
        if (nt_state_signal(state)) {
            after = state - NT_STATE_SIGNAL;
        } else if (sleepers(state) < MOST_SLEEPERS) {
            after = state + SLEEPER;
        } else {
            sleep_uncounted(words, sleep);
            return STATUS_PENDING;
        }
        NT_SYNC_STEP("enlist");
    } while (!change(words, &state, after));
    if (nt_state_signal(state))
        return STATUS_WAIT_0;
    *sleep = (struct nt_sleep){
        .word = nt_words_queue(words),
        .value = nt_state_queue(after),
        .until_ns = UINT64_MAX,
    };
    NT_SYNC_STEP("enlisted");
    return STATUS_PENDING;
}

NTSTATUS nt_tokens_look(struct nt_sync_words *words, struct nt_sleep *sleep)
{
    uint64_t state, after;

    if (sleep->kept) {
        sleep_uncounted(words, sleep);
        return nt_tokens_take(words);
    }
    do {
        state = nt_words_settle(words);
        if (tokens(state)) {
            after = state - TOKEN - SLEEPER;
        } else if (nt_state_signal(state)) {
            after = state - NT_STATE_SIGNAL - SLEEPER;
        } else {
            sleep->value = nt_state_queue(state);
            return STATUS_PENDING;
        }
        NT_SYNC_STEP("look");
    } while (!change(words, &state, after));
    return STATUS_WAIT_0;
}

/*
 * Who leaves may have been the one that a token's release has woken, and then nobody comes for it:
 * it wakes another sleeper. Where none sleeps, those that have tokens are awake, and find a signal
 * as well; but an event can be set only once, and then the token stays for who comes for it.
 */
static void pass_on(struct nt_sync_words *words, enum nt_rest rest)
{
    if (nt_os_futex_wake(nt_words_queue(words), 1) > 0)
        return;
    if (rest == NT_REST_SET && nt_state_signal(nt_words_settle(words)))
        return;
    take_back(words, 1, rest);
}

void nt_tokens_leave(struct nt_sync_words *words, const struct nt_sleep *sleep, enum nt_rest rest)
{
    uint64_t state, after;

    if (sleep->kept)
        return;
    do {
        NT_SYNC_STEP("leave");
        state = nt_words_settle(words);
        if (sleepers(state) == 0) /* scribbled over */
            return;
        after = state - SLEEPER;
        /* More tokens than sleepers: one was the leaver's. */
        if (tokens(after) > sleepers(after))
            after = with_rest(after - TOKEN, 1, rest);
    } while (!change(words, &state, after));
    NT_SYNC_STEP("left");
    if (tokens(after) != tokens(state))
        nt_words_tell(words);
    if (tokens(after) > 0)
        pass_on(words, rest);
}
