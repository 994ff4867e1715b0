// SPDX-License-Identifier: MIT
/*
 * Pages that stay, come ahead of time, or may go: VirtualLock, the bounds of the working set,
 * PrefetchVirtualMemory, DiscardVirtualMemory, OfferVirtualMemory, and FlushInstructionCache.
 */
#include "api/api.h"

#include <string.h>

#include <psapi.h>

#define BOTH  (MEM_RESERVE | MEM_COMMIT)
#define PAGES 16

static char *new_memory(SIZE_T size)
{
    char *memory = (char *)VirtualAlloc(NULL, size, BOTH, PAGE_READWRITE);

    require(memory != NULL, "error %u", (unsigned)GetLastError());
    return memory;
}

static void release(void *memory)
{
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

static DWORD protect(void *address, SIZE_T size, DWORD protection)
{
    DWORD old = 0;

    ok_succeeds(VirtualProtect(address, size, protection, &old));
    return old;
}

/* --- locking ------------------------------------------------------------------------ */

TEST(locked_pages_are_unlocked_once, "")
{
    char *memory = new_memory(PAGES * PAGE);

    ok_succeeds(VirtualLock(memory, 2 * PAGE));
    ok_succeeds(VirtualLock(memory, 2 * PAGE));
    ok_succeeds(VirtualUnlock(memory, 2 * PAGE));
    todo_wine ok_fails(VirtualUnlock(memory, 2 * PAGE), ERROR_NOT_LOCKED);
    release(memory);
}

TEST(two_bytes_lock_two_pages, "")
{
    char *memory = new_memory(PAGES * PAGE);

    ok_succeeds(VirtualLock(memory + PAGE - 1, 2));
    ok_succeeds(VirtualUnlock(memory + 5, 1));
    ok_succeeds(VirtualUnlock(memory + PAGE + 5, 1));
    todo_wine
    {
        ok_fails(VirtualUnlock(memory, 1), ERROR_NOT_LOCKED);
        ok_fails(VirtualUnlock(memory + 2 * PAGE, 1), ERROR_NOT_LOCKED);
    }
    release(memory);
}

TEST(range_is_unlocked_whole_or_not_at_all, "")
{
    char *memory = new_memory(PAGES * PAGE);

    ok_succeeds(VirtualLock(memory, PAGE));
    ok_succeeds(VirtualLock(memory + 2 * PAGE, PAGE));
    todo_wine ok_fails(VirtualUnlock(memory, 3 * PAGE), ERROR_NOT_LOCKED);
    /* What was locked still is; two locks are one range when what lies between is locked too. */
    ok_succeeds(VirtualLock(memory + PAGE, PAGE));
    ok_succeeds(VirtualUnlock(memory, 3 * PAGE));
    release(memory);
}

TEST(pages_without_access_are_not_locked, "")
{
    char *memory = (char *)VirtualAlloc(NULL, PAGES * PAGE, MEM_RESERVE, PAGE_READWRITE);

    require(memory != NULL);
    ok_ptr_eq(VirtualAlloc(memory, 4 * PAGE, MEM_COMMIT, PAGE_READWRITE), memory);
    todo_wine
    {
        ok_fails(VirtualLock(memory + 4 * PAGE, PAGE), ERROR_NOACCESS); /* reserved */
        ok_fails(VirtualLock(memory + 3 * PAGE, 2 * PAGE), ERROR_NOACCESS);
        protect(memory + PAGE, PAGE, PAGE_NOACCESS);
        ok_fails(VirtualLock(memory, 4 * PAGE), ERROR_NOACCESS);
        /* Nothing of those ranges was locked. */
        ok_fails(VirtualUnlock(memory, PAGE), ERROR_NOT_LOCKED);
        ok_fails(VirtualUnlock(memory + 3 * PAGE, PAGE), ERROR_NOT_LOCKED);
    }
    release(memory);
    todo_wine ok_fails(VirtualLock(memory, PAGE), ERROR_NOACCESS); /* free */
}

TEST(bad_ranges_are_not_locked, "")
{
    char *memory = new_memory(PAGE);

    todo_wine
    {
        ok_fails(VirtualLock(memory, 0), ERROR_INVALID_PARAMETER);
        ok_fails(VirtualUnlock(memory, 0), ERROR_INVALID_PARAMETER);
        ok_fails(VirtualLock((void *)~(ULONG_PTR)0xFFF, PAGE), ERROR_INVALID_PARAMETER);
        ok_fails(VirtualLock(memory, ~(SIZE_T)0), ERROR_INVALID_PARAMETER);
        ok_fails(VirtualUnlock(memory, ~(SIZE_T)0), ERROR_INVALID_PARAMETER);
    }
    release(memory);
}

TEST(lock_touches_a_guard_page, "9.26")
{
    char *memory = new_memory(3 * PAGE);

    protect(memory + PAGE, PAGE, PAGE_READWRITE | PAGE_GUARD);
    todo_wine
    {
        ok_fails(VirtualLock(memory, 3 * PAGE), 0x80000001u);
        ok_region(memory, .base = memory, .allocation_base = memory, .size = 3 * PAGE,
                  .allocation_protect = PAGE_READWRITE, .state = MEM_COMMIT,
                  .protect = PAGE_READWRITE, .type = MEM_PRIVATE);
        ok_succeeds(VirtualLock(memory, 3 * PAGE));
        ok_succeeds(VirtualUnlock(memory, 3 * PAGE));
    }
    release(memory);
}

TEST(lock_outlives_protection_and_not_decommitment, "")
{
    char *memory = new_memory(4 * PAGE);

    ok_succeeds(VirtualLock(memory, 4 * PAGE));
    protect(memory + PAGE, PAGE, PAGE_NOACCESS);
    protect(memory + 2 * PAGE, PAGE, PAGE_READONLY);
    ok_succeeds(VirtualUnlock(memory + PAGE, PAGE));
    ok_succeeds(VirtualUnlock(memory + 2 * PAGE, PAGE));
    ok_succeeds(VirtualFree(memory + 3 * PAGE, PAGE, MEM_DECOMMIT));
    ok_ptr_eq(VirtualAlloc(memory + 3 * PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE), memory + 3 * PAGE);
    todo_wine ok_fails(VirtualUnlock(memory + 3 * PAGE, PAGE), ERROR_NOT_LOCKED);
    ok_succeeds(VirtualUnlock(memory, PAGE));
    release(memory);
}

/* Stacks, heaps and data are locked as well as what VirtualAlloc gave. */
TEST(any_memory_is_locked, "")
{
    static char data[2 * PAGE];
    HANDLE section = new_section(NULL, PAGE_READWRITE, 4 * PAGE);
    volatile uint32_t *view = map_words(section);
    char local[64];

    ok_succeeds(VirtualLock(data, sizeof(data)));
    ok_succeeds(VirtualUnlock(data, sizeof(data)));
    ok_succeeds(VirtualLock(local, sizeof(local)));
    ok_succeeds(VirtualUnlock(local, sizeof(local)));
    ok_succeeds(VirtualLock((void *)view, 4 * PAGE));
    ok_succeeds(VirtualUnlock((void *)view, 4 * PAGE));
    drop(section, view);
}

TEST(nt_layer_tells_what_was_locked_already, "")
{
    char *memory = new_memory(4 * PAGE);
    PVOID base = memory + PAGE + 1;
    SIZE_T size = 1;

    ok_status(NtLockVirtualMemory(NtCurrentProcess(), &base, &size, 1), STATUS_SUCCESS);
    ok_ptr_eq(base, memory + PAGE);
    ok_eq(size, PAGE);
    todo_wine
    {
        ok_status(NtLockVirtualMemory(NtCurrentProcess(), &base, &size, 1), STATUS_WAS_LOCKED);
        ok_status(NtLockVirtualMemory(NtCurrentProcess(), &base, &size, 0),
                  STATUS_INVALID_PARAMETER);
        ok_status(NtLockVirtualMemory(NtCurrentProcess(), &base, &size, 4),
                  STATUS_INVALID_PARAMETER);
    }
    base = memory + PAGE + 7;
    size = 2;
    ok_status(NtUnlockVirtualMemory(NtCurrentProcess(), &base, &size, 1), STATUS_SUCCESS);
    ok_ptr_eq(base, memory + PAGE);
    ok_eq(size, PAGE);
    todo_wine
    {
        ok_status(NtUnlockVirtualMemory(NtCurrentProcess(), &base, &size, 1), STATUS_NOT_LOCKED);
        ok_status(NtUnlockVirtualMemory(NULL, &base, &size, 1), STATUS_INVALID_HANDLE);
    }
    release(memory);
}

/* --- the working set ---------------------------------------------------------------- */

static void ok_bounds(SIZE_T minimum, SIZE_T maximum)
{
    SIZE_T low = 0, high = 0;

    ok_succeeds(GetProcessWorkingSetSize(GetCurrentProcess(), &low, &high));
    ok_eq(low, minimum);
    ok_eq(high, maximum);
}

TEST(bounds_of_the_working_set_are_kept, "")
{
    HANDLE self = GetCurrentProcess();
    SIZE_T low = 0, high = 0;
    DWORD flags = 0;

    todo_wine ok_bounds(50 * PAGE, 345 * PAGE);
    ok_succeeds(SetProcessWorkingSetSize(self, 100 * PAGE + 5, 400 * PAGE + 5));
    todo_wine ok_bounds(100 * PAGE, 400 * PAGE);
    ok_succeeds(SetProcessWorkingSetSize(self, 1, 30 * PAGE));
    todo_wine ok_bounds(20 * PAGE, 30 * PAGE);
    ok_succeeds(
        SetProcessWorkingSetSizeEx(self, 40 * PAGE, 80 * PAGE, QUOTA_LIMITS_HARDWS_MIN_ENABLE));
    ok_succeeds(GetProcessWorkingSetSizeEx(self, &low, &high, &flags));
    todo_wine
    {
        ok_eq(low, 40 * PAGE);
        ok_eq(flags, QUOTA_LIMITS_HARDWS_MIN_ENABLE | QUOTA_LIMITS_HARDWS_MAX_DISABLE);
    }
    ok_succeeds(SetProcessWorkingSetSize(self, 50 * PAGE, 345 * PAGE));
}

TEST(bad_bounds_of_the_working_set_are_refused, "")
{
    static const struct {
        SIZE_T low, high;
        DWORD flags, error;
    } cases[] = {
        {0, 100 * PAGE, 0, ERROR_INVALID_PARAMETER},
        {0, 0, 0, ERROR_INVALID_PARAMETER},
        {101 * PAGE, 100 * PAGE, 0, ERROR_INVALID_PARAMETER},
        {PAGE, 12 * PAGE, 0, ERROR_INVALID_PARAMETER},
        {50 * PAGE, 100 * PAGE, 3, ERROR_INVALID_PARAMETER},
        {50 * PAGE, 100 * PAGE, 12, ERROR_INVALID_PARAMETER},
        {50 * PAGE, 100 * PAGE, 0x100, ERROR_INVALID_PARAMETER},
        {(SIZE_T)1 << 45, (SIZE_T)1 << 45, 0, ERROR_NO_SYSTEM_RESOURCES},
    };
    SIZE_T low, high;

    todo_wine for (unsigned i = 0; i < ARRAYSIZE(cases); i++)
        ok_fails(SetProcessWorkingSetSizeEx(GetCurrentProcess(), cases[i].low, cases[i].high,
                                            cases[i].flags),
                 cases[i].error);
    todo_wine ok_bounds(50 * PAGE, 345 * PAGE);
    todo_wine ok_fails(SetProcessWorkingSetSize(NULL, 50 * PAGE, 345 * PAGE), ERROR_INVALID_HANDLE);
    todo_wine ok_fails(GetProcessWorkingSetSize(NULL, &low, &high), ERROR_INVALID_HANDLE);
}

TEST(emptied_working_set_keeps_what_it_holds, "")
{
    char *memory = new_memory(PAGES * PAGE);

    memset(memory, 7, PAGES * PAGE);
    ok_succeeds(EmptyWorkingSet(GetCurrentProcess()));
    ok(all_bytes(memory, 7, PAGES * PAGE));
    ok_succeeds(SetProcessWorkingSetSize(GetCurrentProcess(), (SIZE_T)-1, (SIZE_T)-1));
    ok(all_bytes(memory, 7, PAGES * PAGE));
    todo_wine ok_fails(EmptyWorkingSet(NULL), ERROR_INVALID_HANDLE);
    release(memory);
}

/* --- prefetching -------------------------------------------------------------------- */

TEST(ranges_are_prefetched, "")
{
    HANDLE self = GetCurrentProcess(), section = new_section(NULL, PAGE_READWRITE, 4 * PAGE);
    volatile uint32_t *view = map_words(section);
    char *memory = new_memory(PAGES * PAGE);
    WIN32_MEMORY_RANGE_ENTRY entries[] = {
        {memory + 5, 2 * PAGE},
        {(PVOID)(ULONG_PTR)view, 4 * PAGE},
        {memory + 8 * PAGE, 1},
    };

    memset(memory, 3, PAGES * PAGE);
    ok_succeeds(PrefetchVirtualMemory(self, ARRAYSIZE(entries), entries, 0));
    ok(all_bytes(memory, 3, PAGES * PAGE));
    release(memory);
    drop(NULL, view);
    /* A hint about what is not there is no error. */
    ok_succeeds(PrefetchVirtualMemory(self, ARRAYSIZE(entries), entries, 0));
    drop(section, NULL);
}

TEST(bad_prefetches_are_refused, "")
{
    HANDLE self = GetCurrentProcess();
    char *memory = new_memory(PAGE);
    WIN32_MEMORY_RANGE_ENTRY entries[] = {{memory, PAGE}, {memory, 0}};

    todo_wine
    {
        ok_fails(PrefetchVirtualMemory(NULL, 1, entries, 0), ERROR_INVALID_HANDLE);
        ok_fails(PrefetchVirtualMemory(self, 1, entries, 1), ERROR_INVALID_PARAMETER);
    }
    ok_fails(PrefetchVirtualMemory(self, 0, entries, 0), ERROR_INVALID_PARAMETER);
    ok_fails(PrefetchVirtualMemory(self, 1, NULL, 0), ERROR_NOACCESS);
    ok_fails(PrefetchVirtualMemory(self, 2, entries, 0), ERROR_INVALID_PARAMETER);
    release(memory);
}

/* --- contents that may go ----------------------------------------------------------- */

/* Wine exports these functions and ends a program that calls one. */
static void skip_without_offers(void)
{
    if (test_on_wine())
        win_skip("not there");
}

TEST(discarded_pages_stay_committed, "")
{
    char *memory = new_memory(PAGES * PAGE);

    skip_without_offers();
    memset(memory, 9, PAGES * PAGE);
    ok_eq(DiscardVirtualMemory(memory + PAGE, 2 * PAGE), ERROR_SUCCESS);
    ok(all_bytes(memory, 9, PAGE));
    ok(all_bytes(memory + 3 * PAGE, 9, (PAGES - 3) * PAGE));
    memset(memory, 4, PAGES * PAGE); /* they can be used */
    ok(all_bytes(memory, 4, PAGES * PAGE));
    ok_region(memory, .base = memory, .allocation_base = memory, .size = PAGES * PAGE,
              .allocation_protect = PAGE_READWRITE, .state = MEM_COMMIT, .protect = PAGE_READWRITE,
              .type = MEM_PRIVATE);
    release(memory);
}

static DWORD reclaim(void *address, SIZE_T size)
{
    return ReclaimVirtualMemory(address, size);
}

static DWORD offer(void *address, SIZE_T size)
{
    return OfferVirtualMemory(address, size, VmOfferPriorityLow);
}

static const struct {
    const char *name;
    DWORD (*call)(void *address, SIZE_T size);
} calls[] = {
    {"DiscardVirtualMemory", (DWORD(*)(void *, SIZE_T))DiscardVirtualMemory},
    {"OfferVirtualMemory", offer},
    {"ReclaimVirtualMemory", reclaim},
};

TEST(contents_go_only_of_whole_writable_private_pages, "")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 4 * PAGE);
    volatile uint32_t *view = map_words(section);
    char *memory = (char *)VirtualAlloc(NULL, PAGES * PAGE, MEM_RESERVE, PAGE_READWRITE);

    skip_without_offers();
    require(memory != NULL);
    ok_ptr_eq(VirtualAlloc(memory, 8 * PAGE, MEM_COMMIT, PAGE_READWRITE), memory);
    memset(memory, 6, 8 * PAGE);
    protect(memory + 4 * PAGE, PAGE, PAGE_READONLY);
    protect(memory + 5 * PAGE, PAGE, PAGE_READWRITE | PAGE_GUARD);
    for (unsigned i = 0; i < ARRAYSIZE(calls); i++) {
        test_note("%s", calls[i].name);
        ok_eq(calls[i].call(memory + 1, PAGE), ERROR_INVALID_PARAMETER);
        ok_eq(calls[i].call(memory, PAGE + 1), ERROR_INVALID_PARAMETER);
        ok_eq(calls[i].call(memory, 0), ERROR_INVALID_PARAMETER);
        ok_eq(calls[i].call(memory + 3 * PAGE, 2 * PAGE), ERROR_INVALID_PARAMETER);
        ok_eq(calls[i].call(memory + 5 * PAGE, PAGE), ERROR_INVALID_PARAMETER);
        ok_eq(calls[i].call(memory + 7 * PAGE, 2 * PAGE), ERROR_INVALID_PARAMETER);
        ok_eq(calls[i].call((void *)(ULONG_PTR)view, PAGE), ERROR_INVALID_PARAMETER);
        ok_eq(calls[i].call((void *)~(ULONG_PTR)0xFFF, PAGE), ERROR_INVALID_PARAMETER);
        ok(all_bytes(memory, 6, 5 * PAGE));
    }
    ok_eq(OfferVirtualMemory(memory, PAGE, (OFFER_PRIORITY)0), ERROR_INVALID_PARAMETER);
    ok_eq(OfferVirtualMemory(memory, PAGE, (OFFER_PRIORITY)5), ERROR_INVALID_PARAMETER);
    release(memory);
    drop(section, view);
}

TEST(offered_pages_come_back_or_are_told_as_lost, "")
{
    char *memory = new_memory(PAGES * PAGE);
    DWORD result;

    skip_without_offers();
    for (int priority = VmOfferPriorityVeryLow; priority <= VmOfferPriorityNormal; priority++) {
        memset(memory, 5, PAGES * PAGE);
        ok_eq(OfferVirtualMemory(memory + 2 * PAGE, 4 * PAGE, (OFFER_PRIORITY)priority),
              ERROR_SUCCESS);
        ok(all_bytes(memory, 5, 2 * PAGE));
        ok(all_bytes(memory + 6 * PAGE, 5, (PAGES - 6) * PAGE));
        result = ReclaimVirtualMemory(memory + 2 * PAGE, 4 * PAGE);
        ok(result == ERROR_SUCCESS || result == ERROR_BUSY, "result %u", (unsigned)result);
        if (result == ERROR_SUCCESS)
            ok(all_bytes(memory, 5, PAGES * PAGE));
    }
    release(memory);
}

TEST(offers_overlap_and_are_reclaimed_in_parts, "")
{
    char *memory = new_memory(PAGES * PAGE);

    skip_without_offers();
    memset(memory, 5, PAGES * PAGE);
    ok_eq(offer(memory + 2 * PAGE, 2 * PAGE), ERROR_SUCCESS);
    ok_eq(offer(memory + 6 * PAGE, 2 * PAGE), ERROR_SUCCESS);
    ok_eq(offer(memory, PAGES * PAGE), ERROR_SUCCESS);
    ok(reclaim(memory + 3 * PAGE, 4 * PAGE) != ERROR_INVALID_PARAMETER);
    memset(memory + 3 * PAGE, 1, 4 * PAGE);
    ok_eq(reclaim(memory + 3 * PAGE, 4 * PAGE), ERROR_SUCCESS); /* not offered: untouched */
    ok(all_bytes(memory + 3 * PAGE, 1, 4 * PAGE));
    ok(reclaim(memory, PAGES * PAGE) != ERROR_INVALID_PARAMETER);
    ok(all_bytes(memory + 3 * PAGE, 1, 4 * PAGE));
    memset(memory, 2, PAGES * PAGE);
    release(memory);
}

/* What was reclaimed out of the middle of an offer, or from its front, can be offered again. */
TEST(part_of_an_offer_is_reclaimed_and_offered_again, "")
{
    static const struct {
        SIZE_T first, count; /* of pages that are offered again */
    } parts[] = {{0, 4}, {4, 3}, {13, 3}, {0, 16}};
    char *memory = new_memory(PAGES * PAGE);

    skip_without_offers();
    for (unsigned i = 0; i < ARRAYSIZE(parts); i++) {
        char *part = memory + parts[i].first * PAGE;
        SIZE_T size = parts[i].count * PAGE;
        bool kept = true;

        memset(memory, 5, PAGES * PAGE);
        ok_eq(offer(memory, PAGES * PAGE), ERROR_SUCCESS);
        for (unsigned j = 0; j < 3; j++) {
            kept &= reclaim(part, size) == ERROR_SUCCESS;
            memset(part, 6, size);
            ok_eq(offer(part, size), ERROR_SUCCESS);
        }
        for (unsigned j = 0; j < PAGES; j++)
            kept &= reclaim(memory + (PAGES - 1 - j) * PAGE, PAGE) == ERROR_SUCCESS;
        for (unsigned j = 0; j < PAGES && kept; j++) {
            bool again = j >= parts[i].first && j - parts[i].first < parts[i].count;

            ok(all_bytes(memory + j * PAGE, again ? 6 : 5, PAGE), "part %u, page %u", i, j);
        }
        memset(memory, 7, PAGES * PAGE); /* all of it is there */
        ok_eq(reclaim(memory, PAGES * PAGE), ERROR_SUCCESS);
        ok(all_bytes(memory, 7, PAGES * PAGE));
    }
    release(memory);
}

TEST(freed_memory_is_not_offered_any_more, "")
{
    char *memory = new_memory(PAGES * PAGE);

    skip_without_offers();
    ok_eq(offer(memory, PAGES * PAGE), ERROR_SUCCESS);
    ok_succeeds(VirtualFree(memory + PAGE, 2 * PAGE, MEM_DECOMMIT));
    ok_ptr_eq(VirtualAlloc(memory + PAGE, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE), memory + PAGE);
    ok(all_bytes(memory + PAGE, 0, 2 * PAGE));
    memset(memory + PAGE, 1, 2 * PAGE);
    ok_eq(reclaim(memory + PAGE, 2 * PAGE), ERROR_SUCCESS);
    ok(all_bytes(memory + PAGE, 1, 2 * PAGE));
    release(memory);
}

/* --- code --------------------------------------------------------------------------- */

TEST(written_code_is_flushed, "")
{
    char *memory = (char *)VirtualAlloc(NULL, PAGE, BOTH, PAGE_EXECUTE_READWRITE);

    require(memory != NULL);
    put_code(memory);
    ok_succeeds(FlushInstructionCache(GetCurrentProcess(), memory, PAGE));
    ok_succeeds(FlushInstructionCache(GetCurrentProcess(), memory, 0));
    ok_succeeds(FlushInstructionCache(GetCurrentProcess(), NULL, 0));
    ok_status(NtFlushInstructionCache(NtCurrentProcess(), memory, PAGE), STATUS_SUCCESS);
    ok(can_run(memory));
    todo_wine
    {
        ok_fails(FlushInstructionCache(NULL, memory, PAGE), ERROR_INVALID_HANDLE);
        ok_status(NtFlushInstructionCache(NULL, memory, PAGE), STATUS_INVALID_HANDLE);
    }
    release(memory);
}
