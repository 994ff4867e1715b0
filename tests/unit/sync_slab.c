// SPDX-License-Identifier: MIT
/*
 * lib/sync/slab: slots for unnamed waitable objects, and what a fork does to them.
 */
#include <string.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "lib/sync/slab.h"
#include "os/os.h"
#include "util/macro.h"

#define SLOT_SIZE  NT_SLAB_SLOT_SIZE
#define SLAB_SIZE  0x10000u
#define SLAB_SLOTS (SLAB_SIZE / SLOT_SIZE)

struct slot {
    struct nt_slab *slab;
    unsigned char *memory;
};

static struct slot take(void)
{
    struct slot slot = {NULL, NULL};
    void *memory = NULL;

    require(nt_slab_take(&slot.slab, &memory) == STATUS_SUCCESS);
    slot.memory = memory;
    return slot;
}

static bool is_zero(const unsigned char *memory)
{
    for (unsigned i = 0; i < SLOT_SIZE; i++) {
        if (memory[i])
            return false;
    }
    return true;
}

/* Shared memory of our own at that address. */
static bool is_mapped(const void *memory)
{
    struct nt_os_vma vma;

    return nt_os_vma_query((uint64_t)(uintptr_t)memory, &vma) == 0 &&
           vma.start <= (uint64_t)(uintptr_t)memory && vma.shared;
}

TEST(slots_are_zeroed_cache_lines, "")
{
    struct slot slot = take();

    ok_eq((uintptr_t)slot.memory % SLOT_SIZE, 0);
    ok(is_zero(slot.memory));
    memset(slot.memory, 0xFF, SLOT_SIZE);
    nt_slab_give(slot.slab, slot.memory);
    slot = take();
    ok(is_zero(slot.memory));
    nt_slab_give(slot.slab, slot.memory);
}

TEST(a_slab_is_full_before_another_is_made, "")
{
    static struct slot slots[2 * SLAB_SLOTS + 1];
    const size_t n = NT_ARRAY_SIZE(slots);
    struct nt_slab *first;
    unsigned n_first = 0;

    for (size_t i = 0; i < n; i++) {
        slots[i] = take();
        slots[i].memory[0] = 1;
        slots[i].memory[SLOT_SIZE - 1] = (unsigned char)i;
    }
    first = slots[0].slab;
    for (size_t i = 0; i < n; i++) {
        n_first += slots[i].slab == first;
        /* Had two of them been one, the later would have written over the earlier. */
        ok(slots[i].memory[SLOT_SIZE - 1] == (unsigned char)i, "slot %zu", i);
    }
    ok_eq(n_first, SLAB_SLOTS);
    ok_ptr_ne(slots[SLAB_SLOTS].slab, slots[2 * SLAB_SLOTS].slab);
    for (size_t i = 0; i < n; i++)
        nt_slab_give(slots[i].slab, slots[i].memory);
}

TEST(one_empty_slab_is_kept, "")
{
    struct slot slots[SLAB_SLOTS + 1];

    for (size_t i = 0; i <= SLAB_SLOTS; i++)
        slots[i] = take();
    for (size_t i = 0; i <= SLAB_SLOTS; i++)
        nt_slab_give(slots[i].slab, slots[i].memory);
    /* One of the two is gone, and the one that is kept serves the next. */
    ok(is_mapped(slots[0].memory) != is_mapped(slots[SLAB_SLOTS].memory));
    struct slot again = take();

    ok(is_mapped(again.memory));
    nt_slab_give(again.slab, again.memory);
}

static bool same_slab_memory(const struct slot *a, const struct slot *b)
{
    return (uintptr_t)a->memory / SLAB_SIZE == (uintptr_t)b->memory / SLAB_SIZE;
}

static int child_of_slab(void *argument)
{
    struct slot inherited = *(struct slot *)argument;
    struct slot own = take();

    ok_ptr_ne(own.slab, inherited.slab);
    ok_eq(inherited.memory[0], 1);
    inherited.memory[1] = 2;
    /* The last slot of a retired slab takes the memory along; here, not in the parent. */
    nt_slab_give(inherited.slab, inherited.memory);
    ok(!is_mapped(inherited.memory));
    nt_slab_give(own.slab, own.memory);
    return 0;
}

TEST(a_fork_retires_every_slab, "12.26")
{
    struct slot before = take(), after;
    struct test_child child;

    before.memory[0] = 1;
    require(test_child_fork(&child, child_of_slab, &before));
    ok_eq(test_child_wait(&child, 5000), 0);
    /* Written by the child: the memory is shared. */
    ok_eq(before.memory[1], 2);
    after = take();
    ok_ptr_ne(after.slab, before.slab);
    ok(!same_slab_memory(&after, &before));
    nt_slab_give(before.slab, before.memory);
    ok(!is_mapped(before.memory));
    nt_slab_give(after.slab, after.memory);
}

static int do_nothing(void *argument)
{
    (void)argument;
    return 0;
}

TEST(a_retired_slab_gives_no_slot_again, "12.26")
{
    struct slot held = take(), given = take(), next;
    struct test_child child;
    unsigned char *place = given.memory;

    require(test_child_fork(&child, do_nothing, NULL));
    ok_eq(test_child_wait(&child, 5000), 0);
    nt_slab_give(given.slab, given.memory);
    next = take();
    ok_ptr_ne(next.memory, place);
    ok_ptr_ne(next.slab, held.slab);
    nt_slab_give(next.slab, next.memory);
    nt_slab_give(held.slab, held.memory);
}
