/* SPDX-License-Identifier: MIT */
/*
 * jobapi.h - is a process in a job? The other functions of jobs are in jobapi2.h.
 */
#ifndef NTSHM_JOBAPI_H
#define NTSHM_JOBAPI_H

#include "minwindef.h"
#include "minwinbase.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * IsProcessInJob - whether a process is a member of a job.
 * @ProcessHandle: PROCESS_QUERY_INFORMATION or PROCESS_QUERY_LIMITED_INFORMATION; one of the
 *   caller's user, unless that is root
 * @JobHandle: JOB_OBJECT_QUERY, or NULL: of any job that has a handle still
 * @Result: receives TRUE or FALSE
 * Return: FALSE with ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED, ERROR_NOACCESS (@Result is NULL).
 */
BOOL WINAPI IsProcessInJob(HANDLE ProcessHandle, HANDLE JobHandle, PBOOL Result);

#ifdef __cplusplus
}
#endif
#endif
