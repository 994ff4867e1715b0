/* SPDX-License-Identifier: MIT */
/*
 * A ring buffer for one writer and one reader, each in a process of its own, whose second half
 * mirrors the first: a message that runs over the end of the memory is one piece all the same,
 * so neither side ever has to cut one in two.
 *
 * What is shared beside the data is two counts of bytes that only grow. The writer owns one, the
 * reader the other, and each publishes with it what it has done: a message is there when it is
 * there whole. So either process may be killed at any time and started anew: it goes on where
 * the counts stand. (A reader that is killed between reading and saying so reads that message
 * again.)
 */
#ifndef EXAMPLES_RING_H
#define EXAMPLES_RING_H

#include "ring-memory.h"

#define RING_LARGEST 0x4000 /* bytes of a message */

/* In front of each message; it begins at a multiple of 8. */
struct ring_head {
    uint32_t size;
    uint32_t tag; /* the writer's, for the reader */
};

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
