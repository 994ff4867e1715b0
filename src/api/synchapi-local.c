// SPDX-License-Identifier: MIT
/*
 * synchapi.h: what threads of one process synchronise with. The work is in lib/sync.
 */
#include <windows.h>
#include <ntstatus.h>

#include "api/error.h"
#include "lib/sync/in-process.h"
#include "lib/sync/park.h"
#include "lib/sync/wait.h"
#include "util/macro.h"

/* --- critical sections ---------------------------------------------------------------------- */

#define SPIN_COUNT 0x00FFFFFFu /* the rest of the number were flags once */
#define KNOWN_FLAGS                                                                     \
    (RTL_CRITICAL_SECTION_FLAG_NO_DEBUG_INFO | RTL_CRITICAL_SECTION_FLAG_DYNAMIC_SPIN | \
     RTL_CRITICAL_SECTION_FLAG_STATIC_INIT)

NT_EXPORT VOID WINAPI InitializeCriticalSection(LPCRITICAL_SECTION section)
{
    nt_critical_init(section, 0);
}

NT_EXPORT BOOL WINAPI InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION section, DWORD spins)
{
    nt_critical_init(section, spins);
    return TRUE;
}

NT_EXPORT BOOL WINAPI InitializeCriticalSectionEx(LPCRITICAL_SECTION section, DWORD spins,
                                                  DWORD flags)
{
    if ((flags & ~(DWORD)KNOWN_FLAGS) || (spins & ~SPIN_COUNT))
        return nt_api_result(STATUS_INVALID_PARAMETER);
    nt_critical_init(section, spins);
    return TRUE;
}

NT_EXPORT DWORD WINAPI SetCriticalSectionSpinCount(LPCRITICAL_SECTION section, DWORD spins)
{
    DWORD before = (DWORD)section->SpinCount;

    section->SpinCount = spins & SPIN_COUNT;
    return before;
}

NT_EXPORT VOID WINAPI EnterCriticalSection(LPCRITICAL_SECTION section)
{
    nt_critical_enter(section);
}

NT_EXPORT BOOL WINAPI TryEnterCriticalSection(LPCRITICAL_SECTION section)
{
    return nt_critical_try_enter(section);
}

NT_EXPORT VOID WINAPI LeaveCriticalSection(LPCRITICAL_SECTION section)
{
    nt_critical_leave(section);
}

NT_EXPORT VOID WINAPI DeleteCriticalSection(LPCRITICAL_SECTION section)
{
    nt_critical_init(section, 0);
    section->DebugInfo = NULL;
}

/* --- SRW locks ------------------------------------------------------------------------------ */

NT_EXPORT VOID WINAPI InitializeSRWLock(PSRWLOCK lock)
{
    lock->Ptr = NULL;
}

NT_EXPORT VOID WINAPI AcquireSRWLockExclusive(PSRWLOCK lock)
{
    nt_srw_acquire(lock, true);
}

NT_EXPORT VOID WINAPI AcquireSRWLockShared(PSRWLOCK lock)
{
    nt_srw_acquire(lock, false);
}

NT_EXPORT BOOLEAN WINAPI TryAcquireSRWLockExclusive(PSRWLOCK lock)
{
    return nt_srw_try_acquire(lock, true);
}

NT_EXPORT BOOLEAN WINAPI TryAcquireSRWLockShared(PSRWLOCK lock)
{
    return nt_srw_try_acquire(lock, false);
}

NT_EXPORT VOID WINAPI ReleaseSRWLockExclusive(PSRWLOCK lock)
{
    nt_srw_release(lock, true);
}

NT_EXPORT VOID WINAPI ReleaseSRWLockShared(PSRWLOCK lock)
{
    nt_srw_release(lock, false);
}

/* --- condition variables -------------------------------------------------------------------- */

/* The general table has another error for a timeout. */
static BOOL in_time(bool woken)
{
    if (!woken)
        SetLastError(ERROR_TIMEOUT);
    return woken;
}

NT_EXPORT VOID WINAPI InitializeConditionVariable(PCONDITION_VARIABLE variable)
{
    variable->Ptr = NULL;
}

NT_EXPORT BOOL WINAPI SleepConditionVariableCS(PCONDITION_VARIABLE variable,
                                               PCRITICAL_SECTION section, DWORD milliseconds)
{
    return in_time(
        nt_condition_sleep_critical(variable, section, nt_deadline_after_ms(milliseconds)));
}

NT_EXPORT BOOL WINAPI SleepConditionVariableSRW(PCONDITION_VARIABLE variable, PSRWLOCK lock,
                                                DWORD milliseconds, ULONG flags)
{
    bool exclusive = !(flags & CONDITION_VARIABLE_LOCKMODE_SHARED);

    if (flags & ~(ULONG)CONDITION_VARIABLE_LOCKMODE_SHARED)
        return nt_api_result(STATUS_INVALID_PARAMETER);
    return in_time(
        nt_condition_sleep_srw(variable, lock, exclusive, nt_deadline_after_ms(milliseconds)));
}

NT_EXPORT VOID WINAPI WakeConditionVariable(PCONDITION_VARIABLE variable)
{
    nt_condition_wake(variable, false);
}

NT_EXPORT VOID WINAPI WakeAllConditionVariable(PCONDITION_VARIABLE variable)
{
    nt_condition_wake(variable, true);
}

/* --- one-time initialisation ---------------------------------------------------------------- */

NT_EXPORT VOID WINAPI InitOnceInitialize(PINIT_ONCE once)
{
    once->Ptr = NULL;
}

NT_EXPORT BOOL WINAPI InitOnceBeginInitialize(LPINIT_ONCE once, DWORD flags, PBOOL ret_pending,
                                              LPVOID *ret_context)
{
    NTSTATUS status = nt_once_begin(once, flags, ret_context);

    if (NT_SUCCESS(status) && ret_pending)
        *ret_pending = status == STATUS_PENDING;
    return nt_api_result(status);
}

NT_EXPORT BOOL WINAPI InitOnceComplete(LPINIT_ONCE once, DWORD flags, LPVOID context)
{
    return nt_api_result(nt_once_complete(once, flags, context));
}

NT_EXPORT BOOL WINAPI InitOnceExecuteOnce(PINIT_ONCE once, PINIT_ONCE_FN function, PVOID parameter,
                                          LPVOID *ret_context)
{
    void *context = NULL;
    NTSTATUS status = nt_once_begin(once, 0, ret_context);

    if (status != STATUS_PENDING)
        return nt_api_result(status);
    if (!function(once, parameter, &context)) {
        /* The last error is what the function has set. */
        nt_once_complete(once, INIT_ONCE_INIT_FAILED, NULL);
        return FALSE;
    }
    status = nt_once_complete(once, 0, context);
    if (!NT_SUCCESS(status))
        nt_once_complete(once, INIT_ONCE_INIT_FAILED, NULL);
    else if (ret_context)
        *ret_context = context;
    return nt_api_result(status);
}

/* --- addresses ------------------------------------------------------------------------------ */

NT_EXPORT BOOL WINAPI WaitOnAddress(volatile VOID *address, PVOID compare, SIZE_T size,
                                    DWORD milliseconds)
{
    NTSTATUS status = nt_address_wait(address, compare, size, nt_deadline_after_ms(milliseconds));

    return status == STATUS_TIMEOUT ? in_time(false) : nt_api_result(status);
}

NT_EXPORT VOID WINAPI WakeByAddressSingle(PVOID address)
{
    nt_unpark(address, false);
}

NT_EXPORT VOID WINAPI WakeByAddressAll(PVOID address)
{
    nt_unpark(address, true);
}

/* --- barriers ------------------------------------------------------------------------------- */

NT_EXPORT BOOL WINAPI InitializeSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER barrier,
                                                       LONG threads, LONG spins)
{
    if (!barrier || threads < 1 || spins < -1)
        return nt_api_result(STATUS_INVALID_PARAMETER);
    nt_barrier_init(barrier, (uint32_t)threads, spins < 0 ? 0 : (uint32_t)spins);
    return TRUE;
}

NT_EXPORT BOOL WINAPI EnterSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER barrier, DWORD flags)
{
    return nt_barrier_enter(barrier, flags);
}

NT_EXPORT BOOL WINAPI DeleteSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER barrier)
{
    nt_barrier_delete(barrier);
    return TRUE;
}
