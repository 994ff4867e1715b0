// SPDX-License-Identifier: MIT
/*
 * Images for the unit tests; see image_unit.h.
 */
#include "unit/image_unit.h"

#include <sys/mman.h>
#include <unistd.h>

#include "harness/test.h"

struct image_file file;
unsigned char table[64];

struct image_spec movable(void)
{
    static const WORD entry[] = {IMAGE_REL_BASED_DIR64 << 12 | 0x10};
    static const uint64_t data[] = {1, 2, NOWHERE + POINTER_AT};
    size_t size = image_add_block(table, 0x3000, entry, 1);

    return (struct image_spec){
        .base = NOWHERE,
        .relocations_rva = TABLE_AT,
        .relocations_size = (uint32_t)size,
        .n_parts = 3,
        .parts =
            {
                {.rva = 0x1000,
                 .virtual_size = 0x2000,
                 .raw_size = 0x200,
                 .characteristics = READS | EXECUTES},
                {.rva = 0x3000,
                 .virtual_size = 0x1000,
                 .raw_size = 0x200,
                 .characteristics = READS | WRITES,
                 .data = data,
                 .data_size = sizeof(data)},
                {.rva = TABLE_AT,
                 .virtual_size = 0x1000,
                 .raw_size = 0x200,
                 .characteristics = READS,
                 .data = table,
                 .data_size = size},
            },
    };
}

int file_of_bytes(void)
{
    int fd = memfd_create("file", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    require(fd >= 0 && write(fd, file.bytes, file.size) == (ssize_t)file.size);
    return fd;
}

NTSTATUS make(bool no_execute, struct nt_image **ret_image, int *ret_layout)
{
    int fd = file_of_bytes();
    NTSTATUS status = nt_image_new(fd, no_execute, ret_image, ret_layout);

    close(fd);
    return status;
}

void make_spec(const struct image_spec *spec, struct nt_image **ret_image, int *ret_layout)
{
    image_build(spec, &file);
    require(NT_SUCCESS(make(false, ret_image, ret_layout)), "no image");
}
