// SPDX-License-Identifier: MIT
/*
 * VirtualAlloc and VirtualFree: private memory, and committing inside views.
 */
#include "api/api.h"

#define BOTH (MEM_RESERVE | MEM_COMMIT)

static char *allocate(void *place, SIZE_T size, DWORD type, DWORD protect)
{
    char *memory = (char *)VirtualAlloc(place, size, type, protect);

    require(memory != NULL, "error %u", (unsigned)GetLastError());
    return memory;
}

static void release(void *memory)
{
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

TEST(nothing_cannot_be_allocated, "7.1")
{
    ok_fails(VirtualAlloc(NULL, 0, MEM_RESERVE, PAGE_NOACCESS), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualAlloc(NULL, 0, BOTH, PAGE_READWRITE), ERROR_INVALID_PARAMETER);
}

TEST(reserved_memory_is_reported_as_such, "8.2 7.3")
{
    char *memory = allocate(NULL, 0xfffc, MEM_RESERVE, PAGE_READWRITE);

    ok_eq((uintptr_t)memory % GRANULE, 0);
    ok_region(memory, .allocation_base = memory, .allocation_protect = PAGE_READWRITE,
              .state = MEM_RESERVE, .protect = 0, .type = MEM_PRIVATE, .size = GRANULE);
    ok(!can_read(memory));
    ok(!can_write(memory));
    release(memory);
}

TEST(commit_alone_reserves_too, "7.2")
{
    char *memory = allocate(NULL, 3 * PAGE, MEM_COMMIT, PAGE_READWRITE);

    ok_eq((uintptr_t)memory % GRANULE, 0);
    ok_region(memory, .allocation_base = memory, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_PRIVATE,
              .size = 3 * PAGE);
    ok(all_bytes(memory, 0, 3 * PAGE));
    memory[3 * PAGE - 1] = 1;
    release(memory);
}

TEST(reservation_is_rounded_to_the_granularity, "7.4 7.5")
{
    char *place = (char *)free_place(4 * GRANULE);
    char *memory = allocate(place + GRANULE + 0x1234, 1, MEM_RESERVE, PAGE_NOACCESS);

    ok_ptr_eq(memory, place + GRANULE);
    ok_region(memory, .allocation_base = memory, .allocation_protect = PAGE_NOACCESS,
              .state = MEM_RESERVE, .protect = 0, .type = MEM_PRIVATE, .size = 0x2000);
    /* The rest of the 64 KiB is free, and cannot be had: rounded down they would meet. */
    ok_fails(VirtualAlloc(place + GRANULE + 0x8000, PAGE, MEM_RESERVE, PAGE_NOACCESS),
             ERROR_INVALID_ADDRESS);
    release(memory);
}

TEST(pages_are_committed_piece_by_piece, "8.3 8.4 7.7")
{
    char *memory = allocate(NULL, GRANULE, MEM_RESERVE, PAGE_NOACCESS);

    ok_ptr_eq(allocate(memory, PAGE, MEM_COMMIT, PAGE_READWRITE), memory);
    ok_region(memory, .allocation_base = memory, .allocation_protect = PAGE_NOACCESS,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_PRIVATE, .size = PAGE);
    ok_region(memory + PAGE, .allocation_base = memory, .allocation_protect = PAGE_NOACCESS,
              .state = MEM_RESERVE, .protect = 0, .type = MEM_PRIVATE, .size = 0xf000);
    /* Two bytes on either side of a page's end commit both pages. */
    ok_ptr_eq(allocate(memory + 0x3fff, 2, MEM_COMMIT, PAGE_READONLY), memory + 0x3000);
    ok_region(memory + 0x3000, .allocation_base = memory, .allocation_protect = PAGE_NOACCESS,
              .state = MEM_COMMIT, .protect = PAGE_READONLY, .type = MEM_PRIVATE, .size = 2 * PAGE);
    ok(all_bytes(memory + 0x3000, 0, 2 * PAGE));
    ok(!can_write(memory + 0x3000));
    ok(!can_read(memory + 0x2000));
    release(memory);
}

TEST(commit_lies_in_one_reservation, "7.7")
{
    char *place = (char *)free_place(3 * GRANULE);
    char *first = allocate(place, GRANULE, MEM_RESERVE, PAGE_READWRITE);
    char *second = allocate(place + GRANULE, GRANULE, MEM_RESERVE, PAGE_READWRITE);

    ok_fails(VirtualAlloc(first, 2 * GRANULE, MEM_COMMIT, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
    ok_fails(VirtualAlloc(second - PAGE, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE),
             ERROR_INVALID_ADDRESS);
    ok_fails(VirtualAlloc(second + GRANULE, PAGE, MEM_COMMIT, PAGE_READWRITE),
             ERROR_INVALID_ADDRESS);
    ok_region(first, .allocation_base = first, .allocation_protect = PAGE_READWRITE,
              .state = MEM_RESERVE, .protect = 0, .type = MEM_PRIVATE, .size = GRANULE);
    release(first);
    release(second);
}

TEST(protections_that_private_memory_cannot_have, "7.8")
{
    for (DWORD protect = 0; protect < 0x100; protect++) {
        bool single = protect && !(protect & (protect - 1));
        bool copies = protect & (PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY);
        void *memory;

        if (single && !copies)
            continue;
        SetLastError(0xdeadbeef);
        memory = VirtualAlloc(NULL, PAGE, protect % 2 ? MEM_RESERVE : BOTH, protect);
        ok(!memory && GetLastError() == ERROR_INVALID_PARAMETER, "0x%02x: %p, error %u",
           (unsigned)protect, memory, (unsigned)GetLastError());
    }
}

TEST(protections_that_private_memory_can_have, "7.9 8.5")
{
    static const DWORD good[] = {PAGE_NOACCESS, PAGE_READONLY,     PAGE_READWRITE,
                                 PAGE_EXECUTE,  PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE};

    for (unsigned i = 0; i < ARRAYSIZE(good); i++) {
        char *memory = allocate(NULL, PAGE, BOTH, good[i]);

        ok_region(memory, .allocation_base = memory, .allocation_protect = good[i],
                  .state = MEM_COMMIT, .protect = good[i], .type = MEM_PRIVATE, .size = PAGE);
        release(memory);
    }
}

TEST(committing_again_changes_the_protection_only, "7.10 8.5")
{
    char *memory = allocate(NULL, 2 * PAGE, BOTH, PAGE_READWRITE);

    memory[0] = 'x';
    ok_ptr_eq(allocate(memory, PAGE, MEM_COMMIT, PAGE_READONLY), memory);
    ok_eq(memory[0], 'x');
    ok(!can_write(memory));
    ok_region(memory, .allocation_base = memory, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READONLY, .type = MEM_PRIVATE, .size = PAGE);
    ok_region(memory + PAGE, .allocation_base = memory, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_PRIVATE, .size = PAGE);
    release(memory);
}

static void check_type_refused(DWORD type)
{
    void *memory;

    SetLastError(0xdeadbeef);
    memory = VirtualAlloc(NULL, PAGE, type, PAGE_READWRITE);
    ok(!memory && GetLastError() == ERROR_INVALID_PARAMETER, "0x%08x: %p, error %u", (unsigned)type,
       memory, (unsigned)GetLastError());
    if (memory)
        release(memory);
}

TEST(allocation_types_that_mean_nothing, "7.16 7.17 7.47")
{
    static const DWORD bad[] = {0,
                                MEM_RELEASE,
                                MEM_DECOMMIT,
                                MEM_FREE,
                                MEM_PHYSICAL | BOTH,
                                MEM_RESERVE | 0x40000000, /* AT_ROUND_TO_PAGE */
                                MEM_LARGE_PAGES | MEM_RESERVE};

    for (unsigned i = 0; i < ARRAYSIZE(bad); i++)
        check_type_refused(bad[i]);
}

TEST(allocation_types_that_do_not_go_together, "7.14 7.15")
{
    /* Wine takes them all. */
    todo_wine check_type_refused(MEM_WRITE_WATCH | MEM_COMMIT);
    todo_wine check_type_refused(MEM_RESET | MEM_RESERVE);
    todo_wine check_type_refused(MEM_RESET | MEM_COMMIT);
}

TEST(large_memory_needs_a_privilege, "7.48")
{
    /* Nothing has enabled SeLockMemoryPrivilege; Wine does not look. */
    todo_wine ok_fails(VirtualAlloc(NULL, 0x200000, BOTH | MEM_LARGE_PAGES, PAGE_READWRITE),
                       ERROR_PRIVILEGE_NOT_HELD);
}

TEST(cache_attribute_is_fixed_at_allocation, "8.18")
{
    char *memory = allocate(NULL, PAGE, BOTH, PAGE_READWRITE | PAGE_NOCACHE);

    ok_region(memory, .allocation_base = memory,
              .allocation_protect = PAGE_READWRITE | PAGE_NOCACHE, .state = MEM_COMMIT,
              .protect = PAGE_READWRITE | PAGE_NOCACHE, .type = MEM_PRIVATE, .size = PAGE);
    ok_ptr_eq(allocate(memory, PAGE, MEM_COMMIT, PAGE_READONLY), memory);
    ok_region(memory, .allocation_base = memory,
              .allocation_protect = PAGE_READWRITE | PAGE_NOCACHE, .state = MEM_COMMIT,
              .protect = PAGE_READONLY | PAGE_NOCACHE, .type = MEM_PRIVATE, .size = PAGE);
    release(memory);
}

TEST(adjacent_allocations_are_not_merged, "8.22")
{
    char *place = (char *)free_place(2 * GRANULE);
    char *first = allocate(place, GRANULE, BOTH, PAGE_READWRITE);
    char *second = allocate(place + GRANULE, GRANULE, BOTH, PAGE_READWRITE);

    ok_region(first, .allocation_base = first, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_PRIVATE, .size = GRANULE);
    ok_region(second, .allocation_base = second, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_PRIVATE, .size = GRANULE);
    release(first);
    release(second);
}

/* --- inside views --------------------------------------------------------------------------- */

TEST(committing_in_a_view_changes_its_protection, "6.7 6.8 8.5")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    char *view = (char *)map_words(section);

    view[PAGE] = 'y';
    ok_ptr_eq(allocate(view + PAGE, PAGE, MEM_COMMIT, PAGE_READONLY), view + PAGE);
    ok_eq(view[PAGE], 'y');
    ok(!can_write(view + PAGE));
    ok(can_write(view));
    ok_region(view + PAGE, .allocation_base = view, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READONLY, .type = MEM_MAPPED, .size = PAGE);
    ok_region(view, .allocation_base = view, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_MAPPED, .size = PAGE);
    ok_ptr_eq(allocate(view, GRANULE, MEM_COMMIT, PAGE_READWRITE), view);
    view[PAGE] = 'z';
    drop(section, view);
}

TEST(view_allows_no_more_than_it_was_mapped_with, "6.9 9.20")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    void *read = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    volatile uint32_t *write = map_words(section);

    ok_fails(VirtualAlloc(read, PAGE, MEM_COMMIT, PAGE_READWRITE), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualAlloc(read, PAGE, MEM_COMMIT, PAGE_EXECUTE_READ), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualAlloc((void *)write, PAGE, MEM_COMMIT, PAGE_EXECUTE_READ),
             ERROR_INVALID_PARAMETER);
    ok_ptr_eq(VirtualAlloc(read, PAGE, MEM_COMMIT, PAGE_NOACCESS), read);
    ok(!can_read(read));
    /* Another view of the same pages is not touched. */
    ok(can_write(write));
    drop(NULL, read);
    drop(section, write);
}

TEST(commit_crossing_the_end_of_a_view_fails, "6.17")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    char *view = (char *)map_words(section);

    ok_fails(VirtualAlloc(view + GRANULE - PAGE, 2 * PAGE, MEM_COMMIT, PAGE_READONLY),
             ERROR_INVALID_ADDRESS);
    ok(can_write(view + GRANULE - PAGE));
    drop(section, view);
}

TEST(reserving_over_a_view_fails, "")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    char *view = (char *)map_words(section);

    ok_fails(VirtualAlloc(view, PAGE, MEM_RESERVE, PAGE_NOACCESS), ERROR_INVALID_ADDRESS);
    ok_fails(VirtualAlloc(view + PAGE, PAGE, BOTH, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
    drop(section, view);
}
