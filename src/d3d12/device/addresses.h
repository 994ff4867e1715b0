/* SPDX-License-Identifier: MIT */
/*
 * Which buffer is at a device address: WriteBufferImmediate names its target by address alone.
 *
 * An array of ranges, sorted by start. Buffers may overlap (placed on the same heap), so each
 * entry also has the highest end of all entries up to it: a search goes back from the last
 * range that starts at or below the address, and stops where no earlier one can reach it.
 */
#ifndef NT_D3D12_ADDRESSES_H
#define NT_D3D12_ADDRESSES_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct nt_d3d_memory;

struct nt_d3d_address_range {
    uint64_t start, end;
    uint64_t highest_end;
    struct nt_d3d_memory *memory; /* borrowed: the buffer takes itself out before it goes */
    uint64_t offset;              /* of @start in @memory */
    const void *owner;
};

struct nt_d3d_addresses {
    pthread_rwlock_t lock;
    struct nt_d3d_address_range *ranges;
    size_t n, room;
};

void nt_d3d_addresses_init(struct nt_d3d_addresses *addresses);
void nt_d3d_addresses_deinit(struct nt_d3d_addresses *addresses);

/** nt_d3d_addresses_add() - @range belongs to its owner now; false when there is no memory */
bool nt_d3d_addresses_add(struct nt_d3d_addresses *addresses,
                          const struct nt_d3d_address_range *range);

/** nt_d3d_addresses_remove() - forget the range of @owner that starts at @start */
void nt_d3d_addresses_remove(struct nt_d3d_addresses *addresses, uint64_t start, const void *owner);

/**
 * nt_d3d_addresses_find() - the memory behind the @size bytes at @address
 * @ret_memory: one reference, owned by the caller
 *
 * Return: false when no buffer holds all of them.
 */
bool nt_d3d_addresses_find(struct nt_d3d_addresses *addresses, uint64_t address, uint64_t size,
                           struct nt_d3d_memory **ret_memory, uint64_t *ret_offset);

#endif
