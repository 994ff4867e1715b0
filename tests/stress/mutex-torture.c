// SPDX-License-Identifier: MIT
/*
 * Mutexes under torture: sixteen processes of four threads take eight named mutexes, alone, again
 * and again by the same thread, with a deadline, or whichever of two comes first; threads end and
 * processes are killed with a mutex in hand, or while they ask for one or give one back.
 *
 * Who has taken a mutex writes his number beside it, and takes it away before he gives the mutex
 * back. So the next one sees who was there: nobody; or a dead one, and then the mutex must say that
 * it was abandoned; anybody else was let in at the same time. What is held besides is written down
 * for each life, and in the end the books must balance: each life that ended with a mutex in hand
 * was reported once, no other was, and reports without a name are not more than lives that ended
 * on the threshold.
 */
#include "stress/torture.h"
#include "stress/rounds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_MUTEXES   8
#define N_PROCESSES 16
#define N_THREADS   4
#define MAX_LIVES   (1u << 16)

/* Where a life is: the phase, and the mutexes that it is about. */
enum phase { AWAY, ASKING, INSIDE, LEAVING };

#define PLACE(phase, a, b) ((uint32_t)(phase) | (uint32_t)(a) << 8 | (uint32_t)(b) << 16)
#define PHASE_OF(place)    ((enum phase)((place)&0xff))

struct guarded {
    _Atomic uint32_t owner;         /* a life, or 0 */
    _Atomic uint32_t nameless;      /* reports of an abandonment by somebody who left no number */
    _Atomic uint64_t before, after; /* counted on the way in and on the way out, not atomically */
    char padding[40];
};

struct board {
    struct torture_head head;
    struct guarded guarded[N_MUTEXES];
    _Atomic uint32_t intruders; /* two were inside at once, or a death was not reported */
    _Atomic uint32_t torn;      /* the counts differ, and nobody died */
    _Atomic uint32_t places[MAX_LIVES];
    _Atomic uint32_t reports[MAX_LIVES];
};

struct verdict {
    unsigned intruders, torn;
    unsigned deaths_inside, reported; /* lives that ended with a mutex, and of them reported once */
    unsigned wrong;                   /* reported more than once, or though nothing was held */
    unsigned nameless, on_threshold;
    unsigned held_at_the_end;
};

/* --- the victims -------------------------------------------------------------------- */

struct victim {
    struct board *board;
    unsigned place;
    uint32_t die_one_in, end_one_in; /* a process, a thread, that has a mutex; 0: never */
    bool takes_no_lock, hides_deaths, tells_twice;
    HANDLE mutexes[N_MUTEXES];
};

/* Asks for @a (and takes @b too, when it comes first): WAIT_..._0 + 0 or 1, or WAIT_TIMEOUT. */
static DWORD ask(struct victim *victim, unsigned a, unsigned b, uint32_t random)
{
    HANDLE two[2] = {victim->mutexes[a], victim->mutexes[b]};

    if (victim->takes_no_lock)
        return WAIT_OBJECT_0;
    if (a != b)
        return WaitForMultipleObjects(2, two, FALSE, INFINITE);
    return WaitForSingleObject(two[0], random % 8 == 0 ? random / 8 % 4 : INFINITE);
}

/* Looks who was here; whoever was, now it is @id. */
static void enter(struct board *board, unsigned m, uint32_t id, bool abandoned)
{
    struct guarded *guarded = &board->guarded[m];
    uint32_t was = atomic_exchange(&guarded->owner, id);
    uint64_t after = atomic_load_explicit(&guarded->after, memory_order_relaxed);

    if (was && abandoned) {
        atomic_fetch_add(&board->reports[was], 1);
        atomic_store_explicit(&guarded->before, after, memory_order_relaxed);
    } else if (was) {
        atomic_fetch_add(&board->intruders, 1);
    } else if (abandoned) {
        atomic_fetch_add(&guarded->nameless, 1);
    }
    if (atomic_load_explicit(&guarded->before, memory_order_relaxed) != after)
        atomic_fetch_add(&board->torn, 1);
    atomic_store_explicit(&guarded->before,
                          atomic_load_explicit(&guarded->before, memory_order_relaxed) + 1,
                          memory_order_relaxed);
}

static void leave(struct board *board, unsigned m, uint32_t id)
{
    struct guarded *guarded = &board->guarded[m];
    uint32_t was;

    atomic_store_explicit(&guarded->after,
                          atomic_load_explicit(&guarded->after, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    was = atomic_exchange(&guarded->owner, 0);
    if (was != id)
        atomic_fetch_add(&board->intruders, 1);
}

/* Once more by the same thread, and back. */
static bool again(struct victim *victim, unsigned m)
{
    if (victim->takes_no_lock)
        return true;
    if (WaitForSingleObject(victim->mutexes[m], 0) != WAIT_OBJECT_0)
        return false;
    return ReleaseMutex(victim->mutexes[m]);
}

/* Inside: false when the thread is to end as it is. */
static bool work_inside(struct victim *victim, unsigned m, uint32_t random)
{
    if (random % 16 == 1 && !again(victim, m)) {
        torture_failed(&victim->board->head, "the owner asks again");
        return false;
    }
    torture_dawdle(random >> 4);
    if (victim->die_one_in && (random >> 6) % victim->die_one_in == 0)
        torture_die(&victim->board->head, victim->place);
    return !victim->end_one_in || (random >> 5) % victim->end_one_in != 0;
}

/* One acquisition of @a or @b; false: the thread ends. */
static bool acquire(struct victim *victim, uint32_t id, unsigned a, unsigned b, uint32_t random)
{
    struct board *board = victim->board;
    unsigned m = a;
    DWORD got;

    atomic_store(&board->places[id], PLACE(ASKING, a, b));
    got = ask(victim, a, b, random >> 8);
    if (got == WAIT_TIMEOUT) {
        atomic_store(&board->places[id], PLACE(AWAY, 0, 0));
        return !atomic_load(&board->head.stop);
    }
    if ((got & ~(DWORD)WAIT_ABANDONED_0) > 1) {
        torture_failed(&board->head, "a wait for a mutex");
        return false;
    }
    m = got & 1 ? b : a;
    enter(board, m, id,
          (got & WAIT_ABANDONED_0 && !victim->hides_deaths) ||
              (victim->tells_twice && random % 1024 == 0));
    atomic_store(&board->places[id], PLACE(INSIDE, m, m));
    if (!work_inside(victim, m, random))
        return false;
    atomic_store(&board->places[id], PLACE(LEAVING, m, m));
    leave(board, m, id);
    if (!victim->takes_no_lock && !ReleaseMutex(victim->mutexes[m])) {
        torture_failed(&board->head, "ReleaseMutex");
        return false;
    }
    atomic_store(&board->places[id], PLACE(AWAY, 0, 0));
    return torture_done(&board->head);
}

static void live(void *arg, unsigned i)
{
    struct victim *victim = arg;
    uint32_t id = atomic_fetch_add(&victim->board->head.next_id, 1);
    uint32_t random = id * 2654435761u + i + 1;

    if (id >= MAX_LIVES) {
        torture_failed(&victim->board->head, "too many lives");
        return;
    }
    for (;;) {
        uint32_t number = torture_random(&random);
        unsigned a = number >> 29, b = number % 8 == 0 ? number >> 26 & 7 : a;

        if (!acquire(victim, id, a, b, number))
            break;
    }
}

CHILD(mutex_victim)
{
    HANDLE section;
    struct victim victim = {.board = torture_board(&section), .place = (unsigned)atoi(argv[1])};
    bool is_alone = strcmp(argv[2], "alone") == 0;
    victim.takes_no_lock = strcmp(argv[2], "no lock") == 0;
    victim.hides_deaths = strcmp(argv[2], "hides deaths") == 0;
    victim.tells_twice = strcmp(argv[2], "tells twice") == 0;
    victim.die_one_in = is_alone || victim.hides_deaths ? 1024 : 16384;
    victim.end_one_in = is_alone || victim.takes_no_lock ? 0 : 4096;
    if (victim.takes_no_lock || victim.tells_twice)
        victim.die_one_in = 0;
    for (unsigned i = 0; i < N_MUTEXES; i++)
        victim.mutexes[i] = torture_open(
            OpenMutexA(SYNCHRONIZE | MUTEX_MODIFY_STATE, FALSE, torture_name("mutex", i)));

    torture_threads(&victim.board->head, is_alone ? 1 : N_THREADS, live, &victim);
    for (unsigned i = 0; i < N_MUTEXES; i++)
        ok_succeeds(CloseHandle(victim.mutexes[i]));
    torture_board_drop(victim.board, section);
    return 0;
}

/* --- the books ---------------------------------------------------------------------- */

static void make_mutexes(HANDLE mutexes[N_MUTEXES])
{
    for (unsigned i = 0; i < N_MUTEXES; i++)
        mutexes[i] = torture_open(CreateMutexA(NULL, FALSE, torture_name("mutex", i)));
}

/* Everybody is gone: each mutex is there for the taking, and says for the last time who died. */
static void take_all(struct board *board, HANDLE mutexes[N_MUTEXES], struct verdict *verdict)
{
    for (unsigned i = 0; i < N_MUTEXES; i++) {
        uint32_t id = atomic_fetch_add(&board->head.next_id, 1);
        DWORD got = WaitForSingleObject(mutexes[i], 0);

        if (got != WAIT_OBJECT_0 && got != WAIT_ABANDONED_0) {
            verdict->held_at_the_end++;
            continue;
        }
        enter(board, i, id, got == WAIT_ABANDONED_0);
        leave(board, i, id);
        ok_succeeds(ReleaseMutex(mutexes[i]));
        /* What was told is told no more. */
        ok_eq(WaitForSingleObject(mutexes[i], 0), WAIT_OBJECT_0);
        ok_succeeds(ReleaseMutex(mutexes[i]));
    }
}

/* What each life was at when it ended, and what was said of it. */
static void count_deaths(struct board *board, uint32_t n_lives, struct verdict *verdict)
{
    for (uint32_t id = 1; id < n_lives; id++) {
        uint32_t reports = atomic_load(&board->reports[id]);

        switch (PHASE_OF(atomic_load(&board->places[id]))) {
        case INSIDE:
            verdict->deaths_inside++;
            verdict->reported += reports == 1;
            verdict->wrong += reports > 1;
            break;
        case ASKING:
        case LEAVING:
            verdict->on_threshold += reports == 0;
            verdict->wrong += reports > 1;
            break;
        default:
            verdict->wrong += reports > 0;
        }
    }
    for (unsigned i = 0; i < N_MUTEXES; i++)
        verdict->nameless += atomic_load(&board->guarded[i].nameless);
}

static struct verdict torture(struct torture *t, uint64_t goal)
{
    struct verdict verdict = {.intruders = 0};
    HANDLE mutexes[N_MUTEXES];
    struct board *board;
    uint32_t n_lives;

    torture_begin(t, sizeof(struct board), goal);
    board = (struct board *)t->head;
    make_mutexes(mutexes);
    torture_run(t);
    n_lives = atomic_load(&board->head.next_id);
    take_all(board, mutexes, &verdict);
    count_deaths(board, n_lives, &verdict);
    verdict.intruders = atomic_load(&board->intruders);
    verdict.torn = atomic_load(&board->torn);
    for (unsigned i = 0; i < N_MUTEXES; i++)
        ok_succeeds(CloseHandle(mutexes[i]));
    test_note("%llu acquisitions in %u lives, %u processes killed, %u killed themselves; %u died "
              "inside, %u were reported, %u on the threshold, %u of them reported",
              (unsigned long long)atomic_load(&t->head->done), n_lives - 1, t->kills, t->deaths,
              verdict.deaths_inside, verdict.reported, verdict.on_threshold, verdict.nameless);
    return verdict;
}

static void expect_order(const struct verdict *verdict)
{
    ok_eq(verdict->intruders, 0);
    ok_eq(verdict->torn, 0);
    ok_eq(verdict->reported, verdict->deaths_inside);
    ok_eq(verdict->wrong, 0);
    ok(verdict->nameless <= verdict->on_threshold, "%u reports, %u deaths", verdict->nameless,
       verdict->on_threshold);
    ok_eq(verdict->held_at_the_end, 0);
}

TEST_DEADLINE(mutexes_exclude_whoever_is_killed, "", NT_ROUNDS(120, 2400))
{
    struct torture t = {
        .victim = "mutex_victim", .n_victims = N_PROCESSES, .n_kills = NT_ROUNDS(30, 1000)};
    struct verdict verdict = torture(&t, NT_ROUNDS(100000, 10000000));

    expect_order(&verdict);
    ok(verdict.deaths_inside > 0);
    torture_end(&t);
}

/* One thread each, who dies with a mutex in hand or not at all: every report has a name. */
TEST_DEADLINE(each_abandoned_mutex_is_reported_once, "", NT_ROUNDS(120, 1200))
{
    struct torture t = {.victim = "mutex_victim", .mode = "alone", .n_victims = N_PROCESSES};
    struct verdict verdict = torture(&t, NT_ROUNDS(100000, 1000000));

    expect_order(&verdict);
    ok(verdict.deaths_inside > 0);
    ok_eq(verdict.nameless, 0);
    torture_end(&t);
}

/* --- controls ----------------------------------------------------------------------- */

TEST_DEADLINE(mutexes_that_exclude_nobody_are_noticed, "", 120)
{
    struct torture t = {.victim = "mutex_victim", .mode = "no lock", .n_victims = N_PROCESSES};
    struct verdict verdict = torture(&t, 100000);

    ok(verdict.intruders > 0 || verdict.torn > 0);
    torture_end(&t);
}

TEST_DEADLINE(deaths_that_are_not_reported_are_noticed, "", 120)
{
    struct torture t = {.victim = "mutex_victim", .mode = "hides deaths", .n_victims = N_PROCESSES};
    struct verdict verdict = torture(&t, 40000);

    ok(verdict.intruders > 0 && verdict.reported < verdict.deaths_inside);
    torture_end(&t);
}

TEST_DEADLINE(deaths_that_are_reported_twice_are_noticed, "", 120)
{
    struct torture t = {.victim = "mutex_victim", .mode = "tells twice", .n_victims = N_PROCESSES};
    struct verdict verdict = torture(&t, 40000);

    ok(verdict.nameless > verdict.on_threshold);
    torture_end(&t);
}
