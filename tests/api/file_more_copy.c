// SPDX-License-Identifier: MIT
/*
 * Whole files: copying, moving, replacing, linking; and what open and mapped files refuse.
 */
#include "api/section_kit.h"

#include <stdlib.h>

#define NO_DELETE (FILE_SHARE_READ | FILE_SHARE_WRITE)

static char *path_to(const char *name)
{
    char *path = strdup(path_of(name));

    require(path != NULL);
    return path;
}

static bool exists(const char *name)
{
    return GetFileAttributesA(path_of(name)) != INVALID_FILE_ATTRIBUTES;
}

static void make(const char *name, DWORD size)
{
    drop(new_file(name, GENERIC_READ, size), NULL);
}

/* The file is there, @size bytes long, as new_file() made it. */
static bool is_made(const char *name, DWORD size)
{
    HANDLE file = open_file(name, GENERIC_READ, SHARE_ALL);
    uint32_t *words = (uint32_t *)malloc(size + 4);
    DWORD done = 0, wrong = 0;

    require(words != NULL);
    ok_succeeds(ReadFile(file, words, size + 4, &done, NULL));
    for (DWORD i = 0; i < size / 4; i++)
        wrong += words[i] != i;
    free(words);
    drop(file, NULL);
    return done == size && wrong == 0;
}

static BOOL copy(const char *from, const char *to, BOOL fail_if_exists)
{
    return CopyFileA(path_of(from), path_of(to), fail_if_exists);
}

static BOOL move(const char *from, const char *to, DWORD flags)
{
    return MoveFileExA(path_of(from), path_of(to), flags);
}

#define FROM A_("from")
#define TO   A_("to")
#define BACK A_("back")

/* On Windows the cases share one directory, and what a failed one left would fail the next. */
static void remove_all(void)
{
    SetFileAttributesA(path_of(FROM), FILE_ATTRIBUTE_NORMAL);
    SetFileAttributesA(path_of(TO), FILE_ATTRIBUTE_NORMAL);
    DeleteFileA(path_of(FROM));
    DeleteFileA(path_of(TO));
    DeleteFileA(path_of(BACK));
    RemoveDirectoryA(path_of(FROM));
}

/* --- copying -------------------------------------------------------------------------------- */

TEST(a_copy_has_the_bytes_and_the_time, "")
{
    FILETIME then = {0x12345678, 0x01C00000}, now;
    HANDLE file;

    remove_all();
    make(FROM, 300000);
    file = open_file(FROM, READ_WRITE, SHARE_ALL);
    ok_succeeds(SetFileTime(file, NULL, NULL, &then));
    drop(file, NULL);
    ok_succeeds(copy(FROM, TO, TRUE));
    ok(is_made(TO, 300000));
    file = open_file(TO, GENERIC_READ, SHARE_ALL);
    ok_succeeds(GetFileTime(file, NULL, NULL, &now));
    /* To the microsecond: Windows' own file systems keep less than they are told, too. */
    ok_eq(now.dwHighDateTime, then.dwHighDateTime);
    ok(now.dwLowDateTime - then.dwLowDateTime + 10 <= 20);
    drop(file, NULL);
    remove_all();
}

TEST(a_copy_replaces_what_a_file_held, "")
{
    remove_all();
    make(FROM, 100);
    make(TO, 5000);
    ok_fails(copy(FROM, TO, TRUE), ERROR_FILE_EXISTS);
    ok_eq(length_of(TO), 5000);
    ok_succeeds(copy(FROM, TO, FALSE));
    ok(is_made(TO, 100));
    remove_all();
}

TEST(a_copy_of_nothing_is_an_error, "")
{
    char *missing = path_to("no folder/no file");

    remove_all();
    make(FROM, 100);
    ok_fails(copy(TO, BACK, FALSE), ERROR_FILE_NOT_FOUND);
    ok_fails(CopyFileA(missing, path_of(TO), FALSE), ERROR_PATH_NOT_FOUND);
    ok_fails(CopyFileA(path_of(FROM), missing, FALSE), ERROR_PATH_NOT_FOUND);
    ok(!exists(TO));
    free(missing);
    remove_all();
}

TEST(an_empty_file_can_be_copied, "")
{
    remove_all();
    make(FROM, 0);
    ok_succeeds(copy(FROM, TO, FALSE));
    ok_eq(length_of(TO), 0);
    remove_all();
}

TEST(a_file_is_not_copied_to_itself, "")
{
    remove_all();
    make(FROM, 4000);
    ok_fails(copy(FROM, FROM, FALSE), ERROR_SHARING_VIOLATION);
    ok_fails(copy(FROM, FROM, TRUE), ERROR_FILE_EXISTS);
    ok(is_made(FROM, 4000));
    remove_all();
}

TEST(open_files_refuse_a_copy_that_they_do_not_share, "")
{
    HANDLE file;

    remove_all();
    make(FROM, 4000);
    make(TO, 100);
    file = open_file(FROM, GENERIC_READ, FILE_SHARE_WRITE | FILE_SHARE_DELETE);
    ok_fails(copy(FROM, TO, FALSE), ERROR_SHARING_VIOLATION);
    drop(file, NULL);
    file = open_file(TO, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE);
    ok_fails(copy(FROM, TO, FALSE), ERROR_SHARING_VIOLATION);
    drop(file, NULL);
    ok_eq(length_of(TO), 100);
    file = open_file(TO, READ_WRITE, SHARE_ALL);
    ok_succeeds(copy(FROM, TO, FALSE));
    drop(file, NULL);
    ok(is_made(TO, 4000));
    remove_all();
}

TEST(a_mapped_file_refuses_a_copy_onto_it, "16.7 16.8")
{
    HANDLE file, section;

    remove_all();
    make(FROM, 4000);
    make(TO, 100);
    file = open_file(TO, READ_WRITE, FILE_SHARE_READ);
    section = file_section(file, PAGE_READONLY, 0);
    ok_fails(copy(FROM, TO, FALSE), ERROR_SHARING_VIOLATION);
    drop(section, NULL);
    drop(file, NULL);
    file = open_file(TO, READ_WRITE, SHARE_ALL);
    section = file_section(file, PAGE_READWRITE, 0);
    ok_fails(copy(FROM, TO, FALSE), ERROR_USER_MAPPED_FILE);
    drop(section, NULL);
    ok_succeeds(copy(FROM, TO, FALSE));
    drop(file, NULL);
    ok(is_made(TO, 4000));
    remove_all();
}

TEST(a_mapped_file_can_be_copied, "16.30")
{
    HANDLE file, section;
    volatile uint32_t *words;

    remove_all();
    make(FROM, 4096);
    file = open_file(FROM, READ_WRITE, SHARE_ALL);
    section = file_section(file, PAGE_READWRITE, 0);
    words = map_words(section);
    words[5] = 0;
    ok_succeeds(copy(FROM, TO, FALSE));
    ok(!is_made(TO, 4096));
    words[5] = 5;
    ok_succeeds(copy(FROM, TO, FALSE));
    ok(is_made(TO, 4096));
    drop(section, words);
    drop(file, NULL);
    remove_all();
}

TEST(a_locked_file_is_not_copied, "")
{
    HANDLE file;

    remove_all();
    make(FROM, 4096);
    file = open_file(FROM, READ_WRITE, SHARE_ALL);
    ok_succeeds(LockFile(file, 4000, 0, 10, 0));
    /* Wine's locks are advice. */
    todo_wine ok_fails(copy(FROM, TO, FALSE), ERROR_LOCK_VIOLATION);
    drop(file, NULL);
    remove_all();
}

struct seen {
    unsigned reports, switches;
    ULONGLONG total, last;
    DWORD answer, answer_at;
    bool handles, forward;
};

static DWORD CALLBACK watch(LARGE_INTEGER total, LARGE_INTEGER done, LARGE_INTEGER stream_total,
                            LARGE_INTEGER stream_done, DWORD stream, DWORD reason, HANDLE from,
                            HANDLE to, LPVOID data)
{
    struct seen *seen = (struct seen *)data;
    LARGE_INTEGER size;

    ok_eq(stream, 1);
    ok_eq(total.QuadPart, stream_total.QuadPart);
    ok_eq(done.QuadPart, stream_done.QuadPart);
    seen->forward = seen->forward && (ULONGLONG)done.QuadPart >= seen->last;
    seen->handles =
        GetFileSizeEx(from, &size) && size.QuadPart == total.QuadPart && GetFileSizeEx(to, &size);
    seen->switches += reason == CALLBACK_STREAM_SWITCH;
    seen->total = (ULONGLONG)total.QuadPart;
    seen->last = (ULONGLONG)done.QuadPart;
    seen->reports++;
    return seen->reports == seen->answer_at ? seen->answer : PROGRESS_CONTINUE;
}

static BOOL copy_watched(struct seen *seen, DWORD answer, DWORD answer_at)
{
    memset(seen, 0, sizeof(*seen));
    seen->forward = true;
    seen->answer = answer;
    seen->answer_at = answer_at;
    return CopyFileExA(path_of(FROM), path_of(TO), watch, seen, NULL, 0);
}

TEST(a_copy_reports_how_far_it_is, "")
{
    struct seen seen;

    remove_all();
    make(FROM, 5000000);
    ok_succeeds(copy_watched(&seen, PROGRESS_CONTINUE, 0));
    /* Wine never reports. */
    todo_wine
    {
        ok_eq(seen.switches, 1);
        ok(seen.reports > 2, "%u reports", seen.reports);
        ok_eq(seen.total, 5000000);
        ok_eq(seen.last, 5000000);
        ok(seen.handles && seen.forward);
        ok_succeeds(copy_watched(&seen, PROGRESS_QUIET, 2));
        ok_eq(seen.reports, 2);
    }
    ok(is_made(TO, 5000000));
    remove_all();
}

TEST(a_watched_copy_can_be_ended, "")
{
    struct seen seen;
    BOOL cancel = TRUE;

    remove_all();
    make(FROM, 5000000);
    todo_wine
    {
        ok_fails(copy_watched(&seen, PROGRESS_CANCEL, 2), ERROR_REQUEST_ABORTED);
        ok(!exists(TO));
        ok_fails(copy_watched(&seen, PROGRESS_STOP, 2), ERROR_REQUEST_ABORTED);
        ok(exists(TO));
        ok_succeeds(DeleteFileA(path_of(TO)));
        ok_fails(CopyFileExA(path_of(FROM), path_of(TO), NULL, NULL, &cancel, 0),
                 ERROR_REQUEST_ABORTED);
    }
    cancel = FALSE;
    ok_succeeds(CopyFileExA(path_of(FROM), path_of(TO), NULL, NULL, &cancel, 0));
    ok_fails(CopyFileExA(path_of(FROM), path_of(TO), NULL, NULL, NULL, COPY_FILE_FAIL_IF_EXISTS),
             ERROR_FILE_EXISTS);
    remove_all();
}

/* --- moving --------------------------------------------------------------------------------- */

TEST(a_moved_file_has_the_other_name_only, "")
{
    remove_all();
    make(FROM, 400);
    ok_succeeds(MoveFileA(path_of(FROM), path_of(TO)));
    ok(!exists(FROM));
    ok(is_made(TO, 400));
    ok_fails(move(FROM, BACK, 0), ERROR_FILE_NOT_FOUND);
    ok_succeeds(move(TO, TO, 0));
    ok_succeeds(move(TO, FROM, MOVEFILE_WRITE_THROUGH));
    ok(is_made(FROM, 400));
    remove_all();
}

TEST(a_move_replaces_only_when_it_is_told_to, "")
{
    remove_all();
    make(FROM, 400);
    make(TO, 100);
    ok_fails(move(FROM, TO, 0), ERROR_ALREADY_EXISTS);
    ok_fails(MoveFileA(path_of(FROM), path_of(TO)), ERROR_ALREADY_EXISTS);
    ok(is_made(TO, 100));
    ok_succeeds(move(FROM, TO, MOVEFILE_REPLACE_EXISTING));
    ok(is_made(TO, 400));
    ok(!exists(FROM));
    remove_all();
}

TEST(a_hard_link_in_the_way_is_a_file_in_the_way, "")
{
    remove_all();
    make(FROM, 400);
    ok_succeeds(CreateHardLinkA(path_of(TO), path_of(FROM), NULL));
    /* Wine leaves both names, as rename() does. */
    todo_wine ok_fails(move(FROM, TO, 0), ERROR_ALREADY_EXISTS);
    ok(exists(FROM) && exists(TO));
    ok_succeeds(move(FROM, FROM, 0));
    ok(exists(FROM));
    ok_succeeds(move(FROM, TO, MOVEFILE_REPLACE_EXISTING));
    todo_wine ok(!exists(FROM));
    ok(is_made(TO, 400));
    remove_all();
}

TEST(wide_names_move_and_copy_too, "")
{
    WCHAR from[512], to[512];
    unsigned i;

    remove_all();
    make(FROM, 400);
    for (i = 0; i == 0 || from[i - 1]; i++)
        from[i] = (unsigned char)path_of(FROM)[i];
    for (i = 0; i == 0 || to[i - 1]; i++)
        to[i] = (unsigned char)path_of(TO)[i];
    ok_succeeds(CopyFileW(from, to, TRUE));
    ok_fails(CopyFileExW(from, to, NULL, NULL, NULL, COPY_FILE_FAIL_IF_EXISTS), ERROR_FILE_EXISTS);
    ok_fails(MoveFileW(from, to), ERROR_ALREADY_EXISTS);
    ok_succeeds(MoveFileExW(from, to, MOVEFILE_REPLACE_EXISTING));
    ok_succeeds(CreateHardLinkW(from, to, NULL));
    ok_succeeds(DeleteFileW(from));
    ok_succeeds(CopyFileW(to, from, TRUE));
    ok_succeeds(ReplaceFileW(to, from, NULL, 0, NULL, NULL));
    ok(is_made(TO, 400));
    remove_all();
}

TEST(open_files_refuse_to_be_moved_unless_they_share_deletion, "")
{
    HANDLE file;

    remove_all();
    make(FROM, 400);
    file = open_file(FROM, GENERIC_READ, NO_DELETE);
    ok_fails(move(FROM, TO, 0), ERROR_SHARING_VIOLATION);
    drop(file, NULL);
    file = open_file(FROM, GENERIC_READ, SHARE_ALL);
    ok_succeeds(move(FROM, TO, 0));
    drop(file, NULL);
    ok(is_made(TO, 400));
    remove_all();
}

TEST(a_mapped_file_can_be_moved, "14.23")
{
    HANDLE file, section;
    volatile uint32_t *words;

    remove_all();
    make(FROM, 4096);
    file = open_file(FROM, READ_WRITE, SHARE_ALL);
    section = file_section(file, PAGE_READWRITE, 0);
    words = map_words(section);
    drop(file, NULL);
    ok_succeeds(move(FROM, TO, 0));
    words[5] = 0;
    ok(!is_made(TO, 4096));
    words[5] = 5;
    ok(is_made(TO, 4096));
    drop(section, words);
    remove_all();
}

TEST(what_is_in_use_is_not_replaced_by_a_move, "")
{
    HANDLE file, section;

    remove_all();
    make(FROM, 400);
    make(TO, 100);
    file = open_file(TO, READ_WRITE, NO_DELETE);
    ok_fails(move(FROM, TO, MOVEFILE_REPLACE_EXISTING), ERROR_ACCESS_DENIED);
    section = file_section(file, PAGE_READWRITE, 0);
    drop(file, NULL);
    ok_fails(move(FROM, TO, MOVEFILE_REPLACE_EXISTING), ERROR_ACCESS_DENIED);
    drop(section, NULL);
    ok_succeeds(SetFileAttributesA(path_of(TO), FILE_ATTRIBUTE_READONLY));
    /* Wine renames over read-only files. */
    todo_wine ok_fails(move(FROM, TO, MOVEFILE_REPLACE_EXISTING), ERROR_ACCESS_DENIED);
    ok_succeeds(SetFileAttributesA(path_of(TO), FILE_ATTRIBUTE_NORMAL));
    if (!exists(FROM))
        make(FROM, 400);
    ok_succeeds(move(FROM, TO, MOVEFILE_REPLACE_EXISTING));
    ok(is_made(TO, 400));
    remove_all();
}

TEST(folders_move_but_are_not_replaced, "")
{
    remove_all();
    RemoveDirectoryA(path_of(A_("one")));
    RemoveDirectoryA(path_of(A_("two")));
    make(FROM, 400);
    ok_succeeds(CreateDirectoryA(path_of(A_("one")), NULL));
    ok_fails(move(FROM, A_("one"), MOVEFILE_REPLACE_EXISTING), ERROR_ACCESS_DENIED);
    ok_fails(move(A_("one"), FROM, 0), ERROR_ALREADY_EXISTS);
    /* Wine lets a folder take the place of a file. */
    todo_wine ok_fails(move(A_("one"), FROM, MOVEFILE_REPLACE_EXISTING), ERROR_ACCESS_DENIED);
    if (!exists(A_("one")))
        ok_succeeds(move(FROM, A_("one"), 0));
    ok_succeeds(move(A_("one"), A_("two"), 0));
    ok(!exists(A_("one")) && exists(A_("two")));
    ok_succeeds(RemoveDirectoryA(path_of(A_("two"))));
    remove_all();
}

/* --- replacing and linking ------------------------------------------------------------------ */

TEST(a_replacement_takes_the_place_and_the_old_file_the_backup_s, "")
{
    remove_all();
    make(TO, 400);
    make(FROM, 800);
    ok_succeeds(ReplaceFileA(path_of(TO), path_of(FROM), path_of(BACK), 0, NULL, NULL));
    ok(is_made(TO, 800));
    ok(is_made(BACK, 400));
    ok(!exists(FROM));
    remove_all();
}

TEST(an_old_backup_is_replaced, "")
{
    remove_all();
    make(TO, 400);
    make(FROM, 800);
    make(BACK, 100);
    ok_succeeds(ReplaceFileA(path_of(TO), path_of(FROM), path_of(BACK),
                             REPLACEFILE_IGNORE_MERGE_ERRORS, NULL, NULL));
    ok(is_made(TO, 800));
    ok(is_made(BACK, 400));
    ok(!exists(FROM));
    remove_all();
}

TEST(a_replacement_needs_no_backup, "")
{
    remove_all();
    make(TO, 400);
    make(FROM, 800);
    ok_succeeds(ReplaceFileA(path_of(TO), path_of(FROM), NULL, 0, NULL, NULL));
    ok(is_made(TO, 800));
    ok(!exists(FROM) && !exists(BACK));
    remove_all();
}

TEST(a_replacement_needs_both_files, "")
{
    remove_all();
    make(FROM, 400);
    ok_fails(ReplaceFileA(path_of(TO), path_of(FROM), NULL, 0, NULL, NULL), ERROR_FILE_NOT_FOUND);
    ok_fails(ReplaceFileA(path_of(FROM), path_of(TO), path_of(BACK), 0, NULL, NULL),
             ERROR_FILE_NOT_FOUND);
    ok(is_made(FROM, 400));
    ok(!exists(BACK));
    ok_fails(ReplaceFileA(NULL, path_of(FROM), NULL, 0, NULL, NULL), ERROR_INVALID_PARAMETER);
    ok_fails(ReplaceFileA(path_of(TO), NULL, NULL, 0, NULL, NULL), ERROR_INVALID_PARAMETER);
    remove_all();
}

TEST(a_backup_does_not_take_the_name_of_one_of_the_two, "")
{
    remove_all();
    make(TO, 400);
    make(FROM, 800);
    /* Wine moves the old file over the new one. */
    todo_wine
    {
        ok_fails(ReplaceFileA(path_of(TO), path_of(FROM), path_of(FROM), 0, NULL, NULL),
                 ERROR_SHARING_VIOLATION);
        ok_fails(ReplaceFileA(path_of(TO), path_of(FROM), path_of(TO), 0, NULL, NULL),
                 ERROR_SHARING_VIOLATION);
        ok(exists(FROM) && is_made(TO, 400));
        ok(exists(FROM) && is_made(FROM, 800));
    }
    remove_all();
}

TEST(an_old_name_is_a_backup_already, "")
{
    remove_all();
    make(TO, 400);
    make(FROM, 800);
    ok_succeeds(CreateHardLinkA(path_of(BACK), path_of(TO), NULL));
    /* In Wine the old file stays, as rename() leaves both names. */
    todo_wine
    {
        ok_succeeds(ReplaceFileA(path_of(TO), path_of(FROM), path_of(BACK), 0, NULL, NULL));
        ok(is_made(TO, 800));
        ok(!exists(FROM));
    }
    ok(is_made(BACK, 400));
    remove_all();
}

TEST(a_read_only_file_is_not_replaced, "")
{
    remove_all();
    make(TO, 400);
    make(FROM, 800);
    ok_succeeds(SetFileAttributesA(path_of(TO), FILE_ATTRIBUTE_READONLY));
    ok_fails(ReplaceFileA(path_of(TO), path_of(FROM), path_of(BACK), 0, NULL, NULL),
             ERROR_ACCESS_DENIED);
    ok_succeeds(SetFileAttributesA(path_of(TO), FILE_ATTRIBUTE_NORMAL));
    ok(is_made(TO, 400));
    ok(is_made(FROM, 800));
    ok(!exists(BACK));
    remove_all();
}

TEST(a_file_that_is_mapped_and_shares_deletion_can_be_replaced, "14.23")
{
    HANDLE file, section;
    volatile uint32_t *words;

    remove_all();
    make(TO, 4096);
    make(FROM, 800);
    file = open_file(TO, GENERIC_READ, SHARE_ALL);
    section = file_section(file, PAGE_READONLY, 0);
    words = (volatile uint32_t *)MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    require(words != NULL);
    ok_succeeds(ReplaceFileA(path_of(TO), path_of(FROM), path_of(BACK), 0, NULL, NULL));
    ok(is_made(TO, 800));
    ok(is_made(BACK, 4096));
    ok_eq(words[1023], 1023);
    drop(section, words);
    drop(file, NULL);
    remove_all();
}

TEST(a_file_that_does_not_share_deletion_is_not_replaced, "")
{
    HANDLE file;

    remove_all();
    make(TO, 400);
    make(FROM, 800);
    file = open_file(TO, GENERIC_READ, NO_DELETE);
    ok_fails(ReplaceFileA(path_of(TO), path_of(FROM), NULL, 0, NULL, NULL),
             ERROR_SHARING_VIOLATION);
    drop(file, NULL);
    ok(is_made(TO, 400));
    ok(is_made(FROM, 800));
    remove_all();
}

TEST(a_hard_link_is_another_name, "")
{
    BY_HANDLE_FILE_INFORMATION one, other;
    HANDLE file;

    remove_all();
    make(FROM, 400);
    ok_succeeds(CreateHardLinkA(path_of(TO), path_of(FROM), NULL));
    ok_fails(CreateHardLinkA(path_of(TO), path_of(FROM), NULL), ERROR_ALREADY_EXISTS);
    ok_fails(CreateHardLinkA(path_of(TO), path_of(BACK), NULL), ERROR_FILE_NOT_FOUND);
    file = open_file(FROM, GENERIC_READ, SHARE_ALL);
    ok_succeeds(GetFileInformationByHandle(file, &one));
    drop(file, NULL);
    file = open_file(TO, GENERIC_READ, SHARE_ALL);
    ok_succeeds(GetFileInformationByHandle(file, &other));
    drop(file, NULL);
    ok_eq(one.nNumberOfLinks, 2);
    ok_eq(one.nFileIndexLow, other.nFileIndexLow);
    ok_eq(one.nFileIndexHigh, other.nFileIndexHigh);
    ok_eq(one.dwVolumeSerialNumber, other.dwVolumeSerialNumber);
    ok_succeeds(DeleteFileA(path_of(FROM)));
    ok(is_made(TO, 400));
    remove_all();
}
