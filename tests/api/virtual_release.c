// SPDX-License-Identifier: MIT
/*
 * NtFreeVirtualMemory: giving a part of an allocation back.
 */
#include "api/placeholder_kit.h"

static char *new_memory(SIZE_T n_pages)
{
    char *base = (char *)VirtualAlloc(NULL, n_pages * PAGE, BOTH, PAGE_READWRITE);

    require(base != NULL, "error %u", (unsigned)GetLastError());
    for (SIZE_T i = 0; i < n_pages; i++)
        base[i * PAGE] = (char)(i + 1);
    return base;
}

TEST(a_middle_is_given_back, "7.26")
{
    char *base;

    needs(CAN_RELEASE_PARTS);
    base = new_memory(16);
    ok_status(nt_free(base + 4 * PAGE, 4 * PAGE, MEM_RELEASE), STATUS_SUCCESS);
    ok_layout(base, "M4 F4 M8");
    ok_eq(base[3 * PAGE], 4);
    ok_eq(base[8 * PAGE], 9);
    ok(!can_read(base + 4 * PAGE));
    /* Two allocations now: each is given back by itself. */
    ok_fails(VirtualFree(base + 8 * PAGE + GRANULE, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS);
    release(base + 8 * PAGE);
    ok_layout(base, "M4 F12");
    release(base);
    ok_layout(base, "F16");
}

TEST(a_head_and_a_tail_are_given_back, "7.26")
{
    char *base;

    needs(CAN_RELEASE_PARTS);
    base = new_memory(16);
    ok_status(nt_free(base, 4 * PAGE, MEM_RELEASE), STATUS_SUCCESS);
    ok_layout(base, "F4 M12");
    ok_status(nt_free(base + 12 * PAGE, 4 * PAGE, MEM_RELEASE), STATUS_SUCCESS);
    ok_layout(base, "F4 M8 F4");
    ok_eq(base[4 * PAGE], 5);
    ok_eq(base[11 * PAGE], 12);
    ok_status(nt_free(base, PAGE, MEM_RELEASE), STATUS_MEMORY_NOT_ALLOCATED);
    release(base + 4 * PAGE);
}

TEST(the_hole_can_be_had_by_others, "7.26 7.4")
{
    char *base;

    needs(CAN_RELEASE_PARTS);
    base = new_memory(48);
    ok_status(nt_free(base + GRANULE, GRANULE, MEM_RELEASE), STATUS_SUCCESS);
    ok_ptr_eq(VirtualAlloc(base + GRANULE, GRANULE, BOTH, PAGE_READWRITE), base + GRANULE);
    ok_layout(base, "M16 M16 M16");
    ok(all_bytes(base + GRANULE, 0, GRANULE));
    ok_eq(base[2 * GRANULE], 33);
    release(base + GRANULE);
    release(base);
    release(base + 2 * GRANULE);
}

TEST(a_part_is_rounded_to_pages, "7.26 7.29")
{
    PVOID address;
    SIZE_T size = 2;
    char *base;

    needs(CAN_RELEASE_PARTS);
    base = new_memory(16);
    address = base + 2 * PAGE - 1;
    ok_status(NtFreeVirtualMemory(GetCurrentProcess(), &address, &size, MEM_RELEASE),
              STATUS_SUCCESS);
    ok_ptr_eq(address, base + PAGE);
    ok_eq(size, 2 * PAGE);
    ok_layout(base, "M1 F2 M13");
    release(base);
    release(base + 3 * PAGE);
}

TEST(parts_keep_what_their_pages_are, "7.26 8.10")
{
    DWORD old = 0;
    char *base;

    needs(CAN_RELEASE_PARTS);
    base = (char *)VirtualAlloc(NULL, GRANULE, MEM_RESERVE, PAGE_READWRITE);
    require(base != NULL);
    ok_ptr_eq(VirtualAlloc(base, 6 * PAGE, MEM_COMMIT, PAGE_READWRITE), base);
    ok_succeeds(VirtualProtect(base + PAGE, PAGE, PAGE_READONLY, &old));
    ok_status(nt_free(base + 8 * PAGE, 4 * PAGE, MEM_RELEASE), STATUS_SUCCESS);
    ok_region(base, .allocation_base = base, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_PRIVATE, .size = PAGE);
    ok_region(base + PAGE, .allocation_base = base, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READONLY, .type = MEM_PRIVATE, .size = PAGE);
    ok_region(base + 6 * PAGE, .allocation_base = base, .allocation_protect = PAGE_READWRITE,
              .state = MEM_RESERVE, .protect = 0, .type = MEM_PRIVATE, .size = 2 * PAGE);
    ok_layout(base + 12 * PAGE, "R4");
    /* What is left of it can be committed as before. */
    ok_ptr_eq(VirtualAlloc(base + 13 * PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE), base + 13 * PAGE);
    ok_layout(base + 12 * PAGE, "(R1M1R2)");
    ok_fails(VirtualAlloc(base + 7 * PAGE, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE),
             ERROR_INVALID_ADDRESS);
    release(base);
    release(base + 12 * PAGE);
}

TEST(whole_allocations_have_sizes_too, "7.26")
{
    char *base;

    needs(CAN_RELEASE_PARTS);
    base = new_memory(16);
    ok_status(nt_free(base, GRANULE, MEM_RELEASE), STATUS_SUCCESS);
    ok_layout(base, "F16");
    base = new_memory(3);
    ok_status(nt_free(base, 2 * PAGE + 1, MEM_RELEASE), STATUS_SUCCESS);
    ok_layout(base, "F16");
}

TEST(longer_than_the_allocation_frees_nothing, "7.27 7.33")
{
    char *base;

    needs(CAN_RELEASE_PARTS);
    base = new_memory(16);
    ok_status(nt_free(base, GRANULE + 1, MEM_RELEASE), STATUS_UNABLE_TO_FREE_VM);
    ok_status(nt_free(base + 15 * PAGE, 2 * PAGE, MEM_RELEASE), STATUS_UNABLE_TO_FREE_VM);
    ok_status(nt_free(base, GRANULE + 1, MEM_DECOMMIT), STATUS_UNABLE_TO_FREE_VM);
    ok_status(nt_free(base + PAGE, GRANULE, MEM_DECOMMIT), STATUS_UNABLE_TO_FREE_VM);
    ok_layout(base, "M16");
    for (SIZE_T i = 0; i < 16; i++)
        ok_eq(base[i * PAGE], (char)(i + 1));
    release(base);
}

TEST(failures_leave_base_and_size_as_passed, "7.33 7.20 7.22 7.24 7.25 7.28 7.30")
{
    char *base;
    char *place;

    needs(CAN_RELEASE_PARTS);
    base = new_memory(16);
    ok_status(nt_free(base + 5, 3, 0), STATUS_INVALID_PARAMETER_4);
    ok_status(nt_free(base + 5, 3, MEM_RELEASE | MEM_DECOMMIT), STATUS_INVALID_PARAMETER_4);
    ok_status(nt_free(base + PAGE + 5, 0, MEM_RELEASE), STATUS_FREE_VM_NOT_AT_BASE);
    ok_status(nt_free(base + PAGE + 5, 0, MEM_DECOMMIT), STATUS_FREE_VM_NOT_AT_BASE);
    ok_layout(base, "M16");
    release(base);
    place = (char *)free_place(GRANULE);
    ok_status(nt_free(place + 5, 3, MEM_RELEASE), STATUS_MEMORY_NOT_ALLOCATED);
    ok_status(nt_free(place + 5, 3, MEM_DECOMMIT), STATUS_MEMORY_NOT_ALLOCATED);
    ok_status(nt_free(place, 0, MEM_DECOMMIT), STATUS_MEMORY_NOT_ALLOCATED);
}

TEST(parts_of_parts_are_given_back, "7.26")
{
    char *base;

    needs(CAN_RELEASE_PARTS);
    base = new_memory(64);
    /* Every second page, from the end, then the rest. */
    for (SIZE_T i = 63; i < 64; i -= 2)
        ok_status(nt_free(base + i * PAGE, PAGE, MEM_RELEASE), STATUS_SUCCESS);
    ok_layout(base, "M1 F1 M1 F1 M1 F1");
    for (SIZE_T i = 0; i < 64; i += 2) {
        ok_eq(base[i * PAGE], (char)(i + 1));
        release(base + i * PAGE);
    }
    ok_layout(base, "F64");
}

TEST(no_part_of_a_view_is_given_back, "7.26 4.7 4.6")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    char *view = (char *)map_words(section);

    /* Wine 8 has another status. */
    todo_wine ok_status(nt_free(view + PAGE, PAGE, MEM_RELEASE), STATUS_UNABLE_TO_DELETE_SECTION);
    ok_layout(view, "V16");
    drop(section, view);
}
