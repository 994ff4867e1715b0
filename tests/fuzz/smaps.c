// SPDX-License-Identifier: MIT
/*
 * From the kernel's text to a map: /proc/PID/smaps is the kernel's, but the names in it are
 * anybody's. Behind a NUL come regions, as the library in a process may claim them.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/map/map-parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct claim {
    uint32_t gap, pages, state, flags;
};

#define CLAIMS 64u

static size_t claims_of(const uint8_t *data, size_t size, struct nt_map_run *runs)
{
    uint64_t at = 0;
    size_t n = 0;

    for (; size >= sizeof(struct claim) && n < CLAIMS; n++) {
        struct claim claim;

        memcpy(&claim, data, sizeof(claim));
        data += sizeof(claim);
        size -= sizeof(claim);
        at += (uint64_t)claim.gap << 12;
        runs[n] = (struct nt_map_run){
            .base = at,
            .size = ((uint64_t)claim.pages + 1) << 12,
            .allocation = at,
            .state = claim.state & 1 ? 0x1000 : 0x2000,
            .type = claim.state & 2 ? 0x20000 : 0x40000,
            .protect = claim.state >> 8,
            .flags = claim.flags,
            .node = -1,
            .name = claim.state & 4 ? "claimed" : "",
        };
        at += runs[n].size;
    }
    return n;
}

/* Nothing is lost, and nobody has more than there is room for. */
static void check(const struct nt_map *map, const struct nt_map_vmas *vmas)
{
    uint64_t size = 0, end = 0, resident = 0, told = 0;

    for (size_t i = 0; i < vmas->count; i++) {
        uint64_t all = vmas->entries[i].end - vmas->entries[i].start;

        size += all;
        told += vmas->entries[i].resident;
        if (vmas->entries[i].resident > all)
            return; /* the text contradicts itself */
    }
    for (size_t i = 0; i < map->n_pieces; i++) {
        const struct nt_map_piece *piece = &map->pieces[i];

        if (piece->base < end || piece->resident > piece->size)
            abort();
        end = piece->base + piece->size;
        resident += piece->resident;
        size -= piece->size;
    }
    if (size != 0 || resident != told)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
    size_t length = nul ? (size_t)(nul - data) : size;
    struct nt_map_run claimed[CLAIMS];
    struct nt_map_runs runs = {.entries = claimed};
    uint64_t stack = 0x7000000000;
    struct nt_map_hints hints = {.stacks = &stack, .n_stacks = 1, .n_hidden = 2, .memory = -1};
    struct nt_map_vmas vmas;
    struct nt_map map = {.pid = 1};
    FILE *stream = length ? fmemopen((void *)data, length, "r") : NULL;

    if (!stream)
        return 0;
    nt_map_image_end(0x10000, data, size);
    if (nul)
        runs.count = claims_of(nul + 1, size - length - 1, claimed);
    if (nt_map_read_smaps(stream, &map, &vmas) == 0) {
        nt_map_kinds(&vmas, &hints);
        if (nt_map_join(&map, &vmas, &runs, -1) == 0)
            check(&map, &vmas);
    }
    fclose(stream);
    free(vmas.entries);
    nt_map_deinit(&map);
    return 0;
}
