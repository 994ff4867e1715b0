/* SPDX-License-Identifier: MIT */
/*
 * debugapi.h - debuggers.
 */
#ifndef NTSHM_DEBUGAPI_H
#define NTSHM_DEBUGAPI_H

#include "minwindef.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* IsDebuggerPresent - whether a debugger is attached to this process. */
BOOL WINAPI IsDebuggerPresent(VOID);

/* DebugBreak - stop in the debugger; without one the process ends by SIGTRAP, unless a handler
 * takes the exception. */
VOID WINAPI DebugBreak(VOID);

/* OutputDebugString - a text for whoever debugs: the hook of ntshm_set_log() gets it (level 3),
 * and standard error where a debugger is attached; else nobody. NULL is no text. */
VOID WINAPI OutputDebugStringA(LPCSTR lpOutputString);
VOID WINAPI OutputDebugStringW(LPCWSTR lpOutputString) NTSHM_WIDE(OutputDebugStringW);

#ifdef UNICODE
#    define OutputDebugString OutputDebugStringW
#else
#    define OutputDebugString OutputDebugStringA
#endif

#ifdef __cplusplus
}
#endif
#endif
