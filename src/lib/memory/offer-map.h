/* SPDX-License-Identifier: MIT */
/*
 * Which pages are offered, and what has to be known to have them back; for offer.c. An offer is a
 * run of pages that were offered at once. Pages that leave it are only marked as such, since that
 * must not fail, and are found there when they are offered again: no two offers have a page in
 * common. When the last page has left, the offer goes.
 *
 * NT_LOCK_REGIONS guards the tree; the pages of an offer are changed only by who has their region
 * busy.
 */
#ifndef NT_LIB_MEMORY_OFFER_MAP_H
#define NT_LIB_MEMORY_OFFER_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/memory/change.h"
#include "util/tree.h"

enum nt_offered {
    NT_OFFERED_NOT, /* not any more */
    NT_OFFERED_UNTOUCHED,
    NT_OFFERED_MARKED,
};

struct nt_offered_page {
    uint64_t word; /* the first one of a marked page */
    enum nt_offered state;
};

struct nt_offer {
    RB_ENTRY(nt_offer) node;
    uint64_t start;
    uint64_t n_pages;
    uint64_t n_offered;         /* of them */
    struct nt_offer *next_made; /* while it is being made */
    struct nt_offered_page pages[];
};

/** nt_offer_new() - of all pages of @range, untouched, for free() or nt_offers_enter(); or NULL */
struct nt_offer *nt_offer_new(const struct nt_range *range);
/**
 * nt_offers_enter() - the pages of a new offer are offered; the offer is owned here
 * @offer: of a range that nt_offers_gap() gave, and whose region was busy since. The lock is held.
 */
void nt_offers_enter(struct nt_offer *offer);

/**
 * nt_offers_gap() - pages of @range from @at on that are not offered
 * @ret_gap: one run of them, for a new offer. The lock is held. Return: false when all are.
 */
bool nt_offers_gap(const struct nt_range *range, uint64_t at, struct nt_range *ret_gap);
/**
 * nt_offers_next() - the first offer with offered pages of @range, or NULL
 * @ret_first, @ret_limit: which of its pages lie in @range, offered or not. The lock is held.
 */
struct nt_offer *nt_offers_next(const struct nt_range *range, uint64_t *ret_first,
                                uint64_t *ret_limit);

#endif
