/* SPDX-License-Identifier: MIT */
/*
 * Thread-local and fiber-local storage: one number space of slots, the first part for TlsAlloc, the
 * rest for FlsAlloc. A thread's values lie in blocks of 64 that are made when one of them is set,
 * so that reading a slot is three loads and takes no lock; which slots are in use is guarded by
 * NT_LOCK_LOCAL. Slot 0 of either part is nobody's: programs take 0 for "none yet".
 */
#ifndef NT_LIB_THREAD_LOCAL_H
#define NT_LIB_THREAD_LOCAL_H

#include <stdint.h>

#include <windows.h>
#include <winternl.h>

struct nt_thread_here;

enum nt_local_kind { NT_LOCAL_THREAD, NT_LOCAL_FIBER };

typedef void(WINAPI *nt_local_callback)(void *value);

/**
 * nt_local_alloc() - a slot, NULL in every thread
 * @callback: of a fiber-local one: called with a thread's value, if it is not NULL, when the thread
 *            ends or the slot is freed; or NULL
 *
 * Return: STATUS_SUCCESS; STATUS_NO_MEMORY when all are in use.
 */
NTSTATUS nt_local_alloc(enum nt_local_kind kind, nt_local_callback callback, uint32_t *ret_index);
/** nt_local_free() - STATUS_INVALID_PARAMETER for a slot that is not in use */
NTSTATUS nt_local_free(enum nt_local_kind kind, uint32_t index);
/**
 * nt_local_get() - the calling thread's value
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER: there is no such slot (a fiber-local one: it is
 * not in use).
 */
NTSTATUS nt_local_get(enum nt_local_kind kind, uint32_t index, void **ret_value);
/** nt_local_set() - also STATUS_NO_MEMORY */
NTSTATUS nt_local_set(enum nt_local_kind kind, uint32_t index, void *value);

/** nt_local_run_callbacks() - at the thread's end: those of its fiber-local values */
void nt_local_run_callbacks(struct nt_thread_here *here);
/** nt_local_end() - at the very end: give its blocks back */
void nt_local_end(struct nt_thread_here *here);

/** nt_local_forked() - in a forked child: values of the parent's other threads are gone */
void nt_local_forked(void);
/** nt_local_renew() - the same in a child made behind pthread_atfork */
void nt_local_renew(void);

#endif
