// SPDX-License-Identifier: MIT
/*
 * The order of the steps is what matters here: after each of them the thread may be killed, and
 * the kernel finds what stands there (tests/unit kill it at every NT_SYNC_STEP).
 */
#include "lib/sync/mutex-word.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>

#include <ntstatus.h>

#include "os/os.h"
#include "os/robust.h"
#include "rtl/status.h"

/* How long who only looks waits for somebody who only tries. */
#define PATIENCE_NS 1000000000u
#define LOOK_NS     50000u
#define LOOKS       64u

/* How long a sleeper sleeps where a wake could be lost with a process that is killed twice over, or
 * its owner with the process that created the mutex. */
#define RENEW_NS    1000000000u

/* So many releases in a row that woke none of the sleepers: one of them is not any more. */
#define WOKE_NOBODY 64u

/* struct nt_sleep's kept */
#define KEPT_MANY   1u

static bool is_held(uint32_t owner)
{
    return owner & FUTEX_TID_MASK;
}

static bool is_confirmed(const struct nt_sync_words *words)
{
    uint32_t count = atomic_load(&words->count);

    return count != 0 && count != NT_MUTEX_ABANDONED;
}

static void count_down(_Atomic uint32_t *count)
{
    uint32_t n = atomic_load(count);

    while (n > 0 && !atomic_compare_exchange_weak(count, &n, n - 1))
        ;
}

static void tell(struct nt_sync_words *words, uint32_t times)
{
    atomic_store_explicit(&words->count, times < INT32_MAX ? times : INT32_MAX,
                          memory_order_release);
}

/* --- giving it free ------------------------------------------------------------------------- */

/* Nobody holds it any more; @before is what stood there. */
static void wake(struct nt_mutex *mutex, uint32_t before)
{
    struct nt_sync_words *words = mutex->waitable.words;
    uint32_t sleepers = atomic_load(&words->sleepers);
    uint32_t many = atomic_load(&words->many);

    if (!(before & FUTEX_WAITERS) && sleepers == 0)
        return;
    NT_SYNC_STEP("mutex wake");
    if (nt_os_futex_wake(&words->owner, many ? INT_MAX : 1) != 0) {
        atomic_store_explicit(&mutex->woke_nobody, 0, memory_order_relaxed);
    } else if (sleepers != 0 && atomic_fetch_add_explicit(&mutex->woke_nobody, 1,
                                                          memory_order_relaxed) >= WOKE_NOBODY) {
        atomic_store_explicit(&mutex->woke_nobody, 0, memory_order_relaxed);
        count_down(&words->sleepers);
        count_down(&words->many);
    }
}

/* @owner: what stands there from now on: nothing, or that its owner died. */
static void give_free(struct nt_mutex_hold *hold, uint32_t owner)
{
    struct nt_mutex *mutex = hold->mutex;
    struct nt_sync_words *words = mutex->waitable.words;
    uint32_t before;

    (void)nt_robust_begin(&words->owner); /* this thread has begun before */
    if (owner == 0)
        tell(words, 0);
    NT_SYNC_STEP("mutex given up");
    nt_robust_remove(&hold->robust);
    nt_mutex_link(mutex, 0);
    NT_SYNC_STEP("mutex unlinked");
    if (owner && atomic_load(&words->sleepers) != 0)
        owner |= FUTEX_WAITERS;
    before = atomic_exchange(&words->owner, owner);
    NT_SYNC_STEP("mutex free");
    wake(mutex, before);
    nt_robust_end();
    nt_mutex_hold_drop(hold);
}

bool nt_mutex_word_release(struct nt_mutex *mutex, LONG *ret_previous)
{
    struct nt_mutex_hold *hold = nt_mutex_hold_find(mutex);

    if (!hold || hold->times == 0)
        return false;
    if (ret_previous)
        *ret_previous = (LONG)(1 - (int64_t)hold->times);
    if (--hold->times > 0)
        tell(hold->mutex->waitable.words, hold->times);
    else
        give_free(hold, 0);
    return true;
}

void nt_mutex_word_abandon(struct nt_mutex_hold *hold)
{
    if (hold->times == 0 && !hold->abandoned)
        give_free(hold, 0);
    else
        give_free(hold, FUTEX_OWNER_DIED);
}

/* --- taking it ------------------------------------------------------------------------------ */

/* Once more. */
static NTSTATUS deepen(struct nt_mutex_hold *hold)
{
    if (hold->times == NT_MUTEX_DEEPEST)
        return STATUS_MUTANT_LIMIT_EXCEEDED;
    tell(hold->mutex->waitable.words, ++hold->times);
    return STATUS_WAIT_0;
}

/* The word from free to the calling thread's; what it was is *@seen. */
static bool swap_in(struct nt_sync_words *words, bool sleeper, uint32_t *seen)
{
    uint32_t wanted;

    *seen = atomic_load(&words->owner);
    do {
        if (is_held(*seen))
            return false;
        wanted = nt_mutex_thread() | (*seen & FUTEX_WAITERS);
        /* Who was asleep, or sees others asleep, hands their number on. */
        if (sleeper || atomic_load(&words->sleepers) != 0)
            wanted |= FUTEX_WAITERS;
    } while (!atomic_compare_exchange_weak(&words->owner, seen, wanted));
    return true;
}

/* It is the calling thread's: that is written down, and if @for_good confirmed. */
static NTSTATUS keep(struct nt_mutex *mutex, struct nt_mutex_hold *hold, uint32_t seen,
                     bool for_good)
{
    struct nt_sync_words *words = mutex->waitable.words;

    NT_SYNC_STEP("mutex taken");
    hold->robust.word = &words->owner;
    nt_robust_add(&hold->robust);
    nt_mutex_link(mutex, nt_mutex_thread());
    nt_mutex_hold_keep(hold, mutex);
    NT_SYNC_STEP("mutex linked");
    hold->abandoned =
        (seen & FUTEX_OWNER_DIED) && atomic_load_explicit(&words->count, memory_order_relaxed) != 0;
    hold->times = for_good;
    if (for_good)
        tell(words, 1);
    else
        atomic_store(&words->count, hold->abandoned ? NT_MUTEX_ABANDONED : 0);
    if (!atomic_load_explicit(&words->adopted, memory_order_relaxed))
        atomic_store_explicit(&words->adopted, 1, memory_order_relaxed);
    return hold->abandoned ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0;
}

/*
 * Whether a thread of this process has it although the word says that it is free: somebody wrote
 * what he should not have. Its links are in use; so it is nobody's.
 */
static bool is_torn(struct nt_mutex *mutex)
{
    uint64_t link;

    NT_SYNC_STEP("mutex seen free");
    link = atomic_load(&mutex->linked);
    if (!(uint32_t)link)
        return false;
    NT_SYNC_STEP("mutex seen linked");
    if (is_held(atomic_load(&mutex->waitable.words->owner)))
        return false;
    NT_SYNC_STEP("mutex free still");
    return link == atomic_load(&mutex->linked) && !nt_os_thread_is_gone((uint32_t)link);
}

/* One try of a mutex that is not the calling thread's. */
static NTSTATUS try_it(struct nt_mutex *mutex, bool sleeper, bool for_good)
{
    struct nt_sync_words *words = mutex->waitable.words;
    struct nt_mutex_hold *hold;
    NTSTATUS status = STATUS_PENDING;
    uint32_t seen;
    int r;

    if (is_held(atomic_load(&words->owner)))
        return STATUS_PENDING;
    if (is_torn(mutex))
        return STATUS_DATA_ERROR;
    hold = nt_mutex_hold_new();
    if (!hold)
        return STATUS_NO_MEMORY;
    r = nt_robust_begin(&words->owner);
    if (r < 0) {
        nt_mutex_hold_free(hold);
        return r == -ENOSYS ? STATUS_NOT_SUPPORTED : nt_status_from_errno(r);
    }
    NT_SYNC_STEP("mutex pending");
    if (swap_in(words, sleeper, &seen))
        status = keep(mutex, hold, seen, for_good);
    nt_robust_end();
    if (status == STATUS_PENDING)
        nt_mutex_hold_free(hold);
    return status;
}

/* Whether the one that has it only tries: it gives it back in a moment, or keeps it. */
static bool is_tried(const struct nt_sync_words *words, uint32_t owner)
{
    return is_held(owner) && !is_confirmed(words);
}

/* The calling thread's, unless somebody has it for good; who only tries is waited for, a while. */
static NTSTATUS try_patiently(struct nt_mutex *mutex, bool for_good)
{
    struct nt_sync_words *words = mutex->waitable.words;
    uint64_t until = 0;

    for (unsigned n = 0;; n++) {
        uint32_t owner = atomic_load(&words->owner);
        NTSTATUS status;
        uint64_t now;

        if (is_tried(words, owner) && owner == atomic_load(&mutex->given_up))
            return STATUS_PENDING;
        status = try_it(mutex, false, for_good);
        if (status == STATUS_WAIT_0 || status == STATUS_ABANDONED_WAIT_0)
            atomic_store_explicit(&mutex->given_up, 0, memory_order_relaxed);
        if (status != STATUS_PENDING || (is_held(owner) && !is_tried(words, owner)))
            return status;
        if (n < LOOKS)
            continue;
        now = nt_os_now_ns();
        if (!until)
            until = now + PATIENCE_NS;
        if (now >= until) {
            atomic_store(&mutex->given_up, owner);
            return STATUS_PENDING;
        }
        nt_os_futex_wait(&words->owner, owner, now + LOOK_NS);
    }
}

NTSTATUS nt_mutex_word_take(struct nt_mutex *mutex)
{
    struct nt_mutex_hold *hold = nt_mutex_hold_find(mutex);

    return hold ? deepen(hold) : try_patiently(mutex, true);
}

NTSTATUS nt_mutex_word_adopt(struct nt_mutex *mutex)
{
    struct nt_sync_words *words = mutex->waitable.words;
    uint32_t thread = nt_os_tid();
    struct nt_mutex_hold *hold = nt_mutex_hold_new();
    NTSTATUS status = hold ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    int r = hold ? nt_robust_begin(&words->owner) : 0;

    if (r < 0) {
        nt_mutex_hold_free(hold);
        status = r == -ENOSYS ? STATUS_NOT_SUPPORTED : nt_status_from_errno(r);
    }
    if (!NT_SUCCESS(status)) {
        atomic_store(&words->count, 0);
        if ((atomic_exchange(&words->owner, 0) & ~FUTEX_WAITERS) != thread)
            status = STATUS_DATA_ERROR;
        nt_os_futex_wake(&words->owner, INT_MAX);
        return status;
    }
    keep(mutex, hold, 0, true);
    nt_robust_end();
    return STATUS_SUCCESS;
}

/* --- sleeping ------------------------------------------------------------------------------- */

static void count_up(struct nt_sync_words *words, bool many)
{
    atomic_fetch_add(&words->sleepers, 1);
    if (many)
        atomic_fetch_add(&words->many, 1);
}

/* A sleeper no more. */
static void uncount(struct nt_sync_words *words, bool many)
{
    if (many)
        count_down(&words->many);
    count_down(&words->sleepers);
}

/*
 * Its creator should own it, but has never had it on its list: it died on the way, and the kernel
 * did not know.
 */
static void look_for_creator(struct nt_sync_words *words, uint32_t seen)
{
    if (atomic_load(&words->adopted) || !nt_os_thread_is_gone(seen & FUTEX_TID_MASK))
        return;
    atomic_compare_exchange_strong(&words->owner, &seen, (seen & FUTEX_WAITERS) | FUTEX_OWNER_DIED);
}

/* What a sleeper sleeps on, or false: it is free. */
static bool mark(struct nt_sync_words *words, struct nt_sleep *sleep)
{
    uint32_t seen = atomic_load(&words->owner);

    do {
        if (!is_held(seen))
            return false;
    } while (!(seen & FUTEX_WAITERS) &&
             !atomic_compare_exchange_weak(&words->owner, &seen, seen | FUTEX_WAITERS));
    sleep->word = &words->owner;
    sleep->value = seen | FUTEX_WAITERS;
    sleep->until_ns = UINT64_MAX;
    if (!atomic_load(&words->adopted) || atomic_load(&words->many))
        sleep->until_ns = nt_os_now_ns() + RENEW_NS;
    return true;
}

/* Whoever leaves may have been the one that was woken; the count of sleepers may be too low. */
static void pass_on(struct nt_sync_words *words)
{
    if (!is_held(atomic_load(&words->owner)))
        nt_os_futex_wake(&words->owner, atomic_load(&words->many) ? INT_MAX : 1);
}

static NTSTATUS go_on(struct nt_mutex *mutex, struct nt_sleep *sleep)
{
    struct nt_sync_words *words = mutex->waitable.words;
    bool many = sleep->kept & KEPT_MANY;
    NTSTATUS status;

    for (;;) {
        /* Releases that woke nobody may have taken a living one for dead. */
        if (atomic_load(&words->sleepers) == 0)
            atomic_fetch_add(&words->sleepers, 1);
        if (mark(words, sleep)) {
            if (!many)
                (void)nt_robust_begin(&words->owner);
            NT_SYNC_STEP("mutex sleeper");
            return STATUS_PENDING;
        }
        status = try_it(mutex, true, true);
        if (status != STATUS_PENDING)
            break;
    }
    uncount(words, many);
    if (status != STATUS_WAIT_0 && status != STATUS_ABANDONED_WAIT_0)
        pass_on(words);
    nt_robust_end();
    return status;
}

NTSTATUS nt_mutex_word_enlist(struct nt_mutex *mutex, bool many, struct nt_sleep *sleep)
{
    struct nt_mutex_hold *hold = nt_mutex_hold_find(mutex);
    NTSTATUS status;
    int r;

    if (hold)
        return deepen(hold);
    status = try_it(mutex, false, true);
    if (status != STATUS_PENDING)
        return status;
    r = nt_robust_begin(&mutex->waitable.words->owner);
    if (r < 0)
        return r == -ENOSYS ? STATUS_NOT_SUPPORTED : nt_status_from_errno(r);
    if (many)
        nt_robust_end();
    count_up(mutex->waitable.words, many);
    sleep->kept = many ? KEPT_MANY : 0;
    return go_on(mutex, sleep);
}

NTSTATUS nt_mutex_word_look(struct nt_mutex *mutex, struct nt_sleep *sleep)
{
    struct nt_sync_words *words = mutex->waitable.words;

    NT_SYNC_STEP("mutex woken");
    if (sleep->until_ns != UINT64_MAX && is_held(atomic_load(&words->owner)) &&
        nt_os_now_ns() >= sleep->until_ns)
        look_for_creator(words, atomic_load(&words->owner));
    return go_on(mutex, sleep);
}

void nt_mutex_word_leave(struct nt_mutex *mutex, struct nt_sleep *sleep)
{
    struct nt_sync_words *words = mutex->waitable.words;

    uncount(words, sleep->kept & KEPT_MANY);
    NT_SYNC_STEP("mutex left");
    pass_on(words);
    if (!(sleep->kept & KEPT_MANY))
        nt_robust_end();
}

/* --- all at once ---------------------------------------------------------------------------- */

NTSTATUS nt_mutex_word_guard(struct nt_mutex *mutex)
{
    struct nt_mutex_hold *hold = nt_mutex_hold_find(mutex);

    if (hold)
        return hold->times == NT_MUTEX_DEEPEST ? STATUS_MUTANT_LIMIT_EXCEEDED : STATUS_WAIT_0;
    return try_patiently(mutex, false);
}

NTSTATUS nt_mutex_word_commit(struct nt_mutex *mutex)
{
    struct nt_mutex_hold *hold = nt_mutex_hold_find(mutex);

    if (!hold)
        return STATUS_PENDING;
    if (hold->times > 0)
        return deepen(hold);
    hold->times = 1;
    tell(hold->mutex->waitable.words, 1);
    return hold->abandoned ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0;
}

void nt_mutex_word_unguard(struct nt_mutex *mutex)
{
    struct nt_mutex_hold *hold = nt_mutex_hold_find(mutex);

    if (hold && hold->times == 0)
        give_free(hold, hold->abandoned ? FUTEX_OWNER_DIED : 0);
}

void nt_mutex_word_undo(struct nt_mutex *mutex)
{
    struct nt_mutex_hold *hold = nt_mutex_hold_find(mutex);

    if (!hold)
        return;
    if (--hold->times > 0) {
        tell(hold->mutex->waitable.words, hold->times);
        return;
    }
    if (hold->abandoned)
        atomic_store(&hold->mutex->waitable.words->count, NT_MUTEX_ABANDONED);
    give_free(hold, hold->abandoned ? FUTEX_OWNER_DIED : 0);
}

bool nt_mutex_word_observe(struct nt_mutex *mutex, struct nt_sleep *sleep)
{
    struct nt_sync_words *words = mutex->waitable.words;

    count_up(words, true);
    if (mark(words, sleep))
        return true;
    uncount(words, true);
    return false;
}

void nt_mutex_word_unobserve(struct nt_mutex *mutex)
{
    struct nt_sync_words *words = mutex->waitable.words;
    uint32_t owner = atomic_load(&words->owner);

    if (is_held(owner) && !atomic_load(&words->adopted))
        look_for_creator(words, owner);
    uncount(words, true);
    pass_on(words);
}
