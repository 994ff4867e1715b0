/* SPDX-License-Identifier: MIT */
/*
 * minwindef.h - the plain types and keywords of Windows programs.
 *
 * BOOL is int, WORD 16 bits, DWORD and UINT 32 bits: never `long`, which has 64 bits on
 * Linux. The calling-convention words are empty, since there is one convention here. No min
 * or max macro is defined, with or without NOMINMAX, unless NTSHM_MINMAX asks for them.
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
#ifndef __fastcall
#    define __fastcall
#endif
#ifndef __thiscall
#    define __thiscall
#endif
#ifndef __vectorcall
#    define __vectorcall
#endif
#define WINAPI
#define CALLBACK
#define APIENTRY
#define WINAPIV
#define PASCAL

#ifndef FORCEINLINE
#    define FORCEINLINE static __inline__ __attribute__((__always_inline__, __unused__))
#endif

#ifndef __forceinline
#    define __forceinline __inline__ __attribute__((__always_inline__))
#endif

/* Words of Microsoft's compiler. __int64 is the type that INT64 is, and takes `unsigned`. */
#ifndef __int64
#    if defined(__LP64__)
#        define __int64 long
#    else
#        define __int64 long long
#    endif
#endif
#ifndef __int32
#    define __int32 int
#    define __int16 short
#    define __int8 char
#endif
#ifndef __ptr64
#    define __ptr64
#    define __ptr32
#endif
#ifndef __unaligned
#    define __unaligned
#endif
#ifndef UNALIGNED
#    define UNALIGNED
#endif

/* __declspec(x) for each x that programs use; another one is an error that names it. */
#ifndef __declspec
#    define __declspec(word) NTSHM_DECLSPEC_##word
#    define NTSHM_DECLSPEC_dllexport __attribute__((__visibility__("default")))
#    define NTSHM_DECLSPEC_dllimport
#    define NTSHM_DECLSPEC_noreturn       __attribute__((__noreturn__))
#    define NTSHM_DECLSPEC_noinline       __attribute__((__noinline__))
#    define NTSHM_DECLSPEC_nothrow        __attribute__((__nothrow__))
#    define NTSHM_DECLSPEC_selectany      __attribute__((__weak__))
#    define NTSHM_DECLSPEC_thread         __thread
#    define NTSHM_DECLSPEC_align(n)       __attribute__((__aligned__(n)))
#    define NTSHM_DECLSPEC_allocate(name) __attribute__((__section__(name)))
#    define NTSHM_DECLSPEC_deprecated     __attribute__((__deprecated__))
#    define NTSHM_DECLSPEC_uuid(text)
#    define NTSHM_DECLSPEC_novtable
#    define NTSHM_DECLSPEC_restrict
#    define NTSHM_DECLSPEC_noalias
#endif

/* There is no min and no max unless a program asks for them: C++ has its own. */
#if defined(NTSHM_MINMAX) && !defined(NOMINMAX)
#    ifndef min
#        define min(a, b) (((a) < (b)) ? (a) : (b))
#    endif
#    ifndef max
#        define max(a, b) (((a) > (b)) ? (a) : (b))
#    endif
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
