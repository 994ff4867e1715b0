/* SPDX-License-Identifier: MIT */
/*
 * PE32 and PE32+ headers, read from bytes that a stranger made. Every offset and count is checked
 * against what is there before it is used; nothing is read twice. No I/O.
 */
#ifndef NT_RTL_PE_H
#define NT_RTL_PE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <windows.h>
#include <winternl.h>

#define NT_PE_MAX_SECTIONS 96
#define NT_PE_MOST_HEADERS (2u << 20) /* bytes; nt_pe_header_room() asks for fewer */

struct nt_pe_section {
    uint32_t rva, virtual_size;    /* virtual_size: a multiple of the page size */
    uint32_t raw_offset, raw_size; /* what is really in the file; a size of 0 for none */
    uint32_t characteristics;
    ULONG protect; /* 14.5 */
};

struct nt_pe {
    bool plus; /* PE32+ */
    bool flat; /* SectionAlignment below a page: one region (14.9), and no sections here */
    uint16_t machine, characteristics, dll_characteristics, subsystem;
    uint16_t subsystem_major, subsystem_minor, os_major, os_minor;
    uint64_t preferred_base; /* a multiple of 64 KiB */
    uint64_t stack_reserve, stack_commit;
    uint32_t entry_rva, size_of_image, size_of_headers, size_of_code, checksum, loader_flags;
    uint32_t base_field;                        /* file offset of ImageBase, 4 or 8 bytes */
    uint32_t relocations_rva, relocations_size; /* as they stand there; 0: none */
    uint32_t n_sections;
    struct nt_pe_section sections[NT_PE_MAX_SECTIONS]; /* ascending, next to each other */
};

/** nt_pe_has_relocations() - false when the image cannot live but at its preferred base */
static inline bool nt_pe_has_relocations(const struct nt_pe *pe)
{
    return !(pe->characteristics & IMAGE_FILE_RELOCS_STRIPPED);
}

/**
 * nt_pe_header_room() - how many first bytes of a file may hold its headers
 * @bytes, @size: the first bytes of the file; 64 are enough
 *
 * Enough for all that is ever read: headers that begin behind the first MiB are not.
 */
size_t nt_pe_header_room(const void *bytes, size_t size);

/**
 * nt_pe_parse() - the headers at the start of a file
 * @bytes, @size: the first bytes of the file, all of it or enough for the headers
 * @file_size:    its whole length
 *
 * Taken are PE32 for I386 and PE32+ for AMD64 and ARM64: of these the base relocations are known.
 * Return: STATUS_SUCCESS; STATUS_INVALID_FILE_FOR_SECTION (empty, or 4 GiB and longer);
 * STATUS_INVALID_IMAGE_NOT_MZ, STATUS_INVALID_IMAGE_NE_FORMAT, STATUS_INVALID_IMAGE_WIN_16,
 * STATUS_INVALID_IMAGE_PROTECT, STATUS_INVALID_IMAGE_FORMAT (14.11 to 14.14).
 */
NTSTATUS nt_pe_parse(const void *bytes, size_t size, uint64_t file_size, struct nt_pe *ret_pe);

/**
 * nt_pe_relocations_touch() - which pages relocating will change
 * @image: size_of_image bytes, only read
 * @touch: called with each page's number, ascending or not, perhaps more than once
 *
 * Checks the whole table, so that relocating afterwards cannot fail. Return: as nt_pe_relocate().
 */
NTSTATUS nt_pe_relocations_touch(const struct nt_pe *pe, const void *image,
                                 void (*touch)(uint32_t page, void *context), void *context);

/**
 * nt_pe_relocate() - apply base relocations to a laid-out image
 * @table:  size_of_image bytes, from which the table is read; may be @image
 * @image:  size_of_image bytes, writable
 * @delta:  the real base minus the preferred one
 *
 * Entries: ABSOLUTE (a filler), HIGH, LOW, HIGHLOW, and in PE32+ DIR64. The table ends at its
 * size or at a block of zeros.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_IMAGE_FORMAT for a block or an entry that leaves the
 * image, or of an unknown kind; what lies before it has been changed.
 */
NTSTATUS nt_pe_relocate(const struct nt_pe *pe, const void *table, void *image, uint64_t delta);

#endif
