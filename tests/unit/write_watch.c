// SPDX-License-Identifier: MIT
/*
 * Write watch inside: the set of pages; looks that fail half-way; and soft-dirty bits on a kernel
 * that may have none: they are played here by the better way's own bits, which are set by the same
 * writes. The controls take away what keeps a write from being lost, and find that one is.
 *
 * The seam's functions are replaced by the linker (--wrap).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <windows.h>
#include <winternl.h>
#include <ntstatus.h>

#include "harness/test.h"
#include "lib/memory/page-set.h"
#include "lib/memory/write-watch.h"
#include "os/os.h"
#include "os/page-watch.h"
#include "unit/allocate.h"

#define PAGE    ((uint64_t)NT_PAGE_SIZE)
#define N_PAGES 64u

/* --- the set ------------------------------------------------------------------------- */

static void ok_next(const struct nt_page_set *set, uint64_t from, uint64_t limit, uint64_t first,
                    uint64_t end)
{
    uint64_t found_first = 0, found_end = 0;

    ok(nt_page_set_next(set, from, limit, &found_first, &found_end));
    ok_eq(found_first, first);
    ok_eq(found_end, end);
}

TEST(a_set_of_pages_knows_its_members, "")
{
    struct nt_page_set *set = nt_page_set_new(200000);
    uint64_t first, end;

    require(set != NULL);
    ok(!nt_page_set_next(set, 0, 200000, &first, &end));
    ok_eq(nt_page_set_add(set, 5, 1), 0);
    ok_eq(nt_page_set_add(set, 60, 10), 0);       /* over a word's end */
    ok_eq(nt_page_set_add(set, 32760, 32800), 0); /* over two pieces' ends */
    ok_eq(nt_page_set_add(set, 199999, 1), 0);
    ok_eq(nt_page_set_add(set, 7, 0), 0);
    ok_next(set, 0, 200000, 5, 6);
    ok_next(set, 6, 200000, 60, 70);
    ok_next(set, 65, 200000, 65, 70);
    ok_next(set, 65, 67, 65, 67);
    ok(!nt_page_set_next(set, 6, 60, &first, &end));
    ok_next(set, 70, 200000, 32760, 65560);
    ok_next(set, 65560, 200000, 199999, 200000);
    nt_page_set_remove(set, 0, 62);
    ok_next(set, 0, 200000, 62, 70);
    nt_page_set_remove(set, 32768, 32768);
    ok_next(set, 70, 200000, 32760, 32768);
    ok_next(set, 32768, 200000, 65536, 65560);
    nt_page_set_remove(set, 0, 200000);
    ok(!nt_page_set_next(set, 0, 200000, &first, &end));
    ok_ptr_eq(nt_page_set_free(set), NULL);
    ok_ptr_eq(nt_page_set_free(NULL), NULL);
}

/* --- the seam, replaced ------------------------------------------------------------------ */

int __real_nt_os_watch_scan(struct nt_os_watch_scan *scan);
int __real_nt_os_watch_arm(uint64_t start, uint64_t end);
int __real_nt_os_page_states(uint64_t start, size_t n_pages, uint8_t *ret_states);
int __real_nt_os_soft_dirty_probe(void);
int __real_nt_os_soft_dirty_clear(void);
uint64_t __real_nt_os_fault_count(void);
int __wrap_nt_os_watch_scan(struct nt_os_watch_scan *scan);
int __wrap_nt_os_watch_arm(uint64_t start, uint64_t end);
int __wrap_nt_os_page_states(uint64_t start, size_t n_pages, uint8_t *ret_states);
int __wrap_nt_os_soft_dirty_probe(void);
int __wrap_nt_os_soft_dirty_clear(void);
uint64_t __wrap_nt_os_fault_count(void);

static bool in_two_steps;     /* a look first, and only then the reset */
static bool never_arms;       /* pages are not protected at all */
static int scans_until_error; /* 0: none fails */
static bool plays_soft_dirty; /* the bits are those of the other way */
static bool count_stands;     /* page faults are not counted */
static bool count_never_stands;
static uint64_t watched_start, watched_end; /* whose bits are played */
static void (*between)(void); /* happens between a look and the reset that follows it */

static void between_main(void *argument)
{
    (void)argument;
    between();
}

/* In another thread, as it would be. */
static void happen(void)
{
    struct test_thread thread;

    if (!between)
        return;
    test_thread_start(&thread, between_main, NULL);
    test_thread_join(&thread);
}

int __wrap_nt_os_watch_scan(struct nt_os_watch_scan *scan)
{
    struct nt_os_watch_scan look = *scan;
    int r;

    if (scans_until_error && --scans_until_error == 0)
        return -ENOMEM;
    if (!in_two_steps || !scan->reset)
        return __real_nt_os_watch_scan(scan);
    look.reset = false;
    r = __real_nt_os_watch_scan(&look);
    if (r == 0) {
        happen();
        r = __real_nt_os_watch_arm(scan->start, look.start);
    }
    *scan = look;
    return r;
}

int __wrap_nt_os_watch_arm(uint64_t start, uint64_t end)
{
    return never_arms ? 0 : __real_nt_os_watch_arm(start, end);
}

int __wrap_nt_os_soft_dirty_probe(void)
{
    return plays_soft_dirty ? nt_os_watch_open() : __real_nt_os_soft_dirty_probe();
}

/*
 * What is not registered was mapped since the last clearing: all of it is dirty. (What is
 * registered and protected counts as swapped out to the kernel's own table, hence mincore below.)
 */
static bool is_dirty(uint64_t page)
{
    struct nt_os_page_run run;
    struct nt_os_watch_scan scan = {
        .start = page, .end = page + PAGE, .max_pages = 1, .runs = &run, .room = 1};

    return __real_nt_os_watch_scan(&scan) < 0 || scan.n_runs == 1;
}

int __wrap_nt_os_page_states(uint64_t start, size_t n_pages, uint8_t *ret_states)
{
    unsigned char resident[512];

    if (!plays_soft_dirty)
        return __real_nt_os_page_states(start, n_pages, ret_states);
    if (mincore((void *)start, n_pages * PAGE, resident) < 0)
        return -errno;
    for (size_t i = 0; i < n_pages; i++)
        ret_states[i] = (uint8_t)((resident[i] & 1 ? NT_OS_PAGE_PRESENT : 0) |
                                  (is_dirty(start + i * PAGE) ? NT_OS_PAGE_DIRTY : 0));
    return 0;
}

int __wrap_nt_os_soft_dirty_clear(void)
{
    happen();
    if (!plays_soft_dirty)
        return __real_nt_os_soft_dirty_clear();
    if (watched_start == watched_end)
        return 0;
    return nt_os_watch_register(watched_start, watched_end) < 0
               ? 0
               : __real_nt_os_watch_arm(watched_start, watched_end);
}

uint64_t __wrap_nt_os_fault_count(void)
{
    static uint64_t n;

    if (count_stands)
        return 0;
    return count_never_stands ? n++ : __real_nt_os_fault_count();
}

/* --- helpers ------------------------------------------------------------------------- */

static volatile char *watched(uint64_t n_pages)
{
    void *base = NULL;
    size_t size = n_pages * PAGE;

    /* Where it will lie is not known to who plays the bits when they are first cleared. */
    ok_status(allocate_memory(&base, &size, MEM_RESERVE | MEM_WRITE_WATCH, PAGE_READWRITE),
              STATUS_SUCCESS);
    watched_start = (uint64_t)base;
    watched_end = watched_start + size;
    ok_status(allocate_memory(&base, &size, MEM_COMMIT, PAGE_READWRITE), STATUS_SUCCESS);
    if (plays_soft_dirty)
        ok_eq(__wrap_nt_os_soft_dirty_clear(), 0);
    return base;
}

static void release(volatile char *memory)
{
    void *base = (void *)memory;
    size_t size = 0;

    ok_status(nt_memory_free(&base, &size, MEM_RELEASE), STATUS_SUCCESS);
}

static void *addresses[4096];

static ULONG_PTR look(volatile char *memory, uint64_t n_pages, bool reset)
{
    ULONG_PTR count = sizeof(addresses) / sizeof(addresses[0]);

    ok_status(nt_watch_get((const void *)memory, n_pages * PAGE, reset, addresses, &count),
              STATUS_SUCCESS);
    return count;
}

static volatile char *target;
static unsigned n_writes;

/* Writes to a page that no look has told yet. */
static void write_behind_the_look(void)
{
    if (n_writes) {
        n_writes--;
        target[9 * PAGE] += 1;
    }
}

/* Page 3 is written before the look, page 9 within it. Whether both are told in two looks. */
static bool tells_both(void)
{
    bool told[2] = {false, false};

    target = watched(N_PAGES);
    target[3 * PAGE] = 1;
    between = write_behind_the_look;
    for (unsigned i = 0; i < 2; i++) {
        ULONG_PTR n = look(target, N_PAGES, true);

        while (n-- > 0) {
            told[0] |= addresses[n] == target + 3 * PAGE;
            told[1] |= addresses[n] == target + 9 * PAGE;
        }
        n_writes = 0;
    }
    between = NULL;
    ok_eq(target[3 * PAGE], 1);
    ok_eq(target[9 * PAGE] > 0, 1);
    release(target);
    ok(told[0]);
    return told[1];
}

/* --- one moment ------------------------------------------------------------------------ */

static void need_protection(void)
{
    if (nt_os_watch_open() < 0)
        skip("this kernel has no asynchronous write protection");
}

TEST(a_look_in_two_steps_would_lose_a_write, "15.8")
{
    need_protection();
    in_two_steps = true;
    n_writes = 1;
    ok(!tells_both(), "the control must lose a write");
}

TEST(without_protection_everything_would_be_told, "15.4")
{
    volatile char *memory;

    need_protection();
    never_arms = true;
    memory = watched(N_PAGES);
    ok_eq(memory[3 * PAGE], 0);
    ok(look(memory, N_PAGES, true) > 0, "the control must tell what was only read");
    release(memory);
}

/* --- failures ------------------------------------------------------------------------- */

TEST(a_look_that_fails_takes_nothing_with_it, "15.8")
{
    volatile char *memory;
    void *middle;
    size_t size = 100 * PAGE;
    ULONG_PTR count;

    need_protection();
    memory = watched(8192);
    middle = (void *)(memory + 4000 * PAGE);
    for (unsigned i = 0; i < 8192; i += 2)
        memory[i * PAGE] = 1;
    ok_status(nt_memory_free(&middle, &size, MEM_DECOMMIT), STATUS_SUCCESS);
    ok_status(allocate_memory(&middle, &size, MEM_COMMIT, PAGE_READWRITE), STATUS_SUCCESS);
    for (int fails = 1; fails <= 4; fails++) {
        count = 4096;
        scans_until_error = fails;
        ok_status(nt_watch_get((const void *)memory, 8192 * PAGE, true, addresses, &count),
                  STATUS_NO_MEMORY);
        ok_eq(count, 4096);
        scans_until_error = 0;
        ok_eq(look(memory, 8192, false), 4096);
    }
    ok_eq(look(memory, 8192, true), 4096);
    for (unsigned i = 0; i < 4096; i++) {
        if (addresses[i] != memory + 2 * i * PAGE)
            ok_ptr_eq(addresses[i], memory + 2 * i * PAGE);
    }
    ok_eq(look(memory, 8192, false), 0);
    release(memory);
}

/* --- soft-dirty bits ------------------------------------------------------------------- */

/* Where the kernel has no better way to play them with, its own bits are there. */
static void play_soft_dirty(void)
{
    require(setenv("NTSHM_WRITE_WATCH", "soft-dirty", 1) == 0);
    plays_soft_dirty = nt_os_watch_open() == 0;
    if (!plays_soft_dirty && __real_nt_os_soft_dirty_probe() < 0)
        skip("this kernel has neither way to watch");
}

TEST(soft_dirty_bits_tell_what_was_written, "15.4 15.5 15.8 15.9 15.14")
{
    volatile char *memory;
    void *base;
    size_t size = 2 * PAGE;

    play_soft_dirty();
    memory = watched(N_PAGES);
    ok_eq(look(memory, N_PAGES, false), 0);
    ok_eq(memory[7 * PAGE], 0);
    ok_eq(look(memory, N_PAGES, false), 0);
    memory[3 * PAGE] = 1;
    memory[4 * PAGE] = 1;
    memory[20 * PAGE] = 1;
    ok_eq(look(memory, N_PAGES, false), 3);
    ok_eq(look(memory, 4, true), 1);
    ok_eq(look(memory, N_PAGES, true), 2);
    ok_ptr_eq(addresses[0], memory + 4 * PAGE);
    ok_ptr_eq(addresses[1], memory + 20 * PAGE);
    ok_eq(look(memory, N_PAGES, true), 0);
    memory[3 * PAGE] = 2;
    memory[5 * PAGE] = 2;
    base = (void *)(memory + 3 * PAGE);
    ok_status(nt_memory_free(&base, &size, MEM_DECOMMIT), STATUS_SUCCESS);
    ok_eq(look(memory, N_PAGES, false), 2);
    ok_status(nt_watch_reset((const void *)memory, 5 * PAGE), STATUS_SUCCESS);
    ok_eq(look(memory, N_PAGES, false), 1);
    ok_ptr_eq(addresses[0], memory + 5 * PAGE);
    release(memory);
}

TEST(a_write_between_look_and_clearing_is_told, "15.8")
{
    play_soft_dirty();
    n_writes = 1;
    ok(tells_both());
}

TEST(writes_that_do_not_end_are_told, "15.8")
{
    play_soft_dirty();
    n_writes = 1000;
    ok(tells_both());
}

TEST(without_counting_faults_a_write_would_be_lost, "15.8")
{
    play_soft_dirty();
    count_stands = true;
    n_writes = 1;
    ok(!tells_both(), "the control must lose a write");
}

/* Then every page with memory is told: more than was written, and nothing that has none. */
TEST(where_faults_never_end_what_is_present_is_told, "15.5")
{
    volatile char *memory;

    play_soft_dirty();
    count_never_stands = true;
    memory = watched(N_PAGES);
    memory[3 * PAGE] = 1;
    memory[9 * PAGE] = 1;
    ok_eq(look(memory, N_PAGES, true), 2);
    memory[9 * PAGE] = 2;
    ok_eq(look(memory, N_PAGES, true), 2);
    ok_ptr_eq(addresses[0], memory + 3 * PAGE);
    release(memory);
}
