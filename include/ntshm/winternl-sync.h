/* SPDX-License-Identifier: MIT */
/*
 * ntshm/winternl-sync.h - the part of winternl.h that is about what one waits on, jobs, processes
 * and threads. <winternl.h> includes it. These return the status itself and never touch the last
 * error.
 */
#ifndef NTSHM_WINTERNL_SYNC_H
#define NTSHM_WINTERNL_SYNC_H

#include "../winternl.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * NtCreateEvent, NtOpenEvent, NtSetEvent, NtResetEvent, NtPulseEvent - events.
 * @EventType: NotificationEvent is manual-reset, SynchronizationEvent auto-reset
 * @InitialState: signalled or not
 * @PreviousState: receives 1 if it was signalled, else 0; or NULL
 * Return: as NtCreateSection and NtOpenSection for the first two; else STATUS_SUCCESS,
 * STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED.
 */
NTSTATUS NTAPI NtCreateEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
                             POBJECT_ATTRIBUTES ObjectAttributes, EVENT_TYPE EventType,
                             BOOLEAN InitialState) NTSHM_WIDE(NtCreateEvent);
NTSTATUS NTAPI NtOpenEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
                           POBJECT_ATTRIBUTES ObjectAttributes) NTSHM_WIDE(NtOpenEvent);
NTSTATUS NTAPI NtSetEvent(HANDLE EventHandle, PLONG PreviousState);
NTSTATUS NTAPI NtResetEvent(HANDLE EventHandle, PLONG PreviousState);
NTSTATUS NTAPI NtPulseEvent(HANDLE EventHandle, PLONG PreviousState);

/*
 * NtCreateMutant, NtOpenMutant, NtReleaseMutant, NtQueryMutant - mutexes (synchapi.h).
 * @InitialOwner: a new one belongs to the caller
 * @PreviousCount: receives the count as NtQueryMutant tells it, before; or NULL
 * @MutantInformation: MUTANT_BASIC_INFORMATION; the handle needs MUTANT_QUERY_STATE
 * @ReturnLength: receives what was written; or NULL
 * Return: as NtCreateSection and NtOpenSection for the first two; else STATUS_SUCCESS,
 * STATUS_MUTANT_NOT_OWNED, STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH,
 * STATUS_ACCESS_DENIED, STATUS_INVALID_INFO_CLASS, STATUS_INFO_LENGTH_MISMATCH,
 * STATUS_ACCESS_VIOLATION.
 */
NTSTATUS NTAPI NtCreateMutant(PHANDLE MutantHandle, ACCESS_MASK DesiredAccess,
                              POBJECT_ATTRIBUTES ObjectAttributes, BOOLEAN InitialOwner)
    NTSHM_WIDE(NtCreateMutant);
NTSTATUS NTAPI NtOpenMutant(PHANDLE MutantHandle, ACCESS_MASK DesiredAccess,
                            POBJECT_ATTRIBUTES ObjectAttributes) NTSHM_WIDE(NtOpenMutant);
NTSTATUS NTAPI NtReleaseMutant(HANDLE MutantHandle, PLONG PreviousCount);
NTSTATUS NTAPI NtQueryMutant(HANDLE MutantHandle, MUTANT_INFORMATION_CLASS MutantInformationClass,
                             PVOID MutantInformation, ULONG MutantInformationLength,
                             PULONG ReturnLength);

/*
 * NtCreateTimer, NtOpenTimer, NtSetTimer, NtCancelTimer, NtQueryTimer - waitable timers
 * (synchapi.h).
 * @TimerType: NotificationTimer is manual-reset, SynchronizationTimer auto-reset
 * @DueTime, @Period, @TimerApcRoutine, @TimerContext: as SetWaitableTimer
 * @ResumeTimer: when TRUE the timer is set and the answer is STATUS_TIMER_RESUME_IGNORED
 * @PreviousState, @CurrentState: receive whether it was, or is, signalled; or NULL
 * @TimerInformation: TIMER_BASIC_INFORMATION; the handle needs TIMER_QUERY_STATE
 * Return: as NtCreateSection and NtOpenSection for the first two; else STATUS_SUCCESS,
 * STATUS_INVALID_PARAMETER (a period below 0), STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH,
 * STATUS_ACCESS_DENIED, STATUS_INVALID_INFO_CLASS, STATUS_INFO_LENGTH_MISMATCH,
 * STATUS_ACCESS_VIOLATION, STATUS_NO_MEMORY.
 */
NTSTATUS NTAPI NtCreateTimer(PHANDLE TimerHandle, ACCESS_MASK DesiredAccess,
                             POBJECT_ATTRIBUTES ObjectAttributes, TIMER_TYPE TimerType)
    NTSHM_WIDE(NtCreateTimer);
NTSTATUS NTAPI NtOpenTimer(PHANDLE TimerHandle, ACCESS_MASK DesiredAccess,
                           POBJECT_ATTRIBUTES ObjectAttributes) NTSHM_WIDE(NtOpenTimer);
NTSTATUS NTAPI NtSetTimer(HANDLE TimerHandle, PLARGE_INTEGER DueTime,
                          PTIMER_APC_ROUTINE TimerApcRoutine, PVOID TimerContext,
                          BOOLEAN ResumeTimer, LONG Period, PBOOLEAN PreviousState);
NTSTATUS NTAPI NtCancelTimer(HANDLE TimerHandle, PBOOLEAN CurrentState);
NTSTATUS NTAPI NtQueryTimer(HANDLE TimerHandle, TIMER_INFORMATION_CLASS TimerInformationClass,
                            PVOID TimerInformation, ULONG TimerInformationLength,
                            PULONG ReturnLength);

/* NtClearEvent - NtResetEvent without an answer. */
NTSTATUS NTAPI NtClearEvent(HANDLE EventHandle);
/*
 * NtQueryEvent - its kind and state; needs EVENT_QUERY_STATE (1).
 * @Class: EventBasicInformation
 * @ReturnLength: receives the bytes given; or NULL
 * Return: STATUS_SUCCESS; STATUS_INVALID_INFO_CLASS, STATUS_INFO_LENGTH_MISMATCH,
 * STATUS_ACCESS_VIOLATION; as NtSetEvent. Of a named event the handle must also carry SYNCHRONIZE
 * or EVENT_MODIFY_STATE: else STATUS_ACCESS_DENIED.
 */
NTSTATUS NTAPI NtQueryEvent(HANDLE EventHandle, EVENT_INFORMATION_CLASS Class, PVOID Information,
                            ULONG Length, PULONG ReturnLength);

/*
 * NtCreateSemaphore, NtOpenSemaphore, NtReleaseSemaphore, NtQuerySemaphore - semaphores.
 * @InitialCount, @MaximumCount: STATUS_INVALID_PARAMETER unless 0 <= the first <= the second, and
 *   that is 1 or more
 * @ReleaseCount: 1 or more; STATUS_SEMAPHORE_LIMIT_EXCEEDED when the count would become more than
 *   the maximum, and nothing is added
 * @PreviousCount: receives the count before; or NULL
 * Return: as the functions on events.
 */
NTSTATUS NTAPI NtCreateSemaphore(PHANDLE SemaphoreHandle, ACCESS_MASK DesiredAccess,
                                 POBJECT_ATTRIBUTES ObjectAttributes, LONG InitialCount,
                                 LONG MaximumCount) NTSHM_WIDE(NtCreateSemaphore);
NTSTATUS NTAPI NtOpenSemaphore(PHANDLE SemaphoreHandle, ACCESS_MASK DesiredAccess,
                               POBJECT_ATTRIBUTES ObjectAttributes) NTSHM_WIDE(NtOpenSemaphore);
NTSTATUS NTAPI NtReleaseSemaphore(HANDLE SemaphoreHandle, ULONG ReleaseCount, PULONG PreviousCount);
NTSTATUS NTAPI NtQuerySemaphore(HANDLE SemaphoreHandle, SEMAPHORE_INFORMATION_CLASS Class,
                                PVOID Information, ULONG Length, PULONG ReturnLength);

/*
 * NtWaitForSingleObject, NtWaitForMultipleObjects, NtSignalAndWaitForSingleObject - as the
 * functions of synchapi.h.
 * @Timeout: in units of 100 ns: negative from now, positive since 1601-01-01 UTC, 0 only
 *   looks, NULL waits for ever
 * Return: STATUS_WAIT_0 and the index, STATUS_ABANDONED_WAIT_0 and the index, STATUS_TIMEOUT,
 * STATUS_USER_APC; STATUS_INVALID_HANDLE, STATUS_ACCESS_DENIED, STATUS_OBJECT_TYPE_MISMATCH;
 * STATUS_INVALID_PARAMETER_1 (how many), STATUS_INVALID_PARAMETER_3 (WaitType),
 * STATUS_INVALID_PARAMETER_MIX (one stands there twice, and all are waited for).
 */
NTSTATUS NTAPI NtWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable, PLARGE_INTEGER Timeout);
NTSTATUS NTAPI NtWaitForMultipleObjects(ULONG Count, const HANDLE *Handles, WAIT_TYPE WaitType,
                                        BOOLEAN Alertable, PLARGE_INTEGER Timeout);
NTSTATUS NTAPI NtSignalAndWaitForSingleObject(HANDLE SignalHandle, HANDLE WaitHandle,
                                              BOOLEAN Alertable, PLARGE_INTEGER Timeout);
/*
 * NtDelayExecution - sleep. @DelayInterval: as a timeout; not NULL. Return: STATUS_SUCCESS;
 * STATUS_USER_APC.
 */
NTSTATUS NTAPI NtDelayExecution(BOOLEAN Alertable, PLARGE_INTEGER DelayInterval);

/*
 * NtCreateJobObject, NtOpenJobObject, NtAssignProcessToJobObject, NtTerminateJobObject,
 * NtIsProcessInJob, NtQueryInformationJobObject, NtSetInformationJobObject - jobs (jobapi2.h).
 * @ExitStatus: the exit code of its members
 * @ReturnLength: receives what was written; or NULL
 * Return: as NtCreateSection and NtOpenSection for the first two; NtIsProcessInJob
 * STATUS_PROCESS_IN_JOB or STATUS_PROCESS_NOT_IN_JOB; else STATUS_SUCCESS, STATUS_INVALID_HANDLE,
 * STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED, STATUS_PROCESS_IS_TERMINATING,
 * STATUS_QUOTA_EXCEEDED, STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_INFO_CLASS,
 * STATUS_INVALID_PARAMETER, STATUS_BUFFER_OVERFLOW, STATUS_NOT_SUPPORTED, STATUS_ACCESS_VIOLATION.
 */
NTSTATUS NTAPI NtCreateJobObject(PHANDLE JobHandle, ACCESS_MASK DesiredAccess,
                                 POBJECT_ATTRIBUTES ObjectAttributes) NTSHM_WIDE(NtCreateJobObject);
NTSTATUS NTAPI NtOpenJobObject(PHANDLE JobHandle, ACCESS_MASK DesiredAccess,
                               POBJECT_ATTRIBUTES ObjectAttributes) NTSHM_WIDE(NtOpenJobObject);
NTSTATUS NTAPI NtAssignProcessToJobObject(HANDLE JobHandle, HANDLE ProcessHandle);
NTSTATUS NTAPI NtTerminateJobObject(HANDLE JobHandle, NTSTATUS ExitStatus);
NTSTATUS NTAPI NtIsProcessInJob(HANDLE ProcessHandle, HANDLE JobHandle);
NTSTATUS NTAPI NtQueryInformationJobObject(HANDLE JobHandle, JOBOBJECTINFOCLASS JobInformationClass,
                                           PVOID JobInformation, ULONG JobInformationLength,
                                           PULONG ReturnLength);
NTSTATUS NTAPI NtSetInformationJobObject(HANDLE JobHandle, JOBOBJECTINFOCLASS JobInformationClass,
                                         PVOID JobInformation, ULONG JobInformationLength);

typedef struct _CLIENT_ID {
    HANDLE UniqueProcess;
    HANDLE UniqueThread;
} CLIENT_ID, *PCLIENT_ID;

typedef enum _THREADINFOCLASS {
    ThreadBasicInformation = 0,
    ThreadTimes = 1,
    ThreadIsTerminated = 20,
} THREADINFOCLASS;

typedef struct _THREAD_BASIC_INFORMATION {
    NTSTATUS ExitStatus;
    PVOID TebBaseAddress;
    CLIENT_ID ClientId;
    KAFFINITY AffinityMask;
    LONG Priority;
    LONG BasePriority;
} THREAD_BASIC_INFORMATION, *PTHREAD_BASIC_INFORMATION;

typedef struct _KERNEL_USER_TIMES {
    LARGE_INTEGER CreateTime;
    LARGE_INTEGER ExitTime;
    LARGE_INTEGER KernelTime;
    LARGE_INTEGER UserTime;
} KERNEL_USER_TIMES, *PKERNEL_USER_TIMES;

/*
 * NtQueryInformationThread - ThreadBasicInformation (no TebBaseAddress: there is none; the
 * processors that the calling thread may use), ThreadTimes, ThreadIsTerminated (a ULONG).
 * Return: STATUS_SUCCESS; STATUS_INVALID_INFO_CLASS, STATUS_INFO_LENGTH_MISMATCH,
 * STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED.
 */
NTSTATUS NTAPI NtQueryInformationThread(HANDLE ThreadHandle, THREADINFOCLASS ThreadInformationClass,
                                        PVOID ThreadInformation, ULONG ThreadInformationLength,
                                        PULONG ReturnLength);

typedef LONG KPRIORITY;
typedef struct _PEB *PPEB;

typedef enum _PROCESSINFOCLASS {
    ProcessBasicInformation = 0,
    ProcessTimes = 4,
    ProcessHandleCount = 20,
} PROCESSINFOCLASS;

typedef struct _PROCESS_BASIC_INFORMATION {
    NTSTATUS ExitStatus;
    PPEB PebBaseAddress;
    KAFFINITY AffinityMask;
    KPRIORITY BasePriority;
    ULONG_PTR UniqueProcessId;
    ULONG_PTR InheritedFromUniqueProcessId;
} PROCESS_BASIC_INFORMATION, *PPROCESS_BASIC_INFORMATION;

/*
 * NtQueryInformationProcess - ProcessBasicInformation (no PebBaseAddress and no AffinityMask: they
 * are 0), ProcessTimes, ProcessHandleCount (a ULONG; of the calling process).
 * @ProcessHandle: with PROCESS_QUERY_INFORMATION or PROCESS_QUERY_LIMITED_INFORMATION
 * @ReturnLength:  receives what was written; or NULL
 * Return: STATUS_SUCCESS; STATUS_INVALID_INFO_CLASS, STATUS_INFO_LENGTH_MISMATCH,
 * STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED, STATUS_NOT_SUPPORTED,
 * STATUS_ACCESS_VIOLATION, STATUS_UNSUCCESSFUL (times of one that the system has forgotten).
 */
NTSTATUS NTAPI NtQueryInformationProcess(HANDLE ProcessHandle,
                                         PROCESSINFOCLASS ProcessInformationClass,
                                         PVOID ProcessInformation, ULONG ProcessInformationLength,
                                         PULONG ReturnLength);

/*
 * NtOpenProcess, NtTerminateProcess - OpenProcess and TerminateProcess (processthreadsapi.h).
 * @ObjectAttributes: its Attributes say whether the handle is inherited
 * @ClientId:         the number in UniqueProcess
 * @ProcessHandle:    NULL, which means every thread but the calling one, is STATUS_NOT_SUPPORTED
 * Return: STATUS_SUCCESS; STATUS_INVALID_CID, STATUS_ACCESS_DENIED, STATUS_INVALID_HANDLE,
 * STATUS_OBJECT_TYPE_MISMATCH, STATUS_PROCESS_IS_TERMINATING (it has ended),
 * STATUS_INVALID_PARAMETER_MIX (no @ClientId), STATUS_ACCESS_VIOLATION.
 */
NTSTATUS NTAPI NtOpenProcess(PHANDLE ProcessHandle, ACCESS_MASK DesiredAccess,
                             POBJECT_ATTRIBUTES ObjectAttributes, PCLIENT_ID ClientId)
    NTSHM_WIDE(NtOpenProcess);
NTSTATUS NTAPI NtTerminateProcess(HANDLE ProcessHandle, NTSTATUS ExitStatus);

#ifdef __cplusplus
}
#endif
#endif
