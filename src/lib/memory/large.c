// SPDX-License-Identifier: MIT
/*
 * Memory of large pages. Its pages come from a pool that the administrator has filled; they are
 * taken when the memory is made, so that no touch fails for want of one, and given back when its
 * last mapping and descriptor are gone. VirtualAlloc's is a memfd of its own, mapped shared: a
 * private mapping would need other pages for what a forked child copies, and there may be none.
 * So a child made by plain fork() shares it with its parent.
 *
 * Nobody but the writers of a section can take pages of it away: they can punch holes. A touch
 * there is an in-page error (NT_FAULT_FILE).
 */
#include "lib/memory/large.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/memory/protect.h"
#include "lib/memory/section-attributes.h"
#include "lib/memory/section-file.h"
#include "lib/security/privilege.h"
#include "os/large-pages.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

uint64_t nt_large_page_minimum(void)
{
    return nt_os_large_page_size();
}

/* --- making it ------------------------------------------------------------------------------ */

NTSTATUS nt_large_allow(uint64_t size, uint64_t page_size)
{
    if (!nt_privilege_in_force(NT_PRIVILEGE_LOCK_MEMORY))
        return STATUS_PRIVILEGE_NOT_HELD;
    if (page_size == 0)
        return STATUS_NOT_SUPPORTED;
    return nt_is_aligned(size, page_size) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

NTSTATUS nt_large_memory(uint64_t size, uint64_t page_size, ULONG node, int *ret_fd)
{
    int r = -ENOSPC;

    /* Pages of a size that the processor has not are pages that there are none of. */
    if (nt_os_has_page_size(page_size))
        r = nt_os_large_memfd_new("ntshm-large", size, page_size,
                                  node == NUMA_NO_PREFERRED_NODE ? NT_OS_ANY_NODE : node, ret_fd);
    return r == -ENOSPC || r == -ENOMEM || r == -EFBIG ? STATUS_INSUFFICIENT_RESOURCES
                                                       : nt_status_from_errno(r);
}

NTSTATUS nt_large_back(const struct nt_section_parameters *parameters, bool is_shared,
                       struct nt_section_backing *ret_backing)
{
    struct nt_section_backing backing = {.read_fd = -1, .write_fd = -1, .file_fd = -1};
    NTSTATUS status = nt_large_allow(parameters->size, nt_large_page_minimum());

    if (NT_SUCCESS(status))
        status = nt_large_memory(parameters->size, nt_large_page_minimum(),
                                 parameters->on_node ? parameters->node : NUMA_NO_PREFERRED_NODE,
                                 &backing.write_fd);
    if (NT_SUCCESS(status) && is_shared)
        status = nt_status_from_errno(nt_os_reopen(backing.write_fd, O_RDONLY, &backing.read_fd));
    if (NT_SUCCESS(status)) {
        if (is_shared && !nt_section_protection_writes(parameters->protection))
            backing.write_fd = nt_os_close(backing.write_fd);
        backing.size = parameters->size;
        *ret_backing = backing;
    } else {
        nt_section_backing_deinit(&backing);
    }
    return status;
}

/* --- views ---------------------------------------------------------------------------------- */

NTSTATUS nt_large_check_view(const struct nt_view_request *request, size_t *size)
{
    uint64_t page_size = nt_large_page_minimum();
    bool replaces = request->allocation_type & MEM_REPLACE_PLACEHOLDER;

    if (page_size == 0)
        return STATUS_NOT_SUPPORTED;
    if (nt_protect_is_copy(request->protect) || (request->protect & PAGE_GUARD))
        return STATUS_INVALID_PAGE_PROTECTION;
    if (!nt_is_aligned((uint64_t)request->base | request->offset, page_size))
        return STATUS_MAPPED_ALIGNMENT;
    if (replaces && !nt_is_aligned(*size, page_size))
        return STATUS_MAPPED_ALIGNMENT;
    if ((request->allocation_type & MEM_LARGE_PAGES) && !nt_is_aligned(*size, page_size))
        return STATUS_INVALID_PARAMETER;
    *size = nt_align_up(*size, page_size);
    return STATUS_SUCCESS;
}

/* --- allocations ---------------------------------------------------------------------------- */

static uint64_t page_size_of(const struct nt_allocation *allocation)
{
    return allocation->attributes & MEM_EXTENDED_PARAMETER_NONPAGED_HUGE ? NT_OS_HUGE_PAGE
                                                                         : nt_large_page_minimum();
}

/* 7.47, 7.49, 7.55: whole, at once, and never without access. */
static NTSTATUS check_allocation(const struct nt_allocation *allocation, uint64_t page_size)
{
    const ULONG both = MEM_RESERVE | MEM_COMMIT, others = MEM_WRITE_WATCH | MEM_PHYSICAL;
    ULONG protect = allocation->protect & NT_PROTECT_BASE;
    NTSTATUS status;

    if ((allocation->type & both) != both || (allocation->type & others))
        return STATUS_INVALID_PARAMETER_5;
    if ((protect != PAGE_READWRITE && protect != PAGE_EXECUTE_READWRITE) ||
        (allocation->protect & PAGE_GUARD))
        return STATUS_INVALID_PAGE_PROTECTION;
    status = nt_large_allow(allocation->size, page_size);
    if (NT_SUCCESS(status) && !nt_is_aligned((uint64_t)allocation->base, page_size))
        status = STATUS_INVALID_PARAMETER_2;
    /* 5.62 */
    if (!NT_SUCCESS(status) && status != STATUS_PRIVILEGE_NOT_HELD && page_size &&
        (allocation->type & MEM_REPLACE_PLACEHOLDER))
        status = STATUS_MAPPED_ALIGNMENT;
    return status;
}

static void choose_place(const struct nt_allocation *allocation, uint64_t page_size,
                         struct nt_region_plan *plan)
{
    plan->base = (uint64_t)allocation->base;
    plan->replaces = allocation->type & MEM_REPLACE_PLACEHOLDER;
    plan->lowest = allocation->lowest;
    plan->highest = allocation->highest;
    plan->top_down = allocation->type & MEM_TOP_DOWN;
    plan->alignment = allocation->alignment > page_size ? allocation->alignment : page_size;
}

/*
 * Looked at before pages are taken, and again when the region is made: a program that tries one
 * address after the other does not empty the pool on its way.
 */
static NTSTATUS look_at_place(const struct nt_region_plan *plan)
{
    uint64_t end = plan->base + plan->size;
    struct nt_region *there;
    bool is_good;

    if (!plan->base)
        return STATUS_SUCCESS;
    nt_map_lock();
    there = nt_map_first_in(plan->base, end);
    while (there && !nt_map_visible(there))
        there = nt_map_next(there);
    if (!there || there->base >= end)
        is_good = !plan->replaces;
    else if (plan->replaces)
        is_good = there->kind == NT_REGION_PLACEHOLDER && there->base == plan->base &&
                  there->size == plan->size;
    else
        is_good = there->busy != NT_REGION_IDLE; /* it may be leaving */
    nt_map_unlock();
    return is_good ? STATUS_SUCCESS : STATUS_CONFLICTING_ADDRESSES;
}

NTSTATUS nt_large_allocate(const struct nt_allocation *allocation, struct nt_range *ret_range)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    uint64_t page_size = page_size_of(allocation), base;
    struct nt_region_plan plan = {
        .kind = NT_REGION_PRIVATE,
        .size = allocation->size,
        .view_flags = NT_REGION_LARGE,
        .allocation_protect = allocation->protect,
        .protect = allocation->protect,
        .kernel_protect = nt_protect_to_kernel(allocation->protect),
        .flags = MAP_SHARED | MAP_NORESERVE,
    };
    NTSTATUS status = check_allocation(allocation, page_size);

    choose_place(allocation, page_size, &plan);
    if (NT_SUCCESS(status))
        status = look_at_place(&plan);
    if (NT_SUCCESS(status))
        status =
            nt_large_memory(allocation->size, page_size,
                            allocation->on_node ? allocation->node : NUMA_NO_PREFERRED_NODE, &fd);
    if (!NT_SUCCESS(status))
        return status;
    plan.fd = fd;
    status = nt_region_make(&plan, &base);
    if (NT_SUCCESS(status))
        *ret_range = (struct nt_range){base, base + plan.size};
    return status;
}

NTSTATUS nt_large_check_free(const struct nt_region *region, const struct nt_range *range,
                             ULONG type)
{
    bool whole = range->start == region->base && range->end == nt_region_end(region);

    return whole && !(type & MEM_DECOMMIT) ? STATUS_SUCCESS : STATUS_UNABLE_TO_FREE_VM;
}
