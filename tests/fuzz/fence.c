// SPDX-License-Identifier: MIT
/*
 * Fuzzes the page of a shared fence: what a stranger may write there while we look, wait, announce
 * and signal. Nothing that stands there makes us read or write elsewhere, or look for ever.
 *
 * The input is a play in steps of 8 bytes: what is done (1), who does it (1), where (2), a value
 * (4).
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <d3d12.h>

#include "d3d12/fence/fence-page.h"
#include "fuzz/guarded.h"

#define STEPS  512u
#define ACTORS 2u

enum { STORE, STORE_LONG, SIGNAL, LOOK, LOSSES, CLAIM, UNCLAIM, ANNOUNCE, LOSE, OPEN, KINDS };

struct step {
    uint8_t kind, who;
    uint16_t where;
    uint32_t value;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(struct nt_d3d_fence_map *map)
{
    uint64_t turn, value;
    unsigned n = 0;

    while (nt_d3d_fence_map_next(map, &turn, &value))
        FUZZ_CHECK(++n <= NT_D3D_FENCE_HISTORY);
    (void)nt_d3d_fence_map_is_released(map);
}

static void look_for_losses(struct nt_d3d_fence_map *map, uint64_t value)
{
    uint32_t owner;

    (void)nt_d3d_fence_map_losses(map);
    /* What was seen is not seen again. */
    FUZZ_CHECK(nt_d3d_fence_map_losses(map) == 0);
    (void)nt_d3d_fence_map_is_certain(map, value);
    for (unsigned i = 0; i < NT_D3D_FENCE_SLOTS; i++) {
        _Atomic uint32_t *word = nt_d3d_fence_map_owner(map, i, &owner);

        FUZZ_CHECK(!word || ((char *)word > (char *)map->page &&
                             (char *)word < (char *)map->page + NT_D3D_FENCE_SIZE));
    }
}

static void open_again(struct nt_d3d_fence_map *map)
{
    struct nt_d3d_fence_map *other;
    uint32_t flags;
    int fds[3];

    FUZZ_CHECK(nt_d3d_fence_map_export(map, fds) == 0);
    if (nt_d3d_fence_map_open(fds, &flags, &other) == 0) {
        FUZZ_CHECK(flags & D3D12_FENCE_FLAG_SHARED);
        look(other);
        nt_d3d_fence_map_unref(other);
    }
    for (unsigned i = 0; i < 3; i++)
        close(fds[i]);
}

static void take_step(struct nt_d3d_fence_map *map, const struct step *step)
{
    unsigned char *page = (unsigned char *)map->page;
    uint64_t value = (uint64_t)step->value << (step->where % 33);

    switch (step->kind % KINDS) {
    case STORE:
        memcpy(page + (step->where & ~3u), &step->value, 4);
        break;
    case STORE_LONG:
        memcpy(page + (step->where & ~7u), &value, 8);
        break;
    case SIGNAL:
        nt_d3d_fence_map_signal(map, value);
        break;
    case LOOK:
        look(map);
        break;
    case LOSSES:
        look_for_losses(map, value);
        break;
    case CLAIM:
        if (map->slot < 0)
            (void)nt_d3d_fence_map_claim(map);
        break;
    case UNCLAIM:
        if (map->slot >= 0)
            nt_d3d_fence_map_unclaim(map);
        break;
    case ANNOUNCE:
        nt_d3d_fence_map_announce(map, value, value / 2);
        break;
    case LOSE:
        nt_d3d_fence_map_lose(map);
        break;
    default:
        open_again(map);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nt_d3d_fence_map *maps[ACTORS];
    uint32_t flags;
    int fds[3];

    if (nt_d3d_fence_map_new(D3D12_FENCE_FLAG_SHARED, 0, &maps[0]) < 0)
        return 0;
    FUZZ_CHECK(nt_d3d_fence_map_export(maps[0], fds) == 0);
    FUZZ_CHECK(nt_d3d_fence_map_open(fds, &flags, &maps[1]) == 0);
    for (size_t i = 0; i < size / sizeof(struct step) && i < STEPS; i++) {
        struct step step;

        memcpy(&step, data + i * sizeof(step), sizeof(step));
        take_step(maps[step.who % ACTORS], &step);
    }
    for (unsigned i = 0; i < ACTORS; i++) {
        if (maps[i]->slot >= 0)
            nt_d3d_fence_map_unclaim(maps[i]);
        nt_d3d_fence_map_unref(maps[i]);
    }
    for (unsigned i = 0; i < 3; i++)
        close(fds[i]);
    return 0;
}
