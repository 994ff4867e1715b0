// SPDX-License-Identifier: MIT
/*
 * Where regions go: from the top, aligned, within bounds, and what is charged for them.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "harness/test.h"
#include "lib/fault/fault.h"
#include "lib/memory/commit.h"
#include "lib/object/object.h"
#include "os/memory-more.h"
#include "os/system.h"
#include "unit/placeholder_kit.h"

/* ThreadSanitizer keeps most of the address space to itself. */
#ifdef __SANITIZE_THREAD__
#    define LARGEST_ALIGNMENT (1ull << 34)
#    define LARGE             (1ull << 34)
#else
#    define LARGEST_ALIGNMENT (1ull << 42)
#    define LARGE             (1ull << 44)
#endif

static struct nt_allocation reserving(size_t size)
{
    return (struct nt_allocation){
        .size = size, .type = MEM_RESERVE, .protect = PAGE_READWRITE, .extended = true};
}

static void release(const struct nt_allocation *allocation)
{
    ok_status(kit_free((uint64_t)allocation->base, 0, MEM_RELEASE), STATUS_SUCCESS);
}

/* Nothing of @size bytes is free above @base, but for what the stack may grow to. */
static bool is_highest(uint64_t base, uint64_t size)
{
    uint64_t stack_low, stack_high, at = base + size;

    nt_os_stack_range(&stack_low, &stack_high);
    while (at < NT_USER_END) {
        MEMORY_BASIC_INFORMATION information = kit_query(at);
        uint64_t end = at + information.RegionSize, start = (at + SLOT - 1) & ~(SLOT - 1);

        if (start < stack_high && end > stack_low)
            start = stack_high;
        if (information.State == MEM_FREE && start + size <= end && end <= NT_USER_END)
            return ok(false, "%#llx is free", (unsigned long long)start);
        at = end;
    }
    return true;
}

TEST(top_down_is_the_highest_that_will_do, "3.29 7.3")
{
    struct nt_allocation first = reserving(3 * SLOT), second = reserving(3 * SLOT), low;

    first.type |= MEM_TOP_DOWN;
    second.type |= MEM_TOP_DOWN | MEM_COMMIT;
    ok_status(nt_memory_allocate(&first), STATUS_SUCCESS);
    ok_eq((uint64_t)first.base % SLOT, 0);
    is_highest((uint64_t)first.base, 3 * SLOT);
    ok_status(nt_memory_allocate(&second), STATUS_SUCCESS);
    ok((uint64_t)second.base < (uint64_t)first.base);
    is_highest((uint64_t)second.base, 3 * SLOT);
    memset(second.base, 1, 3 * SLOT);

    low = reserving(SLOT);
    low.type |= MEM_TOP_DOWN;
    low.highest = 0x20000000 - 1;
    ok_status(nt_memory_allocate(&low), STATUS_SUCCESS);
    ok((uint64_t)low.base + SLOT <= 0x20000000);
    ok((uint64_t)low.base >= 0x10000000);
    kit_check_map();
    release(&low);
    release(&second);
    release(&first);
}

TEST(a_view_lies_as_high_as_it_can, "3.29 3.45")
{
    HANDLE section = kit_section(3 * SLOT, SEC_COMMIT);
    struct nt_view_request request = {.protect = PAGE_READWRITE, .top_down = true};
    void *first, *second, *low;
    size_t size;

    ok_status(nt_view_map(section, &request, &first, &size), STATUS_SUCCESS);
    is_highest((uint64_t)first, size);
    ok_status(nt_view_map(section, &request, &second, &size), STATUS_SUCCESS);
    ok((uint64_t)second < (uint64_t)first);
    is_highest((uint64_t)second, size);
    request.highest = 0x20000000 - 1;
    ok_status(nt_view_map(section, &request, &low, &size), STATUS_SUCCESS);
    ok((uint64_t)low + size <= 0x20000000);
    ok((uint64_t)low >= 0x10000000);
    ok_status(nt_view_unmap(low, 0), STATUS_SUCCESS);
    ok_status(nt_view_unmap(second, 0), STATUS_SUCCESS);
    ok_status(nt_view_unmap(first, 0), STATUS_SUCCESS);
    nt_handle_close(section);
    kit_check_map();
}

/* What lies where the arena was is known to the fault handler wherever the next arena is. */
TEST(an_address_outlives_the_arena, "")
{
    for (unsigned i = 0; i < 16; i++) {
        struct nt_allocation any = reserving(SLOT), there = reserving(SLOT);
        uint64_t low, high;

        ok_status(nt_memory_allocate(&any), STATUS_SUCCESS);
        nt_map_lock();
        nt_map_get_arena(&low, &high);
        nt_map_unlock();
        release(&any);
        nt_regions_quiesce();
        there.base = (void *)(low + SLOT);
        ok_status(nt_memory_allocate(&there), STATUS_SUCCESS);
        any.base = NULL;
        ok_status(nt_memory_allocate(&any), STATUS_SUCCESS);
        ok(nt_fault_is_ours((uint64_t)there.base));
        kit_check_map();
        release(&there);
        release(&any);
        nt_regions_quiesce();
    }
}

TEST(a_stack_keeps_its_room, "")
{
    struct nt_allocation all[8];
    uint64_t low, high, here = (uint64_t)&low;

    nt_os_stack_range(&low, &high);
    ok(low < here && high > here, "%#llx is not in it", (unsigned long long)here);
    for (unsigned i = 0; i < 8; i++) {
        all[i] = reserving(512ull << 20);
        all[i].type |= MEM_TOP_DOWN;
        ok_status(nt_memory_allocate(&all[i]), STATUS_SUCCESS);
        ok((uint64_t)all[i].base >= high || (uint64_t)all[i].base + all[i].size <= low);
    }
    for (unsigned i = 0; i < 8; i++)
        release(&all[i]);

    for (unsigned i = 0; i < 2; i++) {
        struct nt_allocation inside = reserving(SLOT);

        inside.lowest = (low + SLOT - 1) & ~(SLOT - 1);
        inside.highest = (high & ~(uint64_t)(PAGE - 1)) - 1;
        inside.constrained = true;
        inside.type |= i ? MEM_TOP_DOWN : 0;
        ok_status(nt_memory_allocate(&inside), STATUS_NO_MEMORY);
    }
}

TEST(an_alignment_is_kept, "7.38 7.39")
{
    struct nt_allocation allocation;

    for (uint64_t alignment = SLOT; alignment <= LARGEST_ALIGNMENT; alignment *= 4) {
        struct nt_allocation two[2];

        for (unsigned i = 0; i < 2; i++) {
            two[i] = reserving(SLOT + PAGE);
            two[i].alignment = alignment;
            two[i].constrained = true;
            ok_status(nt_memory_allocate(&two[i]), STATUS_SUCCESS);
            ok_eq((uint64_t)two[i].base & (alignment - 1), 0);
        }
        kit_check_map();
        release(&two[0]);
        release(&two[1]);
    }
    allocation = reserving(SLOT);
    allocation.alignment = 1ull << 48;
    ok_status(nt_memory_allocate(&allocation), STATUS_NO_MEMORY);
    allocation.alignment = 0x40000000;
    allocation.highest = 0x3FFFFFFF;
    ok_status(nt_memory_allocate(&allocation), STATUS_NO_MEMORY);
    allocation.type |= MEM_COMMIT;
    ok_status(nt_memory_allocate(&allocation), STATUS_NO_MEMORY);
    allocation.type = MEM_RESERVE;
    allocation.highest = 0x40000000 + SLOT - 1;
    ok_status(nt_memory_allocate(&allocation), STATUS_SUCCESS);
    ok_eq((uint64_t)allocation.base, 0x40000000);
    release(&allocation);
    kit_check_map();
}

TEST(bounds_and_an_address_exclude_each_other, "7.40 7.41 17.4")
{
    struct nt_allocation allocation = reserving(SLOT);

    allocation.base = (void *)0x20000000;
    allocation.constrained = true;
    allocation.process_status = STATUS_INVALID_HANDLE;
    ok_status(nt_memory_allocate(&allocation), STATUS_INVALID_PARAMETER);
    allocation.constrained = false;
    ok_status(nt_memory_allocate(&allocation), STATUS_INVALID_HANDLE);
    allocation.process_status = STATUS_SUCCESS;
    ok_status(nt_memory_allocate(&allocation), STATUS_SUCCESS);
    release(&allocation);
}

TEST(a_placeholder_lies_within_bounds_too, "5.1 7.36 7.38")
{
    struct nt_allocation allocation = {
        .size = 0x40000,
        .type = MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
        .protect = PAGE_NOACCESS,
        .extended = true,
        .constrained = true,
        .lowest = 0x10000000,
        .highest = 0x20000FFF,
        .alignment = 0x40000,
    };

    ok_status(nt_memory_allocate(&allocation), STATUS_SUCCESS);
    ok((uint64_t)allocation.base >= 0x10000000);
    ok((uint64_t)allocation.base + 0x40000 <= 0x20001000);
    ok_eq((uint64_t)allocation.base % 0x40000, 0);
    kit_is_placeholder((uint64_t)allocation.base, 0x40000);
    release(&allocation);
}

/* --- what is charged ---------------------------------------------------------------- */

/* Three quarters of what may be committed at this moment. */
static uint64_t much(void)
{
    uint64_t low = 0, high = 1ull << 44;

    while (high - low > 64ull << 20) {
        uint64_t middle = low + (high - low) / 2;

        if (NT_SUCCESS(nt_commit_check(middle))) {
            nt_commit_release(middle);
            low = middle;
        } else {
            high = middle;
        }
    }
    return (low / 4 * 3) & ~(SLOT - 1);
}

TEST(what_is_committed_is_charged_and_given_back, "7.59 7.32")
{
    uint64_t size = much();
    struct nt_allocation first = reserving(size), second = reserving(size), part;

    require(size > 0);
    first.type |= MEM_COMMIT;
    ok_status(nt_memory_allocate(&first), STATUS_SUCCESS);
    second.type |= MEM_COMMIT;
    ok_status(nt_memory_allocate(&second), STATUS_COMMITMENT_LIMIT);
    ok_ptr_eq(second.base, NULL);

    /* Reserving costs nothing, and committing it in parts is counted as well. */
    second.type = MEM_RESERVE;
    ok_status(nt_memory_allocate(&second), STATUS_SUCCESS);
    part = second;
    part.type = MEM_COMMIT;
    ok_status(nt_memory_allocate(&part), STATUS_COMMITMENT_LIMIT);
    ok_eq(kit_query((uint64_t)second.base).State, MEM_RESERVE);

    ok_status(kit_free((uint64_t)first.base, size, MEM_DECOMMIT), STATUS_SUCCESS);
    ok_status(nt_memory_allocate(&part), STATUS_SUCCESS);
    ok_status(nt_memory_allocate(&part), STATUS_SUCCESS); /* again: charged already */
    part = first;
    part.type = MEM_COMMIT;
    ok_status(nt_memory_allocate(&part), STATUS_COMMITMENT_LIMIT);
    release(&second);
    ok_status(nt_memory_allocate(&part), STATUS_SUCCESS);
    ok_status(kit_free((uint64_t)first.base, size / 2, MEM_RELEASE), STATUS_SUCCESS);
    second = reserving(size / 2);
    second.type |= MEM_COMMIT;
    ok_status(nt_memory_allocate(&second), STATUS_SUCCESS);
    release(&second);
    first.base = (char *)first.base + size / 2;
    release(&first);
}

TEST(address_space_is_cheap, "7.59")
{
    struct nt_allocation allocation = reserving(LARGE);

    ok_status(nt_memory_allocate(&allocation), STATUS_SUCCESS);
    ok_status(kit_allocate((uint64_t)allocation.base + LARGE / 2, PAGE, MEM_COMMIT, PAGE_READWRITE),
              STATUS_SUCCESS);
    *(volatile char *)((uint64_t)allocation.base + LARGE / 2) = 1;
    release(&allocation);
}
