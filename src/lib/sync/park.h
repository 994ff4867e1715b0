/* SPDX-License-Identifier: MIT */
/*
 * Sleeping in this process until somebody wakes who sleeps at an address: under WaitOnAddress,
 * condition variables and one-time initialisation. Sleepers stand in the order in which they came,
 * each with a word of its own to sleep on, in one of a fixed number of queues that the address
 * chooses. Waking where nobody sleeps is one load and no system call.
 */
#ifndef NT_LIB_SYNC_PARK_H
#define NT_LIB_SYNC_PARK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

/* One sleeper, on its thread's stack. */
struct nt_parked {
    TAILQ_ENTRY(nt_parked) link;
    const volatile void *address; /* only compared */
    _Atomic uint32_t woken;       /* a futex */
};

/**
 * nt_park_begin() - the calling thread is a sleeper at @address from now on
 *
 * Then it looks whether it need sleep at all, and calls one of the next two.
 */
void nt_park_begin(struct nt_parked *parked, const volatile void *address);
/** nt_park_sleep() - until it is woken. Return: false: the deadline has come */
bool nt_park_sleep(struct nt_parked *parked, uint64_t deadline_ns);
/** nt_park_cancel() - it does not sleep; whoever woke it meanwhile wakes the next one */
void nt_park_cancel(struct nt_parked *parked);
/** nt_unpark() - wake the first sleeper at @address, or all of them */
void nt_unpark(const volatile void *address, bool all);
/** nt_parks_renew() - in a forked child: nobody sleeps */
void nt_parks_renew(void);

#endif
