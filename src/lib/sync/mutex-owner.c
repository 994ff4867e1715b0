// SPDX-License-Identifier: MIT
/*
 * A thread has a list of what it holds, which nobody else touches, and a few spare holds, so that
 * taking and releasing allocate nothing. The lists hang on one list of all threads, for a forked
 * child alone: there no thread owns anything, and what the holds kept is given back.
 */
#include "lib/sync/mutex-owner.h"

#include <pthread.h>
#include <stdlib.h>

#include "lib/process/lock.h"
#include "lib/sync/mutex-word.h"
#include "os/os.h"
#include "util/macro.h"

#define MOST_SPARE 8u

TAILQ_HEAD(holds, nt_mutex_hold);

struct owner {
    LIST_ENTRY(owner) link; /* NT_LOCK_MUTEXES */
    uint32_t thread;
    unsigned n_spare;
    struct holds held, spare;
};

static LIST_HEAD(, owner) owners = LIST_HEAD_INITIALIZER(owners);

static _Thread_local struct owner *mine __attribute__((tls_model("initial-exec")));

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int key_error;

static void end_of_thread(void *pointer)
{
    (void)pointer;
    nt_mutexes_thread_ends();
}

static void make_key(void)
{
    key_error = pthread_key_create(&key, end_of_thread);
}

static struct owner *make_owner(void)
{
    struct owner *owner;

    pthread_once(&once, make_key);
    owner = key_error ? NULL : calloc(1, sizeof(*owner));
    if (!owner || pthread_setspecific(key, owner) != 0) {
        free(owner);
        return NULL;
    }
    owner->thread = nt_os_tid();
    TAILQ_INIT(&owner->held);
    TAILQ_INIT(&owner->spare);
    nt_lock_take(NT_LOCK_MUTEXES);
    LIST_INSERT_HEAD(&owners, owner, link);
    nt_lock_drop(NT_LOCK_MUTEXES);
    mine = owner;
    return owner;
}

static bool is_same(const struct nt_mutex *a, const struct nt_mutex *b)
{
    const struct nt_object *one = &a->waitable.object, *other = &b->waitable.object;

    return a->waitable.words == b->waitable.words ||
           (one->id != 0 && one->id == other->id && one->broker == other->broker);
}

struct nt_mutex_hold *nt_mutex_hold_find(const struct nt_mutex *mutex)
{
    struct nt_mutex_hold *hold;

    nt_process_check();
    if (!mine)
        return NULL;
    TAILQ_FOREACH (hold, &mine->held, entry) {
        if (is_same(hold->mutex, mutex))
            return hold;
    }
    return NULL;
}

struct nt_mutex_hold *nt_mutex_hold_new(void)
{
    struct owner *owner = mine ? mine : make_owner();
    struct nt_mutex_hold *hold = owner ? TAILQ_FIRST(&owner->spare) : NULL;

    if (!owner)
        return NULL;
    if (!hold)
        return calloc(1, sizeof(*hold));
    TAILQ_REMOVE(&owner->spare, hold, entry);
    owner->n_spare--;
    return hold;
}

void nt_mutex_hold_free(struct nt_mutex_hold *hold)
{
    if (mine->n_spare == MOST_SPARE) {
        free(hold);
        return;
    }
    TAILQ_INSERT_HEAD(&mine->spare, hold, entry);
    mine->n_spare++;
}

void nt_mutex_hold_keep(struct nt_mutex_hold *hold, struct nt_mutex *mutex)
{
    nt_object_ref(&mutex->waitable.object);
    hold->mutex = mutex;
    TAILQ_INSERT_HEAD(&mine->held, hold, entry);
}

void nt_mutex_hold_drop(struct nt_mutex_hold *hold)
{
    struct nt_mutex *mutex = hold->mutex;

    TAILQ_REMOVE(&mine->held, hold, entry);
    nt_mutex_hold_free(hold);
    nt_object_unref(&mutex->waitable.object);
}

uint32_t nt_mutex_thread(void)
{
    return mine->thread;
}

void nt_mutex_link(struct nt_mutex *mutex, uint32_t thread)
{
    uint64_t before = atomic_load_explicit(&mutex->linked, memory_order_relaxed) >> 32;

    atomic_store_explicit(&mutex->linked, (thread ? before + 1 : before) << 32 | thread,
                          memory_order_relaxed);
}

/* --- the end of a thread, and what a fork leaves ---------------------------------------------- */

/*
 * Forwards only: a fork may have caught another thread when it had put a hold on its list and not
 * written yet how to get back from there.
 */
static void free_holds(struct holds *holds)
{
    struct nt_mutex_hold *hold, *next;

    for (hold = TAILQ_FIRST(holds); hold; hold = next) {
        next = TAILQ_NEXT(hold, entry);
        free(hold);
    }
    TAILQ_INIT(holds);
}

void nt_mutexes_thread_ends(void)
{
    struct owner *owner;
    struct nt_mutex_hold *hold;

    nt_process_check();
    owner = mine;
    if (!owner)
        return;
    while ((hold = TAILQ_FIRST(&owner->held)))
        nt_mutex_word_abandon(hold);
    pthread_setspecific(key, NULL);
    mine = NULL;
    nt_lock_take(NT_LOCK_MUTEXES);
    LIST_REMOVE(owner, link);
    nt_lock_drop(NT_LOCK_MUTEXES);
    free_holds(&owner->spare);
    free(owner);
}

/* In a forked child: its threads are not here, or (its own) begin anew. */
static void give_up(struct owner *owner)
{
    struct nt_mutex_hold *hold;

    TAILQ_FOREACH (hold, &owner->held, entry) {
        nt_mutex_link(hold->mutex, 0);
        nt_object_unref(&hold->mutex->waitable.object);
    }
    free_holds(&owner->held);
}

void nt_mutexes_forked(void)
{
    struct owner *owner, *next;

    nt_robust_forget();
    for (owner = LIST_FIRST(&owners); owner; owner = next) {
        next = LIST_NEXT(owner, link);
        give_up(owner);
        if (owner == mine)
            continue;
        free_holds(&owner->spare);
        free(owner);
    }
    LIST_INIT(&owners);
    if (!mine)
        return;
    mine->thread = nt_os_tid();
    LIST_INSERT_HEAD(&owners, mine, link);
}
