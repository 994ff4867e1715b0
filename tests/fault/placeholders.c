// SPDX-License-Identifier: MIT
/*
 * Placeholders when something fails inside: the error is told, the window is laid out as it was,
 * what its memory held is still there, and the same call works afterwards.
 */
#include <stdio.h>
#include <string.h>

#include "api/placeholder_kit.h"
#include "fault/kit.h"
#include "unit/broker_fixture.h"

static char *window; /* of sixteen pages */
static HANDLE section, file = INVALID_HANDLE_VALUE;

/* What a failed call must have left. */
static uint32_t result_with(bool success, const char *layout)
{
    uint32_t result = fault_result(success);

    if (result)
        ok_layout(window, layout);
    return result;
}

static uint32_t nt_result_with(NTSTATUS status, const char *layout)
{
    SetLastError(RtlNtStatusToDosError(status));
    return result_with(NT_SUCCESS(status), layout);
}

/* --- making --------------------------------------------------------------------------------- */

static uint32_t run_reserve(void)
{
    window = allocate2(NULL, GRANULE, PLACEHOLDER, PAGE_NOACCESS);
    return fault_result(window != NULL);
}

static uint32_t run_reserve_high(void)
{
    MEM_ADDRESS_REQUIREMENTS requirements = {.HighestEndingAddress = (void *)0x7fffffff,
                                             .Alignment = 0x100000};
    MEM_EXTENDED_PARAMETER parameter = {.Pointer = &requirements};

    parameter.Type = MemExtendedParameterAddressRequirements;
    window = VirtualAlloc2(NULL, NULL, GRANULE, PLACEHOLDER, PAGE_NOACCESS, &parameter, 1);
    return fault_result(window != NULL);
}

static void give_back(void)
{
    release(window);
}

TEST(a_placeholder_is_made_or_not, "5.1 5.56")
{
    static const struct fault_call calls[] = {
        {"VirtualAlloc2, placeholder", NULL, run_reserve, give_back, FAULT_BIT(MMAP), 0, 0},
        /* It looks for another place, which there is. */
        {"VirtualAlloc2, placeholder within bounds", NULL, run_reserve_high, give_back,
         FAULT_BIT(MMAP), FAULT_BIT(MMAP) | FAULT_BIT(PROCMAP), 0},
    };

    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
}

/* --- replacing by memory, and back --------------------------------------------------------------
 */

static uint32_t run_replace(void)
{
    return result_with(allocate2(window, GRANULE, REPLACE | MEM_COMMIT, PAGE_READWRITE) != NULL,
                       "P16");
}

static uint32_t run_replace_reserved(void)
{
    return result_with(allocate2(window, GRANULE, REPLACE, PAGE_READWRITE) != NULL, "P16");
}

static uint32_t run_replace_guarded(void)
{
    return result_with(
        allocate2(window, GRANULE, REPLACE | MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD) != NULL,
        "P16");
}

static void restore_memory(void)
{
    preserve_pages(window, 16);
    ok_layout(window, "P16");
}

static void fill_memory(void)
{
    replace_pages(window, 16);
    memset(window, 'm', GRANULE);
}

static uint32_t run_restore_memory(void)
{
    uint32_t result = result_with(VirtualFree(window, GRANULE, PRESERVE), "M16");

    if (result)
        ok(all_bytes(window, 'm', GRANULE));
    return result;
}

static uint32_t run_restore_part(void)
{
    uint32_t result = result_with(VirtualFree(window + 4 * PAGE, 4 * PAGE, PRESERVE), "M16");

    if (result)
        ok(all_bytes(window, 'm', GRANULE));
    return result;
}

static void restore_rest(void)
{
    ok_layout(window, "M4 P4 M8");
    preserve_pages(window, 4);
    preserve_pages(window + 8 * PAGE, 8);
    coalesce_pages(window, 16);
}

TEST(a_placeholder_is_replaced_by_memory_or_not, "5.6 5.7 5.34 5.35 5.56")
{
    static const struct fault_call calls[] = {
        {"VirtualAlloc2, replace", NULL, run_replace, restore_memory, FAULT_BIT(MMAP), 0, 0},
        {"VirtualAlloc2, replace by reserved", NULL, run_replace_reserved, restore_memory, 0, 0, 0},
        {"VirtualAlloc2, replace by guard pages", NULL, run_replace_guarded, restore_memory,
         FAULT_BIT(MMAP), 0, 0},
        {"VirtualFree, restore", fill_memory, run_restore_memory, NULL, FAULT_BIT(MMAP), 0, 0},
        {"VirtualFree, restore a part", fill_memory, run_restore_part, restore_rest,
         FAULT_BIT(MMAP), 0, 0},
    };

    window = new_placeholder(16);
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    release(window);
}

/* --- splitting and joining ------------------------------------------------------------------ */

static uint32_t run_split_head(void)
{
    return result_with(VirtualFree(window, 4 * PAGE, PRESERVE), "P16");
}

static uint32_t run_split_middle(void)
{
    return result_with(VirtualFree(window + 4 * PAGE, 4 * PAGE, PRESERVE), "P16");
}

static void join(void)
{
    coalesce_pages(window, 16);
    ok_layout(window, "P16");
}

static void split(void)
{
    preserve_pages(window + 4 * PAGE, 4);
}

static uint32_t run_join(void)
{
    return result_with(VirtualFree(window, GRANULE, COALESCE), "P4 P4 P8");
}

TEST(placeholders_are_split_and_joined_or_not, "5.37 5.38 5.47 5.56")
{
    static const struct fault_call calls[] = {
        {"VirtualFree, split off the head", NULL, run_split_head, join, 0, 0, 0},
        {"VirtualFree, split out the middle", NULL, run_split_middle, join, 0, 0, 0},
        {"VirtualFree, coalesce", split, run_join, NULL, 0, 0, 0},
    };

    window = new_placeholder(16);
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    release(window);
}

/* --- replacing by views, and back ---------------------------------------------------------------
 */

static uint32_t replace_by(ULONG protect)
{
    void *view = MapViewOfFile3(section, NULL, window, 0, GRANULE, MEM_REPLACE_PLACEHOLDER, protect,
                                NULL, 0);

    return result_with(view != NULL, "P16");
}

static uint32_t run_view(void)
{
    return replace_by(PAGE_READWRITE);
}

static uint32_t run_copy(void)
{
    return replace_by(PAGE_WRITECOPY);
}

static uint32_t run_guarded_view(void)
{
    return replace_by(PAGE_READWRITE | PAGE_GUARD);
}

static void restore(void)
{
    restore_view(window);
    ok_layout(window, "P16");
}

static void show(void)
{
    view_pages(section, window, 0, 16);
}

static uint32_t run_restore_view(void)
{
    return result_with(UnmapViewOfFile2(GetCurrentProcess(), window, MEM_PRESERVE_PLACEHOLDER),
                       "V16");
}

static const struct fault_call view_calls[] = {
    {"MapViewOfFile3, replace", NULL, run_view, restore, FAULT_BIT(MMAP), 0, 0},
    {"MapViewOfFile3, replace by a copy", NULL, run_copy, restore, FAULT_BIT(MMAP), 0, 0},
    {"MapViewOfFile3, replace by guard pages", NULL, run_guarded_view, restore, FAULT_BIT(MMAP), 0,
     0},
    {"UnmapViewOfFile2, restore", show, run_restore_view, NULL, FAULT_BIT(MMAP), 0, 0},
};

TEST(a_placeholder_is_replaced_by_a_view_or_not, "5.19 5.30 5.56")
{
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    window = new_placeholder(16);
    for (size_t i = 0; i < ARRAYSIZE(view_calls); i++)
        fault_walk_call(&view_calls[i]);
    release(window);
    drop(section, NULL);
}

TEST(a_placeholder_is_replaced_by_reserved_pages_or_not, "5.24 5.30 5.56")
{
    section = new_section(NULL, PAGE_READWRITE | SEC_RESERVE, GRANULE);
    window = new_placeholder(16);
    fault_walk_call(&view_calls[0]);
    release(window);
    drop(section, NULL);
}

TEST(a_placeholder_is_replaced_by_a_file_or_not, "5.19 5.30 5.56")
{
    char path[512];

    snprintf(path, sizeof(path), "%s/mapped", test_dir());
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                       CREATE_ALWAYS, 0, NULL);
    require(file != INVALID_HANDLE_VALUE, "error %lu", (unsigned long)GetLastError());
    section = CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, (DWORD)GRANULE, NULL);
    require(section != NULL, "error %lu", (unsigned long)GetLastError());
    window = new_placeholder(16);
    for (size_t i = 0; i < ARRAYSIZE(view_calls); i++)
        fault_walk_call(&view_calls[i]);
    release(window);
    drop(section, NULL);
    ok_succeeds(CloseHandle(file));
}

/* --- giving back ---------------------------------------------------------------------------------
 */

static void make_placeholder(void)
{
    window = new_placeholder(16);
}

static void make_memory(void)
{
    window = VirtualAlloc(NULL, GRANULE, BOTH, PAGE_READWRITE);
    require(window != NULL);
    memset(window, 'm', GRANULE);
}

static void make_view(void)
{
    make_placeholder();
    show();
}

static uint32_t run_release(void)
{
    return result_with(VirtualFree(window, 0, MEM_RELEASE), "P16");
}

static uint32_t run_release_part(void)
{
    return nt_result_with(nt_free(window + 4 * PAGE, 4 * PAGE, MEM_RELEASE), "P16");
}

static uint32_t run_release_part_of_memory(void)
{
    uint32_t result = nt_result_with(nt_free(window + 4 * PAGE, 4 * PAGE, MEM_RELEASE), "M16");

    if (result)
        ok(all_bytes(window, 'm', GRANULE));
    return result;
}

static uint32_t run_unmap(void)
{
    return result_with(UnmapViewOfFile(window), "V16");
}

static void release_rest(void)
{
    release(window);
    release(window + 8 * PAGE);
}

TEST(parts_are_given_back_or_not, "5.43 5.44 4.13 7.26 5.56")
{
    static const struct fault_call calls[] = {
        {"VirtualFree, placeholder", make_placeholder, run_release, NULL, FAULT_BIT(MUNMAP), 0, 0},
        {"NtFreeVirtualMemory, part of a placeholder", make_placeholder, run_release_part,
         release_rest, FAULT_BIT(MUNMAP), 0, 0},
        {"NtFreeVirtualMemory, part of memory", make_memory, run_release_part_of_memory,
         release_rest, FAULT_BIT(MUNMAP), 0, 0},
        {"UnmapViewOfFile, replaced a placeholder", make_view, run_unmap, NULL, FAULT_BIT(MUNMAP),
         0, 0},
    };

    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    drop(section, NULL);
}
