// SPDX-License-Identifier: MIT
/*
 * What the kernel says is mapped (os/maps.c), asked by the newer call and by the text of
 * /proc/self/maps, whose cursors must make a walk cheap and never tell what was.
 */
#include "os/maps.c"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "harness/test.h"

static bool same_vma(const struct nt_os_vma *a, const struct nt_os_vma *b)
{
    return a->start == b->start && a->end == b->end && a->readable == b->readable &&
           a->writable == b->writable && a->executable == b->executable && a->shared == b->shared &&
           a->inode == b->inode && a->device_major == b->device_major &&
           a->device_minor == b->device_minor && a->offset == b->offset;
}

static bool kernel_has_query(void)
{
    struct map_query query = {.size = sizeof(query), .query_flags = MAP_QUERY_NEXT};

    return !is_unknown(ask(&query));
}

/* Both ways, over the whole address space, from one mapping to the next. */
TEST(both_ways_of_asking_agree, "8.1")
{
    uint64_t address = 0;
    unsigned n = 0, n_wrong = 0;

    if (!kernel_has_query())
        skip("the kernel does not know PROCMAP_QUERY");
    for (;;) {
        struct nt_os_vma by_ioctl, by_text;
        int r = nt_os_vma_query(address, &by_ioctl);
        int s = nt_os_maps_text(address, &by_text);

        /* The kernel's own page of old system calls is in the text only. */
        if (s == 0 && by_text.start >> 63)
            s = -ENOENT;
        if (r != s || (r == 0 && !same_vma(&by_ioctl, &by_text))) {
            test_note("at %#lx: %d and %d; %#lx-%#lx and %#lx-%#lx", (unsigned long)address, r, s,
                      (unsigned long)by_ioctl.start, (unsigned long)by_ioctl.end,
                      (unsigned long)by_text.start, (unsigned long)by_text.end);
            n_wrong++;
        }
        if (r < 0 || s < 0) {
            ok_eq((int64_t)r, (int64_t)-ENOENT);
            break;
        }
        n++;
        address = by_text.end;
    }
    ok_eq(n_wrong, 0);
    ok(n > 10, "%u mappings", n);
    nt_os_drop_caches();
}

typedef int (*query_function)(uint64_t address, struct nt_os_vma *ret_vma);

static void describes_a_view(query_function query)
{
    struct nt_os_vma vma;
    struct stat status;
    void *base = NULL;
    int fd = -1;

    require(nt_os_memfd_new("test", 16384, 0, &fd) == 0);
    require(nt_os_map(NULL, 8192, PROT_READ, MAP_SHARED, fd, 8192, &base) == 0);
    ok(fstat(fd, &status) == 0);
    ok_eq(query((uint64_t)(uintptr_t)base + 5000, &vma), 0);
    ok_eq(vma.start, (uintptr_t)base);
    ok_eq(vma.end, (uintptr_t)base + 8192);
    ok(vma.readable && !vma.writable && !vma.executable && vma.shared);
    ok_eq(vma.inode, status.st_ino);
    ok_eq(vma.device_major, major(status.st_dev));
    ok_eq(vma.device_minor, minor(status.st_dev));
    ok_eq(vma.offset, 8192);
    nt_os_unmap(base, 8192);
    nt_os_close(fd);
}

static void describes_private_memory(query_function query)
{
    struct nt_os_vma vma;
    void *base = NULL;

    require(nt_os_map(NULL, 3 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, &base) == 0);
    require(nt_os_protect((char *)base + 4096, 4096, PROT_READ | PROT_WRITE) == 0);
    ok_eq(query((uint64_t)(uintptr_t)base + 4096, &vma), 0);
    ok_eq(vma.start, (uintptr_t)base + 4096);
    ok_eq(vma.end, (uintptr_t)base + 8192);
    ok(vma.readable && vma.writable && !vma.executable && !vma.shared);
    ok_eq(vma.inode, 0);
    /* From a hole the next mapping above is told. */
    nt_os_unmap((char *)base + 4096, 4096);
    ok_eq(query((uint64_t)(uintptr_t)base + 4096, &vma), 0);
    ok_eq(vma.start, (uintptr_t)base + 8192);
    ok(!vma.readable && !vma.writable);
    nt_os_unmap(base, 4096);
    nt_os_unmap((char *)base + 8192, 4096);
}

TEST(a_mapping_is_described, "8.1")
{
    struct nt_os_vma vma;

    describes_a_view(nt_os_vma_query);
    describes_private_memory(nt_os_vma_query);
    ok_eq((int64_t)nt_os_vma_query(UINT64_MAX - 1, &vma), (int64_t)-ENOENT);
    nt_os_drop_caches();
}

TEST(a_mapping_is_described_without_the_newer_call, "8.1")
{
    struct nt_os_vma vma;

    describes_a_view(nt_os_maps_text);
    describes_private_memory(nt_os_maps_text);
    ok_eq((int64_t)nt_os_maps_text(UINT64_MAX - 1, &vma), (int64_t)-ENOENT);
    /* The library takes this way for good once the kernel refused the other. */
    atomic_store(&no_map_query, true);
    describes_a_view(nt_os_vma_query);
    ok_eq((int64_t)atomic_load(&maps_fd), -1);
}

/* --- many mappings ---------------------------------------------------------------------------- */

#define PAGE 4096ull

static char *many;
static unsigned n_many;

/* Every other page of a range is readable, and of each eight the last two are free. */
static void map_many(unsigned n_pages)
{
    void *base = NULL;

    n_many = n_pages;
    require(nt_os_map(NULL, n_pages * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, &base) ==
            0);
    many = base;
    for (unsigned i = 0; i < n_pages; i += 2) {
        if (i % 8 == 6)
            require(nt_os_unmap(many + i * PAGE, 2 * PAGE) == 0);
        else
            require(nt_os_protect(many + i * PAGE, PAGE, PROT_READ) == 0);
    }
}

static void unmap_many(void)
{
    nt_os_unmap(many, n_many * PAGE);
    nt_os_drop_caches();
}

static uint64_t bytes_read(void)
{
    unsigned long long n = 0;
    char line[100];
    FILE *file = fopen("/proc/self/io", "re");

    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "rchar: %llu", &n) == 1)
            break;
    }
    if (file)
        fclose(file);
    return n;
}

/* As VirtualQuery walks: from each mapping's end, and from each hole's. Returns the steps. */
static unsigned walk(query_function query)
{
    struct nt_os_vma vma;
    uint64_t address = 0;
    unsigned n = 0;

    while (address < 1ull << 47 && query(address, &vma) == 0 && vma.start < 1ull << 47) {
        address = vma.start > address ? vma.start : vma.end;
        n++;
    }
    return n;
}

TEST(a_walk_by_text_reads_each_line_a_few_times, "8.1")
{
    unsigned n_pages = test_slowness() > 1 ? 4000 : 40000, n_text, n_asked;
    uint64_t before, began, text_ns;

    map_many(n_pages);
    before = bytes_read();
    began = nt_os_now_ns();
    n_text = walk(nt_os_maps_text);
    text_ns = nt_os_now_ns() - began;
    /* Bytes: less than a hundred whole texts, where every step read half of one before. */
    ok(bytes_read() - before < (uint64_t)n_pages * 60 * 100, "%llu bytes",
       (unsigned long long)(bytes_read() - before));
    ok(n_text > n_pages / 4 * 3, "%u steps", n_text);
    n_asked = n_text;
    began = nt_os_now_ns();
    if (kernel_has_query())
        n_asked = walk(nt_os_vma_query);
    /* Reading text may take the heap a mapping more, and a sanitizer several. */
    ok(n_asked + 32 > n_text && n_asked < n_text + 32, "%u steps, %u by text", n_asked, n_text);
    test_note("%u steps: %llu us by text, %llu us by the newer call", n_text,
              (unsigned long long)text_ns / 1000,
              (unsigned long long)(nt_os_now_ns() - began) / 1000);
    unmap_many();
}

static uint32_t random_state;

static unsigned pick(unsigned limit)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % limit;
}

/* Maps, unmaps or protects a few pages at @page or before it. */
static void change_near(unsigned page)
{
    unsigned count = 1 + pick(4), back = pick(6);
    char *at = many + (page > back ? page - back : 0) * PAGE;
    void *mapped;

    switch (pick(3)) {
    case 0:
        (void)munmap(at, count * PAGE);
        break;
    case 1:
        (void)nt_os_map(at, count * PAGE, pick(2) ? PROT_READ : PROT_NONE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0, &mapped);
        break;
    default:
        (void)mprotect(at, count * PAGE, pick(2) ? PROT_READ | PROT_WRITE : PROT_NONE);
    }
}

TEST(the_text_is_never_told_as_it_was, "8.1")
{
    unsigned n_wrong = 0, steps = test_slowness() > 1 ? 1000 : 6000;
    uint64_t address;

    if (!kernel_has_query())
        skip("the kernel does not know PROCMAP_QUERY");
    random_state = (uint32_t)nt_os_now_ns();
    test_note("seed %u", random_state);
    map_many(4000);
    address = (uint64_t)many + 2000 * PAGE;
    for (unsigned i = 0; i < steps; i++) {
        struct nt_os_vma by_ioctl, by_text;
        unsigned page = (unsigned)((address - (uint64_t)many) / PAGE);

        if (pick(2))
            change_near(page);
        require(nt_os_vma_query(address, &by_ioctl) == 0);
        require(nt_os_maps_text(address, &by_text) == 0);
        if (!same_vma(&by_ioctl, &by_text)) {
            test_note("step %u, page %u: %#lx-%#lx and %#lx-%#lx", i, page,
                      (unsigned long)by_ioctl.start, (unsigned long)by_ioctl.end,
                      (unsigned long)by_text.start, (unsigned long)by_text.end);
            n_wrong++;
        }
        address = by_ioctl.start > address ? by_ioctl.start : by_ioctl.end;
        if (address >= (uint64_t)many + 3900 * PAGE || pick(100) == 0)
            address = (uint64_t)many + (1000 + pick(2800)) * PAGE;
    }
    ok_eq(n_wrong, 0);
    unmap_many();
}

/* --- names ------------------------------------------------------------------------------------ */

static void tells_the_file(int (*name_of)(uint64_t, struct nt_os_vma *, char **))
{
    static const char *const names[] = {"plain", "with space", "new\nline (deleted)"};

    for (unsigned i = 0; i < NT_ARRAY_SIZE(names); i++) {
        char path[600], *name = NULL;
        struct nt_os_vma vma;
        void *base = NULL;
        FILE *file;

        snprintf(path, sizeof(path), "%s/%s", test_dir(), names[i]);
        file = fopen(path, "w+e");
        require(file != NULL);
        require(nt_os_map(NULL, PAGE, PROT_READ, MAP_SHARED, fileno(file), 0, &base) == 0);
        ok_eq(name_of((uint64_t)base + 5, &vma, &name), 0);
        ok_eq(vma.start, (uint64_t)base);
        ok_str_eq(name, path);
        free(name);
        nt_os_unmap(base, PAGE);
        ok_eq((int64_t)name_of((uint64_t)base + 5, &vma, &name), (int64_t)-ENOENT);
        fclose(file);
    }
}

TEST(the_file_of_a_mapping_is_told, "8.31")
{
    char *name = (char *)"";
    struct nt_os_vma vma;

    tells_the_file(nt_os_vma_name);
    tells_the_file(nt_os_maps_text_name);
    ok_eq(nt_os_vma_name((uint64_t)&name, &vma, &name), 0);
    ok(!name);
    ok_eq(nt_os_maps_text_name((uint64_t)&name, &vma, &name), 0);
    ok(!name);
    nt_os_drop_caches();
}
