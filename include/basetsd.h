/* SPDX-License-Identifier: MIT */
/*
 * basetsd.h - the integer types whose width is part of their name or that follow the pointer.
 *
 * Windows widths, on Linux: every 64-bit and pointer-sized type here is the C library's own
 * uint64_t, uintptr_t or size_t family. On Windows UINT64, ULONG64, DWORD64, ULONGLONG and
 * uint64_t are one type, and programs mix pointers to them freely; so they are one type here
 * too, and size_t, SIZE_T and ULONG_PTR are one as well. They print with PRIu64 and %zu.
 * This is the header that every other one reaches first, so the checks of the compiler and
 * of the include path are here.
 */
#ifndef NTSHM_BASETSD_H
#define NTSHM_BASETSD_H

/*
 * The stub headers of Microsoft's DirectX-Headers package define the same names in another
 * way. They must not come before these headers on the include path: use the flags of
 * ntshm-d3d12.pc alone and leave those of DirectX-Headers.pc out.
 */
#include <winapifamily.h>
#if !defined(NTSHM_WINAPIFAMILY_H) || defined(MIDL_INTERFACE)
#    error "wsl/stubs is before ntshm: use ntshm-d3d12.pc without DirectX-Headers.pc"
/* There is no such file: the compiler stops here, and the error above stands alone. */
#    include "ntshm-wrong-include-order.h"
#endif

#include <stddef.h>
#include <stdint.h>

typedef int8_t INT8, *PINT8;
typedef int16_t INT16, *PINT16;
typedef int32_t INT32, *PINT32;
typedef int64_t INT64, *PINT64;
typedef uint8_t UINT8, *PUINT8;
typedef uint16_t UINT16, *PUINT16;
typedef uint32_t UINT32, *PUINT32;
typedef uint64_t UINT64, *PUINT64;

typedef int32_t LONG32, *PLONG32;
typedef uint32_t ULONG32, *PULONG32;
typedef uint32_t DWORD32, *PDWORD32;
typedef int64_t LONG64, *PLONG64;
typedef uint64_t ULONG64, *PULONG64;
typedef uint64_t DWORD64, *PDWORD64;

typedef intptr_t INT_PTR, *PINT_PTR;
typedef uintptr_t UINT_PTR, *PUINT_PTR;
typedef intptr_t LONG_PTR, *PLONG_PTR;
typedef uintptr_t ULONG_PTR, *PULONG_PTR;
typedef uintptr_t DWORD_PTR, *PDWORD_PTR;
typedef uintptr_t KAFFINITY, *PKAFFINITY;

typedef size_t SIZE_T, *PSIZE_T;
typedef ptrdiff_t SSIZE_T, *PSSIZE_T;

#define MAXUINT8          ((UINT8) ~((UINT8)0))
#define MAXUINT16         ((UINT16) ~((UINT16)0))
#define MAXUINT32         ((UINT32) ~((UINT32)0))
#define MAXUINT64         ((UINT64) ~((UINT64)0))
#define MAXSIZE_T         ((SIZE_T) ~((SIZE_T)0))
#define MAXULONG_PTR      (~((ULONG_PTR)0))

#define HandleToULong(h)  ((uint32_t)(ULONG_PTR)(h))
#define HandleToLong(h)   ((int32_t)(LONG_PTR)(h))
#define ULongToHandle(ul) ((void *)(ULONG_PTR)(ul))
#define LongToHandle(l)   ((void *)(LONG_PTR)(l))
#define PtrToUlong(p)     ((uint32_t)(ULONG_PTR)(p))
#define PtrToLong(p)      ((int32_t)(LONG_PTR)(p))
#define UlongToPtr(ul)    ((void *)(ULONG_PTR)(uint32_t)(ul))
#define LongToPtr(l)      ((void *)(LONG_PTR)(int32_t)(l))

#endif
