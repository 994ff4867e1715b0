// SPDX-License-Identifier: MIT
/*
 * What a placeholder is when something fails late: the kernel has unmapped the range before it
 * found that it cannot map anything, as kernels before 6.12 do, or the fault handler has been told
 * already what was to be there. And pieces that the fault handler knows, beside others.
 */
#include <errno.h>
#include <sys/mman.h>

#include "harness/test.h"
#include "lib/fault/fault.h"
#include "lib/memory/change.h"
#include "unit/placeholder_kit.h"

static uint64_t base;
static bool unmaps;

static int unmap_and_fail(enum nt_os_call call)
{
    if (call != NT_OS_MMAP || !unmaps)
        return 0;
    unmaps = false;
    ok_eq(munmap((void *)(base + PAGE), PAGE), 0);
    return ENOMEM;
}

TEST(a_placeholder_that_the_kernel_unmapped_is_there_again, "5.56 5.60")
{
    struct nt_os_vma vma;

    base = kit_reserve(3 * PAGE);
    ok_status(kit_split(base + PAGE, PAGE), STATUS_SUCCESS);
    unmaps = true;
    nt_os_set_fault(unmap_and_fail);
    ok_status(kit_replace(base + PAGE, PAGE), STATUS_COMMITMENT_LIMIT);
    nt_os_set_fault(NULL);
    ok(!unmaps);
    kit_is_placeholder(base + PAGE, PAGE);
    ok_eq(nt_os_vma_query(base + PAGE, &vma), 0);
    ok(vma.start <= base + PAGE);
    kit_agrees(base, base + 3 * PAGE);
    ok_eq(kit_mappings(base, base + 3 * PAGE), 1);
    ok_status(kit_replace(base + PAGE, PAGE), STATUS_SUCCESS);
    kit_clear(base, base + 3 * PAGE);
}

/* The last step of all: the handler was told. */
static NTSTATUS watch_and_fail(struct nt_region *region, void *context)
{
    const struct nt_range all = {region->base, nt_region_end(region)};

    (void)context;
    ok_status(nt_change_guard(region, &all, PAGE_READWRITE | PAGE_GUARD), STATUS_SUCCESS);
    return STATUS_NO_MEMORY;
}

TEST(a_failure_takes_the_watch_back, "5.56 8.17")
{
    struct nt_region_plan plan = {
        .size = 4 * PAGE,
        .replaces = true,
        .kind = NT_REGION_PRIVATE,
        .allocation_protect = PAGE_READWRITE | PAGE_GUARD,
        .protect = PAGE_READWRITE | PAGE_GUARD,
        .kernel_protect = PROT_NONE,
        .flags = MAP_PRIVATE | MAP_ANONYMOUS,
        .fd = -1,
        .finish = watch_and_fail,
    };
    uint64_t made;

    plan.base = base = kit_reserve(4 * PAGE);
    ok_status(nt_region_make(&plan, &made), STATUS_NO_MEMORY);
    kit_is_placeholder(base, 4 * PAGE);
    ok_eq(nt_fault_kinds(base), 0);
    ok(!nt_fault_guard_stands(base + PAGE));
    ok_status(kit_free(base, 0, MEM_RELEASE), STATUS_SUCCESS);
    ok_eq(nt_fault_kinds(base), 0);
}

/* One is in the arena, where the handler needs not be told, and the other behind it. */
TEST(what_was_joined_is_forgotten_whole, "5.43 5.54")
{
    uint64_t low, high;

    ok_status(kit_free(kit_reserve(PAGE), 0, MEM_RELEASE), STATUS_SUCCESS); /* there is an arena */
    nt_map_lock();
    nt_map_get_arena(&low, &high);
    nt_map_unlock();
    base = high - SLOT;
    if (!NT_SUCCESS(kit_allocate(base, SLOT, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS)))
        skip("something lies at the end of the arena");
    if (!NT_SUCCESS(
            kit_allocate(high, SLOT, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS))) {
        ok_status(kit_free(base, 0, MEM_RELEASE), STATUS_SUCCESS);
        skip("something lies behind the arena");
    }
    ok_eq(nt_fault_kinds(base), 0);
    ok_eq(nt_fault_kinds(high), NT_FAULT_PLAIN);
    ok_status(kit_join(base, 2 * SLOT), STATUS_SUCCESS);
    kit_check_map();
    ok_eq(nt_fault_kinds(high), NT_FAULT_PLAIN);
    ok_status(kit_free(base, 0, MEM_RELEASE), STATUS_SUCCESS);
    ok_eq(nt_fault_kinds(base), 0);
    ok_eq(nt_fault_kinds(high), 0);
    kit_check_map();
}
