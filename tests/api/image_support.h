/* SPDX-License-Identifier: MIT */
/*
 * Image sections for the tests: PE files (image_kit.h) written to disk and made sections of.
 */
#ifndef NT_TESTS_API_IMAGE_SUPPORT_H
#define NT_TESTS_API_IMAGE_SUPPORT_H

#include "api/api.h"
#include "api/image_kit.h"

#define READS    IMAGE_SCN_MEM_READ
#define WRITES   IMAGE_SCN_MEM_WRITE
#define EXECUTES IMAGE_SCN_MEM_EXECUTE

/* The bytes that the last image was made of; image_build() into it, change them, use them. */
extern struct image_file image_bytes;

/* A new file of image_bytes, under a name of its own each time; readable and executable. */
HANDLE image_file_of_bytes(void);

/* A section with these SEC_ flags of a new file of image_bytes; the status is returned. */
NTSTATUS try_image(ULONG protect, ULONG flags, HANDLE *ret_section);

/* A SEC_IMAGE section of what @spec describes, all rights; the case ends when there is none. */
HANDLE new_image(const struct image_spec *spec);

/* NtMapViewOfSection, all of it, anywhere; the case ends when it fails. */
unsigned char *map_image(HANDLE section, NTSTATUS *ret_status);

/*
 * A spec with code at 0x1000, data at 0x3000 and base relocations at 0x4000: one pointer at
 * IMAGE_POINTER that points to itself. It prefers @base, or a place that is never free for 0.
 */
#define IMAGE_POINTER 0x3010
#define IMAGE_NO_BASE 0x7FFFFFFF0000
struct image_spec movable_image(uint64_t base);
#define MOVABLE_SIZE 0x5000

/* The ImageBase that a mapped PE32+ header tells, and 8 bytes of a view. */
uint64_t told_base(const unsigned char *view);
uint64_t word_at(const unsigned char *address);

#endif
