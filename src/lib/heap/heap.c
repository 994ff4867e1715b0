// SPDX-License-Identifier: MIT
/*
 * Heaps over malloc(); see heap.h. One lock guards the lists of the heaps that programs make and
 * the slots of movable blocks.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/heap/heap.h"
#include "lib/process/lock.h"
#include "util/macro.h"

#define HEAP_COOKIE  UINT64_C(0x9E3779B97F4A7C15)
#define BLOCK_COOKIE UINT64_C(0xC2B2AE3D27D4EB4F)

/* In front of every block; 64 bytes keep the block aligned. */
struct block {
    struct nt_heap *heap;
    struct block *previous, *next; /* in the heap's list, unless it is the process heap */
    struct nt_movable *owner;
    size_t size, room; /* asked for; there */
    uint64_t unused;
    uint64_t cookie; /* of this address; last, where an overrun from below comes last */
};

struct nt_heap {
    uint64_t cookie;
    struct block *first;
    size_t used, maximum;
};

_Static_assert(sizeof(struct block) % 16 == 0, "blocks are aligned to 16 bytes");

static struct nt_heap process_heap = {.cookie = HEAP_COOKIE};

/* --- heaps -------------------------------------------------------------------------- */

struct nt_heap *nt_heap_process(void)
{
    return &process_heap;
}

struct nt_heap *nt_heap_new(size_t maximum)
{
    struct nt_heap *heap = calloc(1, sizeof(*heap));

    if (!heap)
        return NULL;
    heap->cookie = HEAP_COOKIE;
    heap->maximum = maximum;
    return heap;
}

struct nt_heap *nt_heap_get(void *handle)
{
    struct nt_heap *heap = handle;

    if (!heap || (uintptr_t)heap % _Alignof(struct nt_heap) || heap->cookie != HEAP_COOKIE)
        return NULL;
    return heap;
}

bool nt_heap_free(struct nt_heap *heap)
{
    struct block *block = heap->first;

    if (heap == &process_heap)
        return false;
    heap->cookie = 0;
    while (block) {
        struct block *next = block->next;

        block->cookie = 0;
        free(block);
        block = next;
    }
    free(heap);
    return true;
}

/* --- blocks ------------------------------------------------------------------------- */

static uint64_t cookie_of(const struct block *block)
{
    return BLOCK_COOKIE ^ (uint64_t)(uintptr_t)block;
}

static void *memory_of(struct block *block)
{
    return block + 1;
}

/* The header of @memory, or NULL when that is no block of @heap. */
static struct block *block_of(struct nt_heap *heap, const void *memory)
{
    uintptr_t address = (uintptr_t)memory;
    struct block *block;

    if (address % 16 || address < sizeof(*block))
        return NULL;
    block = (struct block *)(address - sizeof(*block));
    return block->cookie == cookie_of(block) && block->heap == heap ? block : NULL;
}

/* Room for @more bytes in a heap of limited size; the process heap has no limit. */
static bool charge(struct nt_heap *heap, size_t more)
{
    if (heap->maximum && more > heap->maximum - heap->used)
        return false;
    heap->used += more;
    return true;
}

static void link_block(struct block *block)
{
    block->previous = NULL;
    block->next = block->heap->first;
    if (block->next)
        block->next->previous = block;
    block->heap->first = block;
}

static void unlink_block(struct block *block)
{
    if (block->previous)
        block->previous->next = block->next;
    else
        block->heap->first = block->next;
    if (block->next)
        block->next->previous = block->previous;
}

/* The bytes that a block of @size takes; 0 when there is no such block. */
static size_t room_for(size_t size)
{
    size_t room = size <= SIZE_MAX / 2 ? (size_t)nt_align_up(size, 16) : 0;

    return size == 0 ? 16 : room;
}

/* Whether the heap may have it and, if it keeps a list, the block in it. */
static bool join_heap(struct nt_heap *heap, struct block *block)
{
    bool joined;

    if (heap == &process_heap)
        return true;
    nt_lock_take(NT_LOCK_HEAPS);
    joined = charge(heap, block->room);
    if (joined)
        link_block(block);
    nt_lock_drop(NT_LOCK_HEAPS);
    return joined;
}

static void leave_heap(struct nt_heap *heap, struct block *block)
{
    if (heap == &process_heap)
        return;
    nt_lock_take(NT_LOCK_HEAPS);
    heap->used -= block->room;
    unlink_block(block);
    nt_lock_drop(NT_LOCK_HEAPS);
}

void *nt_heap_alloc(struct nt_heap *heap, size_t size, bool zero)
{
    size_t room = room_for(size);
    struct block *block;

    if (!room)
        return NULL;
    block = zero ? calloc(1, sizeof(*block) + room) : malloc(sizeof(*block) + room);
    if (!block)
        return NULL;
    *block = (struct block){.heap = heap, .size = size, .room = room, .cookie = cookie_of(block)};
    if (!join_heap(heap, block)) {
        free(block);
        return NULL;
    }
    return memory_of(block);
}

bool nt_heap_owns(struct nt_heap *heap, const void *memory, size_t *ret_size)
{
    struct block *block = block_of(heap, memory);

    if (block && ret_size)
        *ret_size = block->size;
    return block;
}

bool nt_heap_release(struct nt_heap *heap, void *memory)
{
    struct block *block = block_of(heap, memory);

    if (!block)
        return false;
    leave_heap(heap, block);
    block->cookie = 0;
    free(block);
    return true;
}

static void set_size(struct block *block, size_t size, bool zero)
{
    if (zero && size > block->size)
        memset((char *)memory_of(block) + block->size, 0, size - block->size);
    block->size = size;
}

void *nt_heap_realloc(struct nt_heap *heap, void *memory, size_t size, bool zero, bool in_place)
{
    struct block *block = block_of(heap, memory);
    void *copy;

    if (!block)
        return NULL;
    if (size <= block->room && (in_place || size >= block->room / 2)) {
        set_size(block, size, zero);
        return memory;
    }
    copy = in_place ? NULL : nt_heap_alloc(heap, size, zero);
    if (!copy)
        return NULL;
    memcpy(copy, memory, size < block->size ? size : block->size);
    if (block->owner)
        nt_movable_set(block->owner, copy);
    nt_heap_release(heap, memory);
    return copy;
}

bool nt_heap_validate(struct nt_heap *heap)
{
    bool valid = true;

    nt_lock_take(NT_LOCK_HEAPS);
    for (const struct block *block = heap->first; block && valid; block = block->next)
        valid = block->cookie == cookie_of(block) && block->heap == heap;
    nt_lock_drop(NT_LOCK_HEAPS);
    return valid;
}

/* --- movable blocks ----------------------------------------------------------------- */

#define SLOTS_PER_CHUNK 128

struct chunk {
    struct nt_movable slots[SLOTS_PER_CHUNK];
    struct chunk *next;
};

static struct chunk *chunks;
static struct nt_movable *free_slots;

/* The lock is held. */
static bool add_chunk(void)
{
    struct chunk *chunk = aligned_alloc(16, nt_align_up(sizeof(*chunk), 16));

    if (!chunk)
        return false;
    memset(chunk, 0, sizeof(*chunk));
    for (unsigned i = 0; i < SLOTS_PER_CHUNK; i++) {
        chunk->slots[i].next_free = free_slots;
        free_slots = &chunk->slots[i];
    }
    chunk->next = chunks;
    chunks = chunk;
    return true;
}

struct nt_movable *nt_movable_new(void *memory)
{
    struct nt_movable *movable = NULL;

    nt_lock_take(NT_LOCK_HEAPS);
    if (free_slots || add_chunk()) {
        movable = free_slots;
        free_slots = movable->next_free;
        *movable = (struct nt_movable){.used = true};
    }
    nt_lock_drop(NT_LOCK_HEAPS);
    if (movable)
        nt_movable_set(movable, memory);
    return movable;
}

struct nt_movable *nt_movable_get(const void *handle)
{
    uintptr_t address = (uintptr_t)handle - 8;
    struct nt_movable *found = NULL;

    if ((uintptr_t)handle % 16 != 8)
        return NULL;
    nt_lock_take(NT_LOCK_HEAPS);
    for (struct chunk *chunk = chunks; chunk && !found; chunk = chunk->next) {
        size_t offset = address - (uintptr_t)chunk->slots;

        if (offset < sizeof(chunk->slots) && offset % sizeof(chunk->slots[0]) == 0)
            found = &chunk->slots[offset / sizeof(chunk->slots[0])];
    }
    if (found && !found->used)
        found = NULL;
    nt_lock_drop(NT_LOCK_HEAPS);
    return found;
}

void *nt_movable_handle(struct nt_movable *movable)
{
    return (char *)movable + 8;
}

struct nt_movable *nt_movable_of(const void *memory)
{
    struct block *block = block_of(&process_heap, memory);

    return block ? block->owner : NULL;
}

void nt_movable_set(struct nt_movable *movable, void *memory)
{
    struct block *block = block_of(&process_heap, memory);

    if (block)
        block->owner = movable;
    movable->memory = memory;
}

void nt_movable_free(struct nt_movable *movable)
{
    nt_heap_release(&process_heap, movable->memory);
    nt_lock_take(NT_LOCK_HEAPS);
    *movable = (struct nt_movable){.next_free = free_slots};
    free_slots = movable;
    nt_lock_drop(NT_LOCK_HEAPS);
}
