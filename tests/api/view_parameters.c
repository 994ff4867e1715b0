// SPDX-License-Identifier: MIT
/*
 * The extended parameters of MapViewOfFile3: which there are, and where they let a view lie.
 */
#include "api/api.h"

/* Newer than some SDKs. */
#define IMAGE_MACHINE_PARAMETER 6

static void *map_with(HANDLE section, void *base, MEM_EXTENDED_PARAMETER *parameters, ULONG count)
{
    return MapViewOfFile3(section, GetCurrentProcess(), base, 0, 0, 0, PAGE_READWRITE, parameters,
                          count);
}

/* Wine 8 has MapViewOfFile3, and does not look at the parameters. */
static void check_refused(HANDLE section, void *base, MEM_EXTENDED_PARAMETER *parameters,
                          ULONG count)
{
    void *view = NULL;

    todo_wine ok_fails(view = map_with(section, base, parameters, count), ERROR_INVALID_PARAMETER);
    drop(NULL, view);
}

static MEM_EXTENDED_PARAMETER parameter(unsigned type, void *pointer)
{
    MEM_EXTENDED_PARAMETER made = {.Pointer = pointer};

    made.Type = type;
    return made;
}

TEST(malformed_parameters_are_refused, "3.41 17.4")
{
    MEM_ADDRESS_REQUIREMENTS none = {.Alignment = 0};
    MEM_EXTENDED_PARAMETER twice[] = {parameter(MemExtendedParameterAddressRequirements, &none),
                                      parameter(MemExtendedParameterAddressRequirements, &none)};
    MEM_EXTENDED_PARAMETER invalid = parameter(0, &none);
    MEM_EXTENDED_PARAMETER beyond = parameter(0x7f, &none);
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);

    check_refused(section, NULL, NULL, 1);
    check_refused(section, NULL, &invalid, 1);
    check_refused(section, NULL, &beyond, 1);
    check_refused(section, NULL, twice, 2);
    /* They come before the address and the handle. */
    check_refused(section, (void *)(uintptr_t)42, &invalid, 1);
    check_refused(NULL, NULL, &invalid, 1);
    drop(section, NULL);
}

TEST(parameters_of_other_functions_are_refused, "3.51")
{
    static const unsigned types[] = {MemExtendedParameterPartitionHandle,
                                     MemExtendedParameterUserPhysicalHandle,
                                     MemExtendedParameterAttributeFlags};
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);

    for (unsigned i = 0; i < ARRAYSIZE(types); i++) {
        MEM_EXTENDED_PARAMETER other = parameter(types[i], NULL);

        check_refused(section, NULL, &other, 1);
    }
    drop(section, NULL);
}

TEST(image_machine_is_this_machine_or_not_supported, "14.25")
{
    MEM_EXTENDED_PARAMETER machine[2] = {parameter(IMAGE_MACHINE_PARAMETER, NULL)};
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    void *view = NULL;

    machine[0].ULong = 0x0162; /* R3000 */
    todo_wine ok_fails(view = map_with(section, NULL, machine, 1), ERROR_NOT_SUPPORTED);
    drop(NULL, view);
    machine[1] = machine[0];
    check_refused(section, NULL, machine, 2);
#if defined(__x86_64__)
    machine[0].ULong = 0x8664;
    drop(NULL, map_with(section, NULL, machine, 1));
#endif
    drop(section, NULL);
}

TEST(parameters_beyond_the_count_are_not_read, "3.51")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    void *view = map_with(section, NULL, (MEM_EXTENDED_PARAMETER *)(uintptr_t)16, 0);

    ok(view != NULL, "error %u", (unsigned)GetLastError());
    drop(section, view);
}

TEST(empty_requirements_require_nothing, "3.42")
{
    MEM_ADDRESS_REQUIREMENTS none = {.Alignment = 0};
    MEM_EXTENDED_PARAMETER empty = parameter(MemExtendedParameterAddressRequirements, &none);
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    void *place = free_place(GRANULE);
    void *there = map_with(section, place, &empty, 1);
    void *anywhere = map_with(section, NULL, &empty, 1);

    ok(anywhere != NULL);
    ok_ptr_eq(there, place);
    drop(NULL, anywhere);
    drop(section, there);
}

TEST(views_have_no_alignment_to_ask_for, "3.43")
{
    MEM_ADDRESS_REQUIREMENTS requirements = {.Alignment = 0x30000};
    unsigned n_refused = 0;
    MEM_EXTENDED_PARAMETER aligned =
        parameter(MemExtendedParameterAddressRequirements, &requirements);
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);

    check_refused(section, NULL, &aligned, 1);
    for (unsigned bit = 0; bit < 63; bit++) {
        void *view;

        requirements.Alignment = (SIZE_T)1 << bit;
        SetLastError(0xdeadbeef);
        view = map_with(section, NULL, &aligned, 1);
        n_refused += !view && GetLastError() == ERROR_INVALID_PARAMETER;
        drop(NULL, view);
    }
    todo_wine ok_eq(n_refused, 63);
    drop(section, NULL);
}

TEST(base_and_requirements_exclude_each_other, "3.44")
{
    MEM_ADDRESS_REQUIREMENTS requirements = {.HighestEndingAddress = (void *)(uintptr_t)0x7fffffff};
    MEM_EXTENDED_PARAMETER limited =
        parameter(MemExtendedParameterAddressRequirements, &requirements);
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);

    check_refused(section, free_place(GRANULE), &limited, 1);
    drop(section, NULL);
}

TEST(view_ends_below_the_highest_address, "3.45")
{
    static const uintptr_t limits[] = {0x7fffffff, 0x20000fff, 0x3fffffffff};
    HANDLE section = new_section(NULL, PAGE_READWRITE, 4 * GRANULE);

    for (unsigned i = 0; i < ARRAYSIZE(limits); i++) {
        MEM_ADDRESS_REQUIREMENTS requirements = {.HighestEndingAddress = (void *)limits[i]};
        MEM_EXTENDED_PARAMETER limited =
            parameter(MemExtendedParameterAddressRequirements, &requirements);
        void *view = map_with(section, NULL, &limited, 1);

        require(view != NULL, "error %u", (unsigned)GetLastError());
        ok_eq((uintptr_t)view % GRANULE, 0);
        ok((uintptr_t)view + 4 * GRANULE - 1 <= limits[i], "%p", view);
        drop(NULL, view);
    }
    drop(section, NULL);
}

TEST(highest_address_is_the_last_byte_of_a_page, "7.34 7.35")
{
    SYSTEM_INFO system;
    MEM_ADDRESS_REQUIREMENTS requirements = {.Alignment = 0};
    MEM_EXTENDED_PARAMETER limited =
        parameter(MemExtendedParameterAddressRequirements, &requirements);
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    char *highest;

    GetSystemInfo(&system);
    highest = (char *)system.lpMaximumApplicationAddress;
    requirements.HighestEndingAddress = highest;
    drop(NULL, map_with(section, NULL, &limited, 1));
    requirements.HighestEndingAddress = highest + 0x1000;
    check_refused(section, NULL, &limited, 1);
    requirements.HighestEndingAddress = (void *)(uintptr_t)0x80000000;
    check_refused(section, NULL, &limited, 1);
    requirements.HighestEndingAddress = (void *)(uintptr_t)0x7ffffffe;
    check_refused(section, NULL, &limited, 1);
    requirements.HighestEndingAddress = (void *)(uintptr_t)0x7ffff7ff;
    check_refused(section, NULL, &limited, 1);
    drop(section, NULL);
}

TEST(view_starts_above_the_lowest_address, "7.42")
{
    /* A window of 64 MiB, a little above a place that is free. */
    char *lowest = (char *)free_place(GRANULE) + 0x1000000;
    char *highest = lowest + 0x3ffffff;
    MEM_ADDRESS_REQUIREMENTS requirements = {.LowestStartingAddress = lowest,
                                             .HighestEndingAddress = highest};
    MEM_EXTENDED_PARAMETER limited =
        parameter(MemExtendedParameterAddressRequirements, &requirements);
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);

    for (unsigned i = 0; i < 5; i++) {
        char *view = map_with(section, NULL, &limited, 1);

        require(view != NULL, "error %u", (unsigned)GetLastError());
        todo_wine ok(view >= lowest && view + GRANULE - 1 <= highest, "%p", (void *)view);
        drop(NULL, view);
    }
    /* Not a multiple of the granularity; above the highest. */
    requirements.LowestStartingAddress = lowest + PAGE;
    check_refused(section, NULL, &limited, 1);
    requirements.LowestStartingAddress = highest + 1;
    check_refused(section, NULL, &limited, 1);
    drop(section, NULL);
}
