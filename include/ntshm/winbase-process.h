/* SPDX-License-Identifier: MIT */
/*
 * ntshm/winbase-process.h - the part of winbase.h that is about processes: how one is started, and
 * what its program is. <winbase.h> includes it; the functions are in processthreadsapi.h.
 */
#ifndef NTSHM_WINBASE_PROCESS_H
#define NTSHM_WINBASE_PROCESS_H

#include "../processthreadsapi.h"

/* dwCreationFlags of CreateProcess; what each does here is told there. */
#define DEBUG_PROCESS                    0x00000001
#define DEBUG_ONLY_THIS_PROCESS          0x00000002
#define CREATE_SUSPENDED                 0x00000004
#define DETACHED_PROCESS                 0x00000008
#define CREATE_NEW_CONSOLE               0x00000010
#define NORMAL_PRIORITY_CLASS            0x00000020
#define IDLE_PRIORITY_CLASS              0x00000040
#define HIGH_PRIORITY_CLASS              0x00000080
#define REALTIME_PRIORITY_CLASS          0x00000100
#define CREATE_NEW_PROCESS_GROUP         0x00000200
#define CREATE_UNICODE_ENVIRONMENT       0x00000400
#define BELOW_NORMAL_PRIORITY_CLASS      0x00004000
#define ABOVE_NORMAL_PRIORITY_CLASS      0x00008000
#define INHERIT_PARENT_AFFINITY          0x00010000
#define CREATE_PROTECTED_PROCESS         0x00040000
#define EXTENDED_STARTUPINFO_PRESENT     0x00080000
#define PROCESS_MODE_BACKGROUND_BEGIN    0x00100000
#define PROCESS_MODE_BACKGROUND_END      0x00200000
#define CREATE_BREAKAWAY_FROM_JOB        0x01000000
#define CREATE_PRESERVE_CODE_AUTHZ_LEVEL 0x02000000
#define CREATE_DEFAULT_ERROR_MODE        0x04000000
#define CREATE_NO_WINDOW                 0x08000000

/* dwFlags of STARTUPINFO. */
#define STARTF_USESHOWWINDOW             0x00000001
#define STARTF_USESIZE                   0x00000002
#define STARTF_USEPOSITION               0x00000004
#define STARTF_USECOUNTCHARS             0x00000008
#define STARTF_USEFILLATTRIBUTE          0x00000010
#define STARTF_RUNFULLSCREEN             0x00000020
#define STARTF_FORCEONFEEDBACK           0x00000040
#define STARTF_FORCEOFFFEEDBACK          0x00000080
#define STARTF_USESTDHANDLES             0x00000100
#define STARTF_USEHOTKEY                 0x00000200

/* Attributes of UpdateProcThreadAttribute. */
#define PROC_THREAD_ATTRIBUTE_NUMBER     0x0000FFFF
#define PROC_THREAD_ATTRIBUTE_THREAD     0x00010000
#define PROC_THREAD_ATTRIBUTE_INPUT      0x00020000
#define PROC_THREAD_ATTRIBUTE_ADDITIVE   0x00040000

typedef enum _PROC_THREAD_ATTRIBUTE_NUM {
    ProcThreadAttributeParentProcess = 0,
    ProcThreadAttributeHandleList = 2,
    ProcThreadAttributeGroupAffinity = 3,
    ProcThreadAttributePreferredNode = 4,
    ProcThreadAttributeIdealProcessor = 5,
    ProcThreadAttributeUmsThread = 6,
    ProcThreadAttributeMitigationPolicy = 7
} PROC_THREAD_ATTRIBUTE_NUM;

#define PROC_THREAD_ATTRIBUTE_PARENT_PROCESS \
    (ProcThreadAttributeParentProcess | PROC_THREAD_ATTRIBUTE_INPUT)
#define PROC_THREAD_ATTRIBUTE_HANDLE_LIST \
    (ProcThreadAttributeHandleList | PROC_THREAD_ATTRIBUTE_INPUT)

/* For QueryFullProcessImageName: the path as the system knows it. */
#define PROCESS_NAME_NATIVE 0x00000001

#ifdef __cplusplus
extern "C" {
#endif

typedef struct _STARTUPINFOEXA {
    STARTUPINFOA StartupInfo;
    LPPROC_THREAD_ATTRIBUTE_LIST lpAttributeList;
} STARTUPINFOEXA, *LPSTARTUPINFOEXA;

typedef struct _STARTUPINFOEXW {
    STARTUPINFOW StartupInfo;
    LPPROC_THREAD_ATTRIBUTE_LIST lpAttributeList;
} STARTUPINFOEXW, *LPSTARTUPINFOEXW;

/*
 * QueryFullProcessImageName - the path of a process's program.
 * @hProcess: with PROCESS_QUERY_INFORMATION or PROCESS_QUERY_LIMITED_INFORMATION
 * @dwFlags:  0 or PROCESS_NAME_NATIVE: the same here
 * @lpdwSize: in: characters that fit, with the NUL; out: those of the path without it
 * Return: TRUE; FALSE with ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED
 * (also when the kernel does not tell), ERROR_GEN_FAILURE (it has ended), ERROR_INVALID_PARAMETER.
 */
BOOL WINAPI QueryFullProcessImageNameA(HANDLE hProcess, DWORD dwFlags, LPSTR lpExeName,
                                       PDWORD lpdwSize);
BOOL WINAPI QueryFullProcessImageNameW(HANDLE hProcess, DWORD dwFlags, LPWSTR lpExeName,
                                       PDWORD lpdwSize) NTSHM_WIDE(QueryFullProcessImageNameW);

/* GetStartupInfoA - as GetStartupInfoW (processthreadsapi.h), in UTF-8. */
VOID WINAPI GetStartupInfoA(LPSTARTUPINFOA lpStartupInfo);

#ifdef UNICODE
typedef STARTUPINFOEXW STARTUPINFOEX;
typedef LPSTARTUPINFOEXW LPSTARTUPINFOEX;
#    define QueryFullProcessImageName QueryFullProcessImageNameW
#else
typedef STARTUPINFOEXA STARTUPINFOEX;
typedef LPSTARTUPINFOEXA LPSTARTUPINFOEX;
#    define QueryFullProcessImageName QueryFullProcessImageNameA
#endif

#ifdef __cplusplus
}
#endif
#endif
