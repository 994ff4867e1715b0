/* SPDX-License-Identifier: MIT */
/*
 * Placeholders as tests handle them: one area of the address space, its pieces, what the library
 * says of them and what the kernel does.
 */
#ifndef NT_TESTS_UNIT_PLACEHOLDER_KIT_H
#define NT_TESTS_UNIT_PLACEHOLDER_KIT_H

#include <stdbool.h>
#include <stdint.h>

#include <windows.h>
#include <winternl.h>
#include <ntstatus.h>

#include "lib/memory/region-map.h"
#include "os/os.h"

#define PAGE 0x1000u
#define SLOT ((uint64_t)NT_GRANULARITY)

/** kit_reserve() - a placeholder somewhere */
uint64_t kit_reserve(size_t size);
/** kit_allocate() - VirtualAlloc2 at @base */
NTSTATUS kit_allocate(uint64_t base, size_t size, ULONG type, ULONG protect);
/** kit_replace() - by committed memory that can be written */
NTSTATUS kit_replace(uint64_t base, size_t size);
/** kit_free() - NtFreeVirtualMemory */
NTSTATUS kit_free(uint64_t base, size_t size, ULONG type);
/** kit_split() - MEM_RELEASE and MEM_PRESERVE_PLACEHOLDER; kit_join() - and MEM_COALESCE_... */
NTSTATUS kit_split(uint64_t base, size_t size);
NTSTATUS kit_join(uint64_t base, size_t size);
/** kit_section() - pagefile-backed, that can be read and written */
HANDLE kit_section(uint64_t size, ULONG attributes);
/** kit_map() - a view of it in place of a placeholder */
NTSTATUS kit_map(HANDLE section, uint64_t base, size_t size, uint64_t offset);
/** kit_clear() - release and unmap everything in a range */
void kit_clear(uint64_t start, uint64_t end);
/** kit_query() - VirtualQuery */
MEMORY_BASIC_INFORMATION kit_query(uint64_t address);

/** kit_is_placeholder() - asserts that one lies exactly there */
bool kit_is_placeholder(uint64_t base, size_t size);
/** kit_mappings() - how many mappings the kernel has in a range */
unsigned kit_mappings(uint64_t start, uint64_t end);
/** kit_agrees() - asserts that map and kernel agree on a range, all of which is owned */
void kit_agrees(uint64_t start, uint64_t end);
/** kit_check_map() - asserts that the map is in order and its gaps are right */
void kit_check_map(void);

/* Everything that can be told of a range without touching it. */
struct kit_picture {
    uint64_t hash;
    unsigned n_regions, n_mappings;
};
struct kit_picture kit_look(uint64_t start, uint64_t end);
bool kit_same(const struct kit_picture *first, const struct kit_picture *second);

/* Calls behind the seam are counted from kit_count() on; the one after @after others of a kind
 * fails with ENOMEM. */
void kit_count(void);
void kit_fail(enum nt_os_call call, unsigned after);
/** kit_stop() - the number of calls of all kinds since; nothing is counted any more */
unsigned kit_stop(void);
unsigned kit_calls(enum nt_os_call call);
bool kit_failed(void);

#endif
