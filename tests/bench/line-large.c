// SPDX-License-Identifier: MIT
/*
 * Lines of the size of pages: making 1 GiB of memory and touching each page of it for the first
 * time, with pages of 4 KiB, with those that the kernel joins by itself (THP), and with 2 MiB pages
 * of the pool. Beside it what does the same without this library. What is timed ends with the last
 * touch; giving the memory back is not.
 *
 * The pool is filled here, by root, when it has too few pages, and put back by a process of its own
 * at the subject's end, whatever that is.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <windows.h>

#include "bench/bench.h"

#ifndef MFD_HUGETLB
#    define MFD_HUGETLB 0x0004U
#endif

#define PAGE 4096u
#define POOL "/sys/kernel/mm/hugepages/hugepages-%lukB/%s"

struct subject {
    size_t size;
    size_t step; /* between two touches */
    unsigned long old_pages;
    int alive_fd; /* -1: the pool is as it was */
    pid_t guard;
};

static uint64_t touch(unsigned char *memory, const struct subject *subject, uint64_t since)
{
    for (size_t i = 0; i < subject->size; i += subject->step)
        *(volatile unsigned char *)(memory + i) = 1;
    return bench_now_ns() - since;
}

static void *begin(unsigned parameter, size_t step)
{
    struct subject *subject = calloc(1, sizeof(*subject));

    if (!subject)
        bench_fail("no memory");
    subject->size = (size_t)parameter << 20;
    subject->step = step;
    subject->alive_fd = -1;
    return subject;
}

/* Ordinary pages, also where the kernel would join them unasked. */
static void *small_begin(unsigned parameter)
{
    bench_must(prctl(PR_SET_THP_DISABLE, 1L, 0L, 0L, 0L), "prctl");
    return begin(parameter, PAGE);
}

static void *joined_begin(unsigned parameter)
{
    return begin(parameter, PAGE);
}

/* --- the pool ------------------------------------------------------------------------------- */

static const char *pool_file(const char *name)
{
    static char path[128];

    snprintf(path, sizeof(path), POOL, (unsigned long)GetLargePageMinimum() >> 10, name);
    return path;
}

static void set_pool(unsigned long pages)
{
    FILE *file = fopen(pool_file("nr_hugepages"), "we");

    if (file) {
        fprintf(file, "%lu", pages);
        fclose(file);
    }
}

static void start_guard(struct subject *subject)
{
    int ends[2];
    char byte;

    bench_must(pipe2(ends, O_CLOEXEC), "pipe2");
    subject->guard = (pid_t)bench_must(fork(), "fork");
    if (subject->guard == 0) {
        close(ends[1]);
        while (read(ends[0], &byte, 1) < 0 && errno == EINTR)
            ;
        set_pool(subject->old_pages);
        _exit(0);
    }
    close(ends[0]);
    subject->alive_fd = ends[1];
}

static unsigned long free_pages(void)
{
    return bench_read_number(pool_file("free_hugepages"));
}

/*
 * The pool is this run's alone while one of its subjects has the lock, which the tests take too.
 * The first subject of a line fills it; the other finds it full.
 */
static unsigned long borrow_pool(struct subject *subject, unsigned long needed)
{
    int fd = open(pool_file(""), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    unsigned long has = free_pages();

    if (fd < 0 || geteuid() != 0)
        return has;
    for (unsigned i = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; i++) {
        has = free_pages();
        if (has >= needed || i == 6000) {
            close(fd);
            return has;
        }
        usleep(10000);
    }
    has = free_pages();
    subject->old_pages = bench_read_number(pool_file("nr_hugepages"));
    start_guard(subject); /* has the lock until it ends */
    close(fd);
    if (has < needed)
        set_pool(subject->old_pages + needed - has);
    return free_pages();
}

static void allow_large_pages(void)
{
    TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1};
    HANDLE token;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token) ||
        !LookupPrivilegeValue(NULL, SE_LOCK_MEMORY_NAME, &wanted.Privileges[0].Luid))
        bench_fail("the token: error %lu", (unsigned long)GetLastError());
    wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL);
    CloseHandle(token);
}

static void *large_begin(unsigned parameter)
{
    struct subject *subject = begin(parameter, PAGE);
    size_t large = GetLargePageMinimum();
    unsigned long needed, has;

    if (large == 0)
        bench_skip("the kernel has no large pages");
    needed = subject->size / large;
    has = borrow_pool(subject, needed);
    if (has < needed)
        bench_skip("the pool has %lu large pages, and %lu are needed", has, needed);
    allow_large_pages();
    return subject;
}

static void large_end(void *state)
{
    struct subject *subject = state;

    if (subject->alive_fd >= 0) {
        close(subject->alive_fd);
        waitpid(subject->guard, NULL, 0);
    }
    free(subject);
}

/* --- ordinary pages ------------------------------------------------------------------------- */

static uint64_t ours_touch(const struct subject *subject, int advice)
{
    uint64_t since = bench_now_ns(), took;
    void *memory = VirtualAlloc(NULL, subject->size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);

    if (!memory)
        bench_fail("VirtualAlloc: error %lu", (unsigned long)GetLastError());
    if (advice)
        bench_must(madvise(memory, subject->size, advice), "madvise");
    took = touch(memory, subject, since);
    VirtualFree(memory, 0, MEM_RELEASE);
    return took;
}

static uint64_t bare_touch(const struct subject *subject, int flags, int advice)
{
    uint64_t since = bench_now_ns(), took;
    void *memory = mmap(NULL, subject->size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

    if (memory == MAP_FAILED)
        bench_fail("mmap: errno %d", errno);
    if (advice)
        bench_must(madvise(memory, subject->size, advice), "madvise");
    took = touch(memory, subject, since);
    munmap(memory, subject->size);
    return took;
}

static uint64_t ours_small(void *state, unsigned n)
{
    uint64_t took = 0;

    while (n--)
        took += ours_touch(state, 0);
    return took;
}

static uint64_t bare_small(void *state, unsigned n)
{
    uint64_t took = 0;

    while (n--)
        took += bare_touch(state, 0, 0);
    return took;
}

static uint64_t ours_joined(void *state, unsigned n)
{
    uint64_t took = 0;

    while (n--)
        took += ours_touch(state, MADV_HUGEPAGE);
    return took;
}

static uint64_t bare_joined(void *state, unsigned n)
{
    uint64_t took = 0;

    while (n--)
        took += bare_touch(state, 0, MADV_HUGEPAGE);
    return took;
}

/* --- pages of the pool ---------------------------------------------------------------------- */

static uint64_t ours_large(void *state, unsigned n)
{
    const struct subject *subject = state;
    uint64_t took = 0;

    while (n--) {
        uint64_t since = bench_now_ns();
        void *memory = VirtualAlloc(NULL, subject->size, MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES,
                                    PAGE_READWRITE);

        if (!memory)
            bench_fail("VirtualAlloc: error %lu", (unsigned long)GetLastError());
        took += touch(memory, subject, since);
        VirtualFree(memory, 0, MEM_RELEASE);
    }
    return took;
}

static uint64_t bare_large(void *state, unsigned n)
{
    uint64_t took = 0;

    while (n--)
        took += bare_touch(state, MAP_HUGETLB, 0);
    return took;
}

static uint64_t ours_section(void *state, unsigned n)
{
    const struct subject *subject = state;
    uint64_t took = 0;

    while (n--) {
        uint64_t since = bench_now_ns();
        HANDLE section = CreateFileMappingW(
            INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_COMMIT | SEC_LARGE_PAGES,
            (DWORD)(subject->size >> 32), (DWORD)subject->size, NULL);
        void *view = section ? MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0) : NULL;

        if (!view)
            bench_fail("a section: error %lu", (unsigned long)GetLastError());
        took += touch(view, subject, since);
        UnmapViewOfFile(view);
        CloseHandle(section);
    }
    return took;
}

static uint64_t bare_section(void *state, unsigned n)
{
    const struct subject *subject = state;
    uint64_t took = 0;

    while (n--) {
        uint64_t since = bench_now_ns();
        int fd = (int)bench_must(memfd_create("bench", MFD_CLOEXEC | MFD_HUGETLB), "memfd_create");
        void *view;

        bench_must(ftruncate(fd, (off_t)subject->size), "ftruncate");
        view = mmap(NULL, subject->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (view == MAP_FAILED)
            bench_fail("mmap: errno %d", errno);
        took += touch(view, subject, since);
        munmap(view, subject->size);
        close(fd);
    }
    return took;
}

/* clang-format off */
#define LARGE_LINE(id_, title_, begin_, ours_, bare_, end_)                                        \
    {                                                                                              \
        .id = id_, .title = title_, .unit = BENCH_MS, .parameter = 1024, .smoke_parameter = 16,    \
        .batch = 1, .divisor = 3, .not_counted = true, .ratio_target = 1.02,                       \
        .subjects = {                                                                              \
            {.name = "ours", .begin = begin_, .run = ours_, .end = end_},                          \
            {.name = "bare", .begin = begin_, .run = bare_, .end = end_},                          \
        },                                                                                         \
    }

const struct bench_line bench_large_lines[] = {
    LARGE_LINE("fault_in_4k", "1 GiB of VirtualAlloc, 4 KiB pages, first touch",
               small_begin, ours_small, bare_small, free),
    LARGE_LINE("fault_in_thp", "1 GiB of VirtualAlloc, pages that the kernel joins, first touch",
               joined_begin, ours_joined, bare_joined, free),
    LARGE_LINE("fault_in_2m", "1 GiB of MEM_LARGE_PAGES, made and touched",
               large_begin, ours_large, bare_large, large_end),
    LARGE_LINE("fault_in_section_2m", "1 GiB of a SEC_LARGE_PAGES section, made and touched",
               large_begin, ours_section, bare_section, large_end),
    {.id = NULL},
};
/* clang-format on */
