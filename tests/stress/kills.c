// SPDX-License-Identifier: MIT
/*
 * SIGKILL in the middle of everything. Eight processes create, open, map, unmap and close the same
 * few names as fast as they can; all are killed, and eight others take their place. A word in
 * shared memory, written just before and just after each call, says where a process was when it
 * died. Afterwards nothing may be left: no name, no memory, no object of the broker, and the
 * broker, which was never killed, serves. The same with the programs of three users and a broker
 * for the machine.
 */
#include "stress/rounds.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>

#include "broker/kit.h"
#include "harness/test.h"

#define N_WORKERS 8
#define N_NAMES   4
#define N_AT_ONCE 8
#define SIZE      0x20000

enum phase { IDLE, CREATING, OPENING, MAPPING, CLOSING, N_PHASES };

static const char *const phase_names[] = {"between", "create", "open", "map", "close"};

struct worker {
    _Atomic uint32_t phase;
    _Atomic uint32_t turns;
    char padding[56];
};

struct board {
    struct worker workers[N_WORKERS];
};

/* --- the victims ---------------------------------------------------------------------------- */

struct turn {
    struct worker *me;
    HANDLE created[N_AT_ONCE], opened[N_AT_ONCE];
    unsigned number;
};

#define IN_PHASE(turn, in, call)                \
    __extension__({                             \
        atomic_store(&(turn)->me->phase, in);   \
        __typeof__(call) result_ = (call);      \
        atomic_store(&(turn)->me->phase, IDLE); \
        result_;                                \
    })

static void name_of(char *name, size_t size, unsigned i)
{
    snprintf(name, size, "%s-%u", A_("torture"), i % N_NAMES);
}

static bool make_names(struct turn *turn)
{
    char name[96];

    for (unsigned i = 0; i < N_AT_ONCE; i++) {
        name_of(name, sizeof(name), turn->number + i);
        turn->created[i] =
            IN_PHASE(turn, CREATING,
                     CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, name));
        if (!turn->created[i])
            return false;
        turn->opened[i] =
            IN_PHASE(turn, OPENING, OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, name));
        if (!turn->opened[i])
            return false;
    }
    return true;
}

static bool use_memory(struct turn *turn)
{
    for (unsigned i = 0; i < 64; i++) {
        HANDLE section = turn->opened[i % N_AT_ONCE];
        unsigned char *view =
            IN_PHASE(turn, MAPPING, MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0));

        if (!view)
            return false;
        for (size_t at = 0; i < 2 && at < SIZE; at += 4096)
            view[at]++;
        if (!UnmapViewOfFile(view))
            return false;
    }
    return true;
}

static bool drop_names(struct turn *turn)
{
    for (unsigned i = 0; i < N_AT_ONCE; i++) {
        if (!IN_PHASE(turn, CLOSING, CloseHandle(turn->created[i])) ||
            !IN_PHASE(turn, CLOSING, CloseHandle(turn->opened[i])))
            return false;
    }
    return true;
}

CHILD(victim)
{
    struct board *board = kit_board("torture", sizeof(*board));
    struct turn turn = {.me = &board->workers[atoi(argv[1])]};

    if (argc > 2)
        kit_become((uid_t)atoi(argv[2]));
    for (;; turn.number++) {
        if (!make_names(&turn) || !use_memory(&turn) || !drop_names(&turn))
            break;
        atomic_fetch_add(&turn.me->turns, 1);
    }
    fprintf(stderr, "victim %s: error %u in phase %s\n", argv[1], (unsigned)GetLastError(),
            phase_names[atomic_load(&turn.me->phase)]);
    return 1;
}

/* --- the executioner ------------------------------------------------------------------------ */

struct torture {
    struct board *board;
    struct test_child victims[N_WORKERS];
    unsigned killed_in[N_PHASES];
    unsigned n_died_otherwise;
    bool of_many_users;
};

static void start_victim(struct torture *t, int i)
{
    char number[8], uid[16];

    atomic_store(&t->board->workers[i].phase, IDLE);
    atomic_store(&t->board->workers[i].turns, 0);
    snprintf(number, sizeof(number), "%d", i);
    snprintf(uid, sizeof(uid), "%d", 61001 + i % 3);
    if (t->of_many_users)
        require(test_child_start(&t->victims[i], "victim", number, uid));
    else
        require(test_child_start(&t->victims[i], "victim", number));
}

/* Waits until a victim is seen in @phase, but not for long: the kill counts wherever it hits. */
static void wait_for_phase(const struct worker *worker, uint32_t phase)
{
    uint64_t end = nt_os_now_ns() + 2000000;

    while (atomic_load(&worker->phase) != phase && nt_os_now_ns() < end)
        ;
}

static void kill_victim(struct torture *t, int i, unsigned round)
{
    static const uint32_t aims[] = {MAPPING, CLOSING};
    struct worker *worker = &t->board->workers[i];
    int code;

    /* Every other one is shot at blindly, and then most wait for the broker in create or open. */
    if ((round + (unsigned)i) % 2)
        wait_for_phase(worker, aims[(round / 2 + (unsigned)i / 2) % 2]);
    kill((pid_t)t->victims[i].pid, SIGKILL);
    code = test_child_kill(&t->victims[i]);
    if (code == TEST_CHILD_KILLED)
        t->killed_in[atomic_load(&worker->phase)]++;
    else
        t->n_died_otherwise++;
}

static void one_round(struct torture *t, unsigned round)
{
    for (int i = 0; i < N_WORKERS; i++)
        start_victim(t, i);
    /* All are at work; on a machine of few processors most of them wait in line. */
    for (int i = 0; i < N_WORKERS; i++)
        require(test_until(atomic_load(&t->board->workers[i].turns) > 0, 30000),
                "victim %d does nothing", i);
    for (int i = 0; i < N_WORKERS; i++)
        kill_victim(t, i, round);
}

/* Whether enough died in each of the calls. */
static bool is_everywhere(const struct torture *t, unsigned n_wanted)
{
    for (int phase = CREATING; phase < N_PHASES; phase++) {
        if (t->killed_in[phase] < n_wanted)
            return false;
    }
    return true;
}

/* --- what is left --------------------------------------------------------------------------- */

static long shared_memory_kib(void)
{
    FILE *file = fopen("/proc/meminfo", "re");
    char line[128];
    long kib = -1;

    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "Shmem: %ld kB", &kib) == 1)
            break;
    }
    if (file)
        fclose(file);
    return kib;
}

static void expect_nothing_left(const struct ntshm_broker_statistics *before, int n_fds, long kib)
{
    struct ntshm_broker_statistics now = {.size = sizeof(now)};

    ok(test_until(ntshm_broker_statistics(&now) && now.clients == 1 && now.names == 0, 10000),
       "%u clients, %u names", (unsigned)now.clients, (unsigned)now.names);
    ok_eq(now.objects, 0);
    ok_eq(now.bytes, 0);
    ok_eq(now.fds, 0);
    ok_eq(now.pid, before->pid);
    ok_eq(now.instance, before->instance);
    ok_eq(kit_count_fds((pid_t)now.pid), n_fds);
    ok(test_until(shared_memory_kib() - kib <= 1024, 30000), "Shmem was %ld KiB, is %ld KiB", kib,
       shared_memory_kib());
    test_note("%llu requests answered; Shmem %ld KiB before, %ld KiB after",
              (unsigned long long)now.requests, kib, shared_memory_kib());
}

static void expect_service(void)
{
    char name[96];

    for (unsigned i = 0; i < N_NAMES; i++) {
        HANDLE section, again;

        name_of(name, sizeof(name), i);
        section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, name);
        ok_succeeds(section);
        ok_error(ERROR_SUCCESS);
        again = OpenFileMappingA(FILE_MAP_READ, FALSE, name);
        ok_succeeds(again);
        CloseHandle(again);
        CloseHandle(section);
    }
}

static void torture(bool of_many_users)
{
    const unsigned n_rounds = NT_ROUNDS(60, 500), n_wanted = NT_ROUNDS(2, 20);
    struct ntshm_broker_statistics before = {.size = sizeof(before)};
    struct torture t = {.board = kit_board("torture", sizeof(struct board)),
                        .of_many_users = of_many_users};
    unsigned round = 0;
    int n_fds;
    long kib;

    expect_service();
    require(ntshm_broker_statistics(&before));
    n_fds = kit_count_fds((pid_t)before.pid);
    kib = shared_memory_kib();
    require(n_fds > 0 && kib >= 0);

    while (round < n_rounds || (!is_everywhere(&t, n_wanted) && round < 3 * n_rounds))
        one_round(&t, round++);
    test_note("%u rounds of %d kills: %u in create, %u in open, %u in map, %u in close, "
              "%u between",
              round, N_WORKERS, t.killed_in[CREATING], t.killed_in[OPENING], t.killed_in[MAPPING],
              t.killed_in[CLOSING], t.killed_in[IDLE]);
    ok_eq(t.n_died_otherwise, 0);
    for (int phase = CREATING; phase < N_PHASES; phase++)
        ok(t.killed_in[phase] >= n_wanted, "%u kills in %s", t.killed_in[phase],
           phase_names[phase]);

    expect_nothing_left(&before, n_fds, kib);
    expect_service();
    kit_board_drop(t.board, sizeof(*t.board));
}

TEST_DEADLINE(killed_programs_leave_nothing, "11.27 11.28", NT_ROUNDS(120, 900))
{
    torture(false);
}

/* Three users, each with the names in a session of his own. */
TEST_DEADLINE(killed_programs_of_many_users_leave_nothing, "11.27 11.28", NT_ROUNDS(120, 900))
{
    struct kit_broker broker;

    kit_need_root();
    kit_open_house();
    kit_broker_start_system(&broker, "system", 61000, (const char *const[]){NULL});
    torture(true);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}
