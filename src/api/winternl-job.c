// SPDX-License-Identifier: MIT
/*
 * winternl.h: jobs.
 */
#include <windows.h>
#include <ntstatus.h>
#include <winternl.h>

#include "api/job-information.h"
#include "lib/object/name.h"
#include "lib/process/job.h"
#include "util/macro.h"

NT_EXPORT NTSTATUS NTAPI NtCreateJobObject(PHANDLE JobHandle, ACCESS_MASK DesiredAccess,
                                           POBJECT_ATTRIBUTES ObjectAttributes)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_attributes(&name, ObjectAttributes);
    HANDLE handle = NULL;

    if (!JobHandle)
        return STATUS_ACCESS_VIOLATION;
    if (NT_SUCCESS(status))
        status = nt_job_create(&name, DesiredAccess, &handle);
    *JobHandle = NT_SUCCESS(status) ? handle : NULL;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtOpenJobObject(PHANDLE JobHandle, ACCESS_MASK DesiredAccess,
                                         POBJECT_ATTRIBUTES ObjectAttributes)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_attributes(&name, ObjectAttributes);
    HANDLE handle = NULL;

    if (!JobHandle)
        return STATUS_ACCESS_VIOLATION;
    if (!ObjectAttributes) /* 11.31 */
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = nt_job_open(&name, DesiredAccess, &handle);
    *JobHandle = NT_SUCCESS(status) ? handle : NULL;
    return status;
}

NT_EXPORT NTSTATUS NTAPI NtAssignProcessToJobObject(HANDLE JobHandle, HANDLE ProcessHandle)
{
    return nt_job_assign(JobHandle, ProcessHandle);
}

NT_EXPORT NTSTATUS NTAPI NtTerminateJobObject(HANDLE JobHandle, NTSTATUS ExitStatus)
{
    return nt_job_terminate(JobHandle, (uint32_t)ExitStatus);
}

NT_EXPORT NTSTATUS NTAPI NtIsProcessInJob(HANDLE ProcessHandle, HANDLE JobHandle)
{
    bool is_member = false;
    NTSTATUS status = nt_job_contains(JobHandle, ProcessHandle, &is_member);

    if (!NT_SUCCESS(status))
        return status;
    return is_member ? STATUS_PROCESS_IN_JOB : STATUS_PROCESS_NOT_IN_JOB;
}

NT_EXPORT NTSTATUS NTAPI NtQueryInformationJobObject(HANDLE JobHandle, JOBOBJECTINFOCLASS Class,
                                                     PVOID JobInformation,
                                                     ULONG JobInformationLength,
                                                     PULONG ReturnLength)
{
    return nt_api_query_job(JobHandle, Class, JobInformation, JobInformationLength, ReturnLength);
}

NT_EXPORT NTSTATUS NTAPI NtSetInformationJobObject(HANDLE JobHandle, JOBOBJECTINFOCLASS Class,
                                                   PVOID JobInformation, ULONG JobInformationLength)
{
    return nt_api_set_job(JobHandle, Class, JobInformation, JobInformationLength);
}
