/* SPDX-License-Identifier: MIT */
/*
 * A radix tree over the address space that a signal handler can read: three levels of 512
 * pointers (512 GiB, 1 GiB, 2 MiB a slot), each pointer changed by one store, and nothing of it
 * ever freed. Who changes it holds NT_LOCK_FAULTS; who reads it needs nothing.
 *
 * A slot is 0, a pointer to what lies below, or, with bit 0 set, a value for all of it.
 */
#ifndef NT_LIB_FAULT_RADIX_H
#define NT_LIB_FAULT_RADIX_H

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#define NT_RADIX_SLOTS 512u
#define NT_RADIX_TOP   39u /* a slot of the root covers 1 << 39 bytes */
#define NT_RADIX_STEP  9u
#define NT_RADIX_LAST  21u /* a slot of the lowest level covers 2 MiB */
#define NT_RADIX_END   (1ull << (NT_RADIX_TOP + NT_RADIX_STEP))

struct nt_radix {
    _Atomic uintptr_t slots[NT_RADIX_SLOTS];
};

static inline _Atomic uintptr_t *nt_radix_slot(struct nt_radix *node, unsigned shift,
                                               uint64_t address)
{
    return &node->slots[address >> shift & (NT_RADIX_SLOTS - 1)];
}

#endif
