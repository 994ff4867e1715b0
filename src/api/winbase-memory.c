// SPDX-License-Identifier: MIT
/*
 * winbase.h: LocalAlloc, GlobalAlloc and their kin: two names for one thing, blocks of the
 * process heap. A fixed block's handle is its address; a movable one's is its slot's (see
 * lib/heap/heap.h), and Lock gives the address.
 */
#include <string.h>

#include <windows.h>

#include "lib/heap/heap.h"
#include "util/macro.h"

/* LMEM_ and GMEM_ are the same numbers where both exist. */
#define MOVEABLE    LMEM_MOVEABLE
#define ZEROINIT    LMEM_ZEROINIT
#define MODIFY      LMEM_MODIFY
#define DISCARDABLE LMEM_DISCARDABLE
#define DISCARDED   LMEM_DISCARDED
#define LOCKS       LMEM_LOCKCOUNT

/* What a handle means: a slot, or a block itself, or nothing (both NULL, the last error set). */
struct target {
    struct nt_movable *movable;
    void *memory;
};

static struct target look(HLOCAL handle)
{
    struct target target = {.movable = nt_movable_get(handle)};

    if (target.movable)
        target.memory = target.movable->memory;
    else if (nt_heap_owns(nt_heap_process(), handle, NULL))
        target.memory = handle;
    if (!target.movable && !target.memory)
        SetLastError(ERROR_INVALID_HANDLE);
    return target;
}

/* --- allocating --------------------------------------------------------------------- */

static HLOCAL no_memory(void)
{
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return NULL;
}

static HLOCAL allocate(UINT flags, SIZE_T size, UINT discardable)
{
    struct nt_movable *movable;
    void *memory = NULL;

    if (!(flags & MOVEABLE) || size) {
        memory = nt_heap_alloc(nt_heap_process(), size, flags & ZEROINIT);
        if (!memory)
            return no_memory();
    }
    if (!(flags & MOVEABLE))
        return memory;
    movable = nt_movable_new(memory);
    if (!movable) {
        nt_heap_release(nt_heap_process(), memory);
        return no_memory();
    }
    movable->flags = (flags & discardable) | (memory ? 0 : DISCARDED);
    return nt_movable_handle(movable);
}

NT_EXPORT HLOCAL WINAPI LocalAlloc(UINT flags, SIZE_T size)
{
    return allocate(flags, size, LMEM_DISCARDABLE);
}

NT_EXPORT HGLOBAL WINAPI GlobalAlloc(UINT flags, SIZE_T size)
{
    return allocate(flags, size, GMEM_DISCARDABLE);
}

static HLOCAL release(HLOCAL handle)
{
    struct target target;

    if (!handle)
        return NULL;
    target = look(handle);
    if (target.movable)
        nt_movable_free(target.movable);
    else if (!nt_heap_release(nt_heap_process(), target.memory))
        return handle;
    return NULL;
}

NT_EXPORT HLOCAL WINAPI LocalFree(HLOCAL handle)
{
    return release(handle);
}

NT_EXPORT HGLOBAL WINAPI GlobalFree(HGLOBAL handle)
{
    return release(handle);
}

/* --- resizing ----------------------------------------------------------------------- */

static HLOCAL change_flags(HLOCAL handle, struct target target, UINT flags, UINT discardable)
{
    struct nt_movable *movable = target.movable;

    if (!movable && !(flags & MOVEABLE)) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!movable) {
        movable = nt_movable_new(target.memory);
        if (!movable)
            return no_memory();
        handle = nt_movable_handle(movable);
    }
    movable->flags = (movable->flags & ~(unsigned)DISCARDABLE) | (flags & discardable);
    return handle;
}

/* A movable block of @size, which may be 0: then there is a handle and no memory. */
static HLOCAL resize_movable(HLOCAL handle, struct nt_movable *movable, SIZE_T size, bool zero)
{
    struct nt_heap *heap = nt_heap_process();
    void *memory = NULL;

    if (size) {
        memory = movable->memory ? nt_heap_realloc(heap, movable->memory, size, zero, false)
                                 : nt_heap_alloc(heap, size, zero);
        if (!memory)
            return no_memory();
    } else {
        if (movable->locks) {
            SetLastError(ERROR_INVALID_HANDLE);
            return NULL;
        }
        nt_heap_release(heap, movable->memory);
    }
    nt_movable_set(movable, memory);
    movable->flags = (movable->flags & ~(unsigned)DISCARDED) | (memory ? 0 : DISCARDED);
    return handle;
}

static HLOCAL resize(HLOCAL handle, SIZE_T size, UINT flags, UINT discardable)
{
    struct target target = look(handle);
    void *memory;

    if (!target.movable && !target.memory)
        return NULL;
    if (flags & MODIFY)
        return change_flags(handle, target, flags, discardable);
    if (target.movable)
        return resize_movable(handle, target.movable, size, flags & ZEROINIT);
    memory = nt_heap_realloc(nt_heap_process(), target.memory, size, flags & ZEROINIT,
                             !(flags & MOVEABLE));
    return memory ? memory : no_memory();
}

NT_EXPORT HLOCAL WINAPI LocalReAlloc(HLOCAL handle, SIZE_T size, UINT flags)
{
    return resize(handle, size, flags, LMEM_DISCARDABLE);
}

NT_EXPORT HGLOBAL WINAPI GlobalReAlloc(HGLOBAL handle, SIZE_T size, UINT flags)
{
    return resize(handle, size, flags, GMEM_DISCARDABLE);
}

/* --- locking ------------------------------------------------------------------------ */

static LPVOID lock(HLOCAL handle)
{
    struct target target = look(handle);

    if (!target.movable)
        return target.memory;
    if (!target.memory) {
        SetLastError(ERROR_DISCARDED);
        return NULL;
    }
    if (target.movable->locks < LOCKS)
        target.movable->locks++;
    return target.memory;
}

/* Whether locks are left. */
static BOOL unlock(struct nt_movable *movable)
{
    if (movable->locks == 0) {
        SetLastError(ERROR_NOT_LOCKED);
        return FALSE;
    }
    movable->locks--;
    if (movable->locks == 0)
        SetLastError(NO_ERROR);
    return movable->locks != 0;
}

NT_EXPORT LPVOID WINAPI LocalLock(HLOCAL handle)
{
    return lock(handle);
}

NT_EXPORT LPVOID WINAPI GlobalLock(HGLOBAL handle)
{
    return lock(handle);
}

NT_EXPORT BOOL WINAPI LocalUnlock(HLOCAL handle)
{
    struct target target = look(handle);

    if (target.movable)
        return unlock(target.movable);
    if (target.memory)
        SetLastError(ERROR_NOT_LOCKED);
    return FALSE;
}

NT_EXPORT BOOL WINAPI GlobalUnlock(HGLOBAL handle)
{
    struct target target = look(handle);

    return target.movable ? unlock(target.movable) : target.memory != NULL;
}

/* --- asking ------------------------------------------------------------------------- */

static SIZE_T size_of(HLOCAL handle)
{
    struct target target = look(handle);
    size_t size = 0;

    if (target.memory)
        nt_heap_owns(nt_heap_process(), target.memory, &size);
    return size;
}

NT_EXPORT SIZE_T WINAPI LocalSize(HLOCAL handle)
{
    return size_of(handle);
}

NT_EXPORT SIZE_T WINAPI GlobalSize(HGLOBAL handle)
{
    return size_of(handle);
}

static UINT flags_of(HLOCAL handle)
{
    struct target target = look(handle);

    if (target.movable)
        return target.movable->flags | target.movable->locks;
    return target.memory ? 0 : LMEM_INVALID_HANDLE;
}

NT_EXPORT UINT WINAPI LocalFlags(HLOCAL handle)
{
    return flags_of(handle);
}

NT_EXPORT UINT WINAPI GlobalFlags(HGLOBAL handle)
{
    return flags_of(handle);
}

static HLOCAL handle_of(LPCVOID memory)
{
    struct nt_movable *movable = nt_movable_of(memory);
    struct target target;

    if (movable)
        return nt_movable_handle(movable);
    target = look((HLOCAL)(ULONG_PTR)memory);
    return target.movable || target.memory ? (HLOCAL)(ULONG_PTR)memory : NULL;
}

NT_EXPORT HLOCAL WINAPI LocalHandle(LPCVOID memory)
{
    return handle_of(memory);
}

NT_EXPORT HGLOBAL WINAPI GlobalHandle(LPCVOID memory)
{
    return handle_of(memory);
}
