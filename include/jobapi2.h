/* SPDX-License-Identifier: MIT */
/*
 * jobapi2.h - jobs: groups of processes that are limited and ended together.
 *
 * A process that was assigned to a job stays in it until it ends, and so do the children that it
 * makes with CreateProcess (not those of fork). The job is gone with its last handle; with
 * JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE its processes end then, however the holder ended. The broker
 * sees to that, so it is one of a user's own broker, or of the machine's where that may (its
 * service has CAP_KILL). A process may be in several jobs.
 *
 * Limits that there are: JOB_OBJECT_LIMIT_ACTIVE_PROCESS (a process too many is refused and lives),
 * _BREAKAWAY_OK, _SILENT_BREAKAWAY_OK, _KILL_ON_JOB_CLOSE. CreateJobObjectA and OpenJobObjectA are
 * in winbase.h.
 */
#ifndef NTSHM_JOBAPI2_H
#define NTSHM_JOBAPI2_H

#include "minwindef.h"
#include "minwinbase.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * CreateJobObject - create a job, or open the one that has the name (11.30).
 * @lpJobAttributes: inheritance and security, or NULL
 * @lpName: the name, or NULL or "" for none
 * Return: a handle with JOB_OBJECT_ALL_ACCESS, with the last error 0 or ERROR_ALREADY_EXISTS; NULL
 * with ERROR_INVALID_HANDLE (the name is another kind of object's), ERROR_ACCESS_DENIED,
 * ERROR_PATH_NOT_FOUND, ERROR_INVALID_NAME, ERROR_BAD_PATHNAME, ERROR_NOT_ENOUGH_MEMORY,
 * ERROR_NO_UNICODE_TRANSLATION (A function: not UTF-8).
 */
HANDLE WINAPI CreateJobObjectW(LPSECURITY_ATTRIBUTES lpJobAttributes, LPCWSTR lpName)
    NTSHM_WIDE(CreateJobObjectW);

/*
 * OpenJobObject - a handle to a job that has a name.
 * @dwDesiredAccess: JOB_OBJECT_, standard and generic rights
 * @bInheritHandle: whether children get the handle
 * Return: NULL with ERROR_FILE_NOT_FOUND, ERROR_INVALID_PARAMETER (no name), ERROR_ACCESS_DENIED,
 * ERROR_INVALID_HANDLE (another kind of object), and the errors of names as above.
 */
HANDLE WINAPI OpenJobObjectW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName)
    NTSHM_WIDE(OpenJobObjectW);

/*
 * AssignProcessToJobObject - a process is a member from now on; again changes nothing.
 * @hJob: JOB_OBJECT_ASSIGN_PROCESS
 * @hProcess: PROCESS_SET_QUOTA and PROCESS_TERMINATE; one of the caller's user, unless that is root
 * Return: FALSE with ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED (also: the process has ended),
 * ERROR_NOT_ENOUGH_QUOTA (as many as its limit allows are in it), ERROR_NOT_SUPPORTED (the job ends
 * its members, and the broker may not end this one).
 */
BOOL WINAPI AssignProcessToJobObject(HANDLE hJob, HANDLE hProcess);

/*
 * TerminateJobObject - ends all members with @uExitCode. They have not ended yet when it returns;
 * wait for their handles.
 * @hJob: JOB_OBJECT_TERMINATE
 * Return: FALSE with ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED (also: one of them is another user's
 * by now, or not the broker's to end).
 */
BOOL WINAPI TerminateJobObject(HANDLE hJob, UINT uExitCode);

/*
 * QueryInformationJobObject, SetInformationJobObject - members and limits.
 * @hJob: JOB_OBJECT_QUERY, or JOB_OBJECT_SET_ATTRIBUTES; a query's may be NULL: the job that the
 *   calling process came into last
 * @JobObjectInformationClass: JobObjectBasicAccountingInformation (query; times of members that
 *   live), JobObjectBasicLimitInformation, JobObjectExtendedLimitInformation,
 *   JobObjectBasicProcessIdList (query), JobObjectBasicUIRestrictions (none)
 * @cbJobObjectInformationLength: the size of that structure; of a list any that holds one
 * @lpReturnLength: receives what was written; or NULL
 * Return: FALSE with ERROR_BAD_LENGTH, ERROR_MORE_DATA (a list: as many as had room are there),
 * ERROR_INVALID_PARAMETER (no class; a flag that its structure does not have), ERROR_NOT_SUPPORTED
 * (another class or limit), ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED (also: NULL, and the process
 * is in none), ERROR_NOACCESS (no buffer).
 */
BOOL WINAPI QueryInformationJobObject(HANDLE hJob, JOBOBJECTINFOCLASS JobObjectInformationClass,
                                      LPVOID lpJobObjectInformation,
                                      DWORD cbJobObjectInformationLength, LPDWORD lpReturnLength);
BOOL WINAPI SetInformationJobObject(HANDLE hJob, JOBOBJECTINFOCLASS JobObjectInformationClass,
                                    LPVOID lpJobObjectInformation,
                                    DWORD cbJobObjectInformationLength);

#ifdef UNICODE
#    define CreateJobObject CreateJobObjectW
#    define OpenJobObject   OpenJobObjectW
#else
#    define CreateJobObject CreateJobObjectA
#    define OpenJobObject   OpenJobObjectA
#endif

#ifdef __cplusplus
}
#endif
#endif
