// SPDX-License-Identifier: MIT
/*
 * Page runs in a sorted array. Finding is a binary search; a change replaces the runs that it
 * touches by at most three and then joins equal neighbours. See pages.h.
 */
#include "lib/memory/pages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/macro.h"

void nt_pages_init(struct nt_pages *pages, uint64_t n_pages, ULONG protect)
{
    pages->runs = pages->few;
    pages->n_runs = 1;
    pages->room = NT_ARRAY_SIZE(pages->few);
    pages->few[0] = (struct nt_page_run){.end = n_pages, .protect = protect};
}

void nt_pages_deinit(struct nt_pages *pages)
{
    if (pages->runs != pages->few)
        free(pages->runs);
    pages->runs = NULL;
    pages->n_runs = pages->room = 0;
}

int nt_pages_reserve_many(struct nt_pages *pages, uint32_t n_changes)
{
    struct nt_page_run *runs, *old;
    uint64_t needed, room;

    /* A change inside one run makes three of it. */
    needed = pages->n_runs + 2 * (uint64_t)n_changes;
    if (needed <= pages->room)
        return 0;
    room = pages->room * 2ull < 8 ? 8 : pages->room * 2ull;
    if (room < needed)
        room = needed;
    if (room > UINT32_MAX / 2)
        return -ENOMEM;
    runs = malloc(room * sizeof(*runs));
    if (!runs)
        return -ENOMEM;
    memcpy(runs, pages->runs, pages->n_runs * sizeof(*runs));
    old = pages->runs;
    pages->runs = runs;
    pages->room = (uint32_t)room;
    if (old != pages->few)
        free(old);
    return 0;
}

int nt_pages_reserve(struct nt_pages *pages)
{
    return nt_pages_reserve_many(pages, 1);
}

/* The run that holds @page: the first that ends behind it. */
static uint32_t run_of(const struct nt_pages *pages, uint64_t page)
{
    uint32_t low = 0, high = pages->n_runs - 1;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (pages->runs[middle].end > page)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Replaces the runs [@from, @to) by @count others. */
static void splice(struct nt_pages *pages, uint32_t from, uint32_t to,
                   const struct nt_page_run *runs, uint32_t count)
{
    uint32_t n_tail = pages->n_runs - to;

    nt_abort_if(from + count + n_tail > pages->room, "page runs without room");
    memmove(&pages->runs[from + count], &pages->runs[to], n_tail * sizeof(*runs));
    memcpy(&pages->runs[from], runs, count * sizeof(*runs));
    pages->n_runs = from + count + n_tail;
}

void nt_pages_set(struct nt_pages *pages, uint64_t first, uint64_t count, ULONG protect)
{
    uint64_t end = first + count;
    uint32_t from = run_of(pages, first);
    uint32_t to = run_of(pages, end - 1) + 1;
    uint64_t head_start = from ? pages->runs[from - 1].end : 0;
    struct nt_page_run parts[3], tail = pages->runs[to - 1];
    uint32_t n_parts = 0;

    /* What is left of the first run in front of the range, unless it is of the same state. */
    if (head_start < first && pages->runs[from].protect != protect)
        parts[n_parts++] = (struct nt_page_run){first, pages->runs[from].protect};
    else if (head_start == first && from && pages->runs[from - 1].protect == protect)
        from--;
    if (tail.end == end && to < pages->n_runs && pages->runs[to].protect == protect)
        tail = pages->runs[to++];
    if (tail.protect == protect) {
        parts[n_parts++] = tail;
    } else {
        parts[n_parts++] = (struct nt_page_run){end, protect};
        if (tail.end > end)
            parts[n_parts++] = tail;
    }
    splice(pages, from, to, parts, n_parts);
}

ULONG nt_pages_at(const struct nt_pages *pages, uint64_t page, uint64_t *ret_end)
{
    const struct nt_page_run *run = &pages->runs[run_of(pages, page)];

    if (ret_end)
        *ret_end = run->end;
    return run->protect;
}

/* --- parts ---------------------------------------------------------------------------------- */

int nt_pages_part(const struct nt_pages *pages, uint64_t first, uint64_t count,
                  struct nt_pages *ret_part)
{
    uint32_t from = run_of(pages, first);
    uint32_t to = run_of(pages, first + count - 1) + 1;

    nt_pages_init(ret_part, count, pages->runs[from].protect);
    if (to - from > ret_part->room) {
        ret_part->runs = malloc((to - from) * sizeof(*ret_part->runs));
        if (!ret_part->runs)
            return -ENOMEM;
        ret_part->room = to - from;
    }
    ret_part->n_runs = to - from;
    for (uint32_t i = 0; i < to - from; i++) {
        ret_part->runs[i] = pages->runs[from + i];
        ret_part->runs[i].end -= first;
    }
    ret_part->runs[to - from - 1].end = count;
    return 0;
}

void nt_pages_move(struct nt_pages *from, struct nt_pages *ret_to)
{
    *ret_to = *from;
    if (from->runs == from->few)
        ret_to->runs = ret_to->few;
    from->runs = NULL;
    from->n_runs = from->room = 0;
}

uint64_t nt_pages_count(const struct nt_pages *pages, uint64_t first, uint64_t count)
{
    uint64_t found = 0, end;

    for (uint64_t page = first; page < first + count; page = end) {
        ULONG protect = nt_pages_at(pages, page, &end);

        if (end > first + count)
            end = first + count;
        if (protect)
            found += end - page;
    }
    return found;
}
