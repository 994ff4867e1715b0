// SPDX-License-Identifier: MIT
/*
 * heapapi.h: heaps.
 */
#include <malloc.h>

#include <windows.h>

#include "lib/heap/heap.h"
#include "util/macro.h"

#define KNOWN_OPTIONS \
    (HEAP_NO_SERIALIZE | HEAP_GENERATE_EXCEPTIONS | HEAP_GROWABLE | HEAP_ZERO_MEMORY)

NT_EXPORT HANDLE WINAPI GetProcessHeap(void)
{
    return nt_heap_process();
}

NT_EXPORT HANDLE WINAPI HeapCreate(DWORD options, SIZE_T initial, SIZE_T maximum)
{
    struct nt_heap *heap = NULL;

    if (options & HEAP_CREATE_ENABLE_EXECUTE) {
        SetLastError(ERROR_NOT_SUPPORTED);
    } else if ((options & ~(DWORD)KNOWN_OPTIONS) || (maximum && initial > maximum)) {
        SetLastError(ERROR_INVALID_PARAMETER);
    } else {
        heap = nt_heap_new(maximum);
        if (!heap)
            SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    }
    return heap;
}

/* The heap of a handle; NULL with the last error. */
static struct nt_heap *get_heap(HANDLE handle)
{
    struct nt_heap *heap = nt_heap_get(handle);

    if (!heap)
        SetLastError(ERROR_INVALID_HANDLE);
    return heap;
}

static struct nt_heap *get_heap_of(HANDLE handle, LPCVOID memory)
{
    struct nt_heap *heap = get_heap(handle);

    if (heap && !nt_heap_owns(heap, memory, NULL)) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return heap;
}

NT_EXPORT BOOL WINAPI HeapDestroy(HANDLE handle)
{
    struct nt_heap *heap = get_heap(handle);

    if (!heap)
        return FALSE;
    if (nt_heap_free(heap))
        return TRUE;
    SetLastError(ERROR_INVALID_HANDLE);
    return FALSE;
}

NT_EXPORT LPVOID WINAPI HeapAlloc(HANDLE handle, DWORD flags, SIZE_T size)
{
    struct nt_heap *heap = get_heap(handle);
    void *memory;

    if (!heap)
        return NULL;
    memory = nt_heap_alloc(heap, size, flags & HEAP_ZERO_MEMORY);
    if (!memory)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return memory;
}

NT_EXPORT LPVOID WINAPI HeapReAlloc(HANDLE handle, DWORD flags, LPVOID memory, SIZE_T size)
{
    struct nt_heap *heap = get_heap_of(handle, memory);

    if (!heap)
        return NULL;
    memory = nt_heap_realloc(heap, memory, size, flags & HEAP_ZERO_MEMORY,
                             flags & HEAP_REALLOC_IN_PLACE_ONLY);
    if (!memory)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return memory;
}

NT_EXPORT BOOL WINAPI HeapFree(HANDLE handle, DWORD flags, LPVOID memory)
{
    struct nt_heap *heap = get_heap(handle);

    (void)flags;
    if (!heap)
        return FALSE;
    if (!memory || nt_heap_release(heap, memory))
        return TRUE;
    SetLastError(ERROR_INVALID_PARAMETER);
    return FALSE;
}

NT_EXPORT SIZE_T WINAPI HeapSize(HANDLE handle, DWORD flags, LPCVOID memory)
{
    struct nt_heap *heap = get_heap_of(handle, memory);
    size_t size = (SIZE_T)-1;

    (void)flags;
    if (heap)
        nt_heap_owns(heap, memory, &size);
    return size;
}

NT_EXPORT BOOL WINAPI HeapValidate(HANDLE handle, DWORD flags, LPCVOID memory)
{
    struct nt_heap *heap = nt_heap_get(handle);

    (void)flags;
    if (!heap)
        return FALSE;
    return memory ? nt_heap_owns(heap, memory, NULL) : nt_heap_validate(heap);
}

NT_EXPORT SIZE_T WINAPI HeapCompact(HANDLE handle, DWORD flags)
{
    (void)flags;
    if (!get_heap(handle))
        return 0;
    malloc_trim(0);
    SetLastError(NO_ERROR);
    return mallinfo2().keepcost;
}

NT_EXPORT BOOL WINAPI HeapSetInformation(HANDLE handle, HEAP_INFORMATION_CLASS what,
                                         PVOID information, SIZE_T length)
{
    bool known = what == HeapEnableTerminationOnCorruption;

    (void)handle;
    if (what == HeapCompatibilityInformation)
        known = information && length == sizeof(ULONG) && *(const ULONG *)information <= 2;
    if (!known)
        SetLastError(ERROR_INVALID_PARAMETER);
    return known;
}
