// SPDX-License-Identifier: MIT
/*
 * Sets of pages. See page-set.h. A piece is 4 KiB of bits, for 128 MiB of memory. A piece once made
 * stays as long as the set, so that pages can be put back into it without a failure.
 */
#include "lib/memory/page-set.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#define WORD_PAGES  64u
#define PIECE_WORDS 512u
#define PIECE_PAGES ((uint64_t)PIECE_WORDS * WORD_PAGES)

struct piece {
    _Atomic uint64_t words[PIECE_WORDS];
};

struct nt_page_set {
    uint64_t n_pieces;
    _Atomic bool used;
    _Atomic(struct piece *) pieces[];
};

struct nt_page_set *nt_page_set_new(uint64_t n_pages)
{
    uint64_t n_pieces = (n_pages + PIECE_PAGES - 1) / PIECE_PAGES;
    struct nt_page_set *set = calloc(1, sizeof(*set) + n_pieces * sizeof(set->pieces[0]));

    if (set)
        set->n_pieces = n_pieces;
    return set;
}

struct nt_page_set *nt_page_set_free(struct nt_page_set *set)
{
    if (set && atomic_load(&set->used)) {
        for (uint64_t i = 0; i < set->n_pieces; i++)
            free(atomic_load(&set->pieces[i]));
    }
    free(set);
    return NULL;
}

static int make_piece(struct nt_page_set *set, uint64_t index)
{
    struct piece *there = NULL, *piece;

    if (atomic_load(&set->pieces[index]))
        return 0;
    piece = calloc(1, sizeof(*piece));
    if (!piece)
        return -ENOMEM;
    atomic_store(&set->used, true);
    if (!atomic_compare_exchange_strong(&set->pieces[index], &there, piece))
        free(piece);
    return 0;
}

/* The bits of [@first, @end) that lie in the word that holds @first, and where the next begins. */
static uint64_t word_mask(uint64_t first, uint64_t end, uint64_t *ret_next)
{
    uint64_t bit = first % WORD_PAGES, next = first - bit + WORD_PAGES;
    uint64_t mask = ~0ull << bit;

    if (next > end) {
        mask &= ~0ull >> (next - end);
        next = end;
    }
    *ret_next = next;
    return mask;
}

int nt_page_set_add(struct nt_page_set *set, uint64_t first, uint64_t count)
{
    uint64_t end = first + count, next;
    int r = 0;

    if (!count)
        return 0;
    for (uint64_t i = first / PIECE_PAGES; r == 0 && i <= (end - 1) / PIECE_PAGES; i++)
        r = make_piece(set, i);
    for (uint64_t at = first; r == 0 && at < end; at = next) {
        struct piece *piece = atomic_load(&set->pieces[at / PIECE_PAGES]);
        uint64_t mask = word_mask(at, end, &next);

        atomic_fetch_or(&piece->words[at / WORD_PAGES % PIECE_WORDS], mask);
    }
    return r;
}

void nt_page_set_remove(struct nt_page_set *set, uint64_t first, uint64_t count)
{
    uint64_t end = first + count, next;

    if (!atomic_load(&set->used))
        return;
    for (uint64_t at = first; at < end; at = next) {
        struct piece *piece = atomic_load(&set->pieces[at / PIECE_PAGES]);
        uint64_t mask;

        if (!piece) {
            next = (at / PIECE_PAGES + 1) * PIECE_PAGES;
            continue;
        }
        mask = word_mask(at, end, &next);
        atomic_fetch_and(&piece->words[at / WORD_PAGES % PIECE_WORDS], ~mask);
    }
}

/* The first page from @at on whose bit is @value; @limit when there is none. */
static uint64_t find(const struct nt_page_set *set, uint64_t at, uint64_t limit, bool value)
{
    uint64_t next;

    for (; at < limit; at = next) {
        const struct piece *piece = atomic_load(&set->pieces[at / PIECE_PAGES]);
        uint64_t word;

        if (!piece) {
            if (!value)
                return at;
            next = (at / PIECE_PAGES + 1) * PIECE_PAGES;
            continue;
        }
        word = atomic_load(&piece->words[at / WORD_PAGES % PIECE_WORDS]);
        word = (value ? word : ~word) & word_mask(at, limit, &next);
        if (word)
            return at - at % WORD_PAGES + (uint64_t)__builtin_ctzll(word);
    }
    return limit;
}

bool nt_page_set_next(const struct nt_page_set *set, uint64_t first, uint64_t limit,
                      uint64_t *ret_first, uint64_t *ret_end)
{
    uint64_t start;

    if (!atomic_load_explicit(&set->used, memory_order_acquire))
        return false;
    start = find(set, first, limit, true);
    if (start >= limit)
        return false;
    *ret_first = start;
    *ret_end = find(set, start, limit, false);
    return true;
}
