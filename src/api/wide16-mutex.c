// SPDX-License-Identifier: MIT
/*
 * The 16-bit twins of what makes and opens mutexes and waitable timers by name. Contracts are those
 * of the functions without the prefix (synchapi.h, winternl.h).
 */
#include "api/wide16.h"

#include <ntstatus.h>
#include <winternl.h>

/* Native attributes in a local @wide; @handle is zeroed when that fails (11.32). */
#define WIDE16_ATTRIBUTES(wide, given, handle)                                \
    NT_CLEANUP(nt_wide16_attributes_deinit) struct nt_wide16_attributes wide; \
    NTSTATUS wide##_status = nt_wide16_attributes_init(&(wide), (given));     \
    if (NT_UNLIKELY(!NT_SUCCESS(wide##_status))) {                            \
        if (handle)                                                           \
            *(handle) = NULL;                                                 \
        return wide##_status;                                                 \
    }                                                                         \
    _Static_assert(1, "")

/* --- mutexes -------------------------------------------------------------------------------- */

NT_TWIN(HANDLE, CreateMutexW, LPSECURITY_ATTRIBUTES security, BOOL owned, const uint16_t *name)
{
    NT_WIDE16(wide, name, NULL);

    return CreateMutexW(security, owned, wide.text);
}

NT_TWIN(HANDLE, CreateMutexExW, LPSECURITY_ATTRIBUTES security, const uint16_t *name, DWORD flags,
        DWORD access)
{
    NT_WIDE16(wide, name, NULL);

    return CreateMutexExW(security, wide.text, flags, access);
}

NT_TWIN(HANDLE, OpenMutexW, DWORD access, BOOL inherit, const uint16_t *name)
{
    NT_WIDE16(wide, name, NULL);

    return OpenMutexW(access, inherit, wide.text);
}

NT_TWIN(NTSTATUS, NtCreateMutant, PHANDLE mutant, ACCESS_MASK access,
        const struct nt_attributes16 *attributes, BOOLEAN owned)
{
    WIDE16_ATTRIBUTES(wide, attributes, mutant);

    return NtCreateMutant(mutant, access, wide.attributes, owned);
}

NT_TWIN(NTSTATUS, NtOpenMutant, PHANDLE mutant, ACCESS_MASK access,
        const struct nt_attributes16 *attributes)
{
    WIDE16_ATTRIBUTES(wide, attributes, mutant);

    return NtOpenMutant(mutant, access, wide.attributes);
}

/* --- timers --------------------------------------------------------------------------------- */

NT_TWIN(HANDLE, CreateWaitableTimerW, LPSECURITY_ATTRIBUTES security, BOOL manual_reset,
        const uint16_t *name)
{
    NT_WIDE16(wide, name, NULL);

    return CreateWaitableTimerW(security, manual_reset, wide.text);
}

NT_TWIN(HANDLE, CreateWaitableTimerExW, LPSECURITY_ATTRIBUTES security, const uint16_t *name,
        DWORD flags, DWORD access)
{
    NT_WIDE16(wide, name, NULL);

    return CreateWaitableTimerExW(security, wide.text, flags, access);
}

NT_TWIN(HANDLE, OpenWaitableTimerW, DWORD access, BOOL inherit, const uint16_t *name)
{
    NT_WIDE16(wide, name, NULL);

    return OpenWaitableTimerW(access, inherit, wide.text);
}

NT_TWIN(NTSTATUS, NtCreateTimer, PHANDLE timer, ACCESS_MASK access,
        const struct nt_attributes16 *attributes, TIMER_TYPE type)
{
    WIDE16_ATTRIBUTES(wide, attributes, timer);

    return NtCreateTimer(timer, access, wide.attributes, type);
}

NT_TWIN(NTSTATUS, NtOpenTimer, PHANDLE timer, ACCESS_MASK access,
        const struct nt_attributes16 *attributes)
{
    WIDE16_ATTRIBUTES(wide, attributes, timer);

    return NtOpenTimer(timer, access, wide.attributes);
}
