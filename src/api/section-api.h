/* SPDX-License-Identifier: MIT */
/*
 * What the functions on sections share, whatever the width of their names and whichever face
 * they belong to: the checks that Win32 makes before the core is asked.
 */
#ifndef NT_API_SECTION_API_H
#define NT_API_SECTION_API_H

#include <stdint.h>

#include <windows.h>
#include <winternl.h>

#include "lib/memory/region.h"
#include "lib/object/name.h"

/**
 * nt_api_create_attributes() - OBJ_ flags of a Win32 create: open what exists, and inheritance
 * @security: may be NULL; nLength is not looked at (1.59)
 */
ULONG nt_api_create_attributes(const SECURITY_ATTRIBUTES *security);
/** nt_api_descriptor() - the security descriptor that it points at, or NULL */
static inline const void *nt_api_descriptor(const SECURITY_ATTRIBUTES *security)
{
    return security ? security->lpSecurityDescriptor : NULL;
}

/* What one of the CreateFileMapping functions was asked for. */
struct nt_api_mapping {
    HANDLE file;
    const SECURITY_ATTRIBUTES *security;
    DWORD protect;       /* PAGE_ value */
    DWORD attributes;    /* SEC_ flags; 0 is SEC_COMMIT (1.6) */
    const ULONG *access; /* of the handle; NULL: what the protection says (13.1) */
    uint64_t size;       /* bytes */
    ULONG node;          /* NUMA node, or NUMA_NO_PREFERRED_NODE */
    NTSTATUS extended;   /* what reading the extended parameters gave (17.4) */
};

/**
 * nt_api_create_section() - the body of every CreateFileMapping, whatever the width of its name
 * @name:        made with nt_api_create_attributes(), gets the descriptor; deinit stays with the
 *               caller
 * @name_status: what making @name gave
 *
 * Checks in the order of 17.1 and sets the last error, on success too (1.18, 1.19).
 */
HANDLE nt_api_create_section(struct nt_object_name *name, NTSTATUS name_status,
                             const struct nt_api_mapping *mapping);

/**
 * nt_api_create_mapping() - the same for the functions that take page and SEC_ values in one
 * @protect: SEC_NO_CHANGE is not among them (1.50)
 */
HANDLE nt_api_create_mapping(struct nt_object_name *name, NTSTATUS name_status, HANDLE file,
                             const SECURITY_ATTRIBUTES *security, DWORD protect, uint64_t size,
                             ULONG node);

/**
 * nt_api_open_mapping() - the body of OpenFileMapping
 * @text: the name as given, only compared with NULL (2.3)
 *
 * FILE_MAP_COPY and FILE_MAP_EXECUTE become the section's rights (2.8 to 2.11). Sets the last
 * error on failure only.
 */
HANDLE nt_api_open_mapping(const struct nt_object_name *name, NTSTATUS name_status,
                           const void *text, DWORD access);

#endif
