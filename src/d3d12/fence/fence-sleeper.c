// SPDX-License-Identifier: MIT
/*
 * The sleeper (see fence-sleeper.h). It holds the engine's lock whenever it does not sleep. While
 * it sleeps it keeps references on the pages whose words it sleeps on; a bell of its own is the
 * first of these words.
 */
#include "d3d12/fence/fence-sleeper.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>

#include "d3d12/device/device.h"
#include "os/os.h"
#include "os/thread.h"
#include "util/log.h"

/* How often it looks although nobody woke it: where no wake tells (the last reference to a fence
 * that this device only waits for, a loss that is to be acted upon), and everywhere, since who
 * would have woken it may have been killed just then. */
#define LOOK_NS  UINT64_C(100000000)
#define RENEW_NS UINT64_C(1000000000)

/* How long after a loss the others may still say that they reach the value. */
#define GRACE_NS UINT64_C(300000000)

struct nt_d3d_sleeper {
    struct nt_d3d_engine *engine;
    pthread_t thread;
    bool has_begun; /* @thread says who it is */
    _Atomic uint32_t bell;
    bool is_hurrying; /* the device ends */
    bool is_stopping;
    TAILQ_HEAD(, nt_d3d_fence) watched;   /* each with an internal reference */
    TAILQ_HEAD(, nt_d3d_fence) signalled; /* queues will signal them */
    TAILQ_HEAD(, nt_d3d_fence) claiming;  /* somebody waits until they have a slot */
    TAILQ_HEAD(, nt_d3d_fence_map) owned; /* with a slot of the thread's */
    _Atomic(struct nt_d3d_fence_map *) dropped;
};

/* What the thread sleeps on, and the pages that this keeps. */
struct bed {
    struct nt_os_wait words[NT_OS_MAX_WAIT];
    struct nt_d3d_fence_map *maps[NT_OS_MAX_WAIT];
    unsigned n_words, n_maps;
    uint64_t deadline_ns;
};

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Something changed that it has to look at. */
static void ring(struct nt_d3d_sleeper *sleeper)
{
    atomic_fetch_add(&sleeper->bell, 1);
    (void)nt_os_futex_wake(&sleeper->bell, INT_MAX);
}

/* --- watching ------------------------------------------------------------------------ */

uint64_t nt_d3d_sleeper_watch(struct nt_d3d_fence *fence)
{
    struct nt_d3d_sleeper *sleeper = fence->object.device->engine.sleeper;

    if (!fence->map)
        return 0;
    if (!fence->is_watched) {
        fence->is_watched = true;
        nt_d3d_object_ref(&fence->object);
        TAILQ_INSERT_TAIL(&sleeper->watched, fence, watch_link);
        atomic_fetch_add(&fence->map->page->sleepers, 1);
        nt_d3d_fence_map_skip(fence->map);
    }
    ring(sleeper);
    return atomic_load(&fence->map->page->turns);
}

static void unwatch(struct nt_d3d_sleeper *sleeper, struct nt_d3d_fence *fence)
{
    TAILQ_REMOVE(&sleeper->watched, fence, watch_link);
    fence->is_watched = false;
    fence->loss = 0;
    atomic_fetch_sub(&fence->map->page->sleepers, 1);
    nt_d3d_object_unref(&fence->object);
}

/* A queue waits for what nobody is certain to signal: at the end of a device that is too long. */
static bool waits_in_vain(const struct nt_d3d_fence *fence)
{
    const struct nt_d3d_operation *operation;

    TAILQ_FOREACH (operation, &fence->queue_waits, wait_link) {
        if (!nt_d3d_fence_map_is_certain(fence->map, operation->value))
            return true;
    }
    return false;
}

/* Acts upon a loss whose time has come. */
static void act_upon_loss(struct nt_d3d_engine *engine, struct nt_d3d_fence *fence)
{
    uint64_t loss = fence->loss;

    if (!loss || nt_os_now_ns() < fence->loss_time_ns)
        return;
    fence->loss = 0;
    if (!nt_d3d_fence_let_go(fence, loss))
        return;
    nt_log(NT_LOG_ERROR, "d3d12: a queue waits for a value of a shared fence that was announced by "
                         "who is gone");
    nt_d3d_engine_remove(engine, DXGI_ERROR_DEVICE_REMOVED);
}

/*
 * What happened in the page since the last look. The losses are read first: who died after a signal
 * has signalled.
 */
static void look(struct nt_d3d_sleeper *sleeper, struct nt_d3d_fence *fence)
{
    struct nt_d3d_fence_map *map = fence->map;
    uint64_t lost = nt_d3d_fence_map_losses(map);
    uint64_t turn, value;
    unsigned n = 0;

    if (lost) {
        fence->loss = later(fence->loss, lost);
        fence->loss_time_ns = nt_os_now_ns() + GRACE_NS;
    }
    /* What comes meanwhile counts as a change, and is for the next look: the lock is held. */
    while (n++ < NT_D3D_FENCE_HISTORY && nt_d3d_fence_map_next(map, &turn, &value))
        nt_d3d_fence_meet(fence, value, turn);
    nt_d3d_fence_meet(fence, atomic_load(&map->page->value), UINT64_MAX);
    if (nt_d3d_fence_map_is_released(map))
        nt_d3d_fence_meet(fence, UINT64_MAX, UINT64_MAX);
    act_upon_loss(sleeper->engine, fence);
    if (sleeper->is_hurrying && waits_in_vain(fence))
        nt_d3d_engine_remove(sleeper->engine, DXGI_ERROR_DEVICE_REMOVED);
}

/* --- sleeping ------------------------------------------------------------------------- */

static void add_word(struct bed *bed, _Atomic uint32_t *word, uint32_t value)
{
    if (bed->n_words < NT_OS_MAX_WAIT)
        bed->words[bed->n_words++] = (struct nt_os_wait){word, value};
    else
        bed->deadline_ns = earlier(bed->deadline_ns, nt_os_now_ns() + LOOK_NS);
}

/* @changes: as it was before the last look. */
static void lie_down_on(struct bed *bed, struct nt_d3d_fence *fence, uint32_t changes)
{
    struct nt_d3d_fence_map *map = fence->map;
    uint64_t now = nt_os_now_ns();

    if (bed->n_maps == NT_OS_MAX_WAIT) {
        bed->deadline_ns = earlier(bed->deadline_ns, now + LOOK_NS);
        return;
    }
    nt_d3d_fence_map_ref(map);
    bed->maps[bed->n_maps++] = map;
    add_word(bed, &map->page->changes, changes);
    bed->deadline_ns =
        earlier(bed->deadline_ns, now + (atomic_load(&map->reference) < 0 ? LOOK_NS : RENEW_NS));
    if (fence->loss)
        bed->deadline_ns = earlier(bed->deadline_ns, later(fence->loss_time_ns, now));
}

/* Owner words where there is room: for those that are left out it looks now and then. */
static void lie_down_on_owners(struct bed *bed)
{
    for (unsigned i = 0; i < bed->n_maps * NT_D3D_FENCE_SLOTS; i++) {
        const struct nt_d3d_fence_map *map = bed->maps[i / NT_D3D_FENCE_SLOTS];
        uint32_t owner;
        _Atomic uint32_t *word = nt_d3d_fence_map_owner(map, i % NT_D3D_FENCE_SLOTS, &owner);

        if (word)
            add_word(bed, word, owner);
    }
}

/* Looks at every page that something waits for. */
static void make_bed(struct nt_d3d_sleeper *sleeper, struct bed *bed, uint32_t bell)
{
    struct nt_d3d_fence *fence, *next;

    *bed = (struct bed){.deadline_ns = UINT64_MAX};
    add_word(bed, &sleeper->bell, bell);
    for (fence = TAILQ_FIRST(&sleeper->watched); fence; fence = next) {
        uint32_t changes = atomic_load(&fence->map->page->changes);

        look(sleeper, fence);
        next = TAILQ_NEXT(fence, watch_link);
        if (nt_d3d_fence_has_waits(fence))
            lie_down_on(bed, fence, changes);
        else
            unwatch(sleeper, fence);
    }
    lie_down_on_owners(bed);
}

static void sleep_in(struct bed *bed)
{
    (void)nt_os_futex_wait_any(bed->words, bed->n_words, bed->deadline_ns);
    for (unsigned i = 0; i < bed->n_maps; i++)
        nt_d3d_fence_map_unref(bed->maps[i]);
}

/* --- slots ---------------------------------------------------------------------------- */

static void serve_claims(struct nt_d3d_sleeper *sleeper)
{
    struct nt_d3d_fence *fence;

    while ((fence = TAILQ_FIRST(&sleeper->claiming))) {
        TAILQ_REMOVE(&sleeper->claiming, fence, claim_link);
        fence->claim_result = nt_d3d_fence_map_claim(fence->map);
        if (fence->claim_result == 0)
            TAILQ_INSERT_TAIL(&sleeper->owned, fence->map, owned_link);
        fence->is_claiming = false;
        pthread_cond_broadcast(&sleeper->engine->changed_cond);
    }
}

static void give_up_slot(struct nt_d3d_sleeper *sleeper, struct nt_d3d_fence_map *map)
{
    TAILQ_REMOVE(&sleeper->owned, map, owned_link);
    nt_d3d_fence_map_unclaim(map);
}

static void serve_drops(struct nt_d3d_sleeper *sleeper)
{
    struct nt_d3d_fence_map *map = atomic_exchange(&sleeper->dropped, NULL);

    while (map) {
        struct nt_d3d_fence_map *next = map->next_dropped;

        give_up_slot(sleeper, map);
        nt_d3d_fence_map_unref(map);
        map = next;
    }
}

void nt_d3d_sleeper_drop(struct nt_d3d_engine *engine, struct nt_d3d_fence_map *map)
{
    struct nt_d3d_sleeper *sleeper;

    if (map->slot < 0) {
        nt_d3d_fence_map_unref(map);
        return;
    }
    /* Somebody may make it at this moment, but not one that has given a slot to @map. */
    sleeper = engine->sleeper;
    map->next_dropped = atomic_load(&sleeper->dropped);
    while (!atomic_compare_exchange_weak(&sleeper->dropped, &map->next_dropped, map))
        ;
    ring(sleeper);
}

/* --- the thread ------------------------------------------------------------------------- */

/* The device has ended: nobody has a public reference, no queue is left. */
static void end(struct nt_d3d_sleeper *sleeper)
{
    struct nt_d3d_fence_map *map;
    struct nt_d3d_fence *fence;

    while ((fence = TAILQ_FIRST(&sleeper->watched))) {
        nt_d3d_fence_meet(fence, UINT64_MAX, UINT64_MAX);
        unwatch(sleeper, fence);
    }
    serve_drops(sleeper);
    while ((map = TAILQ_FIRST(&sleeper->owned)))
        give_up_slot(sleeper, map);
}

static void *sleeper_main(void *argument)
{
    struct nt_d3d_sleeper *sleeper = argument;
    struct nt_d3d_engine *engine = sleeper->engine;
    struct bed bed;

    pthread_setname_np(pthread_self(), "ntshm-fences");
    pthread_mutex_lock(&engine->lock);
    sleeper->thread = pthread_self();
    sleeper->has_begun = true;
    pthread_cond_broadcast(&engine->changed_cond);
    while (!sleeper->is_stopping) {
        uint32_t bell = atomic_load(&sleeper->bell);

        serve_claims(sleeper);
        serve_drops(sleeper);
        make_bed(sleeper, &bed, bell);
        nt_d3d_engine_pump(engine);
        pthread_mutex_unlock(&engine->lock);
        sleep_in(&bed);
        pthread_mutex_lock(&engine->lock);
    }
    end(sleeper);
    pthread_mutex_unlock(&engine->lock);
    return NULL;
}

/* The lock is held, so that the thread comes to look when it is known. */
static HRESULT start(struct nt_d3d_engine *engine)
{
    struct nt_d3d_sleeper *sleeper;
    sigset_t all, old;
    int r;

    if (engine->sleeper)
        return S_OK;
    sleeper = calloc(1, sizeof(*sleeper));
    if (!sleeper)
        return E_OUTOFMEMORY;
    sleeper->engine = engine;
    TAILQ_INIT(&sleeper->watched);
    TAILQ_INIT(&sleeper->signalled);
    TAILQ_INIT(&sleeper->claiming);
    TAILQ_INIT(&sleeper->owned);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    r = nt_os_thread_start(sleeper_main, sleeper, 0);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (r < 0) {
        free(sleeper);
        return E_OUTOFMEMORY;
    }
    engine->sleeper = sleeper;
    return S_OK;
}

/* Has the thread take a slot for @fence, once: without one it announces nothing. */
static HRESULT claim(struct nt_d3d_engine *engine, struct nt_d3d_fence *fence)
{
    struct nt_d3d_sleeper *sleeper = engine->sleeper;

    if (fence->map->slot >= 0 || fence->has_no_slot)
        return S_OK;
    if (!fence->is_claiming) {
        fence->is_claiming = true;
        TAILQ_INSERT_TAIL(&sleeper->claiming, fence, claim_link);
        ring(sleeper);
    }
    while (fence->is_claiming)
        pthread_cond_wait(&engine->changed_cond, &engine->lock);
    if (fence->claim_result == 0)
        return S_OK;
    if (fence->claim_result != -EBUSY && fence->claim_result != -ENOSYS)
        return E_OUTOFMEMORY;
    fence->has_no_slot = true;
    nt_log(NT_LOG_WARNING, "d3d12: too many devices signal one shared fence: nobody will be told "
                           "when this one dies");
    return S_OK;
}

HRESULT nt_d3d_sleeper_prepare(struct nt_d3d_fence *fence, bool claims)
{
    struct nt_d3d_engine *engine = &fence->object.device->engine;
    HRESULT hr;

    if (!fence->map)
        return S_OK;
    hr = start(engine);
    return SUCCEEDED(hr) && claims ? claim(engine, fence) : hr;
}

void nt_d3d_sleeper_hurry(struct nt_d3d_engine *engine)
{
    if (!engine->sleeper)
        return;
    engine->sleeper->is_hurrying = true;
    ring(engine->sleeper);
}

void nt_d3d_sleeper_end(struct nt_d3d_engine *engine)
{
    struct nt_d3d_sleeper *sleeper = engine->sleeper;

    if (!sleeper)
        return;
    pthread_mutex_lock(&engine->lock);
    sleeper->is_stopping = true;
    while (!sleeper->has_begun)
        pthread_cond_wait(&engine->changed_cond, &engine->lock);
    pthread_mutex_unlock(&engine->lock);
    ring(sleeper);
    pthread_join(sleeper->thread, NULL);
    engine->sleeper = NULL;
    free(sleeper);
}

/* --- announcements ------------------------------------------------------------------------ */

void nt_d3d_sleeper_add_signal(struct nt_d3d_operation *operation)
{
    struct nt_d3d_fence *fence = operation->fence;
    struct nt_d3d_sleeper *sleeper = fence->object.device->engine.sleeper;

    operation->is_announced = true;
    if (TAILQ_EMPTY(&fence->signals)) {
        TAILQ_INSERT_TAIL(&sleeper->signalled, fence, signal_link);
        fence->highest = 0;
    }
    TAILQ_INSERT_TAIL(&fence->signals, operation, wait_link);
    fence->highest = later(fence->highest, operation->value);
}

void nt_d3d_sleeper_end_signal(struct nt_d3d_operation *operation)
{
    struct nt_d3d_fence *fence = operation->fence;
    struct nt_d3d_sleeper *sleeper = fence->object.device->engine.sleeper;
    const struct nt_d3d_operation *other;

    TAILQ_REMOVE(&fence->signals, operation, wait_link);
    if (TAILQ_EMPTY(&fence->signals)) {
        if (sleeper)
            TAILQ_REMOVE(&sleeper->signalled, fence, signal_link);
        nt_d3d_fence_map_announce(fence->map, 0, 0);
    }
    if (operation->value < fence->highest)
        return;
    fence->highest = 0;
    TAILQ_FOREACH (other, &fence->signals, wait_link)
        fence->highest = later(fence->highest, other->value);
}

static void make_certain(const struct nt_d3d_operation *operation)
{
    if (operation->is_announced)
        operation->fence->certain = later(operation->fence->certain, operation->value);
}

/* What comes before the first wait for somebody else. */
static void look_through(const struct nt_d3d_queue *queue)
{
    const struct nt_d3d_operation *operation;

    TAILQ_FOREACH (operation, &queue->pending, link)
        make_certain(operation);
    TAILQ_FOREACH (operation, &queue->waiting, link) {
        if (operation->kind == NT_D3D_WAIT && !operation->is_met && operation->fence->map)
            return;
        make_certain(operation);
    }
}

void nt_d3d_sleeper_announce(struct nt_d3d_engine *engine)
{
    struct nt_d3d_sleeper *sleeper = engine->sleeper;
    const struct nt_d3d_queue *queue;
    struct nt_d3d_fence *fence;

    if (!sleeper || TAILQ_EMPTY(&sleeper->signalled))
        return;
    TAILQ_FOREACH (fence, &sleeper->signalled, signal_link)
        fence->certain = 0;
    TAILQ_FOREACH (queue, &engine->queues, link)
        look_through(queue);
    TAILQ_FOREACH (fence, &sleeper->signalled, signal_link)
        nt_d3d_fence_map_announce(fence->map, fence->highest, fence->certain);
}

void nt_d3d_sleeper_remove(struct nt_d3d_engine *engine)
{
    struct nt_d3d_sleeper *sleeper = engine->sleeper;
    struct nt_d3d_fence *fence;

    if (!sleeper)
        return;
    TAILQ_FOREACH (fence, &sleeper->signalled, signal_link)
        nt_d3d_fence_map_lose(fence->map);
    TAILQ_FOREACH (fence, &sleeper->watched, watch_link)
        nt_d3d_fence_meet(fence, UINT64_MAX, UINT64_MAX);
    ring(sleeper);
}
