// SPDX-License-Identifier: MIT
/*
 * lib/sync/event-word after waiters were killed: they stay counted as sleepers for ever, and what
 * is given to one of them must reach whoever waits. The moments between two steps of SetEvent are
 * met by taking the place of the call that wakes.
 */
#include <stdio.h>
#include <string.h>

#include "harness/test.h"
#include "lib/sync/event-word.h"
#include "os/os.h"

static int wake_late(_Atomic uint32_t *word, int count);

/* The same code once more, under other names and with our call in the place of the kernel's. */
#define nt_event_word_set   late_word_set
#define nt_event_word_reset late_word_reset
#define nt_event_word_pulse late_word_pulse
#define nt_event_word_wait  late_word_wait
#define nt_os_futex_wake    wake_late
bool late_word_set(struct nt_event_words *words, bool manual_reset);
bool late_word_reset(struct nt_event_words *words);
bool late_word_pulse(struct nt_event_words *words, bool manual_reset);
int late_word_wait(struct nt_event_words *words, bool manual_reset, uint64_t deadline_ns);
#include "lib/sync/event-word.c"
#undef nt_os_futex_wake

/* Who waits: begins when it is told to. */
struct waiter {
    struct test_thread thread;
    struct nt_event_words *words;
    _Atomic int tid;
    _Atomic bool let_go;
};

static struct waiter *comes_late;

static void wait_for_event(void *arg)
{
    struct waiter *waiter = arg;

    atomic_store(&waiter->tid, (int)nt_os_tid());
    ok_eq(late_word_wait(waiter->words, false, UINT64_MAX), 0);
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

TEST(who_comes_after_a_killed_waiters_release_is_let_go, "")
{
    struct nt_event_words words = {.state = 2 * SLEEPER}; /* two were killed */
    struct waiter waiter = {.words = &words};

    comes_late = &waiter;
    ok(!late_word_set(&words, false));
    if (!ok(test_until(atomic_load(&waiter.let_go), 10000)))
        nt_os_futex_wake(&words.state, 1);
    test_thread_join(&waiter.thread);
    ok_eq(atomic_load(&words.state), 2 * SLEEPER);
    /* And the event is as it was: set when nobody waits. */
    ok(!late_word_set(&words, false));
    ok_eq(late_word_wait(&words, false, 0), 0);
    ok_eq(late_word_wait(&words, false, 0), -ETIMEDOUT);
}
