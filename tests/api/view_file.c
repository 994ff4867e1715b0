// SPDX-License-Identifier: MIT
/*
 * Views of files: exact sizes, coherence, copies, what cannot be committed, flushing, and views
 * that reach beyond the file.
 */
#include "api/section_kit.h"

#include <string.h>

static volatile uint32_t *map(HANDLE section, DWORD access, SIZE_T size)
{
    void *view = MapViewOfFile(section, access, 0, 0, size);

    require(view != NULL, "error %u", (unsigned)GetLastError());
    return (volatile uint32_t *)view;
}

TEST(view_of_a_file_is_bounded_to_the_byte, "3.24 3.25 3.26 3.27")
{
    HANDLE file = new_file("exact", READ_WRITE, 0x3452);
    HANDLE section = file_section(file, PAGE_READWRITE, 0);
    volatile uint32_t *view;

    ok_fails(MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0x3453), ERROR_ACCESS_DENIED);
    todo_wine ok_fails(MapViewOfFile(section, FILE_MAP_READ, 0, (DWORD)GRANULE, 0),
                       ERROR_ACCESS_DENIED); /* 3.25: Wine answers 87 */
    view = map(section, FILE_MAP_READ, 0x3452);
    ok_region(view, .allocation_base = view, .allocation_protect = PAGE_READONLY,
              .state = MEM_COMMIT, .protect = PAGE_READONLY, .type = MEM_MAPPED, .size = 4 * PAGE);
    ok_eq(view[3], 3);
    drop(NULL, view);
    drop(section, map(section, FILE_MAP_WRITE, 0));
    drop(file, NULL);
}

TEST(bytes_behind_the_end_of_the_file_are_zero, "3.48")
{
    HANDLE file = new_file("tail", READ_WRITE, 100);
    HANDLE section = file_section(file, PAGE_READWRITE, 0);
    volatile uint32_t *view = map(section, FILE_MAP_READ | FILE_MAP_WRITE, 0);

    ok_eq(view[25], 0);
    view[25] = 1;
    drop(section, view);
    ok_eq(length_of("tail"), 100);
    drop(file, NULL);
}

TEST(sections_of_one_file_are_coherent, "3.34 3.35 3.37")
{
    HANDLE file = new_file("both", READ_WRITE, 2 * PAGE);
    HANDLE one = file_section(file, PAGE_READWRITE, 0);
    HANDLE other = file_section(file, PAGE_READONLY, 0);
    volatile uint32_t *writer = map(one, FILE_MAP_WRITE, 0), *reader = map(other, FILE_MAP_READ, 0);
    uint32_t word = 0;
    DWORD n = 0;

    drop(one, NULL);
    drop(other, NULL);
    writer[1] = 4711;
    ok_eq(reader[1], 4711);
    SetFilePointer(file, 4, NULL, FILE_BEGIN);
    ok_succeeds(ReadFile(file, &word, sizeof(word), &n, NULL));
    ok_eq(word, 4711);
    word = 4712;
    SetFilePointer(file, 4, NULL, FILE_BEGIN);
    ok_succeeds(WriteFile(file, &word, sizeof(word), &n, NULL));
    ok_eq(reader[1], 4712);
    drop(NULL, writer);
    drop(file, reader);
}

TEST(what_was_written_is_not_lost_with_the_view, "4.14 4.15")
{
    HANDLE file = new_file("lazy", READ_WRITE, PAGE);
    HANDLE section = file_section(file, PAGE_READWRITE, 0);
    volatile uint32_t *view = map(section, FILE_MAP_WRITE, 0);
    uint32_t word = 0;
    DWORD n = 0;

    view[0] = 31337;
    drop(section, view);
    SetFilePointer(file, 0, NULL, FILE_BEGIN);
    ok_succeeds(ReadFile(file, &word, sizeof(word), &n, NULL));
    ok_eq(word, 31337);
    drop(file, NULL);
}

TEST(copy_of_a_file_leaves_it_alone, "10.6 10.9 10.10 10.14 8.10")
{
    HANDLE file = new_file("copy", READ_WRITE, 2 * PAGE), reading;
    HANDLE section;
    volatile uint32_t *copy;
    uint32_t word = 0;
    DWORD n = 0;

    reading = open_file("copy", GENERIC_READ, SHARE_ALL);
    section = file_section(reading, PAGE_READONLY, 0);
    copy = map(section, FILE_MAP_COPY, 0);
    copy[0] = 99;
    todo_wine ok_region(copy, .allocation_base = copy, .allocation_protect = PAGE_WRITECOPY,
                        .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_MAPPED,
                        .size = PAGE);
    ok_succeeds(ReadFile(reading, &word, sizeof(word), &n, NULL));
    ok_eq(word, 0);
    word = 55;
    ok_succeeds(WriteFile(file, &word, sizeof(word), &n, NULL));
    ok_eq(copy[0], 99);
    drop(section, copy);
    drop(reading, NULL);
    drop(file, NULL);
}

TEST(read_only_view_of_a_file_becomes_a_copy, "9.11 10.9")
{
    HANDLE file = new_file("later", READ_WRITE, PAGE), reading, section;
    volatile uint32_t *view;
    DWORD old;

    drop(file, NULL);
    reading = open_file("later", GENERIC_READ, SHARE_ALL);
    section = file_section(reading, PAGE_READONLY, 0);
    view = map(section, FILE_MAP_READ, 0);
    /* Wine maps such a view shared, and Linux then refuses to let it be written. */
    todo_wine
    {
        if (ok_succeeds(VirtualProtect((void *)view, PAGE, PAGE_WRITECOPY, &old))) {
            ok_eq(old, PAGE_READONLY);
            view[2] = 7;
            ok_eq(view[2], 7);
        }
    }
    ok_eq(view[1], 1);
    drop(section, view);
    drop(reading, NULL);
}

TEST(writable_view_of_a_file_becomes_a_copy_and_back, "9.16 10.15 10.6")
{
    HANDLE file = new_file("there", READ_WRITE, 2 * PAGE);
    HANDLE section = file_section(file, PAGE_READWRITE, 0);
    volatile uint32_t *view = map(section, FILE_MAP_WRITE, 0),
                      *other = map(section, FILE_MAP_READ, 0);
    DWORD old;

    ok_succeeds(VirtualProtect((void *)view, 2 * PAGE, PAGE_WRITECOPY, &old));
    view[0] = 77;
    todo_wine ok_eq(other[0], 0);
    ok_succeeds(VirtualProtect((void *)view, 2 * PAGE, PAGE_READWRITE, &old));
    view[PAGE / 4] = 78;
    ok_eq(other[PAGE / 4], 78);
    ok_eq(view[0], 77);
    todo_wine ok_eq(other[0], 0);
    drop(NULL, other);
    drop(section, view);
    drop(file, NULL);
}

TEST(nothing_can_be_committed_in_a_file, "6.10 6.13 6.14")
{
    static const DWORD protections[] = {PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE,
                                        PAGE_WRITECOPY};
    HANDLE file = new_file("commit", READ_WRITE, PAGE);
    HANDLE section = file_section(file, PAGE_READWRITE | SEC_RESERVE, 0);
    volatile uint32_t *view = map(section, FILE_MAP_WRITE, 0);

    ok_region(view, .allocation_base = view, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_MAPPED, .size = PAGE);
    for (unsigned i = 0; i < ARRAYSIZE(protections); i++)
        ok_fails(VirtualAlloc((void *)view, PAGE, MEM_COMMIT, protections[i]), ERROR_ACCESS_DENIED);
    todo_wine ok(!VirtualAlloc((void *)view, PAGE, MEM_RESET, PAGE_READWRITE));
    ok_fails(VirtualFree((void *)view, PAGE, MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
    drop(section, view);
    drop(file, NULL);
}

TEST(flushing_a_view_writes_the_file, "16.18 16.19 16.22 16.23 16.21")
{
    HANDLE file = new_file("flush", READ_WRITE, 3 * PAGE);
    HANDLE section = file_section(file, PAGE_READWRITE, 0);
    char *view = (char *)map(section, FILE_MAP_WRITE, 0);

    view[0] = view[2 * PAGE] = 'x';
    ok_succeeds(FlushViewOfFile(view, 0));
    ok_succeeds(FlushViewOfFile(view + 17, 1));
    ok_succeeds(FlushViewOfFile(view, 3 * PAGE));
    ok_succeeds(FlushFileBuffers(file));
    ok_fails(FlushViewOfFile(view, 3 * PAGE + 1), ERROR_INVALID_PARAMETER);
    /* No handle of the section is needed for it, and none of the file. */
    drop(section, NULL);
    drop(file, NULL);
    view[PAGE] = 'y';
    ok_succeeds(FlushViewOfFile(view, 0));
    drop(NULL, view);
    todo_wine ok_fails(FlushViewOfFile(view, 0), ERROR_INVALID_ADDRESS);
}

TEST(nt_layer_tells_what_was_flushed, "16.18 16.20 16.22")
{
    HANDLE file = new_file("flush", READ_WRITE, 3 * PAGE);
    HANDLE section = file_section(file, PAGE_READWRITE, 0);
    HANDLE memory = new_section(NULL, PAGE_READWRITE, PAGE);
    char *view = (char *)map(section, FILE_MAP_WRITE, 0);
    volatile uint32_t *words = map_words(memory);
    IO_STATUS_BLOCK io;
    PVOID base = view + PAGE + 3;
    SIZE_T size = 0;

    ok_status(NtFlushVirtualMemory(GetCurrentProcess(), &base, &size, &io), STATUS_SUCCESS);
    ok_ptr_eq(base, view + PAGE);
    base = (void *)words;
    size = 0;
    /* Wine's sections of the page file are files, too. */
    todo_wine ok_status(NtFlushVirtualMemory(GetCurrentProcess(), &base, &size, &io),
                        STATUS_NOT_MAPPED_DATA);
    drop(memory, words);
    drop(section, view);
    drop(file, NULL);
}

TEST(view_may_reach_beyond_a_writable_file, "3.39")
{
    HANDLE file = new_file("grow", READ_WRITE, PAGE);
    HANDLE section = file_section(file, PAGE_READWRITE, 0);
    HANDLE reading = file_section(file, PAGE_READONLY, 0);
    LARGE_INTEGER size = {.QuadPart = 3 * PAGE};
    volatile uint32_t *view;
    HANDLE extends;

    ok_fails(MapViewOfFile3(reading, GetCurrentProcess(), NULL, 0, GRANULE, MEM_RESERVE,
                            PAGE_READONLY, NULL, 0),
             ERROR_ACCESS_DENIED);
    ok_fails(
        MapViewOfFile3(section, GetCurrentProcess(), NULL, 0, GRANULE, 0, PAGE_READWRITE, NULL, 0),
        ERROR_ACCESS_DENIED);
    view = MapViewOfFile3(section, GetCurrentProcess(), NULL, 0, GRANULE, MEM_RESERVE,
                          PAGE_READWRITE, NULL, 0);
    if (!view) {
        drop(reading, NULL);
        drop(section, NULL);
        drop(file, NULL);
        win_skip("not there");
    }
    ok_region(view, .allocation_base = view, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_MAPPED, .size = PAGE);
    ok_region((char *)view + PAGE, .allocation_base = view, .allocation_protect = PAGE_READWRITE,
              .state = MEM_RESERVE, .type = MEM_MAPPED, .size = GRANULE - PAGE);
    ok(!can_read((char *)view + PAGE));
    extends = with_rights(section, SECTION_EXTEND_SIZE);
    require(NT_SUCCESS(NtExtendSection(extends, &size)));
    ok_region(view, .allocation_base = view, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_MAPPED, .size = 3 * PAGE);
    view[2 * PAGE / 4] = 5;
    ok_eq(length_of("grow"), 3 * PAGE);
    drop(extends, NULL);
    drop(reading, NULL);
    drop(section, view);
    drop(file, NULL);
}
