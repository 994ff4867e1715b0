// SPDX-License-Identifier: MIT
/*
 * WaitOnAddress: sleepers at an address of the program (park.h). What stands there is compared
 * once before anything else, so that a bad address faults while nothing is begun, and again as a
 * sleeper: whoever changes it later finds one.
 */
#include <string.h>

#include <ntstatus.h>

#include "lib/sync/in-process.h"
#include "lib/sync/park.h"

static bool is_same(const volatile void *address, const void *compare, size_t size)
{
    uint64_t wanted = 0, is;

    memcpy(&wanted, compare, size);
    if (size == 1)
        is = __atomic_load_n((const volatile uint8_t *)address, __ATOMIC_ACQUIRE);
    else if (size == 2)
        is = __atomic_load_n((const volatile uint16_t *)address, __ATOMIC_ACQUIRE);
    else if (size == 4)
        is = __atomic_load_n((const volatile uint32_t *)address, __ATOMIC_ACQUIRE);
    else
        is = __atomic_load_n((const volatile uint64_t *)address, __ATOMIC_ACQUIRE);
    return is == wanted;
}

NTSTATUS nt_address_wait(const volatile void *address, const void *compare, size_t size,
                         uint64_t deadline_ns)
{
    struct nt_parked parked;

    if (size != 1 && size != 2 && size != 4 && size != 8)
        return STATUS_INVALID_PARAMETER;
    if (!is_same(address, compare, size))
        return STATUS_SUCCESS;
    if (deadline_ns == 0)
        return STATUS_TIMEOUT;
    nt_park_begin(&parked, address);
    if (!is_same(address, compare, size)) {
        nt_park_cancel(&parked);
        return STATUS_SUCCESS;
    }
    return nt_park_sleep(&parked, deadline_ns) ? STATUS_SUCCESS : STATUS_TIMEOUT;
}
