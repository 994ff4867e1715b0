// SPDX-License-Identifier: MIT
/*
 * A file that is mapped as an image: it can get another name and be replaced by another file, but
 * not be deleted.
 */
#include "api/image_kit.h"
#include "api/section_kit.h"

#include <stdlib.h>

#define IMAGE_NAME A_("image")
#define NEW_NAME   A_("new")
#define BACK_NAME  A_("back")

static HANDLE image_section(HANDLE *ret_file)
{
    static const struct image_spec spec = {
        .n_parts = 1,
        .parts = {{.rva = 0x1000,
                   .virtual_size = 0x1000,
                   .raw_size = 0x200,
                   .characteristics = IMAGE_SCN_MEM_READ,
                   .data = "data",
                   .data_size = 4}},
    };
    static struct image_file built;
    HANDLE section;

    image_build(&spec, &built);
    drop(new_file_of(IMAGE_NAME, GENERIC_READ, built.bytes, (DWORD)built.size), NULL);
    drop(new_file(NEW_NAME, GENERIC_READ, 400), NULL);
    *ret_file = open_file(IMAGE_NAME, GENERIC_READ | DELETE, FILE_SHARE_READ | FILE_SHARE_DELETE);
    section = CreateFileMappingA(*ret_file, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, NULL);
    require(section != NULL, "error %u", (unsigned)GetLastError());
    return section;
}

static void remove_all(void)
{
    DeleteFileA(path_of(IMAGE_NAME));
    DeleteFileA(path_of(NEW_NAME));
    DeleteFileA(path_of(BACK_NAME));
}

TEST(a_mapped_image_that_shares_deletion_can_be_replaced, "14.23")
{
    HANDLE file, section = image_section(&file);
    const volatile char *view =
        (const volatile char *)MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);

    require(view != NULL);
    ok_succeeds(
        ReplaceFileA(path_of(IMAGE_NAME), path_of(NEW_NAME), path_of(BACK_NAME), 0, NULL, NULL));
    ok_eq(length_of(IMAGE_NAME), 400);
    ok_eq(view[0], 'M');
    ok_eq(view[0x1000], 'd');
    drop(section, view);
    drop(file, NULL);
    remove_all();
}

TEST(a_mapped_image_can_be_renamed, "14.23")
{
    HANDLE file, section = image_section(&file);

    ok_succeeds(MoveFileA(path_of(IMAGE_NAME), path_of(BACK_NAME)));
    ok_succeeds(MoveFileA(path_of(BACK_NAME), path_of(IMAGE_NAME)));
    drop(section, NULL);
    drop(file, NULL);
    remove_all();
}

TEST(a_mapped_image_is_not_deleted_by_handle, "14.20")
{
    FILE_DISPOSITION_INFO disposition = {TRUE};
    FILE_DISPOSITION_INFO_EX posix = {FILE_DISPOSITION_FLAG_DELETE |
                                      FILE_DISPOSITION_FLAG_POSIX_SEMANTICS};
    HANDLE file, section = image_section(&file);

    ok_fails(
        SetFileInformationByHandle(file, FileDispositionInfo, &disposition, sizeof(disposition)),
        ERROR_ACCESS_DENIED);
    /* This Wine does not know the class. */
    todo_wine ok_fails(
        SetFileInformationByHandle(file, FileDispositionInfoEx, &posix, sizeof(posix)),
        ERROR_ACCESS_DENIED);
    drop(section, NULL);
    ok_succeeds(
        SetFileInformationByHandle(file, FileDispositionInfo, &disposition, sizeof(disposition)));
    drop(file, NULL);
    ok_eq(GetFileAttributesA(path_of(IMAGE_NAME)), INVALID_FILE_ATTRIBUTES);
    remove_all();
}

TEST(a_mapped_image_is_not_replaced_by_a_move_or_a_copy, "14.22")
{
    HANDLE file, section = image_section(&file);

    ok_fails(MoveFileExA(path_of(NEW_NAME), path_of(IMAGE_NAME), MOVEFILE_REPLACE_EXISTING),
             ERROR_ACCESS_DENIED);
    ok_fails(CopyFileA(path_of(NEW_NAME), path_of(IMAGE_NAME), FALSE), ERROR_SHARING_VIOLATION);
    drop(section, NULL);
    drop(file, NULL);
    remove_all();
}
