// SPDX-License-Identifier: MIT
/*
 * lib/sync/event: the words of an event under one thread, many threads and two processes.
 */
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "lib/sync/event.h"
#include "lib/memory/section.h"
#include "os/os.h"
#include "unit/tasks.h"
#include "util/macro.h"

#define SOON_MS 20000 /* what must happen happens long before that */

static HANDLE new_event(bool manual_reset, bool initial)
{
    HANDLE handle = NULL;

    ok_status(nt_event_create(NULL, manual_reset, initial, EVENT_ALL_ACCESS, &handle),
              STATUS_SUCCESS);
    require(handle != NULL);
    return handle;
}

/* Changes the event; returns what it was before. */
static LONG change(HANDLE handle, enum nt_event_operation operation)
{
    LONG previous = -1;

    ok_status(nt_event_change(handle, operation, &previous), STATUS_SUCCESS);
    return previous;
}

static NTSTATUS look(HANDLE handle)
{
    return nt_object_wait(handle, 0);
}

TEST(a_manual_event_stays_set, "")
{
    HANDLE event = new_event(true, false);

    ok_status(look(event), STATUS_TIMEOUT);
    ok_eq(change(event, NT_EVENT_SET), 0);
    ok_status(look(event), STATUS_WAIT_0);
    ok_status(look(event), STATUS_WAIT_0);
    ok_eq(change(event, NT_EVENT_SET), 1);
    ok_status(look(event), STATUS_WAIT_0);
    ok_eq(change(event, NT_EVENT_RESET), 1);
    ok_status(look(event), STATUS_TIMEOUT);
    ok_eq(change(event, NT_EVENT_RESET), 0);
    nt_handle_close(event);
}

TEST(an_automatic_event_is_taken_once, "")
{
    HANDLE event = new_event(false, false);

    ok_status(look(event), STATUS_TIMEOUT);
    ok_eq(change(event, NT_EVENT_SET), 0);
    ok_eq(change(event, NT_EVENT_SET), 1);
    ok_status(look(event), STATUS_WAIT_0);
    ok_status(look(event), STATUS_TIMEOUT);
    ok_eq(change(event, NT_EVENT_SET), 0);
    ok_eq(change(event, NT_EVENT_RESET), 1);
    ok_status(look(event), STATUS_TIMEOUT);
    nt_handle_close(event);
}

TEST(an_event_may_begin_set, "")
{
    HANDLE manual = new_event(true, true);
    HANDLE automatic = new_event(false, true);

    ok_status(look(manual), STATUS_WAIT_0);
    ok_status(look(manual), STATUS_WAIT_0);
    ok_status(look(automatic), STATUS_WAIT_0);
    ok_status(look(automatic), STATUS_TIMEOUT);
    nt_handle_close(manual);
    nt_handle_close(automatic);
}

TEST(a_pulse_without_a_waiter_leaves_the_event_reset, "")
{
    HANDLE manual = new_event(true, true);
    HANDLE automatic = new_event(false, true);

    ok_eq(change(manual, NT_EVENT_PULSE), 1);
    ok_status(look(manual), STATUS_TIMEOUT);
    ok_eq(change(manual, NT_EVENT_PULSE), 0);
    ok_status(look(manual), STATUS_TIMEOUT);
    ok_eq(change(automatic, NT_EVENT_PULSE), 1);
    ok_status(look(automatic), STATUS_TIMEOUT);
    ok_eq(change(automatic, NT_EVENT_PULSE), 0);
    ok_status(look(automatic), STATUS_TIMEOUT);
    nt_handle_close(manual);
    nt_handle_close(automatic);
}

TEST(a_wait_lasts_as_long_as_asked, "")
{
    HANDLE event = new_event(true, false);
    uint64_t began = nt_os_now_ns();
    uint64_t took;

    ok_status(nt_object_wait(event, nt_deadline_after_ms(50)), STATUS_TIMEOUT);
    took = nt_os_now_ns() - began;
    ok(took >= 50000000, "%llu ns", (unsigned long long)took);
    /* A moment that has passed is only a look. */
    ok_status(nt_object_wait(event, began), STATUS_TIMEOUT);
    change(event, NT_EVENT_SET);
    ok_status(nt_object_wait(event, began), STATUS_WAIT_0);
    ok_status(nt_object_wait(event, UINT64_MAX), STATUS_WAIT_0);
    nt_handle_close(event);
}

TEST(deadlines_of_milliseconds, "")
{
    uint64_t now = nt_os_now_ns();

    ok_eq(nt_deadline_after_ms(0), 0);
    ok_eq(nt_deadline_after_ms(INFINITE), UINT64_MAX);
    ok(nt_deadline_after_ms(INFINITE - 1) > now + 4294967ull * 1000000000ull);
    ok(nt_deadline_after_ms(1) >= now + 1000000);
}

TEST(an_event_has_rights_and_a_type, "12.32 12.33")
{
    struct nt_section_parameters parameters = {.size = 4096,
                                               .protection = PAGE_READWRITE,
                                               .attributes = SEC_COMMIT,
                                               .access = SECTION_ALL_ACCESS};
    HANDLE event, section;

    ok_status(nt_event_create(NULL, true, true, SYNCHRONIZE, &event), STATUS_SUCCESS);
    ok_status(look(event), STATUS_WAIT_0);
    ok_status(nt_event_change(event, NT_EVENT_SET, NULL), STATUS_ACCESS_DENIED);
    nt_handle_close(event);
    ok_status(nt_event_create(NULL, true, true, EVENT_MODIFY_STATE, &event), STATUS_SUCCESS);
    ok_status(look(event), STATUS_ACCESS_DENIED);
    ok_status(nt_event_change(event, NT_EVENT_RESET, NULL), STATUS_SUCCESS);
    nt_handle_close(event);
    require(nt_section_create(NULL, &parameters, &section) == STATUS_SUCCESS);
    ok_status(look(section), STATUS_OBJECT_TYPE_MISMATCH);
    ok_status(nt_event_change(section, NT_EVENT_SET, NULL), STATUS_OBJECT_TYPE_MISMATCH);
    nt_handle_close(section);
    ok_status(look(section), STATUS_INVALID_HANDLE);
    ok_status(nt_event_create(NULL, true, true, 0x4, &event), STATUS_ACCESS_DENIED);
}

/* --- many waiters ----------------------------------------------------------------------------- */

#define MAX_WAITERS 16

struct waiters {
    HANDLE event;
    struct test_thread threads[MAX_WAITERS];
    unsigned n;
    _Atomic unsigned n_released, n_failed;
};

static void wait_once(void *argument)
{
    struct waiters *waiters = argument;
    NTSTATUS status = nt_object_wait(waiters->event, nt_deadline_after_ms(4 * SOON_MS));

    if (status == STATUS_WAIT_0)
        atomic_fetch_add(&waiters->n_released, 1);
    else
        atomic_fetch_add(&waiters->n_failed, 1);
}

/* @n threads, all of them asleep when this returns. */
static void start_waiters(struct waiters *waiters, HANDLE event, unsigned n)
{
    waiters->event = event;
    waiters->n = n;
    atomic_store(&waiters->n_released, 0);
    atomic_store(&waiters->n_failed, 0);
    for (unsigned i = 0; i < n; i++)
        test_thread_start(&waiters->threads[i], wait_once, waiters);
    require(test_until(count_sleepers() == n, SOON_MS), "%u of %u sleep, %u released, %u failed",
            count_sleepers(), n, waiters->n_released, waiters->n_failed);
}

static void join_waiters(struct waiters *waiters)
{
    for (unsigned i = 0; i < waiters->n; i++)
        test_thread_join(&waiters->threads[i]);
    ok_eq(waiters->n_released, waiters->n);
    ok_eq(waiters->n_failed, 0);
}

TEST(setting_a_manual_event_releases_everybody, "")
{
    HANDLE event = new_event(true, false);
    struct waiters waiters;

    start_waiters(&waiters, event, MAX_WAITERS);
    ok_eq(change(event, NT_EVENT_SET), 0);
    join_waiters(&waiters);
    ok_status(look(event), STATUS_WAIT_0);
    nt_handle_close(event);
}

/* Whoever waited when it was set is released, however soon it is reset. */
TEST(set_then_reset_releases_everybody_who_waited, "")
{
    HANDLE event = new_event(true, false);
    struct waiters waiters;

    for (int round = 0; round < 10; round++) {
        start_waiters(&waiters, event, 8);
        change(event, NT_EVENT_SET);
        ok_eq(change(event, NT_EVENT_RESET), 1);
        join_waiters(&waiters);
        ok_status(look(event), STATUS_TIMEOUT);
    }
    nt_handle_close(event);
}

TEST(a_pulse_of_a_manual_event_releases_everybody_who_waited, "")
{
    HANDLE event = new_event(true, false);
    struct waiters waiters;

    for (int round = 0; round < 10; round++) {
        start_waiters(&waiters, event, 8);
        ok_eq(change(event, NT_EVENT_PULSE), 0);
        join_waiters(&waiters);
        ok_status(look(event), STATUS_TIMEOUT);
    }
    nt_handle_close(event);
}

TEST(each_set_of_an_automatic_event_releases_one, "")
{
    HANDLE event = new_event(false, false);
    struct waiters waiters;

    start_waiters(&waiters, event, 6);
    for (unsigned i = 1; i <= 6; i++) {
        change(event, NT_EVENT_SET);
        ok(test_until(waiters.n_released == i, SOON_MS), "%u released", waiters.n_released);
        ok(test_until(count_sleepers() == 6 - i, SOON_MS), "%u sleep", count_sleepers());
    }
    join_waiters(&waiters);
    ok_status(look(event), STATUS_TIMEOUT);
    nt_handle_close(event);
}

TEST(a_pulse_of_an_automatic_event_releases_one, "")
{
    HANDLE event = new_event(false, false);
    struct waiters waiters;

    start_waiters(&waiters, event, 3);
    for (unsigned i = 1; i <= 3; i++) {
        change(event, NT_EVENT_PULSE);
        ok(test_until(waiters.n_released == i, SOON_MS), "%u released", waiters.n_released);
        ok(test_until(count_sleepers() == 3 - i, SOON_MS), "%u sleep", count_sleepers());
    }
    join_waiters(&waiters);
    ok_status(look(event), STATUS_TIMEOUT);
    nt_handle_close(event);
}

/*
 * Setting an event for which somebody waits ends a wait there and then: it is not set afterwards,
 * so that the next set ends the next wait.
 */
TEST(two_sets_in_a_row_release_two_who_waited, "")
{
    HANDLE event = new_event(false, false);
    struct waiters waiters;
    unsigned n_short = 0;

    for (int round = 0; round < 10; round++) {
        start_waiters(&waiters, event, 2);
        change(event, NT_EVENT_SET);
        change(event, NT_EVENT_SET);
        if (!test_until(waiters.n_released == 2, SOON_MS)) {
            n_short++;
            change(event, NT_EVENT_SET);
        }
        join_waiters(&waiters);
        change(event, NT_EVENT_RESET);
    }
    ok_eq(n_short, 0);
    nt_handle_close(event);
}

TEST(a_timed_wait_and_a_set_never_both_get_lost, "")
{
    HANDLE event = new_event(false, false);
    struct waiters waiters;
    unsigned n_lost = 0;

    for (int round = 0; round < 200; round++) {
        NTSTATUS status;

        waiters.event = event;
        waiters.n = 1;
        waiters.n_released = waiters.n_failed = 0;
        test_thread_start(&waiters.threads[0], wait_once, &waiters);
        status = nt_object_wait(event, nt_os_now_ns() + 100000);
        change(event, NT_EVENT_SET);
        if (status == STATUS_WAIT_0)
            change(event, NT_EVENT_SET);
        test_thread_join(&waiters.threads[0]);
        n_lost += waiters.n_released != 1;
        change(event, NT_EVENT_RESET);
    }
    ok_eq(n_lost, 0);
    nt_handle_close(event);
}

/* --- hand over hand ----------------------------------------------------------------------------
 */

struct pair {
    HANDLE ping, pong;
    unsigned n_rounds;
    _Atomic unsigned n_failed;
    unsigned turns; /* of either thread in its turn: guarded by the events */
};

static void answer(void *argument)
{
    struct pair *pair = argument;

    for (unsigned i = 0; i < pair->n_rounds; i++) {
        if (nt_object_wait(pair->ping, nt_deadline_after_ms(SOON_MS)) != STATUS_WAIT_0)
            atomic_fetch_add(&pair->n_failed, 1);
        pair->turns++;
        nt_event_change(pair->pong, NT_EVENT_SET, NULL);
    }
}

TEST(two_threads_take_turns, "")
{
    struct pair pair = {
        .ping = new_event(false, false), .pong = new_event(false, false), .n_rounds = 3000};
    struct test_thread thread;

    test_thread_start(&thread, answer, &pair);
    for (unsigned i = 0; i < pair.n_rounds; i++) {
        pair.turns++;
        nt_event_change(pair.ping, NT_EVENT_SET, NULL);
        if (nt_object_wait(pair.pong, nt_deadline_after_ms(SOON_MS)) != STATUS_WAIT_0)
            atomic_fetch_add(&pair.n_failed, 1);
    }
    test_thread_join(&thread);
    ok_eq(pair.n_failed, 0);
    ok_eq(pair.turns, 2 * pair.n_rounds);
    nt_handle_close(pair.ping);
    nt_handle_close(pair.pong);
}

TEST(closing_the_last_handle_does_not_disturb_a_waiter, "12.6")
{
    HANDLE event = new_event(true, false), other;
    struct waiters waiters;

    start_waiters(&waiters, event, 1);
    ok_status(nt_handle_duplicate(event, 0, 0, DUPLICATE_SAME_ACCESS, &other), STATUS_SUCCESS);
    ok_status(nt_handle_close(event), STATUS_SUCCESS);
    change(other, NT_EVENT_SET);
    join_waiters(&waiters);
    nt_handle_close(other);
}

/* --- two processes -----------------------------------------------------------------------------
 */

struct both {
    HANDLE there, back;
};

static int answer_in_child(void *argument)
{
    const struct both *both = argument;

    for (int i = 0; i < 20; i++) {
        if (nt_object_wait(both->there, nt_deadline_after_ms(SOON_MS)) != STATUS_WAIT_0)
            return 1;
        if (!NT_SUCCESS(nt_event_change(both->back, NT_EVENT_SET, NULL)))
            return 2;
    }
    return 0;
}

TEST(a_forked_child_shares_its_parents_events, "12.26")
{
    struct both both = {new_event(false, false), new_event(false, false)};
    struct test_child child;

    require(test_child_fork(&child, answer_in_child, &both));
    for (int i = 0; i < 20; i++) {
        change(both.there, NT_EVENT_SET);
        ok_status(nt_object_wait(both.back, nt_deadline_after_ms(SOON_MS)), STATUS_WAIT_0);
    }
    ok_eq(test_child_wait(&child, SOON_MS), 0);
    nt_handle_close(both.there);
    nt_handle_close(both.back);
}

/* On the same processor as its parent, and only when nobody else wants it. */
static int wait_lazily(void *argument)
{
    struct sched_param parameters = {.sched_priority = 0};

    sched_setscheduler(0, SCHED_IDLE, &parameters);
    return nt_object_wait((HANDLE)argument, UINT64_MAX) == STATUS_WAIT_0 ? 0 : 1;
}

/*
 * The first sleeper is woken and killed before it took anything. What it did not take must reach
 * the next one, at the latest when the event is set again.
 */
TEST(a_killed_waiter_does_not_strand_the_next_one, "11.28")
{
    HANDLE event = new_event(false, false);
    struct test_child child;
    struct waiters waiters;
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET((unsigned)sched_getcpu(), &one);
    sched_setaffinity(0, sizeof(one), &one);
    for (int round = 0; round < 3; round++) {
        require(test_child_fork(&child, wait_lazily, event));
        require(test_until(sleeps_on_futex((pid_t)child.pid), SOON_MS));
        start_waiters(&waiters, event, 1);
        change(event, NT_EVENT_SET);
        kill((pid_t)child.pid, SIGKILL);
        (void)test_child_kill(&child);
        change(event, NT_EVENT_SET);
        ok(test_until(waiters.n_released == 1, SOON_MS), "the second sleeper was released");
        if (waiters.n_released == 0) {
            change(event, NT_EVENT_RESET);
            change(event, NT_EVENT_SET);
        }
        join_waiters(&waiters);
        change(event, NT_EVENT_RESET);
    }
    nt_handle_close(event);
}
