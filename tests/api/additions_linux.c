// SPDX-License-Identifier: MIT
/*
 * What ntshm adds to the Windows interface (ntshm/ntshm.h).
 */
#ifndef _WIN32
#    include "api/api.h"

#    include <ntshm/ntshm.h>
#    include <unistd.h>

TEST(pinned_view_is_not_unmapped, "")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * GRANULE);
    char *view = (char *)map_words(section);
    struct ntshm_region region;

    ok_succeeds(ntshm_region_pin(view + GRANULE + 7, &region));
    ok_ptr_eq(region.base, view);
    ok_eq(region.size, 2 * GRANULE);
    ok_eq(region.allocation_protect, PAGE_READWRITE);
    ok_eq(region.protect, PAGE_READWRITE);
    ok_eq(region.type, MEM_MAPPED);
    ok_eq(region.pins, 1);
    ok_fails(UnmapViewOfFile(view), ERROR_INVALID_PARAMETER);
    ok_fails(UnmapViewOfFile(view + PAGE), ERROR_INVALID_PARAMETER);
    view[5] = 1;
    ok_succeeds(ntshm_region_unpin(view + PAGE));
    drop(section, view);
}

TEST(pinned_memory_is_not_freed, "")
{
    char *memory = (char *)VirtualAlloc(NULL, GRANULE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    struct ntshm_region region;

    ok_succeeds(ntshm_region_pin(memory, NULL));
    ok_succeeds(ntshm_region_pin(memory, &region));
    ok_eq(region.pins, 2);
    ok_eq(region.type, MEM_PRIVATE);
    ok_fails(VirtualFree(memory, 0, MEM_RELEASE), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree(memory, PAGE, MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
    ok_succeeds(ntshm_region_unpin(memory));
    ok_fails(VirtualFree(memory, 0, MEM_RELEASE), ERROR_INVALID_PARAMETER);
    memory[0] = 1;
    ok_succeeds(ntshm_region_unpin(memory));
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

/* More of it can be committed; what is committed stays as it is. */
TEST(pinned_memory_is_not_protected_by_committing, "")
{
    char *memory = (char *)VirtualAlloc(NULL, GRANULE, MEM_RESERVE, PAGE_READWRITE);

    ok_ptr_eq(VirtualAlloc(memory, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE), memory);
    ok_succeeds(ntshm_region_pin(memory, NULL));
    ok_fails(VirtualAlloc(memory, PAGE, MEM_COMMIT, PAGE_READONLY) != NULL,
             ERROR_INVALID_PARAMETER);
    ok_fails(VirtualAlloc(memory, 3 * PAGE, MEM_COMMIT, PAGE_READONLY) != NULL,
             ERROR_INVALID_PARAMETER);
    memory[PAGE] = 1;
    ok_ptr_eq(VirtualAlloc(memory, 3 * PAGE, MEM_COMMIT, PAGE_READWRITE), memory);
    memory[2 * PAGE] = 1;
    ok_ptr_eq(VirtualAlloc(memory + 3 * PAGE, PAGE, MEM_COMMIT, PAGE_READONLY), memory + 3 * PAGE);
    ok_succeeds(ntshm_region_unpin(memory));
    ok_ptr_eq(VirtualAlloc(memory, PAGE, MEM_COMMIT, PAGE_READONLY), memory);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

TEST(pinned_memory_keeps_its_contents, "")
{
    char *memory = (char *)VirtualAlloc(NULL, GRANULE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);

    memory[0] = 1;
    ok_succeeds(ntshm_region_pin(memory, NULL));
    ok_eq(DiscardVirtualMemory(memory, PAGE), ERROR_INVALID_PARAMETER);
    ok_eq(OfferVirtualMemory(memory, PAGE, VmOfferPriorityLow), ERROR_INVALID_PARAMETER);
    ok_eq(memory[0], 1);
    ok_succeeds(ntshm_region_unpin(memory));
    ok_eq(DiscardVirtualMemory(memory, PAGE), ERROR_SUCCESS);
    ok_eq(memory[0], 0);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

TEST(region_with_several_protections_has_none, "")
{
    char *memory = (char *)VirtualAlloc(NULL, GRANULE, MEM_RESERVE, PAGE_READWRITE);
    struct ntshm_region region;

    ok_ptr_eq(VirtualAlloc(memory, PAGE, MEM_COMMIT, PAGE_READWRITE), memory);
    ok_succeeds(ntshm_region_pin(memory, &region));
    ok_eq(region.protect, 0);
    ok_succeeds(ntshm_region_unpin(memory));
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

TEST(what_is_not_ours_is_not_pinned, "")
{
    int local = 0;

    ok_fails(ntshm_region_pin(&local, NULL), ERROR_INVALID_ADDRESS);
    ok_fails(ntshm_region_pin(NULL, NULL), ERROR_INVALID_ADDRESS);
    ok_fails(ntshm_region_unpin(&local), ERROR_INVALID_ADDRESS);
}

static struct ntshm_broker_statistics statistics(void)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};

    require(ntshm_broker_statistics(&statistics), "error %u", (unsigned)GetLastError());
    return statistics;
}

TEST(broker_counts_names_and_bytes, "11.27")
{
    HANDLE first = new_section(L_("first"), PAGE_READWRITE, 5 * PAGE);
    HANDLE second = CreateEventW(NULL, TRUE, FALSE, L_("second"));
    HANDLE unnamed = new_section(NULL, PAGE_READWRITE, PAGE);
    struct ntshm_broker_statistics with = statistics(), without;

    ok_eq(with.names, 2);
    ok_eq(with.objects, 2);
    ok(with.bytes >= 5 * PAGE, "%u", (unsigned)with.bytes);
    ok(with.clients >= 1);
    ok(with.pid != GetCurrentProcessId());
    drop(first, NULL);
    drop(second, NULL);
    without = statistics();
    ok_eq(without.names, 0);
    ok_eq(without.bytes, 0);
    ok_eq(without.instance, with.instance);
    ok(without.requests > with.requests);
    drop(unnamed, NULL);
}

TEST(statistics_know_their_size, "")
{
    struct ntshm_broker_statistics wrong = {.size = sizeof(wrong) - 8};

    ok_fails(ntshm_broker_statistics(&wrong), ERROR_INVALID_PARAMETER);
    ok_fails(ntshm_broker_statistics(NULL), ERROR_INVALID_PARAMETER);
}

TEST(statistics_start_no_broker, "")
{
    struct ntshm_broker_statistics none = {.size = sizeof(none)};

    ok_fails(ntshm_broker_statistics(&none), ERROR_FILE_NOT_FOUND);
}

TEST(place_of_the_broker_is_told_without_starting_one, "")
{
    struct ntshm_broker_statistics none = {.size = sizeof(none)};
    struct ntshm_broker_place place = {.size = sizeof(place)}, wrong = {.size = 16}, was;
    char longest[sizeof(place.program) + 1];
    HANDLE event;

    ok_succeeds(ntshm_broker_place(&place));
    ok_str_eq(place.directory, getenv("NTSHM_BROKER"));
    ok_str_eq(place.program, getenv("NTSHM_BROKER_PATH"));
    ok_eq(place.is_system, 0);
    was = place;
    memset(longest, '/', sizeof(longest) - 1); /* half of a name would be another program's */
    longest[sizeof(longest) - 1] = '\0';
    setenv("NTSHM_BROKER_PATH", longest, 1);
    ok_fails(ntshm_broker_place(&place), ERROR_FILENAME_EXCED_RANGE);
    setenv("NTSHM_BROKER_PATH", longest + 1, 1);
    ok_succeeds(ntshm_broker_place(&place));
    ok_str_eq(place.program, longest + 1);
    setenv("NTSHM_BROKER_PATH", was.program, 1);
    ok_fails(ntshm_broker_statistics(&none), ERROR_FILE_NOT_FOUND);
    ok_fails(ntshm_broker_place(&wrong), ERROR_INVALID_PARAMETER);
    ok_fails(ntshm_broker_place(NULL), ERROR_INVALID_PARAMETER);
    setenv("NTSHM_BROKER", "relative", 1);
    ok_fails(ntshm_broker_place(&place), ERROR_INVALID_PARAMETER);
    setenv("NTSHM_BROKER", "system:/nowhere", 1);
    ok_succeeds(ntshm_broker_place(&place));
    ok_str_eq(place.directory, "/nowhere");
    ok_eq(place.is_system, 1);
    setenv("NTSHM_BROKER", wrong.directory, 1); /* "": no path either */
    ok_fails(ntshm_broker_place(&place), ERROR_INVALID_PARAMETER);
    setenv("NTSHM_BROKER", test_dir(), 1); /* and it is used where it is said to be */
    ok_succeeds(ntshm_broker_place(&place));
    event = CreateEventW(NULL, TRUE, FALSE, L_("there"));
    ok(event != NULL);
    ok_eq(access(strcat(place.directory, "/broker"), F_OK), 0);
    drop(event, NULL);
}

TEST(quiescing_touches_no_handle, "11.27")
{
    HANDLE section = new_section(L_("quiet"), PAGE_READWRITE, PAGE);
    volatile uint32_t *view = map_words(section);
    HANDLE opened;

    *view = 1;
    ntshm_quiesce();
    ntshm_quiesce();
    ok_eq(*view, 1);
    opened = open_section(L_("quiet"), FILE_MAP_READ);
    ok_succeeds(CompareObjectHandles(section, opened));
    drop(opened, NULL);
    ntshm_quiesce();
    drop(section, view);
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("quiet")), ERROR_FILE_NOT_FOUND);
}
#endif
