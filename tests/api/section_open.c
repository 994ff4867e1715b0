// SPDX-License-Identifier: MIT
/*
 * Opening sections by name: what is found, and which rights the handle carries.
 */
#include "api/api.h"

#define ALL_RIGHTS (SECTION_QUERY | SECTION_MAP_READ | SECTION_MAP_WRITE | SECTION_MAP_EXECUTE)

TEST(name_that_was_never_made_is_not_found, "2.1")
{
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("nobody")), ERROR_FILE_NOT_FOUND);
    ok_fails(OpenFileMappingA(FILE_MAP_READ, FALSE, A_("nobody")), ERROR_FILE_NOT_FOUND);
    ok_fails(OpenFileMappingFromApp(FILE_MAP_READ, FALSE, L_("nobody")), ERROR_FILE_NOT_FOUND);
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("Global\\nobody")), ERROR_FILE_NOT_FOUND);
}

TEST(case_of_a_name_counts, "2.2 11.1")
{
    HANDLE lower = new_section(L_("case"), PAGE_READWRITE, PAGE);
    HANDLE upper;

    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("CASE")), ERROR_FILE_NOT_FOUND);
    SetLastError(0xdeadbeef);
    upper = new_section(L_("CASE"), PAGE_READWRITE, 2 * PAGE);
    ok_error(ERROR_SUCCESS);
    ok_eq(section_size(lower), PAGE);
    ok_eq(section_size(upper), 2 * PAGE);
    drop(lower, NULL);
    drop(upper, NULL);
}

TEST(null_name_is_a_bad_parameter, "2.3")
{
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, NULL), ERROR_INVALID_PARAMETER);
    ok_fails(OpenFileMappingA(FILE_MAP_READ, FALSE, NULL), ERROR_INVALID_PARAMETER);
    ok_fails(OpenFileMappingFromApp(FILE_MAP_READ, FALSE, NULL), ERROR_INVALID_PARAMETER);
}

TEST(empty_name_is_the_directory_itself, "2.4 11.14")
{
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L""), ERROR_INVALID_HANDLE);
    ok_fails(OpenFileMappingA(FILE_MAP_READ, FALSE, ""), ERROR_INVALID_HANDLE);
}

TEST(name_of_another_type_is_an_invalid_handle, "2.5 17.2")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, L_("event"));
    HANDLE section = new_section(L_("section"), PAGE_READWRITE, PAGE);

    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("event")), ERROR_INVALID_HANDLE);
    ok_fails(OpenEventW(SYNCHRONIZE, FALSE, L_("section")), ERROR_INVALID_HANDLE);
    /* The type is looked at before the rights. */
    ok_fails(OpenFileMappingW(0, FALSE, L_("event")), ERROR_INVALID_HANDLE);
    drop(event, NULL);
    drop(section, NULL);
}

/* Opens @name with @access and asserts that the handle carries just @rights. */
static void check_opened(const wchar_t *name, DWORD access, DWORD rights)
{
    HANDLE section = OpenFileMappingW(access, FALSE, name);
    DWORD got;

    if (!ok(section != NULL, "access 0x%x: error %u", (unsigned)access, (unsigned)GetLastError()))
        return;
    got = rights_of(section);
    ok(got == rights, "access 0x%x gave 0x%x, expected 0x%x", (unsigned)access, (unsigned)got,
       (unsigned)rights);
    drop(section, NULL);
}

TEST(opened_handle_has_the_rights_that_were_asked_for, "2.9 2.12 2.21 2.22")
{
    const wchar_t *name = L_("rights");
    HANDLE section = new_section(name, PAGE_EXECUTE_READWRITE, PAGE);
    HANDLE from_app = OpenFileMappingFromApp(FILE_MAP_READ, FALSE, name);

    check_opened(name, SECTION_MAP_READ, SECTION_MAP_READ);
    check_opened(name, SECTION_QUERY | SECTION_MAP_READ, SECTION_QUERY | SECTION_MAP_READ);
    check_opened(name, SECTION_MAP_READ | SECTION_MAP_WRITE, SECTION_MAP_READ | SECTION_MAP_WRITE);
    ok_rights(from_app, SECTION_MAP_READ);
    check_opened(name, FILE_MAP_ALL_ACCESS, ALL_RIGHTS);
    drop(from_app, NULL);
    drop(section, NULL);
}

TEST(map_copy_alone_opens_for_reading, "2.8")
{
    const wchar_t *name = L_("copy");
    HANDLE section = new_section(name, PAGE_EXECUTE_READWRITE, PAGE);

    check_opened(name, FILE_MAP_COPY, SECTION_MAP_READ);
    drop(section, NULL);
}

TEST(map_execute_opens_for_executing, "2.10 2.11")
{
    const wchar_t *name = L_("execute");
    HANDLE section = new_section(name, PAGE_EXECUTE_READWRITE, PAGE);
    HANDLE from_app = OpenFileMappingFromApp(FILE_MAP_EXECUTE | FILE_MAP_READ, FALSE, name);
    HANDLE wide = OpenFileMappingW(FILE_MAP_EXECUTE | FILE_MAP_WRITE, FALSE, name);
    HANDLE narrow = OpenFileMappingA(FILE_MAP_EXECUTE | FILE_MAP_READ, FALSE, A_("execute"));

    /* Wine keeps the bit that it was given, SECTION_MAP_EXECUTE_EXPLICIT. */
    todo_wine ok_rights(from_app, SECTION_MAP_EXECUTE | SECTION_MAP_READ);
    todo_wine ok_rights(wide, SECTION_MAP_EXECUTE | SECTION_MAP_WRITE);
    todo_wine ok_rights(narrow, SECTION_MAP_EXECUTE | SECTION_MAP_READ);
    drop(from_app, NULL);
    drop(wide, NULL);
    drop(narrow, NULL);
    drop(section, NULL);
}

TEST(generic_rights_are_mapped_on_opening, "2.13 13.3")
{
    const wchar_t *name = L_("generic");
    HANDLE section = new_section(name, PAGE_EXECUTE_READWRITE, PAGE);

    check_opened(name, GENERIC_READ, SECTION_QUERY | SECTION_MAP_READ);
    check_opened(name, GENERIC_WRITE, SECTION_MAP_WRITE);
    check_opened(name, GENERIC_READ | GENERIC_EXECUTE,
                 SECTION_QUERY | SECTION_MAP_READ | SECTION_MAP_EXECUTE);
    check_opened(name, GENERIC_ALL, ALL_RIGHTS);
    drop(section, NULL);
}

TEST(no_rights_are_refused, "2.14")
{
    HANDLE section = new_section(L_("nothing"), PAGE_READWRITE, PAGE);

    /* Wine opens what asks for nothing. */
    todo_wine check_open_fails(L_("nothing"), 0, ERROR_ACCESS_DENIED);
    drop(section, NULL);
}

TEST(unknown_rights_are_refused, "2.15")
{
    HANDLE section = new_section(L_("unknown"), PAGE_READWRITE, PAGE);

    /* Wine grants them. */
    todo_wine check_open_fails(L_("unknown"), 0x40, ERROR_ACCESS_DENIED);
    todo_wine check_open_fails(L_("unknown"), 0x8000 | FILE_MAP_READ, ERROR_ACCESS_DENIED);
    todo_wine check_open_fails(L_("unknown"), 0x200000 | FILE_MAP_READ, ERROR_ACCESS_DENIED);
    drop(section, NULL);
}

TEST(system_security_needs_a_privilege, "2.16")
{
    HANDLE section = new_section(L_("system"), PAGE_READWRITE, PAGE);

    /* Wine does not look at the privilege. */
    todo_wine check_open_fails(L_("system"), ACCESS_SYSTEM_SECURITY | FILE_MAP_READ,
                               ERROR_PRIVILEGE_NOT_HELD);
    drop(section, NULL);
}

TEST(standard_rights_and_the_most_that_is_allowed, "2.17")
{
    static const DWORD single[] = {DELETE, READ_CONTROL, WRITE_DAC, WRITE_OWNER};
    const wchar_t *name = L_("standard");
    HANDLE section = new_section(name, PAGE_EXECUTE_READWRITE, PAGE);

    check_opened(name, MAXIMUM_ALLOWED, ALL_RIGHTS);
    for (unsigned i = 0; i < ARRAYSIZE(single); i++)
        check_opened(name, single[i], 0);
    drop(section, NULL);
}

TEST(creator_may_ask_for_synchronize, "2.18 13.4")
{
    LARGE_INTEGER size = {.QuadPart = PAGE};
    HANDLE section = NULL;

    ok_status(NtCreateSection(&section, SECTION_ALL_ACCESS | SYNCHRONIZE, NULL, &size,
                              PAGE_EXECUTE_READWRITE, SEC_COMMIT, NULL),
              STATUS_SUCCESS);
    ok_rights(section, ALL_RIGHTS);
    drop(section, NULL);
}

TEST(opened_handle_is_inherited_when_asked, "2.19")
{
    HANDLE section = new_section(L_("heir"), PAGE_READWRITE, PAGE);

    for (BOOL inherit = FALSE; inherit <= TRUE; inherit++) {
        HANDLE opened = OpenFileMappingW(FILE_MAP_READ, inherit, L_("heir"));
        DWORD flags = 0xdeadbeef;

        require(opened != NULL);
        ok_succeeds(GetHandleInformation(opened, &flags));
        ok_eq(flags, inherit ? HANDLE_FLAG_INHERIT : 0);
        drop(opened, NULL);
    }
    drop(section, NULL);
}

TEST(global_names_open_without_a_privilege, "2.20")
{
    HANDLE section = new_section(L_("Global\\open"), PAGE_READWRITE, PAGE);
    HANDLE opened = open_section(L_("Global\\open"), FILE_MAP_READ);

    drop(opened, NULL);
    drop(section, NULL);
}

TEST(handle_for_writing_maps_nothing_for_reading, "2.21 3.10")
{
    HANDLE section = new_section(L_("writer"), PAGE_READWRITE, PAGE);
    HANDLE writer = open_section(L_("writer"), FILE_MAP_WRITE);
    volatile uint32_t *whole = map_words(section);
    volatile uint32_t *view;

    ok_fails(MapViewOfFile(writer, FILE_MAP_READ, 0, 0, 0), ERROR_ACCESS_DENIED);
    view = (volatile uint32_t *)MapViewOfFile(writer, FILE_MAP_WRITE, 0, 0, 0);
    require(view != NULL, "error %u", (unsigned)GetLastError());
    *view = 0x12345678;
    ok_eq(*whole, 0x12345678);
    drop(writer, view);
    drop(section, whole);
}

TEST(handle_for_reading_maps_nothing_for_writing, "2.22")
{
    HANDLE section = new_section(L_("reader"), PAGE_READWRITE, PAGE);
    HANDLE reader = open_section(L_("reader"), FILE_MAP_READ);
    volatile uint32_t *whole = map_words(section);
    volatile uint32_t *view;

    ok_fails(MapViewOfFile(reader, FILE_MAP_WRITE, 0, 0, 0), ERROR_ACCESS_DENIED);
    view = (volatile uint32_t *)MapViewOfFile(reader, FILE_MAP_READ, 0, 0, 0);
    require(view != NULL, "error %u", (unsigned)GetLastError());
    *whole = 77;
    ok_eq(*view, 77);
    ok(!can_write(view));
    drop(reader, view);
    drop(section, whole);
}

TEST(opening_looks_at_the_descriptor_not_at_the_protection, "2.23 3.13")
{
    HANDLE section = new_section(L_("readonly"), PAGE_READONLY, PAGE);
    HANDLE writer = OpenFileMappingW(FILE_MAP_WRITE | FILE_MAP_READ, FALSE, L_("readonly"));

    require(writer != NULL, "error %u", (unsigned)GetLastError());
    /* Wine looks at the handle only. */
    todo_wine check_map_fails(writer, FILE_MAP_WRITE, ERROR_INVALID_PARAMETER);
    drop(writer, MapViewOfFile(writer, FILE_MAP_READ, 0, 0, 0));
    drop(section, NULL);
}

TEST(opening_leaves_the_last_error, "1.18")
{
    HANDLE section = new_section(L_("quiet"), PAGE_READWRITE, PAGE);
    HANDLE opened;

    SetLastError(0xdeadbeef);
    opened = OpenFileMappingW(FILE_MAP_READ, FALSE, L_("quiet"));
    ok_error(0xdeadbeef);
    drop(opened, NULL);
    drop(section, NULL);
}

TEST(opened_section_is_the_same_memory, "12.30")
{
    HANDLE section = new_section(L_("same"), PAGE_READWRITE, GRANULE);
    HANDLE opened = open_section(L_("same"), FILE_MAP_ALL_ACCESS);
    volatile uint32_t *ours = map_words(section);
    volatile uint32_t *theirs = map_words(opened);

    ok_ptr_ne(section, opened);
    ok_succeeds(CompareObjectHandles(section, opened));
    ours[5] = 0xabcdef01;
    ok_eq(theirs[5], 0xabcdef01);
    theirs[GRANULE / 4 - 1] = 99;
    ok_eq(ours[GRANULE / 4 - 1], 99);
    drop(section, ours);
    drop(opened, theirs);
}
