// SPDX-License-Identifier: MIT
/*
 * Handlers, guards and guard pages when something fails inside: the signal handler that cannot be
 * installed, the memory that is not there.
 */
#include <signal.h>
#include <string.h>

#include <windows.h>
#include <ntshm/ntshm.h>

#include "fault/kit.h"
#include "harness/test.h"
#include "rtl/status.h"

#define SIZE 65536u

/* As in a process that has not needed the handler yet. */
static void take_handler_away(void)
{
    signal(SIGSEGV, SIG_DFL);
    signal(SIGBUS, SIG_DFL);
}

static PVOID entry;
static unsigned n_kept, n_room = 16;

static LONG NTAPI no_handler(EXCEPTION_POINTERS *pointers)
{
    (void)pointers;
    return EXCEPTION_CONTINUE_SEARCH;
}

/* All slots that there are have a handler: the next one needs memory. */
static void fill_slots(void)
{
    for (; n_kept < n_room; n_kept++)
        ok(AddVectoredExceptionHandler(0, no_handler) != NULL);
    take_handler_away();
}

static uint32_t run_add(void)
{
    entry = AddVectoredExceptionHandler(1, no_handler);
    return entry ? 0 : GetLastError();
}

static void remove_added(void)
{
    ok(RemoveVectoredExceptionHandler(entry) != 0);
    n_room = n_kept + 16;
}

TEST(a_vectored_handler_is_added_or_not, "")
{
    static const struct fault_call call = {
        .name = "AddVectoredExceptionHandler",
        .prepare = fill_slots,
        .run = run_add,
        .undo = remove_added,
        .must_meet = FAULT_BIT(SIGACTION) | FAULT_MEMORY,
    };

    fault_walk_call(&call);
}

static uint32_t run_guard(void)
{
    volatile uint32_t error = 0;

    NTSHM_TRY(guard)
    {
        error = 0;
    }
    NTSHM_EXCEPT(guard)
    {
        error = nt_status_to_win32((NTSTATUS)guard.record.ExceptionCode);
        ok_ptr_eq(ntshm_guard_innermost(), NULL);
    }
    NTSHM_END
    return error;
}

TEST(a_guard_that_cannot_stand_does_not_run_its_body, "")
{
    static const struct fault_call call = {
        .name = "NTSHM_TRY",
        .prepare = take_handler_away,
        .run = run_guard,
        .must_meet = FAULT_BIT(SIGACTION),
    };

    fault_walk_call(&call);
}

static char source[64], target[64];

static void clear_target(void)
{
    memset(source, 'x', sizeof(source));
    memset(target, 0, sizeof(target));
    take_handler_away();
}

static uint32_t run_copy(void)
{
    size_t copied = 1;
    BOOL done = ntshm_copy_from_view(target, source, sizeof(source), &copied);

    ok_eq(copied, done ? sizeof(source) : 0);
    ok_eq(target[63], done ? 'x' : 0);
    return fault_result(done);
}

TEST(a_copy_that_cannot_be_guarded_is_not_begun, "")
{
    static const struct fault_call call = {
        .name = "ntshm_copy_from_view",
        .prepare = clear_target,
        .run = run_copy,
        .must_meet = FAULT_BIT(SIGACTION),
    };

    fault_walk_call(&call);
}

static void *memory;

static void make_memory(void)
{
    memory = VirtualAlloc(NULL, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    require(memory != NULL);
    take_handler_away();
}

static DWORD protection_of(const void *address)
{
    MEMORY_BASIC_INFORMATION information;

    require(VirtualQuery(address, &information, sizeof(information)) != 0);
    return information.Protect;
}

static uint32_t run_protect(void)
{
    DWORD before;
    BOOL done = VirtualProtect(memory, 8192, PAGE_READWRITE | PAGE_GUARD, &before);
    DWORD error = GetLastError();

    ok_eq(protection_of(memory), done ? PAGE_READWRITE | PAGE_GUARD : PAGE_READWRITE);
    return done ? 0 : error;
}

static void free_memory(void)
{
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    /* Asked again the walk works on the same memory: there is new one in its place. */
    make_memory();
}

static void make_new_memory(void)
{
    if (memory)
        ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    make_memory();
}

TEST(a_guard_page_is_made_or_not, "9.25")
{
    static const struct fault_call call = {
        .name = "VirtualProtect, PAGE_GUARD",
        .prepare = make_new_memory,
        .run = run_protect,
        .undo = free_memory,
        .must_meet = FAULT_BIT(SIGACTION) | FAULT_BIT(MPROTECT),
    };

    fault_walk_call(&call);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}
