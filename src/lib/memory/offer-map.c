// SPDX-License-Identifier: MIT
/*
 * The tree of offers, by address. See offer-map.h.
 */
#include "lib/memory/offer-map.h"

#include <stdlib.h>

#include "lib/memory/offer.h"
#include "os/os.h"
#include "util/macro.h"

static int compare(const struct nt_offer *a, const struct nt_offer *b)
{
    return a->start < b->start ? -1 : a->start > b->start;
}

RB_HEAD(offers, nt_offer);
NT_RB_GENERATE(offers, nt_offer, node, compare)

static struct offers offers = RB_INITIALIZER(&offers);

static uint64_t end_of(const struct nt_offer *offer)
{
    return offer->start + offer->n_pages * NT_PAGE_SIZE;
}

/* The offer that holds @address, or the first above. */
static struct nt_offer *first_from(uint64_t address)
{
    struct nt_offer key = {.start = address};
    struct nt_offer *offer = RB_NFIND(offers, &offers, &key);
    struct nt_offer *before = offer ? RB_PREV(offers, &offers, offer) : RB_MAX(offers, &offers);

    return before && end_of(before) > address ? before : offer;
}

/* The pages of @offer that lie in @range. */
static void pages_in(const struct nt_offer *offer, const struct nt_range *range,
                     uint64_t *ret_first, uint64_t *ret_limit)
{
    uint64_t start = range->start > offer->start ? range->start : offer->start;
    uint64_t end = range->end < end_of(offer) ? range->end : end_of(offer);

    *ret_first = (start - offer->start) / NT_PAGE_SIZE;
    *ret_limit = (end - offer->start) / NT_PAGE_SIZE;
}

/* The first page of [@first, @limit) that is offered, or is not; @limit when there is none. */
static uint64_t find(const struct nt_offer *offer, uint64_t first, uint64_t limit, bool offered)
{
    while (first < limit && (offer->pages[first].state != NT_OFFERED_NOT) != offered)
        first++;
    return first;
}

/* --- asking ------------------------------------------------------------------------- */

struct nt_offer *nt_offers_next(const struct nt_range *range, uint64_t *ret_first,
                                uint64_t *ret_limit)
{
    struct nt_offer *offer = range->start < range->end ? first_from(range->start) : NULL;

    for (; offer && offer->start < range->end; offer = RB_NEXT(offers, &offers, offer)) {
        pages_in(offer, range, ret_first, ret_limit);
        if (find(offer, *ret_first, *ret_limit, true) < *ret_limit)
            return offer;
    }
    return NULL;
}

bool nt_offers_in(const struct nt_range *range)
{
    uint64_t first, limit;

    return !NT_LIKELY(RB_EMPTY(&offers)) && nt_offers_next(range, &first, &limit);
}

bool nt_offers_gap(const struct nt_range *range, uint64_t at, struct nt_range *ret_gap)
{
    while (at < range->end) {
        const struct nt_offer *offer = first_from(at);
        const struct nt_range rest = {at, range->end};
        uint64_t first, limit, start;

        if (!offer || offer->start > at) {
            bool all = !offer || offer->start >= range->end;

            *ret_gap = (struct nt_range){at, all ? range->end : offer->start};
            return true;
        }
        pages_in(offer, &rest, &first, &limit);
        start = find(offer, first, limit, false);
        if (start < limit) {
            limit = find(offer, start, limit, true);
            *ret_gap = (struct nt_range){offer->start + start * NT_PAGE_SIZE,
                                         offer->start + limit * NT_PAGE_SIZE};
            return true;
        }
        at = offer->start + limit * NT_PAGE_SIZE;
    }
    return false;
}

/* --- changing ----------------------------------------------------------------------- */

struct nt_offer *nt_offer_new(const struct nt_range *range)
{
    uint64_t n_pages = (range->end - range->start) / NT_PAGE_SIZE;
    struct nt_offer *offer = malloc(sizeof(*offer) + n_pages * sizeof(offer->pages[0]));

    if (!offer)
        return NULL;
    offer->start = range->start;
    offer->n_pages = n_pages;
    offer->n_offered = n_pages;
    for (uint64_t i = 0; i < n_pages; i++)
        offer->pages[i] = (struct nt_offered_page){.state = NT_OFFERED_UNTOUCHED};
    return offer;
}

void nt_offers_enter(struct nt_offer *offer)
{
    struct nt_offer *there = first_from(offer->start);

    if (!there || there->start > offer->start) {
        RB_INSERT(offers, &offers, offer);
        return;
    }
    /* They were pages of that one before. */
    for (uint64_t i = 0; i < offer->n_pages; i++)
        there->pages[(offer->start - there->start) / NT_PAGE_SIZE + i] = offer->pages[i];
    there->n_offered += offer->n_pages;
    free(offer);
}

void nt_offers_forget(const struct nt_range *range)
{
    struct nt_offer *offer, *next;
    uint64_t first, limit;

    if (NT_LIKELY(RB_EMPTY(&offers)))
        return;
    for (offer = first_from(range->start); offer && offer->start < range->end; offer = next) {
        next = RB_NEXT(offers, &offers, offer);
        pages_in(offer, range, &first, &limit);
        for (; first < limit; first++) {
            offer->n_offered -= offer->pages[first].state != NT_OFFERED_NOT;
            offer->pages[first].state = NT_OFFERED_NOT;
        }
        if (offer->n_offered == 0) {
            RB_REMOVE(offers, &offers, offer);
            free(offer);
        }
    }
}
