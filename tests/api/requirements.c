// SPDX-License-Identifier: MIT
/*
 * MEM_ADDRESS_REQUIREMENTS of allocations: bounds and an alignment (those of views:
 * view_parameters.c).
 */
#include "api/placeholder_kit.h"

static void *allocate_within(void *base, SIZE_T size, ULONG type,
                             const MEM_ADDRESS_REQUIREMENTS *requirements)
{
    MEM_EXTENDED_PARAMETER parameter = {.Pointer = (void *)(uintptr_t)requirements};

    parameter.Type = MemExtendedParameterAddressRequirements;
    return VirtualAlloc2(NULL, base, size, type, PAGE_READWRITE, &parameter, 1);
}

static NTSTATUS nt_allocate_within(void **base, SIZE_T size, ULONG type,
                                   const MEM_ADDRESS_REQUIREMENTS *requirements)
{
    MEM_EXTENDED_PARAMETER parameter = {.Pointer = (void *)(uintptr_t)requirements};
    PVOID before = *base;
    SIZE_T bytes = size;
    NTSTATUS status;

    parameter.Type = MemExtendedParameterAddressRequirements;
    status = NtAllocateVirtualMemoryEx(GetCurrentProcess(), base, &bytes, type, PAGE_READWRITE,
                                       &parameter, 1);
    if (!NT_SUCCESS(status)) {
        ok_ptr_eq(*base, before);
        ok_eq(bytes, size);
    }
    return status;
}

static MEM_ADDRESS_REQUIREMENTS bounds(uintptr_t lowest, uintptr_t highest, SIZE_T alignment)
{
    MEM_ADDRESS_REQUIREMENTS made = {(void *)lowest, (void *)highest, alignment};

    return made;
}

/* Nothing is allocated, and the error is that of a bad parameter. */
static void check_refused(MEM_ADDRESS_REQUIREMENTS requirements)
{
    void *base = NULL;
    NTSTATUS status = nt_allocate_within(&base, GRANULE, MEM_RESERVE, &requirements);

    ok(status == STATUS_INVALID_PARAMETER, "lowest %p, highest %p, alignment 0x%llx: 0x%08x",
       requirements.LowestStartingAddress, requirements.HighestEndingAddress,
       (unsigned long long)requirements.Alignment, (unsigned)status);
    if (NT_SUCCESS(status))
        release(base);
    SetLastError(0xdeadbeef);
    base = allocate_within(NULL, GRANULE, MEM_RESERVE, &requirements);
    ok(!base && GetLastError() == ERROR_INVALID_PARAMETER, "%p, error %u", base,
       (unsigned)GetLastError());
    if (base)
        release(base);
}

/* --- the highest address ---------------------------------------------------------------------- */

static uintptr_t highest_address(void)
{
    SYSTEM_INFO system;

    GetSystemInfo(&system);
    return (uintptr_t)system.lpMaximumApplicationAddress;
}

TEST(highest_address_of_an_allocation_ends_a_page, "7.34")
{
    static const uintptr_t bad[] = {0x20000ffe, 0x20000800, 0x20000001, 1};

    for (unsigned i = 0; i < ARRAYSIZE(bad); i++)
        check_refused(bounds(0, bad[i], 0));
    /* Wine 8 takes the first byte of a page, too. */
    todo_wine check_refused(bounds(0, 0x20001000, 0));
    todo_wine check_refused(bounds(0, 0x1000, 0));
}

TEST(highest_address_lies_within_the_address_space, "7.35")
{
    MEM_ADDRESS_REQUIREMENTS requirements = bounds(0, highest_address(), 0);
    void *memory = allocate_within(NULL, GRANULE, MEM_RESERVE, &requirements);

    ok(memory != NULL, "error %u", (unsigned)GetLastError());
    release(memory);
    check_refused(bounds(0, highest_address() + PAGE, 0));
    check_refused(bounds(0, ~(uintptr_t)0, 0));
}

TEST(allocation_ends_below_the_highest_address, "7.36 7.3")
{
    static const uintptr_t limits[] = {0x20000fff, 0x7fffffff, 0x200ffff, 0x3fffffffff};

    for (unsigned i = 0; i < ARRAYSIZE(limits); i++) {
        MEM_ADDRESS_REQUIREMENTS requirements = bounds(0, limits[i], 0);
        char *memory = (char *)allocate_within(NULL, 0x40000, BOTH, &requirements);

        require(memory != NULL, "below 0x%llx: error %u", (unsigned long long)limits[i],
                (unsigned)GetLastError());
        ok_eq((uintptr_t)memory % GRANULE, 0);
        ok((uintptr_t)memory + 0x40000 - 1 <= limits[i], "%p", (void *)memory);
        ok_layout(memory, "M64");
        memory[0x3ffff] = 1;
        release(memory);
    }
}

/* --- the lowest, which Wine 8 does not look at ---------------------------------------------------
 */

TEST(allocation_starts_above_the_lowest_address, "7.42")
{
    /* A window a little above a place that is free. */
    char *lowest = (char *)free_place(GRANULE) + 0x1000000;
    char *highest = lowest + 0x3ffffff;
    MEM_ADDRESS_REQUIREMENTS requirements = {lowest, highest, 0};

    for (unsigned i = 0; i < 5; i++) {
        char *memory = (char *)allocate_within(NULL, GRANULE, MEM_RESERVE, &requirements);

        require(memory != NULL, "error %u", (unsigned)GetLastError());
        todo_wine ok(memory >= lowest && memory + GRANULE - 1 <= highest, "%p", (void *)memory);
        release(memory);
    }
}

TEST(lowest_address_is_checked, "7.42")
{
    todo_wine check_refused(bounds(0x20001000, 0, 0));
    todo_wine check_refused(bounds(0x20000001, 0x2fffffff, 0));
    todo_wine check_refused(bounds(0x30000000, 0x2fffffff, 0));
    todo_wine check_refused(bounds(0x7ffffffff0000, 0, 0));
}

TEST(lowest_address_alone_is_enough, "7.42")
{
    const uintptr_t lowest = 0x100000000;
    MEM_ADDRESS_REQUIREMENTS requirements = bounds(lowest, 0, 0);
    void *memory = allocate_within(NULL, GRANULE, MEM_RESERVE, &requirements);

    ok(memory != NULL, "error %u", (unsigned)GetLastError());
    todo_wine ok((uintptr_t)memory >= lowest, "%p", memory);
    release(memory);
}

/* --- the alignment --------------------------------------------------------------------------- */

TEST(alignments_that_are_none, "7.37")
{
    static const SIZE_T bad[] = {1, 0x1000, 0x8000, 0x30000, 0x10001, 0x18000, (SIZE_T)3 << 40};

    for (unsigned i = 0; i < ARRAYSIZE(bad); i++)
        check_refused(bounds(0, 0, bad[i]));
}

TEST(alignments_are_honoured, "7.38")
{
    for (SIZE_T alignment = 0x10000; alignment <= (SIZE_T)1 << 32; alignment *= 2) {
        MEM_ADDRESS_REQUIREMENTS requirements = bounds(0, 0, alignment);
        void *one = allocate_within(NULL, 3 * PAGE, MEM_RESERVE, &requirements);
        void *two = allocate_within(NULL, GRANULE, BOTH, &requirements);

        require(one && two, "0x%llx: error %u", (unsigned long long)alignment,
                (unsigned)GetLastError());
        ok_eq((uintptr_t)one % alignment, 0);
        ok_eq((uintptr_t)two % alignment, 0);
        ok_ptr_ne(one, two);
        release(one);
        release(two);
    }
}

TEST(alignment_and_bounds_hold_together, "7.36 7.38 7.42")
{
    const SIZE_T alignment = 0x200000;
    char *lowest = (char *)free_place(GRANULE) + 0x1000000;
    char *highest = lowest + 0x7ffffff;
    MEM_ADDRESS_REQUIREMENTS requirements = {lowest, highest, alignment};
    void *made[8];

    for (unsigned i = 0; i < ARRAYSIZE(made); i++) {
        made[i] = allocate_within(NULL, GRANULE, MEM_RESERVE, &requirements);
        require(made[i] != NULL, "error %u", (unsigned)GetLastError());
        ok_eq((uintptr_t)made[i] % alignment, 0);
        todo_wine ok((char *)made[i] >= lowest && (char *)made[i] + GRANULE - 1 <= highest, "%p",
                     made[i]);
    }
    for (unsigned i = 0; i < ARRAYSIZE(made); i++)
        release(made[i]);
}

TEST(what_does_not_fit_is_out_of_memory, "7.39")
{
    MEM_ADDRESS_REQUIREMENTS impossible = bounds(0, 0x7fffffff, (SIZE_T)1 << 40);
    MEM_ADDRESS_REQUIREMENTS narrow = bounds(0x40000000, 0x4000ffff, 0);
    void *base = NULL;

    ok_status(nt_allocate_within(&base, GRANULE, MEM_RESERVE, &impossible), STATUS_NO_MEMORY);
    ok_fails(allocate_within(NULL, GRANULE, MEM_RESERVE, &impossible), ERROR_NOT_ENOUGH_MEMORY);
    /* Wine 8 looks at the highest address only. */
    todo_wine ok_status(nt_allocate_within(&base, 2 * GRANULE, MEM_RESERVE, &narrow),
                        STATUS_NO_MEMORY);
    if (base)
        release(base);
}

/* --- with an address ----------------------------------------------------------------------------
 */

TEST(an_address_excludes_requirements, "7.40")
{
    MEM_ADDRESS_REQUIREMENTS below = bounds(0, 0x7fffffff, 0);
    MEM_ADDRESS_REQUIREMENTS aligned = bounds(0, 0, GRANULE);
    const MEM_ADDRESS_REQUIREMENTS *all[] = {&below, &aligned};
    char *place = (char *)free_place(GRANULE);

    for (unsigned i = 0; i < ARRAYSIZE(all); i++) {
        void *base = place;

        ok_status(nt_allocate_within(&base, GRANULE, MEM_RESERVE, all[i]),
                  STATUS_INVALID_PARAMETER);
        ok_fails(allocate_within(place, GRANULE, BOTH, all[i]), ERROR_INVALID_PARAMETER);
        ok_layout(place, "F16");
    }
}

TEST(an_address_excludes_a_lowest_one, "7.40 7.42")
{
    MEM_ADDRESS_REQUIREMENTS above = bounds(0x10000, 0, 0);
    void *base = free_place(GRANULE);
    void *place = base;

    todo_wine ok_status(nt_allocate_within(&base, GRANULE, MEM_RESERVE, &above),
                        STATUS_INVALID_PARAMETER);
    todo_wine ok_layout((char *)place, "F16");
    VirtualFree(base, 0, MEM_RELEASE); /* where it was reserved all the same */
}

TEST(committing_excludes_requirements, "7.40")
{
    MEM_ADDRESS_REQUIREMENTS below = bounds(0, 0x7fffffff, 0);
    void *base = allocate_within(NULL, GRANULE, MEM_RESERVE, &below);

    require(base != NULL, "error %u", (unsigned)GetLastError());
    ok_status(nt_allocate_within(&base, GRANULE, MEM_COMMIT, &below), STATUS_INVALID_PARAMETER);
    ok_layout((char *)base, "R16");
    release(base);
}

TEST(requirements_of_nothing_allow_an_address, "7.41 3.42")
{
    MEM_ADDRESS_REQUIREMENTS none = bounds(0, 0, 0);
    char *place = (char *)free_place(GRANULE);
    void *base = place;

    ok_status(nt_allocate_within(&base, GRANULE, MEM_RESERVE, &none), STATUS_SUCCESS);
    ok_ptr_eq(base, place);
    ok_status(nt_allocate_within(&base, PAGE, MEM_COMMIT, &none), STATUS_SUCCESS);
    ok_layout(place, "(M1R15)");
    release(place);
    base = allocate_within(NULL, GRANULE, BOTH, &none);
    ok(base != NULL, "error %u", (unsigned)GetLastError());
    release(base);
}

TEST(placeholders_have_requirements_too, "7.38 5.27")
{
    MEM_ADDRESS_REQUIREMENTS requirements = bounds(0, 0, 0x100000);
    MEM_EXTENDED_PARAMETER parameter = {.Pointer = &requirements};
    char *base;

    needs(CAN_REPLACE);
    parameter.Type = MemExtendedParameterAddressRequirements;
    base = (char *)VirtualAlloc2(NULL, NULL, GRANULE, PLACEHOLDER, PAGE_NOACCESS, &parameter, 1);
    require(base != NULL, "error %u", (unsigned)GetLastError());
    ok_eq((uintptr_t)base % 0x100000, 0);
    ok_fails(
        VirtualAlloc2(NULL, base, GRANULE, REPLACE | MEM_COMMIT, PAGE_READWRITE, &parameter, 1),
        ERROR_INVALID_PARAMETER);
    ok_layout(base, "P16");
    requirements.Alignment = 0;
    ok_ptr_eq(
        VirtualAlloc2(NULL, base, GRANULE, REPLACE | MEM_COMMIT, PAGE_READWRITE, &parameter, 1),
        base);
    release(base);
}
