/* SPDX-License-Identifier: MIT */
/*
 * What threads of one process synchronise with: the program's own memory holds the state, nothing
 * is allocated, and nothing needs to be given back. Where nobody waits no system call is made. The
 * contracts that a program sees are in synchapi.h.
 */
#ifndef NT_LIB_SYNC_IN_PROCESS_H
#define NT_LIB_SYNC_IN_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include <windows.h>
#include <winternl.h>

/** nt_spin() - pause a moment; false when looking again does not pay (@turn: how often it did) */
bool nt_spin(unsigned turn, unsigned most);

/* --- SRW locks (srw.c) --------------------------------------------------------------------- */

void nt_srw_acquire(SRWLOCK *lock, bool exclusive);
bool nt_srw_try_acquire(SRWLOCK *lock, bool exclusive);
/** nt_srw_release() - of a lock that nobody has so: nothing changes */
void nt_srw_release(SRWLOCK *lock, bool exclusive);

/* --- critical sections (critical-section.c) ------------------------------------------------ */

void nt_critical_init(CRITICAL_SECTION *section, uint32_t spins);
void nt_critical_enter(CRITICAL_SECTION *section);
bool nt_critical_try_enter(CRITICAL_SECTION *section);
/** nt_critical_leave() - of one that nobody has: nothing changes */
void nt_critical_leave(CRITICAL_SECTION *section);

/* --- condition variables (condition.c) ----------------------------------------------------- */

/**
 * nt_condition_sleep_critical() - leave @section (once), sleep until woken, enter it again
 *
 * Return: false: the deadline came first.
 */
bool nt_condition_sleep_critical(CONDITION_VARIABLE *variable, CRITICAL_SECTION *section,
                                 uint64_t deadline_ns);
bool nt_condition_sleep_srw(CONDITION_VARIABLE *variable, SRWLOCK *lock, bool exclusive,
                            uint64_t deadline_ns);
void nt_condition_wake(CONDITION_VARIABLE *variable, bool all);

/* --- one-time initialisation (init-once.c) ------------------------------------------------- */

/**
 * nt_once_begin() - InitOnceBeginInitialize
 *
 * Return: STATUS_SUCCESS: it is done; STATUS_PENDING: the caller does it; STATUS_INVALID_PARAMETER;
 * STATUS_UNSUCCESSFUL: it is not done, and the caller only asked.
 */
NTSTATUS nt_once_begin(INIT_ONCE *once, uint32_t flags, void **ret_context);
/** nt_once_complete() - STATUS_UNSUCCESSFUL: there was nothing to complete, or another one has */
NTSTATUS nt_once_complete(INIT_ONCE *once, uint32_t flags, void *context);

/* --- addresses (address.c) ----------------------------------------------------------------- */

/**
 * nt_address_wait() - sleep while @size bytes at @address are those at @compare
 *
 * Return: STATUS_SUCCESS, also without any change; STATUS_TIMEOUT; STATUS_INVALID_PARAMETER: no
 * such size.
 */
NTSTATUS nt_address_wait(const volatile void *address, const void *compare, size_t size,
                         uint64_t deadline_ns);

/* --- barriers (barrier.c) ------------------------------------------------------------------ */

void nt_barrier_init(SYNCHRONIZATION_BARRIER *barrier, uint32_t threads, uint32_t spins);
/** nt_barrier_enter() - until all are there. Return: true for one of them */
bool nt_barrier_enter(SYNCHRONIZATION_BARRIER *barrier, DWORD flags);
/** nt_barrier_delete() - waits until nobody uses its memory any more */
void nt_barrier_delete(SYNCHRONIZATION_BARRIER *barrier);

#endif
