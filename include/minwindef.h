/* SPDX-License-Identifier: MIT */
/*
 * minwindef.h - the plain types and keywords of Windows programs.
 *
 * BOOL is int, WORD 16 bits, DWORD and UINT 32 bits: never `long`, which has 64 bits on
 * Linux. The calling-convention words are empty, since there is one convention here. No min
 * or max macro is ever defined, with or without NOMINMAX.
 */
#ifndef NTSHM_MINWINDEF_H
#define NTSHM_MINWINDEF_H

#include "basetsd.h"
#include "sal.h"

#ifndef CONST
#    define CONST const
#endif
#ifndef IN
#    define IN
#endif
#ifndef OUT
#    define OUT
#endif
#ifndef OPTIONAL
#    define OPTIONAL
#endif
#ifndef FAR
#    define FAR
#endif
#ifndef NEAR
#    define NEAR
#endif
#ifndef FALSE
#    define FALSE 0
#endif
#ifndef TRUE
#    define TRUE 1
#endif
#ifndef MAX_PATH
#    define MAX_PATH 260
#endif

#ifndef __cdecl
#    define __cdecl
#endif
#ifndef __stdcall
#    define __stdcall
#endif
#define WINAPI
#define CALLBACK
#define APIENTRY
#define WINAPIV
#define PASCAL

#ifndef FORCEINLINE
#    define FORCEINLINE static __inline__ __attribute__((__always_inline__, __unused__))
#endif

typedef void *LPVOID;
typedef const void *LPCVOID;
typedef unsigned char BYTE, *PBYTE, *LPBYTE;
typedef unsigned short WORD, *PWORD, *LPWORD;
typedef uint32_t DWORD, *PDWORD, *LPDWORD;
typedef int BOOL, *PBOOL, *LPBOOL;
typedef int WINBOOL, *PWINBOOL, *LPWINBOOL;
typedef int INT, *PINT, *LPINT;
typedef unsigned int UINT, *PUINT;
typedef int32_t *LPLONG;
typedef float FLOAT, *PFLOAT;

typedef void *HANDLE;
typedef HANDLE HGLOBAL, HLOCAL, GLOBALHANDLE, LOCALHANDLE;
typedef UINT_PTR WPARAM;
typedef LONG_PTR LPARAM, LRESULT;
typedef WORD ATOM;

#define MAKEWORD(a, b) \
    ((WORD)(((BYTE)((DWORD_PTR)(a)&0xff)) | ((WORD)((BYTE)((DWORD_PTR)(b)&0xff))) << 8))
#define MAKELONG(a, b) \
    ((int32_t)(((WORD)((DWORD_PTR)(a)&0xffff)) | ((DWORD)((WORD)((DWORD_PTR)(b)&0xffff))) << 16))
#define LOWORD(l) ((WORD)((DWORD_PTR)(l)&0xffff))
#define HIWORD(l) ((WORD)(((DWORD_PTR)(l) >> 16) & 0xffff))
#define LOBYTE(w) ((BYTE)((DWORD_PTR)(w)&0xff))
#define HIBYTE(w) ((BYTE)(((DWORD_PTR)(w) >> 8) & 0xff))

typedef struct _FILETIME {
    DWORD dwLowDateTime;
    DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;

#endif
