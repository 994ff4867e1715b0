// SPDX-License-Identifier: MIT
/*
 * Address windowing: pages that the program allocates, and windows that it maps them into
 * (AllocateUserPhysicalPages, MapUserPhysicalPages, MEM_PHYSICAL).
 */
#include "api/api.h"

#include <string.h>

#define PAGES 16

/* Enables or disables SeLockMemoryPrivilege; false when this process does not have it. */
static bool enable_lock_memory(bool enable)
{
    TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1};
    HANDLE token;
    bool done;

    require(OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token));
    require(LookupPrivilegeValueA(NULL, "SeLockMemoryPrivilege", &wanted.Privileges[0].Luid));
    wanted.Privileges[0].Attributes = enable ? SE_PRIVILEGE_ENABLED : 0;
    done = AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL) &&
           GetLastError() == ERROR_SUCCESS;
    ok_succeeds(CloseHandle(token));
    return done;
}

static char *new_window(SIZE_T n_pages)
{
    char *window =
        (char *)VirtualAlloc(NULL, n_pages * PAGE, MEM_RESERVE | MEM_PHYSICAL, PAGE_READWRITE);

    require(window != NULL, "error %u", (unsigned)GetLastError());
    return window;
}

/* @count pages, or the case is skipped. */
static void allocate(ULONG_PTR *pages, ULONG_PTR count)
{
    ULONG_PTR got = count;

    if (!enable_lock_memory(true))
        skip("no SeLockMemoryPrivilege");
    if (!AllocateUserPhysicalPages(GetCurrentProcess(), &got, pages)) {
#ifdef _WIN32
        win_skip("no physical pages here");
#endif
        require(false, "error %u", (unsigned)GetLastError());
    }
    require(got == count, "%u pages", (unsigned)got);
}

static void give_back(ULONG_PTR *pages, ULONG_PTR count)
{
    ULONG_PTR n = count;

    ok_succeeds(FreeUserPhysicalPages(GetCurrentProcess(), &n, pages));
    ok_eq(n, count);
}

static void release(void *memory)
{
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

/* Page i holds i + 1. */
static void number_pages(char *window, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        memset(window + i * PAGE, (int)i + 1, PAGE);
}

TEST(pages_keep_what_they_hold, "7.16")
{
    ULONG_PTR pages[PAGES], reversed[PAGES];
    char *window;

    allocate(pages, PAGES);
    window = new_window(PAGES);
    for (unsigned i = 0; i < PAGES; i++)
        reversed[i] = pages[PAGES - 1 - i];
    ok(!can_read(window));
    ok_succeeds(MapUserPhysicalPages(window, PAGES, pages));
    ok(all_bytes(window, 0, PAGES * PAGE));
    number_pages(window, PAGES);
    ok_succeeds(MapUserPhysicalPages(window, PAGES, NULL));
    ok(!can_read(window));
    ok_succeeds(MapUserPhysicalPages(window, PAGES, reversed));
    for (unsigned i = 0; i < PAGES; i++)
        ok(all_bytes(window + i * PAGE, (uint8_t)(PAGES - i), PAGE));
    release(window); /* the pages stay */
    window = new_window(PAGES);
    ok_succeeds(MapUserPhysicalPages(window, 1, pages + 3));
    ok(all_bytes(window, 4, PAGE));
    release(window);
    give_back(pages, PAGES);
}

TEST(mapping_replaces_what_was_mapped, "")
{
    ULONG_PTR pages[PAGES];
    char *window;

    allocate(pages, PAGES);
    window = new_window(PAGES);
    ok_succeeds(MapUserPhysicalPages(window, 8, pages));
    number_pages(window, 8);
    ok_succeeds(MapUserPhysicalPages(window + 2 * PAGE, 4, pages + 8));
    ok(all_bytes(window + PAGE, 2, PAGE));
    ok(all_bytes(window + 2 * PAGE, 0, 4 * PAGE));
    ok(all_bytes(window + 6 * PAGE, 7, PAGE));
    /* What lost its place can be mapped anew, at an address within a page too. */
    ok_succeeds(MapUserPhysicalPages(window + 8 * PAGE + 5, 4, pages + 2));
    ok(all_bytes(window + 8 * PAGE, 3, PAGE));
    ok(all_bytes(window + 11 * PAGE, 6, PAGE));
    release(window);
    give_back(pages, PAGES);
}

TEST(page_is_at_one_address_at_a_time, "")
{
    ULONG_PTR pages[4], twice[2], numbers[2];
    char *window, *other;

    allocate(pages, 4);
    window = new_window(PAGES);
    other = new_window(PAGES);
    twice[0] = twice[1] = pages[2];
    ok_succeeds(MapUserPhysicalPages(window, 2, pages));
    number_pages(window, 2);
    ok_fails(MapUserPhysicalPages(other, 1, pages), ERROR_INVALID_PARAMETER);
    ok_fails(MapUserPhysicalPages(window + 4 * PAGE, 2, pages + 1), ERROR_INVALID_PARAMETER);
    ok_fails(MapUserPhysicalPages(other, 2, twice), ERROR_INVALID_PARAMETER);
    ok(!can_read(other));
    ok(!can_read(window + 4 * PAGE));
    ok(all_bytes(window, 1, PAGE));
    /* Two pages of one window that change places are at one address each. */
    numbers[0] = pages[1];
    numbers[1] = pages[0];
    ok_succeeds(MapUserPhysicalPages(window, 2, numbers));
    ok(all_bytes(window, 2, PAGE));
    ok(all_bytes(window + PAGE, 1, PAGE));
    release(window);
    ok_succeeds(MapUserPhysicalPages(other, 4, pages));
    release(other);
    give_back(pages, 4);
}

TEST(windows_are_what_is_told, "8.2")
{
    ULONG_PTR pages[4];
    char *window;

    allocate(pages, 4);
    window = new_window(PAGES);
    ok_region(window, .base = window, .allocation_base = window, .size = PAGES * PAGE,
              .allocation_protect = PAGE_READWRITE, .state = MEM_RESERVE, .type = MEM_PRIVATE);
    ok_succeeds(MapUserPhysicalPages(window + PAGE, 4, pages));
    ok_region(window + PAGE, .base = window + PAGE, .allocation_base = window, .size = 4 * PAGE,
              .allocation_protect = PAGE_READWRITE, .state = MEM_COMMIT, .protect = PAGE_READWRITE,
              .type = MEM_PRIVATE);
    ok_succeeds(MapUserPhysicalPages(window + 2 * PAGE, 1, NULL));
    ok_region(window + 2 * PAGE, .base = window + 2 * PAGE, .allocation_base = window, .size = PAGE,
              .allocation_protect = PAGE_READWRITE, .state = MEM_RESERVE, .type = MEM_PRIVATE);
    release(window);
    give_back(pages, 4);
}

TEST(windows_are_always_whole_and_writable, "7.16")
{
    static const DWORD protections[] = {PAGE_READONLY, PAGE_NOACCESS, PAGE_EXECUTE_READWRITE};
    const DWORD type = MEM_RESERVE | MEM_PHYSICAL;
    ULONG_PTR pages[4];
    char *window;
    DWORD old;

    for (unsigned i = 0; i < ARRAYSIZE(protections); i++)
        ok_fails(VirtualAlloc(NULL, GRANULE, type, protections[i]), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualAlloc(NULL, GRANULE, MEM_PHYSICAL, PAGE_READWRITE), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualAlloc(NULL, GRANULE, type | MEM_COMMIT, PAGE_READWRITE),
             ERROR_INVALID_PARAMETER);
    allocate(pages, 4);
    window = new_window(PAGES);
    ok_succeeds(MapUserPhysicalPages(window, 4, pages));
    ok_fails(VirtualProtect(window, PAGE, PAGE_READONLY, &old), ERROR_INVALID_ADDRESS);
    ok_fails(VirtualAlloc(window, PAGE, MEM_COMMIT, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
    ok_fails(VirtualFree(window, PAGE, MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree(window, PAGE, MEM_RELEASE), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree(window + 2 * PAGE, PAGE, MEM_RELEASE), ERROR_INVALID_PARAMETER);
    ok(can_write(window));
    release(window);
    give_back(pages, 4);
}

TEST(bad_mappings_change_nothing, "")
{
    char *memory = (char *)VirtualAlloc(NULL, GRANULE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    ULONG_PTR pages[PAGES], bad[2];
    char *window;

    require(memory != NULL);
    allocate(pages, PAGES);
    window = new_window(PAGES);
    ok_succeeds(MapUserPhysicalPages(window, 2, pages));
    number_pages(window, 2);
    bad[0] = pages[5];
    bad[1] = 0;
    ok_fails(MapUserPhysicalPages(window, 2, bad), ERROR_INVALID_PARAMETER);
    bad[1] = ~(ULONG_PTR)0;
    ok_fails(MapUserPhysicalPages(window, 2, bad), ERROR_INVALID_PARAMETER);
    bad[1] = pages[PAGES - 1] + 1; /* the next, which was never allocated */
    ok_fails(MapUserPhysicalPages(window, 2, bad), ERROR_INVALID_PARAMETER);
    ok_fails(MapUserPhysicalPages(window + PAGE, PAGES, pages), ERROR_INVALID_PARAMETER);
    ok_fails(MapUserPhysicalPages(window, ~(ULONG_PTR)0, pages), ERROR_INVALID_PARAMETER);
    ok_fails(MapUserPhysicalPages(memory, 1, pages + 5), ERROR_INVALID_PARAMETER);
    ok_fails(MapUserPhysicalPages(NULL, 1, pages + 5), ERROR_INVALID_PARAMETER);
    ok(all_bytes(window, 1, PAGE));
    ok(all_bytes(window + PAGE, 2, PAGE));
    ok_succeeds(MapUserPhysicalPages(window + 5 * PAGE, 1, pages + 5)); /* it is still free */
    release(window);
    release(memory);
    give_back(pages, PAGES);
}

TEST(pages_are_scattered_over_windows, "")
{
    PVOID addresses[4];
    ULONG_PTR pages[4], numbers[4];
    char *one, *other;

    allocate(pages, 4);
    one = new_window(PAGES);
    other = new_window(PAGES);
    addresses[0] = other + 3 * PAGE;
    addresses[1] = one + 7 * PAGE;
    addresses[2] = other + 2 * PAGE;
    addresses[3] = one;
    ok_succeeds(MapUserPhysicalPagesScatter(addresses, 4, pages));
    for (unsigned i = 0; i < 4; i++)
        memset(addresses[i], (int)i + 1, PAGE);
    memcpy(numbers, pages, sizeof(numbers));
    numbers[1] = 0; /* unmapped */
    numbers[0] = pages[2];
    numbers[2] = pages[0];
    ok_succeeds(MapUserPhysicalPagesScatter(addresses, 4, numbers));
    ok(all_bytes(addresses[0], 3, PAGE));
    ok(!can_read(addresses[1]));
    ok(all_bytes(addresses[2], 1, PAGE));
    ok(all_bytes(addresses[3], 4, PAGE));
    ok_succeeds(MapUserPhysicalPagesScatter(addresses, 4, NULL));
    ok(!can_read(addresses[0]));
    ok(!can_read(addresses[3]));
    release(one);
    release(other);
    give_back(pages, 4);
}

TEST(bad_scatterings_change_nothing, "")
{
    PVOID addresses[3];
    ULONG_PTR pages[3];
    char *window, local[1];

    allocate(pages, 3);
    window = new_window(PAGES);
    addresses[0] = window;
    addresses[1] = window + PAGE;
    addresses[2] = local; /* no window */
    ok_fails(MapUserPhysicalPagesScatter(addresses, 3, pages), ERROR_INVALID_PARAMETER);
    ok(!can_read(window));
    addresses[2] = window + 5; /* twice the same page */
    ok_fails(MapUserPhysicalPagesScatter(addresses, 3, pages), ERROR_INVALID_PARAMETER);
    ok(!can_read(window));
    addresses[2] = window + 2 * PAGE;
    pages[2] ^= (ULONG_PTR)1 << 60;
    ok_fails(MapUserPhysicalPagesScatter(addresses, 3, pages), ERROR_INVALID_PARAMETER);
    pages[2] ^= (ULONG_PTR)1 << 60;
    ok(!can_read(window));
    ok_fails(MapUserPhysicalPagesScatter(NULL, 3, pages), ERROR_NOACCESS);
    ok_succeeds(MapUserPhysicalPagesScatter(addresses, 3, pages));
    release(window);
    give_back(pages, 3);
}

TEST(freed_pages_are_unmapped, "")
{
    ULONG_PTR pages[PAGES], n;
    char *window;

    allocate(pages, PAGES);
    window = new_window(PAGES);
    ok_succeeds(MapUserPhysicalPages(window, 8, pages));
    number_pages(window, 8);
    give_back(pages + 2, 2);
    ok(all_bytes(window + PAGE, 2, PAGE));
    ok(!can_read(window + 2 * PAGE));
    ok(!can_read(window + 3 * PAGE));
    ok(all_bytes(window + 4 * PAGE, 5, PAGE));
    n = 2;
    ok_fails(FreeUserPhysicalPages(GetCurrentProcess(), &n, pages + 2), ERROR_INVALID_PARAMETER);
    ok_eq(n, 0);
    n = 2; /* the first of these is one, and nothing is freed all the same */
    ok_fails(FreeUserPhysicalPages(GetCurrentProcess(), &n, pages + 1), ERROR_INVALID_PARAMETER);
    ok(all_bytes(window + PAGE, 2, PAGE));
    release(window);
    give_back(pages, 2);
    give_back(pages + 4, PAGES - 4);
}

TEST(pages_are_fresh_when_they_are_given_out_again, "")
{
    ULONG_PTR pages[PAGES];
    char *window;

    for (unsigned i = 0; i < 3; i++) {
        allocate(pages, PAGES);
        window = new_window(PAGES);
        ok_succeeds(MapUserPhysicalPages(window, PAGES, pages));
        ok(all_bytes(window, 0, PAGES * PAGE));
        memset(window, 7, PAGES * PAGE);
        give_back(pages, PAGES);
        ok(!can_read(window));
        release(window);
    }
}

TEST(pages_need_a_privilege_and_places, "7.48")
{
    HANDLE self = GetCurrentProcess();
    ULONG_PTR pages[2], n = 2;
    bool has_it = enable_lock_memory(false);

    if (!has_it)
        skip("no SeLockMemoryPrivilege");
#ifdef _WIN32
    if (!AllocateUserPhysicalPages(self, &n, pages) && GetLastError() != ERROR_PRIVILEGE_NOT_HELD)
        win_skip("no physical pages here");
#endif
    ok_fails(AllocateUserPhysicalPages(self, &n, pages), ERROR_PRIVILEGE_NOT_HELD);
    ok_eq(n, 2);
    require(enable_lock_memory(true));
    ok_fails(AllocateUserPhysicalPages(NULL, &n, pages), ERROR_INVALID_HANDLE);
    ok_fails(AllocateUserPhysicalPages(self, NULL, pages), ERROR_NOACCESS);
    ok_fails(AllocateUserPhysicalPages(self, &n, NULL), ERROR_NOACCESS);
    ok_fails(FreeUserPhysicalPages(NULL, &n, pages), ERROR_INVALID_HANDLE);
    ok_fails(FreeUserPhysicalPages(self, NULL, pages), ERROR_NOACCESS);
    ok_fails(FreeUserPhysicalPages(self, &n, NULL), ERROR_NOACCESS);
}

TEST(pages_come_from_a_node_that_exists, "7.44")
{
    HANDLE self = GetCurrentProcess();
    MEM_EXTENDED_PARAMETER node, other;
    ULONG_PTR pages[2], n = 2;

    memset(&node, 0, sizeof(node));
    memset(&other, 0, sizeof(other));
    node.Type = MemExtendedParameterNumaNode;
    other.Type = MemExtendedParameterAddressRequirements;
    allocate(pages, 2);
    give_back(pages, 2);
    ok_succeeds(AllocateUserPhysicalPagesNuma(self, &n, pages, 0));
    give_back(pages, 2);
    ok_fails(AllocateUserPhysicalPagesNuma(self, &n, pages, 1000), ERROR_INVALID_PARAMETER);
    ok_succeeds(AllocateUserPhysicalPages2(self, &n, pages, &node, 1));
    give_back(pages, 2);
    ok_succeeds(AllocateUserPhysicalPages2(self, &n, pages, NULL, 0));
    give_back(pages, 2);
    ok_fails(AllocateUserPhysicalPages2(self, &n, pages, &other, 1), ERROR_INVALID_PARAMETER);
}
