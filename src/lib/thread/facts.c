// SPDX-License-Identifier: MIT
/*
 * What is told of a thread, and what a program tells it: times, priority, description, exit code.
 *
 * A priority is a wish. It becomes the kernel's nice value only where that may fall again as well
 * as rise (RLIMIT_NICE), since a thread that has stepped back for a moment must not stay there.
 */
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <ntstatus.h>

#include "lib/process/lock.h"
#include "lib/thread/thread.h"
#include "os/thread.h"
#include "rtl/text.h"
#include "util/macro.h"

NTSTATUS nt_thread_times(struct nt_thread *thread, struct nt_thread_times *ret_times)
{
    struct nt_thread_times times = {.created = thread->created};

    if (thread->of)
        return STATUS_NOT_SUPPORTED;
    if (!nt_thread_has_ended(thread) &&
        nt_os_thread_used(nt_thread_number(thread), &times.kernel, &times.user) == 0) {
        *ret_times = times;
        return STATUS_SUCCESS;
    }
    /* It ends, or has: what it had used is kept from then on. */
    times.exited = thread->exited;
    times.kernel = thread->kernel;
    times.user = thread->user;
    *ret_times = times;
    return STATUS_SUCCESS;
}

static bool nice_of(int priority, int *ret_nice)
{
    static const int nice[] = {4, 2, 0, -2, -4}; /* LOWEST to HIGHEST */

    if (priority == THREAD_PRIORITY_IDLE)
        *ret_nice = 19;
    else if (priority == THREAD_PRIORITY_TIME_CRITICAL)
        *ret_nice = -10;
    else if (priority >= THREAD_PRIORITY_LOWEST && priority <= THREAD_PRIORITY_HIGHEST)
        *ret_nice = nice[priority - THREAD_PRIORITY_LOWEST];
    else
        return false;
    return true;
}

NTSTATUS nt_thread_set_priority(struct nt_thread *thread, int priority)
{
    int nice;

    if (!nice_of(priority, &nice))
        return STATUS_INVALID_PARAMETER;
    atomic_store(&thread->priority, priority);
    if (!thread->of && !nt_thread_has_ended(thread) && nt_os_thread_may_renice())
        nt_os_thread_renice(nt_thread_number(thread), nice);
    return STATUS_SUCCESS;
}

static wchar_t *copy_text(const wchar_t *text)
{
    size_t size = (wcslen(text) + 1) * sizeof(*text);
    wchar_t *copy = malloc(size);

    return copy ? memcpy(copy, text, size) : NULL;
}

/* As much of a description as the kernel keeps. */
static void short_name(const wchar_t *text, char name[16])
{
    struct nt_text_out out = {.units = name, .room = 15, .width = 1};

    nt_text_put_text(&out, text, sizeof(*text), SIZE_MAX, 15);
    name[out.count < 15 ? out.count : 15] = '\0';
}

NTSTATUS nt_thread_set_description(struct nt_thread *thread, const wchar_t *text)
{
    wchar_t *copy = copy_text(text), *before;
    char name[16];

    if (!copy)
        return STATUS_NO_MEMORY;
    nt_lock_take(NT_LOCK_THREADS);
    before = thread->description;
    thread->description = copy;
    nt_lock_drop(NT_LOCK_THREADS);
    free(before);
    if (!thread->of && !nt_thread_has_ended(thread)) {
        short_name(text, name);
        nt_os_thread_rename(nt_thread_number(thread), name);
    }
    return STATUS_SUCCESS;
}

NTSTATUS nt_thread_description(struct nt_thread *thread, wchar_t **ret_text)
{
    wchar_t *copy;

    nt_lock_take(NT_LOCK_THREADS);
    copy = copy_text(thread->description ? thread->description : L"");
    nt_lock_drop(NT_LOCK_THREADS);
    if (!copy)
        return STATUS_NO_MEMORY;
    *ret_text = copy;
    return STATUS_SUCCESS;
}
