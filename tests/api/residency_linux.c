// SPDX-License-Identifier: MIT
/*
 * What the kernel says of pages that VirtualLock has locked, of those that were discarded or
 * offered, and of the limit on locks for a process without privileges.
 */
#ifndef _WIN32
#    include "api/api.h"

#    include <stdio.h>
#    include <stdlib.h>
#    include <string.h>
#    include <sys/mman.h>
#    include <sys/resource.h>
#    include <sys/syscall.h>
#    include <unistd.h>

#    define BOTH  (MEM_RESERVE | MEM_COMMIT)
#    define PAGES 64
#    ifndef MADV_PAGEOUT
#        define MADV_PAGEOUT 21
#    endif

static char *new_memory(SIZE_T size)
{
    char *memory = VirtualAlloc(NULL, size, BOTH, PAGE_READWRITE);

    require(memory != NULL, "error %u", (unsigned)GetLastError());
    return memory;
}

static void release(void *memory)
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

/* Pages of a range that are in memory. */
static unsigned resident(void *address, SIZE_T size)
{
    unsigned char pages[PAGES];
    unsigned n = 0;

    require(size <= sizeof(pages) * PAGE && mincore(address, size, pages) == 0);
    for (SIZE_T i = 0; i < size / PAGE; i++)
        n += pages[i] & 1;
    return n;
}

/* --- locking ------------------------------------------------------------------------ */

TEST(kernel_counts_what_is_locked, "")
{
    char *memory = new_memory(PAGES * PAGE);
    unsigned long before = locked_now();

    ok_succeeds(VirtualLock(memory + 1, 2 * PAGE));
    ok_eq(locked_now() - before, 12);
    ok_eq(resident(memory, PAGES * PAGE), 3);
    ok_succeeds(VirtualLock(memory, 4 * PAGE));
    ok_eq(locked_now() - before, 16);
    ok_succeeds(VirtualFree(memory, PAGE, MEM_DECOMMIT));
    ok_eq(locked_now() - before, 12);
    release(memory);
    ok_eq(locked_now(), before);
}

/* Locks of the library and of mlock() are the same. */
TEST(locks_of_others_count, "")
{
    char *memory = new_memory(PAGES * PAGE);

    ok_eq(syscall(SYS_mlock, memory, PAGE), 0); /* the sanitizers' mlock() does nothing */
    ok_succeeds(VirtualUnlock(memory, PAGE));
    ok_succeeds(VirtualLock(memory, 2 * PAGE));
    ok_eq(syscall(SYS_munlock, memory, PAGE), 0);
    ok_fails(VirtualUnlock(memory, 2 * PAGE), ERROR_NOT_LOCKED);
    ok_succeeds(VirtualUnlock(memory + PAGE, PAGE));
    release(memory);
}

static int has_no_locks(void *memory)
{
    ok_fails(VirtualUnlock(memory, PAGE), ERROR_NOT_LOCKED);
    ok_eq(locked_now(), 0);
    ok_succeeds(VirtualLock(memory, PAGE));
    return 0;
}

TEST(forked_child_has_no_locks, "")
{
    char *memory = new_memory(PAGES * PAGE);
    struct test_child child;

    ok_succeeds(VirtualLock(memory, 2 * PAGE));
    require(test_child_fork(&child, has_no_locks, memory));
    ok_eq(test_child_wait(&child, SOON), 0);
    ok_succeeds(VirtualUnlock(memory, 2 * PAGE));
    release(memory);
}

static void check_locked_view(char *view, DWORD protection)
{
    DWORD old;

    ok_succeeds(VirtualLock(view, 4 * PAGE));
    ok_succeeds(VirtualProtect(view + PAGE, PAGE, protection, &old));
    ok_succeeds(VirtualUnlock(view, 4 * PAGE));
    ok_fails(VirtualUnlock(view + PAGE, PAGE), ERROR_NOT_LOCKED);
}

/* Pages that VirtualProtect maps anew stay locked, and to be locked does not copy a page. */
TEST(lock_outlives_a_page_that_is_mapped_anew, "9.16")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 4 * PAGE);
    char *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    char *copy = MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0);

    require(view && copy);
    view[PAGE] = 1;
    check_locked_view(view, PAGE_WRITECOPY);
    ok_succeeds(VirtualLock(copy, 4 * PAGE));
    ok_region(copy, .base = copy, .allocation_base = copy, .size = 4 * PAGE,
              .allocation_protect = PAGE_WRITECOPY, .state = MEM_COMMIT, .protect = PAGE_WRITECOPY,
              .type = MEM_MAPPED);
    ok_eq(resident(copy, 4 * PAGE), 4);
    view[PAGE] = 2;
    ok_eq(view[PAGE], 2);
    copy[0] = 3;
    ok_eq(view[0], 0);
    ok_succeeds(VirtualUnlock(copy, 4 * PAGE));
    drop(NULL, copy);
    drop(section, view);
}

TEST(pages_that_a_section_has_not_committed_are_not_locked, "6.1")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE | SEC_RESERVE, 4 * PAGE);
    char *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    unsigned long before = locked_now();

    require(view != NULL);
    ok_ptr_eq(VirtualAlloc(view, PAGE, MEM_COMMIT, PAGE_READWRITE), view);
    ok_fails(VirtualLock(view, 2 * PAGE), ERROR_NOACCESS);
    ok_eq(locked_now(), before);
    ok_succeeds(VirtualLock(view, PAGE));
    ok_succeeds(VirtualUnlock(view, PAGE));
    drop(section, view);
}

/* --- the limit ---------------------------------------------------------------------- */

/* Under another user, who may lock 16 pages, and 64 when he raises the limit. */
CHILD(locks_without_privileges)
{
    struct rlimit limit = {16 * PAGE, 64 * PAGE};
    char *memory = new_memory(PAGES * 2 * PAGE);

    (void)argc;
    (void)argv;
    require(setrlimit(RLIMIT_MEMLOCK, &limit) == 0);
    require(setgid(65534) == 0 && setuid(65534) == 0);
    ok_succeeds(VirtualLock(memory, 16 * PAGE));
    ok_fails(VirtualLock(memory + 16 * PAGE, PAGE), ERROR_WORKING_SET_QUOTA);
    ok_fails(VirtualLock(memory, 32 * PAGE), ERROR_WORKING_SET_QUOTA);
    ok_eq(locked_now(), 64); /* a failure leaves what was there before */
    ok_succeeds(SetProcessWorkingSetSize(GetCurrentProcess(), 40 * PAGE, 400 * PAGE));
    require(getrlimit(RLIMIT_MEMLOCK, &limit) == 0);
    ok_eq(limit.rlim_cur, 40 * PAGE);
    ok_succeeds(VirtualLock(memory, 40 * PAGE));
    ok_fails(VirtualLock(memory, 41 * PAGE), ERROR_WORKING_SET_QUOTA);
    ok_succeeds(SetProcessWorkingSetSize(GetCurrentProcess(), 100 * PAGE, 400 * PAGE));
    require(getrlimit(RLIMIT_MEMLOCK, &limit) == 0);
    ok_eq(limit.rlim_cur, 64 * PAGE); /* the hard limit */
    ok_succeeds(VirtualLock(memory, 64 * PAGE));
    ok_succeeds(VirtualUnlock(memory, 64 * PAGE));
    limit.rlim_cur = limit.rlim_max = 0;
    require(setrlimit(RLIMIT_MEMLOCK, &limit) == 0);
    ok_fails(VirtualLock(memory, PAGE), ERROR_WORKING_SET_QUOTA);
    release(memory);
    return 0;
}

TEST(quota_of_locks_is_the_users, "")
{
    struct test_child child;

    if (geteuid() != 0)
        skip("another user is needed");
    require(test_child_start(&child, "locks_without_privileges"));
    ok_eq(test_child_wait(&child, 2 * SOON), 0);
}

/* --- contents that may go ----------------------------------------------------------- */

TEST(discarded_pages_give_their_memory_back, "")
{
    char *memory = new_memory(PAGES * PAGE);

    memset(memory, 1, PAGES * PAGE);
    ok_eq(resident(memory, PAGES * PAGE), PAGES);
    ok_eq(DiscardVirtualMemory(memory, 8 * PAGE), ERROR_SUCCESS);
    ok_eq(resident(memory, 8 * PAGE), 0);
    ok(all_bytes(memory, 0, 8 * PAGE));
    ok_succeeds(VirtualLock(memory + 8 * PAGE, 8 * PAGE));
    ok_eq(DiscardVirtualMemory(memory + 8 * PAGE, 8 * PAGE), ERROR_SUCCESS);
    ok(all_bytes(memory + 8 * PAGE, 0, 8 * PAGE));
    ok_succeeds(VirtualUnlock(memory + 8 * PAGE, 8 * PAGE));
    release(memory);
}

TEST(offered_pages_are_out_of_reach, "")
{
    char *memory = new_memory(PAGES * PAGE);
    DWORD old;

    memset(memory, 1, PAGES * PAGE);
    ok_succeeds(VirtualLock(memory, 2 * PAGE));
    ok_eq(OfferVirtualMemory(memory, 4 * PAGE, VmOfferPriorityLow), ERROR_SUCCESS);
    ok(!can_read(memory));
    ok(!can_write(memory + 3 * PAGE));
    ok(can_read(memory + 4 * PAGE));
    ok_fails(VirtualProtect(memory, PAGE, PAGE_READONLY, &old), ERROR_INVALID_PARAMETER);
    ok_ptr_eq(VirtualAlloc(memory, PAGE, MEM_COMMIT, PAGE_READWRITE), NULL);
    ok_fails(VirtualLock(memory, PAGE), ERROR_NOT_ENOUGH_MEMORY);
    ok_eq(ReclaimVirtualMemory(memory, 4 * PAGE), ERROR_SUCCESS);
    ok(all_bytes(memory, 1, PAGES * PAGE));
    ok_fails(VirtualUnlock(memory, 2 * PAGE), ERROR_NOT_LOCKED); /* to offer unlocks */
    release(memory);
}

/* The kernel takes what is offered as soon as it is told that memory is short. */
TEST(taken_pages_are_told_as_lost, "")
{
    char *memory = new_memory(PAGES * PAGE);
    unsigned left;

    memset(memory, 1, PAGES * PAGE);
    ok_eq(OfferVirtualMemory(memory + PAGE, 4 * PAGE, VmOfferPriorityNormal), ERROR_SUCCESS);
    for (unsigned i = 0; i < 100; i++) {
        ok_eq(madvise(memory + PAGE, 4 * PAGE, MADV_PAGEOUT), 0);
        left = resident(memory + PAGE, 4 * PAGE);
        if (left == 0)
            break;
    }
    if (left)
        skip("the kernel keeps what is offered");
    ok_eq(ReclaimVirtualMemory(memory, PAGES * PAGE), ERROR_BUSY);
    ok(all_bytes(memory, 1, PAGE));
    ok(all_bytes(memory + PAGE, 0, 4 * PAGE));
    ok(all_bytes(memory + 5 * PAGE, 1, (PAGES - 5) * PAGE));
    ok_eq(ReclaimVirtualMemory(memory, PAGES * PAGE), ERROR_SUCCESS);
    release(memory);
}

/* What was never written has nothing to lose, and to offer it costs no memory. */
TEST(untouched_pages_are_offered_for_nothing, "")
{
    char *memory = new_memory(PAGES * PAGE);

    memory[3 * PAGE] = 1;
    ok_eq(OfferVirtualMemory(memory, PAGES * PAGE, VmOfferPriorityLow), ERROR_SUCCESS);
    ok_eq(resident(memory, PAGES * PAGE), 1);
    ok_eq(ReclaimVirtualMemory(memory, PAGES * PAGE), ERROR_SUCCESS);
    ok_eq(memory[3 * PAGE], 1);
    ok(all_bytes(memory, 0, 3 * PAGE));
    release(memory);
}

static int reclaims_its_own(void *memory)
{
    ok_eq(ReclaimVirtualMemory(memory, 4 * PAGE), ERROR_SUCCESS);
    ok(all_bytes(memory, 1, 4 * PAGE));
    memset(memory, 2, 4 * PAGE);
    return 0;
}

TEST(forked_child_has_offers_of_its_own, "")
{
    char *memory = new_memory(PAGES * PAGE);
    struct test_child child;

    memset(memory, 1, 4 * PAGE);
    ok_eq(OfferVirtualMemory(memory, 4 * PAGE, VmOfferPriorityNormal), ERROR_SUCCESS);
    require(test_child_fork(&child, reclaims_its_own, memory));
    ok_eq(test_child_wait(&child, SOON), 0);
    ok_eq(ReclaimVirtualMemory(memory, 4 * PAGE), ERROR_SUCCESS);
    ok(all_bytes(memory, 1, 4 * PAGE));
    release(memory);
}

static void offer_and_reclaim(void *context)
{
    char *memory = context;

    for (unsigned i = 0; i < 300; i++) {
        memset(memory, (int)i, 4 * PAGE);
        ok_eq(OfferVirtualMemory(memory, 4 * PAGE, VmOfferPriorityLow), ERROR_SUCCESS);
        if (ReclaimVirtualMemory(memory, 4 * PAGE) == ERROR_SUCCESS)
            ok(all_bytes(memory, (uint8_t)i, 4 * PAGE));
        ok_succeeds(VirtualLock(memory, 2 * PAGE));
        ok_succeeds(VirtualUnlock(memory, 2 * PAGE));
    }
}

TEST(threads_share_an_allocation_and_not_its_pages, "")
{
    char *memory = new_memory(PAGES * PAGE);
    struct test_thread threads[4];

    for (unsigned i = 0; i < ARRAYSIZE(threads); i++)
        test_thread_start(&threads[i], offer_and_reclaim, memory + (SIZE_T)i * 4 * PAGE);
    for (unsigned i = 0; i < ARRAYSIZE(threads); i++)
        test_thread_join(&threads[i]);
    release(memory);
}

/* Discarding is no way round what was recorded, and no write of its own. */
TEST(discarded_pages_stay_listed_as_written, "15.14")
{
    char *memory = VirtualAlloc(NULL, PAGES * PAGE, BOTH | MEM_WRITE_WATCH, PAGE_READWRITE);
    void *written[PAGES];
    ULONG_PTR count = PAGES;
    DWORD granularity;

    if (!memory && GetLastError() == ERROR_NOT_SUPPORTED)
        skip("no write watch");
    require(memory != NULL);
    memory[PAGE] = 1;
    ok_eq(DiscardVirtualMemory(memory, 4 * PAGE), ERROR_SUCCESS);
    ok_eq(memory[PAGE], 0);
    ok_eq(GetWriteWatch(0, memory, PAGES * PAGE, written, &count, &granularity), 0);
    ok_eq(count, 1);
    ok_ptr_eq(written[0], memory + PAGE);
    ok_eq(OfferVirtualMemory(memory, PAGE, VmOfferPriorityLow), ERROR_INVALID_PARAMETER);
    release(memory);
}
#endif
