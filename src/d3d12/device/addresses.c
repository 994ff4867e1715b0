// SPDX-License-Identifier: MIT
/*
 * The map from device addresses to buffers (see addresses.h).
 */
#include "d3d12/device/addresses.h"

#include <stdlib.h>
#include <string.h>

#include "d3d12/memory/memory.h"
#include "util/macro.h"

void nt_d3d_addresses_init(struct nt_d3d_addresses *addresses)
{
    pthread_rwlock_init(&addresses->lock, NULL);
}

void nt_d3d_addresses_deinit(struct nt_d3d_addresses *addresses)
{
    free(addresses->ranges);
    addresses->ranges = NULL;
    pthread_rwlock_destroy(&addresses->lock);
}

/* The number of ranges that start at or below @address. */
static size_t upper_bound(const struct nt_d3d_addresses *addresses, uint64_t address)
{
    size_t low = 0, high = addresses->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (addresses->ranges[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Makes highest_end right again from @first on. */
static void refresh(struct nt_d3d_addresses *addresses, size_t first)
{
    uint64_t highest = first ? addresses->ranges[first - 1].highest_end : 0;

    for (size_t i = first; i < addresses->n; i++) {
        if (addresses->ranges[i].end > highest)
            highest = addresses->ranges[i].end;
        addresses->ranges[i].highest_end = highest;
    }
}

bool nt_d3d_addresses_add(struct nt_d3d_addresses *addresses,
                          const struct nt_d3d_address_range *range)
{
    bool is_added = false;
    size_t place;

    pthread_rwlock_wrlock(&addresses->lock);
    if (NT_ARRAY_GROW(addresses->ranges, addresses->n, addresses->room)) {
        place = upper_bound(addresses, range->start);
        memmove(&addresses->ranges[place + 1], &addresses->ranges[place],
                (addresses->n - place) * sizeof(*range));
        addresses->ranges[place] = *range;
        addresses->n++;
        refresh(addresses, place);
        is_added = true;
    }
    pthread_rwlock_unlock(&addresses->lock);
    return is_added;
}

void nt_d3d_addresses_remove(struct nt_d3d_addresses *addresses, uint64_t start, const void *owner)
{
    pthread_rwlock_wrlock(&addresses->lock);
    for (size_t i = upper_bound(addresses, start); i-- > 0;) {
        if (addresses->ranges[i].start != start)
            break;
        if (addresses->ranges[i].owner != owner)
            continue;
        addresses->n--;
        memmove(&addresses->ranges[i], &addresses->ranges[i + 1],
                (addresses->n - i) * sizeof(*addresses->ranges));
        refresh(addresses, i);
        break;
    }
    pthread_rwlock_unlock(&addresses->lock);
}

bool nt_d3d_addresses_find(struct nt_d3d_addresses *addresses, uint64_t address, uint64_t size,
                           struct nt_d3d_memory **ret_memory, uint64_t *ret_offset)
{
    bool is_found = false;

    if (address + size < address)
        return false;
    pthread_rwlock_rdlock(&addresses->lock);
    for (size_t i = upper_bound(addresses, address); !is_found && i-- > 0;) {
        const struct nt_d3d_address_range *range = &addresses->ranges[i];

        if (range->highest_end < address + size)
            break;
        if (range->end < address + size)
            continue;
        nt_d3d_memory_ref(range->memory);
        *ret_memory = range->memory;
        *ret_offset = range->offset + (address - range->start);
        is_found = true;
    }
    pthread_rwlock_unlock(&addresses->lock);
    return is_found;
}
