// SPDX-License-Identifier: MIT
/*
 * Views of image sections: where they lie, what they show, how large they are, what is told of
 * the image, and that what one view writes is its own.
 */
#include "api/image_support.h"

#include <string.h>

#include "api/section_kit.h"

#define CODE_PROTECT PAGE_EXECUTE_READ

/* --- places --------------------------------------------------------------------------------- */

TEST(first_view_lies_where_it_prefers, "14.1 14.2")
{
    unsigned char *place = free_place(MOVABLE_SIZE), *first, *second;
    struct image_spec spec = movable_image((uint64_t)place);
    HANDLE section = new_image(&spec);
    NTSTATUS status;

    first = map_image(section, &status);
    ok_status(status, STATUS_SUCCESS);
    ok_ptr_eq(first, place);
    second = map_image(section, &status);
    ok_status(status, STATUS_IMAGE_NOT_AT_BASE);
    ok_ptr_ne(second, place);
    ok_eq((uint64_t)second % GRANULE, 0);
    drop(NULL, first);
    first = map_image(section, &status);
    ok_status(status, STATUS_SUCCESS);
    ok_ptr_eq(first, place);
    drop(NULL, first);
    drop(section, second);
}

/* Two sections of one image, and two images, want one place as well. */
TEST(win32_callers_get_the_pointer_only, "14.2 3.52")
{
    unsigned char *place = free_place(MOVABLE_SIZE), *first, *second;
    struct image_spec spec = movable_image((uint64_t)place);
    HANDLE section = new_image(&spec);

    SetLastError(0xdeadbeef);
    first = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    second = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    ok_error(0xdeadbeef);
    ok_ptr_eq(first, place);
    ok(second != NULL && second != place);
    drop(NULL, first);
    drop(section, second);
}

/* The caller's address goes before the preferred one, and is not changed for another. */
TEST(a_given_base_is_taken, "3.22 14.2")
{
    unsigned char *place = free_place(MOVABLE_SIZE);
    struct image_spec spec = movable_image(0);
    HANDLE section = new_image(&spec);
    unsigned char *view = MapViewOfFileEx(section, FILE_MAP_READ, 0, 0, 0, place);

    ok_ptr_eq(view, place);
    /* Wine goes elsewhere. */
    todo_wine ok_fails(MapViewOfFileEx(section, FILE_MAP_READ, 0, 0, 0, place),
                       ERROR_INVALID_ADDRESS);
    ok_fails(MapViewOfFileEx(section, FILE_MAP_READ, 0, 0, 0, place + PAGE),
             ERROR_MAPPED_ALIGNMENT);
    drop(section, view);
}

TEST(a_narrow_image_lies_below_4_gib, "14.2")
{
    static const WORD entry[] = {IMAGE_REL_BASED_HIGHLOW << 12 | 0x10};
    static unsigned char table[16];
    static uint32_t data[8] = {[4] = 0x10003010};
    struct image_spec spec = movable_image(0);
    unsigned char *first, *second;
    HANDLE section;

    image_add_block(table, 0x3000, entry, 1);
    spec.narrow = true;
    spec.base = 0x10000000;
    spec.parts[1].data = data;
    spec.parts[2].data = table;
    section = new_image(&spec);
    first = map_image(section, NULL);
    second = map_image(section, NULL);
    ok((uint64_t)first < 1ull << 32 && (uint64_t)second < 1ull << 32);
    todo_wine ok_eq((uint32_t)word_at(second + 0x3010), (uint32_t)(uint64_t)second + 0x3010);
    drop(NULL, first);
    drop(section, second);
}

/* --- contents ------------------------------------------------------------------------------- */

TEST(headers_and_sections_lie_at_their_rvas, "14.7 14.8 14.10")
{
    struct image_spec spec = movable_image(0);
    unsigned char *view;
    HANDLE section;

    spec.characteristics = IMAGE_FILE_EXECUTABLE_IMAGE | IMAGE_FILE_RELOCS_STRIPPED;
    spec.size_of_headers = 0x200; /* the first raw data follows */
    section = new_image(&spec);
    view = map_image(section, NULL);
    ok_mem_eq(view, image_bytes.bytes, 0x200);
    ok(all_bytes(view + 0x200, 0, PAGE - 0x200), "headers end in zeros");
    ok_mem_eq(view + 0x1000, image_bytes.bytes + image_table(&image_bytes)[0].PointerToRawData,
              0x200);
    ok(all_bytes(view + 0x1200, 0, 0x1E00), "behind the raw data are zeros");
    ok_mem_eq(view + 0x3000, image_bytes.bytes + image_table(&image_bytes)[1].PointerToRawData,
              0x200);
    ok_mem_eq(view + 0x4000, image_bytes.bytes + image_table(&image_bytes)[2].PointerToRawData,
              0x200);
    drop(section, view);
}

/* What stands in the file behind the raw data, in the same sector, is seen. */
TEST(raw_data_is_not_cut_inside_its_sector, "14.8")
{
    struct image_spec spec = movable_image(0);
    unsigned char *view;
    HANDLE section;

    image_build(&spec, &image_bytes);
    image_table(&image_bytes)[0].SizeOfRawData = 0x10;
    require(NT_SUCCESS(try_image(PAGE_READONLY, SEC_IMAGE, &section)));
    view = map_image(section, NULL);
    ok(all_bytes(view + 0x1000, 0xCC, 0x200));
    ok(all_bytes(view + 0x1200, 0, 0x100));
    drop(section, view);
}

TEST(a_flat_image_is_the_file, "14.9 8.16")
{
    struct image_spec spec = {.base = IMAGE_NO_BASE,
                              .section_alignment = 0x200,
                              .file_alignment = 0x200,
                              .n_parts = 1,
                              .parts = {{.rva = 0x200,
                                         .virtual_size = 0x1000,
                                         .raw_at = 0x200,
                                         .raw_size = 0x1000,
                                         .characteristics = READS}}};
    unsigned char *view;
    HANDLE section;

    section = new_image(&spec);
    view = map_image(section, NULL);
    ok_region(view, .allocation_base = view, .allocation_protect = PAGE_EXECUTE_WRITECOPY,
              .size = 0x2000, .state = MEM_COMMIT, .protect = PAGE_EXECUTE_WRITECOPY,
              .type = MEM_IMAGE);
    ok_mem_eq(view + 0x200, image_bytes.bytes + 0x200, 0x1000);
    ok(all_bytes(view + 0x1200, 0, 0xE00));
    drop(section, view);
}

/* Windows leaves relocating to its loader; here mapping does what the loader would do. */
TEST(a_view_elsewhere_is_relocated, "14.16")
{
    unsigned char *place = free_place(MOVABLE_SIZE), *first, *second;
    struct image_spec spec = movable_image((uint64_t)place);
    HANDLE section = new_image(&spec);

    first = map_image(section, NULL);
    second = map_image(section, NULL);
    ok_eq(word_at(first + IMAGE_POINTER), (uint64_t)place + IMAGE_POINTER);
    ok_eq(told_base(first), (uint64_t)place);
    todo_wine ok_eq(word_at(second + IMAGE_POINTER), (uint64_t)second + IMAGE_POINTER);
    todo_wine ok_eq(told_base(second), (uint64_t)second);
    ok_eq(word_at(second + 0x3008), 2);
    ok_mem_eq(second + 0x1000, first + 0x1000, 0x2000);
    ok_mem_eq(second + 0x4000, first + 0x4000, 0x1000);
    drop(NULL, first);
    drop(section, second);
}

TEST(without_relocations_a_view_elsewhere_stays_as_it_is, "14.2 14.16")
{
    struct image_spec spec = movable_image(0);
    unsigned char *view;
    NTSTATUS status;
    HANDLE section;

    spec.characteristics = IMAGE_FILE_EXECUTABLE_IMAGE | IMAGE_FILE_RELOCS_STRIPPED;
    section = new_image(&spec);
    view = map_image(section, &status);
    ok_status(status, STATUS_IMAGE_NOT_AT_BASE);
    ok_eq(word_at(view + IMAGE_POINTER), IMAGE_NO_BASE + IMAGE_POINTER);
    ok_eq(told_base(view), IMAGE_NO_BASE);
    drop(section, view);
}

/* --- sizes ---------------------------------------------------------------------------------- */

static SIZE_T view_size(const void *view)
{
    MEMORY_BASIC_INFORMATION info;
    const char *at = view;

    while (VirtualQuery(at, &info, sizeof(info)) && info.AllocationBase == view)
        at += info.RegionSize;
    return (SIZE_T)(at - (const char *)view);
}

TEST(a_view_has_the_size_that_was_asked, "3.24 3.25 3.26 3.27 1.53")
{
    struct image_spec spec = movable_image(0);
    HANDLE section = new_image(&spec);
    unsigned char *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);

    ok_eq(view_size(view), MOVABLE_SIZE);
    drop(NULL, view);
    view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, MOVABLE_SIZE);
    ok_eq(view_size(view), MOVABLE_SIZE);
    drop(NULL, view);
    /* Wine maps all of an image, whatever is asked. */
    todo_wine
    {
        view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0x3001);
        ok_eq(view_size(view), 0x4000);
        drop(NULL, view);
        ok_fails(MapViewOfFile(section, FILE_MAP_READ, 0, 0, MOVABLE_SIZE + 1),
                 ERROR_ACCESS_DENIED);
        ok_fails(MapViewOfFile(section, FILE_MAP_READ, 0, GRANULE, 0), ERROR_ACCESS_DENIED);
    }
    ok_fails(MapViewOfFile(section, FILE_MAP_READ, 0, PAGE, 0), ERROR_MAPPED_ALIGNMENT);
    drop(section, NULL);
}

/* A section that is smaller than its image shows that much of it. */
TEST(a_smaller_section_shows_less, "1.53 3.26")
{
    struct image_spec spec = movable_image(0);
    unsigned char *view;
    HANDLE file, section;

    image_build(&spec, &image_bytes);
    file = image_file_of_bytes();
    section = file_section(file, PAGE_READONLY | SEC_IMAGE, 1);
    drop(file, NULL);
    todo_wine
    {
        view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
        ok_eq(view_size(view), PAGE);
        drop(NULL, view);
    }
    drop(section, NULL);
}

/* A view from within an image: its pages are those of the image at that offset. */
TEST(a_view_begins_at_its_offset, "1.53 14.5")
{
    struct image_spec spec = movable_image(0);
    unsigned char *view;
    HANDLE section;

    spec.characteristics = IMAGE_FILE_EXECUTABLE_IMAGE | IMAGE_FILE_RELOCS_STRIPPED;
    spec.parts[1].virtual_size = 0x20000;
    spec.parts[2].rva = 0x23000;
    section = new_image(&spec);
    view = MapViewOfFile(section, FILE_MAP_READ, 0, 0x20000, 0);
    require(view != NULL, "error %u", (unsigned)GetLastError());
    todo_wine ok_region(view, .allocation_base = view, .allocation_protect = PAGE_EXECUTE_WRITECOPY,
                        .size = 0x3000, .state = MEM_COMMIT, .protect = PAGE_WRITECOPY,
                        .type = MEM_IMAGE);
    todo_wine ok_mem_eq(view + 0x3000, spec.parts[2].data, spec.parts[2].data_size);
    drop(section, view);
}

/* --- sharing -------------------------------------------------------------------------------- */

TEST(what_a_view_writes_is_its_own, "14.6 14.26 10.10")
{
    struct image_spec spec = movable_image(0);
    HANDLE section = new_image(&spec);
    unsigned char *first = map_image(section, NULL), *second = map_image(section, NULL);

    first[0x3000] = 0x77;
    ok_eq(second[0x3000], 1);
    drop(NULL, first);
    first = map_image(section, NULL);
    ok_eq(first[0x3000], 1);
    drop(NULL, first);
    drop(section, second);
}

/* Neither the section's nor the file's handle is needed by a view. */
TEST(a_view_needs_no_handle, "3.37 8.27")
{
    struct image_spec spec = movable_image(0);
    HANDLE section = new_image(&spec);
    unsigned char *view = map_image(section, NULL);

    drop(section, NULL);
    ok_eq(view[0x3000], 1);
    ok_region(view + 0x3000, .allocation_base = view, .allocation_protect = PAGE_EXECUTE_WRITECOPY,
              .size = PAGE, .state = MEM_COMMIT, .protect = PAGE_WRITECOPY, .type = MEM_IMAGE);
    drop(NULL, view);
}

TEST(a_view_goes_by_any_address_in_it, "4.17")
{
    static const unsigned inside[] = {0, 0x1000, 0x3000 + 100, MOVABLE_SIZE - 1};
    struct image_spec spec = movable_image(0);
    HANDLE section = new_image(&spec);

    for (unsigned i = 0; i < ARRAYSIZE(inside); i++) {
        unsigned char *view = map_image(section, NULL);
        MEMORY_BASIC_INFORMATION info;

        ok_status(NtUnmapViewOfSection(GetCurrentProcess(), view + inside[i]), STATUS_SUCCESS);
        for (unsigned rva = 0; rva < MOVABLE_SIZE; rva += PAGE) {
            ok_eq(VirtualQuery(view + rva, &info, sizeof(info)), sizeof(info));
            ok_eq(info.State, MEM_FREE);
        }
        ok_status(NtUnmapViewOfSection(GetCurrentProcess(), view + inside[i]),
                  STATUS_NOT_MAPPED_VIEW);
    }
    drop(section, NULL);
}

/* --- what is told --------------------------------------------------------------------------- */

TEST(image_information_is_what_the_headers_say, "1.56")
{
    struct image_spec spec = movable_image(0);
    SECTION_IMAGE_INFORMATION info;
    SIZE_T size = 0;
    HANDLE section;

    spec.entry = 0x1010;
    spec.dll_characteristics = IMAGE_DLLCHARACTERISTICS_NX_COMPAT;
    section = new_image(&spec);
    memset(&info, 0xA5, sizeof(info));
    ok_status(NtQuerySection(section, SectionImageInformation, &info, sizeof(info), &size),
              STATUS_SUCCESS);
    ok_eq(size, sizeof(info));
    ok_ptr_eq(info.TransferAddress, (void *)(ULONG_PTR)(IMAGE_NO_BASE + 0x1010));
    ok_eq(info.ZeroBits, 0);
    ok_eq(info.MaximumStackSize, 0x100000);
    ok_eq(info.CommittedStackSize, 0x2000);
    ok_eq(info.SubSystemType, IMAGE_SUBSYSTEM_WINDOWS_CUI);
    ok_eq(info.SubSystemVersion, 6u << 16 | 1);
    ok_eq(info.OperatingSystemVersion, 6);
    ok_eq(info.ImageCharacteristics, IMAGE_FILE_EXECUTABLE_IMAGE | IMAGE_FILE_DLL);
    ok_eq(info.DllCharacteristics, IMAGE_DLLCHARACTERISTICS_NX_COMPAT);
    ok_eq(info.Machine, IMAGE_FILE_MACHINE_AMD64);
    ok_eq(info.ImageContainsCode, TRUE);
    ok_eq(info.ImageFlags, 0);
    ok_eq(info.LoaderFlags, 0);
    ok_eq(info.ImageFileSize, image_bytes.size);
    ok_eq(info.CheckSum, 0x12345678);
    drop(section, NULL);
}

TEST(image_information_needs_room_and_an_image, "1.55 1.56 1.57 17.10")
{
    struct image_spec spec = movable_image(0);
    SECTION_IMAGE_INFORMATION info[2];
    HANDLE section = new_image(&spec), plain = new_section(NULL, PAGE_READWRITE, PAGE), other;

    ok_status(NtQuerySection(section, SectionImageInformation, info, sizeof(info[0]) - 1, NULL),
              STATUS_INFO_LENGTH_MISMATCH);
    ok_status(NtQuerySection(section, SectionImageInformation, info, sizeof(info[0]) + 1, NULL),
              STATUS_SUCCESS);
    ok_status(NtQuerySection(plain, SectionImageInformation, info, sizeof(info[0]) - 1, NULL),
              STATUS_INFO_LENGTH_MISMATCH);
    ok_status(NtQuerySection(plain, SectionImageInformation, info, sizeof(info[0]), NULL),
              STATUS_SECTION_NOT_IMAGE);
    other = with_rights(section, SECTION_MAP_READ);
    ok_status(NtQuerySection(other, SectionImageInformation, info, sizeof(info[0]), NULL),
              STATUS_ACCESS_DENIED);
    drop(other, NULL);
    drop(plain, NULL);
    drop(section, NULL);
}
