// SPDX-License-Identifier: MIT
/*
 * The handle table: chunks of 256 slots, made on first need and never freed, so that a lookup
 * takes no lock of the table. Each slot's object pointer carries a lock bit in its lowest bit;
 * it is held for a few instructions only. Which slots are free is kept in two levels of
 * bitmaps under NT_LOCK_HANDLES, so that the lowest free one is found in constant time (12.22).
 */
#include <sched.h>
#include <stdlib.h>

#include <ntstatus.h>

#include "lib/object/object.h"
#include "lib/process/lock.h"
#include "lib/security/object-security.h"
#include "util/macro.h"

#define CHUNK_SLOTS 256u
#define MAX_CHUNKS  0x8000u /* indexes up to 0x7fffff; the range above is the broker's */
#define LOCKED      ((uintptr_t)1)

struct slot {
    _Atomic uintptr_t object; /* struct nt_object *, and LOCKED */
    ACCESS_MASK access;       /* these two are read and written with the slot locked */
    ULONG attributes;
};

struct chunk {
    struct slot slots[CHUNK_SLOTS];
    uint64_t free[CHUNK_SLOTS / 64]; /* NT_LOCK_HANDLES; a set bit is a free slot */
};

static _Atomic(struct chunk *) chunks[MAX_CHUNKS];
static uint64_t open_chunks[MAX_CHUNKS / 64]; /* NT_LOCK_HANDLES; a chunk with a free slot */
static unsigned n_chunks;                     /* NT_LOCK_HANDLES */

/* Index 0 is never a handle: NULL is none. */
static HANDLE handle_of(unsigned index)
{
    return (HANDLE)((uintptr_t)(index + 1) * 4);
}

static struct slot *slot_of(HANDLE handle)
{
    uintptr_t index = (uintptr_t)handle / 4;
    struct chunk *chunk;

    if (index == 0 || index > (uintptr_t)MAX_CHUNKS * CHUNK_SLOTS)
        return NULL;
    index--;
    chunk = atomic_load_explicit(&chunks[index / CHUNK_SLOTS], memory_order_acquire);
    return chunk ? &chunk->slots[index % CHUNK_SLOTS] : NULL;
}

/* Locks the slot and returns its object; NULL, unlocked, when it holds none. */
static struct nt_object *lock_slot(struct slot *slot)
{
    uintptr_t value = atomic_load_explicit(&slot->object, memory_order_relaxed);

    for (unsigned turns = 0;; turns++) {
        if (value == 0)
            return NULL;
        if (value & LOCKED) {
            if (turns > 64)
                sched_yield();
            value = atomic_load_explicit(&slot->object, memory_order_relaxed);
        } else if (atomic_compare_exchange_weak_explicit(&slot->object, &value, value | LOCKED,
                                                         memory_order_acquire,
                                                         memory_order_relaxed)) {
            return (struct nt_object *)value;
        }
    }
}

/* Unlocks; @object is what the slot holds from now on. */
static void unlock_slot(struct slot *slot, struct nt_object *object)
{
    atomic_store_explicit(&slot->object, (uintptr_t)object, memory_order_release);
}

static struct nt_object *lock_handle(HANDLE handle, struct slot **ret_slot)
{
    struct slot *slot;

    nt_process_check();
    slot = slot_of(handle);
    *ret_slot = slot;
    return slot ? lock_slot(slot) : NULL;
}

static int first_bit(const uint64_t *words, unsigned n_words)
{
    for (unsigned i = 0; i < n_words; i++) {
        if (words[i])
            return (int)(i * 64 + (unsigned)__builtin_ctzll(words[i]));
    }
    return -1;
}

static NTSTATUS add_chunk(void)
{
    struct chunk *chunk;

    if (n_chunks == MAX_CHUNKS)
        return STATUS_INSUFFICIENT_RESOURCES;
    chunk = calloc(1, sizeof(*chunk));
    if (!chunk)
        return STATUS_NO_MEMORY;
    for (unsigned i = 0; i < NT_ARRAY_SIZE(chunk->free); i++)
        chunk->free[i] = UINT64_MAX;
    atomic_store_explicit(&chunks[n_chunks], chunk, memory_order_release);
    open_chunks[n_chunks / 64] |= 1ull << n_chunks % 64;
    n_chunks++;
    return STATUS_SUCCESS;
}

/* Takes the lowest free slot; NT_LOCK_HANDLES held. */
static NTSTATUS take_slot(unsigned *ret_index)
{
    int at = first_bit(open_chunks, (n_chunks + 63) / 64);
    struct chunk *chunk;
    int bit;

    if (at < 0) {
        NTSTATUS status = add_chunk();

        if (!NT_SUCCESS(status))
            return status;
        at = (int)n_chunks - 1;
    }
    chunk = atomic_load_explicit(&chunks[at], memory_order_relaxed);
    bit = first_bit(chunk->free, NT_ARRAY_SIZE(chunk->free));
    chunk->free[bit / 64] &= ~(1ull << bit % 64);
    if (first_bit(chunk->free, NT_ARRAY_SIZE(chunk->free)) < 0)
        open_chunks[at / 64] &= ~(1ull << at % 64);
    *ret_index = (unsigned)at * CHUNK_SLOTS + (unsigned)bit;
    return STATUS_SUCCESS;
}

static void give_slot(unsigned index)
{
    unsigned at = index / CHUNK_SLOTS;
    struct chunk *chunk = atomic_load_explicit(&chunks[at], memory_order_relaxed);

    nt_lock_take(NT_LOCK_HANDLES);
    chunk->free[index % CHUNK_SLOTS / 64] |= 1ull << index % 64;
    open_chunks[at / 64] |= 1ull << at % 64;
    nt_lock_drop(NT_LOCK_HANDLES);
}

NTSTATUS nt_handle_new(struct nt_object *object, ACCESS_MASK access, ULONG attributes,
                       HANDLE *ret_handle)
{
    struct slot *slot;
    unsigned index;
    NTSTATUS status;

    nt_lock_take(NT_LOCK_HANDLES);
    status = take_slot(&index);
    nt_lock_drop(NT_LOCK_HANDLES);
    if (!NT_SUCCESS(status))
        return status;

    atomic_fetch_add_explicit(&object->opens, 1, memory_order_relaxed);
    slot = slot_of(handle_of(index));
    slot->access = access;
    slot->attributes = attributes & (OBJ_INHERIT | OBJ_PROTECT_CLOSE);
    unlock_slot(slot, object);
    *ret_handle = handle_of(index);
    return STATUS_SUCCESS;
}

NTSTATUS nt_handle_hand_out(struct nt_object *object, ACCESS_MASK access, ULONG attributes,
                            HANDLE *ret_handle)
{
    NTSTATUS status = nt_handle_new(object, access, attributes, ret_handle);

    nt_object_close(object);
    return status;
}

NTSTATUS nt_handle_get(HANDLE handle, const struct nt_object_type *type, ACCESS_MASK access,
                       struct nt_object **ret_object, ACCESS_MASK *ret_access)
{
    struct slot *slot;
    struct nt_object *object = lock_handle(handle, &slot);
    NTSTATUS status = STATUS_SUCCESS;

    if (!object)
        return STATUS_INVALID_HANDLE;
    if (type && object->type != type) {
        status = STATUS_OBJECT_TYPE_MISMATCH;
    } else if (access & ~slot->access) {
        status = STATUS_ACCESS_DENIED;
    } else {
        atomic_fetch_add_explicit(&object->opens, 1, memory_order_relaxed);
        *ret_object = object;
        if (ret_access)
            *ret_access = slot->access;
    }
    unlock_slot(slot, object);
    return status;
}

/* The process, the thread, and (-4 to -6) their tokens. */
static bool is_pseudo_handle(HANDLE handle)
{
    return (LONG_PTR)handle < 0 && (LONG_PTR)handle >= -6;
}

NTSTATUS nt_handle_close(HANDLE handle)
{
    struct slot *slot;
    struct nt_object *object;
    bool named;

    if (is_pseudo_handle(handle))
        return STATUS_SUCCESS;
    object = lock_handle(handle, &slot);
    if (!object)
        return STATUS_INVALID_HANDLE;
    if (slot->attributes & OBJ_PROTECT_CLOSE) {
        unlock_slot(slot, object);
        return STATUS_HANDLE_NOT_CLOSABLE;
    }
    named = object->id != 0;
    if (named)
        nt_move_begin();
    unlock_slot(slot, NULL);
    give_slot((unsigned)((uintptr_t)handle / 4) - 1);
    nt_object_close(object);
    if (named)
        nt_move_end();
    return STATUS_SUCCESS;
}

NTSTATUS nt_handle_get_flags(HANDLE handle, ULONG *ret_attributes)
{
    struct slot *slot;
    struct nt_object *object = lock_handle(handle, &slot);

    if (!object)
        return STATUS_INVALID_HANDLE;
    *ret_attributes = slot->attributes;
    unlock_slot(slot, object);
    return STATUS_SUCCESS;
}

NTSTATUS nt_handle_set_flags(HANDLE handle, ULONG mask, ULONG attributes)
{
    struct slot *slot;
    struct nt_object *object = lock_handle(handle, &slot);

    if (!object)
        return STATUS_INVALID_HANDLE;
    slot->attributes = (slot->attributes & ~mask) | (attributes & mask);
    unlock_slot(slot, object);
    return STATUS_SUCCESS;
}

/* One open of the source, with its rights and attributes. */
static NTSTATUS get_source(HANDLE source, struct nt_object **ret_object, ACCESS_MASK *ret_access,
                           ULONG *ret_attributes)
{
    struct slot *slot;
    struct nt_object *object = lock_handle(source, &slot);

    if (!object)
        return STATUS_INVALID_HANDLE;
    atomic_fetch_add_explicit(&object->opens, 1, memory_order_relaxed);
    *ret_access = slot->access;
    *ret_attributes = slot->attributes;
    unlock_slot(slot, object);
    *ret_object = object;
    return STATUS_SUCCESS;
}

/*
 * 12.7 to 12.14: what the copy may carry. A part of what the source has needs no asking; beyond
 * it the object's descriptor says, of all that is wanted.
 * @ret_object: one open of what the copy is of: the same object, or another one of this process
 */
static NTSTATUS choose_access(struct nt_object *object, ACCESS_MASK held, ACCESS_MASK desired,
                              ULONG options, ACCESS_MASK *ret_access, struct nt_object **ret_object)
{
    ACCESS_MASK access =
        options & DUPLICATE_SAME_ACCESS ? held : nt_access_map(object->type->kind, desired);

    if (access & ~held)
        return nt_security_check(object, access, ret_access, ret_object);
    atomic_fetch_add_explicit(&object->opens, 1, memory_order_relaxed); /* the caller has one */
    *ret_access = access;
    *ret_object = object;
    return STATUS_SUCCESS;
}

/*
 * The copy that takes the source's place (12.19): a handle of @made, where one of @object was.
 * false when the source is there no more.
 */
static bool replace_source(HANDLE source, struct nt_object *object, struct nt_object *made,
                           ACCESS_MASK access, ULONG attributes)
{
    struct slot *slot;
    struct nt_object *found = lock_handle(source, &slot);

    if (!found)
        return false;
    if (found != object) {
        unlock_slot(slot, found);
        return false;
    }
    atomic_fetch_add_explicit(&made->opens, 1, memory_order_relaxed);
    slot->access = access;
    slot->attributes = attributes & (OBJ_INHERIT | OBJ_PROTECT_CLOSE);
    unlock_slot(slot, made);
    nt_object_close(object);
    return true;
}

static NTSTATUS duplicate(HANDLE source, ACCESS_MASK access, ULONG attributes, ULONG options,
                          HANDLE *ret_handle)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    NT_CLEANUP(nt_object_closep) struct nt_object *made = NULL;
    ACCESS_MASK held, granted;
    ULONG held_attributes;
    NTSTATUS status;
    HANDLE copy;

    status = get_source(source, &object, &held, &held_attributes);
    if (!NT_SUCCESS(status))
        return status;
    if (options & DUPLICATE_SAME_ATTRIBUTES)
        attributes = held_attributes;

    status = choose_access(object, held, access, options, &granted, &made);
    if ((options & DUPLICATE_CLOSE_SOURCE) && !(held_attributes & OBJ_PROTECT_CLOSE)) {
        if (!NT_SUCCESS(status) || !ret_handle) {
            /* 12.21: closed also when nothing comes of it; 12.16: or when nobody wants it. */
            nt_handle_close(source);
            return status;
        }
        if (replace_source(source, object, made, granted, attributes)) {
            *ret_handle = source;
            return STATUS_SUCCESS;
        }
    }
    if (NT_SUCCESS(status))
        status = nt_handle_new(made, granted, attributes, &copy);
    if (NT_SUCCESS(status) && ret_handle)
        *ret_handle = copy;
    return status;
}

/* A copy of a named object's handle may be of another object, which a fork must not find half. */
NTSTATUS nt_handle_duplicate(HANDLE source, ACCESS_MASK access, ULONG attributes, ULONG options,
                             HANDLE *ret_handle)
{
    NTSTATUS status;

    nt_move_begin();
    status = duplicate(source, access, attributes, options, ret_handle);
    nt_move_end();
    return status;
}

/* Each open of a name makes an object of its own; the broker's number says that they are one. */
static bool is_same(const struct nt_object *a, const struct nt_object *b)
{
    return a == b || (a->id && a->id == b->id && a->broker == b->broker);
}

NTSTATUS nt_handle_compare(HANDLE first, HANDLE second)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *a = NULL;
    NT_CLEANUP(nt_object_closep) struct nt_object *b = NULL;
    NTSTATUS status;

    if (is_pseudo_handle(first) && first == second)
        return STATUS_SUCCESS;
    status = nt_handle_get(first, NULL, 0, &a, NULL);
    if (NT_SUCCESS(status))
        status = nt_handle_get(second, NULL, 0, &b, NULL);
    if (!NT_SUCCESS(status))
        return status;
    return is_same(a, b) ? STATUS_SUCCESS : STATUS_NOT_SAME_OBJECT;
}

/* The handles to @object: every slot is looked at, each locked for a moment. */
static uint32_t count_handles(const struct nt_object *object)
{
    uint32_t count = 0;

    for (unsigned i = 0; i < MAX_CHUNKS; i++) {
        struct chunk *chunk = atomic_load_explicit(&chunks[i], memory_order_acquire);

        if (!chunk)
            break;
        for (unsigned j = 0; j < CHUNK_SLOTS; j++) {
            struct nt_object *other = lock_slot(&chunk->slots[j]);

            if (!other)
                continue;
            count += is_same(object, other);
            unlock_slot(&chunk->slots[j], other);
        }
    }
    return count;
}

NTSTATUS nt_handle_describe(HANDLE handle, struct nt_handle_description *ret_description,
                            struct nt_object **ret_object)
{
    struct nt_object *object;
    NTSTATUS status;

    *ret_description = (struct nt_handle_description){0};
    status = get_source(handle, &object, &ret_description->access, &ret_description->attributes);
    if (!NT_SUCCESS(status))
        return status;
    ret_description->handles = count_handles(object);
    /* Behind all handles together stands one reference; the others are views and waits. */
    ret_description->pointers =
        ret_description->handles + atomic_load_explicit(&object->refs, memory_order_relaxed) - 1;
    *ret_object = object;
    return STATUS_SUCCESS;
}

void nt_handle_renew(void)
{
    for (unsigned i = 0; i < MAX_CHUNKS; i++) {
        struct chunk *chunk = atomic_load_explicit(&chunks[i], memory_order_relaxed);

        if (!chunk)
            break;
        for (unsigned j = 0; j < CHUNK_SLOTS; j++)
            atomic_fetch_and_explicit(&chunk->slots[j].object, ~LOCKED, memory_order_relaxed);
    }
}

void nt_handle_each(void (*visit)(struct nt_object *object))
{
    for (unsigned i = 0; i < MAX_CHUNKS; i++) {
        struct chunk *chunk = atomic_load_explicit(&chunks[i], memory_order_relaxed);

        if (!chunk)
            break;
        for (unsigned j = 0; j < CHUNK_SLOTS; j++) {
            uintptr_t value = atomic_load_explicit(&chunk->slots[j].object, memory_order_relaxed);

            if (value)
                visit((struct nt_object *)(value & ~LOCKED));
        }
    }
}
