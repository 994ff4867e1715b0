// SPDX-License-Identifier: MIT
/*
 * Who is asked about an exception, in order: vectored handlers, the innermost guard of the
 * thread that catches it, the unhandled-exception filter. All of this runs in the signal handler
 * for a fault, and in RaiseException() for the program's own exceptions. As on Windows a vectored
 * handler may continue even an EXCEPTION_NONCONTINUABLE one; the filter may not.
 */
#include <string.h>

#include "lib/fault/exception.h"

/*
 * Asks those who want to see registers. True: somebody said to go on. A CONTEXT is large and
 * alternate stacks are small: neither of these two is made a part of its caller.
 */
__attribute__((noinline)) static bool ask_vectored(struct nt_exception *exception)
{
    CONTEXT context;
    EXCEPTION_POINTERS pointers = {&exception->record, &context};

    if (!nt_vectored_any(NT_VECTORED_EXCEPTION))
        return false;
    nt_context_read(exception->saved, &context);
    if (!nt_vectored_call(NT_VECTORED_EXCEPTION, &pointers))
        return false;
    nt_vectored_call(NT_VECTORED_CONTINUE, &pointers);
    nt_context_write(&context, exception->saved);
    return true;
}

__attribute__((noinline)) static LONG ask_filter(struct nt_exception *exception)
{
    LPTOP_LEVEL_EXCEPTION_FILTER filter = nt_exception_filter();
    CONTEXT context;
    EXCEPTION_POINTERS pointers = {&exception->record, &context};
    LONG answer;

    if (!filter)
        return EXCEPTION_CONTINUE_SEARCH;
    nt_context_read(exception->saved, &context);
    answer = filter(&pointers);
    if (answer == EXCEPTION_CONTINUE_EXECUTION) {
        nt_vectored_call(NT_VECTORED_CONTINUE, &pointers);
        nt_context_write(&context, exception->saved);
    }
    return answer;
}

enum nt_exception_fate nt_exception_dispatch(struct nt_exception *exception,
                                             struct ntshm_guard **ret_guard)
{
    struct ntshm_guard *guard;
    LONG answer;

    if (ask_vectored(exception))
        return NT_EXCEPTION_CONTINUE;
    guard = nt_guard_find(exception);
    if (guard) {
        guard->record = exception->record;
        *ret_guard = guard;
        return NT_EXCEPTION_GUARDED;
    }
    answer = ask_filter(exception);
    if (answer == EXCEPTION_CONTINUE_EXECUTION)
        return exception->record.ExceptionFlags & EXCEPTION_NONCONTINUABLE ? NT_EXCEPTION_REFUSED
                                                                           : NT_EXCEPTION_CONTINUE;
    return answer == EXCEPTION_EXECUTE_HANDLER ? NT_EXCEPTION_FATAL : NT_EXCEPTION_NOBODY;
}
