// SPDX-License-Identifier: MIT
/*
 * What threads of one process synchronise with: critical sections, SRW locks, condition variables,
 * one-time initialisation, WaitOnAddress.
 */
#include "api/api.h"

#define LONG_TIME (60000 * (DWORD)test_slowness())
#define N         4
#define ROUNDS    4000

static HANDLE start(LPTHREAD_START_ROUTINE function, void *parameter)
{
    HANDLE thread = CreateThread(NULL, 0, function, parameter, 0, NULL);

    require(thread != NULL, "error %u", (unsigned)GetLastError());
    return thread;
}

static DWORD end_of(HANDLE thread)
{
    DWORD code = 0xdead;

    ok_eq(WaitForSingleObject(thread, LONG_TIME), WAIT_OBJECT_0);
    ok_succeeds(GetExitCodeThread(thread, &code));
    CloseHandle(thread);
    return code;
}

/* @function in N threads at once, and then in none. */
static void run_all(LPTHREAD_START_ROUTINE function)
{
    HANDLE threads[N];

    for (ULONG_PTR i = 0; i < N; i++)
        threads[i] = start(function, (void *)i);
    for (ULONG_PTR i = 0; i < N; i++)
        ok_eq(end_of(threads[i]), 0);
}

/* --- critical sections ------------------------------------------------------------------------ */

static CRITICAL_SECTION section;
static unsigned counter;

static DWORD WINAPI count_in_section(void *parameter)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        EnterCriticalSection(&section);
        if (i % 3 == (ULONG_PTR)parameter % 3)
            EnterCriticalSection(&section);
        counter++;
        if (i % 3 == (ULONG_PTR)parameter % 3)
            LeaveCriticalSection(&section);
        LeaveCriticalSection(&section);
    }
    return 0;
}

TEST(critical_section_keeps_others_out, "")
{
    InitializeCriticalSection(&section);
    run_all(count_in_section);
    ok_eq(counter, N * ROUNDS);
    ok_eq(section.RecursionCount, 0);
    ok_ptr_eq(section.OwningThread, NULL);
    DeleteCriticalSection(&section);
}

static DWORD WINAPI try_section(void *parameter)
{
    BOOL entered = TryEnterCriticalSection(parameter);

    if (entered)
        LeaveCriticalSection(parameter);
    return entered;
}

TEST(critical_section_is_recursive, "")
{
    ok_succeeds(InitializeCriticalSectionAndSpinCount(&section, 100));
    EnterCriticalSection(&section);
    ok_eq((DWORD)(ULONG_PTR)section.OwningThread, GetCurrentThreadId());
    ok_succeeds(TryEnterCriticalSection(&section));
    ok_eq(section.RecursionCount, 2);
    ok_eq(end_of(start(try_section, &section)), FALSE);
    LeaveCriticalSection(&section);
    ok_eq(end_of(start(try_section, &section)), FALSE);
    LeaveCriticalSection(&section);
    ok_eq(end_of(start(try_section, &section)), TRUE);
    ok_eq(section.LockCount, -1);
    DeleteCriticalSection(&section);
}

TEST(critical_section_has_a_spin_count, "")
{
    ok_succeeds(
        InitializeCriticalSectionEx(&section, 400, RTL_CRITICAL_SECTION_FLAG_NO_DEBUG_INFO));
    DWORD before = SetCriticalSectionSpinCount(&section, 50);

    ok(before == 400 || before == 0, "%u", (unsigned)before); /* 0 on one processor */
    EnterCriticalSection(&section);
    LeaveCriticalSection(&section);
    DeleteCriticalSection(&section);
}

/* --- SRW locks -------------------------------------------------------------------------------- */

static SRWLOCK srw = SRWLOCK_INIT;
static LONG readers, writers, wrong;
static unsigned low, high;

static void write_once(void)
{
    AcquireSRWLockExclusive(&srw);
    if (InterlockedIncrement(&writers) != 1 || readers)
        InterlockedIncrement(&wrong);
    low++;
    high++;
    InterlockedDecrement(&writers);
    ReleaseSRWLockExclusive(&srw);
}

static void read_once(void)
{
    AcquireSRWLockShared(&srw);
    InterlockedIncrement(&readers);
    if (writers || low != high)
        InterlockedIncrement(&wrong);
    InterlockedDecrement(&readers);
    ReleaseSRWLockShared(&srw);
}

static DWORD WINAPI read_and_write(void *parameter)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        if ((i + (ULONG_PTR)parameter) % 4)
            read_once();
        else
            write_once();
    }
    return 0;
}

TEST(srw_lock_lets_readers_or_one_writer_in, "")
{
    run_all(read_and_write);
    ok_eq(wrong, 0);
    ok_eq(low, N * ROUNDS / 4);
    ok_succeeds(TryAcquireSRWLockExclusive(&srw));
    ReleaseSRWLockExclusive(&srw);
}

static DWORD WINAPI try_srw(void *parameter)
{
    DWORD got = 0;

    if (TryAcquireSRWLockShared(parameter)) {
        got |= 1;
        ReleaseSRWLockShared(parameter);
    }
    if (TryAcquireSRWLockExclusive(parameter)) {
        got |= 2;
        ReleaseSRWLockExclusive(parameter);
    }
    return got;
}

TEST(srw_lock_can_be_tried, "")
{
    SRWLOCK lock;

    InitializeSRWLock(&lock);
    ok_eq(end_of(start(try_srw, &lock)), 3);
    AcquireSRWLockShared(&lock);
    ok_eq(end_of(start(try_srw, &lock)), 1);
    AcquireSRWLockShared(&lock);
    ReleaseSRWLockShared(&lock);
    ok_eq(end_of(start(try_srw, &lock)), 1);
    ReleaseSRWLockShared(&lock);
    AcquireSRWLockExclusive(&lock);
    ok_eq(end_of(start(try_srw, &lock)), 0);
    ReleaseSRWLockExclusive(&lock);
    ok_eq(end_of(start(try_srw, &lock)), 3);
}

/* --- condition variables ---------------------------------------------------------------------- */

static CONDITION_VARIABLE filled = CONDITION_VARIABLE_INIT, emptied = CONDITION_VARIABLE_INIT;
static unsigned in_queue, taken_in_all;

/* Two that fill a queue of 3 places and two that empty it. */
static DWORD WINAPI fill_or_empty(void *parameter)
{
    bool fills = (ULONG_PTR)parameter % 2;

    for (unsigned i = 0; i < ROUNDS; i++) {
        EnterCriticalSection(&section);
        while (fills ? in_queue == 3 : in_queue == 0) {
            if (!SleepConditionVariableCS(fills ? &emptied : &filled, &section, LONG_TIME))
                return 1;
        }
        in_queue += fills ? 1 : -1;
        taken_in_all += !fills;
        LeaveCriticalSection(&section);
        WakeConditionVariable(fills ? &filled : &emptied);
    }
    return 0;
}

TEST_DEADLINE(condition_variable_passes_on_every_item, "", 120)
{
    InitializeCriticalSection(&section);
    run_all(fill_or_empty);
    ok_eq(in_queue, 0);
    ok_eq(taken_in_all, N / 2 * ROUNDS);
    DeleteCriticalSection(&section);
}

static bool open_now;

static DWORD WINAPI wait_until_open(void *parameter)
{
    bool shared = (ULONG_PTR)parameter % 2;
    ULONG flags = shared ? CONDITION_VARIABLE_LOCKMODE_SHARED : 0;
    DWORD failed = 0;

    if (shared)
        AcquireSRWLockShared(&srw);
    else
        AcquireSRWLockExclusive(&srw);
    InterlockedIncrement(&readers);
    while (!open_now && !failed)
        failed = !SleepConditionVariableSRW(&filled, &srw, LONG_TIME, flags);
    if (shared)
        ReleaseSRWLockShared(&srw);
    else
        ReleaseSRWLockExclusive(&srw);
    return failed;
}

TEST(wake_all_lets_every_sleeper_go, "")
{
    HANDLE threads[N];

    for (ULONG_PTR i = 0; i < N; i++)
        threads[i] = start(wait_until_open, (void *)i);
    ok(test_until(InterlockedCompareExchange(&readers, 0, 0) == N, LONG_TIME));
    AcquireSRWLockExclusive(&srw);
    open_now = true;
    ReleaseSRWLockExclusive(&srw);
    WakeAllConditionVariable(&filled);
    for (ULONG_PTR i = 0; i < N; i++)
        ok_eq(end_of(threads[i]), 0);
}

TEST(condition_variable_wait_ends_in_time, "")
{
    CONDITION_VARIABLE variable;
    SRWLOCK lock = SRWLOCK_INIT;

    InitializeConditionVariable(&variable);
    InitializeCriticalSection(&section);
    EnterCriticalSection(&section);
    ok_fails(SleepConditionVariableCS(&variable, &section, 10), ERROR_TIMEOUT);
    ok_eq((DWORD)(ULONG_PTR)section.OwningThread, GetCurrentThreadId());
    ok_fails(SleepConditionVariableCS(&variable, &section, 0), ERROR_TIMEOUT);
    LeaveCriticalSection(&section);
    DeleteCriticalSection(&section);
    AcquireSRWLockExclusive(&lock);
    ok_fails(SleepConditionVariableSRW(&variable, &lock, 10, 0), ERROR_TIMEOUT);
    ok(!TryAcquireSRWLockShared(&lock));
    ReleaseSRWLockExclusive(&lock);
    AcquireSRWLockShared(&lock);
    ok_fails(SleepConditionVariableSRW(&variable, &lock, 10, CONDITION_VARIABLE_LOCKMODE_SHARED),
             ERROR_TIMEOUT);
    ok(!TryAcquireSRWLockExclusive(&lock));
    ReleaseSRWLockShared(&lock);
    WakeConditionVariable(&variable);
    WakeAllConditionVariable(&variable);
}

/* --- one-time initialisation ------------------------------------------------------------------ */

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static LONG n_calls;

static BOOL WINAPI initialise(PINIT_ONCE what, PVOID parameter, PVOID *context)
{
    (void)what;
    InterlockedIncrement(&n_calls);
    *context = parameter;
    return TRUE;
}

static DWORD WINAPI initialise_once(void *parameter)
{
    void *context = NULL;

    (void)parameter;
    return !InitOnceExecuteOnce(&once, initialise, &section, &context) || context != &section;
}

TEST(init_once_runs_once, "")
{
    run_all(initialise_once);
    ok_eq(n_calls, 1);
    ok_eq(initialise_once(NULL), 0);
    ok_eq(n_calls, 1);
}

static BOOL WINAPI fail_twice(PINIT_ONCE what, PVOID parameter, PVOID *context)
{
    (void)what;
    (void)parameter;
    (void)context;
    SetLastError(0x12345);
    return InterlockedIncrement(&n_calls) == 3;
}

TEST(failed_init_once_is_tried_again, "")
{
    INIT_ONCE mine;
    void *context = NULL;

    InitOnceInitialize(&mine);
    ok_fails(InitOnceExecuteOnce(&mine, fail_twice, NULL, NULL), 0x12345);
    ok_fails(InitOnceExecuteOnce(&mine, fail_twice, NULL, NULL), 0x12345);
    ok_succeeds(InitOnceExecuteOnce(&mine, fail_twice, NULL, &context));
    ok_ptr_eq(context, NULL);
    ok_succeeds(InitOnceExecuteOnce(&mine, fail_twice, NULL, NULL));
    ok_eq(n_calls, 3);
}

TEST(init_once_in_two_steps, "")
{
    INIT_ONCE mine = INIT_ONCE_STATIC_INIT;
    void *context = NULL;
    BOOL pending = 2;

    ok_fails(InitOnceBeginInitialize(&mine, INIT_ONCE_CHECK_ONLY, &pending, &context),
             ERROR_GEN_FAILURE);
    ok_eq(pending, 2);
    ok_fails(InitOnceComplete(&mine, 0, NULL), ERROR_GEN_FAILURE);
    ok_succeeds(InitOnceBeginInitialize(&mine, 0, &pending, &context));
    ok_eq(pending, TRUE);
    ok_fails(InitOnceComplete(&mine, 0, (void *)3), ERROR_INVALID_PARAMETER);
    ok_succeeds(InitOnceComplete(&mine, INIT_ONCE_INIT_FAILED, NULL));
    ok_succeeds(InitOnceBeginInitialize(&mine, 0, &pending, &context));
    ok_eq(pending, TRUE);
    ok_succeeds(InitOnceComplete(&mine, 0, &mine));
    ok_succeeds(InitOnceBeginInitialize(&mine, INIT_ONCE_CHECK_ONLY, &pending, &context));
    ok_eq(pending, FALSE);
    ok_ptr_eq(context, &mine);
    ok_fails(InitOnceComplete(&mine, 0, NULL), ERROR_GEN_FAILURE);
}

TEST(first_of_several_initialisations_counts, "")
{
    INIT_ONCE mine = INIT_ONCE_STATIC_INIT;
    void *context = NULL;
    BOOL pending = FALSE;

    ok_succeeds(InitOnceBeginInitialize(&mine, INIT_ONCE_ASYNC, &pending, &context));
    ok_eq(pending, TRUE);
    ok_succeeds(InitOnceBeginInitialize(&mine, INIT_ONCE_ASYNC, &pending, &context));
    ok_eq(pending, TRUE);
    ok_fails(InitOnceBeginInitialize(&mine, 0, &pending, &context), ERROR_INVALID_PARAMETER);
    ok_succeeds(InitOnceComplete(&mine, INIT_ONCE_ASYNC, &mine));
    ok_fails(InitOnceComplete(&mine, INIT_ONCE_ASYNC, &context), ERROR_GEN_FAILURE);
    ok_succeeds(InitOnceBeginInitialize(&mine, INIT_ONCE_ASYNC, &pending, &context));
    ok_eq(pending, FALSE);
    ok_ptr_eq(context, &mine);
}

/* --- addresses -------------------------------------------------------------------------------- */

TEST(wait_on_address_compares_first, "")
{
    union {
        BYTE byte;
        WORD word;
        DWORD number;
        ULONG64 all;
    } value = {.all = 0x1122334455667788}, other = {.all = 0x1122334455667789};
    BYTE odd[4] = {0};

    for (SIZE_T size = 1; size <= 8; size *= 2) {
        ok_succeeds(WaitOnAddress(&value, &other, size, INFINITE));
        ok_fails(WaitOnAddress(&value, &value, size, 10), ERROR_TIMEOUT);
        ok_fails(WaitOnAddress(&value, &value, size, 0), ERROR_TIMEOUT);
    }
    other.all = 0x1222334455667788; /* differs in the highest byte only */
    ok_fails(WaitOnAddress(&value, &other, 4, 10), ERROR_TIMEOUT);
    ok_succeeds(WaitOnAddress(&value, &other, 8, INFINITE));
    ok_fails(WaitOnAddress(odd, odd, 3, 0), ERROR_INVALID_PARAMETER);
    ok_fails(WaitOnAddress(odd, odd, 0, 0), ERROR_INVALID_PARAMETER);
    WakeByAddressSingle(&value);
    WakeByAddressAll(&value);
}

static volatile LONG64 gate;
static LONG n_passed;

static DWORD WINAPI wait_at_gate(void *parameter)
{
    LONG64 closed = 0;

    (void)parameter;
    InterlockedIncrement(&readers);
    while (InterlockedCompareExchange64(&gate, 0, 0) == 0) {
        if (!WaitOnAddress(&gate, &closed, sizeof(gate), LONG_TIME))
            return 1;
    }
    InterlockedIncrement(&n_passed);
    return 0;
}

TEST(wake_by_address_wakes_all, "")
{
    HANDLE threads[N];

    for (ULONG_PTR i = 0; i < N; i++)
        threads[i] = start(wait_at_gate, NULL);
    ok(test_until(InterlockedCompareExchange(&readers, 0, 0) == N, LONG_TIME));
    InterlockedExchange64(&gate, (LONG64)1 << 40);
    WakeByAddressAll((void *)&gate);
    for (ULONG_PTR i = 0; i < N; i++)
        ok_eq(end_of(threads[i]), 0);
    ok_eq(n_passed, N);
}

static volatile LONG turn;

/* N threads in a ring: each waits for its number, and gives the turn on. */
static DWORD WINAPI take_turns(void *parameter)
{
    LONG mine = (LONG)(ULONG_PTR)parameter, is;

    for (unsigned i = 0; i < 500; i++) {
        while ((is = InterlockedCompareExchange(&turn, 0, 0)) % N != mine) {
            if (!WaitOnAddress(&turn, &is, sizeof(is), LONG_TIME))
                return 1;
        }
        InterlockedExchange(&turn, is + 1);
        WakeByAddressAll((void *)&turn);
    }
    return 0;
}

TEST_DEADLINE(no_wake_by_address_is_lost, "", 120)
{
    run_all(take_turns);
    ok_eq(turn, N * 500);
}
