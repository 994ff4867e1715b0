// SPDX-License-Identifier: MIT
/*
 * VirtualAlloc2, VirtualAllocExNuma, the FromApp functions and NtAllocateVirtualMemoryEx as
 * functions: processes, protections, and the array of extended parameters (address requirements:
 * requirements.c; placeholders: placeholder_alloc.c).
 */
#include "api/placeholder_kit.h"

/* --- what they have in common with VirtualAlloc ---------------------------------------------- */

TEST(alloc2_reserves_and_commits, "7.2 7.3 7.7 7.9")
{
    char *base = (char *)allocate2(NULL, 5 * PAGE, BOTH, PAGE_READWRITE);

    require(base != NULL, "error %u", (unsigned)GetLastError());
    ok_layout(base, "M5");
    base[0] = 1;
    release(base);
    base = (char *)allocate2(NULL, GRANULE, MEM_RESERVE, PAGE_READWRITE);
    ok_layout(base, "R16");
    ok_ptr_eq(allocate2(base + PAGE + 5, 1, MEM_COMMIT, PAGE_READWRITE), base + PAGE);
    ok_layout(base, "(R1M1R14)");
    ok_fails(allocate2(base + 15 * PAGE, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE),
             ERROR_INVALID_ADDRESS);
    ok_layout(base, "(R1M1R14)");
    release(base);
}

TEST(alloc2_refuses_what_virtualalloc_refuses, "7.1 7.8 7.14 7.17")
{
    static const struct {
        SIZE_T size;
        ULONG type, protect;
    } bad[] = {
        {0, MEM_RESERVE, PAGE_READWRITE},
        {GRANULE, 0, PAGE_READWRITE},
        {GRANULE, BOTH, 0},
        {GRANULE, BOTH, PAGE_WRITECOPY},
        {GRANULE, BOTH, PAGE_READONLY | PAGE_READWRITE},
        {GRANULE, BOTH | 0x40000000, PAGE_READWRITE},
        {GRANULE, MEM_RELEASE, PAGE_READWRITE},
        {GRANULE, BOTH | MEM_PHYSICAL, PAGE_READWRITE},
        {GRANULE, MEM_RESERVE | MEM_LARGE_PAGES, PAGE_READWRITE},
    };

    for (unsigned i = 0; i < ARRAYSIZE(bad); i++) {
        void *memory;

        SetLastError(0xdeadbeef);
        memory = allocate2(NULL, bad[i].size, bad[i].type, bad[i].protect);
        ok(!memory && GetLastError() == ERROR_INVALID_PARAMETER, "%u: %p, error %u", i, memory,
           (unsigned)GetLastError());
        if (memory)
            release(memory);
    }
}

TEST(alloc2_wants_an_address_of_64_kib, "7.6")
{
    char *place = (char *)free_place(2 * GRANULE);

    /* Wine rounds it down. */
    for (unsigned i = 0; i < 3; i++) {
        static const SIZE_T off[] = {PAGE, 1, GRANULE + 0x8000};
        void *memory = NULL;

        todo_wine ok_fails(memory = allocate2(place + off[i], PAGE, MEM_RESERVE, PAGE_NOACCESS),
                           ERROR_INVALID_PARAMETER);
        if (memory)
            release(memory);
    }
    ok_layout(place, "F32");
}

/* --- processes -------------------------------------------------------------------------------- */

TEST(null_process_is_ours_in_alloc2, "3.30 3.31 7.57")
{
    HANDLE self = GetCurrentProcess();
    void *ours = VirtualAlloc2(NULL, NULL, PAGE, BOTH, PAGE_READWRITE, NULL, 0);

    ok(ours != NULL, "error %u", (unsigned)GetLastError());
    if (ours)
        release(ours);
    ours = VirtualAlloc2(self, NULL, PAGE, BOTH, PAGE_READWRITE, NULL, 0);
    ok(ours != NULL);
    ok_fails(VirtualFreeEx(NULL, ours, 0, MEM_RELEASE), ERROR_INVALID_HANDLE);
    ok_succeeds(VirtualFreeEx(self, ours, 0, MEM_RELEASE));
    ok_fails(VirtualAllocEx(NULL, NULL, PAGE, BOTH, PAGE_READWRITE), ERROR_INVALID_HANDLE);
    ok_fails(VirtualAllocExNuma(NULL, NULL, PAGE, BOTH, PAGE_READWRITE, NUMA_NO_PREFERRED_NODE),
             ERROR_INVALID_HANDLE);
}

TEST(nt_calls_want_a_process, "3.31 7.33")
{
    PVOID base = NULL;
    SIZE_T size = PAGE;

    ok_status(NtAllocateVirtualMemoryEx(NULL, &base, &size, BOTH, PAGE_READWRITE, NULL, 0),
              STATUS_INVALID_HANDLE);
    ok_status(NtAllocateVirtualMemory(NULL, &base, 0, &size, BOTH, PAGE_READWRITE),
              STATUS_INVALID_HANDLE);
    ok_ptr_eq(base, NULL);
    ok_eq(size, PAGE);
    base = &base;
    ok_status(NtFreeVirtualMemory(NULL, &base, &size, MEM_RELEASE), STATUS_INVALID_HANDLE);
    ok_ptr_eq(base, &base);
}

TEST(an_event_is_no_process, "3.36")
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);

    ok_fails(VirtualAlloc2(event, NULL, PAGE, BOTH, PAGE_READWRITE, NULL, 0), ERROR_INVALID_HANDLE);
    ok_fails(VirtualAllocExNuma(event, NULL, PAGE, BOTH, PAGE_READWRITE, NUMA_NO_PREFERRED_NODE),
             ERROR_INVALID_HANDLE);
    drop(event, NULL);
}

/* --- for apps ------------------------------------------------------------------------------------
 */

TEST(apps_allocate_no_code, "7.18")
{
    static const ULONG code[] = {PAGE_EXECUTE, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE,
                                 PAGE_EXECUTE_WRITECOPY};

    for (unsigned i = 0; i < ARRAYSIZE(code); i++) {
        ok_fails(VirtualAllocFromApp(NULL, PAGE, BOTH, code[i]), ERROR_INVALID_PARAMETER);
        ok_fails(VirtualAlloc2FromApp(NULL, NULL, PAGE, BOTH, code[i], NULL, 0),
                 ERROR_INVALID_PARAMETER);
        ok_fails(VirtualAllocFromApp(NULL, PAGE, MEM_RESERVE, code[i]), ERROR_INVALID_PARAMETER);
    }
}

TEST(apps_allocate_data, "7.19")
{
    char *base;

    SetLastError(0xdeadbeef);
    base = (char *)VirtualAllocFromApp(NULL, 2 * PAGE, BOTH, PAGE_READWRITE);
    require(base != NULL);
    ok_error(0xdeadbeef);
    ok_layout(base, "M2");
    ok_succeeds(VirtualFree(base, 0, MEM_RELEASE));
    base = (char *)VirtualAlloc2FromApp(GetCurrentProcess(), NULL, 2 * PAGE, BOTH, PAGE_READWRITE,
                                        NULL, 0);
    require(base != NULL);
    ok_error(0xdeadbeef);
    ok_layout(base, "M2");
    release(base);
    ok_fails(VirtualAllocFromApp(NULL, 0, BOTH, PAGE_READWRITE), ERROR_INVALID_PARAMETER);
}

/* --- the array of parameters ----------------------------------------------------------------- */

static MEM_EXTENDED_PARAMETER parameter(unsigned type, DWORD64 value)
{
    MEM_EXTENDED_PARAMETER made = {.ULong64 = value};

    made.Type = type;
    return made;
}

static void check_parameters_refused(MEM_EXTENDED_PARAMETER *parameters, ULONG count, DWORD error)
{
    void *memory;

    SetLastError(0xdeadbeef);
    memory =
        VirtualAlloc2(GetCurrentProcess(), NULL, PAGE, BOTH, PAGE_READWRITE, parameters, count);
    ok(!memory && GetLastError() == error, "type %u, value 0x%llx: %p, error %u",
       parameters ? (unsigned)parameters->Type : 0,
       parameters ? (unsigned long long)parameters->ULong64 : 0, memory, (unsigned)GetLastError());
    if (memory)
        release(memory);
}

TEST(malformed_parameters_of_allocations_are_refused, "3.41 17.4")
{
    MEM_ADDRESS_REQUIREMENTS none = {.Alignment = 0};
    MEM_EXTENDED_PARAMETER two[2];
    PVOID base = (void *)(uintptr_t)42;
    SIZE_T size = 0;

    check_parameters_refused(NULL, 1, ERROR_INVALID_PARAMETER);
    for (unsigned type = 7; type < 256; type += 31) {
        two[0] = parameter(type, 0);
        check_parameters_refused(two, 1, ERROR_INVALID_PARAMETER);
    }
    two[0] = parameter(0, 0);
    check_parameters_refused(two, 1, ERROR_INVALID_PARAMETER);
    two[0] = two[1] = parameter(MemExtendedParameterAddressRequirements, (DWORD64)(uintptr_t)&none);
    check_parameters_refused(two, 2, ERROR_INVALID_PARAMETER);
    /* They come before everything else. */
    ok_status(NtAllocateVirtualMemoryEx(GetCurrentProcess(), &base, &size, 0, 0, two, 2),
              STATUS_INVALID_PARAMETER);
    ok_status(NtAllocateVirtualMemoryEx(NULL, &base, &size, 0, 0, two, 2),
              STATUS_INVALID_PARAMETER);
}

TEST(parameters_of_allocations_beyond_the_count_are_not_read, "3.51")
{
    void *memory = VirtualAlloc2(GetCurrentProcess(), NULL, PAGE, BOTH, PAGE_READWRITE,
                                 (MEM_EXTENDED_PARAMETER *)(uintptr_t)16, 0);

    ok(memory != NULL, "error %u", (unsigned)GetLastError());
    if (memory)
        release(memory);
}

TEST(allocations_have_no_machine, "3.51")
{
    MEM_EXTENDED_PARAMETER machine = parameter(6, 0x8664);

    /* Wine 8 has fewer types, and looks at few. */
    check_parameters_refused(&machine, 1, ERROR_INVALID_PARAMETER);
}

TEST(no_preferred_node_is_no_node, "7.45")
{
    MEM_EXTENDED_PARAMETER node = parameter(MemExtendedParameterNumaNode, NUMA_NO_PREFERRED_NODE);
    char *base =
        (char *)VirtualAlloc2(GetCurrentProcess(), NULL, PAGE, BOTH, PAGE_READWRITE, &node, 1);

    require(base != NULL, "error %u", (unsigned)GetLastError());
    ok_layout(base, "M1");
    release(base);
    base = (char *)VirtualAllocExNuma(GetCurrentProcess(), NULL, PAGE, BOTH, PAGE_READWRITE,
                                      NUMA_NO_PREFERRED_NODE);
    require(base != NULL, "error %u", (unsigned)GetLastError());
    ok_layout(base, "M1");
    release(base);
}

TEST(attributes_that_are_hints_change_nothing, "3.41")
{
    static const DWORD64 hints[] = {
        0, MEM_EXTENDED_PARAMETER_GRAPHICS, MEM_EXTENDED_PARAMETER_ZERO_PAGES_OPTIONAL,
        MEM_EXTENDED_PARAMETER_SOFT_FAULT_PAGES,
        MEM_EXTENDED_PARAMETER_GRAPHICS | MEM_EXTENDED_PARAMETER_ZERO_PAGES_OPTIONAL};

    for (unsigned i = 0; i < ARRAYSIZE(hints); i++) {
        MEM_EXTENDED_PARAMETER flags = parameter(MemExtendedParameterAttributeFlags, hints[i]);
        char *base =
            (char *)VirtualAlloc2(GetCurrentProcess(), NULL, PAGE, BOTH, PAGE_READWRITE, &flags, 1);

        require(base != NULL, "0x%llx: error %u", (unsigned long long)hints[i],
                (unsigned)GetLastError());
        ok_layout(base, "M1");
        ok(all_bytes(base, 0, PAGE));
        release(base);
    }
}

TEST(attributes_that_cannot_be_had_are_refused, "3.41")
{
    static const struct {
        DWORD64 flags;
        DWORD error;
    } refused[] = {
        {MEM_EXTENDED_PARAMETER_NONPAGED, ERROR_NOT_SUPPORTED},
        {MEM_EXTENDED_PARAMETER_EC_CODE, ERROR_INVALID_PARAMETER},
        {MEM_EXTENDED_PARAMETER_NUMA_NODE_MANDATORY, ERROR_INVALID_PARAMETER}, /* and no node */
        {MEM_EXTENDED_PARAMETER_NONPAGED_LARGE | MEM_EXTENDED_PARAMETER_NONPAGED_HUGE,
         ERROR_INVALID_PARAMETER},
        {0x80, ERROR_INVALID_PARAMETER},
        {(DWORD64)1 << 40, ERROR_INVALID_PARAMETER},
    };

    for (unsigned i = 0; i < ARRAYSIZE(refused); i++) {
        MEM_EXTENDED_PARAMETER flags =
            parameter(MemExtendedParameterAttributeFlags, refused[i].flags);

        /* Wine looks at EC_CODE alone. */
        todo_wine check_parameters_refused(&flags, 1, refused[i].error);
    }
}

TEST(a_mandatory_node_is_had_where_there_is_one, "7.43")
{
    MEM_EXTENDED_PARAMETER both[] = {
        parameter(MemExtendedParameterNumaNode, 0),
        parameter(MemExtendedParameterAttributeFlags, MEM_EXTENDED_PARAMETER_NUMA_NODE_MANDATORY),
    };
    ULONG highest = 0;
    void *memory;

    ok_succeeds(GetNumaHighestNodeNumber(&highest));
    SetLastError(0xdeadbeef);
    memory = VirtualAlloc2(GetCurrentProcess(), NULL, PAGE, BOTH, PAGE_READWRITE, both, 2);
    if (highest == 0 || test_on_windows())
        ok(memory != NULL, "error %u", (unsigned)GetLastError());
    else
        ok_error(ERROR_NOT_SUPPORTED);
    if (memory)
        release(memory);
}

TEST(there_is_one_partition, "3.41")
{
    MEM_EXTENDED_PARAMETER partition = parameter(MemExtendedParameterPartitionHandle, 0);
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    const HANDLE ours[] = {MEMORY_CURRENT_PARTITION_HANDLE, MEMORY_SYSTEM_PARTITION_HANDLE};

    for (unsigned i = 0; i < 2; i++) {
        void *memory;

        partition.Handle = ours[i];
        memory =
            VirtualAlloc2(GetCurrentProcess(), NULL, PAGE, BOTH, PAGE_READWRITE, &partition, 1);
        ok(memory != NULL, "error %u", (unsigned)GetLastError());
        if (memory)
            release(memory);
    }
    partition.Handle = NULL;
    todo_wine check_parameters_refused(&partition, 1, ERROR_INVALID_HANDLE);
    partition.Handle = event;
    todo_wine check_parameters_refused(&partition, 1, ERROR_INVALID_HANDLE);
    drop(event, NULL);
}

TEST(physical_sections_are_not_there, "3.51")
{
    MEM_EXTENDED_PARAMETER physical = parameter(MemExtendedParameterUserPhysicalHandle, 0);

    todo_wine check_parameters_refused(&physical, 1, ERROR_INVALID_PARAMETER);
    todo_wine ok_fails(VirtualAlloc2(GetCurrentProcess(), NULL, GRANULE, MEM_RESERVE | MEM_PHYSICAL,
                                     PAGE_READWRITE, &physical, 1),
                       ERROR_NOT_SUPPORTED);
}

/* --- places for results, and finding the functions ----------------------------------------------
 */

TEST(the_nt_call_wants_places_for_its_results, "7.33")
{
    PVOID base = NULL;
    SIZE_T size = PAGE;

    ok_status(
        NtAllocateVirtualMemoryEx(GetCurrentProcess(), &base, &size, BOTH, PAGE_READWRITE, NULL, 0),
        STATUS_SUCCESS);
    ok_eq(size, PAGE);
    release(base);
#ifndef _WIN32
    /* Wine reads them. */
    ok_status(
        NtAllocateVirtualMemoryEx(GetCurrentProcess(), NULL, &size, BOTH, PAGE_READWRITE, NULL, 0),
        STATUS_ACCESS_VIOLATION);
    ok_status(
        NtAllocateVirtualMemoryEx(GetCurrentProcess(), &base, NULL, BOTH, PAGE_READWRITE, NULL, 0),
        STATUS_ACCESS_VIOLATION);
#endif
}

TEST(results_are_in_whole_pages, "7.4 7.33")
{
    char *place = (char *)free_place(2 * GRANULE);
    PVOID base = place + GRANULE + 0x123;
    SIZE_T size = 1;

    ok_status(NtAllocateVirtualMemoryEx(GetCurrentProcess(), &base, &size, MEM_RESERVE,
                                        PAGE_READWRITE, NULL, 0),
              STATUS_SUCCESS);
    ok_ptr_eq(base, place + GRANULE);
    ok_eq(size, PAGE);
    release(base);
}

TEST(programs_find_them_by_name, "5.1")
{
    static const char *const names[] = {"VirtualAlloc2", "VirtualAlloc2FromApp",
                                        "VirtualAllocFromApp", "MapViewOfFile3",
                                        "UnmapViewOfFile2"};
    HMODULE kernelbase = GetModuleHandleA("kernelbase.dll");
    HMODULE ntdll = GetModuleHandleA("ntdll.dll");

    require(kernelbase && ntdll);
    for (unsigned i = 0; i < ARRAYSIZE(names); i++)
        ok(GetProcAddress(kernelbase, names[i]) != NULL, "%s", names[i]);
    ok(GetProcAddress(GetModuleHandleA("kernel32.dll"), "VirtualAllocExNuma") != NULL);
    ok(GetProcAddress(ntdll, "NtAllocateVirtualMemoryEx") != NULL);
    ok(GetProcAddress(ntdll, "NtUnmapViewOfSectionEx") != NULL);
}
