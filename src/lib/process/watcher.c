// SPDX-License-Identifier: MIT
/*
 * The watcher; see watcher.h. It polls the pidfds of what is watched, and an eventfd by which it
 * hears that there is more to watch, or nothing any more. NT_LOCK_CHILDREN guards the list; the
 * thread looks at a process only while it is on the list, and each on it is kept by its sleepers.
 */
#include "lib/process/watcher.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

#include "lib/process/children.h"
#include "lib/process/lock.h"
#include "os/bell.h"
#include "os/os.h"
#include "os/pidfd.h"
#include "os/remote.h"
#include "util/macro.h"

#define STACK_SIZE 65536

/* All under NT_LOCK_CHILDREN. */
static LIST_HEAD(, nt_process) watched = LIST_HEAD_INITIALIZER(watched);
static size_t n_watched;
static int bell_fd = -1;
static bool running;  /* the thread is there, and looks at the list again before it ends */
static bool joinable; /* it was begun, and nobody has waited for its end */
static pthread_t thread;
static bool at_exit; /* nt_watcher_quiesce() runs then */

/* The bell, and all that is watched; free() it. NULL: no memory. The lock is held. */
static struct pollfd *list_fds(size_t *ret_count)
{
    struct pollfd *entries = calloc(n_watched + 1, sizeof(*entries));
    const struct nt_process *process;
    size_t n = 1;

    if (!entries)
        return NULL;
    entries[0] = (struct pollfd){.fd = bell_fd, .events = POLLIN};
    LIST_FOREACH (process, &watched, watched)
        entries[n++] = (struct pollfd){.fd = process->pidfd, .events = POLLIN};
    *ret_count = n;
    return entries;
}

/* One of those that have ended since the last look, with a reference; the lock is held. */
static struct nt_process *find_ended(void)
{
    struct nt_process *process;

    LIST_FOREACH (process, &watched, watched) {
        if (!atomic_load(&process->has_ended) && nt_os_pidfd_wait(process->pidfd, 0) == 0) {
            nt_object_ref(&process->object);
            return process;
        }
    }
    return NULL;
}

static void tell_ended(void)
{
    struct nt_process *process;

    for (;;) {
        nt_lock_take(NT_LOCK_CHILDREN);
        process = find_ended();
        nt_lock_drop(NT_LOCK_CHILDREN);
        if (!process)
            return;
        nt_process_note_end(process);
        nt_object_unref(&process->object);
    }
}

/* Those that have ended need no watching: they would end each poll at once. The lock is held. */
static void drop_ended(void)
{
    struct nt_process *process, *next;

    for (process = LIST_FIRST(&watched); process; process = next) {
        next = LIST_NEXT(process, watched);
        if (atomic_load(&process->has_ended)) {
            LIST_REMOVE(process, watched);
            process->watched.le_prev = NULL;
            n_watched--;
        }
    }
}

#define NO_MEMORY_NS 10000000u /* between two looks */

static void *run(void *argument)
{
    struct pollfd *entries;
    size_t count = 0;
    bool more;

    (void)argument;
    for (;;) {
        tell_ended();
        nt_lock_take(NT_LOCK_CHILDREN);
        drop_ended();
        running = more = n_watched > 0;
        entries = more ? list_fds(&count) : NULL;
        nt_lock_drop(NT_LOCK_CHILDREN);
        if (!more)
            return NULL;
        nt_os_poll(entries, entries ? count : 0,
                   entries ? UINT64_MAX : nt_os_now_ns() + NO_MEMORY_NS);
        if (entries && entries[0].revents)
            nt_os_bell_hear(entries[0].fd);
        free(entries);
    }
}

/* The lock is held; it is given up while a thread is waited for that is about to be gone. */
static void join(void)
{
    pthread_t old = thread;
    int cancel_state;

    joinable = false;
    nt_lock_drop(NT_LOCK_CHILDREN);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
    pthread_join(old, NULL);
    pthread_setcancelstate(cancel_state, NULL);
    nt_lock_take(NT_LOCK_CHILDREN);
}

static bool start(void)
{
    while (!running && joinable)
        join();
    if (running)
        return true;
    if (bell_fd < 0 && nt_os_bell_new(&bell_fd) < 0)
        return false;
    if (nt_os_helper_start("ntshm-watcher", STACK_SIZE, run, NULL, &thread) < 0)
        return false;
    running = joinable = true;
    /* A thread that has ended and that nobody has waited for counts as lost. */
    if (!at_exit)
        at_exit = atexit(nt_watcher_quiesce) == 0;
    return true;
}

bool nt_watcher_begin(struct nt_process *process)
{
    bool started;

    nt_lock_take(NT_LOCK_CHILDREN);
    if (process->n_watchers++ == 0 && !atomic_load(&process->has_ended)) {
        LIST_INSERT_HEAD(&watched, process, watched);
        n_watched++;
    }
    started = start();
    if (started)
        nt_os_bell_ring(bell_fd);
    nt_lock_drop(NT_LOCK_CHILDREN);
    return started;
}

void nt_watcher_end(struct nt_process *process)
{
    nt_lock_take(NT_LOCK_CHILDREN);
    if (--process->n_watchers == 0 && process->watched.le_prev) {
        LIST_REMOVE(process, watched);
        process->watched.le_prev = NULL;
        n_watched--;
        if (n_watched == 0 && running)
            nt_os_bell_ring(bell_fd);
    }
    nt_lock_drop(NT_LOCK_CHILDREN);
}

bool nt_watcher_runs(void)
{
    bool runs;

    nt_lock_take(NT_LOCK_CHILDREN);
    runs = running;
    nt_lock_drop(NT_LOCK_CHILDREN);
    return runs;
}

void nt_watcher_quiesce(void)
{
    nt_lock_take(NT_LOCK_CHILDREN);
    while (n_watched == 0 && joinable)
        join();
    if (!running && !joinable)
        bell_fd = nt_os_close(bell_fd);
    nt_lock_drop(NT_LOCK_CHILDREN);
}

void nt_watcher_forked(void)
{
    LIST_INIT(&watched);
    n_watched = 0;
    running = joinable = false;
    bell_fd = nt_os_close(bell_fd);
}
