// SPDX-License-Identifier: MIT
/*
 * Reading PE headers and applying base relocations. The bytes are a stranger's: each structure
 * is copied out whole after its place was checked, and then only the copy is looked at, so that
 * alignment does not matter either. All sums are made in 64 bits.
 *
 * What is asked of a file is what Microsoft's page on the PE format demands of a linker, as far
 * as laying out depends on it: powers of two for the alignments, sections in ascending order,
 * next to each other, inside SizeOfImage, their raw data inside the file.
 */
#include "rtl/pe.h"

#include <string.h>

#include <ntstatus.h>

#include "util/macro.h"

#define PAGE_BYTES      4096u
#define SECTOR_BYTES    512u
#define BASE_ALIGNMENT  0x10000u
#define FARTHEST_HEADER (1u << 20)

/* What the checks need of the optional header, of both widths. */
struct numbers {
    uint32_t section_alignment, file_alignment;
    uint64_t section_table;
};

struct reader {
    const uint8_t *bytes;
    size_t size;
    uint64_t file_size;
};

/* False when the structure is not wholly there. */
static bool fetch(const struct reader *reader, uint64_t offset, void *out, size_t size)
{
    if (offset > reader->size || size > reader->size - offset)
        return false;
    memcpy(out, reader->bytes + offset, size);
    return true;
}

static bool is_power_of_two(uint32_t value)
{
    return value && !(value & (value - 1));
}

/* --- what kind of file -------------------------------------------------------------- */

size_t nt_pe_header_room(const void *bytes, size_t size)
{
    struct reader reader = {bytes, size, size};
    IMAGE_DOS_HEADER dos;
    uint32_t start = 0;

    /* The table of sections lies up to 65,535 bytes behind the optional header's start. */
    const size_t rest =
        sizeof(IMAGE_NT_HEADERS64) + UINT16_MAX + NT_PE_MAX_SECTIONS * sizeof(IMAGE_SECTION_HEADER);

    if (fetch(&reader, 0, &dos, sizeof(dos)))
        start = (uint32_t)dos.e_lfanew;
    return (start < FARTHEST_HEADER ? start : FARTHEST_HEADER) + rest;
}

/* 14.12: what a 16-bit program was made for tells its error. */
static NTSTATUS refuse_ne(const struct reader *reader, uint32_t start)
{
    IMAGE_OS2_HEADER ne;

    if (!fetch(reader, start, &ne, sizeof(ne)))
        return STATUS_INVALID_IMAGE_PROTECT;
    if (ne.ne_exetyp == 2)
        return STATUS_INVALID_IMAGE_WIN_16;
    return ne.ne_exetyp == 5 ? STATUS_INVALID_IMAGE_PROTECT : STATUS_INVALID_IMAGE_NE_FORMAT;
}

/* 1.31, 14.11 to 14.13; on success the place of the PE signature. */
static NTSTATUS find_headers(const struct reader *reader, uint32_t *ret_start)
{
    IMAGE_DOS_HEADER dos;
    uint32_t signature = 0, start;

    if (reader->file_size == 0 || reader->file_size > UINT32_MAX)
        return STATUS_INVALID_FILE_FOR_SECTION;
    if (!fetch(reader, 0, &dos.e_magic, sizeof(dos.e_magic)) || dos.e_magic != IMAGE_DOS_SIGNATURE)
        return STATUS_INVALID_IMAGE_NOT_MZ;
    if (!fetch(reader, 0, &dos, sizeof(dos)))
        return STATUS_INVALID_IMAGE_PROTECT;
    start = (uint32_t)dos.e_lfanew;
    if (start >= reader->file_size)
        return STATUS_INVALID_IMAGE_PROTECT;
    if (start > FARTHEST_HEADER)
        return STATUS_INVALID_IMAGE_FORMAT;
    if (!fetch(reader, start, &signature, sizeof(uint16_t)))
        return STATUS_INVALID_IMAGE_PROTECT;
    if (signature == IMAGE_OS2_SIGNATURE)
        return refuse_ne(reader, start);
    if (!fetch(reader, start, &signature, sizeof(signature)) || signature != IMAGE_NT_SIGNATURE)
        return STATUS_INVALID_IMAGE_PROTECT;
    *ret_start = start;
    return STATUS_SUCCESS;
}

/* --- the optional header ------------------------------------------------------------ */

/* The fields that both widths have, under one name each. */
#define COPY_OPTIONAL(pe, numbers, header)                           \
    do {                                                             \
        (pe)->preferred_base = (header).ImageBase;                   \
        (pe)->entry_rva = (header).AddressOfEntryPoint;              \
        (pe)->size_of_image = (header).SizeOfImage;                  \
        (pe)->size_of_headers = (header).SizeOfHeaders;              \
        (pe)->size_of_code = (header).SizeOfCode;                    \
        (pe)->checksum = (header).CheckSum;                          \
        (pe)->loader_flags = (header).LoaderFlags;                   \
        (pe)->subsystem = (header).Subsystem;                        \
        (pe)->subsystem_major = (header).MajorSubsystemVersion;      \
        (pe)->subsystem_minor = (header).MinorSubsystemVersion;      \
        (pe)->os_major = (header).MajorOperatingSystemVersion;       \
        (pe)->os_minor = (header).MinorOperatingSystemVersion;       \
        (pe)->dll_characteristics = (header).DllCharacteristics;     \
        (pe)->stack_reserve = (header).SizeOfStackReserve;           \
        (pe)->stack_commit = (header).SizeOfStackCommit;             \
        (numbers)->section_alignment = (header).SectionAlignment;    \
        (numbers)->file_alignment = (header).FileAlignment;          \
        if ((header).NumberOfRvaAndSizes > DIRECTORY_OF_RELOCATIONS) \
            copy_relocations((pe), (header).DataDirectory);          \
    } while (0)

#define DIRECTORY_OF_RELOCATIONS IMAGE_DIRECTORY_ENTRY_BASERELOC

static void copy_relocations(struct nt_pe *pe, const IMAGE_DATA_DIRECTORY *directories)
{
    const IMAGE_DATA_DIRECTORY *relocations = &directories[DIRECTORY_OF_RELOCATIONS];

    if (!relocations->VirtualAddress || !relocations->Size)
        return;
    pe->relocations_rva = relocations->VirtualAddress;
    pe->relocations_size = relocations->Size;
}

/* 14.14: the magic number and the machine go together. */
static NTSTATUS read_optional(const struct reader *reader, uint64_t at, struct nt_pe *pe,
                              struct numbers *numbers)
{
    IMAGE_OPTIONAL_HEADER64 wide;
    IMAGE_OPTIONAL_HEADER32 narrow;
    uint16_t magic;

    if (!fetch(reader, at, &magic, sizeof(magic)))
        return STATUS_INVALID_IMAGE_FORMAT;
    if (magic == IMAGE_NT_OPTIONAL_HDR64_MAGIC) {
        if (pe->machine != IMAGE_FILE_MACHINE_AMD64 && pe->machine != IMAGE_FILE_MACHINE_ARM64)
            return STATUS_INVALID_IMAGE_FORMAT;
        if (!fetch(reader, at, &wide, sizeof(wide)))
            return STATUS_INVALID_IMAGE_FORMAT;
        COPY_OPTIONAL(pe, numbers, wide);
        pe->base_field = (uint32_t)(at + offsetof(IMAGE_OPTIONAL_HEADER64, ImageBase));
        pe->plus = true;
        return STATUS_SUCCESS;
    }
    if (magic != IMAGE_NT_OPTIONAL_HDR32_MAGIC || pe->machine != IMAGE_FILE_MACHINE_I386)
        return STATUS_INVALID_IMAGE_FORMAT;
    if (!fetch(reader, at, &narrow, sizeof(narrow)))
        return STATUS_INVALID_IMAGE_FORMAT;
    COPY_OPTIONAL(pe, numbers, narrow);
    pe->base_field = (uint32_t)(at + offsetof(IMAGE_OPTIONAL_HEADER32, ImageBase));
    return STATUS_SUCCESS;
}

static NTSTATUS read_headers(const struct reader *reader, uint32_t start, struct nt_pe *pe,
                             struct numbers *numbers)
{
    uint64_t at = (uint64_t)start + sizeof(uint32_t);
    IMAGE_FILE_HEADER file;
    NTSTATUS status;

    if (!fetch(reader, at, &file, sizeof(file)))
        return STATUS_INVALID_IMAGE_FORMAT;
    at += sizeof(file);
    pe->machine = file.Machine;
    pe->characteristics = file.Characteristics;
    pe->n_sections = file.NumberOfSections;
    if (pe->n_sections > NT_PE_MAX_SECTIONS)
        return STATUS_INVALID_IMAGE_FORMAT;
    status = read_optional(reader, at, pe, numbers);
    numbers->section_table = at + file.SizeOfOptionalHeader;
    return status;
}

static NTSTATUS check_numbers(const struct reader *reader, const struct nt_pe *pe,
                              const struct numbers *numbers)
{
    uint32_t section = numbers->section_alignment, file = numbers->file_alignment;

    if (!is_power_of_two(section) || !is_power_of_two(file) || section < file)
        return STATUS_INVALID_IMAGE_FORMAT;
    /* Smaller than a sector only where file and memory are laid out alike. */
    if (file < SECTOR_BYTES && file != section)
        return STATUS_INVALID_IMAGE_FORMAT;
    if (pe->preferred_base % BASE_ALIGNMENT)
        return STATUS_INVALID_IMAGE_FORMAT;
    if (pe->size_of_image == 0 || pe->size_of_headers >= pe->size_of_image ||
        pe->size_of_headers > reader->file_size)
        return STATUS_INVALID_IMAGE_FORMAT;
    return STATUS_SUCCESS;
}

/* --- the sections ------------------------------------------------------------------- */

/* 14.5: what only is written is read too; initialised or not does not matter. */
static ULONG protect_of(uint32_t characteristics)
{
    bool executes = characteristics & IMAGE_SCN_MEM_EXECUTE;

    if (characteristics & IMAGE_SCN_MEM_WRITE)
        return executes ? PAGE_EXECUTE_WRITECOPY : PAGE_WRITECOPY;
    if (characteristics & IMAGE_SCN_MEM_READ)
        return executes ? PAGE_EXECUTE_READ : PAGE_READONLY;
    return executes ? PAGE_EXECUTE : PAGE_NOACCESS;
}

/*
 * What of the file a section shows: whole sectors, as a disk gives them (14.8), as far as the
 * file and the section's pages reach. The raw data itself must be in the file.
 */
static bool place_raw_data(const struct reader *reader, const IMAGE_SECTION_HEADER *header,
                           struct nt_pe_section *section)
{
    uint64_t start = header->PointerToRawData, end = start + header->SizeOfRawData;

    if (start == 0 || start == end)
        return true;
    if (end > reader->file_size)
        return false;
    start = nt_align_down(start, SECTOR_BYTES);
    end = nt_align_up(end, SECTOR_BYTES);
    if (end > reader->file_size)
        end = reader->file_size;
    if (end - start > section->virtual_size)
        end = start + section->virtual_size;
    section->raw_offset = (uint32_t)start;
    section->raw_size = (uint32_t)(end - start);
    return true;
}

static bool read_section(const struct reader *reader, const IMAGE_SECTION_HEADER *header,
                         struct nt_pe_section *section)
{
    uint64_t size = header->Misc.VirtualSize ? header->Misc.VirtualSize : header->SizeOfRawData;

    size = nt_align_up(size, PAGE_BYTES);
    if (size > UINT32_MAX)
        return false;
    *section = (struct nt_pe_section){
        .rva = header->VirtualAddress,
        .virtual_size = (uint32_t)size,
        .characteristics = header->Characteristics,
        .protect = protect_of(header->Characteristics),
    };
    return place_raw_data(reader, header, section);
}

/* Next to each other; only behind the headers, or where a section is empty, may be a gap. */
static NTSTATUS read_sections(const struct reader *reader, const struct numbers *numbers,
                              struct nt_pe *pe)
{
    uint64_t end_of_image = nt_align_up(pe->size_of_image, PAGE_BYTES);
    uint64_t next = nt_align_up(pe->size_of_headers ? pe->size_of_headers : 1, PAGE_BYTES);
    bool gap = true;

    if (end_of_image > UINT32_MAX)
        return STATUS_INVALID_IMAGE_FORMAT;
    for (uint32_t i = 0; i < pe->n_sections; i++) {
        struct nt_pe_section *section = &pe->sections[i];
        IMAGE_SECTION_HEADER header;

        if (!fetch(reader, numbers->section_table + i * sizeof(header), &header, sizeof(header)) ||
            !read_section(reader, &header, section))
            return STATUS_INVALID_IMAGE_FORMAT;
        if (section->rva % numbers->section_alignment || section->rva < next ||
            (section->rva > next && !gap))
            return STATUS_INVALID_IMAGE_FORMAT;
        if (section->rva > end_of_image || section->virtual_size > end_of_image - section->rva)
            return STATUS_INVALID_IMAGE_FORMAT;
        next =
            nt_align_up((uint64_t)section->rva + section->virtual_size, numbers->section_alignment);
        gap = section->virtual_size == 0;
    }
    return STATUS_SUCCESS;
}

NTSTATUS nt_pe_parse(const void *bytes, size_t size, uint64_t file_size, struct nt_pe *ret_pe)
{
    struct reader reader = {bytes, size, file_size};
    struct numbers numbers = {0};
    struct nt_pe pe = {0};
    uint32_t start;
    NTSTATUS status;

    status = find_headers(&reader, &start);
    if (NT_SUCCESS(status))
        status = read_headers(&reader, start, &pe, &numbers);
    if (NT_SUCCESS(status))
        status = check_numbers(&reader, &pe, &numbers);
    if (!NT_SUCCESS(status))
        return status;
    pe.flat = numbers.section_alignment < PAGE_BYTES;
    if (pe.flat)
        pe.n_sections = 0;
    status = read_sections(&reader, &numbers, &pe);
    if (NT_SUCCESS(status))
        *ret_pe = pe;
    return status;
}

/* --- base relocations --------------------------------------------------------------- */

struct walk {
    const struct nt_pe *pe;
    const uint8_t *table;
    uint8_t *image; /* NULL: only tell which pages */
    uint64_t delta;
    void (*touch)(uint32_t page, void *context);
    void *context;
};

/* Adds to a field of @width bytes, which any address may have. */
static void add(uint8_t *at, size_t width, uint64_t delta)
{
    uint64_t value = 0;

    /* Both we and the images are little-endian. */
    memcpy(&value, at, width);
    value += delta;
    memcpy(at, &value, width);
}

static bool relocate_entry(const struct walk *walk, uint64_t rva, unsigned kind)
{
    uint64_t delta = walk->delta;
    size_t width;

    switch (kind) {
    case IMAGE_REL_BASED_ABSOLUTE:
        return true;
    case IMAGE_REL_BASED_HIGH:
        width = sizeof(uint16_t);
        delta >>= 16;
        break;
    case IMAGE_REL_BASED_LOW:
        width = sizeof(uint16_t);
        break;
    case IMAGE_REL_BASED_HIGHLOW:
        width = sizeof(uint32_t);
        break;
    case IMAGE_REL_BASED_DIR64:
        if (!walk->pe->plus)
            return false;
        width = sizeof(uint64_t);
        break;
    default:
        return false;
    }
    if (rva > walk->pe->size_of_image || width > walk->pe->size_of_image - rva)
        return false;
    if (walk->image) {
        add(walk->image + rva, width, delta);
    } else {
        walk->touch((uint32_t)(rva / PAGE_BYTES), walk->context);
        if ((rva + width - 1) / PAGE_BYTES != rva / PAGE_BYTES)
            walk->touch((uint32_t)((rva + width - 1) / PAGE_BYTES), walk->context);
    }
    return true;
}

static bool relocate_block(const struct walk *walk, const uint8_t *entries, size_t size,
                           uint32_t page_rva)
{
    for (size_t at = 0; at + sizeof(uint16_t) <= size; at += sizeof(uint16_t)) {
        uint16_t entry;

        memcpy(&entry, entries + at, sizeof(entry));
        if (!relocate_entry(walk, (uint64_t)page_rva + (entry & 0xFFF), entry >> 12))
            return false;
    }
    return true;
}

static NTSTATUS walk_relocations(const struct walk *walk)
{
    const struct nt_pe *pe = walk->pe;
    uint64_t at = pe->relocations_rva, end = at + pe->relocations_size;
    IMAGE_BASE_RELOCATION block;

    if (end > pe->size_of_image)
        return STATUS_INVALID_IMAGE_FORMAT;
    while (end - at >= sizeof(block)) {
        memcpy(&block, walk->table + at, sizeof(block));
        if (block.VirtualAddress == 0 && block.SizeOfBlock == 0)
            break;
        if (block.SizeOfBlock < sizeof(block) || block.SizeOfBlock > end - at)
            return STATUS_INVALID_IMAGE_FORMAT;
        if (!relocate_block(walk, walk->table + at + sizeof(block),
                            block.SizeOfBlock - sizeof(block), block.VirtualAddress))
            return STATUS_INVALID_IMAGE_FORMAT;
        at += block.SizeOfBlock;
    }
    return STATUS_SUCCESS;
}

NTSTATUS nt_pe_relocations_touch(const struct nt_pe *pe, const void *image,
                                 void (*touch)(uint32_t page, void *context), void *context)
{
    struct walk walk = {.pe = pe, .table = image, .touch = touch, .context = context};

    return walk_relocations(&walk);
}

NTSTATUS nt_pe_relocate(const struct nt_pe *pe, const void *table, void *image, uint64_t delta)
{
    struct walk walk = {.pe = pe, .table = table, .image = image, .delta = delta};

    return walk_relocations(&walk);
}
