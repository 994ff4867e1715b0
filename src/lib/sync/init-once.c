// SPDX-License-Identifier: MIT
/*
 * One-time initialisation. The lowest two bits say how far it is, the rest is the context once it
 * is done. Who finds it begun by another thread sleeps at its address (park.h) until that one ends
 * it; after a failure one of the sleepers begins anew.
 */
#include <stdatomic.h>

#include <ntstatus.h>

#include "lib/sync/in-process.h"
#include "lib/sync/park.h"

enum { NOT_BEGUN, BEGUN, DONE, BEGUN_BY_MANY, STEP = 3 };

static _Atomic uintptr_t *word_of(INIT_ONCE *once)
{
    return (_Atomic uintptr_t *)(void *)&once->Ptr;
}

/* Sleeps until it is not in the hands of one other thread any more. */
static void wait_for_end(INIT_ONCE *once)
{
    struct nt_parked parked;

    nt_park_begin(&parked, once);
    if ((atomic_load(word_of(once)) & STEP) == BEGUN)
        nt_park_sleep(&parked, UINT64_MAX);
    else
        nt_park_cancel(&parked);
}

NTSTATUS nt_once_begin(INIT_ONCE *once, uint32_t flags, void **ret_context)
{
    bool many = flags & RTL_RUN_ONCE_ASYNC, ask = flags & RTL_RUN_ONCE_CHECK_ONLY;
    uintptr_t is;

    if ((flags & ~(RTL_RUN_ONCE_ASYNC | RTL_RUN_ONCE_CHECK_ONLY)) || (many && ask))
        return STATUS_INVALID_PARAMETER;
    for (;;) {
        is = atomic_load_explicit(word_of(once), memory_order_acquire);
        if ((is & STEP) == DONE) {
            if (ret_context)
                *ret_context = (void *)(is & ~(uintptr_t)STEP);
            return STATUS_SUCCESS;
        }
        if (ask)
            return STATUS_UNSUCCESSFUL;
        if ((is & STEP) == NOT_BEGUN) {
            if (atomic_compare_exchange_strong(word_of(once), &is, many ? BEGUN_BY_MANY : BEGUN))
                return STATUS_PENDING;
        } else if (((is & STEP) == BEGUN_BY_MANY) != many) {
            return STATUS_INVALID_PARAMETER;
        } else if (many) {
            return STATUS_PENDING;
        } else {
            wait_for_end(once);
        }
    }
}

NTSTATUS nt_once_complete(INIT_ONCE *once, uint32_t flags, void *context)
{
    bool many = flags & RTL_RUN_ONCE_ASYNC, failed = flags & RTL_RUN_ONCE_INIT_FAILED;
    uintptr_t is = atomic_load(word_of(once)), to = (uintptr_t)context | DONE;

    if ((flags & ~(RTL_RUN_ONCE_ASYNC | RTL_RUN_ONCE_INIT_FAILED)) || (many && failed) ||
        ((uintptr_t)context & STEP) || (failed && context))
        return STATUS_INVALID_PARAMETER;
    if ((is & STEP) == NOT_BEGUN || (is & STEP) == DONE)
        return STATUS_UNSUCCESSFUL;
    if (((is & STEP) == BEGUN_BY_MANY) != many)
        return STATUS_INVALID_PARAMETER;
    if (!atomic_compare_exchange_strong(word_of(once), &is, failed ? NOT_BEGUN : to))
        return STATUS_UNSUCCESSFUL;
    nt_unpark(once, true);
    return STATUS_SUCCESS;
}
