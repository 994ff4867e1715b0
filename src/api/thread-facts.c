// SPDX-License-Identifier: MIT
/*
 * What is told of threads (processthreadsapi.h, winternl.h): priority, description, times.
 */
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <windows.h>
#include <ntstatus.h>
#include <winternl.h>

#include "api/error.h"
#include "api/thread-api.h"
#include "lib/process/process.h"
#include "util/macro.h"

/* Either of two rights to change things. */
static NTSTATUS thread_to_set(HANDLE handle, struct nt_thread **ret_thread)
{
    NTSTATUS status = nt_thread_find(handle, THREAD_SET_LIMITED_INFORMATION, ret_thread);

    if (status == STATUS_ACCESS_DENIED)
        status = nt_thread_find(handle, THREAD_SET_INFORMATION, ret_thread);
    return status;
}

NT_EXPORT int WINAPI GetThreadPriority(HANDLE handle)
{
    NT_CLEANUP(nt_api_thread_closep) struct nt_thread *thread = NULL;

    if (!nt_api_result(nt_api_thread_to_query(handle, &thread)))
        return THREAD_PRIORITY_ERROR_RETURN;
    return atomic_load(&thread->priority);
}

NT_EXPORT BOOL WINAPI SetThreadPriority(HANDLE handle, int priority)
{
    NT_CLEANUP(nt_api_thread_closep) struct nt_thread *thread = NULL;
    NTSTATUS status = thread_to_set(handle, &thread);

    if (NT_SUCCESS(status))
        status = nt_thread_set_priority(thread, priority);
    return nt_api_result(status);
}

NT_EXPORT HRESULT WINAPI SetThreadDescription(HANDLE handle, PCWSTR text)
{
    NT_CLEANUP(nt_api_thread_closep) struct nt_thread *thread = NULL;
    NTSTATUS status = thread_to_set(handle, &thread);

    if (NT_SUCCESS(status))
        status = nt_thread_set_description(thread, text ? text : L"");
    return NT_SUCCESS(status) ? S_OK : HRESULT_FROM_NT(status);
}

NT_EXPORT HRESULT WINAPI GetThreadDescription(HANDLE handle, PWSTR *ret_text)
{
    NT_CLEANUP(nt_api_thread_closep) struct nt_thread *thread = NULL;
    NT_CLEANUP(nt_freep) wchar_t *text = NULL;
    NTSTATUS status = nt_api_thread_to_query(handle, &thread);
    size_t size;
    PWSTR copy;

    if (NT_SUCCESS(status) && !ret_text)
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = nt_thread_description(thread, &text);
    if (!NT_SUCCESS(status))
        return HRESULT_FROM_NT(status);
    size = (wcslen(text) + 1) * sizeof(*text);
    copy = LocalAlloc(LMEM_FIXED, size);
    if (!copy)
        return HRESULT_FROM_NT(STATUS_NO_MEMORY);
    memcpy(copy, text, size);
    *ret_text = copy;
    return S_OK;
}

static FILETIME filetime(uint64_t units)
{
    return (FILETIME){.dwLowDateTime = (DWORD)units, .dwHighDateTime = (DWORD)(units >> 32)};
}

NT_EXPORT BOOL WINAPI GetThreadTimes(HANDLE handle, LPFILETIME created, LPFILETIME exited,
                                     LPFILETIME kernel, LPFILETIME user)
{
    NT_CLEANUP(nt_api_thread_closep) struct nt_thread *thread = NULL;
    NTSTATUS status = nt_api_thread_to_query(handle, &thread);
    struct nt_thread_times times;

    if (NT_SUCCESS(status) && (!created || !exited || !kernel || !user))
        status = STATUS_ACCESS_VIOLATION;
    if (NT_SUCCESS(status))
        status = nt_thread_times(thread, &times);
    if (!NT_SUCCESS(status))
        return nt_api_result(status);
    *created = filetime(times.created);
    *exited = filetime(times.exited);
    *kernel = filetime(times.kernel);
    *user = filetime(times.user);
    return TRUE;
}

/* --- NtQueryInformationThread ----------------------------------------------------------------- */

union answer {
    THREAD_BASIC_INFORMATION basic;
    KERNEL_USER_TIMES times;
    ULONG number;
};

static NTSTATUS tell_basic(struct nt_thread *thread, THREAD_BASIC_INFORMATION *basic)
{
    SYSTEM_INFO machine;
    uint32_t code;
    NTSTATUS status = nt_thread_exit_code(thread, &code);

    if (!NT_SUCCESS(status))
        return status;
    nt_system_information(&machine);
    *basic = (THREAD_BASIC_INFORMATION){
        .ExitStatus = (NTSTATUS)code,
        .ClientId = {.UniqueProcess = (HANDLE)(ULONG_PTR)thread->process,
                     .UniqueThread = (HANDLE)(ULONG_PTR)nt_thread_number(thread)},
        .AffinityMask = machine.dwActiveProcessorMask,
        .Priority = 8 + atomic_load(&thread->priority),
        .BasePriority = atomic_load(&thread->priority),
    };
    return STATUS_SUCCESS;
}

static NTSTATUS tell_times(struct nt_thread *thread, KERNEL_USER_TIMES *ret_times)
{
    struct nt_thread_times times;
    NTSTATUS status = nt_thread_times(thread, &times);

    if (!NT_SUCCESS(status))
        return status;
    ret_times->CreateTime.QuadPart = (LONGLONG)times.created;
    ret_times->ExitTime.QuadPart = (LONGLONG)times.exited;
    ret_times->KernelTime.QuadPart = (LONGLONG)times.kernel;
    ret_times->UserTime.QuadPart = (LONGLONG)times.user;
    return STATUS_SUCCESS;
}

static NTSTATUS tell(struct nt_thread *thread, THREADINFOCLASS what, union answer *answer)
{
    if (what == ThreadBasicInformation)
        return tell_basic(thread, &answer->basic);
    if (what == ThreadTimes)
        return tell_times(thread, &answer->times);
    answer->number = nt_thread_has_ended(thread);
    return STATUS_SUCCESS;
}

NT_EXPORT NTSTATUS NTAPI NtQueryInformationThread(HANDLE handle, THREADINFOCLASS what, PVOID buffer,
                                                  ULONG length, PULONG ret_length)
{
    NT_CLEANUP(nt_api_thread_closep) struct nt_thread *thread = NULL;
    union answer answer;
    ULONG size;
    NTSTATUS status;

    if (what == ThreadBasicInformation)
        size = sizeof(answer.basic);
    else if (what == ThreadTimes)
        size = sizeof(answer.times);
    else if (what == ThreadIsTerminated)
        size = sizeof(answer.number);
    else
        return STATUS_INVALID_INFO_CLASS;
    if (length != size)
        return STATUS_INFO_LENGTH_MISMATCH;
    status = nt_api_thread_to_query(handle, &thread);
    if (NT_SUCCESS(status) && !buffer)
        status = STATUS_ACCESS_VIOLATION;
    if (NT_SUCCESS(status))
        status = tell(thread, what, &answer);
    if (!NT_SUCCESS(status))
        return status;
    memcpy(buffer, &answer, size);
    if (ret_length)
        *ret_length = size;
    return STATUS_SUCCESS;
}
