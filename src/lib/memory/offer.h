/* SPDX-License-Identifier: MIT */
/*
 * Memory whose contents may go: DiscardVirtualMemory, OfferVirtualMemory, ReclaimVirtualMemory.
 *
 * All three work on committed PAGE_READWRITE pages of one private allocation. Offered pages have no
 * access and can be neither protected nor committed until they are reclaimed; freeing or
 * decommitting them ends the offer. A forked child has its own copy of the offer.
 */
#ifndef NT_LIB_MEMORY_OFFER_H
#define NT_LIB_MEMORY_OFFER_H

#include <stdbool.h>
#include <stddef.h>

#include <windows.h>
#include <winternl.h>

#include "lib/memory/change.h"

/**
 * nt_memory_discard() - the pages give their memory back and are zero when they are touched
 * @base: a multiple of the page size, as @size
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER (the range, or pages that are not as above);
 * what the kernel said, and the contents are as they were.
 */
NTSTATUS nt_memory_discard(void *base, size_t size);

/**
 * nt_memory_offer() - the system may take the pages when memory is short
 * @priority: VmOfferPriority, 1 to 4
 *
 * Pages that are offered already stay so; locked ones are unlocked. Return: as
 * nt_memory_discard(), STATUS_NO_MEMORY; then nothing was offered.
 */
NTSTATUS nt_memory_offer(void *base, size_t size, ULONG priority);

/**
 * nt_memory_reclaim() - have offered pages back; others of the range are left as they are
 * @ret_lost: whether the contents of any page are gone; such a page is zero
 *
 * Return: as nt_memory_discard(), STATUS_NO_MEMORY; then all that was offered still is.
 */
NTSTATUS nt_memory_reclaim(void *base, size_t size, bool *ret_lost);

/** nt_offers_in() - whether a page of @range is offered. The lock is held. */
bool nt_offers_in(const struct nt_range *range);
/** nt_offers_forget() - the pages of @range are gone. The lock is held. Cannot fail. */
void nt_offers_forget(const struct nt_range *range);

#endif
