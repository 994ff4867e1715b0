// SPDX-License-Identifier: MIT
/*
 * Waiting for events: time, threads, and other processes.
 */
#include "api/api.h"

static HANDLE new_event(BOOL manual, const wchar_t *name)
{
    HANDLE event = CreateEventW(NULL, manual, FALSE, name);

    require(event != NULL, "error %u", (unsigned)GetLastError());
    return event;
}

TEST(wait_ends_when_its_time_is_over, "")
{
    HANDLE event = new_event(FALSE, NULL);
    uint64_t start = test_now_ms(), took;

    ok_eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    SetLastError(0xdeadbeef);
    ok_eq(WaitForSingleObject(event, 60), WAIT_TIMEOUT);
    ok_error(0xdeadbeef);
    took = test_now_ms() - start;
    ok(took >= 55, "%u ms", (unsigned)took);
    ok_eq(WaitForSingleObjectEx(event, 20, TRUE), WAIT_TIMEOUT);
    ok_eq(WaitForSingleObjectEx(event, 0, FALSE), WAIT_TIMEOUT);
    drop(event, NULL);
}

TEST(set_event_needs_no_waiting, "")
{
    HANDLE event = new_event(FALSE, NULL);

    ok_succeeds(SetEvent(event));
    ok_eq(WaitForSingleObject(event, INFINITE), WAIT_OBJECT_0);
    ok_succeeds(SetEvent(event));
    ok_eq(WaitForSingleObjectEx(event, INFINITE, TRUE), WAIT_OBJECT_0);
    drop(event, NULL);
}

TEST(nt_wait_counts_in_100_nanoseconds, "")
{
    HANDLE event = new_event(TRUE, NULL);
    LARGE_INTEGER none = {.QuadPart = 0}, relative = {.QuadPart = -600000};
    LARGE_INTEGER past = {.QuadPart = 116444736000000000};
    uint64_t start = test_now_ms(), took;

    ok_status(NtWaitForSingleObject(event, FALSE, &none), STATUS_TIMEOUT);
    ok_status(NtWaitForSingleObject(event, FALSE, &past), STATUS_TIMEOUT);
    ok_status(NtWaitForSingleObject(event, FALSE, &relative), STATUS_TIMEOUT);
    took = test_now_ms() - start;
    ok(took >= 55, "%u ms", (unsigned)took);
    ok_succeeds(SetEvent(event));
    ok_status(NtWaitForSingleObject(event, FALSE, NULL), STATUS_WAIT_0);
    ok_status(NtWaitForSingleObject(NULL, FALSE, &none), STATUS_INVALID_HANDLE);
    drop(event, NULL);
}

/* --- threads ---------------------------------------------------------------------------------- */

struct waiter {
    struct test_thread thread;
    HANDLE event, done;
    DWORD result;
};

static void wait_once(void *arg)
{
    struct waiter *waiter = arg;

    waiter->result = WaitForSingleObject(waiter->event, INFINITE);
    SetEvent(waiter->done);
}

static void start_waiter(struct waiter *waiter, HANDLE event)
{
    *waiter = (struct waiter){.event = event, .done = new_event(TRUE, NULL)};
    test_thread_start(&waiter->thread, wait_once, waiter);
}

static void end_waiter(struct waiter *waiter)
{
    ok_eq(WaitForSingleObject(waiter->done, SOON), WAIT_OBJECT_0);
    test_thread_join(&waiter->thread);
    ok_eq(waiter->result, WAIT_OBJECT_0);
    drop(waiter->done, NULL);
}

TEST(manual_reset_event_releases_all_threads, "")
{
    HANDLE event = new_event(TRUE, NULL);
    struct waiter waiters[5];

    for (unsigned i = 0; i < ARRAYSIZE(waiters); i++)
        start_waiter(&waiters[i], event);
    ok_eq(WaitForSingleObject(waiters[0].done, 20), WAIT_TIMEOUT);
    ok_succeeds(SetEvent(event));
    for (unsigned i = 0; i < ARRAYSIZE(waiters); i++)
        end_waiter(&waiters[i]);
    drop(event, NULL);
}

/* Many takers of one auto-reset event: each set lets one of them count. */
struct counting {
    HANDLE event, taken, stop;
    volatile LONG count;
};

static void count_sets(void *arg)
{
    struct counting *counting = arg;

    while (WaitForSingleObject(counting->event, INFINITE) == WAIT_OBJECT_0 &&
           WaitForSingleObject(counting->stop, 0) != WAIT_OBJECT_0) {
        __atomic_fetch_add(&counting->count, 1, __ATOMIC_SEQ_CST);
        SetEvent(counting->taken);
    }
    /* Pass the end on. */
    SetEvent(counting->event);
}

TEST(auto_reset_event_releases_one_thread_a_set, "")
{
    struct counting counting = {.event = new_event(FALSE, NULL),
                                .taken = new_event(FALSE, NULL),
                                .stop = new_event(TRUE, NULL)};
    struct test_thread threads[4];

    for (unsigned i = 0; i < ARRAYSIZE(threads); i++)
        test_thread_start(&threads[i], count_sets, &counting);
    for (unsigned i = 0; i < 500; i++) {
        ok_succeeds(SetEvent(counting.event));
        require(WaitForSingleObject(counting.taken, SOON) == WAIT_OBJECT_0);
    }
    ok_eq(counting.count, 500);
    ok_succeeds(SetEvent(counting.stop));
    ok_succeeds(SetEvent(counting.event));
    for (unsigned i = 0; i < ARRAYSIZE(threads); i++)
        test_thread_join(&threads[i]);
    ok_eq(counting.count, 500);
    drop(counting.event, NULL);
    drop(counting.taken, NULL);
    drop(counting.stop, NULL);
}

TEST(pulse_releases_who_waits, "")
{
    for (BOOL manual = FALSE; manual <= TRUE; manual++) {
        HANDLE event = new_event(manual, NULL);
        struct waiter waiter;

        start_waiter(&waiter, event);
        /* Nobody can see from outside that a thread waits already: so once more, and again. */
        ok(test_until(PulseEvent(event) && WaitForSingleObject(waiter.done, 1) == WAIT_OBJECT_0,
                      SOON));
        end_waiter(&waiter);
        ok_succeeds(PulseEvent(event));
        ok_eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
        drop(event, NULL);
    }
}

TEST(handle_may_be_closed_while_another_is_waited_for, "")
{
    HANDLE event = new_event(FALSE, NULL);
    HANDLE copy = with_rights(event, SYNCHRONIZE);
    struct waiter waiter;

    start_waiter(&waiter, copy);
    ok_succeeds(SetEvent(event));
    drop(event, NULL);
    end_waiter(&waiter);
    drop(copy, NULL);
}

/* --- processes -------------------------------------------------------------------------------- */

CHILD(echo)
{
    HANDLE ping = OpenEventW(SYNCHRONIZE, FALSE, L_("ping"));
    HANDLE pong = OpenEventW(EVENT_MODIFY_STATE, FALSE, L_("pong"));

    require(ping && pong);
    for (unsigned i = 0; i < 200; i++) {
        if (WaitForSingleObject(ping, SOON) != WAIT_OBJECT_0 || !SetEvent(pong))
            require(false, "round %u: error %u", i, (unsigned)GetLastError());
    }
    drop(ping, NULL);
    drop(pong, NULL);
    return 0;
}

TEST(events_reach_another_process, "2.13 11.27")
{
    HANDLE ping = new_event(FALSE, L_("ping"));
    HANDLE pong = new_event(FALSE, L_("pong"));
    struct test_child child;

    require(test_child_start(&child, "echo"));
    for (unsigned i = 0; i < 200; i++) {
        ok_succeeds(SetEvent(ping));
        if (WaitForSingleObject(pong, SOON) != WAIT_OBJECT_0)
            require(false, "round %u", i);
    }
    ok_eq(test_child_wait(&child, SOON), 0);
    drop(ping, NULL);
    drop(pong, NULL);
}

/* The code is how many tokens this one took before it was over. */
CHILD(takers)
{
    HANDLE event = OpenEventW(SYNCHRONIZE | EVENT_MODIFY_STATE, FALSE, L_("token"));
    HANDLE has_one = OpenEventW(EVENT_MODIFY_STATE, FALSE, L_("taken"));
    HANDLE over = OpenEventW(SYNCHRONIZE, FALSE, L_("over"));
    unsigned taken = 0;

    require(event && has_one && over);
    test_say("ready");
    while (WaitForSingleObject(event, 60000) == WAIT_OBJECT_0 &&
           WaitForSingleObject(over, 0) != WAIT_OBJECT_0) {
        taken++;
        ok_succeeds(SetEvent(has_one));
    }
    /* Pass the end on. */
    ok_succeeds(SetEvent(event));
    drop(event, NULL);
    drop(has_one, NULL);
    drop(over, NULL);
    return (int)taken;
}

TEST(one_set_is_taken_by_one_process, "")
{
    HANDLE event = new_event(FALSE, L_("token"));
    HANDLE has_one = new_event(FALSE, L_("taken"));
    HANDLE over = new_event(TRUE, L_("over"));
    struct test_child children[2];
    int codes[2];

    for (unsigned i = 0; i < 2; i++) {
        require(test_child_start(&children[i], "takers"));
        test_child_expect(&children[i], "ready", SOON);
    }
    ok_succeeds(SetEvent(event));
    ok_eq(WaitForSingleObject(has_one, SOON), WAIT_OBJECT_0);
    /* Time for another one to take it too. */
    ok_eq(WaitForSingleObject(has_one, 300), WAIT_TIMEOUT);
    ok_eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    ok_succeeds(SetEvent(over));
    ok_succeeds(SetEvent(event));
    for (unsigned i = 0; i < 2; i++)
        codes[i] = test_child_wait(&children[i], SOON);
    ok_eq(codes[0] + codes[1], 1);
    drop(event, NULL);
    drop(has_one, NULL);
    drop(over, NULL);
}

CHILD(set_and_leave)
{
    HANDLE event = OpenEventW(EVENT_MODIFY_STATE, FALSE, L_("left"));

    ok_succeeds(SetEvent(event));
    /* The handle ends with the process. */
    return 0;
}

TEST(event_stays_set_when_its_setter_ends, "4.16")
{
    HANDLE event = new_event(TRUE, L_("left"));
    struct test_child child;

    require(test_child_start(&child, "set_and_leave"));
    ok_eq(WaitForSingleObject(event, SOON), WAIT_OBJECT_0);
    ok_eq(test_child_wait(&child, SOON), 0);
    ok_eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    drop(event, NULL);
    ok_fails(OpenEventW(SYNCHRONIZE, FALSE, L_("left")), ERROR_FILE_NOT_FOUND);
}

CHILD(wait_for_ever)
{
    HANDLE event = OpenEventW(SYNCHRONIZE, FALSE, L_("killed"));

    test_say("ready");
    ok_eq(WaitForSingleObject(event, INFINITE), WAIT_OBJECT_0);
    return 0;
}

TEST(killed_waiter_takes_nothing_along, "11.28")
{
    HANDLE event = new_event(FALSE, L_("killed"));
    struct test_child child;

    require(test_child_start(&child, "wait_for_ever"));
    test_child_expect(&child, "ready", SOON);
    ok_eq(test_child_kill(&child), TEST_CHILD_KILLED);
    for (int i = 0; i < 2; i++) {
        /* Nobody waits: twice set is once set, and it is there at once. */
        ok_succeeds(SetEvent(event));
        ok_succeeds(SetEvent(event));
        ok_eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
        ok_eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    }
    drop(event, NULL);
}
