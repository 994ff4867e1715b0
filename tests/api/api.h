/* SPDX-License-Identifier: MIT */
/*
 * What every API test includes: the Windows headers, the harness, and helpers that let a case say
 * what it is about. The tests use the public interface only, so that the same sources run on
 * Windows and Wine.
 */
#ifndef NT_TESTS_API_API_H
#define NT_TESTS_API_API_H

#ifdef _WIN32
#    include "api/windows_shim.h"
#else
#    include <windows.h>
#    include <winternl.h>
#    include <ntstatus.h>
#endif

#include "harness/test.h"

#define PAGE    ((SIZE_T)0x1000)
#define GRANULE ((SIZE_T)0x10000)

/* How long a case waits for another process or thread that has something to do. */
#define SOON    25000

/* --- sections ------------------------------------------------------------------------------- */

/* A section of the page file; the case ends when there is none. @name may be NULL. */
HANDLE new_section(const wchar_t *name, DWORD protect, SIZE_T size);

/* OpenFileMappingW; the case ends when it fails. */
HANDLE open_section(const wchar_t *name, DWORD access);

/* Another handle of the same object with exactly the rights @access. */
HANDLE with_rights(HANDLE handle, DWORD access);

/* The size and the attributes that NtQuerySection tells of; @section must carry SECTION_QUERY. */
uint64_t section_size(HANDLE section);
DWORD section_attributes(HANDLE section);

/*
 * Which of SECTION_QUERY, SECTION_MAP_READ, SECTION_MAP_WRITE and SECTION_MAP_EXECUTE a handle of
 * a PAGE_EXECUTE_READWRITE section carries, found out by using them.
 */
DWORD rights_of(HANDLE section);
#define ok_rights(section, rights) ok_eq(rights_of(section), (DWORD)(rights))

/* All of a section, readable and writable; the case ends when that fails. */
volatile uint32_t *map_words(HANDLE section);

/* Unmaps and closes: both must succeed. Either may be NULL. */
void drop(HANDLE handle, volatile const void *view);

/*
 * OpenFileMappingW, and MapViewOfFile of the whole section, fail with @error; what they give
 * instead is put away.
 */
void check_open_fails(const wchar_t *name, DWORD access, DWORD error);
void check_map_fails(HANDLE section, DWORD access, DWORD error);

/* Whether @size bytes are all @value. */
bool all_bytes(const volatile void *memory, uint8_t value, SIZE_T size);

/* --- memory --------------------------------------------------------------------------------- */

/* What one of these does with a byte there: true, or false where it would be a violation. */
bool can_read(const volatile void *address);
bool can_write(volatile void *address);

/* Whether the code that put_code() puts there runs. */
bool can_run(const volatile void *address);
/* Writes a function that returns; false where the tests do not know the machine's code. */
bool put_code(volatile void *address);

/* An address of @size free bytes, a multiple of 64 KiB, where nobody maps anything. */
void *free_place(SIZE_T size);

/* Every field of what VirtualQuery says; .base is the queried page unless it is given. */
struct region_want {
    const volatile void *base, *allocation_base;
    SIZE_T size;
    DWORD allocation_protect, state, protect, type;
};
void check_region(const char *file, int line, const volatile void *address,
                  const struct region_want *want);
#define ok_region(address, ...) \
    check_region(__FILE__, __LINE__, (address), &(struct region_want){__VA_ARGS__})

/* --- names ---------------------------------------------------------------------------------- */

/* The number of the session in which the case runs: in 0, Local\ is Global\. */
unsigned session_number(void);

/* A path for the Nt layer in the global directory; valid until the next call. */
UNICODE_STRING nt_path(const wchar_t *leaf);

/* Attributes for @name (NULL: none). */
OBJECT_ATTRIBUTES nt_attributes(UNICODE_STRING *name, ULONG flags);

#endif
