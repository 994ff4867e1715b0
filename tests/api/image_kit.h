/* SPDX-License-Identifier: MIT */
/*
 * PE files made byte by byte, for the tests of image sections: a description in, the bytes out.
 * Nothing here maps or parses anything.
 */
#ifndef NT_TESTS_API_IMAGE_KIT_H
#define NT_TESTS_API_IMAGE_KIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <windows.h>

#define IMAGE_MAX_PARTS 32
#define IMAGE_ROOM      (1u << 20)

/* The default e_lfanew, and where what the builder makes has its fields. */
#define IMAGE_NT_AT     0x80u

struct image_part {
    uint32_t rva, virtual_size;
    uint32_t raw_at, raw_size; /* in the file; raw_at 0: behind what came before */
    uint32_t characteristics;
    const void *data; /* data_size bytes at raw_at; the rest is filled with 0xCC */
    size_t data_size;
};

/* Zero stands for what a linker would write. */
struct image_spec {
    bool narrow;          /* PE32 for I386; else PE32+ for AMD64 */
    WORD machine;         /* 0: by the width */
    bool machine_zero;    /* really 0 */
    WORD characteristics; /* 0: an executable DLL */
    WORD dll_characteristics;
    uint64_t base;                              /* 0: 0x180000000, or 0x10000000 */
    uint32_t section_alignment, file_alignment; /* 0: 0x1000, 0x200 */
    uint32_t size_of_image;                     /* 0: to the end of the last part */
    uint32_t size_of_headers; /* 0: what the headers take, rounded up to the file alignment */
    uint32_t entry;
    uint32_t relocations_rva, relocations_size;
    WORD n_parts;
    struct image_part parts[IMAGE_MAX_PARTS];
};

struct image_file {
    size_t size;
    unsigned char bytes[IMAGE_ROOM];
};

/** image_build() - the file; it is larger than a stack frame should hold, so give a static one */
void image_build(const struct image_spec *spec, struct image_file *ret_file);

/* The headers of a file that image_build() made; the section table too. */
IMAGE_DOS_HEADER *image_dos(struct image_file *file);
IMAGE_NT_HEADERS64 *image_wide(struct image_file *file);
IMAGE_NT_HEADERS32 *image_narrow(struct image_file *file);
IMAGE_SECTION_HEADER *image_table(struct image_file *file);

/**
 * image_add_block() - one block of base relocations
 * @entries: offset within the page in the low 12 bits, kind above
 *
 * Return: the bytes written at @out, a multiple of 4.
 */
size_t image_add_block(void *out, uint32_t page_rva, const WORD *entries, size_t n_entries);

#endif
