// SPDX-License-Identifier: MIT
/*
 * process.h: threads of the C runtime. A thread of _beginthread owns its handle: it begins
 * suspended, so that the handle is there before anything runs, and closes it at its end.
 */
#include <process.h>

#include <errno.h>
#include <stdlib.h>

#include <windows.h>

#include "util/macro.h"

struct start {
    _beginthread_proc_type function;
    void *argument;
    HANDLE handle;
};

/* What the calling thread closes at its end; NULL. */
static _Thread_local HANDLE own_handle __attribute__((tls_model("initial-exec")));

static int errno_of(DWORD error)
{
    if (error == ERROR_NOT_ENOUGH_MEMORY || error == ERROR_NO_SYSTEM_RESOURCES)
        return EAGAIN;
    return error == ERROR_ACCESS_DENIED ? EACCES : EINVAL;
}

static void close_own(void)
{
    HANDLE handle = NT_STEAL(own_handle);

    if (handle)
        CloseHandle(handle);
}

static DWORD WINAPI run(void *argument)
{
    struct start start = *(struct start *)argument;

    free(argument);
    own_handle = start.handle;
    start.function(start.argument);
    close_own();
    return 0;
}

NT_EXPORT uintptr_t __cdecl _beginthread(_beginthread_proc_type function, unsigned stack_size,
                                         void *argument)
{
    struct start *start = function ? malloc(sizeof(*start)) : NULL;
    HANDLE handle;

    if (!start) {
        errno = function ? EAGAIN : EINVAL;
        return (uintptr_t)-1;
    }
    *start = (struct start){.function = function, .argument = argument};
    start->handle = CreateThread(NULL, stack_size, run, start, CREATE_SUSPENDED, NULL);
    if (!start->handle) {
        errno = errno_of(GetLastError());
        free(start);
        return (uintptr_t)-1;
    }
    handle = start->handle; /* from now on the thread's, and @start gone */
    ResumeThread(handle);
    return (uintptr_t)handle;
}

NT_EXPORT uintptr_t __cdecl _beginthreadex(void *security, unsigned stack_size,
                                           _beginthreadex_proc_type function, void *argument,
                                           unsigned flags, unsigned *ret_id)
{
    DWORD id;
    HANDLE handle;

    if (!function) {
        errno = EINVAL;
        return 0;
    }
    handle = CreateThread(security, stack_size, (LPTHREAD_START_ROUTINE)function, argument, flags,
                          ret_id ? &id : NULL);
    if (!handle)
        errno = errno_of(GetLastError());
    else if (ret_id)
        *ret_id = id;
    return (uintptr_t)handle;
}

NT_EXPORT void __cdecl _endthread(void)
{
    close_own();
    ExitThread(0);
}

NT_EXPORT void __cdecl _endthreadex(unsigned code)
{
    ExitThread(code);
}

NT_EXPORT int __cdecl _getpid(void)
{
    return (int)GetCurrentProcessId();
}
