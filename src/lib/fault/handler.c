// SPDX-License-Identifier: MIT
/*
 * The signal handler for SIGSEGV and SIGBUS. It tells faults of this thread's own instruction from
 * signals that somebody sent, guard pages from everything else, makes the exception, and has it
 * dispatched; what nobody takes goes to the program's own handler as the kernel would have called
 * it, or to the default action, with the registers and the core file of the fault itself.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/fault/exception.h"
#include "lib/fault/fault.h"
#include "lib/fault/guard-page.h"
#include "lib/fault/install.h"
#include "lib/fault/thread.h"
#include "os/signals.h"
#include "util/macro.h"

#ifndef BUS_MCEERR_AR
#    define BUS_MCEERR_AR 4
#endif
#ifndef BUS_MCEERR_AO
#    define BUS_MCEERR_AO 5
#endif

/* Whether the thread's instruction did it: it would happen again, were it tried again. */
static bool is_fault(const siginfo_t *information)
{
    return information->si_code > 0 &&
           !(information->si_signo == SIGBUS && information->si_code == BUS_MCEERR_AO);
}

/* A non-canonical address comes without the address; Windows then tells the highest one. */
static uint64_t fault_address(const siginfo_t *information)
{
    if (information->si_signo == SIGSEGV && information->si_code == SI_KERNEL)
        return UINT64_MAX;
    return (uint64_t)information->si_addr;
}

/* --- the exception ------------------------------------------------------------------------- */

static void fill_violation(EXCEPTION_RECORD *record, uint64_t address, const ucontext_t *saved)
{
    record->ExceptionCode = (DWORD)STATUS_ACCESS_VIOLATION;
    record->NumberParameters = 2;
    record->ExceptionInformation[0] = nt_context_access(saved);
    record->ExceptionInformation[1] = address;
}

/*
 * The page exists, and its contents cannot be had. The kernel does not tell a file that has become
 * shorter from a disk that does not answer; it does tell memory that has failed.
 */
static void fill_in_page(EXCEPTION_RECORD *record, const siginfo_t *information, uint64_t address,
                         const ucontext_t *saved)
{
    fill_violation(record, address, saved);
    record->ExceptionCode = (DWORD)STATUS_IN_PAGE_ERROR;
    record->NumberParameters = 3;
    record->ExceptionInformation[2] =
        (ULONG)(information->si_code == BUS_MCEERR_AR ? STATUS_DEVICE_DATA_ERROR
                                                      : STATUS_UNEXPECTED_IO_ERROR);
}

static void classify(EXCEPTION_RECORD *record, const siginfo_t *information, uint64_t address,
                     const ucontext_t *saved)
{
    if (information->si_signo == SIGBUS && information->si_code == BUS_ADRALN)
        record->ExceptionCode = (DWORD)STATUS_DATATYPE_MISALIGNMENT;
    else if (information->si_signo == SIGBUS && !(nt_fault_kinds(address) & NT_FAULT_RESERVE))
        fill_in_page(record, information, address, saved);
    else
        fill_violation(record, address, saved);
}

static void land(struct ntshm_guard *guard, ucontext_t *saved)
{
    /* Back through the kernel, which gives the thread its signal mask and its stack. */
    if (nt_context_call(saved, nt_guard_resume, guard, guard->stack))
        return;
    nt_os_restore_signals(&saved->uc_sigmask);
    nt_guard_resume(guard);
}

enum outcome { GOES_ON, ENDS, IS_THEIRS };

/* @fate: whether the fault is about a guard page */
static enum outcome take(const siginfo_t *information, ucontext_t *saved,
                         enum nt_guard_page_fate fate)
{
    struct nt_exception exception = {
        .is_fault = true,
        .address = fault_address(information),
        .saved = saved,
        .record.ExceptionAddress = (PVOID)nt_context_instruction(saved),
    };
    struct ntshm_guard *guard;

    if (fate == NT_GUARD_PAGE_FIRED) {
        fill_violation(&exception.record, exception.address, saved);
        exception.record.ExceptionCode = (DWORD)STATUS_GUARD_PAGE_VIOLATION;
    } else {
        classify(&exception.record, information, exception.address, saved);
    }
    switch (nt_exception_dispatch(&exception, &guard)) {
    case NT_EXCEPTION_CONTINUE:
        return GOES_ON;
    case NT_EXCEPTION_GUARDED:
        land(guard, saved);
        return GOES_ON;
    case NT_EXCEPTION_FATAL:
        return ENDS;
    default:
        return IS_THEIRS;
    }
}

/* --- passing on ---------------------------------------------------------------------------- */

/* What the kernel leaves NULL in every new signal frame, and never reads. */
static ucontext_t passed_on;

/*
 * A handler of the program that is being called by us may call us in turn, because ours is what
 * it found when it was installed. The signal frame then says that it was passed on already.
 */
static bool is_called_back(const ucontext_t *saved)
{
    return saved->uc_link == &passed_on;
}

/*
 * The default action. A fault happens again as soon as the thread goes on, and ends the process
 * with registers and core file as they should be; what would not happen again is sent again.
 */
static void end_process(int signal_number, const siginfo_t *information, bool happens_again)
{
    struct sigaction action = {.sa_handler = SIG_DFL};

    if (happens_again)
        sigaction(signal_number, &action, NULL);
    else
        nt_os_die_by(signal_number, information);
}

static void call(const struct sigaction *action, int signal_number, siginfo_t *information,
                 void *context)
{
    sigset_t mask = action->sa_mask;

    if (!(action->sa_flags & SA_NODEFER))
        sigaddset(&mask, signal_number);
    nt_os_block_more(&mask);
    /* The kernel gives a handler without SA_SIGINFO the same three arguments. */
    action->sa_sigaction(signal_number, information, context);
}

/* Who calls back is followed by the next older handler. */
static void pass_on(int signal_number, siginfo_t *information, ucontext_t *saved,
                    bool happens_again)
{
    struct nt_fault_thread *thread = nt_fault_thread();
    unsigned before = thread->passing_level;
    ucontext_t *link = saved->uc_link;
    unsigned level = is_called_back(saved) ? before + 1 : nt_fault_first_level(signal_number);
    struct sigaction action;

    nt_fault_next(signal_number, level, &action);
    if (action.sa_handler == SIG_IGN && !is_fault(information))
        return;
    if (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN) {
        end_process(signal_number, information, happens_again);
        return;
    }
    thread->passing_level = level;
    saved->uc_link = &passed_on;
    call(&action, signal_number, information, saved);
    saved->uc_link = link;
    thread->passing_level = before;
}

void nt_fault_handler(int signal_number, siginfo_t *information, void *context)
{
    ucontext_t *saved = context;
    enum nt_guard_page_fate fate = NT_GUARD_PAGE_NONE;
    enum outcome outcome = IS_THEIRS;
    int error = errno;

    if (is_fault(information) && !is_called_back(saved)) {
        if (signal_number == SIGSEGV)
            fate = nt_guard_page_touched(fault_address(information));
        outcome = fate == NT_GUARD_PAGE_AGAIN ? GOES_ON : take(information, saved, fate);
    }
    errno = error;
    if (outcome == ENDS)
        end_process(signal_number, information, fate != NT_GUARD_PAGE_FIRED);
    else if (outcome == IS_THEIRS)
        pass_on(signal_number, information, saved,
                is_fault(information) && fate != NT_GUARD_PAGE_FIRED);
    errno = error;
}
