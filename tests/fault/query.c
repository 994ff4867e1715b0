// SPDX-License-Identifier: MIT
/*
 * Questions about memory when something fails inside, and what the fault handler knows of the
 * address space when there is no memory to tell it more.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <windows.h>
#include <psapi.h>

#include "fault/kit.h"
#include "harness/test.h"
#include "lib/fault/fault.h"
#include "unit/broker_fixture.h"

#define PAGE  4096
#define PIECE 65536

static char *memory;
static void *view;

/* --- questions ---------------------------------------------------------------------- */

static uint32_t run_basic(void)
{
    MEMORY_BASIC_INFORMATION info;

    return fault_result(VirtualQuery(&view, &info, sizeof(info)) == sizeof(info));
}

static uint32_t run_region(void)
{
    WIN32_MEMORY_REGION_INFORMATION region;

    return fault_result(QueryVirtualMemoryInformation(GetCurrentProcess(), stdout, MemoryRegionInfo,
                                                      &region, sizeof(region), NULL));
}

static uint32_t run_name(void)
{
    wchar_t name[1000];

    return fault_result(
        GetMappedFileNameW(GetCurrentProcess(), (void *)(uintptr_t)run_region, name, 1000) > 0);
}

static uint32_t run_name_of_view(void)
{
    char name[1000];

    return fault_result(GetMappedFileNameA(GetCurrentProcess(), view, name, sizeof(name)) > 0);
}

static uint32_t run_pages(void)
{
    PSAPI_WORKING_SET_EX_INFORMATION pages[2] = {{.VirtualAddress = memory},
                                                 {.VirtualAddress = &view}};

    return fault_result(QueryWorkingSetEx(GetCurrentProcess(), pages, sizeof(pages)));
}

static uint32_t run_working_set(void)
{
    static ULONG_PTR set[1 << 17];

    return fault_result(QueryWorkingSet(GetCurrentProcess(), set, sizeof(set)));
}

static void map_file(void)
{
    HANDLE file, section;
    char path[600];
    DWORD n;

    snprintf(path, sizeof(path), "%s/asked", test_dir());
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    require(file != INVALID_HANDLE_VALUE && WriteFile(file, path, 100, &n, NULL));
    section = CreateFileMappingW(file, NULL, PAGE_READONLY, 0, 0, NULL);
    view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    require(view != NULL);
    ok_succeeds(CloseHandle(section));
    ok_succeeds(CloseHandle(file));
}

TEST(a_question_is_answered_or_fails, "8.1 8.30 8.31 8.32")
{
    /* Whether anything is locked, and the nodes, are told as far as they are known. */
    uint64_t details = FAULT_BIT(READ) | FAULT_BIT(MBIND) | FAULT_BIT(MADVISE);
    const struct fault_call calls[] = {
        {"VirtualQuery, foreign", NULL, run_basic, NULL, FAULT_BIT(PROCMAP), 0, 0},
        {"QueryVirtualMemoryInformation", NULL, run_region, NULL, FAULT_BIT(PROCMAP),
         FAULT_BIT(PROCMAP), 0},
        {"GetMappedFileName, code", NULL, run_name, NULL, FAULT_BIT(PROCMAP) | FAULT_MEMORY,
         FAULT_BIT(PROCMAP) | FAULT_BIT(STAT), 0},
        {"GetMappedFileName, view", NULL, run_name_of_view, NULL, FAULT_BIT(PROCMAP) | FAULT_MEMORY,
         FAULT_BIT(STAT), 0},
        {"QueryWorkingSetEx", NULL, run_pages, NULL, FAULT_BIT(PAGESCAN) | FAULT_BIT(PROCMAP),
         details, 0},
        {"QueryWorkingSet", NULL, run_working_set, NULL, FAULT_BIT(PAGESCAN), 0,
         FAULT_BIT(PROCMAP)},
    };

    memory = VirtualAlloc(NULL, PIECE, MEM_COMMIT, PAGE_READWRITE);
    require(memory != NULL);
    memory[0] = 1;
    map_file();
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    ok_succeeds(UnmapViewOfFile(view));
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

/* The kernel's own query is unknown: the text is read, and says the same. */
TEST(an_older_kernel_is_asked_by_text, "8.1")
{
    MEMORY_BASIC_INFORMATION by_text, by_call;
    char name[1000], same[1000];

    require(VirtualQuery(stdout, &by_call, sizeof(by_call)) == sizeof(by_call));
    ok(GetMappedFileNameA(GetCurrentProcess(), (void *)(uintptr_t)run_name, name, 1000) > 0);
    fault_rules(0, true);
    fault_arm(0, ENOTTY);
    ok_eq(VirtualQuery(stdout, &by_text, sizeof(by_text)), sizeof(by_text));
    ok(fault_disarm() == NT_OS_PROCMAP);
    fault_arm(0, ENOTTY);
    ok(GetMappedFileNameA(GetCurrentProcess(), (void *)(uintptr_t)run_name, same, 1000) > 0);
    ok(fault_disarm() == NT_OS_PROCMAP);
    fault_rules(0, false);
    ok_mem_eq(&by_text, &by_call, sizeof(by_call));
    ok_str_eq(same, name);
}

/* --- what the handler knows --------------------------------------------------------- */

#define BASE 0x030000000000ull /* nobody maps there */

/* Which of the pages from BASE on are watched, and how: a digit for each of 48. */
static void look(char *text)
{
    for (unsigned i = 0; i < 48; i++)
        text[i] = (char)('0' + nt_fault_kinds(BASE + i * PAGE));
    text[48] = '\0';
}

/* One range in the midst, and another that shares a piece with it. */
static void watch_two(void)
{
    ok_eq(nt_fault_watch(BASE + 3 * PAGE, 40 * PAGE, NT_FAULT_GUARD), 0);
    ok_eq(nt_fault_watch(BASE + 43 * PAGE, PAGE, NT_FAULT_FILE), 0);
}

static void forget_two(void)
{
    nt_fault_forget(BASE + 3 * PAGE);
    nt_fault_forget(BASE + 43 * PAGE);
    for (unsigned i = 0; i < 48; i++)
        ok_eq(nt_fault_kinds(BASE + i * PAGE), 0);
}

TEST(what_is_watched_stays_when_a_new_range_fails, "7.26")
{
    char before[49], after[49];
    unsigned nth = 0;

    watch_two();
    look(before);
    for (fault_rules(0, false);; nth++) {
        int r;

        fault_arm(nth, ENOMEM);
        r = nt_fault_watch(BASE + 44 * PAGE, 5ull << 30, NT_FAULT_RESERVE);
        if (fault_disarm() == FAULT_KINDS) {
            ok_eq(r, 0);
            break;
        }
        ok_eq(r, -ENOMEM);
        look(after);
        ok_str_eq(after, before);
        ok_eq(nt_fault_kinds(BASE + (1ull << 30)), 0);
    }
    ok(nth > 0, "it needs no memory");
    ok_eq(nt_fault_kinds(BASE + (4ull << 30)), NT_FAULT_RESERVE);
    nt_fault_forget(BASE + 44 * PAGE);
    ok_eq(nt_fault_kinds(BASE + (4ull << 30)), 0);
    forget_two();
}

/* Watches single pages until memory would be needed for one more. Returns how many. */
static unsigned use_up(uint64_t base)
{
    unsigned n = 0;
    int r;

    ok_eq(nt_fault_watch(base, PAGE, NT_FAULT_PLAIN), 0); /* the tree reaches there */
    do {
        n++;
        fault_rules(0, true);
        fault_arm(0, ENOMEM);
        r = nt_fault_watch(base + n * PAGE, PAGE, NT_FAULT_PLAIN);
        fault_disarm();
    } while (r == 0 && n < 1000);
    ok_eq(r, -ENOMEM);
    return n;
}

TEST(a_range_that_cannot_be_split_stays_one, "7.26")
{
    uint64_t spare = BASE + (3ull << 40);
    char before[49], after[49];
    unsigned n;

    watch_two();
    look(before);
    n = use_up(spare);
    fault_rules(0, true);
    fault_arm(0, ENOMEM);
    ok_eq(nt_fault_split(BASE + 3 * PAGE, BASE + 21 * PAGE), -ENOMEM);
    ok_eq(fault_disarm(), FAULT_ALLOCATION);
    look(after);
    ok_str_eq(after, before);
    ok_eq(nt_fault_split(BASE + 3 * PAGE, BASE + 21 * PAGE), 0);
    look(after);
    ok_str_eq(after, before);
    nt_fault_forget(BASE + 21 * PAGE);
    ok_eq(nt_fault_kinds(BASE + 20 * PAGE), NT_FAULT_GUARD);
    ok_eq(nt_fault_kinds(BASE + 21 * PAGE), 0);
    /* To make it whole again needs what is there already, and no memory. */
    ok_eq(nt_fault_watch(BASE + 3 * PAGE, 40 * PAGE, NT_FAULT_GUARD), 0);
    ok_eq(nt_fault_split(BASE + 3 * PAGE, BASE + 21 * PAGE), 0);
    fault_arm(0, ENOMEM);
    ok_eq(nt_fault_watch(BASE + 3 * PAGE, 40 * PAGE, NT_FAULT_GUARD), 0);
    fault_disarm();
    fault_rules(0, false);
    look(after);
    ok_str_eq(after, before);
    for (unsigned i = 0; i < n; i++)
        nt_fault_forget(spare + i * PAGE);
    forget_two();
}
