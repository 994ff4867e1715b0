// SPDX-License-Identifier: MIT
/*
 * The reading end of a ring buffer whose second half mirrors the first (ring.h). It looks at every
 * byte of every message where it lies, adds them up, and compares its sum with the writer's. Where
 * a reader was killed the next one goes on, with the message that the other had not finished;
 * then, as after a killed writer, there is no sum to compare.
 */
#include <windows.h>

#include <stdio.h>

#include "ring-messages.h"

static int finish(const struct last *last, unsigned long count, uint32_t sum, int is_whole)
{
    int good = !is_whole || !last->is_whole || (count == last->count && sum == last->sum);

    if (is_whole && last->is_whole)
        printf("%lu messages are read; their sum is %08lx, which is %s.\n", count,
               (unsigned long)sum, good ? "right" : "wrong");
    else
        printf("%lu messages are read to the end; each is right.\n", count);
    return good ? 0 : 1;
}

static int receive(struct ring *ring)
{
    int is_whole = ring->mine == 0;
    unsigned long count = 0;
    uint32_t sum = 1, size, tag;
    struct last last;

    for (;;) {
        const void *message = ring_next(ring, &size, &tag);

        if (tag == TAG_LAST)
            break;
        if (!is_message(message, size, ring->mine)) {
            printf("The message at %lld is wrong.\n", (long long)ring->mine);
            return 1;
        }
        sum = add_to_sum(sum, message, size);
        count++;
        ring_release(ring, size);
    }
    memcpy(&last, ring_next(ring, &size, &tag), sizeof(last));
    ring_release(ring, size);
    return finish(&last, count, sum, is_whole);
}

int main(void)
{
    struct ring ring;
    int code;

    if (!ring_open(&ring, NAME, FALSE)) {
        printf("The ring cannot be opened (%lu).\n", (unsigned long)GetLastError());
        return 1;
    }
    code = receive(&ring);
    ring_close(&ring);
    return code;
}
