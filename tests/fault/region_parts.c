// SPDX-License-Identifier: MIT
/*
 * Parts of allocations that are released, with guard pages and at addresses that the fault handler
 * has to be told of, when something fails inside: nothing is lost, nothing is left.
 */
#include <string.h>

#include "api/placeholder_kit.h"
#include "fault/kit.h"

#define FIXED ((char *)0x30000000) /* no place that the library would choose */

static char *area;
static ULONG type;

/* Sixteen pages, every other one a guard page. */
static void allocate(void)
{
    DWORD old;

    area = VirtualAlloc(FIXED, GRANULE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    require(area == FIXED);
    memset(area, 'm', GRANULE);
    for (unsigned i = 0; i < 16; i += 2)
        ok_succeeds(VirtualProtect(area + i * PAGE, PAGE, PAGE_READWRITE | PAGE_GUARD, &old));
}

static bool is_guard(const char *page)
{
    MEMORY_BASIC_INFORMATION info = {.Protect = 0};

    ok_eq(VirtualQuery(page, &info, sizeof(info)), sizeof(info));
    return info.State == MEM_COMMIT && (info.Protect & PAGE_GUARD);
}

static uint32_t free_part(unsigned first, unsigned count)
{
    void *base = area + first * PAGE;
    SIZE_T size = count * PAGE;
    NTSTATUS status = NtFreeVirtualMemory(GetCurrentProcess(), &base, &size, type);

    if (NT_SUCCESS(status))
        return 0;
    for (unsigned i = 0; i < 16; i++)
        ok_eq(is_guard(area + i * PAGE), i % 2 == 0);
    ok_eq(area[PAGE], 'm');
    return RtlNtStatusToDosError(status);
}

static void free_rest(void)
{
    MEMORY_BASIC_INFORMATION info;

    for (char *at = area; at < area + GRANULE; at = (char *)info.BaseAddress + info.RegionSize) {
        ok_eq(VirtualQuery(at, &info, sizeof(info)), sizeof(info));
        if (info.State != MEM_FREE)
            ok_succeeds(VirtualFree(info.AllocationBase, 0, MEM_RELEASE));
        if (info.State != MEM_FREE)
            info.RegionSize = PAGE;
    }
}

static uint32_t run_head(void)
{
    type = MEM_RELEASE;
    return free_part(0, 3);
}

static uint32_t run_middle(void)
{
    type = MEM_RELEASE;
    return free_part(5, 4);
}

static uint32_t run_tail(void)
{
    type = MEM_RELEASE;
    return free_part(13, 3);
}

TEST(a_part_of_an_allocation_is_released_or_not, "7.26 7.33")
{
    static const struct fault_call calls[] = {
        {"NtFreeVirtualMemory, head", allocate, run_head, free_rest,
         FAULT_BIT(MUNMAP) | FAULT_MEMORY, 0, 0},
        {"NtFreeVirtualMemory, middle", allocate, run_middle, free_rest,
         FAULT_BIT(MUNMAP) | FAULT_MEMORY, 0, 0},
        {"NtFreeVirtualMemory, tail", allocate, run_tail, free_rest,
         FAULT_BIT(MUNMAP) | FAULT_MEMORY, 0, 0},
    };

    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
}

/* --- placeholders there ----------------------------------------------------------------------- */

static void reserve(void)
{
    area = allocate2(FIXED, GRANULE, PLACEHOLDER, PAGE_NOACCESS);
    require(area == FIXED);
}

static void reserve_two(void)
{
    reserve();
    ok_succeeds(VirtualFree(area, 3 * PAGE, PRESERVE));
}

static uint32_t check(bool success, const char *layout)
{
    uint32_t result = fault_result(success);

    if (result)
        ok_layout(area, layout);
    return result;
}

static uint32_t run_split(void)
{
    return check(VirtualFree(area + 3 * PAGE, 2 * PAGE, PRESERVE), "P16");
}

static uint32_t run_join(void)
{
    return check(VirtualFree(area, GRANULE, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS), "P3 P13");
}

static uint32_t run_guards(void)
{
    return check(allocate2(area, 3 * PAGE, REPLACE | MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD) !=
                     NULL,
                 "P3 P13");
}

TEST(placeholders_anywhere_are_split_and_replaced_or_not, "5.37 5.47 5.56")
{
    static const struct fault_call calls[] = {
        {"VirtualFree, split far away", reserve, run_split, free_rest, 0, 0, 0},
        {"VirtualFree, join far away", reserve_two, run_join, free_rest, 0, 0, 0},
        {"VirtualAlloc2, guard pages far away", reserve_two, run_guards, free_rest, FAULT_BIT(MMAP),
         0, 0},
    };

    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
}
