// SPDX-License-Identifier: MIT
/*
 * Page runs and PAGE_ values: the pure parts of the region map. Runs are compared with an
 * array that holds one state for each page.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <windows.h>

#include "harness/test.h"
#include "lib/memory/pages.h"
#include "lib/memory/protect.h"

#define N_PAGES 97u

static uint64_t random_state = 0x9E3779B97F4A7C15u;

static unsigned random_below(unsigned limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state % limit);
}

/* Every page as the array says, each run as long as it can be, the last one at the end. */
static bool same_pages(const struct nt_pages *pages, const ULONG *expected)
{
    uint64_t end = 0;
    bool same = true;

    for (uint64_t page = 0; page < N_PAGES; page++) {
        uint64_t run_end;

        same &= nt_pages_at(pages, page, &run_end) == expected[page];
        same &= run_end > page && run_end <= N_PAGES;
        if (run_end < N_PAGES)
            same &= expected[run_end] != expected[page];
        for (uint64_t at = page; at < run_end; at++)
            same &= expected[at] == expected[page];
    }
    for (uint32_t i = 0; i < pages->n_runs; i++) {
        same &= pages->runs[i].end > end;
        same &= i == 0 || pages->runs[i].protect != pages->runs[i - 1].protect;
        end = pages->runs[i].end;
    }
    return same && end == N_PAGES;
}

TEST(page_runs_are_what_single_pages_would_be, "8.3 8.4 8.23")
{
    static const ULONG states[] = {0, PAGE_READWRITE, PAGE_READONLY, PAGE_EXECUTE_READ};
    ULONG expected[N_PAGES] = {0};
    struct nt_pages pages;

    nt_pages_init(&pages, N_PAGES, 0);
    for (unsigned i = 0; i < 4000; i++) {
        unsigned first = random_below(N_PAGES);
        unsigned count = 1 + random_below(i % 2 ? 4 : N_PAGES - first);
        ULONG state = states[random_below(4)];

        if (count > N_PAGES - first)
            count = N_PAGES - first;
        require(nt_pages_reserve(&pages) == 0);
        nt_pages_set(&pages, first, count, state);
        for (unsigned page = first; page < first + count; page++)
            expected[page] = state;
        if (!ok(same_pages(&pages, expected), "after change %u: [%u, +%u) = %#x", i, first, count,
                state))
            break;
    }
    nt_pages_deinit(&pages);
}

TEST(one_run_needs_no_memory, "8.6")
{
    struct nt_pages pages;

    nt_pages_init(&pages, 1ull << 35, PAGE_READWRITE);
    ok_ptr_eq(pages.runs, pages.few);
    ok_eq(nt_pages_at(&pages, (1ull << 35) - 1, NULL), PAGE_READWRITE);
    nt_pages_deinit(&pages);
}

TEST(legal_protections, "1.2 7.8 7.9 9.8 9.9")
{
    unsigned n_valid = 0;

    for (ULONG base = 0; base < 0x100; base++)
        n_valid += nt_protect_is_valid(base);
    ok_eq(n_valid, 8);
    ok(nt_protect_is_valid(PAGE_READWRITE | PAGE_GUARD));
    ok(nt_protect_is_valid(PAGE_READONLY | PAGE_NOCACHE));
    ok(nt_protect_is_valid(PAGE_READWRITE | PAGE_WRITECOMBINE));
    ok(!nt_protect_is_valid(PAGE_GUARD));
    ok(!nt_protect_is_valid(PAGE_NOACCESS | PAGE_GUARD));
    ok(!nt_protect_is_valid(PAGE_NOACCESS | PAGE_NOCACHE));
    ok(!nt_protect_is_valid(PAGE_READWRITE | PAGE_GUARD | PAGE_NOCACHE));
    ok(!nt_protect_is_valid(PAGE_READWRITE | PAGE_NOCACHE | PAGE_WRITECOMBINE));
    ok(!nt_protect_is_valid(PAGE_READWRITE | 0x800));
}

TEST(what_a_view_may_become, "9.10 9.11 9.12 9.13 9.14 9.15 9.16")
{
    static const struct {
        ULONG granted, allowed;
    } rows[] = {
        {PAGE_NOACCESS, PAGE_NOACCESS},
        {PAGE_READONLY, PAGE_NOACCESS | PAGE_READONLY | PAGE_WRITECOPY},
        {PAGE_WRITECOPY, PAGE_NOACCESS | PAGE_READONLY | PAGE_WRITECOPY},
        {PAGE_READWRITE, PAGE_NOACCESS | PAGE_READONLY | PAGE_WRITECOPY | PAGE_READWRITE},
        {PAGE_EXECUTE_READ, 0xFF & ~(PAGE_READWRITE | PAGE_EXECUTE_READWRITE)},
        {PAGE_EXECUTE_WRITECOPY, 0xFF & ~(PAGE_READWRITE | PAGE_EXECUTE_READWRITE)},
        {PAGE_EXECUTE_READWRITE, 0xFF},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (ULONG wanted = 1; wanted < 0x100; wanted <<= 1)
            ok(nt_protect_is_within(wanted, rows[i].granted) == !!(wanted & rows[i].allowed),
               "%#x from %#x", wanted, rows[i].granted);
    }
}

TEST(kernel_bits_of_protections, "3.49 8.2")
{
    ok_eq(nt_protect_to_kernel(0), PROT_NONE);
    ok_eq(nt_protect_to_kernel(PAGE_NOACCESS), PROT_NONE);
    ok_eq(nt_protect_to_kernel(PAGE_READONLY | PAGE_NOCACHE), PROT_READ);
    ok_eq(nt_protect_to_kernel(PAGE_READWRITE), PROT_READ | PROT_WRITE);
    ok_eq(nt_protect_to_kernel(PAGE_WRITECOPY), PROT_READ | PROT_WRITE);
    ok_eq(nt_protect_to_kernel(PAGE_EXECUTE), PROT_READ | PROT_EXEC);
    ok_eq(nt_protect_to_kernel(PAGE_EXECUTE_WRITECOPY), PROT_READ | PROT_WRITE | PROT_EXEC);
}
