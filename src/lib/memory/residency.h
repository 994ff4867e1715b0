/* SPDX-License-Identifier: MIT */
/*
 * Keeping pages in memory (VirtualLock), letting them go (VirtualUnlock, EmptyWorkingSet) and
 * reading them in (PrefetchVirtualMemory). All of it works on any memory of the process, not only
 * on what this library made: programs lock their stacks and heaps.
 *
 * The kernel is the record of what is locked. So memory that is freed, decommitted or mapped over
 * is unlocked, a forked child has nothing locked, and pages that another library has locked with
 * mlock() count as locked.
 */
#ifndef NT_LIB_MEMORY_RESIDENCY_H
#define NT_LIB_MEMORY_RESIDENCY_H

#include <stddef.h>
#include <stdint.h>

#include <windows.h>
#include <winternl.h>

#include "lib/memory/change.h"

/**
 * nt_memory_lock() - VirtualLock: every page of the range stays in memory
 * @base, @size: in: as given; out, on success: rounded to whole pages
 *
 * No count is kept: one nt_memory_unlock() undoes any number of these. Copy-on-write pages are not
 * copied. All of the range or nothing.
 *
 * Return: STATUS_SUCCESS; STATUS_WAS_LOCKED, a success: all of it was locked already;
 * STATUS_INVALID_PARAMETER_2, _3 (base, size), STATUS_ACCESS_VIOLATION (a page that is not
 * committed or has no access), STATUS_GUARD_PAGE_VIOLATION (9.26: its guard is gone then),
 * STATUS_WORKING_SET_QUOTA (RLIMIT_MEMLOCK), STATUS_NO_MEMORY.
 */
NTSTATUS nt_memory_lock(void **base, size_t *size);

/**
 * nt_memory_unlock() - VirtualUnlock
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER_2, _3; STATUS_ACCESS_VIOLATION (nothing is
 * there), STATUS_NOT_LOCKED (some page is not locked: the kernel is told that the pages which
 * are not are needed least, and those that are stay locked), STATUS_NO_MEMORY.
 */
NTSTATUS nt_memory_unlock(void **base, size_t *size);

/**
 * nt_memory_prefetch() - PrefetchVirtualMemory: begin to read ranges in
 *
 * A hint: what is not mapped, or cannot be read ahead, is passed over. All entries are checked
 * first. Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER_3 (no entries), STATUS_ACCESS_VIOLATION
 * (NULL), STATUS_INVALID_PARAMETER_4 (a size of 0, or a range beyond the address space).
 */
NTSTATUS nt_memory_prefetch(const WIN32_MEMORY_RANGE_ENTRY *entries, ULONG_PTR count);

/* Which pieces of a range are locked, to lock them again when they have been mapped anew. */
struct nt_locked_pieces {
    struct nt_range *pieces;
    size_t n_pieces, room;
};

/**
 * nt_locked_note() - remember what is locked of a range of a busy region
 *
 * Costs nothing in a process that never locked anything. No lock is held.
 * Return: STATUS_SUCCESS, STATUS_NO_MEMORY, what the kernel said.
 */
NTSTATUS nt_locked_note(const struct nt_range *range, struct nt_locked_pieces *ret_locked);
/** nt_locked_again() - lock those pieces again: a lock outlives VirtualProtect */
void nt_locked_again(const struct nt_locked_pieces *locked);
/** nt_locked_deinit() - give the list back */
void nt_locked_deinit(struct nt_locked_pieces *locked);

#endif
