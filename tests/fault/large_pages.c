// SPDX-License-Identifier: MIT
/*
 * Large pages when something fails inside: the error is told, every page goes back to the pool, no
 * descriptor stays, and the same call works afterwards.
 */
#include <errno.h>
#include <string.h>

#include <windows.h>
#include <winternl.h>

#include "api/large_pool_linux.h"
#include "fault/kit.h"
#include "harness/test.h"
#include "unit/broker_fixture.h"

#define LARGE_SECTION (SEC_COMMIT | SEC_LARGE_PAGES)
#define LARGE_MEMORY  (MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES)

static SIZE_T large;
static long before; /* free pages */
static HANDLE section;
static void *memory, *place;

static void begin(unsigned pages)
{
    large_pool_begin(pages);
    large = GetLargePageMinimum();
    require(large_pool_allow(true));
    before = large_pool_free();
}

/* After a failure: nothing was kept. The broker hears of an end a moment later. */
static uint32_t checked(bool success, long taken)
{
    uint32_t result = fault_result(success);
    long want = success ? before - taken : before;

    ok(test_until(large_pool_free() == want, 20000), "%ld pages are free, not %ld",
       large_pool_free(), want);
    return result;
}

static uint32_t run_create(void)
{
    section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | LARGE_SECTION, 0,
                                 (DWORD)large, NULL);
    return checked(section != NULL, 1);
}

static uint32_t run_create_named(void)
{
    section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | LARGE_SECTION, 0,
                                 (DWORD)large, L_("large"));
    return checked(section != NULL, 1);
}

static void close_section(void)
{
    ok_succeeds(CloseHandle(section));
    ok(test_until(large_pool_free() == before, 20000));
}

static uint32_t run_map(void)
{
    memory = MapViewOfFile(section, FILE_MAP_WRITE | FILE_MAP_LARGE_PAGES, 0, 0, 0);
    return fault_result(memory != NULL);
}

static void unmap(void)
{
    ok_succeeds(UnmapViewOfFile(memory));
}

static uint32_t run_allocate(void)
{
    memory = VirtualAlloc(NULL, large, LARGE_MEMORY, PAGE_READWRITE);
    return checked(memory != NULL, 1);
}

/* A node is a wish. */
static uint32_t run_allocate_on_node(void)
{
    memory = VirtualAllocExNuma(GetCurrentProcess(), NULL, large, LARGE_MEMORY, PAGE_READWRITE, 0);
    return checked(memory != NULL, 1);
}

static uint32_t run_replace(void)
{
    memory = VirtualAlloc2(NULL, place, large, LARGE_MEMORY | MEM_REPLACE_PLACEHOLDER,
                           PAGE_READWRITE, NULL, 0);
    return checked(memory != NULL, 1);
}

static void release(void)
{
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    ok_eq(large_pool_free(), before);
}

static void put_back(void)
{
    ok_succeeds(VirtualFree(memory, large, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    ok_eq(large_pool_free(), before);
}

/* --- the walks ------------------------------------------------------------------------------ */

/* One kind of operation: what is lacking is pages of the pool, memory or descriptors. */
struct step {
    const char *name;
    void (*prepare)(void);
    uint32_t (*run)(void);
    void (*undo)(void);
    uint64_t must_meet, ignored;
    uint64_t may_survive;
};

static void prepare_step(void *context)
{
    const struct step *step = context;

    if (step->prepare)
        step->prepare();
}

static uint32_t run_step(void *context)
{
    const struct step *step = context;

    SetLastError(ERROR_SUCCESS);
    return step->run();
}

static void undo_step(void *context)
{
    const struct step *step = context;

    step->undo();
}

static const uint32_t *errors_of(unsigned kind, int error)
{
    static const uint32_t memory[] = {ERROR_NOT_ENOUGH_MEMORY, ERROR_NO_SYSTEM_RESOURCES,
                                      ERROR_COMMITMENT_LIMIT, 0};
    static const uint32_t descriptors[] = {ERROR_TOO_MANY_OPEN_FILES, 0};
    static const uint32_t pages[] = {ERROR_NO_SYSTEM_RESOURCES, ERROR_DISK_FULL, 0};

    if (kind == FAULT_ALLOCATION || error == ENOMEM)
        return memory;
    return error == EMFILE ? descriptors : pages;
}

static void walk(const struct step *step)
{
    static const int errors[] = {ENOMEM, EMFILE, ENOSPC, 0};
    struct fault_operation operation = {
        .name = step->name,
        .prepare = prepare_step,
        .run = run_step,
        .undo = undo_step,
        .errors = errors_of,
        .must_meet = step->must_meet,
        .ignored = step->ignored,
        .may_survive = step->may_survive,
        .context = (void *)step,
    };

    /* Once without failures: what is made on first use, and kept, is there then. */
    prepare_step(operation.context);
    ok_eq(step->run(), 0);
    step->undo();
    fault_walk(&operation, errors);
}

TEST(large_pages_are_taken_whole_or_not_at_all, "7.47 7.48 7.59")
{
    /* Where the best place cannot be mapped, another one is tried. */
    const uint64_t pages =
        FAULT_BIT(MEMFD) | FAULT_BIT(FTRUNCATE) | FAULT_BIT(ALLOCATE) | FAULT_BIT(SEAL);
    const struct step steps[] = {
        {"CreateFileMapping, large pages", NULL, run_create, close_section, pages | FAULT_MEMORY, 0,
         0},
        {"VirtualAlloc, large pages", NULL, run_allocate, release, pages | FAULT_BIT(MMAP), 0,
         FAULT_BIT(MMAP)},
        {"VirtualAllocExNuma, large pages", NULL, run_allocate_on_node, release,
         pages | FAULT_BIT(MMAP) | FAULT_BIT(MADVISE), 0,
         FAULT_BIT(MMAP) | FAULT_BIT(MBIND) | FAULT_BIT(MADVISE)},
    };

    begin(2);
    for (size_t i = 0; i < ARRAYSIZE(steps); i++)
        walk(&steps[i]);
    large_pool_end();
}

TEST(a_view_of_large_pages_is_mapped_or_not, "7.52")
{
    const struct step step = {
        "MapViewOfFile, large pages", NULL, run_map, unmap, FAULT_BIT(MMAP), 0, FAULT_BIT(MMAP)};

    begin(2);
    ok_eq(run_create(), 0);
    walk(&step);
    close_section();
    large_pool_end();
}

TEST(large_pages_replace_a_placeholder_or_leave_it, "5.62")
{
    const struct step step = {"VirtualAlloc2, large pages in a placeholder",
                              NULL,
                              run_replace,
                              put_back,
                              FAULT_BIT(MEMFD) | FAULT_BIT(ALLOCATE) | FAULT_BIT(MMAP),
                              0,
                              0};
    MEM_ADDRESS_REQUIREMENTS requirements = {.Alignment = 0};
    MEM_EXTENDED_PARAMETER parameter = {.Type = MemExtendedParameterAddressRequirements};

    begin(2);
    requirements.Alignment = large;
    parameter.Pointer = &requirements;
    place = VirtualAlloc2(NULL, NULL, large, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS,
                          &parameter, 1);
    require(place != NULL, "error %lu", (unsigned long)GetLastError());
    walk(&step);
    ok_succeeds(VirtualFree(place, 0, MEM_RELEASE));
    large_pool_end();
}

/* The connection stands, so that a walk meets what a section needs and not what a broker does. */
static void greet_broker(void)
{
    HANDLE first =
        CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, A_("first"));

    require(first != NULL);
    ok_succeeds(CloseHandle(first));
}

TEST(large_pages_with_a_name_are_taken_whole_or_not_at_all, "7.48 7.59")
{
    /* How messages are lost is library.c's to look at. */
    const uint64_t talk =
        FAULT_BIT(SEND) | FAULT_BIT(RECV) | FAULT_BIT(SOCKET) | FAULT_BIT(CONNECT);
    const struct step step = {"CreateFileMapping, large pages with a name",
                              greet_broker,
                              run_create_named,
                              close_section,
                              FAULT_BIT(MEMFD) | FAULT_BIT(ALLOCATE) | FAULT_BIT(REOPEN) |
                                  FAULT_MEMORY,
                              talk,
                              0};

    begin(3);
    walk(&step);
    large_pool_end();
}
