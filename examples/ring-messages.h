/* SPDX-License-Identifier: MIT */
/*
 * What the two programs of the ring say to each other: messages of many sizes. Each is made from
 * its place in the stream alone, so that the reader knows every byte that it must find, and a
 * writer that takes over from another goes on as that one would have.
 */
#ifndef EXAMPLES_RING_MESSAGES_H
#define EXAMPLES_RING_MESSAGES_H

#include <stdint.h>
#include <stdlib.h>

#include "ring.h"

#define NAME "ExampleRing"

enum { TAG_MESSAGE, TAG_LAST };

/* What the last message tells. */
struct last {
    uint32_t count, sum; /* of this writer's messages */
    uint32_t is_whole;   /* no other writer came before it */
};

static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* From 1 byte to 8 KiB, of every size alike. */
static inline uint32_t size_of(LONG64 place)
{
    uint64_t state = (uint64_t)(place + 1) * 0x9E3779B97F4A7C15u;

    return (uint32_t)(next_random(&state) % 8192) + 1;
}

/* One word after the other; the last may be cut off. */
static inline void fill_message(void *message, uint32_t size, LONG64 place)
{
    uint64_t state = ~(uint64_t)place * 0x9E3779B97F4A7C15u + size;

    for (uint32_t at = 0; at < size; at += 8) {
        uint64_t word = next_random(&state);

        memcpy((char *)message + at, &word, size - at < 8 ? size - at : 8);
    }
}

static inline int is_message(const void *message, uint32_t size, LONG64 place)
{
    uint64_t state = ~(uint64_t)place * 0x9E3779B97F4A7C15u + size;

    if (size != size_of(place))
        return 0;
    for (uint32_t at = 0; at < size; at += 8) {
        uint64_t word = next_random(&state);

        if (memcmp((const char *)message + at, &word, size - at < 8 ? size - at : 8) != 0)
            return 0;
    }
    return 1;
}

/* Adler's sum, over the messages as they come. */
static inline uint32_t add_to_sum(uint32_t sum, const void *message, uint32_t size)
{
    uint32_t a = sum & 0xFFFF, b = sum >> 16;

    for (uint32_t i = 0; i < size; i++) {
        a = (a + ((const uint8_t *)message)[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

#endif
