/* SPDX-License-Identifier: MIT */
/*
 * synchapi.h - events, semaphores, mutexes, timers, and waiting.
 *
 * An event is manual-reset (stays signalled until ResetEvent) or auto-reset (one wait takes
 * the signal). Named events share the name space of sections and all other objects.
 */
#ifndef NTSHM_SYNCHAPI_H
#define NTSHM_SYNCHAPI_H

#include "minwindef.h"
#include "minwinbase.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

#define INFINITE                              0xFFFFFFFF
#define WAIT_FAILED                           ((DWORD)0xFFFFFFFF)
#define WAIT_OBJECT_0                         ((DWORD)0x00000000)
#define WAIT_ABANDONED                        ((DWORD)0x00000080)
#define WAIT_ABANDONED_0                      ((DWORD)0x00000080)
#define WAIT_IO_COMPLETION                    ((DWORD)0x000000C0)

#define MUTEX_MODIFY_STATE                    MUTANT_QUERY_STATE
#define MUTEX_ALL_ACCESS                      MUTANT_ALL_ACCESS
#define CREATE_MUTEX_INITIAL_OWNER            0x00000001
#define CREATE_WAITABLE_TIMER_MANUAL_RESET    0x00000001
#define CREATE_WAITABLE_TIMER_HIGH_RESOLUTION 0x00000002

#define CREATE_EVENT_MANUAL_RESET             0x00000001
#define CREATE_EVENT_INITIAL_SET              0x00000002

/*
 * CreateEvent, CreateEventEx - create an event, or open the one that has the name.
 * @lpEventAttributes: inheritance and security, or NULL
 * @bManualReset, @bInitialState, @dwFlags (CREATE_EVENT_): its kind and first state; an
 *   existing event keeps its own
 * @lpName: the name, or NULL or "" for none
 * @dwDesiredAccess: EVENT_, standard and generic rights (EVENT_ALL_ACCESS for CreateEvent)
 * Return: a handle, with the last error 0 or ERROR_ALREADY_EXISTS; NULL with
 * ERROR_INVALID_HANDLE (the name is another kind of object's), ERROR_INVALID_PARAMETER,
 * ERROR_ACCESS_DENIED, ERROR_PATH_NOT_FOUND, ERROR_INVALID_NAME, ERROR_BAD_PATHNAME,
 * ERROR_NOT_ENOUGH_MEMORY, ERROR_NO_UNICODE_TRANSLATION (A functions: not UTF-8).
 */
HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset,
                           BOOL bInitialState, LPCSTR lpName);
HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset,
                           BOOL bInitialState, LPCWSTR lpName) NTSHM_WIDE(CreateEventW);
HANDLE WINAPI CreateEventExA(LPSECURITY_ATTRIBUTES lpEventAttributes, LPCSTR lpName, DWORD dwFlags,
                             DWORD dwDesiredAccess);
HANDLE WINAPI CreateEventExW(LPSECURITY_ATTRIBUTES lpEventAttributes, LPCWSTR lpName, DWORD dwFlags,
                             DWORD dwDesiredAccess) NTSHM_WIDE(CreateEventExW);

/*
 * OpenEvent - open the event that has a name. NULL with ERROR_FILE_NOT_FOUND,
 * ERROR_INVALID_PARAMETER (NULL name), ERROR_INVALID_HANDLE ("" or another kind of object),
 * and the errors of CreateEvent.
 */
HANDLE WINAPI OpenEventA(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName);
HANDLE WINAPI OpenEventW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName)
    NTSHM_WIDE(OpenEventW);

/*
 * SetEvent, ResetEvent - set the state; the handle needs EVENT_MODIFY_STATE. FALSE with
 * ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED.
 */
BOOL WINAPI SetEvent(HANDLE hEvent);
BOOL WINAPI ResetEvent(HANDLE hEvent);

/*
 * CreateSemaphore, CreateSemaphoreEx - create a semaphore, or open the one that has the name: a
 * count that each wait takes one of, and that lets nobody go at 0.
 * @lpSemaphoreAttributes: inheritance and security, or NULL
 * @lInitialCount, @lMaximumCount: the count at first (0 or more), and at most (1 or more); an
 *   existing semaphore keeps its own
 * @lpName: the name, or NULL or "" for none
 * @dwFlags: 0
 * @dwDesiredAccess: SEMAPHORE_, standard and generic rights (SEMAPHORE_ALL_ACCESS for
 *   CreateSemaphore)
 * Return: as CreateEvent; ERROR_INVALID_PARAMETER also for counts that are none.
 */
HANDLE WINAPI CreateSemaphoreA(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount,
                               LONG lMaximumCount, LPCSTR lpName);
HANDLE WINAPI CreateSemaphoreW(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount,
                               LONG lMaximumCount, LPCWSTR lpName) NTSHM_WIDE(CreateSemaphoreW);
HANDLE WINAPI CreateSemaphoreExA(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount,
                                 LONG lMaximumCount, LPCSTR lpName, DWORD dwFlags,
                                 DWORD dwDesiredAccess);
HANDLE WINAPI CreateSemaphoreExW(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount,
                                 LONG lMaximumCount, LPCWSTR lpName, DWORD dwFlags,
                                 DWORD dwDesiredAccess) NTSHM_WIDE(CreateSemaphoreExW);
/* OpenSemaphore - open the semaphore that has a name; as OpenEvent. */
HANDLE WINAPI OpenSemaphoreA(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName);
HANDLE WINAPI OpenSemaphoreW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName)
    NTSHM_WIDE(OpenSemaphoreW);
/*
 * ReleaseSemaphore - add to the count; the handle needs SEMAPHORE_MODIFY_STATE.
 * @lReleaseCount: 1 or more
 * @lpPreviousCount: receives the count before; or NULL
 * Return: FALSE, nothing added, with ERROR_TOO_MANY_POSTS (it would become more than the maximum),
 * ERROR_INVALID_PARAMETER, ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED.
 */
BOOL WINAPI ReleaseSemaphore(HANDLE hSemaphore, LONG lReleaseCount, LPLONG lpPreviousCount);

/*
 * WaitForSingleObject, WaitForSingleObjectEx, WaitForMultipleObjects, WaitForMultipleObjectsEx -
 * wait until an object lets the caller go, and take it: an auto-reset event or timer, one of a
 * semaphore's count, a mutex. Each handle needs SYNCHRONIZE.
 * @nCount, @lpHandles: 1 to MAXIMUM_WAIT_OBJECTS of them, of any kinds
 * @bWaitAll: all at one moment: nothing is taken before. None may stand there twice then.
 * @dwMilliseconds: how long; 0 looks without waiting, INFINITE waits for ever
 * @bAlertable: the wait ends too when procedure calls (QueueUserAPC) of the thread have run
 * Return: WAIT_OBJECT_0 and the index (of all: WAIT_OBJECT_0); the same from WAIT_ABANDONED_0 for a
 * mutex whose owner ended without giving it back; WAIT_IO_COMPLETION; WAIT_TIMEOUT; WAIT_FAILED
 * with ERROR_INVALID_HANDLE (sections cannot be waited for, 12.32), ERROR_ACCESS_DENIED,
 * ERROR_INVALID_PARAMETER, ERROR_NOACCESS, ERROR_NOT_ENOUGH_MEMORY. A signal handler that runs
 * meanwhile does not end the wait.
 */
DWORD WINAPI WaitForSingleObject(HANDLE hHandle, DWORD dwMilliseconds);
DWORD WINAPI WaitForSingleObjectEx(HANDLE hHandle, DWORD dwMilliseconds, BOOL bAlertable);
DWORD WINAPI WaitForMultipleObjects(DWORD nCount, const HANDLE *lpHandles, BOOL bWaitAll,
                                    DWORD dwMilliseconds);
DWORD WINAPI WaitForMultipleObjectsEx(DWORD nCount, const HANDLE *lpHandles, BOOL bWaitAll,
                                      DWORD dwMilliseconds, BOOL bAlertable);

/*
 * SignalObjectAndWait - signal an object, and wait for another one, as WaitForSingleObjectEx does.
 * @hObjectToSignal: an event (EVENT_MODIFY_STATE) is set, a semaphore (SEMAPHORE_MODIFY_STATE) or
 *   a mutex released
 * Return: also WAIT_FAILED with ERROR_INVALID_HANDLE (cannot be signalled), ERROR_TOO_MANY_POSTS,
 * ERROR_NOT_OWNER. Others may see the first half before the second begins.
 */
DWORD WINAPI SignalObjectAndWait(HANDLE hObjectToSignal, HANDLE hObjectToWaitOn,
                                 DWORD dwMilliseconds, BOOL bAlertable);

/*
 * CreateMutex, CreateMutexEx - create a mutex, or open the one that has the name. It belongs to no
 * thread, or to one thread, which may take it several times; waiting takes it.
 * @lpMutexAttributes: inheritance and security, or NULL
 * @bInitialOwner, @dwFlags (CREATE_MUTEX_INITIAL_OWNER): a new one belongs to the caller
 * @lpName: the name, or NULL or "" for none
 * @dwDesiredAccess: MUTEX_, standard and generic rights (MUTEX_ALL_ACCESS for CreateMutex)
 * Return: as CreateEvent.
 *
 * When its owner ends without ReleaseMutex, by whatever cause, the next wait that takes it answers
 * WAIT_ABANDONED, once.
 */
HANDLE WINAPI CreateMutexA(LPSECURITY_ATTRIBUTES lpMutexAttributes, BOOL bInitialOwner,
                           LPCSTR lpName);
HANDLE WINAPI CreateMutexW(LPSECURITY_ATTRIBUTES lpMutexAttributes, BOOL bInitialOwner,
                           LPCWSTR lpName) NTSHM_WIDE(CreateMutexW);
HANDLE WINAPI CreateMutexExA(LPSECURITY_ATTRIBUTES lpMutexAttributes, LPCSTR lpName, DWORD dwFlags,
                             DWORD dwDesiredAccess);
HANDLE WINAPI CreateMutexExW(LPSECURITY_ATTRIBUTES lpMutexAttributes, LPCWSTR lpName, DWORD dwFlags,
                             DWORD dwDesiredAccess) NTSHM_WIDE(CreateMutexExW);
/* OpenMutex - open the mutex that has a name; as OpenEvent. */
HANDLE WINAPI OpenMutexA(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName);
HANDLE WINAPI OpenMutexW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName)
    NTSHM_WIDE(OpenMutexW);
/*
 * ReleaseMutex - give back what one wait took; after as many as it was taken it is free. The handle
 * needs no right. FALSE with ERROR_NOT_OWNER (the caller does not own it), ERROR_INVALID_HANDLE.
 */
BOOL WINAPI ReleaseMutex(HANDLE hMutex);

/*
 * A function that runs in an alertable wait of the thread that set a timer, after it was due.
 * @dwTimerLowValue, @dwTimerHighValue: when it was: 100 ns units, UTC since 1601, as in FILETIME
 */
typedef VOID(WINAPI *PTIMERAPCROUTINE)(LPVOID lpArgToCompletionRoutine, DWORD dwTimerLowValue,
                                       DWORD dwTimerHighValue);

/*
 * CreateWaitableTimer, CreateWaitableTimerEx - create a timer, or open the one that has the name.
 * @lpTimerAttributes: inheritance and security, or NULL
 * @bManualReset, @dwFlags (CREATE_WAITABLE_TIMER_): its kind: stays signalled until it is set
 *   again; else one wait takes the signal. HIGH_RESOLUTION: every timer is
 * @lpTimerName: the name, or NULL or "" for none
 * @dwDesiredAccess: TIMER_, standard and generic rights (TIMER_ALL_ACCESS for CreateWaitableTimer)
 * Return: as CreateEvent.
 */
HANDLE WINAPI CreateWaitableTimerA(LPSECURITY_ATTRIBUTES lpTimerAttributes, BOOL bManualReset,
                                   LPCSTR lpTimerName);
HANDLE WINAPI CreateWaitableTimerW(LPSECURITY_ATTRIBUTES lpTimerAttributes, BOOL bManualReset,
                                   LPCWSTR lpTimerName) NTSHM_WIDE(CreateWaitableTimerW);
HANDLE WINAPI CreateWaitableTimerExA(LPSECURITY_ATTRIBUTES lpTimerAttributes, LPCSTR lpTimerName,
                                     DWORD dwFlags, DWORD dwDesiredAccess);
HANDLE WINAPI CreateWaitableTimerExW(LPSECURITY_ATTRIBUTES lpTimerAttributes, LPCWSTR lpTimerName,
                                     DWORD dwFlags, DWORD dwDesiredAccess)
    NTSHM_WIDE(CreateWaitableTimerExW);
/* OpenWaitableTimer - open the timer that has a name; as OpenEvent. */
HANDLE WINAPI OpenWaitableTimerA(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpTimerName);
HANDLE WINAPI OpenWaitableTimerW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpTimerName)
    NTSHM_WIDE(OpenWaitableTimerW);

/*
 * SetWaitableTimer, SetWaitableTimerEx - a timer becomes signalled at a moment; until then it is
 * not. The handle needs TIMER_MODIFY_STATE.
 * @lpDueTime: 100 ns units; below 0: so long from now; else UTC since 1601 (FILETIME)
 * @lPeriod: milliseconds after which it becomes signalled again, over and over; 0: once
 * @pfnCompletionRoutine, @lpArgToCompletionRoutine: called in alertable waits of this thread each
 *   time, until the timer is set again or cancelled; or NULL
 * @fResume: nothing here wakes a machine that sleeps: when TRUE, the timer is set and the last
 *   error is ERROR_NOT_SUPPORTED
 * @WakeContext, @TolerableDelay (milliseconds): not looked at: as exact as the machine can
 * Return: FALSE with ERROR_INVALID_PARAMETER (a period below 0), ERROR_NOACCESS (no lpDueTime),
 * ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED, ERROR_NOT_ENOUGH_MEMORY.
 */
BOOL WINAPI SetWaitableTimer(HANDLE hTimer, const LARGE_INTEGER *lpDueTime, LONG lPeriod,
                             PTIMERAPCROUTINE pfnCompletionRoutine, LPVOID lpArgToCompletionRoutine,
                             BOOL fResume);
BOOL WINAPI SetWaitableTimerEx(HANDLE hTimer, const LARGE_INTEGER *lpDueTime, LONG lPeriod,
                               PTIMERAPCROUTINE pfnCompletionRoutine,
                               LPVOID lpArgToCompletionRoutine, PREASON_CONTEXT WakeContext,
                               ULONG TolerableDelay);
/*
 * CancelWaitableTimer - it will not become signalled; whether it is, stays. The handle needs
 * TIMER_MODIFY_STATE. FALSE with ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED.
 */
BOOL WINAPI CancelWaitableTimer(HANDLE hTimer);

/*
 * Sleep, SleepEx - let the thread sleep, whatever signals arrive.
 * @dwMilliseconds: how long; 0 lets other threads run; INFINITE: for ever
 * @bAlertable: it ends too when procedure calls (QueueUserAPC) of the thread have run
 * Return: SleepEx 0; WAIT_IO_COMPLETION when they have.
 */
VOID WINAPI Sleep(DWORD dwMilliseconds);
DWORD WINAPI SleepEx(DWORD dwMilliseconds, BOOL bAlertable);

/* ---- within one process ------------------------------------------------------------------ */

/*
 * What follows is for the threads of one process. The structures lie in the program's memory, at
 * a fixed place as long as they are used; what nobody waits for makes no system call. They are of
 * no use in memory that processes share: use objects with handles there.
 */

#define SRWLOCK_INIT                             RTL_SRWLOCK_INIT
#define INIT_ONCE_STATIC_INIT                    RTL_RUN_ONCE_INIT
#define INIT_ONCE_CHECK_ONLY                     RTL_RUN_ONCE_CHECK_ONLY
#define INIT_ONCE_ASYNC                          RTL_RUN_ONCE_ASYNC
#define INIT_ONCE_INIT_FAILED                    RTL_RUN_ONCE_INIT_FAILED
#define INIT_ONCE_CTX_RESERVED_BITS              RTL_RUN_ONCE_CTX_RESERVED_BITS
#define CONDITION_VARIABLE_INIT                  RTL_CONDITION_VARIABLE_INIT
#define CONDITION_VARIABLE_LOCKMODE_SHARED       RTL_CONDITION_VARIABLE_LOCKMODE_SHARED
#define SYNCHRONIZATION_BARRIER_FLAGS_SPIN_ONLY  0x01
#define SYNCHRONIZATION_BARRIER_FLAGS_BLOCK_ONLY 0x02
#define SYNCHRONIZATION_BARRIER_FLAGS_NO_DELETE  0x04
#define CRITICAL_SECTION_NO_DEBUG_INFO           RTL_CRITICAL_SECTION_FLAG_NO_DEBUG_INFO

typedef RTL_SRWLOCK SRWLOCK, *PSRWLOCK;
typedef RTL_CONDITION_VARIABLE CONDITION_VARIABLE, *PCONDITION_VARIABLE;
typedef RTL_RUN_ONCE INIT_ONCE;
typedef PRTL_RUN_ONCE PINIT_ONCE;
typedef PRTL_RUN_ONCE LPINIT_ONCE;
typedef BOOL(WINAPI *PINIT_ONCE_FN)(PINIT_ONCE InitOnce, PVOID Parameter, PVOID *Context);
typedef RTL_BARRIER SYNCHRONIZATION_BARRIER;
typedef PRTL_BARRIER PSYNCHRONIZATION_BARRIER;
typedef PRTL_BARRIER LPSYNCHRONIZATION_BARRIER;

/*
 * Critical sections: a thread may enter one that it has any number of times, and leaves it as
 * often.
 * @dwSpinCount: how often to look before sleeping; its highest byte is not part of it, and in
 *   InitializeCriticalSectionEx must be 0
 * @Flags: CRITICAL_SECTION_NO_DEBUG_INFO and the other RTL_CRITICAL_SECTION_FLAG_ values change
 *   nothing; other bits are ERROR_INVALID_PARAMETER
 * Return: SetCriticalSectionSpinCount what it was; the Initialize functions TRUE (Ex: or FALSE);
 * TryEnterCriticalSection FALSE when another thread has it. Leaving one that the thread does not
 * have changes nothing.
 */
VOID WINAPI InitializeCriticalSection(LPCRITICAL_SECTION lpCriticalSection);
BOOL WINAPI InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION lpCriticalSection,
                                                  DWORD dwSpinCount);
BOOL WINAPI InitializeCriticalSectionEx(LPCRITICAL_SECTION lpCriticalSection, DWORD dwSpinCount,
                                        DWORD Flags);
DWORD WINAPI SetCriticalSectionSpinCount(LPCRITICAL_SECTION lpCriticalSection, DWORD dwSpinCount);
VOID WINAPI EnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection);
BOOL WINAPI TryEnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection);
VOID WINAPI LeaveCriticalSection(LPCRITICAL_SECTION lpCriticalSection);
VOID WINAPI DeleteCriticalSection(LPCRITICAL_SECTION lpCriticalSection);

/*
 * Slim reader/writer locks: one thread exclusively, or any number shared. Not recursive; a thread
 * that waits to have it exclusively keeps new readers out. Releasing one that nobody has so
 * changes nothing. SRWLOCK_INIT or InitializeSRWLock begins one; it needs no end.
 */
VOID WINAPI InitializeSRWLock(PSRWLOCK SRWLock);
VOID WINAPI AcquireSRWLockExclusive(PSRWLOCK SRWLock);
VOID WINAPI AcquireSRWLockShared(PSRWLOCK SRWLock);
BOOLEAN WINAPI TryAcquireSRWLockExclusive(PSRWLOCK SRWLock);
BOOLEAN WINAPI TryAcquireSRWLockShared(PSRWLOCK SRWLock);
VOID WINAPI ReleaseSRWLockExclusive(PSRWLOCK SRWLock);
VOID WINAPI ReleaseSRWLockShared(PSRWLOCK SRWLock);

/*
 * Condition variables: sleep until another thread wakes, without the lock, and take it again
 * before the return. A wake may come without any reason: look at the condition in a loop.
 * @dwMilliseconds: how long; INFINITE: for ever
 * @Flags: CONDITION_VARIABLE_LOCKMODE_SHARED: the thread has the lock shared
 * Return: TRUE; FALSE with ERROR_TIMEOUT, ERROR_INVALID_PARAMETER (other flags; the lock is kept).
 */
VOID WINAPI InitializeConditionVariable(PCONDITION_VARIABLE ConditionVariable);
BOOL WINAPI SleepConditionVariableCS(PCONDITION_VARIABLE ConditionVariable,
                                     PCRITICAL_SECTION CriticalSection, DWORD dwMilliseconds);
BOOL WINAPI SleepConditionVariableSRW(PCONDITION_VARIABLE ConditionVariable, PSRWLOCK SRWLock,
                                      DWORD dwMilliseconds, ULONG Flags);
VOID WINAPI WakeConditionVariable(PCONDITION_VARIABLE ConditionVariable);
VOID WINAPI WakeAllConditionVariable(PCONDITION_VARIABLE ConditionVariable);

/*
 * One-time initialisation. InitOnceExecuteOnce calls @InitFn in one thread; the others wait, and
 * when it fails (FALSE) the next one calls it again. Begin and Complete do it in two steps;
 * INIT_ONCE_ASYNC lets several threads try, and the first one to complete counts.
 * @fPending: TRUE: the caller initialises; FALSE: it is done
 * @lpContext: what was given to InitOnceComplete or stored by @InitFn; its low two bits are 0
 * Return: TRUE; FALSE with ERROR_GEN_FAILURE (INIT_ONCE_CHECK_ONLY: not done yet; Complete: not
 * begun, or done by another thread), ERROR_INVALID_PARAMETER (flags that do not go together or
 * with how it was begun; a context with low bits); of ExecuteOnce, what @InitFn has set.
 */
VOID WINAPI InitOnceInitialize(PINIT_ONCE InitOnce);
BOOL WINAPI InitOnceExecuteOnce(PINIT_ONCE InitOnce, PINIT_ONCE_FN InitFn, PVOID Parameter,
                                LPVOID *Context);
BOOL WINAPI InitOnceBeginInitialize(LPINIT_ONCE lpInitOnce, DWORD dwFlags, PBOOL fPending,
                                    LPVOID *lpContext);
BOOL WINAPI InitOnceComplete(LPINIT_ONCE lpInitOnce, DWORD dwFlags, LPVOID lpContext);

/*
 * WaitOnAddress - sleep while memory is what it was; WakeByAddressSingle and WakeByAddressAll wake
 * the first of those that sleep at that address, or all. A return may come without any reason.
 * @Address: naturally aligned
 * @CompareAddress, @AddressSize: what it was: 1, 2, 4 or 8 bytes
 * Return: TRUE; FALSE with ERROR_TIMEOUT, ERROR_INVALID_PARAMETER (another size).
 */
BOOL WINAPI WaitOnAddress(volatile VOID *Address, PVOID CompareAddress, SIZE_T AddressSize,
                          DWORD dwMilliseconds);
VOID WINAPI WakeByAddressSingle(PVOID Address);
VOID WINAPI WakeByAddressAll(PVOID Address);

/*
 * Barriers: @lTotalThreads threads come in, then all go on; EnterSynchronizationBarrier is TRUE
 * in one of them. The delete waits until nobody uses the memory any more.
 * @lSpinCount: how often to look before sleeping; -1: as the library thinks
 * @dwFlags: SYNCHRONIZATION_BARRIER_FLAGS_; only ..._BLOCK_ONLY changes anything
 * Return: InitializeSynchronizationBarrier FALSE with ERROR_INVALID_PARAMETER for less than one
 * thread or a count below -1.
 */
BOOL WINAPI InitializeSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER lpBarrier,
                                             LONG lTotalThreads, LONG lSpinCount);
BOOL WINAPI EnterSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER lpBarrier, DWORD dwFlags);
BOOL WINAPI DeleteSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER lpBarrier);

#ifdef UNICODE
#    define CreateEvent           CreateEventW
#    define CreateEventEx         CreateEventExW
#    define OpenEvent             OpenEventW
#    define CreateMutex           CreateMutexW
#    define CreateMutexEx         CreateMutexExW
#    define OpenMutex             OpenMutexW
#    define CreateWaitableTimer   CreateWaitableTimerW
#    define CreateWaitableTimerEx CreateWaitableTimerExW
#    define OpenWaitableTimer     OpenWaitableTimerW
#    define CreateSemaphore       CreateSemaphoreW
#    define CreateSemaphoreEx     CreateSemaphoreExW
#    define OpenSemaphore         OpenSemaphoreW
#else
#    define CreateEvent           CreateEventA
#    define CreateEventEx         CreateEventExA
#    define OpenEvent             OpenEventA
#    define CreateMutex           CreateMutexA
#    define CreateMutexEx         CreateMutexExA
#    define OpenMutex             OpenMutexA
#    define CreateWaitableTimer   CreateWaitableTimerA
#    define CreateWaitableTimerEx CreateWaitableTimerExA
#    define OpenWaitableTimer     OpenWaitableTimerA
#    define CreateSemaphore       CreateSemaphoreA
#    define CreateSemaphoreEx     CreateSemaphoreExA
#    define OpenSemaphore         OpenSemaphoreA
#endif

#ifdef __cplusplus
}
#endif
#endif
