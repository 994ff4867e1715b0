// SPDX-License-Identifier: MIT
/*
 * Information classes of jobs.
 */
#include "api/job-information.h"

#include <stddef.h>
#include <string.h>

#include <ntstatus.h>

#include "lib/process/job.h"
#include "util/macro.h"

static NTSTATUS tell_accounting(const struct nt_job_state *state, void *buffer, ULONG *ret_size)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION *accounting = buffer;

    memset(accounting, 0, sizeof(*accounting));
    accounting->TotalUserTime.QuadPart = (LONGLONG)state->user;
    accounting->TotalKernelTime.QuadPart = (LONGLONG)state->kernel;
    accounting->ThisPeriodTotalUserTime = accounting->TotalUserTime;
    accounting->ThisPeriodTotalKernelTime = accounting->TotalKernelTime;
    accounting->TotalProcesses = (DWORD)state->n_total;
    accounting->ActiveProcesses = state->n_active;
    *ret_size = sizeof(*accounting);
    return STATUS_SUCCESS;
}

static void fill_limits(const struct nt_job_state *state, JOBOBJECT_BASIC_LIMIT_INFORMATION *limits)
{
    limits->LimitFlags = state->limits;
    if (state->limits & JOB_OBJECT_LIMIT_ACTIVE_PROCESS)
        limits->ActiveProcessLimit = state->most_active;
}

static NTSTATUS tell_basic_limits(const struct nt_job_state *state, void *buffer, ULONG *ret_size)
{
    JOBOBJECT_BASIC_LIMIT_INFORMATION *limits = buffer;

    memset(limits, 0, sizeof(*limits));
    fill_limits(state, limits);
    limits->LimitFlags &= JOB_OBJECT_BASIC_LIMIT_VALID_FLAGS;
    *ret_size = sizeof(*limits);
    return STATUS_SUCCESS;
}

static NTSTATUS tell_extended_limits(const struct nt_job_state *state, void *buffer,
                                     ULONG *ret_size)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION *limits = buffer;

    memset(limits, 0, sizeof(*limits));
    fill_limits(state, &limits->BasicLimitInformation);
    *ret_size = sizeof(*limits);
    return STATUS_SUCCESS;
}

/* As many as there is room for. */
static NTSTATUS tell_ids(const struct nt_job_state *state, void *buffer, ULONG size,
                         ULONG *ret_size)
{
    JOBOBJECT_BASIC_PROCESS_ID_LIST *list = buffer;
    ULONG header = offsetof(JOBOBJECT_BASIC_PROCESS_ID_LIST, ProcessIdList);
    DWORD room = (DWORD)((size - header) / sizeof(list->ProcessIdList[0]));
    DWORD n = state->n_ids < room ? state->n_ids : room;

    list->NumberOfAssignedProcesses = state->n_active;
    list->NumberOfProcessIdsInList = n;
    for (DWORD i = 0; i < n; i++)
        list->ProcessIdList[i] = state->ids[i];
    *ret_size = header + n * (ULONG)sizeof(list->ProcessIdList[0]);
    return n < state->n_active ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

/* No job here restricts what a program may do with windows. */
static NTSTATUS tell_ui(void *buffer, ULONG *ret_size)
{
    JOBOBJECT_BASIC_UI_RESTRICTIONS *ui = buffer;

    ui->UIRestrictionsClass = 0;
    *ret_size = sizeof(*ui);
    return STATUS_SUCCESS;
}

/* How long the structure of a class is; 0 for one that is not known here. */
static ULONG size_of(JOBOBJECTINFOCLASS class)
{
    switch (class) {
    case JobObjectBasicAccountingInformation:
        return sizeof(JOBOBJECT_BASIC_ACCOUNTING_INFORMATION);
    case JobObjectBasicLimitInformation:
        return sizeof(JOBOBJECT_BASIC_LIMIT_INFORMATION);
    case JobObjectExtendedLimitInformation:
        return sizeof(JOBOBJECT_EXTENDED_LIMIT_INFORMATION);
    case JobObjectBasicProcessIdList:
        return sizeof(JOBOBJECT_BASIC_PROCESS_ID_LIST);
    case JobObjectBasicUIRestrictions:
        return sizeof(JOBOBJECT_BASIC_UI_RESTRICTIONS);
    default:
        return 0;
    }
}

static NTSTATUS check_class(JOBOBJECTINFOCLASS class)
{
    if (size_of(class) > 0)
        return STATUS_SUCCESS;
    return class >= JobObjectBasicAccountingInformation && class <= JobObjectCompletionCounter
               ? STATUS_NOT_SUPPORTED
               : STATUS_INVALID_INFO_CLASS;
}

static NTSTATUS tell(const struct nt_job_state *state, JOBOBJECTINFOCLASS class, void *buffer,
                     ULONG size, ULONG *ret_size)
{
    switch (class) {
    case JobObjectBasicAccountingInformation:
        return tell_accounting(state, buffer, ret_size);
    case JobObjectBasicLimitInformation:
        return tell_basic_limits(state, buffer, ret_size);
    case JobObjectExtendedLimitInformation:
        return tell_extended_limits(state, buffer, ret_size);
    case JobObjectBasicUIRestrictions:
        return tell_ui(buffer, ret_size);
    default:
        return tell_ids(state, buffer, size, ret_size);
    }
}

NTSTATUS nt_api_query_job(HANDLE job, JOBOBJECTINFOCLASS class, void *buffer, ULONG size,
                          ULONG *ret_size)
{
    NT_CLEANUP(nt_job_state_deinit) struct nt_job_state state = {.ids = NULL};
    NTSTATUS status = check_class(class);
    ULONG written = 0;

    if (!NT_SUCCESS(status))
        return status;
    /* A list takes what room there is; the others have one size. */
    if (class == JobObjectBasicProcessIdList ? size < size_of(class) : size != size_of(class))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!buffer)
        return STATUS_ACCESS_VIOLATION;
    status = nt_job_query(job, &state);
    if (!NT_SUCCESS(status))
        return status;
    status = tell(&state, class, buffer, size, &written);
    if (ret_size)
        *ret_size = written;
    return status;
}

/* --- setting -------------------------------------------------------------------------------- */

static NTSTATUS set_limits(HANDLE job, const JOBOBJECT_BASIC_LIMIT_INFORMATION *limits,
                           uint32_t kept)
{
    uint32_t most =
        limits->LimitFlags & JOB_OBJECT_LIMIT_ACTIVE_PROCESS ? limits->ActiveProcessLimit : 0;

    return nt_job_set_limits(job, limits->LimitFlags | kept, most);
}

/* The basic ones leave what only the extended ones tell of. */
static NTSTATUS set_basic_limits(HANDLE job, const JOBOBJECT_BASIC_LIMIT_INFORMATION *limits)
{
    NT_CLEANUP(nt_job_state_deinit) struct nt_job_state state = {.ids = NULL};
    NTSTATUS status;

    if (limits->LimitFlags & ~(DWORD)JOB_OBJECT_BASIC_LIMIT_VALID_FLAGS)
        return STATUS_INVALID_PARAMETER;
    status = nt_job_query(job, &state);
    if (status == STATUS_ACCESS_DENIED) /* a handle that may set and not ask */
        return set_limits(job, limits, 0);
    if (!NT_SUCCESS(status))
        return status;
    return set_limits(job, limits, state.limits & ~(uint32_t)JOB_OBJECT_BASIC_LIMIT_VALID_FLAGS);
}

static NTSTATUS set_extended_limits(HANDLE job, const JOBOBJECT_EXTENDED_LIMIT_INFORMATION *limits)
{
    if (limits->BasicLimitInformation.LimitFlags & ~(DWORD)JOB_OBJECT_EXTENDED_LIMIT_VALID_FLAGS)
        return STATUS_INVALID_PARAMETER;
    return set_limits(job, &limits->BasicLimitInformation, 0);
}

NTSTATUS nt_api_set_job(HANDLE job, JOBOBJECTINFOCLASS class, const void *buffer, ULONG size)
{
    const JOBOBJECT_BASIC_UI_RESTRICTIONS *ui = buffer;
    NTSTATUS status = check_class(class);

    if (!NT_SUCCESS(status))
        return status;
    if (class == JobObjectBasicAccountingInformation || class == JobObjectBasicProcessIdList)
        return STATUS_INVALID_PARAMETER; /* can only be asked */
    if (size != size_of(class))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!buffer)
        return STATUS_ACCESS_VIOLATION;
    if (class == JobObjectBasicLimitInformation)
        return set_basic_limits(job, buffer);
    if (class == JobObjectExtendedLimitInformation)
        return set_extended_limits(job, buffer);
    return ui->UIRestrictionsClass == 0 ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
}
