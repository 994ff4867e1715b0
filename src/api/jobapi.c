// SPDX-License-Identifier: MIT
/*
 * jobapi.h, jobapi2.h and the A functions of winbase.h: groups of processes.
 */
#include <windows.h>
#include <ntstatus.h>

#include "api/error.h"
#include "api/job-information.h"
#include "api/section-api.h"
#include "lib/process/job.h"
#include "util/macro.h"

/* As CreateEvent: the last error is set on success too, to 0 or to "already exists". */
static HANDLE create_job(NTSTATUS status, struct nt_object_name *name,
                         const SECURITY_ATTRIBUTES *security)
{
    HANDLE handle = NULL;

    name->security = nt_api_descriptor(security);
    if (NT_SUCCESS(status))
        status = nt_job_create(name, JOB_OBJECT_ALL_ACCESS, &handle);
    SetLastError(status == STATUS_OBJECT_NAME_EXISTS ? ERROR_ALREADY_EXISTS
                                                     : nt_status_to_win32(status));
    return handle;
}

NT_EXPORT HANDLE WINAPI CreateJobObjectW(LPSECURITY_ATTRIBUTES security, LPCWSTR text)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_wide(&name, text, nt_api_create_attributes(security));

    return create_job(status, &name, security);
}

NT_EXPORT HANDLE WINAPI CreateJobObjectA(LPSECURITY_ATTRIBUTES security, LPCSTR text)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_utf8(&name, text, nt_api_create_attributes(security));

    return create_job(status, &name, security);
}

static HANDLE open_job(NTSTATUS named, const struct nt_object_name *name, DWORD access)
{
    HANDLE handle = NULL;

    if (NT_SUCCESS(named))
        named = nt_job_open(name, access, &handle);
    nt_api_result(named);
    return handle;
}

NT_EXPORT HANDLE WINAPI OpenJobObjectW(DWORD access, BOOL inherit, LPCWSTR text)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name = {.heap = NULL};
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    if (text)
        status = nt_object_name_from_wide(&name, text, inherit ? OBJ_INHERIT : 0);
    return open_job(status, &name, access);
}

NT_EXPORT HANDLE WINAPI OpenJobObjectA(DWORD access, BOOL inherit, LPCSTR text)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name = {.heap = NULL};
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    if (text)
        status = nt_object_name_from_utf8(&name, text, inherit ? OBJ_INHERIT : 0);
    return open_job(status, &name, access);
}

NT_EXPORT BOOL WINAPI AssignProcessToJobObject(HANDLE job, HANDLE process)
{
    return nt_api_result(nt_job_assign(job, process));
}

NT_EXPORT BOOL WINAPI TerminateJobObject(HANDLE job, UINT exit_code)
{
    return nt_api_result(nt_job_terminate(job, exit_code));
}

NT_EXPORT BOOL WINAPI IsProcessInJob(HANDLE process, HANDLE job, PBOOL result)
{
    bool is_member = false;
    NTSTATUS status = result ? nt_job_contains(job, process, &is_member) : STATUS_ACCESS_VIOLATION;

    if (NT_SUCCESS(status))
        *result = is_member;
    return nt_api_result(status);
}

NT_EXPORT BOOL WINAPI QueryInformationJobObject(HANDLE job, JOBOBJECTINFOCLASS class,
                                                LPVOID information, DWORD size, LPDWORD ret_size)
{
    ULONG written;
    NTSTATUS status = nt_api_query_job(job, class, information, size, &written);

    /* A list that is cut off is a failure here, and what had room is there. */
    if (ret_size && (NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW))
        *ret_size = written;
    return nt_api_result(status);
}

NT_EXPORT BOOL WINAPI SetInformationJobObject(HANDLE job, JOBOBJECTINFOCLASS class,
                                              LPVOID information, DWORD size)
{
    return nt_api_result(nt_api_set_job(job, class, information, size));
}
