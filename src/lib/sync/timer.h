/* SPDX-License-Identifier: MIT */
/*
 * Waitable timers. How their words go is in timer-word.h, completion routines in timer-routine.h.
 */
#ifndef NT_LIB_SYNC_TIMER_H
#define NT_LIB_SYNC_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/object/name.h"
#include "lib/object/object.h"

extern const struct nt_object_type nt_timer_type;

/** nt_timer_create() - a timer, or the one of that name. Return: as nt_waitable_create() */
NTSTATUS nt_timer_create(const struct nt_object_name *name, bool manual_reset, ACCESS_MASK access,
                         HANDLE *ret_handle);
NTSTATUS nt_timer_open(const struct nt_object_name *name, ACCESS_MASK access, HANDLE *ret_handle);

struct nt_timer_setting {
    int64_t due;              /* units of 100 ns; below 0: so long from now; else UTC since 1601 */
    uint32_t period;          /* ms; 0: once */
    PTIMERAPCROUTINE routine; /* or NULL */
    void *argument;
};

/**
 * nt_timer_change() - set a timer, or (NULL) cancel it; needs TIMER_MODIFY_STATE
 * @ret_previous: whether it was signalled; may be NULL
 *
 * Return: STATUS_SUCCESS; STATUS_NO_MEMORY; those of nt_handle_get().
 */
NTSTATUS nt_timer_change(HANDLE handle, const struct nt_timer_setting *setting, bool *ret_previous);

/**
 * nt_timer_query() - needs TIMER_QUERY_STATE
 * @ret_remaining: units of 100 ns; below 0 when it has passed
 */
NTSTATUS nt_timer_query(HANDLE handle, int64_t *ret_remaining, bool *ret_signalled);

#endif
