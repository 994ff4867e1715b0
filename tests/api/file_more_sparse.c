// SPDX-License-Identifier: MIT
/*
 * Holes in files: DeviceIoControl. How large a piece the file system keeps on the disk is its own
 * business, so that the tests ask about whole megabytes.
 */
#include "api/section_kit.h"

#include <winioctl.h>

#define MIB (1u << 20)

static BOOL control(HANDLE file, DWORD code, void *in, DWORD in_size, void *out, DWORD out_size,
                    DWORD *done)
{
    *done = 0xdead;
    return DeviceIoControl(file, code, in, in_size, out, out_size, done, NULL);
}

static void write_at(HANDLE file, DWORD offset)
{
    OVERLAPPED at = {.Offset = offset};
    char bytes[4096];
    DWORD done;

    memset(bytes, 'd', sizeof(bytes));
    ok_succeeds(WriteFile(file, bytes, sizeof(bytes), &done, &at));
    ok_eq(done, sizeof(bytes));
}

/* Wine 8 answers ERROR_NOT_SUPPORTED to all of this. */
static HANDLE file_with_holes(const char *name, DWORD size)
{
    HANDLE file = new_file(name, READ_WRITE, size);
    FILE_ALLOCATED_RANGE_BUFFER range = {{.QuadPart = 0}, {.QuadPart = 1}};
    DWORD done;

    if (!control(file, FSCTL_QUERY_ALLOCATED_RANGES, &range, sizeof(range), &range, sizeof(range),
                 &done) &&
        GetLastError() == ERROR_NOT_SUPPORTED) {
        CloseHandle(file);
        win_skip("this system has no control codes for holes");
    }
    return file;
}

/* 16 MiB with data at 1 MiB and at 9 MiB. */
static HANDLE sparse_file(const char *name)
{
    HANDLE file = file_with_holes(name, 0);
    LARGE_INTEGER end = {.QuadPart = 16 * MIB};
    DWORD done;

    ok_succeeds(control(file, FSCTL_SET_SPARSE, NULL, 0, NULL, 0, &done));
    ok_eq(done, 0);
    ok_succeeds(SetFilePointerEx(file, end, NULL, FILE_BEGIN));
    ok_succeeds(SetEndOfFile(file));
    write_at(file, 1 * MIB);
    write_at(file, 9 * MIB);
    ok_succeeds(FlushFileBuffers(file));
    return file;
}

static BOOL ranges(HANDLE file, LONGLONG offset, LONGLONG length, FILE_ALLOCATED_RANGE_BUFFER *out,
                   DWORD room, DWORD *done)
{
    FILE_ALLOCATED_RANGE_BUFFER in;

    in.FileOffset.QuadPart = offset;
    in.Length.QuadPart = length;
    return control(file, FSCTL_QUERY_ALLOCATED_RANGES, &in, sizeof(in), out, room * sizeof(*out),
                   done);
}

static bool holds(const FILE_ALLOCATED_RANGE_BUFFER *range, LONGLONG offset)
{
    return range->FileOffset.QuadPart <= offset &&
           offset < range->FileOffset.QuadPart + range->Length.QuadPart &&
           range->Length.QuadPart < 2 * MIB;
}

TEST(a_sparse_file_tells_where_its_data_is, "16.29")
{
    HANDLE file = sparse_file(A_("sparse"));
    FILE_ALLOCATED_RANGE_BUFFER out[8];
    DWORD done;

    todo_wine
    {
        ok_succeeds(ranges(file, 0, 16 * MIB, out, 8, &done));
        ok_eq(done, 2 * sizeof(*out));
        ok(holds(&out[0], 1 * MIB));
        ok(holds(&out[1], 9 * MIB));
        ok_succeeds(ranges(file, 12 * MIB, 4 * MIB, out, 8, &done));
        ok_eq(done, 0);
    }
    drop(file, NULL);
}

TEST(ranges_are_cut_to_what_was_asked, "")
{
    HANDLE file = sparse_file(A_("sparse"));
    FILE_ALLOCATED_RANGE_BUFFER out[8];
    DWORD done;

    ok_succeeds(ranges(file, 1 * MIB + 100, 50, out, 8, &done));
    ok_eq(done, sizeof(*out));
    ok_eq(out[0].FileOffset.QuadPart, 1 * MIB + 100);
    ok_eq(out[0].Length.QuadPart, 50);
    todo_wine
    {
        ok_succeeds(ranges(file, 100ll * MIB, 1 * MIB, out, 8, &done));
        ok_eq(done, 0);
    }
    ok_succeeds(ranges(file, 0, 0, out, 8, &done));
    ok_eq(done, 0);
    drop(file, NULL);
}

TEST(ranges_that_do_not_fit_are_told_in_part, "")
{
    HANDLE file = sparse_file(A_("sparse"));
    FILE_ALLOCATED_RANGE_BUFFER out[8];
    DWORD done;

    todo_wine
    {
        ok_fails(ranges(file, 0, 16 * MIB, out, 1, &done), ERROR_MORE_DATA);
        ok_eq(done, sizeof(*out));
        ok(holds(&out[0], 1 * MIB));
    }
    ok_fails(ranges(file, 0, 16 * MIB, out, 0, &done), ERROR_INSUFFICIENT_BUFFER);
    ok_eq(done, 0);
    drop(file, NULL);
}

TEST(asking_for_ranges_does_not_move_the_position, "")
{
    HANDLE file = sparse_file(A_("sparse"));
    LARGE_INTEGER here = {.QuadPart = 4321}, none = {.QuadPart = 0}, now;
    FILE_ALLOCATED_RANGE_BUFFER out[8];
    DWORD done;

    ok_succeeds(SetFilePointerEx(file, here, NULL, FILE_BEGIN));
    ok_succeeds(ranges(file, 0, 16 * MIB, out, 8, &done));
    ok_succeeds(SetFilePointerEx(file, none, &now, FILE_CURRENT));
    ok_eq(now.QuadPart, 4321);
    drop(file, NULL);
}

TEST(many_ranges_are_told, "")
{
    HANDLE file = file_with_holes(A_("sparse"), 0);
    static FILE_ALLOCATED_RANGE_BUFFER out[200];
    DWORD done;

    ok_succeeds(control(file, FSCTL_SET_SPARSE, NULL, 0, NULL, 0, &done));
    for (DWORD i = 0; i < 150; i++)
        write_at(file, i * MIB);
    todo_wine
    {
        ok_succeeds(ranges(file, 0, 1000ll * MIB, out, 200, &done));
        ok_eq(done, 150 * sizeof(*out));
        ok_eq(out[149].FileOffset.QuadPart, 149ll * MIB);
        ok_fails(ranges(file, 0, 1000ll * MIB, out, 100, &done), ERROR_MORE_DATA);
        ok_eq(done, 100 * sizeof(*out));
    }
    drop(file, NULL);
}

static BOOL zero(HANDLE file, LONGLONG from, LONGLONG to)
{
    FILE_ZERO_DATA_INFORMATION in;
    DWORD done;

    in.FileOffset.QuadPart = from;
    in.BeyondFinalZero.QuadPart = to;
    return control(file, FSCTL_SET_ZERO_DATA, &in, sizeof(in), NULL, 0, &done);
}

TEST(zeroed_data_reads_as_zero_and_leaves_the_disk, "16.29")
{
    HANDLE file = sparse_file(A_("sparse"));
    FILE_ALLOCATED_RANGE_BUFFER out[8];
    OVERLAPPED at = {.Offset = 9 * MIB};
    char bytes[4096];
    DWORD done;

    todo_wine
    {
        ok_succeeds(zero(file, 8 * MIB, 10 * MIB));
        ok_succeeds(ReadFile(file, bytes, sizeof(bytes), &done, &at));
        ok(all_bytes(bytes, 0, sizeof(bytes)));
        ok_succeeds(ranges(file, 0, 16 * MIB, out, 8, &done));
        ok_eq(done, sizeof(*out));
    }
    ok_eq(length_of(A_("sparse")), 16 * MIB);
    drop(file, NULL);
}

TEST(zeroing_keeps_the_length_and_the_neighbours, "")
{
    HANDLE file = file_with_holes(A_("sparse"), 3 * 4096);
    HANDLE other = open_file(A_("sparse"), READ_WRITE, SHARE_ALL);
    OVERLAPPED at = {.Offset = 0};
    uint32_t words[3 * 1024];
    DWORD done;

    todo_wine
    {
        ok_succeeds(zero(file, 4000, 8200));
        ok_succeeds(zero(file, 12000, 900000));
        ok_succeeds(zero(file, 900000, 900001));
        ok_succeeds(zero(file, 12100, 0x7FFFFFFFFFFFFFFF));
        ok_succeeds(zero(file, 7, 7));
        ok_eq(length_of(A_("sparse")), 3 * 4096);
        ok_succeeds(ReadFile(file, words, sizeof(words), &done, &at));
        ok_eq(words[999], 999);
        ok(all_bytes(words + 1000, 0, 4200));
        ok_eq(words[2050], 2050);
        ok_eq(words[2999], 2999);
        ok_eq(words[3000], 0);
    }
    drop(other, NULL);
    drop(file, NULL);
}

TEST(a_view_sees_zeroed_data_at_once, "")
{
    HANDLE file = file_with_holes(A_("sparse"), 64 * 4096);
    HANDLE section = file_section(file, PAGE_READWRITE, 0);
    volatile uint32_t *words = map_words(section);

    ok_eq(words[8192], 8192);
    todo_wine
    {
        ok_succeeds(zero(file, 4096, 48 * 4096));
        ok_eq(words[8192], 0);
    }
    ok_eq(words[1023], 1023);
    words[8192] = 7;
    ok_eq(words[8192], 7);
    drop(section, words);
    drop(file, NULL);
}

TEST(controls_check_what_they_are_given, "")
{
    HANDLE file = file_with_holes(A_("sparse"), 4096);
    HANDLE reader = open_file(A_("sparse"), GENERIC_READ, SHARE_ALL);
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    FILE_ALLOCATED_RANGE_BUFFER out[8];
    DWORD done;

    todo_wine
    {
        ok_fails(zero(file, -1, 4), ERROR_INVALID_PARAMETER);
        ok_fails(zero(file, 5, 4), ERROR_INVALID_PARAMETER);
        ok_fails(zero(reader, 0, 4), ERROR_ACCESS_DENIED);
        ok_fails(control(reader, FSCTL_SET_SPARSE, NULL, 0, NULL, 0, &done), ERROR_ACCESS_DENIED);
    }
    todo_wine
    {
        ok_fails(ranges(file, -1, 4, out, 8, &done), ERROR_INVALID_PARAMETER);
        ok_fails(ranges(file, 0x7FFFFFFFFFFFFFFF, 4, out, 8, &done), ERROR_INVALID_PARAMETER);
    }
    ok_fails(control(file, FSCTL_QUERY_ALLOCATED_RANGES, out, 3, out, sizeof(out), &done),
             ERROR_INVALID_PARAMETER);
    ok_fails(control(file, CTL_CODE(FILE_DEVICE_FILE_SYSTEM, 999, METHOD_BUFFERED, FILE_ANY_ACCESS),
                     NULL, 0, NULL, 0, &done),
             ERROR_INVALID_FUNCTION);
    ok_fails(control(event, FSCTL_SET_SPARSE, NULL, 0, NULL, 0, &done), ERROR_INVALID_HANDLE);
    ok_fails(control(NULL, FSCTL_SET_SPARSE, NULL, 0, NULL, 0, &done), ERROR_INVALID_HANDLE);
    drop(event, NULL);
    drop(reader, NULL);
    drop(file, NULL);
}

TEST(no_file_is_compressed, "16.29")
{
    HANDLE file = file_with_holes(A_("sparse"), 4096);
    USHORT format = 77;
    DWORD done;

    todo_wine
    {
        ok_succeeds(control(file, FSCTL_GET_COMPRESSION, NULL, 0, &format, sizeof(format), &done));
        ok_eq(done, 2);
        ok_eq(format, COMPRESSION_FORMAT_NONE);
        ok_fails(control(file, FSCTL_GET_COMPRESSION, NULL, 0, &format, 1, &done),
                 ERROR_INSUFFICIENT_BUFFER);
    }
    drop(file, NULL);
}

TEST(a_control_completes_its_overlapped, "")
{
    HANDLE file = file_with_holes(A_("sparse"), 4096);
    OVERLAPPED at = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    FILE_ALLOCATED_RANGE_BUFFER in, out[2];
    DWORD done = 0;

    in.FileOffset.QuadPart = 0;
    in.Length.QuadPart = 4096;
    ok_succeeds(DeviceIoControl(file, FSCTL_QUERY_ALLOCATED_RANGES, &in, sizeof(in), out,
                                sizeof(out), NULL, &at));
    ok_eq(WaitForSingleObject(at.hEvent, 0), WAIT_OBJECT_0);
    ok_succeeds(GetOverlappedResult(file, &at, &done, TRUE));
    ok_eq(done, sizeof(*out));
    ok_succeeds(GetOverlappedResultEx(file, &at, &done, 1000, FALSE));
    drop(at.hEvent, NULL);
    drop(file, NULL);
}

TEST(nothing_is_left_to_cancel, "")
{
    HANDLE file = new_file(A_("sparse"), READ_WRITE, 4096);
    OVERLAPPED at = {.Offset = 0};
    DWORD done;

    ok_succeeds(CancelIo(file));
    todo_wine ok_fails(CancelIoEx(file, NULL), ERROR_NOT_FOUND);
    ok_fails(CancelIoEx(NULL, NULL), ERROR_INVALID_HANDLE);
    ok_fails(CancelIo(NULL), ERROR_INVALID_HANDLE);
    at.Internal = 0x103; /* as a program marks what it will complete itself */
    ok_fails(GetOverlappedResult(file, &at, &done, FALSE), ERROR_IO_INCOMPLETE);
    drop(file, NULL);
}

TEST(an_event_that_is_set_ends_a_wait_for_a_result, "")
{
    HANDLE file = new_file(A_("sparse"), READ_WRITE, 4096);
    OVERLAPPED at = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    DWORD done = 0;

    at.Internal = 0x103;
    ok_fails(GetOverlappedResultEx(file, &at, &done, 20, FALSE), WAIT_TIMEOUT);
    at.Internal = 0;
    at.InternalHigh = 12;
    ok_succeeds(SetEvent(at.hEvent));
    ok_succeeds(GetOverlappedResult(file, &at, &done, TRUE));
    ok_eq(done, 12);
    drop(at.hEvent, NULL);
    drop(file, NULL);
}
