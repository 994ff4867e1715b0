// SPDX-License-Identifier: MIT
/*
 * Write watch where Linux shows: what the kernel itself writes, huge pages, fork, descriptors,
 * reservations of a terabyte, threads that write while others look; and the other ways to watch.
 */
#ifndef _WIN32
#    include <dirent.h>
#    include <errno.h>
#    include <fcntl.h>
#    include <sched.h>
#    include <stdatomic.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <string.h>
#    include <sys/mman.h>
#    include <sys/random.h>
#    include <unistd.h>

#    include <ntshm/ntshm.h>

#    include "api/api.h"

#    define WATCHED (MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH)
#    define RESET   WRITE_WATCH_FLAG_RESET
#    define MB      ((SIZE_T)1 << 20)

static char *watched(SIZE_T size, DWORD type)
{
    char *memory = (char *)VirtualAlloc(NULL, size, type, PAGE_READWRITE);

    require(memory != NULL, "error %u", (unsigned)GetLastError());
    return memory;
}

static void release(void *memory)
{
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

static ULONG_PTR look(DWORD flags, char *memory, SIZE_T size, void **addresses, ULONG_PTR room)
{
    DWORD granularity;

    ok_eq(GetWriteWatch(flags, memory, size, addresses, &room, &granularity), 0);
    return room;
}

static ULONG_PTR count_written(DWORD flags, char *memory, SIZE_T size)
{
    void **addresses = (void **)calloc(size / PAGE, sizeof(void *));
    ULONG_PTR n;

    require(addresses != NULL);
    n = look(flags, memory, size, addresses, size / PAGE);
    free(addresses);
    return n;
}

/* --- the kernel ---------------------------------------------------------------------------- */

static void read_zeros(void *place, size_t size)
{
    int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    ssize_t n;

    require(fd >= 0);
    while ((n = read(fd, place, size)) < 0 && errno == EINTR)
        ;
    ok_eq(n, size);
    close(fd);
}

TEST(what_the_kernel_writes_is_told, "15.15")
{
    char *memory = watched(64 * PAGE, WATCHED);
    void *addresses[4];

    read_zeros(memory + 5 * PAGE - 10, 20);
    ok_eq(look(RESET, memory, 64 * PAGE, addresses, 4), 2);
    ok_ptr_eq(addresses[0], memory + 4 * PAGE);
    ok_ptr_eq(addresses[1], memory + 5 * PAGE);
    /* Also into pages that have memory, and are protected again. */
    read_zeros(memory + 5 * PAGE, 1);
    ok_eq(getrandom(memory + 9 * PAGE, 1, 0), 1);
    ok_eq(look(RESET, memory, 64 * PAGE, addresses, 4), 2);
    ok_ptr_eq(addresses[0], memory + 5 * PAGE);
    ok_ptr_eq(addresses[1], memory + 9 * PAGE);
    ok_eq(count_written(0, memory, 64 * PAGE), 0);
    release(memory);
}

/* Watched by userfaultfd: then not even a program that wants huge pages loses any exactness. */
static void want_huge_pages(char *memory, SIZE_T size)
{
    char path[64], link[64];

    for (int fd = 3; fd < 64; fd++) {
        ssize_t n;

        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        n = readlink(path, link, sizeof(link) - 1);
        link[n > 0 ? n : 0] = '\0';
        if (strstr(link, "userfaultfd"))
            (void)madvise(memory, size, MADV_HUGEPAGE);
    }
}

/* A huge page would make 512 pages one. */
TEST(huge_pages_do_not_blur_what_was_written, "15.11")
{
    char *memory = watched(8 * MB, WATCHED);
    void *addresses[4];

    want_huge_pages(memory, 8 * MB);
    memory[3 * MB] = 1;
    memory[5 * MB] = 1;
    ok_eq(look(RESET, memory, 8 * MB, addresses, 4), 2);
    ok_ptr_eq(addresses[0], memory + 3 * MB);
    ok_ptr_eq(addresses[1], memory + 5 * MB);
    memset(memory, 1, 8 * MB);
    ok_eq(count_written(RESET, memory, 8 * MB), 8 * MB / PAGE);
    memory[3 * MB] = 2;
    ok_eq(count_written(RESET, memory, 8 * MB), 1);
    release(memory);
}

/* Committed and decommitted again and again: as the kernel likes to give huge pages. */
TEST(fresh_memory_is_not_huge_either, "15.4 15.11")
{
    char *memory = watched(8 * MB, MEM_RESERVE | MEM_WRITE_WATCH);

    for (int i = 0; i < 3; i++) {
        ok_ptr_eq(VirtualAlloc(memory, 8 * MB, MEM_COMMIT, PAGE_READWRITE), memory);
        want_huge_pages(memory, 8 * MB);
        ok_eq(count_written(RESET, memory, 8 * MB), i ? 1 : 0);
        memory[2 * MB] = 1;
        ok_eq(count_written(0, memory, 8 * MB), 1);
        ok_succeeds(VirtualFree(memory, 8 * MB, MEM_DECOMMIT));
    }
    release(memory);
}

TEST(scattered_pages_are_all_told, "15.5 15.8")
{
    enum { N = 8192 }; /* every other page: no two adjoin */
    char *memory = watched(2 * N * PAGE, WATCHED);
    void **addresses = (void **)calloc(N, sizeof(void *));
    unsigned n_wrong = 0;

    require(addresses != NULL);
    for (unsigned i = 0; i < N; i++)
        memory[2 * i * PAGE] = 1;
    ok_eq(look(0, memory, 2 * N * PAGE, addresses, N), N);
    ok_eq(look(RESET, memory, 2 * N * PAGE, addresses, 3000), 3000);
    for (unsigned i = 0; i < 3000; i++)
        n_wrong += addresses[i] != memory + 2 * i * PAGE;
    ok_eq(look(RESET, memory, 2 * N * PAGE, addresses, N), N - 3000);
    for (unsigned i = 3000; i < N; i++)
        n_wrong += addresses[i - 3000] != memory + 2 * i * PAGE;
    ok_eq(n_wrong, 0);
    ok_eq(look(RESET, memory, 2 * N * PAGE, addresses, N), 0);
    free(addresses);
    release(memory);
}

/* The kernel's own buffers hold 512 runs, and the library's 1,024: none is told twice. */
TEST(nothing_is_told_twice, "15.5 15.7")
{
    static const unsigned counts[] = {127, 128, 129, 511, 512, 513, 655, 1023, 1024, 1025, 2048};
    enum { N = 8192 };
    char *memory = watched(N * PAGE, WATCHED);
    void **addresses = (void **)calloc(N, sizeof(void *));

    require(addresses != NULL);
    for (unsigned k = 0; k < ARRAYSIZE(counts); k++) {
        unsigned n_wrong = 0;

        for (unsigned i = 0; i < counts[k]; i++)
            memory[3 * i * PAGE] = 1;
        ok_eq(look(0, memory, N * PAGE, addresses, N), counts[k]);
        for (unsigned i = 0; i < counts[k]; i++)
            n_wrong += addresses[i] != memory + 3 * i * PAGE;
        ok_eq(look(0, memory, N * PAGE, addresses, counts[k]), counts[k]);
        for (unsigned i = 0; i < counts[k]; i++)
            n_wrong += addresses[i] != memory + 3 * i * PAGE;
        ok_eq(n_wrong, 0);
        ok_eq(look(RESET, memory, N * PAGE, addresses, N), counts[k]);
        ok_eq(look(0, memory, N * PAGE, addresses, N), 0);
    }
    free(addresses);
    release(memory);
}

TEST(a_terabyte_that_is_reserved_costs_nothing, "15.4 15.10")
{
#    ifdef __SANITIZE_THREAD__
    skip("ThreadSanitizer may leave no terabyte in one piece");
#    endif
    SIZE_T size = (SIZE_T)1 << 40;
    char *memory = watched(size, MEM_RESERVE | MEM_WRITE_WATCH);
    char *last = memory + size - PAGE;
    void *addresses[4];

    ok_eq(look(0, memory, size, addresses, 4), 0);
    ok_ptr_eq(VirtualAlloc(last, PAGE, MEM_COMMIT, PAGE_READWRITE), last);
    ok_ptr_eq(VirtualAlloc(memory, PAGE, MEM_COMMIT, PAGE_READWRITE), memory);
    ok_eq(look(0, memory, size, addresses, 4), 0);
    *last = 1;
    ok_eq(look(RESET, memory, size, addresses, 4), 1);
    ok_ptr_eq(addresses[0], last);
    *memory = 1;
    ok_succeeds(VirtualFree(memory, size, MEM_DECOMMIT));
    ok_eq(look(RESET, memory, size, addresses, 4), 1);
    ok_ptr_eq(addresses[0], memory);
    release(memory);
}

/* --- descriptors --------------------------------------------------------------------------- */

/* How many are open; those not closed by exec, or below 3, are counted as wrong. */
static unsigned count_descriptors(unsigned *ret_wrong)
{
    DIR *directory = opendir("/proc/self/fd");
    const struct dirent *entry;
    unsigned n = 0;

    require(directory != NULL);
    *ret_wrong = 0;
    while ((entry = readdir(directory)) != NULL) {
        int fd = atoi(entry->d_name);

        if (entry->d_name[0] == '.' || fd == dirfd(directory))
            continue;
        n++;
        *ret_wrong += fd > 2 && !(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    }
    closedir(directory);
    return n;
}

TEST(descriptors_are_given_back, "")
{
    unsigned wrong, wrong_before, before, n;
    char *memory, *other;

    ntshm_quiesce();
    before = count_descriptors(&wrong_before);
    memory = watched(PAGE, WATCHED);
    other = watched(PAGE, WATCHED);
    /* One for the page tables; and the userfaultfd where the kernel has that way. */
    n = count_descriptors(&wrong);
    ok(n == before + 1 || n == before + 2, "%u, %u before", n, before);
    ok_eq(wrong, wrong_before);
    ntshm_quiesce();
    memory[0] = 1;
    ok_eq(count_written(RESET, memory, PAGE), 1);
    release(memory);
    other[0] = 1;
    ok_eq(count_written(RESET, other, PAGE), 1);
    release(other);
    ntshm_quiesce();
    ok_eq(count_descriptors(&wrong), before);
    memory = watched(PAGE, WATCHED);
    ok_eq(count_written(RESET, memory, PAGE), 0);
    memory[0] = 1;
    ok_eq(count_written(RESET, memory, PAGE), 1);
    release(memory);
}

/* --- fork ---------------------------------------------------------------------------------- */

struct family {
    char *memory;
    unsigned generation, n_present; /* pages with memory, and the one that is written first */
};

static unsigned count_page(const char *page, void **addresses, ULONG_PTR n)
{
    unsigned found = 0;

    while (n-- > 0)
        found += addresses[n] == page;
    return found;
}

/* In the child: what had memory may count as written, the rest must not; then it is exact. */
static int child_main(void *argument)
{
    struct family *family = (struct family *)argument;
    char *memory = family->memory;
    void *addresses[64];
    ULONG_PTR n;

    memory[20 * PAGE] = 1;
    n = look(RESET, memory, 64 * PAGE, addresses, 64);
    ok(n >= 1 && n <= family->n_present, "%u pages", (unsigned)n);
    ok_eq(count_page(memory + 20 * PAGE, addresses, n), 1);
    ok_eq(look(RESET, memory, 64 * PAGE, addresses, 64), 0);
    ok_eq(memory[50 * PAGE], 0);
    ok_eq(look(RESET, memory, 64 * PAGE, addresses, 64), 0);
    memory[2 * PAGE] = 1;
    memory[40 * PAGE] = 1;
    ok_eq(look(RESET, memory, 64 * PAGE, addresses, 64), 2);
    ok_succeeds(VirtualFree(memory, 4 * PAGE, MEM_DECOMMIT));
    ok_ptr_eq(VirtualAlloc(memory, 64 * PAGE, MEM_COMMIT, PAGE_READWRITE), memory);
    ok_eq(look(RESET, memory, 64 * PAGE, addresses, 64), 0);
    memory[2 * PAGE] = 1;
    ok_eq(look(0, memory, 64 * PAGE, addresses, 64), 1);
    if (family->generation == 0) {
        struct test_child child;
        struct family next = {memory, 1, 8};

        require(test_child_fork(&child, child_main, &next));
        ok_eq(test_child_wait(&child, 20000), 0);
        ok_eq(look(RESET, memory, 64 * PAGE, addresses, 64), 1);
    }
    release(memory);
    memory = watched(PAGE, WATCHED);
    memory[0] = 1;
    ok_eq(count_written(RESET, memory, PAGE), 1);
    release(memory);
    return 0;
}

TEST(a_forked_child_watches_its_own_memory, "15.25")
{
    struct family family = {watched(64 * PAGE, WATCHED), 0, 4};
    char *memory = family.memory;
    struct test_child child;
    void *addresses[64];

    memory[2 * PAGE] = 1;
    memory[3 * PAGE] = 1;
    ok_eq(look(RESET, memory, 64 * PAGE, addresses, 64), 2);
    memory[5 * PAGE] = 1;
    require(test_child_fork(&child, child_main, &family));
    ok_eq(test_child_wait(&child, 20000), 0);
    /* The parent's record is as it was, and goes on. */
    ok_eq(look(0, memory, 64 * PAGE, addresses, 64), 1);
    ok_ptr_eq(addresses[0], memory + 5 * PAGE);
    memory[2 * PAGE] = 2;
    ok_eq(look(RESET, memory, 64 * PAGE, addresses, 64), 2);
    ok_ptr_eq(addresses[0], memory + 2 * PAGE);
    release(memory);
}

/* What the parent had decommitted after writing is in the child's record as well. */
static int decommitted_main(void *argument)
{
    char *memory = (char *)argument;
    void *addresses[4];

    ok_eq(look(0, memory, 64 * PAGE, addresses, 4), 1);
    ok_ptr_eq(addresses[0], memory + 7 * PAGE);
    ok_succeeds(VirtualFree(memory, 64 * PAGE, MEM_DECOMMIT));
    ok_eq(look(RESET, memory, 64 * PAGE, addresses, 4), 1);
    ok_eq(look(RESET, memory, 64 * PAGE, addresses, 4), 0);
    release(memory);
    return 0;
}

TEST(a_forked_child_inherits_what_the_library_knows, "15.14")
{
    char *memory = watched(64 * PAGE, WATCHED);
    struct test_child child;

    memory[7 * PAGE] = 1;
    ok_succeeds(VirtualFree(memory, 64 * PAGE, MEM_DECOMMIT));
    require(test_child_fork(&child, decommitted_main, memory));
    ok_eq(test_child_wait(&child, 20000), 0);
    ok_eq(count_written(RESET, memory, 64 * PAGE), 1);
    release(memory);
}

/* --- threads ------------------------------------------------------------------------------- */

#    define N_WRITERS 3
#    define N_PAGES   1024u
#    define N_PHASES  20

struct race {
    char *memory;
    bool decommits;
    _Atomic unsigned phase, n_done, n_written;
    _Atomic bool ends;
    unsigned char told[N_PAGES];
};

/* Every page of every phase is written once; some lose their memory at once. */
static void write_pages(struct race *race, unsigned first)
{
    for (unsigned i = first; i < N_PAGES; i += N_WRITERS) {
        char *page = race->memory + i * PAGE;

        *(volatile char *)page += 1;
        if (race->decommits && i % 31 == 0) {
            ok_succeeds(VirtualFree(page, PAGE, MEM_DECOMMIT));
            ok_ptr_eq(VirtualAlloc(page, PAGE, MEM_COMMIT, PAGE_READWRITE), page);
        }
        atomic_fetch_add(&race->n_written, 1);
    }
}

struct writer {
    struct race *race;
    unsigned first;
};

static void writer_main(void *argument)
{
    const struct writer *writer = (const struct writer *)argument;
    struct race *race = writer->race;

    for (unsigned phase = 1; phase <= N_PHASES; phase++) {
        while (atomic_load(&race->phase) < phase)
            sched_yield();
        write_pages(race, writer->first);
        atomic_fetch_add(&race->n_done, 1);
    }
}

/* Other watched memory comes and goes meanwhile. */
static void neighbour_main(void *argument)
{
    struct race *race = (struct race *)argument;

    while (!atomic_load(&race->ends)) {
        char *memory = watched(16 * PAGE, WATCHED);

        memory[PAGE] = 1;
        memory[9 * PAGE] = 1;
        ok(count_written(RESET, memory, 16 * PAGE) >= 2);
        release(memory);
    }
}

static void note_told(struct race *race)
{
    void *addresses[N_PAGES];
    ULONG_PTR n = look(RESET, race->memory, N_PAGES * PAGE, addresses, N_PAGES);

    for (ULONG_PTR i = 0; i < n; i++)
        race->told[((char *)addresses[i] - race->memory) / PAGE] = 1;
}

/* Looks again when something was written meanwhile: a writer's turn comes, however slow it is. */
static void look_while_written(struct race *race, unsigned n_done)
{
    while (atomic_load(&race->n_done) < n_done) {
        unsigned n_written = atomic_load(&race->n_written);

        note_told(race);
        while (atomic_load(&race->n_written) == n_written && atomic_load(&race->n_done) < n_done)
            sched_yield();
    }
}

/* How many writes were never told. */
static unsigned run_race(struct race *race)
{
    struct test_thread threads[N_WRITERS], neighbour;
    struct writer writers[N_WRITERS];
    unsigned n_lost = 0;

    race->memory = watched(N_PAGES * PAGE, WATCHED);
    for (unsigned i = 0; i < N_WRITERS; i++) {
        writers[i] = (struct writer){race, i};
        test_thread_start(&threads[i], writer_main, &writers[i]);
    }
    test_thread_start(&neighbour, neighbour_main, race);
    for (unsigned phase = 1; phase <= N_PHASES; phase++) {
        memset(race->told, 0, sizeof(race->told));
        atomic_store(&race->phase, phase);
        look_while_written(race, phase * N_WRITERS);
        note_told(race);
        for (unsigned i = 0; i < N_PAGES; i++)
            n_lost += !race->told[i];
    }
    atomic_store(&race->ends, true);
    for (unsigned i = 0; i < N_WRITERS; i++)
        test_thread_join(&threads[i]);
    test_thread_join(&neighbour);
    release(race->memory);
    return n_lost;
}

TEST_DEADLINE(no_write_is_lost, "15.7 15.8", 120)
{
    static struct race race;

    ok_eq(run_race(&race), 0);
}

TEST_DEADLINE(no_write_is_lost_when_memory_comes_and_goes, "15.8 15.14", 120)
{
    static struct race race = {.decommits = true};

    ok_eq(run_race(&race), 0);
}

/* --- other ways to watch ------------------------------------------------------------------- */

/* Every page that must be told is, and none is that never had memory. */
static void check_superset(void)
{
    char *memory = watched(64 * PAGE, MEM_RESERVE | MEM_WRITE_WATCH);
    char *other = watched(64 * PAGE, WATCHED);
    void *addresses[64];

    ok_eq(look(RESET, memory, 64 * PAGE, addresses, 64), 0);
    ok_ptr_eq(VirtualAlloc(memory, 32 * PAGE, MEM_COMMIT, PAGE_READWRITE), memory);
    ok_eq(look(RESET, memory, 64 * PAGE, addresses, 64), 0);
    memory[3 * PAGE] = 1;
    other[4 * PAGE] = 1;
    read_zeros(memory + 9 * PAGE, 1);
    ok_eq(look(0, memory, 64 * PAGE, addresses, 64), 2);
    ok_eq(look(RESET, memory, 64 * PAGE, addresses, 64), 2);
    ok_ptr_eq(addresses[0], memory + 3 * PAGE);
    ok_ptr_eq(addresses[1], memory + 9 * PAGE);
    /* What was cleared for one is remembered for the other. */
    ok_eq(look(RESET, other, 64 * PAGE, addresses, 64), 1);
    ok_ptr_eq(addresses[0], other + 4 * PAGE);
    memory[3 * PAGE] = 2;
    ok_succeeds(VirtualFree(memory, 8 * PAGE, MEM_DECOMMIT));
    ok(look(RESET, memory, 64 * PAGE, addresses, 64) >= 1);
    ok_ptr_eq(addresses[0], memory + 3 * PAGE);
    ok_eq(look(0, memory, 8 * PAGE, addresses, 64), 0);
    ok_eq(ResetWriteWatch(memory, 64 * PAGE), 0);
    other[5 * PAGE] = 1;
    ok_eq(ResetWriteWatch(other + 5 * PAGE, PAGE), 0);
    release(memory);
    release(other);
}

TEST_DEADLINE(watching_what_is_present, "15.4 15.8 15.14", 120)
{
    static struct race race = {.decommits = true};

    require(setenv("NTSHM_WRITE_WATCH", "present", 1) == 0);
    check_superset();
    ok_eq(run_race(&race), 0);
}

/* Whether this kernel keeps soft-dirty bits. */
static bool has_soft_dirty(void)
{
    static volatile int page;
    int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    uint64_t entry = 0;

    require(fd >= 0);
    page = 1;
    ok_eq(pread(fd, &entry, 8, (off_t)((uintptr_t)&page / PAGE * 8)), 8);
    close(fd);
    return entry >> 55 & 1;
}

TEST_DEADLINE(watching_soft_dirty_bits, "15.4 15.8 15.14", 120)
{
    static struct race race = {.decommits = true};

    require(setenv("NTSHM_WRITE_WATCH", "soft-dirty", 1) == 0);
    if (!has_soft_dirty()) {
        ok_fails(VirtualAlloc(NULL, PAGE, WATCHED, PAGE_READWRITE), ERROR_NOT_SUPPORTED);
        return;
    }
    check_superset();
    ok_eq(run_race(&race), 0);
}

#endif
