// SPDX-License-Identifier: MIT
/*
 * Guard pages of memory that becomes a placeholder while one of them is firing: the handler gives
 * the page its base protection after nothing was mapped there, and the page has no access all the
 * same.
 */
#include <stdatomic.h>

#include "harness/test.h"
#include "lib/fault/guard-page.h"
#include "unit/placeholder_kit.h"

#define PAGES    8
#define N_ROUNDS 20

static _Atomic bool is_firing;
static _Thread_local bool fires;
static uint64_t base;

static bool is_writable(uint64_t address)
{
    struct nt_os_vma vma;

    return nt_os_vma_query(address, &vma) == 0 && vma.start <= address && vma.writable;
}

/* Who fires is held up before it opens the page, until nothing is mapped there. */
static int see_call(enum nt_os_call call)
{
    if (fires && call == NT_OS_MPROTECT) {
        is_firing = true;
        (void)test_until(!is_writable(base + 3 * PAGE), 5000);
    }
    return 0;
}

static void touch(void *context)
{
    (void)context;
    fires = true;
    (void)nt_guard_page_touched(base + 2 * PAGE);
}

/*
 * True when the page cannot be touched afterwards. It can when the one that changes the memory has
 * lost patience with a thread that fires for so long; on an idle machine it never does.
 */
static bool is_closed_after(uint64_t first, uint64_t count)
{
    struct test_thread thread;
    size_t size = PAGE;
    void *page;
    ULONG old;
    bool is_open;

    base = kit_reserve(PAGES * PAGE);
    ok_status(kit_replace(base, PAGES * PAGE), STATUS_SUCCESS);
    page = (void *)(base + 2 * PAGE);
    ok_status(nt_memory_protect(&page, &size, PAGE_READWRITE | PAGE_GUARD, &old), STATUS_SUCCESS);
    is_firing = false;
    nt_os_set_fault(see_call);
    test_thread_start(&thread, touch, NULL);
    ok(test_until(is_firing, 20000));
    ok_status(kit_split(base + first * PAGE, count * PAGE), STATUS_SUCCESS);
    test_thread_join(&thread);
    nt_os_set_fault(NULL);
    is_open = is_writable(base + 2 * PAGE);
    kit_is_placeholder(base + first * PAGE, count * PAGE);
    kit_clear(base, base + PAGES * PAGE);
    kit_check_map();
    return !is_open;
}

static bool is_closed_once(uint64_t first, uint64_t count)
{
    for (unsigned i = 0; i < N_ROUNDS; i++) {
        if (is_closed_after(first, count))
            return true;
    }
    return false;
}

TEST(a_guard_that_fires_opens_no_placeholder, "5.34 5.58 9.25")
{
    ok(is_closed_once(0, PAGES));
}

TEST(a_guard_that_fires_opens_no_part_either, "5.35 5.58 9.25")
{
    ok(is_closed_once(1, 4));
}
