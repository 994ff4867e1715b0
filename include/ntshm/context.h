/* SPDX-License-Identifier: MIT */
/*
 * context.h: CONTEXT, the registers of a thread, on machines other than x86-64. A part of
 * <winnt.h>, which includes it.
 */
#ifndef NTSHM_CONTEXT_H
#define NTSHM_CONTEXT_H

#include "../winnt.h"

#if defined(__aarch64__)

#    define CONTEXT_ARM64          0x400000
#    define CONTEXT_CONTROL        (CONTEXT_ARM64 | 0x1)
#    define CONTEXT_INTEGER        (CONTEXT_ARM64 | 0x2)
#    define CONTEXT_FLOATING_POINT (CONTEXT_ARM64 | 0x4)
#    define CONTEXT_FULL           (CONTEXT_CONTROL | CONTEXT_INTEGER | CONTEXT_FLOATING_POINT)

/* The registers of a thread; ContextFlags says which groups of them are filled. */
typedef struct DECLSPEC_ALIGN(16) _CONTEXT {
    DWORD ContextFlags;
    DWORD Cpsr;
    DWORD64 X[29];
    DWORD64 Fp;
    DWORD64 Lr;
    DWORD64 Sp;
    DWORD64 Pc;
    M128A V[32];
    DWORD Fpcr;
    DWORD Fpsr;
    DWORD Bcr[8];
    DWORD64 Bvr[8];
    DWORD Wcr[2];
    DWORD64 Wvr[2];
} CONTEXT, *PCONTEXT;

#elif !defined(__x86_64__)

/* No registers are told here: ContextFlags is 0. */
typedef struct _CONTEXT {
    DWORD ContextFlags;
} CONTEXT, *PCONTEXT;

#endif

#endif
