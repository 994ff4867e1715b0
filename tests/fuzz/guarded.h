/* SPDX-License-Identifier: MIT */
/*
 * Memory that ends where it ends: what a fuzzer gives to the code under test lies right in front
 * of a page that nobody may touch, so that the first byte too many is caught in every build. Where
 * alignment leaves a gap of a few bytes, AddressSanitizer watches the gap.
 */
#ifndef NTSHM_FUZZ_GUARDED_H
#define NTSHM_FUZZ_GUARDED_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#    define GUARDED_WATCHES_GAPS 1
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer)
#        define GUARDED_WATCHES_GAPS 1
#    endif
#endif
#ifdef GUARDED_WATCHES_GAPS
#    include <sanitizer/asan_interface.h>
#else
#    define ASAN_POISON_MEMORY_REGION(address, size)   ((void)(address), (void)(size))
#    define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

#define GUARDED_ROOM (512u << 10)
#define GUARDED_PAGE 4096u

/* One such place; zero-initialised. */
struct guarded {
    unsigned char *memory;
};

/* Ends the program: the code under test did what it must not. */
#define FUZZ_CHECK(condition)                                                              \
    do {                                                                                   \
        if (!(condition)) {                                                                \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                       \
        }                                                                                  \
    } while (0)

/**
 * guarded_take() - @size bytes that end at the guard (up to @align - 1 bytes before it)
 * @align: a power of two
 *
 * What the place held before is gone. @size is at most GUARDED_ROOM.
 */
static inline void *guarded_take(struct guarded *place, size_t size, size_t align)
{
    unsigned char *start, *end;

    FUZZ_CHECK(size <= GUARDED_ROOM);
    if (!place->memory) {
        void *memory = mmap(NULL, GUARDED_ROOM + GUARDED_PAGE, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        FUZZ_CHECK(memory != MAP_FAILED);
        place->memory = memory;
        FUZZ_CHECK(mprotect(place->memory + GUARDED_ROOM, GUARDED_PAGE, PROT_NONE) == 0);
    }
    end = place->memory + GUARDED_ROOM;
    start = (unsigned char *)((uintptr_t)(end - size) & ~(uintptr_t)(align - 1));
    ASAN_UNPOISON_MEMORY_REGION(place->memory, GUARDED_ROOM);
    ASAN_POISON_MEMORY_REGION(start + size, (size_t)(end - start) - size);
    return start;
}

/** guarded_copy() - the same, filled */
static inline void *guarded_copy(struct guarded *place, const void *bytes, size_t size,
                                 size_t align)
{
    void *copy = guarded_take(place, size, align);

    if (size)
        memcpy(copy, bytes, size);
    return copy;
}

#endif
