// SPDX-License-Identifier: MIT
/*
 * Private memory: VirtualAlloc. A reservation is one anonymous mapping without
 * access; committing opens pages of it, decommitting maps nothing over them again, which gives
 * their memory back and makes them zero for the next commit (7.32). The kernel charges what can
 * be written against its commit limit, when it has one, and never what is only reserved.
 */
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/memory/change-parts.h"
#include "lib/memory/commit.h"
#include "lib/memory/large.h"
#include "lib/memory/physical.h"
#include "lib/memory/placeholder.h"
#include "lib/memory/protect.h"
#include "lib/memory/write-watch.h"
#include "lib/process/numa.h"
#include "os/os.h"
#include "util/macro.h"

#ifndef MADV_COLD
#    define MADV_COLD 20
#endif

#define RESETS  (MEM_RESET | MEM_RESET_UNDO)
#define SPECIAL (MEM_WRITE_WATCH | MEM_PHYSICAL)
#define ALLOCATION_TYPES \
    (MEM_COMMIT | MEM_RESERVE | RESETS | MEM_TOP_DOWN | MEM_LARGE_PAGES | SPECIAL)
#define PLACEHOLDERS (MEM_RESERVE_PLACEHOLDER | MEM_REPLACE_PLACEHOLDER)

/* --- checks ------------------------------------------------------------------------- */

/* 5.2 to 5.4, 5.10, 5.11, 5.17: what placeholders need. */
static NTSTATUS check_placeholder(const struct nt_allocation *allocation)
{
    ULONG type = allocation->type;

    if (!(type & PLACEHOLDERS))
        return STATUS_SUCCESS;
    if (!allocation->extended || !(type & MEM_RESERVE) || (type & PLACEHOLDERS) == PLACEHOLDERS)
        return STATUS_INVALID_PARAMETER;
    if (type & MEM_REPLACE_PLACEHOLDER)
        return allocation->base ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    if (allocation->protect != PAGE_NOACCESS ||
        (type & ~(ULONG)MEM_TOP_DOWN) != (MEM_RESERVE | MEM_RESERVE_PLACEHOLDER))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

static NTSTATUS check_type(const struct nt_allocation *allocation)
{
    ULONG type = allocation->type & ~(ULONG)PLACEHOLDERS;
    ULONG both = MEM_COMMIT | MEM_RESERVE;

    if (type & ~(ULONG)ALLOCATION_TYPES)
        return STATUS_INVALID_PARAMETER_5;
    if (allocation->type & RESETS) /* 7.14: alone only */
        return allocation->type == MEM_RESET || allocation->type == MEM_RESET_UNDO
                   ? STATUS_SUCCESS
                   : STATUS_INVALID_PARAMETER_5;
    if (!(type & both))
        return check_placeholder(allocation) ? STATUS_INVALID_PARAMETER
                                             : STATUS_INVALID_PARAMETER_5;
    if ((type & MEM_WRITE_WATCH) && !(type & MEM_RESERVE)) /* 7.15 */
        return STATUS_INVALID_PARAMETER_5;
    if ((type & MEM_LARGE_PAGES) && (type & both) != both) /* 7.47 */
        return STATUS_INVALID_PARAMETER_5;
    if ((type & MEM_LARGE_PAGES) && (type & MEM_WRITE_WATCH))
        return STATUS_INVALID_PARAMETER_5;
    if ((type & MEM_PHYSICAL) && /* 7.16 */
        ((type & ~(ULONG)MEM_TOP_DOWN) != (MEM_RESERVE | MEM_PHYSICAL) ||
         allocation->protect != PAGE_READWRITE))
        return STATUS_INVALID_PARAMETER_5;
    return check_placeholder(allocation);
}

static NTSTATUS check_protection(const struct nt_allocation *allocation)
{
    if (!nt_protect_is_valid(allocation->protect))
        return STATUS_INVALID_PAGE_PROTECTION;
    /* 7.8: only a view has something to copy from. */
    if (nt_protect_is_copy(allocation->protect) &&
        (!allocation->base || (allocation->type & MEM_RESERVE)))
        return STATUS_INVALID_PAGE_PROTECTION;
    return STATUS_SUCCESS;
}

static NTSTATUS check_place(const struct nt_allocation *allocation)
{
    uint64_t base = (uint64_t)allocation->base;

    if (allocation->constrained && base) /* 7.40 */
        return STATUS_INVALID_PARAMETER;
    if ((base && base < NT_USER_LOWEST) || base >= NT_USER_END)
        return STATUS_INVALID_PARAMETER_2;
    if (allocation->size == 0 || allocation->size > NT_USER_END - base)
        return STATUS_INVALID_PARAMETER_4;
    return STATUS_SUCCESS;
}

static NTSTATUS check_allocation(const struct nt_allocation *allocation)
{
    NTSTATUS status = check_type(allocation);

    if (NT_SUCCESS(status))
        status = check_protection(allocation);
    if (NT_SUCCESS(status))
        status = check_place(allocation);
    if (NT_SUCCESS(status) && allocation->on_node)
        status = nt_numa_check(allocation->node); /* 7.44 */
    if (NT_SUCCESS(status))
        status = allocation->process_status;
    return status; /* nt_large_allocate() looks at what large pages need */
}

/* --- reserving ---------------------------------------------------------------------- */

/* 15.1, 8.17: what is recorded from the start, and pages that are guard pages from the start. */
static NTSTATUS finish_reserving(struct nt_region *region, void *context)
{
    const struct nt_allocation *allocation = context;
    const struct nt_range all = {region->base, nt_region_end(region)};
    NTSTATUS status = STATUS_SUCCESS;

    if (region->flags & NT_REGION_TRACKED)
        status = nt_watch_begin(region);
    if (NT_SUCCESS(status) && (allocation->type & MEM_COMMIT) && (allocation->protect & PAGE_GUARD))
        status = nt_change_guard(region, &all, allocation->protect);
    if (NT_SUCCESS(status) && (region->flags & NT_REGION_PHYSICAL)) {
        region->window = nt_window_new(region->size);
        status = region->window ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    return status;
}

static uint8_t flags_of(ULONG type)
{
    return (type & MEM_WRITE_WATCH ? NT_REGION_TRACKED : 0) |
           (type & MEM_PHYSICAL ? NT_REGION_PHYSICAL : 0);
}

/* 5.8, 5.9: a placeholder is named by its very base and size; else rounding is the rule (7.4). */
static NTSTATUS choose_place(const struct nt_allocation *allocation, struct nt_region_plan *plan)
{
    uint64_t base = (uint64_t)allocation->base;

    plan->replaces = allocation->type & MEM_REPLACE_PLACEHOLDER;
    if (plan->replaces) {
        if (!nt_is_aligned(base | allocation->size, NT_PAGE_SIZE))
            return STATUS_CONFLICTING_ADDRESSES;
        plan->base = base;
        plan->size = allocation->size;
        return STATUS_SUCCESS;
    }
    plan->base = nt_align_down(base, NT_GRANULARITY);
    plan->size = nt_align_up(base + allocation->size, NT_PAGE_SIZE) - plan->base;
    plan->lowest = allocation->lowest;
    plan->highest = allocation->highest;
    plan->alignment = allocation->alignment;
    plan->top_down = allocation->type & MEM_TOP_DOWN;
    return STATUS_SUCCESS;
}

/* What is committed at once is charged at once. */
static NTSTATUS make_charged(struct nt_region_plan *plan, uint64_t *ret_base)
{
    uint64_t charge = plan->protect ? plan->size : 0;
    NTSTATUS status = nt_commit_check_private(charge);

    if (!NT_SUCCESS(status))
        return status;
    plan->charged = charge;
    status = nt_region_make(plan, ret_base);
    if (!NT_SUCCESS(status))
        nt_commit_release_private(charge);
    return status;
}

/* 7.2 to 7.5, 5.1, 5.6, 5.7: reserve, and commit too when that was asked. */
static NTSTATUS reserve(const struct nt_allocation *allocation, struct nt_range *ret_range)
{
    bool is_placeholder = allocation->type & MEM_RESERVE_PLACEHOLDER;
    ULONG pages = allocation->type & MEM_COMMIT ? allocation->protect : 0;
    struct nt_region_plan plan = {
        .kind = is_placeholder ? NT_REGION_PLACEHOLDER : NT_REGION_PRIVATE,
        .allocation_protect = allocation->protect,
        .protect = pages,
        .kernel_protect = nt_protect_to_kernel(pages),
        .flags = NT_RESERVED_FLAGS,
        .fd = -1,
        .view_flags = flags_of(allocation->type),
        .finish = (allocation->type & SPECIAL) || (pages & PAGE_GUARD) ? finish_reserving : NULL,
        .context = (void *)allocation,
        .on_node = allocation->on_node,
        .node = allocation->node,
    };
    NTSTATUS status = choose_place(allocation, &plan);
    uint64_t base;

    if (NT_SUCCESS(status))
        status = make_charged(&plan, &base);
    if (NT_SUCCESS(status))
        *ret_range = (struct nt_range){base, base + plan.size};
    return status;
}

/* --- committing --------------------------------------------------------------------- */

/* What is committed of the range is protected like that already. */
static bool is_protected(const struct nt_region *region, const struct nt_range *range,
                         ULONG protect)
{
    for (uint64_t at = range->start, end; at < range->end; at = end) {
        ULONG is = nt_change_run(region, at, range->end, &end);

        if (is && is != protect)
            return false;
    }
    return true;
}

/* 6.10, 6.11: nothing in a view of a file or an image can be committed. */
static NTSTATUS check_commit(const struct nt_region *region, const struct nt_range *range,
                             ULONG wanted, ULONG *ret_protect)
{
    NTSTATUS status;

    if (!region || range->end > nt_region_end(region) || region->kind == NT_REGION_PLACEHOLDER ||
        (region->flags & NT_REGION_PHYSICAL))
        return STATUS_CONFLICTING_ADDRESSES; /* 7.7, 5.12 */
    if (region->flags & (NT_VIEW_FILE | NT_VIEW_IMAGE))
        return STATUS_ALREADY_COMMITTED;
    status = nt_change_choose(region, wanted, ret_protect);
    if (NT_SUCCESS(status) && region->pins && !is_protected(region, range, *ret_protect))
        status = STATUS_INVALID_PAGE_PROTECTION;
    return status;
}

/* 7.7, 6.17: the whole range lies in one region, or nothing is committed. */
static NTSTATUS commit(const struct nt_range *range, ULONG protect)
{
    struct nt_region *region;
    NTSTATUS status;

    nt_map_lock_to_change();
    region = nt_map_idle_at(range->start);
    status = check_commit(region, range, protect, &protect);
    if (NT_SUCCESS(status))
        status = nt_change_protect(region, range, protect, NT_CHANGE_COMMIT, NULL);
    nt_map_unlock();
    return status == STATUS_NO_MEMORY ? STATUS_COMMITMENT_LIMIT : status;
}

/*
 * 6.12, 6.13, 7.11 to 7.14: what the pages hold need not be kept. It is kept all the same, only
 * that such pages are the first to be swapped out: so a MEM_RESET_UNDO that succeeds tells the
 * truth, which MADV_FREE could not.
 */
static NTSTATUS reset(const struct nt_range *range)
{
    const struct nt_region *region;
    NTSTATUS status = STATUS_SUCCESS;
    bool is_private = false;

    nt_map_lock();
    region = nt_map_idle_at(range->start);
    if (!region || range->end > nt_region_end(region))
        status = STATUS_CONFLICTING_ADDRESSES;
    else if (region->flags & (NT_VIEW_FILE | NT_VIEW_IMAGE))
        status = STATUS_USER_MAPPED_FILE;
    else
        is_private = region->kind == NT_REGION_PRIVATE;
    nt_map_unlock();
    /* A hint: kernels before 5.4 do not know it. */
    if (is_private)
        (void)nt_os_advise((void *)range->start, range->end - range->start, MADV_COLD);
    return status;
}

NTSTATUS nt_memory_allocate(struct nt_allocation *allocation)
{
    uint64_t start = (uint64_t)allocation->base;
    struct nt_range range;
    NTSTATUS status;

    status = check_allocation(allocation);
    if (!NT_SUCCESS(status))
        return status;
    range.start = nt_align_down(start, NT_PAGE_SIZE);
    range.end = nt_align_up(start + allocation->size, NT_PAGE_SIZE);
    if (nt_large_is_wanted(allocation))
        status = nt_large_allocate(allocation, &range);
    else if (allocation->type & RESETS)
        status = reset(&range);
    else if ((allocation->type & MEM_RESERVE) || !start)
        status = reserve(allocation, &range);
    else
        status = commit(&range, allocation->protect);
    if (NT_SUCCESS(status)) {
        allocation->base = (void *)range.start;
        allocation->size = range.end - range.start;
    }
    return status;
}
