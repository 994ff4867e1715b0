// SPDX-License-Identifier: MIT
/*
 * The control of the fuzzers: a reader of requests with one thing wrong. It takes the name that a
 * message claims to have when the message is one unit too short for it, so it reads two bytes
 * behind the end. A fuzzer that runs over this without a crash would find nothing elsewhere
 * either: the test demands that it crashes, in every build.
 */
#include <stdbool.h>

#include "fuzz/guarded.h"
#include "ipc/protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct guarded place;
static volatile unsigned sum;

static bool is_long_enough(size_t size, uint32_t n_units)
{
    size_t fixed = sizeof(struct nt_request_header) + sizeof(struct nt_open_request);

    /* Planted: it must not be enough that all units but one are there. */
    return size + sizeof(uint16_t) >= fixed + n_units * sizeof(uint16_t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const unsigned char *bytes = guarded_copy(&place, data, size, 8);
    struct nt_open_request open;
    size_t fixed = sizeof(struct nt_request_header) + sizeof(open);

    if (size < fixed || size > NT_IPC_MAX_SIZE)
        return 0;
    memcpy(&open, bytes + sizeof(struct nt_request_header), sizeof(open));
    if (open.name_units > NT_IPC_MAX_UNITS || !is_long_enough(size, open.name_units))
        return 0;
    for (uint32_t i = 0; i < open.name_units; i++)
        sum += bytes[fixed + 2 * i] + bytes[fixed + 2 * i + 1];
    return 0;
}
