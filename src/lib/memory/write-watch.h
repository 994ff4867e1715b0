/* SPDX-License-Identifier: MIT */
/*
 * Write watch: which pages of an allocation made with MEM_WRITE_WATCH were written since they were
 * last looked at (section 15). The kernel keeps the record, so that its own writes are in it too:
 * userfaultfd with asynchronous write protection, read with PAGEMAP_SCAN (os/page-watch.h); where
 * it lacks them, the soft-dirty bits of the page tables (soft-dirty.h), which may tell more pages
 * than were written and never fewer.
 */
#ifndef NT_LIB_MEMORY_WRITE_WATCH_H
#define NT_LIB_MEMORY_WRITE_WATCH_H

#include "lib/memory/change.h"

#define NT_WATCH_GRANULARITY 4096u /* bytes of memory that count as one: a page (15.11) */

struct nt_write_watch;

/**
 * nt_watch_begin() - begin to record; sets region->watch
 *
 * The region is NT_REGION_TRACKED, mapped, busy and untouched; no lock is held. Also after a
 * failure region->watch is the region's, to be given to nt_watch_free() when the region goes.
 * Return: STATUS_SUCCESS; STATUS_NO_MEMORY; STATUS_NOT_SUPPORTED where the kernel has no way;
 * what else the kernel said.
 */
NTSTATUS nt_watch_begin(struct nt_region *region);
/**
 * nt_watch_enter() - a region that was begun outside of the map is about to be in it
 *
 * The lock is held, and given up meanwhile. Regions that are not tracked: nothing.
 */
void nt_watch_enter(const struct nt_region *region);
/**
 * nt_watch_share() - a part of a region that is split has the record of the whole
 *
 * Both parts are given to nt_watch_free(), in any order. The lock is held. NULL gives NULL.
 */
struct nt_write_watch *nt_watch_share(struct nt_write_watch *watch);
/** nt_watch_free() - of a region that is gone; NULL is allowed; returns NULL */
struct nt_write_watch *nt_watch_free(struct nt_write_watch *watch);

/**
 * nt_watch_commit() - pages of @range that are not committed are about to be
 *
 * Before they get any access: none of them counts as written by that. The region is busy, and no
 * lock is held, as in nt_watch_keep(). Regions that are not tracked: nothing.
 */
NTSTATUS nt_watch_commit(struct nt_region *region, const struct nt_range *range);
/**
 * nt_watch_keep() - pages are about to lose their memory: what was written stays listed (15.14)
 *
 * They have no access any more. On failure nothing that was written is forgotten.
 */
NTSTATUS nt_watch_keep(struct nt_region *region, const struct nt_range *range);
/**
 * nt_watch_resume() - committed pages of @range have lost their memory and stay committed
 *
 * None of them counts as written by that. They have no access yet, and nt_watch_keep() was called.
 */
NTSTATUS nt_watch_resume(struct nt_region *region, const struct nt_range *range);

/**
 * nt_watch_get() - GetWriteWatch: pages of [@base, @base + @size) that were written
 * @reset:     those that are told count as not written any more (15.8)
 * @addresses: filled with addresses of pages, ascending
 * @count:     in: how many there is room for; out, on success: how many there are
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER (15.20, 15.22); STATUS_ACCESS_VIOLATION
 * (15.21); STATUS_NO_MEMORY; what the kernel said. On failure nothing was reset.
 */
NTSTATUS nt_watch_get(const void *base, size_t size, bool reset, void **addresses,
                      ULONG_PTR *count);
/** nt_watch_reset() - ResetWriteWatch (15.9, 15.23) */
NTSTATUS nt_watch_reset(const void *base, size_t size);

/**
 * nt_watch_touch() - a read into [@buffer, @buffer + @size) is about to be made (15.15)
 *
 * Every page of it counts as written, however many bytes arrive. One load where nothing is
 * watched. Return: STATUS_SUCCESS; STATUS_NO_MEMORY, and nothing has changed.
 */
NTSTATUS nt_watch_touch(const void *buffer, size_t size);

/**
 * nt_watch_forked() - in a forked child, locks held: the kernel's record is the parent's
 *
 * The child begins a new one when it first asks. Until then it cannot know what was written: what
 * has memory counts as written.
 */
void nt_watch_forked(void);
/** nt_watch_quiesce() - close the kept descriptors when nothing is watched; takes the lock */
void nt_watch_quiesce(void);

#endif
