/* SPDX-License-Identifier: MIT */
/*
 * Mutexes. The word that says who owns one is a robust futex (os/robust.h), so that the kernel
 * gives it free, marked, when its owner dies; whoever gets it next is told once that it was
 * abandoned. How the words go is in mutex-word.h, what a thread owns in mutex-owner.h.
 */
#ifndef NT_LIB_SYNC_MUTEX_H
#define NT_LIB_SYNC_MUTEX_H

#include <stdbool.h>

#include "lib/object/name.h"
#include "lib/object/object.h"

extern const struct nt_object_type nt_mutex_type;

/**
 * nt_mutex_create() - a mutex, or the one of that name
 * @owned: a new one belongs to the calling thread
 *
 * Return: as nt_waitable_create(); STATUS_NOT_SUPPORTED for @owned in a thread that cannot own any
 * (nt_robust_begin()); STATUS_ACCESS_DENIED for @owned with rights that neither wait nor change.
 */
NTSTATUS nt_mutex_create(const struct nt_object_name *name, bool owned, ACCESS_MASK access,
                         HANDLE *ret_handle);
NTSTATUS nt_mutex_open(const struct nt_object_name *name, ACCESS_MASK access, HANDLE *ret_handle);

/**
 * nt_mutex_release() - once less; any handle does
 * @ret_previous: what nt_mutex_query() would have said; may be NULL
 *
 * Return: STATUS_SUCCESS; STATUS_MUTANT_NOT_OWNED; those of nt_handle_get().
 */
NTSTATUS nt_mutex_release(HANDLE handle, LONG *ret_previous);

struct nt_mutex_state {
    LONG count;     /* 1: free; 0: owned; below: owned several times */
    bool is_mine;   /* the calling thread's */
    bool abandoned; /* free, and who gets it is told so */
};

/** nt_mutex_query() - needs MUTANT_QUERY_STATE */
NTSTATUS nt_mutex_query(HANDLE handle, struct nt_mutex_state *ret_state);

#endif
