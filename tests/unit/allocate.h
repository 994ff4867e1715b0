/* SPDX-License-Identifier: MIT */
/* nt_memory_allocate() as tests mostly need it. */
#ifndef NT_TESTS_UNIT_ALLOCATE_H
#define NT_TESTS_UNIT_ALLOCATE_H

#include "lib/memory/region.h"

static inline NTSTATUS allocate_memory(void **base, size_t *size, ULONG type, ULONG protect)
{
    struct nt_allocation allocation = {
        .base = *base, .size = *size, .type = type, .protect = protect};
    NTSTATUS status = nt_memory_allocate(&allocation);

    *base = allocation.base;
    *size = allocation.size;
    return status;
}

#endif
