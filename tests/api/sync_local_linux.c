// SPDX-License-Identifier: MIT
/*
 * Synchronization barriers (Wine 8 has the names and ends the program that calls them), and what
 * the in-process kinds ask of the kernel as long as nobody waits.
 */
#ifndef _WIN32
#    include "api/api.h"

#    include <errno.h>
#    include <linux/seccomp.h>
#    include <sys/prctl.h>
#    include <sys/syscall.h>
#    include <sys/wait.h>
#    include <unistd.h>

#    define LONG_TIME 30000
#    define N         4

static SYNCHRONIZATION_BARRIER barrier;
static LONG n_last, counter_of_rounds[300];

static DWORD WINAPI meet_often(void *parameter)
{
    (void)parameter;
    for (LONG i = 0; i < 300; i++) {
        InterlockedIncrement(&counter_of_rounds[i]);
        if (EnterSynchronizationBarrier(&barrier,
                                        i % 2 ? SYNCHRONIZATION_BARRIER_FLAGS_BLOCK_ONLY : 0))
            InterlockedIncrement(&n_last);
        if (counter_of_rounds[i] != N)
            return 1;
    }
    return 0;
}

TEST(barrier_waits_for_all, "")
{
    HANDLE threads[N];
    DWORD code = 1;

    ok_succeeds(InitializeSynchronizationBarrier(&barrier, N, -1));
    for (unsigned i = 0; i < N; i++)
        threads[i] = CreateThread(NULL, 0, meet_often, NULL, 0, NULL);
    for (unsigned i = 0; i < N; i++) {
        ok_eq(WaitForSingleObject(threads[i], LONG_TIME), WAIT_OBJECT_0);
        ok_succeeds(GetExitCodeThread(threads[i], &code));
        ok_eq(code, 0);
        CloseHandle(threads[i]);
    }
    ok_eq(n_last, 300);
    ok_succeeds(DeleteSynchronizationBarrier(&barrier));
    ok_succeeds(InitializeSynchronizationBarrier(&barrier, 1, 10));
    ok(EnterSynchronizationBarrier(&barrier, 0));
    ok(EnterSynchronizationBarrier(&barrier, SYNCHRONIZATION_BARRIER_FLAGS_NO_DELETE));
    ok_succeeds(DeleteSynchronizationBarrier(&barrier));
    ok_fails(InitializeSynchronizationBarrier(&barrier, 0, -1), ERROR_INVALID_PARAMETER);
    ok_fails(InitializeSynchronizationBarrier(&barrier, 1, -2), ERROR_INVALID_PARAMETER);
}

/* --- nobody waits ----------------------------------------------------------------------------- */

#    if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#        define SANITIZED 1
#    else
#        define SANITIZED 0
#    endif

static DWORD slot, fiber_slot;
static CRITICAL_SECTION section;

static BOOL WINAPI nothing_to_do(PINIT_ONCE once, PVOID parameter, PVOID *context)
{
    (void)once;
    (void)parameter;
    (void)context;
    return TRUE;
}

static bool use_locks(void)
{
    SRWLOCK lock = SRWLOCK_INIT;
    CONDITION_VARIABLE variable = CONDITION_VARIABLE_INIT;

    AcquireSRWLockExclusive(&lock);
    ReleaseSRWLockExclusive(&lock);
    AcquireSRWLockShared(&lock);
    ReleaseSRWLockShared(&lock);
    EnterCriticalSection(&section);
    EnterCriticalSection(&section);
    LeaveCriticalSection(&section);
    LeaveCriticalSection(&section);
    WakeConditionVariable(&variable);
    WakeAllConditionVariable(&variable);
    return GetCurrentThreadId() != 0;
}

static bool use_the_rest(void)
{
    INIT_ONCE once = INIT_ONCE_STATIC_INIT;
    LONG here = 1, there = 2;

    return InitOnceExecuteOnce(&once, nothing_to_do, NULL, NULL) &&
           InitOnceExecuteOnce(&once, nothing_to_do, NULL, NULL) &&
           WaitOnAddress(&here, &there, sizeof(here), 0) && TlsSetValue(slot, &slot) &&
           TlsGetValue(slot) == &slot && FlsSetValue(fiber_slot, &slot) &&
           FlsGetValue(fiber_slot) == &slot && EnterSynchronizationBarrier(&barrier, 0);
}

/* The kernel ends a process in this mode for any call but read(), write() and the bare exit. */
static void use_all_without_calls(void)
{
    bool good = use_locks() && use_the_rest();

    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) < 0)
        _exit(2);
    for (unsigned i = 0; i < 1000 && good; i++) {
        good = use_locks() && use_the_rest();
        WakeByAddressAll(&good);
    }
    syscall(SYS_exit, good ? 0 : 1);
}

TEST(what_nobody_waits_for_makes_no_system_call, "")
{
    int status = -1;
    pid_t pid;

    if (SANITIZED)
        skip("a sanitizer makes system calls of its own");
    slot = TlsAlloc();
    fiber_slot = FlsAlloc(NULL);
    InitializeCriticalSection(&section);
    InitializeSynchronizationBarrier(&barrier, 1, -1);
    pid = fork();
    require(pid >= 0);
    if (pid == 0)
        use_all_without_calls();
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    ok_eq(status, 0);
    TlsFree(slot);
    FlsFree(fiber_slot);
}
#endif
