// SPDX-License-Identifier: MIT
/*
 * Large pages as far as a program gets without a pool of them: the minimum, the privilege, and what
 * is wrong whoever asks.
 */
#include "api/api.h"
#include "harness/test.h"

#define LARGE_SECTION (SEC_COMMIT | SEC_LARGE_PAGES)
#define LARGE_MEMORY  (MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES)

static HANDLE create(DWORD protect, DWORD attributes, DWORD size)
{
    return CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, protect | attributes, 0, size, NULL);
}

TEST(a_large_page_is_a_power_of_two, "7.56")
{
    SIZE_T minimum = GetLargePageMinimum();
    SYSTEM_INFO info;

    GetSystemInfo(&info);
    ok((minimum & (minimum - 1)) == 0, "%#llx", (unsigned long long)minimum);
    ok(minimum == 0 || minimum > info.dwAllocationGranularity);
    ok_eq(GetLargePageMinimum(), minimum);
}

/* Held or not: nothing has enabled it. Wine has no large pages, and does not look. */
TEST(large_pages_are_refused_without_the_privilege, "7.48")
{
    DWORD minimum = (DWORD)GetLargePageMinimum();

    if (minimum == 0)
        skip("there are no large pages");
    todo_wine
    {
        ok_fails(create(PAGE_READWRITE, LARGE_SECTION, minimum), ERROR_PRIVILEGE_NOT_HELD);
        ok_fails(CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | LARGE_SECTION, 0,
                                    minimum, L_("large")),
                 ERROR_PRIVILEGE_NOT_HELD);
        ok_fails(VirtualAlloc(NULL, minimum, LARGE_MEMORY, PAGE_READWRITE),
                 ERROR_PRIVILEGE_NOT_HELD);
        ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("large")), ERROR_FILE_NOT_FOUND);
    }
}

TEST(large_pages_are_reserved_and_committed_at_once, "7.47")
{
    SIZE_T minimum = GetLargePageMinimum();

    if (minimum == 0)
        skip("there are no large pages");
    ok_fails(VirtualAlloc(NULL, minimum, MEM_RESERVE | MEM_LARGE_PAGES, PAGE_READWRITE),
             ERROR_INVALID_PARAMETER);
    ok_fails(VirtualAlloc(NULL, minimum, MEM_COMMIT | MEM_LARGE_PAGES, PAGE_READWRITE),
             ERROR_INVALID_PARAMETER);
    ok_fails(VirtualAlloc(NULL, minimum, MEM_LARGE_PAGES, PAGE_READWRITE), ERROR_INVALID_PARAMETER);
}

TEST(sections_of_large_pages_are_committed_memory, "1.8 1.9 7.50")
{
    DWORD minimum = (DWORD)GetLargePageMinimum();

    if (minimum == 0)
        skip("there are no large pages");
    ok_fails(create(PAGE_READWRITE, SEC_LARGE_PAGES, minimum), ERROR_INVALID_PARAMETER);
    ok_fails(create(PAGE_READWRITE, SEC_RESERVE | SEC_LARGE_PAGES, minimum),
             ERROR_INVALID_PARAMETER);
    ok_fails(create(PAGE_READONLY, SEC_IMAGE | SEC_LARGE_PAGES, minimum), ERROR_INVALID_PARAMETER);
    ok_fails(create(PAGE_READWRITE, SEC_RESERVE | SEC_COMMIT | SEC_LARGE_PAGES, minimum),
             ERROR_INVALID_PARAMETER);
}

TEST(only_large_pages_are_mapped_as_large_pages, "7.53")
{
    SIZE_T minimum = GetLargePageMinimum();
    HANDLE section = create(PAGE_READWRITE, SEC_COMMIT, 0x800000);

    if (minimum == 0 || minimum > 0x400000)
        skip("there are no such large pages");
    todo_wine /* it ignores the flag */
    {
        ok_fails(MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_LARGE_PAGES, 0, 0, 0),
                 ERROR_INVALID_PARAMETER);
        ok_fails(MapViewOfFile(section, FILE_MAP_WRITE | FILE_MAP_LARGE_PAGES, 0, (DWORD)minimum,
                               minimum),
                 ERROR_INVALID_PARAMETER);
    }
    /* 7.52: the offset is looked at before the section is. */
    ok_fails(MapViewOfFile(section, FILE_MAP_WRITE | FILE_MAP_LARGE_PAGES, 0, 0x1000, 0x1000),
             ERROR_MAPPED_ALIGNMENT);
    ok_succeeds(CloseHandle(section));
}
