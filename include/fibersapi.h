/* SPDX-License-Identifier: MIT */
/*
 * fibersapi.h - fiber-local storage. There are no fibers here: each thread is one, so that this is
 * thread-local storage with a callback at the end.
 */
#ifndef NTSHM_FIBERSAPI_H
#define NTSHM_FIBERSAPI_H

#include "minwindef.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FLS_OUT_OF_INDEXES ((DWORD)0xFFFFFFFF)

/*
 * FlsAlloc, FlsFree, FlsGetValue, FlsSetValue - a value of its own for every thread; NULL at first.
 * @lpCallback: called with each value that is not NULL, when its thread ends (in that thread) or
 *   when the index is freed (in the thread that frees it); or NULL
 * Return: FlsAlloc an index, or FLS_OUT_OF_INDEXES with ERROR_NOT_ENOUGH_MEMORY; FlsGetValue the
 * value, with the last error 0, or NULL with ERROR_INVALID_PARAMETER (an index that is not in
 * use); the others FALSE with ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY.
 */
DWORD WINAPI FlsAlloc(PFLS_CALLBACK_FUNCTION lpCallback);
BOOL WINAPI FlsFree(DWORD dwFlsIndex);
PVOID WINAPI FlsGetValue(DWORD dwFlsIndex);
BOOL WINAPI FlsSetValue(DWORD dwFlsIndex, PVOID lpFlsData);

/* IsThreadAFiber - FALSE: there are none. */
BOOL WINAPI IsThreadAFiber(VOID);

#ifdef __cplusplus
}
#endif
#endif
