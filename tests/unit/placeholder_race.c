// SPDX-License-Identifier: MIT
/*
 * See placeholder_race.h. Two threads replace: each has a piece of its own, by turns with private
 * memory and with a view. Two intrude.
 */
#include "unit/placeholder_race.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "harness/test.h"
#include "lib/object/object.h"
#include "unit/placeholder_kit.h"

#define N_PIECES   2
#define PIECE      (5 * PAGE) /* no multiple of 64 KiB */
#define AREA       (4 * PIECE)
#define MAP_NOBODY (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE)

static uint64_t area;
static HANDLE section;
static _Atomic bool over;
static bool ends_at_first;
static _Atomic uint64_t n_rounds, n_refused, n_intruded, n_failures;

static void replace(void *context)
{
    uint64_t piece = area + PIECE * (1 + *(const unsigned *)context);

    for (unsigned turn = 0; !over; turn++) {
        NTSTATUS status;

        if (turn % 2) {
            status = kit_replace(piece, PIECE);
            if (NT_SUCCESS(status))
                status = kit_split(piece, PIECE);
        } else {
            status = kit_map(section, piece, PIECE, 0);
            if (NT_SUCCESS(status))
                status = nt_view_unmap((void *)piece, MEM_PRESERVE_PLACEHOLDER);
        }
        n_rounds++;
        n_failures += !NT_SUCCESS(status);
    }
}

static void intrude(void *context)
{
    uint64_t random = 1 + *(const unsigned *)context;

    while (!over) {
        char *wanted, *got;

        random = random * 6364136223846793005 + 1442695040888963407;
        wanted = (char *)area + (random >> 33) % (AREA / PAGE) * PAGE;
        got = mmap(wanted, PAGE, PROT_NONE, MAP_NOBODY, -1, 0);
        if (got == MAP_FAILED) {
            n_refused += errno == EEXIST;
            continue;
        }
        n_intruded++;
        munmap(got, PAGE);
        if (ends_at_first)
            over = true;
    }
}

struct race_result race_run(unsigned milliseconds, int until_first)
{
    static const unsigned numbers[N_PIECES] = {0, 1};
    struct test_thread replacing[N_PIECES], intruding[N_PIECES];

    area = kit_reserve(AREA);
    section = kit_section(SLOT, SEC_COMMIT);
    ends_at_first = until_first;
    for (unsigned i = 0; i < N_PIECES; i++) {
        ok_status(kit_split(area + PIECE * (1 + i), PIECE), STATUS_SUCCESS);
    }
    for (unsigned i = 0; i < N_PIECES; i++) {
        test_thread_start(&replacing[i], replace, (void *)&numbers[i]);
        test_thread_start(&intruding[i], intrude, (void *)&numbers[i]);
    }
    (void)test_until(over, milliseconds);
    /* On a busy machine somebody may not have had his turn yet. */
    (void)test_until(over || (n_rounds > 0 && n_refused > 0), 20000);
    over = true;
    for (unsigned i = 0; i < N_PIECES; i++) {
        test_thread_join(&replacing[i]);
        test_thread_join(&intruding[i]);
    }
    kit_clear(area, area + AREA);
    nt_handle_close(section);
    return (struct race_result){n_rounds, n_refused, n_intruded, n_failures};
}
