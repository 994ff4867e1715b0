// SPDX-License-Identifier: MIT
/*
 * Locking, discarding, offering and windowing when something fails inside: the error is told, the
 * pages are as they were, and the same call works afterwards.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <windows.h>
#include <psapi.h>

#include "fault/kit.h"
#include "harness/test.h"

#define PAGE  4096u
#define PAGES 16u

static unsigned char *memory;

static void allocate_memory(void)
{
    memory = VirtualAlloc(NULL, PAGES * PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    require(memory != NULL, "error %lu", (unsigned long)GetLastError());
    memset(memory, 1, PAGES * PAGE);
}

static void release_memory(void)
{
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

/* KiB that the process has locked. */
static unsigned long locked_now(void)
{
    unsigned long locked = 0;
    FILE *file = fopen("/proc/self/status", "re");
    char line[256];

    require(file != NULL);
    while (fgets(line, sizeof(line), file)) {
        if (sscanf(line, "VmLck: %lu kB", &locked) == 1)
            break;
    }
    fclose(file);
    return locked;
}

static bool holds(const unsigned char *start, unsigned n_pages, unsigned char value)
{
    for (size_t i = 0; i < (size_t)n_pages * PAGE; i++) {
        if (start[i] != value)
            return false;
    }
    return true;
}

/* --- locking ------------------------------------------------------------------------ */

static uint32_t run_lock(void)
{
    uint32_t result = fault_result(VirtualLock(memory, 4 * PAGE));

    if (result)
        ok_eq(locked_now(), 0);
    return result;
}

static void unlock(void)
{
    ok_succeeds(VirtualUnlock(memory, 4 * PAGE));
}

static void lock(void)
{
    ok_succeeds(VirtualLock(memory, 4 * PAGE));
}

/* The middle of a locked range, so that the mapping has to be cut. */
static uint32_t run_unlock(void)
{
    uint32_t result = fault_result(VirtualUnlock(memory + PAGE, 2 * PAGE));

    if (result)
        ok_eq(locked_now(), 16);
    return result;
}

static uint32_t run_bounds(void)
{
    return fault_result(SetProcessWorkingSetSize(GetCurrentProcess(), 60 * PAGE, 400 * PAGE));
}

static uint32_t run_empty(void)
{
    return fault_result(EmptyWorkingSet(GetCurrentProcess()));
}

static uint32_t run_prefetch(void)
{
    WIN32_MEMORY_RANGE_ENTRY entries[] = {{memory, PAGE}, {memory + 2 * PAGE, PAGE}};

    return fault_result(PrefetchVirtualMemory(GetCurrentProcess(), 2, entries, 0));
}

TEST(pages_are_locked_whole_or_not_at_all, "")
{
    static const struct fault_call calls[] = {
        {"VirtualLock", NULL, run_lock, unlock,
         FAULT_BIT(MLOCK) | FAULT_BIT(MADVISE) | FAULT_BIT(PROCMAP) | FAULT_MEMORY, 0, 0},
        {"VirtualUnlock", lock, run_unlock, NULL, FAULT_BIT(MLOCK) | FAULT_BIT(MADVISE), 0, 0},
        {"SetProcessWorkingSetSize", NULL, run_bounds, NULL, FAULT_BIT(MLOCK),
         FAULT_BIT(MLOCK) | FAULT_BIT(OPEN) | FAULT_BIT(READ), 0},
        {"EmptyWorkingSet", NULL, run_empty, NULL, FAULT_BIT(PROCMAP), 0, 0},
        {"PrefetchVirtualMemory", NULL, run_prefetch, NULL, FAULT_BIT(MADVISE), FAULT_BIT(MADVISE),
         0},
    };

    allocate_memory();
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    release_memory();
}

/* A view that is mapped anew: the lock goes along, or the failure is told. */
static unsigned char *view;

static void drop_view(void)
{
    if (view)
        ok_succeeds(UnmapViewOfFile(view));
    view = NULL;
}

/* What a failure has copied stays so: each run has a view of its own. */
static void map_view(void)
{
    HANDLE section =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4 * PAGE, NULL);

    drop_view();
    require(section != NULL);
    view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    require(view != NULL);
    ok_succeeds(CloseHandle(section));
    ok_succeeds(VirtualLock(view, 4 * PAGE));
}

static uint32_t run_protect_locked(void)
{
    DWORD old;

    return fault_result(VirtualProtect(view, PAGE, PAGE_WRITECOPY, &old));
}

TEST(locked_view_is_protected_or_not, "9.16")
{
    static const struct fault_call call = {
        .name = "VirtualProtect of a locked view",
        .prepare = map_view,
        .run = run_protect_locked,
        .undo = drop_view,
        .must_meet = FAULT_BIT(MLOCK) | FAULT_BIT(MADVISE) | FAULT_BIT(PROCMAP) | FAULT_MEMORY,
        .may_survive = FAULT_BIT(MLOCK) | FAULT_BIT(DUP) | FAULT_BIT(REOPEN) | FAULT_BIT(PROCMAP),
    };

    fault_walk_call(&call);
    drop_view();
}

/* --- contents that may go ----------------------------------------------------------- */

static uint32_t run_discard(void)
{
    uint32_t result = DiscardVirtualMemory(memory, 4 * PAGE);

    ok(holds(memory, 4, result ? 1 : 0));
    return result;
}

static void fill(void)
{
    memset(memory, 1, PAGES * PAGE);
}

/* Beside pages that are offered already, so that there are two pieces. */
static void offer_some(void)
{
    fill();
    ok_eq(OfferVirtualMemory(memory + 2 * PAGE, 2 * PAGE, VmOfferPriorityLow), ERROR_SUCCESS);
}

static void reclaim_all(void)
{
    ok_eq(ReclaimVirtualMemory(memory, PAGES * PAGE), ERROR_SUCCESS);
    ok(holds(memory, PAGES, 1));
}

static uint32_t run_offer(void)
{
    uint32_t result = OfferVirtualMemory(memory, 8 * PAGE, VmOfferPriorityNormal);

    if (result) {
        ok(holds(memory, 2, 1));
        ok(holds(memory + 4 * PAGE, 4, 1));
        reclaim_all();
    }
    return result;
}

static uint32_t run_reclaim(void)
{
    return ReclaimVirtualMemory(memory, PAGES * PAGE);
}

TEST(contents_go_or_stay, "")
{
    static const struct fault_call calls[] = {
        {"DiscardVirtualMemory", fill, run_discard, NULL, FAULT_BIT(MADVISE), 0, 0},
        {"OfferVirtualMemory", offer_some, run_offer, reclaim_all,
         FAULT_BIT(MPROTECT) | FAULT_BIT(MADVISE) | FAULT_BIT(PROCMAP) | FAULT_MEMORY,
         FAULT_BIT(MADVISE), 0},
        {"ReclaimVirtualMemory", offer_some, run_reclaim, reclaim_all, FAULT_BIT(MPROTECT), 0, 0},
    };

    allocate_memory();
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    release_memory();
}

/* --- windows ------------------------------------------------------------------------ */

static ULONG_PTR pages[PAGES], mixed[PAGES];
static unsigned char *window;

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

static uint32_t run_allocate(void)
{
    ULONG_PTR n = PAGES;
    uint32_t result = fault_result(AllocateUserPhysicalPages(GetCurrentProcess(), &n, pages));

    ok_eq(n, PAGES);
    return result;
}

static void free_pages(void)
{
    ULONG_PTR n = PAGES;

    ok_succeeds(FreeUserPhysicalPages(GetCurrentProcess(), &n, pages));
}

static uint32_t run_window(void)
{
    window = VirtualAlloc(NULL, PAGES * PAGE, MEM_RESERVE | MEM_PHYSICAL, PAGE_READWRITE);
    return fault_result(window != NULL);
}

static void release_window(void)
{
    ok_succeeds(VirtualFree(window, 0, MEM_RELEASE));
}

/* Page i holds i + 1 and lies at the i-th place. */
static void map_in_order(void)
{
    ok_succeeds(MapUserPhysicalPages(window, PAGES, pages));
    for (unsigned i = 0; i < PAGES; i++)
        memset(window + i * PAGE, (int)i + 1, PAGE);
}

static void check_order(void)
{
    for (unsigned i = 0; i < PAGES; i++)
        ok(holds(window + i * PAGE, 1, (unsigned char)(i + 1)));
}

/* Every other page changes its place with its neighbour: sixteen runs. */
static uint32_t run_mix(void)
{
    uint32_t result = fault_result(MapUserPhysicalPages(window, PAGES, mixed));

    if (result)
        check_order();
    else
        ok(holds(window, 1, 2));
    return result;
}

static uint32_t run_scatter(void)
{
    PVOID addresses[] = {window + 3 * PAGE, window + 9 * PAGE, window + 5 * PAGE};
    ULONG_PTR numbers[] = {pages[9], 0, pages[3]};
    uint32_t result = fault_result(MapUserPhysicalPagesScatter(addresses, 3, numbers));

    if (result)
        check_order();
    return result;
}

/* Eight of the pages, in two runs of the window. */
static uint32_t run_free(void)
{
    ULONG_PTR n = 8, chosen[8], fresh = 8;
    uint32_t result;

    memcpy(chosen, pages, 4 * sizeof(chosen[0]));
    memcpy(chosen + 4, pages + 8, 4 * sizeof(chosen[0]));
    result = fault_result(FreeUserPhysicalPages(GetCurrentProcess(), &n, chosen));
    ok_eq(n, result ? 0 : 8);
    if (result) {
        check_order();
        return result;
    }
    (void)fault_disarm();
    ok_succeeds(AllocateUserPhysicalPages(GetCurrentProcess(), &fresh, chosen));
    ok_eq(fresh, 8);
    memcpy(pages, chosen, 4 * sizeof(chosen[0]));
    memcpy(pages + 8, chosen + 4, 4 * sizeof(chosen[0]));
    return 0;
}

TEST(pages_are_allocated_and_mapped_or_not, "7.16")
{
    static const struct fault_call allocation = {
        "AllocateUserPhysicalPages",
        NULL,
        run_allocate,
        free_pages,
        FAULT_BIT(MEMFD) | FAULT_BIT(FTRUNCATE) | FAULT_BIT(SEAL) | FAULT_BIT(ALLOCATE) |
            FAULT_BIT(READ) | FAULT_MEMORY,
        0,
        0,
    };
    static const struct fault_call windows = {
        "VirtualAlloc of a window",     NULL, run_window, release_window,
        FAULT_BIT(MMAP) | FAULT_MEMORY, 0,    0,
    };
    static const struct fault_call mappings[] = {
        {"MapUserPhysicalPages", map_in_order, run_mix, NULL, FAULT_BIT(MMAP) | FAULT_MEMORY, 0,
         FAULT_BIT(MUNMAP)},
        {"MapUserPhysicalPagesScatter", map_in_order, run_scatter, NULL,
         FAULT_BIT(MMAP) | FAULT_MEMORY, 0, FAULT_BIT(MUNMAP)},
        {"FreeUserPhysicalPages", map_in_order, run_free, NULL, FAULT_BIT(MMAP) | FAULT_MEMORY,
         FAULT_BIT(ALLOCATE) | FAULT_BIT(STAT), FAULT_BIT(MUNMAP)},
    };

    enable_lock_memory();
    fault_walk_call(&allocation);
    fault_walk_call(&windows);
    ok_eq(run_allocate(), 0);
    ok_eq(run_window(), 0);
    for (unsigned i = 0; i < PAGES; i++)
        mixed[i] = pages[i ^ 1];
    for (size_t i = 0; i < ARRAYSIZE(mappings); i++) {
        fault_walk_call(&mappings[i]);
        for (unsigned j = 0; j < PAGES; j++)
            mixed[j] = pages[j ^ 1];
    }
    release_window();
    free_pages();
}

/* When memory ends half-way, what there is is given. */
TEST(fewer_pages_are_given_than_were_asked_for, "")
{
    enum { STEP = 4096, WANTED = 3 * STEP };
    static ULONG_PTR many[WANTED];
    ULONG_PTR n = WANTED;
    unsigned at;
    bool done;

    enable_lock_memory();
    /* The first points that are met come before any page has its memory. */
    for (at = 0; at < 100; at++) {
        n = WANTED;
        fault_arm(at, ENOSPC);
        done = AllocateUserPhysicalPages(GetCurrentProcess(), &n, many);
        fault_disarm();
        if (done && n < WANTED)
            break;
        ok_eq(n, WANTED);
        if (done)
            ok_succeeds(FreeUserPhysicalPages(GetCurrentProcess(), &n, many));
    }
    ok_eq(n, STEP);
    ok_succeeds(FreeUserPhysicalPages(GetCurrentProcess(), &n, many));
}
