// SPDX-License-Identifier: MIT
/*
 * Lines of write watch: 256 MiB in which one page in a hundred was written, looked at and reset by
 * GetWriteWatch, beside the bare system call that finds them. Only the look is timed, not the
 * writes before it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <windows.h>

#include "bench/bench.h"

#define PAGE                   4096u
#define N_PAGES                65536u
#define N_DIRTY                655u
#define SIZE                   ((size_t)N_PAGES * PAGE)

/* What linux/userfaultfd.h and linux/fs.h of Linux 6.7 say; older headers do not have it. */
#define USER_MODE_ONLY         1
#define FEATURE_WP_UNPOPULATED (1u << 13)
#define FEATURE_WP_ASYNC       (1u << 15)

struct scan_region {
    uint64_t start, end, categories;
};

struct scan {
    uint64_t size, flags;
    uint64_t start, end, walk_end;
    uint64_t regions, n_regions, max_pages;
    uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};

#define SCAN             _IOWR('f', 16, struct scan)
#define SCAN_WP_MATCHING 1u
#define SCAN_WRITTEN     2u

struct watch {
    volatile char *memory;
    unsigned n_dirty;
    unsigned shift; /* other pages each time */
    void **addresses;
    struct scan_region *regions;
    int pagemap;
};

static struct watch *new_watch(unsigned n_dirty)
{
    struct watch *watch = calloc(1, sizeof(*watch));

    if (watch)
        watch->addresses = calloc(N_PAGES, sizeof(void *));
    if (watch)
        watch->regions = calloc(N_PAGES, sizeof(*watch->regions));
    if (!watch || !watch->addresses || !watch->regions)
        bench_fail("no memory");
    watch->n_dirty = n_dirty;
    return watch;
}

/* Every page has memory before the first look, in both. */
static void fill(struct watch *watch)
{
    for (size_t i = 0; i < N_PAGES; i++)
        watch->memory[i * PAGE] = 1;
}

static void make_dirty(struct watch *watch)
{
    watch->shift++;
    for (size_t i = 0; i < watch->n_dirty; i++)
        watch->memory[(i * 100 + (watch->shift + i) * 7919 % 100) * PAGE] += 1;
}

/* Does @n looks; the time of the looks alone. */
static uint64_t run_looks(struct watch *watch, unsigned n, void (*look)(struct watch *watch))
{
    uint64_t ns = 0;

    for (unsigned i = 0; i < n; i++) {
        uint64_t start;

        make_dirty(watch);
        start = bench_now_ns();
        look(watch);
        ns += bench_now_ns() - start;
    }
    return ns;
}

/* --- ours --------------------------------------------------------------------------- */

static void ours_look(struct watch *watch)
{
    ULONG_PTR count = N_PAGES;
    DWORD granularity;

    if (GetWriteWatch(WRITE_WATCH_FLAG_RESET, (void *)watch->memory, SIZE, watch->addresses, &count,
                      &granularity) != 0)
        bench_fail("GetWriteWatch: error %u", (unsigned)GetLastError());
    if (count != watch->n_dirty)
        bench_fail("%u pages are told, not %u", (unsigned)count, watch->n_dirty);
}

static void *ours_begin(unsigned n_dirty)
{
    struct watch *watch = new_watch(n_dirty == 1 ? 0 : n_dirty);

    watch->memory =
        VirtualAlloc(NULL, SIZE, MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH, PAGE_READWRITE);
    if (!watch->memory)
        bench_skip("no write watch: error %u", (unsigned)GetLastError());
    fill(watch);
    if (ResetWriteWatch((void *)watch->memory, SIZE) != 0)
        bench_fail("ResetWriteWatch: error %u", (unsigned)GetLastError());
    return watch;
}

static uint64_t ours_run(void *state, unsigned n)
{
    return run_looks(state, n, ours_look);
}

/* --- the system call ---------------------------------------------------------------- */

static void bare_look(struct watch *watch)
{
    struct scan scan = {
        .size = sizeof(scan),
        .flags = SCAN_WP_MATCHING,
        .start = (uintptr_t)watch->memory,
        .end = (uintptr_t)watch->memory + SIZE,
        .regions = (uintptr_t)watch->regions,
        .n_regions = N_PAGES,
        .category_mask = SCAN_WRITTEN,
        .return_mask = SCAN_WRITTEN,
    };
    int n = ioctl(watch->pagemap, SCAN, &scan);
    uint64_t n_pages = 0;

    for (int i = 0; i < n; i++)
        n_pages += (watch->regions[i].end - watch->regions[i].start) / PAGE;
    if (n < 0 || n_pages != watch->n_dirty)
        bench_fail("PAGEMAP_SCAN: %d regions of %u pages", n, (unsigned)n_pages);
}

static void *bare_begin(unsigned n_dirty)
{
    struct watch *watch = new_watch(n_dirty == 1 ? 0 : n_dirty);
    struct uffdio_api api = {.api = UFFD_API,
                             .features = FEATURE_WP_ASYNC | FEATURE_WP_UNPOPULATED};
    struct uffdio_register range = {.mode = UFFDIO_REGISTER_MODE_WP};
    struct uffdio_writeprotect protect = {.mode = UFFDIO_WRITEPROTECT_MODE_WP};
    int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | USER_MODE_ONLY);

    if (fd < 0 || ioctl(fd, UFFDIO_API, &api) < 0)
        bench_skip("this kernel has no asynchronous write protection");
    watch->memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (watch->memory == MAP_FAILED)
        bench_fail("mmap: errno %d", errno);
    range.range.start = protect.range.start = (uintptr_t)watch->memory;
    range.range.len = protect.range.len = SIZE;
    bench_must(ioctl(fd, UFFDIO_REGISTER, &range), "UFFDIO_REGISTER");
    bench_must(ioctl(fd, UFFDIO_WRITEPROTECT, &protect), "UFFDIO_WRITEPROTECT");
    fill(watch);
    bench_must(ioctl(fd, UFFDIO_WRITEPROTECT, &protect), "UFFDIO_WRITEPROTECT");
    watch->pagemap = (int)bench_must(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC), "pagemap");
    return watch;
}

static uint64_t bare_run(void *state, unsigned n)
{
    return run_looks(state, n, bare_look);
}

/* clang-format off */
const struct bench_line bench_watch_lines[] = {
    {
        .id = "watch_dirty",
        .title = "GetWriteWatch with reset, 256 MiB, 655 pages written",
        .parameter = N_DIRTY, .batch = 4, .divisor = 2,
        .ratio_target = 1.15,
        .subjects = {
            {.name = "ours", .begin = ours_begin, .run = ours_run},
            {.name = "bare", .begin = bare_begin, .run = bare_run},
        },
    },
    {
        .id = "watch_clean",
        .title = "GetWriteWatch with reset, 256 MiB, nothing written",
        .parameter = 1, .batch = 8, .divisor = 2, /* 1: none */
        .ratio_target = 1.15,
        .subjects = {
            {.name = "ours", .begin = ours_begin, .run = ours_run},
            {.name = "bare", .begin = bare_begin, .run = bare_run},
        },
    },
    {.id = NULL},
};
/* clang-format on */
