// SPDX-License-Identifier: MIT
/*
 * ntshm_query_regions(): all regions of a process at once, this one's and another's.
 */
#ifndef _WIN32
#    include "api/api.h"

#    include <stdlib.h>
#    include <string.h>
#    include <sys/mman.h>

#    include <ntshm/ntshm.h>

#    define MOST     4096u
#    define PATIENCE 30000

struct told {
    struct ntshm_region_run runs[MOST];
    char names[MOST][64];
    unsigned count, most;
};

static struct told told;

static BOOL note(const struct ntshm_region_run *run, void *context)
{
    require(context == &told && told.count < MOST);
    told.runs[told.count] = *run;
    snprintf(told.names[told.count], sizeof(told.names[0]), "%s", run->name);
    return ++told.count < told.most;
}

static ULONGLONG ask(HANDLE process)
{
    ULONGLONG changes = 0;

    told.count = 0;
    told.most = MOST;
    ok_succeeds(ntshm_query_regions(process, 0, note, &told, &changes));
    return changes;
}

/* The index of the run that begins at an address. */
static unsigned run_at(const void *base)
{
    for (unsigned i = 0; i < told.count; i++)
        if (told.runs[i].base == base)
            return i;
    ok(false, "no run at %p", base);
    return 0;
}

#    define ok_run_of(base_, size_, state_, protect_, type_, flags_)         \
        do {                                                                 \
            const struct ntshm_region_run *run_ = &told.runs[run_at(base_)]; \
            ok_eq(run_->size, (size_t)(size_));                              \
            ok_eq(run_->state, (DWORD)(state_));                             \
            ok_eq(run_->protect, (DWORD)(protect_));                         \
            ok_eq(run_->type, (DWORD)(type_));                               \
            ok_eq(run_->flags, (DWORD)(flags_));                             \
        } while (0)

/* Each run is what VirtualQuery tells of it, and they are in order. */
static void ok_as_queried(void)
{
    const char *end = NULL;

    for (unsigned i = 0; i < told.count; i++) {
        const struct ntshm_region_run *run = &told.runs[i];
        MEMORY_BASIC_INFORMATION info;

        ok((const char *)run->base >= end);
        end = (const char *)run->base + run->size;
        if (run->flags & NTSHM_REGION_LIBRARY)
            continue;
        ok_eq(VirtualQuery(run->base, &info, sizeof(info)), sizeof(info));
        ok_ptr_eq(info.AllocationBase, run->allocation_base);
        ok_eq(info.AllocationProtect, run->allocation_protect);
        ok_eq(info.RegionSize, run->size);
        ok_eq(info.State, run->state);
        ok_eq(info.Protect, run->protect);
        ok_eq(info.Type, run->type);
    }
}

TEST(regions_are_what_virtual_query_tells_and_more, "8.1 5.1")
{
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4 * GRANULE,
                                        A_("Local\\told"));
    char *view = (char *)MapViewOfFile(section, FILE_MAP_WRITE, 0, GRANULE, GRANULE);
    char *copy = (char *)MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 2 * PAGE);
    char *memory =
        (char *)VirtualAlloc(NULL, GRANULE, MEM_RESERVE | MEM_WRITE_WATCH, PAGE_READWRITE);
    char *place = (char *)VirtualAlloc2(NULL, NULL, GRANULE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
                                        PAGE_NOACCESS, NULL, 0);
    const char *leaf = strchr(A_("Local\\told"), '\\');
    DWORD watch = memory ? NTSHM_REGION_WRITE_WATCH : 0;

    if (!memory) /* a kernel that cannot watch writes */
        memory = (char *)VirtualAlloc(NULL, GRANULE, MEM_RESERVE, PAGE_READWRITE);
    require(view && copy && memory && place);
    ok(VirtualAlloc(memory + PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD) != NULL);
    copy[PAGE] = 1;
    ok_succeeds(ntshm_region_pin(view, NULL));
    ok(ask(GetCurrentProcess()) != 0);
    ok_as_queried();
    ok_run_of(view, GRANULE, MEM_COMMIT, PAGE_READWRITE, MEM_MAPPED, NTSHM_REGION_PINNED);
    ok_eq(told.runs[run_at(view)].offset, GRANULE);
    ok(strstr(told.names[run_at(view)], leaf) != NULL, "named '%s'", told.names[run_at(view)]);
    ok_run_of(copy, PAGE, MEM_COMMIT, PAGE_WRITECOPY, MEM_MAPPED, 0);
    ok_run_of(copy + PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE, MEM_MAPPED, 0);
    ok_eq(told.runs[run_at(copy + PAGE)].offset, PAGE);
    ok_run_of(memory, PAGE, MEM_RESERVE, 0, MEM_PRIVATE, watch);
    ok_run_of(memory + PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD, MEM_PRIVATE, watch);
    ok_ptr_eq(told.runs[run_at(memory + PAGE)].allocation_base, memory);
    ok_str_eq(told.names[run_at(memory)], "");
    ok_run_of(place, GRANULE, MEM_RESERVE, 0, MEM_PRIVATE, NTSHM_REGION_PLACEHOLDER);
    ok_succeeds(ntshm_region_unpin(view));
    ok_succeeds(VirtualFree(place, 0, MEM_RELEASE));
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    ok_succeeds(UnmapViewOfFile(copy));
    drop(section, view);
}

TEST(number_of_changes_tells_whether_two_looks_are_of_the_same, "")
{
    char *memory = (char *)VirtualAlloc(NULL, GRANULE, MEM_RESERVE, PAGE_READWRITE);
    ULONGLONG first = ask(GetCurrentProcess()), again = 0;

    ok(first != 0);
    ok_succeeds(ntshm_query_regions(GetCurrentProcess(), 0, NULL, NULL, &again));
    ok_eq(again, first);
    ok(VirtualAlloc(memory, PAGE, MEM_COMMIT, PAGE_READWRITE) == memory);
    ok_succeeds(ntshm_query_regions(GetCurrentProcess(), 0, NULL, NULL, &again));
    ok_ne(again, first);
    ok_succeeds(ntshm_query_regions(GetCurrentProcess(), 0, NULL, NULL, NULL));
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

TEST(visitor_ends_the_walk_and_may_change_memory, "")
{
    void *memory[3];

    for (unsigned i = 0; i < 3; i++)
        memory[i] = VirtualAlloc(NULL, GRANULE, MEM_RESERVE, PAGE_READWRITE);
    told.count = 0;
    told.most = 2;
    ok_succeeds(ntshm_query_regions(GetCurrentProcess(), 0, note, &told, NULL));
    ok_eq(told.count, 2);
    for (unsigned i = 0; i < 3; i++)
        ok_succeeds(VirtualFree(memory[i], 0, MEM_RELEASE));
}

/* More than fits into one answer of the service thread. */
#    define MANY 3000u

CHILD(regions_many)
{
    char line[16];
    char *first = NULL;

    for (unsigned i = 0; i < MANY; i++) {
        char *memory = (char *)VirtualAlloc(NULL, GRANULE, MEM_RESERVE, PAGE_READWRITE);

        require(memory != NULL);
        first = first ? first : memory;
    }
    require(CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, PAGE, argv[1]) !=
            NULL);
    if (strcmp(argv[2], "helps") == 0)
        require(ntshm_service_start());
    test_say("%p", (void *)first);
    test_hear(line, sizeof(line), 60000);
    return 0;
}

TEST_DEADLINE(regions_of_another_process_come_through_its_service_thread, "3.32", 120)
{
    struct test_child child;
    ULONGLONG changes, again = 0;
    char line[64];
    HANDLE process;
    unsigned count = 0;

    require(test_child_start(&child, "regions_many", A_("Local\\many"), "helps"));
    require(test_child_read_line(&child, line, sizeof(line), PATIENCE));
    process = OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, (DWORD)child.pid);
    ok(process != NULL);
    changes = ask(process);
    ok(changes != 0);
    ok_succeeds(ntshm_query_regions(process, PATIENCE, NULL, NULL, &again));
    ok_eq(again, changes);
    for (unsigned i = 0; i < told.count; i++)
        count += told.runs[i].size == GRANULE && told.runs[i].state == MEM_RESERVE &&
                 !told.runs[i].flags;
    ok(count >= MANY, "%u of %u", count, MANY);
    run_at((void *)strtoull(line, NULL, 16));
    ok_succeeds(CloseHandle(process));
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, PATIENCE), 0);
}

TEST_DEADLINE(regions_are_not_told_without_right_or_service, "3.32", 120)
{
    struct test_child child;
    char line[64];
    HANDLE process, weak;

    require(test_child_start(&child, "regions_many", A_("Local\\many"), "silent"));
    require(test_child_read_line(&child, line, sizeof(line), PATIENCE));
    process = OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, (DWORD)child.pid);
    weak = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, (DWORD)child.pid);
    told.count = 0;
    ok_fails(ntshm_query_regions(process, 0, note, &told, NULL), ERROR_NOT_SUPPORTED);
    ok_fails(ntshm_query_regions(weak, 0, note, &told, NULL), ERROR_ACCESS_DENIED);
    ok_fails(ntshm_query_regions(NULL, 0, note, &told, NULL), ERROR_INVALID_HANDLE);
    ok_eq(told.count, 0);
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, PATIENCE), 0);
    ok_fails(ntshm_query_regions(process, 0, note, &told, NULL), ERROR_ACCESS_DENIED);
    ok_succeeds(CloseHandle(process));
    ok_succeeds(CloseHandle(weak));
}

#endif
