// SPDX-License-Identifier: MIT
/*
 * Private memory: VirtualAlloc and VirtualFree. A reservation is one anonymous mapping without
 * access; committing opens pages of it, decommitting maps nothing over them again, which gives
 * their memory back and makes them zero for the next commit (7.32). The kernel charges what can
 * be written against its commit limit, when it has one, and never what is only reserved.
 */
#include <errno.h>
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/memory/protect.h"
#include "lib/memory/region-map.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

#define RESETS  (MEM_RESET | MEM_RESET_UNDO)
#define SPECIAL (MEM_WRITE_WATCH | MEM_PHYSICAL)
#define ALLOCATION_TYPES \
    (MEM_COMMIT | MEM_RESERVE | RESETS | MEM_TOP_DOWN | MEM_LARGE_PAGES | SPECIAL)
#define PLACEHOLDERS (MEM_COALESCE_PLACEHOLDERS | MEM_PRESERVE_PLACEHOLDER)

/* Whole pages of the address space. */
struct range {
    uint64_t start, end;
};

/* --- allocating --------------------------------------------------------------------- */

static NTSTATUS check_type(ULONG type, ULONG protect)
{
    ULONG both = MEM_COMMIT | MEM_RESERVE;

    if (type & ~(ULONG)ALLOCATION_TYPES)
        return STATUS_INVALID_PARAMETER_5;
    if (type & RESETS) /* 7.14: alone only */
        return type == MEM_RESET || type == MEM_RESET_UNDO ? STATUS_SUCCESS
                                                           : STATUS_INVALID_PARAMETER_5;
    if (!(type & both))
        return STATUS_INVALID_PARAMETER_5;
    if ((type & MEM_WRITE_WATCH) && !(type & MEM_RESERVE)) /* 7.15 */
        return STATUS_INVALID_PARAMETER_5;
    if ((type & MEM_LARGE_PAGES) && (type & both) != both) /* 7.47 */
        return STATUS_INVALID_PARAMETER_5;
    if ((type & MEM_PHYSICAL) && /* 7.16 */
        ((type & ~(ULONG)MEM_TOP_DOWN) != (MEM_RESERVE | MEM_PHYSICAL) ||
         protect != PAGE_READWRITE))
        return STATUS_INVALID_PARAMETER_5;
    return STATUS_SUCCESS;
}

static NTSTATUS check_allocation(uint64_t base, size_t size, ULONG type, ULONG protect)
{
    NTSTATUS status = check_type(type, protect);

    if (!NT_SUCCESS(status))
        return status;
    if (!nt_protect_is_valid(protect))
        return STATUS_INVALID_PAGE_PROTECTION;
    /* 7.8: only a view has something to copy from. */
    if (nt_protect_is_copy(protect) && (!base || (type & MEM_RESERVE)))
        return STATUS_INVALID_PAGE_PROTECTION;
    if ((base && base < NT_USER_LOWEST) || base >= NT_USER_END)
        return STATUS_INVALID_PARAMETER_2;
    if (size == 0 || size > NT_USER_END - base)
        return STATUS_INVALID_PARAMETER_4;
    /* 7.48: the privilege must be enabled, and nothing enables it yet. */
    if (type & MEM_LARGE_PAGES)
        return STATUS_PRIVILEGE_NOT_HELD;
    if ((type & (RESETS | SPECIAL)) || (protect & PAGE_GUARD))
        return STATUS_NOT_SUPPORTED;
    return STATUS_SUCCESS;
}

/* 7.2 to 7.5: reserve, and commit too when that was asked. */
static NTSTATUS reserve(struct range *range, ULONG type, ULONG protect)
{
    ULONG pages = type & MEM_COMMIT ? protect : 0;
    struct nt_region_plan plan = {
        .base = nt_align_down(range->start, NT_GRANULARITY),
        .kind = NT_REGION_PRIVATE,
        .allocation_protect = protect,
        .protect = pages,
        .kernel_protect = nt_protect_to_kernel(pages),
        .flags = MAP_PRIVATE | MAP_ANONYMOUS,
        .fd = -1,
    };
    NTSTATUS status;
    uint64_t base;

    plan.size = range->end - plan.base;
    status = nt_region_make(&plan, &base);
    if (status == STATUS_NO_MEMORY && pages)
        return STATUS_COMMITMENT_LIMIT;
    if (NT_SUCCESS(status))
        *range = (struct range){base, base + plan.size};
    return status;
}

/* What the pages of @region are when they are committed as @protect (6.8 to 6.11, 6.18, 8.18). */
static NTSTATUS choose_protect(const struct nt_region *region, ULONG protect, ULONG *ret_protect)
{
    ULONG base = protect & NT_PROTECT_BASE;

    if (region->kind == NT_REGION_VIEW) {
        if (!nt_protect_is_within(protect, region->allocation_protect))
            return STATUS_INVALID_PAGE_PROTECTION;
        /* The pages of a shared view would have to become private ones. */
        if (nt_protect_is_copy(protect) && !region->copies)
            return STATUS_NOT_SUPPORTED;
    } else if (nt_protect_is_copy(protect)) {
        return STATUS_INVALID_PAGE_PROTECTION;
    }
    /* How memory is cached was settled when it was allocated. */
    if (base != PAGE_NOACCESS)
        base |= region->allocation_protect & NT_PROTECT_CACHE;
    *ret_protect = base;
    return STATUS_SUCCESS;
}

/* After a change failed half-way: every page as the runs say. */
static void restore_protection(const struct nt_region *region, const struct range *range)
{
    uint64_t at = range->start;

    while (at < range->end) {
        uint64_t end;
        ULONG protect = nt_pages_at(&region->pages, (at - region->base) / NT_PAGE_SIZE, &end);

        end = region->base + end * NT_PAGE_SIZE;
        if (end > range->end)
            end = range->end;
        (void)nt_os_protect((void *)at, end - at, nt_protect_to_kernel(protect));
        at = end;
    }
}

/* Sets the pages of an idle region in the kernel, then in the map; 0 takes their memory away. */
static int change_pages(struct nt_region *region, const struct range *range, ULONG protect)
{
    size_t size = range->end - range->start;
    void *mapped;
    int r;

    r = nt_pages_reserve(&region->pages);
    if (r < 0)
        return r;
    nt_map_begin(region, NT_REGION_CHANGING);
    nt_map_unlock();
    if (protect) {
        r = nt_os_protect((void *)range->start, size, nt_protect_to_kernel(protect));
        if (r < 0)
            restore_protection(region, range);
    } else {
        r = nt_os_map((void *)range->start, size, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0, &mapped);
    }
    nt_map_lock();
    if (r == 0)
        nt_pages_set(&region->pages, (range->start - region->base) / NT_PAGE_SIZE,
                     size / NT_PAGE_SIZE, protect);
    nt_map_end(region);
    return r;
}

/* 7.7, 6.17: the whole range lies in one region, or nothing is committed. */
static NTSTATUS commit(const struct range *range, ULONG protect)
{
    struct nt_region *region;
    NTSTATUS status;
    int r;

    nt_map_lock_to_change();
    region = nt_map_idle_at(range->start);
    if (!region || range->end > nt_region_end(region))
        status = STATUS_CONFLICTING_ADDRESSES;
    else
        status = choose_protect(region, protect, &protect);
    if (NT_SUCCESS(status)) {
        r = change_pages(region, range, protect);
        status = r == -ENOMEM ? STATUS_COMMITMENT_LIMIT : nt_status_from_errno(r);
    }
    nt_map_unlock();
    return status;
}

NTSTATUS nt_memory_allocate(void **base, size_t *size, ULONG allocation_type, ULONG protect)
{
    uint64_t start = (uint64_t)*base;
    struct range range;
    NTSTATUS status;

    status = check_allocation(start, *size, allocation_type, protect);
    if (!NT_SUCCESS(status))
        return status;
    range.start = nt_align_down(start, NT_PAGE_SIZE);
    range.end = nt_align_up(start + *size, NT_PAGE_SIZE);
    if ((allocation_type & MEM_RESERVE) || !start)
        status = reserve(&range, allocation_type, protect);
    else
        status = commit(&range, protect);
    if (NT_SUCCESS(status)) {
        *base = (void *)range.start;
        *size = range.end - range.start;
    }
    return status;
}

/* --- freeing ------------------------------------------------------------------------ */

/* 17.7: the flags, then what a placeholder's range must be. */
static NTSTATUS check_free(size_t size, ULONG type)
{
    ULONG placeholder = type & PLACEHOLDERS;

    type &= ~(ULONG)PLACEHOLDERS;
    if (type != MEM_DECOMMIT && type != MEM_RELEASE)
        return STATUS_INVALID_PARAMETER_4;
    if (placeholder && (type != MEM_RELEASE || placeholder == PLACEHOLDERS))
        return STATUS_INVALID_PARAMETER_4;
    if (placeholder && size == 0)
        return STATUS_INVALID_PARAMETER_3;
    return STATUS_SUCCESS;
}

/* 7.23 to 7.30: which pages of @region are meant. */
static NTSTATUS choose_range(const struct nt_region *region, uint64_t address, size_t size,
                             struct range *ret_range)
{
    uint64_t start = nt_align_down(address, NT_PAGE_SIZE);
    uint64_t end = nt_region_end(region);

    if (size == 0) {
        if (start != region->base)
            return STATUS_FREE_VM_NOT_AT_BASE;
    } else {
        if (size > end - address)
            return STATUS_UNABLE_TO_FREE_VM;
        end = nt_align_up(address + size, NT_PAGE_SIZE);
    }
    *ret_range = (struct range){start, end};
    return STATUS_SUCCESS;
}

/* The lock is held, and given up meanwhile. */
static NTSTATUS free_range(struct nt_region *region, const struct range *range, ULONG type)
{
    bool whole = range->start == region->base && range->end == nt_region_end(region);

    if (type == MEM_DECOMMIT)
        return nt_status_from_errno(change_pages(region, range, 0));
    return whole ? nt_region_unmake(region) : STATUS_NOT_SUPPORTED;
}

NTSTATUS nt_memory_free(void **base, size_t *size, ULONG free_type)
{
    uint64_t address = (uint64_t)*base;
    struct nt_region *region;
    struct range range;
    NTSTATUS status;

    status = check_free(*size, free_type);
    if (!NT_SUCCESS(status))
        return status;
    nt_map_lock_to_change();
    region = nt_map_idle_at(address);
    if (free_type & MEM_COALESCE_PLACEHOLDERS)
        status = STATUS_CONFLICTING_ADDRESSES; /* 5.48 to 5.53: nothing here is a placeholder */
    else if (!region)
        status = STATUS_MEMORY_NOT_ALLOCATED;
    else if (region->kind == NT_REGION_VIEW)
        status = STATUS_UNABLE_TO_DELETE_SECTION; /* 4.7, 4.8, 5.31 */
    else if (free_type & MEM_PRESERVE_PLACEHOLDER)
        status = STATUS_CONFLICTING_ADDRESSES; /* 5.36 */
    else if (region->pins)
        status = STATUS_INVALID_PAGE_PROTECTION;
    else
        status = choose_range(region, address, *size, &range);
    if (NT_SUCCESS(status))
        status = free_range(region, &range, free_type);
    nt_map_unlock();
    if (NT_SUCCESS(status)) {
        *base = (void *)range.start;
        *size = range.end - range.start;
    }
    return status;
}
