// SPDX-License-Identifier: MIT
/*
 * Several threads in one placeholder. Its pieces belong to the threads in turns, so that all
 * neighbours of a piece are another's; what a thread does to its own has the same outcome
 * whatever the others do at that moment, and what it asks of others' pieces fails whatever they
 * are. Beside them intruders ask the kernel for addresses inside, with MAP_FIXED_NOREPLACE: all of
 * it is taken at all times, so each time that is EEXIST (5.60).
 */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>

#include <windows.h>

#include "model/shared.h"

#ifndef MAP_FIXED_NOREPLACE
#    define MAP_FIXED_NOREPLACE 0x100000
#endif

#define PIECE       0x10000u
#define PAGE        0x1000u
#define N_PIECES    48u
#define SIZE        (N_PIECES * (size_t)PIECE)
#define MAX_THREADS 8u

struct shared {
    const struct model_shared_options *options;
    char *base;
    HANDLE section; /* a piece for each */
    uint64_t until_ms;
    atomic_bool over;
    atomic_flag told;
};

struct worker {
    struct shared *shared;
    unsigned number;
    uint64_t random;
    pthread_t thread;
};

static char report[400];

static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

__attribute__((format(printf, 2, 3))) static void fail(struct shared *shared, const char *format,
                                                       ...)
{
    va_list arguments;

    if (atomic_flag_test_and_set(&shared->told))
        return;
    va_start(arguments, format);
    vsnprintf(report, sizeof(report), format, arguments);
    va_end(arguments);
    atomic_store(&shared->over, true);
}

static unsigned draw(struct worker *worker, unsigned n)
{
    worker->random = worker->random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((worker->random >> 33) % n);
}

/* --- one's own pieces --------------------------------------------------------------- */

static void check_query(struct worker *worker, char *piece, DWORD state, DWORD type, DWORD protect)
{
    MEMORY_BASIC_INFORMATION info;

    if (VirtualQuery(piece, &info, sizeof(info)) != sizeof(info) || info.State != state ||
        info.Type != type || info.Protect != protect || info.AllocationBase != piece ||
        info.RegionSize != PIECE)
        fail(worker->shared, "thread %u, own piece %#zx: state %#x, type %#x, protect %#x, %#zx",
             worker->number, (size_t)(piece - worker->shared->base), (unsigned)info.State,
             (unsigned)info.Type, (unsigned)info.Protect, (size_t)info.RegionSize);
}

static void replace_by_memory(struct worker *worker, char *piece)
{
    volatile uint64_t *words = (volatile uint64_t *)piece;

    if (VirtualAlloc2(NULL, piece, PIECE, MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_PLACEHOLDER,
                      PAGE_READWRITE, NULL, 0) != piece) {
        fail(worker->shared, "VirtualAlloc2: error %u", (unsigned)GetLastError());
        return;
    }
    if (words[0])
        fail(worker->shared, "replaced memory is not zero");
    words[0] = (uint64_t)(uintptr_t)piece;
    check_query(worker, piece, MEM_COMMIT, MEM_PRIVATE, PAGE_READWRITE);
    if (words[0] != (uint64_t)(uintptr_t)piece)
        fail(worker->shared, "memory lost what was written");
    if (!VirtualFree(piece, PIECE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER))
        fail(worker->shared, "VirtualFree: error %u", (unsigned)GetLastError());
}

static void replace_by_view(struct worker *worker, char *piece)
{
    size_t offset = (size_t)(piece - worker->shared->base);
    volatile uint64_t *words = (volatile uint64_t *)piece;
    uint64_t before;

    if (MapViewOfFile3(worker->shared->section, NULL, piece, offset, PIECE, MEM_REPLACE_PLACEHOLDER,
                       PAGE_READWRITE, NULL, 0) != piece) {
        fail(worker->shared, "MapViewOfFile3: error %u", (unsigned)GetLastError());
        return;
    }
    before = words[1];
    words[1] = before + 1; /* only the owner of the piece maps this part of the section */
    words[2] = before + 1;
    check_query(worker, piece, MEM_COMMIT, MEM_MAPPED, PAGE_READWRITE);
    if (words[1] != before + 1 || words[2] != words[1])
        fail(worker->shared, "a view lost what was written");
    if (!UnmapViewOfFile2(GetCurrentProcess(), piece + draw(worker, PIECE),
                          MEM_PRESERVE_PLACEHOLDER))
        fail(worker->shared, "UnmapViewOfFile2: error %u", (unsigned)GetLastError());
}

/* Split in two, and made one again, while the neighbours come and go. */
static void split_and_coalesce(struct worker *worker, char *piece)
{
    size_t n = (1 + draw(worker, PIECE / PAGE - 1)) * (size_t)PAGE;

    if (!VirtualFree(piece, n, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER) ||
        !VirtualFree(piece, PIECE, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS))
        fail(worker->shared, "split or coalesce: error %u", (unsigned)GetLastError());
    check_query(worker, piece, MEM_RESERVE, MEM_PRIVATE, 0);
}

/* --- others' pieces ----------------------------------------------------------------- */

static void expect_refused(struct worker *worker, const char *what, bool refused)
{
    DWORD error = GetLastError();

    if (!refused || (error != ERROR_INVALID_ADDRESS && error != ERROR_INVALID_PARAMETER))
        fail(worker->shared, "thread %u: %s %s, error %u", worker->number, what,
             refused ? "refused" : "succeeded", (unsigned)error);
}

/* Whatever the pieces are at this moment. */
static void ask_for_the_impossible(struct worker *worker, char *piece)
{
    bool inside = piece + 2 * PIECE <= worker->shared->base + SIZE;
    DWORD old;

    switch (draw(worker, inside ? 5 : 2)) {
    case 0:
        expect_refused(worker, "VirtualAlloc",
                       !VirtualAlloc(piece, PAGE, MEM_RESERVE, PAGE_NOACCESS));
        break;
    case 1:
        expect_refused(worker, "MapViewOfFileEx",
                       !MapViewOfFileEx(worker->shared->section, FILE_MAP_READ, 0, 0, PAGE, piece));
        break;
    case 2:
        expect_refused(worker, "commit of two",
                       !VirtualAlloc(piece, PIECE + PAGE, MEM_COMMIT, PAGE_READWRITE));
        break;
    case 3:
        expect_refused(worker, "VirtualProtect of two",
                       !VirtualProtect(piece, PIECE + PAGE, PAGE_READONLY, &old));
        break;
    default:
        expect_refused(
            worker, "coalescing what ends within",
            !VirtualFree(piece, PIECE + PAGE / 2, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS));
        break;
    }
}

/* Never free, never two pieces in one. */
static void look(struct worker *worker, char *piece)
{
    MEMORY_BASIC_INFORMATION info;
    const char *end;

    if (VirtualQuery(piece, &info, sizeof(info)) != sizeof(info)) {
        fail(worker->shared, "VirtualQuery: error %u", (unsigned)GetLastError());
        return;
    }
    end = (const char *)info.BaseAddress + info.RegionSize;
    if (info.State == MEM_FREE || info.AllocationBase != piece || end > piece + PIECE)
        fail(worker->shared, "thread %u, piece %#zx: state %#x, %#zx bytes", worker->number,
             (size_t)(piece - worker->shared->base), (unsigned)info.State, (size_t)info.RegionSize);
}

static void *work(void *context)
{
    struct worker *worker = context;
    struct shared *shared = worker->shared;
    unsigned n = shared->options->n_threads;

    for (unsigned long i = 0; i < shared->options->steps && !atomic_load(&shared->over); i++) {
        unsigned own = draw(worker, N_PIECES / n) * n + worker->number;
        char *piece = shared->base + own * (size_t)PIECE;
        char *any = shared->base + draw(worker, N_PIECES) * (size_t)PIECE;

        switch (draw(worker, 8)) {
        case 0:
        case 1:
            replace_by_memory(worker, piece);
            break;
        case 2:
        case 3:
        case 4:
            replace_by_view(worker, piece);
            break;
        case 5:
            split_and_coalesce(worker, piece);
            break;
        case 6:
            ask_for_the_impossible(worker, any);
            break;
        default:
            look(worker, any);
            break;
        }
        if (shared->until_ms && i % 64 == 0 && now_ms() > shared->until_ms)
            break;
    }
    return NULL;
}

/* --- intruders ---------------------------------------------------------------------- */

static void *intrude(void *context)
{
    struct worker *worker = context;
    struct shared *shared = worker->shared;

    while (!atomic_load(&shared->over)) {
        char *address = shared->base + draw(worker, SIZE / PAGE) * (size_t)PAGE;
        void *got = mmap(address, PAGE, PROT_NONE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

        if (got != MAP_FAILED) {
            munmap(got, PAGE);
            fail(shared, "an intruder got an address inside, at %#zx",
                 (size_t)(address - shared->base));
        } else if (errno != EEXIST) {
            fail(shared, "an intruder was told errno %d", errno);
        }
    }
    return NULL;
}

/* --- the whole ---------------------------------------------------------------------- */

static bool begin(struct shared *shared)
{
    shared->section =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, (DWORD)SIZE, NULL);
    shared->base = VirtualAlloc2(NULL, NULL, SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
                                 PAGE_NOACCESS, NULL, 0);
    if (!shared->section || !shared->base) {
        fail(shared, "a section and a placeholder cannot be made: error %u",
             (unsigned)GetLastError());
        return false;
    }
    for (unsigned i = 0; i + 1 < N_PIECES; i++) {
        if (!VirtualFree(shared->base + i * (size_t)PIECE, PIECE,
                         MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER))
            fail(shared, "a split: error %u", (unsigned)GetLastError());
    }
    return true;
}

static void end(struct shared *shared, bool failed)
{
    MEMORY_BASIC_INFORMATION info;
    char *at = shared->base;

    if (!failed && !VirtualFree(shared->base, SIZE, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS))
        fail(shared, "coalescing all: error %u", (unsigned)GetLastError());
    while (at < shared->base + SIZE && VirtualQuery(at, &info, sizeof(info))) {
        if (info.State == MEM_FREE)
            at = (char *)info.BaseAddress + info.RegionSize;
        else if (info.Type == MEM_MAPPED ? !UnmapViewOfFile(at)
                                         : !VirtualFree(info.AllocationBase, 0, MEM_RELEASE))
            break;
    }
    if (at < shared->base + SIZE)
        fail(shared, "releasing all: error %u", (unsigned)GetLastError());
    CloseHandle(shared->section);
}

static unsigned start(struct worker *workers, unsigned n, void *(*run)(void *),
                      struct shared *shared)
{
    for (unsigned i = 0; i < n; i++) {
        workers[i] = (struct worker){
            .shared = shared, .number = i, .random = shared->options->seed * 77 + i};
        if (pthread_create(&workers[i].thread, NULL, run, &workers[i]) != 0) {
            fail(shared, "no thread");
            return i;
        }
    }
    return n;
}

static void join(const struct worker *workers, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        pthread_join(workers[i].thread, NULL);
}

const char *model_shared(const struct model_shared_options *options)
{
    struct shared shared = {.options = options, .told = ATOMIC_FLAG_INIT};
    struct worker workers[MAX_THREADS], intruders[MAX_THREADS];
    unsigned n_workers, n_intruders;
    bool failed;

    report[0] = '\0';
    if (options->deadline_ms)
        shared.until_ms = now_ms() + options->deadline_ms;
    if (!begin(&shared))
        return report;
    n_intruders = start(intruders, options->n_intruders, intrude, &shared);
    n_workers = start(workers, options->n_threads, work, &shared);
    join(workers, n_workers);
    failed = atomic_exchange(&shared.over, true);
    join(intruders, n_intruders);
    end(&shared, failed);
    return report[0] ? report : NULL;
}
