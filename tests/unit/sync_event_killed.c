// SPDX-License-Identifier: MIT
/*
 * lib/sync/tokens after waiters were killed: they stay counted as sleepers for ever, and what is
 * given to one of them must reach whoever waits. The moments between two steps of SetEvent are met
 * by taking the place of the call that wakes.
 */
#include <stdio.h>
#include <string.h>

#include "harness/test.h"
#include "os/os.h"

static int wake_late(_Atomic uint32_t *word, int count);

/* The same code once more, under other names and with our call in the place of the kernel's. */
#define nt_tokens_release late_release
#define nt_tokens_commit  late_commit
#define nt_tokens_reset   late_reset
#define nt_tokens_take    late_take
#define nt_tokens_enlist  late_enlist
#define nt_tokens_look    late_look
#define nt_tokens_leave   late_leave
#define nt_os_futex_wake  wake_late
#include "lib/sync/tokens.c"
#undef nt_os_futex_wake

/* Who waits: begins when it is told to. */
struct waiter {
    struct test_thread thread;
    struct nt_sync_words *words;
    _Atomic int tid;
    _Atomic bool let_go;
};

static struct waiter *comes_late;

static void wait_for_event(void *arg)
{
    struct waiter *waiter = arg;
    struct nt_sleep sleep;
    NTSTATUS status;

    atomic_store(&waiter->tid, (int)nt_os_tid());
    status = late_enlist(waiter->words, &sleep);
    while (status == STATUS_PENDING) {
        nt_os_futex_wait(sleep.word, sleep.value, sleep.until_ns);
        status = late_look(waiter->words, &sleep);
    }
    ok_status(status, STATUS_WAIT_0);
    atomic_store(&waiter->let_go, true);
}

/* Whether that thread of ours sleeps in the kernel. */
static bool sleeps(int tid)
{
    char path[64], text[256] = "";
    const char *behind_name;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
    file = tid ? fopen(path, "re") : NULL;
    if (!file)
        return false;
    if (!fgets(text, sizeof(text), file))
        text[0] = '\0';
    fclose(file);
    behind_name = strrchr(text, ')');
    return behind_name && behind_name[1] == ' ' && behind_name[2] == 'S';
}

/* The first wake finds nobody, and that is so; but then somebody comes, and sleeps. */
static int wake_late(_Atomic uint32_t *word, int count)
{
    struct waiter *waiter = comes_late;
    int woken = nt_os_futex_wake(word, count);

    comes_late = NULL;
    if (waiter) {
        ok_eq(woken, 0);
        test_thread_start(&waiter->thread, wait_for_event, waiter);
        ok(test_until(sleepers(atomic_load(word)) == 3 && sleeps(atomic_load(&waiter->tid)),
                      20000));
    }
    return woken;
}

static void set(struct nt_sync_words *words, enum nt_rest rest)
{
    uint32_t before;

    ok(late_release(words, 1, INT32_MAX, rest, &before));
    ok_eq(before, 0);
}

static void check(enum nt_rest rest)
{
    struct nt_sync_words words = {.state = 2 * SLEEPER}; /* two were killed */
    struct waiter waiter = {.words = &words};

    comes_late = &waiter;
    set(&words, rest);
    if (!ok(test_until(atomic_load(&waiter.let_go), 20000)))
        nt_os_futex_wake(nt_words_queue(&words), 1);
    test_thread_join(&waiter.thread);
    ok_eq(atomic_load(&words.state), 2 * SLEEPER);
    /* And it is as it was: signalled when nobody waits. */
    set(&words, rest);
    ok_status(late_take(&words), STATUS_WAIT_0);
    ok_status(late_take(&words), STATUS_PENDING);
}

TEST(who_comes_after_a_killed_waiters_release_is_let_go, "")
{
    check(NT_REST_SET);
    check(NT_REST_COUNT);
}

/* Between a sleeper's count and its sleep a token comes and is taken back: the word that it wants
 * to sleep on must not be the one that it saw. */
TEST(a_signal_before_the_sleep_changes_the_word, "")
{
    struct nt_sync_words words = {.state = 0};
    struct nt_sleep sleep;

    ok_status(late_enlist(&words, &sleep), STATUS_PENDING);
    set(&words, NT_REST_SET);
    ok_ne(atomic_load(sleep.word), sleep.value);
    ok_status(late_look(&words, &sleep), STATUS_WAIT_0);
    ok_eq(atomic_load(&words.state), 0);
}

/* A token whose sleeper leaves belongs to nobody. */
TEST(what_a_leaver_was_given_stays_a_signal, "")
{
    struct nt_sync_words words = {.state = SLEEPER + TOKEN};
    struct nt_sleep sleep = {.kept = 0};

    late_leave(&words, &sleep, NT_REST_SET);
    ok_status(late_take(&words), STATUS_WAIT_0);
    ok_eq(atomic_load(&words.state), 0);
    atomic_store(&words.state, 2 * SLEEPER + 2 * TOKEN + NT_STATE_SIGNAL + SIGNALLED);
    late_leave(&words, &sleep, NT_REST_COUNT);
    /* Nobody sleeps: the other one, awake, finds one of the three too. */
    ok_eq(nt_state_signal(atomic_load(&words.state)) + tokens(atomic_load(&words.state)), 3);
    ok_eq(sleepers(atomic_load(&words.state)), 1);
}

/* A count that is full: the waiter looks at it now and then. */
TEST(more_sleepers_than_can_be_counted_are_let_go_too, "")
{
    struct nt_sync_words words = {.state = (uint64_t)MOST_SLEEPERS * SLEEPER};
    struct nt_sleep sleep;
    uint32_t before;

    ok_status(late_enlist(&words, &sleep), STATUS_PENDING);
    ok(sleep.kept);
    ok(sleep.until_ns != UINT64_MAX);
    ok(late_release(&words, 1, 1, NT_REST_SET, &before));
    ok_status(late_look(&words, &sleep), STATUS_WAIT_0);
    ok_eq(sleepers(atomic_load(&words.state)), MOST_SLEEPERS);
}
