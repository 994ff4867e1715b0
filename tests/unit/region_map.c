// SPDX-License-Identifier: MIT
/*
 * The region map from inside: how places are chosen and what each costs, what happens when the
 * kernel refuses, what a busy region means to others, and fork at any moment. Calls to the
 * kernel are counted and made to fail through the seam's fault hook.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <windows.h>
#include <winternl.h>
#include <ntstatus.h>

#include "harness/test.h"
#include "lib/memory/region-map.h"
#include "os/os.h"
#include "unit/allocate.h"

#define SLOT (uint64_t) NT_GRANULARITY

/* --- helpers ---------------------------------------------------------------------------------- */

static _Atomic unsigned n_calls[NT_OS_CALL_COUNT];
static _Atomic int failing_call = -1; /* this one fails with failing_errno */
static _Atomic int failing_errno;

static int count_call(enum nt_os_call call)
{
    n_calls[call]++;
    return (int)call == failing_call ? failing_errno : 0;
}

static void fail_call(enum nt_os_call call, int error)
{
    failing_errno = error;
    failing_call = (int)call;
    nt_os_set_fault(count_call);
}

static void fail_nothing(void)
{
    failing_call = -1;
    nt_os_set_fault(NULL);
}

static struct nt_region_plan reserved(uint64_t size)
{
    return (struct nt_region_plan){
        .size = size,
        .kind = NT_REGION_PRIVATE,
        .allocation_protect = PAGE_NOACCESS,
        .kernel_protect = PROT_NONE,
        .flags = MAP_PRIVATE | MAP_ANONYMOUS,
        .fd = -1,
    };
}

static uint64_t reserve(uint64_t size)
{
    struct nt_region_plan plan = reserved(size);
    uint64_t base = 0;

    ok_status(nt_region_make(&plan, &base), STATUS_SUCCESS);
    return base;
}

static NTSTATUS release(uint64_t base)
{
    void *address = (void *)base;
    size_t size = 0;

    return nt_memory_free(&address, &size, MEM_RELEASE);
}

static MEMORY_BASIC_INFORMATION query(uint64_t address)
{
    MEMORY_BASIC_INFORMATION information = {.RegionSize = 0};

    ok_status(nt_memory_query((void *)address, &information), STATUS_SUCCESS);
    return information;
}

/* Every region of the map in order, none overlapping, and every gap counted right. */
static void check_map(void)
{
    uint64_t end = 0, low, high;
    struct nt_region *region, *next;

    nt_map_lock();
    nt_map_get_arena(&low, &high);
    for (region = nt_map_next(NULL); region; region = next) {
        next = nt_map_next(region);
        ok(region->base >= end, "%#llx lies below %#llx", (unsigned long long)region->base,
           (unsigned long long)end);
        end = nt_region_slots_end(region);
        if (nt_map_in_arena(region))
            ok_eq(region->gap, (next && next->base < high ? next->base : high) - end);
        else
            ok_eq(region->gap, 0);
    }
    nt_map_unlock();
}

static unsigned count_visible(void)
{
    unsigned count = 0;

    nt_map_lock();
    for (struct nt_region *region = nt_map_next(NULL); region; region = nt_map_next(region))
        count += nt_map_visible(region);
    nt_map_unlock();
    return count;
}

/* --- places ------------------------------------------------------------------------- */

TEST(a_region_is_one_mmap_and_one_munmap, "3.29 7.3")
{
    uint64_t first = reserve(SLOT), second;

    memset((void *)n_calls, 0, sizeof(n_calls));
    nt_os_set_fault(count_call);
    second = reserve(3 * SLOT);
    ok_eq(n_calls[NT_OS_MMAP], 1);
    ok_status(release(second), STATUS_SUCCESS);
    ok_eq(n_calls[NT_OS_MUNMAP], 1);
    ok_eq(n_calls[NT_OS_PROCMAP], 0);
    nt_os_set_fault(NULL);

    ok_eq(first % SLOT, 0);
    ok_eq(second % SLOT, 0);
    ok_status(release(first), STATUS_SUCCESS);
    ok_eq(count_visible(), 0);
}

TEST(what_was_just_freed_is_used_again, "3.29")
{
    uint64_t bases[64], again;

    for (unsigned i = 0; i < 64; i++)
        bases[i] = reserve(SLOT * (1 + i % 3));
    check_map();
    for (unsigned i = 10; i < 40; i += 3)
        ok_status(release(bases[i]), STATUS_SUCCESS);
    check_map();
    again = reserve(SLOT * (1 + 37 % 3));
    ok_eq(again, bases[37]);
    bases[37] = again;
    for (unsigned i = 10; i < 37; i += 3)
        bases[i] = reserve(SLOT * (1 + i % 3));
    check_map();
    ok_eq(count_visible(), 64);
    /* Nothing lies above what the first round used: the gaps were filled again. */
    for (unsigned i = 10; i < 40; i += 3)
        ok(bases[i] < bases[63] + 3 * SLOT);
    for (unsigned i = 0; i < 64; i++)
        ok_status(release(bases[i]), STATUS_SUCCESS);
    ok_eq(count_visible(), 0);
    check_map();
}

TEST(many_sizes_leave_no_space_behind, "3.29")
{
    uint64_t first = reserve(SLOT), base, high = 0;

    ok_status(release(first), STATUS_SUCCESS);
    for (unsigned i = 1; i < 3000; i++) {
        base = reserve(i % 97 * SLOT + i % 16 * 0x1000 + 0x1000);
        high = base > high ? base : high;
        ok_status(release(base), STATUS_SUCCESS);
    }
    ok(high - first < 2000 * SLOT, "the highest lies %#llx above the first",
       (unsigned long long)(high - first));
    check_map();
}

TEST(memory_of_others_is_never_replaced, "3.22")
{
    uint64_t first = reserve(SLOT), second = reserve(SLOT), third;
    char *foreign;

    /* Somebody maps right where the next region would go. */
    foreign = mmap((void *)(second + SLOT), 0x3000, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    require(foreign == (char *)(second + SLOT));
    foreign[0] = 42;
    third = reserve(2 * SLOT);
    ok_eq(foreign[0], 42);
    ok(third + 2 * SLOT <= second + SLOT || third >= second + 2 * SLOT);
    check_map();

    /* It is remembered: the next one tries no more than once. */
    memset((void *)n_calls, 0, sizeof(n_calls));
    nt_os_set_fault(count_call);
    ok_status(release(reserve(5 * SLOT)), STATUS_SUCCESS);
    ok_eq(n_calls[NT_OS_MMAP], 1);
    nt_os_set_fault(NULL);

    /* An address that is asked for goes to the kernel all the same, note or not. */
    munmap(foreign, 0x3000);
    struct nt_region_plan plan = reserved(SLOT);
    plan.base = second + SLOT;
    ok_status(nt_region_make(&plan, &plan.base), STATUS_SUCCESS);
    check_map();
    ok_status(release(plan.base), STATUS_SUCCESS);
    ok_status(release(third), STATUS_SUCCESS);
    ok_status(release(second), STATUS_SUCCESS);
    ok_status(release(first), STATUS_SUCCESS);
}

TEST(an_address_that_is_taken_conflicts, "3.22 7.5")
{
    uint64_t base = reserve(2 * SLOT), got = 0;
    struct nt_region_plan plan = reserved(SLOT);
    char *foreign = mmap(NULL, 4 * SLOT, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    plan.base = base + SLOT;
    ok_status(nt_region_make(&plan, &got), STATUS_CONFLICTING_ADDRESSES);
    plan.base = ((uint64_t)foreign + SLOT) & ~(SLOT - 1);
    ok_status(nt_region_make(&plan, &got), STATUS_CONFLICTING_ADDRESSES);
    munmap(foreign, 4 * SLOT);
    ok_status(nt_region_make(&plan, &got), STATUS_SUCCESS);
    ok_eq(got, plan.base);
    ok_status(release(got), STATUS_SUCCESS);
    ok_status(release(base), STATUS_SUCCESS);
    check_map();
}

TEST(bounds_are_kept, "3.45 7.36")
{
    struct nt_region_plan plan = reserved(4 * SLOT);
    uint64_t bases[8];

    plan.lowest = 0x10000000;
    plan.highest = 0x10000000 + 32 * SLOT - 1;
    for (unsigned i = 0; i < 8; i++) {
        ok_status(nt_region_make(&plan, &bases[i]), STATUS_SUCCESS);
        ok(bases[i] >= plan.lowest && bases[i] + plan.size - 1 <= plan.highest);
        ok_eq(bases[i] % SLOT, 0);
    }
    ok_status(nt_region_make(&plan, &bases[0]), STATUS_NO_MEMORY);
    for (unsigned i = 0; i < 8; i++)
        ok_status(release(bases[i]), STATUS_SUCCESS);
    check_map();
}

TEST(the_last_anchor_can_go, "")
{
    uint64_t base = reserve(SLOT), low, high;

    nt_regions_quiesce();
    ok_eq(query(base).State, MEM_RESERVE);
    ok_status(release(base), STATUS_SUCCESS);
    nt_regions_quiesce();
    nt_map_lock();
    nt_map_get_arena(&low, &high);
    ok_ptr_eq(nt_map_first_in(low, high), NULL);
    nt_map_unlock();
    base = reserve(SLOT);
    check_map();
    ok_status(release(base), STATUS_SUCCESS);
}

/* --- refusals ----------------------------------------------------------------------- */

TEST(a_refused_mapping_leaves_no_trace, "7.59")
{
    uint64_t first = reserve(SLOT), base = 0;
    struct nt_region_plan plan = reserved(SLOT);

    fail_call(NT_OS_MMAP, ENOMEM);
    ok_status(nt_region_make(&plan, &base), STATUS_NO_MEMORY);
    fail_nothing();
    ok_eq(base, 0);
    ok_eq(count_visible(), 1);
    check_map();
    ok_status(release(first), STATUS_SUCCESS);
}

TEST(an_endless_refusal_ends, "7.59")
{
    uint64_t first = reserve(SLOT), base = 0;
    struct nt_region_plan plan = reserved(SLOT);

    fail_call(NT_OS_MMAP, EEXIST);
    ok_status(nt_region_make(&plan, &base), STATUS_NO_MEMORY);
    fail_nothing();
    ok_eq(count_visible(), 1);
    check_map();
    ok_status(release(first), STATUS_SUCCESS);
    base = reserve(SLOT);
    ok_status(release(base), STATUS_SUCCESS);
}

TEST(a_refused_unmapping_keeps_the_region, "7.33")
{
    uint64_t base = reserve(SLOT);

    fail_call(NT_OS_MUNMAP, ENOMEM);
    ok_status(release(base), STATUS_NO_MEMORY);
    fail_nothing();
    ok_eq(query(base).State, MEM_RESERVE);
    ok_status(release(base), STATUS_SUCCESS);
}

TEST(a_refused_commit_changes_nothing, "7.7 7.59")
{
    uint64_t base = reserve(SLOT);
    void *address = (void *)(base + 0x1000);
    size_t size = 0x2000;

    fail_call(NT_OS_MPROTECT, ENOMEM);
    ok_status(allocate_memory(&address, &size, MEM_COMMIT, PAGE_READWRITE),
              STATUS_COMMITMENT_LIMIT);
    fail_nothing();
    ok_eq(query(base).State, MEM_RESERVE);
    ok_eq(query(base).RegionSize, SLOT);
    ok_status(allocate_memory(&address, &size, MEM_COMMIT, PAGE_READWRITE), STATUS_SUCCESS);
    memset(address, 1, size);

    fail_call(NT_OS_MMAP, ENOMEM);
    ok_status(nt_memory_free(&address, &size, MEM_DECOMMIT), STATUS_NO_MEMORY);
    fail_nothing();
    ok_eq(query(base + 0x1000).RegionSize, 0x2000);
    ok_eq(*(char *)address, 1);
    ok_status(release(base), STATUS_SUCCESS);
}

/* --- busy regions ------------------------------------------------------------------- */

static _Atomic uint32_t munmap_reached, munmap_may_go;

/* Holds up the first munmap until it is let go. */
static int hold_munmap(enum nt_os_call call)
{
    if (call == NT_OS_MUNMAP && !atomic_exchange(&munmap_reached, 1)) {
        nt_os_futex_wake(&munmap_reached, 1);
        while (!munmap_may_go)
            nt_os_futex_wait(&munmap_may_go, 0, UINT64_MAX);
    }
    return 0;
}

static void release_thread(void *base)
{
    ok_status(release((uint64_t)base), STATUS_SUCCESS);
}

static void release_late_thread(void *base)
{
    ok_status(release((uint64_t)base), STATUS_MEMORY_NOT_ALLOCATED);
}

static void map_there_thread(void *base)
{
    struct nt_region_plan plan = reserved(SLOT);
    uint64_t got = 0;

    plan.base = (uint64_t)base;
    ok_status(nt_region_make(&plan, &got), STATUS_SUCCESS);
}

TEST(who_meets_a_busy_region_waits, "4.5 5.60")
{
    uint64_t base = reserve(SLOT);
    struct test_thread leaver, late, mapper;

    nt_os_set_fault(hold_munmap);
    test_thread_start(&leaver, release_thread, (void *)base);
    while (!munmap_reached)
        nt_os_futex_wait(&munmap_reached, 0, UINT64_MAX);

    /* A query tells the state that it had, and does not wait. */
    ok_eq(query(base).State, MEM_RESERVE);
    test_thread_start(&late, release_late_thread, (void *)base);
    munmap_may_go = 1;
    nt_os_futex_wake(&munmap_may_go, 1);
    test_thread_join(&leaver);
    test_thread_join(&late);
    nt_os_set_fault(NULL);
    ok_eq(query(base).State, MEM_FREE);

    /* An address that is being given up can be asked for, and is had when it is free. */
    base = reserve(SLOT);
    munmap_reached = munmap_may_go = 0;
    nt_os_set_fault(hold_munmap);
    test_thread_start(&leaver, release_thread, (void *)base);
    while (!munmap_reached)
        nt_os_futex_wait(&munmap_reached, 0, UINT64_MAX);
    test_thread_start(&mapper, map_there_thread, (void *)base);
    munmap_may_go = 1;
    nt_os_futex_wake(&munmap_may_go, 1);
    test_thread_join(&leaver);
    test_thread_join(&mapper);
    nt_os_set_fault(NULL);
    ok_status(release(base), STATUS_SUCCESS);
    check_map();
}

/* --- threads and forks -------------------------------------------------------------- */

#define N_THREADS 4
static _Atomic bool stop;
static _Atomic unsigned n_rounds;

/* Makes, marks, checks and releases regions of its own until it is told to stop. */
static void churn_thread(void *context)
{
    uint64_t bases[16] = {0};
    uint64_t mark = (uint64_t)context;

    for (unsigned i = 0; !stop && i < 200000; i++) {
        uint64_t *base = &bases[(i * 7 + mark) % 16];
        void *address = NULL;
        size_t size = (1 + (i + mark) % 5) * 0x5000;

        if (*base) {
            if (*(uint64_t *)*base != mark + *base)
                ok(false, "another region lies at %#llx", (unsigned long long)*base);
            if (!NT_SUCCESS(release(*base)))
                ok(false, "a region is gone");
            *base = 0;
        } else if (NT_SUCCESS(allocate_memory(&address, &size, MEM_RESERVE | MEM_COMMIT,
                                              PAGE_READWRITE))) {
            *base = (uint64_t)address;
            *(uint64_t *)address = mark + *base;
        }
        n_rounds++;
    }
    for (unsigned i = 0; i < 16; i++) {
        if (bases[i])
            ok_status(release(bases[i]), STATUS_SUCCESS);
    }
}

static void start_churn(struct test_thread *threads)
{
    stop = false;
    n_rounds = 0;
    for (unsigned i = 0; i < N_THREADS; i++)
        test_thread_start(&threads[i], churn_thread, (void *)((uint64_t)(i + 1) << 48));
}

static void stop_churn(struct test_thread *threads)
{
    stop = true;
    for (unsigned i = 0; i < N_THREADS; i++)
        test_thread_join(&threads[i]);
}

TEST(threads_never_share_a_place, "5.60")
{
    struct test_thread threads[N_THREADS];

    start_churn(threads);
    ok(test_until(n_rounds > 20000, 20000));
    stop_churn(threads);
    ok_eq(count_visible(), 0);
    check_map();
}

/* In a child: the map is whole, and can be used. */
static int use_map(uint64_t kept)
{
    uint64_t bases[40];
    MEMORY_BASIC_INFORMATION information;

    if (!NT_SUCCESS(nt_memory_query((void *)kept, &information)) ||
        information.State != MEM_COMMIT || *(char *)kept != 7)
        return 2;
    for (unsigned i = 0; i < 40; i++) {
        struct nt_region_plan plan = reserved(SLOT);

        if (!NT_SUCCESS(nt_region_make(&plan, &bases[i])))
            return 3;
    }
    for (unsigned i = 0; i < 40; i++) {
        if (!NT_SUCCESS(release(bases[i])))
            return 4;
    }
    return NT_SUCCESS(release(kept)) ? 0 : 5;
}

/* Makes and drops guard pages: calls that take a later lock while their region is busy. */
static void guard_thread(void *context)
{
    (void)context;
    while (!stop) {
        void *address = NULL;
        size_t size = 0x1000;

        if (!NT_SUCCESS(allocate_memory(&address, &size, MEM_RESERVE | MEM_COMMIT,
                                        PAGE_READWRITE | PAGE_GUARD)) ||
            !NT_SUCCESS(release((uint64_t)address)))
            ok(false, "no guard page");
    }
}

static void fork_while_busy(long (*fork_somehow)(void))
{
    struct test_thread threads[N_THREADS], guarding;
    void *kept = NULL;
    size_t size = 0x1000;

    ok_status(allocate_memory(&kept, &size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE),
              STATUS_SUCCESS);
    *(char *)kept = 7;
    start_churn(threads);
    test_thread_start(&guarding, guard_thread, NULL);
    for (unsigned i = 0; i < 60; i++) {
        int status = -1;
        long child = fork_somehow();

        if (child == 0) {
            alarm(20 * (unsigned)test_slowness());
            _exit(use_map((uint64_t)kept));
        }
        require(child > 0);
        while (waitpid((pid_t)child, &status, 0) < 0 && errno == EINTR)
            ;
        ok_eq(status, 0);
    }
    stop_churn(threads);
    test_thread_join(&guarding);
    ok_status(release((uint64_t)kept), STATUS_SUCCESS);
    check_map();
}

static long fork_plainly(void)
{
    return fork();
}

static long fork_raw(void)
{
    return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

TEST(a_forked_child_has_a_whole_map, "")
{
    fork_while_busy(fork_plainly);
}

TEST(a_child_of_a_raw_clone_has_a_whole_map, "")
{
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
    skip("a sanitizer's runtime is not made for a raw clone beside other threads");
#endif
    fork_while_busy(fork_raw);
}
