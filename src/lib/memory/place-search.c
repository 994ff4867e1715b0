// SPDX-License-Identifier: MIT
/*
 * The search is a walk from obstacle to obstacle, upward or downward: the lowest thing that lies
 * in the range looked at says where the next range can be. See place-search.h.
 */
#include "lib/memory/place-search.h"

#include "os/memory-more.h"
#include "os/os.h"
#include "util/macro.h"

void nt_place_search_begin(struct nt_place_search *search, const struct nt_region_plan *plan)
{
    uint64_t alignment = plan->alignment ? plan->alignment : NT_GRANULARITY;
    uint64_t low = plan->lowest > NT_USER_LOWEST ? plan->lowest : NT_USER_LOWEST;
    uint64_t end = plan->highest && plan->highest < NT_USER_END ? plan->highest + 1 : NT_USER_END;

    *search = (struct nt_place_search){
        .low = nt_align_up(low, alignment),
        .end = end,
        .size = plan->size,
        .alignment = alignment,
        .down = plan->top_down,
    };
    nt_os_stack_range(&search->stack_low, &search->stack_high);
    search->over = search->low < low || search->size > end;
    search->base =
        search->down && !search->over ? nt_align_down(end - search->size, alignment) : search->low;
}

struct obstacle {
    uint64_t start, end;
};

/* What the kernel has at @base or above, when the map knows nothing of it. */
static bool find_foreign(uint64_t base, uint64_t end, struct obstacle *ret_obstacle)
{
    struct nt_os_vma vma;
    int r;

    nt_map_unlock();
    r = nt_os_vma_query(base, &vma);
    nt_map_lock();
    if (r < 0 || vma.start >= end)
        return false;
    *ret_obstacle = (struct obstacle){vma.start, vma.end};
    return true;
}

/* The lowest thing in the range that is looked at. */
static bool find_obstacle(const struct nt_place_search *search, struct obstacle *ret_obstacle)
{
    uint64_t base = search->base, end = base + search->size;
    const struct nt_region *region = nt_map_first_in(base, end);

    if (base < search->stack_high && end > search->stack_low) {
        *ret_obstacle = (struct obstacle){search->stack_low, search->stack_high};
        return true;
    }
    if (region && region->kind != NT_REGION_FOREIGN && region->kind != NT_REGION_VACANT) {
        *ret_obstacle = (struct obstacle){region->base, nt_region_end(region)};
        return true;
    }
    return find_foreign(base, end, ret_obstacle);
}

/* Past @obstacle, upward or downward. */
static void step(struct nt_place_search *search, const struct obstacle *obstacle)
{
    uint64_t next;

    if (search->down) {
        search->over = obstacle->start < search->low + search->size;
        if (!search->over)
            search->base = nt_align_down(obstacle->start - search->size, search->alignment);
        return;
    }
    next = nt_align_up(obstacle->end, search->alignment);
    search->over = next <= search->base; /* there is no such multiple */
    search->base = next;
}

bool nt_place_search_next(struct nt_place_search *search, uint64_t *ret_base)
{
    while (!search->over && search->base >= search->low && search->base < search->end &&
           search->size <= search->end - search->base) {
        struct obstacle obstacle;

        if (find_obstacle(search, &obstacle)) {
            step(search, &obstacle);
            continue;
        }
        *ret_base = search->base;
        /* Should that not do after all, the next place is one step further. */
        obstacle.start = search->base + search->size - 1;
        obstacle.end = search->base + 1;
        step(search, &obstacle);
        return true;
    }
    return false;
}
