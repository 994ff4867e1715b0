// SPDX-License-Identifier: MIT
/*
 * The range of a placeholder is never free: see placeholder_race.h. That this test would notice is
 * shown by placeholder_control.c.
 */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/test.h"
#include "lib/object/object.h"
#include "unit/placeholder_kit.h"
#include "unit/placeholder_race.h"

TEST(nobody_gets_in_between, "5.60")
{
    struct race_result result = race_run(1000, 0);

    ok_eq(result.n_intruded, 0);
    ok_eq(result.n_failures, 0);
    ok(result.n_rounds > 0 && result.n_refused > 0, "%llu rounds, %llu refused",
       (unsigned long long)result.n_rounds, (unsigned long long)result.n_refused);
}

/* --- fork at any moment ------------------------------------------------------------- */

static _Atomic bool over;

static void keep_replacing(void *context)
{
    uint64_t piece = *(const uint64_t *)context;

    while (!over) {
        if (!NT_SUCCESS(kit_replace(piece, 4 * PAGE)) || !NT_SUCCESS(kit_split(piece, 4 * PAGE)))
            ok(false, "it does not go round");
    }
}

/* What each piece is to the map it is to the kernel, and it can be made use of. */
static int use_pieces(uint64_t base)
{
    for (uint64_t piece = base; piece < base + 12 * PAGE; piece += 4 * PAGE) {
        MEMORY_BASIC_INFORMATION information;
        struct nt_os_vma vma;

        if (!NT_SUCCESS(nt_memory_query((void *)piece, &information)) ||
            (uint64_t)information.AllocationBase != piece || information.RegionSize != 4 * PAGE)
            return 1;
        if (nt_os_vma_query(piece, &vma) < 0 || vma.start > piece ||
            vma.writable != (information.State == MEM_COMMIT))
            return 2;
        if (information.State == MEM_COMMIT && !NT_SUCCESS(kit_split(piece, 4 * PAGE)))
            return 3;
        if (!NT_SUCCESS(kit_replace(piece, 4 * PAGE)))
            return 4;
        *(volatile char *)(piece + PAGE) = 1;
        if (!NT_SUCCESS(kit_split(piece, 4 * PAGE)))
            return 5;
    }
    return NT_SUCCESS(kit_join(base, 12 * PAGE)) ? 0 : 6;
}

static void fork_while_replacing(long (*fork_somehow)(void))
{
    uint64_t base = kit_reserve(12 * PAGE), pieces[2] = {base, base + 4 * PAGE};
    struct test_thread threads[2];

    ok_status(kit_split(base, 4 * PAGE), STATUS_SUCCESS);
    ok_status(kit_split(base + 4 * PAGE, 4 * PAGE), STATUS_SUCCESS);
    for (unsigned i = 0; i < 2; i++)
        test_thread_start(&threads[i], keep_replacing, &pieces[i]);
    for (unsigned i = 0; i < 60; i++) {
        int status = -1;
        long child = fork_somehow();

        if (child == 0) {
            alarm(20 * (unsigned)test_slowness());
            _exit(use_pieces(base));
        }
        require(child > 0);
        while (waitpid((pid_t)child, &status, 0) < 0 && errno == EINTR)
            continue;
        ok_eq(status, 0);
    }
    over = true;
    for (unsigned i = 0; i < 2; i++)
        test_thread_join(&threads[i]);
    ok_status(kit_join(base, 12 * PAGE), STATUS_SUCCESS);
    ok_eq(kit_mappings(base, base + 12 * PAGE), 1);
    ok_status(kit_free(base, 0, MEM_RELEASE), STATUS_SUCCESS);
}

static long fork_plainly(void)
{
    return fork();
}

static long fork_raw(void)
{
    return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

TEST(a_fork_between_replacing_and_putting_back, "5.60")
{
    fork_while_replacing(fork_plainly);
}

TEST(a_raw_clone_between_replacing_and_putting_back, "5.60")
{
#ifdef __SANITIZE_THREAD__
    skip("ThreadSanitizer does not follow a raw clone");
#endif
    fork_while_replacing(fork_raw);
}

/* --- nobody waits for another's piece ----------------------------------------------- */

static _Atomic int here; /* the thread in the finish step */
static _Atomic bool goes_on;

static NTSTATUS linger(struct nt_region *region, void *context)
{
    (void)region;
    (void)context;
    here = 1;
    return test_until(goes_on, 20000) ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

static void replace_slowly(void *context)
{
    struct nt_region_plan plan = {
        .base = *(const uint64_t *)context,
        .size = 4 * PAGE,
        .replaces = true,
        .kind = NT_REGION_PRIVATE,
        .allocation_protect = PAGE_READWRITE,
        .protect = PAGE_READWRITE,
        .kernel_protect = PROT_READ | PROT_WRITE,
        .flags = MAP_PRIVATE | MAP_ANONYMOUS,
        .fd = -1,
        .finish = linger,
    };
    uint64_t base;

    ok_status(nt_region_make(&plan, &base), STATUS_SUCCESS);
}

static void join_all(void *context)
{
    ok_status(kit_join(*(const uint64_t *)context, 8 * PAGE), STATUS_CONFLICTING_ADDRESSES);
    here = 2;
}

TEST(who_replaces_another_piece_does_not_wait, "5.60")
{
    uint64_t base = kit_reserve(12 * PAGE);
    struct test_thread slow, joining;

    ok_status(kit_split(base, 4 * PAGE), STATUS_SUCCESS);
    ok_status(kit_split(base + 4 * PAGE, 4 * PAGE), STATUS_SUCCESS);
    test_thread_start(&slow, replace_slowly, &base);
    ok(test_until(here == 1, 20000));

    /* It still is what it was to those who ask, and its neighbours are as free to use as ever. */
    kit_is_placeholder(base, 4 * PAGE);
    ok_status(kit_replace(base + 4 * PAGE, 4 * PAGE), STATUS_SUCCESS);
    ok_status(kit_split(base + 4 * PAGE, 4 * PAGE), STATUS_SUCCESS);
    ok_status(kit_split(base + 9 * PAGE, PAGE), STATUS_SUCCESS);
    ok_status(kit_join(base + 8 * PAGE, 4 * PAGE), STATUS_SUCCESS);

    /* Who is after this very piece waits, and then finds that it is none any more. */
    test_thread_start(&joining, join_all, &base);
    ok_eq(here, 1);
    goes_on = true;
    test_thread_join(&slow);
    test_thread_join(&joining);
    ok_eq(here, 2);
    ok_eq(kit_query(base).State, MEM_COMMIT);
    kit_agrees(base, base + 12 * PAGE);
    ok_status(kit_split(base, 4 * PAGE), STATUS_SUCCESS);
    ok_status(kit_join(base, 12 * PAGE), STATUS_SUCCESS);
    ok_status(kit_free(base, 0, MEM_RELEASE), STATUS_SUCCESS);
}

/* --- who is after this piece waits -------------------------------------------------- */

static _Atomic bool is_done;
static uint64_t pieces; /* two, of four pages each */

/* Nobody gets on meanwhile; the first time nothing comes of it. */
static NTSTATUS linger_in_vain(struct nt_region *region, void *context)
{
    (void)region;
    here = 1;
    ok(!test_until(is_done, 100));
    return *(const bool *)context ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

static void try_to_replace(void *context)
{
    struct nt_region_plan plan = {
        .base = pieces,
        .size = 4 * PAGE,
        .replaces = true,
        .kind = NT_REGION_PRIVATE,
        .allocation_protect = PAGE_READWRITE,
        .flags = MAP_PRIVATE | MAP_ANONYMOUS,
        .fd = -1,
        .finish = linger_in_vain,
        .context = context,
    };
    uint64_t base;

    ok_status(nt_region_make(&plan, &base),
              *(const bool *)context ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL);
}

static void meanwhile(bool succeeds, NTSTATUS (*call)(void))
{
    struct test_thread slow;

    here = 0;
    is_done = false;
    test_thread_start(&slow, try_to_replace, &succeeds);
    ok(test_until(here == 1, 20000));
    ok_status(call(), STATUS_SUCCESS);
    is_done = true;
    test_thread_join(&slow);
}

static NTSTATUS join_both(void)
{
    return kit_join(pieces, 8 * PAGE);
}

static NTSTATUS release_first(void)
{
    return kit_free(pieces, 0, MEM_RELEASE);
}

static NTSTATUS replace_first(void)
{
    return kit_replace(pieces, 4 * PAGE);
}

TEST(who_is_after_a_busy_placeholder_waits, "5.47 5.57 5.60")
{
    pieces = kit_reserve(8 * PAGE);
    ok_status(kit_split(pieces, 4 * PAGE), STATUS_SUCCESS);
    meanwhile(false, join_both);
    kit_is_placeholder(pieces, 8 * PAGE);
    ok_status(kit_split(pieces, 4 * PAGE), STATUS_SUCCESS);
    meanwhile(false, replace_first);
    kit_agrees(pieces, pieces + 8 * PAGE);
    ok_status(kit_split(pieces, 4 * PAGE), STATUS_SUCCESS);
    meanwhile(true, release_first);
    ok_eq(kit_query(pieces).State, MEM_FREE);
    kit_is_placeholder(pieces + 4 * PAGE, 4 * PAGE);
    ok_status(kit_free(pieces + 4 * PAGE, 0, MEM_RELEASE), STATUS_SUCCESS);
    kit_check_map();
}
