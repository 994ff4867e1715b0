/* SPDX-License-Identifier: MIT */
/*
 * How large the commit map of a SEC_RESERVE section is. The library makes it for sections without
 * a name and the broker for named ones, so that both must agree; what is in it is the business of
 * lib/memory/reserve.h alone.
 */
#ifndef NT_RTL_RESERVE_MAP_H
#define NT_RTL_RESERVE_MAP_H

#include <stdint.h>

/* Pages of the section that one page of the map stands for, a bit each. */
#define NT_RESERVE_BLOCK (4096u * 8)

/** nt_reserve_blocks() - pages of bits of a section of @size bytes */
static inline uint64_t nt_reserve_blocks(uint64_t size)
{
    uint64_t pages = size / 4096 + (size % 4096 != 0);

    return pages / NT_RESERVE_BLOCK + (pages % NT_RESERVE_BLOCK != 0);
}

/** nt_reserve_bits_at() - where the bits begin: two more bits for each block lie before */
static inline uint64_t nt_reserve_bits_at(uint64_t size)
{
    uint64_t words = 2 * ((nt_reserve_blocks(size) + 63) / 64);

    return (words * 8 + 4095) & ~4095ull;
}

/**
 * nt_reserve_map_size() - bytes of the commit map of a section of @size bytes (a sparse memfd)
 */
static inline uint64_t nt_reserve_map_size(uint64_t size)
{
    return nt_reserve_bits_at(size) + nt_reserve_blocks(size) * 4096;
}

#endif
