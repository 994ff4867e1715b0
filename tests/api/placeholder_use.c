// SPDX-License-Identifier: MIT
/*
 * Placeholders as programs use them: a ring buffer, an address space that is carved up and put
 * together again, and pieces that are replaced while others look for room.
 */
#include "api/placeholder_kit.h"

/* --- the ring buffer of Microsoft's page --------------------------------------------------------
 */

TEST(a_ring_buffer_goes_round, "5.61 4.13")
{
    volatile unsigned char *ring; /* the compiler does not know that it is one */
    HANDLE section;
    char *base;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    ring = (volatile unsigned char *)(base = new_placeholder(32));
    preserve_pages(base, 16);
    view_pages(section, base, 0, 16);
    view_pages(section, base + GRANULE, 0, 16);
    drop(section, NULL);
    for (SIZE_T i = 0; i < GRANULE; i += 1237) {
        ring[i] = (unsigned char)(i % 251);
        ok_eq(ring[GRANULE + i], i % 251);
    }
    /* A record that begins before the end goes on at the beginning. */
    for (SIZE_T i = 0; i < 100; i++)
        ring[GRANULE - 50 + i] = (unsigned char)(i + 1);
    ok_eq(ring[49], 100);
    ok_eq(ring[2 * GRANULE - 1], 50);
    /* Both are unmapped, and nothing is left to be freed. */
    drop(NULL, base);
    drop(NULL, base + GRANULE);
    ok_layout(base, "F32");
}

/* --- sequences -------------------------------------------------------------------------------- */

TEST(an_address_space_is_carved_up_and_put_together, "5.37 5.39 5.47 5.57")
{
    char *base;

    needs(CAN_COALESCE);
    base = new_placeholder(12);
    preserve_pages(base, 4);
    preserve_pages(base + 4 * PAGE, 4);
    ok_layout(base, "P4 P4 P4");
    replace_reserved(base + 4 * PAGE, 4);
    ok_status(nt_free(base, 12 * PAGE, COALESCE), STATUS_CONFLICTING_ADDRESSES);
    preserve_pages(base + 4 * PAGE, 4);
    coalesce_pages(base + 4 * PAGE, 8);
    ok_layout(base, "P4 P8");
    coalesce_pages(base, 12);
    ok_layout(base, "P12");
    preserve_pages(base + 8 * PAGE, 4);
    replace_pages(base, 8);
    ok_layout(base, "M8 P4");
    release(base);
    ok_layout(base, "F8 P4");
    release(base + 8 * PAGE);
    ok_layout(base, "F12");
}

TEST(pieces_of_one_section_are_mapped_out_of_order, "5.20 5.30 5.47")
{
    enum { N = 8 };
    HANDLE section;
    volatile uint32_t *words;
    char *base;

    needs(CAN_COALESCE);
    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, N * PAGE);
    words = map_words(section);
    for (unsigned i = 0; i < N; i++)
        words[i * PAGE / 4] = i;
    base = new_placeholder(N);
    for (unsigned i = 0; i + 1 < N; i++)
        preserve_pages(base + i * PAGE, 1);
    for (unsigned i = 0; i < N; i++)
        view_pages(section, base + i * PAGE, N - 1 - i, 1);
    ok_layout(base, "V1 V1 V1 V1 V1 V1 V1 V1");
    for (unsigned i = 0; i < N; i++)
        ok_eq(*(volatile uint32_t *)(base + i * PAGE), N - 1 - i);
    for (unsigned i = 0; i < N; i++)
        restore_view(base + i * PAGE);
    coalesce_pages(base, N);
    view_pages(section, base, 0, N);
    ok_eq(*(volatile uint32_t *)(base + 5 * PAGE), 5);
    drop(NULL, words);
    drop(section, base);
}

TEST(a_piece_moves_within_its_window, "5.30 5.37 5.47")
{
    HANDLE section;
    char *base;

    needs(CAN_COALESCE);
    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, 2 * PAGE);
    base = new_placeholder(16);
    for (SIZE_T at = 1; at < 13; at++) {
        preserve_pages(base + at * PAGE, 2);
        view_pages(section, base + at * PAGE, 0, 2);
        ok_eq(base[at * PAGE], (char)(at - 1));
        base[at * PAGE] = (char)at;
        restore_view(base + at * PAGE);
        coalesce_pages(base, 16);
        ok_layout(base, "P16");
    }
    release(base);
    drop(section, NULL);
}

TEST(large_windows_cost_nothing_until_they_are_used, "5.1 5.37 5.43")
{
    const SIZE_T pages = (SIZE_T)512 << 18; /* 512 GiB */
    HANDLE section;
    char *base;

    needs(CAN_VIEW);
    base = new_placeholder(pages);
    preserve_pages(base + pages / 2 * PAGE, 16);
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    view_pages(section, base + pages / 2 * PAGE, 0, 16);
    base[pages / 2 * PAGE] = 1;
    restore_view(base + pages / 2 * PAGE);
    release(base);
    release(base + pages / 2 * PAGE);
    release(base + (pages / 2 + 16) * PAGE);
    drop(section, NULL);
}

/* --- while others look for room ------------------------------------------------------------------
 */

#define TURNS 300

struct thief {
    char *place;
    volatile LONG stop, stolen, tries;
};

static LONG value_of(volatile LONG *word)
{
    return InterlockedCompareExchange(word, 0, 0);
}

/* Tries to have a piece of the window; with a placeholder there it is never free. */
static void steal(void *context)
{
    struct thief *thief = (struct thief *)context;

    while (!value_of(&thief->stop)) {
        void *memory = VirtualAlloc(thief->place, GRANULE, BOTH, PAGE_READWRITE);

        if (memory) {
            InterlockedIncrement(&thief->stolen);
            VirtualFree(memory, 0, MEM_RELEASE);
        }
        InterlockedIncrement(&thief->tries);
    }
}

TEST_DEADLINE(a_placeholder_is_never_free_in_between, "5.60", 60)
{
    struct thief thief = {.stop = 0};
    struct test_thread thread;
    HANDLE section;
    char *base;

    needs(CAN_COALESCE);
    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    base = new_placeholder(32);
    thief.place = base;
    preserve_pages(base, 16);
    test_thread_start(&thread, steal, &thief);
    ok(test_until(value_of(&thief.tries) > 0, 20000));
    for (unsigned i = 0; i < TURNS; i++) {
        view_pages(section, base, 0, 16);
        restore_view(base);
        replace_pages(base, 16);
        preserve_pages(base, 16);
        coalesce_pages(base, 32);
        preserve_pages(base, 16);
    }
    InterlockedExchange(&thief.stop, 1);
    test_thread_join(&thread);
    ok_eq(thief.stolen, 0);
    ok_layout(base, "P16 P16");
    release(base);
    release(base + GRANULE);
    drop(section, NULL);
}

struct worker {
    char *piece;
    HANDLE section;
    SIZE_T n_pages, first;
};

/* Each has its own piece of a window, which it replaces and restores. */
static void work(void *context)
{
    const struct worker *worker = (const struct worker *)context;

    for (unsigned i = 0; i < TURNS; i++) {
        view_pages(worker->section, worker->piece, worker->first, worker->n_pages);
        *(volatile uint32_t *)worker->piece = i;
        restore_view(worker->piece);
        replace_pages(worker->piece, worker->n_pages);
        *(volatile uint32_t *)worker->piece = i;
        preserve_pages(worker->piece, worker->n_pages);
    }
}

TEST_DEADLINE(threads_replace_pieces_of_one_window, "5.19 5.30 5.34", 60)
{
    enum { N = 4 };
    struct test_thread threads[N];
    struct worker workers[N];
    HANDLE section;
    char *base;

    needs(CAN_COALESCE);
    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, N * 4 * PAGE);
    base = new_placeholder(N * 4);
    for (unsigned i = 0; i + 1 < N; i++)
        preserve_pages(base + i * 4 * PAGE, 4);
    for (unsigned i = 0; i < N; i++) {
        workers[i] = (struct worker){base + i * 4 * PAGE, section, 4, i * 4};
        test_thread_start(&threads[i], work, &workers[i]);
    }
    for (unsigned i = 0; i < N; i++)
        test_thread_join(&threads[i]);
    ok_layout(base, "P4 P4 P4 P4");
    coalesce_pages(base, N * 4);
    release(base);
    drop(section, NULL);
}

/* --- two who want the same
 * ------------------------------------------------------------------------ */

struct racer {
    char *base;
    volatile LONG *go;
    LONG won;
};

static void race(void *context)
{
    struct racer *racer = (struct racer *)context;

    while (!value_of(racer->go))
        ;
    racer->won =
        allocate2(racer->base, GRANULE, REPLACE | MEM_COMMIT, PAGE_READWRITE) == racer->base;
}

TEST_DEADLINE(one_of_two_gets_a_placeholder, "5.6 5.15", 60)
{
    char *base;

    needs(CAN_REPLACE);
    base = new_placeholder(16);
    for (unsigned i = 0; i < 50; i++) {
        volatile LONG go = 0;
        struct racer racers[2] = {{base, &go, 0}, {base, &go, 0}};
        struct test_thread threads[2];

        for (unsigned k = 0; k < 2; k++)
            test_thread_start(&threads[k], race, &racers[k]);
        InterlockedExchange(&go, 1);
        for (unsigned k = 0; k < 2; k++)
            test_thread_join(&threads[k]);
        ok_eq(racers[0].won + racers[1].won, 1);
        preserve_pages(base, 16);
    }
    release(base);
}
