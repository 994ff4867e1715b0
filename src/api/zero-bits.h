/* SPDX-License-Identifier: MIT */
/*
 * ZeroBits, with which callers of the Nt layer ask for low addresses.
 */
#ifndef NT_API_ZERO_BITS_H
#define NT_API_ZERO_BITS_H

#include <stdint.h>

#include <windows.h>
#include <winternl.h>

/**
 * nt_api_read_zero_bits() - fewer than 32 count high bits of a 32-bit address that must be zero;
 * more are a mask whose highest bit is the highest that an address may have
 * @base:        the wanted address, or NULL
 * @refusal:     what is answered to a number that means nothing, or to a @base above the limit
 * @ret_highest: the last byte that an address may have; 0 for no limit
 */
NTSTATUS nt_api_read_zero_bits(ULONG_PTR zero_bits, const void *base, NTSTATUS refusal,
                               uint64_t *ret_highest);

#endif
