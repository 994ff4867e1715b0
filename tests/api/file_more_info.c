// SPDX-License-Identifier: MIT
/*
 * What open files tell about themselves, and what can be changed through a handle: times, length,
 * name, and the promise to delete.
 *
 * Where Wine differs: it looks few rights up, lets root write read-only files, has no
 * FileAllocationInfo, and tells other openers nothing of a file that is being deleted.
 */
#include "api/section_kit.h"

#include <stddef.h>
#include <stdlib.h>

#define FILE_NAME A_("info")
#define OTHER     A_("other")

static void remove_all(void)
{
    SetFileAttributesA(path_of(FILE_NAME), FILE_ATTRIBUTE_NORMAL);
    DeleteFileA(path_of(FILE_NAME));
    DeleteFileA(path_of(OTHER));
}

static bool exists(const char *name)
{
    return GetFileAttributesA(path_of(name)) != INVALID_FILE_ATTRIBUTES;
}

static HANDLE make(DWORD access, DWORD size)
{
    remove_all();
    drop(new_file(FILE_NAME, GENERIC_READ, size), NULL);
    return open_file(FILE_NAME, access, SHARE_ALL);
}

static BOOL set(HANDLE file, FILE_INFO_BY_HANDLE_CLASS which, void *information, size_t size)
{
    return SetFileInformationByHandle(file, which, information, (DWORD)size);
}

static BOOL dispose(HANDLE file, BOOLEAN delete)
{
    FILE_DISPOSITION_INFO information = {delete};

    return set(file, FileDispositionInfo, &information, sizeof(information));
}

/* --- asking --------------------------------------------------------------------------------- */

TEST(a_file_tells_its_length_and_links, "")
{
    HANDLE file = make(GENERIC_READ, 1000);
    FILE_STANDARD_INFO standard;
    BY_HANDLE_FILE_INFORMATION all;
    FILE_ATTRIBUTE_TAG_INFO tag;

    ok_succeeds(GetFileInformationByHandleEx(file, FileStandardInfo, &standard, sizeof(standard)));
    ok_eq(standard.EndOfFile.QuadPart, 1000);
    ok_eq(standard.NumberOfLinks, 1);
    ok_eq(standard.DeletePending, FALSE);
    ok_eq(standard.Directory, FALSE);
    ok_succeeds(GetFileInformationByHandle(file, &all));
    ok_eq(all.nFileSizeLow, 1000);
    ok_eq(all.nFileSizeHigh, 0);
    ok_eq(all.nNumberOfLinks, 1);
    ok_eq(all.dwFileAttributes, FILE_ATTRIBUTE_ARCHIVE);
    ok_succeeds(GetFileInformationByHandleEx(file, FileAttributeTagInfo, &tag, sizeof(tag)));
    ok_eq(tag.FileAttributes, FILE_ATTRIBUTE_ARCHIVE);
    ok_eq(tag.ReparseTag, 0);
    drop(file, NULL);
    remove_all();
}

TEST(the_same_times_are_told_in_every_way, "")
{
    HANDLE file = make(GENERIC_READ | FILE_WRITE_ATTRIBUTES, 1000);
    FILETIME then = {0x12345678, 0x01C00000}, created, read, written;
    FILE_BASIC_INFO basic;
    BY_HANDLE_FILE_INFORMATION all;

    ok_succeeds(SetFileTime(file, NULL, &then, &then));
    ok_succeeds(GetFileTime(file, &created, &read, &written));
    ok_succeeds(GetFileInformationByHandleEx(file, FileBasicInfo, &basic, sizeof(basic)));
    ok_succeeds(GetFileInformationByHandle(file, &all));
    ok_eq((DWORD)basic.LastWriteTime.HighPart, written.dwHighDateTime);
    ok_eq(basic.LastWriteTime.LowPart, written.dwLowDateTime);
    ok_eq(basic.LastAccessTime.LowPart, read.dwLowDateTime);
    ok_eq(basic.CreationTime.LowPart, created.dwLowDateTime);
    ok_eq(all.ftLastWriteTime.dwLowDateTime, written.dwLowDateTime);
    ok_eq(all.ftCreationTime.dwLowDateTime, created.dwLowDateTime);
    ok_eq(basic.FileAttributes, FILE_ATTRIBUTE_ARCHIVE);
    drop(file, NULL);
    remove_all();
}

TEST(a_file_tells_who_it_is, "")
{
    HANDLE file = make(GENERIC_READ, 10), other;
    FILE_ID_INFO one, two, three;

    drop(new_file(OTHER, GENERIC_READ, 10), NULL);
    other = open_file(FILE_NAME, GENERIC_READ, SHARE_ALL);
    ok_succeeds(GetFileInformationByHandleEx(file, FileIdInfo, &one, sizeof(one)));
    ok_succeeds(GetFileInformationByHandleEx(other, FileIdInfo, &two, sizeof(two)));
    ok_mem_eq(&one, &two, sizeof(one));
    drop(other, NULL);
    other = open_file(OTHER, GENERIC_READ, SHARE_ALL);
    ok_succeeds(GetFileInformationByHandleEx(other, FileIdInfo, &three, sizeof(three)));
    ok_eq(three.VolumeSerialNumber, one.VolumeSerialNumber);
    ok(memcmp(&one, &three, sizeof(one)) != 0);
    drop(other, NULL);
    drop(file, NULL);
    remove_all();
}

static bool ends_with(const WCHAR *text, size_t count, const char *end)
{
    size_t length = strlen(end);

    if (count < length)
        return false;
    for (size_t i = 0; i < length; i++) {
        if ((char)text[count - length + i] != end[i])
            return false;
    }
    return true;
}

TEST(a_file_tells_its_name, "")
{
    HANDLE file = make(GENERIC_READ, 10);
    union {
        FILE_NAME_INFO info;
        char bytes[4096];
    } name;
    WCHAR *text = (WCHAR *)(void *)(name.bytes + offsetof(FILE_NAME_INFO, FileName));
    DWORD length;

    ok_succeeds(GetFileInformationByHandleEx(file, FileNameInfo, &name, sizeof(name)));
    length = name.info.FileNameLength;
    ok_eq(length % sizeof(WCHAR), 0);
    ok(ends_with(text, length / sizeof(WCHAR), FILE_NAME));
    memset(&name, 0, sizeof(name));
    ok_fails(GetFileInformationByHandleEx(file, FileNameInfo, &name,
                                          (DWORD)offsetof(FILE_NAME_INFO, FileName) + 4 + 8),
             ERROR_MORE_DATA);
    ok_eq(name.info.FileNameLength, length);
    ok(text[0] != 0 && text[12 / sizeof(WCHAR)] == 0);
    drop(file, NULL);
    remove_all();
}

TEST(the_final_path_follows_the_file, "")
{
    HANDLE file = make(GENERIC_READ, 10);
    char text[600];
    WCHAR wide[600];
    DWORD length;

    length = GetFinalPathNameByHandleA(file, text, sizeof(text), FILE_NAME_NORMALIZED);
    ok_eq(length, strlen(text));
    ok(strstr(text, FILE_NAME) != NULL);
    todo_wine ok_eq(GetFinalPathNameByHandleA(file, text, 3, 0), length + 1);
    ok_eq(GetFinalPathNameByHandleW(file, wide, 600, VOLUME_NAME_DOS), length);
    ok(ends_with(wide, length, FILE_NAME));
    ok_fails(GetFinalPathNameByHandleA(file, text, sizeof(text), 0x100), ERROR_INVALID_PARAMETER);
    ok_fails(GetFinalPathNameByHandleA(NULL, text, sizeof(text), 0), ERROR_INVALID_HANDLE);
    ok_succeeds(MoveFileA(path_of(FILE_NAME), path_of(OTHER)));
    length = GetFinalPathNameByHandleA(file, text, sizeof(text), 0);
    todo_wine ok(length > 0 && strstr(text, OTHER) != NULL);
    drop(file, NULL);
    remove_all();
}

TEST(questions_about_files_are_checked, "")
{
    HANDLE file = make(GENERIC_READ, 10);
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    BY_HANDLE_FILE_INFORMATION all;
    FILE_STANDARD_INFO standard;

    ok_fails(GetFileInformationByHandle(section, &all), ERROR_INVALID_HANDLE);
    ok_fails(GetFileInformationByHandle(NULL, &all), ERROR_INVALID_HANDLE);
    ok_fails(GetFileInformationByHandleEx(file, FileStandardInfo, &standard, 4), ERROR_BAD_LENGTH);
    ok_fails(GetFileInformationByHandleEx(file, FileEndOfFileInfo, &standard, sizeof(standard)),
             ERROR_INVALID_PARAMETER);
    ok_fails(GetFileInformationByHandleEx(file, (FILE_INFO_BY_HANDLE_CLASS)0x1234, &standard,
                                          sizeof(standard)),
             ERROR_INVALID_PARAMETER);
    drop(section, NULL);
    drop(file, NULL);
    remove_all();
}

/* --- changing ------------------------------------------------------------------------------- */

TEST(basic_information_sets_times_and_read_only, "")
{
    HANDLE file = make(GENERIC_READ | FILE_WRITE_ATTRIBUTES, 10);
    FILE_BASIC_INFO basic, now;

    memset(&basic, 0, sizeof(basic));
    basic.LastWriteTime.QuadPart = 126256467067890000ll;
    basic.FileAttributes = FILE_ATTRIBUTE_READONLY;
    ok_succeeds(set(file, FileBasicInfo, &basic, sizeof(basic)));
    ok_succeeds(GetFileInformationByHandleEx(file, FileBasicInfo, &now, sizeof(now)));
    ok_eq(now.LastWriteTime.QuadPart, basic.LastWriteTime.QuadPart);
    ok(now.FileAttributes & FILE_ATTRIBUTE_READONLY);
    todo_wine ok_ptr_eq(
        CreateFileA(path_of(FILE_NAME), GENERIC_WRITE, SHARE_ALL, NULL, OPEN_EXISTING, 0, NULL),
        INVALID_HANDLE_VALUE);
    todo_wine ok_error(ERROR_ACCESS_DENIED);
    basic.LastWriteTime.QuadPart = 0;
    basic.FileAttributes = FILE_ATTRIBUTE_NORMAL;
    ok_succeeds(set(file, FileBasicInfo, &basic, sizeof(basic)));
    ok_succeeds(GetFileInformationByHandleEx(file, FileBasicInfo, &now, sizeof(now)));
    ok(!(now.FileAttributes & FILE_ATTRIBUTE_READONLY));
    ok_eq(now.LastWriteTime.QuadPart, 126256467067890000ll);
    drop(open_file(FILE_NAME, GENERIC_WRITE, SHARE_ALL), NULL);
    drop(file, NULL);
    remove_all();
}

static BOOL set_end(HANDLE file, LONGLONG end)
{
    FILE_END_OF_FILE_INFO information;

    information.EndOfFile.QuadPart = end;
    return set(file, FileEndOfFileInfo, &information, sizeof(information));
}

TEST(the_end_of_file_can_be_set_by_handle, "16.1 16.3 16.5")
{
    HANDLE file = make(READ_WRITE, 5000), reader, section;

    ok_succeeds(set_end(file, 4000));
    ok_eq(length_of(FILE_NAME), 4000);
    section = file_section(file, PAGE_READONLY, 0);
    ok_fails(set_end(file, 3999), ERROR_USER_MAPPED_FILE);
    ok_succeeds(set_end(file, 4000));
    ok_succeeds(set_end(file, 9000));
    drop(section, NULL);
    ok_succeeds(set_end(file, 100));
    ok_eq(length_of(FILE_NAME), 100);
    ok_fails(set_end(file, -1), ERROR_INVALID_PARAMETER);
    reader = open_file(FILE_NAME, GENERIC_READ, SHARE_ALL);
    todo_wine ok_fails(set_end(reader, 10), ERROR_ACCESS_DENIED);
    drop(reader, NULL);
    drop(file, NULL);
    remove_all();
}

TEST(an_allocation_reserves_room_and_cuts_off, "16.1")
{
    HANDLE file = make(READ_WRITE, 5000), section;
    FILE_ALLOCATION_INFO room;
    FILE_STANDARD_INFO standard;

    room.AllocationSize.QuadPart = 1 << 20;
    todo_wine ok_succeeds(set(file, FileAllocationInfo, &room, sizeof(room)));
    ok_eq(length_of(FILE_NAME), 5000);
    ok_succeeds(GetFileInformationByHandleEx(file, FileStandardInfo, &standard, sizeof(standard)));
    ok(standard.AllocationSize.QuadPart >= 5000);
    section = file_section(file, PAGE_READONLY, 0);
    room.AllocationSize.QuadPart = 1000;
    todo_wine ok_fails(set(file, FileAllocationInfo, &room, sizeof(room)), ERROR_USER_MAPPED_FILE);
    drop(section, NULL);
    room.AllocationSize.QuadPart = 0;
    todo_wine ok_succeeds(set(file, FileAllocationInfo, &room, sizeof(room)));
    todo_wine ok_eq(length_of(FILE_NAME), 0);
    drop(file, NULL);
    remove_all();
}

/* --- deleting ------------------------------------------------------------------------------- */

TEST(a_file_is_deleted_when_the_handle_that_said_so_closes, "16.11")
{
    HANDLE file = make(GENERIC_READ | DELETE, 10);
    FILE_STANDARD_INFO standard;

    ok_succeeds(dispose(file, TRUE));
    ok_succeeds(GetFileInformationByHandleEx(file, FileStandardInfo, &standard, sizeof(standard)));
    todo_wine ok_eq(standard.DeletePending, TRUE);
    ok_succeeds(dispose(file, FALSE));
    ok_succeeds(GetFileInformationByHandleEx(file, FileStandardInfo, &standard, sizeof(standard)));
    ok_eq(standard.DeletePending, FALSE);
    drop(file, NULL);
    ok(exists(FILE_NAME));
    file = open_file(FILE_NAME, GENERIC_READ | DELETE, SHARE_ALL);
    ok_succeeds(dispose(file, TRUE));
    drop(file, NULL);
    ok(!exists(FILE_NAME));
    remove_all();
}

TEST(a_file_that_is_being_deleted_cannot_be_opened, "")
{
    HANDLE file = make(GENERIC_READ | DELETE, 10), other;

    ok_succeeds(dispose(file, TRUE));
    other = CreateFileA(path_of(FILE_NAME), GENERIC_READ, SHARE_ALL, NULL, OPEN_EXISTING, 0, NULL);
    todo_wine ok_ptr_eq(other, INVALID_HANDLE_VALUE);
    todo_wine ok_error(ERROR_ACCESS_DENIED);
    ok_succeeds(dispose(file, FALSE));
    other = open_file(FILE_NAME, GENERIC_READ, SHARE_ALL);
    drop(other, NULL);
    drop(file, NULL);
    remove_all();
}

CHILD(disposer)
{
    HANDLE file =
        CreateFileA(argv[1], GENERIC_READ | DELETE, SHARE_ALL, NULL, OPEN_EXISTING, 0, NULL);
    char line[16];

    require(file != INVALID_HANDLE_VALUE);
    ok_succeeds(dispose(file, TRUE));
    test_say("set");
    test_hear(line, sizeof(line), SOON);
    ok_succeeds(CloseHandle(file));
    return 0;
}

TEST(every_process_sees_that_a_file_is_being_deleted, "")
{
    HANDLE file = make(GENERIC_READ, 10), other;
    struct test_child child;
    FILE_STANDARD_INFO standard;

    require(test_child_start(&child, "disposer", path_of(FILE_NAME)));
    test_child_expect(&child, "set", SOON);
    other = CreateFileA(path_of(FILE_NAME), GENERIC_READ, SHARE_ALL, NULL, OPEN_EXISTING, 0, NULL);
    todo_wine ok_ptr_eq(other, INVALID_HANDLE_VALUE);
    todo_wine ok_error(ERROR_ACCESS_DENIED);
    ok_succeeds(GetFileInformationByHandleEx(file, FileStandardInfo, &standard, sizeof(standard)));
    todo_wine ok_eq(standard.DeletePending, TRUE);
    test_child_write_line(&child, "close");
    ok_eq(test_child_wait(&child, SOON), 0);
    drop(file, NULL);
    todo_wine ok(!exists(FILE_NAME));
    remove_all();
}

TEST(deleting_by_handle_needs_the_right, "")
{
    HANDLE file = make(READ_WRITE, 10);

    ok_fails(dispose(file, TRUE), ERROR_ACCESS_DENIED);
    todo_wine ok_fails(set(file, FileDispositionInfo, &file, 0), ERROR_BAD_LENGTH);
    drop(file, NULL);
    ok(exists(FILE_NAME));
    remove_all();
}

TEST(a_read_only_file_is_not_deleted_by_handle, "")
{
    HANDLE file;

    drop(make(GENERIC_READ, 10), NULL);
    ok_succeeds(SetFileAttributesA(path_of(FILE_NAME), FILE_ATTRIBUTE_READONLY));
    file = open_file(FILE_NAME, DELETE, SHARE_ALL);
    ok_fails(dispose(file, TRUE), ERROR_ACCESS_DENIED);
    drop(file, NULL);
    ok(exists(FILE_NAME));
    remove_all();
}

TEST(a_mapped_file_is_not_deleted_by_handle, "16.9 16.10 16.11")
{
    HANDLE file = make(READ_WRITE | DELETE, 4096);
    HANDLE section = file_section(file, PAGE_READONLY, 0);
    void *view;

    ok_fails(dispose(file, TRUE), ERROR_ACCESS_DENIED);
    view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    require(view != NULL);
    drop(section, NULL);
    ok_fails(dispose(file, TRUE), ERROR_ACCESS_DENIED);
    drop(NULL, view);
    ok_succeeds(dispose(file, TRUE));
    drop(file, NULL);
    ok(!exists(FILE_NAME));
    remove_all();
}

CHILD(mapper)
{
    HANDLE file = CreateFileA(argv[1], GENERIC_READ, SHARE_ALL, NULL, OPEN_EXISTING, 0, NULL);
    HANDLE section = CreateFileMappingA(file, NULL, PAGE_READONLY, 0, 0, NULL);
    char line[16];

    require(section != NULL);
    ok_succeeds(CloseHandle(file));
    test_say("mapped");
    test_hear(line, sizeof(line), SOON);
    ok_succeeds(CloseHandle(section));
    return 0;
}

TEST(a_file_that_another_process_maps_is_not_deleted, "16.9 16.11")
{
    HANDLE file = make(READ_WRITE | DELETE, 4096);
    struct test_child child;

    require(test_child_start(&child, "mapper", path_of(FILE_NAME)));
    test_child_expect(&child, "mapped", SOON);
    ok_fails(dispose(file, TRUE), ERROR_ACCESS_DENIED);
    ok_eq(test_child_kill(&child), TEST_CHILD_KILLED);
    ok_succeeds(dispose(file, TRUE));
    drop(file, NULL);
    ok(!exists(FILE_NAME));
    remove_all();
}

TEST(a_folder_is_deleted_by_handle_when_it_is_empty, "")
{
    char inside[600];
    HANDLE folder;

    remove_all();
    ok_succeeds(CreateDirectoryA(path_of(OTHER), NULL));
    strcpy(inside, path_of(OTHER));
    strcat(inside, "/inside");
    ok_succeeds(CreateDirectoryA(inside, NULL));
    folder = CreateFileA(path_of(OTHER), GENERIC_READ | DELETE, SHARE_ALL, NULL, OPEN_EXISTING,
                         FILE_FLAG_BACKUP_SEMANTICS, NULL);
    require(folder != INVALID_HANDLE_VALUE);
    ok_fails(dispose(folder, TRUE), ERROR_DIR_NOT_EMPTY);
    ok_succeeds(RemoveDirectoryA(inside));
    ok_succeeds(dispose(folder, TRUE));
    drop(folder, NULL);
    ok(!exists(OTHER));
    remove_all();
}

static BOOL dispose_ex(HANDLE file, DWORD flags)
{
    FILE_DISPOSITION_INFO_EX information = {flags};

    return set(file, FileDispositionInfoEx, &information, sizeof(information));
}

TEST(posix_deletion_takes_mapped_and_read_only_files, "16.12")
{
    HANDLE file = make(READ_WRITE | DELETE, 4096);
    HANDLE section = file_section(file, PAGE_READONLY, 0);
    const volatile uint32_t *words =
        (const volatile uint32_t *)MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);

    require(words != NULL);
    /* This Wine does not know the class. */
    todo_wine ok_fails(dispose_ex(file, FILE_DISPOSITION_FLAG_DELETE), ERROR_ACCESS_DENIED);
    todo_wine ok_succeeds(
        dispose_ex(file, FILE_DISPOSITION_FLAG_DELETE | FILE_DISPOSITION_FLAG_POSIX_SEMANTICS));
    drop(file, NULL);
    todo_wine ok(!exists(FILE_NAME));
    ok_eq(words[9], 9);
    drop(section, words);
    drop(make(GENERIC_READ, 10), NULL);
    ok_succeeds(SetFileAttributesA(path_of(FILE_NAME), FILE_ATTRIBUTE_READONLY));
    file = open_file(FILE_NAME, DELETE, SHARE_ALL);
    todo_wine ok_fails(dispose_ex(file, FILE_DISPOSITION_FLAG_DELETE), ERROR_ACCESS_DENIED);
    todo_wine ok_succeeds(dispose_ex(file, FILE_DISPOSITION_FLAG_DELETE |
                                               FILE_DISPOSITION_FLAG_IGNORE_READONLY_ATTRIBUTE));
    ok_fails(dispose_ex(file, 0x4000), ERROR_INVALID_PARAMETER);
    drop(file, NULL);
    todo_wine ok(!exists(FILE_NAME));
    remove_all();
}

/* --- renaming ------------------------------------------------------------------------------- */

/* By a full path; what the structure holds is counted in bytes. */
static BOOL rename_to(HANDLE file, const char *path, BOOLEAN replace)
{
    union {
        FILE_RENAME_INFO info;
        char bytes[4096];
    } name;
    WCHAR *text = (WCHAR *)(void *)(name.bytes + offsetof(FILE_RENAME_INFO, FileName));
    size_t count = strlen(path);

    memset(&name, 0, sizeof(name));
    name.info.ReplaceIfExists = replace;
    name.info.FileNameLength = (DWORD)(count * sizeof(WCHAR));
    for (size_t i = 0; i < count; i++)
        text[i] = (unsigned char)path[i];
    return set(file, FileRenameInfo, &name,
               offsetof(FILE_RENAME_INFO, FileName) + (count + 1) * sizeof(WCHAR));
}

TEST(a_file_can_be_renamed_by_handle, "")
{
    HANDLE file = make(GENERIC_READ | DELETE, 100);

    drop(new_file(OTHER, GENERIC_READ, 10), NULL);
    ok_fails(rename_to(file, path_of(OTHER), FALSE), ERROR_ALREADY_EXISTS);
    ok_succeeds(rename_to(file, path_of(OTHER), TRUE));
    ok(!exists(FILE_NAME));
    ok_eq(length_of(OTHER), 100);
    ok_succeeds(rename_to(file, path_of(FILE_NAME), FALSE));
    ok(exists(FILE_NAME) && !exists(OTHER));
    drop(file, NULL);
    file = open_file(FILE_NAME, READ_WRITE, SHARE_ALL);
    todo_wine ok_fails(rename_to(file, path_of(OTHER), FALSE), ERROR_ACCESS_DENIED);
    drop(file, NULL);
    remove_all();
}

TEST(a_plain_name_is_in_the_current_directory, "")
{
    HANDLE file = make(GENERIC_READ | DELETE, 100);
    char folder[1024], before[1024];

    /* Another directory than the file's, so that they can be told from each other. */
    snprintf(folder, sizeof(folder), "%s", path_of(A_("folder")));
    ok_succeeds(CreateDirectoryA(folder, NULL));
    require(GetCurrentDirectoryA(sizeof(before), before) > 0);
    require(SetCurrentDirectoryA(folder));
    ok_succeeds(rename_to(file, OTHER, TRUE));
    ok(!exists(FILE_NAME) && !exists(OTHER));
    ok(GetFileAttributesA(OTHER) != INVALID_FILE_ATTRIBUTES);
    drop(file, NULL);
    DeleteFileA(OTHER);
    require(SetCurrentDirectoryA(before));
    ok_succeeds(RemoveDirectoryA(folder));
    remove_all();
}

TEST(a_name_that_the_structure_does_not_hold_is_refused, "")
{
    HANDLE file = make(GENERIC_READ | DELETE, 100);
    FILE_RENAME_INFO name;

    memset(&name, 0, sizeof(name));
    name.FileNameLength = 1000;
    name.FileName[0] = 'x';
    todo_wine
    { /* it reads behind the structure, and renames */
        ok(!set(file, FileRenameInfo, &name, sizeof(name)));
        name.FileNameLength = 0;
        ok(!set(file, FileRenameInfo, &name, sizeof(name)));
        ok(!set(file, FileRenameInfo, &name, 5));
        ok(exists(FILE_NAME));
    }
    drop(file, NULL);
    remove_all();
}

/* --- the Nt layer --------------------------------------------------------------------------- */

TEST(a_plain_name_stays_in_the_folder_there, "")
{
    HANDLE file = make(GENERIC_READ | DELETE, 100);
    union {
        FILE_RENAME_INFORMATION info;
        char bytes[4096];
    } name;
    WCHAR *text = (WCHAR *)(void *)(name.bytes + offsetof(FILE_RENAME_INFORMATION, FileName));
    IO_STATUS_BLOCK io;

    memset(&name, 0, sizeof(name));
    name.info.FileNameLength = (ULONG)(strlen(OTHER) * sizeof(WCHAR));
    for (size_t i = 0; i < strlen(OTHER); i++)
        text[i] = (unsigned char)OTHER[i];
    name.info.FileNameLength++; /* half a character */
    ok(NtSetInformationFile(file, &io, &name, sizeof(name), FileRenameInformation) < 0);
    ok(exists(FILE_NAME));
    name.info.FileNameLength--;
    /* Wine asks for a full path here. */
    todo_wine
    {
        ok_status(NtSetInformationFile(file, &io, &name, sizeof(name), FileRenameInformation),
                  STATUS_SUCCESS);
        ok(exists(OTHER) && !exists(FILE_NAME));
    }
    drop(file, NULL);
    remove_all();
}

TEST(the_nt_layer_knows_the_same, "16.9")
{
    HANDLE file = make(READ_WRITE | DELETE, 4096);
    HANDLE section = file_section(file, PAGE_READONLY, 0);
    FILE_DISPOSITION_INFORMATION disposition = {TRUE};
    FILE_STANDARD_INFORMATION standard;
    FILE_POSITION_INFORMATION position;
    IO_STATUS_BLOCK io;

    ok_status(
        NtQueryInformationFile(file, &io, &standard, sizeof(standard), FileStandardInformation),
        STATUS_SUCCESS);
    ok_status(io.Status, STATUS_SUCCESS);
    ok_eq(io.Information, sizeof(standard));
    ok_eq(standard.EndOfFile.QuadPart, 4096);
    ok_status(NtSetInformationFile(file, &io, &disposition, sizeof(disposition),
                                   FileDispositionInformation),
              STATUS_CANNOT_DELETE);
    drop(section, NULL);
    position.CurrentByteOffset.QuadPart = 123;
    ok_status(NtSetInformationFile(file, &io, &position, sizeof(position), FilePositionInformation),
              STATUS_SUCCESS);
    position.CurrentByteOffset.QuadPart = 0;
    ok_status(
        NtQueryInformationFile(file, &io, &position, sizeof(position), FilePositionInformation),
        STATUS_SUCCESS);
    ok_eq(position.CurrentByteOffset.QuadPart, 123);
    ok_status(NtQueryInformationFile(file, &io, &standard, 3, FileStandardInformation),
              STATUS_INFO_LENGTH_MISMATCH);
    ok_status(NtQueryInformationFile(file, &io, &standard, sizeof(standard),
                                     (FILE_INFORMATION_CLASS)0x1234),
              STATUS_INVALID_INFO_CLASS);
    ok_status(NtQueryInformationFile((HANDLE)(ULONG_PTR)0xdead0, &io, &standard, sizeof(standard),
                                     FileStandardInformation),
              STATUS_INVALID_HANDLE);
    drop(file, NULL);
    remove_all();
}
