// SPDX-License-Identifier: MIT
/*
 * What VirtualQuery tells of views and of free memory.
 */
#include "api/api.h"

/* A view of the whole of @section that VirtualQuery must describe with @protect. */
static void check_view(HANDLE section, DWORD access, DWORD protect, SIZE_T size)
{
    void *view = MapViewOfFile(section, access, 0, 0, 0);

    require(view != NULL, "error %u", (unsigned)GetLastError());
    ok_region(view, .allocation_base = view, .allocation_protect = protect, .state = MEM_COMMIT,
              .protect = protect, .type = MEM_MAPPED, .size = size);
    drop(NULL, view);
}

TEST(view_reports_its_own_protection, "8.6 8.7 8.8 8.9")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 0x12345);

    check_view(section, FILE_MAP_WRITE, PAGE_READWRITE, 0x13000);
    check_view(section, FILE_MAP_READ, PAGE_READONLY, 0x13000);
    check_view(section, 0, PAGE_NOACCESS, 0x13000);
    check_view(section, FILE_MAP_COPY, PAGE_WRITECOPY, 0x13000);
    drop(section, NULL);
}

TEST(executable_views_report_execution, "8.7")
{
    HANDLE section = new_section(NULL, PAGE_EXECUTE_READWRITE, GRANULE);

    check_view(section, FILE_MAP_EXECUTE | FILE_MAP_READ, PAGE_EXECUTE_READ, GRANULE);
    check_view(section, FILE_MAP_EXECUTE | FILE_MAP_WRITE, PAGE_EXECUTE_READWRITE, GRANULE);
    check_view(section, FILE_MAP_EXECUTE | FILE_MAP_COPY, PAGE_EXECUTE_WRITECOPY, GRANULE);
    drop(section, NULL);
}

TEST(uncached_view_says_so, "8.12 6.18")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE | SEC_COMMIT | SEC_NOCACHE, PAGE);
    void *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);

    require(view != NULL);
    ok_region(view, .allocation_base = view, .allocation_protect = PAGE_READWRITE | PAGE_NOCACHE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE | PAGE_NOCACHE, .type = MEM_MAPPED,
              .size = PAGE);
    /* Committing again cannot make it cached. */
    ok_ptr_eq(VirtualAlloc(view, PAGE, MEM_COMMIT, PAGE_READONLY), view);
    ok_region(view, .allocation_base = view, .allocation_protect = PAGE_READWRITE | PAGE_NOCACHE,
              .state = MEM_COMMIT, .protect = PAGE_READONLY | PAGE_NOCACHE, .type = MEM_MAPPED,
              .size = PAGE);
    drop(section, view);
}

TEST(write_combined_view_says_so, "8.13")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE | SEC_COMMIT | SEC_WRITECOMBINE, PAGE);

    /* Wine forgets it. */
    todo_wine check_view(section, FILE_MAP_WRITE, PAGE_READWRITE | PAGE_WRITECOMBINE, PAGE);
    drop(section, NULL);
}

TEST(query_in_the_middle_counts_from_there, "8.23 8.6")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    char *view = (char *)map_words(section);

    ok_region(view + 5 * PAGE, .allocation_base = view, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_MAPPED,
              .size = GRANULE - 5 * PAGE);
    /* An address inside a page stands for the page. */
    ok_region(view + 5 * PAGE + 123, .base = view + 5 * PAGE, .allocation_base = view,
              .allocation_protect = PAGE_READWRITE, .state = MEM_COMMIT, .protect = PAGE_READWRITE,
              .type = MEM_MAPPED, .size = GRANULE - 5 * PAGE);
    ok_region(view + GRANULE - 1, .base = view + GRANULE - PAGE, .allocation_base = view,
              .allocation_protect = PAGE_READWRITE, .state = MEM_COMMIT, .protect = PAGE_READWRITE,
              .type = MEM_MAPPED, .size = PAGE);
    drop(section, view);
}

TEST(adjacent_views_are_not_merged, "8.22")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    char *place = (char *)free_place(3 * GRANULE);
    char *first = (char *)MapViewOfFileEx(section, FILE_MAP_WRITE, 0, 0, 0, place);
    char *second = (char *)MapViewOfFileEx(section, FILE_MAP_WRITE, 0, 0, 0, place + GRANULE);

    require(first && second, "error %u", (unsigned)GetLastError());
    ok_region(first, .allocation_base = first, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_MAPPED, .size = GRANULE);
    ok_region(second, .allocation_base = second, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_MAPPED, .size = GRANULE);
    drop(NULL, first);
    drop(section, second);
}

TEST(free_memory_reaches_to_the_next_allocation, "8.1")
{
    char *place = (char *)free_place(16 * GRANULE);
    char *low = (char *)VirtualAlloc(place, PAGE, MEM_RESERVE, PAGE_READWRITE);
    char *high = (char *)VirtualAlloc(place + 8 * GRANULE, PAGE, MEM_RESERVE, PAGE_READWRITE);

    require(low && high);
    ok_region(low + PAGE, .allocation_base = NULL, .allocation_protect = 0, .state = MEM_FREE,
              .protect = PAGE_NOACCESS, .type = 0, .size = 8 * GRANULE - PAGE);
    ok_region(low + GRANULE + 99, .base = low + GRANULE, .allocation_base = NULL,
              .allocation_protect = 0, .state = MEM_FREE, .protect = PAGE_NOACCESS, .type = 0,
              .size = 7 * GRANULE);
    ok_succeeds(VirtualFree(low, 0, MEM_RELEASE));
    ok_succeeds(VirtualFree(high, 0, MEM_RELEASE));
}

TEST(place_of_a_view_is_free_afterwards, "8.1 4.1")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    char *place = (char *)free_place(3 * GRANULE);
    char *view = (char *)MapViewOfFileEx(section, FILE_MAP_READ, 0, 0, 0, place);
    char *next = (char *)MapViewOfFileEx(section, FILE_MAP_READ, 0, 0, 0, place + 2 * GRANULE);

    require(view && next);
    drop(NULL, view);
    ok_region(view, .allocation_base = NULL, .allocation_protect = 0, .state = MEM_FREE,
              .protect = PAGE_NOACCESS, .type = 0, .size = 2 * GRANULE);
    drop(section, next);
}

TEST(walk_sees_every_byte_once, "8.1 8.22")
{
    SYSTEM_INFO system;
    char *at, *end;
    unsigned n_regions = 0;

    GetSystemInfo(&system);
    at = (char *)system.lpMinimumApplicationAddress;
    end = (char *)system.lpMaximumApplicationAddress;
    while (at < end) {
        MEMORY_BASIC_INFORMATION info;

        if (!ok_eq(VirtualQuery(at, &info, sizeof(info)), sizeof(info)))
            break;
        if (info.BaseAddress != at || info.RegionSize == 0 || info.RegionSize % PAGE ||
            (info.State != MEM_FREE && !info.AllocationBase))
            require(false, "%p: base %p size 0x%llx state 0x%x", (void *)at, info.BaseAddress,
                    (unsigned long long)info.RegionSize, (unsigned)info.State);
        at += info.RegionSize;
        n_regions++;
    }
    ok_ptr_eq(at, end + 1);
    ok(n_regions > 10, "%u", n_regions);
}

TEST(address_beyond_the_programs_is_a_bad_parameter, "8.24")
{
    MEMORY_BASIC_INFORMATION info;
    SYSTEM_INFO system;

    GetSystemInfo(&system);
    ok_fails(VirtualQuery((void *)~(uintptr_t)0, &info, sizeof(info)), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualQuery((void *)(uintptr_t)0x7ffffffff000, &info, sizeof(info)),
             ERROR_INVALID_PARAMETER);
    ok_eq(VirtualQuery(system.lpMaximumApplicationAddress, &info, sizeof(info)), sizeof(info));
}

TEST(address_below_the_programs_is_free, "8.25")
{
    MEMORY_BASIC_INFORMATION info;

    ok_eq(VirtualQuery(NULL, &info, sizeof(info)), sizeof(info));
    ok_eq(info.State, MEM_FREE);
    ok_eq(info.Protect, PAGE_NOACCESS);
    ok_ptr_eq(info.BaseAddress, NULL);
    ok_eq(VirtualQuery((void *)(uintptr_t)0x1234, &info, sizeof(info)), sizeof(info));
    ok_eq(info.State, MEM_FREE);
    ok_ptr_eq(info.BaseAddress, (void *)(uintptr_t)0x1000);
}

TEST(query_buffer_must_be_large_enough, "8.26")
{
    MEMORY_BASIC_INFORMATION info[2];

    ok_fails(VirtualQuery(info, info, sizeof(*info) - 1), ERROR_BAD_LENGTH);
    ok_fails(VirtualQuery(info, info, 0), ERROR_BAD_LENGTH);
    ok_eq(VirtualQuery(info, info, sizeof(*info)), sizeof(*info));
    ok_eq(VirtualQuery(info, info, sizeof(*info) + 1), sizeof(*info));
}

TEST(section_handle_does_not_matter_to_a_view, "8.27")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    void *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);

    require(view != NULL);
    drop(section, NULL);
    ok_region(view, .allocation_base = view, .allocation_protect = PAGE_READONLY,
              .state = MEM_COMMIT, .protect = PAGE_READONLY, .type = MEM_MAPPED, .size = GRANULE);
    drop(NULL, view);
}
