/* SPDX-License-Identifier: MIT */
/*
 * Sections (file mapping objects): memory that views show. A page-file section is a sealed
 * memfd: made here when it has no name, by the broker when it has one. Its descriptors live as
 * long as some handle does; a view keeps the memory by being mapped and needs none.
 */
#ifndef NT_LIB_MEMORY_SECTION_H
#define NT_LIB_MEMORY_SECTION_H

#include "lib/object/object.h"
#include "lib/object/name.h"

struct nt_section {
    struct nt_object object;
    uint64_t size;    /* bytes; a page-file section's is a multiple of the page size */
    ULONG protection; /* PAGE_ value given at creation */
    ULONG attributes; /* SEC_ flags, as NtQuerySection tells them */
    int lease_fd;     /* -1 for an unnamed one */
    int write_fd;     /* read-write description, or -1 */
    int read_fd;      /* read-only description, or -1 */
};

extern const struct nt_object_type nt_section_type;

struct nt_section_parameters {
    uint64_t size;      /* bytes; 0 is STATUS_INVALID_PARAMETER_4 for a page-file section */
    ULONG protection;   /* PAGE_ value, checked here */
    ULONG attributes;   /* SEC_ flags, checked here */
    ACCESS_MASK access; /* of the new handle; generic bits are mapped here */
};

/**
 * nt_section_create() - create a page-file section, or open the one of that name
 * @name:       parsed name, or NULL for an unnamed section
 * @ret_handle: the handle; on STATUS_OBJECT_NAME_EXISTS it is one to the old section
 *
 * A section that already exists keeps its size and protection (1.19).
 *
 * Return: STATUS_SUCCESS; STATUS_OBJECT_NAME_EXISTS, also a success (only when @name has
 * OBJ_OPENIF); STATUS_INVALID_PAGE_PROTECTION, STATUS_INVALID_PARAMETER_n,
 * STATUS_INVALID_FILE_FOR_SECTION, STATUS_OBJECT_NAME_COLLISION, STATUS_OBJECT_TYPE_MISMATCH,
 * STATUS_ACCESS_DENIED, STATUS_COMMITMENT_LIMIT, STATUS_NO_MEMORY, the name's and the
 * connection's errors.
 */
NTSTATUS nt_section_create(const struct nt_object_name *name,
                           const struct nt_section_parameters *parameters, HANDLE *ret_handle);

/**
 * nt_section_open() - open a section by name
 * @access: generic bits and MAXIMUM_ALLOWED are mapped here
 *
 * Return: STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_TYPE_MISMATCH,
 * STATUS_ACCESS_DENIED, the name's and the connection's errors.
 */
NTSTATUS nt_section_open(const struct nt_object_name *name, ACCESS_MASK access, HANDLE *ret_handle);

/**
 * nt_section_fd() - the descriptor to map from
 * @section: held open (nt_handle_get())
 * @write:   a shared, writable mapping is wanted
 *
 * Borrowed. -1 when the rights under which this section was opened give none.
 */
int nt_section_fd(const struct nt_section *section, bool write);

#endif
