// SPDX-License-Identifier: MIT
/*
 * What access a view gets: from the FILE_MAP_ bits of the call, the rights of the handle, and the
 * protection of the section.
 */
#include "api/api.h"

/* The protection of a view mapped with @access; 0 and the last error when there is none. */
static DWORD protection_of_view(HANDLE section, DWORD access)
{
    MEMORY_BASIC_INFORMATION info;
    void *view = MapViewOfFile(section, access, 0, 0, 0);

    if (!view)
        return 0;
    ok_eq(VirtualQuery(view, &info, sizeof(info)), sizeof(info));
    ok_eq(info.AllocationProtect, info.Protect);
    drop(NULL, view);
    return info.AllocationProtect;
}

/* Every combination of the five bits. */
enum { COPY = FILE_MAP_COPY, WRITE = FILE_MAP_WRITE, READ = FILE_MAP_READ, X8 = 8, X = 0x20 };
static const struct {
    DWORD access, protect;
} decoded[] = {
    {0, PAGE_NOACCESS},
    {COPY, PAGE_WRITECOPY},
    {WRITE, PAGE_READWRITE},
    {WRITE | COPY, PAGE_READWRITE},
    {READ, PAGE_READONLY},
    {READ | COPY, PAGE_READONLY},
    {READ | WRITE, PAGE_READWRITE},
    {READ | WRITE | COPY, PAGE_READWRITE},
    {X8, PAGE_NOACCESS},
    {X8 | COPY, PAGE_NOACCESS},
    {X8 | WRITE, PAGE_READWRITE},
    {X8 | WRITE | COPY, PAGE_READWRITE},
    {X8 | READ, PAGE_READONLY},
    {X8 | READ | COPY, PAGE_READONLY},
    {X8 | READ | WRITE, PAGE_READWRITE},
    {X8 | READ | WRITE | COPY, PAGE_READWRITE},
    {X, PAGE_NOACCESS},
    {X | COPY, PAGE_EXECUTE_WRITECOPY},
    {X | WRITE, PAGE_EXECUTE_READWRITE},
    {X | WRITE | COPY, PAGE_EXECUTE_READWRITE},
    {X | READ, PAGE_EXECUTE_READ},
    {X | READ | COPY, PAGE_EXECUTE_READ},
    {X | READ | WRITE, PAGE_EXECUTE_READWRITE},
    {X | READ | WRITE | COPY, PAGE_EXECUTE_READWRITE},
    {X | X8, PAGE_NOACCESS},
    {X | X8 | COPY, PAGE_NOACCESS},
    {X | X8 | WRITE, PAGE_EXECUTE_READWRITE},
    {X | X8 | WRITE | COPY, PAGE_EXECUTE_READWRITE},
    {X | X8 | READ, PAGE_EXECUTE_READ},
    {X | X8 | READ | COPY, PAGE_EXECUTE_READ},
    {X | X8 | READ | WRITE, PAGE_EXECUTE_READWRITE},
    {X | X8 | READ | WRITE | COPY, PAGE_EXECUTE_READWRITE},
};

TEST(access_bits_decode_to_a_protection, "3.1 3.2 3.3 3.4 3.5 3.7")
{
    HANDLE section = new_section(NULL, PAGE_EXECUTE_READWRITE, PAGE);

    for (unsigned i = 0; i < ARRAYSIZE(decoded); i++) {
        DWORD got = protection_of_view(section, decoded[i].access);

        ok(got == decoded[i].protect, "access 0x%02x: 0x%02x, expected 0x%02x",
           (unsigned)decoded[i].access, (unsigned)got, (unsigned)decoded[i].protect);
    }
    drop(section, NULL);
}

TEST(all_access_is_never_executable, "3.6")
{
    HANDLE section = new_section(NULL, PAGE_EXECUTE_READWRITE, PAGE);

    ok_eq(protection_of_view(section, FILE_MAP_ALL_ACCESS), PAGE_READWRITE);
    drop(section, NULL);
}

TEST(other_functions_decode_alike, "3.1 3.17")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    void *copy = MapViewOfFileEx(section, FILE_MAP_COPY, 0, 0, 0, NULL);
    void *write = MapViewOfFileFromApp(section, FILE_MAP_WRITE, 0, 0);
    /* Not a FILE_MAP_ bit, whatever it means as a protection. */
    void *none = MapViewOfFileFromApp(section, PAGE_EXECUTE_READWRITE, 0, 0);

    require(copy && write && none);
    ok_region(copy, .allocation_base = copy, .allocation_protect = PAGE_WRITECOPY,
              .state = MEM_COMMIT, .protect = PAGE_WRITECOPY, .type = MEM_MAPPED, .size = PAGE);
    ok_region(write, .allocation_base = write, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_MAPPED, .size = PAGE);
    ok_region(none, .allocation_base = none, .allocation_protect = PAGE_NOACCESS,
              .state = MEM_COMMIT, .protect = PAGE_NOACCESS, .type = MEM_MAPPED, .size = PAGE);
    drop(NULL, copy);
    drop(NULL, write);
    drop(section, none);
}

TEST(access_of_a_view_is_enforced, "3.7 10.13")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    volatile char *none = (volatile char *)MapViewOfFile(section, 0, 0, 0, 0);
    volatile char *read = (volatile char *)MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    volatile char *write = (volatile char *)MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);

    require(none && read && write);
    ok(!can_read(none));
    ok(!can_write(none));
    ok(can_read(read));
    ok(!can_write(read));
    ok(can_read(write));
    ok(can_write(write));
    drop(NULL, none);
    drop(NULL, read);
    drop(section, write);
}

TEST(code_runs_in_executable_views_only, "3.49")
{
    HANDLE section = new_section(NULL, PAGE_EXECUTE_READWRITE, PAGE);
    void *plain = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    void *read = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    void *code = MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_EXECUTE, 0, 0, 0);

    require(plain && read && code);
    if (!put_code(plain))
        skip("the machine's code is not known");
    ok(can_run(code));
    ok(!can_run(plain));
    ok(!can_run(read));
    drop(NULL, plain);
    drop(NULL, read);
    drop(section, code);
}

TEST(handle_without_rights_maps_nothing, "3.8 12.9")
{
    static const DWORD accesses[] = {
        0, FILE_MAP_COPY, FILE_MAP_READ, FILE_MAP_WRITE, FILE_MAP_EXECUTE, FILE_MAP_ALL_ACCESS};
    HANDLE section = new_section(NULL, PAGE_EXECUTE_READWRITE, PAGE);
    HANDLE none = with_rights(section, 0);

    for (unsigned i = 0; i < ARRAYSIZE(accesses); i++)
        check_map_fails(none, accesses[i], ERROR_ACCESS_DENIED);
    drop(none, NULL);
    drop(section, NULL);
}

TEST(reading_views_need_the_right_to_read, "3.9")
{
    HANDLE section = new_section(NULL, PAGE_EXECUTE_READWRITE, PAGE);
    HANDLE reader = with_rights(section, SECTION_MAP_READ);
    HANDLE others = with_rights(section, SECTION_MAP_WRITE | SECTION_MAP_EXECUTE | SECTION_QUERY);

    ok_eq(protection_of_view(reader, 0), PAGE_NOACCESS);
    ok_eq(protection_of_view(reader, FILE_MAP_READ), PAGE_READONLY);
    ok_eq(protection_of_view(reader, FILE_MAP_COPY), PAGE_WRITECOPY);
    check_map_fails(reader, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    check_map_fails(others, 0, ERROR_ACCESS_DENIED);
    check_map_fails(others, FILE_MAP_READ, ERROR_ACCESS_DENIED);
    check_map_fails(others, FILE_MAP_COPY, ERROR_ACCESS_DENIED);
    drop(reader, NULL);
    drop(others, NULL);
    drop(section, NULL);
}

TEST(writing_views_need_the_right_to_write_alone, "3.10")
{
    HANDLE section = new_section(NULL, PAGE_EXECUTE_READWRITE, PAGE);
    HANDLE writer = with_rights(section, SECTION_MAP_WRITE);
    HANDLE others = with_rights(section, SECTION_MAP_READ | SECTION_MAP_EXECUTE | SECTION_QUERY);

    ok_eq(protection_of_view(writer, FILE_MAP_WRITE), PAGE_READWRITE);
    ok_eq(protection_of_view(writer, FILE_MAP_WRITE | FILE_MAP_READ), PAGE_READWRITE);
    check_map_fails(others, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    drop(writer, NULL);
    drop(others, NULL);
    drop(section, NULL);
}

TEST(executable_views_need_two_rights, "3.11")
{
    const DWORD x = FILE_MAP_EXECUTE;
    HANDLE section = new_section(NULL, PAGE_EXECUTE_READWRITE, PAGE);
    HANDLE reader = with_rights(section, SECTION_MAP_READ | SECTION_MAP_EXECUTE);
    HANDLE writer = with_rights(section, SECTION_MAP_WRITE | SECTION_MAP_EXECUTE);
    HANDLE runner = with_rights(section, SECTION_MAP_EXECUTE);
    HANDLE data = with_rights(section, SECTION_MAP_READ | SECTION_MAP_WRITE);

    ok_eq(protection_of_view(reader, x | FILE_MAP_READ), PAGE_EXECUTE_READ);
    ok_eq(protection_of_view(reader, x | FILE_MAP_COPY), PAGE_EXECUTE_WRITECOPY);
    check_map_fails(reader, x | FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    ok_eq(protection_of_view(writer, x | FILE_MAP_WRITE), PAGE_EXECUTE_READWRITE);
    check_map_fails(writer, x | FILE_MAP_READ, ERROR_ACCESS_DENIED);
    check_map_fails(runner, x | FILE_MAP_READ, ERROR_ACCESS_DENIED);
    check_map_fails(runner, x | FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    check_map_fails(data, x | FILE_MAP_READ, ERROR_ACCESS_DENIED);
    check_map_fails(data, x | FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    drop(reader, NULL);
    drop(writer, NULL);
    drop(runner, NULL);
    drop(data, NULL);
    drop(section, NULL);
}

TEST(read_only_sections_refuse_writing_by_the_handle, "3.12 13.2 10.11")
{
    HANDLE read = new_section(NULL, PAGE_READONLY, PAGE);
    HANDLE copy = new_section(NULL, PAGE_WRITECOPY, PAGE);

    check_map_fails(read, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    check_map_fails(copy, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    check_map_fails(copy, FILE_MAP_ALL_ACCESS, ERROR_ACCESS_DENIED);
    drop(read, NULL);
    drop(copy, NULL);
}

TEST(protection_is_compared_after_the_rights, "3.13 17.5 12.10")
{
    HANDLE read = new_section(NULL, PAGE_READONLY, PAGE);
    HANDLE all = with_rights(read, SECTION_ALL_ACCESS);

    /* Wine looks at the handle only. */
    todo_wine check_map_fails(all, FILE_MAP_WRITE, ERROR_INVALID_PARAMETER);
    todo_wine check_map_fails(all, FILE_MAP_READ | FILE_MAP_EXECUTE, ERROR_INVALID_PARAMETER);
    check_map_fails(read, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    ok_eq(protection_of_view(all, FILE_MAP_READ), PAGE_READONLY);
    drop(all, NULL);
    drop(read, NULL);
}

TEST(data_sections_refuse_execution_by_the_handle, "3.14")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);

    check_map_fails(section, FILE_MAP_READ | FILE_MAP_EXECUTE, ERROR_ACCESS_DENIED);
    check_map_fails(section, FILE_MAP_WRITE | FILE_MAP_EXECUTE, ERROR_ACCESS_DENIED);
    check_map_fails(section, FILE_MAP_COPY | FILE_MAP_EXECUTE, ERROR_ACCESS_DENIED);
    drop(section, NULL);
}

TEST(every_section_can_be_read_and_copied, "3.15 3.16 10.11 10.12")
{
    static const DWORD protections[] = {PAGE_READONLY,          PAGE_READWRITE,
                                        PAGE_WRITECOPY,         PAGE_EXECUTE_READ,
                                        PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY};

    for (unsigned i = 0; i < ARRAYSIZE(protections); i++) {
        HANDLE section = new_section(NULL, protections[i], PAGE);
        volatile char *view;

        ok_eq(protection_of_view(section, FILE_MAP_READ), PAGE_READONLY);
        view = (volatile char *)MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0);
        require(view != NULL, "protection 0x%x: error %u", (unsigned)protections[i],
                (unsigned)GetLastError());
        *view = 1;
        ok_eq(*view, 1);
        drop(section, view);
    }
}

TEST(executable_copy_section_is_executable_and_read_only, "10.12")
{
    HANDLE section = new_section(NULL, PAGE_EXECUTE_WRITECOPY, PAGE);

    ok_eq(protection_of_view(section, FILE_MAP_READ | FILE_MAP_EXECUTE), PAGE_EXECUTE_READ);
    ok_eq(protection_of_view(section, FILE_MAP_COPY | FILE_MAP_EXECUTE), PAGE_EXECUTE_WRITECOPY);
    check_map_fails(section, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    check_map_fails(section, FILE_MAP_WRITE | FILE_MAP_EXECUTE, ERROR_ACCESS_DENIED);
    drop(section, NULL);
}
