/* SPDX-License-Identifier: MIT */
/*
 * process.h - threads as the C runtime of Windows makes them.
 */
#ifndef NTSHM_PROCESS_H
#define NTSHM_PROCESS_H

#include <stdint.h>

#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef void(__cdecl *_beginthread_proc_type)(void *);
typedef unsigned(__stdcall *_beginthreadex_proc_type)(void *);

/*
 * _beginthread - a new thread; the handle is the thread's, which closes it when it ends.
 * _beginthreadex - CreateThread with other types; the caller closes the handle.
 * @_StackSize: bytes, or 0; @_InitFlag: 0 or CREATE_SUSPENDED
 * Return: a handle; _beginthread -1 and _beginthreadex 0 with errno EINVAL (no function), EAGAIN or
 * EACCES.
 */
uintptr_t __cdecl _beginthread(_beginthread_proc_type _StartAddress, unsigned _StackSize,
                               void *_ArgList);
uintptr_t __cdecl _beginthreadex(void *_Security, unsigned _StackSize,
                                 _beginthreadex_proc_type _StartAddress, void *_ArgList,
                                 unsigned _InitFlag, unsigned *_ThrdAddr);

/* _endthread, _endthreadex - end the calling thread; the first closes _beginthread's handle. */
void __cdecl _endthread(void) DECLSPEC_NORETURN;
void __cdecl _endthreadex(unsigned _Retval) DECLSPEC_NORETURN;

/* _getpid - GetCurrentProcessId(). */
int __cdecl _getpid(void);

#ifdef __cplusplus
}
#endif
#endif
