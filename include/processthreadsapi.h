/* SPDX-License-Identifier: MIT */
/*
 * processthreadsapi.h - who the caller is, how processes are started, and how they end.
 */
#ifndef NTSHM_PROCESSTHREADSAPI_H
#define NTSHM_PROCESSTHREADSAPI_H

#include "minwindef.h"
#include "minwinbase.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* GetCurrentProcess - the pseudo handle (HANDLE)-1 of the calling process. It cannot fail. */
HANDLE WINAPI GetCurrentProcess(VOID);

/* GetCurrentProcessId, GetCurrentThreadId - the Linux process id and thread id (getpid,
 * gettid), as 32-bit numbers. They cannot fail. */
DWORD WINAPI GetCurrentProcessId(VOID);
DWORD WINAPI GetCurrentThreadId(VOID);

/* GetCurrentThread - the pseudo handle (HANDLE)-2 of the calling thread. It cannot fail. */
HANDLE WINAPI GetCurrentThread(VOID);

/* GetCurrentProcessorNumber, GetCurrentProcessorNumberEx - where the calling thread is at this
 * moment; the first gives the number within its group. They cannot fail. */
DWORD WINAPI GetCurrentProcessorNumber(VOID);
VOID WINAPI GetCurrentProcessorNumberEx(PPROCESSOR_NUMBER ProcNumber);

/*
 * ExitProcess - end the process as exit() does: functions of atexit() run, streams are flushed.
 * @uExitCode: all 32 bits for handles to a process that CreateProcess made; Linux keeps the low 8;
 *   where those are 0 and others are not, it is 255
 */
VOID WINAPI ExitProcess(UINT uExitCode) DECLSPEC_NORETURN;

/*
 * FlushInstructionCache - after a program has written code: every thread executes what is there.
 * @hProcess: GetCurrentProcess(), or one with PROCESS_VM_WRITE (VirtualAllocEx says which)
 * @lpBaseAddress, @dwSize: the range in bytes, or NULL for all
 * Return: TRUE; FALSE with ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED, ERROR_NOT_SUPPORTED.
 */
BOOL WINAPI FlushInstructionCache(HANDLE hProcess, LPCVOID lpBaseAddress, SIZE_T dwSize);

/*
 * TerminateProcess - end a process at once (SIGKILL).
 * @hProcess:  with PROCESS_TERMINATE, or GetCurrentProcess()
 * @uExitCode: what it ended with. Of a process that CreateProcess made, everybody with a handle
 *   finds it; of another one only the kernel tells: 137
 * Return: TRUE; FALSE with ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED (also when it has ended).
 */
BOOL WINAPI TerminateProcess(HANDLE hProcess, UINT uExitCode);

/*
 * OpenProcess - a handle to a process by its number.
 * @dwDesiredAccess: PROCESS_... rights, generic ones, MAXIMUM_ALLOWED
 * @dwProcessId:     in the caller's pid name space
 * Return: a handle; NULL with ERROR_INVALID_PARAMETER (there is none), ERROR_ACCESS_DENIED: it is
 * not wholly the caller's user's (real, effective and saved user), who is not root either.
 */
HANDLE WINAPI OpenProcess(DWORD dwDesiredAccess, BOOL bInheritHandle, DWORD dwProcessId);

/* GetProcessId - the number of a process. The handle needs PROCESS_QUERY_INFORMATION or
 * PROCESS_QUERY_LIMITED_INFORMATION. Return: 0 with ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED. */
DWORD WINAPI GetProcessId(HANDLE Process);

/*
 * GetExitCodeProcess - what a process ended with, or STILL_ACTIVE.
 * @hProcess: with PROCESS_QUERY_INFORMATION or PROCESS_QUERY_LIMITED_INFORMATION
 * A process that a signal ended has the code of the exception that it stands for: 0xC0000005
 * (SIGSEGV, SIGBUS), 0xC000001D (SIGILL), 0xC0000094 (SIGFPE), 3 (SIGABRT), else 128 and the
 * number. Return: TRUE; FALSE with ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED, ERROR_NOT_SUPPORTED:
 * it has ended, CreateProcess did not make it, and nobody knows how any more (before Linux 6.15).
 */
BOOL WINAPI GetExitCodeProcess(HANDLE hProcess, LPDWORD lpExitCode);

/*
 * GetProcessTimes - when a process began and ended (the latter is 0: Linux does not keep it), and
 * the time that it has used, in units of 100 ns.
 * @hProcess: with PROCESS_QUERY_INFORMATION or PROCESS_QUERY_LIMITED_INFORMATION
 * Return: TRUE; FALSE with ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED, ERROR_GEN_FAILURE: it has
 * ended, and been forgotten by the system.
 */
BOOL WINAPI GetProcessTimes(HANDLE hProcess, LPFILETIME lpCreationTime, LPFILETIME lpExitTime,
                            LPFILETIME lpKernelTime, LPFILETIME lpUserTime);

/* GetProcessHandleCount - how many handles this process has. Of another one:
 * ERROR_NOT_SUPPORTED. */
BOOL WINAPI GetProcessHandleCount(HANDLE hProcess, PDWORD pdwHandleCount);

/*
 * GetPriorityClass, SetPriorityClass - a process's nice value as one of six: IDLE_PRIORITY_CLASS
 * (19), BELOW_NORMAL_ (10), NORMAL_ (0), ABOVE_NORMAL_ (-5), HIGH_ (-10), REALTIME_ (-20).
 * @hProcess: with PROCESS_QUERY_(LIMITED_)INFORMATION, or to set: PROCESS_SET_INFORMATION
 * Return: 0, FALSE with ERROR_ACCESS_DENIED (also where the kernel does not allow it),
 * ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER (another class).
 */
DWORD WINAPI GetPriorityClass(HANDLE hProcess);
BOOL WINAPI SetPriorityClass(HANDLE hProcess, DWORD dwPriorityClass);

typedef struct _STARTUPINFOA {
    DWORD cb;
    LPSTR lpReserved;
    LPSTR lpDesktop;
    LPSTR lpTitle;
    DWORD dwX;
    DWORD dwY;
    DWORD dwXSize;
    DWORD dwYSize;
    DWORD dwXCountChars;
    DWORD dwYCountChars;
    DWORD dwFillAttribute;
    DWORD dwFlags;
    WORD wShowWindow;
    WORD cbReserved2;
    LPBYTE lpReserved2;
    HANDLE hStdInput;
    HANDLE hStdOutput;
    HANDLE hStdError;
} STARTUPINFOA, *LPSTARTUPINFOA;

typedef struct _STARTUPINFOW {
    DWORD cb;
    LPWSTR lpReserved;
    LPWSTR lpDesktop;
    LPWSTR lpTitle;
    DWORD dwX;
    DWORD dwY;
    DWORD dwXSize;
    DWORD dwYSize;
    DWORD dwXCountChars;
    DWORD dwYCountChars;
    DWORD dwFillAttribute;
    DWORD dwFlags;
    WORD wShowWindow;
    WORD cbReserved2;
    LPBYTE lpReserved2;
    HANDLE hStdInput;
    HANDLE hStdOutput;
    HANDLE hStdError;
} STARTUPINFOW, *LPSTARTUPINFOW;

typedef struct _PROCESS_INFORMATION {
    HANDLE hProcess;
    HANDLE hThread;
    DWORD dwProcessId;
    DWORD dwThreadId;
} PROCESS_INFORMATION, *PPROCESS_INFORMATION, *LPPROCESS_INFORMATION;

typedef struct _PROC_THREAD_ATTRIBUTE_LIST *PPROC_THREAD_ATTRIBUTE_LIST,
    *LPPROC_THREAD_ATTRIBUTE_LIST;

/*
 * CreateProcess - run a program in a new process. Paths are Linux paths, in which a
 * backslash is taken for a slash.
 * @lpApplicationName: the program, from the current directory; NULL: the first part of the line,
 *   beside the running program, in the current directory and in PATH, when it has no slash
 * @lpCommandLine: the arguments, the program's name first, which the child takes apart by the rules
 *   of CommandLineToArgvW, and finds whole in GetCommandLine; NULL: the program's name alone
 * @lpProcessAttributes, @lpThreadAttributes: descriptors of the two objects, and whether their
 *   handles are inherited
 * @bInheritHandles: TRUE: the child has every inheritable handle under the same value with the same
 *   rights, and inheritable (12.26); of a list in the attributes only those (12.27). Views are not
 *   inherited (12.28). Descriptors that are no handles are not either, but for 0, 1 and 2
 * @dwCreationFlags: CREATE_SUSPENDED (it begins with ResumeThread; it ends when the last handle to
 *   it and its thread is closed before); EXTENDED_STARTUPINFO_PRESENT; CREATE_UNICODE_ENVIRONMENT;
 *   DETACHED_PROCESS, CREATE_NEW_CONSOLE (both: a session of its own), CREATE_NEW_PROCESS_GROUP;
 *   CREATE_BREAKAWAY_FROM_JOB; IDLE_ and BELOW_NORMAL_PRIORITY_CLASS. DEBUG_PROCESS,
 *   DEBUG_ONLY_THIS_PROCESS and CREATE_PROTECTED_PROCESS are ERROR_NOT_SUPPORTED, others do nothing
 * @lpEnvironment: NAME=VALUE, each with its NUL, and one NUL more: bytes in UTF-8, or wide with
 *   CREATE_UNICODE_ENVIRONMENT; NULL: the caller's
 * @lpCurrentDirectory: where it begins; NULL: where the caller is
 * @lpStartupInfo: with STARTF_USESTDHANDLES the three handles, of files, are its descriptors 0, 1
 *   and 2, whether they are inheritable or not; NULL and INVALID_HANDLE_VALUE: /dev/null. What else
 *   stands there GetStartupInfo tells the child
 * @lpProcessInformation: receives two handles, with all rights, to be closed, and the numbers
 *
 * The child begins with all signals at their defaults and none blocked. It serves requests of other
 * processes from the beginning (ntshm_service_start()).
 *
 * Return: TRUE; FALSE with ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_ACCESS_DENIED (it may
 * not be executed, or not break away from its job), ERROR_BAD_EXE_FORMAT, ERROR_DIRECTORY,
 * ERROR_INVALID_PARAMETER (two of the flags that exclude each other; a list without
 * bInheritHandles, or with what is no inheritable handle; a wrong cb), ERROR_INVALID_HANDLE (a
 * standard handle), ERROR_NOT_SUPPORTED (other attributes; a listed handle of a kind that stays in
 * its process), ERROR_FILENAME_EXCED_RANGE (arguments and environment are too long),
 * ERROR_NOT_ENOUGH_QUOTA (a job that the caller is in has as many members as it may have),
 * ERROR_NO_SYSTEM_RESOURCES, ERROR_NOT_ENOUGH_MEMORY, ERROR_TOO_MANY_OPEN_FILES.
 */
BOOL WINAPI CreateProcessA(LPCSTR lpApplicationName, LPSTR lpCommandLine,
                           LPSECURITY_ATTRIBUTES lpProcessAttributes,
                           LPSECURITY_ATTRIBUTES lpThreadAttributes, BOOL bInheritHandles,
                           DWORD dwCreationFlags, LPVOID lpEnvironment, LPCSTR lpCurrentDirectory,
                           LPSTARTUPINFOA lpStartupInfo,
                           LPPROCESS_INFORMATION lpProcessInformation);
BOOL WINAPI CreateProcessW(LPCWSTR lpApplicationName, LPWSTR lpCommandLine,
                           LPSECURITY_ATTRIBUTES lpProcessAttributes,
                           LPSECURITY_ATTRIBUTES lpThreadAttributes, BOOL bInheritHandles,
                           DWORD dwCreationFlags, LPVOID lpEnvironment, LPCWSTR lpCurrentDirectory,
                           LPSTARTUPINFOW lpStartupInfo, LPPROCESS_INFORMATION lpProcessInformation)
    NTSHM_WIDE(CreateProcessW);

/* GetStartupInfo - what the process was started with; without CreateProcess: cb, and the standard
 * handles. The texts are not to be changed. It cannot fail. */
VOID WINAPI GetStartupInfoW(LPSTARTUPINFOW lpStartupInfo) NTSHM_WIDE(GetStartupInfoW);

/*
 * InitializeProcThreadAttributeList, UpdateProcThreadAttribute, DeleteProcThreadAttributeList -
 * attributes for CreateProcess (STARTUPINFOEX).
 * @lpAttributeList:  memory of the caller's; NULL asks for @lpSize
 * @dwAttributeCount: how many attributes there will be
 * @lpSize:           in and out: bytes
 * @Attribute: PROC_THREAD_ATTRIBUTE_HANDLE_LIST; others are ERROR_NOT_SUPPORTED
 * @lpValue, @cbSize: an array of handles, which stays the caller's until CreateProcess; its bytes
 * @dwFlags, @lpPreviousValue, @lpReturnSize: 0, NULL, NULL
 * Return: TRUE; FALSE with ERROR_INSUFFICIENT_BUFFER (as for NULL), ERROR_INVALID_PARAMETER,
 * ERROR_BAD_LENGTH (@cbSize), ERROR_GEN_FAILURE (more than were said), ERROR_OBJECT_NAME_EXISTS
 * (twice).
 */
BOOL WINAPI InitializeProcThreadAttributeList(LPPROC_THREAD_ATTRIBUTE_LIST lpAttributeList,
                                              DWORD dwAttributeCount, DWORD dwFlags,
                                              PSIZE_T lpSize);
BOOL WINAPI UpdateProcThreadAttribute(LPPROC_THREAD_ATTRIBUTE_LIST lpAttributeList, DWORD dwFlags,
                                      DWORD_PTR Attribute, PVOID lpValue, SIZE_T cbSize,
                                      PVOID lpPreviousValue, PSIZE_T lpReturnSize);
VOID WINAPI DeleteProcThreadAttributeList(LPPROC_THREAD_ATTRIBUTE_LIST lpAttributeList);

/*
 * OpenProcessToken - a handle to the token of a process (securitybaseapi.h).
 * @ProcessHandle: GetCurrentProcess(), or one with PROCESS_QUERY_LIMITED_INFORMATION: a snapshot
 *   of whom the kernel takes it for, for TOKEN_QUERY, TOKEN_QUERY_SOURCE and READ_CONTROL only
 * @DesiredAccess: TOKEN_QUERY, TOKEN_ADJUST_PRIVILEGES, ... or MAXIMUM_ALLOWED
 * Return: TRUE; FALSE with ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED (no right at all, or one that
 * tokens do not have), ERROR_NOACCESS.
 */
BOOL WINAPI OpenProcessToken(HANDLE ProcessHandle, DWORD DesiredAccess, PHANDLE TokenHandle);

/*
 * OpenThreadToken - a handle to the calling thread's own token: the one that it impersonates with,
 * or, when the kernel takes the thread for somebody else than the process (a bare setresuid()), a
 * new one that says for whom.
 * @ThreadHandle: of the calling thread; another thread's is ERROR_NOT_SUPPORTED
 * @OpenAsSelf:   of no meaning: a thread may open its own token whoever it is
 *
 * Return: TRUE; FALSE with ERROR_NO_TOKEN (the thread is whom the process is),
 * ERROR_CANT_OPEN_ANONYMOUS, ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED, ERROR_NOACCESS.
 */
BOOL WINAPI OpenThreadToken(HANDLE ThreadHandle, DWORD DesiredAccess, BOOL OpenAsSelf,
                            PHANDLE TokenHandle);

/*
 * SetThreadToken - the calling thread impersonates with a token, until RevertToSelf or its end.
 * @Thread: NULL, or points at a handle of the calling thread; another's is ERROR_NOT_SUPPORTED
 * @Token:  an impersonation token with TOKEN_IMPERSONATE, or NULL: none any more
 *
 * Return: TRUE; FALSE with ERROR_BAD_TOKEN_TYPE (a primary token), ERROR_CANNOT_IMPERSONATE (the
 * kernel takes the thread for another user or group than the token's: it would stay with that),
 * ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED, ERROR_NOT_ENOUGH_MEMORY.
 */
BOOL WINAPI SetThreadToken(PHANDLE Thread, HANDLE Token);

/*
 * GetCurrentProcessToken, GetCurrentThreadToken, GetCurrentThreadEffectiveToken - pseudo handles,
 * with TOKEN_QUERY and TOKEN_QUERY_SOURCE. A call with the thread's is ERROR_NO_TOKEN when it has
 * none; the effective token is then the process's. They need no closing.
 */
static __inline__ HANDLE GetCurrentProcessToken(VOID)
{
    return (HANDLE)(LONG_PTR)-4;
}

static __inline__ HANDLE GetCurrentThreadToken(VOID)
{
    return (HANDLE)(LONG_PTR)-5;
}

static __inline__ HANDLE GetCurrentThreadEffectiveToken(VOID)
{
    return (HANDLE)(LONG_PTR)-6;
}

/* ---- threads ------------------------------------------------------------------------------- */

#define TLS_OUT_OF_INDEXES ((DWORD)0xFFFFFFFF)

typedef enum _QUEUE_USER_APC_FLAGS {
    QUEUE_USER_APC_FLAGS_NONE = 0x0,
    QUEUE_USER_APC_FLAGS_SPECIAL_USER_APC = 0x1,
    QUEUE_USER_APC_CALLBACK_DATA_CONTEXT = 0x10000,
} QUEUE_USER_APC_FLAGS;

/*
 * CreateThread - a new thread of this process.
 * @lpThreadAttributes: inheritance and security of the handle, or NULL
 * @dwStackSize: bytes; 0: as the C library has it; at least 256 KiB are reserved
 * @lpStartAddress, @lpParameter: what it runs; its result is the thread's exit code
 * @dwCreationFlags: CREATE_SUSPENDED: it begins with ResumeThread;
 * STACK_SIZE_PARAM_IS_A_RESERVATION
 * @lpThreadId: receives its number, or NULL
 * Return: a handle with THREAD_ALL_ACCESS; NULL with ERROR_NOT_ENOUGH_MEMORY,
 * ERROR_INVALID_PARAMETER (other flags), ERROR_INVALID_SECURITY_DESCR and its kin.
 *
 * CreateRemoteThread - the same in the process @hProcess (PROCESS_CREATE_THREAD), which must be
 * this one: ERROR_NOT_SUPPORTED for another.
 */
HANDLE WINAPI CreateThread(LPSECURITY_ATTRIBUTES lpThreadAttributes, SIZE_T dwStackSize,
                           LPTHREAD_START_ROUTINE lpStartAddress, LPVOID lpParameter,
                           DWORD dwCreationFlags, LPDWORD lpThreadId);
HANDLE WINAPI CreateRemoteThread(HANDLE hProcess, LPSECURITY_ATTRIBUTES lpThreadAttributes,
                                 SIZE_T dwStackSize, LPTHREAD_START_ROUTINE lpStartAddress,
                                 LPVOID lpParameter, DWORD dwCreationFlags, LPDWORD lpThreadId);

/*
 * ExitThread - end the calling thread. C++ destructors of its functions do not run in a thread of
 * CreateThread; fiber-local callbacks do, mutexes that it owns are abandoned. When it is the last
 * one, the process ends with the same code.
 */
VOID WINAPI ExitThread(DWORD dwExitCode) DECLSPEC_NORETURN;

/*
 * TerminateThread - Linux cannot end another thread in the middle of its work: FALSE with
 * ERROR_NOT_SUPPORTED. The calling thread ends as with ExitThread.
 */
BOOL WINAPI TerminateThread(HANDLE hThread, DWORD dwExitCode);

/*
 * GetExitCodeThread - STILL_ACTIVE as long as it runs. The handle needs THREAD_QUERY_INFORMATION or
 * THREAD_QUERY_LIMITED_INFORMATION. FALSE with ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED,
 * ERROR_NOACCESS.
 */
BOOL WINAPI GetExitCodeThread(HANDLE hThread, LPDWORD lpExitCode);

/*
 * OpenThread - a handle to a thread of this process by its number, whoever made it.
 * Return: NULL with ERROR_INVALID_PARAMETER (no such thread), ERROR_NOT_SUPPORTED (a thread of
 * another process), ERROR_ACCESS_DENIED, ERROR_NOT_ENOUGH_MEMORY.
 */
HANDLE WINAPI OpenThread(DWORD dwDesiredAccess, BOOL bInheritHandle, DWORD dwThreadId);

/*
 * GetThreadId, GetProcessIdOfThread - the numbers; 0 with ERROR_INVALID_HANDLE,
 * ERROR_ACCESS_DENIED. The handle needs one of the query rights.
 */
DWORD WINAPI GetThreadId(HANDLE Thread);
DWORD WINAPI GetProcessIdOfThread(HANDLE Thread);

/*
 * ResumeThread, SuspendThread - a thread made with CREATE_SUSPENDED begins when it has been resumed
 * as often as it was suspended. The handle needs THREAD_SUSPEND_RESUME. A thread that runs cannot
 * be suspended (ERROR_NOT_SUPPORTED); resuming it changes nothing. Return: the count before;
 * (DWORD)-1 with ERROR_NOT_SUPPORTED, ERROR_SIGNAL_REFUSED (127 times), ERROR_ACCESS_DENIED (also:
 * it has ended), ERROR_INVALID_HANDLE.
 */
DWORD WINAPI ResumeThread(HANDLE hThread);
DWORD WINAPI SuspendThread(HANDLE hThread);

/* SwitchToThread - let another thread run; TRUE. */
BOOL WINAPI SwitchToThread(VOID);

/*
 * GetThreadPriority, SetThreadPriority - THREAD_PRIORITY_ values. It is a wish: it becomes the
 * kernel's nice value only where RLIMIT_NICE lets that fall again too.
 * Return: GetThreadPriority THREAD_PRIORITY_ERROR_RETURN, SetThreadPriority FALSE, with
 * ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER (no such value).
 */
int WINAPI GetThreadPriority(HANDLE hThread);
BOOL WINAPI SetThreadPriority(HANDLE hThread, int nPriority);

/*
 * SetThreadDescription, GetThreadDescription - a text for debuggers; the kernel gets its first 15
 * bytes, which top and gdb show.
 * @ppszThreadDescription: receives the text, "" when there is none; LocalFree() it
 * Return: S_OK; HRESULT_FROM_NT or _WIN32 of: no such handle, no right, no memory, NULL.
 */
HRESULT WINAPI SetThreadDescription(HANDLE hThread, PCWSTR lpThreadDescription)
    NTSHM_WIDE(SetThreadDescription);
HRESULT WINAPI GetThreadDescription(HANDLE hThread, PWSTR *ppszThreadDescription)
    NTSHM_WIDE(GetThreadDescription);

/*
 * GetThreadTimes - when it began and ended (0 as long as it runs), and what it has used, in units
 * of 100 ns. FALSE with ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED, ERROR_NOACCESS.
 */
BOOL WINAPI GetThreadTimes(HANDLE hThread, LPFILETIME lpCreationTime, LPFILETIME lpExitTime,
                           LPFILETIME lpKernelTime, LPFILETIME lpUserTime);

/*
 * QueueUserAPC, QueueUserAPC2 - @pfnAPC(@dwData) runs in the thread's next alertable wait, in the
 * order of the queueing; in a thread that has not begun, before its function. The handle needs
 * THREAD_SET_CONTEXT.
 * Return: other than 0; 0 with ERROR_GEN_FAILURE (the thread has ended), ERROR_NOT_SUPPORTED (a
 * thread of another process; flags of QueueUserAPC2), ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED.
 */
DWORD WINAPI QueueUserAPC(PAPCFUNC pfnAPC, HANDLE hThread, ULONG_PTR dwData);
BOOL WINAPI QueueUserAPC2(PAPCFUNC ApcRoutine, HANDLE Thread, ULONG_PTR Data,
                          QUEUE_USER_APC_FLAGS Flags);

/*
 * TlsAlloc, TlsFree, TlsGetValue, TlsSetValue - a value of its own for every thread; NULL at first.
 * Return: TlsAlloc an index, or TLS_OUT_OF_INDEXES with ERROR_NO_MORE_ITEMS (1,087 are in use);
 * TlsGetValue the value, with the last error 0, or NULL with ERROR_INVALID_PARAMETER (no such
 * index); the others FALSE with ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY.
 */
DWORD WINAPI TlsAlloc(VOID);
BOOL WINAPI TlsFree(DWORD dwTlsIndex);
LPVOID WINAPI TlsGetValue(DWORD dwTlsIndex);
BOOL WINAPI TlsSetValue(DWORD dwTlsIndex, LPVOID lpTlsValue);

#ifdef UNICODE
typedef STARTUPINFOW STARTUPINFO;
typedef LPSTARTUPINFOW LPSTARTUPINFO;
#    define CreateProcess  CreateProcessW
#    define GetStartupInfo GetStartupInfoW
#else
typedef STARTUPINFOA STARTUPINFO;
typedef LPSTARTUPINFOA LPSTARTUPINFO;
#    define CreateProcess  CreateProcessA
#    define GetStartupInfo GetStartupInfoA
#endif

#ifdef __cplusplus
}
#endif
#endif
