// SPDX-License-Identifier: MIT
/*
 * Paths that are told back: full ones, the current directory, temporary files; and the standard
 * handles.
 */
#include "api/file_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The last name of a path. */
static const char *leaf_of(const char *path)
{
    const char *leaf = path;

    for (; *path; path++)
        if (*path == '/' || *path == '\\')
            leaf = path + 1;
    return leaf;
}

static bool is_separator(char c)
{
    return c == '/' || c == '\\';
}

/* Whether two paths are the same but for their separators. */
static bool same_path(const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if (*a != *b && !(is_separator(*a) && is_separator(*b)))
            return false;
    return *a == *b;
}

TEST(a_full_path_has_no_dots, "")
{
    char full[512], want[512], path[512];
    char *part = NULL;
    DWORD length;

    require(GetFullPathNameA(in_dir("a"), sizeof(want), want, NULL) > 0);
    strcat(want, "/c");
    snprintf(path, sizeof(path), "%s//b\\..\\.\\c", in_dir("a"));
    length = GetFullPathNameA(path, sizeof(full), full, &part);
    ok_eq(length, strlen(want));
    ok(same_path(full, want), "%s, not %s", full, want);
    ok_str_eq(part, "c");
    ok_eq(GetFullPathNameA(path, length, full, &part), length + 1);
    ok_eq(GetFullPathNameA(path, length + 1, full, &part), length);
    snprintf(path, sizeof(path), "%s/", in_dir("a"));
    ok(GetFullPathNameA(path, sizeof(full), full, &part) > 0);
    ok_ptr_eq(part, NULL);
}

TEST(relative_paths_begin_at_the_current_directory, "")
{
    char before[512], now[512];
    DWORD length;

    require(GetCurrentDirectoryA(sizeof(before), before) > 0);
    require(CreateDirectoryA(in_dir("here"), NULL));
    file_make(in_dir("here/file"), 5);
    ok_succeeds(SetCurrentDirectoryA(in_dir("here")));
    ok_eq(file_length("file"), 5);
    ok_eq(file_length("..\\here/file"), 5);
    length = GetCurrentDirectoryA(sizeof(now), now);
    ok_eq(length, strlen(now));
    ok_eq(GetCurrentDirectoryA(3, now), length + 1);
    ok_eq(GetFullPathNameA("file", sizeof(now), now, NULL), length + 5);
    ok_fails(SetCurrentDirectoryA("file"), ERROR_DIRECTORY);
    ok_fails(SetCurrentDirectoryA("nowhere"), ERROR_FILE_NOT_FOUND);
    ok_fails(SetCurrentDirectoryA("no/where"), ERROR_PATH_NOT_FOUND);
    ok_file_fails("none", READ, SHARE_ANY, OPEN_EXISTING, ERROR_FILE_NOT_FOUND);
    ok_file_fails("no/ne", READ, SHARE_ANY, OPEN_EXISTING, ERROR_PATH_NOT_FOUND);
    ok_succeeds(SetCurrentDirectoryA(before));
}

TEST(wide_paths_are_told_in_characters, "")
{
    char narrow[512];
    wchar_t wide[512], full[512];
    wchar_t *part = NULL;
    DWORD length = GetCurrentDirectoryW(512, wide);

    ok_eq(length, wcslen(wide));
    ok(GetCurrentDirectoryA(512, narrow) > 0);
    ok_eq(GetCurrentDirectoryW(length, wide), length + 1);
    ok_eq(GetFullPathNameW(L"x", 512, full, &part), length + 2);
    ok_wstr_eq(part, L"x");
    length = GetTempPathW(512, full);
    ok_eq(length, wcslen(full));
    ok(is_separator((char)full[wcslen(full) - 1]));
}

TEST(temporary_files_get_a_number_that_is_free, "")
{
    char first[MAX_PATH], second[MAX_PATH], path[MAX_PATH];
    DWORD length = GetTempPathA(sizeof(path), path);
    UINT number;

    ok_eq(length, strlen(path));
    ok(is_separator(path[length - 1]));
    ok_eq(GetTempPathA(length, path), length + 1);

    number = GetTempFileNameA(test_dir(), "prefix", 0, first);
    ok_ne(number, 0);
    ok_eq(file_length(first), 0);
    snprintf(path, sizeof(path), "pre%X.tmp", number);
    snprintf(second, sizeof(second), "pre%x.tmp", number); /* as Wine writes it */
    if (!test_on_wine() || strcmp(leaf_of(first), second) != 0)
        ok_str_eq(leaf_of(first), path);
    ok_ne(GetTempFileNameA(test_dir(), "pre", 0, second), 0);
    ok(strcmp(first, second) != 0);

    ok_eq(GetTempFileNameA(test_dir(), "x", 0x12abc, second), 0x2abc);
    ok(!file_exists(second)); /* a number of the caller's makes no file */
    SetLastError(0);
    ok_eq(GetTempFileNameA(in_dir("nowhere"), "x", 0, second), 0);
    ok_error(ERROR_DIRECTORY);
}

TEST(standard_handles_are_files, "")
{
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    HANDLE file;

    ok_ptr_ne(out, NULL);
    ok_ptr_ne(out, INVALID_HANDLE_VALUE);
    ok_ptr_eq(GetStdHandle(STD_OUTPUT_HANDLE), out);
    ok_eq(GetFileType(GetStdHandle(STD_INPUT_HANDLE)) != FILE_TYPE_UNKNOWN, 1);
    SetLastError(0);
    ok_ptr_eq(GetStdHandle(1), INVALID_HANDLE_VALUE);
    ok_error(ERROR_INVALID_HANDLE);
    ok_fails(SetStdHandle(1, out), ERROR_INVALID_HANDLE);

    file = file_open(in_dir("out"), WRITE, SHARE_ANY, CREATE_NEW);
    ok_succeeds(SetStdHandle(STD_OUTPUT_HANDLE, file));
    ok_ptr_eq(GetStdHandle(STD_OUTPUT_HANDLE), file);
    ok_succeeds(SetStdHandle(STD_OUTPUT_HANDLE, out));
    CloseHandle(file);
}

/* The line of text comes through the pipe that is this process's standard output. */
CHILD(writer_to_standard_output)
{
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    DWORD done = 0;

    (void)argc;
    (void)argv;
    ok_eq(GetFileType(out), FILE_TYPE_PIPE);
    ok_succeeds(WriteFile(out, "written\n", 8, &done, NULL));
    ok_eq(done, 8);
    return 0;
}

TEST(writes_to_a_standard_handle_arrive, "")
{
    struct test_child child;

    require(test_child_start(&child, "writer_to_standard_output"));
    test_child_expect(&child, "written", SOON);
    ok_eq(test_child_wait(&child, SOON), 0);
}
