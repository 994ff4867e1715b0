// SPDX-License-Identifier: MIT
/*
 * Address windowing and Linux: pages have memory from the start, side by side they are one mapping,
 * a forked child shares them, and arrays that are not the caller's are an error.
 */
#ifndef _WIN32
#    include "api/api.h"

#    include <ntshm/ntshm.h>
#    include <sched.h>
#    include <stdatomic.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <string.h>
#    include <sys/mman.h>
#    include <unistd.h>

#    define PAGES 64

static void enable_lock_memory(void)
{
    TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1};
    HANDLE token;

    require(OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token));
    require(LookupPrivilegeValueA(NULL, "SeLockMemoryPrivilege", &wanted.Privileges[0].Luid));
    wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    ok(AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL));
    if (GetLastError() != ERROR_SUCCESS)
        skip("no SeLockMemoryPrivilege");
    ok_succeeds(CloseHandle(token));
}

static void allocate(ULONG_PTR *pages, ULONG_PTR count)
{
    ULONG_PTR got = count;

    enable_lock_memory();
    require(AllocateUserPhysicalPages(GetCurrentProcess(), &got, pages), "error %u",
            (unsigned)GetLastError());
    require(got == count);
}

static void give_back(ULONG_PTR *pages, ULONG_PTR count)
{
    ok_succeeds(FreeUserPhysicalPages(GetCurrentProcess(), &count, pages));
}

static char *new_window(SIZE_T n_pages)
{
    char *window = VirtualAlloc(NULL, n_pages * PAGE, MEM_RESERVE | MEM_PHYSICAL, PAGE_READWRITE);

    require(window != NULL, "error %u", (unsigned)GetLastError());
    return window;
}

static void release(void *memory)
{
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

/* Mappings of the kernel in a range. */
static unsigned mappings_in(const char *start, SIZE_T size)
{
    FILE *file = fopen("/proc/self/maps", "re");
    unsigned long low, high;
    char line[512];
    unsigned n = 0;

    require(file != NULL);
    while (fgets(line, sizeof(line), file)) {
        if (sscanf(line, "%lx-%lx ", &low, &high) == 2 && low < (unsigned long)start + size &&
            high > (unsigned long)start)
            n++;
    }
    fclose(file);
    return n;
}

TEST(pages_side_by_side_are_one_mapping, "")
{
    ULONG_PTR pages[PAGES];
    char *window;

    allocate(pages, PAGES);
    window = new_window(PAGES);
    ok_eq(mappings_in(window, PAGES * PAGE), 1);
    ok_succeeds(MapUserPhysicalPages(window, PAGES, pages));
    ok_eq(mappings_in(window, PAGES * PAGE), 1);
    ok_succeeds(MapUserPhysicalPages(window + PAGE, 1, NULL));
    ok_eq(mappings_in(window, PAGES * PAGE), 3);
    ok_succeeds(MapUserPhysicalPages(window + PAGE, 1, pages + 1));
    ok_eq(mappings_in(window, PAGES * PAGE), 1); /* the kernel joins them again */
    ok_succeeds(MapUserPhysicalPages(window, PAGES, NULL));
    ok_eq(mappings_in(window, PAGES * PAGE), 1);
    release(window);
    give_back(pages, PAGES);
}

static int shares_the_pages(void *context)
{
    ULONG_PTR *pages = context, own[4], n;
    char *window = (char *)pages[PAGES];

    ok(all_bytes(window, 1, PAGE));
    window[0] = 2; /* the parent sees it */
    n = 1;
    ok_succeeds(FreeUserPhysicalPages(GetCurrentProcess(), &n, pages + 1));
    ok(!can_read(window + PAGE));
    n = 4;
    ok_succeeds(AllocateUserPhysicalPages(GetCurrentProcess(), &n, own));
    ok_succeeds(MapUserPhysicalPages(window + 8 * PAGE, 4, own));
    memset(window + 8 * PAGE, 9, 4 * PAGE);
    ok_succeeds(MapUserPhysicalPages(window + 3 * PAGE, 1, NULL));
    give_back(own, 4);
    return 0;
}

TEST(forked_child_shares_pages_and_frees_none_of_them, "")
{
    ULONG_PTR pages[PAGES + 1];
    struct test_child child;
    char *window;

    allocate(pages, PAGES);
    window = new_window(PAGES);
    pages[PAGES] = (ULONG_PTR)window;
    ok_succeeds(MapUserPhysicalPages(window, 8, pages));
    memset(window, 1, 8 * PAGE);
    require(test_child_fork(&child, shares_the_pages, pages));
    ok_eq(test_child_wait(&child, SOON), 0);
    ok_eq(window[0], 2);
    ok(all_bytes(window + PAGE, 1, 7 * PAGE));
    ok(!can_read(window + 8 * PAGE));
    release(window);
    give_back(pages, PAGES);
}

TEST(arrays_that_are_not_the_callers_are_an_error, "")
{
    char *nowhere = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ULONG_PTR pages[4], n = 4;
    char *window;

    allocate(pages, 4);
    window = new_window(PAGES);
    ok_fails(AllocateUserPhysicalPages(GetCurrentProcess(), &n, (ULONG_PTR *)(void *)nowhere),
             ERROR_NOACCESS);
    ok_fails(MapUserPhysicalPages(window, 4, (ULONG_PTR *)(void *)nowhere), ERROR_NOACCESS);
    ok_fails(MapUserPhysicalPagesScatter((PVOID *)(void *)nowhere, 4, pages), ERROR_NOACCESS);
    ok_fails(FreeUserPhysicalPages(GetCurrentProcess(), &n, (ULONG_PTR *)(void *)nowhere),
             ERROR_NOACCESS);
    ok_eq(n, 0);
    release(window);
    give_back(pages, 4);
    munmap(nowhere, PAGE);
}

struct mover {
    char *window;
    ULONG_PTR *pages;
    SIZE_T first;
};

static void move_pages(void *context)
{
    struct mover *mover = context;

    for (unsigned i = 0; i < 200; i++) {
        char *place = mover->window + mover->first * PAGE;

        ok_succeeds(MapUserPhysicalPages(place, 8, mover->pages + mover->first));
        memset(place, (int)i, 8 * PAGE);
        ok_succeeds(MapUserPhysicalPages(place, 8, NULL));
        ok_succeeds(MapUserPhysicalPages(place, 1, mover->pages + mover->first + 7));
        ok(all_bytes(place, (uint8_t)i, PAGE));
        ok_succeeds(MapUserPhysicalPages(place, 8, NULL));
    }
}

static void allocate_and_free(void *context)
{
    ULONG_PTR pages[32];

    (void)context;
    for (unsigned i = 0; i < 100; i++) {
        ULONG_PTR n = ARRAYSIZE(pages);

        ok_succeeds(AllocateUserPhysicalPages(GetCurrentProcess(), &n, pages));
        ok_succeeds(FreeUserPhysicalPages(GetCurrentProcess(), &n, pages));
    }
}

TEST(threads_move_pages_in_one_window, "")
{
    ULONG_PTR pages[PAGES];
    struct test_thread threads[6];
    struct mover movers[4];
    char *window;

    allocate(pages, PAGES);
    window = new_window(PAGES);
    for (unsigned i = 0; i < 4; i++) {
        movers[i] = (struct mover){window, pages, (SIZE_T)i * 8};
        test_thread_start(&threads[i], move_pages, &movers[i]);
    }
    for (unsigned i = 4; i < ARRAYSIZE(threads); i++)
        test_thread_start(&threads[i], allocate_and_free, NULL);
    for (unsigned i = 0; i < ARRAYSIZE(threads); i++)
        test_thread_join(&threads[i]);
    release(window);
    give_back(pages, PAGES);
}

/* While one thread unmaps a page, or gives its window back, another frees the page. */
struct unmapper {
    char *window;
    bool releases;
    _Atomic bool ready, go;
};

static void unmap_page(void *context)
{
    struct unmapper *unmapper = context;
    PVOID addresses[PAGES / 2];

    for (SIZE_T i = 0; i < PAGES / 2; i++)
        addresses[i] = unmapper->window + 2 * i * PAGE;
    atomic_store(&unmapper->ready, true);
    while (!atomic_load(&unmapper->go))
        sched_yield();
    if (unmapper->releases)
        release(unmapper->window);
    else
        ok_succeeds(MapUserPhysicalPagesScatter(addresses, PAGES / 2, NULL));
}

TEST_DEADLINE(page_is_freed_while_it_is_unmapped, "", 60)
{
    ULONG_PTR pages[PAGES];

    for (unsigned i = 0; i < 400; i++) {
        struct unmapper unmapper = {.window = new_window(PAGES), .releases = i & 1};
        struct test_thread thread;

        allocate(pages, PAGES);
        ok_succeeds(MapUserPhysicalPages(unmapper.window, PAGES, pages));
        test_thread_start(&thread, unmap_page, &unmapper);
        while (!atomic_load(&unmapper.ready))
            sched_yield();
        atomic_store(&unmapper.go, true);
        for (unsigned j = 0; j < i % 16; j++)
            (void)GetTickCount();
        give_back(pages, PAGES);
        test_thread_join(&thread);
        if (!unmapper.releases)
            release(unmapper.window);
    }
}

/* What was mapped in a window is free again when it is a placeholder once more. */
TEST(window_replaces_a_placeholder, "5.6 5.30 7.16")
{
    const DWORD back = MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER;
    const DWORD type = MEM_RESERVE | MEM_REPLACE_PLACEHOLDER | MEM_PHYSICAL;
    ULONG_PTR pages[2];
    char *place = VirtualAlloc2(NULL, NULL, PAGES * PAGE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
                                PAGE_NOACCESS, NULL, 0);
    char *window = new_window(PAGES);

    allocate(pages, 2);
    require(place != NULL, "error %u", (unsigned)GetLastError());
    ok_ptr_eq(VirtualAlloc2(NULL, place, PAGES * PAGE, type, PAGE_READWRITE, NULL, 0), place);
    ok_succeeds(MapUserPhysicalPages(place + PAGE, 2, pages));
    place[PAGE] = 1;
    ok_fails(VirtualFree(place, PAGE, back), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree(place + PAGE, 2 * PAGE, back), ERROR_INVALID_PARAMETER);
    ok_eq(place[PAGE], 1);
    ok_succeeds(VirtualFree(place, PAGES * PAGE, back));
    ok_fails(MapUserPhysicalPages(place, 2, pages), ERROR_INVALID_PARAMETER);
    ok_succeeds(MapUserPhysicalPages(window, 2, pages));
    ok_eq(window[0], 1);
    release(window);
    release(place);
    give_back(pages, 2);
}

/* Somebody relies on what a pinned window shows. */
TEST(pinned_window_is_not_changed, "")
{
    ULONG_PTR pages[2], one = 1;
    PVOID addresses[1];
    char *window;

    allocate(pages, 2);
    window = new_window(PAGES);
    addresses[0] = window;
    ok_succeeds(MapUserPhysicalPages(window, 1, pages));
    window[0] = 1;
    ok_succeeds(ntshm_region_pin(window, NULL));
    ok_fails(MapUserPhysicalPages(window, 1, NULL), ERROR_INVALID_PARAMETER);
    ok_fails(MapUserPhysicalPages(window, 1, pages + 1), ERROR_INVALID_PARAMETER);
    ok_fails(MapUserPhysicalPagesScatter(addresses, 1, pages + 1), ERROR_INVALID_PARAMETER);
    ok_fails(FreeUserPhysicalPages(GetCurrentProcess(), &one, pages), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree(window, 0, MEM_RELEASE), ERROR_INVALID_PARAMETER);
    ok_eq(window[0], 1);
    ok_succeeds(ntshm_region_unpin(window));
    ok_succeeds(MapUserPhysicalPages(window, 1, pages + 1));
    release(window);
    give_back(pages, 2);
}

/* A random walk over two windows, compared with a table. */
TEST_DEADLINE(pages_are_where_they_were_mapped, "", 60)
{
    ULONG_PTR pages[PAGES];
    unsigned at[2 * PAGES]; /* one more than the page's index; 0 for nothing */
    uint64_t random = 88172645463325252ull;
    char *windows[2];

    allocate(pages, PAGES);
    memset(at, 0, sizeof(at));
    for (unsigned i = 0; i < 2; i++)
        windows[i] = new_window(PAGES);
    for (unsigned step = 0; step < 1500; step++) {
        PVOID addresses[6];
        ULONG_PTR numbers[6];
        unsigned slots[6], which[6], count;
        bool good = true;

        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        count = 1 + random % 6;
        for (unsigned i = 0; i < count; i++) {
            slots[i] = (unsigned)(random >> (8 * i)) % (2 * PAGES);
            which[i] = (unsigned)(random >> (7 * i + 3)) % (PAGES + 8);
            if (which[i] > PAGES)
                which[i] = 0;
            addresses[i] = windows[slots[i] / PAGES] + slots[i] % PAGES * PAGE;
            numbers[i] = which[i] ? pages[which[i] - 1] : 0;
        }
        for (unsigned i = 0; i < count; i++) {
            for (unsigned j = 0; j < i; j++)
                good &= slots[i] != slots[j] && (!which[i] || which[i] != which[j]);
            for (unsigned j = 0; which[i] && j < 2 * PAGES; j++) {
                bool replaced = false;

                for (unsigned k = 0; k < count; k++)
                    replaced |= slots[k] == j;
                good &= at[j] != which[i] || replaced;
            }
        }
        ok_eq(MapUserPhysicalPagesScatter(addresses, count, numbers), good);
        for (unsigned i = 0; good && i < count; i++)
            at[slots[i]] = which[i];
        for (unsigned i = 0; good && i < count; i++) {
            if (which[i])
                *(uint32_t *)addresses[i] = which[i];
        }
        for (unsigned j = step % 16; j < 2 * PAGES; j += 16) {
            char *page = windows[j / PAGES] + j % PAGES * PAGE;

            if (at[j])
                ok_eq(*(uint32_t *)page, at[j]);
            else
                ok(!can_read(page));
        }
    }
    release(windows[0]);
    give_back(pages, PAGES);
    ok(!can_read(windows[1]));
    release(windows[1]);
}
#endif
