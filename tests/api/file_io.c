// SPDX-License-Identifier: MIT
/*
 * Reading, writing, positions and lengths.
 */
#include "api/file_kit.h"

#include <string.h>

/* Writes @text through the handle, at its position. */
static void write_text(HANDLE file, const char *text)
{
    DWORD done = 0;

    ok_succeeds(WriteFile(file, text, (DWORD)strlen(text), &done, NULL));
    ok_eq(done, strlen(text));
}

/* What is in the whole file, as a string; valid until the next call. */
static const char *contents(const char *path)
{
    static char text[256];
    HANDLE file = file_must_open(path, READ, SHARE_ANY);
    DWORD done = 0;

    memset(text, 0, sizeof(text));
    ok_succeeds(ReadFile(file, text, sizeof(text) - 1, &done, NULL));
    CloseHandle(file);
    return text;
}

static HANDLE new_text(const char *path, const char *text)
{
    HANDLE file = file_open(path, BOTH, SHARE_ANY, CREATE_ALWAYS);

    require(file != INVALID_HANDLE_VALUE, "error %u", (unsigned)GetLastError());
    write_text(file, text);
    return file;
}

/* --- the position -------------------------------------------------------------------------- */

TEST(reads_and_writes_move_the_position, "")
{
    HANDLE file = new_text(in_dir("moved"), "0123456789");
    char text[8] = "";
    DWORD done = 0;

    ok_eq(file_position(file), 10);
    file_seek(file, 3);
    ok_succeeds(ReadFile(file, text, 4, &done, NULL));
    ok_eq(done, 4);
    ok_str_eq(text, "3456");
    ok_eq(file_position(file), 7);
    write_text(file, "x");
    ok_eq(file_position(file), 8);
    ok_str_eq(contents(in_dir("moved")), "0123456x89");
    CloseHandle(file);
}

TEST(a_read_at_the_end_succeeds_with_nothing, "")
{
    HANDLE file = new_text(in_dir("end"), "abc");
    char text[8] = "";
    DWORD done = 9;

    ok_succeeds(ReadFile(file, text, 4, &done, NULL));
    ok_eq(done, 0);
    file_seek(file, 2);
    ok_succeeds(ReadFile(file, text, 4, &done, NULL));
    ok_eq(done, 1);
    file_seek(file, 100);
    done = 9;
    ok_succeeds(ReadFile(file, text, 4, &done, NULL));
    ok_eq(done, 0);
    ok_eq(file_position(file), 100);
    CloseHandle(file);
}

TEST(what_lies_between_the_end_and_a_write_is_zero, "")
{
    static const char want[6] = {'a', 0, 0, 0, 0, 'b'};
    HANDLE file = new_text(in_dir("gap"), "a");

    file_seek(file, 5);
    ok_eq(file_length(in_dir("gap")), 1);
    write_text(file, "b");
    ok_eq(file_length(in_dir("gap")), 6);
    ok_mem_eq(contents(in_dir("gap")), want, sizeof(want));
    CloseHandle(file);
}

TEST(a_transfer_of_nothing_succeeds, "")
{
    HANDLE file = new_text(in_dir("nothing"), "abc");
    DWORD done = 9;

    ok_succeeds(WriteFile(file, NULL, 0, &done, NULL));
    ok_eq(done, 0);
    done = 9;
    ok_succeeds(ReadFile(file, NULL, 0, &done, NULL));
    ok_eq(done, 0);
    ok_eq(file_length(in_dir("nothing")), 3);
    CloseHandle(file);
}

TEST(bad_memory_is_an_error_of_the_call, "")
{
    HANDLE file = new_text(in_dir("bad"), "abc");
    DWORD done = 9;

    file_seek(file, 0);
    ok_fails(ReadFile(file, (void *)(LONG_PTR)0x10, 3, &done, NULL), ERROR_NOACCESS);
    ok_eq(done, 0);
    done = 9;
    SetLastError(0);
    ok(!WriteFile(file, (void *)(LONG_PTR)0x10, 3, &done, NULL));
    todo_wine
    { /* Windows' kernel probes both buffers alike; Wine says ERROR_INVALID_USER_BUFFER */
        ok_error(ERROR_NOACCESS);
    }
    ok_eq(done, 0);
    CloseHandle(file);
}

TEST(without_an_overlapped_there_must_be_a_count, "")
{
    HANDLE file = new_text(in_dir("count"), "abc");
    OVERLAPPED at = {.Offset = 1};
    char text[4] = "";

    ok_succeeds(ReadFile(file, text, 2, NULL, &at));
    ok_str_eq(text, "bc");
    ok_eq(at.InternalHigh, 2);
    CloseHandle(file);
}

/* --- offsets ------------------------------------------------------------------------------- */

TEST(an_overlapped_says_where_and_the_position_follows, "")
{
    HANDLE file = new_text(in_dir("at"), "0123456789");
    OVERLAPPED at = {.Offset = 6};
    char text[8] = "";
    DWORD done = 0;

    ok_succeeds(ReadFile(file, text, 3, &done, &at));
    ok_eq(done, 3);
    ok_str_eq(text, "678");
    ok_eq(at.Internal, 0);
    ok_eq(at.InternalHigh, 3);
    ok_eq(file_position(file), 9);
    at = (OVERLAPPED){.Offset = 1};
    ok_succeeds(WriteFile(file, "ab", 2, &done, &at));
    ok_eq(file_position(file), 3);
    ok_str_eq(contents(in_dir("at")), "0ab3456789");
    CloseHandle(file);
}

TEST(a_read_with_an_offset_at_the_end_fails, "")
{
    HANDLE file = new_text(in_dir("eof"), "abc");
    OVERLAPPED at = {.Offset = 3};
    char text[8] = "";
    DWORD done = 9;

    ok_fails(ReadFile(file, text, 3, &done, &at), ERROR_HANDLE_EOF);
    ok_eq(done, 0);
    ok_eq(at.Internal, (ULONG)STATUS_END_OF_FILE);
    ok_eq(at.InternalHigh, 0);
    at = (OVERLAPPED){.Offset = 2};
    ok_succeeds(ReadFile(file, text, 3, &done, &at));
    ok_eq(done, 1);
    CloseHandle(file);
}

TEST(offsets_have_64_bits, "")
{
    HANDLE file = new_text(in_dir("far"), "abc");
    OVERLAPPED at = {.Offset = 5, .OffsetHigh = 1};
    DWORD done = 0, high = 0;

    ok_succeeds(WriteFile(file, "x", 1, &done, &at));
    ok_eq(GetFileSize(file, &high), 6);
    ok_eq(high, 1);
    at = (OVERLAPPED){.Offset = 0, .OffsetHigh = 0x80000000};
    ok_fails(ReadFile(file, &done, 1, &done, &at), ERROR_INVALID_PARAMETER);
    CloseHandle(file);
    ok_succeeds(DeleteFileA(in_dir("far")));
}

TEST(all_bits_set_write_at_the_end, "")
{
    HANDLE file = new_text(in_dir("tail"), "abc");
    OVERLAPPED at = {.Offset = 0xFFFFFFFF, .OffsetHigh = 0xFFFFFFFF};
    DWORD done = 0;

    file_seek(file, 0);
    ok_succeeds(WriteFile(file, "de", 2, &done, &at));
    ok_str_eq(contents(in_dir("tail")), "abcde");
    CloseHandle(file);
}

/* Only what is written can go to the end, and an overlapped handle has no position. */
TEST(words_for_places_are_no_offsets_elsewhere, "")
{
    const char *path = in_dir("words");
    HANDLE file = new_text(path, "abc"), overlapped;
    OVERLAPPED end = {.Offset = 0xFFFFFFFF, .OffsetHigh = 0xFFFFFFFF};
    OVERLAPPED position = {.Offset = 0xFFFFFFFE, .OffsetHigh = 0xFFFFFFFF};
    DWORD done = 9;
    char byte = 0;

    file_seek(file, 1);
    ok_fails(ReadFile(file, &byte, 1, &done, &end), ERROR_INVALID_PARAMETER);
    ok_eq(file_position(file), 1);
    ok_succeeds(ReadFile(file, &byte, 1, &done, &position));
    ok_eq(byte, 'b');
    overlapped =
        CreateFileA(path, BOTH, SHARE_ANY, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    require(overlapped != INVALID_HANDLE_VALUE);
    ok_fails(WriteFile(overlapped, "x", 1, &done, &position), ERROR_INVALID_PARAMETER);
    ok_str_eq(contents(path), "abc");
    CloseHandle(overlapped);
    CloseHandle(file);
}

TEST(a_handle_that_only_appends_writes_at_the_end, "")
{
    const char *path = in_dir("log");
    HANDLE file = new_text(path, "abc"), log;
    DWORD done = 0;

    log = file_must_open(path, FILE_APPEND_DATA | SYNCHRONIZE, SHARE_ANY);
    write_text(log, "d");
    write_text(file, "X"); /* at 3: over the d */
    file_seek(file, 0);
    ok_succeeds(WriteFile(log, "e", 1, &done, NULL));
    ok_str_eq(contents(path), "abcXe");
    todo_wine
    { /* the page: the handle must have GENERIC_WRITE */
        ok_fails(SetEndOfFile(log), ERROR_ACCESS_DENIED);
    }
    CloseHandle(log);
    CloseHandle(file);
}

/* --- handles that are overlapped ----------------------------------------------------------- */

TEST(an_overlapped_handle_wants_an_offset_and_sets_the_event, "")
{
    const char *path = file_make(in_dir("overlapped"), 10);
    HANDLE file =
        CreateFileA(path, BOTH, SHARE_ANY, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    OVERLAPPED at = {.Offset = 3, .hEvent = CreateEventW(NULL, TRUE, TRUE, NULL)};
    unsigned char bytes[4] = {0};
    DWORD done = 9;

    require(file != INVALID_HANDLE_VALUE);
    ok_fails(ReadFile(file, bytes, 2, &done, NULL), ERROR_INVALID_PARAMETER);
    ok(ReadFile(file, bytes, 2, NULL, &at) || GetLastError() == ERROR_IO_PENDING);
    ok_eq(WaitForSingleObject(at.hEvent, SOON), WAIT_OBJECT_0);
    ok_eq(at.Internal, 0);
    ok_eq(at.InternalHigh, 2);
    ok_eq(bytes[0], 3);
    ok_eq(bytes[1], 4);
    ok_eq(file_position(file), 0);
    at.Offset = 10;
    ok(!ReadFile(file, bytes, 2, NULL, &at));
    ok(GetLastError() == ERROR_HANDLE_EOF || GetLastError() == ERROR_IO_PENDING);
    ok_eq(WaitForSingleObject(at.hEvent, SOON), WAIT_OBJECT_0);
    ok_eq(at.Internal, (ULONG)STATUS_END_OF_FILE);
    CloseHandle(at.hEvent);
    CloseHandle(file);
}

/* --- lengths ------------------------------------------------------------------------------- */

TEST(the_end_is_set_at_the_position, "")
{
    const char *path = in_dir("length");
    HANDLE file = new_text(path, "0123456789");

    file_seek(file, 4);
    ok_succeeds(SetEndOfFile(file));
    ok_eq(file_length(path), 4);
    ok_eq(file_position(file), 4);
    file_seek(file, 6);
    ok_succeeds(SetEndOfFile(file));
    ok_mem_eq(contents(path), "0123\0\0", 7);
    file_seek(file, 0);
    ok_succeeds(SetEndOfFile(file));
    ok_eq(file_length(path), 0);
    CloseHandle(file);
}

TEST(sizes_above_32_bits_are_told_in_halves, "")
{
    HANDLE file = new_text(in_dir("halves"), "");
    LARGE_INTEGER size = {.QuadPart = 0};
    DWORD high = 9;

    file_seek(file, 0x1FFFFFFFFll);
    ok_succeeds(SetEndOfFile(file));
    SetLastError(0xdeadbeef);
    ok_eq(GetFileSize(file, &high), 0xFFFFFFFF); /* a length, not a failure */
    ok_error(NO_ERROR);
    ok_eq(high, 1);
    ok_succeeds(GetFileSizeEx(file, &size));
    ok_eq(size.QuadPart, 0x1FFFFFFFFll);
    CloseHandle(file);
    ok_succeeds(DeleteFileA(in_dir("halves")));
}

TEST(positions_are_relative_to_three_places, "")
{
    HANDLE file = new_text(in_dir("places"), "0123456789");
    LARGE_INTEGER move = {.QuadPart = -2}, at = {.QuadPart = 0};
    LONG high = 0;

    ok_succeeds(SetFilePointerEx(file, move, &at, FILE_END));
    ok_eq(at.QuadPart, 8);
    ok_succeeds(SetFilePointerEx(file, move, &at, FILE_CURRENT));
    ok_eq(at.QuadPart, 6);
    ok_fails(SetFilePointerEx(file, move, &at, FILE_BEGIN), ERROR_NEGATIVE_SEEK);
    ok_fails(SetFilePointerEx(file, move, &at, 3), ERROR_INVALID_PARAMETER);
    ok_eq(file_position(file), 6);
    ok_succeeds(SetFilePointerEx(file, move, NULL, FILE_END));

    ok_eq(SetFilePointer(file, 3, NULL, FILE_BEGIN), 3);
    ok_eq(SetFilePointer(file, -1, NULL, FILE_CURRENT), 2);
    ok_eq(SetFilePointer(file, 5, NULL, FILE_END), 15);
    high = 2;
    ok_eq(SetFilePointer(file, 7, &high, FILE_BEGIN), 7);
    ok_eq(high, 2);
    ok_eq(file_position(file), 0x200000007ll);
    high = 0;
    SetLastError(0xdeadbeef);
    ok_eq(SetFilePointer(file, -1, &high, FILE_BEGIN), 0xFFFFFFFF); /* a position */
    ok_error(NO_ERROR);
    SetLastError(0);
    ok_eq(SetFilePointer(file, -1, NULL, FILE_BEGIN), INVALID_SET_FILE_POINTER);
    ok_error(ERROR_NEGATIVE_SEEK);
    CloseHandle(file);
}

TEST(a_position_that_needs_an_upper_half_is_refused_without_one, "")
{
    HANDLE file = new_text(in_dir("half"), "x");

    file_seek(file, 0xFFFFFFFFll);
    SetLastError(0);
    todo_wine
    { /* the page: "the function fails" */
        ok_eq(SetFilePointer(file, 1, NULL, FILE_CURRENT), INVALID_SET_FILE_POINTER);
        ok_error(ERROR_INVALID_PARAMETER);
    }
    CloseHandle(file);
}

TEST(what_is_written_is_seen_through_every_handle_at_once, "")
{
    const char *path = in_dir("seen");
    HANDLE writer = new_text(path, "abc");
    HANDLE reader = file_must_open(path, READ, SHARE_ANY);
    char text[8] = "";
    DWORD done = 0;

    file_seek(writer, 1);
    write_text(writer, "X");
    ok_succeeds(ReadFile(reader, text, 3, &done, NULL));
    ok_str_eq(text, "aXc");
    CloseHandle(reader);
    CloseHandle(writer);
}

TEST(written_through_is_written, "")
{
    const char *path = in_dir("through");
    HANDLE file =
        CreateFileA(path, BOTH, SHARE_ANY, NULL, CREATE_NEW, FILE_FLAG_WRITE_THROUGH, NULL);

    require(file != INVALID_HANDLE_VALUE);
    write_text(file, "data");
    ok_str_eq(contents(path), "data");
    CloseHandle(file);
}

TEST(unbuffered_transfers_in_whole_sectors_work, "")
{
    const char *path = in_dir("direct");
    HANDLE file = CreateFileA(path, BOTH, SHARE_ANY, NULL, CREATE_NEW,
                              FILE_FLAG_NO_BUFFERING | FILE_FLAG_WRITE_THROUGH, NULL);
    unsigned char *memory = VirtualAlloc(NULL, 8192, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    DWORD done = 0;

    require(file != INVALID_HANDLE_VALUE && memory);
    memset(memory, 0x5a, 4096);
    ok_succeeds(WriteFile(file, memory, 4096, &done, NULL));
    ok_eq(done, 4096);
    file_seek(file, 0);
    ok_succeeds(ReadFile(file, memory + 4096, 4096, &done, NULL));
    ok_eq(done, 4096);
    ok_mem_eq(memory, memory + 4096, 4096);
    VirtualFree(memory, 0, MEM_RELEASE);
    CloseHandle(file);
}
