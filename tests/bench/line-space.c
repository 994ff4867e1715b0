// SPDX-License-Identifier: MIT
/*
 * Lines of the address space: placeholders replaced and restored beside two mmap calls that do
 * the same, memory and large reservations beside mmap and munmap, and how they grow.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <windows.h>

#include "bench/bench.h"
#include "bench/work.h"

#ifdef __SANITIZE_THREAD__
#    define LARGE ((size_t)64 << 30)
#else
#    define LARGE ((size_t)16 << 40)
#endif
#define OWNED      (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)
#define READ_WRITE (PROT_READ | PROT_WRITE)

struct bare {
    int fd;
    char *piece;
};

static char *map(void *at, size_t size, int protection, int flags, int fd)
{
    char *memory = mmap(at, size, protection, flags, fd, 0);

    if (memory == MAP_FAILED)
        bench_fail("mmap: errno %d", errno);
    return memory;
}

/* --- placeholders ------------------------------------------------------------------- */

/* @n_live mappings of a memfd with a gap beside each, and one gap to work on. */
static void *hold_begin(unsigned n_live)
{
    static struct bare bare;
    char *space = map(NULL, (2 * (size_t)n_live + 1) * BENCH_VIEW_SIZE, PROT_NONE, OWNED, -1);

    bare.fd = (int)bench_must(memfd_create("bench", MFD_CLOEXEC), "memfd_create");
    bench_must(ftruncate(bare.fd, BENCH_VIEW_SIZE), "ftruncate");
    for (size_t i = 1; i < 2 * (size_t)n_live; i += 2)
        map(space + i * BENCH_VIEW_SIZE, BENCH_VIEW_SIZE, READ_WRITE, MAP_SHARED | MAP_FIXED,
            bare.fd);
    bare.piece = space + 2 * (size_t)n_live * BENCH_VIEW_SIZE;
    return &bare;
}

static uint64_t hold_view_run(void *state, unsigned n)
{
    const struct bare *bare = state;

    for (unsigned i = 0; i < n; i++) {
        map(bare->piece, BENCH_VIEW_SIZE, READ_WRITE, MAP_SHARED | MAP_FIXED, bare->fd);
        map(bare->piece, BENCH_VIEW_SIZE, PROT_NONE, OWNED | MAP_FIXED, -1);
    }
    return 0;
}

static uint64_t hold_memory_run(void *state, unsigned n)
{
    const struct bare *bare = state;

    for (unsigned i = 0; i < n; i++) {
        map(bare->piece, BENCH_VIEW_SIZE, READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1);
        map(bare->piece, BENCH_VIEW_SIZE, PROT_NONE, OWNED | MAP_FIXED, -1);
    }
    return 0;
}

/* --- memory ------------------------------------------------------------------------- */

static void *memory_begin(unsigned n_live)
{
    for (unsigned i = 0; i < n_live; i++)
        map(NULL, BENCH_VIEW_SIZE, i % 2 ? READ_WRITE : PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    return NULL;
}

static uint64_t memory_run(void *state, unsigned n)
{
    (void)state;
    for (unsigned i = 0; i < n; i++) {
        char *memory = map(NULL, BENCH_VIEW_SIZE, READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

        if (munmap(memory, BENCH_VIEW_SIZE) < 0)
            bench_fail("munmap: errno %d", errno);
    }
    return 0;
}

static uint64_t large_run(void *state, unsigned n)
{
    (void)state;
    for (unsigned i = 0; i < n; i++) {
        char *memory = map(NULL, LARGE, PROT_NONE, OWNED, -1);

        if (mprotect(memory + LARGE / 2, 4096, READ_WRITE) < 0 || munmap(memory, LARGE) < 0)
            bench_fail("mprotect or munmap: errno %d", errno);
    }
    return 0;
}

/* Wine writes a byte for each page that is reserved: 16 TiB are too much for it. */
/* clang-format off */
#define GROWTH_LINE(id_, title_, work_, n_, target_, wine_, begin_, run_)                          \
    {                                                                                              \
        .id = id_, .title = title_, .parameter = n_, .smoke_parameter = n_ > 500 ? 500 : 0,        \
        .ratio_target = target_, .wine = wine_,                                                    \
        .subjects = {                                                                              \
            {.name = "ours", .work = work_},                                                       \
            {.name = "bare", .begin = begin_, .run = run_},                                        \
        },                                                                                         \
    }
#define HOLD_LINE(id_, n_, text_)                                                                  \
    GROWTH_LINE(id_, "placeholder replaced by a view and restored, " text_, "placeholder_view",    \
                n_, 1.15, NULL, hold_begin, hold_view_run)
#define MEMORY_LINE(id_, n_, text_, wine_)                                                         \
    GROWTH_LINE(id_, "VirtualAlloc and VirtualFree of 64 KiB, " text_, "allocate", n_, 1.15,       \
                wine_, memory_begin, memory_run)
#define QUERY_LINE(id_, n_, text_)                                                                 \
    {                                                                                              \
        .id = id_, .title = "VirtualQuery of a placeholder, " text_, .unit = BENCH_NS,             \
        .parameter = n_, .smoke_parameter = n_ > 500 ? 500 : 0,                                    \
        .subjects = {{.name = "ours", .work = "placeholder_query"}},                               \
    }

const struct bench_line bench_space_lines[] = {
    HOLD_LINE("placeholder_view_0", 0, "alone"),
    HOLD_LINE("placeholder_view_10", 5, "10 regions"),
    HOLD_LINE("placeholder_view_1000", 500, "1,000 regions"),
    HOLD_LINE("placeholder_view_60000", 30000, "60,000 regions"),
    GROWTH_LINE("placeholder_memory", "placeholder replaced by memory and restored",
                "placeholder_memory", 0, 1.15, NULL, hold_begin, hold_memory_run),
    QUERY_LINE("placeholder_query_10", 5, "10 regions"),
    QUERY_LINE("placeholder_query_60000", 30000, "60,000 regions"),
    MEMORY_LINE("allocate_0", 0, "no other", "allocate"),
    MEMORY_LINE("allocate_10", 10, "10 others", NULL),
    MEMORY_LINE("allocate_1000", 1000, "1,000 others", "allocate"),
    MEMORY_LINE("allocate_60000", 60000, "60,000 others", NULL),
    GROWTH_LINE("reserve_large", "16 TiB reserved, a page of it committed, all freed",
                "reserve_large", 0, 1.15, NULL, memory_begin, large_run),
    {.id = NULL},
};
/* clang-format on */
