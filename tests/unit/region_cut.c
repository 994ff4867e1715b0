// SPDX-License-Identifier: MIT
/*
 * Parts of private memory that are released, or become placeholders: what is left keeps what it
 * holds, its protections, its guards and its charge; and the rest of the address space is counted
 * right, wherever regions begin and end.
 */
#include <string.h>

#include "harness/test.h"
#include "lib/fault/fault.h"
#include "lib/memory/offer.h"
#include "lib/object/object.h"
#include "unit/placeholder_kit.h"

#define GUARDED (PAGE_READWRITE | PAGE_GUARD)

static uint64_t charged_at(uint64_t address)
{
    const struct nt_region *region;
    uint64_t charged;

    nt_map_lock();
    region = nt_map_below(address);
    charged = region ? region->charged : UINT64_MAX;
    nt_map_unlock();
    return charged;
}

static uint64_t allocate(size_t size, ULONG type)
{
    struct nt_allocation allocation = {.size = size, .type = type, .protect = PAGE_READWRITE};

    require(NT_SUCCESS(nt_memory_allocate(&allocation)));
    return (uint64_t)allocation.base;
}

static void protect(uint64_t base, size_t size, ULONG protection)
{
    void *address = (void *)base;
    ULONG old;

    ok_status(nt_memory_protect(&address, &size, protection, &old), STATUS_SUCCESS);
}

static void ok_run(uint64_t at, uint64_t base, uint64_t end, ULONG state, ULONG protection)
{
    MEMORY_BASIC_INFORMATION information = kit_query(at);

    ok_eq((uint64_t)information.AllocationBase, base);
    ok_eq(at + information.RegionSize, end);
    ok_eq(information.State, state);
    ok_eq(information.Protect, protection);
    ok_eq(information.AllocationProtect, PAGE_READWRITE);
}

/* --- releasing ---------------------------------------------------------------------- */

TEST(the_middle_goes_and_both_ends_stay, "7.26 7.32 7.33 8.2")
{
    uint64_t base = allocate(16 * PAGE, MEM_RESERVE | MEM_COMMIT), end = base + 16 * PAGE;

    for (unsigned i = 0; i < 16; i++)
        *(volatile char *)(base + i * PAGE) = (char)i;
    protect(base + 2 * PAGE, PAGE, PAGE_READONLY);
    protect(base + 12 * PAGE, PAGE, PAGE_READONLY);
    ok_eq(charged_at(base), 16 * PAGE);
    ok_status(kit_free(base + 5 * PAGE, 4 * PAGE, MEM_RELEASE), STATUS_SUCCESS);
    ok_run(base, base, base + 2 * PAGE, MEM_COMMIT, PAGE_READWRITE);
    ok_run(base + 2 * PAGE, base, base + 3 * PAGE, MEM_COMMIT, PAGE_READONLY);
    ok_run(base + 3 * PAGE, base, base + 5 * PAGE, MEM_COMMIT, PAGE_READWRITE);
    ok_eq(kit_query(base + 5 * PAGE).State, MEM_FREE);
    ok_run(base + 9 * PAGE, base + 9 * PAGE, base + 12 * PAGE, MEM_COMMIT, PAGE_READWRITE);
    ok_run(base + 12 * PAGE, base + 9 * PAGE, base + 13 * PAGE, MEM_COMMIT, PAGE_READONLY);
    ok_run(base + 13 * PAGE, base + 9 * PAGE, end, MEM_COMMIT, PAGE_READWRITE);
    ok_eq(charged_at(base), 5 * PAGE);
    ok_eq(charged_at(base + 9 * PAGE), 7 * PAGE);
    ok_eq(*(volatile char *)(base + 4 * PAGE), 4);
    ok_eq(*(volatile char *)(base + 9 * PAGE), 9);
    kit_check_map();

    ok_status(kit_free(base + 5 * PAGE, 0, MEM_RELEASE), STATUS_MEMORY_NOT_ALLOCATED);
    ok_status(kit_free(base, 6 * PAGE, MEM_RELEASE), STATUS_UNABLE_TO_FREE_VM);
    ok_status(kit_free(base + 9 * PAGE, 2 * PAGE, MEM_DECOMMIT), STATUS_SUCCESS);
    ok_eq(charged_at(base + 9 * PAGE), 5 * PAGE);
    ok_status(kit_allocate(base + 10 * PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE), STATUS_SUCCESS);
    ok_eq(*(volatile char *)(base + 10 * PAGE), 0);
    ok_eq(charged_at(base + 9 * PAGE), 6 * PAGE);
    ok_status(kit_free(base, 0, MEM_RELEASE), STATUS_SUCCESS);
    ok_status(kit_free(base + 9 * PAGE, 0, MEM_RELEASE), STATUS_SUCCESS);
    ok_eq(kit_query(base).State, MEM_FREE);
    kit_check_map();
}

TEST(a_hole_can_be_taken_by_another, "7.5 7.26")
{
    uint64_t base = allocate(4 * SLOT, MEM_RESERVE);

    ok_status(kit_free(base + SLOT, SLOT, MEM_RELEASE), STATUS_SUCCESS);
    ok_status(kit_free(base + 2 * SLOT + PAGE, PAGE, MEM_RELEASE), STATUS_SUCCESS);
    kit_check_map();
    ok_status(kit_allocate(base + SLOT, SLOT + PAGE, MEM_RESERVE, PAGE_READWRITE),
              STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_allocate(base + SLOT, SLOT, MEM_RESERVE, PAGE_READWRITE), STATUS_SUCCESS);
    ok_status(kit_free(base + 2 * SLOT, PAGE, MEM_RELEASE), STATUS_SUCCESS);
    /* Two pages are free at the front of that slot now. */
    ok_status(kit_allocate(base + 2 * SLOT, 3 * PAGE, MEM_RESERVE, PAGE_READWRITE),
              STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_allocate(base + 2 * SLOT, 2 * PAGE, MEM_RESERVE, PAGE_READWRITE), STATUS_SUCCESS);
    kit_check_map();
    for (unsigned i = 0; i < 3; i++)
        ok_status(kit_free(base + i * SLOT, 0, MEM_RELEASE), STATUS_SUCCESS);
    ok_status(kit_free(base + 2 * SLOT + 2 * PAGE, 0, MEM_RELEASE), STATUS_SUCCESS);
    ok_eq(kit_query(base).State, MEM_FREE);
    kit_check_map();
}

TEST(head_and_tail_go, "7.26")
{
    uint64_t base = allocate(8 * PAGE, MEM_RESERVE | MEM_COMMIT);

    *(volatile char *)(base + 4 * PAGE) = 4;
    ok_status(kit_free(base, 2 * PAGE, MEM_RELEASE), STATUS_SUCCESS);
    ok_run(base + 2 * PAGE, base + 2 * PAGE, base + 8 * PAGE, MEM_COMMIT, PAGE_READWRITE);
    ok_status(kit_free(base + 6 * PAGE, 2 * PAGE, MEM_RELEASE), STATUS_SUCCESS);
    ok_run(base + 2 * PAGE, base + 2 * PAGE, base + 6 * PAGE, MEM_COMMIT, PAGE_READWRITE);
    ok_eq(charged_at(base + 2 * PAGE), 4 * PAGE);
    ok_eq(*(volatile char *)(base + 4 * PAGE), 4);
    kit_check_map();
    ok_status(kit_free(base + 2 * PAGE, 4 * PAGE, MEM_RELEASE), STATUS_SUCCESS);
    kit_check_map();
}

/* --- guards ------------------------------------------------------------------------- */

TEST(guards_stand_where_they_stood, "7.26 8.17 9.25")
{
    uint64_t base = allocate(12 * PAGE, MEM_RESERVE | MEM_COMMIT);

    for (unsigned i = 0; i < 12; i += 2)
        protect(base + i * PAGE, PAGE, GUARDED);
    ok_status(kit_free(base + 4 * PAGE, 3 * PAGE, MEM_RELEASE), STATUS_SUCCESS);
    for (unsigned i = 0; i < 12; i++) {
        bool kept = i < 4 || i >= 7;

        ok_eq(nt_fault_guard_stands(base + i * PAGE), kept && i % 2 == 0);
        ok_eq(nt_fault_kinds(base + i * PAGE), kept ? NT_FAULT_GUARD : 0);
    }
    protect(base + 8 * PAGE, PAGE, PAGE_READWRITE);
    ok(!nt_fault_guard_stands(base + 8 * PAGE));
    *(volatile char *)(base + 8 * PAGE) = 1;
    ok_status(kit_free(base, 0, MEM_RELEASE), STATUS_SUCCESS);
    ok(nt_fault_guard_stands(base + 10 * PAGE));
    ok_eq(nt_fault_kinds(base), 0);
    ok_status(kit_free(base + 7 * PAGE, 0, MEM_RELEASE), STATUS_SUCCESS);
    ok_eq(nt_fault_kinds(base + 10 * PAGE), 0);
    kit_check_map();
}

TEST(a_refused_part_keeps_its_guards, "7.26 7.33")
{
    uint64_t base = allocate(6 * PAGE, MEM_RESERVE | MEM_COMMIT);

    protect(base, 6 * PAGE, GUARDED);
    kit_fail(NT_OS_MUNMAP, 0);
    ok_status(kit_free(base + 2 * PAGE, 2 * PAGE, MEM_RELEASE), STATUS_NO_MEMORY);
    kit_stop();
    for (unsigned i = 0; i < 6; i++)
        ok(nt_fault_guard_stands(base + i * PAGE));
    ok_run(base, base, base + 6 * PAGE, MEM_COMMIT, GUARDED);
    ok_eq(charged_at(base), 6 * PAGE);
    ok_status(kit_free(base, 0, MEM_RELEASE), STATUS_SUCCESS);
    ok_eq(nt_fault_kinds(base + 3 * PAGE), 0);
}

/* --- becoming placeholders ---------------------------------------------------------- */

TEST(a_part_becomes_a_placeholder, "5.35 5.36 5.42 5.57")
{
    uint64_t base = kit_reserve(16 * PAGE), end = base + 16 * PAGE;

    ok_status(kit_replace(base, 16 * PAGE), STATUS_SUCCESS);
    memset((void *)base, 1, 16 * PAGE);
    ok_status(kit_split(base + 4 * PAGE + 1, 3 * PAGE), STATUS_SUCCESS); /* 4 to 8 */
    kit_is_placeholder(base + 4 * PAGE, 4 * PAGE);
    ok_run(base, base, base + 4 * PAGE, MEM_COMMIT, PAGE_READWRITE);
    ok_run(base + 8 * PAGE, base + 8 * PAGE, end, MEM_COMMIT, PAGE_READWRITE);
    ok_eq(charged_at(base), 4 * PAGE);
    ok_eq(charged_at(base + 4 * PAGE), 0);
    ok_eq(charged_at(base + 8 * PAGE), 8 * PAGE);
    ok_eq(*(volatile char *)(base + 8 * PAGE), 1);
    kit_agrees(base, end);

    ok_status(kit_split(base, PAGE), STATUS_SUCCESS);           /* head */
    ok_status(kit_split(end - 2 * PAGE, PAGE), STATUS_SUCCESS); /* middle again */
    ok_status(kit_split(end - PAGE, PAGE), STATUS_SUCCESS);     /* what was left of it, whole */
    kit_is_placeholder(base, PAGE);
    kit_is_placeholder(end - 2 * PAGE, PAGE);
    kit_is_placeholder(end - PAGE, PAGE);
    kit_agrees(base, end);
    kit_check_map();

    ok_status(kit_split(base + PAGE, 3 * PAGE), STATUS_SUCCESS);
    ok_status(kit_split(base + 8 * PAGE, 6 * PAGE), STATUS_SUCCESS);
    ok_eq(kit_mappings(base, end), 1);
    ok_status(kit_join(base, 16 * PAGE), STATUS_SUCCESS);
    kit_is_placeholder(base, 16 * PAGE);
    ok_status(kit_free(base, 0, MEM_RELEASE), STATUS_SUCCESS);

    /* What replaced nothing becomes none, whole or in part. */
    base = allocate(4 * PAGE, MEM_RESERVE | MEM_COMMIT);
    ok_status(kit_split(base, 4 * PAGE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_split(base + PAGE, PAGE), STATUS_CONFLICTING_ADDRESSES);
    ok_run(base, base, base + 4 * PAGE, MEM_COMMIT, PAGE_READWRITE);
    ok_status(kit_free(base, 0, MEM_RELEASE), STATUS_SUCCESS);
}

TEST(a_part_of_a_placeholder_is_released, "5.43 5.44 5.45 5.46")
{
    uint64_t base = kit_reserve(8 * PAGE);

    ok_status(kit_free(base, 4 * PAGE, MEM_RELEASE), STATUS_SUCCESS);
    ok_eq(kit_query(base).State, MEM_FREE);
    kit_is_placeholder(base + 4 * PAGE, 4 * PAGE);
    ok_status(kit_free(base, 4 * PAGE, MEM_RELEASE), STATUS_MEMORY_NOT_ALLOCATED);
    ok_status(kit_free(base + 5 * PAGE, PAGE, MEM_RELEASE), STATUS_SUCCESS);
    kit_is_placeholder(base + 4 * PAGE, PAGE);
    kit_is_placeholder(base + 6 * PAGE, 2 * PAGE);
    kit_check_map();
    ok_status(kit_replace(base + 6 * PAGE, 2 * PAGE), STATUS_SUCCESS);
    ok_status(kit_free(base + 4 * PAGE, PAGE, MEM_RELEASE), STATUS_SUCCESS);
    ok_status(kit_free(base + 6 * PAGE, 2 * PAGE, MEM_RELEASE), STATUS_SUCCESS);
    ok_eq(kit_query(base).State, MEM_FREE);
    kit_check_map();
}

TEST(a_pinned_region_is_not_cut, "5.35 7.26")
{
    uint64_t base = kit_reserve(4 * PAGE);

    ok_status(kit_replace(base, 4 * PAGE), STATUS_SUCCESS);
    ok_status(nt_region_pin((void *)base, NULL), STATUS_SUCCESS);
    ok_status(kit_split(base + PAGE, PAGE), STATUS_INVALID_PAGE_PROTECTION);
    ok_status(kit_split(base, 4 * PAGE), STATUS_INVALID_PAGE_PROTECTION);
    ok_status(kit_free(base, PAGE, MEM_RELEASE), STATUS_INVALID_PAGE_PROTECTION);
    ok_status(nt_region_unpin((void *)base), STATUS_SUCCESS);
    ok_status(kit_split(base, 4 * PAGE), STATUS_SUCCESS);
    ok_status(kit_free(base, 0, MEM_RELEASE), STATUS_SUCCESS);
}

TEST(a_pinned_view_does_not_become_a_placeholder, "5.30")
{
    uint64_t base = kit_reserve(4 * PAGE);
    HANDLE section = kit_section(4 * PAGE, SEC_COMMIT);

    ok_status(kit_map(section, base, 4 * PAGE, 0), STATUS_SUCCESS);
    ok_status(nt_region_pin((void *)base, NULL), STATUS_SUCCESS);
    ok_status(nt_view_unmap((void *)base, MEM_PRESERVE_PLACEHOLDER),
              STATUS_INVALID_PAGE_PROTECTION);
    *(volatile char *)base = 1;
    kit_agrees(base, base + 4 * PAGE);
    ok_status(nt_region_unpin((void *)base), STATUS_SUCCESS);
    ok_status(nt_view_unmap((void *)base, MEM_PRESERVE_PLACEHOLDER), STATUS_SUCCESS);
    kit_is_placeholder(base, 4 * PAGE);
    ok_status(kit_free(base, 0, MEM_RELEASE), STATUS_SUCCESS);
    nt_handle_close(section);
}

TEST(an_offer_ends_with_its_pages, "5.35 7.26")
{
    uint64_t base = kit_reserve(4 * PAGE);

    ok_status(kit_replace(base, 4 * PAGE), STATUS_SUCCESS);
    ok_status(nt_memory_offer((void *)(base + PAGE), 2 * PAGE, 1), STATUS_SUCCESS);
    ok_status(kit_split(base + PAGE, PAGE), STATUS_SUCCESS);
    ok_status(kit_replace(base + PAGE, PAGE), STATUS_SUCCESS);
    protect(base + PAGE, PAGE, PAGE_READONLY);
    ok_eq(*(volatile char *)(base + PAGE), 0);
    ok_status(kit_free(base + 2 * PAGE, PAGE, MEM_DECOMMIT), STATUS_SUCCESS);
    kit_clear(base, base + 4 * PAGE);
}

TEST(a_place_that_others_lie_in_is_not_taken_over, "5.37 5.43")
{
    uint64_t base = kit_reserve(8 * PAGE), all[4];

    ok_status(kit_split(base, 4 * PAGE), STATUS_SUCCESS);
    ok_status(kit_free(base, 0, MEM_RELEASE), STATUS_SUCCESS);
    for (unsigned i = 0; i < 4; i++) {
        all[i] = allocate(SLOT, MEM_RESERVE);
        ok(all[i] != base);
        kit_check_map();
    }
    kit_is_placeholder(base + 4 * PAGE, 4 * PAGE);
    for (unsigned i = 0; i < 4; i++)
        ok_status(kit_free(all[i], 0, MEM_RELEASE), STATUS_SUCCESS);
    ok_status(kit_free(base + 4 * PAGE, 0, MEM_RELEASE), STATUS_SUCCESS);
    kit_check_map();
}

TEST(pieces_are_of_the_node_of_the_whole, "7.26 7.43")
{
    for (unsigned i = 0; i < 2; i++) {
        struct nt_allocation allocation = {.size = 8 * PAGE,
                                           .type = MEM_RESERVE | MEM_COMMIT,
                                           .protect = PAGE_READWRITE,
                                           .on_node = i};
        uint64_t base;

        ok_status(nt_memory_allocate(&allocation), STATUS_SUCCESS);
        base = (uint64_t)allocation.base;
        ok_status(kit_free(base + 2 * PAGE, PAGE, MEM_RELEASE), STATUS_SUCCESS);
        kit_count();
        ok_status(kit_free(base + 4 * PAGE, PAGE, MEM_DECOMMIT), STATUS_SUCCESS);
        ok_eq(kit_calls(NT_OS_MBIND), i);
        ok_status(kit_free(base, PAGE, MEM_DECOMMIT), STATUS_SUCCESS);
        ok_eq(kit_calls(NT_OS_MBIND), 2 * i);
        kit_stop();
        kit_clear(base, base + 8 * PAGE);
    }
}

TEST(a_window_is_given_back_whole, "7.16 7.26")
{
    uint64_t base = allocate(8 * PAGE, MEM_RESERVE | MEM_PHYSICAL);

    ok_status(kit_free(base, 4 * PAGE, MEM_RELEASE), STATUS_UNABLE_TO_FREE_VM);
    ok_status(kit_free(base + PAGE, PAGE, MEM_RELEASE), STATUS_UNABLE_TO_FREE_VM);
    ok_status(kit_free(base, PAGE, MEM_DECOMMIT), STATUS_UNABLE_TO_FREE_VM);
    ok_run(base, base, base + 8 * PAGE, MEM_RESERVE, 0);
    ok_status(kit_free(base, 8 * PAGE, MEM_RELEASE), STATUS_SUCCESS);
    ok_eq(kit_query(base).State, MEM_FREE);
}

/* --- anywhere ----------------------------------------------------------------------- */

/* A random walk that only looks whether map, gaps and kernel agree after each step. */
TEST(the_map_is_right_wherever_pieces_end, "5.37 5.47 7.26")
{
    uint64_t base = kit_reserve(64 * PAGE), end = base + 64 * PAGE, random = 12345;
    unsigned n_done = 0;

    for (unsigned step = 0; step < 1500; step++) {
        uint64_t at, size;

        random = random * 6364136223846793005 + 1442695040888963407;
        at = base + (random >> 33) % 64 * PAGE;
        size = PAGE + (random >> 45) % 12 * PAGE;
        if (at + size > end)
            size = end - at;
        switch (random >> 59 & 3) {
        case 0:
            n_done += NT_SUCCESS(kit_split(at, size));
            break;
        case 1:
            n_done += NT_SUCCESS(kit_join(at, size));
            break;
        case 2:
            n_done += NT_SUCCESS(kit_replace(at, kit_query(at).RegionSize));
            break;
        default:
            n_done += NT_SUCCESS(kit_split(at, kit_query(at).RegionSize));
        }
        if (step % 16 == 0) {
            kit_agrees(base, end);
            kit_check_map();
        }
    }
    ok(n_done > 100, "%u steps did something", n_done);
    for (uint64_t at = base; at < end; at += kit_query(at).RegionSize) {
        MEMORY_BASIC_INFORMATION information = kit_query(at);

        if (information.State == MEM_COMMIT)
            ok_status(kit_split(at, information.RegionSize), STATUS_SUCCESS);
    }
    ok_eq(kit_mappings(base, end), 1);
    for (uint64_t at = base, next; at < end; at = next) {
        next = at + kit_query(at).RegionSize;
        ok_status(kit_free(at, 0, MEM_RELEASE), STATUS_SUCCESS);
    }
    ok_eq(kit_query(base).State, MEM_FREE);
    kit_check_map();
}
