// SPDX-License-Identifier: MIT
/*
 * The table of locks and the fork handlers. A fork takes every lock in order, so that the
 * child's copy of everything they guard is whole; the child then forgets its parent's
 * connection. A child that pthread_atfork does not see (clone, _Fork) finds the wiped mark
 * instead and renews the locks: what another thread was in the middle of stays as it was, which
 * each room's renew function makes sound.
 */
#include <pthread.h>
#include <sys/mman.h>

#include "lib/client/client.h"
#include "lib/memory/region.h"
#include "lib/object/object.h"
#include "lib/process/lock.h"
#include "lib/sync/slab.h"
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
    pthread_cond_wait(&locks[id].changed, &locks[id].mutex);
}

void nt_lock_wake_all(enum nt_lock_id id)
{
    pthread_cond_broadcast(&locks[id].changed);
}

static void before_fork(void)
{
    nt_process_check();
    for (int id = 0; id < NT_LOCK_COUNT; id++)
        pthread_mutex_lock(&locks[id].mutex);
    nt_regions_wait_idle();
    nt_slabs_forking();
}

static void after_fork_parent(void)
{
    for (int id = NT_LOCK_COUNT - 1; id >= 0; id--)
        pthread_mutex_unlock(&locks[id].mutex);
}

static void forget_parent(void)
{
    nt_handle_renew();
    nt_client_forget();
    nt_os_forget_caches();
}

static void after_fork_child(void)
{
    if (mark_page)
        *mark_page = 1;
    for (int id = NT_LOCK_COUNT - 1; id >= 0; id--) {
        pthread_mutex_unlock(&locks[id].mutex);
        /* Waiters that the parent had are not here. */
        pthread_cond_init(&locks[id].changed, NULL);
    }
    forget_parent();
}

void nt_process_began(void)
{
    for (int id = 0; id < NT_LOCK_COUNT; id++) {
        pthread_mutex_init(&locks[id].mutex, NULL);
        pthread_cond_init(&locks[id].changed, NULL);
    }
    *mark_page = 1;
    nt_slabs_forking();
    nt_regions_renew();
    forget_parent();
}

__attribute__((constructor)) static void prepare_for_fork(void)
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
