/* SPDX-License-Identifier: MIT */
/*
 * Changing pages of a region: what VirtualProtect, VirtualAlloc(MEM_COMMIT) and MEM_DECOMMIT have
 * in common. The kernel is asked while the region is busy and no lock is held; what a failing
 * step leaves behind is undone, so that the map and the kernel always agree.
 */
#ifndef NT_LIB_MEMORY_CHANGE_H
#define NT_LIB_MEMORY_CHANGE_H

#include "lib/memory/region-map.h"

/* Whole pages of the address space, within one region. */
struct nt_range {
    uint64_t start, end;
};

enum nt_change_options {
    NT_CHANGE_COMMIT = 1, /* the pages are committed too; the section's, for a SEC_RESERVE view */
    NT_CHANGE_REVERT = 2, /* PAGE_REVERT_TO_FILE_MAP: what was copied by writes is dropped */
};

/**
 * nt_change_choose() - what pages become when @wanted is asked for them
 * @wanted: a valid PAGE_ value
 *
 * The protection is bounded by the region's own (9.10), images copy what is written (9.17), and
 * how memory is cached was settled when it was made (6.18, 8.18, 8.19).
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PAGE_PROTECTION.
 */
NTSTATUS nt_change_choose(const struct nt_region *region, ULONG wanted, ULONG *ret_protect);

/** nt_change_committed() - true when every page of @range is committed (9.3). The lock is held. */
bool nt_change_committed(const struct nt_region *region, const struct nt_range *range);

/**
 * nt_change_protect() - set the pages of an idle region
 * @protect: as nt_change_choose() gave it
 * @options: enum nt_change_options
 * @ret_old: what the first page was (9.1); may be NULL
 *
 * The lock is held, and given up meanwhile. Return: STATUS_SUCCESS; STATUS_COMMITMENT_LIMIT,
 * STATUS_NO_MEMORY, STATUS_ACCESS_DENIED (execution refused, or a section that this process may
 * not commit in), STATUS_NOT_SUPPORTED (reverting what was copied without a descriptor),
 * STATUS_IN_PAGE_ERROR, what else the kernel said; then nothing has changed.
 */
NTSTATUS nt_change_protect(struct nt_region *region, const struct nt_range *range, ULONG protect,
                           unsigned options, ULONG *ret_old);

/** nt_change_decommit() - take the memory of pages of an idle private region away (7.29) */
NTSTATUS nt_change_decommit(struct nt_region *region, const struct nt_range *range);

/** nt_change_restore() - after a change failed half-way: protection as the runs say */
void nt_change_restore(const struct nt_region *region, const struct nt_range *range);

/**
 * nt_change_guard() - make pages guard pages (8.17)
 * @protect: with PAGE_GUARD; the pages have no access in the kernel already
 *
 * The region is busy, and no lock is held. For plans too: a region that is just being made.
 */
NTSTATUS nt_change_guard(struct nt_region *region, const struct nt_range *range, ULONG protect);
/** nt_change_watch() - tell the fault handler that the busy region is of @kinds (nt_fault_kind) */
NTSTATUS nt_change_watch(struct nt_region *region, unsigned kinds);

/**
 * nt_view_committed() - the commit state of a view of NT_VIEW_RESERVE (6.1, 3.39)
 * @offset:  of the view in @section
 * @page:    counted from the view's first
 * @limit:   the first page that does not matter
 * @ret_end: up to where the pages are alike, at most @limit
 */
bool nt_view_committed(const struct nt_section *section, uint64_t offset, uint64_t page,
                       uint64_t limit, uint64_t *ret_end);

#endif
