// SPDX-License-Identifier: MIT
/*
 * FlushViewOfFile on memory that no file stands behind.
 */
#include "api/api.h"

TEST(flushing_page_file_memory_has_nothing_to_do, "16.20 16.18")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * GRANULE);
    char *view = (char *)map_words(section);

    view[5] = 1;
    ok_succeeds(FlushViewOfFile(view, 0));
    ok_succeeds(FlushViewOfFile(view, 1));
    ok_succeeds(FlushViewOfFile(view, 2 * GRANULE));
    ok_eq(view[5], 1);
    drop(section, view);
}

TEST(flushing_may_begin_anywhere_in_the_view, "16.22 16.18")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * GRANULE);
    char *view = (char *)map_words(section);

    ok_succeeds(FlushViewOfFile(view + 123, 0));
    ok_succeeds(FlushViewOfFile(view + GRANULE, PAGE));
    ok_succeeds(FlushViewOfFile(view + 2 * GRANULE - 1, 1));
    drop(section, view);
}

TEST(flushing_a_read_only_view_works, "16.20")
{
    HANDLE section = new_section(NULL, PAGE_READONLY, PAGE);
    void *read = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    void *copy = MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0);

    ok_succeeds(FlushViewOfFile(read, 0));
    ok_succeeds(FlushViewOfFile(copy, 0));
    drop(NULL, copy);
    drop(section, read);
}

TEST(flushing_what_is_no_view_fails, "16.21")
{
    void *memory = VirtualAlloc(NULL, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);

    /* Wine says ERROR_INVALID_PARAMETER. */
    todo_wine ok_fails(FlushViewOfFile(free_place(GRANULE), 0), ERROR_INVALID_ADDRESS);
    todo_wine ok_fails(FlushViewOfFile(NULL, 0), ERROR_INVALID_ADDRESS);
    todo_wine ok_fails(FlushViewOfFile(memory, 0), ERROR_INVALID_ADDRESS);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

TEST(flushing_past_the_end_fails, "16.23")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    char *view = (char *)map_words(section);

    ok_fails(FlushViewOfFile(view, GRANULE + 1), ERROR_INVALID_PARAMETER);
    ok_fails(FlushViewOfFile(view + PAGE, GRANULE), ERROR_INVALID_PARAMETER);
    ok_fails(FlushViewOfFile(view, ~(SIZE_T)0), ERROR_INVALID_PARAMETER);
    drop(section, view);
}
