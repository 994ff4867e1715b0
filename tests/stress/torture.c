// SPDX-License-Identifier: MIT
/*
 * The board, the victims and the executioner of torture.h.
 *
 * The executioner goes by what was done, not by the clock: the n-th kill is due when n parts of the
 * goal are reached, so that a slow machine sees as many deaths as a fast one. He watches that
 * something is done at all; when nothing is for half a minute, a wake-up was lost.
 */
#include "stress/torture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifndef _WIN32
#    include <unistd.h>
#endif

/* --- the board ---------------------------------------------------------------------- */

void torture_begin(struct torture *t, size_t size, uint64_t goal)
{
    t->section =
        CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, (DWORD)size, A_("board"));
    require(t->section != NULL, "error %u", (unsigned)GetLastError());
    t->head = MapViewOfFile(t->section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    require(t->head != NULL, "error %u", (unsigned)GetLastError());
    t->begun = CreateEventA(NULL, TRUE, FALSE, A_("begun"));
    require(t->begun != NULL, "error %u", (unsigned)GetLastError());
    t->enough = CreateEventA(NULL, TRUE, FALSE, A_("enough"));
    require(t->enough != NULL, "error %u", (unsigned)GetLastError());
    t->head->goal = goal;
    atomic_store(&t->head->next_id, 1);
}

void *torture_board(HANDLE *ret_section)
{
    void *board;

    *ret_section = OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, A_("board"));
    require(*ret_section != NULL, "error %u", (unsigned)GetLastError());
    board = MapViewOfFile(*ret_section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    require(board != NULL, "error %u", (unsigned)GetLastError());
    return board;
}

void torture_board_drop(void *board, HANDLE section)
{
    ok_succeeds(UnmapViewOfFile(board));
    ok_succeeds(CloseHandle(section));
}

/* --- the executioner ---------------------------------------------------------------- */

static void start_victim(struct torture *t, unsigned i)
{
    char place[8];

    snprintf(place, sizeof(place), "%u", i);
    require(test_child_start(&t->victims[i], t->victim, place, t->mode ? t->mode : ""));
    t->is_there[i] = true;
}

/* Puts another in the place of who is dead or is to die. */
static void replace_victim(struct torture *t, unsigned i)
{
    test_child_kill(&t->victims[i]);
    t->is_there[i] = false;
    atomic_store(&t->head->is_dying[i], 0);
    if (!atomic_load(&t->head->stop))
        start_victim(t, i);
}

/* One more kill when it is due; and who killed himself is buried. */
static void execute(struct torture *t, uint32_t *random)
{
    uint64_t due = t->head->goal / (t->n_kills + 1) * (t->kills + 1);

    if (t->kills < t->n_kills && atomic_load(&t->head->done) >= due) {
        replace_victim(t, torture_random(random) % t->n_victims);
        t->kills++;
    }
    for (unsigned i = 0; i < t->n_victims; i++) {
        if (atomic_load(&t->head->is_dying[i])) {
            replace_victim(t, i);
            t->deaths++;
        }
    }
}

/* Until the goal is reached, or nothing happens any more. */
static void watch(struct torture *t)
{
    uint64_t patience =
        (uint64_t)test_slowness() * (t->standstill ? t->standstill : TORTURE_STANDSTILL);
    uint64_t done = 0, since = test_now_ms();
    uint32_t random = 2463534242u;

    while (!atomic_load(&t->head->stop)) {
        uint64_t now_done = atomic_load(&t->head->done);

        if (now_done != done) {
            done = now_done;
            since = test_now_ms();
        } else if (test_now_ms() - since > patience) {
            t->is_lost = true;
            atomic_store(&t->head->stop, 1);
        }
        execute(t, &random);
        test_pause();
    }
    ok_succeeds(SetEvent(t->enough));
}

void torture_run(struct torture *t)
{
    for (unsigned i = 0; i < t->n_victims; i++)
        start_victim(t, i);
    ok_succeeds(SetEvent(t->begun));
    watch(t);
    for (unsigned i = 0; i < t->n_victims; i++) {
        int code;

        if (!t->is_there[i])
            continue;
        /* Who waits for what will not come is not waited for. */
        if (t->is_lost)
            test_child_kill(&t->victims[i]);
        else if ((code = test_child_wait(&t->victims[i], TORTURE_STANDSTILL)) != 0)
            ok(code == TEST_CHILD_KILLED && atomic_load(&t->head->is_dying[i]), "code %d", code);
    }
}

void torture_end(struct torture *t)
{
    ok(!t->is_lost, "nothing was done any more after %llu of %llu: somebody waits for ever",
       (unsigned long long)atomic_load(&t->head->done), (unsigned long long)t->head->goal);
    ok_eq(atomic_load(&t->head->errors), 0);
    ok_eq(atomic_load(&t->head->error), ERROR_SUCCESS);
    ok_succeeds(CloseHandle(t->begun));
    ok_succeeds(CloseHandle(t->enough));
    torture_board_drop(t->head, t->section);
}

/* --- the victims -------------------------------------------------------------------- */

HANDLE torture_open(HANDLE object)
{
    require(object != NULL, "error %u", (unsigned)GetLastError());
    return object;
}

HANDLE torture_enough(void)
{
    return torture_open(OpenEventA(SYNCHRONIZE, FALSE, A_("enough")));
}

const char *torture_name(const char *text, unsigned i)
{
    static char name[160];

    snprintf(name, sizeof(name), "%s-%u", test_name_a(text), i);
    return name;
}

struct thread_arg {
    void (*body)(void *arg, unsigned i);
    void *arg;
    unsigned i;
};

static DWORD WINAPI run_thread(void *opaque)
{
    struct thread_arg *arg = opaque;

    arg->body(arg->arg, arg->i);
    return 0;
}

void torture_threads(struct torture_head *head, unsigned n, void (*body)(void *arg, unsigned i),
                     void *arg)
{
    struct thread_arg args[TORTURE_MAX_THREADS];
    HANDLE threads[TORTURE_MAX_THREADS];
    HANDLE begun = torture_open(OpenEventA(SYNCHRONIZE, FALSE, A_("begun")));

    ok_eq(WaitForSingleObject(begun, INFINITE), WAIT_OBJECT_0);
    ok_succeeds(CloseHandle(begun));
    for (unsigned i = 0; i < n; i++) {
        args[i] = (struct thread_arg){body, arg, i};
        threads[i] = CreateThread(NULL, 0, run_thread, &args[i], 0, NULL);
        require(threads[i] != NULL, "error %u", (unsigned)GetLastError());
    }
    while (!atomic_load(&head->stop)) {
        DWORD which = WaitForMultipleObjects(n, threads, FALSE, INFINITE);

        if (which >= n) {
            torture_failed(head, "wait for threads");
            break;
        }
        /* Who ended because it is enough has no successor: that one would begin once more. */
        if (atomic_load(&head->stop))
            break;
        CloseHandle(threads[which]);
        threads[which] = CreateThread(NULL, 0, run_thread, &args[which], 0, NULL);
        require(threads[which] != NULL, "error %u", (unsigned)GetLastError());
    }
    ok_eq(WaitForMultipleObjects(n, threads, TRUE, INFINITE), WAIT_OBJECT_0);
    for (unsigned i = 0; i < n; i++)
        ok_succeeds(CloseHandle(threads[i]));
}

bool torture_done(struct torture_head *head)
{
    if (atomic_fetch_add(&head->done, 1) + 1 >= head->goal)
        atomic_store(&head->stop, 1);
    return !atomic_load(&head->stop);
}

void torture_failed(struct torture_head *head, const char *what)
{
    uint32_t error = GetLastError();

    fprintf(stderr, "%s: error %u\n", what, (unsigned)error);
    atomic_fetch_add(&head->errors, 1);
    atomic_store(&head->error, error);
    atomic_store(&head->stop, 1);
}

void torture_die(struct torture_head *head, unsigned place)
{
    atomic_store(&head->is_dying[place], 1);
#ifdef _WIN32
    TerminateProcess(GetCurrentProcess(), TEST_CHILD_KILLED);
#else
    kill(getpid(), SIGKILL);
#endif
    abort();
}

uint32_t torture_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

void torture_dawdle(uint32_t random)
{
    if (random % 64 == 0)
        Sleep(0);
}
