// SPDX-License-Identifier: MIT
/*
 * Close, then open. One process closes the last handle of a name, tells another through a futex,
 * and that one opens or creates the name: it must never meet the old object, however soon it comes.
 * Which object it met is read from the memory: each holds the number of its round.
 *
 * While a thread of the first process starts other programs, it may meet it: a child has copies of
 * its parent's descriptors until it executes its program, and while it has them the name is held,
 * as by any forked child. That moment is measured here, and seen to end.
 */
#include "stress/rounds.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>

#include "broker/kit.h"
#include "harness/test.h"

#define SIZE 0x10000

extern char **environ;

struct board {
    _Atomic uint32_t turn; /* counts; even: the closer's, odd: the opener's */
    char padding[60];
    uint64_t round;
    /* What the opener saw. */
    uint64_t n_met, n_met_by_open, n_met_by_create; /* the old object */
    uint64_t n_older;                               /* an object of another round than the last */
    uint64_t n_wrong;                               /* another error than "not found" */
    uint64_t n_stayed;                              /* the old object was there for ever */
    uint64_t longest_ns;                            /* for how long an old one was met */
    uint32_t last_error;
    bool keep_retrying; /* an old object may be there for a moment */
};

/* --- the opener ----------------------------------------------------------------------------- */

/* The first word of a section; @round instead of the old one when it is to be changed. */
static uint64_t word_of(HANDLE section)
{
    const uint64_t *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    uint64_t word = view ? *view : UINT64_MAX;

    UnmapViewOfFile(view);
    return word;
}

static void put_word(HANDLE section, uint64_t word)
{
    uint64_t *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);

    if (view)
        *view = word;
    UnmapViewOfFile(view);
}

/* True when no old object was met; what was met or went wrong is counted. */
static bool try_to_open(struct board *board)
{
    HANDLE section = OpenFileMappingA(FILE_MAP_READ, FALSE, A_("again"));

    if (!section && GetLastError() == ERROR_FILE_NOT_FOUND)
        return true;
    if (section) {
        board->n_older += word_of(section) != board->round;
        board->n_met_by_open++;
        CloseHandle(section);
        return false;
    }
    board->n_wrong++;
    board->last_error = GetLastError();
    return true;
}

static bool try_to_create(struct board *board)
{
    HANDLE section =
        CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, A_("again"));
    DWORD error = GetLastError();

    if (section && error == ERROR_SUCCESS) {
        /* New: it holds nothing, and takes what must not be seen in the next round. */
        board->n_older += word_of(section) != 0;
        put_word(section, ~board->round);
    } else if (section) {
        board->n_older += word_of(section) != board->round;
        board->n_met_by_create++;
    } else {
        board->n_wrong++;
        board->last_error = error;
    }
    CloseHandle(section);
    return !section || error == ERROR_SUCCESS;
}

static void look(struct board *board)
{
    bool (*try)(struct board * board) = board->round % 2 ? try_to_open : try_to_create;
    uint64_t began = nt_os_now_ns(), took;

    if (try(board))
        return;
    board->n_met++;
    if (!board->keep_retrying)
        return;
    while (!try(board)) {
        if (nt_os_now_ns() - began > 10000000000ull * (unsigned)test_slowness()) {
            board->n_stayed++;
            return;
        }
        sched_yield();
    }
    took = nt_os_now_ns() - began;
    if (took > board->longest_ns)
        board->longest_ns = took;
}

CHILD(opener)
{
    struct board *board = kit_board("turns", sizeof(*board));

    test_say("ready");
    for (uint32_t turn = 0;; turn += 2) {
        if (!kit_wait_not(&board->turn, turn, 60000))
            return 1;
        if (board->round == UINT64_MAX)
            return 0;
        look(board);
        kit_set(&board->turn, turn + 2);
    }
}

/* --- the closer ----------------------------------------------------------------------------- */

struct closer {
    struct board *board;
    struct test_child opener;
    uint32_t turn;
    uint64_t n_not_new, n_failed;
};

static void closer_begin(struct closer *c, bool keep_retrying)
{
    memset(c, 0, sizeof(*c));
    c->board = kit_board("turns", sizeof(*c->board));
    c->board->keep_retrying = keep_retrying;
    require(test_child_start(&c->opener, "opener"));
    test_child_expect(&c->opener, "ready", 10000);
}

static void pass_turn(struct closer *c)
{
    kit_set(&c->board->turn, ++c->turn);
    require(kit_wait_not(&c->board->turn, c->turn, 60000), "the opener does not answer");
    c->turn++;
}

static void closer_end(struct closer *c)
{
    c->board->round = UINT64_MAX;
    kit_set(&c->board->turn, ++c->turn);
    ok_eq(test_child_wait(&c->opener, 10000), 0);
    kit_board_drop(c->board, sizeof(*c->board));
}

/* A new object that is closed at once; in some rounds a view of it stays while the other looks. */
static void close_last(struct closer *c, uint64_t round, void (*before_close)(void))
{
    HANDLE section =
        CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, A_("again"));
    DWORD error = GetLastError();
    uint64_t *view = MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    bool with_view = round % 5 == 0;

    c->board->round = round;
    if (view) {
        c->n_not_new += error != ERROR_SUCCESS || *view != 0;
        *view = round;
    }
    c->n_failed += !section || !view;
    if (!with_view)
        UnmapViewOfFile(view);
    if (round % 7 == 0)
        CloseHandle(OpenFileMappingA(FILE_MAP_READ, FALSE, A_("again")));
    if (before_close)
        before_close();
    CloseHandle(section);
    pass_turn(c);
    if (with_view) {
        c->n_failed += view && *view != round;
        UnmapViewOfFile(view);
    }
}

static void expect_right(const struct closer *c)
{
    ok_eq(c->n_failed, 0);
    ok_eq(c->board->n_wrong, 0);
    ok_eq(c->board->last_error, 0);
    ok_eq(c->board->n_older, 0);
    ok_eq(c->board->n_stayed, 0);
}

TEST_DEADLINE(who_comes_after_the_last_close_never_meets_the_old_object, "2.6 2.7 11.27",
              NT_ROUNDS(60, 600))
{
    const uint64_t n_rounds = NT_ROUNDS(5000, 100000);
    uint64_t began = test_now_ms();
    struct closer c;

    closer_begin(&c, false);
    for (uint64_t round = 1; round <= n_rounds; round++)
        close_last(&c, round, NULL);
    test_note("%u rounds in %u ms", (unsigned)n_rounds, (unsigned)(test_now_ms() - began));
    expect_right(&c);
    ok_eq(c.board->n_met, 0);
    ok_eq(c.n_not_new, 0);
    closer_end(&c);
}

/* --- while programs are started ------------------------------------------------------------- */

struct starter {
    _Atomic bool stop;
    bool by_fork;
    uint64_t n_started;
};

static pid_t start_true(bool by_fork)
{
    char *const argv[] = {(char *)"true", NULL};
    pid_t pid = -1;

    if (!by_fork)
        return posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ) == 0 ? pid : -1;
    pid = fork();
    if (pid == 0) {
        execv("/bin/true", argv);
        _exit(127);
    }
    return pid;
}

static void keep_starting(void *arg)
{
    struct starter *starter = arg;

    while (!atomic_load(&starter->stop)) {
        pid_t pid = start_true(starter->by_fork);

        while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
        starter->n_started += pid > 0;
    }
}

static void close_while_starting(bool by_fork)
{
    const uint64_t n_rounds = NT_ROUNDS(1500, 100000);
    struct starter starter = {.by_fork = by_fork};
    struct test_thread thread;
    uint64_t n_met, round = 1;
    struct closer c;

    closer_begin(&c, true);
    test_thread_start(&thread, keep_starting, &starter);
    for (; round <= n_rounds; round++)
        close_last(&c, round, NULL);
    atomic_store(&starter.stop, true);
    test_thread_join(&thread);
    n_met = c.board->n_met;
    test_note("%s: %u programs started in %u rounds; the old object was met in %u rounds "
              "(%.3f %%), for %.2f ms at most",
              by_fork ? "fork" : "posix_spawn", (unsigned)starter.n_started, (unsigned)n_rounds,
              (unsigned)n_met, 100.0 * (double)n_met / (double)n_rounds,
              (double)c.board->longest_ns / 1e6);
    /* It was always the very last one, and it went. */
    expect_right(&c);
    ok(starter.n_started > 10, "%u", (unsigned)starter.n_started);

    /* With no program between fork and exec it is never met. */
    for (uint64_t end = round + NT_ROUNDS(500, 5000); round < end; round++)
        close_last(&c, round, NULL);
    ok_eq(c.board->n_met, n_met);
    expect_right(&c);
    closer_end(&c);
}

TEST_DEADLINE(what_a_spawned_child_still_holds_ends_with_its_exec, "2.6 2.7 11.27",
              NT_ROUNDS(60, 900))
{
    close_while_starting(false);
}

TEST_DEADLINE(what_a_forked_child_still_holds_ends_with_its_exec, "2.6 2.7 11.27",
              NT_ROUNDS(60, 900))
{
    close_while_starting(true);
}

static pid_t just_started;

static void start_and_go_on(void)
{
    just_started = start_true(false);
}

/*
 * posix_spawn() has returned, and the child may still hold: the parent goes on when its memory is
 * its own again, and the kernel closes the child's descriptors just after that.
 */
TEST_DEADLINE(what_a_child_holds_when_posix_spawn_returns_ends_too, "2.6 2.7 11.27",
              NT_ROUNDS(60, 300))
{
    const uint64_t n_rounds = NT_ROUNDS(200, 10000);
    struct closer c;

    closer_begin(&c, true);
    for (uint64_t round = 1; round <= n_rounds; round++) {
        close_last(&c, round, start_and_go_on);
        while (just_started > 0 && waitpid(just_started, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    test_note("close right after posix_spawn: the old object was met in %u of %u rounds "
              "(%.3f %%), for %.2f ms at most",
              (unsigned)c.board->n_met, (unsigned)n_rounds,
              100.0 * (double)c.board->n_met / (double)n_rounds, (double)c.board->longest_ns / 1e6);
    expect_right(&c);
    closer_end(&c);
}

/* --- a holder that is killed ---------------------------------------------------------------- */

struct prey {
    _Atomic uint32_t ready;
};

CHILD(prey)
{
    struct prey *prey = kit_board("prey", sizeof(*prey));
    uint64_t size = strtoull(argv[1], NULL, 10);
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE,
                                        (DWORD)(size >> 32), (DWORD)size, A_("prey"));
    unsigned char *view = MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0);

    if (!view || GetLastError() == ERROR_ALREADY_EXISTS)
        return 1;
    for (uint64_t at = 0; at < size; at += 4096)
        view[at] = 1;
    kit_set(&prey->ready, 1);
    for (;;)
        pause();
}

/* Kills holders of @size bytes; right after waitpid returned there is no such name. */
static void hunt(unsigned n_rounds, uint64_t size)
{
    struct prey *board = kit_board("prey", sizeof(*board));
    unsigned n_met = 0, n_not_new = 0;
    uint64_t longest = 0;
    char text[32];

    snprintf(text, sizeof(text), "%llu", (unsigned long long)size);
    for (unsigned round = 0; round < n_rounds; round++) {
        struct test_child child;
        HANDLE section;
        uint64_t began;

        atomic_store(&board->ready, 0);
        require(test_child_start(&child, "prey", text));
        require(kit_wait_not(&board->ready, 0, 60000), "no holder");
        began = nt_os_now_ns();
        require(test_child_kill(&child) == TEST_CHILD_KILLED);
        if (nt_os_now_ns() - began > longest)
            longest = nt_os_now_ns() - began;
        if (round % 2) {
            section = OpenFileMappingA(FILE_MAP_READ, FALSE, A_("prey"));
            n_met += section != NULL;
        } else {
            section =
                CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, A_("prey"));
            n_not_new += !section || GetLastError() != ERROR_SUCCESS || word_of(section) != 0;
        }
        CloseHandle(section);
    }
    test_note("%u holders of %llu MiB killed; from kill to the end of waitpid %.2f ms at most",
              n_rounds, (unsigned long long)(size >> 20), (double)longest / 1e6);
    ok_eq(n_met, 0);
    ok_eq(n_not_new, 0);
    kit_board_drop(board, sizeof(*board));
}

TEST_DEADLINE(who_comes_after_a_killed_holder_was_reaped_never_meets_its_object, "11.27 11.28",
              NT_ROUNDS(60, 300))
{
    hunt(NT_ROUNDS(200, 4000), SIZE);
}

#ifdef NT_TEST_FULL
/* The kernel frees memory before it closes descriptors: the lease ends late, but not too late. */
TEST_DEADLINE(a_killed_holder_of_much_memory_is_no_exception, "11.27 11.28", 300)
{
    const uint64_t size = 2ull << 30;

    if (sysconf(_SC_AVPHYS_PAGES) < (long)(2 * size / 4096))
        skip("less than 4 GiB of memory are free");
    hunt(10, size);
}
#endif
