// SPDX-License-Identifier: MIT
/*
 * Lines of changes to pages that are there: VirtualProtect beside mprotect, and committing a page
 * in a view of a SEC_RESERVE section beside what carries it, ftruncate of the memfd. Each among
 * 10, 1,000 and 50,000 live views, to show how it grows.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <windows.h>

#include "bench/bench.h"
#include "bench/work.h"

#define PAGE 4096u

struct bare {
    int fd;
    volatile unsigned *last; /* of the live mappings */
    uint64_t size;           /* of the memfd that grows */
};

static void *map(int fd, size_t size)
{
    void *view = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (view == MAP_FAILED)
        bench_fail("mmap: errno %d", errno);
    return view;
}

/* @n_live mappings of one memfd, and one more to work on. */
static struct bare *bare_begin(unsigned n_live)
{
    static struct bare bare;

    bare.fd = (int)bench_must(memfd_create("bench", MFD_CLOEXEC), "memfd_create");
    bench_must(ftruncate(bare.fd, BENCH_VIEW_SIZE), "ftruncate");
    for (unsigned i = 0; i <= n_live; i++)
        bare.last = map(bare.fd, BENCH_VIEW_SIZE);
    return &bare;
}

/* --- protecting --------------------------------------------------------------------- */

static void *protect_begin(unsigned n_live)
{
    return bare_begin(n_live);
}

static uint64_t protect_run(void *state, unsigned n)
{
    const struct bare *bare = state;

    for (unsigned i = 0; i < n; i++) {
        int protection = i & 1 ? PROT_READ | PROT_WRITE : PROT_READ;

        if (mprotect((void *)bare->last, PAGE, protection) < 0)
            bench_fail("mprotect: errno %d", errno);
    }
    return 0;
}

/* --- committing --------------------------------------------------------------------- */

static void *commit_begin(unsigned n_live)
{
    struct bare *bare = bare_begin(n_live);

    bare->fd = (int)bench_must(memfd_create("bench", MFD_CLOEXEC), "memfd_create");
    bare->last = map(bare->fd, BENCH_RESERVE_SIZE);
    return bare;
}

static uint64_t commit_run(void *state, unsigned n)
{
    struct bare *bare = state;

    for (unsigned i = 0; i < n; i++) {
        bare->size += PAGE;
        if (ftruncate(bare->fd, (off_t)bare->size) < 0)
            bench_fail("ftruncate: errno %d", errno);
    }
    return 0;
}

static void commit_check(void *state)
{
    struct bare *bare = state;

    commit_run(bare, 1);
    bare->last[(bare->size - PAGE) / sizeof(*bare->last)] = BENCH_MAGIC;
}

/* clang-format off */
#define CHANGE_LINE(id_, title_, work_, n_, text_, begin_, run_, check_, target_)                  \
    {                                                                                              \
        .id = id_, .title = title_ ", " text_ " live views", .unit = BENCH_NS,                     \
        .parameter = n_, .smoke_parameter = n_ > 500 ? 500 : 0, .ratio_target = target_,           \
        .wine = n_ > 10000 ? NULL : work_,                                                         \
        .subjects = {                                                                              \
            {.name = "ours", .work = work_},                                                       \
            {.name = "bare", .begin = begin_, .run = run_, .check = check_},                       \
        },                                                                                         \
    }
#define PROTECT_LINE(id_, n_, text_)                                                               \
    CHANGE_LINE(id_, "VirtualProtect of a page of a view", "protect", n_, text_, protect_begin,    \
                protect_run, NULL, 1.15)
#define COMMIT_LINE(id_, n_, text_)                                                                \
    CHANGE_LINE(id_, "commit of the next page in a SEC_RESERVE view", "commit", n_, text_,         \
                commit_begin, commit_run, commit_check, 0)

const struct bench_line bench_change_lines[] = {
    PROTECT_LINE("protect_10", 10, "10"),
    PROTECT_LINE("protect_1000", 1000, "1,000"),
    PROTECT_LINE("protect_50000", 50000, "50,000"),
    COMMIT_LINE("commit_10", 10, "10"),
    COMMIT_LINE("commit_1000", 1000, "1,000"),
    COMMIT_LINE("commit_50000", 50000, "50,000"),
    {.id = NULL},
};
/* clang-format on */
