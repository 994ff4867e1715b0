// SPDX-License-Identifier: MIT
/*
 * Lines of unnamed sections and their views, beside the bare system calls.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <windows.h>

#include "bench/bench.h"

#ifndef MFD_NOEXEC_SEAL
#    define MFD_NOEXEC_SEAL 0x0008U
#endif

static unsigned memfd_flags(void)
{
    static unsigned flags;

    if (!flags) {
        int fd = memfd_create("bench", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);

        flags = MFD_CLOEXEC | MFD_ALLOW_SEALING | (fd < 0 ? 0 : MFD_NOEXEC_SEAL);
        if (fd >= 0)
            close(fd);
    }
    return flags;
}

static int new_memfd(void)
{
    int fd = memfd_create("bench", memfd_flags());

    if (fd < 0 || ftruncate(fd, BENCH_SECTION_SIZE) < 0 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
        bench_fail("memfd: errno %d", errno);
    return fd;
}

static void *map_memfd(int fd)
{
    void *view = mmap(NULL, BENCH_SECTION_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (view == MAP_FAILED)
        bench_fail("mmap: errno %d", errno);
    return view;
}

static void *bare_begin(unsigned parameter)
{
    (void)parameter;
    (void)memfd_flags();
    return NULL;
}

static uint64_t bare_cycle(void *state, unsigned n)
{
    (void)state;
    for (unsigned i = 0; i < n; i++) {
        int fd = new_memfd();
        volatile unsigned char *view = map_memfd(fd);

        if (*view != 0)
            bench_fail("a new memfd is not zero");
        *view = 1;
        munmap((void *)view, BENCH_SECTION_SIZE);
        close(fd);
    }
    return 0;
}

/* What a program without this library would take for such memory: a name that is removed. */
static uint64_t posix_cycle(void *state, unsigned n)
{
    (void)state;
    for (unsigned i = 0; i < n; i++) {
        int fd = shm_open("/ntshm-bench-cycle", O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
        volatile unsigned char *view;

        if (fd < 0 || shm_unlink("/ntshm-bench-cycle") < 0 || ftruncate(fd, BENCH_SECTION_SIZE) < 0)
            bench_fail("shm_open: errno %d", errno);
        view = map_memfd(fd);
        *view = 1;
        munmap((void *)view, BENCH_SECTION_SIZE);
        close(fd);
    }
    return 0;
}

/* --- views among others ------------------------------------------------------------- */

struct bare_views {
    int fd;
    volatile unsigned *last;
};

static void *views_begin(unsigned n_live)
{
    static struct bare_views views;

    views.fd = new_memfd();
    for (unsigned i = 0; i < n_live; i++)
        views.last = map_memfd(views.fd);
    return &views;
}

static uint64_t views_run(void *state, unsigned n)
{
    const struct bare_views *views = state;

    for (unsigned i = 0; i < n; i++) {
        void *view = map_memfd(views->fd);

        if (munmap(view, BENCH_SECTION_SIZE) < 0)
            bench_fail("munmap: errno %d", errno);
    }
    return 0;
}

static void views_check(void *state)
{
    const struct bare_views *views = state;
    volatile unsigned *view = map_memfd(views->fd);

    *view = 77;
    if (views->last && *views->last != 77)
        bench_fail("a live view does not show its memfd");
    munmap((void *)view, BENCH_SECTION_SIZE);
}

/* --- two threads at once ------------------------------------------------------------ */

struct pair {
    void (*once)(struct pair *pair);
    int fd;
    HANDLE section;
    pthread_t thread;
    _Atomic unsigned order; /* counts batches; the second thread waits for the next */
    _Atomic unsigned at_start, at_end;
    unsigned n;
};

static void once_bare(struct pair *pair)
{
    munmap(map_memfd(pair->fd), BENCH_SECTION_SIZE);
}

static void once_ours(struct pair *pair)
{
    void *view = MapViewOfFile(pair->section, FILE_MAP_WRITE, 0, 0, 0);

    if (!view || !UnmapViewOfFile(view))
        bench_fail("map and unmap: error %lu", (unsigned long)GetLastError());
}

static void meet(_Atomic unsigned *count, unsigned until)
{
    atomic_fetch_add(count, 1);
    while (atomic_load(count) < until)
        ;
}

static void *second_thread(void *argument)
{
    struct pair *pair = argument;

    bench_pin(0, BENCH_TWO_CPUS, true);
    for (unsigned batch = 1;; batch++) {
        while (atomic_load(&pair->order) < batch)
            usleep(50);
        meet(&pair->at_start, 2 * batch);
        for (unsigned i = 0; i < pair->n; i++)
            pair->once(pair);
        meet(&pair->at_end, 2 * batch);
    }
    return NULL;
}

/* Beside @n_live views that stay. */
static void *pair_begin(void (*once)(struct pair *pair), unsigned n_live)
{
    struct pair *pair = calloc(1, sizeof(*pair));

    if (!pair)
        bench_fail("no memory");
    pair->once = once;
    if (once == once_ours) {
        pair->section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
                                           BENCH_SECTION_SIZE, NULL);
        if (!pair->section)
            bench_fail("CreateFileMapping: error %lu", (unsigned long)GetLastError());
    } else {
        pair->fd = new_memfd();
    }
    for (unsigned i = 0; i < n_live; i++) {
        if (once == once_bare)
            map_memfd(pair->fd);
        else if (!MapViewOfFile(pair->section, FILE_MAP_WRITE, 0, 0, 0))
            bench_fail("a live view: error %lu", (unsigned long)GetLastError());
    }
    errno = pthread_create(&pair->thread, NULL, second_thread, pair);
    if (errno)
        bench_fail("pthread_create: errno %d", errno);
    return pair;
}

static void *pair_begin_bare(unsigned parameter)
{
    return pair_begin(once_bare, parameter);
}

static void *pair_begin_ours(unsigned parameter)
{
    return pair_begin(once_ours, parameter);
}

/* From when both are there until both have done @n: the time of one operation of one thread. */
static uint64_t pair_run(void *state, unsigned n)
{
    struct pair *pair = state;
    unsigned batch = atomic_load(&pair->order) + 1;
    uint64_t began;

    pair->n = n;
    atomic_store(&pair->order, batch);
    meet(&pair->at_start, 2 * batch);
    began = bench_now_ns();
    for (unsigned i = 0; i < n; i++)
        pair->once(pair);
    meet(&pair->at_end, 2 * batch);
    return bench_now_ns() - began;
}

/* clang-format off */
#define VIEWS_LINE(id_, n_, text_, target_, wine_)                                                 \
    {                                                                                              \
        .id = id_, .title = "map and unmap a view of 64 KiB, " text_ " live views",                \
        .parameter = n_, .smoke_parameter = n_ > 500 ? 500 : 0, .ratio_target = target_,           \
        .wine = wine_,                                                                             \
        .subjects = {                                                                              \
            {.name = "ours", .work = "views"},                                                     \
            {.name = "bare", .begin = views_begin, .run = views_run, .check = views_check},        \
        },                                                                                         \
    }

const struct bench_line bench_section_lines[] = {
    {
        .id = "unnamed_cycle",
        .title = "unnamed section of 64 KiB: create, map, touch, unmap, close",
        .ratio_target = 1.15,
        .wine = "unnamed_cycle",
        .subjects = {
            {.name = "ours", .work = "unnamed_cycle"},
            {.name = "bare", .begin = bare_begin, .run = bare_cycle},
            {.name = "shm_open+unlink", .begin = bare_begin, .run = posix_cycle},
        },
    },
    VIEWS_LINE("views_0", 0, "no other", 1.10, "views"),
    VIEWS_LINE("views_10", 10, "10", 1.10, "views"),
    VIEWS_LINE("views_1000", 1000, "1,000", 1.10, "views"),
    VIEWS_LINE("views_50000", 50000, "50,000", 1.15, NULL),
    VIEWS_LINE("views_60000", 60000, "60,000", 1.15, NULL),
    {
        .id = "views_two_threads",
        .title = "map and unmap a view of 64 KiB, two threads at once (a thread's operation)",
        .n_threads = 2, .ratio_target = 1.25,
        .subjects = {
            {.name = "ours", .begin = pair_begin_ours, .run = pair_run},
            {.name = "bare", .begin = pair_begin_bare, .run = pair_run},
        },
    },
    {
        .id = "views_two_threads_60000",
        .title = "the same, 60,000 live views",
        .n_threads = 2, .ratio_target = 1.25, .parameter = 60000, .smoke_parameter = 500,
        .subjects = {
            {.name = "ours", .begin = pair_begin_ours, .run = pair_run},
            {.name = "bare", .begin = pair_begin_bare, .run = pair_run},
        },
    },
    {.id = NULL},
};
/* clang-format on */
