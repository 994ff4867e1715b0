// SPDX-License-Identifier: MIT
/*
 * The memory of an emulator's guest: a section of 4 GiB that stands for its physical memory, and
 * a placeholder of 512 GiB in which two threads map pieces of it, 64 KiB to 16 MiB, wherever the
 * guest wants them, the same piece at several addresses too, and take them away again. Nothing
 * may fail, every address of a piece must show the same, the kernel must not keep more mappings
 * than there are pieces and gaps, and in the end all is one placeholder again.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <windows.h>

#include "harness/core.h"
#include "stress/rounds.h"

#define KIB       ((uint64_t)1024)
#define MIB       (1024 * KIB)
#define GIB       (1024 * MIB)
#define GUEST     (4 * GIB)
/* ThreadSanitizer leaves no 512 GiB for anybody. */
#define SPACE     (TEST_SANITIZED ? 64 * GIB : 512 * GIB)
#define UNIT      (64 * KIB)
#define MOST      (16 * MIB)
#define BLOCK     MIB /* where pieces of the section begin */
#define N_BLOCKS  (GUEST / BLOCK)
#define N_THREADS 2u
#define MAX_LIVE  32u
#define CYCLES    NT_ROUNDS(2000u, 100000u) /* of both threads */

struct piece {
    uint64_t at, size; /* in the thread's part of the space */
    uint64_t block;    /* of the section */
};

struct guest {
    HANDLE section;
    char *space;
    atomic_uint n_failed;
};

struct worker {
    struct guest *guest;
    unsigned number;
    char *low; /* its part of the space */
    uint64_t size;
    uint64_t random, counter;
    struct piece live[MAX_LIVE]; /* by address */
    unsigned n_live;
    uint64_t written[N_BLOCKS]; /* what this thread last wrote into each block */
    char said[200];
    pthread_t thread;
};

static void fail(struct worker *worker, const char *what, DWORD error)
{
    if (atomic_fetch_add(&worker->guest->n_failed, 1) == 0)
        snprintf(worker->said, sizeof(worker->said), "%s: error %u, %u pieces live", what,
                 (unsigned)error, worker->n_live);
}

static uint64_t draw(struct worker *worker, uint64_t n)
{
    worker->random = worker->random * 6364136223846793005u + 1442695040888963407u;
    return (worker->random >> 20) % n;
}

/* --- one piece ---------------------------------------------------------------------- */

/* The gap before live piece number @i, or behind the last. */
static void gap(const struct worker *worker, unsigned i, uint64_t *ret_low, uint64_t *ret_high)
{
    *ret_low = i ? worker->live[i - 1].at + worker->live[i - 1].size : 0;
    *ret_high = i < worker->n_live ? worker->live[i].at : worker->size;
}

/* This thread's own word of a block, at an address that shows it. */
static volatile uint64_t *word_of(const struct worker *worker, const struct piece *piece)
{
    return (volatile uint64_t *)(worker->low + piece->at) + worker->number;
}

static void check_content(struct worker *worker, const struct piece *piece)
{
    volatile uint64_t *word = word_of(worker, piece);

    if (*word != worker->written[piece->block])
        fail(worker, "a piece does not show what was written", 0);
    *word = ++worker->counter;
    worker->written[piece->block] = worker->counter;
    for (unsigned i = 0; i < worker->n_live; i++) {
        if (worker->live[i].block == piece->block &&
            *word_of(worker, &worker->live[i]) != worker->counter)
            fail(worker, "a mirror shows something else", 0);
    }
    /* The last byte is there as well. */
    if (*(volatile char *)(worker->low + piece->at + piece->size - 1) != 0)
        fail(worker, "the end of a piece is not zero", 0);
}

static void map_piece(struct worker *worker)
{
    struct piece piece = {.size = UNIT << draw(worker, 9)};
    unsigned i = (unsigned)draw(worker, worker->n_live + 1);
    uint64_t low, high;
    char *address;

    gap(worker, i, &low, &high);
    if (high - low < piece.size)
        return;
    piece.at = low + draw(worker, (high - low - piece.size) / UNIT + 1) * UNIT;
    /* Of some blocks there are always several: video memory, and what is mirrored. */
    piece.block = draw(worker, draw(worker, 2) ? 4 : N_BLOCKS - MOST / BLOCK);
    address = worker->low + piece.at;
    if (piece.size < high - low &&
        !VirtualFree(address, piece.size, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER))
        fail(worker, "split", GetLastError());
    if (MapViewOfFile3(worker->guest->section, NULL, address, piece.block * BLOCK, piece.size,
                       MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0) != address) {
        fail(worker, "MapViewOfFile3", GetLastError());
        return;
    }
    memmove(&worker->live[i + 1], &worker->live[i], (worker->n_live - i) * sizeof(worker->live[0]));
    worker->live[i] = piece;
    worker->n_live++;
    check_content(worker, &piece);
}

static void unmap_piece(struct worker *worker, unsigned i)
{
    struct piece piece = worker->live[i];
    uint64_t low, high;

    check_content(worker, &piece);
    if (!UnmapViewOfFile2(GetCurrentProcess(), worker->low + piece.at, MEM_PRESERVE_PLACEHOLDER))
        fail(worker, "UnmapViewOfFile2", GetLastError());
    worker->n_live--;
    memmove(&worker->live[i], &worker->live[i + 1], (worker->n_live - i) * sizeof(worker->live[0]));
    gap(worker, i, &low, &high);
    if (high - low > piece.size &&
        !VirtualFree(worker->low + low, high - low, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS))
        fail(worker, "coalesce", GetLastError());
}

/* --- the kernel's view -------------------------------------------------------------- */

static unsigned mappings_in(const char *low, uint64_t size)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    unsigned long start, end;
    unsigned n = 0;
    char line[512];

    require(maps != NULL);
    while (fgets(line, sizeof(line), maps)) {
        if (sscanf(line, "%lx-%lx", &start, &end) == 2 && end > (uintptr_t)low &&
            start < (uintptr_t)low + size)
            n++;
    }
    fclose(maps);
    return n;
}

/* Of this thread's part alone, which nobody else changes. */
static void check_mappings(struct worker *worker)
{
    unsigned n = mappings_in(worker->low, worker->size);

    /*
     * Beside each piece a gap; the parts' edges may lie inside a gap of the other's. The text is
     * not of one moment: while the other cuts that gap, it can be told twice. So look again.
     */
    for (int i = 0; i < 5 && n > 2 * worker->n_live + 1; i++)
        n = mappings_in(worker->low, worker->size);
    if (n > 2 * worker->n_live + 1)
        fail(worker, "more mappings than pieces and gaps", n);
}

static void *work(void *context)
{
    struct worker *worker = context;

    for (unsigned i = 0; i < CYCLES / N_THREADS && !atomic_load(&worker->guest->n_failed);) {
        unsigned before = worker->n_live;

        if (worker->n_live == MAX_LIVE || (worker->n_live && draw(worker, 2)))
            unmap_piece(worker, (unsigned)draw(worker, worker->n_live));
        else
            map_piece(worker);
        i += worker->n_live < before; /* replaced and restored */
        if (i % 512 == 0)
            check_mappings(worker);
    }
    while (worker->n_live && !atomic_load(&worker->guest->n_failed))
        unmap_piece(worker, worker->n_live - 1);
    return NULL;
}

static void run_workers(struct guest *guest)
{
    static struct worker workers[N_THREADS];

    memset(workers, 0, sizeof(workers));
    for (unsigned i = 0; i < N_THREADS; i++) {
        workers[i].guest = guest;
        workers[i].number = i;
        workers[i].size = SPACE / N_THREADS;
        workers[i].low = guest->space + i * workers[i].size;
        workers[i].random = i + 1;
        require(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
    }
    for (unsigned i = 0; i < N_THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        ok(workers[i].said[0] == '\0', "thread %u: %s", i, workers[i].said);
    }
}

TEST_DEADLINE(guest_memory_is_mapped_and_taken_away, "5.18 5.19 5.20 5.30 5.37 5.47 5.56 3.33", 600)
{
    struct guest guest = {.n_failed = 0};
    MEMORY_BASIC_INFORMATION info;

    guest.section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE,
                                       (DWORD)(GUEST >> 32), (DWORD)GUEST, NULL);
    guest.space = VirtualAlloc2(NULL, NULL, SPACE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
                                PAGE_NOACCESS, NULL, 0);
    require(guest.section && guest.space, "error %u", (unsigned)GetLastError());
    ok_eq(mappings_in(guest.space, SPACE), 1);
    ok_succeeds(
        VirtualFree(guest.space, SPACE / N_THREADS, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    ok_eq(mappings_in(guest.space, SPACE), 1);
    run_workers(&guest);
    ok_eq(mappings_in(guest.space, SPACE), 1);
    ok_succeeds(VirtualFree(guest.space, SPACE, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS));
    ok_eq(VirtualQuery(guest.space, &info, sizeof(info)), sizeof(info));
    ok_eq(info.RegionSize, SPACE);
    ok_eq(info.State, MEM_RESERVE);
    ok_succeeds(VirtualFree(guest.space, 0, MEM_RELEASE));
    ok_succeeds(CloseHandle(guest.section));
}
