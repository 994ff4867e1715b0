/* SPDX-License-Identifier: MIT */
/*
 * ntshm/winnt-more.h - the part of winnt.h that is not about memory and handles: versions, heaps,
 * languages, memory by name, and atomic operations. <winnt.h> includes it.
 */
#ifndef NTSHM_WINNT_MORE_H
#define NTSHM_WINNT_MORE_H

#include <string.h>

#include "../minwindef.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- heaps (heapapi.h) ---- */

#define HEAP_NO_SERIALIZE          0x00000001
#define HEAP_GROWABLE              0x00000002
#define HEAP_GENERATE_EXCEPTIONS   0x00000004
#define HEAP_ZERO_MEMORY           0x00000008
#define HEAP_REALLOC_IN_PLACE_ONLY 0x00000010
#define HEAP_CREATE_ENABLE_EXECUTE 0x00040000

typedef enum _HEAP_INFORMATION_CLASS {
    HeapCompatibilityInformation = 0,
    HeapEnableTerminationOnCorruption = 1
} HEAP_INFORMATION_CLASS;

/* ---- why a DllMain or a TLS callback is called ----
 *
 * For programs that have such functions. Nothing here calls them: a shared object's constructors
 * and destructors are called instead, and FlsAlloc() takes a callback for the end of a thread.
 */

#define DLL_PROCESS_DETACH 0
#define DLL_PROCESS_ATTACH 1
#define DLL_THREAD_ATTACH  2
#define DLL_THREAD_DETACH  3

typedef VOID(NTAPI *PIMAGE_TLS_CALLBACK)(PVOID module, DWORD reason, PVOID reserved);

/* ---- languages ---- */

#define LANG_NEUTRAL               0x00
#define LANG_ENGLISH               0x09
#define SUBLANG_NEUTRAL            0x00
#define SUBLANG_DEFAULT            0x01
#define SUBLANG_SYS_DEFAULT        0x02
#define SUBLANG_ENGLISH_US         0x01
#define MAKELANGID(primary, sub)   ((((WORD)(sub)) << 10) | (WORD)(primary))
#define PRIMARYLANGID(language)    ((WORD)(language)&0x3ff)
#define SUBLANGID(language)        ((WORD)(language) >> 10)

/* ---- versions ---- */

#define VER_MINORVERSION           0x0000001
#define VER_MAJORVERSION           0x0000002
#define VER_BUILDNUMBER            0x0000004
#define VER_PLATFORMID             0x0000008
#define VER_SERVICEPACKMINOR       0x0000010
#define VER_SERVICEPACKMAJOR       0x0000020
#define VER_SUITENAME              0x0000040
#define VER_PRODUCT_TYPE           0x0000080
#define VER_EQUAL                  1
#define VER_GREATER                2
#define VER_GREATER_EQUAL          3
#define VER_LESS                   4
#define VER_LESS_EQUAL             5
#define VER_AND                    6
#define VER_OR                     7
#define VER_NT_WORKSTATION         0x0000001
#define VER_NT_DOMAIN_CONTROLLER   0x0000002
#define VER_NT_SERVER              0x0000003
#define VER_PLATFORM_WIN32s        0
#define VER_PLATFORM_WIN32_WINDOWS 1
#define VER_PLATFORM_WIN32_NT      2
#define VER_SUITE_TERMINAL         0x00000010
#define VER_SUITE_SINGLEUSERTS     0x00000100

#define VER_SET_CONDITION(mask, type, condition) \
    ((mask) = VerSetConditionMask((mask), (type), (condition)))

typedef struct _OSVERSIONINFOA {
    DWORD dwOSVersionInfoSize;
    DWORD dwMajorVersion;
    DWORD dwMinorVersion;
    DWORD dwBuildNumber;
    DWORD dwPlatformId;
    CHAR szCSDVersion[128];
} OSVERSIONINFOA, *POSVERSIONINFOA, *LPOSVERSIONINFOA;

typedef struct _OSVERSIONINFOW {
    DWORD dwOSVersionInfoSize;
    DWORD dwMajorVersion;
    DWORD dwMinorVersion;
    DWORD dwBuildNumber;
    DWORD dwPlatformId;
    WCHAR szCSDVersion[128];
} OSVERSIONINFOW, *POSVERSIONINFOW, *LPOSVERSIONINFOW, RTL_OSVERSIONINFOW, *PRTL_OSVERSIONINFOW;

typedef struct _OSVERSIONINFOEXA {
    DWORD dwOSVersionInfoSize;
    DWORD dwMajorVersion;
    DWORD dwMinorVersion;
    DWORD dwBuildNumber;
    DWORD dwPlatformId;
    CHAR szCSDVersion[128];
    WORD wServicePackMajor;
    WORD wServicePackMinor;
    WORD wSuiteMask;
    BYTE wProductType;
    BYTE wReserved;
} OSVERSIONINFOEXA, *POSVERSIONINFOEXA, *LPOSVERSIONINFOEXA;

typedef struct _OSVERSIONINFOEXW {
    DWORD dwOSVersionInfoSize;
    DWORD dwMajorVersion;
    DWORD dwMinorVersion;
    DWORD dwBuildNumber;
    DWORD dwPlatformId;
    WCHAR szCSDVersion[128];
    WORD wServicePackMajor;
    WORD wServicePackMinor;
    WORD wSuiteMask;
    BYTE wProductType;
    BYTE wReserved;
} OSVERSIONINFOEXW, *POSVERSIONINFOEXW, *LPOSVERSIONINFOEXW, RTL_OSVERSIONINFOEXW,
    *PRTL_OSVERSIONINFOEXW;

#ifdef UNICODE
typedef OSVERSIONINFOW OSVERSIONINFO, *POSVERSIONINFO, *LPOSVERSIONINFO;
typedef OSVERSIONINFOEXW OSVERSIONINFOEX, *POSVERSIONINFOEX, *LPOSVERSIONINFOEX;
#else
typedef OSVERSIONINFOA OSVERSIONINFO, *POSVERSIONINFO, *LPOSVERSIONINFO;
typedef OSVERSIONINFOEXA OSVERSIONINFOEX, *POSVERSIONINFOEX, *LPOSVERSIONINFOEX;
#endif

/*
 * VerSetConditionMask - add how one part of a version is to be compared to a mask for
 * VerifyVersionInfo. @TypeMask: one VER_ bit; @Condition: VER_EQUAL to VER_OR. It cannot fail.
 */
ULONGLONG NTAPI VerSetConditionMask(ULONGLONG ConditionMask, DWORD TypeMask, BYTE Condition);

/* ---- memory ---- */

#define RtlCopyMemory(target, source, size) memcpy((target), (source), (size))
#define RtlMoveMemory(target, source, size) memmove((target), (source), (size))
#define RtlFillMemory(target, size, value)  memset((target), (value), (size))
#define RtlZeroMemory(target, size)         memset((target), 0, (size))
#define RtlEqualMemory(a, b, size)          (!memcmp((a), (b), (size)))

/* RtlCompareMemory - how many bytes from the start are the same. It cannot fail. */
SIZE_T NTAPI RtlCompareMemory(const VOID *Source1, const VOID *Source2, SIZE_T Length);

/* Zeros that the compiler does not leave out. */
FORCEINLINE PVOID RtlSecureZeroMemory(PVOID ptr, SIZE_T cnt)
{
    memset(ptr, 0, cnt);
    __asm__ __volatile__("" : : "r"(ptr) : "memory");
    return ptr;
}

/* ---- processors ---- */

#define MemoryBarrier() __sync_synchronize()
#if defined(__x86_64__) || defined(__i386__)
#    define YieldProcessor() __builtin_ia32_pause()
#else
#    define YieldProcessor() __asm__ __volatile__("" : : : "memory")
#endif
#define DbgRaiseAssertionFailure() __builtin_trap()

#ifdef __cplusplus
}
#endif

#include "interlocked.h"

#endif
