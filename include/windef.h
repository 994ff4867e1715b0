/* SPDX-License-Identifier: MIT */
/*
 * windef.h - the plain types, the types of winnt.h, and the few geometry structures that
 * <directx/d3d12.h> takes from here.
 */
#ifndef NTSHM_WINDEF_H
#define NTSHM_WINDEF_H

#include "minwindef.h"
#include "winnt.h"

DECLARE_HANDLE(HINSTANCE);
DECLARE_HANDLE(HWND);
DECLARE_HANDLE(HDC);
DECLARE_HANDLE(HMONITOR);
typedef HINSTANCE HMODULE;

/* A function of unknown parameters: to be cast to what it is. */
#ifdef __cplusplus
typedef INT_PTR(WINAPI *FARPROC)();
#else
#    pragma GCC diagnostic push
#    pragma GCC diagnostic ignored "-Wstrict-prototypes"
typedef INT_PTR(WINAPI *FARPROC)();
#    pragma GCC diagnostic pop
#endif

typedef DWORD COLORREF;

typedef struct tagRECT {
    LONG left;
    LONG top;
    LONG right;
    LONG bottom;
} RECT, *PRECT, *LPRECT;
typedef const RECT *LPCRECT;

typedef struct _RECTL {
    LONG left;
    LONG top;
    LONG right;
    LONG bottom;
} RECTL, *PRECTL, *LPRECTL;

typedef struct tagPOINT {
    LONG x;
    LONG y;
} POINT, *PPOINT, *LPPOINT;

typedef struct tagSIZE {
    LONG cx;
    LONG cy;
} SIZE, *PSIZE, *LPSIZE;

#endif
