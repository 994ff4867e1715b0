// SPDX-License-Identifier: MIT
/*
 * The table of locks and the fork handlers. A fork takes every lock in order, so that the
 * child's copy of everything they guard is whole; the child then forgets its parent's
 * connection. A child that pthread_atfork does not see (clone, _Fork) finds the wiped mark
 * instead and renews the locks: what another thread was in the middle of stays as it was, which
 * each room's renew function makes sound. The C library's own locks stay as they were in such a
 * child, malloc()'s among them: that is its rule for every program.
 */
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "lib/client/client.h"
#include "lib/memory/region.h"
#include "lib/object/named.h"
#include "lib/process/lock.h"
#include "lib/process/process-object.h"
#include "lib/process/service.h"
#include "lib/process/watcher.h"
#include "lib/security/thread-token.h"
#include "lib/sync/mutex-owner.h"
#include "lib/sync/park.h"
#include "lib/sync/slab.h"
#include "lib/sync/timer-routine.h"
#include "lib/thread/local.h"
#include "lib/thread/thread.h"
#include "os/os.h"
#include "util/macro.h"

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
} locks[NT_LOCK_COUNT] = {
    [0 ... NT_LOCK_COUNT - 1] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER}};

/* Until the page exists the mark is this constant, so that the check is one load. */
static const volatile unsigned never_wiped = 1;
volatile const unsigned *nt_process_mark = &never_wiped;
static volatile unsigned *mark_page;

void nt_lock_take(enum nt_lock_id id)
{
    nt_process_check();
    pthread_mutex_lock(&locks[id].mutex);
}

void nt_lock_drop(enum nt_lock_id id)
{
    pthread_mutex_unlock(&locks[id].mutex);
}

void nt_lock_wait(enum nt_lock_id id)
{
    int cancel_state;

    /* A thread cancelled here would end with the lock taken. */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
    pthread_cond_wait(&locks[id].changed, &locks[id].mutex);
    pthread_setcancelstate(cancel_state, NULL);
}

void nt_lock_wake_all(enum nt_lock_id id)
{
    pthread_cond_broadcast(&locks[id].changed);
}

static __thread unsigned move_depth; /* a move within a move is the outer one's */
static _Atomic uint32_t n_moves;
static _Atomic uint32_t n_forks; /* 0 or 1: the one that everybody waits for */

static void leave_move(void)
{
    atomic_fetch_sub(&n_moves, 1);
    if (NT_UNLIKELY(atomic_load(&n_forks) != 0))
        nt_os_futex_wake(&n_moves, INT_MAX);
}

void nt_move_begin(void)
{
    nt_process_check();
    if (move_depth++)
        return;
    for (;;) {
        atomic_fetch_add(&n_moves, 1);
        if (NT_LIKELY(atomic_load(&n_forks) == 0))
            return;
        leave_move();
        nt_os_futex_wait(&n_forks, 1, UINT64_MAX);
    }
}

void nt_move_end(void)
{
    if (--move_depth == 0)
        leave_move();
}

void nt_move_begin_busy(void)
{
    move_depth++;
}

void nt_move_end_busy(void)
{
    move_depth--;
}

static void stop_moves(void)
{
    uint32_t n;

    for (n = 0; !atomic_compare_exchange_strong(&n_forks, &n, 1); n = 0)
        nt_os_futex_wait(&n_forks, 1, UINT64_MAX);
    while ((n = atomic_load(&n_moves)) != 0)
        nt_os_futex_wait(&n_moves, n, UINT64_MAX);
}

static void allow_moves(void)
{
    atomic_store(&n_forks, 0);
    nt_os_futex_wake(&n_forks, INT_MAX);
}

static void before_fork(void)
{
    nt_process_check();
    stop_moves();
    for (int id = 0; id <= NT_LOCK_REGIONS; id++)
        pthread_mutex_lock(&locks[id].mutex);
    /* Gives the last of them up while it waits; the calls it waits for take some of the rest. */
    nt_regions_wait_idle();
    for (int id = NT_LOCK_REGIONS + 1; id < NT_LOCK_COUNT; id++)
        pthread_mutex_lock(&locks[id].mutex);
    nt_slabs_forking();
}

static void after_fork_parent(void)
{
    for (int id = NT_LOCK_COUNT - 1; id >= 0; id--)
        pthread_mutex_unlock(&locks[id].mutex);
    allow_moves();
}

static void forget_parent(void)
{
    nt_client_forget();
    nt_os_forget_caches();
}

static void after_fork_child(void)
{
    if (mark_page)
        *mark_page = 1;
    nt_regions_forked();
    for (int id = NT_LOCK_COUNT - 1; id >= 0; id--) {
        pthread_mutex_unlock(&locks[id].mutex);
        /* Waiters that the parent had are not here. */
        pthread_cond_init(&locks[id].changed, NULL);
    }
    /* A thread of the parent that was about to begin one may have been counted for a moment. */
    atomic_store(&n_moves, 0);
    atomic_store(&n_forks, 0);
    forget_parent();
    /* Calls that the parent's other threads were in held objects open: they are not here. */
    nt_handle_renew();
    nt_named_forked();
    nt_thread_tokens_forked();
    nt_mutexes_forked();
    nt_timer_routines_forked();
    nt_service_forked();
    nt_processes_forked();
    nt_watcher_forked();
    nt_children_forked();
    nt_threads_forked();
    nt_parks_renew();
    nt_local_forked();
}

void nt_process_began(void)
{
    atomic_store(&n_moves, 0);
    atomic_store(&n_forks, 0);
    for (int id = 0; id < NT_LOCK_COUNT; id++) {
        pthread_mutex_init(&locks[id].mutex, NULL);
        pthread_cond_init(&locks[id].changed, NULL);
    }
    *mark_page = 1;
    nt_slabs_forking();
    nt_regions_renew();
    forget_parent();
    move_depth = 0;
    nt_handle_renew();
    nt_named_renew();
    nt_thread_tokens_renew();
    nt_mutexes_forked();
    nt_timer_routines_forked();
    nt_service_forked();
    nt_processes_forked();
    nt_watcher_forked();
    nt_children_forked();
    nt_threads_renew();
    nt_parks_renew();
    nt_local_renew();
}

/* Before the constructors that begin threads. */
__attribute__((constructor(101))) static void prepare_for_fork(void)
{
    void *page;

    pthread_atfork(before_fork, after_fork_parent, after_fork_child);
    if (nt_os_map(NULL, NT_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0,
                  &page) < 0)
        return;
    /* Kernels before 4.14 do not know it; then only pthread_atfork tells of a fork. */
    if (nt_os_advise(page, NT_PAGE_SIZE, MADV_WIPEONFORK) < 0) {
        nt_os_unmap(page, NT_PAGE_SIZE);
        return;
    }
    mark_page = page;
    *mark_page = 1;
    nt_process_mark = mark_page;
}
