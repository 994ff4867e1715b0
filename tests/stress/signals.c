// SPDX-License-Identifier: MIT
/*
 * Signals in the middle of calls. A handler that was installed without SA_RESTART runs every
 * millisecond, in this thread; no call may fail for it, end early, or be made twice.
 */
#include "stress/rounds.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>

#include "broker/kit.h"
#include "harness/test.h"

#define SIZE 0x10000

static volatile sig_atomic_t n_signals;

static void on_signal(int number)
{
    (void)number;
    n_signals++;
}

static struct sigaction old_action;

/* A signal of wall-clock time: calls that sleep are met too. */
static void storm_begin(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    struct itimerval each_ms = {{0, 1000}, {0, 1000}};

    n_signals = 0;
    require(sigaction(SIGALRM, &action, &old_action) == 0);
    require(setitimer(ITIMER_REAL, &each_ms, NULL) == 0);
}

static void storm_end(void)
{
    struct itimerval none = {{0, 0}, {0, 0}};

    setitimer(ITIMER_REAL, &none, NULL);
    sigaction(SIGALRM, &old_action, NULL);
}

static void create_open_map_and_close(void)
{
    HANDLE section =
        CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, A_("storm"));
    HANDLE again, unnamed;
    uint32_t *view;

    ok_succeeds(section);
    ok_error(ERROR_SUCCESS); /* made twice it would exist */
    again = OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, A_("storm"));
    ok_succeeds(again);
    view = MapViewOfFile(again, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    if (ok_succeeds(view))
        *view = 1;
    ok_succeeds(UnmapViewOfFile(view));
    ok_succeeds(CloseHandle(again));
    ok_succeeds(CloseHandle(section));
    unnamed = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, NULL);
    ok_succeeds(unnamed);
    ok_succeeds(CloseHandle(unnamed));
}

TEST_DEADLINE(calls_do_not_fail_because_of_signals, "", NT_ROUNDS(60, 300))
{
    uint64_t end = test_now_ms() + NT_ROUNDS(1500, 20000);
    unsigned n_turns = 0;

    storm_begin();
    for (; test_now_ms() < end || n_signals < 500; n_turns++) {
        create_open_map_and_close();
        /* Every so often connect anew, too. */
        if (n_turns % 16 == 0)
            ntshm_quiesce();
    }
    storm_end();
    test_note("%u turns under %d signals", n_turns, (int)n_signals);
    ok(n_turns > 50, "%u", n_turns);
}

TEST_DEADLINE(a_broker_is_started_under_signals, "", NT_ROUNDS(60, 300))
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};
    unsigned n_killed = 0;

    storm_begin();
    for (int i = 0; i < NT_ROUNDS(15, 200); i++) {
        create_open_map_and_close();
        ok_succeeds(ntshm_broker_statistics(&statistics));
        kit_broker_kill((pid_t)statistics.pid);
        n_killed++;
    }
    create_open_map_and_close();
    storm_end();
    ok(n_killed >= 15);
    ok(n_signals > 0);
}

/* A wait ends when it should: not by a signal, and not late because it began again. */
TEST(a_wait_is_neither_cut_nor_stretched_by_signals, "")
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
    uint64_t began;

    require(event != NULL);
    storm_begin();
    for (int i = 0; i < 5; i++) {
        began = nt_os_now_ns();
        ok_eq(WaitForSingleObject(event, 100), WAIT_TIMEOUT);
        ok((nt_os_now_ns() - began) / 1000000 >= 100, "%u ms",
           (unsigned)((nt_os_now_ns() - began) / 1000000));
        ok((nt_os_now_ns() - began) / 1000000 < 5000u * (unsigned)test_slowness());
    }
    storm_end();
    CloseHandle(event);
}

CHILD(ringer)
{
    HANDLE to = OpenEventA(EVENT_MODIFY_STATE, FALSE, A_("to"));
    HANDLE from = OpenEventA(SYNCHRONIZE, FALSE, A_("from"));

    require(to && from);
    for (int i = 0; i < NT_ROUNDS(5000, 300000); i++) {
        if (!SetEvent(to) || WaitForSingleObject(from, 20000) != WAIT_OBJECT_0)
            return 1;
    }
    CloseHandle(to);
    CloseHandle(from);
    return 0;
}

/* Each set releases one wait: a wake that a signal swallowed would stop the exchange. */
TEST_DEADLINE(no_wake_is_lost_to_a_signal, "", NT_ROUNDS(60, 300))
{
    HANDLE to = CreateEventA(NULL, FALSE, FALSE, A_("to"));
    HANDLE from = CreateEventA(NULL, FALSE, FALSE, A_("from"));
    struct test_child child;
    int n = 0;

    require(to && from);
    require(test_child_start(&child, "ringer"));
    storm_begin();
    while (n < NT_ROUNDS(5000, 300000) && WaitForSingleObject(to, 20000) == WAIT_OBJECT_0 &&
           SetEvent(from))
        n++;
    storm_end();
    ok_eq(n, NT_ROUNDS(5000, 300000));
    ok_eq(test_child_wait(&child, 20000), 0);
    ok_eq(WaitForSingleObject(to, 0), WAIT_TIMEOUT);
    CloseHandle(to);
    CloseHandle(from);
}
