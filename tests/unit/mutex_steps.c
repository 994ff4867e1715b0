// SPDX-License-Identifier: MIT
/*
 * Mutexes and timers whose processes are killed at every step: the library's sources once more with
 * a hook at each step, and children that kill themselves at the first, the second, the third... A
 * mutex is never lost, it is abandoned exactly when its owner knew that it had it, and whoever
 * sleeps is woken.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "lib/sync/event.h"
#include "lib/sync/mutex.h"
#include "lib/sync/timer.h"
#include "lib/sync/wait.h"
#include "os/os.h"
#include "util/macro.h"

#define MOST_STEPS 40
#define SOON_MS    60000

/* What a child says to its parent, whatever becomes of it. */
static struct {
    _Atomic uint32_t has_it; /* its wait returned, and it has not begun to release */
    _Atomic uint32_t got_it; /* its wait returned at some time */
} * said;

static HANDLE mutex, event, timer;
static unsigned n_steps, kill_at;

static void count_step(const char *place)
{
    (void)place;
    if (++n_steps == kill_at)
        kill(getpid(), SIGKILL);
}

static NTSTATUS wait_for(HANDLE handle, DWORD ms)
{
    return nt_wait(&handle, 1, false, false, nt_deadline_after_ms(ms));
}

static void prepare(void)
{
    void *page;

    require(nt_os_map(NULL, NT_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0,
                      &page) == 0);
    said = page;
    ok_status(nt_mutex_create(NULL, false, MUTANT_ALL_ACCESS, &mutex), STATUS_SUCCESS);
    ok_status(nt_event_create(NULL, false, false, EVENT_ALL_ACCESS, &event), STATUS_SUCCESS);
    ok_status(nt_timer_create(NULL, false, TIMER_ALL_ACCESS, &timer), STATUS_SUCCESS);
}

static void finish(void)
{
    nt_handle_close(mutex);
    nt_handle_close(event);
    nt_handle_close(timer);
    nt_os_unmap(said, NT_PAGE_SIZE);
}

/* @act in a child that is killed at its step @at (0: never). */
static pid_t start(void (*act)(void), unsigned at)
{
    pid_t pid;

    atomic_store(&said->has_it, 0);
    atomic_store(&said->got_it, 0);
    pid = fork();
    if (pid == 0) {
        kill_at = at;
        n_steps = 0;
        nt_sync_step = count_step;
        act();
        _exit(0);
    }
    require(pid > 0);
    return pid;
}

/* Whether it was killed. */
static bool end(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0)
        ;
    ok((WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
           (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL),
       "status %x", (unsigned)status);
    return WIFSIGNALED(status);
}

static void take_and_release(void)
{
    NTSTATUS status = wait_for(mutex, SOON_MS);

    if (status != STATUS_WAIT_0 && status != STATUS_ABANDONED_WAIT_0)
        _exit(1);
    atomic_store(&said->got_it, 1);
    atomic_store(&said->has_it, 1);
    atomic_store(&said->has_it, 0);
    if (nt_mutex_release(mutex, NULL) != STATUS_SUCCESS)
        _exit(2);
}

/* A child that has it is killed. */
static void abandon(void)
{
    if (wait_for(mutex, SOON_MS) == STATUS_WAIT_0)
        kill(getpid(), SIGKILL);
}

static void take_it(NTSTATUS expected, unsigned at)
{
    NTSTATUS status = wait_for(mutex, SOON_MS);

    ok(status == expected, "step %u: %x, expected %x", at, (unsigned)status, (unsigned)expected);
    ok_status(nt_mutex_release(mutex, NULL), STATUS_SUCCESS);
    ok_status(wait_for(mutex, 0), STATUS_WAIT_0);
    ok_status(nt_mutex_release(mutex, NULL), STATUS_SUCCESS);
}

TEST_DEADLINE(who_does_not_know_that_he_has_a_mutex_abandons_nothing, "", 120)
{
    unsigned at;
    bool killed;

    prepare();
    ok(end(start(abandon, 0)));
    take_it(STATUS_ABANDONED_WAIT_0, 0);
    for (at = 1, killed = true; killed && at < MOST_STEPS; at++) {
        killed = end(start(take_and_release, at));
        take_it(STATUS_WAIT_0, at);
    }
    ok(at > 6 && at < MOST_STEPS, "%u steps", at);
    finish();
}

/* Killed on its way to an abandoned one, it is abandoned still; killed on its way back, not. */
TEST_DEADLINE(an_abandoned_mutex_is_told_of_once, "", 120)
{
    unsigned at;
    bool killed;

    prepare();
    for (at = 1, killed = true; killed && at < MOST_STEPS; at++) {
        ok(end(start(abandon, 0)));
        killed = end(start(take_and_release, at));
        take_it(atomic_load(&said->got_it) ? STATUS_WAIT_0 : STATUS_ABANDONED_WAIT_0, at);
    }
    ok(at > 6 && at < MOST_STEPS, "%u steps", at);
    finish();
}

/* --- sleepers ------------------------------------------------------------------------------- */

static bool sleeps(pid_t pid)
{
    char path[64], text[256] = "";
    const char *behind_name;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    file = fopen(path, "re");
    if (!file)
        return true;
    if (!fgets(text, sizeof(text), file))
        text[0] = '\0';
    fclose(file);
    behind_name = strrchr(text, ')');
    return behind_name && strchr("SZX", behind_name[2]);
}

static void wait_for_any(void)
{
    HANDLE handles[2] = {event, mutex};
    NTSTATUS status = nt_wait(handles, 2, false, false, nt_deadline_after_ms(SOON_MS));

    if (status != STATUS_WAIT_0 + 1 && status != STATUS_ABANDONED_WAIT_0 + 1)
        _exit(1);
    if (nt_mutex_release(mutex, NULL) != STATUS_SUCCESS)
        _exit(2);
}

/* One that is killed at each of its steps, and one that must get the mutex whatever happens. */
static void wake_both(void (*act)(void), void (*other)(void))
{
    bool killed = true;
    unsigned at;

    prepare();
    for (at = 1; killed && at < MOST_STEPS; at++) {
        pid_t doomed, sleeper;

        ok_status(wait_for(mutex, 0), STATUS_WAIT_0);
        doomed = start(act, at);
        require(test_until(sleeps(doomed), SOON_MS));
        sleeper = start(other, 0);
        require(test_until(sleeps(sleeper), SOON_MS));
        ok_status(nt_mutex_release(mutex, NULL), STATUS_SUCCESS);
        killed = end(doomed);
        ok(!end(sleeper), "step %u", at);
        take_it(STATUS_WAIT_0, at);
    }
    ok(at > 6 && at < MOST_STEPS, "%u steps", at);
    finish();
}

TEST_DEADLINE(a_sleeper_that_is_killed_leaves_the_mutex_to_others, "", 200)
{
    wake_both(take_and_release, take_and_release);
}

TEST_DEADLINE(a_sleeper_of_several_that_is_killed_leaves_the_mutex_to_others, "", 200)
{
    wake_both(wait_for_any, take_and_release);
}

TEST_DEADLINE(a_sleeper_that_is_killed_leaves_the_mutex_to_sleepers_of_several, "", 200)
{
    wake_both(take_and_release, wait_for_any);
}

/* --- all at once ---------------------------------------------------------------------------- */

static void try_all(void)
{
    HANDLE handles[2] = {mutex, event};

    nt_wait(handles, 2, true, false, nt_deadline_after_ms(1));
}

TEST_DEADLINE(what_is_only_tried_is_not_abandoned, "", 120)
{
    bool killed = true;
    unsigned at;

    prepare();
    for (at = 1; killed && at < MOST_STEPS; at++) {
        killed = end(start(try_all, at));
        take_it(STATUS_WAIT_0, at);
        ok(end(start(abandon, 0)));
        ok(end(start(try_all, at)) == killed);
        take_it(STATUS_ABANDONED_WAIT_0, at);
    }
    ok(at > 6, "%u steps", at);
    finish();
}

/* --- timers --------------------------------------------------------------------------------- */

static void set_timer(void)
{
    const struct nt_timer_setting setting = {.due = -1};

    if (nt_timer_change(timer, &setting, NULL) != STATUS_SUCCESS ||
        nt_timer_change(timer, NULL, NULL) != STATUS_SUCCESS)
        _exit(1);
}

TEST_DEADLINE(a_timer_survives_who_sets_it, "", 120)
{
    const struct nt_timer_setting setting = {.due = -1};
    bool killed = true;
    unsigned at;

    prepare();
    for (at = 1; killed && at < MOST_STEPS; at++) {
        killed = end(start(set_timer, at));
        ok_status(nt_timer_change(timer, &setting, NULL), STATUS_SUCCESS);
        ok_status(wait_for(timer, SOON_MS), STATUS_WAIT_0);
        ok_status(wait_for(timer, 0), STATUS_TIMEOUT);
    }
    ok(at > 4 && at < MOST_STEPS, "%u steps", at);
    finish();
}

static void set_timer_for_good(void)
{
    const struct nt_timer_setting setting = {.due = -1};

    if (nt_timer_change(timer, &setting, NULL) != STATUS_SUCCESS)
        _exit(1);
}

static void wait_for_timer(void)
{
    if (wait_for(timer, SOON_MS) != STATUS_WAIT_0)
        _exit(1);
}

/* Either the timer is not set, or who sleeps on it knows when it is due. */
TEST_DEADLINE(a_timer_that_is_set_lets_its_sleeper_go_whoever_was_killed, "", 200)
{
    const struct nt_timer_setting setting = {.due = -1};
    bool killed = true, is_set;
    int64_t remaining;
    unsigned at;

    prepare();
    for (at = 1; killed && at < MOST_STEPS; at++) {
        pid_t sleeper = start(wait_for_timer, 0);

        require(test_until(sleeps(sleeper), SOON_MS));
        killed = end(start(set_timer_for_good, at));
        ok_status(nt_timer_query(timer, &remaining, &is_set), STATUS_SUCCESS);
        if (!is_set)
            ok_status(nt_timer_change(timer, &setting, NULL), STATUS_SUCCESS);
        ok(!end(sleeper), "step %u", at);
        ok_status(nt_timer_change(timer, NULL, NULL), STATUS_SUCCESS);
        wait_for(timer, 0);
    }
    ok(at > 4 && at < MOST_STEPS, "%u steps", at);
    finish();
}

/* --- a hold and the next one ---------------------------------------------------------------- */

static _Thread_local bool looks;
static _Atomic unsigned n_looks, n_changes;

/* After each look of the one thread the other one takes the mutex, or gives it back. */
static void hold_up_a_look(const char *place)
{
    if (!looks ||
        (strcmp(place, "mutex seen free") != 0 && strcmp(place, "mutex seen linked") != 0 &&
         strcmp(place, "mutex free still") != 0))
        return;
    if (atomic_load(&n_looks) == 3)
        return;
    atomic_fetch_add(&n_looks, 1);
    while (atomic_load(&n_changes) != atomic_load(&n_looks))
        sched_yield();
}

static void look_once(void *arg)
{
    looks = true;
    *(NTSTATUS *)arg = wait_for(mutex, 0);
    looks = false;
}

TEST_DEADLINE(a_mutex_that_changes_hands_while_one_looks_is_not_torn, "", 60)
{
    struct test_thread thread;
    NTSTATUS status = STATUS_SUCCESS;

    prepare();
    atomic_store(&n_looks, 0);
    atomic_store(&n_changes, 0);
    nt_sync_step = hold_up_a_look;
    test_thread_start(&thread, look_once, &status);
    for (unsigned i = 0; i < 3; i++) {
        while (atomic_load(&n_looks) == i)
            sched_yield();
        if (i == 1)
            ok_status(nt_mutex_release(mutex, NULL), STATUS_SUCCESS);
        else
            ok_status(wait_for(mutex, 0), STATUS_WAIT_0);
        atomic_fetch_add(&n_changes, 1);
    }
    test_thread_join(&thread);
    nt_sync_step = NULL;
    ok_status(status, STATUS_TIMEOUT);
    ok_status(nt_mutex_release(mutex, NULL), STATUS_SUCCESS);
    finish();
}
