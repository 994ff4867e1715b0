/* SPDX-License-Identifier: MIT */
/*
 * Placeholders: address space that is owned and empty (section 5 of the facts, "PH"). To the
 * kernel all of them are memory without access, mapped in one way only, so that neighbours are
 * one mapping however often they are split; where one ends and the next begins is known to the
 * map alone. What replaces a placeholder, and what puts one back, is a single mmap over what is
 * there: at no moment can somebody else get the range.
 */
#ifndef NT_LIB_MEMORY_PLACEHOLDER_H
#define NT_LIB_MEMORY_PLACEHOLDER_H

#include "lib/memory/change.h"

/* How what is only reserved is mapped, always, so that the kernel joins neighbours. */
#define NT_RESERVED_FLAGS (MAP_PRIVATE | MAP_ANONYMOUS)

/** nt_map_nothing() - one mmap: the range is mapped without access, whatever was there; -errno */
int nt_map_nothing(const struct nt_range *range);

/**
 * nt_region_empty() - the same for pages of a busy region, whose guards fall
 *
 * A guard that is firing meanwhile gives no page access. No lock is held. -errno: the guards stand.
 */
int nt_region_empty(const struct nt_region *region, const struct nt_range *range);

/**
 * nt_placeholder_replace() - carry out a plan that replaces the placeholder at its base
 *
 * The lock is held, and given up meanwhile; others wait only when they are after this very
 * placeholder. Return: STATUS_SUCCESS; STATUS_CONFLICTING_ADDRESSES when there is no placeholder
 * of exactly this place and size; what the kernel or the plan said, and the placeholder is as it
 * was.
 */
NTSTATUS nt_placeholder_replace(const struct nt_region_plan *plan);

/**
 * nt_placeholder_restore() - have an idle region that replaced a placeholder be one again
 *
 * What it held is gone. The lock is held, and given up meanwhile. A failure leaves the region.
 */
NTSTATUS nt_placeholder_restore(struct nt_region *region);

/**
 * nt_placeholder_coalesce() - make one of the two or more whole placeholders that fill @range
 *
 * No system call. The lock is held, and given up while one of them is busy. Return:
 * STATUS_SUCCESS; STATUS_CONFLICTING_ADDRESSES or STATUS_NO_MEMORY, and nothing has changed.
 */
NTSTATUS nt_placeholder_coalesce(const struct nt_range *range);

/**
 * nt_region_cut() - take a part out of an idle region of private memory, or out of a placeholder
 * @range:    not empty; less than the region, unless it is a placeholder
 * @preserve: the part becomes a placeholder; else it is free
 *
 * What is left in front and behind are regions of their own. A placeholder is split without a
 * system call. The lock is held, and given up meanwhile. A failure leaves all as it was.
 */
NTSTATUS nt_region_cut(struct nt_region *region, const struct nt_range *range, bool preserve);

/** nt_placeholder_become() - what a region in the map is from now on; its base and size stay */
void nt_placeholder_become(struct nt_region *region);

/**
 * nt_placeholder_settle() - in a forked child: the parent was about to turn @region into a
 * placeholder or from one into something else; it is one, and the kernel agrees
 */
void nt_placeholder_settle(struct nt_region *region);

#endif
