/* SPDX-License-Identifier: MIT */
/*
 * What can be asked about memory besides nt_memory_query() (region.h): whole allocations, the
 * file behind a mapping, and which pages are resident. And what the parts of it share.
 */
#ifndef NT_LIB_MEMORY_QUERY_H
#define NT_LIB_MEMORY_QUERY_H

#include <windows.h>

#include "lib/memory/region.h"
#include "os/os.h"

#define NT_KERNEL_END 0x7FFFFFFFF000ull /* nothing of a program lies above */

/* The whole allocation that an address lies in. */
struct nt_allocation_information {
    uint64_t base, size;      /* bytes; of an image all that was asked to be mapped */
    ULONG allocation_protect; /* PAGE_ value */
    DWORD type;               /* MEM_PRIVATE, MEM_MAPPED or MEM_IMAGE */
    bool is_placeholder;
    bool is_file;     /* a data file or an image is behind it */
    bool is_tracked;  /* MEM_WRITE_WATCH */
    bool is_physical; /* MEM_PHYSICAL */
    bool is_large;    /* of large pages */
    uint64_t commit;  /* bytes that are committed in it */
};

/**
 * nt_memory_query_allocation() - the allocation that holds @address (8.32)
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_ADDRESS when it is free; STATUS_INVALID_PARAMETER beyond
 * the address space; what the kernel said.
 */
NTSTATUS nt_memory_query_allocation(const void *address,
                                    struct nt_allocation_information *ret_information);

/**
 * nt_memory_query_file() - the path of the file that is mapped at @address (8.30, 8.31)
 * @ret_path: UTF-8, for the caller to free
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_ADDRESS (free or private memory), STATUS_FILE_INVALID (a
 * mapping without a file), STATUS_INVALID_PARAMETER, STATUS_NO_MEMORY; what the kernel said.
 */
NTSTATUS nt_memory_query_file(const void *address, char **ret_path);

/* One page, as PSAPI_WORKING_SET_EX_INFORMATION tells it. */
struct nt_resident_page {
    uint64_t address;
    bool valid;  /* resident, and an instruction can reach it; else only @shared counts */
    bool shared; /* of a mapping that others may have too, and not this process's own copy */
    bool locked, large;
    unsigned sharers; /* mappings of a shared page: 1, or 2 for more, as the kernel counts no
                         further; 0 for others */
    unsigned node;
    ULONG protect; /* PAGE_ value */
};

/**
 * nt_memory_query_pages() - whether @count pages are resident, and how
 * @pages: address in, the rest out
 *
 * Return: STATUS_SUCCESS; what the kernel said.
 */
NTSTATUS nt_memory_query_pages(struct nt_resident_page *pages, size_t count);

/**
 * nt_memory_each_page() - call @visit for each resident page, from the lowest address up
 *
 * Without @locked and @node. Return: STATUS_SUCCESS; what the kernel said.
 */
NTSTATUS nt_memory_each_page(void (*visit)(const struct nt_resident_page *page, void *context),
                             void *context);

/* --- between query.c and query-foreign.c --------------------------------------------- */

/* A page and the free or foreign space around it, bounded by the application's regions. */
struct nt_query_place {
    uint64_t page;
    uint64_t low, high;
    uint64_t changes, ends; /* of the map, when it was looked up */
};

/**
 * nt_query_foreign() - what lies in a place of which the map knows nothing, from the kernel
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER when nothing is there beyond the address space
 * (8.24); what the kernel said.
 */
NTSTATUS nt_query_foreign(const struct nt_query_place *place, MEMORY_BASIC_INFORMATION *info);

/** nt_query_protect_of() - what the kernel's rights to a mapping are as a PAGE_ value */
DWORD nt_query_protect_of(const struct nt_os_vma *vma);

/**
 * nt_query_mapped_file() - the file of a mapping by the kernel's text for it
 * @path:     changed; NULL for none
 *
 * Return: STATUS_SUCCESS, and @path is the file's; STATUS_FILE_INVALID: it is memory.
 */
NTSTATUS nt_query_mapped_file(const struct nt_os_vma *vma, char *path);

/** nt_image_at() - the bounds of the loaded ELF object that @address lies in; false: none */
bool nt_image_at(uint64_t address, uint64_t *ret_low, uint64_t *ret_high);

#endif
