// SPDX-License-Identifier: MIT
/*
 * What is no image: each way in which a file can fail to be one, the status of the Nt layer and
 * the one error that Win32 has for all of them; and what an image section forbids its file.
 */
#include "api/image_support.h"

#include <string.h>

#include "api/section_kit.h"

#define NE_EXETYP offsetof(IMAGE_OS2_HEADER, ne_exetyp)

static void build(void)
{
    struct image_spec spec = movable_image(0);

    image_build(&spec, &image_bytes);
}

/* image_bytes is refused, by both layers. */
static void check_refused(const char *what, NTSTATUS want)
{
    HANDLE section = NULL, file;
    NTSTATUS status = try_image(PAGE_READONLY, SEC_IMAGE, &section);

    if (status != want)
        test_note("%s", what);
    ok_status(status, want);
    ok_ptr_eq(section, NULL);
    file = image_file_of_bytes();
    check_section_fails(file, PAGE_READONLY | SEC_IMAGE, 0, ERROR_BAD_EXE_FORMAT);
    check_section_fails(file, PAGE_READONLY | SEC_IMAGE_NO_EXECUTE, 0, ERROR_BAD_EXE_FORMAT);
    drop(file, NULL);
}

TEST(files_without_mz, "14.11 14.15 1.17 1.31")
{
    build();
    image_bytes.size = 0;
    check_refused("empty", STATUS_INVALID_FILE_FOR_SECTION);
    build();
    image_bytes.size = 1;
    check_refused("one byte", STATUS_INVALID_IMAGE_NOT_MZ);
    build();
    image_bytes.bytes[1] = 'z';
    check_refused("Mz", STATUS_INVALID_IMAGE_NOT_MZ);
    memset(image_bytes.bytes, 0, image_bytes.size);
    check_refused("zeros", STATUS_INVALID_IMAGE_NOT_MZ);
}

TEST(files_for_other_systems, "14.12 14.15")
{
    for (unsigned type = 0; type < 8; type++) {
        build();
        image_wide(&image_bytes)->Signature = IMAGE_OS2_SIGNATURE;
        image_bytes.bytes[IMAGE_NT_AT + NE_EXETYP] = (unsigned char)type;
        check_refused("NE", type == 2   ? STATUS_INVALID_IMAGE_WIN_16
                            : type == 5 ? STATUS_INVALID_IMAGE_PROTECT
                                        : STATUS_INVALID_IMAGE_NE_FORMAT);
    }
}

TEST(headers_that_are_not_there, "14.13 14.15")
{
    static const LONG places[] = {0x7FFFFFFF, -1, -4, (LONG)0x80000000, 0};
    static const DWORD signatures[] = {0, IMAGE_OS2_SIGNATURE_LE, 0x4551, 0x00014550, 0x50450000};

    for (unsigned i = 0; i < ARRAYSIZE(places); i++) {
        build();
        image_dos(&image_bytes)->e_lfanew = places[i];
        check_refused("e_lfanew", STATUS_INVALID_IMAGE_PROTECT);
    }
    build();
    image_dos(&image_bytes)->e_lfanew = (LONG)image_bytes.size;
    check_refused("e_lfanew at the end", STATUS_INVALID_IMAGE_PROTECT);
    build();
    image_bytes.size = IMAGE_NT_AT;
    check_refused("nothing behind the DOS header", STATUS_INVALID_IMAGE_PROTECT);
    for (unsigned i = 0; i < ARRAYSIZE(signatures); i++) {
        build();
        image_wide(&image_bytes)->Signature = signatures[i];
        check_refused("signature", STATUS_INVALID_IMAGE_PROTECT);
    }
}

TEST(machines_and_magic_numbers, "14.14 14.15")
{
    static const WORD magics[] = {0, IMAGE_ROM_OPTIONAL_HDR_MAGIC, IMAGE_NT_OPTIONAL_HDR32_MAGIC,
                                  0xFFFF};
    static const WORD machines[] = {0, IMAGE_FILE_MACHINE_I386, IMAGE_FILE_MACHINE_ARMNT, 0xFFFF};

    for (unsigned i = 0; i < ARRAYSIZE(magics); i++) {
        build();
        image_wide(&image_bytes)->OptionalHeader.Magic = magics[i];
        check_refused("magic", STATUS_INVALID_IMAGE_FORMAT);
    }
    for (unsigned i = 0; i < ARRAYSIZE(machines); i++) {
        build();
        image_wide(&image_bytes)->FileHeader.Machine = machines[i];
        check_refused("machine", STATUS_INVALID_IMAGE_FORMAT);
    }
}

/* The machines of which base relocations are known; Wine takes only those that it can run. */
TEST(machines_that_are_taken, "14.14")
{
    struct image_spec spec = movable_image(0);
    HANDLE section = new_image(&spec);

    drop(section, NULL);
    image_wide(&image_bytes)->FileHeader.Machine = IMAGE_FILE_MACHINE_ARM64;
    todo_wine ok_status(try_image(PAGE_READONLY, SEC_IMAGE, &section), STATUS_SUCCESS);
    drop(section, NULL);
    spec.narrow = true;
    spec.base = 0x30000000;
    image_build(&spec, &image_bytes);
    ok_status(try_image(PAGE_READONLY, SEC_IMAGE, &section), STATUS_SUCCESS);
    drop(section, NULL);
}

/* What the page on the PE format demands of the sections; Wine looks at it when it maps, or not. */
TEST(sections_out_of_place, "14.14")
{
    build();
    image_table(&image_bytes)[1].VirtualAddress = 0x2000;
    todo_wine check_refused("overlap", STATUS_INVALID_IMAGE_FORMAT);
    build();
    image_table(&image_bytes)[0].VirtualAddress = 0x1010;
    todo_wine check_refused("not aligned", STATUS_INVALID_IMAGE_FORMAT);
    build();
    image_table(&image_bytes)[2].VirtualAddress = 0x10000;
    todo_wine check_refused("beyond the image", STATUS_INVALID_IMAGE_FORMAT);
    build();
    image_table(&image_bytes)[2].PointerToRawData += 0x200;
    todo_wine check_refused("beyond the file", STATUS_INVALID_IMAGE_FORMAT);
    build();
    image_wide(&image_bytes)->OptionalHeader.ImageBase += PAGE;
    todo_wine check_refused("base", STATUS_INVALID_IMAGE_FORMAT);
    build();
    image_wide(&image_bytes)->OptionalHeader.SectionAlignment = 0;
    todo_wine check_refused("alignment", STATUS_INVALID_IMAGE_FORMAT);
}

/* --- the file ------------------------------------------------------------------------------- */

static void check_file(const char *name, bool mapped)
{
    HANDLE file =
        CreateFileA(path_of(name), GENERIC_WRITE, SHARE_ALL, NULL, OPEN_EXISTING, 0, NULL);
    DWORD error = GetLastError();

    ok_eq(file == INVALID_HANDLE_VALUE, mapped);
    if (file != INVALID_HANDLE_VALUE)
        drop(file, NULL);
    else
        ok_eq(error, ERROR_SHARING_VIOLATION);
    /* Reading is never refused. */
    file = CreateFileA(path_of(name), GENERIC_READ, SHARE_ALL, NULL, OPEN_EXISTING, 0, NULL);
    ok(file != INVALID_HANDLE_VALUE);
    drop(file, NULL);
}

/* As long as a section or a view of it is there, in whatever order they go. */
TEST(an_image_in_use_is_not_written, "14.19 14.20 14.21 14.22")
{
    HANDLE file, section;
    void *view;

    build();
    file = new_file_of("used.dll", GENERIC_READ, image_bytes.bytes, (DWORD)image_bytes.size);
    check_file("used.dll", false);
    section = file_section(file, PAGE_READONLY | SEC_IMAGE, 0);
    drop(file, NULL);
    check_file("used.dll", true);
    ok_fails(DeleteFileA(path_of("used.dll")), ERROR_ACCESS_DENIED);
    view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    drop(section, NULL);
    check_file("used.dll", true);
    ok_fails(DeleteFileA(path_of("used.dll")), ERROR_ACCESS_DENIED);
    SetLastError(0xdeadbeef);
    ok(CreateFileA(path_of("used.dll"), GENERIC_WRITE, SHARE_ALL, NULL, CREATE_ALWAYS, 0, NULL) ==
       INVALID_HANDLE_VALUE);
    ok_error(ERROR_SHARING_VIOLATION);
    ok(CreateFileA(path_of("used.dll"), GENERIC_READ | DELETE, SHARE_ALL, NULL, OPEN_EXISTING,
                   FILE_FLAG_DELETE_ON_CLOSE, NULL) == INVALID_HANDLE_VALUE);
    ok_error(ERROR_ACCESS_DENIED);
    drop(NULL, view);
    check_file("used.dll", false);
    ok_succeeds(DeleteFileA(path_of("used.dll")));
}

/* A failed creation leaves nothing behind that would forbid something. */
TEST(a_refused_image_is_free_again, "14.19 14.20")
{
    HANDLE file;

    build();
    image_bytes.bytes[0] = 'Z';
    file = new_file_of("bad.dll", GENERIC_READ, image_bytes.bytes, (DWORD)image_bytes.size);
    check_section_fails(file, PAGE_READONLY | SEC_IMAGE, 0, ERROR_BAD_EXE_FORMAT);
    drop(file, NULL);
    check_file("bad.dll", false);
    ok_succeeds(DeleteFileA(path_of("bad.dll")));
}
