// SPDX-License-Identifier: MIT
/*
 * See zero-bits.h.
 */
#include "api/zero-bits.h"

#include <ntstatus.h>

#include "lib/memory/region.h"

NTSTATUS nt_api_read_zero_bits(ULONG_PTR zero_bits, const void *base, NTSTATUS refusal,
                               uint64_t *ret_highest)
{
    uint64_t limit;

    *ret_highest = 0;
    if (zero_bits == 0)
        return STATUS_SUCCESS;
    if (zero_bits > 21 && zero_bits < 32)
        return refusal;
    limit = zero_bits < 32 ? UINT32_MAX >> zero_bits : UINT64_MAX >> __builtin_clzll(zero_bits);
    if ((uint64_t)base > limit)
        return refusal;
    if (!base && limit < NT_USER_END)
        *ret_highest = limit | 0xFFF;
    return STATUS_SUCCESS;
}
