/* SPDX-License-Identifier: MIT */
/*
 * Placeholders, for the tests: making and changing them, and one line that says what a range of
 * the address space is made of. "P4 M2 F1 V16" is a placeholder of four pages, two pages of
 * memory, a free one and a view of sixteen, each an allocation of its own:
 *
 *   P  an empty placeholder      R  reserved memory      M  committed memory, PAGE_READWRITE
 *   F  free                      V  a view, PAGE_READWRITE    v  a view of a SEC_RESERVE section
 *
 * and "(M2R3)" is one allocation whose first two pages are committed and whose next three are
 * reserved.
 *
 * Wine 8 knows no placeholders, and releases no parts of allocations.
 */
#ifndef NT_TESTS_API_PLACEHOLDER_KIT_H
#define NT_TESTS_API_PLACEHOLDER_KIT_H

#include "api/api.h"

#define BOTH        (MEM_RESERVE | MEM_COMMIT)
#define PLACEHOLDER (MEM_RESERVE | MEM_RESERVE_PLACEHOLDER)
#define REPLACE     (MEM_RESERVE | MEM_REPLACE_PLACEHOLDER)
#define PRESERVE    (MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER)
#define COALESCE    (MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS)

/* What a Windows must know for a case; the case is skipped in a mingw build where it does not. */
enum can {
    CAN_RESERVE,       /* placeholders can be made, split and released */
    CAN_REPLACE,       /* and replaced by memory, and restored */
    CAN_COALESCE,      /* and coalesced */
    CAN_VIEW,          /* and replaced by a view, and restored */
    CAN_RELEASE_PARTS, /* of plain memory: nothing about placeholders */
};
void needs(enum can what);

/* A placeholder of @n_pages; the case ends when there is none. */
char *new_placeholder(SIZE_T n_pages);
/* The same at @place, a multiple of 64 KiB. */
char *placeholder_at(void *place, SIZE_T n_pages);

/* VirtualAlloc2 in this process without parameters. */
void *allocate2(void *base, SIZE_T size, ULONG type, ULONG protect);

/* A placeholder of exactly these pages becomes memory, PAGE_READWRITE; it must succeed. */
char *replace_pages(char *base, SIZE_T n_pages);
/* The same, only reserved. */
void replace_reserved(char *base, SIZE_T n_pages);
/* VirtualFree with PRESERVE or COALESCE of whole pages; it must succeed. */
void preserve_pages(char *base, SIZE_T n_pages);
void coalesce_pages(char *base, SIZE_T n_pages);
/* VirtualFree(base, 0, MEM_RELEASE), UnmapViewOfFile; they must succeed. */
void release(void *base);

/* MapViewOfFile3 with MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, in this process. */
void *replace_view(HANDLE section, void *base, ULONG64 offset, SIZE_T size);
/* The same; it must succeed. */
char *view_pages(HANDLE section, char *base, SIZE_T first_page, SIZE_T n_pages);
/* UnmapViewOfFile2 with MEM_PRESERVE_PLACEHOLDER; it must succeed. */
void restore_view(void *base);

/* NtFreeVirtualMemory of a range; after a failure base and size must be as passed (7.33). */
NTSTATUS nt_free(void *base, SIZE_T size, ULONG type);
/* NtAllocateVirtualMemoryEx without parameters; after a failure the same. */
NTSTATUS nt_allocate(void *base, SIZE_T size, ULONG type, ULONG protect);

/* What lies from @base on; see above. */
void check_layout(const char *file, int line, const char *base, const char *want);
#define ok_layout(base, want) check_layout(__FILE__, __LINE__, (base), (want))

#endif
