// SPDX-License-Identifier: MIT
/*
 * The PE parser: what it reads out of a good file, and at which value of each field it begins to
 * refuse. The headers always end right before a page that nobody may touch.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <windows.h>
#include <winternl.h>
#include <ntstatus.h>

#include "api/image_kit.h"
#include "harness/test.h"
#include "rtl/pe.h"

#define PAGE     0x1000u
#define READS    IMAGE_SCN_MEM_READ
#define WRITES   IMAGE_SCN_MEM_WRITE
#define EXECUTES IMAGE_SCN_MEM_EXECUTE

static struct image_file file;
static struct nt_pe pe;

static const struct image_spec two_parts = {
    .n_parts = 2,
    .entry = 0x1010,
    .parts =
        {
            {.rva = 0x1000,
             .virtual_size = 0x1800,
             .raw_size = 0x200,
             .characteristics = READS | EXECUTES},
            {.rva = 0x3000, .virtual_size = 0x100, .characteristics = READS | WRITES},
        },
};

/* Parses the first @size bytes of @file, which end at a guard page. */
static NTSTATUS parse_cut(size_t size, uint64_t file_size)
{
    size_t span = (size + PAGE - 1) / PAGE * PAGE;
    unsigned char *room =
        mmap(NULL, span + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    NTSTATUS status;

    require(room != MAP_FAILED && mprotect(room + span, PAGE, PROT_NONE) == 0, "no guard page");
    memcpy(room + span - size, file.bytes, size);
    memset(&pe, 0xA5, sizeof(pe));
    status = nt_pe_parse(room + span - size, size, file_size, &pe);
    munmap(room, span + PAGE);
    return status;
}

static NTSTATUS parse(void)
{
    return parse_cut(file.size, file.size);
}

static NTSTATUS parse_spec(const struct image_spec *spec)
{
    image_build(spec, &file);
    return parse();
}

/* --- good files ----------------------------------------------------------------------------- */

TEST(headers_of_a_wide_image_are_read, "14.5 14.14")
{
    struct image_spec spec = two_parts;

    spec.relocations_rva = 0x3000;
    spec.relocations_size = 12;
    spec.dll_characteristics = IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE;
    ok_status(parse_spec(&spec), STATUS_SUCCESS);
    ok(pe.plus && !pe.flat && nt_pe_has_relocations(&pe));
    ok_eq(pe.machine, IMAGE_FILE_MACHINE_AMD64);
    ok_eq(pe.characteristics, IMAGE_FILE_EXECUTABLE_IMAGE | IMAGE_FILE_DLL);
    ok_eq(pe.dll_characteristics, IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE);
    ok_eq(pe.preferred_base, 0x180000000);
    ok_eq(pe.entry_rva, 0x1010);
    ok_eq(pe.size_of_image, 0x4000);
    ok_eq(pe.size_of_headers, 0x200);
    ok_eq(pe.checksum, 0x12345678);
    ok_eq(pe.stack_reserve, 0x100000);
    ok_eq(pe.stack_commit, 0x2000);
    ok_eq(pe.subsystem, IMAGE_SUBSYSTEM_WINDOWS_CUI);
    ok_eq(pe.subsystem_major, 6);
    ok_eq(pe.subsystem_minor, 1);
    ok_eq(pe.os_major, 6);
    ok_eq(pe.relocations_rva, 0x3000);
    ok_eq(pe.relocations_size, 12);
    ok_eq(pe.base_field,
          (unsigned char *)&image_wide(&file)->OptionalHeader.ImageBase - file.bytes);
    ok_eq(pe.n_sections, 2);
    ok_eq(pe.sections[0].rva, 0x1000);
    ok_eq(pe.sections[0].virtual_size, 0x2000);
    ok_eq(pe.sections[0].raw_offset, 0x200);
    ok_eq(pe.sections[0].raw_size, 0x200);
    ok_eq(pe.sections[0].protect, PAGE_EXECUTE_READ);
    ok_eq(pe.sections[1].virtual_size, 0x1000);
    ok_eq(pe.sections[1].raw_size, 0);
}

TEST(headers_of_a_narrow_image_are_read, "14.14")
{
    struct image_spec spec = two_parts;

    spec.narrow = true;
    spec.characteristics = IMAGE_FILE_EXECUTABLE_IMAGE | IMAGE_FILE_RELOCS_STRIPPED;
    ok_status(parse_spec(&spec), STATUS_SUCCESS);
    ok(!pe.plus && !nt_pe_has_relocations(&pe));
    ok_eq(pe.machine, IMAGE_FILE_MACHINE_I386);
    ok_eq(pe.preferred_base, 0x10000000);
    ok_eq(pe.stack_reserve, 0x100000);
    ok_eq(pe.base_field,
          (unsigned char *)&image_narrow(&file)->OptionalHeader.ImageBase - file.bytes);
    ok_eq(pe.n_sections, 2);
    ok_eq(pe.sections[1].rva, 0x3000);
}

/* A directory that is there only by its number counts for nothing. */
TEST(directories_beyond_their_number_are_not_read, "14.16")
{
    struct image_spec spec = two_parts;

    spec.relocations_rva = 0x3000;
    spec.relocations_size = 12;
    image_build(&spec, &file);
    image_wide(&file)->OptionalHeader.NumberOfRvaAndSizes = 5;
    ok_status(parse(), STATUS_SUCCESS);
    ok_eq(pe.relocations_size, 0);
    image_wide(&file)->OptionalHeader.NumberOfRvaAndSizes = 6;
    ok_status(parse(), STATUS_SUCCESS);
    ok_eq(pe.relocations_size, 12);
    image_wide(&file)->OptionalHeader.NumberOfRvaAndSizes = 0xFFFFFFFF;
    ok_status(parse(), STATUS_SUCCESS);
    ok_eq(pe.relocations_size, 12);
}

TEST(characteristics_become_protections, "14.5")
{
    static const struct {
        DWORD characteristics;
        ULONG protect;
    } rows[] = {
        {0, PAGE_NOACCESS},
        {READS, PAGE_READONLY},
        {WRITES, PAGE_WRITECOPY},
        {READS | WRITES, PAGE_WRITECOPY},
        {EXECUTES, PAGE_EXECUTE},
        {READS | EXECUTES, PAGE_EXECUTE_READ},
        {WRITES | EXECUTES, PAGE_EXECUTE_WRITECOPY},
        {READS | WRITES | EXECUTES, PAGE_EXECUTE_WRITECOPY},
    };
    static const DWORD kinds[] = {0, IMAGE_SCN_CNT_INITIALIZED_DATA,
                                  IMAGE_SCN_CNT_UNINITIALIZED_DATA};
    struct image_spec spec = two_parts;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
            spec.parts[0].characteristics = rows[i].characteristics | kinds[k];
            ok_status(parse_spec(&spec), STATUS_SUCCESS);
            ok_eq(pe.sections[0].protect, rows[i].protect);
        }
    }
}

/* --- every length --------------------------------------------------------------------------- */

static uint32_t table_end(void)
{
    return (uint32_t)((unsigned char *)(image_table(&file) + 2) - file.bytes);
}

/* 14.11 to 14.13 for a file that is only so long; what is missing is never read. */
static NTSTATUS status_of_length(size_t size)
{
    if (size == 0)
        return STATUS_INVALID_FILE_FOR_SECTION;
    if (size < 2)
        return STATUS_INVALID_IMAGE_NOT_MZ;
    return size < IMAGE_NT_AT + 4 ? STATUS_INVALID_IMAGE_PROTECT : STATUS_INVALID_IMAGE_FORMAT;
}

TEST(a_file_cut_anywhere_is_refused, "1.31 14.11 14.13 14.14 14.15")
{
    for (int narrow = 0; narrow < 2; narrow++) {
        struct image_spec spec = two_parts;

        spec.narrow = narrow;
        image_build(&spec, &file);
        for (size_t size = 0; size < file.size; size++) {
            struct nt_pe before;
            NTSTATUS status;

            memset(&before, 0xA5, sizeof(before));
            status = parse_cut(size, size);
            if (status != status_of_length(size))
                ok_status(status, status_of_length(size));
            if (memcmp(&pe, &before, sizeof(pe)) != 0)
                ok(false, "something was written at %zu", size);
        }
        ok_status(parse_cut(file.size, file.size), STATUS_SUCCESS);
    }
}

/* The first bytes are enough when the file is longer; one less than its headers is not. */
TEST(headers_are_enough_of_a_file, "14.14")
{
    image_build(&two_parts, &file);
    ok_status(parse_cut(table_end(), file.size), STATUS_SUCCESS);
    ok_status(parse_cut(table_end() - 1, file.size), STATUS_INVALID_IMAGE_FORMAT);
    ok_status(parse_cut(table_end(), UINT32_MAX), STATUS_SUCCESS);
    ok_status(parse_cut(table_end(), (uint64_t)UINT32_MAX + 1), STATUS_INVALID_FILE_FOR_SECTION);
    ok_status(parse_cut(table_end(), UINT64_MAX), STATUS_INVALID_FILE_FOR_SECTION);
}

TEST(room_for_headers_follows_e_lfanew, "14.13")
{
    image_build(&two_parts, &file);
    ok(nt_pe_header_room(file.bytes, 64) >= table_end());
    ok(nt_pe_header_room(file.bytes, 63) >= 64);
    ok(nt_pe_header_room(NULL, 0) >= 64);
    image_dos(&file)->e_lfanew = 0x10000;
    ok(nt_pe_header_room(file.bytes, 64) > 0x10000 + sizeof(IMAGE_NT_HEADERS64));
    image_dos(&file)->e_lfanew = -1;
    ok(nt_pe_header_room(file.bytes, 64) <= NT_PE_MOST_HEADERS);
}

/* --- every field at its boundary ------------------------------------------------------------ */

struct boundary {
    const char *what;
    size_t at, width;
    uint64_t value;
    NTSTATUS status;
};

#define DOS(field) offsetof(IMAGE_DOS_HEADER, field), sizeof(((IMAGE_DOS_HEADER *)0)->field)
#define NT_(field) \
    IMAGE_NT_AT + offsetof(IMAGE_NT_HEADERS64, field), sizeof(((IMAGE_NT_HEADERS64 *)0)->field)
#define NT32(field) \
    IMAGE_NT_AT + offsetof(IMAGE_NT_HEADERS32, field), sizeof(((IMAGE_NT_HEADERS32 *)0)->field)
#define TABLE (IMAGE_NT_AT + sizeof(IMAGE_NT_HEADERS64))
#define SECTION(i, field)                                                               \
    TABLE + (i) * sizeof(IMAGE_SECTION_HEADER) + offsetof(IMAGE_SECTION_HEADER, field), \
        sizeof(((IMAGE_SECTION_HEADER *)0)->field)
#define GOOD    STATUS_SUCCESS
#define FORMAT  STATUS_INVALID_IMAGE_FORMAT
#define PROTECT STATUS_INVALID_IMAGE_PROTECT

/* One field of two_parts (0x400 bytes long) changed; everything else is as it was. */
static const struct boundary boundaries[] = {
    {"magic", DOS(e_magic), 0x5A4E, STATUS_INVALID_IMAGE_NOT_MZ},
    {"magic the other way round", DOS(e_magic), 0x4D5A, STATUS_INVALID_IMAGE_NOT_MZ},
    {"headers at the end", DOS(e_lfanew), 0x400, PROTECT},
    {"headers' last byte there", DOS(e_lfanew), 0x3FF, PROTECT},
    {"headers 4 bytes before the end", DOS(e_lfanew), 0x3FC, PROTECT},
    {"headers far away", DOS(e_lfanew), 0x7FFFFFFF, PROTECT},
    {"headers before the start", DOS(e_lfanew), 0xFFFFFFFF, PROTECT},
    {"headers at 0", DOS(e_lfanew), 0, PROTECT},
    {"signature", NT_(Signature), 0x4551, PROTECT},
    {"signature's upper half", NT_(Signature), 0x14550, PROTECT},
    {"signature LE", NT_(Signature), IMAGE_OS2_SIGNATURE_LE, PROTECT},
    {"signature NE", NT_(Signature), IMAGE_OS2_SIGNATURE, STATUS_INVALID_IMAGE_NE_FORMAT},
    {"no machine", NT_(FileHeader.Machine), 0, FORMAT},
    {"unknown machine", NT_(FileHeader.Machine), 0xFFFF, FORMAT},
    {"I386 in PE32+", NT_(FileHeader.Machine), IMAGE_FILE_MACHINE_I386, FORMAT},
    {"ARMNT in PE32+", NT_(FileHeader.Machine), IMAGE_FILE_MACHINE_ARMNT, FORMAT},
    {"IA64", NT_(FileHeader.Machine), IMAGE_FILE_MACHINE_IA64, FORMAT},
    {"ARM64", NT_(FileHeader.Machine), IMAGE_FILE_MACHINE_ARM64, GOOD},
    {"magic of PE32", NT_(OptionalHeader.Magic), IMAGE_NT_OPTIONAL_HDR32_MAGIC, FORMAT},
    {"magic of a ROM", NT_(OptionalHeader.Magic), IMAGE_ROM_OPTIONAL_HDR_MAGIC, FORMAT},
    {"no magic", NT_(OptionalHeader.Magic), 0, FORMAT},
    {"no section", NT_(FileHeader.NumberOfSections), 0, GOOD},
    {"one section", NT_(FileHeader.NumberOfSections), 1, GOOD},
    /* What follows the table is zeros: a section at 0, on top of the headers. */
    {"a section that is none", NT_(FileHeader.NumberOfSections), 3, FORMAT},
    {"96 sections", NT_(FileHeader.NumberOfSections), 96, FORMAT},
    {"97 sections", NT_(FileHeader.NumberOfSections), 97, FORMAT},
    {"65535 sections", NT_(FileHeader.NumberOfSections), 65535, FORMAT},
    {"table elsewhere", NT_(FileHeader.SizeOfOptionalHeader), 0, FORMAT},
    {"table behind the file", NT_(FileHeader.SizeOfOptionalHeader), 0xFFFF, FORMAT},
    {"base below 64 KiB", NT_(OptionalHeader.ImageBase), 0x180001000, FORMAT},
    {"base one off", NT_(OptionalHeader.ImageBase), 0x180000001, FORMAT},
    {"base of 0", NT_(OptionalHeader.ImageBase), 0, GOOD},
    {"base at the top", NT_(OptionalHeader.ImageBase), 0xFFFFFFFFFFFF0000, GOOD},
    {"no section alignment", NT_(OptionalHeader.SectionAlignment), 0, FORMAT},
    {"odd section alignment", NT_(OptionalHeader.SectionAlignment), 0x1001, FORMAT},
    {"section alignment of 3 pages", NT_(OptionalHeader.SectionAlignment), 0x3000, FORMAT},
    {"sections not so aligned", NT_(OptionalHeader.SectionAlignment), 0x2000, FORMAT},
    {"section alignment below the file's", NT_(OptionalHeader.SectionAlignment), 0x100, FORMAT},
    {"flat", NT_(OptionalHeader.SectionAlignment), 0x200, GOOD},
    {"section alignment at the top", NT_(OptionalHeader.SectionAlignment), 0x80000000, FORMAT},
    {"no file alignment", NT_(OptionalHeader.FileAlignment), 0, FORMAT},
    {"odd file alignment", NT_(OptionalHeader.FileAlignment), 0x201, FORMAT},
    {"small file alignment", NT_(OptionalHeader.FileAlignment), 0x100, FORMAT},
    {"file alignment of a page", NT_(OptionalHeader.FileAlignment), 0x1000, GOOD},
    {"file alignment above the sections'", NT_(OptionalHeader.FileAlignment), 0x2000, FORMAT},
    {"no image", NT_(OptionalHeader.SizeOfImage), 0, FORMAT},
    {"image ends in the last page", NT_(OptionalHeader.SizeOfImage), 0x3001, GOOD},
    {"image a page short", NT_(OptionalHeader.SizeOfImage), 0x3000, FORMAT},
    {"image larger", NT_(OptionalHeader.SizeOfImage), 0x10000, GOOD},
    {"image of almost 4 GiB", NT_(OptionalHeader.SizeOfImage), 0xFFFFF000, GOOD},
    {"image of 4 GiB", NT_(OptionalHeader.SizeOfImage), 0xFFFFF001, FORMAT},
    {"no headers", NT_(OptionalHeader.SizeOfHeaders), 0, GOOD},
    {"headers are the file", NT_(OptionalHeader.SizeOfHeaders), 0x400, GOOD},
    {"headers beyond the file", NT_(OptionalHeader.SizeOfHeaders), 0x401, FORMAT},
    {"headers are the image", NT_(OptionalHeader.SizeOfHeaders), 0x4000, FORMAT},
    {"headers everywhere", NT_(OptionalHeader.SizeOfHeaders), 0xFFFFFFFF, FORMAT},
    {"relocations anywhere", NT_(OptionalHeader.DataDirectory[5].VirtualAddress), ~0u, GOOD},
    {"first section on the headers", SECTION(0, VirtualAddress), 0, FORMAT},
    {"first section between pages", SECTION(0, VirtualAddress), 0x1200, FORMAT},
    {"first section into the second", SECTION(0, VirtualAddress), 0x2000, FORMAT},
    {"sections apart", SECTION(1, VirtualAddress), 0x4000, FORMAT},
    {"sections overlap", SECTION(1, VirtualAddress), 0x2000, FORMAT},
    {"sections in disorder", SECTION(1, VirtualAddress), 0x1000, FORMAT},
    {"section at the top", SECTION(1, VirtualAddress), 0xFFFFF000, FORMAT},
    {"section too long", SECTION(1, Misc.VirtualSize), 0x1001, FORMAT},
    {"section to the end", SECTION(1, Misc.VirtualSize), 0x1000, GOOD},
    {"section without end", SECTION(1, Misc.VirtualSize), 0xFFFFFFFF, FORMAT},
    {"section of nothing", SECTION(1, Misc.VirtualSize), 0, GOOD},
    {"first section too short", SECTION(0, Misc.VirtualSize), 0x1000, FORMAT},
    {"first section of its raw size", SECTION(0, Misc.VirtualSize), 0, FORMAT},
    {"raw data to the end", SECTION(0, PointerToRawData), 0x200, GOOD},
    {"raw data beyond the end", SECTION(0, PointerToRawData), 0x201, FORMAT},
    {"raw data far away", SECTION(0, PointerToRawData), 0xFFFFFFFF, FORMAT},
    {"raw data nowhere", SECTION(0, PointerToRawData), 0, GOOD},
    {"raw data too long", SECTION(0, SizeOfRawData), 0x201, FORMAT},
    {"raw data without end", SECTION(0, SizeOfRawData), 0xFFFFFFFF, FORMAT},
    {"no raw data", SECTION(0, SizeOfRawData), 0, GOOD},
    {"raw size without place", SECTION(1, SizeOfRawData), 0xFFFFFFFF, GOOD},
};

TEST(each_field_is_refused_from_its_boundary_on, "14.11 14.12 14.13 14.14 14.15")
{
    for (size_t i = 0; i < sizeof(boundaries) / sizeof(boundaries[0]); i++) {
        const struct boundary *row = &boundaries[i];
        NTSTATUS status;

        image_build(&two_parts, &file);
        require(file.size == 0x400, "the file has another size");
        memcpy(file.bytes + row->at, &row->value, row->width);
        status = parse();
        if (status != row->status)
            test_note("%s", row->what);
        ok_status(status, row->status);
    }
}

TEST(machines_of_narrow_images, "14.14")
{
    static const WORD refused[] = {0,
                                   IMAGE_FILE_MACHINE_AMD64,
                                   IMAGE_FILE_MACHINE_ARM64,
                                   IMAGE_FILE_MACHINE_ARM,
                                   IMAGE_FILE_MACHINE_ARMNT,
                                   IMAGE_FILE_MACHINE_THUMB};
    struct image_spec spec = two_parts;

    spec.narrow = true;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        image_build(&spec, &file);
        image_narrow(&file)->FileHeader.Machine = refused[i];
        ok_status(parse(), STATUS_INVALID_IMAGE_FORMAT);
    }
}

/* 14.12: the byte that tells which system a 16-bit program was made for. */
TEST(ne_files_are_told_apart, "14.12")
{
    for (unsigned type = 0; type < 256; type++) {
        NTSTATUS want = type == 2   ? STATUS_INVALID_IMAGE_WIN_16
                        : type == 5 ? STATUS_INVALID_IMAGE_PROTECT
                                    : STATUS_INVALID_IMAGE_NE_FORMAT;

        image_build(&two_parts, &file);
        image_wide(&file)->Signature = IMAGE_OS2_SIGNATURE;
        file.bytes[IMAGE_NT_AT + 0x36] = (unsigned char)type;
        ok_status(parse(), want);
    }
    ok_status(parse_cut(IMAGE_NT_AT + 0x36, IMAGE_NT_AT + 0x36), STATUS_INVALID_IMAGE_PROTECT);
}

/* 96 sections of a page each are read, in their order. */
TEST(as_many_sections_as_windows_takes, "14.14")
{
    struct image_spec spec = two_parts;

    spec.size_of_headers = 0x1000;
    image_build(&spec, &file);
    image_wide(&file)->FileHeader.NumberOfSections = 96;
    image_wide(&file)->OptionalHeader.SizeOfImage = 97 * PAGE;
    file.size = 0x2000;
    for (unsigned i = 0; i < 96; i++)
        image_table(&file)[i] = (IMAGE_SECTION_HEADER){
            .Misc.VirtualSize = 1, .VirtualAddress = (i + 1) * PAGE, .Characteristics = READS};
    ok_status(parse(), STATUS_SUCCESS);
    ok_eq(pe.n_sections, 96);
    ok_eq(pe.sections[95].rva, 96 * PAGE);
    image_wide(&file)->FileHeader.NumberOfSections = 97;
    ok_status(parse(), STATUS_INVALID_IMAGE_FORMAT);
}

/* A section shows whole sectors, and no more than its pages hold. */
TEST(raw_data_is_rounded_to_sectors, "14.8 14.10")
{
    struct image_spec spec = two_parts;

    spec.parts[0].raw_at = 0x410;
    spec.parts[0].raw_size = 0x10;
    spec.parts[1].raw_at = 0x600;
    spec.parts[1].raw_size = 0x2000;
    ok_status(parse_spec(&spec), STATUS_SUCCESS);
    ok_eq(pe.sections[0].raw_offset, 0x400);
    ok_eq(pe.sections[0].raw_size, 0x200);
    ok_eq(pe.sections[1].raw_offset, 0x600);
    ok_eq(pe.sections[1].raw_size, 0x1000);
    file.size = 0x500;
    image_table(&file)[1].SizeOfRawData = 0;
    ok_status(parse(), STATUS_SUCCESS);
    ok_eq(pe.sections[0].raw_size, 0x100);
}

/* Where an empty section stands, its neighbour may keep a distance. */
TEST(an_empty_section_may_leave_a_gap, "14.10")
{
    struct image_spec spec = two_parts;

    spec.n_parts = 3;
    spec.parts[1].virtual_size = 0;
    spec.parts[2] = (struct image_part){.rva = 0x4000, .virtual_size = 0x1000};
    ok_status(parse_spec(&spec), STATUS_SUCCESS);
    ok_eq(pe.sections[1].virtual_size, 0);
    ok_eq(pe.sections[2].rva, 0x4000);
    spec.parts[1].virtual_size = 1;
    ok_status(parse_spec(&spec), STATUS_SUCCESS);
    spec.parts[2].rva = 0x5000;
    ok_status(parse_spec(&spec), STATUS_INVALID_IMAGE_FORMAT);
}
