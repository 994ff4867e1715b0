// SPDX-License-Identifier: MIT
/*
 * Offered memory. See offer.h.
 *
 * The kernel takes offered pages (MADV_FREE) when memory is short, one by one, and tells nobody:
 * a page that it took reads as zero, which is what the page may have held as well. So each page is
 * marked before: its first word is kept here and a mark, never zero, is put in its place. To
 * reclaim the page the mark is exchanged for the word in one atomic step. Where the mark is still
 * there that write keeps the page, since the kernel does not take what was written after the
 * offer; where the step finds zero, the page was taken. There is no moment in between.
 *
 * Pages that were never touched have nothing to lose and are not marked, which would give them
 * memory; the kernel is not told of them, so that what somebody writes to one of them at the last
 * moment stays. Which pages are offered is in offer-map.c.
 */
#include "lib/memory/offer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/memory/offer-map.h"
#include "lib/memory/protect.h"
#include "lib/memory/residency.h"
#include "lib/memory/write-watch.h"
#include "os/os.h"
#include "os/pagemap.h"
#include "os/residency.h"
#include "rtl/status.h"
#include "util/macro.h"

#ifndef MADV_FREE
#    define MADV_FREE 8
#endif

#define MARK 0x5245464645444146ull /* anything but zero */

/* --- what is allowed ------------------------------------------------------------------ */

static NTSTATUS check_range(void *base, size_t size, struct nt_range *ret_range)
{
    uint64_t start = (uint64_t)base;

    if (start % NT_PAGE_SIZE || size % NT_PAGE_SIZE || size == 0 || start >= NT_USER_END ||
        size > NT_USER_END - start)
        return STATUS_INVALID_PARAMETER;
    *ret_range = (struct nt_range){start, start + size};
    return STATUS_SUCCESS;
}

/* Every page is committed, PAGE_READWRITE and no guard; how it is cached does not matter. */
static bool all_read_write(const struct nt_region *region, const struct nt_range *range)
{
    uint64_t page = (range->start - region->base) / NT_PAGE_SIZE;
    uint64_t limit = (range->end - region->base) / NT_PAGE_SIZE;

    while (page < limit) {
        ULONG protect = nt_pages_at(&region->pages, page, &page);

        if ((protect & ~(ULONG)NT_PROTECT_CACHE) != PAGE_READWRITE)
            return false;
    }
    return true;
}

/* The region, busy, when the range may be treated so; the lock is then free. */
static struct nt_region *begin(const struct nt_range *range, uint8_t excluded)
{
    struct nt_region *region;

    nt_map_lock_to_change();
    region = nt_map_idle_at(range->start);
    if (region && region->kind == NT_REGION_PRIVATE && range->end <= nt_region_end(region) &&
        !(region->flags & excluded) && !region->pins && all_read_write(region, range))
        nt_map_begin(region, NT_REGION_CHANGING);
    else
        region = NULL;
    nt_map_unlock();
    return region;
}

static void end(struct nt_region *region)
{
    nt_map_lock();
    nt_map_end(region);
    nt_map_unlock();
}

/* --- discarding ----------------------------------------------------------------------- */

static NTSTATUS drop_pages(const struct nt_range *range)
{
    return nt_status_from_errno(nt_os_drop_pages((void *)range->start, range->end - range->start));
}

/* What was written stays listed, and what is only read afterwards is not (15.14). */
static NTSTATUS discard_watched(struct nt_region *region, const struct nt_range *range)
{
    void *start = (void *)range->start;
    size_t size = range->end - range->start;
    NTSTATUS status = nt_status_from_errno(nt_os_protect(start, size, PROT_NONE));

    if (NT_SUCCESS(status))
        status = nt_watch_keep(region, range);
    if (NT_SUCCESS(status))
        status = drop_pages(range);
    /* What this fails to do makes the record tell more than was written, never less. */
    if (NT_SUCCESS(status))
        (void)nt_watch_resume(region, range);
    nt_change_restore(region, range);
    return status;
}

NTSTATUS nt_memory_discard(void *base, size_t size)
{
    struct nt_region *region;
    struct nt_range range;
    NTSTATUS status = check_range(base, size, &range);

    if (!NT_SUCCESS(status))
        return status;
    region = begin(&range, NT_REGION_LARGE | NT_REGION_PHYSICAL);
    if (!region)
        return STATUS_INVALID_PARAMETER;
    status =
        region->flags & NT_REGION_TRACKED ? discard_watched(region, &range) : drop_pages(&range);
    end(region);
    return status;
}

/* --- offering ------------------------------------------------------------------------- */

static _Atomic uint64_t *word_of(const struct nt_offer *offer, uint64_t page)
{
    return (_Atomic uint64_t *)(offer->start + page * NT_PAGE_SIZE);
}

/* NT_OFFERED_MARKED, though nothing is marked yet, are the pages that have memory or swap. */
static int find_touched(struct nt_offer *offer)
{
    uint64_t page = 0;

    while (page < offer->n_pages) {
        uint64_t same;
        bool touched;
        int r = nt_os_copied_pages(offer->start + page * NT_PAGE_SIZE, offer->n_pages - page,
                                   &touched, &same);

        if (r < 0)
            return r;
        for (uint64_t i = 0; touched && i < same; i++)
            offer->pages[page + i].state = NT_OFFERED_MARKED;
        page += same;
    }
    return 0;
}

static void mark(struct nt_offer *offer)
{
    for (uint64_t page = 0; page < offer->n_pages; page++) {
        if (offer->pages[page].state == NT_OFFERED_MARKED)
            offer->pages[page].word = atomic_exchange(word_of(offer, page), MARK);
    }
}

/* The words come back; false when one cannot, since the page was taken. */
static bool unmark(struct nt_offer *offer, uint64_t first, uint64_t limit)
{
    bool intact = true;

    for (; first < limit; first++) {
        uint64_t there = MARK;

        if (offer->pages[first].state == NT_OFFERED_MARKED &&
            !atomic_compare_exchange_strong(word_of(offer, first), &there,
                                            offer->pages[first].word))
            intact = false;
    }
    return intact;
}

/* Nothing of a new offer is lost as long as the kernel has not been told that it may be. */
static void give_up(struct nt_offer *offer)
{
    (void)nt_os_protect((void *)offer->start, offer->n_pages * NT_PAGE_SIZE,
                        PROT_READ | PROT_WRITE);
    (void)unmark(offer, 0, offer->n_pages);
}

/* Closes the pages of one new offer, none of which is offered yet. */
static NTSTATUS close_pages(struct nt_offer *offer)
{
    void *start = (void *)offer->start;
    size_t size = offer->n_pages * NT_PAGE_SIZE;
    int r = find_touched(offer);

    if (r == 0)
        r = nt_os_unlock_memory(start, size);
    if (r < 0)
        return nt_status_from_errno(r);
    mark(offer);
    r = nt_os_protect(start, size, PROT_NONE);
    if (r < 0)
        give_up(offer);
    return nt_status_from_errno(r);
}

/* The pieces of @range that are not offered yet, closed, as a list. */
static NTSTATUS close_all(const struct nt_range *range, struct nt_offer **ret_made)
{
    struct nt_range piece = {range->start, range->start};

    for (;;) {
        struct nt_offer *offer;
        NTSTATUS status;
        bool more;

        nt_map_lock();
        more = nt_offers_gap(range, piece.end, &piece);
        nt_map_unlock();
        if (!more)
            return STATUS_SUCCESS;
        offer = nt_offer_new(&piece);
        status = offer ? close_pages(offer) : STATUS_NO_MEMORY;
        if (!NT_SUCCESS(status)) {
            free(offer);
            return status;
        }
        offer->next_made = *ret_made;
        *ret_made = offer;
    }
}

/* The kernel may take what is marked. Should it not want it, nothing is lost. */
static void let_go(const struct nt_offer *offer)
{
    uint64_t page = 0, limit;

    while (page < offer->n_pages) {
        limit = page + 1;
        while (limit < offer->n_pages && offer->pages[limit].state == offer->pages[page].state)
            limit++;
        if (offer->pages[page].state == NT_OFFERED_MARKED)
            (void)nt_os_advise((void *)word_of(offer, page), (limit - page) * NT_PAGE_SIZE,
                               MADV_FREE);
        page = limit;
    }
}

static NTSTATUS offer_range(const struct nt_range *range)
{
    struct nt_offer *made = NULL;
    NTSTATUS status = close_all(range, &made);

    while (made) {
        struct nt_offer *offer = made;

        made = offer->next_made;
        if (!NT_SUCCESS(status)) {
            give_up(offer);
            free(offer);
            continue;
        }
        let_go(offer);
        nt_map_lock();
        nt_offers_enter(offer);
        nt_map_unlock();
    }
    return status;
}

/* What was locked is locked again when nothing was offered. */
static NTSTATUS offer_or_relock(const struct nt_range *range)
{
    NT_CLEANUP(nt_locked_deinit) struct nt_locked_pieces locked;
    NTSTATUS status = nt_locked_note(range, &locked);

    if (!NT_SUCCESS(status))
        return status;
    status = offer_range(range);
    if (!NT_SUCCESS(status))
        nt_locked_again(&locked);
    return status;
}

NTSTATUS nt_memory_offer(void *base, size_t size, ULONG priority)
{
    struct nt_region *region;
    struct nt_range range;
    NTSTATUS status = check_range(base, size, &range);

    if (!NT_SUCCESS(status))
        return status;
    if (priority < VmOfferPriorityVeryLow || priority > VmOfferPriorityNormal)
        return STATUS_INVALID_PARAMETER;
    region = begin(&range, NT_REGION_LARGE | NT_REGION_PHYSICAL | NT_REGION_TRACKED);
    if (!region)
        return STATUS_INVALID_PARAMETER;
    status = offer_or_relock(&range);
    end(region);
    return status;
}

/* --- reclaiming ----------------------------------------------------------------------- */

/*
 * The next offer with offered pages of @range from @at on: [*@ret_first, *@ret_limit) of its pages
 * lie there. It stays as long as they are offered, since their region is busy.
 */
static struct nt_offer *next_offer(const struct nt_range *range, uint64_t at, uint64_t *ret_first,
                                   uint64_t *ret_limit)
{
    const struct nt_range rest = {at, range->end};
    struct nt_offer *offer;

    nt_map_lock();
    offer = nt_offers_next(&rest, ret_first, ret_limit);
    nt_map_unlock();
    return offer;
}

/* After opening failed half-way: what is offered has no access. */
static void close_again(const struct nt_range *range)
{
    struct nt_offer *offer;
    uint64_t first, limit;

    for (uint64_t at = range->start; (offer = next_offer(range, at, &first, &limit)) != NULL;
         at = offer->start + limit * NT_PAGE_SIZE) {
        for (; first < limit; first++) {
            if (offer->pages[first].state != NT_OFFERED_NOT)
                (void)nt_os_protect((void *)word_of(offer, first), NT_PAGE_SIZE, PROT_NONE);
        }
    }
}

static NTSTATUS reclaim_range(const struct nt_range *range, bool *ret_lost)
{
    struct nt_offer *offer;
    uint64_t first, limit;
    bool any, intact = true;
    int r;

    nt_map_lock();
    any = nt_offers_in(range);
    nt_map_unlock();
    if (any) {
        r = nt_os_protect((void *)range->start, range->end - range->start, PROT_READ | PROT_WRITE);
        if (r < 0) {
            close_again(range);
            return nt_status_from_errno(r);
        }
        for (uint64_t at = range->start; (offer = next_offer(range, at, &first, &limit)) != NULL;
             at = offer->start + limit * NT_PAGE_SIZE)
            intact &= unmark(offer, first, limit);
        nt_map_lock();
        nt_offers_forget(range);
        nt_map_unlock();
    }
    *ret_lost = !intact;
    return STATUS_SUCCESS;
}

NTSTATUS nt_memory_reclaim(void *base, size_t size, bool *ret_lost)
{
    struct nt_region *region;
    struct nt_range range;
    NTSTATUS status = check_range(base, size, &range);

    if (!NT_SUCCESS(status))
        return status;
    region = begin(&range, NT_REGION_LARGE | NT_REGION_PHYSICAL);
    if (!region)
        return STATUS_INVALID_PARAMETER;
    status = reclaim_range(&range, ret_lost);
    end(region);
    return status;
}
