/* SPDX-License-Identifier: MIT */
/*
 * Heaps: HeapAlloc and what stands on it. The memory is malloc()'s; in front of each block lies a
 * header that says which heap it is of and how large it was asked for, and whose cookie tells a
 * block from what is none. A heap that a program makes knows all its blocks, so that destroying
 * it frees them; the process heap, which is never destroyed, keeps no list and takes no lock.
 *
 * A movable block (LocalAlloc, GlobalAlloc) has a slot too. Its handle is the slot's address plus
 * 8, which no block's address is: that is how Windows tells the two apart. Slots are never given
 * back to malloc(), so a handle that has been freed is known as one.
 */
#ifndef NT_LIB_HEAP_HEAP_H
#define NT_LIB_HEAP_HEAP_H

#include <stdbool.h>
#include <stddef.h>

struct nt_heap;

/** nt_heap_process() - the heap that every process has */
struct nt_heap *nt_heap_process(void);

/**
 * nt_heap_new() - a heap of its own
 * @maximum: bytes that its blocks may have together; 0: no limit
 *
 * Return: NULL without memory.
 */
struct nt_heap *nt_heap_new(size_t maximum);

/** nt_heap_get() - @handle as a heap; NULL when it is none */
struct nt_heap *nt_heap_get(void *handle);

/** nt_heap_free() - free a heap and its blocks; false for the process heap */
bool nt_heap_free(struct nt_heap *heap);

/** nt_heap_alloc() - a block, aligned to 16 bytes, also of no bytes; NULL without memory */
void *nt_heap_alloc(struct nt_heap *heap, size_t size, bool zero);

/** nt_heap_owns() - @memory is a block of @heap; then its size in bytes */
bool nt_heap_owns(struct nt_heap *heap, const void *memory, size_t *ret_size);

/**
 * nt_heap_realloc() - change a block's size
 * @memory:   a block of @heap
 * @zero:     new bytes are 0
 * @in_place: it must stay where it is
 *
 * Return: the block; NULL without memory or room: then the old one is as it was.
 */
void *nt_heap_realloc(struct nt_heap *heap, void *memory, size_t size, bool zero, bool in_place);

/** nt_heap_release() - free a block; false when it is none of @heap */
bool nt_heap_release(struct nt_heap *heap, void *memory);

/** nt_heap_validate() - every block of the heap still has its header */
bool nt_heap_validate(struct nt_heap *heap);

/* --- movable blocks ------------------------------------------------------------------------- */

struct nt_movable {
    void *memory; /* a block of the process heap; NULL: discarded, or of no size */
    struct nt_movable *next_free;
    unsigned locks;
    unsigned flags; /* the LMEM_ and GMEM_ flags that LocalFlags tells */
    bool used;
};

/** nt_movable_new() - a slot for @memory, which it owns from then on; NULL without memory */
struct nt_movable *nt_movable_new(void *memory);
/** nt_movable_get() - the slot of a handle; NULL when there is none */
struct nt_movable *nt_movable_get(const void *handle);
/** nt_movable_handle() - the handle of a slot */
void *nt_movable_handle(struct nt_movable *movable);
/** nt_movable_of() - the slot that owns a block of the process heap, or NULL */
struct nt_movable *nt_movable_of(const void *memory);
/** nt_movable_set() - let the slot own another block, or none */
void nt_movable_set(struct nt_movable *movable, void *memory);
/** nt_movable_free() - free the slot and its block */
void nt_movable_free(struct nt_movable *movable);

#endif
