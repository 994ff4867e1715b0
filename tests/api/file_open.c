// SPDX-License-Identifier: MIT
/*
 * Opening files: what each disposition does, what is reported, and what a handle may then do.
 */
#include "api/file_kit.h"

#include <stdio.h>
#include <string.h>

/* --- dispositions -------------------------------------------------------------------------- */

/* Opens and reports the last error on success. */
static void check_opened(const char *path, DWORD access, DWORD disposition, DWORD error,
                         uint64_t length)
{
    HANDLE file;

    SetLastError(0xdeadbeef);
    file = file_open(path, access, SHARE_ANY, disposition);
    ok_error(error);
    require(file != INVALID_HANDLE_VALUE);
    CloseHandle(file);
    ok_eq(file_length(path), length);
}

TEST(create_new_makes_a_file_only_once, "")
{
    const char *path = in_dir("new");

    check_opened(path, WRITE, CREATE_NEW, 0, 0);
    ok_file_fails(path, WRITE, SHARE_ANY, CREATE_NEW, ERROR_FILE_EXISTS);
}

TEST(create_always_makes_or_empties, "")
{
    const char *path = in_dir("always");

    check_opened(path, WRITE, CREATE_ALWAYS, 0, 0);
    file_make(path, 10);
    check_opened(path, WRITE, CREATE_ALWAYS, ERROR_ALREADY_EXISTS, 0);
    file_make(path, 10);
    check_opened(path, READ, CREATE_ALWAYS, ERROR_ALREADY_EXISTS, 0);
}

TEST(open_existing_opens_what_is_there, "")
{
    const char *path = in_dir("there");

    ok_file_fails(path, READ, SHARE_ANY, OPEN_EXISTING, ERROR_FILE_NOT_FOUND);
    file_make(path, 10);
    check_opened(path, BOTH, OPEN_EXISTING, 0, 10);
    ok_file_fails(in_dir("no/there"), READ, SHARE_ANY, OPEN_EXISTING, ERROR_PATH_NOT_FOUND);
    ok_file_fails(in_dir("no/there"), WRITE, SHARE_ANY, CREATE_ALWAYS, ERROR_PATH_NOT_FOUND);
    ok_file_fails(in_dir("there/in"), READ, SHARE_ANY, OPEN_EXISTING, ERROR_PATH_NOT_FOUND);
}

TEST(open_always_opens_or_makes, "")
{
    const char *path = in_dir("or");

    check_opened(path, WRITE, OPEN_ALWAYS, 0, 0);
    file_make(path, 10);
    check_opened(path, READ, OPEN_ALWAYS, ERROR_ALREADY_EXISTS, 10);
}

TEST(truncate_existing_empties_and_needs_the_right_to_write, "")
{
    const char *path = in_dir("truncated");

    ok_file_fails(path, WRITE, SHARE_ANY, TRUNCATE_EXISTING, ERROR_FILE_NOT_FOUND);
    file_make(path, 10);
    todo_wine
    { /* the page: "The calling process must open the file with the GENERIC_WRITE bit" */
        ok_file_fails(path, READ, SHARE_ANY, TRUNCATE_EXISTING, ERROR_INVALID_PARAMETER);
    }
    file_make(path, 10);
    check_opened(path, WRITE, TRUNCATE_EXISTING, 0, 0);
}

TEST(other_dispositions_are_refused, "")
{
    const char *path = file_make(in_dir("f"), 1);

    ok_file_fails(path, READ, SHARE_ANY, 0, ERROR_INVALID_PARAMETER);
    ok_file_fails(path, READ, SHARE_ANY, 6, ERROR_INVALID_PARAMETER);
    todo_wine
    { /* NtCreateFile refuses what is no FILE_SHARE_ flag */
        ok_file_fails(path, READ, SHARE_ANY | 8, OPEN_EXISTING, ERROR_INVALID_PARAMETER);
    }
    ok_eq(file_length(path), 1);
}

TEST(a_path_is_needed, "")
{
    ok_file_fails("", READ, SHARE_ANY, OPEN_EXISTING, ERROR_PATH_NOT_FOUND);
    ok_file_fails(NULL, READ, SHARE_ANY, OPEN_EXISTING, ERROR_PATH_NOT_FOUND);
    SetLastError(0);
    ok_ptr_eq(CreateFileW(L"", READ, SHARE_ANY, NULL, OPEN_EXISTING, 0, NULL),
              INVALID_HANDLE_VALUE);
    ok_error(ERROR_PATH_NOT_FOUND);
    ok_fails(DeleteFileA(""), ERROR_PATH_NOT_FOUND);
}

/* --- paths --------------------------------------------------------------------------------- */

TEST(both_separators_and_the_long_prefix_lead_to_a_file, "")
{
    char full[1024], path[1100];
    DWORD length;

    file_make(in_dir("separated"), 3);
    length = GetFullPathNameA(in_dir("separated"), sizeof(full), full, NULL);
    require(length > 0 && length < sizeof(full));
    for (char *at = full; *at; at++)
        *at = *at == '/' ? '\\' : *at;
    ok_eq(file_length(full), 3);
    snprintf(path, sizeof(path), "\\\\?\\%s", full);
    ok_eq(file_length(path), 3);
    snprintf(path, sizeof(path), "\\\\.\\%s", full);
    ok_eq(file_length(path), 3);
}

TEST(wide_names_name_the_same_files, "")
{
    wchar_t path[1024];
    HANDLE file;

    swprintf(path, 1024, L"%hs-%lc%lc", in_dir("wide"), (wint_t)0xe9, (wint_t)0x20ac);
    file = CreateFileW(path, WRITE, SHARE_ANY, NULL, CREATE_NEW, 0, NULL);
    require(file != INVALID_HANDLE_VALUE, "error %u", (unsigned)GetLastError());
    CloseHandle(file);
    ok(GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES);
    ok_succeeds(DeleteFileW(path));
    ok_fails(DeleteFileW(path), ERROR_FILE_NOT_FOUND);
}

TEST(createfile2_takes_its_flags_in_a_structure, "")
{
    CREATEFILE2_EXTENDED_PARAMETERS extra = {
        .dwSize = sizeof(extra),
        .dwFileAttributes = FILE_ATTRIBUTE_NORMAL,
        .dwFileFlags = FILE_FLAG_DELETE_ON_CLOSE,
    };
    wchar_t path[1024];
    HANDLE file;

    swprintf(path, 1024, L"%hs", in_dir("two"));
    file = CreateFile2(path, WRITE, SHARE_ANY, CREATE_NEW, &extra);
    require(file != INVALID_HANDLE_VALUE, "error %u", (unsigned)GetLastError());
    CloseHandle(file);
    ok_eq(GetFileAttributesW(path), INVALID_FILE_ATTRIBUTES);

    file = CreateFile2(path, WRITE, SHARE_ANY, CREATE_NEW, NULL);
    ok_ptr_ne(file, INVALID_HANDLE_VALUE);
    CloseHandle(file);
}

TEST(nul_is_a_device_that_swallows, "")
{
    HANDLE file = file_open("NUL", BOTH, SHARE_NONE, OPEN_EXISTING);
    DWORD done = 99;
    char byte = 0;

    require(file != INVALID_HANDLE_VALUE, "error %u", (unsigned)GetLastError());
    ok_eq(GetFileType(file), FILE_TYPE_CHAR);
    ok_succeeds(WriteFile(file, "x", 1, &done, NULL));
    ok_eq(done, 1);
    ok_succeeds(ReadFile(file, &byte, 1, &done, NULL));
    ok_eq(done, 0);
    ok_file_opens("nul", BOTH, SHARE_NONE, OPEN_EXISTING);
    CloseHandle(file);
}

/* --- directories --------------------------------------------------------------------------- */

TEST(directories_are_opened_with_backup_semantics_only, "1.25")
{
    const char *path = in_dir("folder");
    DWORD done = 0;
    char byte;
    HANDLE folder;

    ok_succeeds(CreateDirectoryA(path, NULL));
    ok_fails(CreateDirectoryA(path, NULL), ERROR_ALREADY_EXISTS);
    ok_file_fails(path, READ, SHARE_ANY, OPEN_EXISTING, ERROR_ACCESS_DENIED);
    ok_file_fails(path, WRITE, SHARE_ANY, CREATE_ALWAYS, ERROR_ACCESS_DENIED);
    ok_file_fails(path, WRITE, SHARE_ANY, CREATE_NEW, ERROR_FILE_EXISTS);
    folder =
        CreateFileA(path, READ, SHARE_ANY, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    require(folder != INVALID_HANDLE_VALUE, "error %u", (unsigned)GetLastError());
    ok_eq(GetFileType(folder), FILE_TYPE_DISK);
    ok_fails(ReadFile(folder, &byte, 1, &done, NULL), ERROR_INVALID_FUNCTION);
    todo_wine
    { /* STATUS_INVALID_FILE_FOR_SECTION, says the page of ZwCreateSection */
        ok_fails(CreateFileMappingA(folder, NULL, PAGE_READONLY, 0, 0, NULL), ERROR_BAD_EXE_FORMAT);
    }
    CloseHandle(folder);
    ok_succeeds(RemoveDirectoryA(path));
    ok_fails(RemoveDirectoryA(path), ERROR_FILE_NOT_FOUND);
}

TEST(directories_go_when_they_are_empty_and_not_in_use, "")
{
    const char *path = in_dir("full");
    HANDLE folder;

    require(CreateDirectoryA(path, NULL));
    file_make(in_dir("full/x"), 1);
    ok_fails(RemoveDirectoryA(path), ERROR_DIR_NOT_EMPTY);
    ok_fails(RemoveDirectoryA(in_dir("full/x")), ERROR_DIRECTORY);
    ok_succeeds(DeleteFileA(in_dir("full/x")));
    ok_fails(DeleteFileA(path), ERROR_ACCESS_DENIED);
    folder =
        CreateFileA(path, READ, SHARE_READ, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    require(folder != INVALID_HANDLE_VALUE);
    ok_fails(RemoveDirectoryA(path), ERROR_SHARING_VIOLATION);
    CloseHandle(folder);
    ok_succeeds(RemoveDirectoryA(path));
}

/* --- rights -------------------------------------------------------------------------------- */

TEST(a_handle_does_what_it_was_opened_for, "")
{
    const char *path = file_make(in_dir("rights"), 10);
    HANDLE reader = file_must_open(path, READ, SHARE_ANY);
    HANDLE writer = file_must_open(path, WRITE, SHARE_ANY);
    HANDLE nothing = file_must_open(path, 0, SHARE_NONE);
    DWORD done = 7;
    char byte = 0;

    ok_fails(WriteFile(reader, "x", 1, &done, NULL), ERROR_ACCESS_DENIED);
    ok_eq(done, 0);
    todo_wine
    { /* it looks at what the Unix descriptor can do */
        ok_fails(SetEndOfFile(reader), ERROR_ACCESS_DENIED);
    }
    ok_fails(FlushFileBuffers(reader), ERROR_ACCESS_DENIED);
    ok_fails(ReadFile(writer, &byte, 1, &done, NULL), ERROR_ACCESS_DENIED);
    ok_succeeds(FlushFileBuffers(writer));
    ok_fails(ReadFile(nothing, &byte, 1, &done, NULL), ERROR_ACCESS_DENIED);
    ok_fails(WriteFile(nothing, "x", 1, &done, NULL), ERROR_ACCESS_DENIED);
    ok_eq(GetFileSize(nothing, NULL), 10);
    CloseHandle(reader);
    CloseHandle(writer);
    CloseHandle(nothing);
}

TEST(handles_of_other_kinds_are_no_files, "1.58")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    HANDLE file = file_must_open(file_make(in_dir("mapped"), 10), READ, SHARE_ANY);
    HANDLE other = CreateFileMappingA(file, NULL, PAGE_READONLY, 0, 0, NULL);
    DWORD done = 0;
    char byte;

    todo_wine
    { /* its sections are files underneath */
        ok_fails(GetFileType(section), ERROR_INVALID_HANDLE);
        ok_fails(GetFileType(other), ERROR_INVALID_HANDLE);
        ok_fails(ReadFile(section, &byte, 1, &done, NULL), ERROR_INVALID_HANDLE);
        SetLastError(0);
        ok_eq(GetFileSize(section, NULL), INVALID_FILE_SIZE);
        ok_error(ERROR_INVALID_HANDLE);
    }
    ok_fails(GetFileType((HANDLE)(LONG_PTR)0x7654), ERROR_INVALID_HANDLE);
    ok_fails(SetEndOfFile(section), ERROR_INVALID_HANDLE);
    CloseHandle(other);
    CloseHandle(file);
    CloseHandle(section);
}

TEST(each_open_is_an_object_of_its_own, "12.31")
{
    const char *path = file_make(in_dir("twice"), 10);
    HANDLE first = file_must_open(path, READ, SHARE_ANY);
    HANDLE second = file_must_open(path, READ, SHARE_ANY);

    ok_fails(CompareObjectHandles(first, second), ERROR_NOT_SAME_OBJECT);
    CloseHandle(first);
    CloseHandle(second);
}

TEST(copies_share_the_position_and_get_no_further_data_rights, "")
{
    HANDLE file = file_must_open(file_make(in_dir("copied"), 10), READ, SHARE_ANY);
    HANDLE copy = NULL, process = GetCurrentProcess();

    require(DuplicateHandle(process, file, process, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
    file_seek(file, 4);
    ok_eq(file_position(copy), 4);
    CloseHandle(copy);
    copy = NULL;
    todo_wine
    { /* NT widens only objects whose security it keeps itself: not files */
        ok_fails(DuplicateHandle(process, file, process, &copy, GENERIC_WRITE, FALSE, 0),
                 ERROR_ACCESS_DENIED);
    }
    if (copy)
        CloseHandle(copy);
    CloseHandle(file);
}

TEST(a_file_is_always_signalled, "")
{
    HANDLE file = file_must_open(file_make(in_dir("waited"), 1), READ, SHARE_ANY);

    ok_eq(WaitForSingleObject(file, 0), WAIT_OBJECT_0);
    ok_eq(WaitForSingleObject(file, INFINITE), WAIT_OBJECT_0);
    CloseHandle(file);
}

TEST(a_file_handle_is_inherited_when_it_says_so, "")
{
    SECURITY_ATTRIBUTES security = {.nLength = sizeof(security), .bInheritHandle = TRUE};
    HANDLE file =
        CreateFileA(in_dir("inherited"), WRITE, SHARE_ANY, &security, CREATE_NEW, 0, NULL);
    DWORD flags = 0;

    require(file != INVALID_HANDLE_VALUE);
    ok_succeeds(GetHandleInformation(file, &flags));
    ok_eq(flags, HANDLE_FLAG_INHERIT);
    CloseHandle(file);
}

/* --- attributes ---------------------------------------------------------------------------- */

TEST(a_read_only_file_is_not_written_by_anybody, "")
{
    const char *path = in_dir("readonly");
    HANDLE file =
        CreateFileA(path, WRITE, SHARE_ANY, NULL, CREATE_NEW, FILE_ATTRIBUTE_READONLY, NULL);
    DWORD done = 0;

    require(file != INVALID_HANDLE_VALUE, "error %u", (unsigned)GetLastError());
    ok_succeeds(WriteFile(file, "made", 4, &done, NULL)); /* who made it writes it */
    CloseHandle(file);
    ok(GetFileAttributesA(path) & FILE_ATTRIBUTE_READONLY);
    if (!test_on_wine()) { /* Wine leaves it to the kernel, which lets root write */
        ok_file_fails(path, WRITE, SHARE_ANY, OPEN_EXISTING, ERROR_ACCESS_DENIED);
        ok_file_fails(path, READ, SHARE_ANY, CREATE_ALWAYS, ERROR_ACCESS_DENIED);
    }
    ok_file_opens(path, READ, SHARE_ANY, OPEN_EXISTING);
    ok_file_opens(path, READ | DELETE, SHARE_ANY, OPEN_EXISTING);
    ok_fails(DeleteFileA(path), ERROR_ACCESS_DENIED);
    SetLastError(0);
    file = CreateFileA(path, READ, SHARE_ANY, NULL, OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    ok_ptr_eq(file, INVALID_HANDLE_VALUE);
    ok_error(ERROR_ACCESS_DENIED);
    ok_eq(file_length(path), 4);
    ok_succeeds(SetFileAttributesA(path, FILE_ATTRIBUTE_NORMAL));
    ok(!(GetFileAttributesA(path) & FILE_ATTRIBUTE_READONLY));
    ok_file_opens(path, WRITE, SHARE_ANY, OPEN_EXISTING);
    ok_succeeds(DeleteFileA(path));
}

TEST(attributes_tell_what_is_there, "")
{
    WIN32_FILE_ATTRIBUTE_DATA data = {.nFileSizeLow = 77};
    const char *path = file_make(in_dir("told"), 1234);

    ok_eq(GetFileAttributesA(test_dir()) & FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_DIRECTORY);
    ok_eq(GetFileAttributesA(path), FILE_ATTRIBUTE_ARCHIVE);
    ok_succeeds(GetFileAttributesExA(path, GetFileExInfoStandard, &data));
    ok_eq(data.nFileSizeLow, 1234);
    ok_eq(data.nFileSizeHigh, 0);
    ok_eq(data.dwFileAttributes, FILE_ATTRIBUTE_ARCHIVE);
    ok(data.ftLastWriteTime.dwHighDateTime > 0x01d00000, "later than 2014");
    SetLastError(0);
    ok_eq(GetFileAttributesA(in_dir("none")), INVALID_FILE_ATTRIBUTES);
    ok_error(ERROR_FILE_NOT_FOUND);
    ok_fails(GetFileAttributesExA(in_dir("no/ne"), GetFileExInfoStandard, &data),
             ERROR_PATH_NOT_FOUND);
    ok_fails(GetFileAttributesExA(path, (GET_FILEEX_INFO_LEVELS)7, &data), ERROR_INVALID_PARAMETER);
    ok_fails(SetFileAttributesA(in_dir("none"), FILE_ATTRIBUTE_NORMAL), ERROR_FILE_NOT_FOUND);
    ok_succeeds(SetFileAttributesA(path, FILE_ATTRIBUTE_READONLY));
    ok(GetFileAttributesA(path) & FILE_ATTRIBUTE_READONLY);
    ok_succeeds(SetFileAttributesA(path, FILE_ATTRIBUTE_NORMAL));
}

/* --- delete on close ----------------------------------------------------------------------- */

static HANDLE open_to_delete(const char *path, DWORD disposition)
{
    HANDLE file = CreateFileA(path, BOTH | DELETE, SHARE_ANY, NULL, disposition,
                              FILE_FLAG_DELETE_ON_CLOSE, NULL);

    require(file != INVALID_HANDLE_VALUE, "error %u", (unsigned)GetLastError());
    return file;
}

TEST(delete_on_close_deletes_when_the_last_copy_closes, "")
{
    const char *path = in_dir("closing");
    HANDLE file = open_to_delete(path, CREATE_NEW), copy = NULL;

    require(DuplicateHandle(GetCurrentProcess(), file, GetCurrentProcess(), &copy, 0, FALSE,
                            DUPLICATE_SAME_ACCESS));
    ok(file_exists(path));
    CloseHandle(file);
    ok(file_exists(path));
    CloseHandle(copy);
    ok(!file_exists(path));
}

TEST(delete_on_close_waits_for_the_last_that_promised, "")
{
    const char *path = in_dir("promised");
    HANDLE first = open_to_delete(path, CREATE_NEW), second = open_to_delete(path, OPEN_EXISTING);

    CloseHandle(first);
    ok(file_exists(path));
    CloseHandle(second);
    ok(!file_exists(path));
}

TEST(delete_on_close_wants_others_to_share_deletion, "")
{
    const char *path = in_dir("shared-closing");
    HANDLE file = open_to_delete(path, CREATE_NEW), other;

    ok_file_fails(path, READ, FILE_SHARE_READ | FILE_SHARE_WRITE, OPEN_EXISTING,
                  ERROR_SHARING_VIOLATION);
    other = file_must_open(path, READ, SHARE_ANY);
    CloseHandle(other);
    ok(file_exists(path));
    CloseHandle(file);
    ok(!file_exists(path));

    file_make(path, 1);
    other = file_must_open(path, READ, SHARE_READ);
    SetLastError(0);
    file = CreateFileA(path, READ, SHARE_ANY, NULL, OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    ok_ptr_eq(file, INVALID_HANDLE_VALUE);
    ok_error(ERROR_SHARING_VIOLATION);
    CloseHandle(other);
    ok(file_exists(path));
}
