// SPDX-License-Identifier: MIT
/*
 * Guards of threads (NTSHM_TRY): a chain of structures in the stack frames of their users, the
 * innermost first, and the copies that are built on them.
 *
 * A body that is left by the program's own longjmp() leaves its guard in the chain although the
 * frame is gone. So no guard is believed without looking: it carries a mark made from its own
 * address, and its user's stack pointer, which must not lie below that of the fault, when both
 * are on the same stack. (Its own address would not do: AddressSanitizer keeps locals elsewhere.)
 */
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include <ntstatus.h>

#include "lib/fault/exception.h"
#include "lib/fault/fault.h"
#include "lib/fault/thread.h"
#include "os/os.h"
#include "util/macro.h"

#define MARK ((ULONG_PTR)0x6E7473686D677264ull)

static ULONG_PTR mark_of(const struct ntshm_guard *guard)
{
    return (ULONG_PTR)guard ^ MARK;
}

static bool is_within(const stack_t *stack, uintptr_t address)
{
    return !(stack->ss_flags & SS_DISABLE) && address >= (uintptr_t)stack->ss_sp &&
           address - (uintptr_t)stack->ss_sp < stack->ss_size;
}

/* These look at frames that may be gone, on purpose. */
#define LOOKS_AT_DEAD_FRAMES __attribute__((no_sanitize("address"), noinline))

/* Whether the frame of @guard still stands for code that runs at @stack_pointer. */
LOOKS_AT_DEAD_FRAMES static bool is_live(const struct ntshm_guard *guard, uintptr_t stack_pointer,
                                         const stack_t *alternate)
{
    uintptr_t user = (uintptr_t)guard->stack;

    if (guard->mark != mark_of(guard))
        return false;
    return user >= stack_pointer ||
           is_within(alternate, user) != is_within(alternate, stack_pointer);
}

/* The innermost of @guard and those around it that is live. */
LOOKS_AT_DEAD_FRAMES static struct ntshm_guard *find_live(struct ntshm_guard *guard,
                                                          uintptr_t stack_pointer,
                                                          const stack_t *alternate)
{
    while (guard && !is_live(guard, stack_pointer, alternate)) {
        /* Memory that is something else by now has nothing to say about the next one. */
        guard = guard->mark == mark_of(guard) ? guard->previous : NULL;
    }
    return guard;
}

/* The innermost live guard for a new one whose user has @stack: a nested one lies deeper. */
LOOKS_AT_DEAD_FRAMES static struct ntshm_guard *drop_dead(struct ntshm_guard *guard, void *stack)
{
    stack_t alternate;

    if (NT_LIKELY((uintptr_t)guard->stack >= (uintptr_t)stack))
        return guard;
    sigaltstack(NULL, &alternate);
    return find_live(guard, (uintptr_t)stack, &alternate);
}

NTSTATUS nt_guard_enter(struct ntshm_guard *guard, void *stack)
{
    struct nt_fault_thread *thread = nt_fault_thread();
    struct ntshm_guard *previous = thread->innermost;
    NTSTATUS status = STATUS_SUCCESS;

    if (previous)
        previous = drop_dead(previous, stack);
    if (!previous)
        status = nt_fault_install();
    if (!NT_SUCCESS(status)) {
        memset(&guard->record, 0, sizeof(guard->record));
        guard->record.ExceptionCode = (DWORD)status;
        return status;
    }
    guard->previous = previous;
    guard->stack = stack;
    guard->mark = mark_of(guard);
    atomic_signal_fence(memory_order_seq_cst);
    thread->innermost = guard;
    atomic_signal_fence(memory_order_seq_cst);
    return STATUS_SUCCESS;
}

void nt_guard_leave(struct ntshm_guard *guard)
{
    atomic_signal_fence(memory_order_seq_cst);
    if (guard->mark != mark_of(guard))
        return;
    nt_fault_thread()->innermost = guard->previous;
    guard->mark = 0;
    atomic_signal_fence(memory_order_seq_cst);
}

struct ntshm_guard *nt_guard_innermost(void)
{
    return nt_fault_thread()->innermost;
}

void nt_guard_return_to(struct ntshm_guard *guard)
{
    nt_fault_thread()->innermost = guard;
}

/* --- in the handler ------------------------------------------------------------------------- */

static bool catches(const struct ntshm_guard *guard, const struct nt_exception *exception)
{
    if (guard->flags & NTSHM_GUARD_RANGE)
        return exception->is_fault && exception->address >= (uint64_t)guard->low &&
               exception->address < (uint64_t)guard->high;
    return !exception->is_fault || guard->flags & NTSHM_GUARD_ANY ||
           nt_fault_is_ours(exception->address);
}

struct ntshm_guard *nt_guard_find(const struct nt_exception *exception)
{
    struct nt_fault_thread *thread = nt_fault_thread();
    const stack_t *alternate = &exception->saved->uc_stack;
    uintptr_t stack_pointer = nt_context_stack(exception->saved);
    struct ntshm_guard *guard = find_live(thread->innermost, stack_pointer, alternate);

    thread->innermost = guard;
    while (guard && !catches(guard, exception))
        guard = find_live(guard->previous, stack_pointer, alternate);
    if (guard) {
        thread->innermost = guard->previous;
        guard->mark = 0;
    }
    return guard;
}

void nt_guard_resume(void *guard)
{
    longjmp(((struct ntshm_guard *)guard)->resume, 1);
}

/* --- copies --------------------------------------------------------------------------------- */

struct copy {
    char *destination;
    const char *source;
    size_t size;
    const char *view; /* the side whose pages count */
    volatile size_t done;
};

/* One page of the guarded side after the other, so that what was done is known. */
static void copy_pages(struct copy *copy)
{
    while (copy->done < copy->size) {
        size_t done = copy->done, left = copy->size - done;
        size_t in_page = NT_PAGE_SIZE - ((uintptr_t)copy->view + done) % NT_PAGE_SIZE;

        if (in_page > left)
            in_page = left;
        if (copy->destination)
            memcpy(copy->destination + done, copy->source + done, in_page);
        else
            (void)*(const volatile char *)(copy->source + done);
        copy->done = done + in_page;
    }
}

/* A call of its own: what it was called with is the user's stack pointer. */
__attribute__((noinline)) static NTSTATUS enter(struct ntshm_guard *guard)
{
    return nt_guard_enter(guard, __builtin_dwarf_cfa());
}

static NTSTATUS copy_guarded(struct copy *copy)
{
    struct ntshm_guard guard;
    NTSTATUS status;

    guard.flags = NTSHM_GUARD_RANGE;
    guard.low = copy->view;
    guard.high = copy->view + copy->size;
    guard.mark = 0;
    if (setjmp(guard.resume) != 0)
        return (NTSTATUS)guard.record.ExceptionCode;
    status = enter(&guard);
    if (!NT_SUCCESS(status))
        return status;
    copy_pages(copy);
    nt_guard_leave(&guard);
    return STATUS_SUCCESS;
}

NTSTATUS nt_guard_copy(void *destination, const void *source, size_t size, const void *view,
                       size_t *ret_copied)
{
    struct copy copy = {destination, source, size, view ? view : source, 0};
    NTSTATUS status = STATUS_SUCCESS;

    if ((uintptr_t)copy.view + size < size)
        status = STATUS_ACCESS_VIOLATION; /* beyond the end of the address space */
    else if (size)
        status = copy_guarded(&copy);
    *ret_copied = copy.done;
    return status;
}
