// SPDX-License-Identifier: MIT
/*
 * File calls when something fails inside: the error is told, no descriptor, mapping or mark is
 * left, and the same call works afterwards.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <windows.h>
#include <winioctl.h>

#include "fault/kit.h"
#include "harness/test.h"

static char path[512], other[512], third[512];
static HANDLE file = INVALID_HANDLE_VALUE;

static void choose_paths(void)
{
    snprintf(path, sizeof(path), "%s/file", test_dir());
    snprintf(other, sizeof(other), "%s/other", test_dir());
    snprintf(third, sizeof(third), "%s/third", test_dir());
}

static HANDLE open_at(const char *where, DWORD disposition)
{
    return CreateFileA(where, GENERIC_READ | GENERIC_WRITE | DELETE,
                       FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, disposition, 0,
                       NULL);
}

/* A file of 64 KiB at @where. */
static void make_file(const char *where)
{
    HANDLE made = open_at(where, CREATE_ALWAYS);
    LARGE_INTEGER size = {.QuadPart = 65536};

    require(made != INVALID_HANDLE_VALUE, "error %lu", (unsigned long)GetLastError());
    ok_succeeds(SetFilePointerEx(made, size, NULL, FILE_BEGIN));
    ok_succeeds(SetEndOfFile(made));
    ok_succeeds(CloseHandle(made));
}

static void open_file(void)
{
    choose_paths();
    make_file(path);
    file = open_at(path, OPEN_EXISTING);
    require(file != INVALID_HANDLE_VALUE);
}

static void close_file(void)
{
    ok_succeeds(CloseHandle(file));
    file = INVALID_HANDLE_VALUE;
}

/* --- opening ------------------------------------------------------------------------ */

static uint32_t run_open(void)
{
    file = open_at(path, OPEN_EXISTING);
    return fault_result(file != INVALID_HANDLE_VALUE);
}

TEST(a_file_is_opened_whole_or_not_at_all, "")
{
    static const struct fault_call call = {
        .name = "CreateFile, existing",
        .run = run_open,
        .undo = close_file,
        .must_meet = FAULT_BIT(OPEN) | FAULT_BIT(STAT) | FAULT_BIT(LOCK) | FAULT_MEMORY,
    };

    choose_paths();
    make_file(path);
    fault_walk_call(&call);
}

static void remove_file(void)
{
    (void)DeleteFileA(path);
}

static uint32_t run_create(void)
{
    file = open_at(path, CREATE_ALWAYS);
    return fault_result(file != INVALID_HANDLE_VALUE);
}

TEST(a_file_is_created_whole_or_not_at_all, "")
{
    static const struct fault_call call = {
        .name = "CreateFile, new",
        .prepare = remove_file,
        .run = run_create,
        .undo = close_file,
        .must_meet = FAULT_BIT(OPEN) | FAULT_BIT(STAT) | FAULT_BIT(LOCK) | FAULT_MEMORY,
    };

    choose_paths();
    fault_walk_call(&call);
}

static uint32_t run_create_new(void)
{
    file = open_at(path, CREATE_NEW);
    return fault_result(file != INVALID_HANDLE_VALUE);
}

static void close_and_remove(void)
{
    close_file();
    remove_file();
}

/* Nothing is put away between the attempts: one that leaves its file spoils the next. */
TEST(a_file_that_could_not_be_opened_is_not_made, "")
{
    static const struct fault_call call = {
        .name = "CreateFile, CREATE_NEW",
        .run = run_create_new,
        .undo = close_and_remove,
        .must_meet = FAULT_BIT(OPEN) | FAULT_BIT(STAT) | FAULT_BIT(LOCK) | FAULT_MEMORY,
    };

    choose_paths();
    fault_walk_call(&call);
}

#define CHUNK 256 /* handles that the table has room for before it grows */

TEST(a_file_without_a_handle_is_not_made, "12.22")
{
    HANDLE handles[CHUNK];
    uint32_t error;

    choose_paths();
    for (unsigned i = 0; i < CHUNK; i++)
        require((handles[i] = CreateEventW(NULL, FALSE, FALSE, NULL)) != NULL);
    /* The path's copies, the path that is kept, and the file come before the table's piece. */
    for (unsigned nth = 0, met = 0; met != FAULT_KINDS; nth++) {
        fault_arm(nth, ENOMEM);
        error = run_create_new();
        met = fault_disarm();
        if (met == FAULT_ALLOCATION)
            ok_eq(error, ERROR_NOT_ENOUGH_MEMORY);
        if (error == 0)
            break;
        ok_eq(GetFileAttributesA(path), INVALID_FILE_ATTRIBUTES);
    }
    ok_eq(error, 0);
    close_and_remove();
    for (unsigned i = 0; i < CHUNK; i++)
        ok_succeeds(CloseHandle(handles[i]));
}

/* --- on an open file ---------------------------------------------------------------- */

#define PROBE FAULT_BIT(LOCK) /* who cannot be asked has no lock */

static unsigned char bytes[4096];

static void to_start(void)
{
    LARGE_INTEGER zero = {.QuadPart = 0};

    ok_succeeds(SetFilePointerEx(file, zero, NULL, FILE_BEGIN));
}

static void to_start_of_more(void)
{
    LARGE_INTEGER size = {.QuadPart = 65536};

    ok_succeeds(SetFilePointerEx(file, size, NULL, FILE_BEGIN));
    ok_succeeds(SetEndOfFile(file));
    to_start();
}

static uint32_t run_read(void)
{
    DWORD n;

    return fault_result(ReadFile(file, bytes, sizeof(bytes), &n, NULL));
}

static uint32_t run_write(void)
{
    DWORD n;

    return fault_result(WriteFile(file, bytes, sizeof(bytes), &n, NULL));
}

static uint32_t run_set_end(void)
{
    return fault_result(SetEndOfFile(file));
}

static uint32_t run_flush(void)
{
    return fault_result(FlushFileBuffers(file));
}

static uint32_t run_size(void)
{
    LARGE_INTEGER size;

    return fault_result(GetFileSizeEx(file, &size));
}

static uint32_t run_get_time(void)
{
    FILETIME written;

    return fault_result(GetFileTime(file, NULL, NULL, &written));
}

static uint32_t run_set_time(void)
{
    const FILETIME written = {.dwHighDateTime = 0x01D00000};

    return fault_result(SetFileTime(file, NULL, NULL, &written));
}

static uint32_t run_information(void)
{
    BY_HANDLE_FILE_INFORMATION information;

    return fault_result(GetFileInformationByHandle(file, &information));
}

static uint32_t run_lock(void)
{
    return fault_result(LockFile(file, 0, 0, 16, 0));
}

static void undo_lock(void)
{
    ok_succeeds(UnlockFile(file, 0, 0, 16, 0));
}

static uint32_t run_ranges(void)
{
    FILE_ALLOCATED_RANGE_BUFFER whole = {.Length.QuadPart = 65536}, found[4];
    DWORD n;

    return fault_result(DeviceIoControl(file, FSCTL_QUERY_ALLOCATED_RANGES, &whole, sizeof(whole),
                                        found, sizeof(found), &n, NULL));
}

static uint32_t run_zero(void)
{
    FILE_ZERO_DATA_INFORMATION range = {.BeyondFinalZero.QuadPart = 4096};
    DWORD n;

    return fault_result(
        DeviceIoControl(file, FSCTL_SET_ZERO_DATA, &range, sizeof(range), NULL, 0, &n, NULL));
}

TEST(calls_on_a_file_fail_cleanly, "")
{
    static const struct fault_call calls[] = {
        {"ReadFile", to_start, run_read, NULL, FAULT_BIT(READ), PROBE, 0},
        {"WriteFile", to_start, run_write, NULL, FAULT_BIT(WRITE), PROBE, 0},
        {"SetEndOfFile", to_start_of_more, run_set_end, NULL, FAULT_BIT(FTRUNCATE), PROBE, 0},
        {"FlushFileBuffers", NULL, run_flush, NULL, FAULT_BIT(SYNC), 0, 0},
        {"GetFileSizeEx", NULL, run_size, NULL, FAULT_BIT(STAT), 0, 0},
        {"GetFileTime", NULL, run_get_time, NULL, FAULT_BIT(STAT), 0, 0},
        {"SetFileTime", NULL, run_set_time, NULL, FAULT_BIT(UTIME), 0, 0},
        {"GetFileInformationByHandle", NULL, run_information, NULL, FAULT_BIT(STAT), PROBE, 0},
        {"LockFile", NULL, run_lock, undo_lock, FAULT_BIT(LOCK), 0, 0},
        {"FSCTL_QUERY_ALLOCATED_RANGES", NULL, run_ranges, NULL, FAULT_BIT(SEEK), 0, 0},
        {"FSCTL_SET_ZERO_DATA", NULL, run_zero, NULL, FAULT_BIT(ALLOCATE), PROBE, 0},
    };

    open_file();
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    close_file();
}

/* --- on names ----------------------------------------------------------------------- */

static void one_file(void)
{
    make_file(path);
    (void)DeleteFileA(other);
    (void)DeleteFileA(third);
}

static void two_files(void)
{
    make_file(path);
    make_file(other);
    (void)DeleteFileA(third);
}

static uint32_t run_delete(void)
{
    return fault_result(DeleteFileA(path));
}

static void undo_delete(void)
{
    ok_eq(GetFileAttributesA(path), INVALID_FILE_ATTRIBUTES);
    make_file(path);
}

static uint32_t run_copy(void)
{
    return fault_result(CopyFileA(path, other, FALSE));
}

static uint32_t run_move(void)
{
    return fault_result(MoveFileExA(path, other, MOVEFILE_REPLACE_EXISTING));
}

static uint32_t run_replace(void)
{
    return fault_result(ReplaceFileA(path, other, third, 0, NULL, NULL));
}

static uint32_t run_attributes(void)
{
    return fault_result(SetFileAttributesA(path, FILE_ATTRIBUTE_READONLY));
}

static void undo_attributes(void)
{
    ok_succeeds(SetFileAttributesA(path, FILE_ATTRIBUTE_NORMAL));
}

static uint32_t run_make_directory(void)
{
    return fault_result(CreateDirectoryA(third, NULL));
}

static void undo_make_directory(void)
{
    ok_succeeds(RemoveDirectoryA(third));
}

static uint32_t run_change_directory(void)
{
    return fault_result(SetCurrentDirectoryA(test_dir()));
}

TEST(calls_on_names_of_files_fail_cleanly, "")
{
    static const struct fault_call calls[] = {
        {"DeleteFile", one_file, run_delete, undo_delete, FAULT_BIT(UNLINK), PROBE, 0},
        {"CopyFile", one_file, run_copy, NULL, FAULT_BIT(OPEN) | FAULT_BIT(COPY),
         FAULT_BIT(COPY) | FAULT_BIT(STAT) | FAULT_BIT(UTIME) | PROBE, 0},
        {"MoveFileEx", two_files, run_move, one_file, FAULT_BIT(RENAME), FAULT_BIT(STAT) | PROBE,
         0},
        {"ReplaceFile", two_files, run_replace, two_files, FAULT_BIT(RENAME),
         FAULT_BIT(STAT) | FAULT_BIT(CHMOD) | FAULT_BIT(UNLINK) | PROBE, 0},
        {"SetFileAttributes", one_file, run_attributes, undo_attributes, FAULT_BIT(CHMOD), 0, 0},
        {"CreateDirectory", one_file, run_make_directory, undo_make_directory, FAULT_BIT(MKDIR), 0,
         0},
        {"SetCurrentDirectory", NULL, run_change_directory, NULL, FAULT_BIT(CWD), 0, 0},
    };

    choose_paths();
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
}
