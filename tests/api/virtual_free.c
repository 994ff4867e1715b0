// SPDX-License-Identifier: MIT
/*
 * VirtualFree: releasing, decommitting, and the flags that only placeholders take.
 */
#include "api/api.h"

#define BOTH (MEM_RESERVE | MEM_COMMIT)

static char *allocate(SIZE_T size, DWORD type)
{
    char *memory = (char *)VirtualAlloc(NULL, size, type, PAGE_READWRITE);

    require(memory != NULL, "error %u", (unsigned)GetLastError());
    return memory;
}

static DWORD state_of(const void *address)
{
    MEMORY_BASIC_INFORMATION info;

    ok_eq(VirtualQuery(address, &info, sizeof(info)), sizeof(info));
    return info.State;
}

TEST(release_frees_it_all, "7.20 7.21 8.1")
{
    char *memory = allocate(3 * GRANULE, BOTH);

    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    for (unsigned i = 0; i < 3; i++)
        ok_eq(state_of(memory + i * GRANULE), MEM_FREE);
}

TEST(free_types_that_mean_nothing, "7.20 7.22 17.7")
{
    static const DWORD bad[] = {0, MEM_FREE, MEM_RELEASE | MEM_DECOMMIT, MEM_COMMIT, MEM_RESERVE};
    char *memory = allocate(GRANULE, BOTH);

    memory[0] = 1;
    for (unsigned i = 0; i < ARRAYSIZE(bad); i++)
        ok_fails(VirtualFree(memory, 0, bad[i]), ERROR_INVALID_PARAMETER);
    /* Flags come before the address. */
    ok_fails(VirtualFree(free_place(GRANULE), 0, 0), ERROR_INVALID_PARAMETER);
    ok_eq(memory[0], 1);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

TEST(release_takes_no_size, "7.21 17.7")
{
    char *memory = allocate(GRANULE, BOTH);

    ok_fails(VirtualFree(memory, GRANULE, MEM_RELEASE), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree(memory, PAGE, MEM_RELEASE), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree(memory, 1, MEM_RELEASE), ERROR_INVALID_PARAMETER);
    memory[GRANULE - 1] = 1;
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

TEST(release_wants_the_first_page, "7.23 7.24")
{
    char *memory = allocate(GRANULE, BOTH);

    ok_fails(VirtualFree(memory + PAGE, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS);
    ok_fails(VirtualFree(memory + GRANULE - 1, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS);
    memory[0] = 1;
    ok_succeeds(VirtualFree(memory + 0xfff, 0, MEM_RELEASE));
    ok_eq(state_of(memory), MEM_FREE);
}

TEST(free_memory_cannot_be_freed, "7.25 7.28")
{
    char *memory = allocate(GRANULE, BOTH);

    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    /* Wine 8 says ERROR_INVALID_PARAMETER; newer ones have learnt it from Windows. */
    todo_wine ok_fails(VirtualFree(memory, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS);
    todo_wine ok_fails(VirtualFree(memory, PAGE, MEM_DECOMMIT), ERROR_INVALID_ADDRESS);
    todo_wine ok_fails(VirtualFree(memory, 0, MEM_DECOMMIT), ERROR_INVALID_ADDRESS);
}

TEST(decommit_takes_the_touched_pages, "7.29")
{
    char *memory = allocate(GRANULE, BOTH);

    memory[PAGE - 1] = 1;
    memory[3 * PAGE] = 3;
    ok_succeeds(VirtualFree(memory + 0x1fff, 2, MEM_DECOMMIT));
    ok_eq(state_of(memory), MEM_COMMIT);
    ok_region(memory + PAGE, .allocation_base = memory, .allocation_protect = PAGE_READWRITE,
              .state = MEM_RESERVE, .protect = 0, .type = MEM_PRIVATE, .size = 2 * PAGE);
    ok(!can_read(memory + PAGE));
    ok(!can_read(memory + 2 * PAGE));
    ok_eq(memory[PAGE - 1], 1);
    ok_eq(memory[3 * PAGE], 3);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

TEST(decommit_without_a_size_is_the_whole_allocation, "7.30")
{
    char *memory = allocate(GRANULE, BOTH);

    ok_fails(VirtualFree(memory + PAGE, 0, MEM_DECOMMIT), ERROR_INVALID_ADDRESS);
    ok_eq(state_of(memory), MEM_COMMIT);
    ok_succeeds(VirtualFree(memory, 0, MEM_DECOMMIT));
    ok_region(memory, .allocation_base = memory, .allocation_protect = PAGE_READWRITE,
              .state = MEM_RESERVE, .protect = 0, .type = MEM_PRIVATE, .size = GRANULE);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

TEST(decommit_of_reserved_pages_succeeds, "7.31")
{
    char *memory = allocate(GRANULE, MEM_RESERVE);

    ok_succeeds(VirtualFree(memory, GRANULE, MEM_DECOMMIT));
    ok_succeeds(VirtualFree(memory + PAGE, PAGE, MEM_DECOMMIT));
    ok_eq(state_of(memory), MEM_RESERVE);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

TEST(decommit_beyond_the_allocation_frees_nothing, "7.27")
{
    char *memory = allocate(GRANULE, BOTH);

    memory[GRANULE - 1] = 9;
    ok_fails(VirtualFree(memory, 2 * GRANULE, MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree(memory + GRANULE - PAGE, 2 * PAGE, MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
    ok_eq(memory[GRANULE - 1], 9);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

TEST(pages_are_zero_when_they_come_back, "7.32")
{
    char *memory = allocate(GRANULE, BOTH);

    for (SIZE_T i = 0; i < GRANULE; i++)
        memory[i] = (char)i;
    ok_succeeds(VirtualFree(memory + PAGE, 2 * PAGE, MEM_DECOMMIT));
    ok_ptr_eq(VirtualAlloc(memory, GRANULE, MEM_COMMIT, PAGE_READWRITE), memory);
    ok(all_bytes(memory + PAGE, 0, 2 * PAGE));
    ok_eq(memory[1], 1);
    ok_eq(memory[3 * PAGE + 1], 1);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

/* --- placeholder flags on what is no placeholder --------------------------------------------- */

TEST(plain_memory_does_not_become_a_placeholder, "5.36 5.41")
{
    const DWORD preserve = MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER;
    char *memory = allocate(GRANULE, MEM_RESERVE);

    /* Wine 8 says ERROR_INVALID_PARAMETER; newer ones have learnt it from Windows. */
    todo_wine ok_fails(VirtualFree(memory, GRANULE, preserve), ERROR_INVALID_ADDRESS);
    todo_wine ok_fails(VirtualFree(memory + PAGE, PAGE, preserve), ERROR_INVALID_ADDRESS);
    ok_fails(VirtualFree(memory, 0, preserve), ERROR_INVALID_PARAMETER);
    ok_region(memory, .allocation_base = memory, .allocation_protect = PAGE_READWRITE,
              .state = MEM_RESERVE, .protect = 0, .type = MEM_PRIVATE, .size = GRANULE);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

TEST(coalescing_wants_placeholders, "5.50 5.51 5.55")
{
    const DWORD coalesce = MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS;
    char *memory = allocate(GRANULE, MEM_RESERVE);

    /* Wine 8 cannot coalesce; what it makes of the flag is its own. */
    todo_wine ok_fails(VirtualFree(memory, GRANULE, coalesce), ERROR_INVALID_ADDRESS);
    ok_fails(VirtualFree(memory, 0, coalesce), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree(memory, GRANULE, MEM_COALESCE_PLACEHOLDERS), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree(memory, GRANULE, coalesce | MEM_PRESERVE_PLACEHOLDER),
             ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree(memory, GRANULE, MEM_DECOMMIT | MEM_PRESERVE_PLACEHOLDER),
             ERROR_INVALID_PARAMETER);
    ok_eq(state_of(memory), MEM_RESERVE);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

TEST(plain_functions_know_no_placeholders, "5.3 5.4")
{
    ok_fails(VirtualAlloc(NULL, GRANULE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS),
             ERROR_INVALID_PARAMETER);
    ok_fails(VirtualAlloc(NULL, GRANULE, MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS),
             ERROR_INVALID_PARAMETER);
    ok_fails(VirtualAlloc(free_place(GRANULE), GRANULE, MEM_RESERVE | MEM_REPLACE_PLACEHOLDER,
                          PAGE_READWRITE),
             ERROR_INVALID_PARAMETER);
}
