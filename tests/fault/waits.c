// SPDX-License-Identifier: MIT
/*
 * Semaphores, and waits for several objects, when something fails inside.
 */
#include <windows.h>
#include <winternl.h>

#include "fault/kit.h"
#include "harness/test.h"
#include "lib/process/lock.h"
#include "lib/sync/slab.h"

static HANDLE made, pair[2];

static void close_made(void)
{
    ok_succeeds(CloseHandle(made));
    made = NULL;
}

static void drop_slabs(void)
{
    nt_slabs_quiesce();
}

static uint32_t run_create(void)
{
    made = CreateSemaphoreW(NULL, 1, 2, NULL);
    return fault_result(made != NULL);
}

static uint32_t run_create_named(void)
{
    made = CreateSemaphoreW(NULL, 1, 2, L_("semaphore"));
    return fault_result(made != NULL);
}

static uint32_t run_open(void)
{
    made = OpenSemaphoreW(SEMAPHORE_ALL_ACCESS, FALSE, L_("opened"));
    return fault_result(made != NULL);
}

TEST(semaphore_is_made_whole_or_not_at_all, "")
{
    const uint64_t memory = FAULT_BIT(MEMFD) | FAULT_BIT(FTRUNCATE) | FAULT_BIT(SEAL) |
                            FAULT_BIT(STAT) | FAULT_BIT(MMAP) | FAULT_MEMORY;
    /* What goes wrong on the way to the broker is the same for events. */
    const uint64_t others = FAULT_BIT(MUNMAP) | FAULT_BIT(SEND) | FAULT_BIT(RECV);
    const struct fault_call calls[] = {
        {"semaphore, first of its slab", drop_slabs, run_create, close_made, memory, 0,
         FAULT_BIT(MUNMAP)},
        {"semaphore, named", NULL, run_create_named, close_made, FAULT_BIT(MMAP) | FAULT_MEMORY, 0,
         others},
        {"semaphore, opened", NULL, run_open, close_made, FAULT_BIT(MMAP) | FAULT_MEMORY, 0,
         others},
    };
    HANDLE opened = CreateSemaphoreW(NULL, 1, 2, L_("opened"));

    require(opened != NULL);
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    ok_succeeds(CloseHandle(opened));
}

/* --- waiting -------------------------------------------------------------------------------- */

/* Without the kernel's help it looks now and then: the answer is the same. */
static uint32_t run_wait(void)
{
    DWORD answer = WaitForMultipleObjects(2, pair, FALSE, 3);

    ok_eq(answer, WAIT_TIMEOUT);
    return answer == WAIT_TIMEOUT ? 0 : GetLastError();
}

static void alertable_wait(void *context)
{
    uint32_t *answer = context;

    *answer = WaitForMultipleObjectsEx(2, pair, TRUE, 3, TRUE);
}

TEST(wait_for_several_does_without_the_kernels_help, "")
{
    const struct fault_call call = {
        "WaitForMultipleObjects", NULL, run_wait, NULL, FAULT_BIT(WAITV), FAULT_BIT(WAITV), 0};
    struct test_thread thread;
    uint32_t answer = 0;

    for (unsigned i = 0; i < 2; i++)
        require((pair[i] = CreateEventW(NULL, i, FALSE, NULL)) != NULL);
    fault_walk_call(&call);
    test_thread_start(&thread, alertable_wait, &answer);
    test_thread_join(&thread);
    ok_eq(answer, WAIT_TIMEOUT);
    for (unsigned i = 0; i < 2; i++)
        ok_succeeds(CloseHandle(pair[i]));
}
