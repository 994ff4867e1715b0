// SPDX-License-Identifier: MIT
/*
 * Write watch of memory that took the place of a placeholder.
 */
#include "api/placeholder_kit.h"

#define WATCH (REPLACE | MEM_WRITE_WATCH)
#define N     16

static ULONG_PTR pages_of(char *base, SIZE_T n_pages, DWORD flags, void **addresses)
{
    ULONG_PTR count = N;
    DWORD granularity = 0;

    ok_eq(GetWriteWatch(flags, base, n_pages * PAGE, addresses, &count, &granularity), 0);
    ok_eq(granularity, PAGE);
    return count;
}

TEST(memory_in_place_of_a_placeholder_is_watched, "15.26 5.16")
{
    void *addresses[N];
    char *base;

    needs(CAN_REPLACE);
    base = new_placeholder(N);
    ok_ptr_eq(allocate2(base, N * PAGE, WATCH | MEM_COMMIT, PAGE_READWRITE), base);
    ok_layout(base, "M16");
    ok_eq(pages_of(base, N, 0, addresses), 0);
    base[3 * PAGE] = 1;
    base[9 * PAGE] = 1;
    ok_eq(pages_of(base, N, WRITE_WATCH_FLAG_RESET, addresses), 2);
    ok_ptr_eq(addresses[0], base + 3 * PAGE);
    ok_ptr_eq(addresses[1], base + 9 * PAGE);
    ok_eq(pages_of(base, N, 0, addresses), 0);
    release(base);
}

TEST(reserved_memory_in_its_place_is_watched_too, "15.26 5.7 5.16")
{
    void *addresses[N];
    char *base;

    needs(CAN_REPLACE);
    base = new_placeholder(N);
    preserve_pages(base + 4 * PAGE, 3);
    ok_ptr_eq(allocate2(base + 4 * PAGE, 3 * PAGE, WATCH, PAGE_READWRITE), base + 4 * PAGE);
    ok_layout(base, "P4 R3 P9");
    ok_ptr_eq(VirtualAlloc(base + 5 * PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE), base + 5 * PAGE);
    base[5 * PAGE] = 1;
    ok_eq(pages_of(base + 4 * PAGE, 3, WRITE_WATCH_FLAG_RESET, addresses), 1);
    ok_ptr_eq(addresses[0], base + 5 * PAGE);
    ok_eq(pages_of(base + 4 * PAGE, 3, 0, addresses), 0);
    release(base);
    release(base + 4 * PAGE);
    release(base + 7 * PAGE);
}

/* It is a placeholder again, and nothing is watched any more; what replaces it next begins anew. */
TEST(watching_ends_with_the_memory, "15.25 15.26 5.34")
{
    void *addresses[N];
    ULONG_PTR count = N;
    DWORD granularity;
    char *base;

    needs(CAN_REPLACE);
    base = new_placeholder(N);
    ok_ptr_eq(allocate2(base, N * PAGE, WATCH | MEM_COMMIT, PAGE_READWRITE), base);
    base[3 * PAGE] = 1;
    preserve_pages(base, N);
    SetLastError(0xdeadbeef);
    ok_eq(GetWriteWatch(0, base, PAGE, addresses, &count, &granularity), ~0u);
    ok_error(ERROR_INVALID_PARAMETER);
    ok_ptr_eq(replace_pages(base, N), base);
    ok_eq(GetWriteWatch(0, base, PAGE, addresses, &count, &granularity), ~0u);
    preserve_pages(base, N);
    ok_ptr_eq(allocate2(base, N * PAGE, WATCH | MEM_COMMIT, PAGE_READWRITE), base);
    ok_eq(pages_of(base, N, 0, addresses), 0);
    release(base);
}

/* The middle of watched memory becomes a placeholder; its neighbours go on. */
TEST(both_sides_of_a_hole_stay_watched, "15.26 5.35 7.26")
{
    void *addresses[N];
    char *base;

    needs(CAN_REPLACE);
    base = new_placeholder(N);
    ok_ptr_eq(allocate2(base, N * PAGE, WATCH | MEM_COMMIT, PAGE_READWRITE), base);
    for (unsigned i = 0; i < N; i += 3)
        base[i * PAGE] = 1; /* 0 3 6 9 12 15 */
    preserve_pages(base + 6 * PAGE, 2);
    ok_layout(base, "M6 P2 M8");
    ok_eq(pages_of(base, 6, 0, addresses), 2);
    ok_ptr_eq(addresses[1], base + 3 * PAGE);
    ok_eq(pages_of(base + 8 * PAGE, 8, WRITE_WATCH_FLAG_RESET, addresses), 3);
    ok_ptr_eq(addresses[0], base + 9 * PAGE);
    ok_ptr_eq(addresses[2], base + 15 * PAGE);
    base[14 * PAGE] = 1;
    ok_eq(pages_of(base + 8 * PAGE, 8, 0, addresses), 1);
    ok_ptr_eq(addresses[0], base + 14 * PAGE);
    release(base + 8 * PAGE);
    base[4 * PAGE] = 1;
    ok_eq(pages_of(base, 6, 0, addresses), 3);
    release(base);
    release(base + 6 * PAGE);
}
