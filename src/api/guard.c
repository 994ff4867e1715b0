// SPDX-License-Identifier: MIT
/*
 * ntshm/ntshm.h: guards, and copies that fail instead of faulting.
 */
#include <ntshm/ntshm.h>
#include <ntstatus.h>

#include "api/error.h"
#include "lib/fault/exception.h"
#include "util/macro.h"

/* Not inlined anywhere: where it was called from is the stack pointer of the guard's user. */
__attribute__((noinline)) NT_EXPORT BOOL ntshm_guard_enter(struct ntshm_guard *guard)
{
    return NT_SUCCESS(nt_guard_enter(guard, __builtin_dwarf_cfa()));
}

NT_EXPORT void ntshm_guard_leave(struct ntshm_guard *guard)
{
    nt_guard_leave(guard);
}

NT_EXPORT struct ntshm_guard *ntshm_guard_innermost(void)
{
    return nt_guard_innermost();
}

NT_EXPORT void ntshm_guard_return_to(struct ntshm_guard *guard)
{
    nt_guard_return_to(guard);
}

NT_EXPORT BOOL ntshm_copy_from_view(void *destination, const volatile void *view, size_t size,
                                    size_t *ret_copied)
{
    size_t copied;
    NTSTATUS status =
        nt_guard_copy(destination, (const void *)view, size, (const void *)view, &copied);

    if (ret_copied)
        *ret_copied = copied;
    return nt_api_result(status);
}

NT_EXPORT BOOL ntshm_copy_to_view(volatile void *view, const void *source, size_t size,
                                  size_t *ret_copied)
{
    size_t copied;
    NTSTATUS status = nt_guard_copy((void *)view, source, size, (const void *)view, &copied);

    if (ret_copied)
        *ret_copied = copied;
    return nt_api_result(status);
}

NT_EXPORT BOOL ntshm_view_is_readable(const volatile void *view, size_t size)
{
    size_t touched;

    return nt_api_result(nt_guard_copy(NULL, (const void *)view, size, NULL, &touched));
}
