/* SPDX-License-Identifier: MIT */
/*
 * A ring buffer for one writer and one reader, each in a process of its own, whose second half
 * mirrors the first: a message that runs over the end of the memory is one piece all the same,
 * so neither side ever has to cut one in two.
 *
 * The mirror is two views of one section side by side. A placeholder of twice the size keeps the
 * address space, is split in two, and each half is replaced by a view: nobody else's memory can
 * come in between. As on Windows; mingw's headers lack a few names.
 *
 * What is shared beside the data is two counts of bytes that only grow. The writer owns one, the
 * reader the other, and each publishes with it what it has done: a message is there when it is
 * there whole. So either process may be killed at any time and started anew: it goes on where
 * the counts stand. (A reader that is killed between reading and saying so reads that message
 * again.)
 */
#ifndef EXAMPLES_RING_H
#define EXAMPLES_RING_H

#include <windows.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifndef MEM_REPLACE_PLACEHOLDER
#    define MEM_REPLACE_PLACEHOLDER  0x00004000
#    define MEM_RESERVE_PLACEHOLDER  0x00040000
#    define MEM_PRESERVE_PLACEHOLDER 0x00000002
#endif

#define RING_SIZE    0x10000 /* bytes: a power of two and a multiple of 64 KiB */
#define RING_LARGEST 0x4000  /* bytes of a message */

/* Beside the data; each side's words have cache lines of their own. Memory begins as zeros. */
struct ring_control {
    volatile LONG64 written; /* bytes, by the writer */
    volatile LONG writer_waits;
    char pad[64 - sizeof(LONG64) - sizeof(LONG)];
    volatile LONG64 taken; /* bytes, by the reader */
    volatile LONG reader_waits;
    char pad_too[64 - sizeof(LONG64) - sizeof(LONG)];
};

struct ring {
    HANDLE memory, words, has_data, has_room;
    char *data; /* RING_SIZE bytes, and the same once more */
    struct ring_control *control;
    LONG64 mine, other; /* what this side published, and what it last saw of the other */
};

/* In front of each message; it begins at a multiple of 8. */
struct ring_head {
    uint32_t size;
    uint32_t tag; /* the writer's, for the reader */
};

/* --- the mirror ------------------------------------------------------------------------ */

/* Two views of @section, each of @size bytes, one behind the other; NULL when that fails. */
static inline char *ring_map_twice(HANDLE section, SIZE_T size)
{
    void *first = NULL, *second = NULL;
    char *place;

    place = (char *)VirtualAlloc2(NULL, NULL, 2 * size, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
                                  PAGE_NOACCESS, NULL, 0);
    if (!place)
        return NULL;
    /* Releasing a part of a placeholder splits it: now there are two. */
    if (!VirtualFree(place, size, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER)) {
        VirtualFree(place, 0, MEM_RELEASE);
        return NULL;
    }
    first = MapViewOfFile3(section, NULL, place, 0, size, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE,
                           NULL, 0);
    if (first)
        second = MapViewOfFile3(section, NULL, place + size, 0, size, MEM_REPLACE_PLACEHOLDER,
                                PAGE_READWRITE, NULL, 0);
    if (first && second)
        return place;
    VirtualFree(place + size, 0, MEM_RELEASE);
    if (first)
        UnmapViewOfFile(first);
    else
        VirtualFree(place, 0, MEM_RELEASE);
    return NULL;
}

static inline void ring_unmap_twice(char *place, SIZE_T size)
{
    UnmapViewOfFile(place);
    UnmapViewOfFile(place + size);
}

/* --- opening --------------------------------------------------------------------------- */

static inline void ring_close(struct ring *ring)
{
    HANDLE handles[] = {ring->memory, ring->words, ring->has_data, ring->has_room};

    if (ring->data)
        ring_unmap_twice(ring->data, RING_SIZE);
    if (ring->control)
        UnmapViewOfFile(ring->control);
    for (unsigned i = 0; i < sizeof(handles) / sizeof(handles[0]); i++) {
        if (handles[i])
            CloseHandle(handles[i]);
    }
    memset(ring, 0, sizeof(*ring));
}

static inline HANDLE ring_section(const char *name, const char *part, DWORD size)
{
    char whole[128];

    snprintf(whole, sizeof(whole), "Local\\%s.%s", name, part);
    return CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, size, whole);
}

/* Wakes one waiter, and nobody who comes later. */
static inline HANDLE ring_event(const char *name, const char *part)
{
    char whole[128];

    snprintf(whole, sizeof(whole), "Local\\%s.%s", name, part);
    return CreateEventA(NULL, FALSE, FALSE, whole);
}

/*
 * Makes the ring of that name, or opens it: it does not matter which side comes first. FALSE with
 * the last error set. The caller closes it.
 */
static inline BOOL ring_open(struct ring *ring, const char *name, BOOL writes)
{
    DWORD error;

    memset(ring, 0, sizeof(*ring));
    ring->memory = ring_section(name, "data", RING_SIZE);
    ring->words = ring_section(name, "control", sizeof(struct ring_control));
    ring->has_data = ring_event(name, "has-data");
    ring->has_room = ring_event(name, "has-room");
    if (ring->memory && ring->words && ring->has_data && ring->has_room)
        ring->control = (struct ring_control *)MapViewOfFile(ring->words, FILE_MAP_WRITE, 0, 0, 0);
    if (ring->control)
        ring->data = ring_map_twice(ring->memory, RING_SIZE);
    if (ring->data) {
        ring->mine = writes ? ring->control->written : ring->control->taken;
        ring->other = writes ? ring->control->taken : ring->control->written;
        /* Who was killed before us may have owed the other side a call. */
        SetEvent(writes ? ring->has_data : ring->has_room);
        return TRUE;
    }
    error = GetLastError();
    ring_close(ring);
    SetLastError(error);
    return FALSE;
}

/* --- waiting --------------------------------------------------------------------------- */

/* Publishes what this side has done, and wakes the other one when it waits for that. */
static inline void ring_publish(volatile LONG64 *word, LONG64 value, volatile LONG *other_waits,
                                HANDLE event)
{
    InterlockedExchange64(word, value);
    if (*other_waits && InterlockedExchange(other_waits, 0))
        SetEvent(event);
}

/*
 * Waits until *@word is another value than @seen, and gives that. Who is about to sleep says so
 * first and looks once more: the other side publishes first and looks then, so one of them sees
 * the other.
 */
static inline LONG64 ring_wait(volatile LONG64 *word, LONG64 seen, volatile LONG *waits,
                               HANDLE event)
{
    LONG64 now = *word;

    for (unsigned i = 0; i < 200 && now == seen; i++) {
        YieldProcessor();
        now = *word;
    }
    while (now == seen) {
        InterlockedExchange(waits, 1);
        now = *word;
        if (now == seen)
            WaitForSingleObject(event, INFINITE);
        now = *word;
    }
    /* Nothing of what was published with it is read before it. */
    MemoryBarrier();
    return now;
}

/* --- messages -------------------------------------------------------------------------- */

static inline LONG64 ring_room_of(uint32_t size)
{
    return (LONG64)sizeof(struct ring_head) + ((size + 7) & ~7u);
}

/* A place for a message of @size bytes, at most RING_LARGEST; waits for room. */
static inline void *ring_begin(struct ring *ring, uint32_t size, uint32_t tag)
{
    struct ring_head *head = (struct ring_head *)(ring->data + ring->mine % RING_SIZE);

    while (ring->mine + ring_room_of(size) - ring->other > RING_SIZE)
        ring->other = ring_wait(&ring->control->taken, ring->other, &ring->control->writer_waits,
                                ring->has_room);
    head->size = size;
    head->tag = tag;
    return head + 1;
}

/* What ring_begin() gave is written: the reader may have it. */
static inline void ring_commit(struct ring *ring)
{
    struct ring_head *head = (struct ring_head *)(ring->data + ring->mine % RING_SIZE);

    ring->mine += ring_room_of(head->size);
    ring_publish(&ring->control->written, ring->mine, &ring->control->reader_waits, ring->has_data);
}

/* The next message, where it lies; waits for one. It is there until ring_release(). */
static inline const void *ring_next(struct ring *ring, uint32_t *size, uint32_t *tag)
{
    const struct ring_head *head = (struct ring_head *)(ring->data + ring->mine % RING_SIZE);

    while (ring->mine == ring->other)
        ring->other = ring_wait(&ring->control->written, ring->other, &ring->control->reader_waits,
                                ring->has_data);
    *size = head->size;
    *tag = head->tag;
    return head + 1;
}

/* The message of ring_next() is not needed any more: the writer may have its place. */
static inline void ring_release(struct ring *ring, uint32_t size)
{
    ring->mine += ring_room_of(size);
    ring_publish(&ring->control->taken, ring->mine, &ring->control->writer_waits, ring->has_room);
}

/* The writer's last call before it closes the ring: its memory goes with the last who has it. */
static inline void ring_drain(struct ring *ring)
{
    while (ring->other != ring->mine)
        ring->other = ring_wait(&ring->control->taken, ring->other, &ring->control->writer_waits,
                                ring->has_room);
}

#endif
