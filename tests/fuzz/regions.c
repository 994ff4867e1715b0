// SPDX-License-Identifier: MIT
/*
 * What another process's service thread tells of its regions, as the one who asked reads it: the
 * first eight bytes are where it is to go on, the rest is records.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory/regions.h"
#include "os/os.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nt_region_part part = {.changes = 1};
    struct nt_region_record record;
    uint64_t end = 1;
    const char *name;

    if (size < sizeof(part.next))
        return 0;
    memcpy(&part.next, data, sizeof(part.next));
    part.used = size - sizeof(part.next);
    part.bytes = malloc(part.used + 1);
    if (!part.bytes)
        return 0;
    memcpy(part.bytes, data + sizeof(part.next), part.used);
    if (NT_SUCCESS(nt_regions_check(end, &part))) {
        for (size_t at = 0; at < part.used;) {
            at = nt_regions_next(part.bytes, at, &record, &name);
            if (at > part.used || record.base < end || memchr(name, 0, record.n_name))
                abort();
            end = record.base + record.size;
        }
        if (part.next && part.next < end)
            abort();
    }
    free(part.bytes);
    return 0;
}
