// SPDX-License-Identifier: MIT
/*
 * Threads (processthreadsapi.h): making them, ending, numbers, suspending, procedure calls.
 */
#include <sched.h>

#include <windows.h>
#include <ntstatus.h>

#include "api/error.h"
#include "api/section-api.h"
#include "api/thread-api.h"
#include "lib/process/process-object.h"
#include "util/macro.h"

NTSTATUS nt_api_thread_to_query(HANDLE handle, struct nt_thread **ret_thread)
{
    NTSTATUS status = nt_thread_find(handle, THREAD_QUERY_LIMITED_INFORMATION, ret_thread);

    if (status == STATUS_ACCESS_DENIED)
        status = nt_thread_find(handle, THREAD_QUERY_INFORMATION, ret_thread);
    return status;
}

NTSTATUS nt_api_thread_is_self(HANDLE handle, ACCESS_MASK access)
{
    NT_CLEANUP(nt_api_thread_closep) struct nt_thread *thread = NULL;
    NTSTATUS status;

    if (handle == GetCurrentThread())
        return STATUS_SUCCESS;
    status = nt_thread_find(handle, access, &thread);
    if (NT_SUCCESS(status) && thread != nt_thread_self())
        status = STATUS_NOT_SUPPORTED;
    return status;
}

void nt_api_thread_closep(struct nt_thread **thread)
{
    if (*thread)
        nt_object_close(&(*thread)->object);
}

static HANDLE create(NTSTATUS status, LPSECURITY_ATTRIBUTES security,
                     struct nt_thread_request *request, DWORD flags, LPDWORD ret_id)
{
    HANDLE handle = NULL;
    uint32_t tid;

    if (NT_SUCCESS(status) && (flags & ~(CREATE_SUSPENDED | STACK_SIZE_PARAM_IS_A_RESERVATION)))
        status = STATUS_INVALID_PARAMETER;
    request->suspended = flags & CREATE_SUSPENDED;
    request->security = nt_api_descriptor(security);
    request->access = THREAD_ALL_ACCESS;
    request->attributes = security && security->bInheritHandle ? OBJ_INHERIT : 0;
    if (NT_SUCCESS(status))
        status = nt_thread_create(request, &handle, ret_id ? &tid : NULL);
    if (NT_SUCCESS(status) && ret_id)
        *ret_id = tid;
    nt_api_result(status);
    return handle;
}

NT_EXPORT HANDLE WINAPI CreateThread(LPSECURITY_ATTRIBUTES security, SIZE_T stack_size,
                                     LPTHREAD_START_ROUTINE function, LPVOID parameter, DWORD flags,
                                     LPDWORD ret_id)
{
    struct nt_thread_request request = {
        .function = function, .parameter = parameter, .stack_size = stack_size};

    return create(STATUS_SUCCESS, security, &request, flags, ret_id);
}

NT_EXPORT HANDLE WINAPI CreateRemoteThread(HANDLE process, LPSECURITY_ATTRIBUTES security,
                                           SIZE_T stack_size, LPTHREAD_START_ROUTINE function,
                                           LPVOID parameter, DWORD flags, LPDWORD ret_id)
{
    struct nt_thread_request request = {
        .function = function, .parameter = parameter, .stack_size = stack_size};
    struct nt_process *other = NULL;
    NTSTATUS status = nt_process_find(process, PROCESS_CREATE_THREAD, &other);

    if (NT_SUCCESS(status) && other) {
        nt_object_close(&other->object);
        status = STATUS_NOT_SUPPORTED;
    }
    return create(status, security, &request, flags, ret_id);
}

NT_EXPORT VOID WINAPI ExitThread(DWORD code)
{
    nt_thread_exit(code);
}

NT_EXPORT BOOL WINAPI TerminateThread(HANDLE handle, DWORD code)
{
    struct nt_thread *thread;
    NTSTATUS status = nt_thread_find(handle, THREAD_TERMINATE, &thread);
    bool is_self;

    if (!NT_SUCCESS(status))
        return nt_api_result(status);
    is_self = thread == nt_thread_self();
    nt_object_close(&thread->object);
    if (is_self)
        nt_thread_exit(code);
    return nt_api_result(STATUS_NOT_SUPPORTED);
}

NT_EXPORT BOOL WINAPI GetExitCodeThread(HANDLE handle, LPDWORD ret_code)
{
    NT_CLEANUP(nt_api_thread_closep) struct nt_thread *thread = NULL;
    NTSTATUS status = nt_api_thread_to_query(handle, &thread);
    uint32_t code;

    if (NT_SUCCESS(status) && !ret_code)
        status = STATUS_ACCESS_VIOLATION;
    if (NT_SUCCESS(status))
        status = nt_thread_exit_code(thread, &code);
    if (NT_SUCCESS(status))
        *ret_code = code;
    return nt_api_result(status);
}

NT_EXPORT HANDLE WINAPI OpenThread(DWORD access, BOOL inherit, DWORD id)
{
    HANDLE handle = NULL;

    nt_api_result(nt_thread_open(id, access, inherit ? OBJ_INHERIT : 0, &handle));
    return handle;
}

NT_EXPORT DWORD WINAPI GetThreadId(HANDLE handle)
{
    NT_CLEANUP(nt_api_thread_closep) struct nt_thread *thread = NULL;

    return nt_api_result(nt_api_thread_to_query(handle, &thread)) ? nt_thread_number(thread) : 0;
}

NT_EXPORT DWORD WINAPI GetProcessIdOfThread(HANDLE handle)
{
    NT_CLEANUP(nt_api_thread_closep) struct nt_thread *thread = NULL;

    return nt_api_result(nt_api_thread_to_query(handle, &thread)) ? thread->process : 0;
}

/* --- suspended ------------------------------------------------------------------------------ */

NT_EXPORT DWORD WINAPI ResumeThread(HANDLE handle)
{
    NT_CLEANUP(nt_api_thread_closep) struct nt_thread *thread = NULL;
    NTSTATUS status = nt_thread_find(handle, THREAD_SUSPEND_RESUME, &thread);
    uint32_t before;

    if (NT_SUCCESS(status))
        status = nt_thread_resume(thread, &before);
    return nt_api_result(status) ? before : (DWORD)-1;
}

NT_EXPORT DWORD WINAPI SuspendThread(HANDLE handle)
{
    NT_CLEANUP(nt_api_thread_closep) struct nt_thread *thread = NULL;
    NTSTATUS status = nt_thread_find(handle, THREAD_SUSPEND_RESUME, &thread);
    uint32_t before;

    if (NT_SUCCESS(status))
        status = nt_thread_suspend(thread, &before);
    return nt_api_result(status) ? before : (DWORD)-1;
}

NT_EXPORT BOOL WINAPI SwitchToThread(VOID)
{
    sched_yield();
    return TRUE;
}

/* --- procedure calls ------------------------------------------------------------------------ */

static void call_user(void *function, void *data, void *unused)
{
    (void)unused;
    ((PAPCFUNC)(uintptr_t)function)((ULONG_PTR)data);
}

static NTSTATUS queue(HANDLE handle, PAPCFUNC function, ULONG_PTR data)
{
    NT_CLEANUP(nt_api_thread_closep) struct nt_thread *thread = NULL;
    NTSTATUS status = nt_thread_find(handle, THREAD_SET_CONTEXT, &thread);

    if (NT_SUCCESS(status))
        status = nt_apc_queue(thread, call_user, (void *)(uintptr_t)function, (void *)data, NULL);
    return status;
}

NT_EXPORT DWORD WINAPI QueueUserAPC(PAPCFUNC function, HANDLE handle, ULONG_PTR data)
{
    return (DWORD)nt_api_result(queue(handle, function, data));
}

NT_EXPORT BOOL WINAPI QueueUserAPC2(PAPCFUNC function, HANDLE handle, ULONG_PTR data,
                                    QUEUE_USER_APC_FLAGS flags)
{
    if (flags != QUEUE_USER_APC_FLAGS_NONE)
        return nt_api_result(STATUS_NOT_SUPPORTED);
    return nt_api_result(queue(handle, function, data));
}
