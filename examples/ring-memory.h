/* SPDX-License-Identifier: MIT */
/*
 * The memory of a ring (ring.h): a section whose views stand twice side by side, one for the
 * counts, and two events, all by name.
 *
 * The mirror is two views of one section side by side. A placeholder of twice the size keeps the
 * address space, is split in two, and each half is replaced by a view: nobody else's memory can
 * come in between. As on Windows; mingw's headers lack a few names.
 */
#ifndef EXAMPLES_RING_MEMORY_H
#define EXAMPLES_RING_MEMORY_H

#include <windows.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifndef MEM_REPLACE_PLACEHOLDER
#    define MEM_REPLACE_PLACEHOLDER  0x00004000
#    define MEM_RESERVE_PLACEHOLDER  0x00040000
#    define MEM_PRESERVE_PLACEHOLDER 0x00000002
#endif

#define RING_SIZE 0x10000 /* bytes: a power of two and a multiple of 64 KiB */

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

#endif
