// SPDX-License-Identifier: MIT
/*
 * Watched memory when something fails inside: it is made, committed, decommitted, looked at and
 * reset, or it is not; and no failure makes a write be forgotten.
 */
#include <stdio.h>

#include <windows.h>
#include <ntshm/ntshm.h>

#include "fault/kit.h"
#include "harness/test.h"
#include "os/page-watch.h"

#define PAGE    4096
#define N_PAGES 600 /* more isolated pages than one call tells with little room */
#define SIZE    (N_PAGES * PAGE)
#define WATCHED (MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH)

/* What is met where the kernel has the better way to watch. */
#define ASYNC   has_async(FAULT_BIT(USERFAULT))

static uint64_t has_async(uint64_t kinds)
{
    bool has = nt_os_watch_open() == 0;

    ntshm_quiesce();
    return has ? kinds : 0;
}

static char *memory;
static void *addresses[N_PAGES];

static void release(void)
{
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    memory = NULL;
}

static ULONG_PTR look(DWORD flags)
{
    ULONG_PTR count = N_PAGES;
    DWORD granularity;

    return GetWriteWatch(flags, memory, SIZE, addresses, &count, &granularity) == 0 ? count : ~0ull;
}

/* --- making it ----------------------------------------------------------------------- */

static void release_and_quiesce(void)
{
    release();
    ntshm_quiesce();
}

static uint32_t run_allocate(void)
{
    uint32_t result;

    memory = VirtualAlloc(NULL, SIZE, WATCHED, PAGE_READWRITE);
    result = fault_result(memory != NULL);
    if (result) { /* descriptors are kept for the next call; they are no leak */
        fault_disarm();
        ntshm_quiesce();
    }
    return result;
}

static uint32_t run_guard(void)
{
    memory = VirtualAlloc(NULL, SIZE, WATCHED, PAGE_READWRITE | PAGE_GUARD);
    return fault_result(memory != NULL);
}

TEST(watched_memory_is_made_or_not, "15.1")
{
    const struct fault_call calls[] = {
        {"VirtualAlloc, MEM_WRITE_WATCH, the first", ntshm_quiesce, run_allocate,
         release_and_quiesce,
         FAULT_BIT(MMAP) | ASYNC | FAULT_BIT(PAGESCAN) | FAULT_BIT(OPEN) | FAULT_MEMORY, 0, 0},
        {"VirtualAlloc, MEM_WRITE_WATCH and PAGE_GUARD", NULL, run_guard, release, FAULT_MEMORY, 0,
         FAULT_BIT(SIGACTION)},
    };
    void *other = VirtualAlloc(NULL, PAGE, MEM_RESERVE, PAGE_READWRITE); /* keeps the anchor */

    require(other != NULL);
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    ok_succeeds(VirtualFree(other, 0, MEM_RELEASE));
}

/* --- its pages ----------------------------------------------------------------------- */

/* Every other page is written; all of them stay on record whatever fails. */
static void write_half(void)
{
    for (unsigned i = 0; i < N_PAGES; i += 2)
        memory[i * PAGE] = 1;
}

static void commit_all(void)
{
    require(VirtualAlloc(memory, SIZE, MEM_COMMIT, PAGE_READWRITE) == memory);
}

static void decommit_all(void)
{
    ok_succeeds(VirtualFree(memory, SIZE, MEM_DECOMMIT));
}

static uint32_t run_commit(void)
{
    return fault_result(VirtualAlloc(memory, SIZE, MEM_COMMIT, PAGE_READWRITE) != NULL);
}

static uint32_t run_decommit(void)
{
    return fault_result(VirtualFree(memory, SIZE, MEM_DECOMMIT));
}

/* After a failure as after a success: what was written is told. */
static void check_half(void)
{
    ok_eq(look(0), N_PAGES / 2);
}

static uint32_t run_decommit_written(void)
{
    uint32_t result = run_decommit();

    if (result) {
        fault_disarm();
        check_half();
    }
    return result;
}

/* A region whose record is empty yet. */
static void make_anew(void)
{
    if (memory)
        release();
    memory = VirtualAlloc(NULL, SIZE, WATCHED, PAGE_READWRITE);
    require(memory != NULL);
}

static void make_written(void)
{
    make_anew();
    write_half();
}

TEST(watched_pages_come_and_go_or_not, "15.13 15.14")
{
    const struct fault_call commit = {
        .name = "VirtualAlloc, commit of watched pages",
        .run = run_commit,
        .undo = decommit_all,
        .must_meet = FAULT_BIT(MPROTECT) | has_async(FAULT_BIT(USERFAULT) | FAULT_BIT(PAGESCAN)),
    };
    const struct fault_call decommit = {
        .name = "VirtualFree, decommit of watched pages",
        .prepare = make_written,
        .run = run_decommit_written,
        .undo = check_half,
        .must_meet = FAULT_BIT(PAGESCAN) | FAULT_BIT(MPROTECT) | FAULT_BIT(MMAP) | FAULT_MEMORY,
    };

    memory = VirtualAlloc(NULL, SIZE, MEM_RESERVE | MEM_WRITE_WATCH, PAGE_READWRITE);
    require(memory != NULL);
    fault_walk_call(&commit);
    commit_all();
    fault_walk_call(&decommit);
    release();
}

/* --- looking at it ------------------------------------------------------------------- */

static uint32_t run_look(void)
{
    uint32_t result = fault_result(look(WRITE_WATCH_FLAG_RESET) == N_PAGES / 2);

    if (result) {
        fault_disarm();
        check_half();
    }
    return result;
}

/* A part of what is told was decommitted: the library's own record and the kernel's take turns. */
static void write_and_decommit(void)
{
    write_half();
    ok_succeeds(VirtualFree(memory + 100 * PAGE, 10 * PAGE, MEM_DECOMMIT));
    ok_succeeds(VirtualFree(memory + 300 * PAGE, 10 * PAGE, MEM_DECOMMIT));
    commit_all();
}

static void nothing_is_left(void)
{
    ok_eq(look(0), 0);
}

static uint32_t run_reset(void)
{
    uint32_t result = fault_result(ResetWriteWatch(memory, SIZE) == 0);

    if (result) {
        fault_disarm();
        check_half();
    }
    return result;
}

TEST(watched_pages_are_told_or_not, "15.8 15.9")
{
    const struct fault_call calls[] = {
        {"GetWriteWatch, reset", write_half, run_look, nothing_is_left, FAULT_BIT(PAGESCAN),
         FAULT_MEMORY, 0},
        {"GetWriteWatch, reset, of decommitted pages too", write_and_decommit, run_look,
         nothing_is_left, FAULT_BIT(PAGESCAN), FAULT_MEMORY, 0},
        {"ResetWriteWatch", write_half, run_reset, nothing_is_left, FAULT_BIT(PAGESCAN), 0, 0},
    };

    ok_eq(run_allocate(), 0);
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    release();
}

/* --- reading into it ------------------------------------------------------------------ */

static HANDLE file;

static uint32_t run_read(void)
{
    DWORD n;

    return fault_result(ReadFile(file, memory, 3 * PAGE, &n, NULL));
}

TEST(a_read_counts_or_is_not_made, "15.15")
{
    static const struct fault_call call = {
        .name = "ReadFile into watched memory",
        .prepare = make_anew,
        .run = run_read,
        .must_meet = FAULT_MEMORY | FAULT_BIT(READ),
        .may_survive = FAULT_BIT(SEEK) | FAULT_BIT(LOCK),
    };
    char path[600];

    snprintf(path, sizeof(path), "%s/empty", test_dir());
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    require(file != INVALID_HANDLE_VALUE);
    fault_walk_call(&call);
    release();
    ok_succeeds(CloseHandle(file));
}
