/* SPDX-License-Identifier: MIT */
/*
 * The bounds of the working set. The kernel knows none for a single process, so they are kept and
 * told again, and no more than that - with one effect: programs raise the minimum because that is
 * what VirtualLock may use up, so raising it raises RLIMIT_MEMLOCK as far as the hard limit allows.
 */
#ifndef NT_LIB_PROCESS_WORKING_SET_H
#define NT_LIB_PROCESS_WORKING_SET_H

#include <windows.h>
#include <winternl.h>

/* All of it in bytes. */
struct nt_working_set {
    SIZE_T minimum, maximum;
    DWORD flags; /* QUOTA_LIMITS_HARDWS_ */
};

/** nt_working_set_get() - what was set, or what every process begins with */
void nt_working_set_get(struct nt_working_set *ret_set);

/**
 * nt_working_set_set() - new bounds; (SIZE_T)-1 for both empties the working set instead
 * @set: flags of 0 leave those that there are
 *
 * In whole pages, rounded down; a minimum below 20 pages is 20 pages, and a maximum larger than
 * the machine's memory is that.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER (a bound of 0, a minimum above the maximum, a
 * maximum below 13 pages, flags that contradict each other or are unknown);
 * STATUS_INSUFFICIENT_RESOURCES (a minimum larger than the memory that is free now).
 */
NTSTATUS nt_working_set_set(const struct nt_working_set *set);

/** nt_working_set_empty() - as many pages as possible leave memory; locked ones stay */
NTSTATUS nt_working_set_empty(void);

#endif
