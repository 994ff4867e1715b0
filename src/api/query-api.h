/* SPDX-License-Identifier: MIT */
/*
 * What NtQueryVirtualMemory and the Win32 calls that stand on it share.
 */
#ifndef NT_API_QUERY_API_H
#define NT_API_QUERY_API_H

#include <stdbool.h>

#include <windows.h>
#include <winternl.h>

#include "lib/process/remote.h"

/* A question, and where its answer goes. */
struct nt_memory_answer {
    struct nt_process *process; /* NULL: this one; found by nt_api_query_memory() */
    const void *address;
    void *buffer;
    SIZE_T length;
    unsigned wide_size; /* of a character: sizeof(wchar_t), or 2 for a 16-bit unit */
    SIZE_T written;     /* out: bytes written or needed; 0 when that was not found out */
};

/** nt_api_query_memory() - NtQueryVirtualMemory */
NTSTATUS nt_api_query_memory(HANDLE process, MEMORY_INFORMATION_CLASS what,
                             struct nt_memory_answer *answer);

/**
 * nt_api_describe_allocation() - as MemoryRegionInformation tells it
 * @flags: with the bits of RegionType
 */
void nt_api_describe_allocation(const struct nt_allocation_information *allocation, bool flags,
                                MEMORY_REGION_INFORMATION *ret_region);

/** nt_api_mapped_name() - nt_remote_query_file() in wide characters, for the caller to free */
NTSTATUS nt_api_mapped_name(struct nt_process *process, const void *address, wchar_t **ret_name,
                            size_t *ret_count);

#endif
