// SPDX-License-Identifier: MIT
/*
 * Image sections for the tests; see image_support.h.
 */
#include "api/image_support.h"

#include <stdio.h>
#include <string.h>

#include "api/section_kit.h"

struct image_file image_bytes;

HANDLE image_file_of_bytes(void)
{
    static unsigned n;
    char name[32];

    snprintf(name, sizeof(name), "image-%u.dll", n++);
    return new_file_of(name, GENERIC_READ | GENERIC_EXECUTE, image_bytes.bytes,
                       (DWORD)image_bytes.size);
}

NTSTATUS try_image(ULONG protect, ULONG flags, HANDLE *ret_section)
{
    HANDLE file = image_file_of_bytes();
    NTSTATUS status =
        NtCreateSection(ret_section, SECTION_ALL_ACCESS, NULL, NULL, protect, flags, file);

    drop(file, NULL);
    return status;
}

HANDLE new_image(const struct image_spec *spec)
{
    HANDLE section = NULL;
    NTSTATUS status;

    image_build(spec, &image_bytes);
    status = try_image(PAGE_EXECUTE_READ, SEC_IMAGE, &section);
    require(NT_SUCCESS(status), "no image section: status 0x%08x", (unsigned)status);
    return section;
}

unsigned char *map_image(HANDLE section, NTSTATUS *ret_status)
{
    LARGE_INTEGER offset = {.QuadPart = 0};
    PVOID base = NULL;
    SIZE_T size = 0;
    NTSTATUS status = NtMapViewOfSection(section, GetCurrentProcess(), &base, 0, 0, &offset, &size,
                                         ViewUnmap, 0, PAGE_READONLY);

    require(NT_SUCCESS(status), "not mapped: status 0x%08x", (unsigned)status);
    if (ret_status)
        *ret_status = status;
    return (unsigned char *)base;
}

struct image_spec movable_image(uint64_t base)
{
    static const WORD entry[] = {IMAGE_REL_BASED_DIR64 << 12 | 0x10};
    static unsigned char table[64];
    static uint64_t data[3];
    size_t size = image_add_block(table, 0x3000, entry, 1);

    if (!base)
        base = IMAGE_NO_BASE;
    data[0] = 1;
    data[1] = 2;
    data[2] = base + IMAGE_POINTER;
    return (struct image_spec){
        .base = base,
        .relocations_rva = 0x4000,
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
                {.rva = 0x4000,
                 .virtual_size = 0x1000,
                 .raw_size = 0x200,
                 .characteristics = READS,
                 .data = table,
                 .data_size = size},
            },
    };
}

uint64_t word_at(const unsigned char *address)
{
    uint64_t word;

    memcpy(&word, address, sizeof(word));
    return word;
}

uint64_t told_base(const unsigned char *view)
{
    return word_at(view + IMAGE_NT_AT + offsetof(IMAGE_NT_HEADERS64, OptionalHeader.ImageBase));
}
