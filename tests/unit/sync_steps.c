// SPDX-License-Identifier: MIT
/*
 * A search for lost wake-ups. The library's waiting is built here once more with a hook at every
 * step of its paths. A few threads do a few calls on shared objects; in one round after the other
 * one of them is held up at its first, second, third... step until the others have ended or sleep,
 * and a second one at each of its steps meanwhile. Every round must end, and nothing that was
 * released may be lost or doubled. The same with a process that is killed at each step.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "lib/sync/event.h"
#include "lib/sync/semaphore.h"
#include "lib/sync/wait.h"
#include "lib/sync/words.h"
#include "lib/sync/waitable.h"
#include "os/os.h"
#include "util/macro.h"

#define MOST_STEPS 64
#define SOON_MS    20000

/* --- threads that can be held up ------------------------------------------------------------ */

struct actor {
    struct test_thread thread;
    void (*act)(struct actor *self);
    _Atomic int tid;
    _Atomic bool done;
    unsigned n_steps;
    unsigned hold_at; /* 1: the first step; 0: never */
    unsigned taken;   /* how often it was let go */
};

static HANDLE first, second;
static struct actor actors[3];
static unsigned n_actors;
static __thread struct actor *self_actor;

static char task_state(const char *path)
{
    char text[256] = "";
    const char *behind_name;
    FILE *file = fopen(path, "re");

    if (!file)
        return 'X';
    if (!fgets(text, sizeof(text), file))
        text[0] = '\0';
    fclose(file);
    behind_name = strrchr(text, ')');
    return behind_name && behind_name[1] == ' ' ? behind_name[2] : 'X';
}

static bool rests(const struct actor *actor)
{
    char path[64];

    if (atomic_load(&actor->done))
        return true;
    if (atomic_load(&actor->tid) == 0)
        return false;
    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", atomic_load(&actor->tid));
    return task_state(path) == 'S';
}

static bool others_rest(const struct actor *self)
{
    for (unsigned i = 0; i < n_actors; i++) {
        if (&actors[i] != self && !rests(&actors[i]))
            return false;
    }
    return true;
}

static void hold_up(const char *place)
{
    struct actor *self = self_actor;
    uint64_t end;

    (void)place;
    if (!self || ++self->n_steps != self->hold_at)
        return;
    /* Two that hold each other up go on after a moment. */
    end = nt_os_now_ns() + 20000000u;
    while (!others_rest(self) && nt_os_now_ns() < end)
        sched_yield();
}

static void run_actor(void *arg)
{
    struct actor *self = arg;

    self_actor = self;
    atomic_store(&self->tid, (int)nt_os_tid());
    self->act(self);
    atomic_store(&self->done, true);
}

static bool all_done(void)
{
    for (unsigned i = 0; i < n_actors; i++) {
        if (!atomic_load(&actors[i].done))
            return false;
    }
    return true;
}

/* One round. Return: whether one of the two was still held up. */
static bool play(unsigned who, unsigned at, unsigned other, unsigned other_at)
{
    bool held;

    for (unsigned i = 0; i < n_actors; i++)
        actors[i] = (struct actor){.act = actors[i].act};
    actors[who].hold_at = at;
    actors[other].hold_at = other_at;
    nt_sync_step = hold_up;
    for (unsigned i = 0; i < n_actors; i++)
        test_thread_start(&actors[i].thread, run_actor, &actors[i]);
    require(test_until(all_done(), SOON_MS), "held up at step %u of %u and %u of %u: lost", at, who,
            other_at, other);
    for (unsigned i = 0; i < n_actors; i++)
        test_thread_join(&actors[i].thread);
    nt_sync_step = NULL;
    held = actors[who].n_steps >= at;
    return held && (other == who || actors[other].n_steps >= other_at);
}

/* Every step of every actor, alone, and with every step of its neighbour. @check: after each. */
static unsigned search_once(void (*begin)(void), void (*check)(void))
{
    unsigned n_rounds = 0;

    for (unsigned who = 0; who < n_actors; who++) {
        unsigned other = (who + 1) % n_actors;
        bool held = true;

        for (unsigned at = 1; held && at < MOST_STEPS; at++) {
            begin();
            held = play(who, at, who, at);
            check();
            n_rounds++;
            for (unsigned other_at = 1; held && other_at < MOST_STEPS; other_at++) {
                bool both;

                begin();
                both = play(who, at, other, other_at);
                check();
                n_rounds++;
                if (!both)
                    break;
            }
        }
    }
    return n_rounds;
}

/*
 * On a busy machine the actors may come one after the other, and have little to do: then it is
 * searched again. Without any step in the library each search has one round for each actor.
 */
static void search(void (*begin)(void), void (*check)(void))
{
    unsigned n_rounds = 0;

    for (unsigned i = 0; i < 4 && n_rounds <= 4 * n_actors; i++)
        n_rounds += search_once(begin, check);
    ok(n_rounds > 4 * n_actors, "%u rounds", n_rounds);
}

static void cast(void (*a)(struct actor *), void (*b)(struct actor *), void (*c)(struct actor *))
{
    n_actors = c ? 3 : 2;
    actors[0].act = a;
    actors[1].act = b;
    actors[2].act = c;
}

/* --- what they do --------------------------------------------------------------------------- */

static void set_first(struct actor *self)
{
    (void)self;
    ok_status(nt_event_change(first, NT_EVENT_SET, NULL), STATUS_SUCCESS);
}

static void set_both(struct actor *self)
{
    set_first(self);
    ok_status(nt_event_change(second, NT_EVENT_SET, NULL), STATUS_SUCCESS);
}

static void wait_for_first(struct actor *self)
{
    ok_status(nt_object_wait(first, UINT64_MAX), STATUS_WAIT_0);
    self->taken++;
}

static void wait_shortly(struct actor *self)
{
    NTSTATUS status = nt_object_wait(first, nt_os_now_ns() + 100000);

    ok(status == STATUS_WAIT_0 || status == STATUS_TIMEOUT, "status %x", (unsigned)status);
    self->taken += status == STATUS_WAIT_0;
}

static void wait_for_any(struct actor *self)
{
    const HANDLE handles[2] = {first, second};
    NTSTATUS status = nt_wait(handles, 2, false, false, UINT64_MAX);

    ok(status == STATUS_WAIT_0 || status == STATUS_WAIT_0 + 1, "status %x", (unsigned)status);
    self->taken++;
}

static void wait_for_all(struct actor *self)
{
    const HANDLE handles[2] = {first, second};

    ok_status(nt_wait(handles, 2, true, false, UINT64_MAX), STATUS_WAIT_0);
    self->taken += 2;
}

/* What one waits for may be there, but nothing may be missing from it for good. */
static void borrow_first(struct actor *self)
{
    (void)self;
    if (nt_object_wait(first, 0) == STATUS_WAIT_0)
        set_first(self);
}

static void release_two(struct actor *self)
{
    (void)self;
    ok_status(nt_semaphore_release(first, 2, NULL), STATUS_SUCCESS);
}

/* --- rounds --------------------------------------------------------------------------------- */

static unsigned wanted; /* how many signals there were */

static void nothing(void) {}

static void conserved(void)
{
    unsigned found = 0;

    for (unsigned i = 0; i < n_actors; i++)
        found += actors[i].taken;
    while (nt_object_wait(first, 0) == STATUS_WAIT_0)
        found++;
    if (second) {
        while (nt_object_wait(second, 0) == STATUS_WAIT_0)
            found++;
    }
    ok_eq(found, wanted);
}

static void new_events(bool two)
{
    ok_status(nt_event_create(NULL, false, false, EVENT_ALL_ACCESS, &first), STATUS_SUCCESS);
    second = NULL;
    if (two)
        ok_status(nt_event_create(NULL, false, false, EVENT_ALL_ACCESS, &second), STATUS_SUCCESS);
}

static void close_both(void)
{
    nt_handle_close(first);
    if (second)
        nt_handle_close(second);
}

TEST_DEADLINE(a_set_event_lets_its_waiter_go_whoever_is_slow, "", 120)
{
    new_events(false);
    cast(wait_for_first, set_first, NULL);
    wanted = 1;
    search(nothing, conserved);
    close_both();
}

TEST_DEADLINE(a_wait_that_ends_takes_the_signal_or_leaves_it, "", 120)
{
    new_events(false);
    cast(wait_shortly, set_first, NULL);
    wanted = 1;
    search(nothing, conserved);
    close_both();
}

static HANDLE new_manual(void)
{
    ok_status(nt_event_create(NULL, true, false, EVENT_ALL_ACCESS, &first), STATUS_SUCCESS);
    second = NULL;
    return first;
}

static void reset_first(void)
{
    nt_event_change(first, NT_EVENT_RESET, NULL);
}

static void both_let_go(void)
{
    ok_eq(actors[0].taken + actors[1].taken + actors[2].taken, 2);
}

TEST_DEADLINE(a_manual_event_lets_all_go_whoever_is_slow, "", 120)
{
    require(new_manual() != NULL);
    cast(wait_for_first, wait_for_first, set_first);
    search(reset_first, both_let_go);
    close_both();
}

TEST_DEADLINE(who_waits_for_two_takes_one_and_leaves_the_other, "", 120)
{
    new_events(true);
    cast(wait_for_any, set_both, NULL);
    wanted = 2;
    search(nothing, conserved);
    close_both();
}

static void release_and_set(struct actor *self)
{
    (void)self;
    ok_status(nt_semaphore_release(first, 1, NULL), STATUS_SUCCESS);
    ok_status(nt_event_change(second, NT_EVENT_SET, NULL), STATUS_SUCCESS);
}

/*
 * Who took of the semaphore has left the event: it is there, now or in a moment. Who took the event
 * may have been woken by the semaphore's release, which the other one waits for.
 */
static void wait_for_any_and_leave_the_first(struct actor *self)
{
    const HANDLE handles[2] = {second, first};
    NTSTATUS status = nt_wait(handles, 2, false, false, UINT64_MAX);

    if (status == STATUS_WAIT_0 + 1) {
        ok_status(nt_object_wait(second, UINT64_MAX), STATUS_WAIT_0);
        ok_status(nt_semaphore_release(first, 1, NULL), STATUS_SUCCESS);
    }
    self->taken++;
}

TEST_DEADLINE(what_a_waiter_for_two_leaves_reaches_the_other_waiter, "", 240)
{
    new_events(true);
    nt_handle_close(first);
    ok_status(nt_semaphore_create(NULL, 0, 8, SEMAPHORE_ALL_ACCESS, &first), STATUS_SUCCESS);
    cast(wait_for_first, wait_for_any_and_leave_the_first, release_and_set);
    wanted = 2;
    search(nothing, conserved);
    close_both();
}

TEST_DEADLINE(all_at_once_are_taken_whoever_is_slow, "", 240)
{
    new_events(true);
    cast(wait_for_all, set_both, NULL);
    wanted = 2;
    search(nothing, conserved);
    cast(wait_for_all, set_both, borrow_first);
    search(nothing, conserved);
    close_both();
}

TEST_DEADLINE(a_semaphores_count_is_kept_whoever_is_slow, "", 240)
{
    ok_status(nt_semaphore_create(NULL, 0, 8, SEMAPHORE_ALL_ACCESS, &first), STATUS_SUCCESS);
    second = NULL;
    cast(wait_for_first, wait_shortly, release_two);
    wanted = 2;
    search(nothing, conserved);
    cast(wait_for_first, wait_for_first, release_two);
    search(nothing, conserved);
    close_both();
}

/* --- processes that are killed -------------------------------------------------------------- */

static unsigned kill_at, n_killer_steps;

static void die(const char *place)
{
    (void)place;
    if (++n_killer_steps == kill_at)
        raise(SIGKILL);
}

static pid_t start_victim(void (*act)(struct actor *self), unsigned at)
{
    pid_t pid;

    kill_at = at;
    n_killer_steps = 0;
    pid = fork();
    require(pid >= 0);
    if (pid == 0) {
        struct actor self = {.act = act};

        nt_sync_step = die;
        act(&self);
        _exit(0);
    }
    return pid;
}

static bool victim_rests(pid_t pid)
{
    char path[64];
    char state;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    state = task_state(path);
    return state == 'S' || state == 'Z';
}

/* Return: whether it was killed, at the last; else it has come to its end. */
static bool end_victim(pid_t pid)
{
    siginfo_t info;
    int status;

    require(test_until(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT | WNOHANG) == 0 &&
                           (info.si_pid == pid || kill(pid, 0) < 0),
                       SOON_MS));
    while (waitpid(pid, &status, 0) < 0)
        ;
    return WIFSIGNALED(status);
}

/* Return: whether it slept, and had to be killed by us. */
static bool kill_victim(pid_t pid)
{
    char path[64];
    bool asleep;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    asleep = task_state(path) == 'S';
    kill(pid, SIGKILL);
    end_victim(pid);
    return asleep;
}

static void wait_in_thread(void *arg)
{
    _Atomic int *tid = arg;

    atomic_store(tid, (int)nt_os_tid());
    ok_status(nt_object_wait(first, UINT64_MAX), STATUS_WAIT_0);
    atomic_store(tid, -1);
}

static void join_waiter(struct test_thread *thread, _Atomic int *tid)
{
    require(test_until(atomic_load(tid) == -1, SOON_MS), "a waiter was not let go");
    test_thread_join(thread);
}

static bool thread_rests(_Atomic int *tid)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", atomic_load(tid));
    return atomic_load(tid) > 0 && task_state(path) == 'S';
}

/* Who waits, and sleeps, is let go by the next SetEvent; who comes after one finds it set. */
static void works(void)
{
    struct test_thread thread;
    _Atomic int tid = 0;

    nt_event_change(first, NT_EVENT_RESET, NULL);
    test_thread_start(&thread, wait_in_thread, &tid);
    test_until(atomic_load(&tid) == -1 || thread_rests(&tid), SOON_MS);
    set_first(NULL);
    join_waiter(&thread, &tid);
    nt_event_change(first, NT_EVENT_RESET, NULL);
    set_first(NULL);
    ok_status(nt_object_wait(first, nt_os_now_ns() + SOON_MS * 1000000ull), STATUS_WAIT_0);
}

TEST_DEADLINE(an_event_works_after_a_waiter_was_killed_at_any_step, "", 240)
{
    for (unsigned at = 1; at < MOST_STEPS; at++) {
        pid_t pid;
        bool killed;

        new_events(false);
        pid = start_victim(wait_for_first, at);
        test_until(victim_rests(pid), SOON_MS);
        set_first(NULL);
        killed = end_victim(pid);
        works();
        close_both();
        if (!killed) {
            ok(at > 3, "killed at %u steps only", at);
            break;
        }
    }
}

/* Nobody is there any more when it is set: it stays set, whoever is counted among the sleepers. */
TEST_DEADLINE(what_is_set_after_a_waiter_was_killed_stays_set, "", 240)
{
    for (unsigned at = 1; at < MOST_STEPS; at++) {
        bool asleep;
        pid_t pid;

        new_events(false);
        pid = start_victim(wait_for_first, at);
        require(test_until(victim_rests(pid), SOON_MS));
        asleep = kill_victim(pid);
        set_first(NULL);
        ok_status(nt_object_wait(first, nt_os_now_ns() + SOON_MS * 1000000ull), STATUS_WAIT_0);
        ok_status(nt_object_wait(first, 0), STATUS_TIMEOUT);
        works();
        close_both();
        if (asleep) {
            ok(at > 2, "asleep after %u steps", at);
            break;
        }
    }
}

static void kill_setters(bool manual_reset)
{
    for (unsigned at = 1; at < MOST_STEPS; at++) {
        struct test_thread thread;
        _Atomic int tid = 0;
        bool killed;

        ok_status(nt_event_create(NULL, manual_reset, false, EVENT_ALL_ACCESS, &first),
                  STATUS_SUCCESS);
        second = NULL;
        test_thread_start(&thread, wait_in_thread, &tid);
        require(test_until(thread_rests(&tid), SOON_MS));
        killed = end_victim(start_victim(set_first, at));
        set_first(NULL); /* it may have been killed before it woke anybody */
        join_waiter(&thread, &tid);
        works();
        close_both();
        if (!killed) {
            ok(at > 1, "killed at %u steps only", at);
            break;
        }
    }
}

TEST_DEADLINE(an_event_works_after_a_setter_was_killed_at_any_step, "", 240)
{
    kill_setters(false);
    kill_setters(true);
}

TEST_DEADLINE(what_a_killed_waiter_for_all_guarded_is_free_again, "", 240)
{
    for (unsigned at = 1; at < MOST_STEPS; at++) {
        bool killed;
        unsigned n = 0;

        new_events(true);
        set_both(NULL);
        killed = end_victim(start_victim(wait_for_all, at));
        n += nt_object_wait(first, 0) == STATUS_WAIT_0;
        n += nt_object_wait(second, 0) == STATUS_WAIT_0;
        /* It took all of them, or none, or died between two of its takings. */
        ok(killed || n == 0);
        works();
        close_both();
        if (!killed) {
            ok(at > 4, "killed at %u steps only", at);
            break;
        }
    }
}

/* --- a guard that is broken half-way ---------------------------------------------------------- */

static struct nt_sync_words *words_of(HANDLE event)
{
    struct nt_waitable *waitable;
    struct nt_sync_words *words;

    require(nt_waitable_get(event, &nt_event_type, 0, &waitable) == STATUS_SUCCESS);
    words = waitable->words;
    nt_object_close(&waitable->object);
    return words;
}

static struct nt_sync_words *both_words[2];
static unsigned n_committed;

/* One is taken: the other one's guard is broken, and it is reset. */
static void break_the_other(const char *place)
{
    if (strcmp(place, "committed one") != 0 || n_committed++ > 0)
        return;
    for (unsigned i = 0; i < 2; i++) {
        if (atomic_load(&both_words[i]->state) & NT_STATE_GUARD)
            atomic_store(&both_words[i]->state, 0);
    }
}

TEST(what_a_wait_for_all_took_is_given_back_when_a_guard_was_broken, "")
{
    HANDLE handles[2];
    unsigned n_set = 0;

    new_events(true);
    handles[0] = first;
    handles[1] = second;
    both_words[0] = words_of(first);
    both_words[1] = words_of(second);
    n_committed = 0;
    ok_status(nt_event_change(first, NT_EVENT_SET, NULL), STATUS_SUCCESS);
    ok_status(nt_event_change(second, NT_EVENT_SET, NULL), STATUS_SUCCESS);
    nt_sync_step = break_the_other;
    ok_status(nt_wait(handles, 2, true, false, 0), STATUS_TIMEOUT);
    nt_sync_step = NULL;
    ok(n_committed > 0);
    for (unsigned i = 0; i < 2; i++)
        n_set += nt_object_wait(handles[i], 0) == STATUS_WAIT_0;
    ok_eq(n_set, 1u);
    close_both();
}
