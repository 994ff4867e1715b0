/* SPDX-License-Identifier: MIT */
/*
 * Which pages stay in memory, and which may go. A part of the seam; see os.h for its rules.
 *
 * The kernel is the one who knows which pages are locked: nothing else keeps a record of it, so
 * that whatever maps or unmaps pages unlocks them as well, and a forked child has no locks.
 */
#ifndef NT_OS_RESIDENCY_H
#define NT_OS_RESIDENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * nt_os_lock_memory() - whole pages stay in memory from now on, and are there at once
 * @keep_shared: pages of a private mapping of a file are not copied by this, as a plain mlock()
 *               copies those that could be written; before Linux 5.14 they then come in one by
 *               one, when they are touched
 *
 * Return: -EPERM when nothing may be locked; -ENOMEM when the limit is reached (see
 * nt_os_lock_room()), a page cannot be had or the mappings are too many; -EAGAIN when memory is
 * short. After a failure some of the range may be locked.
 */
int nt_os_lock_memory(void *address, size_t size, bool keep_shared);
/** nt_os_unlock_memory() - they may go again; what is not locked is left as it is. -ENOMEM. */
int nt_os_unlock_memory(void *address, size_t size);

/**
 * nt_os_is_locked() - whether the pages of a range, all of one mapping, are locked
 *
 * Those that are not are told to the kernel as pages that are not needed soon. Pages that never
 * leave memory (large ones, those of devices) count as locked. Return: 0 or 1; -ENOMEM when
 * something of the range is not mapped.
 */
int nt_os_is_locked(void *address, size_t size);

/** nt_os_any_locked() - whether this process has locked any page (VmLck); true when unknown */
bool nt_os_any_locked(void);

/**
 * nt_os_lock_room() - how many bytes more this process may lock; UINT64_MAX for any number
 */
uint64_t nt_os_lock_room(void);
/**
 * nt_os_raise_lock_limit() - let this process lock @size bytes, as far as the hard limit allows
 *
 * A limit that is higher stays. Return: 0, also when only a part was allowed; -errno.
 */
int nt_os_raise_lock_limit(uint64_t size);

/** nt_os_prefetch() - begin to read pages in that are on a disk; a hint. Holes are passed over. */
int nt_os_prefetch(void *address, size_t size);
/** nt_os_drop_pages() - pages give their memory back and stay mapped, locked ones too */
int nt_os_drop_pages(void *address, size_t size);
/**
 * nt_os_flush_code() - every thread of this process executes what was written to the range
 *
 * Where the kernel cannot make other processors look again (before Linux 4.16) only this one does.
 */
void nt_os_flush_code(const void *address, size_t size);
/**
 * nt_os_page_out_all() - as many pages as possible leave this process, as if memory were short
 *
 * Before Linux 5.4 none do. Return: 0; -errno when the list of mappings cannot be read.
 */
int nt_os_page_out_all(void);

#endif
