// SPDX-License-Identifier: MIT
/*
 * Anonymous pipes.
 */
#include "harness/test.h"

#include "api.h"

struct ends {
    HANDLE read, write;
};

static bool make_ends(struct ends *ends, DWORD size)
{
    return ok_succeeds(CreatePipe(&ends->read, &ends->write, NULL, size));
}

static void drop_ends(struct ends *ends)
{
    ok_succeeds(CloseHandle(ends->read));
    ok_succeeds(CloseHandle(ends->write));
}

TEST(a_pipe_carries_bytes_in_order, "")
{
    char text[8] = "";
    struct ends ends;
    DWORD done = 0;

    require(make_ends(&ends, 0));
    ok_eq(GetFileType(ends.read), FILE_TYPE_PIPE);
    ok_eq(GetFileType(ends.write), FILE_TYPE_PIPE);
    ok_succeeds(WriteFile(ends.write, "abc", 3, &done, NULL));
    ok_eq(done, 3);
    ok_succeeds(WriteFile(ends.write, "de", 2, &done, NULL));
    ok_succeeds(ReadFile(ends.read, text, 4, &done, NULL));
    ok_eq(done, 4);
    ok_mem_eq(text, "abcd", 4);
    ok_succeeds(ReadFile(ends.read, text, 4, &done, NULL));
    ok_eq(done, 1);
    drop_ends(&ends);
}

TEST(an_end_of_a_pipe_does_one_thing, "")
{
    struct ends ends;
    char byte = 'x';
    DWORD done = 7;

    require(make_ends(&ends, 0));
    ok_fails(WriteFile(ends.read, &byte, 1, &done, NULL), ERROR_ACCESS_DENIED);
    ok_fails(ReadFile(ends.write, &byte, 1, &done, NULL), ERROR_ACCESS_DENIED);
    ok_fails(PeekNamedPipe(ends.write, NULL, 0, NULL, &done, NULL), ERROR_ACCESS_DENIED);
    drop_ends(&ends);
}

TEST(a_pipe_whose_other_end_is_closed_is_broken, "")
{
    struct ends ends;
    char text[4] = "";
    DWORD done = 7;

    require(make_ends(&ends, 0));
    ok_succeeds(WriteFile(ends.write, "ab", 2, &done, NULL));
    ok_succeeds(CloseHandle(ends.write));
    ok_succeeds(PeekNamedPipe(ends.read, NULL, 0, NULL, &done, NULL));
    ok_eq(done, 2);
    ok_succeeds(ReadFile(ends.read, text, sizeof(text), &done, NULL));
    ok_eq(done, 2);
    ok_fails(ReadFile(ends.read, text, sizeof(text), &done, NULL), ERROR_BROKEN_PIPE);
    ok_fails(PeekNamedPipe(ends.read, NULL, 0, NULL, &done, NULL), ERROR_BROKEN_PIPE);
    ok_succeeds(CloseHandle(ends.read));

    require(make_ends(&ends, 0));
    ok_succeeds(CloseHandle(ends.read));
    ok_fails(WriteFile(ends.write, "x", 1, &done, NULL), ERROR_NO_DATA);
    ok_succeeds(CloseHandle(ends.write));
}

TEST(a_look_into_a_pipe_takes_nothing, "")
{
    DWORD done = 7, waiting = 7, left = 7;
    struct ends ends;
    char text[8] = "";

    require(make_ends(&ends, 0));
    ok_succeeds(PeekNamedPipe(ends.read, text, sizeof(text), &done, &waiting, &left));
    ok_eq(done, 0);
    ok_eq(waiting, 0);
    ok_eq(left, 0);
    ok_succeeds(WriteFile(ends.write, "hello", 5, &done, NULL));
    for (int i = 0; i < 2; i++) {
        memset(text, 0, sizeof(text));
        ok_succeeds(PeekNamedPipe(ends.read, text, 3, &done, &waiting, NULL));
        ok_eq(done, 3);
        ok_eq(waiting, 5);
        ok_mem_eq(text, "hel\0", 4);
    }
    ok_succeeds(ReadFile(ends.read, text, sizeof(text), &done, NULL));
    ok_eq(done, 5);
    drop_ends(&ends);
}

TEST(a_pipe_holds_what_was_wished_for, "")
{
    enum { SIZE = 256 << 10 };
    char *text = calloc(1, SIZE);
    struct ends ends;
    DWORD done = 0;

    require(text && make_ends(&ends, SIZE));
    /* Nobody reads: it does not wait. */
    memset(text, 'p', SIZE);
    ok_succeeds(WriteFile(ends.write, text, SIZE, &done, NULL));
    ok_eq(done, SIZE);
    ok_succeeds(PeekNamedPipe(ends.read, text, SIZE, &done, NULL, NULL));
    ok_eq(done, SIZE);
    ok_eq(text[SIZE - 1], 'p');
    drop_ends(&ends);
    free(text);
}

TEST(both_ends_are_inherited_or_none, "12.24")
{
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};
    struct ends ends;
    DWORD flags = 7;

    require(ok_succeeds(CreatePipe(&ends.read, &ends.write, &inherit, 0)));
    ok_succeeds(GetHandleInformation(ends.read, &flags));
    ok_eq(flags, HANDLE_FLAG_INHERIT);
    ok_succeeds(GetHandleInformation(ends.write, &flags));
    ok_eq(flags, HANDLE_FLAG_INHERIT);
    drop_ends(&ends);
    require(make_ends(&ends, 0));
    ok_succeeds(GetHandleInformation(ends.read, &flags));
    ok_eq(flags, 0);
    drop_ends(&ends);
}

TEST(what_is_no_pipe_is_not_looked_into, "")
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    DWORD waiting = 7;

    ok_fails(PeekNamedPipe(event, NULL, 0, NULL, &waiting, NULL), ERROR_INVALID_HANDLE);
    ok_fails(PeekNamedPipe(NULL, NULL, 0, NULL, &waiting, NULL), ERROR_INVALID_HANDLE);
    CloseHandle(event);
}
