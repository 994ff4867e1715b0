// SPDX-License-Identifier: MIT
/*
 * Auto-reset events under torture: each set lets one go, not two and not none.
 *
 * Every event has one who sets it, and he sets it again only when somebody has taken it and said
 * so; the others take whichever they get, alone, with a deadline so short that it often passes just
 * when the signal comes, or of several. A taker counts; never may there be more takings than
 * settings, and in the end what was set was taken, or the event is still set. With killing a signal
 * may go with the one who was to get it: then those who set do not wait, and more takings than
 * settings remain forbidden.
 */
#include "stress/torture.h"
#include "stress/rounds.h"

#include <stdlib.h>
#include <string.h>

#define N_EVENTS    8
#define N_PROCESSES 16
#define N_THREADS   4

struct counts {
    _Atomic uint64_t set, taken;
    char padding[48];
};

struct board {
    struct torture_head head;
    struct counts counts[N_EVENTS];
    _Atomic uint32_t doubled; /* taken more often than set */
};

struct victim {
    struct board *board;
    unsigned place;
    HANDLE events[N_EVENTS], answers[N_EVENTS], enough;
    bool is_killed;           /* somebody may be */
    bool drops, counts_twice; /* faults of a control */
};

static bool set(struct victim *victim, uint32_t random)
{
    struct board *board = victim->board;
    HANDLE two[2] = {victim->answers[victim->place], victim->enough};
    DWORD got;

    atomic_fetch_add(&board->counts[victim->place].set, 1);
    if (victim->drops && random % 1024 == 0)
        return true;
    if (!SetEvent(victim->events[victim->place])) {
        torture_failed(&board->head, "SetEvent");
        return false;
    }
    got = WaitForMultipleObjects(2, two, FALSE, victim->is_killed ? 2 : INFINITE);
    if (got > 1 && got != WAIT_TIMEOUT)
        torture_failed(&board->head, "a wait for an answer");
    return got != WAIT_OBJECT_0 + 1 && !atomic_load(&board->head.stop);
}

/* The event that was got, or N_EVENTS. */
static unsigned ask(struct victim *victim, uint32_t random)
{
    HANDLE handles[N_EVENTS + 1];
    unsigned which[N_EVENTS], n = random % 4 == 0 ? 1 + random / 4 % N_EVENTS : 1;
    DWORD got;

    for (unsigned i = 0; i < n; i++) {
        which[i] = (random / 32 + i) % N_EVENTS;
        handles[i] = victim->events[which[i]];
    }
    handles[n] = victim->enough;
    if (random % 8 == 1)
        got = WaitForSingleObject(handles[0], random / 8 % 3);
    else
        got = WaitForMultipleObjects(n + 1, handles, FALSE,
                                     random % 8 == 2 ? random / 8 % 3 : INFINITE);
    if (got < n)
        return which[got];
    if (got != n && got != WAIT_TIMEOUT)
        torture_failed(&victim->board->head, "a wait for an event");
    return N_EVENTS;
}

static bool take(struct victim *victim, uint32_t random)
{
    struct board *board = victim->board;
    unsigned which = ask(victim, random);
    uint64_t taken;

    if (which == N_EVENTS)
        return !atomic_load(&board->head.stop);
    taken = atomic_fetch_add(&board->counts[which].taken, 1) + 1;
    if (victim->counts_twice && random % 1024 == 0)
        taken = atomic_fetch_add(&board->counts[which].taken, 1) + 1;
    if (taken > atomic_load(&board->counts[which].set))
        atomic_fetch_add(&board->doubled, 1);
    if (!SetEvent(victim->answers[which]))
        torture_failed(&board->head, "SetEvent");
    return torture_done(&board->head);
}

static void live(void *arg, unsigned i)
{
    struct victim *victim = arg;
    uint32_t id = atomic_fetch_add(&victim->board->head.next_id, 1);
    uint32_t random = id * 2654435761u + 1;
    bool sets = i == 0 && victim->place < N_EVENTS, more;

    do {
        uint32_t number = torture_random(&random);

        more = sets ? set(victim, number) : take(victim, number);
    } while (more);
}

CHILD(event_victim)
{
    HANDLE section;
    struct victim victim = {.board = torture_board(&section),
                            .place = (unsigned)atoi(argv[1]),
                            .enough = torture_enough()};

    victim.is_killed = strcmp(argv[2], "killed") == 0;
    victim.drops = strcmp(argv[2], "drops") == 0;
    victim.counts_twice = strcmp(argv[2], "counts twice") == 0;
    for (unsigned i = 0; i < N_EVENTS; i++) {
        victim.events[i] = torture_open(
            OpenEventA(SYNCHRONIZE | EVENT_MODIFY_STATE, FALSE, torture_name("event", i)));
        victim.answers[i] = torture_open(
            OpenEventA(SYNCHRONIZE | EVENT_MODIFY_STATE, FALSE, torture_name("answer", i)));
    }
    torture_threads(&victim.board->head, N_THREADS, live, &victim);
    for (unsigned i = 0; i < N_EVENTS; i++) {
        ok_succeeds(CloseHandle(victim.events[i]));
        ok_succeeds(CloseHandle(victim.answers[i]));
    }
    ok_succeeds(CloseHandle(victim.enough));
    torture_board_drop(victim.board, section);
    return 0;
}

/* --- the books ---------------------------------------------------------------------- */

struct verdict {
    unsigned doubled;
    unsigned lost; /* events that were set, not taken, and are not set now */
    unsigned more; /* events that were taken, and are set still, more often than they were set */
};

static struct verdict torture(struct torture *t, uint64_t goal)
{
    struct verdict verdict = {.doubled = 0};
    HANDLE events[N_EVENTS], answers[N_EVENTS];
    struct board *board;

    torture_begin(t, sizeof(struct board), goal);
    board = (struct board *)t->head;
    for (unsigned i = 0; i < N_EVENTS; i++) {
        events[i] = torture_open(CreateEventA(NULL, FALSE, FALSE, torture_name("event", i)));
        answers[i] = torture_open(CreateEventA(NULL, FALSE, FALSE, torture_name("answer", i)));
    }
    torture_run(t);
    verdict.doubled = atomic_load(&board->doubled);
    for (unsigned i = 0; i < N_EVENTS; i++) {
        uint64_t n_set = atomic_load(&board->counts[i].set);
        uint64_t n_taken = atomic_load(&board->counts[i].taken);

        n_taken += WaitForSingleObject(events[i], 0) == WAIT_OBJECT_0;
        verdict.lost += n_taken < n_set;
        verdict.more += n_taken > n_set;
        ok_succeeds(CloseHandle(events[i]));
        ok_succeeds(CloseHandle(answers[i]));
    }
    test_note("%llu taken, %u processes killed", (unsigned long long)atomic_load(&t->head->done),
              t->kills);
    return verdict;
}

TEST_DEADLINE(each_set_lets_one_go, "", NT_ROUNDS(120, 1200))
{
    struct torture t = {.victim = "event_victim", .n_victims = N_PROCESSES};
    struct verdict verdict = torture(&t, NT_ROUNDS(30000, 1000000));

    ok_eq(verdict.doubled, 0);
    ok_eq(verdict.lost, 0);
    ok_eq(verdict.more, 0);
    torture_end(&t);
}

TEST_DEADLINE(no_set_lets_two_go_when_some_are_killed, "11.28", NT_ROUNDS(120, 1200))
{
    struct torture t = {.victim = "event_victim",
                        .mode = "killed",
                        .n_victims = N_PROCESSES,
                        .n_kills = NT_ROUNDS(30, 1000)};
    struct verdict verdict = torture(&t, NT_ROUNDS(30000, 1000000));

    ok_eq(verdict.doubled, 0);
    ok_eq(verdict.more, 0);
    torture_end(&t);
}

/* --- controls ----------------------------------------------------------------------- */

TEST_DEADLINE(a_set_that_gets_lost_is_noticed, "", 120)
{
    struct torture t = {.victim = "event_victim", .mode = "drops", .n_victims = N_PROCESSES};
    struct verdict verdict = torture(&t, 20000);

    ok(verdict.lost > 0);
    torture_end(&t);
}

TEST_DEADLINE(a_set_that_is_taken_twice_is_noticed, "", 120)
{
    struct torture t = {.victim = "event_victim", .mode = "counts twice", .n_victims = N_PROCESSES};
    struct verdict verdict = torture(&t, 20000);

    ok(verdict.doubled > 0 && verdict.more > 0);
    torture_end(&t);
}
