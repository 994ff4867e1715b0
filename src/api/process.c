// SPDX-License-Identifier: MIT
/*
 * processthreadsapi.h, winternl.h: handles to processes, what they tell, and how a process is
 * ended.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "api/error.h"
#include "api/wide16.h"
#include "lib/process/process-facts.h"
#include "lib/process/process-object.h"
#include "rtl/text.h"

#define NATIVE sizeof(wchar_t)

/* A handle that lets its process be looked at: one of two rights is enough. */
static NTSTATUS find_to_query(HANDLE handle, struct nt_process **ret_process)
{
    NTSTATUS status = nt_process_find_any(handle, PROCESS_QUERY_LIMITED_INFORMATION, ret_process);

    if (status == STATUS_ACCESS_DENIED)
        status = nt_process_find_any(handle, PROCESS_QUERY_INFORMATION, ret_process);
    return status;
}

/* --- opening -------------------------------------------------------------------------------------
 */

NT_EXPORT HANDLE WINAPI OpenProcess(DWORD access, BOOL inherit, DWORD pid)
{
    HANDLE handle = NULL;

    return nt_api_result(nt_process_open(pid, access, inherit ? OBJ_INHERIT : 0, &handle)) ? handle
                                                                                           : NULL;
}

NT_EXPORT NTSTATUS NTAPI NtOpenProcess(PHANDLE handle, ACCESS_MASK access,
                                       POBJECT_ATTRIBUTES attributes, PCLIENT_ID client)
{
    if (!handle || !attributes)
        return STATUS_ACCESS_VIOLATION;
    if (!client)
        return STATUS_INVALID_PARAMETER_MIX;
    return nt_process_open((uint32_t)(uintptr_t)client->UniqueProcess, access,
                           attributes->Attributes & OBJ_INHERIT, handle);
}

/* Processes have no names: no text is looked at. */
NT_TWIN(NTSTATUS, NtOpenProcess, PHANDLE handle, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes,
        PCLIENT_ID client)
{
    return NtOpenProcess(handle, access, attributes, client);
}

NT_EXPORT DWORD WINAPI GetProcessId(HANDLE handle)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;

    return nt_api_result(find_to_query(handle, &process)) ? (DWORD)process->pid : 0;
}

/* --- ends ----------------------------------------------------------------------------------------
 */

/* Linux keeps 8 bits of an exit code; a failure must not look like a success for that. */
static int exit_code(UINT code)
{
    return code && !(code & 0xFF) ? 0xFF : (int)(code & 0xFF);
}

NT_EXPORT void WINAPI ExitProcess(UINT code)
{
    nt_process_tell_code(code);
    exit(exit_code(code));
}

NT_EXPORT NTSTATUS NTAPI NtTerminateProcess(HANDLE handle, NTSTATUS code)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status;

    if (!handle) /* every thread but the calling one: none can be ended by another */
        return STATUS_NOT_SUPPORTED;
    status = nt_process_find(handle, PROCESS_TERMINATE, &process);
    if (!NT_SUCCESS(status))
        return status;
    if (process)
        return nt_process_end(process, (uint32_t)code);
    nt_process_tell_code((uint32_t)code);
    _exit(exit_code((UINT)code));
}

NT_EXPORT BOOL WINAPI TerminateProcess(HANDLE handle, UINT code)
{
    if (!handle)
        return nt_api_result(STATUS_INVALID_HANDLE);
    return nt_api_result(NtTerminateProcess(handle, (NTSTATUS)code));
}

NT_EXPORT BOOL WINAPI GetExitCodeProcess(HANDLE handle, LPDWORD code)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status = code ? find_to_query(handle, &process) : STATUS_ACCESS_VIOLATION;
    uint32_t value = 0;

    if (NT_SUCCESS(status))
        status = nt_process_exit_code(process, &value);
    if (NT_SUCCESS(status))
        *code = value;
    return nt_api_result(status);
}

/* --- facts ---------------------------------------------------------------------------------------
 */

static void set_filetime(LPFILETIME time, uint64_t units)
{
    *time = (FILETIME){.dwLowDateTime = (DWORD)units, .dwHighDateTime = (DWORD)(units >> 32)};
}

NT_EXPORT BOOL WINAPI GetProcessTimes(HANDLE handle, LPFILETIME created, LPFILETIME ended,
                                      LPFILETIME kernel, LPFILETIME user)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    struct nt_process_facts facts;
    NTSTATUS status = created && ended && kernel && user ? find_to_query(handle, &process)
                                                         : STATUS_ACCESS_VIOLATION;

    if (NT_SUCCESS(status))
        status = nt_process_facts(process, &facts);
    if (!nt_api_result(status))
        return FALSE;
    set_filetime(created, facts.created);
    set_filetime(ended, 0);
    set_filetime(kernel, facts.kernel);
    set_filetime(user, facts.user);
    return TRUE;
}

NT_EXPORT BOOL WINAPI GetProcessHandleCount(HANDLE handle, PDWORD count)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status = count ? nt_process_find(handle, PROCESS_QUERY_LIMITED_INFORMATION, &process)
                            : STATUS_ACCESS_VIOLATION;

    if (NT_SUCCESS(status) && process)
        status = STATUS_NOT_SUPPORTED;
    if (NT_SUCCESS(status))
        *count = nt_handle_count();
    return nt_api_result(status);
}

/* --- the program ---------------------------------------------------------------------------------
 */

static NTSTATUS query_image(HANDLE handle, DWORD flags, void *text, unsigned width, PDWORD size)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status;
    size_t length;

    if (!size || (!text && *size))
        return STATUS_ACCESS_VIOLATION;
    if (flags & ~(DWORD)PROCESS_NAME_NATIVE)
        return STATUS_INVALID_PARAMETER;
    status = find_to_query(handle, &process);
    if (NT_SUCCESS(status))
        status = nt_process_image(process, &path);
    if (!NT_SUCCESS(status))
        return status;
    length = nt_text_convert(path, 1, SIZE_MAX, NULL, width, 0);
    if (length >= *size)
        return STATUS_BUFFER_TOO_SMALL;
    nt_text_convert(path, 1, SIZE_MAX, text, width, length);
    nt_text_set(text, width, length, 0);
    *size = (DWORD)length;
    return STATUS_SUCCESS;
}

NT_EXPORT BOOL WINAPI QueryFullProcessImageNameA(HANDLE handle, DWORD flags, LPSTR text,
                                                 PDWORD size)
{
    return nt_api_result(query_image(handle, flags, text, 1, size));
}

NT_EXPORT BOOL WINAPI QueryFullProcessImageNameW(HANDLE handle, DWORD flags, LPWSTR text,
                                                 PDWORD size)
{
    return nt_api_result(query_image(handle, flags, text, NATIVE, size));
}

NT_TWIN(BOOL, QueryFullProcessImageNameW, HANDLE handle, DWORD flags, uint16_t *text, PDWORD size)
{
    return nt_api_result(query_image(handle, flags, text, 2, size));
}

/* --- priority ------------------------------------------------------------------------------------
 */

static const struct {
    DWORD class;
    int nice;
} classes[] = {
    {REALTIME_PRIORITY_CLASS, -20},    {HIGH_PRIORITY_CLASS, -10},
    {ABOVE_NORMAL_PRIORITY_CLASS, -5}, {NORMAL_PRIORITY_CLASS, 0},
    {BELOW_NORMAL_PRIORITY_CLASS, 10}, {IDLE_PRIORITY_CLASS, 19},
};

NT_EXPORT DWORD WINAPI GetPriorityClass(HANDLE handle)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    struct nt_process_facts facts;
    NTSTATUS status = find_to_query(handle, &process);

    if (NT_SUCCESS(status))
        status = nt_process_facts(process, &facts);
    if (!nt_api_result(status))
        return 0;
    /* Between two of them it is the one nearer to normal. */
    for (unsigned i = 0; i < 3; i++) {
        if (facts.nice <= classes[i].nice)
            return classes[i].class;
    }
    for (unsigned i = 5; i > 3; i--) {
        if (facts.nice >= classes[i].nice)
            return classes[i].class;
    }
    return NORMAL_PRIORITY_CLASS;
}

static NTSTATUS set_class(HANDLE handle, DWORD class)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NTSTATUS status = nt_process_find_any(handle, PROCESS_SET_INFORMATION, &process);

    if (!NT_SUCCESS(status))
        return status;
    for (unsigned i = 0; i < NT_ARRAY_SIZE(classes); i++) {
        if (classes[i].class != class)
            continue;
        return nt_process_set_nice(process, classes[i].nice);
    }
    return STATUS_INVALID_PARAMETER;
}

NT_EXPORT BOOL WINAPI SetPriorityClass(HANDLE handle, DWORD class)
{
    return nt_api_result(set_class(handle, class));
}

/* --- NtQueryInformationProcess
 * --------------------------------------------------------------------- */

static KPRIORITY base_priority(int nice)
{
    return nice >= 19 ? 4 : nice >= 10 ? 6 : nice > -5 ? 8 : nice > -10 ? 10 : nice > -20 ? 13 : 24;
}

static NTSTATUS query_basic(struct nt_process *process, PROCESS_BASIC_INFORMATION *ret_information)
{
    struct nt_process_facts facts = {0};
    uint32_t code = 0;
    NTSTATUS status = nt_process_exit_code(process, &code);

    /* Of one that the system has forgotten there is the number still, and what it ended with. */
    if (status == STATUS_NOT_SUPPORTED)
        code = (uint32_t)STATUS_UNSUCCESSFUL;
    nt_process_facts(process, &facts);
    *ret_information = (PROCESS_BASIC_INFORMATION){
        .ExitStatus = (NTSTATUS)code,
        .BasePriority = base_priority(facts.nice),
        .UniqueProcessId = (ULONG_PTR)process->pid,
        .InheritedFromUniqueProcessId = facts.parent,
    };
    return STATUS_SUCCESS;
}

static NTSTATUS query_times(struct nt_process *process, KERNEL_USER_TIMES *ret_times)
{
    struct nt_process_facts facts;
    NTSTATUS status = nt_process_facts(process, &facts);

    if (NT_SUCCESS(status))
        *ret_times = (KERNEL_USER_TIMES){
            .CreateTime.QuadPart = (LONGLONG)facts.created,
            .KernelTime.QuadPart = (LONGLONG)facts.kernel,
            .UserTime.QuadPart = (LONGLONG)facts.user,
        };
    return status;
}

static NTSTATUS query_handles(const struct nt_process *process, ULONG *ret_count)
{
    if (!nt_process_is_self(process))
        return STATUS_NOT_SUPPORTED;
    *ret_count = nt_handle_count();
    return STATUS_SUCCESS;
}

NT_EXPORT NTSTATUS NTAPI NtQueryInformationProcess(HANDLE handle, PROCESSINFOCLASS class,
                                                   PVOID information, ULONG length, PULONG returned)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    union {
        PROCESS_BASIC_INFORMATION basic;
        KERNEL_USER_TIMES times;
        ULONG count;
    } answer;
    ULONG size = class == ProcessBasicInformation ? sizeof(answer.basic)
                 : class == ProcessTimes          ? sizeof(answer.times)
                 : class == ProcessHandleCount    ? sizeof(answer.count)
                                                  : 0;
    NTSTATUS status;

    if (!size)
        return STATUS_INVALID_INFO_CLASS;
    if (length != size)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!information)
        return STATUS_ACCESS_VIOLATION;
    status = find_to_query(handle, &process);
    if (!NT_SUCCESS(status))
        return status;
    status = class == ProcessBasicInformation ? query_basic(process, &answer.basic)
             : class == ProcessTimes          ? query_times(process, &answer.times)
                                              : query_handles(process, &answer.count);
    if (!NT_SUCCESS(status))
        return status;
    memcpy(information, &answer, size);
    if (returned)
        *returned = size;
    return STATUS_SUCCESS;
}
