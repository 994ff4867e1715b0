// SPDX-License-Identifier: MIT
/*
 * Thread-local and fiber-local storage.
 */
#include "api/api.h"

#define LONG_TIME 30000

static DWORD index_;
static DWORD last_index;
static LONG n_callbacks;
static ULONG_PTR sum;

static void run(LPTHREAD_START_ROUTINE function, void *parameter)
{
    HANDLE thread = CreateThread(NULL, 0, function, parameter, 0, NULL);

    require(thread != NULL, "error %u", (unsigned)GetLastError());
    ok_eq(WaitForSingleObject(thread, LONG_TIME), WAIT_OBJECT_0);
    CloseHandle(thread);
}

static DWORD WINAPI see_null_and_set(void *parameter)
{
    ok_ptr_eq(TlsGetValue(index_), NULL);
    ok_succeeds(TlsSetValue(index_, parameter));
    ok_ptr_eq(TlsGetValue(index_), parameter);
    return 0;
}

TEST(thread_local_value_is_the_threads_own, "")
{
    index_ = TlsAlloc();
    ok_ne(index_, TLS_OUT_OF_INDEXES);
    SetLastError(0xdeadbeef);
    ok_ptr_eq(TlsGetValue(index_), NULL);
    ok_error(ERROR_SUCCESS);
    ok_succeeds(TlsSetValue(index_, &index_));
    run(see_null_and_set, &sum);
    ok_ptr_eq(TlsGetValue(index_), &index_);
    ok_succeeds(TlsFree(index_));
    ok_fails(TlsFree(index_), ERROR_INVALID_PARAMETER);
}

TEST(new_thread_local_slot_is_null, "")
{
    DWORD again;

    index_ = TlsAlloc();
    ok_succeeds(TlsSetValue(index_, &index_));
    ok_succeeds(TlsFree(index_));
    again = TlsAlloc();
    ok_eq(again, index_);
    ok_ptr_eq(TlsGetValue(again), NULL);
    ok_succeeds(TlsFree(again));
}

TEST(thread_local_indexes_end, "")
{
    DWORD taken[1088];
    unsigned n = 0;

    while (n < 1088 && (taken[n] = TlsAlloc()) != TLS_OUT_OF_INDEXES)
        n++;
    ok(n >= 1000 && n < 1088, "%u", n);
    ok_error(ERROR_NO_MORE_ITEMS);
    ok_succeeds(TlsSetValue(taken[n - 1], &n));
    ok_ptr_eq(TlsGetValue(taken[n - 1]), &n);
    while (n > 0)
        ok_succeeds(TlsFree(taken[--n]));
    ok_fails(TlsSetValue(1088, NULL), ERROR_INVALID_PARAMETER);
    ok_ptr_eq(TlsGetValue(1088), NULL);
    ok_error(ERROR_INVALID_PARAMETER);
    ok_fails(TlsFree(TLS_OUT_OF_INDEXES), ERROR_INVALID_PARAMETER);
}

/* --- with a callback -------------------------------------------------------------------------- */

static void NTAPI count(void *value)
{
    InterlockedIncrement(&n_callbacks);
    sum += (ULONG_PTR)value;
}

static DWORD WINAPI set_both(void *parameter)
{
    ok_ptr_eq(FlsGetValue(index_), NULL);
    ok_succeeds(FlsSetValue(index_, parameter));
    ok_succeeds(FlsSetValue(last_index, NULL));
    return 0;
}

TEST(fiber_local_callback_runs_when_the_thread_ends, "")
{
    index_ = FlsAlloc(count);
    last_index = FlsAlloc(count);
    ok(index_ != FLS_OUT_OF_INDEXES && last_index != FLS_OUT_OF_INDEXES && index_ != last_index);
    run(set_both, (void *)5);
    ok_eq(n_callbacks, 1);
    ok_eq(sum, 5);
    run(set_both, (void *)6);
    ok_eq(n_callbacks, 2);
    ok_eq(sum, 11);
    ok_succeeds(FlsFree(index_));
    ok_succeeds(FlsFree(last_index));
    ok_eq(n_callbacks, 2);
}

TEST(fiber_local_callback_runs_when_the_index_is_freed, "")
{
    index_ = FlsAlloc(count);
    ok_succeeds(FlsSetValue(index_, (void *)9));
    ok_ptr_eq(FlsGetValue(index_), (void *)9);
    ok_succeeds(FlsFree(index_));
    ok_eq(n_callbacks, 1);
    ok_eq(sum, 9);
    ok_fails(FlsFree(index_), ERROR_INVALID_PARAMETER);
    index_ = FlsAlloc(NULL);
    ok_ptr_eq(FlsGetValue(index_), NULL);
    ok_succeeds(FlsSetValue(index_, (void *)1));
    ok_succeeds(FlsFree(index_));
    ok_eq(n_callbacks, 1);
}

static DWORD WINAPI exit_with_value(void *parameter)
{
    FlsSetValue(index_, parameter);
    ExitThread(3);
    return 0;
}

TEST(fiber_local_callback_runs_after_exit_thread, "")
{
    index_ = FlsAlloc(count);
    run(exit_with_value, (void *)4);
    ok_eq(n_callbacks, 1);
    ok_eq(sum, 4);
    ok_succeeds(FlsFree(index_));
}

static void NTAPI note_index(void *value)
{
    sum = (ULONG_PTR)value * 10 + (FlsGetValue(last_index) != NULL);
    InterlockedIncrement(&n_callbacks);
}

static DWORD WINAPI set_one(void *parameter)
{
    FlsSetValue(index_, parameter);
    return 0;
}

TEST(fiber_local_callback_may_use_other_slots, "")
{
    last_index = FlsAlloc(NULL);
    index_ = FlsAlloc(note_index);
    run(set_one, (void *)2);
    ok_eq(n_callbacks, 1);
    ok_eq(sum, 20);
    ok_succeeds(FlsFree(index_));
    ok_succeeds(FlsFree(last_index));
    ok_fails(FlsSetValue(0, NULL), ERROR_INVALID_PARAMETER);
    ok_fails(FlsSetValue(FLS_OUT_OF_INDEXES, NULL), ERROR_INVALID_PARAMETER);
    ok_ptr_eq(FlsGetValue(0), NULL);
    ok_error(ERROR_INVALID_PARAMETER);
    ok(!IsThreadAFiber());
}
