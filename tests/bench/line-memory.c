// SPDX-License-Identifier: MIT
/*
 * Lines of memory: VirtualQuery beside the kernel's own query, and the first touch of a large
 * section, in which the library must have no part at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <windows.h>

#include "bench/bench.h"

/* --- queries ------------------------------------------------------------------------ */

/* struct procmap_query of linux/fs.h (6.11), which older headers do not have. */
struct map_query {
    uint64_t size, query_flags, query_addr;
    uint64_t vma_start, vma_end, vma_flags, vma_page_size, vma_offset, inode;
    uint32_t dev_major, dev_minor, vma_name_size, build_id_size;
    uint64_t vma_name_addr, build_id_addr;
};

#define MAP_QUERY _IOWR('f', 17, struct map_query)

struct query {
    int maps_fd;
    void *address;
};

static void ask_kernel(const struct query *query, struct map_query *ret_answer)
{
    *ret_answer =
        (struct map_query){.size = sizeof(*ret_answer), .query_addr = (uintptr_t)query->address};
    if (ioctl(query->maps_fd, MAP_QUERY, ret_answer) < 0) {
        if (errno == ENOTTY)
            bench_skip("this kernel has no PROCMAP_QUERY");
        bench_fail("PROCMAP_QUERY: errno %d", errno);
    }
}

static struct query *new_query(void *address)
{
    struct query *query = calloc(1, sizeof(*query));

    if (!query)
        bench_fail("no memory");
    query->maps_fd = (int)bench_must(open("/proc/self/maps", O_RDONLY | O_CLOEXEC), "maps");
    query->address = address;
    return query;
}

/* A shared mapping among @n_live others. */
static void *kernel_begin_mapped(unsigned n_live)
{
    struct map_query answer;
    struct query *query;
    void *view = NULL;
    int fd = memfd_create("bench", MFD_CLOEXEC);

    bench_must(fd, "memfd_create");
    bench_must(ftruncate(fd, BENCH_SECTION_SIZE), "ftruncate");
    for (unsigned i = 0; i <= n_live; i++) {
        view = mmap(NULL, BENCH_SECTION_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (view == MAP_FAILED)
            bench_fail("mmap: errno %d", errno);
    }
    query = new_query(view);
    ask_kernel(query, &answer);
    return query;
}

/* Memory that the library did not make: an anonymous mapping, and this program's own code. */
static void *foreign_memory(void)
{
    void *memory =
        mmap(NULL, BENCH_SECTION_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        bench_fail("mmap: errno %d", errno);
    return memory;
}

static void *own_code(void)
{
    return (void *)((uintptr_t)&own_code & ~(uintptr_t)4095);
}

static void *query_begin_foreign(unsigned parameter)
{
    struct query *query = new_query(foreign_memory());
    struct map_query answer;

    (void)parameter;
    ask_kernel(query, &answer);
    return query;
}

static void *query_begin_code(unsigned parameter)
{
    struct query *query = new_query(own_code());
    struct map_query answer;

    (void)parameter;
    ask_kernel(query, &answer);
    return query;
}

static uint64_t kernel_run(void *state, unsigned n)
{
    struct map_query answer;

    for (unsigned i = 0; i < n; i++)
        ask_kernel(state, &answer);
    return 0;
}

static void kernel_check(void *state)
{
    const struct query *query = state;
    struct map_query answer;

    ask_kernel(query, &answer);
    if ((uintptr_t)query->address < answer.vma_start || (uintptr_t)query->address >= answer.vma_end)
        bench_fail("PROCMAP_QUERY tells of another mapping");
}

static uint64_t ours_query_run(void *state, unsigned n)
{
    const struct query *query = state;

    for (unsigned i = 0; i < n; i++) {
        MEMORY_BASIC_INFORMATION info;

        if (VirtualQuery(query->address, &info, sizeof(info)) != sizeof(info) ||
            info.State != MEM_COMMIT)
            bench_fail("VirtualQuery: error %lu", (unsigned long)GetLastError());
    }
    return 0;
}

static void ours_query_check(void *state)
{
    const struct query *query = state;
    MEMORY_BASIC_INFORMATION info;
    struct map_query answer;

    VirtualQuery(query->address, &info, sizeof(info));
    ask_kernel(query, &answer);
    if ((uintptr_t)info.BaseAddress != (uintptr_t)query->address ||
        (uintptr_t)info.BaseAddress + info.RegionSize != answer.vma_end)
        bench_fail("VirtualQuery and the kernel disagree");
}

static void *nothing(unsigned parameter)
{
    (void)parameter;
    return NULL;
}

/* --- first touch -------------------------------------------------------------------- */

#define PAGE 4096u

static size_t touch_size(void)
{
    return (size_t)bench_subject_line()->parameter
           << (bench_options.check_runs ? 16 : 20); /* MiB; sixteenths to check */
}

/* The time of the touches alone. */
static uint64_t touch(unsigned char *memory, size_t size)
{
    uint64_t began = bench_now_ns(), took;
    unsigned sum = 0;

    for (size_t at = 0; at < size; at += PAGE)
        memory[at] = (unsigned char)(at / PAGE | 1);
    took = bench_now_ns() - began;
    for (size_t at = 0; at < size; at += PAGE)
        sum += memory[at] != (unsigned char)(at / PAGE | 1);
    if (sum)
        bench_fail("memory does not keep what is written");
    return took ? took : 1;
}

static uint64_t bare_touch(void *state, unsigned n)
{
    size_t size = touch_size();
    uint64_t took = 0;

    (void)state;
    for (unsigned i = 0; i < n; i++) {
        int fd = (int)bench_must(memfd_create("bench", MFD_CLOEXEC), "memfd_create");
        void *memory;

        bench_must(ftruncate(fd, (off_t)size), "ftruncate");
        memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (memory == MAP_FAILED)
            bench_fail("mmap: errno %d", errno);
        took += touch(memory, size);
        munmap(memory, size);
        close(fd);
    }
    return took;
}

static uint64_t ours_touch(void *state, unsigned n)
{
    size_t size = touch_size();
    uint64_t took = 0;

    (void)state;
    for (unsigned i = 0; i < n; i++) {
        HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE,
                                            (DWORD)((uint64_t)size >> 32), (DWORD)size, NULL);
        void *view = section ? MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0) : NULL;

        if (!view)
            bench_fail("a large view: error %lu", (unsigned long)GetLastError());
        took += touch(view, size);
        if (!UnmapViewOfFile(view) || !CloseHandle(section))
            bench_fail("UnmapViewOfFile: error %lu", (unsigned long)GetLastError());
    }
    return took;
}

/* clang-format off */
#define OWN_LINE(id_, n_, text_)                                                                   \
    {                                                                                              \
        .id = id_, .title = "VirtualQuery of a view, " text_ " live views", .unit = BENCH_NS,      \
        .parameter = n_, .smoke_parameter = n_ > 500 ? 500 : 0, .ratio_target = 0.25,              \
        .wine = n_ > 10000 ? NULL : "query_own",                                                                       \
        .subjects = {                                                                              \
            {.name = "ours", .work = "query_own"},                                                 \
            {.name = "PROCMAP_QUERY", .begin = kernel_begin_mapped, .run = kernel_run,             \
             .check = kernel_check},                                                               \
        },                                                                                         \
    }
#define FOREIGN_LINE(id_, title_, begin_)                                                          \
    {                                                                                              \
        .id = id_, .title = title_, .unit = BENCH_NS, .ratio_target = 1.2,                         \
        .subjects = {                                                                              \
            {.name = "ours", .begin = begin_, .run = ours_query_run, .check = ours_query_check},   \
            {.name = "PROCMAP_QUERY", .begin = begin_, .run = kernel_run, .check = kernel_check},  \
        },                                                                                         \
    }

const struct bench_line bench_memory_lines[] = {
    OWN_LINE("query_own_10", 10, "10"),
    OWN_LINE("query_own_1000", 1000, "1,000"),
    OWN_LINE("query_own_50000", 50000, "50,000"),
    FOREIGN_LINE("query_foreign", "VirtualQuery of memory that mmap made", query_begin_foreign),
    FOREIGN_LINE("query_code", "VirtualQuery of the program's code", query_begin_code),
    {
        .id = "first_touch",
        .title = "first touch of a section of 256 MiB, page by page",
        .unit = BENCH_MS, .parameter = 256, .batch = 1, .divisor = 5, .not_counted = true,
        .ratio_target = 1.02,
        .subjects = {
            {.name = "ours", .begin = nothing, .run = ours_touch},
            {.name = "bare", .begin = nothing, .run = bare_touch},
        },
    },
    {.id = NULL},
};
/* clang-format on */
