// SPDX-License-Identifier: MIT
/*
 * The Nt layer of views.
 */
#include "api/api.h"

/* What goes into NtMapViewOfSection, and what came out. */
struct mapping {
    PVOID base;
    LARGE_INTEGER offset;
    SIZE_T size;
};

static NTSTATUS map(HANDLE section, struct mapping *mapping, ULONG_PTR zero_bits, ULONG type,
                    ULONG protect)
{
    return NtMapViewOfSection(section, NtCurrentProcess(), &mapping->base, zero_bits, 0,
                              &mapping->offset, &mapping->size, ViewUnmap, type, protect);
}

static NTSTATUS map_ex(HANDLE section, struct mapping *mapping, ULONG type, ULONG protect)
{
    return NtMapViewOfSectionEx(section, NtCurrentProcess(), &mapping->base, &mapping->offset,
                                &mapping->size, type, protect, NULL, 0);
}

static void unmap(void *base)
{
    ok_status(NtUnmapViewOfSection(NtCurrentProcess(), base), STATUS_SUCCESS);
}

TEST(nt_map_tells_where_and_how_much, "3.26 3.27 3.29")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * GRANULE);
    struct mapping whole = {.base = NULL}, part = {.base = NULL};

    ok_status(map(section, &whole, 0, 0, PAGE_READWRITE), STATUS_SUCCESS);
    ok_eq(whole.size, 2 * GRANULE);
    ok_eq((uintptr_t)whole.base % GRANULE, 0);
    part.offset.QuadPart = GRANULE;
    part.size = 0x1001;
    ok_status(map_ex(section, &part, 0, PAGE_READWRITE), STATUS_SUCCESS);
    ok_eq(part.size, 0x2000);
    ok_eq(part.offset.QuadPart, GRANULE);
    *(volatile uint32_t *)part.base = 1234;
    ok_eq(*((volatile uint32_t *)whole.base + GRANULE / 4), 1234);
    unmap(whole.base);
    unmap(part.base);
    drop(section, NULL);
}

TEST(nt_base_and_offset_are_aligned, "3.18 3.19")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * GRANULE);
    char *place = (char *)free_place(4 * GRANULE);
    struct mapping mapping = {.base = place + 42};

    ok_status(map(section, &mapping, 0, 0, PAGE_READWRITE), STATUS_MAPPED_ALIGNMENT);
    ok_ptr_eq(mapping.base, place + 42);
    mapping.base = place + 0x1000;
    ok_status(map(section, &mapping, 0, 0, PAGE_READWRITE), STATUS_MAPPED_ALIGNMENT);
    ok_status(map_ex(section, &mapping, 0, PAGE_READWRITE), STATUS_MAPPED_ALIGNMENT);
    mapping.base = NULL;
    mapping.offset.QuadPart = 0x1000;
    ok_status(map(section, &mapping, 0, 0, PAGE_READWRITE), STATUS_MAPPED_ALIGNMENT);
    ok_status(map_ex(section, &mapping, 0, PAGE_READWRITE), STATUS_MAPPED_ALIGNMENT);
    mapping.offset.QuadPart = 1;
    ok_status(map(section, &mapping, 0, 0, PAGE_READWRITE), STATUS_MAPPED_ALIGNMENT);
    drop(section, NULL);
}

TEST(nt_alignment_comes_before_conflicts, "3.22 3.23")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * GRANULE);
    struct mapping first = {.base = NULL}, second;

    ok_status(map(section, &first, 0, 0, PAGE_READWRITE), STATUS_SUCCESS);
    second = (struct mapping){.base = first.base};
    ok_status(map(section, &second, 0, 0, PAGE_READWRITE), STATUS_CONFLICTING_ADDRESSES);
    second = (struct mapping){.base = (char *)first.base + GRANULE};
    ok_status(map_ex(section, &second, 0, PAGE_READWRITE), STATUS_CONFLICTING_ADDRESSES);
    second = (struct mapping){.base = first.base, .offset.QuadPart = 0x1000};
    ok_status(map(section, &second, 0, 0, PAGE_READWRITE), STATUS_MAPPED_ALIGNMENT);
    ok_status(map_ex(section, &second, 0, PAGE_READWRITE), STATUS_MAPPED_ALIGNMENT);
    unmap(first.base);
    drop(section, NULL);
}

TEST(nt_map_wants_a_process, "3.31")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    struct mapping mapping = {.base = NULL};

    ok_status(NtMapViewOfSection(section, NULL, &mapping.base, 0, 0, &mapping.offset, &mapping.size,
                                 ViewUnmap, 0, PAGE_READWRITE),
              STATUS_INVALID_HANDLE);
    ok_status(NtMapViewOfSectionEx(section, NULL, &mapping.base, &mapping.offset, &mapping.size, 0,
                                   PAGE_READWRITE, NULL, 0),
              STATUS_INVALID_HANDLE);
    ok_status(NtUnmapViewOfSection(NULL, &mapping), STATUS_INVALID_HANDLE);
    ok_ptr_eq(mapping.base, NULL);
    drop(section, NULL);
}

TEST(nt_map_wants_a_section, "3.36 17.3")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    struct mapping mapping = {.base = NULL};

    ok_status(map(event, &mapping, 0, 0, PAGE_READWRITE), STATUS_OBJECT_TYPE_MISMATCH);
    ok_status(map(NULL, &mapping, 0, 0, PAGE_READWRITE), STATUS_INVALID_HANDLE);
    /* Alignment comes before both. */
    mapping.offset.QuadPart = 1;
    ok_status(map(NULL, &mapping, 0, 0, PAGE_READWRITE), STATUS_MAPPED_ALIGNMENT);
    drop(event, NULL);
}

TEST(nt_rights_come_before_the_protection, "3.12 3.13 17.5")
{
    HANDLE section = new_section(NULL, PAGE_READONLY, GRANULE);
    HANDLE all = with_rights(section, SECTION_ALL_ACCESS);
    struct mapping mapping = {.base = NULL};

    ok_status(map(section, &mapping, 0, 0, PAGE_READWRITE), STATUS_ACCESS_DENIED);
    /* Wine looks at the handle only. */
    todo_wine
    {
        NTSTATUS status = map(all, &mapping, 0, 0, PAGE_READWRITE);

        ok_status(status, STATUS_SECTION_PROTECTION);
        if (NT_SUCCESS(status))
            unmap(mapping.base);
    }
    drop(all, NULL);
    drop(section, NULL);
}

TEST(nt_view_past_the_end_has_an_invalid_size, "3.25")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * GRANULE);
    struct mapping mapping = {.size = 2 * GRANULE + 1};

    ok_status(map(section, &mapping, 0, 0, PAGE_READWRITE), STATUS_INVALID_VIEW_SIZE);
    mapping.size = GRANULE + 1;
    mapping.offset.QuadPart = GRANULE;
    ok_status(map(section, &mapping, 0, 0, PAGE_READWRITE), STATUS_INVALID_VIEW_SIZE);
    /* Wine calls an offset past the end a bad parameter. */
    mapping = (struct mapping){.offset.QuadPart = 2 * GRANULE};
    todo_wine ok_status(map(section, &mapping, 0, 0, PAGE_READWRITE), STATUS_INVALID_VIEW_SIZE);
    drop(section, NULL);
}

TEST(nt_protection_must_be_one, "3.38")
{
    static const ULONG bad[] = {0, 0x1234, PAGE_READONLY | PAGE_READWRITE};
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);

    for (unsigned i = 0; i < ARRAYSIZE(bad); i++) {
        struct mapping mapping = {.base = NULL};

        ok_status(map(section, &mapping, 0, 0, bad[i]), STATUS_INVALID_PAGE_PROTECTION);
        ok_status(map_ex(section, &mapping, 0, bad[i]), STATUS_INVALID_PAGE_PROTECTION);
    }
    drop(section, NULL);
}

TEST(nt_rounding_to_a_page_is_not_for_64_bits, "3.46")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    struct mapping mapping = {.base = (char *)free_place(4 * GRANULE) + GRANULE};
    NTSTATUS status = map(section, &mapping, 0, 0x40000000, PAGE_READWRITE);

    /* Wine 8 takes the flag. */
    todo_wine ok(status == STATUS_INVALID_PARAMETER || status == STATUS_INVALID_PARAMETER_9,
                 "0x%08x", (unsigned)status);
    if (NT_SUCCESS(status))
        unmap(mapping.base);
    drop(section, NULL);
}

TEST(nt_commit_is_no_allocation_type_of_a_view, "3.40")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    struct mapping mapping = {.base = NULL};

    /* Wine takes it. */
    todo_wine
    {
        NTSTATUS status = map(section, &mapping, 0, MEM_COMMIT, PAGE_READWRITE);

        ok_eq(RtlNtStatusToDosError(status), ERROR_INVALID_PARAMETER);
        if (NT_SUCCESS(status))
            unmap(mapping.base);
    }
    drop(section, NULL);
}

TEST(nt_top_down_lies_above, "3.29")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    struct mapping high = {.base = NULL}, higher = {.base = NULL}, plain[8];

    ok_status(map(section, &high, 0, MEM_TOP_DOWN, PAGE_READWRITE), STATUS_SUCCESS);
    ok_status(map_ex(section, &higher, MEM_TOP_DOWN, PAGE_READWRITE), STATUS_SUCCESS);
    ok_eq((uintptr_t)high.base % GRANULE, 0);
    ok_eq((uintptr_t)higher.base % GRANULE, 0);
    for (size_t i = 0; i < ARRAYSIZE(plain); i++) {
        plain[i] = (struct mapping){.base = NULL};
        ok_status(map(section, &plain[i], 0, 0, PAGE_READWRITE), STATUS_SUCCESS);
        ok((uintptr_t)high.base > (uintptr_t)plain[i].base);
        ok((uintptr_t)higher.base > (uintptr_t)plain[i].base);
    }
    for (size_t i = 0; i < ARRAYSIZE(plain); i++)
        unmap(plain[i].base);
    unmap(high.base);
    unmap(higher.base);
    drop(section, NULL);
}

TEST(nt_unmap_takes_any_address_of_the_view, "4.2 4.4 4.5")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * GRANULE);
    struct mapping mapping = {.base = NULL};

    ok_status(map(section, &mapping, 0, 0, PAGE_READWRITE), STATUS_SUCCESS);
    unmap((char *)mapping.base + GRANULE + 5);
    ok_status(NtUnmapViewOfSection(NtCurrentProcess(), mapping.base), STATUS_NOT_MAPPED_VIEW);
    ok_status(NtUnmapViewOfSectionEx(NtCurrentProcess(), mapping.base, 0), STATUS_NOT_MAPPED_VIEW);
    drop(section, NULL);
}

TEST(nt_zero_bits_come_first, "17.3")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    struct mapping mapping = {.offset.QuadPart = 1};

    /* Bits of a 32-bit address, or a mask; nothing between. */
    ok_status(map(section, &mapping, 22, 0, PAGE_READWRITE), STATUS_INVALID_PARAMETER_4);
    ok_status(map(section, &mapping, 31, 0, PAGE_READWRITE), STATUS_INVALID_PARAMETER_4);
    /* An address that has the bits set cannot be. */
    mapping.base = (void *)(uintptr_t)0x123456789;
    ok_status(map(section, &mapping, 1, 0, PAGE_READWRITE), STATUS_INVALID_PARAMETER_4);
    drop(section, NULL);
}

TEST(nt_zero_bits_are_zero, "3.45")
{
    static const struct {
        ULONG_PTR zero_bits;
        uintptr_t highest;
    } rows[] = {{1, 0x7fffffff}, {4, 0x0fffffff}, {0x3fffffff, 0x3fffffff}};
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);

    for (unsigned i = 0; i < ARRAYSIZE(rows); i++) {
        struct mapping mapping = {.base = NULL};

        ok_status(map(section, &mapping, rows[i].zero_bits, 0, PAGE_READWRITE), STATUS_SUCCESS);
        ok((uintptr_t)mapping.base + GRANULE - 1 <= rows[i].highest, "%p", mapping.base);
        ok_eq((uintptr_t)mapping.base % GRANULE, 0);
        unmap(mapping.base);
    }
    drop(section, NULL);
}

TEST(nt_parameters_are_refused, "3.41 3.43 3.44")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    MEM_ADDRESS_REQUIREMENTS requirements = {.Alignment = 0x10000};
    MEM_EXTENDED_PARAMETER bad = {.Pointer = &requirements};
    struct mapping mapping = {.base = NULL};
    unsigned n_refused = 0;

    bad.Type = MemExtendedParameterAddressRequirements;
    for (unsigned i = 0; i < 3; i++) {
        NTSTATUS status;

        if (i == 1) {
            requirements = (MEM_ADDRESS_REQUIREMENTS){.HighestEndingAddress = (void *)0x7fffffff};
            mapping.base = free_place(GRANULE);
        }
        status = NtMapViewOfSectionEx(section, NtCurrentProcess(), &mapping.base, &mapping.offset,
                                      &mapping.size, 0, PAGE_READWRITE, i < 2 ? &bad : NULL, 1);
        n_refused += status == STATUS_INVALID_PARAMETER;
        if (NT_SUCCESS(status))
            unmap(mapping.base);
    }
    /* Wine 8 does not look at them. */
    todo_wine ok_eq(n_refused, 3);
    drop(section, NULL);
}
