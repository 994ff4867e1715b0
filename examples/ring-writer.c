// SPDX-License-Identifier: MIT
/*
 * The writing end of a ring buffer whose second half mirrors the first (ring.h):
 *
 *   ring-writer [MIB]
 *
 * sends 64 MiB of messages to ring-reader, whichever of the two comes first, and tells how many
 * they were and their sum. Where a writer was killed the next one goes on: the messages that it
 * had published are there, and no part of another.
 */
#include <windows.h>

#include <stdio.h>

#include "ring-messages.h"

static void send_messages(struct ring *ring, LONG64 end, struct last *last)
{
    while (ring->mine < end) {
        LONG64 place = ring->mine;
        uint32_t size = size_of(place);
        void *message = ring_begin(ring, size, TAG_MESSAGE);

        fill_message(message, size, place);
        last->sum = add_to_sum(last->sum, message, size);
        last->count++;
        ring_commit(ring);
    }
}

int main(int argc, char **argv)
{
    LONG64 end = (LONG64)(argc > 1 ? strtoul(argv[1], NULL, 10) : 64) << 20;
    struct last last = {0, 1, 0};
    struct ring ring;

    if (!ring_open(&ring, NAME, TRUE)) {
        printf("The ring cannot be opened (%lu).\n", (unsigned long)GetLastError());
        return 1;
    }
    last.is_whole = ring.mine == 0;
    send_messages(&ring, end, &last);
    memcpy(ring_begin(&ring, sizeof(last), TAG_LAST), &last, sizeof(last));
    ring_commit(&ring);
    ring_drain(&ring);
    printf("%lu messages are written; their sum is %08lx.\n", (unsigned long)last.count,
           (unsigned long)last.sum);
    ring_close(&ring);
    return 0;
}
