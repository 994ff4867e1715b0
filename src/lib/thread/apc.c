// SPDX-License-Identifier: MIT
/*
 * Procedure calls that are queued to a thread and run in its next alertable wait, in the order in
 * which they were queued. Linux has no way to stop a thread in the middle of its work for one, and
 * Windows does not either: they wait until the thread waits.
 */
#include <limits.h>
#include <stdlib.h>

#include <ntstatus.h>

#include "lib/process/lock.h"
#include "lib/thread/thread.h"
#include "os/os.h"
#include "util/macro.h"

struct nt_apc {
    struct nt_apc *next;
    nt_apc_function function;
    void *a, *b, *c;
};

/* At the end of the list. NT_LOCK_THREADS held. */
static void append(struct nt_thread *thread, struct nt_apc *apc)
{
    struct nt_apc *last = atomic_load(&thread->apcs);

    if (!last) {
        atomic_store(&thread->apcs, apc);
        return;
    }
    while (last->next)
        last = last->next;
    last->next = apc;
}

NTSTATUS nt_apc_queue(struct nt_thread *thread, nt_apc_function function, void *a, void *b, void *c)
{
    struct nt_apc *apc;
    bool ended;

    if (thread->of)
        return STATUS_NOT_SUPPORTED;
    apc = malloc(sizeof(*apc));
    if (!apc)
        return STATUS_NO_MEMORY;
    *apc = (struct nt_apc){.function = function, .a = a, .b = b, .c = c};
    nt_lock_take(NT_LOCK_THREADS);
    ended = atomic_load(&thread->ended);
    if (!ended)
        append(thread, apc);
    nt_lock_drop(NT_LOCK_THREADS);
    if (ended) {
        free(apc);
        return STATUS_UNSUCCESSFUL;
    }
    atomic_fetch_add(&thread->alert, 1);
    nt_os_futex_wake(&thread->alert, INT_MAX);
    return STATUS_SUCCESS;
}

/* The first one, out of the list; NULL when there is none. */
static struct nt_apc *take_first(struct nt_thread *thread)
{
    struct nt_apc *apc;

    if (!atomic_load(&thread->apcs))
        return NULL;
    nt_lock_take(NT_LOCK_THREADS);
    apc = atomic_load(&thread->apcs);
    if (apc)
        atomic_store(&thread->apcs, apc->next);
    nt_lock_drop(NT_LOCK_THREADS);
    return apc;
}

bool nt_apc_pending(void)
{
    struct nt_thread *self = nt_thread_self();

    return self && atomic_load(&self->apcs);
}

bool nt_apc_run(void)
{
    struct nt_thread *self = nt_thread_self();
    struct nt_apc *first, call;
    bool any = false;

    while (self && (first = take_first(self)) != NULL) {
        call = *first;
        free(first);
        call.function(call.a, call.b, call.c);
        any = true;
    }
    return any;
}

void nt_apc_drop_all(struct nt_thread *thread)
{
    struct nt_apc *apc;

    while ((apc = take_first(thread)) != NULL)
        free(apc);
}
