// SPDX-License-Identifier: MIT
/*
 * Putting the handler in front of the program's own, and knowing what it stands in front of.
 *
 * For each of the two signals there is a pool of the actions ever found in our place, and a
 * *chain*: one word, four bits a level, the youngest lowest, that says which of them stand behind
 * ours. A handler that the program puts in front later becomes the youngest level the next time
 * ours is put in front; one that was there before ends the chain where it had its place, so that
 * two who take turns do not make it longer. Because the chain is one word, the signal handler
 * reads it and takes an SA_RESETHAND action out of it without a lock.
 */
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <ntstatus.h>

#include "lib/fault/fault.h"
#include "lib/fault/install.h"
#include "os/signals.h"
#include "rtl/status.h"
#include "util/macro.h"

#define LEVEL_BITS 4u
#define LEVEL_MASK 15u
#define N_LEVELS   (64 / LEVEL_BITS)
#define N_ACTIONS  15u /* 0 in the chain is: no more levels */
#define DEFAULT    1u  /* the first action of each pool is SIG_DFL */

static struct place {
    int signal_number;
    _Atomic uint64_t chain;
    unsigned n_actions;
    struct sigaction actions[N_ACTIONS];
} places[] = {
    {.signal_number = SIGSEGV, .n_actions = DEFAULT},
    {.signal_number = SIGBUS, .n_actions = DEFAULT},
};

/* The process that is at work on the places, or 0. A forked child need not wait for its parent. */
static _Atomic pid_t installer;

static struct place *place_of(int signal_number)
{
    return &places[signal_number == SIGBUS];
}

static bool is_ours(const struct sigaction *action)
{
    return action->sa_flags & SA_SIGINFO && action->sa_sigaction == nt_fault_handler;
}

/* The kernel's part of a mask, all that sigaction() fills. */
static bool same_action(const struct sigaction *a, const struct sigaction *b)
{
    const int flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER | SA_RESETHAND;

    return a->sa_handler == b->sa_handler && (a->sa_flags & flags) == (b->sa_flags & flags) &&
           memcmp(&a->sa_mask, &b->sa_mask, sizeof(uint64_t)) == 0;
}

/* --- in the handler ------------------------------------------------------------------------ */

static unsigned chain_at(uint64_t chain, unsigned level)
{
    return level < N_LEVELS ? chain >> level * LEVEL_BITS & LEVEL_MASK : 0;
}

void nt_fault_next(int signal_number, unsigned level, struct sigaction *ret_action)
{
    struct place *place = place_of(signal_number);
    uint64_t chain = atomic_load(&place->chain), changed;
    unsigned shift = level * LEVEL_BITS;
    unsigned number;

    do {
        number = chain_at(chain, level);
        if (number == 0) {
            *ret_action = place->actions[DEFAULT - 1];
            return;
        }
        *ret_action = place->actions[number - 1];
        if (!(ret_action->sa_flags & (int)SA_RESETHAND))
            return;
        changed = (chain & ~((uint64_t)LEVEL_MASK << shift)) | (uint64_t)DEFAULT << shift;
    } while (!atomic_compare_exchange_weak(&place->chain, &chain, changed));
}

unsigned nt_fault_first_level(int signal_number)
{
    struct place *place = place_of(signal_number);
    uint64_t chain = atomic_load(&place->chain);
    struct sigaction now;
    unsigned number;

    if (nt_os_sigaction(signal_number, NULL, &now) < 0 || is_ours(&now))
        return 0;
    for (unsigned level = 0; (number = chain_at(chain, level)) != 0; level++) {
        if (same_action(&place->actions[number - 1], &now))
            return level + 1;
    }
    return 0;
}

/* --- installing; one thread at a time, with its signals blocked ----------------------------------
 */

static unsigned find_action(const struct place *place, const struct sigaction *action)
{
    for (unsigned i = 0; i < place->n_actions; i++) {
        if (same_action(&place->actions[i], action))
            return i + 1;
    }
    return 0;
}

static bool is_in_chain(uint64_t chain, unsigned number)
{
    for (; chain; chain >>= LEVEL_BITS) {
        if ((chain & LEVEL_MASK) == number)
            return true;
    }
    return false;
}

/* Remembers an action; when the pool is full, in the place of one that is in no level. */
static unsigned add_action(struct place *place, const struct sigaction *action)
{
    uint64_t chain = atomic_load(&place->chain);
    unsigned number = DEFAULT + 1;

    if (place->n_actions < N_ACTIONS) {
        number = ++place->n_actions;
    } else {
        while (number < N_ACTIONS && is_in_chain(chain, number))
            number++;
    }
    place->actions[number - 1] = *action;
    return number;
}

/* @action stands where ours is to stand: it becomes what ours passes on to. */
static void set_behind(struct place *place, const struct sigaction *action)
{
    uint64_t chain = atomic_load(&place->chain);
    unsigned number = find_action(place, action);

    if (number && is_in_chain(chain, number)) {
        while ((chain & LEVEL_MASK) != number)
            chain >>= LEVEL_BITS;
    } else {
        if (!number)
            number = add_action(place, action);
        chain = chain << LEVEL_BITS | number; /* the oldest of sixteen falls out */
    }
    atomic_store(&place->chain, chain);
}

/*
 * What a kill(2) interrupts is restarted as the program wanted it: it is its action that
 * counts then.
 */
static int restart_flag(const struct sigaction *theirs)
{
    if (theirs->sa_handler == SIG_DFL || theirs->sa_handler == SIG_IGN)
        return SA_RESTART;
    return theirs->sa_flags & SA_RESTART;
}

static int install_one(struct place *place)
{
    struct sigaction theirs, there, ours;
    int r = nt_os_sigaction(place->signal_number, NULL, &theirs);

    if (r < 0 || is_ours(&theirs))
        return r;
    /* Known before ours stands: a fault may come at once. */
    set_behind(place, &theirs);
    memset(&ours, 0, sizeof(ours));
    ours.sa_sigaction = nt_fault_handler;
    ours.sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_NODEFER | restart_flag(&theirs);
    r = nt_os_sigaction(place->signal_number, &ours, &there);
    /* Another thread of the program may have changed it in between. */
    if (r == 0 && !is_ours(&there) && !same_action(&there, &theirs))
        set_behind(place, &there);
    return r;
}

/* Who interrupts the one at work waits for nothing: its signals are blocked. */
static void begin(sigset_t *ret_mask)
{
    pid_t me = getpid(), other;

    nt_os_block_signals(ret_mask);
    for (;;) {
        other = 0;
        if (atomic_compare_exchange_strong(&installer, &other, me))
            return;
        if (other != me && atomic_compare_exchange_strong(&installer, &other, me))
            return;
        sched_yield();
    }
}

static void end(const sigset_t *mask)
{
    atomic_store(&installer, 0);
    nt_os_restore_signals(mask);
}

NTSTATUS nt_fault_install(void)
{
    struct sigaction now;
    bool is_there = true;
    sigset_t mask;
    int r = 0;

    for (unsigned i = 0; i < NT_ARRAY_SIZE(places) && r == 0; i++) {
        r = nt_os_sigaction(places[i].signal_number, NULL, &now);
        is_there = is_there && r == 0 && is_ours(&now);
    }
    if (NT_LIKELY(is_there))
        return STATUS_SUCCESS;
    if (r < 0)
        return nt_status_from_errno(r);
    begin(&mask);
    for (unsigned i = 0; i < NT_ARRAY_SIZE(places) && r == 0; i++)
        r = install_one(&places[i]);
    end(&mask);
    return r < 0 ? nt_status_from_errno(r) : STATUS_SUCCESS;
}
