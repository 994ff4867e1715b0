// SPDX-License-Identifier: MIT
/*
 * Writing PE files; see image_kit.h.
 */
#include "api/image_kit.h"

#include <string.h>

#include "harness/test.h"

#define FILLER 0xCC

static uint32_t round_up(uint32_t value, uint32_t align)
{
    return align ? (value + align - 1) / align * align : value;
}

static uint32_t or_else(uint32_t value, uint32_t otherwise)
{
    return value ? value : otherwise;
}

IMAGE_DOS_HEADER *image_dos(struct image_file *file)
{
    return (IMAGE_DOS_HEADER *)(void *)file->bytes;
}

IMAGE_NT_HEADERS64 *image_wide(struct image_file *file)
{
    return (IMAGE_NT_HEADERS64 *)(void *)(file->bytes + IMAGE_NT_AT);
}

IMAGE_NT_HEADERS32 *image_narrow(struct image_file *file)
{
    return (IMAGE_NT_HEADERS32 *)(void *)(file->bytes + IMAGE_NT_AT);
}

IMAGE_SECTION_HEADER *image_table(struct image_file *file)
{
    /* The file header lies at the same place in both widths. */
    size_t behind = offsetof(IMAGE_NT_HEADERS64, OptionalHeader);

    return (IMAGE_SECTION_HEADER *)(void *)(file->bytes + IMAGE_NT_AT + behind +
                                            image_wide(file)->FileHeader.SizeOfOptionalHeader);
}

static uint32_t end_of_parts(const struct image_spec *spec, uint32_t alignment)
{
    uint32_t end = alignment;

    for (WORD i = 0; i < spec->n_parts; i++) {
        const struct image_part *part = &spec->parts[i];
        uint32_t part_end = part->rva + or_else(part->virtual_size, part->raw_size);

        end = part_end > end ? part_end : end;
    }
    return round_up(end, alignment);
}

/* What both widths have under the same names. */
#define FILL_OPTIONAL(header, spec)                                                               \
    do {                                                                                          \
        (header)->AddressOfEntryPoint = (spec)->entry;                                            \
        (header)->SectionAlignment = or_else((spec)->section_alignment, 0x1000);                  \
        (header)->FileAlignment = or_else((spec)->file_alignment, 0x200);                         \
        (header)->MajorOperatingSystemVersion = 6;                                                \
        (header)->MajorSubsystemVersion = 6;                                                      \
        (header)->MinorSubsystemVersion = 1;                                                      \
        (header)->Subsystem = IMAGE_SUBSYSTEM_WINDOWS_CUI;                                        \
        (header)->DllCharacteristics = (spec)->dll_characteristics;                               \
        (header)->SizeOfStackReserve = 0x100000;                                                  \
        (header)->SizeOfStackCommit = 0x2000;                                                     \
        (header)->CheckSum = 0x12345678;                                                          \
        (header)->NumberOfRvaAndSizes = IMAGE_NUMBEROF_DIRECTORY_ENTRIES;                         \
        (header)->SizeOfImage =                                                                   \
            or_else((spec)->size_of_image, end_of_parts((spec), (header)->SectionAlignment));     \
        (header)->DataDirectory[IMAGE_DIRECTORY_ENTRY_BASERELOC].VirtualAddress =                 \
            (spec)->relocations_rva;                                                              \
        (header)->DataDirectory[IMAGE_DIRECTORY_ENTRY_BASERELOC].Size = (spec)->relocations_size; \
        (header)->SizeOfHeaders =                                                                 \
            or_else((spec)->size_of_headers, round_up(headers_end, (header)->FileAlignment));     \
    } while (0)

static void write_headers(const struct image_spec *spec, struct image_file *file)
{
    size_t optional =
        spec->narrow ? sizeof(IMAGE_OPTIONAL_HEADER32) : sizeof(IMAGE_OPTIONAL_HEADER64);
    uint32_t headers_end = (uint32_t)(IMAGE_NT_AT + offsetof(IMAGE_NT_HEADERS64, OptionalHeader) +
                                      optional + spec->n_parts * sizeof(IMAGE_SECTION_HEADER));
    IMAGE_FILE_HEADER *header = &image_wide(file)->FileHeader;

    image_dos(file)->e_magic = IMAGE_DOS_SIGNATURE;
    image_dos(file)->e_lfanew = IMAGE_NT_AT;
    image_wide(file)->Signature = IMAGE_NT_SIGNATURE;
    header->Machine = (WORD)or_else(spec->machine, spec->narrow ? IMAGE_FILE_MACHINE_I386
                                                                : IMAGE_FILE_MACHINE_AMD64);
    if (spec->machine_zero)
        header->Machine = 0;
    header->NumberOfSections = spec->n_parts;
    header->SizeOfOptionalHeader = (WORD)optional;
    header->Characteristics =
        (WORD)or_else(spec->characteristics, IMAGE_FILE_EXECUTABLE_IMAGE | IMAGE_FILE_DLL);
    if (spec->narrow) {
        IMAGE_OPTIONAL_HEADER32 *narrow = &image_narrow(file)->OptionalHeader;

        narrow->Magic = IMAGE_NT_OPTIONAL_HDR32_MAGIC;
        narrow->ImageBase = or_else((uint32_t)spec->base, 0x10000000);
        FILL_OPTIONAL(narrow, spec);
    } else {
        IMAGE_OPTIONAL_HEADER64 *wide = &image_wide(file)->OptionalHeader;

        wide->Magic = IMAGE_NT_OPTIONAL_HDR64_MAGIC;
        wide->ImageBase = spec->base ? spec->base : 0x180000000;
        FILL_OPTIONAL(wide, spec);
    }
    file->size = round_up(headers_end, or_else(spec->file_alignment, 0x200));
}

/* Raw data ends where it ends: the next part begins at the next multiple of the alignment. */
static void write_part(const struct image_spec *spec, WORD index, struct image_file *file)
{
    const struct image_part *part = &spec->parts[index];
    IMAGE_SECTION_HEADER *header = &image_table(file)[index];
    uint32_t at = round_up((uint32_t)file->size, or_else(spec->file_alignment, 0x200));
    size_t data_size;

    if (part->raw_at)
        at = part->raw_at;
    require(at + (size_t)part->raw_size <= IMAGE_ROOM, "no room for part %u", (unsigned)index);
    memcpy(header->Name, ".part", 5);
    header->Name[5] = (BYTE)('a' + index);
    header->VirtualAddress = part->rva;
    header->Misc.VirtualSize = part->virtual_size;
    header->Characteristics = part->characteristics;
    header->SizeOfRawData = part->raw_size;
    if (!part->raw_size)
        return;
    header->PointerToRawData = at;
    data_size = part->data_size < part->raw_size ? part->data_size : part->raw_size;
    memset(file->bytes + at, FILLER, part->raw_size);
    if (data_size)
        memcpy(file->bytes + at, part->data, data_size);
    if (at + (size_t)part->raw_size > file->size)
        file->size = at + (size_t)part->raw_size;
}

void image_build(const struct image_spec *spec, struct image_file *ret_file)
{
    require(spec->n_parts <= IMAGE_MAX_PARTS, "too many parts");
    memset(ret_file, 0, sizeof(*ret_file));
    write_headers(spec, ret_file);
    for (WORD i = 0; i < spec->n_parts; i++)
        write_part(spec, i, ret_file);
}

size_t image_add_block(void *out, uint32_t page_rva, const WORD *entries, size_t n_entries)
{
    size_t size = sizeof(IMAGE_BASE_RELOCATION) + n_entries * sizeof(WORD);
    IMAGE_BASE_RELOCATION block = {page_rva, (DWORD)((size + 3) & ~(size_t)3)};
    unsigned char *at = out;

    memset(at, 0, block.SizeOfBlock); /* a filler of kind ABSOLUTE */
    memcpy(at, &block, sizeof(block));
    memcpy(at + sizeof(block), entries, n_entries * sizeof(WORD));
    return block.SizeOfBlock;
}
