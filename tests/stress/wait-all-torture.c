// SPDX-License-Identifier: MIT
/*
 * Waits for all under torture: all at once or nothing.
 *
 * The table: eight things of three kinds (mutexes, semaphores of one, auto-reset events) are taken
 * two, three or four at a time, in any order. Who has them is alone with them; were some kept while
 * others are waited for, all would soon wait for each other. With mutexes alone processes are
 * killed too, with several in hand.
 *
 * The watched: waits for all that never come true, for one thing that is free and one that never
 * is, with deadlines that pass all the time and processes that are killed. Somebody looks at the
 * free ones without waiting: each must be there each time, and no mutex may say that its owner
 * died, for it had none.
 */
#include "stress/torture.h"
#include "stress/rounds.h"

#include <stdlib.h>
#include <string.h>

#define N_THINGS    8
#define N_PROCESSES 16
#define N_THREADS   4
#define MAX_AT_ONCE 4
#define N_KINDS     3
/* Events that are never set: in whichever order a wait looks, some stand behind a free thing. */
#define N_NEVER     6

struct board {
    struct torture_head head;
    _Atomic uint32_t owners[N_THINGS]; /* a life, or 0 */
    _Atomic uint32_t intruders;
    _Atomic uint32_t reports; /* of an abandonment */
    _Atomic uint32_t deaths;  /* of one who was seen to have left something */
};

struct victim {
    struct board *board;
    bool is_mutexes, is_killed, is_watched, one_by_one;
    HANDLE things[N_THINGS], never[N_NEVER], enough;
};

/* Which kind a thing is: of mutexes alone, 0. */
static unsigned kind_of(bool is_mutexes, unsigned i)
{
    return is_mutexes ? 0 : i % N_KINDS;
}

static HANDLE make(unsigned kind, const char *name)
{
    if (kind == 0)
        return CreateMutexA(NULL, FALSE, name);
    if (kind == 1)
        return CreateSemaphoreA(NULL, 1, 1, name);
    return CreateEventA(NULL, FALSE, TRUE, name);
}

static HANDLE open_thing(unsigned kind, const char *name)
{
    if (kind == 0)
        return OpenMutexA(SYNCHRONIZE | MUTEX_MODIFY_STATE, FALSE, name);
    if (kind == 1)
        return OpenSemaphoreA(SYNCHRONIZE | SEMAPHORE_MODIFY_STATE, FALSE, name);
    return OpenEventA(SYNCHRONIZE | EVENT_MODIFY_STATE, FALSE, name);
}

static bool put_back(unsigned kind, HANDLE thing)
{
    if (kind == 0)
        return ReleaseMutex(thing);
    if (kind == 1)
        return ReleaseSemaphore(thing, 1, NULL);
    return SetEvent(thing);
}

/* --- the table ---------------------------------------------------------------------- */

/* All are his: nobody else's number is there, but for that of one who died. */
static void look(struct victim *victim, const unsigned *which, unsigned n, uint32_t id, bool died)
{
    struct board *board = victim->board;
    unsigned n_left = 0;

    for (unsigned i = 0; i < n; i++)
        n_left += atomic_exchange(&board->owners[which[i]], id) != 0;
    if (n_left && !died)
        atomic_fetch_add(&board->intruders, n_left);
    atomic_fetch_add(&board->deaths, n_left != 0);
    atomic_fetch_add(&board->reports, died);
}

static bool put_all_back(struct victim *victim, const unsigned *which, unsigned n, uint32_t id)
{
    struct board *board = victim->board;

    for (unsigned i = 0; i < n; i++) {
        if (atomic_exchange(&board->owners[which[i]], 0) != id)
            atomic_fetch_add(&board->intruders, 1);
        if (!put_back(kind_of(victim->is_mutexes, which[i]), victim->things[which[i]]))
            return false;
    }
    return true;
}

/* Some of the things, each once, in any order. */
static unsigned choose(uint32_t random, unsigned which[MAX_AT_ONCE])
{
    unsigned n = 2 + random % (MAX_AT_ONCE - 1), first = random / 4 % N_THINGS;
    unsigned step = 1 + random / 32 % 4 * 2; /* odd: no thing comes twice */

    for (unsigned i = 0; i < n; i++)
        which[i] = (first + i * step) % N_THINGS;
    return n;
}

static bool dine(struct victim *victim, uint32_t id, uint32_t random)
{
    HANDLE handles[MAX_AT_ONCE];
    unsigned which[MAX_AT_ONCE], n = choose(random >> 8, which);
    DWORD got;

    for (unsigned i = 0; i < n; i++)
        handles[i] = victim->things[which[i]];
    got = WaitForMultipleObjects(n, handles, TRUE, random % 4 == 0 ? random / 4 % 4 : INFINITE);
    if (got == WAIT_TIMEOUT)
        return !atomic_load(&victim->board->head.stop);
    if (got >= n && (got < WAIT_ABANDONED_0 || got >= WAIT_ABANDONED_0 + n)) {
        torture_failed(&victim->board->head, "a wait for all");
        return false;
    }
    look(victim, which, n, id, got >= WAIT_ABANDONED_0);
    torture_dawdle(random >> 5);
    if (!put_all_back(victim, which, n, id)) {
        torture_failed(&victim->board->head, "giving back");
        return false;
    }
    return torture_done(&victim->board->head);
}

/* --- the watched -------------------------------------------------------------------- */

/* What a wait for all must not do: take what is there, and give it back when the rest is not. */
static DWORD wait_one_by_one(unsigned i, const HANDLE *two, uint32_t random)
{
    DWORD got = WaitForSingleObject(two[0], 0);

    if (got == WAIT_OBJECT_0) {
        Sleep(random % 4 == 0);
        put_back(kind_of(false, i), two[0]);
    }
    return WaitForSingleObject(two[1], 0) == WAIT_TIMEOUT ? WAIT_TIMEOUT : WAIT_FAILED;
}

static bool try_in_vain(struct victim *victim, uint32_t random)
{
    unsigned i = random / 8 % N_KINDS;
    HANDLE free_one = victim->things[i];
    HANDLE never = victim->never[random / 1024 % N_NEVER];
    HANDLE two[2] = {random & 1 ? free_one : never, random & 1 ? never : free_one};
    DWORD got;

    if (victim->one_by_one)
        got = wait_one_by_one(i, (HANDLE[2]){free_one, never}, random);
    else
        got = WaitForMultipleObjects(2, two, TRUE, random / 32 % 16 == 0 ? 1 + random / 2 % 4 : 0);
    if (got != WAIT_TIMEOUT) {
        torture_failed(&victim->board->head, "a wait that cannot come true");
        return false;
    }
    return !atomic_load(&victim->board->head.stop);
}

/* --- the victims -------------------------------------------------------------------- */

static void live(void *arg, unsigned i)
{
    struct victim *victim = arg;
    uint32_t id = atomic_fetch_add(&victim->board->head.next_id, 1);
    uint32_t random = id * 2654435761u + i + 1;
    bool more;

    do {
        uint32_t number = torture_random(&random);

        more = victim->is_watched ? try_in_vain(victim, number) : dine(victim, id, number);
    } while (more);
}

CHILD(wait_all_victim)
{
    HANDLE section;
    struct victim victim = {.board = torture_board(&section), .enough = torture_enough()};

    victim.is_mutexes = strcmp(argv[2], "mutexes") == 0;
    victim.one_by_one = strcmp(argv[2], "one by one") == 0;
    victim.is_watched = victim.one_by_one || strcmp(argv[2], "watched") == 0;
    for (unsigned i = 0; i < N_THINGS; i++)
        victim.things[i] =
            torture_open(open_thing(kind_of(victim.is_mutexes, i), torture_name("thing", i)));
    for (unsigned i = 0; i < N_NEVER; i++)
        victim.never[i] = torture_open(OpenEventA(SYNCHRONIZE, FALSE, torture_name("never", i)));
    torture_threads(&victim.board->head, N_THREADS, live, &victim);
    for (unsigned i = 0; i < N_THINGS; i++)
        ok_succeeds(CloseHandle(victim.things[i]));
    for (unsigned i = 0; i < N_NEVER; i++)
        ok_succeeds(CloseHandle(victim.never[i]));
    ok_succeeds(CloseHandle(victim.enough));
    torture_board_drop(victim.board, section);
    return 0;
}

/* --- who looks on ------------------------------------------------------------------- */

struct verdict {
    unsigned intruders, held_at_the_end, deaths, reports;
    unsigned looks, gone, abandoned; /* of a free thing; it was not there, or told of a death */
};

struct watcher {
    struct torture_head *head;
    HANDLE thing, begun;
    unsigned kind;
    bool is_control; /* enough is seen when the thing is gone once */
    unsigned looks, gone, abandoned;
};

/* Nobody but this thread ever has the thing; what is counted as done are the looks. */
static void watch_thing(void *arg)
{
    struct watcher *watcher = arg;

    ok_eq(WaitForSingleObject(watcher->begun, INFINITE), WAIT_OBJECT_0);
    while (!atomic_load(&watcher->head->stop)) {
        DWORD got = WaitForSingleObject(watcher->thing, 0);

        watcher->looks++;
        watcher->gone += got == WAIT_TIMEOUT;
        watcher->abandoned += got == WAIT_ABANDONED_0;
        if (got != WAIT_TIMEOUT && !put_back(watcher->kind, watcher->thing))
            torture_failed(watcher->head, "giving back");
        torture_done(watcher->head);
        if (watcher->is_control && watcher->gone)
            atomic_store(&watcher->head->stop, 1);
        Sleep(0);
    }
}

static void run_watched(struct torture *t, HANDLE *things, struct verdict *verdict)
{
    struct watcher watchers[N_KINDS];
    struct test_thread threads[N_KINDS];

    for (unsigned i = 0; i < N_KINDS; i++) {
        watchers[i] = (struct watcher){.head = t->head,
                                       .thing = things[i],
                                       .begun = t->begun,
                                       .kind = i,
                                       .is_control = strcmp(t->mode, "one by one") == 0};
        test_thread_start(&threads[i], watch_thing, &watchers[i]);
    }
    torture_run(t);
    for (unsigned i = 0; i < N_KINDS; i++) {
        test_thread_join(&threads[i]);
        test_note("kind %u: %u looks, %u in vain, %u deaths", i, watchers[i].looks,
                  watchers[i].gone, watchers[i].abandoned);
        verdict->looks += watchers[i].looks;
        verdict->gone += watchers[i].gone;
        verdict->abandoned += watchers[i].abandoned;
    }
}

/* --- the books ---------------------------------------------------------------------- */

/* Everybody is gone: each thing is there, once. */
static void take_all(struct board *board, bool is_mutexes, HANDLE *things, struct verdict *verdict)
{
    for (unsigned i = 0; i < N_THINGS; i++) {
        DWORD got = WaitForSingleObject(things[i], 0);

        verdict->held_at_the_end += got == WAIT_TIMEOUT;
        if (atomic_load(&board->owners[i]) && got != WAIT_ABANDONED_0)
            verdict->intruders++;
        if (kind_of(is_mutexes, i) == 0)
            ok_succeeds(ReleaseMutex(things[i]));
        else
            ok_eq(WaitForSingleObject(things[i], 0), WAIT_TIMEOUT);
        ok_succeeds(CloseHandle(things[i]));
    }
}

static struct verdict torture(struct torture *t, bool is_mutexes, bool is_watched, uint64_t goal)
{
    struct verdict verdict = {.intruders = 0};
    HANDLE things[N_THINGS], never[N_NEVER];
    struct board *board;

    torture_begin(t, sizeof(struct board), goal);
    board = (struct board *)t->head;
    for (unsigned i = 0; i < N_THINGS; i++)
        things[i] = torture_open(make(kind_of(is_mutexes, i), torture_name("thing", i)));
    for (unsigned i = 0; i < N_NEVER; i++)
        never[i] = torture_open(CreateEventA(NULL, FALSE, FALSE, torture_name("never", i)));
    if (is_watched)
        run_watched(t, things, &verdict);
    else
        torture_run(t);
    take_all(board, is_mutexes, things, &verdict);
    for (unsigned i = 0; i < N_NEVER; i++)
        ok_succeeds(CloseHandle(never[i]));
    verdict.intruders += atomic_load(&board->intruders);
    verdict.deaths = atomic_load(&board->deaths);
    verdict.reports = atomic_load(&board->reports);
    test_note("%llu done, %u processes killed; %u times somebody had left something, %u reports; "
              "%u looks, %u in vain",
              (unsigned long long)atomic_load(&t->head->done), t->kills, verdict.deaths,
              verdict.reports, verdict.looks, verdict.gone);
    return verdict;
}

TEST_DEADLINE(who_waits_for_all_gets_all_or_nothing, "", NT_ROUNDS(120, 1200))
{
    struct torture t = {.victim = "wait_all_victim", .n_victims = N_PROCESSES};
    struct verdict verdict = torture(&t, false, false, NT_ROUNDS(30000, 500000));

    ok_eq(verdict.intruders, 0);
    ok_eq(verdict.held_at_the_end, 0);
    ok_eq(verdict.reports, 0);
    torture_end(&t);
}

TEST_DEADLINE(who_dies_with_several_mutexes_leaves_them_all, "11.28", NT_ROUNDS(120, 1200))
{
    struct torture t = {.victim = "wait_all_victim",
                        .mode = "mutexes",
                        .n_victims = N_PROCESSES,
                        .n_kills = NT_ROUNDS(30, 1000)};
    struct verdict verdict = torture(&t, true, false, NT_ROUNDS(30000, 500000));

    ok_eq(verdict.intruders, 0);
    ok_eq(verdict.held_at_the_end, 0);
    torture_end(&t);
}

TEST_DEADLINE(what_is_waited_for_in_vain_stays_free, "", NT_ROUNDS(120, 1200))
{
    struct torture t = {.victim = "wait_all_victim",
                        .mode = "watched",
                        .n_victims = N_PROCESSES,
                        .n_kills = NT_ROUNDS(30, 1000)};
    struct verdict verdict = torture(&t, false, true, NT_ROUNDS(30000, 5000000));

    ok_eq(verdict.gone, 0);
    ok_eq(verdict.abandoned, 0);
    ok_eq(verdict.held_at_the_end, 0);
    torture_end(&t);
}

/* --- the control -------------------------------------------------------------------- */

TEST_DEADLINE(what_is_taken_one_by_one_is_noticed, "", 120)
{
    struct torture t = {
        .victim = "wait_all_victim", .mode = "one by one", .n_victims = N_PROCESSES};
    struct verdict verdict = torture(&t, false, true, UINT64_MAX);

    ok(verdict.gone > 0);
    torture_end(&t);
}
