// SPDX-License-Identifier: MIT
/*
 * errhandlingapi.h: the last error, one for each thread, and exceptions.
 */
#include <stdatomic.h>

#include <windows.h>
#include <ntstatus.h>

#include "api/error.h"
#include "lib/fault/exception.h"
#include "lib/fault/fault.h"
#include "util/macro.h"

static _Thread_local DWORD last_error;
static _Atomic UINT error_mode;

NT_EXPORT DWORD WINAPI GetLastError(void)
{
    return last_error;
}

NT_EXPORT void WINAPI SetLastError(DWORD error)
{
    last_error = error;
}

NT_EXPORT UINT WINAPI SetErrorMode(UINT mode)
{
    return atomic_exchange(&error_mode, mode);
}

NT_EXPORT UINT WINAPI GetErrorMode(void)
{
    return atomic_load(&error_mode);
}

/* --- exceptions ------------------------------------------------------------------------------ */

static PVOID add_vectored(enum nt_vectored_list list, ULONG first,
                          PVECTORED_EXCEPTION_HANDLER handler)
{
    NTSTATUS status = handler ? nt_fault_install() : STATUS_INVALID_PARAMETER;
    PVOID entry = NULL;

    if (NT_SUCCESS(status)) {
        entry = nt_vectored_add(list, first != 0, handler);
        status = entry ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    nt_api_result(status);
    return entry;
}

NT_EXPORT PVOID WINAPI AddVectoredExceptionHandler(ULONG first, PVECTORED_EXCEPTION_HANDLER handler)
{
    return add_vectored(NT_VECTORED_EXCEPTION, first, handler);
}

NT_EXPORT ULONG WINAPI RemoveVectoredExceptionHandler(PVOID entry)
{
    return nt_vectored_remove(NT_VECTORED_EXCEPTION, entry);
}

NT_EXPORT PVOID WINAPI AddVectoredContinueHandler(ULONG first, PVECTORED_EXCEPTION_HANDLER handler)
{
    return add_vectored(NT_VECTORED_CONTINUE, first, handler);
}

NT_EXPORT ULONG WINAPI RemoveVectoredContinueHandler(PVOID entry)
{
    return nt_vectored_remove(NT_VECTORED_CONTINUE, entry);
}

/* Windows' call cannot fail; without a signal handler the filter still hears RaiseException. */
NT_EXPORT LPTOP_LEVEL_EXCEPTION_FILTER WINAPI SetUnhandledExceptionFilter(
    LPTOP_LEVEL_EXCEPTION_FILTER filter)
{
    if (filter)
        (void)nt_fault_install();
    return nt_exception_set_filter(filter);
}

NT_EXPORT LONG WINAPI UnhandledExceptionFilter(struct _EXCEPTION_POINTERS *pointers)
{
    LPTOP_LEVEL_EXCEPTION_FILTER filter = nt_exception_filter();

    return filter ? filter(pointers) : EXCEPTION_EXECUTE_HANDLER;
}

NT_EXPORT void WINAPI RaiseException(DWORD code, DWORD flags, DWORD n_arguments,
                                     const ULONG_PTR *arguments)
{
    EXCEPTION_RECORD record = {
        .ExceptionCode = code,
        .ExceptionFlags = flags & EXCEPTION_NONCONTINUABLE,
        .ExceptionAddress = __builtin_return_address(0),
    };

    if (n_arguments > EXCEPTION_MAXIMUM_PARAMETERS)
        n_arguments = EXCEPTION_MAXIMUM_PARAMETERS;
    for (DWORD i = 0; arguments && i < n_arguments; i++)
        record.ExceptionInformation[record.NumberParameters++] = arguments[i];
    nt_exception_raise(&record);
}
