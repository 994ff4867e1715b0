// SPDX-License-Identifier: MIT
/*
 * Watched ranges at page granularity (lib/fault/watch.c): several in one piece of 64 KiB, split,
 * joined, longer and shorter, against a plain array of pages; and what a reader sees meanwhile.
 */
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "harness/test.h"
#include "lib/fault/fault.h"
#include "os/os.h"
#include "util/macro.h"

#define PAGE     0x1000ull
#define PIECE    0x10000ull
#define FAR_AWAY 0x020000000000ull /* nobody maps there: watching needs no memory */
#define N_PAGES  1400u             /* about three leaves of the tree */
#define BASE     (FAR_AWAY + (1ull << 21) - 20 * PIECE)

/* --- the model ------------------------------------------------------------------------------- */

static struct model {
    unsigned starts[N_PAGES + 1]; /* the index of the first page of its range, and 1; 0: none */
    unsigned kinds[N_PAGES];
    uint32_t random;
} model;

static unsigned pick(unsigned limit)
{
    model.random = model.random * 1664525u + 1013904223u;
    return (model.random >> 8) % limit;
}

static uint64_t page_at(unsigned index)
{
    return BASE + index * PAGE;
}

static unsigned end_of(unsigned first)
{
    unsigned end = first;

    while (end < N_PAGES && model.starts[end] == first + 1)
        end++;
    return end;
}

static void fill(unsigned first, unsigned end, unsigned kinds)
{
    for (unsigned i = first; i < end; i++) {
        model.starts[i] = first + 1;
        model.kinds[i] = kinds;
    }
}

static void empty(unsigned first, unsigned end)
{
    memset(&model.starts[first], 0, (end - first) * sizeof(model.starts[0]));
    memset(&model.kinds[first], 0, (end - first) * sizeof(model.kinds[0]));
}

static unsigned some_size(void)
{
    static const unsigned sizes[] = {1, 2, 5, 16, 17, 40, 512, 700};

    return 1 + pick(sizes[pick(NT_ARRAY_SIZE(sizes))]);
}

/* A new range in a gap, or a range in place of all those that it covers. */
static void watch_somewhere(void)
{
    unsigned first = pick(N_PAGES), end = first + some_size();
    unsigned kinds = 1 + pick(7);

    if (model.starts[first])
        first = model.starts[first] - 1;
    if (end > N_PAGES)
        end = N_PAGES;
    /* Whole ranges only, unless it is the one that begins here. */
    while (end > first && end < N_PAGES && model.starts[end] && model.starts[end] != end + 1 &&
           model.starts[end] != first + 1)
        end++;
    if (end <= first)
        return;
    require(nt_fault_watch(page_at(first), (end - first) * PAGE, kinds) == 0);
    if (model.starts[first] == first + 1)
        empty(first, end_of(first));
    fill(first, end, kinds);
}

static void split_somewhere(void)
{
    unsigned at = pick(N_PAGES), first = model.starts[at] - 1;

    if (!model.starts[at])
        return;
    require(nt_fault_split(page_at(first), page_at(at)) == 0);
    fill(at, end_of(first), model.kinds[at]);
}

static void forget_somewhere(void)
{
    unsigned at = pick(N_PAGES), first = model.starts[at] - 1;

    if (!model.starts[at])
        return;
    nt_fault_forget(page_at(first));
    empty(first, end_of(first));
}

static unsigned n_wrong(void)
{
    unsigned n = 0;

    for (unsigned i = 0; i < N_PAGES; i++) {
        if (nt_fault_kinds(page_at(i)) != model.kinds[i] ||
            nt_fault_kinds(page_at(i) + PAGE - 1) != model.kinds[i])
            n++;
    }
    return n;
}

TEST(ranges_at_any_page_are_as_a_plain_array_says, "7.26 5.37")
{
    unsigned steps = test_slowness() > 1 ? 1000 : 8000;

    model.random = (uint32_t)nt_os_now_ns();
    test_note("seed %u", model.random);
    for (unsigned i = 0; i < steps; i++) {
        switch (pick(4)) {
        case 0:
            watch_somewhere();
            break;
        case 1:
            forget_somewhere();
            break;
        default:
            split_somewhere();
        }
        require(n_wrong() == 0, "after step %u", i);
    }
    for (unsigned i = 0; i < N_PAGES; i++) {
        nt_fault_forget(page_at(i));
    }
    memset(model.kinds, 0, sizeof(model.kinds));
    ok_eq(n_wrong(), 0);
    ok_eq(nt_fault_kinds(BASE - 1), 0);
    ok_eq(nt_fault_kinds(page_at(N_PAGES)), 0);
}

/* --- one by one ------------------------------------------------------------------------------ */

TEST(sixteen_ranges_share_a_piece, "7.26")
{
    uint64_t base = FAR_AWAY + 100 * PIECE;

    for (unsigned i = 0; i < 16; i++)
        ok_eq(nt_fault_watch(base + i * PAGE, PAGE, 1 + i % 4), 0);
    for (unsigned i = 0; i < 16; i++)
        ok_eq(nt_fault_kinds(base + i * PAGE + 17), 1 + i % 4);
    for (unsigned i = 0; i < 16; i += 2)
        nt_fault_forget(base + i * PAGE);
    for (unsigned i = 0; i < 16; i++)
        ok_eq(nt_fault_kinds(base + i * PAGE), i % 2 ? 1 + i % 4 : 0);
    /* One takes the place of all that are left. */
    ok_eq(nt_fault_watch(base, PIECE, NT_FAULT_RESERVE), 0);
    for (unsigned i = 0; i < 16; i++)
        ok_eq(nt_fault_kinds(base + i * PAGE), NT_FAULT_RESERVE);
    nt_fault_forget(base + PAGE);
    ok_eq(nt_fault_kinds(base + PAGE), NT_FAULT_RESERVE);
    nt_fault_forget(base);
    ok_eq(nt_fault_kinds(base + PAGE), 0);
}

TEST(parts_of_a_split_range_are_forgotten_alone, "7.26")
{
    uint64_t base = FAR_AWAY + 5 * PIECE, size = 3ull << 30;

    ok_eq(nt_fault_watch(base, size, NT_FAULT_FILE), 0);
    ok_eq(nt_fault_split(base, base), 0);
    ok_eq(nt_fault_split(base, base + size), 0);
    ok_eq(nt_fault_split(base + PAGE, base + 2 * PAGE), 0);
    ok_eq(nt_fault_split(base, base + 100), -EINVAL);
    ok_eq(nt_fault_split(base, base + (1ull << 30) + 3 * PAGE), 0);
    ok_eq(nt_fault_split(base + (1ull << 30) + 3 * PAGE, base + (2ull << 30) + PAGE), 0);
    nt_fault_forget(base + (1ull << 30) + 3 * PAGE);
    ok_eq(nt_fault_kinds(base + (1ull << 30) + 3 * PAGE - 1), NT_FAULT_FILE);
    ok_eq(nt_fault_kinds(base + (1ull << 30) + 3 * PAGE), 0);
    ok_eq(nt_fault_kinds(base + (2ull << 30) + PAGE - 1), 0);
    ok_eq(nt_fault_kinds(base + (2ull << 30) + PAGE), NT_FAULT_FILE);
    ok_eq(nt_fault_kinds(base + size - 1), NT_FAULT_FILE);
    nt_fault_forget(base);
    ok_eq(nt_fault_kinds(base), 0);
    ok_eq(nt_fault_kinds(base + size - 1), NT_FAULT_FILE);
    nt_fault_forget(base + (2ull << 30) + PAGE);
    ok_eq(nt_fault_kinds(base + size - 1), 0);
}

TEST(guards_stay_with_their_part, "7.26 8.17")
{
    uint64_t base = FAR_AWAY + 9 * PIECE;

    ok_eq(nt_fault_watch(base, PIECE, NT_FAULT_GUARD), 0);
    ok_eq(nt_fault_guard_set(base, 16, 0x04), 0);
    ok_eq(nt_fault_split(base, base + 4 * PAGE), 0);
    ok_eq(nt_fault_split(base + 4 * PAGE, base + 9 * PAGE), 0);
    nt_fault_forget(base + 4 * PAGE);
    for (unsigned i = 0; i < 16; i++) {
        ok_eq(nt_fault_kinds(base + i * PAGE), i < 4 || i >= 9 ? NT_FAULT_GUARD : 0);
        ok_eq(nt_fault_guard_stands(base + i * PAGE), i < 4 || i >= 9);
    }
    /* The tail again, without its first page, and then without guards at all. */
    ok_eq(nt_fault_watch(base, 2 * PAGE, NT_FAULT_GUARD), 0);
    ok(nt_fault_guard_stands(base + PAGE));
    ok(!nt_fault_guard_stands(base + 2 * PAGE));
    ok_eq(nt_fault_kinds(base + 2 * PAGE), 0);
    ok_eq(nt_fault_watch(base, PIECE, NT_FAULT_PLAIN), 0);
    ok(!nt_fault_guard_stands(base + 15 * PAGE));
    nt_fault_forget(base);
    ok_eq(nt_fault_kinds(base + 15 * PAGE), 0);
}

TEST(only_whole_pages_are_watched, "")
{
    ok_eq(nt_fault_watch(FAR_AWAY + 1, PAGE, NT_FAULT_FILE), -EINVAL);
    ok_eq(nt_fault_watch(FAR_AWAY, PAGE + 1, NT_FAULT_FILE), -EINVAL);
    ok_eq(nt_fault_watch(FAR_AWAY, 0, NT_FAULT_FILE), -EINVAL);
    ok_eq(nt_fault_kinds(FAR_AWAY), 0);
}

/* Slots of pages, and ranges, that are not needed any more serve the next ones. */
TEST(memory_of_shared_pieces_is_used_again, "")
{
    size_t before = 0;

    for (unsigned round = 0; round < 40; round++) {
        for (unsigned i = 0; i < 200; i++) {
            uint64_t base = FAR_AWAY + ((round * 37 + i) % 1000) * PIECE;

            require(nt_fault_watch(base, 3 * PAGE, NT_FAULT_FILE) == 0);
            require(nt_fault_watch(base + 3 * PAGE, PAGE, NT_FAULT_GUARD) == 0);
            require(nt_fault_watch(base + 15 * PAGE, PAGE, NT_FAULT_RESERVE) == 0);
        }
        for (unsigned i = 0; i < 200; i++) {
            uint64_t base = FAR_AWAY + ((round * 37 + i) % 1000) * PIECE;

            nt_fault_forget(base + 3 * PAGE);
            nt_fault_forget(base + 15 * PAGE);
            nt_fault_forget(base);
        }
        if (round ==
            27) /* each of the 1000 pieces was there once: the tree is as large as it gets */
            before = mallinfo2().uordblks;
    }
    ok_eq(mallinfo2().uordblks, before);
}

/* --- readers --------------------------------------------------------------------------------- */

struct race {
    _Atomic bool stop;
    _Atomic unsigned wrong;
    _Atomic uint64_t n_looks;
    uint64_t base;
};

/*
 * In each piece pages 0 to 3 are always watched as FILE, though whole or in parts; pages 8 to 11
 * as RESERVE or not at all; the others never.
 */
static void look(void *context)
{
    struct race *race = context;

    while (!atomic_load(&race->stop)) {
        for (unsigned i = 0; i < 64; i++) {
            unsigned page = i % 16;
            unsigned kinds = nt_fault_kinds(race->base + i * PAGE);
            bool right = page < 4                 ? kinds == NT_FAULT_FILE
                         : page / 4 == 2 && kinds ? kinds == NT_FAULT_RESERVE
                                                  : kinds == 0;

            if (!right)
                atomic_fetch_add(&race->wrong, 1);
        }
        atomic_fetch_add(&race->n_looks, 64);
    }
}

static void change_piece(uint64_t base, unsigned round)
{
    unsigned at = 1 + round % 3;

    require(nt_fault_split(base, base + at * PAGE) == 0);
    require(nt_fault_watch(base + 8 * PAGE, 4 * PAGE, NT_FAULT_RESERVE) == 0);
    require(nt_fault_watch(base, 4 * PAGE, NT_FAULT_FILE) == 0);
    nt_fault_forget(base + 8 * PAGE);
}

TEST(readers_always_find_what_is_watched, "")
{
    struct race race = {.base = FAR_AWAY + 3000 * PIECE};
    unsigned rounds = test_slowness() > 1 ? 3000 : 30000;
    struct test_thread threads[2];

    for (unsigned i = 0; i < 4; i++)
        require(nt_fault_watch(race.base + i * PIECE, 4 * PAGE, NT_FAULT_FILE) == 0);
    for (unsigned i = 0; i < 2; i++)
        test_thread_start(&threads[i], look, &race);
    for (unsigned round = 0; round < rounds; round++)
        change_piece(race.base + round % 4 * PIECE, round);
    ok(test_until(atomic_load(&race.n_looks) > 0, 20000));
    atomic_store(&race.stop, true);
    for (unsigned i = 0; i < 2; i++)
        test_thread_join(&threads[i]);
    ok_eq(atomic_load(&race.wrong), 0);
    for (unsigned i = 0; i < 4; i++)
        nt_fault_forget(race.base + i * PIECE);
}

/* A range of many pieces that goes on being watched while it is cut up and put together again. */
static void look_at_all(void *context)
{
    struct race *race = context;

    while (!atomic_load(&race->stop)) {
        for (uint64_t at = 0; at < 4ull << 21; at += 37 * PAGE) {
            if (nt_fault_kinds(race->base + at) != NT_FAULT_FILE)
                atomic_fetch_add(&race->wrong, 1);
        }
        atomic_fetch_add(&race->n_looks, 1);
    }
}

TEST(a_range_that_is_cut_up_is_watched_all_the_time, "7.26")
{
    struct race race = {.base = FAR_AWAY + (1ull << 32)};
    unsigned rounds = test_slowness() > 1 ? 300 : 3000;
    struct test_thread thread;
    uint64_t size = 4ull << 21;

    require(nt_fault_watch(race.base, size, NT_FAULT_FILE) == 0);
    test_thread_start(&thread, look_at_all, &race);
    for (unsigned round = 0; round < rounds; round++) {
        uint64_t at = race.base;

        for (unsigned i = 1; i < 8; i++) {
            uint64_t next = race.base + (i * 251 + round % 97) * PAGE;

            require(nt_fault_split(at, next) == 0);
            at = next;
        }
        require(nt_fault_watch(race.base, size, NT_FAULT_FILE) == 0);
    }
    ok(test_until(atomic_load(&race.n_looks) > 0, 20000));
    atomic_store(&race.stop, true);
    test_thread_join(&thread);
    ok_eq(atomic_load(&race.wrong), 0);
    nt_fault_forget(race.base);
    ok_eq(nt_fault_kinds(race.base + size - 1), 0);
}
