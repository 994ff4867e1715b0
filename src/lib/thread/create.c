// SPDX-License-Identifier: MIT
/*
 * Making threads, letting suspended ones begin, and ending the calling one. ExitThread() leaves
 * the thread's functions as Windows does, with no C++ destructor of theirs run: in a thread made
 * here by a jump back to where it began, in another one as pthread_exit() does.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
#include <unistd.h>

#include <ntstatus.h>

#include "lib/process/lock.h"
#include "lib/process/process-object.h"
#include "lib/process/service.h"
#include "lib/process/watcher.h"
#include "lib/security/object-security.h"
#include "lib/thread/here.h"
#include "lib/thread/thread-parts.h"
#include "os/os.h"
#include "os/thread.h"
#include "rtl/status.h"
#include "util/macro.h"

/* The first thread has ended without the process: the last of the others ends it. */
static _Atomic bool first_has_ended;

/* Linux keeps 8 bits of an exit code; a failure must not look like a success for that. */
static int narrow(uint32_t code)
{
    return code && !(code & 0xFF) ? 0xFF : (int)(code & 0xFF);
}

static void end_process_if_last(uint32_t code)
{
    unsigned more;

    if (!atomic_load(&first_has_ended))
        return;
    /* The first one counts although it has ended, and threads of ours do nothing alone. */
    more = (nt_thread_tid() != (uint32_t)getpid()) + nt_watcher_runs() + nt_service_runs();
    if (nt_os_thread_count() != 1 + more)
        return;
    nt_process_tell_code(code);
    exit(narrow(code));
}

/* --- the thread's own side ------------------------------------------------------------------ */

static void wait_to_begin(struct nt_thread *thread)
{
    uint32_t count;

    while ((count = atomic_load(&thread->suspended)) != 0)
        nt_os_futex_wait(&thread->suspended, count, UINT64_MAX);
}

static void end_unnoticed(void *armed)
{
    if (!*(const bool *)armed)
        nt_thread_ends();
}

/* The function, and whatever way it ends but pthread_exit(). */
static void call(struct nt_thread *thread, struct nt_thread_here *here)
{
    jmp_buf exit_to;

    here->exit = &exit_to;
    if (setjmp(exit_to) == 0) {
        nt_apc_run();
        here->exit_code = thread->function(thread->parameter);
    }
    here->exit = NULL;
}

static void *run(void *argument)
{
    struct nt_thread *thread = argument;
    struct nt_thread_here *here = nt_thread_here();
    bool armed;

    thread->pthread = (uint64_t)pthread_self();
    atomic_store(&thread->tid, nt_thread_tid());
    nt_os_futex_wake(&thread->tid, 1 << 30);
    armed = nt_thread_begins(thread);
    pthread_cleanup_push(end_unnoticed, &armed);
    wait_to_begin(thread);
    call(thread, here);
    end_process_if_last(here->exit_code);
    pthread_cleanup_pop(1);
    return NULL;
}

void nt_thread_exit(uint32_t code)
{
    struct nt_thread_here *here = nt_thread_here();

    here->exit_code = code;
    if (here->exit)
        longjmp(*here->exit, 1);
    if ((uint32_t)getpid() == nt_thread_tid())
        atomic_store(&first_has_ended, true);
    end_process_if_last(code);
    pthread_exit(NULL);
}

/* --- the maker's side ----------------------------------------------------------------------- */

static NTSTATUS new_record(const struct nt_thread_request *request, struct nt_thread **ret_thread)
{
    struct nt_descriptor_block security = {.bytes = NULL};
    struct nt_thread *thread;
    NTSTATUS status = nt_security_for_new(NT_KIND_THREAD, request->security, &security);

    if (!NT_SUCCESS(status))
        return status;
    thread = nt_thread_new((uint32_t)getpid());
    if (!thread) {
        nt_descriptor_block_deinit(&security);
        return STATUS_NO_MEMORY;
    }
    thread->function = request->function;
    thread->parameter = request->parameter;
    atomic_store(&thread->knows, true);
    atomic_store(&thread->suspended, request->suspended);
    status = nt_security_attach(&thread->object, &security);
    if (NT_SUCCESS(status))
        *ret_thread = thread;
    else
        nt_object_close(&thread->object);
    return status;
}

/* The open of nt_thread_new() becomes the thread's own. */
static NTSTATUS start(struct nt_thread *thread, size_t stack_size)
{
    int r = nt_os_thread_start(run, thread, stack_size);

    if (r == -EAGAIN)
        return STATUS_NO_MEMORY;
    return r < 0 ? nt_status_from_errno(r) : STATUS_SUCCESS;
}

NTSTATUS nt_thread_create(const struct nt_thread_request *request, HANDLE *ret_handle,
                          uint32_t *ret_tid)
{
    struct nt_thread *thread;
    ACCESS_MASK granted;
    HANDLE handle;
    NTSTATUS status = nt_security_creator_access(NT_KIND_THREAD, request->access, &granted);

    if (NT_SUCCESS(status))
        status = new_record(request, &thread);
    if (!NT_SUCCESS(status))
        return status;
    nt_threads_reap(false);
    nt_object_ref(&thread->object); /* for the number, whoever closes what meanwhile */
    nt_thread_enlist(thread);
    status = nt_handle_new(&thread->object, granted, request->attributes, &handle);
    if (NT_SUCCESS(status)) {
        status = start(thread, request->stack_size);
        if (!NT_SUCCESS(status))
            nt_handle_close(handle);
    }
    if (NT_SUCCESS(status)) {
        if (ret_tid)
            *ret_tid = nt_thread_number(thread);
        *ret_handle = handle;
    } else {
        nt_object_close(&thread->object);
    }
    nt_object_unref(&thread->object);
    return status;
}

uint32_t nt_thread_number(struct nt_thread *thread)
{
    uint32_t tid;

    /* In a forked child one that had not begun never does. */
    while ((tid = atomic_load(&thread->tid)) == 0 && !atomic_load(&thread->ended))
        nt_os_futex_wait(&thread->tid, 0, UINT64_MAX);
    return tid;
}

/* --- suspended ------------------------------------------------------------------------------ */

NTSTATUS nt_thread_suspend(struct nt_thread *thread, uint32_t *ret_before)
{
    uint32_t before = atomic_load(&thread->suspended);

    do {
        if (before == 0)
            return nt_thread_has_ended(thread) ? STATUS_ACCESS_DENIED : STATUS_NOT_SUPPORTED;
        if (before >= MAXIMUM_SUSPEND_COUNT)
            return STATUS_SUSPEND_COUNT_EXCEEDED;
    } while (!atomic_compare_exchange_weak(&thread->suspended, &before, before + 1));
    *ret_before = before;
    return STATUS_SUCCESS;
}

NTSTATUS nt_thread_resume(struct nt_thread *thread, uint32_t *ret_before)
{
    uint32_t before = atomic_load(&thread->suspended);

    if (thread->of) {
        bool is_first = atomic_load(&thread->tid) == (uint32_t)thread->of->pid;

        *ret_before = is_first ? nt_process_resume(thread->of) : 0;
        return STATUS_SUCCESS;
    }
    do {
        if (before == 0)
            break;
    } while (!atomic_compare_exchange_weak(&thread->suspended, &before, before - 1));
    if (before == 1)
        nt_os_futex_wake(&thread->suspended, 1);
    *ret_before = before;
    return STATUS_SUCCESS;
}
