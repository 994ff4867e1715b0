// SPDX-License-Identifier: MIT
/*
 * How processes end. The page that CreateProcess made for a child says it first, since Linux keeps
 * 8 bits of what a program said, and what killed it instead of what TerminateProcess was told; else
 * the kernel does, as long as it knows. A child of this process is a zombie until it is reaped
 * here, after its page has been told: what the page says, others find who may not ask the kernel.
 */
#include "lib/process/children.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <unistd.h>

#include <ntstatus.h>

#include "lib/process/lock.h"
#include "os/file.h"
#include "os/os.h"
#include "os/peer.h"
#include "os/pidfd.h"
#include "rtl/status.h"
#include "util/macro.h"

/* A child that nobody here has a handle to any more, and that ran on then. */
struct orphan {
    SLIST_ENTRY(orphan) next;
    pid_t pid;
    uint64_t started;
};

static SLIST_HEAD(, orphan) orphans = SLIST_HEAD_INITIALIZER(orphans); /* NT_LOCK_CHILDREN */

#define DIVIDE_BY_ZERO 0xC0000094u /* STATUS_INTEGER_DIVIDE_BY_ZERO */

/* As the exceptions that Windows would have ended it with. */
static uint32_t code_of(const struct nt_os_exit *ended)
{
    if (!ended->by_signal)
        return (uint32_t)ended->code;
    switch (ended->code) {
    case SIGSEGV:
    case SIGBUS:
        return EXCEPTION_ACCESS_VIOLATION;
    case SIGILL:
        return EXCEPTION_ILLEGAL_INSTRUCTION;
    case SIGFPE:
        return DIVIDE_BY_ZERO;
    case SIGABRT:
        return 3;
    default:
        return 128 + (uint32_t)ended->code;
    }
}

/* The first word of who tells it counts. Returns what counts. */
static uint64_t tell(struct nt_process *process, uint64_t value)
{
    uint64_t before = 0;

    if (process->page && !atomic_compare_exchange_strong(&process->page->ended_as, &before, value))
        value = NT_PROCESS_ENDED | (uint32_t)before;
    before = 0;
    if (!atomic_compare_exchange_strong(&process->ended_as, &before, value))
        value = before;
    return value;
}

/* Of a process that has ended; NT_LOCK_CHILDREN held. 0: nobody knows. */
static uint64_t settle_code(struct nt_process *process)
{
    uint64_t code = atomic_load(&process->ended_as);
    struct nt_os_exit ended, reaped;
    int r;

    if (!code && process->page)
        code = atomic_load(&process->page->ended_as);
    r = code ? 0 : nt_os_pidfd_exit(process->pidfd, &ended);
    if (!code && r == 0)
        code = tell(process, NT_PROCESS_ENDED | code_of(&ended));
    if (process->parent == getpid() && nt_os_pidfd_reap(process->pidfd, &reaped) == 0 && !code)
        code = NT_PROCESS_ENDED | code_of(&reaped);
    return code ? tell(process, NT_PROCESS_ENDED | (uint32_t)code) : 0;
}

void nt_process_note_end(struct nt_process *process)
{
    bool first;

    nt_lock_take(NT_LOCK_CHILDREN);
    first = atomic_load(&process->has_ended) == 0;
    if (first) {
        settle_code(process);
        atomic_store(&process->has_ended, 1);
    }
    nt_lock_drop(NT_LOCK_CHILDREN);
    if (first)
        nt_os_futex_wake(&process->has_ended, INT_MAX);
}

bool nt_process_has_ended(struct nt_process *process)
{
    if (atomic_load(&process->has_ended))
        return true;
    if (nt_os_pidfd_is_alive(process->pidfd))
        return false;
    nt_process_note_end(process);
    return true;
}

NTSTATUS nt_process_wait(struct nt_process *process, uint64_t deadline_ns)
{
    int r;

    if (atomic_load(&process->has_ended))
        return STATUS_WAIT_0;
    r = nt_os_pidfd_wait(process->pidfd, deadline_ns);
    if (r == 0)
        nt_process_note_end(process);
    return r == -ETIMEDOUT ? STATUS_TIMEOUT : nt_status_from_errno(r);
}

NTSTATUS nt_process_exit_code(struct nt_process *process, uint32_t *ret_code)
{
    uint64_t code;

    if (!nt_process_has_ended(process)) {
        *ret_code = STILL_ACTIVE;
        return STATUS_SUCCESS;
    }
    code = atomic_load(&process->ended_as);
    if (!code) {
        /* Who knows it may have told meanwhile. */
        nt_lock_take(NT_LOCK_CHILDREN);
        code = settle_code(process);
        nt_lock_drop(NT_LOCK_CHILDREN);
    }
    if (!code)
        return STATUS_NOT_SUPPORTED;
    *ret_code = (uint32_t)code;
    return STATUS_SUCCESS;
}

NTSTATUS nt_process_end(struct nt_process *process, uint32_t code)
{
    uint64_t said = NT_PROCESS_ENDED | code, before = 0;
    bool told = false;
    int r;

    if (nt_process_has_ended(process))
        return STATUS_PROCESS_IS_TERMINATING;
    if (process->page)
        told = atomic_compare_exchange_strong(&process->page->ended_as, &before, said);
    r = nt_os_pidfd_kill(process->pidfd);
    if (r < 0 && told)
        atomic_compare_exchange_strong(&process->page->ended_as, &said, 0);
    return r == -ESRCH ? STATUS_PROCESS_IS_TERMINATING : nt_status_from_errno(r);
}

uint32_t nt_process_resume(struct nt_process *process)
{
    int fd = atomic_exchange(&process->resume_fd, -1);
    size_t done;

    if (fd < 0)
        return 0;
    nt_os_pipe_write(fd, "", 1, &done); /* a child that was killed does not read it */
    nt_os_close(fd);
    return 1;
}

/* --- children without a handle ---------------------------------------------------------------- */

void nt_child_leave(struct nt_process *process)
{
    struct orphan *orphan;

    if (process->parent != getpid() || nt_process_has_ended(process))
        return;
    orphan = malloc(sizeof(*orphan));
    if (!orphan)
        return; /* it will stay a zombie until this process ends */
    orphan->pid = process->pid;
    orphan->started = process->started;
    nt_lock_take(NT_LOCK_CHILDREN);
    SLIST_INSERT_HEAD(&orphans, orphan, next);
    nt_lock_drop(NT_LOCK_CHILDREN);
}

void nt_children_sweep(void)
{
    struct orphan *orphan, *next;

    nt_lock_take(NT_LOCK_CHILDREN);
    for (orphan = SLIST_FIRST(&orphans); orphan; orphan = next) {
        next = SLIST_NEXT(orphan, next);
        if (nt_os_child_reap(orphan->pid, orphan->started) == -EAGAIN)
            continue;
        SLIST_REMOVE(&orphans, orphan, orphan, next);
        free(orphan);
    }
    nt_lock_drop(NT_LOCK_CHILDREN);
}

void nt_children_forked(void)
{
    /* The memory is lost with the list: another thread of the parent may have been at it. */
    SLIST_INIT(&orphans);
}
