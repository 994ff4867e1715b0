// SPDX-License-Identifier: MIT
/*
 * At the limit of mappings (vm.max_map_count). Whatever would need one more is refused with the
 * error that a Windows program expects where memory ends, the log says what has ended, and nothing
 * has changed; what needs none goes on working. When all is freed the kernel has as many mappings
 * as before: what was next to each other has been joined again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <windows.h>
#include <winternl.h>
#include <ntstatus.h>
#include <ntshm/ntshm.h>

#include "harness/test.h"

#define PAGE  ((SIZE_T)0x1000)
#define PAGES 16
#define SIZE  (PAGES * PAGE)
#define BOTH  (MEM_RESERVE | MEM_COMMIT)
#define MOST  400000u /* mappings that this can look at */

/* --- what the kernel has -------------------------------------------------------------- */

struct mapping {
    uint64_t start, end;
};

static struct mapping mappings[MOST];

/* Reads all of them, without taking memory; how many there are. */
static unsigned read_mappings(void)
{
    static char buffer[1 << 16];
    unsigned long long start, end;
    FILE *file = fopen("/proc/self/maps", "re");
    char line[1024];
    unsigned n = 0;

    require(file != NULL);
    setvbuf(file, buffer, _IOFBF, sizeof(buffer));
    while (fgets(line, sizeof(line), file)) {
        if (sscanf(line, "%llx-%llx ", &start, &end) == 2 && n < MOST)
            mappings[n++] = (struct mapping){start, end};
    }
    fclose(file);
    return n;
}

static unsigned long map_limit(void)
{
    FILE *file = fopen("/proc/sys/vm/max_map_count", "re");
    unsigned long limit = 0;

    if (file) {
        if (fscanf(file, "%lu", &limit) != 1)
            limit = 0;
        fclose(file);
    }
    return limit;
}

/* Of [start, end): how many bytes mappings from the *@at-th on hold. */
static uint64_t held(unsigned n, unsigned *at, uint64_t start, uint64_t end)
{
    uint64_t sum = 0;

    while (*at < n && mappings[*at].end <= start)
        ++*at;
    for (unsigned i = *at; i < n && mappings[i].start < end; i++) {
        uint64_t low = mappings[i].start > start ? mappings[i].start : start;
        uint64_t high = mappings[i].end < end ? mappings[i].end : end;

        sum += high - low;
    }
    return sum;
}

/* VirtualQuery tells of the whole address space what the kernel says of it. */
static void check_walk(void)
{
    MEMORY_BASIC_INFORMATION information = {.RegionSize = 0};
    unsigned n = read_mappings(), at = 0, n_wrong = 0;
    uint64_t address = 0;

    while (VirtualQuery((void *)address, &information, sizeof(information))) {
        uint64_t end = address + information.RegionSize;
        uint64_t bytes = held(n, &at, address, end);

        if ((uint64_t)information.BaseAddress != address || end <= address)
            break;
        /* The stack may grow between the two looks. */
        if (bytes != (information.State == MEM_FREE ? 0 : end - address) &&
            !((uint64_t)&address > address - 0x800000 && (uint64_t)&address < end + 0x800000)) {
            test_note("%llx-%llx is told as %x, and %llx bytes are mapped",
                      (unsigned long long)address, (unsigned long long)end,
                      (unsigned)information.State, (unsigned long long)bytes);
            n_wrong++;
        }
        address = end;
    }
    ok(address >= 0x7FFF00000000, "the walk ends at %llx", (unsigned long long)address);
    ok_eq(n_wrong, 0);
}

/* --- the limit -------------------------------------------------------------------------- */

static char said[512];

static void hear(int level, const char *message, void *context)
{
    (void)context;
    if (level == NTSHM_LOG_ERROR)
        snprintf(said, sizeof(said), "%s", message);
}

static char *filler;
static unsigned long n_filled;

/* Every other page of a reservation is committed, until nothing more can be. */
static void fill_up(void)
{
    while (n_filled < MOST &&
           VirtualAlloc(filler + (2 * n_filled + 1) * PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE))
        n_filled++;
    ok_eq(GetLastError(), ERROR_COMMITMENT_LIMIT);
    /* One mapping may be left, which is not enough for a change in the middle of another. */
}

/* Whether an error is that of memory that has ended. */
static bool is_out_of_memory(DWORD error)
{
    return error == ERROR_NOT_ENOUGH_MEMORY || error == ERROR_COMMITMENT_LIMIT;
}

#define ok_refused(expr)                                                       \
    do {                                                                       \
        SetLastError(ERROR_SUCCESS);                                           \
        ok(!(expr) && is_out_of_memory(GetLastError()), "%s: error %u", #expr, \
           (unsigned)GetLastError());                                          \
    } while (0)

static DWORD state_of(const void *address, SIZE_T *ret_size)
{
    MEMORY_BASIC_INFORMATION information;

    ok(VirtualQuery(address, &information, sizeof(information)) != 0);
    *ret_size = information.RegionSize;
    return information.Protect ? information.Protect : information.State;
}

static void check_state(const void *address, DWORD state, SIZE_T size)
{
    SIZE_T found;

    ok_eq(state_of(address, &found), state);
    ok_eq(found, size);
}

static bool holds(const char *memory, SIZE_T size, char value)
{
    for (SIZE_T i = 0; i < size; i++) {
        if (memory[i] != value)
            return false;
    }
    return true;
}

/* --- what is tried ---------------------------------------------------------------------- */

static struct {
    HANDLE section;
    char *memory, *locked, *offered, *view, *placeholder, *replaced, *tracked, *window;
    bool has_replacement;
    ULONG_PTR pages[PAGES];
    bool has_pages;
} made;

static char *new_memory(DWORD type)
{
    char *memory = VirtualAlloc(NULL, SIZE, BOTH | type, PAGE_READWRITE);

    require(memory != NULL, "error %u", (unsigned)GetLastError());
    memset(memory, 1, SIZE);
    return memory;
}

static bool enable_lock_memory(void)
{
    TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1};
    HANDLE token;
    bool done;

    require(OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token));
    require(LookupPrivilegeValueA(NULL, "SeLockMemoryPrivilege", &wanted.Privileges[0].Luid));
    wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    done = AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL) &&
           GetLastError() == ERROR_SUCCESS;
    ok_succeeds(CloseHandle(token));
    return done;
}

static void make_window(void)
{
    ULONG_PTR n = PAGES;

    made.window = VirtualAlloc(NULL, SIZE, MEM_RESERVE | MEM_PHYSICAL, PAGE_READWRITE);
    require(made.window != NULL);
    made.has_pages = enable_lock_memory();
    if (!made.has_pages)
        return;
    require(AllocateUserPhysicalPages(GetCurrentProcess(), &n, made.pages) && n == PAGES);
    ok_succeeds(MapUserPhysicalPages(made.window, PAGES, made.pages));
    memset(made.window, 1, SIZE);
}

static char *new_placeholder(SIZE_T size)
{
    char *place = VirtualAlloc2(NULL, NULL, size, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
                                PAGE_NOACCESS, NULL, 0);

    require(place != NULL, "error %u", (unsigned)GetLastError());
    return place;
}

static void make_all(void)
{
    made.section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, NULL);
    require(made.section != NULL);
    made.view = MapViewOfFile(made.section, FILE_MAP_WRITE, 0, 0, 0);
    require(made.view != NULL);
    memset(made.view, 1, SIZE);
    made.memory = new_memory(0);
    made.locked = new_memory(0);
    ok_succeeds(VirtualLock(made.locked, SIZE));
    made.offered = new_memory(0);
    made.tracked = new_memory(MEM_WRITE_WATCH);
    made.placeholder = new_placeholder(SIZE);
    made.replaced = new_placeholder(3 * SIZE);
    ok_succeeds(VirtualFree(made.replaced + SIZE, SIZE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    ok_ptr_eq(MapViewOfFile3(made.section, NULL, made.replaced + SIZE, 0, SIZE,
                             MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0),
              made.replaced + SIZE);
    made.has_replacement = true;
    make_window();
}

static void drop_all(void)
{
    ULONG_PTR n = PAGES;

    ok_succeeds(VirtualFree(made.memory, 0, MEM_RELEASE));
    ok_succeeds(VirtualFree(made.locked, 0, MEM_RELEASE));
    ok_succeeds(VirtualFree(made.offered, 0, MEM_RELEASE));
    ok_succeeds(VirtualFree(made.tracked, 0, MEM_RELEASE));
    ok_succeeds(VirtualFree(made.window, 0, MEM_RELEASE));
    ok_succeeds(VirtualFree(made.placeholder, 0, MEM_RELEASE));
    if (made.has_replacement)
        ok_succeeds(UnmapViewOfFileEx(made.replaced + SIZE, MEM_PRESERVE_PLACEHOLDER));
    made.has_replacement = false;
    ok_succeeds(VirtualFree(made.replaced, 0, MEM_RELEASE));
    ok_succeeds(VirtualFree(made.replaced + SIZE, 0, MEM_RELEASE));
    ok_succeeds(VirtualFree(made.replaced + 2 * SIZE, 0, MEM_RELEASE));
    ok_succeeds(UnmapViewOfFile(made.view));
    ok_succeeds(CloseHandle(made.section));
    if (made.has_pages)
        ok_succeeds(FreeUserPhysicalPages(GetCurrentProcess(), &n, made.pages));
}

/* Changes in the middle of what is one mapping. */
static void try_memory(void)
{
    char *middle = made.memory + 5 * PAGE;
    SIZE_T size = PAGE;
    PVOID base = middle;
    DWORD old;

    ok_refused(VirtualProtect(middle, PAGE, PAGE_READONLY, &old));
    ok_refused(VirtualProtect(middle, PAGE, PAGE_READWRITE | PAGE_GUARD, &old));
    ok_refused(VirtualFree(middle, PAGE, MEM_DECOMMIT));
    ok_status(NtFreeVirtualMemory(NtCurrentProcess(), &base, &size, MEM_RELEASE), STATUS_NO_MEMORY);
    ok_ptr_eq(base, middle);
    check_state(made.memory, PAGE_READWRITE, SIZE);
    ok(holds(made.memory, SIZE, 1));
    /* Not in the middle: the whole needs no mapping more. */
    ok_succeeds(VirtualProtect(made.memory, SIZE, PAGE_READONLY, &old));
    ok_succeeds(VirtualProtect(made.memory, SIZE, PAGE_READWRITE, &old));
    ok_eq(DiscardVirtualMemory(middle, PAGE), ERROR_SUCCESS);
    memset(middle, 1, PAGE);
}

static void try_residency(void)
{
    DWORD error;

    ok_refused(VirtualLock(made.memory + 5 * PAGE, PAGE));
    ok_fails(VirtualUnlock(made.memory + 5 * PAGE, PAGE), ERROR_NOT_LOCKED);
    ok_refused(VirtualUnlock(made.locked + 5 * PAGE, PAGE));
    ok_succeeds(VirtualUnlock(made.locked, SIZE)); /* all of it still was */
    error = OfferVirtualMemory(made.offered + 5 * PAGE, PAGE, VmOfferPriorityLow);
    ok(is_out_of_memory(error), "error %u", (unsigned)error);
    ok(holds(made.offered, SIZE, 1));
    ok_eq(OfferVirtualMemory(made.offered, SIZE, VmOfferPriorityLow), ERROR_SUCCESS);
    error = ReclaimVirtualMemory(made.offered + 5 * PAGE, PAGE);
    ok(is_out_of_memory(error), "error %u", (unsigned)error);
    error = ReclaimVirtualMemory(made.offered, SIZE);
    ok(error == ERROR_SUCCESS || error == ERROR_BUSY, "error %u", (unsigned)error);
    if (error == ERROR_SUCCESS)
        ok(holds(made.offered, SIZE, 1));
}

static void try_views(void)
{
    DWORD old;

    ok_refused(VirtualProtect(made.view + 5 * PAGE, PAGE, PAGE_WRITECOPY, &old));
    check_state(made.view, PAGE_READWRITE, SIZE);
    ok(holds(made.view, SIZE, 1));
}

/* A placeholder is split for nothing, but what takes the place of a part is a mapping more. */
static void try_placeholders(void)
{
    char *middle = made.placeholder + 4 * PAGE;

    ok_succeeds(VirtualFree(middle, 4 * PAGE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    ok_refused(MapViewOfFile3(made.section, NULL, middle, 0, 4 * PAGE, MEM_REPLACE_PLACEHOLDER,
                              PAGE_READWRITE, NULL, 0));
    ok_refused(VirtualAlloc2(NULL, middle, 4 * PAGE, BOTH | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE,
                             NULL, 0));
    ok_refused(VirtualAlloc2(NULL, middle, 4 * PAGE,
                             BOTH | MEM_WRITE_WATCH | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL,
                             0));
    check_state(middle, MEM_RESERVE, 4 * PAGE);
    ok_succeeds(VirtualFree(made.placeholder, SIZE, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS));
    check_state(made.placeholder, MEM_RESERVE, SIZE);
    /* What goes makes room, and what has room comes back. */
    ok_succeeds(UnmapViewOfFileEx(made.replaced + SIZE, MEM_PRESERVE_PLACEHOLDER));
    check_state(made.replaced + SIZE, MEM_RESERVE, SIZE);
    ok_ptr_eq(MapViewOfFile3(made.section, NULL, made.replaced + SIZE, 0, SIZE,
                             MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0),
              made.replaced + SIZE);
}

static void try_write_watch(void)
{
    PVOID written[PAGES];
    ULONG_PTR n = PAGES;
    DWORD granularity, old;

    ok_eq(ResetWriteWatch(made.tracked, SIZE), 0);
    made.tracked[7 * PAGE] = 1;
    ok_refused(VirtualProtect(made.tracked + 5 * PAGE, PAGE, PAGE_READONLY, &old));
    ok_refused(VirtualFree(made.tracked + 5 * PAGE, PAGE, MEM_DECOMMIT));
    ok_eq(GetWriteWatch(0, made.tracked, SIZE, written, &n, &granularity), 0);
    ok_eq(n, 1);
    ok_ptr_eq(written[0], made.tracked + 7 * PAGE);
    ok(holds(made.tracked, SIZE, 1));
}

static void try_windows(void)
{
    PVOID addresses[] = {made.window + 3 * PAGE, made.window + 9 * PAGE};
    ULONG_PTR numbers[] = {made.pages[9], made.pages[3]}, n = 1;

    if (!made.has_pages)
        return;
    ok_refused(MapUserPhysicalPages(made.window + 5 * PAGE, 1, NULL));
    ok_refused(MapUserPhysicalPagesScatter(addresses, 2, numbers));
    ok_refused(MapUserPhysicalPagesScatter(addresses, 2, NULL));
    ok_refused(FreeUserPhysicalPages(GetCurrentProcess(), &n, made.pages + 5));
    ok_eq(n, 0);
    check_state(made.window, PAGE_READWRITE, SIZE);
    ok(holds(made.window, SIZE, 1));
    ok_succeeds(MapUserPhysicalPages(made.window, PAGES, NULL));
    ok_succeeds(MapUserPhysicalPages(made.window, PAGES, made.pages));
    ok(holds(made.window, SIZE, 1));
}

/* Mappings of their own, of which one may still be had. */
static void try_new_ones(void)
{
    void *views[8];
    unsigned n = 0;

    while (n < 8 && (views[n] = MapViewOfFile(made.section, FILE_MAP_READ, 0, 0, 0)) != NULL)
        n++;
    ok(n < 8);
    ok(is_out_of_memory(GetLastError()), "error %u", (unsigned)GetLastError());
    ok_refused(VirtualAlloc(NULL, SIZE, BOTH, PAGE_READWRITE));
    ok_refused(VirtualAlloc(NULL, SIZE, BOTH | MEM_WRITE_WATCH, PAGE_READWRITE));
    ok_refused(VirtualAlloc(NULL, SIZE, MEM_RESERVE | MEM_PHYSICAL, PAGE_READWRITE));
    ok_refused(VirtualAlloc2(NULL, NULL, SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS,
                             NULL, 0));
    while (n > 0)
        ok_succeeds(UnmapViewOfFile(views[--n]));
}

static void need_mappings(unsigned long limit)
{
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
    skip("a sanitizer itself dies without mappings");
#endif
    if (limit == 0 || limit + 1000 > MOST)
        skip("vm.max_map_count is too large to be reached");
}

TEST_DEADLINE(without_mappings_nothing_changes_in_part, "7.59", 240)
{
    static void (*const tries[])(void) = {
        try_memory,      try_residency, try_views,    try_placeholders,
        try_write_watch, try_windows,   try_new_ones,
    };
    unsigned long limit = map_limit();
    unsigned before, after;

    need_mappings(limit);
    ntshm_set_log(hear, NULL);
    make_all(); /* what is made on first use, and kept, is there then */
    drop_all();
    before = read_mappings();
    make_all();
    filler = VirtualAlloc(NULL, 2 * MOST * PAGE, MEM_RESERVE, PAGE_READWRITE);
    require(filler != NULL, "error %u", (unsigned)GetLastError());
    for (unsigned i = 0; i < ARRAYSIZE(tries); i++) {
        fill_up(); /* what the one before has given back too */
        ok(read_mappings() >= limit - 1);
        tries[i]();
    }
    ok(strstr(said, "vm.max_map_count") != NULL, "said: %s", said);
    check_walk();
    ok_succeeds(VirtualFree(filler, 0, MEM_RELEASE));
    drop_all();
    after = read_mappings();
    ok(after <= before + 8, "%u mappings before, %u after", before, after);
    check_walk();
    ntshm_set_log(NULL, NULL);
}

/* Of the kernel, in 64 pages. */
static unsigned mappings_in(const char *memory)
{
    unsigned n = read_mappings(), found = 0;

    for (unsigned i = 0; i < n; i++)
        found +=
            mappings[i].start < (uint64_t)memory + 64 * PAGE && mappings[i].end > (uint64_t)memory;
    return found;
}

/* What is cut and made whole again, by whatever function, is one mapping again. */
TEST(neighbours_are_joined_again, "")
{
    char *memory = VirtualAlloc(NULL, 64 * PAGE, BOTH, PAGE_READWRITE);
    char *place = new_placeholder(64 * PAGE);
    DWORD old;

    require(memory != NULL);
    memset(memory, 1, 64 * PAGE);
    for (unsigned i = 1; i < 64; i += 2) {
        ok_succeeds(VirtualProtect(memory + i * PAGE, PAGE, PAGE_READONLY, &old));
        ok_succeeds(VirtualFree(place + i * PAGE, PAGE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
        ok_ptr_eq(VirtualAlloc2(NULL, place + i * PAGE, PAGE, BOTH | MEM_REPLACE_PLACEHOLDER,
                                PAGE_READWRITE, NULL, 0),
                  place + i * PAGE);
    }
    ok(mappings_in(memory) + mappings_in(place) > 100);
    for (unsigned i = 1; i < 64; i += 2) {
        ok_succeeds(VirtualProtect(memory + i * PAGE, PAGE, PAGE_READWRITE, &old));
        ok_succeeds(VirtualFree(place + i * PAGE, PAGE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    }
    ok_eq(mappings_in(memory), 1);
    ok_eq(mappings_in(place), 1);
    for (unsigned i = 1; i < 64; i += 4) {
        ok_succeeds(VirtualLock(memory + i * PAGE, PAGE));
        ok_eq(OfferVirtualMemory(memory + (i + 2) * PAGE, PAGE, VmOfferPriorityLow), ERROR_SUCCESS);
    }
    for (unsigned i = 1; i < 64; i += 4) {
        ok_succeeds(VirtualUnlock(memory + i * PAGE, PAGE));
        ok(ReclaimVirtualMemory(memory + (i + 2) * PAGE, PAGE) != ERROR_INVALID_PARAMETER);
    }
    ok_eq(mappings_in(memory), 1);
    ok_eq(mappings_in(place), 1);
    for (unsigned i = 1; i < 64; i += 2)
        ok_succeeds(VirtualFree(memory + i * PAGE, PAGE, MEM_DECOMMIT));
    ok_succeeds(VirtualFree(memory, 0, MEM_DECOMMIT));
    ok_eq(mappings_in(memory), 1);
    ok_eq(mappings_in(place), 1);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    ok_succeeds(VirtualFree(place, 64 * PAGE, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS));
    ok_succeeds(VirtualFree(place, 0, MEM_RELEASE));
}
