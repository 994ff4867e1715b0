/* SPDX-License-Identifier: MIT */
/*
 * The few macros that every layer uses: ownership of locals (NT_CLEANUP, NT_STEAL), checked
 * casts from an embedded member to its holder, arithmetic on powers of two, arrays that grow, and
 * the one check that NDEBUG cannot remove. Knows neither Windows nor the broker.
 */
#ifndef NT_UTIL_MACRO_H
#define NT_UTIL_MACRO_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define NT_ARRAY_SIZE(array)   (sizeof(array) / sizeof((array)[0]))

#define NT_LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define NT_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* Marks what the shared libraries export; everything else is hidden. */
#define NT_EXPORT              __attribute__((visibility("default")))

/* The structure that holds @member at @pointer. */
#define NT_CONTAINER_OF(pointer, type, member) \
    ((type *)((char *)(1 ? (pointer) : &((type *)0)->member) - offsetof(type, member)))

/* A local that owns something; @function gets a pointer to it when the scope ends. */
#define NT_CLEANUP(function) __attribute__((cleanup(function)))

/* Moves ownership out of a local: its value, and NULL stays behind. */
#define NT_STEAL(pointer)                        \
    __extension__({                              \
        __typeof__(pointer) stolen_ = (pointer); \
        (pointer) = NULL;                        \
        stolen_;                                 \
    })

/* The same for a file descriptor: -1 stays behind. */
static inline int nt_steal_fd(int *fd)
{
    int stolen = *fd;

    *fd = -1;
    return stolen;
}

/* Ends the process when going on would corrupt memory. NDEBUG does not remove it. */
#define nt_abort_if(condition, why)                                           \
    do {                                                                      \
        if (NT_UNLIKELY(condition)) {                                         \
            fprintf(stderr, "ntshm: %s:%d: %s\n", __FILE__, __LINE__, (why)); \
            abort();                                                          \
        }                                                                     \
    } while (0)

/* @value rounded up to a multiple of @align, a power of two; wraps to 0 past the top. */
static inline uint64_t nt_align_up(uint64_t value, uint64_t align)
{
    return (value + align - 1) & ~(align - 1);
}

static inline uint64_t nt_align_down(uint64_t value, uint64_t align)
{
    return value & ~(align - 1);
}

static inline int nt_is_aligned(uint64_t value, uint64_t align)
{
    return (value & (align - 1)) == 0;
}

/* Two 32-bit halves as one value. */
static inline uint64_t nt_u64(uint32_t high, uint32_t low)
{
    return (uint64_t)high << 32 | low;
}

/* Behind NT_ARRAY_GROW(): the array, maybe elsewhere; NULL without memory, and nothing changed. */
static inline void *nt_array_grow(void *array, size_t n, size_t *room, size_t size)
{
    size_t more = *room ? *room * 2 : 16;

    if (n < *room)
        return array;
    if (more > SIZE_MAX / size)
        return NULL;
    array = realloc(array, more * size);
    if (array)
        *room = more;
    return array;
}

/*
 * Room for one more element behind @n in an array on the heap, which doubles: @array and @room are
 * variables, NULL and 0 in the beginning. False without memory, and nothing changed.
 */
#define NT_ARRAY_GROW(array, n, room)                                          \
    __extension__({                                                            \
        void *grown_ = nt_array_grow((array), (n), &(room), sizeof(*(array))); \
        if (grown_)                                                            \
            (array) = grown_;                                                  \
        grown_ != NULL;                                                        \
    })

static inline void nt_freep(void *pointer)
{
    free(*(void **)pointer);
}

#endif
