// SPDX-License-Identifier: MIT
/*
 * Semaphores under torture, in two trades.
 *
 * Permits: sixteen processes of four threads take a permit, work and give it back, alone, with a
 * deadline, or whichever of two comes first. Never are more inside than there are permits, nobody
 * gives back more than that, and in the end all permits are there.
 *
 * A market: half of the threads bring goods, some at a time, the others take them away, and the
 * processes are killed. All goods that were brought were taken, or are still there, or were in the
 * hands of one who died while he took them; with no killing the books balance to the piece.
 */
#include "stress/torture.h"
#include "stress/rounds.h"

#include <stdlib.h>
#include <string.h>

#define N_SEMAPHORES 4
#define N_PROCESSES  16
#define N_THREADS    4
#define MOST_GOODS   100
#define MAX_LIVES    (1u << 16)

static const LONG permits[N_SEMAPHORES] = {1, 2, 3, 5};

struct board {
    struct torture_head head;
    _Atomic int32_t inside[N_SEMAPHORES];
    _Atomic uint32_t crowded; /* more were inside than there are permits */
    _Atomic uint32_t wrong;   /* a release told of more, or gave more, than there can be */
    _Atomic uint64_t brought, taken;
    _Atomic uint32_t hands[MAX_LIVES]; /* what a life may have in hand that is in no book */
};

struct victim {
    struct board *board;
    HANDLE semaphores[N_SEMAPHORES], enough;
    bool drops, doubles; /* faults of a control */
    bool is_market;
};

/* The one that was got, or N_SEMAPHORES: none this time. */
static unsigned ask(struct victim *victim, uint32_t random)
{
    unsigned a = random % N_SEMAPHORES, b = random / 16 % N_SEMAPHORES;
    HANDLE three[3] = {victim->semaphores[a], victim->semaphores[b], victim->enough};
    DWORD got;

    if (random % 64 < 16 && a != b)
        got = WaitForMultipleObjects(3, three, FALSE, random % 128 < 8 ? 1 : INFINITE);
    else if (random % 8 == 7)
        got = WaitForSingleObject(three[0], random / 8 % 4);
    else
        got = WaitForMultipleObjects(2, (HANDLE[2]){three[0], three[2]}, FALSE, INFINITE);
    if (got == WAIT_OBJECT_0)
        return a;
    if (got == WAIT_OBJECT_0 + 1)
        return random % 64 < 16 && a != b ? b : N_SEMAPHORES;
    if (got != WAIT_TIMEOUT && got != WAIT_OBJECT_0 + 2)
        torture_failed(&victim->board->head, "a wait for a semaphore");
    return N_SEMAPHORES;
}

/* --- permits ------------------------------------------------------------------------ */

static void give_back(struct victim *victim, unsigned which)
{
    struct board *board = victim->board;
    LONG previous = -1;

    atomic_fetch_sub(&board->inside[which], 1);
    if (!ReleaseSemaphore(victim->semaphores[which], 1, &previous))
        torture_failed(&board->head, "ReleaseSemaphore");
    else if (previous < 0 || previous >= permits[which])
        atomic_fetch_add(&board->wrong, 1);
}

static bool use_permit(struct victim *victim, uint32_t random)
{
    struct board *board = victim->board;
    unsigned which = ask(victim, random);

    if (which == N_SEMAPHORES)
        return !atomic_load(&board->head.stop);
    if (atomic_fetch_add(&board->inside[which], 1) >= permits[which])
        atomic_fetch_add(&board->crowded, 1);
    torture_dawdle(random >> 3);
    if (random % 256 == 0 && ReleaseSemaphore(victim->semaphores[which], permits[which] + 1, NULL))
        atomic_fetch_add(&board->wrong, 1);
    if (victim->doubles && random % 512 == 1)
        ReleaseSemaphore(victim->semaphores[which], 1, NULL);
    if (victim->drops && random % 32768 == 1)
        atomic_fetch_sub(&board->inside[which], 1);
    else
        give_back(victim, which);
    return torture_done(&board->head);
}

/* --- the market --------------------------------------------------------------------- */

static bool bring(struct victim *victim, _Atomic uint32_t *hand, uint32_t random)
{
    struct board *board = victim->board;
    unsigned n = 1 + random % 3;

    atomic_store(hand, n);
    if (ReleaseSemaphore(victim->semaphores[random / 4 % N_SEMAPHORES], (LONG)n, NULL))
        atomic_fetch_add(&board->brought, n);
    else if (GetLastError() != ERROR_TOO_MANY_POSTS)
        torture_failed(&board->head, "ReleaseSemaphore");
    else
        Sleep(0);
    atomic_store(hand, 0);
    return !atomic_load(&board->head.stop);
}

static bool take(struct victim *victim, _Atomic uint32_t *hand, uint32_t random)
{
    struct board *board = victim->board;
    unsigned which;

    atomic_store(hand, 1);
    which = ask(victim, random);
    if (which < N_SEMAPHORES)
        atomic_fetch_add(&board->taken, 1);
    atomic_store(hand, 0);
    return which < N_SEMAPHORES ? torture_done(&board->head) : !atomic_load(&board->head.stop);
}

/* --- the victims -------------------------------------------------------------------- */

static void live(void *arg, unsigned i)
{
    struct victim *victim = arg;
    uint32_t id = atomic_fetch_add(&victim->board->head.next_id, 1);
    uint32_t random = id * 2654435761u + 1;
    _Atomic uint32_t *hand = &victim->board->hands[id % MAX_LIVES];
    bool more;

    do {
        uint32_t number = torture_random(&random);

        if (!victim->is_market)
            more = use_permit(victim, number);
        else if (i % 2)
            more = bring(victim, hand, number);
        else
            more = take(victim, hand, number);
    } while (more);
}

CHILD(semaphore_victim)
{
    HANDLE section;
    struct victim victim = {.board = torture_board(&section), .enough = torture_enough()};

    victim.is_market = strcmp(argv[2], "market") == 0;
    victim.drops = strcmp(argv[2], "drops") == 0;
    victim.doubles = strcmp(argv[2], "doubles") == 0;
    for (unsigned i = 0; i < N_SEMAPHORES; i++)
        victim.semaphores[i] = torture_open(OpenSemaphoreA(SYNCHRONIZE | SEMAPHORE_MODIFY_STATE,
                                                           FALSE, torture_name("semaphore", i)));
    torture_threads(&victim.board->head, N_THREADS, live, &victim);
    for (unsigned i = 0; i < N_SEMAPHORES; i++)
        ok_succeeds(CloseHandle(victim.semaphores[i]));
    ok_succeeds(CloseHandle(victim.enough));
    torture_board_drop(victim.board, section);
    return 0;
}

/* --- the books ---------------------------------------------------------------------- */

struct verdict {
    unsigned crowded, wrong, in_hand;
    uint64_t brought, taken;
    LONG left[N_SEMAPHORES];
};

static LONG count_left(HANDLE semaphore)
{
    LONG n = 0;

    while (WaitForSingleObject(semaphore, 0) == WAIT_OBJECT_0)
        n++;
    return n;
}

static struct verdict torture(struct torture *t, bool is_market, uint64_t goal)
{
    struct verdict verdict = {.crowded = 0};
    HANDLE semaphores[N_SEMAPHORES];
    struct board *board;

    torture_begin(t, sizeof(struct board), goal);
    board = (struct board *)t->head;
    for (unsigned i = 0; i < N_SEMAPHORES; i++)
        semaphores[i] = torture_open(CreateSemaphoreA(NULL, is_market ? 0 : permits[i],
                                                      is_market ? MOST_GOODS : permits[i],
                                                      torture_name("semaphore", i)));
    torture_run(t);
    for (unsigned i = 0; i < N_SEMAPHORES; i++) {
        verdict.left[i] = count_left(semaphores[i]);
        ok_succeeds(CloseHandle(semaphores[i]));
    }
    for (unsigned i = 0; i < MAX_LIVES; i++)
        verdict.in_hand += atomic_load(&board->hands[i]);
    verdict.crowded = atomic_load(&board->crowded);
    verdict.wrong = atomic_load(&board->wrong);
    verdict.brought = atomic_load(&board->brought);
    verdict.taken = atomic_load(&board->taken);
    test_note("%llu done, %u processes killed; %llu brought, %llu taken, at most %u in the hands "
              "of the dead",
              (unsigned long long)atomic_load(&t->head->done), t->kills,
              (unsigned long long)verdict.brought, (unsigned long long)verdict.taken,
              verdict.in_hand);
    return verdict;
}

static unsigned missing_permits(const struct verdict *verdict)
{
    unsigned n = 0;

    for (unsigned i = 0; i < N_SEMAPHORES; i++)
        n += verdict->left[i] != permits[i];
    return n;
}

TEST_DEADLINE(a_semaphore_lets_in_as_many_as_it_has_permits, "", NT_ROUNDS(120, 1200))
{
    struct torture t = {.victim = "semaphore_victim", .n_victims = N_PROCESSES};
    struct verdict verdict = torture(&t, false, NT_ROUNDS(100000, 2000000));

    ok_eq(verdict.crowded, 0);
    ok_eq(verdict.wrong, 0);
    ok_eq(missing_permits(&verdict), 0);
    torture_end(&t);
}

static uint64_t total_left(const struct verdict *verdict)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < N_SEMAPHORES; i++)
        n += (uint64_t)verdict->left[i];
    return n;
}

TEST_DEADLINE(what_a_semaphore_was_given_can_be_taken, "", NT_ROUNDS(120, 1200))
{
    struct torture t = {.victim = "semaphore_victim", .mode = "market", .n_victims = N_PROCESSES};
    struct verdict verdict = torture(&t, true, NT_ROUNDS(100000, 2000000));

    ok_eq(verdict.in_hand, 0);
    ok_eq(verdict.taken + total_left(&verdict), verdict.brought);
    torture_end(&t);
}

TEST_DEADLINE(a_semaphore_survives_those_who_use_it, "11.28", NT_ROUNDS(120, 1200))
{
    struct torture t = {.victim = "semaphore_victim",
                        .mode = "market",
                        .n_victims = N_PROCESSES,
                        .n_kills = NT_ROUNDS(30, 1000)};
    struct verdict verdict = torture(&t, true, NT_ROUNDS(100000, 2000000));
    uint64_t seen = verdict.taken + total_left(&verdict);

    ok(seen <= verdict.brought + verdict.in_hand, "%llu brought, %llu seen",
       (unsigned long long)verdict.brought, (unsigned long long)seen);
    ok(verdict.brought <= seen + verdict.in_hand, "%llu brought, %llu seen",
       (unsigned long long)verdict.brought, (unsigned long long)seen);
    torture_end(&t);
}

/* --- controls ----------------------------------------------------------------------- */

TEST_DEADLINE(a_permit_that_gets_lost_is_noticed, "", 120)
{
    struct torture t = {.victim = "semaphore_victim",
                        .mode = "drops",
                        .n_victims = N_PROCESSES,
                        .standstill = 3000};
    struct verdict verdict = torture(&t, false, 1000000);

    ok(missing_permits(&verdict) > 0);
    t.is_lost = false;
    torture_end(&t);
}

TEST_DEADLINE(a_permit_that_is_given_twice_is_noticed, "", 120)
{
    struct torture t = {.victim = "semaphore_victim", .mode = "doubles", .n_victims = N_PROCESSES};
    struct verdict verdict = torture(&t, false, 40000);

    /* Who gives his own back may find no room for it. */
    ok(verdict.crowded > 0 || verdict.wrong > 0 || atomic_load(&t.head->errors) > 0);
    atomic_store(&t.head->errors, 0);
    atomic_store(&t.head->error, ERROR_SUCCESS);
    torture_end(&t);
}
