// SPDX-License-Identifier: MIT
/*
 * RaiseException: the same way as a fault, without a signal.
 */
#include <signal.h>
#include <stdlib.h>

#include <ntstatus.h>

#include "lib/fault/exception.h"
#include "util/log.h"

/* Continuing what cannot be continued is an exception of its own. */
static void raise_noncontinuable(const EXCEPTION_RECORD *cause)
{
    EXCEPTION_RECORD first = *cause;
    EXCEPTION_RECORD record = {
        .ExceptionCode = (DWORD)STATUS_NONCONTINUABLE_EXCEPTION,
        .ExceptionFlags = EXCEPTION_NONCONTINUABLE,
        .ExceptionRecord = &first,
        .ExceptionAddress = cause->ExceptionAddress,
    };

    if (cause->ExceptionCode != record.ExceptionCode)
        nt_exception_raise(&record);
}

static void end_process(const EXCEPTION_RECORD *record)
{
    nt_log(NT_LOG_ERROR, "nobody handles exception 0x%08X, raised at %p",
           (unsigned)record->ExceptionCode, record->ExceptionAddress);
    abort();
}

void nt_exception_raise(const EXCEPTION_RECORD *record)
{
    volatile bool continued = false;
    struct ntshm_guard *guard;
    ucontext_t saved, before;
    struct nt_exception exception = {.record = *record, .saved = &saved};

    /* A handler that continues may have changed registers: then this returns a second time. */
    getcontext(&saved);
    if (continued)
        return;
    continued = true;
    sigaltstack(NULL, &saved.uc_stack);
    before = saved;
    switch (nt_exception_dispatch(&exception, &guard)) {
    case NT_EXCEPTION_CONTINUE:
        if (!nt_context_is_same(&saved, &before))
            setcontext(&saved);
        return;
    case NT_EXCEPTION_REFUSED:
        raise_noncontinuable(record);
        break;
    case NT_EXCEPTION_GUARDED:
        nt_guard_resume(guard);
    default:
        break;
    }
    end_process(record);
}
