/* SPDX-License-Identifier: MIT */
/*
 * heapapi.h - heaps. Blocks are aligned to 16 bytes and come from the C library's allocator.
 */
#ifndef NTSHM_HEAPAPI_H
#define NTSHM_HEAPAPI_H

#include "minwindef.h"
#include "minwinbase.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * GetProcessHeap - the heap that every process has. It cannot fail.
 * HeapCreate - a heap of its own.
 * @flOptions: HEAP_NO_SERIALIZE and HEAP_GENERATE_EXCEPTIONS change nothing: all heaps may be used
 *   by several threads, and failure is told by NULL; HEAP_CREATE_ENABLE_EXECUTE is refused
 * @dwInitialSize: not looked at
 * @dwMaximumSize: bytes that the blocks may have together, or 0 for no limit
 * Return: the heap; NULL with ERROR_NOT_ENOUGH_MEMORY, ERROR_NOT_SUPPORTED,
 * ERROR_INVALID_PARAMETER (unknown options).
 */
HANDLE WINAPI GetProcessHeap(VOID);
HANDLE WINAPI HeapCreate(DWORD flOptions, SIZE_T dwInitialSize, SIZE_T dwMaximumSize);

/* HeapDestroy - free a heap and its blocks. FALSE with ERROR_INVALID_HANDLE, for the process heap
 * too. */
BOOL WINAPI HeapDestroy(HANDLE hHeap);

/*
 * HeapAlloc, HeapReAlloc - allocate, change the size.
 * @dwFlags: HEAP_ZERO_MEMORY; HEAP_REALLOC_IN_PLACE_ONLY
 * @lpMem: a block of the heap
 * @dwBytes: may be 0
 * Return: the block; NULL with ERROR_NOT_ENOUGH_MEMORY, ERROR_INVALID_HANDLE (no heap),
 * ERROR_INVALID_PARAMETER (no block of it); the old block is as it was then.
 */
LPVOID WINAPI HeapAlloc(HANDLE hHeap, DWORD dwFlags, SIZE_T dwBytes);
LPVOID WINAPI HeapReAlloc(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem, SIZE_T dwBytes);

/*
 * HeapFree - free a block; NULL is a success. FALSE with ERROR_INVALID_HANDLE,
 * ERROR_INVALID_PARAMETER.
 * HeapSize - the bytes asked for; (SIZE_T)-1 with the same errors.
 * HeapValidate - whether the block, or with NULL the whole heap, is sound.
 */
BOOL WINAPI HeapFree(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem);
SIZE_T WINAPI HeapSize(HANDLE hHeap, DWORD dwFlags, LPCVOID lpMem);
BOOL WINAPI HeapValidate(HANDLE hHeap, DWORD dwFlags, LPCVOID lpMem);

/*
 * HeapCompact - give memory that is free back to the system, that of all heaps.
 * Return: the bytes of the free block that is left at the end; 0 with NO_ERROR when there is
 * none, with ERROR_INVALID_HANDLE for what is no heap.
 */
SIZE_T WINAPI HeapCompact(HANDLE hHeap, DWORD dwFlags);

/*
 * HeapSetInformation - HeapEnableTerminationOnCorruption and HeapCompatibilityInformation are
 * accepted and change nothing. FALSE with ERROR_INVALID_PARAMETER for others.
 */
BOOL WINAPI HeapSetInformation(HANDLE HeapHandle, HEAP_INFORMATION_CLASS HeapInformationClass,
                               PVOID HeapInformation, SIZE_T HeapInformationLength);

#ifdef __cplusplus
}
#endif
#endif
