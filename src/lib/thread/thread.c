// SPDX-License-Identifier: MIT
/*
 * Records of threads. A thread holds an open of its own record from the moment that it has it until
 * it ends, so that its name (the number) finds it; handles hold the others. A thread that never
 * needed a record and that somebody opens by its number gets one that it does not know of: whoever
 * waits for it looks from time to time whether the kernel has the thread still. When such a thread
 * calls something that needs a record, it finds this one.
 *
 * The end of a thread is the last but one round of the C library's destructors of thread-specific
 * data: C++ destructors and most others have run then, and may have used all of the library. What
 * is done then: callbacks of fiber-local storage, owned mutexes are abandoned, procedure calls that
 * did not run are dropped, the exit code is told, and waiters are let go.
 */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include <ntstatus.h>

#include "lib/process/clock.h"
#include "lib/process/lock.h"
#include "lib/process/process-object.h"
#include "lib/security/object-security.h"
#include "lib/sync/mutex-owner.h"
#include "lib/thread/here.h"
#include "lib/thread/local.h"
#include "lib/thread/thread-parts.h"
#include "lib/thread/thread.h"
#include "os/os.h"
#include "os/thread.h"
#include "util/macro.h"

/* With which round of destructors a thread ends; glibc and musl make four of them. */
#define LAST_ROUND 2u

static LIST_HEAD(, nt_thread) threads = LIST_HEAD_INITIALIZER(threads); /* NT_LOCK_THREADS */

/* Made here and ended, not joined; a reference each. NT_LOCK_THREADS. */
static LIST_HEAD(, nt_thread) ended = LIST_HEAD_INITIALIZER(ended);

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int key_error;

static struct nt_thread *thread_of(struct nt_object *object)
{
    return NT_CONTAINER_OF(object, struct nt_thread, object);
}

/* Also of one that is in no list. NT_LOCK_THREADS held. */
static void unlink_thread(struct nt_thread *thread)
{
    if (thread->link.le_prev)
        LIST_REMOVE(thread, link);
    thread->link.le_prev = NULL;
}

static void thread_last_close(struct nt_object *object)
{
    nt_lock_take(NT_LOCK_THREADS);
    if (!atomic_load(&thread_of(object)->ended))
        unlink_thread(thread_of(object));
    nt_lock_drop(NT_LOCK_THREADS);
    nt_threads_reap(false);
}

static void thread_free(struct nt_object *object)
{
    struct nt_thread *thread = thread_of(object);

    nt_apc_drop_all(thread);
    free(thread->description);
    if (thread->of)
        nt_object_unref(&thread->of->object);
    free(thread);
}

const struct nt_object_type nt_thread_type = {
    .name = "Thread",
    .kind = NT_KIND_THREAD,
    .wait = &nt_thread_wait,
    .pack = nt_thread_pack,
    .unpack = nt_thread_unpack,
    .is_same = nt_thread_is_same,
    .last_close = thread_last_close,
    .free = thread_free,
};

/* --- records -------------------------------------------------------------------------------- */

struct nt_thread *nt_thread_new(uint32_t process)
{
    struct nt_thread *thread = calloc(1, sizeof(*thread));

    if (!thread)
        return NULL;
    nt_object_init(&thread->object, &nt_thread_type);
    thread->process = process;
    thread->created = nt_clock_wall();
    atomic_init(&thread->exit_code, STILL_ACTIVE);
    return thread;
}

void nt_thread_enlist(struct nt_thread *thread)
{
    nt_lock_take(NT_LOCK_THREADS);
    LIST_INSERT_HEAD(&threads, thread, link);
    nt_lock_drop(NT_LOCK_THREADS);
}

struct nt_thread *nt_thread_new_first(struct nt_process *process, uint32_t tid)
{
    struct nt_thread *thread = nt_thread_new((uint32_t)process->pid);

    if (!thread)
        return NULL;
    thread->of = process;
    nt_object_ref(&process->object);
    atomic_init(&thread->tid, tid);
    return thread;
}

/* One open of the thread of that number, when it has a record. NT_LOCK_THREADS held. */
static struct nt_thread *find_number(uint32_t tid)
{
    struct nt_thread *thread;

    LIST_FOREACH (thread, &threads, link) {
        if (atomic_load(&thread->tid) == tid && !atomic_load(&thread->ended) &&
            nt_object_try_open(&thread->object))
            return thread;
    }
    return NULL;
}

/*
 * A record for a thread of this process: the one there is, or @made.
 * Return: one open; @made is used up, or stays.
 */
static struct nt_thread *find_or_enlist(uint32_t tid, struct nt_thread *made)
{
    struct nt_thread *thread;

    nt_lock_take(NT_LOCK_THREADS);
    thread = find_number(tid);
    if (!thread && made) {
        thread = made;
        atomic_store(&thread->tid, tid);
        LIST_INSERT_HEAD(&threads, thread, link);
    }
    nt_lock_drop(NT_LOCK_THREADS);
    return thread;
}

struct nt_thread *nt_thread_record_of(uint32_t tid)
{
    struct nt_thread *made, *thread = find_or_enlist(tid, NULL);

    if (thread)
        return thread;
    made = nt_thread_new((uint32_t)getpid());
    if (!made)
        return NULL;
    made->created = nt_os_thread_started(tid, nt_clock_wall(), nt_clock_since_start());
    thread = find_or_enlist(tid, made);
    if (thread != made)
        nt_object_close(&made->object);
    return thread;
}

struct nt_thread *nt_thread_self(void)
{
    struct nt_thread_here *here = nt_thread_here();
    struct nt_thread *thread;

    nt_process_check();
    if (NT_LIKELY(here->record != NULL))
        return here->record;
    if (here->over)
        return NULL;
    thread = nt_thread_record_of(nt_thread_tid());
    if (thread && !nt_thread_begins(thread)) {
        here->record = NULL;
        atomic_store(&thread->knows, false);
        nt_object_close(&thread->object);
        return NULL;
    }
    return thread;
}

NTSTATUS nt_thread_find(HANDLE handle, ACCESS_MASK access, struct nt_thread **ret_thread)
{
    struct nt_object *object;
    struct nt_thread *self;
    NTSTATUS status;

    if (handle == NT_PSEUDO_THREAD) {
        self = nt_thread_self();
        if (!self)
            return STATUS_NO_MEMORY;
        nt_abort_if(!nt_object_try_open(&self->object), "a running thread's record is closed");
        *ret_thread = self;
        return STATUS_SUCCESS;
    }
    status = nt_handle_get(handle, &nt_thread_type, access, &object, NULL);
    if (NT_SUCCESS(status))
        *ret_thread = thread_of(object);
    return status;
}

/* What another right brings along. */
static ACCESS_MASK with_limited(ACCESS_MASK access)
{
    if (access & THREAD_QUERY_INFORMATION)
        access |= THREAD_QUERY_LIMITED_INFORMATION;
    if (access & THREAD_SET_INFORMATION)
        access |= THREAD_SET_LIMITED_INFORMATION;
    return access;
}

NTSTATUS nt_thread_open(uint32_t tid, ACCESS_MASK access, ULONG attributes, HANDLE *ret_handle)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *checked = NULL;
    struct nt_thread *thread;
    ACCESS_MASK granted;
    NTSTATUS status;

    if (tid == 0)
        return STATUS_INVALID_CID;
    if (!nt_os_thread_exists(0, tid))
        return nt_os_thread_exists_elsewhere(tid) ? STATUS_NOT_SUPPORTED : STATUS_INVALID_CID;
    if (tid == nt_thread_tid())
        nt_thread_self(); /* who asks for itself says when it ends */
    thread = nt_thread_record_of(tid);
    if (!thread)
        return STATUS_NO_MEMORY;
    access = with_limited(nt_object_map_access(&nt_thread_type, access));
    status = nt_security_check(&thread->object, access, &granted, &checked);
    if (NT_SUCCESS(status))
        status = nt_handle_new(&thread->object, granted, attributes, ret_handle);
    nt_object_close(&thread->object);
    return status;
}

/* --- the end -------------------------------------------------------------------------------- */

static void finish(struct nt_thread_here *here)
{
    struct nt_thread *thread = here->record;

    here->over = true;
    nt_local_end(here);
    nt_mutexes_thread_ends();
    if (!thread)
        return;
    nt_os_thread_used(0, &thread->kernel, &thread->user);
    thread->exited = nt_clock_wall();
    nt_lock_take(NT_LOCK_THREADS);
    unlink_thread(thread);
    if (thread->pthread) {
        nt_object_ref(&thread->object);
        LIST_INSERT_HEAD(&ended, thread, link);
    }
    nt_thread_tell_end(thread, here->exit_code);
    nt_lock_drop(NT_LOCK_THREADS);
    nt_apc_drop_all(thread);
    here->record = NULL;
    nt_object_close(&thread->object);
}

static void end_of_round(void *pointer)
{
    struct nt_thread_here *here = pointer;

    if (here->over)
        return;
    nt_local_run_callbacks(here);
    if (++here->n_ends < LAST_ROUND && pthread_setspecific(key, here) == 0)
        return;
    finish(here);
}

/* One that has ended, and out of the list; NULL. */
static struct nt_thread *take_ended(bool wait)
{
    struct nt_thread *thread;
    uint32_t me = nt_thread_tid();

    nt_lock_take(NT_LOCK_THREADS);
    LIST_FOREACH (thread, &ended, link) {
        uint32_t tid = atomic_load(&thread->tid);

        if (tid != me && (wait || !nt_os_thread_exists(0, tid)))
            break;
    }
    if (thread)
        unlink_thread(thread);
    nt_lock_drop(NT_LOCK_THREADS);
    return thread;
}

void nt_threads_reap(bool wait)
{
    struct nt_thread *thread;

    while ((thread = take_ended(wait)) != NULL) {
        nt_os_thread_join(thread->pthread);
        nt_object_unref(&thread->object);
    }
}

/* Nothing is left for who looks at the end of a process for threads that nobody joined. */
__attribute__((destructor)) static void reap_at_exit(void)
{
    nt_threads_reap(true);
}

void nt_thread_ends(void)
{
    struct nt_thread_here *here = nt_thread_here();

    if (here->over)
        return;
    nt_local_run_callbacks(here);
    finish(here);
}

static void make_key(void)
{
    key_error = pthread_key_create(&key, end_of_round);
}

bool nt_thread_arm(struct nt_thread_here *here)
{
    pthread_once(&once, make_key);
    return !key_error && pthread_setspecific(key, here) == 0;
}

bool nt_thread_begins(struct nt_thread *thread)
{
    struct nt_thread_here *here = nt_thread_here();

    here->record = thread;
    atomic_store(&thread->knows, true);
    return nt_thread_arm(here);
}

/* --- fork ----------------------------------------------------------------------------------- */

/* What the calling thread has is the child's; a thread of the parent is none here. */
static void renew_here(void)
{
    struct nt_thread_here *here = nt_thread_here();

    if (here->tid)
        here->before = here->tid;
    here->tid = 0;
    if (!here->record)
        return;
    atomic_store(&here->record->tid, nt_os_tid());
    here->record->process = (uint32_t)getpid();
}

static void mark_ended(struct nt_thread *thread)
{
    if (thread->of || thread == nt_thread_here()->record)
        return;
    atomic_store(&thread->exit_code, (uint32_t)STATUS_THREAD_IS_TERMINATING);
    atomic_store(&thread->ended, 1);
}

static void forget_ended(void)
{
    struct nt_thread *thread;

    while ((thread = LIST_FIRST(&ended)) != NULL) {
        unlink_thread(thread);
        nt_object_unref(&thread->object);
    }
}

void nt_threads_forked(void)
{
    struct nt_thread *thread, *next;

    renew_here();
    forget_ended();
    for (thread = LIST_FIRST(&threads); thread; thread = next) {
        next = LIST_NEXT(thread, link);
        if (thread == nt_thread_here()->record)
            continue;
        mark_ended(thread);
        unlink_thread(thread);
        if (atomic_load(&thread->knows))
            nt_object_close(&thread->object);
    }
}

static void mark_object(struct nt_object *object)
{
    if (object->type != &nt_thread_type)
        return;
    mark_ended(thread_of(object));
    thread_of(object)->link.le_prev = NULL;
}

void nt_threads_renew(void)
{
    struct nt_thread *self = nt_thread_here()->record;

    renew_here();
    /* What another thread was at is not known: its record stays where it is. */
    nt_handle_each(mark_object);
    LIST_INIT(&threads);
    LIST_INIT(&ended);
    if (self)
        LIST_INSERT_HEAD(&threads, self, link);
}
